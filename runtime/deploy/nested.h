/* Nested stacks: a stack that is a resource of another. Inside deploy/. */
#ifndef MRP_DEPLOY_NESTED_H
#define MRP_DEPLOY_NESTED_H

#include "base/limits.h"
#include "base/text.h"

#define NESTED_TYPE "AWS::CloudFormation::Stack"

/* Whether a resource is a nested stack that was made: its physical id is the stack's. */
static inline bool nested_is(struct text type, struct text physical_id) {
    return text_is(type, NESTED_TYPE) && text_starts(physical_id, TEXT("arn:"));
}

/* Whether a change set failed because one of a nested stack did; *id is that one's. */
static inline bool nested_failed_set(struct text reason, struct text *id) {
    struct text head = TEXT("Nested change set ");
    if (!text_starts(reason, head)) return false;
    *id = (struct text){reason.bytes + head.length, reason.length - head.length};
    const char *end = memchr(id->bytes, ' ', id->length);
    if (end) id->length = (size_t)(end - id->bytes);
    return text_starts(*id, TEXT("arn:"));
}

#endif
