/* CloudFormation's actions for stacks that are not as they should be: drift, rollbacks that a person
 * begins, resources that get other logical ids.
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
        struct data *difference = tell_record(arena, list);
        data_put(arena, difference, "PropertyPath", drift->differences[i].path);
        data_put(arena, difference, "ExpectedValue", drift->differences[i].expected);
        data_put(arena, difference, "ActualValue", drift->differences[i].actual);
        data_put(arena, difference, "DifferenceType", drift->differences[i].kind);
    }
}

/* Those that do not differ are left out, as if they had been filtered. */
static void resource_drifts(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    if (!answer(serving, CLOUD_RESOURCE_DRIFTS, call)) return;
    const struct sim_stack *stack =
        sim_stack_live(serving->simulator, serving->claim.region, call->request.stack);
    struct data *list = query_list(serving, "StackResourceDrifts");
    for (uint32_t i = 0; i < call->reply.drift_count; i++) {
        const struct cloud_drift *drift = &call->reply.drifts[i];
        struct data *record = tell_record(arena, list);
        data_put(arena, record, "StackId", stack->id);
        data_put(arena, record, "LogicalResourceId", drift->logical_id);
        data_put(arena, record, "PhysicalResourceId", drift->physical_id);
        data_put(arena, record, "ResourceType", drift->type);
        data_put(arena, record, "StackResourceDriftStatus", drift->status);
        tell_differences(arena, record, drift);
        tell_time(arena, record, "Timestamp", serving->simulator->clock);
    }
    query_page(serving, list);
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

/* --- all -------------------------------------------------------------------------------------- */

bool serve_upkeep(struct serving *serving, struct text action) {
    static const struct {
        const char *name;
        void (*run)(struct serving *, struct cloud_call *);
    } actions[] = {
        {"DetectStackDrift", detect_drift},
        {"DescribeStackDriftDetectionStatus", drift_status},
        {"DescribeStackResourceDrifts", resource_drifts},
        {"ContinueUpdateRollback", continue_rollback},
        {"RollbackStack", rollback_stack},
        {"CancelUpdateStack", cancel_update},
        {"CreateStackRefactor", create_refactor},
        {"DescribeStackRefactor", describe_refactor},
        {"ExecuteStackRefactor", execute_refactor},
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
