/* Instances of components: what is written of them, against their params. */
#include "checker/typing.h"

struct instance {
    struct symbol *component;
    struct scope *scope;
    struct map seen; /* name -> key */
    bool is_open, in_branch, is_action;
};

static struct symbol *param_find(const struct instance *instance, const struct name *name) {
    struct symbol *symbol = map_find(&instance->scope->values, name);
    bool own = symbol && symbol->scope == instance->scope && symbol->kind == SYMBOL_PARAM;
    return own ? symbol : NULL;
}

/* Which params there are, a few of them. */
static void hint_params(struct checker *checker, struct diagnostic *d,
                        const struct instance *instance) {
    enum { MOST = 8 };
    struct buffer out;
    unsigned known = 0;
    buffer_init(&out);
    for (uint32_t i = 0; i < instance->scope->values.count; i++) {
        const struct symbol *symbol = instance->scope->values.entries[i].value;
        if (symbol->kind != SYMBOL_PARAM || known++ >= MOST) continue;
        buffer_format(&out, "%s%.*s", out.length ? ", " : "", NAME_ARGS(symbol->name));
    }
    if (known > MOST) buffer_format(&out, " and %u more", known - MOST);
    if (known) add_hint(checker, d, "It has %.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static void unknown_param(struct checker *checker, struct instance *instance,
                          struct node *entry, const struct name *name) {
    struct suggestion near;
    suggestion_init(&near, name_text(name));
    for (uint32_t i = 0; i < instance->scope->values.count; i++) {
        struct symbol *symbol = instance->scope->values.entries[i].value;
        if (symbol->kind == SYMBOL_PARAM) suggestion_offer(&near, name_text(symbol->name));
    }
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNKNOWN_PARAMETER, entry,
                                    "component \"%.*s\" has no param \"%.*s\"",
                                    NAME_ARGS(instance->component->name), NAME_ARGS(name));
    if (hint_meta(checker, d, entry)) return;
    if (add_suggestion(checker, d, &near, node_place(entry))) {
        map_put(&instance->seen, names_intern(checker->names, near.best), entry);
    } else {
        hint_params(checker, d, instance);
    }
}

static void instance_entry(struct checker *checker, struct instance *instance, struct node *node) {
    if (node->flags & NODE_META) {
        check_meta(checker, node, NULL);
        return;
    }
    if (entry_is_computed(checker, node)) {
        instance->is_open = true;
        infer(checker, node->entry.value);
        return;
    }
    const struct name *name = node->entry.key;
    struct symbol *param = param_find(instance, name);
    /* what the pipeline alone gives, since it must be the only one of that name */
    if (instance->is_action && text_is(name_text(name), "id")) param = NULL;
    if (!param && instance->is_action && action_has_entry(name)) {
        infer(checker, node->entry.value);
        return;
    }
    if (!param) {
        unknown_param(checker, instance, node, name);
        infer(checker, node->entry.value);
        return;
    }
    struct node *first = map_put(&instance->seen, name, node);
    if (first && !instance->in_branch)
        complain_twice(checker, "param", name_text(name), node, first);
    symbol_settle(checker, param);
    struct wanted wanted = {.type = param->type, .word = "param", .name = name_text(name),
                            .declared = symbol_span(param), .has_declared = true};
    if (param->declaration->param.initial) {
        wanted.type = type_optional(checker, param->type); /* null: its default */
        wanted.shown = param->type;
    }
    expect(checker, node->entry.value, &wanted);
}

static void instance_spread(struct checker *checker, struct instance *instance,
                            struct node *node) {
    struct fact fact = infer(checker, node->spread.value);
    const struct type *type = type_base(fact.type);
    if (type->kind != TYPE_RECORD) {
        instance->is_open = true;
        return;
    }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct type_field *field = &type->record.fields[i];
        struct symbol *param = param_find(instance, field->name);
        if (!param) {
            complain(checker, DIAGNOSTIC_UNKNOWN_PARAMETER, node,
                     "component \"%.*s\" has no param \"%.*s\", which is in the record that is "
                     "spread", NAME_ARGS(instance->component->name), NAME_ARGS(field->name));
            continue;
        }
        if (!map_find(&instance->seen, field->name)) map_put(&instance->seen, field->name, node);
        symbol_settle(checker, param);
        if (type_fits(checker, field->type, param->type)) continue;
        struct wanted wanted = {.type = param->type, .word = "param",
                                .name = name_text(field->name), .declared = symbol_span(param),
                                .has_declared = true};
        mismatch(checker, node, (struct fact){field->type, PHASE_EITHER, NULL}, &wanted);
    }
}

static void instance_entries(struct checker *checker, struct instance *instance,
                             struct list entries);

static void instance_branch(struct checker *checker, struct instance *instance,
                            struct node *node) {
    struct flow flow;
    struct node *arms[2] = {node->branch.then, node->branch.otherwise};
    bool in_branch = instance->in_branch;
    expect_condition(checker, node->branch.condition, true, "which params are given");
    instance->in_branch = true;
    for (int i = 0; i < 2; i++) {
        if (!arms[i]) continue;
        flow_push(checker, &flow, node->branch.condition, i == 0);
        if (arms[i]->kind == NODE_IF) instance_branch(checker, instance, arms[i]);
        else instance_entries(checker, instance, arms[i]->record.entries);
        flow_pop(checker);
    }
    instance->in_branch = in_branch;
}

static void instance_entries(struct checker *checker, struct instance *instance,
                             struct list entries) {
    for (struct node *node = entries.first; node; node = node->next) {
        switch ((int)node->kind) {
        case NODE_ENTRY: instance_entry(checker, instance, node); break;
        case NODE_SPREAD: instance_spread(checker, instance, node); break;
        case NODE_IF: instance_branch(checker, instance, node); break;
        case NODE_FOR:
            generators_check(checker, node->loop.generators);
            instance_entries(checker, instance, node->loop.body->record.entries);
            break;
        }
    }
}

static void check_missing_params(struct checker *checker, const struct instance *instance,
                                 struct node *node) {
    struct buffer out;
    uint32_t count = 0;
    struct symbol *first = NULL;
    if (instance->is_open) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < instance->scope->values.count; i++) {
        struct symbol *symbol = instance->scope->values.entries[i].value;
        if (symbol->kind != SYMBOL_PARAM || symbol->scope != instance->scope) continue;
        if (symbol->declaration->param.initial || map_find(&instance->seen, symbol->name)) continue;
        if (action_is_given(node, symbol->name)) continue;
        symbol_settle(checker, symbol);
        if (type_has_null(symbol->type)) continue;
        if (!first) first = symbol;
        buffer_format(&out, "%s\"%.*s\"", count++ ? ", " : "", NAME_ARGS(symbol->name));
    }
    if (count) {
        struct diagnostic *d = complain_at(
            checker, DIAGNOSTIC_MISSING_PARAMETER, written_span(node, node->declaration.name),
            "%s \"%.*s\" also needs the param%s %.*s", node_word(node->kind),
            NAME_ARGS(node->declaration.name.name), count > 1 ? "s" : "", (int)out.length,
            out.bytes);
        add_note(checker, d, symbol_span(first), "param \"%.*s\" is declared here",
                 NAME_ARGS(first->name));
    }
    buffer_release(&out);
}

void check_instance(struct checker *checker, struct node *node, struct symbol *component) {
    struct instance instance = {.component = component, .scope = component_scope(component),
                                .is_action = node->kind == NODE_ACTION};
    if (!instance.scope) return;
    struct arena_mark mark = arena_mark(&checker->program->scratch);
    map_init(&instance.seen, &checker->program->scratch);
    instance_entries(checker, &instance, node->unit.body->record.entries);
    check_missing_params(checker, &instance, node);
    arena_rewind(&checker->program->scratch, mark);
}
