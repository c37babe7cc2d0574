/* What tests and policies look at: stacks and resources as the templates have them, as plain data.
 *
 * The properties of a resource are there twice: in `properties` exactly as they are written, and by
 * their own names in a form that is easy to ask. There, what is absent is null; a list is a list
 * also where a condition chooses among two (then it holds the elements of both); and what only one
 * side of a condition gives is given; what both give alike is given plainly.
 */
#include "evaluator/trial.h"

static struct value get(struct evaluator *ev, struct value record, struct text key) {
    if (record.kind != VALUE_RECORD) return value_null();
    struct record_entry *entry = record_find(record.record, names_intern(ev->names, key));
    return entry ? entry->value : value_null();
}

/* ---- intrinsic functions ---- */

/* The arguments of the only function that a record is, or NULL. */
static const struct value *intrinsic(struct value value, const char *name) {
    if (value.kind != VALUE_RECORD || value.record->count != 1) return NULL;
    const struct record_entry *entry = &value.record->entries[0];
    struct text key = name_text(entry->key);
    bool is_one = name ? text_is(key, name) : text_is(key, "Ref") || text_starts(key, TEXT("Fn::"));
    return is_one ? &entry->value : NULL;
}

static bool is_no_value(struct value value) {
    const struct value *target = intrinsic(value, "Ref");
    return target && target->kind == VALUE_TEXT && text_is(value_as_text(*target), "AWS::NoValue");
}

/* The two sides of {"Fn::If": [condition, then, otherwise]}, or NULL. */
static const struct value *sides(struct value value) {
    const struct value *arguments = intrinsic(value, "Fn::If");
    return arguments && arguments->kind == VALUE_LIST && arguments->length == 3
               ? arguments->items + 1 : NULL;
}

/* ---- properties in the form that is easy to ask ---- */

static struct value shaped(struct evaluator *ev, struct value value,
                           const struct schema_value *schema, unsigned depth);

static struct value sparse(struct value value) {
    if (value.kind == VALUE_RECORD) value.flags |= VALUE_SPARSE;
    return value;
}

static struct value choice(struct evaluator *ev, struct value condition, struct value then,
                           struct value otherwise) {
    struct value *parts = arena_array(ev->arena, 3, sizeof *parts);
    struct record *record = record_new(ev->arena, 1);
    parts[0] = condition;
    parts[1] = then;
    parts[2] = otherwise;
    record_set(ev, record, "Fn::If", value_list(parts, 3), NULL);
    return value_seal(value_record(record));
}

/* A choice between two records as a record of choices: what both give is given. */
static struct value merge_sides(struct evaluator *ev, const struct value *pair) {
    struct record *merged = record_new(ev->arena, pair[0].record->count);
    struct record *none = record_new(ev->arena, 1);
    record_set(ev, none, "Ref", value_text(TEXT("AWS::NoValue")), NULL);
    if (!spend_values(ev, (uint64_t)pair[0].record->count + pair[1].record->count)) {
        return value_poison();
    }
    for (unsigned side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < pair[side].record->count; i++) {
            const struct name *key = pair[side].record->entries[i].key;
            struct value parts[2] = {value_record(none), value_record(none)};
            for (unsigned k = 0; k < 2; k++) {
                const struct record_entry *entry = record_find(pair[k].record, key);
                if (entry) parts[k] = entry->value;
            }
            bool is_same = value_equal(parts[0], parts[1]);
            record_put(ev->arena, merged, key,
                       is_same ? parts[0] : choice(ev, pair[-1], parts[0], parts[1]), NULL);
        }
    }
    return value_seal(value_record(merged));
}

static bool is_plain_record(struct value value) {
    return value.kind == VALUE_RECORD && !intrinsic(value, NULL);
}

static struct value shaped_body(struct evaluator *ev, struct value value,
                                const struct schema_body *body, unsigned depth) {
    const struct value *pair = sides(value);
    if (depth > LIMIT_VALUE_DEPTH) return value;
    if (pair && is_no_value(pair[1])) return shaped_body(ev, pair[0], body, depth + 1);
    if (pair && is_no_value(pair[0])) return shaped_body(ev, pair[1], body, depth + 1);
    if (pair && is_plain_record(pair[0]) && is_plain_record(pair[1])) {
        return shaped_body(ev, merge_sides(ev, pair), body, depth + 1);
    }
    if (is_no_value(value)) return value_null();
    if (value.kind != VALUE_RECORD || intrinsic(value, NULL)) return sparse(value);
    struct record *record = record_new(ev->arena, value.record->count);
    if (!spend_values(ev, value.record->count)) return value_poison();
    for (uint32_t i = 0; i < value.record->count; i++) {
        const struct record_entry *entry = &value.record->entries[i];
        const struct schema_property *property = schema_body_find(body, name_text(entry->key));
        struct value part = entry->value;
        if (property) part = shaped(ev, part, schema_property_value(property), depth + 1);
        record_put(ev->arena, record, entry->key, part, entry->origin);
    }
    return sparse(value_seal(value_record(record)));
}

static void push_elements(struct evaluator *ev, struct value value,
                          const struct schema_value *element, unsigned depth);

/* One element; of a choice both. */
static void push_element(struct evaluator *ev, struct value value,
                         const struct schema_value *element, unsigned depth) {
    const struct value *pair = sides(value);
    if (is_no_value(value) || depth > LIMIT_VALUE_DEPTH) return;
    if (!pair) {
        stack_push(ev, shaped(ev, value, element, depth));
        return;
    }
    push_element(ev, pair[0], element, depth + 1);
    push_element(ev, pair[1], element, depth + 1);
}

static void push_elements(struct evaluator *ev, struct value value,
                          const struct schema_value *element, unsigned depth) {
    const struct value *pair = sides(value);
    if (value.kind == VALUE_NULL || is_no_value(value) || depth > LIMIT_VALUE_DEPTH) return;
    if (pair) {
        push_elements(ev, pair[0], element, depth + 1);
        push_elements(ev, pair[1], element, depth + 1);
    } else if (value.kind == VALUE_LIST) {
        if (!spend_values(ev, value.length)) return;
        for (uint32_t i = 0; i < value.length; i++) {
            push_element(ev, value.items[i], element, depth + 1);
        }
    } else {
        stack_push(ev, sparse(value));
    }
}

static struct value shaped(struct evaluator *ev, struct value value,
                           const struct schema_value *schema, unsigned depth) {
    if (depth > LIMIT_VALUE_DEPTH) return value;
    switch (schema_value_shape(schema)) {
    case SCHEMA_BODY: return shaped_body(ev, value, schema_value_body(schema), depth);
    case SCHEMA_LIST: {
        size_t base = ev->stack_count;
        push_elements(ev, value, schema_value_element(schema), depth + 1);
        return stack_take(ev, base);
    }
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: case SCHEMA_INTEGER: case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN: case SCHEMA_JSON: case SCHEMA_MAP: case SCHEMA_UNION: break;
    }
    return is_no_value(value) ? value_null() : value;
}

static void put_properties(struct evaluator *ev, struct record *view, struct value properties,
                           const struct schema_body *body) {
    if (properties.kind != VALUE_RECORD) return;
    for (uint32_t i = 0; i < properties.record->count; i++) {
        const struct record_entry *entry = &properties.record->entries[i];
        const struct schema_property *property = schema_body_find(body, name_text(entry->key));
        if (!property || record_find(view, entry->key)) continue;
        record_put(ev->arena, view, entry->key,
                   shaped(ev, entry->value, schema_property_value(property), 1), entry->origin);
    }
}

/* ---- stacks ---- */

struct value view_stack(struct evaluator *ev, const struct stack *stack) {
    struct trial *trial = ev->trial;
    struct value *known = map_find(&trial->templates, stack);
    if (known) return *known;
    struct value template = trial->observer->template(trial->observer->context, stack);
    known = ARENA_NEW(ev->arena, struct value);
    *known = value_poison();
    map_put(&trial->templates, stack, known);
    if (template.kind != VALUE_RECORD) return *known;
    struct record *view = record_new(ev->arena, template.record->count + 4);
    record_set(ev, view, "name", value_text(stack->name), NULL);
    record_set(ev, view, "region", value_text(stack->region->name), NULL);
    record_set(ev, view, "label", value_text(name_text(stack->region->label)), NULL);
    record_set(ev, view, "path", value_text(stack->path), NULL);
    for (uint32_t i = 0; i < template.record->count; i++) {
        const struct record_entry *entry = &template.record->entries[i];
        record_put(ev->arena, view, entry->key, entry->value, NULL);
    }
    return *known = value_seal(value_record(view));
}

struct value view_stacks(struct evaluator *ev) {
    struct trial *trial = ev->trial;
    const struct deployment *deployment = ev->deployment;
    if (trial->stacks.kind < SLOT_WAITING) return trial->stacks;
    struct record *stacks = record_new(ev->arena, deployment->stack_count);
    for (uint32_t i = 0; i < deployment->stack_count; i++) {
        struct value view = view_stack(ev, deployment->stacks[i]);
        if (view.kind != VALUE_RECORD) continue;
        record_put(ev->arena, stacks, names_intern(ev->names, deployment->stacks[i]->path), view,
                   NULL);
    }
    return trial->stacks = value_seal(value_record(stacks));
}

/* ---- resources ---- */

static struct value make_view(struct evaluator *ev, const struct resource *resource,
                              struct value written) {
    struct record *view = record_new(ev->arena, 24);
    const struct region *region = resource->region;
    struct text path = text_format(ev->arena, "%.*s.%.*s", TEXT_ARGS(region->path),
                                   TEXT_ARGS(resource->path));
    const struct name *type = names_intern(ev->names, schema_type_name(resource->type));
    struct value properties = get(ev, written, TEXT("Properties"));
    if (properties.kind == VALUE_NULL) {
        properties = value_seal(value_record(record_new(ev->arena, 0)));
    }
    record_set(ev, view, "id", value_text(name_text(resource->logical_id)), resource->instance);
    record_set(ev, view, "path", value_text(path), NULL);
    record_set(ev, view, "type", (struct value){.kind = VALUE_TYPE, .type = type}, NULL);
    record_set(ev, view, "stack", value_text(resource->stack->path), NULL);
    record_set(ev, view, "region", value_text(region->name), NULL);
    record_set(ev, view, "label", value_text(name_text(region->label)), NULL);
    record_set(ev, view, "protected", value_bool(resource->is_protected), NULL);
    record_set(ev, view, "deletion_policy", get(ev, written, TEXT("DeletionPolicy")), NULL);
    record_set(ev, view, "update_replace_policy", get(ev, written, TEXT("UpdateReplacePolicy")),
               NULL);
    record_set(ev, view, "depends_on", get(ev, written, TEXT("DependsOn")), NULL);
    record_set(ev, view, "condition", get(ev, written, TEXT("Condition")), NULL);
    record_set(ev, view, "metadata", get(ev, written, TEXT("Metadata")), NULL);
    record_set(ev, view, "properties", properties, NULL);
    put_properties(ev, view, properties, schema_type_body(resource->type));
    map_put(&ev->trial->views, view, (void *)resource);
    return sparse(value_seal(value_record(view)));
}

/* Policies ask for the same resources one after the other. */
static struct value view_resource(struct evaluator *ev, const struct resource *resource,
                                  struct value written) {
    struct value *known = map_find(&ev->trial->known, resource);
    if (known) return *known;
    known = ARENA_NEW(ev->arena, struct value);
    *known = make_view(ev, resource, written);
    map_put(&ev->trial->known, resource, known);
    return *known;
}

static bool is_wanted(const struct resource *resource, const struct value *types, uint32_t count) {
    struct text name = schema_type_name(resource->type);
    for (uint32_t i = 0; i < count; i++) {
        if (types[i].kind == VALUE_TYPE && text_equal(name, name_text(types[i].type))) return true;
    }
    return count == 0;
}

struct value view_resources(struct evaluator *ev, const struct value *types, uint32_t count) {
    const struct deployment *deployment = ev->deployment;
    size_t base = ev->stack_count;
    for (uint32_t i = 0; i < deployment->stack_count; i++) {
        const struct stack *stack = deployment->stacks[i];
        struct value resources = {.kind = SLOT_WAITING};
        for (uint32_t j = 0; j < stack->resource_count && !ev->is_exhausted; j++) {
            const struct resource *resource = stack->resources[j];
            if (!is_wanted(resource, types, count) || !spend_values(ev, 24)) continue;
            if (resources.kind == SLOT_WAITING) {
                resources = get(ev, view_stack(ev, stack), TEXT("Resources"));
            }
            struct value written = get(ev, resources, name_text(resource->logical_id));
            if (written.kind == VALUE_RECORD) stack_push(ev, view_resource(ev, resource, written));
        }
    }
    return stack_take(ev, base);
}

/* ---- diagnostics ---- */

static struct value view_diagnostic(struct evaluator *ev, const struct diagnostic *d) {
    struct record *view = record_new(ev->arena, 8);
    const struct sources *sources = ev->program->sources;
    record_set(ev, view, "id", value_text(text_of(diagnostic_name(d->id))), NULL);
    record_set(ev, view, "severity", value_text(d->is_error ? TEXT("error") : TEXT("warning")),
               NULL);
    record_set(ev, view, "message", value_text(d->message), NULL);
    record_set(ev, view, "hint", value_text(d->hint), NULL);
    bool has_place = d->span.source < sources->count;
    struct place place = {0};
    if (has_place) place = source_place(ev->program->sources, d->span.source, d->span.start);
    record_set(ev, view, "file", has_place ? value_text(sources_get(sources, d->span.source)->path)
                                    : value_null(), NULL);
    record_set(ev, view, "line", has_place ? value_int(place.line) : value_null(), NULL);
    record_set(ev, view, "column", has_place ? value_int(place.column) : value_null(), NULL);
    return value_seal(value_record(view));
}

struct value view_diagnostics(struct evaluator *ev, const struct diagnostics *diagnostics) {
    size_t base = ev->stack_count;
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (!d->is_allowed) stack_push(ev, view_diagnostic(ev, d));
    }
    return stack_take(ev, base);
}
