/* JSON, byte by byte, with or without indentation. */
#include "template/lowering.h"

/* A new line and its indentation, in one piece of fixed size where that is enough: it is copied as
 * fast as a single byte. */
static void line(struct emitter *e) {
    if (!e->indented) return;
    static const char blank[] = "\n                                                               ";
    enum { PIECE = sizeof blank - 1 };
    size_t wanted = 1 + 2 * (size_t)e->depth;
    e->spaces += wanted;
    buffer_reserve(e->out, wanted + PIECE);
    char *to = e->out->bytes + e->out->length;
    memcpy(to, blank, PIECE);
    if (wanted > PIECE) memset(to + PIECE, ' ', wanted - PIECE);
    e->out->length += wanted;
}

void emit_open(struct emitter *e, char bracket) {
    buffer_char(e->out, bracket);
    e->depth++;
    e->is_first = true;
}

void emit_close(struct emitter *e, char bracket) {
    e->depth--;
    if (!e->is_first) line(e);
    buffer_char(e->out, bracket);
    e->is_first = false;
}

void emit_item(struct emitter *e) {
    if (!e->is_first) buffer_char(e->out, ',');
    e->is_first = false;
    line(e);
}

#define EACH(byte) (~(uint64_t)0 / 255 * (byte))

/* Whether one of eight bytes is a control character, '"' or '\\': none of them has its high bit set
 * after the tests unless it is one (Hacker's Delight, 6-1). */
static bool needs_escape(uint64_t eight) {
    uint64_t quote = eight ^ EACH('"'), backslash = eight ^ EACH('\\'), del = eight ^ EACH(0x7F);
    uint64_t low = (eight - EACH(0x20)) & ~eight;
    uint64_t found = low | ((quote - EACH(1)) & ~quote) | ((backslash - EACH(1)) & ~backslash) |
                     ((del - EACH(1)) & ~del);
    return (found & EACH(0x80)) != 0;
}

static uint64_t eight_at(const char *bytes) {
    uint64_t eight;
    memcpy(&eight, bytes, 8);
    return eight;
}

/* Whether the text can stand in JSON as it is. The last eight bytes are looked at whole, and
 * overlap those before. */
static bool is_clean(struct text text) {
    if (text.length >= 8) {
        bool found = needs_escape(eight_at(text.bytes + text.length - 8));
        for (size_t at = 0; at + 8 < text.length; at += 8) {
            found |= needs_escape(eight_at(text.bytes + at));
        }
        return !found;
    }
    uint64_t eight = EACH('a');
    for (size_t i = 0; i < text.length; i++) eight = eight << 8 | (unsigned char)text.bytes[i];
    return !needs_escape(eight);
}

void emit_text(struct emitter *e, struct text text) {
    if (!is_clean(text)) {
        buffer_json_string(e->out, text);
        return;
    }
    buffer_reserve(e->out, text.length + 2);
    char *to = e->out->bytes + e->out->length;
    *to++ = '"';
    if (text.length) memcpy(to, text.bytes, text.length);
    to[text.length] = '"';
    e->out->length += text.length + 2;
}

void emit_key(struct emitter *e, struct text key) {
    emit_item(e);
    emit_text(e, key);
    buffer_char(e->out, ':');
    if (!e->indented) return;
    buffer_char(e->out, ' ');
    e->spaces++;
}

void emit_fragment(struct emitter *e, struct text text) {
    if (is_clean(text)) {
        buffer_text(e->out, text);
        return;
    }
    size_t start = e->out->length;
    buffer_json_string(e->out, text);
    e->out->length--; /* the closing quote; then the opening one */
    memmove(e->out->bytes + start, e->out->bytes + start + 1, e->out->length - start - 1);
    e->out->length--;
}

void emit_integer(struct emitter *e, int64_t integer) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (integer < 0) digits[--at] = '-';
    buffer_add(e->out, digits + at, sizeof digits - at);
}
