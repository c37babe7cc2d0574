/* Syntax errors of people who think in JavaScript, Python or the CDK: functions as values, `new`,
 * parts of lists, letters before a text.
 */
#include "parser/report.h"
#include "schema/schema.h"

enum { LONGEST_SHOWN = 60 };

/* The opener that a closing bracket at `close` belongs to; close itself if there is none near. */
static uint32_t opener_of(const struct report *report, uint32_t close) {
    uint32_t depth = 0;
    for (uint32_t i = close; close - i < LOOK_BACK; i--) {
        int kind = report->items[i].kind;
        if (is_closer(kind) || kind == RBRACE) depth++;
        if ((is_opener(kind) || kind == LBRACE) && --depth == 0) return i;
        if (i == 0) break;
    }
    return close;
}

/* The first token of the value that ends at `last`: `a.b(c)[0].d` from its a. */
static uint32_t value_start(const struct report *report, uint32_t last) {
    for (uint32_t i = last; i > 0; i--) {
        int kind = report->items[i].kind;
        if (kind == MEMBER || kind == OPTIONAL_MEMBER) continue;
        if (!is_closer(kind)) return i;
        uint32_t open = opener_of(report, i);
        kind = report->items[open].kind;
        if (open == i || kind == SP_LPAREN || kind == SP_LBRACK) return open;
        i = open;
    }
    return last;
}

/* What is written from one token to another, if that is short and on one line; else what it is
 * usually called. */
static struct text written(const struct report *report, uint32_t first, uint32_t last,
                           const char *usual) {
    if (first > last) return text_of(usual);
    struct span span = report_span(report, first, last);
    struct text text = {report->parser->bytes + span.start, span.end - span.start};
    bool is_short = text.length <= LONGEST_SHOWN && !memchr(text.bytes, '\n', text.length);
    return is_short ? text : text_of(usual);
}

/* --- functions as values: xs.map(x => x.id), map(xs, (x) => x.id) --- */

struct closure {
    struct text method; /* what it is passed to; empty for nothing */
    struct text list, variable, body;
};

/* `x`, or of `(x, i)` both, in our order: the index stands first. */
static struct text closure_variable(const struct report *report, uint32_t arrow) {
    uint32_t last = arrow - 1;
    if (report->items[last].kind != RPAREN) return report_text(report, last);
    uint32_t open = opener_of(report, last);
    bool one = open + 2 == last && token_is_word(report->items[open + 1].kind);
    bool two = open + 4 == last && token_is_word(report->items[open + 1].kind) &&
               token_is_word(report->items[open + 3].kind);
    if (two)
        return FORMAT(report, "%.*s, %.*s", TEXT_ARGS(report_text(report, open + 3)),
                      TEXT_ARGS(report_text(report, open + 1)));
    return one ? report_text(report, open + 1) : TEXT("x");
}

static struct text closure_body(const struct report *report, uint32_t arrow) {
    uint32_t first = arrow + 1, depth = 0, last = first;
    if (report->items[first].kind == LBRACE) return TEXT("...");
    for (; last + 1 < report->parser->tokens->count && last - first < LOOK_BACK; last++) {
        int kind = report->items[last].kind;
        if (kind == COMMA && depth == 0) break;
        if (is_opener(kind) || kind == LBRACE) depth++;
        if ((is_closer(kind) || kind == RBRACE) && depth-- == 0) break;
    }
    return written(report, first, last - 1, "...");
}

static struct closure closure_read(const struct report *report, uint32_t arrow) {
    struct closure closure = {TEXT(""), TEXT("xs"), closure_variable(report, arrow),
                              closure_body(report, arrow)};
    uint32_t open = report_open_bracket(report, arrow);
    if (open == report->parser->tokens->count || open == 0) return closure;
    if (report->items[open].kind != LPAREN) return closure;
    closure.method = report_text(report, open - 1);
    if (report->items[open - 1].kind != MEMBER || open < 2) return closure;
    closure.method.bytes++, closure.method.length--;
    closure.list = written(report, value_start(report, open - 2), open - 2, "xs");
    return closure;
}

static void hint_closure(const struct report *report, struct diagnostic *diagnostic,
                         const struct closure *closure) {
    static const char *const forms[][2] = {{"map", "each"},      {"forEach", "each"},
                                           {"each", "each"},     {"collect", "each"},
                                           {"flatMap", "flat"},  {"filter", "some"},
                                           {"find", "first"},    {"some", "any"},
                                           {"any", "any"},       {"every", "all"},
                                           {"all", "all"}};
    const char *form = "";
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (text_is(closure->method, forms[i][0])) form = forms[i][1];
    struct text all = FORMAT(report, "[for %.*s in %.*s", TEXT_ARGS(closure->variable),
                             TEXT_ARGS(closure->list));
    if (!strcmp(form, "each")) {
        HINT(report, diagnostic, "Write %.*s: %.*s].", TEXT_ARGS(all), TEXT_ARGS(closure->body));
    } else if (!strcmp(form, "flat")) {
        HINT(report, diagnostic, "Write flatten(%.*s: %.*s]).", TEXT_ARGS(all),
             TEXT_ARGS(closure->body));
    } else if (!strcmp(form, "some")) {
        HINT(report, diagnostic, "Write %.*s if %.*s: %.*s].", TEXT_ARGS(all),
             TEXT_ARGS(closure->body), TEXT_ARGS(closure->variable));
    } else if (!strcmp(form, "first")) {
        HINT(report, diagnostic, "Write first(%.*s if %.*s: %.*s]).", TEXT_ARGS(all),
             TEXT_ARGS(closure->body), TEXT_ARGS(closure->variable));
    } else if (text_is(closure->method, "reduce")) {
        HINT(report, diagnostic, "Write sum, join or merge of [for x in %.*s: ...].",
             TEXT_ARGS(closure->list));
    } else if (text_is(closure->method, "sort")) {
        HINT(report, diagnostic, "Write sort(%.*s), or sort_by(%.*s, \"key\").",
             TEXT_ARGS(closure->list), TEXT_ARGS(closure->list));
    } else if (*form) {
        HINT(report, diagnostic, "Write %s(%.*s: %.*s]).", form, TEXT_ARGS(all),
             TEXT_ARGS(closure->body));
    } else {
        HINT(report, diagnostic, "A function has a name: fn f(x: string): string = ...; a list is "
                                 "made of another by [for x in xs: f(x)].");
    }
}

/* `fn f(x: int): int => x` */
static bool say_fn_arrow(const struct report *report) {
    uint32_t first = report_line_start(report, report->at);
    bool is_open = report_open_bracket(report, report->at) < report->parser->tokens->count;
    if (report->items[report->at].kind != ARROW || is_open) return false;
    if (report->items[first].kind != FN || !report_expects(report, ASSIGN)) return false;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, report->at, report->at,
                   TEXT("the value of a function stands behind \"=\", not \"=>\""));
    HINT(report, diagnostic, "Write \"=\".");
    diagnostic_fix(report->parser->diagnostics, diagnostic,
                   report_span(report, report->at, report->at), TEXT("="));
    return true;
}

/* The arrow of the function that the mistake is in: where it stands, or behind the brackets in
 * which the comma of `(x, i) =>` does not fit; 0 for none. */
static uint32_t find_arrow(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at;
    if (items[at].kind == ARROW && !report_expects(report, ARROW))
        return ends_value(items[report->before].kind) ? at : 0;
    if (items[at].kind != COMMA || !report_expects(report, RPAREN)) return 0;
    if (!token_is_word(items[at + 1].kind) || items[at + 2].kind != RPAREN) return 0;
    return items[at + 3].kind == ARROW ? at + 3 : 0;
}

/* `{ a => 1 }` */
static bool say_entry_arrow(const struct report *report) {
    const struct token *items = report->items;
    uint32_t at = report->at, key = report->before;
    if (items[at].kind != ARROW || report_expects(report, ARROW) || key == 0) return false;
    if (!token_is_word(items[key].kind) && items[key].kind != STRING) return false;
    int kind = items[key - 1].kind;
    bool begins = kind == LBRACE || kind == COMMA || items[key].flags & TOKEN_LINE;
    if (!begins || report_open_bracket(report, at) < report->parser->tokens->count) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, at, at,
                                               TEXT("\"=\" gives a value, not \"=>\""));
    HINT(report, diagnostic, "Write %.*s = ...", TEXT_ARGS(report_text(report, key)));
    diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, at, at),
                   TEXT("="));
    return true;
}

static bool say_closure(const struct report *report) {
    uint32_t arrow = find_arrow(report);
    if (arrow == 0) return false;
    struct closure closure = closure_read(report, arrow);
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, arrow, arrow,
                   TEXT("a function cannot be a value, so \"=>\" makes none"));
    hint_closure(report, diagnostic, &closure);
    return true;
}

/* `map(lambda x: x, xs)` */
static bool say_lambda(const struct report *report) {
    uint32_t word = report->before;
    if (!text_is(report_text(report, word), "lambda") || word == report->at) return false;
    if (!token_is_word(report->items[report->at].kind)) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, word, word,
                                               TEXT("a function cannot be a value"));
    HINT(report, diagnostic, "A function has a name: fn f(x: string): string = ...; a list is made "
                             "of another by [for x in xs: f(x)].");
    return true;
}

/* --- const bucket = new s3.Bucket(this, "Bucket", { ... }) --- */

/* The word `new` in the line of the mistake, if a class and its arguments follow; count of tokens
 * for none. */
static uint32_t find_new(const struct report *report) {
    const struct token *items = report->items;
    uint32_t first = report_line_start(report, report->before);
    for (uint32_t i = first; i + 2 < report->parser->tokens->count && i - first < LOOK_BACK; i++) {
        if (i > first && items[i].flags & TOKEN_LINE) break;
        if (items[i].kind != NAME || !text_is(report_text(report, i), "new")) continue;
        if (!token_is_word(items[i + 1].kind) || items[i + 1].flags & TOKEN_LINE) continue;
        uint32_t behind = i + 2;
        while (items[behind].kind == MEMBER) behind++;
        if (items[behind].kind == LPAREN) return i;
    }
    return report->parser->tokens->count;
}

/* The resource type that a class of the CDK stands for, such as s3.Bucket or sqs.CfnQueue. */
static struct text class_type(const struct report *report, uint32_t first) {
    uint32_t last = first;
    while (report->items[last + 1].kind == MEMBER) last++;
    struct text class = written(report, first, last, "");
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < class.length; i++) {
        struct text rest = {class.bytes + i, class.length - i};
        if (text_starts(rest, TEXT("Cfn"))) i += 2;
        else buffer_char(&out, class.bytes[i]);
    }
    const struct schema_type *found[1];
    struct text wanted = {out.bytes, out.length};
    struct text type = TEXT("TYPE");
    if (last > first && schema_suggest_type(wanted, found, 1) == 1)
        type = schema_type_name(found[0]);
    buffer_release(&out);
    return type;
}

static bool say_new(const struct report *report) {
    uint32_t word = find_new(report);
    if (word == report->parser->tokens->count) return false;
    struct text name = TEXT("name");
    uint32_t last = word + 1;
    if (word >= 2 && report->items[word - 1].kind == ASSIGN &&
        token_is_word(report->items[word - 2].kind))
        name = report_text(report, word - 2);
    while (report->items[last + 1].kind == MEMBER) last++;
    struct diagnostic *diagnostic =
        report_say(report, DIAGNOSTIC_SYNTAX, word, last,
                   TEXT("a resource is declared, with its properties in braces"));
    HINT(report, diagnostic, "Write resource %.*s: %.*s { ... }.", TEXT_ARGS(name),
         TEXT_ARGS(class_type(report, word + 1)));
    return true;
}

/* --- parts of lists --- */

/* `subnets[*].id` */
static bool say_splat(const struct report *report) {
    uint32_t open = report->before;
    if (report->items[report->at].kind != STAR || report->items[open].kind != LBRACK) return false;
    if (open == 0 || report->items[report->at + 1].kind != RBRACK) return false;
    uint32_t last = report->at + 1;
    while (report->items[last + 1].kind == MEMBER) last++;
    struct text list = written(report, value_start(report, open - 1), open - 1, "xs");
    struct text rest = last > report->at + 1 ? written(report, report->at + 2, last, "...")
                                             : TEXT("");
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, open, report->at + 1,
                                               TEXT("an index is one element, not all of them"));
    HINT(report, diagnostic, "Write [for x in %.*s: x%.*s].", TEXT_ARGS(list), TEXT_ARGS(rest));
    return true;
}

/* `xs[0:2]`, `xs[1:]` */
static bool say_slice(const struct report *report) {
    if (report->items[report->at].kind != COLON) return false;
    uint32_t open = report_open_bracket(report, report->at);
    if (open == report->parser->tokens->count || open == 0) return false;
    if (report->items[open].kind != LBRACK || report->items[open + 1].kind == FOR) return false;
    struct text list = written(report, value_start(report, open - 1), open - 1, "xs");
    struct text start = written(report, open + 1, report->at - 1, "start");
    if (open + 1 == report->at) start = TEXT("0");
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_SYNTAX, report->at, report->at,
                                               TEXT("an index is one element, without \":\""));
    uint32_t close = report->at + 1, count = report->parser->tokens->count;
    while (close + 1 < count && close - report->at < 8 && report->items[close].kind != RBRACK)
        close++;
    bool is_open = close == report->at + 1; /* to the end of the list */
    bool is_closed = report->items[close].kind == RBRACK;
    struct text end = is_open     ? TEXT("")
                      : is_closed ? written(report, report->at + 1, close - 1, "end")
                                  : TEXT("end");
    HINT(report, diagnostic, "Write slice(%.*s, %.*s%s%.*s).", TEXT_ARGS(list), TEXT_ARGS(start),
         is_open ? "" : ", ", TEXT_ARGS(end));
    return true;
}

/* `2 ** 3` */
static bool say_power(const struct report *report) {
    if (report->items[report->at].kind != STAR || report->items[report->before].kind != STAR)
        return false;
    if (report->items[report->at].flags & TOKEN_SPACE) return false;
    struct diagnostic *diagnostic = report_say(report, DIAGNOSTIC_OPERATOR_FORM, report->before,
                                               report->at, TEXT("\"**\" is not an operator"));
    HINT(report, diagnostic, "Write pow(a, b).");
    return true;
}

/* --- f"orders-{kind}", r'\d+' --- */

static bool is_prefix(struct text word) {
    static const char *const words[] = {"f", "F", "r", "R", "b", "u", "rb", "br", "fr", "rf", "s"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i])) return true;
    return false;
}

static bool say_prefix(const struct report *report) {
    const struct token *items = report->items;
    uint32_t places[] = {report->at, report->before};
    for (size_t i = 0; i < 2; i++) {
        uint32_t text = places[i];
        if (text == 0 || !is_text_start(items[text].kind)) continue;
        if (items[text].flags & (TOKEN_SPACE | TOKEN_LINE)) continue;
        if (items[text - 1].kind != NAME) continue;
        struct text prefix = report_text(report, text - 1);
        if (!is_prefix(prefix)) continue;
        struct diagnostic *diagnostic =
            report_say(report, DIAGNOSTIC_SYNTAX, text - 1, text - 1,
                       FORMAT(report, "a text has no \"%.*s\" before it", TEXT_ARGS(prefix)));
        HINT(report, diagnostic,
             "Leave it out: \"...\" holds values as ${name}, and '...' is taken as it stands.");
        return true;
    }
    return false;
}

bool habit_say_code(const struct report *report) {
    return say_fn_arrow(report) || say_entry_arrow(report) || say_closure(report) ||
           say_lambda(report) || say_new(report) || say_splat(report) || say_slice(report) ||
           say_power(report) || say_prefix(report);
}
