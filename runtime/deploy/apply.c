/* Each stack is a small machine with one call under way at a time: it makes its change set, reads it,
 * has it executed, and watches events until the stack has settled. One loop hands finished calls to
 * their machines, and lets time pass when there are none.
 */
#include "runtime/deploy/apply.h"

#include <math.h>
#include <stdio.h>

#include "base/hash.h"

#define APPLY_SET_NAME "mrp-apply"

enum { POLL_FIRST = 2, POLL_LAST = 5 }; /* seconds between looks at a stack */

enum phase {
    PHASE_WAIT,
    PHASE_CLEAR,        /* deletes what a failed creation left */
    PHASE_CLEAR_WATCH,
    PHASE_FORGET,       /* deletes a change set of that name that an earlier run left */
    PHASE_UPLOAD,       /* puts a large template into the bucket */
    PHASE_MAKE,
    PHASE_READ,
    PHASE_DROP_EMPTY,   /* deletes a change set that changes nothing */
    PHASE_WHY,          /* asks what early validation has against it */
    PHASE_TIDY,         /* deletes the empty stack that a refused creation left */
    PHASE_EXECUTE,
    PHASE_DELETE,
    PHASE_EVENTS,       /* watches: events, */
    PHASE_LOOK,         /* then the stack */
    PHASE_LAST_EVENTS,  /* settled: the events once more */
    PHASE_PROTECT,
    PHASE_END,
};

struct machine {
    struct apply_stack *shown;
    const struct plan_stack *plan;
    enum phase phase;
    struct cloud_call call;
    bool is_asking;          /* the call is under way */
    double wake;             /* when it asks again */
    double poll;             /* seconds between looks */
    struct text id;          /* the stack's, once known */
    struct text token;
    const struct text *seen; /* ids of events told */
    uint32_t seen_count, seen_capacity;
    struct text first_event; /* newest event before the operation */
    bool saw_running;
};

struct run {
    const struct cloud *cloud;
    const struct plan *plan;
    const struct apply_options *options;
    struct arena *arena;
    struct apply *apply;
    struct machine *machines;
    struct failure *why;
    const struct cloud_stack **deployed; /* latest description of each */
    bool is_stopping;                    /* nothing more is begun */
    bool journal_failed;
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
    struct journal_entry entry = {machine->plan->name, machine->plan->region,
                                  text_of(action_word(machine->plan->action)), machine->token};
    if (journal_write(run->options->journal, &entry, step, now(run), run->why)) return true;
    run->journal_failed = run->is_stopping = true;
    return false;
}

/* --- ends ------------------------------------------------------------------------------------- */

static void end(struct run *run, struct machine *machine, enum apply_state state) {
    machine->phase = PHASE_END;
    machine->shown->state = state;
    machine->shown->ended = now(run);
    if (state == APPLY_FAILED) run->is_stopping = true;
    if (machine->shown->is_begun) {
        write_step(run, machine, state == APPLY_FAILED ? JOURNAL_FAILED : JOURNAL_DONE);
    }
    tell(run, APPLY_STACK_ENDED, machine, NULL);
}

static void fail(struct run *run, struct machine *machine, struct text cause) {
    if (!machine->shown->cause.length) machine->shown->cause = cause;
    machine->shown->is_back |= !machine->shown->is_begun;
    end(run, machine, APPLY_FAILED);
}

static void fail_call(struct run *run, struct machine *machine) {
    fail(run, machine, machine->call.error.message);
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

static void send(struct run *run, struct machine *machine, enum phase phase) {
    machine->phase = phase;
    machine->is_asking = true;
    run->cloud->begin(run->cloud->context, &machine->call);
}

static void sleep_until(struct run *run, struct machine *machine, enum phase phase) {
    machine->phase = phase;
    machine->wake = now(run) + machine->poll;
    machine->poll = fmin(machine->poll + 1, POLL_LAST);
}

/* One token an operation, so that a repeated request is known as the same. */
static void make_token(struct run *run, struct machine *machine, const char *what) {
    struct text hex, seed = text_format(run->arena, "%s/%.*s/%.*s/%.6f", what,
                                        TEXT_ARGS(machine->plan->region),
                                        TEXT_ARGS(machine->plan->name), now(run));
    struct failure ignored;
    if (!hash_hex(run->arena, HASH_SHA256, seed, &hex, &ignored)) hex = TEXT("0");
    if (hex.length > 32) hex.length = 32;
    machine->token = text_format(run->arena, "mrp-%s-%.*s", what, TEXT_ARGS(hex));
}

static void ask_make(struct run *run, struct machine *machine) {
    struct deploy_inputs inputs = {run->plan, run->deployed};
    struct cloud_request *request = prepare(machine, CLOUD_CREATE_CHANGE_SET, run);
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

static void ask_delete(struct run *run, struct machine *machine, enum phase phase) {
    make_token(run, machine, "delete");
    machine->shown->is_begun = true;
    if (!write_step(run, machine, JOURNAL_BEGUN)) {
        fail(run, machine, text_of(run->why->message));
        return;
    }
    machine->id = machine->plan->id;
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

static void ask_events(struct run *run, struct machine *machine, enum phase phase) {
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
        if (was_planned(machine->plan, change)) continue;
        fail(run, machine,
             text_format(run->arena, "the change set would %s \"%.*s\", which the plan did not say",
                         text_is(change->action, "Remove") ? "remove" : "replace",
                         TEXT_ARGS(change->logical_id)));
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
        fail(run, machine, shown->cause);
        return;
    }
    prepare(machine, CLOUD_DELETE_STACK, run);
    send(run, machine, PHASE_TIDY);
}

/* --- watching --------------------------------------------------------------------------------- */

static bool is_seen(const struct machine *machine, struct text id) {
    for (uint32_t i = machine->seen_count; i > 0; i--) {
        if (text_equal(machine->seen[i - 1], id)) return true;
    }
    return false;
}

static void remember(struct run *run, struct machine *machine, struct text id) {
    if (machine->seen_count == machine->seen_capacity) {
        machine->seen_capacity = machine->seen_capacity ? machine->seen_capacity * 2 : 64;
        struct text *larger = arena_array(run->arena, machine->seen_capacity, sizeof *larger);
        if (machine->seen_count) {
            memcpy(larger, machine->seen, machine->seen_count * sizeof *larger);
        }
        machine->seen = larger;
    }
    ((struct text *)machine->seen)[machine->seen_count++] = text_copy(run->arena, id);
}

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

static void note_event(struct run *run, struct machine *machine, const struct cloud_event *event) {
    struct apply_stack *shown = machine->shown;
    remember(run, machine, event->id);
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
    }
    tell(run, APPLY_RESOURCE, machine, event);
}

/* Pages go back in time until an event that is known; then they are told oldest first. */
static void note_events(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    uint32_t fresh = 0;
    while (fresh < reply->event_count) {
        const struct cloud_event *event = &reply->events[fresh];
        if (is_seen(machine, event->id) || !text_equal(event->token, machine->token)) break;
        fresh++;
    }
    for (uint32_t i = fresh; i > 0; i--) note_event(run, machine, &reply->events[i - 1]);
    tell(run, APPLY_PROGRESS, machine, NULL);
}

static void keep_final(struct run *run, struct machine *machine) {
    uint32_t index = (uint32_t)(machine - run->machines);
    machine->shown->final = machine->call.reply.stacks[0];
    run->deployed[index] = &machine->shown->final;
}

/* Sets termination protection where it is not as the program says; false where it is. */
static bool set_protection(struct run *run, struct machine *machine) {
    const struct template *template = machine->plan->template;
    if (!template || machine->plan->action == PLAN_DELETE ||
        template->is_protected == machine->shown->final.is_protected) return false;
    prepare(machine, CLOUD_PROTECT_STACK, run)->is_protected = template->is_protected;
    machine->shown->is_begun = true;
    send(run, machine, PHASE_PROTECT);
    return true;
}

static bool is_back(const struct machine *machine, struct text status) {
    return text_is(status, "UPDATE_ROLLBACK_COMPLETE") || text_is(status, "ROLLBACK_COMPLETE") ||
           (text_is(status, "DELETE_COMPLETE") && machine->plan->action != PLAN_DELETE);
}

static void settle(struct run *run, struct machine *machine) {
    struct text status = machine->shown->status;
    bool good = cloud_status_good(status);
    if (machine->plan->action == PLAN_DELETE) good = text_is(status, "DELETE_COMPLETE");
    if (!good) {
        machine->shown->is_back = is_back(machine, status);
        fail(run, machine, machine->shown->final.status_reason.length
                               ? machine->shown->final.status_reason : status);
        return;
    }
    if (!set_protection(run, machine)) end(run, machine, APPLY_DONE);
}

static void look(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        if (cloud_not_found(&machine->call.error) && machine->plan->action == PLAN_DELETE) {
            machine->shown->status = TEXT("DELETE_COMPLETE");
            end(run, machine, APPLY_DONE);
            return;
        }
        fail_call(run, machine);
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

static void start(struct run *run, struct machine *machine) {
    machine->shown->state = APPLY_RUNNING;
    machine->shown->began = now(run);
    machine->id = machine->plan->id;
    tell(run, APPLY_STACK_BEGAN, machine, NULL);
    switch (machine->plan->action) {
    case PLAN_NOTHING: return;
    case PLAN_CREATE:
    case PLAN_UPDATE: begin_make(run, machine); return;
    case PLAN_RECREATE: ask_delete(run, machine, PHASE_CLEAR); return;
    case PLAN_DELETE: ask_delete(run, machine, PHASE_DELETE); return;
    }
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

static void accepted(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        machine->shown->is_begun = false;
        fail_call(run, machine);
        return;
    }
    write_step(run, machine, JOURNAL_RUNNING);
    machine->poll = POLL_FIRST;
    sleep_until(run, machine, PHASE_EVENTS);
}

static void cleared(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        fail_call(run, machine);
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
        begin_make(run, machine);
    } else {
        fail(run, machine, text_format(run->arena, "what a failed creation left could not be "
                                                   "deleted: %.*s",
                                       TEXT_ARGS(machine->call.reply.stacks[0].status_reason)));
    }
}

/* A finished call. */
static void step(struct run *run, struct machine *machine) {
    machine->is_asking = false;
    switch (machine->phase) {
    case PHASE_WAIT:
    case PHASE_END: return;
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
    case PHASE_TIDY: fail(run, machine, machine->shown->cause); return;
    case PHASE_EXECUTE:
    case PHASE_DELETE: accepted(run, machine); return;
    case PHASE_EVENTS:
        if (!cloud_failed(&machine->call)) note_events(run, machine);
        prepare(machine, CLOUD_DESCRIBE_STACKS, run);
        send(run, machine, PHASE_LOOK);
        return;
    case PHASE_LOOK: look(run, machine); return;
    case PHASE_LAST_EVENTS:
        if (!cloud_failed(&machine->call)) note_events(run, machine);
        settle(run, machine);
        return;
    case PHASE_PROTECT:
        if (cloud_failed(&machine->call)) fail_call(run, machine);
        else end(run, machine, APPLY_DONE);
        return;
    }
}

/* What a machine does that has slept. */
static void awake(struct run *run, struct machine *machine) {
    if (machine->phase == PHASE_READ) {
        prepare(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
        send(run, machine, PHASE_READ);
    } else if (machine->phase == PHASE_CLEAR_WATCH) {
        prepare(machine, CLOUD_DESCRIBE_STACKS, run);
        send(run, machine, PHASE_CLEAR_WATCH);
    } else {
        ask_events(run, machine, machine->phase);
    }
}

/* --- the order -------------------------------------------------------------------------------- */

static bool has_ended(const struct machine *machine) { return machine->phase == PHASE_END; }

static struct machine *machine_of(struct run *run, uint32_t template_index) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct template *template = run->plan->stacks[i].template;
        if (template && template->index == template_index) return &run->machines[i];
    }
    return NULL;
}

/* Whether a reads b, so that b is made before and deleted after it. */
static bool reads(struct run *run, const struct machine *a, const struct machine *b) {
    const struct template *template = a->plan->template;
    for (uint32_t e = 0; template && e < template->edge_count; e++) {
        if (template->edges[e].is_dropped) continue;
        if (machine_of(run, template->edges[e].stack) == b) return true;
    }
    return false;
}

static bool deletes(const struct machine *machine) {
    return machine->plan->action == PLAN_DELETE;
}

static bool must_wait(struct run *run, const struct machine *machine) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct machine *other = &run->machines[i];
        if (other == machine || has_ended(other)) continue;
        if (!deletes(machine)) {
            if (other->plan->is_assets && plan_is_large(machine->plan) &&
                text_equal(other->plan->region, machine->plan->region)) return true;
            if (!deletes(other) && reads(run, machine, other)) return true;
            continue;
        }
        /* What the program no longer has goes last, one after the other: who reads it is not known. */
        bool orphan = !machine->plan->template;
        if (!deletes(other) || reads(run, other, machine) || (orphan && other < machine)) return true;
    }
    return false;
}

static void skip(struct run *run, struct machine *machine) { end(run, machine, APPLY_SKIPPED); }

static void start_ready(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        struct machine *machine = &run->machines[i];
        if (machine->phase != PHASE_WAIT) continue;
        if (run->is_stopping) skip(run, machine);
        else if (!must_wait(run, machine)) start(run, machine);
    }
}

static bool is_finished(const struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        if (!has_ended(&run->machines[i])) return false;
    }
    return true;
}

static double next_wake(const struct run *run) {
    double earliest = now(run) + 60;
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct machine *machine = &run->machines[i];
        if (machine->phase == PHASE_WAIT || has_ended(machine) || machine->is_asking) continue;
        earliest = fmin(earliest, machine->wake);
    }
    return earliest;
}

static void wake_up(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        struct machine *machine = &run->machines[i];
        if (machine->phase == PHASE_WAIT || has_ended(machine) || machine->is_asking) continue;
        if (machine->wake <= now(run)) awake(run, machine);
    }
}

static int interruptions(const struct run *run) {
    return run->options->interrupted ? (int)*run->options->interrupted : 0;
}

static void loop(struct run *run) {
    while (!is_finished(run)) {
        if (interruptions(run) > 0) run->is_stopping = run->apply->was_interrupted = true;
        if (interruptions(run) > 1) return;
        start_ready(run);
        struct cloud_call *call = run->cloud->next(run->cloud->context, next_wake(run));
        if (call) step(run, call->context);
        else wake_up(run);
    }
}

/* --- all together ----------------------------------------------------------------------------- */

static void init(struct run *run) {
    const struct plan *plan = run->plan;
    run->machines = arena_array(run->arena, plan->count + 1, sizeof *run->machines);
    run->deployed = arena_array(run->arena, plan->count + 1, sizeof *run->deployed);
    *run->apply = (struct apply){.count = plan->count};
    run->apply->stacks = arena_array(run->arena, plan->count + 1, sizeof *run->apply->stacks);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_stack *stack = &plan->stacks[i];
        run->deployed[i] = stack->deployed;
        run->apply->stacks[i] = (struct apply_stack){.plan = stack, .total = stack->change_count,
                                                     .status = stack->status};
        run->machines[i] = (struct machine){.shown = &run->apply->stacks[i], .plan = stack,
                                            .poll = POLL_FIRST};
        if (stack->deployed) run->apply->stacks[i].final = *stack->deployed;
        if (stack->action != PLAN_NOTHING) continue;
        run->machines[i].phase = PHASE_END;
        run->apply->stacks[i].state = APPLY_NOTHING;
    }
}

static enum apply_outcome judge(const struct run *run) {
    bool failed = run->apply->was_interrupted && !is_finished(run), changed = false, stuck = failed;
    for (uint32_t i = 0; i < run->apply->count; i++) {
        const struct apply_stack *stack = &run->apply->stacks[i];
        if (stack->state == APPLY_FAILED || stack->state == APPLY_SKIPPED) failed = true;
        if (stack->state == APPLY_DONE || stack->state == APPLY_RUNNING) changed = true;
        if (stack->state == APPLY_FAILED && !stack->is_back) stuck = true;
        if (stack->is_begun) changed |= stack->state != APPLY_FAILED;
    }
    if (!failed) return APPLY_ALL_DONE;
    if (stuck || changed) return APPLY_STUCK;
    for (uint32_t i = 0; i < run->apply->count; i++) {
        if (run->apply->stacks[i].is_begun) return APPLY_ROLLED_BACK;
    }
    return APPLY_BEFORE;
}

enum apply_outcome apply_plan(const struct cloud *cloud, const struct plan *plan,
                              const struct apply_options *options, struct arena *arena,
                              struct apply *apply, struct failure *why) {
    struct run run = {.cloud = cloud, .plan = plan, .options = options, .arena = arena,
                      .apply = apply, .why = why};
    double began = cloud->now(cloud->context);
    init(&run);
    if (options->journal && !journal_begin(options->journal, plan->is_destroy ? "destroy" : "apply",
                                           plan->account, began, why)) return APPLY_BEFORE;
    loop(&run);
    apply->seconds = now(&run) - began;
    enum apply_outcome outcome = judge(&run);
    if (options->journal && is_finished(&run)) journal_end(options->journal, now(&run), why);
    return outcome;
}
