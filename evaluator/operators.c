/* Operators: on known values at once, on deferred ones as nodes, in their smallest form. */
#include <math.h>

#include "evaluator/internal.h"

enum { CONDITION_OPERANDS = 10 }; /* Fn::And and Fn::Or take 2 to 10 */

static struct text sign_text(enum operator_kind op) {
    return text_of(operator_text(op));
}

static struct value fault_types(struct evaluator *ev, const struct node *node, struct value left,
                                struct value right) {
    if (left.kind == VALUE_POISON || right.kind == VALUE_POISON) return value_poison();
    return fault(ev, DIAGNOSTIC_OPERATOR_TYPES, node, "\"%s\" does not go with %.*s and %.*s",
                 operator_text(node->op), TEXT_ARGS(value_kind_text(ev->arena, left)),
                 TEXT_ARGS(value_kind_text(ev->arena, right)));
}

/* ---- arithmetic ---- */

static struct value fault_overflow(struct evaluator *ev, const struct node *node) {
    return fault(ev, DIAGNOSTIC_ARITHMETIC, node, "the result does not fit in 64 bits");
}

static struct value fault_zero(struct evaluator *ev, const struct node *node) {
    return fault(ev, DIAGNOSTIC_ARITHMETIC, node->binary.right, "a division by zero");
}

static struct value integer_operation(struct evaluator *ev, struct node *node, int64_t a,
                                      int64_t b) {
    int64_t result;
    switch ((enum operator_kind)node->op) {
    case OPERATOR_ADD:
        return __builtin_add_overflow(a, b, &result) ? fault_overflow(ev, node) : value_int(result);
    case OPERATOR_SUBTRACT:
        return __builtin_sub_overflow(a, b, &result) ? fault_overflow(ev, node) : value_int(result);
    case OPERATOR_MULTIPLY:
        return __builtin_mul_overflow(a, b, &result) ? fault_overflow(ev, node) : value_int(result);
    case OPERATOR_DIVIDE:
        if (b == 0) return fault_zero(ev, node);
        if (b == -1) return a == INT64_MIN ? fault_overflow(ev, node) : value_int(-a);
        return a % b == 0 ? value_int(a / b) : value_number((double)a / (double)b);
    case OPERATOR_REMAINDER:
        if (b == 0) return fault_zero(ev, node);
        return value_int(b == -1 ? 0 : a % b);
    case OPERATOR_OR: case OPERATOR_AND: case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL:
    case OPERATOR_LESS: case OPERATOR_LESS_EQUAL: case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL: case OPERATOR_IN: case OPERATOR_DEFAULT: case OPERATOR_RANGE:
    case OPERATOR_NOT: case OPERATOR_NEGATE: break;
    }
    return value_poison();
}

/* What fmod gives, exactly: each difference is one of numbers less than twice apart. */
static double remainder_of(double a, double b) {
    double left = fabs(a), step = fabs(b);
    while (step <= left / 2) step += step;
    for (; step >= fabs(b); step /= 2) {
        if (left >= step) left -= step;
    }
    return copysign(left, a);
}

static struct value number_operation(struct evaluator *ev, struct node *node, double a, double b) {
    double result = 0;
    switch ((enum operator_kind)node->op) {
    case OPERATOR_ADD: result = a + b; break;
    case OPERATOR_SUBTRACT: result = a - b; break;
    case OPERATOR_MULTIPLY: result = a * b; break;
    case OPERATOR_DIVIDE:
        if (b == 0) return fault_zero(ev, node);
        result = a / b;
        break;
    case OPERATOR_REMAINDER:
        if (b == 0) return fault_zero(ev, node);
        result = remainder_of(a, b);
        break;
    case OPERATOR_OR: case OPERATOR_AND: case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL:
    case OPERATOR_LESS: case OPERATOR_LESS_EQUAL: case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL: case OPERATOR_IN: case OPERATOR_DEFAULT: case OPERATOR_RANGE:
    case OPERATOR_NOT: case OPERATOR_NEGATE: return value_poison();
    }
    if (isfinite(result)) return value_number(result);
    return fault(ev, DIAGNOSTIC_ARITHMETIC, node, "the result is too large for a number");
}

static struct value known_or_fault(struct evaluator *ev, struct node *node, struct value left,
                                   struct value right) {
    struct value bad = left.kind == VALUE_DEFERRED ? left : right;
    struct node *side = left.kind == VALUE_DEFERRED ? node->binary.left : node->binary.right;
    if (left.kind == VALUE_POISON || right.kind == VALUE_POISON) return value_poison();
    if (bad.kind == VALUE_DEFERRED)
        return fault_deferred(ev, side, bad, sign_text(node->op));
    return fault_types(ev, node, left, right);
}

/* `+` of two texts or two lists joins them. */
static struct value add_others(struct evaluator *ev, struct node *node, struct value left,
                               struct value right) {
    if (left.kind == VALUE_LIST && right.kind == VALUE_LIST) {
        size_t base = ev->stack_count;
        if (!spend_values(ev, (uint64_t)left.length + right.length)) return value_poison();
        for (uint32_t i = 0; i < left.length; i++) stack_push(ev, left.items[i]);
        for (uint32_t i = 0; i < right.length; i++) stack_push(ev, right.items[i]);
        return value_checked(ev, stack_take(ev, base), node);
    }
    if (left.kind == VALUE_TEXT && right.kind == VALUE_TEXT) {
        struct value parts[2] = {left, right};
        if (!spend_values(ev, (left.length + (uint64_t)right.length) / 16)) return value_poison();
        struct value joined = value_concat(ev->arena, parts, 2, node);
        if (joined.kind != VALUE_POISON) return joined;
        return fault(ev, DIAGNOSTIC_TEXT_SIZE, node, "a text grows over %d MB",
                     LIMIT_TEXT_BYTES >> 20);
    }
    return known_or_fault(ev, node, left, right);
}

static struct value arithmetic(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    struct value right = evaluate(ev, node->binary.right, frame);
    if (left.kind == VALUE_INT && right.kind == VALUE_INT) {
        return integer_operation(ev, node, left.integer, right.integer);
    }
    left = settled(ev, left);
    right = settled(ev, right);
    if (left.kind == VALUE_INT && right.kind == VALUE_INT) {
        return integer_operation(ev, node, left.integer, right.integer);
    }
    if (value_is_number(left) && value_is_number(right)) {
        return number_operation(ev, node, value_as_number(left), value_as_number(right));
    }
    if (node->op == OPERATOR_ADD) return add_others(ev, node, left, right);
    return known_or_fault(ev, node, left, right);
}

static struct value make_range(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = settled(ev, evaluate(ev, node->binary.left, frame));
    struct value right = settled(ev, evaluate(ev, node->binary.right, frame));
    if (left.kind != VALUE_INT || right.kind != VALUE_INT) {
        return known_or_fault(ev, node, left, right);
    }
    uint64_t count = 0;
    if (left.integer < right.integer) count = (uint64_t)right.integer - (uint64_t)left.integer;
    if (count > LIMIT_VALUES) count = LIMIT_VALUES + 1ull;
    if (!spend_values(ev, count)) return value_poison();
    struct value *items = arena_array(ev->arena, count ? count : 1, sizeof *items);
    for (uint64_t i = 0; i < count; i++) items[i] = value_int(left.integer + (int64_t)i);
    return value_seal(value_list(items, (uint32_t)count));
}

/* ---- deferred truth values ---- */

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

static struct value deferred_not(struct evaluator *ev, struct value operand,
                                 const struct node *cause) {
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

/* a && b, a || b of truth values that may be known; chains become one node up to its ten
 * operands. */
static struct value deferred_chain(struct evaluator *ev, enum deferred_kind kind, struct value a,
                                   struct value b, const struct node *cause) {
    bool absorbing = kind == DEFERRED_OR; /* true || x is true, false && x is false */
    if (a.kind == VALUE_BOOL) return a.boolean == absorbing ? a : b;
    if (b.kind == VALUE_BOOL) return b.boolean == absorbing ? b : a;
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

static enum deferred_shape shape_of(struct value value) {
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

/* What CloudFormation can compare: texts, and what becomes one. */
static bool is_comparable(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER: case VALUE_TEXT: return true;
    case VALUE_DEFERRED: return value.deferred->shape != SHAPE_LIST;
    case VALUE_POISON: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_REGION:
    case VALUE_STACK: case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: break;
    }
    return false;
}

/* x == null of a choice is its condition, of any other deferred value false. */
static struct value deferred_is_null(struct evaluator *ev, struct value value,
                                     const struct node *cause) {
    if (value.kind != VALUE_DEFERRED) return value_bool(value.kind == VALUE_NULL);
    if (value.deferred->kind != DEFERRED_IF) return value_bool(false);
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

static struct value equality(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    struct value right = evaluate(ev, node->binary.right, frame);
    struct value equal;
    if (left.kind == VALUE_INT && right.kind == VALUE_INT) {
        equal = value_bool(left.integer == right.integer);
    } else {
        equal = equal_values(ev, left, right, node);
    }
    return node->op == OPERATOR_EQUAL ? equal : deferred_not(ev, equal, node);
}

static struct value order(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    struct value right = evaluate(ev, node->binary.right, frame);
    if (left.kind != right.kind || left.kind != VALUE_INT) {
        left = settled(ev, left);
        right = settled(ev, right);
        bool texts = left.kind == VALUE_TEXT && right.kind == VALUE_TEXT;
        if (!texts && !(value_is_number(left) && value_is_number(right))) {
            return known_or_fault(ev, node, left, right);
        }
    }
    int sign = value_compare(left, right);
    switch ((enum operator_kind)node->op) {
    case OPERATOR_LESS: return value_bool(sign < 0);
    case OPERATOR_LESS_EQUAL: return value_bool(sign <= 0);
    case OPERATOR_GREATER: return value_bool(sign > 0);
    case OPERATOR_GREATER_EQUAL: return value_bool(sign >= 0);
    case OPERATOR_OR: case OPERATOR_AND: case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL:
    case OPERATOR_IN: case OPERATOR_DEFAULT: case OPERATOR_RANGE: case OPERATOR_ADD:
    case OPERATOR_SUBTRACT: case OPERATOR_MULTIPLY: case OPERATOR_DIVIDE: case OPERATOR_REMAINDER:
    case OPERATOR_NOT: case OPERATOR_NEGATE: break;
    }
    return value_poison();
}

static struct value in_list(struct evaluator *ev, struct node *node, struct value wanted,
                            struct value list) {
    struct value found = value_bool(false);
    if (!spend_steps(ev, list.length)) return value_poison();
    for (uint32_t i = 0; i < list.length; i++) {
        struct value equal = equal_values(ev, wanted, list.items[i], node);
        if (equal.kind == VALUE_POISON) return equal;
        if (equal.kind == VALUE_BOOL && equal.boolean) return equal;
        found = deferred_chain(ev, DEFERRED_OR, found, equal, node);
        if (found.kind == VALUE_POISON) return found;
    }
    return found;
}

static struct value membership(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    struct value right = settled(ev, evaluate(ev, node->binary.right, frame));
    if (left.kind == VALUE_POISON || right.kind == VALUE_POISON) return value_poison();
    if (right.kind == VALUE_LIST) return in_list(ev, node, left, right);
    left = settled(ev, left);
    if (right.kind == VALUE_RECORD && left.kind != VALUE_DEFERRED) {
        const struct name *key = key_of(ev, left);
        if (key) return value_bool(record_find(right.record, key) != NULL);
    }
    if (right.kind == VALUE_RECORD && left.kind == VALUE_DEFERRED) {
        struct value found = value_bool(false);
        for (uint32_t i = 0; i < right.record->count && found.kind != VALUE_POISON; i++) {
            struct value key = value_text(name_text(right.record->entries[i].key));
            found = deferred_chain(ev, DEFERRED_OR, found, equal_values(ev, left, key, node), node);
        }
        return found;
    }
    if (right.kind == VALUE_TEXT && left.kind == VALUE_TEXT) {
        return value_bool(memmem(right.bytes, right.length, left.bytes, left.length) != NULL);
    }
    return known_or_fault(ev, node, left, right);
}

/* ---- && || ?? if ---- */

/* A truth value, known or deferred; poison, reported, otherwise. */
static struct value truth(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value value = evaluate(ev, node, frame);
    if (value.kind == VALUE_BOOL) return value;
    value = settled(ev, value);
    if (value.kind == VALUE_BOOL || value.kind == VALUE_POISON) return value;
    if (value.kind == VALUE_DEFERRED &&
        (value.deferred->shape == SHAPE_BOOL || value.deferred->shape == SHAPE_ANY)) {
        return value;
    }
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a truth value is wanted, and this is %.*s",
                 TEXT_ARGS(value_kind_text(ev->arena, value)));
}

static struct value connective(struct evaluator *ev, struct node *node, struct frame *frame) {
    bool is_or = node->op == OPERATOR_OR;
    struct value left = truth(ev, node->binary.left, frame);
    if (left.kind == VALUE_BOOL && left.boolean == is_or) return left;
    struct value right = truth(ev, node->binary.right, frame);
    if (left.kind == VALUE_POISON || right.kind == VALUE_POISON) return value_poison();
    return deferred_chain(ev, is_or ? DEFERRED_OR : DEFERRED_AND, left, right, node);
}

/* Whether a deferred value can turn out to be null: only where a choice says so. */
static bool may_be_null(struct value value) {
    if (value.kind == VALUE_NULL) return true;
    if (value.kind != VALUE_DEFERRED || value.deferred->kind != DEFERRED_IF) return false;
    return may_be_null(value.deferred->operands[1]) || may_be_null(value.deferred->operands[2]);
}

static struct value replace_null(struct evaluator *ev, struct value value, struct value other,
                                 const struct node *cause) {
    if (value.kind == VALUE_NULL) return other;
    if (!may_be_null(value)) return value;
    const struct value *parts = value.deferred->operands;
    return deferred_if(ev, parts[0], replace_null(ev, parts[1], other, cause),
                       replace_null(ev, parts[2], other, cause), cause);
}

static struct value or_default(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    if (!may_be_null(left)) return left;
    return replace_null(ev, left, evaluate(ev, node->binary.right, frame), node);
}

struct value evaluate_binary(struct evaluator *ev, struct node *node, struct frame *frame) {
    switch ((enum operator_kind)node->op) {
    case OPERATOR_ADD: case OPERATOR_SUBTRACT: case OPERATOR_MULTIPLY: case OPERATOR_DIVIDE:
    case OPERATOR_REMAINDER: return arithmetic(ev, node, frame);
    case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL: return equality(ev, node, frame);
    case OPERATOR_LESS: case OPERATOR_LESS_EQUAL: case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL: return order(ev, node, frame);
    case OPERATOR_OR: case OPERATOR_AND: return connective(ev, node, frame);
    case OPERATOR_IN: return membership(ev, node, frame);
    case OPERATOR_DEFAULT: return or_default(ev, node, frame);
    case OPERATOR_RANGE: return make_range(ev, node, frame);
    case OPERATOR_NOT: case OPERATOR_NEGATE: break;
    }
    return value_poison();
}

struct value evaluate_unary(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct node *operand = node->unary.operand;
    if (node->op == OPERATOR_NOT) return deferred_not(ev, truth(ev, operand, frame), node);
    struct value value = settled(ev, evaluate(ev, operand, frame));
    if (value.kind == VALUE_INT) {
        bool is_least = value.integer == INT64_MIN && operand->kind == NODE_INT; /* as written */
        if (is_least) return value;
        if (value.integer == INT64_MIN) return fault_overflow(ev, node);
        return value_int(-value.integer);
    }
    if (value.kind == VALUE_NUMBER) return value_number(-value.number);
    if (value.kind == VALUE_DEFERRED) return fault_deferred(ev, operand, value, TEXT("-"));
    if (value.kind == VALUE_POISON) return value;
    return fault(ev, DIAGNOSTIC_OPERATOR_TYPES, node, "\"-\" does not go with %.*s",
                 TEXT_ARGS(value_kind_text(ev->arena, value)));
}

struct value evaluate_conditional(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value condition = truth(ev, node->conditional.condition, frame);
    if (condition.kind == VALUE_BOOL) {
        struct node *taken =
            condition.boolean ? node->conditional.then : node->conditional.otherwise;
        cover(ev, taken);
        return evaluate(ev, taken, frame);
    }
    cover(ev, node->conditional.then);
    cover(ev, node->conditional.otherwise);
    struct value then = evaluate(ev, node->conditional.then, frame);
    struct value otherwise = evaluate(ev, node->conditional.otherwise, frame);
    if (condition.kind == VALUE_POISON) return condition;
    return deferred_if(ev, condition, then, otherwise, node);
}
