/* What the files about resources and components share. */
#ifndef MRP_EVALUATOR_RESOURCES_H
#define MRP_EVALUATOR_RESOURCES_H

#include "evaluator/internal.h"

/* ---- resources.c ---- */

/* The entries of a RESOURCE's body; none where there is no body. */
struct list body_entries(const struct node *node);

/* --- origin.c --- */

/* Whether the node only names a value that is written elsewhere. */
bool is_passed_on(const struct node *node);
/* Where the known text or whole number at that node of the resource is given: the argument of a
 * call or an instance, the element of a loop's list; else the node itself. `call` is that in
 * whose function the node lies, where it is known. */
const struct node *value_origin(struct evaluator *ev, const struct resource *resource,
                                const struct node *node, const struct node *call,
                                struct value value);
/* The path below the stack of what stands at this place; a component with @id has its own. */
struct text path_of_ids(struct evaluator *ev, const struct site *place, struct text path,
                        struct text name, struct value key);

/* ---- components.c ---- */

/* Makes the resources inside; at the first call. */
void component_register(struct evaluator *ev, struct component *component);
/* The resource is one of the component's, and of those around it. */
void component_count(struct evaluator *ev, struct component *component, struct resource *resource);

/* ---- resource_body.c ---- */

/* Entries evaluated to a record, @ attributes left out; VALUE_BROKEN where one cannot be. */
struct value body_record(struct evaluator *ev, struct list entries, struct frame *frame);

/* ---- meta.c ---- */

/* Of a resource that has no @ attributes. */
extern const struct resource_meta meta_none;
/* A resource's own, to set something in it. */
struct resource_meta *meta_own(struct evaluator *ev, struct resource *resource);
/* Whether a RESOURCE has any @ attribute. */
bool meta_is_written(const struct node *node);
/* An @ attribute that must be known when the resource is made; null if it is not written. */
struct value meta_known(struct evaluator *ev, const struct node *node, const struct name *name,
                        struct frame *frame, const struct node **where);
/* Sets the @ attribute that the entry gives, and reports what it cannot be. */
void meta_set(struct evaluator *ev, struct resource_state *state, struct text key,
              struct value value, const struct node *entry);
/* @depends_on: the resources in it, in one list; null where there are none. */
struct value meta_dependencies(struct evaluator *ev, struct value value, const struct node *node);
/* @was is a path as it stood: its text, or the words of the expression. */
struct text meta_former_path(struct evaluator *ev, const struct node *node);
/* Reports that "@key" is not what is wanted; nothing for poison. */
void meta_fault(struct evaluator *ev, struct text key, const struct node *node,
                struct value value, const char *wanted);

/* ---- additions.c ---- */

/* Gives what "@add" of a RESOURCE says to its targets: before any body is looked at, so that bodies
 * are whole then. */
void additions_run(struct evaluator *ev, const struct node *node, struct frame *frame);
/* Puts what others gave into the resource's properties. */
void additions_take(struct evaluator *ev, struct resource_state *state);

#endif
