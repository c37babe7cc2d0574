/* Words for people at a terminal: lines are broken at columns, and what continues is indented. */
#ifndef MRP_SCHEMA_PAGE_H
#define MRP_SCHEMA_PAGE_H

#include "base/text.h"

enum ink { INK_PLAIN, INK_TITLE, INK_NAME, INK_TYPE, INK_MARK, INK_FAINT };

struct page {
    struct buffer *out;
    size_t columns, column, indent;
    bool color;
    bool whole; /* the page of one property: nothing is shortened */
};

void page_spaces(struct page *page, size_t count);
void page_line(struct page *page);
/* Text as it is, without a break. */
void page_put(struct page *page, enum ink ink, struct text text);
void page_put_string(struct page *page, enum ink ink, const char *string);
/* A word with a blank before it, on the next line if it does not fit. */
void page_word(struct page *page, enum ink ink, struct text word);
/* Each word of a sentence. */
void page_words(struct page *page, enum ink ink, const char *sentence);
void page_number(struct page *page, double number);
/* A comma that belongs to the word before. */
void page_comma(struct page *page);
void page_heading(struct page *page, const char *heading);
/* Begins "    label     " with what follows at the given column. */
void page_label(struct page *page, size_t margin, enum ink ink, struct text label, size_t width);

#endif
