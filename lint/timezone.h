/* The names of time zones. */
#ifndef MRP_LINT_TIMEZONE_H
#define MRP_LINT_TIMEZONE_H

#include "base/text.h"

bool timezone_known(struct text name);
/* The nearest name, or empty. */
struct text timezone_near(struct text name);

#endif
