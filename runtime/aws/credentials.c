/* The order of the sources, and keeping keys until they have to be renewed. */
#include "runtime/aws/credentials.h"

#include <math.h>
#include <stdio.h>

#include "runtime/aws/sources.h"

enum {
    RENEW_BEFORE = 15 * 60, /* seconds before they expire */
    RENEW_AGAIN = 30,       /* seconds after a renewal that failed */
    FIND_AGAIN = 5,         /* the same where there are no keys to go on with */
};

struct credentials {
    struct credentials_options options;
    struct arena arena;      /* of the keys */
    bool has_keys, is_refused;
    struct keys keys;
    double renew_at;         /* when they are to be looked for again */
    struct failure failed;   /* why the last time gave none */
    struct clock own_clock;  /* where nobody shares one */
    char source[256];
};

struct credentials *credentials_open(const struct credentials_options *options) {
    struct credentials *credentials = memory_alloc(sizeof *credentials);
    *credentials = (struct credentials){.options = *options};
    if (!options->clock) credentials->options.clock = &credentials->own_clock;
    arena_init(&credentials->arena);
    return credentials;
}

void credentials_close(struct credentials *credentials) {
    arena_release(&credentials->arena);
    memory_free(credentials);
}

void credentials_expire(struct credentials *credentials) {
    credentials->is_refused = true;
    credentials->renew_at = 0;
}

struct text credentials_source(const struct credentials *credentials) {
    return text_of(credentials->source);
}

/* --- finding --------------------------------------------------------------------------------- */

static bool is_set(const struct config *config, const char *name) {
    struct text value;
    return surroundings_variable(config->around, name, &value);
}

static bool from_instance(const struct source_context *context, struct keys *keys,
                          struct failure *why) {
    if (!source_instance(context, keys, why)) return false;
    /* While its own source is down the metadata service hands out expired keys; AWS then takes
     * them. */
    double soon = source_now(context) + RENEW_BEFORE;
    if (keys->expires && keys->expires < soon) keys->expires = soon + 60;
    return true;
}

static bool from_source(const struct source_context *context, const struct profile_chain *chain,
                        struct keys *keys, struct failure *why) {
    const struct data *profile = chain->profile;
    switch (chain->source) {
    case SOURCE_NONE: return failure_set(why, "no source of keys");
    case SOURCE_KEYS:
        *keys = (struct keys){.access_key = data_text(profile, "aws_access_key_id"),
                              .secret_key = data_text(profile, "aws_secret_access_key"),
                              .token = data_text(profile, "aws_session_token")};
        return true;
    case SOURCE_WEB_IDENTITY:
        return source_web_identity(context, data_text(profile, "role_arn"),
                                   data_text(profile, "web_identity_token_file"),
                                   data_text(profile, "role_session_name"), keys, why);
    case SOURCE_SSO: return source_sso(context, profile, chain->name, keys, why);
    case SOURCE_LOGIN: return source_login(context, profile, chain->name, keys, why);
    case SOURCE_PROCESS:
        return source_process(context, data_text(profile, "credential_process"), keys, why);
    case SOURCE_ENVIRONMENT: return source_environment(context, keys, why);
    case SOURCE_INSTANCE: return from_instance(context, keys, why);
    case SOURCE_CONTAINER: return source_container(context, keys, why);
    }
    return false;
}

static const char *source_name(enum key_source source) {
    switch (source) {
    case SOURCE_NONE: return "nothing";
    case SOURCE_KEYS: return "keys in a file";
    case SOURCE_WEB_IDENTITY: return "web identity";
    case SOURCE_SSO: return "SSO";
    case SOURCE_LOGIN: return "aws login";
    case SOURCE_PROCESS: return "credential_process";
    case SOURCE_ENVIRONMENT: return "environment";
    case SOURCE_INSTANCE: return "instance metadata";
    case SOURCE_CONTAINER: return "container";
    }
    return "";
}

static bool from_profile(const struct source_context *context, const struct profile_chain *chain,
                         struct keys *keys, struct failure *why) {
    if (!from_source(context, chain, keys, why)) return false;
    if (!keys->account.length) keys->account = data_text(chain->profile, "aws_account_id");
    for (const struct role *role = chain->roles; role; role = role->next) {
        struct keys from = *keys;
        if (!source_role(context, role->profile, &from, keys, why)) return false;
    }
    return true;
}

static bool from_web_variables(const struct source_context *context, struct keys *keys,
                               struct failure *why) {
    const struct surroundings *around = context->config->around;
    struct text file = {"", 0}, role = {"", 0}, session = {"", 0};
    surroundings_variable(around, "AWS_WEB_IDENTITY_TOKEN_FILE", &file);
    surroundings_variable(around, "AWS_ROLE_SESSION_NAME", &session);
    if (!surroundings_variable(around, "AWS_ROLE_ARN", &role)) {
        failure_set(why, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN");
        return false;
    }
    return source_web_identity(context, role, file, session, keys, why);
}

/* What was looked at, and what can be done. */
static bool nothing_found(const struct config *config, const struct failure *instance,
                          struct failure *why) {
    failure_set(why, "there are no AWS credentials: looked at AWS_ACCESS_KEY_ID%s, the profile "
                     "\"%.*s\" in \"%.*s\" and \"%.*s\", AWS_WEB_IDENTITY_TOKEN_FILE, "
                     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and the instance's metadata (%s)",
                config->profile_is_option ? " (not used with --profile)" : "",
                TEXT_ARGS(config->profile), TEXT_ARGS(config->config_path),
                TEXT_ARGS(config->credentials_path), instance->message);
    return failure_hint(why,
                        "Run \"aws configure sso\", \"aws login\" or \"aws configure\", or set "
                        "AWS_PROFILE to a profile of \"aws configure list-profiles\".");
}

struct finding {
    struct credentials *credentials;
    const struct source_context *context;
    struct keys *keys;
    struct failure *why;
};

static void note(struct finding *finding, const char *source) {
    snprintf(finding->credentials->source, sizeof finding->credentials->source, "%s", source);
}

static bool find_machine(struct finding *finding) {
    const struct config *config = finding->context->config;
    struct failure instance;
    if (is_set(config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ||
        is_set(config, "AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
        note(finding, "container");
        return source_container(finding->context, finding->keys, finding->why);
    }
    note(finding, "instance metadata");
    if (from_instance(finding->context, finding->keys, &instance)) return true;
    return nothing_found(config, &instance, finding->why);
}

static bool find(struct finding *finding) {
    const struct source_context *context = finding->context;
    const struct config *config = context->config;
    struct profile_chain chain;
    bool uses_environment = !config->profile_is_option;
    if (uses_environment &&
        (is_set(config, "AWS_ACCESS_KEY_ID") || is_set(config, "AWS_SECRET_ACCESS_KEY"))) {
        note(finding, "environment");
        return source_environment(context, finding->keys, finding->why);
    }
    if (!profile_chain_make(context->arena, config, config->profile, &chain, finding->why)) {
        return false;
    }
    if (uses_environment && !chain.roles && is_set(config, "AWS_WEB_IDENTITY_TOKEN_FILE")) {
        note(finding, "web identity of the environment");
        return from_web_variables(context, finding->keys, finding->why);
    }
    if (chain.source == SOURCE_NONE) return find_machine(finding);
    snprintf(finding->credentials->source, sizeof finding->credentials->source,
             "profile \"%.*s\" (%s%s)", TEXT_ARGS(config->profile), source_name(chain.source),
             chain.roles ? ", then a role" : "");
    return from_profile(context, &chain, finding->keys, finding->why);
}

/* --- keeping --------------------------------------------------------------------------------- */

static bool is_plain(struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 0x7f) return false;
    }
    return true;
}

/* A line break would go into a header. Windows' line ends in a script are the usual reason. */
static bool check_plain(const struct credentials *credentials, const struct keys *keys,
                        struct failure *why) {
    const char *part = !is_plain(keys->access_key)   ? "access key id"
                       : !is_plain(keys->secret_key) ? "secret access key"
                       : !is_plain(keys->token)      ? "session token"
                                                     : NULL;
    if (!part) return true;
    failure_set(why, "the %s from the %s holds a line break", part, credentials->source);
    return failure_hint(why, "Look where it is set: it must be one word.");
}

static double now_of(const struct credentials *credentials) {
    return credentials->options.http->now(credentials->options.http->context) +
           credentials->options.clock->skew;
}

/* The new keys get an arena of their own; the old one goes when they are there. */
static bool renew(struct credentials *credentials, struct failure *why) {
    struct arena arena;
    struct keys keys = {.expires = 0};
    arena_init(&arena);
    const struct credentials_options *options = &credentials->options;
    struct source_context context = {.config = options->config, .http = options->http,
                                     .region = config_region(options->config, NULL),
                                     .arena = &arena, .clock = options->clock,
                                     .log = options->log, .is_refused = credentials->is_refused};
    struct finding finding = {credentials, &context, &keys, why};
    if (!find(&finding) || !check_plain(credentials, &keys, why)) {
        arena_release(&arena);
        return false;
    }
    arena_release(&credentials->arena);
    credentials->arena = arena;
    credentials->keys = keys;
    credentials->has_keys = true;
    credentials->is_refused = false;
    return true;
}

/* When keys that last long are about to end, and when half of a short life is over. */
static void plan_renewal(struct credentials *credentials, double now) {
    double left = credentials->keys.expires - now;
    credentials->renew_at = credentials->keys.expires ? now + fmax(left - RENEW_BEFORE, left / 2)
                                                      : HUGE_VAL;
}

/* Many calls ask at once: what one of them could not get the others do not try to, who would run a
 * program or ask a person again each. */
bool credentials_get(struct credentials *credentials, const struct keys **keys,
                     struct failure *why) {
    double now = now_of(credentials), expires = credentials->keys.expires;
    bool is_usable = credentials->has_keys && !credentials->is_refused &&
                     (!expires || now < expires);
    *keys = &credentials->keys;
    *why = credentials->failed;
    if (now < credentials->renew_at && (is_usable || credentials->failed.message[0])) {
        return is_usable;
    }
    if (renew(credentials, &credentials->failed)) {
        credentials->failed = (struct failure){.message = ""};
        plan_renewal(credentials, now_of(credentials));
        return true;
    }
    *why = credentials->failed;
    credentials->renew_at = now_of(credentials) + (is_usable ? RENEW_AGAIN : FIND_AGAIN);
    return is_usable;
}
