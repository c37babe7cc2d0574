/* What pipelines deliver: which stacks, when, and with which values; and approvals that several
 * deliveries of a stage wait for. Whether the order is right is known once templates are made: see
 * template/delivery.c.
 */
#include "evaluator/builtins.h"
#include "evaluator/pipelines.h"

/* ---- approvals ---- */

static void show(struct evaluator *ev, struct pipeline_action *approval,
                 struct pipeline_action *shown) {
    const struct node *node = param_node(ev, approval, "shows");
    struct diagnostic *d;
    if (shown->stage != approval->stage) {
        d = report(ev, DIAGNOSTIC_PIPELINE_RULE, node,
                   "\"%.*s\" stands in stage \"%.*s\", and its approval in stage \"%.*s\"",
                   TEXT_ARGS(action_name(shown)), TEXT_ARGS(shown->stage->name),
                   TEXT_ARGS(approval->stage->name));
        hint(ev, d, "An approval stands in one stage with the deploys that wait for it.");
    } else if (shown->approval && shown->approval != approval) {
        d = report(ev, DIAGNOSTIC_PIPELINE_RULE, node,
                   "\"%.*s\" waits for two approvals, \"%.*s\" and \"%.*s\"",
                   TEXT_ARGS(action_name(shown)), TEXT_ARGS(action_name(shown->approval)),
                   TEXT_ARGS(action_name(approval)));
        hint(ev, d, "Name each deploy in one approval.");
    } else {
        shown->approval = approval;
    }
}

void approvals_settle(struct evaluator *ev, struct pipeline *pipeline) {
    for (uint32_t i = 0; i < pipeline->ids.count; i++) {
        struct pipeline_action *approval = pipeline->ids.entries[i].value;
        struct value ids = record_value(ev, approval->does, "shows");
        for (uint32_t k = 0; ids.kind == VALUE_LIST && k < ids.length; k++) {
            if (ids.items[k].kind != VALUE_TEXT) continue;
            const struct name *id = names_intern(ev->names, value_as_text(ids.items[k]));
            struct pipeline_action *shown = map_find(&pipeline->ids, id);
            if (shown && held_count(ev, shown)) show(ev, approval, shown);
        }
    }
}

/* ---- deliveries ---- */

/* The i-th element of the param `stacks` where the list is written out, else the param. */
static const struct node *stack_node(struct evaluator *ev, const struct pipeline_action *action,
                                     uint32_t index, uint32_t count) {
    const struct node *node = param_node(ev, action, "stacks");
    if (node->kind != NODE_LIST) return node;
    uint32_t length = 0;
    const struct node *found = node;
    for (const struct node *item = node->list.elements.first; item; item = item->next) {
        if (item->kind == NODE_SPREAD || item->kind == NODE_LIST_FOR) return node;
        if (length++ == index) found = item;
    }
    return length == count ? found : node;
}

static void add(struct evaluator *ev, struct delivery delivery) {
    struct deployment *deployment = ev->deployment;
    if (deployment->delivery_count == deployment->delivery_capacity) {
        uint32_t capacity = deployment->delivery_capacity ? deployment->delivery_capacity * 2 : 8;
        struct delivery *all = arena_array(ev->arena, capacity, sizeof *all);
        if (deployment->delivery_count) {
            memcpy(all, deployment->deliveries, deployment->delivery_count * sizeof *all);
        }
        deployment->deliveries = all;
        deployment->delivery_capacity = capacity;
    }
    deployment->deliveries[deployment->delivery_count++] = delivery;
}

static void collect(struct evaluator *ev, struct pipeline *pipeline,
                    struct pipeline_action *action) {
    struct value list = record_value(ev, action->does, "delivers");
    for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.length; i++) {
        struct value row = list.items[i], space = record_value(ev, row, "space");
        struct stack *stack = stack_of_value(record_value(ev, row, "stack"));
        struct value templates = record_value(ev, row, "templates");
        struct pipeline_action *maker = NULL;
        if (!stack) continue;
        if (templates.kind == VALUE_TEXT) {
            maker = artifact_maker(ev, pipeline, value_as_text(templates));
        }
        add(ev, (struct delivery){
            .stack = stack, .pipeline = pipeline, .action = action_name(action),
            .space = space.kind == VALUE_TEXT ? value_as_text(space) : TEXT(""),
            .written = stack_node(ev, action, i, list.length),
            .values = param_node(ev, action, "parameters"),
            .stage = action->stage->index, .maker = action, .together = action->approval,
            .home = pipeline->place.stack, .first = action->order, .last = action->last,
            .overrides = record_value(ev, row, "overrides"),
            .reads = record_value(ev, row, "reads"),
            .given = maker ? record_value(ev, maker->does, "gives") : value_null()});
    }
}

void deliveries_collect(struct evaluator *ev, struct pipeline *pipeline) {
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *a = stage->actions; a; a = a->next) collect(ev, pipeline, a);
    }
}

/* std.deliver.Pipeline calls them so. */
static bool is_role(const struct resource *resource) {
    const struct name *name = resource->declared->declaration.name.name;
    return name && (text_is(name_text(name), "acting") || text_is(name_text(name), "acts"));
}

void deliveries_give_roles(struct evaluator *ev, const struct pipeline *pipeline) {
    const struct component *component = pipeline->component;
    struct deployment *deployment = ev->deployment;
    struct resource **roles = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < component->resource_count; i++) {
        if (!is_role(component->resources[i])) continue;
        if (!roles) roles = arena_array(ev->arena, component->resource_count, sizeof *roles);
        roles[count++] = component->resources[i];
    }
    for (uint32_t i = 0; i < deployment->delivery_count; i++) {
        struct delivery *delivery = &deployment->deliveries[i];
        if (delivery->pipeline != pipeline) continue;
        delivery->roles = roles;
        delivery->role_count = count;
    }
}
