/* The tree of an expression, walked to its value. */
#include <alloca.h>

#include "evaluator/internal.h"

/* Handlers keep their own C frames, so that those of deep recursion stay small. */
#define APART __attribute__((noinline))

enum { SMALL_FRAME = 32, SMALL_TEXT = 16 };

/* ---- the heap stack on which lists grow ---- */

void stack_push(struct evaluator *ev, struct value value) {
    if (ev->stack_count == ev->stack_capacity) {
        ev->stack_capacity = ev->stack_capacity ? ev->stack_capacity * 2 : 1024;
        ev->stack = memory_resize(ev->stack, ev->stack_capacity * sizeof *ev->stack);
    }
    ev->stack[ev->stack_count++] = value;
}

struct value stack_take(struct evaluator *ev, size_t base) {
    uint32_t count = (uint32_t)(ev->stack_count - base);
    struct value *items = arena_array(ev->arena, count ? count : 1, sizeof *items);
    if (count) memcpy(items, ev->stack + base, count * sizeof *items);
    ev->stack_count = base;
    return value_seal(value_list(items, count));
}

struct value value_checked(struct evaluator *ev, struct value value, const struct node *node) {
    unsigned depth = value.kind == VALUE_DEFERRED ? value.deferred->depth : value.depth;
    if ((value.kind == VALUE_LIST || value.kind == VALUE_RECORD || value.kind == VALUE_DEFERRED) &&
        depth > LIMIT_VALUE_DEPTH) {
        return fault(ev, DIAGNOSTIC_VALUE_DEPTH, node,
                     "a value is nested more than %d deep", LIMIT_VALUE_DEPTH);
    }
    return value;
}

/* ---- names ---- */

static APART struct value evaluate_region_here(struct evaluator *ev, struct node *node,
                                               struct frame *frame) {
    if (frame->place && frame->place->region) {
        return (struct value){.kind = VALUE_REGION, .region = frame->place->region};
    }
    return fault(ev, DIAGNOSTIC_HERE_OUTSIDE_REGION, node, "\"here\" stands outside of any region");
}

static struct value pseudo(struct evaluator *ev, const char *name, const struct node *cause) {
    struct deferred *deferred = deferred_new(ev->arena, DEFERRED_PSEUDO, SHAPE_TEXT, 0, cause);
    deferred->name = names_intern(ev->names, text_of(name));
    return value_deferred(deferred);
}

static struct value account_value(struct evaluator *ev, const struct node *cause) {
    project_settle(ev);
    if (ev->deployment->account.length) return value_text(ev->deployment->account);
    return pseudo(ev, "AWS::AccountId", cause);
}

struct value call_account(struct call *call) {
    return account_value(call->evaluator, call->node);
}

struct value call_partition(struct call *call) {
    return pseudo(call->evaluator, "AWS::Partition", call->node);
}

static APART struct value evaluate_special(struct evaluator *ev, struct node *node,
                                           struct frame *frame) {
    switch ((enum symbol_kind)node->name.symbol->kind) {
    case SYMBOL_HERE: return evaluate_region_here(ev, node, frame);
    case SYMBOL_ACCOUNT: return account_value(ev, node);
    case SYMBOL_PARTITION: return pseudo(ev, "AWS::Partition", node);
    case SYMBOL_STACKS: case SYMBOL_DIAGNOSTICS: return trial_name(ev, node->name.symbol);
    case SYMBOL_PARAM: case SYMBOL_LET: case SYMBOL_OUTPUT: case SYMBOL_LOCAL: case SYMBOL_REGION:
    case SYMBOL_STACK: case SYMBOL_RESOURCE: case SYMBOL_PIPELINE: case SYMBOL_STAGE:
    case SYMBOL_ACTION: case SYMBOL_FN: case SYMBOL_TYPE: case SYMBOL_COMPONENT:
    case SYMBOL_MODULE: break;
    }
    return value_poison();
}

/* Where a block lands in several regions that declare the name each for itself: the current
 * one's. */
static struct symbol *region_own(struct evaluator *ev, struct frame *frame,
                                 struct symbol *symbol) {
    struct region_state *region = (struct region_state *)frame->place->region;
    if (!region || map_find(&region->frames, symbol->scope)) return symbol;
    struct symbol *own = program_region_find(ev->program, region->symbol, symbol->name);
    return own ? own : symbol;
}

static inline struct value evaluate_name(struct evaluator *ev, struct node *node,
                                         struct frame *frame) {
    struct symbol *symbol = node->name.symbol;
    if (!symbol) return value_poison();
    if (symbol->kind >= SYMBOL_FN) return evaluate_special(ev, node, frame);
    if (node->hops >= HOPS_MODULE) {
        bool is_own = node->hops == HOPS_REGION && !pipeline_frame_of(frame, symbol->scope);
        if (is_own) symbol = region_own(ev, frame, symbol);
        frame = frame_of(ev, frame, symbol, node->hops);
        if (!frame) return value_poison();
    } else {
        frame = frame_up(frame, node->hops);
    }
    struct value value = frame->slots[symbol->slot];
    if (__builtin_expect(value.kind < SLOT_WAITING, 1)) return value;
    return force(ev, frame, symbol, node);
}

/* ---- texts ---- */

struct value as_piece(struct evaluator *ev, struct value value, const struct node *node) {
    if (value.flags & VALUE_SECRET) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_SECRET_EXPOSED, node,
                                      "a secret cannot be part of a text");
        hint(ev, d, "Give the secret itself to the property that needs it.");
        return value_poison();
    }
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: case VALUE_TEXT: case VALUE_INT: case VALUE_NUMBER: case VALUE_BOOL:
        return value;
    case VALUE_RESOURCE: case VALUE_COMPONENT: return reference_to(ev, value, node);
    case VALUE_TYPE: return value_text(name_text(value.type));
    case VALUE_DEFERRED:
        if (value.deferred->shape != SHAPE_LIST) return value;
        break;
    case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_REGION: case VALUE_STACK: break;
    }
    struct diagnostic *d = report(ev, DIAGNOSTIC_TYPE_MISMATCH, node,
                                  "%.*s cannot be part of a text",
                                  TEXT_ARGS(value_kind_text(ev->arena, value)));
    if (value.kind == VALUE_REGION || value.kind == VALUE_STACK) {
        hint(ev, d, "Write its name: \"${x.name}\".");
    } else if (value.kind == VALUE_NULL) {
        hint(ev, d, "Give a text for that case: \"${x ?? \"\"}\".");
    } else {
        hint(ev, d, "Make a text of it with join(\", \", xs) or to_json(x).");
    }
    return value_poison();
}

/* Whether the text fits the budgets; counted as values, 16 bytes each. */
static struct value text_checked(struct evaluator *ev, struct value value,
                                 const struct value *parts, uint32_t count,
                                 const struct node *node) {
    if (value.kind == VALUE_TEXT) {
        return spend_values(ev, value.length / 16) ? value : value_poison();
    }
    if (value.kind == VALUE_DEFERRED) {
        if (!spend_values(ev, value.deferred->count)) return value_poison();
        return value_checked(ev, value, node);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].kind == VALUE_POISON) return value;
    }
    return fault(ev, DIAGNOSTIC_TEXT_SIZE, node, "a text grows over %d MB", LIMIT_TEXT_BYTES >> 20);
}

static APART struct value evaluate_template(struct evaluator *ev, struct node *node,
                                            struct frame *frame) {
    uint32_t count = list_count(node->template.parts), used = 0;
    struct value small[SMALL_TEXT];
    struct value *parts = small;
    if (count > SMALL_TEXT) parts = arena_array(ev->arena, count, sizeof *parts);
    for (struct node *part = node->template.parts.first; part; part = part->next) {
        if (part->kind == NODE_TEXT) {
            parts[used++] = value_text(node_text(part));
        } else {
            parts[used++] = as_piece(ev, evaluate(ev, part, frame), part);
        }
    }
    return text_checked(ev, value_concat(ev->arena, parts, used, node), parts, used, node);
}

/* ---- lists ---- */

static void push_spread(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct value value = evaluate(ev, node, frame);
    if (value.kind == VALUE_DEFERRED) value = settled(ev, value);
    if (value.kind == VALUE_LIST) {
        if (!spend_values(ev, value.length)) return;
        for (uint32_t i = 0; i < value.length; i++) stack_push(ev, value.items[i]);
    } else if (value.kind == VALUE_POISON) {
        stack_push(ev, value);
    } else if (value.kind == VALUE_DEFERRED) {
        stack_push(ev, fault_deferred(ev, node, value, TEXT("...")));
    } else if (value.kind != VALUE_NULL) {
        stack_push(ev, fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "%.*s cannot be spread in a list",
                             TEXT_ARGS(value_kind_text(ev->arena, value))));
    }
}

static APART struct value evaluate_list(struct evaluator *ev, struct node *node,
                                        struct frame *frame) {
    size_t base = ev->stack_count;
    if (!spend_values(ev, list_count(node->list.elements))) return value_poison();
    for (struct node *element = node->list.elements.first; element; element = element->next) {
        if (element->kind == NODE_SPREAD) {
            push_spread(ev, element->spread.value, frame);
        } else {
            struct value value = evaluate(ev, element, frame);
            stack_push(ev, value);
        }
    }
    return value_checked(ev, stack_take(ev, base), node);
}

/* ---- records ---- */

const struct name *key_of(struct evaluator *ev, struct value value) {
    char room[SCALAR_ROOM];
    switch ((enum value_kind)value.kind) {
    case VALUE_TEXT: return names_intern(ev->names, value_as_text(value));
    case VALUE_REGION: return value.region->label;
    case VALUE_BOOL: return names_intern(ev->names, value.boolean ? TEXT("true") : TEXT("false"));
    case VALUE_INT: return names_intern(ev->names, value_integer_text(value.integer, room));
    case VALUE_NUMBER: {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_number(&buffer, value.number);
        const struct name *name = names_intern(ev->names, buffer_view(&buffer));
        buffer_release(&buffer);
        return name;
    }
    case VALUE_POISON: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_STACK:
    case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: case VALUE_DEFERRED: break;
    }
    return NULL;
}

/* A value as a record's key; NULL, reported, if it is none. */
static const struct name *known_key(struct evaluator *ev, struct value value,
                                    const struct node *node) {
    value = settled(ev, value);
    if (value.kind == VALUE_POISON) return NULL;
    if (value.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "a secret cannot be a key");
        return NULL;
    }
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "a key");
        return NULL;
    }
    const struct name *name = key_of(ev, value);
    if (!name) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a key is a string, and this is %.*s",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return name;
}

const struct name *entry_key(struct evaluator *ev, struct node *entry, struct frame *frame) {
    if (entry->entry.key) return entry->entry.key;
    struct node *key = entry->entry.computed;
    return known_key(ev, evaluate(ev, key, frame), key);
}

static void entries_spread(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct entry_sink *sink) {
    if (node->flags & NODE_BAD) {
        sink->is_broken = true;
        return;
    }
    struct value value = evaluate(ev, node->spread.value, frame);
    if (value.kind == VALUE_RECORD) {
        if (!spend_values(ev, value.record->count)) return;
        for (uint32_t i = 0; i < value.record->count; i++) {
            struct record_entry *entry = &value.record->entries[i];
            struct node *origin = entry->origin ? (struct node *)entry->origin : node;
            sink->put(sink, entry->key, origin, frame, &entry->value);
        }
    } else if (value.kind == VALUE_DEFERRED) {
        fault_deferred(ev, node->spread.value, value, TEXT("..."));
    } else if (value.kind != VALUE_NULL && value.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node->spread.value, "%.*s cannot be spread in a record",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    bool whole = value.kind == VALUE_NULL ||
                 (value.kind == VALUE_RECORD && !(value.flags & VALUE_BROKEN));
    if (!whole) sink->is_broken = true;
}

static void entries_branch(struct evaluator *ev, struct node *node, struct frame *frame,
                           struct entry_sink *sink) {
    for (;;) {
        bool ok,
            condition = evaluate_condition(ev, node->branch.condition, frame, "a condition", &ok);
        if (!ok) sink->is_broken = true;
        if (!ok) return;
        struct node *taken = condition ? node->branch.then : node->branch.otherwise;
        if (!taken) return;
        if (taken->kind != NODE_IF) {
            cover(ev, taken);
            entries_run(ev, taken->record.entries, frame, sink);
            return;
        }
        node = taken;
    }
}

struct entries_loop {
    struct loop loop;
    struct node *body;
    struct entry_sink *sink;
};

static bool entries_loop_body(struct loop *loop) {
    struct entries_loop *entries = (struct entries_loop *)loop;
    cover(loop->ev, entries->body);
    entries_run(loop->ev, entries->body->record.entries, loop->frame, entries->sink);
    return !loop->ev->is_exhausted;
}

static void entries_loop(struct evaluator *ev, struct node *node, struct frame *frame,
                         struct entry_sink *sink) {
    struct frame *inner = frame_new(ev, node->loop.scope, frame, frame->place);
    struct entries_loop loop = {{.ev = ev, .frame = inner, .body = entries_loop_body},
                                node->loop.body, sink};
    struct spender spender;
    spender_enter(ev, &spender, node);
    loop_run(&loop.loop, node->loop.generators.first);
    spender_leave(ev, &spender);
    sink->is_broken |= loop.loop.is_broken;
}

void entries_run(struct evaluator *ev, struct list entries, struct frame *frame,
                 struct entry_sink *sink) {
    if (!spend_values(ev, list_count(entries))) return;
    for (struct node *entry = entries.first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY) {
            const struct name *key = entry_key(ev, entry, frame);
            if (key) sink->put(sink, key, entry, frame, NULL);
            else sink->is_broken = true;
        } else if (entry->kind == NODE_SPREAD) {
            entries_spread(ev, entry, frame, sink);
        } else if (entry->kind == NODE_IF) {
            entries_branch(ev, entry, frame, sink);
        } else if (entry->kind == NODE_FOR) {
            entries_loop(ev, entry, frame, sink);
        }
    }
}

struct record_sink {
    struct entry_sink sink;
    struct evaluator *ev;
    struct record *record;
};

static void record_sink_put(struct entry_sink *sink, const struct name *key, struct node *entry,
                            struct frame *frame, const struct value *value) {
    struct record_sink *record = (struct record_sink *)sink;
    struct value made;
    if (value) {
        made = *value;
    } else if (entry->flags & NODE_BAD) {
        made = value_poison();
    } else {
        made = evaluate(record->ev, entry->entry.value, frame);
    }
    record_put(record->ev->arena, record->record, key, made, entry);
}

static APART struct value evaluate_record(struct evaluator *ev, struct node *node,
                                          struct frame *frame) {
    struct record_sink sink = {{.put = record_sink_put}, ev,
                               record_new(ev->arena, list_count(node->record.entries))};
    entries_run(ev, node->record.entries, frame, &sink.sink);
    struct value value = value_seal(value_record(sink.record));
    if (sink.sink.is_broken) value.flags |= VALUE_BROKEN;
    return value_checked(ev, value, node);
}

/* ---- loops ---- */

static bool loop_step(struct loop *loop, struct node *generator, struct value first,
                      struct value second) {
    struct symbol *first_symbol = generator->generator.first_symbol;
    struct symbol *second_symbol = generator->generator.second_symbol;
    if (first_symbol) loop->frame->slots[first_symbol->slot] = first;
    if (second_symbol) loop->frame->slots[second_symbol->slot] = second;
    if (!spend_steps(loop->ev, 1)) return false;
    if (!generator->next) return loop->body(loop);
    return loop_run(loop, generator->next);
}

/* One step over a list: `for x` is the element, `for i, x` the index and the element. */
static bool loop_element(struct loop *loop, struct node *generator, int64_t index,
                         struct value element) {
    loop->key = element;
    loop->keyed = generator;
    if (generator->generator.second.name) {
        return loop_step(loop, generator, value_int(index), element);
    }
    return loop_step(loop, generator, element, value_null());
}

static bool loop_list(struct loop *loop, struct node *generator, struct value list) {
    for (uint32_t i = 0; i < list.length; i++) {
        if (!loop_element(loop, generator, i, list.items[i])) return false;
    }
    return true;
}

/* One step over a map: `for k, v` is the key and the value, `for v` the value. */
static bool loop_record(struct loop *loop, struct node *generator, const struct record *record) {
    for (uint32_t i = 0; i < record->count; i++) {
        struct value key = value_text(name_text(record->entries[i].key));
        struct value value = record->entries[i].value;
        loop->key = key;
        loop->keyed = generator;
        bool both = generator->generator.second.name != NULL;
        if (!loop_step(loop, generator, both ? key : value, value)) return false;
    }
    return true;
}

static struct node *plain_range(struct node *over) {
    over = node_bare(over);
    bool range = over->kind == NODE_BINARY && over->op == OPERATOR_RANGE;
    return range && !(over->flags & NODE_BAD) ? over : NULL;
}

/* A range in a generator is counted through and never made. */
static bool loop_range(struct loop *loop, struct node *generator, struct node *range,
                       struct frame *frame) {
    struct evaluator *ev = loop->ev;
    struct value first = settled(ev, evaluate(ev, range->binary.left, frame));
    struct value end = settled(ev, evaluate(ev, range->binary.right, frame));
    if (first.kind == VALUE_INT && end.kind == VALUE_INT) {
        for (int64_t i = first.integer; i < end.integer; i++) {
            if (!loop_element(loop, generator, i - first.integer, value_int(i))) return false;
        }
        return true;
    }
    struct value bad = first.kind == VALUE_INT ? end : first;
    loop->is_broken = true;
    struct node *side = first.kind == VALUE_INT ? range->binary.right : range->binary.left;
    if (bad.kind == VALUE_DEFERRED) {
        fault_steering(ev, side, bad, "a loop");
    } else if (bad.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_OPERATOR_TYPES, side, "a range goes from an integer to an integer, "
              "and this is %.*s", TEXT_ARGS(value_kind_text(ev->arena, bad)));
    }
    return true;
}

static bool loop_generator(struct loop *loop, struct node *generator) {
    struct evaluator *ev = loop->ev;
    struct node *over = generator->generator.over;
    if (generator->flags & NODE_BAD) {
        loop->is_broken = true;
        return true;
    }
    struct node *range = plain_range(over);
    if (range) return loop_range(loop, generator, range, loop->frame);
    struct value value = evaluate(ev, over, loop->frame);
    /* elements stay as they are: what flows keeps its reference */
    if (value.kind == VALUE_DEFERRED) value = settled(ev, value);
    if (value.kind != VALUE_LIST && value.kind != VALUE_RECORD) loop->is_broken = true;
    if (value.flags & VALUE_BROKEN && value.kind == VALUE_RECORD) loop->is_broken = true;
    if (value.kind == VALUE_LIST) return loop_list(loop, generator, value);
    if (value.kind == VALUE_RECORD) return loop_record(loop, generator, value.record);
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, over, value, "a loop");
    } else if (value.kind != VALUE_POISON) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_TYPE_MISMATCH, over,
                                      "a loop goes over a list or a map, and this is %.*s",
                                      TEXT_ARGS(value_kind_text(ev->arena, value)));
        if (value.kind == VALUE_NULL) hint(ev, d, "Write `?? []` behind it.");
    }
    return true;
}

bool loop_run(struct loop *loop, struct node *generator) {
    if (generator->kind == NODE_GENERATOR) return loop_generator(loop, generator);
    bool ok, holds = evaluate_condition(loop->ev, generator->filter.condition, loop->frame,
                                        "a condition", &ok);
    if (!ok) loop->is_broken = true;
    if (!ok || !holds) return !loop->ev->is_exhausted;
    return generator->next ? loop_run(loop, generator->next) : loop->body(loop);
}

struct list_loop { struct loop loop; struct node *value; };

static bool list_loop_body(struct loop *loop) {
    struct value value = evaluate(loop->ev, ((struct list_loop *)loop)->value, loop->frame);
    stack_push(loop->ev, value);
    return spend_values(loop->ev, 1);
}

struct map_loop {
    struct loop loop;
    struct node *node;
    struct record *record;
};

static bool map_loop_body(struct loop *loop) {
    struct map_loop *map = (struct map_loop *)loop;
    struct node *node = map->node;
    struct evaluator *ev = loop->ev;
    struct value key_value = evaluate(ev, node->comprehension.key, loop->frame);
    const struct name *key = known_key(ev, key_value, node->comprehension.key);
    struct value value = evaluate(ev, node->comprehension.value, loop->frame);
    if (!key) loop->is_broken = true;
    if (!key) return !ev->is_exhausted;
    uint32_t before = map->record->count;
    record_put(ev->arena, map->record, key, value, node);
    if (map->record->count == before) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_DUPLICATE_KEY, node->comprehension.key,
                                      "the key \"%.*s\" comes twice", NAME_ARGS(key));
        hint(ev, d, "Make keys that differ, or gather the elements with group_by(xs, key).");
    }
    return spend_values(ev, 2);
}

/* The frame of a loop that nothing outlives. */
#define LOOP_FRAME(ev, scope, parent) \
    ((scope)->slot_count <= SMALL_FRAME ? alloca(FRAME_BYTES(scope)) \
                                        : arena_alloc((ev)->arena, FRAME_BYTES(scope)))

static APART struct value evaluate_list_for(struct evaluator *ev, struct node *node,
                                            struct frame *frame) {
    const struct scope *scope = node->comprehension.scope;
    struct frame *inner = LOOP_FRAME(ev, scope, frame);
    frame_init(inner, scope, frame, frame->place);
    struct spender spender;
    spender_enter(ev, &spender, node);
    size_t base = ev->stack_count;
    struct list_loop loop = {{.ev = ev, .frame = inner, .body = list_loop_body},
                             node->comprehension.value};
    loop_run(&loop.loop, node->comprehension.generators.first);
    if (ev->stack_count > base) cover(ev, node->comprehension.value);
    struct value list = stack_take(ev, base);
    spender_leave(ev, &spender);
    if (ev->is_exhausted || loop.loop.is_broken) return value_poison();
    return value_checked(ev, list, node);
}

static APART struct value evaluate_map_for(struct evaluator *ev, struct node *node,
                                           struct frame *frame) {
    const struct scope *scope = node->comprehension.scope;
    struct frame *inner = LOOP_FRAME(ev, scope, frame);
    frame_init(inner, scope, frame, frame->place);
    struct spender spender;
    spender_enter(ev, &spender, node);
    struct map_loop loop = {{.ev = ev, .frame = inner, .body = map_loop_body}, node,
                            record_new(ev->arena, 0)};
    loop_run(&loop.loop, node->comprehension.generators.first);
    if (loop.record->count) cover(ev, node->comprehension.value);
    spender_leave(ev, &spender);
    if (ev->is_exhausted || loop.loop.is_broken) return value_poison();
    return value_checked(ev, value_seal(value_record(loop.record)), node);
}

/* ---- conditions ---- */

bool evaluate_condition(struct evaluator *ev, struct node *node, struct frame *frame,
                        const char *what, bool *ok) {
    struct value value = evaluate(ev, node, frame);
    *ok = value.kind == VALUE_BOOL;
    if (*ok) return value.boolean;
    value = settled(ev, value);
    *ok = value.kind == VALUE_BOOL;
    if (*ok) return value.boolean;
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, what);
    } else if (value.kind != VALUE_POISON) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node, "a condition is a truth value, and this is %.*s",
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return false;
}

/* ---- the walk ---- */

static APART struct value evaluate_composite(struct evaluator *ev, struct node *node,
                                             struct frame *frame) {
    switch ((enum node_kind)node->kind) {
    case NODE_TEMPLATE: return evaluate_template(ev, node, frame);
    case NODE_LIST: return evaluate_list(ev, node, frame);
    case NODE_RECORD: return evaluate_record(ev, node, frame);
    case NODE_LIST_FOR: return evaluate_list_for(ev, node, frame);
    case NODE_MAP_FOR: return evaluate_map_for(ev, node, frame);
    case NODE_UNARY: return evaluate_unary(ev, node, frame);
    case NODE_CONDITIONAL: return evaluate_conditional(ev, node, frame);
    case NODE_MEMBER: return evaluate_member(ev, node, frame);
    case NODE_INDEX: return evaluate_index(ev, node, frame);
    case NODE_CALL: return evaluate_call(ev, node, frame);
    case NODE_PAREN: return evaluate(ev, node->paren.inner, frame);
    case NODE_SPREAD: return evaluate(ev, node->spread.value, frame);
    case NODE_ARGUMENT: return evaluate(ev, node->argument.value, frame);
    case NODE_NAME: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL: case NODE_TEXT:
    case NODE_AWS_TYPE: case NODE_BINARY: case NODE_GENERATOR: case NODE_FILTER: case NODE_ERROR:
    case NODE_ENTRY: case NODE_IF: case NODE_FOR: case NODE_BLOCK: case NODE_TYPE_NAME:
    case NODE_TYPE_LITERAL: case NODE_TYPE_LIST: case NODE_TYPE_MAP: case NODE_TYPE_RECORD:
    case NODE_FIELD: case NODE_TYPE_OPTIONAL: case NODE_TYPE_UNION: case NODE_TYPE_DEPLOY:
    case NODE_TYPE_SSM: case NODE_IMPORT: case NODE_PARAM: case NODE_CHECK: case NODE_LET:
    case NODE_FN: case NODE_TYPE: case NODE_COMPONENT: case NODE_PROJECT: case NODE_REGION:
    case NODE_STACK: case NODE_RESOURCE: case NODE_PIPELINE: case NODE_STAGE: case NODE_ACTION:
    case NODE_OUTPUT: case NODE_ASSERT: case NODE_TEST: case NODE_POLICY: case NODE_WITH:
    case NODE_FILE: case NODE_KIND_COUNT: break;
    }
    return value_poison();
}

struct value evaluate(struct evaluator *ev, struct node *node, struct frame *frame) {
    if (!spend_steps(ev, 1) || node->flags & NODE_BAD) return value_poison();
    switch (node->kind) {
    case NODE_NAME: return evaluate_name(ev, node, frame);
    case NODE_INT: return value_int(node->integer.value);
    case NODE_NUMBER: return value_number(node->number.value);
    case NODE_BOOL: return value_bool(node->boolean.value);
    case NODE_NULL: return value_null();
    case NODE_TEXT: return value_text(node_text(node));
    case NODE_AWS_TYPE: return (struct value){.kind = VALUE_TYPE, .type = node->aws_type.name};
    default: break; /* what has parts */
    }
    if (!depth_enter(ev, node)) return value_poison();
    struct value value = node->kind == NODE_BINARY ? evaluate_binary(ev, node, frame)
                                                   : evaluate_composite(ev, node, frame);
    depth_leave(ev);
    return value;
}
