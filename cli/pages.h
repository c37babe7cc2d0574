/* The pages of docs/diagnostics/, built into the binary. */
#ifndef MRP_CLI_PAGES_H
#define MRP_CLI_PAGES_H

#include "base/text.h"

struct page {
    const char *name; /* of the diagnostic */
    const char *text; /* Markdown */
};

extern const struct page pages[]; /* in byte order of their names */
extern const size_t page_count;

/* The page of this name, or NULL. */
const struct page *page_find(struct text name);

#endif
