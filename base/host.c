/* A folder as host: reads files below its root and environment variables.
 *
 * The path is resolved first and checked to lie below the root; the opened file is then compared
 * with what was resolved, so that a link swapped in between is found.
 */
#include "base/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

static bool path_is_plain(struct text path, struct failure *why) {
    if (path.length == 0) return failure_set(why, "the path of a file is empty");
    if (memchr(path.bytes, '\0', path.length)) {
        return failure_set(why, "the path of a file holds a character NUL");
    }
    if (path.bytes[0] == '/') {
        failure_set(why, "file \"%.*s\" is not a path below the program's root", TEXT_ARGS(path));
        return failure_hint(why, "Write a path relative to the root, without a leading \"/\".");
    }
    return true;
}

static bool is_below(const char *root, const char *resolved) {
    size_t length = strlen(root);
    if (length == 1) return true; /* the root is "/" */
    return strncmp(root, resolved, length) == 0 && resolved[length] == '/';
}

/* The resolved name of path, which must be below the root. */
static bool resolve(const struct folder_host *folder, struct text path, char resolved[PATH_MAX],
                    struct failure *why) {
    char joined[PATH_MAX];
    int length = snprintf(joined, sizeof joined, "%s/%.*s", folder->root, TEXT_ARGS(path));
    if (length < 0 || (size_t)length >= sizeof joined) errno = ENAMETOOLONG;
    if (length < 0 || (size_t)length >= sizeof joined || !realpath(joined, resolved)) {
        if (errno == ENOENT || errno == ENOTDIR) {
            failure_set(why, "file \"%.*s\" does not exist", TEXT_ARGS(path));
            why->is_absent = true;
            return false;
        }
        return failure_set(why, "could not open file \"%.*s\": %s", TEXT_ARGS(path),
                           strerror(errno));
    }
    if (is_below(folder->root, resolved)) return true;
    errno = 0; /* nothing failed */
    failure_set(why, "file \"%.*s\" is outside of the program's root", TEXT_ARGS(path));
    return failure_hint(why, "Files are read below \"%s\" only; an empty file \"mrp.root\" in a "
                             "parent folder makes that the root.",
                        folder->root);
}

/* Whether the opened file is the one that was resolved; *error says where that cannot be found
 * out. */
static bool is_same_file(int file, const char *resolved, const struct stat *opened, int *error) {
    char link[64], name[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length >= 0)
        return (size_t)length == strlen(resolved) && !memcmp(name, resolved, (size_t)length);
    struct stat named;
    if (lstat(resolved, &named) != 0) {
        *error = errno;
        return false;
    }
    return named.st_dev == opened->st_dev && named.st_ino == opened->st_ino;
}

static bool read_failed(struct text path, int error, struct failure *why) {
    return failure_set(why, "could not read file \"%.*s\": %s", TEXT_ARGS(path), strerror(error));
}

static bool read_all(int file, struct arena *arena, size_t size, struct text *bytes) {
    char *content = arena_alloc(arena, size + 1);
    size_t length = 0;
    while (length < size) {
        ssize_t count = read(file, content + length, size - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        if (count == 0) break;
        length += (size_t)count;
    }
    content[length] = '\0';
    *bytes = (struct text){content, length};
    return true;
}

static bool read_opened(int file, const char *resolved, struct arena *arena, struct text path,
                        struct text *bytes, struct failure *why) {
    struct stat opened;
    int error = 0;
    if (fstat(file, &opened) != 0) return read_failed(path, errno, why);
    if (!is_same_file(file, resolved, &opened, &error)) {
        if (error) return read_failed(path, error, why);
        return failure_set(why, "file \"%.*s\" changed while it was opened", TEXT_ARGS(path));
    }
    if (!S_ISREG(opened.st_mode)) {
        return failure_set(why, "\"%.*s\" is %s, not a regular file", TEXT_ARGS(path),
                           S_ISDIR(opened.st_mode) ? "a folder" : "a device or socket");
    }
    if (opened.st_size > LIMIT_FILE_BYTES) {
        return failure_set(why, "file \"%.*s\" has %lld bytes, more than the limit of %d",
                           TEXT_ARGS(path), (long long)opened.st_size, LIMIT_FILE_BYTES);
    }
    if (read_all(file, arena, (size_t)opened.st_size, bytes)) return true;
    return read_failed(path, errno, why);
}

static void close_file(void *file) {
    close(*(int *)file);
}

static bool folder_read(void *context, struct arena *arena, struct text path, struct text *bytes,
                        struct failure *why) {
    const struct folder_host *folder = context;
    char resolved[PATH_MAX];
    if (folder->given_path.length && text_equal(path, folder->given_path)) {
        *bytes = folder->given;
        return true;
    }
    if (!path_is_plain(path, why) || !resolve(folder, path, resolved, why)) return false;
    int file = open(resolved, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        return failure_set(why, "could not open file \"%.*s\": %s", TEXT_ARGS(path),
                           strerror(errno));
    }
    struct cleanup cleanup;
    cleanup_push(&cleanup, close_file, &file);
    bool done = read_opened(file, resolved, arena, path, bytes, why);
    cleanup_pop(&cleanup);
    close(file);
    return done;
}

static bool folder_environment(void *context, struct arena *arena, struct text name,
                               struct text *value) {
    const struct folder_host *folder = context;
    if (folder->no_environment || memchr(name.bytes, '\0', name.length)) return false;
    const char *found = getenv(text_copy(arena, name).bytes);
    if (!found) return false;
    *value = text_copy(arena, text_of(found));
    return true;
}

struct glob_walk {
    const struct folder_host *folder;
    struct arena *arena;
    struct text *paths;
    size_t count, capacity;
    struct failure *why;
};

static bool glob_found(struct glob_walk *walk, const char *path) {
    if (walk->count == LIMIT_GLOB_PATHS) {
        return failure_set(walk->why, "the pattern matches more than %d files", LIMIT_GLOB_PATHS);
    }
    if (walk->count == walk->capacity) {
        size_t capacity = walk->capacity ? walk->capacity * 2 : 16;
        struct text *paths = arena_array(walk->arena, capacity, sizeof *paths);
        if (walk->count) memcpy(paths, walk->paths, walk->count * sizeof *paths);
        walk->paths = paths;
        walk->capacity = capacity;
    }
    walk->paths[walk->count++] = text_copy(walk->arena, text_of(path));
    return true;
}

enum entry_kind { ENTRY_OTHER, ENTRY_FILE, ENTRY_FOLDER, ENTRY_LINKED_FOLDER };

/* What is not there, or not any more, matches nothing; all else that goes wrong is a failure. */
static bool walk_failed(struct glob_walk *walk, const char *path, int error) {
    if (error == 0 || error == ENOENT || error == ENOTDIR || error == ELOOP) return true;
    return failure_set(walk->why, "could not read folder \"%s\": %s", path[0] ? path : ".",
                       strerror(error));
}

/* The resolved name of what a link leads to, or false; that it leads outside is no failure. */
static bool follow(const struct glob_walk *walk, const char *path, char resolved[PATH_MAX]) {
    struct failure unused;
    errno = 0;
    return resolve(walk->folder, text_of(path), resolved, &unused);
}

/* What stands at path; links count as what they lead to, if that is below the root. */
static bool entry_kind(struct glob_walk *walk, const char *path, enum entry_kind *kind) {
    char joined[PATH_MAX], resolved[PATH_MAX];
    struct stat target, link;
    *kind = ENTRY_OTHER;
    int length = snprintf(joined, sizeof joined, "%s/%s", walk->folder->root, path);
    if (length < 0 || (size_t)length >= sizeof joined) return true;
    if (lstat(joined, &link) != 0) return walk_failed(walk, path, errno);
    bool is_link = S_ISLNK(link.st_mode);
    if (is_link && !follow(walk, path, resolved)) return walk_failed(walk, path, errno);
    if (stat(joined, &target) != 0) return walk_failed(walk, path, errno);
    if (S_ISREG(target.st_mode)) *kind = ENTRY_FILE;
    if (S_ISDIR(target.st_mode)) *kind = is_link ? ENTRY_LINKED_FOLDER : ENTRY_FOLDER;
    return true;
}

static bool glob_in(struct glob_walk *walk, const char *folder, const char *pattern,
                    unsigned depth);

/* One entry of a folder against the first part of a pattern; rest is what follows it, or NULL. */
static bool glob_entry(struct glob_walk *walk, const char *path, const char *name,
                       const char *part, const char *rest, unsigned depth) {
    bool any_depth = strcmp(part, "**") == 0;
    enum entry_kind kind;
    if (any_depth ? name[0] == '.' : fnmatch(part, name, FNM_PERIOD) != 0) return true;
    if (!entry_kind(walk, path, &kind)) return false;
    if (any_depth) {
        if (kind == ENTRY_FILE && !rest) return glob_found(walk, path);
        if (kind != ENTRY_FOLDER) return true;
        char again[PATH_MAX];
        snprintf(again, sizeof again, rest ? "**/%s" : "**", rest);
        return glob_in(walk, path, again, depth + 1);
    }
    if (!rest) return kind == ENTRY_FILE ? glob_found(walk, path) : true;
    if (kind != ENTRY_FOLDER && kind != ENTRY_LINKED_FOLDER) return true;
    return glob_in(walk, path, rest, depth + 1);
}

static DIR *open_folder(const struct glob_walk *walk, const char *folder) {
    char resolved[PATH_MAX];
    if (folder[0] == '\0') return opendir(walk->folder->root);
    return follow(walk, folder, resolved) ? opendir(resolved) : NULL;
}

static bool glob_entries(struct glob_walk *walk, DIR *entries, const char *folder,
                         const char *part, const char *rest, unsigned depth) {
    char path[PATH_MAX];
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (!entry) return walk_failed(walk, folder, errno);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        int length = snprintf(path, sizeof path, "%s%s%s", folder, folder[0] ? "/" : "",
                              entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path) continue;
        if (!glob_entry(walk, path, entry->d_name, part, rest, depth)) return false;
    }
}

static void close_folder(void *entries) {
    closedir(entries);
}

static bool glob_in(struct glob_walk *walk, const char *folder, const char *pattern,
                    unsigned depth) {
    if (depth > LIMIT_GLOB_DEPTH) {
        return failure_set(walk->why, "folders are nested more than %d deep", LIMIT_GLOB_DEPTH);
    }
    const char *slash = strchr(pattern, '/');
    const char *rest = slash ? slash + 1 : NULL;
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%.*s", (int)(slash ? slash - pattern : (long)strlen(pattern)),
             pattern);
    if (rest && strcmp(part, "**") == 0 && !glob_in(walk, folder, rest, depth + 1)) return false;
    DIR *entries = open_folder(walk, folder);
    if (!entries) return walk_failed(walk, folder, errno);
    struct cleanup cleanup;
    cleanup_push(&cleanup, close_folder, entries);
    bool done = glob_entries(walk, entries, folder, part, rest, depth);
    cleanup_pop(&cleanup);
    closedir(entries);
    return done;
}

static size_t drop_equal(struct text *paths, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !text_equal(paths[kept - 1], paths[i])) paths[kept++] = paths[i];
    }
    return kept;
}

static bool folder_glob(void *context, struct arena *arena, struct text pattern,
                        struct text **paths, size_t *count, struct failure *why) {
    struct glob_walk walk = {.folder = context, .arena = arena, .why = why};
    if (!path_is_plain(pattern, why)) return false;
    if (pattern.length >= PATH_MAX - 4) return failure_set(why, "the pattern is too long");
    if (!glob_in(&walk, "", text_copy(arena, pattern).bytes, 0)) return false;
    if (walk.count) qsort(walk.paths, walk.count, sizeof *walk.paths, text_order);
    *paths = walk.paths;
    *count = drop_equal(walk.paths, walk.count);
    return true;
}

bool folder_host_open(struct folder_host *folder, const char *root, struct failure *why) {
    *folder = (struct folder_host){
        .host = {folder, folder_read, folder_glob, folder_environment},
    };
    if (!realpath(root, folder->root)) {
        return failure_set(why, "could not open folder \"%s\": %s", root, strerror(errno));
    }
    return true;
}

/* By what the session says of itself: where memory runs out, the C library's list of users ends the
 * process. */
bool host_is_secret(struct text variable) {
    static const char *const marks[] = {"TOKEN", "SECRET", "PASSWORD", "KEY"};
    if (text_starts(variable, TEXT("AWS_"))) return true;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (memmem(variable.bytes, variable.length, marks[i], strlen(marks[i]))) return true;
    }
    return false;
}

void host_user(char *name, size_t size) {
    const char *found = getenv("LOGNAME");
    if (!found || !*found) found = getenv("USER");
    if (found && *found) snprintf(name, size, "%s", found);
    else snprintf(name, size, "user %lu", (unsigned long)geteuid());
}
