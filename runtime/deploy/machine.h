/* A stack on its way: a small machine with one call under way at a time. It makes its change set,
 * reads it, has it executed, and watches events until the stack has settled. Inside deploy/:
 * apply.c says when a machine begins, and hands it the calls that are finished. */
#ifndef MRP_DEPLOY_MACHINE_H
#define MRP_DEPLOY_MACHINE_H

#include "runtime/deploy/apply.h"

enum machine_phase {
    PHASE_WAIT,
    PHASE_CHECK,        /* whether somebody else changed the stack since it was planned */
    PHASE_CLEAR,        /* deletes what a failed creation left */
    PHASE_CLEAR_WATCH,
    PHASE_FORGET,       /* deletes a change set of that name that an earlier run left */
    PHASE_PACK,         /* puts what its pipeline runs into the bucket */
    PHASE_RENAME_UPLOAD, /* puts the template with other ids into the bucket */
    PHASE_RENAME,       /* makes a stack refactor, */
    PHASE_RENAME_MADE,  /* waits for it, */
    PHASE_RENAME_AGAIN, /* looks whether somebody else changed the stack before that, */
    PHASE_RENAME_EXECUTE,
    PHASE_RENAME_DONE,  /* and for its end, */
    PHASE_RENAME_SEEN,  /* sees when that was, */
    PHASE_RENAME_CHECK, /* and that nobody else has changed the template */
    PHASE_UPLOAD,       /* puts a large template into the bucket */
    PHASE_MAKE,
    PHASE_READ,
    PHASE_READ_NESTED,  /* and the change sets of nested stacks */
    PHASE_DROP_EMPTY,   /* deletes a change set that changes nothing */
    PHASE_DROP,         /* deletes a change set that is not executed */
    PHASE_CHECK_AGAIN,  /* whether somebody else changed the stack before the change set was made */
    PHASE_WHY_NESTED,   /* which change set of a nested stack failed, */
    PHASE_WHY,          /* asks what early validation has against it, */
    PHASE_HOOKS,        /* and which hooks refused it */
    PHASE_HOOK,         /* asks what a hook advises, */
    PHASE_TRAIL,        /* and CloudTrail for the call that failed */
    PHASE_TIDY,         /* deletes the empty stack that a refused creation left */
    PHASE_EXECUTE,
    PHASE_UNPROTECT,
    PHASE_BUCKETS,      /* asks which buckets are to be emptied, */
    PHASE_VERSIONS,     /* what one of them holds, */
    PHASE_EMPTY,        /* and has that deleted */
    PHASE_DELETE,
    PHASE_CONFIRM,      /* the answer was lost: looks for an event with the token */
    PHASE_EVENTS,       /* watches: events, */
    PHASE_NESTED,       /* those of nested stacks, */
    PHASE_LOOK,         /* then the stack */
    PHASE_LAST_EVENTS,  /* settled: the events once more, */
    PHASE_LAST_NESTED,
    PHASE_PROTECT,
    PHASE_END,
};

struct machine_nested { /* a nested stack that is at work */
    struct text id, path; /* path: "Nested", "Nested.Inner" */
    struct text newest;   /* id of the newest event that was told */
    double since;         /* when the operation came to it */
    bool is_settled;
};

struct machine_set { /* the change set of a nested stack, to be looked at */
    struct text id, path;
};

struct machine {
    struct apply_stack *shown;
    const struct plan_stack *plan;
    enum machine_phase phase;
    struct cloud_call call;
    bool is_asking;          /* the call is under way */
    bool is_retrying;        /* sleeps before the same call is made again */
    unsigned tries;          /* of this call that failed for a while */
    double wake;             /* when it asks again */
    double poll;             /* seconds between looks */
    struct text id;          /* the stack's, once known */
    struct text token;
    struct text sent_hash;   /* SHA-256 of the template that was sent */
    struct text newest;      /* id of the newest event that was told */
    struct text root_status; /* the stack's, by the newest of its own events */
    bool saw_running;        /* it was described while AWS worked on it */
    struct text status_before; /* as described before the request, or empty */
    double updated_before;
    unsigned stale;          /* descriptions that say what was before */
    unsigned reviews;        /* those that say that nothing was begun */
    const struct cloud_event **fresh; /* newer ones, newest first, until all pages are there */
    uint32_t fresh_count, fresh_capacity;
    struct text made;        /* id of the change set that was made */
    struct text set;         /* of the one that failed: that, or one of a nested stack */
    struct machine_nested *nested;
    uint32_t nested_count, nested_capacity, nested_at;
    struct machine_set *sets; /* of nested stacks */
    uint32_t set_count, set_capacity, set_at;
    /* What is left to tell of a failure where nothing else is: what the stack around a nested
     * one says, or the stack itself. */
    struct text around, around_id;
    struct text refactor;    /* its id */
    bool is_renamed;         /* it is done, */
    double renamed;          /* by the stack's own time */
    struct arena page;       /* of one look at the stack, until it sleeps; of versions of a bucket */
    struct text *buckets;    /* to be emptied, and which of them is */
    uint32_t bucket_count, bucket;
    unsigned empties;        /* how often they were begun with */
    uint32_t hook;           /* of shown->hooks, that is asked about */
    bool explains_set;       /* it is asked why a change set failed, else why a stack did */
    bool asked_trail;
    bool goes_back;          /* watched: it was begun by a rollback */
    bool is_watching_only;   /* begun by an earlier process: may never have reached AWS */
};

/* What an interrupted run, which goes on, had done to a stack. */
struct run_earlier {
    bool is_touched, was_made, was_deleted;
    bool was_done;               /* it had ended well, before anything was taken back */
    const struct plan_former *former;
    struct text id, sent_hash, token;
};

struct run {
    const struct cloud *cloud;
    const struct plan *plan;
    const struct apply_options *options;
    struct arena *arena;
    struct apply *apply;
    struct apply_stack *shown; /* of this plan: apply->stacks, or those of the way back */
    struct machine *machines;
    struct failure *why;
    const struct cloud_stack **deployed; /* latest description of each */
    struct run_earlier *earlier;         /* by stack, or NULL */
    /* Worked out once: n x n, whether a stack reads another, directly or by way of others; its
     * wave; and whether it is done last because it could not be undone. */
    bool *reads, *needs, *is_late;
    uint32_t *waves;
    bool is_stopping;                    /* nothing more is begun */
};

/* Begins, with the plan's action. */
void machine_start(struct run *run, struct machine *machine);
/* Watches what an earlier process began with the token. */
void machine_watch(struct run *run, struct machine *machine, struct text token);
/* Goes on after the call was finished; after it has slept. */
void machine_step(struct run *run, struct machine *machine);
void machine_awake(struct run *run, struct machine *machine);
void machine_skip(struct run *run, struct machine *machine);

static inline bool machine_ended(const struct machine *machine) {
    return machine->phase == PHASE_END;
}

/* apply.c: prepares a run of the plan, and lets its machines work until all have ended, or the user
 * asked twice to stop. */
void run_init(struct run *run);
void run_loop(struct run *run);
bool run_is_finished(const struct run *run);

/* What the journal says of a stack. */
void run_note_earlier(struct run_earlier *earlier, const struct journal_entry *entry);

/* rollback.c: takes back what the run, and what it goes on with, has changed. Fills apply->back.
 * True when every stack was seen to be as it was. */
bool roll_back(struct run *forward);

#endif
