/* A snapshot of mrp test that somebody else wrote: the test ends, and passes for what is equal
 * alone. */
#include <stdint.h>
#include <stdio.h>

#include "mrp_parts.h"
#include "template/document.h"
#include "tests/fuzz/fuzz.h"

static const char program[] =
    "project kept { suffix = \"dev\" }\n"
    "let value = { a = [1, 2.5, \"x\\ny\", null, true], b = { c = {}, d = [] } }\n"
    "region east \"us-east-1\" {\n"
    "  resource topic: AWS::SNS::Topic { TopicName = name(\"topic\") }\n"
    "}\n"
    "test \"value\" { assert matches_snapshot(value) }\n";
static const char expected[] =
    "{\"a\":[1,2.5,\"x\\ny\",null,true],\"b\":{\"c\":{},\"d\":[]}}";

static bool read_file(void *context, const char *path, struct mrp_delivery *delivery) {
    const struct fuzz_file *snapshot = context;
    if (strcmp(path, "pipeline.mrp") == 0) {
        mrp_deliver(delivery, program, sizeof program - 1);
        return true;
    }
    if (strncmp(path, "snapshots/", 10) != 0) return false;
    mrp_deliver(delivery, (const char *)snapshot->data, snapshot->size);
    return true;
}

static bool is_expected(struct text bytes) {
    struct arena arena;
    struct failure why;
    struct document *found, *wanted;
    arena_init(&arena);
    if (!document_read(&arena, text_of(expected), &wanted, &why)) abort();
    bool same = document_read(&arena, bytes, &found, &why) && document_equal(found, wanted);
    arena_release(&arena);
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_file snapshot = {data, size};
    struct mrp_host host = {&snapshot, read_file, fuzz_glob, fuzz_environment};
    struct mrp *mrp = mrp_new(&(struct mrp_options){.host = &host});
    struct mrp_test verdict;
    mrp_with_tests(mrp, NULL);
    if (mrp_test(mrp, 0, false, true, &verdict) != MRP_DONE) abort();
    if (!verdict.has_passed && mrp_error_count(mrp) == 0) abort();
    mrp_report(mrp, MRP_TEXT, false);
    if (verdict.has_passed && !is_expected((struct text){(const char *)data, size})) abort();
    mrp_free(mrp);
    return 0;
}
