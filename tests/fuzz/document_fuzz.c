/* The reader of templates, JSON and YAML: what it read and wrote reads back as equal. */
#include "template/document.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct document *first, *second;
    struct failure why;
    arena_init(&arena);
    struct text bytes = {arena_copy(&arena, (const char *)data, size), size};
    if (document_read(&arena, bytes, &first, &why)) {
        struct buffer out;
        buffer_init(&out);
        document_write(first, &out, 2);
        if (!document_read(&arena, buffer_view(&out), &second, &why)) abort();
        if (!document_equal(first, second)) abort();
        buffer_release(&out);
    }
    arena_release(&arena);
    return 0;
}
