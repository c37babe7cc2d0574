/* manifest.json: what stands in the output folder, for tools that deploy or look at it. */
#include "template/lowering.h"

static void number(struct emitter *e, const char *key, uint32_t value) {
    char room[SCALAR_ROOM];
    emit_key(e, text_of(key));
    buffer_text(e->out, value_integer_text(value, room));
}

static void truth(struct emitter *e, const char *key, bool value) {
    if (!value) return;
    emit_key(e, text_of(key));
    buffer_string(e->out, "true");
}

static void write_parameters(struct emitter *e, const struct template_set *set,
                             const struct template *template) {
    EMIT_KEY(e, "parameters");
    emit_open(e, '{');
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        emit_key(e, parameter->logical_id);
        emit_open(e, '{');
        emit_text_pair(e, "type", parameter->type);
        truth(e, "secret", parameter->is_secret);
        if (parameter->source == PARAMETER_OUTPUT) {
            const struct template *producer = &set->templates[parameter->producer];
            emit_text_pair(e, "fromStack", producer->name);
            emit_text_pair(e, "fromRegion", producer->region_name);
            emit_text_pair(e, "fromOutput", parameter->output);
        } else {
            if (parameter->has_default) emit_text_pair(e, "default", parameter->initial);
            if (parameter->is_given && !parameter->is_secret)
                emit_text_pair(e, "value", parameter->given);
        }
        emit_close(e, '}');
    }
    emit_close(e, '}');
}

static void write_lists(struct emitter *e, const struct template *template) {
    EMIT_KEY(e, "capabilities");
    emit_open(e, '[');
    for (uint32_t i = 0; i < template->capability_count; i++) {
        emit_item(e);
        emit_text(e, text_of(template->capabilities[i]));
    }
    emit_close(e, ']');
    EMIT_KEY(e, "tags");
    emit_open(e, '{');
    for (uint32_t i = 0; i < template->tag_count; i++) {
        emit_key(e, template->tags[i].key);
        emit_text(e, template->tags[i].value);
    }
    emit_close(e, '}');
    EMIT_KEY(e, "outputs");
    emit_open(e, '{');
    for (uint32_t i = 0; i < template->output_count; i++) {
        const struct template_output *output = &template->outputs[i];
        emit_key(e, output->id);
        emit_open(e, '{');
        if (output->doc.length) emit_text_pair(e, "description", output->doc);
        truth(e, "internal", output->is_internal);
        emit_close(e, '}');
    }
    emit_close(e, '}');
}

/* One entry a stack that is read, with what is read of it; weak where all of it is written in
 * place. */
static void write_dependency(struct emitter *e, const struct template_set *set,
                             const struct template *template, uint32_t producer) {
    bool is_weak = true;
    emit_item(e);
    emit_open(e, '{');
    emit_text_pair(e, "stack", set->templates[producer].name);
    emit_text_pair(e, "region", set->templates[producer].region_name);
    EMIT_KEY(e, "reads");
    emit_open(e, '[');
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        if (edge->stack != producer || edge->is_dropped) continue;
        is_weak = is_weak && edge->is_weak;
        emit_item(e);
        emit_text(e, edge->what);
    }
    emit_close(e, ']');
    truth(e, "weak", is_weak);
    emit_close(e, '}');
}

static void write_dependencies(struct emitter *e, const struct template_set *set,
                               const struct template *template) {
    EMIT_KEY(e, "dependsOn");
    emit_open(e, '[');
    bool *is_read = arena_array(set->arena, set->count + 1, 1);
    for (uint32_t i = 0; i < template->edge_count; i++) {
        if (!template->edges[i].is_dropped) is_read[template->edges[i].stack] = true;
    }
    for (uint32_t i = 0; i < set->count; i++) {
        if (is_read[i]) write_dependency(e, set, template, i);
    }
    emit_close(e, ']');
}

static void write_resources(struct emitter *e, const struct template *template) {
    struct listing listing;
    listing_begin(&listing, template->stack->lowered);
    EMIT_KEY(e, "resources");
    emit_open(e, '{');
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        emit_key(e, resource->logical_id);
        emit_open(e, '{');
        emit_text_pair(e, "type", resource->type);
        emit_text_pair(e, "path", resource->path);
        emit_text_pair(e, "file", resource->file);
        number(e, "line", resource->line);
        truth(e, "protected", resource->is_protected);
        if (resource->was_id.length) emit_text_pair(e, "was", resource->was_id);
        emit_close(e, '}');
    }
    emit_close(e, '}');
    listing_end(&listing);
}

static void write_stack(struct emitter *e, const struct template_set *set,
                        const struct template *template, struct text path, struct text hash) {
    emit_item(e);
    emit_open(e, '{');
    emit_text_pair(e, "name", template->name);
    emit_text_pair(e, "region", template->region_name);
    emit_text_pair(e, "path", template->path);
    emit_text_pair(e, "template", path);
    emit_text_pair(e, "sha256", hash);
    struct text configuration = template_configuration_path(set, template->index);
    if (configuration.length) emit_text_pair(e, "configuration", configuration);
    truth(e, "terminationProtection", template->is_protected);
    write_parameters(e, set, template);
    write_lists(e, template);
    write_dependencies(e, set, template);
    write_resources(e, template);
    emit_close(e, '}');
}

static void write_printed(struct emitter *e, const struct template_set *set) {
    EMIT_KEY(e, "outputs");
    emit_open(e, '{');
    for (uint32_t i = 0; i < set->printed_count; i++) {
        const struct template_printed *printed = &set->printed[i];
        emit_key(e, printed->id);
        emit_open(e, '{');
        if (printed->doc.length) emit_text_pair(e, "description", printed->doc);
        EMIT_KEY(e, "value");
        struct emitter inner = *e;
        inner.in = set->lowered->printed;
        inner.has_inline_conditions = true;
        emit_value(&inner, printed->value);
        e->is_first = false;
        emit_close(e, '}');
    }
    emit_close(e, '}');
}

void template_manifest(const struct template_set *set, struct text version, struct text program,
                       const struct text *paths, const struct text *hashes, struct buffer *out) {
    struct emitter e = {.out = out, .indented = true};
    const struct deployment *deployment = set->deployment;
    emit_open(&e, '{');
    number(&e, "format", 1);
    emit_text_pair(&e, "version", version);
    emit_text_pair(&e, "program", program);
    emit_text_pair(&e, "project", deployment->project);
    if (deployment->suffix.length) emit_text_pair(&e, "suffix", deployment->suffix);
    if (deployment->account.length) emit_text_pair(&e, "account", deployment->account);
    EMIT_KEY(&e, "stacks");
    emit_open(&e, '[');
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t index = set->order[i];
        write_stack(&e, set, &set->templates[index], paths[index], hashes[index]);
    }
    emit_close(&e, ']');
    write_printed(&e, set);
    emit_close(&e, '}');
    buffer_char(out, '\n');
}
