/* Signature Version 4, as AWS documents it under "Create a signed AWS API request". */
#include "runtime/aws/sign.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/hash.h"
#include "runtime/aws/when.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { BLOCK = 64 }; /* bytes that SHA-256 takes at a time */

struct text sign_sha256(struct arena *arena, struct text bytes) {
    return hash_hex(arena, HASH_SHA256, bytes);
}

/* The digest of a block, each of its bytes changed by that mask, and of what follows it. */
static void digest_behind(const unsigned char block[BLOCK], unsigned char mask, struct text bytes,
                          unsigned char digest[HASH_LONGEST]) {
    struct buffer all;
    buffer_init(&all);
    for (size_t i = 0; i < BLOCK; i++) buffer_char(&all, (char)(block[i] ^ mask));
    buffer_text(&all, bytes);
    hash_digest(HASH_SHA256, buffer_view(&all), digest);
    OPENSSL_cleanse(all.bytes, BLOCK);
    buffer_release(&all);
}

/* HMAC-SHA256 (RFC 2104). libcrypto's own would set up all of libcrypto, which crashes where memory
 * runs out meanwhile. */
static void sign_hmac(const void *key, size_t key_length, struct text bytes,
                      unsigned char mac[32]) {
    unsigned char block[BLOCK] = {0}, digest[HASH_LONGEST];
    if (key_length > BLOCK) {
        hash_digest(HASH_SHA256, (struct text){key, key_length}, digest);
        memcpy(block, digest, 32);
    } else {
        memcpy(block, key, key_length);
    }
    digest_behind(block, 0x36, bytes, digest);
    digest_behind(block, 0x5c, (struct text){(const char *)digest, 32}, digest);
    memcpy(mac, digest, 32);
    OPENSSL_cleanse(block, sizeof block);
}

/* --- path and query -------------------------------------------------------------------------- */

/* RFC 3986 5.2.4, and runs of slashes become one. */
static struct text normalize_path(struct arena *arena, struct text path) {
    char *out = arena_alloc(arena, path.length + 2);
    size_t length = 0;
    out[length++] = '/';
    for (size_t i = 0; i < path.length;) {
        if (path.bytes[i] == '/') {
            i++;
            continue;
        }
        size_t end = i;
        while (end < path.length && path.bytes[end] != '/') end++;
        struct text part = {path.bytes + i, end - i};
        bool is_last = end == path.length;
        i = end;
        if (text_is(part, ".")) continue;
        if (text_is(part, "..")) {
            if (length > 1) length--;
            while (length > 1 && out[length - 1] != '/') length--;
            continue;
        }
        memcpy(out + length, part.bytes, part.length);
        length += part.length;
        if (!is_last) out[length++] = '/';
    }
    return (struct text){out, length};
}

static void add_path(struct arena *arena, const struct http_request *request,
                     const struct sign_options *options, struct buffer *out) {
    struct text path = request->path.length ? request->path : TEXT("/");
    if (options->is_path_final) {
        buffer_text(out, path);
        return;
    }
    if (!options->keep_path) path = normalize_path(arena, path);
    http_encode(out, path, "/");
}

struct pair {
    struct text key, value;
};

static int compare_pairs(const void *a, const void *b) {
    const struct pair *x = a, *y = b;
    int order = text_compare(x->key, y->key);
    return order ? order : text_compare(x->value, y->value);
}

/* Encoded exactly once, whatever it was before. */
static struct text encoded(struct arena *arena, struct text text) {
    struct buffer out;
    buffer_init(&out);
    http_encode(&out, http_decode(arena, text), "");
    struct text taken = buffer_take(&out, arena);
    buffer_release(&out);
    return taken;
}

static struct pair split_pair(struct arena *arena, struct text text) {
    const char *equals = text.length ? memchr(text.bytes, '=', text.length) : NULL;
    if (!equals) return (struct pair){encoded(arena, text), {"", 0}};
    size_t length = (size_t)(equals - text.bytes);
    struct text value = {equals + 1, text.length - length - 1};
    return (struct pair){encoded(arena, (struct text){text.bytes, length}), encoded(arena, value)};
}

static void add_query(struct arena *arena, struct text query, struct buffer *out) {
    size_t most = 1, count = 0;
    for (size_t i = 0; i < query.length; i++) most += query.bytes[i] == '&';
    struct pair *pairs = arena_array(arena, most, sizeof *pairs);
    for (size_t start = 0; start < query.length;) {
        size_t end = start;
        while (end < query.length && query.bytes[end] != '&') end++;
        if (end > start) {
            pairs[count++] = split_pair(arena, (struct text){query.bytes + start, end - start});
        }
        start = end + 1;
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i) buffer_char(out, '&');
        buffer_text(out, pairs[i].key);
        buffer_char(out, '=');
        buffer_text(out, pairs[i].value);
    }
}

/* --- headers --------------------------------------------------------------------------------- */

/* Those that a proxy or the HTTP library may change. */
static bool is_signed(struct text name) {
    static const char *const unsigned_names[] = {
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id", NULL};
    return !text_is_one_of(name, unsigned_names);
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Without space at the ends; runs of it inside are one blank, in quotes too. */
static void add_trimmed(struct buffer *out, struct text value) {
    bool is_begun = false, is_blank = false;
    for (size_t i = 0; i < value.length; i++) {
        if (is_space(value.bytes[i])) {
            is_blank = true;
            continue;
        }
        if (is_blank && is_begun) buffer_char(out, ' ');
        buffer_char(out, value.bytes[i]);
        is_begun = true;
        is_blank = false;
    }
}

/* Sorted by name; equal names in the order they came, which an insertion sort keeps. */
static uint32_t sorted_headers(struct arena *arena, const struct http_request *request,
                               bool without_date, bool token_is_late,
                               struct http_header **result) {
    struct http_header *sorted = arena_array(arena, request->header_count + 1, sizeof *sorted);
    uint32_t count = 0;
    for (uint32_t i = 0; i <= request->header_count; i++) {
        struct http_header header = {TEXT("host"), request->host};
        if (i < request->header_count) {
            header = (struct http_header){text_lower(arena, request->headers[i].name),
                                          request->headers[i].value};
            if (!is_signed(header.name) || text_is(header.name, "host")) continue;
            if (without_date && text_is(header.name, "x-amz-date")) continue;
            if (token_is_late && text_is(header.name, "x-amz-security-token")) continue;
        }
        uint32_t at = count++;
        for (; at > 0 && text_compare(sorted[at - 1].name, header.name) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = header;
    }
    *result = sorted;
    return count;
}

static void add_headers(const struct http_header *headers, uint32_t count, struct buffer *out) {
    for (uint32_t i = 0; i < count; i++) {
        bool is_more = i > 0 && text_equal(headers[i].name, headers[i - 1].name);
        if (is_more) {
            out->length--; /* the end of the line before */
            buffer_char(out, ',');
        } else {
            buffer_text(out, headers[i].name);
            buffer_char(out, ':');
        }
        add_trimmed(out, headers[i].value);
        buffer_char(out, '\n');
    }
}

static struct text header_names(struct arena *arena, const struct http_header *headers,
                                uint32_t count) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && text_equal(headers[i].name, headers[i - 1].name)) continue;
        if (out.length) buffer_char(&out, ';');
        buffer_text(&out, headers[i].name);
    }
    struct text names = buffer_take(&out, arena);
    buffer_release(&out);
    return names;
}

/* --- the four steps -------------------------------------------------------------------------- */

struct signing {
    struct arena *arena;
    const struct http_request *request;
    const struct sign_options *options;
    struct http_header *headers;
    uint32_t header_count;
    char stamp[17];
    struct text scope; /* "20150830/us-east-1/service/aws4_request" */
    struct sign_steps steps;
};

static void begin(struct signing *signing, bool without_date) {
    const struct sign_options *options = signing->options;
    when_stamp(options->now, signing->stamp);
    signing->scope = text_format(signing->arena, "%.8s/%.*s/%.*s/aws4_request", signing->stamp,
                                 TEXT_ARGS(options->region), TEXT_ARGS(options->service));
    signing->header_count =
        sorted_headers(signing->arena, signing->request, without_date, options->token_is_late,
                       &signing->headers);
    signing->steps.signed_headers =
        header_names(signing->arena, signing->headers, signing->header_count);
}

static void make_canonical(struct signing *signing, struct text query) {
    struct buffer out;
    buffer_init(&out);
    buffer_text(&out, signing->request->method);
    buffer_char(&out, '\n');
    add_path(signing->arena, signing->request, signing->options, &out);
    buffer_char(&out, '\n');
    add_query(signing->arena, query, &out);
    buffer_char(&out, '\n');
    add_headers(signing->headers, signing->header_count, &out);
    buffer_char(&out, '\n');
    buffer_text(&out, signing->steps.signed_headers);
    buffer_char(&out, '\n');
    struct text hash = signing->options->payload_hash;
    buffer_text(&out, hash.length ? hash : sign_sha256(signing->arena, signing->request->body));
    signing->steps.canonical_request = buffer_take(&out, signing->arena);
    buffer_release(&out);
}

static void make_signature(struct signing *signing) {
    const struct sign_options *options = signing->options;
    struct sign_steps *steps = &signing->steps;
    struct text hash = sign_sha256(signing->arena, steps->canonical_request);
    steps->string_to_sign =
        text_format(signing->arena, ALGORITHM "\n%s\n%.*s\n%.*s", signing->stamp,
                    TEXT_ARGS(signing->scope), TEXT_ARGS(hash));
    struct text secret = text_format(signing->arena, "AWS4%.*s", TEXT_ARGS(options->secret_key));
    unsigned char key[32], next[32];
    sign_hmac(secret.bytes, secret.length, (struct text){signing->stamp, 8}, key);
    sign_hmac(key, sizeof key, options->region, next);
    sign_hmac(next, sizeof next, options->service, key);
    sign_hmac(key, sizeof key, TEXT("aws4_request"), next);
    sign_hmac(next, sizeof next, steps->string_to_sign, key);
    steps->signature = text_hexadecimal(signing->arena, key, sizeof key);
    OPENSSL_cleanse((char *)secret.bytes, secret.length);
    OPENSSL_cleanse(next, sizeof next);
}

void sign_headers(struct arena *arena, struct http_request *request,
                  const struct sign_options *options, struct sign_steps *steps) {
    struct signing signing = {.arena = arena, .request = request, .options = options};
    char stamp[17];
    when_stamp(options->now, stamp);
    http_drop(request, "X-Amz-Security-Token");
    if (options->token.length) {
        http_set(arena, request, "X-Amz-Security-Token", options->token);
    }
    http_set(arena, request, "X-Amz-Date", text_copy(arena, text_of(stamp)));
    if (options->adds_hash) {
        http_set(arena, request, "x-amz-content-sha256", sign_sha256(arena, request->body));
    }
    begin(&signing, false);
    make_canonical(&signing, request->query);
    make_signature(&signing);
    struct text value = text_format(
        arena, ALGORITHM " Credential=%.*s/%.*s, SignedHeaders=%.*s, Signature=%.*s",
        TEXT_ARGS(options->access_key), TEXT_ARGS(signing.scope),
        TEXT_ARGS(signing.steps.signed_headers), TEXT_ARGS(signing.steps.signature));
    http_set(arena, request, "Authorization", value);
    if (steps) *steps = signing.steps;
}

static void add_parameter(struct buffer *query, const char *name, struct text value) {
    if (query->length) buffer_char(query, '&');
    buffer_string(query, name);
    buffer_char(query, '=');
    http_encode(query, value, "");
}

void sign_query(struct arena *arena, struct http_request *request,
                const struct sign_options *options, struct sign_steps *steps) {
    struct signing signing = {.arena = arena, .request = request, .options = options};
    struct buffer query;
    begin(&signing, true);
    buffer_init(&query);
    buffer_text(&query, request->query);
    add_parameter(&query, "X-Amz-Algorithm", TEXT(ALGORITHM));
    add_parameter(&query, "X-Amz-Credential",
                  text_format(arena, "%.*s/%.*s", TEXT_ARGS(options->access_key),
                              TEXT_ARGS(signing.scope)));
    add_parameter(&query, "X-Amz-Date", text_of(signing.stamp));
    add_parameter(&query, "X-Amz-SignedHeaders", signing.steps.signed_headers);
    add_parameter(&query, "X-Amz-Expires", text_format(arena, "%u", options->expires));
    if (options->token.length && !options->token_is_late) {
        add_parameter(&query, "X-Amz-Security-Token", options->token);
    }
    make_canonical(&signing, buffer_view(&query));
    make_signature(&signing);
    if (options->token.length && options->token_is_late) {
        add_parameter(&query, "X-Amz-Security-Token", options->token);
    }
    add_parameter(&query, "X-Amz-Signature", signing.steps.signature);
    request->query = buffer_take(&query, arena);
    buffer_release(&query);
    if (steps) *steps = signing.steps;
}
