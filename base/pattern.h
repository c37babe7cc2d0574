/* Regular expressions (PCRE2), compiled once and matched within a budget.
 *
 * Compiled patterns are kept in a table of the thread, since a program uses few of them and often;
 * it holds at most PATTERN_KEPT and is emptied when it is full. A pattern used PATTERN_JIT times is
 * compiled to machine code (measured: it pays after some 95 uses). `$` matches at the very end
 * only, never before a last new line: what is checked is then what is used.
 */
#ifndef MRP_BASE_PATTERN_H
#define MRP_BASE_PATTERN_H

#include "base/text.h"

enum { PATTERN_KEPT = 512, PATTERN_JIT = 64, PATTERN_GROUPS = 100, PATTERN_BYTES = 16384 };

struct pattern; /* stays until the table is emptied: do not keep it, ask for it again */

struct pattern_error {
    char message[128];
    size_t offset; /* in the pattern */
};

/* The compiled pattern, or NULL with *error. */
struct pattern *pattern_get(struct text source, struct pattern_error *error);

enum pattern_result {
    PATTERN_NO,
    PATTERN_YES,
    PATTERN_BUDGET, /* spend said no: it has reported */
    PATTERN_LIMIT,  /* one match took more than the limits allow */
};

/* Pays for the work of a match before it is done; false to stop. */
struct pattern_budget {
    bool (*spend)(void *context, uint64_t steps);
    void *context;
};

/* What a match found: byte offsets, 0 is the whole; SIZE_MAX for a group that took no part. */
struct pattern_match {
    size_t start[PATTERN_GROUPS], end[PATTERN_GROUPS];
    uint32_t count; /* groups of the pattern, and one */
};

/* Searches text (valid UTF-8) at or after offset from. match may be NULL. */
enum pattern_result pattern_search(struct pattern *pattern, struct text text, size_t from,
                                   const struct pattern_budget *budget,
                                   struct pattern_match *match);

/* Calls visit with each name of a group and its number, in order of the names. */
void pattern_names(const struct pattern *pattern,
                   void (*visit)(void *context, struct text name, uint32_t group), void *context);

#endif
