/* Sorting: a stable merge sort. Texts carry eight bytes, those behind what all begin with, as a
 * number, so that most comparisons look at nothing else.
 */
#include "evaluator/builtins.h"

struct sortable {
    uint64_t prefix; /* of a text: eight bytes of it as a number that has their order */
    struct value key;
    uint32_t place; /* in the list */
};

/* How many bytes all texts begin with. */
static size_t common_start(const struct sortable *items, uint32_t count) {
    if (count == 0) return 0;
    struct text first = value_as_text(items[0].key);
    size_t common = first.length;
    for (uint32_t i = 1; i < count && common; i++) {
        struct text text = value_as_text(items[i].key);
        if (text.length < common) common = text.length;
        size_t same = 0;
        while (same < common && text.bytes[same] == first.bytes[same])
            same++;
        common = same;
    }
    return common;
}

static uint64_t text_prefix(struct text text, size_t start) {
    uint64_t prefix = 0;
    for (size_t i = start; i < start + 8; i++) {
        prefix = prefix << 8 | (i < text.length ? (unsigned char)text.bytes[i] : 0);
    }
    return prefix;
}

static bool is_before(const struct sortable *a, const struct sortable *b) {
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    return value_compare(a->key, b->key) < 0;
}

static void merge_runs(const struct sortable *from, struct sortable *to, uint64_t start,
                       uint64_t middle, uint64_t end) {
    uint64_t left = start, right = middle;
    for (uint64_t at = start; at < end; at++) {
        bool take_right = left >= middle || (right < end && is_before(&from[right], &from[left]));
        to[at] = from[take_right ? right++ : left++];
    }
}

/* Sorts; returns which of the two arrays holds the result. */
static struct sortable *merge_sort(struct sortable *items, struct sortable *scratch,
                                   uint64_t count) {
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = start + width < count ? start + width : count;
            uint64_t end = middle + width < count ? middle + width : count;
            merge_runs(items, scratch, start, middle, end);
        }
        struct sortable *sorted = scratch;
        scratch = items;
        items = sorted;
    }
    return items;
}

/* Kinds that have an order, numbers being one. */
static int order_class(struct value value) {
    if (value_is_number(value)) return 1;
    if (value.kind == VALUE_TEXT) return 2;
    return value.kind == VALUE_BOOL ? 3 : 0;
}

static bool check_keys(struct call *call, const struct sortable *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (order_class(items[i].key) == 0) {
            element_wrong(call, 0, i, items[i].key, "a string, a number or a truth value");
            return false;
        }
        if (order_class(items[i].key) != order_class(items[0].key)) {
            struct text first = value_kind_text(call->arena, items[0].key);
            struct text other = value_kind_text(call->arena, items[i].key);
            return fail(call, 0, "%.*s and %.*s (element %u) have no order", TEXT_ARGS(first),
                        TEXT_ARGS(other), i);
        }
    }
    return true;
}

static uint64_t sort_cost(uint64_t count) {
    uint64_t levels = 1;
    while (count >> levels)
        levels++;
    return count * levels / 4;
}

static void set_prefixes(struct sortable *items, uint32_t count) {
    size_t start = common_start(items, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i].prefix = text_prefix(value_as_text(items[i].key), start);
    }
}

/* The list in the order of the keys that are in items already. */
static struct value sorted_list(struct call *call, struct value list, struct sortable *items,
                                bool descending) {
    uint32_t count = list.length;
    if (!check_keys(call, items, count) || !call_spend(call, sort_cost(count))) {
        return value_poison();
    }
    if (count && items[0].key.kind == VALUE_TEXT) set_prefixes(items, count);
    struct sortable *scratch = arena_array(call->arena, count + 1u, sizeof *scratch);
    struct value *result = make_items(call, count);
    if (!result) return value_poison();
    items = merge_sort(items, scratch, count);
    for (uint32_t i = 0; i < count; i++) {
        result[descending ? count - 1 - i : i] = list.items[items[i].place];
    }
    return value_list(result, count);
}

struct value apply_sort(struct call *call) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    struct sortable *items = arena_array(call->arena, list.length + 1u, sizeof *items);
    for (uint32_t i = 0; i < list.length; i++)
        items[i] = (struct sortable){0, list.items[i], i};
    return sorted_list(call, list, items, false);
}

struct value apply_sort_by(struct call *call) {
    struct value list;
    struct text field;
    bool descending;
    if (!argument_list(call, 0, &list) || !argument_text(call, 1, &field) ||
        !argument_bool(call, 2, &descending)) {
        return value_poison();
    }
    struct sortable *items = arena_array(call->arena, list.length + 1u, sizeof *items);
    for (uint32_t i = 0; i < list.length; i++) {
        /* descending keeps equal elements in their order: sort the reverse, then reverse */
        uint32_t place = descending ? list.length - 1 - i : i;
        struct value key;
        if (!element_field(call, 0, place, list.items[place], field, &key)) return value_poison();
        items[i] = (struct sortable){0, key, place};
    }
    return sorted_list(call, list, items, descending);
}
