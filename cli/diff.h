/* The difference of two texts, line by line. */
#ifndef MRP_CLI_DIFF_H
#define MRP_CLI_DIFF_H

#include "base/text.h"

/* Appends a unified diff with three lines of context, as diff -u writes it, or nothing where both
 * are equal. */
void diff_unified(const char *name, struct text before, struct text after, struct buffer *out);

#endif
