/* The pages of mrp explain about the standard library, in Markdown: made of its sources, so that
 * what they say is what the compiler reads. */
#ifndef MRP_CLI_EXPLAIN_LIBRARY_H
#define MRP_CLI_EXPLAIN_LIBRARY_H

#include "base/diagnostics.h"
#include "base/failure.h"

/* Appends the page of "std", a module ("std.storage") or a component ("std.storage.Bucket", also
 * without "std."). False if there is none of this name. */
bool explain_library(struct text name, struct buffer *page);

/* Writes all pages into a folder: index.md, storage.md, storage.Bucket.md, ... */
bool explain_library_all(const char *folder, struct failure *why);

/* Offers the names of all modules and components; they lie in the arena. */
void explain_library_offer(struct arena *arena, struct suggestion *suggestion);

#endif
