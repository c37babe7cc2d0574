/* Imports: what exists and is no stack's, since one has retained it or it was made by hand, becomes
 * a resource of a stack. Whether it is there, and whose it is, shows only when the change set runs.
 */
#include "runtime/simulator/calls.h"
#include "runtime/simulator/engine.h"

enum { IMPORT_SECONDS = 4, MOST_IMPORTS = 200 };

/* --- what is asked for ------------------------------------------------------------------------ */

void sim_add_import(struct simulator *simulator, struct sim_change_set *set, struct text logical_id,
                    struct text physical_id) {
    set->imports = sim_grow(simulator, set->imports, set->import_count, &set->import_capacity,
                            sizeof *set->imports);
    set->imports[set->import_count++] = (struct sim_import){logical_id, physical_id};
}

struct text sim_import_of(const struct sim_change_set *set, struct text logical_id) {
    for (uint32_t i = 0; i < set->import_count; i++) {
        if (text_equal(set->imports[i].logical_id, logical_id)) return set->imports[i].physical_id;
    }
    return (struct text){0};
}

/* Whether the resource is the one with that value of a primary property. */
static bool has_identifier(struct arena *arena, const struct sim_stack *owner,
                           const struct sim_resource *resource, const struct cloud_tag *one) {
    if (text_equal(resource->now.physical_id, one->value)) return true;
    const struct document *value = sim_attribute(arena, owner, resource, &resource->now, one->key);
    return value && value->kind == DOCUMENT_TEXT && text_equal(value->text, one->value);
}

/* The physical id of what the identifier names, or what it would be like. */
static struct text named_by(struct simulator *simulator, const struct cloud_call *call,
                            const struct cloud_import *import) {
    struct arena *arena = &simulator->arena;
    struct text joined = {0};
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *owner = simulator->stacks[s];
        if (!text_equal(owner->region, call->region)) continue;
        for (uint32_t r = 0; r < owner->resource_count; r++) {
            const struct sim_resource *resource = owner->resources[r];
            bool is_it = resource->now.properties && text_equal(resource->type, import->type);
            for (uint32_t i = 0; is_it && i < import->identifier_count; i++) {
                is_it = has_identifier(call->arena, owner, resource, &import->identifier[i]);
            }
            if (is_it) return resource->now.physical_id;
        }
    }
    for (uint32_t i = 0; i < import->identifier_count; i++) {
        joined = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(joined), i ? "|" : "",
                             TEXT_ARGS(import->identifier[i].value));
    }
    return joined;
}

static bool is_identifier(const struct schema_type *type, const struct cloud_import *import) {
    size_t count = schema_type_primary_count(type);
    if (!count || count != import->identifier_count) return false;
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (uint32_t n = 0; n < import->identifier_count; n++) {
            if (text_equal(import->identifier[n].key, schema_type_primary(type, i))) found = true;
        }
        if (!found) return false;
    }
    return true;
}

static bool check_import(struct cloud_call *call, const struct sim_stack *stack,
                         const struct sim_change_set *set, const struct cloud_import *import) {
    const struct sim_item *item = sim_blueprint_find(set->blueprint, import->logical_id);
    const struct sim_resource *resource = stack ? sim_stack_resource(stack, import->logical_id)
                                                : NULL;
    if (!item || !text_equal(item->type, import->type)) {
        return sim_refuse(call, "ValidationError",
                          "Resources [%.*s] is missing from the template, or "
                          "of another type",
                          TEXT_ARGS(import->logical_id));
    }
    if (resource && resource->now.properties) {
        return sim_refuse(call, "ValidationError", "Resource [%.*s] already exists in the stack",
                          TEXT_ARGS(import->logical_id));
    }
    if (!item->schema || !(schema_type_flags(item->schema) & SCHEMA_TYPE_CLOUD_CONTROL)) {
        return sim_refuse(call, "ValidationError",
                          "ResourceTypes [%.*s] are not supported for Import",
                          TEXT_ARGS(import->type));
    }
    if (!is_identifier(item->schema, import)) {
        return sim_refuse(call, "ValidationError", "Invalid resource identifier of [%.*s] (%.*s)",
                          TEXT_ARGS(import->logical_id), TEXT_ARGS(import->type));
    }
    return true;
}

/* --- what else the template says -------------------------------------------------------------- */

static void add_name(struct buffer *names, struct text name) {
    if (names->length) buffer_string(names, ", ");
    buffer_text(names, name);
}

/* "BEFORE [A, B] AFTER", where there are any. */
static bool refuse_names(struct cloud_call *call, struct buffer *names, const char *before,
                         const char *after) {
    bool any = names->length > 0;
    if (any) {
        sim_refuse(call, "ValidationError", "%s [%.*s]%s", before, TEXT_ARGS(buffer_view(names)),
                   after);
    }
    buffer_release(names);
    return !any;
}

static bool check_policies(struct cloud_call *call, const struct sim_change_set *set) {
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < set->import_count; i++) {
        const struct sim_item *item =
            sim_blueprint_find(set->blueprint, set->imports[i].logical_id);
        if (!document_get(item->body, "DeletionPolicy")) add_name(&names, item->id);
    }
    return refuse_names(call, &names, "Following resources to import",
                        " must have DeletionPolicy attribute specified in the template.");
}

static bool same_member(const struct document *a, const struct document *b) {
    return !a || !b ? a == b : document_equal(a, b);
}

/* Nothing but what is imported comes, goes or changes. */
static bool check_others(struct cloud_call *call, const struct sim_stack *stack,
                         const struct sim_change_set *set) {
    const struct sim_blueprint *old = stack ? stack->now.blueprint : NULL, *new = set->blueprint;
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < new->count; i++) {
        const struct sim_item *item = &new->items[i];
        const struct sim_item *before = old ? sim_blueprint_find(old, item->id) : NULL;
        if (sim_import_of(set, item->id).length) continue;
        if (!before || !document_equal(before->body, item->body)) add_name(&names, item->id);
    }
    for (uint32_t i = 0; old && i < old->count; i++) {
        if (!sim_blueprint_find(new, old->items[i].id)) add_name(&names, old->items[i].id);
    }
    if (!refuse_names(call, &names, "You have modified resources",
                      " in your template that are not being imported. Update, create or delete "
                      "operations cannot be executed during import operations.")) return false;
    buffer_init(&names);
    if (!same_member(old ? old->outputs : NULL, new->outputs)) add_name(&names, TEXT("Outputs"));
    return refuse_names(call, &names,
                        "As part of the import operation, you cannot modify or add", "");
}

bool sim_check_imports(struct simulator *simulator, struct cloud_call *call,
                       const struct sim_stack *stack, struct sim_change_set *set) {
    const struct cloud_request *request = &call->request;
    if (!request->import_count || request->import_count > MOST_IMPORTS) {
        return sim_refuse(
            call, "ValidationError",
            "1 validation error detected: Value '%u' at 'resourcesToImport' failed to "
            "satisfy constraint: Member must have length between 1 and %d",
            request->import_count, MOST_IMPORTS);
    }
    for (uint32_t i = 0; i < request->import_count; i++) {
        const struct cloud_import *import = &request->imports[i];
        if (!check_import(call, stack, set, import)) return false;
        sim_add_import(simulator, set, text_copy(&simulator->arena, import->logical_id),
                       text_copy(&simulator->arena, named_by(simulator, call, import)));
    }
    return check_policies(call, set) && check_others(call, stack, set);
}

/* --- ImportExistingResources ------------------------------------------------------------------ */

bool sim_import_existing(struct simulator *simulator, struct sim_change_set *set,
                         const struct sim_item *item, const struct sim_resource *taken) {
    struct schema_name name;
    if (!set->imports_existing || !taken->is_orphan) return false;
    sim_add_import(simulator, set, item->id, taken->now.physical_id);
    if (text_starts(sim_policy(item->body, "DeletionPolicy", "Delete"), TEXT("Retain")))
        return true;
    if (!schema_type_physical_name(item->schema, &name)) return true;
    set->unimportable = text_format(&simulator->arena, "%.*s%s%.*s ({%.*s=%.*s})",
                                    TEXT_ARGS(set->unimportable),
                                    set->unimportable.length ? ", " : "", TEXT_ARGS(item->id),
                                    TEXT_ARGS(schema_property_name(name.property)),
                                    TEXT_ARGS(taken->now.physical_id));
    return true;
}

/* --- the steps -------------------------------------------------------------------------------- */

void sim_step_import(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    struct failure why = {0};
    bool good = sim_resolve_next(simulator, stack, resource, &why);
    resource->now.physical_id = resource->import_id;
    sim_resource_status(simulator, stack, resource, SIM_IMPORT_IN_PROGRESS,
                        TEXT("Resource import started."));
    if (!good) {
        sim_fail_resource(simulator, stack, resource,
                          text_copy(&simulator->arena, text_of(why.message)));
        return;
    }
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + IMPORT_SECONDS;
}

/* What there is of that type and id in the region; whose it is. */
static struct sim_resource *find(struct simulator *simulator, const struct sim_stack *stack,
                                 const struct sim_resource *resource, struct sim_stack **owner) {
    struct sim_resource *found = NULL;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (!text_equal(other->region, stack->region)) continue;
        for (uint32_t r = 0; r < other->resource_count; r++) {
            struct sim_resource *one = other->resources[r];
            if (one == resource || !sim_exists(one) || one->is_missing ||
                !text_equal(one->type, resource->type) ||
                !text_equal(one->now.physical_id, resource->import_id)) continue;
            *owner = other;
            found = one;
        }
    }
    return found;
}

void sim_step_end_import(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    struct arena *arena = &simulator->arena;
    struct sim_stack *owner = NULL;
    struct sim_resource *found = find(simulator, stack, resource, &owner);
    struct text against = sim_scripted(simulator, stack, resource, "CREATE");
    if (!against.length && !found) {
        against =
            text_format(arena, "Resource of type '%.*s' with identifier '%.*s' was not found.",
                        TEXT_ARGS(resource->type), TEXT_ARGS(resource->import_id));
    } else if (!against.length && !found->is_orphan) {
        against = text_format(arena, "Resource %.*s already exists in stack %.*s",
                              TEXT_ARGS(resource->import_id), TEXT_ARGS(owner->id));
    }
    if (against.length) {
        sim_fail_resource(simulator, stack, resource, against);
        return;
    }
    struct document *actual = found->actual ? found->actual : found->now.properties;
    found->now.properties = NULL;
    owner->is_dirty = true;
    resource->generation++;
    resource->now = resource->next;
    resource->now.physical_id = resource->import_id;
    resource->actual = document_equal(actual, resource->now.properties) ? NULL : actual;
    sim_resource_status(simulator, stack, resource, SIM_IMPORT_COMPLETE,
                        TEXT("Resource import completed."));
    if (resource->schema && schema_type_flags(resource->schema) & SCHEMA_TYPE_TAGGABLE) {
        sim_resource_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS,
                            TEXT("Apply stack-level tags to imported resource if applicable."));
        sim_resource_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    }
    sim_finish(stack, resource);
}
