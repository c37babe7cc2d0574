/* What conditions make sure inside their branches: `if x != null then x.a else ...`, and that a
 * resource under `if c` is there where c holds. */
#include "checker/typing.h"

void flow_push(struct checker *checker, struct flow *flow, const struct node *condition,
               bool holds) {
    *flow = (struct flow){checker->flow, condition, holds};
    checker->flow = flow;
}

void flow_pop(struct checker *checker) { checker->flow = checker->flow->outer; }

/* Whether the condition, having this outcome, says that the value is not null. */
static bool says_not_null(const struct node *condition, bool holds, const struct node *value) {
    condition = node_bare(condition);
    if (condition->kind == NODE_UNARY && condition->op == OPERATOR_NOT) {
        return says_not_null(condition->unary.operand, !holds, value);
    }
    if (condition->kind != NODE_BINARY) return false;
    const struct node *left = condition->binary.left, *right = condition->binary.right;
    if (condition->op == (holds ? OPERATOR_AND : OPERATOR_OR)) {
        return says_not_null(left, holds, value) || says_not_null(right, holds, value);
    }
    if (condition->op != (holds ? OPERATOR_NOT_EQUAL : OPERATOR_EQUAL)) return false;
    left = node_bare(left);
    right = node_bare(right);
    return (right->kind == NODE_NULL && node_equal(left, value)) ||
           (left->kind == NODE_NULL && node_equal(right, value));
}

/* Whether the condition, having this outcome, implies the other condition. */
static bool implies(const struct node *condition, bool holds, const struct node *other) {
    condition = node_bare(condition);
    if (holds && node_equal(condition, node_bare(other))) return true;
    if (condition->kind == NODE_BINARY &&
        condition->op == (holds ? OPERATOR_AND : OPERATOR_OR)) {
        return implies(condition->binary.left, holds, other) ||
               implies(condition->binary.right, holds, other);
    }
    if (condition->kind == NODE_UNARY && condition->op == OPERATOR_NOT) {
        return implies(condition->unary.operand, !holds, other);
    }
    other = node_bare(other);
    return !holds && other->kind == NODE_UNARY && other->op == OPERATOR_NOT &&
           node_equal(condition, node_bare(other->unary.operand));
}

static const struct node *header_condition(const struct node *value) {
    if (value->kind != NODE_NAME || !node_symbol(value)) return NULL;
    const struct symbol *symbol = node_symbol(value);
    return symbol->is_optional && symbol->declaration ? symbol->declaration->unit.header->condition
                                                      : NULL;
}

bool flow_not_null(struct checker *checker, const struct node *node) {
    const struct node *value = node_bare(node), *header = header_condition(value);
    for (const struct flow *flow = checker->flow; flow; flow = flow->outer) {
        if (says_not_null(flow->condition, flow->holds, value)) return true;
        if (header && implies(flow->condition, flow->holds, header)) return true;
    }
    return false;
}
