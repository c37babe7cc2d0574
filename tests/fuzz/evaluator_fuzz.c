/* Checker, evaluator and templates: any program ends, with templates or with messages. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_file file = {data, size};
    struct mrp_host host = fuzz_host(&file);
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = &host});
    enum mrp_result result = mrp_compile(mrp);
    if (result == MRP_ERRORS && mrp_error_count(mrp) == 0) abort();
    for (size_t i = 0; result == MRP_DONE && i < mrp_stack_count(mrp); i++) {
        if (mrp_template(mrp, i, MRP_COMPACT).length == 0) abort();
    }
    mrp_report(mrp, MRP_SARIF, false);
    mrp_free(mrp);
    return 0;
}
