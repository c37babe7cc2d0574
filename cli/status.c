/* mrp status: the deployment's stacks by region: state, age, last failure. */
#include <stdio.h>

#include "cli/deploy.h"

static const char *state_of(const struct status_stack *stack) {
    if (!stack->deployed) return "not deployed";
    if (text_is(stack->deployed->status, "REVIEW_IN_PROGRESS"))
        return "not deployed (REVIEW_IN_PROGRESS)";
    if (stack->is_foreign) return "not of this deployment";
    return NULL;
}

static void write_age(struct buffer *out, const struct status *status,
                      const struct cloud_stack *stack) {
    double then = stack->updated > stack->created ? stack->updated : stack->created;
    buffer_string(out, stack->updated > stack->created ? "updated " : "created ");
    write_duration(out, status->now - then);
    buffer_string(out, " ago");
}

static void write_stack(const struct status *status, const struct status_stack *stack,
                        struct buffer *out) {
    const char *state = state_of(stack);
    buffer_format(out, "  %-32.*s ", TEXT_ARGS(stack->name));
    if (state) {
        buffer_format(out, "%s\n", state);
        return;
    }
    buffer_format(out, "%-26.*s %3u resource%s  ", TEXT_ARGS(stack->deployed->status),
                  stack->resource_count, stack->resource_count == 1 ? " " : "s");
    write_age(out, status, stack->deployed);
    if (!stack->in_program) buffer_string(out, ", the program no longer has it");
    buffer_char(out, '\n');
    if (!stack->failure.length || stack->is_good) return;
    buffer_format(out, "    %.*s: %.*s\n", TEXT_ARGS(stack->failure_id),
                  TEXT_ARGS(stack->failure));
    if (stack->hook.length) {
        buffer_format(out, "    hook %.*s says: %.*s\n", TEXT_ARGS(stack->hook),
                      TEXT_ARGS(stack->hook_reason));
    }
    if (text_ends(stack->deployed->status, TEXT("_FAILED"))) {
        buffer_format(out, "    \"mrp rescue %.*s\" shows what is in the way\n",
                      TEXT_ARGS(stack->name));
    }
}

static void write_text(struct deploying *deploying, const struct status *status,
                       struct buffer *out) {
    plan_head(deploying, status->account, status->caller, out);
    for (uint32_t i = 0; i < status->count; i++) {
        const struct status_stack *stack = &status->stacks[i];
        if (i == 0 || !text_equal(stack->region, status->stacks[i - 1].region)) {
            buffer_format(out, "%.*s\n", TEXT_ARGS(stack->region));
        }
        write_stack(status, stack, out);
    }
}

static void member(struct buffer *out, const char *name, struct text value) {
    if (!value.length) return;
    buffer_format(out, ",\"%s\":", name);
    buffer_json_string(out, value);
}

static void write_json(struct deploying *deploying, const struct status *status,
                       struct buffer *out) {
    buffer_string(out, "{\"format\":1");
    member(out, "account", status->account);
    member(out, "identity", status->caller);
    member(out, "project", deploying->program.project);
    member(out, "suffix", deploying->program.suffix);
    buffer_string(out, ",\"stacks\":[");
    for (uint32_t i = 0; i < status->count; i++) {
        const struct status_stack *stack = &status->stacks[i];
        buffer_format(out, "%s{\"deployed\":%s,\"inProgram\":%s", i ? "," : "",
                      stack->deployed && !stack->is_foreign ? "true" : "false",
                      stack->in_program ? "true" : "false");
        member(out, "name", stack->name);
        member(out, "region", stack->region);
        member(out, "path", stack->path);
        if (stack->deployed) {
            member(out, "stackId", stack->deployed->id);
            member(out, "status", stack->deployed->status);
            member(out, "reason", stack->deployed->status_reason);
            buffer_format(out, ",\"resources\":%u,\"created\":%.3f,\"updated\":%.3f",
                          stack->resource_count, stack->deployed->created,
                          stack->deployed->updated);
        }
        member(out, "failure", stack->failure);
        member(out, "failureId", stack->failure_id);
        member(out, "hook", stack->hook);
        if (stack->hook.length) member(out, "hookReason", stack->hook_reason);
        buffer_char(out, '}');
    }
    buffer_string(out, "]}\n");
}

static int show(struct deploying *deploying) {
    struct status status;
    struct failure why;
    struct buffer out;
    if (!deploying->runtime->status(deploying->cloud, &deploying->program, &deploying->arena,
                                    &status, &why)) return world_failed(&why);
    buffer_init(&out);
    if (deploying->form == FORM_JSON) write_json(deploying, &status, &out);
    else write_text(deploying, &status, &out);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

int command_status(struct invocation *invocation) {
    struct deploying deploying;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = show(&deploying);
    return deploying_close(&deploying, outcome);
}
