/* ARNs taken apart: arn:PARTITION:SERVICE:REGION:ACCOUNT:REST. */
#include "lint/internal.h"

static struct text take_part(struct text *left) {
    const char *colon = memchr(left->bytes, ':', left->length);
    struct text part = {left->bytes, colon ? (size_t)(colon - left->bytes) : left->length};
    size_t skip = part.length + (colon != NULL);
    *left = (struct text){left->bytes + skip, left->length - skip};
    return part;
}

bool arn_read(struct text text, struct arn *arn) {
    if (!text_starts(text, TEXT("arn:"))) return false;
    take_part(&text);
    arn->partition = take_part(&text);
    arn->service = take_part(&text);
    arn->region = take_part(&text);
    arn->account = take_part(&text);
    arn->rest = text;
    return text.length > 0;
}
