/* mrp plan: what would change, over all regions at once. */
#include <stdio.h>

#include "base/files.h"
#include "cli/deploy.h"
#include "cli/request.h"

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

/* With what was given on the command line, so that apply can make the same plan again. */
static int save(struct deploying *deploying, const struct plan *plan, const char *path) {
    const struct invocation *invocation = deploying->invocation;
    const char *file = NULL;
    struct failure why;
    struct buffer out;
    if (!program_file(invocation, 0, &file, &why)) return world_failed(&why);
    buffer_init(&out);
    buffer_string(&out, "{\"format\":1,\"kind\":\"mrp plan\",");
    request_write(invocation, file, &out);
    buffer_string(&out, ",\"plan\":");
    plan_json(deploying, plan, &out);
    buffer_string(&out, "}\n");
    bool good = file_write(path, buffer_view(&out), &why);
    buffer_release(&out);
    return good ? OUTCOME_DONE : world_failed(&why);
}

int command_plan(struct invocation *invocation) {
    struct deploying deploying;
    struct plan plan;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = deploying_plan(&deploying, false, &plan);
    if (outcome == OUTCOME_DONE) outcome = show(&deploying, &plan);
    const char *path = option_value(invocation, OPTION_OUT);
    if (outcome == OUTCOME_DONE && path) outcome = save(&deploying, &plan, path);
    if (outcome == OUTCOME_DONE && option_given(invocation, OPTION_DETAILED)) {
        outcome = detailed(&plan);
    }
    return deploying_close(&deploying, outcome);
}
