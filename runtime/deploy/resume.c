/* Going on with an interrupted run: what the journal says was begun is looked for at AWS by its
 * token, and watched until it has settled.
 */
#include "runtime/deploy/machine.h"

struct resuming {
    struct run run;
    struct resume *resume;
    const struct deploy_program *program;
    bool has_failed; /* of what had ended before */
};

static bool refuse_other(const struct resuming *resuming, struct failure *why) {
    const struct journal_run *run = &resuming->resume->run;
    if (text_equal(run->project, resuming->program->project) &&
        text_equal(run->suffix, resuming->program->suffix)) return false;
    failure_set(why, "the interrupted %.*s was of project \"%.*s\", suffix \"%.*s\" in account "
                     "%.*s", TEXT_ARGS(run->kind), TEXT_ARGS(run->project), TEXT_ARGS(run->suffix),
                TEXT_ARGS(run->account));
    failure_hint(why, "Give the same program and params as then.");
    return true;
}

/* --- the stacks of the run -------------------------------------------------------------------- */

static void add_program(struct resuming *resuming, struct plan *plan) {
    const struct template_set *set = resuming->program->set;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[set->order[i]];
        plan->stacks[plan->count++] = (struct plan_stack){
            .template = template, .name = template->name, .region = template->region_name,
            .label = template->region_label, .path = template->path,
            .body = resuming->program->bodies[template->index]};
    }
}

static uint32_t find_stack(const struct plan *plan, const struct journal_entry *entry) {
    uint32_t i = 0;
    while (i < plan->count && !(text_equal(plan->stacks[i].name, entry->stack) &&
                                text_equal(plan->stacks[i].region, entry->region))) i++;
    return i;
}

static void add_journal(struct resuming *resuming, struct plan *plan) {
    const struct journal_run *run = &resuming->resume->run;
    for (uint32_t e = 0; e < run->count; e++) {
        const struct journal_entry *entry = &run->entries[e];
        uint32_t i = find_stack(plan, entry);
        if (i == plan->count) {
            plan->stacks[plan->count++] = (struct plan_stack){
                .name = entry->stack, .region = entry->region, .label = entry->region,
                .path = entry->path, .is_assets = text_is(entry->stack, ASSETS_STACK)};
        }
        run_note_earlier(&resuming->run.earlier[i], entry);
        if (entry->id.length) plan->stacks[i].id = entry->id;
    }
}

/* Stacks that others may read are described: their outputs may be needed on the way back. */
static bool describe(struct resuming *resuming, struct plan *plan, struct failure *why) {
    struct cloud_call *calls = arena_array(resuming->run.arena, plan->count + 1, sizeof *calls);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_stack *stack = &plan->stacks[i];
        calls[i] = (struct cloud_call){
            .operation = CLOUD_DESCRIBE_STACKS, .region = stack->region,
            .arena = resuming->run.arena,
            .request = {.stack = stack->id.length ? stack->id : stack->name}};
    }
    cloud_all(resuming->run.cloud, calls, plan->count);
    for (uint32_t i = 0; i < plan->count; i++) {
        if (!cloud_failed(&calls[i])) {
            plan->stacks[i].deployed = &calls[i].reply.stacks[0];
            plan->stacks[i].id = plan->stacks[i].deployed->id;
            plan->stacks[i].status = plan->stacks[i].deployed->status;
        } else if (!cloud_not_found(&calls[i].error)) {
            return failure_set(why, "could not read the stack \"%.*s\" in %.*s: %.*s",
                               TEXT_ARGS(plan->stacks[i].name), TEXT_ARGS(plan->stacks[i].region),
                               TEXT_ARGS(calls[i].error.message));
        }
    }
    return true;
}

static bool collect(struct resuming *resuming, struct failure *why) {
    struct plan *plan = &resuming->resume->plan;
    struct arena *arena = resuming->run.arena;
    uint32_t most = resuming->program->set->count + resuming->resume->run.count + 1;
    *plan = (struct plan){.arena = arena, .program = resuming->program,
                          .account = resuming->resume->run.account};
    plan->is_destroy = text_is(resuming->resume->run.kind, "destroy");
    plan->stacks = arena_array(arena, most, sizeof *plan->stacks);
    resuming->run.earlier = arena_array(arena, most, sizeof *resuming->run.earlier);
    add_program(resuming, plan);
    add_journal(resuming, plan);
    return describe(resuming, plan, why);
}

/* --- watching --------------------------------------------------------------------------------- */

static enum plan_action action_of(const struct journal_entry *entry) {
    if (text_is(entry->action, "create")) return PLAN_CREATE;
    return text_is(entry->action, "delete") ? PLAN_DELETE : PLAN_UPDATE;
}

static void watch(struct resuming *resuming) {
    const struct journal_run *run = &resuming->resume->run;
    struct plan *plan = &resuming->resume->plan;
    for (uint32_t e = 0; e < run->count; e++) {
        const struct journal_entry *entry = &run->entries[e];
        uint32_t i = find_stack(plan, entry);
        if (!entry->is_back && entry->step >= JOURNAL_FAILED) resuming->has_failed = true;
        if (run->goes_back && !entry->is_back) continue;
        /* What was seen to be done may still be shown as busy. */
        if (entry->step >= JOURNAL_DONE && !cloud_status_running(plan->stacks[i].status)) continue;
        struct machine *machine = &resuming->run.machines[i];
        if (machine->is_watching_only) continue; /* two rows of it, which no mrp has written */
        plan->stacks[i].action = action_of(entry);
        plan->stacks[i].former = entry->former;
        machine->phase = PHASE_WAIT;
        machine->sent_hash = entry->is_back ? (struct text){0} : entry->sent_hash;
        machine->goes_back = entry->is_back;
        machine_watch(&resuming->run, machine, entry->token);
    }
    run_loop(&resuming->run);
}

static enum resume_next ended(struct resume *resume, enum apply_outcome outcome) {
    resume->outcome = outcome;
    return RESUME_ENDED;
}

static enum resume_next decide(struct resuming *resuming) {
    const struct run *run = &resuming->run;
    bool failed = resuming->has_failed, lost = !run_is_finished(run);
    for (uint32_t i = 0; i < run->plan->count; i++) {
        failed |= run->shown[i].state == APPLY_FAILED;
        lost |= run->shown[i].state == APPLY_LOST;
    }
    if (lost || run->apply->was_interrupted) return ended(resuming->resume, APPLY_STUCK);
    if (run->plan->is_destroy) return failed ? ended(resuming->resume, APPLY_STUCK) : RESUME_GO_ON;
    bool goes_back = run->options->goes_back || resuming->resume->run.goes_back ||
                     (failed && !run->options->keep);
    if (!goes_back) return RESUME_GO_ON;
    bool all = roll_back(&resuming->run);
    return ended(resuming->resume, all ? APPLY_ROLLED_BACK : APPLY_STUCK);
}

enum resume_next resume_run(const struct cloud *cloud, const struct deploy_program *program,
                            const struct apply_options *options, struct arena *arena,
                            struct resume *resume, struct failure *why) {
    struct resuming resuming = {.resume = resume, .program = program};
    if (options->goes_back && text_is(resume->run.kind, "destroy")) {
        failure_set(why, "what a destroy has deleted cannot be taken back");
        failure_hint(why, "\"mrp resume\" goes on with it.");
        return RESUME_REFUSED;
    }
    if (refuse_other(&resuming, why)) return RESUME_REFUSED;
    resuming.run = (struct run){.cloud = cloud, .plan = &resume->plan, .options = options,
                                .arena = arena, .apply = &resume->apply, .why = why};
    if (!collect(&resuming, why)) return RESUME_REFUSED;
    resume->apply = (struct apply){.count = resume->plan.count};
    double began = cloud->now(cloud->context);
    run_init(&resuming.run);
    resume->apply.stacks = resuming.run.shown;
    watch(&resuming);
    enum resume_next next = decide(&resuming);
    resume->apply.seconds = cloud->now(cloud->context) - began;
    if (next == RESUME_ENDED && resume->outcome != APPLY_STUCK) {
        journal_end(options->journal, why);
    }
    return next;
}

bool resume_find(const struct cloud *cloud, struct journal *journal, struct arena *arena,
                 struct journal_run *run, bool *found, struct failure *why) {
    struct cloud_call who = {.operation = CLOUD_IDENTITY, .region = TEXT("us-east-1"),
                             .arena = arena};
    /* The sandbox's account is the program's, which is not known yet. */
    if (journal->is_sandbox) {
        return journal_read(journal, (struct text){0}, arena, run, found, why);
    }
    cloud_all(cloud, &who, 1);
    if (!cloud_failed(&who)) {
        return journal_read(journal, who.reply.account, arena, run, found, why);
    }
    return failure_set(why, "could not ask who the credentials belong to: %.*s",
                       TEXT_ARGS(who.error.message));
}
