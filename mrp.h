/* The mrp compiler as a library: source in; stacks, templates and diagnostics out.
 *
 *     struct mrp_options options = {.file = "pipeline.mrp"};
 *     struct mrp *mrp = mrp_new(&options);
 *     if (mrp_compile(mrp) == MRP_DONE) {
 *         for (size_t i = 0; i < mrp_stack_count(mrp); i++) use(mrp_template(mrp, i, MRP_COMPACT));
 *     } else {
 *         show(mrp_report(mrp, MRP_TEXT, false));
 *     }
 *     mrp_free(mrp);
 *
 * A handle is one compilation and is used by one thread at a time; different handles are
 * independent. Nothing is printed, no signal is touched, and the process never exits, also when
 * memory runs out. Compiling reads files below the program's root and environment variables, and
 * nothing else; with a struct mrp_host not even those.
 *
 * Texts that are returned end with a NUL that their length does not count. They belong to the
 * handle: those of mrp_template, mrp_manifest, mrp_report, mrp_evaluate and mrp_format until the
 * next call of one of these, all others until mrp_free.
 */
#ifndef MRP_H
#define MRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mrp; /* one compilation */

struct mrp_text {
    const char *bytes;
    size_t length;
};

/* What a compilation may ask of the world, for who has the files elsewhere (an editor, a test).
 * read and glob hand over what they found with mrp_deliver: read its bytes, in one or more pieces;
 * glob one path a call. They return false where they cannot, after mrp_refuse said why. Paths
 * are relative to the program's root, with '/'. environment returns NULL for what is not set. */
struct mrp_delivery;
struct mrp_host {
    void *context;
    bool (*read)(void *context, const char *path, struct mrp_delivery *delivery);
    bool (*glob)(void *context, const char *pattern, struct mrp_delivery *delivery);
    const char *(*environment)(void *context, const char *name);
};
void mrp_deliver(struct mrp_delivery *delivery, const char *bytes, size_t length);
void mrp_refuse(struct mrp_delivery *delivery, const char *reason);

struct mrp_options {
    const char *file;                /* the program; NULL for pipeline.mrp */
    const char *const *sets;         /* "NAME=VALUE", each the value of a param */
    const char *const *vars;         /* files of values: JSON, YAML or .mrp */
    const char *const *allow, *const *deny; /* names of warnings */
    size_t set_count, vars_count, allow_count, deny_count;
    const char *schema;              /* a packed schema in place of the built-in one, or NULL; it
                                        holds for the whole process */
    bool strict;                     /* limits that may be stale are errors */
    bool only_errors;                /* warnings are not reported */
    bool no_environment;             /* env() finds nothing */
    /* NULL for the file system; else file is a path below its root */
    const struct mrp_host *host;
};

enum mrp_result {
    MRP_DONE,
    MRP_ERRORS, /* the program has errors: see mrp_report and mrp_diagnostic */
    MRP_FAILED, /* the world did not give what was asked for: see mrp_failure */
};

/* A handle for a compilation; the options' texts are copied, its host is kept. NULL when there is
 * no memory. */
struct mrp *mrp_new(const struct mrp_options *options);
void mrp_free(struct mrp *mrp);

/* Parses, checks and evaluates the program and lowers it to templates. At most once a handle. */
enum mrp_result mrp_compile(struct mrp *mrp);

/* What failed, as a fact in lower case, and what to do about it; empty when nothing did. */
const char *mrp_failure(const struct mrp *mrp);
const char *mrp_failure_hint(const struct mrp *mrp);

/* Stacks, after mrp_compile, in the order in which they can be deployed. */
struct mrp_stack {
    const char *name;         /* CloudFormation's: multi-region-dev */
    const char *region;       /* us-east-1 */
    const char *region_label; /* east */
    const char *path;         /* as the program names it: east, east.network */
    size_t resource_count;
};
size_t mrp_stack_count(const struct mrp *mrp);
const struct mrp_stack *mrp_stack(const struct mrp *mrp, size_t index);

/* The CloudFormation template of a stack: indented for files, compact to be sent. The same program
 * and inputs give the same bytes. */
enum mrp_form { MRP_COMPACT, MRP_INDENTED };
struct mrp_text mrp_template(struct mrp *mrp, size_t stack, enum mrp_form form);

/* manifest.json for templates that lie at paths[i] with the SHA-256 hashes[i] (hexadecimal), both
 * in the order of mrp_stack. */
struct mrp_text mrp_manifest(struct mrp *mrp, const char *const *paths, const char *const *hashes);

/* The SHA-256 of some bytes in hexadecimal, for mrp_manifest; false where memory is
 * exhausted. */
bool mrp_sha256(struct mrp *mrp, struct mrp_text bytes, char hex[65]);

/* Diagnostics, in the order of the source; without those that are allowed. One whose id is empty
 * could not be had for want of memory. */
struct mrp_diagnostic {
    const char *id;       /* "unknown-property"; its page is docs/diagnostics/<id>.md */
    bool is_error;        /* else a warning */
    const char *message, *hint;
    const char *file;     /* NULL for what has no place */
    uint32_t line, column, end_line, end_column; /* from 1, columns in characters */
};
size_t mrp_diagnostic_count(struct mrp *mrp);
struct mrp_diagnostic mrp_diagnostic(struct mrp *mrp, size_t index);
/* How many there are, also of those that are too many to be kept: no more than 1,000 of one id are. */
size_t mrp_error_count(struct mrp *mrp);
size_t mrp_warning_count(struct mrp *mrp);

/* All diagnostics in one text. */
enum mrp_report_form { MRP_TEXT, MRP_JSON, MRP_SARIF };
struct mrp_text mrp_report(struct mrp *mrp, enum mrp_report_form form, bool color);

/* The value of an expression of the program, as JSON. After mrp_compile, or in its place. */
enum mrp_result mrp_evaluate(struct mrp *mrp, const char *expression, struct mrp_text *json);

/* A file's text in the one format; name is for messages. Needs no mrp_compile. */
enum mrp_result mrp_format(struct mrp *mrp, const char *name, struct mrp_text source,
                           struct mrp_text *formatted);

/* "0.1.0" */
const char *mrp_version(void);

#ifdef __cplusplus
}
#endif

#endif
