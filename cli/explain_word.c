/* mrp explain of the words of the language: "region", "deploy", "@protect". */
#include "cli/explain.h"

struct word_page {
    const char *words; /* that it explains, separated by blanks */
    const char *form, *meaning, *example;
    const char *section; /* of docs/language.md */
};

static const struct word_page word_pages[] = {
#define PAGE(words, form, meaning, example, section) {words, form, meaning, example, section},
#include "cli/words.def"
#undef PAGE
};

/* The next of some words, taken off them; an empty text behind the last. */
static struct text next_word(const char **words) {
    size_t length = strcspn(*words, " ");
    struct text word = {*words, length};
    *words += length;
    if (**words) ++*words;
    return word;
}

/* A meta attribute is known with its "@" and without. */
static bool has_word(const struct word_page *page, struct text wanted) {
    const char *words = page->words;
    for (struct text word = next_word(&words); word.length; word = next_word(&words)) {
        struct text bare = {word.bytes + 1, word.length - 1};
        if (text_equal(word, wanted) || (word.bytes[0] == '@' && text_equal(bare, wanted)))
            return true;
    }
    return false;
}

bool explain_word(struct buffer *out, struct text wanted) {
    for (size_t i = 0; i < sizeof word_pages / sizeof *word_pages; i++) {
        const struct word_page *page = &word_pages[i];
        if (!has_word(page, wanted)) continue;
        buffer_format(out, "%s\n\n%s\n\n  %s\n\nThe language, section %s.\n", page->form,
                      page->meaning, page->example, page->section);
        return true;
    }
    return false;
}

void explain_word_offer(struct suggestion *suggestion) {
    for (size_t i = 0; i < sizeof word_pages / sizeof *word_pages; i++) {
        const char *words = word_pages[i].words;
        for (struct text word = next_word(&words); word.length; word = next_word(&words))
            suggestion_offer(suggestion, word);
    }
}
