/* The beginnings of operations: what a stack takes over from a change set, and its first phase. */
#include "runtime/simulator/engine.h"

static void take_inputs(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_change_set *set) {
    struct failure why = {0};
    const struct document *description = document_get(set->blueprint->root, "Description");
    stack->now = (struct sim_plan_inputs){.blueprint = set->blueprint,
                                          .parameters = set->parameters,
                                          .tags = set->tags, .tag_count = set->tag_count};
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = set->blueprint,
        .parameters = set->parameters, .arena = &simulator->arena, .why = &why,
    };
    sim_conditions(&scope); /* they were worked out when the change set was made */
    stack->now.conditions = scope.conditions;
    stack->tag_text = sim_tags_text(&simulator->arena, set->tags, set->tag_count);
    stack->capabilities = set->capabilities;
    stack->capability_count = set->capability_count;
    stack->change_set_id = set->id;
    stack->settings = set->settings;
    stack->description = description && description->kind == DOCUMENT_TEXT ? description->text
                                                                          : (struct text){0};
    stack->imports = NULL;
    stack->import_count = 0;
}

static void take_item(struct simulator *simulator, struct sim_stack *stack,
                      const struct sim_change_set *set, const struct sim_item *item) {
    struct sim_resource *resource = sim_stack_resource(stack, item->id);
    if (!resource || !sim_exists(resource)) {
        if (!resource) {
            resource = ARENA_NEW(&simulator->arena, struct sim_resource);
            sim_stack_add_resource(simulator, stack, resource);
        }
        resource->logical_id = item->id;
        resource->is_new = true;
        resource->now = (struct sim_state){0};
        resource->import_id = sim_import_of(set, item->id);
    }
    resource->type = item->type;
    resource->schema = item->schema;
    resource->item = item;
    resource->blueprint = stack->now.blueprint;
    resource->is_removed = false;
    resource->deletion_policy = sim_policy(item->body, "DeletionPolicy", "Delete");
    resource->update_replace_policy = sim_policy(item->body, "UpdateReplacePolicy", "Delete");
}

static void take_items(struct simulator *simulator, struct sim_stack *stack,
                       const struct sim_change_set *set) {
    const struct sim_blueprint *blueprint = stack->now.blueprint;
    struct sim_scope scope = {.conditions = stack->now.conditions};
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_leftover && !resource->is_orphan) resource->is_removed = true;
    }
    for (uint32_t i = 0; i < blueprint->count; i++) {
        if (sim_item_wanted(&scope, &blueprint->items[i])) {
            take_item(simulator, stack, set, &blueprint->items[i]);
        }
    }
    sim_stack_index(simulator, stack);
}

void sim_begin_create(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set) {
    stack->origin = SIM_CREATE_IN_PROGRESS;
    sim_operation(simulator, stack, "CREATE_STACK");
    take_inputs(simulator, stack, set);
    take_items(simulator, stack, set);
    if (set->id.length) stack->updated = simulator->clock; /* so it is recorded */
    sim_stack_status(simulator, stack, SIM_CREATE_IN_PROGRESS, TEXT("User Initiated"));
    sim_phase_begin(simulator, stack, PHASE_FORWARD);
    sim_advance(simulator, stack);
}

void sim_begin_import(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set) {
    stack->origin = SIM_IMPORT_IN_PROGRESS;
    sim_operation(simulator, stack, "UPDATE_STACK");
    stack->before = stack->now;
    take_inputs(simulator, stack, set);
    take_items(simulator, stack, set);
    stack->updated = simulator->clock;
    sim_stack_status(simulator, stack, SIM_IMPORT_IN_PROGRESS, TEXT("User Initiated"));
    sim_phase_begin(simulator, stack, PHASE_FORWARD);
    sim_advance(simulator, stack);
}

/* What the policy keeps from being deleted fails the update before anything is done. */
static void heed_policy(struct simulator *simulator, struct sim_stack *stack) {
    struct text reason;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_removed || !sim_exists(resource) ||
            sim_policy_allows(simulator, stack, resource, "Update:Delete", &reason)) continue;
        sim_fail_resource(simulator, stack, resource, reason);
        return;
    }
}

void sim_begin_update(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set) {
    stack->origin = SIM_UPDATE_IN_PROGRESS;
    sim_operation(simulator, stack, "UPDATE_STACK");
    stack->before = stack->now;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        stack->resources[i]->is_new = stack->resources[i]->is_changed = false;
    }
    take_inputs(simulator, stack, set);
    take_items(simulator, stack, set);
    stack->reverts_drift = set->mode.length > 0;
    stack->updated = simulator->clock;
    sim_stack_status(simulator, stack, SIM_UPDATE_IN_PROGRESS, TEXT("User Initiated"));
    sim_phase_begin(simulator, stack, PHASE_FORWARD);
    heed_policy(simulator, stack);
    sim_advance(simulator, stack);
}

void sim_begin_delete(struct simulator *simulator, struct sim_stack *stack, struct text token) {
    stack->origin = SIM_DELETE_IN_PROGRESS;
    sim_operation(simulator, stack, "DELETE_STACK");
    stack->token = token;
    sim_stack_status(simulator, stack, SIM_DELETE_IN_PROGRESS, TEXT("User Initiated"));
    sim_phase_begin(simulator, stack, PHASE_REMOVE);
    sim_advance(simulator, stack);
}

void sim_begin_rollback(struct simulator *simulator, struct sim_stack *stack, struct text token) {
    bool creates = stack->status == SIM_CREATE_FAILED;
    stack->token = token;
    stack->is_failing = false;
    stack->is_rolling_back = true;
    for (uint32_t i = 0; i < stack->resource_count; i++) stack->resources[i]->is_removed = false;
    sim_stack_status(simulator, stack,
                     creates ? SIM_ROLLBACK_IN_PROGRESS : SIM_UPDATE_ROLLBACK_IN_PROGRESS,
                     TEXT("User Initiated"));
    sim_phase_begin(simulator, stack, creates ? PHASE_REMOVE : PHASE_RESTORE);
    sim_advance(simulator, stack);
}

void sim_cancel_operation(struct simulator *simulator, struct sim_stack *stack,
                          struct text reason) {
    sim_cancel_work(simulator, stack);
    stack->is_failing = true;
    sim_roll_back(simulator, stack, reason);
    sim_advance(simulator, stack);
}

void sim_clean_nested(struct simulator *simulator, struct sim_stack *stack) {
    bool is_back = stack->status == SIM_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS;
    sim_phase_begin(simulator, stack, is_back ? PHASE_DROP : PHASE_CLEANUP);
    sim_advance(simulator, stack);
}

void sim_restore_nested(struct simulator *simulator, struct sim_stack *stack) {
    stack->disable_rollback = false;
    sim_roll_back(simulator, stack, (struct text){0});
    sim_advance(simulator, stack);
}

void sim_take_refactor(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_blueprint *blueprint) {
    stack->now.blueprint = blueprint;
    sim_reattach(simulator, stack);
    stack->updated = simulator->clock;
    sim_stack_status(simulator, stack, SIM_UPDATE_COMPLETE, TEXT("Stack refactor"));
}

void sim_signal_failure(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_resource *resource, struct text signal) {
    if (resource->work != WORK_RUNNING || stack->phase != PHASE_FORWARD) return;
    sim_fail_resource(simulator, stack, resource,
                      text_format(&simulator->arena, "Received FAILURE signal with UniqueId %.*s",
                                  TEXT_ARGS(signal)));
    sim_advance(simulator, stack);
}
