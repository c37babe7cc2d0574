/* Interned names: equal names are the same pointer, so that they are compared by pointer.
 *
 * One table a compilation; names live in its arena.
 */
#ifndef MRP_BASE_NAMES_H
#define MRP_BASE_NAMES_H

#include "base/text.h"

struct name {
    uint32_t hash;
    uint32_t length;
    char bytes[]; /* followed by a NUL */
};

struct names {
    struct arena *arena;
    const struct name **slots;
    uint32_t count, capacity;
};

void names_init(struct names *names, struct arena *arena);
/* The name for this text, made at the first call. */
const struct name *names_intern(struct names *names, struct text text);
/* The name for this text if there is one, else NULL. */
const struct name *names_find(const struct names *names, struct text text);

static inline struct text name_text(const struct name *name) {
    return (struct text){name->bytes, name->length};
}

/* A map from names (or any pointer) to pointers that keeps the order of insertion. */
struct map_entry {
    const void *key;
    void *value;
};
struct map {
    struct arena *arena;
    struct map_entry *entries; /* in order of insertion */
    /* two a place for an entry: entry index + 1, 0 is empty; NULL while there are few entries */
    uint32_t *slots;
    uint32_t count, capacity;
};

void map_init(struct map *map, struct arena *arena);
/* The value of key, or NULL. */
void *map_find(const struct map *map, const void *key);
/* Sets key to value; returns the value that was there before, or NULL. */
void *map_put(struct map *map, const void *key, void *value);

#endif
