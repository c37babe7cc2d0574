/* Built-in functions for programs that deliver themselves: what is known of a stack before
 * templates are made, and what only templates, or who deploys, will know. */
#include "evaluator/builtins.h"
#include "evaluator/internal.h"

/* ---- stacks ---- */

/* The types in a stack, each once; published: those whose permissions are known, or the others. */
static struct value stack_types(struct call *call, const struct stack *stack, bool published) {
    struct items items = {0};
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct schema_type *type = stack->resources[i]->type;
        bool is_known = false, is_there = false;
        for (int o = 0; o < SCHEMA_OPERATIONS; o++) {
            is_known |= schema_type_permission_count(type, (enum schema_operation)o) > 0;
        }
        struct text text = schema_type_name(type);
        struct value name = value_text(text);
        if (published) {
            name = (struct value){.kind = VALUE_TYPE, .type = names_intern(call->names, text)};
        }
        for (uint32_t j = 0; j < items.count; j++) is_there |= value_equal(items.items[j], name);
        if (is_known != published || is_there) continue;
        if (!items_add(call, &items, name)) break;
    }
    return items_list(&items);
}

static bool has_iam(const struct stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        if (text_starts(schema_type_name(stack->resources[i]->type), TEXT("AWS::IAM::"))) {
            return true;
        }
    }
    return false;
}

struct stack *stack_of_value(struct value value) {
    if (value.kind == VALUE_STACK) return value.stack;
    if (value.kind == VALUE_REGION) return ((struct region_state *)value.region)->stack;
    return NULL;
}

struct value apply_stack_facts(struct call *call) {
    const struct stack *stack = stack_of_value(call->arguments[0]);
    if (!stack) return argument_wrong(call, 0, "a stack or a region");
    const struct frame *frame = call->evaluator->call_frame;
    bool is_here = frame && frame->place->stack == stack;
    struct record *record = record_new(call->arena, 7);
    put_text(call, record, "name", value_text(stack->name));
    put_text(call, record, "path", value_text(stack->path));
    put_text(call, record, "region", (struct value){.kind = VALUE_REGION, .region = stack->region});
    put_text(call, record, "types", stack_types(call, stack, true));
    put_text(call, record, "unpublished", stack_types(call, stack, false));
    put_text(call, record, "has_roles", value_bool(has_iam(stack)));
    put_text(call, record, "is_here", value_bool(is_here));
    return value_record(record);
}

struct value apply_delivered_parameters(struct call *call) {
    struct stack *stack = stack_of_value(call->arguments[0]);
    struct record *values;
    if (!stack) return argument_wrong(call, 0, "a stack or a region");
    if (!argument_record(call, 1, &values)) return value_poison();
    struct deferred *deferred =
        deferred_new(call->arena, DEFERRED_OVERRIDES, SHAPE_TEXT, 2, call->node);
    deferred->operands[0] = (struct value){.kind = VALUE_STACK, .stack = stack};
    deferred->operands[1] = value_seal(call->arguments[1]);
    deferred->depth = (uint16_t)(deferred->operands[1].depth + 1);
    return value_deferred(deferred);
}

struct value apply_delivered_reads(struct call *call) {
    struct stack *stack = stack_of_value(call->arguments[0]);
    struct text what;
    struct value actions;
    if (!stack) return argument_wrong(call, 0, "a stack or a region");
    if (!argument_text(call, 1, &what) || !argument_list(call, 2, &actions)) return value_poison();
    struct deferred *deferred = deferred_new(call->arena, DEFERRED_READS, SHAPE_ANY, 3, call->node);
    deferred->operands[0] = (struct value){.kind = VALUE_STACK, .stack = stack};
    deferred->operands[1] = call->arguments[1];
    deferred->operands[2] = value_seal(actions);
    deferred->depth = (uint16_t)(deferred->operands[2].depth + 1);
    return value_deferred(deferred);
}

/* ---- the mrp that a pipeline runs ---- */

struct value apply_mrp_package(struct call *call) {
    struct deployment *deployment = call->evaluator->deployment;
    struct parameter *parameter = NULL;
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        if (deployment->parameters[i]->is_package) parameter = deployment->parameters[i];
    }
    if (!parameter) {
        parameter = ARENA_NEW(call->arena, struct parameter);
        *parameter = (struct parameter){
            .name = names_intern(call->names, TEXT("mrp_package")),
            .logical_id = TEXT("MrpPackage"), .type = TEXT("String"), .is_package = true,
            .doc = TEXT("The mrp that the pipeline runs: filled in by mrp"),
            .allowed = value_null(), .declared = call->node};
        parameters_add(call->evaluator, parameter);
    }
    struct deferred *deferred =
        deferred_new(call->arena, DEFERRED_PARAMETER, SHAPE_TEXT, 0, call->node);
    deferred->parameter = parameter;
    deferred->name = parameter->name;
    return value_deferred(deferred);
}

/* A value as `--set` takes it; false for records, which it does not. */
static bool set_text(struct call *call, const struct input *input, struct text *text) {
    *text = input->text;
    if (input->is_text || value_scalar_text(call, input->value, text)) return true;
    if (input->value.kind != VALUE_LIST) return false;
    struct buffer buffer;
    buffer_init(&buffer);
    value_json(&buffer, input->value, 0);
    *text = buffer_take(&buffer, call->arena);
    buffer_release(&buffer);
    return true;
}

static struct value given_sets(struct call *call) {
    struct evaluator *ev = call->evaluator;
    struct record *sets = record_new(call->arena, ev->evaluation->input_count);
    for (uint32_t i = 0; i < ev->evaluation->input_count; i++) {
        const struct input *input = &ev->evaluation->inputs[i]; /* later ones win */
        const struct name *name = names_intern(call->names, input->name);
        struct symbol *symbol = map_find(&ev->root->scope->values, name);
        struct text text;
        if (!symbol || !param_is_fixed(symbol) || !set_text(call, input, &text)) continue;
        record_put(call->arena, sets, name, value_text(text), NULL);
    }
    return value_record(sets);
}

/* Variables that are set, of those that were read for no secret. */
static struct value given_environment(struct call *call) {
    struct evaluator *ev = call->evaluator;
    struct record *variables = record_new(call->arena, ev->open_environment.count);
    const struct host *host = ev->program->host;
    for (uint32_t i = 0; i < ev->open_environment.count; i++) {
        const struct name *name = ev->open_environment.entries[i].key;
        struct text value;
        if (ev->evaluation->no_environment || !host || !host->environment) continue;
        if (!host->environment(host->context, call->arena, name_text(name), &value)) continue;
        record_put(call->arena, variables, name, value_text(value), NULL);
    }
    return value_record(variables);
}

struct value apply_program_inputs(struct call *call) {
    struct record *record = record_new(call->arena, 2);
    put_text(call, record, "sets", given_sets(call));
    put_text(call, record, "environment", given_environment(call));
    return value_record(record);
}
