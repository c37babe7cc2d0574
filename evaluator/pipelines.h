/* What the parts of pipelines share: pipelines.c collects what a block declares, pipeline_order.c
 * says when actions run; the others what CodePipeline refuses: of stages (pipeline_rules.c), of
 * conditions (pipeline_conditions.c), of configurations (pipeline_configuration.c) and of regions
 * (pipeline_regions.c). Private to them.
 */
#ifndef MRP_EVALUATOR_PIPELINES_H
#define MRP_EVALUATOR_PIPELINES_H

#include "evaluator/internal.h"

struct pipeline_entry {
    struct pipeline_entry *next;
    struct node *node; /* ENTRY */
    struct frame *frame;
};

struct entry_list { struct pipeline_entry *first, **end; };

enum walk { WALK_NEW, WALK_RUNNING, WALK_DONE };

struct pipeline_action {
    struct pipeline_action *next;
    struct node *node;
    struct component *component;
    struct pipeline_stage *stage;
    struct text id;
    struct value does;   /* its output `action` */
    uint8_t walk;        /* enum walk, of its order */
    int64_t order, last; /* of its first and last step */
    struct pipeline_action *approval; /* for which its last steps wait, beside others */
};

struct pipeline_stage {
    struct pipeline_stage *next;
    struct node *node;
    struct site place;
    struct text name; /* without an entry `name` */
    struct text part; /* of its name that is its key */
    uint32_t index;
    bool is_broken; /* a mistake, reported, leaves actions out */
    struct entry_list entries;
    struct entry_list beside; /* of further instances, which run side by side with it */
    struct pipeline_action *actions, **actions_end;
};

struct pipeline {
    struct component *component;
    struct node *node;
    struct frame *frame;
    struct site place;
    struct map frames; /* const struct scope * -> struct frame * */
    struct entry_list entries;
    struct pipeline_stage *stages, **stages_end, *stage; /* stage: whose block is being run */
    uint32_t stage_count;
    struct map ids;         /* of actions: const struct name * -> struct pipeline_action * */
    struct map taken;       /* names of artifacts and namespaces: likewise, who makes them */
    struct text mode;       /* its entry `mode`, where it is known */
    struct value arguments; /* stages and stores as a record, or a slot kind */
};

/* --- pipelines.c --- */

/* The value of an entry of the block; null if it is not written. */
struct value pipeline_entry_value(struct evaluator *ev, const struct pipeline *pipeline,
                                  const char *name);

/* --- pipeline_order.c --- */

/* Settles order and last of an action; false, reported, if it runs in a circle. */
bool order_settle(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_action *action,
                  const struct node *asked);
/* How many of its steps wait where there is an approval. */
uint32_t held_count(struct evaluator *ev, const struct pipeline_action *action);
/* When what waits for the approval goes on. */
int64_t held_order(struct evaluator *ev, const struct pipeline_action *approval);
struct text action_name(const struct pipeline_action *action);
/* A node that covers the declared name only, for messages. */
struct node *head_node(struct evaluator *ev, const struct node *node);

/* Reports what a condition of the stage needs (artifacts, variables) and is not made when it is
 * asked. */
void order_check_condition(struct evaluator *ev, struct pipeline *pipeline,
                           struct pipeline_stage *stage, struct value value,
                           const struct node *node, bool is_behind);

/* The action whose steps make the artifact of this name, or NULL. */
struct pipeline_action *artifact_maker(struct evaluator *ev, struct pipeline *pipeline,
                                       struct text artifact);

/* --- pipeline_delivery.c --- */

/* Finds which deploys wait for which approval; before the order is settled. */
void approvals_settle(struct evaluator *ev, struct pipeline *pipeline);
/* Tells the deployment what the pipeline delivers; once its order is settled. */
void deliveries_collect(struct evaluator *ev, struct pipeline *pipeline);
/* And with what CloudFormation acts then; once the pipeline's resources are there. */
void deliveries_give_roles(struct evaluator *ev, const struct pipeline *pipeline);

/* --- pipeline_rules.c --- */

/* Reports what CodePipeline would refuse; marks the stage broken where nothing can be made of
 * it. */
void check_stage(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_stage *stage);
/* Reports a pipeline of too few stages; false then. */
bool check_pipeline_stages(struct evaluator *ev, const struct pipeline *pipeline);
/* Where the action's author writes the param, else its name. */
const struct node *param_node(struct evaluator *ev, const struct pipeline_action *action,
                              const char *param);
/* The member as text; empty if it is none. */
struct text record_text(struct evaluator *ev, struct value record, const char *key);

/* --- pipeline_conditions.c --- */

/* The entries before, after, failed and on_failure of a stage, and the alarms of its deploys. */
void check_conditions(struct evaluator *ev, struct pipeline *pipeline,
                      struct pipeline_stage *stage);

/* --- pipeline_configuration.c --- */

/* A step of an action against what is known of its type (schema/actions.def). */
void check_action_step(struct evaluator *ev, const struct pipeline_action *action,
                       struct value step);
/* A rule likewise; node: where it is written. */
void check_rule(struct evaluator *ev, const struct node *node, struct value rule);

/* --- pipeline_regions.c --- */

/* Reports a pipeline in a region without CodePipeline; false then. */
bool check_pipeline_region(struct evaluator *ev, const struct pipeline *pipeline);
/* Reports a step in a region without CodePipeline, or without what it calls. */
void check_step_region(struct evaluator *ev, const struct pipeline *pipeline,
                       const struct pipeline_action *action, struct value step);
void check_rule_region(struct evaluator *ev, const struct node *node, struct value rule);

#endif
