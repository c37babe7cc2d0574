/* What commands share in talking to people and machines. */
#ifndef MRP_CLI_OUTPUT_H
#define MRP_CLI_OUTPUT_H

#include "cli/command.h"

/* Writes to standard output, all of it; OUTCOME_WORLD with a message where that fails (a full
 * disk). A reader that went away (head) is no failure. */
int print(struct text text);
/* The same for text with words of others in it, of AWS for one, which must not steer the terminal:
 * colours would be shown as well. */
int print_said(struct text text);
/* And on standard error, beside the result; releases the buffer. */
void say(struct buffer *said);

/* Whether to colour what goes to the file descriptor (1 or 2), by --color, NO_COLOR and TERM. */
bool wants_color(const struct invocation *invocation, int descriptor);

/* Columns of the terminal at the file descriptor; 0 where it is none. */
unsigned terminal_columns(int descriptor);

enum form {
    FORM_TEXT, FORM_JSON, FORM_SARIF,
    FORM_GITHUB,                      /* annotations of GitHub's Actions */
    FORM_DOT, FORM_MERMAID, FORM_SVG, /* graphs */
    FORM_JUNIT,                       /* results of tests, and of a check */
    FORM_COUNT,
};
enum { /* sets of them; the first one is what holds without --format */
    FORMS_CHECK = 1 << FORM_TEXT | 1 << FORM_JSON | 1 << FORM_SARIF | 1 << FORM_GITHUB |
                  1 << FORM_JUNIT,
    FORMS_GRAPH = 1 << FORM_DOT | 1 << FORM_MERMAID | 1 << FORM_SVG,
    FORMS_TEST = 1 << FORM_TEXT | 1 << FORM_JSON | 1 << FORM_JUNIT,
    FORMS_ALL = (1 << FORM_COUNT) - 1,
};

/* --format, one of a set. OUTCOME_MISUSE for another one. */
int output_form_among(const struct invocation *invocation, unsigned forms, enum form *form);
/* The same for text, json and, where has_sarif, sarif. */
int output_form(const struct invocation *invocation, bool has_sarif, enum form *form);

#endif
