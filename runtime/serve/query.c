/* What the actions of CloudFormation share: reading what is sent, refusals, pages. */
#include "runtime/serve/query.h"

#include <stdlib.h>

enum { PAGE = 100 };

/* --- reading ---------------------------------------------------------------------------------- */

struct text query_member(const struct serving *serving, const char *name) {
    return data_text(serving->input, name);
}

const struct text *query_texts(struct serving *serving, const struct data *list,
                               uint32_t *count) {
    struct text *texts = arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *texts);
    *count = 0;
    for (const struct data *item = data_first(list); item; item = item->next) {
        texts[(*count)++] = data_value(item);
    }
    return texts;
}

static void read_parameters(struct serving *serving, struct cloud_request *request) {
    const struct data *list = data_get(serving->input, "Parameters");
    struct cloud_parameter *parameters =
        arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *parameters);
    for (const struct data *p = data_first(list); p; p = p->next) {
        parameters[request->parameter_count++] = (struct cloud_parameter){
            .key = data_text(p, "ParameterKey"), .value = data_text(p, "ParameterValue"),
            .use_previous = data_is_true(p, "UsePreviousValue")};
    }
    request->parameters = parameters;
}

static void read_tags(struct serving *serving, struct cloud_request *request) {
    const struct data *list = data_get(serving->input, "Tags");
    struct cloud_tag *tags =
        arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *tags);
    for (const struct data *t = data_first(list); t; t = t->next) {
        tags[request->tag_count++] =
            (struct cloud_tag){data_text(t, "Key"), data_text(t, "Value")};
    }
    request->tags = tags;
    request->has_tags = list != NULL;
}

static void read_imports(struct serving *serving, struct cloud_request *request) {
    const struct data *list = data_get(serving->input, "ResourcesToImport");
    struct cloud_import *imports =
        arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *imports);
    for (const struct data *i = data_first(list); i; i = i->next) {
        const struct data *map = data_get(data_get(i, "ResourceIdentifier"), "entry");
        struct cloud_tag *identifier =
            arena_array(serving->arena, map ? map->count + 1 : 1, sizeof *identifier);
        struct cloud_import *import = &imports[request->import_count++];
        *import = (struct cloud_import){.type = data_text(i, "ResourceType"),
                                        .logical_id = data_text(i, "LogicalResourceId"),
                                        .identifier = identifier};
        for (const struct data *e = data_first(map); e; e = e->next) {
            identifier[import->identifier_count++] =
                (struct cloud_tag){data_text(e, "key"), data_text(e, "value")};
        }
    }
    request->imports = imports;
}

static void read_alarms(struct serving *serving, struct cloud_request *request) {
    const struct data *rollback = data_get(serving->input, "RollbackConfiguration");
    const struct data *list = data_get(rollback, "RollbackTriggers");
    struct text *alarms =
        arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *alarms);
    for (const struct data *t = data_first(list); t; t = t->next) {
        struct text type = data_text(t, "Type");
        if (!text_is(type, "AWS::CloudWatch::Alarm") &&
            !text_is(type, "AWS::CloudWatch::CompositeAlarm")) {
            serve_refuse(serving, 400, "ValidationError", "Rollback Trigger Type not supported");
        }
        alarms[request->alarm_count++] = data_text(t, "Arn");
    }
    request->alarms = alarms;
    request->alarm_minutes = (uint32_t)data_long(rollback, "MonitoringTimeInMinutes", 0);
    request->has_alarms = rollback != NULL;
}

static void read_lists(struct serving *serving, struct cloud_request *request) {
    const struct data *input = serving->input;
    request->capabilities =
        query_texts(serving, data_get(input, "Capabilities"), &request->capability_count);
    request->retain =
        query_texts(serving, data_get(input, "RetainResources"), &request->retain_count);
    request->notifications =
        query_texts(serving, data_get(input, "NotificationARNs"), &request->notification_count);
    request->has_notifications = data_get(input, "NotificationARNs") != NULL;
    request->resource_types =
        query_texts(serving, data_get(input, "ResourceTypes"), &request->resource_type_count);
    read_parameters(serving, request);
    read_tags(serving, request);
    read_alarms(serving, request);
    read_imports(serving, request);
}

/* A policy that is sent, or lies in a bucket. */
static void read_policy(struct serving *serving, struct cloud_call *call, const char *body,
                        const char *url, struct text *policy) {
    struct text at = query_member(serving, url);
    *policy = query_member(serving, body);
    if (policy->length && at.length) {
        serve_refuse(serving, 400, "ValidationError", "You cannot specify both %s and %s", url,
                     body);
    } else if (at.length && !sim_policy_at(serving->simulator, call, url, at, policy)) {
        query_failed(serving, call);
    }
}

void query_read(struct serving *serving, struct cloud_call *call) {
    const struct data *input = serving->input;
    struct text token = query_member(serving, "ClientRequestToken");
    struct text type = query_member(serving, "ChangeSetType");
    struct text stage = query_member(serving, "TemplateStage");
    *call = (struct cloud_call){.region = serving->claim.region, .arena = serving->arena};
    call->request = (struct cloud_request){
        .stack = query_member(serving, "StackName"),
        .change_set = query_member(serving, "ChangeSetName"),
        .change_type = type.length ? type : TEXT("UPDATE"),
        .mode = query_member(serving, "DeploymentMode"),
        .body = query_member(serving, "TemplateBody"),
        .url = query_member(serving, "TemplateURL"),
        .use_previous = data_is_true(input, "UsePreviousTemplate"),
        .with_nested = data_is_true(input, "IncludeNestedStacks"),
        .imports_existing = data_is_true(input, "ImportExistingResources"),
        .disable_rollback = data_is_true(input, "DisableRollback"),
        .is_protected = data_is_true(input, "EnableTerminationProtection"),
        .description = query_member(serving, "Description"),
        .token = token.length ? token : query_member(serving, "ClientToken"),
        .stage = stage.length ? stage : TEXT("Processed"),
        .next_token = query_member(serving, "NextToken"),
        .export_name = query_member(serving, "ExportName"),
        .role = query_member(serving, "RoleARN"),
        .on_failure = query_member(serving, "OnFailure")};
    read_lists(serving, &call->request);
    if (serving->code.length) return;
    read_policy(serving, call, "StackPolicyBody", "StackPolicyURL", &call->request.policy);
    read_policy(serving, call, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL",
                &call->request.update_policy);
}

bool query_failed(struct serving *serving, const struct cloud_call *call) {
    if (!cloud_failed(call)) return false;
    bool is_missing = text_is(call->error.code, "ChangeSetNotFound");
    serving->code = call->error.code;
    serving->message = call->error.message;
    serving->status = is_missing ? 404 : text_is(call->error.code, "InternalFailure") ? 500 : 400;
    return true;
}

bool query_ask(struct serving *serving, query_operation *operation, struct cloud_call *call) {
    query_read(serving, call);
    if (serving->code.length) return false;
    if (sim_throttles(serving->simulator)) {
        serve_refuse(serving, 400, "Throttling", "Rate exceeded");
        return false;
    }
    operation(serving->simulator, call);
    return !query_failed(serving, call);
}

bool query_change(struct serving *serving, query_operation *operation, struct cloud_call *call) {
    serving->looks = false;
    return query_ask(serving, operation, call);
}

/* --- pages ------------------------------------------------------------------------------------ */

void query_page(struct serving *serving, struct data *list) {
    struct text token = query_member(serving, "NextToken");
    unsigned long begin = token.length ? strtoul(text_copy(serving->arena, token).bytes, NULL, 10)
                                       : 0;
    if (begin > list->count) begin = list->count;
    struct data *first = list->children;
    for (unsigned long i = 0; i < begin; i++) first = first->next;
    list->children = first;
    list->count -= (uint32_t)begin;
    if (list->count <= PAGE) return;
    for (unsigned i = 1; i < PAGE; i++) first = first->next;
    first->next = NULL;
    list->last = first;
    list->count = PAGE;
    data_put(serving->arena, serving->result, "NextToken",
             text_format(serving->arena, "%lu", begin + PAGE));
}

struct data *query_list(struct serving *serving, const char *name) {
    return data_set_new(serving->arena, serving->result, name, DATA_LIST);
}
