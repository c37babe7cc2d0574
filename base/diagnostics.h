/* What is to be said about the user's source: collected as data, rendered once.
 *
 * Each kind of diagnostic is a row of diagnostics.def: DIAGNOSTIC(ENUM, "stable-name", SEVERITY,
 * "title"), its page is docs/diagnostics/<stable-name>.md (built into the binary). Messages follow
 * the house style: a fact in lower case, no full stop, names in double quotes; the hint is a full
 * sentence.
 */
#ifndef MRP_BASE_DIAGNOSTICS_H
#define MRP_BASE_DIAGNOSTICS_H

#include "base/names.h"
#include "base/source.h"

enum severity {
    SEVERITY_ERROR,
    SEVERITY_WARNING,
    SEVERITY_LIMIT, /* a limit that may be stale: a warning, an error under --strict */
};

enum diagnostic_id {
#define DIAGNOSTIC(id, name, severity, title) DIAGNOSTIC_##id,
#include "base/diagnostics.def"
#undef DIAGNOSTIC
    DIAGNOSTIC_COUNT
};

struct diagnostic_note {
    struct diagnostic_note *next;
    struct span span;
    struct text message;
};

struct diagnostic_fix { /* replace what span covers by text; certain mends only */
    struct diagnostic_fix *next;
    struct span span;
    struct text text;
};

struct diagnostic {
    struct diagnostic *next;
    enum diagnostic_id id;
    struct span span;
    struct text message;
    struct text hint; /* empty for none */
    struct diagnostic_note *notes, **notes_end;
    struct diagnostic_fix *fixes;
    struct allowance *allowance; /* that allows it, or NULL */
    bool is_error; /* settled by diagnostics_settle from severity, --strict, --allow, --deny */
    bool is_allowed;
    bool is_unheard; /* not kept: what is hung on it is dropped */
};

/* Where the program itself allows a warning: `# mrp: allow ID because REASON`, or the project's
 * entry `allow`, which is meant of all files. */
struct allowance {
    struct allowance *next; /* of the same id */
    enum diagnostic_id id;
    struct span range;   /* what begins here is allowed */
    struct span written; /* the ID, where it stands */
    struct text reason;  /* empty for none */
    bool is_used;
};

/* A set of ids with their places: open addressing, at most seven eighths full. */
struct report_places {
    struct report_place *slots;
    uint32_t count, capacity;
};

struct diagnostics {
    struct arena *arena;
    struct sources *sources;
    struct diagnostic *first, **end;
    struct report_places seen;    /* (id, span) pairs: a second report of one is dropped */
    struct names seen_apart;      /* the same of those with a text apart */
    uint32_t count;               /* of what was kept; after settling, of what is shown */
    uint32_t error_count;         /* also of what is hidden */
    uint32_t kept[DIAGNOSTIC_COUNT], over[DIAGNOSTIC_COUNT]; /* of each id; see LIMIT_DIAGNOSTICS */
    uint32_t hidden;              /* of those over it, after settling: what is not allowed */
    struct diagnostic unheard;    /* stands for those that are not kept */
    uint32_t columns;             /* width of the terminal for text; 0 for a usual one */
    bool counts_bytes;            /* the columns of places in text, as some editors want them */
    bool strict;
    struct allowance *allowances[DIAGNOSTIC_COUNT]; /* by comments, the newest first */
    struct allowance *everywhere[DIAGNOSTIC_COUNT]; /* by the project; NULL for none */
    bool is_denied[DIAGNOSTIC_COUNT];               /* by the project */
};

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena,
                      struct sources *sources);

/* Reports a diagnostic. Returns it, to hang notes, a hint or a fix on; never NULL. A second report
 * of the same id at the same span is dropped (what hangs on it too): a body checked for 500
 * elements of a loop has one mistake, not 500. Over LIMIT_DIAGNOSTICS of one id they are only
 * counted, so that a thousand warnings hide no error. What leads to a function that reports is cold:
 * it lies apart, and comes into memory where something is wrong. */
struct diagnostic *diagnostics_report(struct diagnostics *diagnostics, enum diagnostic_id id,
                                      struct span span, const char *message, ...)
    __attribute__((cold, format(printf, 4, 5)));
/* The same, for what is said more than once of one place: only a second report with an equal text
 * `apart` is dropped. */
struct diagnostic *diagnostics_report_apart(struct diagnostics *diagnostics, enum diagnostic_id id,
                                            struct span span, struct text apart,
                                            const char *message, ...)
    __attribute__((cold, format(printf, 5, 6)));
/* One that is not reported, where its caller wants to hang notes on one. */
struct diagnostic *diagnostics_unheard(struct diagnostics *diagnostics);
void diagnostic_hint(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                     const char *hint, ...) __attribute__((cold, format(printf, 3, 4)));
void diagnostic_note(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                     struct span span, const char *message, ...)
    __attribute__((cold, format(printf, 4, 5)));
/* The same for who has the arguments as a list. */
struct diagnostic *diagnostics_vreport(struct diagnostics *diagnostics, enum diagnostic_id id,
                                       struct span span, const char *message, va_list args);
void diagnostic_vhint(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                      const char *hint, va_list args);
void diagnostic_vnote(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                      struct span span, const char *message, va_list args);
void diagnostic_fix(struct diagnostics *diagnostics, struct diagnostic *diagnostic,
                    struct span span, struct text replacement);

/* Whether anything reported so far is an error (limits count under --strict). */
bool diagnostics_failed(const struct diagnostics *diagnostics);

/* The stable name, default severity and title of an id; and back (DIAGNOSTIC_COUNT for none). */
const char *diagnostic_name(enum diagnostic_id id);
enum severity diagnostic_severity(enum diagnostic_id id);
const char *diagnostic_title(enum diagnostic_id id);
enum diagnostic_id diagnostic_find(struct text name);

/* The nearest name of a diagnostic, or empty. */
struct text diagnostic_suggest(struct text name);

/* --- warnings that the program allows or denies (allowances.c) --- */

/* Allows warnings of the id that begin in the range: also those reported already, and, where a
 * reason is given, those that --deny or --strict would make errors of. */
void diagnostics_allow(struct diagnostics *diagnostics, enum diagnostic_id id, struct span range,
                       struct span written, struct text reason);
/* Whether a comment allows the diagnostic at that place. */
bool diagnostics_allows(const struct diagnostics *diagnostics, enum diagnostic_id id,
                        struct span span);
/* The same for all files, where the command line does not deny it. */
void diagnostics_allow_everywhere(struct diagnostics *diagnostics, enum diagnostic_id id,
                                  struct span written, struct text reason);
/* Reports comments that have allowed nothing so far. For the end of a run that has told all
 * warnings. */
void diagnostics_report_unused(struct diagnostics *diagnostics);

/* Applies --strict, --allow and --deny and orders by source and position. May be called again,
 * after further reports. Errors cannot be allowed. */
struct severity_rules {
    bool strict;
    bool only_errors; /* every warning is allowed */
    const struct text *allow, *deny;
    size_t allow_count, deny_count;
};
void diagnostics_settle(struct diagnostics *diagnostics, const struct severity_rules *rules);

/* Rendering of settled diagnostics. Text as rustc shows it, with the source line and the range
 * underlined; JSON and SARIF 2.1.0 as docs/ describes them. */
void diagnostics_text(const struct diagnostics *diagnostics, struct buffer *out, bool color);
void diagnostics_json(const struct diagnostics *diagnostics, struct buffer *out);
void diagnostics_sarif(const struct diagnostics *diagnostics, struct buffer *out);

/* Did you mean: gathers candidates, keeps the nearest. */
struct suggestion {
    struct text wanted;
    struct text best; /* empty while none is near enough */
    unsigned distance;
};
void suggestion_init(struct suggestion *suggestion, struct text wanted);
void suggestion_offer(struct suggestion *suggestion, struct text candidate);
/* The names that are the keys of the map. */
void suggestion_offer_names(struct suggestion *suggestion, const struct map *names);

#endif
