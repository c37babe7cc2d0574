/* CloudFormation, STS and S3 in the words of runtime/cloud.h: what is sent for a call, and what is
 * read from its answer. Texts of replies are copied into the call's arena. */
#ifndef MRP_RUNTIME_AWS_CLOUDFORMATION_H
#define MRP_RUNTIME_AWS_CLOUDFORMATION_H

#include "runtime/aws/protocol.h"
#include "runtime/cloud.h"

enum operation cloud_call_operation(enum cloud_operation operation);
/* The input of a call. token: of the page, or empty; account: the owner that a bucket must have,
 * or empty; with_values: property values of change sets. */
struct data *cloud_call_input(struct arena *arena, const struct cloud_call *call,
                              struct text token, struct text account, bool with_values);

/* The name in a stack's id; a name is itself. Change sets are made by name, which every
 * implementation of the API takes; that the answer is about the stack that was meant says its id. */
struct text cloud_stack_name(struct text id);

/* Room for the records of a reply, which grow page by page. */
struct cloud_room {
    uint32_t stacks, changes, events, resources, exports, names, drifts;
};
/* Adds a page of an answer to the reply. */
void cloud_call_read(struct cloud_call *call, const struct data *result, struct cloud_room *room);

/* Adds the changes of other that set lacks: with property values AWS may leave some out. */
void cloud_changes_merge(struct arena *arena, struct cloud_change_set *set,
                         const struct cloud_change_set *other);

#endif
