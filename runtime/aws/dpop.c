/* DPoP (RFC 9449): a signed token for one request, which shows that its sender holds a private
 * key. ES256 is ECDSA on P-256 with SHA-256, its signature the two numbers side by side. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "runtime/aws/sources.h"

static void add_base64url(struct buffer *out, const unsigned char *bytes, size_t length) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)bytes[i] << 16;
        if (left > 1) group |= (unsigned)bytes[i + 1] << 8;
        if (left > 2) group |= bytes[i + 2];
        buffer_char(out, letters[group >> 18]);
        buffer_char(out, letters[group >> 12 & 63]);
        if (left > 1) buffer_char(out, letters[group >> 6 & 63]);
        if (left > 2) buffer_char(out, letters[group & 63]);
    }
}

static void add_part(struct buffer *out, struct buffer *json) {
    add_base64url(out, (const unsigned char *)json->bytes, json->length);
    json->length = 0;
}

/* The coordinates of the public point, 32 bytes each. */
static bool public_point(EVP_PKEY *key, unsigned char x[32], unsigned char y[32]) {
    BIGNUM *numbers[2] = {NULL, NULL};
    bool good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &numbers[0]) &&
                EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &numbers[1]) &&
                BN_bn2binpad(numbers[0], x, 32) == 32 && BN_bn2binpad(numbers[1], y, 32) == 32;
    BN_free(numbers[0]);
    BN_free(numbers[1]);
    return good;
}

static bool add_head(EVP_PKEY *key, struct buffer *out) {
    unsigned char x[32], y[32];
    struct buffer json;
    if (!public_point(key, x, y)) return false;
    buffer_init(&json);
    buffer_string(&json, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\","
                         "\"crv\":\"P-256\",\"x\":\"");
    add_base64url(&json, x, sizeof x);
    buffer_string(&json, "\",\"y\":\"");
    add_base64url(&json, y, sizeof y);
    buffer_string(&json, "\"}}");
    add_part(out, &json);
    buffer_release(&json);
    return true;
}

static bool add_claims(struct text url, double now, struct buffer *out) {
    unsigned char random[16];
    struct buffer json;
    if (RAND_bytes(random, sizeof random) != 1) return false;
    random[6] = (unsigned char)((random[6] & 0x0F) | 0x40);
    random[8] = (unsigned char)((random[8] & 0x3F) | 0x80);
    buffer_init(&json);
    buffer_string(&json, "{\"jti\":\"");
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) buffer_char(&json, '-');
        buffer_format(&json, "%02x", random[i]);
    }
    buffer_string(&json, "\",\"htm\":\"POST\",\"htu\":");
    buffer_json_string(&json, url);
    buffer_format(&json, ",\"iat\":%.0f}", now);
    add_part(out, &json);
    buffer_release(&json);
    return true;
}

/* libcrypto gives the signature as DER. */
static bool add_signature(EVP_PKEY *key, struct buffer *out) {
    unsigned char der[256], raw[64];
    size_t length = sizeof der;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool good = digest && EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(digest, der, &length, (const unsigned char *)out->bytes,
                               out->length) == 1;
    EVP_MD_CTX_free(digest);
    const unsigned char *at = der;
    ECDSA_SIG *signature = good ? d2i_ECDSA_SIG(NULL, &at, (long)length) : NULL;
    good = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32) == 32;
    ECDSA_SIG_free(signature);
    if (!good) return false;
    buffer_char(out, '.');
    add_base64url(out, raw, sizeof raw);
    return true;
}

static int no_password(char *room, int size, int is_writing, void *context) {
    (void)room, (void)size, (void)is_writing, (void)context;
    return 0;
}

static EVP_PKEY *read_key(struct text pem) {
    BIO *bio = BIO_new_mem_buf(pem.bytes, (int)pem.length);
    if (!bio) memory_exhausted();
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    BIO_free(bio);
    return key;
}

bool dpop_proof(struct arena *arena, struct text private_key, struct text url, double now,
                struct text *proof, struct failure *why) {
    struct buffer out;
    EVP_PKEY *key = private_key.length < 1 << 16 ? read_key(private_key) : NULL;
    if (!key) return failure_set(why, "the login's private key (dpopKey) cannot be read");
    buffer_init(&out);
    bool good = add_head(key, &out);
    if (good) buffer_char(&out, '.');
    good = good && add_claims(url, now, &out) && add_signature(key, &out);
    if (good) *proof = buffer_take(&out, arena);
    buffer_release(&out);
    EVP_PKEY_free(key);
    if (good) return true;
    return failure_set(why, "the login's private key (dpopKey) is not one of the curve P-256");
}
