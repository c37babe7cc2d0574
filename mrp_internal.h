/* What the files of the library's entrance share: mrp.c (a handle, compiling, templates),
 * mrp_inputs.c, mrp_tests.c, mrp_report.c.
 */
#ifndef MRP_INTERNAL_H
#define MRP_INTERNAL_H

#include "base/host.h"
#include "checker/program.h"
#include "mrp_parts.h"

struct document; /* template/document.h */

struct mrp {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct program program;
    struct evaluation evaluation;
    struct deployment *deployment;
    struct template_set templates;
    struct mrp_stack *stacks; /* in deploy order, as templates.order */
    struct mrp_options options;
    struct severity_rules rules;
    struct folder_host folder;
    struct host host;
    struct text root;   /* absolute; empty with a host of the caller */
    struct text path;   /* of the program, below the root */
    struct text given;  /* the program's text, where it is_given */
    const char *only_tests; /* a file of tests, or NULL */
    struct buffer output;
    struct failure failure;
    bool is_loaded, is_given;
};

struct request {
    enum mrp_result (*run)(struct mrp *mrp, struct request *request);
    const char *name;
    struct text source;
    uint32_t index;
    int form;
    bool color, updates, covers;
    struct mrp_test *test;
    const char *const *paths, *const *hashes;
    struct mrp_diagnostic *view;
    char *hex;
};


/* Runs the request under a recovery point: memory that runs out becomes MRP_FAILED. */
enum mrp_result mrp_guarded(struct mrp *mrp, struct request *request);
/* The same, and what the request has written to mrp->output; empty where it failed. */
struct mrp_text mrp_output_of(struct mrp *mrp, struct request *request);

/* Reads and checks the program, once a handle; false with mrp->failure. */
bool mrp_load(struct mrp *mrp);
/* Evaluates it, lowers it to templates, and holds lints and policies against them. */
void mrp_make(struct mrp *mrp);
enum mrp_result mrp_result_of(const struct mrp *mrp);

/* --- mrp_inputs.c --- */

/* The host through which the program's files are read, and mrp->root and mrp->path. */
bool mrp_use_host(struct mrp *mrp);

struct inputs { /* values of params, in the arena */
    struct input *items;
    uint32_t count, capacity;
};
void mrp_add_input(struct mrp *mrp, struct inputs *inputs, struct input input);
/* Those of --vars and --set, into mrp->evaluation. */
bool mrp_gather_inputs(struct mrp *mrp);
/* JSON or YAML as a value of the language. */
struct value mrp_value_of(struct mrp *mrp, const struct document *document);

/* --- mrp_tests.c --- */

/* What policies and tests look at: the templates as data. */
struct observer mrp_observer(struct mrp *mrp);

#endif
