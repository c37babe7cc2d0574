/* What the scanner's matches mean: tokens with their flags, comments, and the mistakes that a
 * single token can have. A mistake marks the token that follows it as bad, so that the parser,
 * which may stumble over the same place, stays silent there: one mistake, one message.
 */
#include "lexer/lexer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lexer/scan.h"
#include "parser/builder.h"
#include "parser/grammar.h"

static struct span span_of(const struct lexer *lexer, uint32_t start, uint32_t end) {
    return (struct span){lexer->source, start, end};
}

static struct span match_span(const struct lexer *lexer) {
    return span_of(lexer, lexer->start, lexer->at);
}

static struct text match_text(const struct lexer *lexer) {
    return (struct text){lexer->bytes.bytes + lexer->start, lexer->at - lexer->start};
}

static void push(struct lexer *lexer, int kind, uint32_t start, uint32_t end, unsigned flags) {
    lexer->items = arena_grown(lexer->arena, lexer->items, lexer->count, &lexer->capacity,
                               sizeof *lexer->items);
    lexer->items[lexer->count++] = (struct token){
        .start = start, .length = end - start, .kind = (unsigned)kind, .flags = flags};
}

void lexer_add(struct lexer *lexer, int kind, uint32_t start, uint32_t end, unsigned flags) {
    if (lexer->count == 0 || lexer->newlines > 0) flags |= TOKEN_LINE | TOKEN_SPACE;
    if (lexer->newlines > 1) flags |= TOKEN_BLANK;
    if (lexer->space) flags |= TOKEN_SPACE;
    if (lexer->doc) flags |= TOKEN_DOC;
    if (lexer->bad) flags |= TOKEN_BAD;
    push(lexer, kind, start, end, flags);
    lexer->newlines = 0;
    lexer->space = lexer->doc = lexer->bad = false;
}

/* "##" alone on its line documents what follows; "###" is a rule that somebody drew. */
void lexer_comment(struct lexer *lexer) {
    struct text text = match_text(lexer);
    bool doc = text_starts(text, TEXT("##")) && !text_starts(text, TEXT("###"));
    bool first = lexer->count == 0 || lexer->newlines > 0;
    unsigned flags = TOKEN_SPACE | (first ? TOKEN_LINE : 0);
    if (lexer->newlines > 1) flags |= TOKEN_BLANK;
    if (doc && !first) {
        struct diagnostic *report =
            diagnostics_report(lexer->diagnostics, DIAGNOSTIC_DOC_COMMENT_PLACE, match_span(lexer),
                               "a \"##\" comment after code documents nothing");
        diagnostic_hint(lexer->diagnostics, report,
                        "Write it on a line of its own above what it describes, or begin it with a "
                        "single \"#\".");
        diagnostic_fix(lexer->diagnostics, report,
                       span_of(lexer, lexer->start, lexer->start + 2), TEXT("#"));
        doc = false;
    }
    push(lexer, doc ? DOC : COMMENT, lexer->start, lexer->at, flags);
    lexer->newlines = 0;
    lexer->space = true;
    lexer->doc |= doc;
}

/* What the languages of the neighbourhood call a comment is one here too, after a message. */
void lexer_foreign_comment(struct lexer *lexer) {
    struct text text = match_text(lexer);
    bool first = lexer->count == 0 || lexer->newlines > 0;
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_COMMENT_STYLE, match_span(lexer),
                           "a comment begins with \"#\", not with \"%.*s\"", 2, text.bytes);
    if (text.bytes[1] == '/') {
        diagnostic_hint(lexer->diagnostics, report, "Write \"#\" in place of \"//\".");
        diagnostic_fix(lexer->diagnostics, report,
                       span_of(lexer, lexer->start, lexer->start + 2), TEXT("#"));
    } else {
        diagnostic_hint(
            lexer->diagnostics, report,
            "Write \"#\" before the text of each line and leave out \"/*\" and \"*/\".");
    }
    push(lexer, COMMENT, lexer->start, lexer->at, TOKEN_SPACE | (first ? TOKEN_LINE : 0));
    lexer->newlines = memchr(text.bytes, '\n', text.length) ? 1 : 0;
    lexer->space = true;
}

void lexer_comment_in_text(struct lexer *lexer) {
    struct diagnostic *report = diagnostics_report(
        lexer->diagnostics, DIAGNOSTIC_COMMENT_IN_TEXT, match_span(lexer),
        "a comment cannot stand inside the \"${ }\" of a text on one line");
    diagnostic_hint(lexer->diagnostics, report, "Write the comment on the line above.");
    diagnostic_fix(lexer->diagnostics, report, match_span(lexer), TEXT(""));
    lexer->space = true;
}

void lexer_flush_part(struct lexer *lexer, uint32_t end) {
    if (end > lexer->part) lexer_add(lexer, TEXT_PART, lexer->part, end, 0);
}

/* A sign has white space before it and none after it; all else subtracts. */
void lexer_minus(struct lexer *lexer) {
    bool touches = lexer->at < lexer->bytes.length &&
                   !strchr(" \t\r\n#", lexer->bytes.bytes[lexer->at]);
    bool spaced = lexer->space || lexer->newlines > 0 || lexer->count == 0;
    lexer_add(lexer, spaced && touches ? SP_MINUS : MINUS, lexer->start, lexer->at, 0);
}

/* `a. b`: a member all the same. */
void lexer_member_apart(struct lexer *lexer) {
    struct text text = match_text(lexer);
    uint32_t blank = 1;
    while (strchr(" \t", text.bytes[blank])) blank++;
    struct span gap = span_of(lexer, lexer->start + 1, lexer->start + blank);
    struct diagnostic *report = diagnostics_report(lexer->diagnostics, DIAGNOSTIC_SPACING, gap,
                                                   "a name touches the dot before it");
    diagnostic_hint(lexer->diagnostics, report, "Remove the space.");
    diagnostic_fix(lexer->diagnostics, report, gap, TEXT(""));
    lexer_add(lexer, MEMBER, lexer->start, lexer->at, 0);
}

void lexer_number(struct lexer *lexer, bool whole) {
    lexer_add(lexer, whole ? INT : NUMBER, lexer->start, lexer->at, 0);
}

static bool all_digits(struct text text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
    return true;
}

const char *lexer_duration(struct text unit) {
    static const struct {
        const char *unit, *function;
    } units[] = {{"d", "days"},    {"days", "days"},  {"h", "hours"},   {"hours", "hours"},
                 {"m", "minutes"}, {"min", "minutes"}, {"s", "seconds"}, {"sec", "seconds"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_is(unit, units[i].unit)) return units[i].function;
    return NULL;
}

/* 30d, 5m, 10s: a span of time as other languages write it; NULL for anything else. */
static const char *duration_function(struct text text) {
    size_t digits = 0;
    while (digits < text.length && ascii_is_digit(text.bytes[digits]))
        digits++;
    return lexer_duration((struct text){text.bytes + digits, text.length - digits});
}

/* 10.0.0.0/16, 1.2.3 */
static bool has_several_points(struct text text) {
    const char *first = memchr(text.bytes, '.', text.length);
    size_t rest = first ? text.length - (size_t)(first + 1 - text.bytes) : 0;
    return rest && memchr(first + 1, '.', rest);
}

/* 0xff, 1e6: its value, where that is a whole number; -1 for anything else. */
static int64_t foreign_number(struct text text) {
    char room[32], *end;
    if (text.length >= sizeof room || text.length < 3) return -1;
    memcpy(room, text.bytes, text.length);
    room[text.length] = 0;
    bool hexadecimal = room[0] == '0' && (room[1] == 'x' || room[1] == 'X');
    double value = strtod(room, &end);
    if (*end || (!hexadecimal && !strpbrk(room, "eE"))) return -1;
    if (!(value >= 0 && value < 9007199254740992.0) || value != (double)(int64_t)value) return -1;
    return (int64_t)value;
}

static void hint_number(struct lexer *lexer, struct diagnostic *report, struct text text) {
    const char *function = duration_function(text);
    int64_t value = foreign_number(text);
    if (has_several_points(text)) {
        diagnostic_hint(lexer->diagnostics, report,
                        "Write \"%.*s\": addresses and versions are texts.", TEXT_ARGS(text));
        diagnostic_fix(lexer->diagnostics, report, match_span(lexer),
                       text_format(lexer->arena, "\"%.*s\"", TEXT_ARGS(text)));
    } else if (text.bytes[0] == '.' && lexer->count > 0 && !lexer->space) {
        diagnostic_hint(lexer->diagnostics, report, "An element is taken with brackets: [%.*s].",
                        (int)text.length - 1, text.bytes + 1);
    } else if (text.bytes[0] == '.') {
        diagnostic_hint(lexer->diagnostics, report, "Write 0%.*s.", TEXT_ARGS(text));
        diagnostic_fix(lexer->diagnostics, report, span_of(lexer, lexer->start, lexer->start),
                       TEXT("0"));
    } else if (text.bytes[0] == '0' && all_digits(text)) {
        diagnostic_hint(lexer->diagnostics, report,
                        "Write \"%.*s\" if it is an account id or another text of digits, or leave "
                        "out the zeros in front.",
                        TEXT_ARGS(text));
    } else if (function) {
        size_t digits = strspn(text.bytes, "0123456789");
        diagnostic_hint(lexer->diagnostics, report, "Write %s(%.*s), or quote it if it is a text.",
                        function, (int)digits, text.bytes);
    } else if (value >= 0) {
        diagnostic_hint(lexer->diagnostics, report,
                        "Write %" PRId64 ", or \"%.*s\" if it is a text.", value,
                        TEXT_ARGS(text));
    } else {
        diagnostic_hint(
            lexer->diagnostics, report,
            "Numbers are written like 80, 1_000 or 1.5; write \"%.*s\" if it is a text.",
            TEXT_ARGS(text));
    }
}

void lexer_number_refused(struct lexer *lexer) {
    struct text text = match_text(lexer);
    const char *why = has_several_points(text)                 ? "has several points"
                      : text.bytes[0] == '.'                         ? "begins with a dot"
                      : text.bytes[0] == '0' && all_digits(text) ? "begins with a zero"
                                                                   : "holds letters";
    if (text.bytes[text.length - 1] == '_' || memmem(text.bytes, text.length, "__", 2))
        why = "has a \"_\" that is not between two digits";
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_NUMBER_FORM, match_span(lexer),
                           "the number %.*s %s", TEXT_ARGS(text), why);
    hint_number(lexer, report, text);
    bool member = text.bytes[0] == '.' && lexer->count > 0 && !lexer->space;
    if (!member) lexer_add(lexer, INT, lexer->start, lexer->at, TOKEN_BAD);
    lexer->bad = true;
}

void lexer_escape_refused(struct lexer *lexer) {
    struct text text = match_text(lexer);
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_UNKNOWN_ESCAPE, match_span(lexer),
                           "the escape \"%.*s\" is not known", TEXT_ARGS(text));
    if (text.length > 1 && text.bytes[1] == 'u') {
        diagnostic_hint(lexer->diagnostics, report,
                        "A character is written by its number in hexadecimal, as in \\u{1F600}.");
    } else {
        diagnostic_hint(
            lexer->diagnostics, report,
            "Write \\\\ for a backslash, or use a raw text '...', which has no escapes; "
            "the escapes are \\n \\t \\r \\\" \\\\ \\$ \\u{...}.");
        diagnostic_fix(lexer->diagnostics, report, span_of(lexer, lexer->start, lexer->start),
                       TEXT("\\"));
    }
}

void lexer_unicode_escape(struct lexer *lexer) {
    unsigned long code = strtoul(lexer->bytes.bytes + lexer->start + 3, NULL, 16);
    if (code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF)) return;
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_UNKNOWN_ESCAPE, match_span(lexer),
                           "no character has the number %lX", code);
    diagnostic_hint(lexer->diagnostics, report,
                    "Characters have the numbers 0 to D7FF and E000 to 10FFFF.");
}

void lexer_dollar_dollar(struct lexer *lexer) {
    struct span span = span_of(lexer, lexer->at - 1, lexer->at + 2);
    span.start = lexer->at - 2;
    span.end = lexer->at + 1;
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_DOUBLE_DOLLAR, span,
                           "\"$${\" is a dollar sign and then the value in \"${ }\"");
    diagnostic_hint(lexer->diagnostics, report,
                    "Write \"\\${\" if the text is to hold \"${\" itself, or \"\\$${\" if this is "
                    "meant.");
}

static struct text character_name(struct text text) {
    static const struct {
        const char *bytes, *name;
    } names[] = {{"\xC2\xA0", "no-break space"},
                 {"\xE2\x80\x9C", "curly quote"},
                 {"\xE2\x80\x9D", "curly quote"},
                 {"\xE2\x80\x98", "curly quote"},
                 {"\xE2\x80\x99", "curly quote"},
                 {"\xE2\x80\x8B", "zero-width space"},
                 {"\xEF\xBB\xBF", "byte order mark"},
                 {"\xE2\x80\x93", "dash"},
                 {"\xE2\x80\x94", "dash"},
                 {"\xE2\x80\xA6", "ellipsis"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_starts(text, text_of(names[i].bytes))) return text_of(names[i].name);
    return TEXT("");
}

static void hint_unknown(struct lexer *lexer, struct diagnostic *report, struct text text) {
    struct text known = character_name(text);
    if (known.length > 0) {
        diagnostic_hint(lexer->diagnostics, report,
                        "This is a %.*s; outside of texts, programs are written in plain ASCII.",
                        TEXT_ARGS(known));
    } else if (text.bytes[0] == '`') {
        diagnostic_hint(
            lexer->diagnostics, report,
            "A text is written in double quotes, \"...\", or raw in single ones, '...'.");
    } else if (text.bytes[0] == '$') {
        diagnostic_hint(lexer->diagnostics, report,
                        "Outside of a text, a value is written by its name alone.");
    } else if (text.bytes[0] == '@') {
        diagnostic_hint(lexer->diagnostics, report,
                        "A meta attribute is written without a space, as in @depends_on.");
    } else if (text_ends(text, TEXT("::"))) {
        diagnostic_hint(lexer->diagnostics, report,
                        "A resource type is written like AWS::S3::Bucket.");
    } else if (text.bytes[0] & 0x80) {
        diagnostic_hint(lexer->diagnostics, report,
                        "Names are made of a-z, A-Z, 0-9 and _; quote what is a text.");
    }
}

static struct text shown(struct lexer *lexer, struct text text) {
    unsigned char c = (unsigned char)text.bytes[0];
    if (c < 0x20 || c == 0x7F) return text_format(lexer->arena, "\\u{%X}", c);
    return text;
}

/* A quote that is missing makes many characters of its line look wrong: only the first is said. */
static bool first_on_line(struct lexer *lexer) {
    bool first = !lexer->has_bad_line || lexer->bad_line != lexer->line_start;
    lexer->has_bad_line = true;
    lexer->bad_line = lexer->line_start;
    return first;
}

void lexer_unknown(struct lexer *lexer) {
    struct text text = match_text(lexer);
    lexer->bad = true;
    lexer->space = true;
    if (!first_on_line(lexer)) return;
    bool type = text_ends(text, TEXT("::")) && text.length > 2;
    struct text show = shown(lexer, text);
    struct diagnostic *report = diagnostics_report(
        lexer->diagnostics, DIAGNOSTIC_UNKNOWN_CHARACTER, match_span(lexer),
        type ? "the resource type \"%.*s\" ends too early" : "\"%.*s\" has no meaning here",
        TEXT_ARGS(show));
    hint_unknown(lexer, report, text);
}

void lexer_semicolon(struct lexer *lexer) {
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_SEMICOLON, match_span(lexer),
                           "entries and declarations end without \";\"");
    diagnostic_hint(lexer->diagnostics, report, "Leave out the \";\".");
    diagnostic_fix(lexer->diagnostics, report, match_span(lexer), TEXT(""));
    lexer->space = true;
}

void lexer_half_operator(struct lexer *lexer, int kind, const char *whole) {
    struct text text = match_text(lexer);
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_OPERATOR_FORM, match_span(lexer),
                           "\"%.*s\" is not an operator", TEXT_ARGS(text));
    diagnostic_hint(lexer->diagnostics, report, "Write %s.", whole);
    diagnostic_fix(lexer->diagnostics, report, match_span(lexer), text_of(whole));
    lexer_add(lexer, kind, lexer->start, lexer->at, TOKEN_BAD);
}

void lexer_block_opens_late(struct lexer *lexer) {
    struct text text = match_text(lexer);
    struct span quotes = span_of(lexer, lexer->start, lexer->start + 3);
    struct diagnostic *report = diagnostics_report(
        lexer->diagnostics, DIAGNOSTIC_TEXT_BLOCK, quotes,
        "the text begins on the line after %.*s", 3, text.bytes);
    diagnostic_hint(lexer->diagnostics, report,
                    "Begin a new line after %.*s; the closing one stands on a line of its own.", 3,
                    text.bytes);
}

void lexer_block_in_line(struct lexer *lexer) {
    struct diagnostic *report = diagnostics_report(
        lexer->diagnostics, DIAGNOSTIC_TEXT_BLOCK, match_span(lexer),
        "a text of several lines cannot stand inside a text of one line");
    diagnostic_hint(lexer->diagnostics, report,
                    "Give it a name with \"let\" and use the name here.");
    lexer->bad = true;
}

/* The token that begins at an offset has a reported mistake. */
static void mark_bad(struct lexer *lexer, uint32_t start) {
    for (uint32_t i = lexer->count; i > 0 && lexer->items[i - 1].start >= start; i--)
        if (lexer->items[i - 1].start == start) lexer->items[i - 1].flags |= TOKEN_BAD;
}

void lexer_text_unclosed(struct lexer *lexer, uint32_t open, const char *quote) {
    uint32_t end = lexer->at;
    lexer->bad = true;
    mark_bad(lexer, open);
    if (!quote[1] && !first_on_line(lexer)) return;
    if (quote[1]) end = open + (uint32_t)strlen(quote);
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_UNCLOSED_TEXT, span_of(lexer, open, end),
                           "the text that begins with %s is not closed", quote);
    if (quote[1]) {
        diagnostic_hint(lexer->diagnostics, report, "Write %s on a line of its own behind its end.",
                        quote);
    } else {
        diagnostic_hint(lexer->diagnostics, report,
                        "Write %s at its end; a text of several lines stands between %s%s%s.",
                        quote, quote, quote, quote);
    }
}

void lexer_interpolation_unclosed(struct lexer *lexer) {
    struct text_frame *frame = &lexer->frames[lexer->frame_count - 1];
    lexer->bad = true;
    mark_bad(lexer, frame->interpolation);
    if (frame->state != lexer->block_state && !first_on_line(lexer)) return;
    struct span span = span_of(lexer, frame->interpolation, frame->interpolation + 2);
    struct diagnostic *report =
        diagnostics_report(lexer->diagnostics, DIAGNOSTIC_UNCLOSED_TEXT, span,
                           frame->state == lexer->block_state ? "\"${\" is not closed"
                                                              : "\"${\" is not closed on its line");
    diagnostic_hint(
        lexer->diagnostics, report,
        "Write \"}\" behind the expression, or \"\\${\" if the text is to hold \"${\".");
}

/* ---- texts of several lines ---- */

static uint32_t line_begin(const struct lexer *lexer, uint32_t at) {
    while (at > 0 && !strchr("\r\n", lexer->bytes.bytes[at - 1])) at--;
    return at;
}

static uint32_t line_end(const struct lexer *lexer, uint32_t at) {
    const char *found = at < lexer->bytes.length
                            ? memchr(lexer->bytes.bytes + at, '\n', lexer->bytes.length - at)
                            : NULL;
    return found ? (uint32_t)(found - lexer->bytes.bytes) + 1 : (uint32_t)lexer->bytes.length;
}

static uint32_t skip_blank(const struct lexer *lexer, uint32_t at) {
    while (at < lexer->bytes.length && strchr(" \t", lexer->bytes.bytes[at])) at++;
    return at;
}

/* The first three quotes at or after a place that are not escaped; the end of the source for
 * none. */
static uint32_t find_quotes(const struct lexer *lexer, uint32_t at, char quote) {
    const char *bytes = lexer->bytes.bytes;
    uint32_t length = (uint32_t)lexer->bytes.length;
    for (; at + 2 < length; at++) {
        if (bytes[at] == '\\' && quote == '"') at++;
        else if (bytes[at] == quote && bytes[at + 1] == quote && bytes[at + 2] == quote) return at;
    }
    return length;
}

/* Whether three quotes look like the beginning of another text: `key = """` and nothing more. */
static bool looks_opening(const struct lexer *lexer, uint32_t quotes) {
    uint32_t start = line_begin(lexer, quotes), before = quotes;
    while (before > start && strchr(" \t", lexer->bytes.bytes[before - 1])) before--;
    if (before == start || !strchr("=([,:", lexer->bytes.bytes[before - 1])) return false;
    uint32_t behind = skip_blank(lexer, quotes + 3);
    return behind == lexer->bytes.length || strchr("\r\n", lexer->bytes.bytes[behind]);
}

/* The closing quote of what is quoted on one line at a place; the place itself where none is. */
static uint32_t quoted_end(const struct lexer *lexer, uint32_t start, uint32_t end) {
    const char *bytes = lexer->bytes.bytes;
    for (uint32_t at = start + 1; at < end && !strchr("\r\n", bytes[at]); at++)
        if (bytes[at] == bytes[start]) return at;
    return start;
}

/* Whether a "${" stands open between two places: three quotes behind it begin a text in the text. */
static bool holds_open_expression(const struct lexer *lexer, uint32_t start, uint32_t end) {
    const char *bytes = lexer->bytes.bytes;
    uint32_t depth = 0;
    for (uint32_t at = start; at < end; at++) {
        if (bytes[at] == '\\') at++;
        else if (depth > 0 && strchr("\"'", bytes[at])) at = quoted_end(lexer, at, end);
        else if (bytes[at] == '{' && (depth > 0 || (at > start && bytes[at - 1] == '$'))) depth++;
        else if (bytes[at] == '}' && depth > 0) depth--;
    }
    return depth > 0;
}

/* Where a text that is not closed seems to end: at the first line no deeper than the one that it
 * begins on. */
static uint32_t end_by_indent(const struct lexer *lexer) {
    uint32_t begin = line_begin(lexer, lexer->start);
    uint32_t indent = skip_blank(lexer, begin) - begin;
    for (uint32_t at = line_end(lexer, lexer->start); at < lexer->bytes.length;
         at = line_end(lexer, at)) {
        uint32_t code = skip_blank(lexer, at);
        bool blank = code == lexer->bytes.length || strchr("\r\n", lexer->bytes.bytes[code]);
        if (!blank && code - at <= indent) return at;
    }
    return (uint32_t)lexer->bytes.length;
}

static void leave_unclosed(struct lexer *lexer, const char *quotes) {
    lexer_text_unclosed(lexer, lexer->start, quotes);
    lexer->at = end_by_indent(lexer);
    lexer->newlines = 1;
}

bool lexer_block_closes(struct lexer *lexer) {
    uint32_t quotes = find_quotes(lexer, lexer->at, '"');
    if (quotes < lexer->bytes.length &&
        (!looks_opening(lexer, quotes) || holds_open_expression(lexer, lexer->at, quotes)))
        return true;
    uint32_t open = lexer->start + 3;
    lexer_add(lexer, BLOCK_OPEN, lexer->start, open, TOKEN_BAD);
    lexer_add(lexer, TEXT_CLOSE, open, open, TOKEN_MADE);
    leave_unclosed(lexer, "\"\"\"");
    return false;
}

void lexer_raw_block(struct lexer *lexer) {
    uint32_t content = skip_blank(lexer, lexer->at), open = lexer->at;
    bool late = content < lexer->bytes.length && !strchr("\r\n", lexer->bytes.bytes[content]);
    uint32_t quotes = find_quotes(lexer, open, '\'');
    bool closed = quotes < lexer->bytes.length && (late || !looks_opening(lexer, quotes));
    if (!closed) {
        lexer_add(lexer, RAW_BLOCK, lexer->start, open, TOKEN_BAD);
        leave_unclosed(lexer, "'''");
        return;
    }
    if (late) lexer_block_opens_late(lexer);
    lexer->at = quotes + 3;
    lexer_add(lexer, RAW_BLOCK, lexer->start, lexer->at, late ? TOKEN_BAD : 0);
}

bool lexer_may_nest(struct lexer *lexer) {
    if (lexer->frame_count < LIMIT_NESTING) return true;
    diagnostics_report(lexer->diagnostics, DIAGNOSTIC_NESTING, match_span(lexer),
                       "texts are nested more than %d deep", LIMIT_NESTING);
    return false;
}

static bool source_is_readable(struct lexer *lexer) {
    struct text bytes = lexer->bytes;
    struct span start = span_of(lexer, 0, 0);
    if (bytes.length > LIMIT_SOURCE_BYTES) {
        struct diagnostic *report = diagnostics_report(
            lexer->diagnostics, DIAGNOSTIC_SOURCE_SIZE, start,
            "the file has %zu bytes, more than the %d allowed", bytes.length, LIMIT_SOURCE_BYTES);
        diagnostic_hint(lexer->diagnostics, report,
                        "Split it into files and import them, or read data with json(file(...)).");
        return false;
    }
    size_t error = text_utf8_error(bytes);
    const char *zero = bytes.length ? memchr(bytes.bytes, 0, bytes.length) : NULL;
    if (zero && (size_t)(zero - bytes.bytes) < error) error = (size_t)(zero - bytes.bytes);
    if (error == bytes.length) return true;
    struct span span = span_of(lexer, (uint32_t)error, (uint32_t)error + 1);
    struct diagnostic *report = diagnostics_report(
        lexer->diagnostics, DIAGNOSTIC_NOT_UTF8, span,
        bytes.bytes[error] ? "the byte 0x%02X at offset %zu is not UTF-8"
                           : "the byte 0x%02X at offset %zu cannot stand in a program",
        (unsigned)(unsigned char)bytes.bytes[error], error);
    diagnostic_hint(lexer->diagnostics, report, "Save the file as UTF-8 text.");
    return false;
}

enum { BYTES_OF_TOKEN = 4 }; /* few files have more tokens than that; what is not used costs nothing */

static struct lexer *lexer_new(struct arena *arena, struct diagnostics *diagnostics,
                               uint32_t source) {
    struct lexer *lexer = memory_alloc(sizeof *lexer);
    memset(lexer, 0, sizeof *lexer);
    lexer->arena = arena;
    lexer->diagnostics = diagnostics;
    lexer->source = source;
    lexer->bytes = sources_get(diagnostics->sources, source)->bytes;
    if (lexer->bytes.length == 0) lexer->bytes = TEXT("");
    return lexer;
}

/* Ends the lexer; the tokens are what it found. */
static struct tokens *lexer_take(struct lexer *lexer, uint32_t end) {
    lexer_add(lexer, END, end, end, TOKEN_LINE);
    struct tokens *tokens = ARENA_NEW(lexer->arena, struct tokens);
    tokens->items = lexer->items;
    tokens->count = lexer->count;
    tokens->source = lexer->source;
    memory_free(lexer);
    return tokens;
}

struct tokens *lexer_scan(struct arena *arena, struct diagnostics *diagnostics, uint32_t source) {
    struct lexer *lexer = lexer_new(arena, diagnostics, source);
    if (!source_is_readable(lexer)) return lexer_take(lexer, 0);
    if (text_starts(lexer->bytes, TEXT("\xEF\xBB\xBF"))) lexer->at = 3;
    lexer->capacity = (uint32_t)(lexer->bytes.length / BYTES_OF_TOKEN) + 1;
    lexer->items = arena_array(arena, lexer->capacity, sizeof *lexer->items);
    lexer_run(lexer);
    return lexer_take(lexer, (uint32_t)lexer->bytes.length);
}

struct tokens *lexer_scan_parts(struct arena *arena, struct diagnostics *diagnostics,
                                uint32_t source, const struct source_part *parts, uint32_t count) {
    struct lexer *lexer = lexer_new(arena, diagnostics, source);
    uint32_t end = (uint32_t)lexer->bytes.length;
    for (uint32_t i = 0; i < count; i++) {
        lexer->at = parts[i].start;
        lexer->bytes.length = parts[i].end;
        lexer_run(lexer);
    }
    return lexer_take(lexer, end);
}
