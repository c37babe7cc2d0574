/* How a program was read, as data: what plan --out and the journal keep of a command line, so that
 * the same program can be read again. Values of secrets are not part of a command line.
 */
#ifndef MRP_CLI_REQUEST_H
#define MRP_CLI_REQUEST_H

#include "cli/command.h"
#include "template/document.h"

/* Appends "program":FILE,"set":[...],... without braces. */
void request_write(const struct invocation *invocation, const char *file, struct buffer *out);
/* Makes the command line the one that was written; file is its program, NULL for the one
 * written. False where that is none that request_write has written. */
bool request_take(struct invocation *invocation, const struct document *saved, const char *file);

#endif
