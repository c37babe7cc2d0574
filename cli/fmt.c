/* mrp fmt: files in the one format, in place. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/host.h"
#include "cli/diff.h"
#include "cli/output.h"
#include "cli/program.h"
#include "mrp_parts.h"

/* Shows a formatted file as the options want it. */
static int deliver(struct invocation *invocation, const char *path, struct text before,
                   struct text after) {
    bool is_standard = strcmp(path, "-") == 0;
    bool is_equal = text_equal(before, after);
    bool checks = option_given(invocation, OPTION_CHECK),
         diffs = option_given(invocation, OPTION_DIFF);
    struct failure why;
    if (!checks && !diffs) {
        if (is_standard) return print(after);
        return is_equal || file_write(path, after, &why) ? OUTCOME_DONE : world_failed(&why);
    }
    if (is_equal) return OUTCOME_DONE;
    struct buffer out;
    buffer_init(&out);
    if (diffs) {
        diff_unified(is_standard ? "(standard input)" : path, before, after, &out);
    } else if (!option_given(invocation, OPTION_QUIET)) {
        buffer_format(&out, "%s\n", path);
    }
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    return outcome != OUTCOME_DONE ? outcome : checks ? OUTCOME_ERRORS : OUTCOME_DONE;
}

static int format_file(struct invocation *invocation, const char *path) {
    struct failure why;
    struct arena arena;
    struct text before;
    arena_init(&arena);
    if (!file_read(&arena, path, &before, &why)) {
        arena_release(&arena);
        return world_failed(&why);
    }
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = path});
    if (!mrp) memory_exhausted();
    mrp_set_columns(mrp, terminal_columns(STDERR_FILENO));
    struct mrp_text after;
    const char *shown = strcmp(path, "-") == 0 ? "(standard input)" : path;
    enum mrp_result result = mrp_format_kept(mrp, shown, before, &after);
    int outcome = program_outcome(mrp, result);
    if (result == MRP_DONE) {
        outcome = deliver(invocation, path, before, (struct text){after.bytes, after.length});
    } else if (result == MRP_ERRORS) {
        program_report(invocation, mrp, false);
    }
    mrp_free(mrp);
    arena_release(&arena);
    return outcome;
}

/* The .mrp files below a folder. */
static int format_folder(struct invocation *invocation, const char *path) {
    struct folder_host folder;
    struct failure why;
    struct text *files;
    size_t count;
    if (!folder_host_open(&folder, path, &why)) return world_failed(&why);
    bool found =
        folder.host.glob(&folder, invocation->arena, TEXT("**/*.mrp"), &files, &count, &why);
    if (!found) return world_failed(&why);
    int worst = OUTCOME_DONE;
    for (size_t i = 0; i < count; i++) {
        struct text file = text_format(invocation->arena, "%s/%s", path, files[i].bytes);
        int outcome = format_file(invocation, file.bytes);
        if (outcome > worst) worst = outcome;
    }
    return worst;
}

static int format_path(struct invocation *invocation, const char *path) {
    struct stat status;
    bool is_folder = strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return is_folder ? format_folder(invocation, path) : format_file(invocation, path);
}

int command_fmt(struct invocation *invocation) {
    struct failure why;
    const char *file;
    if (invocation->operand_count == 0) {
        if (!program_file(invocation, 0, &file, &why)) return world_failed(&why);
        return format_file(invocation, file);
    }
    int worst = OUTCOME_DONE;
    for (size_t i = 0; i < invocation->operand_count; i++) {
        int outcome = format_path(invocation, invocation->operands[i]);
        if (outcome > worst) worst = outcome;
    }
    return worst;
}
