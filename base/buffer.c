/* Buffers: bytes that grow by doubling, and the two JSON scalars that need care. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

/* What is large has pages of its own (memory_start), which come into memory as they are used and
 * move without being copied: there is no half that was full beside the whole. */
enum { FIRST = 256, SMALL = 32 << 10, LARGE = 256 << 10 };

void buffer_init(struct buffer *buffer) {
    *buffer = (struct buffer){0};
}

void buffer_release(struct buffer *buffer) {
    memory_free(buffer->bytes);
    buffer_init(buffer);
}

void buffer_reserve(struct buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->length) return;
    if (more > SIZE_MAX / 4 - buffer->length) memory_exhausted();
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : FIRST;
    if (capacity < buffer->length + more) capacity = buffer->length + more;
    if (capacity > SMALL && capacity < LARGE) capacity = LARGE;
    buffer->bytes = memory_resize(buffer->bytes, capacity);
    buffer->capacity = capacity;
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t length) {
    if (length == 0) return;
    buffer_reserve(buffer, length);
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

void buffer_text(struct buffer *buffer, struct text text) {
    buffer_add(buffer, text.bytes, text.length);
}

void buffer_string(struct buffer *buffer, const char *string) {
    buffer_add(buffer, string, strlen(string));
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    for (size_t room = 128;;) {
        buffer_reserve(buffer, room);
        va_list args;
        va_start(args, format);
        int length = vsnprintf(buffer->bytes + buffer->length, room, format, args);
        va_end(args);
        if (length < 0) return;
        if ((size_t)length < room) {
            buffer->length += (size_t)length;
            return;
        }
        room = (size_t)length + 1;
    }
}

struct text buffer_take(struct buffer *buffer, struct arena *arena) {
    return (struct text){arena_copy(arena, buffer->bytes, buffer->length), buffer->length};
}

static void json_escape(struct buffer *buffer, unsigned char c) {
    static const char plain[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
    const char *at = c ? strchr(plain, c) : NULL;
    if (at) {
        buffer_char(buffer, '\\');
        buffer_char(buffer, letters[at - plain]);
    } else {
        buffer_format(buffer, "\\u%04x", c);
    }
}

void buffer_json_string(struct buffer *buffer, struct text text) {
    buffer_reserve(buffer, text.length + 2);
    buffer_char(buffer, '"');
    size_t start = 0; /* of the run that needs no escape */
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
        buffer_add(buffer, text.bytes + start, i - start);
        json_escape(buffer, c);
        start = i + 1;
    }
    if (text.length > start) buffer_add(buffer, text.bytes + start, text.length - start);
    buffer_char(buffer, '"');
}

void buffer_json_member(struct buffer *buffer, const char *name, struct text value) {
    buffer_format(buffer, "\"%s\":", name);
    buffer_json_string(buffer, value);
}

void buffer_json_more(struct buffer *buffer, const char *name, struct text value) {
    if (!value.length) return;
    buffer_char(buffer, ',');
    buffer_json_member(buffer, name, value);
}

/* The fewest significant digits that read back as number: "d.ddde[+-]xx". 15 are always exact to
 * read, 17 always enough. */
static void shortest_digits(char digits[40], double number) {
    int least = number < 0x1p-1022 ? 0 : 14; /* denormal numbers hold fewer */
    for (int precision = least; precision <= 16; precision++) {
        snprintf(digits, 40, "%.*e", precision, number);
        if (strtod(digits, NULL) == number) return;
    }
}

/* Splits "d.ddde[+-]xx" into its digits without trailing zeros and its exponent. */
static int split_digits(char digits[40], size_t *count) {
    char *mark = strchr(digits, 'e');
    int exponent = atoi(mark + 1);
    size_t length = 1;
    for (const char *c = digits + 2; c < mark; c++) digits[length++] = *c;
    while (length > 1 && digits[length - 1] == '0') length--;
    *count = length;
    return exponent;
}

static void add_zeros(struct buffer *buffer, int count) {
    for (int i = 0; i < count; i++) buffer_char(buffer, '0');
}

/* Whether a whole number is what its shortest digits with zeros behind them say, and a reader takes
 * it for an integer of 64 bits: beyond 2^53 they may stand for another one nearby. */
static bool reads_as_integer(const char *digits, size_t count, double number) {
    char exact[40];
    if (number >= 0x1p63) return false;
    snprintf(exact, sizeof exact, "%.0f", number);
    return memcmp(exact, digits, count) == 0 && exact[count + strspn(exact + count, "0")] == '\0';
}

void buffer_number(struct buffer *buffer, double number) {
    if (!isfinite(number)) {
        buffer_string(buffer, "null");
        return;
    }
    if (fabs(number) < 1e15 && number == (double)(int64_t)number) {
        buffer_format(buffer, "%lld", (long long)number);
        return;
    }
    char digits[40];
    size_t count;
    if (number < 0) buffer_char(buffer, '-');
    shortest_digits(digits, fabs(number));
    int exponent = split_digits(digits, &count);
    bool is_whole = exponent >= 0 && count <= (size_t)exponent + 1;
    if (exponent < -6 || (is_whole && !reads_as_integer(digits, count, fabs(number)))) {
        buffer_char(buffer, digits[0]);
        if (count > 1) buffer_char(buffer, '.');
        buffer_add(buffer, digits + 1, count - 1);
        buffer_format(buffer, "e%+d", exponent);
    } else if (exponent < 0) {
        buffer_string(buffer, "0.");
        add_zeros(buffer, -exponent - 1);
        buffer_add(buffer, digits, count);
    } else if (is_whole) {
        buffer_add(buffer, digits, count);
        add_zeros(buffer, exponent + 1 - (int)count);
    } else {
        buffer_add(buffer, digits, (size_t)exponent + 1);
        buffer_char(buffer, '.');
        buffer_add(buffer, digits + exponent + 1, count - (size_t)exponent - 1);
    }
}
