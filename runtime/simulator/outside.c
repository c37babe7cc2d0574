/* What exists though no stack has it: parameters and buckets that were made by calls of their own.
 *
 * They are kept as what a deleted stack has retained, one such stack a region, which has no name
 * that a request can say. So they are saved, keep their names taken, and can be read by templates
 * like anything else that was left behind.
 */
#include "runtime/simulator/calls.h"

#define KEEPER "(outside)" /* no name of a stack may hold brackets */

bool sim_is_keeper(const struct sim_stack *stack) {
    return text_is(stack->name, KEEPER);
}

static struct sim_stack *keeper(struct simulator *simulator, struct text region) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *stack = simulator->stacks[i];
        if (sim_is_keeper(stack) && text_equal(stack->region, region)) return stack;
    }
    struct sim_stack *stack = sim_stack_new(simulator, region, TEXT(KEEPER));
    stack->status = SIM_DELETE_COMPLETE;
    stack->deleted = simulator->clock;
    return stack;
}

struct sim_resource *sim_existing(const struct simulator *simulator, const char *type,
                                  struct text region, struct text id, struct sim_stack **owner) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *stack = simulator->stacks[s];
        if (region.length && !text_equal(stack->region, region)) continue;
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            struct sim_resource *resource = stack->resources[r];
            if (!text_is(resource->type, type) || !resource->now.properties ||
                resource->is_missing || !text_equal(resource->now.physical_id, id)) continue;
            if (owner) *owner = stack;
            return resource;
        }
    }
    return NULL;
}

struct sim_resource *sim_outside_new(struct simulator *simulator, struct text region,
                                     const char *type, struct text id,
                                     struct document *properties) {
    struct arena *arena = &simulator->arena;
    struct sim_stack *stack = keeper(simulator, region);
    struct sim_resource *resource = ARENA_NEW(arena, struct sim_resource);
    resource->type = text_of(type);
    resource->schema = schema_type_find(resource->type);
    resource->logical_id = text_format(arena, "R%llu", (unsigned long long)++simulator->counter);
    resource->status = SIM_CREATE_COMPLETE;
    resource->is_orphan = true;
    resource->now.physical_id = text_copy(arena, id);
    resource->now.properties = properties;
    resource->updated = simulator->clock;
    sim_stack_add_resource(simulator, stack, resource);
    stack->is_dirty = true;
    return resource;
}

/* What a stack has is changed behind its back. */
void sim_outside_set(struct simulator *simulator, struct sim_stack *owner,
                     struct sim_resource *resource, const char *property, struct text value) {
    struct arena *arena = &simulator->arena;
    struct document *text = document_text(arena, text_copy(arena, value));
    const struct document *now = resource->actual ? resource->actual : resource->now.properties;
    struct document *changed = sim_with(arena, now, text_of(property), text);
    if (resource->is_orphan) resource->now.properties = changed;
    else resource->actual = changed;
    resource->now.version++;
    resource->updated = simulator->clock;
    owner->is_dirty = true;
}

void sim_outside_delete(struct simulator *simulator, struct sim_stack *owner,
                        struct sim_resource *resource) {
    owner->is_dirty = true;
    if (!sim_is_keeper(owner)) {
        if (resource->is_orphan) resource->now.properties = NULL;
        else resource->is_missing = true;
        resource->updated = simulator->clock;
        return;
    }
    for (uint32_t i = 0; i < owner->resource_count; i++) {
        if (owner->resources[i] != resource) continue;
        owner->resources[i] = owner->resources[--owner->resource_count];
        return;
    }
}
