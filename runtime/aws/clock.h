/* AWS's clock, as far as it is known. A signature holds a time, and is refused where that is wrong
 * by more than five minutes; the refusal's header Date says what time it is there.
 */
#ifndef MRP_RUNTIME_AWS_CLOCK_H
#define MRP_RUNTIME_AWS_CLOCK_H

#include "runtime/aws/http.h"

struct clock {
    double skew;   /* AWS's clock less ours, in seconds */
    bool is_said;  /* the user knows */
};

/* Whether a call was refused because of the time that it was signed with, at the skew used; then
 * the clock is right from here on. Calls that were under way are refused one by one after that. */
bool clock_correct(struct clock *clock, const struct http_call *call, struct text code, double now,
                   double used);

enum { CLOCK_SKEW = 240 }; /* seconds that a clock may be wrong unnoticed */

#endif
