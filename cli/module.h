/* The module mrp-runtime.so: all that needs a network, a database or a terminal.
 *
 * It is opened by the commands that need it, and only then: what it links takes longer to load than
 * most commands run. It is looked for beside the program in a build tree, at its place relative to
 * an installed program, and in the folder that configure set; never through LD_LIBRARY_PATH.
 */
#ifndef MRP_CLI_MODULE_H
#define MRP_CLI_MODULE_H

#include "base/failure.h"

/* A function of the module, or of a library that it links, by its name:
 *
 *     struct runtime_api *(*open)(void);
 *     if (!module_function("runtime_open", &open, &why)) ...
 *
 * function points to a function pointer. Opens the module at the first call. */
bool module_function(const char *name, void *function, struct failure *why);

#endif
