/* What CodePipeline refuses: actions in the wrong place, names that meet, configurations against
 * the rows of schema/actions.def.
 */
#include "evaluator/pipelines.h"
#include "schema/actions.h"

/* CodePipeline's quotas, as its User Guide has them. */
enum { LEAST_STAGES = 2, MOST_STAGES = 50, MOST_ACTIONS = 100 };

const struct node *param_node(struct evaluator *ev, const struct pipeline_action *action,
                              const char *param) {
    struct value arguments = component_arguments(ev, action->component);
    const struct name *name = names_find(ev->names, text_of(param));
    struct record_entry *entry = NULL;
    if (arguments.kind == VALUE_RECORD && name) entry = record_find(arguments.record, name);
    return entry ? entry_value(entry, action->node) : head_node(ev, action->node);
}

static struct text record_text(struct evaluator *ev, struct value record, const char *key) {
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

/* The entry of the configuration where the author writes it out, else the action's name. */
static const struct node *key_node(struct evaluator *ev, const struct pipeline_action *action,
                                   const struct record_entry *entry) {
    if (entry->origin && !in_library(ev, entry->origin)) {
        return entry->origin->kind == NODE_ENTRY ? entry->origin->entry.key : entry->origin;
    }
    return head_node(ev, action->node);
}

/* The key that was meant, where it is not known. */
static struct text check_key(struct evaluator *ev, const struct pipeline_action *action,
                             const struct schema_action *type,
                             const struct record_entry *entry) {
    struct text key = name_text(entry->key);
    struct diagnostic *d;
    if (!schema_action_allows(type, key)) {
        struct suggestion near;
        suggestion_init(&near, key);
        struct text keys[2] = {text_of(type->required), text_of(type->optional)}, one;
        for (int i = 0; i < 2; i++) {
            while (schema_action_take(&keys[i], &one)) suggestion_offer(&near, one);
        }
        d = report(ev, DIAGNOSTIC_ACTION_CONFIGURATION, key_node(ev, action, entry),
                   "an action of %s has no key \"%.*s\"", type->provider, TEXT_ARGS(key));
        if (near.best.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
        return near.best;
    }
    struct text values = schema_action_values(type, key);
    struct value value = settled(ev, entry->value);
    if (!values.length || value.kind != VALUE_TEXT) return TEXT("");
    if (schema_action_has(values, value_as_text(value))) return TEXT("");
    d = report(ev, DIAGNOSTIC_ACTION_CONFIGURATION, key_node(ev, action, entry),
               "\"%.*s\" of %s is not \"%.*s\"", TEXT_ARGS(key), type->provider,
               TEXT_ARGS(value_as_text(value)));
    hint(ev, d, "It is one of: %.*s.", TEXT_ARGS(values));
    return TEXT("");
}

static void check_missing(struct evaluator *ev, const struct pipeline_action *action,
                          const struct schema_action *type, const struct record *configuration,
                          struct text keys, struct text meant) {
    struct text key;
    while (schema_action_take(&keys, &key)) {
        const struct name *name = names_find(ev->names, key);
        bool found = name && configuration && record_find(configuration, name);
        if (found || schema_action_has(meant, key)) continue;
        report(ev, DIAGNOSTIC_ACTION_CONFIGURATION, param_node(ev, action, "configuration"),
               "an action of %s also needs the key \"%.*s\"", type->provider, TEXT_ARGS(key));
    }
}

static void check_artifacts(struct evaluator *ev, const struct pipeline_action *action,
                            const struct schema_action *type, struct value artifacts, bool in) {
    unsigned least = in ? type->least_inputs : type->least_outputs;
    unsigned most = in ? type->most_inputs : type->most_outputs;
    if (artifacts.kind != VALUE_LIST) return;
    if (artifacts.length >= least && artifacts.length <= most) return;
    bool few = artifacts.length < least;
    report(ev, DIAGNOSTIC_ACTION_CONFIGURATION, param_node(ev, action, in ? "inputs" : "makes"),
           "an action of %s %s at %s %u artifact%s, and this %s %u", type->provider,
           in ? "reads" : "makes", few ? "least" : "most", few ? least : most,
           (few ? least : most) == 1 ? "" : "s", in ? "reads" : "makes", artifacts.length);
}

/* The step against what is known of its type (schema/actions.def). */
static void check_configuration(struct evaluator *ev, const struct pipeline_action *action,
                                struct value step) {
    const struct schema_action *type =
        schema_action_find(record_text(ev, step, "category"), record_text(ev, step, "owner"),
                           record_text(ev, step, "provider"));
    if (!type) return; /* one of the author's own, or newer than these facts */
    struct value value = record_value(ev, step, "configuration");
    struct value acts = record_value(ev, step, "acts");
    struct record *configuration = value.kind == VALUE_RECORD ? value.record : NULL;
    if (value.kind == VALUE_POISON || value.flags & VALUE_BROKEN) return;
    /* keys that need not be asked for: misspelt ones, and the role, which is put in later */
    struct text meant = acts.kind == VALUE_BOOL && acts.boolean ? TEXT("RoleArn") : TEXT("");
    for (uint32_t i = 0; configuration && i < configuration->count; i++) {
        const struct record_entry *entry = &configuration->entries[i];
        struct text near = check_key(ev, action, type, entry);
        if (near.length) {
            meant = text_format(ev->arena, "%.*s %.*s", TEXT_ARGS(near), TEXT_ARGS(meant));
        }
        struct value given = settled(ev, entry->value);
        if (given.kind != VALUE_TEXT) continue;
        check_missing(ev, action, type, configuration,
                      schema_action_needs(type, name_text(entry->key), value_as_text(given)),
                      meant);
    }
    check_missing(ev, action, type, configuration, text_of(type->required), meant);
    check_artifacts(ev, action, type, record_value(ev, step, "inputs"), true);
    check_artifacts(ev, action, type, record_value(ev, step, "outputs"), false);
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

void check_stage(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_stage *stage) {
    struct node *head = head_node(ev, stage->node);
    uint32_t count = 0;
    if (!stage->actions && !stage->is_broken) {
        report(ev, DIAGNOSTIC_PIPELINE_RULE, head, "stage \"%.*s\" has no actions",
               TEXT_ARGS(stage->name));
        stage->is_broken = true;
    }
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        if (stage->index || !text_is(node_text(e->node->entry.key), "on_failure")) continue;
        struct value value = settled(ev, evaluate(ev, e->node->entry.value, e->frame));
        if (value.kind != VALUE_TEXT || !text_is(value_as_text(value), "rollback")) continue;
        report(ev, DIAGNOSTIC_PIPELINE_RULE, e->node->entry.value,
               "the first stage cannot be rolled back: there is nothing before it");
    }
    for (struct pipeline_action *action = stage->actions; action; action = action->next) {
        struct value steps = record_value(ev, action->does, "steps");
        check_name(ev, action);
        for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++, count++) {
            check_place(ev, pipeline, action, steps.items[i]);
            check_configuration(ev, action, steps.items[i]);
        }
    }
    if (count <= MOST_ACTIONS && stage->index != MOST_STAGES) return;
    report(ev, DIAGNOSTIC_PIPELINE_QUOTA, head, "%s has at most %d %s, unless AWS raises it",
           count > MOST_ACTIONS ? "a stage" : "a pipeline",
           count > MOST_ACTIONS ? MOST_ACTIONS : MOST_STAGES,
           count > MOST_ACTIONS ? "actions" : "stages");
}

bool check_pipeline_stages(struct evaluator *ev, const struct pipeline *pipeline) {
    if (pipeline->stage_count >= LEAST_STAGES) return true;
    struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, pipeline->node),
                                  "a pipeline has at least %d stages, and this has %u",
                                  LEAST_STAGES, pipeline->stage_count);
    hint(ev, d, "Sources stand in the first stage; what is done with them stands in others.");
    return false;
}
