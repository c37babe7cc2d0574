/* mrp version */
#include "cli/command.h"
#include "cli/output.h"
#include "mrp.h"

int command_version(struct invocation *invocation) {
    struct text line = text_format(invocation->arena, "mrp %s\n", mrp_version());
    return print(line);
}
