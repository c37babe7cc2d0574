/* Looks through the rows of managed.def, which are sorted by their names. */
#include "schema/managed.h"

#include "base/diagnostics.h"
#include "schema/lines.h"

static const char policies[] =
#define MANAGED(name, path) name " " path "\n"
#include "schema/managed.def"
#undef MANAGED
    ;

static const struct text lines = {policies, sizeof policies - 1};

bool schema_managed_find(struct text name, struct text *path) {
    return lines_find(lines, name, path);
}

struct text schema_managed_near(struct text name) {
    struct suggestion near;
    struct text left = lines, line;
    suggestion_init(&near, name);
    while (lines_take(&left, '\n', &line))
        suggestion_offer(&near, text_until(line, ' '));
    return near.best;
}
