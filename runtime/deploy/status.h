/* The stacks of a deployment as they are: those of the program, and those it no longer has. */
#ifndef MRP_DEPLOY_STATUS_H
#define MRP_DEPLOY_STATUS_H

#include "runtime/deploy/plan.h"

struct status_pipeline { /* one that is deployed */
    struct text logical_id, name;
    struct text execution;              /* the newest: that of its first stage */
    const struct cloud_stage *stages;
    uint32_t stage_count;
    struct text problem;                /* why its state is not known, or empty */
};

struct status_stack {
    struct text name, region, label, path;
    const struct cloud_stack *deployed; /* NULL: not there */
    bool in_program;
    bool is_foreign;                    /* of this name, but not of this deployment */
    bool is_good;                       /* its last operation ended well */
    const struct cloud_resource *resources;
    uint32_t resource_count;
    struct status_pipeline *pipelines;  /* where AWS runs them: not in the sandbox */
    uint32_t pipeline_count;
    struct text failure, failure_id;    /* the last failure among its events, AWS's words */
    struct text hook, hook_reason;      /* the hook that refused that, or empty */
    double failure_time;
};

struct status {
    struct text account, caller;
    struct status_stack *stacks; /* by region, in deploy order */
    uint32_t count;
    double now;
};

/* The stacks alone, without a closer look at each. */
bool status_list(const struct cloud *cloud, const struct deploy_program *program,
                 struct arena *arena, struct status *status, struct failure *why);
bool status_make(const struct cloud *cloud, const struct deploy_program *program,
                 struct arena *arena, struct status *status, struct failure *why);

/* Inside deploy/ (pipelines.c): asks for the state of the stacks' pipelines. */
void status_pipelines(const struct cloud *cloud, struct arena *arena, struct status *status);

/* The program's template of the stack, or NULL for one that it no longer has. */
const struct template *status_template(const struct deploy_program *program,
                                       const struct status_stack *stack);

#endif
