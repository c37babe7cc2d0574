/* Third walk: each written name gets its symbol, and how many frames up the symbol's frame is.
 *
 * Variables of loops and functions become visible as the walk passes them, so that
 * `for x in x` loops over the x around.
 */
#include "checker/typing.h"
#include "evaluator/builtin.h"

static void resolve(struct checker *checker, struct node *node, struct scope *scope);

static void resolve_list(struct checker *checker, struct list list, struct scope *scope) {
    for (struct node *node = list.first; node; node = node->next) resolve(checker, node, scope);
}

/* --- unknown names --- */

static const char *nested_word(const struct symbol *symbol) {
    const struct scope *scope = symbol->scope;
    if (!scope || !scope->owner) return NULL;
    if (scope->owner->kind == NODE_IF) return "an \"if\" block";
    if (scope->owner->kind == NODE_FOR) return "a \"for\" block";
    return NULL;
}

static void gather_symbols(struct node *node, void *context) {
    struct map *everywhere = context;
    const struct declaration *head = node_declaration(node);
    const struct symbol *symbol = head ? head->symbol : NULL;
    if (symbol && symbol->scope && !map_find(everywhere, symbol->name)) {
        map_put(everywhere, symbol->name, head->symbol);
    }
    node_each_child(node, gather_symbols, everywhere);
}

/* The first symbol of that name in any file of the program's own. */
static struct symbol *find_everywhere(struct checker *checker, const struct name *name) {
    const struct program *program = checker->program;
    for (uint32_t i = 0; checker->everywhere.count == 0 && i < program->module_count; i++) {
        if (program->modules[i]->is_std) continue;
        gather_symbols(program->modules[i]->parse.file, &checker->everywhere);
    }
    return map_find(&checker->everywhere, name);
}

/* A name that is declared, but not to be seen from here. */
static bool hint_elsewhere(struct checker *checker, struct diagnostic *d,
                           const struct name *name) {
    struct symbol *symbol = find_everywhere(checker, name);
    if (!symbol || !symbol->declaration || !symbol->scope || symbol->kind == SYMBOL_LOCAL) {
        return false;
    }
    const struct node *owner = symbol->scope->owner;
    const char *nested = nested_word(symbol);
    struct scope *region = scope_of_kind(symbol->scope, NODE_REGION);
    if (nested) {
        add_note(checker, d, symbol_span(symbol), "it is declared in %s", nested);
        add_hint(checker, d, "What is declared in %s is known in that block only.", nested);
    } else if (region && owner->kind == NODE_REGION && node_name(owner->region.names.first)) {
        const struct name *label = node_name(owner->region.names.first);
        add_note(checker, d, symbol_span(symbol), "it is declared in region \"%.*s\"",
                 NAME_ARGS(label));
        add_hint(checker, d, "Write %.*s.%.*s.", NAME_ARGS(label), NAME_ARGS(name));
    } else if (owner->kind == NODE_STACK) {
        const struct name *stack = owner->declaration.name.name;
        if (!stack) return false;
        add_note(checker, d, symbol_span(symbol), "it is declared in stack \"%.*s\"",
                 NAME_ARGS(stack));
        add_hint(checker, d, "Write %.*s.%.*s.", NAME_ARGS(stack), NAME_ARGS(name));
    } else if (owner->kind == NODE_COMPONENT) {
        add_note(checker, d, symbol_span(symbol), "it is declared in a component");
        add_hint(checker, d, "What a component declares is seen in it only; give it an output.");
    } else {
        return false;
    }
    return true;
}

static void unknown_value(struct checker *checker, struct node *node, struct scope *scope) {
    const struct name *name = node_name(node);
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    scope_suggest(checker, scope, SPACE_VALUES, &near);
    bool is_function = scope_find(checker, scope, name, SPACE_FUNCTIONS).symbol ||
                       builtin_find(name_text(name));
    struct found type = scope_find(checker, scope, name, SPACE_TYPES);
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_NAME, node,
                                    "name \"%.*s\" is not known", NAME_ARGS(name));
    if (hint_elsewhere(checker, d, name)) return;
    if (hint_foreign_name(checker, d, node)) return;
    if (is_function) {
        add_hint(checker, d, "It is a function; to call it, write %.*s(...).", NAME_ARGS(name));
    } else if (type.symbol) {
        add_hint(checker, d,
                 "It is a type; a value of it is declared with resource, param or let.");
    } else if (!add_suggestion(checker, d, &near, node->span)) {
        add_hint(checker, d, "If text was meant, put it in quotes: \"%.*s\".", NAME_ARGS(name));
    }
}

static bool is_inside(struct scope *scope, enum node_kind kind) {
    return scope_of_kind(scope, kind) != NULL;
}

/* `here` means the region around; a fn and a component have the one they are used in. */
static void check_here(struct checker *checker, struct node *node, struct scope *scope) {
    if (is_inside(scope, NODE_REGION) || is_inside(scope, NODE_COMPONENT) ||
        is_inside(scope, NODE_FN) || is_inside(scope, NODE_PIPELINE)) {
        return;
    }
    bool looks_on = is_inside(scope, NODE_POLICY) || is_inside(scope, NODE_TEST);
    if (scope->module->index != 0 && !looks_on) return; /* may be a component */
    struct diagnostic *d = complain(checker, DIAGNOSTIC_HERE_OUTSIDE_REGION, node,
                                    "\"here\" stands outside of any region");
    add_hint(checker, d, "\"here\" is the region whose block it stands in; elsewhere write the "
             "region itself, such as east.name.");
}

/* `stacks` and `diagnostics` are what came out: nothing that it comes from can ask for them. */
static bool is_seen_here(const struct symbol *symbol, struct scope *scope) {
    if (symbol->kind != SYMBOL_STACKS && symbol->kind != SYMBOL_DIAGNOSTICS) return true;
    if (is_inside(scope, NODE_TEST)) return true;
    return symbol->kind == SYMBOL_STACKS && is_inside(scope, NODE_POLICY);
}

static void resolve_name(struct checker *checker, struct node *node, struct scope *scope) {
    if (!node_name(node)) return;
    struct found found = scope_find(checker, scope, node_name(node), SPACE_VALUES);
    if (found.symbol && !is_seen_here(found.symbol, scope)) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_NAME, node,
                                        "\"%.*s\" is known in %s only", NAME_ARGS(node_name(node)),
                                        found.symbol->kind == SYMBOL_STACKS ? "tests and policies"
                                                                            : "tests");
        add_hint(checker, d,
                 "A test or policy looks at what the program makes: test \"...\" { assert "
                 "... }.");
        return;
    }
    node_set_symbol(node, found.symbol);
    node->hops = found.hops;
    if (!found.symbol) {
        unknown_value(checker, node, scope);
    } else if (found.symbol->kind == SYMBOL_HERE) {
        check_here(checker, node, scope);
    } else if (found.symbol->kind == SYMBOL_MODULE && !found.symbol->imported) {
        node->flags |= NODE_BAD;
    }
}

/* --- names of modules --- */

static struct symbol *module_symbol(const struct node *node) {
    if (node->kind != NODE_NAME || !node_symbol(node)) return NULL;
    return node_symbol(node)->kind == SYMBOL_MODULE ? node_symbol(node) : NULL;
}

static struct symbol *module_member(struct checker *checker, const struct symbol *symbol,
                                    struct node *node, struct written_name name,
                                    enum space space) {
    struct module *module = symbol->imported;
    const struct map *map = scope_map(module->scope, space);
    struct span span = written_span(node, name);
    struct symbol *found = name.name ? map_find(map, name.name) : NULL;
    /* types and components are, what has a value is not */
    bool is_passed_on = found && space == SPACE_TYPES;
    if (found && found->scope != module->scope && !is_passed_on) found = NULL;
    if (found) found->is_used = true;
    if (found && symbol_is_public(found)) return found;
    if (!name.name || node->flags & NODE_BAD) return NULL;
    node->flags |= NODE_BAD;
    if (found) {
        struct diagnostic *d = complain_at(checker, DIAGNOSTIC_PRIVATE_NAME, span,
                                           "\"%.*s\" is private to file \"%.*s\"",
                                           NAME_ARGS(name.name), TEXT_ARGS(module->path));
        add_hint(checker, d, "Names that begin with \"_\" are seen in their own file only; rename "
                 "it there to use it here.");
        return NULL;
    }
    struct suggestion near;
    suggestion_init(&near, name_text(name.name));
    bool is_offered = library_offer(module, space, &near);
    for (uint32_t i = 0; !is_offered && i < map->count; i++) {
        struct symbol *other = map->entries[i].value;
        if (symbol_is_public(other)) suggestion_offer(&near, name_text(other->name));
    }
    enum diagnostic_id id = space == SPACE_FUNCTIONS ? DIAGNOSTIC_UNKNOWN_FUNCTION
                            : space == SPACE_TYPES   ? DIAGNOSTIC_UNKNOWN_TYPE
                                                     : DIAGNOSTIC_UNKNOWN_NAME;
    struct diagnostic *d = complain_at(checker, id, span, "file \"%.*s\" declares no %s \"%.*s\"",
                                       TEXT_ARGS(module->path),
                                       space == SPACE_FUNCTIONS ? "function"
                                       : space == SPACE_TYPES   ? "type or component"
                                                                : "value",
                                       NAME_ARGS(name.name));
    add_suggestion(checker, d, &near, span);
    return NULL;
}

static void resolve_member(struct checker *checker, struct node *node, struct scope *scope) {
    resolve(checker, node->member.object, scope);
    struct symbol *module = module_symbol(node->member.object);
    if (!module) return;
    if (!module->imported) {
        node->flags |= NODE_BAD;
        return;
    }
    node->member.symbol = module_member(checker, module, node, node->member.member, SPACE_VALUES);
}

/* --- calls --- */

static void unknown_function(struct checker *checker, struct node *callee, struct scope *scope) {
    const struct name *name = node_name(callee);
    struct suggestion near;
    size_t count;
    suggestion_init(&near, name_text(name));
    scope_suggest(checker, scope, SPACE_FUNCTIONS, &near);
    const struct builtin *rows = builtin_all(&count);
    for (size_t i = 0; i < count; i++) suggestion_offer(&near, text_of(rows[i].name));
    struct found value = scope_find(checker, scope, name, SPACE_VALUES);
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_FUNCTION, callee,
                                    "function \"%.*s\" is not known", NAME_ARGS(name));
    if (is_test_function(name_text(name), true)) {
        add_hint(checker, d, "It is known in %s only.",
                 is_test_function(name_text(name), false) ? "tests and policies" : "tests");
        return;
    }
    const char *advice;
    struct text ours = builtin_habit(name_text(name), &advice);
    if (ours.length) {
        add_hint(checker, d, "The function is called \"%.*s\" here.", TEXT_ARGS(ours));
        return;
    }
    if (advice) {
        add_hint(checker, d, "%s", advice);
        return;
    }
    if (add_suggestion(checker, d, &near, callee->span)) return;
    if (value.symbol) {
        add_hint(checker, d, "\"%.*s\" is a %s, which cannot be called.", NAME_ARGS(name),
                 symbol_word(value.symbol));
    }
}

static void unknown_method(struct checker *checker, struct node *call) {
    struct node *callee = call->call.callee;
    struct written_name member = callee->member.member;
    if (!member.name || callee->flags & NODE_BAD) return;
    callee->flags |= NODE_BAD;
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_UNKNOWN_FUNCTION,
                                       written_span(callee, member),
                                       "values have no functions of their own, such as \"%.*s\"",
                                       NAME_ARGS(member.name));
    hint_foreign_method(checker, d, call);
}

/* Functions of one place: what tests and policies look at. They have no row since no template comes
 * of them. */
static bool is_local_function(const struct name *name, struct scope *scope) {
    bool in_test = is_inside(scope, NODE_TEST);
    return (in_test || is_inside(scope, NODE_POLICY)) && is_test_function(name_text(name), in_test);
}

/* Only modules have functions behind a dot, so a value of the same name does not hide one there. */
static bool resolve_module_name(struct checker *checker, struct node *node, struct scope *scope) {
    if (node->kind != NODE_NAME || !node_name(node)) return false;
    struct found found = scope_find(checker, scope, node_name(node), SPACE_TYPES);
    if (!found.symbol || found.symbol->kind != SYMBOL_MODULE) return false;
    node_set_symbol(node, found.symbol);
    node->hops = found.hops;
    if (!found.symbol->imported) node->flags |= NODE_BAD;
    return true;
}

static void resolve_callee(struct checker *checker, struct node *call, struct scope *scope,
                           bool *known) {
    struct node *callee = call->call.callee;
    if (callee->kind == NODE_NAME) {
        if (!node_name(callee)) return;
        struct found found = scope_find(checker, scope, node_name(callee), SPACE_FUNCTIONS);
        call->call.symbol = found.symbol;
        call->hops = found.hops;
        if (found.symbol && found.symbol->kind != SYMBOL_FN) call->call.symbol = NULL;
        if (found.symbol) return;
        const struct builtin *row = builtin_find(name_text(node_name(callee)));
        if (row) {
            call->call.builtin = row;
            call->flags |= NODE_BUILTIN;
        } else if (is_local_function(node_name(callee), scope)) {
            *known = true;
        } else {
            unknown_function(checker, callee, scope);
        }
        return;
    }
    if (callee->kind != NODE_MEMBER) {
        resolve(checker, callee, scope);
        struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_FUNCTION, callee,
                                        "only functions can be called");
        if (!hint_foreign_callee(checker, d, callee))
            add_hint(checker, d, "Functions are called by their names, such as length(xs).");
        return;
    }
    if (!resolve_module_name(checker, callee->member.object, scope)) {
        resolve(checker, callee->member.object, scope);
    }
    struct symbol *module = module_symbol(callee->member.object);
    if (!module) {
        if (!(callee->member.object->flags & NODE_BAD)) unknown_method(checker, call);
        return;
    }
    if (!module->imported) return;
    call->call.symbol = module_member(checker, module, callee, callee->member.member,
                                      SPACE_FUNCTIONS);
    call->hops = HOPS_MODULE;
}

static void resolve_call(struct checker *checker, struct node *call, struct scope *scope) {
    bool known = false;
    resolve_callee(checker, call, scope, &known);
    if (!call_symbol(call) && !call_row(call) && !known) call->flags |= NODE_BAD;
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        resolve(checker, a->kind == NODE_ARGUMENT ? a->argument.value : a, scope);
    }
}

/* --- loops --- */

static struct symbol *loop_variable(struct checker *checker, struct node *generator,
                                    struct written_name name, struct scope *scope) {
    if (!name.name) return NULL;
    struct symbol *symbol = symbol_new(checker, SYMBOL_LOCAL, name.name, generator);
    scope_declare(checker, scope, &scope->values, symbol, written_span(generator, name));
    scope_slot(scope, symbol);
    return symbol;
}

static void resolve_generators(struct checker *checker, struct list generators,
                               struct scope *scope) {
    for (struct node *node = generators.first; node; node = node->next) {
        if (node->kind == NODE_FILTER) {
            resolve(checker, node->filter.condition, scope);
            continue;
        }
        if (node->kind != NODE_GENERATOR) continue;
        resolve(checker, node->generator.over, scope);
        node->generator.first_symbol =
            loop_variable(checker, node, node->generator.first, scope);
        node->generator.second_symbol =
            loop_variable(checker, node, node->generator.second, scope);
    }
}

static void resolve_comprehension(struct checker *checker, struct node *node,
                                  struct scope *scope) {
    struct scope *inner = scope_new(checker, SCOPE_LOOP, scope, node);
    node->comprehension.scope = inner;
    resolve_generators(checker, node->comprehension.generators, inner);
    if (node->comprehension.key) resolve(checker, node->comprehension.key, inner);
    resolve(checker, node->comprehension.value, inner);
}

static void resolve_loop(struct checker *checker, struct node *node, struct scope *scope) {
    if (!node->loop.scope) node->loop.scope = scope_new(checker, SCOPE_LOOP, scope, node);
    resolve_generators(checker, node->loop.generators, node->loop.scope);
    resolve(checker, node->loop.body, node->loop.scope);
}

/* --- types --- */

static void resolve_type_path(struct checker *checker, struct node *node, struct scope *scope) {
    struct found found = scope_find(checker, scope, node_name(node), SPACE_TYPES);
    struct node *member = type_name_members(node).first;
    if (!found.symbol) return; /* built in, or unknown: types.c and resource.c know which */
    if (found.symbol->kind == SYMBOL_MODULE && !found.symbol->imported) {
        node->flags |= NODE_BAD;
        return;
    }
    if (!member) {
        node_set_symbol(node, found.symbol);
        node->hops = found.hops;
        return;
    }
    if (member->next || found.symbol->kind != SYMBOL_MODULE) {
        complain(checker, DIAGNOSTIC_UNKNOWN_TYPE, node, "type \"%.*s\" has no types in it",
                 NAME_ARGS(node_name(node)));
        return;
    }
    struct written_name name = {node_name(member), member->span.start, member->span.end};
    node_set_symbol(member, module_member(checker, found.symbol, node, name, SPACE_TYPES));
    node->hops = HOPS_MODULE;
    if (!type_name_symbol(node)) node->flags |= NODE_BAD;
}

static void resolve_fields(struct checker *checker, struct list fields, struct scope *scope) {
    for (struct node *field = fields.first; field; field = field->next) {
        if (field->field.type) resolve(checker, field->field.type, scope);
        if (field_initial(field)) resolve(checker, field_initial(field), scope);
    }
}

static void resolve_checks(struct checker *checker, struct list checks, struct scope *scope) {
    for (struct node *check = checks.first; check; check = check->next) {
        struct scope *inner = scope_new(checker, SCOPE_CHECK, scope, check);
        struct symbol *it = symbol_new(checker, SYMBOL_LOCAL, checker->name_it, check);
        check->check.it = it;
        it->scope = inner;
        map_put(&inner->values, it->name, it);
        scope_slot(inner, it);
        resolve(checker, check->check.condition, inner);
        if (check->check.message) resolve(checker, check->check.message, inner);
    }
}

/* --- declarations --- */

static void resolve_fn(struct checker *checker, struct node *node, struct scope *scope) {
    struct scope *inner = node->fn.scope;
    for (struct node *field = node->fn.parameters.first; field; field = field->next) {
        if (field->field.type) resolve(checker, field->field.type, scope);
        if (field_initial(field)) resolve(checker, field_initial(field), inner);
        loop_variable(checker, field, field->field.name, inner);
    }
    if (node->fn.result) resolve(checker, node->fn.result, scope);
    for (struct node *let = node->fn.lets.first; let; let = let->next) {
        if (declared_type(let)) resolve(checker, declared_type(let), scope);
        resolve(checker, let->let.value, inner);
        struct symbol *symbol = symbol_new(checker, SYMBOL_LET, let->declaration.name.name, let);
        let->declaration.symbol = symbol;
        scope_declare(checker, inner, &inner->values, symbol,
                      written_span(let, let->declaration.name));
        scope_slot(inner, symbol);
    }
    resolve(checker, node->fn.value, inner);
}

static void resolve_unit(struct checker *checker, struct node *node, struct scope *scope) {
    struct scope *inner = scope;
    struct node *hidden = checker->hidden;
    if (node->unit.header->condition) resolve(checker, node->unit.header->condition, scope);
    if (node->unit.header->scope) {
        inner = node->unit.header->scope;
        resolve_generators(checker, node->unit.header->generators, inner);
    }
    if (node->unit.home) resolve(checker, node->unit.home, inner);
    /* as the body: an instance is made in the frame of its loop */
    if (node->unit.type) resolve(checker, node->unit.type, inner);
    if (node->kind == NODE_ACTION) checker->hidden = node;
    if (node->unit.body) resolve(checker, node->unit.body, inner);
    checker->hidden = hidden;
}

/* Files hold declarations only: an entry there is a mistake that declare.c has reported. */
static void resolve_region(struct checker *checker, struct node *node, struct scope *scope) {
    if (node->region.region) resolve(checker, node->region.region, scope);
    if (node->region.over) resolve(checker, node->region.over, scope);
    resolve(checker, node->region.body, scope);
}

static void resolve_entry(struct checker *checker, struct node *node, struct scope *scope) {
    if (!node->entry.key) resolve(checker, node->entry.computed, scope);
    bool is_past = node->flags & NODE_META && text_is(entry_text(node), "was");
    if (is_past) return; /* a path that is no more */
    if (node->entry.value) resolve(checker, node->entry.value, scope);
}

static void resolve_branch(struct checker *checker, struct node *node, struct scope *scope) {
    resolve(checker, node->branch.condition, scope);
    resolve(checker, node->branch.then, scope);
    if (node->branch.otherwise) resolve(checker, node->branch.otherwise, scope);
}

static void resolve(struct checker *checker, struct node *node, struct scope *scope) {
    if (!node) return;
    switch ((enum node_kind)node->kind) {
    case NODE_NAME: resolve_name(checker, node, scope); break;
    case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL: case NODE_TEXT:
    case NODE_AWS_TYPE: case NODE_ERROR: case NODE_IMPORT: case NODE_TYPE_LITERAL: break;
    case NODE_TEMPLATE: resolve_list(checker, node->template.parts, scope); break;
    case NODE_LIST: resolve_list(checker, node->list.elements, scope); break;
    case NODE_RECORD: resolve_list(checker, node->record.entries, scope); break;
    case NODE_SPREAD: resolve(checker, node->spread.value, scope); break;
    case NODE_LIST_FOR: case NODE_MAP_FOR: resolve_comprehension(checker, node, scope); break;
    case NODE_GENERATOR: case NODE_FILTER: break; /* see resolve_generators */
    case NODE_UNARY: resolve(checker, node->unary.operand, scope); break;
    case NODE_BINARY:
        resolve(checker, node->binary.left, scope);
        resolve(checker, node->binary.right, scope);
        break;
    case NODE_CONDITIONAL:
        resolve(checker, node->conditional.condition, scope);
        resolve(checker, node->conditional.then, scope);
        resolve(checker, node->conditional.otherwise, scope);
        break;
    case NODE_MEMBER: resolve_member(checker, node, scope); break;
    case NODE_INDEX:
        resolve(checker, node->index.object, scope);
        resolve(checker, node->index.index, scope);
        break;
    case NODE_CALL: resolve_call(checker, node, scope); break;
    case NODE_ARGUMENT: resolve(checker, node->argument.value, scope); break;
    case NODE_PAREN: resolve(checker, node->paren.inner, scope); break;
    case NODE_ENTRY: resolve_entry(checker, node, scope); break;
    case NODE_IF: resolve_branch(checker, node, scope); break;
    case NODE_FOR: resolve_loop(checker, node, scope); break;
    case NODE_BLOCK: resolve_list(checker, node->block.items, node->block.scope); break;
    case NODE_TYPE_NAME: resolve_type_path(checker, node, scope); break;
    case NODE_TYPE_LIST: resolve(checker, node->type_list.element, scope); break;
    case NODE_TYPE_MAP: resolve(checker, node->type_map.element, scope); break;
    case NODE_TYPE_RECORD: resolve_fields(checker, node->type_record.fields, scope); break;
    case NODE_FIELD: break;
    case NODE_TYPE_OPTIONAL: resolve(checker, node->type_optional.inner, scope); break;
    case NODE_TYPE_UNION: resolve_list(checker, node->type_union.members, scope); break;
    case NODE_TYPE_DEPLOY: resolve(checker, node->type_deploy.inner, scope); break;
    case NODE_TYPE_SSM: resolve(checker, node->type_ssm.inner, scope); break;
    case NODE_PARAM:
        resolve(checker, node->param.type, scope);
        resolve(checker, node->param.initial, scope);
        resolve_checks(checker, node->param.checks, scope);
        break;
    case NODE_CHECK: break;
    case NODE_LET:
        resolve(checker, declared_type(node), scope);
        resolve(checker, node->let.value, scope);
        break;
    case NODE_FN: resolve_fn(checker, node, scope); break;
    case NODE_TYPE:
        resolve(checker, node->type.type, scope);
        resolve_checks(checker, node->type.checks, scope);
        break;
    case NODE_COMPONENT: resolve(checker, node->component.body, scope); break;
    case NODE_PROJECT: resolve(checker, node->project.body, scope); break;
    case NODE_REGION: resolve_region(checker, node, scope); break;
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE: case NODE_ACTION:
        resolve_unit(checker, node, scope);
        break;
    case NODE_OUTPUT:
        resolve(checker, declared_type(node), scope);
        resolve(checker, node->output.value, scope);
        break;
    case NODE_ASSERT:
        resolve(checker, node->assertion.condition, scope);
        resolve(checker, node->assertion.message, scope);
        break;
    case NODE_TEST: case NODE_POLICY: resolve(checker, node->test.body, scope); break;
    case NODE_WITH: resolve(checker, node->with.record, scope); break;
    case NODE_FILE: resolve_list(checker, node->file.items, scope); break;
    case NODE_KIND_COUNT: break;
    }
}

void resolve_module(struct checker *checker, struct module *module) {
    resolve(checker, module->parse.file, module->scope);
}

void resolve_expression(struct checker *checker, struct node *node, struct scope *scope) {
    resolve(checker, node, scope);
}
