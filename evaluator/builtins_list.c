/* Built-in functions on lists. */
#include "evaluator/builtins.h"

struct value apply_length(struct call *call) {
    struct value value = call->arguments[0];
    switch ((enum value_kind)value.kind) {
    case VALUE_TEXT:
        if (!spend_bytes(call, value.length)) return value_poison();
        return value_int((int64_t)text_characters(value_as_text(value)));
    case VALUE_LIST:
        return value_int(value.length);
    case VALUE_RECORD:
        return value_int(value.record->count);
    case VALUE_POISON:
    case VALUE_NULL:
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_NUMBER:
    case VALUE_REGION:
    case VALUE_STACK:
    case VALUE_RESOURCE:
    case VALUE_COMPONENT:
    case VALUE_TYPE:
    case VALUE_DEFERRED:
        break;
    }
    return argument_wrong(call, 0, "a string, a list or a map");
}

struct value apply_first(struct call *call) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    return list.length ? list.items[0] : value_null();
}

struct value apply_last(struct call *call) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    return list.length ? list.items[list.length - 1] : value_null();
}

struct value apply_one(struct call *call) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    if (list.length > 1) {
        return call_error(call, 0, "the list has %u elements, not one or none", list.length);
    }
    return list.length ? list.items[0] : value_null();
}

/* ---- parts: a part of a list shares the list's elements ---- */

static struct value list_part(struct value list, int64_t first, int64_t last) {
    return value_list(list.items + first, (uint32_t)(last - first));
}

struct value apply_slice(struct call *call) {
    struct value list;
    int64_t start, end = 0, first, last;
    bool has_end = argument_given(call, 2);
    if (!argument_list(call, 0, &list) || !argument_int(call, 1, &start) ||
        (has_end && !argument_int(call, 2, &end))) {
        return value_poison();
    }
    slice_bounds(list.length, start, has_end, end, &first, &last);
    return list_part(list, first, last);
}

/* take and drop: the first count elements, or with a negative count the last ones. */
static bool head_bounds(struct call *call, struct value *list, int64_t *count) {
    if (!argument_list(call, 0, list) || !argument_range(call, 1, 0, UINT32_MAX, count)) {
        return false;
    }
    if (*count > list->length) *count = list->length;
    return true;
}

struct value apply_take(struct call *call) {
    struct value list;
    int64_t count;
    if (!head_bounds(call, &list, &count)) return value_poison();
    return list_part(list, 0, count);
}

struct value apply_drop(struct call *call) {
    struct value list;
    int64_t count;
    if (!head_bounds(call, &list, &count)) return value_poison();
    return list_part(list, count, list.length);
}

struct value apply_chunk(struct call *call) {
    struct value list;
    int64_t size;
    if (!argument_list(call, 0, &list) || !argument_range(call, 1, 1, INT32_MAX, &size)) {
        return value_poison();
    }
    uint64_t count = (list.length + (uint64_t)size - 1) / (uint64_t)size;
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    for (uint64_t i = 0; i < count; i++) {
        int64_t first = (int64_t)i * size, last = first + size;
        items[i] = list_part(list, first, last > list.length ? list.length : last);
    }
    return value_list(items, (uint32_t)count);
}

/* ---- joining lists ---- */

static bool total_length(struct call *call, struct value lists, uint64_t *total) {
    *total = 0;
    for (uint32_t i = 0; i < lists.length; i++) {
        if (lists.items[i].kind != VALUE_LIST) {
            element_wrong(call, 0, i, lists.items[i], "a list");
            return false;
        }
        *total += lists.items[i].length;
    }
    return true;
}

struct value apply_concat(struct call *call) {
    struct value lists = call->arguments[0];
    uint64_t total, used = 0;
    if (!total_length(call, lists, &total)) return value_poison();
    struct value *items = make_items(call, total);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < lists.length; i++) {
        uint32_t length = lists.items[i].length;
        if (length) memcpy(items + used, lists.items[i].items, length * sizeof *items);
        used += length;
    }
    return value_list(items, (uint32_t)used);
}

/* How many elements the list has once lists in it, down to depth levels, are replaced by theirs. */
static bool flat_count(struct call *call, struct value list, int64_t depth, uint64_t *count) {
    if (!call_spend(call, list.length)) return false;
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = list.items[i];
        if (item.kind != VALUE_LIST || depth == 0) {
            ++*count;
        } else if (!flat_count(call, item, depth - 1, count)) {
            return false;
        }
    }
    return true;
}

static struct value *flat_fill(struct value list, int64_t depth, struct value *at) {
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = list.items[i];
        if (item.kind != VALUE_LIST || depth == 0) {
            *at++ = item;
        } else {
            at = flat_fill(item, depth - 1, at);
        }
    }
    return at;
}

struct value apply_flatten(struct call *call) {
    struct value list;
    int64_t depth;
    uint64_t count = 0;
    if (!argument_list(call, 0, &list) || !argument_range(call, 1, 0, LIMIT_JSON_DEPTH, &depth) ||
        !flat_count(call, list, depth, &count)) {
        return value_poison();
    }
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    flat_fill(list, depth, items);
    return value_list(items, (uint32_t)count);
}

struct value apply_zip(struct call *call) {
    struct value lists = call->arguments[0];
    uint64_t total;
    if (!total_length(call, lists, &total)) return value_poison();
    uint32_t count = lists.length ? lists.items[0].length : 0;
    for (uint32_t i = 1; i < lists.length; i++) {
        if (lists.items[i].length != count) {
            return call_error(call, 0, "the lists have different lengths: %u and %u", count,
                              lists.items[i].length);
        }
    }
    struct value *items = make_items(call, count), *cells = make_items(call, total);
    if (!items || !cells) return value_poison();
    for (uint32_t row = 0; row < count; row++) {
        struct value *cell = cells + (uint64_t)row * lists.length;
        for (uint32_t i = 0; i < lists.length; i++)
            cell[i] = lists.items[i].items[row];
        items[row] = value_list(cell, lists.length);
    }
    return value_list(items, count);
}

struct value apply_product(struct call *call) {
    struct value lists = call->arguments[0];
    uint64_t ignored, count = 1;
    if (!total_length(call, lists, &ignored)) return value_poison();
    for (uint32_t i = 0; i < lists.length; i++) {
        count *= lists.items[i].length;
        if (count > LIMIT_VALUES) break;
    }
    struct value *items = make_items(call, count);
    struct value *cells = items ? make_items(call, count * lists.length) : NULL;
    if (!cells) return value_poison();
    for (uint64_t row = 0; row < count; row++) {
        uint64_t rest = row; /* the digits of row, the last list being the quickest */
        struct value *cell = cells + row * lists.length;
        for (uint32_t i = lists.length; i-- > 0; rest /= lists.items[i].length) {
            cell[i] = lists.items[i].items[rest % lists.items[i].length];
        }
        items[row] = value_list(cell, lists.length);
    }
    return value_list(items, (uint32_t)count);
}

struct value apply_reverse(struct call *call) {
    struct value value = call->arguments[0];
    if (value.kind == VALUE_TEXT) return text_reverse(call, value_as_text(value));
    if (value.kind != VALUE_LIST) return argument_wrong(call, 0, "a list or a string");
    struct value *items = make_items(call, value.length);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < value.length; i++)
        items[i] = value.items[value.length - 1 - i];
    return value_list(items, value.length);
}

struct value apply_fill(struct call *call) {
    int64_t count;
    if (!argument_range(call, 1, 0, LIMIT_VALUES, &count)) return value_poison();
    struct value *items = make_items(call, (uint64_t)count);
    if (!items) return value_poison();
    for (int64_t i = 0; i < count; i++)
        items[i] = call->arguments[0];
    return value_list(items, (uint32_t)count);
}

struct value apply_range(struct call *call) {
    int64_t start, end = 0, step;
    bool has_end = argument_given(call, 1);
    if (!argument_int(call, 0, &start) || (has_end && !argument_int(call, 1, &end)) ||
        !argument_int(call, 2, &step)) {
        return value_poison();
    }
    if (!has_end) {
        end = start;
        start = 0;
    }
    if (step == 0) return call_error(call, 2, "the step is 0");
    uint64_t span = 0, stride = step > 0 ? (uint64_t)step : -(uint64_t)step;
    if (step > 0 && end > start) span = (uint64_t)end - (uint64_t)start;
    if (step < 0 && end < start) span = (uint64_t)start - (uint64_t)end;
    uint64_t count = span / stride + (span % stride != 0);
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    for (uint64_t i = 0; i < count; i++) {
        items[i] = value_int((int64_t)((uint64_t)start + i * (uint64_t)step));
    }
    return value_list(items, (uint32_t)count);
}

/* ---- looking inside ---- */

static uint32_t list_find(struct call *call, struct value list, struct value wanted, bool *spent) {
    *spent = true;
    for (uint32_t i = 0; i < list.length; i++) {
        if (value_equal(list.items[i], wanted)) return i;
        bool deep = list.items[i].depth && wanted.depth;
        if (deep && !call_spend(call, 64)) return *spent = false, list.length;
    }
    return list.length;
}

struct value apply_contains(struct call *call) {
    struct value whole = call->arguments[0], part = call->arguments[1];
    if (whole.kind == VALUE_TEXT) {
        struct text text;
        if (!argument_text(call, 1, &text)) return value_poison();
        struct value found = apply_index_of(call);
        return found.kind == VALUE_POISON ? found : value_bool(found.kind == VALUE_INT);
    }
    if (whole.kind == VALUE_RECORD) {
        struct text key;
        if (!argument_text(call, 1, &key)) return value_poison();
        const struct name *name = names_find(call->names, key);
        return value_bool(name && record_find(whole.record, name));
    }
    struct value list;
    bool spent;
    if (whole.kind != VALUE_LIST) return argument_wrong(call, 0, "a string, a list or a map");
    if (!argument_list(call, 0, &list)) return value_poison();
    uint32_t place = list_find(call, list, part, &spent);
    return spent ? value_bool(place < list.length) : value_poison();
}

static struct value text_index_of(struct call *call, struct text text) {
    struct text part;
    if (!argument_text(call, 1, &part) || !spend_bytes(call, text.length)) return value_poison();
    const char *at = memmem(text.bytes, text.length, part.bytes, part.length);
    if (!at) return value_null();
    struct text before = {text.bytes, (size_t)(at - text.bytes)};
    return value_int((int64_t)text_characters(before));
}

struct value apply_index_of(struct call *call) {
    struct value whole = call->arguments[0], list;
    if (whole.kind == VALUE_TEXT) return text_index_of(call, value_as_text(whole));
    if (whole.kind != VALUE_LIST) return argument_wrong(call, 0, "a string or a list");
    bool spent;
    if (!argument_list(call, 0, &list)) return value_poison();
    uint32_t place = list_find(call, list, call->arguments[1], &spent);
    if (!spent) return value_poison();
    return place < list.length ? value_int(place) : value_null();
}

/* Whether all, or any, of the truth values are true. */
static struct value truth_of(struct call *call, bool all) {
    struct value list;
    if (!argument_list(call, 0, &list)) return value_poison();
    bool result = all;
    for (uint32_t i = 0; i < list.length; i++) {
        if (list.items[i].kind != VALUE_BOOL) {
            return element_wrong(call, 0, i, list.items[i], "true or false");
        }
        if (list.items[i].boolean != all) result = !all;
    }
    return value_bool(result);
}

struct value apply_all(struct call *call) {
    return truth_of(call, true);
}

struct value apply_any(struct call *call) {
    return truth_of(call, false);
}

static struct value compact_record(struct call *call) {
    struct record *record;
    if (!argument_record(call, 0, &record)) return value_poison();
    struct record *kept = record_new(call->arena, record->count);
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        if (entry->value.kind == VALUE_NULL) continue;
        record_put(call->arena, kept, entry->key, entry->value, entry->origin);
    }
    return value_record(kept);
}

struct value apply_compact(struct call *call) {
    struct value list = call->arguments[0];
    if (list.kind == VALUE_RECORD) return compact_record(call);
    if (list.kind != VALUE_LIST) return argument_wrong(call, 0, "a list or a map");
    struct value *items = make_items(call, list.length);
    if (!items) return value_poison();
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list.length; i++) {
        if (list.items[i].kind != VALUE_NULL) items[kept++] = list.items[i];
    }
    return value_list(items, kept);
}
