/* IAM Identity Center (SSO): the token that "aws sso login" left, renewed where it can be, is
 * changed for keys of a role. */
#include "base/hash.h"
#include "runtime/aws/sources.h"
#include "runtime/aws/when.h"

struct sso {
    const struct source_context *context;
    struct text name;    /* the profile's */
    struct text region, start_url, session;
    struct text path;    /* of the token's file */
    struct data *token;  /* what is in it */
};

static bool login_needed(const struct sso *sso, struct failure *why) {
    return failure_hint(why, "Run \"aws sso login --profile %.*s\".", TEXT_ARGS(sso->name));
}

static const struct data *find_session(const struct config *config, struct text name) {
    for (const struct data *s = data_first(config->sessions); s; s = s->next) {
        if (text_equal(s->key, name)) return s;
    }
    return NULL;
}

static bool read_token(struct sso *sso, struct failure *why) {
    const struct source_context *context = sso->context;
    const struct surroundings *around = context->config->around;
    struct text named = sso->session.length ? sso->session : sso->start_url, bytes;
    struct failure reason;
    struct text hex = hash_hex(context->arena, HASH_SHA1, named);
    struct text file = text_format(context->arena, ".aws/sso/cache/%.*s.json", TEXT_ARGS(hex));
    sso->path = source_home(context, file.bytes);
    enum reading reading =
        around->read(around->context, context->arena, sso->path, &bytes, &reason);
    if (reading == READ_MISSING) {
        failure_set(why, "there is no SSO login of the AWS profile \"%.*s\": %s",
                    TEXT_ARGS(sso->name), reason.message);
        return login_needed(sso, why);
    }
    if (reading == READ_FAILED) {
        *why = reason;
        return false;
    }
    if (!data_read_json(context->arena, bytes, &sso->token, &reason) ||
        !data_text(sso->token, "accessToken").length) {
        failure_set(why, "the SSO login in \"%.*s\" holds no token", TEXT_ARGS(sso->path));
        return login_needed(sso, why);
    }
    return true;
}

/* Other programs use the same file: it is replaced as a whole, and that it cannot be is no
 * failure. */
static void keep_token(const struct sso *sso, const struct data *result) {
    struct arena *arena = sso->context->arena;
    const struct surroundings *around = sso->context->config->around;
    struct failure why;
    struct buffer out;
    char expires[32];
    double lifetime = (double)data_long(result, "expiresIn", 0);
    when_format(source_now(sso->context) + lifetime, expires);
    data_replace(arena, sso->token, "accessToken", data_text(result, "accessToken"));
    data_replace(arena, sso->token, "expiresAt", text_copy(arena, text_of(expires)));
    struct text refresh = data_text(result, "refreshToken");
    if (refresh.length) data_replace(arena, sso->token, "refreshToken", refresh);
    buffer_init(&out);
    data_write_json(sso->token, &out);
    around->write(around->context, sso->path, buffer_view(&out), &why);
    buffer_release(&out);
}

static bool can_refresh(const struct sso *sso) {
    double registered = data_time(sso->token, "registrationExpiresAt");
    return sso->session.length && data_text(sso->token, "refreshToken").length &&
           data_text(sso->token, "clientId").length &&
           data_text(sso->token, "clientSecret").length &&
           (registered == 0 || registered > source_now(sso->context));
}

static bool refresh(struct sso *sso, struct failure *why) {
    struct arena *arena = sso->context->arena;
    struct data *input = data_new(arena, DATA_RECORD);
    struct source_exchange exchange = {.operation = OPERATION_CREATE_TOKEN, .region = sso->region,
                                       .input = input};
    data_put(arena, input, "clientId", data_text(sso->token, "clientId"));
    data_put(arena, input, "clientSecret", data_text(sso->token, "clientSecret"));
    data_put(arena, input, "grantType", TEXT("refresh_token"));
    data_put(arena, input, "refreshToken", data_text(sso->token, "refreshToken"));
    if (!source_call(sso->context, &exchange, why)) return false;
    if (exchange.error.code.length || !data_text(exchange.result, "accessToken").length) {
        return failure_set(why, "the SSO login of the AWS profile \"%.*s\" could not be renewed: "
                                "%.*s",
                           TEXT_ARGS(sso->name), TEXT_ARGS(exchange.error.code));
    }
    keep_token(sso, exchange.result);
    return true;
}

static bool ready_token(struct sso *sso, struct failure *why) {
    double left = data_time(sso->token, "expiresAt") - source_now(sso->context);
    struct failure reason = {.message = ""};
    if (left >= 15 * 60) return true;
    if (can_refresh(sso) && refresh(sso, &reason)) return true;
    if (left > 0) return true;
    failure_set(why, "the SSO login of the AWS profile \"%.*s\" has expired%s%s",
                TEXT_ARGS(sso->name), reason.message[0] ? ": " : "", reason.message);
    return login_needed(sso, why);
}

static bool take_keys(const struct sso *sso, const struct data *profile,
                      const struct source_exchange *exchange, struct keys *keys,
                      struct failure *why) {
    const struct service_error *error = &exchange->error;
    const struct data *record = data_get(exchange->result, "roleCredentials");
    struct text account = data_text(profile, "sso_account_id");
    if (error->code.length) {
        failure_set(why, "SSO gave no keys of the role \"%.*s\" in the account %.*s: %.*s: %.*s",
                    TEXT_ARGS(data_text(profile, "sso_role_name")), TEXT_ARGS(account),
                    TEXT_ARGS(error->code), TEXT_ARGS(error->message));
        if (text_is(error->code, "UnauthorizedException") ||
            text_is(error->code, "Unauthorized")) {
            login_needed(sso, why);
        }
        return false;
    }
    *keys = (struct keys){.access_key = data_text(record, "accessKeyId"),
                          .secret_key = data_text(record, "secretAccessKey"),
                          .token = data_text(record, "sessionToken"),
                          .account = account,
                          .expires = data_time(record, "expiration") / 1000};
    if (keys->access_key.length && keys->secret_key.length) return true;
    return failure_set(why, "what SSO answered holds no keys");
}

static bool check(const struct sso *sso, const struct data *profile, struct failure *why) {
    if (data_text(profile, "sso_account_id").length && data_text(profile, "sso_role_name").length) {
        return true;
    }
    failure_set(why, "the AWS profile \"%.*s\" has an SSO session, but no account and role: it "
                     "gives a token, not keys",
                TEXT_ARGS(sso->name));
    return failure_hint(why, "Add sso_account_id and sso_role_name.");
}

static struct sso open_sso(const struct source_context *context, const struct data *profile,
                           struct text name) {
    struct text session_name = data_text(profile, "sso_session");
    const struct data *settings =
        session_name.length ? find_session(context->config, session_name) : profile;
    return (struct sso){.context = context, .name = name, .session = session_name,
                        .region = data_text(settings, "sso_region"),
                        .start_url = data_text(settings, "sso_start_url")};
}

bool source_sso_token(const struct source_context *context, const struct data *profile,
                      struct text name, struct text *token, double *expires,
                      struct failure *why) {
    struct sso sso = open_sso(context, profile, name);
    if (!read_token(&sso, why) || !ready_token(&sso, why)) return false;
    *token = data_text(sso.token, "accessToken");
    *expires = data_time(sso.token, "expiresAt");
    return true;
}

bool source_sso(const struct source_context *context, const struct data *profile,
                struct text name, struct keys *keys, struct failure *why) {
    struct arena *arena = context->arena;
    struct sso sso = open_sso(context, profile, name);
    struct data *input = data_new(arena, DATA_RECORD);
    struct source_exchange exchange = {.operation = OPERATION_GET_ROLE_CREDENTIALS,
                                       .region = sso.region, .input = input};
    struct text token;
    double expires;
    if (!check(&sso, profile, why)) return false;
    if (!source_sso_token(context, profile, name, &token, &expires, why)) return false;
    data_put(arena, input, "account_id", data_text(profile, "sso_account_id"))->place = PLACE_QUERY;
    data_put(arena, input, "role_name", data_text(profile, "sso_role_name"))->place = PLACE_QUERY;
    data_put(arena, input, "x-amz-sso_bearer_token", token)->place = PLACE_HEADER;
    return source_call(context, &exchange, why) && take_keys(&sso, profile, &exchange, keys, why);
}
