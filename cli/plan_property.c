/* A property that changes: what it was, what it becomes, and its line. Of a long text the place is
 * shown where it differs, of JSON only what differs. */
#include <string.h>

#include "cli/plan_page.h"

enum {
    DIFF_LINES = 12,       /* at most, inside one property */
    EXCERPT_BEFORE = 12,   /* of a long text, before and behind the place where it differs */
    EXCERPT_AFTER = 12,
};

/* Where two texts begin to differ, at a whole character. */
static size_t first_difference(struct text a, struct text b) {
    size_t at = 0;
    while (at < a.length && at < b.length && a.bytes[at] == b.bytes[at]) at++;
    while (at > 0 && at < a.length && ((unsigned char)a.bytes[at] & 0xc0) == 0x80) at--;
    return at;
}

/* What is shown of a long text that differs at that place only behind what fits: the line, or a
 * little before the place. */
static struct text excerpt(struct page *page, struct text text, size_t at, unsigned room) {
    size_t start = at, most = room > 2 * EXCERPT_BEFORE ? EXCERPT_BEFORE : room / 4;
    while (start > 0 && text.bytes[start - 1] != '\n' && at - start < most) start--;
    while (start < at && ((unsigned char)text.bytes[start] & 0xc0) == 0x80) start++;
    struct text rest = {text.bytes + start, text.length - start};
    const char *end = memchr(rest.bytes, '\n', rest.length);
    if (end) rest.length = (size_t)(end - rest.bytes);
    bool is_line = start == 0 || text.bytes[start - 1] == '\n';
    return text_format(&page->deploying->arena, "%s%.*s", is_line ? "" : "...", (int)rest.length,
                       rest.bytes);
}

/* Both as they can be told apart in that many columns; the line they differ in, or 0. */
static unsigned narrow(struct page *page, struct text *before, struct text *after, unsigned room) {
    size_t at = first_difference(*before, *after);
    unsigned line = 1;
    if (!before->length || !after->length || at + EXCERPT_AFTER < room) return 0;
    for (size_t i = 0; i < at; i++) line += before->bytes[i] == '\n';
    bool has_lines = memchr(before->bytes, '\n', before->length) != NULL;
    *before = excerpt(page, *before, at, room);
    *after = excerpt(page, *after, at, room);
    return has_lines ? line : 0;
}

void page_pair(struct page *page, struct text name, struct text before, struct text after,
               const char *open) {
    struct buffer *out = page->out;
    unsigned room = value_room(page->columns);
    unsigned line = narrow(page, &before, &after, room);
    buffer_string(out, "      ");
    show_line(out, name);
    if (line) buffer_format(out, " (line %u)", line);
    buffer_string(out, ": ");
    if (before.length) show_value(page->deploying, before, room, out);
    if (before.length) buffer_string(out, " -> ");
    if (open) buffer_string(out, open);
    else if (after.length) show_value(page->deploying, after, room, out);
    else buffer_string(out, before.length ? "(not set)" : "\"\"");
}

struct diff { /* where two documents differ */
    struct page *page;
    uint32_t lines;
};

static void diff_values(struct diff *diff, struct text path, const struct document *before,
                        const struct document *after);

static void diff_objects(struct diff *diff, struct text path, const struct document *before,
                         const struct document *after) {
    struct arena *arena = &diff->page->deploying->arena;
    for (const struct document *c = after->children; c; c = c->next) {
        diff_values(diff, text_format(arena, "%.*s.%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)),
                    document_member(before, c->key), c);
    }
    for (const struct document *c = before->children; c; c = c->next) {
        if (document_member(after, c->key)) continue;
        diff_values(diff, text_format(arena, "%.*s.%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)), c,
                    NULL);
    }
}

static void diff_lists(struct diff *diff, struct text path, const struct document *before,
                       const struct document *after) {
    struct arena *arena = &diff->page->deploying->arena;
    const struct document *a = before->children, *b = after->children;
    for (uint32_t i = 0; a || b; i++) {
        diff_values(diff, text_format(arena, "%.*s[%u]", TEXT_ARGS(path), i), a, b);
        a = a ? a->next : NULL;
        b = b ? b->next : NULL;
    }
}

static void diff_values(struct diff *diff, struct text path, const struct document *before,
                        const struct document *after) {
    if (before && after && document_equal(before, after)) return;
    if (before && after && before->kind == DOCUMENT_OBJECT && after->kind == DOCUMENT_OBJECT) {
        diff_objects(diff, path, before, after);
        return;
    }
    if (before && after && before->kind == DOCUMENT_LIST && after->kind == DOCUMENT_LIST) {
        diff_lists(diff, path, before, after);
        return;
    }
    if (++diff->lines > DIFF_LINES) return;
    if (diff->lines > 1) buffer_char(diff->page->out, '\n');
    struct arena *arena = &diff->page->deploying->arena;
    struct text old = document_shown(arena, before), new = document_shown(arena, after);
    bool opens = text_is(new, "{{changeSet:KNOWN_AFTER_APPLY}}");
    page_pair(diff->page, path, old, new, opens ? "(known after the deploy)" : NULL);
}

/* Writes only what differs inside of two JSON values; false when they are none. */
static bool write_inner(struct page *page, const struct plan_property *property) {
    struct arena *arena = &page->deploying->arena;
    struct document *before, *after;
    struct failure why;
    struct text a = property->before, b = property->after;
    if (!a.length || !b.length || (a.bytes[0] != '{' && a.bytes[0] != '[') ||
        a.bytes[0] != b.bytes[0]) return false;
    if (!document_read(arena, a, &before, &why) || !document_read(arena, b, &after, &why)) {
        return false;
    }
    struct diff diff = {.page = page};
    diff_values(&diff, property->name, before, after);
    if (diff.lines > DIFF_LINES) {
        buffer_format(page->out, "\n      and %u more places", diff.lines - DIFF_LINES);
    }
    return diff.lines > 0;
}

void page_property(struct page *page, const struct plan_change *change,
                   const struct plan_property *property) {
    struct arena *arena = &page->deploying->arena;
    if (!write_inner(page, property)) {
        struct text open = {0};
        if (property->known_after.length) {
            open = text_format(arena, "(known after %.*s)",
                               TEXT_ARGS(page_known_name(page, property->known_after)));
        }
        page_pair(page, property->name, property->before, property->after, open.bytes);
    }
    page_place(page, property_place(page->deploying, page->stack->template, change->resource,
                                    property->name));
    buffer_char(page->out, '\n');
}
