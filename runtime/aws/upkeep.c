/* CloudFormation's calls for stacks that are not as they should be: what differs from the template,
 * rollbacks that a person asks for, and resources that get another logical id.
 */
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

static void set_place(struct arena *arena, struct data *mapping, const char *key,
                      struct text stack, struct text logical_id) {
    struct data *place = data_set_new(arena, mapping, key, DATA_RECORD);
    data_put(arena, place, "StackName", stack);
    data_put(arena, place, "LogicalResourceId", logical_id);
}

void call_fill_new_refactor(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    struct arena *arena = filling->arena;
    struct data *input = filling->input;
    struct text name = cloud_stack_name(request->stack);
    struct data *definitions = data_set_new(arena, input, "StackDefinitions", DATA_LIST);
    struct data *definition = data_add_record(arena, definitions);
    data_put(arena, definition, "StackName", name);
    data_set(arena, definition, "TemplateBody", request->body);
    data_set(arena, definition, "TemplateURL", request->url);
    struct data *mappings = data_set_new(arena, input, "ResourceMappings", DATA_LIST);
    for (uint32_t i = 0; i < request->move_count; i++) {
        struct data *mapping = data_add_record(arena, mappings);
        set_place(arena, mapping, "Source", name, request->moves[i].from);
        set_place(arena, mapping, "Destination", name, request->moves[i].to);
    }
    data_set(arena, input, "Description", request->description);
}

void call_fill_refactor(const struct filling *filling) {
    data_set(filling->arena, filling->input, "StackRefactorId", filling->request->id);
}

void call_fill_detection(const struct filling *filling) {
    data_set(filling->arena, filling->input, "StackDriftDetectionId", filling->request->id);
}

void call_fill_drifts(const struct filling *filling) {
    static const struct text differing[] = {{"MODIFIED", 8}, {"DELETED", 7}};
    call_fill_stack(filling);
    data_set_texts(filling->arena, filling->input, "StackResourceDriftStatusFilters", differing, 2);
}

void call_fill_step(const struct filling *filling) {
    call_fill_stack(filling);
    data_set(filling->arena, filling->input, "ClientRequestToken", filling->request->token);
}

void call_fill_continuation(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    call_fill_step(filling);
    if (!request->skip_count) return;
    data_set_texts(filling->arena, filling->input, "ResourcesToSkip", request->skips,
                   request->skip_count);
}

/* --- reading --------------------------------------------------------------------------------- */

void call_read_detection(struct cloud_call *call, const struct data *result) {
    call->reply.id = call_take(call, result, "StackDriftDetectionId");
}

void call_read_drift_status(struct cloud_call *call, const struct data *result) {
    call->reply.status = call_take(call, result, "DetectionStatus");
    call->reply.status_reason = call_take(call, result, "DetectionStatusReason");
    call->reply.drift_status = call_take(call, result, "StackDriftStatus");
}

static void read_differences(struct cloud_call *call, const struct data *list,
                             struct cloud_drift *drift) {
    drift->differences =
        arena_array(call->arena, call_count(list) + 1, sizeof *drift->differences);
    for (const struct data *n = data_first(list); n; n = n->next) {
        drift->differences[drift->difference_count++] = (struct cloud_difference){
            .path = call_take(call, n, "PropertyPath"),
            .expected = call_take(call, n, "ExpectedValue"),
            .actual = call_take(call, n, "ActualValue"),
            .kind = call_take(call, n, "DifferenceType")};
    }
}

void call_read_drifts(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "StackResourceDrifts");
    CALL_GROW(call, drifts, drift_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        struct cloud_drift *drift = &call->reply.drifts[call->reply.drift_count++];
        *drift = (struct cloud_drift){.logical_id = call_take(call, n, "LogicalResourceId"),
                                      .physical_id = call_take(call, n, "PhysicalResourceId"),
                                      .type = call_take(call, n, "ResourceType"),
                                      .status = call_take(call, n, "StackResourceDriftStatus")};
        read_differences(call, data_get(n, "PropertyDifferences"), drift);
    }
}

void call_read_new_refactor(struct cloud_call *call, const struct data *result) {
    call->reply.id = call_take(call, result, "StackRefactorId");
}

void call_read_refactor(struct cloud_call *call, const struct data *result) {
    struct cloud_reply *reply = &call->reply;
    reply->status = call_take(call, result, "Status");
    reply->status_reason = call_take(call, result, "StatusReason");
    reply->execution_status = call_take(call, result, "ExecutionStatus");
    if (text_starts(reply->execution_status, TEXT("EXECUTE_FAILED"))) {
        reply->status_reason = call_take(call, result, "ExecutionStatusReason");
    }
}
