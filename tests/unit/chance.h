/* Numbers that look like chance and are the same in each run (xorshift64). */
#ifndef MRP_TESTS_CHANCE_H
#define MRP_TESTS_CHANCE_H

#include <stdint.h>

static inline uint32_t number_below(uint32_t limit) {
    static uint64_t state = 0x9e3779b97f4a7c15u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % limit;
}

#endif
