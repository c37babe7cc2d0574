/* Why it failed, in more words than AWS's first: what early validation names, what hooks found and
 * advise, and the call of CloudFormation that CloudTrail has. All of it may be forbidden, or not be
 * there yet; then the first words stand alone.
 */
#include "runtime/deploy/machine_parts.h"

/* --- hooks ------------------------------------------------------------------------------------ */

static bool has_refused(struct text status, struct text mode) {
    return text_ends(status, TEXT("_FAILED")) && !text_is(mode, "WARN");
}

static void add_hook(struct run *run, struct machine *machine, const struct cloud_hook *hook) {
    struct apply_stack *shown = machine->shown;
    struct cloud_hook *hooks =
        arena_grown(run->arena, (struct cloud_hook *)shown->hooks, shown->hook_count,
                    &shown->hook_capacity, sizeof *hooks);
    for (uint32_t i = 0; i < shown->hook_count; i++) {
        if (text_equal(hooks[i].type, hook->type) && text_equal(hooks[i].target, hook->target)) {
            return;
        }
    }
    hooks[shown->hook_count++] = *hook;
    shown->hooks = hooks;
}

void machine_note_hook(struct run *run, struct machine *machine, const struct cloud_event *event) {
    if (!event->hook_type.length || !has_refused(event->hook_status, event->hook_mode)) return;
    struct cloud_hook hook = {.id = text_copy(run->arena, event->hook_id),
                              .type = text_copy(run->arena, event->hook_type),
                              .status = text_copy(run->arena, event->hook_status),
                              .reason = text_copy(run->arena, event->hook_reason),
                              .target = text_copy(run->arena, event->logical_id)};
    add_hook(run, machine, &hook);
}

static void note_hooks(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    for (uint32_t i = 0; !cloud_failed(&machine->call) && i < reply->hook_count; i++) {
        const struct cloud_hook *hook = &reply->hooks[i];
        if (has_refused(hook->status, hook->mode)) add_hook(run, machine, hook);
    }
}

static void note_advice(struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct cloud_hook *hook = (struct cloud_hook *)&machine->shown->hooks[machine->hook++];
    if (cloud_failed(&machine->call) || !reply->hook_count) return;
    hook->advice = reply->hooks[0].advice;
    hook->advice_count = reply->hooks[0].advice_count;
    if (!hook->reason.length) hook->reason = reply->hooks[0].reason;
}

/* --- early validation ------------------------------------------------------------------------- */

/* It names the resource; the change set's own reason does not. */
static void note_validation(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct apply_stack *shown = machine->shown;
    for (uint32_t i = 0; !cloud_failed(&machine->call) && i < reply->event_count; i++) {
        const struct cloud_event *event = &reply->events[i];
        machine_note_hook(run, machine, event);
        if (shown->cause_id.length || text_is(event->validation_mode, "WARN") ||
            !event->reason.length) continue;
        shown->cause = event->reason;
        shown->cause_id = event->logical_id;
        shown->cause_type = event->type;
        shown->cause_resource = plan_resource(machine->plan->template, event->logical_id);
    }
}

/* --- CloudTrail ------------------------------------------------------------------------------- */

/* The words of a failure that says little: which call was refused is in CloudTrail alone. */
static bool says_little(struct text cause) {
    static const char *const words[] = {
        "AccessDenied", "Access Denied", "access denied", "not authorized", "UnauthorizedOperation",
        "InternalFailure", "Internal Failure", "internal error", "InternalError",
        "GeneralServiceException", "ServiceInternalError", "NotStabilized", "null"};
    for (size_t i = 0; cause.length && i < sizeof words / sizeof *words; i++) {
        if (memmem(cause.bytes, cause.length, words[i], strlen(words[i]))) return true;
    }
    return false;
}

/* What CloudTrail calls the service of a type; *region where all its calls are recorded. */
static struct text source_of(struct arena *arena, struct text type, struct text *region) {
    static const struct {
        const char *type, *source;
        bool is_global;
    } services[] = {
#define SOURCE(type, source, is_global) {type, source, is_global},
#include "runtime/deploy/sources.def"
#undef SOURCE
    };
    struct text service = text_starts(type, TEXT("AWS::"))
                              ? (struct text){type.bytes + 5, type.length - 5} : type;
    const char *end = service.length ? memchr(service.bytes, ':', service.length) : NULL;
    if (end) service.length = (size_t)(end - service.bytes);
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        if (!text_is(service, services[i].type)) continue;
        if (services[i].is_global) *region = TEXT("us-east-1");
        return text_format(arena, "%s.amazonaws.com", services[i].source);
    }
    return text_format(arena, "%.*s.amazonaws.com", TEXT_ARGS(text_lower(arena, service)));
}

static bool wants_trail(const struct machine *machine) {
    const struct apply_stack *shown = machine->shown;
    return !machine->asked_trail && !machine->explains_set && shown->cause_type.length &&
           says_little(shown->cause);
}

static void ask_trail(struct run *run, struct machine *machine) {
    const struct apply_stack *shown = machine->shown;
    machine->asked_trail = true;
    struct cloud_request *request = machine_prepare(machine, CLOUD_TRAIL, run);
    request->attribute = TEXT("EventSource");
    request->value = source_of(run->arena, shown->cause_type, &machine->call.region);
    request->since = shown->began - 60; /* clocks differ */
    request->until = shown->cause_time + 60;
    machine_send(run, machine, PHASE_TRAIL);
}

/* The refused call of CloudFormation that is nearest to the failure. */
static void note_trail(struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct apply_stack *shown = machine->shown;
    double nearest = 0;
    for (uint32_t i = 0; !cloud_failed(&machine->call) && i < reply->trail_count; i++) {
        const struct cloud_trail_event *event = &reply->trail[i];
        if (!event->error_code.length ||
            !text_is(event->invoked_by, "cloudformation.amazonaws.com")) continue;
        double apart = event->time > shown->cause_time ? event->time - shown->cause_time
                                                        : shown->cause_time - event->time;
        if (shown->trail && apart >= nearest) continue;
        nearest = apart;
        shown->trail = event;
    }
}

/* --- one after the other ---------------------------------------------------------------------- */

static void ask_next(struct run *run, struct machine *machine) {
    const struct apply_stack *shown = machine->shown;
    while (machine->hook < shown->hook_count && !shown->hooks[machine->hook].id.length) {
        machine->hook++;
    }
    if (machine->hook < shown->hook_count) {
        machine_prepare(machine, CLOUD_HOOK_RESULT, run)->id = shown->hooks[machine->hook].id;
        machine_send(run, machine, PHASE_HOOK);
    } else if (wants_trail(machine)) {
        ask_trail(run, machine);
    } else if (machine->explains_set) {
        machine_give_up_set(run, machine);
    } else {
        machine_give_up_stack(run, machine);
    }
}

/* A hook that no event told of. */
static bool names_hook(const struct machine *machine) {
    const struct apply_stack *shown = machine->shown;
    return !shown->hook_count && !shown->cause_id.length &&
           memmem(shown->cause.bytes, shown->cause.length, "hook", 4) != NULL;
}

/* Goes on where the failure came from: the change set of a nested stack, or this one. */
static void ask_why(struct run *run, struct machine *machine) {
    const struct cloud_change_set *set = &machine->call.reply.change_set;
    struct text nested;
    bool is_nested = nested_failed_set(set->status_reason, &nested);
    machine->shown->cause = text_copy(run->arena, set->status_reason);
    machine->set = text_copy(run->arena, is_nested ? nested : set->id);
    struct cloud_request *request = machine_prepare(
        machine, is_nested ? CLOUD_DESCRIBE_CHANGE_SET : CLOUD_CHANGE_SET_EVENTS, run);
    if (machine->set.length) {
        request->change_set = machine->set;
        request->stack = (struct text){0};
    }
    machine_send(run, machine, is_nested ? PHASE_WHY_NESTED : PHASE_WHY);
}

void machine_explain_set(struct run *run, struct machine *machine) {
    machine->explains_set = true;
    ask_why(run, machine);
}

void machine_explain_stack(struct run *run, struct machine *machine) {
    machine->explains_set = false;
    machine->hook = 0;
    ask_next(run, machine);
}

void machine_explained(struct run *run, struct machine *machine) {
    if (machine->phase == PHASE_WHY_NESTED && !cloud_failed(&machine->call)) {
        ask_why(run, machine);
        return;
    }
    if (machine->phase == PHASE_WHY) note_validation(run, machine);
    if (machine->phase == PHASE_HOOKS) note_hooks(run, machine);
    if (machine->phase == PHASE_HOOK) note_advice(machine);
    if (machine->phase == PHASE_TRAIL) note_trail(machine);
    if (machine->phase == PHASE_WHY && names_hook(machine)) {
        machine_prepare(machine, CLOUD_HOOK_RESULTS, run)->change_set = machine->set;
        machine_send(run, machine, PHASE_HOOKS);
        return;
    }
    ask_next(run, machine);
}
