/* Second walk: a scope for each block, a symbol for each declaration, and declarations that stand
 * where they mean nothing. Loop variables, parameters and `it` come later, in resolve.c: they are
 * seen only by what follows them.
 */

#include "checker/checker.h"
#include "evaluator/builtin.h"

struct where {
    struct scope *scope;
    enum site site;
    bool is_nested; /* in an `if` or `for` block */
};

static void declare_items(struct checker *checker, struct list items, struct where where);

/* --- what may stand where --- */

#define AT(site) (1u << SITE_##site)
#define AT_RESOURCES (AT(FILE) | AT(COMPONENT) | AT(REGION) | AT(STACK))
#define AT_ALL (AT(ROOT) | AT_RESOURCES | AT(PIPELINE) | AT(STAGE) | AT(TEST) | AT(POLICY))

static unsigned places_of(enum node_kind kind) {
    switch ((int)kind) {
    case NODE_IMPORT: case NODE_TYPE: return AT(ROOT) | AT(FILE) | AT(TESTS);
    case NODE_COMPONENT: case NODE_POLICY: return AT(ROOT) | AT(FILE);
    case NODE_PROJECT: case NODE_REGION: case NODE_PIPELINE: return AT(ROOT);
    case NODE_TEST: return AT(ROOT) | AT(FILE) | AT(TESTS);
    case NODE_LET: case NODE_FN: return AT_ALL | AT(TESTS);
    case NODE_PARAM: return AT(ROOT) | AT(FILE) | AT(COMPONENT);
    case NODE_STACK: return AT(REGION);
    case NODE_RESOURCE: return AT_RESOURCES;
    case NODE_STAGE: return AT(PIPELINE);
    case NODE_ACTION: return AT(STAGE);
    case NODE_OUTPUT: return AT(ROOT) | AT_RESOURCES;
    case NODE_WITH: return AT(TEST);
    case NODE_ENTRY: return AT(REGION) | AT(STACK) | AT(PIPELINE) | AT(STAGE) | AT(POLICY);
    }
    return AT_ALL;
}

static bool stands_outside_blocks(enum node_kind kind) {
    return kind == NODE_IMPORT || kind == NODE_PARAM || kind == NODE_TYPE ||
           kind == NODE_COMPONENT || kind == NODE_PROJECT || kind == NODE_REGION ||
           kind == NODE_TEST || kind == NODE_POLICY || kind == NODE_PIPELINE || kind == NODE_WITH;
}

static const char *site_words(enum site site) {
    switch (site) {
    case SITE_ROOT: return "outside of any region";
    case SITE_FILE: return "in an imported file";
    case SITE_TESTS: return "in a file of tests";
    case SITE_COMPONENT: return "in a component";
    case SITE_REGION: return "in a region";
    case SITE_STACK: return "in a stack";
    case SITE_PIPELINE: return "in a pipeline";
    case SITE_STAGE: return "in a stage";
    case SITE_TEST: return "in a test";
    case SITE_POLICY: return "in a policy";
    }
    return "here";
}

static const char *place_hint(enum node_kind kind, enum site site) {
    switch ((int)kind) {
    case NODE_RESOURCE: case NODE_STACK:
        if (site == SITE_ROOT) {
            return "Put it into the block of a region: region east \"us-east-1\" { ... }.";
        }
        return "Resources stand in regions, stacks and components.";
    case NODE_IMPORT: return "Imports stand at the top of a file.";
    case NODE_PARAM: return "Params stand at the top of a file or of a component.";
    case NODE_TYPE: return "Types are declared at the top of a file.";
    case NODE_COMPONENT: return "Components are declared at the top of a file.";
    case NODE_PROJECT: return "The project stands once, at the top of the root file.";
    case NODE_REGION: return "Regions are declared at the top of the root file.";
    case NODE_PIPELINE: return "Pipelines are declared at the top of the root file.";
    case NODE_TEST: case NODE_POLICY: return "Tests and policies stand at the top of a file.";
    case NODE_STAGE: return "Stages stand in pipelines.";
    case NODE_ACTION: return "Actions stand in the stages of pipelines.";
    case NODE_OUTPUT: return "Outputs stand in files, components, regions and stacks.";
    case NODE_WITH: return "A test begins with its inputs: test \"...\" { with { ... } ... }.";
    case NODE_ENTRY:
        return "To name a value, write \"let\" before it; properties stand in the braces of a "
               "resource.";
    }
    return "";
}

static const char *item_word(const struct node *node) {
    return node->kind == NODE_WITH ? "\"with\"" : node_word(node->kind);
}

/* The head of the declaration: what a message about it underlines. */
static struct span head_span(struct node *node) {
    struct declaration *head = node_declaration(node);
    if (node->kind == NODE_ENTRY) return node_place(node);
    if (head && head->name.name) {
        return (struct span){node->span.source, node->span.start, head->name.end};
    }
    struct span span = node->span;
    if (span.end > span.start + 4 && node->kind == NODE_WITH) span.end = span.start + 4;
    if (span.end > span.start + 7 && node->kind == NODE_PROJECT) span.end = span.start + 7;
    return span;
}

static void check_place(struct checker *checker, struct node *node, struct where where) {
    bool fits = (places_of(node->kind) & 1u << where.site) != 0;
    bool is_outside = stands_outside_blocks(node->kind) ||
                      (node->kind == NODE_ENTRY && where.site == SITE_POLICY);
    if (fits && !(where.is_nested && is_outside)) return;
    if (node->flags & NODE_BAD) return;
    if (where.scope->module->has_syntax_mistakes) {
        node->flags |= NODE_BAD; /* a brace or word that is missing may have put it here */
        return;
    }
    struct diagnostic *d;
    if (fits) {
        d = complain_at(checker, DIAGNOSTIC_MISPLACED_DECLARATION, head_span(node),
                        "%s stands in an \"if\" or \"for\" block", item_word(node));
    } else {
        d = complain_at(checker, DIAGNOSTIC_MISPLACED_DECLARATION, head_span(node),
                        "%s stands %s", item_word(node), site_words(where.site));
    }
    node->flags |= NODE_BAD;
    add_hint(checker, d, "%s", place_hint(node->kind, where.site));
}

/* --- built-in names --- */

static bool is_built_in_type(struct text name) {
    static const char *const names[] = {"string",       "int",    "number", "bool",
                                        "json",         "secret", "Region", "Artifact",
                                        "ResourceType", "Stack",  NULL};
    return text_is_one_of(name, names);
}

static void warn_shadow(struct checker *checker, struct scope *scope, struct map *map,
                        const struct symbol *symbol, struct span span) {
    struct text name = name_text(symbol->name);
    struct symbol *built_in = map_find(&checker->program->universe->values, symbol->name);
    bool hides = map == &scope->functions ? builtin_find(name) != NULL
               : map == &scope->types     ? is_built_in_type(name)
                                          : built_in != NULL;
    if (!hides || (map == &scope->values && built_in->kind >= SYMBOL_STACKS)) return;
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_HIDES_BUILT_IN, span,
                                       "%s \"%.*s\" hides what is built in under this name",
                                       symbol_word(symbol), TEXT_ARGS(name));
    add_hint(checker, d, "Choose another name.");
}

static struct symbol *declare(struct checker *checker, struct where where, struct node *node,
                              enum symbol_kind kind, struct map *map) {
    struct declaration *head = &node->declaration;
    struct symbol *symbol = symbol_new(checker, kind, head->name.name, node);
    struct span span = written_span(node, head->name);
    head->symbol = symbol;
    symbol->scope = where.scope;
    scope_declare(checker, where.scope, map, symbol, span);
    if (symbol->name && map != &where.scope->outputs) {
        warn_shadow(checker, where.scope, map, symbol, span);
    }
    return symbol;
}

static struct symbol *declare_value(struct checker *checker, struct where where,
                                    struct node *node, enum symbol_kind kind) {
    struct symbol *symbol = declare(checker, where, node, kind, &where.scope->values);
    scope_slot(where.scope, symbol);
    return symbol;
}

/* --- blocks --- */

static void declare_block(struct checker *checker, struct node *block, struct scope *around,
                          struct node *owner, enum site site, bool is_nested) {
    struct scope *scope = scope_new(checker, SCOPE_BLOCK, around, owner);
    block->block.scope = scope;
    declare_items(checker, block->block.items, (struct where){scope, site, is_nested});
}

static void declare_unit(struct checker *checker, struct where where, struct node *node,
                         enum symbol_kind kind, enum site inside) {
    struct symbol *symbol = declare_value(checker, where, node, kind);
    symbol->is_group = node->unit.header->generators.first != NULL;
    symbol->is_optional = node->unit.header->condition != NULL;
    struct scope *around = where.scope;
    if (symbol->is_group) {
        around = node->unit.header->scope = scope_new(checker, SCOPE_LOOP, around, node);
    }
    if (node->unit.body && node->unit.body->kind == NODE_BLOCK) {
        declare_block(checker, node->unit.body, around, node, inside, false);
    }
}

static void declare_branch(struct checker *checker, struct where where, struct node *node) {
    struct node *arms[2] = {node->branch.then, node->branch.otherwise};
    for (int i = 0; i < 2; i++) {
        if (!arms[i]) continue;
        if (arms[i]->kind == NODE_IF) declare_branch(checker, where, arms[i]);
        if (arms[i]->kind != NODE_BLOCK) continue;
        declare_block(checker, arms[i], where.scope, node, where.site, true);
    }
}

static void declare_loop(struct checker *checker, struct where where, struct node *node) {
    node->loop.scope = scope_new(checker, SCOPE_LOOP, where.scope, node);
    if (node->loop.body->kind == NODE_BLOCK) {
        declare_block(checker, node->loop.body, node->loop.scope, node, where.site, true);
    }
}

/* --- regions --- */

static void add_region_block(struct checker *checker, struct node *node) {
    struct program *program = checker->program;
    uint32_t count = program->region_block_count;
    if ((count & (count - 1)) == 0) { /* the room is a power of two: full */
        struct region_block *old = program->region_blocks;
        program->region_blocks = arena_array(checker->arena, count ? (size_t)count * 2 : 1,
                                             sizeof *old);
        if (count) memcpy(program->region_blocks, old, count * sizeof *old);
    }
    program->region_blocks[program->region_block_count++] = (struct region_block){.node = node};
}

static void declare_region(struct checker *checker, struct where where, struct node *node) {
    if (node->region.region || node->region.over) {
        struct symbol *symbol = declare_value(checker, where, node, SYMBOL_REGION);
        symbol->is_group = node->region.over != NULL;
        symbol->region = node;
        if (node->region.names.first) node_set_symbol(node->region.names.first, symbol);
    }
    if (where.site == SITE_ROOT && !where.is_nested) add_region_block(checker, node);
    declare_block(checker, node->region.body, where.scope, node, SITE_REGION, false);
}

/* --- declarations --- */

static void declare_component(struct checker *checker, struct where where, struct node *node) {
    declare(checker, where, node, SYMBOL_COMPONENT, &where.scope->types);
    declare_block(checker, node->component.body, where.scope, node, SITE_COMPONENT, false);
}

static void declare_project(struct checker *checker, struct where where, struct node *node) {
    struct program *program = checker->program;
    if (where.site != SITE_ROOT) return;
    if (!program->project) {
        program->project = node;
        return;
    }
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_DUPLICATE_NAME, head_span(node),
                                       "the project is declared a second time");
    add_note(checker, d, head_span(program->project), "it is first declared here");
}

static void declare_output(struct checker *checker, struct where where, struct node *node) {
    struct symbol *symbol = declare(checker, where, node, SYMBOL_OUTPUT, &where.scope->outputs);
    scope_slot(where.scope, symbol);
}

static void declare_fn(struct checker *checker, struct where where, struct node *node) {
    declare(checker, where, node, SYMBOL_FN, &where.scope->functions);
    node->fn.scope = scope_new(checker, SCOPE_FN, where.scope, node);
}

/* `with` comes first, once. */
static void declare_test_items(struct checker *checker, struct node *block) {
    struct node *first = block->block.items.first;
    for (struct node *item = first; item; item = item->next) {
        if (item->kind != NODE_WITH || item == first || item->flags & NODE_BAD) continue;
        struct diagnostic *d =
            complain_at(checker, DIAGNOSTIC_MISPLACED_DECLARATION, head_span(item),
                        "\"with\" is not the first in its test");
        item->flags |= NODE_BAD;
        add_hint(checker, d, "%s", place_hint(NODE_WITH, SITE_TEST));
    }
}

static size_t next_letter(struct text text, size_t at) {
    while (at < text.length && !(text.bytes[at] & 0x80) && !ascii_is_alphanumeric(text.bytes[at]))
        at++;
    return at;
}

/* Whether two titles have the same letters and digits: their snapshots would be one file. */
static bool is_same_title(const struct node *a, const struct node *b) {
    if (a->kind != NODE_TEXT || b->kind != NODE_TEXT) return false;
    struct text x = node_text(a), y = node_text(b);
    size_t i = next_letter(x, 0), j = next_letter(y, 0);
    while (i < x.length && j < y.length) {
        if (ascii_lower(x.bytes[i]) != ascii_lower(y.bytes[j])) return false;
        i = next_letter(x, i + 1);
        j = next_letter(y, j + 1);
    }
    return i >= x.length && j >= y.length;
}

static void check_title(struct checker *checker, struct node *node, const struct node *file) {
    if (file->kind != NODE_FILE) return;
    struct node *other = file->file.items.first;
    for (; other && other != node; other = other->next) {
        if (other->kind != NODE_TEST) continue;
        if (!is_same_title(other->test.title, node->test.title)) continue;
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_DUPLICATE_NAME,
                                           node->test.title->span, "two tests have this title");
        add_note(checker, d, other->test.title->span, "it is the title of this one already");
        return;
    }
}

static void declare_test(struct checker *checker, struct where where, struct node *node) {
    if (node->kind == NODE_TEST) check_title(checker, node, where.scope->owner);
    enum site inside = node->kind == NODE_TEST ? SITE_TEST : SITE_POLICY;
    declare_block(checker, node->test.body, where.scope, node, inside, false);
    if (node->kind == NODE_TEST) declare_test_items(checker, node->test.body);
}

static void declare_item(struct checker *checker, struct where where, struct node *node) {
    check_place(checker, node, where);
    switch ((int)node->kind) {
    case NODE_PARAM: {
        struct symbol *symbol = declare_value(checker, where, node, SYMBOL_PARAM);
        symbol->is_deploy = node->param.type && node->param.type->kind == NODE_TYPE_DEPLOY;
        break;
    }
    case NODE_LET: declare_value(checker, where, node, SYMBOL_LET); break;
    case NODE_FN: declare_fn(checker, where, node); break;
    case NODE_TYPE: declare(checker, where, node, SYMBOL_TYPE, &where.scope->types); break;
    case NODE_COMPONENT: declare_component(checker, where, node); break;
    case NODE_PROJECT: declare_project(checker, where, node); break;
    case NODE_REGION: declare_region(checker, where, node); break;
    case NODE_STACK: declare_unit(checker, where, node, SYMBOL_STACK, SITE_STACK); break;
    case NODE_RESOURCE: declare_unit(checker, where, node, SYMBOL_RESOURCE, where.site); break;
    case NODE_PIPELINE: declare_unit(checker, where, node, SYMBOL_PIPELINE, SITE_PIPELINE); break;
    case NODE_STAGE: declare_unit(checker, where, node, SYMBOL_STAGE, SITE_STAGE); break;
    case NODE_ACTION: declare_unit(checker, where, node, SYMBOL_ACTION, where.site); break;
    case NODE_OUTPUT: declare_output(checker, where, node); break;
    case NODE_TEST: case NODE_POLICY: declare_test(checker, where, node); break;
    case NODE_IF: declare_branch(checker, where, node); break;
    case NODE_FOR: declare_loop(checker, where, node); break;
    }
}

static void declare_items(struct checker *checker, struct list items, struct where where) {
    for (struct node *item = items.first; item; item = item->next) {
        declare_item(checker, where, item);
    }
}

void declare_module(struct checker *checker, struct module *module) {
    struct node *file = module->parse.file;
    struct program *program = checker->program;
    struct scope *around = module->is_tests ? program->modules[0]->scope : program->universe;
    struct scope *scope = scope_new(checker, SCOPE_FILE, around, file);
    scope->module = module;
    module->scope = file->file.scope = scope;
    enum site site = module->index == 0 ? SITE_ROOT : module->is_tests ? SITE_TESTS : SITE_FILE;
    declare_items(checker, file->file.items, (struct where){scope, site, false});
}

/* --- imports --- */

static void declare_unknown(struct checker *checker, struct scope *scope, struct node *name) {
    struct symbol *symbol = symbol_new(checker, SYMBOL_MODULE, node_name(name), name);
    symbol->scope = scope;
    symbol->is_used = true;
    if (!symbol->name) return;
    if (!map_find(&scope->values, symbol->name)) map_put(&scope->values, symbol->name, symbol);
    if (!map_find(&scope->functions, symbol->name)) {
        map_put(&scope->functions, symbol->name, symbol);
    }
    if (!map_find(&scope->types, symbol->name)) map_put(&scope->types, symbol->name, symbol);
}

static bool bind(struct checker *checker, struct scope *scope, struct map *into,
                 const struct map *from, struct node *node) {
    struct symbol *symbol = map_find(from, node_name(node));
    if (!symbol || (symbol->scope && symbol->scope->kind != SCOPE_FILE)) return false;
    struct symbol *first = map_find(into, node_name(node));
    if (first && first != symbol) {
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_DUPLICATE_NAME, node->span,
                                           "import \"%.*s\" is declared in this file as well",
                                           NAME_ARGS(node_name(node)));
        if (first->declaration) {
            add_note(checker, d, symbol_span(first), "%s \"%.*s\" is declared here",
                     symbol_word(first), NAME_ARGS(first->name));
        }
        return true;
    }
    struct binding *binding = ARENA_NEW(checker->arena, struct binding);
    binding->node = node;
    if (!map_find(&scope->module->bindings, node_name(node))) {
        map_put(&scope->module->bindings, node_name(node), binding);
    }
    map_put(into, node_name(node), symbol);
    return true;
}

static void unknown_import_name(struct checker *checker, struct scope *scope,
                                struct module *target, struct node *node) {
    struct suggestion near;
    suggestion_init(&near, name_text(node_name(node)));
    const struct map *maps[] = {&target->scope->values, &target->scope->functions,
                                &target->scope->types};
    static const enum space spaces[] = {SPACE_VALUES, SPACE_FUNCTIONS, SPACE_TYPES};
    for (int m = 0; m < 3; m++) {
        bool is_offered = library_offer(target, spaces[m], &near);
        for (uint32_t i = 0; !is_offered && i < maps[m]->count; i++) {
            struct symbol *symbol = maps[m]->entries[i].value;
            if (symbol_is_public(symbol)) suggestion_offer(&near, name_text(symbol->name));
        }
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_NAME, node,
                                    "file \"%.*s\" declares no \"%.*s\"",
                                    TEXT_ARGS(target->path), NAME_ARGS(node_name(node)));
    add_suggestion(checker, d, &near, node->span);
    declare_unknown(checker, scope, node);
}

static void report_private(struct checker *checker, struct module *target, struct node *node) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_PRIVATE_NAME, node,
                                    "\"%.*s\" is private to file \"%.*s\"",
                                    NAME_ARGS(node_name(node)), TEXT_ARGS(target->path));
    add_hint(checker, d, "Names that begin with \"_\" are seen in their own file only; rename it "
             "there to use it here.");
}

static void declare_import_name(struct checker *checker, struct scope *scope,
                                struct module *target, struct node *node) {
    if (!node_name(node)) return;
    if (!target) {
        declare_unknown(checker, scope, node);
        return;
    }
    bool any = bind(checker, scope, &scope->values, &target->scope->values, node);
    any |= bind(checker, scope, &scope->functions, &target->scope->functions, node);
    any |= bind(checker, scope, &scope->types, &target->scope->types, node);
    if (!any && library_has(target, node_name(node))) return; /* nothing that was read uses it */
    if (!any) unknown_import_name(checker, scope, target, node);
    else if (node_name(node)->bytes[0] == '_') report_private(checker, target, node);
}

/* Without an alias, the name is the file's, which may be no word. */
static bool is_word(const struct name *name) {
    for (uint32_t i = 0; i < name->length; i++) {
        char c = name->bytes[i];
        bool letter = ascii_is_letter(c) || c == '_';
        if (!letter && !(i > 0 && ascii_is_digit(c))) return false;
    }
    return name->length > 0;
}

static void declare_alias(struct checker *checker, struct scope *scope, struct module *target,
                          struct node *import) {
    struct declaration *head = &import->declaration;
    if (!head->name.name || !is_word(head->name.name)) {
        struct node *file = import->import.file;
        if (!file) return;
        struct diagnostic *d = complain(checker, DIAGNOSTIC_IMPORT_NEEDS_NAME, file,
                                        "this import needs a name");
        add_hint(checker, d, "The file's name is not one that can be written in a program; add "
                 "one: import \"%.*s\" as app.", TEXT_ARGS(node_text(file)));
        return;
    }
    struct symbol *symbol = symbol_new(checker, SYMBOL_MODULE, head->name.name, import);
    symbol->imported = target;
    head->symbol = symbol;
    symbol->is_used = target == NULL;
    scope_declare(checker, scope, &scope->values, symbol, written_span(import, head->name));
    if (!map_find(&scope->types, symbol->name)) map_put(&scope->types, symbol->name, symbol);
}

void declare_imports(struct checker *checker, struct module *module) {
    struct node *item = module->parse.file->file.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_IMPORT) continue;
        struct module *target = module_of_import(checker, module, item);
        if (!item->import.has_names) {
            declare_alias(checker, module->scope, target, item);
            continue;
        }
        for (struct node *name = item->import.names.first; name; name = name->next) {
            declare_import_name(checker, module->scope, target, name);
        }
    }
}

/* --- where region blocks land --- */

static void unknown_region_label(struct checker *checker, struct scope *scope, struct node *name) {
    struct suggestion near;
    suggestion_init(&near, name_text(node_name(name)));
    for (uint32_t i = 0; i < scope->values.count; i++) {
        struct symbol *symbol = scope->values.entries[i].value;
        if (symbol->kind == SYMBOL_REGION) suggestion_offer(&near, name_text(symbol->name));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_NAME, name,
                                    "region \"%.*s\" is not declared",
                                    NAME_ARGS(node_name(name)));
    if (!add_suggestion(checker, d, &near, name->span)) {
        add_hint(checker, d, "A region is declared with its name in quotes: region %.*s "
                 "\"us-east-1\" { ... }.", NAME_ARGS(node_name(name)));
    }
}

static void block_regions(struct checker *checker, struct region_block *block) {
    struct scope *scope = checker->program->modules[0]->scope;
    block->regions = arena_array(checker->arena, list_count(block->node->region.names) + 1,
                                 sizeof *block->regions);
    for (struct node *name = block->node->region.names.first; name; name = name->next) {
        if (!node_name(name)) continue;
        struct symbol *symbol = node_symbol(name);
        if (!symbol) symbol = map_find(&scope->values, node_name(name));
        if (!symbol || symbol->kind != SYMBOL_REGION) {
            unknown_region_label(checker, scope, name);
            continue;
        }
        node_set_symbol(name, symbol);
        if (!block->node->region.region && !block->node->region.over) symbol->is_used = true;
        block->regions[block->region_count++] = symbol;
    }
}

/* "east.orders" means something else in a block where a resource or value is called east. */
static void warn_hidden_regions(struct checker *checker, const struct region_block *block) {
    const struct scope *outer = checker->program->modules[0]->scope;
    const struct map *values = &block->node->region.body->block.scope->values;
    for (uint32_t i = 0; i < values->count; i++) {
        const struct symbol *symbol = values->entries[i].value;
        const struct symbol *region = map_find(&outer->values, symbol->name);
        if (!region || region->kind != SYMBOL_REGION) continue;
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_HIDES_REGION, symbol_span(symbol),
                                           "%s \"%.*s\" hides the region of this name",
                                           symbol_word(symbol), NAME_ARGS(symbol->name));
        add_note(checker, d, symbol_span(region), "the region is declared here");
        add_hint(checker, d, "Choose another name.");
    }
}

static struct map *region_names(struct checker *checker, const struct symbol *region) {
    struct map *names = map_find(&checker->regions, region);
    if (names) return names;
    names = ARENA_NEW(checker->arena, struct map);
    map_init(names, checker->arena);
    map_put(&checker->regions, region, names);
    return names;
}

static void block_names(struct checker *checker, const struct region_block *block) {
    const struct map *values = &block->node->region.body->block.scope->values;
    for (uint32_t r = 0; r < block->region_count; r++) {
        struct map *names = region_names(checker, block->regions[r]);
        for (uint32_t i = 0; i < values->count; i++) {
            struct symbol *symbol = values->entries[i].value;
            struct symbol *first = map_find(names, symbol->name);
            if (!first) map_put(names, symbol->name, symbol);
            if (!first || first == symbol) continue;
            symbol->declaration->flags |= NODE_BAD;
            struct diagnostic *d = complain_at(
                checker, DIAGNOSTIC_DUPLICATE_NAME, symbol_span(symbol),
                "%s \"%.*s\" is declared a second time in region \"%.*s\"", symbol_word(symbol),
                NAME_ARGS(symbol->name), NAME_ARGS(block->regions[r]->name));
            add_note(checker, d, symbol_span(first), "it is first declared here");
        }
    }
}

void declare_region_blocks(struct checker *checker) {
    struct program *program = checker->program;
    for (uint32_t i = 0; i < program->region_block_count; i++) {
        struct region_block *block = &program->region_blocks[i];
        map_put(&checker->blocks, block->node, block);
        block_regions(checker, block);
    }
    for (uint32_t i = 0; i < program->region_block_count; i++) {
        block_names(checker, &program->region_blocks[i]);
        warn_hidden_regions(checker, &program->region_blocks[i]);
    }
}
