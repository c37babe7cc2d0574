/* Operators: what they take, and what comes out. */
#include "checker/typing.h"

static bool is_open_type(const struct type *type) {
    type = type_base(type);
    for (uint32_t i = 0; type->kind == TYPE_UNION && i < type->join.count; i++) {
        if (type->join.members[i]->kind == TYPE_JSON) return true; /* seen when it is there */
    }
    return type->kind == TYPE_ERROR || type->kind == TYPE_JSON || type->kind == TYPE_GENERIC;
}

/* An operand that must not be null; the operand's type without it. */
static const struct type *operand(struct checker *checker, struct node *node, struct fact fact,
                                  enum operator_kind op) {
    if (!type_has_null(fact.type) || is_open_type(fact.type)) return type_base(fact.type);
    if (!flow_not_null(checker, node)) {
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_POSSIBLY_NULL, node, "\"%.*s\" %s null, which \"%s\" cannot take",
            TEXT_ARGS(expression_text(checker, node)),
            fact.type->kind == TYPE_NULL ? "is" : "may be", operator_text(op));
        add_hint(checker, d, "Give a value for null: (%.*s ?? ...).",
                 TEXT_ARGS(expression_text(checker, node)));
        return &type_error;
    }
    return type_base(type_without_null(checker, fact.type));
}

/* What a text says between its quotes; "..." where that is long. */
static bool shown_inside(struct node *node, struct text *shown) {
    enum { LONGEST = 60 };
    if (node_bare(node)->kind != NODE_TEXT) return false;
    *shown = node_text(node_bare(node));
    if (shown->length > LONGEST) *shown = TEXT("...");
    return true;
}

static struct fact operator_fault(struct checker *checker, struct node *node,
                                  const struct type *left, const struct type *right) {
    enum operator_kind op = node->op;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_OPERATOR_TYPES, node,
                                    "\"%s\" does not go with %.*s and %.*s", operator_text(op),
                                    TEXT_ARGS(type_article(checker, type_widen(checker, left))),
                                    TEXT_ARGS(type_article(checker, type_widen(checker, right))));
    if (!d) return fact_error();
    struct text a = expression_text(checker, node->binary.left);
    struct text b = expression_text(checker, node->binary.right);
    if (op == OPERATOR_ADD && (type_is_text(left) || type_is_text(right))) {
        bool a_text = shown_inside(node->binary.left, &a);
        bool b_text = shown_inside(node->binary.right, &b);
        a_text |= node_bare(node->binary.left)->kind == NODE_INT;
        b_text |= node_bare(node->binary.right)->kind == NODE_INT;
        add_hint(checker, d, "Texts are joined by interpolation: \"%s%.*s%s%s%.*s%s\".",
                 a_text ? "" : "${", TEXT_ARGS(a), a_text ? "" : "}", b_text ? "" : "${",
                 TEXT_ARGS(b), b_text ? "" : "}");
    } else if (op == OPERATOR_REMAINDER && type_is_text(left)) {
        add_hint(checker, d, "A text holds values by itself: \"orders-${kind}\".");
    } else if (op == OPERATOR_ADD && left->kind == TYPE_LIST && right->kind == TYPE_LIST) {
        add_hint(checker, d, "Lists are joined by spreading them: [...%.*s, ...%.*s].",
                 TEXT_ARGS(a), TEXT_ARGS(b));
    } else if (op == OPERATOR_ADD &&
               (left->kind == TYPE_RECORD || left->kind == TYPE_MAP)) {
        add_hint(checker, d, "Records are joined by spreading them: { ...%.*s, ...%.*s }.",
                 TEXT_ARGS(a), TEXT_ARGS(b));
    }
    return fact_error();
}

static const char *operation_name(struct checker *checker, enum operator_kind op) {
    const char **name = &checker->operators[op];
    if (!*name) *name = text_format(checker->arena, "\"%s\"", operator_text(op)).bytes;
    return *name;
}

static struct fact infer_arithmetic(struct checker *checker, struct node *node) {
    struct fact l = infer(checker, node->binary.left), r = infer(checker, node->binary.right);
    enum operator_kind op = node->op;
    const struct type *left = operand(checker, node->binary.left, l, op);
    const struct type *right = operand(checker, node->binary.right, r, op);
    struct fact fact = fact_join(&type_number, l, r);
    bool a = is_open_type(left), b = is_open_type(right);
    if (!(a || type_is_numeric(left)) || !(b || type_is_numeric(right))) {
        return operator_fault(checker, node, left, right);
    }
    need_known_operand(checker, node->binary.left, l, operation_name(checker, op));
    if (l.phase != PHASE_DEFERRED) {
        need_known_operand(checker, node->binary.right, r, operation_name(checker, op));
    }
    if (type_is_int(left) && type_is_int(right)) fact.type = &type_int;
    if (a || b) fact.type = &type_json;
    return fact;
}

static struct fact infer_order(struct checker *checker, struct node *node) {
    struct fact l = infer(checker, node->binary.left), r = infer(checker, node->binary.right);
    enum operator_kind op = node->op;
    const struct type *left = operand(checker, node->binary.left, l, op);
    const struct type *right = operand(checker, node->binary.right, r, op);
    bool a = is_open_type(left), b = is_open_type(right);
    bool numbers = (a || type_is_numeric(left)) && (b || type_is_numeric(right));
    bool texts = (a || type_is_text(left)) && (b || type_is_text(right));
    if (!numbers && !texts) return operator_fault(checker, node, left, right);
    need_known_operand(checker, node->binary.left, l, operation_name(checker, op));
    if (l.phase != PHASE_DEFERRED) {
        need_known_operand(checker, node->binary.right, r, operation_name(checker, op));
    }
    return fact_join(&type_bool, l, r);
}

/* --- equality --- */

static bool only_literals(const struct type *type) {
    type = type_base(type);
    if (type->kind != TYPE_UNION) return false;
    for (uint32_t i = 0; i < type->join.count; i++) {
        uint8_t kind = type->join.members[i]->kind;
        if (kind != TYPE_LITERAL && kind != TYPE_NULL) return false;
    }
    return true;
}

/* `kind == "lare"` where kind is one of several texts, and "lare" none of them. */
static void check_listed(struct checker *checker, struct node *literal, const struct type *type,
                         const struct type *value) {
    if (!only_literals(type) || value->kind != TYPE_LITERAL) return;
    if (node_bare(literal)->kind != NODE_TEXT && node_bare(literal)->kind != NODE_INT) return;
    struct suggestion near;
    suggestion_init(&near, value->is_text ? value->literal.text : TEXT(""));
    type = type_base(type);
    for (uint32_t i = 0; i < type->join.count; i++) {
        const struct type *member = type->join.members[i];
        if (type_equal(member, value)) return;
        if (member->kind == TYPE_LITERAL && member->is_text && value->is_text) {
            suggestion_offer(&near, member->literal.text);
        }
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, literal,
                                    "this is compared with %.*s, and is none of them",
                                    TEXT_ARGS(type_show(checker, type)));
    if (near.best.length) {
        add_hint(checker, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    }
}

static struct fact infer_equality(struct checker *checker, struct node *node) {
    struct node *ln = node->binary.left, *rn = node->binary.right;
    struct fact l = infer(checker, ln), r = infer(checker, rn);
    struct fact fact = fact_join(&type_bool, l, r);
    bool null = l.type->kind == TYPE_NULL || r.type->kind == TYPE_NULL;
    if (null) {
        /* whether something is there is known, unless a deferred text is asked */
        if (fact.phase == PHASE_DEFERRED) fact.phase = PHASE_EITHER;
        return fact;
    }
    if (!type_may_meet(checker, l.type, r.type)) {
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_OPERATOR_TYPES, node, "%.*s is never equal to %.*s",
            TEXT_ARGS(type_article(checker, type_widen(checker, l.type))),
            TEXT_ARGS(type_article(checker, type_widen(checker, r.type))));
        if (l.type->kind == TYPE_REGION) {
            add_hint(checker, d, "Write %.*s.name.", TEXT_ARGS(expression_text(checker, ln)));
        } else if (r.type->kind == TYPE_REGION) {
            add_hint(checker, d, "Write %.*s.name.", TEXT_ARGS(expression_text(checker, rn)));
        }
        return fact;
    }
    check_listed(checker, rn, l.type, r.type);
    check_listed(checker, ln, r.type, l.type);
    return fact;
}

/* --- the others --- */

static void check_not_in(struct checker *checker, struct node *node, struct node *left) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_OPERATOR_TYPES, node,
                                    "\"!\" belongs to its left side only here");
    add_hint(checker, d, "Write !(%.*s in %.*s).",
             TEXT_ARGS(expression_text(checker, left->unary.operand)),
             TEXT_ARGS(expression_text(checker, node->binary.right)));
}

static struct fact infer_in(struct checker *checker, struct node *node) {
    struct node *left = node->binary.left;
    struct fact r = infer(checker, node->binary.right);
    const struct type *right = operand(checker, node->binary.right, r, OPERATOR_IN);
    bool is_list = right->kind == TYPE_LIST;
    if (left->kind == NODE_UNARY && left->op == OPERATOR_NOT && !is_open_type(right)) {
        const struct type *element = is_list ? right->element : &type_string;
        struct fact inner = infer(checker, left->unary.operand);
        if (!type_may_meet(checker, element, &type_bool) ||
            !type_may_meet(checker, inner.type, &type_bool)) {
            check_not_in(checker, node, left);
            return fact_of(&type_bool);
        }
    }
    struct fact l = infer(checker, left);
    struct fact fact = fact_join(&type_bool, l, r);
    if (is_open_type(right) || right->kind == TYPE_UNION) return fact;
    if (right->kind == TYPE_MAP || right->kind == TYPE_RECORD) {
        if (!type_may_meet(checker, l.type, &type_string)) {
            return operator_fault(checker, node, l.type, right);
        }
        return fact;
    }
    if (!is_list) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_OPERATOR_TYPES, node,
                                        "\"in\" looks into lists and maps, but this is %.*s",
                                        TEXT_ARGS(type_article(checker, right)));
        if (type_is_text(right)) {
            add_hint(checker, d, "To look for a text in a text, write contains(%.*s, %.*s).",
                     TEXT_ARGS(expression_text(checker, node->binary.right)),
                     TEXT_ARGS(expression_text(checker, left)));
        }
        return fact_of(&type_bool);
    }
    if (right->element->kind != TYPE_ERROR && !type_may_meet(checker, l.type, right->element)) {
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_OPERATOR_TYPES, node, "%.*s is never in a list of %.*s",
            TEXT_ARGS(type_article(checker, type_widen(checker, l.type))),
            TEXT_ARGS(type_show(checker, type_widen(checker, right->element))));
        (void)d;
        return fact;
    }
    check_listed(checker, left, right->element, l.type);
    return fact;
}

static struct fact infer_logic(struct checker *checker, struct node *node) {
    struct flow flow;
    struct fact l = expect_condition(checker, node->binary.left, false, "this operand");
    flow_push(checker, &flow, node->binary.left, node->op == OPERATOR_AND);
    struct fact r = expect_condition(checker, node->binary.right, false, "this operand");
    flow_pop(checker);
    struct fact fact = fact_join(&type_bool, l, r);
    if (fact.phase == PHASE_DEFERRED && l.phase != r.phase) fact.phase = PHASE_EITHER;
    return fact; /* false && deferred is known */
}

static struct fact infer_default(struct checker *checker, struct node *node) {
    struct fact l = infer(checker, node->binary.left), r = infer(checker, node->binary.right);
    struct fact fact = fact_join(NULL, l, r);
    if (l.type->kind == TYPE_NULL) return r;
    fact.type = type_either(checker, type_without_null(checker, l.type), r.type);
    if (l.phase != r.phase) fact.phase = PHASE_EITHER;
    return fact;
}

static struct fact infer_range(struct checker *checker, struct node *node) {
    struct fact l = expect_type(checker, node->binary.left, &type_int, "start of a range");
    struct fact r = expect_type(checker, node->binary.right, &type_int, "end of a range");
    need_known_operand(checker, node->binary.left, l, "this range");
    need_known_operand(checker, node->binary.right, r, "this range");
    if (l.phase == PHASE_DEFERRED || r.phase == PHASE_DEFERRED)
        return fact_of(type_list(checker, &type_int)); /* said: no loop over it needs to say so */
    return fact_join(type_list(checker, &type_int), l, r);
}

struct fact infer_binary(struct checker *checker, struct node *node) {
    switch ((enum operator_kind)node->op) {
    case OPERATOR_OR: case OPERATOR_AND: return infer_logic(checker, node);
    case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL: return infer_equality(checker, node);
    case OPERATOR_LESS: case OPERATOR_LESS_EQUAL: case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL:
        return infer_order(checker, node);
    case OPERATOR_IN: return infer_in(checker, node);
    case OPERATOR_DEFAULT: return infer_default(checker, node);
    case OPERATOR_RANGE: return infer_range(checker, node);
    case OPERATOR_ADD: case OPERATOR_SUBTRACT: case OPERATOR_MULTIPLY: case OPERATOR_DIVIDE:
    case OPERATOR_REMAINDER:
        return infer_arithmetic(checker, node);
    case OPERATOR_NOT: case OPERATOR_NEGATE: break;
    }
    return fact_error();
}

struct fact infer_unary(struct checker *checker, struct node *node) {
    struct node *inner = node->unary.operand;
    if (node->op == OPERATOR_NOT) {
        struct fact fact = expect_condition(checker, inner, false, "what \"!\" takes");
        return inner->flags & NODE_BAD ? fact_error() : fact;
    }
    struct fact fact = infer(checker, inner);
    const struct type *type = operand(checker, inner, fact, OPERATOR_NEGATE);
    if (is_open_type(type)) return fact;
    if (!type_is_numeric(type)) {
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_OPERATOR_TYPES, node, "\"-\" does not go with %.*s",
            TEXT_ARGS(type_article(checker, type_widen(checker, type))));
        if (type->kind == TYPE_RECORD)
            add_hint(checker, d, "A list is written [a, b], without \"-\" before its elements.");
        return fact_error();
    }
    need_known_operand(checker, inner, fact, "\"-\"");
    if (inner->kind == NODE_INT && node_integer(inner) != INT64_MIN) {
        fact.type = type_literal_int(checker, -node_integer(inner));
    } else {
        fact.type = type_is_int(type) ? &type_int : &type_number;
    }
    return fact;
}
