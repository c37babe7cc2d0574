/* Pipelines: what a `pipeline` block declares, collected for the component it is an instance of.
 *
 * std.deliver.Pipeline gets the block's entries as its params, and two more: `stages` (the stages
 * with their entries and actions, each with the order in which it runs) and `stores` (a bucket for
 * artifacts in each region in which an action runs). An action is an instance of a component whose
 * output `action` says what it does; which artifacts and variables of others it is given decides
 * when it runs. All else is the library's.
 *
 * The headers of stages and actions are evaluated first, in the order of the program; entries and
 * arguments only when they are asked for, so that an action may use what any other makes.
 */
#include "evaluator/builtins.h"
#include "evaluator/pipelines.h"

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
    if (home.kind != VALUE_REGION) return value_poison(); /* the checker has said it */
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
    map_init(&pipeline->taken, ev->arena);
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
        if (!ascii_is_alphanumeric(bytes[i]) && bytes[i] != '-') bytes[i] = '_';
    }
    return (struct text){bytes, name->length};
}

static struct text id_join(struct evaluator *ev, struct text left, struct text right,
                           char between) {
    if (right.length == 0) return left;
    if (left.length == 0) return right;
    return text_format(ev->arena, "%.*s%c%.*s", TEXT_ARGS(left), between, TEXT_ARGS(right));
}

/* ---- stages side by side ---- */

static bool is_parallel(struct evaluator *ev, const struct pipeline_stage *stage) {
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        if (!text_is(entry_text(e->node), "parallel") || e->node->flags & NODE_BAD)
            continue;
        struct value value = settled(ev, evaluate(ev, e->node->entry.value, e->frame));
        if (value.kind == VALUE_DEFERRED) {
            fault_steering(ev, e->node->entry.value, value, "\"parallel\"");
        }
        return value.kind == VALUE_BOOL && value.boolean;
    }
    return false;
}

/* Instances of a stage that run side by side are one stage: the actions of all are the first one's,
 * and have its key in their names. */
static void stage_join(struct evaluator *ev, struct pipeline *pipeline,
                       struct pipeline_stage *stage, struct pipeline_stage **at) {
    struct pipeline_stage *first = pipeline->stages;
    const struct name *key = names_intern(ev->names, TEXT("name"));
    while (first->node != stage->node) first = first->next;
    for (struct pipeline_action *a = stage->actions; a; a = a->next) {
        struct record_entry *name = record_find(a->component->given, key);
        name->value = value_text(id_join(ev, value_as_text(name->value), stage->part, '-'));
        a->stage = first;
    }
    if (first == stage) {
        stage->name = name_text(stage->node->declaration.name.name);
        return;
    }
    *first->actions_end = stage->actions;
    if (stage->actions) first->actions_end = stage->actions_end;
    *first->beside.end = stage->entries.first;
    if (stage->entries.first) first->beside.end = stage->entries.end;
    first->is_broken |= stage->is_broken;
    *at = NULL;
    pipeline->stages_end = at;
    pipeline->stage_count--;
}

/* The entry of the stage is that of all its instances. */
static void check_beside(struct evaluator *ev, const struct pipeline_stage *stage,
                         const struct pipeline_entry *entry, struct value value) {
    for (struct pipeline_entry *e = stage->beside.first; e; e = e->next) {
        if (e->node != entry->node || value_is_open(value)) continue;
        struct value other = evaluate(ev, e->node->entry.value, e->frame);
        if (value_is_open(other) || other.kind == VALUE_POISON || value_equal(value, other))
            continue;
        struct text key = entry_text(entry->node);
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_PIPELINE_RULE, entry->node->entry.value,
                   "stages that run side by side are one, and \"%.*s\" is not the "
                   "same in all",
                   TEXT_ARGS(key));
        hint(ev, d, "Write what differs in the actions, or leave parallel out.");
        return;
    }
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
    stage->beside.end = &stage->beside.first;
    stage->part = part;
    stage->actions_end = &stage->actions;
    stage->name = id_join(ev, name, part, '-');
    struct site *place = &stage->place;
    *place = *frame->place;
    place->path = path_below(ev, frame->place, name, key);
    size_t skip = frame->place->path.length - frame->place->below.length;
    place->below = (struct text){place->path.bytes + skip, place->path.length - skip};
    place->keys = (struct text){"", 0};
    struct pipeline_stage **at = pipeline->stages_end;
    *at = stage;
    pipeline->stages_end = &stage->next;
    struct pipeline_stage *outer = pipeline->stage;
    pipeline->stage = stage;
    pipeline_block_run(ev, body, frame, place);
    pipeline->stage = outer;
    if (is_parallel(ev, stage)) stage_join(ev, pipeline, stage, at);
    return value_null();
}

/* Artifacts are named after the id, with "_artifact" behind, in 100 characters. */
enum { MOST_ID = 91 };

/* A name of its own in the pipeline, for artifacts and variables. */
static struct text action_id(struct evaluator *ev, struct pipeline *pipeline,
                             struct pipeline_action *action, struct text name, struct value key) {
    struct pipeline_stage *stage = action->stage;
    struct text id = id_join(ev, name, id_part(ev, key), '_');
    bool is_group = stage->node->unit.header->generators.first != NULL;
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
    cover(ev, node);
    struct value made = component_new(ev, node, frame, frame->place, symbol->type->symbol, key);
    if (made.kind != VALUE_COMPONENT) return made;
    struct pipeline_action *action = ARENA_NEW(ev->arena, struct pipeline_action);
    struct text name = name_text(node->declaration.name.name);
    action->node = node;
    action->component = made.component;
    action->stage = pipeline->stage;
    action->does = value_poison();
    action->id = action_id(ev, pipeline, action, name, key);
    if (action->id.length > MOST_ID) {
        return fault(ev, DIAGNOSTIC_PIPELINE_RULE, head_node(ev, node),
                     "the artifacts of an action are named after it and, under \"for\", its stage, "
                     "in at most %d characters, and \"%.*s\" has %zu",
                     MOST_ID, TEXT_ARGS(action->id), action->id.length);
    }
    *pipeline->stage->actions_end = action;
    pipeline->stage->actions_end = &action->next;
    struct record *given = record_new(ev->arena, 3);
    struct value home = {.kind = VALUE_REGION, .region = pipeline->place.region};
    struct text shown = id_join(ev, name, id_part(ev, key), '-');
    record_set(ev, given, "name", value_text(shown), NULL);
    record_set(ev, given, "id", value_text(action->id), NULL);
    record_set(ev, given, "region", home, NULL);
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

static void pipeline_frame_add(struct frame *frame) {
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
    pipeline_frame_add(frame);
    block_run(ev, body->block.items, frame);
}

void stage_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    unit_make(ev, node, frame, stage_make_one);
}

void pipeline_entry_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct pipeline *pipeline = frame->place->pipeline;
    if (!pipeline || node->flags & NODE_META || !node->entry.key) return;
    struct entry_list *list = pipeline->stage ? &pipeline->stage->entries : &pipeline->entries;
    struct pipeline_entry *entry = ARENA_NEW(ev->arena, struct pipeline_entry);
    entry->node = node;
    entry->frame = frame;
    *list->end = entry;
    list->end = &entry->next;
}

/* ---- the params of the component ---- */

/* Whether the component itself declares a param of that name, which then means what it says. */
static bool has_own_param(const struct component *component, const struct name *name) {
    if (!component->frame) return false;
    const struct scope *scope = component->frame->scope;
    const struct symbol *symbol = map_find(&scope->values, name);
    return symbol && symbol->kind == SYMBOL_PARAM && symbol->scope == scope;
}

/* Entry `role` of every action: a role of the program, or the ARN of another one. */
static void put_role(struct evaluator *ev, const struct pipeline_action *action,
                     struct record *placed) {
    struct value arguments = component_arguments(ev, action->component);
    const struct name *name = names_find(ev->names, TEXT("role"));
    struct record_entry *entry = NULL;
    if (arguments.kind == VALUE_RECORD && name) entry = record_find(arguments.record, name);
    if (!entry || has_own_param(action->component, name)) return;
    struct value role = settled(ev, entry->value);
    const struct node *node = value_node(entry, action->node);
    bool is_resource = role.kind == VALUE_RESOURCE || role.kind == VALUE_COMPONENT;
    bool is_arn = role.kind == VALUE_DEFERRED ||
                  (role.kind == VALUE_TEXT && text_starts(value_as_text(role), TEXT("arn:")));
    if (is_resource || is_arn) {
        record_set(ev, placed, is_resource ? "role" : "role_arn", role, node);
    } else if (role.kind != VALUE_POISON && role.kind != VALUE_NULL) {
        report(ev, DIAGNOSTIC_TYPE_MISMATCH, node,
               "\"role\" takes a role of the program or the ARN of one, and this is %.*s",
               TEXT_ARGS(value_brief(ev, role)));
    }
}

static struct value stage_value(struct evaluator *ev, struct pipeline *pipeline,
                                struct pipeline_stage *stage) {
    struct record *record = record_new(ev->arena, 8);
    size_t base = ev->stack_count;
    for (struct pipeline_action *a = stage->actions; a; a = a->next) {
        struct record *placed = record_new(ev->arena, 5);
        order_settle(ev, pipeline, a, a->node);
        record_set(ev, placed, "id", value_text(a->id), NULL);
        record_set(ev, placed, "order", value_int(a->order), NULL);
        if (a->approval && order_settle(ev, pipeline, a->approval, a->node)) {
            record_set(ev, placed, "waits", value_int(held_order(ev, a->approval)), NULL);
        }
        record_set(ev, placed, "does", a->does, a->node);
        put_role(ev, a, placed);
        stack_push(ev, value_seal(value_record(placed)));
    }
    struct value actions = stack_take(ev, base);
    if (stage->is_broken) actions = value_poison();
    record_set(ev, record, "name", value_text(stage->name), stage->node);
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        if (e->node->flags & NODE_BAD) continue;
        struct value value = evaluate(ev, e->node->entry.value, e->frame);
        check_beside(ev, stage, e, value);
        record_put(ev->arena, record, e->node->entry.key, value, e->node);
    }
    record_set(ev, record, "actions", actions, stage->node);
    return value_seal(value_record(record));
}

/* The regions in which the steps of its actions run, and its own first. */
static uint32_t used_regions(struct evaluator *ev, struct pipeline *pipeline,
                             struct region **used) {
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

static struct pipeline_entry *find_entry(const struct pipeline *pipeline, const char *name) {
    for (struct pipeline_entry *e = pipeline->entries.first; e; e = e->next) {
        if (text_is(entry_text(e->node), name)) return e;
    }
    return NULL;
}

struct value pipeline_entry_value(struct evaluator *ev, const struct pipeline *pipeline,
                                  const char *name) {
    struct pipeline_entry *entry = find_entry(pipeline, name);
    if (!entry) return value_null();
    if (entry->node->flags & NODE_BAD) return value_poison();
    return settled(ev, evaluate(ev, entry->node->entry.value, entry->frame));
}

/* The mode decides what stages may ask for. */
static void mode_settle(struct evaluator *ev, struct pipeline *pipeline) {
    struct value mode = pipeline_entry_value(ev, pipeline, "mode");
    if (mode.kind == VALUE_TEXT) pipeline->mode = value_as_text(mode);
}

/* A bucket for artifacts in each region but the pipeline's own, if that has one given. */
static struct value stores_value(struct evaluator *ev, struct pipeline *pipeline) {
    struct region **used = arena_array(ev->arena, ev->deployment->region_count, sizeof *used);
    uint32_t count = used_regions(ev, pipeline, used);
    const struct name *policy = names_intern(ev->names, TEXT("policy"));
    size_t base = ev->stack_count;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 && find_entry(pipeline, "artifacts")) continue;
        struct record *record = record_new(ev->arena, 3);
        struct value region = {.kind = VALUE_REGION, .region = used[i]};
        struct value bucket = region_store(ev, (struct region_state *)used[i], pipeline->node);
        if (bucket.kind == VALUE_POISON) continue;
        record_set(ev, record, "region", region, NULL);
        record_set(ev, record, "bucket", bucket, pipeline->node);
        struct value allows = member_of(ev, bucket, policy, pipeline->node);
        record_set(ev, record, "policy", allows, pipeline->node);
        stack_push(ev, value_seal(value_record(record)));
    }
    return stack_take(ev, base);
}

/* What the actions do. Their resources are made first: a deploy of the stack that they are in has
 * to know of them. */
static void actions_settle(struct evaluator *ev, struct pipeline *pipeline) {
    const struct name *output = names_intern(ev->names, TEXT("action"));
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            struct value made = {.kind = VALUE_COMPONENT, .component = action->component};
            resource_register(ev, made);
        }
    }
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        for (struct pipeline_action *action = stage->actions; action; action = action->next) {
            struct value made = {.kind = VALUE_COMPONENT, .component = action->component};
            action->does = member_of(ev, made, output, action->node);
        }
    }
}

static void arguments_settle(struct evaluator *ev, struct pipeline *pipeline) {
    if (pipeline->arguments.kind != SLOT_WAITING) return;
    pipeline->arguments.kind = SLOT_RUNNING;
    struct node *body = pipeline->node->unit.body;
    pipeline_frame_add(pipeline->frame);
    block_run(ev, body->block.items, pipeline->frame);
    actions_settle(ev, pipeline);
    approvals_settle(ev, pipeline);
    mode_settle(ev, pipeline);
    bool is_somewhere = check_pipeline_region(ev, pipeline);
    struct record *record = record_new(ev->arena, 2);
    size_t base = ev->stack_count;
    for (struct pipeline_stage *stage = pipeline->stages; stage; stage = stage->next) {
        check_stage(ev, pipeline, stage);
        stack_push(ev, stage_value(ev, pipeline, stage));
    }
    struct value stages = stack_take(ev, base);
    if (!check_pipeline_stages(ev, pipeline) || !is_somewhere) stages = value_poison();
    deliveries_collect(ev, pipeline);
    record_set(ev, record, "stages", stages, pipeline->node);
    record_set(ev, record, "stores", stores_value(ev, pipeline), pipeline->node);
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
        if (e->node->entry.key == name) found = e;
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
    resource_register(ev, value);
    deliveries_give_roles(ev, pipeline);
}
