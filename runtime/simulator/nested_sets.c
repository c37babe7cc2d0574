/* Change sets of nested stacks, made together with that of their parent. A stack that is to be made
 * is there already, in review, so that its change set has a place.
 */
#include "runtime/simulator/calls.h"

static struct sim_change_set *find(struct simulator *simulator, const struct sim_stack *stack,
                                   const struct sim_change_set *set, struct text logical_id) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *child = simulator->stacks[s];
        if (!text_equal(child->parent_id, stack->id) ||
            !text_equal(child->nested_as, logical_id)) continue;
        for (uint32_t i = 0; i < child->change_set_count; i++) {
            struct sim_change_set *nested = child->change_sets[i];
            if (!nested->is_deleted && text_equal(nested->parent_id, set->id)) return nested;
        }
    }
    return NULL;
}

/* What could not even be drafted has failed for that reason. */
static struct sim_change_set *failed_set(struct simulator *simulator,
                                         const struct cloud_call *call) {
    struct sim_change_set *set = ARENA_NEW(&simulator->arena, struct sim_change_set);
    *set = (struct sim_change_set){
        .type = call->request.change_type, .created = simulator->clock, .status = "FAILED",
        .execution_status = "UNAVAILABLE",
        .status_reason = text_copy(&simulator->arena, call->error.message)};
    return set;
}

static struct text set_name(struct simulator *simulator, const struct sim_change_set *set,
                            struct text logical_id) {
    struct arena *arena = &simulator->arena;
    char random[13];
    struct text name = set->name, seed = text_format(arena, "nested/%.*s/%.*s", TEXT_ARGS(set->id),
                                                     TEXT_ARGS(logical_id));
    sim_random(seed, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", random, sizeof random);
    if (name.length > 56) name.length = 56;
    if (logical_id.length > 56) logical_id.length = 56;
    return text_format(arena, "%.*s-%.*s-%.*s", TEXT_ARGS(name), TEXT_ARGS(logical_id),
                       (int)sizeof random, random);
}

struct sim_change_set *sim_nested_set(struct simulator *simulator, struct sim_stack *stack,
                                      const struct sim_change_set *set, struct text logical_id,
                                      const struct document *properties) {
    struct sim_change_set *nested = find(simulator, stack, set, logical_id);
    if (nested) return nested;
    struct cloud_call call = {.arena = &simulator->arena};
    const struct sim_resource *resource = sim_stack_resource(stack, logical_id);
    struct sim_stack *child = resource ? sim_nested_stack(simulator, resource) : NULL;
    nested = sim_nested_draft(simulator, stack, set, logical_id, properties, child, &call);
    if (!nested) nested = failed_set(simulator, &call);
    if (!child) {
        child = sim_nested_new(simulator, stack, logical_id, call.request.stack);
        sim_stack_status(simulator, child, SIM_REVIEW_IN_PROGRESS, TEXT("User Initiated"));
    }
    nested->parent_id = set->id;
    nested->root_id = set->root_id.length ? set->root_id : set->id;
    nested->with_nested = true;
    sim_add_change_set(simulator, child, set_name(simulator, set, logical_id), nested);
    if (nested->blueprint) sim_change_set_plan(simulator, child, nested);
    child->is_dirty = true;
    return nested;
}

struct text sim_nested_set_take(const struct sim_stack *parent, struct sim_stack *child) {
    struct text taken = {0};
    for (uint32_t i = 0; i < child->change_set_count; i++) {
        struct sim_change_set *set = child->change_sets[i];
        if (parent->change_set_id.length && !set->is_deleted &&
            text_equal(set->parent_id, parent->change_set_id)) {
            set->execution_status = "EXECUTE_COMPLETE";
            taken = set->id;
        } else if (set->execution_status && strcmp(set->execution_status, "AVAILABLE") == 0) {
            set->execution_status = "OBSOLETE";
        }
    }
    return taken;
}

void sim_nested_sets_delete(struct simulator *simulator, const struct sim_change_set *set) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *stack = simulator->stacks[s];
        bool any = false, left = false;
        for (uint32_t i = 0; i < stack->change_set_count; i++) {
            struct sim_change_set *nested = stack->change_sets[i];
            bool is_of_it = !nested->is_deleted && text_equal(nested->root_id, set->id);
            nested->is_deleted |= is_of_it;
            any |= is_of_it;
            left |= !nested->is_deleted;
        }
        if (!any) continue;
        stack->is_dirty = true;
        if (left || stack->status != SIM_REVIEW_IN_PROGRESS) continue;
        sim_stack_status(simulator, stack, SIM_DELETE_COMPLETE, (struct text){0});
    }
}

void sim_nested_drop_reserved(struct simulator *simulator, const struct sim_stack *parent) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *child = simulator->stacks[i];
        if (child->status != SIM_REVIEW_IN_PROGRESS ||
            !text_equal(child->parent_id, parent->id)) continue;
        sim_stack_status(simulator, child, SIM_DELETE_COMPLETE, (struct text){0});
        sim_nested_drop_reserved(simulator, child);
    }
}
