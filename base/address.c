/* Addresses: reading, writing, and which blocks hold or meet each other. */
#include "base/address.h"

#include <stdio.h>

/* ---- reading ---- */

/* A decimal of up to three digits without leading zeros, at most most; -1 for anything else. */
static int read_decimal(struct text text, size_t *at, int most) {
    int number = 0;
    size_t start = *at;
    while (*at < text.length && ascii_is_digit(text.bytes[*at]) && *at < start + 3) {
        number = number * 10 + (text.bytes[(*at)++] - '0');
    }
    if (*at == start || (text.bytes[start] == '0' && *at > start + 1) || number > most) return -1;
    return number;
}

static bool read_ipv4(struct text text, uint32_t *address) {
    size_t at = 0;
    *address = 0;
    for (int i = 0; i < 4; i++) {
        if (i && (at >= text.length || text.bytes[at++] != '.')) return false;
        int part = read_decimal(text, &at, 255);
        if (part < 0) return false;
        *address = *address << 8 | (uint32_t)part;
    }
    return at == text.length;
}

static int read_hex_group(struct text text, size_t *at) {
    int group = 0;
    size_t start = *at;
    for (; *at < text.length && *at < start + 4; ++*at) {
        int digit = ascii_digit(text.bytes[*at], 16);
        if (digit < 0) break;
        group = group << 4 | digit;
    }
    return *at == start ? -1 : group;
}

/* The groups of an IPv6 address; gap is where "::" stands, or -1. */
static bool read_groups(struct text text, uint16_t groups[8], int *count, int *gap) {
    size_t at = 0;
    *count = 0;
    *gap = -1;
    if (text_starts(text, TEXT("::"))) {
        *gap = 0;
        at = 2;
    }
    while (at < text.length) {
        struct text rest = {text.bytes + at, text.length - at};
        uint32_t tail;
        if (*count <= 6 && read_ipv4(rest, &tail)) {
            groups[(*count)++] = (uint16_t)(tail >> 16);
            groups[(*count)++] = (uint16_t)tail;
            return true;
        }
        int group = *count < 8 ? read_hex_group(text, &at) : -1;
        if (group < 0) return false;
        groups[(*count)++] = (uint16_t)group;
        if (at == text.length) return true;
        if (text.bytes[at++] != ':' || at == text.length) return false;
        if (text.bytes[at] != ':') continue;
        if (*gap >= 0) return false;
        *gap = *count;
        at++;
    }
    return true;
}

static bool read_ipv6(struct text text, unsigned __int128 *address) {
    uint16_t groups[8];
    int count, gap;
    if (!read_groups(text, groups, &count, &gap) || (gap < 0 ? count != 8 : count > 7))
        return false;
    *address = 0;
    for (int i = 0; i < 8; i++) {
        int behind = i - (8 - count); /* of the groups behind the gap */
        uint16_t group = gap < 0 || i < gap ? groups[i] : behind >= gap ? groups[behind] : 0;
        *address = *address << 16 | group;
    }
    return true;
}

bool address_read(struct text text, struct block *block) {
    uint32_t ipv4;
    if (read_ipv4(text, &ipv4)) {
        *block = (struct block){(unsigned __int128)ipv4 << 96, 32, 32};
        return true;
    }
    *block = (struct block){0, 128, 128};
    return read_ipv6(text, &block->address);
}

bool block_read(struct text text, struct block *block) {
    const char *slash = memchr(text.bytes, '/', text.length);
    if (!slash) return false;
    size_t split = (size_t)(slash - text.bytes), at = split + 1;
    if (!address_read((struct text){text.bytes, split}, block)) return false;
    block->prefix = read_decimal(text, &at, block->bits);
    return block->prefix >= 0 && at == text.length;
}

/* ---- writing ---- */

/* The longest run of two or more zero groups, the first of equals; 8 for none. */
static int zero_run(const unsigned groups[8], int *length) {
    int best = 8, start = 0;
    *length = 1;
    for (int i = 0; i <= 8; i++) {
        if (i < 8 && groups[i] == 0) continue;
        if (i - start > *length) {
            best = start;
            *length = i - start;
        }
        start = i + 1;
    }
    return best;
}

struct text address_text(struct arena *arena, const struct block *block) {
    if (block->bits == 32) {
        unsigned a = (unsigned)(block->address >> 96);
        return text_format(arena, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
                           a & 255);
    }
    unsigned groups[8];
    for (int i = 0; i < 8; i++)
        groups[i] = (unsigned)(block->address >> (112 - 16 * i)) & 0xFFFF;
    int length, run = zero_run(groups, &length), used = 0;
    char room[48];
    for (int i = 0; i < 8; i++) {
        if (i == run) {
            used += snprintf(room + used, sizeof room - (size_t)used, "::");
            i += length - 1;
            continue;
        }
        bool colon = i > 0 && i != run + length;
        used +=
            snprintf(room + used, sizeof room - (size_t)used, "%s%x", colon ? ":" : "", groups[i]);
    }
    return text_copy(arena, (struct text){room, (size_t)used});
}

struct text block_text(struct arena *arena, const struct block *block) {
    struct text address = address_text(arena, block);
    return text_format(arena, "%.*s/%d", TEXT_ARGS(address), block->prefix);
}

/* ---- blocks ---- */

unsigned __int128 block_mask(int prefix) {
    return prefix ? ~(unsigned __int128)0 << (128 - prefix) : 0;
}

bool block_cut(struct block *block) {
    unsigned __int128 network = block->address & block_mask(block->prefix);
    bool is_cut = network != block->address;
    block->address = network;
    return is_cut;
}

bool block_holds(const struct block *outer, const struct block *inner) {
    unsigned __int128 differ = outer->address ^ inner->address;
    return outer->bits == inner->bits && outer->prefix <= inner->prefix &&
           (differ & block_mask(outer->prefix)) == 0;
}

bool block_meets(const struct block *a, const struct block *b) {
    return block_holds(a, b) || block_holds(b, a);
}
