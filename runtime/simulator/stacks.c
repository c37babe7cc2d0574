/* Stacks that are made and changed directly, without a change set. */
#include "runtime/simulator/calls.h"

static void remember(struct simulator *simulator, struct cloud_call *call,
                     struct sim_stack *stack) {
    struct arena *arena = &simulator->arena;
    const struct cloud_request *request = &call->request;
    stack->token = text_copy(arena, request->token);
    stack->disable_rollback = request->disable_rollback;
    stack->on_failure = text_copy(arena, request->on_failure);
    if (text_is(request->on_failure, "DO_NOTHING")) stack->disable_rollback = true;
    if (request->policy.length) stack->policy = text_copy(arena, request->policy);
    stack->update_policy = text_copy(arena, request->update_policy);
    call->reply.stack_id = call->reply.id = text_copy(call->arena, stack->id);
}

/* A change set that nobody executed has nothing left to change. */
static void outdate(struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        struct sim_change_set *set = stack->change_sets[i];
        if (strcmp(set->execution_status, "AVAILABLE") == 0) set->execution_status = "OBSOLETE";
    }
}

/* A transform that fails takes back a creation that has only begun. */
static void fail_creation(struct simulator *simulator, struct sim_stack *stack,
                          struct text reason) {
    stack->origin = SIM_CREATE_IN_PROGRESS;
    sim_operation(simulator, stack, "CREATE_STACK");
    sim_stack_status(simulator, stack, SIM_CREATE_IN_PROGRESS, TEXT("User Initiated"));
    sim_operation(simulator, stack, "ROLLBACK");
    sim_stack_status(simulator, stack, SIM_ROLLBACK_IN_PROGRESS,
                     text_format(&simulator->arena, "%.*s. Rollback requested by user.",
                                 TEXT_ARGS(reason)));
    sim_stack_status(simulator, stack, SIM_ROLLBACK_COMPLETE, (struct text){0});
}

bool sim_create_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    call->request.change_type = TEXT("CREATE");
    if (!sim_check_request(call)) return false;
    if (call->request.policy.length && !sim_check_policy(call, call->request.policy)) return false;
    if (stack && call->request.token.length && text_equal(stack->token, call->request.token)) {
        call->reply.stack_id = call->reply.id = text_copy(call->arena, stack->id);
        return true;
    }
    if (stack && stack->status != SIM_REVIEW_IN_PROGRESS) {
        return sim_refuse(call, "AlreadyExistsException", "Stack [%.*s] already exists",
                          TEXT_ARGS(call->request.stack));
    }
    struct sim_change_set *set = sim_draft(simulator, call, stack);
    if (!set) return false;
    if (!stack && !sim_may_add_stack(simulator, call->region)) return sim_refuse_new_stack(call);
    if (!stack) stack = sim_stack_new(simulator, call->region, call->request.stack);
    outdate(stack);
    stack->is_protected = call->request.is_protected;
    remember(simulator, call, stack);
    if (!set->blueprint) {
        fail_creation(simulator, stack, set->status_reason);
        return true;
    }
    sim_change_set_plan(simulator, stack, set);
    sim_begin_create(simulator, stack, set);
    return true;
}

/* Forgets the draft of an update that changes nothing, unless stacks were planned inside of it. */
static void forget(struct simulator *simulator, const struct sim_change_set *set,
                   struct arena_mark mark) {
    for (uint32_t i = 0; i < set->blueprint->count; i++) {
        if (sim_is_nested(set->blueprint->items[i].type)) return;
    }
    arena_rewind(&simulator->arena, mark);
}

bool sim_update_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    call->request.change_type = TEXT("UPDATE");
    if (!sim_check_request(call)) return false;
    if (!stack) {
        return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                          TEXT_ARGS(call->request.stack));
    }
    if (!sim_check_updatable(call, stack)) return false;
    if (call->request.policy.length && !sim_check_policy(call, call->request.policy)) return false;
    if (call->request.update_policy.length &&
        !sim_check_policy(call, call->request.update_policy)) return false;
    struct arena_mark mark = arena_mark(&simulator->arena);
    struct sim_change_set *set = sim_draft(simulator, call, stack);
    if (!set) return false;
    if (!set->blueprint) {
        return sim_refuse(call, "ValidationError", "%.*s", TEXT_ARGS(set->status_reason));
    }
    sim_change_set_plan(simulator, stack, set);
    if (strcmp(set->status, "FAILED") == 0 && !set->validation_count && !set->change_count) {
        bool is_same = sim_is_no_change(set);
        sim_refuse(call, "ValidationError", "%.*s",
                   TEXT_ARGS(is_same ? TEXT("No updates are to be performed.")
                                     : set->status_reason));
        forget(simulator, set, mark);
        return false;
    }
    outdate(stack);
    remember(simulator, call, stack);
    sim_begin_update(simulator, stack, set);
    return true;
}
