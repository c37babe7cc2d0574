/* Looks through the rows of runtimes.def, a few dozen. */
#include "schema/runtimes.h"

static const struct schema_runtime runtimes[] = {
#define RUNTIME(name, deprecated, create_block, update_block, successor)                           \
    {name, deprecated, create_block, update_block, successor},
#include "schema/runtimes.def"
#undef RUNTIME
};

const struct schema_runtime *schema_runtime_find(struct text name) {
    for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) {
        if (text_is(name, runtimes[i].name)) return &runtimes[i];
    }
    return NULL;
}
