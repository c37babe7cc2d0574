/* Arithmetic on blocks of addresses, IPv4 and IPv6. An address is 128 bits; an IPv4 address is the
 * upper 32 of them, so that prefix lengths count from the same end for both. Texts are written as
 * RFC 5952 wants them. */
#include <stdio.h>

#include "evaluator/builtins.h"

struct block {
    unsigned __int128 address; /* bits beyond the prefix are 0 */
    int bits;                  /* of an address: 32 or 128 */
    int prefix;
};

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
        char c = text.bytes[*at];
        const char *digits = "0123456789abcdef0123456789ABCDEF",
                   *digit = c ? strchr(digits, c) : NULL;
        if (!digit) break;
        group = group << 4 | (int)((digit - digits) & 15);
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

static bool read_address(struct text text, struct block *block) {
    uint32_t ipv4;
    if (read_ipv4(text, &ipv4)) {
        *block = (struct block){(unsigned __int128)ipv4 << 96, 32, 32};
        return true;
    }
    *block = (struct block){0, 128, 128};
    return read_ipv6(text, &block->address);
}

/* The bits of a prefix. */
static unsigned __int128 mask_of(int prefix) {
    return prefix ? ~(unsigned __int128)0 << (128 - prefix) : 0;
}

static bool read_block(struct text text, struct block *block) {
    const char *slash = memchr(text.bytes, '/', text.length);
    if (!slash) return false;
    size_t split = (size_t)(slash - text.bytes), at = split + 1;
    if (!read_address((struct text){text.bytes, split}, block)) return false;
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

static struct text address_text(struct call *call, const struct block *block) {
    if (block->bits == 32) {
        unsigned a = (unsigned)(block->address >> 96);
        return text_format(call->arena, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
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
    return text_copy(call->arena, (struct text){room, (size_t)used});
}

static struct text block_text(struct call *call, const struct block *block) {
    struct text address = address_text(call, block);
    return text_format(call->arena, "%.*s/%d", TEXT_ARGS(address), block->prefix);
}

/* ---- arguments ---- */

static bool check_block(struct call *call, int index, struct text text, struct block *block) {
    struct text shown = text_slice(text, 0, 60);
    if (!read_block(text, block)) {
        call_error_hint(call, index, "Write a block such as \"10.0.0.0/16\" or \"2001:db8::/56\".",
                        "\"%.*s\" is not a block of addresses", TEXT_ARGS(shown));
        return false;
    }
    unsigned __int128 network = block->address & mask_of(block->prefix);
    if (network == block->address) return true;
    block->address = network;
    struct text mended = block_text(call, block);
    struct text hint = text_format(call->arena, "Write \"%.*s\".", TEXT_ARGS(mended));
    call_error_hint(call, index, hint.bytes, "\"%.*s\" has bits of an address behind its prefix",
                    TEXT_ARGS(shown));
    return false;
}

static bool argument_block(struct call *call, int index, struct block *block) {
    struct text text;
    return argument_text(call, index, &text) && check_block(call, index, text, block);
}

/* ---- functions ---- */

/* Subnet number of a block, with a longer prefix; false if there are not so many. */
static bool subnet(const struct block *block, int prefix, uint64_t number, struct block *result) {
    int digits = prefix - block->prefix;
    if (digits < 64 && number >> digits) return false;
    *result = *block;
    result->prefix = prefix;
    if (digits) result->address |= (unsigned __int128)number << (128 - prefix);
    return true;
}

static bool new_prefix(struct call *call, int index, const struct block *block, int64_t added,
                       int *prefix) {
    if (added >= 0 && added <= block->bits - block->prefix) {
        *prefix = block->prefix + (int)added;
        return true;
    }
    return fail(call, index, "a prefix of /%d has room for 0 to %d more bits, not %lld",
                block->prefix, block->bits - block->prefix, (long long)added);
}

struct value apply_cidr_subnet(struct call *call) {
    struct block block, result;
    int64_t added, number;
    int prefix = 0;
    if (!argument_block(call, 0, &block) || !argument_int(call, 1, &added) ||
        !argument_range(call, 2, 0, INT64_MAX, &number) ||
        !new_prefix(call, 1, &block, added, &prefix)) {
        return value_poison();
    }
    if (subnet(&block, prefix, (uint64_t)number, &result))
        return value_text(block_text(call, &result));
    struct text shown = block_text(call, &block);
    return call_error(call, 2, "\"%.*s\" has %llu subnets of %d more bits: there is no number %lld",
                      TEXT_ARGS(shown), 1ull << (added < 63 ? added : 63), (int)added,
                      (long long)number);
}

/* Consecutive subnets, each on the boundary that its size asks for. */
struct value apply_cidr_subnets(struct call *call) {
    struct block block;
    struct value sizes = call->arguments[1];
    if (!argument_block(call, 0, &block)) return value_poison();
    struct value *items = make_items(call, sizes.length);
    if (!items) return value_poison();
    unsigned __int128 offset = 0, room = ~mask_of(block.prefix); /* the last address of the block */
    bool full = false;
    for (uint32_t i = 0; i < sizes.length; i++) {
        int prefix = 0;
        if (sizes.items[i].kind != VALUE_INT) {
            return element_wrong(call, 1, i, sizes.items[i], "an integer");
        }
        if (!new_prefix(call, 1, &block, sizes.items[i].integer, &prefix)) return value_poison();
        unsigned __int128 last = ~mask_of(prefix); /* of a subnet at 0 */
        unsigned __int128 start = (offset + last) & ~last;
        if (full || start < offset || start > room) {
            return call_error(call, 1, "the block has no room for subnet %u", i);
        }
        struct block part = {block.address | start, block.bits, prefix};
        items[i] = value_text(block_text(call, &part));
        offset = start + last + 1;
        full = start + last >= room;
    }
    return value_list(items, sizes.length);
}

struct value apply_cidr_host(struct call *call) {
    struct block block;
    int64_t number;
    if (!argument_block(call, 0, &block) || !argument_int(call, 1, &number)) return value_poison();
    int digits = block.bits - block.prefix;
    uint64_t distance = number < 0 ? -(uint64_t)number - 1 : (uint64_t)number;
    if (digits < 64 && distance >> digits) {
        return call_error(call, 1, "a prefix of /%d has %llu addresses: there is no number %lld",
                          block.prefix, 1ull << digits, (long long)number);
    }
    unsigned __int128 unit = (unsigned __int128)1 << (128 - block.bits);
    unsigned __int128 end = block.address | (~mask_of(block.prefix) & mask_of(block.bits));
    block.address = number < 0 ? end - distance * unit : block.address + distance * unit;
    return value_text(address_text(call, &block));
}

struct value apply_cidr_netmask(struct call *call) {
    struct block block;
    if (!argument_block(call, 0, &block)) return value_poison();
    if (block.bits != 32) return call_error(call, 0, "an IPv6 block has no netmask");
    block.address = mask_of(block.prefix);
    return value_text(address_text(call, &block));
}

struct value apply_cidr_prefix(struct call *call) {
    struct block block;
    return argument_block(call, 0, &block) ? value_int(block.prefix) : value_poison();
}

struct value apply_cidr_size(struct call *call) {
    struct block block;
    if (!argument_block(call, 0, &block)) return value_poison();
    int digits = block.bits - block.prefix;
    if (digits > 62)
        return call_error(call, 0, "the number of addresses does not fit into 64 bits");
    return value_int((int64_t)1 << digits);
}

static bool has_block(const struct block *whole, const struct block *part) {
    return whole->bits == part->bits && whole->prefix <= part->prefix &&
           (part->address & mask_of(whole->prefix)) == whole->address;
}

struct value apply_cidr_contains(struct call *call) {
    struct block whole, part;
    struct text text;
    if (!argument_block(call, 0, &whole) || !argument_text(call, 1, &text)) return value_poison();
    if (!read_address(text, &part) && !check_block(call, 1, text, &part)) return value_poison();
    return value_bool(has_block(&whole, &part));
}

struct value apply_cidr_overlaps(struct call *call) {
    struct block a, b;
    if (!argument_block(call, 0, &a) || !argument_block(call, 1, &b)) return value_poison();
    return value_bool(has_block(&a, &b) || has_block(&b, &a));
}

/* As Fn::Cidr computes: the first count subnets that leave bits for hosts. */
struct value cidr_known(struct call *call) {
    struct block block, part;
    int64_t count, bits;
    if (!argument_block(call, 0, &block) || !argument_range(call, 1, 1, 256, &count) ||
        !argument_range(call, 2, 1, block.bits, &bits)) {
        return value_poison();
    }
    int prefix = block.bits - (int)bits;
    if (prefix < block.prefix) {
        return call_error(call, 2,
                          "subnets with %lld bits for hosts are larger than a block of /%d",
                          (long long)bits, block.prefix);
    }
    struct value *items = make_items(call, (uint64_t)count);
    if (!items) return value_poison();
    for (int64_t i = 0; i < count; i++) {
        if (!subnet(&block, prefix, (uint64_t)i, &part)) {
            return call_error(call, 1, "a block of /%d has only %lld subnets of /%d", block.prefix,
                              (long long)i, prefix);
        }
        items[i] = value_text(block_text(call, &part));
    }
    return value_list(items, (uint32_t)count);
}
