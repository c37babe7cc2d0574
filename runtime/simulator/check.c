/* What AWS looks at while a change set is asked for: all values, as far as they are known then. */
#include "runtime/simulator/resolve.h"

static bool check_items(struct sim_scope *scope) {
    const struct sim_blueprint *blueprint = scope->blueprint;
    for (uint32_t i = 0; i < blueprint->count && !scope->failed; i++) {
        const struct sim_item *item = &blueprint->items[i];
        if (item->properties && sim_item_wanted(scope, item)) sim_resolve(scope, item->properties);
    }
    return !scope->failed;
}

static bool is_wanted(const struct sim_scope *scope, const struct document *output) {
    const struct document *condition = document_get(output, "Condition");
    struct sim_item as = {.condition = condition ? condition->text : (struct text){0}};
    return sim_item_wanted(scope, &as);
}

static bool check_outputs(struct sim_scope *scope) {
    const struct document *outputs = scope->blueprint->outputs;
    scope->in_outputs = true;
    for (const struct document *o = outputs ? outputs->children : NULL; o && !scope->failed;
         o = o->next) {
        if (is_wanted(scope, o)) sim_resolve(scope, document_get(o, "Value"));
    }
    return !scope->failed;
}

/* Nothing exists yet, as far as this looks: what refers to a resource is unknown. */
bool sim_check_values(struct simulator *simulator, struct cloud_call *call,
                      const struct sim_stack *stack, const struct sim_blueprint *blueprint,
                      struct document *parameters) {
    struct failure why = {0};
    struct arena *arena = call->arena;
    struct sim_stack new_one = {
        .name = call->request.stack, .region = call->region,
        .id = text_format(arena, "arn:%.*s:cloudformation:%.*s:%.*s:stack/%.*s/"
                          "00000000-0000-0000-0000-000000000000",
                          TEXT_ARGS(sim_partition(call->region)), TEXT_ARGS(call->region),
                          TEXT_ARGS(simulator->account), TEXT_ARGS(call->request.stack))};
    uint8_t *unknown = arena_alloc(arena, blueprint->count + 1);
    memset(unknown, 1, blueprint->count + 1);
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack ? (struct sim_stack *)stack : &new_one,
        .blueprint = blueprint, .parameters = parameters, .arena = arena, .why = &why,
        .unknown = unknown, .defer_outputs = true};
    if (sim_conditions(&scope) && check_items(&scope) && check_outputs(&scope)) return true;
    return sim_invalid(arena, &call->error, "%s", why.message);
}
