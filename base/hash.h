/* SHA-2, SHA-1 and MD5; what the processor cannot do by itself through libcrypto, which is opened
 * then: most runs need none. */
#ifndef MRP_BASE_HASH_H
#define MRP_BASE_HASH_H

#include "base/failure.h"
#include "base/text.h"

enum hash_kind { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA512 };

/* The digest of bytes in lower-case hexadecimal, in the arena. */
bool hash_hex(struct arena *arena, enum hash_kind kind, struct text bytes, struct text *hex,
              struct failure *why);
/* The digest itself; digest has room for 64 bytes, *length is set. */
bool hash_digest(enum hash_kind kind, struct text bytes, unsigned char digest[64], size_t *length,
                 struct failure *why);
/* Eight letters a-z that only depend on the bytes (the first 64 bits of SHA-256, base 26). */
bool hash_letters(struct text bytes, char letters[9], struct failure *why);

#endif
