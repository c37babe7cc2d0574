/* One attempt at a call: where it goes, signed, sent. */
#include "runtime/aws/client_parts.h"

#include "runtime/aws/sign.h"

void client_tell(struct client *client, const struct client_call *call) {
    const struct operation_row *row = operation_row(call->operation);
    double now = client_now(client);
    struct log_attempt attempt = {.service = service_name(row->service),
                                  .operation = row->name,
                                  .region = text_of(call->lane->region),
                                  .host = call->http.request.host,
                                  .bucket = call->bucket,
                                  .input = call->input,
                                  .number = call->attempts,
                                  .time = now,
                                  .seconds = now - call->started,
                                  .status = call->status,
                                  .error = &call->error};
    log_add(&client->log, &attempt);
}

static void fail(struct client *client, struct client_call *call, const char *code,
                 const struct failure *why) {
    call->error.code = text_of(code);
    call->error.message =
        text_format(call->arena, "%s%s%s", why->message, why->hint[0] ? ". " : "", why->hint);
    client_tell(client, call);
    client_finish(client, call);
}

static bool prepare(struct client *client, struct client_call *call, struct endpoint *endpoint,
                    struct failure *why) {
    const struct operation_row *row = operation_row(call->operation);
    struct endpoint_options options =
        endpoint_settings(&client->config, row->service, text_of(call->lane->region));
    options.bucket = call->bucket;
    struct http_request *request = &call->http.request;
    *request = (struct http_request){.query = {"", 0}, .body = {"", 0}, .is_once = call->is_once};
    if (!endpoint_make(call->arena, &options, endpoint, why)) return false;
    if (!http_set_url(call->arena, request, endpoint->url)) {
        return failure_set(why, "\"%.*s\" is not a URL", TEXT_ARGS(endpoint->url));
    }
    return protocol_request(call->arena, row, call->input, request, why);
}

static void sign(struct client *client, struct client_call *call, const struct endpoint *endpoint,
                 const struct keys *keys) {
    const struct operation_row *row = operation_row(call->operation);
    bool is_s3 = row->service == SERVICE_S3;
    struct sign_options options = {
        .access_key = keys->access_key, .secret_key = keys->secret_key, .token = keys->token,
        .service = text_of(service_signing_name(row->service)),
        .region = endpoint->signing_region, .now = client_now(client) + client->clock.skew,
        .is_path_final = is_s3, .adds_hash = is_s3};
    sign_headers(call->arena, &call->http.request, &options, NULL);
}

void client_attempt(struct client *client, struct client_call *call) {
    struct endpoint endpoint;
    struct failure why;
    const struct keys *keys;
    call->attempts++;
    call->started = client_now(client);
    call->status = 0;
    call->error =
        (struct service_error){.code = {"", 0}, .message = {"", 0}, .request_id = {"", 0}};
    if (!prepare(client, call, &endpoint, &why)) {
        fail(client, call, "NoEndpoint", &why);
        return;
    }
    if (!credentials_get(client->credentials, &keys, &why)) {
        if (client_can_wait(client, call)) client_again(client, call, 10);
        else fail(client, call, "NoCredentials", &why);
        return;
    }
    if (keys->account.length && !client->account[0]) client_set_account(client, keys->account);
    client_tell_clock(client);
    call->skew = client->clock.skew;
    sign(client, call, &endpoint, keys);
    call->http.arena = call->arena;
    call->http.context = call;
    call->lane->running++;
    if (call->lane->interval > 0) call->lane->not_before = call->started + call->lane->interval;
    client->http.begin(client->http.context, &call->http);
}
