/* From a command line to a compilation: which program, with which inputs, and what to say of it. */
#ifndef MRP_CLI_PROGRAM_H
#define MRP_CLI_PROGRAM_H

#include "cli/command.h"
#include "mrp.h"

/* The program's file: the operand at index, else pipeline.mrp here or in the nearest parent. Where
 * there is none, or it could not be looked for, *why says so. "-" is standard input, which is read
 * in place of the pipeline.mrp in this folder. */
enum program_found { PROGRAM_FOUND, PROGRAM_NONE, PROGRAM_FAILED };
enum program_found program_find(const struct invocation *invocation, size_t index,
                                const char **file, struct failure *why);
/* The same, for commands that need one. */
bool program_file(const struct invocation *invocation, size_t index, const char **file,
                  struct failure *why);

/* A handle with the command line's inputs and rules; NULL where those are wrong, with *outcome set
 * and the reason said on standard error. */
struct mrp *program_open(const struct invocation *invocation, const char *file, int *outcome);

/* As program_file, program_open and mrp_compile together; what is to be said about the program is
 * said (text on standard error, JSON and SARIF on standard output). *mrp is set, to be freed by the
 * caller, where a handle was made; the program has no errors where the outcome is OUTCOME_DONE. */
int program_compile(const struct invocation *invocation, size_t index, struct mrp **mrp);

/* What mrp_compile and its like returned, as an outcome; failures of the world are printed. */
int program_outcome(struct mrp *mrp, enum mrp_result result);

/* A text that the library has just made. Only memory that ran out can have kept it from that. */
struct text program_text(const struct mrp *mrp, struct mrp_text text);
struct mrp_diagnostic program_diagnostic(struct mrp *mrp, size_t index);

/* Says the diagnostics. What goes to standard output in the forms for machines is only the
 * diagnostics of a program with errors, unless always. */
int program_report(const struct invocation *invocation, struct mrp *mrp, bool always);

#endif
