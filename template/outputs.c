/* Outputs: the user's, each in the stack it comes from, and those made for other stacks. */
#include <stdlib.h>

#include "template/lowering.h"

enum { LEAVES = 100000 };

/* ---- where a value comes from ---- */

struct origin {
    struct stack *stack;
    bool has_several;
    bool is_deferred;  /* something only a stack knows */
    bool is_record;    /* not one text */
    const struct parameter *parameter; /* the first deploy param in it */
    unsigned budget;
};

static void origin_stack(struct origin *origin, struct stack *stack) {
    origin->is_deferred = true;
    if (!stack || stack == origin->stack) return;
    if (origin->stack) origin->has_several = true;
    origin->stack = stack;
}

static void find_origin(struct origin *origin, struct value value, unsigned depth) {
    if (origin->budget == 0) return;
    origin->budget--;
    const struct value *items = value.items;
    uint32_t count = value.length;
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: case VALUE_NULL: case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER:
    case VALUE_TEXT: case VALUE_REGION: case VALUE_STACK: case VALUE_TYPE: case VALUE_COMPONENT:
        return;
    case VALUE_RESOURCE: origin_stack(origin, value.resource->stack); return;
    case VALUE_RECORD:
        if (depth == 0) origin->is_record = true;
        for (uint32_t i = 0; i < value.record->count; i++) {
            find_origin(origin, value.record->entries[i].value, depth + 1);
        }
        return;
    case VALUE_LIST:
        for (uint32_t i = 0; i < count; i++) {
            if (depth == 0 && (items[i].kind == VALUE_LIST || items[i].kind == VALUE_RECORD)) {
                origin->is_record = true;
            }
            find_origin(origin, items[i], depth + 1);
        }
        return;
    case VALUE_DEFERRED: break;
    }
    origin->is_deferred = true;
    if (!origin->parameter) origin->parameter = value.deferred->parameter;
    if (value.deferred->kind == DEFERRED_ATTRIBUTE) {
        origin_stack(origin, value.deferred->resource->stack);
        return; /* an operand is only what the program wrote */
    }
    for (uint32_t i = 0; i < value.deferred->count; i++) {
        find_origin(origin, value.deferred->operands[i], depth + 1);
    }
}

/* The first stack that has the deploy param; the first of all if none has. */
static struct stack *parameter_stack(struct lowering *all, const struct parameter *parameter) {
    struct deployment *deployment = all->deployment;
    uintptr_t index = (uintptr_t)map_find(&all->parameter_index, parameter);
    for (uint32_t i = 0; index && i < deployment->stack_count; i++) {
        const struct stack_lowering *in = deployment->stacks[i]->lowered;
        if (in->uses_parameter[index - 1]) return deployment->stacks[i];
    }
    return deployment->stack_count ? deployment->stacks[0] : NULL;
}

/* The stack an output goes to, or NULL for printed ones. */
static struct stack *output_stack(struct lowering *all, const struct output *output) {
    const struct deployment *deployment = all->deployment;
    struct origin origin = {.budget = LEAVES};
    find_origin(&origin, output->value, 0);
    if (!origin.is_deferred || origin.has_several || origin.is_record) return NULL;
    if (origin.stack) return origin.stack;
    if (output->stack) return output->stack;
    if (deployment->stack_count == 1) return deployment->stacks[0];
    return origin.parameter ? parameter_stack(all, origin.parameter) : NULL;
}

/* ---- the user's outputs ---- */

/* As it is written where CloudFormation takes it, else its words joined: alb_dns is AlbDns. */
static struct text user_output_id(struct lowering *all, const struct output *output) {
    struct text name = name_text(output->name);
    return text_all(name, ascii_is_alphanumeric) ? name : text_words_joined(all->arena, name);
}

static void report_same(struct lowering *all, const struct output *output,
                        const struct output *other, struct text id) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    struct diagnostic *diagnostic = diagnostics_report(
        diagnostics, DIAGNOSTIC_OUTPUT_NAME_TAKEN, declared_span(output->declared),
        "two outputs of stack \"%.*s\" have the id \"%.*s\"", TEXT_ARGS(output->stack->name),
        TEXT_ARGS(id));
    if (other) {
        diagnostic_note(diagnostics, diagnostic, declared_span(other->declared),
                        "the other one is declared here");
    }
    diagnostic_hint(diagnostics, diagnostic, "Give one of them another name.");
}

static void check_user_id(struct lowering *all, const struct output *output, struct text id) {
    const struct template *template = &all->set->templates[output->stack->index];
    for (uint32_t i = 0; i < template->output_count; i++) {
        if (text_equal(template->outputs[i].id, id)) {
            report_same(all, output, output->stack->outputs[i], id);
            return;
        }
    }
}

/* CloudFormation takes no output without a value: one that may be null is there under the condition
 * that it is not. */
static struct text presence_of(struct stack_lowering *in, struct output *output) {
    struct term *term = lowering_presence(in, output->value);
    if (term->kind == TERM_TRUE || term->kind == TERM_FALSE) return TEXT("");
    lowering_name_term(in, term);
    output->value = lowering_present(in, output->value);
    return term->name;
}

static void add_to_stack(struct lowering *all, struct output *output, uint32_t *capacity) {
    struct stack *stack = output->stack;
    struct template *template = &all->set->templates[stack->index];
    struct text id = user_output_id(all, output);
    check_user_id(all, output, id);
    struct text condition = presence_of(stack->lowered, output);
    *LOWERING_ADD(all->arena, template->outputs, template->output_count, *capacity) =
        (struct template_output){.id = id, .doc = output->doc, .condition = condition};
    *LOWERING_ADD(all->arena, stack->outputs, stack->output_count, stack->output_capacity) = output;
    lowering_use_output(stack->lowered, output->value);
}

void lowering_place_outputs(struct lowering *all) {
    struct deployment *deployment = all->deployment;
    struct template_set *set = all->set;
    uint32_t printed_capacity = 0;
    uint32_t *capacities = arena_array(all->arena, set->count + 1, sizeof *capacities);
    for (uint32_t i = 0; i < set->count; i++) {
        deployment->stacks[i]->outputs = NULL;
        deployment->stacks[i]->output_count = deployment->stacks[i]->output_capacity = 0;
    }
    for (uint32_t i = 0; i < deployment->output_count; i++) {
        struct output *output = deployment->outputs[i];
        output->stack = output_stack(all, output);
        if (output->stack) {
            add_to_stack(all, output, &capacities[output->stack->index]);
            continue;
        }
        *LOWERING_ADD(all->arena, set->printed, set->printed_count, printed_capacity) =
            (struct template_printed){.id = user_output_id(all, output), .doc = output->doc,
                                      .value = output->value};
        lowering_use_output(all->printed, output->value);
    }
}

/* ---- outputs for other stacks ---- */

static int compare_travels(const void *left, const void *right) {
    const struct travel *a = *(struct travel *const *)left, *b = *(struct travel *const *)right;
    if (a->resource != b->resource) return a->resource->index < b->resource->index ? -1 : 1;
    int order = text_compare(name_text(a->attribute), name_text(b->attribute));
    return order ? order : (a->element > b->element) - (a->element < b->element);
}

static void report_taken(struct stack_lowering *in, uint32_t at, const struct travel *travel) {
    struct diagnostics *diagnostics = in->all->deployment->diagnostics;
    struct text path = attribute_path(in->all->arena, travel->resource, travel->attribute);
    struct diagnostic *diagnostic = diagnostics_report(
        diagnostics, DIAGNOSTIC_OUTPUT_NAME_TAKEN, declared_span(in->stack->outputs[at]->declared),
        "output \"%.*s\" has the id of the output by which \"%.*s\" reaches another stack",
        TEXT_ARGS(travel->output), TEXT_ARGS(path));
    diagnostic_note(diagnostics, diagnostic, cause_span(travel->cause),
                    "that value is read here, from another stack");
    diagnostic_hint(diagnostics, diagnostic, "Give the output another name.");
}

static void check_taken(struct stack_lowering *in, const struct travel *travel) {
    for (uint32_t i = 0; i < in->stack->output_count; i++) {
        if (text_equal(in->template->outputs[i].id, travel->output)) report_taken(in, i, travel);
    }
}

void lowering_finish_outputs(struct stack_lowering *in) {
    struct template *template = in->template;
    uint32_t users = template->output_count, count = users + in->travel_count;
    if (in->travel_count == 0) return;
    qsort(in->travels, in->travel_count, sizeof *in->travels, compare_travels);
    struct template_output *outputs = arena_array(in->all->arena, count, sizeof *outputs);
    if (users) memcpy(outputs, template->outputs, users * sizeof *outputs);
    for (uint32_t i = 0; i < in->travel_count; i++) {
        check_taken(in, in->travels[i]);
        outputs[users + i] = (struct template_output){.id = in->travels[i]->output,
                                                      .is_internal = true};
        in->size += 64 + in->travels[i]->output.length;
    }
    template->outputs = outputs;
    template->output_count = count;
}
