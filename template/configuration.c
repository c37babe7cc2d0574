/* What goes with a template that a pipeline delivers: the values of its parameters, its tags, and
 * the mrp that the pipeline runs.
 */
#include "base/hash.h"
#include "template/lowering.h"

enum { HASH_LETTERS = 16 };

/* ---- the mrp that pipelines run ---- */

static struct template_parameter *package_parameter(const struct template *template) {
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        if (template->parameters[i].source == PARAMETER_PACKAGE) return &template->parameters[i];
    }
    return NULL;
}

bool template_needs_package(const struct template_set *set) {
    for (uint32_t i = 0; i < set->count; i++) {
        if (template_runs_mrp(&set->templates[i])) return true;
    }
    return false;
}

void template_set_package(struct template_set *set, struct text package) {
    for (uint32_t i = 0; i < set->count; i++) {
        struct template_parameter *parameter = package_parameter(&set->templates[i]);
        if (!parameter) continue;
        parameter->is_given = true;
        parameter->given = package;
    }
}

/* ---- the file of parameters and tags ---- */

/* Whether an action of a pipeline delivers the stack. */
static bool template_is_delivered(const struct template_set *set, uint32_t index) {
    const struct deployment *deployment = set->deployment;
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        if (deployment->deliveries[i].stack->index == index) return true;
    }
    return false;
}

static bool is_read(const struct template *template, uint32_t producer) {
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        if (edge->stack == producer && !edge->is_weak && edge->output.length) return true;
    }
    return false;
}

static void write_values(struct emitter *e, const struct template *template) {
    EMIT_KEY(e, "Parameters");
    emit_open(e, '{');
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        bool has_value = parameter->is_given || parameter->has_default;
        if (parameter->source == PARAMETER_OUTPUT || parameter->is_secret || !has_value) continue;
        emit_key(e, parameter->logical_id);
        emit_text(e, parameter->is_given ? parameter->given : parameter->initial);
    }
    emit_close(e, '}');
}

/* All that decides what a stack puts out, as one hash: its resources, not the lines they stand in,
 * its values, and the same of the stacks that it reads. The order of the deploy has those before
 * it. */
static struct text content_hash(const struct template_set *set, uint32_t index,
                                const struct text *inputs) {
    struct buffer content;
    buffer_init(&content);
    template_write_content(set, index, &content);
    struct emitter e = {.in = set->templates[index].stack->lowered, .out = &content};
    write_values(&e, &set->templates[index]);
    buffer_text(&content, inputs[index]);
    struct text hex = hash_hex(set->arena, HASH_SHA256, buffer_view(&content));
    buffer_release(&content);
    return hex;
}

/* What each stack reads of others, as a hash; empty for what reads nothing. Made once. */
static const struct text *input_hashes(const struct template_set *set) {
    struct lowering *all = set->lowered;
    if (all->inputs) return all->inputs;
    struct text *inputs = arena_array(set->arena, set->count + 1, sizeof *inputs);
    struct text *contents = arena_array(set->arena, set->count + 1, sizeof *contents);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t index = set->order[i];
        struct buffer read;
        buffer_init(&read);
        for (uint32_t k = 0; k < set->count; k++) {
            if (!is_read(&set->templates[index], k)) continue;
            if (!contents[k].length) contents[k] = content_hash(set, k, inputs);
            buffer_format(&read, "%.*s\n", TEXT_ARGS(contents[k]));
        }
        if (read.length) {
            inputs[index] = hash_hex(set->arena, HASH_SHA256, buffer_view(&read));
            inputs[index].length = HASH_LETTERS;
        }
        buffer_release(&read);
    }
    all->inputs = inputs;
    return inputs;
}

struct text template_configuration_path(const struct template_set *set, uint32_t index) {
    const struct template *template = &set->templates[index];
    if (!template_is_delivered(set, index)) return TEXT("");
    return text_format(set->arena, "%.*s/%.*s.parameters.json", TEXT_ARGS(template->region_name),
                       TEXT_ARGS(template->name));
}

void template_configuration(const struct template_set *set, uint32_t index, struct buffer *out) {
    const struct template *template = &set->templates[index];
    struct text inputs = input_hashes(set)[index];
    struct emitter e = {.in = template->stack->lowered, .out = out, .indented = true};
    emit_open(&e, '{');
    write_values(&e, template);
    EMIT_KEY(&e, "Tags");
    emit_open(&e, '{');
    for (uint32_t i = 0; i < template->tag_count; i++) {
        emit_key(&e, template->tags[i].key);
        emit_text(&e, template->tags[i].value);
    }
    if (inputs.length) {
        EMIT_KEY(&e, "mrp:inputs");
        emit_text(&e, inputs);
    }
    emit_close(&e, '}');
    emit_close(&e, '}');
    buffer_char(out, '\n');
}
