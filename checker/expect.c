/* Whether an expression fits what is wanted of it.
 *
 * Where the form of an expression is written out (a list, a record, a conditional), what is wanted
 * goes down into its parts, so that a message points at the part that is wrong.
 */
#include "checker/typing.h"

/* --- parts --- */

static struct wanted part_of(const struct wanted *wanted, const struct type *type,
                             const char *word, struct text name) {
    struct wanted part = *wanted;
    part.type = type;
    part.shown = NULL;
    if (word) part.word = word;
    if (name.length) part.name = name;
    part.has_declared = false;
    return part;
}

/* The one member of this kind, where the wanted type has only one. */
static const struct type *only_member(const struct type *type, enum type_kind kind) {
    const struct type *found = NULL;
    type = type_base(type);
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        const struct type *member = type_base(type_member(type, i));
        if (member->kind != kind) continue;
        if (found) return NULL;
        found = member;
    }
    return found;
}

struct fact expect_list(struct checker *checker, struct node *node, const struct wanted *wanted,
                        const struct type *list) {
    const char *word = wanted->name.length ? "an element of" : "the element";
    struct wanted element = part_of(wanted, list->element, word, TEXT(""));
    for (struct node *item = node->list.elements.first; item; item = item->next) {
        if (item->kind != NODE_SPREAD) {
            expect(checker, item, &element);
            continue;
        }
        struct wanted whole = part_of(wanted, list, "what is spread in", TEXT(""));
        if (list->element->kind == TYPE_PROPERTY) whole.type = property_list(checker, wanted);
        expect(checker, item->spread.value, &whole);
    }
    return fact_of(list);
}

/* --- records --- */

struct fields {
    const struct type *record; /* or NULL: a map of element */
    const struct type *element;
    const struct wanted *wanted;
    struct map seen;   /* of names -> ENTRY */
    bool is_open;      /* entries of unknown key */
    bool in_branch;
};

static void unknown_field(struct checker *checker, struct fields *fields, struct node *entry,
                          const struct name *name) {
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    for (uint32_t i = 0; i < fields->record->record.count; i++) {
        suggestion_offer(&near, name_text(fields->record->record.fields[i].name));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_MEMBER, entry,
                                    "%.*s has no field \"%.*s\"",
                                    TEXT_ARGS(wanted_show(checker, fields->wanted)),
                                    NAME_ARGS(name));
    if (add_suggestion(checker, d, &near, node_place(entry))) {
        map_put(&fields->seen, names_intern(checker->names, near.best), entry);
        return;
    }
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < fields->record->record.count && i < 8; i++) {
        buffer_format(&out, "%s%.*s", i ? ", " : "",
                      NAME_ARGS(fields->record->record.fields[i].name));
    }
    if (out.length) add_hint(checker, d, "It has %.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static void expect_entries(struct checker *checker, struct fields *fields, struct list entries);

static void expect_entry(struct checker *checker, struct fields *fields, struct node *node) {
    struct wanted part = part_of(fields->wanted, &type_error, NULL, TEXT(""));
    if (entry_is_computed(checker, node)) {
        fields->is_open = true;
        if (fields->element) part.type = fields->element;
        part.word = "an entry of";
        expect(checker, node->entry.value, &part);
        return;
    }
    const struct name *name = node->entry.key;
    struct node *first = map_put(&fields->seen, name, node);
    if (first && !fields->in_branch) complain_twice(checker, "key", name_text(name), node, first);
    part.name = name_text(name);
    part.word = fields->record ? "field" : "entry";
    if (fields->record) {
        struct type_field *field = type_field_find(fields->record, name);
        if (!field) {
            unknown_field(checker, fields, node, name);
            infer(checker, node->entry.value);
            return;
        }
        part.type = field->type;
        struct field_rule rule = type_field_rule(fields->record, field);
        if (rule.initial || !rule.is_required) {
            part.type = type_optional(checker, field->type);
            part.shown = field->type;
        }
    } else {
        part.type = fields->element;
    }
    struct text outer = checker->json_key;
    checker->json_key = name_text(name);
    expect(checker, node->entry.value, &part);
    checker->json_key = outer;
}

static void expect_spread(struct checker *checker, struct fields *fields, struct node *node) {
    struct fact fact = infer(checker, node->spread.value);
    const struct type *type = type_base(fact.type);
    if (type->kind == TYPE_RECORD) {
        for (uint32_t i = 0; i < type->record.count; i++) {
            const struct type_field *field = &type->record.fields[i];
            bool is_required = type_field_rule(type, field).is_required;
            if (is_required) map_put(&fields->seen, field->name, node);
            const struct type *want = fields->element;
            if (fields->record) {
                struct type_field *wanted = type_field_find(fields->record, field->name);
                want = wanted ? type_optional(checker, wanted->type) : NULL;
            }
            if (want && want->kind == TYPE_PROPERTY) want = NULL; /* the evaluator looks */
            if (want && !type_fits(checker, field->type, want)) {
                struct wanted part = part_of(fields->wanted, want, "field",
                                             name_text(field->name));
                mismatch(checker, node, (struct fact){field->type, fact.phase, fact.by}, &part);
            }
        }
        return;
    }
    fields->is_open = true;
    struct wanted part = part_of(fields->wanted, &type_json, "what is spread in", TEXT(""));
    if (fields->element) part.type = type_map(checker, fields->element);
    if (type->kind != TYPE_JSON && type->kind != TYPE_MAP && type->kind != TYPE_UNION &&
        type->kind != TYPE_BODY && type->kind != TYPE_ERROR) {
        complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
                 "only a record or map can be spread in a record, but this is %.*s",
                 TEXT_ARGS(type_article(checker, type)));
    } else if (fields->element && type->kind == TYPE_MAP &&
               fields->element->kind != TYPE_PROPERTY &&
               !type_fits(checker, type->element, fields->element)) {
        mismatch(checker, node, fact, &part);
    }
}

static void expect_branch(struct checker *checker, struct fields *fields, struct node *node) {
    struct flow flow;
    struct node *arms[2] = {node->branch.then, node->branch.otherwise};
    bool in_branch = fields->in_branch;
    struct fact fact = expect_condition(checker, node->branch.condition, false, "this condition");
    need_known(checker, node->branch.condition, fact, "which entries there are",
               "Write the choice as a value: x = if c then 1 else null.");
    fields->in_branch = true;
    for (int i = 0; i < 2; i++) {
        if (!arms[i]) continue;
        flow_push(checker, &flow, node->branch.condition, i == 0);
        if (arms[i]->kind == NODE_IF) expect_branch(checker, fields, arms[i]);
        else expect_entries(checker, fields, arms[i]->record.entries);
        flow_pop(checker);
    }
    fields->in_branch = in_branch;
}

static void expect_entries(struct checker *checker, struct fields *fields, struct list entries) {
    for (struct node *node = entries.first; node; node = node->next) {
        switch ((int)node->kind) {
        case NODE_ENTRY: expect_entry(checker, fields, node); break;
        case NODE_SPREAD: expect_spread(checker, fields, node); break;
        case NODE_ERROR: fields->is_open = true; break;
        case NODE_IF: expect_branch(checker, fields, node); break;
        case NODE_FOR: {
            bool in_branch = fields->in_branch;
            generators_check(checker, node->loop.generators);
            fields->in_branch = true;
            expect_entries(checker, fields, node->loop.body->record.entries);
            fields->in_branch = in_branch;
            break;
        }
        }
    }
}

static void check_missing_fields(struct checker *checker, const struct fields *fields,
                                 struct node *node) {
    struct buffer out;
    uint32_t count = 0;
    if (!fields->record || fields->is_open) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < fields->record->record.count; i++) {
        const struct type_field *field = &fields->record->record.fields[i];
        bool is_required = type_field_rule(fields->record, field).is_required;
        if (!is_required || map_find(&fields->seen, field->name)) continue;
        buffer_format(&out, "%s\"%.*s\"", count++ ? ", " : "", NAME_ARGS(field->name));
    }
    if (count) {
        complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node, "%.*s also needs the field%s %.*s",
                 TEXT_ARGS(wanted_show(checker, fields->wanted)), count > 1 ? "s" : "",
                 (int)out.length, out.bytes);
    }
    buffer_release(&out);
}

struct fact expect_record(struct checker *checker, struct node *node,
                          const struct wanted *wanted, const struct type *type) {
    struct fields fields = {.wanted = wanted};
    if (type->kind == TYPE_RECORD) fields.record = type;
    else fields.element = type->element;
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    map_init(&fields.seen, &checker->program->scratch);
    expect_entries(checker, &fields, node->record.entries);
    check_missing_fields(checker, &fields, node);
    arena_rewind(&checker->program->scratch, mark);
    return fact_of(wanted->type);
}

/* --- dispatch --- */

static struct fact expect_conditional(struct checker *checker, struct node *node,
                                      const struct wanted *wanted) {
    struct flow flow;
    struct node *condition = node->conditional.condition;
    struct fact when = expect_condition(checker, condition, false, "this condition");
    flow_push(checker, &flow, condition, true);
    struct fact then = expect(checker, node->conditional.then, wanted);
    flow_pop(checker);
    flow_push(checker, &flow, condition, false);
    struct fact otherwise = expect(checker, node->conditional.otherwise, wanted);
    flow_pop(checker);
    struct fact both = fact_join(type_either(checker, then.type, otherwise.type), then, otherwise);
    if (then.phase != otherwise.phase) both.phase = PHASE_EITHER;
    return fact_join(both.type, both, when);
}

struct fact expect_comprehension(struct checker *checker, struct node *node,
                                 const struct wanted *wanted, const struct type *type) {
    struct wanted part = part_of(wanted, type->element, "an element of", TEXT(""));
    struct flow flows[COMPREHENSION_FLOWS];
    unsigned pushed = comprehension_open(checker, node, flows);
    expect(checker, node->comprehension.value, &part);
    while (pushed-- > 0) flow_pop(checker);
    return (struct fact){wanted->type, PHASE_EITHER, NULL};
}

static struct fact expect_default(struct checker *checker, struct node *node,
                                  const struct wanted *wanted) {
    struct wanted left = *wanted;
    left.type = type_optional(checker, wanted->type);
    struct fact l = expect(checker, node->binary.left, &left);
    struct fact r = expect(checker, node->binary.right, wanted);
    struct fact fact = fact_join(type_either(checker, type_without_null(checker, l.type), r.type),
                                 l, r);
    if (l.phase != r.phase) fact.phase = PHASE_EITHER;
    return fact;
}

static struct fact expect_other(struct checker *checker, struct node *node,
                                const struct wanted *wanted) {
    struct fact fact = infer(checker, node);
    const struct type *found = fact.type;
    if (type_has_null(found) && !type_has_null(wanted->type) && flow_not_null(checker, node)) {
        found = type_without_null(checker, found);
    }
    if (!type_fits(checker, found, wanted->type)) mismatch(checker, node, fact, wanted);
    return fact;
}

static struct fact expect_shape(struct checker *checker, struct node *node,
                                const struct wanted *wanted) {
    const struct type *type;
    switch ((int)node->kind) {
    case NODE_PAREN: return expect(checker, node->paren.inner, wanted);
    case NODE_CONDITIONAL: return expect_conditional(checker, node, wanted);
    }
    if (wanted->type->kind == TYPE_PROPERTY) return expect_property(checker, node, wanted);
    switch ((int)node->kind) {
    case NODE_LIST:
        type = only_member(wanted->type, TYPE_LIST);
        if (type) return expect_list(checker, node, wanted, type);
        break;
    case NODE_RECORD:
        type = only_member(wanted->type, TYPE_RECORD);
        if (!type) type = only_member(wanted->type, TYPE_MAP);
        if (type) return expect_record(checker, node, wanted, type);
        break;
    case NODE_LIST_FOR:
        type = only_member(wanted->type, TYPE_LIST);
        if (type) return expect_comprehension(checker, node, wanted, type);
        break;
    case NODE_MAP_FOR:
        type = only_member(wanted->type, TYPE_MAP);
        if (type) return expect_comprehension(checker, node, wanted, type);
        break;
    case NODE_BINARY:
        if (node->op == OPERATOR_DEFAULT) return expect_default(checker, node, wanted);
        break;
    }
    return expect_other(checker, node, wanted);
}

struct fact expect(struct checker *checker, struct node *node, const struct wanted *wanted) {
    if (!node) return fact_error();
    if (wanted->type->kind == TYPE_ERROR) return infer(checker, node);
    if (checker->depth > 3000) return fact_error();
    checker->depth++;
    struct fact fact = expect_shape(checker, node, wanted);
    checker->depth--;
    return fact;
}

struct fact expect_type(struct checker *checker, struct node *node, const struct type *type,
                        const char *word) {
    struct wanted wanted = {.type = type, .word = word};
    return expect(checker, node, &wanted);
}

struct fact expect_condition(struct checker *checker, struct node *node, bool must_be_known,
                             const char *what) {
    struct fact fact = expect_type(checker, node, &type_bool, what);
    if (must_be_known) need_known(checker, node, fact, what, NULL);
    fact.type = &type_bool;
    return fact;
}
