/* What the files share that move a stack on: engine.c (phases), steps.c (one resource), outputs.c.
 */
#ifndef MRP_SIMULATOR_ENGINE_H
#define MRP_SIMULATOR_ENGINE_H

#include "runtime/simulator/world.h"

static inline bool sim_exists(const struct sim_resource *resource) {
    return resource->now.properties != NULL;
}
bool sim_is_deletion(unsigned phase);
/* The resource has no more work; others wait for one less. */
void sim_finish(struct sim_stack *stack, struct sim_resource *resource);

/* The next phase, with the work that it has for each resource. */
void sim_phase_begin(struct simulator *simulator, struct sim_stack *stack, unsigned phase);
/* The operation has failed: it is taken back, as far as it is to be. */
void sim_roll_back(struct simulator *simulator, struct sim_stack *stack, struct text reason);
/* The resources are those of the stack's template again. */
void sim_reattach(struct simulator *simulator, struct sim_stack *stack);

/* Nothing more is begun, and what runs fails as cancelled. */
void sim_cancel_work(struct simulator *simulator, struct sim_stack *stack);
/* Of steps.c: the resource fails, and with it the operation, unless that deletes. */
void sim_fail_resource(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource, struct text reason);
/* Of steps.c: each begins or ends the work of a resource, with its events. */
void sim_step_create(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource);
void sim_step_update(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource);
/* It gets its physical id, or fails. */
void sim_step_identify(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource);
void sim_step_end_forward(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource);
void sim_step_delete(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource);
void sim_step_end_delete(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource);
void sim_step_restore(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource);
void sim_step_end_restore(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource);

/* Of imports.c: what exists becomes the resource, at the end. */
void sim_step_import(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource);
void sim_step_end_import(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource);
/* Of steps.c: works out what the resource is to become; false with why. */
bool sim_resolve_next(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource, struct failure *why);

/* Of nested.c: the same for a resource that is a stack. */
void sim_nested_create(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource);
void sim_nested_update(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource);
void sim_nested_end_forward(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource);
/* Ends what an update has begun in the nested stack; false where there is nothing to end. */
bool sim_nested_clean(struct simulator *simulator, const struct sim_stack *stack,
                      struct sim_resource *resource);
void sim_nested_delete(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource);
void sim_nested_end_delete(struct simulator *simulator, struct sim_stack *stack,
                           struct sim_resource *resource);
void sim_nested_restore(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_resource *resource);
void sim_nested_end_restore(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource);
/* What its stack does comes to an end. */
void sim_nested_cancel(struct simulator *simulator, const struct sim_resource *resource);
/* Whether its stack waits to be told what follows. */
bool sim_nested_awaits(struct simulator *simulator, const struct sim_resource *resource);
/* The parent, if it waits for this stack, looks at it again. */
void sim_wake_parent(struct simulator *simulator, const struct sim_stack *stack);

/* Of steps.c: a status of a resource, with its event. */
void sim_resource_status(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource, unsigned status, struct text reason);
/* A failure that was asked for, or an empty text. */
struct text sim_scripted(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource, const char *operation);

/* Of watch.c: why an alarm that the stack watches rolls it back, or an empty text. */
struct text sim_alarmed(struct simulator *simulator, const struct sim_stack *stack);
/* Of policy.c: whether the stack's policy allows "Update:Modify", "Update:Replace" or
 * "Update:Delete" of the resource; false with a reason. */
bool sim_policy_allows(struct simulator *simulator, const struct sim_stack *stack,
                       const struct sim_resource *resource, const char *action,
                       struct text *reason);

/* Of services.c: why the service of the resource's type does not take these properties, or an empty
 * text. is_late: what it sees only when the resource has its id, and again when it is deleted. */
struct text sim_service_refuses(const struct sim_resource *resource,
                                const struct document *properties, bool is_late);

/* Of outputs.c: works them out; false with a reason. The old ones are kept in old_outputs. */
bool sim_make_outputs(struct simulator *simulator, struct sim_stack *stack, struct text *reason);

#endif
