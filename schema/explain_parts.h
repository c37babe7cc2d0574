/* What the files of explain*.c share. */
#ifndef MRP_SCHEMA_EXPLAIN_PARTS_H
#define MRP_SCHEMA_EXPLAIN_PARTS_H

#include "base/failure.h"
#include "schema/page.h"
#include "schema/schema.h"

enum { EXPLAIN_DEPTH = 32 /* of a property path */ };

/* ---- explain_value.c ---- */

/* The type as one word, or one for each member of a union. */
void explain_type(struct page *page, const struct schema_value *value);
/* The type and its limits. */
void explain_value(struct page *page, const struct schema_value *value);
/* Words behind a comma. */
void explain_also(struct page *page, const char *words);
struct explain_range {
    bool has_least;
    double least;
    bool has_most;
    double most;
};
/* "3 to 63 characters", "at least 1 item", "at most 5", behind a comma. */
void explain_range(struct page *page, struct explain_range range, const char *unit);
/* "like ^[a-z]+$", behind a comma; nothing for an empty pattern, or a long one beside others. */
void explain_pattern(struct page *page, const char *what, struct text pattern);

/* ---- explain_find.c ---- */

/* Where a property stands: enough to know its flags. */
struct explain_place {
    const struct schema_type *type;
    const struct schema_property *path[EXPLAIN_DEPTH];
    size_t depth;
};

/* Takes what stands before the first dot, and the dot. */
struct text explain_segment(struct text *path);
/* Follows the path as far as it leads. What is left of it begins with the segment that is unknown;
 * *body is where that was looked for, or NULL below a value that has no properties. */
void explain_follow(struct explain_place *place, struct text *path,
                    const struct schema_body **body);
/* The body in a value, if there is one: of a list's elements, or the first of a union. */
const struct schema_body *explain_body_inside(const struct schema_value *value);
/* The nested type of this name, wherever in the type it is used; NULL if there is none. */
const struct schema_body *explain_nested(const struct schema_type *type, struct text name);
/* Both return false, for failures. */
bool explain_type_missing(struct text name, struct failure *why);
bool explain_property_missing(struct text known, const struct schema_body *body, struct text name,
                              struct failure *why);

#endif
