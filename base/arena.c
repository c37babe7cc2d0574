/* Arenas: a list of blocks that double up to two megabytes, each handed out from its start.
 *
 * Blocks come zeroed from the system. Under the address sanitizer what is
 * not handed out is poisoned, with a gap behind every allocation, so that overruns are found.
 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
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
    BLOCK_MAPPED = 1 << 20,
    BLOCK_LARGEST = 2 << 20, /* a huge page */
};

struct arena_block {
    struct arena_block *older;
    size_t size; /* of the whole block, this header included */
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "a block's first allocation is aligned");

static _Thread_local jmp_buf *recovery_point;

jmp_buf *memory_recover(jmp_buf *point) {
    jmp_buf *before = recovery_point;
    recovery_point = point;
    return before;
}

void memory_exhausted(void) {
    if (recovery_point) longjmp(*recovery_point, 1);
    fputs("mrp: could not get more memory\n", stderr);
    exit(3);
}

void *memory_alloc(size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory) memory_exhausted();
    return memory;
}

void *memory_resize(void *memory, size_t size) {
    void *moved = realloc(memory, size ? size : 1);
    if (!moved) memory_exhausted();
    return moved;
}

void memory_free(void *memory) {
    free(memory);
}

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

/* Large blocks are mapped with their pages in place: one call is much cheaper than a page fault for
 * each of their pages. The leak checker does not look into such memory. */
static bool is_mapped(size_t size) {
    return (size == BLOCK_MAPPED || size == BLOCK_LARGEST) && ARENA_GAP == 0;
}

static void *map_pages(size_t size, int flags) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A block that lies as a huge page does, so that the system can take one for it: many small pages
 * cost several times as much. Where it has none, the pages come with their first use. */
static void *map_huge(void) {
    char *memory = map_pages((size_t)2 * BLOCK_LARGEST, 0);
    if (!memory) return NULL;
    size_t before = -(uintptr_t)memory % BLOCK_LARGEST;
    if (before) munmap(memory, before);
    munmap(memory + before + BLOCK_LARGEST, BLOCK_LARGEST - before);
    memory += before;
    madvise(memory, BLOCK_LARGEST, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    madvise(memory, BLOCK_LARGEST, MADV_POPULATE_WRITE);
#endif
    return memory;
}

static void *block_memory(size_t size) {
    if (!is_mapped(size)) return calloc(1, size);
    return size == BLOCK_LARGEST ? map_huge() : map_pages(size, MAP_POPULATE);
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

static struct arena_block *block_new(size_t size) {
    struct arena_block *block = block_memory(size);
    if (!block) memory_exhausted();
    block->size = size;
    ASAN_POISON_MEMORY_REGION(block + 1, size - sizeof *block);
    return block;
}

/* A large thing gets a block of its own behind the newest, whose rest stays in use. */
static void *alloc_alone(struct arena *arena, size_t size) {
    struct arena_block *block = block_new(sizeof *block + size);
    if (arena->blocks) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
    } else {
        arena->blocks = block;
    }
    return block + 1;
}

static void *alloc_in_new_block(struct arena *arena, size_t size) {
    size_t block_size = arena->blocks ? arena->blocks->size * 2 : BLOCK_FIRST;
    if (block_size > BLOCK_LARGEST) block_size = BLOCK_LARGEST;
    if (size > block_size / 4) return alloc_alone(arena, size);
    struct arena_block *block = block_new(block_size);
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = (char *)(block + 1) + size;
    arena->end = (char *)block + block_size;
    return block + 1;
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX / 4) memory_exhausted();
    size_t rounded = (size + ARENA_GAP + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (rounded == 0) rounded = ARENA_ALIGN;
    arena->used += rounded;
    void *memory;
    if (rounded <= (size_t)(arena->end - arena->next)) {
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
