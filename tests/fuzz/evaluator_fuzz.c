/* Checker, evaluator, templates, tests and policies: any program ends, with templates or with
 * messages, and with the same bytes each time. */
#include "base/text.h"
#include "mrp_parts.h"
#include "tests/fuzz/fuzz.h"

enum { TESTS_MOST = 4 }; /* each builds the program anew */

static void add(struct buffer *out, struct mrp_text text) {
    buffer_add(out, text.bytes, text.length);
    buffer_char(out, '\n');
}

static void build(const struct mrp_host *host, struct buffer *out) {
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = host});
    enum mrp_result result = mrp_compile(mrp);
    if (result == MRP_ERRORS && mrp_error_count(mrp) == 0) abort();
    for (size_t i = 0; result == MRP_DONE && i < mrp_stack_count(mrp); i++) {
        struct mrp_text template = mrp_template(mrp, i, MRP_COMPACT);
        if (template.length == 0) abort();
        add(out, template);
    }
    add(out, mrp_report(mrp, MRP_TEXT, false));
    add(out, mrp_report(mrp, MRP_SARIF, false));
    mrp_free(mrp);
}

static void test(const struct mrp_host *host, size_t index, struct buffer *out) {
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = host});
    struct mrp_test verdict;
    mrp_with_tests(mrp, NULL);
    if (mrp_test(mrp, index, false, true, &verdict) == MRP_DONE) {
        if (!verdict.has_passed && mrp_error_count(mrp) == 0) abort();
        buffer_char(out, verdict.has_passed ? '+' : '-');
        add(out, mrp_report(mrp, MRP_TEXT, false));
    }
    mrp_free(mrp);
}

static void test_all(const struct mrp_host *host, struct buffer *out) {
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = host});
    mrp_with_tests(mrp, NULL);
    size_t count = mrp_load_tests(mrp) == MRP_DONE ? mrp_test_count(mrp) : 0;
    mrp_free(mrp);
    for (size_t i = 0; i < count && i < TESTS_MOST; i++) test(host, i, out);
}

static void run(const uint8_t *data, size_t size, struct buffer *out) {
    struct fuzz_file file = {data, size};
    struct mrp_host host = fuzz_host(&file);
    buffer_init(out);
    build(&host, out);
    test_all(&host, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buffer first, second;
    run(data, size, &first);
    run(data, size, &second);
    if (!text_equal(buffer_view(&first), buffer_view(&second))) abort();
    buffer_release(&first);
    buffer_release(&second);
    return 0;
}
