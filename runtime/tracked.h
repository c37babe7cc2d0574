/* Whether a folder is tracked by git: then it came with the program, from whoever wrote that. */
#ifndef MRP_RUNTIME_TRACKED_H
#define MRP_RUNTIME_TRACKED_H

#include <stdbool.h>

/* Whether the index of the repository that holds folder (in a parent's .git) lists a file below
 * folder/.mrp/. False where there is no repository, or its index cannot be read. Git itself is not
 * run: its configuration may name programs. */
bool tracked_by_git(const char *folder);

#endif
