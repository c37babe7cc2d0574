/* Lints about logs. */
#include "lint/internal.h"

void lint_log_retention(const struct look *look) {
    struct item days = item_get(look, "RetentionInDays");
    if (!item_is_absent(days) || look_in_library(look))
        return; /* there it is said to be meant so */
    struct diagnostic *d = warn(look, item_self(look), "the logs are kept, and paid for, for ever");
    warn_hint(look, d, "Write RetentionInDays = 30, or how long they are needed.");
}
