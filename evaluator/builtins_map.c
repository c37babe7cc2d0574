/* Built-in functions on maps and records, and on lists of records. */
#include "evaluator/builtins.h"

struct value apply_keys(struct call *call) {
    struct record *record;
    if (!argument_record(call, 0, &record)) return value_poison();
    struct value *items = make_items(call, record->count);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < record->count; i++) {
        items[i] = value_text(name_text(record->entries[i].key));
    }
    return value_list(items, record->count);
}

struct value apply_values(struct call *call) {
    struct record *record;
    if (!argument_record(call, 0, &record)) return value_poison();
    struct value *items = make_items(call, record->count);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < record->count; i++)
        items[i] = record->entries[i].value;
    return value_list(items, record->count);
}

struct value apply_has(struct call *call) {
    struct record *record;
    struct text key;
    if (!argument_record(call, 0, &record) || !argument_text(call, 1, &key)) return value_poison();
    const struct name *name = names_find(call->names, key);
    return value_bool(name && record_find(record, name));
}

struct value apply_get(struct call *call) {
    struct record *record;
    struct text key;
    if (!argument_record(call, 0, &record) || !argument_text(call, 1, &key)) return value_poison();
    const struct name *name = names_find(call->names, key);
    struct record_entry *entry = name ? record_find(record, name) : NULL;
    return entry ? entry->value : call->arguments[2];
}

/* ---- merging ---- */

static void put_all(struct call *call, struct record *into, const struct record *from) {
    for (uint32_t i = 0; i < from->count; i++) {
        const struct record_entry *entry = &from->entries[i];
        record_put(call->arena, into, entry->key, entry->value, entry->origin);
    }
}

static bool merge_deep(struct call *call, struct record *into, const struct record *from,
                       int depth) {
    if (!call_spend(call, from->count + 1u)) return false;
    if (depth > LIMIT_JSON_DEPTH) {
        return fail(call, 0, "the maps are nested deeper than %d", LIMIT_JSON_DEPTH);
    }
    for (uint32_t i = 0; i < from->count; i++) {
        const struct record_entry *entry = &from->entries[i];
        struct record_entry *old = record_find(into, entry->key);
        struct value value = entry->value;
        if (old && old->value.kind == VALUE_RECORD && value.kind == VALUE_RECORD) {
            struct record *both = record_new(call->arena, old->value.record->count);
            if (!call_spend(call, old->value.record->count)) return false;
            put_all(call, both, old->value.record); /* values are never changed once shared */
            if (!merge_deep(call, both, value.record, depth + 1)) return false;
            value = value_record(both);
        }
        record_put(call->arena, into, entry->key, value, entry->origin);
    }
    return true;
}

static struct value merge(struct call *call, bool deep) {
    struct value maps = call->arguments[0];
    struct record *merged = record_new(call->arena, 8);
    for (uint32_t i = 0; i < maps.length; i++) {
        struct record *record;
        if (maps.items[i].kind == VALUE_NULL) continue;
        if (!element_record(call, 0, i, maps.items[i], &record) ||
            !call_spend(call, record->count + 1u)) {
            return value_poison();
        }
        if (!deep) put_all(call, merged, record);
        if (deep && !merge_deep(call, merged, record, 0)) return value_poison();
    }
    return value_record(merged);
}

struct value apply_merge(struct call *call) {
    return merge(call, false);
}

struct value apply_deep_merge(struct call *call) {
    return merge(call, true);
}

/* ---- parts ---- */

/* The entries whose keys are, or are not, in the list of keys. */
static struct value filter_keys(struct call *call, bool wanted) {
    struct record *record;
    struct value keys;
    if (!argument_record(call, 0, &record) || !argument_list(call, 1, &keys)) return value_poison();
    struct record *chosen = record_new(call->arena, keys.length);
    for (uint32_t i = 0; i < keys.length; i++) {
        struct text key;
        if (!element_text(call, 1, i, keys.items[i], &key)) return value_poison();
        record_put(call->arena, chosen, names_intern(call->names, key), value_null(), NULL);
    }
    struct record *kept = record_new(call->arena, record->count);
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        if ((record_find(chosen, entry->key) != NULL) != wanted) continue;
        record_put(call->arena, kept, entry->key, entry->value, entry->origin);
    }
    return value_record(kept);
}

struct value apply_pick(struct call *call) {
    return filter_keys(call, true);
}

struct value apply_omit(struct call *call) {
    return filter_keys(call, false);
}

/* ---- to and from lists ---- */

struct value apply_to_entries(struct call *call) {
    struct record *record;
    struct text key, value;
    if (!argument_record(call, 0, &record) || !argument_filled(call, 1, &key) ||
        !argument_filled(call, 2, &value)) {
        return value_poison();
    }
    if (text_equal(key, value)) {
        return call_error(call, 2, "key and value have one name \"%.*s\"", TEXT_ARGS(key));
    }
    struct value *items = make_items(call, record->count);
    if (!items) return value_poison();
    const struct name *key_name = names_intern(call->names, key);
    const struct name *value_name = names_intern(call->names, value);
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        struct record *pair = record_new(call->arena, 2);
        struct value text = value_text(name_text(entry->key));
        record_put(call->arena, pair, key_name, text, entry->origin);
        record_put(call->arena, pair, value_name, entry->value, entry->origin);
        items[i] = value_record(pair);
    }
    return value_list(items, record->count);
}

bool element_field(struct call *call, int index, uint32_t position, struct value element,
                   struct text field, struct value *value) {
    struct record *record;
    if (!element_record(call, index, position, element, &record)) return false;
    const struct name *name = names_find(call->names, field);
    struct record_entry *entry = name ? record_find(record, name) : NULL;
    if (!entry) {
        return fail(call, index, "element %u has no field \"%.*s\"", position, TEXT_ARGS(field));
    }
    *value = entry->value;
    return true;
}

/* Puts the value under a key that must be new. */
static bool put_new(struct call *call, int index, struct record *record, struct text key,
                    struct value value) {
    const struct name *name = names_intern(call->names, key);
    if (record_find(record, name)) {
        return fail(call, index, "key \"%.*s\" stands twice", TEXT_ARGS(key));
    }
    record_put(call->arena, record, name, value, call->node);
    return true;
}

/* The field as the key of a map: text, or an integer or truth value as text. */
static bool key_field(struct call *call, uint32_t position, struct value element, struct text field,
                      struct text *key) {
    struct value value;
    if (!element_field(call, 0, position, element, field, &value)) return false;
    if (value.kind != VALUE_NUMBER && value_scalar_text(call, value, key)) return true;
    struct text kind = value_kind_text(call->arena, value);
    return fail(call, 0, "field \"%.*s\" of element %u is %.*s, which cannot be a key",
                TEXT_ARGS(field), position, TEXT_ARGS(kind));
}

struct value apply_from_entries(struct call *call) {
    struct value list, value;
    struct text key_name, value_name, key;
    if (!argument_list(call, 0, &list) || !argument_text(call, 1, &key_name) ||
        !argument_text(call, 2, &value_name)) {
        return value_poison();
    }
    struct record *record = record_new(call->arena, list.length);
    for (uint32_t i = 0; i < list.length; i++) {
        if (!key_field(call, i, list.items[i], key_name, &key) ||
            !element_field(call, 0, i, list.items[i], value_name, &value) ||
            !put_new(call, 0, record, key, value)) {
            return value_poison();
        }
    }
    return value_record(record);
}

struct value apply_zip_map(struct call *call) {
    struct value keys, values;
    if (!argument_list(call, 0, &keys) || !argument_list(call, 1, &values)) return value_poison();
    if (keys.length != values.length) {
        return call_error(call, 1, "there are %u keys and %u values", keys.length, values.length);
    }
    struct record *record = record_new(call->arena, keys.length);
    for (uint32_t i = 0; i < keys.length; i++) {
        struct text key;
        if (!element_text(call, 0, i, keys.items[i], &key) ||
            !put_new(call, 0, record, key, values.items[i])) {
            return value_poison();
        }
    }
    return value_record(record);
}

struct value apply_invert(struct call *call) {
    struct record *record;
    if (!argument_record(call, 0, &record)) return value_poison();
    struct record *inverse = record_new(call->arena, record->count);
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i];
        struct text key, old = name_text(entry->key);
        if (!value_scalar_text(call, entry->value, &key)) {
            struct text kind = value_kind_text(call->arena, entry->value);
            return call_error(call, 0, "the value of \"%.*s\" is %.*s, which cannot be a key",
                              TEXT_ARGS(old), TEXT_ARGS(kind));
        }
        if (!put_new(call, 0, inverse, key, value_text(old))) return value_poison();
    }
    return value_record(inverse);
}

/* ---- lists of records ---- */

struct value apply_pluck(struct call *call) {
    struct value list;
    struct text field;
    if (!argument_list(call, 0, &list) || !argument_text(call, 1, &field)) return value_poison();
    struct value *items = make_items(call, list.length);
    if (!items) return value_poison();
    for (uint32_t i = 0; i < list.length; i++) {
        if (!element_field(call, 0, i, list.items[i], field, &items[i])) return value_poison();
    }
    return value_list(items, list.length);
}

struct value apply_index_by(struct call *call) {
    struct value list;
    struct text field, key;
    if (!argument_list(call, 0, &list) || !argument_text(call, 1, &field)) return value_poison();
    struct record *record = record_new(call->arena, list.length);
    for (uint32_t i = 0; i < list.length; i++) {
        if (!key_field(call, i, list.items[i], field, &key) ||
            !put_new(call, 0, record, key, list.items[i])) {
            return value_poison();
        }
    }
    return value_record(record);
}

/* Adds to the group under the key; a group's list grows by doubling until group_by is done. */
static void group_add(struct call *call, struct record *groups, struct text key,
                      struct value value) {
    const struct name *name = names_intern(call->names, key);
    struct record_entry *group = record_find(groups, name);
    if (!group) {
        record_put(call->arena, groups, name, value_list(NULL, 0), call->node);
        group = record_find(groups, name);
    }
    uint32_t count = group->value.length;
    if ((count & (count - 1)) == 0) { /* full at 0, 1, 2, 4, 8, ... */
        struct value *items = arena_array(call->arena, count ? count * 2 : 1, sizeof *items);
        if (count) memcpy(items, group->value.items, count * sizeof *items);
        group->value.items = items;
    }
    group->value.items[group->value.length++] = value;
}

struct value apply_group_by(struct call *call) {
    struct value list;
    struct text field, key;
    if (!argument_list(call, 0, &list) || !argument_text(call, 1, &field) ||
        !call_spend(call, list.length)) {
        return value_poison();
    }
    struct record *groups = record_new(call->arena, 8);
    for (uint32_t i = 0; i < list.length; i++) {
        if (!key_field(call, i, list.items[i], field, &key)) return value_poison();
        group_add(call, groups, key, list.items[i]);
    }
    return value_record(groups);
}
