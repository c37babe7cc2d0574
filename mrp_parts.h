/* The parts of a compilation, for the front ends of this project (cli/, lsp/). Not installed. */
#ifndef MRP_PARTS_H
#define MRP_PARTS_H

#include "evaluator/evaluator.h"
#include "mrp.h"
#include "template/template.h"

struct program;

/* Valid until mrp_free. The deployment is NULL before mrp_compile and where it did not get so far;
 * the template set has no templates then. */
struct arena *mrp_arena(struct mrp *mrp);
struct program *mrp_program(struct mrp *mrp);
struct deployment *mrp_deployment(struct mrp *mrp);
const struct template_set *mrp_templates(struct mrp *mrp);
/* The same, with the resources of each listed, which takes memory. */
const struct template_set *mrp_listed_templates(struct mrp *mrp);
/* Gives the templates' parameters the name of the mrp that pipelines run: see cli/package.h. */
void mrp_set_package(struct mrp *mrp, struct text package);
/* Settled: ordered, with --strict, --allow and --deny applied. */
struct diagnostics *mrp_diagnostics(struct mrp *mrp);

/* Before anything is read: the program is this text, which is kept, in place of the file that the
 * options name; what it imports stands beside that. */
void mrp_give_program(struct mrp *mrp, struct text source);

/* Width of the terminal that mrp_report's text is for; 0 for a usual one. */
void mrp_set_columns(struct mrp *mrp, unsigned columns);
/* The columns of places in mrp_report's text count bytes, not characters. */
void mrp_count_bytes(struct mrp *mrp);

/* The path of a source as the user would type it from where the process stands. */
struct text mrp_user_path(struct mrp *mrp, uint32_t source);

/* Before mrp_compile: the program is checked with the files of tests beside it. */
void mrp_only_check(struct mrp *mrp);

/* --- tests: a handle each --- */

/* Before anything else: the handle is for tests, of all files of tests beside the program or of one
 * (a path as the user types it). env() finds nothing then. */
void mrp_with_tests(struct mrp *mrp, const char *only);

/* Loads the program and its tests; MRP_ERRORS where the files have mistakes. */
enum mrp_result mrp_load_tests(struct mrp *mrp);
size_t mrp_test_count(const struct mrp *mrp);
struct text mrp_test_title(const struct mrp *mrp, size_t index);

struct mrp_test {
    struct text title;
    struct text file; /* as the user would type it */
    uint32_t line;
    bool has_passed;
    const struct snapshot *snapshots; /* all that were compared, in order */
    const struct coverage *coverage;  /* NULL where it was not asked for */
};

/* Runs one test, once a handle; afterwards mrp_report says what is wrong with it. */
enum mrp_result mrp_test(struct mrp *mrp, size_t index, bool updates, bool covers,
                         struct mrp_test *test);

/* The program's root folder, absolute, and the program's own folder; empty with a host. */
struct text mrp_root(const struct mrp *mrp);

/* As mrp_format, of a text that stays where it is until the handle is freed. */
enum mrp_result mrp_format_kept(struct mrp *mrp, const char *name, struct text source,
                                struct mrp_text *formatted);

#endif
