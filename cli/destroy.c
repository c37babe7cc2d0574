/* mrp destroy: deletes the deployment's stacks, those that read others first. */
#include <stdio.h>
#include <string.h>

#include "cli/deploy.h"

/* What must be typed: the suffix, or without one the project's name. */
static struct text word_of(const struct deploying *deploying) {
    return deploying->program.suffix.length ? deploying->program.suffix
                                            : deploying->program.project;
}

static int wrong_word(const struct deploying *deploying, const char *given) {
    struct text word = word_of(deploying);
    if (!given) {
        return misuse(deploying->invocation, "\"--yes\" names what it deletes: write --yes=%.*s",
                      TEXT_ARGS(word));
    }
    return misuse(deploying->invocation, "--yes=%s does not name this deployment: it is \"%.*s\"",
                  given, TEXT_ARGS(word));
}

static bool ask(const struct deploying *deploying) {
    struct text word = word_of(deploying);
    char question[256];
    snprintf(question, sizeof question, "\nType \"%.*s\" to delete all of this: ",
             TEXT_ARGS(word));
    return ask_for(question, word);
}

static int destroy(struct deploying *deploying) {
    const char *given = option_value(deploying->invocation, OPTION_YES);
    bool is_given = option_given(deploying->invocation, OPTION_YES);
    struct plan plan;
    if (is_given && (!given || !text_is(word_of(deploying), given))) {
        return wrong_word(deploying, given);
    }
    int outcome = deploying_plan(deploying, true, &plan);
    if (outcome != OUTCOME_DONE) return outcome;
    outcome = deploying_show(deploying, &plan, true);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!plan_changes(&plan)) return OUTCOME_DONE;
    if (!is_given && !ask(deploying)) {
        fputs("nothing was changed\n", stderr);
        return OUTCOME_DONE;
    }
    return deploying_apply(deploying, &plan, false);
}

int command_destroy(struct invocation *invocation) {
    struct deploying deploying;
    if (!option_given(invocation, OPTION_YES) && !can_ask()) {
        return misuse(invocation, "there is no terminal to ask on: give --yes=SUFFIX to delete "
                                  "without a question");
    }
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = destroy(&deploying);
    return deploying_close(&deploying, outcome);
}
