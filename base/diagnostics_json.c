/* Diagnostics for machines: the project's own JSON, and SARIF 2.1.0 (OASIS) for code scanners. */
#include "base/diagnostics.h"

struct region {
    struct text file;
    struct place start, end;
};

static bool region_of(const struct diagnostics *diagnostics, struct span span,
                      struct region *region) {
    struct sources *sources = diagnostics->sources;
    if (span.source >= sources->count) return false;
    region->file = sources_get(sources, span.source)->path;
    region->start = source_place(sources, span.source, span.start);
    region->end = source_place(sources, span.source, span.end);
    return true;
}

/* "file":..., "line":... of a span, beginning with a comma; a span without a source has none. */
static void json_region(const struct diagnostics *diagnostics, struct buffer *out,
                        struct span span) {
    struct region region;
    if (!region_of(diagnostics, span, &region)) return;
    buffer_char(out, ',');
    buffer_json_member(out, "file", region.file);
    buffer_format(out, ",\"line\":%u,\"column\":%u,\"endLine\":%u,\"endColumn\":%u",
                  (unsigned)region.start.line, (unsigned)region.start.column,
                  (unsigned)region.end.line, (unsigned)region.end.column);
}

static void json_notes(const struct diagnostics *diagnostics, struct buffer *out,
                       const struct diagnostic *diagnostic) {
    buffer_string(out, ",\"notes\":[");
    for (const struct diagnostic_note *n = diagnostic->notes; n; n = n->next) {
        buffer_char(out, '{');
        buffer_json_member(out, "message", n->message);
        json_region(diagnostics, out, n->span);
        buffer_string(out, n->next ? "}," : "}");
    }
    buffer_char(out, ']');
}

static void json_fixes(const struct diagnostics *diagnostics, struct buffer *out,
                       const struct diagnostic *diagnostic) {
    buffer_string(out, ",\"fixes\":[");
    for (const struct diagnostic_fix *f = diagnostic->fixes; f; f = f->next) {
        buffer_char(out, '{');
        buffer_json_member(out, "text", f->text);
        json_region(diagnostics, out, f->span);
        buffer_string(out, f->next ? "}," : "}");
    }
    buffer_char(out, ']');
}

static void json_diagnostic(const struct diagnostics *diagnostics, struct buffer *out,
                            const struct diagnostic *diagnostic) {
    buffer_format(out, "\n  {\"id\":\"%s\",\"severity\":\"%s\",", diagnostic_name(diagnostic->id),
                  diagnostic->is_error ? "error" : "warning");
    buffer_json_member(out, "message", diagnostic->message);
    json_region(diagnostics, out, diagnostic->span);
    buffer_char(out, ',');
    buffer_json_member(out, "hint", diagnostic->hint);
    json_notes(diagnostics, out, diagnostic);
    json_fixes(diagnostics, out, diagnostic);
    buffer_char(out, '}');
}

/* What the program allows by itself, with the reasons; nothing where there is none. */
static void json_allowed(const struct diagnostics *diagnostics, struct buffer *out) {
    const char *separator = ",\"allowed\":[";
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (!d->is_allowed || !d->allowance) continue;
        buffer_format(out, "%s\n  {\"warning\":\"%s\",", separator, diagnostic_name(d->id));
        buffer_json_member(out, "message", d->message);
        json_region(diagnostics, out, d->span);
        buffer_char(out, ',');
        buffer_json_member(out, "reason", d->allowance->reason);
        buffer_char(out, '}');
        separator = ",";
    }
    if (separator[1] == '\0') buffer_string(out, "\n]");
}

void diagnostics_json(const struct diagnostics *diagnostics, struct buffer *out) {
    buffer_string(out, "{\"format\":1,\"diagnostics\":[");
    uint32_t errors = 0, warnings = 0;
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (d->is_allowed) continue;
        if (errors + warnings) buffer_char(out, ',');
        json_diagnostic(diagnostics, out, d);
        *(d->is_error ? &errors : &warnings) += 1;
    }
    buffer_format(out, "%s],\"errors\":%u,\"warnings\":%u,\"hidden\":%u",
                  errors + warnings ? "\n" : "", (unsigned)errors, (unsigned)warnings,
                  (unsigned)diagnostics->hidden);
    json_allowed(diagnostics, out);
    buffer_string(out, "}\n");
}

/* A path as the relative URI that SARIF wants: what RFC 3986 does not allow in a path is
 * encoded. */
static void sarif_uri(struct buffer *out, struct text path) {
    static const char plain[] = "-._~/!$&'()*+,;=@";
    buffer_char(out, '"');
    for (size_t i = 0; i < path.length; i++) {
        unsigned char c = (unsigned char)path.bytes[i];
        bool is_plain = ascii_is_alphanumeric(c) || (c && strchr(plain, c));
        buffer_format(out, is_plain ? "%c" : "%%%02X", c);
    }
    buffer_char(out, '"');
}

static void sarif_range(struct buffer *out, const struct region *region) {
    buffer_format(out, "{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u}",
                  (unsigned)region->start.line, (unsigned)region->start.column,
                  (unsigned)region->end.line, (unsigned)region->end.column);
}

static void sarif_artifact(struct buffer *out, const struct region *region) {
    buffer_string(out, "\"artifactLocation\":{\"uri\":");
    sarif_uri(out, region->file);
    buffer_char(out, '}');
}

static void sarif_location(struct buffer *out, const struct region *region, const char *more) {
    buffer_string(out, "{\"physicalLocation\":{");
    sarif_artifact(out, region);
    buffer_string(out, ",\"region\":");
    sarif_range(out, region);
    buffer_format(out, "}%s", more);
}

static void sarif_message(struct buffer *out, struct text message, struct text hint) {
    struct buffer whole;
    buffer_init(&whole);
    buffer_text(&whole, message);
    if (hint.length) buffer_string(&whole, ". ");
    buffer_text(&whole, hint);
    buffer_string(out, "\"message\":{\"text\":");
    buffer_json_string(out, buffer_view(&whole));
    buffer_char(out, '}');
    buffer_release(&whole);
}

static void sarif_notes(const struct diagnostics *diagnostics, struct buffer *out,
                        const struct diagnostic *diagnostic) {
    const char *separator = ",\"relatedLocations\":[";
    struct region region;
    for (const struct diagnostic_note *n = diagnostic->notes; n; n = n->next) {
        if (!region_of(diagnostics, n->span, &region)) continue;
        buffer_string(out, separator);
        sarif_location(out, &region, ",");
        sarif_message(out, n->message, (struct text){"", 0});
        buffer_char(out, '}');
        separator = ",";
    }
    if (separator[1] == '\0') buffer_char(out, ']');
}

/* All fixes of a diagnostic belong together: one SARIF fix, a change for each file in a row. */
static void sarif_fixes(const struct diagnostics *diagnostics, struct buffer *out,
                        const struct diagnostic *diagnostic) {
    const char *separator = ",\"fixes\":[{\"artifactChanges\":[";
    struct region region;
    for (const struct diagnostic_fix *f = diagnostic->fixes; f; f = f->next) {
        if (!region_of(diagnostics, f->span, &region)) continue;
        buffer_format(out, "%s{", separator);
        sarif_artifact(out, &region);
        buffer_string(out, ",\"replacements\":[{\"deletedRegion\":");
        sarif_range(out, &region);
        buffer_string(out, ",\"insertedContent\":{\"text\":");
        buffer_json_string(out, f->text);
        buffer_string(out, "}}]}");
        separator = ",";
    }
    if (separator[1] == '\0') buffer_string(out, "]}]");
}

/* What is allowed is told as suppressed, by the comment or the project, with the reason. */
static void sarif_suppression(struct buffer *out, const struct diagnostic *diagnostic) {
    if (!diagnostic->is_allowed) return;
    buffer_string(out, ",\"suppressions\":[{\"kind\":\"inSource\"");
    if (diagnostic->allowance->reason.length) {
        buffer_char(out, ',');
        buffer_json_member(out, "justification", diagnostic->allowance->reason);
    }
    buffer_string(out, "}]");
}

/* Whether SARIF tells of it: all but what the command line allows. */
static bool is_result(const struct diagnostic *diagnostic) {
    return !diagnostic->is_allowed || diagnostic->allowance;
}

static void sarif_result(const struct diagnostics *diagnostics, struct buffer *out,
                         const struct diagnostic *diagnostic, uint32_t rule) {
    buffer_format(out, "\n    {\"ruleId\":\"%s\",\"ruleIndex\":%u,\"level\":\"%s\",",
                  diagnostic_name(diagnostic->id), (unsigned)rule,
                  diagnostic->is_error ? "error" : "warning");
    sarif_message(out, diagnostic->message, diagnostic->hint);
    struct region region;
    buffer_string(out, ",\"locations\":[");
    if (region_of(diagnostics, diagnostic->span, &region)) sarif_location(out, &region, "}");
    buffer_char(out, ']');
    sarif_notes(diagnostics, out, diagnostic);
    sarif_fixes(diagnostics, out, diagnostic);
    sarif_suppression(out, diagnostic);
    buffer_char(out, '}');
}

/* The number that a kind has among the rules of this report, which are those that occur. */
struct rule_numbers {
    uint32_t of[DIAGNOSTIC_COUNT]; /* from 1; 0 for one that does not occur */
    uint32_t count;
};

static void sarif_rule(struct buffer *out, enum diagnostic_id id) {
    const char *level = diagnostic_severity(id) == SEVERITY_ERROR ? "error" : "warning";
    buffer_format(out,
                  "\n      {\"id\":\"%s\",\"shortDescription\":{\"text\":", diagnostic_name(id));
    buffer_json_string(out, text_of(diagnostic_title(id)));
    buffer_format(
        out,
        "},\"help\":{\"text\":\"mrp explain %s tells the cause, an example and the mend.\"},"
        "\"defaultConfiguration\":{\"level\":\"%s\"}}",
        diagnostic_name(id), level);
}

static void sarif_rules(const struct diagnostics *diagnostics, struct buffer *out,
                        struct rule_numbers *numbers) {
    buffer_string(out, "\"rules\":[");
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (!is_result(d) || numbers->of[d->id]) continue;
        if (numbers->count) buffer_char(out, ',');
        numbers->of[d->id] = ++numbers->count;
        sarif_rule(out, d->id);
    }
    buffer_char(out, ']');
}

void diagnostics_sarif(const struct diagnostics *diagnostics, struct buffer *out) {
    buffer_string(out,
                  "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                  "\"version\":\"2.1.0\",\"runs\":[{\n"
                  "  \"tool\":{\"driver\":{\"name\":\"mrp\",");
    struct rule_numbers numbers = {0};
    sarif_rules(diagnostics, out, &numbers);
    buffer_string(out, "}},\n  \"columnKind\":\"unicodeCodePoints\",\n  \"results\":[");
    bool first = true;
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (!is_result(d)) continue;
        if (!first) buffer_char(out, ',');
        first = false;
        sarif_result(diagnostics, out, d, numbers.of[d->id] - 1);
    }
    buffer_string(out, "]}]}\n");
}
