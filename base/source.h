/* The files of a program, and places in them.
 *
 * A span is three numbers: which source, first byte, byte behind the last. Lines and columns are
 * worked out only when a message is printed.
 */
#ifndef MRP_BASE_SOURCE_H
#define MRP_BASE_SOURCE_H

#include "base/limits.h"
#include "base/text.h"

struct span {
    uint64_t source : 14; /* index in struct sources */
    uint64_t start : 25, end : 25;
};

_Static_assert(sizeof(struct span) == 8,
               "a span is eight bytes: most of what a program holds has one");
_Static_assert(LIMIT_SOURCE_BYTES < 1 << 25, "offsets fit a span");

enum {
    SOURCES_MOST = (1 << 14) - 1, /* far above LIMIT_PROGRAM_FILES */
    SOURCES_NOWHERE = SOURCES_MOST, /* of a span that lies in no source: on the command line */
};

struct source {
    struct text path; /* as messages show it: relative to where the user stands */
    struct text bytes;
    uint32_t *lines; /* offsets of line starts, made at first use */
    uint32_t line_count;
};

struct sources {
    struct arena *arena;
    struct source **items;
    uint32_t count, capacity;
    struct { /* the place that was asked for last: the next one is not far from it, mostly */
        uint32_t source, line, offset, column;
    } last;
};

/* A place for people: line and column count from 1, columns in characters. */
struct place {
    uint32_t line, column;
};

void sources_init(struct sources *sources, struct arena *arena);
/* Adds a source; path and bytes are kept, not copied. Returns its index. */
uint32_t sources_add(struct sources *sources, struct text path, struct text bytes);
struct source *sources_get(const struct sources *sources, uint32_t index);
struct place source_place(struct sources *sources, uint32_t source, uint32_t offset);
/* The text of a line (from 1), without its end. */
struct text source_line(struct sources *sources, uint32_t source, uint32_t line);
/* The source text that a span covers. */
struct text span_text(const struct sources *sources, struct span span);
/* From the start of the first to the end of the second. */
static inline struct span span_join(struct span first, struct span second) {
    return (struct span){first.source, first.start, second.end};
}

#endif
