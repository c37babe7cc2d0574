/* Running the program under test, and the scratch folder. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "tests/driver/driver.h"

enum { SECONDS = 120, VARIABLES = 32 };

static char **make_environment(struct driver *driver, struct text lines) {
    static char *fixed[] = {"LANG=C.UTF-8", "NO_COLOR=1", "TERM=dumb", "TZ=UTC"};
    static const char *const passed_on[] = {"PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                            "LSAN_OPTIONS", "LLVM_PROFILE_FILE", "MRP_MUTATION",
                                            "MRP_MUTATION_LOG"};
    char **list = arena_array(driver->arena, VARIABLES + 16, sizeof *list);
    size_t count = 0;
    /* first: of two values of one variable, programs take that */
    while (lines.length && count < VARIABLES) {
        const char *end = memchr(lines.bytes, '\n', lines.length);
        size_t length = end ? (size_t)(end - lines.bytes) : lines.length;
        if (length) list[count++] = arena_copy(driver->arena, lines.bytes, length);
        size_t step = length + (end != NULL);
        lines = (struct text){lines.bytes + step, lines.length - step};
    }
    for (size_t i = 0; i < 4; i++) list[count++] = fixed[i];
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        const char *value = getenv(passed_on[i]);
        if (!value) continue;
        list[count++] = (char *)text_format(driver->arena, "%s=%s", passed_on[i], value).bytes;
    }
    return list;
}

struct child {
    pid_t id;
    int input, out, err;
};

static struct child start(const char *folder, char **arguments, char **environment) {
    int in[2], out[2], err[2];
    if (pipe(in) || pipe(out) || pipe(err)) abort();
    pid_t id = fork();
    if (id == 0) {
        setpgid(0, 0);
        dup2(in[0], 0), dup2(out[1], 1), dup2(err[1], 2);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]), close(err[0]), close(err[1]);
        if (chdir(folder) == 0) execve(arguments[0], arguments, environment);
        _exit(127);
    }
    close(in[0]), close(out[1]), close(err[1]);
    return (struct child){id, in[1], out[0], err[0]};
}

static bool take(int file, struct buffer *buffer) {
    buffer_reserve(buffer, 1 << 14);
    ssize_t count = read(file, buffer->bytes + buffer->length, 1 << 14);
    if (count > 0) buffer->length += (size_t)count;
    return count > 0 || (count < 0 && errno == EINTR);
}

/* Reads both outputs until they end; false when that takes too long. */
static bool collect(const struct child *child, struct buffer *out, struct buffer *err) {
    struct pollfd files[] = {{child->out, POLLIN, 0}, {child->err, POLLIN, 0}};
    struct buffer *buffers[] = {out, err};
    time_t end = time(NULL) + SECONDS;
    while (files[0].fd >= 0 || files[1].fd >= 0) {
        if (time(NULL) > end) return false;
        poll(files, 2, 1000);
        for (int i = 0; i < 2; i++) {
            if (files[i].fd >= 0 && files[i].revents && !take(files[i].fd, buffers[i])) {
                files[i].fd = -1;
            }
            files[i].revents = 0;
        }
    }
    return true;
}

static struct text keep(struct driver *driver, struct buffer *buffer) {
    struct text text = buffer_take(buffer, driver->arena);
    buffer_release(buffer);
    return text;
}

struct ran run_program(struct driver *driver, const char *folder, char **arguments,
                       struct text environment, struct text input) {
    struct buffer out, err;
    buffer_init(&out);
    buffer_init(&err);
    struct child child = start(folder, arguments, make_environment(driver, environment));
    ssize_t unused = write(child.input, input.bytes, input.length); /* fits the pipe */
    (void)unused;
    close(child.input);
    bool ended = collect(&child, &out, &err);
    if (!ended) kill(-child.id, SIGKILL);
    int status;
    waitpid(child.id, &status, 0);
    close(child.out), close(child.err);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return (struct ran){keep(driver, &out), keep(driver, &err), ended ? code : 124};
}

static void remove_below(const char *folder) {
    DIR *entries = opendir(folder);
    if (!entries) return;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char path[4096];
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            remove_below(path);
            rmdir(path);
        } else {
            unlink(path);
        }
    }
    closedir(entries);
}

void scratch_clear(struct driver *driver) {
    remove_below(driver->scratch);
}

void scratch_write(struct driver *driver, const char *name, struct text bytes) {
    struct text path = text_format(driver->arena, "%s/%s", driver->scratch, name);
    struct failure why;
    struct text folder = {path.bytes, (size_t)(strrchr(path.bytes, '/') - path.bytes)};
    if (!folder_make(text_copy(driver->arena, folder).bytes, &why) ||
        !file_write(path.bytes, bytes, &why)) {
        fprintf(stderr, "%s\n", why.message);
        exit(2);
    }
}
