/* SHA-256 without libcrypto, where the processor has instructions for it: see hash.h for all
 * else. */
#ifndef MRP_BASE_SHA256_H
#define MRP_BASE_SHA256_H

#include "base/text.h"

/* False where the processor cannot. */
bool sha256_digest(struct text bytes, unsigned char digest[32]);

#endif
