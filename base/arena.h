/* Memory that lives as long as one compilation or one request.
 *
 * Everything the compiler makes (tokens, tree, types, values, templates) lives in an arena and is
 * dropped with it at once; there is no free in between. malloc is called in base/ and nowhere else.
 */
#ifndef MRP_BASE_ARENA_H
#define MRP_BASE_ARENA_H

#include <stdint.h>

#include "base/memory.h"

struct arena_block;
struct arena_piece;

enum { ARENA_PIECES = 17 }; /* sizes of what is used again, powers of two */

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next, *end;           /* what is left of the newest block, as far as it is in memory */
    size_t used;                /* bytes handed out, for limits and bench/ */
    struct arena_piece *pieces[ARENA_PIECES]; /* given back, by the power of two that they hold */
};

/* An empty arena; it takes memory at the first allocation. */
void arena_init(struct arena *arena);

/* Frees all that was allocated from it; the arena may be used again. */
void arena_release(struct arena *arena);

/* Zeroed memory, aligned by eight. Never NULL: see memory_exhausted. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, for count things of size bytes; an overflow counts as exhausted memory. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Room for one more behind count things of an array: the array itself, or one of twice the capacity
 * with what it held. */
void *arena_grown(struct arena *arena, void *array, uint32_t count, uint32_t *capacity,
                  size_t size);

/* A copy of length bytes, followed by a NUL that does not count. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* A larger array in the place of one: `count` things of size bytes are moved, those up to `wanted`
 * are zero. Memory of the old one, NULL for none, is given back. For what grows by doubling: it
 * takes what others of its like have given back. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t wanted, size_t size);

/* Gives back memory of so many bytes: to the system where it is large, else to arena_grow. NULL is
 * none. */
void arena_drop(struct arena *arena, void *memory, size_t size);

/* What lies between is not needed any more, though the arena keeps the place: the system has back
 * the pages in it, which read as zero. For what is large and used from its start to its end. */
void arena_forget(void *from, void *to);

/* What was allocated from the other one belongs to this one from here on; the other is empty. */
void arena_adopt(struct arena *arena, struct arena *other);

/* How full an arena is, to give back later all that was allocated since. */
struct arena_mark {
    struct arena_block *block, *older; /* the newest block, and the one before it */
    char *next;
    size_t used;
};

struct arena_mark arena_mark(const struct arena *arena);

/* Drops what was allocated since the mark; marks are gone back to in the order opposite to that in
 * which they were made. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
