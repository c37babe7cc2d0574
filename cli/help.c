/* mrp help: all that it shows comes from the rows of commands.def and options.def. */
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/wrap.h"
#include "mrp.h"
#include "schema/schema.h"

static const char exit_codes[] =
    "0 done, 1 the program has errors, 2 wrong use, 3 the world failed before\n"
    "anything was changed, 4 a deploy failed and was rolled back, 5 a deploy failed and\n"
    "something needs a person.\n";

enum { NAME_COLUMN = 12, OPTION_COLUMN = 30 };

/* The forms of the command; what the row says for other options. */
static void option_help(const struct command *command, unsigned option, struct buffer *out) {
    if (option != OPTION_FORMAT) {
        buffer_string(out, option_row((enum option)option)->help);
        return;
    }
    struct buffer words;
    buffer_init(&words);
    option_choices(command, option, &words);
    for (size_t i = 0; i < words.length; i++)
        buffer_format(out, words.bytes[i] == ' ' ? ",%c" : "%c", words.bytes[i]);
    buffer_release(&words);
}

static void option_line(const struct command *command, unsigned option, struct buffer *out) {
    const struct option_row *row = option_row((enum option)option);
    size_t start = out->length;
    if (row->letter) {
        buffer_format(out, "  -%c, --%s", row->letter, row->name);
    } else {
        buffer_format(out, "      --%s", row->name);
    }
    if (row->kind == TAKES_VALUE) buffer_format(out, " %s", row->argument);
    if (row->kind == MAY_TAKE_VALUE) buffer_format(out, "[=%s]", row->argument);
    size_t width = out->length - start;
    buffer_format(out, "%*s", width < OPTION_COLUMN ? (int)(OPTION_COLUMN - width) : 2, "");
    option_help(command, option, out);
    buffer_char(out, '\n');
}

void help_command(const struct command *command, struct buffer *out) {
    buffer_format(out, "Usage: mrp %s [OPTION...]%s%s\n\n", command->name,
                  command->operands[0] ? " " : "", command->operands);
    buffer_format(out, "%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
    if (command->detail[0]) buffer_format(out, "%s\n", command->detail);
    buffer_string(out, "\nOptions:\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (command->options >> i & 1) option_line(command, i, out);
    }
}

void help_overview(struct buffer *out) {
    buffer_string(out, "mrp: multi-region systems on AWS, and their pipelines, as one program\n\n"
                       "Usage: mrp COMMAND [OPTION...] [OPERAND...]\n\nCommands:\n");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "  %-*s%s\n", NAME_COLUMN, commands[i].name, commands[i].summary);
    }
    buffer_string(out, "\n\"mrp help COMMAND\" shows the options of a command.\n\nExit codes: ");
    buffer_string(out, exit_codes);
}

/* ---- the manual page ---- */

/* Text for troff: its own marks, and lines that would begin with one, are escaped. */
static void man_text(const char *text, struct buffer *out) {
    bool is_start = true;
    for (; *text; text++) {
        if (is_start && (*text == '.' || *text == '\'')) buffer_string(out, "\\&");
        if (*text == '\\' || *text == '-') buffer_char(out, '\\');
        buffer_char(out, *text);
        is_start = *text == '\n';
    }
    buffer_char(out, '\n');
}

static void man_option(const struct option_row *row, struct buffer *out) {
    buffer_string(out, ".TP\n.B ");
    if (row->letter) buffer_format(out, "\\-%c, ", row->letter);
    buffer_string(out, "\\-\\-");
    man_text(row->name, out);
    out->length--; /* the argument stands in the same line */
    if (row->argument)
        buffer_format(out, row->kind == TAKES_VALUE ? " %s" : "[=%s]", row->argument);
    buffer_char(out, '\n');
    man_text(row->help, out);
}

static void man_command(const struct command *command, struct buffer *out) {
    buffer_format(out, ".SS mrp %s %s\n", command->name, command->operands);
    buffer_format(out, "%c", command->summary[0] - 'a' + 'A');
    man_text(command->summary + 1, out);
    out->length--;
    buffer_string(out, ".\n");
    if (command->detail[0]) man_text(command->detail, out);
    bool is_first = true;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!(command->options >> i & 1)) continue;
        buffer_string(out, is_first ? ".PP\nOptions: " : ", ");
        buffer_format(out, "\\-\\-%s", option_row((enum option)i)->name);
        is_first = false;
    }
    buffer_string(out, ".\n");
}

static void help_man(struct buffer *out) {
    buffer_format(out, ".TH MRP 1 \"%.*s\" \"mrp %s\"\n.SH NAME\nmrp \\- ",
                  TEXT_ARGS(schema_date()), mrp_version());
    buffer_string(out,
                  "multi\\-region systems on AWS, and their pipelines, as one program\n"
                  ".SH SYNOPSIS\n.B mrp\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
                  ".SH COMMANDS\n");
    for (size_t i = 0; i < command_count; i++) man_command(&commands[i], out);
    buffer_string(out, ".SH OPTIONS\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) man_option(option_row((enum option)i), out);
    buffer_string(out, ".SH EXIT STATUS\n");
    man_text(exit_codes, out);
}

int help_print(struct text page) {
    unsigned columns = terminal_columns(STDOUT_FILENO);
    if (columns == 0) return print(page);
    struct buffer out;
    buffer_init(&out);
    wrap_page(page, columns, &out);
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

int command_help(struct invocation *invocation) {
    struct buffer out;
    buffer_init(&out);
    int outcome = OUTCOME_DONE;
    if (option_given(invocation, OPTION_MAN)) {
        help_man(&out);
    } else if (invocation->operand_count == 0) {
        help_overview(&out);
    } else {
        const struct command *command = command_find(text_of(invocation->operands[0]));
        if (command) {
            help_command(command, &out);
        } else {
            struct failure why;
            command_unknown(invocation->operands[0], &why);
            outcome = wrong_use(&why);
        }
    }
    bool is_page = !option_given(invocation, OPTION_MAN);
    if (outcome == OUTCOME_DONE)
        outcome = is_page ? help_print(buffer_view(&out)) : print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}
