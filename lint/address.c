/* Blocks of addresses, IPv4 and IPv6, as properties hold them. */
#include <arpa/inet.h>

#include "lint/internal.h"

enum { LONGEST_BLOCK = 48 };

static bool read_bits(const char *text, unsigned most, unsigned *bits) {
    *bits = 0;
    size_t length = strlen(text);
    if (!length || length > 3 || (length > 1 && *text == '0')) return false;
    for (; *text; text++) {
        if (!ascii_is_digit(*text)) return false;
        *bits = *bits * 10 + (unsigned)(*text - '0');
    }
    return *bits <= most;
}

/* Whether a bit behind the prefix is set; they are cleared. */
static bool clear_host_bits(struct block *block) {
    bool is_set = false;
    for (unsigned i = 0; i < block->size / 8; i++) {
        unsigned kept = block->bits > i * 8 ? block->bits - i * 8 : 0;
        uint8_t mask = kept >= 8 ? 0xFF : (uint8_t)(0xFF00 >> kept);
        is_set |= (block->bytes[i] & (uint8_t)~mask) != 0;
        block->bytes[i] &= mask;
    }
    return is_set;
}

enum block_fault block_read(struct text text, struct block *block) {
    char copy[LONGEST_BLOCK];
    if (text.length >= sizeof copy) return BLOCK_MALFORMED;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    char *slash = strchr(copy, '/');
    if (!slash) return BLOCK_MALFORMED;
    *slash = '\0';
    *block = (struct block){.size = strchr(copy, ':') ? 128 : 32};
    int family = block->size == 32 ? AF_INET : AF_INET6;
    if (inet_pton(family, copy, block->bytes) != 1) return BLOCK_MALFORMED;
    if (!read_bits(slash + 1, block->size, &block->bits)) return BLOCK_MALFORMED;
    return clear_host_bits(block) ? BLOCK_HOST_BITS : BLOCK_FINE;
}

struct text block_text(struct arena *arena, const struct block *block) {
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(block->size == 32 ? AF_INET : AF_INET6, block->bytes, text, sizeof text)) {
        return TEXT("");
    }
    return text_format(arena, "%s/%u", text, block->bits);
}

bool block_holds(const struct block *outer, const struct block *inner) {
    if (outer->size != inner->size || outer->bits > inner->bits) return false;
    struct block cut = *inner;
    cut.bits = outer->bits;
    clear_host_bits(&cut);
    return memcmp(cut.bytes, outer->bytes, sizeof cut.bytes) == 0;
}

bool block_meets(const struct block *a, const struct block *b) {
    return block_holds(a, b) || block_holds(b, a);
}
