/* The mrp that was called, as a pipeline fetches it to build the templates of its program: the
 * executable itself, under a name that ends in its hash.
 */
#ifndef MRP_CLI_PACKAGE_H
#define MRP_CLI_PACKAGE_H

#include "base/failure.h"
#include "base/text.h"

/* What mrp tells a program that it hands over to: the path of its own executable. */
#define PACKAGE_VARIABLE "MRP_EXECUTABLE"

struct mrp;

struct package {
    struct text name;  /* mrp-<version>-<machine>-<SHA-256>; empty where the program needs none */
    struct text bytes;
};

/* Where the program has a pipeline that builds its templates: reads the executable, and gives its
 * name to the templates' parameters. */
bool package_fill(struct mrp *mrp, struct package *package, struct failure *why);

#endif
