/* The languages of pictures, and Graphviz, which draws one of them. */
#include "cli/graph.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/program.h"

/* Text inside "..." of dot, which takes entities; lines are joined by what separates them there. */
void graph_dot_text(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '\n')
            buffer_string(out, "\\n");
        else if (c == '"' || c == '\\')
            buffer_format(out, "\\%c", c);
        else if (c == '&')
            buffer_string(out, "&amp;");
        else
            buffer_char(out, c);
    }
}

/* Text inside "..." of Mermaid, which takes entities for its own marks. */
void graph_mermaid_text(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '\n')
            buffer_string(out, "<br/>");
        else if (strchr("\"<>&#`", c))
            buffer_format(out, "#%d;", c);
        else
            buffer_char(out, c);
    }
}

/* Runs Graphviz on a file that holds the text; what it makes goes to standard output. */
static int draw(FILE *input, struct failure *why) {
    extern char **environ;
    char *const arguments[] = {"dot", "-Tsvg", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(input), STDIN_FILENO);
    int refused = posix_spawnp(&child, "dot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (refused) {
        failure_set(why, "could not run \"dot\" of Graphviz: %s", strerror(refused));
        failure_hint(why, "Install the package graphviz, or write --format mermaid.");
        return world_failed(why);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OUTCOME_DONE;
    failure_set(why, "\"dot\" of Graphviz failed");
    return world_failed(why);
}

static int draw_svg(struct text dot) {
    struct failure why;
    FILE *input = tmpfile();
    bool is_written = input && fwrite(dot.bytes, 1, dot.length, input) == dot.length &&
                      fflush(input) == 0 && lseek(fileno(input), 0, SEEK_SET) == 0;
    int outcome;
    if (is_written) {
        outcome = draw(input, &why);
    } else {
        failure_set(&why, "could not write a temporary file");
        outcome = world_failed(&why);
    }
    if (input) fclose(input);
    return outcome;
}

int graph_show(struct text picture, enum form form) {
    return form == FORM_SVG ? draw_svg(picture) : print(picture);
}
