/* What a value may be, in words: its type and limits. */
#include "schema/explain_parts.h"

enum {
    ENUM_SHOWN = 8, /* values shown among other properties; the property's own page has all */
    PATTERN_SHOWN = 44,
};

void explain_type(struct page *page, const struct schema_value *value) {
    struct buffer type;
    buffer_init(&type);
    if (schema_value_shape(value) != SCHEMA_UNION) {
        schema_value_write(value, &type);
        page_word(page, INK_TYPE, buffer_view(&type));
    }
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        type.length = 0;
        schema_value_write(schema_value_member(value, i), &type);
        if (i) page_words(page, INK_PLAIN, "or");
        page_word(page, INK_TYPE, buffer_view(&type));
    }
    buffer_release(&type);
}

void explain_also(struct page *page, const char *words) {
    page_comma(page);
    page_words(page, INK_PLAIN, words);
}

void explain_range(struct page *page, struct explain_range range, const char *unit) {
    bool one = range.has_least && range.has_most && range.least == range.most;
    if (!range.has_least && !range.has_most) return;
    page_comma(page);
    if (one) page_words(page, INK_PLAIN, "exactly");
    if (range.has_least && !range.has_most) page_words(page, INK_PLAIN, "at least");
    if (!range.has_least) page_words(page, INK_PLAIN, "at most");
    if (range.has_least && !one) page_number(page, range.least);
    if (range.has_least && range.has_most && !one) page_words(page, INK_PLAIN, "to");
    if (range.has_most) page_number(page, range.most);
    if (!*unit) return;
    page_words(page, INK_PLAIN, unit);
    if ((range.has_most ? range.most : range.least) != 1) page_put_string(page, INK_PLAIN, "s");
}

static void write_sizes(struct page *page, const struct schema_value *value,
                        const struct schema_limits *limits) {
    unsigned set = limits->set;
    bool map = schema_value_shape(value) == SCHEMA_MAP;
    struct explain_range lengths = {(set & SCHEMA_MIN_LENGTH) && limits->min_length,
                                    limits->min_length, set & SCHEMA_MAX_LENGTH,
                                    limits->max_length};
    struct explain_range items = {(set & SCHEMA_MIN_ITEMS) && limits->min_items, limits->min_items,
                                  set & SCHEMA_MAX_ITEMS, limits->max_items};
    struct explain_range numbers = {set & SCHEMA_MINIMUM, limits->minimum, set & SCHEMA_MAXIMUM,
                                    limits->maximum};
    explain_range(page, lengths, "character");
    explain_range(page, items, map ? "key" : "item");
    explain_range(page, numbers, "");
    if (set & SCHEMA_UNIQUE_ITEMS) explain_also(page, "no item twice");
    if (limits->multiple_of > 0) {
        explain_also(page, "a multiple of");
        page_number(page, limits->multiple_of);
    }
}

static void write_enum(struct page *page, const struct schema_value *value,
                       const struct schema_limits *limits) {
    size_t shown =
        page->whole || limits->enum_count <= ENUM_SHOWN + 2 ? limits->enum_count : ENUM_SHOWN;
    page_put_string(page, INK_PLAIN, ":");
    for (size_t i = 0; i < shown; i++) {
        if (i) page_comma(page);
        page_word(page, INK_PLAIN, schema_value_enum(value, i));
    }
    if (shown == limits->enum_count) return;
    page_comma(page);
    page_words(page, INK_FAINT, "and");
    page_number(page, (double)(limits->enum_count - shown));
    page_words(page, INK_FAINT, "more");
}

void explain_pattern(struct page *page, const char *what, struct text pattern) {
    if (!pattern.length || (!page->whole && pattern.length > PATTERN_SHOWN)) return;
    page_comma(page);
    page_words(page, INK_PLAIN, what);
    page_word(page, INK_FAINT, pattern);
}

static void write_limits(struct page *page, const struct schema_value *value) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return;
    write_sizes(page, value, &limits);
    explain_pattern(page, "like", limits.pattern);
    explain_pattern(page, "keys like", limits.key_pattern);
    if (limits.enum_count) write_enum(page, value, &limits);
}

/* Limits of what a list or map holds: "each 1 to 64 characters". */
static void write_element_limits(struct page *page, const struct schema_value *value) {
    struct schema_limits limits;
    const struct schema_value *element = schema_value_element(value);
    if (!element || !schema_value_limits(element, &limits)) return;
    if (!limits.enum_count && !page->whole && limits.pattern.length > PATTERN_SHOWN && !limits.set)
        return;
    page_put_string(page, INK_PLAIN, ";");
    page_words(page, INK_PLAIN, "each");
    explain_type(page, element);
    write_limits(page, element);
}

void explain_value(struct page *page, const struct schema_value *value) {
    explain_type(page, value);
    write_limits(page, value);
    write_element_limits(page, value);
    for (size_t i = 0; page->whole && i < schema_value_member_count(value); i++) {
        const struct schema_value *member = schema_value_member(value, i);
        struct schema_limits limits;
        if (!schema_value_limits(member, &limits)) continue;
        page_put_string(page, INK_PLAIN, ";");
        page_words(page, INK_PLAIN, "as");
        explain_type(page, member);
        write_limits(page, member);
    }
}
