/* What was changed behind a stack's back, as a drift-aware change set tells it: three values of a
 * property (as deployed, as it is, as it is to be), and resources that somebody deleted.
 */
#include "runtime/deploy/plan.h"

/* Whether the plan sets the property anyway, or makes the resource anew. */
static bool is_overwritten(const struct plan *plan, const struct plan_stack *stack,
                           struct text logical_id, struct text property) {
    if (plan->reverts_drift) return true;
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (!text_equal(change->logical_id, logical_id)) continue;
        if (change->kind == PLAN_REPLACE || change->kind == PLAN_REMOVE) return true;
        for (uint32_t p = 0; p < change->property_count; p++) {
            if (text_equal(change->properties[p].name, property)) return true;
        }
    }
    return false;
}

static bool is_separator(char byte) { return byte == '/' || byte == '.'; }

/* Whether "A/B/C" is "A.B", or lies below it; and the other way round. */
static bool is_below(struct text path, struct text above) {
    if (path.length < above.length) return false;
    for (size_t i = 0; i < above.length; i++) {
        bool same = path.bytes[i] == above.bytes[i];
        if (!same && !(is_separator(path.bytes[i]) && is_separator(above.bytes[i]))) return false;
    }
    return path.length == above.length || is_separator(path.bytes[above.length]);
}

bool plan_ignores(const struct template_resource *resource, struct text path) {
    for (uint32_t i = 0; resource && i < resource->ignore_count; i++) {
        if (is_below(path, resource->ignore_changes[i])) return true;
    }
    return false;
}

static struct plan_drifted *add(struct plan *plan, struct plan_stack *stack,
                                const struct cloud_change *change) {
    stack->drifted = arena_grown(plan->arena, stack->drifted, stack->drifted_count,
                                 &stack->drifted_capacity, sizeof *stack->drifted);
    struct plan_drifted *drifted = &stack->drifted[stack->drifted_count++];
    *drifted = (struct plan_drifted){
        .logical_id = change->logical_id, .physical_id = change->physical_id,
        .type = change->type, .resource = plan_resource(stack->template, change->logical_id)};
    return drifted;
}

/* "/Properties/Tags/0/Value" without its head. */
static struct text short_path(const struct cloud_change_detail *detail) {
    struct text head = TEXT("/Properties/");
    if (!text_starts(detail->path, head)) return detail->name;
    return (struct text){detail->path.bytes + head.length, detail->path.length - head.length};
}

/* A property that somebody has set to what the program now says is no difference any more. */
static void add_property(struct plan *plan, struct plan_stack *stack,
                         const struct cloud_change *change,
                         const struct cloud_change_detail *detail) {
    if (!detail->is_drifted || text_is(detail->change_type, "SyncWithActual")) return;
    struct text path = short_path(detail);
    uint32_t last = stack->drifted_count;
    if (last && text_equal(stack->drifted[last - 1].path, path) &&
        text_equal(stack->drifted[last - 1].logical_id, change->logical_id)) return;
    struct plan_drifted *drifted = add(plan, stack, change);
    drifted->path = path;
    drifted->deployed = detail->drift_previous;
    drifted->actual = detail->drift_actual;
    if (secrets_in(stack->current, change->logical_id, detail->name)) {
        drifted->deployed = secrets_shown(drifted->deployed);
        drifted->actual = secrets_shown(drifted->actual);
    }
    drifted->is_overwritten = is_overwritten(plan, stack, change->logical_id, detail->name);
}

/* Whether a part of what lies at the path is ignored, or all of it. */
static bool is_touched(const struct template_resource *resource, struct text path) {
    for (uint32_t i = 0; resource && i < resource->ignore_count; i++) {
        struct text name = resource->ignore_changes[i];
        if (is_below(path, name) || is_below(name, path)) return true;
    }
    return false;
}

bool plan_check_ignored(const struct plan_stack *stack, struct failure *why) {
    for (uint32_t i = 0; i < stack->drifted_count; i++) {
        const struct plan_drifted *drifted = &stack->drifted[i];
        if (!is_touched(drifted->resource, drifted->path)) continue;
        failure_set(why,
                    "--revert-drift would set \"%.*s\" of %.*s back, which @ignore_changes keeps",
                    TEXT_ARGS(drifted->path), TEXT_ARGS(drifted->resource->path));
        return failure_hint(why, "Leave out --revert-drift, or take the property out of "
                                 "@ignore_changes.");
    }
    return true;
}

void plan_read_drift(struct plan *plan, struct plan_stack *stack,
                     const struct cloud_change_set *set) {
    for (uint32_t i = 0; i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        if (text_is(change->drift_status, "DELETED")) {
            add(plan, stack, change)->is_overwritten = plan->reverts_drift;
        }
        for (uint32_t d = 0; d < change->detail_count; d++) {
            add_property(plan, stack, change, &change->details[d]);
        }
    }
}
