/* Memory outside of arenas. Each block has a header that links it to the recovery point under which
 * it was allocated; a block that is older than any, or of memory_try, is linked to none.
 */
#include "base/memory.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

struct memory_block {
    struct memory_block *older, **link; /* link: what points here; NULL where nothing does */
};

_Static_assert(sizeof(struct memory_block) % 16 == 0, "what follows a header is aligned");

static _Thread_local struct recovery *recovery_now;

bool (*memory_refuses)(void);

static void block_link(struct memory_block *block, struct memory_block **list) {
    block->older = *list;
    block->link = list;
    if (*list) (*list)->link = &block->older;
    *list = block;
}

static void block_unlink(struct memory_block *block) {
    if (!block->link) return;
    *block->link = block->older;
    if (block->older) block->older->link = block->link;
}

static bool is_program; /* nobody else is in the process */

void memory_start(void) {
    is_program = true;
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

/* Of one file, the pages that cannot be written to. */
static int rest_file(struct dl_phdr_info *file, size_t size, void *page) {
    (void)size;
    for (int i = 0; i < file->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &file->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = file->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
        start &= -*(uintptr_t *)page;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void memory_rest(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (is_program) dl_iterate_phdr(rest_file, &page);
}

void *memory_try(size_t size) {
    if (size > SIZE_MAX / 4 || (memory_refuses && memory_refuses())) return NULL;
    struct memory_block *block = malloc(sizeof *block + size);
    if (!block) return NULL;
    *block = (struct memory_block){NULL, NULL};
    return block + 1;
}

void *memory_alloc(size_t size) {
    struct memory_block *memory = memory_try(size);
    if (!memory) memory_exhausted();
    if (recovery_now) block_link(memory - 1, &recovery_now->blocks);
    return memory;
}

void *memory_resize(void *memory, size_t size) {
    if (!memory) return memory_alloc(size);
    if (size > SIZE_MAX / 4 || (memory_refuses && memory_refuses())) memory_exhausted();
    struct memory_block *block = realloc((struct memory_block *)memory - 1, sizeof *block + size);
    if (!block) memory_exhausted();
    if (block->link) *block->link = block;
    if (block->older) block->older->link = &block->older;
    return block + 1;
}

void memory_free(void *memory) {
    if (!memory) return;
    struct memory_block *block = (struct memory_block *)memory - 1;
    block_unlink(block);
    free(block);
}

void recovery_begin(struct recovery *recovery) {
    recovery->outer = recovery_now;
    recovery->blocks = NULL;
    recovery->cleanups = NULL;
    recovery_now = recovery;
}

/* What is still there belongs to the outer recovery point from now on. */
void recovery_end(struct recovery *recovery) {
    recovery_now = recovery->outer;
    for (struct memory_block *block; (block = recovery->blocks) != NULL;) {
        block_unlink(block);
        *block = (struct memory_block){NULL, NULL};
        if (recovery_now) block_link(block, &recovery_now->blocks);
    }
}

void memory_exhausted(void) {
    struct recovery *recovery = recovery_now;
    if (!recovery) {
        fputs("mrp: could not get more memory\n", stderr);
        exit(3);
    }
    for (struct cleanup *cleanup; (cleanup = recovery->cleanups) != NULL;) {
        recovery->cleanups = cleanup->older;
        cleanup->run(cleanup->thing);
    }
    while (recovery->blocks) memory_free(recovery->blocks + 1);
    longjmp(recovery->point, 1);
}

void cleanup_push(struct cleanup *cleanup, void (*run)(void *thing), void *thing) {
    *cleanup = (struct cleanup){run, thing, NULL};
    if (!recovery_now) return;
    cleanup->older = recovery_now->cleanups;
    recovery_now->cleanups = cleanup;
}

void cleanup_pop(struct cleanup *cleanup) {
    if (recovery_now) recovery_now->cleanups = cleanup->older;
}
