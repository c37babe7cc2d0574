/* Mutations (configure --enable-mutation): a build in which single reports can be left out. The
 * wrapper of the compiler, tests/mutation/cc, turns each DIAGNOSTIC_X that is handed to a function
 * into MUTATION_SITE(DIAGNOSTIC_X), and each warn(...) of a lint into MUTATION_WARN(line, ...). No
 * other build knows of any of this.
 *
 *   MRP_MUTATION      what is not reported: an id, or a place in the source, "checker/call.c:120"
 *   MRP_MUTATION_LOG  a file that gets a line for each place and each id that is reached
 */
#ifndef MRP_TESTS_MUTATION_H
#define MRP_TESTS_MUTATION_H

#include <stdbool.h>

/* The id, or one that is never reported where this place is left out. */
int mutation_site(int id, const char *file, int line);
#define MUTATION_SITE(id) ((enum diagnostic_id)mutation_site(id, __FILE__, __LINE__))

/* The same for the id of a look (lint/internal.h). */
#define MUTATION_WARN(line, at_look, ...)                                                          \
    __extension__({                                                                                \
        struct look mutated = *(at_look);                                                          \
        mutated.id = (enum diagnostic_id)mutation_site((int)mutated.id, __FILE__, line);           \
        warn(&mutated, __VA_ARGS__);                                                               \
    })

/* Whether the id is not to be reported. */
bool mutation_mutes(int id);

#endif
