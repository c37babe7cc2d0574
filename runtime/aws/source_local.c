/* Keys of the machine that mrp runs on: the container's endpoint and the instance's metadata
 * (IMDSv2). */
#include <stdlib.h>
#include <strings.h>

#include "runtime/aws/sources.h"

static bool take_json(const struct source_context *context, const struct http_call *call,
                      const char *what, struct keys *keys, struct failure *why) {
    struct data *record;
    struct failure reason;
    if (call->status != 200) {
        return failure_set(why, "%s answered with HTTP status %u", what, call->status);
    }
    if (!data_read_json(context->arena, call->body, &record, &reason)) {
        return failure_set(why, "what %s answered is no JSON", what);
    }
    struct text code = data_text(record, "Code");
    if (code.length && !text_is(code, "Success")) {
        return failure_set(why, "%s answered \"%.*s\"", what, TEXT_ARGS(code));
    }
    if (!source_keys(record, "Token", keys)) {
        return failure_set(why, "what %s answered holds no keys", what);
    }
    return true;
}

/* --- container ------------------------------------------------------------------------------- */

/* "[::1]:80" without ":80". */
static struct text without_port(struct text host) {
    size_t bracket = text_until(host, ']').length;
    size_t from = bracket < host.length ? bracket : 0;
    struct text rest = {host.bytes + from, host.length - from};
    host.length = from + text_until(rest, ':').length;
    return host;
}

/* Without TLS the token would be readable for the network: only hosts of this machine. */
static bool is_local(struct text host) {
    static const char *const hosts[] = {"localhost", "169.254.170.2", "169.254.170.23",
                                        "[fd00:ec2::23]", "[::1]", NULL};
    host = without_port(host);
    return text_is_one_of(host, hosts) || (text_starts(host, TEXT("127.")) && text_is_ipv4(host));
}

static bool set_place(const struct source_context *context, struct http_request *request,
                      struct failure *why) {
    const struct surroundings *around = context->config->around;
    struct text uri, url;
    if (surroundings_variable(around, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &uri)) {
        url = text_format(context->arena, "http://169.254.170.2%.*s", TEXT_ARGS(uri));
        if (uri.bytes[0] == '/' && http_set_url(context->arena, request, url)) return true;
        return failure_set(why, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not the path of a URL");
    }
    if (!surroundings_variable(around, "AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)) {
        return failure_set(why, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set");
    }
    if (!http_set_url(context->arena, request, url)) {
        return failure_set(why, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL");
    }
    if (text_is(request->scheme, "https") || is_local(request->host)) return true;
    failure_set(why, "AWS_CONTAINER_CREDENTIALS_FULL_URI has the host \"%.*s\", which is not this "
                     "machine",
                TEXT_ARGS(request->host));
    return failure_hint(why, "Without TLS only a loopback address and those of ECS and EKS are "
                             "taken.");
}

static bool set_token(const struct source_context *context, struct http_request *request,
                      struct failure *why) {
    const struct surroundings *around = context->config->around;
    struct text file, token;
    if (surroundings_variable(around, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &file)) {
        struct failure reason;
        if (around->read(around->context, context->arena, file, &token, &reason) != READ_GOOD) {
            return failure_set(why, "there is no token for the container's credentials endpoint, "
                                    "which AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names: %s",
                               reason.message);
        }
        while (token.length && strchr("\r\n", token.bytes[token.length - 1])) token.length--;
    } else if (!surroundings_variable(around, "AWS_CONTAINER_AUTHORIZATION_TOKEN", &token)) {
        return true;
    }
    if ((token.length && memchr(token.bytes, '\n', token.length)) ||
        (token.length && memchr(token.bytes, '\r', token.length))) {
        return failure_set(why, "the container's authorization token holds a line break");
    }
    http_set(context->arena, request, "Authorization", token);
    return true;
}

bool source_container(const struct source_context *context, struct keys *keys,
                      struct failure *why) {
    struct http_call *call = source_request(context, "GET");
    call->request.seconds = call->request.connect_seconds = 2;
    call->request.is_direct = true;
    http_set(context->arena, &call->request, "Accept", TEXT("application/json"));
    return set_place(context, &call->request, why) &&
           set_token(context, &call->request, why) &&
           source_send(context, call, "container", "credentials", 3, why) &&
           take_json(context, call, "the container's credentials endpoint", keys, why);
}

/* --- instance -------------------------------------------------------------------------------- */

static struct text setting(const struct source_context *context, const char *variable,
                           const char *property) {
    struct text value = {"", 0};
    config_setting(context->config, variable, property, &value);
    return value;
}

static bool metadata_url(const struct source_context *context, struct text *url,
                         struct failure *why) {
    struct http_request request;
    struct text endpoint = setting(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                   "ec2_metadata_service_endpoint");
    struct text mode = setting(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                               "ec2_metadata_service_endpoint_mode");
    *url = TEXT("http://169.254.169.254");
    if (mode.length == 4 && strncasecmp(mode.bytes, "IPv6", 4) == 0) {
        *url = TEXT("http://[fd00:ec2::254]");
    } else if (mode.length && (mode.length != 4 || strncasecmp(mode.bytes, "IPv4", 4) != 0)) {
        return failure_set(why, "\"%.*s\" is no mode of the instance's metadata: IPv4 or IPv6",
                           TEXT_ARGS(mode));
    }
    if (!endpoint.length) return true;
    *url = endpoint;
    while (url->length && url->bytes[url->length - 1] == '/') url->length--;
    if (http_set_url(context->arena, &request, *url)) return true;
    return failure_set(why, "the endpoint of the instance's metadata is not a URL");
}

struct metadata {
    const struct source_context *context;
    struct text url, token;
    double seconds;
    unsigned attempts;
};

static struct http_call *metadata_request(const struct metadata *metadata, const char *method,
                                          const char *path, struct text rest) {
    struct http_call *call = source_request(metadata->context, method);
    struct arena *arena = metadata->context->arena;
    struct text url = text_format(arena, "%.*s/latest/%s%.*s", TEXT_ARGS(metadata->url), path,
                                  TEXT_ARGS(rest));
    if (!http_set_url(arena, &call->request, url)) return NULL;
    call->request.is_direct = true;
    call->request.seconds = call->request.connect_seconds = metadata->seconds;
    if (metadata->token.length) {
        http_set(arena, &call->request, "x-aws-ec2-metadata-token", metadata->token);
    }
    return call;
}

/* Where nothing listens one attempt is enough; a service that answers badly is asked again. */
static bool metadata_send(const struct metadata *metadata, struct http_call *call,
                          const char *what, struct failure *why) {
    const struct source_context *context = metadata->context;
    if (!call) return failure_set(why, "the role's name in the instance's metadata is no name");
    if (!source_send(context, call, "instance metadata", what, metadata->attempts, why)) {
        return false;
    }
    return call->status < 500 || source_send(context, call, "instance metadata", what, 3, why);
}

static bool get_token(struct metadata *metadata, struct failure *why) {
    struct http_call *call = metadata_request(metadata, "PUT", "api/token", TEXT(""));
    if (call) {
        http_set(metadata->context->arena, &call->request, "x-aws-ec2-metadata-token-ttl-seconds",
                 TEXT("21600"));
    }
    if (!metadata_send(metadata, call, "token", why)) return false;
    if (call->status == 200 && call->body.length) {
        metadata->token = call->body;
        return true;
    }
    bool is_old = call->status == 404 || call->status == 405;
    struct text disabled = setting(metadata->context, "AWS_EC2_METADATA_V1_DISABLED",
                                   "ec2_metadata_v1_disabled");
    bool allows_old = disabled.length != 4 || strncasecmp(disabled.bytes, "true", 4) != 0;
    if (is_old && allows_old) return true; /* the first version, without tokens */
    if (call->status == 403) {
        return failure_set(why, "the instance's metadata is turned off");
    }
    return failure_set(why, "the instance's metadata gave no token: HTTP status %u", call->status);
}

static bool open_metadata(const struct source_context *context, struct metadata *metadata,
                          struct failure *why) {
    struct text seconds = {"", 0}, attempts = {"", 0};
    *metadata = (struct metadata){.context = context, .seconds = 1, .attempts = 1};
    if (surroundings_flag(context->config->around, "AWS_EC2_METADATA_DISABLED")) {
        return failure_set(why, "AWS_EC2_METADATA_DISABLED is true");
    }
    seconds = setting(context, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
    attempts = setting(context, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                       "metadata_service_num_attempts");
    if (seconds.length) metadata->seconds = atof(text_copy(context->arena, seconds).bytes);
    if (attempts.length) {
        int count = atoi(text_copy(context->arena, attempts).bytes);
        metadata->attempts = count > 0 && count < 20 ? (unsigned)count : 1;
    }
    if (!(metadata->seconds > 0 && metadata->seconds < 60)) metadata->seconds = 1;
    return metadata_url(context, &metadata->url, why) && get_token(metadata, why);
}

bool source_instance(const struct source_context *context, struct keys *keys,
                     struct failure *why) {
    static const char place[] = "meta-data/iam/security-credentials/";
    struct metadata metadata;
    if (!open_metadata(context, &metadata, why)) return false;
    struct http_call *call = metadata_request(&metadata, "GET", place, TEXT(""));
    if (!metadata_send(&metadata, call, "role", why)) return false;
    if (call->status != 200 || !call->body.length) {
        return failure_set(why, "the instance has no role: its metadata answered with HTTP status "
                                "%u", call->status);
    }
    struct text role = call->body;
    const char *end = memchr(role.bytes, '\n', role.length);
    if (end) role.length = (size_t)(end - role.bytes);
    struct http_call *second = metadata_request(&metadata, "GET", place, role);
    if (!metadata_send(&metadata, second, "credentials", why)) return false;
    return take_json(context, second, "the instance's metadata", keys, why);
}
