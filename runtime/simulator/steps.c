/* The steps of one resource: created, updated, replaced, deleted, taken back. */
#include <math.h>

#include "runtime/simulator/engine.h"

/* --- events of one resource ------------------------------------------------------------------- */

void sim_resource_status(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource, unsigned status, struct text reason) {
    resource->status = (uint8_t)status;
    resource->updated = simulator->clock;
    resource->reason = reason;
    sim_event(simulator, stack, resource, status, reason);
}

static bool is_creation(const struct sim_resource *resource) {
    return resource->is_new && !resource->is_changed;
}

static unsigned failed_status(const struct sim_resource *resource) {
    if (!is_creation(resource)) return SIM_UPDATE_FAILED;
    return resource->import_id.length ? SIM_IMPORT_FAILED : SIM_CREATE_FAILED;
}

static struct text cancelled(const struct sim_resource *resource) {
    if (!is_creation(resource)) return TEXT("Resource update cancelled");
    return resource->import_id.length ? TEXT("Resource import cancelled")
                                      : TEXT("Resource creation cancelled");
}

void sim_cancel_work(struct simulator *simulator, struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->work == WORK_WAITING) resource->work = WORK_NONE;
        if (resource->work == WORK_NONE) continue;
        resource->work = WORK_NONE;
        resource->is_failed = true;
        if (sim_is_nested(resource->type)) sim_nested_cancel(simulator, resource);
        sim_resource_status(simulator, stack, resource, failed_status(resource),
                            cancelled(resource));
    }
}

void sim_fail_resource(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource, struct text reason) {
    resource->work = WORK_NONE;
    resource->is_failed = true;
    if (sim_is_deletion(stack->phase)) {
        sim_resource_status(simulator, stack, resource, SIM_DELETE_FAILED, reason);
        sim_finish(stack, resource);
        return;
    }
    sim_resource_status(simulator, stack, resource, failed_status(resource), reason);
    stack->is_failing = true;
    sim_cancel_work(simulator, stack);
}

/* The event of a hook that refuses, as recorded; what AWS says of the resource names the hook. */
static struct text refused_by_hook(struct simulator *simulator, struct sim_stack *stack,
                                   struct sim_resource *resource,
                                   const struct simulator_failure *failure) {
    struct arena *arena = &simulator->arena;
    sim_event(simulator, stack, resource, resource->status, (struct text){0});
    struct cloud_event *event = &stack->events[stack->event_count - 1];
    event->hook_type = failure->hook;
    event->hook_reason = text_format(arena, "Hook failed with message: %.*s",
                                     TEXT_ARGS(failure->reason));
    sim_complete_hook(arena, event);
    return text_format(arena, "The following hook(s) failed: [%.*s]", TEXT_ARGS(failure->hook));
}

/* A resource is named by its stack and logical id, or by one that its stack is nested in and
 * "Nested.LogicalId". */
static bool is_about(struct simulator *simulator, const struct simulator_failure *what,
                     const struct sim_stack *stack, struct text id) {
    if (!text_equal(what->region, stack->region)) return false;
    while (!text_equal(what->stack, stack->name)) {
        if (!stack->parent_id.length) return false;
        id = text_format(&simulator->arena, "%.*s.%.*s", TEXT_ARGS(stack->nested_as),
                         TEXT_ARGS(id));
        stack = sim_stack_find(simulator, stack->region, stack->parent_id);
        if (!stack) return false;
    }
    return text_equal(what->logical_id, id);
}

struct text sim_scripted(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource, const char *operation) {
    for (uint32_t i = 0; i < simulator->failure_count; i++) {
        struct sim_failure *failure = &simulator->failures[i];
        const struct simulator_failure *what = &failure->what;
        if (failure->is_spent || !text_is(what->operation, operation) ||
            !is_about(simulator, what, stack, resource->logical_id)) continue;
        failure->is_spent = simulator->failures_changed = true;
        return what->hook.length ? refused_by_hook(simulator, stack, resource, what)
                                 : what->reason;
    }
    return (struct text){0};
}

/* --- forward: create and update --------------------------------------------------------------- */

static bool is_taggable(const struct sim_resource *resource) {
    return resource->schema && (schema_type_flags(resource->schema) & SCHEMA_TYPE_TAGGABLE);
}

bool sim_resolve_next(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource, struct failure *why) {
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = stack->now.blueprint,
        .parameters = stack->now.parameters, .conditions = stack->now.conditions,
        .arena = &simulator->arena, .why = why,
        .imports = stack->imports, .import_count = stack->import_count,
        .import_capacity = stack->import_count,
    };
    const struct sim_item *item = resource->item;
    resource->next = (struct sim_state){.tags = stack->tag_text, .version = resource->now.version};
    resource->next.properties = item->properties ? sim_resolve(&scope, item->properties) : NULL;
    if (!resource->next.properties) {
        resource->next.properties = document_new(&simulator->arena, DOCUMENT_OBJECT);
    }
    stack->imports = scope.imports;
    stack->import_count = scope.import_count;
    return !scope.failed;
}

static struct text words(struct simulator *simulator, const char *message) {
    return text_copy(&simulator->arena, text_of(message));
}

void sim_step_create(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    struct failure why = {0};
    bool good = sim_resolve_next(simulator, stack, resource, &why);
    sim_resource_status(simulator, stack, resource, SIM_CREATE_IN_PROGRESS, (struct text){0});
    if (!good) {
        sim_fail_resource(simulator, stack, resource, words(simulator, why.message));
        return;
    }
    resource->work = WORK_STARTED;
    resource->until = simulator->clock + floor(sim_duration(resource->type, TEXT("CREATE")) * 0.3)
                      + 0.5;
}

static bool same_state(const struct sim_resource *resource) {
    if (is_taggable(resource) && !text_equal(resource->now.tags, resource->next.tags)) return false;
    return document_equal(resource->now.properties, resource->next.properties);
}

void sim_step_update(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    struct failure why = {0};
    if (!sim_resolve_next(simulator, stack, resource, &why)) {
        sim_resource_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS, (struct text){0});
        sim_fail_resource(simulator, stack, resource, words(simulator, why.message));
        return;
    }
    bool is_nested = sim_is_nested(resource->type);
    bool is_astray = stack->reverts_drift && sim_is_astray(resource, resource->next.properties);
    if (!is_nested && !is_astray && same_state(resource)) {
        sim_finish(stack, resource);
        return;
    }
    const struct document *found = is_astray && resource->actual ? resource->actual
                                                                 : resource->now.properties;
    resource->is_replacement =
        (is_astray && resource->is_missing) ||
        sim_needs_replacement(resource->schema, found, resource->next.properties);
    sim_resource_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS,
                        resource->is_replacement
                   ? TEXT("Requested update requires the creation of a new physical resource; "
                          "hence creating one.")
                   : (struct text){0});
    struct text reason;
    if (!sim_policy_allows(simulator, stack, resource,
                           resource->is_replacement ? "Update:Replace" : "Update:Modify",
                           &reason)) {
        sim_fail_resource(simulator, stack, resource, reason);
        return;
    }
    if (is_nested) {
        sim_nested_update(simulator, stack, resource);
        return;
    }
    resource->work = resource->is_replacement ? WORK_STARTED : WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("UPDATE"));
}

/* What AWS would say against making the resource, or an empty text. */
static struct text objection(struct simulator *simulator, struct sim_stack *stack,
                             struct sim_resource *resource) {
    struct text reason, path;
    struct sim_stack *owner;
    struct arena *arena = &simulator->arena;
    struct text asked = sim_scripted(simulator, stack, resource,
                                     resource->is_replacement ? "UPDATE" : "CREATE");
    if (asked.length) return asked;
    if (!sim_validate(arena, resource->blueprint, resource->item, resource->next.properties,
                      &reason, &path)) {
        return text_format(arena, "Properties validation failed for resource %.*s with message:\n"
                                  "%.*s", TEXT_ARGS(resource->logical_id), TEXT_ARGS(reason));
    }
    asked = sim_service_refuses(resource, resource->next.properties, false);
    if (!asked.length) asked = sim_over_quota(simulator, stack, resource->type);
    if (asked.length) return asked;
    struct sim_resource *taken = sim_name_taken(simulator, stack, resource->schema,
                                                resource->next.properties, NULL, &owner);
    bool deletes_first = resource->schema &&
                         (schema_type_flags(resource->schema) & SCHEMA_TYPE_DELETE_FIRST);
    if (!taken || (taken == resource && (deletes_first || resource->is_missing))) {
        return (struct text){0};
    }
    if (taken == resource) {
        return text_format(arena, "CloudFormation cannot update a stack when a custom-named "
                                  "resource requires replacing. Rename %.*s and update the stack "
                                  "again.", TEXT_ARGS(resource->now.physical_id));
    }
    return text_format(arena, "%.*s already exists in stack %.*s",
                       TEXT_ARGS(taken->now.physical_id), TEXT_ARGS(owner->id));
}

static void leave_old(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource) {
    struct sim_resource *old = ARENA_NEW(&simulator->arena, struct sim_resource);
    *old = *resource;
    old->is_leftover = true;
    old->is_changed = false;
    old->work = WORK_NONE;
    sim_stack_add_resource(simulator, stack, old);
}

void sim_step_identify(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    struct text against = objection(simulator, stack, resource);
    if (against.length) {
        sim_fail_resource(simulator, stack, resource, against);
        return;
    }
    if (sim_is_nested(resource->type)) {
        sim_nested_create(simulator, stack, resource);
        return;
    }
    if (resource->is_replacement) {
        leave_old(simulator, stack, resource);
        resource->before = resource->now;
        resource->is_changed = true;
        resource->next.version = 0;
    }
    resource->generation++;
    resource->actual = NULL;
    resource->is_missing = false;
    resource->now = resource->next;
    resource->now.physical_id =
        sim_physical_id(simulator, stack, resource, resource->now.properties);
    sim_resource_status(simulator, stack, resource,
                        resource->is_replacement ? SIM_UPDATE_IN_PROGRESS : SIM_CREATE_IN_PROGRESS,
                        TEXT("Resource creation Initiated"));
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock +
                      ceil(sim_duration(resource->type, TEXT("CREATE")) * 0.7) - 0.5;
}

static void end_creation(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    struct text against = sim_service_refuses(resource, resource->now.properties, true);
    if (against.length) {
        sim_fail_resource(simulator, stack, resource, against);
        return;
    }
    sim_resource_status(simulator, stack, resource,
                        resource->is_new ? SIM_CREATE_COMPLETE : SIM_UPDATE_COMPLETE,
                        (struct text){0});
    sim_finish(stack, resource);
}

static void end_update(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    struct text why = sim_scripted(simulator, stack, resource, "UPDATE");
    if (!why.length && resource->is_missing) {
        why = text_format(&simulator->arena,
                          "Resource of type '%.*s' with identifier '%.*s' was not found.",
                          TEXT_ARGS(resource->type), TEXT_ARGS(resource->now.physical_id));
    }
    if (why.length) {
        sim_fail_resource(simulator, stack, resource, why);
        return;
    }
    if (stack->reverts_drift) resource->actual = NULL;
    sim_update_actual(simulator, resource, resource->next.properties);
    resource->before = resource->now;
    resource->is_changed = true;
    resource->next.physical_id = resource->now.physical_id;
    resource->next.version = resource->now.version + 1;
    resource->now = resource->next;
    sim_resource_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    sim_finish(stack, resource);
}

void sim_step_end_forward(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource) {
    if (resource->import_id.length && is_creation(resource)) {
        sim_step_end_import(simulator, stack, resource);
    } else if (sim_is_nested(resource->type)) {
        sim_nested_end_forward(simulator, stack, resource);
    } else if (resource->is_new || resource->is_replacement) {
        end_creation(simulator, stack, resource);
    } else {
        end_update(simulator, stack, resource);
    }
}

/* --- deletion --------------------------------------------------------------------------------- */

static bool is_retained(const struct sim_stack *stack, const struct sim_resource *resource) {
    struct text policy = resource->is_leftover && stack->phase == PHASE_CLEANUP
                             ? resource->update_replace_policy : resource->deletion_policy;
    /* What a rolled back replacement had made is no one's data yet. */
    if (resource->is_leftover && stack->phase == PHASE_DROP) return false;
    if (text_is(policy, "RetainExceptOnCreate")) {
        return !(stack->is_rolling_back && resource->is_new);
    }
    return text_is(policy, "Retain");
}

void sim_step_delete(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    bool is_nested = sim_is_nested(resource->type);
    if (is_nested && sim_nested_clean(simulator, stack, resource)) return;
    if (stack->origin == SIM_IMPORT_IN_PROGRESS && resource->import_id.length) {
        sim_resource_status(simulator, stack, resource, SIM_IMPORT_ROLLBACK_COMPLETE,
                            (struct text){0});
        resource->is_orphan = true;
        sim_finish(stack, resource);
        return;
    }
    if (is_retained(stack, resource)) {
        sim_resource_status(simulator, stack, resource, SIM_DELETE_SKIPPED, (struct text){0});
        resource->is_orphan = true;
        sim_finish(stack, resource);
        return;
    }
    sim_resource_status(simulator, stack, resource, SIM_DELETE_IN_PROGRESS, (struct text){0});
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("DELETE"));
    if (is_nested) sim_nested_delete(simulator, stack, resource);
}

void sim_step_end_delete(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    if (sim_is_nested(resource->type)) {
        sim_nested_end_delete(simulator, stack, resource);
        return;
    }
    struct text asked = sim_scripted(simulator, stack, resource, "DELETE");
    bool is_bucket = text_is(resource->type, "AWS::S3::Bucket");
    if (!asked.length && is_bucket && sim_bucket_holds(simulator, resource->now.physical_id)) {
        asked = TEXT("The bucket you tried to delete is not empty. You must delete all versions "
                     "in the bucket. (Service: S3, Status Code: 409)");
    }
    if (!asked.length) asked = sim_service_refuses(resource, resource->now.properties, true);
    if (asked.length) {
        sim_fail_resource(simulator, stack, resource, asked);
        return;
    }
    sim_resource_status(simulator, stack, resource, SIM_DELETE_COMPLETE, (struct text){0});
    resource->now.properties = NULL;
    sim_finish(stack, resource);
}

/* --- rollback of an update -------------------------------------------------------------------- */

void sim_step_restore(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource) {
    sim_resource_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS, (struct text){0});
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("UPDATE"));
    if (sim_is_nested(resource->type)) sim_nested_restore(simulator, stack, resource);
}

/* The old one of a replacement, which is still there. */
static struct sim_resource *leftover_of(struct sim_stack *stack, struct sim_resource *resource) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *other = stack->resources[i];
        if (other->is_leftover && !other->is_orphan && sim_exists(other) &&
            text_equal(other->logical_id, resource->logical_id) &&
            text_equal(other->now.physical_id, resource->before.physical_id)) return other;
    }
    return NULL;
}

void sim_step_end_restore(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource) {
    struct text asked = sim_scripted(simulator, stack, resource, "ROLLBACK");
    if (asked.length) {
        sim_fail_resource(simulator, stack, resource, asked);
        return;
    }
    if (sim_is_nested(resource->type)) {
        sim_nested_end_restore(simulator, stack, resource);
        return;
    }
    struct sim_resource *old = leftover_of(stack, resource);
    struct sim_state now = resource->now;
    if (old) {
        resource->actual = old->actual;
        resource->is_missing = old->is_missing;
    } else {
        sim_update_actual(simulator, resource, resource->before.properties);
    }
    resource->now = resource->before;
    resource->is_changed = false;
    if (old) old->now = now; /* the new one is what is left over from here on */
    sim_resource_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    sim_finish(stack, resource);
}
