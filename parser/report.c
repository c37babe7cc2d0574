/* What is said about a syntax error.
 *
 * bison finds the first token that fits nothing. The mistake is often just before it: an operand
 * that is missing at the end of the line above, a bracket left open. So the reporter looks at the
 * tokens around, and says the likeliest thing. Where the parse goes on is chosen in recover.c.
 */
#include "parser/report.h"

bool token_is_word(int kind) {
    return kind == NAME || (kind >= IMPORT && kind <= RETURN);
}

static struct span span_at(const struct report *report, uint32_t index) {
    return token_span(report->parser->tokens, report->items[index]);
}

/* Just behind a token: where something is missing. */
static struct span span_behind(const struct report *report, uint32_t index) {
    struct span span = span_at(report, index);
    return (struct span){span.source, span.end, span.end};
}

static struct text shown(const struct report *report, uint32_t index) {
    struct token token = report->items[index];
    if (token.kind == END)
        return report->parser->is_alone ? TEXT("its end") : TEXT("the end of the file");
    if (token.kind == TEXT_OPEN || token.kind == BLOCK_OPEN) return TEXT("a text");
    struct text text = {report->parser->bytes + token.start, token.length};
    if (token.kind == STRING || token.kind == RAW || token.kind == RAW_BLOCK)
        return text.length <= 40 ? text : TEXT("a text");
    if (text.length > 60) return TEXT("this");
    return text_format(report->parser->arena, "\"%.*s\"", TEXT_ARGS(text));
}

static struct diagnostic *say(struct report *report, enum diagnostic_id id, struct span span,
                              struct text message) {
    return diagnostics_report(report->parser->diagnostics, id, span, "%.*s", TEXT_ARGS(message));
}

struct diagnostic *report_say(const struct report *report, enum diagnostic_id id, uint32_t first,
                              uint32_t last, struct text message) {
    return diagnostics_report(report->parser->diagnostics, id, report_span(report, first, last),
                              "%.*s", TEXT_ARGS(message));
}

struct diagnostic *report_no_declaration(const struct report *report, uint32_t word,
                                         uint32_t last) {
    return report_say(report, DIAGNOSTIC_MISSING_WORD, word, last,
                      FORMAT(report, "\"%.*s\" begins no declaration",
                             TEXT_ARGS(report_text(report, word))));
}

uint32_t report_open_bracket(const struct report *report, uint32_t index) {
    uint32_t closed = 0, braces = 0;
    for (uint32_t i = index; i > 0 && index - i < LOOK_BACK; i--) {
        int kind = report->items[i - 1].kind;
        if (kind == RBRACE || kind == INTERPOLATION_CLOSE) braces++;
        if (kind == LBRACE || kind == INTERPOLATION_OPEN) {
            if (braces == 0) break;
            braces--;
        }
        if (braces > 0) continue;
        if (is_closer(kind)) closed++;
        if (is_opener(kind) && closed-- == 0) return i - 1;
    }
    return report->parser->tokens->count;
}

static bool matches_bracket(int opener, int closer) {
    bool paren = opener == LPAREN || opener == SP_LPAREN;
    return closer == (paren ? RPAREN : RBRACK);
}

static const char *closing(int opener) {
    return opener == LPAREN || opener == SP_LPAREN ? ")" : "]";
}

static bool say_unclosed(struct report *report) {
    uint32_t open = report_open_bracket(report, report->at);
    int kind = report->items[report->at].kind;
    if (open == report->parser->tokens->count) return false;
    bool ends = kind == RBRACE || kind == END || kind == INTERPOLATION_CLOSE ||
                tokens_begin_item(report->parser->tokens, report->at) ||
                (is_closer(kind) && !matches_bracket(report->items[open].kind, kind));
    if (!ends) return false;
    const char *close = closing(report->items[open].kind);
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_UNCLOSED_BRACKET, span_at(report, open),
            FORMAT(report, "%.*s is not closed", TEXT_ARGS(shown(report, open))));
    HINT(report, diagnostic, "Write \"%s\" at the end of its content.", close);
    diagnostic_note(report->parser->diagnostics, diagnostic, span_behind(report, report->before),
                    "its content seems to end here");
    return true;
}

static bool say_unopened(struct report *report) {
    if (!is_closer(report->items[report->at].kind)) return false;
    if (report_open_bracket(report, report->at) < report->parser->tokens->count) return false;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_UNOPENED_BRACKET, span_at(report, report->at),
            FORMAT(report, "%.*s closes nothing", TEXT_ARGS(shown(report, report->at))));
    HINT(report, diagnostic, "Leave it out, or write the bracket that it is to close.");
    return true;
}

/* A value that stands right behind another: `f (x)`, `a -1`, `[1 2]`. */
static bool say_touching(struct report *report) {
    struct token token = report->items[report->at];
    if (token.flags & TOKEN_LINE || !ends_value(report->items[report->before].kind)) return false;
    if (!report_expects(report, MINUS)) return false;
    bool comma = report_open_bracket(report, report->at) < report->parser->tokens->count;
    struct diagnostic *diagnostic;
    if (token.kind == SP_MINUS) {
        diagnostic = say(report, DIAGNOSTIC_SPACING, span_at(report, report->at),
                         TEXT("a \"-\" after a space that touches what follows is a sign"));
        HINT(report, diagnostic, comma ? "Write a - 1 to subtract, or a comma between two elements."
                                       : "Write a - 1, with spaces on both sides, to subtract.");
        return true;
    }
    if (token.kind != SP_LPAREN && token.kind != SP_LBRACK) return false;
    struct span gap = {report->parser->source, span_at(report, report->before).end,
                       (uint32_t)token.start};
    diagnostic = say(report, DIAGNOSTIC_SPACING, span_at(report, report->at),
                     token.kind == SP_LPAREN
                         ? TEXT("the \"(\" of a call touches what it calls")
                         : TEXT("the \"[\" of an index touches what it is taken from"));
    HINT(report, diagnostic,
         comma ? "Remove the space before it, or write a comma between two elements."
               : "Remove the space before it.");
    if (!comma) diagnostic_fix(report->parser->diagnostics, diagnostic, gap, TEXT(""));
    return true;
}

static bool say_missing_comma(struct report *report) {
    struct token token = report->items[report->at];
    bool value = begins_value(token.kind) || token.kind == IF || token.kind == ELLIPSIS;
    uint32_t open = report_open_bracket(report, report->at);
    if (!report_expects(report, COMMA) || !value || open == report->parser->tokens->count)
        return false;
    struct span behind = span_behind(report, report->before);
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_MISSING_COMMA, behind,
            FORMAT(report, "\",\" is missing before %.*s", TEXT_ARGS(shown(report, report->at))));
    HINT(report, diagnostic, "Write a comma between two elements.");
    diagnostic_fix(report->parser->diagnostics, diagnostic, behind, TEXT(","));
    return true;
}

/* `in = 2`: a reserved word as a key. */
static bool say_reserved(struct report *report) {
    uint32_t word = report->at;
    if (!is_reserved(report->items[word].kind)) word = report->before;
    if (!is_reserved(report->items[word].kind)) return false;
    int next = report->items[next_code(report->parser->tokens, word)].kind;
    bool named = word > 0 && !(report->items[word].flags & TOKEN_LINE) &&
                 is_declaration_word(report->items[word - 1].kind);
    bool as_key = next == ASSIGN && !named;
    bool is_value = !named && !(report->items[word].flags & TOKEN_LINE) &&
                    report->items[word].kind != IN && begins_value(report->items[word].kind);
    if (is_value && !as_key) return false; /* `not true` */
    if (!as_key && !(word == report->at && report_expects(report, NAME) &&
                     !report_expects_value(report)))
        return false;
    struct text text = {report->parser->bytes + report->items[word].start,
                        report->items[word].length};
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_RESERVED_WORD, span_at(report, word),
            FORMAT(report, "\"%.*s\" is a reserved word", TEXT_ARGS(text)));
    if (as_key) {
        HINT(report, diagnostic, "Quote it as a key: \"%.*s\" = ...", TEXT_ARGS(text));
        diagnostic_fix(report->parser->diagnostics, diagnostic, span_at(report, word),
                       FORMAT(report, "\"%.*s\"", TEXT_ARGS(text)));
    } else {
        HINT(report, diagnostic, "Choose another name.");
    }
    return true;
}

/* `a = 5 5` and then the next entry: the second 5 could be a key, until "=" does not follow. */
static bool say_stray(struct report *report) {
    uint32_t stray = report->before;
    struct token token = report->items[stray];
    if (!report_expects(report, ASSIGN) || report_expects_value(report) || stray == 0) return false;
    if (token.flags & TOKEN_LINE || !ends_value(report->items[stray - 1].kind)) return false;
    if (token.kind == TEXT_CLOSE || !begins_value(token.kind)) return false;
    if (is_declaration_word(report->items[stray - 1].kind)) return false;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_SYNTAX, span_at(report, stray),
            FORMAT(report, "%.*s cannot follow a value", TEXT_ARGS(shown(report, stray))));
    if (report->items[report_line_start(report, stray)].kind == ASSERT) {
        HINT(report, diagnostic, "The reason stands behind a comma: assert x, \"why\".");
        return true;
    }
    HINT(report, diagnostic,
         "Two values are joined by an operator, two texts by interpolation: \"${a}${b}\".");
    return true;
}

static bool say_missing_value(struct report *report) {
    if (!report_expects_value(report)) return false;
    uint32_t before = report->before;
    if (!wants_more(report->items[before].kind) && report->items[before].kind != COMMA)
        return false;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_MISSING_VALUE, span_at(report, before),
            FORMAT(report, "a value is missing after %.*s", TEXT_ARGS(shown(report, before))));
    bool is_heredoc = report->items[report->at].kind == LESS &&
                      report->items[next_code(report->parser->tokens, report->at)].kind == LESS;
    if (is_heredoc)
        HINT(report, diagnostic, "A text over several lines stands between \"\"\" and \"\"\".");
    else if (report->items[before].kind == ASSIGN)
        HINT(report, diagnostic, "Write a value behind it, or null for none.");
    return true;
}

static bool say_chain(struct report *report) {
    int kind = report->items[report->at].kind;
    bool chains = is_comparison(kind) || kind == IN || kind == RANGE;
    if (!chains || !ends_value(report->items[report->before].kind) || !report_expects(report, AND))
        return false;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_CHAINED_COMPARISON, span_at(report, report->at),
            FORMAT(report, "%.*s cannot follow another comparison",
                   TEXT_ARGS(shown(report, report->at))));
    HINT(report, diagnostic, kind == RANGE ? "Put the inner range in parentheses."
                                           : "Join two comparisons with &&, as in 1 < b && b < 3.");
    return true;
}

static bool say_word_operator(struct report *report) {
    static const struct {
        const char *word, *operator_text;
    } words[] = {{"and", "&&"}, {"or", "||"}, {"is", "=="}, {"mod", "%"}, {"not", "!"}};
    enum { COUNT_OF_INFIX = 4 };
    uint32_t at = report->at;
    for (unsigned side = 0; side < 3; side++, at = previous_code(report->parser->tokens, at)) {
        struct text word = {report->parser->bytes + report->items[at].start,
                            report->items[at].length};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (!text_is(word, words[i].word)) continue;
            if (side == 0 && !report_expects(report, AND)) continue;
            if (side == 2 &&
                (i < COUNT_OF_INFIX || report->items[report->before].flags & TOKEN_LINE))
                continue;
            struct diagnostic *diagnostic =
                say(report, DIAGNOSTIC_OPERATOR_FORM, span_at(report, at),
                    FORMAT(report, "\"%.*s\" is not an operator", TEXT_ARGS(word)));
            HINT(report, diagnostic, "Write %s.", words[i].operator_text);
            struct span span = span_at(report, at);
            if (i >= COUNT_OF_INFIX) span.end = (uint32_t)report->items[at + 1].start;
            diagnostic_fix(report->parser->diagnostics, diagnostic, span,
                           text_of(words[i].operator_text));
            return true;
        }
    }
    return false;
}

/* A header without its { }. */
static bool say_missing_body(struct report *report) {
    if (!report_expects(report, LBRACE) || report_expects(report, ASSIGN) ||
        report_expects_value(report) || report_expects_type(report))
        return false;
    if (report->items[report_line_start(report, report->before)].kind == IMPORT) return false;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_MISSING_BODY, span_behind(report, report->before),
            FORMAT(report, "\"{\" is missing before %.*s", TEXT_ARGS(shown(report, report->at))));
    bool is_given = report->items[report->before].kind == WITH;
    HINT(report, diagnostic, is_given ? "What a test gives stands in braces: with { name = value }."
                             : report->items[report->at].kind == COLON
                                 ? "A body stands in braces: write \"{\" here, and \"}\" behind it."
                                 : "A body is never left out; write {} for an empty one.");
    return true;
}

static struct text expectation(const struct report *report) {
    static const struct {
        int kind;
        const char *words;
    } single[] = {{ASSIGN, "\"=\""},   {COLON, "\":\""},       {COMMA, "\",\""},
                  {RPAREN, "\")\""},   {RBRACK, "\"]\""},      {LBRACE, "\"{\""},
                  {ARROW, "\"=>\""},   {THEN, "\"then\""},     {ELSE, "\"else\""},
                  {IN, "\"in\""},      {RETURN, "\"return\""}, {INTERPOLATION_CLOSE, "\"}\""}};
    if (report_expects_value(report)) return TEXT("an expression");
    if (report_expects_type(report) && report_expects(report, STRING) &&
        !report_expects(report, LBRACE))
        return TEXT("a library or the text of a path");
    if (report_expects_type(report)) return TEXT("a type");
    if (report_expects(report, END))
        return report->parser->is_alone ? TEXT("an operator or the end of the expression")
                                        : TEXT("a declaration");
    if (report_expects(report, ELLIPSIS)) return TEXT("an entry");
    if (report_expects(report, RESOURCE) && report_expects(report, RBRACE))
        return TEXT("a declaration or \"}\"");
    if (report_expects(report, NAME)) return TEXT("a name");
    struct text text = {0};
    unsigned count = 0;
    if (report_expects(report, STRING)) return TEXT("a text");
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (!report_expects(report, single[i].kind)) continue;
        if (single[i].kind == IN && report_expects(report, AND)) continue; /* one operator of many */
        text = count++ ? FORMAT(report, "%.*s or %s", TEXT_ARGS(text), single[i].words)
                       : text_of(single[i].words);
        if (count == 3) break;
    }
    return count > 0 ? text : TEXT("something else");
}

static bool is_lone_word(const struct tokens *tokens, uint32_t index) {
    return token_is_word(tokens->items[index].kind) && tokens->items[index].flags & TOKEN_LINE;
}

bool report_is_lone_word(const struct report *report, uint32_t index) {
    return is_lone_word(report->parser->tokens, index);
}

static void say_expected(struct report *report) {
    struct text expected = expectation(report);
    int kind = report->items[report->at].kind;
    bool next = kind == END || kind == RBRACE ||
                tokens_begin_item(report->parser->tokens, report->at) ||
                tokens_alone(report->parser->tokens, report->at);
    bool behind = report->items[report->at].flags & TOKEN_LINE && report->before != report->at;
    struct diagnostic *diagnostic;
    if (behind && next) /* what is missing is missing on the line above */
        diagnostic = say(report, DIAGNOSTIC_SYNTAX, span_behind(report, report->before),
                         FORMAT(report, "expected %.*s after %.*s", TEXT_ARGS(expected),
                                TEXT_ARGS(shown(report, report->before))));
    else
        diagnostic = say(report, DIAGNOSTIC_SYNTAX, span_at(report, report->at),
                         FORMAT(report, "expected %.*s, found %.*s", TEXT_ARGS(expected),
                                TEXT_ARGS(shown(report, report->at))));
    habit_hint(report, diagnostic);
}

/* `deploy: deliver.ChangeSet {`: a resource or an action without its word. */
static bool is_typed_header(const struct tokens *tokens, uint32_t colon, uint32_t before) {
    if (!is_lone_word(tokens, before)) return false;
    uint32_t i = next_code(tokens, colon);
    if (!token_is_word(tokens->items[i].kind) && tokens->items[i].kind != AWS_TYPE) return false;
    do i = next_code(tokens, i);
    while (tokens->items[i].kind == MEMBER);
    return tokens->items[i].kind == LBRACE && !(tokens->items[i].flags & TOKEN_LINE);
}

/* `pipeline p in {` or `if {`: the body of a header whose value is missing. */
static bool is_body(const struct tokens *tokens, uint32_t index, uint32_t before) {
    int kind = tokens->items[before].kind;
    uint32_t next = next_code(tokens, index);
    if (!(tokens->items[next].flags & TOKEN_LINE)) return false;
    if (is_lone_word(tokens, before)) return tokens_begin_declaration(tokens, next);
    if (kind != IN && kind != IF) return false;
    struct token behind = tokens->items[tokens_behind_braces(tokens, index)];
    if (behind.kind == LBRACE && !(behind.flags & TOKEN_LINE)) return false; /* a record, looped */
    uint32_t first = before;
    while (first > 0 && !(tokens->items[first].flags & TOKEN_LINE)) first--;
    return is_declaration_word(tokens->items[first].kind) || tokens->items[first].kind == FOR ||
           tokens->items[first].kind == IF;
}

/* `let x =` and then `y = 2` on the next line would read as x = y until the second "=", one line
 * late. So the parser asks before it takes the first token of a line. */
bool report_line_is_apart(const struct parser *parser, uint32_t index) {
    const struct tokens *tokens = parser->tokens;
    int kind = tokens->items[index].kind;
    uint32_t before = previous_code(tokens, index);
    if (kind == LBRACE) return is_body(tokens, index, before);
    if (kind == COLON) return is_typed_header(tokens, index, before);
    if (!(tokens->items[index].flags & TOKEN_LINE)) return false;
    if (parser->has_synced && index == parser->last_sync) return false; /* said already */
    if (!token_is_word(kind) && kind != META && !is_text_start(kind)) return false;
    if (before == index || !wants_more(tokens->items[before].kind)) return false;
    int next = tokens->items[tokens_behind_text(tokens, index)].kind;
    if (kind == META || next == ASSIGN) return true;
    return tokens_begin_declaration(tokens, index) && next != LPAREN;
}

/* `Source {` among declarations. */
static bool say_missing_word(struct report *report) {
    bool typed = report->items[report->at].kind == COLON;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_MISSING_WORD, span_at(report, report->before),
            FORMAT(report, "%.*s begins no declaration",
                   TEXT_ARGS(shown(report, report->before))));
    HINT(report, diagnostic, typed ? "Write \"resource\" or \"action\" before the name."
                                   : "Write \"region\", \"stack\", \"stage\" or another word of a "
                                     "declaration before the name.");
    return true;
}

static bool say_line_above(struct report *report) {
    if (!report->parser->doubts || !report_line_is_apart(report->parser, report->at)) return false;
    uint32_t before = report->before;
    if (is_lone_word(report->parser->tokens, before)) return say_missing_word(report);
    bool type = report->items[before].kind == COLON;
    struct diagnostic *diagnostic =
        say(report, DIAGNOSTIC_MISSING_VALUE, span_at(report, before),
            FORMAT(report, "%s is missing after %.*s", type ? "a type or value" : "a value",
                   TEXT_ARGS(shown(report, before))));
    if (report->items[before].kind == ASSIGN)
        HINT(report, diagnostic, "Write a value behind it, or null for none.");
    return true;
}

/* Whether this line has a message about a text or a character already, or what stands before it
 * was put in with one. */
static bool is_reported(const struct report *report) {
    const struct token *items = report->items;
    if ((items[report->at].flags | items[report->before].flags) & (TOKEN_BAD | TOKEN_MADE))
        return true;
    uint32_t at = report->at;
    for (uint32_t i = at; i > 0 && at - i < LOOK_BACK && !(items[i].flags & TOKEN_LINE); i--)
        if (items[i].flags & TOKEN_BAD) return true;
    return false;
}

struct text report_declaration_word(struct text written) {
    static const char *const words[] = {"resource", "region", "stack",  "component", "param",
                                        "let",      "fn",     "type",   "output",    "import",
                                        "project",  "assert", "pipeline", "stage",   "action",
                                        "policy",   "test"};
    static const char *const others[][2] = {
        {"const", "let"},    {"var", "let"},       {"val", "let"},        {"local", "let"},
        {"def", "fn"},       {"func", "fn"},       {"function", "fn"},    {"module", "component"},
        {"class", "component"}, {"variable", "param"}, {"parameter", "param"}, {"input", "param"},
        {"export", "output"}, {"expect", "assert"}, {"ensure", "assert"}};
    struct suggestion suggestion;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (text_is(written, others[i][0])) return text_of(others[i][1]);
    }
    suggestion_init(&suggestion, written);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        suggestion_offer(&suggestion, text_of(words[i]));
    }
    return written.length > 2 ? suggestion.best : (struct text){0};
}

/* `resorce x: ...`, `var x = 1`: two words, and the first is none that begins a declaration. */
static bool say_declaration_word(struct report *report) {
    uint32_t before = report->before;
    int kind = report->items[report->at].kind;
    if (!begins_value(kind) || report->at == before) return false;
    if (report->items[report->at].flags & TOKEN_LINE) return false;
    if (!is_lone_word(report->parser->tokens, before) || !report_expects(report, ASSIGN))
        return false;
    struct text written = report_text(report, before), meant = report_declaration_word(written);
    if (!meant.length || (!token_is_word(kind) && !text_is(meant, "assert"))) return false;
    uint32_t last = before;
    if (text_is(written, "export")) { /* of TypeScript: what is exported says what is meant */
        struct text inner = report_declaration_word(report_text(report, report->at));
        if (inner.length) meant = inner, last = report->at;
    }
    struct diagnostic *diagnostic = report_no_declaration(report, before, last);
    HINT(report, diagnostic, "Write %.*s.", TEXT_ARGS(meant));
    diagnostic_fix(report->parser->diagnostics, diagnostic, report_span(report, before, last),
                   meant);
    return true;
}

static void say_something(struct report *report) {
    if (habit_say(report)) return;
    if (say_reserved(report)) return;
    if (say_declaration_word(report)) return;
    if (header_say_type(report)) return;
    if (say_unclosed(report)) return;
    if (say_unopened(report)) return;
    if (say_touching(report)) return;
    if (say_word_operator(report)) return;
    if (say_missing_comma(report)) return;
    if (say_chain(report)) return;
    if (say_stray(report)) return;
    if (say_missing_value(report)) return;
    if (header_say_region(report)) return;
    if (say_missing_body(report)) return;
    if (header_say_param(report)) return;
    say_expected(report);
}

void report_syntax_error(struct parser *parser, const struct syntax_error *error) {
    parser_recall(parser);
    struct report report = {.parser = parser,
                            .error = error,
                            .items = parser->tokens->items,
                            .at = parser->at};
    report.before = previous_code(parser->tokens, report.at);
    if (!parser->depths) recover_measure_depths(parser);
    bool fresh = !parser->has_error || !is_reported(&report);
    parser->has_error = true;
    if (fresh && !say_line_above(&report)) say_something(&report);
    recover(&report, report.at);
}

void report_nesting(struct parser *parser, struct range range) {
    if (parser->too_deep) return;
    parser->too_deep = true;
    parser->has_error = true;
    struct diagnostic *diagnostic = diagnostics_report(
        parser->diagnostics, DIAGNOSTIC_NESTING, parser_span(parser, range),
        "this is nested more than %d deep", LIMIT_NESTING);
    diagnostic_hint(parser->diagnostics, diagnostic,
                    "Give inner parts names with \"let\"; a long chain of + is better a list for "
                    "join().");
}
