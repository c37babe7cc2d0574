/* A stack refactor before the update of a stack, where resources get other logical ids. It is made,
 * waited for, executed and waited for; nothing of the resources themselves changes, so that a
 * failure later needs no way back from it. */
#include "runtime/deploy/machine_parts.h"

static void ask_refactor(struct run *run, struct machine *machine) {
    const struct plan_stack *plan = machine->plan;
    struct plan_stack placed = *plan;
    struct text key;
    struct cloud_request *request = machine_prepare(machine, CLOUD_CREATE_REFACTOR, run);
    placed.body = plan->renamed_body;
    request->moves = plan->moves;
    request->move_count = plan->move_count;
    request->description = TEXT("mrp: renamed in the program");
    if (!plan_is_large(&placed)) request->body = placed.body;
    else assets_place(run->arena, run->plan->account, &placed, &key, &request->url);
    machine_send(run, machine, PHASE_RENAME);
}

void machine_rename(struct run *run, struct machine *machine) {
    struct plan_stack placed = *machine->plan;
    placed.body = machine->plan->renamed_body;
    if (!plan_is_large(&placed)) {
        ask_refactor(run, machine);
        return;
    }
    struct text key, url;
    assets_place(run->arena, run->plan->account, &placed, &key, &url);
    struct cloud_request *request = machine_prepare(machine, CLOUD_PUT_OBJECT, run);
    request->bucket = assets_bucket(run->arena, run->plan->account, machine->plan->region);
    request->key = key;
    request->body = placed.body;
    machine_send(run, machine, PHASE_RENAME_UPLOAD);
}

static void refuse(struct run *run, struct machine *machine, struct text reason) {
    const struct cloud_move *first = &machine->plan->moves[0];
    machine_fail(run, machine,
                 text_format(run->arena,
                             "%.*s cannot be renamed to %.*s (@id = \"%.*s\" instead of @was "
                             "keeps its id): %.*s",
                             TEXT_ARGS(first->from), TEXT_ARGS(first->to), TEXT_ARGS(first->from),
                             TEXT_ARGS(reason)));
}

void machine_look_at_rename(struct run *run, struct machine *machine) {
    machine_prepare_look(machine, CLOUD_DESCRIBE_REFACTOR, run)->id = machine->refactor;
    machine_send(run, machine, machine->phase);
}

/* Made, it is executed; executed, the update follows. */
static void look(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct text status = machine->phase == PHASE_RENAME_MADE ? reply->status
                                                             : reply->execution_status;
    struct text refused = machine->shown->cause; /* to execute it, which may have begun anyway */
    if (text_is(status, "OBSOLETE")) {
        machine_fail(run, machine, TEXT("somebody else changed the stack since it was planned"));
    } else if (refused.length && text_is(status, "AVAILABLE")) {
        machine->shown->cause = (struct text){0};
        refuse(run, machine, refused);
    } else if (text_ends(status, TEXT("_FAILED")) || text_starts(status, TEXT("ROLLBACK_"))) {
        refuse(run, machine,
               text_copy(run->arena, reply->status_reason.length ? reply->status_reason : status));
    } else if (text_is(status, "CREATE_COMPLETE")) {
        /* Whoever changes the stack from here on makes the refactor obsolete. */
        machine_prepare(machine, CLOUD_DESCRIBE_STACKS, run);
        machine_send(run, machine, PHASE_RENAME_AGAIN);
    } else if (text_is(status, "EXECUTE_COMPLETE")) {
        machine->shown->cause = (struct text){0};
        machine->poll = POLL_FIRST;
        machine_prepare(machine, CLOUD_DESCRIBE_STACKS, run);
        machine_send(run, machine, PHASE_RENAME_SEEN);
    } else {
        machine_sleep(run, machine, machine->phase);
    }
}

static void execute(struct run *run, struct machine *machine) {
    struct text why;
    if (!machine_is_as_planned(run, machine, &why)) {
        machine_fail(run, machine, text_copy(run->arena, why));
        return;
    }
    machine_prepare(machine, CLOUD_EXECUTE_REFACTOR, run)->id = machine->refactor;
    machine_send(run, machine, PHASE_RENAME_EXECUTE);
}

/* What is there now must be the renamed template: then nobody else was at it in between. */
static void check(struct run *run, struct machine *machine) {
    struct document *found;
    struct failure ignored;
    bool same = document_read(run->arena, machine->call.reply.body, &found, &ignored) &&
                document_equal(found, machine->plan->current);
    if (!same) {
        machine_fail(run, machine, TEXT("somebody else changed the stack since it was planned"));
        return;
    }
    machine->is_renamed = true;
    machine_make_set(run, machine);
}

void machine_renamed(struct run *run, struct machine *machine) {
    if (machine->phase == PHASE_RENAME_AGAIN) {
        execute(run, machine);
    } else if (cloud_failed(&machine->call) && machine->phase == PHASE_RENAME_EXECUTE) {
        machine->shown->cause = text_copy(run->arena, machine->call.error.message);
        machine_sleep(run, machine, PHASE_RENAME_DONE);
    } else if (cloud_failed(&machine->call)) {
        refuse(run, machine, text_copy(run->arena, machine->call.error.message));
    } else if (machine->phase == PHASE_RENAME_UPLOAD) {
        ask_refactor(run, machine);
    } else if (machine->phase == PHASE_RENAME) {
        machine->refactor = text_copy(run->arena, machine->call.reply.id);
        machine->poll = 1;
        machine_sleep(run, machine, PHASE_RENAME_MADE);
    } else if (machine->phase == PHASE_RENAME_EXECUTE) {
        machine_sleep(run, machine, PHASE_RENAME_DONE);
    } else if (machine->phase == PHASE_RENAME_SEEN) {
        machine->renamed = machine->call.reply.stacks[0].updated;
        machine_prepare(machine, CLOUD_GET_TEMPLATE, run);
        machine_send(run, machine, PHASE_RENAME_CHECK);
    } else if (machine->phase == PHASE_RENAME_CHECK) {
        check(run, machine);
    } else {
        look(run, machine);
    }
}
