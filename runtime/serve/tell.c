/* Records of the simulated world, with the names and in the forms of CloudFormation's answers. */
#include <math.h>

#include "runtime/aws/when.h"
#include "runtime/serve/front.h"

void tell_time(struct arena *arena, struct data *record, const char *key, double seconds) {
    char whole[32];
    if (seconds <= 0) return;
    when_format(floor(seconds), whole);
    whole[strlen(whole) - 1] = 0; /* the Z */
    data_put(arena, record, key,
             text_format(arena, "%s.%03dZ", whole, (int)((seconds - floor(seconds)) * 1000)));
}

/* --- stacks ----------------------------------------------------------------------------------- */

static void tell_parameters(struct arena *arena, struct data *record,
                            const struct cloud_parameter *parameters, uint32_t count) {
    if (!count) return;
    struct data *list = data_set_new(arena, record, "Parameters", DATA_LIST);
    for (uint32_t i = 0; i < count; i++) {
        struct data *parameter = data_add_record(arena, list);
        data_put(arena, parameter, "ParameterKey", parameters[i].key);
        data_put(arena, parameter, "ParameterValue", parameters[i].value);
        data_set(arena, parameter, "ResolvedValue", parameters[i].resolved);
    }
}

static void tell_tags(struct arena *arena, struct data *record, const struct cloud_tag *tags,
                      uint32_t count) {
    struct data *list = data_set_new(arena, record, "Tags", DATA_LIST);
    for (uint32_t i = 0; i < count; i++) {
        struct data *tag = data_add_record(arena, list);
        data_put(arena, tag, "Key", tags[i].key);
        data_put(arena, tag, "Value", tags[i].value);
    }
}

static void tell_outputs(struct arena *arena, struct data *record,
                         const struct cloud_stack *stack) {
    if (!stack->output_count) return;
    struct data *list = data_set_new(arena, record, "Outputs", DATA_LIST);
    for (uint32_t i = 0; i < stack->output_count; i++) {
        struct data *output = data_add_record(arena, list);
        data_put(arena, output, "OutputKey", stack->outputs[i].key);
        data_put(arena, output, "OutputValue", stack->outputs[i].value);
        data_set(arena, output, "Description", stack->outputs[i].description);
        data_set(arena, output, "ExportName", stack->outputs[i].export_name);
    }
}

static void tell_settings(struct arena *arena, struct data *record,
                          const struct sim_settings *settings) {
    data_set_texts(arena, record, "NotificationARNs", settings->notifications,
                   settings->notification_count);
    struct data *rollback = data_set_new(arena, record, "RollbackConfiguration", DATA_RECORD);
    if (!settings->alarm_count && !settings->alarm_minutes) return;
    data_set_number(arena, rollback, "MonitoringTimeInMinutes", (long)settings->alarm_minutes);
    struct data *list = data_set_new(arena, rollback, "RollbackTriggers", DATA_LIST);
    for (uint32_t i = 0; i < settings->alarm_count; i++) {
        struct data *trigger = data_add_record(arena, list);
        data_put(arena, trigger, "Arn", settings->alarms[i]);
        data_put(arena, trigger, "Type", TEXT("AWS::CloudWatch::Alarm"));
    }
}

static void tell_operation(struct arena *arena, struct data *record,
                           const struct sim_stack *stack) {
    if (!stack->operation) return;
    struct data *list = data_set_new(arena, record, "LastOperations", DATA_LIST);
    struct data *operation = data_add_record(arena, list);
    data_put(arena, operation, "OperationType", text_of(stack->operation));
    data_put(arena, operation, "OperationId", stack->operation_id);
}

static void tell_drift(struct arena *arena, struct data *record, const struct sim_stack *stack) {
    struct data *drift = data_set_new(arena, record, "DriftInformation", DATA_RECORD);
    data_put(arena, drift, "StackDriftStatus",
             stack->drift_status ? text_of(stack->drift_status) : TEXT("NOT_CHECKED"));
    tell_time(arena, drift, "LastCheckTimestamp", stack->drift_checked);
}

void tell_stack(struct arena *arena, struct data *list, const struct cloud_stack *stack,
                const struct sim_stack *held) {
    struct data *record = data_add_record(arena, list);
    bool is_gone = held->status == SIM_DELETE_COMPLETE;
    data_put(arena, record, "StackId", stack->id);
    data_put(arena, record, "StackName", stack->name);
    if (!is_gone && held->status != SIM_ROLLBACK_COMPLETE) {
        data_set(arena, record, "ChangeSetId", stack->change_set_id);
    }
    data_set(arena, record, "Description", stack->description);
    tell_parameters(arena, record, stack->parameters, stack->parameter_count);
    tell_time(arena, record, "CreationTime", stack->created);
    tell_time(arena, record, "DeletionTime", stack->deleted);
    tell_time(arena, record, "LastUpdatedTime", stack->updated);
    tell_settings(arena, record, &held->settings);
    data_put(arena, record, "StackStatus", stack->status);
    data_set(arena, record, "StackStatusReason", stack->status_reason);
    data_set_bool(arena, record, "DisableRollback", stack->disable_rollback);
    if (stack->capability_count) {
        data_set_texts(arena, record, "Capabilities", stack->capabilities, stack->capability_count);
    }
    tell_outputs(arena, record, stack);
    data_set(arena, record, "RoleARN", held->settings.role);
    tell_tags(arena, record, stack->tags, stack->tag_count);
    if (!is_gone) {
        data_set_bool(arena, record, "EnableTerminationProtection", stack->is_protected);
    }
    data_set(arena, record, "ParentId", stack->parent_id);
    data_set(arena, record, "RootId", stack->root_id);
    tell_drift(arena, record, held);
    tell_operation(arena, record, held);
}

void tell_stack_summary(struct arena *arena, struct data *list, const struct sim_stack *stack) {
    struct data *record = data_add_record(arena, list);
    data_put(arena, record, "StackId", stack->id);
    data_put(arena, record, "StackName", stack->name);
    data_set(arena, record, "TemplateDescription", stack->description);
    tell_time(arena, record, "CreationTime", stack->created);
    tell_time(arena, record, "LastUpdatedTime", stack->updated);
    tell_time(arena, record, "DeletionTime", stack->deleted);
    data_put(arena, record, "StackStatus", text_of(sim_status_name(stack->status)));
    data_set(arena, record, "StackStatusReason", stack->reason);
    tell_drift(arena, record, stack);
}

/* --- events ----------------------------------------------------------------------------------- */

static struct data *event_record(struct arena *arena, struct data *list,
                                 const struct cloud_event *event) {
    struct data *record = data_add_record(arena, list);
    data_put(arena, record, "StackId", event->stack_id);
    data_put(arena, record, "EventId", event->id);
    data_put(arena, record, "LogicalResourceId", event->logical_id);
    data_put(arena, record, "PhysicalResourceId", event->physical_id);
    data_put(arena, record, "ResourceType", event->type);
    tell_time(arena, record, "Timestamp", event->time);
    data_set(arena, record, "ClientRequestToken", event->token);
    return record;
}

static void tell_hook(struct arena *arena, struct data *record, const struct cloud_event *event) {
    if (!event->hook_type.length) return;
    data_put(arena, record, "HookType", event->hook_type);
    data_put(arena, record, "HookStatus", event->hook_status);
    data_put(arena, record, "HookStatusReason", event->hook_reason);
    data_put(arena, record, "HookInvocationPoint", TEXT("PRE_PROVISION"));
    data_put(arena, record, "HookInvocationId", event->hook_id);
    data_put(arena, record, "HookFailureMode", event->hook_mode);
}

void tell_event(struct arena *arena, struct data *list, const struct cloud_event *event) {
    struct data *record = event_record(arena, list, event);
    data_put(arena, record, "StackName", event->stack_name);
    data_put(arena, record, "ResourceStatus", event->status);
    data_set(arena, record, "ResourceStatusReason", event->reason);
    data_set(arena, record, "ResourceProperties", event->properties);
    tell_hook(arena, record, event);
}

/* As DescribeEvents has it: with what early validation found. */
void tell_operation_event(struct arena *arena, struct data *list, const struct cloud_event *event,
                          const struct sim_stack *stack) {
    struct data *record = event_record(arena, list, event);
    if (event->validation_name.length) {
        data_put(arena, record, "EventType", TEXT("VALIDATION_ERROR"));
        data_put(arena, record, "OperationType", TEXT("CREATE_CHANGESET"));
        data_put(arena, record, "ValidationName", event->validation_name);
        data_put(arena, record, "ValidationStatus", TEXT("FAILED"));
        data_put(arena, record, "ValidationStatusReason", event->reason);
        data_put(arena, record, "ValidationPath", event->validation_path);
        data_put(arena, record, "ValidationFailureMode", event->validation_mode);
        return;
    }
    bool is_stack = text_equal(event->physical_id, stack->id);
    data_put(arena, record, "EventType", event->hook_type.length ? TEXT("HOOK_INVOCATION_ERROR")
                                       : is_stack ? TEXT("STACK_EVENT")
                                       : text_ends(event->status, TEXT("_FAILED"))
                                           ? TEXT("PROVISIONING_ERROR") : TEXT("PROGRESS_EVENT"));
    data_put(arena, record, "ResourceStatus", event->status);
    data_set(arena, record, "ResourceStatusReason", event->reason);
    data_set(arena, record, "ResourceProperties", event->properties);
    tell_hook(arena, record, event);
}

/* --- change sets ------------------------------------------------------------------------------ */

static void tell_detail(struct arena *arena, struct data *list,
                        const struct cloud_change_detail *detail, bool with_values) {
    struct data *record = data_add_record(arena, list);
    struct data *target = data_set_new(arena, record, "Target", DATA_RECORD);
    data_put(arena, target, "Attribute", detail->attribute);
    data_set(arena, target, "Name", detail->name);
    if (!text_is(detail->attribute, "Tags")) {
        data_set(arena, target, "RequiresRecreation", detail->requires_recreation);
    }
    if (with_values) {
        data_set(arena, target, "Path", detail->path);
        data_set(arena, target, "BeforeValue", detail->before);
        data_set(arena, target, "AfterValue", detail->after);
        data_set(arena, target, "AttributeChangeType", detail->change_type);
        data_set(arena, target, "BeforeValueFrom", detail->before_from);
    }
    if (with_values && detail->is_drifted) {
        struct data *drift = data_set_new(arena, target, "Drift", DATA_RECORD);
        data_set(arena, drift, "PreviousValue", detail->drift_previous);
        data_set(arena, drift, "ActualValue", detail->drift_actual);
    }
    data_put(arena, record, "Evaluation", detail->evaluation);
    data_set(arena, record, "ChangeSource", detail->source);
    data_set(arena, record, "CausingEntity", detail->causing_entity);
}

static void tell_change(struct arena *arena, struct data *list, const struct cloud_change *change,
                        bool with_values) {
    struct data *item = data_add_record(arena, list);
    data_put(arena, item, "Type", TEXT("Resource"));
    struct data *record = data_set_new(arena, item, "ResourceChange", DATA_RECORD);
    data_set(arena, record, "PolicyAction", change->policy_action);
    data_put(arena, record, "Action", change->action);
    data_put(arena, record, "LogicalResourceId", change->logical_id);
    data_set(arena, record, "PhysicalResourceId", change->physical_id);
    data_put(arena, record, "ResourceType", change->type);
    data_set(arena, record, "Replacement", change->replacement);
    data_set_texts(arena, record, "Scope", change->scope, change->scope_count);
    data_set(arena, record, "ChangeSetId", change->change_set);
    data_set(arena, record, "ResourceDriftStatus", change->drift_status);
    struct data *details = data_set_new(arena, record, "Details", DATA_LIST);
    for (uint32_t i = 0; i < change->detail_count; i++) {
        tell_detail(arena, details, &change->details[i], with_values);
    }
    if (!with_values) return;
    data_set(arena, record, "BeforeContext", change->before_context);
    data_set(arena, record, "AfterContext", change->after_context);
    data_set(arena, record, "PreviousDeploymentContext", change->previous_context);
}

/* What the change set was given, none of it a secret. */
static void tell_given(struct arena *arena, struct data *result, const struct document *given) {
    if (!given || !given->children) return;
    struct data *list = data_set_new(arena, result, "Parameters", DATA_LIST);
    for (const struct document *p = given->children; p; p = p->next) {
        const struct document *resolved = document_get(p, "resolved");
        struct data *parameter = data_add_record(arena, list);
        data_put(arena, parameter, "ParameterKey", p->key);
        data_put(arena, parameter, "ParameterValue",
                 sim_masked(arena, document_get(p, "value")->text));
        if (resolved && resolved->kind == DOCUMENT_TEXT) {
            data_put(arena, parameter, "ResolvedValue", resolved->text);
        }
    }
}

struct data *tell_change_set(struct arena *arena, struct data *result,
                             const struct cloud_change_set *set,
                             const struct sim_change_set *held, bool with_values) {
    data_put(arena, result, "ChangeSetName", set->name);
    data_put(arena, result, "ChangeSetId", set->id);
    data_put(arena, result, "StackId", set->stack_id);
    data_put(arena, result, "StackName", set->stack_name);
    data_set(arena, result, "Description", held->description);
    tell_given(arena, result, held->parameters);
    data_set(arena, result, "DeploymentMode", set->mode);
    tell_time(arena, result, "CreationTime", set->created);
    data_put(arena, result, "ExecutionStatus", set->execution_status);
    data_put(arena, result, "Status", set->status);
    if (with_values || !held->warning.length) {
        data_set(arena, result, "StatusReason", set->status_reason);
    }
    tell_settings(arena, result, &held->settings);
    data_set_texts(arena, result, "Capabilities", held->capabilities, held->capability_count);
    if (held->tag_count) tell_tags(arena, result, held->tags, held->tag_count);
    data_set_bool(arena, result, "IncludeNestedStacks", set->with_nested);
    data_set(arena, result, "ParentChangeSetId", set->parent);
    data_set(arena, result, "RootChangeSetId", set->root);
    struct data *changes = data_set_new(arena, result, "Changes", DATA_LIST);
    uint32_t count = with_values ? held->change_count : held->plain_count;
    for (uint32_t i = 0; i < count; i++) {
        tell_change(arena, changes, with_values ? &held->changes[i] : &held->plain[i],
                    with_values);
    }
    return changes;
}

void tell_change_set_summary(struct arena *arena, struct data *list, const struct sim_stack *stack,
                             const struct sim_change_set *set) {
    struct data *record = data_add_record(arena, list);
    data_put(arena, record, "StackId", stack->id);
    data_put(arena, record, "StackName", stack->name);
    data_put(arena, record, "ChangeSetId", set->id);
    data_put(arena, record, "ChangeSetName", set->name);
    data_put(arena, record, "ExecutionStatus", text_of(set->execution_status));
    data_put(arena, record, "Status", text_of(set->status));
    data_set(arena, record, "StatusReason", set->status_reason);
    data_set(arena, record, "Description", set->description);
    tell_time(arena, record, "CreationTime", set->created);
    data_set_bool(arena, record, "IncludeNestedStacks", set->with_nested);
    data_set(arena, record, "ParentChangeSetId", set->parent_id);
    data_set(arena, record, "RootChangeSetId", set->root_id);
}

/* --- resources and templates ------------------------------------------------------------------ */

void tell_resource(struct arena *arena, struct data *record, const struct cloud_resource *resource,
                   const char *time) {
    data_put(arena, record, "LogicalResourceId", resource->logical_id);
    data_set(arena, record, "PhysicalResourceId", resource->physical_id);
    data_put(arena, record, "ResourceType", resource->type);
    tell_time(arena, record, time, resource->updated);
    data_put(arena, record, "ResourceStatus", resource->status);
    data_set(arena, record, "ResourceStatusReason", resource->reason);
    struct data *drift = data_set_new(arena, record, "DriftInformation", DATA_RECORD);
    data_put(arena, drift, "StackResourceDriftStatus", TEXT("NOT_CHECKED"));
}

static bool is_hidden(struct arena *arena, const struct document *parameter) {
    return text_is(document_shown(arena, document_get(parameter, "NoEcho")), "true");
}

static void tell_declared(struct arena *arena, struct data *result,
                          const struct sim_blueprint *blueprint, bool with_types) {
    struct data *list = data_set_new(arena, result, "Parameters", DATA_LIST);
    const struct document *p = blueprint->parameters ? blueprint->parameters->children : NULL;
    for (; p; p = p->next) {
        struct data *record = data_add_record(arena, list);
        const struct document *allowed = document_get(p, "AllowedValues");
        const struct document *initial = document_get(p, "Default");
        data_put(arena, record, "ParameterKey", p->key);
        if (initial) {
            data_put(arena, record, "DefaultValue",
                     is_hidden(arena, p) ? TEXT("****") : document_shown(arena, initial));
        }
        data_set_bool(arena, record, "NoEcho", is_hidden(arena, p));
        data_set(arena, record, "Description",
                 document_shown(arena, document_get(p, "Description")));
        if (!with_types) continue;
        data_put(arena, record, "ParameterType", document_shown(arena, document_get(p, "Type")));
        struct data *constraints = data_set_new(arena, record, "ParameterConstraints", DATA_RECORD);
        if (!allowed) continue;
        struct data *values = data_set_new(arena, constraints, "AllowedValues", DATA_LIST);
        for (const struct document *v = allowed->children; v; v = v->next) {
            struct data *value = data_add(values, TEXT(""), data_new(arena, DATA_TEXT));
            value->text = document_shown(arena, v);
        }
    }
}

/* Of "A, B, C". */
static bool is_listed(struct text list, struct text name) {
    for (size_t start = 0; start < list.length;) {
        size_t end = start;
        while (end < list.length && list.bytes[end] != ',') end++;
        if (text_equal((struct text){list.bytes + start, end - start}, name)) return true;
        start = end + 2;
    }
    return false;
}

static void tell_capability(struct arena *arena, struct data *result,
                            const struct sim_blueprint *blueprint) {
    struct text needed = sim_blueprint_capability(blueprint);
    if (!needed.length) return;
    data_set_texts(arena, result, "Capabilities", &needed, 1);
    struct text types = {0};
    for (uint32_t i = 0; i < blueprint->count; i++) {
        struct text type = blueprint->items[i].type;
        if (!sim_needs_capability(type) || is_listed(types, type)) continue;
        types = types.length ? text_format(arena, "%.*s, %.*s", TEXT_ARGS(types), TEXT_ARGS(type))
                             : type;
    }
    data_put(arena, result, "CapabilitiesReason",
             text_format(arena, "The following resource(s) require capabilities: [%.*s]",
                         TEXT_ARGS(types)));
}

void tell_validation(struct arena *arena, struct data *result,
                     const struct sim_blueprint *blueprint) {
    tell_declared(arena, result, blueprint, false);
    data_set(arena, result, "Description",
             document_shown(arena, document_get(blueprint->root, "Description")));
    tell_capability(arena, result, blueprint);
}

static struct data *type_record(struct arena *arena, struct data *list,
                                const struct sim_item *item) {
    for (struct data *r = list->children; r; r = r->next) {
        if (text_equal(data_text(r, "ResourceType"), item->type)) return r;
    }
    struct data *record = data_add_record(arena, list);
    data_put(arena, record, "ResourceType", item->type);
    data_set_new(arena, record, "LogicalResourceIds", DATA_LIST);
    struct data *keys = data_set_new(arena, record, "ResourceIdentifiers", DATA_LIST);
    size_t count = item->schema ? schema_type_primary_count(item->schema) : 0;
    for (size_t i = 0; i < count; i++) {
        struct data *key = data_add(keys, TEXT(""), data_new(arena, DATA_TEXT));
        key->text = schema_type_primary(item->schema, i);
    }
    return record;
}

/* Metadata is told in another form than JSON: {'Key': 'value'}. */
static void write_metadata(const struct document *value, struct buffer *out) {
    bool is_list = value->kind == DOCUMENT_LIST;
    if (!is_list && value->kind != DOCUMENT_OBJECT) {
        if (value->kind == DOCUMENT_TEXT) {
            buffer_format(out, "'%.*s'", TEXT_ARGS(value->text));
        } else {
            document_write(value, out, 0);
        }
        return;
    }
    buffer_char(out, is_list ? '[' : '{');
    for (const struct document *c = value->children; c; c = c->next) {
        if (c != value->children) buffer_string(out, ", ");
        if (!is_list) buffer_format(out, "'%.*s': ", TEXT_ARGS(c->key));
        write_metadata(c, out);
    }
    buffer_char(out, is_list ? ']' : '}');
}

static struct text metadata_text(struct arena *arena, const struct document *metadata) {
    struct buffer out;
    if (!metadata) return TEXT("");
    buffer_init(&out);
    write_metadata(metadata, &out);
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

void tell_summary(struct arena *arena, struct data *result, const struct sim_blueprint *blueprint) {
    tell_declared(arena, result, blueprint, true);
    data_set(arena, result, "Description",
             document_shown(arena, document_get(blueprint->root, "Description")));
    tell_capability(arena, result, blueprint);
    struct data *types = data_set_new(arena, result, "ResourceTypes", DATA_LIST);
    struct data *identifiers =
        data_set_new(arena, result, "ResourceIdentifierSummaries", DATA_LIST);
    for (uint32_t i = 0; i < blueprint->count; i++) {
        struct data *record = type_record(arena, identifiers, &blueprint->items[i]);
        struct data *ids = (struct data *)data_get(record, "LogicalResourceIds");
        data_add(ids, TEXT(""), data_new(arena, DATA_TEXT))->text = blueprint->items[i].id;
        struct data *type = data_add(types, TEXT(""), data_new(arena, DATA_TEXT));
        type->text = blueprint->items[i].type;
    }
    data_set(arena, result, "Version",
             document_shown(arena, document_get(blueprint->root, "AWSTemplateFormatVersion")));
    data_set(arena, result, "Metadata",
             metadata_text(arena, document_get(blueprint->root, "Metadata")));
}
