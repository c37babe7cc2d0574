/* Stacks that are stuck: why, what gets them out, and what that risks. rescue_make only looks;
 * rescue_run does one step and waits for its end.
 */
#ifndef MRP_DEPLOY_RESCUE_H
#define MRP_DEPLOY_RESCUE_H

#include <signal.h>

#include "runtime/deploy/status.h"

enum rescue_action {
    RESCUE_NONE,
    RESCUE_WAIT,        /* AWS is at work, and nothing can be asked of it */
    RESCUE_DELETE,      /* an empty shell, or a deletion that is to be tried again */
    RESCUE_KEEP,        /* deletes all but what cannot be deleted, which stays in the account */
    RESCUE_ROLL_BACK,   /* an operation that was stopped where it failed */
    RESCUE_CONTINUE,    /* a rollback that failed */
    RESCUE_SKIP,        /* the same, leaving out what cannot be rolled back */
    RESCUE_CANCEL,      /* an update that waits for something */
};

struct rescue_resource { /* one that is in the way */
    struct text name;    /* as a rollback takes it: "LogicalId", "NameOfNestedStack.LogicalId" */
    struct text path;    /* logical ids alone: "Nested.LogicalId" */
    struct text type, physical_id, reason;
    const struct template_resource *resource; /* of the program, or NULL */
};

struct rescue_stack {
    const struct status_stack *stack;
    const struct template *template;
    struct text id, status, reason;
    enum rescue_action action; /* what to try first, */
    enum rescue_action harder; /* and what is left where that fails; or RESCUE_NONE */
    struct rescue_resource *resources; /* those in the way; where it waits: what it waits for */
    uint32_t count, capacity;
    bool runs;                 /* AWS is at work, */
    double since;              /* since then */
};

struct rescue {
    struct status status;
    struct rescue_stack *stacks; /* those that are stuck, or run */
    uint32_t count;
};

/* The deployment's stacks that need it; with a name, only that stack, by name or path. */
bool rescue_make(const struct cloud *cloud, const struct deploy_program *program, struct text name,
                 struct arena *arena, struct rescue *rescue, struct failure *why);
struct rescue_end {
    struct text status; /* "DELETE_COMPLETE" for a stack that is gone */
    bool is_rescued;    /* it can be deployed again */
};

/* Does it, and waits until the stack has settled. False where AWS refused, or *interrupted. */
bool rescue_run(const struct cloud *cloud, const struct rescue_stack *stack,
                enum rescue_action action, const volatile sig_atomic_t *interrupted,
                struct arena *arena, struct rescue_end *end, struct failure *why);

#endif
