/* Why something failed, asked of those who know more than the stack's events: CloudFormation's
 * failed events alone, hooks, and CloudTrail. Each needs a permission of its own.
 */
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

/* A change set's name alone is refused: its stack, or its ARN, must be there. */
void call_fill_failures(const struct filling *filling) {
    struct arena *arena = filling->arena;
    struct data *input = filling->input;
    if (filling->request->id.length) data_set(arena, input, "OperationId", filling->request->id);
    else call_fill_change_set(filling);
    data_set_bool(arena, data_set_new(arena, input, "Filters", DATA_RECORD), "FailedEvents", true);
}

void call_fill_hooks(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    bool is_set = request->change_set.length > 0;
    data_put(filling->arena, filling->input, "TargetType", is_set ? TEXT("CHANGE_SET")
                                                                  : TEXT("STACK"));
    data_set(filling->arena, filling->input, "TargetId",
             is_set ? request->change_set : request->stack);
}

void call_fill_hook(const struct filling *filling) {
    data_set(filling->arena, filling->input, "HookResultId", filling->request->id);
}

void call_fill_trail(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    struct arena *arena = filling->arena;
    struct data *input = filling->input;
    if (request->attribute.length) {
        struct data *list = data_set_new(arena, input, "LookupAttributes", DATA_LIST);
        struct data *record = data_add_record(arena, list);
        data_put(arena, record, "AttributeKey", request->attribute);
        data_put(arena, record, "AttributeValue", request->value);
    }
    if (request->since > 0) data_set_number(arena, input, "StartTime", (long)request->since);
    if (request->until > 0) data_set_number(arena, input, "EndTime", (long)request->until);
}

/* --- reading --------------------------------------------------------------------------------- */

static void read_advice(struct cloud_call *call, const struct data *list,
                        struct cloud_hook *hook) {
    hook->advice = arena_array(call->arena, call_count(list) + 1, sizeof *hook->advice);
    for (const struct data *n = data_first(list); n; n = n->next) {
        hook->advice[hook->advice_count++] = (struct cloud_advice){
            .rule = call_take(call, n, "AnnotationName"),
            .status = call_take(call, n, "Status"),
            .message = call_take(call, n, "StatusMessage"),
            .remedy = call_take(call, n, "RemediationMessage"),
            .link = call_take(call, n, "RemediationLink"),
            .severity = call_take(call, n, "SeverityLevel")};
    }
}

static void add_hook(struct cloud_call *call, const struct data *n, struct text target,
                     struct text target_type) {
    struct cloud_hook *hook = &call->reply.hooks[call->reply.hook_count++];
    *hook = (struct cloud_hook){.id = call_take(call, n, "HookResultId"),
                                .type = call_take(call, n, "TypeName"),
                                .status = call_take(call, n, "Status"),
                                .reason = call_take(call, n, "HookStatusReason"),
                                .mode = call_take(call, n, "FailureMode"),
                                .target = text_copy(call->arena, target),
                                .target_type = text_copy(call->arena, target_type),
                                .time = data_time(n, "InvokedAt")};
    read_advice(call, data_get(n, "Annotations"), hook);
}

void call_read_hooks(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "HookResults");
    CALL_GROW(call, hooks, hook_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        add_hook(call, n, data_text(n, "TargetId"), data_text(n, "TargetType"));
    }
}

void call_read_hook(struct cloud_call *call, const struct data *result) {
    const struct data *target = data_get(result, "Target");
    CALL_GROW(call, hooks, hook_count, result);
    add_hook(call, result, data_text(target, "TargetId"), data_text(target, "TargetTypeName"));
}

static void read_resource_names(struct cloud_call *call, const struct data *list,
                                struct cloud_trail_event *event) {
    struct text *names = arena_array(call->arena, call_count(list) + 1, sizeof *names);
    for (const struct data *n = data_first(list); n; n = n->next) {
        names[event->resource_count++] = call_take(call, n, "ResourceName");
    }
    event->resources = names;
}

/* How a call ended stands in the whole record alone, which is JSON in a text. */
static void read_record(struct cloud_call *call, struct text text,
                        struct cloud_trail_event *event) {
    struct data *record;
    struct failure why;
    if (!text.length || !data_read_json(call->arena, text, &record, &why)) return;
    event->error_code = call_take(call, record, "errorCode");
    event->error_message = call_take(call, record, "errorMessage");
    event->invoked_by = call_take(call, data_get(record, "userIdentity"), "invokedBy");
}

void call_read_trail(struct cloud_call *call, const struct data *result) {
    struct cloud_reply *reply = &call->reply;
    const struct data *list = data_get(result, "Events");
    reply->trail = arena_array(call->arena, call_count(list) + 1, sizeof *reply->trail);
    for (const struct data *n = data_first(list); n; n = n->next) {
        struct cloud_trail_event *event = &reply->trail[reply->trail_count++];
        *event = (struct cloud_trail_event){.id = call_take(call, n, "EventId"),
                                            .name = call_take(call, n, "EventName"),
                                            .source = call_take(call, n, "EventSource"),
                                            .user = call_take(call, n, "Username"),
                                            .time = data_time(n, "EventTime")};
        read_resource_names(call, data_get(n, "Resources"), event);
        read_record(call, data_text(n, "CloudTrailEvent"), event);
    }
    reply->next_token = call_take(call, result, "NextToken");
}
