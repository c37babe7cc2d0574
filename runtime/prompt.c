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
static volatile sig_atomic_t forgotten;

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

/* Also a comment is nothing to evaluate. */
static bool is_blank(const char *line) {
    line += strspn(line, " \t\r\n");
    return *line == '\0' || (*line == '#' && !strchr(line, '\n'));
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

/* One line; NULL at the end. What is typed when Ctrl-C comes is dropped, and all of its entry: then
 * forgotten is set, and the line begins another entry. */
static char *ask(const char *text) {
    struct sigaction now = {.sa_handler = interrupt}, before;
    forgotten = 0;
    if (sigsetjmp(interrupted, 1)) {
        forgotten = 1;
        rl_free_line_state();
        rl_cleanup_after_signal();
        fputc('\n', stdout);
    }
    sigemptyset(&now.sa_mask);
    sigaction(SIGINT, &now, &before);
    char *line = readline(forgotten ? running->text : text);
    sigaction(SIGINT, &before, NULL);
    if (line && !is_blank(line) && !is_leaving(line)) remember(line);
    return line;
}

/* The entry with one more line; takes both. NULL where there is no memory for it. */
static char *join(char *entry, char *line) {
    size_t length = strlen(entry), more = strlen(line);
    char *whole = realloc(entry, length + more + 2);
    if (whole) {
        whole[length] = '\n';
        memcpy(whole + length + 1, line, more + 1);
    } else {
        free(entry);
    }
    free(line);
    return whole;
}

/* Lines up to where an entry may end, or a blank one; NULL at the end. */
static char *ask_entry(void) {
    char *entry = ask(running->text);
    while (entry && !is_blank(entry) && running->goes_on(running->context, entry)) {
        char *line = ask(running->more);
        if (forgotten) {
            free(entry);
            entry = line;
        } else if (!line || is_blank(line)) {
            free(line);
            break;
        } else {
            entry = join(entry, line);
        }
    }
    return entry;
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
    for (char *entry; (entry = ask_entry()) != NULL; free(entry)) {
        if (is_leaving(entry)) {
            free(entry);
            break;
        }
        if (!is_blank(entry)) prompt->entry(prompt->context, entry);
    }
    fputc('\n', stdout);
    if (prompt->history && write_history(prompt->history) == 0) chmod(prompt->history, 0600);
}
