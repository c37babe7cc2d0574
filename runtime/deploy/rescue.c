/* What a stack's status says is to be done, by the table of CloudFormation's statuses; which of its
 * resources are in the way, also those of nested stacks.
 */
#include "runtime/deploy/rescue.h"

#include "base/hash.h"

enum {
    POLL_SECONDS = 3, WAIT_MOST = 12 * 3600,
    STALE_LOOKS = 5, /* until it is believed that nothing has happened */
    TRIES = 8, /* of a call that AWS throttles, or that had no answer */
};

struct rescuing {
    const struct cloud *cloud;
    struct arena *arena;
    struct rescue_stack *stack;
    uint32_t entered; /* stacks that were looked into, of one and those in it */
};

/* --- asking ----------------------------------------------------------------------------------- */

static bool passes(const struct cloud_error *error) {
    return error->is_network || text_is(error->code, "Throttling");
}

static void ask(const struct cloud *cloud, struct cloud_call *call) {
    for (unsigned tries = 0; tries < TRIES; tries++) {
        cloud_all(cloud, call, 1);
        if (!cloud_failed(call) || !passes(&call->error)) return;
        double until = cloud->now(cloud->context) + (1 << tries);
        while (cloud->now(cloud->context) < until) cloud->next(cloud->context, until);
    }
}

static struct cloud_call *new_call(const struct rescuing *rescuing, enum cloud_operation operation,
                                   struct text stack) {
    struct cloud_call *call = ARENA_NEW(rescuing->arena, struct cloud_call);
    *call = (struct cloud_call){.operation = operation, .region = rescuing->stack->stack->region,
                                .arena = rescuing->arena, .request = {.stack = stack}};
    return call;
}

/* --- resources in the way --------------------------------------------------------------------- */

/* "NAME" of "arn:aws:cloudformation:us-east-1:123456789012:stack/NAME/..." */
static struct text name_of_id(struct text id) {
    const char *slash = id.length ? memchr(id.bytes, '/', id.length) : NULL;
    if (!slash) return id;
    struct text name = {slash + 1, id.length - (size_t)(slash + 1 - id.bytes)};
    const char *end = memchr(name.bytes, '/', name.length);
    if (end) name.length = (size_t)(end - name.bytes);
    return name;
}

/* A stack whose resources are looked at. */
struct level {
    struct text id;
    struct text name, path; /* of a nested one: its name, and the logical ids that lead to it */
    unsigned depth;
};

static struct text joined(const struct rescuing *rescuing, struct text head, struct text rest) {
    if (!head.length) return rest;
    return text_format(rescuing->arena, "%.*s.%.*s", TEXT_ARGS(head), TEXT_ARGS(rest));
}

static void add_resource(const struct rescuing *rescuing, const struct level *level,
                         const struct cloud_resource *found) {
    struct rescue_stack *stack = rescuing->stack;
    stack->resources = arena_grown(rescuing->arena, stack->resources, stack->count,
                                   &stack->capacity, sizeof *stack->resources);
    struct text path = joined(rescuing, level->path, found->logical_id);
    stack->resources[stack->count++] = (struct rescue_resource){
        .name = joined(rescuing, level->name, found->logical_id), .path = path,
        .type = found->type, .physical_id = found->physical_id, .reason = found->reason,
        .resource = plan_resource(stack->template, path)};
}

/* A nested stack that is still there stands for the resources in it. */
static bool is_nested(const struct rescuing *rescuing, const struct cloud_resource *found) {
    if (!nested_is(found->type, found->physical_id)) return false;
    struct cloud_call *call = new_call(rescuing, CLOUD_DESCRIBE_STACKS, found->physical_id);
    ask(rescuing->cloud, call);
    if (cloud_failed(call) || !call->reply.stack_count) return false;
    /* A rollback can leave out a whole one that was to be deleted, and nothing in it. */
    bool goes_on = rescuing->stack->action == RESCUE_CONTINUE;
    return !text_starts(call->reply.stacks[0].status,
                        goes_on ? TEXT("DELETE_") : TEXT("DELETE_COMPLETE"));
}

/* When the rollback that failed began: what had failed before is why there is one, and goes
 * back. */
static double rollback_began(const struct rescuing *rescuing, struct text id) {
    struct cloud_call *call = new_call(rescuing, CLOUD_STACK_EVENTS, id);
    ask(rescuing->cloud, call);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.event_count; i++) {
        const struct cloud_event *event = &call->reply.events[i];
        if (text_is(event->status, "UPDATE_ROLLBACK_IN_PROGRESS") &&
            text_equal(event->physical_id, event->stack_id)) return event->time;
    }
    return 0;
}

/* status: of those in the way, or how it ends. */
static void collect(struct rescuing *rescuing, const struct level *level, const char *status) {
    if (rescuing->entered++ > LIMIT_NESTED_RESOURCES) return; /* AWS has no more */
    struct cloud_call *call = new_call(rescuing, CLOUD_STACK_RESOURCES, level->id);
    double since = rescuing->stack->action == RESCUE_CONTINUE ? rollback_began(rescuing, level->id)
                                                              : 0;
    ask(rescuing->cloud, call);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.resource_count; i++) {
        const struct cloud_resource *found = &call->reply.resources[i];
        bool is_it = *status == '_' ? text_ends(found->status, text_of(status))
                                    : text_is(found->status, status);
        /* What was only cancelled goes on by itself. */
        bool was_cancelled = found->reason.length &&
                             memmem(found->reason.bytes, found->reason.length, "cancelled", 9);
        bool is_inner = is_it && level->depth < LIMIT_NESTED_STACKS && is_nested(rescuing, found);
        if (!is_it || was_cancelled || (!is_inner && found->updated <= since)) continue;
        uint32_t before = rescuing->stack->count;
        struct level inner = {.id = found->physical_id, .name = name_of_id(found->physical_id),
                              .path = joined(rescuing, level->path, found->logical_id),
                              .depth = level->depth + 1};
        if (is_inner) collect(rescuing, &inner, status);
        if (rescuing->stack->count == before && found->updated > since) {
            add_resource(rescuing, level, found);
        }
    }
}

/* When what runs was begun: the oldest of the newest events with one token. */
static double began(const struct rescuing *rescuing) {
    struct cloud_call *call = new_call(rescuing, CLOUD_STACK_EVENTS, rescuing->stack->id);
    double time = 0;
    ask(rescuing->cloud, call);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.event_count; i++) {
        if (!text_equal(call->reply.events[i].token, call->reply.events[0].token)) break;
        time = call->reply.events[i].time;
    }
    return time;
}

/* --- what is to be done ----------------------------------------------------------------------- */

static const struct {
    const char *status;
    enum rescue_action action, harder;
    const char *resources; /* the status of those in the way, or NULL */
} recipes[] = {
    {"REVIEW_IN_PROGRESS", RESCUE_DELETE, RESCUE_NONE, NULL},
    {"ROLLBACK_COMPLETE", RESCUE_DELETE, RESCUE_NONE, NULL},
    {"ROLLBACK_FAILED", RESCUE_DELETE, RESCUE_KEEP, "DELETE_FAILED"},
    {"DELETE_FAILED", RESCUE_DELETE, RESCUE_KEEP, "DELETE_FAILED"},
    {"CREATE_FAILED", RESCUE_ROLL_BACK, RESCUE_NONE, "CREATE_FAILED"},
    {"UPDATE_FAILED", RESCUE_ROLL_BACK, RESCUE_NONE, "UPDATE_FAILED"},
    {"UPDATE_ROLLBACK_FAILED", RESCUE_CONTINUE, RESCUE_SKIP, "UPDATE_FAILED"},
    {"IMPORT_ROLLBACK_FAILED", RESCUE_WAIT, RESCUE_NONE, "_FAILED"},
    {"UPDATE_IN_PROGRESS", RESCUE_CANCEL, RESCUE_NONE, "_IN_PROGRESS"},
    {"CREATE_IN_PROGRESS", RESCUE_DELETE, RESCUE_NONE, "_IN_PROGRESS"},
};

static bool take_recipe(struct rescuing *rescuing) {
    struct rescue_stack *stack = rescuing->stack;
    stack->runs = cloud_status_running(stack->status);
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        if (!text_is(stack->status, recipes[i].status)) continue;
        stack->action = recipes[i].action;
        stack->harder = recipes[i].harder;
        if (recipes[i].resources) {
            collect(rescuing, &(struct level){.id = stack->id}, recipes[i].resources);
        }
        if (stack->runs) stack->since = began(rescuing);
        /* Without a resource to leave out there is nothing harder. */
        if (!stack->count) stack->harder = RESCUE_NONE;
        return true;
    }
    if (!stack->runs) return false;
    stack->action = RESCUE_WAIT;
    collect(rescuing, &(struct level){.id = stack->id}, "_IN_PROGRESS");
    stack->since = began(rescuing);
    return true;
}

bool rescue_make(const struct cloud *cloud, const struct deploy_program *program, struct text name,
                 struct arena *arena, struct rescue *rescue, struct failure *why) {
    bool found = false;
    *rescue = (struct rescue){0};
    if (!status_list(cloud, program, arena, &rescue->status, why)) return false;
    rescue->stacks = arena_array(arena, rescue->status.count + 1, sizeof *rescue->stacks);
    for (uint32_t i = 0; i < rescue->status.count; i++) {
        const struct status_stack *stack = &rescue->status.stacks[i];
        if (name.length && !text_equal(stack->name, name) && !text_equal(stack->path, name))
            continue;
        found = true;
        /* A shell without tags is nobody's yet. */
        bool is_shell = stack->deployed && text_is(stack->deployed->status, "REVIEW_IN_PROGRESS");
        if (!stack->deployed || (stack->is_foreign && !is_shell)) continue;
        struct rescue_stack *one = &rescue->stacks[rescue->count];
        *one = (struct rescue_stack){.stack = stack, .template = status_template(program, stack),
                                     .id = stack->deployed->id, .status = stack->deployed->status,
                                     .reason = stack->deployed->status_reason};
        struct rescuing rescuing = {.cloud = cloud, .arena = arena, .stack = one};
        rescue->count += take_recipe(&rescuing);
    }
    if (found || !name.length) return true;
    failure_set(why, "the deployment has no stack \"%.*s\"", TEXT_ARGS(name));
    return failure_hint(why, "\"mrp status\" lists them.");
}

/* --- doing it --------------------------------------------------------------------------------- */

static enum cloud_operation operation_of(enum rescue_action action) {
    switch (action) {
    case RESCUE_NONE:
    case RESCUE_WAIT: return CLOUD_DESCRIBE_STACKS;
    case RESCUE_DELETE:
    case RESCUE_KEEP: return CLOUD_DELETE_STACK;
    case RESCUE_ROLL_BACK: return CLOUD_ROLLBACK_STACK;
    case RESCUE_CONTINUE:
    case RESCUE_SKIP: return CLOUD_CONTINUE_ROLLBACK;
    case RESCUE_CANCEL: return CLOUD_CANCEL_UPDATE;
    }
    return CLOUD_DESCRIBE_STACKS;
}

static struct text make_token(const struct cloud *cloud, const struct rescue_stack *stack,
                              struct arena *arena) {
    struct text seed = text_format(arena, "rescue/%.*s/%.6f", TEXT_ARGS(stack->id),
                                   cloud->now(cloud->context));
    return text_format(arena, "mrp-rescue-%.32s", hash_hex(arena, HASH_SHA256, seed).bytes);
}

/* Waits as long as AWS is at work. A look that fails is one more look; one that says what was
 * before may be too early. */
static bool wait_until_settled(const struct cloud *cloud, struct cloud_call look,
                               const volatile sig_atomic_t *interrupted, struct text before,
                               struct text *status) {
    double last = cloud->now(cloud->context) + WAIT_MOST;
    struct arena_mark before_looks = arena_mark(look.arena);
    unsigned stale = 0;
    while (!(interrupted && *interrupted) && cloud->now(cloud->context) < last) {
        struct cloud_call call = look;
        ask(cloud, &call);
        if (cloud_failed(&call) && cloud_not_found(&call.error)) {
            *status = TEXT("DELETE_COMPLETE");
            return true;
        }
        bool is_there = !cloud_failed(&call);
        if (is_there && cloud_status_running(call.reply.stacks[0].status)) {
            stale = STALE_LOOKS;
        } else if (is_there && (!text_equal(call.reply.stacks[0].status, before) ||
                                stale++ >= STALE_LOOKS)) {
            *status = call.reply.stacks[0].status;
            return true;
        }
        arena_rewind(look.arena, before_looks);
        double until = cloud->now(cloud->context) + POLL_SECONDS;
        while (cloud->now(cloud->context) < until && !(interrupted && *interrupted)) {
            cloud->next(cloud->context, until);
        }
    }
    return false;
}

static bool is_rescued(struct text status) {
    return cloud_status_good(status) || text_is(status, "DELETE_COMPLETE") ||
           text_is(status, "UPDATE_ROLLBACK_COMPLETE") || text_is(status, "ROLLBACK_COMPLETE");
}

static void add_name(struct text *names, uint32_t *count, struct text name) {
    for (uint32_t i = 0; i < *count; i++) {
        if (text_equal(names[i], name)) return;
    }
    names[(*count)++] = name;
}

bool rescue_run(const struct cloud *cloud, const struct rescue_stack *stack,
                enum rescue_action action, const volatile sig_atomic_t *interrupted,
                struct arena *arena, struct rescue_end *end, struct failure *why) {
    struct cloud_call look = {.operation = CLOUD_DESCRIBE_STACKS, .region = stack->stack->region,
                              .arena = arena, .request = {.stack = stack->id}};
    struct cloud_call call = look;
    struct text *names = arena_array(arena, stack->count + 1, sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; i < stack->count; i++) {
        /* a deletion keeps a nested stack as a whole */
        add_name(names, &count, action == RESCUE_KEEP ? text_until(stack->resources[i].path, '.')
                                                      : stack->resources[i].name);
    }
    call.operation = operation_of(action);
    call.request.token = make_token(cloud, stack, arena);
    if (action == RESCUE_SKIP) {
        call.request.skips = names;
        call.request.skip_count = count;
    } else if (action == RESCUE_KEEP) {
        call.request.retain = names;
        call.request.retain_count = count;
    }
    ask(cloud, &call);
    if (cloud_failed(&call)) {
        return failure_set(why, "AWS refuses for stack \"%.*s\" in %.*s: %.*s",
                           TEXT_ARGS(stack->stack->name), TEXT_ARGS(stack->stack->region),
                           TEXT_ARGS(call.error.message));
    }
    if (wait_until_settled(cloud, look, interrupted, stack->status, &end->status)) {
        end->is_rescued = is_rescued(end->status);
        return true;
    }
    return failure_set(why, "stack \"%.*s\" in %.*s has not settled yet",
                       TEXT_ARGS(stack->stack->name), TEXT_ARGS(stack->stack->region));
}
