/* What the parts of pipelines share: pipelines.c collects what a block declares, pipeline_order.c
 * says when actions run, pipeline_rules.c what CodePipeline refuses. Private to them.
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
    struct value arguments; /* stages and stores as a record, or a slot kind */
};

/* --- pipeline_order.c --- */

/* Settles order and last of an action; false, reported, if it runs in a circle. */
bool order_settle(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_action *action,
                  const struct node *asked);
/* When what waits for the approval goes on. */
int64_t held_order(struct evaluator *ev, const struct pipeline_action *approval);
/* The value of an argument where it is written, else the node. */
const struct node *entry_value(const struct record_entry *entry, const struct node *node);
struct text action_name(const struct pipeline_action *action);
/* A node that covers the declared name only, for messages. */
struct node *head_node(struct evaluator *ev, const struct node *node);

/* The action whose steps make the artifact of this name, or NULL. */
struct pipeline_action *artifact_maker(struct evaluator *ev, struct pipeline *pipeline,
                                       struct text artifact);

/* --- pipeline_delivery.c --- */

/* Finds which deploys wait for which approval; before the order is settled. */
void approvals_settle(struct evaluator *ev, struct pipeline *pipeline);
/* Tells the deployment what the pipeline delivers; once its order is settled. */
void deliveries_collect(struct evaluator *ev, struct pipeline *pipeline);

/* --- pipeline_rules.c --- */

/* Where the action's author writes the param, else its name. */
const struct node *param_node(struct evaluator *ev, const struct pipeline_action *action,
                              const char *param);

/* Reports what CodePipeline would refuse; marks the stage broken where nothing can be made of it. */
void check_stage(struct evaluator *ev, struct pipeline *pipeline, struct pipeline_stage *stage);
/* Reports a pipeline of too few stages; false then. */
bool check_pipeline_stages(struct evaluator *ev, const struct pipeline *pipeline);

#endif
