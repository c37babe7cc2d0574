/* Scalars as their property wants them, within its limits. */
#include "evaluator/conform.h"
#include "evaluator/resources.h"

const char *conform_shape_word(const struct schema_value *value) {
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: return "a string";
    case SCHEMA_INTEGER: return "an integer";
    case SCHEMA_NUMBER: return "a number";
    case SCHEMA_BOOLEAN: return "a truth value";
    case SCHEMA_JSON: return "a json object";
    case SCHEMA_LIST: return "a list";
    case SCHEMA_MAP: return "a map";
    case SCHEMA_BODY: return "a record";
    case SCHEMA_UNION: return "one of several forms";
    }
    return "another value";
}

struct value conform_fault(struct evaluator *ev, struct value value, const struct want *want,
                           const struct node *node) {
    struct text found = value_kind_text(ev->arena, value);
    if (value.kind < VALUE_LIST && value.kind > VALUE_NULL) found = value_brief(ev, value);
    return fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "property \"%.*s\" is %s, and this is %.*s",
                 TEXT_ARGS(schema_property_name(want->property)), conform_shape_word(want->value),
                 TEXT_ARGS(found));
}

struct constraint_place conform_place(struct evaluator *ev, const struct want *want,
                                      const struct node *node) {
    return (struct constraint_place){.diagnostics = ev->diagnostics,
                                     .name = schema_property_name(want->property),
                                     .span = node_place(blame_node(ev, node))};
}

/* Once a value that is only named there has been seen to break a limit: where it is given. */
static void point_at_origin(struct evaluator *ev, struct constraint_place *place,
                            const struct node *node, struct value value) {
    place->is_quiet = false;
    place->span = blame_node(ev, value_origin(ev, ev->conforming, node, NULL, value))->span;
}

/* Limits of a text; one that lies at the same place is asked about once. */
static void check_text(struct evaluator *ev, struct value value, const struct want *want,
                       const struct node *node) {
    if (want->is_name || conform_is_limited(want) || value.flags & VALUE_SECRET) return;
    uintptr_t hash = ((uintptr_t)value.bytes >> 3) ^ ((uintptr_t)want->value >> 2);
    struct conform_entry *entry = &conform_cache_of(ev)->texts[hash % CONFORM_SLOTS];
    if (entry->data == value.bytes && entry->wanted == want->value &&
        entry->result.length == value.length) {
        return;
    }
    struct constraint_place place = conform_place(ev, want, node);
    place.is_quiet = is_passed_on(node);
    bool fits = constraint_text(&place, want->value, value_as_text(value));
    if (!fits && place.is_quiet) {
        point_at_origin(ev, &place, node, value);
        constraint_text(&place, want->value, value_as_text(value));
    }
    if (fits) {
        *entry = (struct conform_entry){value.bytes, want->value, want->property, value};
    }
    spend_steps(ev, 4);
}

static void check_number(struct evaluator *ev, struct value value, const struct want *want,
                         const struct node *node) {
    struct constraint_place place = conform_place(ev, want, node);
    double number = value.kind == VALUE_INT ? (double)value.integer : value.number;
    if (conform_is_limited(want)) return;
    place.is_quiet = is_passed_on(node);
    if (constraint_number(&place, want->value, number) || !place.is_quiet) return;
    point_at_origin(ev, &place, node, value);
    constraint_number(&place, want->value, number);
}

struct value conform_text(struct evaluator *ev, struct value value, const struct want *want,
                          const struct node *node) {
    if (value.kind == VALUE_REGION) value = value_text(value.region->name);
    if (value.kind == VALUE_TYPE) value = value_text(name_text(value.type));
    if (value.kind == VALUE_INT || value.kind == VALUE_NUMBER || value.kind == VALUE_BOOL) {
        value = value_concat(ev->arena, &value, 1, node);
    }
    if (value.kind != VALUE_TEXT) return conform_fault(ev, value, want, node);
    if (value.length >= 10 && memcmp(value.bytes, "{{resolve:", 10) == 0) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_RESOLVE_TEXT, node,
                                      "a dynamic reference is written as plain text");
        hint(ev, d, "Write secret_ref(...) or ssm_ref(...), which know what may be referred to.");
        return value_poison();
    }
    check_text(ev, value, want, node);
    return value;
}

struct value conform_number(struct evaluator *ev, struct value value,
                            const struct want *want, const struct node *node) {
    bool integer = schema_value_shape(want->value) == SCHEMA_INTEGER;
    if (value.kind == VALUE_NUMBER && integer && value.number >= -9e15 && value.number <= 9e15 &&
        value.number == (double)(int64_t)value.number) {
        value = value_int((int64_t)value.number);
    }
    if (value.kind != VALUE_INT && (integer || value.kind != VALUE_NUMBER)) {
        return conform_fault(ev, value, want, node);
    }
    check_number(ev, value, want, node);
    return value;
}

struct value conform_bool(struct evaluator *ev, struct value value, const struct want *want,
                          const struct node *node) {
    if (value.kind == VALUE_BOOL) return value;
    if (value.kind == VALUE_TEXT) {
        struct text text = value_as_text(value);
        if (text_is(text, "true") || text_is(text, "false"))
            return value_bool(text_is(text, "true"));
    }
    return conform_fault(ev, value, want, node);
}
