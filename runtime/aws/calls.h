/* The deploy engine's calls (runtime/cloud.h) in the words of AWS's services: what is sent for
 * each, and what is read from its answer. calls.def has a row for each; stacks.c, change_sets.c,
 * upkeep.c, causes.c, pipelines.c and objects.c the functions. Texts of replies are copied into the
 * call's arena.
 */
#ifndef MRP_RUNTIME_AWS_CALLS_H
#define MRP_RUNTIME_AWS_CALLS_H

#include "runtime/aws/protocol.h"
#include "runtime/cloud.h"

/* What the input of a call is made of. */
struct filling {
    struct arena *arena;
    struct data *input;           /* gets the members; a record */
    const struct cloud_request *request;
    struct text account;          /* the owner that a bucket must have, or empty */
    bool with_values;             /* property values of change sets */
};

enum operation cloud_call_operation(enum cloud_operation operation);
/* The input of a call; token: of the page, or empty. */
struct data *cloud_call_input(const struct filling *filling, enum cloud_operation operation,
                              struct text token);
/* Adds a page of an answer to the reply. */
void cloud_call_read(struct cloud_call *call, const struct data *result);

/* The name in a stack's id; a name is itself. Change sets are made by name, which every
 * implementation of the API takes; that the answer is about the stack that was meant says its
 * id. */
struct text cloud_stack_name(struct text id);
/* Adds the changes of other that set lacks: with property values AWS may leave some out. */
void cloud_changes_merge(struct arena *arena, struct cloud_change_set *set,
                         const struct cloud_change_set *other);

/* --- for the functions of the rows ----------------------------------------------------------- */

/* A member of an answer; empty for none. */
static inline struct text call_take(struct cloud_call *call, const struct data *node,
                                    const char *key) {
    return text_copy(call->arena, data_text(node, key));
}
static inline uint32_t call_count(const struct data *list) { return list ? list->count : 0; }
/* A list of texts. */
const struct text *call_take_texts(struct cloud_call *call, const struct data *list,
                                   uint32_t *count);
/* An array with room for more records: the old one of count where that has it, else a copy. Replies
 * grow page by page; old is NULL or came from here. */
void *call_grown(struct arena *arena, void *old, uint32_t count, uint32_t more, size_t size);
/* Room in the array field of the reply for the records of a list. */
#define CALL_GROW(call, field, number, list)                                                       \
    ((call)->reply.field = call_grown((call)->arena, (call)->reply.field, (call)->reply.number,    \
                                      call_count(list), sizeof *(call)->reply.field))

#define CALL(id, operation, fill, read)                                                            \
    void call_fill_##fill(const struct filling *filling);                                          \
    void call_read_##read(struct cloud_call *call, const struct data *result);
#include "runtime/aws/calls.def"
#undef CALL

#endif
