/* credential_process: a program that prints keys. It is run itself, never through a shell, so that
 * no part of the settings is a command by accident. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/aws/sources.h"

extern char **environ;

enum {
    PROCESS_SECONDS = 120,        /* it may ask a person for something */
    PROCESS_LOOK = 50,            /* milliseconds between looks whether it has ended */
    PROCESS_BYTES = 1 << 20,
    PROCESS_ARGUMENTS = 256,
};

/* --- words ----------------------------------------------------------------------------------- */

struct words {
    char *arguments[PROCESS_ARGUMENTS + 1];
    int count;
};

/* Takes one word, by the quoting rules of a POSIX shell: nothing is expanded. */
static bool take_word(struct arena *arena, struct text *rest, char **word) {
    char *out = arena_alloc(arena, rest->length + 1), quote = '\0';
    size_t at = 0, length = 0;
    for (; at < rest->length; at++) {
        char c = rest->bytes[at];
        if (!quote && strchr(" \t\n", c)) break;
        if (c == '\\' && quote != '\'' && at + 1 < rest->length) {
            char next = rest->bytes[at + 1];
            if (quote == '"' && !strchr("\"\\$`", next)) out[length++] = c;
            out[length++] = next;
            at++;
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
        } else {
            out[length++] = c;
        }
    }
    *rest = (struct text){rest->bytes + at, rest->length - at};
    *word = out;
    return !quote;
}

static bool split(struct arena *arena, struct text command, struct words *words,
                  struct failure *why) {
    words->count = 0;
    for (;;) {
        while (command.length && strchr(" \t\n", command.bytes[0])) {
            command.bytes++, command.length--;
        }
        if (!command.length) break;
        if (words->count == PROCESS_ARGUMENTS) {
            return failure_set(why, "credential_process has too many arguments");
        }
        if (!take_word(arena, &command, &words->arguments[words->count++])) {
            return failure_set(why, "a quote of credential_process is not closed");
        }
    }
    words->arguments[words->count] = NULL;
    return words->count > 0 || failure_set(why, "credential_process is empty");
}

/* --- running --------------------------------------------------------------------------------- */

struct pipes {
    int out[2], error[2];
};

static bool open_pipes(struct pipes *pipes) {
    if (pipe2(pipes->out, O_CLOEXEC) != 0) return false;
    if (pipe2(pipes->error, O_CLOEXEC) == 0) return true;
    close(pipes->out[0]);
    close(pipes->out[1]);
    return false;
}

struct running {
    pid_t process;
    struct buffer *out, *error; /* what it printed */
    int status;
    bool has_ended, is_late;
};

static int start(const struct words *words, const struct pipes *pipes, pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->error[1], STDERR_FILENO);
    int error = posix_spawnp(process, words->arguments[0], &actions, NULL, words->arguments,
                             environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static double seconds_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Reads from one pipe; -1 once it is at its end. */
static int drain(int file, struct buffer *into) {
    char room[4096];
    ssize_t count = read(file, room, sizeof room);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return file;
    if (count <= 0) return -1;
    if (into->length + (size_t)count <= PROCESS_BYTES) buffer_add(into, room, (size_t)count);
    return file;
}

static void look(struct running *running, int options) {
    pid_t found;
    do found = waitpid(running->process, &running->status, options);
    while (found < 0 && errno == EINTR);
    running->has_ended = found != 0;
}

/* What it printed can be read until it has ended: a child that it leaves behind may hold the pipes
 * open for ever. */
static bool read_both(struct running *running, const struct pipes *pipes) {
    double until = seconds_now() + PROCESS_SECONDS;
    struct pollfd files[2] = {{pipes->out[0], POLLIN, 0}, {pipes->error[0], POLLIN, 0}};
    while (files[0].fd >= 0 || files[1].fd >= 0) {
        if (seconds_now() >= until) return false;
        int ready = poll(files, 2, running->has_ended ? 0 : PROCESS_LOOK);
        if (ready < 0 && errno != EINTR) return false;
        if (ready == 0 && running->has_ended) return true;
        if (ready == 0) look(running, WNOHANG);
        if (ready > 0 && files[0].revents) files[0].fd = drain(files[0].fd, running->out);
        if (ready > 0 && files[1].revents) files[1].fd = drain(files[1].fd, running->error);
    }
    return true;
}

/* Who has closed its pipes may still be there. */
static bool has_ended(struct running *running) {
    for (double until = seconds_now() + PROCESS_SECONDS; !running->has_ended;) {
        look(running, WNOHANG);
        if (running->has_ended) break;
        if (seconds_now() >= until) return false;
        poll(NULL, 0, 10);
    }
    return true;
}

static void finish(struct running *running, const struct pipes *pipes) {
    running->is_late = !read_both(running, pipes) || !has_ended(running);
    if (!running->is_late) return;
    kill(running->process, SIGKILL);
    look(running, 0);
}

/* The last line that it wrote on standard error: there programs say what is wrong. */
static struct text last_line(struct text text) {
    while (text.length && strchr(" \t\r\n", text.bytes[text.length - 1])) text.length--;
    size_t start = text.length;
    while (start > 0 && text.bytes[start - 1] != '\n') start--;
    struct text line = {text.bytes + start, text.length - start};
    if (line.length > 300) line.length = 300;
    return line;
}

static bool check_end(const struct words *words, const struct running *running,
                      struct failure *why) {
    const char *name = words->arguments[0];
    int status = running->status;
    if (running->is_late) {
        return failure_set(why, "credential_process \"%s\" did not end within %d seconds", name,
                           PROCESS_SECONDS);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    struct text said = last_line(buffer_view(running->error));
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return failure_set(why, "credential_process \"%s\" ended with %s %d%s%.*s", name,
                       WIFEXITED(status) ? "status" : "signal", code, said.length ? ": " : "",
                       TEXT_ARGS(said));
}

static bool run(const struct words *words, struct buffer *out, struct failure *why) {
    struct pipes pipes;
    struct buffer error;
    struct running running = {.out = out, .error = &error};
    if (!open_pipes(&pipes)) {
        return failure_set(why, "could not make a pipe: %s", strerror(errno));
    }
    int failed = start(words, &pipes, &running.process);
    close(pipes.out[1]);
    close(pipes.error[1]);
    buffer_init(&error);
    bool good = false;
    if (failed) {
        failure_set(why, "could not run credential_process \"%s\": %s", words->arguments[0],
                    strerror(failed));
    } else {
        finish(&running, &pipes);
        good = check_end(words, &running, why);
    }
    close(pipes.out[0]);
    close(pipes.error[0]);
    buffer_release(&error);
    return good;
}

/* What it printed is never shown: it may be a secret, even where it is no JSON. */
static bool take_keys(const struct words *words, struct arena *arena, struct text printed,
                      struct keys *keys, struct failure *why) {
    struct data *record;
    struct failure reason;
    const char *name = words->arguments[0];
    if (!data_read_json(arena, printed, &record, &reason)) {
        return failure_set(why, "what credential_process \"%s\" printed is no JSON", name);
    }
    if (data_long(record, "Version", 0) != 1) {
        return failure_set(why, "credential_process \"%s\" printed a version other than 1", name);
    }
    if (!source_keys(record, "SessionToken", keys)) {
        return failure_set(why, "credential_process \"%s\" printed no AccessKeyId and "
                                "SecretAccessKey", name);
    }
    return true;
}

bool source_process(const struct source_context *context, struct text command, struct keys *keys,
                    struct failure *why) {
    struct words words;
    struct buffer out;
    if (!split(context->arena, command, &words, why)) return false;
    buffer_init(&out);
    bool good = run(&words, &out, why);
    struct text printed = buffer_take(&out, context->arena);
    buffer_release(&out);
    return good && take_keys(&words, context->arena, printed, keys, why);
}
