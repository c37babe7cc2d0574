/* What follows from the end of an attempt: the answer, another attempt, or a failure. */
#include "runtime/aws/client_parts.h"

#include <math.h>

#include "runtime/aws/when.h"

/* --- lanes ----------------------------------------------------------------------------------- */

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

/* --- kinds of ends --------------------------------------------------------------------------- */

bool client_can_wait(const struct client *client, const struct client_call *call) {
    static const char *const looks[] = {"Describe", "List", "Get", "Head"};
    struct text name = text_of(operation_row(call->operation)->name);
    if (!call->lane->has_answered) return false;
    if (client_now(client) - call->begun > CLIENT_OUTAGE) return false;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (text_starts(name, text_of(looks[i]))) return true;
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
    return text_is_one_of(call->error.code, codes) || call->status == 429;
}

static bool is_passing(const struct client_call *call) {
    static const char *const codes[] = {"RequestTimeout", "RequestTimeoutException",
                                        "UnreadableResponse", "IDPCommunicationError",
                                        "BadDigest", NULL};
    return text_is_one_of(call->error.code, codes) || call->status == 500 || call->status == 502 ||
           call->status == 503 || call->status == 504 || call->status == 509;
}

static bool is_expired(const struct client_call *call) {
    static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
                                        "TokenRefreshRequired", NULL};
    return text_is_one_of(call->error.code, codes);
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
    call->lane = client_lane(client, call->lane->service, region);
    return true;
}

static void read_failure(struct client_call *call) {
    static const char *const codes[] = {[HTTP_UNREACHABLE] = "Unreachable",
                                        [HTTP_UNTRUSTED] = "UntrustedServer",
                                        [HTTP_TIMEOUT] = "Timeout",
                                        [HTTP_BROKEN] = "ConnectionBroken",
                                        [HTTP_TOO_LONG] = "ResponseTooLong",
                                        [HTTP_UNSENT] = "UnsoundRequest"};
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

/* Seconds that the server asks to be left alone: "x-amz-retry-after" has milliseconds,
 * "Retry-After" seconds or a date. It is heeded within reason. */
static double asked_pause(const struct client *client, const struct client_call *call) {
    const struct http_call *http = &call->http;
    struct text amz = http_header(http->headers, http->header_count, "x-amz-retry-after");
    struct text usual = http_header(http->headers, http->header_count, "Retry-After");
    double asked = 0;
    if (call->http.failure != HTTP_GOOD) return 0;
    if (when_number(amz, &asked)) asked /= 1000;
    else if (!when_number(usual, &asked) && when_http(usual, &asked)) {
        asked -= client_now(client) + client->clock.skew;
    }
    return fmax(0, fmin(asked, CLIENT_ASKED));
}

static bool try_throttled(struct client *client, struct client_call *call) {
    double ceiling = fmin(30, ldexp(1, (int)(call->attempts < 6 ? call->attempts : 5)));
    double pause = client_random(client) * ceiling, asked = asked_pause(client, call);
    slow_down(client, call->lane, fmax(pause / 4, asked));
    if (client_now(client) - call->begun > CLIENT_PATIENCE) return false;
    client_again(client, call, fmax(pause, asked));
    return true;
}

static bool correct_clock(struct client *client, struct client_call *call) {
    if (call->is_shifted || !clock_correct(&client->clock, &call->http, call->error.code,
                                           client_now(client), call->skew)) {
        return false;
    }
    call->is_shifted = true;
    client_tell_clock(client);
    return true;
}

/* An attempt after a passing failure is paid for; who cannot pay, or has had them all, may still be
 * one who can wait. */
static bool try_passing(struct client *client, struct client_call *call) {
    int cost = call->http.failure == HTTP_TIMEOUT ? 10 : 5;
    double pause = client_random(client) * fmin(20, ldexp(1, (int)call->failures));
    if (++call->failures >= client->most_attempts || !pay(call, cost)) {
        if (!client_can_wait(client, call)) return false;
        pause = 1 + 4 * client_random(client);
    }
    client_again(client, call, fmax(pause, asked_pause(client, call)));
    return true;
}

static bool try_again(struct client *client, struct client_call *call) {
    enum http_failure failure = call->http.failure;
    if (is_throttled(call)) return try_throttled(client, call);
    if (correct_clock(client, call) || move(client, call)) {
        client_again(client, call, 0);
        return true;
    }
    if (is_expired(call) && !call->is_renewed) {
        call->is_renewed = true;
        credentials_expire(client->credentials);
        client_again(client, call, 0);
        return true;
    }
    bool is_final =
        failure == HTTP_UNTRUSTED || failure == HTTP_TOO_LONG || failure == HTTP_UNSENT;
    if (is_final || (!call->is_network && !is_passing(call))) return false;
    return try_passing(client, call);
}

/* Whose keys were refused is what one wants to know. */
static void name_source(const struct client *client, struct client_call *call) {
    static const char *const codes[] = {
        "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
        "SignatureDoesNotMatch", "InvalidSignatureException", "ExpiredToken",
        "ExpiredTokenException", "InvalidToken", NULL};
    struct text source = credentials_source(client->credentials);
    if (!text_is_one_of(call->error.code, codes) || !source.length) return;
    call->error.message = text_format(call->arena, "%.*s%s(keys from: %.*s)",
                                      TEXT_ARGS(call->error.message),
                                      call->error.message.length ? " " : "", TEXT_ARGS(source));
}

static bool was_sent(const struct client_call *call) {
    return call->http.failure != HTTP_UNREACHABLE && call->http.failure != HTTP_UNSENT;
}

void client_judge(struct client *client, struct client_call *call) {
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
    client_tell(client, call);
    if (!call->error.code.length) {
        reward(call);
        call->lane->has_answered = true;
        client_finish(client, call);
        return;
    }
    bool is_unclear = (call->is_network && was_sent(call)) || call->status >= 500;
    if (is_unclear) call->was_unclear = true;
    if (!(is_unclear && call->is_once) && try_again(client, call)) return;
    name_source(client, call);
    client_finish(client, call);
}
