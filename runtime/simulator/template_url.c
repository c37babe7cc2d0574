/* Where templates and policies come from: the request itself, the stack, or an object in a bucket
 * of the sandbox. */
#include "base/limits.h"
#include "runtime/simulator/calls.h"

struct place {
    struct text bucket, key, version;
};

/* What comes before the character; the rest is what comes after it. */
static struct text cut(struct text *rest, char at) {
    const char *found = rest->length ? memchr(rest->bytes, at, rest->length) : NULL;
    size_t length = found ? (size_t)(found - rest->bytes) : rest->length;
    struct text before = {rest->bytes, length};
    *rest = (struct text){rest->bytes + length + (found != NULL),
                          rest->length - length - (found != NULL)};
    return before;
}

static struct text unescaped(struct arena *arena, struct text s) {
    char *out = arena_alloc(arena, s.length + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.length; i++) {
        bool is_escape = s.bytes[i] == '%' && i + 2 < s.length;
        int high = is_escape ? ascii_digit(s.bytes[i + 1], 16) : -1;
        int low = is_escape ? ascii_digit(s.bytes[i + 2], 16) : -1;
        is_escape = high >= 0 && low >= 0;
        out[n++] = is_escape ? (char)(high << 4 | low) : s.bytes[i];
        if (is_escape) i += 2;
    }
    return (struct text){out, n};
}

/* The bucket of "BUCKET.s3.REGION.amazonaws.com" and its older forms, empty where the host names
 * none; false for a host that is not S3's. */
static bool read_host(struct text host, struct text *bucket) {
    if (!text_ends(host, TEXT(".amazonaws.com")) && !text_ends(host, TEXT(".amazonaws.com.cn"))) {
        return false;
    }
    *bucket = (struct text){host.bytes, 0};
    if (text_starts(host, TEXT("s3.")) || text_starts(host, TEXT("s3-"))) return true;
    for (size_t i = 1; i + 4 < host.length; i++) { /* the bucket may have dots of its own */
        if (memcmp(host.bytes + i, ".s3.", 4) && memcmp(host.bytes + i, ".s3-", 4)) continue;
        bucket->length = i;
    }
    return bucket->length > 0;
}

/* Clients that talk to a sandbox that serves name its objects by its own address. */
static bool is_own_host(struct text host) {
    struct text name = cut(&host, ':');
    return text_is(name, "127.0.0.1") || text_is(name, "localhost");
}

/* member: what the request calls the URL. */
static bool read_url(struct cloud_call *call, const char *member, struct text url,
                     struct place *place) {
    static const struct text https = {"https://", 8}, http = {"http://", 7}, s3 = {"s3://", 5};
    bool is_plain = text_starts(url, http);
    struct text scheme = text_starts(url, s3) ? s3 : is_plain ? http : https;
    bool good = text_starts(url, scheme);
    struct text rest = good ? (struct text){url.bytes + scheme.length, url.length - scheme.length}
                            : TEXT("");
    if (text_starts(url, s3)) {
        struct text bucket = cut(&rest, '/');
        return sim_refuse(call, "ValidationError",
                          "S3 error: Domain name specified in %.*s is not a valid S3 domain",
                          TEXT_ARGS(bucket));
    }
    struct text host = cut(&rest, '/');
    if (!good || (is_plain ? !is_own_host(host) : !read_host(host, &place->bucket))) {
        return sim_refuse(call, "ValidationError", "%s must be a supported URL.", member);
    }
    if (!place->bucket.length) place->bucket = cut(&rest, '/');
    place->key = unescaped(call->arena, cut(&rest, '?'));
    if (text_starts(rest, TEXT("versionId="))) {
        place->version = (struct text){rest.bytes + 10, rest.length - 10};
    }
    if (place->bucket.length && place->key.length) return true;
    return sim_refuse(call, "ValidationError", "%s must be a supported URL.", member);
}

static bool read_object(struct simulator *simulator, struct cloud_call *call,
                        const struct place *place, struct text *body) {
    const struct sim_object *object =
        sim_object_find(simulator, place->bucket, place->key, place->version);
    if (!object) {
        const char *what = sim_bucket_owner(simulator, place->bucket)
                               ? "S3 error: The specified key does not exist."
                               : "S3 error: The specified bucket does not exist";
        return sim_refuse(call, "ValidationError", "%s", what);
    }
    *body = object->body;
    return true;
}

bool sim_policy_at(struct simulator *simulator, struct cloud_call *call, const char *member,
                   struct text url, struct text *policy) {
    struct place place = {0};
    return read_url(call, member, url, &place) && read_object(simulator, call, &place, policy);
}

bool sim_template_body(struct simulator *simulator, struct cloud_call *call,
                       const struct sim_stack *stack, struct text *body) {
    const struct cloud_request *request = &call->request;
    struct place place = {0};
    if (request->body.length) {
        *body = request->body;
        return true;
    }
    if (request->use_previous && stack && stack->now.blueprint) {
        const struct sim_blueprint *held = stack->now.blueprint;
        *body = held->original.length ? held->original : held->body;
        return true;
    }
    if (!read_url(call, "TemplateURL", request->url, &place) ||
        !read_object(simulator, call, &place, body)) return false;
    return body->length <= LIMIT_TEMPLATE_BYTES ||
           sim_refuse(call, "ValidationError", "Template may not exceed %d bytes in size.",
                      LIMIT_TEMPLATE_BYTES);
}
