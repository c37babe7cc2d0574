/* Sources of keys that are calls to STS, and the sending that all sources share. */
#include "runtime/aws/sources.h"

#include "base/partition.h"
#include "runtime/aws/sign.h"
#include "runtime/aws/when.h"

/* A deploy may be waiting: three attempts take a minute at most. */
enum { SOURCE_ATTEMPTS = 3, SOURCE_SECONDS = 20, SOURCE_CONNECT_SECONDS = 5 };

/* --- sending --------------------------------------------------------------------------------- */

struct http_call *source_request(const struct source_context *context, const char *method) {
    struct http_call *call = ARENA_NEW(context->arena, struct http_call);
    call->arena = context->arena;
    call->request = (struct http_request){.method = text_of(method), .query = {"", 0},
                                          .path = TEXT("/"), .body = {"", 0}};
    return call;
}

static bool is_passing(const struct http_call *call) {
    if (call->failure == HTTP_UNTRUSTED || call->failure == HTTP_TOO_LONG) return false;
    return call->failure != HTTP_GOOD || call->status >= 500 || call->status == 429;
}

double source_now(const struct source_context *context) {
    return context->http->now(context->http->context) + context->clock->skew;
}

static void wait(const struct source_context *context, double seconds) {
    double until = context->http->now(context->http->context) + seconds;
    while (context->http->now(context->http->context) < until) {
        context->http->next(context->http->context, until);
    }
}

/* Runs the call; the attempt gets what there is to tell of it. */
static void run(const struct source_context *context, struct http_call *call,
                struct log_attempt *attempt) {
    double began = context->http->now(context->http->context);
    http_run(context->http, call);
    attempt->time = context->http->now(context->http->context);
    attempt->seconds = attempt->time - began;
    attempt->host = call->request.host;
    attempt->status = call->failure == HTTP_GOOD ? call->status : 0;
    attempt->number++;
}

static void tell(const struct source_context *context, const struct http_call *call,
                 struct log_attempt *attempt, const struct service_error *error) {
    struct service_error no_answer = {.code = TEXT("NoAnswer"), .message = text_of(call->error),
                                      .request_id = {"", 0}};
    attempt->error = call->failure == HTTP_GOOD ? error : &no_answer;
    if (context->log) log_add(context->log, attempt);
}

static bool unreachable(const struct http_call *call, struct failure *why) {
    failure_set(why, "could not reach \"%.*s\": %s", TEXT_ARGS(call->request.host), call->error);
    if (call->failure != HTTP_UNTRUSTED) return false;
    return failure_hint(why, "AWS_CA_BUNDLE names the certificates that are trusted.");
}

bool source_send(const struct source_context *context, struct http_call *call, const char *from,
                 const char *what, unsigned attempts, struct failure *why) {
    struct log_attempt attempt = {.service = from, .operation = what};
    for (double pause = 0.2;; pause *= 3) {
        run(context, call, &attempt);
        tell(context, call, &attempt, NULL);
        if (!is_passing(call) || attempt.number >= attempts) break;
        wait(context, pause);
    }
    return call->failure == HTTP_GOOD || unreachable(call, why);
}

static bool set_endpoint(const struct source_context *context, enum service service,
                         struct text region, struct http_request *request,
                         struct endpoint *endpoint, struct failure *why) {
    struct endpoint_options options = endpoint_settings(context->config, service, region);
    if (!endpoint_make(context->arena, &options, endpoint, why)) return false;
    if (http_set_url(context->arena, request, endpoint->url)) return true;
    return failure_set(why, "\"%.*s\" is not a URL", TEXT_ARGS(endpoint->url));
}

static void sign(const struct source_context *context, enum service service,
                 const struct endpoint *endpoint, const struct keys *keys,
                 struct http_request *request) {
    struct sign_options options = {.access_key = keys->access_key,
                                   .secret_key = keys->secret_key,
                                   .token = keys->token,
                                   .service = text_of(service_signing_name(service)),
                                   .region = endpoint->signing_region,
                                   .now = source_now(context)};
    sign_headers(context->arena, request, &options, NULL);
}

static bool is_asked_again(const struct http_call *call, struct text code) {
    return is_passing(call) || text_is(code, "IDPCommunicationError") ||
           text_is(code, "Throttling");
}

/* Attempts are made here, not in source_send: each is signed anew, with the time that it is. */
bool source_call(const struct source_context *context, struct source_exchange *exchange,
                 struct failure *why) {
    const struct operation_row *row = operation_row(exchange->operation);
    struct service_error *error = &exchange->error;
    struct http_call *call = source_request(context, row->method);
    struct log_attempt attempt = {.service = service_name(row->service), .operation = row->name,
                                  .region = exchange->region, .input = exchange->input};
    struct endpoint endpoint;
    call->request.seconds = SOURCE_SECONDS;
    call->request.connect_seconds = SOURCE_CONNECT_SECONDS;
    if (!set_endpoint(context, row->service, exchange->region, &call->request, &endpoint, why) ||
        !protocol_request(context->arena, row, exchange->input, &call->request, why)) {
        return false;
    }
    for (double pause = 0.2;;) {
        double used = context->clock->skew;
        *error = (struct service_error){.code = {"", 0}, .message = {"", 0}, .request_id = {"", 0}};
        if (exchange->keys) {
            sign(context, row->service, &endpoint, exchange->keys, &call->request);
        }
        run(context, call, &attempt);
        if (call->failure == HTTP_GOOD) {
            protocol_response(context->arena, row->protocol, call, &exchange->result, error);
        }
        tell(context, call, &attempt, error);
        if (clock_correct(context->clock, call, error->code,
                          context->http->now(context->http->context), used)) {
            continue;
        }
        if (!is_asked_again(call, error->code) || attempt.number >= SOURCE_ATTEMPTS) break;
        wait(context, pause);
        pause *= 3;
    }
    return call->failure == HTTP_GOOD || unreachable(call, why);
}

bool source_keys(const struct data *record, const char *token_name, struct keys *keys) {
    *keys = (struct keys){
        .access_key = data_text(record, "AccessKeyId"),
        .secret_key = data_text(record, "SecretAccessKey"),
        .token = data_text(record, token_name),
        .account = data_text(record, "AccountId"),
        .expires = data_time(record, "Expiration"),
    };
    return keys->access_key.length && keys->secret_key.length;
}

struct text source_home(const struct source_context *context, const char *path) {
    struct text home = {"", 0};
    surroundings_variable(context->config->around, "HOME", &home);
    return text_format(context->arena, "%.*s/%s", TEXT_ARGS(home), path);
}

/* --- environment ----------------------------------------------------------------------------- */

bool source_environment(const struct source_context *context, struct keys *keys,
                        struct failure *why) {
    const struct surroundings *around = context->config->around;
    struct text expires, nothing = {"", 0};
    *keys = (struct keys){.access_key = nothing, .secret_key = nothing, .token = nothing,
                          .account = nothing};
    bool has_id = surroundings_variable(around, "AWS_ACCESS_KEY_ID", &keys->access_key);
    bool has_secret = surroundings_variable(around, "AWS_SECRET_ACCESS_KEY", &keys->secret_key);
    if (!has_id || !has_secret) {
        const char *missing = has_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
        return failure_set(why, "the environment variable %s is not set", missing);
    }
    if (!surroundings_variable(around, "AWS_SESSION_TOKEN", &keys->token)) {
        surroundings_variable(around, "AWS_SECURITY_TOKEN", &keys->token);
    }
    surroundings_variable(around, "AWS_ACCOUNT_ID", &keys->account);
    if (surroundings_variable(around, "AWS_CREDENTIAL_EXPIRATION", &expires)) {
        when_any(expires, &keys->expires);
    }
    return true;
}

/* --- roles ----------------------------------------------------------------------------------- */

/* "arn:aws:sts::123456789012:assumed-role/..." */
static struct text account_of(struct text arn) {
    size_t start = 0;
    for (int part = 0; part < 4; part++) {
        const char *colon = start < arn.length
                                ? memchr(arn.bytes + start, ':', arn.length - start) : NULL;
        if (!colon) return (struct text){"", 0};
        start = (size_t)(colon - arn.bytes) + 1;
    }
    const char *end = memchr(arn.bytes + start, ':', arn.length - start);
    size_t length = end ? (size_t)(end - arn.bytes) - start : 0;
    return (struct text){arn.bytes + start, length};
}

static struct text session_name(const struct source_context *context, struct text given) {
    if (given.length) return given;
    return text_format(context->arena, "mrp-%.0f", source_now(context));
}

/* The region of STS: the settings', else the one that the role's partition begins with. */
static struct text sts_region(const struct source_context *context, struct text role) {
    const struct partition *partition = partition_of_arn(role);
    if (context->region.length) return context->region;
    return partition ? text_of(partition->region) : TEXT("us-east-1");
}

static bool take_role(struct text role, const struct source_exchange *exchange, struct keys *keys,
                      struct failure *why) {
    const struct service_error *error = &exchange->error;
    if (error->code.length) {
        failure_set(why, "could not assume the role \"%.*s\": %.*s: %.*s", TEXT_ARGS(role),
                    TEXT_ARGS(error->code), TEXT_ARGS(error->message));
        if (text_is(error->code, "AccessDenied")) {
            failure_hint(why, "The role's trust policy must allow who assumes it, whose policies "
                              "must allow sts:AssumeRole.");
        }
        return false;
    }
    const struct data *record = data_get(exchange->result, "Credentials");
    if (!source_keys(record, "SessionToken", keys)) {
        return failure_set(why, "could not assume the role \"%.*s\": the answer holds no keys",
                           TEXT_ARGS(role));
    }
    keys->account = account_of(data_value(data_path(exchange->result, "AssumedRoleUser.Arn")));
    return true;
}

static bool ask_code(const struct source_context *context, struct text serial, struct text *code,
                     struct failure *why) {
    const struct surroundings *around = context->config->around;
    struct text question = text_format(context->arena, "MFA code for %.*s: ", TEXT_ARGS(serial));
    if (!around->ask || !around->ask(around->context, context->arena, question, code)) {
        failure_set(why, "the role needs an MFA code of \"%.*s\", and there is nobody to ask",
                    TEXT_ARGS(serial));
        return failure_hint(why, "Run it in a terminal, or put keys of a session into the "
                                 "environment first.");
    }
    bool good = code->length == 6 && text_all(*code, ascii_is_digit);
    return good || failure_set(why, "an MFA code has six digits");
}

/* With the keys of another role, or those of a person who has shown a device. */
static bool assume(const struct source_context *context, struct data *input,
                   struct source_exchange *exchange, struct failure *why) {
    struct text serial = data_text(input, "SerialNumber"), code;
    if (serial.length) {
        if (!ask_code(context, serial, &code, why)) return false;
        data_put(context->arena, input, "TokenCode", code);
    }
    return source_call(context, exchange, why);
}

bool source_role(const struct source_context *context, const struct data *profile,
                 const struct keys *from, struct keys *keys, struct failure *why) {
    struct arena *arena = context->arena;
    struct text role = data_text(profile, "role_arn");
    struct text name = data_text(profile, "role_session_name");
    struct data *input = data_new(arena, DATA_RECORD);
    struct source_exchange exchange = {.operation = OPERATION_ASSUME_ROLE, .input = input,
                                       .region = sts_region(context, role), .keys = from};
    data_put(arena, input, "RoleArn", role);
    data_put(arena, input, "RoleSessionName", session_name(context, name));
    data_set(arena, input, "ExternalId", data_text(profile, "external_id"));
    long duration = data_long(profile, "duration_seconds", 0);
    if (duration > 0) data_set_number(arena, input, "DurationSeconds", duration);
    data_set(arena, input, "SerialNumber", data_text(profile, "mfa_serial"));
    bool is_kept = data_get(input, "SerialNumber") != NULL;
    if (is_kept && source_cache_find(context, input, name.length > 0, &exchange.result)) {
        return take_role(role, &exchange, keys, why);
    }
    if (!assume(context, input, &exchange, why) || !take_role(role, &exchange, keys, why)) {
        return false;
    }
    if (is_kept) source_cache_keep(context, input, name.length > 0, exchange.result);
    return true;
}

bool source_web_identity(const struct source_context *context, struct text role, struct text file,
                         struct text session, struct keys *keys, struct failure *why) {
    struct arena *arena = context->arena;
    const struct surroundings *around = context->config->around;
    struct data *input = data_new(arena, DATA_RECORD);
    struct source_exchange exchange = {.operation = OPERATION_ASSUME_ROLE_WITH_WEB_IDENTITY,
                                       .region = sts_region(context, role), .input = input};
    struct text token;
    struct failure reason;
    if (around->read(around->context, arena, file, &token, &reason) != READ_GOOD) {
        failure_set(why, "there is no token for the web identity of the role \"%.*s\": %s",
                    TEXT_ARGS(role), reason.message);
        return failure_hint(why, "AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file in the "
                                 "profile, names the file that the provider of tokens writes.");
    }
    while (token.length && strchr(" \t\r\n", token.bytes[token.length - 1])) token.length--;
    data_put(arena, input, "RoleArn", role);
    data_put(arena, input, "RoleSessionName", session_name(context, session));
    data_put(arena, input, "WebIdentityToken", token);
    return source_call(context, &exchange, why) && take_role(role, &exchange, keys, why);
}
