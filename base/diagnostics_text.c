/* Diagnostics for people: the message, the source line with the range underlined, the hint, and an
 * excerpt for each note.
 *
 * A line of source becomes an array of cells, one a character, each with the column it starts in,
 * so that tabs, wide and joining characters keep the underline below what it marks. A line that is
 * wider than the terminal is shown as a window around its range, and no more of it is looked at
 * than that: a file may be one line with a thousand mistakes.
 */
#include "base/diagnostics.h"
#include "base/unicode.h"

enum { TAB_WIDTH = 4, USUAL_COLUMNS = 120, FEWEST_COLUMNS = 40 };

enum paint { PAINT_NONE, PAINT_ERROR, PAINT_WARNING, PAINT_NOTE, PAINT_STRONG, PAINT_FRAME };

struct renderer {
    const struct diagnostics *diagnostics;
    struct buffer *out;
    unsigned gutter; /* digits of the largest line number shown */
    enum paint mark; /* of the underline in work */
    bool color;
    struct reach {        /* how far a long line has been counted */
        const char *line; /* where it begins */
        size_t offset, column;
    } reach;
};

static void paint(struct renderer *r, enum paint paint) {
    static const char *const codes[] = {
        [PAINT_NONE] = "\033[0m",    [PAINT_ERROR] = "\033[1;31m", [PAINT_WARNING] = "\033[1;33m",
        [PAINT_NOTE] = "\033[1;36m", [PAINT_STRONG] = "\033[1m",   [PAINT_FRAME] = "\033[34m",
    };
    if (r->color) buffer_string(r->out, codes[paint]);
}

static void repeat(struct renderer *r, char c, size_t count) {
    for (size_t i = 0; i < count; i++) buffer_char(r->out, c);
}

static void frame(struct renderer *r, uint32_t line) {
    paint(r, PAINT_FRAME);
    if (line) {
        buffer_format(r->out, "%*u |", (int)r->gutter, (unsigned)line);
    } else {
        buffer_format(r->out, "%*s |", (int)r->gutter, "");
    }
    paint(r, PAINT_NONE);
}

static void blank_frame(struct renderer *r) {
    frame(r, 0);
    buffer_char(r->out, '\n');
}

static size_t next_column(size_t column, uint32_t character, size_t size) {
    if (character == '\t' && size) return column + TAB_WIDTH - column % TAB_WIDTH;
    return column + (size == 0 || unicode_is_hazard(character) ? 1 : unicode_columns(character));
}

/* Goes on in a line up to an offset, or to the first character that ends behind a column. */
static void count_columns(struct text line, struct reach *reach, size_t offset, size_t most) {
    while (reach->offset < offset && reach->offset < line.length && reach->column <= most) {
        uint32_t character = 0;
        size_t size = unicode_decode(line, reach->offset, &character);
        reach->column = next_column(reach->column, character, size);
        reach->offset += size ? size : 1;
    }
}

/* A place in the line so far before an offset that what is shown of the line begins behind it. */
static struct reach reach_before(struct renderer *r, struct text line, size_t offset) {
    enum { FAR = 2048 };
    struct reach reach = {line.bytes, 0, 0};
    size_t before = offset > FAR ? offset - FAR : 0;
    while (before > 0 && ((unsigned char)line.bytes[before] & 0xC0) == 0x80) before--;
    if (r->reach.line == line.bytes && r->reach.offset <= before) reach = r->reach;
    count_columns(line, &reach, before, SIZE_MAX);
    if (r->reach.line != line.bytes || reach.offset > r->reach.offset) r->reach = reach;
    return reach;
}

struct window {
    size_t from, to; /* columns */
};

static size_t columns_for_text(const struct renderer *r) {
    size_t columns = r->diagnostics->columns ? r->diagnostics->columns : USUAL_COLUMNS;
    if (columns < FEWEST_COLUMNS) columns = FEWEST_COLUMNS;
    return columns - r->gutter - 3;
}

/* The part of a line that is shown: all of it if it fits, else around the marked range. */
static struct window window_of(size_t room, size_t width, size_t start, size_t end) {
    if (width <= room) return (struct window){0, width};
    size_t marked = end - start < room ? end - start : room;
    size_t before = (room - marked) / 2;
    size_t from = start > before ? start - before : 0;
    if (from + room > width) from = width - room;
    return (struct window){from, from + room};
}

enum { CUT = 3 }; /* columns of the "..." where a window cuts a line */

static void put_character(struct renderer *r, struct text line, size_t at, size_t size,
                          uint32_t character, size_t columns) {
    if (character == '\t' && size) {
        repeat(r, ' ', columns);
    } else if (size == 0 || unicode_is_hazard(character)) {
        buffer_string(r->out, "\xEF\xBF\xBD");
    } else {
        buffer_add(r->out, line.bytes + at, size);
    }
}

/* begin: a place in the line before the window. */
static void put_line(struct renderer *r, struct text line, struct reach begin, struct window window,
                     size_t width) {
    size_t from = window.from ? window.from + CUT : 0;
    size_t to = window.to < width ? window.to - CUT : window.to;
    size_t column = begin.column, shown = from;
    if (window.from) buffer_string(r->out, "...");
    for (size_t at = begin.offset; at < line.length && column < to;) {
        uint32_t character = 0;
        size_t size = unicode_decode(line, at, &character);
        size_t next = next_column(column, character, size);
        if (column >= from && next <= to) {
            repeat(r, ' ', column - shown);
            put_character(r, line, at, size, character, next - column);
            shown = next;
        }
        column = next;
        at += size ? size : 1;
    }
    if (window.to < width) buffer_string(r->out, "...");
    buffer_char(r->out, '\n');
}

/* One line of source, and under it a mark from byte start to byte end; caret where it begins. */
static void excerpt_line(struct renderer *r, uint32_t number, struct text line, size_t start,
                         size_t end, bool caret) {
    struct reach begin = reach_before(r, line, start), at = begin;
    size_t room = columns_for_text(r);
    count_columns(line, &at, start, SIZE_MAX);
    size_t first = at.column;
    count_columns(line, &at, end, first + room);
    size_t last = at.column;
    count_columns(line, &at, line.length, last + room + CUT); /* or some columns less than all */
    struct window window = window_of(room, at.column, first, last);
    if (window.from < begin.column) begin = (struct reach){line.bytes, 0, 0};
    if (first < window.from) first = window.from;
    if (last > window.to) last = window.to;
    frame(r, number);
    if (line.length) buffer_char(r->out, ' ');
    put_line(r, line, begin, window, at.column);
    frame(r, 0);
    repeat(r, ' ', 1 + (first > window.from ? first - window.from : 0));
    paint(r, r->mark);
    buffer_char(r->out, caret ? '^' : '~');
    if (last > first) repeat(r, '~', last - first - 1);
    paint(r, PAINT_NONE);
    buffer_char(r->out, '\n');
}

static size_t indentation(struct text line) {
    size_t at = 0;
    while (at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '\t')) at++;
    return at;
}

static size_t offset_in_line(const struct source *source, uint32_t line, uint32_t offset) {
    size_t start = source->lines[line - 1];
    return offset > start ? offset - start : 0;
}

static void excerpt(struct renderer *r, struct span span) {
    struct sources *sources = r->diagnostics->sources;
    const struct source *source = sources_get(sources, span.source);
    uint32_t first = source_place(sources, span.source, span.start).line;
    uint32_t last = source_place(sources, span.source, span.end).line;
    struct text line = source_line(sources, span.source, first);
    size_t start = offset_in_line(source, first, span.start);
    blank_frame(r);
    if (last > first && offset_in_line(source, last, span.end) == 0) last--; /* ends with a line */
    if (first == last) {
        size_t end = offset_in_line(source, first, span.end);
        excerpt_line(r, first, line, start, end < line.length ? end : line.length, true);
        return;
    }
    excerpt_line(r, first, line, start, line.length, true);
    if (last - first > 1) {
        repeat(r, '.', 3);
        buffer_char(r->out, '\n');
    }
    line = source_line(sources, span.source, last);
    excerpt_line(r, last, line, indentation(line), offset_in_line(source, last, span.end), false);
}

static bool has_place(const struct renderer *r, struct span span) {
    return span.source < r->diagnostics->sources->count;
}

static void where(struct renderer *r, struct span span) {
    struct sources *sources = r->diagnostics->sources;
    struct place place = source_place(sources, span.source, span.start);
    if (r->diagnostics->counts_bytes) {
        const struct source *source = sources_get(sources, span.source);
        place.column = (uint32_t)offset_in_line(source, place.line, span.start) + 1;
    }
    repeat(r, ' ', r->gutter);
    paint(r, PAINT_FRAME);
    buffer_string(r->out, "-->");
    paint(r, PAINT_NONE);
    buffer_char(r->out, ' ');
    buffer_visible(r->out, sources_get(sources, span.source)->path);
    buffer_format(r->out, ":%u:%u\n", (unsigned)place.line, (unsigned)place.column);
}

static void trailer(struct renderer *r, const char *word, struct text message) {
    repeat(r, ' ', r->gutter);
    paint(r, PAINT_FRAME);
    buffer_string(r->out, " = ");
    paint(r, PAINT_STRONG);
    buffer_string(r->out, word);
    paint(r, PAINT_NONE);
    buffer_string(r->out, ": ");
    size_t indent = r->gutter + 3 + strlen(word) + 2;
    while (message.length) { /* further lines of a message stand below its first */
        const char *end = memchr(message.bytes, '\n', message.length);
        size_t length = end ? (size_t)(end - message.bytes) : message.length;
        buffer_visible(r->out, (struct text){message.bytes, length});
        buffer_char(r->out, '\n');
        if (!end) break;
        message = (struct text){end + 1, message.length - length - 1};
        if (message.length) repeat(r, ' ', indent);
    }
}

static unsigned digits(uint32_t number) {
    unsigned count = 1;
    while (number >= 10) number /= 10, count++;
    return count;
}

static void widen_gutter(struct renderer *r, struct span span) {
    if (!has_place(r, span)) return;
    struct place place = source_place(r->diagnostics->sources, span.source, span.end);
    unsigned count = digits(place.line);
    if (count > r->gutter) r->gutter = count;
}

static void header(struct renderer *r, enum paint color, const char *word, struct text message) {
    paint(r, color);
    buffer_string(r->out, word);
    paint(r, PAINT_STRONG);
    buffer_string(r->out, ": ");
    buffer_visible(r->out, message);
    paint(r, PAINT_NONE);
}

static void note(struct renderer *r, const struct diagnostic_note *note) {
    if (!has_place(r, note->span)) {
        trailer(r, "note", note->message);
        return;
    }
    r->mark = PAINT_NOTE;
    header(r, PAINT_NOTE, "note", note->message);
    buffer_char(r->out, '\n');
    where(r, note->span);
    excerpt(r, note->span);
}

static void render(struct renderer *r, const struct diagnostic *diagnostic) {
    r->gutter = 1;
    widen_gutter(r, diagnostic->span);
    for (const struct diagnostic_note *n = diagnostic->notes; n; n = n->next) {
        widen_gutter(r, n->span);
    }
    r->mark = diagnostic->is_error ? PAINT_ERROR : PAINT_WARNING;
    header(r, r->mark, diagnostic->is_error ? "error" : "warning", diagnostic->message);
    buffer_format(r->out, " [%s]\n", diagnostic_name(diagnostic->id));
    if (has_place(r, diagnostic->span)) {
        where(r, diagnostic->span);
        excerpt(r, diagnostic->span);
    }
    if (diagnostic->hint.length) trailer(r, "hint", diagnostic->hint);
    for (const struct diagnostic_note *n = diagnostic->notes; n; n = n->next) note(r, n);
}

void diagnostics_text(const struct diagnostics *diagnostics, struct buffer *out, bool color) {
    struct renderer renderer = {.diagnostics = diagnostics, .out = out, .color = color};
    bool first = true;
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (d->is_allowed) continue;
        if (!first) buffer_char(out, '\n');
        first = false;
        render(&renderer, d);
    }
    if (diagnostics->hidden) {
        buffer_format(out, "\n... and %u more that are not shown\n", (unsigned)diagnostics->hidden);
    }
}
