/* mrp drift: what was changed behind the back of the deployment's stacks. */
#include "cli/deploy.h"
#include "cli/interrupts.h"
#include "runtime/deploy/drift.h"

/* "/Tags/0/Value" as "Tags[0].Value". */
static struct text property_name(struct arena *arena, struct text path) {
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < path.length;) {
        size_t end = ++i;
        bool is_number = true;
        for (; end < path.length && path.bytes[end] != '/'; end++) {
            is_number &= ascii_is_digit(path.bytes[end]);
        }
        struct text part = {path.bytes + i, end - i};
        if (is_number && part.length && out.length) {
            buffer_format(&out, "[%.*s]", TEXT_ARGS(part));
        } else {
            if (out.length) buffer_char(&out, '.');
            buffer_text(&out, part);
        }
        i = end;
    }
    struct text name = buffer_take(&out, arena);
    buffer_release(&out);
    return name;
}

static struct text first_part(struct text name) {
    size_t end = 0;
    while (end < name.length && name.bytes[end] != '.' && name.bytes[end] != '[') end++;
    return (struct text){name.bytes, end};
}

static struct text place_of(struct deploying *deploying, const struct drift_stack *stack,
                            const struct cloud_drift *drift, struct text property) {
    const struct template_resource *resource = plan_resource(stack->template, drift->logical_id);
    struct text place = {0};
    if (property.length) {
        place = property_place(deploying, stack->template, resource, first_part(property));
    }
    return place.length ? place : resource_place(deploying, resource);
}

/* --- for people ------------------------------------------------------------------------------- */

static void write_difference(struct deploying *deploying, const struct drift_stack *stack,
                             const struct cloud_drift *drift,
                             const struct cloud_difference *difference, struct buffer *out) {
    struct text name = property_name(&deploying->arena, difference->path);
    unsigned room = value_room(deploying->columns ? deploying->columns : USUAL_COLUMNS);
    bool was_added = text_is(difference->kind, "ADD");
    buffer_string(out, "      ");
    show_line(out, name);
    buffer_string(out, ": ");
    if (was_added) buffer_string(out, "(not in the template)");
    else show_value(deploying, difference->expected, room, out);
    buffer_string(out, " is now ");
    if (text_is(difference->kind, "REMOVE")) buffer_string(out, "(not set)");
    else show_value(deploying, difference->actual, room, out);
    show_place(deploying, place_of(deploying, stack, drift, name), out);
    buffer_char(out, '\n');
}

static void write_resource(struct deploying *deploying, const struct drift_stack *stack,
                           const struct cloud_drift *drift, struct buffer *out) {
    const struct template_resource *resource = plan_resource(stack->template, drift->logical_id);
    bool is_gone = text_is(drift->status, "DELETED");
    struct text name = resource ? resource->path : drift->logical_id;
    buffer_string(out, "    ");
    paint(deploying, out, is_gone ? PAINT_REMOVE : PAINT_CHANGE);
    buffer_string(out, is_gone ? "-" : "~");
    paint(deploying, out, PAINT_NONE);
    buffer_char(out, ' ');
    show_line(out, name);
    buffer_string(out, " (");
    show_line(out, drift->type);
    buffer_char(out, ' ');
    show_line(out, drift->physical_id);
    buffer_string(out, is_gone ? ") was deleted" : ") was changed");
    if (is_gone) show_place(deploying, place_of(deploying, stack, drift, (struct text){0}), out);
    buffer_char(out, '\n');
    for (uint32_t i = 0; i < drift->difference_count; i++) {
        write_difference(deploying, stack, drift, &drift->differences[i], out);
    }
}

static void write_summary(const struct drift *drift, struct buffer *out) {
    if (!drift->count) {
        buffer_string(out, "no stack is deployed\n");
        return;
    }
    if (drift->differing) {
        buffer_format(out, "\ndrift: %u resource%s not as the deployed template%s say%s\n",
                      drift->differing, drift->differing == 1 ? " is" : "s are",
                      drift->count == 1 ? "" : "s", drift->count == 1 ? "s" : "");
    } else if (!drift->unknown) {
        buffer_format(out, "\nno drift: %u stack%s as deployed\n", drift->count,
                      drift->count == 1 ? " is" : "s are");
    }
    if (drift->ignored) {
        buffer_format(out, "%s@ignore_changes leaves out %u propert%s\n",
                      drift->differing ? "" : "\n", drift->ignored,
                      drift->ignored == 1 ? "y" : "ies");
    }
    if (drift->unknown) {
        buffer_format(out, "\n%u stack%s not wholly compared\n", drift->unknown,
                      drift->unknown == 1 ? " was" : "s were");
    }
}

static void write_text(struct deploying *deploying, const struct drift *drift,
                       struct buffer *out) {
    plan_head(deploying, drift->status.account, drift->status.caller, out);
    for (uint32_t i = 0; i < drift->count; i++) {
        const struct drift_stack *stack = &drift->stacks[i];
        if (i == 0 || !text_equal(stack->stack->region, stack[-1].stack->region)) {
            buffer_format(out, "%.*s\n", TEXT_ARGS(stack->stack->region));
        }
        buffer_format(out, "  %.*s: ", TEXT_ARGS(stack->stack->name));
        if (stack->problem.length) {
            buffer_string(out, "not wholly compared: ");
            show_line(out, stack->problem);
            buffer_char(out, '\n');
        } else if (stack->count) {
            buffer_format(out, "%u resource%s\n", stack->count,
                          stack->count == 1 ? " differs" : "s differ");
        } else {
            buffer_string(out, "as deployed\n");
        }
        for (uint32_t d = 0; d < stack->count; d++) {
            write_resource(deploying, stack, &stack->drifts[d], out);
        }
    }
    write_summary(drift, out);
}

/* --- for machines ----------------------------------------------------------------------------- */

static void write_json_drift(struct deploying *deploying, const struct drift_stack *stack,
                             const struct cloud_drift *drift, struct buffer *out) {
    const struct template_resource *resource = plan_resource(stack->template, drift->logical_id);
    buffer_string(out, "{\"id\":");
    buffer_json_string(out, drift->logical_id);
    if (resource) buffer_json_more(out, "path", resource->path);
    plan_json_place(out, resource_place(deploying, resource));
    buffer_json_more(out, "type", drift->type);
    buffer_json_more(out, "physicalId", drift->physical_id);
    buffer_json_more(out, "status",
                     text_is(drift->status, "DELETED") ? TEXT("deleted") : TEXT("changed"));
    buffer_string(out, ",\"differences\":[");
    for (uint32_t i = 0; i < drift->difference_count; i++) {
        const struct cloud_difference *difference = &drift->differences[i];
        struct text name = property_name(&deploying->arena, difference->path);
        buffer_string(out, i ? ",{\"property\":" : "{\"property\":");
        buffer_json_string(out, name);
        if (!text_is(difference->kind, "ADD"))
            buffer_json_more(out, "expected", difference->expected);
        if (!text_is(difference->kind, "REMOVE"))
            buffer_json_more(out, "actual", difference->actual);
        plan_json_place(out, place_of(deploying, stack, drift, name));
        buffer_char(out, '}');
    }
    buffer_string(out, "]}");
}

static void write_json(struct deploying *deploying, const struct drift *drift,
                       struct buffer *out) {
    buffer_string(out, "{\"format\":1");
    buffer_json_more(out, "account", drift->status.account);
    buffer_json_more(out, "identity", drift->status.caller);
    buffer_json_more(out, "project", deploying->program.project);
    buffer_json_more(out, "suffix", deploying->program.suffix);
    buffer_string(out, ",\"stacks\":[");
    for (uint32_t i = 0; i < drift->count; i++) {
        const struct drift_stack *stack = &drift->stacks[i];
        buffer_string(out, i ? ",{\"name\":" : "{\"name\":");
        buffer_json_string(out, stack->stack->name);
        buffer_json_more(out, "region", stack->stack->region);
        buffer_json_more(out, "path", stack->stack->path);
        buffer_json_more(out, "problem", stack->problem);
        buffer_string(out, ",\"resources\":[");
        for (uint32_t d = 0; d < stack->count; d++) {
            if (d) buffer_char(out, ',');
            write_json_drift(deploying, stack, &stack->drifts[d], out);
        }
        buffer_string(out, "]}");
    }
    buffer_format(out, "],\"differing\":%u,\"ignored\":%u,\"notCompared\":%u}\n",
                  drift->differing, drift->ignored, drift->unknown);
}

/* --- the command ------------------------------------------------------------------------------ */

static int show(struct deploying *deploying) {
    struct drift drift;
    struct failure why;
    struct buffer out;
    interrupts_take();
    bool good = drift_make(deploying->cloud, &deploying->program, &interruptions,
                           &deploying->arena, &drift, &why);
    interrupts_leave();
    if (!good) return world_failed(&why);
    buffer_init(&out);
    if (deploying->form == FORM_JSON) write_json(deploying, &drift, &out);
    else write_text(deploying, &drift, &out);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    if (outcome != OUTCOME_DONE) return outcome;
    if (drift.differing) return OUTCOME_ERRORS;
    return drift.unknown ? OUTCOME_WORLD : OUTCOME_DONE;
}

int command_drift(struct invocation *invocation) {
    struct deploying deploying;
    int outcome = deploying_open(&deploying, invocation);
    if (outcome == OUTCOME_DONE) outcome = show(&deploying);
    return deploying_close(&deploying, outcome);
}
