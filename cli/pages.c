/* The table that docs/pages.awk makes of docs/diagnostics/. */
#include "cli/pages.h"

const struct page pages[] = {
#include "cli/pages.inc"
    {NULL, NULL}, /* the table is never empty */
};

const size_t page_count = sizeof pages / sizeof *pages - 1;

const struct page *page_find(struct text name) {
    for (size_t i = 0; i < page_count; i++) {
        if (text_is(name, pages[i].name)) return &pages[i];
    }
    return NULL;
}
