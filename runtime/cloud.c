/* What every cloud has in common: asking many things at once, and reading its words. */
#include "runtime/cloud.h"

void cloud_all(const struct cloud *cloud, struct cloud_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) cloud->begin(cloud->context, &calls[i]);
    for (size_t left = count; left > 0;) {
        double until = cloud->now(cloud->context) + 60;
        if (cloud->next(cloud->context, until)) left--;
    }
}

bool cloud_status_running(struct text status) {
    return text_ends(status, TEXT("_IN_PROGRESS")) && !text_is(status, "REVIEW_IN_PROGRESS");
}

bool cloud_status_good(struct text status) {
    return text_is(status, "CREATE_COMPLETE") || text_is(status, "UPDATE_COMPLETE") ||
           text_is(status, "IMPORT_COMPLETE") || text_is(status, "DELETE_COMPLETE");
}

bool cloud_no_changes(const struct cloud_change_set *change_set) {
    if (!text_is(change_set->status, "FAILED")) return false;
    struct text reason = change_set->status_reason;
    return text_starts(reason, TEXT("The submitted information didn't contain changes.")) ||
           text_starts(reason, TEXT("No updates are to be performed."));
}

bool cloud_not_found(const struct cloud_error *error) {
    if (text_is(error->code, "ChangeSetNotFound")) return true;
    if (!text_is(error->code, "ValidationError")) return false;
    return text_ends(error->message, TEXT("does not exist"));
}
