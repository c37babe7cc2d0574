/* Types as the program writes them. */
#include "checker/typing.h"

#include "stdlib/library.h"

enum { SUGGESTIONS = 200 }; /* so many messages get a type that may have been meant */

static const struct {
    const char *name;
    const struct type *type;
} built_in[] = {
    {"string", &type_string}, {"int", &type_int},       {"number", &type_number},
    {"bool", &type_bool},     {"json", &type_json},     {"secret", &type_secret},
    {"Region", &type_region}, {"Artifact", &type_artifact}, {"ResourceType", &type_type},
    {"Stack", &type_stack},
};

/* How other languages call these. */
static const struct {
    const char *other, *ours;
} habits[] = {
    {"String", "string"}, {"str", "string"},    {"text", "string"},   {"integer", "int"},
    {"Integer", "int"},   {"Int", "int"},       {"float", "number"},  {"double", "number"},
    {"Number", "number"}, {"boolean", "bool"},  {"Boolean", "bool"},  {"Bool", "bool"},
    {"any", "json"},      {"object", "json"},   {"map", "{string}"},  {"list", "[string]"},
    {"array", "[string]"}, {"region", "Region"},
};

static const struct type *built_in_type(struct text name) {
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        if (text_is(name, built_in[i].name)) return built_in[i].type;
    }
    return NULL;
}

static const struct type *generic_type(struct checker *checker, struct text name) {
    static const struct type generics[] = {{.kind = TYPE_GENERIC, .generic = 0},
                                           {.kind = TYPE_GENERIC, .generic = 1}};
    if (!checker->in_signature) return NULL;
    if (text_is(name, "T")) return &generics[0];
    if (text_is(name, "U")) return &generics[1];
    if (text_is(name, "Type")) return &type_type;
    return text_is(name, "any") ? &type_error : NULL;
}

static const struct type *unknown_type(struct checker *checker, struct node *node,
                                       const struct name *name) {
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        suggestion_offer(&near, text_of(built_in[i].name));
    }
    scope_suggest(checker, checker->program->modules[0]->scope, SPACE_TYPES, &near);
    for (uint32_t i = 0; i < checker->program->module_count; i++) {
        if (checker->program->modules[i]->source != node->span.source) continue;
        scope_suggest(checker, checker->program->modules[i]->scope, SPACE_TYPES, &near);
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_TYPE, node,
                                    "type \"%.*s\" is not known", NAME_ARGS(name));
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (!text_is(name_text(name), habits[i].other)) continue;
        near.best = text_of(habits[i].ours);
    }
    if (add_suggestion(checker, d, &near, node->span)) return &type_error;
    const struct schema_type *found[1];
    if (checker->diagnostics->count < SUGGESTIONS &&
        schema_suggest_type(name_text(name), found, 1) == 1) {
        add_hint(checker, d, "Did you mean \"%.*s\"?", TEXT_ARGS(schema_type_name(found[0])));
    }
    return &type_error;
}

/* `deliver.S3` where nothing is imported as deliver. */
static const struct type *unknown_module_type(struct checker *checker, struct node *node) {
    const struct name *name = node_name(node);
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_TYPE, node,
                                    "nothing is imported as \"%.*s\"", NAME_ARGS(name));
    const struct schema_type *found[1];
    struct text written = span_text(checker->diagnostics->sources, node->span);
    if (ascii_is_upper(name->bytes[0]) && schema_suggest_type(written, found, 1) == 1) {
        struct suggestion near = {.best = schema_type_name(found[0])};
        add_suggestion(checker, d, &near, node->span);
        return &type_error;
    }
    bool is_library = library_find(text_format(checker->arena, "std.%.*s", NAME_ARGS(name)));
    add_hint(checker, d,
             is_library ? "Import it at the top of the file: import std.%.*s"
                        : "Import it at the top of the file: import \"%.*s.mrp\".",
             NAME_ARGS(name));
    return &type_error;
}

/* --- resource types --- */

/* Names that CloudFormation has beside its resource types. */
static const struct {
    const char *name, *hint;
} pseudo[] = {
    {"AWS::Region", "Write here.name."},
    {"AWS::AccountId", "Write account."},
    {"AWS::Partition", "Write partition."},
    {"AWS::NoValue", "Write null."},
    {"AWS::StackName", "Write stack_name(x) for the stack of a resource x."},
    {"AWS::StackId", "The id of a stack is known to CloudFormation only; name(...) makes a name."},
    {"AWS::URLSuffix", "Write the domain of the region's partition, such as \"amazonaws.com\"."},
    {"AWS::NotificationARNs", "Topics of a stack are not seen by the program."},
};

static const struct schema_type *schema_type_need(struct checker *checker, struct node *node,
                                                  const struct name *name) {
    const struct schema_type *type = schema_type_find(name_text(name));
    if (type) return type;
    for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++) {
        if (!text_is(name_text(name), pseudo[i].name)) continue;
        struct diagnostic *d = complain(checker, DIAGNOSTIC_CLOUDFORMATION_NAME, node,
                                        "\"%s\" is a name of CloudFormation", pseudo[i].name);
        add_hint(checker, d, "%s", pseudo[i].hint);
        return NULL;
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_RESOURCE_TYPE, node,
                                    "resource type \"%.*s\" is not known", NAME_ARGS(name));
    const struct schema_type *found[1];
    if (checker->diagnostics->count < SUGGESTIONS &&
        schema_suggest_type(name_text(name), found, 1) == 1) {
        struct suggestion near = {.best = schema_type_name(found[0])};
        add_suggestion(checker, d, &near, node->span);
    } else {
        add_hint(checker, d, "The facts about AWS are of %.*s; newer ones are read with --schema.",
                 TEXT_ARGS(schema_date()));
    }
    return NULL;
}

const struct schema_type *annotation_aws(struct checker *checker, struct node *node) {
    return schema_type_need(checker, node, node->aws_type.name);
}

static const struct type *named_type(struct checker *checker, struct symbol *symbol) {
    symbol_settle(checker, symbol);
    if (symbol->kind == SYMBOL_TYPE) return symbol->type ? symbol->type : &type_error;
    return type_of_symbol(checker, TYPE_COMPONENT, symbol);
}

static const struct type *path_type(struct checker *checker, struct node *node) {
    const struct name *name = node_name(node);
    if (node->flags & NODE_BAD) return &type_error;
    if (type_name_symbol(node)) return named_type(checker, type_name_symbol(node));
    if (type_name_members(node).first) return unknown_module_type(checker, node);
    const struct type *type = generic_type(checker, name_text(name));
    if (!type) type = built_in_type(name_text(name));
    return type ? type : unknown_type(checker, node, name);
}

static const struct type *aws_type(struct checker *checker, struct node *node) {
    const struct schema_type *type = annotation_aws(checker, node);
    return type ? type_resource(checker, type) : &type_error;
}

static bool is_type_word(const struct type *type) {
    return type->kind != TYPE_RESOURCE && type->kind != TYPE_COMPONENT && type->kind != TYPE_ERROR;
}

const struct type *annotation_resource(struct checker *checker, struct node *node) {
    if (!node) return &type_error;
    if (node->kind == NODE_AWS_TYPE) return aws_type(checker, node);
    const struct name *name = node_name(node);
    if (!type_name_symbol(node) && !type_name_members(node).first &&
        !built_in_type(name_text(name)) && !(node->flags & NODE_BAD)) {
        return unknown_type(checker, node, name);
    }
    const struct type *type = path_type(checker, node);
    if (!is_type_word(type)) return type;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_RESOURCE_TYPE, node,
                                    "\"%.*s\" is no type of resources",
                                    TEXT_ARGS(type_show(checker, type)));
    add_hint(checker, d, "A resource is of an AWS type (AWS::S3::Bucket), of a component, or of an "
             "imported file.");
    return &type_error;
}

/* --- records, unions, literals --- */

static const struct type *record_annotation(struct checker *checker, struct node *node) {
    struct list list = node->type_record.fields;
    struct type_field *fields = arena_array(checker->arena, list_count(list), sizeof *fields);
    struct field_rule *rules = arena_array(checker->arena, list_count(list), sizeof *rules);
    struct map seen;
    uint32_t count = 0;
    map_init(&seen, checker->arena);
    for (struct node *field = list.first; field; field = field->next) {
        const struct name *name = field->field.name.name;
        if (!name) continue;
        if (map_find(&seen, name)) {
            complain_at(checker, DIAGNOSTIC_DUPLICATE_KEY, written_span(field, field->field.name),
                        "field \"%.*s\" is written twice", NAME_ARGS(name));
            continue;
        }
        map_put(&seen, name, field);
        const struct type *type = annotation(checker, field->field.type);
        rules[count] = (struct field_rule){field_initial(field),
                                           !field_initial(field) && !type_has_null(type)};
        fields[count++] = (struct type_field){name, type};
        if (field_initial(field)) expect_type(checker, field_initial(field), type, "field");
    }
    return type_record(checker, fields, rules, count);
}

static const struct type *union_annotation(struct checker *checker, struct node *node) {
    const struct type *type = NULL;
    uint32_t count = list_count(node->type_union.members), i = 0;
    const struct type **members = arena_array(checker->arena, count, sizeof *members);
    for (struct node *member = node->type_union.members.first; member; member = member->next) {
        members[i++] = annotation(checker, member);
        if (members[i - 1]->kind == TYPE_ERROR) return &type_error;
    }
    for (i = 0; i < count; i++) { /* not type_either: what is written is kept, 20 literals too */
        if (members[i]->kind == TYPE_UNION) type = members[i];
    }
    if (type || count == 0) {
        for (i = 0, type = NULL; i < count; i++) {
            type = type ? type_either(checker, type, members[i]) : members[i];
        }
        return type ? type : &type_error;
    }
    return type_union(checker, members, count);
}

static const struct type *literal_annotation(struct checker *checker, struct node *node) {
    const struct node *literal = node->type_literal.literal;
    if (literal->kind == NODE_TEXT) return type_literal_text(checker, node_text(literal));
    if (literal->kind == NODE_INT) return type_literal_int(checker, node_integer(literal));
    return &type_error;
}

const struct type *annotation(struct checker *checker, struct node *node) {
    if (!node) return &type_error;
    switch ((int)node->kind) {
    case NODE_TYPE_NAME: return path_type(checker, node);
    case NODE_AWS_TYPE: return aws_type(checker, node);
    case NODE_TYPE_LITERAL: return literal_annotation(checker, node);
    case NODE_TYPE_LIST: return type_list(checker, annotation(checker, node->type_list.element));
    case NODE_TYPE_MAP: return type_map(checker, annotation(checker, node->type_map.element));
    case NODE_TYPE_RECORD: return record_annotation(checker, node);
    case NODE_TYPE_OPTIONAL:
        return type_optional(checker, annotation(checker, node->type_optional.inner));
    case NODE_TYPE_UNION: return union_annotation(checker, node);
    case NODE_TYPE_DEPLOY: case NODE_TYPE_SSM: {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_DEPLOY_TYPE, node,
                                        "\"deploy\" stands in a type that is not a param's");
        add_hint(checker, d, "Write it right after the colon: param p: deploy string.");
        return &type_error;
    }
    }
    return &type_error;
}

const struct type *annotation_signature(struct checker *checker, struct node *node) {
    checker->in_signature = true;
    const struct type *type = annotation(checker, node);
    checker->in_signature = false;
    return type;
}

/* --- deploy params --- */

/* CloudFormation User Guide, "CloudFormation-supplied parameter types". */
static const char *const aws_parameters[] = {
    "AWS::EC2::AvailabilityZone::Name", "AWS::EC2::Image::Id", "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName", "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id", "AWS::EC2::Subnet::Id", "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id", "AWS::Route53::HostedZone::Id", "AWS::SSM::Parameter::Name",
};

/* The parameter type of this name; the last word may be left out (AWS::EC2::VPC). */
static const char *aws_parameter(struct text name) {
    for (size_t i = 0; i < sizeof aws_parameters / sizeof *aws_parameters; i++) {
        struct text full = text_of(aws_parameters[i]);
        if (text_equal(name, full)) return aws_parameters[i];
        if (text_starts(full, name) && text_starts((struct text){full.bytes + name.length,
                                                                 full.length - name.length},
                                                   TEXT("::")) &&
            !memchr(full.bytes + name.length + 2, ':', full.length - name.length - 2)) {
            return aws_parameters[i];
        }
    }
    return NULL;
}

struct deploy {
    const struct type *type;
    const char *plain, *listed; /* String and List<String>; listed NULL: cannot be in a list */
};

static struct deploy deploy_none(struct checker *checker, struct node *node, const char *what) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_DEPLOY_TYPE, node,
                                    "%s cannot be a parameter of CloudFormation", what);
    add_hint(checker, d, "A deploy param is string, int, number, bool, secret, [string], one of "
             "several texts, ssm(...), or an id such as AWS::EC2::VPC.");
    return (struct deploy){&type_error, "String", NULL};
}

static struct deploy deploy_scalar(struct checker *checker, struct node *node) {
    if (node->kind == NODE_AWS_TYPE) {
        const char *name = aws_parameter(name_text(node->aws_type.name));
        struct text what = text_format(checker->arena, "\"%.*s\"", NAME_ARGS(node->aws_type.name));
        return name ? (struct deploy){&type_string, name, name}
                    : deploy_none(checker, node, what.bytes);
    }
    const struct type *type = annotation(checker, node);
    const struct type *base = type_base(type);
    if (base->kind == TYPE_ERROR) return (struct deploy){&type_error, "String", "String"};
    if (base->kind == TYPE_SECRET || base->kind == TYPE_BOOL) {
        return (struct deploy){type, "String", NULL};
    }
    if (type_is_text(base)) return (struct deploy){type, "String", "String"};
    if (type_is_numeric(base)) return (struct deploy){type, "Number", "Number"};
    return deploy_none(checker, node, type_article(checker, type).bytes);
}

void annotation_deploy(struct checker *checker, struct symbol *symbol, struct node *node) {
    struct node *inner = node->type_deploy.inner;
    bool ssm = inner && inner->kind == NODE_TYPE_SSM;
    if (ssm) inner = inner->type_ssm.inner;
    bool listed = inner && inner->kind == NODE_TYPE_LIST;
    if (!inner) return;
    struct deploy deploy = deploy_scalar(checker, listed ? inner->type_list.element : inner);
    const struct type *type = deploy.type;
    struct text name = text_of(deploy.plain);
    if (listed && !deploy.listed && type->kind != TYPE_ERROR) {
        deploy_none(checker, inner, "this list");
    }
    if (listed) {
        type = type_list(checker, type);
        name = text_is(name, "String") && !ssm
                   ? TEXT("CommaDelimitedList")
                   : text_format(checker->arena, "List<%s>", deploy.plain);
    }
    if (ssm) {
        name = text_format(checker->arena, "AWS::SSM::Parameter::Value<%.*s>", TEXT_ARGS(name));
    }
    symbol->type = type;
    struct deploy_param *given = ARENA_NEW(checker->arena, struct deploy_param);
    given->type = ssm ? &type_string : type; /* what is given is the name of a parameter */
    given->parameter_type = name;
    symbol->deploy = given;
}
