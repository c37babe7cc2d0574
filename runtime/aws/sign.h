/* AWS Signature Version 4: proves that a request comes from who holds the secret key, and when.
 *
 * Four steps, each kept for tests: the request in its canonical form, a text to sign that holds its
 * hash, a key derived from secret, day, region and service, and the HMAC of the text by that key.
 */
#ifndef MRP_RUNTIME_AWS_SIGN_H
#define MRP_RUNTIME_AWS_SIGN_H

#include "runtime/aws/http.h"

struct sign_options {
    struct text access_key, secret_key, token; /* token empty for keys that last */
    struct text service, region;
    double now;
    bool keep_path;      /* dots and double slashes of the path stay */
    bool is_path_final;  /* S3: the path is taken as it is sent, not encoded once more */
    bool adds_hash;      /* the header x-amz-content-sha256 is set and signed (S3 wants it) */
    bool token_is_late;  /* the token is added after signing */
    struct text payload_hash; /* what stands for the hash of the body; empty: it is worked out */
    unsigned expires;    /* of sign_query: seconds that the URL is valid */
};

struct sign_steps {
    struct text canonical_request, string_to_sign, signature, signed_headers;
};

/* Sets the headers x-amz-date, x-amz-security-token and Authorization; those of an earlier
 * signature are replaced. steps may be NULL. */
void sign_headers(struct arena *arena, struct http_request *request,
                  const struct sign_options *options, struct sign_steps *steps);
/* Puts the signature into the query, for a URL that others may fetch. */
void sign_query(struct arena *arena, struct http_request *request,
                const struct sign_options *options, struct sign_steps *steps);

/* SHA-256 in lower-case hexadecimal. */
struct text sign_sha256(struct arena *arena, struct text bytes);

#endif
