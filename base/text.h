/* Text: a slice of bytes that somebody else owns (an arena, a source), valid UTF-8 unless said
 * otherwise. */
#ifndef MRP_BASE_TEXT_H
#define MRP_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"

struct text {
    const char *bytes;
    size_t length;
};

/* A literal as text: TEXT("abc"). */
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
/* For printf's "%.*s". */
#define TEXT_ARGS(t) (int)(t).length, (t).bytes

static inline struct text text_of(const char *string) {
    return (struct text){string, strlen(string)};
}
static inline bool text_equal(struct text a, struct text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}
static inline bool text_is(struct text a, const char *string) {
    return text_equal(a, text_of(string));
}
/* Whether it is one of the words, which end with NULL. */
bool text_is_one_of(struct text a, const char *const *words);
/* Byte order, as strcmp: the order of every sorted thing in the project. */
int text_compare(struct text a, struct text b);
/* The same for qsort, of texts in an array. */
int text_order(const void *a, const void *b);
bool text_starts(struct text a, struct text prefix);
bool text_ends(struct text a, struct text suffix);
/* Whether the text matches the whole pattern, in which `*` stands for any bytes and `?` for one, as
 * in IAM's policies; never slower than the product of their lengths. */
bool text_like(struct text text, struct text pattern);
/* Whether it has bytes, and every one of them is of the class: text_all(id, ascii_is_digit). */
bool text_all(struct text text, bool (*is)(char));
/* Whether it is written as an IPv4 address is (192.168.5.4): digits and three dots alone. */
bool text_is_ipv4(struct text text);
/* What stands before the first such byte; all of it where there is none. */
struct text text_until(struct text a, char byte);
/* Takes the next "${NAME}" from the front of a text as Fn::Sub has it, with what stands before it.
 * False where there is none: *before is all that is left, and *name empty. */
bool text_take_hole(struct text *rest, struct text *before, struct text *name);
struct text text_copy(struct arena *arena, struct text a);
/* Two lower-case hexadecimal digits for each of the bytes. */
struct text text_hexadecimal(struct arena *arena, const void *bytes, size_t count);
/* With ASCII's capitals as small letters. */
struct text text_lower(struct arena *arena, struct text a);
/* Its letters and digits, each run of them with a capital first: "order-queue" is "OrderQueue". */
struct text text_words_joined(struct arena *arena, struct text a);
/* printf into the arena. */
struct text text_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct text text_vformat(struct arena *arena, const char *format, va_list args);
/* Offset of the first invalid UTF-8 sequence, or length when all is valid (RFC 3629). */
size_t text_utf8_error(struct text a);
/* Number of characters (code points) of valid UTF-8. */
size_t text_characters(struct text a);
/* Number of terminal columns, wide characters counting two. */
size_t text_columns(struct text a);
/* Damerau-Levenshtein distance, case counting half; more than ceiling is reported as ceiling + 1.
 * The unit is half an edit: 2 is one edit. */
unsigned text_distance(struct text a, struct text b, unsigned ceiling);

/* Bytes that grow; on the heap, the holder releases. */
struct buffer {
    char *bytes;
    size_t length, capacity;
};
void buffer_init(struct buffer *buffer);
void buffer_release(struct buffer *buffer);
void buffer_reserve(struct buffer *buffer, size_t more);
void buffer_add(struct buffer *buffer, const char *bytes, size_t length);
void buffer_text(struct buffer *buffer, struct text text);
void buffer_string(struct buffer *buffer, const char *string);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void buffer_char(struct buffer *buffer, char c) {
    if (buffer->length == buffer->capacity) buffer_reserve(buffer, 1);
    buffer->bytes[buffer->length++] = c;
}
/* The content as text, owned by the buffer until its next change. */
static inline struct text buffer_view(const struct buffer *buffer) {
    return (struct text){buffer->bytes, buffer->length};
}
/* A copy of the content in the arena. */
struct text buffer_take(struct buffer *buffer, struct arena *arena);

/* The text as a JSON string with its quotes (RFC 8259; control characters as \n, \t ... or
 * \u00XX). */
void buffer_json_string(struct buffer *buffer, struct text text);
/* A member of a JSON object: its name, which needs no escapes, and a string. */
void buffer_json_member(struct buffer *buffer, const char *name, struct text value);
/* The same behind a comma, where the string is not empty. */
void buffer_json_more(struct buffer *buffer, const char *name, struct text value);
/* The shortest decimal that reads back as the same double; 1e21 and above with exponent; no ".0".
 * What is not finite has no JSON and is written null. */
void buffer_number(struct buffer *buffer, double number);

#endif
