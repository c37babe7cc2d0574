/* CloudFormation's actions: what a request says becomes a call of the simulated world, what the
 * world answers becomes a result.
 */
#include <stdlib.h>

#include "runtime/serve/query.h"

/* --- stacks ----------------------------------------------------------------------------------- */

static void tell_stack_id(struct serving *serving, const struct cloud_call *call) {
    data_put(serving->arena, serving->result, "StackId", call->reply.stack_id);
}

static void create_stack(struct serving *serving) {
    struct cloud_call call;
    if (query_change(serving, sim_create_stack, &call)) tell_stack_id(serving, &call);
}

static void update_stack(struct serving *serving) {
    struct cloud_call call;
    if (query_change(serving, sim_update_stack, &call)) tell_stack_id(serving, &call);
}

static void delete_stack(struct serving *serving) {
    struct cloud_call call;
    query_change(serving, sim_delete_stack, &call);
}

static void update_termination_protection(struct serving *serving) {
    struct cloud_call call;
    if (query_change(serving, sim_protect_stack, &call)) tell_stack_id(serving, &call);
}

static void describe_stacks(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_describe_stacks, &call)) return;
    struct data *list = query_list(serving, "Stacks");
    for (uint32_t i = 0; i < call.reply.stack_count; i++) {
        const struct cloud_stack *stack = &call.reply.stacks[i];
        const struct sim_stack *held =
            sim_stack_find(serving->simulator, serving->claim.region, stack->id);
        tell_stack(serving->arena, list, stack, held);
    }
    query_page(serving, list);
}

static bool is_wanted(const struct serving *serving, const struct sim_stack *stack) {
    const struct data *filter = data_first(data_get(serving->input, "StackStatusFilter"));
    if (!text_equal(stack->region, serving->claim.region) || sim_is_keeper(stack)) return false;
    if (!filter) return true;
    for (; filter; filter = filter->next) {
        if (text_is(data_value(filter), sim_status_name(stack->status))) return true;
    }
    return false;
}

static void list_stacks(struct serving *serving) {
    struct data *list = query_list(serving, "StackSummaries");
    for (uint32_t i = serving->simulator->stack_count; i > 0; i--) { /* newest first */
        const struct sim_stack *stack = serving->simulator->stacks[i - 1];
        if (is_wanted(serving, stack)) tell_stack_summary(serving->arena, list, stack);
    }
    query_page(serving, list);
}

/* --- events and resources --------------------------------------------------------------------- */

static void describe_stack_events(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_stack_events, &call)) return;
    struct data *list = query_list(serving, "StackEvents");
    for (uint32_t i = 0; i < call.reply.event_count; i++) {
        tell_event(serving->arena, list, &call.reply.events[i]);
    }
    data_set(serving->arena, serving->result, "NextToken", call.reply.next_token);
}

/* Of a change set: what early validation found; of a stack: its events. */
static void describe_events(struct serving *serving) {
    struct cloud_call call;
    struct text set = query_member(serving, "ChangeSetName"),
                stack = query_member(serving, "StackName");
    const struct data *filters = data_get(serving->input, "Filters");
    bool is_arn = text_starts(set, TEXT("arn:"));
    if (!stack.length && !is_arn) {
        serve_refuse(serving, 400, "ValidationError",
                     "One of ChangeSetName, OperationId or StackName must be specified");
        return;
    }
    if (!query_ask(serving, set.length ? sim_change_set_events : sim_stack_events, &call)) return;
    struct data *list = query_list(serving, "OperationEvents");
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

static int by_logical_id(const void *a, const void *b) {
    const struct cloud_resource *x = a, *y = b;
    return text_compare(x->logical_id, y->logical_id);
}

/* In the order of their ids, which is how AWS tells them. */
static bool ask_resources(struct serving *serving, struct cloud_call *call) {
    if (!query_ask(serving, sim_stack_resources, call)) return false;
    uint32_t count = call->reply.resource_count;
    if (count) qsort(call->reply.resources, count, sizeof *call->reply.resources, by_logical_id);
    return true;
}

static void list_stack_resources(struct serving *serving) {
    struct cloud_call call;
    if (!ask_resources(serving, &call)) return;
    struct data *list = query_list(serving, "StackResourceSummaries");
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        tell_resource(serving->arena, data_add_record(serving->arena, list),
                      &call.reply.resources[i], "LastUpdatedTimestamp");
    }
    query_page(serving, list);
}

/* The stack that is asked about; NULL: the request is refused. */
static const struct sim_stack *stack_of(struct serving *serving) {
    struct text name = query_member(serving, "StackName");
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, name);
    if (!stack) {
        serve_refuse(serving, 400, "ValidationError", "Stack '%.*s' does not exist",
                     TEXT_ARGS(name));
    }
    return stack;
}

static void tell_of_stack(struct serving *serving, struct data *record,
                          const struct sim_stack *stack, const struct cloud_resource *resource,
                          const char *time) {
    data_put(serving->arena, record, "StackId", stack->id);
    data_put(serving->arena, record, "StackName", stack->name);
    tell_resource(serving->arena, record, resource, time);
}

static void describe_stack_resources(struct serving *serving) {
    struct cloud_call call;
    struct text only = query_member(serving, "LogicalResourceId");
    const struct sim_stack *stack = stack_of(serving);
    if (!stack || !ask_resources(serving, &call)) return;
    struct data *list = query_list(serving, "StackResources");
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        const struct cloud_resource *resource = &call.reply.resources[i];
        if (only.length && !text_equal(only, resource->logical_id)) continue;
        tell_of_stack(serving, data_add_record(serving->arena, list), stack, resource,
                      "Timestamp");
    }
}

static void describe_stack_resource(struct serving *serving) {
    struct cloud_call call;
    struct text wanted = query_member(serving, "LogicalResourceId");
    const struct sim_stack *stack = stack_of(serving);
    if (!stack || !ask_resources(serving, &call)) return;
    for (uint32_t i = 0; i < call.reply.resource_count; i++) {
        const struct cloud_resource *resource = &call.reply.resources[i];
        if (!text_equal(wanted, resource->logical_id)) continue;
        struct data *detail = data_set_new(serving->arena, serving->result, "StackResourceDetail",
                                           DATA_RECORD);
        tell_of_stack(serving, detail, stack, resource, "LastUpdatedTimestamp");
        data_put(serving->arena, detail, "Metadata", sim_metadata(serving->arena, stack, wanted));
        return;
    }
    serve_refuse(serving, 400, "ValidationError", "Resource %.*s does not exist for stack %.*s",
                 TEXT_ARGS(wanted), TEXT_ARGS(call.request.stack));
}

/* --- templates -------------------------------------------------------------------------------- */

static void get_template(struct serving *serving) {
    struct cloud_call call;
    bool of_set = query_member(serving, "ChangeSetName").length > 0;
    if (!query_ask(serving, of_set ? sim_get_set_template : sim_get_template, &call)) return;
    data_put(serving->arena, serving->result, "TemplateBody", call.reply.body);
    struct data *stages = query_list(serving, "StagesAvailable");
    static const char *const names[] = {"Original", "Processed"};
    for (size_t i = 0; i < 2; i++) {
        struct data *stage = data_add(stages, TEXT(""), data_new(serving->arena, DATA_TEXT));
        stage->text = text_of(names[i]);
    }
}

static const struct sim_blueprint *read_template(struct serving *serving) {
    struct cloud_call call;
    query_read(serving, &call);
    if (serving->code.length) return NULL;
    const struct sim_blueprint *blueprint = sim_template_of(serving->simulator, &call);
    return query_failed(serving, &call) ? NULL : blueprint;
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
    if (!query_change(serving, sim_create_change_set, &call)) return;
    data_put(serving->arena, serving->result, "Id", call.reply.id);
    tell_stack_id(serving, &call);
}

static void describe_change_set(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_describe_change_set, &call)) return;
    const struct cloud_change_set *set = &call.reply.change_set;
    struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, set->stack_id);
    const struct sim_change_set *held =
        sim_change_set_find(serving->simulator, stack, set->id);
    query_page(serving, tell_change_set(serving->arena, serving->result, set, held,
                                        data_is_true(serving->input, "IncludePropertyValues")));
}

static void execute_change_set(struct serving *serving) {
    struct cloud_call call;
    query_change(serving, sim_execute_change_set, &call);
}

static void delete_change_set(struct serving *serving) {
    struct cloud_call call;
    query_change(serving, sim_delete_change_set, &call);
}

/* The stack that is asked about, by those actions that put its name in brackets. */
static const struct sim_stack *need_stack(struct serving *serving) {
    struct text name = query_member(serving, "StackName");
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, serving->claim.region, name);
    if (!stack) {
        serve_refuse(serving, 400, "ValidationError", "Stack [%.*s] does not exist",
                     TEXT_ARGS(name));
    }
    return stack;
}

static void list_change_sets(struct serving *serving) {
    const struct sim_stack *stack = need_stack(serving);
    if (!stack) return;
    struct data *list = query_list(serving, "Summaries");
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        const struct sim_change_set *set = stack->change_sets[i];
        if (set->is_deleted || strcmp(set->execution_status, "EXECUTE_COMPLETE") == 0) continue;
        tell_change_set_summary(serving->arena, list, stack, set);
    }
    query_page(serving, list);
}

/* No hook ever looks at one. */
static void describe_change_set_hooks(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_describe_change_set, &call)) return;
    const struct cloud_change_set *set = &call.reply.change_set;
    data_put(serving->arena, serving->result, "ChangeSetId", set->id);
    data_put(serving->arena, serving->result, "ChangeSetName", set->name);
    query_list(serving, "Hooks");
    data_put(serving->arena, serving->result, "Status", TEXT("PLANNED"));
    data_put(serving->arena, serving->result, "StackId", set->stack_id);
    data_put(serving->arena, serving->result, "StackName", set->stack_name);
}

/* --- exports, policies, limits ---------------------------------------------------------------- */

static void list_exports(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_exports, &call)) return;
    struct data *list = query_list(serving, "Exports");
    for (uint32_t i = 0; i < call.reply.export_count; i++) {
        struct data *record = data_add_record(serving->arena, list);
        data_put(serving->arena, record, "ExportingStackId", call.reply.exports[i].stack_id);
        data_put(serving->arena, record, "Name", call.reply.exports[i].name);
        data_put(serving->arena, record, "Value", call.reply.exports[i].value);
    }
    query_page(serving, list);
}

static void list_imports(struct serving *serving) {
    struct cloud_call call;
    if (!query_ask(serving, sim_imports, &call)) return;
    struct data *list = query_list(serving, "Imports");
    for (uint32_t i = 0; i < call.reply.name_count; i++) {
        data_put(serving->arena, list, "", call.reply.names[i]);
    }
    query_page(serving, list);
}

static void set_stack_policy(struct serving *serving) {
    struct cloud_call call;
    query_change(serving, sim_set_policy, &call);
}

static void get_stack_policy(struct serving *serving) {
    const struct sim_stack *stack = need_stack(serving);
    if (!stack) return;
    /* While an update runs, the one that was sent for it alone. */
    bool overrides = stack->phase != PHASE_IDLE && stack->update_policy.length;
    data_set(serving->arena, serving->result, "StackPolicyBody",
             overrides ? stack->update_policy : stack->policy);
}

static void describe_account_limits(struct serving *serving) {
    static const struct {
        const char *name;
        long value;
    } limits[] = {
        {"StackLimit", 2000}, {"StackOutputsLimit", 200}, {"ConcurrentResourcesLimit", 2500}};
    struct data *list = query_list(serving, "AccountLimits");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct data *record = data_add_record(serving->arena, list);
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
    return serve_upkeep(serving, action) || serve_hooks(serving, action) ||
           serve_absent(serving, action);
}
