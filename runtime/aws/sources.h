/* What the sources of keys share; nobody else includes it. */
#ifndef MRP_RUNTIME_AWS_SOURCES_H
#define MRP_RUNTIME_AWS_SOURCES_H

#include "runtime/aws/credentials.h"
#include "runtime/aws/protocol.h"

struct source_context {
    const struct config *config;
    const struct http *http;
    struct text region;   /* of the settings, or empty */
    struct arena *arena;  /* of the keys that are made */
    struct clock *clock;
    const struct log *log; /* may be NULL */
    bool is_refused;      /* the former keys were: what was kept of them does not help */
};

/* What time it is by AWS's clock. */
double source_now(const struct source_context *context);

/* Sends a request, again after passing failures, at most attempts times; from and what are its
 * names in the log. False with *why where no answer came; any status is an answer. */
bool source_send(const struct source_context *context, struct http_call *call, const char *from,
                 const char *what, unsigned attempts, struct failure *why);
/* An operation of a service, and what it answered: in the context's arena. */
struct source_exchange {
    enum operation operation;
    struct text region;
    const struct data *input;
    const struct keys *keys;    /* that sign it; NULL: unsigned */
    struct data *result;        /* where error has no code */
    struct service_error error;
};
/* False with *why where no answer came; what the service refuses is an answer. */
bool source_call(const struct source_context *context, struct source_exchange *exchange,
                 struct failure *why);
/* A new call, empty. */
struct http_call *source_request(const struct source_context *context, const char *method);

/* Keys of a record with members named as in STS's Credentials; false where one is missing. */
bool source_keys(const struct data *record, const char *token_name, struct keys *keys);

bool source_environment(const struct source_context *context, struct keys *keys,
                        struct failure *why);
bool source_role(const struct source_context *context, const struct data *profile,
                 const struct keys *from, struct keys *keys, struct failure *why);
bool source_web_identity(const struct source_context *context, struct text role, struct text file,
                         struct text session, struct keys *keys, struct failure *why);
bool source_sso(const struct source_context *context, const struct data *profile,
                struct text name, struct keys *keys, struct failure *why);
/* The token alone, renewed where it has to be. */
bool source_sso_token(const struct source_context *context, const struct data *profile,
                      struct text name, struct text *token, double *expires, struct failure *why);
bool source_login(const struct source_context *context, const struct data *profile,
                  struct text name, struct keys *keys, struct failure *why);
bool source_process(const struct source_context *context, struct text command, struct keys *keys,
                    struct failure *why);
bool source_container(const struct source_context *context, struct keys *keys,
                      struct failure *why);
bool source_instance(const struct source_context *context, struct keys *keys,
                     struct failure *why);

/* What STS answered for a role, kept where the AWS CLI does: asked with input, whose session has a
 * name of its own or not. */
bool source_cache_find(const struct source_context *context, const struct data *input,
                       bool is_named, struct data **answer);
void source_cache_keep(const struct source_context *context, const struct data *input,
                       bool is_named, const struct data *answer);

/* A proof that whoever sends the request holds the key: the header DPoP of RFC 9449. */
bool dpop_proof(struct arena *arena, struct text private_key, struct text url, double now,
                struct text *proof, struct failure *why);

/* A path below the home folder. */
struct text source_home(const struct source_context *context, const char *path);

#endif
