/* The operations of the API, one function each: false with the call's error. */
#ifndef MRP_SIMULATOR_CALLS_H
#define MRP_SIMULATOR_CALLS_H

#include "runtime/simulator/world.h"

bool sim_refuse(struct cloud_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* There are as many stacks as there may be. */
bool sim_refuse_new_stack(struct cloud_call *call);
/* "Stack with id ... does not exist" */
bool sim_refuse_stack(struct cloud_call *call);
struct cloud_tag *sim_copy_tags(struct arena *arena, const struct cloud_tag *tags, uint32_t count);
const struct text *sim_copy_texts(struct arena *arena, const struct text *texts, uint32_t count);

/* Whether the members of a request are of the form that AWS wants. */
bool sim_check_request(struct cloud_call *call);
/* Whether there is a template, and it is not too long. */
bool sim_check_template(struct cloud_call *call);
/* Whether the status of the stack allows an update. */
bool sim_check_updatable(struct cloud_call *call, const struct sim_stack *stack);
/* What the request asks for, as a change set that belongs to no stack yet; stack may be NULL. NULL
 * when it is refused. */
struct sim_change_set *sim_draft(struct simulator *simulator, struct cloud_call *call,
                                 const struct sim_stack *stack);

/* The draft becomes a change set of the stack. */
void sim_add_change_set(struct simulator *simulator, struct sim_stack *stack, struct text name,
                        struct sim_change_set *set);

/* --- nested.c --------------------------------------------------------------------------------- */
/* A stack that is a resource of the parent. */
struct sim_stack *sim_nested_new(struct simulator *simulator, const struct sim_stack *parent,
                                 struct text logical_id, struct text name);

/* --- stacks.c, change_sets.c, describe.c ------------------------------------------------------ */
/* Without a change set. */
bool sim_create_stack(struct simulator *simulator, struct cloud_call *call);
bool sim_update_stack(struct simulator *simulator, struct cloud_call *call);

bool sim_describe_stacks(struct simulator *simulator, struct cloud_call *call);
bool sim_stack_events(struct simulator *simulator, struct cloud_call *call);
bool sim_hook_result(struct simulator *simulator, struct cloud_call *call);
bool sim_stack_resources(struct simulator *simulator, struct cloud_call *call);
bool sim_get_template(struct simulator *simulator, struct cloud_call *call);
bool sim_exports(struct simulator *simulator, struct cloud_call *call);
bool sim_imports(struct simulator *simulator, struct cloud_call *call);
bool sim_create_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_describe_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_change_set_events(struct simulator *simulator, struct cloud_call *call);
bool sim_delete_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_execute_change_set(struct simulator *simulator, struct cloud_call *call);
bool sim_delete_stack(struct simulator *simulator, struct cloud_call *call);
bool sim_protect_stack(struct simulator *simulator, struct cloud_call *call);
/* The template of a change set. */
bool sim_get_set_template(struct simulator *simulator, struct cloud_call *call);
/* Those of objects.c and upkeep.c, by the call's operation. */
void sim_answer_objects(struct simulator *simulator, struct cloud_call *call);
void sim_answer_upkeep(struct simulator *simulator, struct cloud_call *call);

/* --- templates.c ------------------------------------------------------------------------------ */
/* The template that is sent, or that of the stack; NULL with the call's error. */
const struct sim_blueprint *sim_template_of(struct simulator *simulator, struct cloud_call *call);
/* Metadata of a resource, as JSON. */
struct text sim_metadata(struct arena *arena, const struct sim_stack *stack,
                         struct text logical_id);
/* Whether a stack policy is of the form that AWS wants. */
bool sim_check_policy(struct cloud_call *call, struct text policy);
bool sim_set_policy(struct simulator *simulator, struct cloud_call *call);

/* --- template_url.c --------------------------------------------------------------------------- */
/* The policy that lies in a bucket under this URL. member: the request's name of it. False: the
 * call's error. */
bool sim_policy_at(struct simulator *simulator, struct cloud_call *call, const char *member,
                   struct text url, struct text *policy);

/* --- objects.c -------------------------------------------------------------------------------- */
/* The stack that made a bucket, or NULL. */
const struct sim_stack *sim_bucket_owner(const struct simulator *simulator, struct text bucket);

#endif
