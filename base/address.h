/* Addresses and blocks of them, IPv4 and IPv6, as texts: "10.0.0.0/16", "2001:db8::/56". */
#ifndef MRP_BASE_ADDRESS_H
#define MRP_BASE_ADDRESS_H

#include "base/text.h"

/* An address is 128 bits; an IPv4 address is the upper 32 of them, so that prefixes count from the
 * same end for both. */
struct block {
    unsigned __int128 address;
    int bits;   /* of an address: 32 or 128 */
    int prefix; /* of an address alone: all bits */
};

bool address_read(struct text text, struct block *block);
/* An address and its prefix. Bits behind the prefix stay as they are written. */
bool block_read(struct text text, struct block *block);
/* Clears the bits behind the prefix; whether there were any. */
bool block_cut(struct block *block);

/* As RFC 5952 wants them. */
struct text address_text(struct arena *arena, const struct block *block);
struct text block_text(struct arena *arena, const struct block *block);

/* So many bits from the upper end. */
unsigned __int128 block_mask(int prefix);
/* Whether all of the inner one lies in the outer one; whether two have an address in common. */
bool block_holds(const struct block *outer, const struct block *inner);
bool block_meets(const struct block *a, const struct block *b);

#endif
