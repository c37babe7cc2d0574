/* The life of a call: waiting for its lane, signed, under way, judged; then again, or handed back. */
#include "runtime/aws/client.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "runtime/aws/sign.h"
#include "runtime/aws/when.h"

/* A service in a region: what throttles one of its calls throttles all. */
struct lane {
    struct lane *next;
    enum service service;
    char region[64];
    int tokens;
    unsigned running;
    double not_before;  /* when the next attempt may begin */
    double interval;    /* seconds between attempts; 0 for no limit */
    bool has_answered;  /* a call went well: a later outage is waited for */
};

struct client {
    struct client_options options;
    struct arena arena;
    struct surroundings around;
    struct config config;
    struct http http, side;
    bool owns_http;
    struct credentials *credentials;
    struct lane *lanes;
    struct client_call *waiting, *finished;
    double skew;        /* AWS's clock less ours */
    bool is_skew_said;
    unsigned most_attempts;
    uint64_t random;
    char account[32];
    char user_agent[128];
    int log;            /* file, or -1 */
};

/* --- opening --------------------------------------------------------------------------------- */

static const char *optional_text(struct arena *arena, const struct config *config,
                                 const char *variable, const char *property) {
    struct text value;
    if (!config_setting(config, variable, property, &value)) return NULL;
    return text_copy(arena, value).bytes;
}

static bool open_log(struct client *client, struct failure *why) {
    struct text path;
    client->log = -1;
    if (!surroundings_variable(&client->around, "MRP_LOG", &path)) return true;
    const char *name = text_copy(&client->arena, path).bytes;
    client->log = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (client->log >= 0) return true;
    return failure_set(why, "could not open the log \"%s\" that MRP_LOG names: %s", name,
                       strerror(errno));
}

static void read_attempts(struct client *client) {
    const char *given =
        optional_text(&client->arena, &client->config, "AWS_MAX_ATTEMPTS", "max_attempts");
    int count = given ? atoi(given) : 0;
    client->most_attempts = count >= 1 && count <= 100 ? (unsigned)count : CLIENT_ATTEMPTS;
}

static bool open_network(struct client *client, struct failure *why) {
    struct text id;
    const char *version = client->options.version ? client->options.version : "0";
    bool has_id = surroundings_variable(&client->around, "AWS_SDK_UA_APP_ID", &id);
    snprintf(client->user_agent, sizeof client->user_agent, "mrp/%s%s%.*s", version,
             has_id ? " app/" : "", has_id ? (int)id.length : 0, has_id ? id.bytes : "");
    if (client->options.http) {
        client->http = client->side = *client->options.http;
        return true;
    }
    client->owns_http = true;
    struct http_options options = {
        .ca_bundle = optional_text(&client->arena, &client->config, "AWS_CA_BUNDLE", "ca_bundle"),
        .user_agent = client->user_agent};
    return http_open(&client->http, &options, why) && http_open(&client->side, &options, why);
}

bool client_open(struct client **result, const struct client_options *options,
                 struct failure *why) {
    struct client *client = memory_alloc(sizeof *client);
    *client = (struct client){.options = *options, .log = -1};
    arena_init(&client->arena);
    client->around = options->around ? *options->around : surroundings_system();
    if (getrandom(&client->random, sizeof client->random, 0) < 0) client->random = 1;
    client->random |= 1;
    *result = client;
    if (config_load(&client->config, &client->arena, &client->around, options->profile, why) &&
        open_log(client, why) && open_network(client, why)) {
        read_attempts(client);
        struct credentials_options source = {.config = &client->config, .http = &client->side};
        client->credentials = credentials_open(&source);
        return true;
    }
    client_close(client);
    *result = NULL;
    return false;
}

void client_close(struct client *client) {
    if (client->credentials) credentials_close(client->credentials);
    if (client->owns_http) {
        http_close(&client->http);
        http_close(&client->side);
    }
    if (client->log >= 0) close(client->log);
    arena_release(&client->arena);
    memory_free(client);
}

double client_now(const struct client *client) { return client->http.now(client->http.context); }

/* From 0 to 1; xorshift: the pauses of many processes shall differ, nothing hangs on it. */
static double random_part(struct client *client) {
    client->random ^= client->random << 13;
    client->random ^= client->random >> 7;
    client->random ^= client->random << 17;
    return (double)(client->random >> 11) / 9007199254740992.0;
}

struct text client_account(const struct client *client) { return text_of(client->account); }

void client_set_account(struct client *client, struct text account) {
    if (account.length >= sizeof client->account) return;
    snprintf(client->account, sizeof client->account, "%.*s", TEXT_ARGS(account));
}

/* --- telling --------------------------------------------------------------------------------- */

static void say(struct client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct client *client, const char *format, ...) {
    char line[512];
    va_list args;
    if (!client->options.say) return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    client->options.say(client->options.context, text_of(line));
}

static void log_member(struct buffer *line, const char *name, struct text value) {
    if (!value.length) return;
    buffer_format(line, ",\"%s\":", name);
    buffer_json_string(line, value);
}

/* What says which thing a call is about; other members may hold secrets. */
static void log_subject(struct buffer *line, const struct client_call *call) {
    static const char *const shown[] = {"StackName", "ChangeSetName", "RoleArn", "Key", "Name"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        log_member(line, shown[i], data_text(call->input, shown[i]));
    }
    log_member(line, "Bucket", call->bucket);
}

static void write_log(struct client *client, const struct client_call *call, double milliseconds) {
    const struct operation_row *row = operation_row(call->operation);
    char time[32];
    struct buffer line;
    if (client->log < 0) return;
    buffer_init(&line);
    when_format(client_now(client), time);
    buffer_format(&line, "{\"time\":\"%s\",\"service\":\"%s\",\"operation\":\"%s\"", time,
                  service_name(row->service), row->name);
    log_member(&line, "region", text_of(call->lane->region));
    log_member(&line, "host", call->http.request.host);
    log_subject(&line, call);
    buffer_format(&line, ",\"attempt\":%u,\"milliseconds\":%.0f", call->attempts, milliseconds);
    if (call->status) buffer_format(&line, ",\"status\":%u", call->status);
    log_member(&line, "request", call->error.request_id);
    log_member(&line, "error", call->error.code);
    /* AWS's messages may quote what was sent. */
    bool may_quote = data_get(call->input, "Parameters") || data_get(call->input, "TemplateBody");
    if (call->error.code.length && !may_quote) log_member(&line, "message", call->error.message);
    buffer_string(&line, "}\n");
    ssize_t written = write(client->log, line.bytes, line.length);
    (void)written; /* a log that cannot be written stops no deploy */
    buffer_release(&line);
}

static void tell(struct client *client, const struct client_call *call) {
    double milliseconds = (client_now(client) - call->started) * 1000;
    const struct operation_row *row = operation_row(call->operation);
    write_log(client, call, milliseconds);
    if (!client->options.is_verbose) return;
    struct text subject = data_text(call->input, "StackName");
    say(client, "%s %s %s%s%.*s: %s%.*s (%.0f ms%s)", service_name(row->service),
        call->lane->region, row->name, subject.length ? " " : "", TEXT_ARGS(subject),
        call->error.code.length ? "" : "done", TEXT_ARGS(call->error.code), milliseconds,
        call->attempts > 1 ? ", again" : "");
}

/* --- lanes ----------------------------------------------------------------------------------- */

static struct lane *find_lane(struct client *client, enum service service, struct text region) {
    for (struct lane *lane = client->lanes; lane; lane = lane->next) {
        if (lane->service == service && text_is(region, lane->region)) return lane;
    }
    struct lane *lane = ARENA_NEW(&client->arena, struct lane);
    *lane = (struct lane){.next = client->lanes, .service = service, .tokens = CLIENT_TOKENS};
    snprintf(lane->region, sizeof lane->region, "%.*s", TEXT_ARGS(region));
    client->lanes = lane;
    return lane;
}

/* Everybody in the lane goes half as fast, from now on and for a while. */
static void slow_down(struct client *client, struct lane *lane, double pause) {
    double now = client_now(client);
    lane->interval = lane->interval > 0 ? fmin(lane->interval * 2, 5) : 0.25;
    lane->not_before = fmax(lane->not_before, now + pause);
}

static void speed_up(struct lane *lane) {
    lane->interval *= 0.8;
    if (lane->interval < 0.05) lane->interval = 0;
}

/* --- attempts -------------------------------------------------------------------------------- */

static void finish(struct client *client, struct client_call *call) {
    struct client_call **end = &client->finished;
    while (*end) end = &(*end)->next;
    call->next = NULL;
    *end = call;
}

static void fail(struct client *client, struct client_call *call, const char *code,
                 const struct failure *why) {
    call->error.code = text_of(code);
    call->error.message =
        text_format(call->arena, "%s%s%s", why->message, why->hint[0] ? ". " : "", why->hint);
    tell(client, call);
    finish(client, call);
}

/* Puts it back among those that wait. */
static void again(struct client *client, struct client_call *call, double pause) {
    call->at = client_now(client) + pause;
    call->next = client->waiting;
    client->waiting = call;
}

/* Who only looks can look later: while a deploy runs, an outage of the network, or of what gives the
 * keys, must not seem a failure of its stacks. */
static bool can_wait(const struct client *client, const struct client_call *call) {
    static const char *const looks[] = {"Describe", "List", "Get", "Head"};
    struct text name = text_of(operation_row(call->operation)->name);
    if (!call->lane->has_answered) return false;
    if (client_now(client) - call->begun > CLIENT_OUTAGE) return false;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (text_starts(name, text_of(looks[i]))) return true;
    }
    return false;
}

static bool prepare(struct client *client, struct client_call *call, struct endpoint *endpoint,
                    struct failure *why) {
    const struct operation_row *row = operation_row(call->operation);
    struct endpoint_options options =
        endpoint_settings(&client->config, row->service, text_of(call->lane->region));
    options.bucket = call->bucket;
    struct http_request *request = &call->http.request;
    *request = (struct http_request){.query = {"", 0}, .body = {"", 0}};
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
        .region = endpoint->signing_region, .now = client_now(client) + client->skew,
        .is_path_final = is_s3, .adds_hash = is_s3};
    sign_headers(call->arena, &call->http.request, &options, NULL);
}

static void start(struct client *client, struct client_call *call) {
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
        if (can_wait(client, call)) again(client, call, 10);
        else fail(client, call, "NoCredentials", &why);
        return;
    }
    if (keys->account.length && !client->account[0]) client_set_account(client, keys->account);
    sign(client, call, &endpoint, keys);
    call->http.arena = call->arena;
    call->http.context = call;
    call->lane->running++;
    if (call->lane->interval > 0) call->lane->not_before = call->started + call->lane->interval;
    client->http.begin(client->http.context, &call->http);
}

/* --- judging --------------------------------------------------------------------------------- */

static bool is_one_of(struct text code, const char *const *codes) {
    for (; *codes; codes++) {
        if (text_is(code, *codes)) return true;
    }
    return false;
}

/* LimitExceededException is a quota at CloudFormation, not a matter of time. */
static bool is_throttled(const struct client_call *call) {
    static const char *const codes[] = {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "RequestThrottled", "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException", NULL};
    return is_one_of(call->error.code, codes) || call->status == 429;
}

static bool is_passing(const struct client_call *call) {
    static const char *const codes[] = {"RequestTimeout", "RequestTimeoutException",
                                        "UnreadableResponse", "IDPCommunicationError", NULL};
    return is_one_of(call->error.code, codes) || call->status == 500 || call->status == 502 ||
           call->status == 503 || call->status == 504;
}

static bool is_expired(const struct client_call *call) {
    static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
                                        "TokenRefreshRequired", NULL};
    return is_one_of(call->error.code, codes);
}

/* Whether AWS's clock, by the Date of its refusal, differs from ours. */
static bool correct_clock(struct client *client, struct client_call *call) {
    static const char *const codes[] = {"InvalidSignatureException", "SignatureDoesNotMatch",
                                        "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
                                        "AccessDenied", "AccessDeniedException", NULL};
    double date;
    struct text header = http_header(call->http.headers, call->http.header_count, "Date");
    if (call->is_shifted || !is_one_of(call->error.code, codes) || !when_http(header, &date)) {
        return false;
    }
    double skew = date - client_now(client);
    if (fabs(skew - client->skew) < CLIENT_SKEW) return false;
    client->skew = skew;
    call->is_shifted = true;
    if (!client->is_skew_said) {
        say(client, "this machine's clock is %.0f seconds %s AWS's; mrp goes by AWS's", fabs(skew),
            skew < 0 ? "ahead of" : "behind");
    }
    client->is_skew_said = true;
    return true;
}

/* A bucket of another region: S3 says which. */
static bool move(struct client *client, struct client_call *call) {
    struct text region = http_header(call->http.headers, call->http.header_count,
                                     "x-amz-bucket-region");
    if (call->is_moved || !region.length || call->status < 300 ||
        text_is(region, call->lane->region)) {
        return false;
    }
    call->is_moved = true;
    call->lane = find_lane(client, call->lane->service, region);
    return true;
}

static void read_failure(struct client_call *call) {
    static const char *const codes[] = {[HTTP_UNREACHABLE] = "Unreachable",
                                        [HTTP_UNTRUSTED] = "UntrustedServer",
                                        [HTTP_TIMEOUT] = "Timeout",
                                        [HTTP_BROKEN] = "ConnectionBroken",
                                        [HTTP_TOO_LONG] = "ResponseTooLong"};
    const char *hint = call->http.failure == HTTP_UNTRUSTED
                           ? ". AWS_CA_BUNDLE names the certificates that are trusted" : "";
    call->is_network = true;
    call->error.code = text_of(codes[call->http.failure]);
    call->error.message = text_format(call->arena, "could not talk to \"%.*s\": %s%s",
                                      TEXT_ARGS(call->http.request.host), call->http.error, hint);
}

static bool pay(struct client_call *call, int cost) {
    if (call->lane->tokens < cost) return false;
    call->lane->tokens -= cost;
    call->cost = (unsigned)cost;
    return true;
}

static void reward(struct client_call *call) {
    struct lane *lane = call->lane;
    lane->tokens += call->cost ? (int)call->cost : 1;
    if (lane->tokens > CLIENT_TOKENS) lane->tokens = CLIENT_TOKENS;
    speed_up(lane);
}

static bool try_throttled(struct client *client, struct client_call *call) {
    double pause = random_part(client) * fmin(30, ldexp(1, (int)(call->attempts < 6 ? call->attempts
                                                                                    : 5)));
    slow_down(client, call->lane, pause / 4);
    if (client_now(client) - call->begun > CLIENT_PATIENCE) return false;
    again(client, call, pause);
    return true;
}

static bool try_again(struct client *client, struct client_call *call) {
    bool is_late = call->http.failure == HTTP_TIMEOUT;
    if (is_throttled(call)) return try_throttled(client, call);
    if (correct_clock(client, call) || move(client, call)) {
        again(client, call, 0);
        return true;
    }
    if (is_expired(call) && !call->is_renewed) {
        call->is_renewed = true;
        credentials_expire(client->credentials);
        again(client, call, 0);
        return true;
    }
    bool is_final = call->http.failure == HTTP_UNTRUSTED || call->http.failure == HTTP_TOO_LONG;
    if (is_final || (!call->is_network && !is_passing(call))) return false;
    if (++call->failures >= client->most_attempts || !pay(call, is_late ? 10 : 5)) {
        if (!can_wait(client, call)) return false;
        again(client, call, 1 + 4 * random_part(client));
        return true;
    }
    again(client, call, random_part(client) * fmin(20, ldexp(1, (int)call->failures - 1)));
    return true;
}

static void conclude(struct client *client, struct client_call *call) {
    const struct operation_row *row = operation_row(call->operation);
    call->lane->running--;
    call->status = call->http.failure == HTTP_GOOD ? call->http.status : 0;
    call->is_network = false;
    if (call->http.failure == HTTP_GOOD) {
        protocol_response(call->arena, row->protocol, &call->http, &call->result, &call->error);
        /* What is cut or no answer of AWS's says nothing about what was done. */
        call->is_network = text_is(call->error.code, "UnreadableResponse");
    } else {
        read_failure(call);
    }
    tell(client, call);
    if (!call->error.code.length) {
        reward(call);
        call->lane->has_answered = true;
        finish(client, call);
        return;
    }
    bool is_unclear = (call->is_network && call->http.failure != HTTP_UNREACHABLE) ||
                      call->status >= 500;
    if (is_unclear) call->was_unclear = true;
    if ((is_unclear && call->is_once) || !try_again(client, call)) finish(client, call);
}

/* --- the loop -------------------------------------------------------------------------------- */

static void add_token(struct client *client, struct client_call *call) {
    const char *name = operation_row(call->operation)->token;
    unsigned char bytes[16];
    if (!name || data_text(call->input, name).length) return;
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (unsigned char)(random_part(client) * 255);
        }
    }
    char *token = arena_alloc(call->arena, 40);
    memcpy(token, "mrp-", 4);
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(token + 4 + 2 * i, 3, "%02x", bytes[i]);
    if (!call->input) call->input = data_new(call->arena, DATA_RECORD);
    data_put(call->arena, call->input, name, text_of(token));
}

void client_begin(struct client *client, struct client_call *call) {
    struct text region =
        call->region.length ? call->region : config_region(&client->config, NULL);
    if (!region.length) region = TEXT("us-east-1");
    call->lane = find_lane(client, operation_row(call->operation)->service, region);
    call->result = data_new(call->arena, DATA_RECORD);
    call->begun = call->at = client_now(client);
    call->attempts = call->failures = call->cost = 0;
    call->is_renewed = call->is_shifted = call->is_moved = call->was_unclear = false;
    call->is_network = false;
    add_token(client, call);
    struct client_call **end = &client->waiting; /* in the order they came */
    while (*end) end = &(*end)->next;
    call->next = NULL;
    *end = call;
}

static double due(const struct client_call *call) { return fmax(call->at, call->lane->not_before); }

/* Starts what may start; returns when the next one may, or until. A lane that is full wakes by
 * itself: one of its calls ends. */
static double start_due(struct client *client, double until) {
    double now = client_now(client), wake = until;
    for (struct client_call **place = &client->waiting; *place;) {
        struct client_call *call = *place;
        if (call->lane->running >= CLIENT_LANE_CALLS) {
            place = &call->next;
        } else if (due(call) > now) {
            wake = fmin(wake, due(call));
            place = &call->next;
        } else {
            *place = call->next;
            start(client, call);
            now = client_now(client);
        }
    }
    return wake;
}

struct client_call *client_next(struct client *client, double until) {
    for (;;) {
        double wake = start_due(client, until);
        struct client_call *call = client->finished;
        if (call) {
            client->finished = call->next;
            return call;
        }
        struct http_call *http = client->http.next(client->http.context, wake);
        if (http) {
            conclude(client, http->context);
            continue;
        }
        double now = client_now(client);
        if (now >= until || now < wake) return NULL;
    }
}

void client_run(struct client *client, struct client_call *call) {
    client_begin(client, call);
    while (client_next(client, client_now(client) + 60) != call) {}
}
