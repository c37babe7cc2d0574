/* Shared by the readers of JSON and YAML. */
#ifndef MRP_TEMPLATE_DOCUMENT_INTERNAL_H
#define MRP_TEMPLATE_DOCUMENT_INTERNAL_H

#include "template/document.h"

enum {
    DOCUMENT_NODES = 4000000,     /* values in one document */
    DOCUMENT_ALIAS_NODES = 200000, /* values that YAML aliases repeat */
    DOCUMENT_FEW = 8,             /* members up to which a walk over them is cheaper than a table */
};

bool document_read_json(struct arena *arena, struct text bytes, struct document **document,
                        struct failure *why);
bool document_read_yaml(struct arena *arena, struct text bytes, struct document **document,
                        struct failure *why);
/* A key that an object has twice, or NULL. */
const struct document *document_duplicate(const struct document *object);
/* Whether text is a number as JSON writes them. */
bool document_is_number(struct text text);

#endif
