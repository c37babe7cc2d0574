/* What commands share in talking to people and machines. */
#ifndef MRP_CLI_OUTPUT_H
#define MRP_CLI_OUTPUT_H

#include "cli/command.h"

/* Writes to standard output, all of it; OUTCOME_WORLD with a message where that fails (a full disk).
 * A reader that went away (head) is no failure. */
int print(struct text text);

/* Whether to colour what goes to the file descriptor (1 or 2), by --color, NO_COLOR and TERM. */
bool wants_color(const struct invocation *invocation, int descriptor);

/* Columns of the terminal at the file descriptor; 0 where it is none. */
unsigned terminal_columns(int descriptor);

enum form { FORM_TEXT, FORM_JSON, FORM_SARIF };

/* --format; a command that has no SARIF says so in has_sarif. OUTCOME_MISUSE for an unknown one. */
int output_form(const struct invocation *invocation, bool has_sarif, enum form *form);

#endif
