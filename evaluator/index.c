/* What stands in brackets. */
#include "evaluator/choice.h"
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

/* Of a list whose elements AWS knows. */
static struct value select_deferred(struct evaluator *ev, struct value list, struct value index,
                                    const struct node *node) {
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_SELECT, SHAPE_TEXT, 2, node);
    deferred->operands[0] = list;
    deferred->operands[1] = index;
    deferred->depth = (uint16_t)(list.deferred->depth + 1);
    if (index.kind == VALUE_DEFERRED && index.deferred->depth >= deferred->depth) {
        deferred->depth = index.deferred->depth + 1;
    }
    struct value value = value_deferred(deferred);
    value.flags = list.flags & VALUE_SECRET;
    return value_checked(ev, value, node);
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

/* all?[key] under a deferred key: null for one that is not there, which no mapping gives. */
static struct value index_optional(struct evaluator *ev, struct value all, struct value key,
                                   const struct node *node) {
    uint32_t count = all.kind == VALUE_LIST ? all.length : all.record->count;
    if (count == 0) return value_null();
    struct value choice = choice_make(ev, all, key, NULL, node);
    if (choice.kind != VALUE_DEFERRED) return choice;
    if (count > LIMIT_IF_CHAIN) {
        struct diagnostic *d = report(
            ev, DIAGNOSTIC_LOOKUP_KEYS, node,
            "%u values are looked up by a deferred key that may be none of theirs; at most %d "
            "become a chain of Fn::If", (unsigned)count, LIMIT_IF_CHAIN);
        hint(ev, d, "Leave out the \"?\" where the key is always there.");
        return value_poison();
    }
    struct value chain = value_null();
    for (uint32_t i = count; i-- > 0;) {
        struct value is_here = equal_values(ev, key, choice_key(choice.deferred, i), node);
        chain = deferred_if(ev, is_here, choice_element(choice.deferred, i), chain, node);
    }
    return chain;
}

static struct value index_known(struct evaluator *ev, struct value all, struct value key,
                                const struct node *node) {
    if (node->flags & NODE_OPTIONAL) return index_optional(ev, all, key, node);
    return choice_make(ev, all, key, map_name(node->index.object), node);
}

static struct value index_list(struct evaluator *ev, struct value list, struct value index,
                               const struct node *node) {
    if (index.kind == VALUE_INT) {
        if (index.integer >= 0 && index.integer < list.length) return list.items[index.integer];
        if (node->flags & NODE_OPTIONAL) return value_null();
        return fault_index(ev, node, index.integer, list.length);
    }
    if (index.kind == VALUE_DEFERRED) return index_known(ev, list, index, node);
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->index.index,
                 "a list is indexed by an integer, and this is %.*s",
                 TEXT_ARGS(value_kind_text(ev->arena, index)));
}

static struct value index_record(struct evaluator *ev, struct value map, struct value index,
                                 const struct node *node) {
    if (index.flags & VALUE_SECRET) {
        return fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node->index.index, "a secret cannot be a key");
    }
    if (index.kind == VALUE_DEFERRED) return index_known(ev, map, index, node);
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

struct indexing {
    struct value index;
    const struct node *node;
};

static struct value index_each(struct evaluator *ev, struct value each, void *context) {
    const struct indexing *indexing = context;
    if (each.kind == VALUE_NULL && chain_may_skip(indexing->node)) return each;
    return index_of(ev, each, indexing->index, indexing->node);
}

/* map[first][second] of a known map of maps, both keys deferred, as Fn::FindInMap has it. */
static struct value look_up_twice(struct evaluator *ev, struct value choice, struct value second,
                                  struct value shaped, const struct node *node) {
    struct deferred *made =
        deferred_new(ev->arena, DEFERRED_LOOKUP, shape_of(shaped), 2, node);
    made->operands[0] = choice;
    made->operands[1] = second;
    made->depth = shaped.deferred->depth;
    struct value value = value_deferred(made);
    value.flags = shaped.flags;
    return value_checked(ev, value, node);
}

static struct value index_choice(struct evaluator *ev, struct value choice, struct value index,
                                 const struct node *node) {
    struct indexing indexing = {index, node};
    struct value each = choice_map(ev, choice, index_each, &indexing, node);
    if (each.kind != VALUE_DEFERRED || index.kind != VALUE_DEFERRED) return each;
    bool is_flat = shape_of(each) != SHAPE_ANY && choice.deferred->kind == DEFERRED_LOOKUP;
    return is_flat ? look_up_twice(ev, choice, index, each, node) : each;
}

static struct value index_deferred(struct evaluator *ev, struct value object, struct value index,
                                   const struct node *node) {
    struct deferred *deferred = object.deferred;
    bool is_choice = choice_is(object);
    if (is_choice && (deferred->shape == SHAPE_ANY ||
                      (deferred->kind == DEFERRED_IF && deferred->shape == SHAPE_LIST))) {
        return index_choice(ev, object, index, node);
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
