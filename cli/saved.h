/* Saved plans: what "mrp plan --out" writes, and whether a plan that was made again is the same. */
#ifndef MRP_CLI_SAVED_H
#define MRP_CLI_SAVED_H

#include "cli/deploy.h"

/* Writes the plan with all that it was made of: what the command line gave, the templates, and the
 * parameters, of secrets only salted hashes. Returns the exit status. */
int saved_write(struct deploying *deploying, const struct plan *plan, const char *path);
/* Reads one, and makes the command line the one that it was made with. */
bool saved_read(struct invocation *invocation, const struct document **saved, struct failure *why);
/* Whether the plan, its templates and its parameters are those that were saved. */
bool saved_is_same(struct deploying *deploying, const struct plan *plan,
                   const struct document *saved, struct failure *why);

#endif
