/* mrp help: all that it shows comes from the rows of commands.def and options.def. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/output.h"

enum { NAME_COLUMN = 12, OPTION_COLUMN = 30 };

static void option_line(const struct option_row *row, struct buffer *out) {
    size_t start = out->length;
    if (row->letter) {
        buffer_format(out, "  -%c, --%s", row->letter, row->name);
    } else {
        buffer_format(out, "      --%s", row->name);
    }
    if (row->kind == TAKES_VALUE) buffer_format(out, " %s", row->argument);
    if (row->kind == MAY_TAKE_VALUE) buffer_format(out, "[=%s]", row->argument);
    size_t width = out->length - start;
    buffer_format(out, "%*s%s\n", width < OPTION_COLUMN ? (int)(OPTION_COLUMN - width) : 2, "",
                  row->help);
}

void help_command(const struct command *command, struct buffer *out) {
    buffer_format(out, "Usage: mrp %s [OPTION...]%s%s\n\n", command->name,
                  command->operands[0] ? " " : "", command->operands);
    buffer_format(out, "%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->detail[0]) buffer_format(out, "%s\n", command->detail);
    buffer_string(out, "\nOptions:\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (command->options >> i & 1) option_line(option_row((enum option)i), out);
    }
}

void help_overview(struct buffer *out) {
    buffer_string(out, "mrp: multi-region systems on AWS, and their pipelines, as one program\n\n"
                       "Usage: mrp COMMAND [OPTION...] [OPERAND...]\n\nCommands:\n");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "  %-*s%s\n", NAME_COLUMN, commands[i].name, commands[i].summary);
    }
    buffer_string(out, "\n\"mrp help COMMAND\" shows the options of a command.\n"
                       "\nExit codes: 0 done, 1 the program has errors, 2 wrong use, 3 the world failed "
                       "before\nanything was changed, 4 a deploy failed and was rolled back, 5 a deploy "
                       "failed and\nsomething needs a person.\n");
}

int command_help(struct invocation *invocation) {
    struct buffer out;
    buffer_init(&out);
    int outcome = OUTCOME_DONE;
    if (invocation->operand_count == 0) {
        help_overview(&out);
    } else {
        const struct command *command = command_find(text_of(invocation->operands[0]));
        if (command) {
            help_command(command, &out);
        } else {
            outcome = misuse(invocation, "there is no command \"%s\"", invocation->operands[0]);
        }
    }
    if (outcome == OUTCOME_DONE) outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}
