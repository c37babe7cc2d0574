/* A deploy as it is shown: progress.c while it goes, ending.c how it ended, carry.c around both. */
#ifndef MRP_CLI_PROGRESS_H
#define MRP_CLI_PROGRESS_H

#include <time.h>

#include "cli/deploy.h"

struct progress {
    struct deploying *deploying;
    const struct plan *plan;
    unsigned columns;                 /* of standard error; 0: plain lines */
    unsigned drawn;                   /* live lines on the screen */
    const struct apply_stack **live;  /* in the order in which they began */
    uint32_t live_count, live_capacity;
    bool color;
    struct timespec last;
};

/* Called as things happen: apply_options' tell, with a progress as context. */
void progress_tell(void *context, enum apply_event what, const struct apply_stack *stack,
                   const struct cloud_event *event);
/* Draws the live lines; now, or where the last time is long enough ago. */
void progress_redraw(struct progress *progress, bool always);
/* Writes to standard error, and releases. */
void progress_say(struct buffer *out);

/* How it ended, what to do where that was not well, and the outputs. Returns the exit status. */
int progress_end(struct progress *progress, const struct apply *apply,
                 enum apply_outcome outcome, const struct failure *why);

#endif
