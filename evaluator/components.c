/* Instances of components: making them, their arguments, and what is inside. */
#include "evaluator/resources.h"

/* The frame around a component's body. */
static struct frame *component_around(struct evaluator *ev, struct node *node,
                                      const struct symbol *symbol, struct frame *frame) {
    struct node *type = node->unit.type;
    if (!type) return module_frame(ev, symbol_module(symbol)); /* a pipeline's: none is written */
    if (type->hops >= HOPS_MODULE) return module_frame(ev, symbol_module(symbol));
    return frame_up(frame, type->hops);
}

static bool component_inside(const struct symbol *symbol, struct list *items,
                             struct scope **scope) {
    if (symbol->kind == SYMBOL_MODULE && symbol->imported) {
        struct node *file = symbol->imported->parse.file;
        *items = file->file.items;
        *scope = symbol->imported->scope;
        return *scope != NULL;
    }
    struct node *node = symbol->declaration;
    if (symbol->kind != SYMBOL_COMPONENT || !node || node->flags & NODE_BAD) return false;
    struct node *body = node->component.body;
    *items = body->block.items;
    *scope = body->block.scope;
    return *scope != NULL;
}

struct value component_new(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct site *place, struct symbol *symbol, struct value key) {
    struct list items;
    struct scope *scope;
    if (!component_inside(symbol, &items, &scope)) return value_poison();
    if (place->depth >= LIMIT_CALL_DEPTH) {
        return fault(ev, DIAGNOSTIC_EVALUATION_DEPTH, node,
                     "more than %d components inside each other", LIMIT_CALL_DEPTH);
    }
    struct component *component = ARENA_NEW(ev->arena, struct component);
    if (symbol->kind == SYMBOL_COMPONENT) cover(ev, symbol->declaration);
    const struct name *name = node->declaration.name.name;
    bool is_self = name == ev->name_self && place->component && key.kind == VALUE_POISON;
    struct text path = is_self ? place->path : path_below(ev, place, name_text(name), key);
    component->path = path;
    component->symbol = symbol;
    component->declared = node;
    component->outer = frame;
    component->around = place;
    component->arguments.kind = SLOT_WAITING;
    component->place = *place;
    component->place.component = component;
    component->place.path = path;
    component->place.below = is_self ? place->below
                                     : path_of_ids(ev, place, path, name_text(name), key);
    component->place.keys = (struct text){"", 0};
    component->place.depth = place->depth + 1;
    if (!place->instance) component->place.instance = node;
    if (meta_is_written(node)) {
        const struct node *where;
        struct value id = meta_known(ev, node, ev->name_id, frame, &where);
        if (id.kind == VALUE_TEXT) component->place.below = value_as_text(id);
    }
    struct frame *around = NULL;
    if (symbol->kind == SYMBOL_COMPONENT) around = component_around(ev, node, symbol, frame);
    component->frame = frame_new(ev, scope, around, &component->place);
    return (struct value){.kind = VALUE_COMPONENT, .component = component};
}

struct resource *component_self(struct evaluator *ev, struct component *component) {
    struct symbol *symbol = map_find(&component->frame->scope->values, ev->name_self);
    if (!symbol || symbol->kind != SYMBOL_RESOURCE || symbol->scope != component->frame->scope) {
        return NULL;
    }
    struct value self = force(ev, component->frame, symbol, component->declared);
    if (self.kind == VALUE_RESOURCE) return self.resource;
    return self.kind == VALUE_COMPONENT ? component_self(ev, self.component) : NULL;
}

static void component_add(struct evaluator *ev, struct component *component,
                          struct resource *resource) {
    component->resources =
        arena_grown(ev->arena, component->resources, component->resource_count,
                    &component->resource_capacity, sizeof *component->resources);
    component->resources[component->resource_count++] = resource;
}

void component_count(struct evaluator *ev, struct component *component,
                     struct resource *resource) {
    for (; component; component = component->around->component) {
        component_add(ev, component, resource);
    }
}

void component_register(struct evaluator *ev, struct component *component) {
    struct list items;
    struct scope *scope;
    if (component->is_registered || !component_inside(component->symbol, &items, &scope)) return;
    component->is_registered = true;
    const struct node *outer = ev->instance;
    ev->instance = component->place.instance;
    block_run(ev, items, component->frame);
    ev->instance = outer;
    additions_run(ev, component->declared, component->outer);
    task_add(ev, (struct task){.kind = TASK_COMPONENT, .component = component});
}

struct value component_arguments(struct evaluator *ev, struct component *component) {
    if (component->arguments.kind == SLOT_RUNNING) return value_poison();
    if (component->arguments.kind == SLOT_WAITING) {
        component->arguments.kind = SLOT_RUNNING;
        struct list entries = body_entries(component->declared);
        component->arguments = body_record(ev, entries, component->outer);
    }
    return component->arguments;
}

static struct value given_argument(const struct component *component, const struct name *name,
                                   const struct node **origin) {
    struct record_entry *entry = component->given ? record_find(component->given, name) : NULL;
    *origin = component->declared;
    return entry ? entry->value : (struct value){.kind = SLOT_WAITING};
}

struct value component_argument(struct evaluator *ev, struct component *component,
                                const struct name *name, const struct node **origin) {
    bool unsure;
    if (component->pipeline) return pipeline_argument(ev, component->pipeline, name, origin);
    struct node *entry = entry_lookup(body_entries(component->declared), name, false, &unsure);
    if (!unsure) {
        if (!entry) return given_argument(component, name, origin);
        *origin = entry->entry.value;
        return entry->flags & NODE_BAD ? value_poison()
                                       : evaluate(ev, entry->entry.value, component->outer);
    }
    struct value arguments = component_arguments(ev, component);
    *origin = component->declared;
    if (arguments.kind != VALUE_RECORD) return value_poison();
    struct record_entry *found = record_find(arguments.record, name);
    if (!found && arguments.flags & VALUE_BROKEN) return value_poison();
    if (!found) return given_argument(component, name, origin);
    *origin = value_node(found, *origin);
    return found->value;
}

static void component_meta(struct evaluator *ev, struct component *component, struct node *entry) {
    struct text key = entry_text(entry);
    const struct node *node = entry->entry.value;
    if (text_is(key, "id") || text_is(key, "existing") || text_is(key, "add")) return;
    if (text_is(key, "was")) {
        struct resource *self = component_self(ev, component);
        if (self && !self->meta->was.length) meta_own(ev, self)->was = meta_former_path(ev, node);
        return;
    }
    struct value value = evaluate(ev, entry->entry.value, component->outer);
    bool depends = text_is(key, "depends_on");
    if (depends) value = meta_dependencies(ev, value, node);
    for (uint32_t i = 0; i < component->resource_count; i++) {
        struct resource_state *state = (struct resource_state *)component->resources[i];
        struct value own = state->resource.meta->depends_on;
        if (depends && own.kind == VALUE_LIST && value.kind == VALUE_LIST) {
            size_t base = ev->stack_count;
            for (uint32_t j = 0; j < own.length; j++) stack_push(ev, own.items[j]);
            for (uint32_t j = 0; j < value.length; j++) stack_push(ev, value.items[j]);
            meta_own(ev, &state->resource)->depends_on = stack_take(ev, base);
        } else if (depends) {
            if (value.kind == VALUE_LIST) meta_own(ev, &state->resource)->depends_on = value;
        } else {
            meta_set(ev, state, key, value, entry);
        }
    }
}

/* What an instance says of all that is inside it; and arguments that nobody asked for are evaluated
 * all the same, so that their mistakes are found. */
void component_finish(struct evaluator *ev, struct component *component) {
    struct map *values = (struct map *)&component->frame->scope->values;
    struct node *entry = body_entries(component->declared).first;
    for (; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || entry->flags & NODE_BAD) continue;
        if (entry->flags & NODE_META) component_meta(ev, component, entry);
    }
    for (uint32_t i = 0; i < values->count; i++) {
        struct symbol *symbol = values->entries[i].value;
        if (symbol->kind == SYMBOL_PARAM && symbol->scope == component->frame->scope) {
            force(ev, component->frame, symbol, component->declared);
        }
    }
}
