/* Base64, hexadecimal, URLs, hashes, CSV. What is decoded must be UTF-8: a string holds nothing
 * else. */
#include <stdio.h>

#include "base/hash.h"
#include "evaluator/builtins.h"

/* ---- base64 (RFC 4648) ---- */

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct value base64_known(struct call *call, struct text text) {
    uint64_t length = ((uint64_t)text.length + 2) / 3 * 4;
    if (!text_fits(call, length) || !spend_bytes(call, length)) return value_poison();
    char *bytes = arena_alloc(call->arena, length + 1), *out = bytes;
    const unsigned char *in = (const unsigned char *)text.bytes;
    for (size_t at = 0; at < text.length; at += 3) {
        size_t left = text.length - at;
        uint32_t group = (uint32_t)in[at] << 16 | (left > 1 ? (uint32_t)in[at + 1] << 8 : 0) |
                         (left > 2 ? in[at + 2] : 0);
        *out++ = base64_letters[group >> 18];
        *out++ = base64_letters[group >> 12 & 63];
        *out++ = left > 1 ? base64_letters[group >> 6 & 63] : '=';
        *out++ = left > 2 ? base64_letters[group & 63] : '=';
    }
    return value_text((struct text){bytes, length});
}

/* The value of a letter, of both alphabets; -1 for none. */
static int base64_value(char c) {
    if (c == '-') return 62;
    if (c == '_') return 63;
    const char *letter = c ? strchr(base64_letters, c) : NULL;
    return letter ? (int)(letter - base64_letters) : -1;
}

/* Decodes without padding; SIZE_MAX at a mistake. */
static size_t base64_bytes(struct text text, char *out) {
    uint32_t bits = 0;
    int held = 0;
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = base64_value(text.bytes[i]);
        if (value < 0) return SIZE_MAX;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out[length++] = (char)(bits >> held & 255);
    }
    bool rest =
        held == 6 || (bits & ((1u << held) - 1)) != 0; /* a lone letter, or bits left over */
    return rest ? SIZE_MAX : length;
}

struct value apply_base64_decode(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    size_t padding = 0;
    while (padding < 2 && text.length > padding && text.bytes[text.length - 1 - padding] == '=') {
        padding++;
    }
    struct text letters = {text.bytes, text.length - padding};
    char *bytes = arena_alloc(call->arena, text.length + 1);
    size_t length = base64_bytes(letters, bytes);
    if (length == SIZE_MAX || (padding && text.length % 4)) {
        return call_error(call, 0, "the text is not base64");
    }
    return make_utf8(call, 0, (struct text){bytes, length}, "what is decoded");
}

/* ---- hexadecimal and URLs ---- */

struct value apply_hex(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !text_fits(call, 2 * (uint64_t)text.length) ||
        !spend_bytes(call, text.length)) {
        return value_poison();
    }
    return value_text(text_hexadecimal(call->arena, text.bytes, text.length));
}

/* The byte of two digits at offset at, or -1. */
static int hex_byte(struct text text, size_t at) {
    if (at + 2 > text.length) return -1;
    int high = ascii_digit(text.bytes[at], 16), low = ascii_digit(text.bytes[at + 1], 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

struct value apply_hex_decode(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    char *bytes = arena_alloc(call->arena, text.length / 2 + 1);
    for (size_t i = 0; i < text.length; i += 2) {
        int byte = hex_byte(text, i);
        if (byte < 0) return call_error(call, 0, "the text is not hexadecimal at offset %zu", i);
        bytes[i / 2] = (char)byte;
    }
    return make_utf8(call, 0, (struct text){bytes, text.length / 2}, "what is decoded");
}

struct value apply_url_encode(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (ascii_is_unreserved((char)c)) {
            buffer_char(&out, (char)c);
        } else {
            buffer_char(&out, '%');
            buffer_char(&out, "0123456789ABCDEF"[c >> 4]);
            buffer_char(&out, "0123456789ABCDEF"[c & 15]);
        }
    }
    return make_buffer(call, &out);
}

struct value apply_url_decode(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    char *bytes = arena_alloc(call->arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] != '%') {
            bytes[length++] = text.bytes[i];
            continue;
        }
        int byte = hex_byte(text, i + 1);
        if (byte < 0) return call_error(call, 0, "\"%%\" at offset %zu has no two digits", i);
        bytes[length++] = (char)byte;
        i += 2;
    }
    return make_utf8(call, 0, (struct text){bytes, length}, "what is decoded");
}

/* ---- hashes ---- */

static struct value digest_known(struct call *call, enum hash_kind kind, struct text bytes) {
    if (!spend_bytes(call, bytes.length)) return value_poison();
    return value_text(hash_hex(call->arena, kind, bytes));
}

struct value sha256_known(struct call *call, struct text bytes) {
    return digest_known(call, HASH_SHA256, bytes);
}

static struct value digest(struct call *call, enum hash_kind kind) {
    struct text text;
    return argument_text(call, 0, &text) ? digest_known(call, kind, text) : value_poison();
}

struct value apply_md5(struct call *call) {
    return digest(call, HASH_MD5);
}

struct value apply_sha1(struct call *call) {
    return digest(call, HASH_SHA1);
}

struct value apply_sha256(struct call *call) {
    return digest(call, HASH_SHA256);
}

struct value apply_sha512(struct call *call) {
    return digest(call, HASH_SHA512);
}

struct value apply_short_hash(struct call *call) {
    struct text text;
    char letters[9];
    if (!argument_text(call, 0, &text) || !spend_bytes(call, text.length)) return value_poison();
    hash_letters(text, letters);
    return make_text(call, text_of(letters));
}

/* The 16 bytes of a UUID in text, or of one of the names that RFC 9562 gives to four of them. */
static bool read_uuid(struct text text, unsigned char bytes[16]) {
    static const struct {
        const char *name, *uuid;
    } known[] = {{"dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
                 {"url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"},
                 {"oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8"},
                 {"x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8"}};
    for (int i = 0; i < 4; i++) {
        if (text_is(text, known[i].name)) text = text_of(known[i].uuid);
    }
    if (text.length != 36) return false;
    for (size_t at = 0, count = 0; at < 36;) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (text.bytes[at++] != '-') return false;
            continue;
        }
        int byte = hex_byte(text, at);
        if (byte < 0) return false;
        bytes[count++] = (unsigned char)byte;
        at += 2;
    }
    return true;
}

struct value apply_uuid5(struct call *call) {
    struct text space, name;
    unsigned char digest[HASH_LONGEST], id[16];
    if (!argument_text(call, 0, &space) || !argument_text(call, 1, &name) ||
        !spend_bytes(call, name.length)) {
        return value_poison();
    }
    if (!read_uuid(space, id)) {
        return call_error_hint(call, 0, "Write a UUID, or \"dns\", \"url\", \"oid\" or \"x500\".",
                               "the name space is not a UUID");
    }
    char *joined = arena_alloc(call->arena, 16 + name.length);
    memcpy(joined, id, 16);
    if (name.length) memcpy(joined + 16, name.bytes, name.length);
    hash_digest(HASH_SHA1, (struct text){joined, 16 + name.length}, digest);
    digest[6] = (unsigned char)((digest[6] & 0x0F) | 0x50);
    digest[8] = (unsigned char)((digest[8] & 0x3F) | 0x80);
    char text[37];
    for (int i = 0, at = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
        at += snprintf(text + at, sizeof text - (size_t)at, "%02x", digest[i]);
    }
    return make_text(call, (struct text){text, 36});
}

/* ---- CSV (RFC 4180) ---- */

struct csv {
    struct call *call;
    struct text source;
    size_t at;
    char separator;
    uint32_t line;
};

/* A quoted cell; its bytes without the doubled quotes. */
static bool quoted_cell(struct csv *csv, struct text *cell) {
    size_t start = ++csv->at, length = 0;
    char *bytes = NULL;
    for (;; csv->at++) {
        const char *quote = memchr(csv->source.bytes + csv->at, '"', csv->source.length - csv->at);
        if (!quote) return fail(csv->call, 0, "a quoted cell of line %u has no end", csv->line);
        csv->at = (size_t)(quote - csv->source.bytes) + 1;
        if (csv->at == csv->source.length || csv->source.bytes[csv->at] != '"') break;
    }
    struct text raw = {csv->source.bytes + start, csv->at - 1 - start};
    bytes = arena_alloc(csv->call->arena, raw.length + 1);
    for (size_t i = 0; i < raw.length; i++) {
        bytes[length++] = raw.bytes[i];
        if (raw.bytes[i] == '"') i++;
    }
    *cell = (struct text){bytes, length};
    return true;
}

/* The next cell; *last says that the line ends behind it. */
static bool next_cell(struct csv *csv, struct text *cell, bool *last) {
    struct text source = csv->source;
    if (csv->at < source.length && source.bytes[csv->at] == '"') {
        if (!quoted_cell(csv, cell)) return false;
    } else {
        size_t start = csv->at;
        while (csv->at < source.length && source.bytes[csv->at] != csv->separator &&
               source.bytes[csv->at] != '\n' && source.bytes[csv->at] != '\r') {
            csv->at++;
        }
        *cell = (struct text){source.bytes + start, csv->at - start};
    }
    if (csv->at + 1 < source.length && source.bytes[csv->at] == '\r' &&
        source.bytes[csv->at + 1] == '\n') {
        csv->at++;
    }
    *last = csv->at == source.length || source.bytes[csv->at] == '\n';
    if (!*last && source.bytes[csv->at] != csv->separator) {
        return fail(csv->call, 0,
                    "line %u has text behind a quoted cell, or a lone carriage return", csv->line);
    }
    if (csv->at < source.length) csv->at++;
    return true;
}

/* The cells of a line as a list; lines are counted by records. */
static bool next_row(struct csv *csv, struct value *row) {
    struct items items = {.count = 0};
    csv->line++;
    for (bool last = false; !last;) {
        struct text cell = {0};
        if (!next_cell(csv, &cell, &last) || !items_add(csv->call, &items, value_text(cell))) {
            return false;
        }
    }
    *row = items_list(&items);
    return true;
}

static bool csv_record(struct csv *csv, struct value header, struct value row,
                       struct value *result) {
    if (row.length != header.length) {
        return fail(csv->call, 0, "line %u has %u cells, the header %u", csv->line, row.length,
                    header.length);
    }
    struct record *record = record_new(csv->call->arena, row.length);
    for (uint32_t i = 0; i < row.length; i++) {
        const struct name *name = names_intern(csv->call->names, value_as_text(header.items[i]));
        if (record_find(record, name)) {
            return fail(csv->call, 0, "column \"%s\" stands twice", name->bytes);
        }
        record_put(csv->call->arena, record, name, row.items[i], NULL);
    }
    *result = value_record(record);
    return true;
}

struct value apply_csv(struct call *call) {
    struct text text, separator;
    if (!argument_text(call, 0, &text) || !argument_text(call, 1, &separator) ||
        !spend_bytes(call, text.length)) {
        return value_poison();
    }
    if (separator.length != 1 || strchr("\"\r\n", separator.bytes[0])) {
        return call_error(call, 1, "the separator is not one ASCII character");
    }
    struct csv csv = {.call = call, .source = text, .separator = separator.bytes[0]};
    if (text_starts(text, TEXT("\xEF\xBB\xBF"))) csv.at = 3;
    if (csv.at == text.length) return value_list(NULL, 0);
    struct value header, row, record;
    struct items items = {.count = 0};
    if (!next_row(&csv, &header)) return value_poison();
    while (csv.at < text.length) {
        if (!next_row(&csv, &row)) return value_poison();
        if (row.length == 1 && row.items[0].length == 0 && header.length > 1)
            continue; /* empty line */
        if (!csv_record(&csv, header, row, &record) || !items_add(call, &items, record)) {
            return value_poison();
        }
    }
    return items_list(&items);
}
