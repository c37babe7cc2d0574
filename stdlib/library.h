/* The standard library: modules written in the language, and examples of their components, as texts
 * in the binary. library.awk makes the tables of stdlib/NAME.mrp and stdlib/examples/.
 */
#ifndef MRP_STDLIB_LIBRARY_H
#define MRP_STDLIB_LIBRARY_H

#include <stddef.h>

#include "base/text.h"

/* Within an edition no logical id, physical name or create-only value that a component emits changes:
 * `project { std = 1 }`. */
enum { LIBRARY_EDITION = 1 };

struct library_module {
    const char *name; /* as it is imported: "std.storage" */
    const char *path; /* as messages name it: "std/storage.mrp" */
    const char *source;
};

/* A whole program that shows a component. */
struct library_example {
    const char *name; /* "std.storage.Bucket" */
    const char *source;
};

/* In byte order of their names, which ends with a row whose name is NULL. */
extern const struct library_module library_modules[];
extern const struct library_example library_examples[];

/* The module or example of this name, or NULL. */
const struct library_module *library_find(struct text name);
const struct library_example *library_example_find(struct text name);

#endif
