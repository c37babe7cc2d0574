/* Looking up a partition. */
#include "base/partition.h"

static const struct partition partitions[] = {
#define PARTITION(id, prefix, region, domain, dual, signin)                                        \
    {id, prefix, region, domain, dual, signin},
#include "base/partition.def"
#undef PARTITION
};

enum { PARTITION_COUNT = sizeof partitions / sizeof *partitions };

const struct partition *partition_of_region(struct text region) {
    const struct partition *found = &partitions[0];
    for (size_t i = 0; i < PARTITION_COUNT; i++) {
        if (text_starts(region, text_of(partitions[i].prefix))) found = &partitions[i];
    }
    return found;
}

const struct partition *partition_of_arn(struct text arn) {
    if (!text_starts(arn, TEXT("arn:"))) return NULL;
    const char *colon = memchr(arn.bytes + 4, ':', arn.length - 4);
    struct text id = {arn.bytes + 4, colon ? (size_t)(colon - arn.bytes) - 4 : 0};
    for (size_t i = 0; i < PARTITION_COUNT; i++) {
        if (text_is(id, partitions[i].id)) return &partitions[i];
    }
    return NULL;
}
