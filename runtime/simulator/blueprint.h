/* What the files share that check a template's text: blueprint.c reads its sections, references.c
 * what the values in them refer to. */
#ifndef MRP_SIMULATOR_BLUEPRINT_H
#define MRP_SIMULATOR_BLUEPRINT_H

#include "runtime/simulator/world.h"

struct sim_reading { /* one template being checked */
    struct arena *arena;
    struct sim_blueprint *blueprint;
    struct cloud_error *error;
    struct sim_item *item;      /* whose references are collected, or NULL (outputs, conditions) */
    bool *seen;                 /* by item: already in the needs of the item */
    struct text unresolved;     /* names that stand for nothing, joined by ", " */
};

/* The template or request is refused with these words. */
#define refuse(reading, ...) sim_invalid((reading)->arena, (reading)->error, __VA_ARGS__)

/* A name that Ref, Fn::Sub, Fn::GetAtt or DependsOn uses: a need of the item, or unresolved.
 * only_resource: parameters and pseudo parameters do not count. */
void sim_meet(struct sim_reading *reading, struct text name, bool only_resource);
/* All that the value refers to; false where the template is refused. */
bool sim_walk(struct sim_reading *reading, const struct document *value);

#endif
