/* What a stack gives: its outputs and exports, worked out when all of its resources are there. */
#include "runtime/simulator/engine.h"

static struct sim_stack *exporter(struct simulator *simulator, const struct sim_stack *stack,
                                  struct text name) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (other == stack || other->status == SIM_DELETE_COMPLETE ||
            !text_equal(other->region, stack->region)) continue;
        for (uint32_t o = 0; o < other->output_count; o++) {
            if (text_equal(other->outputs[o].export_name, name)) return other;
        }
    }
    return NULL;
}

static bool text_output(struct sim_scope *scope, const struct document *value, struct text *out) {
    const struct document *resolved = value ? sim_resolve(scope, value) : NULL;
    if (!resolved || scope->failed) return false;
    if (resolved->kind == DOCUMENT_BOOL) *out = text_of(resolved->boolean ? "true" : "false");
    else *out = resolved->text;
    return resolved->kind != DOCUMENT_LIST && resolved->kind != DOCUMENT_OBJECT &&
           resolved->kind != DOCUMENT_NULL;
}

/* Whether the output exists by its Condition. */
static bool is_wanted(const struct sim_stack *stack, const struct document *output) {
    const struct document *condition = document_get(output, "Condition");
    if (!condition) return true;
    const struct document *c = stack->now.conditions ? stack->now.conditions->children : NULL;
    while (c && !text_equal(c->key, condition->text)) c = c->next;
    return c && c->boolean;
}

static bool make_output(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_scope *scope, const struct document *written,
                        struct text *reason) {
    struct arena *arena = &simulator->arena;
    struct sim_output *output = &stack->outputs[stack->output_count];
    const struct document *description = document_get(written, "Description");
    *output = (struct sim_output){.key = written->key};
    if (description && description->kind == DOCUMENT_TEXT) output->description = description->text;
    const struct document *value = document_get(written, "Value");
    if (!text_output(scope, value, &output->value)) {
        struct text function = value->kind == DOCUMENT_OBJECT && value->count == 1
                                   ? value->children->key : (struct text){0};
        *reason = scope->failed
                      ? text_format(arena, "[Error] /Outputs/%.*s/Value%s%.*s: %s",
                                    TEXT_ARGS(written->key), function.length ? "/" : "",
                                    TEXT_ARGS(function), scope->why->message)
                      : text_format(arena, "Template format error: The Value field of every "
                                           "Outputs member must evaluate to a String.");
        return false;
    }
    const struct document *export = document_get(written, "Export");
    if (export && text_output(scope, document_get(export, "Name"), &output->export_name)) {
        struct sim_stack *other = exporter(simulator, stack, output->export_name);
        if (other) {
            *reason = text_format(arena, "Export with name %.*s is already exported by stack %.*s.",
                                  TEXT_ARGS(output->export_name), TEXT_ARGS(other->name));
            return false;
        }
    }
    stack->output_count++;
    return true;
}

static struct sim_stack *importer(struct simulator *simulator, const struct sim_stack *stack,
                                  struct text name) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (other == stack || other->status == SIM_DELETE_COMPLETE ||
            !text_equal(other->region, stack->region)) continue;
        for (uint32_t i = 0; i < other->import_count; i++) {
            if (text_equal(other->imports[i], name)) return other;
        }
    }
    return NULL;
}

struct text sim_export_in_use(struct simulator *simulator, struct arena *arena,
                              const struct sim_stack *stack) {
    for (uint32_t o = 0; o < stack->output_count; o++) {
        struct text name = stack->outputs[o].export_name;
        const struct sim_stack *other = name.length ? importer(simulator, stack, name) : NULL;
        if (!other) continue;
        return text_format(arena, "Export %.*s cannot be deleted as it is in use by %.*s",
                           TEXT_ARGS(name), TEXT_ARGS(other->name));
    }
    return (struct text){0};
}

/* An export that is gone or changed while another stack imports it. */
static bool breaks_import(struct simulator *simulator, struct sim_stack *stack,
                          struct text *reason) {
    for (uint32_t i = 0; i < stack->old_output_count; i++) {
        const struct sim_output *old = &stack->old_outputs[i];
        bool kept = !old->export_name.length;
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (text_equal(stack->outputs[o].export_name, old->export_name) &&
                text_equal(stack->outputs[o].value, old->value)) kept = true;
        }
        struct sim_stack *other = kept ? NULL : importer(simulator, stack, old->export_name);
        if (!other) continue;
        *reason = text_format(&simulator->arena,
                              "Export %.*s cannot be updated as it is in use by %.*s",
                              TEXT_ARGS(old->export_name), TEXT_ARGS(other->name));
        return true;
    }
    return false;
}

bool sim_make_outputs(struct simulator *simulator, struct sim_stack *stack,
                      struct text *reason) {
    struct failure why = {0};
    const struct document *written = stack->now.blueprint->outputs;
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = stack->now.blueprint,
        .parameters = stack->now.parameters, .conditions = stack->now.conditions,
        .arena = &simulator->arena, .why = &why,
    };
    stack->old_outputs = stack->outputs;
    stack->old_output_count = stack->output_count;
    stack->output_count = 0;
    stack->outputs = arena_array(&simulator->arena, written ? written->count + 1 : 1,
                                 sizeof *stack->outputs);
    for (const struct document *o = written ? written->children : NULL; o; o = o->next) {
        if (!is_wanted(stack, o)) continue;
        if (!make_output(simulator, stack, &scope, o, reason)) return false;
    }
    return !breaks_import(simulator, stack, reason);
}
