/* mrp sandbox: forgets the simulated AWS, or scripts a failure in it. */
#include <stdio.h>
#include <string.h>

#include "base/diagnostics.h"
#include "cli/deploy.h"

struct target {
    const struct template *template;
    const struct template_resource *resource;
};

static bool find_target(const struct template_set *set, struct text path, struct target *target,
                        struct suggestion *near) {
    for (uint32_t t = 0; t < set->count; t++) {
        for (uint32_t i = 0; i < set->templates[t].resource_count; i++) {
            *target = (struct target){&set->templates[t], &set->templates[t].resources[i]};
            if (text_equal(target->resource->path, path)) return true;
            suggestion_offer(near, target->resource->path);
        }
    }
    return false;
}

/* "CREATE" of "create"; NULL for no such word. */
static const char *operation_of(const char *when) {
    if (!when || strcmp(when, "create") == 0) return "CREATE";
    if (strcmp(when, "update") == 0) return "UPDATE";
    return strcmp(when, "delete") == 0 ? "DELETE" : NULL;
}

static int unknown_path(const char *path, const struct suggestion *near) {
    struct failure why;
    failure_set(&why, "the program has no resource \"%s\"", path);
    if (near->best.length) {
        failure_hint(&why, "Did you mean \"%.*s\"?", TEXT_ARGS(near->best));
    } else {
        failure_hint(&why, "A path is that of plan and status: \"east.orders\".");
    }
    return wrong_use(&why);
}

static int fail(struct deploying *deploying, const struct invocation *invocation) {
    const char *path = invocation->operands[1], *reason = option_value(invocation, OPTION_REASON);
    const char *operation = operation_of(option_value(invocation, OPTION_ON));
    struct target target;
    struct suggestion near;
    suggestion_init(&near, text_of(path));
    if (!operation) return misuse(invocation, "--on is create, update or delete");
    if (!find_target(deploying->program.set, text_of(path), &target, &near)) {
        return unknown_path(path, &near);
    }
    deploying->runtime->sandbox_fail(
        deploying->session, target.template->region_name, target.template->name,
        target.resource->logical_id, text_of(operation),
        text_of(reason ? reason : "a failure that \"mrp sandbox fail\" asked for"));
    if (!option_given(invocation, OPTION_QUIET)) {
        fprintf(stderr, "the next %s of %s (%.*s) in %.*s fails\n",
                operation[0] == 'C' ? "creation" : operation[0] == 'U' ? "update" : "deletion", path,
                TEXT_ARGS(target.resource->type), TEXT_ARGS(target.template->region_name));
    }
    return OUTCOME_DONE;
}

static int reset(const struct invocation *invocation) {
    struct deploying deploying;
    struct failure why;
    struct invocation other = *invocation;
    other.operands++;
    other.operand_count--;
    int outcome = deploying_open_cloud(&deploying, &other, true);
    if (outcome == OUTCOME_DONE && !deploying.runtime->sandbox_reset(deploying.session, &why)) {
        outcome = world_failed(&why);
    }
    if (outcome == OUTCOME_DONE && !option_given(invocation, OPTION_QUIET)) {
        fputs("the sandbox is empty\n", stderr);
    }
    return deploying_close(&deploying, outcome);
}

static int fail_in(const struct invocation *invocation) {
    struct deploying deploying;
    struct invocation other = *invocation;
    if (invocation->operand_count < 2) return misuse(invocation, "fail needs the path of a resource");
    other.operands += 2;
    other.operand_count -= 2;
    int outcome = deploying_open_cloud(&deploying, &other, true);
    if (outcome == OUTCOME_DONE) outcome = deploying_open_program(&deploying, &other);
    if (outcome == OUTCOME_DONE) outcome = fail(&deploying, invocation);
    return deploying_close(&deploying, outcome);
}

int command_sandbox(struct invocation *invocation) {
    const char *what = invocation->operands[0];
    if (strcmp(what, "fail") == 0) return fail_in(invocation);
    if (strcmp(what, "reset") != 0) {
        return misuse(invocation, "\"%s\" is nothing to do: it is reset or fail", what);
    }
    if (invocation->operand_count > 2) return misuse(invocation, "reset takes a FILE at most");
    return reset(invocation);
}
