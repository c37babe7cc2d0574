/* Whether two trees mean the same: what `mrp fmt` must keep, and its tests compare. */
#include "parser/tree.h"

enum { COMPARED = NODE_OPTIONAL | NODE_META | NODE_DECLARES };

static bool equal_name(struct written_name a, struct written_name b) {
    if (!a.name || !b.name) return a.name == b.name;
    return text_equal(name_text(a.name), name_text(b.name));
}

static bool equal_names(const struct name *a, const struct name *b) {
    return equal_name((struct written_name){.name = a}, (struct written_name){.name = b});
}

static bool equal_head(const struct node *a, const struct node *b) {
    /* the head is in the union: node_declaration takes no const node, and changes none */
    const struct declaration *one = node_declaration((struct node *)(uintptr_t)a);
    const struct declaration *other = node_declaration((struct node *)(uintptr_t)b);
    if (!one || !other) return one == other;
    return text_equal(written_doc(a), written_doc(b)) && equal_name(one->name, other->name);
}

/* What a node holds besides children and its declaration's head. */
static bool equal_content(const struct node *a, const struct node *b) {
    switch ((enum node_kind)a->kind) {
    case NODE_NAME: return equal_names(node_name(a), node_name(b));
    case NODE_INT: return node_integer(a) == node_integer(b);
    case NODE_NUMBER: return a->number.value == b->number.value;
    case NODE_BOOL: return a->truth == b->truth;
    case NODE_TEXT: return text_equal(node_text(a), node_text(b));
    case NODE_AWS_TYPE: return equal_names(a->aws_type.name, b->aws_type.name);
    case NODE_GENERATOR:
        return equal_name(a->generator.first, b->generator.first) &&
               equal_name(a->generator.second, b->generator.second);
    case NODE_UNARY: return a->op == b->op;
    case NODE_BINARY: return a->op == b->op;
    case NODE_MEMBER: return equal_name(a->member.member, b->member.member);
    case NODE_ARGUMENT: return equal_name(a->argument.name, b->argument.name);
    case NODE_FIELD: return equal_name(a->field.name, b->field.name);
    case NODE_IMPORT:
        return a->import.has_alias == b->import.has_alias &&
               a->import.has_names == b->import.has_names;
    case NODE_TYPE_NAME: return equal_names(node_name(a), node_name(b));
    case NODE_FN: return a->fn.has_block == b->fn.has_block;
    case NODE_ENTRY: return equal_names(a->entry.key, b->entry.key);
    case NODE_NULL: case NODE_TEMPLATE: case NODE_LIST: case NODE_RECORD: case NODE_SPREAD:
    case NODE_LIST_FOR: case NODE_MAP_FOR: case NODE_FILTER: case NODE_CONDITIONAL:
    case NODE_INDEX: case NODE_CALL: case NODE_PAREN: case NODE_ERROR:
    case NODE_IF: case NODE_FOR: case NODE_BLOCK: case NODE_TYPE_LITERAL:
    case NODE_TYPE_LIST: case NODE_TYPE_MAP: case NODE_TYPE_RECORD: case NODE_TYPE_OPTIONAL:
    case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY: case NODE_TYPE_SSM: case NODE_PARAM:
    case NODE_CHECK: case NODE_LET: case NODE_TYPE: case NODE_COMPONENT: case NODE_PROJECT:
    case NODE_REGION: case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE:
    case NODE_ACTION: case NODE_OUTPUT: case NODE_ASSERT: case NODE_TEST: case NODE_POLICY:
    case NODE_WITH: case NODE_FILE: case NODE_KIND_COUNT: return true;
    }
    return true;
}

/* A node's children in an array on the heap, so that two nodes' can be walked together. */
struct children {
    struct node **items;
    size_t count, capacity;
};

static void gather(struct node *child, void *context) {
    struct children *children = context;
    if (children->count == children->capacity) {
        children->capacity = children->capacity ? children->capacity * 2 : 8;
        children->items =
            memory_resize(children->items, children->capacity * sizeof *children->items);
    }
    children->items[children->count++] = child;
}

bool node_equal(const struct node *a, const struct node *b) {
    if (!a || !b) return a == b;
    if (a->kind != b->kind || (a->flags & COMPARED) != (b->flags & COMPARED)) return false;
    if (!equal_head(a, b) || !equal_content(a, b)) return false;
    struct children one = {0}, other = {0};
    node_each_child((struct node *)(uintptr_t)a, gather, &one);
    node_each_child((struct node *)(uintptr_t)b, gather, &other);
    bool equal = one.count == other.count;
    for (size_t i = 0; equal && i < one.count; i++)
        equal = node_equal(one.items[i], other.items[i]);
    memory_free(one.items);
    memory_free(other.items);
    return equal;
}
