/* Any program that parses: what is printed parses to the same tree, and prints the same again. */
#include <stdio.h>

#include "tests/unit/parsed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct parsed parsed;
    parsed_open(&parsed, (struct text){(const char *)data, size});
    if (!diagnostics_failed(&parsed.diagnostics)) {
        struct buffer printed;
        buffer_init(&printed);
        const char *wrong = parsed_round_trip(&parsed, &printed);
        if (wrong) {
            fprintf(stderr, "%s:\n%.*s\n", wrong, (int)printed.length, printed.bytes);
            __builtin_trap();
        }
        buffer_release(&printed);
    }
    parsed_close(&parsed);
    return 0;
}
