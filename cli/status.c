/* mrp status: the deployment's stacks by region: state, age, last failure. */
#include "cli/deploy.h"
#include "runtime/deploy/status.h"

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

/* "Source Succeeded, Build Failed, Deploy waits". What a stage last did for an earlier execution
 * is in brackets: the newest has not come so far. Superseded is no failure: a newer execution
 * took over. */
static void write_stages(const struct status_pipeline *pipeline, struct buffer *out) {
    for (uint32_t i = 0; i < pipeline->stage_count; i++) {
        const struct cloud_stage *stage = &pipeline->stages[i];
        bool is_newest = text_equal(stage->execution, pipeline->execution);
        struct text state = stage->status.length ? stage->status : TEXT("not run yet");
        buffer_format(out, "%s%.*s %s%.*s%s", i ? ", " : "", TEXT_ARGS(stage->name),
                      is_newest ? "" : "(", TEXT_ARGS(state), is_newest ? "" : ")");
        if (stage->is_closed) buffer_string(out, ", closed");
        if (stage->is_closed && stage->closed_reason.length) {
            buffer_format(out, " (%.*s)", TEXT_ARGS(stage->closed_reason));
        }
    }
    if (!pipeline->stage_count) buffer_string(out, "has not run yet");
    buffer_char(out, '\n');
}

/* Actions of the newest execution that failed, or wait for somebody. */
static void write_actions(const struct status_pipeline *pipeline, const struct cloud_stage *stage,
                          struct buffer *out) {
    if (!text_equal(stage->execution, pipeline->execution)) return;
    for (uint32_t i = 0; i < stage->action_count; i++) {
        const struct cloud_action *action = &stage->actions[i];
        bool waits = action->token.length && text_is(action->status, "InProgress");
        if (!text_is(action->status, "Failed") && !waits) continue;
        struct text said = action->error_message.length ? action->error_message : action->summary;
        buffer_format(out, "      %.*s/%.*s %s", TEXT_ARGS(stage->name), TEXT_ARGS(action->name),
                      waits ? "waits for an approval" : "failed");
        if (said.length) buffer_format(out, ": %.*s", TEXT_ARGS(said));
        if (action->url.length) buffer_format(out, " %.*s", TEXT_ARGS(action->url));
        buffer_char(out, '\n');
    }
}

static void write_pipeline(const struct status_pipeline *pipeline, struct buffer *out) {
    buffer_format(out, "    pipeline %.*s: ", TEXT_ARGS(pipeline->name));
    if (pipeline->problem.length) {
        buffer_format(out, "its state is not known: %.*s\n", TEXT_ARGS(pipeline->problem));
        return;
    }
    write_stages(pipeline, out);
    for (uint32_t i = 0; i < pipeline->stage_count; i++) {
        write_actions(pipeline, &pipeline->stages[i], out);
    }
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
    for (uint32_t i = 0; i < stack->pipeline_count; i++) write_pipeline(&stack->pipelines[i], out);
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

static void pipelines_json(const struct status_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->pipeline_count; i++) {
        const struct status_pipeline *pipeline = &stack->pipelines[i];
        buffer_string(out, i ? ",{\"name\":" : ",\"pipelines\":[{\"name\":");
        buffer_json_string(out, pipeline->name);
        buffer_json_more(out, "id", pipeline->logical_id);
        buffer_json_more(out, "execution", pipeline->execution);
        buffer_json_more(out, "problem", pipeline->problem);
        buffer_string(out, ",\"stages\":[");
        for (uint32_t s = 0; s < pipeline->stage_count; s++) {
            const struct cloud_stage *stage = &pipeline->stages[s];
            buffer_string(out, s ? ",{\"name\":" : "{\"name\":");
            buffer_json_string(out, stage->name);
            buffer_json_more(out, "status", stage->status);
            buffer_json_more(out, "execution", stage->execution);
            buffer_char(out, '}');
        }
        buffer_string(out, i + 1 == stack->pipeline_count ? "]}]" : "]}");
    }
}

static void write_json(struct deploying *deploying, const struct status *status,
                       struct buffer *out) {
    buffer_string(out, "{\"format\":1");
    buffer_json_more(out, "account", status->account);
    buffer_json_more(out, "identity", status->caller);
    buffer_json_more(out, "project", deploying->program.project);
    buffer_json_more(out, "suffix", deploying->program.suffix);
    buffer_string(out, ",\"stacks\":[");
    for (uint32_t i = 0; i < status->count; i++) {
        const struct status_stack *stack = &status->stacks[i];
        buffer_format(out, "%s{\"deployed\":%s,\"inProgram\":%s", i ? "," : "",
                      stack->deployed && !stack->is_foreign ? "true" : "false",
                      stack->in_program ? "true" : "false");
        buffer_json_more(out, "name", stack->name);
        buffer_json_more(out, "region", stack->region);
        buffer_json_more(out, "path", stack->path);
        if (stack->deployed) {
            buffer_json_more(out, "stackId", stack->deployed->id);
            buffer_json_more(out, "status", stack->deployed->status);
            buffer_json_more(out, "reason", stack->deployed->status_reason);
            buffer_format(out, ",\"resources\":%u,\"created\":%.3f,\"updated\":%.3f",
                          stack->resource_count, stack->deployed->created,
                          stack->deployed->updated);
        }
        buffer_json_more(out, "failure", stack->failure);
        buffer_json_more(out, "failureId", stack->failure_id);
        buffer_json_more(out, "hook", stack->hook);
        if (stack->hook.length) buffer_json_more(out, "hookReason", stack->hook_reason);
        pipelines_json(stack, out);
        buffer_char(out, '}');
    }
    buffer_string(out, "]}\n");
}

static int show(struct deploying *deploying) {
    struct status status;
    struct failure why;
    struct buffer out;
    if (!status_make(deploying->cloud, &deploying->program, &deploying->arena, &status, &why))
        return world_failed(&why);
    buffer_init(&out);
    if (deploying->form == FORM_JSON) write_json(deploying, &status, &out);
    else write_text(deploying, &status, &out);
    int outcome = deploying->form == FORM_JSON ? print(buffer_view(&out))
                                               : print_said(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

int command_status(struct invocation *invocation) {
    struct deploying deploying;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = show(&deploying);
    return deploying_close(&deploying, outcome);
}
