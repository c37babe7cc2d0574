/* Deferred choices, by a condition or by a key. */
#include "evaluator/choice.h"

#include "evaluator/internal.h"

static bool is_by_key(const struct deferred *d) {
    return (d->kind == DEFERRED_LOOKUP && d->operands[0].kind == VALUE_RECORD) ||
           (d->kind == DEFERRED_SELECT && d->operands[0].kind == VALUE_LIST);
}

bool choice_is(struct value value) {
    return value.kind == VALUE_DEFERRED &&
           (value.deferred->kind == DEFERRED_IF || is_by_key(value.deferred));
}

/* ---- the elements of a map or list ---- */

static uint32_t count_of(struct value all) {
    return all.kind == VALUE_LIST ? all.length : all.record->count;
}

static struct value element_of(struct value all, uint32_t number) {
    return all.kind == VALUE_LIST ? all.items[number] : all.record->entries[number].value;
}

uint32_t choice_count(const struct deferred *choice) {
    return count_of(choice->operands[0]);
}

struct value choice_element(const struct deferred *choice, uint32_t number) {
    return element_of(choice->operands[0], number);
}

struct value choice_key(const struct deferred *choice, uint32_t number) {
    struct value all = choice->operands[0];
    return all.kind == VALUE_LIST ? value_int(number)
                                  : value_text(name_text(all.record->entries[number].key));
}

bool choice_any(struct value choice, bool (*is_so)(struct value each)) {
    const struct deferred *d = choice.deferred;
    if (d->kind == DEFERRED_IF) return is_so(d->operands[1]) || is_so(d->operands[2]);
    for (uint32_t i = 0; i < choice_count(d); i++) {
        if (is_so(choice_element(d, i))) return true;
    }
    return false;
}

/* ---- making ---- */

enum deferred_shape shape_of(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_BOOL: return SHAPE_BOOL;
    case VALUE_INT: case VALUE_NUMBER: return SHAPE_NUMBER;
    case VALUE_TEXT: return SHAPE_TEXT;
    case VALUE_LIST: return SHAPE_LIST;
    case VALUE_DEFERRED: return value.deferred->shape;
    case VALUE_POISON: case VALUE_NULL: case VALUE_RECORD: case VALUE_REGION: case VALUE_STACK:
    case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: break;
    }
    return SHAPE_ANY;
}

/* That of all that are not null, if they have the same. */
static enum deferred_shape shape_of_all(struct value all) {
    enum deferred_shape shape = SHAPE_ANY;
    bool is_first = true;
    for (uint32_t i = 0; i < count_of(all); i++) {
        struct value element = element_of(all, i);
        if (element.kind == VALUE_NULL) continue;
        if (!is_first && shape_of(element) != shape) return SHAPE_ANY;
        shape = shape_of(element);
        is_first = false;
    }
    return shape;
}

static struct value choice_new(struct evaluator *ev, struct value all, struct value key,
                               const struct name *map_name, const struct node *node) {
    enum deferred_kind kind = all.kind == VALUE_LIST ? DEFERRED_SELECT : DEFERRED_LOOKUP;
    struct deferred *d = deferred_new(ev->arena, kind, shape_of_all(all), 2, node);
    d->map_name = map_name;
    d->operands[0] = all;
    d->operands[1] = key;
    unsigned depth = all.depth > key.deferred->depth ? all.depth : key.deferred->depth;
    d->depth = (uint16_t)(depth + 1);
    struct value value = value_deferred(d);
    value.flags = (all.flags | key.flags) & VALUE_SECRET;
    return value_checked(ev, value, node);
}

struct value choice_make(struct evaluator *ev, struct value all, struct value key,
                         const struct name *map_name, const struct node *node) {
    bool is_list = all.kind == VALUE_LIST;
    if (!spend_steps(ev, count_of(all))) return value_poison();
    if (count_of(all) == 0) {
        return fault(ev, DIAGNOSTIC_MISSING_KEY, node, "the %s is empty: no %s can be in it",
                     is_list ? "list" : "map", is_list ? "index" : "key");
    }
    for (uint32_t i = 0; i < count_of(all); i++) {
        struct value element = element_of(all, i);
        if (element.kind == VALUE_POISON) return element;
        if (element.kind == VALUE_REGION || element.kind == VALUE_STACK) {
            return fault_steering(ev, node, key, is_list ? "an index of regions or stacks"
                                                         : "a key of regions or stacks");
        }
    }
    return choice_new(ev, all, key, map_name, node);
}

/* ---- the same of each ---- */

static struct value map_sides(struct evaluator *ev, struct value choice, choice_change change,
                              void *context, const struct node *node) {
    const struct value *parts = choice.deferred->operands;
    struct value then = change(ev, parts[1], context), otherwise = change(ev, parts[2], context);
    if (value_is_same(then, parts[1]) && value_is_same(otherwise, parts[2])) return choice;
    return deferred_if(ev, parts[0], then, otherwise, node);
}

static struct value map_list(struct evaluator *ev, struct value list, choice_change change,
                             void *context) {
    struct value *items = arena_array(ev->arena, list.length, sizeof *items);
    for (uint32_t i = 0; i < list.length; i++) items[i] = change(ev, list.items[i], context);
    return value_seal(value_list(items, list.length));
}

static struct value map_record(struct evaluator *ev, const struct record *record,
                               choice_change change, void *context) {
    struct record *made = record_new(ev->arena, record->count);
    for (uint32_t i = 0; i < record->count; i++) {
        const struct record_entry *entry = &record->entries[i];
        record_put(ev->arena, made, entry->key, change(ev, entry->value, context), entry->origin);
    }
    return value_seal(value_record(made));
}

struct value choice_map(struct evaluator *ev, struct value choice, choice_change change,
                        void *context, const struct node *node) {
    const struct deferred *d = choice.deferred;
    if (!spend_steps(ev, 2)) return value_poison();
    if (d->kind == DEFERRED_IF) return map_sides(ev, choice, change, context, node);
    if (!spend_values(ev, choice_count(d))) return value_poison();
    struct value all = d->operands[0];
    struct value made = all.kind == VALUE_LIST ? map_list(ev, all, change, context)
                                               : map_record(ev, all.record, change, context);
    if (ev->is_exhausted) return value_poison();
    bool is_same = true;
    for (uint32_t i = 0; i < count_of(all); i++) {
        struct value element = element_of(made, i);
        if (element.kind == VALUE_POISON) return element;
        is_same = is_same && value_is_same(element, element_of(all, i));
    }
    return is_same ? choice : choice_new(ev, made, d->operands[1], d->map_name, node);
}
