/* Patterns that are no more than sets of characters one after the other, like
 * "^[A-Za-z0-9_-]+(\.fifo)?$", and texts in ASCII: most of what the schema says of names and tags. They
 * are matched here, since PCRE2 would take half a megabyte of memory to say the same.
 *
 * What is read: ^ and $ around it; characters, escaped punctuation, \d \w \s, \p{L} \p{N} \p{Z}, and
 * sets of these and of ranges, also [^...]; ? * + {n} {n,} {n,m}; groups that do not nest and have no
 * sign behind them but ?.
 */
#ifndef MRP_CHECKER_PLAIN_H
#define MRP_CHECKER_PLAIN_H

#include "base/text.h"

#include <stdint.h>

enum { PLAIN_ITEMS = 32 };

struct plain_item {
    uint64_t set[2];      /* a bit a character of ASCII */
    uint32_t least, most; /* how often it stands there; most is UINT32_MAX for any number */
    uint32_t skip;        /* not 0: an optional group, which ends before this item */
};

struct plain {
    uint32_t count;
    struct plain_item items[PLAIN_ITEMS];
};

/* False for a pattern that is more than that; *plain is then of no use. */
bool plain_read(struct text pattern, struct plain *plain);

/* PLAIN_UNKNOWN: the text is not ASCII, or it would take too many attempts. */
enum plain_result { PLAIN_NO, PLAIN_YES, PLAIN_UNKNOWN };

enum plain_result plain_match(const struct plain *plain, struct text text);

#endif
