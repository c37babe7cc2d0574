/* Unified diffs. Equal lines at both ends are set aside; between them the longest common
 * subsequence is found in a table, or where that would be too large all of it counts as changed.
 */
#include "cli/diff.h"

enum { CONTEXT = 3, TABLE_MOST = 16 << 20 };

struct lines {
    struct text *items;
    size_t count;
};

static struct lines split(struct arena *arena, struct text text) {
    struct lines lines = {0};
    for (size_t i = 0; i < text.length; i++) lines.count += text.bytes[i] == '\n';
    lines.count += text.length && text.bytes[text.length - 1] != '\n';
    lines.items = arena_array(arena, lines.count, sizeof *lines.items);
    const char *at = text.bytes, *end = text.bytes + text.length;
    for (size_t i = 0; i < lines.count; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        lines.items[i] = (struct text){at, (size_t)(next - at)};
        at = next;
    }
    return lines;
}

struct edit {
    char mark; /* ' ' kept, '-' taken away, '+' put in */
    struct text line;
};

struct edits {
    struct edit *items;
    size_t count;
};

static void edit_add(struct edits *edits, char mark, struct text line) {
    edits->items[edits->count++] = (struct edit){mark, line};
}

/* lengths[i * (b + 1) + j] is the length of the longest common subsequence of what follows. */
static uint32_t *common_lengths(struct arena *arena, struct lines a, struct lines b) {
    size_t width = b.count + 1;
    uint32_t *lengths = arena_array(arena, (a.count + 1) * width, sizeof *lengths);
    for (size_t i = a.count; i-- > 0;) {
        for (size_t j = b.count; j-- > 0;) {
            uint32_t skip_a = lengths[(i + 1) * width + j], skip_b = lengths[i * width + j + 1];
            lengths[i * width + j] = text_equal(a.items[i], b.items[j])
                                         ? lengths[(i + 1) * width + j + 1] + 1
                                         : skip_a > skip_b ? skip_a : skip_b;
        }
    }
    return lengths;
}

static void edit_middle(struct arena *arena, struct edits *edits, struct lines a, struct lines b) {
    bool fits = (a.count + 1) <= TABLE_MOST / (b.count + 1);
    uint32_t *lengths = fits ? common_lengths(arena, a, b) : NULL;
    size_t i = 0, j = 0, width = b.count + 1;
    while (lengths && i < a.count && j < b.count) {
        if (text_equal(a.items[i], b.items[j])) {
            edit_add(edits, ' ', a.items[i]);
            i++, j++;
        } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
            edit_add(edits, '-', a.items[i++]);
        } else {
            edit_add(edits, '+', b.items[j++]);
        }
    }
    while (i < a.count) edit_add(edits, '-', a.items[i++]);
    while (j < b.count) edit_add(edits, '+', b.items[j++]);
}

static struct edits compare(struct arena *arena, struct lines a, struct lines b) {
    struct edits edits = {arena_array(arena, a.count + b.count, sizeof(struct edit)), 0};
    size_t head = 0, tail = 0, least = a.count < b.count ? a.count : b.count;
    while (head < least && text_equal(a.items[head], b.items[head])) head++;
    while (tail < least - head &&
           text_equal(a.items[a.count - tail - 1], b.items[b.count - tail - 1])) {
        tail++;
    }
    for (size_t i = 0; i < head; i++) edit_add(&edits, ' ', a.items[i]);
    edit_middle(arena, &edits, (struct lines){a.items + head, a.count - head - tail},
                (struct lines){b.items + head, b.count - head - tail});
    for (size_t i = a.count - tail; i < a.count; i++) edit_add(&edits, ' ', a.items[i]);
    return edits;
}

struct hunk {
    size_t from, to;       /* edits */
    size_t before, after;  /* lines before it, of each text */
};

static void print_hunk(const struct edits *edits, const struct hunk *hunk, struct buffer *out) {
    size_t old_count = 0, new_count = 0;
    for (size_t i = hunk->from; i < hunk->to; i++) {
        old_count += edits->items[i].mark != '+';
        new_count += edits->items[i].mark != '-';
    }
    buffer_format(out, "@@ -%zu,%zu +%zu,%zu @@\n", hunk->before + (old_count > 0), old_count,
                  hunk->after + (new_count > 0), new_count);
    for (size_t i = hunk->from; i < hunk->to; i++) {
        struct text line = edits->items[i].line;
        buffer_char(out, edits->items[i].mark);
        buffer_text(out, line);
        if (line.bytes[line.length - 1] != '\n') {
            buffer_string(out, "\n\\ No newline at end of file\n");
        }
    }
}

/* The end of the hunk that begins with the change at first: where more than two contexts of kept
 * lines follow. */
static size_t hunk_end(const struct edits *edits, size_t first) {
    size_t last = first;
    for (size_t i = first; i < edits->count && i - last <= 2 * CONTEXT; i++) {
        if (edits->items[i].mark != ' ') last = i;
    }
    return last + CONTEXT + 1 < edits->count ? last + CONTEXT + 1 : edits->count;
}

void diff_unified(const char *name, struct text before, struct text after, struct buffer *out) {
    if (text_equal(before, after)) return;
    struct arena arena;
    arena_init(&arena);
    struct edits edits = compare(&arena, split(&arena, before), split(&arena, after));
    buffer_format(out, "--- %s\n+++ %s\n", name, name);
    struct hunk hunk = {0};
    for (size_t i = 0; i < edits.count; i++) {
        if (edits.items[i].mark == ' ') continue;
        size_t from = i > hunk.to + CONTEXT ? i - CONTEXT : hunk.to;
        for (size_t k = hunk.to; k < from; k++) hunk.before++, hunk.after++; /* kept lines */
        hunk.from = from;
        hunk.to = hunk_end(&edits, i);
        print_hunk(&edits, &hunk, out);
        for (size_t k = hunk.from; k < hunk.to; k++) {
            hunk.before += edits.items[k].mark != '+';
            hunk.after += edits.items[k].mark != '-';
        }
        i = hunk.to - 1;
    }
    arena_release(&arena);
}
