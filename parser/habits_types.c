/* Types as TypeScript, Python and Terraform write them: string[], list(string), Optional[str].
 */
#include "parser/report.h"

static const struct {
    const char *word, *form; /* % stands for the type inside */
} constructors[] = {
    {"list", "[%]"},     {"set", "[%]"},      {"array", "[%]"},    {"tuple", "[%]"},
    {"sequence", "[%]"}, {"iterable", "[%]"}, {"readonlyarray", "[%]"},
    {"map", "{%}"},      {"dict", "{%}"},     {"record", "{%}"},   {"mapping", "{%}"},
    {"optional", "%?"},  {"maybe", "%?"},     {"nullable", "%?"},
};

static const char *const names[][2] = {
    {"str", "string"}, {"String", "string"}, {"text", "string"}, {"boolean", "bool"},
    {"integer", "int"}, {"float", "number"}, {"any", "json"},    {"Any", "json"},
    {"object", "json"},
};

static const char *form_of(struct text word) {
    char lower[16];
    if (word.length >= sizeof lower) return NULL;
    for (size_t i = 0; i < word.length; i++) lower[i] = ascii_lower(word.bytes[i]);
    for (size_t i = 0; i < sizeof constructors / sizeof *constructors; i++) {
        struct text folded = {lower, word.length};
        if (text_is(folded, constructors[i].word)) return constructors[i].form;
    }
    return NULL;
}

static struct text named(struct text word) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_is(word, names[i][0])) return text_of(names[i][1]);
    return word;
}

/* Whether a token stands where a type does: behind `name:`, or behind `type Name =`. */
static bool is_type_place(const struct report *report, uint32_t word) {
    if (word < 2) return false;
    int kind = report->items[word - 1].kind;
    int first = report->items[report_line_start(report, word)].kind;
    if (kind == COLON || kind == PIPE || kind == DEPLOY)
        return first == PARAM || first == FN || first == TYPE || first == LET || first == OUTPUT;
    return kind == ASSIGN && first == TYPE;
}

/* The token that closes the brackets opened at `open`, which hold the name of one type, or several;
 * open itself where they hold anything else. */
static uint32_t closing_of(const struct report *report, uint32_t open) {
    for (uint32_t i = open + 1; i + 1 < report->parser->tokens->count && i - open < 8; i++) {
        int kind = report->items[i].kind;
        if (is_closer(kind) || kind == GREATER) return i;
        if (!token_is_word(kind) && kind != COMMA && kind != STRING && kind != AWS_TYPE) break;
    }
    return open;
}

/* `enum("small", "large")`: the literals are the type. */
static struct text literals(const struct report *report, uint32_t open, uint32_t close) {
    struct text all = TEXT("");
    for (uint32_t i = open + 1; i < close; i++) {
        if (report->items[i].kind != STRING) continue;
        all = FORMAT(report, "%.*s%s%.*s", TEXT_ARGS(all), all.length ? " | " : "",
                     TEXT_ARGS(report_text(report, i)));
    }
    return all;
}

static struct text meant(const struct report *report, uint32_t word, uint32_t close) {
    uint32_t open = report->at;
    struct text name = report_text(report, word);
    if (close == open + 1) /* string[] */
        return FORMAT(report, "[%.*s]", TEXT_ARGS(named(name)));
    const char *form = form_of(name);
    if (!form) return literals(report, open, close);
    struct text inner = named(report_text(report, close - 1));
    int before = (int)(strchr(form, '%') - form);
    return FORMAT(report, "%.*s%.*s%s", before, form, TEXT_ARGS(inner), form + before + 1);
}

bool habit_say_type(const struct report *report) {
    uint32_t word = report->before, open = report->at;
    int kind = report->items[open].kind;
    if (!is_opener(kind) && kind != LESS) return false;
    if (!token_is_word(report->items[word].kind) || !is_type_place(report, word)) return false;
    uint32_t close = closing_of(report, open);
    if (close == open) return false;
    struct text type = meant(report, word, close);
    if (!type.length) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, word, close,
                   TEXT("a type is written by its values: [string], {string}, \"a\" | \"b\""));
    HINT(report, diagnostic, "Write %.*s.", TEXT_ARGS(type));
    diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, word, close), type);
    return true;
}
