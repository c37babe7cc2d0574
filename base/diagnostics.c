/* Diagnostics: collecting, settling what is an error and in which order, and did-you-mean. */
#include "base/diagnostics.h"

#include "base/allowances.h"
#include "base/limits.h"

#ifdef MRP_MUTATION
#include "tests/mutation/site.h"
#else
static bool mutation_mutes(enum diagnostic_id id) {
    (void)id;
    return false;
}
#endif

struct diagnostic_kind {
    const char *name, *title;
    enum severity severity;
};

static const struct diagnostic_kind kinds[] = {
#define DIAGNOSTIC(id, name, severity, title) {name, title, severity},
#include "base/diagnostics.def"
#undef DIAGNOSTIC
#ifdef MRP_MUTATION
    {"muted", "what is left out", SEVERITY_WARNING},
#endif
};

const char *diagnostic_name(enum diagnostic_id id) {
    return kinds[id].name;
}

enum severity diagnostic_severity(enum diagnostic_id id) {
    return kinds[id].severity;
}

const char *diagnostic_title(enum diagnostic_id id) {
    return kinds[id].title;
}

enum diagnostic_id diagnostic_find(struct text name) {
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        if (text_is(name, kinds[id].name)) return (enum diagnostic_id)id;
    }
    return DIAGNOSTIC_COUNT;
}

struct text diagnostic_suggest(struct text name) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        suggestion_offer(&suggestion, text_of(kinds[id].name));
    }
    return suggestion.best;
}

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena,
                      struct sources *sources) {
    *diagnostics = (struct diagnostics){.arena = arena, .sources = sources};
    diagnostics->end = &diagnostics->first;
    names_init(&diagnostics->seen_apart, arena);
}

/* An id and the place of it, in 12 bytes: a file may have a warning a line. */
struct report_place {
    uint32_t id_and_source; /* the id plus one, so that no place is all zero */
    uint32_t start, end;
};

enum { PLACES_FIRST = 64 };

static bool place_equal(struct report_place a, struct report_place b) {
    return a.id_and_source == b.id_and_source && a.start == b.start && a.end == b.end;
}

/* The slot that holds the place, or the empty one where it belongs. */
static struct report_place *place_slot(const struct report_places *seen,
                                       struct report_place place) {
    uint64_t hash = ((uint64_t)place.start << 32 ^ place.end) * 0x9E3779B97F4A7C15u;
    uint32_t mask = seen->capacity - 1;
    uint32_t i = ((uint32_t)(hash >> 32) ^ place.id_and_source) & mask;
    while (seen->slots[i].id_and_source && !place_equal(seen->slots[i], place)) i = (i + 1) & mask;
    return &seen->slots[i];
}

static void places_grow(struct diagnostics *diagnostics) {
    struct report_places *seen = &diagnostics->seen, before = *seen;
    seen->capacity = before.capacity ? before.capacity * 2 : PLACES_FIRST;
    seen->slots = arena_array(diagnostics->arena, seen->capacity, sizeof *seen->slots);
    for (uint32_t i = 0; i < before.capacity; i++) {
        struct report_place place = before.slots[i];
        if (place.id_and_source) *place_slot(seen, place) = place;
    }
    arena_drop(diagnostics->arena, before.slots, before.capacity * sizeof *before.slots);
}

/* Remembers the pair; false if it was seen before. */
static bool first_report(struct diagnostics *diagnostics, enum diagnostic_id id, struct span span) {
    _Static_assert(DIAGNOSTIC_COUNT < 1 << 17, "an id and a source fit 32 bits");
    if (mutation_mutes(id)) return false;
    struct report_places *seen = &diagnostics->seen;
    if (seen->count >= seen->capacity / 8 * 7) places_grow(diagnostics);
    struct report_place place = {(uint32_t)(id + 1) << 14 | span.source, span.start, span.end};
    struct report_place *slot = place_slot(seen, place);
    if (slot->id_and_source) return false;
    *slot = place;
    seen->count++;
    return true;
}

static bool severity_is_error(enum severity severity, bool strict) {
    return severity == SEVERITY_ERROR || (severity == SEVERITY_LIMIT && strict);
}

struct diagnostic *diagnostics_unheard(struct diagnostics *diagnostics) {
    struct diagnostic *diagnostic = &diagnostics->unheard;
    *diagnostic = (struct diagnostic){.notes_end = &diagnostic->notes, .is_unheard = true};
    return diagnostic;
}

static struct diagnostic *keep(struct diagnostics *diagnostics, const struct diagnostic *report) {
    struct diagnostic *diagnostic = ARENA_NEW(diagnostics->arena, struct diagnostic);
    *diagnostic = *report;
    diagnostic->notes_end = &diagnostic->notes;
    diagnostics->count++;
    diagnostics->kept[report->id]++;
    *diagnostics->end = diagnostic;
    diagnostics->end = &diagnostic->next;
    return diagnostic;
}

/* One that is not the first of its kind and place, or one too many of its kind, can be given hints
 * and notes, and is not kept. */
static struct diagnostic *diagnostic_new(struct diagnostics *diagnostics, enum diagnostic_id id,
                                         struct span span, bool is_first, const char *message,
                                         va_list args) {
    if (!is_first) return diagnostics_unheard(diagnostics);
    struct diagnostic report = {.id = id, .span = span};
    bool is_error = severity_is_error(diagnostic_severity(id), diagnostics->strict);
    report.allowance = allowance_find(diagnostics, &report);
    report.is_error = is_error && !allowance_holds(&report);
    diagnostics->error_count += report.is_error;
    if (diagnostics->kept[id] == LIMIT_DIAGNOSTICS) {
        diagnostics->over[id] += !report.allowance;
        return diagnostics_unheard(diagnostics);
    }
    struct diagnostic *diagnostic = keep(diagnostics, &report);
    diagnostic->message = text_vformat(diagnostics->arena, message, args);
    return diagnostic;
}

struct diagnostic *diagnostics_vreport(struct diagnostics *diagnostics, enum diagnostic_id id,
                                       struct span span, const char *message, va_list args) {
    bool is_first = first_report(diagnostics, id, span);
    return diagnostic_new(diagnostics, id, span, is_first, message, args);
}

struct diagnostic *diagnostics_report(struct diagnostics *diagnostics, enum diagnostic_id id,
                                      struct span span, const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct diagnostic *diagnostic = diagnostics_vreport(diagnostics, id, span, message, args);
    va_end(args);
    return diagnostic;
}

static bool first_apart(struct diagnostics *diagnostics, enum diagnostic_id id, struct span span,
                        struct text apart) {
    if (apart.length == 0) return first_report(diagnostics, id, span);
    if (mutation_mutes(id)) return false;
    uint32_t place[] = {id, span.source, span.start, span.end};
    uint32_t before = diagnostics->seen_apart.count;
    struct buffer key;
    buffer_init(&key);
    buffer_add(&key, (const char *)place, sizeof place);
    buffer_text(&key, apart);
    names_intern(&diagnostics->seen_apart, buffer_view(&key));
    buffer_release(&key);
    return diagnostics->seen_apart.count > before;
}

struct diagnostic *diagnostics_report_apart(struct diagnostics *diagnostics, enum diagnostic_id id,
                                            struct span span, struct text apart,
                                            const char *message, ...) {
    bool is_first = first_apart(diagnostics, id, span, apart);
    va_list args;
    va_start(args, message);
    struct diagnostic *diagnostic = diagnostic_new(diagnostics, id, span, is_first, message, args);
    va_end(args);
    return diagnostic;
}

void diagnostic_vhint(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                      const char *hint, va_list args) {
    if (diagnostic->is_unheard) return;
    diagnostic->hint = text_vformat(diagnostics->arena, hint, args);
}

void diagnostic_hint(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                     const char *hint, ...) {
    va_list args;
    va_start(args, hint);
    diagnostic_vhint(diagnostics, diagnostic, hint, args);
    va_end(args);
}

void diagnostic_vnote(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                      struct span span, const char *message, va_list args) {
    if (diagnostic->is_unheard) return;
    struct diagnostic_note *note = ARENA_NEW(diagnostics->arena, struct diagnostic_note);
    note->span = span;
    note->message = text_vformat(diagnostics->arena, message, args);
    *diagnostic->notes_end = note;
    diagnostic->notes_end = &note->next;
}

void diagnostic_note(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                     struct span span, const char *message, ...) {
    va_list args;
    va_start(args, message);
    diagnostic_vnote(diagnostics, diagnostic, span, message, args);
    va_end(args);
}

void diagnostic_fix(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                    struct span span, struct text replacement) {
    if (diagnostic->is_unheard) return;
    struct diagnostic_fix *fix = ARENA_NEW(diagnostics->arena, struct diagnostic_fix);
    fix->span = span;
    fix->text = text_copy(diagnostics->arena, replacement);
    struct diagnostic_fix **end = &diagnostic->fixes;
    while (*end) end = &(*end)->next;
    *end = fix;
}

bool diagnostics_failed(const struct diagnostics *diagnostics) {
    return diagnostics->error_count > 0;
}

static bool is_listed(const struct text *names, size_t count, enum diagnostic_id id) {
    for (size_t i = 0; i < count; i++) {
        if (text_is(names[i], diagnostic_name(id))) return true;
    }
    return false;
}

static void settle(const struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                   const struct severity_rules *rules) {
    enum diagnostic_id id = diagnostic->id;
    bool is_denied = is_listed(rules->deny, rules->deny_count, id);
    bool is_allowed = rules->only_errors || is_listed(rules->allow, rules->allow_count, id);
    diagnostic->is_error =
        severity_is_error(diagnostic_severity(id), rules->strict) || is_denied ||
        (diagnostics->is_denied[id] && !is_allowed);
    if (!diagnostic->allowance && !is_denied) diagnostic->allowance = diagnostics->everywhere[id];
    if (allowance_holds(diagnostic)) diagnostic->is_error = false;
    diagnostic->is_allowed = !diagnostic->is_error && (is_allowed || diagnostic->allowance);
}

static bool comes_after(const struct diagnostic *a, const struct diagnostic *b) {
    if (a->span.source != b->span.source) return a->span.source > b->span.source;
    return a->span.start > b->span.start;
}

/* Merges two sorted lists; where two are equal the first list's comes first. */
static struct diagnostic *merge(struct diagnostic *a, struct diagnostic *b) {
    struct diagnostic *first = NULL, **end = &first;
    while (a && b) {
        struct diagnostic **least = comes_after(a, b) ? &b : &a;
        *end = *least;
        *least = (*least)->next;
        end = &(*end)->next;
    }
    *end = a ? a : b;
    return first;
}

static struct diagnostic *sort(struct diagnostic *list, uint32_t count) {
    if (count < 2) return list;
    struct diagnostic *last = list;
    for (uint32_t i = 1; i < count / 2; i++) last = last->next;
    struct diagnostic *rest = last->next;
    last->next = NULL;
    struct diagnostic *low = sort(list, count / 2);
    return merge(low, sort(rest, count - count / 2));
}

/* Counts those of the id that were not kept, as what a further one would be. */
static void settle_over(struct diagnostics *diagnostics, enum diagnostic_id id,
                        const struct severity_rules *rules) {
    struct diagnostic like = {.id = id};
    settle(diagnostics, &like, rules);
    if (like.is_error) diagnostics->error_count += diagnostics->over[id];
    if (!like.is_allowed) diagnostics->hidden += diagnostics->over[id];
}

void diagnostics_settle(struct diagnostics *diagnostics, const struct severity_rules *rules) {
    uint32_t kept = 0;
    for (struct diagnostic *d = diagnostics->first; d; d = d->next) kept++;
    diagnostics->first = sort(diagnostics->first, kept);
    diagnostics->strict = rules->strict;
    diagnostics->count = diagnostics->error_count = diagnostics->hidden = 0;
    diagnostics->end = &diagnostics->first;
    for (struct diagnostic *d = diagnostics->first; d; d = d->next) {
        settle(diagnostics, d, rules);
        diagnostics->count += !d->is_allowed;
        diagnostics->error_count += d->is_error;
        diagnostics->end = &d->next;
    }
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        if (diagnostics->over[id]) settle_over(diagnostics, (enum diagnostic_id)id, rules);
    }
}

/* A third of the letters may be wrong, at least one edit. */
void suggestion_init(struct suggestion *suggestion, struct text wanted) {
    unsigned edits = wanted.length / 3 > 1 ? (unsigned)(wanted.length / 3) : 1;
    *suggestion = (struct suggestion){.wanted = wanted, .distance = 2 * edits + 1};
}

void suggestion_offer(struct suggestion *suggestion, struct text candidate) {
    if (suggestion->distance == 0 || candidate.length == 0) return;
    unsigned distance = text_distance(suggestion->wanted, candidate, suggestion->distance - 1);
    if (distance >= suggestion->distance) return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}

void suggestion_offer_names(struct suggestion *suggestion, const struct map *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        suggestion_offer(suggestion, name_text(names->entries[i].key));
    }
}
