/* Calls to AWS: signed, sent all at once, tried again where that helps, told in a log.
 *
 * Attempts: three, as the AWS CLI's standard mode has it (AWS_MAX_ATTEMPTS or max_attempts change
 * it), with a pause that doubles and is drawn at random. Each service in each region is a lane:
 * retries are paid from its bucket of tokens, so that an outage is not answered with a flood; when
 * one call is throttled, all callers of the lane slow down. A throttled call has not failed: it is
 * tried again for five minutes. A call that only looks, to a lane that has answered before, waits
 * two minutes for the end of an outage.
 *
 * A clock that is wrong is noticed by the Date of a refusal, corrected for this run, and said
 * once.
 */
#ifndef MRP_RUNTIME_AWS_CLIENT_H
#define MRP_RUNTIME_AWS_CLIENT_H

#include "runtime/aws/credentials.h"
#include "runtime/aws/protocol.h"

struct client;

struct client_options {
    const struct surroundings *around; /* NULL for the machine itself */
    const char *profile;               /* --profile, or NULL */
    const char *version;               /* of mrp, for the header User-Agent */
    const struct http *http;           /* NULL for the network; else also used for credentials */
    bool is_verbose;                   /* every attempt is said */
    /* Says a line to the user: notes, and with is_verbose each attempt. May be NULL. */
    void (*say)(void *context, struct text line);
    void *context;
};

/* Reads the settings; no call is made yet. The file that the variable MRP_LOG names gets one line
 * of JSON an attempt, without secrets and without what was sent or came back. */
bool client_open(struct client **client, const struct client_options *options,
                 struct failure *why);
void client_close(struct client *client);

struct client_call {
    enum operation operation;
    struct text region;         /* empty for that of the settings */
    struct text bucket;         /* of S3 */
    struct data *input;         /* a record, or NULL; a token is added where one is missing */
    struct arena *arena;        /* for all that belongs to the call; input and result live there */
    void *context;              /* the caller's own */
    bool is_once;               /* an attempt with an unclear end is the last: the caller looks */
    struct data *result;        /* never NULL when the call is handed back */
    struct service_error error; /* an empty code: it went well */
    bool is_network;            /* nothing came back: what the call did is unknown */
    bool was_unclear;           /* an earlier attempt had no answer, or one of trouble */
    unsigned status;            /* of the last answer */
    /* The client's own. */
    struct client_call *next;
    struct http_call http;
    struct lane *lane;
    double begun, at, started, skew; /* skew: of the clock that it was signed by */
    unsigned attempts, failures, cost;
    bool is_renewed, is_shifted, is_moved;
};

void client_begin(struct client *client, struct client_call *call);
/* The next finished call; NULL when none is before the time until, or after a signal. */
struct client_call *client_next(struct client *client, double until);
double client_now(const struct client *client);

/* The account of the keys, where their source knows it, or another told it. */
struct text client_account(const struct client *client);
void client_set_account(struct client *client, struct text account);

enum {
    CLIENT_ATTEMPTS = 3,
    CLIENT_TOKENS = 500,     /* of a lane */
    CLIENT_PATIENCE = 300,   /* seconds that a throttled call is tried again */
    CLIENT_OUTAGE = 120,     /* seconds that an outage may last for calls that only look */
    CLIENT_ASKED = 20,       /* seconds that a server may ask for before the next attempt */
    CLIENT_LANE_CALLS = 8,   /* under way at once in a lane */
};

#endif
