/* What CodePipeline refuses: actions in the wrong place, names that meet, more than it allows.
 *
 * Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html and
 * reference-pipeline-structure.html there.
 */
#include "evaluator/pipelines.h"

enum { LEAST_STAGES = 2, MOST_STAGES = 50, MOST_ACTIONS = 100, MOST_NAME = 100 };

const struct node *param_node(struct evaluator *ev, const struct pipeline_action *action,
                              const char *param) {
    struct value arguments = component_arguments(ev, action->component);
    const struct name *name = names_find(ev->names, text_of(param));
    struct record_entry *entry = NULL;
    if (arguments.kind == VALUE_RECORD && name) entry = record_find(arguments.record, name);
    return entry ? value_node(entry, action->node) : head_node(ev, action->node);
}

struct text record_text(struct evaluator *ev, struct value record, const char *key) {
    struct value value = record_value(ev, record, key);
    return value.kind == VALUE_TEXT ? value_as_text(value) : TEXT("");
}

static void check_place(struct evaluator *ev, const struct pipeline *pipeline,
                        const struct pipeline_action *action, struct value step) {
    bool is_source = text_is(record_text(ev, step, "category"), "Source");
    bool is_first = action->stage->index == 0;
    if (is_source != is_first) {
        struct diagnostic *d = report(
            ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, action->node),
            is_first ? "action \"%.*s\" is no source, and the first stage holds sources only"
                     : "action \"%.*s\" is a source, and those stand in the first stage only",
            TEXT_ARGS(action_name(action)));
        if (is_first) hint(ev, d, "Begin with a stage that gets what is delivered, such as "
                           "deliver.S3.");
        return;
    }
    struct value region = record_value(ev, step, "region");
    struct text owner = record_text(ev, step, "owner");
    bool is_bound = is_source || text_is(owner, "ThirdParty") || text_is(owner, "Custom");
    if (!is_bound || region.kind != VALUE_REGION || region.region == pipeline->place.region) return;
    report(ev, DIAGNOSTIC_PIPELINE_RULE, param_node(ev, action, "region"),
           "%s runs in the region of its pipeline, \"%.*s\", and \"%.*s\" is another",
           is_source ? "a source" : "an action that is not AWS's",
           TEXT_ARGS(pipeline->place.region->path), TEXT_ARGS(region.region->path));
}

static void check_name(struct evaluator *ev, struct pipeline_action *action) {
    struct text name = record_text(ev, action->does, "name");
    for (const struct pipeline_action *other = action->stage->actions; other != action;
         other = other->next) {
        if (!name.length || !text_equal(record_text(ev, other->does, "name"), name)) continue;
        struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, param_node(ev, action, "name"),
                                      "two actions of stage \"%.*s\" are named \"%.*s\"",
                                      TEXT_ARGS(action->stage->name), TEXT_ARGS(name));
        note(ev, d, param_node(ev, other, "name")->span, "the other one is here");
        action->stage->is_broken = true;
        return;
    }
}

/* Each step has a name of its own: the action's, with what the step adds. */
static void check_letters(struct evaluator *ev, struct pipeline_action *action, struct value step) {
    struct text name = record_text(ev, action->does, "name");
    struct text suffix = record_text(ev, step, "suffix");
    size_t length = name.length + suffix.length + (suffix.length > 0);
    bool is_fine = name.length > 0 && length <= MOST_NAME;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];
        is_fine &= ascii_is_alphanumeric(c) || strchr(".@_-", c) != NULL;
    }
    struct value given = record_value(ev, action->does, "name");
    if (is_fine || given.kind != VALUE_TEXT) return;
    struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, param_node(ev, action, "name"),
                                  "an action is named with 1 to %d letters, digits and .@_-, and "
                                  "not \"%.*s%s%.*s\"", MOST_NAME, TEXT_ARGS(name),
                                  suffix.length ? "-" : "", TEXT_ARGS(suffix));
    if (length > MOST_NAME) hint(ev, d, "Give it a shorter name: name = \"...\".");
}

/* Artifacts and namespaces of a pipeline share one set of names; false, reported, if it is
 * taken. */
static bool check_taken(struct evaluator *ev, struct pipeline *pipeline,
                        struct pipeline_action *action, struct text text, const char *what) {
    const struct name *name = names_intern(ev->names, text);
    struct pipeline_action *other = map_find(&pipeline->taken, name);
    if (!text.length) return true;
    map_put(&pipeline->taken, name, action);
    if (!other) return true;
    struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, action->node),
                                  "%s \"%.*s\" has the name of another artifact or namespace", what,
                                  TEXT_ARGS(text));
    if (other != action) {
        note(ev, d, written_span(other->node, other->node->declaration.name),
             "that one is made here");
    }
    action->stage->is_broken = true;
    return false;
}

/* What a step hands on: artifacts, and variables under the name of its namespace. */
static void check_outputs(struct evaluator *ev, struct pipeline *pipeline,
                          struct pipeline_action *action, struct value step) {
    struct value outputs = record_value(ev, step, "outputs");
    for (uint32_t i = 0; outputs.kind == VALUE_LIST && i < outputs.length; i++) {
        struct text artifact = record_text(ev, outputs.items[i], "artifact");
        if (!check_taken(ev, pipeline, action, artifact, "artifact")) return;
    }
    check_taken(ev, pipeline, action, record_text(ev, step, "namespace"), "namespace");
}

static void check_count(struct evaluator *ev, const struct pipeline_stage *stage, uint32_t count) {
    if (count <= MOST_ACTIONS && stage->index != MOST_STAGES) return;
    report(ev, DIAGNOSTIC_PIPELINE_QUOTA, head_node(ev, stage->node),
           "%s has at most %d %s, unless AWS raises it",
           count > MOST_ACTIONS ? "a stage" : "a pipeline",
           count > MOST_ACTIONS ? MOST_ACTIONS : MOST_STAGES,
           count > MOST_ACTIONS ? "actions" : "stages");
}

void check_stage(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_stage *stage) {
    uint32_t count = 0;
    if (!stage->actions && !stage->is_broken) {
        report(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, stage->node),
               "stage \"%.*s\" has no actions", TEXT_ARGS(stage->name));
        stage->is_broken = true;
    }
    check_conditions(ev, pipeline, stage);
    for (struct pipeline_action *action = stage->actions; action; action = action->next) {
        struct value steps = record_value(ev, action->does, "steps");
        check_name(ev, action);
        for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++, count++) {
            check_letters(ev, action, steps.items[i]);
            check_place(ev, pipeline, action, steps.items[i]);
            check_step_region(ev, pipeline, action, steps.items[i]);
            check_action_step(ev, action, steps.items[i]);
            check_outputs(ev, pipeline, action, steps.items[i]);
        }
    }
    check_count(ev, stage, count);
}

bool check_pipeline_stages(struct evaluator *ev, const struct pipeline *pipeline) {
    if (pipeline->stage_count >= LEAST_STAGES) return true;
    struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, pipeline->node),
                                  "a pipeline has at least %d stages, and this has %u",
                                  LEAST_STAGES, pipeline->stage_count);
    hint(ev, d, "Sources stand in the first stage; what is done with them stands in others.");
    return false;
}
