/* What an operation has begun and ended, written before each step, so that an interrupted one can be
 * found and gone on with. No value of a template, a parameter or an output is in it.
 */
#ifndef MRP_DEPLOY_JOURNAL_H
#define MRP_DEPLOY_JOURNAL_H

#include "runtime/cloud.h"
#include "runtime/state.h"

struct journal {
    struct state *state; /* NULL: none is kept */
    int64_t operation;
};

enum journal_step {
    JOURNAL_BEGUN,   /* about to be asked for; the token says which request it was */
    JOURNAL_RUNNING, /* AWS has accepted it */
    JOURNAL_DONE,
    JOURNAL_FAILED,
};

struct journal_entry {
    struct text stack, region, action, token;
};

bool journal_open(struct journal *journal, struct state *state, struct failure *why);
/* Begins an operation ("apply", "destroy") in an account. */
bool journal_begin(struct journal *journal, const char *kind, struct text account, double now,
                   struct failure *why);
bool journal_write(struct journal *journal, const struct journal_entry *entry,
                   enum journal_step step, double now, struct failure *why);
/* The operation has ended: nothing is left to go on with. */
bool journal_end(struct journal *journal, double now, struct failure *why);

#endif
