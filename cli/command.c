/* The tables of commands and options, and command lines by GNU habits: long options with "=" or a
 * following value, unique prefixes of them, bundled letters, "--" before what only looks like one.
 */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/diagnostics.h"
#include "base/unicode.h"
#include "cli/hidden.h"

#define O(id) (UINT64_C(1) << OPTION_##id)
#define EVERYWHERE (O(HELP) | O(FOLDER) | O(COLOR))
#define PROGRAM_OPTIONS                                                                            \
    (O(SET) | O(VARS) | O(NO_ENV) | O(SCHEMA) | O(STRICT) | O(ALLOW) | O(DENY) | O(FORMAT) |       \
     O(QUIET) | O(VERBOSE))

const struct command commands[] = {
#define COMMAND(id, name, operands, fewest, most, options, program, summary, detail)               \
    {name, operands, summary, detail, command_##id, fewest, most, (options) | EVERYWHERE},
#include "cli/commands.def"
#undef COMMAND
};

const size_t command_count = sizeof commands / sizeof *commands;

static const struct option_row options[] = {
#define OPTION(id, name, letter, kind, argument, help) {name, letter, kind, argument, help},
#include "cli/options.def"
#undef OPTION
};

const struct option_row *option_row(enum option option) {
    return &options[option];
}

const struct command *command_find(struct text name) {
    for (size_t i = 0; i < command_count; i++) {
        if (text_is(name, commands[i].name)) return &commands[i];
    }
    return NULL;
}

static bool takes(const struct command *command, unsigned option) {
    return command->options >> option & 1;
}

/* What other tools call our commands, each ours and theirs. */
static const char *const elsewhere[][2] = {
    {"apply", "deploy"}, {"apply", "up"},       {"apply", "update"},  {"build", "synth"},
    {"build", "compile"}, {"check", "validate"}, {"check", "lint"},    {"destroy", "delete"},
    {"destroy", "down"}, {"destroy", "remove"}, {"eval", "console"},  {"eval", "repl"},
    {"explain", "doc"},  {"explain", "docs"},   {"explain", "show"},  {"fmt", "format"},
    {"init", "create"},  {"init", "new"},       {"plan", "diff"},     {"plan", "preview"},
    {"rescue", "repair"}, {"status", "list"},    {"status", "ls"},
};

enum outcome command_unknown(const char *name, struct failure *why) {
    struct suggestion suggestion;
    failure_set(why, "there is no command \"%s\"", name);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (strcmp(name, elsewhere[i][1]) != 0) continue;
        failure_hint(why, "It is called \"mrp %s\" here.", elsewhere[i][0]);
        return OUTCOME_MISUSE;
    }
    suggestion_init(&suggestion, text_of(name));
    for (size_t i = 0; i < command_count; i++) {
        suggestion_offer(&suggestion, text_of(commands[i].name));
    }
    if (suggestion.best.length) {
        failure_hint(why, "Did you mean \"mrp %.*s\"?", TEXT_ARGS(suggestion.best));
    } else {
        failure_hint(why, "\"mrp help\" lists the commands.");
    }
    return OUTCOME_MISUSE;
}

static enum outcome unknown_option(const struct command *command, struct text name,
                                   struct failure *why) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (takes(command, i)) suggestion_offer(&suggestion, text_of(options[i].name));
    }
    failure_set(why, "\"mrp %s\" has no option \"--%.*s\"", command->name, TEXT_ARGS(name));
    if (suggestion.best.length) {
        failure_hint(why, "Did you mean \"--%.*s\"?", TEXT_ARGS(suggestion.best));
    } else {
        failure_hint(why, "\"mrp help %s\" lists its options.", command->name);
    }
    return OUTCOME_MISUSE;
}

static void add_value(struct invocation *invocation, unsigned option, const char *value) {
    size_t count = invocation->counts[option]++;
    const char **values = arena_array(invocation->arena, count + 1, sizeof *values);
    if (count) memcpy(values, invocation->values[option], count * sizeof *values);
    values[count] = value;
    invocation->values[option] = values;
}

struct cursor { /* the arguments that are still to be read */
    char **next, **end;
};

/* The option of this name, or the only one that begins with it; OPTION_COUNT for none. */
static unsigned find_long(const struct command *command, struct text name) {
    unsigned found = OPTION_COUNT, matches = 0;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!takes(command, i)) continue;
        if (text_is(name, options[i].name)) return i;
        if (!text_starts(text_of(options[i].name), name)) continue;
        found = i;
        matches++;
    }
    return matches == 1 && name.length ? found : OPTION_COUNT;
}

static enum outcome parse_long(struct invocation *invocation, const char *argument,
                               struct cursor *cursor, struct failure *why) {
    const char *equals = strchr(argument, '=');
    struct text name = {argument, equals ? (size_t)(equals - argument) : strlen(argument)};
    unsigned option = find_long(invocation->command, name);
    if (option == OPTION_COUNT) return unknown_option(invocation->command, name, why);
    const struct option_row *row = &options[option];
    if (equals && row->kind == TAKES_NOTHING) {
        failure_set(why, "option \"--%s\" takes no value", row->name);
        return OUTCOME_MISUSE;
    }
    const char *value = equals ? equals + 1 : NULL;
    if (!value && row->kind == TAKES_VALUE) {
        if (cursor->next == cursor->end) {
            failure_set(why, "option \"--%s\" needs a value", row->name);
            failure_hint(why, "Write \"--%s %s\".", row->name, row->argument);
            return OUTCOME_MISUSE;
        }
        value = *cursor->next++;
    }
    add_value(invocation, option, value);
    return OUTCOME_DONE;
}

static unsigned find_letter(const struct command *command, char letter) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (takes(command, i) && options[i].letter == letter) return i;
    }
    return OPTION_COUNT;
}

/* Letters behind one "-"; the first that takes a value takes what follows it. */
static enum outcome parse_letters(struct invocation *invocation, const char *letters,
                                  struct cursor *cursor, struct failure *why) {
    for (; *letters; letters++) {
        unsigned option = find_letter(invocation->command, *letters);
        if (option == OPTION_COUNT) {
            failure_set(why, "\"mrp %s\" has no option \"-%c\"", invocation->command->name,
                        *letters);
            failure_hint(why, "\"mrp help %s\" lists its options.", invocation->command->name);
            return OUTCOME_MISUSE;
        }
        if (options[option].kind != TAKES_VALUE) {
            add_value(invocation, option, NULL);
            continue;
        }
        if (letters[1]) {
            add_value(invocation, option, letters + 1 + (letters[1] == '='));
        } else if (cursor->next < cursor->end) {
            add_value(invocation, option, *cursor->next++);
        } else {
            failure_set(why, "option \"-%c\" needs a value", *letters);
            failure_hint(why, "Write \"-%c %s\".", *letters, options[option].argument);
            return OUTCOME_MISUSE;
        }
        return OUTCOME_DONE;
    }
    return OUTCOME_DONE;
}

/* An empty name of a file or a folder is a variable of the shell that is not set: nothing is to be
 * looked for, or written, in the root of the file system. */
static bool has_empty_path(const struct invocation *invocation, struct failure *why) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &options[i];
        if (!invocation->counts[i] || row->kind != TAKES_VALUE || option_value(invocation, i)[0])
            continue;
        if (strcmp(row->argument, "DIR") != 0 && strcmp(row->argument, "FILE") != 0) continue;
        failure_set(why, "the %s of option \"--%s\" is empty", row->argument, row->name);
        return true;
    }
    for (size_t i = 0; i < invocation->operand_count; i++) {
        if (invocation->operands[i][0]) continue;
        failure_set(why, "\"mrp %s\" cannot take an empty operand", invocation->command->name);
        return true;
    }
    return false;
}

/* A program may come from standard input, but not where something is kept beside it. */
static bool has_standard_misused(const struct invocation *invocation, struct failure *why) {
    const struct command *command = invocation->command;
    bool reads = takes(command, OPTION_SET), keeps = takes(command, OPTION_SANDBOX) ||
                 takes(command, OPTION_UPDATE) || takes(command, OPTION_PORT);
    for (size_t i = 0; reads && i < invocation->operand_count; i++) {
        if (strcmp(invocation->operands[i], "-") != 0) continue;
        if (keeps) {
            failure_set(why, "\"mrp %s\" cannot read the program from standard input",
                        command->name);
            failure_hint(why, "It keeps something in the program's folder: write the program to a "
                              "file.");
            return true;
        }
        if (!option_given(invocation, OPTION_FIX)) continue;
        failure_set(why, "--fix cannot write into standard input");
        failure_hint(why, "Write the program to a file, and name that.");
        return true;
    }
    return false;
}

static enum outcome check_operands(const struct invocation *invocation, struct failure *why) {
    const struct command *command = invocation->command;
    if (option_given(invocation, OPTION_HELP)) return OUTCOME_DONE;
    if (has_empty_path(invocation, why)) return OUTCOME_MISUSE;
    if (has_standard_misused(invocation, why)) return OUTCOME_MISUSE;
    if (invocation->operand_count < command->fewest) {
        int first = (int)strcspn(command->operands, " ");
        failure_set(why, "\"mrp %s\" needs %.*s", command->name, first, command->operands);
    } else if (invocation->operand_count > command->most) {
        failure_set(why, "\"mrp %s\" cannot take \"%s\" as well", command->name,
                    invocation->operands[command->most]);
    } else {
        return OUTCOME_DONE;
    }
    failure_hint(why, "It is used as \"mrp %s%s%s\".", command->name,
                 command->operands[0] ? " " : "", command->operands);
    return OUTCOME_MISUSE;
}

enum outcome command_line_parse(struct arena *arena, char **arguments, size_t count,
                                struct invocation *invocation, struct failure *why) {
    *invocation = (struct invocation){.arena = arena};
    invocation->command = command_find(text_of(arguments[0]));
    if (!invocation->command) return command_unknown(arguments[0], why);
    invocation->operands = arena_array(arena, count, sizeof *invocation->operands);
    struct cursor cursor = {arguments + 1, arguments + count};
    bool only_operands = false;
    while (cursor.next < cursor.end) {
        const char *argument = *cursor.next++;
        enum outcome outcome = OUTCOME_DONE;
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            invocation->operands[invocation->operand_count++] = argument;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (argument[1] == '-') {
            outcome = parse_long(invocation, argument + 2, &cursor, why);
        } else {
            outcome = parse_letters(invocation, argument + 1, &cursor, why);
        }
        if (outcome != OUTCOME_DONE) return outcome;
    }
    return check_operands(invocation, why);
}

int misuse(const struct invocation *invocation, const char *message, ...) {
    va_list args;
    va_start(args, message);
    fprintf(stderr, "mrp %s: ", invocation->command->name);
    vfprintf(stderr, message, args);
    fputc('\n', stderr);
    va_end(args);
    return OUTCOME_MISUSE;
}

static void print_failure(const struct failure *why) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "mrp: ");
    buffer_visible(&out, text_of(why->message));
    buffer_char(&out, '\n');
    if (why->hint[0]) buffer_format(&out, "  %s\n", why->hint);
    hidden_mask_buffer(&out);
    fwrite(out.bytes, 1, out.length, stderr);
    buffer_release(&out);
}

int world_failed(const struct failure *why) {
    print_failure(why);
    return OUTCOME_WORLD;
}

int wrong_use(const struct failure *why) {
    print_failure(why);
    return OUTCOME_MISUSE;
}
