/* What type an expression has. Operators, members and calls have files of their own. */
#include "checker/typing.h"

enum { LITERAL_LENGTH = 200, DEPTH_CEILING = 3000 };

/* --- text --- */

static void hint_list_text(struct checker *checker, struct diagnostic *d, struct node *part) {
    add_hint(checker, d, "Write ${join(\", \", %.*s)}.",
             TEXT_ARGS(expression_text(checker, part)));
}

static void check_text_member(struct checker *checker, struct node *part,
                              const struct type *whole, const struct type *type) {
    struct diagnostic *d;
    switch ((enum type_kind)type->kind) {
    case TYPE_ERROR: case TYPE_JSON: case TYPE_BOOL: case TYPE_INT: case TYPE_NUMBER:
    case TYPE_STRING: case TYPE_LITERAL: case TYPE_GENERIC: case TYPE_PROPERTY:
        return;
    case TYPE_NAMED: check_text_member(checker, part, whole, type->named.base); return;
    case TYPE_UNION:
        for (uint32_t i = 0; i < type->join.count; i++) {
            check_text_member(checker, part, whole, type->join.members[i]);
        }
        return;
    case TYPE_NULL:
        if (flow_not_null(checker, part)) return;
        d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, part, "\"%.*s\" %s null, which has no text",
                     TEXT_ARGS(expression_text(checker, part)),
                     whole->kind == TYPE_NULL ? "is" : "may be");
        add_hint(checker, d, "Give a text for null: ${%.*s ?? \"\"}.",
                 TEXT_ARGS(expression_text(checker, part)));
        return;
    case TYPE_SECRET:
        d = complain(checker, DIAGNOSTIC_SECRET_EXPOSED, part,
                     "\"%.*s\" is a secret, which cannot be part of a text",
                     TEXT_ARGS(expression_text(checker, part)));
        add_hint(checker, d, "Give the secret itself to the property that needs it.");
        return;
    case TYPE_LIST:
        d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, part, "a list cannot be part of a text");
        hint_list_text(checker, d, part);
        return;
    case TYPE_RESOURCE: return; /* its Ref, as in Fn::Sub */
    case TYPE_TYPE: return;     /* its name */
    case TYPE_COMPONENT:
        if (type_as_resource(checker, type)) return;
        break;
    case TYPE_MAP: case TYPE_RECORD: case TYPE_BODY: case TYPE_REGION: case TYPE_STACK:
    case TYPE_ARTIFACT: case TYPE_STAGE:
        break;
    }
    bool resource = type->kind == TYPE_COMPONENT;
    d = complain(checker, resource ? DIAGNOSTIC_RESOURCE_AS_VALUE : DIAGNOSTIC_TYPE_MISMATCH, part,
                 "%.*s cannot be part of a text", TEXT_ARGS(type_article(checker, type)));
    if (type->kind == TYPE_REGION) {
        add_hint(checker, d, "Write ${%.*s.name}.", TEXT_ARGS(expression_text(checker, part)));
    } else if (resource) {
        hint_attribute(checker, d, part, type);
    } else if (type->kind == TYPE_MAP || type->kind == TYPE_RECORD) {
        add_hint(checker, d, "Write ${to_json(%.*s)}.", TEXT_ARGS(expression_text(checker, part)));
    }
}

static struct fact infer_template(struct checker *checker, struct node *node) {
    struct fact all = fact_of(&type_string);
    for (struct node *part = node->template.parts.first; part; part = part->next) {
        if (part->kind == NODE_TEXT) continue;
        struct fact fact = infer(checker, part);
        check_text_member(checker, part, fact.type, fact.type);
        if (type_as_resource(checker, fact.type)) {
            fact.phase = PHASE_DEFERRED;
            fact.by = part;
        }
        all = fact_join(&type_string, all, fact);
    }
    return all;
}

static const struct type *infer_text(struct checker *checker, const struct node *node) {
    if (node_text(node).length > LITERAL_LENGTH || node->flags & NODE_LINES) return &type_string;
    return type_literal_text(checker, node_text(node));
}

/* --- lists --- */

/* The element type of a list that is spread; NULL where it is no list (reported). */
static const struct type *spread_element(struct checker *checker, struct node *spread,
                                         struct fact fact) {
    const struct type *type = type_base(fact.type);
    if (type->kind == TYPE_ERROR || type->kind == TYPE_JSON) return &type_error;
    if (type->kind == TYPE_LIST) {
        need_known_operand(checker, spread->spread.value, fact, "the length of this list");
        return type->element;
    }
    struct diagnostic *d = NULL;
    if (type_has_null(type)) {
        if (flow_not_null(checker, spread->spread.value)) {
            return spread_element(checker, spread,
                                  fact_of(type_without_null(checker, type)));
        }
        d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, spread,
                     "the list that is spread may be null");
        add_hint(checker, d, "Write ...(%.*s ?? []).",
                 TEXT_ARGS(expression_text(checker, spread->spread.value)));
        return &type_error;
    }
    d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, spread, "only a list can be spread in a list, "
                 "but this is %.*s", TEXT_ARGS(type_article(checker, fact.type)));
    if (type->kind == TYPE_MAP || type->kind == TYPE_RECORD) {
        add_hint(checker, d, "Write ...values(%.*s).",
                 TEXT_ARGS(expression_text(checker, spread->spread.value)));
    }
    return &type_error;
}

static bool holds_written(const struct type *type, const struct node *node);

static bool holds_record(const struct type *type, const struct node *record) {
    const struct type_field *field = type->record.fields;
    if (type->record.is_attributes ||
        type->record.count != list_count(record->record.entries)) {
        return false;
    }
    for (const struct node *e = record->record.entries.first; e; e = e->next, field++) {
        if (e->kind != NODE_ENTRY || e->flags & (NODE_META | NODE_BAD)) return false;
        if (e->entry.key != field->name || !holds_written(field->type, e->entry.value)) {
            return false;
        }
    }
    return true;
}

static bool holds_elements(const struct type *element, const struct node *list) {
    for (const struct node *e = list->list.elements.first; e; e = e->next) {
        if (!holds_written(element, e)) return false;
    }
    return true;
}

static bool is_literal_of(const struct type *type, const struct node *node) {
    if (type->kind != TYPE_LITERAL || type->is_text != (node->kind == NODE_TEXT))
        return false;
    return type->is_text ? text_equal(type->literal.text, node_text(node))
                                 : type->literal.integer == node_integer(node);
}

/* Whether a type holds what is written as a literal, which then needs no type of its own: tables of
 * data are long. */
static bool holds_written(const struct type *type, const struct node *node) {
    if (node->flags & NODE_BAD) return false;
    switch ((int)node->kind) {
    case NODE_TEXT: return type->kind == TYPE_STRING || is_literal_of(type, node);
    case NODE_INT:
        return type->kind == TYPE_INT || type->kind == TYPE_NUMBER || is_literal_of(type, node);
    case NODE_NUMBER: return type->kind == TYPE_NUMBER;
    case NODE_BOOL: return type->kind == TYPE_BOOL;
    case NODE_LIST: return type->kind == TYPE_LIST && holds_elements(type->element, node);
    case NODE_RECORD: return type->kind == TYPE_RECORD && holds_record(type, node);
    }
    return false;
}

static struct fact infer_list(struct checker *checker, struct node *node) {
    const struct type *element = NULL;
    struct fact all = fact_of(NULL);
    for (struct node *item = node->list.elements.first; item; item = item->next) {
        const struct type *type;
        if (element && holds_written(element, item)) continue;
        if (item->kind == NODE_SPREAD) {
            struct fact fact = infer(checker, item->spread.value);
            type = spread_element(checker, item, fact);
            if (fact.phase == PHASE_EITHER) all.phase = PHASE_EITHER;
        } else {
            type = infer(checker, item).type;
        }
        element = element ? type_either(checker, element, type) : type;
    }
    all.type = type_list(checker, element ? element : &type_error);
    return all;
}

/* --- records --- */

struct build_field {
    struct type_field field;
    bool is_required;
};

struct record_build {
    struct build_field *fields;
    uint32_t count, capacity;
    struct map index;          /* name -> field number + 1 */
    const struct type *others; /* what entries of unknown key hold, or NULL */
    bool is_open;              /* has entries of unknown key */
    bool maybe;                /* inside `if` */
    bool is_torn;              /* has an entry that is none */
};

static void build_put(struct checker *checker, struct record_build *build,
                      const struct name *name, const struct type *type, bool required) {
    uintptr_t at = (uintptr_t)map_find(&build->index, name);
    bool is_certain = required && !build->maybe;
    if (at) {
        struct build_field *known = &build->fields[at - 1];
        struct type_field *field = &known->field;
        field->type = is_certain ? type : type_either(checker, field->type, type);
        known->is_required |= is_certain;
        return;
    }
    build->fields = arena_grown(&checker->program->scratch, build->fields, build->count,
                                &build->capacity, sizeof *build->fields);
    build->fields[build->count++] = (struct build_field){{name, type}, is_certain};
    map_put(&build->index, name, (void *)(uintptr_t)build->count);
}

static void build_open(struct checker *checker, struct record_build *build,
                       const struct type *type) {
    build->is_open = true;
    build->others = build->others ? type_either(checker, build->others, type) : type;
}

static void build_entries(struct checker *checker, struct record_build *build, struct list list,
                          struct map *keys);

bool entry_is_meta(struct checker *checker, const struct node *entry) {
    if (!(entry->flags & NODE_META)) return false;
    struct diagnostic *d =
        complain_at(checker, DIAGNOSTIC_UNKNOWN_META_ATTRIBUTE, node_place(entry),
                    "\"@\" stands in a record that is not a resource's");
    add_hint(checker, d, "Attributes with @ are written right in the braces of a resource.");
    return true;
}

bool entry_is_computed(struct checker *checker, struct node *entry) {
    struct node *key = entry->entry.computed;
    if (entry->entry.key) return false;
    need_known(checker, key, infer(checker, key), "this key", NULL);
    return true;
}

void complain_twice(struct checker *checker, const char *what, struct text name,
                    const struct node *node, const struct node *first) {
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_DUPLICATE_KEY, node_place(node),
                                       "%s \"%.*s\" is written twice", what, TEXT_ARGS(name));
    add_note(checker, d, node_place(first), "it is first written here");
}

static void build_entry(struct checker *checker, struct record_build *build, struct node *node,
                        struct map *keys) {
    const struct type *type = infer(checker, node->entry.value).type;
    if (entry_is_meta(checker, node)) return;
    if (entry_is_computed(checker, node)) {
        build_open(checker, build, type);
        return;
    }
    const struct name *name = node->entry.key;
    struct node *first = map_find(keys, name);
    if (first) {
        complain_twice(checker, "key", name_text(name), node, first);
    } else {
        map_put(keys, name, node);
    }
    build_put(checker, build, name, type, true);
}

static void build_spread(struct checker *checker, struct record_build *build, struct node *node) {
    struct fact fact = infer(checker, node->spread.value);
    const struct type *type = type_base(fact.type);
    bool maybe_null = type_has_null(type);
    if (maybe_null && type->kind != TYPE_NULL) {
        type = type_base(type_without_null(checker, type));
        maybe_null = !flow_not_null(checker, node->spread.value);
    }
    if (maybe_null) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, node,
                                        "the record that is spread may be null");
        add_hint(checker, d, "Write ...(%.*s ?? {}).",
                 TEXT_ARGS(expression_text(checker, node->spread.value)));
    }
    if (type->kind == TYPE_RECORD) {
        for (uint32_t i = 0; i < type->record.count; i++) {
            const struct type_field *field = &type->record.fields[i];
            build_put(checker, build, field->name, field->type,
                      type_field_rule(type, field).is_required);
        }
    } else if (type->kind == TYPE_MAP) {
        build_open(checker, build, type->element);
    } else if (type->kind == TYPE_ERROR || type->kind == TYPE_JSON || type->kind == TYPE_BODY ||
               type->kind == TYPE_UNION) {
        build_open(checker, build, &type_error);
    } else {
        complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
                 "only a record or map can be spread in a record, but this is %.*s",
                 TEXT_ARGS(type_article(checker, type)));
        build_open(checker, build, &type_error);
    }
    need_known_operand(checker, node->spread.value, fact, "what is in this record");
}

static void build_arm(struct checker *checker, struct record_build *build, struct node *node,
                      bool holds, const struct node *condition, void (*arm)(
                          struct checker *, struct record_build *, struct node *)) {
    struct flow flow;
    flow_push(checker, &flow, condition, holds);
    arm(checker, build, node);
    flow_pop(checker);
}

static void build_branch(struct checker *checker, struct record_build *build, struct node *node);

static void build_record(struct checker *checker, struct record_build *build, struct node *node) {
    struct map keys;
    map_init(&keys, &checker->program->scratch);
    if (node->kind == NODE_IF) build_branch(checker, build, node);
    if (node->kind == NODE_RECORD) build_entries(checker, build, node->record.entries, &keys);
}

#define INSTEAD_OF_IF "Write the choice as a value: X = if c then 1 else null (null leaves it out)."

static void build_branch(struct checker *checker, struct record_build *build, struct node *node) {
    bool maybe = build->maybe;
    struct fact fact = expect_condition(checker, node->branch.condition, false, "this condition");
    need_known(checker, node->branch.condition, fact, "which entries there are", INSTEAD_OF_IF);
    build->maybe = true;
    build_arm(checker, build, node->branch.then, true, node->branch.condition, build_record);
    if (node->branch.otherwise) {
        build_arm(checker, build, node->branch.otherwise, false, node->branch.condition,
                  build_record);
    }
    build->maybe = maybe;
}

static void build_entries(struct checker *checker, struct record_build *build, struct list list,
                          struct map *keys) {
    for (struct node *node = list.first; node; node = node->next) {
        switch ((int)node->kind) {
        case NODE_ENTRY: build_entry(checker, build, node, keys); break;
        case NODE_SPREAD: build_spread(checker, build, node); break;
        case NODE_ERROR: build->is_torn = true; break;
        case NODE_IF: build_branch(checker, build, node); break;
        case NODE_FOR: {
            bool maybe = build->maybe;
            generators_check(checker, node->loop.generators);
            build->maybe = true;
            build_record(checker, build, node->loop.body);
            build->maybe = maybe;
            break;
        }
        }
    }
}

/* NULL where all fields are required. */
static const struct field_rule *build_rules(struct checker *checker,
                                            const struct record_build *build) {
    uint32_t required = 0;
    for (uint32_t i = 0; i < build->count; i++) required += build->fields[i].is_required;
    if (required == build->count) return NULL;
    struct field_rule *rules = arena_array(checker->arena, build->count, sizeof *rules);
    for (uint32_t i = 0; i < build->count; i++) rules[i].is_required = build->fields[i].is_required;
    return rules;
}

static const struct type *build_type(struct checker *checker, const struct record_build *build) {
    if (build->is_torn) return &type_error;
    if (!build->is_open) {
        struct type_field *fields = arena_array(checker->arena, build->count, sizeof *fields);
        for (uint32_t i = 0; i < build->count; i++) fields[i] = build->fields[i].field;
        return type_record(checker, fields, build_rules(checker, build), build->count);
    }
    const struct type *element = build->others;
    for (uint32_t i = 0; i < build->count; i++) {
        element = type_either(checker, element, build->fields[i].field.type);
    }
    return type_map(checker, element);
}

static struct fact infer_record(struct checker *checker, struct node *node) {
    struct record_build build = {.maybe = false};
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    map_init(&build.index, &checker->program->scratch);
    build_record(checker, &build, node);
    const struct type *type = build_type(checker, &build);
    arena_rewind(&checker->program->scratch, mark);
    return build.is_torn ? fact_error() : fact_of(type);
}

/* --- loops --- */

struct elements {
    const struct type *key, *value;
};

static const struct type *fields_union(struct checker *checker, const struct type *record) {
    const struct type *type = NULL;
    for (uint32_t i = 0; i < record->record.count; i++) {
        const struct type *field = record->record.fields[i].type;
        type = type ? type_either(checker, type, field) : field;
    }
    return type ? type : &type_error;
}

static const struct type *keys_union(struct checker *checker, const struct type *record) {
    const struct type *type = NULL;
    if (record->record.count > 12) return &type_string;
    for (uint32_t i = 0; i < record->record.count; i++) {
        const struct type *key =
            type_literal_text(checker, name_text(record->record.fields[i].name));
        type = type ? type_either(checker, type, key) : key;
    }
    return type ? type : &type_string;
}

static bool elements_of(struct checker *checker, const struct type *type,
                        struct elements *elements) {
    type = type_base(type);
    switch ((int)type->kind) {
    case TYPE_ERROR: case TYPE_JSON:
        *elements = (struct elements){&type_error,
                                      type->kind == TYPE_JSON ? &type_json : &type_error};
        return true;
    case TYPE_LIST: *elements = (struct elements){&type_int, type->element}; return true;
    case TYPE_MAP: *elements = (struct elements){&type_string, type->element}; return true;
    case TYPE_RECORD:
        *elements = (struct elements){keys_union(checker, type), fields_union(checker, type)};
        return true;
    case TYPE_UNION: {
        struct elements all = {NULL, NULL};
        for (uint32_t i = 0; i < type->join.count; i++) {
            struct elements one;
            if (!elements_of(checker, type->join.members[i], &one)) return false;
            all.key = all.key ? type_either(checker, all.key, one.key) : one.key;
            all.value = all.value ? type_either(checker, all.value, one.value) : one.value;
        }
        *elements = all;
        return true;
    }
    }
    return false;
}

static void no_loop(struct checker *checker, struct node *over, const struct type *type) {
    struct diagnostic *d;
    if (type_has_null(type)) {
        d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, over, "\"%.*s\" %s null",
                     TEXT_ARGS(expression_text(checker, over)),
                     type->kind == TYPE_NULL ? "is" : "may be");
        add_hint(checker, d, "Loop over %.*s ?? [].", TEXT_ARGS(expression_text(checker, over)));
        return;
    }
    d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, over,
                 "a loop goes over a list, a map or a range, but this is %.*s",
                 TEXT_ARGS(type_article(checker, type)));
    if (type_is_int(type)) {
        add_hint(checker, d, "Write 0..%.*s.", TEXT_ARGS(expression_text(checker, over)));
    }
}

static void loop_symbol(struct symbol *symbol, const struct type *type) {
    if (!symbol) return;
    symbol->type = type;
    symbol->phase = PHASE_EITHER;
    symbol->state = STATE_DONE;
}

void generator_infer(struct checker *checker, struct node *node) {
    struct node *over = node->generator.over;
    struct elements elements = {&type_error, &type_error};
    if (node->generator.first_symbol) node->generator.first_symbol->state = STATE_WORKING;
    if (node->generator.second_symbol) node->generator.second_symbol->state = STATE_WORKING;
    struct fact fact = infer(checker, over);
    const struct type *type = fact.type;
    if (type_has_null(type) && flow_not_null(checker, over)) {
        type = type_without_null(checker, type);
    }
    need_known(checker, over, fact, "what this loop goes over", NULL);
    if (!elements_of(checker, type, &elements)) no_loop(checker, over, fact.type);
    /* One variable is the element or value; two are key (or position) and value. */
    bool pairs = node->generator.second.name != NULL;
    const struct type *first = pairs ? elements.key : elements.value;
    loop_symbol(node->generator.first_symbol, first);
    loop_symbol(node->generator.second_symbol, elements.value);
}

static void generator_check(struct checker *checker, struct node *node) {
    struct symbol *symbol = node->generator.first_symbol;
    if (symbol && symbol->state == STATE_DONE) return;
    generator_infer(checker, node);
}

void generators_check(struct checker *checker, struct list generators) {
    for (struct node *node = generators.first; node; node = node->next) {
        if (node->kind == NODE_GENERATOR) generator_check(checker, node);
        if (node->kind != NODE_FILTER) continue;
        struct fact fact = expect_condition(checker, node->filter.condition, false, "this filter");
        need_known(checker, node->filter.condition, fact, "how often this loop runs", NULL);
    }
}

unsigned comprehension_open(struct checker *checker, struct node *node, struct flow *flows) {
    unsigned pushed = 0;
    generators_check(checker, node->comprehension.generators);
    for (struct node *g = node->comprehension.generators.first; g; g = g->next) {
        if (g->kind != NODE_FILTER || pushed == COMPREHENSION_FLOWS) continue;
        flow_push(checker, &flows[pushed++], g->filter.condition, true);
    }
    if (node->comprehension.key) {
        struct fact key = expect_type(checker, node->comprehension.key, &type_string, "key");
        need_known(checker, node->comprehension.key, key, "this key", NULL);
    }
    return pushed;
}

static struct fact infer_comprehension(struct checker *checker, struct node *node) {
    struct flow flows[COMPREHENSION_FLOWS];
    unsigned pushed = comprehension_open(checker, node, flows);
    const struct type *type = infer(checker, node->comprehension.value).type;
    while (pushed-- > 0) flow_pop(checker);
    struct fact fact = fact_of(node->kind == NODE_LIST_FOR ? type_list(checker, type)
                                                           : type_map(checker, type));
    fact.phase = PHASE_EITHER;
    return fact;
}

/* --- the rest --- */

static struct fact infer_conditional(struct checker *checker, struct node *node) {
    struct flow flow;
    struct node *condition = node->conditional.condition;
    struct fact when = expect_condition(checker, condition, false, "this condition");
    flow_push(checker, &flow, condition, true);
    struct fact then = infer(checker, node->conditional.then);
    flow_pop(checker);
    flow_push(checker, &flow, condition, false);
    struct fact otherwise = infer(checker, node->conditional.otherwise);
    flow_pop(checker);
    struct fact both = fact_join(type_either(checker, then.type, otherwise.type), then, otherwise);
    if (then.phase != otherwise.phase && when.phase != PHASE_DEFERRED) both.phase = PHASE_EITHER;
    return fact_join(both.type, both, when);
}

/* A name that the regions of a block declare each for itself must mean the same kind of thing. */
static bool check_siblings(struct checker *checker, struct node *node) {
    const struct region_block *block = checker->block;
    struct symbol *first = node_symbol(node);
    for (uint32_t i = 1; block && i < block->region_count; i++) {
        struct symbol *other =
            program_region_find(checker->program, block->regions[i], node_name(node));
        if (!other || other == first) continue;
        other->is_used = true;
        symbol_settle(checker, other);
        const struct type *a = symbol_value_type(checker, first);
        const struct type *b = symbol_value_type(checker, other);
        if (type_fits(checker, b, type_widen(checker, a))) continue;
        struct diagnostic *d = complain(
            checker, DIAGNOSTIC_TYPE_MISMATCH, node, "\"%.*s\" is %.*s in region \"%.*s\"",
            NAME_ARGS(first->name), TEXT_ARGS(type_article(checker, b)),
            NAME_ARGS(block->regions[i]->name));
        add_note(checker, d, symbol_span(first), "in region \"%.*s\" it is %.*s",
                 NAME_ARGS(block->regions[0]->name), TEXT_ARGS(type_article(checker, a)));
        return false;
    }
    return true;
}

static struct fact infer_name(struct checker *checker, struct node *node) {
    struct symbol *symbol = node_symbol(node);
    if (!symbol || node->flags & NODE_BAD) return fact_error();
    if (symbol->kind == SYMBOL_MODULE) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
                                        "import \"%.*s\" is not a value", NAME_ARGS(symbol->name));
        add_hint(checker, d, "Write one of the names that it declares after a dot.");
        return fact_error();
    }
    symbol_settle(checker, symbol);
    if (node->hops == HOPS_REGION && !check_siblings(checker, node)) return fact_error();
    struct fact fact = symbol_fact(checker, symbol, node);
    if (type_has_null(fact.type) && flow_not_null(checker, node)) {
        fact.type = type_without_null(checker, fact.type);
    }
    return fact;
}

static struct fact infer_kind(struct checker *checker, struct node *node) {
    switch ((int)node->kind) {
    case NODE_NAME: return infer_name(checker, node);
    case NODE_INT: return fact_of(type_literal_int(checker, node_integer(node)));
    case NODE_NUMBER: return fact_of(&type_number);
    case NODE_BOOL: return fact_of(&type_bool);
    case NODE_NULL: return fact_of(&type_null);
    case NODE_TEXT: return fact_of(infer_text(checker, node));
    case NODE_TEMPLATE: return infer_template(checker, node);
    case NODE_AWS_TYPE: return annotation_aws(checker, node) ? fact_of(&type_type) : fact_error();
    case NODE_LIST: return infer_list(checker, node);
    case NODE_RECORD: return infer_record(checker, node);
    case NODE_LIST_FOR: case NODE_MAP_FOR: return infer_comprehension(checker, node);
    case NODE_UNARY: return infer_unary(checker, node);
    case NODE_BINARY: return infer_binary(checker, node);
    case NODE_CONDITIONAL: return infer_conditional(checker, node);
    case NODE_MEMBER: return infer_member(checker, node);
    case NODE_INDEX: return infer_index(checker, node);
    case NODE_CALL: return infer_call(checker, node);
    case NODE_PAREN: return infer(checker, node->paren.inner);
    }
    return fact_error();
}

struct fact infer(struct checker *checker, struct node *node) {
    if (!node || checker->depth > DEPTH_CEILING) return fact_error();
    checker->depth++;
    struct fact fact = infer_kind(checker, node);
    checker->depth--;
    if (node->flags & NODE_BAD) fact.type = &type_error;
    return fact;
}
