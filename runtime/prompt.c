/* The prompt of mrp eval over readline, which holds one prompt a process: so does this file. */
#include "runtime/prompt.h"

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <readline/history.h>
#include <readline/readline.h>

enum { HISTORY_LINES = 1000 };

static const struct prompt *running;
static sigjmp_buf interrupted;

/* The next candidate that begins with word; the first call for a word has state 0. */
static char *next_candidate(const char *word, int state) {
    static size_t at;
    size_t length = strlen(word);
    if (state == 0) at = 0;
    while (at < running->candidate_count) {
        const char *candidate = running->candidates[at++];
        if (strncmp(candidate, word, length) != 0) continue;
        size_t last = strlen(candidate);
        if (last && (candidate[last - 1] == '(' || candidate[last - 1] == '.')) {
            rl_completion_append_character = '\0';
        }
        return strdup(candidate);
    }
    return NULL;
}

static char **complete(const char *word, int start, int end) {
    (void)start, (void)end;
    rl_attempted_completion_over = 1; /* no names of files */
    rl_completion_append_character = ' ';
    return rl_completion_matches(word, next_candidate);
}

static void interrupt(int signal) {
    (void)signal;
    siglongjmp(interrupted, 1);
}

static bool is_blank(const char *line) {
    return line[strspn(line, " \t\r\n")] == '\0';
}

/* The line is remembered once, also when it is typed again and again. */
static void remember(const char *line) {
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (!last || strcmp(last->line, line) != 0) add_history(line);
}

/* One line; NULL at the end. What is typed when Ctrl-C comes is dropped. */
static char *ask(void) {
    struct sigaction now = {.sa_handler = interrupt}, before;
    if (sigsetjmp(interrupted, 1)) {
        rl_free_line_state();
        rl_cleanup_after_signal();
        fputc('\n', stdout);
    }
    sigemptyset(&now.sa_mask);
    sigaction(SIGINT, &now, &before);
    char *line = readline(running->text);
    sigaction(SIGINT, &before, NULL);
    return line;
}

void prompt_run(const struct prompt *prompt) {
    running = prompt;
    rl_readline_name = "mrp";
    rl_catch_signals = 0;
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = " \t\n\"'`()[]{}<>=!&|?,;:+-*/%$";
    using_history();
    stifle_history(HISTORY_LINES);
    if (prompt->history) read_history(prompt->history);
    for (char *line; (line = ask()) != NULL; free(line)) {
        if (is_blank(line)) continue;
        remember(line);
        prompt->line(prompt->context, line);
    }
    fputc('\n', stdout);
    if (prompt->history && write_history(prompt->history) == 0) chmod(prompt->history, 0600);
}
