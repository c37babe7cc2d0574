/* Operations on virtual time: what a stack does next follows from its phase and from the work its
 * resources still have. A phase ends when no resource has work left; the next one follows from it.
 */
#include <math.h>

#include "runtime/simulator/engine.h"

/* --- which resources a phase is about --------------------------------------------------------- */

static bool is_involved(struct simulator *simulator, const struct sim_resource *resource,
                        unsigned phase) {
    if (resource->is_orphan) return false;
    switch ((enum sim_phase)phase) {
    case PHASE_IDLE:
    case PHASE_WATCH:
    case PHASE_AWAIT: return false;
    case PHASE_FORWARD: return !resource->is_leftover && !resource->is_removed;
    case PHASE_CLEANUP:
        return sim_exists(resource) && (resource->is_leftover || resource->is_removed ||
                                        sim_nested_awaits(simulator, resource));
    case PHASE_RESTORE: return resource->is_changed && !resource->is_leftover;
    case PHASE_DROP:
        return sim_exists(resource) && (resource->is_leftover || resource->is_new ||
                                        sim_nested_awaits(simulator, resource));
    case PHASE_REMOVE: return sim_exists(resource);
    }
    return false;
}

bool sim_is_deletion(unsigned phase) {
    return phase == PHASE_CLEANUP || phase == PHASE_DROP || phase == PHASE_REMOVE;
}

/* Whether a was made from an item that needs b. */
static bool needs(const struct sim_resource *a, const struct sim_resource *b) {
    for (uint32_t i = 0; a->item && i < a->item->need_count; i++) {
        const struct sim_item *need = &a->blueprint->items[a->item->needs[i]];
        if (need == b->item || text_equal(need->id, b->logical_id)) return true;
    }
    return false;
}

static bool waits_for(const struct sim_resource *a, const struct sim_resource *b, unsigned phase) {
    if (a == b) return false;
    return sim_is_deletion(phase) ? needs(b, a) : needs(a, b);
}

void sim_count_waits(struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *a = stack->resources[i];
        a->waits = 0;
        if (a->work != WORK_WAITING) continue;
        for (uint32_t j = 0; j < stack->resource_count; j++) {
            struct sim_resource *b = stack->resources[j];
            if (b->work != WORK_NONE && waits_for(a, b, stack->phase)) a->waits++;
        }
    }
}

void sim_finish(struct sim_stack *stack, struct sim_resource *resource) {
    resource->work = WORK_NONE;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *other = stack->resources[i];
        if (other->work == WORK_WAITING && other->waits &&
            waits_for(other, resource, stack->phase)) other->waits--;
    }
}

/* --- the phases ------------------------------------------------------------------------------- */

static bool later_first(const struct sim_stack *stack) { return sim_is_deletion(stack->phase); }

static void begin_work(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE:
    case PHASE_WATCH:
    case PHASE_AWAIT:
        return;
    case PHASE_FORWARD:
        resource->is_replacement = false;
        if (sim_exists(resource)) sim_step_update(simulator, stack, resource);
        else if (resource->import_id.length) sim_step_import(simulator, stack, resource);
        else sim_step_create(simulator, stack, resource);
        return;
    case PHASE_RESTORE:
        sim_step_restore(simulator, stack, resource);
        return;
    case PHASE_CLEANUP:
    case PHASE_DROP:
    case PHASE_REMOVE:
        sim_step_delete(simulator, stack, resource);
        return;
    }
}

static void end_work(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    if (resource->work == WORK_STARTED) sim_step_identify(simulator, stack, resource);
    else if (stack->phase == PHASE_FORWARD) sim_step_end_forward(simulator, stack, resource);
    else if (stack->phase == PHASE_RESTORE) sim_step_end_restore(simulator, stack, resource);
    else sim_step_end_delete(simulator, stack, resource);
}

void sim_phase_begin(struct simulator *simulator, struct sim_stack *stack, unsigned phase) {
    stack->phase = (uint8_t)phase;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        resource->work = is_involved(simulator, resource, phase) ? WORK_WAITING : WORK_NONE;
        if (resource->work) resource->is_failed = false;
    }
    sim_count_waits(stack);
}

static bool names_failed(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                         struct text *names) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_failed || resource->status != status) continue;
        if (out.length) buffer_string(&out, ", ");
        buffer_text(&out, resource->logical_id);
    }
    *names = buffer_take(&out, &simulator->arena);
    buffer_release(&out);
    return names->length > 0;
}

static struct text failed_text(struct simulator *simulator, struct sim_stack *stack) {
    struct arena *arena = &simulator->arena;
    struct text created, updated, all = {0};
    if (names_failed(simulator, stack, SIM_CREATE_FAILED, &created)) {
        all = text_format(arena, "The following resource(s) failed to create: [%.*s]. ",
                          TEXT_ARGS(created));
    }
    if (names_failed(simulator, stack, SIM_UPDATE_FAILED, &updated)) {
        all = text_format(arena, "%.*sThe following resource(s) failed to update: [%.*s]. ",
                          TEXT_ARGS(all), TEXT_ARGS(updated));
    }
    if (names_failed(simulator, stack, SIM_IMPORT_FAILED, &updated)) {
        all = text_format(arena, "%.*sThe following resource(s) failed to import: [%.*s]. ",
                          TEXT_ARGS(all), TEXT_ARGS(updated));
    }
    return all;
}

static void settle(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                   struct text reason) {
    stack->phase = PHASE_IDLE;
    stack->is_failing = stack->is_rolling_back = stack->is_led = stack->reverts_drift = false;
    stack->update_policy = (struct text){0};
    if (status == SIM_DELETE_COMPLETE) stack->deleted = simulator->clock;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        /* A rollback that is to go on needs to know what it is about. */
        if (status != SIM_UPDATE_FAILED && status != SIM_UPDATE_ROLLBACK_FAILED) {
            resource->is_new = resource->is_changed = resource->is_replacement = false;
            resource->import_id = (struct text){0};
        }
        resource->work = WORK_NONE;
        bool is_shown = resource->status == SIM_CREATE_FAILED &&
                        status != SIM_UPDATE_ROLLBACK_COMPLETE;
        if (sim_exists(resource) || is_shown) {
            stack->resources[kept++] = resource;
        }
    }
    stack->resource_count = kept;
    sim_stack_index(simulator, stack);
    sim_stack_status(simulator, stack, status, reason);
    sim_nested_drop_reserved(simulator, stack);
    sim_wake_parent(simulator, stack);
}

/* What was imported is nobody's again; nothing else was changed. */
static void roll_back_import(struct simulator *simulator, struct sim_stack *stack,
                             struct text reason) {
    stack->is_failing = false;
    stack->is_rolling_back = true;
    sim_operation(simulator, stack, "ROLLBACK");
    stack->now = stack->before;
    if (stack->now.blueprint) sim_reattach(simulator, stack);
    sim_stack_status(simulator, stack, SIM_IMPORT_ROLLBACK_IN_PROGRESS, reason);
    sim_phase_begin(simulator, stack, PHASE_DROP);
}

void sim_roll_back(struct simulator *simulator, struct sim_stack *stack, struct text reason) {
    bool creates = stack->origin == SIM_CREATE_IN_PROGRESS;
    stack->cause = reason;
    if (stack->origin == SIM_IMPORT_IN_PROGRESS) {
        roll_back_import(simulator, stack, reason);
        return;
    }
    if (stack->disable_rollback || (creates && stack->is_led)) {
        settle(simulator, stack, creates ? SIM_CREATE_FAILED : SIM_UPDATE_FAILED, reason);
        return;
    }
    stack->is_failing = false;
    if (creates && text_is(stack->on_failure, "DELETE")) {
        sim_stack_status(simulator, stack, SIM_DELETE_IN_PROGRESS, reason);
        sim_phase_begin(simulator, stack, PHASE_REMOVE);
        return;
    }
    stack->is_rolling_back = true;
    sim_operation(simulator, stack, "ROLLBACK");
    if (creates) {
        stack->deleted = simulator->clock; /* so it is recorded */
        sim_stack_status(simulator, stack, SIM_ROLLBACK_IN_PROGRESS,
                         text_format(&simulator->arena, "%.*s%sRollback requested by user.",
                                     TEXT_ARGS(reason),
                                     text_ends(reason, TEXT(" ")) ? "" : ". "));
        sim_phase_begin(simulator, stack, PHASE_REMOVE);
        return;
    }
    sim_stack_status(simulator, stack, SIM_UPDATE_ROLLBACK_IN_PROGRESS, reason);
    for (uint32_t i = 0; i < stack->resource_count; i++) stack->resources[i]->is_removed = false;
    sim_phase_begin(simulator, stack, PHASE_RESTORE);
    sim_wake_parent(simulator, stack);
}

/* The next phase, which a nested stack begins when its parent says so. */
static void go_on(struct simulator *simulator, struct sim_stack *stack, unsigned phase) {
    if (!stack->is_led) {
        sim_phase_begin(simulator, stack, phase);
        return;
    }
    stack->phase = PHASE_AWAIT;
    sim_wake_parent(simulator, stack);
}

static void end_watch(struct simulator *simulator, struct sim_stack *stack);

static void end_forward(struct simulator *simulator, struct sim_stack *stack) {
    struct text reason = {0};
    if (stack->is_failing) {
        sim_roll_back(simulator, stack, failed_text(simulator, stack));
        return;
    }
    if (!sim_make_outputs(simulator, stack, &reason)) {
        stack->outputs = stack->old_outputs;
        stack->output_count = stack->old_output_count;
        sim_roll_back(simulator, stack, reason);
        return;
    }
    if (stack->settings.alarm_count && stack->settings.alarm_minutes) {
        stack->phase = PHASE_WATCH;
        stack->until = simulator->clock + 60.0 * stack->settings.alarm_minutes;
        return;
    }
    end_watch(simulator, stack);
}

static void end_watch(struct simulator *simulator, struct sim_stack *stack) {
    if (stack->origin == SIM_CREATE_IN_PROGRESS) {
        settle(simulator, stack, SIM_CREATE_COMPLETE, (struct text){0});
        return;
    }
    if (stack->origin == SIM_IMPORT_IN_PROGRESS) {
        settle(simulator, stack, SIM_IMPORT_COMPLETE, (struct text){0});
        return;
    }
    sim_stack_status(simulator, stack, SIM_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS,
                     (struct text){0});
    go_on(simulator, stack, PHASE_CLEANUP);
}

/* After a rollback: the resources are those of the template before. */
void sim_reattach(struct simulator *simulator, struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || resource->is_new) continue;
        const struct sim_item *item =
            sim_blueprint_find(stack->now.blueprint, resource->logical_id);
        if (!item) continue;
        resource->item = item;
        resource->blueprint = stack->now.blueprint;
        resource->deletion_policy = sim_policy(item->body, "DeletionPolicy", "Delete");
        resource->update_replace_policy = sim_policy(item->body, "UpdateReplacePolicy", "Delete");
    }
    sim_stack_index(simulator, stack);
}

static void end_restore(struct simulator *simulator, struct sim_stack *stack) {
    if (stack->is_failing) {
        settle(simulator, stack, SIM_UPDATE_ROLLBACK_FAILED, failed_text(simulator, stack));
        return;
    }
    stack->now = stack->before;
    sim_reattach(simulator, stack);
    stack->tag_text = sim_tags_text(&simulator->arena, stack->now.tags, stack->now.tag_count);
    sim_stack_status(simulator, stack, SIM_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS,
                     (struct text){0});
    go_on(simulator, stack, PHASE_DROP);
}

static void end_remove(struct simulator *simulator, struct sim_stack *stack) {
    struct text names;
    bool failed = names_failed(simulator, stack, SIM_DELETE_FAILED, &names);
    struct text reason =
        failed
            ? text_format(&simulator->arena, "The following resource(s) failed to delete: [%.*s]. ",
                          TEXT_ARGS(names))
            : (struct text){0};
    if (stack->is_rolling_back) {
        settle(simulator, stack, failed ? SIM_ROLLBACK_FAILED : SIM_ROLLBACK_COMPLETE, reason);
    } else {
        settle(simulator, stack, failed ? SIM_DELETE_FAILED : SIM_DELETE_COMPLETE, reason);
    }
}

/* What an update could not delete is nobody's from here on. */
static void abandon(struct simulator *simulator, struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (sim_exists(resource) && resource->status == SIM_DELETE_FAILED &&
            is_involved(simulator, resource, stack->phase)) resource->is_orphan = true;
    }
}

static void phase_end(struct simulator *simulator, struct sim_stack *stack) {
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE:
    case PHASE_AWAIT: return;
    case PHASE_FORWARD: end_forward(simulator, stack); return;
    case PHASE_CLEANUP: /* what could not be deleted does not fail the update */
        abandon(simulator, stack);
        settle(simulator, stack, SIM_UPDATE_COMPLETE, (struct text){0});
        return;
    case PHASE_RESTORE: end_restore(simulator, stack); return;
    case PHASE_DROP:
        abandon(simulator, stack);
        settle(simulator, stack,
               stack->origin == SIM_IMPORT_IN_PROGRESS ? SIM_IMPORT_ROLLBACK_COMPLETE
                                                       : SIM_UPDATE_ROLLBACK_COMPLETE,
               (struct text){0});
        return;
    case PHASE_REMOVE: end_remove(simulator, stack); return;
    case PHASE_WATCH: end_watch(simulator, stack); return;
    }
}

/* Begins or ends what is due; false when nothing was. */
static bool move(struct simulator *simulator, struct sim_stack *stack) {
    bool moved = false;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        uint32_t at = later_first(stack) ? stack->resource_count - 1 - i : i;
        struct sim_resource *resource = stack->resources[at];
        if (resource->work == WORK_WAITING && !resource->waits && !stack->is_failing) {
            begin_work(simulator, stack, resource);
            moved = true;
        } else if (resource->work >= WORK_STARTED && resource->until <= simulator->clock) {
            end_work(simulator, stack, resource);
            moved = true;
        }
    }
    return moved;
}

static bool has_work(const struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        if (stack->resources[i]->work != WORK_NONE) return true;
    }
    return false;
}

/* An alarm that rings, or is not there, takes the operation back. */
static void heed_alarms(struct simulator *simulator, struct sim_stack *stack) {
    if (!stack->settings.alarm_count || stack->is_failing ||
        (stack->phase != PHASE_FORWARD && stack->phase != PHASE_WATCH)) return;
    struct text reason = sim_alarmed(simulator, stack);
    if (!reason.length) return;
    sim_cancel_work(simulator, stack);
    sim_roll_back(simulator, stack, reason);
}

void sim_advance(struct simulator *simulator, struct sim_stack *stack) {
    while (stack->phase != PHASE_IDLE) {
        heed_alarms(simulator, stack);
        if (move(simulator, stack)) continue;
        if (has_work(stack) || stack->phase == PHASE_AWAIT) return;
        if (stack->phase == PHASE_WATCH && stack->until > simulator->clock) return;
        phase_end(simulator, stack);
    }
}

void sim_advance_all(struct simulator *simulator) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        sim_advance(simulator, simulator->stacks[i]);
    }
    /* What came to its end in a nested stack may go on at once in its parents. */
    for (bool any = true; any;) {
        any = false;
        for (uint32_t i = simulator->stack_count; i > 0; i--) {
            struct sim_stack *stack = simulator->stacks[i - 1];
            if (!stack->is_woken) continue;
            any = true;
            stack->is_woken = false;
            sim_advance(simulator, stack);
        }
    }
}

double sim_next_time(const struct simulator *simulator) {
    double earliest = HUGE_VAL;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->phase == PHASE_IDLE) continue;
        if (stack->phase == PHASE_WATCH && stack->until < earliest) earliest = stack->until;
        for (uint32_t i = 0; i < stack->resource_count; i++) {
            const struct sim_resource *resource = stack->resources[i];
            if (resource->work >= WORK_STARTED && resource->until < earliest) {
                earliest = resource->until;
            }
        }
    }
    return earliest;
}
