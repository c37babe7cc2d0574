/* A plan as it is written for people: plan_text.c (stacks, summary, what is lost), plan_changes.c
 * (what happens inside one stack), plan_property.c (a property that changes). */
#ifndef MRP_CLI_PLAN_PAGE_H
#define MRP_CLI_PLAN_PAGE_H

#include "cli/deploy.h"

struct page { /* a plan being written */
    struct deploying *deploying;
    const struct plan *plan;
    const struct plan_stack *stack;
    struct buffer *out;
    unsigned columns;
};

void page_painted(const struct page *page, enum paint color, const char *text);
void page_place(struct page *page, struct text place);

/* --- plan_changes.c --------------------------------------------------------------------------- */

/* How a resource is named below its stack: its path without the stack's, else its logical id. */
struct text page_name(const struct page *page, const struct plan_change *change);
/* "S3::Bucket" */
struct text page_type(struct text type);
/* A logical id of page->stack as the reader knows it; what is none stays as it is. */
struct text page_known_name(const struct page *page, struct text id);
/* All that happens in page->stack, line by line. */
struct text page_stack(struct page *page);

/* --- plan_property.c -------------------------------------------------------------------------- */

/* "      NAME: before -> after", without an end of line; open: said in the place of after, or
 * NULL. */
void page_pair(struct page *page, struct text name, struct text before, struct text after,
               const char *open);
/* The lines of a property of a change. */
void page_property(struct page *page, const struct plan_change *change,
                   const struct plan_property *property);

#endif
