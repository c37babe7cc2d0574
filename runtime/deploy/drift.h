/* What was changed behind the back of a deployment's stacks: CloudFormation compares each resource
 * with what its template says of it, all stacks in all regions at the same time.
 */
#ifndef MRP_DEPLOY_DRIFT_H
#define MRP_DEPLOY_DRIFT_H

#include <signal.h>

#include "runtime/deploy/status.h"

struct drift_stack {
    const struct status_stack *stack;
    const struct template *template; /* of the program, or NULL */
    struct text problem;             /* why it was not compared, or not wholly; else empty */
    struct cloud_drift *drifts;
    uint32_t count;
};

struct drift {
    struct status status;
    struct drift_stack *stacks; /* those that are deployed */
    uint32_t count;
    uint32_t differing, unknown; /* resources that differ; stacks that were not compared */
    uint32_t ignored; /* properties that differ and are left out, as @ignore_changes says */
};

/* Waits until every comparison has ended; interrupted, where it is not NULL and not 0, ends that.
 * False where not even the stacks could be listed. */
bool drift_make(const struct cloud *cloud, const struct deploy_program *program,
                const volatile sig_atomic_t *interrupted, struct arena *arena, struct drift *drift,
                struct failure *why);

#endif
