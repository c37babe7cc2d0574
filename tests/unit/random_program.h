/* Random programs of the whole grammar, with odd white space and comments, from a seed. */
#ifndef MRP_TESTS_RANDOM_PROGRAM_H
#define MRP_TESTS_RANDOM_PROGRAM_H

#include "base/text.h"

/* Appends a program that parses. The same seed gives the same program. */
void random_program(uint64_t seed, struct buffer *out);

#endif
