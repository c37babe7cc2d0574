/* mrp plan: what would change, over all regions at once. */
#include "cli/saved.h"

static int detailed(const struct plan *plan) {
    const struct plan_counts *counts = &plan->counts;
    if (counts->lost) return OUTCOME_LOSES;
    if (counts->kinds[PLAN_REPLACE] || counts->kinds[PLAN_MAY_REPLACE] ||
        counts->kinds[PLAN_REMOVE] || counts->deletes) return OUTCOME_REPLACES;
    return plan_changes(plan) ? OUTCOME_CHANGES : OUTCOME_DONE;
}

int command_plan(struct invocation *invocation) {
    struct deploying deploying;
    struct plan plan;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = deploying_plan(&deploying, false, &plan);
    if (outcome == OUTCOME_DONE) outcome = deploying_show(&deploying, &plan, false);
    const char *path = option_value(invocation, OPTION_OUT);
    if (outcome == OUTCOME_DONE && path) outcome = saved_write(&deploying, &plan, path);
    if (outcome == OUTCOME_DONE && option_given(invocation, OPTION_DETAILED)) {
        outcome = detailed(&plan);
    }
    return deploying_close(&deploying, outcome);
}
