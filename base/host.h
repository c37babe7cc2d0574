/* What a program may ask of the world while it is compiled: files below its root, environment
 * variables. The compiler has no other way out; a test or an editor fills in its own.
 */
#ifndef MRP_BASE_HOST_H
#define MRP_BASE_HOST_H

#include <limits.h>

#include "base/failure.h"
#include "base/text.h"

struct host {
    void *context;
    /* Reads a regular file below the root. path is relative to the root, with '/'; ".." and
     * symbolic links are resolved and must stay below it. The bytes live in the arena. */
    bool (*read)(void *context, struct arena *arena, struct text path, struct text *bytes,
                 struct failure *why);
    /* Paths below the root that match a pattern (*, ?, [..], ** over folders), in byte order. */
    bool (*glob)(void *context, struct arena *arena, struct text pattern, struct text **paths,
                 size_t *count, struct failure *why);
    /* The value of an environment variable; false if it is not set (or --no-env). */
    bool (*environment)(void *context, struct arena *arena, struct text name, struct text *value);
};

/* A host for the folder root; paths of messages are made relative to the current folder by the
 * caller. Opened files are checked with fstat after opening, so that a swapped link cannot
 * escape. */
struct folder_host {
    struct host host;
    char root[PATH_MAX]; /* resolved, absolute */
    bool no_environment;
    struct text given_path, given; /* a file that is not read from the folder, but was given */
};
bool folder_host_open(struct folder_host *folder, const char *root, struct failure *why);

/* Whether an environment variable is held for a secret, by its name alone. */
bool host_is_secret(struct text variable);

/* Who runs this process, to be told to others. */
void host_user(char *name, size_t size);

#endif
