/* Finds the recordings and official test vectors, which are not part of the project: in the folder
 * MRP_VECTORS, or as shared/vectors beside a folder above this one. A test that needs them says
 * that it is skipped where they are not there.
 */
#ifndef MRP_TESTS_VECTORS_H
#define MRP_TESTS_VECTORS_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/files.h"
#include "runtime/aws/data.h"
#include "tests/unit/unit.h"

static inline bool vectors_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder of the vectors, or NULL. */
static inline const char *vectors_folder(void) {
    static char path[4096];
    const char *given = getenv("MRP_VECTORS");
    if (given && vectors_is_folder(given)) return given;
    const char *starts[] = {getenv("top_srcdir"), "."};
    for (size_t s = 0; s < 2; s++) {
        if (!starts[s]) continue;
        char up[64] = "";
        for (int level = 0; level < 8; level++) {
            snprintf(path, sizeof path, "%s/%sshared/vectors", starts[s], up);
            if (vectors_is_folder(path)) return path;
            strcat(up, "../");
        }
    }
    return NULL;
}

/* Whether there are vectors; says so if not. */
static inline bool vectors_there(const char *what) {
    if (vectors_folder()) return true;
    printf("skipped %s: no folder of test vectors (set MRP_VECTORS)\n", what);
    return false;
}

/* A file of the vectors; empty, and a failed test, where it cannot be read. */
static inline struct text vectors_read(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline struct text vectors_read(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct text name = text_vformat(arena, format, args);
    va_end(args);
    struct text path = text_format(arena, "%s/%.*s", vectors_folder(), TEXT_ARGS(name));
    struct text bytes = {"", 0};
    struct failure why;
    if (!file_read(arena, path.bytes, &bytes, &why)) {
        printf("FAILED %s\n", why.message);
        CU_FAIL("a file of the vectors could not be read");
    }
    return bytes;
}

static inline bool vectors_has(struct arena *arena, struct text name) {
    struct text path = text_format(arena, "%s/%.*s", vectors_folder(), TEXT_ARGS(name));
    struct stat status;
    return stat(path.bytes, &status) == 0;
}

static inline const struct data *vectors_json(struct arena *arena, const char *name) {
    struct data *node = NULL;
    struct failure why;
    struct text bytes = vectors_read(arena, "%s", name);
    if (!data_read_json(arena, bytes, &node, &why)) {
        printf("FAILED %s: %s\n", name, why.message);
        CU_FAIL("a file of the vectors is no JSON");
    }
    return node;
}

/* The names of what is in a folder of the vectors, sorted. */
static inline size_t vectors_list(struct arena *arena, const char *name, struct text **names) {
    struct text path = text_format(arena, "%s/%s", vectors_folder(), name);
    size_t count = 0;
    *names = arena_array(arena, 1000, sizeof **names);
    DIR *folder = opendir(path.bytes);
    for (struct dirent *entry; folder && count < 1000 && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        (*names)[count++] = text_copy(arena, text_of(entry->d_name));
    }
    if (folder) closedir(folder);
    qsort(*names, count, sizeof **names, text_order);
    return count;
}

/* Compares two texts and shows both where they differ. */
static inline bool vectors_same(struct text name, const char *what, struct text wanted,
                                struct text found) {
    if (text_equal(wanted, found)) return true;
    printf("FAILED %.*s: %s\n--- wanted\n%.*s\n--- found\n%.*s\n", TEXT_ARGS(name), what,
           TEXT_ARGS(wanted), TEXT_ARGS(found));
    CU_FAIL("a vector differs");
    return false;
}

#endif
