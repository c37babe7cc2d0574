/* Templates of what is there, and change sets that say what an update would do: made, read,
 * deleted. */
#include "runtime/deploy/making.h"

#include "base/hash.h"

enum { PLAN_POLLS = 150 };      /* at most, of change sets that are being made */

struct cloud_call *making_call(struct making *making, const struct plan_stack *stack,
                               enum cloud_operation operation) {
    struct cloud_call *call = ARENA_NEW(making->arena, struct cloud_call);
    call->operation = operation;
    call->region = stack->region;
    call->arena = making->arena;
    call->request.stack = stack->id.length ? stack->id : stack->name;
    return call;
}

static const struct cloud_stack **deployed_stacks(struct making *making) {
    const struct cloud_stack **deployed =
        arena_array(making->arena, making->plan->count + 1, sizeof *deployed);
    for (uint32_t i = 0; i < making->plan->count; i++) {
        deployed[i] = making->plan->stacks[i].deployed;
    }
    return deployed;
}

/* Puts the template of a stack that is to be compared by change set where it is read from. */
static bool upload(struct making *making, const struct plan_stack *stack) {
    if (!plan_is_large(stack)) return true;
    struct text key, url;
    if (!making_has_assets(making, stack->region)) return false;
    assets_place(making->arena, making->plan->account, stack, &key, &url);
    struct cloud_call *call = making_call(making, stack, CLOUD_PUT_OBJECT);
    call->request.bucket = assets_bucket(making->arena, making->plan->account, stack->region);
    call->request.key = key;
    call->request.body = stack->body;
    cloud_all(making->cloud, call, 1);
    return !cloud_failed(call);
}

static bool wants_set(const struct making *making, const struct plan_stack *stack) {
    return stack->action == PLAN_UPDATE && !(making->options && making->options->quick);
}

static struct cloud_call *set_call(struct making *making, const struct making_sets *sets,
                                   uint32_t stack, enum cloud_operation operation) {
    struct cloud_call *call = making_call(making, &making->plan->stacks[stack], operation);
    call->request.change_set = text_of(sets->name);
    return call;
}

static void begin_sets(struct making *making, struct making_sets *sets) {
    struct deploy_inputs inputs = {making->plan, making->deployed};
    for (uint32_t i = 0; i < making->plan->count; i++) {
        if (!sets->has[i]) continue;
        struct cloud_call *call = &sets->made[i];
        *call = *set_call(making, sets, i, CLOUD_CREATE_CHANGE_SET);
        sets->has[i] = deploy_request(&inputs, &making->plan->stacks[i], making->arena,
                                      &call->request);
        if (!sets->has[i]) continue;
        call->request.change_set = text_of(sets->name);
        if (sets->mode) {
            call->request.mode = text_of(sets->mode);
            call->request.with_nested = false; /* both at once are not taken */
        }
        making->cloud->begin(making->cloud->context, call);
    }
}

static void sets_init(struct making *making, struct making_sets *sets, const char *name,
                      const char *mode) {
    size_t count = making->plan->count + 1;
    *sets = (struct making_sets){.name = name, .mode = mode};
    sets->has = arena_array(making->arena, count, sizeof *sets->has);
    sets->made = arena_array(making->arena, count, sizeof *sets->made);
    sets->told = arena_array(making->arena, count, sizeof *sets->told);
}

void making_begin_round(struct making *making, struct cloud_call **templates) {
    struct plan *plan = making->plan;
    bool shows = making->options && making->options->drift == PLAN_DRIFT_SHOWN;
    making->deployed = deployed_stacks(making);
    sets_init(making, &making->sets, "mrp-plan", NULL);
    sets_init(making, &making->aware, "mrp-drift", "REVERT_DRIFT");
    for (uint32_t i = 0; i < plan->count; i++) {
        making->sets.has[i] =
            wants_set(making, &plan->stacks[i]) && upload(making, &plan->stacks[i]);
        making->aware.has[i] = shows && making->sets.has[i];
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        struct plan_stack *stack = &plan->stacks[i];
        if (!stack->deployed || stack->action == PLAN_CREATE) continue;
        templates[i] = making_call(making, stack, CLOUD_GET_TEMPLATE);
        making->cloud->begin(making->cloud->context, templates[i]);
    }
    begin_sets(making, &making->sets);
    begin_sets(making, &making->aware);
}

static void wait_for(struct making *making, uint32_t count) {
    const struct cloud *cloud = making->cloud;
    while (count > 0) {
        if (cloud->next(cloud->context, cloud->now(cloud->context) + 60)) count--;
    }
}

static bool read_body(struct making *making, struct text body, struct document **document,
                      struct plan_stack *stack) {
    if (!body.length) return true;
    if (document_read(making->arena, body, document, making->why)) return true;
    struct failure cause = *making->why;
    return failure_set(making->why, "the template of stack \"%.*s\" could not be read: %s",
                       TEXT_ARGS(stack->name), cause.message);
}

/* A change set of our name that a killed plan left is deleted, and ours made after all. */
static void make_again(struct making *making, struct making_sets *sets) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        struct cloud_call *call = &sets->made[i];
        if (!sets->has[i] || !text_is(call->error.code, "AlreadyExistsException")) continue;
        cloud_all(making->cloud, set_call(making, sets, i, CLOUD_DELETE_CHANGE_SET), 1);
        cloud_all(making->cloud, call, 1);
    }
}

bool making_finish_round(struct making *making, struct cloud_call **templates) {
    struct plan *plan = making->plan;
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        count += (templates[i] != NULL) + making->sets.has[i] + making->aware.has[i];
    }
    wait_for(making, count);
    make_again(making, &making->sets);
    make_again(making, &making->aware);
    for (uint32_t i = 0; i < plan->count; i++) {
        struct plan_stack *stack = &plan->stacks[i];
        if (!read_body(making, stack->body, &stack->wanted, stack)) return false;
        if (!templates[i]) continue;
        if (cloud_failed(templates[i])) {
            return making_failed(making->why, templates[i], "read the template of a stack");
        }
        struct text body = templates[i]->reply.body;
        if (!read_body(making, body, &stack->current, stack)) return false;
        stack->deployed_body = body;
        stack->deployed_hash = hash_hex(making->arena, HASH_SHA256, body);
    }
    return true;
}

/* --- what they say ---------------------------------------------------------------------------- */

enum { LATE_POLLS = 10 }; /* in which a change set that was made just now may not be seen yet */

static bool is_made(const struct cloud_call *call, uint32_t poll) {
    struct text status = call->reply.change_set.status;
    if (text_is(call->error.code, "ChangeSetNotFound")) return poll >= LATE_POLLS;
    return cloud_failed(call) || !(text_is(status, "CREATE_PENDING") ||
                                   text_is(status, "CREATE_IN_PROGRESS"));
}

static bool is_there(const struct making_sets *sets, uint32_t stack) {
    return sets->has[stack] && !cloud_failed(&sets->made[stack]);
}

/* Asks for those that are not made yet; how many. */
static uint32_t ask_sets(struct making *making, struct making_sets *sets, uint32_t poll) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < making->plan->count; i++) {
        if (!is_there(sets, i) || (poll && is_made(&sets->told[i], poll))) continue;
        sets->told[i] = *set_call(making, sets, i, CLOUD_DESCRIBE_CHANGE_SET);
        making->cloud->begin(making->cloud->context, &sets->told[i]);
        count++;
    }
    return count;
}

static bool are_made(const struct making *making, const struct making_sets *sets,
                     uint32_t poll) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        if (is_there(sets, i) && !is_made(&sets->told[i], poll)) return false;
    }
    return true;
}

void making_describe_sets(struct making *making) {
    for (uint32_t poll = 0; poll < PLAN_POLLS; poll++) {
        uint32_t count = ask_sets(making, &making->sets, poll);
        count += ask_sets(making, &making->aware, poll);
        if (!count) return;
        wait_for(making, count);
        if (are_made(making, &making->sets, poll) && are_made(making, &making->aware, poll)) return;
        double until = making->cloud->now(making->cloud->context) + (poll < 5 ? 1 : 4);
        while (making->cloud->next(making->cloud->context, until)) {}
    }
}

static uint32_t delete_sets(struct making *making, const struct making_sets *sets) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < making->plan->count; i++) {
        if (!is_there(sets, i)) continue;
        making->cloud->begin(making->cloud->context,
                             set_call(making, sets, i, CLOUD_DELETE_CHANGE_SET));
        count++;
    }
    return count;
}

void making_delete_sets(struct making *making) {
    uint32_t count = delete_sets(making, &making->sets);
    wait_for(making, count + delete_sets(making, &making->aware));
}
