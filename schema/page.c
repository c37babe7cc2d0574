#include "schema/page.h"

static const char *const inks[] = {
    [INK_PLAIN] = "",        [INK_TITLE] = "\033[1m",   [INK_NAME] = "\033[1;36m",
    [INK_TYPE] = "\033[32m", [INK_MARK] = "\033[1;33m", [INK_FAINT] = "\033[2m",
};

void page_spaces(struct page *page, size_t count) {
    for (size_t i = 0; i < count; i++)
        buffer_char(page->out, ' ');
    page->column += count;
}

void page_line(struct page *page) {
    buffer_char(page->out, '\n');
    page->column = 0;
}

void page_put(struct page *page, enum ink ink, struct text text) {
    bool paint = page->color && ink != INK_PLAIN && text.length;
    if (paint) buffer_string(page->out, inks[ink]);
    buffer_text(page->out, text);
    if (paint) buffer_string(page->out, "\033[0m");
    page->column += text_columns(text);
}

void page_put_string(struct page *page, enum ink ink, const char *string) {
    page_put(page, ink, text_of(string));
}

void page_word(struct page *page, enum ink ink, struct text word) {
    bool first = page->column <= page->indent;
    if (!first && page->column + 1 + text_columns(word) > page->columns) {
        page_line(page);
        first = true;
    }
    if (first && page->column < page->indent) page_spaces(page, page->indent - page->column);
    if (!first) page_spaces(page, 1);
    page_put(page, ink, word);
}

void page_words(struct page *page, enum ink ink, const char *sentence) {
    while (*sentence) {
        size_t length = strcspn(sentence, " ");
        if (length) page_word(page, ink, (struct text){sentence, length});
        sentence += length + (sentence[length] == ' ');
    }
}

void page_number(struct page *page, double number) {
    struct buffer digits;
    buffer_init(&digits);
    buffer_number(&digits, number);
    page_word(page, INK_PLAIN, buffer_view(&digits));
    buffer_release(&digits);
}

void page_comma(struct page *page) {
    page_put_string(page, INK_PLAIN, ",");
}

void page_heading(struct page *page, const char *heading) {
    page_line(page);
    page_put_string(page, INK_TITLE, heading);
    page_line(page);
}

void page_label(struct page *page, size_t margin, enum ink ink, struct text label, size_t width) {
    page_spaces(page, margin - page->column);
    page_put(page, ink, label);
    page->indent = margin + width + 2;
    if (page->column + 2 > page->indent) page_line(page);
    page_spaces(page, page->indent - page->column);
}
