/* What credentials and settings are read from: environment, files, programs, a person. Through a
 * table, so that tests describe a whole machine.
 */
#ifndef MRP_RUNTIME_AWS_SURROUNDINGS_H
#define MRP_RUNTIME_AWS_SURROUNDINGS_H

#include "base/failure.h"
#include "base/text.h"

enum reading { READ_GOOD, READ_MISSING, READ_FAILED };

struct surroundings {
    void *context;
    /* An environment variable, or NULL. */
    const char *(*environment)(void *context, const char *name);
    /* A whole file of at most LIMIT_SETTINGS_BYTES; *why is filled in both other cases. */
    enum reading (*read)(void *context, struct arena *arena, struct text path, struct text *bytes,
                         struct failure *why);
    /* Replaces a file by one that only its owner can read, whole or not at all. */
    bool (*write)(void *context, struct text path, struct text bytes, struct failure *why);
    /* Asks a person for a code; false when there is nobody. */
    bool (*ask)(void *context, struct arena *arena, struct text question, struct text *answer);
};

enum { LIMIT_SETTINGS_BYTES = 4 << 20 };

/* The machine itself. ask reads a line from the terminal. */
struct surroundings surroundings_system(void);

/* A variable as text; blank counts as unset (false). */
bool surroundings_variable(const struct surroundings *around, const char *name,
                           struct text *value);
/* Whether a variable is "true", in any case. */
bool surroundings_flag(const struct surroundings *around, const char *name);

#endif
