/* Sets of values by hashing, and the built-in functions on lists as sets.
 *
 * value_hash agrees with value_equal: equal numbers have one hash whatever their kind, records are
 * hashed without regard to the order of their entries. The order of results is the order in which
 * the elements first appear.
 */
#include "evaluator/builtins.h"

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static uint64_t hash_text(struct text text) {
    uint64_t hash = text.length;
    for (size_t at = 0; at < text.length; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text.bytes + at, text.length - at < 8 ? text.length - at : 8);
        hash = mix(hash, word);
    }
    return mix(hash, 0x7E77);
}

static uint64_t hash_number(struct value value) {
    double number = value_as_number(value);
    if (number == 0) number = 0; /* -0 equals 0 */
    uint64_t word;
    memcpy(&word, &number, sizeof word);
    return mix(0x4E, word);
}

static bool hash_within(struct call *call, int index, struct value value, int depth,
                        uint64_t *hash);

static bool hash_list(struct call *call, int index, struct value list, int depth, uint64_t *hash) {
    *hash = mix(0x11, list.length);
    for (uint32_t i = 0; i < list.length; i++) {
        uint64_t part;
        if (!hash_within(call, index, list.items[i], depth + 1, &part)) return false;
        *hash = mix(*hash, part);
    }
    return true;
}

static bool hash_record(struct call *call, int index, const struct record *record, int depth,
                        uint64_t *hash) {
    *hash = mix(0x22, record->count);
    for (uint32_t i = 0; i < record->count; i++) {
        uint64_t part;
        if (!hash_within(call, index, record->entries[i].value, depth + 1, &part)) return false;
        *hash += mix(part, hash_text(name_text(record->entries[i].key)));
    }
    return true;
}

static bool hash_within(struct call *call, int index, struct value value, int depth,
                        uint64_t *hash) {
    if (depth > LIMIT_JSON_DEPTH) {
        return fail(call, index, "the value is nested deeper than %d", LIMIT_JSON_DEPTH);
    }
    if (!call_spend(call, 1)) return false;
    *hash = mix(0x33, value.kind);
    if (value_is_number(value)) {
        *hash = hash_number(value);
    } else if (value.kind == VALUE_BOOL) {
        *hash = mix(*hash, value.boolean);
    } else if (value.kind == VALUE_TEXT) {
        *hash = hash_text(value_as_text(value));
        return spend_bytes(call, value.length);
    } else if (value.kind == VALUE_LIST) {
        return hash_list(call, index, value, depth, hash);
    } else if (value.kind == VALUE_RECORD) {
        return hash_record(call, index, value.record, depth, hash);
    }
    return true; /* what is not data shares a hash by kind: only value_equal tells it apart */
}

/* The hash of a known value, paid for; false, reported, when the budget is used up or the value is
 * nested deeper than LIMIT_JSON_DEPTH. Equal values have equal hashes. */
static bool value_hash(struct call *call, int index, struct value value, uint64_t *hash) {
    return hash_within(call, index, value, 0, hash);
}

bool value_set_init(struct call *call, struct value_set *set, uint32_t capacity) {
    uint64_t slots = 16;
    while (slots < (uint64_t)capacity * 2)
        slots *= 2;
    *set = (struct value_set){.mask = (uint32_t)(slots - 1)};
    set->items = make_items(call, capacity);
    if (!set->items) return false;
    set->hashes = arena_array(call->arena, capacity ? capacity : 1, sizeof *set->hashes);
    set->slots = arena_array(call->arena, slots, sizeof *set->slots);
    return true;
}

/* The slot of the value or the empty one where it belongs; NULL, reported, when the budget is used
 * up by probing. */
static uint32_t *set_slot(struct call *call, const struct value_set *set, struct value value,
                          uint64_t hash) {
    for (uint32_t i = (uint32_t)(hash >> 32) & set->mask;; i = (i + 1) & set->mask) {
        uint32_t place = set->slots[i];
        if (place == 0) return &set->slots[i];
        if (set->hashes[place - 1] == hash && value_equal(set->items[place - 1], value)) {
            return &set->slots[i];
        }
        if (!call_spend(call, 1)) return NULL;
    }
}

uint32_t value_set_add(struct call *call, struct value_set *set, int index, struct value value,
                       bool *added) {
    uint64_t hash;
    if (!value_hash(call, index, value, &hash)) return UINT32_MAX;
    uint32_t *slot = set_slot(call, set, value, hash);
    if (!slot) return UINT32_MAX;
    *added = *slot == 0;
    if (*added) {
        set->hashes[set->count] = hash;
        set->items[set->count++] = value;
        *slot = set->count;
    }
    return *slot - 1;
}

static bool value_set_has(struct call *call, const struct value_set *set, int index,
                          struct value value, bool *found) {
    uint64_t hash;
    if (!value_hash(call, index, value, &hash)) return false;
    uint32_t *slot = set_slot(call, set, value, hash);
    *found = slot && *slot;
    return slot != NULL;
}

/* ---- functions ---- */

static bool add_list(struct call *call, struct value_set *set, int index, struct value list) {
    for (uint32_t i = 0; i < list.length; i++) {
        bool added;
        if (value_set_add(call, set, index, list.items[i], &added) == UINT32_MAX) return false;
    }
    return true;
}

/* Among values that AWS alone knows, those that are built the same are equal. */
static struct value distinct_open(struct call *call, struct value list) {
    uint64_t steps = (uint64_t)list.length * list.length * 8 + 1000;
    struct items items = {0};
    if (!call_spend(call, steps)) return value_poison();
    for (uint32_t i = 0; i < list.length; i++) {
        bool found = false;
        for (uint32_t j = 0; j < items.count && !found; j++) {
            found = value_equal_within(items.items[j], list.items[i], &steps);
        }
        if (!found && !items_add(call, &items, list.items[i])) return value_poison();
    }
    return items_list(&items);
}

struct value apply_distinct(struct call *call) {
    struct value list;
    struct value_set set;
    if (!argument_list(call, 0, &list)) return value_poison();
    if (list.flags & VALUE_SECRET) return call_error(call, 0, "\"distinct\" would compare secrets");
    if (value_is_open(list)) return distinct_open(call, list);
    if (!argument_list(call, 0, &list) || !value_set_init(call, &set, list.length) ||
        !add_list(call, &set, 0, list)) {
        return value_poison();
    }
    return value_list(set.items, set.count);
}

/* A set of the elements of the list argument. */
static bool set_of(struct call *call, int index, struct value_set *set) {
    struct value list;
    return argument_list(call, index, &list) && value_set_init(call, set, list.length) &&
           add_list(call, set, index, list);
}

struct value apply_union(struct call *call) {
    struct value lists = call->arguments[0];
    uint64_t total = 0;
    for (uint32_t i = 0; i < lists.length; i++) {
        if (lists.items[i].kind != VALUE_LIST) {
            return element_wrong(call, 0, i, lists.items[i], "a list");
        }
        total += lists.items[i].length;
    }
    struct value_set set;
    if (total > LIMIT_VALUES) return make_items(call, total) ? value_null() : value_poison();
    if (!value_set_init(call, &set, (uint32_t)total)) return value_poison();
    for (uint32_t i = 0; i < lists.length; i++) {
        if (!add_list(call, &set, 0, lists.items[i])) return value_poison();
    }
    return value_list(set.items, set.count);
}

/* The distinct elements of the first list that the second has, or has not. */
static struct value keep_from(struct call *call, bool wanted) {
    struct value_set set, other;
    if (!set_of(call, 0, &set) || !set_of(call, 1, &other)) return value_poison();
    uint32_t kept = 0;
    for (uint32_t i = 0; i < set.count; i++) {
        bool found;
        if (!value_set_has(call, &other, 0, set.items[i], &found)) return value_poison();
        if (found == wanted) set.items[kept++] = set.items[i];
    }
    return value_list(set.items, kept);
}

struct value apply_intersection(struct call *call) {
    return keep_from(call, true);
}

struct value apply_difference(struct call *call) {
    return keep_from(call, false);
}

struct value apply_is_subset(struct call *call) {
    struct value list;
    struct value_set other;
    if (!argument_list(call, 0, &list) || !set_of(call, 1, &other)) return value_poison();
    for (uint32_t i = 0; i < list.length; i++) {
        bool found;
        if (!value_set_has(call, &other, 0, list.items[i], &found)) return value_poison();
        if (!found) return value_bool(false);
    }
    return value_bool(true);
}
