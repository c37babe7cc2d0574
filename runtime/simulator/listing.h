/* Listing the objects of a bucket, page by page. */
#ifndef MRP_SIMULATOR_LISTING_H
#define MRP_SIMULATOR_LISTING_H

#include "runtime/simulator/world.h"

struct sim_listed { /* an object, or what several begin with up to the delimiter */
    const struct sim_object *object;
    struct text prefix;
    bool is_latest;
};

struct sim_listing {
    struct text bucket, prefix, delimiter;
    struct text after,
        after_version; /* what comes after that key or prefix, and that version of it */
    uint32_t most;                    /* entries of a page */
    bool with_versions;               /* all versions and delete markers, not only what is there */
    struct sim_listed *entries;       /* the answer, in the arena */
    uint32_t count;
    bool is_cut;                      /* there are more */
};

void sim_list_objects(const struct simulator *simulator, struct arena *arena,
                      struct sim_listing *listing);

#endif
