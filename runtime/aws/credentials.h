/* Keys to sign with: found in the order and by the rules of the AWS CLI, kept, and renewed in
 * time.
 *
 * 1. environment (not with --profile)      6. aws login (login_session)
 * 2. a role of the profile, by another     7. credential_process
 * 3. web identity (a token in a file)      8. keys in the config file
 * 4. SSO                                   9. the container's endpoint
 * 5. keys in the credentials file         10. the instance's metadata
 *
 * The first source that is configured is used; if it fails, that is the failure: another source
 * might belong to another account. Calls that sources make go over a transport of their own, so
 * that waiting for them does not lose replies of others.
 */
#ifndef MRP_RUNTIME_AWS_CREDENTIALS_H
#define MRP_RUNTIME_AWS_CREDENTIALS_H

#include "runtime/aws/clock.h"
#include "runtime/aws/config.h"
#include "runtime/aws/data.h"
#include "runtime/aws/http.h"
#include "runtime/aws/log.h"

struct keys {
    struct text access_key, secret_key, token;
    struct text account;  /* where the source knows it; else empty */
    double expires;       /* seconds since 1970; 0 for never */
};

struct credentials; /* a source, with the keys that it gave */

struct credentials_options {
    const struct config *config;
    const struct http *http;
    struct clock *clock;  /* AWS's, shared with whoever else learns of it */
    const struct log *log; /* of the calls that are made; may be NULL */
};

struct credentials *credentials_open(const struct credentials_options *options);
void credentials_close(struct credentials *credentials);

/* The keys, which stay until the next call. They are renewed when less than 15 minutes are left, or
 * half of a shorter life; where that fails, it is tried again now and then, and the old ones are
 * used for as long as they last. */
bool credentials_get(struct credentials *credentials, const struct keys **keys,
                     struct failure *why);
/* The keys were refused as expired: the next get renews them. */
void credentials_expire(struct credentials *credentials);
/* Where the keys come from, for messages: "profile \"dev\" (SSO)". Empty before the first get. */
struct text credentials_source(const struct credentials *credentials);

/* --- profiles as chains, for tests ----------------------------------------------------------- */

enum key_source {
    SOURCE_NONE,         /* the profile says nothing about credentials */
    SOURCE_KEYS,
    SOURCE_WEB_IDENTITY,
    SOURCE_SSO,
    SOURCE_LOGIN,
    SOURCE_PROCESS,
    SOURCE_ENVIRONMENT,  /* credential_source */
    SOURCE_INSTANCE,
    SOURCE_CONTAINER,
};

struct role {
    const struct data *profile; /* its role_arn, external_id, ... */
    struct role *next;          /* the role that is assumed with this one's keys */
};

struct profile_chain {
    enum key_source source;
    struct text name;           /* of the profile with the source */
    const struct data *profile;
    struct role *roles;         /* in the order they are assumed */
};

/* Follows source_profile from a profile to keys or another source. */
bool profile_chain_make(struct arena *arena, const struct config *config, struct text name,
                        struct profile_chain *chain, struct failure *why);

#endif
