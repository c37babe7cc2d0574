/* Fourth walk: the declarations of a file, one after the other. */
#include "checker/typing.h"

static void check_items(struct checker *checker, struct list items);

/* --- entries of blocks and of the project --- */

struct known_entry {
    const char *name;
    const struct type *type; /* NULL: anything */
};

static const struct type names_type = {.kind = TYPE_LIST, .element = &type_string};
static const struct type texts_type = {.kind = TYPE_MAP, .element = &type_string};

static const struct known_entry project_entries[] = {
    {"suffix", &type_string},     {"tags", &texts_type}, {"account", &type_string},
    {"references", &type_string}, {"std", &type_int},    {"name", &type_string},
    {"allow", &texts_type},       {"deny", &names_type}, {NULL, NULL},
};
/* rollback_on is typed by alarms_type. */
static const struct known_entry stack_entries[] = {
    {"rollback_on", NULL}, {"bake", &type_int}, {NULL, NULL},
};

static void unknown_entry(struct checker *checker, struct node *node,
                          const struct known_entry *known, const char *what) {
    struct suggestion near;
    suggestion_init(&near, entry_text(node));
    for (const struct known_entry *entry = known; entry->name; entry++) {
        suggestion_offer(&near, text_of(entry->name));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_ENTRY, node,
                                    "%s has no entry \"%.*s\"", what, NAME_ARGS(node->entry.key));
    if (add_suggestion(checker, d, &near, node_place(node))) return;
    if (known == stack_entries) {
        add_hint(checker, d, "Properties stand in the braces of a resource; to name a value, write "
                 "let %.*s = ...", NAME_ARGS(node->entry.key));
    } else if (text_is(near.wanted, "region")) {
        add_hint(checker, d, "A region is declared by itself: region east \"us-east-1\" { ... }.");
    } else {
        struct text names = TEXT("");
        for (const struct known_entry *entry = known; entry->name; entry++) {
            names = text_format(checker->arena, "%.*s%s%s", TEXT_ARGS(names),
                                names.length ? ", " : "", entry->name);
        }
        add_hint(checker, d, "It has %.*s.", TEXT_ARGS(names));
    }
}

static const struct known_entry *entry_find(const struct known_entry *known, struct text name) {
    for (; known->name; known++) {
        if (text_is(name, known->name)) return known;
    }
    return NULL;
}

static void check_entry(struct checker *checker, struct node *node,
                        const struct known_entry *known, const char *what, bool must_be_known) {
    if (node->flags & NODE_BAD) return;
    const struct known_entry *entry =
        node->flags & NODE_META ? NULL : entry_find(known, entry_text(node));
    struct fact fact;
    if (!entry) {
        if (node->entry.key) unknown_entry(checker, node, known, what);
        infer(checker, node->entry.value);
        return;
    }
    if (!entry->type) {
        fact = infer(checker, node->entry.value);
    } else {
        struct wanted wanted = {.type = type_optional(checker, entry->type), .word = "entry",
                                .name = entry_text(node), .shown = entry->type};
        fact = expect(checker, node->entry.value, &wanted);
    }
    if (must_be_known) {
        const char *word = text_format(checker->arena, "\"%s\" of the project", entry->name).bytes;
        need_known(checker, node->entry.value, fact, word, NULL);
    }
}

static void check_project(struct checker *checker, struct node *node) {
    struct map seen;
    map_init(&seen, checker->arena);
    for (struct node *e = node->project.body->record.entries.first; e; e = e->next) {
        if (e->kind != NODE_ENTRY) {
            complain(checker, DIAGNOSTIC_UNKNOWN_ENTRY, e, "the project takes entries only");
            continue;
        }
        check_entry(checker, e, project_entries, "the project", true);
        if (!e->entry.key) continue;
        struct node *first = map_put(&seen, e->entry.key, e);
        if (first) complain_twice(checker, "entry", entry_text(e), e, first);
    }
}

/* --- params and types --- */

static void check_checks(struct checker *checker, struct list checks, const struct type *type) {
    for (struct node *node = checks.first; node; node = node->next) {
        if (node->check.it) {
            node->check.it->type = type;
            node->check.it->phase = PHASE_EITHER;
            node->check.it->state = STATE_DONE;
        }
        expect_condition(checker, node->check.condition, false, "a check");
        if (node->check.message) {
            expect_type(checker, node->check.message, &type_string, "the message of a check");
        }
    }
}

static void check_param(struct checker *checker, struct node *node) {
    struct symbol *symbol = node->declaration.symbol;
    if (!symbol) return;
    symbol_settle(checker, symbol);
    const struct type *base = type_base(symbol->type);
    if (symbol->is_deploy && base->kind == TYPE_ERROR) node->flags |= NODE_BAD;
    bool root = symbol->scope->kind == SCOPE_FILE && symbol->scope->module->index == 0;
    if (symbol->is_deploy && symbol->scope->kind != SCOPE_FILE) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_DEPLOY_TYPE, node->param.type,
                                        "a component has no deploy params");
        add_hint(checker, d, "Declare the deploy param in the file, and give it to the component.");
    }
    if (node->param.initial) {
        const struct type *given = symbol_given_type(symbol);
        struct wanted wanted = {.type = given, .word = "param",
                                .name = name_text(symbol->name)};
        checker->may_env = root;
        checker->wants_secret = type_holds_secret(base);
        struct fact fact = expect(checker, node->param.initial, &wanted);
        checker->may_env = checker->wants_secret = false;
        if (root) need_known(checker, node->param.initial, fact, "this default", NULL);
    }
    check_checks(checker, node->param.checks, symbol->type);
}

static void check_type(struct checker *checker, struct node *node) {
    struct symbol *symbol = node->declaration.symbol;
    if (!symbol) return;
    symbol_settle(checker, symbol);
    check_checks(checker, node->type.checks, type_base(symbol->type));
}

/* --- outputs --- */

static bool has_plain_text(const struct type *type) {
    type = type_base(type);
    return type->kind != TYPE_RESOURCE && type->kind != TYPE_COMPONENT &&
           type->kind != TYPE_REGION && type->kind != TYPE_STACK;
}

/* Outputs of files, regions and stacks are printed; those of components are values. */
static void check_output(struct checker *checker, struct node *node, bool is_shown) {
    struct symbol *symbol = node->declaration.symbol;
    if (!symbol) return;
    symbol_settle(checker, symbol);
    const struct type *type = symbol->type;
    if (!is_shown) return;
    if (type_holds_secret(type)) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_SECRET_EXPOSED, node->output.value,
                                        "output \"%.*s\" would show a secret",
                                        NAME_ARGS(symbol->name));
        add_hint(checker, d, "Outputs are readable by all who see the stack; leave it out.");
        return;
    }
    const struct type *inner = type_base(type_without_null(checker, type));
    if (has_plain_text(inner)) return;
    bool region = inner->kind == TYPE_REGION;
    struct diagnostic *d = complain(
        checker, region || inner->kind == TYPE_STACK ? DIAGNOSTIC_TYPE_MISMATCH
                                                     : DIAGNOSTIC_RESOURCE_AS_VALUE,
        node->output.value, "output \"%.*s\" wants a text, but this is %.*s",
        NAME_ARGS(symbol->name), TEXT_ARGS(type_article(checker, inner)));
    if (region) {
        add_hint(checker, d, "Write %.*s.name.",
                 TEXT_ARGS(expression_text(checker, node->output.value)));
    } else if (inner->kind != TYPE_STACK) {
        hint_attribute(checker, d, node->output.value, inner);
    }
}

/* --- regions --- */

static void unknown_region(struct checker *checker, struct node *node, struct text name) {
    struct suggestion near;
    suggestion_init(&near, name);
    for (size_t i = 0; i < schema_region_count(); i++) {
        suggestion_offer(&near, schema_region_at(i));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_REGION, node,
                                    "region \"%.*s\" is not known", TEXT_ARGS(name));
    if (!near.best.length) return;
    add_hint(checker, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    if (d && node->kind == NODE_TEXT) {
        diagnostic_fix(checker->diagnostics, d, node->span,
                       text_format(checker->arena, "\"%.*s\"", TEXT_ARGS(near.best)));
    }
}

static void check_region_name(struct checker *checker, struct node *node, struct node *name) {
    if (name->kind != NODE_TEXT) return;
    struct text text = node_text(name);
    if (schema_region_find(text) < 0) {
        unknown_region(checker, name, text);
        return;
    }
    const struct name *key = names_intern(checker->names, text);
    struct node *first = map_put(&checker->region_labels, key, node);
    if (!first || first == node) return;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_REGION_DECLARED_TWICE, name,
                                    "region \"%.*s\" has two labels", TEXT_ARGS(text));
    if (!first->declaration.name.name) return;
    add_note(checker, d, written_span(first, first->declaration.name),
             "it is declared as \"%.*s\" here", NAME_ARGS(first->declaration.name.name));
    add_hint(checker, d, "To add to a region, repeat its label alone: region %.*s { ... }.",
             NAME_ARGS(first->declaration.name.name));
}

static void check_region_list(struct checker *checker, struct node *node) {
    struct node *over = node->region.over;
    struct fact fact = expect_type(checker, over, type_list(checker, &type_string),
                                   "the list of regions");
    need_known(checker, over, fact, "which regions there are", NULL);
    if (over->kind != NODE_LIST) return;
    for (struct node *item = over->list.elements.first; item; item = item->next) {
        check_region_name(checker, node, item);
    }
}

static void check_region(struct checker *checker, struct node *node) {
    if (node->declaration.symbol) symbol_settle(checker, node->declaration.symbol);
    if (node->region.region) {
        struct fact fact = expect_type(checker, node->region.region, &type_string,
                                       "the name of a region");
        need_known(checker, node->region.region, fact, "which region this is", NULL);
        check_region_name(checker, node, node->region.region);
    }
    if (node->region.over) check_region_list(checker, node);
    checker->block = map_find(&checker->blocks, node);
    check_items(checker, node->region.body->block.items);
    checker->block = NULL;
}

/* --- units: stack, resource, pipeline, stage, action --- */

static void check_header(struct checker *checker, struct node *node, unsigned *pushed,
                         struct flow *flows) {
    const char *word = node_word(node->kind);
    *pushed = 0;
    generators_check(checker, node->unit.header->generators);
    for (struct node *g = node->unit.header->generators.first; g; g = g->next) {
        if (g->kind != NODE_FILTER || *pushed == 4) continue;
        flow_push(checker, &flows[(*pushed)++], g->filter.condition, true);
    }
    if (!node->unit.header->condition) return;
    struct fact fact =
        expect_condition(checker, node->unit.header->condition, false, "this condition");
    need_known(checker, node->unit.header->condition, fact,
               text_format(checker->arena, "whether there is this %s", word).bytes, NULL);
    flow_push(checker, &flows[(*pushed)++], node->unit.header->condition, true);
}

static void check_pipeline(struct checker *checker, struct node *node) {
    if (node->unit.home) expect_type(checker, node->unit.home, &type_region, "a pipeline");
}

static const struct known_entry *entries_of(const struct node *owner, const char **what) {
    switch ((int)owner->kind) {
    case NODE_STACK: *what = "a stack"; return stack_entries;
    }
    *what = "a region";
    return stack_entries;
}

static void check_unit(struct checker *checker, struct node *node) {
    struct flow flows[5];
    unsigned pushed;
    struct node *body = node->unit.body;
    check_header(checker, node, &pushed, flows);
    if (node->kind == NODE_PIPELINE) check_pipeline(checker, node);
    if (node->declaration.symbol) symbol_settle(checker, node->declaration.symbol);
    if (node->kind == NODE_RESOURCE || node->kind == NODE_ACTION) check_resource(checker, node);
    else if (body && body->kind == NODE_BLOCK) check_items(checker, body->block.items);
    while (pushed-- > 0) flow_pop(checker);
}

/* --- blocks --- */

static void check_branch(struct checker *checker, struct node *node) {
    struct flow flow;
    struct node *arms[2] = {node->branch.then, node->branch.otherwise};
    expect_condition(checker, node->branch.condition, true, "this condition");
    for (int i = 0; i < 2; i++) {
        if (!arms[i]) continue;
        flow_push(checker, &flow, node->branch.condition, i == 0);
        if (arms[i]->kind == NODE_IF) check_branch(checker, arms[i]);
        else if (arms[i]->kind == NODE_BLOCK) check_items(checker, arms[i]->block.items);
        flow_pop(checker);
    }
}

static void check_loop(struct checker *checker, struct node *node) {
    generators_check(checker, node->loop.generators);
    if (node->loop.body->kind == NODE_BLOCK) check_items(checker, node->loop.body->block.items);
}

/* What an assert warns of has a row among the diagnostics, so that it can be allowed by name. */
static void check_warning(struct checker *checker, struct node *name) {
    struct suggestion near;
    struct text text = node_text(name);
    enum diagnostic_id id = diagnostic_find(text);
    if (id != DIAGNOSTIC_COUNT && diagnostic_severity(id) == SEVERITY_WARNING) return;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_WARNING, name,
                                    "no warning has the name \"%.*s\"", TEXT_ARGS(text));
    suggestion_init(&near, text);
    for (int i = 0; i < DIAGNOSTIC_COUNT; i++) {
        if (diagnostic_severity(i) != SEVERITY_WARNING) continue;
        suggestion_offer(&near, text_of(diagnostic_name(i)));
    }
    if (add_suggestion(checker, d, &near, name->span)) return;
    add_hint(checker, d, "Write \"advice\", which is for warnings of programs.");
}

static void check_assert(struct checker *checker, struct node *node) {
    expect_condition(checker, node->assertion.condition, false, "an assertion");
    if (!node->assertion.message) return;
    expect_type(checker, node->assertion.message, &type_string, "the message of an assertion");
    if (node->assertion.warning) check_warning(checker, node->assertion.warning);
}

/* The file whose params the tests of a file give: the root, or an imported file's own. */
static struct scope *tested_scope(struct checker *checker, const struct node *node) {
    for (uint32_t i = 0; i < checker->program->module_count; i++) {
        const struct module *module = checker->program->modules[i];
        if (module->source == node->span.source && !module->is_tests) return module->scope;
    }
    return checker->program->modules[0]->scope;
}

/* The inputs of a test. */
static void check_with(struct checker *checker, struct node *node) {
    struct scope *root = tested_scope(checker, node);
    for (struct node *e = node->with.record->record.entries.first; e; e = e->next) {
        if (e->kind != NODE_ENTRY || !e->entry.key) continue;
        const struct name *name = e->entry.key;
        struct symbol *param = map_find(&root->values, name);
        if (param && param->kind == SYMBOL_PARAM) {
            symbol_settle(checker, param);
            /* a secret of a test is none: its text may stand there */
            bool is_secret = type_holds_secret(type_base(param->type));
            struct wanted wanted = {.type = is_secret ? &type_string : param->type, .word = "param",
                                    .name = name_text(name), .declared = symbol_span(param),
                                    .has_declared = true};
            struct fact fact = expect(checker, e->entry.value, &wanted);
            need_known(checker, e->entry.value, fact, "an input of a test", NULL);
            continue;
        }
        struct suggestion near;
        suggestion_init(&near, name_text(name));
        for (uint32_t i = 0; i < root->values.count; i++) {
            struct symbol *symbol = root->values.entries[i].value;
            if (symbol->kind == SYMBOL_PARAM) suggestion_offer(&near, name_text(symbol->name));
        }
        struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_PARAMETER, e,
                                        "the program has no param \"%.*s\"", NAME_ARGS(name));
        add_suggestion(checker, d, &near, node_place(e));
        infer(checker, e->entry.value);
    }
}

static void check_fn(struct checker *checker, struct node *node) {
    if (node->declaration.symbol) fn_settle(checker, node->declaration.symbol);
}

static void check_item(struct checker *checker, struct node *node) {
    switch ((int)node->kind) {
    case NODE_PARAM: check_param(checker, node); break;
    case NODE_LET: symbol_settle(checker, node->declaration.symbol); break;
    case NODE_FN: check_fn(checker, node); break;
    case NODE_TYPE: check_type(checker, node); break;
    case NODE_COMPONENT: {
        bool in_component = checker->in_component;
        checker->in_component = true;
        check_items(checker, node->component.body->block.items);
        checker->in_component = in_component;
        break;
    }
    case NODE_PROJECT:
        if (!(node->flags & NODE_BAD)) check_project(checker, node);
        break;
    case NODE_REGION: check_region(checker, node); break;
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE: case NODE_ACTION:
        check_unit(checker, node);
        break;
    case NODE_OUTPUT: check_output(checker, node, !checker->in_component); break;
    case NODE_ASSERT: check_assert(checker, node); break;
    case NODE_TEST: case NODE_POLICY: check_items(checker, node->test.body->block.items); break;
    case NODE_WITH: check_with(checker, node); break;
    case NODE_IF: check_branch(checker, node); break;
    case NODE_FOR: check_loop(checker, node); break;
    }
}

static const struct type *alarms_type(struct checker *checker) {
    const struct type *alarm =
        type_resource(checker, schema_type_find(TEXT("AWS::CloudWatch::Alarm")));
    const struct type *composite =
        type_resource(checker, schema_type_find(TEXT("AWS::CloudWatch::CompositeAlarm")));
    return type_list(checker, type_either(checker, alarm, composite));
}

/* rollback_on of a stack, and of a region for the stack that it is itself. */
static bool is_rollback_entry(const struct node *node) {
    return !(node->flags & NODE_META) && text_is(entry_text(node), "rollback_on");
}

static void check_stack_entry(struct checker *checker, struct node *node,
                              const struct node *owner) {
    const char *what;
    const struct known_entry *known = entries_of(owner, &what);
    if (!is_rollback_entry(node)) {
        check_entry(checker, node, known, what, false);
        return;
    }
    struct fact fact = expect_type(checker, node->entry.value, alarms_type(checker),
                                   "\"rollback_on\"");
    need_known(checker, node->entry.value, fact, "which alarms roll the stack back", NULL);
}

static void check_owned_entry(struct checker *checker, struct node *node,
                              const struct node *owner) {
    if (owner->kind == NODE_POLICY) {
        policy_entry(checker, node);
        return;
    }
    if (owner->kind == NODE_PIPELINE || owner->kind == NODE_STAGE) {
        pipeline_entry(checker, node, owner);
        return;
    }
    check_stack_entry(checker, node, owner);
}

static void check_items(struct checker *checker, struct list items) {
    for (struct node *item = items.first; item; item = item->next) {
        if (item->kind == NODE_ENTRY) {
            if (checker->owner) check_owned_entry(checker, item, checker->owner);
            continue;
        }
        const struct node *owner = checker->owner;
        bool owns = item->kind == NODE_REGION || item->kind == NODE_STACK ||
                    item->kind == NODE_PIPELINE || item->kind == NODE_STAGE ||
                    item->kind == NODE_POLICY;
        if (owns) checker->owner = item;
        check_item(checker, item);
        checker->owner = owner;
    }
}

/* --- components in themselves --- */

struct inside {
    struct checker *checker;
    struct inside *outer;
    struct symbol *component;
};

static void visit_component(struct inside *inside);

static void report_recursion(struct inside *inside, struct symbol *target, struct node *resource) {
    struct checker *checker = inside->checker;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_RECURSIVE_COMPONENT, resource->unit.type,
                                    "component \"%.*s\" contains itself", NAME_ARGS(target->name));
    for (struct inside *i = inside; i && i->component != target; i = i->outer) {
        add_note(checker, d, symbol_span(i->component), "by way of component \"%.*s\"",
                 NAME_ARGS(i->component->name));
    }
}

static void visit_type(struct inside *inside, struct node *resource) {
    struct symbol *symbol = resource->declaration.symbol;
    if (!symbol || !symbol->type || symbol->type->kind != TYPE_COMPONENT) return;
    struct symbol *target = symbol->type->symbol;
    unsigned depth = 0;
    for (struct inside *i = inside; i; i = i->outer, depth++) {
        bool same = i->component == target ||
                    (target->kind == SYMBOL_MODULE && component_scope(i->component) &&
                     component_scope(i->component) == component_scope(target));
        if (!same) continue;
        report_recursion(inside, i->component, resource);
        return;
    }
    if (target->is_in_cycle || depth > LIMIT_CALL_DEPTH) return;
    struct inside next = {inside->checker, inside, target};
    visit_component(&next);
    target->is_in_cycle = true; /* seen */
}

static void visit_items(struct node *node, void *context) {
    struct inside *inside = context;
    if (node->kind == NODE_RESOURCE) visit_type(inside, node);
    else if (node->kind == NODE_BLOCK || node->kind == NODE_IF || node->kind == NODE_FOR ||
             node->kind == NODE_STACK) {
        node_each_child(node, visit_items, context);
    }
}

static void visit_component(struct inside *inside) {
    const struct symbol *symbol = inside->component;
    if (symbol->kind == SYMBOL_MODULE) {
        if (!symbol->imported) return;
        node_each_child(symbol->imported->parse.file, visit_items, inside);
    } else if (symbol->declaration) {
        node_each_child(symbol->declaration, visit_items, inside);
    }
}

static void check_recursion(struct checker *checker, struct module *module) {
    for (uint32_t i = 0; i < module->scope->types.count; i++) {
        struct symbol *symbol = module->scope->types.entries[i].value;
        if (symbol->kind != SYMBOL_COMPONENT || symbol->scope != module->scope) continue;
        if (symbol->is_in_cycle) continue;
        struct inside inside = {checker, NULL, symbol};
        visit_component(&inside);
        symbol->is_in_cycle = true;
    }
}

/* --- the walk --- */

void check_begin(struct checker *checker) {
    struct node *project = checker->program->project;
    struct symbol *account = map_find(&checker->program->universe->values,
                                      names_intern(checker->names, TEXT("account")));
    account->phase = PHASE_DEFERRED;
    for (uint32_t i = 0; i < checker->program->universe->values.count; i++) {
        struct symbol *symbol = checker->program->universe->values.entries[i].value;
        symbol->type = symbol->kind == SYMBOL_HERE     ? &type_region
                       : symbol->kind == SYMBOL_STACKS ? &type_json
                       : symbol->kind == SYMBOL_DIAGNOSTICS ? diagnostics_type(checker)
                                                       : &type_string;
    }
    if (!project) return;
    for (struct node *e = project->project.body->record.entries.first; e; e = e->next) {
        if (e->kind != NODE_ENTRY) continue;
        if (text_is(entry_text(e), "account")) account->phase = PHASE_EITHER;
    }
}

void check_module(struct checker *checker, struct module *module) {
    checker->in_component = module->index != 0;
    checker->owner = NULL;
    check_items(checker, module->parse.file->file.items);
    check_recursion(checker, module);
    checker->in_component = false;
}

void check_one_expression(struct checker *checker, struct node *expression) {
    infer(checker, expression);
}
