/* The policies that AWS manages; the facts are managed.def, made by schema/update-facts. */
#ifndef MRP_SCHEMA_MANAGED_H
#define MRP_SCHEMA_MANAGED_H

#include "base/text.h"

struct schema_managed {
    const char *name; /* "AWSLambdaBasicExecutionRole" */
    const char *path; /* "/service-role/" */
};

/* NULL for one that is not known. */
const struct schema_managed *schema_managed_find(struct text name);
/* The nearest name, or empty. */
struct text schema_managed_near(struct text name);

#endif
