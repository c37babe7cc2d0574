/* Operators: on known values at once, on deferred ones as nodes (deferred.c). */
#include <math.h>

#include "evaluator/internal.h"

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

/* ---- equality and order ---- */

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

static struct value or_default(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value left = evaluate(ev, node->binary.left, frame);
    if (!deferred_may_be_null(left)) return left;
    return deferred_or_default(ev, left, evaluate(ev, node->binary.right, frame), node);
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
