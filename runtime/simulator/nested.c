/* Stacks in stacks. A resource of type AWS::CloudFormation::Stack is a stack of its own, whose
 * template lies in a bucket. While the parent runs, the nested stack is led by it: it deletes what
 * it no longer needs only when all of the parent went well, and takes back what it has done when
 * the parent fails. */
#include <math.h>

#include "base/limits.h"
#include "runtime/simulator/calls.h"
#include "runtime/simulator/engine.h"

enum { RANDOM_LETTERS = 13 };

bool sim_is_nested(struct text type) { return text_is(type, "AWS::CloudFormation::Stack"); }

struct sim_stack *sim_nested_stack(struct simulator *simulator,
                                   const struct sim_resource *resource) {
    struct text id = resource->now.physical_id;
    if (!sim_is_nested(resource->type)) return NULL;
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        if (text_equal(simulator->stacks[i]->id, id)) return simulator->stacks[i];
    }
    return NULL;
}

static bool is_live(const struct sim_stack *child) {
    return child && child->status != SIM_DELETE_COMPLETE;
}

bool sim_nested_awaits(struct simulator *simulator, const struct sim_resource *resource) {
    if (!sim_is_nested(resource->type)) return false;
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    return is_live(child) && child->phase == PHASE_AWAIT;
}

void sim_wake_parent(struct simulator *simulator, const struct sim_stack *stack) {
    struct sim_stack *parent =
        stack->parent_id.length
            ? sim_stack_live(simulator, stack->region, stack->parent_id) : NULL;
    for (uint32_t i = 0; parent && i < parent->resource_count; i++) {
        struct sim_resource *resource = parent->resources[i];
        if (resource->work != WORK_RUNNING ||
            !text_equal(resource->now.physical_id, stack->id)) continue;
        resource->until = simulator->clock;
        parent->is_woken = parent->is_dirty = true;
    }
}

/* The parent waits until the nested stack wakes it. */
static void wait_for_stack(struct sim_resource *resource) {
    resource->work = WORK_RUNNING;
    resource->until = HUGE_VAL;
}

static void wait_a_moment(struct simulator *simulator, struct sim_resource *resource) {
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + 1;
}

/* In AWS's words; a rollback that is over by now had only begun when the parent was told. */
static void fail(struct simulator *simulator, struct sim_stack *stack,
                 struct sim_resource *resource, const char *what, const struct sim_stack *child) {
    struct arena *arena = &simulator->arena;
    struct text status = {0}, reason = child ? child->reason : TEXT("it is gone");
    bool is_back = child && child->status == SIM_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS;
    if (is_back) reason = child->cause;
    if (strcmp(what, "updated") == 0 && child) {
        status = text_format(arena, ". Currently in %s with reason",
                             sim_status_name(is_back ? SIM_UPDATE_ROLLBACK_IN_PROGRESS
                                                     : child->status));
    }
    sim_fail_resource(simulator, stack, resource,
                      text_format(arena, "Embedded stack %.*s was not successfully %s%.*s: %.*s",
                                  TEXT_ARGS(resource->now.physical_id), what, TEXT_ARGS(status),
                                  TEXT_ARGS(reason)));
}

/* --- what is asked for ------------------------------------------------------------------------ */

/* "PARENT-LOGICAL-RANDOM", at most as long as a stack's name may be. */
static struct text child_name(struct simulator *simulator, const struct sim_stack *parent,
                              struct text logical_id) {
    struct arena *arena = &simulator->arena;
    char random[RANDOM_LETTERS];
    struct text seed = text_format(arena, "nested/%.*s/%.*s/%llu", TEXT_ARGS(parent->id),
                                   TEXT_ARGS(logical_id),
                                   (unsigned long long)++simulator->counter);
    sim_random(seed, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", random, sizeof random);
    struct text name = parent->name;
    size_t room = LIMIT_STACK_NAME - RANDOM_LETTERS - 2;
    if (logical_id.length > room / 2) logical_id.length = room / 2;
    if (name.length > room - logical_id.length) name.length = room - logical_id.length;
    return text_format(arena, "%.*s-%.*s-%.*s", TEXT_ARGS(name), TEXT_ARGS(logical_id),
                       RANDOM_LETTERS, random);
}

static bool take_parameters(struct cloud_call *call, const struct document *written) {
    if (!written) return true;
    struct cloud_parameter *parameters =
        arena_array(call->arena, written->count + 1, sizeof *parameters);
    for (const struct document *p = written->children; p; p = p->next) {
        struct text value;
        if (p->kind == DOCUMENT_TEXT || p->kind == DOCUMENT_NUMBER) value = p->text;
        else if (p->kind == DOCUMENT_BOOL) value = text_of(p->boolean ? "true" : "false");
        else {
            return sim_refuse(call, "ValidationError", "Value of property Parameters must be an "
                                                       "object with String (or simple type) "
                                                       "properties");
        }
        parameters[call->request.parameter_count++] =
            (struct cloud_parameter){.key = p->key, .value = value};
    }
    call->request.parameters = parameters;
    return true;
}

static void add_tag(struct cloud_tag *tags, uint32_t *count, struct cloud_tag tag) {
    for (uint32_t i = 0; i < *count; i++) {
        if (!text_equal(tags[i].key, tag.key)) continue;
        tags[i] = tag;
        return;
    }
    tags[(*count)++] = tag;
}

/* Those of the parent, and its own. */
static void take_tags(struct cloud_call *call, const struct cloud_tag *of_parent, uint32_t count,
                      const struct document *written) {
    uint32_t room = count + (written ? written->count : 0) + 1;
    struct cloud_tag *tags = arena_array(call->arena, room, sizeof *tags);
    for (uint32_t i = 0; i < count; i++) {
        add_tag(tags, &call->request.tag_count, of_parent[i]);
    }
    for (const struct document *t = written ? written->children : NULL; t; t = t->next) {
        const struct document *key = document_get(t, "Key"), *value = document_get(t, "Value");
        if (!key || !value) continue;
        add_tag(tags, &call->request.tag_count, (struct cloud_tag){key->text, value->text});
    }
    call->request.tags = tags;
    call->request.has_tags = true;
}

static void take_notifications(struct cloud_call *call, const struct document *written) {
    if (!written || written->kind != DOCUMENT_LIST) return;
    struct text *topics = arena_array(call->arena, written->count + 1, sizeof *topics);
    for (const struct document *t = written->children; t; t = t->next) {
        topics[call->request.notification_count++] = t->text;
    }
    call->request.notifications = topics;
    call->request.has_notifications = true;
}

/* How many stacks the stack is in, and how many resources all of them have together. */
static unsigned depth_of(struct simulator *simulator, const struct sim_stack *stack) {
    unsigned depth = 0;
    while (stack && stack->parent_id.length && depth <= LIMIT_NESTED_STACKS) {
        stack = sim_stack_find(simulator, stack->region, stack->parent_id);
        depth++;
    }
    return depth;
}

static struct text root_of(const struct sim_stack *stack) {
    return stack->root_id.length ? stack->root_id : stack->id;
}

static uint32_t tree_size(const struct simulator *simulator, const struct sim_stack *parent,
                          const struct sim_stack *child) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        const struct sim_stack *stack = simulator->stacks[i];
        if (stack != child && is_live(stack) && stack->now.blueprint &&
            text_equal(root_of(stack), root_of(parent))) count += stack->now.blueprint->count;
    }
    return count;
}

struct sim_change_set *sim_nested_draft(struct simulator *simulator, struct sim_stack *parent,
                                        const struct sim_change_set *by, struct text logical_id,
                                        const struct document *properties, struct sim_stack *child,
                                        struct cloud_call *call) {
    const struct document *url = document_get(properties, "TemplateURL");
    bool is_new = !child || child->status == SIM_REVIEW_IN_PROGRESS;
    struct arena *arena = call->arena;
    *call = (struct cloud_call){.arena = arena, .region = parent->region, .request = {
        .stack = child ? child->name : child_name(simulator, parent, logical_id),
        .change_type = is_new ? TEXT("CREATE") : TEXT("UPDATE"),
        .url = url && url->kind == DOCUMENT_TEXT ? url->text : (struct text){0},
        .token = parent->token,
        .capabilities = by ? by->capabilities : parent->capabilities,
        .capability_count = by ? by->capability_count : parent->capability_count}};
    if (depth_of(simulator, parent) >= LIMIT_NESTED_STACKS) {
        sim_refuse(call, "ValidationError", "stacks are nested more than %d deep",
                   LIMIT_NESTED_STACKS);
        return NULL;
    }
    take_tags(call, by ? by->tags : parent->now.tags, by ? by->tag_count : parent->now.tag_count,
              document_get(properties, "Tags"));
    take_notifications(call, document_get(properties, "NotificationARNs"));
    if (!take_parameters(call, document_get(properties, "Parameters")) ||
        !sim_check_template(call)) return NULL;
    struct sim_change_set *set = sim_draft(simulator, call, is_new ? NULL : child);
    if (!set) return NULL;
    if (!set->blueprint) {
        sim_refuse(call, "ValidationError", "%.*s", TEXT_ARGS(set->status_reason));
        return NULL;
    }
    if (tree_size(simulator, parent, child) + set->blueprint->count <= LIMIT_NESTED_RESOURCES) {
        return set;
    }
    sim_refuse(call, "ValidationError", "Number of resources in the nested stacks of %.*s is "
                                        "greater than maximum allowed, %d",
               TEXT_ARGS(parent->name), LIMIT_NESTED_RESOURCES);
    return NULL;
}

struct document *sim_nested_output(struct simulator *simulator, const struct sim_resource *resource,
                                   struct arena *arena, struct text attribute) {
    static const struct text prefix = {"Outputs.", 8};
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (!is_live(child) || !text_starts(attribute, prefix)) return NULL;
    struct text key = {attribute.bytes + prefix.length, attribute.length - prefix.length};
    for (uint32_t i = 0; i < child->output_count; i++) {
        if (!text_equal(child->outputs[i].key, key)) continue;
        return document_text(arena, child->outputs[i].value);
    }
    return NULL;
}

/* --- creation and update ---------------------------------------------------------------------- */

/* The stack that a nested change set has made for the resource, or NULL. */
static struct sim_stack *reserved(struct simulator *simulator, const struct sim_stack *parent,
                                  struct text logical_id) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *stack = simulator->stacks[i];
        if (stack->status == SIM_REVIEW_IN_PROGRESS && text_equal(stack->parent_id, parent->id) &&
            text_equal(stack->nested_as, logical_id)) return stack;
    }
    return NULL;
}

struct sim_stack *sim_nested_new(struct simulator *simulator, const struct sim_stack *parent,
                                 struct text logical_id, struct text name) {
    struct sim_stack *child = sim_stack_new(simulator, parent->region, name);
    child->parent_id = parent->id;
    child->root_id = root_of(parent);
    child->nested_as = logical_id;
    return child;
}

static void lead(struct sim_stack *child, const struct sim_stack *parent) {
    child->is_led = true;
    child->token = parent->token;
    child->disable_rollback = parent->disable_rollback;
}

void sim_nested_create(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    struct cloud_call call = {.arena = &simulator->arena};
    struct sim_stack *child = reserved(simulator, stack, resource->logical_id);
    struct sim_change_set *set = sim_nested_draft(simulator, stack, NULL, resource->logical_id,
                                                  resource->next.properties, child, &call);
    if (!set) {
        sim_fail_resource(simulator, stack, resource, call.error.message);
        return;
    }
    if (!child && !sim_may_add_stack(simulator, stack->region)) {
        sim_fail_resource(simulator, stack, resource, TEXT("Limit for stack has been exceeded"));
        return;
    }
    if (!child) {
        child = sim_nested_new(simulator, stack, resource->logical_id, call.request.stack);
    }
    resource->generation++;
    resource->now = resource->next;
    resource->now.physical_id = child->id;
    sim_resource_status(simulator, stack, resource, SIM_CREATE_IN_PROGRESS,
                        TEXT("Resource creation Initiated"));
    set->id = sim_nested_set_take(stack, child);
    wait_for_stack(resource);
    lead(child, stack);
    sim_begin_create(simulator, child, set);
}

static bool can_update(struct cloud_call *call, const struct sim_resource *resource,
                       const struct sim_stack *child) {
    if (is_live(child)) return child->phase == PHASE_AWAIT || sim_check_updatable(call, child);
    return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                      TEXT_ARGS(resource->now.physical_id));
}

bool sim_nested_same(struct simulator *simulator, struct sim_stack *child,
                     struct sim_change_set *set) {
    sim_change_set_plan(simulator, child, set);
    return strcmp(set->status, "FAILED") == 0 && !set->validation_count && !set->change_count &&
           sim_is_no_change(set);
}

void sim_nested_update(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    struct cloud_call call = {.arena = &simulator->arena};
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    struct sim_change_set *set = NULL;
    struct text asked = sim_scripted(simulator, stack, resource, "UPDATE");
    if (!asked.length && can_update(&call, resource, child)) {
        set = sim_nested_draft(simulator, stack, NULL, resource->logical_id,
                               resource->next.properties, child, &call);
    }
    if (!set) {
        sim_fail_resource(simulator, stack, resource, asked.length ? asked : call.error.message);
        return;
    }
    resource->before = resource->now;
    resource->is_changed = true;
    resource->next.physical_id = resource->now.physical_id;
    resource->next.version = resource->now.version + 1;
    resource->now = resource->next;
    if (sim_nested_same(simulator, child, set)) {
        wait_a_moment(simulator, resource);
        return;
    }
    set->id = sim_nested_set_take(stack, child);
    wait_for_stack(resource);
    lead(child, stack);
    sim_begin_update(simulator, child, set);
}

static bool has_failed(const struct sim_stack *child) {
    return !child || child->status == SIM_CREATE_FAILED || child->status == SIM_UPDATE_FAILED ||
           child->status == SIM_UPDATE_ROLLBACK_IN_PROGRESS ||
           child->status == SIM_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS ||
           child->status == SIM_UPDATE_ROLLBACK_FAILED;
}

void sim_nested_end_forward(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource) {
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    bool is_made = resource->is_new && !resource->is_changed;
    if (has_failed(child)) {
        fail(simulator, stack, resource, is_made ? "created" : "updated", child);
        return;
    }
    sim_resource_status(simulator, stack, resource,
                        is_made ? SIM_CREATE_COMPLETE : SIM_UPDATE_COMPLETE, (struct text){0});
    sim_finish(stack, resource);
}

void sim_nested_cancel(struct simulator *simulator, const struct sim_resource *resource) {
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (!is_live(child) || !child->is_led || child->phase != PHASE_FORWARD) return;
    bool creates = child->origin == SIM_CREATE_IN_PROGRESS;
    sim_cancel_operation(simulator, child, creates ? TEXT("Resource creation cancelled")
                                                   : TEXT("Resource update cancelled"));
}

/* --- deletion --------------------------------------------------------------------------------- */

bool sim_nested_clean(struct simulator *simulator, const struct sim_stack *stack,
                      struct sim_resource *resource) {
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (!is_live(child) || child->phase != PHASE_AWAIT || stack->phase == PHASE_REMOVE ||
        resource->is_removed) return false;
    wait_for_stack(resource);
    sim_clean_nested(simulator, child);
    return true;
}

/* Why the nested stack cannot be deleted, or an empty text. */
static struct text against_deletion(struct simulator *simulator, const struct sim_stack *child) {
    struct text in_use = sim_export_in_use(simulator, &simulator->arena, child);
    if (in_use.length || child->phase == PHASE_IDLE || child->phase == PHASE_AWAIT) return in_use;
    return text_format(&simulator->arena, "Stack [%.*s] cannot be deleted while in status %s",
                       TEXT_ARGS(child->name), sim_status_name(child->status));
}

void sim_nested_delete(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    struct text against = sim_scripted(simulator, stack, resource, "DELETE");
    if (!against.length && is_live(child)) against = against_deletion(simulator, child);
    if (against.length) {
        sim_fail_resource(simulator, stack, resource, against);
    } else if (is_live(child)) {
        wait_for_stack(resource);
        child->is_led = true;
        sim_begin_delete(simulator, child, stack->token);
    }
}

void sim_nested_end_delete(struct simulator *simulator, struct sim_stack *stack,
                           struct sim_resource *resource) {
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (is_live(child) && child->status == SIM_DELETE_FAILED) {
        fail(simulator, stack, resource, "deleted", child);
        return;
    }
    if (is_live(child)) { /* it was cleaned up */
        sim_resource_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    } else {
        sim_resource_status(simulator, stack, resource, SIM_DELETE_COMPLETE, (struct text){0});
        resource->now.properties = NULL;
    }
    sim_finish(stack, resource);
}

/* --- rollback of an update -------------------------------------------------------------------- */

void sim_nested_restore(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_resource *resource) {
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (!is_live(child)) return;
    bool is_done = child->phase == PHASE_AWAIT &&
                   child->status == SIM_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS;
    bool has_stopped = child->status == SIM_UPDATE_FAILED ||
                       child->status == SIM_UPDATE_ROLLBACK_FAILED;
    if (!is_done && !has_stopped && child->phase != PHASE_RESTORE) return;
    wait_for_stack(resource);
    child->is_led = true;
    child->disable_rollback = false;
    if (is_done) sim_restore_nested(simulator, child);
    if (has_stopped) sim_begin_rollback(simulator, child, stack->token);
}

void sim_nested_end_restore(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource) {
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (is_live(child) && child->phase == PHASE_RESTORE) { /* it only told that it has begun */
        wait_for_stack(resource);
        return;
    }
    if (is_live(child) && child->status == SIM_UPDATE_ROLLBACK_FAILED) {
        fail(simulator, stack, resource, "updated", child);
        return;
    }
    resource->now = resource->before;
    resource->is_changed = false;
    sim_resource_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    sim_finish(stack, resource);
}
