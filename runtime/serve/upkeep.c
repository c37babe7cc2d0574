/* CloudFormation's actions for stacks that are not as they should be: drift, rollbacks that a
 * person begins, signals, resources that get other logical ids.
 */
#include "runtime/serve/query.h"

static bool answer(struct serving *serving, enum cloud_operation operation,
                   struct cloud_call *call) {
    call->operation = operation;
    sim_answer(serving->simulator, call);
    return !query_failed(serving, call);
}

/* --- drift ------------------------------------------------------------------------------------ */

static void detect_drift(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    if (!answer(serving, CLOUD_DETECT_DRIFT, call)) return;
    data_put(serving->arena, serving->result, "StackDriftDetectionId", call->reply.id);
}

static const struct sim_stack *detected_stack(const struct simulator *simulator, struct text id) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        if (text_equal(simulator->stacks[i]->detection_id, id)) return simulator->stacks[i];
    }
    return NULL;
}

static void drift_status(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    call->request.id = query_member(serving, "StackDriftDetectionId");
    if (!answer(serving, CLOUD_DRIFT_STATUS, call)) return;
    const struct sim_stack *stack = detected_stack(serving->simulator, call->request.id);
    data_put(arena, serving->result, "StackId", stack->id);
    data_put(arena, serving->result, "StackDriftDetectionId", call->request.id);
    data_put(arena, serving->result, "DetectionStatus", call->reply.status);
    data_set(arena, serving->result, "StackDriftStatus", call->reply.drift_status);
    tell_time(arena, serving->result, "Timestamp", serving->simulator->clock);
}

static void tell_differences(struct arena *arena, struct data *record,
                             const struct cloud_drift *drift) {
    struct data *list = data_set_new(arena, record, "PropertyDifferences", DATA_LIST);
    for (uint32_t i = 0; i < drift->difference_count; i++) {
        struct data *difference = data_add_record(arena, list);
        data_put(arena, difference, "PropertyPath", drift->differences[i].path);
        data_put(arena, difference, "ExpectedValue", drift->differences[i].expected);
        data_put(arena, difference, "ActualValue", drift->differences[i].actual);
        data_put(arena, difference, "DifferenceType", drift->differences[i].kind);
    }
}

static void put_properties(struct arena *arena, struct data *record, const char *key,
                           const struct document *properties) {
    if (!properties) return;
    data_put(arena, record, key, sim_masked(arena, document_json(arena, properties)));
}

static void tell_drift(struct serving *serving, struct data *record,
                       const struct sim_stack *stack, const struct cloud_drift *drift) {
    struct arena *arena = serving->arena;
    const struct sim_resource *resource = sim_stack_resource(stack, drift->logical_id);
    data_put(arena, record, "StackId", stack->id);
    data_put(arena, record, "LogicalResourceId", drift->logical_id);
    data_put(arena, record, "PhysicalResourceId", drift->physical_id);
    data_put(arena, record, "ResourceType", drift->type);
    data_put(arena, record, "StackResourceDriftStatus", drift->status);
    if (resource && !resource->is_missing) {
        put_properties(arena, record, "ExpectedProperties", resource->now.properties);
        put_properties(arena, record, "ActualProperties",
                       resource->actual ? resource->actual : resource->now.properties);
    }
    tell_differences(arena, record, drift);
    tell_time(arena, record, "Timestamp", serving->simulator->clock);
}

static bool is_wanted(const struct serving *serving, struct text status) {
    const struct data *filter =
        data_first(data_get(serving->input, "StackResourceDriftStatusFilters"));
    if (!filter) return true;
    for (; filter; filter = filter->next) {
        if (text_equal(data_value(filter), status)) return true;
    }
    return false;
}

/* Those that do not differ are left out, as if they had been filtered. */
static void resource_drifts(struct serving *serving, struct cloud_call *call) {
    if (!answer(serving, CLOUD_RESOURCE_DRIFTS, call)) return;
    const struct sim_stack *stack =
        sim_stack_live(serving->simulator, serving->claim.region, call->request.stack);
    struct data *list = query_list(serving, "StackResourceDrifts");
    for (uint32_t i = 0; i < call->reply.drift_count; i++) {
        if (!is_wanted(serving, call->reply.drifts[i].status)) continue;
        tell_drift(serving, data_add_record(serving->arena, list), stack, &call->reply.drifts[i]);
    }
    query_page(serving, list);
}

/* One resource is compared while the caller waits. */
static void detect_resource_drift(struct serving *serving, struct cloud_call *call) {
    struct text id = query_member(serving, "LogicalResourceId");
    serving->looks = false;
    if (!answer(serving, CLOUD_DETECT_DRIFT, call) ||
        !answer(serving, CLOUD_RESOURCE_DRIFTS, call)) return;
    const struct sim_stack *stack =
        sim_stack_live(serving->simulator, serving->claim.region, call->request.stack);
    const struct sim_resource *resource = sim_stack_resource(stack, id);
    if (!resource || !resource->now.properties) {
        serve_refuse(serving, 400, "ValidationError", "Resource %.*s does not exist for stack %.*s",
                     TEXT_ARGS(id), TEXT_ARGS(call->request.stack));
        return;
    }
    struct cloud_drift same = {.logical_id = id, .physical_id = resource->now.physical_id,
                               .type = resource->type, .status = TEXT("IN_SYNC")};
    const struct cloud_drift *drift = &same;
    for (uint32_t i = 0; i < call->reply.drift_count; i++) {
        if (text_equal(call->reply.drifts[i].logical_id, id)) drift = &call->reply.drifts[i];
    }
    tell_drift(serving, data_set_new(serving->arena, serving->result, "StackResourceDrift",
                                     DATA_RECORD), stack, drift);
}

/* --- rollbacks -------------------------------------------------------------------------------- */

static void continue_rollback(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    call->request.skips = query_texts(serving, data_get(serving->input, "ResourcesToSkip"),
                                      &call->request.skip_count);
    answer(serving, CLOUD_CONTINUE_ROLLBACK, call);
}

static void rollback_stack(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    if (!answer(serving, CLOUD_ROLLBACK_STACK, call)) return;
    const struct sim_stack *stack =
        sim_stack_live(serving->simulator, serving->claim.region, call->request.stack);
    data_put(serving->arena, serving->result, "StackId", stack->id);
}

static void cancel_update(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    answer(serving, CLOUD_CANCEL_UPDATE, call);
}

/* --- signals ---------------------------------------------------------------------------------- */

/* What is waited for is taken as come: no machine ever boots that would send it. A failure
 * counts. */
static void signal_resource(struct serving *serving, struct cloud_call *call) {
    struct text id = query_member(serving, "LogicalResourceId");
    struct text status = query_member(serving, "Status");
    struct sim_stack *stack =
        sim_stack_live(serving->simulator, serving->claim.region, call->request.stack);
    struct sim_resource *resource = stack ? sim_stack_resource(stack, id) : NULL;
    serving->looks = false;
    if (!stack) {
        serve_refuse(serving, 400, "ValidationError", "Stack '%.*s' does not exist",
                     TEXT_ARGS(call->request.stack));
    } else if (!text_is(status, "SUCCESS") && !text_is(status, "FAILURE")) {
        serve_refuse(serving, 400, "ValidationError",
                     "1 validation error detected: Value '%.*s' at 'status' failed to satisfy "
                     "constraint: Member must satisfy enum value set: [SUCCESS, FAILURE]",
                     TEXT_ARGS(status));
    } else if (!resource || !resource->work) {
        serve_refuse(serving, 400, "ValidationError",
                     "Stack:%.*s is in %s state and can not be signaled. Resource %.*s waits for "
                     "no signal", TEXT_ARGS(stack->id), sim_status_name(stack->status),
                     TEXT_ARGS(id));
    } else if (text_is(status, "FAILURE")) {
        sim_signal_failure(serving->simulator, stack, resource,
                           query_member(serving, "UniqueId"));
    }
}

/* --- refactors -------------------------------------------------------------------------------- */

static bool is_of_stack(const struct data *place, struct text stack) {
    return text_equal(data_text(place, "StackName"), stack);
}

/* One stack, whose resources get other ids: moves between stacks are not modelled. */
static bool read_refactor(struct serving *serving, struct cloud_call *call) {
    const struct data *definitions = data_get(serving->input, "StackDefinitions");
    const struct data *definition = data_first(definitions);
    const struct data *mappings = data_get(serving->input, "ResourceMappings");
    struct cloud_move *moves =
        arena_array(serving->arena, mappings ? mappings->count + 1 : 1, sizeof *moves);
    call->request.stack = data_text(definition, "StackName");
    call->request.body = data_text(definition, "TemplateBody");
    call->request.url = data_text(definition, "TemplateURL");
    bool good = definition && !definition->next;
    for (const struct data *m = data_first(mappings); m; m = m->next) {
        const struct data *from = data_get(m, "Source"), *to = data_get(m, "Destination");
        good = good && is_of_stack(from, call->request.stack) &&
               is_of_stack(to, call->request.stack);
        moves[call->request.move_count++] = (struct cloud_move){
            data_text(from, "LogicalResourceId"), data_text(to, "LogicalResourceId")};
    }
    call->request.moves = moves;
    return good || serve_refuse(serving, 400, "ValidationError",
                                "The sandbox refactors one stack at a time");
}

static void create_refactor(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    if (!read_refactor(serving, call) || !answer(serving, CLOUD_CREATE_REFACTOR, call)) return;
    data_put(serving->arena, serving->result, "StackRefactorId", call->reply.id);
}

static void describe_refactor(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    call->request.id = query_member(serving, "StackRefactorId");
    if (!answer(serving, CLOUD_DESCRIBE_REFACTOR, call)) return;
    data_put(arena, serving->result, "StackRefactorId", call->request.id);
    data_put(arena, serving->result, "Status", call->reply.status);
    data_set(arena, serving->result, "StatusReason", call->reply.status_reason);
    data_put(arena, serving->result, "ExecutionStatus", call->reply.execution_status);
}

static void execute_refactor(struct serving *serving, struct cloud_call *call) {
    serving->looks = false;
    call->request.id = query_member(serving, "StackRefactorId");
    answer(serving, CLOUD_EXECUTE_REFACTOR, call);
}

static void list_refactors(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    struct data *list = query_list(serving, "StackRefactorSummaries");
    for (uint32_t i = 0; i < serving->simulator->refactor_count; i++) {
        const struct sim_refactor *refactor = &serving->simulator->refactors[i];
        if (!text_equal(refactor->stack->region, serving->claim.region)) continue;
        call->request.id = refactor->id;
        if (!answer(serving, CLOUD_DESCRIBE_REFACTOR, call)) return;
        struct data *record = data_add_record(arena, list);
        data_put(arena, record, "StackRefactorId", refactor->id);
        data_put(arena, record, "ExecutionStatus", call->reply.execution_status);
        data_put(arena, record, "Status", call->reply.status);
        data_set(arena, record, "StatusReason", call->reply.status_reason);
    }
    query_page(serving, list);
}

static void put_place(struct arena *arena, struct data *mapping, const char *key,
                      struct text stack, struct text id) {
    struct data *place = data_set_new(arena, mapping, key, DATA_RECORD);
    data_put(arena, place, "StackName", stack);
    data_put(arena, place, "LogicalResourceId", id);
}

static void list_refactor_actions(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    call->request.id = query_member(serving, "StackRefactorId");
    if (!answer(serving, CLOUD_DESCRIBE_REFACTOR, call)) return;
    struct data *list = query_list(serving, "StackRefactorActions");
    for (uint32_t i = 0; i < serving->simulator->refactor_count; i++) {
        const struct sim_refactor *refactor = &serving->simulator->refactors[i];
        if (!text_equal(refactor->id, call->request.id)) continue;
        for (uint32_t m = 0; m < refactor->move_count; m++) {
            struct data *record = data_add_record(arena, list);
            data_put(arena, record, "Action", TEXT("MOVE"));
            data_put(arena, record, "Entity", TEXT("RESOURCE"));
            struct data *mapping = data_set_new(arena, record, "ResourceMapping", DATA_RECORD);
            put_place(arena, mapping, "Source", refactor->stack->name, refactor->moves[m].from);
            put_place(arena, mapping, "Destination", refactor->stack->name,
                      refactor->moves[m].to);
        }
    }
    query_page(serving, list);
}

/* --- all -------------------------------------------------------------------------------------- */

bool serve_upkeep(struct serving *serving, struct text action) {
    static const struct {
        const char *name;
        void (*run)(struct serving *, struct cloud_call *);
    } actions[] = {
        {"DetectStackDrift", detect_drift},
        {"DescribeStackDriftDetectionStatus", drift_status},
        {"DescribeStackResourceDrifts", resource_drifts},
        {"DetectStackResourceDrift", detect_resource_drift},
        {"SignalResource", signal_resource},
        {"ContinueUpdateRollback", continue_rollback},
        {"RollbackStack", rollback_stack},
        {"CancelUpdateStack", cancel_update},
        {"CreateStackRefactor", create_refactor},
        {"DescribeStackRefactor", describe_refactor},
        {"ExecuteStackRefactor", execute_refactor},
        {"ListStackRefactors", list_refactors},
        {"ListStackRefactorActions", list_refactor_actions},
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!text_is(action, actions[i].name)) continue;
        struct cloud_call call;
        query_read(serving, &call);
        if (!serving->code.length) actions[i].run(serving, &call);
        return true;
    }
    return false;
}
