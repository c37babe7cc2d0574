/* The table of built-in functions, and how one is found: a table of hashes, made at the first look-up
 * of a thread, which costs about as much as reading one line of source.
 */
#include "evaluator/builtin.h"

#include "evaluator/builtins.h"

static const struct builtin rows[] = {
#define BUILTIN(name, signature, function, flags, doc, example, result) \
    {#name, signature, function, flags, doc, example, result},
#include "evaluator/builtins.def"
#undef BUILTIN
};

enum { ROWS = sizeof rows / sizeof *rows, SLOTS = 512 };
_Static_assert(ROWS < 255, "a slot is a byte");

static uint32_t name_slot(struct text name) {
    uint32_t hash = (uint32_t)name.length;
    for (size_t i = 0; i < name.length; i++) {
        hash = (hash ^ (unsigned char)name.bytes[i]) * 0x9E3779B1u;
        hash ^= hash >> 15;
    }
    return hash % SLOTS;
}

/* The slots hold row + 1, 0 is empty. */
static const uint8_t *slots_get(void) {
    static _Thread_local uint8_t slots[SLOTS];
    static _Thread_local bool ready;
    if (ready) return slots;
    for (uint32_t row = 0; row < ROWS; row++) {
        uint32_t slot = name_slot(text_of(rows[row].name));
        while (slots[slot]) slot = (slot + 1) % SLOTS;
        slots[slot] = (uint8_t)(row + 1);
    }
    ready = true;
    return slots;
}

const struct builtin *builtin_find(struct text name) {
    const uint8_t *slots = slots_get();
    if (name.length > 40) return NULL;
    for (uint32_t slot = name_slot(name); slots[slot]; slot = (slot + 1) % SLOTS) {
        const struct builtin *row = &rows[slots[slot] - 1];
        if (text_is(name, row->name)) return row;
    }
    return NULL;
}

const struct builtin *builtin_all(size_t *count) {
    *count = ROWS;
    return rows;
}
