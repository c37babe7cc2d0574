/* The calls of the deploy engine, one after the other: what they send, what they read. */
#include "runtime/aws/cloudformation.h"

#include "runtime/aws/calls.h"

enum operation cloud_call_operation(enum cloud_operation operation) {
    switch (operation) {
    case CLOUD_IDENTITY: return OPERATION_GET_CALLER_IDENTITY;
    case CLOUD_DESCRIBE_STACKS: return OPERATION_DESCRIBE_STACKS;
    case CLOUD_CREATE_CHANGE_SET: return OPERATION_CREATE_CHANGE_SET;
    case CLOUD_DESCRIBE_CHANGE_SET: return OPERATION_DESCRIBE_CHANGE_SET;
    case CLOUD_EXECUTE_CHANGE_SET: return OPERATION_EXECUTE_CHANGE_SET;
    case CLOUD_DELETE_CHANGE_SET: return OPERATION_DELETE_CHANGE_SET;
    case CLOUD_DELETE_STACK: return OPERATION_DELETE_STACK;
    case CLOUD_STACK_EVENTS: return OPERATION_DESCRIBE_STACK_EVENTS;
    case CLOUD_CHANGE_SET_EVENTS: return OPERATION_DESCRIBE_EVENTS;
    case CLOUD_GET_TEMPLATE: return OPERATION_GET_TEMPLATE;
    case CLOUD_STACK_RESOURCES: return OPERATION_LIST_STACK_RESOURCES;
    case CLOUD_EXPORTS: return OPERATION_LIST_EXPORTS;
    case CLOUD_IMPORTS: return OPERATION_LIST_IMPORTS;
    case CLOUD_PROTECT_STACK: return OPERATION_UPDATE_TERMINATION_PROTECTION;
    case CLOUD_PUT_OBJECT: return OPERATION_PUT_OBJECT;
    case CLOUD_HEAD_OBJECT: return OPERATION_HEAD_OBJECT;
    case CLOUD_OBJECT_VERSIONS: return OPERATION_LIST_OBJECT_VERSIONS;
    case CLOUD_DELETE_OBJECTS: return OPERATION_DELETE_OBJECTS;
    case CLOUD_DETECT_DRIFT: return OPERATION_DETECT_STACK_DRIFT;
    case CLOUD_DRIFT_STATUS: return OPERATION_DESCRIBE_STACK_DRIFT_DETECTION_STATUS;
    case CLOUD_RESOURCE_DRIFTS: return OPERATION_DESCRIBE_STACK_RESOURCE_DRIFTS;
    case CLOUD_CONTINUE_ROLLBACK: return OPERATION_CONTINUE_UPDATE_ROLLBACK;
    case CLOUD_ROLLBACK_STACK: return OPERATION_ROLLBACK_STACK;
    case CLOUD_CANCEL_UPDATE: return OPERATION_CANCEL_UPDATE_STACK;
    case CLOUD_CREATE_REFACTOR: return OPERATION_CREATE_STACK_REFACTOR;
    case CLOUD_DESCRIBE_REFACTOR: return OPERATION_DESCRIBE_STACK_REFACTOR;
    case CLOUD_EXECUTE_REFACTOR: return OPERATION_EXECUTE_STACK_REFACTOR;
    }
    return OPERATION_GET_CALLER_IDENTITY;
}

/* --- sending --------------------------------------------------------------------------------- */

static void set_parameters(struct arena *arena, struct data *input,
                           const struct cloud_request *request) {
    if (!request->parameter_count) return;
    struct data *list = data_set_new(arena, input, "Parameters", DATA_LIST);
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        const struct cloud_parameter *parameter = &request->parameters[i];
        struct data *record = data_add(list, TEXT(""), data_new(arena, DATA_RECORD));
        data_put(arena, record, "ParameterKey", parameter->key);
        if (parameter->use_previous) data_set_bool(arena, record, "UsePreviousValue", true);
        else data_put(arena, record, "ParameterValue", parameter->value);
    }
}

/* No tags at all leaves those that are there; an empty list removes them. */
static void set_tags(struct arena *arena, struct data *input,
                     const struct cloud_request *request) {
    if (!request->has_tags) return;
    struct data *list = data_set_new(arena, input, "Tags", DATA_LIST);
    for (uint32_t i = 0; i < request->tag_count; i++) {
        struct data *record = data_add(list, TEXT(""), data_new(arena, DATA_RECORD));
        data_put(arena, record, "Key", request->tags[i].key);
        data_put(arena, record, "Value", request->tags[i].value);
    }
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

/* As with tags: none at all leaves what is there. */
static void set_alarms(struct arena *arena, struct data *input,
                       const struct cloud_request *request) {
    if (!request->has_alarms) return;
    struct data *rollback = data_set_new(arena, input, "RollbackConfiguration", DATA_RECORD);
    struct data *list = data_set_new(arena, rollback, "RollbackTriggers", DATA_LIST);
    for (uint32_t i = 0; i < request->alarm_count; i++) {
        struct data *record = data_add(list, TEXT(""), data_new(arena, DATA_RECORD));
        data_put(arena, record, "Arn", request->alarms[i]);
        data_put(arena, record, "Type", TEXT("AWS::CloudWatch::Alarm"));
    }
    data_set_number(arena, rollback, "MonitoringTimeInMinutes", request->alarm_minutes);
}

static void create_change_set(struct arena *arena, struct data *input,
                              const struct cloud_request *request) {
    data_set(arena, input, "StackName", cloud_stack_name(request->stack));
    data_set(arena, input, "ChangeSetName", request->change_set);
    data_set(arena, input, "ChangeSetType", request->change_type);
    data_set(arena, input, "TemplateBody", request->body);
    data_set(arena, input, "TemplateURL", request->url);
    if (request->use_previous) data_set_bool(arena, input, "UsePreviousTemplate", true);
    set_parameters(arena, input, request);
    if (request->capability_count) {
        data_set_texts(arena, input, "Capabilities", request->capabilities,
                       request->capability_count);
    }
    set_tags(arena, input, request);
    set_alarms(arena, input, request);
    data_set(arena, input, "Description", request->description);
    data_set(arena, input, "ClientToken", request->token);
}

static void set_change_set(struct arena *arena, struct data *input,
                           const struct cloud_request *request) {
    data_set(arena, input, "ChangeSetName", request->change_set);
    data_set(arena, input, "StackName", request->stack);
}

struct data *cloud_call_input(struct arena *arena, const struct cloud_call *call,
                              struct text token, struct text account, bool with_values) {
    const struct cloud_request *request = &call->request;
    struct data *input = data_new(arena, DATA_RECORD);
    switch (call->operation) {
    case CLOUD_IDENTITY: break;
    case CLOUD_CREATE_CHANGE_SET: create_change_set(arena, input, request); break;
    case CLOUD_DESCRIBE_CHANGE_SET:
        set_change_set(arena, input, request);
        if (with_values) data_set_bool(arena, input, "IncludePropertyValues", true);
        break;
    case CLOUD_DELETE_CHANGE_SET: set_change_set(arena, input, request); break;
    case CLOUD_EXECUTE_CHANGE_SET:
        set_change_set(arena, input, request);
        data_set_bool(arena, input, "DisableRollback", request->disable_rollback);
        data_set(arena, input, "ClientRequestToken", request->token);
        break;
    case CLOUD_CHANGE_SET_EVENTS:
        set_change_set(arena, input, request);
        data_set_bool(arena, data_set_new(arena, input, "Filters", DATA_RECORD), "FailedEvents",
                      true);
        break;
    case CLOUD_DELETE_STACK:
        data_set(arena, input, "StackName", request->stack);
        if (request->retain_count) {
            data_set_texts(arena, input, "RetainResources", request->retain, request->retain_count);
        }
        data_set(arena, input, "ClientRequestToken", request->token);
        break;
    case CLOUD_GET_TEMPLATE:
        data_set(arena, input, "StackName", request->stack);
        data_put(arena, input, "TemplateStage", TEXT("Original"));
        break;
    case CLOUD_DESCRIBE_STACKS:
    case CLOUD_STACK_EVENTS:
    case CLOUD_STACK_RESOURCES: data_set(arena, input, "StackName", request->stack); break;
    case CLOUD_EXPORTS: break;
    case CLOUD_IMPORTS: data_set(arena, input, "ExportName", request->export_name); break;
    case CLOUD_PROTECT_STACK:
        data_set_bool(arena, input, "EnableTerminationProtection", request->is_protected);
        data_set(arena, input, "StackName", request->stack);
        break;
    case CLOUD_PUT_OBJECT:
    case CLOUD_HEAD_OBJECT:
    case CLOUD_OBJECT_VERSIONS:
    case CLOUD_DELETE_OBJECTS: objects_input(arena, input, call, account); break;
    case CLOUD_DETECT_DRIFT:
    case CLOUD_DRIFT_STATUS:
    case CLOUD_RESOURCE_DRIFTS:
    case CLOUD_CONTINUE_ROLLBACK:
    case CLOUD_ROLLBACK_STACK:
    case CLOUD_CANCEL_UPDATE:
    case CLOUD_CREATE_REFACTOR:
    case CLOUD_DESCRIBE_REFACTOR:
    case CLOUD_EXECUTE_REFACTOR: upkeep_input(arena, input, call); break;
    }
    data_set(arena, input, "NextToken", token);
    return input;
}

/* --- reading --------------------------------------------------------------------------------- */

static struct text take(struct cloud_call *call, const struct data *node, const char *key) {
    return text_copy(call->arena, data_text(node, key));
}

static uint32_t count_of(const struct data *list) { return list ? list->count : 0; }

void *cloud_grown(struct arena *arena, void *old, uint32_t count, uint32_t *room, uint32_t more,
                  size_t size) {
    if (old && count + more <= *room) return old;
    uint32_t wanted = count + more + 1 > 2 * *room ? count + more + 1 : 2 * *room;
    void *array = arena_array(arena, wanted, size);
    if (count) memcpy(array, old, count * size);
    *room = wanted;
    return array;
}

#define GROW(call, field, number, room, list)                                                      \
    ((call)->reply.field = cloud_grown((call)->arena, (call)->reply.field, (call)->reply.number,   \
                                       (room), count_of(list), sizeof *(call)->reply.field))

static const struct text *take_texts(struct cloud_call *call, const struct data *list,
                                     uint32_t *count) {
    struct text *texts = arena_array(call->arena, count_of(list) + 1, sizeof *texts);
    *count = 0;
    for (const struct data *n = data_first(list); n; n = n->next) {
        texts[(*count)++] = text_copy(call->arena, data_value(n));
    }
    return texts;
}

static void take_parameters(struct cloud_call *call, const struct data *list,
                            struct cloud_stack *stack) {
    stack->parameters = arena_array(call->arena, count_of(list) + 1, sizeof *stack->parameters);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->parameters[stack->parameter_count++] = (struct cloud_parameter){
            .key = take(call, n, "ParameterKey"), .value = take(call, n, "ParameterValue"),
            .resolved = take(call, n, "ResolvedValue")};
    }
}

static void take_outputs(struct cloud_call *call, const struct data *list,
                         struct cloud_stack *stack) {
    stack->outputs = arena_array(call->arena, count_of(list) + 1, sizeof *stack->outputs);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->outputs[stack->output_count++] = (struct cloud_output){
            .key = take(call, n, "OutputKey"), .value = take(call, n, "OutputValue"),
            .description = take(call, n, "Description"),
            .export_name = take(call, n, "ExportName")};
    }
}

static void take_tags(struct cloud_call *call, const struct data *list,
                      struct cloud_stack *stack) {
    stack->tags = arena_array(call->arena, count_of(list) + 1, sizeof *stack->tags);
    for (const struct data *n = data_first(list); n; n = n->next) {
        stack->tags[stack->tag_count++] =
            (struct cloud_tag){take(call, n, "Key"), take(call, n, "Value")};
    }
}

static void read_stacks(struct cloud_call *call, const struct data *list, uint32_t *room) {
    GROW(call, stacks, stack_count, room, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        struct cloud_stack *stack = &call->reply.stacks[call->reply.stack_count++];
        *stack = (struct cloud_stack){
            .id = take(call, n, "StackId"), .name = take(call, n, "StackName"),
            .status = take(call, n, "StackStatus"),
            .status_reason = take(call, n, "StackStatusReason"),
            .description = take(call, n, "Description"),
            .change_set_id = take(call, n, "ChangeSetId"), .parent_id = take(call, n, "ParentId"),
            .created = data_time(n, "CreationTime"), .updated = data_time(n, "LastUpdatedTime"),
            .deleted = data_time(n, "DeletionTime"),
            .is_protected = data_is_true(n, "EnableTerminationProtection"),
            .disable_rollback = data_is_true(n, "DisableRollback")};
        const struct data *rollback = data_get(n, "RollbackConfiguration");
        stack->alarm_count = count_of(rollback ? data_get(rollback, "RollbackTriggers") : NULL);
        take_parameters(call, data_get(n, "Parameters"), stack);
        take_outputs(call, data_get(n, "Outputs"), stack);
        take_tags(call, data_get(n, "Tags"), stack);
        stack->capabilities =
            take_texts(call, data_get(n, "Capabilities"), &stack->capability_count);
    }
}

static void read_details(struct cloud_call *call, const struct data *list,
                         struct cloud_change *change) {
    change->details = arena_array(call->arena, count_of(list) + 1, sizeof *change->details);
    for (const struct data *n = data_first(list); n; n = n->next) {
        const struct data *target = data_get(n, "Target");
        change->details[change->detail_count++] = (struct cloud_change_detail){
            .attribute = take(call, target, "Attribute"), .name = take(call, target, "Name"),
            .path = take(call, target, "Path"),
            .requires_recreation = take(call, target, "RequiresRecreation"),
            .before = take(call, target, "BeforeValue"),
            .after = take(call, target, "AfterValue"),
            .change_type = take(call, target, "AttributeChangeType"),
            .evaluation = take(call, n, "Evaluation"), .source = take(call, n, "ChangeSource"),
            .causing_entity = take(call, n, "CausingEntity")};
    }
}

static void read_changes(struct cloud_call *call, const struct data *list, uint32_t *room) {
    struct cloud_change_set *set = &call->reply.change_set;
    set->changes = cloud_grown(call->arena, set->changes, set->change_count, room, count_of(list),
                               sizeof *set->changes);
    for (const struct data *item = data_first(list); item; item = item->next) {
        const struct data *n = data_get(item, "ResourceChange");
        if (!n) continue;
        struct cloud_change *change = &set->changes[set->change_count++];
        *change = (struct cloud_change){
            .action = take(call, n, "Action"), .logical_id = take(call, n, "LogicalResourceId"),
            .physical_id = take(call, n, "PhysicalResourceId"),
            .type = take(call, n, "ResourceType"), .replacement = take(call, n, "Replacement"),
            .policy_action = take(call, n, "PolicyAction"),
            .before_context = take(call, n, "BeforeContext"),
            .after_context = take(call, n, "AfterContext")};
        change->scope = take_texts(call, data_get(n, "Scope"), &change->scope_count);
        read_details(call, data_get(n, "Details"), change);
    }
}

static void read_change_set(struct cloud_call *call, const struct data *n, uint32_t *room) {
    struct cloud_change_set *set = &call->reply.change_set;
    struct cloud_change *changes = set->changes;
    uint32_t count = set->change_count;
    *set = (struct cloud_change_set){
        .id = take(call, n, "ChangeSetId"), .name = take(call, n, "ChangeSetName"),
        .stack_id = take(call, n, "StackId"), .stack_name = take(call, n, "StackName"),
        .status = take(call, n, "Status"), .status_reason = take(call, n, "StatusReason"),
        .execution_status = take(call, n, "ExecutionStatus"),
        .created = data_time(n, "CreationTime"), .changes = changes, .change_count = count};
    read_changes(call, data_get(n, "Changes"), room);
}

static void read_events(struct cloud_call *call, const struct data *list, uint32_t *room) {
    GROW(call, events, event_count, room, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        bool is_validation = data_text(n, "ValidationName").length > 0;
        call->reply.events[call->reply.event_count++] = (struct cloud_event){
            .id = take(call, n, "EventId"), .stack_id = take(call, n, "StackId"),
            .stack_name = take(call, n, "StackName"),
            .logical_id = take(call, n, "LogicalResourceId"),
            .physical_id = take(call, n, "PhysicalResourceId"),
            .type = take(call, n, "ResourceType"), .status = take(call, n, "ResourceStatus"),
            .reason = take(call, n, is_validation ? "ValidationStatusReason"
                                                  : "ResourceStatusReason"),
            .token = take(call, n, "ClientRequestToken"), .time = data_time(n, "Timestamp"),
            .validation_name = take(call, n, "ValidationName"),
            .validation_path = take(call, n, "ValidationPath"),
            .validation_mode = take(call, n, "ValidationFailureMode")};
    }
}

static void read_resources(struct cloud_call *call, const struct data *list, uint32_t *room) {
    GROW(call, resources, resource_count, room, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.resources[call->reply.resource_count++] = (struct cloud_resource){
            .logical_id = take(call, n, "LogicalResourceId"),
            .physical_id = take(call, n, "PhysicalResourceId"),
            .type = take(call, n, "ResourceType"), .status = take(call, n, "ResourceStatus"),
            .reason = take(call, n, "ResourceStatusReason"),
            .updated = data_time(n, "LastUpdatedTimestamp")};
    }
}

static void read_exports(struct cloud_call *call, const struct data *list, uint32_t *room) {
    GROW(call, exports, export_count, room, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.exports[call->reply.export_count++] = (struct cloud_export){
            take(call, n, "Name"), take(call, n, "Value"), take(call, n, "ExportingStackId")};
    }
}

static void read_names(struct cloud_call *call, const struct data *list, uint32_t *room) {
    GROW(call, names, name_count, room, list);
    for (const struct data *n = data_first(list); n; n = n->next) {
        call->reply.names[call->reply.name_count++] = text_copy(call->arena, data_value(n));
    }
}

void cloud_call_read(struct cloud_call *call, const struct data *result, struct cloud_room *room) {
    struct cloud_reply *reply = &call->reply;
    switch (call->operation) {
    case CLOUD_IDENTITY:
        reply->account = take(call, result, "Account");
        reply->caller = take(call, result, "Arn");
        return;
    case CLOUD_CREATE_CHANGE_SET:
        reply->id = take(call, result, "Id");
        reply->stack_id = take(call, result, "StackId");
        return;
    case CLOUD_DESCRIBE_STACKS:
        read_stacks(call, data_get(result, "Stacks"), &room->stacks);
        return;
    case CLOUD_DESCRIBE_CHANGE_SET: read_change_set(call, result, &room->changes); return;
    case CLOUD_STACK_EVENTS:
        read_events(call, data_get(result, "StackEvents"), &room->events);
        reply->next_token = take(call, result, "NextToken");
        return;
    case CLOUD_CHANGE_SET_EVENTS:
        read_events(call, data_get(result, "OperationEvents"), &room->events);
        return;
    case CLOUD_GET_TEMPLATE: reply->body = take(call, result, "TemplateBody"); return;
    case CLOUD_STACK_RESOURCES:
        read_resources(call, data_get(result, "StackResourceSummaries"), &room->resources);
        return;
    case CLOUD_EXPORTS: read_exports(call, data_get(result, "Exports"), &room->exports); return;
    case CLOUD_IMPORTS: read_names(call, data_get(result, "Imports"), &room->names); return;
    case CLOUD_EXECUTE_CHANGE_SET:
    case CLOUD_DELETE_CHANGE_SET:
    case CLOUD_DELETE_STACK:
    case CLOUD_PROTECT_STACK:
    case CLOUD_PUT_OBJECT:
    case CLOUD_HEAD_OBJECT:
    case CLOUD_CONTINUE_ROLLBACK:
    case CLOUD_ROLLBACK_STACK:
    case CLOUD_CANCEL_UPDATE:
    case CLOUD_EXECUTE_REFACTOR: return;
    case CLOUD_OBJECT_VERSIONS:
    case CLOUD_DELETE_OBJECTS: objects_read(call, result); return;
    case CLOUD_DETECT_DRIFT:
    case CLOUD_DRIFT_STATUS:
    case CLOUD_RESOURCE_DRIFTS:
    case CLOUD_CREATE_REFACTOR:
    case CLOUD_DESCRIBE_REFACTOR: upkeep_read(call, result, room); return;
    }
}

void cloud_changes_merge(struct arena *arena, struct cloud_change_set *set,
                         const struct cloud_change_set *other) {
    struct cloud_change *all =
        arena_array(arena, set->change_count + other->change_count + 1, sizeof *all);
    uint32_t count = set->change_count;
    if (count) memcpy(all, set->changes, count * sizeof *all);
    for (uint32_t i = 0; i < other->change_count; i++) {
        bool is_there = false;
        for (uint32_t j = 0; j < set->change_count && !is_there; j++) {
            is_there = text_equal(set->changes[j].logical_id, other->changes[i].logical_id);
        }
        if (!is_there) all[count++] = other->changes[i];
    }
    set->changes = all;
    set->change_count = count;
}
