/* Parts of cloudformation.c: calls that the cloud's table has beside those of an ordinary deploy.
 * Each function fills what is sent, or adds a page of an answer to the reply. */
#ifndef MRP_RUNTIME_AWS_CALLS_H
#define MRP_RUNTIME_AWS_CALLS_H

#include "runtime/aws/cloudformation.h"

/* objects.c: S3. account: the owner that a bucket must have, or empty. */
void objects_input(struct arena *arena, struct data *input, const struct cloud_call *call,
                   struct text account);
void objects_read(struct cloud_call *call, const struct data *result);

/* upkeep.c: drift, rollbacks that a person asks for, and refactors. */
void upkeep_input(struct arena *arena, struct data *input, const struct cloud_call *call);
void upkeep_read(struct cloud_call *call, const struct data *result, struct cloud_room *room);

/* An array of a reply with room for more: the old one, or one of twice the size. */
void *cloud_grown(struct arena *arena, void *old, uint32_t count, uint32_t *room, uint32_t more,
                  size_t size);

#endif
