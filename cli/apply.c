/* mrp apply: shows the plan, asks, deploys, watches, and says how it ended. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/deploy.h"
#include "cli/request.h"

/* --- saved plans ------------------------------------------------------------------------------ */

static bool is_saved(const struct invocation *invocation) {
    if (!invocation->operand_count) return false;
    return !text_ends(text_of(invocation->operands[0]), TEXT(".mrp"));
}

/* Makes the command line the one that the plan was made with. */
static bool read_saved(struct invocation *invocation, const struct document **plan,
                       struct failure *why) {
    struct text bytes;
    struct document *saved;
    const char *path = invocation->operands[0];
    if (!file_read(invocation->arena, path, &bytes, why)) return false;
    if (!document_read(invocation->arena, bytes, &saved, why) || !document_get(saved, "plan") ||
        !document_get(saved, "program")) {
        failure_set(why, "\"%s\" is neither a program (.mrp) nor a saved plan", path);
        return failure_hint(why, "\"mrp plan --out FILE\" saves one.");
    }
    request_take(invocation, saved, NULL);
    *plan = document_get(saved, "plan");
    return true;
}

/* A saved plan is done exactly, or not at all: made again, it must say the same. */
static bool is_same_plan(struct deploying *deploying, const struct plan *plan,
                         const struct document *saved, struct failure *why) {
    struct buffer out;
    struct document *made;
    buffer_init(&out);
    plan_json(deploying, plan, &out);
    struct text text = buffer_take(&out, &deploying->arena);
    buffer_release(&out);
    if (document_read(&deploying->arena, text, &made, why) && document_equal(made, saved)) {
        return true;
    }
    failure_set(why, "the program, its inputs or what is deployed have changed since the plan was "
                     "made");
    return failure_hint(why, "Make a new plan with \"mrp plan --out FILE\" and look at it.");
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool confirm(const struct deploying *deploying) {
    if (option_given(deploying->invocation, OPTION_YES)) return true;
    return ask_for("\nDeploy this? Only \"yes\" goes on: ", TEXT("yes"));
}

static int apply(struct deploying *deploying, const struct document *saved) {
    struct plan plan;
    struct failure why;
    int outcome = deploying_plan(deploying, false, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    if (saved && !is_same_plan(deploying, &plan, saved, &why)) return world_failed(&why);
    deploying_show(deploying, &plan);
    if (!plan_changes(&plan)) return deploying_apply(deploying, &plan, false);
    if (!confirm(deploying)) {
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
    if (is_saved(invocation) && !read_saved(&given, &saved, &why)) return world_failed(&why);
    int outcome = deploying_open(&deploying, &given);
    if (outcome == OUTCOME_DONE) outcome = apply(&deploying, saved);
    return deploying_close(&deploying, outcome);
}
