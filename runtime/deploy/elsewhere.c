/* Going on with a run that another machine began, or whose journal is gone: all that is known is
 * what CloudFormation shows. What it is at work on is watched, by the token that its newest events
 * carry, until it has settled; a new plan then says what is left. What the stacks were before is
 * not known: such a run can be gone on with, not taken back. */
#include "runtime/deploy/machine.h"

struct finding {
    struct run run;
    struct resume *resume;
    struct status status;
    struct text *tokens; /* by the plan's stack number; empty: at rest */
};

static enum plan_action action_of(struct text status) {
    if (text_starts(status, TEXT("DELETE_"))) return PLAN_DELETE;
    bool creates = text_starts(status, TEXT("CREATE_")) || text_starts(status, TEXT("ROLLBACK_"));
    return creates ? PLAN_CREATE : PLAN_UPDATE;
}

static void collect(struct finding *finding, const struct deploy_program *program) {
    struct plan *plan = &finding->resume->plan;
    const struct status *status = &finding->status;
    *plan = (struct plan){.arena = finding->run.arena, .program = program,
                          .account = status->account, .caller = status->caller};
    plan->stacks = arena_array(finding->run.arena, status->count + 1, sizeof *plan->stacks);
    for (uint32_t i = 0; i < status->count; i++) {
        const struct status_stack *stack = &status->stacks[i];
        if (!stack->deployed || stack->is_foreign ||
            !cloud_status_running(stack->deployed->status)) continue;
        plan->stacks[plan->count++] =
            (struct plan_stack){.template = status_template(program, stack),
                                .name = stack->name,
                                .region = stack->region,
                                .label = stack->label,
                                .path = stack->path,
                                .id = stack->deployed->id,
                                .status = stack->deployed->status,
                                .deployed = stack->deployed,
                                .action = action_of(stack->deployed->status)};
    }
}

/* The newest event's token is that of what runs. */
static bool ask_tokens(struct finding *finding, struct failure *why) {
    const struct plan *plan = &finding->resume->plan;
    struct cloud_call *calls = arena_array(finding->run.arena, plan->count + 1, sizeof *calls);
    finding->tokens = arena_array(finding->run.arena, plan->count + 1, sizeof *finding->tokens);
    for (uint32_t i = 0; i < plan->count; i++) {
        calls[i] = (struct cloud_call){.operation = CLOUD_STACK_EVENTS,
                                       .region = plan->stacks[i].region,
                                       .arena = finding->run.arena,
                                       .request = {.stack = plan->stacks[i].id}};
    }
    cloud_all(finding->run.cloud, calls, plan->count);
    for (uint32_t i = 0; i < plan->count; i++) {
        if (cloud_failed(&calls[i])) {
            return failure_set(why, "could not read the events of stack \"%.*s\" in %.*s: %.*s",
                               TEXT_ARGS(plan->stacks[i].name), TEXT_ARGS(plan->stacks[i].region),
                               TEXT_ARGS(calls[i].error.message));
        }
        if (calls[i].reply.event_count) finding->tokens[i] = calls[i].reply.events[0].token;
    }
    return true;
}

enum resume_next resume_elsewhere(const struct cloud *cloud, const struct deploy_program *program,
                                  const struct apply_options *options, struct arena *arena,
                                  struct resume *resume, struct failure *why) {
    struct finding finding = {.resume = resume};
    struct apply_options watching = *options;
    watching.journal = NULL; /* what it did not begin is not written down */
    *resume = (struct resume){0};
    finding.run = (struct run){.cloud = cloud, .plan = &resume->plan, .options = &watching,
                               .arena = arena, .apply = &resume->apply, .why = why};
    if (!status_list(cloud, program, arena, &finding.status, why)) return RESUME_REFUSED;
    collect(&finding, program);
    if (!ask_tokens(&finding, why)) return RESUME_REFUSED;
    resume->apply = (struct apply){.count = resume->plan.count};
    run_init(&finding.run);
    resume->apply.stacks = finding.run.shown;
    for (uint32_t i = 0; i < resume->plan.count; i++) {
        machine_watch(&finding.run, &finding.run.machines[i], finding.tokens[i]);
    }
    run_loop(&finding.run);
    bool is_lost = !run_is_finished(&finding.run) || resume->apply.was_interrupted;
    for (uint32_t i = 0; i < resume->plan.count; i++) {
        is_lost |= finding.run.shown[i].state == APPLY_LOST;
    }
    resume->outcome = APPLY_STUCK;
    return is_lost ? RESUME_ENDED : RESUME_GO_ON;
}
