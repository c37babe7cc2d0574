/* The policies that AWS manages; the facts are managed.def, made by schema/update-facts. */
#ifndef MRP_SCHEMA_MANAGED_H
#define MRP_SCHEMA_MANAGED_H

#include "base/text.h"

/* The path of the policy with this name ("/service-role/" of "AWSLambdaBasicExecutionRole"); false
 * for one that is not known. */
bool schema_managed_find(struct text name, struct text *path);
/* The nearest name, or empty. */
struct text schema_managed_near(struct text name);

#endif
