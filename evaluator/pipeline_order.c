/* When the actions of a pipeline run: each after those whose artifacts and variables are among its
 * arguments, and after those that it names.
 */
#include "evaluator/pipelines.h"
#include "schema/actions.h"

struct scan {
    struct evaluator *ev;
    struct pipeline *pipeline;
    struct pipeline_stage *stage;
    struct pipeline_action *action; /* NULL: a condition of the stage */
    const struct node *node;        /* of the argument that is looked through */
    int64_t order;
    unsigned depth;
    bool is_behind;  /* a condition that is asked when the stage has run */
    bool is_foreign; /* a text of another language, in which #{ } may mean something else */
};

struct node *head_node(struct evaluator *ev, const struct node *node) {
    return node_new(ev->arena, NODE_NAME, written_span(node, node->declaration.name));
}

struct text action_name(const struct pipeline_action *action) {
    return name_text(action->node->declaration.name.name);
}

/* What stands at the node, for messages: action "deploy" in stage "West". */
static struct text scan_word(const struct scan *scan) {
    if (scan->action) {
        return text_format(scan->ev->arena, "action \"%.*s\" in stage \"%.*s\"",
                           TEXT_ARGS(action_name(scan->action)), TEXT_ARGS(scan->stage->name));
    }
    return text_format(scan->ev->arena, "a condition of stage \"%.*s\"",
                       TEXT_ARGS(scan->stage->name));
}

static void report_later(const struct scan *scan, const struct pipeline_action *other,
                         const char *what) {
    struct evaluator *ev = scan->ev;
    bool is_same = other->stage == scan->stage;
    struct diagnostic *d = report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
                                  "%.*s needs %s of \"%.*s\", which runs later, in stage \"%.*s\"",
                                  TEXT_ARGS(scan_word(scan)), what, TEXT_ARGS(action_name(other)),
                                  TEXT_ARGS(other->stage->name));
    note(ev, d, written_span(other->node, other->node->declaration.name),
         "\"%.*s\" is declared here", TEXT_ARGS(action_name(other)));
    if (is_same) {
        hint(ev, d, "What stage \"%.*s\" itself makes is there for its conditions after and "
             "failed.", TEXT_ARGS(scan->stage->name));
    } else {
        hint(ev, d, "Stages run in the order in which they are written: move stage \"%.*s\" behind "
             "stage \"%.*s\".", TEXT_ARGS(scan->stage->name), TEXT_ARGS(other->stage->name));
    }
}

/* What is scanned needs what the action makes (an artifact, a variable), or is to run after it. */
static void scan_needs(struct scan *scan, struct pipeline_action *other, const char *what) {
    struct evaluator *ev = scan->ev;
    struct pipeline_action *action = scan->action;
    if (other->stage->index < scan->stage->index) return;
    if (!action && other->stage == scan->stage && scan->is_behind) return;
    if (action && other->stage == action->stage && other != action) {
        if (other->approval) other = other->approval; /* what it delivers is there after that */
        if (order_settle(ev, scan->pipeline, other, scan->node) && other->last >= scan->order) {
            scan->order = other->last + 1;
        }
        return;
    }
    if (other != action) {
        report_later(scan, other, what);
        return;
    }
    report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
           "action \"%.*s\" needs %s that it makes itself", TEXT_ARGS(action_name(action)), what);
}

/* Whether the action's steps make an artifact of this name. */
static bool makes_artifact(struct evaluator *ev, const struct pipeline_action *action,
                           struct text artifact) {
    struct value steps = record_value(ev, action->does, "steps");
    for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++) {
        struct value outputs = record_value(ev, steps.items[i], "outputs");
        for (uint32_t j = 0; outputs.kind == VALUE_LIST && j < outputs.length; j++) {
            struct value name = record_value(ev, outputs.items[j], "artifact");
            if (name.kind == VALUE_TEXT && text_equal(value_as_text(name), artifact)) return true;
        }
    }
    return false;
}

struct pipeline_action *artifact_maker(struct evaluator *ev, struct pipeline *pipeline,
                                       struct text artifact) {
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            if (makes_artifact(ev, action, artifact)) return action;
        }
    }
    return NULL;
}

static void scan_artifact(struct scan *scan, struct text artifact) {
    struct pipeline_action *maker = artifact_maker(scan->ev, scan->pipeline, artifact);
    if (maker) {
        scan_needs(scan, maker, "an artifact");
        return;
    }
    struct diagnostic *d = report(scan->ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
                                  "no action of the pipeline makes artifact \"%.*s\"",
                                  TEXT_ARGS(artifact));
    hint(scan->ev, d, "Name the action that makes it: source.artifact.");
}

/* ---- variables: "#{build.COMMIT}" is what the action of that id gives ---- */

static void report_variable(const struct scan *scan, struct text id, struct text name,
                            struct text near, const char *why) {
    struct diagnostic *d = report(scan->ev, DIAGNOSTIC_UNKNOWN_VARIABLE, scan->node,
                                  "there is no variable \"#{%.*s.%.*s}\": %s", TEXT_ARGS(id),
                                  TEXT_ARGS(name), why);
    if (near.length) hint(scan->ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
}

/* Whether the variable is among those that commands export; where they do not say, its type
 * decides. */
static bool step_gives(struct evaluator *ev, struct value step, struct text name,
                       struct suggestion *near) {
    const struct schema_action *type =
        schema_action_find(record_text(ev, step, "category"), record_text(ev, step, "owner"),
                           record_text(ev, step, "provider"));
    struct value list = record_value(ev, step, "variables");
    bool is_commands = text_is(record_text(ev, step, "category"), "Compute");
    for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.length; i++) {
        if (list.items[i].kind != VALUE_TEXT) return true;
        suggestion_offer(near, value_as_text(list.items[i]));
        if (text_equal(value_as_text(list.items[i]), name)) return true;
    }
    if (is_commands && list.kind == VALUE_LIST) return false;
    struct text words = text_of(type ? type->variables : "*"), word;
    while (schema_action_take(&words, &word)) suggestion_offer(near, word);
    return !type || schema_action_gives(type, name);
}

static void check_variable(const struct scan *scan, const struct pipeline_action *action,
                           struct text id, struct text name) {
    struct value steps = record_value(scan->ev, action->does, "steps");
    struct suggestion near;
    suggestion_init(&near, name);
    bool is_named = false;
    for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++) {
        if (!text_equal(record_text(scan->ev, steps.items[i], "namespace"), id)) continue;
        is_named = true;
        if (step_gives(scan->ev, steps.items[i], name, &near)) return;
    }
    if (steps.kind != VALUE_LIST) return;
    report_variable(scan, id, name, near.best,
                    is_named ? "its action gives no such one" : "its action gives none");
}

/* Of the pipeline itself. */
static void check_own_variable(const struct scan *scan, struct text id, struct text name) {
    struct suggestion near;
    suggestion_init(&near, name);
    if (text_is(id, "codepipeline")) {
        if (text_is(name, "PipelineExecutionId")) return;
        suggestion_offer(&near, TEXT("PipelineExecutionId"));
        report_variable(scan, id, name, near.best, "CodePipeline gives PipelineExecutionId alone");
        return;
    }
    struct value declared = pipeline_entry_value(scan->ev, scan->pipeline, "variables");
    for (uint32_t i = 0; declared.kind == VALUE_RECORD && i < declared.record->count; i++) {
        struct text key = name_text(declared.record->entries[i].key);
        if (text_equal(key, name)) return;
        suggestion_offer(&near, key);
    }
    if (declared.kind != VALUE_RECORD && declared.kind != VALUE_NULL) return;
    report_variable(scan, id, name, near.best, "the pipeline's variables do not declare it");
}

static void scan_variable(struct scan *scan, struct text id, struct text name) {
    const struct name *key = names_find(scan->ev->names, id);
    struct pipeline_action *other = key ? map_find(&scan->pipeline->ids, key) : NULL;
    if (other) {
        scan_needs(scan, other, "a variable");
        check_variable(scan, other, id, name);
    } else if (text_is(id, "variables") || text_is(id, "codepipeline")) {
        check_own_variable(scan, id, name);
    } else if (!scan->is_foreign) {
        struct suggestion near;
        suggestion_init(&near, id);
        for (uint32_t i = 0; i < scan->pipeline->ids.count; i++) {
            const struct name *offered = scan->pipeline->ids.entries[i].key;
            suggestion_offer(&near, name_text(offered));
        }
        report_variable(scan, id, name, near.best, "no action of the pipeline has that id");
    }
}

static void scan_text(struct scan *scan, struct text text) {
    for (size_t i = 0; i + 2 < text.length; i++) {
        if (text.bytes[i] != '#' || text.bytes[i + 1] != '{') continue;
        size_t start = i + 2, dot = start, end;
        while (dot < text.length && text.bytes[dot] != '.' && text.bytes[dot] != '}') dot++;
        if (dot == text.length || text.bytes[dot] != '.') continue;
        end = dot + 1;
        while (end < text.length && text.bytes[end] != '}') end++;
        if (end == text.length) return;
        scan_variable(scan, (struct text){text.bytes + start, dot - start},
                      (struct text){text.bytes + dot + 1, end - dot - 1});
        i = end;
    }
}

static void scan_value(struct scan *scan, struct value value) {
    if (!spend_steps(scan->ev, 1) || scan->depth >= LIMIT_VALUE_DEPTH) return;
    scan->depth++;
    if (value.kind == VALUE_TEXT) scan_text(scan, value_as_text(value));
    if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++) scan_value(scan, value.items[i]);
    } else if (value.kind == VALUE_RECORD && value_is_artifact(scan->ev, value)) {
        struct value name = record_value(scan->ev, value, "artifact");
        if (name.kind == VALUE_TEXT) scan_artifact(scan, value_as_text(name));
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            scan_value(scan, value.record->entries[i].value);
        }
    } else if (value.kind == VALUE_DEFERRED) {
        for (uint32_t i = 0; i < value.deferred->count; i++) {
            scan_value(scan, value.deferred->operands[i]);
        }
    }
    scan->depth--;
}

static struct pipeline_action *action_of(struct pipeline *pipeline, struct value value) {
    if (value.kind != VALUE_COMPONENT) return NULL;
    for (uint32_t i = 0; i < pipeline->ids.count; i++) {
        struct pipeline_action *action = pipeline->ids.entries[i].value;
        if (action->component == value.component) return action;
    }
    return NULL;
}

/* after = [x, y], or one action, or a group of them. */
static void scan_after(struct scan *scan, struct value value) {
    if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++) scan_after(scan, value.items[i]);
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            scan_after(scan, value.record->entries[i].value);
        }
    } else if (value.kind != VALUE_POISON && value.kind != VALUE_NULL) {
        struct pipeline_action *other = action_of(scan->pipeline, value);
        if (other) {
            scan_needs(scan, other, "the end");
            return;
        }
        struct diagnostic *d = report(scan->ev, DIAGNOSTIC_TYPE_MISMATCH, scan->node,
                                      "\"after\" takes actions of this pipeline, and this is %.*s",
                                      TEXT_ARGS(value_kind_text(scan->ev->arena, value)));
        hint(scan->ev, d, "Write the action's name: after = [build].");
    }
}

static uint32_t step_count(struct evaluator *ev, const struct pipeline_action *action) {
    struct value steps = record_value(ev, action->does, "steps");
    return steps.kind == VALUE_LIST && steps.length ? steps.length : 1;
}

uint32_t held_count(struct evaluator *ev, const struct pipeline_action *action) {
    struct value steps = record_value(ev, action->does, "steps");
    uint32_t count = 0;
    for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++) {
        struct value held = record_value(ev, steps.items[i], "held");
        count += held.kind == VALUE_BOOL && held.boolean;
    }
    return count;
}

int64_t held_order(struct evaluator *ev, const struct pipeline_action *approval) {
    return approval->order + step_count(ev, approval);
}

/* An approval stands between the steps of what waits for it: all that is prepared runs before it,
 * at the same time; all else after it, each action's steps in a row. */
static void order_around(struct scan *scan, const struct node *asked) {
    struct pipeline_action *approval = scan->action;
    uint32_t held = 0;
    for (struct pipeline_action *a = approval->stage->actions; a; a = a->next) {
        if (a->approval != approval || !order_settle(scan->ev, scan->pipeline, a, asked)) continue;
        uint32_t count = held_count(scan->ev, a);
        if (count > held) held = count;
        if (a->order >= scan->order) scan->order = a->order + 1;
    }
    approval->order = scan->order;
    approval->last = scan->order + step_count(scan->ev, approval) - 1 + held;
    for (struct pipeline_action *a = approval->stage->actions; a; a = a->next) {
        if (a->approval == approval) a->last = approval->last;
    }
}

/* When the action runs in its stage: after those whose artifacts and variables it is given. */
bool order_settle(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_action *action,
                  const struct node *asked) {
    if (action->walk == WALK_DONE) return true;
    if (action->walk == WALK_RUNNING) {
        report(ev, DIAGNOSTIC_ARTIFACT_ORDER, asked,
               "action \"%.*s\" needs what runs after it: neither can begin",
               TEXT_ARGS(action_name(action)));
        return false;
    }
    if (!depth_enter(ev, asked)) return false;
    action->walk = WALK_RUNNING;
    struct value arguments = component_arguments(ev, action->component);
    struct scan scan = {.ev = ev, .pipeline = pipeline, .stage = action->stage, .action = action,
                        .order = 1};
    for (uint32_t i = 0; arguments.kind == VALUE_RECORD && i < arguments.record->count; i++) {
        const struct record_entry *entry = &arguments.record->entries[i];
        scan.node = value_node(entry, action->node);
        scan.is_foreign = text_is(name_text(entry->key), "commands");
        if (text_is(name_text(entry->key), "after")) scan_after(&scan, entry->value);
        else scan_value(&scan, entry->value);
    }
    order_around(&scan, asked);
    action->walk = WALK_DONE;
    depth_leave(ev);
    return true;
}

void order_check_condition(struct evaluator *ev, struct pipeline *pipeline,
                           struct pipeline_stage *stage, struct value value,
                           const struct node *node, bool is_behind) {
    struct scan scan = {.ev = ev, .pipeline = pipeline, .stage = stage, .node = node,
                        .is_behind = is_behind};
    scan_value(&scan, value);
}
