/* The sandbox for other programs: AWS's protocols over HTTP, on this machine alone.
 *
 * CloudFormation, STS, S3 and SSM answer, as far as the simulated world knows them. Requests are
 * signed as AWS wants it, by one pair of test keys or by what AssumeRole gave; the region is that
 * of the signature.
 *
 * Time passes in the world as it does outside, many times as fast, and a little with each look.
 */
#ifndef MRP_SERVE_SERVE_H
#define MRP_SERVE_SERVE_H

#include "base/failure.h"
#include "base/text.h"

struct simulator;

#define SERVE_ACCESS_KEY "sandbox"
#define SERVE_SECRET_KEY "sandbox"

enum {
    SERVE_PACE = 30, /* seconds of the world in each real one, where nothing else is said */
    SERVE_LOOK = 5,  /* seconds that a request which only looks moves the world on */
};

struct serve_options {
    unsigned port; /* 0 for one that is free */
    double pace;   /* 0: only looks move the world */
    /* Says that requests are taken at this port from now on. */
    void (*ready)(void *context, unsigned port);
    void *context;
};

/* Serves until SIGINT or SIGTERM; what changed is on disk before it is answered. False when the
 * port could not be had, or the world could not be written. */
bool serve_run(struct simulator *simulator, const struct serve_options *options,
               struct failure *why);

#endif
