/* Where pipelines and their actions can run. */
#include "evaluator/pipelines.h"
#include "schema/actions.h"
#include "schema/places.h"
#include "schema/schema.h"

static bool runs_in(const struct schema_action *action, struct text region) {
    if (!schema_action_region(region)) return false;
    const struct schema_type *type = action ? schema_type_find(text_of(action->type)) : NULL;
    int number = schema_region_find(region);
    return !type || (number >= 0 && schema_type_in_region(type, (size_t)number));
}

static bool action_fits(void *action, struct text region) {
    return runs_in(action, region);
}

static void refuse(struct evaluator *ev, const struct node *node,
                   const struct schema_action *action, const struct region *region) {
    bool has_pipelines = schema_action_region(region->name);
    struct diagnostic *d;
    if (has_pipelines) {
        d = report(ev, DIAGNOSTIC_ACTION_NOT_IN_REGION, node,
                   "actions of %s do not run in region \"%.*s\", which has no %s", action->provider,
                   TEXT_ARGS(region->name), action->type);
    } else {
        d = report(ev, DIAGNOSTIC_ACTION_NOT_IN_REGION, node,
                   "CodePipeline does not run in region \"%.*s\"", TEXT_ARGS(region->name));
    }
    struct text near = schema_place_nearest(region->name, action_fits, (void *)action);
    if (near.length) hint(ev, d, "The nearest region that has it is \"%.*s\".", TEXT_ARGS(near));
    if (region->declared) note(ev, d, region->declared->span, "the region is declared here");
}

bool check_pipeline_region(struct evaluator *ev, const struct pipeline *pipeline) {
    const struct region *region = pipeline->place.region;
    if (schema_action_region(region->name)) return true;
    refuse(ev, pipeline->node->unit.home, NULL, region);
    return false;
}

void check_step_region(struct evaluator *ev, const struct pipeline *pipeline,
                       const struct pipeline_action *action, struct value step) {
    struct value region = record_value(ev, step, "region");
    const struct schema_action *type =
        schema_action_find(record_text(ev, step, "category"), record_text(ev, step, "owner"),
                           record_text(ev, step, "provider"));
    if (region.kind != VALUE_REGION || runs_in(type, region.region->name)) return;
    if (region.region == pipeline->place.region && !schema_action_region(region.region->name)) {
        return; /* reported of the pipeline */
    }
    refuse(ev, param_node(ev, action, "region"), type, region.region);
}

void check_rule_region(struct evaluator *ev, const struct node *node, struct value rule) {
    struct value region = record_value(ev, rule, "region");
    const struct schema_action *type =
        schema_action_find(TEXT("Rule"), TEXT("AWS"), record_text(ev, rule, "provider"));
    if (region.kind != VALUE_REGION || runs_in(type, region.region->name)) return;
    refuse(ev, node, type, region.region);
}
