/* The words of FACTS. Equal runs of words are one, whatever they are, but only within what is
 * shared or within a type: a second copy costs a few bytes of the file, where to go and fetch it
 * among another type's facts costs a window of memory. */
#include "schema/pack.h"

#include <stdlib.h>
#include <string.h>

enum { RUNS = 1 << 16, FACTS_MOST = 1 << 24 }; /* limits and wishes have 24 bits */

struct run {
    uint32_t start, count;
};

struct words facts;
static struct run shared[RUNS], own[RUNS], *current;
static uint32_t current_count;

/* The slot of the run, which has a count of 0 if there is none. */
static struct run *run_slot(struct run *table, const void *words, uint32_t count) {
    uint64_t slot = hash_bytes(words, count * sizeof(uint32_t), count) % RUNS;
    for (; table[slot].count; slot = (slot + 1) % RUNS) {
        if (table[slot].count != count) continue;
        if (!memcmp(facts.at + table[slot].start, words, count * sizeof(uint32_t))) break;
    }
    return &table[slot];
}

void facts_share(void) {
    current = shared;
    for (size_t i = 0; i < PACKED_WORDS(struct packed_limits); i++)
        words_add(&facts, 0);
}

void facts_begin(void) {
    current = own;
    current_count = 0;
    memset(own, 0, sizeof own);
}

uint32_t facts_add(const void *words, size_t count) {
    struct run *run = run_slot(shared, words, (uint32_t)count);
    if (!run->count && current == own) run = run_slot(own, words, (uint32_t)count);
    if (run->count) return run->start;
    *run = (struct run){facts.count, (uint32_t)count};
    if (++current_count > RUNS / 2 || facts.count + count > FACTS_MOST) stop("too many facts");
    for (size_t i = 0; i < count; i++)
        words_add(&facts, ((const uint32_t *)words)[i]);
    return run->start;
}

uint32_t fact_string(uint32_t string) {
    const struct string *row = &strings.rows[string];
    if (!row->length) return 0;
    size_t count = 1 + row->length / sizeof(uint32_t) + 1;
    uint32_t *words = zeroed(count, sizeof *words);
    words[0] = row->length;
    memcpy(words + 1, row->bytes, row->length);
    uint32_t start = facts_add(words, count);
    free(words);
    return start;
}

uint32_t fact_list(const struct words *list) {
    if (!list->count) return 0;
    uint32_t *words = zeroed(list->count + 1, sizeof *words);
    words[0] = list->count;
    memcpy(words + 1, list->at, list->count * sizeof *words);
    uint32_t start = facts_add(words, list->count + 1);
    free(words);
    return start;
}

/* A list of what make says of each number. */
static uint32_t fact_each(const uint32_t *raw, uint32_t count, uint32_t (*make)(uint32_t raw)) {
    struct words list = {NULL, 0, 0};
    for (uint32_t i = 0; i < count; i++)
        words_add(&list, make(raw[i]));
    uint32_t start = fact_list(&list);
    free(list.at);
    return start;
}

uint32_t fact_strings(const uint32_t *raw, uint32_t count) {
    return fact_each(raw, count, fact_string);
}

static uint32_t fact_limits(uint32_t raw) {
    struct packed_limits row = ((const struct packed_limits *)limits.rows)[raw];
    if (!raw) return 0;
    row.pattern = fact_string(row.pattern);
    row.key_pattern = fact_string(row.key_pattern);
    row.format = fact_string(row.format);
    row.enums = row.enums ? fact_strings(pool.at + row.enums + 1, pool.at[row.enums]) : 0;
    return facts_add(&row, PACKED_WORDS(struct packed_limits));
}

uint32_t fact_value(uint32_t raw) {
    struct schema_value row = ((const struct schema_value *)values.rows)[raw];
    enum schema_shape shape = row.shape_limits & 0xff;
    row.shape_limits = fact_limits(row.shape_limits >> 8) << 8 | shape;
    if (shape == SCHEMA_BODY) row.content = fact_body(row.content);
    if (shape == SCHEMA_LIST || shape == SCHEMA_MAP) row.content = fact_value(row.content);
    if (shape == SCHEMA_UNION) {
        row.content = fact_each(pool.at + row.content + 1, pool.at[row.content], fact_value);
    }
    return facts_add(&row, PACKED_WORDS(struct schema_value));
}
