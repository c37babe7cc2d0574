/* A plan as one JSON document, "format": 1. Its form is docs/schemas/plan.schema.json. */

#include "base/hash.h"
#include "cli/deploy.h"

static void flag(struct buffer *out, const char *name, bool value) {
    if (value) buffer_format(out, ",\"%s\":true", name);
}

void plan_json_place(struct buffer *out, struct text place) {
    size_t colon = place.length;
    while (colon > 0 && place.bytes[colon - 1] != ':') colon--;
    if (colon < 2) return;
    buffer_json_more(out, "file", (struct text){place.bytes, colon - 1});
    buffer_format(out, ",\"line\":%.*s", (int)(place.length - colon), place.bytes + colon);
}

static void write_property(struct deploying *deploying, const struct plan_stack *stack,
                           const struct plan_change *change,
                           const struct plan_property *property, struct buffer *out) {
    buffer_char(out, '{');
    buffer_json_member(out, "name", property->name);
    buffer_json_more(out, "before", property->before);
    buffer_json_more(out, "after", property->after);
    buffer_json_more(out, "knownAfter", property->known_after);
    flag(out, "replaces", property->replaces);
    flag(out, "mayReplace", property->may_replace);
    plan_json_place(
        out, property_place(deploying, stack->template, change->resource, property->name));
    buffer_char(out, '}');
}

static void write_change(struct deploying *deploying, const struct plan_stack *stack,
                         const struct plan_change *change, struct buffer *out) {
    static const char *const kinds[] = {"add", "change", "replace", "may-replace", "delete"};
    static const char *const data[] = {"", "lost", "kept", "snapshot"};
    buffer_char(out, '{');
    buffer_json_member(out, "action", text_of(kinds[change->kind]));
    buffer_json_more(out, "id", change->logical_id);
    buffer_json_more(out, "physicalId", change->physical_id);
    buffer_json_more(out, "type", change->type);
    buffer_json_more(out, "path", change->resource ? change->resource->path : change->former_path);
    plan_json_place(out, resource_place(deploying, change->resource));
    buffer_json_more(out, "data", text_of(data[change->data]));
    buffer_json_more(out, "because", change->because);
    flag(out, "onlyTags", change->is_tags_only);
    buffer_string(out, ",\"properties\":[");
    for (uint32_t i = 0; i < change->property_count; i++) {
        if (i) buffer_char(out, ',');
        write_property(deploying, stack, change, &change->properties[i], out);
    }
    buffer_string(out, "]}");
}

static void write_drifted(const struct plan_drifted *drifted, struct buffer *out) {
    buffer_char(out, '{');
    buffer_json_member(out, "id", drifted->logical_id);
    buffer_json_more(out, "physicalId", drifted->physical_id);
    buffer_json_more(out, "type", drifted->type);
    buffer_json_more(out, "path", drifted->resource ? drifted->resource->path : (struct text){0});
    buffer_json_more(out, "property", drifted->path);
    buffer_json_more(out, "deployed", drifted->deployed);
    buffer_json_more(out, "actual", drifted->actual);
    flag(out, "deleted", !drifted->path.length);
    buffer_json_more(out, "becomes", drifted->is_overwritten ? TEXT("overwritten") : TEXT("kept"));
    buffer_char(out, '}');
}

static void write_drift(const struct plan_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->drifted_count; i++) {
        buffer_string(out, i ? "," : ",\"drift\":[");
        write_drifted(&stack->drifted[i], out);
    }
    if (stack->drifted_count) buffer_char(out, ']');
}

static void write_renames(const struct plan_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->move_count; i++) {
        buffer_string(out, i ? ",{" : ",\"renames\":[{");
        buffer_json_member(out, "from", stack->moves[i].from);
        buffer_json_more(out, "to", stack->moves[i].to);
        buffer_char(out, '}');
    }
    if (stack->move_count) buffer_char(out, ']');
}

static void write_widenings(const struct plan_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->widening_count; i++) {
        const struct plan_widening *widening = &stack->widenings[i];
        buffer_string(out, i ? ",{" : ",\"widens\":[{");
        buffer_json_member(out, "id", stack->changes[widening->change].logical_id);
        buffer_json_more(out, "grant", widening->grant);
        buffer_char(out, '}');
    }
    if (stack->widening_count) buffer_char(out, ']');
}

static void write_stack(struct deploying *deploying, const struct plan_stack *stack,
                        struct buffer *out) {
    static const char *const actions[] = {"nothing", "create", "recreate", "update", "delete"};
    buffer_char(out, '{');
    buffer_json_member(out, "name", stack->name);
    buffer_json_more(out, "region", stack->region);
    buffer_json_more(out, "path", stack->path);
    buffer_json_more(out, "action", text_of(actions[stack->action]));
    if (stack->action != PLAN_CREATE) { /* what an earlier attempt announced is no stack yet */
        buffer_json_more(out, "stackId", stack->id);
        buffer_json_more(out, "status", stack->status);
    }
    buffer_json_more(out, "deployedHash", stack->deployed_hash);
    struct text hash = {0};
    if (stack->body.length) {
        hash = hash_hex(&deploying->arena, HASH_SHA256, stack->body);
    }
    buffer_json_more(out, "templateHash", hash);
    if (stack->expected > 0) buffer_format(out, ",\"expected\":%.0f", stack->expected);
    flag(out, "quick", stack->is_quick);
    buffer_json_more(out, "quickBecause", stack->quick_because);
    buffer_json_more(out, "disagreement", stack->disagreement);
    flag(out, "adopted", stack->is_adopted);
    flag(out, "outputsChange", stack->outputs_change);
    flag(out, "inputsChange", stack->inputs_change);
    flag(out, "tagsChange", stack->tags_change);
    flag(out, "protectionChanges", stack->protection_changes);
    write_renames(stack, out);
    write_widenings(stack, out);
    write_drift(stack, out);
    buffer_json_more(out, "driftUnknown", stack->drift_unknown);
    buffer_string(out, ",\"changes\":[");
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (i) buffer_char(out, ',');
        write_change(deploying, stack, &stack->changes[i], out);
    }
    buffer_string(out, "]}");
}

void plan_json(struct deploying *deploying, const struct plan *plan, struct buffer *out) {
    const struct plan_counts *counts = &plan->counts;
    buffer_string(out, "{\"format\":1");
    buffer_json_more(out, "account", plan->account);
    buffer_json_more(out, "identity", plan->caller);
    buffer_json_more(out, "project", deploying->program.project);
    buffer_json_more(out, "suffix", deploying->program.suffix);
    flag(out, "sandbox", option_given(deploying->invocation, OPTION_SANDBOX));
    buffer_string(out, ",\"stacks\":[");
    for (uint32_t i = 0; i < plan->count; i++) {
        if (i) buffer_char(out, ',');
        write_stack(deploying, &plan->stacks[i], out);
    }
    buffer_format(out, "],\"summary\":{\"add\":%u,\"change\":%u,\"replace\":%u,\"mayReplace\":%u,"
                       "\"delete\":%u,\"lost\":%u,\"kept\":%u,\"snapshots\":%u,"
                       "\"createStacks\":%u,\"updateStacks\":%u,\"deleteStacks\":%u}}\n",
                  counts->kinds[PLAN_ADD], counts->kinds[PLAN_MODIFY],
                  counts->kinds[PLAN_REPLACE], counts->kinds[PLAN_MAY_REPLACE],
                  counts->kinds[PLAN_REMOVE], counts->lost, counts->kept, counts->snapshots,
                  counts->creates, counts->updates, counts->deletes);
}
