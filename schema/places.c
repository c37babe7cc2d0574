#include "schema/places.h"

#include <stddef.h>

#include "base/partition.h"

struct place {
    const char *region;
    double latitude, longitude; /* degrees */
};

static const struct place places[] = {
#define PLACE(region, latitude, longitude) {region, latitude, longitude},
#include "schema/places.def"
#undef PLACE
};

enum { PLACE_COUNT = sizeof places / sizeof *places };

/* Its series, near enough up to a full turn: libm is not linked for an error message, each start
 * would pay for it. */
static double cosine(double x) {
    double sum = 1, term = 1;
    for (int n = 1; n < 20; n++) {
        term *= -x * x / (2 * n * (2 * n - 1));
        sum += term;
    }
    return sum;
}

static double sine(double x) {
    return cosine(x - 3.14159265358979323846 / 2);
}

/* The cosine of the angle between two places on the globe: the larger, the nearer. */
static double nearness(const struct place *a, const struct place *b) {
    const double radian = 3.14159265358979323846 / 180;
    double x = a->latitude * radian, y = b->latitude * radian;
    return sine(x) * sine(y) +
           cosine(x) * cosine(y) * cosine((a->longitude - b->longitude) * radian);
}

/* Regions of other partitions belong to other accounts. */
static bool shares_partition(const struct place *a, const struct place *b) {
    return partition_of_region(text_of(a->region)) == partition_of_region(text_of(b->region));
}

struct text schema_place_nearest(struct text from, bool (*fits)(void *context, struct text region),
                                 void *context) {
    const struct place *here = NULL, *best = NULL;
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        if (text_is(from, places[i].region)) here = &places[i];
    }
    for (size_t i = 0; here && i < PLACE_COUNT; i++) {
        const struct place *place = &places[i];
        if (place == here || !shares_partition(here, place)) continue;
        if (best && nearness(here, place) <= nearness(here, best)) continue;
        if (fits(context, text_of(place->region))) best = place;
    }
    return best ? text_of(best->region) : TEXT("");
}
