/* Syntax errors of people who think of other languages, or of the wrong one of ours: what they
 * wrote is recognized, and what to write in its place is said.
 */
#include "parser/report.h"

static struct text text_at(const struct report *report, uint32_t index) {
    struct token token = report->items[index];
    return (struct text){report->parser->bytes + token.start, token.length};
}

static struct diagnostic *say(const struct report *report, enum diagnostic_id id, uint32_t first,
                              uint32_t last, struct text message) {
    struct span from = token_span(report->parser->tokens, report->items[first]);
    struct span to = token_span(report->parser->tokens, report->items[last]);
    return diagnostics_report(report->parser->diagnostics, id, span_join(from, to), "%.*s",
                              TEXT_ARGS(message));
}

#define HINT(report, diagnostic, ...) \
    diagnostic_hint((report)->parser->diagnostics, (diagnostic), __VA_ARGS__)
#define FORMAT(report, ...) text_format((report)->parser->arena, __VA_ARGS__)

static bool is_name(struct text text) {
    for (size_t i = 0; i < text.length; i++)
        if (!ascii_is_word(text.bytes[i])) return false;
    return text.length > 0 && !ascii_is_digit(text.bytes[0]);
}

/* A word, or what a text on one line holds, where that can be a name; else the usual one. */
static struct text name_at(const struct report *report, uint32_t index, const char *usual) {
    struct text text = text_at(report, index);
    int kind = report->items[index].kind;
    if (kind == STRING || kind == RAW) text = (struct text){text.bytes + 1, text.length - 2};
    return is_name(text) ? text : text_of(usual);
}

/* --- headers --- */

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

static void hint_header(const struct report *report, struct diagnostic *diagnostic) {
    uint32_t first = report_line_start(report, report->before);
    const struct form *form = form_of(report->items[first].kind);
    if (!form || first == report->at || !is_header(report, first)) return;
    struct text name = text_of(form->usual);
    if (form->word != IMPORT)
        name = name_at(report, next_code(report->parser->tokens, first), form->usual);
    HINT(report, diagnostic, "%s is written: %s%.*s%s", form->what, form->begin, TEXT_ARGS(name),
         form->rest);
}

/* --- declarations of Terraform --- */

static const struct {
    const char *word, *begin, *rest;
} blocks[] = {
    {"variable", "An input is written: param ", ": string"},
    {"data", "What exists already is a resource as well: resource ",
     ": AWS::S3::Bucket { @existing = true, BucketName = \"...\" }"},
    {"module", "A component stands in a region: resource ", ": Component { ... }"},
    {"provider", "A region holds its resources: region east \"us-east-1\" { ... }", NULL},
};

/* `variable "x" {`, `data "aws_ami" "x" {`. */
static bool say_block(struct report *report) {
    const struct tokens *tokens = report->parser->tokens;
    uint32_t word = report->before, name = report->at;
    if (!(report->items[word].flags & TOKEN_LINE) || report->items[name].kind != STRING)
        return false;
    uint32_t next = next_code(tokens, name);
    if (report->items[next].kind == STRING) name = next;
    if (report->items[next_code(tokens, name)].kind != LBRACE) return false;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (!text_is(text_at(report, word), blocks[i].word)) continue;
        struct text named = name_at(report, name, "name");
        struct diagnostic *diagnostic =
            say(report, DIAGNOSTIC_MISSING_WORD, word, word,
                FORMAT(report, "\"%s\" begins no declaration", blocks[i].word));
        if (!blocks[i].rest) named = TEXT("");
        HINT(report, diagnostic, "%s%.*s%s", blocks[i].begin, TEXT_ARGS(named),
             blocks[i].rest ? blocks[i].rest : "");
        return true;
    }
    return false;
}

/* --- CloudFormation --- */

static const struct {
    const char *name, *hint;
} functions[] = {
    {"Ref", "Write the resource or the value by its name alone."},
    {"Sub", "A text holds values by itself: \"orders-${here.name}\"."},
    {"GetAtt", "An attribute stands behind a dot: orders.Arn."},
    {"ImportValue", "What another stack holds is written by its path: east.network.vpc."},
    {"FindInMap", "An element of a map is written sizes[\"small\"]."},
    {"If", "Write if c then a else b."},
    {"Join", "Write join(\"-\", [\"a\", \"b\"])."},
    {"Select", "An element of a list is written list[0]."},
    {"Split", "Write split(\",\", text)."},
    {"Base64", "Write base64(text)."},
    {"Cidr", "Write cidr(block, count, bits)."},
    {"GetAZs", "Write zones(2), or azs() for all."},
    {"Equals", "Write a == b."}, {"And", "Write a && b."}, {"Or", "Write a || b."},
    {"Not", "Write !a."},
};

/* `!Sub "..."`, which is "not Sub" and then a text. */
static bool say_tag(struct report *report) {
    uint32_t first = report_line_start(report, report->before);
    for (uint32_t at = report->before; at > first && report->before - at < LOOK_BACK; at--) {
        bool is_tag = report->items[at - 1].kind == NOT && report->items[at].kind == NAME &&
                      !(report->items[at].flags & TOKEN_SPACE);
        if (!is_tag) continue;
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            if (!text_is(text_at(report, at), functions[i].name)) continue;
            struct diagnostic *diagnostic =
                say(report, DIAGNOSTIC_SYNTAX, at - 1, at,
                    FORMAT(report, "\"!%s\" is a function of CloudFormation's YAML",
                           functions[i].name));
            HINT(report, diagnostic, "%s", functions[i].hint);
            return true;
        }
    }
    return false;
}

/* `resource a: AWS:SNS:Topic {`. */
static bool say_single_colons(struct report *report) {
    const struct token *items = report->items;
    uint32_t first = report->before, last = report->at;
    struct text whole = TEXT("");
    if (items[last].kind != COLON || items[last].flags & TOKEN_SPACE) return false;
    if (!text_is(text_at(report, first), "AWS") && !text_is(text_at(report, first), "Custom"))
        return false;
    whole = text_at(report, first);
    for (; items[last].kind == COLON && token_is_word(items[last + 1].kind); last += 2) {
        if (items[last + 1].flags & TOKEN_SPACE) break;
        struct text word = text_at(report, last + 1);
        whole = FORMAT(report, "%.*s::%.*s", TEXT_ARGS(whole), TEXT_ARGS(word));
    }
    if (last == report->at) return false;
    struct diagnostic *diagnostic = say(report, DIAGNOSTIC_SYNTAX, first, last - 1,
                                        TEXT("a resource type is written with \"::\""));
    HINT(report, diagnostic, "Write %.*s.", TEXT_ARGS(whole));
    struct span span = token_span(report->parser->tokens, items[first]);
    span.end = token_span(report->parser->tokens, items[last - 1]).end;
    diagnostic_fix(report->parser->diagnostics, diagnostic, span, whole);
    return true;
}

/* --- expressions --- */

/* `elif c {`, `elsif c {`. */
static bool say_else_if(struct report *report) {
    static const char *const words[] = {"elif", "elsif", "elseif"};
    uint32_t places[] = {report->at, report->before};
    for (size_t i = 0; i < 2 * 3; i++) {
        uint32_t at = places[i / 3];
        if (!text_is(text_at(report, at), words[i % 3])) continue;
        struct diagnostic *diagnostic =
            say(report, DIAGNOSTIC_SYNTAX, at, at,
                FORMAT(report, "\"%s\" is no word of the language", words[i % 3]));
        HINT(report, diagnostic, "Write else if.");
        diagnostic_fix(report->parser->diagnostics, diagnostic,
                       token_span(report->parser->tokens, report->items[at]), TEXT("else if"));
        return true;
    }
    return false;
}

/* `a if c else b`, as Python writes it. */
static bool say_if_behind(struct report *report) {
    if (report->items[report->at].kind != ELSE) return false;
    uint32_t first = report_line_start(report, report->at);
    for (uint32_t at = report->at; at > first && report->at - at < LOOK_BACK; at--) {
        if (report->items[at].kind == THEN || report->items[at].kind == RBRACE) return false;
        if (report->items[at].kind != IF || !ends_value(report->items[at - 1].kind)) continue;
        struct diagnostic *diagnostic = say(report, DIAGNOSTIC_TERNARY, at, at,
                                            TEXT("a condition stands before both of its values"));
        HINT(report, diagnostic, "Write if c then a else b.");
        return true;
    }
    return false;
}

bool habit_say(struct report *report) {
    return say_block(report) || say_tag(report) || say_single_colons(report) ||
           say_else_if(report) || say_if_behind(report);
}

void habit_hint(const struct report *report, struct diagnostic *diagnostic) {
    const struct token *items = report->items;
    int kind = items[report->at].kind;
    bool is_call = kind == LPAREN || kind == SP_LPAREN;
    if (kind == LBRACE && report_expects(report, THEN)) {
        HINT(report, diagnostic, "An \"if\" that gives a value is written: if a then b else c.");
    } else if (is_call && report_is_lone_word(report, report->before)) {
        struct text word = text_at(report, report->before);
        HINT(report, diagnostic, "A call stands where a value does; what must hold is written: "
                                 "assert %.*s(...).",
             TEXT_ARGS(word));
    } else if (kind == LBRACE && report->at == report->before) {
        HINT(report, diagnostic,
             "A program is no JSON, and declares its resources in regions: region east "
             "\"us-east-1\" { resource orders: AWS::SQS::Queue {} }");
    } else if (report_expects(report, ELSE) && !report_expects(report, LBRACE)) {
        HINT(report, diagnostic,
             "An \"if\" that gives a value has both sides: if a then b else null.");
    } else if (kind == FOR && report_expects(report, RBRACK)) {
        HINT(report, diagnostic, "A list is made by [for x in xs: value].");
    } else if (report_expects(report, ARROW) && !report_expects(report, ASSIGN)) {
        HINT(report, diagnostic, "A map is made by {for x in xs: key => value}, a list by "
                                 "[for x in xs: value].");
    } else {
        hint_header(report, diagnostic);
    }
}
