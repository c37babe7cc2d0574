/* What an option or an operand can be, where that is one of a few: for completion and help. */
#include <string.h>

#include "base/diagnostics.h"
#include "cli/command.h"

static const char *formats(const char *command) {
    static const char *const rows[][2] = {
        {"check", "text json sarif github junit"}, {"test", "text json junit"},
        {"build", "text json sarif"},              {"eval", "text json sarif"},
        {"graph", "dot mermaid svg"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i][0], command) == 0) return rows[i][1];
    }
    return "text json";
}

static void put_warnings(struct buffer *out) {
    const char *between = "";
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        if (diagnostic_severity((enum diagnostic_id)id) == SEVERITY_ERROR) continue;
        buffer_format(out, "%s%s", between, diagnostic_name((enum diagnostic_id)id));
        between = " ";
    }
}

void option_choices(const struct command *command, unsigned option, struct buffer *out) {
    switch (option) {
    case OPTION_FORMAT: buffer_string(out, formats(command->name)); break;
    case OPTION_COLOR: buffer_string(out, "auto always never"); break;
    case OPTION_COLUMNS: buffer_string(out, "characters bytes"); break;
    case OPTION_FROM: buffer_string(out, "queue two-regions pipeline"); break;
    case OPTION_ON: buffer_string(out, "create update delete rollback"); break;
    case OPTION_REGIONS: buffer_string(out, "all"); break;
    case OPTION_ALLOW:
    case OPTION_DENY: put_warnings(out); break;
    }
}

void operand_choices(const struct command *command, struct buffer *out) {
    if (strcmp(command->name, "completion") == 0) buffer_string(out, "bash zsh fish");
    if (strcmp(command->name, "sandbox") == 0)
        buffer_string(out, "reset fail change put ring hush throttle lag serve");
    if (strcmp(command->name, "help") != 0) return;
    for (size_t i = 0; i < command_count; i++)
        buffer_format(out, "%s%s", i ? " " : "", commands[i].name);
}
