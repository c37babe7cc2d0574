/* What the files of conform*.c share. */
#ifndef MRP_EVALUATOR_CONFORM_H
#define MRP_EVALUATOR_CONFORM_H

#include "checker/constraint.h"
#include "evaluator/internal.h"

enum { CONFORM_SLOTS = 256 };

struct conform_entry {
    const void *data; /* items or record */
    const struct schema_value *wanted;
    const struct schema_property *property;
    struct value result;
};

struct conform_cache {
    struct conform_entry entries[CONFORM_SLOTS];
    struct conform_entry texts[CONFORM_SLOTS]; /* texts whose limits hold */
    struct map bodies;                         /* schema_body -> struct body_facts */
};

struct conform_cache *conform_cache_of(struct evaluator *ev);
/* Where what was made of the items or the record at `data` is remembered; wanted is NULL for what
 * is free. */
struct conform_entry *conform_slot(struct evaluator *ev, const void *data,
                                   const struct schema_value *wanted);

/* What a value is fitted to. */
struct want {
    const struct schema_value *value;
    const struct schema_property *property; /* names it, and says which resources may stand here */
    bool is_name; /* the physical name: physical_names.c looks at its limits */
    unsigned depth;
    const struct node *entry; /* the ENTRY whose value it is, or NULL */
};

/* ---- conform_scalar.c ---- */

/* "a string", "a list" */
const char *conform_shape_word(const struct schema_value *value);
/* Poison, reported: the value has another shape. */
struct value conform_fault(struct evaluator *ev, struct value value, const struct want *want,
                           const struct node *node);
/* Where limits of the value are told. */
struct constraint_place conform_place(struct evaluator *ev, const struct want *want,
                                      const struct node *node);
/* Whether the checker has said already which limit the value breaks. */
static inline bool conform_is_limited(const struct want *want) {
    return want->entry && want->entry->flags & NODE_LIMITED;
}
struct value conform_text(struct evaluator *ev, struct value value, const struct want *want,
                          const struct node *node);
struct value conform_number(struct evaluator *ev, struct value value, const struct want *want,
                            const struct node *node);
struct value conform_bool(struct evaluator *ev, struct value value, const struct want *want,
                          const struct node *node);

/* ---- conform_free.c: also conform_free of internal.h ---- */

/* Choices between resources, and lists of them, become choices between what is free. */
struct value conform_free_deferred(struct evaluator *ev, struct value value,
                                   const struct node *node);

/* ---- conform_rules.c ---- */

/* A record as messages name it. */
struct owner {
    const char *word; /* "property", "resource" */
    struct text name;
    struct span head; /* where what is missing is reported: as the checker does, to say it once */
};

/* What must hold for a record as a whole: required properties, and rules between them. */
void conform_rules(struct evaluator *ev, const struct record *record,
                   const struct schema_body *body, const struct owner *owner);

#endif
