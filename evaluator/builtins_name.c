/* Names: name(), regional_name(), account_name(), suffix().
 *
 * `fit` is a length in characters, since where the name goes is not known here (a component
 * passes it on); `fit = true` is 63, which fits buckets, functions, roles and most others. A name
 * that is too long keeps its beginning, a hash of the whole, and its suffix, so that it stays one
 * for one.
 */
#include "base/hash.h"
#include "evaluator/builtins.h"
#include "evaluator/stacks.h"

enum { FIT_COMMON = 63, FIT_LEAST = 10, HASH_LETTERS = 8, ACCOUNT_DIGITS = 12 };

/* The most characters that the name may have; INT64_MAX for any. */
static bool argument_fit(struct call *call, int index, int64_t *fit) {
    struct value value = call->arguments[index];
    *fit = INT64_MAX;
    if (value.kind == VALUE_BOOL) {
        if (value.boolean) *fit = FIT_COMMON;
        return true;
    }
    if (value.kind == VALUE_INT) return argument_range(call, index, FIT_LEAST, 1024, fit);
    argument_wrong(call, index, "a truth value or a number of characters");
    return false;
}

static struct text without_end(struct text text) {
    while (text.length && strchr("-_./", text.bytes[text.length - 1]))
        text.length--;
    return text;
}

/* Shortens base so that with the tail it has at most fit characters: its beginning, a hash of all,
 * and the tail; where the tail leaves no room for that, a beginning of both and the hash. */
static bool fit_name(struct call *call, struct text *base, struct text *tail, int64_t fit) {
    int64_t length = (int64_t)(text_characters(*base) + text_characters(*tail));
    if (length <= fit) return true;
    char hash[HASH_LETTERS + 1];
    struct text whole = text_format(call->arena, "%.*s%.*s", TEXT_ARGS(*base), TEXT_ARGS(*tail));
    hash_letters(whole, hash);
    int64_t room = fit - HASH_LETTERS - 1 - (int64_t)text_characters(*tail);
    if (room < 1) {
        *base = whole;
        *tail = TEXT("");
        room = fit - HASH_LETTERS - 1;
    }
    struct text head = without_end(text_slice(*base, 0, (uint64_t)room));
    *base = text_format(call->arena, "%.*s%s%s", TEXT_ARGS(head), head.length ? "-" : "", hash);
    return true;
}

static struct text suffix_tail(struct call *call, const struct call_place *place) {
    if (place->suffix.length == 0) return TEXT("");
    char *bytes = arena_alloc(call->arena, place->suffix.length + 2);
    bytes[0] = '-';
    memcpy(bytes + 1, place->suffix.bytes, place->suffix.length);
    return (struct text){bytes, place->suffix.length + 1};
}

/* The name's text with its suffix, where both have room in fit less so many reserved characters. */
static struct value make_name(struct call *call, const char *region, int64_t reserved,
                              struct value account) {
    struct call_place place = call_place(call);
    struct text base;
    int64_t fit;
    if (!argument_filled(call, 0, &base) || !argument_fit(call, 1, &fit) ||
        !spend_bytes(call, base.length)) {
        return value_poison();
    }
    struct text tail = suffix_tail(call, &place);
    if (region) tail = text_format(call->arena, "-%s%.*s", region, TEXT_ARGS(tail));
    if (fit != INT64_MAX && fit - reserved < FIT_LEAST) {
        return call_error(call, 1, "a name of %lld characters has no room for %lld of the account",
                          (long long)fit, (long long)reserved);
    }
    if (fit != INT64_MAX) fit -= reserved;
    if (!fit_name(call, &base, &tail, fit)) return value_poison();
    struct value pieces[4] = {value_text(base), value_text(tail), value_text(TEXT("-")), account};
    struct value name =
        value_concat(call->arena, pieces, account.kind == VALUE_NULL ? 2 : 4, call->node);
    if (fit != INT64_MAX) name.flags |= VALUE_FITTED;
    return name;
}

struct value apply_name(struct call *call) {
    return make_name(call, NULL, 0, value_null());
}

struct value apply_regional_name(struct call *call) {
    const struct region *region = call_place(call).region;
    if (!region) {
        return call_error_hint(call, -1, "Call it inside a region, or write \"name(...)\".",
                               "\"regional_name\" stands outside of a region");
    }
    return make_name(call, text_copy(call->arena, region->name).bytes, 0, value_null());
}

struct value apply_account_name(struct call *call) {
    return make_name(call, NULL, ACCOUNT_DIGITS + 1, call_account(call));
}

struct value apply_suffix(struct call *call) {
    return value_text(call_place(call).suffix);
}
