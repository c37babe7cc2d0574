/* Chains of dots and brackets, a?.b[c].d: what is skipped where something is null. */
#include "checker/typing.h"

/* The object's type without null; *optional is set where null passes through. */
static struct fact not_null(struct checker *checker, struct node *node, struct node *object,
                            struct fact fact, bool *optional) {
    *optional = false;
    if (!type_has_null(fact.type)) return fact;
    struct fact inner = fact;
    inner.type = type_without_null(checker, fact.type);
    if (flow_not_null(checker, object)) return inner;
    if (node->flags & NODE_OPTIONAL) {
        *optional = true;
        return inner;
    }
    const struct symbol *symbol = object->kind == NODE_NAME ? node_symbol(object) : NULL;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, node, "\"%.*s\" %s null",
                                    TEXT_ARGS(expression_text(checker, object)),
                                    fact.type->kind == TYPE_NULL ? "is" : "may be");
    if (symbol && symbol->is_optional && symbol->declaration) {
        add_note(checker, d, symbol_span(symbol), "it is made only if its condition holds");
    }
    if (node->kind == NODE_MEMBER && node->member.member.name) {
        add_hint(checker, d, "Write %.*s?.%.*s, which is null where it is null.",
                 TEXT_ARGS(expression_text(checker, object)), NAME_ARGS(node->member.member.name));
    } else if (node->kind == NODE_INDEX) {
        add_hint(checker, d, "Write %.*s?[%.*s], which is null where it is null.",
                 TEXT_ARGS(expression_text(checker, object)),
                 TEXT_ARGS(expression_text(checker, node->index.index)));
    }
    return fact_error();
}

static struct fact module_value(struct checker *checker, struct node *node) {
    struct symbol *symbol = node->member.symbol;
    symbol_settle(checker, symbol);
    return symbol_fact(checker, symbol, node);
}

static struct fact member_link(struct checker *checker, struct node *node, bool *skips);
static struct fact index_link(struct checker *checker, struct node *node, bool *skips);

/* What stands before a dot or a bracket. Where it is a link of the same chain and an earlier `?.`
 * of it meets null, the rest of the chain is skipped: *skips, and that null is not in the type. */
static struct fact infer_object(struct checker *checker, struct node *object, bool *skips) {
    *skips = false;
    if (object->kind != NODE_MEMBER && object->kind != NODE_INDEX) return infer(checker, object);
    checker->depth++;
    struct fact fact = object->kind == NODE_MEMBER ? member_link(checker, object, skips)
                                                   : index_link(checker, object, skips);
    checker->depth--;
    if (object->flags & NODE_BAD) fact.type = &type_error;
    return fact;
}

static struct fact whole_chain(struct checker *checker, struct fact fact, bool skips) {
    if (skips) fact.type = type_optional(checker, fact.type);
    return fact;
}

static struct fact member_link(struct checker *checker, struct node *node, bool *skips) {
    struct node *object = node->member.object;
    bool optional;
    *skips = false;
    if (node->member.symbol) return module_value(checker, node);
    if (node->flags & NODE_BAD) return fact_error();
    if (object->kind == NODE_NAME && node_symbol(object) &&
        node_symbol(object)->kind == SYMBOL_MODULE) {
        return fact_error();
    }
    struct fact fact = infer_object(checker, object, skips);
    fact = not_null(checker, node, object, fact, &optional);
    if (!node->member.member.name) return fact_error();
    struct fact result = infer_member_of(checker, fact, node, node->member.member.name,
                                         written_span(node, node->member.member));
    *skips |= optional;
    if ((*skips || type_has_null(result.type)) && flow_not_null(checker, node)) {
        result.type = type_without_null(checker, result.type);
        *skips = false;
    }
    return result;
}

struct fact infer_member(struct checker *checker, struct node *node) {
    bool skips;
    struct fact fact = member_link(checker, node, &skips);
    return whole_chain(checker, fact, skips);
}

/* --- brackets --- */

static struct fact index_fault(struct checker *checker, struct node *node,
                               const struct type *type) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node->index.object,
                                    "brackets take an element of a list or map, but this is %.*s",
                                    TEXT_ARGS(type_article(checker, type_widen(checker, type))));
    if (type->kind == TYPE_RESOURCE || type->kind == TYPE_COMPONENT) {
        add_hint(checker, d, "Only a resource under \"for\" has several; this one is %.*s.",
                 TEXT_ARGS(expression_text(checker, node->index.object)));
    }
    return fact_error();
}

static struct fact index_record(struct checker *checker, struct node *node,
                                const struct type *type, struct fact key) {
    const struct type *literal = type_base(key.type);
    struct fact fact = {NULL, PHASE_EITHER, NULL};
    if (literal->kind == TYPE_LITERAL && literal->is_text) {
        const struct name *name = names_intern(checker->names, literal->literal.text);
        struct span span = node->index.index->span;
        if (node->flags & NODE_OPTIONAL && !type_field_find(type, name)) {
            return fact_of(&type_null);
        }
        return infer_member_of(checker, fact_of(type), node, name, span);
    }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type *field = type->record.fields[i].type;
        fact.type = fact.type ? type_either(checker, fact.type, field) : field;
    }
    if (!fact.type) fact.type = &type_error;
    if (node->flags & NODE_OPTIONAL) fact.type = type_optional(checker, fact.type);
    return fact;
}

static struct fact index_type(struct checker *checker, struct node *node, struct fact object) {
    const struct type *type = type_base(object.type);
    struct node *index = node->index.index;
    bool optional = node->flags & NODE_OPTIONAL;
    struct fact fact = {&type_error, PHASE_EITHER, NULL};
    switch ((int)type->kind) {
    case TYPE_ERROR: case TYPE_JSON:
        infer(checker, index);
        fact.type = type;
        break;
    case TYPE_LIST: {
        struct fact at = expect_type(checker, index, &type_int, "index");
        fact.type = optional ? type_optional(checker, type->element) : type->element;
        if (at.phase == PHASE_DEFERRED) fact = fact_join(fact.type, fact, at);
        break;
    }
    case TYPE_MAP: case TYPE_RECORD: {
        bool regions = type->kind == TYPE_MAP && type->element->kind == TYPE_REGION;
        struct fact key = infer(checker, index);
        bool fits = type_fits(checker, key.type, &type_string) ||
                    type_base(key.type)->kind == TYPE_REGION || /* the key of a loop over regions */
                    (type->kind == TYPE_MAP && !regions && type_is_numeric(key.type));
        if (!fits) {
            struct wanted wanted = {.type = &type_string, .word = "key"};
            mismatch(checker, index, key, &wanted);
            return fact_error();
        }
        if (type->kind == TYPE_RECORD) {
            fact = index_record(checker, node, type, key);
        } else {
            fact.type = optional ? type_optional(checker, type->element) : type->element;
        }
        if (key.phase == PHASE_DEFERRED) {
            const struct type *element = type_base(fact.type);
            if (element->kind == TYPE_RESOURCE || element->kind == TYPE_REGION ||
                element->kind == TYPE_COMPONENT || element->kind == TYPE_STACK) {
                need_known(checker, index, key, "which one is meant", NULL);
            }
            fact = fact_join(fact.type, fact, key);
        }
        break;
    }
    default: return index_fault(checker, node, type);
    }
    if (object.phase == PHASE_DEFERRED) fact = fact_join(fact.type, fact, object);
    return fact;
}

static struct fact index_link(struct checker *checker, struct node *node, bool *skips) {
    bool optional;
    struct node *object = node->index.object;
    struct fact fact = infer_object(checker, object, skips);
    fact = not_null(checker, node, object, fact, &optional);
    const struct type *type = type_base(fact.type);
    struct fact result;
    if (type->kind != TYPE_UNION) {
        result = index_type(checker, node, fact);
    } else {
        const struct type *all = NULL;
        result = fact;
        for (uint32_t i = 0; i < type->join.count; i++) {
            fact.type = type->join.members[i];
            result = index_type(checker, node, fact);
            all = all ? type_either(checker, all, result.type) : result.type;
            if (node->flags & NODE_BAD || node->index.index->flags & NODE_BAD) break;
        }
        result.type = all;
    }
    *skips |= optional;
    return result;
}

struct fact infer_index(struct checker *checker, struct node *node) {
    bool skips;
    struct fact fact = index_link(checker, node, &skips);
    return whole_chain(checker, fact, skips);
}
