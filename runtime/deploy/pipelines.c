/* The state of the pipelines that the stacks have made, all asked for at the same time. */
#include "runtime/deploy/status.h"

static bool is_pipeline(const struct cloud_resource *resource) {
    return text_is(resource->type, "AWS::CodePipeline::Pipeline") && resource->physical_id.length &&
           !text_starts(resource->status, TEXT("DELETE_"));
}

static uint32_t count_pipelines(const struct status_stack *stack) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < stack->resource_count; i++) count += is_pipeline(&stack->resources[i]);
    return count;
}

static void begin(const struct cloud *cloud, struct arena *arena, struct status_stack *stack,
                  struct cloud_call *calls, uint32_t *count) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        if (!is_pipeline(&stack->resources[i])) continue;
        struct cloud_call *call = &calls[(*count)++];
        *call = (struct cloud_call){.operation = CLOUD_PIPELINE_STATE, .region = stack->region,
                                    .arena = arena, .context = stack};
        call->request.pipeline = stack->resources[i].physical_id;
        call->request.id = stack->resources[i].logical_id; /* ours: no part of this call */
        cloud->begin(cloud->context, call);
    }
}

static void take(const struct cloud_call *call) {
    struct status_stack *stack = call->context;
    if (text_is(call->error.code, "UnsupportedOperation")) return; /* the sandbox runs none */
    struct status_pipeline *pipeline = &stack->pipelines[stack->pipeline_count++];
    *pipeline = (struct status_pipeline){.logical_id = call->request.id,
                                         .name = call->request.pipeline};
    if (cloud_failed(call)) {
        pipeline->problem = call->error.message;
        return;
    }
    pipeline->stages = call->reply.stages;
    pipeline->stage_count = call->reply.stage_count;
    if (pipeline->stage_count) pipeline->execution = pipeline->stages[0].execution;
}

void status_pipelines(const struct cloud *cloud, struct arena *arena, struct status *status) {
    uint32_t all = 0, count = 0;
    for (uint32_t i = 0; i < status->count; i++) {
        uint32_t own = count_pipelines(&status->stacks[i]);
        if (own) status->stacks[i].pipelines = arena_array(arena, own,
                                                           sizeof(struct status_pipeline));
        all += own;
    }
    if (!all) return;
    struct cloud_call *calls = arena_array(arena, all, sizeof *calls);
    for (uint32_t i = 0; i < status->count; i++) {
        begin(cloud, arena, &status->stacks[i], calls, &count);
    }
    for (uint32_t left = count; left > 0;) {
        left -= cloud->next(cloud->context, cloud->now(cloud->context) + 60) != NULL;
    }
    for (uint32_t i = 0; i < count; i++) take(&calls[i]);
}
