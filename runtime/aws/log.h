/* What is told of each call: to the user with --verbose, and to the file that MRP_LOG names as a
 * line of JSON. Neither holds keys, tokens, templates, parameters or what an answer held.
 */
#ifndef MRP_RUNTIME_AWS_LOG_H
#define MRP_RUNTIME_AWS_LOG_H

#include "runtime/aws/protocol.h"
#include "runtime/aws/surroundings.h"

struct log {
    int file;        /* or -1 */
    bool is_verbose; /* each attempt is said */
    /* Says a line to the user. May be NULL. */
    void (*say)(void *context, struct text line);
    void *context;
};

/* An attempt at a call. Empty texts are left out. */
struct log_attempt {
    const char *service, *operation;
    struct text region, host, bucket;
    const struct data *input; /* only the names of what the call is about are told; may be NULL */
    unsigned number;          /* 1 for the first */
    double time, seconds;     /* time: since 1970 */
    unsigned status;          /* 0 for no answer */
    const struct service_error *error; /* its code is empty where it went well; may be NULL */
};

/* Opens the file that MRP_LOG names, if it does; lines are added to it, and nobody else can read it
 * if it is new. */
bool log_open(struct log *log, const struct surroundings *around, struct failure *why);
void log_close(struct log *log);

void log_add(const struct log *log, const struct log_attempt *attempt);
void log_say(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
