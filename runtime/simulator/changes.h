/* What the files share that work out the changes of a change set: changes.c asks details.c what
 * differs, which asks causes.c why and replacement.c what comes of it; plain.c tells it in short. */
#ifndef MRP_SIMULATOR_CHANGES_H
#define MRP_SIMULATOR_CHANGES_H

#include "runtime/simulator/world.h"

struct sim_cause {
    struct text entity;   /* "Topic.Arn" */
    const char *source;   /* "ResourceAttribute" */
};

struct sim_causes { /* where to look for one */
    struct arena *arena;
    const struct sim_blueprint *blueprint;
    const uint8_t *marks; /* by item: nonzero for resources that may be the cause */
    const struct document *parameters, *old_parameters;
    bool attributes_only; /* what Fn::GetAtt names, nothing else */
};

/* The first thing that the written value refers to and that is a cause. */
bool sim_find_cause(const struct sim_causes *causes, const struct document *written,
                    struct sim_cause *cause);

/* Of replacement.c: the member, or NULL; whether two values are one to CloudFormation. */
const struct document *sim_find_member(const struct document *object, struct text key);
bool sim_same_value(const struct document *a, const struct document *b);
/* "Never", "Conditionally" or "Always" for a property that differs. */
const char *sim_recreation(const struct schema_type *type, struct text name,
                           const struct document *before, const struct document *after);
struct sim_details { /* of one change of a change set */
    struct simulator *simulator;
    const struct sim_stack *stack;
    const struct sim_change_set *set;
    const uint8_t *unknown; /* by item: nonzero for resources that may be a cause */
    struct cloud_change_detail *rows;
    uint32_t count, capacity;
};

/* Of details.c: whether it looks behind the stack's back. */
bool sim_is_drift_aware(const struct sim_change_set *set);
/* A value as change sets show it: secrets masked. */
struct text sim_shown(struct arena *arena, const struct document *value);
/* Adds the properties that differ; after is what the item's become. */
void sim_detail_properties(struct sim_details *details, const struct sim_resource *resource,
                           const struct sim_item *item, const struct document *after);
/* Adds the attributes beside the properties that differ, and the tags: the stack's are the new. */
void sim_detail_attributes(struct sim_details *details, const struct sim_resource *resource,
                           const struct sim_item *item);
/* Adds what AWS tells of a nested stack that it does not look at: its template may be another one
 * by now. */
void sim_detail_automatic(struct sim_details *details);
/* "True", "False" or "Conditional", by the details of a change. */
const char *sim_replacement(const struct cloud_change *change);
/* The attributes that the details name, each once. */
void sim_set_scope(struct arena *arena, struct cloud_change *change);

/* Of plain.c: the changes as AWS tells them without property values. */
void sim_change_set_plain(struct simulator *simulator, const struct sim_stack *stack,
                          struct sim_change_set *set);

#endif
