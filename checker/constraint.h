/* The limits that AWS sets to values: lengths, patterns, ranges, listed values.
 *
 * The checker asks for what is written in the program, the evaluator for what is computed; both get
 * the same messages (by id and span), so that what both see is said once. Limits may be stale: they
 * are warnings, errors under --strict.
 */
#ifndef MRP_CHECKER_CONSTRAINT_H
#define MRP_CHECKER_CONSTRAINT_H

#include "base/diagnostics.h"
#include "schema/schema.h"

/* Where a value stands, for messages. */
struct constraint_place {
    struct diagnostics *diagnostics;
    struct text name; /* of the property: "BucketName" */
    struct span span; /* of the expression that is its value */
    bool is_quiet;    /* only asks: texts and numbers say nothing */
};

/* Each reports what the value breaks, and returns whether it keeps all limits. The value is one of
 * a union or its only form: call them with the schema_value that the value's kind selects. */
bool constraint_text(const struct constraint_place *place, const struct schema_value *value,
                     struct text text);
bool constraint_number(const struct constraint_place *place, const struct schema_value *value,
                       double number);
/* Elements of a list or entries of a map. */
bool constraint_count(const struct constraint_place *place, const struct schema_value *value,
                      uint64_t count);
bool constraint_key(const struct constraint_place *place, const struct schema_value *value,
                    struct text key);

/* The pattern and length of a physical name (schema_type_physical_name), where the property itself
 * has none. */
bool constraint_name(const struct constraint_place *place, const struct schema_name *name,
                     struct text text);

/* Whether a pattern of the schema is found in the text. A pattern that cannot be compiled, or takes
 * too long, is taken as found. Patterns are compiled once a thread. */
bool constraint_matches(struct text pattern, struct text text);

/* Frees what constraint_matches has kept for this thread. */
void constraint_release(void);

#endif
