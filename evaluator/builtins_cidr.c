/* Arithmetic on blocks of addresses, IPv4 and IPv6. */
#include "base/address.h"
#include "evaluator/builtins.h"

/* ---- arguments ---- */

static bool check_block(struct call *call, int index, struct text text, struct block *block) {
    struct text shown = text_slice(text, 0, 60);
    if (!block_read(text, block)) {
        call_error_hint(call, index, "Write a block such as \"10.0.0.0/16\" or \"2001:db8::/56\".",
                        "\"%.*s\" is not a block of addresses", TEXT_ARGS(shown));
        return false;
    }
    if (!block_cut(block)) return true;
    struct text mended = block_text(call->arena, block);
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
        return value_text(block_text(call->arena, &result));
    struct text shown = block_text(call->arena, &block);
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
    unsigned __int128 offset = 0, room = ~block_mask(block.prefix); /* the last address in it */
    bool full = false;
    for (uint32_t i = 0; i < sizes.length; i++) {
        int prefix = 0;
        if (sizes.items[i].kind != VALUE_INT) {
            return element_wrong(call, 1, i, sizes.items[i], "an integer");
        }
        if (!new_prefix(call, 1, &block, sizes.items[i].integer, &prefix)) return value_poison();
        unsigned __int128 last = ~block_mask(prefix); /* of a subnet at 0 */
        unsigned __int128 start = (offset + last) & ~last;
        if (full || start < offset || start > room) {
            return call_error(call, 1, "the block has no room for subnet %u", i);
        }
        struct block part = {block.address | start, block.bits, prefix};
        items[i] = value_text(block_text(call->arena, &part));
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
    unsigned __int128 end = block.address | (~block_mask(block.prefix) & block_mask(block.bits));
    block.address = number < 0 ? end - distance * unit : block.address + distance * unit;
    return value_text(address_text(call->arena, &block));
}

struct value apply_cidr_netmask(struct call *call) {
    struct block block;
    if (!argument_block(call, 0, &block)) return value_poison();
    if (block.bits != 32) return call_error(call, 0, "an IPv6 block has no netmask");
    block.address = block_mask(block.prefix);
    return value_text(address_text(call->arena, &block));
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

struct value apply_cidr_contains(struct call *call) {
    struct block whole, part;
    struct text text;
    if (!argument_block(call, 0, &whole) || !argument_text(call, 1, &text)) return value_poison();
    if (!address_read(text, &part) && !check_block(call, 1, text, &part)) return value_poison();
    return value_bool(block_holds(&whole, &part));
}

struct value apply_cidr_overlaps(struct call *call) {
    struct block a, b;
    if (!argument_block(call, 0, &a) || !argument_block(call, 1, &b)) return value_poison();
    return value_bool(block_meets(&a, &b));
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
        items[i] = value_text(block_text(call->arena, &part));
    }
    return value_list(items, (uint32_t)count);
}
