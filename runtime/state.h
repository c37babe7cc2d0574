/* The folder .mrp/ beside the program: one SQLite database with the journal of the running
 * operation and the sandbox. Deleting it loses nothing that AWS does not know. Only one process at
 * a time may have it open.
 */
#ifndef MRP_RUNTIME_STATE_H
#define MRP_RUNTIME_STATE_H

#include "base/failure.h"
#include "base/text.h"

struct sqlite3;

struct state {
    struct sqlite3 *database;
    int lock; /* file descriptor that holds the lock, or -1 */
};

/* Opens folder/.mrp/state.db; makes the folder with a .gitignore where it is not there. NULL for a
 * database in memory. A .mrp that belongs to somebody else, or that git tracks, is refused. What is
 * written for a sandbox waits for no disk: killing the process loses nothing, a failure of power
 * the last runs. */
bool state_open(struct state *state, const char *folder, bool is_sandbox, struct failure *why);
void state_close(struct state *state);

/* Runs statements; false with *why. */
bool state_run(struct state *state, const char *sql, struct failure *why);

#endif
