/* A plan as it is written for people: plan_text.c (stacks, summary, what is lost), plan_changes.c
 * (what happens inside one stack). */
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

/* --- plan_changes.c --------------------------------------------------------------------------- */

/* How a resource is named below its stack: its path without the stack's, else its logical id. */
struct text page_name(const struct page *page, const struct plan_change *change);
/* "S3::Bucket" */
struct text page_type(struct text type);
/* All that happens in page->stack, line by line. */
struct text page_stack(struct page *page);

#endif
