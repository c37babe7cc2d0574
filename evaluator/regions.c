/* The regions, what lands where, and the stacks. */
#include "base/partition.h"
#include "evaluator/internal.h"

/* ---- regions ---- */

static void fault_region(struct evaluator *ev, const struct node *node, struct text name) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    for (size_t i = 0; i < schema_region_count(); i++)
        suggestion_offer(&suggestion, schema_region_at(i));
    struct diagnostic *d = report(ev, DIAGNOSTIC_UNKNOWN_REGION, node,
                                  "region \"%.*s\" is not known", TEXT_ARGS(name));
    if (suggestion.best.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion.best));
}

static struct region *region_named(struct evaluator *ev, struct text name) {
    for (uint32_t i = 0; i < ev->deployment->region_count; i++) {
        if (text_equal(ev->deployment->regions[i]->name, name)) return ev->deployment->regions[i];
    }
    return NULL;
}

static void regions_add(struct evaluator *ev, struct region *region) {
    struct deployment *deployment = ev->deployment;
    deployment->regions = arena_grown(ev->arena, deployment->regions, deployment->region_count,
                                      &deployment->region_capacity, sizeof *deployment->regions);
    region->index = deployment->region_count;
    deployment->regions[deployment->region_count++] = region;
}

static struct stack_state *stack_new(struct evaluator *ev, struct region_state *region,
                                     const struct node *declared, struct text words,
                                     struct text path);

static struct value region_new(struct evaluator *ev, struct symbol *symbol,
                               const struct name *label, struct text path, struct text name,
                               const struct node *node) {
    if (schema_region_find(name) < 0) {
        fault_region(ev, node, name);
        return value_poison();
    }
    struct region *other = region_named(ev, name);
    if (other) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_REGION_DECLARED_TWICE, node,
                                      "region \"%.*s\" has a label already: \"%.*s\"",
                                      TEXT_ARGS(name), TEXT_ARGS(other->path));
        if (other->declared) note(ev, d, other->declared->span, "it is declared here");
        return value_poison();
    }
    struct region_state *state = ARENA_NEW(ev->arena, struct region_state);
    state->region = (struct region){.label = label, .path = path, .name = name,
                                    .partition = text_of(partition_of_region(name)->id),
                                    .declared = node};
    state->region.frames = &state->frames;
    state->symbol = symbol;
    map_init(&state->frames, ev->arena);
    map_init(&state->physical_names, ev->arena);
    regions_add(ev, &state->region);
    struct stack_state *stack = stack_new(ev, state, node, (struct text){"", 0}, path);
    stack->stack.doc = written_doc(symbol->declaration);
    state->stack = &stack->stack;
    state->place = (struct site){.region = &state->region, .stack = state->stack,
                                  .module = ev->program->modules[0]};
    stack_register(ev, stack);
    return (struct value){.kind = VALUE_REGION, .region = &state->region};
}

/* A region's name as a known text. */
static bool region_name(struct evaluator *ev, struct value value, const struct node *node,
                        struct text *name) {
    value = settled(ev, value);
    if (value.kind == VALUE_TEXT && !(value.flags & VALUE_SECRET)) {
        *name = value_as_text(value);
        return true;
    }
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "a region");
    } else if (value.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a region is given by its name, and this is %.*s",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return false;
}

/* `region fleet in ["eu-west-1", ...]`: a map by the regions' names. */
static struct value region_group(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                                 struct node *over) {
    struct value list = settled(ev, evaluate(ev, over, frame));
    struct record *group = record_new(ev->arena, 0);
    if (list.kind == VALUE_DEFERRED) return fault_steering(ev, over, list, "a region");
    if (list.kind != VALUE_LIST) {
        if (list.kind == VALUE_POISON) return list;
        return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, over,
                     "regions are given by a list of names, and this is %.*s",
                     TEXT_ARGS(value_kind_text(ev->arena, list)));
    }
    struct node *literal = over->kind == NODE_LIST ? over->list.elements.first : NULL;
    for (uint32_t i = 0; i < list.length; i++) {
        struct text name;
        struct node *node = literal ? literal : over;
        if (literal) literal = literal->next;
        if (!region_name(ev, list.items[i], node, &name)) continue;
        struct text path = text_format(ev->arena, "%.*s[\"%.*s\"]", NAME_ARGS(symbol->name),
                                       TEXT_ARGS(name));
        const struct name *label = names_intern(ev->names, name);
        struct value region = region_new(ev, symbol, label, path, name, node);
        if (region.kind == VALUE_REGION) record_put(ev->arena, group, label, region, node);
    }
    return value_seal(value_record(group));
}

struct value region_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    struct node *node = symbol->region ? symbol->region : symbol->declaration;
    if (node->kind != NODE_REGION || !symbol->name) return value_poison();
    project_settle(ev);
    if (node->region.over) return region_group(ev, frame, symbol, node->region.over);
    if (!node->region.region) return value_poison();
    struct text name;
    if (!region_name(ev, evaluate(ev, node->region.region, frame), node->region.region, &name)) {
        return value_poison();
    }
    return region_new(ev, symbol, symbol->name, name_text(symbol->name), name, node->region.region);
}

/* ---- what lands where ---- */

typedef void (*region_visit)(struct evaluator *ev, struct node *node, struct region_state *region);

static void visit_region(struct evaluator *ev, struct node *node, struct value value,
                         region_visit visit) {
    if (value.kind == VALUE_REGION) visit(ev, node, (struct region_state *)value.region);
    if (value.kind != VALUE_RECORD) return;
    for (uint32_t i = 0; i < value.record->count; i++) {
        visit_region(ev, node, value.record->entries[i].value, visit);
    }
}

static void visit_regions(struct evaluator *ev, region_visit visit) {
    for (uint32_t i = 0; i < ev->program->region_block_count; i++) {
        struct region_block *block = &ev->program->region_blocks[i];
        for (uint32_t j = 0; j < block->region_count; j++) {
            struct symbol *symbol = block->regions[j];
            if (!symbol || symbol->scope != ev->root->scope) continue;
            visit_region(ev, block->node, force(ev, ev->root, symbol, NULL), visit);
        }
    }
}

static void make_frame(struct evaluator *ev, struct node *node, struct region_state *region) {
    struct node *body = node->region.body;
    if (!body || body->kind != NODE_BLOCK || !body->block.scope) return;
    struct scope *scope = body->block.scope;
    if (map_find(&region->frames, scope)) return;
    map_put(&region->frames, scope, frame_new(ev, scope, ev->root, &region->place));
}

void regions_make(struct evaluator *ev) {
    visit_regions(ev, make_frame);
}

static void run_block(struct evaluator *ev, struct node *node, struct region_state *region) {
    struct node *body = node->region.body;
    if (!body || body->kind != NODE_BLOCK || !body->block.scope) return;
    struct frame *frame = map_find(&region->frames, body->block.scope);
    if (frame) block_run(ev, body->block.items, frame);
}

void regions_run(struct evaluator *ev) {
    visit_regions(ev, run_block);
}

/* ---- stacks ---- */

static void join_name(struct buffer *buffer, struct text part) {
    if (part.length == 0) return;
    if (buffer->length) buffer_char(buffer, '-');
    buffer_text(buffer, part);
}

static struct stack_state *stack_new(struct evaluator *ev, struct region_state *region,
                                     const struct node *declared, struct text words,
                                     struct text path) {
    struct stack_state *state = ARENA_NEW(ev->arena, struct stack_state);
    struct buffer name;
    buffer_init(&name);
    join_name(&name, ev->deployment->project);
    join_name(&name, words);
    join_name(&name, ev->deployment->suffix);
    state->stack = (struct stack){.name = buffer_take(&name, ev->arena), .path = path,
                                  .region = &region->region, .declared = declared};
    buffer_release(&name);
    map_init(&state->ids, ev->arena);
    return state;
}

static void stack_name_check(struct evaluator *ev, const struct stack *stack) {
    struct text name = stack->name;
    const struct node *node = stack->declared;
    bool fits = name.length > 0 && name.length <= LIMIT_STACK_NAME;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];
        fits &= ascii_is_letter(c) || (i && (ascii_is_digit(c) || c == '-'));
    }
    if (!fits && ev->suffix_is_wrong) return;
    if (!fits) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_STACK_NAME, node,
                                      "the stack would be called \"%.*s\"", TEXT_ARGS(name));
        hint(ev, d,
             "The name of a stack has at most %d letters, digits and \"-\", and begins with a "
             "letter; `name` in `project { }` sets its first part.",
             LIMIT_STACK_NAME);
        return;
    }
    for (uint32_t i = 0; i < ev->stack_number; i++) {
        const struct stack *other = ev->stacks[i];
        if (other == stack || other->region != stack->region || !text_equal(other->name, name))
            continue;
        struct diagnostic *d = report(ev, DIAGNOSTIC_STACK_NAME, node,
                                      "two stacks of region \"%.*s\" would be called \"%.*s\"",
                                      TEXT_ARGS(stack->region->path), TEXT_ARGS(name));
        if (other->declared) note(ev, d, other->declared->span, "the other one is declared here");
    }
}

void stack_register(struct evaluator *ev, struct stack_state *stack) {
    ev->stacks = arena_grown(ev->arena, ev->stacks, ev->stack_number, &ev->stack_room,
                             sizeof *ev->stacks);
    ev->stacks[ev->stack_number++] = &stack->stack;
}

/* Stacks that hold something, region by region, in the order of the program. */
void stacks_settle(struct evaluator *ev) {
    struct deployment *deployment = ev->deployment;
    deployment->stacks = arena_array(ev->arena, ev->stack_number, sizeof *deployment->stacks);
    for (uint32_t r = 0; r < deployment->region_count; r++) {
        for (uint32_t i = 0; i < ev->stack_number; i++) {
            struct stack *stack = ev->stacks[i];
            if (stack->region != deployment->regions[r] || stack->resource_count == 0) continue;
            stack_name_check(ev, stack);
            stack->index = deployment->stack_count;
            deployment->stacks[deployment->stack_count++] = stack;
        }
    }
}

/* What stands for the library's own declaration of the store: no program writes one. */
static struct node *store_node(struct evaluator *ev, const struct node *pipeline) {
    struct node *node = node_new(ev->arena, NODE_RESOURCE, pipeline->span);
    node->declaration.name = pipeline->declaration.name;
    node->declaration.name.name = names_intern(ev->names, TEXT("bucket"));
    node->unit.body = node_new(ev->arena, NODE_RECORD, pipeline->span);
    return node;
}

static struct symbol *store_symbol(struct evaluator *ev) {
    struct module *deliver = ev->program->deliver;
    if (!deliver || !deliver->scope) return NULL;
    struct symbol *symbol =
        map_find(&deliver->scope->types, names_intern(ev->names, TEXT("Store")));
    return symbol && symbol->kind == SYMBOL_COMPONENT ? symbol : NULL;
}

struct value region_store(struct evaluator *ev, struct region_state *region, struct node *node) {
    struct symbol *symbol = store_symbol(ev);
    if (region->store.kind != VALUE_POISON || !symbol) return region->store;
    struct node *declared = store_node(ev, node);
    struct text path =
        text_format(ev->arena, "%.*s.artifact_store", TEXT_ARGS(region->region.path));
    struct stack_state *stack = stack_new(ev, region, node, TEXT("artifact-store"), path);
    stack->stack.doc = TEXT("What pipelines hand from action to action in this region");
    stack->place = region->place;
    stack->place.stack = &stack->stack;
    stack->place.path = TEXT("artifact_store");
    stack_register(ev, stack);
    struct value made = component_new(ev, declared, ev->root, &stack->place, symbol,
                                      value_poison());
    if (made.kind != VALUE_COMPONENT) return made;
    made.component->given = record_new(ev->arena, 1);
    record_set(ev, made.component->given, "program", value_text(ev->deployment->project), NULL);
    region->store = made;
    resource_register(ev, made);
    return made;
}

static struct value stack_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                   struct value key) {
    struct site *around = frame->place;
    if (!around->region || !node->unit.body || node->unit.body->kind != NODE_BLOCK ||
        !node->declaration.name.name) {
        return value_poison();
    }
    struct text name = name_text(node->declaration.name.name);
    struct text path = path_below(ev, around, name, key);
    struct buffer words;
    buffer_init(&words);
    for (size_t i = 0; i < path.length; i++) { /* network["a"] is network-a in the name */
        char c = path.bytes[i];
        bool plain = c != '[' && c != ']' && c != '"' && c != '_' && c != '.';
        if (plain) buffer_char(&words, c);
        if ((c == '[' || c == '_' || c == '.') && words.length) buffer_char(&words, '-');
    }
    struct text whole = text_format(ev->arena, "%.*s.%.*s", TEXT_ARGS(around->region->path),
                                    TEXT_ARGS(path));
    struct region_state *region = (struct region_state *)around->region;
    struct stack_state *state = stack_new(ev, region, node, buffer_take(&words, ev->arena), whole);
    buffer_release(&words);
    state->stack.doc = written_doc(node);
    state->place = *around;
    state->place.stack = &state->stack;
    state->place.path = path;
    state->place.below = (struct text){"", 0};
    state->place.keys = (struct text){"", 0};
    state->frame = frame_new(ev, node->unit.body->block.scope, frame, &state->place);
    return (struct value){.kind = VALUE_STACK, .stack = &state->stack};
}

struct value stack_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    return unit_make(ev, symbol->declaration, frame, stack_make_one);
}
