/* What a change set would do: the new template's values against what the stack has now. */
#include <stdlib.h>

#include "runtime/simulator/changes.h"

struct planning {
    struct simulator *simulator;
    struct sim_stack *stack;
    struct sim_change_set *set;
    struct sim_scope scope;
    struct failure why;
    uint8_t *unknown;            /* by item */
    struct sim_details details;  /* of the change being made */
    uint32_t change_capacity, validation_capacity;
    bool has_mistake; /* found by early validation */
};

static struct text context(struct arena *arena, const struct document *properties) {
    struct text inner = properties ? sim_shown(arena, properties) : TEXT("{}");
    return text_format(arena, "{\"Properties\":%.*s}", TEXT_ARGS(inner));
}

struct text sim_policy(const struct document *body, const char *name, const char *fallback) {
    const struct document *policy = document_get(body, name);
    return policy && policy->kind == DOCUMENT_TEXT ? policy->text : text_of(fallback);
}

/* --- changes ---------------------------------------------------------------------------------- */

static struct cloud_change *add_change(struct planning *planning, const char *action,
                                       struct text id, struct text type) {
    struct sim_change_set *set = planning->set;
    set->changes = sim_grow(planning->simulator, set->changes, set->change_count,
                            &planning->change_capacity, sizeof *set->changes);
    struct cloud_change *change = &set->changes[set->change_count++];
    *change = (struct cloud_change){
        .action = text_of(action), .logical_id = id, .type = type,
        .details = planning->details.rows, .detail_count = planning->details.count,
    };
    planning->details.rows = NULL;
    planning->details.count = planning->details.capacity = 0;
    return change;
}

static void add_validation(struct planning *planning, const struct sim_item *item,
                           const char *name, struct text path, struct text reason) {
    struct sim_change_set *set = planning->set;
    set->validations = sim_grow(planning->simulator, set->validations, set->validation_count,
                                &planning->validation_capacity, sizeof *set->validations);
    set->validations[set->validation_count++] = (struct cloud_event){
        .stack_id = planning->stack->id, .stack_name = planning->stack->name,
        .logical_id = item->id, .type = item->type, .status = TEXT("FAILED"), .reason = reason,
        .time = planning->simulator->clock, .validation_name = text_of(name),
        .validation_path = path, .validation_mode = TEXT("FAIL"),
    };
}

static void validate(struct planning *planning, const struct sim_item *item,
                     const struct document *after, const struct sim_resource *existing,
                     bool is_made) {
    struct arena *arena = &planning->simulator->arena;
    struct text reason, path;
    if (!sim_validate(arena, planning->set->blueprint, item, after, &reason, &path)) {
        planning->has_mistake = true;
        add_validation(planning, item, "PROPERTY_VALIDATION", path, reason);
    }
    struct sim_stack *owner;
    struct sim_resource *taken =
        is_made ? sim_name_taken(planning->simulator, planning->stack, item->schema, after,
                                 existing, &owner) : NULL;
    if (!taken) return;
    add_validation(planning, item, "NAME_CONFLICT_VALIDATION",
                   text_format(arena, "/Resources/%.*s", TEXT_ARGS(item->id)),
                   text_format(arena, "Resource of type '%.*s' with identifier '%.*s' already "
                                      "exists.", TEXT_ARGS(item->type),
                               TEXT_ARGS(taken->now.physical_id)));
}

/* --- nested stacks ---------------------------------------------------------------------------- */

/* Whether it would change; what cannot be known before may. */
static bool nested_changes(struct planning *planning, const struct sim_resource *resource,
                           const struct document *after) {
    struct simulator *simulator = planning->simulator;
    struct cloud_call call = {.arena = &simulator->arena};
    struct sim_stack *child = sim_nested_stack(simulator, resource);
    struct sim_change_set *set =
        child ? sim_nested_draft(simulator, planning->stack, planning->set, resource->logical_id,
                                 after, child, &call) : NULL;
    return !set || !sim_nested_same(simulator, child, set);
}

static void add_nested_set(struct planning *planning, struct cloud_change *change,
                           const struct document *after) {
    struct sim_change_set *set = planning->set;
    if (!set->with_nested || !set->id.length) return;
    const struct sim_change_set *nested =
        sim_nested_set(planning->simulator, planning->stack, set, change->logical_id, after);
    change->change_set = nested->id;
    if (strcmp(nested->status, "FAILED") != 0) return;
    set->nested_failure = text_format(&planning->simulator->arena,
                                      "Nested change set %.*s was not successfully created: "
                                      "Currently in FAILED.", TEXT_ARGS(nested->id));
}

static bool has_nested(const struct sim_blueprint *blueprint) {
    for (uint32_t i = 0; i < blueprint->count; i++) {
        if (sim_is_nested(blueprint->items[i].type)) return true;
    }
    return false;
}

/* --- resources -------------------------------------------------------------------------------- */

static struct cloud_change *plan_add(struct planning *planning, const struct sim_item *item,
                                     const struct document *after,
                                     const struct sim_resource *missing);

/* Whether nothing is done to the resource, but to what the stack knows of it. */
static bool only_syncs(const struct cloud_change *change) {
    for (uint32_t i = 0; i < change->detail_count; i++) {
        if (!text_is(change->details[i].change_type, "SyncWithActual")) return false;
    }
    return true;
}

static void note_drift(struct planning *planning, const struct sim_resource *resource,
                       struct cloud_change *change) {
    struct arena *arena = &planning->simulator->arena;
    if (!sim_is_drift_aware(planning->set)) return;
    change->drift_status = TEXT("IN_SYNC");
    if (!resource->actual) return;
    for (uint32_t i = 0; i < change->detail_count; i++) {
        if (change->details[i].is_drifted) change->drift_status = TEXT("MODIFIED");
    }
    change->before_context = context(arena, resource->actual);
    change->previous_context = context(arena, resource->now.properties);
    if (only_syncs(change)) change->action = TEXT("SyncWithActual");
}

static void plan_modify(struct planning *planning, struct sim_resource *resource,
                        const struct sim_item *item, const struct document *after) {
    const struct document *before = resource->now.properties;
    if (sim_is_drift_aware(planning->set) && resource->is_missing) {
        plan_add(planning, item, after, resource)->drift_status = TEXT("DELETED");
        return;
    }
    sim_detail_properties(&planning->details, resource, item, after);
    sim_detail_attributes(&planning->details, resource, item);
    bool nested = sim_is_nested(item->type) && nested_changes(planning, resource, after);
    if (nested || (sim_is_nested(item->type) && !planning->set->with_nested)) {
        if (!planning->details.count) sim_detail_automatic(&planning->details);
    }
    if (!planning->details.count) return;
    struct arena *arena = &planning->simulator->arena;
    struct cloud_change *change = add_change(planning, "Modify", item->id, item->type);
    if (nested) add_nested_set(planning, change, after);
    change->physical_id = resource->now.physical_id;
    change->replacement = text_of(sim_replacement(change));
    change->before_context = context(arena, before);
    change->after_context = context(arena, after);
    sim_set_scope(arena, change);
    note_drift(planning, resource, change);
    bool replaces = !text_is(change->replacement, "False");
    planning->unknown[item - planning->set->blueprint->items] = replaces || nested;
    if (text_is(change->replacement, "True")) {
        change->policy_action = text_format(
            arena, "ReplaceAnd%.*s", TEXT_ARGS(sim_policy(item->body, "UpdateReplacePolicy",
                                                          "Delete")));
    }
    validate(planning, item, after, resource, text_is(change->replacement, "True"));
}

/* The physical id of what is imported as that resource, or an empty text. */
static struct text imported_as(struct planning *planning, const struct sim_item *item,
                               const struct document *after) {
    struct sim_stack *owner;
    struct sim_change_set *set = planning->set;
    struct text id = sim_import_of(set, item->id);
    if (id.length || !set->imports_existing) return id;
    const struct sim_resource *taken = sim_name_taken(planning->simulator, planning->stack,
                                                      item->schema, after, NULL, &owner);
    bool is_imported = taken && sim_import_existing(planning->simulator, set, item, taken);
    return is_imported ? taken->now.physical_id : (struct text){0};
}

/* missing: one that was deleted behind the stack's back, or NULL. */
static struct cloud_change *plan_add(struct planning *planning, const struct sim_item *item,
                                     const struct document *after,
                                     const struct sim_resource *missing) {
    struct text imported = imported_as(planning, item, after);
    bool is_made = !imported.length;
    struct cloud_change *change =
        add_change(planning, is_made ? "Add" : "Import", item->id, item->type);
    change->physical_id = imported;
    change->after_context = context(&planning->simulator->arena, after);
    planning->unknown[item - planning->set->blueprint->items] = 1;
    if (sim_is_nested(item->type)) add_nested_set(planning, change, after);
    validate(planning, item, after, missing, is_made);
    return change;
}

static bool exists(const struct sim_resource *resource) {
    return resource && resource->now.properties;
}

static void plan_item(struct planning *planning, const struct sim_item *item) {
    struct sim_resource *resource = sim_stack_resource(planning->stack, item->id);
    static const struct document nothing = {.kind = DOCUMENT_OBJECT};
    planning->scope.missing = (struct text){0};
    const struct document *after =
        item->properties ? sim_resolve(&planning->scope, item->properties) : &nothing;
    if (planning->scope.failed) return;
    if (planning->scope.missing.length) {
        planning->set->warning = text_format(
            &planning->simulator->arena,
            "[WARN] --include-property-values option can return incomplete ChangeSet data because: "
            "ChangeSet creation failed for resource [%.*s] because: No export named %.*s found",
            TEXT_ARGS(item->id), TEXT_ARGS(planning->scope.missing));
    }
    if (!after) after = &nothing;
    if (exists(resource)) plan_modify(planning, resource, item, after);
    else plan_add(planning, item, after, NULL);
}

/* As recorded, a removed resource is shown as its template wrote it: with what it refers to
 * unknown. */
static const struct document *removed_properties(struct planning *planning,
                                                 const struct sim_resource *resource) {
    const struct sim_plan_inputs *now = &planning->stack->now;
    struct arena *arena = &planning->simulator->arena;
    struct failure why = {0};
    if (!resource->item || !resource->item->properties || !now->blueprint ||
        resource->blueprint != now->blueprint) return resource->now.properties;
    uint8_t *unknown = arena_alloc(arena, now->blueprint->count + 1);
    memset(unknown, 1, now->blueprint->count + 1);
    struct sim_scope scope = {
        .simulator = planning->simulator, .stack = planning->stack, .blueprint = now->blueprint,
        .parameters = now->parameters, .conditions = now->conditions, .arena = arena, .why = &why,
        .unknown = unknown, .defer_outputs = true};
    const struct document *shown = sim_resolve(&scope, resource->item->properties);
    return scope.failed || !shown ? resource->now.properties : shown;
}

static void plan_removed(struct planning *planning) {
    for (uint32_t i = 0; i < planning->stack->resource_count; i++) {
        struct sim_resource *resource = planning->stack->resources[i];
        if (!exists(resource) || resource->is_leftover || resource->is_orphan) continue;
        const struct sim_item *item =
            sim_blueprint_find(planning->set->blueprint, resource->logical_id);
        if (item && sim_item_wanted(&planning->scope, item)) continue;
        struct cloud_change *change =
            add_change(planning, "Remove", resource->logical_id, resource->type);
        change->physical_id = resource->now.physical_id;
        change->before_context = context(&planning->simulator->arena,
                                         removed_properties(planning, resource));
        struct text policy = resource->deletion_policy;
        change->policy_action = text_starts(policy, TEXT("Retain")) ? TEXT("Retain") : policy;
    }
}

/* --- the whole set ---------------------------------------------------------------------------- */

static void fail(struct sim_change_set *set, struct text reason) {
    set->status = "FAILED";
    set->execution_status = "UNAVAILABLE";
    set->status_reason = reason;
}

static struct text no_changes(const struct sim_change_set *set) {
    return set->blueprint->original.length
               ? TEXT("No updates are to be performed.")
               : TEXT("The submitted information didn't contain changes. Submit different "
                      "information to create a change set.");
}

static bool same_outputs(const struct sim_stack *stack, const struct sim_change_set *set) {
    const struct document *before = stack->now.blueprint ? stack->now.blueprint->outputs : NULL;
    const struct document *after = set->blueprint->outputs;
    if (!before || !after) return (!before || !before->count) && (!after || !after->count);
    return document_equal(before, after);
}

/* Whether something was changed behind the stack's back, which a drift-aware change set sees. */
static bool sees_drift(const struct sim_stack *stack, const struct sim_change_set *set) {
    for (uint32_t i = 0; sim_is_drift_aware(set) && i < stack->resource_count; i++) {
        const struct sim_resource *resource = stack->resources[i];
        if (exists(resource) && !resource->is_leftover && !resource->is_orphan &&
            sim_is_astray(resource, resource->now.properties)) return true;
    }
    return false;
}

static bool same_inputs(const struct sim_stack *stack, const struct sim_change_set *set,
                        struct text tags) {
    return !sees_drift(stack, set) && stack->now.blueprint && !has_nested(set->blueprint) &&
           text_equal(stack->tag_text, tags) &&
           document_same_template(stack->now.blueprint->root, set->blueprint->root) &&
           document_equal(stack->now.parameters, set->parameters);
}

struct text sim_tags_text(struct arena *arena, const struct cloud_tag *tags, uint32_t count) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < count; i++) {
        buffer_format(&out, "%s%.*s=%.*s", i ? "," : "", TEXT_ARGS(tags[i].key),
                      TEXT_ARGS(tags[i].value));
    }
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

static void refuse_import(struct planning *planning) {
    struct sim_change_set *set = planning->set;
    fail(set, text_format(&planning->simulator->arena,
                          "CloudFormation is attempting to import some resources because they "
                          "already exist in your account. The resources must have the "
                          "DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in "
                          "the template for successful import. The affected resources are %.*s",
                          TEXT_ARGS(set->unimportable)));
}

static void refuse_early(struct planning *planning) {
    struct sim_change_set *set = planning->set;
    const char *hook = planning->has_mistake ? "AWS::EarlyValidation::PropertyValidation"
                                             : "AWS::EarlyValidation::ResourceExistenceCheck";
    fail(set, text_format(&planning->simulator->arena,
                          "The following hook(s)/validation failed: [%s]. To troubleshoot Early "
                          "Validation errors, use the DescribeEvents API for detailed failure "
                          "information.", hook));
}

static void plan_items(struct planning *planning) {
    const struct sim_blueprint *blueprint = planning->set->blueprint;
    for (uint32_t i = 0; i < blueprint->count && !planning->scope.failed; i++) {
        const struct sim_item *item = &blueprint->items[blueprint->order[i]];
        if (sim_item_wanted(&planning->scope, item)) plan_item(planning, item);
    }
    plan_removed(planning);
}

static int by_logical_id(const void *a, const void *b) {
    const struct cloud_change *x = a, *y = b;
    return text_compare(x->logical_id, y->logical_id);
}

static void sort_changes(struct cloud_change *changes, uint32_t count) {
    if (count) qsort(changes, count, sizeof *changes, by_logical_id);
}

void sim_change_set_plan(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_change_set *set) {
    struct planning planning = {.simulator = simulator, .stack = stack, .set = set};
    struct text old_tags = stack->tag_text;
    struct text tags = sim_tags_text(&simulator->arena, set->tags, set->tag_count);
    planning.scope = (struct sim_scope){
        .simulator = simulator, .stack = stack, .blueprint = set->blueprint,
        .parameters = set->parameters, .arena = &simulator->arena, .why = &planning.why,
        .defer_outputs = true,
    };
    planning.unknown = arena_alloc(&simulator->arena, set->blueprint->count);
    planning.scope.unknown = planning.unknown;
    planning.details = (struct sim_details){
        .simulator = simulator, .stack = stack, .set = set, .unknown = planning.unknown};
    set->status = "CREATE_COMPLETE";
    set->execution_status = "AVAILABLE";
    /* What other stacks give is not even read where nothing of this one was changed. */
    if (same_inputs(stack, set, tags)) {
        fail(set, no_changes(set));
        return;
    }
    stack->tag_text = tags; /* what plan_modify compares with */
    if (sim_conditions(&planning.scope)) plan_items(&planning);
    stack->tag_text = old_tags;
    if (planning.scope.failed) {
        fail(set, text_copy(&simulator->arena, text_of(planning.why.message)));
        set->change_count = 0;
    } else if (set->validation_count) {
        refuse_early(&planning);
    } else if (set->unimportable.length) {
        refuse_import(&planning);
    } else if (set->nested_failure.length) {
        fail(set, set->nested_failure);
    } else if (stack->now.blueprint && !set->change_count && same_outputs(stack, set) &&
               text_equal(old_tags, tags)) {
        fail(set, no_changes(set));
    }
    sim_change_set_plain(simulator, stack, set);
    sort_changes(set->changes, set->change_count);
    sort_changes(set->plain, set->plain_count);
}

bool sim_is_no_change(const struct sim_change_set *set) {
    return set->blueprint && strcmp(set->status, "FAILED") == 0 &&
           text_equal(set->status_reason, no_changes(set));
}
