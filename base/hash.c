/* Digests from libcrypto, opened at the first use: mapping it costs more than most whole runs.
 * SHA-256 needs it only where the processor has no instructions for it. */
#include "base/hash.h"

#include <dlfcn.h>

#include "base/sha256.h"

struct crypto {
    int (*digest)(const void *data, size_t count, unsigned char *digest, unsigned int *size,
                  const void *kind, void *engine);
    const void *(*kinds[4])(void);
};

static bool crypto_symbol(void *library, const char *name, void *function, struct failure *why) {
    void *symbol = dlsym(library, name);
    if (!symbol) return failure_set(why, "libcrypto has no function \"%s\"", name);
    /* ISO C has no cast from object to function pointer */
    memcpy(function, &symbol, sizeof symbol);
    return true;
}

static bool crypto_load(struct crypto *crypto, struct failure *why) {
    void *library = dlopen("libcrypto.so.3", RTLD_LAZY | RTLD_LOCAL);
    if (!library) library = dlopen("libcrypto.so", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        failure_set(why, "could not open libcrypto: %s", dlerror());
        return failure_hint(why, "Install OpenSSL 3 (Debian and Ubuntu: apt-get install libssl3).");
    }
    static const char *const kinds[] = {"EVP_md5", "EVP_sha1", "EVP_sha256", "EVP_sha512"};
    for (int i = 0; i < 4; i++) {
        if (!crypto_symbol(library, kinds[i], &crypto->kinds[i], why)) return false;
    }
    return crypto_symbol(library, "EVP_Digest", &crypto->digest, why);
}

bool hash_digest(enum hash_kind kind, struct text bytes, unsigned char digest[64], size_t *length,
                 struct failure *why) {
    static _Thread_local struct crypto crypto;
    if (kind == HASH_SHA256 && sha256_digest(bytes, digest)) {
        *length = 32;
        return true;
    }
    if (!crypto.digest && !crypto_load(&crypto, why)) return false;
    unsigned int size = 0;
    if (!crypto.digest(bytes.bytes ? bytes.bytes : "", bytes.length, digest, &size,
                       crypto.kinds[kind](), NULL)) {
        return failure_set(why, "libcrypto refused to compute a digest");
    }
    *length = size;
    return true;
}

bool hash_hex(struct arena *arena, enum hash_kind kind, struct text bytes, struct text *hex,
              struct failure *why) {
    unsigned char digest[64];
    size_t length;
    if (!hash_digest(kind, bytes, digest, &length, why)) return false;
    char *digits = arena_alloc(arena, 2 * length + 1);
    for (size_t i = 0; i < length; i++) {
        digits[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    *hex = (struct text){digits, 2 * length};
    return true;
}

bool hash_letters(struct text bytes, char letters[9], struct failure *why) {
    unsigned char digest[64];
    size_t length;
    if (!hash_digest(HASH_SHA256, bytes, digest, &length, why)) return false;
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) number = number << 8 | digest[i];
    for (int i = 0; i < 8; i++, number /= 26) letters[i] = (char)('a' + number % 26);
    letters[8] = '\0';
    return true;
}
