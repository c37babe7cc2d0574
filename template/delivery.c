/* What pipelines deliver, once it is known how values travel: whether stacks come after those that
 * they read, and where their parameters get values from.
 */
#include "base/limits.h"
#include "template/lowering.h"

/* ---- deliveries of one pipeline ---- */

static const struct delivery *delivery_of(const struct lowering *all, const void *pipeline,
                                          const struct stack *stack) {
    const struct deployment *deployment = all->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        const struct delivery *delivery = &deployment->deliveries[i];
        if (delivery->pipeline == pipeline && delivery->stack == stack) return delivery;
    }
    return NULL;
}

static const struct delivery *delivery_by_node(const struct lowering *all,
                                               const struct deferred *overrides) {
    const struct deployment *deployment = all->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        const struct delivery *delivery = &deployment->deliveries[i];
        const struct value *value = &delivery->overrides;
        if (value->kind == VALUE_DEFERRED && value->deferred == overrides) return delivery;
    }
    return NULL;
}

/* Whether a is there when b begins: two of one action are delivered one by one, as they are
 * listed. */
static bool is_before(const struct delivery *a, const struct delivery *b) {
    if (a->stage != b->stage) return a->stage < b->stage;
    if (a->maker == b->maker) return a < b;
    return a->together ? a->together != b->together && a->last < b->first : a->last < b->first;
}

/* ---- the role of a pipeline that delivers its own stack ---- */

static const struct delivery *own_delivery(const struct stack_lowering *in) {
    const struct deployment *deployment = in->all->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        const struct delivery *delivery = &deployment->deliveries[i];
        if (delivery->home == in->stack && delivery->stack == in->stack) return delivery;
    }
    return NULL;
}

/* Marks the roles and what they need: that cannot depend on them. */
static bool *needed_by_roles(const struct stack_lowering *in, const struct delivery *delivery) {
    uint32_t count = in->stack->resource_count, depth = 0;
    bool *is_needed = arena_array(in->all->arena, count + 1, sizeof *is_needed);
    uint32_t *open = arena_array(in->all->arena, count + 1, sizeof *open);
    for (uint32_t i = 0; i < delivery->role_count; i++) {
        is_needed[delivery->roles[i]->index] = true;
        open[depth++] = delivery->roles[i]->index;
    }
    while (depth) {
        uint32_t from = open[--depth];
        for (uint32_t i = in->edge_start[from]; i < in->edge_start[from + 1]; i++) {
            uint32_t to = in->edges[i].to->index;
            if (!is_needed[to]) open[depth++] = to;
            is_needed[to] = true;
        }
    }
    return is_needed;
}

static bool needs_directly(const struct stack_lowering *in, uint32_t from,
                           const struct resource *to) {
    for (uint32_t i = in->edge_start[from]; i < in->edge_start[from + 1]; i++) {
        if (in->edges[i].to == to) return true;
    }
    return false;
}

/* CloudFormation deletes the stack with that role: were it gone first, the rest would stay. */
void lowering_hold_roles(struct stack_lowering *in) {
    const struct delivery *delivery = own_delivery(in);
    if (!delivery || !delivery->role_count || in->is_too_large) return;
    struct arena *arena = in->all->arena;
    uint32_t resources = in->stack->resource_count, count = 0;
    bool *is_needed = needed_by_roles(in, delivery);
    size_t room = in->edge_count + (size_t)resources * delivery->role_count;
    struct resource_edge *edges = arena_array(arena, room + 1, sizeof *edges);
    uint32_t *starts = arena_array(arena, resources + 1, sizeof *starts);
    for (uint32_t i = 0; i < resources; i++) {
        starts[i] = count;
        for (uint32_t e = in->edge_start[i]; e < in->edge_start[i + 1]; e++) {
            edges[count++] = in->edges[e];
        }
        for (uint32_t r = 0; !is_needed[i] && r < delivery->role_count; r++) {
            if (needs_directly(in, i, delivery->roles[r])) continue;
            edges[count++] = (struct resource_edge){
                .to = delivery->roles[r], .cause = delivery->written, .is_order = true};
        }
    }
    starts[resources] = count;
    in->edges = edges;
    in->edge_count = in->edge_capacity = count;
    in->edge_start = starts;
}

/* ---- parameters ---- */

/* The value that the action gives to a param of the program, by its name there. */
static struct record_entry *given_by_action(const struct delivery *delivery,
                                            const struct parameter *parameter) {
    if (delivery->overrides.kind != VALUE_DEFERRED) return NULL;
    return record_find(delivery->overrides.deferred->operands[1].record, parameter->name);
}

static bool given_by_build(const struct delivery *delivery, const struct parameter *parameter) {
    if (delivery->given.kind != VALUE_LIST) return true; /* not known */
    for (uint32_t i = 0; i < delivery->given.length; i++) {
        struct value name = delivery->given.items[i];
        if (name.kind == VALUE_TEXT &&
            text_equal(value_as_text(name), name_text(parameter->name))) {
            return true;
        }
    }
    return false;
}

struct pieces_of_text {
    struct arena *arena;
    struct buffer known;  /* not yet a piece */
    struct value *items;
    uint32_t count, capacity;
};

static void end_known(struct pieces_of_text *text) {
    if (text->known.length == 0) return;
    *LOWERING_ADD(text->arena, text->items, text->count, text->capacity) =
        value_text(buffer_take(&text->known, text->arena));
    buffer_release(&text->known);
    buffer_init(&text->known);
}

/* "Id":"value": what CloudFormation computes stands between known parts of the JSON text. */
static void add_override(struct pieces_of_text *text, struct text id, struct value value) {
    buffer_char(&text->known, text->count || text->known.length ? ',' : '{');
    buffer_json_string(&text->known, id);
    buffer_char(&text->known, ':');
    if (lowering_is_scalar(value)) {
        buffer_json_string(&text->known, lowering_scalar_text(text->arena, value));
        return;
    }
    buffer_char(&text->known, '"');
    end_known(text);
    *LOWERING_ADD(text->arena, text->items, text->count, text->capacity) = value;
    buffer_char(&text->known, '"');
}

/* "#{deploy.VpcVpcId}" of the output that fills the parameter; an empty text where no action before
 * delivers the stack that has it. */
static struct text output_variable(struct lowering *all, const struct delivery *delivery,
                                   const struct template_parameter *parameter) {
    const struct stack *producer = all->set->templates[parameter->producer].stack;
    const struct delivery *before = delivery_of(all, delivery->pipeline, producer);
    if (!before || !is_before(before, delivery)) return TEXT("");
    return text_format(all->arena, "#{%.*s.%.*s}", TEXT_ARGS(before->space),
                       TEXT_ARGS(parameter->output));
}

struct value lowering_overrides(struct stack_lowering *in, const struct deferred *d) {
    struct lowering *all = in->all;
    const struct delivery *delivery = delivery_by_node(all, d);
    if (!delivery) return value_null();
    const struct stack_lowering *stack = delivery->stack->lowered;
    struct pieces_of_text text = {.arena = all->arena};
    buffer_init(&text.known);
    for (uint32_t i = 0; i < all->deployment->parameter_count; i++) {
        const struct parameter *parameter = all->deployment->parameters[i];
        struct record_entry *entry = given_by_action(delivery, parameter);
        if (!stack->uses_parameter[i] || !entry) continue;
        add_override(&text, parameter->logical_id, lowering_reduce(in, entry->value));
    }
    for (uint32_t i = 0; i < stack->template->parameter_count; i++) {
        const struct template_parameter *parameter = &stack->template->parameters[i];
        if (parameter->source != PARAMETER_OUTPUT) continue;
        struct text variable = output_variable(all, delivery, parameter);
        if (variable.length) add_override(&text, parameter->logical_id, value_text(variable));
    }
    if (text.count == 0 && text.known.length == 0) return value_null();
    buffer_char(&text.known, '}');
    end_known(&text);
    buffer_release(&text.known);
    struct deferred *joined =
        lowering_node(in, DEFERRED_TEXT, SHAPE_TEXT, text.count, delivery->written);
    memcpy(joined->operands, text.items, text.count * sizeof *text.items);
    return value_deferred(joined);
}

/* ---- mistakes ---- */

static struct diagnostic *complain(struct lowering *all, enum diagnostic_id id,
                                   const struct node *node, struct text message) {
    return diagnostics_report(all->deployment->diagnostics, id, cause_span(node), "%.*s",
                              TEXT_ARGS(message));
}

static void hint(struct lowering *all, struct diagnostic *diagnostic, struct text text) {
    diagnostic_hint(all->deployment->diagnostics, diagnostic, "%.*s", TEXT_ARGS(text));
}

/* Where the value is read, if that is the user's text and not the library's. */
static void note_read(struct lowering *all, struct diagnostic *diagnostic,
                      const struct template_edge *edge) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    const struct sources *sources = diagnostics->sources;
    if (!sources || edge->span.source >= sources->count) return;
    if (text_starts(sources->items[edge->span.source]->path, TEXT("std/"))) return;
    diagnostic_note(diagnostics, diagnostic, edge->span, "it is read here");
}

static bool may_read(const struct delivery *delivery, const struct stack *producer) {
    for (uint32_t i = 0; delivery->reads.kind == VALUE_LIST && i < delivery->reads.length; i++) {
        struct value item = delivery->reads.items[i];
        if (item.kind == VALUE_STACK && item.stack == producer) return true;
        if (item.kind == VALUE_REGION && text_equal(item.region->path, producer->path)) return true;
    }
    return false;
}

/* The stack reads one that comes later, or beside it. */
static void report_order(struct lowering *all, const struct delivery *delivery,
                         const struct delivery *other, const struct template_edge *edge) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    bool together = delivery->together && delivery->together == other->together;
    struct text reader = delivery->stack->path, read = other->stack->path;
    struct diagnostic *d = complain(
        all, DIAGNOSTIC_DELIVERY_ORDER, delivery->written,
        text_format(all->arena,
                    together ? "stack \"%.*s\" reads \"%.*s\" of stack \"%.*s\", which waits for "
                               "the same approval"
                             : "stack \"%.*s\" reads \"%.*s\" of stack \"%.*s\", which is not "
                               "delivered before it",
                    TEXT_ARGS(reader), TEXT_ARGS(edge->what), TEXT_ARGS(read)));
    note_read(all, d, edge);
    diagnostic_note(diagnostics, d, cause_span(other->written), "\"%.*s\" is delivered here",
                    TEXT_ARGS(read));
    if (together) {
        hint(all, d, text_format(
            all->arena, "What changes in \"%.*s\" cannot be shown before \"%.*s\" has changed: use "
            "two stages, each with an approval of its own.", TEXT_ARGS(reader), TEXT_ARGS(read)));
    } else if (delivery->maker == other->maker) {
        hint(all, d, text_format(all->arena, "Write \"%.*s\" before \"%.*s\".", TEXT_ARGS(read),
                                 TEXT_ARGS(reader)));
    } else {
        hint(all, d, text_format(
            all->arena, "Move \"%.*s\" behind the action that delivers \"%.*s\", or write in it: "
            "after = [%.*s].", TEXT_ARGS(delivery->action), TEXT_ARGS(read),
            TEXT_ARGS(other->action)));
    }
}

/* CloudFormation has to be allowed to ask for the outputs of stacks that others deliver. */
static void report_producer(struct lowering *all, const struct delivery *delivery,
                            const struct template_edge *edge) {
    const struct stack *producer = all->set->templates[edge->stack].stack;
    struct diagnostic *d =
        complain(all, DIAGNOSTIC_DELIVERY_PRODUCER, delivery->written,
                 text_format(all->arena,
                             "stack \"%.*s\" reads \"%.*s\" of stack \"%.*s\", which the pipeline "
                             "does not deliver",
                             TEXT_ARGS(delivery->stack->path), TEXT_ARGS(edge->what),
                             TEXT_ARGS(producer->path)));
    note_read(all, d, edge);
    hint(all, d, text_format(all->arena, "Deliver it before, or, if it is there already, name it: "
                             "reads = [%.*s].", TEXT_ARGS(producer->path)));
}

static void check_order(struct lowering *all, const struct delivery *delivery) {
    const struct template *template = &all->set->templates[delivery->stack->index];
    bool *is_seen = arena_array(all->arena, all->set->count + 1, sizeof *is_seen);
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        /* what a pipeline only names, such as an alarm, is looked at when it runs */
        if (edge->is_weak && delivery->home == delivery->stack) continue;
        if (edge->is_dropped || is_seen[edge->stack] || edge->stack == template->index) continue;
        const struct stack *producer = all->set->templates[edge->stack].stack;
        const struct delivery *other = delivery_of(all, delivery->pipeline, producer);
        bool is_read = !edge->is_weak && edge->output.length > 0;
        bool in_row = other && other->maker == delivery->maker && other < delivery;
        bool good = other ? is_before(other, delivery) : !is_read || may_read(delivery, producer);
        if (other && other->together && other->together == delivery->together) {
            good = in_row && !is_read; /* prepared at once, then executed in a row */
        }
        if (good) continue;
        is_seen[edge->stack] = true;
        if (other) report_order(all, delivery, other, edge);
        else report_producer(all, delivery, edge);
    }
}

static void check_secret(struct lowering *all, const struct delivery *delivery,
                         const struct parameter *parameter) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    struct diagnostic *d = diagnostics_report(
        diagnostics, DIAGNOSTIC_DELIVERY_PARAMETER, declared_span(parameter->declared),
        "stack \"%.*s\" takes the secret \"%.*s\", and a pipeline has no safe place for it",
        TEXT_ARGS(delivery->stack->path), TEXT_ARGS(name_text(parameter->name)));
    diagnostic_note(diagnostics, d, cause_span(delivery->written), "the stack is delivered here");
    hint(all, d, text_format(all->arena, "Let CloudFormation fetch it: give the param a default, "
                             "such as secret_ref(\"%.*s\").",
                             TEXT_ARGS(name_text(parameter->name))));
}

static bool has_value(const struct delivery *delivery, const struct parameter *parameter) {
    return parameter->is_package || parameter->has_initial || parameter->is_from_environment ||
           given_by_action(delivery, parameter) || given_by_build(delivery, parameter);
}

/* Those without a value in one message, since all are about one word. */
static void check_values(struct lowering *all, const struct delivery *delivery) {
    const struct stack_lowering *stack = delivery->stack->lowered;
    const struct parameter *first = NULL;
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < all->deployment->parameter_count; i++) {
        const struct parameter *parameter = all->deployment->parameters[i];
        if (!stack->uses_parameter[i]) continue;
        if (parameter->is_secret) check_secret(all, delivery, parameter);
        if (parameter->is_secret || has_value(delivery, parameter)) continue;
        buffer_format(&names, "%s\"%.*s\"", first ? ", " : "",
                      TEXT_ARGS(name_text(parameter->name)));
        if (!first) first = parameter;
    }
    struct text list = buffer_take(&names, all->arena);
    buffer_release(&names);
    if (!first) return;
    struct diagnostic *d =
        complain(all, DIAGNOSTIC_DELIVERY_PARAMETER, delivery->written,
                 text_format(all->arena,
                             "stack \"%.*s\" needs values of its deploy params, and the pipeline "
                             "has none for %.*s",
                             TEXT_ARGS(delivery->stack->path), TEXT_ARGS(list)));
    diagnostic_note(all->deployment->diagnostics, d, declared_span(first->declared),
                    "\"%.*s\" is declared here", TEXT_ARGS(name_text(first->name)));
    hint(all, d,
         text_format(all->arena,
                     "Give a default, or a value where the templates are built: "
                     "sets = { %.*s = \"...\" }.",
                     TEXT_ARGS(name_text(first->name))));
}

/* A name among the values that no delivered stack has, for the first delivery of an action. */
static void check_names(struct lowering *all, const struct delivery *delivery) {
    const struct deployment *deployment = all->deployment;
    if (delivery->overrides.kind != VALUE_DEFERRED) return;
    if (delivery > deployment->deliveries && delivery[-1].maker == delivery->maker) return;
    const struct record *values = delivery->overrides.deferred->operands[1].record;
    for (uint32_t i = 0; i < values->count; i++) {
        struct suggestion near;
        struct text name = name_text(values->entries[i].key);
        bool is_used = false;
        suggestion_init(&near, name);
        for (const struct delivery *d = delivery;
             d < deployment->deliveries + deployment->delivery_count; d++) {
            const struct stack_lowering *stack = d->stack->lowered;
            for (uint32_t p = 0; d->maker == delivery->maker && p < deployment->parameter_count;
                 p++) {
                const struct parameter *parameter = deployment->parameters[p];
                if (!stack->uses_parameter[p] || parameter->is_package) continue;
                suggestion_offer(&near, name_text(parameter->name));
                is_used = is_used || parameter->name == values->entries[i].key;
            }
        }
        if (is_used) continue;
        struct diagnostic *d = complain(
            all, DIAGNOSTIC_DELIVERY_PARAMETER, delivery->values,
            text_format(all->arena, "no stack that \"%.*s\" delivers has a deploy param \"%.*s\"",
                        TEXT_ARGS(delivery->action), TEXT_ARGS(name)));
        if (near.best.length) {
            hint(all, d, text_format(all->arena, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best)));
        }
    }
}

static void check_size(struct lowering *all, const struct delivery *delivery) {
    if (delivery->overrides.kind != VALUE_DEFERRED) return;
    struct value value = lowering_overrides(delivery->stack->lowered, delivery->overrides.deferred);
    size_t size = 0;
    for (uint32_t i = 0; value.kind == VALUE_DEFERRED && i < value.deferred->count; i++) {
        struct value piece = value.deferred->operands[i];
        if (lowering_is_scalar(piece)) size += lowering_scalar_text(all->arena, piece).length;
    }
    if (size <= LIMIT_PARAMETER_OVERRIDES) return;
    struct diagnostic *d = complain(
        all, DIAGNOSTIC_DELIVERY_PARAMETER, delivery->values,
        text_format(all->arena, "the pipeline gives stack \"%.*s\" %zu bytes of parameters, and "
                    "CodePipeline takes at most %d", TEXT_ARGS(delivery->stack->path), size,
                    LIMIT_PARAMETER_OVERRIDES));
    hint(all, d,
         TEXT("Values that are known before the pipeline runs go with the templates: sets = "
              "{ ... } of what builds them. Outputs that a condition, a list or a map is "
              "chosen by travel as parameters: read fewer."));
}

/* Parameters that `mrp apply` fills with outputs of stacks that the pipeline does not know. */
static void check_outputs(struct lowering *all, const struct delivery *delivery) {
    const struct stack_lowering *stack = delivery->stack->lowered;
    for (uint32_t i = 0; i < stack->template->parameter_count; i++) {
        const struct template_parameter *parameter = &stack->template->parameters[i];
        if (parameter->source != PARAMETER_OUTPUT) continue;
        const struct template *producer = &all->set->templates[parameter->producer];
        if (delivery_of(all, delivery->pipeline, producer->stack)) continue; /* see check_order */
        struct diagnostic *d = complain(
            all, DIAGNOSTIC_DELIVERY_PRODUCER, delivery->written,
            text_format(all->arena, "the parameter \"%.*s\" of stack \"%.*s\" is an output of "
                        "\"%.*s\", which the pipeline does not deliver",
                        TEXT_ARGS(parameter->logical_id), TEXT_ARGS(delivery->stack->path),
                        TEXT_ARGS(producer->path)));
        hint(all, d, text_format(all->arena, "Deliver \"%.*s\" before it in the same pipeline.",
                                 TEXT_ARGS(producer->path)));
    }
}

static void check_twice(struct lowering *all, const struct delivery *delivery) {
    const struct delivery *first = delivery_of(all, delivery->pipeline, delivery->stack);
    if (first == delivery) return;
    struct diagnostic *d = complain(
        all, DIAGNOSTIC_DELIVERY_ORDER, delivery->written,
        text_format(all->arena, "stack \"%.*s\" is delivered twice in one pipeline",
                    TEXT_ARGS(delivery->stack->path)));
    diagnostic_note(all->deployment->diagnostics, d, cause_span(first->written),
                    "it is delivered here first");
}

void lowering_check_deliveries(struct lowering *all) {
    const struct deployment *deployment = all->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        const struct delivery *delivery = &deployment->deliveries[i];
        check_twice(all, delivery);
        check_order(all, delivery);
        check_values(all, delivery);
        check_outputs(all, delivery);
        check_names(all, delivery);
        check_size(all, delivery);
    }
}
