/* A packed schema of a stranger (--schema FILE): it is refused, or all that is asked of it stays
 * within its bytes. */
#include <stdint.h>

#include "base/memory.h"
#include "schema/explain.h"
#include "schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TYPES_MOST = 16, PROPERTIES_MOST = 32 };

static void explain(struct text what) {
    struct buffer page;
    struct failure why;
    buffer_init(&page);
    schema_explain(&page, what, 80, false, &why);
    buffer_release(&page);
}

static void explain_properties(struct arena *arena, const struct schema_type *type) {
    const struct schema_body *body = schema_type_body(type);
    size_t count = schema_body_count(body);
    for (size_t i = 0; i < count && i < PROPERTIES_MOST; i++) {
        struct text name = schema_property_name(schema_body_at(body, i));
        explain(text_format(arena, "%.*s.%.*s", TEXT_ARGS(schema_type_name(type)),
                            TEXT_ARGS(name)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct failure why;
    struct arena arena;
    arena_init(&arena);
    struct text bytes = {arena_copy(&arena, (const char *)data, size), size};
    if (schema_open_bytes(bytes, &why)) {
        size_t count = schema_type_count();
        for (size_t i = 0; i < count && i < TYPES_MOST; i++) {
            const struct schema_type *type = schema_type_at(i);
            explain(schema_type_name(type));
            explain_properties(&arena, type);
        }
    }
    arena_release(&arena);
    return 0;
}
