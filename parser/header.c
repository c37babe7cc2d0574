/* Mistakes in the header of a declaration, and how each declaration is written. */
#include "parser/report.h"
#include "schema/schema.h"

static bool is_name(struct text text) {
    for (size_t i = 0; i < text.length; i++)
        if (!ascii_is_word(text.bytes[i])) return false;
    return text.length > 0 && !ascii_is_digit(text.bytes[0]);
}

struct text header_name(const struct report *report, uint32_t index, const char *usual) {
    struct text text = report_text(report, index);
    int kind = report->items[index].kind;
    if (kind == STRING || kind == RAW) text = (struct text){text.bytes + 1, text.length - 2};
    return is_name(text) ? text : text_of(usual);
}

/* How each declaration is written: begin, a name, and the rest. */
static const struct form {
    int word;
    const char *what, *begin, *usual, *rest;
} forms[] = {
    {IMPORT, "An import", "import std.", "storage", ", or: import \"lib/app.mrp\" as app"},
    {PARAM, "A param", "param ", "name", ": string"},
    {LET, "A value", "let ", "name", " = ..."},
    {FN, "A function", "fn ", "name", "(text: string): string = ..."},
    {TYPE, "A type", "type ", "Name", " = ..."},
    {COMPONENT, "A component", "component ", "Name", " { ... }"},
    {PROJECT, "A project", "project ", "name", " { ... }"},
    {REGION, "A region", "region ", "east", " \"us-east-1\" { ... }"},
    {STACK, "A stack", "stack ", "name", " { ... }"},
    {RESOURCE, "A resource", "resource ", "name", ": AWS::SQS::Queue { ... }"},
    {PIPELINE, "A pipeline", "pipeline ", "name", " in east { ... }"},
    {STAGE, "A stage", "stage ", "Name", " { ... }"},
    {ACTION, "An action", "action ", "name", ": deliver.Approval { ... }"},
    {OUTPUT, "An output", "output ", "Name", " = ..."},
    {TEST, "A test", "test \"", "what holds", "\" { ... }"},
    {POLICY, "A policy", "policy \"", "what holds", "\" { ... }"},
};

static const struct form *form_of(int word) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].word == word) return &forms[i];
    return NULL;
}

/* Whether the tokens behind a declaration's word are part of its header still. */
static bool is_header(const struct report *report, uint32_t first) {
    for (uint32_t i = first + 1; i < report->at; i++) {
        int kind = report->items[i].kind;
        if (kind == LBRACE || kind == ASSIGN || kind == LPAREN || kind == SP_LPAREN) return false;
    }
    return true;
}

void header_hint(const struct report *report, struct diagnostic *diagnostic) {
    uint32_t first = report_line_start(report, report->before);
    const struct form *form = form_of(report->items[first].kind);
    if (!form || first == report->at || !is_header(report, first)) return;
    struct text name = text_of(form->usual);
    if (form->word != IMPORT)
        name = header_name(report, next_code(report->parser->tokens, first), form->usual);
    HINT(report, diagnostic, "%s is written: %s%.*s%s", form->what, form->begin, TEXT_ARGS(name),
         form->rest);
}

bool header_lacks_region(const struct report *report, uint32_t label) {
    const struct token *items = report->items;
    if (items[label].kind != NAME || !(items[label].flags & TOKEN_LINE)) return false;
    if (items[label + 1].kind != STRING) return false;
    struct text text = report_text(report, label + 1);
    return schema_region_find((struct text){text.bytes + 1, text.length - 2}) >= 0;
}

/* `region "us-east-1" {`, `region "east" "us-east-1" {` */
static bool say_quoted_label(const struct report *report, uint32_t first) {
    const struct token *items = report->items;
    uint32_t at = report->at;
    if (at != first + 1 || items[at].kind != STRING) return false;
    bool has_both = items[at + 1].kind == STRING;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                   FORMAT(report, "expected a name, found %.*s",
                          TEXT_ARGS(report_text(report, at))));
    HINT(report, diagnostic, "A region is written: region %.*s %.*s { ... }",
         TEXT_ARGS(header_name(report, at, "east")),
         TEXT_ARGS(report_text(report, has_both ? at + 1 : at)));
    return true;
}

/* `region east, west "us-east-1" {` */
static bool say_many_labels(const struct report *report, uint32_t first) {
    const struct token *items = report->items;
    if (items[report->at].kind != STRING || items[first + 2].kind != COMMA) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, report->at, report->at,
                   TEXT("each region is declared by itself"));
    struct text name = report_text(report, first + 1);
    HINT(report, diagnostic, "Write region %.*s %.*s {} and likewise the others; region %.*s, %.*s "
                             "{ ... } then holds what they have in common.",
         TEXT_ARGS(name), TEXT_ARGS(report_text(report, report->at)), TEXT_ARGS(name),
         TEXT_ARGS(report_text(report, first + 3)));
    return true;
}

/* `region east us-east-1 {`, `region east = "us-east-1" {`. */
bool header_say_region(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, first = report_line_start(report, at);
    if (items[first].kind != REGION || items[at].flags & TOKEN_LINE) return false;
    if (say_quoted_label(report, first) || say_many_labels(report, first)) return true;
    if (at != first + 2) return false;
    bool word = token_is_word(items[at].kind);
    if (!word && items[at].kind != ASSIGN && items[at].kind != COLON) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                   TEXT("the name of a region stands in quotes behind its label"));
    HINT(report, diagnostic, "Write it as in region %.*s \"us-east-1\" { ... }.",
         TEXT_ARGS(report_text(report, first + 1)));
    return true;
}

/* The type that is written from a token on, `AWS::S3::Bucket` or `deliver.S3`; else the usual one.
 */
static struct text type_at(const struct report *report, uint32_t first, const char *usual) {
    uint32_t last = first;
    if (report->items[first].kind == AWS_TYPE) return report_text(report, first);
    if (!token_is_word(report->items[first].kind)) return text_of(usual);
    while (report->items[last + 1].kind == MEMBER) last++;
    struct span span = report_span(report, first, last);
    return (struct text){report->parser->bytes + span.start, span.end - span.start};
}

/* `resource AWS::SQS::Queue orders {`, `action deliver.S3 source {`: the type before the name. */
static bool say_type_first(const struct report *report, uint32_t first) {
    const struct token *items = report->items;
    uint32_t type = first + 1, name = first + 2;
    if (report->at != (items[type].kind == AWS_TYPE ? type : name)) return false;
    while (items[name].kind == MEMBER) name++;
    if (!token_is_word(items[name].kind) || items[name].flags & TOKEN_LINE) return false;
    if (name == first + 2 && items[type].kind != AWS_TYPE) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, type, name,
                                               TEXT("the name stands before the type"));
    HINT(report, diagnostic, "Write %.*s %.*s: %.*s { ... }.",
         TEXT_ARGS(report_text(report, first)), TEXT_ARGS(report_text(report, name)),
         TEXT_ARGS(type_at(report, type, "AWS::S3::Bucket")));
    return true;
}

/* `resource x "AWS::..."`, `action x = deliver.S3`, `resource x-y: AWS::...`. */
bool header_say_type(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, first = report_line_start(report, at);
    bool resource = items[first].kind == RESOURCE;
    if (!resource && items[first].kind != ACTION) return false;
    if (items[at].flags & TOKEN_LINE) return false;
    if (say_type_first(report, first)) return true;
    if (!report_expects_type(report)) return false;
    bool text = items[at].kind == STRING || items[at].kind == TEXT_OPEN;
    bool minus = items[at].kind == MINUS || items[at].kind == SP_MINUS;
    struct diagnostic *diagnostic;
    if (minus) {
        diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                                TEXT("a name has letters, digits and \"_\", not \"-\""));
        HINT(report, diagnostic, "Write \"_\" in its place.");
        return true;
    }
    if (!text && items[at].kind != ASSIGN) return false;
    struct text word = report_text(report, first);
    diagnostic = report_say(report, DIAGNOSTIC_MISSING_COLON, at, at,
                            FORMAT(report, "the type of %s %.*s stands behind a colon%s",
                                   resource ? "a" : "an", TEXT_ARGS(word),
                                   text ? ", without quotes" : ""));
    HINT(report, diagnostic, "Write it as in %.*s %.*s: %.*s { ... }.", TEXT_ARGS(word),
         TEXT_ARGS(report_text(report, first + 1)),
         TEXT_ARGS(type_at(report, at + 1, resource ? "AWS::S3::Bucket" : "deliver.Approval")));
    return true;
}

static bool is_type_word(struct text word) {
    static const char *const words[] = {"string", "int", "number", "bool", "json", "secret"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i])) return true;
    return false;
}

/* `param p = 1`, `fn f(a) = a`, `param string p`: what is declared there has a type. */
bool header_say_param(const struct report *report) {
    const struct token *items = report->items;
    if (!report_expects(report, COLON) || report_expects(report, LBRACE) ||
        report_expects_value(report))
        return false;
    int first = items[report_line_start(report, report->at)].kind;
    if (first != PARAM && first != FN) return false;
    if (!token_is_word(items[report->before].kind)) return false;
    if (items[report->at].flags & TOKEN_LINE) return false;
    struct text name = report_text(report, report->before), type = TEXT("string");
    bool swapped = token_is_word(items[report->at].kind) && is_type_word(name);
    if (token_is_word(items[report->at].kind) && is_type_word(report_text(report, report->at)))
        type = report_text(report, report->at);
    if (swapped) type = name, name = report_text(report, report->at);
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, report->before, report->before,
                   swapped ? TEXT("the type of a parameter stands behind its name")
                           : FORMAT(report, "the parameter \"%.*s\" has no type",
                                    TEXT_ARGS(name)));
    HINT(report, diagnostic, "Write its type behind a colon, as in %.*s: %.*s.", TEXT_ARGS(name),
         TEXT_ARGS(type));
    return true;
}
