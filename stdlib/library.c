/* The tables that library.awk and index.awk make. */
#include "stdlib/library.h"

const struct library_module library_modules[] = {
#include "stdlib/modules.inc"
    {NULL, NULL, NULL},
};

static const struct library_example library_examples[] = {
#include "stdlib/examples.inc"
    {NULL, NULL},
};

#include "stdlib/index.inc"

const struct library_index *library_index_of(const struct library_module *module) {
    return &indexes[module - library_modules];
}

const struct library_module *library_find(struct text name) {
    for (const struct library_module *module = library_modules; module->name; module++) {
        if (text_is(name, module->name)) return module;
    }
    return NULL;
}

const struct library_example *library_example_find(struct text name) {
    for (const struct library_example *example = library_examples; example->name; example++) {
        if (text_is(name, example->name)) return example;
    }
    return NULL;
}
