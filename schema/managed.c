/* Looks through the rows of managed.def, which are sorted by their names. */
#include "schema/managed.h"

#include "base/diagnostics.h"

static const struct schema_managed policies[] = {
#define MANAGED(name, path) {name, path},
#include "schema/managed.def"
#undef MANAGED
};

enum { POLICIES = sizeof policies / sizeof *policies };

const struct schema_managed *schema_managed_find(struct text name) {
    size_t low = 0, high = POLICIES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(name, text_of(policies[middle].name));
        if (order == 0) return &policies[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct text schema_managed_near(struct text name) {
    struct suggestion near;
    suggestion_init(&near, name);
    for (size_t i = 0; i < POLICIES; i++)
        suggestion_offer(&near, text_of(policies[i].name));
    return near.best;
}
