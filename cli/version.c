/* mrp version */
#include "cli/command.h"
#include "cli/output.h"
#include "mrp.h"
#include "schema/schema.h"

int command_version(struct invocation *invocation) {
    struct text line = text_format(invocation->arena, "mrp %s\n", mrp_version());
    if (option_given(invocation, OPTION_VERBOSE)) {
        line = text_format(invocation->arena, "%sresource types of %.*s (%.*s)\n", line.bytes,
                           TEXT_ARGS(schema_date()), TEXT_ARGS(schema_sources()));
    }
    return print(line);
}
