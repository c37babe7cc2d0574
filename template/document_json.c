/* JSON (RFC 8259) into a document. The bytes are copied once; texts are slices of the copy, with
 * escapes undone in place. */
#include "base/limits.h"
#include "base/unicode.h"
#include "template/document_internal.h"

struct reader {
    struct arena *arena;
    char *start, *at, *end;
    struct failure *why;
    uint32_t nodes;
};

static bool wrong(struct reader *r, const char *at, const char *what) {
    unsigned line, column;
    struct text bytes = {r->start, (size_t)(r->end - r->start)};
    document_place(bytes, (size_t)(at - r->start), &line, &column);
    return failure_set(r->why, "line %u, column %u: %s", line, column, what);
}

static void skip_space(struct reader *r) {
    for (; r->at < r->end; r->at++) {
        if (*r->at != ' ' && *r->at != '\n' && *r->at != '\r' && *r->at != '\t') return;
    }
}

static bool read_hex(struct reader *r, uint32_t *value) {
    if (r->end - r->at < 4) return false;
    *value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = ascii_digit(*r->at++, 16);
        if (digit < 0) return false;
        *value = *value * 16 + (uint32_t)digit;
    }
    return true;
}

/* After \u: one character, two escapes where it needs a pair. */
static bool read_unicode(struct reader *r, char **to) {
    const char *begin = r->at;
    uint32_t character, low;
    if (!read_hex(r, &character)) return wrong(r, begin, "\\u needs four hexadecimal digits");
    if (character >= 0xDC00 && character < 0xE000) return wrong(r, begin, "half of a character");
    if (character >= 0xD800 && character < 0xDC00) {
        if (r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u') {
            return wrong(r, begin, "half of a character");
        }
        r->at += 2;
        if (!read_hex(r, &low) || low < 0xDC00 || low >= 0xE000) {
            return wrong(r, begin, "half of a character");
        }
        character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
    }
    *to += unicode_encode(character, *to);
    return true;
}

static bool read_escape(struct reader *r, char **to) {
    if (r->at == r->end) return wrong(r, r->at, "the text does not end");
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char letter = *r->at++;
    if (letter == 'u') return read_unicode(r, to);
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found) return wrong(r, r->at - 2, "JSON has no such escape");
    *(*to)++ = meanings[found - letters];
    return true;
}

/* The position of the next '"', '\\' or control character. */
static char *plain_end(char *at, const char *end) {
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20) at++;
    return at;
}

static bool read_string(struct reader *r, struct text *text) {
    const char *begin = r->at++;
    char *from = r->at, *to = plain_end(r->at, r->end);
    r->at = to;
    while (r->at < r->end && *r->at != '"') {
        if ((unsigned char)*r->at < 0x20) return wrong(r, r->at, "a control character in a text");
        if (*r->at == '\\') {
            r->at++;
            if (!read_escape(r, &to)) return false;
        } else {
            char *stop = plain_end(r->at, r->end);
            memmove(to, r->at, (size_t)(stop - r->at));
            to += stop - r->at;
            r->at = stop;
        }
    }
    if (r->at == r->end) return wrong(r, begin, "the text does not end");
    r->at++;
    *text = (struct text){from, (size_t)(to - from)};
    return true;
}

static bool read_value(struct reader *r, struct document **document, unsigned depth);

static bool read_member(struct reader *r, struct document *object, unsigned depth) {
    struct text key = {0};
    struct document *value;
    skip_space(r);
    if (object->kind == DOCUMENT_OBJECT) {
        if (r->at == r->end || *r->at != '"') return wrong(r, r->at, "a key in quotes is missing");
        if (!read_string(r, &key)) return false;
        skip_space(r);
        if (r->at == r->end || *r->at != ':') return wrong(r, r->at, "\":\" is missing");
        r->at++;
    }
    if (!read_value(r, &value, depth)) return false;
    document_add(object, key, value);
    return true;
}

static bool check_keys(struct reader *r, const struct document *object) {
    const struct document *twice = document_duplicate(object);
    if (!twice) return true;
    char what[128];
    size_t length = twice->key.length > 60 ? 60 : twice->key.length;
    memcpy(what, twice->key.bytes, length);
    memcpy(what + length, "\" is written twice", 19);
    unsigned line, column;
    struct text bytes = {r->start, (size_t)(r->end - r->start)};
    document_place(bytes, (size_t)(twice->key.bytes - r->start), &line, &column);
    return failure_set(r->why, "line %u, column %u: key \"%s", line, column - 1, what);
}

static bool read_members(struct reader *r, struct document *parent, char close, unsigned depth) {
    const char *begin = r->at++;
    if (depth >= LIMIT_JSON_DEPTH) return wrong(r, begin, "values are nested too deep");
    skip_space(r);
    if (r->at < r->end && *r->at == close) {
        r->at++;
        return true;
    }
    for (;;) {
        if (!read_member(r, parent, depth + 1)) return false;
        skip_space(r);
        if (r->at == r->end) return wrong(r, begin, "the bracket is not closed");
        char c = *r->at++;
        if (c == close) break;
        if (c != ',') return wrong(r, r->at - 1, "\",\" or the closing bracket is missing");
    }
    return parent->kind == DOCUMENT_LIST || check_keys(r, parent);
}

static bool read_word(struct reader *r, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) {
        return wrong(r, r->at, "this is no value of JSON");
    }
    r->at += length;
    return true;
}

static bool read_number(struct reader *r, struct document *document) {
    const char *begin = r->at;
    while (r->at < r->end && *r->at && strchr("+-.0123456789eE", *r->at)) r->at++;
    document->text = (struct text){begin, (size_t)(r->at - begin)};
    return document_is_number(document->text) || wrong(r, begin, "this is no value of JSON");
}

static bool read_value(struct reader *r, struct document **document, unsigned depth) {
    skip_space(r);
    if (r->at == r->end) return wrong(r, r->at, "a value is missing");
    if (++r->nodes > DOCUMENT_NODES) return wrong(r, r->at, "the document has too many values");
    struct document *made = *document = document_new(r->arena, DOCUMENT_NULL);
    switch (*r->at) {
    case '{': made->kind = DOCUMENT_OBJECT; return read_members(r, made, '}', depth);
    case '[': made->kind = DOCUMENT_LIST; return read_members(r, made, ']', depth);
    case '"': made->kind = DOCUMENT_TEXT; return read_string(r, &made->text);
    case 'n': return read_word(r, "null");
    case 't': made->kind = DOCUMENT_BOOL; made->boolean = true; return read_word(r, "true");
    case 'f': made->kind = DOCUMENT_BOOL; return read_word(r, "false");
    default: made->kind = DOCUMENT_NUMBER; return read_number(r, made);
    }
}

bool document_read_json(struct arena *arena, struct text bytes, struct document **document,
                        struct failure *why) {
    char *copy = arena_copy(arena, bytes.bytes, bytes.length);
    struct reader r = {.arena = arena, .start = copy, .at = copy, .end = copy + bytes.length,
                       .why = why};
    if (!read_value(&r, document, 0)) return false;
    skip_space(&r);
    return r.at == r.end || wrong(&r, r.at, "something follows the document");
}
