/* Making and walking nodes. Every list of kinds is a switch without default, so that a new row in
 * nodes.def is asked for by the compiler wherever it matters. */
#include "parser/tree.h"

#include <stddef.h>

/* Of a node up to the end of this member. */
#define NODE_SIZE(field) (offsetof(struct node, field) + sizeof(((struct node *)0)->field))

static const uint16_t sizes[] = {
#define NODE(id, name, field) NODE_SIZE(field),
#include "parser/nodes.def"
#undef NODE
};

static struct node *begin(struct node *node, enum node_kind kind, struct span span) {
    node->kind = kind;
    node->depth = 1;
    node->span = span;
    return node;
}

struct node *node_new(struct arena *arena, enum node_kind kind, struct span span) {
    return begin(arena_alloc(arena, sizes[kind]), kind, span);
}

struct node *node_new_declaration(struct arena *arena, enum node_kind kind, struct span span,
                                  struct text doc, bool typed) {
    bool is_short = !typed && (kind == NODE_LET || kind == NODE_OUTPUT);
    size_t size = is_short ? NODE_SIZE(let.value) : sizes[kind];
    size_t before = doc.length ? sizeof doc : 0;
    char *memory = arena_alloc(arena, before + size);
    struct node *node = begin((struct node *)(memory + before), kind, span);
    if (typed) node->flags |= NODE_TYPED;
    if (!doc.length) return node;
    *(struct text *)memory = doc;
    node->flags |= NODE_DOCUMENTED;
    return node;
}

_Static_assert(NODE_SIZE(let.value) == NODE_SIZE(output.value), "both end before their type");

struct node *node_new_field(struct arena *arena, struct span span, struct node *initial) {
    size_t size = initial ? NODE_SIZE(field) : NODE_SIZE(field.type);
    struct node *node = begin(arena_alloc(arena, size), NODE_FIELD, span);
    if (!initial) return node;
    node->flags |= NODE_INITIAL;
    node->field.initial = initial;
    return node;
}

struct node *node_new_integer(struct arena *arena, int64_t value, struct span span) {
    bool is_wide = value != (int32_t)value;
    size_t size = is_wide ? NODE_SIZE(integer) : NODE_SIZE(next);
    struct node *node = begin(arena_alloc(arena, size), NODE_INT, span);
    if (is_wide) {
        node->flags = NODE_WIDE;
        node->integer.value = value;
    } else {
        node->small = (int32_t)value;
    }
    return node;
}

uint32_t list_count(struct list list) {
    uint32_t count = 0;
    for (const struct node *node = list.first; node; node = node->next) count++;
    return count;
}

struct node *list_last(struct list list) {
    struct node *last = list.first;
    while (last && last->next) last = last->next;
    return last;
}

_Static_assert(offsetof(struct node, name) == offsetof(struct node, type_name.name),
               "a TYPE_NAME holds its name where a NAME does");

struct node *node_new_type_name(struct arena *arena, struct span span, struct list members) {
    size_t size = members.first ? NODE_SIZE(type_name) : NODE_SIZE(name);
    struct node *node = begin(arena_alloc(arena, size), NODE_TYPE_NAME, span);
    if (!members.first) return node;
    node->flags |= NODE_DOTTED;
    node->type_name.members = members;
    return node;
}

struct symbol *type_name_symbol(const struct node *node) {
    const struct node *last = list_last(type_name_members(node));
    return node_symbol(last ? last : node);
}

const char *node_word(enum node_kind kind) {
    static const char *const words[] = {
#define NODE(id, name, field) name,
#include "parser/nodes.def"
#undef NODE
    };
    return words[kind];
}

struct declaration *node_declaration(struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_IMPORT: return &node->import.head;
    case NODE_PARAM: return &node->param.head;
    case NODE_LET: return &node->let.head;
    case NODE_FN: return &node->fn.head;
    case NODE_TYPE: return &node->type.head;
    case NODE_COMPONENT: return &node->component.head;
    case NODE_PROJECT: return &node->project.head;
    case NODE_REGION: return &node->region.head;
    case NODE_STACK:
    case NODE_RESOURCE:
    case NODE_PIPELINE:
    case NODE_STAGE:
    case NODE_ACTION: return &node->unit.head;
    case NODE_OUTPUT: return &node->output.head;
    case NODE_TEST:
    case NODE_POLICY: return &node->test.head;
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_TEXT: case NODE_TEMPLATE: case NODE_AWS_TYPE: case NODE_LIST: case NODE_RECORD:
    case NODE_SPREAD: case NODE_LIST_FOR: case NODE_MAP_FOR: case NODE_GENERATOR:
    case NODE_FILTER: case NODE_UNARY: case NODE_BINARY: case NODE_CONDITIONAL:
    case NODE_MEMBER: case NODE_INDEX: case NODE_CALL: case NODE_ARGUMENT: case NODE_PAREN:
    case NODE_ERROR: case NODE_ENTRY: case NODE_IF: case NODE_FOR: case NODE_BLOCK:
    case NODE_TYPE_NAME: case NODE_TYPE_LITERAL: case NODE_TYPE_LIST: case NODE_TYPE_MAP:
    case NODE_TYPE_RECORD: case NODE_FIELD: case NODE_TYPE_OPTIONAL: case NODE_TYPE_UNION:
    case NODE_TYPE_DEPLOY: case NODE_TYPE_SSM: case NODE_CHECK: case NODE_ASSERT:
    case NODE_WITH: case NODE_FILE: case NODE_KIND_COUNT: return NULL;
    }
    return NULL;
}

struct walk {
    void (*visit)(struct node *child, void *context);
    void *context;
};

static void each_one(const struct walk *walk, struct node *node) {
    if (node) walk->visit(node, walk->context);
}

static void each_of(const struct walk *walk, struct list list) {
    for (struct node *node = list.first, *next; node; node = next) {
        next = node->next;
        walk->visit(node, walk->context);
    }
}

static void each_of_type(const struct walk *walk, struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_TYPE_NAME: each_of(walk, type_name_members(node)); break;
    case NODE_TYPE_LITERAL: each_one(walk, node->type_literal.literal); break;
    case NODE_TYPE_LIST: each_one(walk, node->type_list.element); break;
    case NODE_TYPE_MAP: each_one(walk, node->type_map.element); break;
    case NODE_TYPE_RECORD: each_of(walk, node->type_record.fields); break;
    case NODE_TYPE_OPTIONAL: each_one(walk, node->type_optional.inner); break;
    case NODE_TYPE_UNION: each_of(walk, node->type_union.members); break;
    case NODE_TYPE_DEPLOY: each_one(walk, node->type_deploy.inner); break;
    case NODE_TYPE_SSM: each_one(walk, node->type_ssm.inner); break;
    default: break; /* only the kinds above come here */
    }
}

static void each_of_unit(const struct walk *walk, struct node *node) {
    each_one(walk, node->unit.type);
    each_one(walk, node->unit.home);
    each_of(walk, node->unit.header->generators);
    each_one(walk, node->unit.header->condition);
    each_one(walk, node->unit.body);
}

static void each_of_fn(const struct walk *walk, struct node *node) {
    each_of(walk, node->fn.parameters);
    each_one(walk, node->fn.result);
    each_of(walk, node->fn.lets);
    each_one(walk, node->fn.value);
}

static void each_of_region(const struct walk *walk, struct node *node) {
    each_of(walk, node->region.names);
    each_one(walk, node->region.region);
    each_one(walk, node->region.over);
    each_one(walk, node->region.body);
}

void node_each_child(struct node *node, void (*visit)(struct node *child, void *context),
                     void *context) {
    const struct walk walk = {visit, context};
    switch ((enum node_kind)node->kind) {
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_TEXT: case NODE_AWS_TYPE: case NODE_ERROR: case NODE_KIND_COUNT: break;
    case NODE_TEMPLATE: each_of(&walk, node->template.parts); break;
    case NODE_LIST: each_of(&walk, node->list.elements); break;
    case NODE_RECORD: each_of(&walk, node->record.entries); break;
    case NODE_SPREAD: each_one(&walk, node->spread.value); break;
    case NODE_LIST_FOR:
    case NODE_MAP_FOR:
        each_of(&walk, node->comprehension.generators);
        each_one(&walk, node->comprehension.key);
        each_one(&walk, node->comprehension.value);
        break;
    case NODE_GENERATOR: each_one(&walk, node->generator.over); break;
    case NODE_FILTER: each_one(&walk, node->filter.condition); break;
    case NODE_UNARY: each_one(&walk, node->unary.operand); break;
    case NODE_BINARY:
        each_one(&walk, node->binary.left);
        each_one(&walk, node->binary.right);
        break;
    case NODE_CONDITIONAL:
        each_one(&walk, node->conditional.condition);
        each_one(&walk, node->conditional.then);
        each_one(&walk, node->conditional.otherwise);
        break;
    case NODE_MEMBER: each_one(&walk, node->member.object); break;
    case NODE_INDEX:
        each_one(&walk, node->index.object);
        each_one(&walk, node->index.index);
        break;
    case NODE_CALL:
        each_one(&walk, node->call.callee);
        each_of(&walk, node->call.arguments);
        break;
    case NODE_ARGUMENT: each_one(&walk, node->argument.value); break;
    case NODE_PAREN: each_one(&walk, node->paren.inner); break;
    case NODE_ENTRY:
        if (!node->entry.key) each_one(&walk, node->entry.computed);
        each_one(&walk, node->entry.value);
        break;
    case NODE_IF:
        each_one(&walk, node->branch.condition);
        each_one(&walk, node->branch.then);
        each_one(&walk, node->branch.otherwise);
        break;
    case NODE_FOR:
        each_of(&walk, node->loop.generators);
        each_one(&walk, node->loop.body);
        break;
    case NODE_BLOCK: each_of(&walk, node->block.items); break;
    case NODE_TYPE_NAME: case NODE_TYPE_LITERAL: case NODE_TYPE_LIST: case NODE_TYPE_MAP:
    case NODE_TYPE_RECORD: case NODE_TYPE_OPTIONAL: case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY:
    case NODE_TYPE_SSM: each_of_type(&walk, node); break;
    case NODE_FIELD:
        each_one(&walk, node->field.type);
        each_one(&walk, field_initial(node));
        break;
    case NODE_IMPORT:
        each_of(&walk, node->import.path);
        each_one(&walk, node->import.file);
        each_of(&walk, node->import.names);
        break;
    case NODE_PARAM:
        each_one(&walk, node->param.type);
        each_one(&walk, node->param.initial);
        each_of(&walk, node->param.checks);
        break;
    case NODE_CHECK:
        each_one(&walk, node->check.condition);
        each_one(&walk, node->check.message);
        break;
    case NODE_LET:
        each_one(&walk, declared_type(node));
        each_one(&walk, node->let.value);
        break;
    case NODE_FN: each_of_fn(&walk, node); break;
    case NODE_TYPE:
        each_one(&walk, node->type.type);
        each_of(&walk, node->type.checks);
        break;
    case NODE_COMPONENT: each_one(&walk, node->component.body); break;
    case NODE_PROJECT: each_one(&walk, node->project.body); break;
    case NODE_REGION: each_of_region(&walk, node); break;
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE:
    case NODE_ACTION: each_of_unit(&walk, node); break;
    case NODE_OUTPUT:
        each_one(&walk, declared_type(node));
        each_one(&walk, node->output.value);
        break;
    case NODE_ASSERT:
        each_one(&walk, node->assertion.condition);
        each_one(&walk, node->assertion.message);
        each_one(&walk, node->assertion.warning);
        break;
    case NODE_TEST:
    case NODE_POLICY:
        each_one(&walk, node->test.title);
        each_one(&walk, node->test.body);
        break;
    case NODE_WITH: each_one(&walk, node->with.record); break;
    case NODE_FILE: each_of(&walk, node->file.items); break;
    }
}

const char *operator_text(enum operator_kind op) {
    switch (op) {
    case OPERATOR_OR: return "||";
    case OPERATOR_AND: return "&&";
    case OPERATOR_EQUAL: return "==";
    case OPERATOR_NOT_EQUAL: return "!=";
    case OPERATOR_LESS: return "<";
    case OPERATOR_LESS_EQUAL: return "<=";
    case OPERATOR_GREATER: return ">";
    case OPERATOR_GREATER_EQUAL: return ">=";
    case OPERATOR_IN: return "in";
    case OPERATOR_DEFAULT: return "??";
    case OPERATOR_RANGE: return "..";
    case OPERATOR_ADD: return "+";
    case OPERATOR_SUBTRACT: return "-";
    case OPERATOR_MULTIPLY: return "*";
    case OPERATOR_DIVIDE: return "/";
    case OPERATOR_REMAINDER: return "%";
    case OPERATOR_NOT: return "!";
    case OPERATOR_NEGATE: return "-";
    }
    return "";
}
