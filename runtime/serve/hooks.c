/* CloudFormation's actions for what hooks found: those that "mrp sandbox fail" lets refuse
 * something. */
#include "runtime/serve/query.h"

static void tell_found(struct arena *arena, struct data *record, const struct cloud_hook *hook) {
    data_put(arena, record, "HookResultId", hook->id);
    data_put(arena, record, "InvocationPoint", TEXT("PRE_PROVISION"));
    data_put(arena, record, "FailureMode", hook->mode);
    data_put(arena, record, "TypeName", hook->type);
    data_put(arena, record, "Status", hook->status);
    data_set(arena, record, "HookStatusReason", hook->reason);
    tell_time(arena, record, "InvokedAt", hook->time);
}

/* Of stacks and their resources: no hook looks at change sets here. */
static void list_results(struct serving *serving, struct cloud_call *call) {
    struct text kind = query_member(serving, "TargetType");
    struct text target = query_member(serving, "TargetId");
    const struct sim_stack *stack =
        sim_stack_find(serving->simulator, call->region, target);
    struct data *list = query_list(serving, "HookResults");
    data_set(serving->arena, serving->result, "TargetType", kind);
    data_set(serving->arena, serving->result, "TargetId", target);
    if (text_is(kind, "CHANGE_SET")) return;
    for (uint32_t i = 0; stack && i < stack->event_count; i++) {
        const struct cloud_event *event = &stack->events[i];
        if (!event->hook_id.length) continue;
        tell_found(serving->arena, data_add_record(serving->arena, list), &(struct cloud_hook){
            .id = event->hook_id, .mode = event->hook_mode, .type = event->hook_type,
            .status = event->hook_status, .reason = event->hook_reason, .time = event->time});
    }
    query_page(serving, list);
}

static void tell_advice(struct arena *arena, struct data *list, const struct cloud_advice *advice) {
    struct data *record = data_add_record(arena, list);
    data_put(arena, record, "AnnotationName", advice->rule);
    data_put(arena, record, "Status", advice->status);
    data_set(arena, record, "StatusMessage", advice->message);
    data_set(arena, record, "RemediationMessage", advice->remedy);
    data_set(arena, record, "RemediationLink", advice->link);
    data_set(arena, record, "SeverityLevel", advice->severity);
}

static void get_result(struct serving *serving, struct cloud_call *call) {
    struct arena *arena = serving->arena;
    struct data *record = serving->result;
    call->operation = CLOUD_HOOK_RESULT;
    call->request.id = query_member(serving, "HookResultId");
    sim_answer(serving->simulator, call);
    if (cloud_failed(call) || !call->reply.hook_count) {
        serve_refuse(serving, 404, "HookResultNotFound", "HookResult [%.*s] does not exist",
                     TEXT_ARGS(call->request.id));
        return;
    }
    const struct cloud_hook *hook = &call->reply.hooks[0];
    tell_found(arena, record, hook);
    struct data *target = data_set_new(arena, record, "Target", DATA_RECORD);
    data_put(arena, target, "TargetType", TEXT("RESOURCE"));
    data_set(arena, target, "TargetTypeName", hook->target_type);
    data_set(arena, target, "TargetId", hook->target);
    struct data *list = data_set_new(arena, record, "Annotations", DATA_LIST);
    for (uint32_t i = 0; i < hook->advice_count; i++) tell_advice(arena, list, &hook->advice[i]);
}

bool serve_hooks(struct serving *serving, struct text action) {
    struct cloud_call call;
    bool lists = text_is(action, "ListHookResults");
    if (!lists && !text_is(action, "GetHookResult")) return false;
    query_read(serving, &call);
    if (serving->code.length) return true;
    if (lists) list_results(serving, &call);
    else get_result(serving, &call);
    return true;
}
