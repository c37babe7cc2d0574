/* The functions that make texts, lists and table look-ups of values. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/simulator/resolve.h"

enum { RESOLVE_BYTES = 1 << 20 };

/* --- texts ------------------------------------------------------------------------------------ */

static struct document *named(struct sim_scope *scope, struct text name) {
    if (document_member(scope->parameters, name)) return sim_ref(scope, name);
    const char *dot = memchr(name.bytes, '.', name.length);
    if (!dot) return sim_ref(scope, name);
    size_t at = (size_t)(dot - name.bytes);
    return sim_get_att(scope, (struct text){name.bytes, at},
                       (struct text){dot + 1, name.length - at - 1});
}

/* One ${name}: false when the whole is unknown or failed. */
static bool sub_name(struct sim_scope *scope, const struct document *variables, struct text name,
                     struct buffer *out, struct document **end) {
    if (name.length && name.bytes[0] == '!') {
        buffer_format(out, "${%.*s}", (int)name.length - 1, name.bytes + 1);
        return true;
    }
    const struct document *variable = document_member(variables, name);
    struct document *value = variable ? sim_resolve(scope, variable) : named(scope, name);
    struct text piece;
    *end = value;
    if (scope->failed || sim_is_unknown(value)) return false;
    if (!sim_scalar(value, &piece)) {
        *end = sim_fail(scope,
                        "Template error: variable %.*s in Fn::Sub expression does not resolve "
                        "to a string",
                        TEXT_ARGS(name));
        return false;
    }
    buffer_text(out, piece);
    return true;
}

struct document *sim_sub(struct sim_scope *scope, const struct document *value) {
    const struct document *format = value, *variables = NULL;
    if (value->kind == DOCUMENT_LIST) {
        format = value->children;
        variables = format ? format->next : NULL;
    }
    if (!format || format->kind != DOCUMENT_TEXT) {
        return sim_fail(scope, "Template error: One or more Fn::Sub intrinsic functions don't "
                               "specify expected arguments.");
    }
    struct text rest = format->text, before, name;
    struct document *end = NULL;
    struct buffer out;
    buffer_init(&out);
    bool whole = true;
    while (whole && text_take_hole(&rest, &before, &name)) {
        buffer_text(&out, before);
        whole = sub_name(scope, variables, name, &out, &end) && out.length < RESOLVE_BYTES;
    }
    if (whole) buffer_text(&out, before);
    if (whole) end = sim_text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return end;
}

struct document *sim_join(struct sim_scope *scope, const struct document *value) {
    struct text separator, piece;
    if (value->kind != DOCUMENT_LIST || value->count != 2 ||
        !sim_scalar(value->children, &separator)) {
        return sim_fail(scope,
                        "Template error: every Fn::Join object requires two parameters, (1) a "
                        "string delimiter and (2) a list of strings to be joined or a function "
                        "that returns a list of strings (such as Fn::GetAZs) to be joined.");
    }
    struct document *list = sim_resolve(scope, value->children->next);
    if (scope->failed || sim_is_unknown(list)) return list;
    if (!list || list->kind != DOCUMENT_LIST) {
        return sim_fail(scope,
                        "Template error: every Fn::Join object requires two parameters, (1) a "
                        "string delimiter and (2) a list of strings to be joined or a function "
                        "that returns a list of strings (such as Fn::GetAZs) to be joined.");
    }
    struct buffer out;
    buffer_init(&out);
    struct document *end = NULL;
    for (struct document *c = list->children; c && !end; c = c->next) {
        if (sim_is_unknown(c)) end = sim_copy(scope, c);
        else if (!sim_scalar(c, &piece) || out.length > RESOLVE_BYTES) {
            sim_fail(scope, "Template error: every Fn::Join object requires two parameters, (1) a "
                            "string delimiter and (2) a list of strings to be joined or a function "
                            "that returns a list of strings (such as Fn::GetAZs) to be joined.");
            break;
        } else {
            if (c != list->children) buffer_text(&out, separator);
            buffer_text(&out, piece);
        }
    }
    if (!end && !scope->failed) end = sim_text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return end;
}

struct document *sim_split_text(struct sim_scope *scope, struct text s, struct text by) {
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    size_t start = 0;
    for (size_t i = 0; by.length && i + by.length <= s.length;) {
        if (memcmp(s.bytes + i, by.bytes, by.length) != 0) {
            i++;
            continue;
        }
        document_add(list, (struct text){0},
                     sim_text(scope, (struct text){s.bytes + start, i - start}));
        i += by.length;
        start = i;
    }
    document_add(list, (struct text){0},
                 sim_text(scope, (struct text){s.bytes + start, s.length - start}));
    return list;
}

struct document *sim_split(struct sim_scope *scope, const struct document *value) {
    static const char message[] =
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
        "and (2) a string to be split or a function that returns a string to be split.";
    struct text by, s;
    if (value->kind != DOCUMENT_LIST || value->count != 2 || !sim_scalar(value->children, &by)) {
        return sim_fail(scope, message);
    }
    struct document *source = sim_resolve(scope, value->children->next);
    if (scope->failed || sim_is_unknown(source)) return source;
    if (!sim_scalar(source, &s)) return sim_fail(scope, message);
    return sim_split_text(scope, s, by);
}

struct document *sim_select(struct sim_scope *scope, const struct document *value) {
    static const char message[] = "Template error: Fn::Select requires a list argument with two "
                                  "elements: an integer index and a list";
    if (value->kind != DOCUMENT_LIST || value->count != 2) return sim_fail(scope, message);
    struct document *index = sim_resolve(scope, value->children);
    struct document *list = sim_resolve(scope, value->children->next);
    struct text digits;
    if (scope->failed) return NULL;
    if (sim_is_unknown(list)) return list;
    if (sim_is_unknown(index)) return index;
    if (!sim_scalar(index, &digits) || !list || list->kind != DOCUMENT_LIST) {
        return sim_fail(scope, message);
    }
    for (size_t i = 0; i < digits.length; i++) {
        if (!ascii_is_digit(digits.bytes[i])) return sim_fail(scope, message);
    }
    long number = digits.length < 6 ? strtol(text_copy(scope->arena, digits).bytes, NULL, 10) : -1;
    const struct document *c = list->children;
    for (long i = 0; c && i < number; i++) c = c->next;
    if (scope->unknown && (number < 0 || !c)) return sim_fail(scope, message);
    if (number < 0 || !c) {
        return sim_fail(scope,
                        "Template error: Fn::Select cannot select nonexistent value at index "
                        "%.*s",
                        TEXT_ARGS(digits));
    }
    return sim_copy(scope, c);
}

struct document *sim_base64(struct sim_scope *scope, const struct document *value) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct document *source = sim_resolve(scope, value);
    struct text s;
    if (scope->failed || sim_is_unknown(source)) return source;
    if (!sim_scalar(source, &s)) {
        return sim_fail(scope, "Template error: every Fn::Base64 object must have a String-typed "
                               "value.");
    }
    char *out = arena_alloc(scope->arena, s.length / 3 * 4 + 5);
    size_t n = 0;
    for (size_t i = 0; i < s.length; i += 3) {
        unsigned bits = (unsigned char)s.bytes[i] << 16;
        if (i + 1 < s.length) bits |= (unsigned)(unsigned char)s.bytes[i + 1] << 8;
        if (i + 2 < s.length) bits |= (unsigned char)s.bytes[i + 2];
        out[n++] = letters[bits >> 18 & 63];
        out[n++] = letters[bits >> 12 & 63];
        out[n++] = i + 1 < s.length ? letters[bits >> 6 & 63] : '=';
        out[n++] = i + 2 < s.length ? letters[bits & 63] : '=';
    }
    return sim_text(scope, (struct text){out, n});
}

/* --- lists and tables ------------------------------------------------------------------------- */

struct document *sim_zones(struct sim_scope *scope, const struct document *value) {
    struct document *region = sim_resolve(scope, value);
    struct text name;
    if (scope->failed || sim_is_unknown(region)) return region;
    if (!sim_scalar(region, &name) || !name.length) name = scope->stack->region;
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    /* The zones that a new account sees; us-east-1 has six, most regions three, us-west-1 two. */
    unsigned count = text_is(name, "us-east-1") ? 6 : text_is(name, "us-west-2") ? 4
                   : text_is(name, "us-west-1") ? 2 : 3;
    for (unsigned i = 0; i < count; i++) {
        document_add(
            list, (struct text){0},
            sim_text(scope, text_format(scope->arena, "%.*s%c", TEXT_ARGS(name), 'a' + i)));
    }
    return list;
}

struct document *sim_find_in_map(struct sim_scope *scope, const struct document *value) {
    if (value->kind != DOCUMENT_LIST || value->count < 3) {
        return sim_fail(scope,
                        "Template error: every Fn::FindInMap object requires three parameters, "
                        "the map name, map key and the attribute for return value");
    }
    struct text keys[3];
    const struct document *c = value->children;
    for (int i = 0; i < 3; i++, c = c->next) {
        struct document *key = sim_resolve(scope, c);
        if (scope->failed || sim_is_unknown(key)) return key;
        if (!sim_scalar(key, &keys[i])) {
            return sim_fail(scope, "Template error: every Fn::FindInMap object requires three "
                                   "parameters, the map name, map key and the attribute for return "
                                   "value");
        }
    }
    const struct document *row =
        document_member(document_member(scope->blueprint->mappings, keys[0]), keys[1]);
    const struct document *found = document_member(row, keys[2]);
    if (found) return sim_copy(scope, found);
    const struct document *fallback = c ? document_get(c, "DefaultValue") : NULL;
    if (fallback) return sim_resolve(scope, fallback);
    return sim_fail(scope, "Template error: Unable to get mapping for %.*s::%.*s::%.*s",
                    TEXT_ARGS(keys[0]), TEXT_ARGS(keys[1]), TEXT_ARGS(keys[2]));
}

static bool number_of(struct sim_scope *scope, const struct document *value, long *number) {
    struct document *resolved = sim_resolve(scope, value);
    struct text digits;
    if (!sim_scalar(resolved, &digits) || digits.length == 0 || digits.length > 6) return false;
    char *end;
    *number = strtol(text_copy(scope->arena, digits).bytes, &end, 10);
    return *end == 0;
}

static struct document *cidr_failed(struct sim_scope *scope) {
    return sim_fail(scope, "Template error: Fn::Cidr requires (1) a CIDR block, (2) the number of "
                           "CIDRs to generate (1 to 256) and (3) the number of subnet bits");
}

static struct document *cidr_blocks(struct sim_scope *scope, unsigned char *address, int family,
                                    long prefix, long count) {
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    for (long i = 0; i < count; i++) {
        char shown[INET6_ADDRSTRLEN];
        inet_ntop(family, address, shown, sizeof shown);
        document_add(list, (struct text){0},
                     sim_text(scope, text_format(scope->arena, "%s/%ld", shown, prefix)));
        /* The next block: add one at the last bit of the prefix, carrying upwards. */
        unsigned add = 1u << ((8 - prefix % 8) % 8);
        for (long byte = (prefix - 1) / 8; byte >= 0 && add; byte--) {
            unsigned sum = address[byte] + add;
            address[byte] = (unsigned char)sum;
            add = sum >> 8;
        }
    }
    return list;
}

struct document *sim_cidr(struct sim_scope *scope, const struct document *value) {
    struct text block;
    long count, bits = 0;
    if (value->kind != DOCUMENT_LIST || value->count < 2) return cidr_failed(scope);
    struct document *first = sim_resolve(scope, value->children);
    if (scope->failed || sim_is_unknown(first)) return first;
    if (!sim_scalar(first, &block) || !number_of(scope, value->children->next, &count)) {
        return cidr_failed(scope);
    }
    char shown[64];
    const char *slash = memchr(block.bytes, '/', block.length);
    if (!slash || block.length >= sizeof shown) return cidr_failed(scope);
    snprintf(shown, sizeof shown, "%.*s", (int)(slash - block.bytes), block.bytes);
    unsigned char address[16];
    int family = strchr(shown, ':') ? AF_INET6 : AF_INET;
    long width = family == AF_INET6 ? 128 : 32;
    long prefix =
        strtol(text_copy(scope->arena, block).bytes + (slash - block.bytes) + 1, NULL, 10);
    if (inet_pton(family, shown, address) != 1 || prefix < 0 || prefix > width) {
        return cidr_failed(scope);
    }
    const struct document *third = value->children->next->next;
    if (third && !number_of(scope, third, &bits)) return cidr_failed(scope);
    if (!third) bits = width == 32 ? 8 : 64;
    long wanted = width - bits;
    if (count < 1 || count > 256 || bits < 1 || wanted < prefix || wanted < 1 ||
        (wanted - prefix < 9 && count > 1L << (wanted - prefix))) {
        return cidr_failed(scope);
    }
    return cidr_blocks(scope, address, family, wanted, count);
}
