/* mrp apply: shows the plan, asks, deploys, watches, and says how it ended. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/deploy.h"

/* --- saved plans ------------------------------------------------------------------------------ */

static bool is_saved(const struct invocation *invocation) {
    if (!invocation->operand_count) return false;
    return !text_ends(text_of(invocation->operands[0]), TEXT(".mrp"));
}

static void take_values(struct invocation *invocation, const struct document *saved,
                        enum option option, const char *name) {
    const struct document *list = document_get(saved, name);
    if (!list || list->kind != DOCUMENT_LIST || !list->count) return;
    const char **values = arena_array(invocation->arena, list->count, sizeof *values);
    size_t count = 0;
    for (const struct document *c = list->children; c; c = c->next) {
        values[count++] = text_copy(invocation->arena, c->text).bytes;
    }
    invocation->values[option] = values;
    invocation->counts[option] = count;
}

static bool is_set(const struct document *saved, const char *name) {
    const struct document *value = document_get(saved, name);
    return value && value->kind == DOCUMENT_BOOL && value->boolean;
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
    const char **operands = arena_array(invocation->arena, 1, sizeof *operands);
    operands[0] = text_copy(invocation->arena, document_get(saved, "program")->text).bytes;
    invocation->operands = operands;
    take_values(invocation, saved, OPTION_SET, "set");
    take_values(invocation, saved, OPTION_VARS, "vars");
    take_values(invocation, saved, OPTION_ADOPT, "adopt");
    if (is_set(saved, "noEnv")) invocation->counts[OPTION_NO_ENV] = 1;
    if (is_set(saved, "quick")) invocation->counts[OPTION_QUICK] = 1;
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

static void show_plan(struct deploying *deploying, const struct plan *plan) {
    struct buffer out;
    buffer_init(&out);
    if (deploying->form == FORM_JSON) {
        buffer_string(&out, "{\"format\":1,\"event\":\"plan\",\"plan\":");
        plan_json(deploying, plan, &out);
        out.length--; /* its new line */
        buffer_string(&out, "}\n");
    } else {
        plan_head(deploying, plan->account, plan->caller, &out);
        plan_text(deploying, plan, &out);
    }
    print(buffer_view(&out));
    buffer_release(&out);
}

static bool confirm(const struct deploying *deploying) {
    if (option_given(deploying->invocation, OPTION_YES)) return true;
    return ask_for("\nDeploy this? Only \"yes\" goes on: ", TEXT("yes"));
}

static int apply(struct deploying *deploying, const struct document *saved) {
    struct plan plan;
    struct failure why;
    int outcome = deploying_plan(deploying, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    if (saved && !is_same_plan(deploying, &plan, saved, &why)) return world_failed(&why);
    show_plan(deploying, &plan);
    if (!plan_changes(&plan)) return deploying_apply(deploying, &plan);
    if (!confirm(deploying)) {
        fputs("nothing was changed\n", stderr);
        return OUTCOME_DONE;
    }
    return deploying_apply(deploying, &plan);
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
