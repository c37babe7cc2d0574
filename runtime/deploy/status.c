/* Two rounds: the stacks of all regions, then events and resources of those that are there. */
#include "runtime/deploy/status.h"

struct inner { /* a nested stack that failed */
    struct text id, logical_id;
    double time;
    struct text path; /* logical ids that lead to where it is */
};

struct looking {
    const struct deploy_program *program;
    struct status *status;
    struct arena *arena;
    struct text *regions;
    uint32_t region_count;
    struct cloud_call *calls;
};

static void add_region(struct looking *looking, struct text region) {
    for (uint32_t i = 0; i < looking->region_count; i++) {
        if (text_equal(looking->regions[i], region)) return;
    }
    looking->regions[looking->region_count++] = region;
}

static bool ask_regions(struct looking *looking, const struct cloud *cloud, struct failure *why) {
    const struct template_set *set = looking->program->set;
    looking->regions = arena_array(looking->arena, set->count + 1, sizeof *looking->regions);
    for (uint32_t i = 0; i < set->count; i++) add_region(looking, set->templates[i].region_name);
    uint32_t count = looking->region_count;
    looking->calls = arena_array(looking->arena, count + 1, sizeof *looking->calls);
    for (uint32_t i = 0; i <= count; i++) {
        looking->calls[i] = (struct cloud_call){
            .operation = i < count ? CLOUD_DESCRIBE_STACKS : CLOUD_IDENTITY,
            .region = i < count ? looking->regions[i] : count ? looking->regions[0]
                                                               : TEXT("us-east-1"),
            .arena = looking->arena};
    }
    cloud_all(cloud, looking->calls, count + 1);
    for (uint32_t i = 0; i <= count; i++) {
        if (!cloud_failed(&looking->calls[i])) continue;
        return failure_set(why, "could not list the stacks in %.*s: %.*s",
                           TEXT_ARGS(looking->calls[i].region),
                           TEXT_ARGS(looking->calls[i].error.message));
    }
    looking->status->account = looking->calls[count].reply.account;
    looking->status->caller = looking->calls[count].reply.caller;
    return true;
}

static const struct cloud_stack *find(const struct cloud_reply *reply, struct text name) {
    for (uint32_t i = 0; i < reply->stack_count; i++) {
        if (text_equal(reply->stacks[i].name, name)) return &reply->stacks[i];
    }
    return NULL;
}

static bool in_program(const struct template_set *set, struct text region, struct text name) {
    for (uint32_t i = 0; i < set->count; i++) {
        if (text_equal(set->templates[i].region_name, region) &&
            text_equal(set->templates[i].name, name)) return true;
    }
    return false;
}

static void add_program(struct looking *looking, uint32_t region) {
    const struct template_set *set = looking->program->set;
    const struct cloud_reply *reply = &looking->calls[region].reply;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[set->order[i]];
        if (!text_equal(template->region_name, looking->regions[region])) continue;
        const struct cloud_stack *deployed = find(reply, template->name);
        looking->status->stacks[looking->status->count++] = (struct status_stack){
            .name = template->name, .region = template->region_name,
            .label = template->region_label, .path = template->path, .in_program = true,
            .deployed = deployed, .is_foreign = deployed && !plan_owns(looking->program, deployed)};
    }
}

static void add_orphans(struct looking *looking, uint32_t region) {
    const struct cloud_reply *reply = &looking->calls[region].reply;
    for (uint32_t i = 0; i < reply->stack_count; i++) {
        const struct cloud_stack *stack = &reply->stacks[i];
        if (!plan_owns(looking->program, stack) ||
            in_program(looking->program->set, looking->regions[region], stack->name)) continue;
        looking->status->stacks[looking->status->count++] = (struct status_stack){
            .name = stack->name, .region = looking->regions[region],
            .label = looking->regions[region], .path = plan_tag(stack, "mrp:stack"),
            .deployed = stack};
    }
}

static void collect(struct looking *looking) {
    uint32_t most = looking->program->set->count + 1;
    for (uint32_t i = 0; i < looking->region_count; i++)
        most += looking->calls[i].reply.stack_count;
    looking->status->stacks = arena_array(looking->arena, most, sizeof *looking->status->stacks);
    for (uint32_t i = 0; i < looking->region_count; i++) {
        add_program(looking, i);
        add_orphans(looking, i);
    }
}

/* The first failure of the last operation: the cause of what followed it. inner: the nested
 * stack that failed first, and its logical id. */
static void note_failure(struct status_stack *stack, const struct cloud_reply *reply,
                         struct inner *inner) {
    *inner = (struct inner){.path = inner->path};
    if (!reply->event_count) return;
    struct text token = reply->events[0].token;
    for (uint32_t i = 0; i < reply->event_count; i++) {
        const struct cloud_event *event = &reply->events[i];
        if (!text_equal(event->token, token)) return;
        if (event->hook_type.length && !text_is(event->hook_mode, "WARN") &&
            text_ends(event->hook_status, TEXT("_FAILED")) &&
            text_equal(event->logical_id, stack->failure_id)) {
            stack->hook = event->hook_type;
            stack->hook_reason = event->hook_reason;
        }
        if (!text_ends(event->status, TEXT("_FAILED")) || !event->reason.length ||
            memmem(event->reason.bytes, event->reason.length, "cancelled", 9)) continue;
        if (nested_is(event->type, event->physical_id)) {
            bool is_inner = !text_equal(event->physical_id, event->stack_id);
            if (is_inner) *inner = (struct inner){event->physical_id, event->logical_id,
                                                  event->time, inner->path};
            continue;
        }
        stack->failure = event->reason;
        stack->failure_id = event->logical_id;
        stack->failure_time = event->time;
        stack->hook = (struct text){0};
    }
}

/* Where the failure began inside of a nested stack. */
static void look_inside(struct looking *looking, const struct cloud *cloud,
                        struct status_stack *stack, struct inner inner) {
    for (unsigned depth = 0; depth < LIMIT_NESTED_STACKS && inner.id.length; depth++) {
        if (stack->failure.length && stack->failure_time < inner.time) return;
        struct cloud_call call = {.operation = CLOUD_STACK_EVENTS, .region = stack->region,
                                  .arena = looking->arena, .request = {.stack = inner.id}};
        cloud_all(cloud, &call, 1);
        if (cloud_failed(&call)) return;
        inner.path = inner.path.length
                         ? text_format(looking->arena, "%.*s.%.*s", TEXT_ARGS(inner.path),
                                       TEXT_ARGS(inner.logical_id)) : inner.logical_id;
        stack->failure = (struct text){0};
        note_failure(stack, &call.reply, &inner);
        if (!stack->failure.length) continue;
        stack->failure_id = text_format(looking->arena, "%.*s.%.*s", TEXT_ARGS(inner.path),
                                        TEXT_ARGS(stack->failure_id));
        stack->failure_time = 0; /* nothing is older */
    }
}

static void look_closer(struct looking *looking, const struct cloud *cloud) {
    struct status *status = looking->status;
    struct cloud_call *calls = arena_array(looking->arena, 2 * status->count + 1, sizeof *calls);
    uint32_t count = 0;
    for (uint32_t i = 0; i < status->count; i++) {
        struct status_stack *stack = &status->stacks[i];
        if (!stack->deployed) continue;
        stack->is_good = cloud_status_good(stack->deployed->status);
        for (int both = 0; both < 2; both++) {
            calls[count++] = (struct cloud_call){
                .operation = both ? CLOUD_STACK_EVENTS : CLOUD_STACK_RESOURCES,
                .region = stack->region, .arena = looking->arena, .context = stack,
                .request = {.stack = stack->deployed->id}};
        }
    }
    cloud_all(cloud, calls, count);
    for (uint32_t i = 0; i < count; i++) {
        struct status_stack *stack = calls[i].context;
        if (cloud_failed(&calls[i])) continue;
        if (calls[i].operation == CLOUD_STACK_RESOURCES) {
            stack->resources = calls[i].reply.resources;
            stack->resource_count = calls[i].reply.resource_count;
            continue;
        }
        struct inner inner = {0};
        note_failure(stack, &calls[i].reply, &inner);
        if (!stack->is_good) look_inside(looking, cloud, stack, inner);
    }
}

static bool list(struct looking *looking, const struct cloud *cloud, struct failure *why) {
    *looking->status = (struct status){.now = cloud->now(cloud->context)};
    if (!ask_regions(looking, cloud, why)) return false;
    collect(looking);
    return true;
}

bool status_list(const struct cloud *cloud, const struct deploy_program *program,
                 struct arena *arena, struct status *status, struct failure *why) {
    struct looking looking = {.program = program, .status = status, .arena = arena};
    return list(&looking, cloud, why);
}

bool status_make(const struct cloud *cloud, const struct deploy_program *program,
                 struct arena *arena, struct status *status, struct failure *why) {
    struct looking looking = {.program = program, .status = status, .arena = arena};
    if (!list(&looking, cloud, why)) return false;
    look_closer(&looking, cloud);
    status_pipelines(cloud, arena, status);
    return true;
}

const struct template *status_template(const struct deploy_program *program,
                                       const struct status_stack *stack) {
    for (uint32_t i = 0; i < program->set->count; i++) {
        const struct template *template = &program->set->templates[i];
        if (text_equal(template->name, stack->name) &&
            text_equal(template->region_name, stack->region)) return template;
    }
    return NULL;
}
