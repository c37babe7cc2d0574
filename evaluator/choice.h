/* Deferred choices: the program writes each value that there can be, and AWS knows which one it is.
 * `if` with a deferred condition chooses between two, a known map or list under a deferred key among
 * its elements. What is asked of a choice is asked of each of them.
 */
#ifndef MRP_EVALUATOR_CHOICE_H
#define MRP_EVALUATOR_CHOICE_H

#include "evaluator/value.h"

struct evaluator;

bool choice_is(struct value value);

/* all[key] of a known map or list under a deferred key. map_name: of the `let` that holds it, or
 * NULL. Poison, reported at node, where there is nothing to choose from, and of regions and
 * stacks. */
struct value choice_make(struct evaluator *ev, struct value all, struct value key,
                         const struct name *map_name, const struct node *node);

/* The same choice among what `change` makes of each; poison if one is. Where nothing changes it is
 * the choice itself. */
typedef struct value (*choice_change)(struct evaluator *ev, struct value each, void *context);
struct value choice_map(struct evaluator *ev, struct value choice, choice_change change,
                        void *context, const struct node *node);

/* Whether one of them is so. */
bool choice_any(struct value choice, bool (*is_so)(struct value each));

/* How many a key chooses among, the one of that number, and its key: a text or an index. */
uint32_t choice_count(const struct deferred *choice);
struct value choice_element(const struct deferred *choice, uint32_t number);
struct value choice_key(const struct deferred *choice, uint32_t number);

/* What the value is once it is there. */
enum deferred_shape shape_of(struct value value);

#endif
