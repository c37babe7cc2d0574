/* The JSON reader: a state says what may come next, a stack of bits whether it stands in an object.
 */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

#include "base/unicode.h"

enum state {
    WANT_VALUE,       /* at the start, behind a colon, behind a comma of a list */
    WANT_FIRST_KEY,   /* behind "{": a key or "}" */
    WANT_KEY,         /* behind a comma of an object */
    WANT_FIRST_VALUE, /* behind "[": a value or "]" */
    WANT_COMMA,       /* behind a value: a comma or the end of what it stands in */
    WANT_END,         /* behind the outermost value */
    FAILED,
};

void json_init(struct json *json, struct arena *arena, struct text source) {
    *json = (struct json){.arena = arena, .source = source, .state = WANT_VALUE};
    if (text_starts(source, TEXT("\xEF\xBB\xBF"))) json->at = 3;
}

static enum json_kind json_fail(struct json *json, size_t at, const char *error) {
    json->at = at;
    json->error = error;
    json->state = FAILED;
    return JSON_ERROR;
}

/* The byte at the place of reading, or 0 behind the end. */
static char peek(const struct json *json) {
    return json->at < json->source.length ? json->source.bytes[json->at] : '\0';
}

static void skip_space(struct json *json) {
    while (json->at < json->source.length) {
        char c = json->source.bytes[json->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
        json->at++;
    }
}

/* A value is complete. */
static enum json_kind finish(struct json *json, enum json_kind kind) {
    json->state = json->depth ? WANT_COMMA : WANT_END;
    return kind;
}

/* ---- strings ---- */

/* The four digits of a \u escape at offset at, or -1. */
static int32_t read_unit(struct text text, size_t at) {
    int32_t unit = 0;
    if (at + 4 > text.length) return -1;
    for (size_t i = at; i < at + 4; i++) {
        int digit = ascii_digit(text.bytes[i], 16);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Reads a \u escape (both of a pair) whose digits begin at *at. Half a pair is no character. */
static bool read_escape(struct text text, size_t *at, uint32_t *character) {
    int32_t unit = read_unit(text, *at);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return false;
    *at += 4;
    *character = (uint32_t)unit;
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    if (*at + 2 > text.length || text.bytes[*at] != '\\' || text.bytes[*at + 1] != 'u')
        return false;
    int32_t low = read_unit(text, *at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return false;
    *at += 6;
    *character = 0x10000u + (((uint32_t)unit - 0xD800u) << 10) + ((uint32_t)low - 0xDC00u);
    return true;
}

/* The end of the string whose first byte behind the quote is at at; SIZE_MAX where it has none.
 * Sees whether it holds escapes. */
static size_t string_end(struct text text, size_t at, bool *escapes) {
    *escapes = false;
    for (; at < text.length; at++) {
        unsigned char c = (unsigned char)text.bytes[at];
        if (c == '"') return at;
        if (c < 0x20) return SIZE_MAX;
        if (c == '\\') {
            *escapes = true;
            at++;
        }
    }
    return SIZE_MAX;
}

/* Writes the string between at and end with its escapes done; returns where an escape is wrong, or
 * end. */
static size_t unescape(struct text text, size_t at, size_t end, char *out, size_t *length) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char *start = out;
    while (at < end) {
        if (text.bytes[at] != '\\') {
            *out++ = text.bytes[at++];
            continue;
        }
        char letter = text.bytes[at + 1];
        const char *known = letter ? strchr(letters, letter) : NULL;
        uint32_t character = 0;
        size_t next = at + 2;
        if (known) {
            *out++ = meant[known - letters];
        } else if (letter == 'u' &&
                   read_escape((struct text){text.bytes, end}, &next, &character)) {
            out += unicode_encode(character, out);
        } else {
            return at;
        }
        at = next;
    }
    *length = (size_t)(out - start);
    return end;
}

static bool read_string(struct json *json) {
    bool escapes;
    size_t start = json->at + 1, end = string_end(json->source, start, &escapes);
    if (end == SIZE_MAX) {
        json_fail(json, json->at, "a string has no end on its line");
        return false;
    }
    json->text = (struct text){json->source.bytes + start, end - start};
    size_t wrong = text_utf8_error(json->text);
    if (wrong < json->text.length) {
        json_fail(json, start + wrong, "a string is not UTF-8");
        return false;
    }
    if (escapes) {
        char *bytes = arena_alloc(json->arena, end - start + 1);
        wrong = unescape(json->source, start, end, bytes, &json->text.length);
        if (wrong != end) {
            json_fail(json, wrong, "an escape in a string is not known");
            return false;
        }
        json->text.bytes = bytes;
    }
    json->at = end + 1;
    return true;
}

/* ---- numbers and words ---- */

static size_t skip_digits(const struct json *json, size_t at) {
    while (at < json->source.length && ascii_is_digit(json->source.bytes[at]))
        at++;
    return at;
}

static bool read_integer(struct text text, int64_t *integer) {
    bool negative = text.bytes[0] == '-';
    *integer = 0;
    for (size_t i = negative; i < text.length; i++) {
        int64_t digit = text.bytes[i] - '0';
        if (__builtin_mul_overflow(*integer, (int64_t)10, integer)) return false;
        if (negative ? __builtin_sub_overflow(*integer, digit, integer)
                     : __builtin_add_overflow(*integer, digit, integer)) {
            return false;
        }
    }
    return true;
}

static enum json_kind read_double(struct json *json, struct text text) {
    char room[64];
    char *copy = text.length < sizeof room ? room : arena_alloc(json->arena, text.length + 1);
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    json->number = strtod(copy, NULL);
    if (!isfinite(json->number)) return json_fail(json, json->start, "a number is too large");
    return finish(json, JSON_NUMBER);
}

static enum json_kind read_number(struct json *json) {
    size_t start = json->at, at = start + (peek(json) == '-');
    size_t digits = skip_digits(json, at);
    if (digits == at) return json_fail(json, start, "a value is missing");
    if (json->source.bytes[at] == '0' && digits > at + 1) {
        return json_fail(json, start, "a number begins with 0");
    }
    const char *bytes = json->source.bytes;
    size_t length = json->source.length, end = digits;
    if (end < length && bytes[end] == '.') {
        end = skip_digits(json, digits + 1);
        if (end == digits + 1) return json_fail(json, start, "a number ends with its point");
    }
    if (end < length && (bytes[end] == 'e' || bytes[end] == 'E')) {
        size_t sign = end + 1 < length && (bytes[end + 1] == '+' || bytes[end + 1] == '-');
        size_t exponent = skip_digits(json, end + 1 + sign);
        if (exponent == end + 1 + sign) return json_fail(json, start, "an exponent has no digits");
        end = exponent;
    }
    struct text text = {bytes + start, end - start};
    json->at = end;
    if (json->keeps_numbers) {
        json->text = text;
        return finish(json, JSON_NUMBER);
    }
    if (end != digits) return read_double(json, text);
    if (read_integer(text, &json->integer)) return finish(json, JSON_INT);
    return json_fail(json, start, "an integer does not fit into 64 bits");
}

static enum json_kind read_word(struct json *json) {
    static const struct {
        struct text word;
        enum json_kind kind;
    } words[] = {{{"true", 4}, JSON_TRUE}, {{"false", 5}, JSON_FALSE}, {{"null", 4}, JSON_NULL}};
    struct text rest = {json->source.bytes + json->at, json->source.length - json->at};
    for (int i = 0; i < 3; i++) {
        if (!text_starts(rest, words[i].word)) continue;
        json->at += words[i].word.length;
        return finish(json, words[i].kind);
    }
    if (rest.length == 0) return json_fail(json, json->at, "the text ends where a value is wanted");
    return json_fail(json, json->at, "a value is missing");
}

/* ---- structure ---- */

static enum json_kind open_nested(struct json *json, bool is_object) {
    if (json->depth == LIMIT_JSON_DEPTH) {
        return json_fail(json, json->at, "lists and objects are nested too deep");
    }
    json->at++;
    json->is_object[++json->depth] = is_object;
    json->state = is_object ? WANT_FIRST_KEY : WANT_FIRST_VALUE;
    return is_object ? JSON_OBJECT : JSON_LIST;
}

static enum json_kind close_nested(struct json *json) {
    enum json_kind kind = json->is_object[json->depth--] ? JSON_OBJECT_END : JSON_LIST_END;
    json->at++;
    return finish(json, kind);
}

static enum json_kind read_value(struct json *json) {
    char c = peek(json);
    if (c == '{' || c == '[') return open_nested(json, c == '{');
    if (c == '"') return read_string(json) ? finish(json, JSON_STRING) : JSON_ERROR;
    if (c == '-' || ascii_is_digit(c)) return read_number(json);
    return read_word(json);
}

static enum json_kind read_key(struct json *json) {
    if (peek(json) != '"') return json_fail(json, json->at, "a name in quotes is missing");
    if (!read_string(json)) return JSON_ERROR;
    skip_space(json);
    if (peek(json) != ':') return json_fail(json, json->at, "a colon is missing");
    json->at++;
    json->state = WANT_VALUE;
    return JSON_KEY;
}

/* Behind a value: steps over the comma; false at the end of what it stands in or on a mistake. */
static bool pass_comma(struct json *json) {
    if (peek(json) != ',') return false;
    json->at++;
    skip_space(json);
    json->start = json->at;
    json->state = json->is_object[json->depth] ? WANT_KEY : WANT_VALUE;
    return true;
}

static enum json_kind after_value(struct json *json) {
    bool in_object = json->is_object[json->depth];
    if (pass_comma(json)) return in_object ? read_key(json) : read_value(json);
    if (peek(json) == (in_object ? '}' : ']')) return close_nested(json);
    return json_fail(json, json->at,
                     in_object ? "a comma or \"}\" is missing" : "a comma or \"]\" is missing");
}

enum json_kind json_next(struct json *json) {
    if (json->state == FAILED) return JSON_ERROR;
    skip_space(json);
    json->start = json->at;
    switch ((enum state)json->state) {
    case WANT_VALUE:
        return read_value(json);
    case WANT_FIRST_KEY:
        return peek(json) == '}' ? close_nested(json) : read_key(json);
    case WANT_KEY:
        return read_key(json);
    case WANT_FIRST_VALUE:
        return peek(json) == ']' ? close_nested(json) : read_value(json);
    case WANT_COMMA:
        return after_value(json);
    case WANT_END:
        if (json->at == json->source.length) return JSON_END;
        return json_fail(json, json->at, "there is more behind the value");
    case FAILED:
        break;
    }
    return JSON_ERROR;
}

void json_place(const struct json *json, size_t offset, uint32_t *line, uint32_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < json->source.length; i++) {
        unsigned char c = (unsigned char)json->source.bytes[i];
        if (c == '\n') {
            ++*line;
            *column = 1;
        } else if ((c & 0xC0) != 0x80) {
            ++*column;
        }
    }
}
