/* A plan while it is made: plan.c (the whole), plan_find.c (what is there, and whose it is),
 * plan_sets.c (templates and change sets of what is there). */
#ifndef MRP_DEPLOY_MAKING_H
#define MRP_DEPLOY_MAKING_H

#include "runtime/deploy/plan.h"

struct making_sets { /* change sets of one kind, by stack */
    const char *name, *mode;
    bool *has;
    struct cloud_call *made, *told;
};

struct making {
    const struct cloud *cloud;
    const struct plan_options *options;
    struct plan *plan;
    struct arena *arena;
    struct failure *why;
    bool has_no_answer;           /* it failed because AWS could not be asked */
    struct text *regions;
    uint32_t region_count;
    uint32_t own_regions;         /* of them, those of the program: the first */
    struct cloud_call *described; /* by region */
    struct making_sets sets;      /* what an update would do */
    struct making_sets aware;     /* the same, aware of drift; only where drift is to be shown */
    const struct cloud_stack **deployed; /* by stack: as they were described */
    uint32_t entered;             /* nested stacks that were looked into, of one stack */
};

/* False, with what the call was for. */
bool making_failed(struct failure *why, const struct cloud_call *call, const char *what);

/* --- plan_find.c ------------------------------------------------------------------------------ */

/* The program's stacks, and the regions that are asked. */
void making_collect(struct making *making);
bool making_ask_regions(struct making *making);
bool making_check_account(struct making *making);
/* The stack of that name as its region describes it, or NULL. */
const struct cloud_stack *making_described(const struct making *making, struct text region,
                                           struct text name);
/* False where the stack belongs to somebody else. */
bool making_take_existing(struct making *making, struct plan_stack *stack,
                          const struct cloud_stack *found);
bool making_match_stacks(struct making *making);
/* Stacks of this deployment that the program no longer has, newest first: what reads another was
 * made after it. */
void making_add_orphans(struct making *making);
bool making_has_assets(const struct making *making, struct text region);
/* Where a large template is to be sent and the bucket is not there, its stack goes first. */
void making_add_assets(struct making *making);

/* --- plan_sets.c ------------------------------------------------------------------------------ */

struct cloud_call *making_call(struct making *making, const struct plan_stack *stack,
                               enum cloud_operation operation);
/* One round: deployed templates, and change sets of what is there. */
void making_begin_round(struct making *making, struct cloud_call **templates);
bool making_finish_round(struct making *making, struct cloud_call **templates);
void making_describe_sets(struct making *making);
void making_delete_sets(struct making *making);

/* --- plan_nested.c ---------------------------------------------------------------------------- */

/* Adds what happens in nested stacks by the change sets that belong to set. False where one
 * could not be read. */
bool making_read_nested(struct making *making, struct plan_stack *stack,
                        const struct cloud_change_set *set, struct text prefix, unsigned depth);
/* Adds what is deleted with nested stacks that are; false as above. */
bool making_remove_nested(struct making *making, struct plan_stack *stack);
/* The change set that really failed: one of a nested stack where that is why set did. */
const struct cloud_change_set *making_failed_set(struct making *making,
                                                 const struct plan_stack *stack,
                                                 const struct cloud_change_set *set);

#endif
