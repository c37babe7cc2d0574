/* Looks through the rows of metrics.def. */
#include "lint/metric.h"

#include "base/diagnostics.h"

static const struct metric metrics[] = {
#define SPACE(space, dimensions)
#define METRIC(space, name, traits) {space, name, traits},
#include "lint/metrics.def"
#undef SPACE
#undef METRIC
};

static const struct {
    const char *space, *dimensions;
} spaces[] = {
#define SPACE(space, dimensions) {space, dimensions},
#define METRIC(space, name, traits)
#include "lint/metrics.def"
#undef SPACE
#undef METRIC
};

const struct metric *metric_find(struct text space, struct text name) {
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        if (text_is(name, metrics[i].name) && text_is(space, metrics[i].space)) return &metrics[i];
    }
    return NULL;
}

struct text metric_suggest(struct text space, struct text name) {
    struct suggestion near;
    suggestion_init(&near, name);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        if (text_is(space, metrics[i].space)) suggestion_offer(&near, text_of(metrics[i].name));
    }
    return near.best;
}

const char *metric_dimensions(struct text space) {
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        if (text_is(space, spaces[i].space)) return spaces[i].dimensions;
    }
    return NULL;
}
