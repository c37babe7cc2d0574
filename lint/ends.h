/* When versions of engines, clusters and images end; the facts are rows of ends.def. */
#ifndef MRP_LINT_ENDS_H
#define MRP_LINT_ENDS_H

#include "base/text.h"

struct end {
    const char *what;      /* "postgres", "aurora-mysql", "eks", "codebuild" */
    const char *version;   /* "11": that and all that begin with "11." */
    const char *standard;  /* "2024-02-29": the end of standard support, or NULL */
    const char *extended;  /* the end of extended support, from when on none is made, or NULL */
    const char *successor; /* or NULL */
};

/* NULL for one that is not known. */
const struct end *end_find(const char *what, struct text version);

/* The first row of the kind. */
const struct end *end_first(const char *what);

/* Whether the day has come. It is the day of the facts, not the machine's: the same program is told
 * the same on every day. */
bool end_has_come(const char *day);

#endif
