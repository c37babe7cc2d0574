/* Evaluation always ends: steps and values are counted down, and the message at the end names the
 * comprehension or call that spent most. */
#include "evaluator/internal.h"

void budget_start(struct evaluator *ev) {
    ev->steps_left = LIMIT_STEPS;
    ev->values_left = LIMIT_VALUES;
    ev->memory_ceiling = ev->arena->used + ((size_t)LIMIT_EVALUATION_MB << 20);
}

void spender_enter(struct evaluator *ev, struct spender *spender, const struct node *node) {
    *spender = (struct spender){ev->spender, node, ev->steps_left, 0};
    ev->spender = spender;
}

/* Adds to the coarse profile; of two nodes that share a slot the one that spends more stays. */
static void spent_add(struct evaluator *ev, const struct node *node, int64_t steps) {
    struct spent *spent = &ev->spent[((uintptr_t)node >> 4) % SPENDERS];
    if (spent->node != node) {
        if (spent->steps > steps) return;
        *spent = (struct spent){.node = node};
    }
    spent->steps += steps;
    spent->times++;
}

void spender_leave(struct evaluator *ev, struct spender *spender) {
    int64_t spent = spender->before - ev->steps_left;
    ev->spender = spender->outer;
    if (ev->spender) ev->spender->inner += spent;
    spent_add(ev, spender->node, spent - spender->inner);
}

/* Takes those that still run into the profile. */
static void spenders_settle(struct evaluator *ev) {
    int64_t inner = 0;
    for (struct spender *spender = ev->spender; spender; spender = spender->outer) {
        int64_t spent = spender->before - ev->steps_left;
        spent_add(ev, spender->node, spent - spender->inner - inner);
        inner = spent;
    }
}

static const struct spent *spent_most(const struct evaluator *ev) {
    const struct spent *most = NULL;
    for (int i = 0; i < SPENDERS; i++) {
        const struct spent *spent = &ev->spent[i];
        if (spent->node && (!most || spent->steps > most->steps)) most = spent;
    }
    return most;
}

bool budget_end(struct evaluator *ev, const char *what, uint64_t limit) {
    if (ev->is_exhausted) return false;
    ev->is_exhausted = true;
    spenders_settle(ev);
    ev->steps_left = ev->values_left = -1;
    const struct spent *most = spent_most(ev);
    const struct node *node = most ? most->node : ev->program->modules[0]->parse.file;
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_BUDGET, node, "evaluation takes more than %llu %s",
               (unsigned long long)limit, what);
    if (most) {
        note(ev, d, node->span, "this %s spent most: %lld steps, run %llu time%s",
             node_word(node->kind), (long long)most->steps, (unsigned long long)most->times,
             most->times == 1 ? "" : "s");
    }
    hint(ev, d, "Loop over less, or move what does not change out of the loop into a `let`.");
    return false;
}

bool depth_end(struct evaluator *ev, const struct node *node) {
    if (!ev->is_exhausted) {
        report(ev, DIAGNOSTIC_EVALUATION_DEPTH, node,
               "more than %d expressions wait for one another here", LIMIT_EVALUATION_DEPTH);
    }
    return false;
}

struct value settle_open(struct evaluator *ev, struct value value) {
    uint32_t before = ev->values_left > 0 ? (uint32_t)ev->values_left : 0, left = before;
    value = value_settle_within(ev->arena, value, &left);
    return spend_values(ev, before - left + (left == 0)) ? value : value_poison();
}
