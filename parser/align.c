/* The printer's lines, and how they are aligned: "=" of adjacent entries in one column, comments
 * behind code of adjacent lines in one column. Where that would make a line too long, nothing is
 * moved. Widths are those before any alignment, so that printing again changes nothing. */
#include "parser/printer.h"

enum { WIDTH = 100, COMMENT_GAP = 2 };

void lines_init(struct lines *lines) {
    *lines = (struct lines){0};
    buffer_init(&lines->text);
}

void lines_release(struct lines *lines) {
    buffer_release(&lines->text);
    memory_free(lines->items);
}

static void push_line(struct lines *lines, struct output_line line) {
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? lines->capacity * 2 : 256;
        lines->items = memory_resize(lines->items, lines->capacity * sizeof *lines->items);
    }
    lines->items[lines->count++] = line;
}

static struct output_line *last_line(struct lines *lines) {
    if (lines->count == 0) push_line(lines, (struct output_line){0});
    lines->begun = true;
    return &lines->items[lines->count - 1];
}

void lines_add(struct lines *lines, struct text text) {
    last_line(lines);
    buffer_text(&lines->text, text);
}

void lines_break(struct lines *lines, bool blank, uint32_t indent) {
    if (!lines->begun) return;
    push_line(lines, (struct output_line){
                         .start = (uint32_t)lines->text.length, .indent = indent, .blank = blank});
    lines->blanks += blank;
}

void lines_comment(struct lines *lines, struct text text, uint32_t column) {
    struct output_line *line = last_line(lines);
    bool first = lines->text.length == line->start; /* behind nothing: at the start of the file */
    if (line->comment > 0) { /* a second one, where a comma between them is gone */
        lines_break(lines, false, line->indent);
        line = last_line(lines);
        first = true;
    }
    if (!first) {
        line->comment = (uint32_t)lines->text.length - line->start;
        line->column = column > WIDTH ? WIDTH + 1 : column;
    }
    buffer_text(&lines->text, text);
}

uint32_t lines_equal(struct lines *lines, uint32_t group) {
    struct output_line *line = last_line(lines);
    line->equal = (uint32_t)lines->text.length - line->start;
    line->group = group;
    return lines->count - 1;
}

void lines_equal_drop(struct lines *lines, uint32_t line) { lines->items[line].equal = 0; }
uint32_t lines_new_group(struct lines *lines) { return ++lines->groups; }
uint32_t lines_blanks(const struct lines *lines) { return lines->blanks; }
uint32_t lines_count(const struct lines *lines) { return lines->count; }

static struct text line_text(const struct lines *lines, uint32_t index) {
    const struct output_line *line = &lines->items[index];
    size_t end = index + 1 < lines->count ? lines->items[index + 1].start : lines->text.length;
    return (struct text){lines->text.bytes + line->start, end - line->start};
}

/* The code of a line, without a comment behind it. */
static struct text line_code(const struct lines *lines, uint32_t index) {
    struct text text = line_text(lines, index);
    if (lines->items[index].comment > 0) text.length = lines->items[index].comment;
    return text;
}

bool lines_ends_with_opener(const struct lines *lines, uint32_t line) {
    struct text code = line_code(lines, line);
    size_t at = lines->items[line].equal;
    while (at < code.length && strchr(" =", code.bytes[at])) at++;
    return code.length <= at + 1 || code.bytes[at] == '{';
}

struct lines_mark lines_mark(const struct lines *lines) {
    struct lines_mark mark = {lines->text.length, lines->count, lines->blanks, lines->groups, {0}};
    if (lines->count > 0) mark.last = lines->items[lines->count - 1];
    return mark;
}

void lines_undo(struct lines *lines, struct lines_mark mark) {
    lines->text.length = mark.length;
    lines->count = mark.count;
    lines->blanks = mark.blanks;
    lines->groups = mark.groups;
    if (mark.count > 0) lines->items[mark.count - 1] = mark.last;
}

/* ---- "=" ---- */

struct columns {
    uint32_t equal; /* the widest key */
    bool too_wide;
};

static uint32_t key_width(const struct lines *lines, uint32_t index) {
    struct text text = line_text(lines, index);
    text.length = lines->items[index].equal;
    while (text.length > 0 && text.bytes[text.length - 1] == ' ') text.length--;
    return (uint32_t)text_columns(text);
}

static uint32_t code_width(const struct lines *lines, uint32_t index) {
    return lines->items[index].indent + (uint32_t)text_columns(line_code(lines, index));
}

static struct columns *measure_groups(const struct lines *lines) {
    struct columns *groups = memory_alloc((lines->groups + 1) * sizeof *groups);
    memset(groups, 0, (lines->groups + 1) * sizeof *groups);
    for (uint32_t i = 0; i < lines->count; i++) {
        if (lines->items[i].equal == 0) continue;
        struct columns *group = &groups[lines->items[i].group];
        uint32_t width = key_width(lines, i);
        if (width > group->equal) group->equal = width;
    }
    for (uint32_t i = 0; i < lines->count; i++) {
        if (lines->items[i].equal == 0) continue;
        struct columns *group = &groups[lines->items[i].group];
        uint32_t width = code_width(lines, i);
        if (width <= WIDTH && width + group->equal - key_width(lines, i) > WIDTH)
            group->too_wide = true;
    }
    return groups;
}

static uint32_t padding(const struct lines *lines, const struct columns *groups, uint32_t index) {
    const struct output_line *line = &lines->items[index];
    if (line->equal == 0 || groups[line->group].too_wide) return 0;
    return groups[line->group].equal - key_width(lines, index);
}

/* ---- comments behind code ---- */

static uint32_t width_before_comment(const struct lines *lines, const struct columns *groups,
                                     uint32_t index) {
    return code_width(lines, index) + padding(lines, groups, index);
}

static bool joins_comments(const struct lines *lines, uint32_t index, uint32_t indent) {
    if (index >= lines->count) return false;
    const struct output_line *line = &lines->items[index];
    return line->comment > 0 && !line->blank && line->indent == indent;
}

/* The column for the comments of lines first to last: where the author had them all if there is
 * room, else as near as can be; 0 for each on its own, where that is too far for one of them. */
static uint32_t comment_column(const struct lines *lines, const struct columns *groups,
                               uint32_t first, uint32_t last) {
    uint32_t widest = 0, column = lines->items[first].column, longest = 0;
    for (uint32_t i = first; i <= last; i++) {
        uint32_t width = width_before_comment(lines, groups, i) + COMMENT_GAP;
        uint32_t length = (uint32_t)(text_columns(line_text(lines, i)) -
                                     text_columns(line_code(lines, i)));
        if (width > widest) widest = width;
        if (length > longest) longest = length;
        if (lines->items[i].column != column) column = 0;
    }
    if (column >= widest && column <= WIDTH) return column;
    return widest + longest <= WIDTH || first == last ? widest : 0;
}

/* ---- out ---- */

static void put_spaces(struct buffer *out, uint32_t count) {
    for (; count > 0; count--) buffer_char(out, ' ');
}

static void put_line(const struct lines *lines, const struct columns *groups, uint32_t index,
                     uint32_t column, struct buffer *out) {
    const struct output_line *line = &lines->items[index];
    struct text code = line_code(lines, index), all = line_text(lines, index);
    uint32_t pad = padding(lines, groups, index);
    if (line->blank) buffer_char(out, '\n');
    if (all.length > 0) put_spaces(out, line->indent);
    buffer_add(out, code.bytes, line->equal);
    put_spaces(out, pad);
    buffer_add(out, code.bytes + line->equal, code.length - line->equal);
    if (line->comment > 0) {
        uint32_t width = width_before_comment(lines, groups, index);
        put_spaces(out, column >= width + COMMENT_GAP ? column - width : COMMENT_GAP);
        buffer_add(out, all.bytes + line->comment, all.length - line->comment);
    }
    buffer_char(out, '\n');
}

void lines_flush(struct lines *lines, struct buffer *out) {
    struct columns *groups = measure_groups(lines);
    for (uint32_t i = 0; i < lines->count;) {
        uint32_t last = i, column = 0;
        if (lines->items[i].comment > 0) {
            while (joins_comments(lines, last + 1, lines->items[i].indent)) last++;
            column = comment_column(lines, groups, i, last);
        }
        for (; i <= last; i++) put_line(lines, groups, i, column, out);
    }
    memory_free(groups);
    lines->count = lines->groups = 0;
    lines->text.length = 0;
}
