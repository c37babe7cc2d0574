/* Doing what a plan says: stacks in the order of their references, independent ones side by side in
 * all regions, each watched until it has settled.
 */
#ifndef MRP_DEPLOY_APPLY_H
#define MRP_DEPLOY_APPLY_H

#include <signal.h>

#include "runtime/deploy/journal.h"
#include "runtime/deploy/plan.h"

enum apply_state {
    APPLY_WAITING,  /* for stacks it reads */
    APPLY_RUNNING,
    APPLY_DONE,
    APPLY_NOTHING,  /* the change set said that nothing changes */
    APPLY_FAILED,   /* back as it was, or not: see is_back */
    APPLY_SKIPPED,  /* not begun: a stack before it failed, or the user interrupted */
};

struct apply_stack {
    const struct plan_stack *plan;
    enum apply_state state;
    struct text status;          /* AWS's, as last seen */
    struct text cause;           /* of a failure: AWS's words */
    struct text cause_id, cause_type; /* the resource they are about, or empty */
    const struct template_resource *cause_resource;
    bool is_back;                /* FAILED: everything of it is as it was before */
    bool is_begun;               /* AWS was asked to change something */
    uint32_t done, total;        /* resources that have settled, and all that change */
    struct text current;         /* logical id of what it waits for, or empty */
    double began, ended;
    struct cloud_stack final;    /* after it has settled: with outputs */
};

enum apply_event { APPLY_STACK_BEGAN, APPLY_RESOURCE, APPLY_PROGRESS, APPLY_STACK_ENDED };

struct apply_options {
    struct journal *journal;                   /* or NULL */
    const volatile sig_atomic_t *interrupted;  /* how often the user asked to stop */
    /* Told as it happens; event is NULL but for APPLY_RESOURCE. */
    void (*tell)(void *context, enum apply_event what, const struct apply_stack *stack,
                 const struct cloud_event *event);
    void *context;
};

enum apply_outcome {
    APPLY_ALL_DONE,
    APPLY_BEFORE,      /* failed before anything was changed */
    APPLY_ROLLED_BACK, /* failed; everything it touched is back as it was */
    APPLY_STUCK,       /* failed or interrupted, and something needs a person */
};

struct apply {
    struct apply_stack *stacks; /* by the plan's stack number */
    uint32_t count;
    double seconds;
    bool was_interrupted;
};

enum apply_outcome apply_plan(const struct cloud *cloud, const struct plan *plan,
                              const struct apply_options *options, struct arena *arena,
                              struct apply *apply, struct failure *why);

#endif
