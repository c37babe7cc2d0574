/* What the files that run tests and policies share. */
#ifndef MRP_EVALUATOR_TRIAL_H
#define MRP_EVALUATOR_TRIAL_H

#include "evaluator/internal.h"

/* A test or a policy that runs; ev->trial. */
struct trial {
    const struct observer *observer;
    struct test_run *run;       /* of a test; NULL in a policy */
    struct node *policy;        /* NULL in a test */
    struct value stacks;        /* what `stacks` is, once asked for; else a slot_kind */
    struct map templates;       /* struct stack -> struct value *: what `stacks` holds of it */
    struct map known;           /* struct resource -> struct value *: its view */
    struct map views;           /* struct record -> struct resource: whose view a record is */
    struct map expected;        /* struct diagnostic -> itself: the test has asked for it */
    bool expects_all;           /* the test has looked at `diagnostics` */
    unsigned snapshots;         /* asked for so far, to number them */
    struct text trouble, remedy; /* why the last snapshot does not match */
    enum diagnostic_id violation; /* of a policy: what a failing assert is */
    struct text title, reason;  /* of the policy */
};

/* --- view.c --- */

/* The stack as data: name, region, label, path, and the sections of its template; poison where
 * there
 * is no template. */
struct value view_stack(struct evaluator *ev, const struct stack *stack);
/* All stacks by their paths. */
struct value view_stacks(struct evaluator *ev);
/* The resources of these types (a list of VALUE_TYPE; empty: all). */
struct value view_resources(struct evaluator *ev, const struct value *types, uint32_t count);
/* What was reported about the program. */
struct value view_diagnostics(struct evaluator *ev, const struct diagnostics *diagnostics);

/* --- snapshot.c --- */

/* Whether the value is as the snapshot of this name says (empty: the test's next one). */
struct value snapshot_match(struct evaluator *ev, struct value value, struct text name);

/* --- trial_reason.c --- */

static inline bool trial_is_failure(const struct diagnostic *d) {
    return d->is_error && !d->is_allowed;
}
static inline bool trial_is_warning(const struct diagnostic *d) {
    return !d->is_error && !d->is_allowed;
}
/* Adds to the diagnostic why the condition is false. */
void trial_note_reason(struct evaluator *ev, struct diagnostic *d, struct node *condition,
                       struct frame *frame);

#endif
