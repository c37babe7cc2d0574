/* The form of results that JUnit began and servers that build read: suites, cases, failures. */
#include "cli/junit.h"
#include "cli/program.h"

/* XML 1.0 has no way to write most control characters: they are left out. */
void xml_text(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c == '<')
            buffer_string(out, "&lt;");
        else if (c == '>')
            buffer_string(out, "&gt;");
        else if (c == '&')
            buffer_string(out, "&amp;");
        else if (c == '"')
            buffer_string(out, "&quot;");
        else if (c >= ' ' || c == '\n' || c == '\t')
            buffer_char(out, (char)c);
    }
}

void xml_attribute(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, " %s=\"", name);
    xml_text(out, value);
    buffer_char(out, '"');
}

void junit_suite(struct buffer *out, struct text name, size_t tests, size_t failures,
                 struct text cases) {
    buffer_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buffer_format(out, "<testsuites tests=\"%zu\" failures=\"%zu\">\n  <testsuite", tests,
                  failures);
    xml_attribute(out, "name", name);
    buffer_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", tests, failures);
    buffer_text(out, cases);
    buffer_string(out, "  </testsuite>\n</testsuites>\n");
}

static void add_diagnostic(struct buffer *out, const struct mrp_diagnostic *d, const char *file) {
    struct text where = text_of(d->file ? d->file : file);
    const char *element = d->is_error ? "failure" : "system-out";
    buffer_string(out, "    <testcase");
    xml_attribute(out, "classname", where);
    xml_attribute(out, "name", text_of(d->id));
    if (d->file) {
        xml_attribute(out, "file", where);
        buffer_format(out, " line=\"%u\"", (unsigned)d->line);
    }
    buffer_format(out, ">\n      <%s", element);
    if (d->is_error) {
        xml_attribute(out, "message", text_of(d->message));
        xml_attribute(out, "type", text_of(d->id));
    }
    buffer_char(out, '>');
    if (d->file) {
        xml_text(out, where);
        buffer_format(out, ":%u:%u: ", (unsigned)d->line, (unsigned)d->column);
    }
    xml_text(out, text_of(d->message));
    if (d->hint && d->hint[0]) buffer_char(out, '\n');
    if (d->hint) xml_text(out, text_of(d->hint));
    buffer_format(out, "</%s>\n    </testcase>\n", element);
}

void junit_diagnostics(struct buffer *out, struct mrp *mrp, const char *file) {
    struct buffer cases;
    size_t count = mrp_diagnostic_count(mrp), errors = 0;
    buffer_init(&cases);
    for (size_t i = 0; i < count; i++) {
        struct mrp_diagnostic d = program_diagnostic(mrp, i);
        errors += d.is_error;
        add_diagnostic(&cases, &d, file);
    }
    if (!count) {
        buffer_string(&cases, "    <testcase");
        xml_attribute(&cases, "classname", text_of(file));
        xml_attribute(&cases, "name", TEXT("no mistakes"));
        buffer_string(&cases, "/>\n");
    }
    junit_suite(out, text_of(file), count ? count : 1, errors, buffer_view(&cases));
    buffer_release(&cases);
}
