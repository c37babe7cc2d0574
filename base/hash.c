/* libcrypto's algorithms by themselves: what finds them by name (EVP) sets up all of libcrypto
 * first, which takes longer than most whole runs. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

size_t hash_digest(enum hash_kind kind, struct text bytes, unsigned char digest[HASH_LONGEST]) {
    union {
        MD5_CTX md5;
        SHA_CTX sha1;
        SHA256_CTX sha256;
        SHA512_CTX sha512;
    } state;
    switch (kind) {
    case HASH_MD5:
        MD5_Init(&state.md5);
        MD5_Update(&state.md5, bytes.bytes, bytes.length);
        MD5_Final(digest, &state.md5);
        return MD5_DIGEST_LENGTH;
    case HASH_SHA1:
        SHA1_Init(&state.sha1);
        SHA1_Update(&state.sha1, bytes.bytes, bytes.length);
        SHA1_Final(digest, &state.sha1);
        return SHA_DIGEST_LENGTH;
    case HASH_SHA256:
        SHA256_Init(&state.sha256);
        SHA256_Update(&state.sha256, bytes.bytes, bytes.length);
        SHA256_Final(digest, &state.sha256);
        return SHA256_DIGEST_LENGTH;
    case HASH_SHA512:
        SHA512_Init(&state.sha512);
        SHA512_Update(&state.sha512, bytes.bytes, bytes.length);
        SHA512_Final(digest, &state.sha512);
        return SHA512_DIGEST_LENGTH;
    }
    return 0;
}

struct text hash_hex(struct arena *arena, enum hash_kind kind, struct text bytes) {
    unsigned char digest[HASH_LONGEST];
    return text_hexadecimal(arena, digest, hash_digest(kind, bytes, digest));
}

void hash_letters(struct text bytes, char letters[9]) {
    unsigned char digest[HASH_LONGEST];
    hash_digest(HASH_SHA256, bytes, digest);
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) number = number << 8 | digest[i];
    for (int i = 0; i < 8; i++, number /= 26) letters[i] = (char)('a' + number % 26);
    letters[8] = '\0';
}
