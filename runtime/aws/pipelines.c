/* CodePipeline: where a pipeline stands, starting it, how an execution ended. */
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

void call_fill_pipeline(const struct filling *filling) {
    data_set(filling->arena, filling->input, "name", filling->request->pipeline);
}

void call_fill_pipeline_start(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    struct arena *arena = filling->arena;
    call_fill_pipeline(filling);
    data_set(arena, filling->input, "clientRequestToken", request->token);
    if (!request->parameter_count) return; /* a list must not be empty */
    struct data *list = data_set_new(arena, filling->input, "variables", DATA_LIST);
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        struct data *record = data_add_record(arena, list);
        data_put(arena, record, "name", request->parameters[i].key);
        data_put(arena, record, "value", request->parameters[i].value);
    }
}

void call_fill_pipeline_execution(const struct filling *filling) {
    data_set(filling->arena, filling->input, "pipelineName", filling->request->pipeline);
    data_set(filling->arena, filling->input, "pipelineExecutionId", filling->request->id);
}

/* --- reading --------------------------------------------------------------------------------- */

static void read_actions(struct cloud_call *call, const struct data *list,
                         struct cloud_stage *stage) {
    stage->actions = arena_array(call->arena, call_count(list) + 1, sizeof *stage->actions);
    for (const struct data *n = data_first(list); n; n = n->next) {
        const struct data *newest = data_get(n, "latestExecution");
        const struct data *error = data_get(newest, "errorDetails");
        stage->actions[stage->action_count++] = (struct cloud_action){
            .name = call_take(call, n, "actionName"),
            .status = call_take(call, newest, "status"),
            .summary = call_take(call, newest, "summary"),
            .error_code = call_take(call, error, "code"),
            .error_message = call_take(call, error, "message"),
            .url = call_take(call, newest, "externalExecutionUrl"),
            .token = call_take(call, newest, "token"),
            .time = data_time(newest, "lastStatusChange")};
    }
}

static bool is_closed(const struct data *transition) {
    return data_get(transition, "enabled") && !data_is_true(transition, "enabled");
}

void call_read_pipeline(struct cloud_call *call, const struct data *result) {
    struct cloud_reply *reply = &call->reply;
    const struct data *list = data_get(result, "stageStates");
    reply->stages = arena_array(call->arena, call_count(list) + 1, sizeof *reply->stages);
    for (const struct data *n = data_first(list); n; n = n->next) {
        const struct data *newest = data_get(n, "latestExecution");
        const struct data *transition = data_get(n, "inboundTransitionState");
        struct cloud_stage *stage = &reply->stages[reply->stage_count++];
        *stage = (struct cloud_stage){
            .name = call_take(call, n, "stageName"),
            .execution = call_take(call, newest, "pipelineExecutionId"),
            .status = call_take(call, newest, "status"),
            .waiting = call_take(call, data_get(n, "inboundExecution"), "pipelineExecutionId"),
            .is_closed = is_closed(transition),
            .closed_reason = call_take(call, transition, "disabledReason")};
        read_actions(call, data_get(n, "actionStates"), stage);
    }
}

void call_read_pipeline_start(struct cloud_call *call, const struct data *result) {
    call->reply.id = call_take(call, result, "pipelineExecutionId");
}

void call_read_pipeline_execution(struct cloud_call *call, const struct data *result) {
    const struct data *execution = data_get(result, "pipelineExecution");
    call->reply.id = call_take(call, execution, "pipelineExecutionId");
    call->reply.status = call_take(call, execution, "status");
    call->reply.status_reason = call_take(call, execution, "statusSummary");
}
