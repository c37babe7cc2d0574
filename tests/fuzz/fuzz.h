/* What the fuzz targets share: bytes as the file pipeline.mrp of a world that has nothing else. */
#ifndef MRP_TESTS_FUZZ_H
#define MRP_TESTS_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "mrp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_file {
    const uint8_t *data;
    size_t size;
};

static inline bool fuzz_read(void *context, const char *path, struct mrp_delivery *delivery) {
    const struct fuzz_file *file = context;
    if (strcmp(path, "pipeline.mrp") != 0) return false;
    mrp_deliver(delivery, (const char *)file->data, file->size);
    return true;
}

static inline bool fuzz_glob(void *context, const char *pattern, struct mrp_delivery *delivery) {
    (void)context, (void)pattern, (void)delivery;
    return true;
}

static inline const char *fuzz_environment(void *context, const char *name) {
    (void)context, (void)name;
    return NULL;
}

static inline struct mrp_host fuzz_host(struct fuzz_file *file) {
    return (struct mrp_host){file, fuzz_read, fuzz_glob, fuzz_environment};
}

#endif
