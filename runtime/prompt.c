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

/* The next candidate that begins with word, up to the name that word begins: "east.q" for "east.",
 * not all that can be asked of it. The first call for a word has state 0; readline leaves out what
 * comes twice. */
static char *next_candidate(const char *word, int state) {
    static size_t at;
    size_t length = strlen(word);
    if (state == 0) at = 0;
    while (at < running->candidate_count) {
        const char *candidate = running->candidates[at++];
        if (strncmp(candidate, word, length) != 0) continue;
        size_t end = length + strcspn(candidate + length, ".[");
        if (candidate[end] || (end && candidate[end - 1] == '(')) {
            rl_completion_append_character = '\0';
        }
        return strndup(candidate, end);
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

static bool is_candidate(const char *word) {
    for (size_t i = 0; i < running->candidate_count; i++) {
        if (strcmp(running->candidates[i], word) == 0) return true;
    }
    return false;
}

/* What people type to leave, unless the program has a name like that. */
static bool is_leaving(const char *line) {
    return (strcmp(line, "exit") == 0 || strcmp(line, "quit") == 0) && !is_candidate(line);
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
        if (is_leaving(line)) {
            free(line);
            break;
        }
        remember(line);
        prompt->line(prompt->context, line);
    }
    fputc('\n', stdout);
    if (prompt->history && write_history(prompt->history) == 0) chmod(prompt->history, 0600);
}
