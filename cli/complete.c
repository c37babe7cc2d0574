/* mrp completion: scripts for shells, made from the rows of commands and options. */
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"

static bool takes(const struct command *command, unsigned option) {
    return command->options >> option & 1;
}

/* Ends what begins at start and has words from the place of that name on; takes it back where it
 * has none. */
static bool end_words(struct buffer *out, size_t start, size_t words, const char *end) {
    bool is_any = out->length > words;
    if (is_any) {
        buffer_string(out, end);
    } else {
        out->length = start;
    }
    return is_any;
}

/* Appends text with the operands behind it and the end; nothing where there are none. */
static bool put_operands_within(const struct command *command, const char *text, const char *end,
                                struct buffer *out) {
    size_t start = out->length;
    buffer_string(out, text);
    size_t words = out->length;
    operand_choices(command, out);
    return end_words(out, start, words, end);
}

/* The same with the values of an option. */
static bool put_choices_within(const struct command *command, unsigned option, const char *text,
                               const char *end, struct buffer *out) {
    size_t start = out->length;
    buffer_string(out, text);
    size_t words = out->length;
    option_choices(command, option, out);
    return end_words(out, start, words, end);
}

static bool wants_folder(const struct option_row *row) {
    return row->argument && strcmp(row->argument, "DIR") == 0;
}

static void bash_options(const struct command *command, struct buffer *out) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!takes(command, i)) continue;
        const struct option_row *row = option_row((enum option)i);
        buffer_format(out, " --%s%s", row->name, row->kind == TAKES_VALUE ? "=" : "");
    }
}

/* What stands behind an option: its values, or folders. */
static void bash_values(const struct command *command, struct buffer *out) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!takes(command, i)) continue;
        const struct option_row *row = option_row((enum option)i);
        size_t begin = out->length;
        buffer_format(out, "    '%s --%s'", command->name, row->name);
        if (row->letter) buffer_format(out, "|'%s -%c'", command->name, row->letter);
        if (wants_folder(row)) {
            buffer_string(out, ") COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n");
        } else if (!put_choices_within(command, i, ") values='", "' ;;\n", out)) {
            out->length = begin;
        }
    }
}

static void complete_bash(struct buffer *out) {
    buffer_string(out, "# mrp completion bash, to be sourced.\n_mrp() {\n"
                       "    local word=${COMP_WORDS[COMP_CWORD]} words operands= values=\n"
                       "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                       "    COMPREPLY=()\n"
                       "    if [ \"$word\" = = ]; then word=\n"
                       "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                       "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='");
    for (size_t i = 0; i < command_count; i++) buffer_format(out, "%s ", commands[i].name);
    buffer_string(out, "'\n    else\n        case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "        %s) words='", commands[i].name);
        bash_options(&commands[i], out);
        buffer_char(out, '\'');
        put_operands_within(&commands[i], " operands='", "'", out);
        buffer_string(out, " ;;\n");
    }
    buffer_string(
        out,
        "        esac\n    fi\n"
        "    case \"${COMP_WORDS[1]} $before\" in\n");
    for (size_t i = 0; i < command_count; i++) bash_values(&commands[i], out);
    buffer_string(
        out,
        "    esac\n"
        "    if [ -n \"$values\" ]; then\n"
        "        COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n        return\n    fi\n"
        "    case $word in\n"
        "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
        "    *)\n"
        "        [ \"$COMP_CWORD\" -eq 1 ] && operands=$words\n"
        "        if [ -n \"$operands\" ]; then\n"
        "            COMPREPLY=($(compgen -W \"$operands\" -- \"$word\"))\n"
        "        else\n"
        "            COMPREPLY=($(compgen -f -- \"$word\"))\n"
        "        fi ;;\n"
        "    esac\n"
        "    case ${COMPREPLY[0]} in *=) compopt -o nospace ;; esac\n"
        "}\ncomplete -o filenames -F _mrp mrp\n");
}

/* Text inside '...' of a shell, which knows no escape there. */
static void quoted(const char *text, struct buffer *out) {
    for (; *text; text++) {
        if (*text == '\'') buffer_string(out, "'\\''");
        else buffer_char(out, *text);
    }
}

static void zsh_option(const struct command *command, unsigned option, struct buffer *out) {
    const struct option_row *row = option_row((enum option)option);
    buffer_format(out, " '--%s%s[", row->name, row->kind == TAKES_VALUE ? "=" : "");
    quoted(row->help, out);
    buffer_char(out, ']');
    if (row->kind == TAKES_VALUE) {
        buffer_format(out, ":%s:", row->argument);
        if (!put_choices_within(command, option, "(", ")", out))
            buffer_string(out, wants_folder(row) ? "_files -/" : "_files");
    }
    buffer_char(out, '\'');
}

static void complete_zsh(struct buffer *out) {
    buffer_string(out, "#compdef mrp\n# mrp completion zsh, as _mrp in a folder of fpath.\n"
                       "if (( CURRENT == 2 )); then\n    local -a commands=(");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "\n        '%s:", commands[i].name);
        quoted(commands[i].summary, out);
        buffer_char(out, '\'');
    }
    buffer_string(out, "\n    )\n    _describe command commands\n    return\nfi\n"
                       "local command=$words[2]\nshift words\n(( CURRENT-- ))\ncase $command in\n");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "%s) _arguments", commands[i].name);
        for (unsigned k = 0; k < OPTION_COUNT; k++) {
            if (takes(&commands[i], k)) zsh_option(&commands[i], k, out);
        }
        if (!put_operands_within(&commands[i], " '1:word:(", ")' '*:file:_files'", out))
            buffer_string(out, " '*:file:_files'");
        buffer_string(out, " ;;\n");
    }
    buffer_string(out, "esac\n");
}

static void fish_option(const struct command *command, unsigned option, struct buffer *out) {
    const struct option_row *row = option_row((enum option)option);
    buffer_format(out, "complete -c mrp -n '__fish_seen_subcommand_from %s' -l %s", command->name,
                  row->name);
    if (row->letter) buffer_format(out, " -s %c", row->letter);
    if (wants_folder(row)) {
        buffer_string(out, " -x -a '(__fish_complete_directories)'");
    } else if (row->kind == TAKES_VALUE &&
               !put_choices_within(command, option, " -x -a '", "'", out)) {
        buffer_string(out, " -r");
    }
    buffer_string(out, " -d '");
    quoted(row->help, out);
    buffer_string(out, "'\n");
}

static void complete_fish(struct buffer *out) {
    buffer_string(out, "# mrp completion fish, in ~/.config/fish/completions/mrp.fish.\n");
    for (size_t i = 0; i < command_count; i++) {
        buffer_format(out, "complete -c mrp -n __fish_use_subcommand -f -a %s -d '",
                      commands[i].name);
        quoted(commands[i].summary, out);
        buffer_string(out, "'\n");
        size_t before = out->length;
        buffer_format(out, "complete -c mrp -n '__fish_seen_subcommand_from %s' -f",
                      commands[i].name);
        if (!put_operands_within(&commands[i], " -a '", "'\n", out)) out->length = before;
        for (unsigned k = 0; k < OPTION_COUNT; k++) {
            if (takes(&commands[i], k)) fish_option(&commands[i], k, out);
        }
    }
}

int command_completion(struct invocation *invocation) {
    static const struct {
        const char *shell;
        void (*write)(struct buffer *out);
    } shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};
    const char *wanted = invocation->operands[0];
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].shell, wanted) != 0) continue;
        struct buffer out;
        buffer_init(&out);
        shells[i].write(&out);
        int outcome = print(buffer_view(&out));
        buffer_release(&out);
        return outcome;
    }
    return misuse(invocation, "there are completions for bash, zsh and fish, not for \"%s\"",
                  wanted);
}
