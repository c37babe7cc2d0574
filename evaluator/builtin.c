/* The table of built-in functions, and how one is found: a table of hashes, made at the first look-
 * up of a thread, which costs about as much as reading one line of source. */
#include "evaluator/builtin.h"

#include "evaluator/builtins.h"

static const struct builtin rows[] = {
#define BUILTIN(name, signature, function, flags, doc, example, result)                            \
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
        while (slots[slot])
            slot = (slot + 1) % SLOTS;
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

static const struct {
    const char *other, *ours, *advice;
} habits[] = {
#define HABIT(other, ours, advice) {other, ours, advice},
#include "evaluator/builtin_habits.def"
#undef HABIT
};

struct text builtin_habit(struct text name, const char **advice) {
    char lower[32];
    *advice = NULL;
    if (name.length >= sizeof lower) return TEXT("");
    for (size_t i = 0; i < name.length; i++) {
        lower[i] = ascii_lower(name.bytes[i]);
    }
    struct text wanted = {lower, name.length};
    size_t low = 0, high = sizeof habits / sizeof *habits;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(text_of(habits[middle].other), wanted);
        if (order < 0) {
            low = middle + 1;
        } else if (order > 0) {
            high = middle;
        } else {
            *advice = habits[middle].advice;
            return habits[middle].ours ? text_of(habits[middle].ours) : TEXT("");
        }
    }
    return TEXT("");
}
