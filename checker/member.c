/* The members that values of each type have. */
#include "checker/typing.h"

/* --- messages --- */

/* NULL where it is said already. */
static struct diagnostic *say_no_member(struct checker *checker, struct node *node,
                                        const struct name *name, struct span span,
                                        struct text owner) {
    if (node->flags & NODE_BAD) return NULL;
    node->flags |= NODE_BAD;
    return complain_at(checker, DIAGNOSTIC_UNKNOWN_MEMBER, span, "%.*s has no \"%.*s\"",
                       TEXT_ARGS(owner), NAME_ARGS(name));
}

static struct fact no_member(struct checker *checker, struct node *node, const struct name *name,
                             struct span span, struct text owner, struct suggestion *near) {
    struct diagnostic *d = say_no_member(checker, node, name, span, owner);
    if (near) add_suggestion(checker, d, near, span);
    return fact_error();
}

/* Says which names there are, a few of them, where none is near. */
static void hint_names(struct checker *checker, struct diagnostic *d, const struct map *names) {
    enum { MOST = 8 };
    struct buffer out;
    if (!d || names->count == 0) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < names->count && i < MOST; i++) {
        const struct name *name = names->entries[i].key;
        buffer_format(&out, "%s%.*s", i ? ", " : "", NAME_ARGS(name));
    }
    if (names->count > MOST) buffer_format(&out, " and %u more", (unsigned)names->count - MOST);
    add_hint(checker, d, "It has %.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static struct fact used_fact(struct checker *checker, struct symbol *symbol, struct node *node) {
    symbol_settle(checker, symbol);
    symbol->is_used = true;
    return symbol_fact(checker, symbol, node);
}

/* --- resources --- */

const struct schema_type *type_as_resource(struct checker *checker, const struct type *type) {
    type = type_base(type);
    if (type->kind == TYPE_RESOURCE) return type->resource;
    if (type->kind != TYPE_COMPONENT || !type->symbol) return NULL;
    struct scope *scope = component_scope(type->symbol);
    struct symbol *self = scope ? map_find(&scope->values, checker->name_self) : NULL;
    if (!self || self->kind != SYMBOL_RESOURCE || self->scope != scope) return NULL;
    if (self->state == STATE_WORKING) return NULL;
    symbol_settle(checker, self);
    if (!self->type || self->type == type) return NULL;
    if (self->type->kind == TYPE_RESOURCE) return self->type->resource;
    if (checker->depth > 100 || self->type->kind != TYPE_COMPONENT) return NULL;
    checker->depth += 20; /* a self that is a component again, and may be this one */
    const struct schema_type *resource = type_as_resource(checker, self->type);
    checker->depth -= 20;
    return resource;
}

struct scope *component_scope(const struct symbol *symbol) {
    if (symbol->kind == SYMBOL_MODULE) return symbol->imported ? symbol->imported->scope : NULL;
    if (symbol->kind != SYMBOL_COMPONENT || !symbol->declaration) return NULL;
    return symbol->declaration->component.body->block.scope;
}

void hint_attribute(struct checker *checker, struct diagnostic *d, struct node *node,
                    const struct type *type) {
    const struct schema_type *resource = type_as_resource(checker, type);
    struct text text = expression_text(checker, node);
    if (!d) return;
    if (!resource) {
        add_hint(checker, d, "Write one of its outputs behind a dot.");
        return;
    }
    struct text arn;
    schema_type_arn(resource, &arn);
    bool more = arn.length && !text_is(arn, "Ref");
    struct text ref = schema_type_ref(resource);
    if (more) {
        add_hint(checker, d, "Write %.*s.%.*s, or %.*s.Ref%s%.*s%s.", TEXT_ARGS(text),
                 TEXT_ARGS(arn), TEXT_ARGS(text), ref.length ? " (its " : "", TEXT_ARGS(ref),
                 ref.length ? ")" : "");
    } else {
        add_hint(checker, d, "Write %.*s.Ref%s%.*s%s.", TEXT_ARGS(text),
                 ref.length ? " (its " : "", TEXT_ARGS(ref), ref.length ? ")" : "");
    }
}

/* `db.Endpoint`: a record of what the attributes "Endpoint.Address", ... go on with. */
static const struct type *attribute_group(struct checker *checker,
                                          const struct schema_type *resource, struct text prefix) {
    size_t count = schema_type_attribute_count(resource);
    struct type_field *fields = NULL;
    uint32_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct schema_attribute attribute = schema_type_attribute(resource, i);
        struct text name = attribute.name;
        if (!text_starts(name, prefix) || name.length <= prefix.length + 1 ||
            name.bytes[prefix.length] != '.') {
            continue;
        }
        if (!fields) fields = arena_array(checker->arena, count, sizeof *fields);
        struct text rest = {name.bytes + prefix.length + 1, name.length - prefix.length - 1};
        const char *dot = memchr(rest.bytes, '.', rest.length);
        if (dot) rest.length = (size_t)(dot - rest.bytes);
        const struct name *field = names_intern(checker->names, rest);
        if (used > 0 && fields[used - 1].name == field) continue;
        struct text full = {name.bytes, prefix.length + 1 + rest.length};
        const struct type *type = dot ? attribute_group(checker, resource, full)
                                      : type_of_value(checker, attribute.value);
        fields[used++] = (struct type_field){field, type};
    }
    if (used == 0) return NULL;
    struct type *type = ARENA_NEW(checker->arena, struct type);
    type->kind = TYPE_RECORD;
    type->record.fields = fields;
    type->record.count = used;
    type->record.is_attributes = true;
    return type;
}

static struct fact unknown_attribute(struct checker *checker, const struct schema_type *resource,
                                     struct node *node, const struct name *name,
                                     struct span span) {
    struct text names[1];
    const struct schema_property *found[1];
    struct suggestion near = {.best = {NULL, 0}};
    struct text text = name_text(name);
    struct text arn;
    schema_type_arn(resource, &arn);
    bool wants_arn = text_ends(text, TEXT("Arn")) || text_ends(text, TEXT("_arn"));
    if (wants_arn && arn.length && !text_is(arn, "Ref")) {
        near.best = arn; /* QueueArn, topic_arn */
    } else if (schema_suggest_attribute(resource, text, names, 1) == 1) {
        near.best = names[0];
    } else if (schema_suggest_property(schema_type_body(resource), text, found, 1) == 1) {
        near.best = schema_property_name(found[0]);
    } else if (text_is(text, "id") || text_is(text, "ref")) {
        near.best = TEXT("Ref");
    }
    return no_member(checker, node, name, span, schema_type_name(resource),
                     near.best.length ? &near : NULL);
}

static struct fact resource_member(struct checker *checker, const struct schema_type *resource,
                                   struct node *node, const struct name *name, struct span span) {
    struct text text = name_text(name);
    struct schema_attribute attribute;
    struct fact deferred = {&type_string, PHASE_DEFERRED, node};
    if (text_is(text, "Ref")) return deferred;
    const struct schema_body *body = schema_type_body(resource);
    const struct schema_property *property = schema_body_find(body, text);
    if (property && !(schema_property_flags(property) & SCHEMA_READ_ONLY)) {
        return (struct fact){type_of_value(checker, schema_property_value(property)),
                             PHASE_EITHER, NULL};
    }
    if (schema_type_attribute_find(resource, text, &attribute)) {
        deferred.type = schema_type_attribute_open(resource, text)
                            ? &type_json : type_of_value(checker, attribute.value);
        return deferred;
    }
    const struct type *group = attribute_group(checker, resource, text);
    if (group) return (struct fact){group, PHASE_EITHER, NULL};
    if (text_is(text, "type")) return fact_of(&type_type);
    if (schema_body_open(body)) return deferred;
    return unknown_attribute(checker, resource, node, name, span);
}

/* --- components, regions, stacks --- */

static struct fact component_member(struct checker *checker, const struct type *type,
                                    struct node *node, const struct name *name,
                                    struct span span) {
    struct scope *scope = type->symbol ? component_scope(type->symbol) : NULL;
    if (!scope) return fact_error();
    struct symbol *output = map_find(&scope->outputs, name);
    if (output) {
        struct fact fact = used_fact(checker, output, node);
        if (fact.phase == PHASE_DEFERRED) fact.by = node;
        return fact;
    }
    const struct schema_type *resource = type_as_resource(checker, type);
    struct schema_attribute attribute;
    struct text text = name_text(name);
    bool known = resource && (schema_type_attribute_find(resource, text, &attribute) ||
                              schema_body_find(schema_type_body(resource), text) ||
                              attribute_group(checker, resource, text) || text_is(text, "Ref"));
    if (known) return resource_member(checker, resource, node, name, span);
    struct suggestion near;
    suggestion_init(&near, text);
    suggestion_offer_names(&near, &scope->outputs);
    struct symbol *inner = map_find(&scope->values, name);
    struct text owner = text_format(checker->arena, "component \"%.*s\"",
                                    NAME_ARGS(type->symbol->name));
    if (inner && inner->scope == scope && !(node->flags & NODE_BAD)) {
        node->flags |= NODE_BAD;
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_UNKNOWN_MEMBER, span,
                                           "%.*s has no output \"%.*s\"", TEXT_ARGS(owner),
                                           NAME_ARGS(name));
        add_note(checker, d, symbol_span(inner), "what is declared in it is seen in it only");
        add_hint(checker, d, "Add an output to it: output %.*s = %.*s.", NAME_ARGS(name),
                 NAME_ARGS(name));
        return fact_error();
    }
    if (resource && !near.best.length) {
        return resource_member(checker, resource, node, name, span);
    }
    struct diagnostic *d = say_no_member(checker, node, name, span, owner);
    if (!add_suggestion(checker, d, &near, span)) hint_names(checker, d, &scope->outputs);
    return fact_error();
}

static struct fact scope_member(struct checker *checker, struct scope *scope, struct node *node,
                                const struct name *name, struct span span, struct text owner) {
    struct symbol *symbol = map_find(&scope->values, name);
    if (!symbol) symbol = map_find(&scope->outputs, name);
    if (symbol) return used_fact(checker, symbol, node);
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    suggestion_offer_names(&near, &scope->values);
    suggestion_offer_names(&near, &scope->outputs);
    struct diagnostic *d = say_no_member(checker, node, name, span, owner);
    if (!add_suggestion(checker, d, &near, span)) hint_names(checker, d, &scope->values);
    return fact_error();
}

static struct symbol *region_output(struct checker *checker, const struct symbol *region,
                                    const struct name *name) {
    const struct program *program = checker->program;
    for (uint32_t i = 0; i < program->region_block_count; i++) {
        const struct region_block *block = &program->region_blocks[i];
        for (uint32_t r = 0; r < block->region_count; r++) {
            if (block->regions[r] != region) continue;
            struct symbol *symbol =
                map_find(&block->node->region.body->block.scope->outputs, name);
            if (symbol) return symbol;
        }
    }
    return NULL;
}

/* The stack among a region's names that declares a name; NULL for none. */
static const struct name *stack_with(const struct map *names, const struct name *name) {
    for (uint32_t i = 0; i < names->count; i++) {
        const struct symbol *symbol = names->entries[i].value;
        if (symbol->kind != SYMBOL_STACK || !symbol->declaration) continue;
        const struct node *body = symbol->declaration->unit.body;
        if (body && body->kind == NODE_BLOCK && map_find(&body->block.scope->values, name))
            return symbol->name;
    }
    return NULL;
}

static struct fact region_member(struct checker *checker, const struct type *type,
                                 struct node *node, const struct name *name, struct span span) {
    struct text text = name_text(name);
    if (text_is(text, "name") || text_is(text, "label")) return fact_of(&type_string);
    if (!type->symbol) {
        const struct region_block *block = checker->block;
        bool here = node->kind == NODE_MEMBER && node->member.object->kind == NODE_NAME &&
                    node_symbol(node->member.object) &&
                    node_symbol(node->member.object)->kind == SYMBOL_HERE;
        if (!here || !block || block->region_count == 0) {
            struct fact fact = fact_error();
            bool first = !(node->flags & NODE_BAD);
            if (!first) return fact;
            node->flags |= NODE_BAD;
            struct diagnostic *d = complain_at(
                checker, DIAGNOSTIC_UNKNOWN_MEMBER, span,
                "a region that is not certain has no \"%.*s\"", NAME_ARGS(name));
            add_hint(checker, d, "Of a Region, name and label are known; pass the resource itself "
                     "instead of its region.");
            return fact;
        }
        struct symbol *symbol = program_region_find(checker->program, block->regions[0], name);
        if (symbol) return used_fact(checker, symbol, node);
        struct suggestion own;
        suggestion_init(&own, text);
        suggestion_offer(&own, TEXT("name"));
        suggestion_offer(&own, TEXT("label"));
        return no_member(checker, node, name, span, TEXT("this region"), &own);
    }
    struct symbol *symbol = program_region_find(checker->program, type->symbol, name);
    if (!symbol) symbol = region_output(checker, type->symbol, name);
    if (symbol) return used_fact(checker, symbol, node);
    struct suggestion near;
    suggestion_init(&near, text);
    struct map *names = map_find(&checker->regions, type->symbol);
    if (names) suggestion_offer_names(&near, names);
    suggestion_offer(&near, TEXT("name"));
    suggestion_offer(&near, TEXT("label"));
    struct text owner = text_format(checker->arena, "region \"%.*s\"",
                                    NAME_ARGS(type->symbol->name));
    struct diagnostic *d = say_no_member(checker, node, name, span, owner);
    const struct name *stack = names ? stack_with(names, name) : NULL;
    if (d && stack && node->kind == NODE_MEMBER) {
        add_hint(checker, d, "Write %.*s.%.*s.%.*s.",
                 TEXT_ARGS(expression_text(checker, node->member.object)), NAME_ARGS(stack),
                 NAME_ARGS(name));
    } else if (!add_suggestion(checker, d, &near, span) && names) {
        hint_names(checker, d, names);
    }
    return fact_error();
}

/* What std.deliver makes its paths in an artifact of. */
static struct fact artifact_member(struct checker *checker, struct node *node,
                                   const struct name *name, struct span span) {
    struct suggestion near;
    if (text_is(name_text(name), "artifact")) return fact_of(&type_string);
    if (text_is(name_text(name), "path")) return fact_of(type_optional(checker, &type_string));
    suggestion_init(&near, name_text(name));
    return no_member(checker, node, name, span, TEXT("an artifact"), &near);
}

static struct fact block_member(struct checker *checker, const struct type *type,
                                struct node *node, const struct name *name, struct span span) {
    if (text_is(name_text(name), "name")) return fact_of(&type_string);
    if (!type->symbol || !type->symbol->declaration) return fact_error();
    struct node *body = type->symbol->declaration->unit.body;
    if (!body || body->kind != NODE_BLOCK) return fact_error();
    struct text owner = text_format(checker->arena, "%s \"%.*s\"", symbol_word(type->symbol),
                                    NAME_ARGS(type->symbol->name));
    return scope_member(checker, body->block.scope, node, name, span, owner);
}

/* --- records --- */

static struct fact record_member(struct checker *checker, const struct type *type,
                                 struct node *node, const struct name *name, struct span span) {
    struct type_field *field = type_field_find(type, name);
    struct fact fact = {&type_error, PHASE_EITHER, NULL};
    if (field) {
        fact.type = field->type;
        struct field_rule rule = type_field_rule(type, field);
        if (!rule.is_required && !rule.initial) {
            fact.type = type_optional(checker, field->type);
        }
        if (type->record.is_attributes && field->type->kind != TYPE_RECORD) {
            fact.phase = PHASE_DEFERRED;
            fact.by = node;
        }
        return fact;
    }
    if (node->flags & NODE_OPTIONAL && !type->is_view) return fact_of(&type_null);
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    for (uint32_t i = 0; i < type->record.count; i++) {
        suggestion_offer(&near, name_text(type->record.fields[i].name));
    }
    bool is_viewed = type->is_view && type->record.viewed;
    struct text owner = is_viewed                 ? schema_type_name(type->record.viewed)
                        : type->is_view           ? TEXT("a resource of any type")
                        : type->record.count == 0 ? TEXT("an empty record")
                            : text_format(checker->arena, "%.*s",
                                          TEXT_ARGS(type_article(checker, type)));
    return no_member(checker, node, name, span, owner, &near);
}

static struct fact body_member(struct checker *checker, struct fact object, struct node *node,
                               const struct name *name, struct span span) {
    const struct schema_body *body = object.type->body;
    const struct schema_property *property = schema_body_find(body, name_text(name));
    if (property) {
        object.type = object.type->is_view
                          ? view_of_value(checker, schema_property_value(property))
                          : type_of_value(checker, schema_property_value(property));
        return object;
    }
    const struct schema_property *found[1];
    struct suggestion near = {.best = {NULL, 0}};
    if (schema_suggest_property(body, name_text(name), found, 1) == 1) {
        near.best = schema_property_name(found[0]);
    }
    return no_member(checker, node, name, span, schema_body_name(body),
                     near.best.length ? &near : NULL);
}

static struct fact plain_member(struct checker *checker, struct fact object, struct node *node,
                                const struct name *name, struct span span) {
    if (node->flags & NODE_BAD) return fact_error();
    node->flags |= NODE_BAD;
    struct diagnostic *d = complain_at(
        checker, DIAGNOSTIC_UNKNOWN_MEMBER, span, "%.*s has no \"%.*s\"",
        TEXT_ARGS(type_article(checker, type_widen(checker, object.type))), NAME_ARGS(name));
    struct text text = name_text(name);
    if (node->kind != NODE_MEMBER) return fact_error();
    struct text owner = expression_text(checker, node->member.object);
    if (text_is(text, "length") || text_is(text, "size") || text_is(text, "count")) {
        add_hint(checker, d, "Write length(%.*s).", TEXT_ARGS(owner));
    } else if (object.type->kind == TYPE_LIST) {
        add_hint(checker, d, "One element is %.*s[0]; of all of them: [for x in %.*s: x.%.*s].",
                 TEXT_ARGS(owner), TEXT_ARGS(owner), TEXT_ARGS(text));
    }
    return fact_error();
}

static bool has_output(const struct type *type, const struct name *name) {
    if (type->kind != TYPE_COMPONENT || !type->symbol) return false;
    struct scope *scope = component_scope(type->symbol);
    return scope && map_find(&scope->outputs, name);
}

/* Whether some type of the union is a component with that output: `x?.policy` is then null for the
 * others. */
static bool is_some_output(const struct type *type, const struct name *name) {
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (has_output(type_base(type->join.members[i]), name)) return true;
    }
    return false;
}

static struct fact union_member(struct checker *checker, struct fact object, struct node *node,
                                const struct name *name, struct span span) {
    struct fact all = {NULL, PHASE_KNOWN, NULL};
    const struct type *type = object.type;
    bool lenient = node->flags & NODE_OPTIONAL && is_some_output(type, name);
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (type->join.members[i]->kind == TYPE_NULL) continue;
        object.type = type->join.members[i];
        const struct type *base = type_base(object.type);
        bool lacks = lenient && (base->kind == TYPE_RESOURCE || base->kind == TYPE_COMPONENT) &&
                     !has_output(base, name);
        struct fact one = lacks ? fact_of(&type_null)
                                : infer_member_of(checker, object, node, name, span);
        if (node->flags & NODE_BAD) return fact_error();
        if (!all.type) {
            all = one;
        } else {
            enum phase same = all.phase == one.phase ? all.phase : PHASE_EITHER;
            all.type = type_either(checker, all.type, one.type);
            all.phase = same;
        }
    }
    return all.type ? all : fact_error();
}

/* `subnet.VpcId` of a resource under `for`: one of them is meant, or all. */
static bool check_group(struct checker *checker, const struct type *map, struct node *node,
                        const struct name *name, struct span span) {
    const struct type *element = map->element;
    struct schema_attribute attribute;
    struct text text = name_text(name);
    if (node->kind != NODE_MEMBER || node->flags & NODE_OPTIONAL) return true;
    const struct schema_type *type = type_as_resource(checker, element);
    bool inner = text_is(text, "Ref");
    if (type) {
        inner |= schema_body_find(schema_type_body(type), text) != NULL;
        inner |= schema_type_attribute_find(type, text, &attribute);
    } else if (element->kind == TYPE_REGION && element->symbol) {
        inner = program_region_find(checker->program, element->symbol, name) != NULL;
    } else if (element->kind == TYPE_COMPONENT && element->symbol) {
        struct scope *scope = component_scope(element->symbol);
        inner = scope && map_find(&scope->outputs, name);
    }
    if (!inner || node->flags & NODE_BAD) return !inner;
    node->flags |= NODE_BAD;
    struct text object = expression_text(checker, node->member.object);
    struct diagnostic *d = complain_at(
        checker, DIAGNOSTIC_UNKNOWN_MEMBER, span,
        "\"%.*s\" are several, and \"%.*s\" belongs to each of them", TEXT_ARGS(object),
        TEXT_ARGS(text));
    add_hint(checker, d, "One is %.*s[\"key\"].%.*s; of all: [for x in %.*s: x.%.*s].",
             TEXT_ARGS(object), TEXT_ARGS(text), TEXT_ARGS(object), TEXT_ARGS(text));
    return false;
}

struct fact infer_member_of(struct checker *checker, struct fact object, struct node *node,
                            const struct name *name, struct span span) {
    object.type = type_base(object.type);
    struct fact either = {&type_error, PHASE_EITHER, NULL};
    switch ((enum type_kind)object.type->kind) {
    case TYPE_ERROR: case TYPE_GENERIC: return fact_error();
    case TYPE_JSON:
        either.type = &type_json;
        return object.phase == PHASE_DEFERRED ? object : either;
    case TYPE_MAP:
        if (!check_group(checker, object.type, node, name, span)) return fact_error();
        either.type = node->flags & NODE_OPTIONAL ? type_optional(checker, object.type->element)
                                                  : object.type->element;
        return either;
    case TYPE_RECORD: return record_member(checker, object.type, node, name, span);
    case TYPE_BODY: return body_member(checker, object, node, name, span);
    case TYPE_UNION: return union_member(checker, object, node, name, span);
    case TYPE_REGION: return region_member(checker, object.type, node, name, span);
    case TYPE_RESOURCE:
        return resource_member(checker, object.type->resource, node, name, span);
    case TYPE_COMPONENT: return component_member(checker, object.type, node, name, span);
    case TYPE_STACK: case TYPE_STAGE:
        return block_member(checker, object.type, node, name, span);
    case TYPE_ARTIFACT: return artifact_member(checker, node, name, span);
    case TYPE_NULL: case TYPE_BOOL: case TYPE_INT: case TYPE_NUMBER: case TYPE_STRING:
    case TYPE_SECRET: case TYPE_LITERAL: case TYPE_LIST: case TYPE_NAMED: case TYPE_TYPE:
    case TYPE_PROPERTY:
        break;
    }
    return plain_member(checker, object, node, name, span);
}
