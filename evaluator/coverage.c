/* Which declarations and branches of a program were reached while it was evaluated. */
#include "evaluator/internal.h"

struct gathering {
    struct coverage *coverage;
    struct program *program;
    bool counts; /* this walk only counts */
};

static void add_point(struct gathering *gathering, const struct node *node, struct span span,
                      const char *word, const struct name *name) {
    struct coverage *coverage = gathering->coverage;
    uint32_t index = coverage->count++;
    if (gathering->counts) return;
    coverage->points[index] = (struct cover_point){
        .span = span, .word = word, .name = name ? name_text(name) : (struct text){"", 0}};
    map_put(&coverage->index, node, &coverage->points[index]);
}

static void add_declaration(struct gathering *gathering, struct node *node) {
    struct declaration *head = node_declaration(node);
    if (node->flags & NODE_BAD) return;
    /* a further block of a region declares nothing itself */
    if (node->kind == NODE_REGION && !node->region.region && !node->region.over) return;
    if (head && !head->name.name) return;
    struct span span = head ? written_span(node, head->name) : node->span;
    add_point(gathering, node, span, node_word(node->kind), head ? head->name.name : NULL);
}

static void add_arm(struct gathering *gathering, struct node *arm, const char *word) {
    if (arm && arm->kind != NODE_IF) add_point(gathering, arm, arm->span, word, NULL);
}

static void visit(struct node *node, void *context) {
    struct gathering *gathering = context;
    switch ((enum node_kind)node->kind) {
    case NODE_TEST: case NODE_POLICY: case NODE_IMPORT: case NODE_TYPE: case NODE_PROJECT: return;
    case NODE_PARAM: case NODE_LET: case NODE_FN: case NODE_COMPONENT: case NODE_REGION:
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_ACTION: case NODE_OUTPUT:
    case NODE_ASSERT:
        add_declaration(gathering, node);
        break;
    case NODE_CONDITIONAL:
        add_arm(gathering, node->conditional.then, "branch");
        add_arm(gathering, node->conditional.otherwise, "branch");
        break;
    case NODE_IF:
        add_arm(gathering, node->branch.then, "branch");
        add_arm(gathering, node->branch.otherwise, "branch");
        break;
    case NODE_FOR: add_arm(gathering, node->loop.body, "loop"); break;
    case NODE_LIST_FOR: case NODE_MAP_FOR:
        add_arm(gathering, node->comprehension.value, "loop");
        break;
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL: case NODE_TEXT:
    case NODE_TEMPLATE: case NODE_AWS_TYPE: case NODE_LIST: case NODE_RECORD: case NODE_SPREAD:
    case NODE_GENERATOR: case NODE_FILTER: case NODE_UNARY: case NODE_BINARY: case NODE_MEMBER:
    case NODE_INDEX: case NODE_CALL: case NODE_ARGUMENT: case NODE_PAREN: case NODE_ERROR:
    case NODE_ENTRY: case NODE_BLOCK: case NODE_TYPE_NAME: case NODE_TYPE_LITERAL:
    case NODE_TYPE_LIST: case NODE_TYPE_MAP: case NODE_TYPE_RECORD: case NODE_FIELD:
    case NODE_TYPE_OPTIONAL: case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY: case NODE_TYPE_SSM:
    case NODE_CHECK: case NODE_STAGE: case NODE_WITH: case NODE_FILE: case NODE_KIND_COUNT:
        break;
    }
    node_each_child(node, visit, context);
}

static void gather(struct gathering *gathering) {
    gathering->coverage->count = 0;
    for (uint32_t i = 0; i < gathering->program->module_count; i++) {
        const struct module *module = gathering->program->modules[i];
        if (!module->is_std && !module->is_tests) visit(module->parse.file, gathering);
    }
}

void coverage_init(struct coverage *coverage, struct program *program) {
    struct gathering gathering = {coverage, program, true};
    map_init(&coverage->index, program->arena);
    gather(&gathering);
    coverage->points = arena_array(program->arena, coverage->count, sizeof *coverage->points);
    gathering.counts = false;
    gather(&gathering);
}

void cover_reach(struct evaluator *ev, const struct node *node) {
    struct cover_point *point = map_find(&ev->coverage->index, node);
    if (point) point->is_reached = true;
}
