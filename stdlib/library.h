/* The standard library: modules written in the language, and examples of their components, as texts
 * in the binary. library.awk makes the tables of stdlib/NAME.mrp and stdlib/examples/; index.awk
 * says which declarations a declaration mentions, so that no more of a module is read than is used.
 */
#ifndef MRP_STDLIB_LIBRARY_H
#define MRP_STDLIB_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Within an edition no logical id, physical name or create-only value that a component emits
 * changes: `project { std = 1 }`. */
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

struct library_declaration {
    const char *name;         /* "" for what is always read: imports, policies */
    uint32_t start, end;      /* of its lines, and the comment above them, in the module's source */
    const uint16_t *mentions; /* of library_declarations; what it needs, and perhaps more */
    uint32_t mention_count;
};

/* Of all modules, module by module. */
extern const struct library_declaration library_declarations[];
extern const uint32_t library_declaration_count;

/* Where a name is seen; several. */
enum { LIBRARY_VALUE = 1, LIBRARY_FUNCTION = 2, LIBRARY_TYPE = 4 };

struct library_name {
    const char *name;
    uint32_t spaces;
};

struct library_index { /* of a module */
    uint32_t first, count; /* of library_declarations */
    const struct library_name *names; /* that are public: declared, then brought by imports */
    uint32_t name_count;
    const uint16_t *imports; /* of library_modules, as the imports stand in it */
    uint32_t import_count;
};

const struct library_index *library_index_of(const struct library_module *module);

/* The module or example of this name, or NULL. */
const struct library_module *library_find(struct text name);
const struct library_example *library_example_find(struct text name);

#endif
