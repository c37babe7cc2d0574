/* Resources and components: making them, giving them their place, and running their bodies. */
#include <stdio.h>

#include "evaluator/internal.h"

/* ---- entries by name ---- */

static bool is_plain_key(const struct node *entry, const struct name *name) {
    return entry->entry.key->kind == NODE_TEXT &&
           text_equal(node_text(entry->entry.key), name_text(name));
}

struct node *entry_lookup(struct evaluator *ev, struct list entries, const struct name *name,
                          bool meta, bool *unsure) {
    struct node *found = NULL;
    (void)ev;
    *unsure = false;
    for (struct node *entry = entries.first; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY) {
            *unsure = true; /* a spread, `if` or `for` may give it, and later ones win */
        } else if (((entry->flags & NODE_META) != 0) == meta) {
            if (is_plain_key(entry, name)) {
                found = entry;
                *unsure = false;
            } else if (entry->entry.key->kind == NODE_TEMPLATE) {
                *unsure = true;
            }
        }
    }
    return found;
}

static struct list body_entries(const struct node *node) {
    struct node *body = node->unit.body;
    if (!body || body->kind != NODE_RECORD) return (struct list){0};
    return body->record.entries;
}

/* An @ attribute that must be known when the resource is made; null if it is not written. */
static struct value meta_value(struct evaluator *ev, const struct node *node,
                               const struct name *name, struct frame *frame,
                               const struct node **where) {
    bool unsure;
    struct node *entry = entry_lookup(ev, body_entries(node), name, true, &unsure);
    if (!entry || entry->flags & NODE_BAD) return value_null();
    *where = entry->entry.value;
    struct value value = settled(ev, evaluate(ev, entry->entry.value, frame));
    if (value.kind == VALUE_DEFERRED) {
        char what[32];
        snprintf(what, sizeof what, "\"@%.*s\"", NAME_ARGS(name));
        return fault_steering(ev, entry->entry.value, value, what);
    }
    return value;
}

static bool has_meta(const struct node *node) {
    for (struct node *entry = body_entries(node).first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY && entry->flags & NODE_META) return true;
    }
    return false;
}

/* ---- making ---- */

static const struct resource_meta no_meta = {
    .depends_on = {.kind = VALUE_NULL},      .deletion_policy = {.kind = VALUE_NULL},
    .update_replace_policy = {.kind = VALUE_NULL}, .creation_policy = {.kind = VALUE_NULL},
    .update_policy = {.kind = VALUE_NULL},   .metadata = {.kind = VALUE_NULL},
    .ignore_changes = {.kind = VALUE_NULL},
};

/* A resource's own, to set something in it. */
static struct resource_meta *own_meta(struct evaluator *ev, struct resource *resource) {
    if (resource->meta == &no_meta) {
        struct resource_meta *meta = ARENA_NEW(ev->arena, struct resource_meta);
        *meta = no_meta;
        resource->meta = meta;
    }
    return (struct resource_meta *)resource->meta; /* made above, now or before */
}

static struct text below_stack(const struct site *place, struct text path) {
    const struct stack_state *stack = (const struct stack_state *)place->stack;
    size_t skip = stack && stack->place.path.length ? stack->place.path.length + 1 : 0;
    return (struct text){path.bytes + skip, path.length - skip};
}

/* The path below the stack of what stands at this place; a component with @id has its own. */
static struct text path_of_ids(struct evaluator *ev, const struct site *place, struct text path,
                               struct text name, struct value key) {
    if (!place->component || text_equal(place->below, below_stack(place, place->path))) {
        return below_stack(place, path);
    }
    struct site shifted = *place;
    shifted.path = place->below;
    return path_below(ev, &shifted, name, key);
}

static struct value resource_new(struct evaluator *ev, struct node *node, struct frame *frame,
                                 const struct schema_type *type, struct value key) {
    struct site *place = frame->place;
    const struct name *name = node->declaration.name.name;
    struct resource_state *state = ARENA_NEW(ev->arena, struct resource_state);
    struct resource *resource = &state->resource;
    resource->type = type;
    resource->declared = node;
    resource->instance = place->instance ? place->instance : node;
    resource->shown = in_library(ev, node) ? resource->instance : node;
    resource->region = place->region;
    resource->properties = record_new(ev->arena, 0);
    resource->meta = &no_meta;
    state->frame = frame;
    state->place = place;
    state->body = SLOT_WAITING;
    if (name == ev->name_self && place->component && key.kind == VALUE_POISON) {
        resource->path = place->path;
        state->below = place->below;
    } else {
        resource->path = path_below(ev, place, name_text(name), key);
        state->below = path_of_ids(ev, place, resource->path, name_text(name), key);
    }
    if (has_meta(node)) {
        const struct node *where;
        struct value existing = meta_value(ev, node, ev->name_existing, frame, &where);
        resource->is_existing = existing.kind == VALUE_BOOL && existing.boolean;
    }
    return (struct value){.kind = VALUE_RESOURCE, .resource = resource};
}

/* The frame around a component's body. */
static struct frame *component_around(struct evaluator *ev, struct node *node,
                                      const struct symbol *symbol, struct frame *frame) {
    struct node *type = node->unit.type;
    if (!type) return module_frame(ev, symbol->module); /* a pipeline's: no type is written */
    struct node *last = type->type_name.path.last;
    if (type->type_name.path.first != last || last->hops >= HOPS_MODULE) {
        return module_frame(ev, last->name.symbol->module);
    }
    return frame_up(frame, last->hops);
}

static bool component_inside(const struct symbol *symbol, struct list *items,
                             struct scope **scope) {
    if (symbol->kind == SYMBOL_MODULE && symbol->module) {
        struct node *file = symbol->module->parse.file;
        *items = file->file.items;
        *scope = symbol->module->scope;
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
    if (has_meta(node)) {
        const struct node *where;
        struct value id = meta_value(ev, node, ev->name_id, frame, &where);
        if (id.kind == VALUE_TEXT) component->place.below = value_as_text(id);
    }
    struct frame *around = NULL;
    if (symbol->kind == SYMBOL_COMPONENT) around = component_around(ev, node, symbol, frame);
    component->frame = frame_new(ev, scope, around, &component->place);
    return (struct value){.kind = VALUE_COMPONENT, .component = component};
}

static const struct schema_type *aws_type(struct evaluator *ev, const struct node *node) {
    const struct symbol *symbol = node->declaration.symbol;
    if (symbol && symbol->type && symbol->type->kind == TYPE_RESOURCE)
        return symbol->type->resource;
    struct node *written = node->unit.type->type_name.path.first;
    (void)ev;
    if (written->kind != NODE_AWS_TYPE || !written->aws_type.name) return NULL;
    return schema_type_find(name_text(written->aws_type.name));
}

static struct value resource_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                      struct value key) {
    struct node *type = node->unit.type;
    if (!type || type->kind != NODE_TYPE_NAME || type->flags & NODE_BAD ||
        !type->type_name.path.last || !node->declaration.name.name || !frame->place->region) {
        return value_poison();
    }
    struct node *last = type->type_name.path.last;
    cover(ev, node);
    if (last->kind == NODE_NAME) {
        struct symbol *symbol = last->name.symbol;
        return symbol ? component_new(ev, node, frame, frame->place, symbol, key) : value_poison();
    }
    const struct schema_type *schema = aws_type(ev, node);
    return schema ? resource_new(ev, node, frame, schema, key) : value_poison();
}

struct value resource_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    return unit_make(ev, symbol->declaration, frame, resource_make_one);
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

/* ---- registering: in the order of the program ---- */

static void component_add(struct evaluator *ev, struct component *component,
                          struct resource *resource) {
    if (component->resource_count == component->resource_capacity) {
        struct resource **old = component->resources;
        component->resource_capacity =
            component->resource_capacity ? component->resource_capacity * 2 : 4;
        component->resources = arena_array(ev->arena, component->resource_capacity, sizeof *old);
        if (component->resource_count) {
            memcpy(component->resources, old, component->resource_count * sizeof *old);
        }
    }
    component->resources[component->resource_count++] = resource;
}

static void check_region(struct evaluator *ev, const struct resource *resource) {
    int region = schema_region_find(resource->region->name);
    if (region < 0 || schema_type_in_region(resource->type, (size_t)region)) return;
    const struct node *type = resource->declared->unit.type;
    struct diagnostic *d = report(ev, DIAGNOSTIC_TYPE_NOT_IN_REGION, type,
                                  "%.*s does not exist in region \"%.*s\"",
                                  TEXT_ARGS(schema_type_name(resource->type)),
                                  TEXT_ARGS(resource->region->name));
    if (resource->region->declared) {
        note(ev, d, resource->region->declared->span, "the region is declared here");
    }
}

static void fault_meta(struct evaluator *ev, struct text key, const struct node *node,
                       struct value value, const char *wanted) {
    if (value.kind == VALUE_POISON) return;
    report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node, "\"@%.*s\" is %s, and this is %.*s",
           TEXT_ARGS(key), wanted, TEXT_ARGS(value_brief(ev, value)));
}

/* ---- @add: what a resource adds to others ---- */

static struct resource_state *addition_target(struct evaluator *ev, struct value value,
                                              const struct node *node) {
    struct resource *resource = NULL;
    if (value.kind == VALUE_RESOURCE) resource = value.resource;
    if (value.kind == VALUE_COMPONENT) resource = component_self(ev, value.component);
    if (value.kind == VALUE_POISON) return NULL;
    if (resource && !resource->is_existing) return (struct resource_state *)resource;
    struct diagnostic *d = report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                                  "\"@add\" adds to a resource of the program, and \"to\" is %.*s",
                                  TEXT_ARGS(value_kind_text(ev->arena, value)));
    hint(ev, d, "Write @add = [{ to = role, Policies = [...] }].");
    return NULL;
}

static void addition_make(struct evaluator *ev, struct value value, const struct node *node) {
    struct record_entry *to = NULL;
    const struct name *name = names_intern(ev->names, TEXT("to"));
    if (value.kind == VALUE_RECORD) to = record_find(value.record, name);
    if (value.kind == VALUE_POISON) return;
    if (!to) {
        fault_meta(ev, TEXT("add"), node, value, "a list of records with \"to\" and properties");
        return;
    }
    struct resource_state *state = addition_target(ev, to->value, node);
    if (!state) return;
    struct addition *addition = ARENA_NEW(ev->arena, struct addition);
    addition->node = node;
    addition->properties = record_new(ev->arena, value.record->count);
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        if (entry->key == name) continue;
        record_put(ev->arena, addition->properties, entry->key, entry->value, entry->origin);
    }
    if (!state->additions_end) state->additions_end = &state->additions;
    *state->additions_end = addition;
    state->additions_end = &addition->next;
}

/* Before any body is looked at: bodies are whole then. */
static void additions_run(struct evaluator *ev, const struct node *node, struct frame *frame) {
    const struct node *where;
    if (!has_meta(node)) return;
    struct value value = meta_value(ev, node, ev->name_add, frame, &where);
    if (value.kind == VALUE_NULL || value.kind == VALUE_POISON) return;
    if (value.kind != VALUE_LIST) {
        fault_meta(ev, TEXT("add"), where, value, "a list of records with \"to\" and properties");
        return;
    }
    for (uint32_t i = 0; i < value.length; i++) addition_make(ev, value.items[i], where);
}

static struct value added(struct evaluator *ev, struct value own, struct value more,
                          const struct name *name, const struct node *node);

static struct value added_list(struct evaluator *ev, struct value own, struct value more) {
    size_t base = ev->stack_count;
    if (!spend_steps(ev, (uint64_t)own.length + more.length)) return value_poison();
    for (uint32_t i = 0; i < own.length; i++) stack_push(ev, own.items[i]);
    for (uint32_t i = 0; i < more.length; i++) stack_push(ev, more.items[i]);
    return stack_take(ev, base);
}

static void add_entries(struct evaluator *ev, struct record *record, const struct record *more,
                        const struct node *node) {
    for (uint32_t i = 0; i < more->count && spend_steps(ev, 1); i++) {
        const struct record_entry *entry = &more->entries[i];
        struct record_entry *own = record_find(record, entry->key);
        if (!own || own->value.kind == VALUE_NULL) {
            record_put(ev->arena, record, entry->key, entry->value, entry->origin);
        } else {
            own->value = added(ev, own->value, entry->value, entry->key, node);
        }
    }
}

static struct value added_record(struct evaluator *ev, struct value own, struct value more,
                                 const struct node *node) {
    struct record *record = record_new(ev->arena, own.record->count + more.record->count);
    for (uint32_t i = 0; i < own.record->count; i++) {
        const struct record_entry *entry = &own.record->entries[i];
        record_put(ev->arena, record, entry->key, entry->value, entry->origin);
    }
    add_entries(ev, record, more.record, node);
    return value_seal(value_record(record));
}

static struct value added(struct evaluator *ev, struct value own, struct value more,
                          const struct name *name, const struct node *node) {
    if (own.kind == VALUE_POISON || more.kind == VALUE_POISON) return value_poison();
    if (more.kind == VALUE_NULL) return own;
    if (own.kind == VALUE_LIST && more.kind == VALUE_LIST) return added_list(ev, own, more);
    if (own.kind == VALUE_RECORD && more.kind == VALUE_RECORD) {
        return added_record(ev, own, more, node);
    }
    struct value same = settled(ev, equal_values(ev, own, more, node));
    if (same.kind == VALUE_BOOL && same.boolean) return own;
    return fault(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                 "\"@add\" gives \"%.*s\", which has a value already that is no list and no record",
                 NAME_ARGS(name));
}

static void additions_take(struct evaluator *ev, struct resource_state *state) {
    for (struct addition *a = state->additions; a; a = a->next) {
        add_entries(ev, state->resource.properties, a->properties, a->node);
    }
}

void resource_register(struct evaluator *ev, struct value value) {
    if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            resource_register(ev, value.record->entries[i].value);
        }
    } else if (value.kind == VALUE_RESOURCE) {
        struct resource_state *state = (struct resource_state *)value.resource;
        if (state->is_registered) return;
        state->is_registered = true;
        check_region(ev, value.resource);
        if (!value.resource->is_existing) {
            naming_register(ev, state);
            for (struct component *c = state->place->component; c; c = c->around->component) {
                component_add(ev, c, value.resource);
            }
        }
        additions_run(ev, value.resource->declared, state->frame);
        task_add(ev, (struct task){.kind = TASK_BODY, .resource = state});
    } else if (value.kind == VALUE_COMPONENT) {
        struct component *component = value.component;
        struct list items;
        struct scope *scope;
        if (component->is_registered || !component_inside(component->symbol, &items, &scope))
            return;
        component->is_registered = true;
        const struct node *outer = ev->instance;
        ev->instance = component->place.instance;
        block_run(ev, items, component->frame);
        ev->instance = outer;
        additions_run(ev, component->declared, component->outer);
        task_add(ev, (struct task){.kind = TASK_COMPONENT, .component = component});
    }
}

/* ---- bodies ---- */

static struct lazy *lazy_find(struct resource_state *state, const struct name *name) {
    struct lazy *lazy = state->lazies;
    while (lazy && lazy->name != name) lazy = lazy->next;
    return lazy;
}

struct body_sink {
    struct entry_sink sink;
    struct evaluator *ev;
    struct resource_state *state; /* or NULL: an instance of a component */
    struct record *record;
    void (*meta)(struct body_sink *sink, struct text key, struct value value, struct node *entry);
};

/* Not a value of the resource: never resolved, or done when it was registered. */
static bool meta_is_no_value(struct text key) {
    return text_is(key, "was") || text_is(key, "add");
}

static void body_put(struct entry_sink *sink, const struct name *key, struct node *entry,
                     struct frame *frame, const struct value *given) {
    struct body_sink *body = (struct body_sink *)sink;
    struct evaluator *ev = body->ev;
    bool is_meta = entry->kind == NODE_ENTRY && entry->flags & NODE_META && !given;
    struct value value;
    if (given) {
        value = *given;
    } else if (entry->flags & NODE_BAD) {
        value = value_poison();
    } else if (is_meta && meta_is_no_value(name_text(key))) {
        value = value_null();
    } else {
        struct lazy *lazy = body->state && !is_meta ? lazy_find(body->state, key) : NULL;
        bool done = lazy && lazy->origin == entry && lazy->value.kind < SLOT_WAITING;
        value = done ? lazy->value : evaluate(ev, entry->entry.value, frame);
    }
    if (is_meta) {
        if (body->meta) body->meta(body, name_text(key), value, entry);
    } else {
        record_put(ev->arena, body->record, key, value, entry);
    }
}

static void set_meta(struct body_sink *sink, struct text key, struct value value,
                     struct node *entry);

/* Evaluates the body once; false while it is being evaluated (a circle, reported). */
static bool body_evaluate(struct evaluator *ev, struct resource_state *state,
                          const struct node *asked) {
    const struct node *node = state->resource.declared;
    if (state->body == 0) return true;
    if (state->body == SLOT_RUNNING) {
        fault_cycle(ev, state, state->frame, asked->span);
        return false;
    }
    struct waiting waiting = {.what = state, .frame = state->frame,
                              .span = written_span(node, node->declaration.name),
                              .asked = asked->span, .name = state->resource.path};
    if (!waiting_enter(ev, &waiting)) return false;
    state->body = SLOT_RUNNING;
    struct list entries = body_entries(node);
    state->resource.properties = record_new(ev->arena, entries.count);
    struct body_sink sink = {{.put = body_put}, ev, state, state->resource.properties, set_meta};
    entries_run(ev, entries, state->frame, &sink.sink);
    additions_take(ev, state);
    state->body = 0;
    state->is_broken = sink.sink.is_broken;
    waiting_leave(ev);
    return true;
}

static struct value lazy_evaluate(struct evaluator *ev, struct resource_state *state,
                                  const struct name *name, struct node *entry,
                                  const struct node *asked) {
    struct lazy *lazy = lazy_find(state, name);
    if (!lazy) {
        lazy = ARENA_NEW(ev->arena, struct lazy);
        *lazy = (struct lazy){.next = state->lazies, .name = name, .origin = entry};
        lazy->value.kind = SLOT_WAITING;
        state->lazies = lazy;
    }
    if (lazy->value.kind < SLOT_WAITING) return lazy->value;
    if (lazy->value.kind == SLOT_RUNNING) return fault_cycle(ev, lazy, state->frame, asked->span);
    struct waiting waiting = {.what = lazy, .frame = state->frame, .span = entry->span,
                              .asked = asked->span};
    waiting.name = text_format(ev->arena, "%.*s.%.*s", TEXT_ARGS(state->resource.path),
                               NAME_ARGS(name));
    if (!waiting_enter(ev, &waiting)) return value_poison();
    lazy->value.kind = SLOT_RUNNING;
    struct value value = evaluate(ev, entry->entry.value, state->frame);
    lazy->value = value;
    waiting_leave(ev);
    return value;
}

struct value resource_property(struct evaluator *ev, struct resource_state *state,
                               const struct name *name, const struct node *asked) {
    bool unsure;
    struct value none = {.kind = SLOT_WAITING};
    struct node *entry = NULL;
    if (state->body != 0) {
        entry = entry_lookup(ev, body_entries(state->resource.declared), name, false, &unsure);
        if (state->additions) unsure = true;
        if (!unsure && !entry) return none;
        if (!unsure && entry->flags & NODE_BAD) return value_poison();
        if (!unsure) return lazy_evaluate(ev, state, name, entry, asked);
        if (!schema_body_find(schema_type_body(state->resource.type), name_text(name))) return none;
        if (!body_evaluate(ev, state, asked)) return value_poison();
    }
    struct record_entry *found = record_find(state->resource.properties, name);
    return found ? found->value : none;
}

/* ---- @ attributes ---- */

static void add_dependency(struct evaluator *ev, struct value value, const struct node *node) {
    if (value.kind == VALUE_RESOURCE) {
        if (!value.resource->is_existing) stack_push(ev, value);
    } else if (value.kind == VALUE_COMPONENT) {
        for (uint32_t i = 0; i < value.component->resource_count; i++) {
            struct resource *resource = value.component->resources[i];
            stack_push(ev, (struct value){.kind = VALUE_RESOURCE, .resource = resource});
        }
    } else if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++) add_dependency(ev, value.items[i], node);
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            add_dependency(ev, value.record->entries[i].value, node);
        }
    } else if (value.kind != VALUE_NULL && value.kind != VALUE_POISON) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                   "\"@depends_on\" takes resources, and this is %.*s",
                   TEXT_ARGS(value_kind_text(ev->arena, value)));
        hint(ev, d, "Write the resource's name, without a dot behind it and without quotes.");
    }
}

static struct value dependencies(struct evaluator *ev, struct value value,
                                 const struct node *node) {
    size_t base = ev->stack_count;
    add_dependency(ev, value, node);
    if (ev->stack_count == base) return value_null();
    return stack_take(ev, base);
}

static struct value policy_value(struct evaluator *ev, struct text key, struct value value,
                                 const struct node *node, bool except_on_create) {
    value = settled(ev, value);
    struct text text = value.kind == VALUE_TEXT ? value_as_text(value) : (struct text){"", 0};
    if (value.kind == VALUE_NULL || text_is(text, "Delete") || text_is(text, "Retain") ||
        text_is(text, "Snapshot") || (except_on_create && text_is(text, "RetainExceptOnCreate"))) {
        return value;
    }
    fault_meta(ev, key, node, value,
               except_on_create ? "\"Delete\", \"Retain\", \"RetainExceptOnCreate\" or \"Snapshot\""
                                : "\"Delete\", \"Retain\" or \"Snapshot\"");
    return value_null();
}

static struct value record_meta(struct evaluator *ev, struct text key, struct value value,
                                const struct node *node) {
    if (value.kind == VALUE_RECORD) {
        if (!(value.flags & VALUE_SECRET)) return conform_free(ev, value, node);
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "\"@%.*s\" would show a secret", TEXT_ARGS(key));
        return value_null();
    }
    if (value.kind != VALUE_NULL) fault_meta(ev, key, node, value, "a record");
    return value_null();
}

static struct value names_meta(struct evaluator *ev, struct text key, struct value value,
                               const struct node *node) {
    value = settled(ev, value);
    bool fits = value.kind == VALUE_LIST;
    for (uint32_t i = 0; fits && i < value.length; i++) fits = value.items[i].kind == VALUE_TEXT;
    if (fits) return value;
    if (value.kind != VALUE_NULL) fault_meta(ev, key, node, value, "a list of property names");
    return value_null();
}

static bool flag_meta(struct evaluator *ev, struct text key, struct value value,
                      const struct node *node) {
    value = settled(ev, value);
    if (value.kind == VALUE_BOOL) return value.boolean;
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "an @ attribute");
    } else if (value.kind != VALUE_NULL) {
        fault_meta(ev, key, node, value, "true or false");
    }
    return false;
}

/* @was is a path as it stood: its text, or the words of the expression. */
static struct text former_path(struct evaluator *ev, const struct node *node) {
    if (node->kind == NODE_TEXT) return node_text(node);
    return span_text(ev->program->sources, node->span);
}

static void set_meta(struct body_sink *sink, struct text key, struct value value,
                     struct node *entry) {
    struct evaluator *ev = sink->ev;
    struct resource *resource = &sink->state->resource;
    const struct node *node = entry->entry.value;
    if (entry->flags & NODE_BAD) return;
    if (text_is(key, "depends_on")) {
        own_meta(ev, resource)->depends_on = dependencies(ev, value, node);
    } else if (text_is(key, "deletion_policy")) {
        own_meta(ev, resource)->deletion_policy = policy_value(ev, key, value, node, true);
    } else if (text_is(key, "update_replace_policy")) {
        own_meta(ev, resource)->update_replace_policy = policy_value(ev, key, value, node, false);
    } else if (text_is(key, "creation_policy")) {
        own_meta(ev, resource)->creation_policy = record_meta(ev, key, value, node);
    } else if (text_is(key, "update_policy")) {
        own_meta(ev, resource)->update_policy = record_meta(ev, key, value, node);
    } else if (text_is(key, "metadata")) {
        own_meta(ev, resource)->metadata = record_meta(ev, key, value, node);
    } else if (text_is(key, "ignore_changes")) {
        own_meta(ev, resource)->ignore_changes = names_meta(ev, key, value, node);
    } else if (text_is(key, "protect")) {
        resource->is_protected = flag_meta(ev, key, value, node);
        if (resource->is_protected && resource->stack) resource->stack->is_protected = true;
    } else if (text_is(key, "was")) {
        own_meta(ev, resource)->was = former_path(ev, node);
    } else if (text_is(key, "existing")) {
        flag_meta(ev, key, value, node);
    }
}

void resource_body(struct evaluator *ev, struct resource_state *state) {
    if (!body_evaluate(ev, state, state->resource.declared)) return;
    struct resource *resource = &state->resource;
    if (resource->is_existing) return; /* only read: what is written of it is as it is */
    conform_resource(ev, resource, state->is_broken);
    naming_check(ev, resource);
}

/* ---- instances of components ---- */

struct value component_arguments(struct evaluator *ev, struct component *component) {
    if (component->arguments.kind == SLOT_RUNNING) return value_poison();
    if (component->arguments.kind == SLOT_WAITING) {
        component->arguments.kind = SLOT_RUNNING;
        struct list entries = body_entries(component->declared);
        struct body_sink sink = {
            {.put = body_put}, ev, NULL, record_new(ev->arena, entries.count), NULL};
        entries_run(ev, entries, component->outer, &sink.sink);
        component->arguments = value_seal(value_record(sink.record));
        if (sink.sink.is_broken) component->arguments.flags |= VALUE_BROKEN;
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
    struct node *entry = entry_lookup(ev, body_entries(component->declared), name, false, &unsure);
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
    if (found->origin) {
        *origin = found->origin->kind == NODE_ENTRY ? found->origin->entry.value : found->origin;
    }
    return found->value;
}

static void component_meta(struct evaluator *ev, struct component *component, struct node *entry) {
    struct text key = entry->entry.key->kind == NODE_TEXT ? node_text(entry->entry.key) : TEXT("");
    const struct node *node = entry->entry.value;
    if (text_is(key, "id") || text_is(key, "existing") || text_is(key, "add")) return;
    if (text_is(key, "was")) {
        struct resource *self = component_self(ev, component);
        if (self && !self->meta->was.length) own_meta(ev, self)->was = former_path(ev, node);
        return;
    }
    struct value value = evaluate(ev, entry->entry.value, component->outer);
    bool depends = text_is(key, "depends_on");
    if (depends) value = dependencies(ev, value, node);
    for (uint32_t i = 0; i < component->resource_count; i++) {
        struct resource_state *state = (struct resource_state *)component->resources[i];
        struct body_sink sink = {.ev = ev, .state = state};
        struct value own = state->resource.meta->depends_on;
        if (depends && own.kind == VALUE_LIST && value.kind == VALUE_LIST) {
            size_t base = ev->stack_count;
            for (uint32_t j = 0; j < own.length; j++) stack_push(ev, own.items[j]);
            for (uint32_t j = 0; j < value.length; j++) stack_push(ev, value.items[j]);
            own_meta(ev, &state->resource)->depends_on = stack_take(ev, base);
        } else if (depends) {
            if (value.kind == VALUE_LIST) own_meta(ev, &state->resource)->depends_on = value;
        } else {
            set_meta(&sink, key, value, entry);
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
