/* Files of the user: read whole, written whole or not at all. */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

bool file_write_all(int file, struct text text) {
    for (size_t done = 0; done < text.length;) {
        ssize_t count = write(file, text.bytes + done, text.length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        done += (size_t)count;
    }
    return true;
}

bool file_holds(const char *path, struct text bytes) {
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    bool same = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                (size_t)status.st_size == bytes.length;
    for (size_t done = 0; same && done < bytes.length;) {
        char room[1 << 14];
        ssize_t count = read(file, room, sizeof room);
        same = count > 0 && (size_t)count <= bytes.length - done &&
               memcmp(room, bytes.bytes + done, (size_t)count) == 0;
        if (same) done += (size_t)count;
    }
    close(file);
    return same;
}

static bool write_failed(const char *path, struct failure *why) {
    return failure_set(why, "could not write \"%s\": %s", path, strerror(errno));
}

/* A file that is there keeps its mode; a new one gets what the umask leaves. */
static mode_t mode_for(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0) return status.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Puts a new file of these bytes in the place of path. */
static bool replace(const char *path, struct text bytes) {
    size_t size = strlen(path) + sizeof ".XXXXXX";
    char *temporary = memory_alloc(size);
    snprintf(temporary, size, "%s.XXXXXX", path);
    int file = mkstemp(temporary);
    bool done = file >= 0 && file_write_all(file, bytes) && fchmod(file, mode_for(path)) == 0;
    if (file >= 0 && close(file) != 0) done = false;
    if (done && rename(temporary, path) != 0) done = false;
    int reason = errno;
    if (!done && file >= 0) unlink(temporary);
    memory_free(temporary);
    errno = reason;
    return done;
}

bool file_write(const char *path, struct text bytes, struct failure *why) {
    char target[PATH_MAX];
    if (file_holds(path, bytes)) return true;
    const char *real = realpath(path, target); /* what a link leads to is written, the link stays */
    bool done = real ? access(real, W_OK) == 0 && replace(real, bytes)
                     : errno == ENOENT && replace(path, bytes);
    return done || write_failed(path, why);
}

bool folder_make(const char *path, struct failure *why) {
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    size_t length = strlen(path);
    char *part = memory_alloc(length + 1);
    bool done = true;
    for (size_t i = 1; done && i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) == 0) continue;
        done = errno == EEXIST && stat(part, &status) == 0 && S_ISDIR(status.st_mode);
        if (!done) failure_set(why, "could not make folder \"%s\": %s", part, strerror(errno));
    }
    memory_free(part);
    return done;
}

static bool read_all(int file, const char *path, struct buffer *content, struct failure *why) {
    while (content->length <= LIMIT_SOURCE_BYTES) {
        buffer_reserve(content, 1 << 14);
        ssize_t count = read(file, content->bytes + content->length, 1 << 14);
        if (count == 0) return true;
        if (count > 0) content->length += (size_t)count;
        if (count < 0 && errno != EINTR) {
            return failure_set(why, "could not read \"%s\": %s", path, strerror(errno));
        }
    }
    return failure_set(why, "\"%s\" has more than %d bytes", path, LIMIT_SOURCE_BYTES);
}

static void close_file(void *file) {
    if (*(int *)file != STDIN_FILENO) close(*(int *)file);
}

bool file_read(struct arena *arena, const char *path, struct text *bytes, struct failure *why) {
    bool is_standard = strcmp(path, "-") == 0;
    int file = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) return failure_set(why, "could not open \"%s\": %s", path, strerror(errno));
    struct cleanup cleanup;
    struct buffer content;
    buffer_init(&content);
    cleanup_push(&cleanup, close_file, &file);
    bool done = read_all(file, path, &content, why);
    if (done) *bytes = buffer_take(&content, arena);
    cleanup_pop(&cleanup);
    close_file(&file);
    buffer_release(&content);
    return done;
}

struct text path_relative(struct arena *arena, struct text folder, struct text target) {
    size_t common = 0; /* length of the folders that both begin with */
    for (size_t i = 0; i <= folder.length && i <= target.length; i++) {
        bool folder_ends = i == folder.length || folder.bytes[i] == '/';
        bool target_ends = i == target.length || target.bytes[i] == '/';
        if (folder_ends && target_ends) common = i;
        if (i == folder.length || i == target.length || folder.bytes[i] != target.bytes[i]) break;
    }
    struct buffer path;
    buffer_init(&path);
    for (size_t i = common; i < folder.length; i++) {
        if (folder.bytes[i] == '/' && i + 1 < folder.length) buffer_string(&path, "../");
    }
    while (common < target.length && target.bytes[common] == '/') common++;
    buffer_add(&path, target.bytes + common, target.length - common);
    struct text taken = buffer_take(&path, arena);
    buffer_release(&path);
    return taken;
}
