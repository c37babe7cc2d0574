/* One stack after the other of these steps; each function begins the next call, or ends the
 * machine. A call that failed for a while (throttled, no answer) is made again with the same token;
 * where it stays unknown whether AWS took a request, events with its token tell. */
#include "runtime/deploy/machine_parts.h"

#include <math.h>

#include "base/hash.h"

enum {
    TRIES = 8,       /* of one call */
    LATE_TRIES = 5,  /* of one that asks for what was made just now */
    RETRY_LAST = 30, /* seconds between two of them, at most */
};

static double run_now(const struct run *run) {
    return run->cloud->now(run->cloud->context);
}

void machine_tell(struct run *run, enum apply_event what, const struct machine *machine,
                  const struct cloud_event *event) {
    if (run->options->tell) run->options->tell(run->options->context, what, machine->shown, event);
}

/* --- the journal ------------------------------------------------------------------------------ */

bool machine_write_step(struct run *run, struct machine *machine, enum journal_step step) {
    if (!run->options->journal) return true;
    struct journal_entry entry = {
        .stack = machine->plan->name, .region = machine->plan->region,
        .path = machine->plan->path, .id = machine->id, .token = machine->token,
        .action = text_of(plan_action_word(machine->plan->action)),
        .is_back = run->plan->is_rollback || machine->goes_back, .sent_hash = machine->sent_hash,
        .former = machine->plan->former};
    if (journal_write(run->options->journal, &entry, step, run_now(run), run->why)) return true;
    run->is_stopping = true;
    return false;
}

/* --- ends ------------------------------------------------------------------------------------- */

static enum journal_step last_step(const struct machine *machine) {
    if (machine->shown->state != APPLY_FAILED) return JOURNAL_DONE;
    return machine->shown->is_back ? JOURNAL_FAILED : JOURNAL_STUCK;
}

/* An estimate is worth no failure. */
static void note_duration(struct run *run, const struct machine *machine) {
    const struct apply_stack *shown = machine->shown;
    struct failure ignored;
    if (!run->options->journal) return;
    journal_took(run->options->journal, machine->plan, plan_action_word(machine->plan->action),
                 shown->ended - shown->began, &ignored);
}

void machine_end(struct run *run, struct machine *machine, enum apply_state state) {
    arena_release(&machine->page);
    machine->phase = PHASE_END;
    machine->shown->state = state;
    machine->shown->ended = run_now(run);
    if ((state == APPLY_FAILED || state == APPLY_LOST) && !run->plan->is_rollback) {
        run->is_stopping = true;
    }
    /* What was lost sight of stays in the journal as it is: a resume looks for it. */
    if (machine->shown->is_begun && state != APPLY_LOST) {
        machine_write_step(run, machine, last_step(machine));
    }
    if (state == APPLY_DONE && !run->plan->is_rollback && !machine->is_watching_only) {
        note_duration(run, machine);
    }
    machine_tell(run, APPLY_STACK_ENDED, machine, NULL);
}

void machine_skip(struct run *run, struct machine *machine) {
    machine_end(run, machine, APPLY_SKIPPED);
}

void machine_fail(struct run *run, struct machine *machine, struct text cause) {
    if (!machine->shown->cause.length) machine->shown->cause = cause;
    machine->shown->is_back |= !machine->shown->is_begun;
    machine_end(run, machine, APPLY_FAILED);
}

void machine_fail_call(struct run *run, struct machine *machine) {
    machine_fail(run, machine, text_copy(run->arena, machine->call.error.message));
}

void machine_lose(struct run *run, struct machine *machine) {
    machine->shown->cause = text_copy(run->arena, machine->call.error.message);
    machine_end(run, machine, APPLY_LOST);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct cloud_request *machine_prepare(struct machine *machine, enum cloud_operation operation,
                                      struct run *run) {
    machine->call = (struct cloud_call){.operation = operation, .region = machine->plan->region,
                                        .arena = run->arena, .context = machine};
    machine->call.request.stack = machine->id.length ? machine->id : machine->plan->name;
    machine->call.request.change_set = TEXT(APPLY_SET_NAME);
    return &machine->call.request;
}

struct cloud_request *machine_prepare_look(struct machine *machine, enum cloud_operation operation,
                                           struct run *run) {
    struct cloud_request *request = machine_prepare(machine, operation, run);
    machine->call.arena = &machine->page;
    return request;
}

void machine_send(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine->phase = phase;
    machine->is_asking = true;
    machine->call.reply = (struct cloud_reply){0};
    machine->call.error = (struct cloud_error){0};
    run->cloud->begin(run->cloud->context, &machine->call);
}

void machine_sleep(struct run *run, struct machine *machine, enum machine_phase phase) {
    arena_release(&machine->page);
    machine->phase = phase;
    machine->wake = run_now(run) + machine->poll;
    machine->poll = fmin(machine->poll + 1, POLL_LAST);
}

struct text run_digest(struct run *run, struct text bytes) {
    return hash_hex(run->arena, HASH_SHA256, bytes);
}

void machine_make_token(struct run *run, struct machine *machine, const char *what) {
    struct text hex = run_digest(run, text_format(run->arena, "%s/%.*s/%.*s/%.*s/%.6f", what,
                                                  TEXT_ARGS(machine->plan->region),
                                                  TEXT_ARGS(machine->plan->name),
                                                  TEXT_ARGS(machine->sent_hash), run_now(run)));
    if (hex.length > 32) hex.length = 32;
    struct text who = run->options->who;
    machine->token = text_format(run->arena, "mrp-%s-%.*s%s%.*s", what, TEXT_ARGS(hex),
                                 who.length ? "-" : "", TEXT_ARGS(who));
}

void machine_ask_delete(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine_make_token(run, machine, "delete");
    machine->id = machine->plan->id;
    if (!machine_write_step(run, machine, JOURNAL_BEGUN)) {
        machine_fail(run, machine, text_of(run->why->message));
        return;
    }
    machine->shown->is_begun = true;
    machine_prepare(machine, CLOUD_DELETE_STACK, run)->token = machine->token;
    machine_send(run, machine, phase);
}

void machine_ask_events(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine_prepare_look(machine, CLOUD_STACK_EVENTS, run);
    machine_send(run, machine, phase);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void begin_action(struct run *run, struct machine *machine) {
    switch (machine->plan->action) {
    case PLAN_NOTHING: machine_end(run, machine, APPLY_NOTHING); return;
    case PLAN_CREATE:
    case PLAN_UPDATE:
        if (machine->plan->move_count && !machine->plan->goes_back) machine_rename(run, machine);
        else machine_make_set(run, machine);
        return;
    case PLAN_RECREATE: machine_ask_delete(run, machine, PHASE_CLEAR); return;
    case PLAN_DELETE:
        if (!machine->plan->goes_back || !machine->plan->deployed->is_protected) {
            machine_empty(run, machine);
            return;
        }
        machine_prepare(machine, CLOUD_PROTECT_STACK, run)->is_protected = false;
        machine_send(run, machine, PHASE_UNPROTECT);
        return;
    }
}

void machine_note_before(struct machine *machine, const struct cloud_stack *stack) {
    machine->status_before = stack->status;
    machine->updated_before = stack->updated;
}

void machine_start(struct run *run, struct machine *machine) {
    machine->shown->state = APPLY_RUNNING;
    machine->shown->began = run_now(run);
    machine->id = machine->plan->id;
    if (machine->plan->deployed) machine_note_before(machine, machine->plan->deployed);
    machine_tell(run, APPLY_STACK_BEGAN, machine, NULL);
    if (!machine->plan->deployed || machine->plan->action == PLAN_CREATE) {
        begin_action(run, machine);
        return;
    }
    machine_prepare(machine, CLOUD_DESCRIBE_STACKS, run);
    machine_send(run, machine, PHASE_CHECK);
}

void machine_watch(struct run *run, struct machine *machine, struct text token) {
    machine->shown->state = APPLY_RUNNING;
    machine->shown->began = run_now(run);
    machine->id = machine->plan->id;
    machine->token = token;
    machine->is_watching_only = true;
    machine->shown->is_begun = true;
    machine_tell(run, APPLY_STACK_BEGAN, machine, NULL);
    machine_ask_events(run, machine, PHASE_CONFIRM);
}

/* A rename of our own has changed the stack's time. */
bool machine_is_as_planned(struct run *run, const struct machine *machine, struct text *why) {
    const struct cloud_stack *planned = machine->plan->deployed;
    if (cloud_failed(&machine->call)) {
        *why = cloud_not_found(&machine->call.error)
                   ? TEXT("somebody else deleted the stack since it was planned")
                   : machine->call.error.message;
        return false;
    }
    const struct cloud_stack *found = &machine->call.reply.stacks[0];
    if (machine->is_renamed && !cloud_status_running(found->status) &&
        found->updated == machine->renamed) return true;
    if (text_equal(found->status, planned->status) && found->updated == planned->updated)
        return true;
    *why = text_format(run->arena, "somebody else changed the stack since it was planned: it is in "
                                   "%.*s", TEXT_ARGS(found->status));
    return false;
}

/* Never two writers: what was planned is only done to what it was planned for. */
static void checked(struct run *run, struct machine *machine) {
    struct text why;
    if (machine_is_as_planned(run, machine, &why)) begin_action(run, machine);
    else machine_fail(run, machine, why);
}

static void cleared(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        if (machine->call.error.is_network) machine_lose(run, machine);
        else machine_fail_call(run, machine);
        return;
    }
    if (machine->phase == PHASE_CLEAR) {
        machine->poll = POLL_FIRST;
        machine_sleep(run, machine, PHASE_CLEAR_WATCH);
        return;
    }
    struct text status = machine->call.reply.stacks[0].status;
    bool is_stale = text_equal(status, machine->plan->status) && machine->stale++ < STALE_LOOKS;
    if (cloud_status_running(status) || is_stale) {
        machine_sleep(run, machine, PHASE_CLEAR_WATCH);
    } else if (text_is(status, "DELETE_COMPLETE")) {
        machine->id = (struct text){0};
        machine->stale = 0;
        /* What is gone held nothing: nothing that counts was changed so far. */
        machine->shown->is_begun = !text_is(machine->plan->status, "ROLLBACK_COMPLETE");
        machine_make_set(run, machine);
    } else {
        machine_fail(run, machine,
                     text_format(run->arena,
                                 "what a failed creation left could not be "
                                 "deleted: %.*s",
                                 TEXT_ARGS(machine->call.reply.stacks[0].status_reason)));
    }
}

/* Sleeps before the call is made again, where the failure may pass. */
static bool tries_again(struct run *run, struct machine *machine) {
    static const char *const passing[] = {"Throttling",           "ThrottlingException",
                                          "RequestLimitExceeded", "TooManyRequestsException",
                                          "ServiceUnavailable",   "InternalFailure",
                                          "InternalError",        "SlowDown",
                                          "RequestTimeout",       NULL};
    const struct cloud_error *error = &machine->call.error;
    /* A change set that was made just now may not be seen yet. */
    bool is_late = machine->phase == PHASE_READ && machine->tries < LATE_TRIES &&
                   text_is(error->code, "ChangeSetNotFound");
    bool passes = error->is_network || is_late;
    passes |= text_is_one_of(error->code, passing);
    if (!passes || machine->tries >= TRIES) return false;
    machine->is_retrying = true;
    machine->wake = run_now(run) + fmin(ldexp(1, (int)machine->tries++), RETRY_LAST);
    return true;
}

/* Where a call that fails is the end of the stack's way; elsewhere its answer is looked at. */
static bool ends_by_failure(enum machine_phase phase) {
    return phase == PHASE_PACK || phase == PHASE_UPLOAD || phase == PHASE_READ ||
           phase == PHASE_UNPROTECT || phase == PHASE_PROTECT;
}

void machine_step(struct run *run, struct machine *machine) {
    bool was_repeated = machine->tries > 0;
    machine->is_asking = false;
    if (cloud_failed(&machine->call) && tries_again(run, machine)) return;
    machine->tries = 0;
    if (cloud_failed(&machine->call) && ends_by_failure(machine->phase)) {
        machine_fail_call(run, machine);
        return;
    }
    switch (machine->phase) {
    case PHASE_WAIT:
    case PHASE_END: return;
    case PHASE_CHECK: checked(run, machine); return;
    case PHASE_CLEAR:
    case PHASE_CLEAR_WATCH: cleared(run, machine); return;
    case PHASE_FORGET: machine_ask_set(run, machine); return;
    case PHASE_PACK: machine_upload(run, machine); return;
    case PHASE_UPLOAD: machine_ask_set(run, machine); return;
    case PHASE_MAKE: machine_set_made(run, machine); return;
    case PHASE_READ: machine_read_set(run, machine); return;
    case PHASE_DROP_EMPTY:
        if (!machine_protect(run, machine)) {
            machine_end(run, machine, machine->is_renamed ? APPLY_DONE : APPLY_NOTHING);
        }
        return;
    case PHASE_CHECK_AGAIN: machine_checked_again(run, machine); return;
    case PHASE_READ_NESTED: machine_nested_read(run, machine); return;
    case PHASE_WHY_NESTED:
    case PHASE_WHY:
    case PHASE_HOOKS:
    case PHASE_HOOK:
    case PHASE_TRAIL: machine_explained(run, machine); return;
    case PHASE_DROP:
    case PHASE_TIDY: machine_fail(run, machine, machine->shown->cause); return;
    case PHASE_UNPROTECT: machine_ask_delete(run, machine, PHASE_DELETE); return;
    case PHASE_RENAME_UPLOAD:
    case PHASE_RENAME:
    case PHASE_RENAME_MADE:
    case PHASE_RENAME_AGAIN:
    case PHASE_RENAME_EXECUTE:
    case PHASE_RENAME_DONE:
    case PHASE_RENAME_SEEN:
    case PHASE_RENAME_CHECK: machine_renamed(run, machine); return;
    case PHASE_BUCKETS:
    case PHASE_VERSIONS:
    case PHASE_EMPTY: machine_emptied(run, machine); return;
    case PHASE_EXECUTE:
    case PHASE_DELETE: machine_accepted(run, machine, was_repeated); return;
    case PHASE_CONFIRM: machine_confirmed(run, machine); return;
    case PHASE_EVENTS:
    case PHASE_LAST_EVENTS:
        if (cloud_failed(&machine->call) || machine_note_events(run, machine))
            machine_after_events(run, machine);
        return;
    case PHASE_NESTED:
    case PHASE_LAST_NESTED: machine_nested_told(run, machine); return;
    case PHASE_LOOK: machine_look(run, machine); return;
    case PHASE_PROTECT: machine_end(run, machine, APPLY_DONE); return;
    }
}

void machine_awake(struct run *run, struct machine *machine) {
    if (machine->is_retrying) {
        machine->is_retrying = false;
        machine_send(run, machine, machine->phase);
    } else if (machine->phase == PHASE_READ) {
        machine_prepare_look(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
        machine_send(run, machine, PHASE_READ);
    } else if (machine->phase == PHASE_RENAME_MADE || machine->phase == PHASE_RENAME_DONE) {
        machine_look_at_rename(run, machine);
    } else if (machine->phase == PHASE_CLEAR_WATCH) {
        machine_prepare_look(machine, CLOUD_DESCRIBE_STACKS, run);
        machine_send(run, machine, PHASE_CLEAR_WATCH);
    } else {
        machine_ask_events(run, machine, machine->phase);
    }
}
