/* What the two parts of mrp eval share. */
#ifndef MRP_CLI_EVAL_H
#define MRP_CLI_EVAL_H

#include "cli/command.h"

/* Evaluates an expression with the names of the program in that file, of none where it is NULL, and
 * prints its value or what is wrong with it. */
int eval_entry(struct invocation *invocation, const char *file, const char *expression);

/* Asks for entries until the input ends. */
int eval_prompt(struct invocation *invocation, const char *file);

#endif
