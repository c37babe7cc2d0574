/* What stands in brackets. */
#include "evaluator/internal.h"

static struct value fault_index(struct evaluator *ev, const struct node *node, int64_t index,
                                uint32_t length) {
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_MISSING_KEY, node->index.index,
               "index %lld is outside of a list with %u elements", (long long)index, length);
    if (index < 0) {
        hint(ev, d, "Indexes count from 0; `last(xs)` is the last element.");
    } else if (length) {
        hint(ev, d, "The last index is %u.", length - 1);
    }
    return value_poison();
}

static struct value select_deferred(struct evaluator *ev, struct value list, struct value index,
                                    const struct node *node) {
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_SELECT, SHAPE_TEXT, 2, node);
    deferred->operands[0] = list;
    deferred->operands[1] = index;
    unsigned depth = list.kind == VALUE_DEFERRED ? list.deferred->depth : list.depth;
    deferred->depth = (uint16_t)(depth + 1);
    if (index.kind == VALUE_DEFERRED && index.deferred->depth >= deferred->depth) {
        deferred->depth = index.deferred->depth + 1;
    }
    struct value value = value_deferred(deferred);
    value.flags = list.flags & VALUE_SECRET;
    return value_checked(ev, value, node);
}

static struct value index_list(struct evaluator *ev, struct value list, struct value index,
                               const struct node *node) {
    if (index.kind == VALUE_INT) {
        if (index.integer >= 0 && index.integer < list.length) return list.items[index.integer];
        if (node->flags & NODE_OPTIONAL) return value_null();
        return fault_index(ev, node, index.integer, list.length);
    }
    if (index.kind == VALUE_DEFERRED) return select_deferred(ev, list, index, node);
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->index.index,
                 "a list is indexed by an integer, and this is %.*s",
                 TEXT_ARGS(value_kind_text(ev->arena, index)));
}

static const struct name *map_name(const struct node *object) {
    object = node_bare(object);
    if (object->kind == NODE_NAME) {
        const struct symbol *symbol = node_symbol(object);
        return symbol && symbol->kind == SYMBOL_LET ? symbol->name : NULL;
    }
    if (object->kind != NODE_MEMBER || !object->member.symbol) return NULL;
    return object->member.symbol->kind == SYMBOL_LET ? object->member.symbol->name : NULL;
}

/* A known map by a deferred key: Fn::FindInMap, or a chain of Fn::If. */
static struct value index_deferred_key(struct evaluator *ev, struct value map, struct value key,
                                       const struct node *node) {
    enum deferred_shape shape = SHAPE_TEXT;
    for (uint32_t i = 0; i < map.record->count; i++) {
        struct value element = map.record->entries[i].value;
        if (element.kind == VALUE_POISON) return element;
        if (element.kind == VALUE_REGION || element.kind == VALUE_STACK ||
            element.kind == VALUE_COMPONENT) {
            return fault_steering(ev, node->index.index, key,
                                  "a key of regions, stacks or components");
        }
        if (element.kind == VALUE_LIST) shape = SHAPE_LIST;
        if (element.kind == VALUE_RECORD || element.kind == VALUE_RESOURCE) shape = SHAPE_ANY;
    }
    if (map.record->count == 0) {
        return fault(ev, DIAGNOSTIC_MISSING_KEY, node, "the map is empty: no key can be in it");
    }
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_LOOKUP, shape, 2, node);
    deferred->map_name = map_name(node->index.object);
    deferred->operands[0] = map;
    deferred->operands[1] = key;
    unsigned depth = map.depth > key.deferred->depth ? map.depth : key.deferred->depth;
    deferred->depth = (uint16_t)(depth + 1);
    struct value value = value_deferred(deferred);
    value.flags = (map.flags | key.flags) & VALUE_SECRET;
    return value_checked(ev, value, node);
}

static struct value index_record(struct evaluator *ev, struct value map, struct value index,
                                 const struct node *node) {
    if (index.flags & VALUE_SECRET) {
        return fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node->index.index, "a secret cannot be a key");
    }
    if (index.kind == VALUE_DEFERRED) return index_deferred_key(ev, map, index, node);
    const struct name *key = key_of(ev, index);
    if (!key) {
        return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->index.index,
                     "a key is a string, and this is %.*s",
                     TEXT_ARGS(value_kind_text(ev->arena, index)));
    }
    struct record_entry *entry = record_find(map.record, key);
    if (entry) return entry->value;
    if (map.flags & VALUE_BROKEN) return value_poison();
    struct value stack = trial_stack(ev, map.record, key);
    if (stack.kind != VALUE_POISON) return stack;
    if (node->flags & NODE_OPTIONAL || map.flags & VALUE_SPARSE) return value_null();
    if (trial_has_stacks(ev, map.record)) return trial_no_stack(ev, key, node->index.index);
    return fault_key(ev, node->index.index, map.record, key);
}

static struct value index_of(struct evaluator *ev, struct value object, struct value index,
                             const struct node *node);

static struct value index_of_side(struct evaluator *ev, struct value side, struct value index,
                                  const struct node *node) {
    return side.kind == VALUE_NULL && chain_may_skip(node) ? side : index_of(ev, side, index, node);
}

static struct value index_deferred(struct evaluator *ev, struct value object, struct value index,
                                   const struct node *node) {
    struct deferred *deferred = object.deferred;
    if (deferred->kind == DEFERRED_IF && deferred->shape != SHAPE_TEXT) {
        struct value then = index_of_side(ev, deferred->operands[1], index, node);
        struct value otherwise = index_of_side(ev, deferred->operands[2], index, node);
        return deferred_if(ev, deferred->operands[0], then, otherwise, node);
    }
    if (deferred->shape == SHAPE_LIST &&
        (index.kind == VALUE_INT || index.kind == VALUE_DEFERRED)) {
        if (index.kind == VALUE_INT && index.integer < 0) {
            return fault(ev, DIAGNOSTIC_MISSING_KEY, node->index.index, "an index is 0 or more");
        }
        return select_deferred(ev, object, index, node);
    }
    if (index.kind == VALUE_TEXT) {
        return deferred_member(ev, object, names_intern(ev->names, value_as_text(index)), node);
    }
    if (deferred->kind == DEFERRED_LOOKUP && deferred->shape == SHAPE_ANY &&
        index.kind == VALUE_DEFERRED) {
        struct value operands[2] = {object, index};
        struct deferred *made = deferred_new(ev->arena, DEFERRED_LOOKUP, SHAPE_TEXT, 2, node);
        memcpy(made->operands, operands, sizeof operands);
        made->depth = deferred->depth + 1;
        return value_checked(ev, value_deferred(made), node);
    }
    return fault_deferred(ev, node, object, TEXT("[ ]"));
}

static struct value index_of(struct evaluator *ev, struct value object, struct value index,
                             const struct node *node) {
    if (object.kind == VALUE_POISON || index.kind == VALUE_POISON) return value_poison();
    if (object.kind == VALUE_LIST) return index_list(ev, object, index, node);
    if (object.kind == VALUE_RECORD) return index_record(ev, object, index, node);
    if (object.kind == VALUE_DEFERRED) return index_deferred(ev, object, index, node);
    if (object.kind == VALUE_NULL && node->flags & NODE_OPTIONAL) return object;
    if (object.kind == VALUE_NULL) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_POSSIBLY_NULL, node, "the value before \"[\" is null");
        hint(ev, d, "Write `?[` where null is meant to pass.");
        return value_poison();
    }
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->index.object, "%.*s has no elements",
                 TEXT_ARGS(value_kind_text(ev->arena, object)));
}

struct value evaluate_index(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value object = evaluate(ev, node->index.object, frame);
    if (chain_skips(ev, node, object)) return object;
    struct value index = settled(ev, evaluate(ev, node->index.index, frame));
    struct value element = index_of(ev, object, index, node);
    ev->is_skipping = false; /* what the index set */
    return element;
}
