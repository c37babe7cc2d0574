/* Change sets: made, looked at, executed and deleted. */
#include "runtime/aws/calls.h"

/* --- sending --------------------------------------------------------------------------------- */

static void set_parameters(struct arena *arena, struct data *input,
                           const struct cloud_request *request) {
    if (!request->parameter_count) return;
    struct data *list = data_set_new(arena, input, "Parameters", DATA_LIST);
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        const struct cloud_parameter *parameter = &request->parameters[i];
        struct data *record = data_add_record(arena, list);
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
        struct data *record = data_add_record(arena, list);
        data_put(arena, record, "Key", request->tags[i].key);
        data_put(arena, record, "Value", request->tags[i].value);
    }
}

/* As with tags: none at all leaves what is there. */
static void set_alarms(struct arena *arena, struct data *input,
                       const struct cloud_request *request) {
    if (!request->has_alarms) return;
    struct data *rollback = data_set_new(arena, input, "RollbackConfiguration", DATA_RECORD);
    struct data *list = data_set_new(arena, rollback, "RollbackTriggers", DATA_LIST);
    for (uint32_t i = 0; i < request->alarm_count; i++) {
        struct data *record = data_add_record(arena, list);
        data_put(arena, record, "Arn", request->alarms[i]);
        data_put(arena, record, "Type", TEXT("AWS::CloudWatch::Alarm"));
    }
    data_set_number(arena, rollback, "MonitoringTimeInMinutes", request->alarm_minutes);
}

static void set_lists(struct arena *arena, struct data *input,
                      const struct cloud_request *request) {
    set_parameters(arena, input, request);
    if (request->capability_count) {
        data_set_texts(arena, input, "Capabilities", request->capabilities,
                       request->capability_count);
    }
    if (request->resource_type_count) {
        data_set_texts(arena, input, "ResourceTypes", request->resource_types,
                       request->resource_type_count);
    }
    if (request->has_notifications) {
        data_set_texts(arena, input, "NotificationARNs", request->notifications,
                       request->notification_count);
    }
    set_tags(arena, input, request);
}

void call_fill_new_change_set(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    struct arena *arena = filling->arena;
    struct data *input = filling->input;
    data_set(arena, input, "StackName", cloud_stack_name(request->stack));
    data_set(arena, input, "ChangeSetName", request->change_set);
    data_set(arena, input, "ChangeSetType", request->change_type);
    data_set(arena, input, "TemplateBody", request->body);
    data_set(arena, input, "TemplateURL", request->url);
    if (request->use_previous) data_set_bool(arena, input, "UsePreviousTemplate", true);
    set_lists(arena, input, request);
    set_alarms(arena, input, request);
    data_set(arena, input, "RoleARN", request->role);
    data_set(arena, input, "OnStackFailure", request->on_failure);
    data_set(arena, input, "DeploymentMode", request->mode);
    if (request->with_nested) data_set_bool(arena, input, "IncludeNestedStacks", true);
    data_set(arena, input, "Description", request->description);
    data_set(arena, input, "ClientToken", request->token);
}

void call_fill_change_set(const struct filling *filling) {
    data_set(filling->arena, filling->input, "ChangeSetName", filling->request->change_set);
    data_set(filling->arena, filling->input, "StackName", filling->request->stack);
}

void call_fill_look(const struct filling *filling) {
    call_fill_change_set(filling);
    if (filling->with_values) {
        data_set_bool(filling->arena, filling->input, "IncludePropertyValues", true);
    }
}

/* What AWS's model says of the default of DisableRollback is wrong: it is always said. A change set
 * that says what follows a failure takes no second word on it. */
void call_fill_execution(const struct filling *filling) {
    const struct cloud_request *request = filling->request;
    call_fill_change_set(filling);
    if (!request->on_failure.length) {
        data_set_bool(filling->arena, filling->input, "DisableRollback", request->disable_rollback);
    }
    data_set(filling->arena, filling->input, "ClientRequestToken", request->token);
}

/* --- reading --------------------------------------------------------------------------------- */

void call_read_new_change_set(struct cloud_call *call, const struct data *result) {
    call->reply.id = call_take(call, result, "Id");
    call->reply.stack_id = call_take(call, result, "StackId");
}

static void read_details(struct cloud_call *call, const struct data *list,
                         struct cloud_change *change) {
    change->details = arena_array(call->arena, call_count(list) + 1, sizeof *change->details);
    for (const struct data *n = data_first(list); n; n = n->next) {
        const struct data *target = data_get(n, "Target"), *drift = data_get(target, "Drift");
        change->details[change->detail_count++] = (struct cloud_change_detail){
            .attribute = call_take(call, target, "Attribute"),
            .name = call_take(call, target, "Name"),
            .path = call_take(call, target, "Path"),
            .requires_recreation = call_take(call, target, "RequiresRecreation"),
            .before = call_take(call, target, "BeforeValue"),
            .after = call_take(call, target, "AfterValue"),
            .change_type = call_take(call, target, "AttributeChangeType"),
            .evaluation = call_take(call, n, "Evaluation"),
            .source = call_take(call, n, "ChangeSource"),
            .causing_entity = call_take(call, n, "CausingEntity"),
            .before_from = call_take(call, target, "BeforeValueFrom"),
            .drift_previous = call_take(call, drift, "PreviousValue"),
            .drift_actual = call_take(call, drift, "ActualValue"),
            .is_drifted = drift != NULL};
    }
}

static void read_change(struct cloud_call *call, const struct data *n,
                        struct cloud_change *change) {
    *change = (struct cloud_change){
        .action = call_take(call, n, "Action"),
        .logical_id = call_take(call, n, "LogicalResourceId"),
        .physical_id = call_take(call, n, "PhysicalResourceId"),
        .type = call_take(call, n, "ResourceType"),
        .replacement = call_take(call, n, "Replacement"),
        .policy_action = call_take(call, n, "PolicyAction"),
        .before_context = call_take(call, n, "BeforeContext"),
        .after_context = call_take(call, n, "AfterContext"),
        .previous_context = call_take(call, n, "PreviousDeploymentContext"),
        .drift_status = call_take(call, n, "ResourceDriftStatus"),
        .change_set = call_take(call, n, "ChangeSetId")};
    change->scope = call_take_texts(call, data_get(n, "Scope"), &change->scope_count);
    read_details(call, data_get(n, "Details"), change);
}

static void read_changes(struct cloud_call *call, const struct data *list) {
    struct cloud_change_set *set = &call->reply.change_set;
    set->changes = call_grown(call->arena, set->changes, set->change_count, call_count(list),
                              sizeof *set->changes);
    for (const struct data *item = data_first(list); item; item = item->next) {
        const struct data *change = data_get(item, "ResourceChange");
        if (change) read_change(call, change, &set->changes[set->change_count++]);
    }
}

void call_read_change_set(struct cloud_call *call, const struct data *n) {
    struct cloud_change_set *set = &call->reply.change_set;
    struct cloud_change *changes = set->changes;
    uint32_t count = set->change_count;
    *set = (struct cloud_change_set){
        .id = call_take(call, n, "ChangeSetId"),
        .name = call_take(call, n, "ChangeSetName"),
        .stack_id = call_take(call, n, "StackId"),
        .stack_name = call_take(call, n, "StackName"),
        .status = call_take(call, n, "Status"),
        .status_reason = call_take(call, n, "StatusReason"),
        .execution_status = call_take(call, n, "ExecutionStatus"),
        .created = data_time(n, "CreationTime"),
        .changes = changes,
        .change_count = count,
        .with_nested = data_is_true(n, "IncludeNestedStacks"),
        .mode = call_take(call, n, "DeploymentMode"),
        .drift_status = call_take(call, n, "StackDriftStatus"),
        .parent = call_take(call, n, "ParentChangeSetId"),
        .root = call_take(call, n, "RootChangeSetId")};
    read_changes(call, data_get(n, "Changes"));
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
