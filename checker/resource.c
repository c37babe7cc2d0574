/* Bodies of resources of AWS's types: against the schema. */
#include "checker/constraint.h"
#include "checker/typing.h"

struct body {
    const struct schema_body *schema;
    struct map seen;      /* property -> its key node */
    bool is_open;         /* holds entries whose names are not known here */
    bool in_branch;
    bool is_top;
    struct node *resource; /* RESOURCE, of a top */
    unsigned exempt;       /* nothing is required (an existing resource) */
};

static void body_entries(struct checker *checker, struct body *body, struct list entries);

/* --- names of properties --- */

enum { MOST_LISTED = 8 };

void complain_unknown_property(struct checker *checker, const struct schema_body *schema,
                               struct map *seen, struct node *node) {
    const struct schema_property *found[3];
    struct text name = node->kind == NODE_ENTRY ? entry_text(node) : node_text(node);
    struct text owner = schema_body_name(schema);
    size_t count = schema_suggest_property(schema, name, found, 3);
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_PROPERTY, node,
                                    "%.*s has no property \"%.*s\"", TEXT_ARGS(owner),
                                    TEXT_ARGS(name));
    if (!d) return;
    bool is_top = memmem(owner.bytes, owner.length, "::", 2) != NULL; /* not a record in it */
    if (is_top && node->kind == NODE_ENTRY && hint_meta(checker, d, node)) return;
    if (count > 0) {
        struct suggestion near = {.best = schema_property_name(found[0])};
        add_suggestion(checker, d, &near, node_place(node));
        if (seen && !map_find(seen, found[0])) {
            map_put(seen, found[0], node); /* it is misspelt, not missing too */
        }
        return;
    }
    struct buffer out;
    buffer_init(&out);
    unsigned known = 0;
    for (size_t i = 0; i < schema_body_count(schema); i++) {
        const struct schema_property *property = schema_body_at(schema, i);
        if (schema_property_flags(property) & SCHEMA_READ_ONLY || known++ >= MOST_LISTED)
            continue;
        buffer_format(&out, "%s%.*s", out.length ? ", " : "",
                      TEXT_ARGS(schema_property_name(property)));
    }
    if (known > MOST_LISTED)
        buffer_format(&out, " and %u more", known - MOST_LISTED);
    if (out.length) add_hint(checker, d, "It has %.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static unsigned flags_here(struct checker *checker, const struct schema_property *property,
                           bool is_top) {
    if (is_top || !checker->resource || checker->path_depth >= 15) {
        return is_top ? schema_property_flags(property) : 0;
    }
    checker->path[checker->path_depth] = property;
    return schema_flags_at(checker->resource, checker->path, checker->path_depth + 1);
}

static void check_flags(struct checker *checker, struct body *body, struct node *entry,
                        const struct schema_property *property) {
    unsigned flags = flags_here(checker, property, body->is_top);
    struct text name = schema_property_name(property);
    if (flags & SCHEMA_READ_ONLY && !body->exempt) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_READ_ONLY_PROPERTY, entry,
                                        "\"%.*s\" cannot be set: AWS sets it", TEXT_ARGS(name));
        if (body->is_top && body->resource && body->resource->declaration.name.name) {
            add_hint(checker, d, "It is read as %.*s.%.*s.",
                     NAME_ARGS(body->resource->declaration.name.name), TEXT_ARGS(name));
        }
    } else if (flags & SCHEMA_DEPRECATED) {
        complain_at(checker, DIAGNOSTIC_DEPRECATED_PROPERTY, node_place(entry),
                    "property \"%.*s\" of %.*s is deprecated", TEXT_ARGS(name),
                    TEXT_ARGS(schema_body_name(body->schema)));
    }
}

/* --- values of properties --- */

static void check_value(struct checker *checker, struct node *node,
                        const struct schema_property *property) {
    struct wanted wanted = {
        .type = type_property(checker, property, schema_property_value(property)),
        .word = "property", .name = schema_property_name(property)};
    struct node *entry = checker->entry;
    uint32_t depth = checker->path_depth;
    checker->entry = node;
    if (depth < 16) checker->path[depth] = property;
    checker->path_depth = depth + 1;
    checker->json_key = (struct text){NULL, 0};
    expect(checker, node->entry.value, &wanted);
    checker->path_depth = depth;
    checker->entry = entry;
}

static void seen_property(struct checker *checker, struct body *body, struct node *entry,
                          const struct schema_property *property) {
    struct node *first = map_put(&body->seen, property, entry);
    if (!first || body->in_branch || first->kind == NODE_SPREAD) return;
    complain_twice(checker, "property", schema_property_name(property), entry, first);
}

/* The physical name has limits of its own where the schema has none. */
static void check_name(struct checker *checker, struct body *body, struct node *entry,
                       const struct schema_property *property) {
    struct schema_name name;
    struct node *value = entry->entry.value;
    if (!body->is_top || value->kind != NODE_TEXT || entry->flags & NODE_LIMITED) return;
    if (!schema_type_physical_name(checker->resource, &name) || name.property != property) return;
    struct constraint_place place = {.diagnostics = checker->diagnostics,
                                     .name = schema_property_name(property),
                                     .span = value->span};
    if (!constraint_name(&place, &name, node_text(value))) entry->flags |= NODE_LIMITED;
}

/* --- entries --- */

static void body_entry(struct checker *checker, struct body *body, struct node *node) {
    if (node->flags & NODE_META && body->is_top) {
        check_meta(checker, node, checker->resource);
        return;
    }
    if (entry_is_meta(checker, node)) return;
    if (entry_is_computed(checker, node)) {
        body->is_open = true;
        infer(checker, node->entry.value);
        return;
    }
    const struct schema_property *property = schema_body_find(body->schema, entry_text(node));
    if (property) {
        seen_property(checker, body, node, property);
        check_flags(checker, body, node, property);
        check_value(checker, node, property);
        check_name(checker, body, node, property);
    } else if (schema_body_open(body->schema)) {
        infer(checker, node->entry.value);
    } else {
        complain_unknown_property(checker, body->schema, &body->seen, node);
        infer(checker, node->entry.value);
    }
}

static void spread_record(struct checker *checker, struct body *body, struct node *node,
                          const struct type *type) {
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        const struct schema_property *property =
            schema_body_find(body->schema, name_text(field->name));
        if (property) {
            if (!map_find(&body->seen, property)) map_put(&body->seen, property, node);
        } else if (!schema_body_open(body->schema)) {
            complain(checker, DIAGNOSTIC_UNKNOWN_PROPERTY, node,
                     "%.*s has no property \"%.*s\", which is in the record that is spread",
                     TEXT_ARGS(schema_body_name(body->schema)), NAME_ARGS(field->name));
        }
    }
}

static void body_spread(struct checker *checker, struct body *body, struct node *node) {
    struct fact fact = infer(checker, node->spread.value);
    const struct type *type = type_base(fact.type);
    if (type_has_null(type) && type->kind != TYPE_NULL) {
        if (!flow_not_null(checker, node->spread.value)) {
            struct diagnostic *d = complain(checker, DIAGNOSTIC_POSSIBLY_NULL, node,
                                            "the record that is spread may be null");
            add_hint(checker, d, "Write ...(%.*s ?? {}).",
                     TEXT_ARGS(expression_text(checker, node->spread.value)));
        }
        type = type_base(type_without_null(checker, type));
    }
    need_known_operand(checker, node->spread.value, fact, "what is in this record");
    if (type->kind == TYPE_RECORD) {
        spread_record(checker, body, node, type);
        return;
    }
    body->is_open = true;
    if (type->kind == TYPE_MAP || type->kind == TYPE_JSON || type->kind == TYPE_ERROR ||
        type->kind == TYPE_UNION || type->kind == TYPE_BODY) {
        return;
    }
    complain(checker, DIAGNOSTIC_TYPE_MISMATCH, node,
             "only a record or map can be spread in a record, but this is %.*s",
             TEXT_ARGS(type_article(checker, type)));
}

static void body_branch(struct checker *checker, struct body *body, struct node *node) {
    struct flow flow;
    struct node *arms[2] = {node->branch.then, node->branch.otherwise};
    bool in_branch = body->in_branch;
    struct fact fact = expect_condition(checker, node->branch.condition, false, "this condition");
    need_known(checker, node->branch.condition, fact, "which properties there are",
               "Write the choice as a value: X = if c then 1 else null (null leaves it out).");
    body->in_branch = true;
    for (int i = 0; i < 2; i++) {
        if (!arms[i]) continue;
        flow_push(checker, &flow, node->branch.condition, i == 0);
        if (arms[i]->kind == NODE_IF) body_branch(checker, body, arms[i]);
        else body_entries(checker, body, arms[i]->record.entries);
        flow_pop(checker);
    }
    body->in_branch = in_branch;
}

static void body_entries(struct checker *checker, struct body *body, struct list entries) {
    for (struct node *node = entries.first; node; node = node->next) {
        switch ((int)node->kind) {
        case NODE_ENTRY: body_entry(checker, body, node); break;
        case NODE_SPREAD: body_spread(checker, body, node); break;
        case NODE_ERROR: body->is_open = true; break;
        case NODE_IF: body_branch(checker, body, node); break;
        case NODE_FOR: {
            bool in_branch = body->in_branch;
            generators_check(checker, node->loop.generators);
            body->in_branch = true;
            body_entries(checker, body, node->loop.body->record.entries);
            body->in_branch = in_branch;
            break;
        }
        }
    }
}

/* --- what must hold for the whole --- */

static void check_required(struct checker *checker, struct body *body, struct span head,
                           const struct wanted *owner) {
    struct buffer out;
    uint32_t count = 0;
    buffer_init(&out);
    for (size_t i = 0; i < schema_body_count(body->schema); i++) {
        const struct schema_property *property = schema_body_at(body->schema, i);
        unsigned flags = schema_property_flags(property);
        if (!(flags & SCHEMA_REQUIRED) || (body->is_top && flags & SCHEMA_READ_ONLY)) continue;
        if (map_find(&body->seen, property)) continue;
        buffer_format(&out, "%s\"%.*s\"", count++ ? ", " : "",
                      TEXT_ARGS(schema_property_name(property)));
    }
    if (count) {
        complain_at(checker, DIAGNOSTIC_MISSING_PROPERTY, head,
                    "%.*s also needs the propert%s %.*s", TEXT_ARGS(wanted_show(checker, owner)),
                    count > 1 ? "ies" : "y", (int)out.length, out.bytes);
    }
    buffer_release(&out);
}

static void rule_names(struct buffer *out, const struct schema_rule *rule) {
    for (size_t i = 0; i < rule->count; i++) {
        const char *gap = i == 0 ? "" : i + 1 == rule->count ? " and " : ", ";
        buffer_format(out, "%s\"%.*s\"", gap,
                      TEXT_ARGS(schema_property_name(schema_rule_property(rule, i))));
    }
}

static void report_rule(struct checker *checker, struct body *body, const struct schema_rule *rule,
                        struct span head, size_t present, const struct wanted *owner) {
    struct buffer out;
    buffer_init(&out);
    rule_names(&out, rule);
    struct node *when = rule->when ? map_find(&body->seen, rule->when) : NULL;
    struct text name = rule->when ? schema_property_name(rule->when) : TEXT("");
    struct span span = when ? node_place(when) : head;
    switch (rule->kind) {
    case SCHEMA_RULE_EXACTLY_ONE: case SCHEMA_RULE_AT_LEAST_ONE: case SCHEMA_RULE_AT_MOST_ONE:
        complain_at(checker, DIAGNOSTIC_PROPERTY_RULE, head, "%.*s takes %s of %.*s, and has %zu",
                    TEXT_ARGS(wanted_show(checker, owner)),
                    rule->kind == SCHEMA_RULE_EXACTLY_ONE    ? "exactly one"
                    : rule->kind == SCHEMA_RULE_AT_LEAST_ONE ? "at least one"
                                                             : "at most one",
                    (int)out.length, out.bytes, present);
        break;
    case SCHEMA_RULE_NEEDS:
        complain_at(checker, DIAGNOSTIC_PROPERTY_RULE, span, "\"%.*s\" also needs %.*s",
                    TEXT_ARGS(name), (int)out.length, out.bytes);
        break;
    case SCHEMA_RULE_EXCLUDES:
        complain_at(checker, DIAGNOSTIC_PROPERTY_RULE, span,
                    "\"%.*s\" cannot stand beside %.*s", TEXT_ARGS(name), (int)out.length,
                    out.bytes);
        break;
    }
    buffer_release(&out);
}

static void check_rule(struct checker *checker, struct body *body, const struct schema_rule *rule,
                       struct span head, const struct wanted *owner) {
    size_t present = 0;
    for (size_t i = 0; i < rule->count; i++) {
        present += map_find(&body->seen, schema_rule_property(rule, i)) != NULL;
    }
    bool when = rule->when && map_find(&body->seen, rule->when);
    bool broken = false;
    switch (rule->kind) {
    case SCHEMA_RULE_EXACTLY_ONE: broken = present != 1; break;
    case SCHEMA_RULE_AT_LEAST_ONE: broken = present == 0; break;
    case SCHEMA_RULE_AT_MOST_ONE: broken = present > 1; break;
    case SCHEMA_RULE_NEEDS: broken = when && present < rule->count; break;
    case SCHEMA_RULE_EXCLUDES: broken = when && present > 0; break;
    }
    if (broken) report_rule(checker, body, rule, head, present, owner);
}

static bool has_branches(struct list entries) {
    for (const struct node *node = entries.first; node; node = node->next) {
        if (node->kind == NODE_IF || node->kind == NODE_FOR) return true;
        if (node->kind != NODE_ENTRY || !node->entry.value) continue;
        uint8_t kind = node->entry.value->kind; /* may be null: the evaluator looks */
        if (kind != NODE_TEXT && kind != NODE_RECORD && kind != NODE_LIST && kind != NODE_INT &&
            kind != NODE_TEMPLATE && kind != NODE_BOOL) {
            return true;
        }
    }
    return false;
}

static void check_whole(struct checker *checker, struct body *body, struct node *record,
                        struct span head, const struct wanted *owner) {
    if (body->is_open || body->exempt) return;
    check_required(checker, body, head, owner);
    bool unsure = has_branches(record->record.entries);
    for (size_t i = 0; i < schema_body_rule_count(body->schema); i++) {
        struct schema_rule rule = schema_body_rule(body->schema, i);
        if (unsure && rule.kind != SCHEMA_RULE_NEEDS) continue;
        check_rule(checker, body, &rule, head, owner);
    }
}

/* --- nested bodies --- */

void check_nested_body(struct checker *checker, struct node *record,
                       const struct schema_body *schema, const struct wanted *wanted) {
    struct body body = {.schema = schema};
    struct span head = {record->span.source, record->span.start, record->span.start + 1};
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    map_init(&body.seen, &checker->program->scratch);
    if (checker->entry && checker->entry->entry.value == record) {
        head = node_place(checker->entry);
    }
    body_entries(checker, &body, record->record.entries);
    check_whole(checker, &body, record, head, wanted);
    arena_rewind(&checker->program->scratch, mark);
}

/* --- resources of AWS --- */

static bool is_existing(struct list entries) {
    for (const struct node *node = entries.first; node; node = node->next) {
        if (node->kind == NODE_ENTRY && node->flags & NODE_META &&
            text_is(entry_text(node), "existing")) {
            return true;
        }
    }
    return false;
}

/* Types that do not exist where the block lands. */
static void check_availability(struct checker *checker, struct node *node,
                               const struct schema_type *type) {
    const struct region_block *block = checker->block;
    for (uint32_t i = 0; block && i < block->region_count; i++) {
        const struct node *region = block->regions[i]->region;
        const struct node *name = region ? region->region.region : NULL;
        if (!name || name->kind != NODE_TEXT) continue;
        int number = schema_region_find(node_text(name));
        if (number < 0 || schema_type_in_region(type, (size_t)number)) continue;
        struct diagnostic *d = complain_at(
            checker, DIAGNOSTIC_TYPE_NOT_IN_REGION, node->unit.type->span,
            "%.*s does not exist in region %.*s", TEXT_ARGS(schema_type_name(type)),
            TEXT_ARGS(node_text(name)));
        add_note(checker, d, name->span, "region \"%.*s\" is declared here",
                 NAME_ARGS(block->regions[i]->name));
        int near = schema_suggest_region(type, (size_t)number);
        if (near >= 0) {
            add_hint(checker, d, "The nearest region that has it is %.*s.",
                     TEXT_ARGS(schema_region_at((size_t)near)));
        }
        return;
    }
}

static void check_aws(struct checker *checker, struct node *node, const struct schema_type *type) {
    struct body body = {.schema = schema_type_body(type), .is_top = true, .resource = node};
    struct node *record = node->unit.body;
    const struct schema_type *outer = checker->resource;
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    map_init(&body.seen, &checker->program->scratch);
    body.exempt = is_existing(record->record.entries);
    checker->resource = type;
    checker->path_depth = 0;
    check_availability(checker, node, type);
    body_entries(checker, &body, record->record.entries);
    struct wanted owner = {.word = "resource", .name = name_text(node->declaration.name.name)};
    check_whole(checker, &body, record, written_span(node, node->declaration.name), &owner);
    arena_rewind(&checker->program->scratch, mark);
    checker->resource = outer;
}

/* Of a type that is not known. */
static void infer_values(struct checker *checker, struct list entries) {
    for (struct node *node = entries.first; node; node = node->next) {
        bool was = node->kind == NODE_ENTRY && node->flags & NODE_META;
        if (node->kind == NODE_ENTRY && !was) infer(checker, node->entry.value);
    }
}

void check_resource(struct checker *checker, struct node *node) {
    struct symbol *symbol = node->declaration.symbol;
    struct node *body = node->unit.body;
    if (!symbol || !symbol->name || !body || body->kind != NODE_RECORD) return;
    symbol_settle(checker, symbol);
    struct node *entry = checker->entry;
    checker->entry = NULL;
    if (symbol->type->kind == TYPE_RESOURCE) {
        check_aws(checker, node, symbol->type->resource);
    } else if (symbol->type->kind == TYPE_COMPONENT) {
        check_instance(checker, node, symbol->type->symbol);
    } else {
        infer_values(checker, body->record.entries);
    }
    checker->entry = entry;
}
