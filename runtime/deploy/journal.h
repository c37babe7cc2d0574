/* What a run (an apply or a destroy) has begun and ended, written before each step, so that an
 * interrupted one can be found, and gone on with or taken back. For the way back it holds templates
 * and parameters as they were before; it never holds the value of a secret, and forgets all of it
 * when the run has ended.
 */
#ifndef MRP_DEPLOY_JOURNAL_H
#define MRP_DEPLOY_JOURNAL_H

#include "runtime/deploy/plan.h"
#include "runtime/state.h"

struct journal {
    struct state *state; /* NULL: none is kept */
    int64_t run;
    bool is_sandbox;     /* runs in the sandbox and at AWS do not meet */
    /* Tests: called before each writing; what follows it never happens when it does not return. */
    void (*before)(void *context);
    void *context;
};

enum journal_step {
    JOURNAL_BEGUN,   /* about to be asked for; the token says which request it was */
    JOURNAL_RUNNING, /* AWS has accepted it */
    JOURNAL_DONE,
    JOURNAL_FAILED,  /* and AWS took it back */
    JOURNAL_STUCK,   /* failed, and is not back */
};

struct journal_entry { /* a stack of a run */
    struct text stack, region, path, id, token;
    struct text action;               /* "create", "update", "delete" */
    bool is_back;                     /* written on the way back */
    struct text sent_hash;            /* SHA-256 of the template that was sent */
    const struct plan_former *former; /* what it was; NULL for one that was made or deleted */
    enum journal_step step;           /* filled by journal_read */
};

struct journal_run {
    struct text kind;    /* "apply", "destroy" */
    struct text account, project, suffix;
    struct text request; /* the command line's own: how the program was read */
    bool goes_back;      /* the rollback has begun */
    double began;
    double latest;       /* filled by journal_read: when the last step was written, or 0 */
    const struct text *regions; /* journal_begin: where the plan has stacks */
    uint32_t region_count;       /* one for each stack, at most LIMIT_RUN_STACKS */
    struct journal_entry *entries; /* in the order in which they were begun, one of each kind */
    uint32_t count;
};

bool journal_open(struct journal *journal, struct state *state, bool is_sandbox,
                  struct failure *why);
/* What is said of a journal that no mrp has written; false. */
bool journal_not_understood(struct failure *why);
/* Begins a run; one in the same account that did not end before it is given up. */
bool journal_begin(struct journal *journal, const struct journal_run *run, struct failure *why);
bool journal_write(struct journal *journal, const struct journal_entry *entry,
                   enum journal_step step, double now, struct failure *why);
/* The rollback of the run begins. */
bool journal_go_back(struct journal *journal, struct failure *why);
/* The run has ended: nothing is left to go on with. */
bool journal_end(struct journal *journal, struct failure *why);
/* Of the sandbox: whatever was deployed in it and did not end is nobody's any more. */
bool journal_forget(struct journal *journal, struct failure *why);
/* The regions in which a deployment had stacks, by what was deployed from here. */
bool journal_regions(struct journal *journal, struct text project, struct text suffix,
                     struct arena *arena, const struct text **regions, size_t *count,
                     struct failure *why);
/* How long an action ("create") on a stack took, for estimates; the sandbox's time is made up. */
bool journal_took(struct journal *journal, const struct plan_stack *stack, const char *action,
                  double seconds, struct failure *why);
/* Fills what the plan's stacks will take, by what they, or those of their name elsewhere, took
 * before. */
bool journal_expect(struct journal *journal, struct plan *plan, struct failure *why);
/* The run in the account (empty: in any) that has not ended, which journal_write then goes on
 * with; *found says whether there is one. */
bool journal_read(struct journal *journal, struct text account, struct arena *arena,
                  struct journal_run *run, bool *found, struct failure *why);

#endif
