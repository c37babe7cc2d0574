/* When the runtimes of Lambda end; the facts are runtimes.def, made by schema/update-facts. */
#ifndef MRP_SCHEMA_RUNTIMES_H
#define MRP_SCHEMA_RUNTIMES_H

#include "base/text.h"

struct schema_runtime {
    const char *name;         /* "python3.8" */
    const char *deprecated;   /* "2024-10-14": no security updates from then on */
    const char *create_block; /* no new functions from then on; NULL where no day is said */
    const char *update_block; /* no changes either */
    const char *successor;    /* or NULL */
};

/* NULL for one that is not known. */
const struct schema_runtime *schema_runtime_find(struct text name);

#endif
