/* A page is taken line by line. Lines of prose that follow each other are a paragraph; what begins
 * with "- ", or with a label and two blanks or more, is one by itself with the lines below it, and
 * goes on in the column where its text begins.
 */
#include "cli/wrap.h"

enum { NARROWEST = 20 };

struct filler {
    struct buffer *out;
    unsigned columns;
    size_t column, hang; /* where the line in work has come to, and where the next one begins */
};

static size_t count_blanks(struct text line, size_t at) {
    size_t start = at;
    while (at < line.length && line.bytes[at] == ' ') at++;
    return at - start;
}

/* Where the text of a line begins, in bytes; its length for a line that stays as it is. */
static size_t text_begin(struct text line) {
    size_t indent = count_blanks(line, 0);
    struct text rest = {line.bytes + indent, line.length - indent};
    if (text_starts(rest, TEXT("- "))) return indent + 2;
    if (rest.length == 0 || rest.bytes[0] == '|' || rest.bytes[0] == '#') return line.length;
    if (indent == 0) return text_starts(rest, TEXT("```")) ? line.length : 0;
    for (size_t at = indent; at < line.length; at++) {
        size_t blanks = count_blanks(line, at);
        if (blanks > 1) return at + blanks;
    }
    return line.length;
}

static struct text next_line(struct text page) {
    const char *end = memchr(page.bytes, '\n', page.length);
    return (struct text){page.bytes, end ? (size_t)(end - page.bytes) : page.length};
}

static struct text behind(struct text page, struct text line) {
    size_t length = line.length + (line.length < page.length);
    return (struct text){page.bytes + length, page.length - length};
}

/* The lines from the first of a paragraph to its last, without the end of that. */
static struct text paragraph_at(struct text page, unsigned columns, bool *fits) {
    struct text line = next_line(page), rest = behind(page, line);
    *fits = text_columns(line) <= columns;
    while (rest.length) {
        struct text next = next_line(rest);
        if (next.length == 0 || text_begin(next) != 0) break;
        *fits = *fits && text_columns(next) <= columns;
        line.length = (size_t)(next.bytes + next.length - page.bytes);
        rest = behind(rest, next);
    }
    return line;
}

/* Without what switches colours, ESC [ ... m. */
static size_t visible_columns(struct text text) {
    size_t columns = 0, start = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] != '\033') continue;
        columns += text_columns((struct text){text.bytes + start, i - start});
        while (i < text.length && text.bytes[i] != 'm') i++;
        start = i < text.length ? i + 1 : i;
    }
    return columns + text_columns((struct text){text.bytes + start, text.length - start});
}

static void fill_word(struct filler *filler, struct text word, size_t gap) {
    size_t width = visible_columns(word);
    if (gap && filler->column + gap + width > filler->columns) {
        buffer_format(filler->out, "\n%*s", (int)filler->hang, "");
        filler->column = filler->hang;
        gap = 0;
    }
    buffer_format(filler->out, "%*s%.*s", (int)gap, "", TEXT_ARGS(word));
    filler->column += gap + width;
}

static void fill(struct filler *filler, struct text paragraph, size_t begin) {
    size_t gap = 0;
    buffer_add(filler->out, paragraph.bytes, begin);
    for (size_t at = begin; at < paragraph.length;) {
        size_t end = at;
        while (end < paragraph.length && !strchr(" \n", paragraph.bytes[end])) end++;
        fill_word(filler, (struct text){paragraph.bytes + at, end - at}, gap);
        bool is_end = end < paragraph.length && paragraph.bytes[end] == '\n';
        gap = is_end ? 1 : count_blanks(paragraph, end);
        at = end + gap;
    }
}

static void wrap(struct text paragraph, size_t begin, unsigned columns, struct buffer *out) {
    size_t column = text_columns((struct text){paragraph.bytes, begin});
    size_t hang = column <= columns / 2 ? column : 4;
    fill(&(struct filler){out, columns, column, hang}, paragraph, begin);
}

void wrap_lines(struct text page, unsigned columns, struct buffer *out) {
    enum { FURTHER = 4 };
    if (columns < NARROWEST) columns = NARROWEST;
    while (page.length) {
        struct text line = next_line(page);
        size_t indent = count_blanks(line, 0);
        struct filler filler = {out, columns, indent, indent + FURTHER};
        if (visible_columns(line) <= columns) buffer_text(out, line);
        else fill(&filler, line, indent);
        if (line.length < page.length) buffer_char(out, '\n');
        page = behind(page, line);
    }
}

void wrap_page(struct text page, unsigned columns, struct buffer *out) {
    bool is_example = false, fits;
    if (columns < NARROWEST) columns = NARROWEST;
    while (page.length) {
        struct text line = next_line(page);
        size_t begin = text_begin(line);
        bool is_fence = text_starts(line, TEXT("```"));
        if (!is_example && begin < line.length) {
            line = paragraph_at(page, columns, &fits);
            if (fits) buffer_text(out, line);
            else wrap(line, begin, columns, out);
        } else {
            buffer_text(out, line);
        }
        is_example ^= is_fence;
        if (line.length < page.length) buffer_char(out, '\n');
        page = behind(page, line);
    }
}
