/* What the files of the client share; nobody else includes it. client.c: opening, the loop;
 * attempt.c: one attempt; judge.c: what follows from its end.
 */
#ifndef MRP_RUNTIME_AWS_CLIENT_PARTS_H
#define MRP_RUNTIME_AWS_CLIENT_PARTS_H

#include "runtime/aws/client.h"
#include "runtime/aws/clock.h"
#include "runtime/aws/log.h"

/* A service in a region: what throttles one of its calls throttles all. */
struct lane {
    struct lane *next;
    enum service service;
    char region[64];
    int tokens;
    unsigned running;
    double not_before;  /* when the next attempt may begin */
    double interval;    /* seconds between attempts; 0 for no limit */
    bool has_answered;  /* a call went well: a later outage is waited for */
};

struct client {
    struct client_options options;
    struct arena arena;
    struct surroundings around;
    struct config config;
    struct http http, side; /* side: of the sources of keys */
    bool owns_http;
    struct credentials *credentials;
    struct lane *lanes;
    struct client_call *waiting, *finished;
    struct clock clock;
    struct log log;
    unsigned most_attempts;
    uint64_t random;
    char account[32];
    char user_agent[128];
};

/* client.c */

/* From 0 to 1. */
double client_random(struct client *client);
struct lane *client_lane(struct client *client, enum service service, struct text region);
/* Hands the call back to the caller. */
void client_finish(struct client *client, struct client_call *call);
/* Puts it back among those that wait. */
void client_again(struct client *client, struct client_call *call, double pause);
/* Says once that this machine's clock is wrong. */
void client_tell_clock(struct client *client);

/* attempt.c */

/* Signs the call and sends it; or hands it back, where that cannot be. */
void client_attempt(struct client *client, struct client_call *call);
void client_tell(struct client *client, const struct client_call *call);

/* judge.c */

/* After the transport has handed it back: hands the call back to the caller, or makes it wait. */
void client_judge(struct client *client, struct client_call *call);
/* Who only looks can look later: while a deploy runs, an outage of the network, or of what gives
 * the keys, must not seem a failure of its stacks. */
bool client_can_wait(const struct client *client, const struct client_call *call);

#endif
