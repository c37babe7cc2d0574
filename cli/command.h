/* Commands and their command lines.
 *
 * A command is a row of commands.def and a function in a file of its own; an option is a row of
 * options.def. Parsing, help, did-you-mean and completion come from the rows. This folder is the
 * only one that prints, reads arguments and exits.
 */
#ifndef MRP_CLI_COMMAND_H
#define MRP_CLI_COMMAND_H

#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"

/* The exit codes of every command: an interface, see docs/commands.md. */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_ERRORS = 1,      /* the program has errors; a difference; a test failed */
    OUTCOME_MISUSE = 2,
    OUTCOME_WORLD = 3,       /* the world failed before anything was changed */
    OUTCOME_ROLLED_BACK = 4, /* the deploy failed; all it touched is back as it was */
    OUTCOME_STUCK = 5,       /* failed or interrupted, and something needs a person */
    OUTCOME_CHANGES = 10,    /* plan --detailed-exitcode: 10 to 12 */
    OUTCOME_REPLACES = 11,
    OUTCOME_LOSES = 12,
};

enum option {
#define OPTION(id, name, letter, kind, argument, help) OPTION_##id,
#include "cli/options.def"
#undef OPTION
    OPTION_COUNT
};

_Static_assert(OPTION_COUNT <= 64, "the options of a command are bits of 64");

enum option_kind {
    TAKES_NOTHING,
    TAKES_VALUE,
    MAY_TAKE_VALUE, /* only as --name=value */
};

struct command;

/* A parsed command line. */
struct invocation {
    const struct command *command;
    const char **operands; /* what is no option */
    size_t operand_count;
    const char **values[OPTION_COUNT]; /* of each option, in the order given; NULL for no value */
    size_t counts[OPTION_COUNT];
    char **arguments; /* main's, as they came */
    int folder;       /* in which it was called, opened where -C leaves it; else -1 */
    struct arena *arena;
};

struct command {
    const char *name, *operands, *summary, *detail;
    int (*run)(struct invocation *invocation);
    unsigned fewest, most; /* operands */
    uint64_t options;      /* bit 1 << enum option */
};

/* All commands, in the order of mrp help, and how many there are. */
extern const struct command commands[];
extern const size_t command_count;
const struct command *command_find(struct text name);
/* Fills *why for a name that is no command, with the nearest as a hint; OUTCOME_MISUSE. */
enum outcome command_unknown(const char *name, struct failure *why);

/* Appends what an option, or the first operand, of a command can be, with blanks between
 * (choices.c); nothing where it may be anything. */
void option_choices(const struct command *command, unsigned option, struct buffer *out);
void operand_choices(const struct command *command, struct buffer *out);

/* How an option is written and what it does, for help and completion. */
struct option_row {
    const char *name;
    char letter; /* 0 for none */
    enum option_kind kind;
    const char *argument, *help;
};
const struct option_row *option_row(enum option option);

/* Parses arguments[0..count): the command's name and what follows it. Returns OUTCOME_DONE, or
 * OUTCOME_MISUSE with *why filled. */
enum outcome command_line_parse(struct arena *arena, char **arguments, size_t count,
                                struct invocation *invocation, struct failure *why);

static inline bool option_given(const struct invocation *invocation, enum option option) {
    return invocation->counts[option] > 0;
}
/* The value given last, or NULL. */
static inline const char *option_value(const struct invocation *invocation, enum option option) {
    size_t count = invocation->counts[option];
    return count ? invocation->values[option][count - 1] : NULL;
}

/* Says on standard error why the command was used wrongly; returns OUTCOME_MISUSE. */
int misuse(const struct invocation *invocation, const char *message, ...)
    __attribute__((cold, format(printf, 2, 3)));
/* Prints a failure of the world on standard error; returns OUTCOME_WORLD. */
int world_failed(const struct failure *why);
/* The same for a command line that is wrong; returns OUTCOME_MISUSE. */
int wrong_use(const struct failure *why);

/* The help of one command, and the list of all. */
void help_command(const struct command *command, struct buffer *out);
void help_overview(struct buffer *out);
/* Prints such a page, on a terminal in its width. */
int help_print(struct text page);

#define COMMAND(id, name, operands, fewest, most, options, program, summary, detail)               \
    int command_##id(struct invocation *invocation);
#include "cli/commands.def"
#undef COMMAND

#endif
