/* Long tables as one text of lines, "KEY REST\n", sorted by their keys. A table of pointers would be
 * settled by the loader at every start, page by page, and few programs ask for any of it. */
#ifndef MRP_SCHEMA_LINES_H
#define MRP_SCHEMA_LINES_H

#include "base/text.h"

/* What follows the key and a blank in its line; false where there is none. */
bool lines_find(struct text lines, struct text key, struct text *rest);

/* Takes what is left up to the byte, or all of it, and the byte itself; false at the end. */
bool lines_take(struct text *left, char byte, struct text *part);

#endif
