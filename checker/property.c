/* Whether an expression fits what a property of AWS takes, by the schema. */
#include "checker/constraint.h"
#include "checker/typing.h"

/* Why a type does not fit; path leads from the property to the part that does not. */
struct misfit {
    enum { MISFIT_TYPE, MISFIT_UNKNOWN, MISFIT_MISSING, MISFIT_RESOURCE } kind;
    const struct type *found;
    const struct schema_value *value;
    const struct schema_property *property;
    struct text name; /* of the field that is unknown or missing */
};

static bool value_fits(struct checker *checker, const struct type *type, enum phase phase,
                       const struct schema_property *property, const struct schema_value *value,
                       struct misfit *misfit);

/* --- scalars --- */

static bool is_scalar(const struct type *type) {
    return type_is_text(type) || type_is_numeric(type) || type->kind == TYPE_BOOL;
}

static bool shape_fits(const struct type *type, enum phase phase, enum schema_shape shape) {
    bool deferred = phase == PHASE_DEFERRED && is_scalar(type); /* CloudFormation converts */
    switch (shape) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME:
        return type_is_text(type) || type->kind == TYPE_SECRET || deferred;
    case SCHEMA_INTEGER: return type_is_int(type) || deferred;
    case SCHEMA_NUMBER: return type_is_numeric(type) || deferred;
    case SCHEMA_BOOLEAN: return type->kind == TYPE_BOOL || deferred;
    case SCHEMA_JSON: return is_scalar(type) || type->kind == TYPE_SECRET;
    case SCHEMA_LIST: case SCHEMA_MAP: case SCHEMA_BODY: case SCHEMA_UNION: return false;
    }
    return false;
}

/* --- bodies --- */

static bool body_fits(struct checker *checker, const struct type *type,
                      const struct schema_body *body, struct misfit *misfit) {
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        const struct schema_property *property = schema_body_find(body, name_text(field->name));
        if (!property) {
            if (schema_body_open(body)) continue;
            *misfit = (struct misfit){MISFIT_UNKNOWN, type, NULL, NULL, name_text(field->name)};
            return false;
        }
        if (!value_fits(checker, field->type, PHASE_EITHER, property,
                        schema_property_value(property), misfit)) {
            return false;
        }
    }
    for (size_t i = 0; i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        if (!(schema_property_flags(property) & SCHEMA_REQUIRED)) continue;
        const struct name *name = names_find(checker->names, schema_property_name(property));
        if (name && type_field_find(type, name)) continue;
        *misfit = (struct misfit){MISFIT_MISSING, type, NULL, NULL, schema_property_name(property)};
        return false;
    }
    return true;
}

/* --- everything --- */

static bool json_fits(struct checker *checker, const struct type *type,
                      const struct schema_property *property, const struct schema_value *value,
                      struct misfit *misfit) {
    switch ((int)type->kind) {
    case TYPE_LIST: case TYPE_MAP:
        return value_fits(checker, type->element, PHASE_EITHER, property, value, misfit);
    case TYPE_RECORD:
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (!value_fits(checker, type->record.fields[i].type, PHASE_EITHER, property, value,
                            misfit)) {
                return false;
            }
        }
        return true;
    case TYPE_BODY: return true;
    }
    return false;
}

static bool composite_fits(struct checker *checker, const struct type *type,
                           const struct schema_property *property,
                           const struct schema_value *value, struct misfit *misfit) {
    const struct schema_value *element = schema_value_element(value);
    switch (schema_value_shape(value)) {
    case SCHEMA_JSON: return json_fits(checker, type, property, value, misfit);
    case SCHEMA_LIST:
        return type->kind == TYPE_LIST &&
               value_fits(checker, type->element, PHASE_EITHER, property, element, misfit);
    case SCHEMA_MAP:
        if (type->kind == TYPE_MAP) {
            return value_fits(checker, type->element, PHASE_EITHER, property, element, misfit);
        }
        if (type->kind == TYPE_BODY) return true;
        if (type->kind != TYPE_RECORD) return false;
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (!value_fits(checker, type->record.fields[i].type, PHASE_EITHER, property, element,
                            misfit)) {
                return false;
            }
        }
        return true;
    case SCHEMA_BODY:
        if (type->kind == TYPE_MAP) return true; /* its keys are seen when it is there */
        if (type->kind == TYPE_BODY) return true;
        return type->kind == TYPE_RECORD &&
               body_fits(checker, type, schema_value_body(value), misfit);
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: case SCHEMA_INTEGER: case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN: case SCHEMA_UNION: break;
    }
    return false;
}

/* In free data a resource stands for its Ref, except where AWS is known to want an ARN. */
static bool json_takes(struct checker *checker, const struct schema_type *resource) {
    static const char *const arn_keys[] = {"Resource", "NotResource", "AWS", "Federated", NULL};
    struct text key = checker->json_key, arn;
    bool wants_arn = text_ends(key, TEXT("Arn"));
    wants_arn |= text_is_one_of(key, arn_keys);
    if (!wants_arn) return true;
    schema_type_arn(resource, &arn);
    return text_is(arn, "Ref") || (arn.length && text_equal(arn, schema_type_ref(resource)));
}

static bool union_fits(struct checker *checker, const struct type *type, enum phase phase,
                       const struct schema_property *property, const struct schema_value *value,
                       struct misfit *misfit) {
    struct misfit first = *misfit, other;
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        if (value_fits(checker, type, phase, property, schema_value_member(value, i), &other)) {
            return true;
        }
        if (other.kind != MISFIT_TYPE) first = other;
    }
    *misfit = first;
    if (first.kind == MISFIT_TYPE) misfit->value = value;
    return false;
}

static bool member_fits(struct checker *checker, const struct type *type, enum phase phase,
                        const struct schema_property *property, const struct schema_value *value,
                        struct misfit *misfit) {
    *misfit = (struct misfit){MISFIT_TYPE, type, value, property, {NULL, 0}};
    switch ((int)type->kind) {
    case TYPE_ERROR: case TYPE_JSON: case TYPE_NULL: case TYPE_GENERIC: return true;
    case TYPE_RESOURCE: case TYPE_COMPONENT: {
        const struct schema_type *resource = type_as_resource(checker, type);
        misfit->kind = MISFIT_RESOURCE;
        if (!resource) return false;
        if (schema_value_shape(value) == SCHEMA_JSON) return json_takes(checker, resource);
        return schema_value_shape(value) != SCHEMA_LIST &&
               schema_property_wants(property, resource).length > 0;
    }
    }
    if (schema_value_shape(value) == SCHEMA_UNION) {
        return union_fits(checker, type, phase, property, value, misfit);
    }
    if (phase == PHASE_DEFERRED && type->kind == TYPE_STRING &&
        schema_value_shape(value) == SCHEMA_LIST) {
        return false;
    }
    if (shape_fits(type, phase, schema_value_shape(value))) return true;
    struct misfit inner = *misfit;
    if (composite_fits(checker, type, property, value, &inner)) return true;
    *misfit = inner;
    return false;
}

static bool value_fits(struct checker *checker, const struct type *type, enum phase phase,
                       const struct schema_property *property, const struct schema_value *value,
                       struct misfit *misfit) {
    type = type_base(type);
    if (type->kind != TYPE_UNION) {
        return member_fits(checker, type, phase, property, value, misfit);
    }
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (!value_fits(checker, type->join.members[i], phase, property, value, misfit)) {
            return false;
        }
    }
    return true;
}

/* --- messages --- */

static struct text value_show(struct checker *checker, const struct schema_value *value) {
    return type_show(checker, type_of_value(checker, value));
}

/* A list of Key and Value, where a record of tags was written. */
static bool is_tag_list(const struct schema_value *value) {
    const struct schema_value *element = schema_value_element(value);
    if (schema_value_shape(value) != SCHEMA_LIST || !element) return false;
    const struct schema_body *body = schema_value_body(element);
    return body && schema_body_find(body, TEXT("Key")) && schema_body_find(body, TEXT("Value"));
}

/* The form of a nested body: its required properties, else its first ones. */
static void hint_body(struct checker *checker, struct diagnostic *d,
                      const struct schema_body *body) {
    struct buffer out;
    size_t count = schema_body_count(body), shown = 0;
    buffer_init(&out);
    for (int pass = 0; pass < 2 && shown == 0; pass++) {
        for (size_t i = 0; i < count && shown < 4; i++) {
            const struct schema_property *property = schema_body_at(body, i);
            if (pass == 0 && !(schema_property_flags(property) & SCHEMA_REQUIRED)) continue;
            buffer_format(&out, "%s%.*s = ...", shown++ ? ", " : "",
                          TEXT_ARGS(schema_property_name(property)));
        }
    }
    if (shown) add_hint(checker, d, "It is a record: { %.*s }.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static bool element_fits(struct checker *checker, const struct misfit *misfit) {
    struct misfit other;
    return value_fits(checker, misfit->found, PHASE_EITHER, misfit->property,
                      schema_value_element(misfit->value), &other);
}

static bool is_instance(const struct type *type) {
    return type->kind == TYPE_RESOURCE || type->kind == TYPE_COMPONENT;
}

/* { Ref = "X" }, { "Fn::GetAtt" = [...] }: as a template has it. */
static bool is_intrinsic(const struct type *type) {
    if (type->kind != TYPE_RECORD || type->record.count != 1) return false;
    struct text name = name_text(type->record.fields[0].name);
    return text_is(name, "Ref") || text_starts(name, TEXT("Fn::"));
}

static void hint_scalar(struct checker *checker, struct diagnostic *d, struct node *node,
                        const struct misfit *misfit) {
    const struct type *found = misfit->found;
    enum schema_shape shape = schema_value_shape(misfit->value);
    struct text text = expression_text(checker, node);
    bool literal = node->kind == NODE_INT || node->kind == NODE_NUMBER || node->kind == NODE_BOOL;
    if (!d) return;
    if (shape == SCHEMA_STRING && is_scalar(found)) {
        add_hint(checker, d, literal ? "Write \"%.*s\"." : "Write \"${%.*s}\".", TEXT_ARGS(text));
        if (literal) {
            diagnostic_fix(checker->diagnostics, d, node->span,
                           text_format(checker->arena, "\"%.*s\"", TEXT_ARGS(text)));
        }
    } else if (shape == SCHEMA_STRING && found->kind == TYPE_REGION) {
        add_hint(checker, d, "Write %.*s.name.", TEXT_ARGS(text));
    } else if (shape == SCHEMA_STRING && found->kind == TYPE_MAP && is_instance(found->element)) {
        add_hint(checker, d, "One of them is %.*s[\"...\"].", TEXT_ARGS(text));
    } else if (shape == SCHEMA_STRING && is_intrinsic(found)) {
        add_hint(checker, d, "Write the resource itself; functions of CloudFormation are made by "
                             "the compiler.");
    } else if (shape == SCHEMA_STRING && (found->kind == TYPE_RECORD || found->kind == TYPE_MAP)) {
        add_hint(checker, d, "Write to_json(...) where the property takes JSON as a text.");
    } else if (shape == SCHEMA_STRING && found->kind == TYPE_LIST) {
        add_hint(checker, d, "Write join(\",\", %.*s), or one of its elements.", TEXT_ARGS(text));
    } else if ((shape == SCHEMA_INTEGER || shape == SCHEMA_NUMBER) && type_is_text(found)) {
        hint_number(checker, d, node);
    } else if (shape == SCHEMA_BOOLEAN && type_is_text(found)) {
        hint_truth(checker, d, node);
    } else if (shape == SCHEMA_BODY) {
        hint_body(checker, d, schema_value_body(misfit->value));
    } else if (is_tag_list(misfit->value) &&
               (found->kind == TYPE_RECORD || found->kind == TYPE_MAP)) {
        add_hint(checker, d, node->kind == NODE_RECORD
                                 ? "Tags are written [{ Key = \"Name\", Value = \"x\" }, ...]."
                                 : "Write [for k, v in %.*s: { Key = k, Value = v }].",
                 TEXT_ARGS(text));
    } else if (shape == SCHEMA_LIST && found->kind == TYPE_MAP) {
        add_hint(checker, d, "Write values(%.*s).", TEXT_ARGS(text));
    } else if (shape == SCHEMA_LIST && found->kind != TYPE_LIST && element_fits(checker, misfit)) {
        bool is_short = text.length < 40;
        add_hint(checker, d, is_short ? "A list of one is written [%.*s]."
                                      : "A list of one is written [...]: put brackets around it.",
                 TEXT_ARGS(text));
    }
}

static void report_resource(struct checker *checker, struct node *node,
                            const struct misfit *misfit, const struct wanted *wanted) {
    const struct schema_property *property = misfit->property;
    size_t count = schema_property_wish_count(property);
    const struct schema_type *resource = type_as_resource(checker, misfit->found);
    struct text shown = type_article(checker, misfit->found);
    struct diagnostic *d;
    bool list = schema_value_shape(misfit->value) == SCHEMA_LIST;
    if (list && resource && schema_property_wants(property, resource).length) {
        d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
                     "%.*s wants a list, but this is %.*s",
                     TEXT_ARGS(wanted_show(checker, wanted)), TEXT_ARGS(shown));
        add_hint(checker, d, "A list of one is written [%.*s].",
                 TEXT_ARGS(expression_text(checker, node)));
        return;
    }
    if (count > 0 && resource) {
        struct schema_wish wish = schema_property_wish(property, 0);
        d = complain(checker, DIAGNOSTIC_WRONG_RESOURCE, node,
                     "%.*s wants a resource of type %.*s, but this is %.*s",
                     TEXT_ARGS(wanted_show(checker, wanted)),
                     TEXT_ARGS(schema_type_name(wish.type)), TEXT_ARGS(shown));
        const struct symbol *symbol = node->kind == NODE_NAME ? node_symbol(node) : NULL;
        if (symbol && symbol->declaration) {
            add_note(checker, d, symbol_span(symbol), "\"%.*s\" is declared here",
                     NAME_ARGS(symbol->name));
        }
        if (!wish.sure) hint_attribute(checker, d, node, misfit->found);
        return;
    }
    d = complain(checker, DIAGNOSTIC_RESOURCE_AS_VALUE, node,
                 "%.*s wants %.*s, and the schema does not say which attribute of %.*s to take",
                 TEXT_ARGS(wanted_show(checker, wanted)),
                 TEXT_ARGS(value_show(checker, misfit->value)), TEXT_ARGS(shown));
    hint_attribute(checker, d, node, misfit->found);
}

static void report_misfit(struct checker *checker, struct node *node, const struct misfit *misfit,
                          const struct wanted *wanted) {
    struct diagnostic *d;
    struct text what = wanted_show(checker, wanted);
    switch (misfit->kind) {
    case MISFIT_RESOURCE: report_resource(checker, node, misfit, wanted); return;
    case MISFIT_UNKNOWN:
        complain(checker, DIAGNOSTIC_UNKNOWN_PROPERTY, node,
                 "%.*s has no property \"%.*s\", which is in this record", TEXT_ARGS(what),
                 TEXT_ARGS(misfit->name));
        return;
    case MISFIT_MISSING:
        complain(checker, DIAGNOSTIC_MISSING_PROPERTY, node,
                 "%.*s needs the property \"%.*s\", which is not in this record",
                 TEXT_ARGS(what), TEXT_ARGS(misfit->name));
        return;
    case MISFIT_TYPE: break;
    }
    struct text name = schema_property_name(misfit->property);
    bool inner = misfit->property != wanted->type->property.property;
    struct text value = value_show(checker, misfit->value);
    struct text found = type_article(checker, misfit->found);
    if (inner) {
        complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
                 "%.*s wants %.*s in \"%.*s\", but this holds %.*s", TEXT_ARGS(what),
                 TEXT_ARGS(value), TEXT_ARGS(name), TEXT_ARGS(found));
        return;
    }
    d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node, "%.*s wants %.*s, but this is %.*s",
                 TEXT_ARGS(what), TEXT_ARGS(value), TEXT_ARGS(found));
    hint_scalar(checker, d, node, misfit);
}

/* --- limits --- */

static void limited(struct checker *checker, bool keeps) {
    if (!keeps && checker->entry) checker->entry->flags |= NODE_LIMITED;
}

static struct constraint_place place_of(struct checker *checker, const struct node *node,
                                        const struct wanted *wanted) {
    return (struct constraint_place){
        .diagnostics = checker->diagnostics,
        .name = schema_property_name(wanted->type->property.property),
        .span = node_place(node),
    };
}

/* Of a union, the member whose limits a scalar must keep: only where there is no choice. */
static const struct schema_value *scalar_value(const struct schema_value *value, bool is_text) {
    const struct schema_value *found = NULL;
    if (schema_value_shape(value) != SCHEMA_UNION) return value;
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        const struct schema_value *member = schema_value_member(value, i);
        enum schema_shape shape = schema_value_shape(member);
        bool fits = is_text ? shape == SCHEMA_STRING
                            : shape == SCHEMA_INTEGER || shape == SCHEMA_NUMBER;
        if (!fits) continue;
        if (found) return NULL;
        found = member;
    }
    return found;
}

static void check_limits(struct checker *checker, struct node *node, const struct type *type,
                         const struct wanted *wanted) {
    struct constraint_place place = place_of(checker, node, wanted);
    const struct schema_value *value = wanted->type->property.value;
    struct text text;
    type = type_base(type);
    bool is_text = node->kind == NODE_TEXT || (type->kind == TYPE_LITERAL && type->is_text);
    value = scalar_value(value, is_text);
    if (!value || node->flags & NODE_BAD) return;
    enum schema_shape shape = schema_value_shape(value);
    if (is_text) {
        text = node->kind == NODE_TEXT ? node_text(node) : type->literal.text;
        if (text_starts(text, TEXT("{{resolve:"))) return;
        if (shape == SCHEMA_STRING) limited(checker, constraint_text(&place, value, text));
    } else if (shape == SCHEMA_INTEGER || shape == SCHEMA_NUMBER) {
        if (node->kind == NODE_NUMBER) {
            limited(checker, constraint_number(&place, value, node->number.value));
        } else if (type->kind == TYPE_LITERAL) {
            limited(checker, constraint_number(&place, value, (double)type->literal.integer));
        }
    }
}

static bool has_spread(struct list elements) {
    for (const struct node *node = elements.first; node; node = node->next) {
        if (node->kind == NODE_SPREAD || node->kind == NODE_NULL) return true;
    }
    return false;
}

/* --- what is written out --- */

/* Of a union, the member that a record or list literal is meant for. */
static const struct schema_value *meant(const struct schema_value *value, bool is_list) {
    const struct schema_value *found = NULL;
    if (schema_value_shape(value) != SCHEMA_UNION) return value;
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        const struct schema_value *member = schema_value_member(value, i);
        enum schema_shape shape = schema_value_shape(member);
        bool fits = is_list ? shape == SCHEMA_LIST : shape == SCHEMA_BODY || shape == SCHEMA_MAP;
        if (fits) return member;
        if (shape == SCHEMA_JSON) found = member;
    }
    return found ? found : value;
}

const struct type *property_list(struct checker *checker, const struct wanted *wanted) {
    const struct schema_value *value = meant(wanted->type->property.value, true);
    return type_property(checker, wanted->type->property.property, value);
}

static struct fact wrong_form(struct checker *checker, struct node *node,
                              const struct wanted *wanted) {
    struct fact fact = infer(checker, node);
    struct misfit misfit;
    if (!value_fits(checker, fact.type, fact.phase, wanted->type->property.property,
                    wanted->type->property.value, &misfit)) {
        report_misfit(checker, node, &misfit, wanted);
    }
    return fact;
}

static struct fact property_written_list(struct checker *checker, struct node *node,
                                         const struct wanted *wanted) {
    const struct schema_property *property = wanted->type->property.property;
    const struct schema_value *value = meant(wanted->type->property.value, true);
    struct fact fact;
    if (schema_value_shape(value) == SCHEMA_JSON) {
        const struct type *element = type_property(checker, property, value);
        const struct type *list = type_list(checker, element);
        return node->kind == NODE_LIST ? expect_list(checker, node, wanted, list)
                                       : expect_comprehension(checker, node, wanted, list);
    }
    if (schema_value_shape(value) != SCHEMA_LIST) return wrong_form(checker, node, wanted);
    const struct type *list =
        type_list(checker, type_property(checker, property, schema_value_element(value)));
    if (node->kind != NODE_LIST) return expect_comprehension(checker, node, wanted, list);
    fact = expect_list(checker, node, wanted, list);
    if (!has_spread(node->list.elements)) {
        struct constraint_place place = place_of(checker, node, wanted);
        limited(checker, constraint_count(&place, value, list_count(node->list.elements)));
    }
    return fact;
}

static void check_keys(struct checker *checker, struct node *node,
                       const struct schema_value *value, const struct wanted *wanted) {
    for (struct node *e = node->record.entries.first; e; e = e->next) {
        if (e->kind != NODE_ENTRY || !e->entry.key) continue;
        struct constraint_place place = place_of(checker, e, wanted);
        limited(checker, constraint_key(&place, value, entry_text(e)));
    }
}

static struct fact property_written_record(struct checker *checker, struct node *node,
                                           const struct wanted *wanted) {
    const struct schema_property *property = wanted->type->property.property;
    const struct schema_value *value = meant(wanted->type->property.value, false);
    enum schema_shape shape = schema_value_shape(value);
    const struct type *element;
    if (shape == SCHEMA_BODY && node->kind == NODE_RECORD) {
        check_nested_body(checker, node, schema_value_body(value), wanted);
        return fact_of(wanted->type);
    }
    if (shape == SCHEMA_JSON) element = type_property(checker, property, value);
    else if (shape == SCHEMA_MAP) {
        element = type_property(checker, property, schema_value_element(value));
    } else return wrong_form(checker, node, wanted);
    const struct type *map = type_map(checker, element);
    if (node->kind == NODE_MAP_FOR) return expect_comprehension(checker, node, wanted, map);
    if (shape == SCHEMA_MAP) check_keys(checker, node, value, wanted);
    return expect_record(checker, node, wanted, map);
}

static struct fact property_default(struct checker *checker, struct node *node,
                                    const struct wanted *wanted) {
    struct misfit misfit;
    struct fact left = infer(checker, node->binary.left);
    if (!value_fits(checker, left.type, left.phase, wanted->type->property.property,
                    wanted->type->property.value, &misfit)) {
        report_misfit(checker, node->binary.left, &misfit, wanted);
    }
    struct fact right = expect(checker, node->binary.right, wanted);
    struct fact fact = fact_join(wanted->type, left, right);
    if (left.phase != right.phase) fact.phase = PHASE_EITHER;
    return fact;
}

struct fact expect_property(struct checker *checker, struct node *node,
                            const struct wanted *wanted) {
    struct misfit misfit;
    switch ((int)node->kind) {
    case NODE_LIST: case NODE_LIST_FOR: return property_written_list(checker, node, wanted);
    case NODE_RECORD: case NODE_MAP_FOR: return property_written_record(checker, node, wanted);
    case NODE_BINARY:
        if (node->op == OPERATOR_DEFAULT) return property_default(checker, node, wanted);
        break;
    }
    struct fact fact = infer(checker, node);
    if (!value_fits(checker, fact.type, fact.phase, wanted->type->property.property,
                    wanted->type->property.value, &misfit)) {
        report_misfit(checker, node, &misfit, wanted);
        return fact;
    }
    check_limits(checker, node, fact.type, wanted);
    return fact;
}
