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

static void create_refactor(struct arena *arena, struct data *input,
                            const struct cloud_request *request) {
    struct text name = cloud_stack_name(request->stack);
    struct data *definitions = data_set_new(arena, input, "StackDefinitions", DATA_LIST);
    struct data *definition = data_add(definitions, TEXT(""), data_new(arena, DATA_RECORD));
    data_put(arena, definition, "StackName", name);
    data_set(arena, definition, "TemplateBody", request->body);
    data_set(arena, definition, "TemplateURL", request->url);
    struct data *mappings = data_set_new(arena, input, "ResourceMappings", DATA_LIST);
    for (uint32_t i = 0; i < request->move_count; i++) {
        struct data *mapping = data_add(mappings, TEXT(""), data_new(arena, DATA_RECORD));
        set_place(arena, mapping, "Source", name, request->moves[i].from);
        set_place(arena, mapping, "Destination", name, request->moves[i].to);
    }
    data_set(arena, input, "Description", request->description);
}

void upkeep_input(struct arena *arena, struct data *input, const struct cloud_call *call) {
    static const struct text differing[] = {{"MODIFIED", 8}, {"DELETED", 7}};
    const struct cloud_request *request = &call->request;
    if (call->operation == CLOUD_CREATE_REFACTOR) {
        create_refactor(arena, input, request);
        return;
    }
    data_set(arena, input, "StackName", request->stack);
    data_set(arena, input, "ClientRequestToken", request->token);
    if (call->operation == CLOUD_DRIFT_STATUS) {
        data_set(arena, input, "StackDriftDetectionId", request->id);
    } else if (call->operation == CLOUD_RESOURCE_DRIFTS) {
        data_set_texts(arena, input, "StackResourceDriftStatusFilters", differing, 2);
    } else if (call->operation == CLOUD_CONTINUE_ROLLBACK && request->skip_count) {
        data_set_texts(arena, input, "ResourcesToSkip", request->skips, request->skip_count);
    } else if (request->id.length) {
        data_set(arena, input, "StackRefactorId", request->id);
    }
}

/* --- reading --------------------------------------------------------------------------------- */

static struct text take(struct cloud_call *call, const struct data *node, const char *key) {
    return text_copy(call->arena, data_text(node, key));
}

static void read_differences(struct cloud_call *call, const struct data *list,
                             struct cloud_drift *drift) {
    drift->differences = arena_array(call->arena, (list ? list->count : 0) + 1,
                                     sizeof *drift->differences);
    for (const struct data *n = data_first(list); n; n = n->next) {
        drift->differences[drift->difference_count++] = (struct cloud_difference){
            .path = take(call, n, "PropertyPath"), .expected = take(call, n, "ExpectedValue"),
            .actual = take(call, n, "ActualValue"), .kind = take(call, n, "DifferenceType")};
    }
}

static void read_drifts(struct cloud_call *call, const struct data *list, uint32_t *room) {
    struct cloud_reply *reply = &call->reply;
    reply->drifts = cloud_grown(call->arena, reply->drifts, reply->drift_count, room,
                                list ? list->count : 0, sizeof *reply->drifts);
    for (const struct data *n = data_first(list); n; n = n->next) {
        struct cloud_drift *drift = &reply->drifts[reply->drift_count++];
        *drift = (struct cloud_drift){.logical_id = take(call, n, "LogicalResourceId"),
                                      .physical_id = take(call, n, "PhysicalResourceId"),
                                      .type = take(call, n, "ResourceType"),
                                      .status = take(call, n, "StackResourceDriftStatus")};
        read_differences(call, data_get(n, "PropertyDifferences"), drift);
    }
}

void upkeep_read(struct cloud_call *call, const struct data *result, struct cloud_room *room) {
    struct cloud_reply *reply = &call->reply;
    if (call->operation == CLOUD_DETECT_DRIFT) {
        reply->id = take(call, result, "StackDriftDetectionId");
    } else if (call->operation == CLOUD_DRIFT_STATUS) {
        reply->status = take(call, result, "DetectionStatus");
        reply->status_reason = take(call, result, "DetectionStatusReason");
        reply->drift_status = take(call, result, "StackDriftStatus");
    } else if (call->operation == CLOUD_RESOURCE_DRIFTS) {
        read_drifts(call, data_get(result, "StackResourceDrifts"), &room->drifts);
    } else if (call->operation == CLOUD_CREATE_REFACTOR) {
        reply->id = take(call, result, "StackRefactorId");
    } else if (call->operation == CLOUD_DESCRIBE_REFACTOR) {
        reply->status = take(call, result, "Status");
        reply->status_reason = take(call, result, "StatusReason");
        reply->execution_status = take(call, result, "ExecutionStatus");
        if (text_starts(reply->execution_status, TEXT("EXECUTE_FAILED"))) {
            reply->status_reason = take(call, result, "ExecutionStatusReason");
        }
    }
}
