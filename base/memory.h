/* Memory outside of arenas, and what happens when the system has no more of it.
 *
 * Nobody looks at what these functions return: where memory runs out, memory_exhausted jumps to the
 * recovery point of the thread (the library sets one for each of its calls). Whatever was allocated
 * or pushed as a cleanup since that point was set is given back first, so that nothing leaks.
 */
#ifndef MRP_BASE_MEMORY_H
#define MRP_BASE_MEMORY_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

/* malloc and realloc for the few growing things outside an arena; never NULL. */
void *memory_alloc(size_t size);
void *memory_resize(void *memory, size_t size);
void memory_free(void *memory);

/* For the start of a program: what is large goes back to the system when it is freed. By itself,
 * glibc keeps blocks as large as any that was freed before. */
void memory_start(void);

/* Gives back the pages of the program's files that were read: code and constants, the schema among
 * them. Most of it is used in one phase, and counts as the process's as long as it lives. What is
 * used again comes back from the system's cache of files, in less than 0.1 ms; breakpoints of a
 * debugger do not. Does nothing in a program that did not call memory_start: others may have
 * changed their code. */
void memory_rest(void);

/* The same, but NULL where there is no memory, and a recovery leaves it alone: for what outlives a
 * call of the library, and for other libraries, which must not be jumped over. */
void *memory_try(size_t size);

/* Tests: asked before memory is taken from the system, whether to do as if it had none. NULL asks
 * nobody. */
extern bool (*memory_refuses)(void);

/* Ends what is under way: see above. Without a recovery point it prints one line and exits with
 * 3. */
__attribute__((cold)) _Noreturn void memory_exhausted(void);

/* Where to go on:
 *
 *     struct recovery recovery;
 *     recovery_begin(&recovery);
 *     if (setjmp(recovery.point) == 0) ...; else ... it did not work
 *     recovery_end(&recovery);
 */
struct recovery {
    jmp_buf point;
    struct recovery *outer;
    struct memory_block *blocks; /* allocated since then, newest first */
    struct cleanup *cleanups;    /* newest first */
};
void recovery_begin(struct recovery *recovery);
void recovery_end(struct recovery *recovery);

/* What is to be done if memory runs out before cleanup_pop: for what is open and is not memory.
 * Lives in the frame that pushes it. */
struct cleanup {
    void (*run)(void *thing);
    void *thing;
    struct cleanup *older;
};
void cleanup_push(struct cleanup *cleanup, void (*run)(void *thing), void *thing);
void cleanup_pop(struct cleanup *cleanup); /* the newest one; it is not run */

#endif
