#include "cli/snapshots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "checker/program.h"
#include "mrp_parts.h"

void snapshots_init(struct snapshots *snapshots, struct arena *arena) {
    *snapshots = (struct snapshots){.arena = arena};
    names_init(&snapshots->names, arena);
    map_init(&snapshots->compared, arena);
}

static struct text whole_path(struct arena *arena, struct mrp *mrp, struct text path) {
    struct text root = mrp_root(mrp);
    bool is_top = root.length == 1;
    return text_format(arena, "%.*s/%.*s", is_top ? 0 : (int)root.length, root.bytes,
                       TEXT_ARGS(path));
}

static struct text shown_path(struct arena *arena, struct text whole) {
    char here[4096];
    if (!getcwd(here, sizeof here)) return whole;
    return path_relative(arena, text_of(here), whole);
}

static void tell(const struct snapshots *snapshots, const char *form, struct text whole) {
    if (snapshots->is_quiet) return;
    struct text shown = shown_path(snapshots->arena, whole);
    fprintf(stderr, form, (int)shown.length, shown.bytes);
}

static bool write_one(struct snapshots *snapshots, struct mrp *mrp,
                      const struct snapshot *snapshot, struct failure *why) {
    struct arena *arena = mrp_arena(mrp);
    struct text path = whole_path(arena, mrp, snapshot->path);
    if (file_holds(path.bytes, snapshot->bytes)) return true;
    struct text folder = path;
    while (folder.length > 1 && folder.bytes[folder.length - 1] != '/') folder.length--;
    if (!folder_make(text_copy(arena, folder).bytes, why)) return false;
    if (!file_write(path.bytes, snapshot->bytes, why)) return false;
    tell(snapshots, "wrote %.*s\n", path);
    return true;
}

bool snapshots_take(struct snapshots *snapshots, struct mrp *mrp, const struct snapshot *compared,
                    struct failure *why) {
    for (const struct snapshot *s = compared; s; s = s->next) {
        map_put(&snapshots->compared, names_intern(&snapshots->names, s->path), snapshots);
        if (snapshots->updates && !write_one(snapshots, mrp, s, why)) return false;
    }
    return true;
}

static bool leave_over(struct snapshots *snapshots, struct mrp *mrp, struct text path,
                       struct failure *why) {
    struct text whole = whole_path(snapshots->arena, mrp, path);
    if (!snapshots->updates) {
        tell(snapshots, "no test compares %.*s; \"mrp test --update\" deletes it\n", whole);
        return true;
    }
    if (unlink(whole.bytes) != 0 && errno != ENOENT) {
        return failure_set(why, "cannot delete \"%s\": %s", whole.bytes, strerror(errno));
    }
    tell(snapshots, "deleted %.*s\n", whole);
    return true;
}

static bool cannot_read(struct text folder, struct failure *why) {
    return failure_set(why, "could not read folder \"%.*s\": %s", TEXT_ARGS(folder),
                       strerror(errno));
}

static bool look_through(struct snapshots *snapshots, struct mrp *mrp, const struct module *module,
                         struct failure *why) {
    struct text folder = snapshot_folder(snapshots->arena, module);
    DIR *open = opendir(whole_path(snapshots->arena, mrp, folder).bytes);
    if (!open && errno == ENOENT) return true; /* its tests have no snapshots */
    if (!open) return cannot_read(folder, why);
    bool fine = true;
    while (fine) {
        errno = 0;
        const struct dirent *entry = readdir(open);
        if (!entry && errno) fine = cannot_read(folder, why);
        if (!entry) break;
        if (!text_ends(text_of(entry->d_name), TEXT(".json"))) continue;
        struct text path =
            text_format(snapshots->arena, "%.*s/%s", TEXT_ARGS(folder), entry->d_name);
        if (map_find(&snapshots->compared, names_intern(&snapshots->names, path))) continue;
        fine = leave_over(snapshots, mrp, path, why);
    }
    closedir(open);
    return fine;
}

bool snapshots_leftover(struct snapshots *snapshots, struct mrp *mrp, struct failure *why) {
    const struct program *program = mrp_program(mrp);
    for (uint32_t i = 0; i < program->module_count; i++) {
        const struct module *module = program->modules[i];
        bool may_have = i == 0 || module->is_tests;
        if (may_have && !look_through(snapshots, mrp, module, why)) return false;
    }
    return true;
}
