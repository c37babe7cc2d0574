/* What JUnit's form of results is written with: of tests, and of a check. */
#ifndef MRP_CLI_JUNIT_H
#define MRP_CLI_JUNIT_H

#include "mrp_parts.h"

void xml_text(struct buffer *out, struct text text);
/* A blank, the name and the value in quotes. */
void xml_attribute(struct buffer *out, const char *name, struct text value);

/* Whole results: one suite of this name around its test cases. */
void junit_suite(struct buffer *out, struct text name, size_t tests, size_t failures,
                 struct text cases);

/* The diagnostics of a check: a test case each, which fails where it is an error. A program
 * without any is one test that passes. */
void junit_diagnostics(struct buffer *out, struct mrp *mrp, const char *file);

#endif
