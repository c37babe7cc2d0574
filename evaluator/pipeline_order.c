/* When the actions of a pipeline run: each after those whose artifacts and variables are among its
 * arguments, and after those that it names.
 */
#include "evaluator/pipelines.h"

struct scan {
    struct evaluator *ev;
    struct pipeline *pipeline;
    struct pipeline_action *action;
    const struct node *node; /* of the argument that is looked through */
    int64_t order;
    unsigned depth;
};

struct node *head_node(struct evaluator *ev, const struct node *node) {
    return node_new(ev->arena, NODE_NAME, written_span(node, node->declaration.name));
}

struct text action_name(const struct pipeline_action *action) {
    return name_text(action->node->declaration.name.name);
}

/* The action needs what the other makes (an artifact, a variable), or is to run after it. */
static void scan_needs(struct scan *scan, struct pipeline_action *other, const char *what) {
    struct evaluator *ev = scan->ev;
    struct pipeline_action *action = scan->action;
    if (other->stage->index < action->stage->index) return;
    if (other->stage == action->stage && other != action) {
        if (other->approval) other = other->approval; /* what it delivers is there after that */
        if (order_settle(ev, scan->pipeline, other, scan->node) && other->last >= scan->order) {
            scan->order = other->last + 1;
        }
        return;
    }
    struct diagnostic *d;
    if (other == action) {
        report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
               "action \"%.*s\" needs %s that it makes itself", TEXT_ARGS(action_name(action)),
               what);
        return;
    }
    d = report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
               "action \"%.*s\" in stage \"%.*s\" needs %s of \"%.*s\", which runs later, in stage "
               "\"%.*s\"", TEXT_ARGS(action_name(action)), TEXT_ARGS(action->stage->name), what,
               TEXT_ARGS(action_name(other)), TEXT_ARGS(other->stage->name));
    note(ev, d, written_span(other->node, other->node->declaration.name),
         "\"%.*s\" is declared here", TEXT_ARGS(action_name(other)));
    hint(ev, d, "Stages run in the order in which they are written: move stage \"%.*s\" behind "
         "stage \"%.*s\".", TEXT_ARGS(action->stage->name), TEXT_ARGS(other->stage->name));
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

/* Variables: "#{build.COMMIT}" is what the action of that id gives. */
static void scan_text(struct scan *scan, struct text text) {
    for (size_t i = 0; i + 2 < text.length; i++) {
        if (text.bytes[i] != '#' || text.bytes[i + 1] != '{') continue;
        size_t start = i + 2, end = start;
        while (end < text.length && text.bytes[end] != '.' && text.bytes[end] != '}') end++;
        if (end == text.length || text.bytes[end] != '.') continue;
        struct text id = {text.bytes + start, end - start};
        const struct name *name = names_find(scan->ev->names, id);
        struct pipeline_action *other = name ? map_find(&scan->pipeline->ids, name) : NULL;
        if (other) scan_needs(scan, other, "a variable");
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

const struct node *entry_value(const struct record_entry *entry, const struct node *node) {
    if (!entry->origin) return node;
    return entry->origin->kind == NODE_ENTRY ? entry->origin->entry.value : entry->origin;
}

static uint32_t step_count(struct evaluator *ev, const struct pipeline_action *action) {
    struct value steps = record_value(ev, action->does, "steps");
    return steps.kind == VALUE_LIST && steps.length ? steps.length : 1;
}

static uint32_t held_count(struct evaluator *ev, const struct pipeline_action *action) {
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

/* An approval stands between the steps of what waits for it: all that is prepared runs before it, at
 * the same time; all else after it, each action's steps in a row. */
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
    struct scan scan = {.ev = ev, .pipeline = pipeline, .action = action, .order = 1};
    for (uint32_t i = 0; arguments.kind == VALUE_RECORD && i < arguments.record->count; i++) {
        const struct record_entry *entry = &arguments.record->entries[i];
        scan.node = entry_value(entry, action->node);
        if (text_is(name_text(entry->key), "after")) scan_after(&scan, entry->value);
        else scan_value(&scan, entry->value);
    }
    order_around(&scan, asked);
    action->walk = WALK_DONE;
    depth_leave(ev);
    return true;
}
