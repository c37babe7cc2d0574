/* The files of snapshots beside a program: mrp test --update writes them, and deletes those that no
 * test has any more. */
#ifndef MRP_CLI_SNAPSHOTS_H
#define MRP_CLI_SNAPSHOTS_H

#include "evaluator/evaluator.h"

struct mrp;

struct snapshots {
    struct arena *arena;
    bool updates;  /* write and delete files, rather than tell of them */
    bool is_quiet;
    struct names names;
    struct map compared; /* paths below the root, as names, of all that were compared */
};

void snapshots_init(struct snapshots *snapshots, struct arena *arena);

/* Notes what a test compared; with updates, writes what has changed. */
bool snapshots_take(struct snapshots *snapshots, struct mrp *mrp, const struct snapshot *compared,
                    struct failure *why);

/* Once all tests have run: tells of the files in the tests' folders that none of them compared;
 * with updates, deletes them. */
bool snapshots_leftover(struct snapshots *snapshots, struct mrp *mrp, struct failure *why);

#endif
