/* mrp check: every mistake of a program; with --fix the mends that are certain. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "cli/output.h"
#include "cli/program.h"
#include "mrp_parts.h"

enum { FIX_ROUNDS = 10 }; /* a mend may bring to light what the mistake hid */

struct fixes {
    const struct diagnostic_fix **items;
    size_t count;
};

static int compare_fixes(const void *a, const void *b) {
    struct span x = (*(const struct diagnostic_fix *const *)a)->span;
    struct span y = (*(const struct diagnostic_fix *const *)b)->span;
    if (x.source != y.source) return x.source < y.source ? -1 : 1;
    if (x.start != y.start) return x.start < y.start ? -1 : 1;
    return (x.end > y.end) - (x.end < y.end);
}

static struct fixes gather_fixes(struct mrp *mrp) {
    const struct diagnostics *diagnostics = mrp_diagnostics(mrp);
    struct fixes fixes = {0};
    size_t most = 0;
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        for (const struct diagnostic_fix *f = d->fixes; f; f = f->next) most++;
    }
    fixes.items = arena_array(mrp_arena(mrp), most, sizeof *fixes.items);
    for (const struct diagnostic *d = diagnostics->first; d; d = d->next) {
        if (d->is_allowed) continue;
        for (const struct diagnostic_fix *f = d->fixes; f; f = f->next) {
            fixes.items[fixes.count++] = f;
        }
    }
    if (fixes.count) qsort(fixes.items, fixes.count, sizeof *fixes.items, compare_fixes);
    return fixes;
}

/* Writes one source with its fixes, those at *next and after; overlapping ones wait for the next
 * round. Returns how many were applied. */
static size_t fix_source(const struct source *source, const struct fixes *fixes, size_t *next,
                         struct buffer *out) {
    uint32_t index = fixes->items[*next]->span.source, at = 0;
    size_t applied = 0;
    for (; *next < fixes->count && fixes->items[*next]->span.source == index; ++*next) {
        const struct diagnostic_fix *fix = fixes->items[*next];
        if (fix->span.start < at || (applied && fix->span.start == at)) continue;
        buffer_add(out, source->bytes.bytes + at, fix->span.start - at);
        buffer_text(out, fix->text);
        at = fix->span.end;
        applied++;
    }
    buffer_add(out, source->bytes.bytes + at, source->bytes.length - at);
    return applied;
}

/* Applies what can be applied at once; *applied counts the mends. */
static bool fix_all(struct mrp *mrp, size_t *applied, struct failure *why) {
    struct fixes fixes = gather_fixes(mrp);
    const struct sources *sources = mrp_diagnostics(mrp)->sources;
    bool done = true;
    *applied = 0;
    for (size_t next = 0; done && next < fixes.count;) {
        uint32_t index = fixes.items[next]->span.source;
        struct buffer out;
        buffer_init(&out);
        *applied += fix_source(sources_get(sources, index), &fixes, &next, &out);
        struct text path = text_copy(mrp_arena(mrp), mrp_user_path(mrp, index));
        done = file_write(path.bytes, buffer_view(&out), why);
        buffer_release(&out);
    }
    return done;
}

static int fix(struct invocation *invocation, const char *file, size_t *total) {
    for (int round = 0; round < FIX_ROUNDS; round++) {
        int outcome;
        size_t applied = 0;
        struct failure why;
        struct mrp *mrp = program_open(invocation, file, &outcome);
        if (!mrp) return outcome;
        mrp_only_check(mrp);
        outcome = program_outcome(mrp, mrp_compile(mrp));
        bool done = outcome == OUTCOME_WORLD || fix_all(mrp, &applied, &why);
        mrp_free(mrp);
        if (outcome == OUTCOME_WORLD) return outcome;
        if (!done) return world_failed(&why);
        if (applied == 0) break;
        *total += applied;
    }
    return OUTCOME_DONE;
}

static int say_what_is_there(struct mrp *mrp, const char *file) {
    size_t resources = 0, stacks = mrp_stack_count(mrp);
    for (size_t i = 0; i < stacks; i++) resources += mrp_stack(mrp, i)->resource_count;
    struct text line = text_format(mrp_arena(mrp), "%s: %zu stack%s, %zu resource%s, no mistakes\n",
                                   file, stacks, stacks == 1 ? "" : "s", resources,
                                   resources == 1 ? "" : "s");
    return print(line);
}

static bool counts_bytes(const struct invocation *invocation) {
    const char *unit = option_value(invocation, OPTION_COLUMNS);
    return unit && strcmp(unit, "bytes") == 0;
}

static int check(struct invocation *invocation, const char *file, enum form form) {
    int outcome;
    struct mrp *mrp = program_open(invocation, file, &outcome);
    if (!mrp) return outcome;
    if (counts_bytes(invocation)) mrp_count_bytes(mrp);
    mrp_only_check(mrp);
    outcome = program_outcome(mrp, mrp_compile(mrp));
    if (outcome != OUTCOME_WORLD) {
        int reported = program_report(invocation, mrp, true);
        if (reported != OUTCOME_DONE) outcome = reported;
    }
    bool is_clean = outcome == OUTCOME_DONE && mrp_diagnostic_count(mrp) == 0;
    if (is_clean && form == FORM_TEXT && !option_given(invocation, OPTION_QUIET)) {
        outcome = say_what_is_there(mrp, strcmp(file, "-") == 0 ? "standard input" : file);
    }
    mrp_free(mrp);
    return outcome;
}

static int check_unit(const struct invocation *invocation) {
    const char *unit = option_value(invocation, OPTION_COLUMNS);
    if (!unit || counts_bytes(invocation) || strcmp(unit, "characters") == 0) return OUTCOME_DONE;
    return misuse(invocation, "--columns \"%s\" is not one of characters, bytes", unit);
}

int command_check(struct invocation *invocation) {
    const char *file;
    struct failure why;
    enum form form;
    int outcome = output_form_among(invocation, FORMS_CHECK, &form);
    if (outcome == OUTCOME_DONE) outcome = check_unit(invocation);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!program_file(invocation, 0, &file, &why)) return world_failed(&why);
    if (option_given(invocation, OPTION_FIX)) {
        size_t total = 0;
        outcome = fix(invocation, file, &total);
        if (outcome != OUTCOME_DONE) return outcome;
        if (total && !option_given(invocation, OPTION_QUIET)) {
            fprintf(stderr, "%zu mistake%s mended\n", total, total == 1 ? "" : "s");
        }
    }
    return check(invocation, file, form);
}
