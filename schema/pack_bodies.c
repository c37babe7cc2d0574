/* Finds bodies that are equal, also between types, so that they are written once. */
#include "schema/pack.h"

#include <stdlib.h>

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 31);
}

/* A value as what it is made of; bodies stand for themselves with the hash of the last round. */
static uint64_t hash_value(uint32_t value) {
    const struct schema_value *row = (const struct schema_value *)values.rows + value;
    enum schema_shape shape = row->shape_limits & 0xff;
    uint64_t hash = mix(17, row->shape_limits);
    if (shape == SCHEMA_BODY) return mix(hash, bodies[row->content].hash);
    if (shape == SCHEMA_LIST || shape == SCHEMA_MAP) return mix(hash, hash_value(row->content));
    if (shape == SCHEMA_UNION) {
        for (uint32_t i = 1; i <= pool.at[row->content]; i++) {
            hash = mix(hash, hash_value(pool.at[row->content + i]));
        }
    }
    return hash;
}

static uint64_t hash_words(uint64_t hash, const struct words *words) {
    hash = mix(hash, words->count);
    for (uint32_t i = 0; i < words->count; i++)
        hash = mix(hash, words->at[i]);
    return hash;
}

static uint64_t hash_body(const struct body *body) {
    uint64_t hash = mix(mix(mix(29, body->name), body->open), body->property_count);
    for (uint32_t i = 0; i < body->property_count; i++) {
        const struct property *property = &body->properties[i];
        hash = mix(mix(hash, property->name), property->flags);
        hash = hash_words(mix(hash, hash_value(property->value)), &property->wishes);
    }
    for (uint32_t i = 0; i < body->rule_count; i++) {
        hash = hash_words(mix(hash, body->rules[i].kind), &body->rules[i].names);
        hash = hash_words(hash, &body->rules[i].values);
    }
    return hash;
}

/* Bodies are equal if they look equal as deep as one can look: hashes take in one more level with
 * each round, so the rounds are as many as the deepest nesting needs (15 in the facts). */
static void hash_bodies(void) {
    for (int round = 0; round < 24; round++) {
        for (uint32_t i = 0; i < body_count; i++)
            bodies[i].next_hash = hash_body(&bodies[i]);
        for (uint32_t i = 0; i < body_count; i++)
            bodies[i].hash = bodies[i].next_hash;
    }
}

static int hash_compare(const void *a, const void *b) {
    const struct body *left = &bodies[*(const uint32_t *)a], *right = &bodies[*(const uint32_t *)b];
    if (left->hash != right->hash) return left->hash < right->hash ? -1 : 1;
    return left < right ? -1 : left > right;
}

void find_twins(void) {
    uint32_t *order = zeroed(body_count, sizeof *order);
    hash_bodies();
    for (uint32_t i = 0; i < body_count; i++)
        order[i] = i;
    qsort(order, body_count, sizeof *order, hash_compare);
    for (uint32_t i = 0; i < body_count; i++) {
        struct body *body = &bodies[order[i]];
        bool same = i && body->hash == bodies[order[i - 1]].hash;
        body->twin = same ? bodies[order[i - 1]].twin : order[i];
        bodies[body->twin].uses++;
    }
    free(order);
}
