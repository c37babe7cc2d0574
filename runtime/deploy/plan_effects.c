/* What follows from the changes of a stack: what becomes of data, and what cannot be undone. */
#include "runtime/deploy/plan.h"
#include "schema/schema.h"

static enum plan_data data_of(const struct plan_stack *stack, const struct plan_change *change) {
    if (change->kind == PLAN_ADD || change->kind == PLAN_MODIFY) return PLAN_DATA_SAFE;
    bool removes = change->kind == PLAN_REMOVE;
    /* The policies in force are those deployed; for a replacement those of the update itself. */
    const struct document *template = removes ? stack->current : stack->wanted;
    const struct document *resource =
        document_member(document_get(template, "Resources"), change->logical_id);
    struct text policy = change->policy;
    if (!policy.length) {
        policy = document_get_text(resource, removes ? "DeletionPolicy" : "UpdateReplacePolicy");
    }
    if (text_starts(policy, TEXT("Retain"))) return PLAN_DATA_KEPT;
    const struct schema_type *type = schema_type_find(change->type);
    if (!type || !(schema_type_flags(type) & SCHEMA_TYPE_STATEFUL)) return PLAN_DATA_SAFE;
    return text_is(policy, "Snapshot") ? PLAN_DATA_SNAPSHOT : PLAN_DATA_LOST;
}

static bool is_replaced(const struct plan_stack *stack, struct text logical_id) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (text_equal(change->logical_id, logical_id)) {
            return change->kind == PLAN_REPLACE || change->kind == PLAN_MAY_REPLACE;
        }
    }
    return false;
}

/* The path that a resource had, from the deployed template: "pipeline.mrp:4 east.jobs". */
static struct text former_path(const struct plan_stack *stack, struct text logical_id) {
    const struct document *notes = document_get(document_get(stack->current, "Metadata"), "mrp");
    const char *dot = memchr(logical_id.bytes, '.', logical_id.length);
    if (dot) logical_id.length = (size_t)(dot - logical_id.bytes); /* inside a nested stack */
    const struct document *note = document_member(notes, logical_id);
    const char *space = note && note->kind == DOCUMENT_TEXT && note->text.length
                            ? memchr(note->text.bytes, ' ', note->text.length) : NULL;
    if (!space) return (struct text){0};
    return (struct text){space + 1, (size_t)(note->text.bytes + note->text.length - space) - 1};
}

void plan_finish_stack(struct plan_stack *stack) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        struct plan_change *change = &stack->changes[i];
        if (!change->resource) change->former_path = former_path(stack, change->logical_id);
        change->data = data_of(stack, change);
        if (change->kind != PLAN_REPLACE && change->kind != PLAN_MAY_REPLACE) continue;
        for (uint32_t p = 0; p < change->property_count; p++) {
            const struct plan_property *property = &change->properties[p];
            if (!property->known_after.length || !(property->replaces || property->may_replace)) {
                continue;
            }
            if (is_replaced(stack, property->known_after)) change->because = property->known_after;
        }
    }
}

/* The template of a nested stack lies somewhere else, and may be another one at the same place. */
static bool is_changed_inside(const struct plan_change *change) {
    if (change->kind != PLAN_MODIFY || !text_is(change->type, NESTED_TYPE))
        return false;
    for (uint32_t i = 0; i < change->property_count; i++) {
        struct text name = change->properties[i].name;
        if (text_is(name, "TemplateURL") || text_is(name, "Parameters")) return false;
    }
    return true;
}

static bool has_parameter(const struct template *template, struct text key) {
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        if (text_equal(template->parameters[i].logical_id, key)) return true;
    }
    return false;
}

/* What a secret was can be kept, but not given again. */
static struct text changed_secret(const struct plan_stack *stack, struct arena *arena) {
    const struct template *template = stack->template;
    const struct cloud_stack *deployed = stack->deployed;
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        if (!parameter->is_secret || !parameter->is_given) continue;
        return text_format(arena, "the secret %.*s may change",
                           TEXT_ARGS(parameter->logical_id));
    }
    for (uint32_t i = 0; i < deployed->parameter_count; i++) {
        struct text key = deployed->parameters[i].key;
        if (has_parameter(template, key) || !secrets_parameter(stack->current, key)) continue;
        return text_format(arena, "the secret %.*s is taken away", TEXT_ARGS(key));
    }
    return (struct text){0};
}

struct text plan_cannot_undo(const struct plan_stack *stack, struct arena *arena) {
    if (stack->action == PLAN_DELETE) return TEXT("it is deleted");
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (change->data == PLAN_DATA_SAFE) continue;
        return text_format(arena, "%.*s, which holds data, is %s",
                           TEXT_ARGS(change->logical_id),
                           change->kind == PLAN_REMOVE ? "removed" : "replaced");
    }
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (!is_changed_inside(&stack->changes[i])) continue;
        return text_format(arena, "the template of the nested stack %.*s is another one at the "
                                  "same place", TEXT_ARGS(stack->changes[i].logical_id));
    }
    for (uint32_t i = 0; i < stack->drifted_count; i++) {
        if (!stack->drifted[i].is_overwritten) continue;
        return text_format(arena, "what was changed by hand in %.*s is overwritten",
                           TEXT_ARGS(stack->drifted[i].logical_id));
    }
    bool updates = stack->action == PLAN_UPDATE && stack->template;
    return updates ? changed_secret(stack, arena) : (struct text){0};
}

bool plan_keeps_name(const struct plan_stack *stack, const struct plan_change *change,
                     struct text *name) {
    struct schema_name known;
    const struct schema_type *type = schema_type_find(change->type);
    if (change->kind != PLAN_REPLACE || !type || !schema_type_physical_name(type, &known) ||
        (schema_type_flags(type) & SCHEMA_TYPE_DELETE_FIRST)) return false;
    struct text property = schema_property_name(known.property);
    for (uint32_t i = 0; i < change->property_count; i++) {
        if (text_equal(change->properties[i].name, property)) return false;
    }
    const struct document *resource = document_member(document_get(stack->wanted, "Resources"),
                                                      change->logical_id);
    const struct document *given = document_member(document_get(resource, "Properties"), property);
    if (!given) return false;
    *name = given->kind == DOCUMENT_TEXT ? given->text : change->physical_id;
    return true;
}

void plan_count(struct plan *plan) {
    plan->counts = (struct plan_counts){0};
    for (uint32_t s = 0; s < plan->count; s++) {
        const struct plan_stack *stack = &plan->stacks[s];
        if (stack->action == PLAN_CREATE || stack->action == PLAN_RECREATE) plan->counts.creates++;
        if (stack->action == PLAN_UPDATE) plan->counts.updates++;
        if (stack->action == PLAN_DELETE) plan->counts.deletes++;
        for (uint32_t i = 0; i < stack->change_count; i++) {
            const struct plan_change *change = &stack->changes[i];
            if (!change->is_tags_only) plan->counts.kinds[change->kind]++;
            plan->counts.lost += change->data == PLAN_DATA_LOST;
            plan->counts.kept += change->data == PLAN_DATA_KEPT;
            plan->counts.snapshots += change->data == PLAN_DATA_SNAPSHOT;
        }
    }
}
