/* mrp resume: goes on with an interrupted apply or destroy, or takes it back. */
#include <stdio.h>

#include "cli/deploy.h"
#include "cli/request.h"

static bool is_same_program(struct deploying *deploying, const struct document *request) {
    const struct document *hash = document_get(request, "hash");
    return hash && text_equal(hash->text, deploying_hash(deploying));
}

static int program_changed(void) {
    struct failure why;
    failure_set(&why, "the program or its inputs have changed since the deploy began");
    failure_hint(&why,
                 "\"mrp apply\" deploys what it says now, \"mrp resume --rollback\" takes back "
                 "what was changed.");
    return world_failed(&why);
}

static int go_on(struct deploying *deploying, bool is_destroy) {
    struct plan plan;
    int outcome = deploying_plan(deploying, is_destroy, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    outcome = deploying_show(deploying, &plan, true);
    if (outcome != OUTCOME_DONE) return outcome;
    return deploying_apply(deploying, &plan, true);
}

static int resume(struct deploying *deploying, struct invocation *given,
                  const struct journal_run *run) {
    struct document *request;
    struct failure why;
    bool rollback = option_given(given, OPTION_ROLLBACK), destroys = text_is(run->kind, "destroy");
    if (!document_read(&deploying->arena, run->request, &request, &why) ||
        !request_take(given, request, deploying->file)) {
        journal_not_understood(&why);
        return world_failed(&why);
    }
    int outcome = deploying_open_program(deploying, given);
    if (outcome != OUTCOME_DONE) return outcome;
    bool goes_on = !rollback && !run->goes_back && !destroys;
    if (goes_on && !is_same_program(deploying, request)) return program_changed();
    if (!deploying_resume(deploying, run, rollback, &outcome)) return outcome;
    return go_on(deploying, destroys);
}

static bool confirm(const struct deploying *deploying) {
    if (option_given(deploying->invocation, OPTION_YES)) return true;
    if (!can_ask()) {
        fputs("not gone on with: there is no terminal to ask on; --yes does it\n", stderr);
        return false;
    }
    return ask_for("\nGo on with this? Only \"yes\" does: ", TEXT("yes"));
}

/* This folder knows of no interrupted run: AWS may be at work on one that another machine began.
 * What is left to do after that is asked for, since nobody here has agreed to it. */
static int begun_elsewhere(struct deploying *deploying, struct invocation *given) {
    struct plan plan;
    struct failure why;
    if (!deploying->file) {
        failure_set(&why, "nothing was interrupted here, and there is no program here");
        return world_failed(&why);
    }
    int outcome = deploying_open_program(deploying, given);
    if (outcome != OUTCOME_DONE) return outcome;
    if (option_given(given, OPTION_ROLLBACK)) {
        failure_set(&why,
                    "nothing was interrupted here: what the stacks were before is only known to "
                    "the machine that began to deploy");
        failure_hint(&why,
                     "\"mrp rescue\" cancels an update that runs; \"mrp apply\" deploys what the "
                     "program says.");
        return world_failed(&why);
    }
    if (!deploying_resume(deploying, NULL, false, &outcome)) return outcome;
    outcome = deploying_plan(deploying, false, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!plan_changes(&plan)) {
        fputs("nothing was interrupted here, and nothing is left to do\n", stderr);
        return OUTCOME_DONE;
    }
    fputs("nothing was interrupted here; what another machine may have begun:\n", stderr);
    deploying_show(deploying, &plan, true);
    if (!confirm(deploying)) return OUTCOME_STUCK;
    return deploying_apply(deploying, &plan, false);
}

int command_resume(struct invocation *invocation) {
    struct deploying deploying;
    struct invocation given = *invocation;
    struct journal_run run;
    struct failure why;
    bool found = false;
    bool sandbox = option_given(invocation, OPTION_SANDBOX);
    int outcome = deploying_open_cloud(&deploying, invocation,
                                       sandbox ? CLOUD_SANDBOX : CLOUD_AWS);
    if (outcome == OUTCOME_DONE &&
        !resume_find(deploying.cloud, session_journal(deploying.session), &deploying.arena, &run,
                     &found, &why)) {
        outcome = world_failed(&why);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = found ? resume(&deploying, &given, &run)
                        : begun_elsewhere(&deploying, &given);
    }
    return deploying_close(&deploying, outcome);
}
