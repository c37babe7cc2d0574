/* Where a value is given that a property gets by a name: of a function's or component's parameter,
 * of a loop's variable.
 *
 * Values do not know where they come from. So what the names mean is followed backwards, through
 * the program's text, to literals that are the value; one alone is the place, several leave it
 * open. A `let` stands for its value: others may use it too, and what is wrong is its use here.
 */
#include "evaluator/resources.h"

enum { ORIGIN_DEPTH = 40, ORIGIN_NODES = 5000 };

struct origin {
    const struct resource_state *state; /* whose property it is */
    struct value wanted;
    const struct node *found;
    const struct node *use;       /* NAME or MEMBER of the `let` that is looked into, or NULL */
    const struct node *call;      /* in whose function it begins, or NULL */
    const struct node *parameter; /* FIELD: whose arguments are looked for; else NULL */
    bool is_open;                 /* there are several */
    unsigned depth, nodes;
};

static bool is_literal(const struct node *node, struct value wanted) {
    if (node->kind == NODE_TEXT) {
        return wanted.kind == VALUE_TEXT && text_equal(node_text(node), value_as_text(wanted));
    }
    return node->kind == NODE_INT && wanted.kind == VALUE_INT &&
           node_integer(node) == wanted.integer;
}

static void seek(struct node *node, void *context);

static void seek_deeper(struct origin *origin, struct node *node) {
    if (!node || origin->depth >= ORIGIN_DEPTH) return;
    origin->depth++;
    seek(node, origin);
    origin->depth--;
}

/* What the instance around the resource gives for the param, else its default. */
static void seek_param(struct origin *origin, const struct symbol *param) {
    struct component *component = origin->state->place->component;
    while (component && component->frame->scope != param->scope) {
        component = component->around->component;
    }
    if (!component) return;
    bool unsure;
    struct list entries = body_entries(component->declared);
    struct node *entry = entry_lookup(entries, param->name, false, &unsure);
    seek_deeper(origin, entry ? entry->entry.value : param->declaration->param.initial);
}

/* ---- parameters of functions: calls are looked for in the resource and its instances ---- */

/* Whether the function that is called has the parameter. */
static bool seek_argument(struct origin *origin, const struct node *call) {
    int at = 0;
    if (!call_symbol(call) || !call_symbol(call)->declaration) return false;
    struct node *field = call_symbol(call)->declaration->fn.parameters.first;
    while (field && field != origin->parameter) {
        field = field->next;
        at++;
    }
    if (!field) return false;
    const struct node *parameter = origin->parameter;
    origin->parameter = NULL;
    struct node *value = field_initial(field);
    for (struct node *a = call->call.arguments.first; a; a = a->next) {
        if (a->kind != NODE_ARGUMENT && at-- == 0) value = a;
        if (a->kind == NODE_ARGUMENT && a->argument.name.name == field->field.name.name) {
            value = a->argument.value;
        }
    }
    seek_deeper(origin, value);
    origin->parameter = parameter;
    return true;
}

static void seek_calls(struct origin *origin, struct node *field) {
    const struct node *outer = origin->parameter;
    origin->parameter = field;
    if (origin->call && seek_argument(origin, origin->call)) {
        origin->parameter = outer;
        return;
    }
    seek_deeper(origin, origin->state->resource.declared->unit.body);
    struct component *component = origin->state->place->component;
    for (; component; component = component->around->component) {
        seek_deeper(origin, component->declared->unit.body);
    }
    origin->parameter = outer;
}

static void seek_let(struct origin *origin, const struct node *name, struct node *value) {
    const struct node *outer = origin->use;
    if (!outer) origin->use = name;
    seek_deeper(origin, value);
    origin->use = outer;
}

static void seek_symbol(struct origin *origin, const struct node *node,
                        const struct symbol *symbol) {
    struct node *declared = symbol ? symbol->declaration : NULL;
    if (!declared) return;
    if (symbol->kind == SYMBOL_LET && declared->kind == NODE_LET) {
        seek_let(origin, node, declared->let.value);
    } else if (symbol->kind == SYMBOL_PARAM) {
        seek_param(origin, symbol);
    } else if (symbol->kind == SYMBOL_LOCAL && declared->kind == NODE_GENERATOR) {
        seek_deeper(origin, declared->generator.over);
    } else if (symbol->kind == SYMBOL_LOCAL && declared->kind == NODE_FIELD && !origin->parameter) {
        seek_calls(origin, declared);
    }
}

static void seek_call(struct origin *origin, const struct node *call) {
    const struct symbol *fn = call_symbol(call);
    if (!fn || fn->kind != SYMBOL_FN || !fn->declaration) return;
    if (origin->parameter) seek_argument(origin, call);
    struct node *let = fn->declaration->fn.lets.first;
    for (; let; let = let->next) seek_deeper(origin, let->let.value);
    seek_deeper(origin, fn->declaration->fn.value);
}

static void seek(struct node *node, void *context) {
    struct origin *origin = context;
    if (origin->is_open) return;
    if (origin->nodes++ >= ORIGIN_NODES) {
        origin->is_open = true;
        return;
    }
    if (!origin->parameter && is_literal(node, origin->wanted)) {
        const struct node *place = origin->use ? origin->use : node;
        origin->is_open = origin->found && origin->found != place;
        origin->found = place;
        return;
    }
    if (node->kind == NODE_NAME) seek_symbol(origin, node, node_symbol(node));
    if (node->kind == NODE_MEMBER) seek_symbol(origin, node, node->member.symbol);
    if (node->kind == NODE_CALL) seek_call(origin, node);
    node_each_child(node, seek, origin);
}

bool is_passed_on(const struct node *node) {
    return node->kind == NODE_NAME || node->kind == NODE_MEMBER || node->kind == NODE_INDEX;
}

const struct node *value_origin(struct evaluator *ev, const struct resource *resource,
                                const struct node *node, const struct node *call,
                                struct value value) {
    bool is_scalar = value.kind == VALUE_TEXT || value.kind == VALUE_INT;
    if (!resource || !is_scalar || value.flags & VALUE_SECRET || !is_passed_on(node)) return node;
    if (in_library(ev, node)) return node; /* what blame_node finds is told */
    struct origin origin = {.state = (const struct resource_state *)resource,
                            .wanted = value,
                            .call = call};
    seek((struct node *)node, &origin);
    bool is_found = origin.found && !origin.is_open && !in_library(ev, origin.found);
    return is_found ? origin.found : node;
}
