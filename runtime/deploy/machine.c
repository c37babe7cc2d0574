/* One stack after the other of these steps; each function begins the next call, or ends the machine.
 * A call that failed for a while (throttled, no answer) is made again with the same token; where it
 * stays unknown whether AWS took a request, events with its token tell.
 */
#include "runtime/deploy/machine.h"

#include <math.h>
#include <stdio.h>

#include "base/hash.h"

#define APPLY_SET_NAME "mrp-apply"

enum {
    POLL_FIRST = 2, POLL_LAST = 5, /* seconds between looks at a stack */
    TRIES = 8,                     /* of one call */
    RETRY_LAST = 30,               /* seconds between two of them, at most */
    EVENTS_MOST = 100000,          /* of one look */
};

static double now(const struct run *run) { return run->cloud->now(run->cloud->context); }

static void tell(struct run *run, enum apply_event what, const struct machine *machine,
                 const struct cloud_event *event) {
    if (run->options->tell) run->options->tell(run->options->context, what, machine->shown, event);
}

/* --- the journal ------------------------------------------------------------------------------ */

static const char *action_word(enum plan_action action) {
    switch (action) {
    case PLAN_NOTHING: return "nothing";
    case PLAN_CREATE:
    case PLAN_RECREATE: return "create";
    case PLAN_UPDATE: return "update";
    case PLAN_DELETE: return "delete";
    }
    return "";
}

static bool write_step(struct run *run, struct machine *machine, enum journal_step step) {
    if (!run->options->journal) return true;
    struct journal_entry entry = {
        .stack = machine->plan->name, .region = machine->plan->region,
        .path = machine->plan->path, .id = machine->id, .token = machine->token,
        .action = text_of(action_word(machine->plan->action)),
        .is_back = run->plan->is_rollback || machine->goes_back, .sent_hash = machine->sent_hash,
        .former = machine->plan->former};
    if (journal_write(run->options->journal, &entry, step, now(run), run->why)) return true;
    run->is_stopping = true;
    return false;
}

/* --- ends ------------------------------------------------------------------------------------- */

static enum journal_step last_step(const struct machine *machine) {
    if (machine->shown->state != APPLY_FAILED) return JOURNAL_DONE;
    return machine->shown->is_back ? JOURNAL_FAILED : JOURNAL_STUCK;
}

static void end(struct run *run, struct machine *machine, enum apply_state state) {
    machine->phase = PHASE_END;
    machine->shown->state = state;
    machine->shown->ended = now(run);
    if ((state == APPLY_FAILED || state == APPLY_LOST) && !run->plan->is_rollback) {
        run->is_stopping = true;
    }
    /* What was lost sight of stays in the journal as it is: a resume looks for it. */
    if (machine->shown->is_begun && state != APPLY_LOST) {
        write_step(run, machine, last_step(machine));
    }
    tell(run, APPLY_STACK_ENDED, machine, NULL);
}

void machine_skip(struct run *run, struct machine *machine) {
    end(run, machine, APPLY_SKIPPED);
}

static void fail(struct run *run, struct machine *machine, struct text cause) {
    if (!machine->shown->cause.length) machine->shown->cause = cause;
    machine->shown->is_back |= !machine->shown->is_begun;
    end(run, machine, APPLY_FAILED);
}

static void fail_call(struct run *run, struct machine *machine) {
    fail(run, machine, machine->call.error.message);
}

static void lose(struct run *run, struct machine *machine) {
    machine->shown->cause = machine->call.error.message;
    end(run, machine, APPLY_LOST);
}

/* --- asking ----------------------------------------------------------------------------------- */

static struct cloud_request *prepare(struct machine *machine, enum cloud_operation operation,
                                     struct run *run) {
    machine->call = (struct cloud_call){.operation = operation, .region = machine->plan->region,
                                        .arena = run->arena, .context = machine};
    machine->call.request.stack = machine->id.length ? machine->id : machine->plan->name;
    machine->call.request.change_set = TEXT(APPLY_SET_NAME);
    return &machine->call.request;
}

static void send(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine->phase = phase;
    machine->is_asking = true;
    machine->call.reply = (struct cloud_reply){0};
    machine->call.error = (struct cloud_error){0};
    run->cloud->begin(run->cloud->context, &machine->call);
}

static void sleep_until(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine->phase = phase;
    machine->wake = now(run) + machine->poll;
    machine->poll = fmin(machine->poll + 1, POLL_LAST);
}

static struct text digest(struct run *run, struct text bytes) {
    struct text hex;
    struct failure ignored;
    return hash_hex(run->arena, HASH_SHA256, bytes, &hex, &ignored) ? hex : TEXT("0");
}

/* One token an operation, so that a repeated request is known as the same; it ends in who asks, so
 * that another user can be told. */
static void make_token(struct run *run, struct machine *machine, const char *what) {
    struct text hex = digest(run, text_format(run->arena, "%s/%.*s/%.*s/%.*s/%.6f", what,
                                              TEXT_ARGS(machine->plan->region),
                                              TEXT_ARGS(machine->plan->name),
                                              TEXT_ARGS(machine->sent_hash), now(run)));
    if (hex.length > 32) hex.length = 32;
    struct text who = run->options->who;
    machine->token = text_format(run->arena, "mrp-%s-%.*s%s%.*s", what, TEXT_ARGS(hex),
                                 who.length ? "-" : "", TEXT_ARGS(who));
}

static void ask_make(struct run *run, struct machine *machine) {
    struct deploy_inputs inputs = {run->plan, run->deployed};
    struct cloud_request *request = prepare(machine, CLOUD_CREATE_CHANGE_SET, run);
    machine->sent_hash = digest(run, machine->plan->body);
    make_token(run, machine, "set");
    if (!deploy_request(&inputs, machine->plan, run->arena, request)) {
        fail(run, machine, TEXT("an output that a parameter takes is not there"));
        return;
    }
    request->change_set = TEXT(APPLY_SET_NAME);
    request->token = machine->token;
    send(run, machine, PHASE_MAKE);
}

/* Makes the change set, after a large template has been put where CloudFormation reads it. */
static void begin_make(struct run *run, struct machine *machine) {
    struct text key, url;
    if (!plan_is_large(machine->plan) ||
        !assets_place(run->arena, run->plan->account, machine->plan, &key, &url)) {
        ask_make(run, machine);
        return;
    }
    struct cloud_request *request = prepare(machine, CLOUD_PUT_OBJECT, run);
    request->bucket = assets_bucket(run->arena, run->plan->account, machine->plan->region);
    request->key = key;
    request->body = machine->plan->body;
    send(run, machine, PHASE_UPLOAD);
}

static void ask_forget(struct run *run, struct machine *machine) {
    prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
    send(run, machine, PHASE_FORGET);
}

static void ask_delete(struct run *run, struct machine *machine, enum machine_phase phase) {
    make_token(run, machine, "delete");
    machine->id = machine->plan->id;
    if (!write_step(run, machine, JOURNAL_BEGUN)) {
        fail(run, machine, text_of(run->why->message));
        return;
    }
    machine->shown->is_begun = true;
    prepare(machine, CLOUD_DELETE_STACK, run)->token = machine->token;
    send(run, machine, phase);
}

static void ask_execute(struct run *run, struct machine *machine) {
    make_token(run, machine, "execute");
    if (!write_step(run, machine, JOURNAL_BEGUN)) {
        fail(run, machine, text_of(run->why->message));
        return;
    }
    machine->shown->is_begun = true;
    prepare(machine, CLOUD_EXECUTE_CHANGE_SET, run)->token = machine->token;
    send(run, machine, PHASE_EXECUTE);
}

static void ask_events(struct run *run, struct machine *machine, enum machine_phase phase) {
    prepare(machine, CLOUD_STACK_EVENTS, run);
    send(run, machine, phase);
}

/* --- what the change set says ----------------------------------------------------------------- */

static bool was_planned(const struct plan_stack *stack, const struct cloud_change *change) {
    bool replaces = text_is(change->replacement, "True") && text_is(change->action, "Modify");
    bool removes = text_is(change->action, "Remove");
    if (!replaces && !removes) return true;
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *planned = &stack->changes[i];
        if (!text_equal(planned->logical_id, change->logical_id)) continue;
        if (removes) return planned->kind == PLAN_REMOVE;
        return planned->kind == PLAN_REPLACE || planned->kind == PLAN_MAY_REPLACE;
    }
    return false;
}

static void read_set(struct run *run, struct machine *machine) {
    const struct cloud_change_set *set = &machine->call.reply.change_set;
    if (text_is(set->status, "CREATE_PENDING") || text_is(set->status, "CREATE_IN_PROGRESS")) {
        sleep_until(run, machine, PHASE_READ);
        return;
    }
    if (cloud_no_changes(set)) {
        prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        send(run, machine, PHASE_DROP_EMPTY);
        return;
    }
    if (!text_is(set->status, "CREATE_COMPLETE")) {
        machine->shown->cause = set->status_reason;
        prepare(machine, CLOUD_CHANGE_SET_EVENTS, run);
        send(run, machine, PHASE_WHY);
        return;
    }
    machine->shown->total = set->change_count;
    for (uint32_t i = 0; machine->plan->action == PLAN_UPDATE && i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        if (machine->plan->goes_back || was_planned(machine->plan, change)) continue;
        machine->shown->cause =
            text_format(run->arena, "the change set would %s \"%.*s\", which the plan did not say",
                        text_is(change->action, "Remove") ? "remove" : "replace",
                        TEXT_ARGS(change->logical_id));
        prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        send(run, machine, PHASE_DROP);
        return;
    }
    ask_execute(run, machine);
}

/* What early validation says names the resource; the change set's own reason does not. */
static void read_why(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct apply_stack *shown = machine->shown;
    for (uint32_t i = 0; !cloud_failed(&machine->call) && i < reply->event_count; i++) {
        const struct cloud_event *event = &reply->events[i];
        if (text_is(event->validation_mode, "WARN")) continue;
        shown->cause = event->reason;
        shown->cause_id = event->logical_id;
        shown->cause_type = event->type;
        shown->cause_resource = plan_resource(machine->plan->template, event->logical_id);
        break;
    }
    if (machine->plan->action == PLAN_UPDATE) {
        prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        send(run, machine, PHASE_DROP);
        return;
    }
    prepare(machine, CLOUD_DELETE_STACK, run);
    send(run, machine, PHASE_TIDY);
}

/* --- watching --------------------------------------------------------------------------------- */

static bool is_root(const struct cloud_event *event) {
    return text_is(event->type, "AWS::CloudFormation::Stack") &&
           text_equal(event->physical_id, event->stack_id);
}

static bool is_cancelled(struct text reason) {
    return memmem(reason.bytes, reason.length, "cancelled", 9) != NULL;
}

static void note_failure(struct run *run, struct machine *machine,
                         const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    if (!text_ends(event->status, TEXT("_FAILED")) || is_root(event) || shown->cause.length ||
        (event->reason.length && is_cancelled(event->reason))) return;
    shown->cause = text_copy(run->arena, event->reason);
    shown->cause_id = text_copy(run->arena, event->logical_id);
    shown->cause_type = text_copy(run->arena, event->type);
    shown->cause_resource = plan_resource(machine->plan->template, event->logical_id);
}

/* What a rollback could not take away, or had to leave. */
static void note_left(struct run *run, struct machine *machine, const struct cloud_event *event) {
    bool is_left = text_is(event->status, "DELETE_SKIPPED") ||
                   text_is(event->status, "DELETE_FAILED");
    if (is_left && !machine->shown->left_id.length) {
        machine->shown->left_id = text_copy(run->arena, event->logical_id);
    }
}

static void note_event(struct run *run, struct machine *machine, const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    note_failure(run, machine, event);
    if (is_root(event)) {
        /* Why a rollback began, where no resource is to blame: an output, an export. */
        if (text_ends(event->status, TEXT("ROLLBACK_IN_PROGRESS")) && !shown->cause.length) {
            shown->cause = text_copy(run->arena, event->reason);
        }
    } else if (text_ends(event->status, TEXT("_IN_PROGRESS"))) {
        shown->current = text_copy(run->arena, event->logical_id);
    } else {
        shown->done++;
        note_left(run, machine, event);
    }
    tell(run, APPLY_RESOURCE, machine, event);
}

static void keep_fresh(struct run *run, struct machine *machine, const struct cloud_event *event) {
    if (machine->fresh_count == machine->fresh_capacity) {
        machine->fresh_capacity = machine->fresh_capacity ? machine->fresh_capacity * 2 : 64;
        const struct cloud_event **larger =
            arena_array(run->arena, machine->fresh_capacity, sizeof *larger);
        if (machine->fresh_count) {
            memcpy(larger, machine->fresh, machine->fresh_count * sizeof *larger);
        }
        machine->fresh = larger;
    }
    machine->fresh[machine->fresh_count++] = event;
}

/* Pages go back in time until an event that was told, or is of another operation; then they are told
 * oldest first. False when another page was asked for. */
static bool note_events(struct run *run, struct machine *machine) {
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
        prepare(machine, CLOUD_STACK_EVENTS, run)->next_token = page;
        send(run, machine, phase);
        return false;
    }
    if (machine->fresh_count) machine->newest = text_copy(run->arena, machine->fresh[0]->id);
    for (uint32_t i = machine->fresh_count; i > 0; i--) {
        note_event(run, machine, machine->fresh[i - 1]);
    }
    machine->fresh_count = 0;
    tell(run, APPLY_PROGRESS, machine, NULL);
    return true;
}

static void keep_final(struct run *run, struct machine *machine) {
    uint32_t index = (uint32_t)(machine - run->machines);
    machine->shown->final = machine->call.reply.stacks[0];
    run->deployed[index] = &machine->shown->final;
}

/* Sets termination protection where it is not as it is to be; false where it is. */
static bool set_protection(struct run *run, struct machine *machine) {
    const struct plan_stack *plan = machine->plan;
    if (plan->action == PLAN_DELETE || (!plan->template && !plan->goes_back)) return false;
    bool wanted = plan->goes_back ? plan->former->is_protected : plan->template->is_protected;
    if (wanted == machine->shown->final.is_protected) return false;
    machine->shown->is_begun = true;
    if (!write_step(run, machine, JOURNAL_BEGUN)) {
        fail(run, machine, text_of(run->why->message));
        return true;
    }
    prepare(machine, CLOUD_PROTECT_STACK, run)->is_protected = wanted;
    send(run, machine, PHASE_PROTECT);
    return true;
}

static bool is_back(const struct machine *machine, struct text status) {
    if (machine->shown->left_id.length) return false;
    return text_is(status, "UPDATE_ROLLBACK_COMPLETE") || text_is(status, "ROLLBACK_COMPLETE") ||
           (text_is(status, "DELETE_COMPLETE") && machine->plan->action != PLAN_DELETE);
}

static void settle(struct run *run, struct machine *machine) {
    struct text status = machine->shown->final.status;
    bool good = cloud_status_good(status);
    machine->shown->status = status;
    if (machine->plan->action == PLAN_DELETE) good = text_is(status, "DELETE_COMPLETE");
    if (!good) {
        machine->shown->is_back = is_back(machine, status);
        fail(run, machine, machine->shown->final.status_reason.length
                               ? machine->shown->final.status_reason : status);
        return;
    }
    if (machine->is_watching_only || !set_protection(run, machine)) {
        end(run, machine, APPLY_DONE);
    }
}

static void look(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        if (cloud_not_found(&machine->call.error) && machine->plan->action == PLAN_DELETE) {
            machine->shown->status = TEXT("DELETE_COMPLETE");
            end(run, machine, APPLY_DONE);
            return;
        }
        lose(run, machine);
        return;
    }
    keep_final(run, machine);
    struct text status = machine->shown->final.status;
    machine->shown->status = status;
    bool running = cloud_status_running(status) || text_is(status, "REVIEW_IN_PROGRESS");
    if (running) sleep_until(run, machine, PHASE_EVENTS);
    else ask_events(run, machine, PHASE_LAST_EVENTS);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void begin_action(struct run *run, struct machine *machine) {
    switch (machine->plan->action) {
    case PLAN_NOTHING: end(run, machine, APPLY_NOTHING); return;
    case PLAN_CREATE:
    case PLAN_UPDATE: begin_make(run, machine); return;
    case PLAN_RECREATE: ask_delete(run, machine, PHASE_CLEAR); return;
    case PLAN_DELETE:
        if (!machine->plan->goes_back || !machine->plan->deployed->is_protected) {
            ask_delete(run, machine, PHASE_DELETE);
            return;
        }
        prepare(machine, CLOUD_PROTECT_STACK, run)->is_protected = false;
        send(run, machine, PHASE_UNPROTECT);
        return;
    }
}

void machine_start(struct run *run, struct machine *machine) {
    machine->shown->state = APPLY_RUNNING;
    machine->shown->began = now(run);
    machine->id = machine->plan->id;
    tell(run, APPLY_STACK_BEGAN, machine, NULL);
    if (!machine->plan->deployed || machine->plan->action == PLAN_CREATE) {
        begin_action(run, machine);
        return;
    }
    prepare(machine, CLOUD_DESCRIBE_STACKS, run);
    send(run, machine, PHASE_CHECK);
}

void machine_watch(struct run *run, struct machine *machine, struct text token) {
    machine->shown->state = APPLY_RUNNING;
    machine->shown->began = now(run);
    machine->id = machine->plan->id;
    machine->token = token;
    machine->is_watching_only = true;
    machine->shown->is_begun = true;
    tell(run, APPLY_STACK_BEGAN, machine, NULL);
    ask_events(run, machine, PHASE_CONFIRM);
}

/* Never two writers: what was planned is only done to what it was planned for. */
static void checked(struct run *run, struct machine *machine) {
    const struct cloud_stack *planned = machine->plan->deployed;
    if (cloud_failed(&machine->call)) {
        if (cloud_not_found(&machine->call.error)) {
            fail(run, machine, TEXT("somebody else deleted the stack since it was planned"));
        } else {
            fail_call(run, machine);
        }
        return;
    }
    const struct cloud_stack *found = &machine->call.reply.stacks[0];
    if (!text_equal(found->status, planned->status) || found->updated != planned->updated) {
        fail(run, machine, text_format(run->arena, "somebody else changed the stack since it was "
                                                   "planned: it is in %.*s",
                                       TEXT_ARGS(found->status)));
        return;
    }
    begin_action(run, machine);
}

static void made(struct run *run, struct machine *machine) {
    if (text_is(machine->call.error.code, "AlreadyExistsException")) {
        ask_forget(run, machine);
        return;
    }
    if (cloud_failed(&machine->call)) {
        fail_call(run, machine);
        return;
    }
    machine->id = machine->call.reply.stack_id;
    prepare(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
    send(run, machine, PHASE_READ);
}

static void watch_on(struct run *run, struct machine *machine) {
    write_step(run, machine, JOURNAL_RUNNING);
    machine->poll = POLL_FIRST;
    sleep_until(run, machine, PHASE_EVENTS);
}

/* A request whose answer was lost may have been taken, and a repeated one is refused then. */
static void accepted(struct run *run, struct machine *machine, bool was_repeated) {
    if (!cloud_failed(&machine->call)) {
        watch_on(run, machine);
    } else if (was_repeated || machine->call.error.is_network) {
        machine->shown->cause = machine->call.error.message;
        ask_events(run, machine, PHASE_CONFIRM);
    } else {
        machine->shown->is_begun = false;
        write_step(run, machine, JOURNAL_FAILED);
        fail_call(run, machine);
    }
}

static bool has_token(const struct machine *machine) {
    for (uint32_t i = 0; i < machine->call.reply.event_count; i++) {
        if (text_equal(machine->call.reply.events[i].token, machine->token)) return true;
    }
    return false;
}

static void confirmed(struct run *run, struct machine *machine) {
    const struct cloud_error *error = &machine->call.error;
    bool gone = cloud_failed(&machine->call) && text_is(error->code, "ValidationError");
    if (cloud_failed(&machine->call) && !gone) {
        lose(run, machine);
    } else if (gone && machine->plan->action == PLAN_DELETE) {
        machine->shown->status = TEXT("DELETE_COMPLETE");
        end(run, machine, APPLY_DONE);
    } else if (!gone && has_token(machine)) {
        machine->shown->cause = (struct text){0};
        watch_on(run, machine);
    } else if (machine->is_watching_only) {
        machine->shown->cause = (struct text){0};
        end(run, machine, APPLY_NOTHING);
    } else {
        machine->shown->is_begun = false;
        write_step(run, machine, JOURNAL_FAILED);
        fail(run, machine, machine->shown->cause);
    }
}

static void cleared(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        if (machine->call.error.is_network) lose(run, machine);
        else fail_call(run, machine);
        return;
    }
    if (machine->phase == PHASE_CLEAR) {
        machine->poll = POLL_FIRST;
        sleep_until(run, machine, PHASE_CLEAR_WATCH);
        return;
    }
    struct text status = machine->call.reply.stacks[0].status;
    if (cloud_status_running(status)) {
        sleep_until(run, machine, PHASE_CLEAR_WATCH);
    } else if (text_is(status, "DELETE_COMPLETE")) {
        machine->id = (struct text){0};
        /* What is gone held nothing: nothing that counts was changed so far. */
        machine->shown->is_begun = !text_is(machine->plan->status, "ROLLBACK_COMPLETE");
        begin_make(run, machine);
    } else {
        fail(run, machine, text_format(run->arena, "what a failed creation left could not be "
                                                   "deleted: %.*s",
                                       TEXT_ARGS(machine->call.reply.stacks[0].status_reason)));
    }
}

/* Sleeps before the call is made again, where the failure may pass. */
static bool tries_again(struct run *run, struct machine *machine) {
    static const char *const passing[] = {
        "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException",
        "ServiceUnavailable", "InternalFailure", "InternalError", "SlowDown", "RequestTimeout"};
    const struct cloud_error *error = &machine->call.error;
    bool passes = error->is_network;
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
        passes |= text_is(error->code, passing[i]);
    }
    if (!passes || machine->tries >= TRIES) return false;
    machine->is_retrying = true;
    machine->wake = now(run) + fmin(ldexp(1, (int)machine->tries++), RETRY_LAST);
    return true;
}

static void after_events(struct run *run, struct machine *machine) {
    if (machine->phase == PHASE_LAST_EVENTS) {
        settle(run, machine);
        return;
    }
    prepare(machine, CLOUD_DESCRIBE_STACKS, run);
    send(run, machine, PHASE_LOOK);
}

void machine_step(struct run *run, struct machine *machine) {
    bool was_repeated = machine->tries > 0;
    machine->is_asking = false;
    if (cloud_failed(&machine->call) && tries_again(run, machine)) return;
    machine->tries = 0;
    switch (machine->phase) {
    case PHASE_WAIT:
    case PHASE_END: return;
    case PHASE_CHECK: checked(run, machine); return;
    case PHASE_CLEAR:
    case PHASE_CLEAR_WATCH: cleared(run, machine); return;
    case PHASE_FORGET: ask_make(run, machine); return;
    case PHASE_UPLOAD:
        if (cloud_failed(&machine->call)) fail_call(run, machine);
        else ask_make(run, machine);
        return;
    case PHASE_MAKE: made(run, machine); return;
    case PHASE_READ:
        if (cloud_failed(&machine->call)) fail_call(run, machine);
        else read_set(run, machine);
        return;
    case PHASE_DROP_EMPTY:
        if (!set_protection(run, machine)) end(run, machine, APPLY_NOTHING);
        return;
    case PHASE_WHY: read_why(run, machine); return;
    case PHASE_DROP:
    case PHASE_TIDY: fail(run, machine, machine->shown->cause); return;
    case PHASE_UNPROTECT:
        if (cloud_failed(&machine->call)) fail_call(run, machine);
        else ask_delete(run, machine, PHASE_DELETE);
        return;
    case PHASE_EXECUTE:
    case PHASE_DELETE: accepted(run, machine, was_repeated); return;
    case PHASE_CONFIRM: confirmed(run, machine); return;
    case PHASE_EVENTS:
    case PHASE_LAST_EVENTS:
        if (cloud_failed(&machine->call) || note_events(run, machine)) after_events(run, machine);
        return;
    case PHASE_LOOK: look(run, machine); return;
    case PHASE_PROTECT:
        if (cloud_failed(&machine->call)) fail_call(run, machine);
        else end(run, machine, APPLY_DONE);
        return;
    }
}

void machine_awake(struct run *run, struct machine *machine) {
    if (machine->is_retrying) {
        machine->is_retrying = false;
        send(run, machine, machine->phase);
    } else if (machine->phase == PHASE_READ) {
        prepare(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
        send(run, machine, PHASE_READ);
    } else if (machine->phase == PHASE_CLEAR_WATCH) {
        prepare(machine, CLOUD_DESCRIBE_STACKS, run);
        send(run, machine, PHASE_CLEAR_WATCH);
    } else {
        ask_events(run, machine, machine->phase);
    }
}
