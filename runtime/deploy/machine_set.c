/* The change set of a stack: made, read, and executed or given up. */
#include "runtime/deploy/machine_parts.h"

void machine_ask_set(struct run *run, struct machine *machine) {
    struct deploy_inputs inputs = {run->plan, run->deployed};
    struct cloud_request *request = machine_prepare(machine, CLOUD_CREATE_CHANGE_SET, run);
    machine->sent_hash = run_digest(run, machine->plan->body);
    machine_make_token(run, machine, "set");
    if (!deploy_request(&inputs, machine->plan, run->arena, request)) {
        machine_fail(run, machine, TEXT("an output that a parameter takes is not there"));
        return;
    }
    request->change_set = TEXT(APPLY_SET_NAME);
    request->token = machine->token;
    machine_send(run, machine, PHASE_MAKE);
}

/* Makes the change set, after a large template has been put where CloudFormation reads it. */
void machine_upload(struct run *run, struct machine *machine) {
    if (!plan_is_large(machine->plan)) {
        machine_ask_set(run, machine);
        return;
    }
    struct text key, url;
    assets_place(run->arena, run->plan->account, machine->plan, &key, &url);
    struct cloud_request *request = machine_prepare(machine, CLOUD_PUT_OBJECT, run);
    request->bucket = assets_bucket(run->arena, run->plan->account, machine->plan->region);
    request->key = key;
    request->body = machine->plan->body;
    machine_send(run, machine, PHASE_UPLOAD);
}

void machine_make_set(struct run *run, struct machine *machine) {
    const struct deploy_program *program = run->plan->program;
    const struct plan_stack *plan = machine->plan;
    if (!program || !program->package.length || !plan->template || plan->goes_back ||
        !template_runs_mrp(plan->template)) {
        machine_upload(run, machine);
        return;
    }
    struct cloud_request *request = machine_prepare(machine, CLOUD_PUT_OBJECT, run);
    request->bucket = assets_bucket(run->arena, run->plan->account, plan->region);
    request->key = assets_package_key(run->arena, program);
    request->body = program->package;
    machine_send(run, machine, PHASE_PACK);
}

static void ask_forget(struct run *run, struct machine *machine) {
    machine_prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
    machine_send(run, machine, PHASE_FORGET);
}

static void ask_execute(struct run *run, struct machine *machine) {
    machine_make_token(run, machine, "execute");
    if (!machine_write_step(run, machine, JOURNAL_BEGUN)) {
        machine_fail(run, machine, text_of(run->why->message));
        return;
    }
    machine->shown->is_begun = true;
    machine_prepare(machine, CLOUD_EXECUTE_CHANGE_SET, run)->token = machine->token;
    machine_send(run, machine, PHASE_EXECUTE);
}

void machine_set_made(struct run *run, struct machine *machine) {
    if (text_is(machine->call.error.code, "AlreadyExistsException")) {
        ask_forget(run, machine);
        return;
    }
    if (cloud_failed(&machine->call)) {
        machine_fail_call(run, machine);
        return;
    }
    machine->id = machine->call.reply.stack_id;
    machine->made = machine->call.reply.id;
    machine_prepare_look(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
    machine_send(run, machine, PHASE_READ);
}

/* --- what the change set says ----------------------------------------------------------------- */

static bool was_planned(const struct plan_stack *stack, const struct cloud_change *change,
                        struct text id) {
    bool replaces = text_is(change->replacement, "True") && text_is(change->action, "Modify");
    bool removes = text_is(change->action, "Remove");
    if (!replaces && !removes) return true;
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *planned = &stack->changes[i];
        if (!text_equal(planned->logical_id, id)) continue;
        if (removes) return planned->kind == PLAN_REMOVE;
        return planned->kind == PLAN_REPLACE || planned->kind == PLAN_MAY_REPLACE;
    }
    return false;
}

/* Whether the change set does nothing that the plan did not say; else it is given up. path: of the
 * nested stack, or empty. */
static bool is_planned(struct run *run, struct machine *machine,
                       const struct cloud_change_set *set, struct text path) {
    if (machine->plan->action != PLAN_UPDATE || machine->plan->goes_back) return true;
    for (uint32_t i = 0; i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        struct text id = path.length ? text_format(run->arena, "%.*s.%.*s", TEXT_ARGS(path),
                                                   TEXT_ARGS(change->logical_id))
                                     : change->logical_id;
        if (was_planned(machine->plan, change, id)) continue;
        machine->shown->cause =
            text_format(run->arena, "the change set would %s \"%.*s\", which the plan did not say",
                        text_is(change->action, "Remove") ? "remove" : "replace", TEXT_ARGS(id));
        machine_prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        machine_send(run, machine, PHASE_DROP);
        return false;
    }
    return true;
}

static void approve(struct run *run, struct machine *machine) {
    if (machine->plan->action != PLAN_UPDATE) {
        ask_execute(run, machine);
        return;
    }
    /* Whoever changes the stack from here on makes the change set obsolete. */
    machine_prepare(machine, CLOUD_DESCRIBE_STACKS, run);
    machine_send(run, machine, PHASE_CHECK_AGAIN);
}

void machine_nested_read(struct run *run, struct machine *machine) {
    if (cloud_failed(&machine->call)) {
        machine_fail_call(run, machine);
        return;
    }
    const struct cloud_change_set *set = &machine->call.reply.change_set;
    struct text path = machine->sets[machine->set_at++].path;
    if (is_planned(run, machine, set, path) && !machine_read_nested(run, machine, set, path)) {
        approve(run, machine);
    }
}

void machine_read_set(struct run *run, struct machine *machine) {
    const struct cloud_change_set *set = &machine->call.reply.change_set;
    if (text_is(set->status, "CREATE_PENDING") || text_is(set->status, "CREATE_IN_PROGRESS")) {
        machine_sleep(run, machine, PHASE_READ);
        return;
    }
    if (cloud_no_changes(set)) {
        machine_prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        machine_send(run, machine, PHASE_DROP_EMPTY);
        return;
    }
    if (!text_is(set->status, "CREATE_COMPLETE")) {
        machine_explain_set(run, machine);
        return;
    }
    machine->shown->total = set->change_count;
    machine->set_count = machine->set_at = 0;
    struct text none = {0};
    if (!is_planned(run, machine, set, none)) return;
    bool looks = machine->plan->action == PLAN_UPDATE && !machine->plan->goes_back;
    if (!looks || !machine_read_nested(run, machine, set, none)) approve(run, machine);
}

void machine_checked_again(struct run *run, struct machine *machine) {
    struct text why;
    if (machine_is_as_planned(run, machine, &why)) {
        machine_note_before(machine, &machine->call.reply.stacks[0]);
        ask_execute(run, machine);
        return;
    }
    machine->shown->cause = text_copy(run->arena, why);
    machine_prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
    machine_send(run, machine, PHASE_DROP);
}

void machine_give_up_set(struct run *run, struct machine *machine) {
    if (machine->plan->action == PLAN_UPDATE) {
        machine_prepare(machine, CLOUD_DELETE_CHANGE_SET, run);
        machine_send(run, machine, PHASE_DROP);
        return;
    }
    machine_prepare(machine, CLOUD_DELETE_STACK, run);
    machine_send(run, machine, PHASE_TIDY);
}
