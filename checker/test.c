/* Tests and policies: what they may look at, and how it is typed.
 *
 * `resources(AWS::S3::Bucket)` is a list of records: what the template holds of a resource, as
 * data. Their properties are typed by the schema as far as it names members; what is in the leaves
 * is json, since a deferred value stands there in the form that CloudFormation reads.
 */
#include "checker/typing.h"

/* --- types of what is looked at --- */

static const struct type *view_body(struct checker *checker, const struct schema_body *body) {
    struct type *type = map_find(&checker->views, body);
    if (type) return type;
    type = ARENA_NEW(checker->arena, struct type);
    type->kind = TYPE_BODY;
    type->is_view = true;
    type->body = body;
    map_put(&checker->views, body, type);
    return type;
}

/* What has members or elements may be absent; json holds null anyway. */
static const struct type *view_part(struct checker *checker, const struct schema_value *value) {
    switch (schema_value_shape(value)) {
    case SCHEMA_BODY: return view_body(checker, schema_value_body(value));
    case SCHEMA_LIST: {
        const struct type *element = view_part(checker, schema_value_element(value));
        return type_list(checker, element);
    }
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: case SCHEMA_INTEGER: case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN: case SCHEMA_JSON: case SCHEMA_MAP: case SCHEMA_UNION: break;
    }
    return &type_json;
}

const struct type *view_of_value(struct checker *checker, const struct schema_value *value) {
    const struct type *type = view_part(checker, value);
    return type == &type_json ? type : type_optional(checker, type);
}

struct view_field {
    const char *name;
    const struct type *type;
};

static const struct view_field view_fields[] = {
    {"id", &type_string},       {"path", &type_string},
    {"type", &type_type},       {"stack", &type_string},
    {"region", &type_string},   {"label", &type_string},
    {"protected", &type_bool},  {"deletion_policy", &type_json},
    {"update_replace_policy", &type_json},
    {"depends_on", &type_json}, {"condition", &type_json},
    {"metadata", &type_json},   {"properties", &type_json},
};

enum { VIEW_FIELDS = sizeof view_fields / sizeof *view_fields };

static const struct type *view_type(struct checker *checker, const struct schema_type *resource) {
    struct type *known = resource ? map_find(&checker->views, resource) : NULL;
    if (known) return known;
    const struct schema_body *body = resource ? schema_type_body(resource) : NULL;
    size_t properties = body ? schema_body_count(body) : 0;
    struct type_field *fields = arena_array(checker->arena, VIEW_FIELDS + properties,
                                            sizeof *fields);
    uint32_t count = 0;
    for (; count < VIEW_FIELDS; count++) {
        const struct name *name = names_intern(checker->names, text_of(view_fields[count].name));
        fields[count] = (struct type_field){name, view_fields[count].type};
    }
    for (size_t i = 0; i < properties; i++) {
        const struct schema_property *property = schema_body_at(body, i);
        const struct name *name = names_intern(checker->names, schema_property_name(property));
        const struct type *type = view_of_value(checker, schema_property_value(property));
        fields[count++] = (struct type_field){name, type};
    }
    struct type *type = ARENA_NEW(checker->arena, struct type); /* as wide as the schema says */
    type->kind = TYPE_RECORD;
    type->record.fields = fields;
    type->record.count = count;
    type->record.viewed = resource;
    type->is_view = true;
    if (resource) map_put(&checker->views, resource, type);
    return type;
}

static struct type_field diagnostic_fields[] = {
    {NULL, &type_string}, {NULL, &type_string}, {NULL, &type_string}, {NULL, &type_string},
    {NULL, &type_json}, {NULL, &type_json}, {NULL, &type_json},
};

const struct type *diagnostics_type(struct checker *checker) {
    static const char *const names[] = {"id", "severity", "message", "hint", "file", "line",
                                        "column"};
    enum { COUNT = sizeof names / sizeof *names };
    struct type_field *fields = arena_array(checker->arena, COUNT, sizeof *fields);
    memcpy(fields, diagnostic_fields, sizeof diagnostic_fields);
    for (size_t i = 0; i < COUNT; i++) {
        fields[i].name = names_intern(checker->names, text_of(names[i]));
    }
    return type_list(checker, type_record(checker, fields, NULL, COUNT));
}

/* --- functions that stand in tests and policies only --- */

/* resources(AWS::S3::Bucket), resources(A, B), resources() of all types. */
static struct fact call_resources(struct checker *checker, struct node *call) {
    const struct type *view = NULL;
    struct fact fact = fact_of(&type_error);
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        if (a->kind == NODE_ARGUMENT) {
            struct diagnostic *d = complain(checker, DIAGNOSTIC_WRONG_ARGUMENTS, call,
                                            "function \"resources\" takes resource types");
            add_hint(checker, d, "It is called as resources(AWS::S3::Bucket), or resources() for "
                     "all.");
            return fact;
        }
        if (a->kind == NODE_AWS_TYPE) {
            const struct schema_type *type = annotation_aws(checker, a);
            if (!type) return fact;
            view = view || list_count(call->call.arguments) > 1 ? view_type(checker, NULL)
                                                          : view_type(checker, type);
        } else {
            expect_type(checker, a, &type_type, "argument");
            view = view_type(checker, NULL);
        }
    }
    fact.type = type_list(checker, view ? view : view_type(checker, NULL));
    return fact;
}

static void check_diagnostic_name(struct checker *checker, struct node *node, bool is_warning) {
    struct suggestion near;
    if (node->kind != NODE_TEXT) {
        expect_type(checker, node, &type_string, "argument");
        return;
    }
    if (diagnostic_find(node_text(node)) != DIAGNOSTIC_COUNT) return;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_WARNING, node,
                                    "no diagnostic has the name \"%.*s\"",
                                    TEXT_ARGS(node_text(node)));
    suggestion_init(&near, node_text(node));
    for (int i = 0; i < DIAGNOSTIC_COUNT; i++) {
        if (is_warning && diagnostic_severity(i) == SEVERITY_ERROR) continue;
        suggestion_offer(&near, text_of(diagnostic_name(i)));
    }
    if (!add_suggestion(checker, d, &near, node->span)) {
        add_hint(checker, d,
                 "It is the name in brackets behind a message, such as \"check-failed\".");
    }
}

/* One or two arguments, without names. */
static bool is_plain_call(const struct node *call) {
    uint32_t count = list_count(call->call.arguments);
    for (const struct node *a = call->call.arguments.first; a; a = a->next) {
        if (a->kind == NODE_ARGUMENT) return false;
    }
    return count >= 1 && count <= 2;
}

/* fails("check-failed"), fails("check-failed", "1 to 12"); warns(...) likewise. */
static struct fact call_fails(struct checker *checker, struct node *call, const char *name) {
    struct node *first = call->call.arguments.first;
    if (!is_plain_call(call)) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_WRONG_ARGUMENTS, call,
                                        "function \"%s\" takes the name of a diagnostic", name);
        add_hint(checker, d, "It is called as %s(\"%s\"), or with a part of the message behind it.",
                 name, strcmp(name, "fails") == 0 ? "check-failed" : "unused");
        return fact_error();
    }
    check_diagnostic_name(checker, first, strcmp(name, "warns") == 0);
    if (first->next) expect_type(checker, first->next, &type_string, "argument");
    return fact_of(&type_bool);
}

static struct fact call_matches(struct checker *checker, struct node *call) {
    struct node *first = call->call.arguments.first;
    if (!is_plain_call(call)) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_WRONG_ARGUMENTS, call,
                                        "function \"matches_snapshot\" takes a value");
        add_hint(checker, d,
                 "It is called as matches_snapshot(stacks[\"east\"]), or with a name for "
                 "the snapshot behind it.");
        return fact_error();
    }
    struct fact fact = infer(checker, first);
    need_known(checker, first, fact, "a snapshot", "Look at the template: stacks[\"...\"].");
    if (first->next) expect_type(checker, first->next, &type_string, "argument");
    return fact_of(&type_bool);
}

struct fact call_of_test(struct checker *checker, struct node *call) {
    struct text name = name_text(node_name(call->call.callee));
    if (text_is(name, "resources")) return call_resources(checker, call);
    if (text_is(name, "fails")) return call_fails(checker, call, "fails");
    if (text_is(name, "warns")) return call_fails(checker, call, "warns");
    return call_matches(checker, call);
}

bool is_test_function(struct text name, bool in_test) {
    if (text_is(name, "resources")) return true;
    return in_test && (text_is(name, "fails") || text_is(name, "warns") ||
                       text_is(name, "matches_snapshot"));
}

/* --- entries of policies --- */

static void unknown_policy_entry(struct checker *checker, struct node *entry) {
    struct suggestion near;
    suggestion_init(&near, entry_text(entry));
    suggestion_offer(&near, TEXT("severity"));
    suggestion_offer(&near, TEXT("reason"));
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_ENTRY, entry,
                                    "a policy has no entry \"%.*s\"", TEXT_ARGS(near.wanted));
    if (add_suggestion(checker, d, &near, node_place(entry))) return;
    add_hint(checker, d, "It has severity (\"error\" or \"warning\") and reason.");
}

void policy_entry(struct checker *checker, struct node *node) {
    struct node *value = node->entry.value;
    struct text key = entry_text(node);
    if (node->flags & NODE_BAD || !node->entry.key) return;
    bool is_severity = text_is(key, "severity");
    if (!is_severity && !text_is(key, "reason")) {
        unknown_policy_entry(checker, node);
        infer(checker, value);
        return;
    }
    if (is_severity) {
        const struct type *error = type_literal_text(checker, TEXT("error"));
        const struct type *warning = type_literal_text(checker, TEXT("warning"));
        const struct type *severity = type_either(checker, error, warning);
        struct wanted wanted = {.type = severity, .word = "entry", .name = key};
        expect(checker, value, &wanted);
        return;
    }
    struct wanted wanted = {.type = &type_string, .word = "entry", .name = key};
    struct fact fact = expect(checker, value, &wanted);
    need_known(checker, value, fact, "the reason of a policy", NULL);
}
