/* SHA-2 and SHA-1 (FIPS 180-4), and MD5 (RFC 1321). */
#ifndef MRP_BASE_HASH_H
#define MRP_BASE_HASH_H

#include "base/arena.h"
#include "base/text.h"

enum hash_kind { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA512 };
enum { HASH_LONGEST = 64 }; /* bytes of a digest */

/* The digest of bytes, and how long it is. */
size_t hash_digest(enum hash_kind kind, struct text bytes, unsigned char digest[HASH_LONGEST]);
/* The same in lower-case hexadecimal, in the arena. */
struct text hash_hex(struct arena *arena, enum hash_kind kind, struct text bytes);
/* Eight letters a-z that only depend on the bytes (the first 64 bits of SHA-256, base 26). */
void hash_letters(struct text bytes, char letters[9]);

#endif
