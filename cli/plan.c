/* mrp plan: what would change, over all regions at once. */
#include "cli/saved.h"

static int detailed(const struct plan *plan) {
    const struct plan_counts *counts = &plan->counts;
    if (counts->lost) return OUTCOME_LOSES;
    if (counts->kinds[PLAN_REPLACE] || counts->kinds[PLAN_MAY_REPLACE] ||
        counts->kinds[PLAN_REMOVE] || counts->deletes) return OUTCOME_REPLACES;
    return plan_changes(plan) ? OUTCOME_CHANGES : OUTCOME_DONE;
}

static int show(struct deploying *deploying, const struct plan *plan) {
    struct buffer out;
    buffer_init(&out);
    if (deploying->form == FORM_JSON) {
        plan_json(deploying, plan, &out);
    } else {
        plan_head(deploying, plan->account, plan->caller, &out);
        plan_text(deploying, plan, &out);
    }
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

int command_plan(struct invocation *invocation) {
    struct deploying deploying;
    struct plan plan;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = deploying_plan(&deploying, false, &plan);
    if (outcome == OUTCOME_DONE) outcome = show(&deploying, &plan);
    const char *path = option_value(invocation, OPTION_OUT);
    if (outcome == OUTCOME_DONE && path) outcome = saved_write(&deploying, &plan, path);
    if (outcome == OUTCOME_DONE && option_given(invocation, OPTION_DETAILED)) {
        outcome = detailed(&plan);
    }
    return deploying_close(&deploying, outcome);
}
