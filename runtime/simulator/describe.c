/* What is told of the world: stacks, events, resources, templates, exports. */
#include <stdlib.h>

#include "runtime/simulator/calls.h"

enum { EVENTS_PER_PAGE = 100 };

static void tell_parameters(struct cloud_call *call, const struct sim_stack *stack,
                            struct cloud_stack *out) {
    const struct document *held = stack->now.parameters;
    if (!held || !held->count) return;
    out->parameters = arena_array(call->arena, held->count, sizeof *out->parameters);
    for (const struct document *p = held->children; p; p = p->next) {
        const struct document *resolved = document_get(p, "resolved");
        struct cloud_parameter *parameter = &out->parameters[out->parameter_count++];
        parameter->key = text_copy(call->arena, p->key);
        parameter->value = text_copy(
            call->arena, sim_masked(call->arena, document_get(p, "value")->text));
        if (resolved && resolved->kind == DOCUMENT_TEXT) {
            parameter->resolved = text_copy(call->arena, resolved->text);
        }
    }
}

static void tell_outputs(struct cloud_call *call, const struct sim_stack *stack,
                         struct cloud_stack *out) {
    out->outputs = arena_array(call->arena, stack->output_count + 1, sizeof *out->outputs);
    for (uint32_t i = 0; i < stack->output_count; i++) {
        const struct sim_output *output = &stack->outputs[i];
        out->outputs[out->output_count++] = (struct cloud_output){
            text_copy(call->arena, output->key),
            text_copy(call->arena, sim_masked(call->arena, output->value)),
            text_copy(call->arena, output->description),
            text_copy(call->arena, output->export_name)};
    }
}

struct cloud_tag *sim_copy_tags(struct arena *arena, const struct cloud_tag *tags,
                                uint32_t count) {
    struct cloud_tag *copy = arena_array(arena, count + 1, sizeof *copy);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = (struct cloud_tag){text_copy(arena, tags[i].key),
                                     text_copy(arena, tags[i].value)};
    }
    return copy;
}

const struct text *sim_copy_texts(struct arena *arena, const struct text *texts,
                                  uint32_t count) {
    struct text *copy = arena_array(arena, count + 1, sizeof *copy);
    for (uint32_t i = 0; i < count; i++) copy[i] = text_copy(arena, texts[i]);
    return copy;
}

static void tell_stack(struct cloud_call *call, const struct sim_stack *stack) {
    struct arena *arena = call->arena;
    struct cloud_stack *out = &call->reply.stacks[call->reply.stack_count++];
    *out = (struct cloud_stack){
        .id = text_copy(arena, stack->id),
        .name = text_copy(arena, stack->name),
        .parent_id = text_copy(arena, stack->parent_id),
        .root_id = text_copy(arena, stack->root_id),
        .status = text_of(sim_status_name(stack->status)),
        .status_reason = text_copy(arena, stack->reason),
        .description = text_copy(arena, stack->description),
        .change_set_id = text_copy(arena, stack->change_set_id),
        .tags = sim_copy_tags(arena, stack->now.tags, stack->now.tag_count),
        .tag_count = stack->now.tag_count,
        .capabilities = sim_copy_texts(arena, stack->capabilities, stack->capability_count),
        .capability_count = stack->capability_count,
        .alarm_count = stack->settings.alarm_count,
        .created = stack->created, .updated = stack->updated, .deleted = stack->deleted,
        .is_protected = stack->is_protected, .disable_rollback = stack->disable_rollback,
    };
    tell_parameters(call, stack, out);
    if (cloud_status_running(out->status) && stack->origin == SIM_CREATE_IN_PROGRESS) return;
    tell_outputs(call, stack, out);
}

bool sim_describe_stacks(struct simulator *simulator, struct cloud_call *call) {
    call->reply.stacks = arena_array(call->arena, simulator->stack_count + 1,
                                     sizeof *call->reply.stacks);
    if (call->request.stack.length) {
        struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
        if (!stack || sim_is_late(simulator, stack->created)) return sim_refuse_stack(call);
        tell_stack(call, stack);
        return true;
    }
    for (uint32_t i = simulator->stack_count; i > 0; i--) { /* newest first */
        const struct sim_stack *stack = simulator->stacks[i - 1];
        if (stack->status != SIM_DELETE_COMPLETE && text_equal(stack->region, call->region) &&
            !sim_is_late(simulator, stack->created)) {
            tell_stack(call, stack);
        }
    }
    return true;
}

bool sim_stack_events(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                                  TEXT_ARGS(call->request.stack));
    uint32_t end = stack->event_count;
    while (end && sim_is_late(simulator, stack->events[end - 1].time)) end--;
    if (call->request.next_token.length) {
        struct text token = text_copy(call->arena, call->request.next_token);
        unsigned long at = strtoul(token.bytes, NULL, 10);
        if (at < end) end = (uint32_t)at;
    }
    uint32_t count = end < EVENTS_PER_PAGE ? end : EVENTS_PER_PAGE;
    call->reply.events = arena_array(call->arena, count + 1, sizeof *call->reply.events);
    for (uint32_t i = 0; i < count; i++) {
        struct cloud_event event = stack->events[end - 1 - i];
        event.reason = text_copy(call->arena, sim_masked(call->arena, event.reason));
        call->reply.events[call->reply.event_count++] = event;
    }
    if (end > count) call->reply.next_token = text_format(call->arena, "%u", end - count);
    return true;
}

static const struct cloud_event *hook_event(const struct simulator *simulator, struct text id) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        for (uint32_t e = 0; e < stack->event_count; e++) {
            if (text_equal(stack->events[e].hook_id, id)) return &stack->events[e];
        }
    }
    return NULL;
}

bool sim_hook_result(struct simulator *simulator, struct cloud_call *call) {
    const struct cloud_event *event =
        call->request.id.length ? hook_event(simulator, call->request.id) : NULL;
    if (!event) {
        return sim_refuse(call, "HookResultNotFound", "Hook result %.*s does not exist",
                          TEXT_ARGS(call->request.id));
    }
    call->reply.hooks = ARENA_NEW(call->arena, struct cloud_hook);
    call->reply.hooks[call->reply.hook_count++] = (struct cloud_hook){
        .id = event->hook_id, .type = event->hook_type, .status = event->hook_status,
        .reason = event->hook_reason, .mode = event->hook_mode, .target = event->logical_id};
    return true;
}

bool sim_stack_resources(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                                  TEXT_ARGS(call->request.stack));
    call->reply.resources = arena_array(call->arena, stack->resource_count + 1,
                                        sizeof *call->reply.resources);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || !resource->status) continue;
        call->reply.resources[call->reply.resource_count++] = (struct cloud_resource){
            text_copy(call->arena, resource->logical_id),
            text_copy(call->arena, resource->now.physical_id),
            text_copy(call->arena, resource->type),
            text_of(sim_status_name(resource->status)),
            text_copy(call->arena, resource->reason), resource->updated};
    }
    return true;
}

static struct text staged(const struct cloud_call *call, const struct sim_blueprint *blueprint) {
    bool is_processed = text_is(call->request.stage, "Processed") || !blueprint->original.length;
    return text_copy(call->arena, is_processed ? blueprint->body : blueprint->original);
}

bool sim_get_set_template(struct simulator *simulator, struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    bool is_arn = text_starts(request->change_set, TEXT("arn:"));
    if (!request->stack.length && !is_arn) {
        return sim_refuse(call, "ValidationError", "StackName is a required parameter.");
    }
    struct sim_stack *stack = request->stack.length
                                  ? sim_stack_find(simulator, call->region, request->stack) : NULL;
    const struct sim_change_set *set = stack || is_arn
        ? sim_change_set_find(simulator, stack, request->change_set) : NULL;
    if (!set) {
        return sim_refuse(call, "ChangeSetNotFound", "ChangeSet [%.*s] does not exist",
                          TEXT_ARGS(request->change_set));
    }
    if (set->blueprint) call->reply.body = staged(call, set->blueprint);
    return true;
}

bool sim_get_template(struct simulator *simulator, struct cloud_call *call) {
    if (!call->request.stack.length) {
        return sim_refuse(call, "ValidationError",
                          "StackName is required if ChangeSetName is not specified.");
    }
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return sim_refuse_stack(call);
    if (stack->now.blueprint) {
        call->reply.body = staged(call, stack->now.blueprint);
    }
    return true;
}

bool sim_exports(struct simulator *simulator, struct cloud_call *call) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        count += simulator->stacks[s]->output_count;
    }
    call->reply.exports = arena_array(call->arena, count + 1, sizeof *call->reply.exports);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE || !text_equal(stack->region, call->region)) {
            continue;
        }
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (!stack->outputs[o].export_name.length) continue;
            call->reply.exports[call->reply.export_count++] = (struct cloud_export){
                text_copy(call->arena, stack->outputs[o].export_name),
                text_copy(call->arena, stack->outputs[o].value),
                text_copy(call->arena, stack->id)};
        }
    }
    return true;
}

bool sim_imports(struct simulator *simulator, struct cloud_call *call) {
    call->reply.names = arena_array(call->arena, simulator->stack_count + 1,
                                    sizeof *call->reply.names);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE || !text_equal(stack->region, call->region)) {
            continue;
        }
        for (uint32_t i = 0; i < stack->import_count; i++) {
            if (!text_equal(stack->imports[i], call->request.export_name)) continue;
            call->reply.names[call->reply.name_count++] = text_copy(call->arena, stack->name);
            break;
        }
    }
    if (call->reply.name_count) return true;
    return sim_refuse(call, "ValidationError", "Export '%.*s' is not imported by any stack.",
                      TEXT_ARGS(call->request.export_name));
}
