/* Calls about stacks as they are: their state, events, resources, templates and exports. */
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

void call_fill_stack(const struct filling *filling) {
    data_set(filling->arena, filling->input, "StackName", filling->request->stack);
}

void call_fill_template(const struct filling *filling) {
    call_fill_stack(filling);
    data_put(filling->arena, filling->input, "TemplateStage", TEXT("Original"));
}

void call_fill_export(const struct filling *filling) {
    data_set(filling->arena, filling->input, "ExportName", filling->request->export_name);
}

void call_fill_protection(const struct filling *filling) {
    data_set_bool(filling->arena, filling->input, "EnableTerminationProtection",
                  filling->request->is_protected);
    call_fill_stack(filling);
}

void call_fill_deletion(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    call_fill_stack(filling);
    if (request->retain_count) {
        data_set_texts(filling->arena, filling->input, "RetainResources", request->retain,
                       request->retain_count);
    }
    data_set(filling->arena, filling->input, "RoleARN", request->role);
    data_set(filling->arena, filling->input, "ClientRequestToken", request->token);
}

struct text cloud_stack_name(struct text id) {
    const char *slash = id.length ? memchr(id.bytes, '/', id.length) : NULL;
    if (!slash || !text_starts(id, TEXT("arn:"))) return id;
    size_t skip = (size_t)(slash - id.bytes) + 1;
    struct text name = {id.bytes + skip, id.length - skip};
    const char *end = memchr(name.bytes, '/', name.length);
    if (end) name.length = (size_t)(end - name.bytes);
    return name;
}

/* --- reading --------------------------------------------------------------------------------- */

static void take_parameters(struct cloud_call *call, const struct data *list,
                            struct cloud_stack *stack) {
    stack->parameters = arena_array(call->arena, call_count(list) + 1, sizeof *stack->parameters);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->parameters[stack->parameter_count++] = (struct cloud_parameter){
            .key = call_take(call, n, "ParameterKey"),
            .value = call_take(call, n, "ParameterValue"),
            .resolved = call_take(call, n, "ResolvedValue")};
    }
}

static void take_outputs(struct cloud_call *call, const struct data *list,
                         struct cloud_stack *stack) {
    stack->outputs = arena_array(call->arena, call_count(list) + 1, sizeof *stack->outputs);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->outputs[stack->output_count++] = (struct cloud_output){
            .key = call_take(call, n, "OutputKey"), .value = call_take(call, n, "OutputValue"),
            .description = call_take(call, n, "Description"),
            .export_name = call_take(call, n, "ExportName")};
    }
}

static void take_tags(struct cloud_call *call, const struct data *list,
                      struct cloud_stack *stack) {
    stack->tags = arena_array(call->arena, call_count(list) + 1, sizeof *stack->tags);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->tags[stack->tag_count++] =
            (struct cloud_tag){call_take(call, n, "Key"), call_take(call, n, "Value")};
    }
}

void call_read_stacks(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "Stacks");
    CALL_GROW(call, stacks, stack_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        struct cloud_stack *stack = &call->reply.stacks[call->reply.stack_count++];
        *stack = (struct cloud_stack){
            .id = call_take(call, n, "StackId"), .name = call_take(call, n, "StackName"),
            .status = call_take(call, n, "StackStatus"),
            .status_reason = call_take(call, n, "StackStatusReason"),
            .description = call_take(call, n, "Description"),
            .change_set_id = call_take(call, n, "ChangeSetId"),
            .parent_id = call_take(call, n, "ParentId"), .root_id = call_take(call, n, "RootId"),
            .created = data_time(n, "CreationTime"), .updated = data_time(n, "LastUpdatedTime"),
            .deleted = data_time(n, "DeletionTime"),
            .is_protected = data_is_true(n, "EnableTerminationProtection"),
            .disable_rollback = data_is_true(n, "DisableRollback")};
        const struct data *rollback = data_get(n, "RollbackConfiguration");
        stack->alarm_count = call_count(rollback ? data_get(rollback, "RollbackTriggers") : NULL);
        take_parameters(call, data_get(n, "Parameters"), stack);
        take_outputs(call, data_get(n, "Outputs"), stack);
        take_tags(call, data_get(n, "Tags"), stack);
        stack->capabilities =
            call_take_texts(call, data_get(n, "Capabilities"), &stack->capability_count);
    }
}

/* Why: an event of early validation or of a hook says it in a member of its own. */
static struct text reason_of(struct cloud_call *call, const struct data *n) {
    static const char *const names[] = {"ValidationStatusReason", "ResourceStatusReason",
                                        "HookStatusReason"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (data_text(n, names[i]).length) return call_take(call, n, names[i]);
    }
    return (struct text){"", 0};
}

static void read_events(struct cloud_call *call, const struct data *list) {
    CALL_GROW(call, events, event_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.events[call->reply.event_count++] = (struct cloud_event){
            .id = call_take(call, n, "EventId"),
            .stack_id = call_take(call, n, "StackId"),
            .stack_name = call_take(call, n, "StackName"),
            .logical_id = call_take(call, n, "LogicalResourceId"),
            .physical_id = call_take(call, n, "PhysicalResourceId"),
            .type = call_take(call, n, "ResourceType"),
            .status = call_take(call, n, "ResourceStatus"),
            .reason = reason_of(call, n),
            .token = call_take(call, n, "ClientRequestToken"),
            .properties = call_take(call, n, "ResourceProperties"),
            .time = data_time(n, "Timestamp"),
            .operation = call_take(call, n, "OperationId"),
            .hook_type = call_take(call, n, "HookType"),
            .hook_status = call_take(call, n, "HookStatus"),
            .hook_reason = call_take(call, n, "HookStatusReason"),
            .hook_mode = call_take(call, n, "HookFailureMode"),
            .hook_id = call_take(call, n, "HookInvocationId"),
            .kind = call_take(call, n, "EventType"),
            .validation_name = call_take(call, n, "ValidationName"),
            .validation_path = call_take(call, n, "ValidationPath"),
            .validation_mode = call_take(call, n, "ValidationFailureMode")};
    }
}

void call_read_stack_events(struct cloud_call *call, const struct data *result) {
    read_events(call, data_get(result, "StackEvents"));
    call->reply.next_token = call_take(call, result, "NextToken");
}

void call_read_operation_events(struct cloud_call *call, const struct data *result) {
    read_events(call, data_get(result, "OperationEvents"));
}

void call_read_template(struct cloud_call *call, const struct data *result) {
    call->reply.body = call_take(call, result, "TemplateBody");
}

void call_read_resources(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "StackResourceSummaries");
    CALL_GROW(call, resources, resource_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.resources[call->reply.resource_count++] = (struct cloud_resource){
            .logical_id = call_take(call, n, "LogicalResourceId"),
            .physical_id = call_take(call, n, "PhysicalResourceId"),
            .type = call_take(call, n, "ResourceType"),
            .status = call_take(call, n, "ResourceStatus"),
            .reason = call_take(call, n, "ResourceStatusReason"),
            .updated = data_time(n, "LastUpdatedTimestamp")};
    }
}

void call_read_exports(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "Exports");
    CALL_GROW(call, exports, export_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.exports[call->reply.export_count++] = (struct cloud_export){
            call_take(call, n, "Name"), call_take(call, n, "Value"),
            call_take(call, n, "ExportingStackId")};
    }
}

void call_read_imports(struct cloud_call *call, const struct data *result) {
    const struct data *list = data_get(result, "Imports");
    CALL_GROW(call, names, name_count, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.names[call->reply.name_count++] = text_copy(call->arena, data_value(n));
    }
}
