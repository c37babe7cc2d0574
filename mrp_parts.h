/* The parts of a compilation, for the front ends of this project (cli/, lsp/). Not installed. */
#ifndef MRP_PARTS_H
#define MRP_PARTS_H

#include "mrp.h"
#include "template/template.h"

struct program;

/* Valid until mrp_free. The deployment is NULL before mrp_compile and where it did not get so far;
 * the template set has no templates then. */
struct arena *mrp_arena(struct mrp *mrp);
struct program *mrp_program(struct mrp *mrp);
struct deployment *mrp_deployment(struct mrp *mrp);
const struct template_set *mrp_templates(struct mrp *mrp);
/* Settled: ordered, with --strict, --allow and --deny applied. */
struct diagnostics *mrp_diagnostics(struct mrp *mrp);

/* Width of the terminal that mrp_report's text is for; 0 for a usual one. */
void mrp_set_columns(struct mrp *mrp, unsigned columns);

/* The path of a source as the user would type it from where the process stands. */
struct text mrp_user_path(struct mrp *mrp, uint32_t source);

/* The program's root folder, absolute, and the program's own folder; empty with a host. */
struct text mrp_root(const struct mrp *mrp);

#endif
