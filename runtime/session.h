/* What a command works with: AWS or its simulation, and what is kept in the folder .mrp beside the
 * program.
 */
#ifndef MRP_RUNTIME_SESSION_H
#define MRP_RUNTIME_SESSION_H

#include "runtime/cloud.h"
#include "runtime/deploy/journal.h"
#include "runtime/simulator/simulator.h"

struct session;

struct session_options {
    const char *folder;   /* the program's; .mrp/ is in it. NULL: nothing is kept on disk */
    bool sandbox;
    bool sandbox_is_new;  /* what it holds is forgotten, whichever version of mrp wrote it */
    struct text account;  /* of the sandbox: the one that the program is for; empty for its own */
    const char *profile;  /* or NULL */
    const char *version;  /* of mrp, which AWS is told */
    bool is_verbose;      /* say each call to AWS */
    /* Says a line to the user: a note about the connection to AWS. May be NULL. */
    void (*say)(void *context, struct text line);
    void *context;
};

/* Opens one, or says why it cannot be; NULL then. */
struct session *session_open(const struct session_options *options, struct failure *why);
/* False when what the session did could not be written. */
bool session_close(struct session *session, struct failure *why);

/* They live as long as the session. */
const struct cloud *session_cloud(struct session *session);
struct journal *session_journal(struct session *session);
/* NULL where the session is with AWS. */
struct simulator *session_simulator(struct session *session);

#endif
