/* CloudFormation's API over the simulated world: each operation checks what AWS checks, in the
 * words that AWS uses, and copies what it keeps or tells.
 */
#include "runtime/simulator/calls.h"

bool sim_refuse(struct cloud_call *call, const char *code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    call->error.code = text_of(code);
    call->error.message = text_vformat(call->arena, format, args);
    va_end(args);
    return false;
}

bool sim_refuse_new_stack(struct cloud_call *call) {
    return sim_refuse(call, "LimitExceededException", "Limit for stack has been exceeded");
}

bool sim_refuse_stack(struct cloud_call *call) {
    return sim_refuse(call, "ValidationError", "Stack with id %.*s does not exist",
                      TEXT_ARGS(call->request.stack));
}

/* --- stacks ----------------------------------------------------------------------------------- */

static void forget_retained(const struct cloud_call *call, struct sim_stack *stack) {
    for (uint32_t i = 0; i < call->request.retain_count; i++) {
        struct sim_resource *resource = sim_stack_resource(stack, call->request.retain[i]);
        if (resource && resource->status == SIM_DELETE_FAILED) {
            resource->deletion_policy = TEXT("Retain");
        }
    }
}

bool sim_delete_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    /* As AWS: deleting what is not there goes well. */
    if (!stack || stack->status == SIM_DELETE_COMPLETE) return true;
    if (stack->is_protected) {
        return sim_refuse(call, "ValidationError",
                          "Stack [%.*s] cannot be deleted while TerminationProtection is enabled",
                          TEXT_ARGS(stack->name));
    }
    if (stack->phase != PHASE_IDLE && stack->origin == SIM_DELETE_IN_PROGRESS) return true;
    if (stack->phase != PHASE_IDLE) {
        return sim_refuse(call, "ValidationError",
                          "Stack [%.*s] cannot be deleted while in status %s",
                          TEXT_ARGS(stack->name), sim_status_name(stack->status));
    }
    struct text in_use = sim_export_in_use(simulator, call->arena, stack);
    if (in_use.length) return sim_refuse(call, "ValidationError", "%.*s", TEXT_ARGS(in_use));
    if (stack->status == SIM_DELETE_FAILED) forget_retained(call, stack);
    sim_begin_delete(simulator, stack, text_copy(&simulator->arena, call->request.token));
    return true;
}

bool sim_protect_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    if (!stack) return sim_refuse_stack(call);
    if (stack->parent_id.length) {
        return sim_refuse(call, "ValidationError", "Termination protection of the nested stack "
                                                   "[%.*s] is that of its root stack",
                          TEXT_ARGS(stack->name));
    }
    stack->is_protected = call->request.is_protected;
    stack->is_dirty = true;
    return true;
}

/* --- all together ----------------------------------------------------------------------------- */

static bool identity(struct simulator *simulator, struct cloud_call *call) {
    call->reply.account = simulator->account;
    call->reply.caller = text_format(&simulator->arena, "arn:aws:iam::%.*s:user/sandbox",
                                     TEXT_ARGS(simulator->account));
    return true;
}

static void dispatch(struct simulator *simulator, struct cloud_call *call) {
    switch (call->operation) {
    case CLOUD_IDENTITY: identity(simulator, call); return;
    case CLOUD_DESCRIBE_STACKS: sim_describe_stacks(simulator, call); return;
    case CLOUD_CREATE_CHANGE_SET: sim_create_change_set(simulator, call); return;
    case CLOUD_DESCRIBE_CHANGE_SET: sim_describe_change_set(simulator, call); return;
    case CLOUD_EXECUTE_CHANGE_SET: sim_execute_change_set(simulator, call); return;
    case CLOUD_DELETE_CHANGE_SET: sim_delete_change_set(simulator, call); return;
    case CLOUD_DELETE_STACK: sim_delete_stack(simulator, call); return;
    case CLOUD_STACK_EVENTS: sim_stack_events(simulator, call); return;
    case CLOUD_CHANGE_SET_EVENTS: sim_change_set_events(simulator, call); return;
    case CLOUD_GET_TEMPLATE: sim_get_template(simulator, call); return;
    case CLOUD_STACK_RESOURCES: sim_stack_resources(simulator, call); return;
    case CLOUD_EXPORTS: sim_exports(simulator, call); return;
    case CLOUD_IMPORTS: sim_imports(simulator, call); return;
    case CLOUD_PROTECT_STACK: sim_protect_stack(simulator, call); return;
    case CLOUD_PUT_OBJECT:
    case CLOUD_HEAD_OBJECT:
    case CLOUD_OBJECT_VERSIONS:
    case CLOUD_DELETE_OBJECTS: sim_answer_objects(simulator, call); return;
    case CLOUD_DETECT_DRIFT:
    case CLOUD_DRIFT_STATUS:
    case CLOUD_RESOURCE_DRIFTS:
    case CLOUD_CONTINUE_ROLLBACK:
    case CLOUD_ROLLBACK_STACK:
    case CLOUD_CANCEL_UPDATE:
    case CLOUD_CREATE_REFACTOR:
    case CLOUD_DESCRIBE_REFACTOR:
    case CLOUD_EXECUTE_REFACTOR: sim_answer_upkeep(simulator, call); return;
    case CLOUD_HOOK_RESULTS: /* no hook looks at change sets, and nobody else calls */
    case CLOUD_TRAIL: return;
    case CLOUD_HOOK_RESULT: sim_hook_result(simulator, call); return;
    case CLOUD_PIPELINE_STATE:
    case CLOUD_START_PIPELINE:
    case CLOUD_PIPELINE_EXECUTION:
        sim_refuse(call, "UnsupportedOperation", "the sandbox runs no pipelines");
        return;
    }
}

void sim_answer(struct simulator *simulator, struct cloud_call *call) {
    call->reply = (struct cloud_reply){0};
    call->error = (struct cloud_error){0};
    if (schema_region_find(call->region) < 0) {
        call->error.is_network = true;
        sim_refuse(call, "NoSuchRegion", "could not resolve the host of region \"%.*s\"",
                   TEXT_ARGS(call->region));
        return;
    }
    if (simulator->endless.length) {
        sim_refuse(call, "InternalFailure", "%.*s; \"mrp sandbox reset\" begins with an empty one",
                   TEXT_ARGS(simulator->endless));
        return;
    }
    if (!sim_throttle_call(simulator, call)) dispatch(simulator, call);
}
