/* A stack as it stands in the database: store.c has the rows, store_json.c what is in them, and
 * store_check.c what must be. */
#ifndef MRP_SIMULATOR_STORE_H
#define MRP_SIMULATOR_STORE_H

#include "runtime/simulator/world.h"

struct document *sim_store_write_stack(struct arena *arena, const struct sim_stack *stack);
/* Adds the stack that a row holds to the world; false where no mrp can have written it. */
bool sim_store_read_stack(struct simulator *simulator, struct text id,
                          const struct document *object);
bool sim_store_is_sound(const struct sim_stack *stack);

#endif
