/* The table of names and the ordered map: both open addressing with linear probing, at most seven
 * eighths and half full, never shrinking: each step of a search is a miss of the cache.
 */
#include "base/names.h"

enum { NAMES_FIRST = 256, MAP_FIRST = 4, MAP_LINEAR = 8 };

/* Eight bytes at a time, each multiplied into the whole and mixed from high bits to low ones. */
static uint32_t hash_bytes(struct text text) {
    const char *at = text.bytes, *end = text.bytes + text.length;
    uint64_t hash = text.length * 0x9E3779B97F4A7C15u, eight = 0;
    for (; end - at >= 8; at += 8) {
        memcpy(&eight, at, 8);
        hash = (hash ^ eight) * 0x9FB21C651E98DF25u;
        hash ^= hash >> 32;
    }
    eight = 0;
    for (; at < end; at++) eight = eight << 8 | (unsigned char)*at;
    hash = (hash ^ eight) * 0x9FB21C651E98DF25u;
    return (uint32_t)(hash ^ hash >> 29 ^ hash >> 47);
}

void names_init(struct names *names, struct arena *arena) {
    *names = (struct names){.arena = arena};
}

/* The slot that holds the name, or the empty one where it belongs. */
static const struct name **names_slot(const struct names *names, struct text text, uint32_t hash) {
    uint32_t mask = names->capacity - 1;
    for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
        const struct name *name = names->slots[i];
        if (!name || (name->hash == hash && text_equal(name_text(name), text))) {
            return &names->slots[i];
        }
    }
}

static void names_grow(struct names *names) {
    const struct name **slots = names->slots;
    uint32_t capacity = names->capacity;
    names->capacity = capacity ? capacity * 2 : NAMES_FIRST;
    names->slots = arena_grow(names->arena, NULL, 0, names->capacity, sizeof *names->slots);
    for (uint32_t i = 0; i < capacity; i++) {
        if (slots[i]) *names_slot(names, name_text(slots[i]), slots[i]->hash) = slots[i];
    }
    arena_drop(names->arena, slots, capacity * sizeof *slots);
}

static const struct name *name_new(struct arena *arena, struct text text, uint32_t hash) {
    struct name *name = arena_alloc(arena, sizeof *name + text.length + 1);
    name->hash = hash;
    name->length = (uint32_t)text.length;
    if (text.length) memcpy(name->bytes, text.bytes, text.length);
    return name;
}

const struct name *names_intern(struct names *names, struct text text) {
    if (text.length > UINT32_MAX) memory_exhausted();
    if (names->count >= names->capacity / 8 * 7) names_grow(names);
    uint32_t hash = hash_bytes(text);
    const struct name **slot = names_slot(names, text, hash);
    if (!*slot) {
        *slot = name_new(names->arena, text, hash);
        names->count++;
    }
    return *slot;
}

const struct name *names_find(const struct names *names, struct text text) {
    return names->capacity ? *names_slot(names, text, hash_bytes(text)) : NULL;
}

void map_init(struct map *map, struct arena *arena) {
    *map = (struct map){.arena = arena};
}

static uint32_t hash_pointer(const void *key) {
    return (uint32_t)((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u >> 32);
}

/* The slot of the key, or the empty one where it belongs. */
static uint32_t *map_slot(const struct map *map, const void *key) {
    uint32_t mask = map->capacity * 2 - 1;
    for (uint32_t i = hash_pointer(key) & mask;; i = (i + 1) & mask) {
        uint32_t index = map->slots[i];
        if (index == 0 || map->entries[index - 1].key == key) return &map->slots[i];
    }
}

static struct map_entry *map_entry_find(const struct map *map, const void *key) {
    if (map->slots) {
        uint32_t index = *map_slot(map, key);
        return index ? &map->entries[index - 1] : NULL;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->entries[i].key == key) return &map->entries[i];
    }
    return NULL;
}

void *map_find(const struct map *map, const void *key) {
    struct map_entry *entry = map_entry_find(map, key);
    return entry ? entry->value : NULL;
}

static void map_grow(struct map *map) {
    uint32_t capacity = map->capacity ? map->capacity * 2 : MAP_FIRST;
    if (map->slots) arena_drop(map->arena, map->slots, map->capacity * 2 * sizeof *map->slots);
    map->entries =
        arena_grow(map->arena, map->entries, map->count, capacity, sizeof *map->entries);
    map->capacity = capacity;
    if (capacity <= MAP_LINEAR) return;
    map->slots = arena_grow(map->arena, NULL, 0, capacity * 2, sizeof *map->slots);
    for (uint32_t i = 0; i < map->count; i++) *map_slot(map, map->entries[i].key) = i + 1;
}

void *map_put(struct map *map, const void *key, void *value) {
    struct map_entry *entry = map_entry_find(map, key);
    if (entry) {
        void *before = entry->value;
        entry->value = value;
        return before;
    }
    if (map->count == map->capacity) map_grow(map);
    map->entries[map->count++] = (struct map_entry){key, value};
    if (map->slots) *map_slot(map, key) = map->count;
    return NULL;
}
