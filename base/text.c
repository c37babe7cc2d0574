/* Text: comparison, UTF-8, terminal columns, edit distance. */
#include "base/text.h"

#include <stdio.h>

#include "base/unicode.h"

bool text_is_one_of(struct text a, const char *const *words) {
    while (*words && !text_is(a, *words)) words++;
    return *words != NULL;
}

int text_compare(struct text a, struct text b) {
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    if (order) return order;
    return (a.length > b.length) - (a.length < b.length);
}

int text_order(const void *a, const void *b) {
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

bool text_starts(struct text a, struct text prefix) {
    return a.length >= prefix.length && text_equal((struct text){a.bytes, prefix.length}, prefix);
}

bool text_ends(struct text a, struct text suffix) {
    if (a.length < suffix.length) return false;
    return text_equal((struct text){a.bytes + a.length - suffix.length, suffix.length}, suffix);
}

bool text_like(struct text text, struct text pattern) {
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;
    while (t < text.length) {
        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.length &&
                   (pattern.bytes[p] == '?' || pattern.bytes[p] == text.bytes[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.bytes[p] == '*') p++;
    return p == pattern.length;
}

bool text_all(struct text text, bool (*is)(char)) {
    for (size_t i = 0; i < text.length; i++) {
        if (!is(text.bytes[i])) return false;
    }
    return text.length > 0;
}

bool text_is_ipv4(struct text text) {
    unsigned dots = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '.') dots++;
        else if (!ascii_is_digit(text.bytes[i])) return false;
    }
    return dots == 3;
}

struct text text_until(struct text a, char byte) {
    const char *end = a.length ? memchr(a.bytes, byte, a.length) : NULL;
    return end ? (struct text){a.bytes, (size_t)(end - a.bytes)} : a;
}

bool text_take_hole(struct text *rest, struct text *before, struct text *name) {
    const char *open = rest->length ? memmem(rest->bytes, rest->length, "${", 2) : NULL;
    size_t length = open ? (size_t)(open - rest->bytes) : rest->length;
    const char *close = open ? memchr(open, '}', rest->length - length) : NULL;
    *before = close ? (struct text){rest->bytes, length} : *rest;
    *name = close ? (struct text){open + 2, (size_t)(close - open) - 2} : (struct text){"", 0};
    size_t taken = close ? (size_t)(close - rest->bytes) + 1 : rest->length;
    if (taken) *rest = (struct text){rest->bytes + taken, rest->length - taken};
    return close != NULL;
}

struct text text_copy(struct arena *arena, struct text a) {
    return (struct text){arena_copy(arena, a.bytes, a.length), a.length};
}

struct text text_hexadecimal(struct arena *arena, const void *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    char *text = arena_alloc(arena, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    return (struct text){text, 2 * count};
}

struct text text_lower(struct arena *arena, struct text a) {
    char *bytes = arena_copy(arena, a.bytes, a.length);
    for (size_t i = 0; i < a.length; i++)
        bytes[i] = ascii_lower(bytes[i]);
    return (struct text){bytes, a.length};
}

struct text text_words_joined(struct arena *arena, struct text a) {
    char *bytes = arena_alloc(arena, a.length + 1);
    size_t length = 0;
    bool begins = true;
    for (size_t i = 0; i < a.length; i++) {
        bool is_inside = ascii_is_alphanumeric(a.bytes[i]);
        if (is_inside) bytes[length++] = begins ? ascii_upper(a.bytes[i]) : a.bytes[i];
        begins = !is_inside;
    }
    return (struct text){bytes, length};
}

struct text text_format(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct text text = text_vformat(arena, format, args);
    va_end(args);
    return text;
}

struct text text_vformat(struct arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    char room[256];
    int length = vsnprintf(room, sizeof room, format, args);
    if (length < 0) length = 0;
    char *bytes = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof room) {
        memcpy(bytes, room, (size_t)length);
    } else {
        vsnprintf(bytes, (size_t)length + 1, format, again);
    }
    va_end(again);
    return (struct text){bytes, (size_t)length};
}

size_t text_utf8_error(struct text a) {
    size_t at = 0;
    while (at < a.length) {
        if ((unsigned char)a.bytes[at] < 0x80) {
            at++;
            continue;
        }
        uint32_t character;
        size_t size = unicode_decode(a, at, &character);
        if (size == 0) return at;
        at += size;
    }
    return a.length;
}

size_t text_characters(struct text a) {
    size_t count = 0;
    for (size_t i = 0; i < a.length; i++) count += ((unsigned char)a.bytes[i] & 0xC0) != 0x80;
    return count;
}

size_t text_columns(struct text a) {
    size_t columns = 0;
    for (size_t at = 0; at < a.length;) {
        uint32_t character;
        size_t size = unicode_decode(a, at, &character);
        columns += size ? unicode_columns(character) : 1;
        at += size ? size : 1;
    }
    return columns;
}

enum { DISTANCE_LONGEST = 128, EDIT = 2, EDIT_CASE = 1 };

static unsigned replace_cost(char a, char b) {
    if (a == b) return 0;
    return ascii_lower(a) == ascii_lower(b) ? EDIT_CASE : EDIT;
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned text_distance(struct text a, struct text b, unsigned ceiling) {
    size_t gap = a.length > b.length ? a.length - b.length : b.length - a.length;
    if (gap * EDIT > ceiling || a.length > DISTANCE_LONGEST || b.length > DISTANCE_LONGEST) {
        return text_equal(a, b) ? 0 : ceiling + 1;
    }
    unsigned rows[3][DISTANCE_LONGEST + 1]; /* the row in work and the two above, for exchanges */
    for (size_t j = 0; j <= b.length; j++) rows[0][j] = (unsigned)j * EDIT;
    for (size_t i = 1; i <= a.length; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        unsigned row_least = row[0] = (unsigned)i * EDIT;
        for (size_t j = 1; j <= b.length; j++) {
            unsigned cost = above[j - 1] + replace_cost(a.bytes[i - 1], b.bytes[j - 1]);
            cost = least(cost, least(above[j], row[j - 1]) + EDIT);
            if (i > 1 && j > 1 && a.bytes[i - 1] == b.bytes[j - 2] &&
                a.bytes[i - 2] == b.bytes[j - 1]) {
                cost = least(cost, above2[j - 2] + EDIT);
            }
            row[j] = cost;
            row_least = least(row_least, cost);
        }
        if (row_least > ceiling + EDIT) return ceiling + 1;
    }
    return least(rows[a.length % 3][b.length], ceiling + 1);
}
