/* tests/run: finds the cases below the paths it is given and shares them out to a few processes.
 *
 *     tests/run [--update] [--only WORD] [--mrp PROGRAM] PATH...
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/host.h"
#include "tests/driver/driver.h"

enum { WORKERS_MOST = 16 };

struct work {
    struct arena arena;
    const char **paths;
    uint32_t count, capacity;
    const char *only, *mrp;
    bool update;
};

static void add_path(struct work *work, const char *path) {
    if (work->only && !strstr(path, work->only)) return;
    work->paths = arena_grown(&work->arena, work->paths, work->count, &work->capacity,
                              sizeof *work->paths);
    work->paths[work->count++] = path;
}

static bool is_work(struct text path) {
    /* what cases import and read */
    if (memmem(path.bytes, path.length, "/files/", 7)) return false;
    return text_ends(path, TEXT(".mrp")) || text_ends(path, TEXT(".eval"));
}

static void add_folder(struct work *work, const char *folder) {
    struct folder_host host;
    struct failure why;
    struct text *paths;
    size_t count;
    if (!folder_host_open(&host, folder, &why) ||
        !host.host.glob(&host, &work->arena, TEXT("**"), &paths, &count, &why)) {
        fprintf(stderr, "%s\n", why.message);
        exit(2);
    }
    for (size_t i = 0; i < count; i++) {
        struct text path = text_format(&work->arena, "%s/%s", host.root, paths[i].bytes);
        if (is_work(path)) add_path(work, path.bytes);
    }
}

static void run_path(struct driver *driver, const char *path) {
    struct arena arena;
    arena_init(&arena);
    driver->arena = &arena;
    struct text text = text_of(path);
    if (text_ends(text, TEXT(".md"))) run_document(driver, path);
    else if (text_ends(text, TEXT(".eval"))) run_expressions(driver, path);
    else run_case(driver, path);
    arena_release(&arena);
}

static void run_share(struct driver *driver, size_t worker, size_t workers, const void *context) {
    const struct work *work = context;
    for (size_t i = worker; i < work->count; i += workers) run_path(driver, work->paths[i]);
}

static struct tally run_all(const struct work *work) {
    size_t workers = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (workers > WORKERS_MOST) workers = WORKERS_MOST;
    struct driver driver = {.mrp = work->mrp, .update = work->update};
    return share_out(&driver, workers, run_share, work);
}

static void usage(void) {
    fputs("usage: tests/run [--update] [--only WORD] [--mrp PROGRAM] PATH...\n", stderr);
    exit(2);
}

int main(int count, char **arguments) {
    struct work work = {.mrp = "./mrp"};
    arena_init(&work.arena);
    int i = 1;
    for (; i < count && arguments[i][0] == '-'; i++) {
        if (strcmp(arguments[i], "--update") == 0) work.update = true;
        else if (strcmp(arguments[i], "--only") == 0 && i + 1 < count) work.only = arguments[++i];
        else if (strcmp(arguments[i], "--mrp") == 0 && i + 1 < count) work.mrp = arguments[++i];
        else usage();
    }
    if (i == count) usage();
    char mrp[PATH_MAX];
    if (!realpath(work.mrp, mrp)) {
        fprintf(stderr, "tests/run: there is no program \"%s\"\n", work.mrp);
        return 2;
    }
    work.mrp = mrp;
    for (; i < count; i++) {
        struct stat status;
        if (stat(arguments[i], &status) == 0 && S_ISDIR(status.st_mode)) {
            add_folder(&work, arguments[i]);
        } else {
            add_path(&work, arguments[i]);
        }
    }
    struct tally tally = run_all(&work);
    arena_release(&work.arena);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    return tally.failed ? 1 : 0;
}
