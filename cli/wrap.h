/* Pages of text in the width of a terminal. */
#ifndef MRP_CLI_WRAP_H
#define MRP_CLI_WRAP_H

#include "base/text.h"

/* Appends the page so that its lines fit the columns: a paragraph that has a line which does not
 * is filled anew, and goes on below where its text begins. Examples (between lines that begin
 * with ```, or indented without a label before them), headings and rows of tables stay as they are, and so do
 * words that fit no line. */
void wrap_page(struct text page, unsigned columns, struct buffer *out);
/* Appends the lines of the page, each by itself: one that does not fit goes on in the next, a little
 * further in. */
void wrap_lines(struct text page, unsigned columns, struct buffer *out);

#endif
