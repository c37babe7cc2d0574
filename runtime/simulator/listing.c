/* The objects of a bucket in S3's order: by the bytes of their keys, and the versions of one key
 * newest first; those that share what comes before a delimiter are one entry. */
#include <stdlib.h>

#include "runtime/simulator/listing.h"

struct candidate {
    const struct sim_object *object;
    uint32_t age; /* larger is newer */
};

static int by_key(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    int order = text_compare(x->object->key, y->object->key);
    return order ? order : (x->age < y->age) - (x->age > y->age);
}

static struct candidate *find_all(const struct simulator *simulator, struct arena *arena,
                                  const struct sim_listing *listing, uint32_t *count) {
    struct candidate *all = arena_array(arena, simulator->object_count + 1, sizeof *all);
    for (uint32_t i = 0; i < simulator->object_count; i++) {
        const struct sim_object *object = &simulator->objects[i];
        if (object->is_gone || !text_equal(object->bucket, listing->bucket) ||
            !text_starts(object->key, listing->prefix)) continue;
        all[(*count)++] = (struct candidate){object, i};
    }
    if (*count) qsort(all, *count, sizeof *all, by_key);
    return all;
}

/* What the key shares with others up to the delimiter, or an empty text. */
static struct text shared(const struct sim_listing *listing, struct text key) {
    struct text delimiter = listing->delimiter;
    const char *from = key.bytes + listing->prefix.length;
    size_t length = key.length - listing->prefix.length;
    const char *at = delimiter.length
                         ? memmem(from, length, delimiter.bytes, delimiter.length) : NULL;
    return at ? (struct text){key.bytes, (size_t)(at - key.bytes) + delimiter.length}
              : (struct text){0};
}

/* Whether the entry stands before where the page begins. */
static bool is_before(const struct sim_listing *listing, struct text name,
                      const struct sim_object *object, bool *passed) {
    int order = text_compare(name, listing->after);
    if (!listing->after.length || order > 0) return false;
    if (order < 0 || !object || !listing->after_version.length) return true;
    if (*passed) return false;
    *passed = text_equal(object->version, listing->after_version);
    return true;
}

static bool add(struct sim_listing *listing, struct sim_listed entry) {
    listing->is_cut = listing->count == listing->most;
    if (!listing->is_cut) listing->entries[listing->count++] = entry;
    return !listing->is_cut;
}

void sim_list_objects(const struct simulator *simulator, struct arena *arena,
                      struct sim_listing *listing) {
    uint32_t count = 0;
    bool passed = false;
    struct text last = {0};
    struct candidate *all = find_all(simulator, arena, listing, &count);
    listing->entries = arena_array(arena, count + 1, sizeof *listing->entries);
    for (uint32_t i = 0; i < count; i++) {
        const struct sim_object *object = all[i].object;
        bool is_latest = i == 0 || !text_equal(all[i - 1].object->key, object->key);
        struct text prefix = shared(listing, object->key);
        if (!listing->with_versions && (!is_latest || object->is_marker)) continue;
        if (prefix.length) {
            if (text_equal(prefix, last) || is_before(listing, prefix, NULL, &passed)) continue;
            last = prefix;
            if (!add(listing, (struct sim_listed){.prefix = prefix})) return;
        } else if (!is_before(listing, object->key, object, &passed) &&
                   !add(listing, (struct sim_listed){.object = object, .is_latest = is_latest})) {
            return;
        }
    }
}
