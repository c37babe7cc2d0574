/* Resources: making them, and giving them their place. */
#include "evaluator/resources.h"

/* ---- entries by name ---- */

struct node *entry_lookup(struct list entries, const struct name *name, bool meta, bool *unsure) {
    struct node *found = NULL;
    *unsure = false;
    for (struct node *entry = entries.first; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY) {
            *unsure = true; /* a spread, `if` or `for` may give it, and later ones win */
        } else if (((entry->flags & NODE_META) != 0) == meta) {
            if (entry->entry.key == name) {
                found = entry;
                *unsure = false;
            } else if (!entry->entry.key) {
                *unsure = true;
            }
        }
    }
    return found;
}

struct list body_entries(const struct node *node) {
    struct node *body = node->unit.body;
    if (!body || body->kind != NODE_RECORD) return (struct list){0};
    return body->record.entries;
}

/* ---- making ---- */

static const struct record no_properties;

static struct text below_stack(const struct site *place, struct text path) {
    const struct stack_state *stack = (const struct stack_state *)place->stack;
    size_t skip = stack && stack->place.path.length ? stack->place.path.length + 1 : 0;
    return (struct text){path.bytes + skip, path.length - skip};
}

struct text path_of_ids(struct evaluator *ev, const struct site *place, struct text path,
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
    resource->properties = (struct record *)&no_properties; /* until the body is evaluated */
    resource->meta = &meta_none;
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
    if (meta_is_written(node)) {
        const struct node *where;
        struct value existing = meta_known(ev, node, ev->name_existing, frame, &where);
        resource->is_existing = existing.kind == VALUE_BOOL && existing.boolean;
    }
    return (struct value){.kind = VALUE_RESOURCE, .resource = resource};
}

static const struct schema_type *aws_type(const struct node *node) {
    const struct symbol *symbol = node->declaration.symbol;
    if (symbol && symbol->type && symbol->type->kind == TYPE_RESOURCE)
        return symbol->type->resource;
    return schema_type_find(name_text(node->unit.type->aws_type.name));
}

static struct value resource_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                      struct value key) {
    struct node *type = node->unit.type;
    if (!type || type->flags & NODE_BAD || !node->declaration.name.name || !frame->place->region) {
        return value_poison();
    }
    cover(ev, node);
    if (type->kind == NODE_TYPE_NAME) {
        struct symbol *symbol = type_name_symbol(type);
        return symbol ? component_new(ev, node, frame, frame->place, symbol, key) : value_poison();
    }
    const struct schema_type *schema = aws_type(node);
    return schema ? resource_new(ev, node, frame, schema, key) : value_poison();
}

struct value resource_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    return unit_make(ev, symbol->declaration, frame, resource_make_one);
}

/* ---- registering: in the order of the program ---- */

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
    int near = schema_suggest_region(resource->type, (size_t)region);
    if (near >= 0) {
        hint(ev, d, "The nearest region that has it is %.*s.",
             TEXT_ARGS(schema_region_at((size_t)near)));
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
            component_count(ev, state->place->component, value.resource);
        }
        additions_run(ev, value.resource->declared, state->frame);
        task_add(ev, (struct task){.kind = TASK_BODY, .resource = state});
    } else if (value.kind == VALUE_COMPONENT) {
        component_register(ev, value.component);
    }
}
