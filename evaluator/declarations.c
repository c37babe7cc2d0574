/* Declarations: lets and outputs, blocks with `if` and `for`, and the tasks that run afterwards. */
#include "evaluator/internal.h"

/* ---- values of declarations ---- */

static struct value let_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    struct value value = evaluate(ev, node->let.value, frame);
    if (!declared_type(node) || !symbol->type) return value;
    return convert(ev, value, symbol->type, node->let.value, name_text(symbol->name));
}

static struct value output_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    struct value value = evaluate(ev, node->output.value, frame);
    if (!declared_type(node) || !symbol->type) return value;
    return convert(ev, value, symbol->type, node->output.value, name_text(symbol->name));
}

struct value declare_value(struct evaluator *ev, struct frame *frame, struct symbol *symbol) {
    struct node *node = symbol->declaration;
    if (!node || node->flags & NODE_BAD) return value_poison();
    if (node->kind != NODE_RESOURCE && node->kind != NODE_ACTION) cover(ev, node);
    switch ((enum symbol_kind)symbol->kind) {
    case SYMBOL_PARAM: return param_value(ev, frame, symbol);
    case SYMBOL_LET: return node->kind == NODE_LET ? let_value(ev, frame, symbol) : value_poison();
    case SYMBOL_OUTPUT: return output_value(ev, frame, symbol);
    case SYMBOL_REGION: return region_make(ev, frame, symbol);
    case SYMBOL_STACK: return stack_make(ev, frame, symbol);
    case SYMBOL_RESOURCE: return resource_make(ev, frame, symbol);
    case SYMBOL_PIPELINE: return pipeline_make(ev, frame, symbol);
    case SYMBOL_ACTION: return action_make(ev, frame, symbol);
    case SYMBOL_LOCAL: case SYMBOL_STAGE: case SYMBOL_FN: case SYMBOL_TYPE:
    case SYMBOL_COMPONENT: case SYMBOL_MODULE: case SYMBOL_HERE:
    case SYMBOL_ACCOUNT: case SYMBOL_PARTITION: case SYMBOL_STACKS:
    case SYMBOL_DIAGNOSTICS: break;
    }
    return value_poison();
}

/* ---- paths ---- */

static struct text key_text(struct evaluator *ev, struct value key) {
    char room[SCALAR_ROOM];
    if (key.kind == VALUE_INT) {
        struct text digits = value_integer_text(key.integer, room);
        char *bytes = arena_alloc(ev->arena, digits.length + 3);
        bytes[0] = '[';
        memcpy(bytes + 1, digits.bytes, digits.length);
        bytes[digits.length + 1] = ']';
        return (struct text){bytes, digits.length + 2};
    }
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_char(&buffer, '[');
    if (key.kind == VALUE_REGION) {
        buffer_json_string(&buffer, name_text(key.region->label));
    } else {
        value_json(&buffer, key, 0);
    }
    buffer_char(&buffer, ']');
    struct text text = buffer_take(&buffer, ev->arena);
    buffer_release(&buffer);
    return text;
}

struct text path_below(struct evaluator *ev, const struct site *place, struct text name,
                       struct value key) {
    struct text keys = place->keys, own = {"", 0};
    if (key.kind != VALUE_POISON) own = key_text(ev, key);
    if (place->path.length == 0 && keys.length == 0 && own.length == 0) return name;
    size_t length = place->path.length + 1 + name.length + keys.length + own.length;
    char *bytes = arena_alloc(ev->arena, length + 1), *at = bytes;
    if (place->path.length) {
        memcpy(at, place->path.bytes, place->path.length);
        at += place->path.length;
        *at++ = '.';
    }
    memcpy(at, name.bytes, name.length);
    at += name.length;
    if (keys.length) memcpy(at, keys.bytes, keys.length);
    at += keys.length;
    if (own.length) memcpy(at, own.bytes, own.length);
    at += own.length;
    return (struct text){bytes, (size_t)(at - bytes)};
}

/* ---- tasks ---- */

void task_add(struct evaluator *ev, struct task task) {
    if (ev->task_count == ev->task_capacity) {
        ev->task_capacity = ev->task_capacity ? ev->task_capacity * 2 : 64;
        ev->tasks = memory_resize(ev->tasks, ev->task_capacity * sizeof task);
    }
    ev->tasks[ev->task_count++] = task;
}

static void assert_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    cover(ev, node);
    bool ok;
    /* as a param's check: what comes is not up to it */
    ev->is_lenient = frame->place->component != NULL;
    bool holds = evaluate_condition(ev, node->assertion.condition, frame, "an assert", &ok);
    ev->is_lenient = false;
    if (!ok || holds) return;
    struct text message = {"", 0};
    if (node->assertion.message) {
        struct value value = settled(ev, evaluate(ev, node->assertion.message, frame));
        if (value.kind == VALUE_POISON) return;
        if (value.flags & VALUE_SECRET) {
            fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node->assertion.message,
                  "a message would show a secret");
            return;
        }
        message = value.kind == VALUE_TEXT ? value_as_text(value) : value_brief(ev, value);
    }
    enum diagnostic_id id = DIAGNOSTIC_ASSERT_FAILED;
    if (node->assertion.warning) id = diagnostic_find(node_text(node->assertion.warning));
    if (id == DIAGNOSTIC_COUNT) return; /* the checker has said that there is none */
    if (!message.length) message = TEXT("the assert does not hold");
    report(ev, id, node->assertion.condition, "%.*s", TEXT_ARGS(message));
}

static void output_run(struct evaluator *ev, struct symbol *symbol, struct frame *frame) {
    struct value value = force(ev, frame, symbol, NULL);
    struct node *node = symbol->declaration;
    if (value.kind == VALUE_POISON) return;
    if (value.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node->output.value,
              "output \"%.*s\" would show a secret", NAME_ARGS(symbol->name));
        return;
    }
    struct output *output = ARENA_NEW(ev->arena, struct output);
    output->name = symbol->name;
    output->doc = written_doc(node);
    output->declared = node;
    output->value = conform_free(ev, value, node->output.value);
    struct deployment *deployment = ev->deployment;
    deployment->outputs = arena_grown(ev->arena, deployment->outputs, deployment->output_count,
                                      &deployment->output_capacity, sizeof *deployment->outputs);
    deployment->outputs[deployment->output_count++] = output;
}

static void values_run(struct evaluator *ev, const struct task *task) {
    for (struct node *item = task->values.first; !ev->is_exhausted; item = item->next) {
        force(ev, task->frame, item->declaration.symbol, NULL);
        if (item == task->values.last) return;
    }
}

/* The component's instance, as the root file declares it, that the task is a part of. */
static const struct node *task_instance(const struct task *task) {
    switch ((enum task_kind)task->kind) {
    case TASK_BODY: return task->resource->resource.instance;
    case TASK_VALUES: case TASK_OUTPUT: case TASK_ASSERT: case TASK_STACK_ENTRY:
        return task->frame->place->instance;
    case TASK_COMPONENT: return task->component->place.instance;
    }
    return NULL;
}

static void task_run(struct evaluator *ev, const struct task *task) {
    ev->instance = task_instance(task);
    switch ((enum task_kind)task->kind) {
    case TASK_BODY: resource_body(ev, task->resource); break;
    case TASK_VALUES: values_run(ev, task); break;
    case TASK_OUTPUT: output_run(ev, task->symbol, task->frame); break;
    case TASK_ASSERT: assert_run(ev, task->node, task->frame); break;
    case TASK_COMPONENT: component_finish(ev, task->component); break;
    case TASK_STACK_ENTRY: stack_entry_run(ev, task->node, task->frame); break;
    }
}

void tasks_run(struct evaluator *ev) {
    for (uint32_t i = 0; i < ev->task_count && !ev->is_exhausted; i++) {
        struct task task = ev->tasks[i]; /* which may add others */
        task_run(ev, &task);
    }
}

/* ---- blocks ---- */

static struct symbol *own_symbol(struct node *item, const struct frame *frame) {
    struct symbol *symbol = item->declaration.symbol;
    return symbol && symbol->scope == frame->scope && symbol->has_slot ? symbol : NULL;
}

/* Values that follow each other are one task. */
static void value_add(struct evaluator *ev, struct node *item, struct frame *frame) {
    struct task *last = ev->task_count ? &ev->tasks[ev->task_count - 1] : NULL;
    if (last && last->kind == TASK_VALUES && last->frame == frame &&
        last->values.last->next == item) {
        last->values.last = item;
        return;
    }
    task_add(ev, (struct task){.kind = TASK_VALUES, .values = {item, item}, .frame = frame});
}

static void branch_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    while (node) {
        bool ok,
            condition = evaluate_condition(ev, node->branch.condition, frame, "a condition", &ok);
        if (!ok) return;
        struct node *taken = condition ? node->branch.then : node->branch.otherwise;
        if (taken && taken->kind == NODE_BLOCK && taken->block.scope) {
            cover(ev, taken);
            pipeline_block_run(ev, taken, frame, frame->place);
            return;
        }
        node = taken && taken->kind == NODE_IF ? taken : NULL;
    }
}

/* A loop's frame at this step, for what outlives the step. */
static struct frame *frame_keep(struct evaluator *ev, const struct frame *frame) {
    struct frame *kept = arena_alloc(ev->arena, FRAME_BYTES(frame->scope));
    memcpy(kept, frame, FRAME_BYTES(frame->scope));
    return kept;
}

/* The key of this step for what is made under `for`; poison, reported, if it cannot be one. */
static struct value loop_key(struct loop *loop) {
    struct evaluator *ev = loop->ev;
    struct value key = settled(ev, loop->key);
    const struct node *node = loop->keyed;
    if (key.kind == VALUE_POISON) return key;
    if (key.flags & VALUE_SECRET) {
        return fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "a secret cannot be a key");
    }
    if (key.kind == VALUE_DEFERRED) return fault_steering(ev, node, key, "a key");
    if (key.kind == VALUE_TEXT || key.kind == VALUE_INT || key.kind == VALUE_NUMBER ||
        key.kind == VALUE_REGION || key.kind == VALUE_BOOL) {
        return key;
    }
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_RESOURCE_KEY, node,
               "the key would be %.*s: it must be a string, a number or a region",
               TEXT_ARGS(value_kind_text(ev->arena, key)));
    hint(ev, d, "Loop over a map, whose keys name the elements: `for key, x in { a = ... }`.");
    return value_poison();
}

struct block_loop {
    struct loop loop;
    struct node *body;
};

static bool block_loop_body(struct loop *loop) {
    struct evaluator *ev = loop->ev;
    struct node *body = ((struct block_loop *)loop)->body;
    struct value key = loop_key(loop);
    if (key.kind == VALUE_POISON) return !ev->is_exhausted;
    cover(ev, body);
    struct frame *kept = frame_keep(ev, loop->frame);
    struct site *place = ARENA_NEW(ev->arena, struct site);
    *place = *loop->frame->place;
    struct text own = key_text(ev, key);
    place->keys = text_format(ev->arena, "%.*s%.*s", TEXT_ARGS(place->keys), TEXT_ARGS(own));
    kept->place = place;
    block_run(ev, body->block.items, frame_new(ev, body->block.scope, kept, place));
    return spend_values(ev, 8);
}

static void loop_block_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    if (node->loop.body->kind != NODE_BLOCK || !node->loop.scope) return;
    struct frame *inner = frame_new(ev, node->loop.scope, frame, frame->place);
    struct block_loop loop = {{.ev = ev, .frame = inner, .body = block_loop_body}, node->loop.body};
    loop_run(&loop.loop, node, node->loop.generators);
}

static void stacks_run(struct evaluator *ev, struct node *node, struct value value) {
    if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            stacks_run(ev, node, value.record->entries[i].value);
        }
    }
    if (value.kind != VALUE_STACK) return;
    struct stack_state *stack = (struct stack_state *)value.stack;
    stack_register(ev, stack);
    block_run(ev, node->unit.body->block.items, stack->frame);
}

static void item_run(struct evaluator *ev, struct node *item, struct frame *frame) {
    if (item->kind == NODE_IF) {
        branch_run(ev, item, frame);
        return;
    }
    if (item->kind == NODE_FOR) {
        loop_block_run(ev, item, frame);
        return;
    }
    if (item->kind == NODE_ASSERT) {
        task_add(ev, (struct task){.kind = TASK_ASSERT, .node = item, .frame = frame});
        return;
    }
    if (item->kind == NODE_ENTRY) {
        if (frame->place->pipeline) pipeline_entry_run(ev, item, frame);
        else task_add(ev, (struct task){.kind = TASK_STACK_ENTRY, .node = item, .frame = frame});
        return;
    }
    struct symbol *symbol = node_declaration(item) ? own_symbol(item, frame) : NULL;
    if (!symbol) return;
    if (item->kind == NODE_RESOURCE) {
        resource_register(ev, force(ev, frame, symbol, NULL));
    } else if (item->kind == NODE_STACK) {
        stacks_run(ev, item, force(ev, frame, symbol, NULL));
    } else if (item->kind == NODE_PIPELINE) {
        pipeline_register(ev, force(ev, frame, symbol, NULL));
    } else if (item->kind == NODE_STAGE) {
        stage_run(ev, item, frame);
    } else if (item->kind == NODE_ACTION) {
        action_run(ev, symbol, frame);
    } else if (item->kind == NODE_OUTPUT) {
        struct task task = {.kind = TASK_OUTPUT, .symbol = symbol, .frame = frame};
        if (frame->place->component) value_add(ev, item, frame);
        else task_add(ev, task);
    } else if (item->kind == NODE_LET || item->kind == NODE_PARAM) {
        value_add(ev, item, frame);
    }
}

void block_run(struct evaluator *ev, struct list items, struct frame *frame) {
    for (struct node *item = items.first; item && !ev->is_exhausted; item = item->next) {
        if (item->flags & NODE_BAD || !spend_steps(ev, 1)) continue;
        item_run(ev, item, frame);
    }
}

/* ---- units under `for` and `if` ---- */

struct unit_loop {
    struct loop loop;
    struct node *node;
    struct record *group;
    unit_maker make;
};

static bool unit_loop_body(struct loop *loop) {
    struct unit_loop *unit = (struct unit_loop *)loop;
    struct evaluator *ev = loop->ev;
    struct value key = loop_key(loop);
    if (key.kind == VALUE_POISON) loop->is_broken = true;
    if (key.kind == VALUE_POISON) return !ev->is_exhausted;
    const struct name *name = key_of(ev, key);
    if (record_find(unit->group, name)) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_RESOURCE_KEY, loop->keyed,
                                      "the key \"%.*s\" comes twice", NAME_ARGS(name));
        hint(ev, d, "Keys name the elements, so each must differ; `distinct(xs)` drops repeats.");
        return true;
    }
    struct frame *kept = frame_keep(ev, loop->frame);
    struct value made = unit->make(ev, unit->node, kept, key);
    record_put(ev->arena, unit->group, name, made, unit->node);
    return spend_values(ev, 40); /* some 700 bytes */
}

struct value unit_make(struct evaluator *ev, struct node *node, struct frame *frame,
                       unit_maker make) {
    if (node->unit.header->condition) {
        bool ok, condition = evaluate_condition(ev, node->unit.header->condition, frame,
                                                "a condition", &ok);
        if (!ok) return value_poison();
        if (!condition) return value_null();
    }
    if (!node->unit.header->generators.first || !node->unit.header->scope) {
        return make(ev, node, frame, value_poison());
    }
    struct frame *inner = frame_new(ev, node->unit.header->scope, frame, frame->place);
    struct unit_loop loop = {{.ev = ev, .frame = inner, .body = unit_loop_body}, node,
                             record_new(ev->arena, 0), make};
    loop_run(&loop.loop, node, node->unit.header->generators);
    struct value group = value_seal(value_record(loop.group));
    /* what is missing is no mistake of its own */
    if (loop.loop.is_broken) group.flags |= VALUE_BROKEN;
    return group;
}
