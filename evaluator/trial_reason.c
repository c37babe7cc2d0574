/* Why an assert of a test does not hold: what the sides of its condition are, what a call found. */
#include "evaluator/trial.h"

enum { SIDE_BYTES = 60 };

/* The part of a condition that decides: of `a && b` the one that is false. */
static struct node *decisive(struct evaluator *ev, struct node *node, struct frame *frame) {
    node = node_bare(node);
    while (node->kind == NODE_BINARY && node->op == OPERATOR_AND) {
        struct value left = evaluate(ev, node->binary.left, frame);
        bool is_left = left.kind == VALUE_BOOL && !left.boolean;
        node = node_bare(is_left ? node->binary.left : node->binary.right);
    }
    return node;
}

/* What is written out as it is: there is nothing to say about it. */
static bool is_literal(const struct node *node) {
    const struct node *part = NULL;
    switch ((int)node->kind) {
    case NODE_TEXT: case NODE_INT: case NODE_NUMBER: case NODE_BOOL: case NODE_NULL:
    case NODE_AWS_TYPE:
        return true;
    case NODE_LIST:
        for (part = node->list.elements.first; part && is_literal(part);) part = part->next;
        return !part;
    case NODE_RECORD: part = node->record.entries.first; break;
    default: return false;
    }
    while (part && part->kind == NODE_ENTRY && is_literal(part->entry.value)) part = part->next;
    return !part;
}

/* `bucket.id is "logs"`, for a hint; nothing for what stands there already. */
static void add_side(struct evaluator *ev, struct buffer *out, struct node *side,
                     struct frame *frame) {
    if (is_literal(node_bare(side))) return;
    struct value value = evaluate(ev, side, frame);
    if (value.kind == VALUE_POISON || value.flags & VALUE_SECRET) return;
    struct text brief = value_brief(ev, value);
    struct text written = span_text(ev->program->sources, side->span);
    if (value.kind == VALUE_LIST && value.length == 0) brief = TEXT("an empty list");
    bool is_short = written.length <= SIDE_BYTES && !memchr(written.bytes, '\n', written.length);
    buffer_string(out, out->length ? ", and " : "");
    if (is_short) buffer_text(out, written);
    else buffer_string(out, out->length ? "the right side" : "The left side");
    buffer_format(out, " is %.*s", TEXT_ARGS(brief));
}

static void hint_sides(struct evaluator *ev, struct diagnostic *d, struct node *node,
                       struct frame *frame) {
    struct buffer out;
    buffer_init(&out);
    add_side(ev, &out, node->binary.left, frame);
    add_side(ev, &out, node->binary.right, frame);
    if (out.length) hint(ev, d, "%.*s.", (int)out.length, out.bytes);
    buffer_release(&out);
}

static void note_call(struct evaluator *ev, struct diagnostic *d, const struct node *call) {
    struct trial *trial = ev->trial;
    if (call_row(call) || call_symbol(call) || call->call.callee->kind != NODE_NAME) return;
    struct text name = name_text(node_name(call->call.callee));
    if (text_is(name, "matches_snapshot")) {
        hint(ev, d, "%.*s. %.*s", TEXT_ARGS(trial->trouble), TEXT_ARGS(trial->remedy));
    } else if (text_is(name, "fails") || text_is(name, "warns")) {
        bool any = false;
        const struct diagnostic *other = trial->run->program->first;
        for (; other; other = other->next) {
            if (text_is(name, "fails") ? !trial_is_failure(other) : !trial_is_warning(other)) continue;
            any = true;
            note(ev, d, other->span, "%.*s [%s]", TEXT_ARGS(other->message),
                 diagnostic_name(other->id));
        }
        if (!any) {
            hint(ev, d, "With these inputs the program has no %s.",
                 text_is(name, "fails") ? "errors" : "warnings");
        }
    }
}

void trial_note_reason(struct evaluator *ev, struct diagnostic *d, struct node *condition,
                       struct frame *frame) {
    struct node *node = decisive(ev, condition, frame);
    bool is_not = node->kind == NODE_UNARY && node->op == OPERATOR_NOT;
    if (is_not) node = node_bare(node->unary.operand);
    if (node->kind == NODE_CALL) note_call(ev, d, node);
    if (node->kind != NODE_BINARY || node->op == OPERATOR_OR) return;
    hint_sides(ev, d, node, frame);
}
