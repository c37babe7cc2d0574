/* Arenas: a list of blocks that double up to two megabytes, each handed out from its start.
 *
 * Blocks come zeroed from the system, and into memory as they are used. Under the address sanitizer
 * what is not handed out is poisoned, with a gap behind every allocation, so that overruns are
 * found.
 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHECKED 1
#endif
#endif

#ifdef ARENA_CHECKED
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
enum { ARENA_GAP = 0 };
#endif

enum {
    ARENA_ALIGN = 8, /* nothing in an arena is a long double or a vector */
    BLOCK_FIRST = 16 << 10,
    BLOCK_MAPPED = 128 << 10,
    BLOCK_LARGEST = 2 << 20, /* a huge page */
    BLOCK_STEP = 64 << 10,   /* so much of a mapped block comes into memory at a time */
    HUGE_FROM = 32 << 20,    /* an arena that holds so much goes on in huge pages */
    BLOCK_RESTS = 256 << 10, /* who needs so much at once can do without the files' pages */
};

struct arena_block {
    struct arena_block *older;
    size_t size : 63; /* of the whole block, this header included */
    size_t is_alone : 1; /* holds one large thing */
};

struct arena_piece {
    struct arena_piece *next;
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0,
               "a block's first allocation is aligned");

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

/* Large blocks are mapped, so that the system has them back when they are freed. The leak checker
 * does not look into such memory. */
static bool is_mapped(size_t size) {
    return size >= BLOCK_MAPPED && ARENA_GAP == 0;
}

static void *map_pages(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* One call for many pages is much cheaper than a page fault for each of them. */
static void populate(char *memory, size_t size) {
#ifdef MADV_POPULATE_WRITE
    madvise(memory, size, MADV_POPULATE_WRITE);
#else
    (void)memory, (void)size;
#endif
}

/* A block that lies as a huge page does, so that the system can take one for it: many small pages
 * cost several times as much. Where it has none, the pages come with their first use. */
static void *map_huge(void) {
    char *memory = map_pages((size_t)2 * BLOCK_LARGEST);
    if (!memory) return NULL;
    size_t before = -(uintptr_t)memory % BLOCK_LARGEST;
    if (before) munmap(memory, before);
    munmap(memory + before + BLOCK_LARGEST, BLOCK_LARGEST - before);
    memory += before;
    madvise(memory, BLOCK_LARGEST, MADV_HUGEPAGE);
    populate(memory, BLOCK_LARGEST);
    return memory;
}

static void *block_memory(size_t size, bool is_huge) {
    if (memory_refuses && memory_refuses()) return NULL;
    if (!is_mapped(size)) return calloc(1, size);
    if (size >= BLOCK_RESTS) memory_rest();
    return is_huge ? map_huge() : map_pages(size);
}

static void block_free(struct arena_block *block) {
    if (is_mapped(block->size)) {
        munmap(block, block->size);
    } else {
        free(block);
    }
}

void arena_release(struct arena *arena) {
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *older = block->older;
        ASAN_UNPOISON_MEMORY_REGION(block, block->size);
        block_free(block);
        block = older;
    }
    arena_init(arena);
}

static struct arena_block *block_new(size_t size, bool is_huge) {
    struct arena_block *block = block_memory(size, is_huge);
    if (!block) memory_exhausted();
    block->size = size;
    ASAN_POISON_MEMORY_REGION(block + 1, size - sizeof *block);
    return block;
}

/* A large thing gets a block of its own behind the newest, whose rest stays in use. */
static void *alloc_alone(struct arena *arena, size_t size) {
    struct arena_block *block = block_new(sizeof *block + size, false);
    block->is_alone = true;
    if (arena->blocks) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
    } else {
        arena->blocks = block;
    }
    return block + 1;
}

/* Takes so much more of the newest block into memory that size bytes fit. False where they
 * cannot. */
static bool step(struct arena *arena, size_t size) {
    if (!arena->end) return false;
    char *end = (char *)arena->blocks + arena->blocks->size;
    if (arena->end >= end || size > (size_t)(end - arena->next)) return false;
    while (arena->end < arena->next + size) {
        size_t more = end - arena->end < BLOCK_STEP ? (size_t)(end - arena->end) : BLOCK_STEP;
        populate(arena->end, more);
        arena->end += more;
    }
    return true;
}

static void *alloc_in_new_block(struct arena *arena, size_t size) {
    size_t block_size = arena->blocks ? arena->blocks->size * 2 : BLOCK_FIRST;
    if (block_size > BLOCK_LARGEST) block_size = BLOCK_LARGEST;
    if (size > block_size / 4) return alloc_alone(arena, size);
    bool is_huge = block_size == BLOCK_LARGEST && arena->used > HUGE_FROM;
    struct arena_block *block = block_new(block_size, is_huge);
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = (char *)(block + 1);
    arena->end = (char *)block + (is_mapped(block_size) && !is_huge ? 0 : block_size);
    if (arena->next + size > arena->end) step(arena, size);
    arena->next += size;
    return block + 1;
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX / 4) memory_exhausted();
    size_t rounded = (size + ARENA_GAP + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (rounded == 0) rounded = ARENA_ALIGN;
    arena->used += rounded;
    void *memory;
    if (rounded >= BLOCK_MAPPED) {
        memory = alloc_alone(arena, rounded);
    } else if (rounded <= (size_t)(arena->end - arena->next) || step(arena, rounded)) {
        memory = arena->next;
        arena->next += rounded;
    } else {
        memory = alloc_in_new_block(arena, rounded);
    }
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) memory_exhausted();
    return arena_alloc(arena, total);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    if (length) memcpy(copy, bytes, length);
    return copy;
}

/* Whether the memory was a block of its own, which the system now has back. */
static bool drop_alone(struct arena *arena, const void *memory) {
    for (struct arena_block **at = &arena->blocks; *at; at = &(*at)->older) {
        struct arena_block *block = *at;
        if (!block->is_alone || block + 1 != memory) continue;
        *at = block->older;
        ASAN_UNPOISON_MEMORY_REGION(block, block->size);
        block_free(block);
        return true;
    }
    return false;
}

/* The power of two that so many bytes hold. */
static unsigned piece_power(size_t size) {
    return (unsigned)(8 * sizeof size - 1) - (unsigned)__builtin_clzl(size);
}

void arena_drop(struct arena *arena, void *memory, size_t size) {
    if (!memory || (size >= BLOCK_FIRST / 4 && drop_alone(arena, memory))) return;
    ASAN_POISON_MEMORY_REGION(memory, size);
    unsigned power = size >= sizeof(struct arena_piece) ? piece_power(size) : ARENA_PIECES;
    if (ARENA_GAP > 0 || power >= ARENA_PIECES) return; /* where checked, nothing is used twice */
    struct arena_piece *piece = memory;
    piece->next = arena->pieces[power];
    arena->pieces[power] = piece;
}

/* Memory of a power of two, not zeroed where it is used again. */
static void *take_piece(struct arena *arena, size_t size) {
    unsigned power = piece_power(size);
    if (size != (size_t)1 << power || power >= ARENA_PIECES || !arena->pieces[power]) return NULL;
    struct arena_piece *piece = arena->pieces[power];
    arena->pieces[power] = piece->next;
    return piece;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t wanted, size_t size) {
    size_t total, used = count * size;
    if (__builtin_mul_overflow(wanted, size, &total)) memory_exhausted();
    char *grown = take_piece(arena, total);
    if (grown) {
        memset(grown + used, 0, total - used);
    } else {
        grown = arena_alloc(arena, total);
    }
    if (used) memcpy(grown, items, used);
    arena_drop(arena, items, used);
    return grown;
}

void *arena_grown(struct arena *arena, void *array, uint32_t count, uint32_t *capacity,
                  size_t size) {
    if (count < *capacity) return array;
    *capacity = *capacity ? *capacity * 2 : 8;
    return arena_grow(arena, array, count, *capacity, size);
}

void arena_forget(void *from, void *to) {
    enum { PAGE = 4096 }; /* where pages are larger, madvise refuses what is none */
    char *start = (char *)from + (-(uintptr_t)from % PAGE);
    char *end = (char *)to - (uintptr_t)to % PAGE;
    if (ARENA_GAP == 0 && start < end) madvise(start, (size_t)(end - start), MADV_DONTNEED);
}

void arena_adopt(struct arena *arena, struct arena *other) {
    struct arena_block **place = arena->blocks ? &arena->blocks->older : &arena->blocks;
    struct arena_block *rest = *place;
    *place = other->blocks;
    while (*place) place = &(*place)->older;
    *place = rest;
    arena->used += other->used;
    arena_init(other);
}

struct arena_mark arena_mark(const struct arena *arena) {
    return (struct arena_mark){arena->blocks, arena->blocks ? arena->blocks->older : NULL,
                               arena->next, arena->used};
}

/* Frees the blocks behind one, up to another. */
static void free_between(struct arena_block *newer, const struct arena_block *older) {
    while (newer->older != older) {
        struct arena_block *block = newer->older;
        newer->older = block->older;
        ASAN_UNPOISON_MEMORY_REGION(block, block->size);
        block_free(block);
    }
}

/* A newer block stays, emptied: what comes next will need as much as what was there before. */
void arena_rewind(struct arena *arena, struct arena_mark mark) {
    struct arena_block *newest = arena->blocks;
    if (!newest) return;
    if (newest != mark.block) free_between(newest, mark.block);
    if (mark.block) free_between(mark.block, mark.older);
    memset(arena->pieces, 0, sizeof arena->pieces);
    arena->used = mark.used;
    if (!arena->next) return; /* there are large things only */
    char *start = newest == mark.block ? mark.next : (char *)(newest + 1);
    size_t size = (size_t)(arena->next - start);
    ASAN_UNPOISON_MEMORY_REGION(start, size);
    memset(start, 0, size);
    ASAN_POISON_MEMORY_REGION(start, size);
    arena->next = start;
}
