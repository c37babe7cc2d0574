/* Sources and places: line starts are found once a source, then a line is a binary search away. */
#include "base/source.h"

void sources_init(struct sources *sources, struct arena *arena) {
    *sources = (struct sources){.arena = arena};
}

uint32_t sources_add(struct sources *sources, struct text path, struct text bytes) {
    if (sources->count == SOURCES_MOST) memory_exhausted();
    if (sources->count == sources->capacity) {
        uint32_t capacity = sources->capacity ? sources->capacity * 2 : 8;
        struct source **items = arena_array(sources->arena, capacity, sizeof *items);
        if (sources->count) memcpy(items, sources->items, sources->count * sizeof *items);
        sources->items = items;
        sources->capacity = capacity;
    }
    struct source *source = ARENA_NEW(sources->arena, struct source);
    source->path = path;
    source->bytes = bytes;
    sources->items[sources->count] = source;
    return sources->count++;
}

struct source *sources_get(const struct sources *sources, uint32_t index) {
    return sources->items[index];
}

static uint32_t count_lines(struct text bytes) {
    uint32_t count = 1;
    for (size_t i = 0; i < bytes.length; i++) count += bytes.bytes[i] == '\n';
    return count;
}

static void index_lines(struct sources *sources, struct source *source) {
    if (source->lines) return;
    source->line_count = count_lines(source->bytes);
    source->lines = arena_array(sources->arena, source->line_count, sizeof *source->lines);
    uint32_t line = 1;
    for (size_t i = 0; i < source->bytes.length; i++) {
        if (source->bytes.bytes[i] == '\n') source->lines[line++] = (uint32_t)i + 1;
    }
}

/* Index of the last line that starts at or before offset. */
static uint32_t find_line(const struct source *source, uint32_t offset) {
    uint32_t low = 0, high = source->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->lines[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t characters(const struct source *source, uint32_t start, uint32_t end) {
    return (uint32_t)text_characters((struct text){source->bytes.bytes + start, end - start});
}

struct place source_place(struct sources *sources, uint32_t index, uint32_t offset) {
    struct source *source = sources_get(sources, index);
    index_lines(sources, source);
    if (offset > source->bytes.length) offset = (uint32_t)source->bytes.length;
    uint32_t line = find_line(source, offset), start = source->lines[line], column = 1;
    bool is_same = sources->last.source == index && sources->last.line == line + 1;
    uint32_t near = is_same ? sources->last.offset : start;
    if (is_same && near <= offset) column = sources->last.column + characters(source, near, offset);
    else if (is_same && near - offset < offset - start)
        column = sources->last.column - characters(source, offset, near);
    else column += characters(source, start, offset);
    sources->last.source = index;
    sources->last.line = line + 1;
    sources->last.offset = offset;
    sources->last.column = column;
    return (struct place){line + 1, column};
}

struct text source_line(struct sources *sources, uint32_t index, uint32_t line) {
    struct source *source = sources_get(sources, index);
    index_lines(sources, source);
    if (line == 0 || line > source->line_count) return (struct text){"", 0};
    size_t start = source->lines[line - 1];
    size_t end = line < source->line_count ? source->lines[line] - 1 : source->bytes.length;
    if (end > start && source->bytes.bytes[end - 1] == '\r') end--;
    return (struct text){source->bytes.bytes + start, end - start};
}

struct text span_text(const struct sources *sources, struct span span) {
    struct text bytes = sources_get(sources, span.source)->bytes;
    return (struct text){bytes.bytes + span.start, span.end - span.start};
}
