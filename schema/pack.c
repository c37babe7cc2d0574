/* Packs schema/facts.txt and the files kept by hand into the tables of packed.h.
 *
 *     pack facts.txt names.txt global.txt conditions.txt OUTPUT [--array]
 *
 * --array writes C source, for compilers whose assembler has no .incbin.
 */
#include "schema/pack.h"

#include <stdio.h>
#include <string.h>

int main(int count, char **arguments) {
    bool array = count == 7 && !strcmp(arguments[6], "--array");
    if (count != 6 && !array) {
        fprintf(stderr,
                "usage: pack facts.txt names.txt global.txt conditions.txt OUTPUT [--array]\n");
        return 2;
    }
    read_facts(arguments[1]);
    read_names(arguments[2]);
    read_scopes(arguments[3]);
    read_conditions(arguments[4]);
    if (write_tables(arguments[5], array)) return 0;
    fprintf(stderr, "pack: could not write %s\n", arguments[5]);
    return 1;
}
