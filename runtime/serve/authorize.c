/* Signatures: the request is signed once more by the secret that belongs to its key, and
 * compared. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <strings.h>

#include "runtime/aws/sign.h"
#include "runtime/aws/when.h"
#include "runtime/serve/front.h"

enum { TOLERANCE = 15 * 60, SECONDS_OF_SHORT_TOLERANCE = 5 * 60 };

static bool is_s3(const struct serving *serving) {
    return text_is(serving->claim.service, "s3");
}

static bool is_json(const struct serving *serving) {
    return text_is(serving->claim.service, "ssm");
}

/* The secret that belongs to an access key, with its session if it has one; empty if unknown. */
static struct text serve_secret(const struct serve_front *front, struct text access_key,
                                const struct serve_session **session) {
    *session = NULL;
    if (text_equal(access_key, front->access_key)) return front->secret_key;
    for (size_t i = 0; i < SERVE_SESSIONS; i++) {
        const struct serve_session *one = &front->sessions[i];
        if (!one->access_key[0] || !text_is(access_key, one->access_key)) continue;
        *session = one;
        return text_of(one->secret_key);
    }
    return TEXT("");
}

static bool refuse_key(struct serving *serving) {
    if (is_s3(serving)) {
        return serve_refuse(serving, 403, "InvalidAccessKeyId",
                            "The AWS Access Key Id you provided does not exist in our records.");
    }
    return serve_refuse(serving, is_json(serving) ? 400 : 403,
                        is_json(serving) ? "UnrecognizedClientException" : "InvalidClientTokenId",
                        "The security token included in the request is invalid.");
}

static bool refuse_signature(struct serving *serving) {
    if (is_s3(serving)) {
        return serve_refuse(serving, 403, "SignatureDoesNotMatch",
                            "The request signature we calculated does not match the signature you "
                            "provided. Check your key and signing method.");
    }
    return serve_refuse(
        serving, is_json(serving) ? 400 : 403,
        is_json(serving) ? "InvalidSignatureException" : "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you "
        "provided. Check your AWS Secret Access Key and signing method. Consult the "
        "service documentation for details.");
}

static bool refuse_time(struct serving *serving, struct text date, double signed_at) {
    char now[17], limit[17];
    bool is_late = signed_at < serving->now;
    int allowed = is_late ? TOLERANCE : SECONDS_OF_SHORT_TOLERANCE;
    if (is_s3(serving)) {
        return serve_refuse(serving, 403, "RequestTimeTooSkewed",
                            "The difference between the request time and the current time is too "
                            "large.");
    }
    when_stamp(serving->now, now);
    when_stamp(serving->now + (is_late ? -allowed : allowed), limit);
    return serve_refuse(serving, is_json(serving) ? 400 : 403,
                        is_json(serving) ? "InvalidSignatureException" : "SignatureDoesNotMatch",
                        "Signature %s: %.*s is %s than %s (%s %c %d min.)",
                        is_late ? "expired" : "not yet current", TEXT_ARGS(date),
                        is_late ? "now earlier" : "still later", limit, now, is_late ? '-' : '+',
                        allowed / 60);
}

/* Seconds since 1970 of "20150830T123600Z". */
static bool read_stamp(struct text stamp, double *seconds) {
    char form[32];
    if (stamp.length != 16 || stamp.bytes[8] != 'T') return false;
    for (size_t i = 0; i < 15; i++) {
        if (i != 8 && !ascii_is_digit(stamp.bytes[i])) return false;
    }
    const char *s = stamp.bytes;
    snprintf(form, sizeof form, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 9, s + 11,
             s + 13);
    return when_rfc3339(text_of(form), seconds);
}

static bool is_signed(struct text names, struct text name) {
    for (size_t start = 0; start < names.length;) {
        size_t end = start;
        while (end < names.length && names.bytes[end] != ';') end++;
        struct text one = {names.bytes + start, end - start};
        if (one.length == name.length && strncasecmp(one.bytes, name.bytes, one.length) == 0) {
            return true;
        }
        start = end + 1;
    }
    return false;
}

/* What the client must have signed: the request with the headers that it names. */
static struct http_request signed_part(struct serving *serving) {
    const struct http_request *request = serving->request;
    struct http_request part = {.method = request->method, .host = request->host,
                                .path = request->path, .query = request->query,
                                .body = request->body};
    part.headers = arena_array(serving->arena, request->header_count + 4, sizeof *part.headers);
    part.header_room = request->header_count + 4;
    for (uint32_t i = 0; i < request->header_count; i++) {
        if (!is_signed(serving->claim.signed_names, request->headers[i].name)) continue;
        part.headers[part.header_count++] = request->headers[i];
    }
    return part;
}

static bool same_signature(struct text a, struct text b) {
    return a.length == b.length && CRYPTO_memcmp(a.bytes, b.bytes, a.length) == 0;
}

static bool check_signature(struct serving *serving, struct text secret, double signed_at) {
    struct http_request part = signed_part(serving);
    struct sign_steps steps;
    struct sign_options options = {.access_key = serving->claim.access_key,
                                   .secret_key = secret,
                                   .token = serve_header(serving, "X-Amz-Security-Token"),
                                   .service = serving->claim.service,
                                   .region = serving->claim.region,
                                   .now = signed_at,
                                   .is_path_final = is_s3(serving),
                                   .payload_hash = serve_header(serving, "x-amz-content-sha256")};
    struct text hash = sign_sha256(serving->arena, serving->request->body);
    if (options.payload_hash.length && !text_is(options.payload_hash, "UNSIGNED-PAYLOAD") &&
        !text_equal(options.payload_hash, hash)) {
        return serve_refuse(serving, 400, "XAmzContentSHA256Mismatch",
                            "The provided 'x-amz-content-sha256' header does not match what was "
                            "computed.");
    }
    sign_headers(serving->arena, &part, &options, &steps);
    return same_signature(steps.signature, serving->claim.signature) || refuse_signature(serving);
}

bool serve_authorize(struct serving *serving) {
    const struct serve_session *session;
    double signed_at;
    struct text given = serve_header(serving, "Authorization"),
                date = serve_header(serving, "X-Amz-Date");
    if (!given.length) {
        return serve_refuse(serving, 403, "MissingAuthenticationToken",
                            "Request is missing Authentication Token");
    }
    if (!serve_read_claim(given, &serving->claim) || !read_stamp(date, &signed_at)) {
        return serve_refuse(serving, 400, "IncompleteSignature",
                            "The request signature does not conform to AWS standards.");
    }
    struct text secret = serve_secret(serving->front, serving->claim.access_key, &session);
    struct text token = serve_header(serving, "X-Amz-Security-Token");
    if (!secret.length || !text_is(token, session ? session->token : "")) {
        return refuse_key(serving);
    }
    if (session && session->expires < serving->now) {
        return serve_refuse(serving, 403, "ExpiredToken",
                            "The security token included in the request is expired");
    }
    if (!text_starts(date, serving->claim.date)) return refuse_signature(serving);
    if (signed_at < serving->now - TOLERANCE ||
        signed_at > serving->now + SECONDS_OF_SHORT_TOLERANCE) {
        return refuse_time(serving, date, signed_at);
    }
    serving->caller = session ? text_of(session->arn)
                              : text_format(serving->arena, "arn:aws:iam::%.*s:user/sandbox",
                                            TEXT_ARGS(serving->simulator->account));
    return check_signature(serving, secret, signed_at);
}
