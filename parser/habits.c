/* Syntax errors of people who think of other languages, or of the wrong one of ours: what they
 * wrote is recognized, and what to write in its place is said.
 */
#include "parser/report.h"

/* --- declarations of TypeScript and Python --- */

/* `from std import storage`, `from "./net" import vpc` */
static bool say_from(const struct report *report) {
    uint32_t word = report->before, next = report->at;
    if (!report_is_lone_word(report, word) || !text_is(report_text(report, word), "from"))
        return false;
    if (report->items[next].flags & TOKEN_LINE) return false;
    struct diagnostic *diagnostic = report_no_declaration(report, word, word);
    struct text name = TEXT("storage");
    uint32_t last = next;
    while (!(report->items[last + 1].flags & TOKEN_LINE) && report->items[last + 1].kind != END)
        last++;
    if (token_is_word(report->items[next].kind) && token_is_word(report->items[last].kind))
        name = report_text(report, last);
    HINT(report, diagnostic, "An import is written: import std.%.*s, or: import \"lib/net.mrp\" "
                             "{ vpc }.",
         TEXT_ARGS(name));
    return true;
}

/* `export let x = 1`, `public fn f(): ...`, `private type T = ...` */
static bool say_modifier(const struct report *report) {
    static const char *const words[] = {"export", "public", "pub", "global", "private", "readonly",
                                        "static", "final", "declare", "async"};
    uint32_t before = report->before;
    const struct token *next = &report->items[report->at];
    if (!is_declaration_word(next->kind) || next->flags & TOKEN_LINE ||
        !report_is_lone_word(report, before)) return false;
    struct text word = report_text(report, before);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_is(word, words[i])) continue;
        struct diagnostic *diagnostic =
            report_say(report, DIAGNOSTIC_SYNTAX, before, before,
                       FORMAT(report, "\"%s\" stands before no declaration", words[i]));
        HINT(report, diagnostic, "Leave it out. Other files can import what a file declares, but "
                                 "for names that begin with \"_\".");
        struct span span = report_span(report, before, before);
        span.end = next->start;
        diagnostic_fix(report->parser->diagnostics, diagnostic, span, TEXT(""));
        return true;
    }
    return false;
}

/* `enum Size { small, large }`, `interface Rule { port: int }` */
static bool say_type_declaration(const struct report *report) {
    static const char *const words[] = {"enum", "interface", "struct", "record"};
    uint32_t word = report->before;
    if (!report_is_lone_word(report, word) || !token_is_word(report->items[report->at].kind))
        return false;
    if (report->items[report->at].flags & TOKEN_LINE) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_is(report_text(report, word), words[i])) continue;
        struct diagnostic *diagnostic = report_no_declaration(report, word, word);
        HINT(report, diagnostic, "A type is written: type %.*s = %s",
             TEXT_ARGS(report_text(report, report->at)),
             i == 0 ? "\"small\" | \"large\"." : "{ port: int, note: string? }.");
        return true;
    }
    return false;
}

/* `fn f(x: string) -> int` */
static bool say_result_arrow(const struct report *report) {
    uint32_t at = report->at;
    if (report->items[report_line_start(report, at)].kind != FN) return false;
    if (report->items[at].kind != MINUS && report->items[at].kind != SP_MINUS) return false;
    if (report->items[at + 1].kind != GREATER || report->items[report->before].kind != RPAREN)
        return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, at, at + 1,
                   TEXT("the type of a result stands behind \":\", not \"->\""));
    HINT(report, diagnostic, "Write \":\".");
    diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, at, at + 1),
                   TEXT(":"));
    return true;
}

/* `component Queue(kind: string) {` */
static bool say_component_parameters(const struct report *report) {
    uint32_t at = report->at, first = report_line_start(report, at);
    int kind = report->items[at].kind;
    if (report->items[first].kind != COMPONENT || at != first + 2) return false;
    if (kind != LPAREN && kind != SP_LPAREN) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                                               TEXT("the params of a component stand in its body"));
    if (token_is_word(report->items[at + 1].kind)) {
        HINT(report, diagnostic, "Write component %.*s { param %.*s: string ... }.",
             TEXT_ARGS(report_text(report, first + 1)), TEXT_ARGS(report_text(report, at + 1)));
    } else {
        HINT(report, diagnostic, "Write component %.*s { ... }.",
             TEXT_ARGS(report_text(report, first + 1)));
    }
    return true;
}

/* `for (x in xs) {`, `for x of xs {` */
static bool say_for(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, before = report->before;
    bool is_paren = items[before].kind == FOR &&
                    (items[at].kind == LPAREN || items[at].kind == SP_LPAREN);
    bool is_of = report_expects(report, IN) && text_is(report_text(report, at), "of");
    if (!is_paren && !is_of) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                   is_of ? TEXT("\"of\" is no word of the language")
                         : TEXT("what follows \"for\" stands in no brackets"));
    HINT(report, diagnostic, is_of ? "Write in." : "Write for x in xs { ... }.");
    if (is_of)
        diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, at, at),
                       TEXT("in"));
    return true;
}

/* `while x {`, `foreach x in xs {`, `switch x {` */
static bool say_statement(const struct report *report) {
    static const struct {
        const char *word, *hint;
    } words[] = {
        {"while", "Write for x in xs { ... }: what is repeated is known before."},
        {"foreach", "Write for x in xs { ... }."},
        {"switch", "Write if c then a else b, or an element of a map: sizes[kind]."},
        {"match", "Write if c then a else b, or an element of a map: sizes[kind]."},
        {"try", "Write x?.y ?? z: there is no error to be caught."},
    };
    uint32_t word = report->before;
    if (!report_is_lone_word(report, word) || word == report->at) return false;
    if (report->items[report->at].flags & TOKEN_LINE || !report_expects(report, ASSIGN))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_is(report_text(report, word), words[i].word)) continue;
        struct diagnostic *diagnostic = report_no_declaration(report, word, word);
        HINT(report, diagnostic, "%s", words[i].hint);
        return true;
    }
    return false;
}

/* `-- a comment` */
static bool say_dashes(const struct report *report) {
    uint32_t at = report->at;
    if (report->items[at].kind != SP_MINUS && report->items[at].kind != MINUS) return false;
    int next = report->items[at + 1].kind;
    if (!(report->items[at].flags & TOKEN_LINE) || report->items[at + 1].flags & TOKEN_SPACE)
        return false;
    if (next != MINUS && next != SP_MINUS) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_COMMENT_STYLE, at, at + 1,
                   TEXT("a comment begins with \"#\", not with \"--\""));
    HINT(report, diagnostic, "Write \"#\" in place of \"--\".");
    diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, at, at + 1),
                   TEXT("#"));
    return true;
}

/* --- YAML over several lines --- */

/* `Queue:` and, on the next line, `Type: AWS::SQS::Queue` or another key. */
static bool say_nested_keys(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, inner = report->before;
    if (items[at].kind != COLON || inner < 2 || !(items[inner].flags & TOKEN_LINE)) return false;
    if (items[inner - 1].kind != COLON || !report_is_lone_word(report, inner - 2)) return false;
    struct text key = report_text(report, inner - 2);
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, inner - 2, inner - 1,
                   TEXT("what belongs together stands in braces, not under a key with \":\""));
    if (items[at + 1].kind == AWS_TYPE) {
        HINT(report, diagnostic, "Write resource %.*s: %.*s { ... }, and Name = value for each of "
                                 "its properties.",
             TEXT_ARGS(key), TEXT_ARGS(report_text(report, at + 1)));
    } else {
        HINT(report, diagnostic, "Write %.*s = { %.*s = ... }.", TEXT_ARGS(key),
             TEXT_ARGS(report_text(report, inner)));
    }
    return true;
}

/* `- Key: a`, an element of a list. */
static bool say_dash(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, key = report->before;
    if (items[at].kind != COLON || key == 0 || !token_is_word(items[key].kind)) return false;
    int dash = items[key - 1].kind;
    if ((dash != MINUS && dash != SP_MINUS) || !(items[key - 1].flags & TOKEN_LINE)) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, key - 1, key - 1,
                                               TEXT("a list stands in brackets"));
    HINT(report, diagnostic, "Write [{ %.*s = ... }, ...].", TEXT_ARGS(report_text(report, key)));
    return true;
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
        if (!text_is(report_text(report, word), blocks[i].word)) continue;
        struct text named = header_name(report, name, "name");
        struct diagnostic *diagnostic = report_no_declaration(report, word, word);
        if (!blocks[i].rest) named = TEXT("");
        HINT(report, diagnostic, "%s%.*s%s", blocks[i].begin, TEXT_ARGS(named),
             blocks[i].rest ? blocks[i].rest : "");
        return true;
    }
    return false;
}

/* `home "eu-central-1" {` */
static bool say_region_word(const struct report *report) {
    uint32_t label = report->before, name = report->at;
    if (name != label + 1 || !header_lacks_region(report, label)) return false;
    struct text text = report_text(report, name);
    struct diagnostic *diagnostic = report_no_declaration(report, label, label);
    HINT(report, diagnostic, "Write region %.*s %.*s { ... }.",
         TEXT_ARGS(report_text(report, label)), TEXT_ARGS(text));
    struct span span = report_span(report, label, label);
    span.end = span.start;
    diagnostic_fix(report->parser->diagnostics, diagnostic, span, TEXT("region "));
    return true;
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
            if (!text_is(report_text(report, at), functions[i].name)) continue;
            struct diagnostic *diagnostic =
                report_say(report, DIAGNOSTIC_SYNTAX, at - 1, at,
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
    if (!text_is(report_text(report, first), "AWS") &&
        !text_is(report_text(report, first), "Custom"))
        return false;
    whole = report_text(report, first);
    for (; items[last].kind == COLON && token_is_word(items[last + 1].kind); last += 2) {
        if (items[last + 1].flags & TOKEN_SPACE) break;
        struct text word = report_text(report, last + 1);
        whole = FORMAT(report, "%.*s::%.*s", TEXT_ARGS(whole), TEXT_ARGS(word));
    }
    if (last == report->at) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, first, last - 1,
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
        if (!text_is(report_text(report, at), words[i % 3])) continue;
        struct diagnostic *diagnostic =
            report_say(report, DIAGNOSTIC_SYNTAX, at, at,
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
        struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_TERNARY, at, at,
                                            TEXT("a condition stands before both of its values"));
        HINT(report, diagnostic, "Write if c then a else b.");
        return true;
    }
    return false;
}

bool habit_say(struct report *report) {
    return say_block(report) || say_region_word(report) || say_tag(report) ||
           say_single_colons(report) || say_else_if(report) || say_if_behind(report) ||
           say_from(report) || say_modifier(report) || say_type_declaration(report) ||
           say_result_arrow(report) || say_component_parameters(report) || say_for(report) ||
           say_statement(report) || say_dashes(report) || say_nested_keys(report) ||
           say_dash(report) || habit_say_type(report) || habit_say_code(report);
}

void habit_hint(const struct report *report, struct diagnostic *diagnostic) {
    const struct token *items = report->items;
    int kind = items[report->at].kind;
    bool is_call = kind == LPAREN || kind == SP_LPAREN;
    if (report_expects(report, THEN) && (kind == LBRACE || begins_value(kind))) {
        HINT(report, diagnostic, "An \"if\" that gives a value is written: if a then b else c.");
    } else if (is_call && report_is_lone_word(report, report->before)) {
        struct text word = report_text(report, report->before);
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
    } else if ((kind == COLON || kind == ASSIGN) && report_expects(report, RBRACK) &&
               token_is_word(items[report->before].kind)) {
        HINT(report, diagnostic, "A record among the elements stands in braces: { %.*s = ... }.",
             TEXT_ARGS(report_text(report, report->before)));
    } else if (kind == ASSIGN && report_expects(report, EQUAL) &&
               ends_value(items[report->before].kind)) {
        HINT(report, diagnostic, "Write == to compare.");
    } else if (kind == FOR && report_expects(report, RBRACK)) {
        HINT(report, diagnostic, "A list is made by [for x in xs: value].");
    } else if (report_expects(report, ARROW) && !report_expects(report, ASSIGN)) {
        HINT(report, diagnostic, "A map is made by {for x in xs: key => value}, a list by "
                                 "[for x in xs: value].");
    } else {
        header_hint(report, diagnostic);
    }
}
