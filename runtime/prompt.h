/* A prompt for lines, with history and completion: readline, which the compiler does not link. */
#ifndef MRP_RUNTIME_PROMPT_H
#define MRP_RUNTIME_PROMPT_H

#include <stddef.h>

struct prompt {
    const char *text;              /* "mrp> " */
    const char *history;           /* a file that keeps the lines of earlier runs, or NULL */
    /* what Tab completes, in byte order; one that ends with "(" or "." is gone on with, so no space
     * follows it */
    const char *const *candidates;
    size_t candidate_count;
    void (*line)(void *context, const char *line); /* called for each line that is not blank */
    void *context;
};

/* Asks for lines until the end of the input (Ctrl-D). Ctrl-C forgets the line that is typed. */
void prompt_run(const struct prompt *prompt);

#endif
