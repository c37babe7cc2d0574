/* Clocks that are wrong. */
#include "runtime/aws/clock.h"

#include <math.h>

#include "runtime/aws/when.h"

/* A wrong time looks like a wrong signature, or like keys that are not valid yet. */
static bool may_be_time(struct text code) {
    static const char *const codes[] = {"InvalidSignatureException", "SignatureDoesNotMatch",
                                        "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
                                        "AccessDenied", "AccessDeniedException", NULL};
    return text_is_one_of(code, codes);
}

bool clock_correct(struct clock *clock, const struct http_call *call, struct text code, double now,
                   double used) {
    double date;
    struct text header = http_header(call->headers, call->header_count, "Date");
    if (!may_be_time(code) || !when_http(header, &date)) return false;
    double skew = date - now;
    if (fabs(skew - used) < CLOCK_SKEW) return false;
    if (fabs(skew - clock->skew) >= CLOCK_SKEW) *clock = (struct clock){.skew = skew};
    return true;
}
