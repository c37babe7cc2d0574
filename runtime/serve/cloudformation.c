/* CloudFormation's actions: what a request says becomes a call of the simulated world, what the world
 * answers becomes a result.
 */
#include "runtime/serve/front.h"

#include <stdlib.h>

enum { PAGE = 100 };

/* --- reading ---------------------------------------------------------------------------------- */

static struct text member(const struct serving *serving, const char *name) {
    return data_text(serving->input, name);
}

static const struct text *read_texts(struct serving *serving, const struct data *list,
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

static void read_alarms(struct serving *serving, struct cloud_request *request) {
    const struct data *rollback = data_get(serving->input, "RollbackConfiguration");
    const struct data *list = data_get(rollback, "RollbackTriggers");
    struct text *alarms =
        arena_array(serving->arena, list ? list->count + 1 : 1, sizeof *alarms);
    for (const struct data *t = data_first(list); t; t = t->next) {
        alarms[request->alarm_count++] = data_text(t, "Arn");
    }
    request->alarms = alarms;
    request->alarm_minutes = (uint32_t)data_long(rollback, "MonitoringTimeInMinutes", 0);
    request->has_alarms = rollback != NULL;
}

static void read_lists(struct serving *serving, struct cloud_request *request) {
    const struct data *input = serving->input;
    request->capabilities =
        read_texts(serving, data_get(input, "Capabilities"), &request->capability_count);
    request->retain =
        read_texts(serving, data_get(input, "RetainResources"), &request->retain_count);
    request->notifications =
        read_texts(serving, data_get(input, "NotificationARNs"), &request->notification_count);
    request->has_notifications = data_get(input, "NotificationARNs") != NULL;
    request->resource_types =
        read_texts(serving, data_get(input, "ResourceTypes"), &request->resource_type_count);
    read_parameters(serving, request);
    read_tags(serving, request);
    read_alarms(serving, request);
}

/* All that any action reads: each heeds what it names. */
static void read_call(struct serving *serving, struct cloud_call *call) {
    const struct data *input = serving->input;
    struct text token = member(serving, "ClientRequestToken");
    struct text type = member(serving, "ChangeSetType");
    *call = (struct cloud_call){.region = serving->claim.region, .arena = serving->arena};
    call->request = (struct cloud_request){
        .stack = member(serving, "StackName"), .change_set = member(serving, "ChangeSetName"),
        .change_type = type.length ? type : TEXT("UPDATE"),
        .body = member(serving, "TemplateBody"), .url = member(serving, "TemplateURL"),
        .use_previous = data_is_true(input, "UsePreviousTemplate"),
        .disable_rollback = data_is_true(input, "DisableRollback"),
        .is_protected = data_is_true(input, "EnableTerminationProtection"),
        .description = member(serving, "Description"),
        .token = token.length ? token : member(serving, "ClientToken"),
        .next_token = member(serving, "NextToken"),
        .export_name = member(serving, "ExportName"), .role = member(serving, "RoleARN"),
        .on_failure = member(serving, "OnFailure"),
        .policy = member(serving, "StackPolicyBody"),
        .update_policy = member(serving, "StackPolicyDuringUpdateBody")};
    read_lists(serving, &call->request);
}

static bool failed(struct serving *serving, const struct cloud_call *call) {
    if (!cloud_failed(call)) return false;
    bool is_missing = text_is(call->error.code, "ChangeSetNotFound");
    serving->code = call->error.code;
    serving->message = call->error.message;
    serving->status = is_missing ? 404 : text_is(call->error.code, "InternalFailure") ? 500 : 400;
    return true;
}

typedef bool operation_function(struct simulator *, struct cloud_call *);

/* Carries out an operation; false when it was refused. */
static bool ask(struct serving *serving, operation_function *operation, struct cloud_call *call) {
    read_call(serving, call);
    operation(serving->simulator, call);
    return !failed(serving, call);
}

/* As ask, of what changes the world. */
static bool change(struct serving *serving, operation_function *operation,
                   struct cloud_call *call) {
    serving->looks = false;
    return ask(serving, operation, call);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Leaves the page of a list that the request asks for, and says how to ask for the next. */
static void cut_page(struct serving *serving, struct data *list) {
    struct text token = member(serving, "NextToken");
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

static struct data *result_list(struct serving *serving, const char *name) {
    return data_set_new(serving->arena, serving->result, name, DATA_LIST);
}

/* --- stacks ----------------------------------------------------------------------------------- */

static void tell_stack_id(struct serving *serving, const struct cloud_call *call) {
    data_put(serving->arena, serving->result, "StackId", call->reply.stack_id);
}

static void create_stack(struct serving *serving) {
    struct cloud_call call;
    if (change(serving, sim_create_stack, &call)) tell_stack_id(serving, &call);
}

static void update_stack(struct serving *serving) {
    struct cloud_call call;
    if (change(serving, sim_update_stack, &call)) tell_stack_id(serving, &call);
}

static void delete_stack(struct serving *serving) {
    struct cloud_call call;
    change(serving, sim_delete_stack, &call);
}

static void update_termination_protection(struct serving *serving) {
    struct cloud_call call;
    if (change(serving, sim_protect_stack, &call)) tell_stack_id(serving, &call);
}

static void describe_stacks(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_describe_stacks, &call)) return;
    struct data *list = result_list(serving, "Stacks");
    for (uint32_t i = 0; i < call.reply.stack_count; i++) {
        const struct cloud_stack *stack = &call.reply.stacks[i];
        const struct sim_stack *held =
            sim_stack_find(serving->simulator, serving->claim.region, stack->id);
        tell_stack(serving->arena, list, stack, held);
    }
    cut_page(serving, list);
}

static bool is_wanted(const struct serving *serving, const struct sim_stack *stack) {
    const struct data *filter = data_first(data_get(serving->input, "StackStatusFilter"));
    if (!text_equal(stack->region, serving->claim.region)) return false;
    if (!filter) return true;
    for (; filter; filter = filter->next) {
        if (text_is(data_value(filter), sim_status_name(stack->status))) return true;
    }
    return false;
}

static void list_stacks(struct serving *serving) {
    struct data *list = result_list(serving, "StackSummaries");
    for (uint32_t i = serving->simulator->stack_count; i > 0; i--) { /* newest first */
        const struct sim_stack *stack = serving->simulator->stacks[i - 1];
        if (is_wanted(serving, stack)) tell_stack_summary(serving->arena, list, stack);
    }
    cut_page(serving, list);
}

/* --- events and resources --------------------------------------------------------------------- */

static void describe_stack_events(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_stack_events, &call)) return;
    struct data *list = result_list(serving, "StackEvents");
    for (uint32_t i = 0; i < call.reply.event_count; i++) {
        tell_event(serving->arena, list, &call.reply.events[i]);
    }
    data_set(serving->arena, serving->result, "NextToken", call.reply.next_token);
}

/* Of a change set: what early validation found; of a stack: its events. */
static void describe_events(struct serving *serving) {
    struct cloud_call call;
    struct text set = member(serving, "ChangeSetName"), stack = member(serving, "StackName");
    const struct data *filters = data_get(serving->input, "Filters");
    bool is_arn = text_starts(set, TEXT("arn:"));
    if (!stack.length && !is_arn) {
        serve_refuse(serving, 400, "ValidationError",
                     "One of ChangeSetName, OperationId or StackName must be specified");
        return;
    }
    if (!ask(serving, set.length ? sim_change_set_events : sim_stack_events, &call)) return;
    struct data *list = result_list(serving, "OperationEvents");
    for (uint32_t i = 0; i < call.reply.event_count; i++) {
        const struct cloud_event *event = &call.reply.events[i];
        if (data_is_true(filters, "FailedEvents") && !event->validation_name.length &&
            !text_ends(event->status, TEXT("_FAILED"))) continue;
        const struct sim_stack *held =
            sim_stack_find(serving->simulator, serving->claim.region, event->stack_id);
        tell_operation_event(serving->arena, list, event, held);
    }
    data_set(serving->arena, serving->result, "NextToken", call.reply.next_token);
}

static void list_stack_resources(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_stack_resources, &call)) return;
    struct data *list = result_list(serving, "StackResourceSummaries");
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        tell_resource(serving->arena, tell_record(serving->arena, list),
                      &call.reply.resources[i], "LastUpdatedTimestamp");
    }
    cut_page(serving, list);
}

static const struct sim_stack *stack_of(struct serving *serving, struct text name) {
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, name);
    if (!stack) {
        serve_refuse(serving, 400, "ValidationError", "Stack '%.*s' does not exist",
                     TEXT_ARGS(name));
    }
    return stack;
}

static struct data *tell_of_stack(struct serving *serving, struct data *record,
                                  const struct sim_stack *stack,
                                  const struct cloud_resource *resource) {
    data_put(serving->arena, record, "StackId", stack->id);
    data_put(serving->arena, record, "StackName", stack->name);
    tell_resource(serving->arena, record, resource, "Timestamp");
    return record;
}

static void describe_stack_resources(struct serving *serving) {
    struct cloud_call call;
    struct text only = member(serving, "LogicalResourceId");
    const struct sim_stack *stack = stack_of(serving, member(serving, "StackName"));
    if (!stack || !ask(serving, sim_stack_resources, &call)) return;
    struct data *list = result_list(serving, "StackResources");
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        const struct cloud_resource *resource = &call.reply.resources[i];
        if (only.length && !text_equal(only, resource->logical_id)) continue;
        tell_of_stack(serving, tell_record(serving->arena, list), stack, resource);
    }
}

static void describe_stack_resource(struct serving *serving) {
    struct cloud_call call;
    struct text wanted = member(serving, "LogicalResourceId");
    const struct sim_stack *stack = stack_of(serving, member(serving, "StackName"));
    if (!stack || !ask(serving, sim_stack_resources, &call)) return;
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        const struct cloud_resource *resource = &call.reply.resources[i];
        if (!text_equal(wanted, resource->logical_id)) continue;
        struct data *detail = data_set_new(serving->arena, serving->result, "StackResourceDetail",
                                           DATA_RECORD);
        data_put(serving->arena, detail, "StackId", stack->id);
        data_put(serving->arena, detail, "StackName", stack->name);
        tell_resource(serving->arena, detail, resource, "LastUpdatedTimestamp");
        data_put(serving->arena, detail, "Metadata", sim_metadata(serving->arena, stack, wanted));
        return;
    }
    serve_refuse(serving, 400, "ValidationError", "Resource %.*s does not exist for stack %.*s",
                 TEXT_ARGS(wanted), TEXT_ARGS(stack->name));
}

/* --- templates -------------------------------------------------------------------------------- */

static void get_template(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_get_template, &call)) return;
    data_put(serving->arena, serving->result, "TemplateBody", call.reply.body);
    struct data *stages = result_list(serving, "StagesAvailable");
    static const char *const names[] = {"Original", "Processed"};
    for (size_t i = 0; i < 2; i++) {
        struct data *stage = data_add(stages, TEXT(""), data_new(serving->arena, DATA_TEXT));
        stage->text = text_of(names[i]);
    }
}

static const struct sim_blueprint *read_template(struct serving *serving) {
    struct cloud_call call;
    read_call(serving, &call);
    const struct sim_blueprint *blueprint = sim_template_of(serving->simulator, &call);
    return failed(serving, &call) ? NULL : blueprint;
}

static void get_template_summary(struct serving *serving) {
    const struct sim_blueprint *blueprint = read_template(serving);
    if (blueprint) tell_summary(serving->arena, serving->result, blueprint);
}

static void validate_template(struct serving *serving) {
    const struct sim_blueprint *blueprint = read_template(serving);
    if (blueprint) tell_validation(serving->arena, serving->result, blueprint);
}

/* --- change sets ------------------------------------------------------------------------------ */

static void create_change_set(struct serving *serving) {
    struct cloud_call call;
    if (!change(serving, sim_create_change_set, &call)) return;
    data_put(serving->arena, serving->result, "Id", call.reply.id);
    tell_stack_id(serving, &call);
}

static void describe_change_set(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_describe_change_set, &call)) return;
    const struct sim_stack *stack = sim_stack_find(serving->simulator, serving->claim.region,
                                                   call.reply.change_set.stack_id);
    const struct sim_change_set *held =
        sim_change_set_find(serving->simulator, (struct sim_stack *)stack,
                            call.reply.change_set.id);
    tell_change_set(serving->arena, serving->result, &call.reply.change_set, held,
                    data_is_true(serving->input, "IncludePropertyValues"));
    cut_page(serving, (struct data *)data_get(serving->result, "Changes"));
}

static void execute_change_set(struct serving *serving) {
    struct cloud_call call;
    change(serving, sim_execute_change_set, &call);
}

static void delete_change_set(struct serving *serving) {
    struct cloud_call call;
    change(serving, sim_delete_change_set, &call);
}

static void list_change_sets(struct serving *serving) {
    struct text name = member(serving, "StackName");
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, name);
    if (!stack) {
        serve_refuse(serving, 400, "ValidationError", "Stack [%.*s] does not exist",
                     TEXT_ARGS(name));
        return;
    }
    struct data *list = result_list(serving, "Summaries");
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        const struct sim_change_set *set = stack->change_sets[i];
        if (set->is_deleted || strcmp(set->execution_status, "EXECUTE_COMPLETE") == 0) continue;
        tell_change_set_summary(serving->arena, list, stack, set);
    }
    cut_page(serving, list);
}

/* --- exports, policies, limits ---------------------------------------------------------------- */

static void list_exports(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_exports, &call)) return;
    struct data *list = result_list(serving, "Exports");
    for (uint32_t i = 0; i < call.reply.export_count; i++) {
        struct data *record = tell_record(serving->arena, list);
        data_put(serving->arena, record, "ExportingStackId", call.reply.exports[i].stack_id);
        data_put(serving->arena, record, "Name", call.reply.exports[i].name);
        data_put(serving->arena, record, "Value", call.reply.exports[i].value);
    }
    cut_page(serving, list);
}

static void list_imports(struct serving *serving) {
    struct cloud_call call;
    if (!ask(serving, sim_imports, &call)) return;
    data_set_texts(serving->arena, serving->result, "Imports", call.reply.names,
                   call.reply.name_count);
    cut_page(serving, (struct data *)data_get(serving->result, "Imports"));
}

static void set_stack_policy(struct serving *serving) {
    struct cloud_call call;
    if (member(serving, "StackPolicyBody").length && member(serving, "StackPolicyURL").length) {
        serve_refuse(serving, 400, "ValidationError",
                     "You cannot specify both StackPolicyURL and StackPolicyBody");
        return;
    }
    change(serving, sim_set_policy, &call);
}

static void get_stack_policy(struct serving *serving) {
    struct text name = member(serving, "StackName");
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, name);
    if (stack) {
        data_set(serving->arena, serving->result, "StackPolicyBody", stack->policy);
    } else {
        serve_refuse(serving, 400, "ValidationError", "Stack [%.*s] does not exist",
                     TEXT_ARGS(name));
    }
}

static void describe_account_limits(struct serving *serving) {
    static const struct {
        const char *name;
        long value;
    } limits[] = {{"StackLimit", 2000}, {"StackOutputsLimit", 200}, {"ConcurrentResourcesLimit", 2500}};
    struct data *list = result_list(serving, "AccountLimits");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct data *record = tell_record(serving->arena, list);
        data_put(serving->arena, record, "Name", text_of(limits[i].name));
        data_set_number(serving->arena, record, "Value", limits[i].value);
    }
}

/* --- all -------------------------------------------------------------------------------------- */

bool serve_cloudformation(struct serving *serving, struct text action) {
    static const struct {
        const char *name;
        void (*run)(struct serving *);
    } actions[] = {
#define ACTION(name, function) {name, function},
#include "runtime/serve/actions.def"
#undef ACTION
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!text_is(action, actions[i].name)) continue;
        actions[i].run(serving);
        return true;
    }
    return false;
}
