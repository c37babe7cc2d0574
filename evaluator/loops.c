/* Loops: over lists, maps and ranges, in comprehensions and among entries. */
#include <alloca.h>

#include "evaluator/internal.h"

static bool loop_part(struct loop *loop, struct node *part);

static bool loop_step(struct loop *loop, struct node *generator, struct value first,
                      struct value second) {
    struct symbol *first_symbol = generator->generator.first_symbol;
    struct symbol *second_symbol = generator->generator.second_symbol;
    if (first_symbol) loop->frame->slots[first_symbol->slot] = first;
    if (second_symbol) loop->frame->slots[second_symbol->slot] = second;
    if (!spend_steps(loop->ev, 1)) return false;
    if (!generator->next) return loop->body(loop);
    return loop_part(loop, generator->next);
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

/* What a generator or filter lets through goes to the next part, and in the end to the body. */
static bool loop_part(struct loop *loop, struct node *part) {
    if (part->kind == NODE_GENERATOR) return loop_generator(loop, part);
    bool ok, holds = evaluate_condition(loop->ev, part->filter.condition, loop->frame,
                                        "a condition", &ok);
    if (!ok) loop->is_broken = true;
    if (!ok || !holds) return !loop->ev->is_exhausted;
    return part->next ? loop_part(loop, part->next) : loop->body(loop);
}

void loop_run(struct loop *loop, const struct node *node, struct list parts) {
    struct spender spender;
    spender_enter(loop->ev, &spender, node);
    loop_part(loop, parts.first);
    spender_leave(loop->ev, &spender);
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

static void comprehension_run(struct loop *loop, struct node *node, struct frame *frame) {
    const struct scope *scope = node->comprehension.scope;
    loop->frame = FRAME_BRIEF(loop->ev, scope);
    frame_init(loop->frame, scope, frame, frame->place);
    loop_run(loop, node, node->comprehension.generators);
}

struct value evaluate_list_for(struct evaluator *ev, struct node *node, struct frame *frame) {
    size_t base = ev->stack_count;
    struct list_loop loop = {{.ev = ev, .body = list_loop_body}, node->comprehension.value};
    comprehension_run(&loop.loop, node, frame);
    if (ev->stack_count > base) cover(ev, node->comprehension.value);
    struct value list = stack_take(ev, base);
    if (ev->is_exhausted || loop.loop.is_broken) return value_poison();
    return value_checked(ev, list, node);
}

struct value evaluate_map_for(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct map_loop loop = {{.ev = ev, .body = map_loop_body}, node, record_new(ev->arena, 0)};
    comprehension_run(&loop.loop, node, frame);
    if (loop.record->count) cover(ev, node->comprehension.value);
    if (ev->is_exhausted || loop.loop.is_broken) return value_poison();
    return value_checked(ev, value_seal(value_record(loop.record)), node);
}
