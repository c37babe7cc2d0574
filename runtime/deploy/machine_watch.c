/* Watching a stack that AWS works on: its events, then its status, until it has settled. */
#include "runtime/deploy/machine_parts.h"

static void machine_watch_on(struct run *run, struct machine *machine) {
    machine_write_step(run, machine, JOURNAL_RUNNING);
    machine->root_status = (struct text){0};
    machine->saw_running = false;
    machine->stale = machine->reviews = 0;
    machine->poll = POLL_FIRST;
    machine_sleep(run, machine, PHASE_EVENTS);
}

/* A request whose answer was lost may have been taken, and a repeated one is refused then. */
void machine_accepted(struct run *run, struct machine *machine, bool was_repeated) {
    if (!cloud_failed(&machine->call)) {
        machine_watch_on(run, machine);
    } else if (was_repeated || machine->call.error.is_network) {
        machine->shown->cause = machine->call.error.message;
        machine_ask_events(run, machine, PHASE_CONFIRM);
    } else {
        machine->shown->is_begun = false;
        machine_write_step(run, machine, JOURNAL_FAILED);
        machine_fail_call(run, machine);
    }
}

static bool has_token(const struct machine *machine) {
    for (uint32_t i = 0; i < machine->call.reply.event_count; i++) {
        if (text_equal(machine->call.reply.events[i].token, machine->token)) return true;
    }
    return false;
}

void machine_confirmed(struct run *run, struct machine *machine) {
    const struct cloud_error *error = &machine->call.error;
    bool gone = cloud_failed(&machine->call) && text_is(error->code, "ValidationError");
    if (cloud_failed(&machine->call) && !gone) {
        machine_lose(run, machine);
    } else if (gone && machine->plan->action == PLAN_DELETE) {
        machine->shown->status = TEXT("DELETE_COMPLETE");
        machine_end(run, machine, APPLY_DONE);
    } else if (!gone && has_token(machine)) {
        machine->shown->cause = (struct text){0};
        machine_watch_on(run, machine);
    } else if (machine->is_watching_only) {
        machine->shown->cause = (struct text){0};
        machine_end(run, machine, APPLY_NOTHING);
    } else {
        machine->shown->is_begun = false;
        machine_write_step(run, machine, JOURNAL_FAILED);
        machine_fail(run, machine, machine->shown->cause);
    }
}

/* --- watching --------------------------------------------------------------------------------- */

bool machine_is_root(const struct cloud_event *event) {
    return text_is(event->type, NESTED_TYPE) &&
           text_equal(event->physical_id, event->stack_id);
}

static bool is_cancelled(struct text reason) {
    return memmem(reason.bytes, reason.length, "cancelled", 9) != NULL;
}

/* The first one that is nobody else's: of a nested stack what is in it says more than itself. */
static void note_failure(struct run *run, struct machine *machine,
                         const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    if (!text_ends(event->status, TEXT("_FAILED")) || machine_is_root(event) ||
        (event->reason.length && is_cancelled(event->reason))) return;
    if (nested_is(event->type, event->physical_id)) {
        if (machine->around_id.length) return;
        machine->around = text_copy(run->arena, event->reason);
        machine->around_id = text_copy(run->arena, event->logical_id);
        return;
    }
    if (shown->cause_id.length && event->time >= shown->cause_time) return;
    shown->cause = text_copy(run->arena, event->reason);
    shown->cause_id = text_copy(run->arena, event->logical_id);
    shown->cause_type = text_copy(run->arena, event->type);
    shown->cause_resource = plan_resource(machine->plan->template, event->logical_id);
    shown->cause_time = event->time;
}

/* What a rollback could not take away, or had to leave. */
static void note_left(struct run *run, struct machine *machine, const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    bool has_failed = text_is(event->status, "DELETE_FAILED");
    if (!has_failed && !text_is(event->status, "DELETE_SKIPPED")) return;
    shown->left = arena_grown(run->arena, shown->left, shown->left_count, &shown->left_capacity,
                              sizeof *shown->left);
    shown->left[shown->left_count++] = (struct apply_left){
        .logical_id = text_copy(run->arena, event->logical_id),
        .physical_id = text_copy(run->arena, event->physical_id),
        .type = text_copy(run->arena, event->type), .has_failed = has_failed};
}

void machine_note_event(struct run *run, struct machine *machine, const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    bool is_inside = memchr(event->logical_id.bytes, '.', event->logical_id.length) != NULL;
    note_failure(run, machine, event);
    machine_note_hook(run, machine, event);
    if (machine_is_root(event)) {
        machine->root_status = text_copy(run->arena, event->status);
        /* Why a rollback began, where no resource is to blame: an output, an export. */
        if (text_ends(event->status, TEXT("ROLLBACK_IN_PROGRESS")) && !machine->around.length) {
            machine->around = text_copy(run->arena, event->reason);
        }
    } else if (text_ends(event->status, TEXT("_IN_PROGRESS"))) {
        shown->current = text_copy(run->arena, event->logical_id);
    } else {
        shown->done += !is_inside;
        note_left(run, machine, event);
    }
    machine_tell(run, APPLY_RESOURCE, machine, event);
}

static void keep_fresh(struct run *run, struct machine *machine, const struct cloud_event *event) {
    machine->fresh = arena_grown(run->arena, machine->fresh, machine->fresh_count,
                                 &machine->fresh_capacity, sizeof *machine->fresh);
    machine->fresh[machine->fresh_count++] = event;
}

/* Pages go back in time until an event that was told, or is of another operation; then they are
 * told oldest first. False when another page was asked for. */
bool machine_note_events(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    enum machine_phase phase = machine->phase;
    bool is_known = false;
    for (uint32_t i = 0; i < reply->event_count && !is_known; i++) {
        const struct cloud_event *event = &reply->events[i];
        is_known = text_equal(event->id, machine->newest) ||
                   !text_equal(event->token, machine->token);
        if (!is_known) keep_fresh(run, machine, event);
    }
    bool all = is_known || !reply->next_token.length || machine->fresh_count > EVENTS_MOST;
    if (!all) {
        struct text page = reply->next_token;
        machine_prepare_look(machine, CLOUD_STACK_EVENTS, run)->next_token = page;
        machine_send(run, machine, phase);
        return false;
    }
    if (machine->fresh_count) machine->newest = text_copy(run->arena, machine->fresh[0]->id);
    for (uint32_t i = machine->fresh_count; i > 0; i--) {
        machine_note_event(run, machine, machine->fresh[i - 1]);
        machine_note_nested(run, machine, machine->fresh[i - 1], (struct text){0});
    }
    machine->fresh_count = 0;
    machine_tell(run, APPLY_PROGRESS, machine, NULL);
    return true;
}

static void keep_final(struct run *run, struct machine *machine, const struct cloud_stack *seen) {
    uint32_t index = (uint32_t)(machine - run->machines);
    machine->shown->final = cloud_copy_stack(run->arena, seen);
    run->deployed[index] = &machine->shown->final;
}

/* Sets termination protection where it is not as it is to be; false where it is. */
bool machine_protect(struct run *run, struct machine *machine) {
    const struct plan_stack *plan = machine->plan;
    if (plan->action == PLAN_DELETE || (!plan->template && !plan->goes_back)) return false;
    bool wanted = plan->goes_back ? plan->former->is_protected : plan->template->is_protected;
    if (wanted == machine->shown->final.is_protected) return false;
    machine->shown->is_begun = true;
    if (!machine_write_step(run, machine, JOURNAL_BEGUN)) {
        machine_fail(run, machine, text_of(run->why->message));
        return true;
    }
    machine_prepare(machine, CLOUD_PROTECT_STACK, run)->is_protected = wanted;
    machine_send(run, machine, PHASE_PROTECT);
    return true;
}

static bool is_back(const struct machine *machine, struct text status) {
    if (machine->shown->left_count) return false;
    return text_is(status, "UPDATE_ROLLBACK_COMPLETE") || text_is(status, "ROLLBACK_COMPLETE") ||
           (text_is(status, "DELETE_COMPLETE") && machine->plan->action != PLAN_DELETE);
}

static void take_around(struct machine *machine) {
    struct apply_stack *shown = machine->shown;
    if (shown->cause.length || !machine->around.length) return;
    shown->cause = machine->around;
    shown->cause_id = machine->around_id;
    if (!shown->cause_id.length) return;
    shown->cause_type = TEXT(NESTED_TYPE);
    shown->cause_resource = plan_resource(machine->plan->template, shown->cause_id);
}

static void settle(struct run *run, struct machine *machine) {
    struct text status = machine->shown->final.status;
    bool good = cloud_status_good(status);
    machine->shown->status = status;
    if (machine->plan->action == PLAN_DELETE) good = text_is(status, "DELETE_COMPLETE");
    if (!good && text_is(status, "DELETE_FAILED") && machine_empties_again(run, machine)) return;
    if (!good) {
        take_around(machine);
        machine->shown->is_back = is_back(machine, status);
        machine_explain_stack(run, machine);
        return;
    }
    if (machine->is_watching_only || !machine_protect(run, machine)) {
        machine_end(run, machine, APPLY_DONE);
    }
}

void machine_give_up_stack(struct run *run, struct machine *machine) {
    const struct cloud_stack *final = &machine->shown->final;
    machine_fail(run, machine, final->status_reason.length ? final->status_reason : final->status);
}

/* What was asked for may not be seen at once: whether the stack has settled only in a description
 * from before. The stack's own events with our token tell; not every server has them. */
static bool is_stale(struct machine *machine, const struct cloud_stack *seen) {
    bool is_other = cloud_status_good(seen->status) && machine->made.length &&
                    seen->change_set_id.length &&
                    !text_equal(seen->change_set_id, machine->made);
    if (!is_other && text_equal(machine->root_status, seen->status)) return false;
    if (is_other || machine->root_status.length) return machine->stale++ < STALE_LOOKS;
    bool is_same = text_equal(seen->status, machine->status_before) &&
                   seen->updated == machine->updated_before;
    return !machine->saw_running && is_same && machine->stale++ < SAME_LOOKS;
}

/* As it is before its first change set is executed. That was done: it may only be seen late. */
static bool is_reviewed(struct machine *machine, struct text status) {
    return text_is(status, "REVIEW_IN_PROGRESS") && machine->reviews++ < REVIEW_LOOKS;
}

static void note_status(struct run *run, struct machine *machine, struct text status) {
    if (text_equal(machine->shown->status, status)) return;
    machine->shown->status = text_copy(run->arena, status);
}

void machine_look(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        if (cloud_not_found(&machine->call.error) && machine->plan->action == PLAN_DELETE) {
            machine->shown->status = TEXT("DELETE_COMPLETE");
            machine_end(run, machine, APPLY_DONE);
            return;
        }
        machine_lose(run, machine);
        return;
    }
    const struct cloud_stack *seen = &machine->call.reply.stacks[0];
    note_status(run, machine, seen->status);
    bool running = cloud_status_running(seen->status) || is_reviewed(machine, seen->status);
    machine->saw_running |= running;
    if (running || is_stale(machine, seen)) {
        machine_sleep(run, machine, PHASE_EVENTS);
        return;
    }
    keep_final(run, machine, seen);
    machine_ask_events(run, machine, PHASE_LAST_EVENTS);
}

void machine_after_nested(struct run *run, struct machine *machine) {
    if (machine->phase == PHASE_LAST_EVENTS || machine->phase == PHASE_LAST_NESTED) {
        settle(run, machine);
        return;
    }
    machine_prepare_look(machine, CLOUD_DESCRIBE_STACKS, run);
    machine_send(run, machine, PHASE_LOOK);
}

void machine_after_events(struct run *run, struct machine *machine) {
    bool is_last = machine->phase == PHASE_LAST_EVENTS;
    if (machine_ask_nested(run, machine, is_last ? PHASE_LAST_NESTED : PHASE_NESTED)) return;
    machine_after_nested(run, machine);
}
