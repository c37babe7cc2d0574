/* Looks through the rows of ends.def, a few dozen. */
#include "lint/ends.h"

#include "schema/schema.h"

static const struct end ends[] = {
#define END(what, version, standard, extended, successor)                                          \
    {what, version, standard, extended, successor},
#include "lint/ends.def"
#undef END
};

static bool is_of(struct text version, struct text of) {
    return text_starts(version, of) &&
           (version.length == of.length || version.bytes[of.length] == '.');
}

const struct end *end_find(const char *what, struct text version) {
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (strcmp(ends[i].what, what) == 0 && is_of(version, text_of(ends[i].version)))
            return &ends[i];
    }
    return NULL;
}

const struct end *end_first(const char *what) {
    size_t i = 0;
    while (strcmp(ends[i].what, what) != 0)
        i++;
    return &ends[i];
}

bool end_has_come(const char *day) {
    return day && text_compare(text_of(day), schema_date()) <= 0;
}
