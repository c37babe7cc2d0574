/* Operations on deferred values as nodes, in their smallest form: truth values, choices, equality,
 * and what may be null. */
#include "evaluator/choice.h"
#include "evaluator/internal.h"

enum { CONDITION_OPERANDS = 10 }; /* Fn::And and Fn::Or take 2 to 10 */

static struct value node_of(struct evaluator *ev, enum deferred_kind kind,
                            enum deferred_shape shape, const struct value *operands,
                            uint32_t count, const struct node *cause) {
    struct deferred *deferred = deferred_new(ev->arena, kind, shape, count, cause);
    unsigned depth = 0;
    uint8_t flags = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned below = operands[i].depth;
        if (operands[i].kind == VALUE_DEFERRED) below = operands[i].deferred->depth;
        if (below + 1 > depth) depth = below + 1;
        flags |= operands[i].flags & VALUE_SECRET;
        deferred->operands[i] = operands[i];
    }
    deferred->depth = (uint16_t)depth;
    struct value value = value_deferred(deferred);
    value.flags = flags;
    return value_checked(ev, value, cause);
}

struct value deferred_not(struct evaluator *ev, struct value operand, const struct node *cause) {
    if (operand.kind == VALUE_BOOL) return value_bool(!operand.boolean);
    if (operand.kind != VALUE_DEFERRED) return value_poison();
    if (operand.deferred->kind == DEFERRED_NOT) return operand.deferred->operands[0];
    return node_of(ev, DEFERRED_NOT, SHAPE_BOOL, &operand, 1, cause);
}

/* Equality that is paid for by what it takes. */
static bool same(struct evaluator *ev, struct value a, struct value b) {
    uint64_t left = ev->steps_left > 0 ? (uint64_t)ev->steps_left : 0;
    uint64_t before = left;
    bool equal = value_equal_within(a, b, &left);
    if (left == 0) return spend_steps(ev, before + 1);
    ev->steps_left -= (int64_t)(before - left);
    return equal;
}

/* Chains become one node up to its ten operands. */
struct value deferred_chain(struct evaluator *ev, enum deferred_kind kind, struct value a,
                            struct value b, const struct node *cause) {
    bool absorbing = kind == DEFERRED_OR; /* true || x is true, false && x is false */
    if (a.kind == VALUE_BOOL) return a.boolean == absorbing ? a : b;
    if (b.kind == VALUE_BOOL) return b.boolean == absorbing ? b : a;
    if (a.kind == VALUE_POISON || b.kind == VALUE_POISON) return value_poison();
    if (same(ev, a, b)) return a;
    struct value operands[2 * CONDITION_OPERANDS];
    const struct value sides[2] = {a, b};
    uint32_t count = 0;
    for (int i = 0; i < 2; i++) {
        const struct deferred *side = sides[i].deferred;
        uint32_t others = i == 0 && b.deferred->kind == kind ? b.deferred->count : 1;
        if (side->kind == kind &&
            count + side->count + (i == 0 ? others : 0) <= CONDITION_OPERANDS) {
            memcpy(operands + count, side->operands, side->count * sizeof *operands);
            count += side->count;
        } else {
            operands[count++] = sides[i];
        }
    }
    return node_of(ev, kind, SHAPE_BOOL, operands, count, cause);
}

static bool is_truth(struct value value) {
    return value.kind == VALUE_BOOL ||
           (value.kind == VALUE_DEFERRED && value.deferred->shape == SHAPE_BOOL);
}

/* A truth value that a choice makes, in and, or, not: a condition cannot hold Fn::If. */
static struct value truth_if(struct evaluator *ev, struct value condition, struct value then,
                             struct value otherwise, const struct node *cause) {
    struct value yes = deferred_chain(ev, DEFERRED_AND, condition, then, cause);
    if (otherwise.kind == VALUE_BOOL && otherwise.boolean) {
        return deferred_chain(ev, DEFERRED_OR, deferred_not(ev, condition, cause), then, cause);
    }
    if (then.kind == VALUE_BOOL && then.boolean) {
        return deferred_chain(ev, DEFERRED_OR, condition, otherwise, cause);
    }
    struct value no =
        deferred_chain(ev, DEFERRED_AND, deferred_not(ev, condition, cause), otherwise, cause);
    return deferred_chain(ev, DEFERRED_OR, yes, no, cause);
}

struct value deferred_if(struct evaluator *ev, struct value condition, struct value then,
                         struct value otherwise, const struct node *cause) {
    if (condition.kind == VALUE_BOOL) return condition.boolean ? then : otherwise;
    if (then.kind == VALUE_POISON || otherwise.kind == VALUE_POISON ||
        condition.kind != VALUE_DEFERRED) {
        return value_poison();
    }
    if (same(ev, then, otherwise)) return then;
    if (condition.deferred->kind == DEFERRED_NOT) {
        return deferred_if(ev, condition.deferred->operands[0], otherwise, then, cause);
    }
    if (is_truth(then) && is_truth(otherwise))
        return truth_if(ev, condition, then, otherwise, cause);
    struct value operands[3] = {condition, then, otherwise};
    enum deferred_shape shape = shape_of(then);
    if (then.kind == VALUE_NULL) shape = shape_of(otherwise);
    if (otherwise.kind != VALUE_NULL && then.kind != VALUE_NULL && shape != shape_of(otherwise)) {
        shape = SHAPE_ANY;
    }
    return node_of(ev, DEFERRED_IF, shape, operands, 3, cause);
}

/* ---- equality ---- */

static struct value deferred_equal(struct evaluator *ev, struct value a, struct value b,
                                   const struct node *cause);
static bool is_comparable(struct value value);

/* One of a choice that stands in the way of comparing it: resources are their Ref by then. */
static bool hinders(struct value each) {
    return each.kind == VALUE_LIST || each.kind == VALUE_RECORD || each.kind == VALUE_COMPONENT ||
           (each.kind == VALUE_DEFERRED && !is_comparable(each));
}

/* What CloudFormation can compare: texts, and what becomes one. */
static bool is_comparable(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER: case VALUE_TEXT: return true;
    case VALUE_DEFERRED:
        return value.deferred->shape != SHAPE_LIST &&
               !(choice_is(value) && choice_any(value, hinders));
    case VALUE_POISON: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_REGION:
    case VALUE_STACK: case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: break;
    }
    return false;
}

static struct value deferred_is_null(struct evaluator *ev, struct value value,
                                     const struct node *cause);

/* Whether the key is one under which there is null. */
static struct value key_of_null(struct evaluator *ev, const struct deferred *choice,
                                const struct node *cause) {
    struct value found = value_bool(false);
    for (uint32_t i = 0; i < choice_count(choice); i++) {
        struct value is_null = deferred_is_null(ev, choice_element(choice, i), cause);
        if (is_null.kind == VALUE_BOOL && !is_null.boolean) continue;
        struct value here = deferred_equal(ev, choice->operands[1], choice_key(choice, i), cause);
        here = deferred_chain(ev, DEFERRED_AND, here, is_null, cause);
        found = deferred_chain(ev, DEFERRED_OR, found, here, cause);
    }
    return found;
}

/* x == null of a choice is its condition, of any other deferred value false. */
static struct value deferred_is_null(struct evaluator *ev, struct value value,
                                     const struct node *cause) {
    if (value.kind != VALUE_DEFERRED) return value_bool(value.kind == VALUE_NULL);
    if (!choice_is(value) || !spend_steps(ev, 1)) return value_bool(false);
    if (value.deferred->kind != DEFERRED_IF) return key_of_null(ev, value.deferred, cause);
    struct value then = deferred_is_null(ev, value.deferred->operands[1], cause);
    struct value otherwise = deferred_is_null(ev, value.deferred->operands[2], cause);
    return deferred_if(ev, value.deferred->operands[0], then, otherwise, cause);
}

static struct value deferred_equal(struct evaluator *ev, struct value a, struct value b,
                                   const struct node *cause) {
    if (a.kind == VALUE_NULL || b.kind == VALUE_NULL) {
        return deferred_is_null(ev, a.kind == VALUE_NULL ? b : a, cause);
    }
    if (!is_comparable(a) || !is_comparable(b)) {
        struct value bad = a.kind == VALUE_DEFERRED ? a : b;
        return fault_deferred(ev, cause, bad, TEXT("=="));
    }
    if (same(ev, a, b)) return value_bool(true);
    if (is_truth(a) && is_truth(b)) {
        if (a.kind == VALUE_BOOL) return a.boolean ? b : deferred_not(ev, b, cause);
        if (b.kind == VALUE_BOOL) return b.boolean ? a : deferred_not(ev, a, cause);
        return truth_if(ev, a, b, deferred_not(ev, b, cause), cause);
    }
    struct value operands[2] = {a, b};
    return node_of(ev, DEFERRED_EQUAL, SHAPE_BOOL, operands, 2, cause);
}

struct value equal_values(struct evaluator *ev, struct value a, struct value b,
                          const struct node *cause) {
    if (a.kind == VALUE_POISON || b.kind == VALUE_POISON) return value_poison();
    if (a.kind == VALUE_DEFERRED || b.kind == VALUE_DEFERRED) {
        a = settled(ev, a);
        b = settled(ev, b);
        if (a.kind == VALUE_DEFERRED || b.kind == VALUE_DEFERRED) {
            if (a.kind == VALUE_RESOURCE) a = reference_to(ev, a, cause);
            if (b.kind == VALUE_RESOURCE) b = reference_to(ev, b, cause);
            return deferred_equal(ev, a, b, cause);
        }
    }
    if ((a.flags | b.flags) & VALUE_BROKEN) return value_poison();
    if ((a.flags | b.flags) & VALUE_OPEN) {
        a = settled(ev, a);
        b = settled(ev, b);
    }
    bool equal = same(ev, a, b);
    return ev->is_exhausted ? value_poison() : value_bool(equal);
}

/* ---- null ---- */

bool deferred_may_be_null(struct value value) {
    return value.kind == VALUE_NULL ||
           (choice_is(value) && choice_any(value, deferred_may_be_null));
}

struct replacement {
    struct value by;
    const struct node *cause;
};

static struct value replace_null(struct evaluator *ev, struct value value, void *context) {
    const struct replacement *replacement = context;
    if (value.kind == VALUE_NULL) return replacement->by;
    if (!deferred_may_be_null(value)) return value;
    return choice_map(ev, value, replace_null, context, replacement->cause);
}

struct value deferred_or_default(struct evaluator *ev, struct value value, struct value by,
                                 const struct node *cause) {
    return replace_null(ev, value, &(struct replacement){by, cause});
}
