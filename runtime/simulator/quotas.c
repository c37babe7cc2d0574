/* Quotas of an account, as AWS gives them to a new one. */
#include "runtime/simulator/engine.h"

enum { MOST_STACKS = 2000 }; /* in a region */

static const struct {
    const char *type;
    uint32_t number;
    bool is_of_region;
    const char *words;
} quotas[] = {
#define QUOTA(type, number, is_of_region, words) {type, number, is_of_region, words},
#include "runtime/simulator/quotas.def"
#undef QUOTA
};

static uint32_t count(const struct simulator *simulator, struct text type, struct text region) {
    uint32_t found = 0;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (region.length && !text_equal(stack->region, region)) continue;
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            const struct sim_resource *resource = stack->resources[r];
            found += sim_exists(resource) && !resource->is_missing &&
                     text_equal(resource->type, type);
        }
    }
    return found;
}

struct text sim_over_quota(const struct simulator *simulator, const struct sim_stack *stack,
                           struct text type) {
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        if (!text_is(type, quotas[i].type)) continue;
        struct text region = quotas[i].is_of_region ? stack->region : (struct text){0};
        bool is_full = count(simulator, type, region) >= quotas[i].number;
        return is_full ? text_of(quotas[i].words) : (struct text){0};
    }
    return (struct text){0};
}

bool sim_may_add_stack(const struct simulator *simulator, struct text region) {
    uint32_t found = 0;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        found += stack->status != SIM_DELETE_COMPLETE && text_equal(stack->region, region);
    }
    return found < MOST_STACKS;
}
