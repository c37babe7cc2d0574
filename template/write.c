/* One stack's template: Description, Metadata, Parameters, Mappings, Conditions, Resources,
 * Outputs.
 *
 * Resources and their properties stand in the order of the program, so that a template reads as
 * its source and a change moves nothing else. Metadata is put in last, when the size of the rest
 * is known.
 */
#include "base/limits.h"
#include "template/lowering.h"

enum { DESCRIPTION_BYTES = 1024, PARAMETER_DESCRIPTION_BYTES = 4000 };

/* A doc comment, cut at the limit of what CloudFormation takes, between characters. */
static void emit_doc(struct emitter *e, struct text doc, size_t limit) {
    if (doc.length == 0) return;
    EMIT_KEY(e, "Description");
    if (doc.length > limit) {
        doc.length = limit;
        while (doc.length && ((unsigned char)doc.bytes[doc.length] & 0xC0) == 0x80) doc.length--;
    }
    emit_text(e, doc);
}

void emit_text_pair(struct emitter *e, const char *key, struct text value) {
    emit_key(e, text_of(key));
    emit_text(e, value);
}

/* ---- Parameters ---- */

static bool is_number_type(struct text type) {
    return text_is(type, "Number");
}

/* A default or an allowed value: a number for Number, else text; a list joined by commas. */
static void emit_parameter_value(struct emitter *e, const struct parameter *parameter,
                                 struct value value) {
    if (is_number_type(parameter->type) && lowering_is_scalar(value)) {
        emit_value(e, value);
    } else {
        emit_string_value(e, value);
    }
}

static void emit_user_parameter(struct emitter *e, const struct parameter *parameter) {
    emit_key(e, parameter->logical_id);
    emit_open(e, '{');
    emit_text_pair(e, "Type", parameter->type);
    if (parameter->has_initial && parameter->initial.kind != VALUE_NULL) {
        EMIT_KEY(e, "Default");
        emit_parameter_value(e, parameter, parameter->initial);
    }
    if (parameter->allowed.kind == VALUE_LIST && parameter->allowed.length) {
        EMIT_KEY(e, "AllowedValues");
        emit_open(e, '[');
        for (uint32_t i = 0; i < parameter->allowed.length; i++) {
            emit_item(e);
            emit_parameter_value(e, parameter, parameter->allowed.items[i]);
        }
        emit_close(e, ']');
    }
    if (parameter->is_secret) {
        EMIT_KEY(e, "NoEcho");
        buffer_string(e->out, "true");
    }
    emit_doc(e, parameter->doc, PARAMETER_DESCRIPTION_BYTES);
    emit_close(e, '}');
}

static void emit_output_parameter(struct emitter *e, const struct template_parameter *parameter) {
    emit_key(e, parameter->logical_id);
    emit_open(e, '{');
    emit_text_pair(e, "Type", parameter->type);
    emit_close(e, '}');
}

static void emit_parameters(struct emitter *e) {
    const struct template *template = e->in->template;
    const struct deployment *deployment = e->in->all->deployment;
    if (template->parameter_count == 0) return;
    EMIT_KEY(e, "Parameters");
    emit_open(e, '{');
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        if (e->in->uses_parameter[i]) emit_user_parameter(e, deployment->parameters[i]);
    }
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        if (parameter->source == PARAMETER_OUTPUT) emit_output_parameter(e, parameter);
    }
    emit_close(e, '}');
}

/* ---- Mappings, Conditions ---- */

static void emit_mappings(struct emitter *e) {
    if (e->in->mapping_count == 0) return;
    EMIT_KEY(e, "Mappings");
    emit_open(e, '{');
    for (uint32_t i = 0; i < e->in->mapping_count; i++) {
        emit_key(e, e->in->mapping_list[i]->name);
        emit_mapping(e, e->in->mapping_list[i]);
    }
    emit_close(e, '}');
}

static void emit_conditions(struct emitter *e) {
    if (e->in->condition_count == 0) return;
    EMIT_KEY(e, "Conditions");
    emit_open(e, '{');
    for (uint32_t i = 0; i < e->in->condition_count; i++) {
        emit_key(e, e->in->conditions[i]->name);
        emit_term(e, e->in->conditions[i]);
    }
    emit_close(e, '}');
}

/* ---- Resources ---- */

static bool is_written(const struct resource_edge *edge) {
    return edge->is_order && !edge->is_implied;
}

static void emit_depends_on(struct emitter *e, const struct resource *resource) {
    const struct stack_lowering *in = e->in;
    uint32_t start = in->edge_start[resource->index], end = in->edge_start[resource->index + 1];
    const struct resource_edge *only = NULL;
    uint32_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        if (!is_written(&in->edges[i])) continue;
        only = &in->edges[i];
        count++;
    }
    if (count == 0) return;
    EMIT_KEY(e, "DependsOn");
    if (count == 1) {
        emit_text(e, name_text(only->to->logical_id));
        return;
    }
    emit_open(e, '[');
    for (uint32_t i = start; i < end; i++) {
        if (!is_written(&in->edges[i])) continue;
        emit_item(e);
        emit_text(e, name_text(in->edges[i].to->logical_id));
    }
    emit_close(e, ']');
}

static bool is_given(struct value value) {
    return value.kind != VALUE_NULL && value.kind != VALUE_POISON;
}

static void emit_policy(struct emitter *e, const char *key, struct value value) {
    if (!is_given(value)) return;
    emit_key(e, text_of(key));
    emit_value(e, value);
}

/* @protect keeps the resource whatever becomes of the stack: Retain for both policies, unless
 * others are written. mrp refuses to plan its deletion; these hold where another tool deletes. */
static void emit_deletion(struct emitter *e, const struct resource *resource) {
    struct value retain = value_text(TEXT("Retain"));
    struct value deletion = resource->meta->deletion_policy;
    struct value replacement = resource->meta->update_replace_policy;
    if (resource->is_protected && !is_given(deletion)) deletion = retain;
    if (resource->is_protected && !is_given(replacement)) replacement = retain;
    emit_policy(e, "DeletionPolicy", deletion);
    emit_policy(e, "UpdateReplacePolicy", replacement);
}

static bool has_entries(struct emitter *e, const struct record *record) {
    for (uint32_t i = 0; record && i < record->count; i++) {
        struct value value = record->entries[i].value;
        if (value.kind >= VALUE_REGION) value = lowering_reduce(e->in, value);
        if (value.kind != VALUE_NULL) return true;
    }
    return false;
}

static void emit_resource(struct emitter *e, const struct resource *resource) {
    emit_key(e, name_text(resource->logical_id));
    emit_open(e, '{');
    emit_text_pair(e, "Type", resource_type_name(resource));
    emit_depends_on(e, resource);
    emit_policy(e, "CreationPolicy", resource->meta->creation_policy);
    emit_policy(e, "UpdatePolicy", resource->meta->update_policy);
    emit_deletion(e, resource);
    emit_policy(e, "Metadata", resource->meta->metadata);
    if (has_entries(e, resource->properties)) {
        EMIT_KEY(e, "Properties");
        emit_value(e, value_record(resource->properties));
    }
    emit_close(e, '}');
}

static void emit_resources(struct emitter *e) {
    EMIT_KEY(e, "Resources");
    emit_open(e, '{');
    for (uint32_t i = 0; i < e->in->stack->resource_count; i++) {
        emit_resource(e, e->in->stack->resources[i]);
    }
    emit_close(e, '}');
}

/* ---- Outputs ---- */

static void emit_user_output(struct emitter *e, const struct output *output,
                             const struct template_output *row) {
    emit_key(e, row->id);
    emit_open(e, '{');
    emit_doc(e, row->doc, DESCRIPTION_BYTES);
    if (row->condition.length) emit_text_pair(e, "Condition", row->condition);
    EMIT_KEY(e, "Value");
    emit_string_value(e, output->value);
    emit_close(e, '}');
}

static void emit_outputs(struct emitter *e) {
    const struct template *template = e->in->template;
    uint32_t users = e->in->stack->output_count;
    if (template->output_count == 0) return;
    EMIT_KEY(e, "Outputs");
    emit_open(e, '{');
    for (uint32_t i = 0; i < users; i++) {
        emit_user_output(e, e->in->stack->outputs[i], &template->outputs[i]);
    }
    for (uint32_t i = 0; i < e->in->travel_count; i++) {
        emit_key(e, e->in->travels[i]->output);
        emit_open(e, '{');
        EMIT_KEY(e, "Value");
        emit_travel(e, e->in->travels[i]);
        emit_close(e, '}');
    }
    emit_close(e, '}');
}

/* ---- Metadata ---- */

static void emit_positions(struct emitter *e) {
    const struct template *template = e->in->template;
    EMIT_KEY(e, "Metadata");
    emit_open(e, '{');
    EMIT_KEY(e, "mrp");
    emit_open(e, '{');
    struct buffer line;
    buffer_init(&line);
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        line.length = 0;
        buffer_format(&line, "%.*s:%u %.*s", TEXT_ARGS(resource->file), (unsigned)resource->line,
                      TEXT_ARGS(resource->path));
        emit_key(e, resource->logical_id);
        emit_text(e, buffer_view(&line));
    }
    buffer_release(&line);
    emit_close(e, '}');
    emit_close(e, '}');
}

/* About what the positions take in compact form, to know in time that they do not fit. */
static size_t positions_bytes(const struct template *template) {
    size_t size = 24;
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        size += resource->logical_id.length + resource->file.length + resource->path.length + 8;
    }
    return size;
}

/* Puts the positions in at `at` if the compact template stays within what can be sent in a
 * request. */
static void insert_positions(struct emitter *e, size_t compact, size_t at) {
    if (compact + positions_bytes(e->in->template) > LIMIT_TEMPLATE_INLINE_BYTES) return;
    struct buffer positions;
    buffer_init(&positions);
    struct emitter inner = *e;
    inner.out = &positions;
    inner.spaces = 0;
    inner.is_first = false;
    emit_positions(&inner);
    if (compact + positions.length - inner.spaces <= LIMIT_TEMPLATE_INLINE_BYTES) {
        buffer_reserve(e->out, positions.length);
        memmove(e->out->bytes + at + positions.length, e->out->bytes + at, e->out->length - at);
        memcpy(e->out->bytes + at, positions.bytes, positions.length);
        e->out->length += positions.length;
    }
    buffer_release(&positions);
}

static void emit_content(struct emitter *e) {
    emit_parameters(e);
    emit_mappings(e);
    emit_conditions(e);
    emit_resources(e);
    emit_outputs(e);
}

void template_write_content(const struct template_set *set, uint32_t index, struct buffer *out) {
    struct emitter e = {.in = set->templates[index].stack->lowered, .out = out};
    emit_open(&e, '{');
    emit_content(&e);
    emit_close(&e, '}');
}

void template_write(const struct template_set *set, uint32_t index, bool indented,
                    struct buffer *out) {
    struct stack_lowering *in = set->templates[index].stack->lowered;
    struct emitter e = {.in = in, .out = out, .indented = indented};
    size_t start = out->length;
    emit_open(&e, '{');
    emit_text_pair(&e, "AWSTemplateFormatVersion", TEXT("2010-09-09"));
    emit_doc(&e, in->stack->doc, DESCRIPTION_BYTES);
    size_t metadata = out->length;
    emit_content(&e);
    size_t compact = out->length - start - e.spaces + 1; /* the last bracket is to come */
    if (compact <= LIMIT_TEMPLATE_INLINE_BYTES) {
        struct listing listing;
        listing_begin(&listing, in);
        insert_positions(&e, compact, metadata);
        listing_end(&listing);
    }
    emit_close(&e, '}');
    if (indented) buffer_char(out, '\n');
}

void template_printed_json(const struct template_set *set, const struct template_printed *printed,
                           struct buffer *out) {
    struct emitter e = {.in = set->lowered->printed, .out = out, .has_inline_conditions = true};
    emit_value(&e, printed->value);
}
