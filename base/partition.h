/* The partitions of AWS: worlds of their own, with their own accounts, names in ARNs and domains. A
 * region that is not known yet belongs to "aws", unless its prefix says otherwise.
 */
#ifndef MRP_BASE_PARTITION_H
#define MRP_BASE_PARTITION_H

#include "base/text.h"

struct partition {
    const char *id;     /* in ARNs: "aws-cn" */
    const char *prefix; /* of its regions: "cn-" */
    const char *region; /* where what is global is asked for */
    const char *domain; /* "amazonaws.com.cn" */
    const char *dual_domain, *signin_domain;
};

const struct partition *partition_of_region(struct text region);
/* By its id, as it stands in an ARN; NULL for none. */
const struct partition *partition_of_arn(struct text arn);

#endif
