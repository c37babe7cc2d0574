/* Scopes and symbols: making them, and finding a name from where it is written. */
#include "checker/checker.h"

enum { SUGGESTIONS = 200 }; /* so many messages get a name that may have been meant */

struct scope *scope_new(struct checker *checker, enum scope_kind kind, struct scope *parent,
                        struct node *owner) {
    bool is_block = kind == SCOPE_FILE || kind == SCOPE_BLOCK;
    struct scope *scope = arena_alloc(checker->arena, is_block ? sizeof *scope
                                                               : offsetof(struct scope, functions));
    scope->kind = kind;
    scope->parent = parent;
    scope->owner = owner;
    scope->module = parent ? parent->module : NULL;
    map_init(&scope->values, checker->arena);
    if (!is_block) return scope;
    map_init(&scope->functions, checker->arena);
    map_init(&scope->types, checker->arena);
    map_init(&scope->outputs, checker->arena);
    return scope;
}

struct symbol *symbol_new(struct checker *checker, enum symbol_kind kind, const struct name *name,
                          struct node *declaration) {
    bool is_large = kind == SYMBOL_REGION || kind == SYMBOL_PARAM || kind == SYMBOL_MODULE;
    struct symbol *symbol = arena_alloc(checker->arena, is_large ? sizeof *symbol
                                                                 : offsetof(struct symbol, region));
    symbol->kind = kind;
    symbol->name = name;
    symbol->declaration = declaration;
    return symbol;
}

void scope_slot(struct scope *scope, struct symbol *symbol) {
    symbol->slot = scope->slot_count++;
    symbol->has_slot = true;
}

struct span symbol_span(const struct symbol *symbol) {
    struct node *node = symbol->declaration;
    struct declaration *head = node_declaration(node);
    if (head && head->name.name == symbol->name) return written_span(node, head->name);
    return node->span;
}

const char *symbol_word(const struct symbol *symbol) {
    switch ((enum symbol_kind)symbol->kind) {
    case SYMBOL_PARAM: return "param";
    case SYMBOL_LET: return "let";
    case SYMBOL_OUTPUT: return "output";
    case SYMBOL_LOCAL: return "variable";
    case SYMBOL_REGION: return "region";
    case SYMBOL_STACK: return "stack";
    case SYMBOL_RESOURCE: return "resource";
    case SYMBOL_PIPELINE: return "pipeline";
    case SYMBOL_STAGE: return "stage";
    case SYMBOL_ACTION: return "action";
    case SYMBOL_FN: return "function";
    case SYMBOL_TYPE: return "type";
    case SYMBOL_COMPONENT: return "component";
    case SYMBOL_MODULE: return "import";
    case SYMBOL_HERE: case SYMBOL_ACCOUNT: case SYMBOL_PARTITION: case SYMBOL_STACKS:
    case SYMBOL_DIAGNOSTICS:
        return "built-in value";
    }
    return "name";
}

bool symbol_is_public(const struct symbol *symbol) {
    return symbol->name->length == 0 || symbol->name->bytes[0] != '_';
}

void scope_declare(struct checker *checker, struct scope *scope, struct map *map,
                   struct symbol *symbol, struct span span) {
    if (!symbol->name) return;
    symbol->scope = scope;
    struct symbol *first = map_find(map, symbol->name);
    if (first) {
        if (symbol->declaration) symbol->declaration->flags |= NODE_BAD;
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_DUPLICATE_NAME, span,
                                           "%s \"%.*s\" is declared a second time",
                                           symbol_word(symbol), NAME_ARGS(symbol->name));
        if (first->declaration) {
            add_note(checker, d, symbol_span(first), "%s \"%.*s\" is first declared here",
                     symbol_word(first), NAME_ARGS(first->name));
        }
        return;
    }
    map_put(map, symbol->name, symbol);
}

const struct map *scope_map(const struct scope *scope, enum space space) {
    static const struct map none;
    if (space != SPACE_VALUES && scope->kind > SCOPE_BLOCK) return &none;
    switch (space) {
    case SPACE_VALUES: return &scope->values;
    case SPACE_FUNCTIONS: return &scope->functions;
    case SPACE_TYPES: return &scope->types;
    }
    return &scope->values;
}

struct scope *scope_of_kind(struct scope *scope, enum node_kind kind) {
    for (; scope; scope = scope->parent) {
        if (scope->owner && scope->owner->kind == kind) return scope;
    }
    return NULL;
}

/* --- regions and pipelines: names that are seen though no scope around holds them --- */

static const struct region_block *block_of(const struct program *program, const struct node *node) {
    return map_find(&program->checker->blocks, node);
}

static struct symbol *region_names_find(struct checker *checker, const struct symbol *region,
                                        const struct name *name) {
    struct map *names = map_find(&checker->regions, region);
    return names ? map_find(names, name) : NULL;
}

struct symbol *program_region_find(const struct program *program, const struct symbol *region,
                                   const struct name *name) {
    return region_names_find(program->checker, region, name);
}

/* A name of another block of the regions in which this block lands: all of them must have it. */
static struct symbol *block_sibling(struct checker *checker, const struct region_block *block,
                                    const struct name *name) {
    struct symbol *first = NULL;
    for (uint32_t i = 0; i < block->region_count; i++) {
        struct symbol *symbol = region_names_find(checker, block->regions[i], name);
        if (!symbol) return NULL;
        if (!first) first = symbol;
    }
    return first;
}

/* The region a pipeline lives in, where the program says so plainly: a name, or a group's
 * element. */
static struct symbol *home_region(const struct node *home) {
    while (home && home->kind == NODE_PAREN) home = home->paren.inner;
    if (home && home->kind == NODE_INDEX) home = home->index.object;
    if (!home || home->kind != NODE_NAME || !node_symbol(home)) return NULL;
    return node_symbol(home)->kind == SYMBOL_REGION ? node_symbol(home) : NULL;
}

static void gather_actions(struct map *actions, const struct node *item);

static void gather_branch(struct map *actions, const struct node *node) {
    if (!node) return;
    if (node->kind == NODE_BLOCK) gather_actions(actions, node->block.items.first);
    if (node->kind != NODE_IF) return;
    gather_branch(actions, node->branch.then);
    gather_branch(actions, node->branch.otherwise);
}

/* Actions of stages: seen in the whole pipeline, unless their stage is a group. */
static void gather_actions(struct map *actions, const struct node *item) {
    for (; item; item = item->next) {
        if (item->kind == NODE_ACTION) {
            struct symbol *symbol = item->declaration.symbol;
            if (symbol && symbol->name && !map_find(actions, symbol->name)) {
                map_put(actions, symbol->name, symbol);
            }
        } else if (item->kind == NODE_STAGE && !item->unit.header->generators.first) {
            gather_actions(actions, item->unit.body->block.items.first);
        } else if (item->kind == NODE_IF) {
            gather_branch(actions, item);
        }
    }
}

static struct symbol *pipeline_action(struct checker *checker, const struct node *pipeline,
                                      const struct name *name) {
    struct map *actions = map_find(&checker->actions, pipeline);
    if (!actions) {
        actions = ARENA_NEW(checker->arena, struct map);
        map_init(actions, checker->arena);
        map_put(&checker->actions, pipeline, actions);
        gather_actions(actions, pipeline->unit.body->block.items.first);
    }
    return map_find(actions, name);
}

static struct symbol *pipeline_name(struct checker *checker, const struct node *pipeline,
                                    const struct name *name) {
    struct symbol *symbol = pipeline_action(checker, pipeline, name);
    if (symbol && symbol->declaration != checker->hidden) return symbol;
    struct symbol *region = home_region(pipeline->unit.home);
    return region ? region_names_find(checker, region, name) : NULL;
}

/* Where a scope belongs to a region or pipeline: what else is seen there. */
static struct symbol *scope_beside(struct checker *checker, struct scope *scope,
                                   const struct name *name) {
    if (!scope->owner || scope->kind != SCOPE_BLOCK) return NULL;
    if (scope->owner->kind == NODE_PIPELINE) return pipeline_name(checker, scope->owner, name);
    if (scope->owner->kind != NODE_REGION) return NULL;
    const struct region_block *block = block_of(checker->program, scope->owner);
    return block ? block_sibling(checker, block, name) : NULL;
}

static struct found found_in(struct scope *scope, struct symbol *symbol, uint32_t hops) {
    struct found found = {symbol, hops};
    symbol->is_used = true;
    if (scope->kind == SCOPE_FILE && symbol->scope != scope) {
        struct binding *binding = map_find(&scope->module->bindings, symbol->name);
        if (binding) binding->is_used = true;
        found.hops = HOPS_MODULE;
    }
    return found;
}

struct found scope_find(struct checker *checker, struct scope *scope, const struct name *name,
                        enum space space) {
    uint32_t hops = 0;
    for (; scope; scope = scope->parent, hops++) {
        struct symbol *symbol = map_find(scope_map(scope, space), name);
        if (symbol && (!checker->hidden || symbol->declaration != checker->hidden)) {
            if (scope == checker->program->universe) return (struct found){symbol, 0};
            return found_in(scope, symbol, hops);
        }
        symbol = space == SPACE_VALUES ? scope_beside(checker, scope, name) : NULL;
        if (symbol) {
            symbol->is_used = true;
            return (struct found){symbol, HOPS_REGION};
        }
    }
    return (struct found){NULL, 0};
}

static void suggest_map(const struct map *map, struct suggestion *suggestion) {
    for (uint32_t i = 0; i < map->count; i++) {
        suggestion_offer(suggestion, name_text(map->entries[i].key));
    }
}

static void suggest_beside(struct checker *checker, struct scope *scope,
                           struct suggestion *suggestion) {
    const struct node *owner = scope->owner;
    struct symbol *region = NULL;
    if (!owner || scope->kind != SCOPE_BLOCK) return;
    if (owner->kind == NODE_PIPELINE) region = home_region(owner->unit.home);
    const struct region_block *block =
        owner->kind == NODE_REGION ? block_of(checker->program, owner) : NULL;
    if (block && block->region_count) region = block->regions[0];
    struct map *names = region ? map_find(&checker->regions, region) : NULL;
    if (names) suggest_map(names, suggestion);
}

void scope_suggest(struct checker *checker, struct scope *scope, enum space space,
                   struct suggestion *suggestion) {
    if (checker->diagnostics->count > SUGGESTIONS) return;
    for (; scope; scope = scope->parent) {
        suggest_map(scope_map(scope, space), suggestion);
        if (space == SPACE_VALUES) suggest_beside(checker, scope, suggestion);
    }
}
