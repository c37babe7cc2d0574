/* Logical ids of resources in templates. */
#include "evaluator/internal.h"

enum { ID_HASH = 8 };

/* A long id keeps its beginning and ends in letters made of the whole (FNV-1a, base 26). */
static struct text shortened(struct evaluator *ev, struct text id) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < id.length; i++)
        hash = (hash ^ (unsigned char)id.bytes[i]) * 1099511628211u;
    char *bytes = arena_copy(ev->arena, id.bytes, LIMIT_LOGICAL_ID);
    for (int i = 0; i < ID_HASH; i++) {
        bytes[LIMIT_LOGICAL_ID - ID_HASH + i] = (char)('a' + hash % 26);
        hash /= 26;
    }
    return (struct text){bytes, LIMIT_LOGICAL_ID};
}

static const struct node *id_entry(const struct node *node) {
    struct node *body = node->unit.body;
    if (!body || body->kind != NODE_RECORD) return NULL;
    for (struct node *entry = body->record.entries.first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY && entry->flags & NODE_META &&
            text_is(entry_text(entry), "id")) {
            return entry;
        }
    }
    return NULL;
}

static bool is_id(struct text id) {
    return id.length <= LIMIT_LOGICAL_ID && text_all(id, ascii_is_alphanumeric);
}

/* The id that @id fixes; empty if there is none or it is none (reported). */
static struct text fixed_id(struct evaluator *ev, struct resource_state *state) {
    const struct node *entry = id_entry(state->resource.declared);
    if (!entry || entry->flags & NODE_BAD) return (struct text){"", 0};
    struct node *node = entry->entry.value;
    struct value value = settled(ev, evaluate(ev, node, state->frame));
    if (value.kind == VALUE_DEFERRED) fault_steering(ev, node, value, "a logical id");
    if (value.kind == VALUE_TEXT && is_id(value_as_text(value)) && !(value.flags & VALUE_SECRET)) {
        return value_as_text(value);
    }
    if (value.kind != VALUE_POISON && value.kind != VALUE_DEFERRED && value.kind != VALUE_NULL) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_LOGICAL_ID, node,
                   "a logical id has 1 to %d letters and digits, and this is %.*s",
                   LIMIT_LOGICAL_ID, TEXT_ARGS(value_brief(ev, value)));
        hint(ev, d, "Leave out \"-\", \"_\" and all else that is neither letter nor digit.");
    }
    return (struct text){"", 0};
}

static struct span name_span(const struct node *node) {
    return written_span(node, node->declaration.name);
}

static void fault_twice(struct evaluator *ev, const struct resource *resource,
                        const struct resource *other) {
    struct diagnostic *d = diagnostics_report(
        ev->diagnostics, DIAGNOSTIC_LOGICAL_ID, name_span(resource->shown),
        "\"%.*s\" and \"%.*s\" have one logical id, \"%.*s\"", TEXT_ARGS(resource->path),
        TEXT_ARGS(other->path), NAME_ARGS(resource->logical_id));
    note(ev, d, name_span(other->shown), "\"%.*s\" is declared here", TEXT_ARGS(other->path));
    hint(ev, d, "Give one of them another name, or fix its id with `@id = \"%.*s2\"`.",
         NAME_ARGS(resource->logical_id));
}

static void stack_add(struct evaluator *ev, struct stack *stack, struct resource *resource) {
    stack->resources = arena_grown(ev->arena, stack->resources, stack->resource_count,
                                   &stack->resource_capacity, sizeof *stack->resources);
    resource->index = stack->resource_count;
    resource->stack = stack;
    stack->resources[stack->resource_count++] = resource;
}

bool naming_settle(struct evaluator *ev, struct resource_state *state) {
    struct resource *resource = &state->resource;
    if (resource->logical_id) return true;
    if (resource->is_existing || state->is_naming || !state->place->stack) return false;
    state->is_naming = true;
    struct text id = fixed_id(ev, state);
    state->is_naming = false;
    if (!id.length) id = text_words_joined(ev->arena, state->below);
    if (id.length > LIMIT_LOGICAL_ID) id = shortened(ev, id);
    if (id.length == 0) {
        struct diagnostic *d = diagnostics_report(
            ev->diagnostics, DIAGNOSTIC_LOGICAL_ID, name_span(resource->shown),
            "no letter or digit of \"%.*s\" is left for a logical id", TEXT_ARGS(resource->path));
        hint(ev, d, "Give it another name, or fix its id with `@id = \"Name\"`.");
        id = TEXT("Resource");
    }
    resource->logical_id = names_intern(ev->names, id);
    resource->stack = state->place->stack;
    return true;
}

void naming_register(struct evaluator *ev, struct resource_state *state) {
    struct resource *resource = &state->resource;
    struct stack_state *stack = (struct stack_state *)state->place->stack;
    if (!naming_settle(ev, state)) return;
    const struct resource *other = map_find(&stack->ids, resource->logical_id);
    if (other) {
        fault_twice(ev, resource, other);
    } else {
        map_put(&stack->ids, resource->logical_id, resource);
    }
    stack_add(ev, &stack->stack, resource);
}
