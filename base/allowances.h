/* Which allowance of the program silences a diagnostic; for diagnostics.c. */
#ifndef MRP_BASE_ALLOWANCES_H
#define MRP_BASE_ALLOWANCES_H

#include "base/diagnostics.h"

/* The comment that allows the diagnostic, marked as used, or NULL. */
struct allowance *allowance_find(const struct diagnostics *diagnostics,
                                 const struct diagnostic *diagnostic);

/* Whether the diagnostic is allowed for a reason, which not even --deny overrules. */
static inline bool allowance_holds(const struct diagnostic *diagnostic) {
    return diagnostic->allowance && diagnostic->allowance->reason.length > 0;
}

#endif
