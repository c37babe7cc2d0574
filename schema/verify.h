/* Whether packed tables that come from outside can be read in place without a further check. */
#ifndef MRP_SCHEMA_VERIFY_H
#define MRP_SCHEMA_VERIFY_H

#include "base/failure.h"

#include <stddef.h>

/* Follows every reference of the tables: sections lie within the bytes, strings, lists and rows
 * exist, sorted things are sorted, and no value contains itself other than through a body. bytes is
 * aligned to 8. */
bool packed_verify(const void *bytes, size_t size, struct failure *why);

#endif
