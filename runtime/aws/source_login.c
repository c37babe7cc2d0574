/* What "aws login" left: keys that last minutes, with a refresh token that is bound to a private
 * key. */
#include "base/hash.h"
#include "runtime/aws/sources.h"
#include "runtime/aws/when.h"

struct login {
    const struct source_context *context;
    struct text name, path;
    struct data *cache;
    double now;
};

static bool login_needed(const struct login *login, struct failure *why) {
    return failure_hint(why, "Run \"aws login --profile %.*s\".", TEXT_ARGS(login->name));
}

static struct text cache_folder(const struct source_context *context) {
    struct text folder;
    if (surroundings_variable(context->config->around, "AWS_LOGIN_CACHE_DIRECTORY", &folder)) {
        return folder;
    }
    return source_home(context, ".aws/login/cache");
}

static bool check_cache(const struct login *login, struct failure *why) {
    static const char *const needed[] = {"refreshToken", "dpopKey", "clientId"};
    const char *missing = NULL;
    if (!data_text(data_get(login->cache, "accessToken"), "accessKeyId").length ||
        !data_text(data_get(login->cache, "accessToken"), "secretAccessKey").length) {
        missing = "accessToken";
    }
    for (size_t i = 0; i < 3; i++) {
        if (!data_text(login->cache, needed[i]).length) missing = needed[i];
    }
    if (!missing) return true;
    failure_set(why, "the login in \"%.*s\" has no %s", TEXT_ARGS(login->path), missing);
    return login_needed(login, why);
}

static bool read_cache(struct login *login, struct text session, struct failure *why) {
    const struct source_context *context = login->context;
    const struct surroundings *around = context->config->around;
    struct text bytes, folder = cache_folder(context);
    struct failure reason;
    struct text hex = hash_hex(context->arena, HASH_SHA256, session);
    login->path = text_format(context->arena, "%.*s/%.*s.json", TEXT_ARGS(folder), TEXT_ARGS(hex));
    if (around->read(around->context, context->arena, login->path, &bytes, &reason) != READ_GOOD) {
        failure_set(why, "there is no login of the AWS profile \"%.*s\": %s",
                    TEXT_ARGS(login->name), reason.message);
        return login_needed(login, why);
    }
    if (!data_read_json(context->arena, bytes, &login->cache, &reason)) {
        failure_set(why, "the login in \"%.*s\" cannot be read: %s", TEXT_ARGS(login->path),
                    reason.message);
        return login_needed(login, why);
    }
    return check_cache(login, why);
}

static void replace(struct arena *arena, struct data *record, const char *key, struct text value) {
    if (value.length) data_replace(arena, record, key, value);
}

static bool keep(const struct login *login, const struct data *result, struct failure *why) {
    struct arena *arena = login->context->arena;
    const struct surroundings *around = login->context->config->around;
    struct data *keys = (struct data *)data_get(login->cache, "accessToken");
    const struct data *made = data_get(result, "accessToken");
    char expires[32];
    struct buffer out;
    double seconds = (double)data_long(result, "expiresIn", 0);
    when_format(login->now + (seconds > 0 && seconds <= 900 ? seconds : 900), expires);
    replace(arena, keys, "accessKeyId", data_text(made, "accessKeyId"));
    replace(arena, keys, "secretAccessKey", data_text(made, "secretAccessKey"));
    replace(arena, keys, "sessionToken", data_text(made, "sessionToken"));
    replace(arena, keys, "expiresAt", text_copy(arena, text_of(expires)));
    replace(arena, login->cache, "refreshToken", data_text(result, "refreshToken"));
    replace(arena, login->cache, "idToken", data_text(result, "idToken"));
    buffer_init(&out);
    data_write_json(login->cache, &out);
    /* The refresh token was used up: without the new one nobody can renew the login. */
    bool good = around->write(around->context, login->path, buffer_view(&out), why);
    buffer_release(&out);
    return good;
}

static bool refused(const struct login *login, const struct source_exchange *exchange,
                    struct failure *why) {
    struct text reason = data_text(exchange->result, "error");
    if (!reason.length) reason = exchange->error.code;
    failure_set(why, "the login of the AWS profile \"%.*s\" could not be renewed: %.*s",
                TEXT_ARGS(login->name), TEXT_ARGS(reason));
    return login_needed(login, why);
}

/* The call is made here, for the proof in its header names the URL that it goes to. */
static bool refresh(struct login *login, struct text region, struct failure *why) {
    const struct source_context *context = login->context;
    struct arena *arena = context->arena;
    struct endpoint_options options = endpoint_settings(context->config, SERVICE_SIGNIN, region);
    struct endpoint endpoint;
    struct data *input = data_new(arena, DATA_RECORD);
    struct source_exchange exchange = {.operation = OPERATION_CREATE_OAUTH2_TOKEN,
                                       .region = region, .input = input};
    struct text proof;
    if (!endpoint_make(arena, &options, &endpoint, why)) return false;
    struct text url = text_format(arena, "%.*s/v1/token", TEXT_ARGS(endpoint.url));
    if (!dpop_proof(arena, data_text(login->cache, "dpopKey"), url, login->now, &proof, why)) {
        return login_needed(login, why);
    }
    data_put(arena, input, "clientId", data_text(login->cache, "clientId"));
    data_put(arena, input, "refreshToken", data_text(login->cache, "refreshToken"));
    data_put(arena, input, "grantType", TEXT("refresh_token"));
    data_put(arena, input, "DPoP", proof)->place = PLACE_HEADER;
    if (!source_call(context, &exchange, why)) return false;
    /* The answer's members may stand in a member of their own. */
    const struct data *inner = data_get(exchange.result, "tokenOutput");
    const struct data *output = inner ? inner : exchange.result;
    if (exchange.error.code.length ||
        !data_text(data_get(output, "accessToken"), "accessKeyId").length) {
        return refused(login, &exchange, why);
    }
    return keep(login, output, why);
}

bool source_login(const struct source_context *context, const struct data *profile,
                  struct text name, struct keys *keys, struct failure *why) {
    struct login login = {.context = context, .name = name,
                          .now = source_now(context)};
    struct text region = data_text(profile, "region");
    if (!region.length) region = context->region.length ? context->region : TEXT("us-east-1");
    if (!read_cache(&login, data_text(profile, "login_session"), why)) return false;
    double left = data_time(data_get(login.cache, "accessToken"), "expiresAt") - login.now;
    if (left < 5 * 60 && !refresh(&login, region, why) && left <= 0) return false;
    const struct data *made = data_get(login.cache, "accessToken");
    *keys = (struct keys){.access_key = data_text(made, "accessKeyId"),
                          .secret_key = data_text(made, "secretAccessKey"),
                          .token = data_text(made, "sessionToken"),
                          .account = data_text(made, "accountId"),
                          .expires = data_time(made, "expiresAt")};
    return true;
}
