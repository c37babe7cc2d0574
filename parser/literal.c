/* Texts and numbers from how they are written. A text without an escape is a slice of the
 * source. */
#include "parser/builder.h"
#include "parser/grammar.h"

#include <stdlib.h>

/* ---- escapes ---- */

static void add_utf8(struct buffer *out, unsigned long code) {
    if (code < 0x80) {
        buffer_char(out, (char)code);
    } else if (code < 0x800) {
        buffer_char(out, (char)(0xC0 | code >> 6));
        buffer_char(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        buffer_char(out, (char)(0xE0 | code >> 12));
        buffer_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buffer_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        buffer_char(out, (char)(0xF0 | code >> 18));
        buffer_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        buffer_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        buffer_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

/* \u{...} at bytes[0]; returns its length. The lexer has reported what is not well formed. */
static size_t unicode_escape(struct buffer *out, struct text bytes) {
    const char *close = memchr(bytes.bytes, '}', bytes.length);
    if (bytes.length < 4 || bytes.bytes[2] != '{' || !close) return 2;
    unsigned long code = strtoul(bytes.bytes + 3, NULL, 16);
    if (code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF)) add_utf8(out, code);
    return (size_t)(close - bytes.bytes) + 1;
}

/* The escape at bytes[0]; returns how many bytes it takes. */
static size_t escape(struct buffer *out, struct text bytes) {
    if (bytes.length < 2) return 1;
    switch (bytes.bytes[1]) {
    case 'n': buffer_char(out, '\n'); return 2;
    case 't': buffer_char(out, '\t'); return 2;
    case 'r': buffer_char(out, '\r'); return 2;
    case 'u': return unicode_escape(out, bytes);
    case '"':
    case '\\':
    case '$': buffer_char(out, bytes.bytes[1]); return 2;
    }
    return 1; /* reported by the lexer */
}

static void decode(struct buffer *out, struct text bytes) {
    for (size_t i = 0; i < bytes.length;) {
        if (bytes.bytes[i] == '\\') {
            i += escape(out, (struct text){bytes.bytes + i, bytes.length - i});
        } else {
            buffer_char(out, bytes.bytes[i++]);
        }
    }
}

static struct text decoded(struct parser *parser, struct text bytes) {
    if (bytes.length == 0 || !memchr(bytes.bytes, '\\', bytes.length)) return bytes;
    struct buffer buffer;
    buffer_init(&buffer);
    decode(&buffer, bytes);
    struct text text = buffer_take(&buffer, parser->arena);
    buffer_release(&buffer);
    return text;
}

/* ---- texts of several lines ---- */

struct block {
    struct parser *parser;
    struct text indent; /* white space before the closing quotes: what is stripped */
    bool raw, reported;
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* The white space between the last line's start and its closing quotes at `close`. */
static struct text closing_indent(struct parser *parser, uint32_t open_end, uint32_t close) {
    uint32_t start = close;
    while (start > open_end && is_blank(parser->bytes[start - 1])) start--;
    if (start == open_end || strchr("\r\n", parser->bytes[start - 1]))
        return (struct text){parser->bytes + start, close - start};
    bool is_one_line = parser->bytes[open_end - 1] != '\n' &&
                       !memchr(parser->bytes + open_end, '\n', close - open_end);
    if (is_one_line) return (struct text){0}; /* where it opens, that is reported */
    struct span span = {parser->source, close, close + 3};
    struct diagnostic *report = diagnostics_report(
        parser->diagnostics, DIAGNOSTIC_TEXT_BLOCK, span,
        "the closing %.3s does not stand on a line of its own", parser->bytes + close);
    diagnostic_hint(
        parser->diagnostics, report,
        "Begin a new line before it; its column is what is cut from each line, and that "
        "new line is not part of the text.");
    return (struct text){0};
}

static void report_indent(struct block *block, const char *line, size_t length) {
    if (block->reported) return;
    block->reported = true;
    struct parser *parser = block->parser;
    uint32_t start = (uint32_t)(line - parser->bytes);
    struct span span = {parser->source, start, start + (uint32_t)length};
    if (length == 0) span.end++;
    struct diagnostic *report =
        diagnostics_report(parser->diagnostics, DIAGNOSTIC_TEXT_INDENT, span,
                           "this line is indented less than the end of its text");
    diagnostic_hint(parser->diagnostics, report,
                    "Indent it by %zu or more, with the same white space as the closing quotes, or "
                    "move those to the left.",
                    block->indent.length);
}

/* Steps over the indentation of the line at bytes[0]. Blank lines may have less. */
static size_t skip_indent(struct block *block, struct text bytes, bool whole) {
    if (text_starts(bytes, block->indent)) return block->indent.length;
    size_t blank = 0;
    while (blank < bytes.length && is_blank(bytes.bytes[blank])) blank++;
    bool ends = blank == bytes.length ? whole : strchr("\r\n", bytes.bytes[blank]) != NULL;
    if (!ends) report_indent(block, bytes.bytes, blank);
    return blank;
}

/* Appends a part, each line without its indentation. whole: nothing follows on its last line. */
static void add_lines(struct block *block, struct buffer *out, struct text bytes, bool at_start,
                      bool whole) {
    size_t i = 0;
    while (i < bytes.length || at_start) {
        struct text rest = {bytes.bytes + i, bytes.length - i};
        if (at_start) i += skip_indent(block, rest, whole);
        at_start = false;
        while (i < bytes.length && !at_start) {
            char c = bytes.bytes[i];
            if (c == '\\' && !block->raw) {
                i += escape(out, (struct text){bytes.bytes + i, bytes.length - i});
                continue;
            }
            i++;
            if (c == '\r' && i < bytes.length && bytes.bytes[i] == '\n') continue;
            if (c == '\r') c = '\n';
            buffer_char(out, c);
            at_start = c == '\n';
        }
        if (i == bytes.length && at_start && whole) break;
    }
}

/* The bytes before the closing quotes' line: without its indentation and the new line before. */
static size_t without_last_line(const char *bytes, size_t length) {
    while (length > 0 && is_blank(bytes[length - 1])) length--;
    if (length > 0 && bytes[length - 1] == '\n') length--;
    if (length > 0 && bytes[length - 1] == '\r') length--;
    return length;
}

static struct text block_text(struct block *block, struct text bytes, bool first, bool last) {
    bool ends_at_start = false;
    if (last) {
        size_t length = without_last_line(bytes.bytes, bytes.length);
        ends_at_start = length == 0 && first;
        bytes.length = length;
    }
    if (ends_at_start) return TEXT("");
    struct buffer buffer;
    buffer_init(&buffer);
    add_lines(block, &buffer, bytes, first, last);
    struct text text = buffer_take(&buffer, block->parser->arena);
    buffer_release(&buffer);
    return text;
}

/* Behind the new line that follows the opening quotes. */
static uint32_t content_start(struct parser *parser, struct range range) {
    uint32_t at = range.start + 3;
    while (at < range.end && is_blank(parser->bytes[at])) at++;
    if (at < range.end && parser->bytes[at] == '\r') at++;
    if (at < range.end && parser->bytes[at] == '\n') at++;
    return at;
}

static struct node *raw_block(struct parser *parser, struct node *node, struct range range) {
    uint32_t start = content_start(parser, range), end = range.end;
    bool closed = range.end - range.start >= 6 && !memcmp(parser->bytes + range.end - 3, "'''", 3);
    if (closed) end -= 3;
    bool opened_late = start == range.start + 3 || !strchr("\r\n", parser->bytes[start - 1]);
    if (!closed || opened_late) { /* reported by the lexer */
        node->flags |= NODE_BAD;
        node_set_text(node, TEXT(""));
        return node;
    }
    struct block block = {.parser = parser, .raw = true};
    block.indent = closing_indent(parser, start, end);
    struct text bytes = {parser->bytes + start, end - start};
    node_set_text(node, block_text(&block, bytes, true, true));
    return node;
}

/* ---- nodes ---- */

struct node *build_text(struct parser *parser, struct range range, unsigned flags) {
    struct node *node = node_new(parser->arena, NODE_TEXT, parser_span(parser, range));
    node->flags |= flags;
    if (flags & NODE_LINES) return raw_block(parser, node, range);
    struct text bytes = parser_text(parser, range);
    char quote = bytes.bytes[0];
    bytes.bytes++, bytes.length--;
    if (bytes.length > 0 && bytes.bytes[bytes.length - 1] == quote) bytes.length--;
    node_set_text(node, flags & NODE_RAW ? bytes : decoded(parser, bytes));
    return node;
}

/* Its value is read when the text is complete: a block's indentation is known at its end. */
struct node *build_part(struct parser *parser, struct range range) {
    return node_new(parser->arena, NODE_TEXT, parser_span(parser, range));
}

static bool is_part(const struct node *node, const struct parser *parser) {
    return node->kind == NODE_TEXT && node_text(node).bytes == NULL &&
           node->span.source == parser->source;
}

/* A block of text that begins with ${ at the start of its first line. */
static void check_first_line(struct block *block, struct list parts, uint32_t start) {
    struct node *first = parts.first;
    if (!first || is_part(first, block->parser) || block->indent.length == 0) return;
    report_indent(block, block->parser->bytes + start, 0);
}

static void read_block_parts(struct parser *parser, struct range range, struct list parts) {
    struct block block = {.parser = parser};
    uint32_t start = content_start(parser, range), close = range.end - 3;
    bool closed = range.end - range.start >= 6 &&
                  !memcmp(parser->bytes + close, "\"\"\"", 3);
    if (closed) block.indent = closing_indent(parser, start, close);
    bool late = start == range.start + 3 || !strchr("\r\n", parser->bytes[start - 1]);
    block.reported = late; /* by the lexer */
    check_first_line(&block, parts, start);
    for (struct node *part = parts.first; part; part = part->next) {
        if (!is_part(part, parser)) continue;
        struct text bytes = {parser->bytes + part->span.start, part->span.end - part->span.start};
        node_set_text(part, block_text(&block, bytes, part == parts.first, !part->next));
    }
}

static void read_line_parts(struct parser *parser, struct list parts) {
    for (struct node *part = parts.first; part; part = part->next) {
        if (!is_part(part, parser)) continue;
        struct text bytes = {parser->bytes + part->span.start, part->span.end - part->span.start};
        node_set_text(part, decoded(parser, bytes));
    }
}

static struct list without_empty(struct list parts) {
    struct chain kept = chain_empty();
    for (struct node *part = parts.first, *next; part; part = next) {
        next = part->next;
        if (part->kind != NODE_TEXT || node_text(part).length > 0) kept = chain_with(kept, part);
    }
    return kept.list;
}

struct node *build_template(struct parser *parser, struct range range, struct list parts,
                            unsigned flags) {
    if (flags & NODE_LINES) read_block_parts(parser, range, parts);
    else read_line_parts(parser, parts);
    parts = without_empty(parts);
    bool plain = !parts.first || (!parts.first->next && parts.first->kind == NODE_TEXT);
    struct node *node = node_new(parser->arena, plain ? NODE_TEXT : NODE_TEMPLATE,
                                 parser_span(parser, range));
    node->flags |= flags;
    if (plain) {
        node_set_text(node, parts.first ? node_text(parts.first) : TEXT(""));
        return node;
    }
    node->template.parts = parts;
    return build_finish(parser, node);
}

static void report_number(struct parser *parser, struct range range, const char *limits) {
    struct diagnostic *report = diagnostics_report(
        parser->diagnostics, DIAGNOSTIC_NUMBER_RANGE, parser_span(parser, range),
        "the number %.*s is too large", TEXT_ARGS(parser_text(parser, range)));
    diagnostic_hint(parser->diagnostics, report, "%s", limits);
}

/* The most negative number has one more than the largest: its digits fit behind a "-" only. */
static bool is_behind_minus(const struct parser *parser, uint32_t index) {
    int kind = index > 0 ? parser->tokens->items[index - 1].kind : 0;
    return kind == SP_MINUS || kind == MINUS;
}

struct node *build_int(struct parser *parser, struct range range, bool negative) {
    struct span span = parser_span(parser, range);
    uint32_t index = tokens_find(parser->tokens, range.start);
    struct text digits = parser_text(parser, range);
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        char c = digits.bytes[i];
        if (c < '0' || c > '9') continue;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value) ||
            value > (uint64_t)INT64_MAX + (negative || is_behind_minus(parser, index))) {
            report_number(parser, range, "Whole numbers go up to 9223372036854775807.");
            struct node *none = node_new_integer(parser->arena, 0, span);
            none->flags |= NODE_BAD;
            return none;
        }
    }
    struct node *node =
        node_new_integer(parser->arena, (int64_t)(negative ? 0 - value : value), span);
    if (parser->tokens->items[index].flags & TOKEN_BAD) node->flags |= NODE_BAD;
    return node;
}

/* strtod would ask the locale; the digits are few, so they are copied without "_". */
struct node *build_number(struct parser *parser, struct range range) {
    struct node *node = node_new(parser->arena, NODE_NUMBER, parser_span(parser, range));
    struct text digits = parser_text(parser, range);
    char *plain = arena_alloc(parser->arena, digits.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < digits.length; i++)
        if (digits.bytes[i] != '_') plain[length++] = digits.bytes[i];
    node->number.value = strtod(plain, NULL);
    if (node->number.value > 1.7976931348623157e308) {
        node->number.value = 0;
        node->flags |= NODE_BAD;
        report_number(parser, range, "Numbers go up to 1.7976931348623157e308.");
    }
    return node;
}
