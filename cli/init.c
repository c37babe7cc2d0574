/* mrp init: a first program that checks and plans at once. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "cli/output.h"

struct start {
    const char *file; /* queue.mrp */
    const char *text;
};

static const struct start starts[] = {
#include "cli/starts.inc"
    {NULL, NULL},
};

static const char ignored[] = "/.mrp/\n/build/\n";

static bool exists(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0;
}

/* folder: NULL for this one. */
static bool write_new(struct invocation *invocation, const char *folder, const char *name,
                      const char *content, struct failure *why) {
    struct text path = text_of(name);
    if (folder) path = text_format(invocation->arena, "%s/%s", folder, name);
    bool is_quiet = option_given(invocation, OPTION_QUIET);
    if (exists(path.bytes)) {
        if (!is_quiet) fprintf(stderr, "%s is there already and is kept\n", path.bytes);
        return true;
    }
    if (!file_write(path.bytes, text_of(content), why)) return false;
    if (!is_quiet) printf("wrote %s\n", path.bytes);
    return true;
}

/* "queue" of queue.mrp. */
static struct text start_name(const struct start *start) {
    return (struct text){start->file, strlen(start->file) - strlen(".mrp")};
}

/* The start that --from names, "queue" where it names none. */
static const struct start *find_start(const struct invocation *invocation) {
    const char *wanted = option_value(invocation, OPTION_FROM);
    struct text name = wanted ? text_of(wanted) : TEXT("queue");
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    for (const struct start *start = starts; start->file; start++) {
        if (text_equal(start_name(start), name)) return start;
        suggestion_offer(&suggestion, start_name(start));
    }
    misuse(invocation, "there is no start \"%.*s\": there are queue, two-regions and pipeline",
           TEXT_ARGS(name));
    if (suggestion.best.length) {
        fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(suggestion.best));
    }
    return NULL;
}

int command_init(struct invocation *invocation) {
    struct failure why;
    const char *folder = invocation->operand_count ? invocation->operands[0] : NULL;
    const struct start *start = find_start(invocation);
    if (!start) return OUTCOME_MISUSE;
    if ((folder && !folder_make(folder, &why)) ||
        !write_new(invocation, folder, "pipeline.mrp", start->text, &why) ||
        !write_new(invocation, folder, ".gitignore", ignored, &why)) {
        return world_failed(&why);
    }
    if (!option_given(invocation, OPTION_QUIET)) {
        printf("next: \"mrp plan --sandbox%s%s\" shows what it would deploy, without an account\n",
               folder ? " -C " : "", folder ? folder : "");
    }
    return OUTCOME_DONE;
}
