/* Inputs: params of the root file (--set, --vars, defaults with env()), of components, and those
 * that only the deploy gets. */
#include "evaluator/choice.h"
#include "evaluator/internal.h"

static const struct input *find_input(const struct evaluator *ev, const struct name *name) {
    for (uint32_t i = ev->evaluation->input_count; i-- > 0;) {
        const struct input *input = &ev->evaluation->inputs[i];
        if (text_equal(input->name, name_text(name))) return input;
    }
    return NULL;
}

/* What is wrong with the command line has no place in the program. */
static struct diagnostic *report_outside(struct evaluator *ev, enum diagnostic_id id,
                                         uint32_t index, struct text message) {
    struct span outside = {SOURCES_NOWHERE, index, index}; /* one message each */
    return diagnostics_report(ev->diagnostics, id, outside, "%.*s", TEXT_ARGS(message));
}

static void input_unknown(struct evaluator *ev, const struct input *input, uint32_t index) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, input->name);
    const struct map *values = &ev->root->scope->values;
    for (uint32_t i = 0; i < values->count; i++) {
        const struct symbol *symbol = values->entries[i].value;
        if (symbol->kind == SYMBOL_PARAM) suggestion_offer(&suggestion, name_text(symbol->name));
    }
    struct text message = text_format(ev->arena, "the program has no param \"%.*s\" (%.*s)",
                                      TEXT_ARGS(input->name), TEXT_ARGS(input->from));
    struct diagnostic *d = report_outside(ev, DIAGNOSTIC_UNKNOWN_INPUT, index, message);
    if (suggestion.best.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(suggestion.best));
}

void inputs_check(struct evaluator *ev) {
    for (uint32_t i = 0; i < ev->evaluation->input_count; i++) {
        const struct input *input = &ev->evaluation->inputs[i];
        const struct name *name = names_find(ev->names, input->name);
        const struct symbol *symbol = name ? map_find(&ev->root->scope->values, name) : NULL;
        if (!symbol || symbol->kind != SYMBOL_PARAM) input_unknown(ev, input, i);
    }
}

/* ---- params of the program ---- */

static bool is_secret_type(const struct type *type) {
    if (!type) return false;
    if (type->kind == TYPE_SECRET) return true;
    if (type->kind == TYPE_NAMED) return is_secret_type(type->named.base);
    if (type->kind != TYPE_UNION) return false;
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (is_secret_type(type->join.members[i])) return true;
    }
    return false;
}

bool param_is_fixed(const struct symbol *symbol) {
    return symbol->kind == SYMBOL_PARAM && !symbol->is_deploy && !is_secret_type(symbol->type);
}

static bool calls_env(const struct node *node) {
    node = node_bare(node);
    return node->kind == NODE_CALL && call_row(node) && call_row(node)->flags & BUILTIN_ENV;
}

static bool mentions_env(const struct node *node);

static void visit_env(struct node *child, void *context) {
    if (mentions_env(child)) *(bool *)context = true;
}

static bool mentions_env(const struct node *node) {
    bool found = calls_env(node);
    if (!found) node_each_child((struct node *)node, visit_env, &found);
    return found;
}

/* A node that covers the name only, for messages about the param. */
static struct node *param_name_node(struct evaluator *ev, const struct node *param) {
    struct written_name name = param->declaration.name;
    return node_new(ev->arena, NODE_NAME, name.name ? written_span(param, name) : param->span);
}

static struct value input_value(struct evaluator *ev, const struct input *input,
                                const struct type *type, const struct node *name) {
    if (input->is_text) return convert_text(ev, input->text, type, name, input->from);
    return convert(ev, value_seal(input->value), type, name, input->name);
}

static struct value default_value(struct evaluator *ev, struct frame *frame, struct node *param,
                                  const struct type *type) {
    struct node *initial = param->param.initial;
    bool before = ev->may_read_secrets;
    ev->may_read_secrets = is_secret_type(type);
    struct value value = evaluate(ev, initial, frame);
    ev->may_read_secrets = before;
    if (value.kind == VALUE_TEXT && calls_env(initial) && type) {
        return convert_text(ev, value_as_text(value), type, initial, TEXT("env()"));
    }
    return type ? convert(ev, value, type, initial, name_text(param->declaration.name.name))
                : value;
}

static struct value fault_missing(struct evaluator *ev, const struct symbol *symbol) {
    struct node *param = symbol->declaration;
    struct diagnostic *d =
        diagnostics_report(ev->diagnostics, DIAGNOSTIC_MISSING_INPUT,
                           written_span(param, param->declaration.name),
                           "param \"%.*s\" has no value", NAME_ARGS(symbol->name));
    if (is_secret_type(symbol->type)) {
        hint(ev, d, "Give it in a file: `--vars FILE`, or by a default `env(\"%.*s\")`.",
             NAME_ARGS(symbol->name));
    } else {
        hint(ev, d, "Give it with `--set %.*s=...`, in a file with `--vars FILE`, or a default.",
             NAME_ARGS(symbol->name));
    }
    return value_poison();
}

/* The known value of a param of the program; kind SLOT_WAITING if it has none. */
static struct value known_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                                const struct type *type, const struct node **blame) {
    struct node *param = symbol->declaration;
    const struct input *input = find_input(ev, symbol->name);
    *blame = param->param.initial;
    if (input) {
        struct node *name = param_name_node(ev, param);
        *blame = name;
        return input_value(ev, input, type, name);
    }
    if (!param->param.initial) return (struct value){.kind = SLOT_WAITING};
    return default_value(ev, frame, param, type);
}

struct checking {
    struct frame *frame;
    struct symbol *symbol;
    const struct node *blame;
};

/* A value, or each of a deferred choice. */
static struct value check_each(struct evaluator *ev, struct value each, void *context) {
    const struct checking *checking = context;
    struct symbol *symbol = checking->symbol;
    struct value *slot = &checking->frame->slots[symbol->slot];
    if (each.kind == VALUE_POISON) return each;
    if (choice_is(each)) return choice_map(ev, each, check_each, context, checking->blame);
    *slot = each; /* a check may name the param itself */
    struct target target = {checking->blame, name_text(symbol->name)};
    bool holds =
        checks_hold(ev, symbol->declaration->param.checks, checking->frame, each, target);
    slot->kind = SLOT_RUNNING;
    return holds ? each : value_poison();
}

static struct value checked(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                            struct value value, const struct node *blame) {
    if (!symbol->declaration->param.checks.first) return value;
    return check_each(ev, value, &(struct checking){frame, symbol, blame});
}

/* ---- params of the deploy ---- */

/* db_password is DbPassword in a template. */
static struct text parameter_id(struct evaluator *ev, struct text name) {
    return text_words_joined(ev->arena, name);
}

void parameters_add(struct evaluator *ev, struct parameter *parameter) {
    struct deployment *deployment = ev->deployment;
    deployment->parameters =
        arena_grown(ev->arena, deployment->parameters, deployment->parameter_count,
                    &deployment->parameter_capacity, sizeof *deployment->parameters);
    deployment->parameters[deployment->parameter_count++] = parameter;
}

static enum deferred_shape parameter_shape(const struct type *type) {
    type = type_base(type);
    if (!type) return SHAPE_TEXT;
    if (type->kind == TYPE_UNION) {
        enum deferred_shape shape = SHAPE_ANY;
        for (uint32_t i = 0; i < type->join.count; i++) {
            if (type->join.members[i]->kind != TYPE_NULL)
                shape = parameter_shape(type->join.members[i]);
        }
        return shape;
    }
    if (type->kind == TYPE_INT || type->kind == TYPE_NUMBER) return SHAPE_NUMBER;
    if (type->kind == TYPE_LITERAL) return type->is_text ? SHAPE_TEXT : SHAPE_NUMBER;
    if (type->kind == TYPE_BOOL) return SHAPE_BOOL;
    if (type->kind == TYPE_LIST) return SHAPE_LIST;
    return SHAPE_TEXT;
}

/* The allowed values of a union of literals and of truth values; null for other types. */
static struct value allowed_values(struct evaluator *ev, const struct type *type) {
    type = type_base(type);
    if (!type) return value_null();
    if (type->kind == TYPE_BOOL) {
        struct value *truths = arena_array(ev->arena, 2, sizeof *truths);
        truths[0] = value_bool(true);
        truths[1] = value_bool(false);
        return value_seal(value_list(truths, 2));
    }
    uint32_t count = type->kind == TYPE_UNION ? type->join.count : 1;
    const struct type *const *members = type->kind == TYPE_UNION ? type->join.members : &type;
    struct value *items = arena_array(ev->arena, count, sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        if (members[i]->kind != TYPE_LITERAL) return value_null();
        items[i] = members[i]->is_text ? value_text(members[i]->literal.text)
                                               : value_int(members[i]->literal.integer);
    }
    return value_seal(value_list(items, count));
}

static struct value parameter_value(struct evaluator *ev, struct parameter *parameter,
                                    const struct type *type, const struct node *cause) {
    struct deferred *deferred =
        deferred_new(ev->arena, DEFERRED_PARAMETER, parameter_shape(type), 0, cause);
    deferred->parameter = parameter;
    deferred->name = parameter->name;
    struct value value = value_deferred(deferred);
    if (parameter->is_secret) value.flags |= VALUE_SECRET;
    return value;
}

/* Settles default and given value of a deploy-time param. */
static void parameter_fill(struct evaluator *ev, struct frame *frame, struct symbol *symbol,
                           const struct type *type, struct parameter *parameter) {
    struct node *param = symbol->declaration;
    const struct node *blame;
    bool is_input = find_input(ev, symbol->name) != NULL;
    struct value value = known_value(ev, frame, symbol, type, &blame);
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, blame, value, "the default of a deploy-time param");
        return;
    }
    if (value.kind == SLOT_WAITING || value.kind == VALUE_NULL) return;
    value = checked(ev, frame, symbol, value, blame);
    if (value.kind == VALUE_POISON) return;
    if (is_input || parameter->is_secret || mentions_env(param->param.initial)) {
        parameter->is_given = true;
        parameter->is_from_environment = !is_input;
        parameter->given = value;
        return;
    }
    parameter->has_initial = true;
    parameter->initial = value;
}

static struct value deploy_param(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    struct node *param = symbol->declaration;
    const struct type *type = symbol_given_type(symbol);
    struct parameter *parameter = ARENA_NEW(ev->arena, struct parameter);
    parameter->name = symbol->name;
    parameter->logical_id = parameter_id(ev, name_text(symbol->name));
    parameter->type = symbol->deploy && symbol->deploy->parameter_type.length
                          ? symbol->deploy->parameter_type
                          : TEXT("String");
    parameter->doc = written_doc(param);
    parameter->is_secret = is_secret_type(symbol->type);
    parameter->allowed = allowed_values(ev, type);
    parameter->declared = param;
    const struct input *input = find_input(ev, symbol->name);
    if (parameter->is_secret && !input && param->param.initial) {
        struct value value = default_value(ev, frame, param, type);
        if (value.kind == VALUE_DEFERRED) return value; /* secret_ref(...): needs no parameter */
    }
    if (parameter->is_secret && input && input->is_text) {
        struct text message = text_format(
            ev->arena,
            "param \"%.*s\" is a secret, and %.*s shows it to other processes and in the history",
            NAME_ARGS(symbol->name), TEXT_ARGS(input->from));
        struct diagnostic *d = diagnostics_report(
            ev->diagnostics, DIAGNOSTIC_SECRET_INPUT, written_span(param, param->declaration.name),
            "%.*s", TEXT_ARGS(message));
        hint(ev, d, "Give it in a file: `--vars FILE`, or by a default `env(\"NAME\")`.");
    } else {
        parameter_fill(ev, frame, symbol, type, parameter);
    }
    parameters_add(ev, parameter);
    return parameter_value(ev, parameter, symbol->type ? symbol->type : type, param);
}

/* ---- params of components ---- */

static bool takes_null(const struct type *type) {
    type = type_base(type);
    if (!type) return false;
    if (type->kind == TYPE_NULL) return true;
    for (uint32_t i = 0; type->kind == TYPE_UNION && i < type->join.count; i++) {
        if (takes_null(type->join.members[i])) return true;
    }
    return false;
}

/* Whether the checker has found a key in the braces of an instance that is no param. */
static bool has_unknown_key(const struct node *resource) {
    const struct node *entry = resource->unit.body->record.entries.first;
    for (; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY && entry->flags & NODE_BAD_KEY) return true;
    }
    return false;
}

static struct value argument_value(struct evaluator *ev, struct frame *frame,
                                   struct symbol *symbol) {
    struct node *param = symbol->declaration;
    struct component *component = frame->place->component;
    const struct node *blame = NULL;
    const struct type *type = symbol_given_type(symbol);
    struct value value = component_argument(ev, component, symbol->name, &blame);
    struct text what = name_text(symbol->name);
    if (value.kind == SLOT_WAITING && !param->param.initial && takes_null(type))
        value = value_null();
    if (value.kind == SLOT_WAITING || (value.kind == VALUE_NULL && param->param.initial)) {
        blame = component->declared;
        if (param->param.initial) {
            blame = param->param.initial;
            value = evaluate(ev, param->param.initial, frame);
            if (type) value = convert(ev, value, type, blame, what);
        } else if (has_unknown_key(component->declared)) {
            return value_poison(); /* it may be this one, misspelt */
        } else {
            struct diagnostic *d = diagnostics_report(
                ev->diagnostics, DIAGNOSTIC_MISSING_PARAMETER,
                written_span(component->declared, component->declared->declaration.name),
                "resource \"%.*s\" also needs the param \"%.*s\"",
                NAME_ARGS(component->declared->declaration.name.name), NAME_ARGS(symbol->name));
            note(ev, d, written_span(param, param->declaration.name), "it is declared here");
            return value_poison();
        }
    } else if (type) {
        value = convert(ev, value, type, blame, what);
    }
    return checked(ev, frame, symbol, value, blame);
}

struct value param_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    if (!symbol->name) return value_poison();
    struct component *component = frame->place->component;
    if (component && frame == component->frame) return argument_value(ev, frame, symbol);
    if (symbol->is_deploy || is_secret_type(symbol->type)) return deploy_param(ev, frame, symbol);
    const struct node *blame;
    struct value value;
    if (frame == ev->root) {
        value = known_value(ev, frame, symbol, symbol->type, &blame);
    } else { /* of a file that is imported, not used as a component */
        struct node *param = symbol->declaration;
        blame = param->param.initial;
        value = (struct value){.kind = SLOT_WAITING};
        if (blame) value = default_value(ev, frame, param, symbol->type);
    }
    if (value.kind == SLOT_WAITING && takes_null(symbol->type)) return value_null();
    if (value.kind == SLOT_WAITING) return fault_missing(ev, symbol);
    return checked(ev, frame, symbol, value, blame);
}
