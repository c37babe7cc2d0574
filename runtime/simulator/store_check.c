/* What the engine relies on and does not look at again, of a stack that was read back: no mrp has
 * written one that lacks it. */
#include "runtime/simulator/store.h"

static bool is_object(const struct document *value) {
    return value && value->kind == DOCUMENT_OBJECT;
}

static bool is_any_of(unsigned status, const uint8_t *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (list[i] == status) return true;
    }
    return false;
}

/* --- templates and what they were given ------------------------------------------------------- */

static bool inputs_are_sound(const struct sim_plan_inputs *inputs) {
    if (inputs->parameters && !is_object(inputs->parameters)) return false;
    if (inputs->conditions && !is_object(inputs->conditions)) return false;
    const struct document *p = inputs->parameters ? inputs->parameters->children : NULL;
    for (; p; p = p->next) {
        const struct document *value = document_get(p, "value");
        if (!value || value->kind != DOCUMENT_TEXT) return false;
    }
    const struct document *c = inputs->conditions ? inputs->conditions->children : NULL;
    for (; c; c = c->next) {
        if (c->kind != DOCUMENT_BOOL) return false;
    }
    return true;
}

/* A stack without a template: one that is not made yet, or no longer there. */
static bool has_templates(const struct sim_stack *stack) {
    static const uint8_t bare[] = {SIM_REVIEW_IN_PROGRESS, SIM_DELETE_COMPLETE,
                                   SIM_IMPORT_ROLLBACK_IN_PROGRESS, SIM_IMPORT_ROLLBACK_COMPLETE};
    static const uint8_t back[] = {SIM_UPDATE_IN_PROGRESS, SIM_UPDATE_FAILED,
                                   SIM_UPDATE_ROLLBACK_FAILED};
    bool may_lack = is_any_of(stack->status, bare, sizeof bare) && stack->phase != PHASE_FORWARD;
    if (!stack->now.blueprint && !may_lack) return false;
    if (stack->before.blueprint) return true;
    if (is_any_of(stack->status, back, sizeof back)) return false;
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE:
    case PHASE_REMOVE: return true;
    case PHASE_FORWARD:
    case PHASE_WATCH:
        return stack->origin == SIM_CREATE_IN_PROGRESS || stack->origin == SIM_IMPORT_IN_PROGRESS;
    case PHASE_DROP: return stack->origin == SIM_IMPORT_IN_PROGRESS;
    case PHASE_CLEANUP:
    case PHASE_RESTORE:
    case PHASE_AWAIT: return false;
    }
    return false;
}

/* --- resources -------------------------------------------------------------------------------- */

static bool state_is_sound(const struct sim_state *state) {
    return !state->properties || is_object(state->properties);
}

/* What the work of the phase takes: an item to be made, properties to come from or to go to. */
static bool work_is_sound(const struct sim_stack *stack, const struct sim_resource *resource) {
    const struct document *now = resource->now.properties, *next = resource->next.properties;
    if (resource->work == WORK_NONE) return true;
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE:
    case PHASE_WATCH:
    case PHASE_AWAIT: return false;
    case PHASE_FORWARD:
        return resource->item && !resource->is_leftover &&
               (resource->work == WORK_WAITING || next) &&
               (resource->work != WORK_RUNNING || now || resource->import_id.length);
    case PHASE_RESTORE: return now && resource->before.properties;
    case PHASE_CLEANUP:
    case PHASE_DROP:
    case PHASE_REMOVE: return now && resource->work != WORK_STARTED;
    }
    return false;
}

static bool times_are_sound(const struct sim_stack *stack) {
    const double times[] = {stack->created, stack->updated, stack->deleted, stack->drift_checked,
                            stack->detected};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (!sim_is_time(times[i])) return false;
    }
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        if (!sim_is_time(stack->change_sets[i]->created)) return false;
    }
    return true;
}

static bool resource_is_sound(const struct sim_stack *stack, const struct sim_resource *resource) {
    return resource->logical_id.length && resource->type.length &&
           sim_is_time(resource->updated) &&
           state_is_sound(&resource->now) && state_is_sound(&resource->before) &&
           state_is_sound(&resource->next) &&
           (!resource->actual || is_object(resource->actual)) &&
           (!resource->is_changed || resource->before.properties) &&
           work_is_sound(stack, resource);
}

bool sim_store_is_sound(const struct sim_stack *stack) {
    static const uint8_t origins[] = {SIM_CREATE_IN_PROGRESS, SIM_UPDATE_IN_PROGRESS,
                                      SIM_DELETE_IN_PROGRESS, SIM_IMPORT_IN_PROGRESS};
    bool runs = stack->phase != PHASE_IDLE;
    if (!stack->name.length || !stack->region.length || stack->status == SIM_NONE) return false;
    if (runs && !is_any_of(stack->origin, origins, sizeof origins)) return false;
    if (!inputs_are_sound(&stack->now) || !inputs_are_sound(&stack->before)) return false;
    if (!has_templates(stack) || !times_are_sound(stack)) return false;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        if (!resource_is_sound(stack, stack->resources[i])) return false;
    }
    return true;
}
