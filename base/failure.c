/* Failures: messages about the world, cut at what their fixed room holds. */
#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>

bool failure_set(struct failure *why, const char *message, ...) {
    va_list args;
    va_start(args, message);
    vsnprintf(why->message, sizeof why->message, message, args);
    va_end(args);
    why->hint[0] = '\0';
    why->is_absent = false;
    return false;
}

bool failure_hint(struct failure *why, const char *hint, ...) {
    va_list args;
    va_start(args, hint);
    vsnprintf(why->hint, sizeof why->hint, hint, args);
    va_end(args);
    return false;
}
