/* Detections are begun everywhere, asked after until all have ended, then their results are read.
 */
#include "runtime/deploy/drift.h"
#include "runtime/deploy/plan.h"

#include <math.h>

enum { POLL_FIRST = 2, POLL_LAST = 10, WAIT_MOST = 3600 }; /* seconds */

struct detecting {
    const struct cloud *cloud;
    struct drift *drift;
    struct arena *arena;
    struct arena page;        /* of one look at what runs */
    struct cloud_call *calls; /* one a stack */
    bool *has_begun, *is_running;
};

static struct cloud_call new_call(const struct detecting *detecting, uint32_t index,
                                  enum cloud_operation operation) {
    const struct status_stack *stack = detecting->drift->stacks[index].stack;
    return (struct cloud_call){.operation = operation, .region = stack->region,
                               .arena = detecting->arena,
                               .request = {.stack = stack->deployed->id}};
}

static void collect(struct detecting *detecting, const struct deploy_program *program) {
    struct drift *drift = detecting->drift;
    drift->stacks = arena_array(detecting->arena, drift->status.count + 1, sizeof *drift->stacks);
    for (uint32_t i = 0; i < drift->status.count; i++) {
        const struct status_stack *stack = &drift->status.stacks[i];
        if (!stack->deployed || stack->is_foreign ||
            text_is(stack->deployed->status, "REVIEW_IN_PROGRESS")) continue;
        drift->stacks[drift->count++] =
            (struct drift_stack){.stack = stack, .template = status_template(program, stack)};
    }
}

static void begin(struct detecting *detecting) {
    struct drift *drift = detecting->drift;
    struct cloud_call *calls = detecting->calls;
    for (uint32_t i = 0; i < drift->count; i++)
        calls[i] = new_call(detecting, i, CLOUD_DETECT_DRIFT);
    cloud_all(detecting->cloud, calls, drift->count);
    for (uint32_t i = 0; i < drift->count; i++) {
        detecting->has_begun[i] = detecting->is_running[i] = !cloud_failed(&calls[i]);
        if (cloud_failed(&calls[i])) drift->stacks[i].problem = calls[i].error.message;
    }
}

/* Asks after those that run; false when none does. */
static bool poll(struct detecting *detecting, const struct text *ids) {
    const struct cloud *cloud = detecting->cloud;
    bool any = false;
    uint32_t count = 0;
    for (uint32_t i = 0; i < detecting->drift->count; i++) {
        if (!detecting->is_running[i]) continue;
        detecting->calls[i] = new_call(detecting, i, CLOUD_DRIFT_STATUS);
        detecting->calls[i].arena = &detecting->page;
        detecting->calls[i].request.stack = (struct text){0};
        detecting->calls[i].request.id = ids[i];
        cloud->begin(cloud->context, &detecting->calls[i]);
        count++;
    }
    while (count) count -= cloud->next(cloud->context, cloud->now(cloud->context) + 60) != NULL;
    for (uint32_t i = 0; i < detecting->drift->count; i++) {
        const struct cloud_call *call = &detecting->calls[i];
        if (!detecting->is_running[i]) continue;
        bool runs = !cloud_failed(call) && text_is(call->reply.status, "DETECTION_IN_PROGRESS");
        detecting->is_running[i] = runs;
        any |= runs;
        if (cloud_failed(call)) {
            detecting->drift->stacks[i].problem = text_copy(detecting->arena, call->error.message);
        } else if (text_is(call->reply.status, "DETECTION_FAILED")) {
            detecting->drift->stacks[i].problem =
                text_copy(detecting->arena, call->reply.status_reason);
        }
    }
    arena_release(&detecting->page);
    return any;
}

static void wait_until_over(struct detecting *detecting, const volatile sig_atomic_t *interrupted) {
    const struct cloud *cloud = detecting->cloud;
    struct text *ids = arena_array(detecting->arena, detecting->drift->count + 1, sizeof *ids);
    double began = cloud->now(cloud->context), pause = POLL_FIRST;
    for (uint32_t i = 0; i < detecting->drift->count; i++) ids[i] = detecting->calls[i].reply.id;
    while (poll(detecting, ids)) {
        double until = cloud->now(cloud->context) + pause;
        bool is_over = until - began > WAIT_MOST || (interrupted && *interrupted);
        while (!is_over && cloud->now(cloud->context) < until) {
            cloud->next(cloud->context, until);
            is_over = interrupted && *interrupted;
        }
        pause = fmin(pause + 1, POLL_LAST);
        if (is_over) break;
    }
    for (uint32_t i = 0; i < detecting->drift->count; i++) {
        if (!detecting->is_running[i]) continue;
        detecting->drift->stacks[i].problem = TEXT("the comparison has not ended");
    }
}

/* A detection that failed for some resources has results for the others; one that never began has
 * none. */
static void read_results(struct detecting *detecting) {
    const struct cloud *cloud = detecting->cloud;
    struct drift *drift = detecting->drift;
    uint32_t count = 0;
    for (uint32_t i = 0; i < drift->count; i++) {
        if (!detecting->has_begun[i]) continue;
        detecting->calls[i] = new_call(detecting, i, CLOUD_RESOURCE_DRIFTS);
        cloud->begin(cloud->context, &detecting->calls[i]);
        count++;
    }
    while (count) count -= cloud->next(cloud->context, cloud->now(cloud->context) + 60) != NULL;
    for (uint32_t i = 0; i < drift->count; i++) {
        struct drift_stack *stack = &drift->stacks[i];
        const struct cloud_call *call = &detecting->calls[i];
        if (cloud_failed(call) && !stack->problem.length) stack->problem = call->error.message;
        if (detecting->has_begun[i] && !cloud_failed(call)) {
            stack->drifts = call->reply.drifts;
            stack->count = call->reply.drift_count;
        }
        drift->unknown += stack->problem.length != 0;
    }
}

/* "Tags" of "/Tags/0/Value" */
static struct text property_of(struct text path) {
    if (path.length && path.bytes[0] == '/') path = (struct text){path.bytes + 1, path.length - 1};
    const char *slash = path.length ? memchr(path.bytes, '/', path.length) : NULL;
    if (slash) path.length = (size_t)(slash - path.bytes);
    return path;
}

static uint32_t drop_ignored(const struct drift_stack *stack, struct cloud_drift *drift) {
    const struct template_resource *resource = plan_resource(stack->template, drift->logical_id);
    uint32_t kept = 0, all = drift->difference_count;
    for (uint32_t i = 0; i < all; i++) {
        struct text path = drift->differences[i].path;
        if (path.length) path = (struct text){path.bytes + 1, path.length - 1};
        if (!plan_ignores(resource, path)) drift->differences[kept++] = drift->differences[i];
    }
    drift->difference_count = kept;
    return all - kept;
}

/* What @ignore_changes names, and resources that differ in nothing else, are left out. */
static void count_differing(struct drift *drift, struct drift_stack *stack) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t dropped = drop_ignored(stack, &stack->drifts[i]);
        drift->ignored += dropped;
        if (dropped && !stack->drifts[i].difference_count) continue;
        stack->drifts[kept++] = stack->drifts[i];
    }
    stack->count = kept;
    drift->differing += kept;
}

static void hide_secrets(const struct deploy_program *program, struct arena *arena,
                         struct drift_stack *stack) {
    struct document *template;
    struct failure ignored;
    if (!stack->template || !stack->count ||
        !document_read(arena, program->bodies[stack->template->index], &template, &ignored)) return;
    for (uint32_t i = 0; i < stack->count; i++) {
        const struct cloud_drift *drift = &stack->drifts[i];
        for (uint32_t d = 0; d < drift->difference_count; d++) {
            struct cloud_difference *difference = &drift->differences[d];
            if (!secrets_in(template, drift->logical_id, property_of(difference->path))) continue;
            difference->expected = secrets_shown(difference->expected);
            difference->actual = secrets_shown(difference->actual);
        }
    }
}

bool drift_make(const struct cloud *cloud, const struct deploy_program *program,
                const volatile sig_atomic_t *interrupted, struct arena *arena, struct drift *drift,
                struct failure *why) {
    struct detecting detecting = {.cloud = cloud, .drift = drift, .arena = arena};
    *drift = (struct drift){0};
    if (!status_list(cloud, program, arena, &drift->status, why)) return false;
    collect(&detecting, program);
    detecting.calls = arena_array(arena, drift->count + 1, sizeof *detecting.calls);
    detecting.has_begun = arena_array(arena, drift->count + 1, sizeof *detecting.has_begun);
    detecting.is_running = arena_array(arena, drift->count + 1, sizeof *detecting.is_running);
    begin(&detecting);
    wait_until_over(&detecting, interrupted);
    read_results(&detecting);
    for (uint32_t i = 0; i < drift->count; i++) {
        count_differing(drift, &drift->stacks[i]);
        hide_secrets(program, arena, &drift->stacks[i]);
    }
    return true;
}
