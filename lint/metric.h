/* What CloudWatch's metrics can say: their bounds, when they are sent, what they are sent of. */
#ifndef MRP_LINT_METRIC_H
#define MRP_LINT_METRIC_H

#include "base/text.h"

enum metric_trait {
    METRIC_PERCENT = 1,  /* lies between 0 and 100 */
    METRIC_EVENT = 2,    /* each sample is 1: all statistics but Sum and SampleCount are 1 */
    METRIC_ACTIVITY = 4, /* sent only while something happens: silence is missing data */
    METRIC_POSITIVE = 8, /* never below 0 */
    METRIC_SHARE = 16,   /* each sample is 0 or 1: so are all statistics but Sum and SampleCount */
    METRIC_GOOD_HIGH = 32,
    METRIC_GOOD_LOW = 64,
    METRIC_SILENT_ZERO = 128, /* not sent where there is nothing to count */
};

struct metric {
    const char *space, *name; /* "AWS/SQS", "NumberOfMessagesSent" */
    unsigned traits;
};

/* NULL for one that is not known. */
const struct metric *metric_find(struct text space, struct text name);
/* The nearest name of the namespace, or empty. */
struct text metric_suggest(struct text space, struct text name);
/* The namespace of AWS that is meant by one that AWS does not have, or empty. */
struct text metric_suggest_space(struct text space);
/* The name space of another kind of load balancers that has the metric, or empty. */
struct text metric_of_balancer(struct text space, struct text name);
/* The dimensions that a namespace's metrics have, with blanks between, the first one needed; NULL
 * where that is not known. */
const char *metric_dimensions(struct text space);

#endif
