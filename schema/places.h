/* Where regions lie, to suggest a near one; the facts are rows of places.def. */
#ifndef MRP_SCHEMA_PLACES_H
#define MRP_SCHEMA_PLACES_H

#include "base/text.h"

/* The region nearest to `from` in its partition for which fits says yes; empty if there is none, or
 * where `from` lies is not known. */
struct text schema_place_nearest(struct text from, bool (*fits)(void *context, struct text region),
                                 void *context);

#endif
