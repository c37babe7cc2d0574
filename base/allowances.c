/* Warnings that the program itself allows: collected by their ids, asked at each report. */
#include "base/allowances.h"

static bool allows(const struct allowance *allowance, const struct diagnostic *diagnostic) {
    return allowance->range.source == diagnostic->span.source &&
           allowance->range.start <= diagnostic->span.start &&
           diagnostic->span.start < allowance->range.end;
}

struct allowance *allowance_find(const struct diagnostics *diagnostics,
                                 const struct diagnostic *diagnostic) {
    if (diagnostic_severity(diagnostic->id) == SEVERITY_ERROR) return NULL;
    struct allowance *allowance = diagnostics->allowances[diagnostic->id];
    while (allowance && !allows(allowance, diagnostic))
        allowance = allowance->next;
    if (allowance) allowance->is_used = true;
    return allowance;
}

bool diagnostics_allows(const struct diagnostics *diagnostics, enum diagnostic_id id,
                        struct span span) {
    struct diagnostic at_that_place = {.id = id, .span = span};
    const struct allowance *allowance = diagnostics->allowances[id];
    while (allowance && !allows(allowance, &at_that_place)) allowance = allowance->next;
    return allowance != NULL;
}

static struct allowance *allowance_new(struct diagnostics *diagnostics, enum diagnostic_id id,
                                       struct span written, struct text reason) {
    struct allowance *allowance = ARENA_NEW(diagnostics->arena, struct allowance);
    allowance->id = id;
    allowance->written = written;
    allowance->reason = reason;
    return allowance;
}

void diagnostics_allow(struct diagnostics *diagnostics, enum diagnostic_id id, struct span range,
                       struct span written, struct text reason) {
    struct allowance *allowance = allowance_new(diagnostics, id, written, reason);
    allowance->range = range;
    allowance->next = diagnostics->allowances[id];
    diagnostics->allowances[id] = allowance;
    for (struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (d->id != id || d->allowance) continue;
        d->allowance = allowance_find(diagnostics, d);
        if (!d->is_error || !allowance_holds(d)) continue;
        d->is_error = false;
        diagnostics->error_count--;
    }
}

void diagnostics_allow_everywhere(struct diagnostics *diagnostics, enum diagnostic_id id,
                                  struct span written, struct text reason) {
    diagnostics->everywhere[id] = allowance_new(diagnostics, id, written, reason);
}

static void report_unused(struct diagnostics *diagnostics, enum diagnostic_id id) {
    if (diagnostics->over[id]) return; /* what they allow may be among those */
    const struct allowance *allowance = diagnostics->allowances[id];
    for (; allowance; allowance = allowance->next) {
        if (allowance->is_used) continue;
        struct diagnostic *d = diagnostics_report(
            diagnostics, DIAGNOSTIC_ALLOW_UNUSED, allowance->written,
            "there is no warning \"%s\" here to be allowed", diagnostic_name(id));
        diagnostic_hint(diagnostics, d, "Take the comment away, or put it above what it is about.");
    }
}

void diagnostics_report_unused(struct diagnostics *diagnostics) {
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        if (id != DIAGNOSTIC_ALLOW_UNUSED) report_unused(diagnostics, (enum diagnostic_id)id);
    }
    report_unused(diagnostics, DIAGNOSTIC_ALLOW_UNUSED); /* last: those before may use them */
}
