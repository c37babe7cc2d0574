/* The type and phase of symbols, found when they are first asked for. */
#include "checker/typing.h"

/* of expressions waiting for each other; the evaluator's is its own */
enum { DEPTH_CEILING = 3000 };

/* --- the context of a symbol that is settled from somewhere else --- */

struct context {
    struct flow *flow;
    const struct region_block *block;
    bool may_env, wants_secret;
};

static struct context context_enter(struct checker *checker) {
    struct context context = {checker->flow, checker->block, checker->may_env,
                              checker->wants_secret};
    checker->flow = NULL;
    checker->may_env = checker->wants_secret = false;
    return context;
}

static void context_leave(struct checker *checker, struct context context) {
    checker->flow = context.flow;
    checker->block = context.block;
    checker->may_env = context.may_env;
    checker->wants_secret = context.wants_secret;
}

/* --- cycles --- */

static enum diagnostic_id cycle_id(const struct symbol *symbol) {
    if (symbol->kind == SYMBOL_FN) return DIAGNOSTIC_RECURSIVE_FUNCTION;
    return symbol->kind == SYMBOL_TYPE ? DIAGNOSTIC_RECURSIVE_TYPE : DIAGNOSTIC_DEPENDENCY_CYCLE;
}

/* In the order in which one needs the next. */
static void note_cycle(struct checker *checker, struct diagnostic *d, struct active *active,
                       const struct symbol *first) {
    if (!active || active->symbol == first) return;
    note_cycle(checker, d, active->outer, first);
    active->symbol->is_in_cycle = true;
    add_note(checker, d, symbol_span(active->symbol), "by way of %s \"%.*s\"",
             symbol_word(active->symbol), NAME_ARGS(active->symbol->name));
}

static void report_cycle(struct checker *checker, struct symbol *symbol) {
    enum diagnostic_id id = cycle_id(symbol);
    struct diagnostic *d;
    bool direct = checker->active->symbol == symbol;
    if (symbol->is_in_cycle) return;
    symbol->is_in_cycle = true;
    if (id == DIAGNOSTIC_RECURSIVE_FUNCTION) {
        symbol->declaration->flags |= NODE_BAD; /* calls of it are not carried out */
        d = complain_at(checker, id, symbol_span(symbol), "function \"%.*s\" calls itself",
                        NAME_ARGS(symbol->name));
        add_hint(checker, d, "A program's end must be certain, so functions do not recur; use a "
                 "comprehension over a list or a range.");
    } else if (id == DIAGNOSTIC_RECURSIVE_TYPE) {
        d = complain_at(checker, id, symbol_span(symbol), "type \"%.*s\" contains itself",
                        NAME_ARGS(symbol->name));
        add_hint(checker, d, "Use json where the depth of the data is open.");
    } else {
        d = complain_at(checker, id, symbol_span(symbol), "%s \"%.*s\" depends on itself",
                        symbol_word(symbol), NAME_ARGS(symbol->name));
    }
    if (!direct) note_cycle(checker, d, checker->active, symbol);
}

/* --- one kind after the other --- */

static bool in_root(const struct symbol *symbol) { return symbol->scope->module->index == 0; }

static void settle_param(struct checker *checker, struct symbol *symbol) {
    struct node *type = symbol->declaration->param.type;
    bool root = symbol->scope->kind == SCOPE_FILE && in_root(symbol);
    if (symbol->is_deploy) {
        annotation_deploy(checker, symbol, type);
        symbol->phase = PHASE_DEFERRED;
        return;
    }
    symbol->type = annotation(checker, type);
    symbol->phase = root ? PHASE_KNOWN : PHASE_EITHER;
}

static void settle_value(struct checker *checker, struct symbol *symbol, struct node *type,
                         struct node *value) {
    struct fact fact;
    if (!value) return;
    if (type) {
        symbol->type = annotation(checker, type);
        struct wanted wanted = {.type = symbol->type,
                                .word = symbol->kind == SYMBOL_FN ? "the result of function"
                                                                  : symbol_word(symbol),
                                .name = name_text(symbol->name),
                                .declared = type->span};
        fact = expect(checker, value, &wanted);
    } else {
        fact = infer(checker, value);
        symbol->type = fact.type;
    }
    symbol->phase = (uint8_t)fact.phase;
    if (fact.by) map_put(&checker->causes, symbol, (void *)fact.by);
}

struct fact symbol_fact(struct checker *checker, struct symbol *symbol, const struct node *node) {
    struct fact fact = {symbol_value_type(checker, symbol), symbol->phase, NULL};
    if (symbol->phase != PHASE_DEFERRED) return fact;
    const struct node *cause = map_find(&checker->causes, symbol);
    fact.by = cause ? cause : node;
    return fact;
}

static void settle_local(struct checker *checker, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    symbol->phase = PHASE_EITHER;
    if (node->kind == NODE_GENERATOR) {
        generator_infer(checker, node);
    } else if (node->kind == NODE_FIELD) {
        symbol->type = annotation(checker, node->field.type);
        if (!field_initial(node)) return;
        struct wanted wanted = {.type = symbol->type, .word = "parameter",
                                .name = name_text(symbol->name)};
        expect(checker, field_initial(node), &wanted);
    }
}

static void settle_type(struct checker *checker, struct symbol *symbol) {
    const struct type *base = annotation(checker, symbol->declaration->type.type);
    symbol->type = base->kind == TYPE_ERROR ? base : type_named(checker, symbol, base);
}

static void settle_fn(struct checker *checker, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    const struct map *values = &node->fn.scope->values;
    for (uint32_t i = 0; i < values->count; i++) symbol_settle(checker, values->entries[i].value);
    settle_value(checker, symbol, node->fn.result, node->fn.value);
    if (symbol->phase == PHASE_KNOWN && node->fn.parameters.first) symbol->phase = PHASE_EITHER;
}

static void settle_kind(struct checker *checker, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    switch ((enum symbol_kind)symbol->kind) {
    case SYMBOL_PARAM: settle_param(checker, symbol); break;
    case SYMBOL_LET: settle_value(checker, symbol, declared_type(node), node->let.value); break;
    case SYMBOL_OUTPUT:
        settle_value(checker, symbol, declared_type(node), node->output.value);
        break;
    case SYMBOL_LOCAL: settle_local(checker, symbol); break;
    case SYMBOL_REGION: symbol->type = type_of_symbol(checker, TYPE_REGION, symbol); break;
    case SYMBOL_STACK: symbol->type = type_of_symbol(checker, TYPE_STACK, symbol); break;
    case SYMBOL_RESOURCE: symbol->type = annotation_resource(checker, node->unit.type); break;
    case SYMBOL_PIPELINE: symbol->type = pipeline_type(checker); break;
    case SYMBOL_STAGE: symbol->type = type_of_symbol(checker, TYPE_STAGE, symbol); break;
    case SYMBOL_ACTION: symbol->type = action_type(checker, node->unit.type); break;
    case SYMBOL_FN: settle_fn(checker, symbol); break;
    case SYMBOL_TYPE: settle_type(checker, symbol); break;
    case SYMBOL_COMPONENT: case SYMBOL_MODULE: break;
    case SYMBOL_HERE: symbol->type = &type_region; break;
    case SYMBOL_ACCOUNT: case SYMBOL_PARTITION: symbol->type = &type_string; break;
    case SYMBOL_STACKS: symbol->type = &type_json; break;
    case SYMBOL_DIAGNOSTICS: symbol->type = diagnostics_type(checker); break;
    }
}

static const struct region_block *block_around(struct checker *checker, struct scope *scope) {
    struct scope *region = scope_of_kind(scope, NODE_REGION);
    return region ? map_find(&checker->blocks, region->owner) : NULL;
}

void symbol_settle(struct checker *checker, struct symbol *symbol) {
    if (symbol->state == STATE_DONE) return;
    if (symbol->state == STATE_WORKING) {
        report_cycle(checker, symbol);
        if (!symbol->type) symbol->type = &type_error;
        return;
    }
    if (checker->depth > DEPTH_CEILING) return; /* so deep a chain: the evaluator says so */
    struct active active = {checker->active, symbol};
    struct context context = context_enter(checker);
    checker->block = symbol->scope ? block_around(checker, symbol->scope) : NULL;
    checker->active = &active;
    checker->depth += 3;
    symbol->state = STATE_WORKING;
    settle_kind(checker, symbol);
    if (!symbol->type) symbol->type = &type_error;
    symbol->state = STATE_DONE;
    checker->depth -= 3;
    checker->active = active.outer;
    context_leave(checker, context);
}

void fn_settle(struct checker *checker, struct symbol *symbol) { symbol_settle(checker, symbol); }

const struct type *symbol_value_type(struct checker *checker, struct symbol *symbol) {
    const struct type *type = symbol->type ? symbol->type : &type_error;
    if (type->kind == TYPE_ERROR) return type;
    if (symbol->is_group) return type_map(checker, type);
    return symbol->is_optional ? type_optional(checker, type) : type;
}
