/* The tree of an expression, walked to its value. */
#include "evaluator/choice.h"
#include "evaluator/internal.h"

/* Handlers keep their own C frames, so that those of deep recursion stay small. */
#define APART __attribute__((noinline))

enum { SMALL_TEXT = 16 };

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
    switch ((enum symbol_kind)node_symbol(node)->kind) {
    case SYMBOL_HERE: return evaluate_region_here(ev, node, frame);
    case SYMBOL_ACCOUNT: return account_value(ev, node);
    case SYMBOL_PARTITION: return pseudo(ev, "AWS::Partition", node);
    case SYMBOL_STACKS: case SYMBOL_DIAGNOSTICS: return trial_name(ev, node_symbol(node));
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
    struct symbol *symbol = node_symbol(node);
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

/* One of a choice as text; a side that is null adds none. */
static struct value piece_of_each(struct evaluator *ev, struct value each, void *context) {
    const struct node *node = context;
    if (each.kind == VALUE_NULL) return each;
    each = as_piece(ev, each, node);
    return each.kind == VALUE_DEFERRED ? each : value_concat(ev->arena, &each, 1, node);
}

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
        if (value.deferred->shape == SHAPE_LIST) break;
        if (value.deferred->shape == SHAPE_TEXT || !choice_is(value)) return value;
        return choice_map(ev, value, piece_of_each, (void *)node, node);
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
    case NODE_INT: return value_int(node_integer(node));
    case NODE_NUMBER: return value_number(node->number.value);
    case NODE_BOOL: return value_bool(node->truth);
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
