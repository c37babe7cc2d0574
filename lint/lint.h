/* Lints: what CloudFormation takes, and is a mistake all the same, or what a service refuses while
 * it is deployed. They look at resources once all values are there; what is known only at deploy
 * time says nothing to them.
 *
 * A lint is a row of lints.def: LINT(ID, function, TYPES). All are warnings (rows of
 * base/diagnostics.def as every diagnostic), so each can be allowed or denied by its name.
 */
#ifndef MRP_LINT_LINT_H
#define MRP_LINT_LINT_H

#include "evaluator/evaluator.h"

/* Looks at all resources of a program without errors, and reports. */
void lint_run(struct deployment *deployment);

#endif
