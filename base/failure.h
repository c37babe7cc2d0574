/* Failures are about the world (a file, a network, an account), not about the user's source.
 *
 * A function that can fail returns false and fills *why; nothing else reports errors of the world.
 */
#ifndef MRP_BASE_FAILURE_H
#define MRP_BASE_FAILURE_H

#include <stdbool.h>

struct failure {
    char message[1024]; /* a fact in lower case, with the names and values it is about */
    char hint[512];     /* what to do, a full sentence; empty for none */
    bool is_absent;     /* nothing went wrong, but what was asked for is not there */
};

/* Fills *why and returns false, to be written as: return failure_set(why, "could not ...", ...). */
bool failure_set(struct failure *why, const char *message, ...)
    __attribute__((cold, format(printf, 2, 3)));
bool failure_hint(struct failure *why, const char *hint, ...)
    __attribute__((cold, format(printf, 2, 3)));

#endif
