/* Pages about the built-in functions, made from their rows. */
#include "evaluator/builtin.h"

static const struct {
    unsigned group;
    const char *title;
} groups[] = {
#define GROUP(id, number, title) {BUILTIN_GROUP_##id, title},
#include "evaluator/builtin_groups.def"
#undef GROUP
};

static const char *group_title(unsigned flags) {
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (groups[i].group == (flags & BUILTIN_GROUP_MASK)) return groups[i].title;
    }
    return "";
}

/* The signature behind the name, as one writes it: "..." behind a last parameter that repeats, no
 * space before the colon of the result. */
static void add_signature(struct buffer *out, const struct builtin *row) {
    struct text signature = text_of(row->signature);
    size_t end = signature.length;
    while (end > 0 && signature.bytes[end - 1] != ')')
        end--; /* the result holds no ")" */
    struct text parameters = {signature.bytes, end - 1};
    struct text result = {signature.bytes + end, signature.length - end};
    buffer_string(out, row->name);
    buffer_text(out, parameters);
    buffer_string(out, row->flags & BUILTIN_VARIADIC ? ", ...)" : ")");
    while (result.length && result.bytes[0] == ' ') {
        result.bytes++;
        result.length--;
    }
    buffer_text(out, result);
}

/* What one must know beside the doc. */
static void add_notes(struct buffer *out, const struct builtin *row) {
    if (row->flags & BUILTIN_REGION) {
        buffer_string(out, "It uses the region that it stands in.\n");
    }
    if (row->flags & BUILTIN_DEFERS) {
        buffer_string(out, "It takes values that are only known at deploy time.\n");
    } else if (row->flags & BUILTIN_OPEN) {
        buffer_string(out, "It takes what holds values that are only known at deploy time.\n");
    }
}

bool builtin_explain(struct buffer *out, struct text name) {
    const struct builtin *row = builtin_find(name);
    if (!row) return false;
    add_signature(out, row);
    buffer_format(out, "\n\n%s\n", row->doc);
    add_notes(out, row);
    if (row->example[0]) buffer_format(out, "\n  %s\n  => %s\n", row->example, row->result);
    buffer_format(out, "\nBuilt-in function (%s).\n", group_title(row->flags));
    return true;
}

/* Whether the example is the same without a program around it. */
static bool stands_alone(const struct builtin *row) {
    unsigned group = row->flags & BUILTIN_GROUP_MASK;
    return group != BUILTIN_GROUP_NAME && !(row->flags & (BUILTIN_FILE | BUILTIN_REGION));
}

static void add_entry(struct buffer *out, const struct builtin *row) {
    buffer_format(out, "### %s\n\n```text\n", row->name);
    add_signature(out, row);
    buffer_format(out, "\n```\n\n%s\n", row->doc);
    add_notes(out, row);
    if (row->example[0]) {
        buffer_format(out, "\n```%s\n%s # => %s\n```\n", stands_alone(row) ? "mrp eval" : "text",
                      row->example, row->result);
    }
    buffer_char(out, '\n');
}

void builtin_reference(struct buffer *out) {
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    buffer_string(
        out,
        "# Built-in functions\n\n"
        "Made from the rows of evaluator/builtins.def; each example is run by the tests, in "
        "region\n"
        "us-east-1 of a project with suffix `dev` and account `111122223333`. `T` and `U` stand "
        "for\n"
        "any type; `...` behind a parameter says that it takes any number of arguments. Positions\n"
        "count from 0. `mrp explain NAME` shows one function.\n\n");
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
        buffer_format(out, "## %s\n\n", groups[group].title);
        for (size_t i = 0; i < count; i++) {
            if ((rows[i].flags & BUILTIN_GROUP_MASK) == groups[group].group)
                add_entry(out, &rows[i]);
        }
    }
    out->length--; /* one line end at the end of the file */
}
