/* Pipelines: what a `pipeline` block declares, collected for the component that it is an instance of.
 *
 * std.deliver.Pipeline gets the block's entries as its params, and two more: `stages` (the stages with
 * their entries and actions, each with the order in which it runs) and `stores` (a bucket for artifacts
 * in each region in which an action runs). An action is an instance of
 * a component whose output `action` says what it does; which artifacts and variables of others it is
 * given decides when it runs. All else is the library's.
 *
 * The headers of stages and actions are evaluated first, in the order of the program; entries and
 * arguments only when they are asked for, so that an action may use what any other makes.
 */
#include "evaluator/builtins.h"
#include "evaluator/internal.h"
#include "schema/actions.h"

struct pipeline_entry {
    struct pipeline_entry *next;
    struct node *node; /* ENTRY */
    struct frame *frame;
};

struct entry_list { struct pipeline_entry *first, **end; };

/* CodePipeline's quotas, as its User Guide has them. */
enum { LEAST_STAGES = 2, MOST_STAGES = 50, MOST_ACTIONS = 100 };

enum walk { WALK_NEW, WALK_RUNNING, WALK_DONE };

struct pipeline_action {
    struct pipeline_action *next;
    struct node *node;
    struct component *component;
    struct pipeline_stage *stage;
    struct text id;
    struct value does;   /* its output `action` */
    uint8_t walk;        /* enum walk, of its order */
    int64_t order, last; /* of its first and last step */
};

struct pipeline_stage {
    struct pipeline_stage *next;
    struct node *node;
    struct site place;
    struct text name; /* without an entry `name` */
    uint32_t index;
    bool is_broken; /* a mistake, reported, leaves actions out */
    struct entry_list entries;
    struct pipeline_action *actions, **actions_end;
};

struct pipeline {
    struct component *component;
    struct node *node;
    struct frame *frame;
    struct site place;
    struct map frames; /* const struct scope * -> struct frame * */
    struct entry_list entries;
    struct pipeline_stage *stages, **stages_end, *stage; /* stage: whose block is being run */
    uint32_t stage_count;
    struct map ids;         /* of actions: const struct name * -> struct pipeline_action * */
    struct value arguments; /* stages and stores as a record, or a slot kind */
};

/* ---- artifacts, records ---- */

struct value record_value(struct evaluator *ev, struct value record, const char *key) {
    const struct name *name = names_find(ev->names, text_of(key));
    struct record_entry *entry = NULL;
    if (record.kind == VALUE_RECORD && name) entry = record_find(record.record, name);
    return entry ? entry->value : value_poison();
}

bool value_is_artifact(struct evaluator *ev, struct value value) {
    return value.kind == VALUE_RECORD && value.record->count == 2 &&
           value.record->entries[0].key == names_find(ev->names, TEXT("artifact")) &&
           value.record->entries[1].key == names_find(ev->names, TEXT("path"));
}

struct value apply_region_of(struct call *call) {
    struct value value = call->arguments[0];
    struct region *region = NULL;
    if (value.kind == VALUE_POISON) return value;
    if (value.kind == VALUE_RESOURCE) region = value.resource->region;
    if (value.kind == VALUE_COMPONENT) region = value.component->place.region;
    if (!region) return argument_wrong(call, 0, "a resource");
    return (struct value){.kind = VALUE_REGION, .region = region};
}

/* The types in a stack, each once; published: those whose permissions are known, or the others. */
static struct value stack_types(struct call *call, const struct stack *stack, bool published) {
    struct items items = {0};
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct schema_type *type = stack->resources[i]->type;
        bool is_known = false, is_there = false;
        for (int o = 0; o < SCHEMA_OPERATIONS; o++) {
            is_known |= schema_type_permission_count(type, (enum schema_operation)o) > 0;
        }
        struct text text = schema_type_name(type);
        struct value name = value_text(text);
        if (published) {
            name = (struct value){.kind = VALUE_TYPE, .type = names_intern(call->names, text)};
        }
        for (uint32_t j = 0; j < items.count; j++) is_there |= value_equal(items.items[j], name);
        if (is_known != published || is_there) continue;
        if (!items_add(call, &items, name)) break;
    }
    return items_list(&items);
}

struct value apply_stack_facts(struct call *call) {
    struct value value = call->arguments[0];
    const struct stack *stack = NULL;
    if (value.kind == VALUE_STACK) stack = value.stack;
    if (value.kind == VALUE_REGION) stack = ((struct region_state *)value.region)->stack;
    if (!stack) return argument_wrong(call, 0, "a stack or a region");
    struct record *record = record_new(call->arena, 4);
    put_text(call, record, "name", value_text(stack->name));
    put_text(call, record, "region", (struct value){.kind = VALUE_REGION, .region = stack->region});
    put_text(call, record, "types", stack_types(call, stack, true));
    put_text(call, record, "unpublished", stack_types(call, stack, false));
    return value_record(record);
}

static struct resource_state *resource_argument(struct call *call) {
    struct value value = call->arguments[0];
    struct resource *resource = NULL;
    if (value.kind == VALUE_RESOURCE) resource = value.resource;
    if (value.kind == VALUE_COMPONENT) resource = component_self(call->evaluator, value.component);
    if (!resource) argument_wrong(call, 0, "a resource");
    return (struct resource_state *)resource;
}

struct value apply_is_existing(struct call *call) {
    struct resource_state *state = resource_argument(call);
    return state ? value_bool(state->resource.is_existing) : value_poison();
}

struct value apply_written(struct call *call) {
    struct text property;
    struct resource_state *state = resource_argument(call);
    if (!state || !argument_filled(call, 1, &property)) return value_poison();
    const struct name *name = names_intern(call->names, property);
    struct value value = resource_property(call->evaluator, state, name, call->node);
    return value.kind == SLOT_WAITING ? value_null() : value;
}

/* ---- making ---- */

static struct value pipeline_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                      struct value key) {
    struct node *body = node->unit.body;
    const struct symbol *symbol = node->declaration.symbol;
    if (!body || body->kind != NODE_BLOCK || !node->unit.home || !symbol || !symbol->type ||
        symbol->type->kind != TYPE_COMPONENT) {
        return value_poison();
    }
    struct value home = settled(ev, evaluate(ev, node->unit.home, frame));
    if (home.kind == VALUE_DEFERRED) return fault_steering(ev, node->unit.home, home, "a region");
    if (home.kind != VALUE_REGION) return value_poison();
    struct site *place = &((struct region_state *)home.region)->place;
    struct value made = component_new(ev, node, frame, place, symbol->type->symbol, key);
    if (made.kind != VALUE_COMPONENT) return made;
    struct pipeline *pipeline = ARENA_NEW(ev->arena, struct pipeline);
    pipeline->component = made.component;
    pipeline->node = node;
    pipeline->stages_end = &pipeline->stages;
    pipeline->entries.end = &pipeline->entries.first;
    pipeline->arguments.kind = SLOT_WAITING;
    pipeline->place = made.component->place;
    pipeline->place.pipeline = pipeline;
    pipeline->place.instance = NULL; /* a mistake in an action is the action's */
    map_init(&pipeline->frames, ev->arena);
    map_init(&pipeline->ids, ev->arena);
    pipeline->frame = frame_new(ev, body->block.scope, frame, &pipeline->place);
    made.component->pipeline = pipeline;
    return made;
}

struct value pipeline_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    return unit_make(ev, symbol->declaration, frame, pipeline_make_one);
}

/* Letters, digits, "-" and "_" of the key of a stage or action. */
static struct text id_part(struct evaluator *ev, struct value key) {
    const struct name *name = key.kind == VALUE_POISON ? NULL : key_of(ev, key);
    if (!name) return (struct text){"", 0};
    char *bytes = arena_copy(ev->arena, name->bytes, name->length);
    for (size_t i = 0; i < name->length; i++) {
        char c = bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '-') bytes[i] = '_';
    }
    return (struct text){bytes, name->length};
}

static struct text id_join(struct evaluator *ev, struct text left, struct text right, char between) {
    if (right.length == 0) return left;
    if (left.length == 0) return right;
    return text_format(ev->arena, "%.*s%c%.*s", TEXT_ARGS(left), between, TEXT_ARGS(right));
}

static struct value stage_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                   struct value key) {
    struct pipeline *pipeline = frame->place->pipeline;
    struct node *body = node->unit.body;
    if (!pipeline || !body || body->kind != NODE_BLOCK || !node->declaration.name.name) {
        return value_poison();
    }
    struct pipeline_stage *stage = ARENA_NEW(ev->arena, struct pipeline_stage);
    struct text name = name_text(node->declaration.name.name), part = id_part(ev, key);
    stage->node = node;
    stage->index = pipeline->stage_count++;
    stage->entries.end = &stage->entries.first;
    stage->actions_end = &stage->actions;
    stage->name = id_join(ev, name, part, '-');
    struct site *place = &stage->place;
    *place = *frame->place;
    place->path = path_below(ev, frame->place, name, key);
    size_t skip = frame->place->path.length - frame->place->below.length;
    place->below = (struct text){place->path.bytes + skip, place->path.length - skip};
    place->keys = (struct text){"", 0};
    *pipeline->stages_end = stage;
    pipeline->stages_end = &stage->next;
    struct pipeline_stage *outer = pipeline->stage;
    pipeline->stage = stage;
    pipeline_block_run(ev, body, frame, place);
    pipeline->stage = outer;
    return value_null();
}

/* A name of its own in the pipeline, for artifacts and variables. */
static struct text action_id(struct evaluator *ev, struct pipeline *pipeline,
                             struct pipeline_action *action, struct text name, struct value key) {
    struct pipeline_stage *stage = action->stage;
    struct text id = id_join(ev, name, id_part(ev, key), '_');
    bool is_group = stage->node->unit.generators.first != NULL;
    if (is_group || map_find(&pipeline->ids, names_intern(ev->names, id))) {
        id = id_join(ev, stage->name, id, '_');
    }
    for (int i = 2; map_find(&pipeline->ids, names_intern(ev->names, id)) && i < 1000; i++) {
        id = text_format(ev->arena, "%.*s_%d", TEXT_ARGS(id), i);
    }
    map_put(&pipeline->ids, names_intern(ev->names, id), action);
    return id;
}

static struct value action_make_one(struct evaluator *ev, struct node *node, struct frame *frame,
                                    struct value key) {
    struct pipeline *pipeline = frame->place->pipeline;
    const struct symbol *symbol = node->declaration.symbol;
    if (!pipeline || !pipeline->stage || !symbol || !symbol->type ||
        symbol->type->kind != TYPE_COMPONENT || !node->declaration.name.name) {
        return value_poison();
    }
    struct value made = component_new(ev, node, frame, frame->place, symbol->type->symbol, key);
    if (made.kind != VALUE_COMPONENT) return made;
    struct pipeline_action *action = ARENA_NEW(ev->arena, struct pipeline_action);
    struct text name = name_text(node->declaration.name.name);
    action->node = node;
    action->component = made.component;
    action->stage = pipeline->stage;
    action->does = value_poison();
    action->id = action_id(ev, pipeline, action, name, key);
    *pipeline->stage->actions_end = action;
    pipeline->stage->actions_end = &action->next;
    struct record *given = record_new(ev->arena, 3);
    struct value home = {.kind = VALUE_REGION, .region = pipeline->place.region};
    struct text shown = id_join(ev, name, id_part(ev, key), '-');
    record_put(ev->arena, given, names_intern(ev->names, TEXT("name")), value_text(shown), NULL);
    record_put(ev->arena, given, names_intern(ev->names, TEXT("id")), value_text(action->id), NULL);
    record_put(ev->arena, given, names_intern(ev->names, TEXT("region")), home, NULL);
    made.component->given = given;
    return made;
}

void action_run(struct evaluator *ev, struct symbol *symbol, struct frame *frame) {
    struct pipeline *pipeline = frame->place->pipeline;
    struct value made = force(ev, frame, symbol, NULL);
    if (pipeline && pipeline->stage && (made.kind == VALUE_POISON || made.flags & VALUE_BROKEN)) {
        pipeline->stage->is_broken = true;
    }
}

struct value action_make(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    return unit_make(ev, symbol->declaration, frame, action_make_one);
}

void pipeline_frame_add(struct evaluator *ev, struct frame *frame) {
    (void)ev;
    struct pipeline *pipeline = frame->place->pipeline;
    if (pipeline && !map_find(&pipeline->frames, frame->scope)) {
        map_put(&pipeline->frames, frame->scope, frame);
    }
}

struct frame *pipeline_frame_of(const struct frame *frame, const struct scope *scope) {
    const struct pipeline *pipeline = frame->place->pipeline;
    return pipeline ? map_find(&pipeline->frames, scope) : NULL;
}

void pipeline_block_run(struct evaluator *ev, struct node *body, struct frame *around,
                        struct site *place) {
    struct frame *frame = frame_new(ev, body->block.scope, around, place);
    pipeline_frame_add(ev, frame);
    block_run(ev, body->block.items, frame);
}

void stage_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    unit_make(ev, node, frame, stage_make_one);
}

void pipeline_entry_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct pipeline *pipeline = frame->place->pipeline;
    if (!pipeline || node->flags & NODE_META || node->entry.key->kind != NODE_TEXT) return;
    struct entry_list *list = pipeline->stage ? &pipeline->stage->entries : &pipeline->entries;
    struct pipeline_entry *entry = ARENA_NEW(ev->arena, struct pipeline_entry);
    entry->node = node;
    entry->frame = frame;
    *list->end = entry;
    list->end = &entry->next;
}

/* ---- what an action is given ---- */

struct scan {
    struct evaluator *ev;
    struct pipeline *pipeline;
    struct pipeline_action *action;
    const struct node *node; /* of the argument that is looked through */
    int64_t order;
    unsigned depth;
};

static bool order_settle(struct evaluator *ev, struct pipeline *pipeline,
                         struct pipeline_action *action, const struct node *asked);

/* A node that covers the declared name only, for messages. */
static struct node *head_node(struct evaluator *ev, const struct node *node) {
    return node_new(ev->arena, NODE_NAME, written_span(node, node->declaration.name));
}

static struct text action_name(const struct pipeline_action *action) {
    return name_text(action->node->declaration.name.name);
}

/* The action needs what the other makes (an artifact, a variable), or is to run after it. */
static void scan_needs(struct scan *scan, struct pipeline_action *other, const char *what) {
    struct evaluator *ev = scan->ev;
    struct pipeline_action *action = scan->action;
    if (other->stage->index < action->stage->index) return;
    if (other->stage == action->stage && other != action) {
        if (order_settle(ev, scan->pipeline, other, scan->node) && other->last >= scan->order) {
            scan->order = other->last + 1;
        }
        return;
    }
    struct diagnostic *d;
    if (other == action) {
        report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
               "action \"%.*s\" needs %s that it makes itself", TEXT_ARGS(action_name(action)), what);
        return;
    }
    d = report(ev, DIAGNOSTIC_ARTIFACT_ORDER, scan->node,
               "action \"%.*s\" in stage \"%.*s\" needs %s of \"%.*s\", which runs later, in stage "
               "\"%.*s\"", TEXT_ARGS(action_name(action)), TEXT_ARGS(action->stage->name), what,
               TEXT_ARGS(action_name(other)), TEXT_ARGS(other->stage->name));
    note(ev, d, written_span(other->node, other->node->declaration.name),
         "\"%.*s\" is declared here", TEXT_ARGS(action_name(other)));
    hint(ev, d, "Stages run in the order in which they are written: move stage \"%.*s\" behind stage "
         "\"%.*s\".", TEXT_ARGS(action->stage->name), TEXT_ARGS(other->stage->name));
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

static struct pipeline_action *artifact_maker(struct evaluator *ev, struct pipeline *pipeline,
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

static const struct node *entry_value(const struct record_entry *entry, const struct node *node) {
    if (!entry->origin) return node;
    return entry->origin->kind == NODE_ENTRY ? entry->origin->entry.value : entry->origin;
}

static uint32_t step_count(struct evaluator *ev, const struct pipeline_action *action) {
    struct value steps = record_value(ev, action->does, "steps");
    return steps.kind == VALUE_LIST && steps.length ? steps.length : 1;
}

/* When the action runs in its stage: after those whose artifacts and variables it is given. */
static bool order_settle(struct evaluator *ev, struct pipeline *pipeline,
                         struct pipeline_action *action, const struct node *asked) {
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
    action->order = scan.order;
    action->last = scan.order + step_count(ev, action) - 1;
    action->walk = WALK_DONE;
    depth_leave(ev);
    return true;
}

/* ---- rules of CodePipeline ---- */

/* Where the action's author writes the param, else its name. */
static const struct node *param_node(struct evaluator *ev, const struct pipeline_action *action,
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
    if (artifacts.kind != VALUE_LIST || (artifacts.length >= least && artifacts.length <= most)) return;
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
    /* keys that need not be asked for: those that were misspelt, and the role, which is put in later */
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

static void check_stage(struct evaluator *ev, struct pipeline *pipeline,
                        struct pipeline_stage *stage) {
    struct node *head = head_node(ev, stage->node);
    uint32_t count = 0;
    if (!stage->actions && !stage->is_broken) {
        report(ev, DIAGNOSTIC_PIPELINE_RULE, head, "stage \"%.*s\" has no actions",
               TEXT_ARGS(stage->name));
        stage->is_broken = true;
    }
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        if (stage->index || !text_is(e->node->entry.key->text.value, "on_failure")) continue;
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

/* ---- the params of the component ---- */

static void put(struct evaluator *ev, struct record *record, const char *key, struct value value,
                const struct node *origin) {
    record_put(ev->arena, record, names_intern(ev->names, text_of(key)), value, origin);
}

static struct value stage_value(struct evaluator *ev, struct pipeline *pipeline,
                                struct pipeline_stage *stage) {
    struct record *record = record_new(ev->arena, 8);
    size_t base = ev->stack_count;
    for (struct pipeline_action *a = stage->actions; a; a = a->next) {
        struct record *placed = record_new(ev->arena, 4);
        order_settle(ev, pipeline, a, a->node);
        put(ev, placed, "id", value_text(a->id), NULL);
        put(ev, placed, "order", value_int(a->order), NULL);
        put(ev, placed, "does", a->does, a->node);
        stack_push(ev, value_seal(value_record(placed)));
    }
    struct value actions = stack_take(ev, base);
    if (stage->is_broken) actions = value_poison();
    put(ev, record, "name", value_text(stage->name), stage->node);
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        if (e->node->flags & NODE_BAD) continue;
        put(ev, record, name_text(names_intern(ev->names, e->node->entry.key->text.value)).bytes,
            evaluate(ev, e->node->entry.value, e->frame), e->node);
    }
    put(ev, record, "actions", actions, stage->node);
    return value_seal(value_record(record));
}

/* The regions in which the steps of its actions run, and its own first. */
static uint32_t used_regions(struct evaluator *ev, struct pipeline *pipeline, struct region **used) {
    uint32_t count = 0;
    used[count++] = pipeline->place.region;
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            struct value steps = record_value(ev, action->does, "steps");
            for (uint32_t i = 0; steps.kind == VALUE_LIST && i < steps.length; i++) {
                struct value region = record_value(ev, steps.items[i], "region");
                bool known = region.kind != VALUE_REGION;
                for (uint32_t j = 0; j < count && !known; j++) known = used[j] == region.region;
                if (!known) used[count++] = region.region;
            }
        }
    }
    return count;
}

static bool has_entry(const struct pipeline *pipeline, const char *name) {
    for (struct pipeline_entry *e = pipeline->entries.first; e; e = e->next) {
        if (text_is(e->node->entry.key->text.value, name)) return true;
    }
    return false;
}

/* A bucket for artifacts in each region but the pipeline's own, if that has one given. */
static struct value stores_value(struct evaluator *ev, struct pipeline *pipeline) {
    struct region **used = arena_array(ev->arena, ev->deployment->region_count, sizeof *used);
    uint32_t count = used_regions(ev, pipeline, used);
    size_t base = ev->stack_count;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 && has_entry(pipeline, "artifacts")) continue;
        struct record *record = record_new(ev->arena, 2);
        struct value region = {.kind = VALUE_REGION, .region = used[i]};
        struct value bucket = region_store(ev, (struct region_state *)used[i], pipeline->node);
        if (bucket.kind == VALUE_POISON) continue;
        put(ev, record, "region", region, NULL);
        put(ev, record, "bucket", bucket, pipeline->node);
        stack_push(ev, value_seal(value_record(record)));
    }
    return stack_take(ev, base);
}

static void arguments_settle(struct evaluator *ev, struct pipeline *pipeline) {
    if (pipeline->arguments.kind != SLOT_WAITING) return;
    pipeline->arguments.kind = SLOT_RUNNING;
    struct node *body = pipeline->node->unit.body;
    pipeline_frame_add(ev, pipeline->frame);
    block_run(ev, body->block.items, pipeline->frame);
    const struct name *output = names_intern(ev->names, TEXT("action"));
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            struct value made = {.kind = VALUE_COMPONENT, .component = action->component};
            action->does = member_of(ev, made, output, action->node);
        }
    }
    struct record *record = record_new(ev->arena, 2);
    size_t base = ev->stack_count;
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        check_stage(ev, pipeline, stage);
        stack_push(ev, stage_value(ev, pipeline, stage));
    }
    struct value stages = stack_take(ev, base);
    if (pipeline->stage_count < LEAST_STAGES) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, pipeline->node),
                   "a pipeline has at least %d stages, and this has %u", LEAST_STAGES,
                   pipeline->stage_count);
        hint(ev, d, "Sources stand in the first stage; what is done with them stands in others.");
        stages = value_poison();
    }
    put(ev, record, "stages", stages, pipeline->node);
    put(ev, record, "stores", stores_value(ev, pipeline), pipeline->node);
    pipeline->arguments = value_seal(value_record(record));
}

struct value pipeline_argument(struct evaluator *ev, struct pipeline *pipeline,
                               const struct name *name, const struct node **origin) {
    arguments_settle(ev, pipeline);
    *origin = pipeline->node;
    struct value none = {.kind = SLOT_WAITING};
    if (pipeline->arguments.kind != VALUE_RECORD) return value_poison();
    struct record_entry *told = record_find(pipeline->arguments.record, name);
    if (told) return told->value;
    struct pipeline_entry *found = NULL;
    for (struct pipeline_entry *e = pipeline->entries.first; e; e = e->next) {
        if (text_equal(e->node->entry.key->text.value, name_text(name))) found = e;
    }
    if (!found) return none;
    *origin = found->node->entry.value;
    if (found->node->flags & NODE_BAD) return value_poison();
    return evaluate(ev, found->node->entry.value, found->frame);
}

/* ---- registering ---- */

void pipeline_register(struct evaluator *ev, struct value value) {
    if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            pipeline_register(ev, value.record->entries[i].value);
        }
    }
    if (value.kind != VALUE_COMPONENT || !value.component->pipeline) return;
    struct pipeline *pipeline = value.component->pipeline;
    arguments_settle(ev, pipeline);
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            resource_register(ev, (struct value){.kind = VALUE_COMPONENT,
                                                 .component = action->component});
        }
    }
    resource_register(ev, value);
}
