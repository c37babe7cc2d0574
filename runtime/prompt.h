/* A prompt for lines, with history and completion: readline, which the compiler does not link. */
#ifndef MRP_RUNTIME_PROMPT_H
#define MRP_RUNTIME_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

struct prompt {
    const char *text;              /* "mrp> " */
    const char *history;           /* a file that keeps the lines of earlier runs, or NULL */
    /* what Tab completes, in byte order; one that ends with "(" or "." is gone on with, so no space
     * follows it */
    const char *const *candidates;
    size_t candidate_count;
    const char *more;                              /* what asks for the rest of an entry: "...> " */
    bool (*goes_on)(void *context, const char *entry); /* whether an entry has no end yet */
    void (*entry)(void *context, const char *entry);   /* called for each that is not blank */
    void *context;
};

/* Asks for entries until the end of the input (Ctrl-D). Ctrl-C forgets the one that is typed; a
 * blank line ends one that would go on. */
void prompt_run(const struct prompt *prompt);

#endif
