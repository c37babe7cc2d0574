/* Pipelines: a block of the program that stands for a component of the library.
 *
 * `pipeline p in r { ... }` is an instance of std.deliver.Pipeline whose params are the entries of
 * the block; its stages are records of the type std.deliver.Stage; an action is an instance of a
 * component that has an output `action`. So what a pipeline takes is written in the library alone.
 */
#include "checker/typing.h"

static struct symbol *deliver_find(struct checker *checker, const char *name) {
    const struct module *module = checker->program->deliver;
    const struct name *key = names_intern(checker->names, text_of(name));
    return module && module->scope ? map_find(&module->scope->types, key) : NULL;
}

/* The component that a pipeline is an instance of; NULL where the library has none. */
static struct symbol *pipeline_component(struct checker *checker) {
    struct symbol *symbol = deliver_find(checker, "Pipeline");
    return symbol && symbol->kind == SYMBOL_COMPONENT ? symbol : NULL;
}

const struct type *pipeline_type(struct checker *checker) {
    struct symbol *component = pipeline_component(checker);
    return component ? type_of_symbol(checker, TYPE_COMPONENT, component) : &type_error;
}

const struct type *action_type(struct checker *checker, struct node *node) {
    const struct type *type = annotation_resource(checker, node);
    if (type->kind == TYPE_ERROR) return type;
    struct scope *scope = type->kind == TYPE_COMPONENT ? component_scope(type->symbol) : NULL;
    const struct name *output = names_intern(checker->names, TEXT("action"));
    if (scope && map_find(&scope->outputs, output)) return type;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_TYPE, node,
                                    "\"%.*s\" is no type of actions",
                                    TEXT_ARGS(type_show(checker, type)));
    add_hint(checker, d, "An action is of a component that has an output \"action\", as those of "
             "std.deliver have: deliver.S3, deliver.CodeBuild, deliver.ChangeSet, deliver.Raw.");
    return &type_error;
}

bool action_is_given(const struct node *node, const struct name *param) {
    static const char *const given[] = {"name", "id", "region", NULL};
    return node->kind == NODE_ACTION && text_is_one_of(name_text(param), given);
}

bool action_has_entry(const struct name *name) {
    return text_is(name_text(name), "after") || text_is(name_text(name), "role");
}

/* ---- entries of the blocks ---- */

struct known {
    const struct type *type; /* NULL: there is no entry of that name */
    struct span declared;
    bool has_declared;
};

/* What the pipeline itself is told by the program around it. */
static bool is_told(const struct name *name) {
    static const char *const told[] = {"stages", "stores", NULL};
    return text_is_one_of(name_text(name), told);
}

static struct known pipeline_known(struct checker *checker, const struct name *name,
                                   struct suggestion *near) {
    struct symbol *component = pipeline_component(checker);
    struct scope *scope = component ? component_scope(component) : NULL;
    struct known known = {NULL, {0, 0, 0}, false};
    for (uint32_t i = 0; scope && i < scope->values.count; i++) {
        struct symbol *symbol = scope->values.entries[i].value;
        if (symbol->kind != SYMBOL_PARAM || symbol->scope != scope) continue;
        if (is_told(symbol->name)) continue;
        suggestion_offer(near, name_text(symbol->name));
        if (symbol->name != name) continue;
        symbol_settle(checker, symbol);
        known = (struct known){symbol->type, symbol_span(symbol), true};
    }
    return known;
}

static struct known stage_known(struct checker *checker, const struct name *name,
                                struct suggestion *near) {
    struct symbol *symbol = deliver_find(checker, "Stage");
    struct known known = {NULL, {0, 0, 0}, false};
    if (!symbol) return known;
    symbol_settle(checker, symbol);
    const struct type *type = type_base(symbol->type);
    for (uint32_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        if (text_is(name_text(field->name), "actions")) continue;
        suggestion_offer(near, name_text(field->name));
        if (field->name == name) known.type = field->type;
    }
    return known;
}

void pipeline_entry(struct checker *checker, struct node *node, const struct node *owner) {
    const struct name *name = node->entry.key;
    const char *what = owner->kind == NODE_STAGE ? "a stage" : "a pipeline";
    if (node->flags & NODE_BAD) return;
    if (!checker->program->deliver || !name || node->flags & NODE_META) {
        infer(checker, node->entry.value);
        return;
    }
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    struct known known = owner->kind == NODE_STAGE ? stage_known(checker, name, &near)
                                                   : pipeline_known(checker, name, &near);
    if (!known.type) {
        struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_ENTRY, node,
                                        "%s has no entry \"%.*s\"", what, NAME_ARGS(name));
        if (text_is(near.wanted, "stages"))
            add_hint(checker, d, "A stage is declared by itself: stage Build { ... }.");
        else if (text_is(near.wanted, "actions"))
            add_hint(checker, d, "An action is declared by itself: action test: deliver.Commands "
                     "{ ... }.");
        else
            add_suggestion(checker, d, &near, node_place(node));
        infer(checker, node->entry.value);
        return;
    }
    struct wanted wanted = {.type = type_optional(checker, known.type), .word = "entry",
                            .name = name_text(name), .shown = known.type,
                            .declared = known.declared, .has_declared = known.has_declared};
    expect(checker, node->entry.value, &wanted);
}
