/* mrp apply: shows the plan, asks, deploys, watches, and says how it ended. */
#include <stdio.h>

#include "cli/saved.h"

static bool is_saved(const struct invocation *invocation) {
    if (!invocation->operand_count) return false;
    return !text_ends(text_of(invocation->operands[0]), TEXT(".mrp"));
}

static bool confirm(const struct deploying *deploying) {
    if (option_given(deploying->invocation, OPTION_YES)) return true;
    return ask_for("\nDeploy this? Only \"yes\" goes on: ", TEXT("yes"));
}

static int apply(struct deploying *deploying, const struct document *saved) {
    struct plan plan;
    struct failure why;
    int outcome = deploying_plan(deploying, false, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    if (saved && !saved_is_same(deploying, &plan, saved, &why)) return world_failed(&why);
    outcome = deploying_show(deploying, &plan, true);
    if (outcome != OUTCOME_DONE) return outcome;
    if (plan_changes(&plan) && !confirm(deploying)) {
        fputs("nothing was changed\n", stderr);
        return OUTCOME_DONE;
    }
    return deploying_apply(deploying, &plan, false);
}

int command_apply(struct invocation *invocation) {
    struct deploying deploying;
    struct invocation given = *invocation;
    const struct document *saved = NULL;
    struct failure why;
    if (!option_given(invocation, OPTION_YES) && !can_ask()) {
        return misuse(invocation, "there is no terminal to ask on: give --yes to deploy without "
                                  "a question");
    }
    if (is_saved(invocation) && !saved_read(&given, &saved, &why)) return world_failed(&why);
    int outcome = deploying_open(&deploying, &given);
    if (outcome == OUTCOME_DONE) outcome = apply(&deploying, saved);
    return deploying_close(&deploying, outcome);
}
