/* Doing what a plan says: stacks in the order of their references, independent ones side by side in
 * all regions, each watched until it has settled.
 */
#ifndef MRP_DEPLOY_APPLY_H
#define MRP_DEPLOY_APPLY_H

#include <signal.h>

#include "runtime/deploy/journal.h"
#include "runtime/deploy/plan.h"
#include "runtime/deploy/status.h"

enum apply_state {
    APPLY_WAITING,  /* for stacks it reads */
    APPLY_RUNNING,
    APPLY_DONE,
    APPLY_NOTHING,  /* the change set said that nothing changes */
    APPLY_FAILED,   /* back as it was, or not: see is_back */
    APPLY_SKIPPED,  /* not begun: a stack before it failed, or the user interrupted */
    APPLY_LOST,     /* AWS no longer answers: it is not known how the operation ended */
};

struct apply_left { /* a resource that AWS has left in the account, and no stack manages */
    struct text logical_id, physical_id, type;
    bool has_failed; /* it should have been deleted, else it was to be kept */
};

struct apply_stack {
    const struct plan_stack *plan;
    enum apply_state state;
    struct text status;          /* AWS's, as last seen */
    struct text cause;           /* of a failure: AWS's words */
    struct text cause_id, cause_type; /* the resource they are about, or empty */
    const struct template_resource *cause_resource;
    double cause_time;
    const struct cloud_hook *hooks; /* that refused it, with their advice */
    uint32_t hook_count, hook_capacity;
    const struct cloud_trail_event *trail; /* the call that it failed at, or NULL */
    bool is_back;                /* FAILED: everything of it is as it was before */
    bool is_begun;               /* AWS was asked to change something */
    struct apply_left *left;
    uint32_t left_count, left_capacity;
    struct text bucket;          /* that is being emptied, or empty */
    uint64_t emptied;            /* versions that were deleted of its buckets */
    uint32_t done, total;        /* resources that have settled, and all that change */
    struct text current;         /* logical id of what it waits for, or empty */
    double began, ended;
    struct cloud_stack final;    /* after it has settled: with outputs */
};

enum apply_event {
    APPLY_STACK_BEGAN, APPLY_RESOURCE, APPLY_PROGRESS, APPLY_STACK_ENDED,
    APPLY_EMPTIES,     /* a thousand versions of the bucket, or the rest, are deleted */
    APPLY_INTERRUPTED, /* stack is NULL: the user asked to stop; what runs is waited for */
    APPLY_GOES_BACK,   /* stack is NULL: the coordinated rollback begins */
    APPLY_TICK,        /* stack is NULL: time has passed and nothing happened */
};

enum { APPLY_WAVES = 16 };

struct apply_options {
    struct journal *journal;                   /* or NULL */
    const volatile sig_atomic_t *interrupted;  /* how often the user asked to stop */
    bool keep;                                 /* what was done stays when a stack fails */
    bool continues;                            /* the journal's run goes on: resume */
    bool goes_back;                            /* what is resumed is to be taken back */
    double tick;                               /* seconds until APPLY_TICK is told; 0: never */
    struct text who;                           /* "user-host", part of the tokens; or empty */
    struct text request;                       /* for the journal: how the program was read */
    /* Regions in each wave, in the program's order; 0 for all that are left. No wave: all at once.
     */
    uint32_t waves[APPLY_WAVES], wave_count;
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

/* What became of a stack in the coordinated rollback. */
struct apply_back {
    bool is_touched;            /* the run had changed it */
    bool is_verified;           /* it was seen to be as it was before */
    struct text problem;        /* why it is not back */
    struct apply_stack *stack;  /* its way back, or NULL where nothing was asked */
};

struct apply {
    struct apply_stack *stacks; /* by the plan's stack number */
    uint32_t count;
    struct apply_back *back;    /* by the same number, where there was a rollback; else NULL */
    double seconds;
    bool was_interrupted;
};

/* Does what the plan says. Where a stack fails, what was changed is taken back, unless keep. */
enum apply_outcome apply_plan(const struct cloud *cloud, const struct plan *plan,
                              const struct apply_options *options, struct arena *arena,
                              struct apply *apply, struct failure *why);

/* --- resume ----------------------------------------------------------------------------------- */

enum resume_next {
    RESUME_GO_ON,   /* what ran has ended well: plan again, and apply with continues */
    RESUME_ENDED,   /* it has ended: outcome says how */
    RESUME_REFUSED, /* *why */
};

struct resume {
    struct journal_run run;  /* which run: as resume_find gives it */
    struct plan plan;        /* the stacks that the run had begun */
    struct apply apply;      /* and what became of them */
    enum apply_outcome outcome;
};

/* The run in the credentials' account that was interrupted, if there is one. */
bool resume_find(const struct cloud *cloud, struct journal *journal, struct arena *arena,
                 struct journal_run *run, bool *found, struct failure *why);

/* Waits for what an interrupted run (resume->run) left running. Where that failed (and not keep),
 * or the way back is asked for, or had begun, everything that the run changed is taken back. */
enum resume_next resume_run(const struct cloud *cloud, const struct deploy_program *program,
                            const struct apply_options *options, struct arena *arena,
                            struct resume *resume, struct failure *why);

/* Without a journal (elsewhere.c): waits for what AWS is at work on in the deployment's stacks,
 * whoever began it. RESUME_GO_ON: it has settled, well or not; a new plan says what is left. */
enum resume_next resume_elsewhere(const struct cloud *cloud, const struct deploy_program *program,
                                  const struct apply_options *options, struct arena *arena,
                                  struct resume *resume, struct failure *why);

#endif
