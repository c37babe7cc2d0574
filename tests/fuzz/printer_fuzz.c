/* The formatter: what it prints parses, and is printed the same again. */
#include "tests/fuzz/fuzz.h"

static struct mrp *format(struct mrp_text source, struct mrp_text *formatted,
                          enum mrp_result *result) {
    struct mrp *mrp = mrp_new(&(struct mrp_options){0});
    *result = mrp_format(mrp, "pipeline.mrp", source, formatted);
    return mrp;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mrp_text once, twice, source = {(const char *)data, size};
    enum mrp_result result;
    struct mrp *first = format(source, &once, &result);
    if (result == MRP_DONE) {
        struct mrp *second = format(once, &twice, &result);
        if (result != MRP_DONE || once.length != twice.length ||
            memcmp(once.bytes, twice.bytes, once.length) != 0) {
            abort();
        }
        mrp_free(second);
    }
    mrp_free(first);
    return 0;
}
