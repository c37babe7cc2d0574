/* The packer's memory: lists that grow, rows and strings without duplicates. */
#include "schema/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct input input;
struct strings strings;

_Noreturn void stop(const char *what) {
    fprintf(stderr, "%s:%u: %s: %s\n", input.path, input.line, what, input.at ? input.at : "");
    exit(1);
}

void *grow(void *memory, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) return memory;
    *room = *room ? *room * 2 : 8;
    memory = realloc(memory, *room * size);
    if (!memory) stop("no memory");
    return memory;
}

void words_add(struct words *words, uint32_t word) {
    words->at = grow(words->at, words->count, &words->room, sizeof *words->at);
    words->at[words->count++] = word;
}

void *zeroed(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) stop("no memory");
    return memory;
}

uint64_t hash_bytes(const void *bytes, size_t length, uint64_t hash) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

static void set_rehash(struct set *set) {
    free(set->slots);
    set->slot_count = set->slot_count ? set->slot_count * 2 : 1024;
    set->slots = zeroed(set->slot_count, sizeof *set->slots);
    for (uint32_t row = 0; row < set->count; row++) {
        uint64_t slot = hash_bytes(set->rows + row * set->size, set->size, 1) % set->slot_count;
        while (set->slots[slot])
            slot = (slot + 1) % set->slot_count;
        set->slots[slot] = row + 1;
    }
}

uint32_t set_add(struct set *set, const void *row) {
    if (2 * set->count >= set->slot_count) set_rehash(set);
    uint64_t slot = hash_bytes(row, set->size, 1) % set->slot_count;
    for (; set->slots[slot]; slot = (slot + 1) % set->slot_count) {
        uint32_t found = set->slots[slot] - 1;
        if (memcmp(set->rows + found * set->size, row, set->size)) continue;
        set->uses[found]++;
        return found;
    }
    uint32_t room = set->room;
    set->uses = grow(set->uses, set->count, &room, sizeof *set->uses);
    set->rows = grow(set->rows, set->count, &set->room, set->size);
    memcpy(set->rows + set->count * set->size, row, set->size);
    set->uses[set->count] = 1;
    set->slots[slot] = ++set->count;
    return set->count - 1;
}

static void strings_rehash(void) {
    free(strings.slots);
    strings.slot_count = strings.slot_count ? strings.slot_count * 2 : 4096;
    strings.slots = zeroed(strings.slot_count, sizeof *strings.slots);
    for (uint32_t row = 0; row < strings.count; row++) {
        uint64_t slot = hash_bytes(strings.rows[row].bytes, strings.rows[row].length, 1);
        for (slot %= strings.slot_count; strings.slots[slot];)
            slot = (slot + 1) % strings.slot_count;
        strings.slots[slot] = row + 1;
    }
}

uint32_t string_add(const char *bytes, size_t length) {
    if (2 * strings.count >= strings.slot_count) strings_rehash();
    if (length > 0xffff) stop("string too long");
    uint64_t slot = hash_bytes(bytes, length, 1) % strings.slot_count;
    for (; strings.slots[slot]; slot = (slot + 1) % strings.slot_count) {
        struct string *found = &strings.rows[strings.slots[slot] - 1];
        if (found->length == length && !memcmp(found->bytes, bytes, length)) {
            found->uses++;
            return strings.slots[slot] - 1;
        }
    }
    strings.rows = grow(strings.rows, strings.count, &strings.room, sizeof *strings.rows);
    char *copy = malloc(length + 1);
    if (!copy) stop("no memory");
    memcpy(copy, bytes, length);
    copy[length] = 0;
    strings.rows[strings.count] = (struct string){copy, (uint32_t)length, 1};
    strings.slots[slot] = ++strings.count;
    return strings.count - 1;
}
