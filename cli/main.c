/* The program mrp: finds the command, reads its line, runs it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output.h"

static int show_overview(void) {
    struct buffer out;
    buffer_init(&out);
    help_overview(&out);
    int outcome = help_print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

static int show_help(const struct command *command) {
    struct buffer out;
    buffer_init(&out);
    help_command(command, &out);
    int outcome = help_print(buffer_view(&out));
    buffer_release(&out);
    return outcome;
}

static bool is_color(const char *when) {
    return !when || strcmp(when, "auto") == 0 || strcmp(when, "always") == 0 ||
           strcmp(when, "never") == 0;
}

static int enter_folders(struct invocation *invocation) {
    struct failure why;
    size_t count = invocation->counts[OPTION_FOLDER];
    if (count && (invocation->folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
        failure_set(&why, "could not open this folder: %s", strerror(errno));
        return world_failed(&why);
    }
    for (size_t i = 0; i < count; i++) {
        const char *folder = invocation->values[OPTION_FOLDER][i];
        if (chdir(folder) == 0) continue;
        failure_set(&why, "could not enter folder \"%s\": %s", folder, strerror(errno));
        return world_failed(&why);
    }
    return OUTCOME_DONE;
}

static int run(struct invocation *invocation) {
    if (option_given(invocation, OPTION_HELP)) return show_help(invocation->command);
    const char *color = option_value(invocation, OPTION_COLOR);
    if (!is_color(color)) {
        return misuse(invocation, "--color \"%s\" is not one of auto, always, never", color);
    }
    int outcome = enter_folders(invocation);
    return outcome == OUTCOME_DONE ? invocation->command->run(invocation) : outcome;
}

/* Options before the command that stand for one ("mrp --help"), or belong behind it ("mrp -C DIR
 * check"): the arguments in the order that command_line_parse reads. */
static char **arrange(struct arena *arena, char **arguments, size_t count) {
    static char help[] = "help", version[] = "version";
    char **arranged = arena_array(arena, count, sizeof *arranged);
    memcpy(arranged, arguments, count * sizeof *arranged);
    if (!strcmp(arranged[0], "--help") || !strcmp(arranged[0], "-h")) arranged[0] = help;
    if (!strcmp(arranged[0], "--version") || !strcmp(arranged[0], "-V")) arranged[0] = version;
    size_t leading = 0;
    while (leading + 2 < count && !strcmp(arranged[leading], "-C")) leading += 2;
    if (leading == 0) return arranged;
    char *command = arranged[leading];
    memmove(arranged + 1, arranged, leading * sizeof *arranged);
    arranged[0] = command;
    return arranged;
}

int main(int count, char **arguments) {
    memory_start();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write that a limit forbids fails, as on a full disk */
    if (count < 2) {
        show_overview();
        return OUTCOME_MISUSE;
    }
    struct arena arena;
    arena_init(&arena);
    struct invocation invocation;
    struct failure why;
    char **arranged = arrange(&arena, arguments + 1, (size_t)count - 1);
    int outcome =
        (int)command_line_parse(&arena, arranged, (size_t)count - 1, &invocation, &why);
    invocation.arguments = arguments;
    invocation.folder = -1;
    outcome = outcome == OUTCOME_DONE ? run(&invocation) : wrong_use(&why);
    arena_release(&arena);
    return outcome;
}
