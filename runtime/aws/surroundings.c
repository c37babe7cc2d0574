/* The machine: its environment, files and terminal. */
#include "runtime/aws/surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

static const char *system_environment(void *context, const char *name) {
    (void)context;
    return getenv(name);
}

static bool read_all(int file, struct buffer *content) {
    ssize_t count = 1;
    while (count > 0 && content->length <= LIMIT_SETTINGS_BYTES) {
        buffer_reserve(content, 1 << 13);
        count = read(file, content->bytes + content->length, 1 << 13);
        if (count < 0 && errno == EINTR) count = 1;
        else if (count > 0) content->length += (size_t)count;
    }
    return count >= 0;
}

static enum reading system_read(void *context, struct arena *arena, struct text path,
                                struct text *bytes, struct failure *why) {
    (void)context;
    const char *name = text_copy(arena, path).bytes;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        int error = errno;
        failure_set(why, "could not read \"%s\": %s", name, strerror(error));
        return error == ENOENT || error == ENOTDIR ? READ_MISSING : READ_FAILED;
    }
    struct buffer content;
    buffer_init(&content);
    bool good = read_all(file, &content);
    int error = errno;
    close(file);
    if (!good) failure_set(why, "could not read \"%s\": %s", name, strerror(error));
    if (good && content.length > LIMIT_SETTINGS_BYTES) {
        good = failure_set(why, "\"%s\" has more than %d bytes", name, LIMIT_SETTINGS_BYTES);
    }
    if (good) *bytes = buffer_take(&content, arena);
    buffer_release(&content);
    return good ? READ_GOOD : READ_FAILED;
}

/* The folders that a file is to lie in, as far as they are not there. */
static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* Writes beside the place, under a name of its own, and then into it. */
static bool replace_file(const char *path, char *temporary, struct text bytes) {
    int file = mkstemp(temporary); /* with mode 0600 */
    if (file < 0) return false;
    bool good = file_write_all(file, bytes) && fsync(file) == 0;
    int error = errno;
    close(file);
    if (good && rename(temporary, path) == 0) return true;
    if (good) error = errno;
    unlink(temporary);
    errno = error;
    return false;
}

static bool system_write(void *context, struct text path, struct text bytes, struct failure *why) {
    (void)context;
    struct arena arena;
    arena_init(&arena);
    char *final = (char *)text_copy(&arena, path).bytes;
    char *temporary = (char *)text_format(&arena, "%s.XXXXXX", final).bytes;
    bool good = replace_file(final, temporary, bytes);
    if (!good && errno == ENOENT) {
        make_folders(final);
        temporary = (char *)text_format(&arena, "%s.XXXXXX", final).bytes;
        good = replace_file(final, temporary, bytes);
    }
    if (!good) failure_set(why, "could not write \"%s\": %s", final, strerror(errno));
    arena_release(&arena);
    return good;
}

static bool system_ask(void *context, struct arena *arena, struct text question,
                       struct text *answer) {
    char line[128];
    (void)context;
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (!terminal) return false;
    fprintf(terminal, "%.*s", TEXT_ARGS(question));
    fflush(terminal);
    bool good = fgets(line, sizeof line, terminal) != NULL;
    fclose(terminal);
    if (!good) return false;
    line[strcspn(line, "\r\n")] = '\0';
    *answer = text_copy(arena, text_of(line));
    return true;
}

struct surroundings surroundings_system(void) {
    return (struct surroundings){NULL, system_environment, system_read, system_write, system_ask};
}

bool surroundings_variable(const struct surroundings *around, const char *name,
                           struct text *value) {
    const char *found = around->environment(around->context, name);
    if (!found || found[strspn(found, " \t\r\n")] == '\0') return false;
    *value = text_of(found);
    return true;
}

bool surroundings_flag(const struct surroundings *around, const char *name) {
    struct text value;
    return surroundings_variable(around, name, &value) && value.length == 4 &&
           strncasecmp(value.bytes, "true", 4) == 0;
}
