/* Built-in functions: one C function and one row of builtins.def each.
 *
 * BUILTIN(name, "signature", function, flags, "doc", "example", "result")
 *
 * The signature is written in the language's own type syntax and read once, at the first use of
 * that row, by the checker: "(text: string, separator: string = \",\") : [string]". T and U stand
 * for any one type ("(xs: [T]) : T?"). The example is run as a test: it must evaluate to result (as
 * JSON).
 */
#ifndef MRP_EVALUATOR_BUILTIN_H
#define MRP_EVALUATOR_BUILTIN_H

#include "evaluator/value.h"

enum builtin_flag {
    /* takes deferred values and makes a deferred one of them; all others get only known arguments
     * (the evaluator reports the deferred ones) */
    BUILTIN_DEFERS = 1 << 0,
    BUILTIN_REGION = 1 << 1, /* uses the region it stands in (name.., zones) */
    BUILTIN_FILE = 1 << 2,   /* reads files of the program */
    BUILTIN_ENV = 1 << 3,    /* env(): only in the default of a param of the root file */
    /* takes values that hold deferred parts or resources, and passes them on without looking inside
     * them (length, keys, merge, concat, ...) */
    BUILTIN_OPEN = 1 << 4,
    BUILTIN_VARIADIC = 1 << 5, /* the last parameter takes any number of arguments; the signature
                                  gives the type of one of them */
};

/* What a function is about, for the reference: part of the flags. */
enum builtin_group {
#define GROUP(id, number, title) BUILTIN_GROUP_##id = (number) << 8,
#include "evaluator/builtin_groups.def"
#undef GROUP
    BUILTIN_GROUP_MASK = 0xFF << 8,
};

struct call; /* what a built-in gets */

struct builtin {
    const char *name;
    const char *signature;
    struct value (*function)(struct call *call);
    unsigned flags;
    const char *doc;
    const char *example;
    const char *result;
};

struct call {
    struct arena *arena;
    struct names *names;
    const struct builtin *builtin;
    /* one a parameter, in the order of the signature; defaults filled in; a variadic last one is a
     * list */
    struct value *arguments;
    uint32_t count;
    const struct node *node;       /* the CALL */
    const struct node **nodes;     /* the argument expressions, NULL for defaults */
    struct evaluator *evaluator;   /* for the functions below */
};

/* The row of this name, or NULL. Constant time. */
const struct builtin *builtin_find(struct text name);
/* All rows, in byte order of their names. */
const struct builtin *builtin_all(size_t *count);

/* For a name that is not known: the function that other languages call so, with NULL advice; or,
 * where there is none, an empty text and what to write instead; or an empty text and NULL. */
struct text builtin_habit(struct text name, const char **advice);

/* A page about one function: signature, what it does, example. False for a name that is not
 * known. */
bool builtin_explain(struct buffer *out, struct text name);
/* The reference of all functions in Markdown, by groups: docs/builtins.md. */
void builtin_reference(struct buffer *out);

/* Whether what needs a value that is not known yet gives poison, without a message: in checks. */
bool call_is_lenient(const struct call *call);
/* Reports a mistake at an argument (index) or, with -1, at the call; returns poison. */
struct value call_error(struct call *call, int argument, const char *message, ...)
    __attribute__((format(printf, 3, 4)));
/* As call_error, with a hint. */
struct value call_error_hint(struct call *call, int argument, const char *hint,
                             const char *message, ...) __attribute__((format(printf, 4, 5)));
/* Spends from the evaluation budget (steps; and elements made). False, reported, when it is used
 * up: the built-in returns poison at once. Every loop over data spends. */
bool call_spend(struct call *call, uint64_t steps);

/* For naming and files: what the call may know of where it stands. */
struct call_place {
    struct text project, suffix;   /* suffix empty for none */
    const struct region *region;   /* NULL outside a region */
    struct text account;           /* known account id, or empty */
    struct text folder;            /* of the file it stands in, relative to the root */
    const struct host *host;       /* NULL where files may not be read */
};
struct call_place call_place(struct call *call);
/* The deferred account id (or the known one) and partition as values. */
struct value call_account(struct call *call);
struct value call_partition(struct call *call);

/* Joins texts and deferred texts (the rules of "${}": numbers and truth values become text). */
struct value value_concat(struct arena *arena, const struct value *pieces, uint32_t count,
                          const struct node *cause);

#endif
