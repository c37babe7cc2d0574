/* Commands that are not in mrp itself: those that need a network, a database or a terminal.
 *
 * What these link takes longer to load than most commands run, and can be had as shared libraries
 * only. mrp-runtime, the program beside, is all of mrp with them; mrp becomes that program when
 * such a command is called. It is looked for beside the executable in a build tree, at its place
 * relative to one that is installed, and in the folder that configure set; never in PATH.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/eval.h"
#include "cli/package.h"

#define RUNTIME "mrp-runtime"

/* The path of what runs, from /proc; false where there is none. */
static bool find_executable(char path[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length <= 0) return false;
    path[length] = '\0';
    return true;
}

static bool find_beside(const char *executable, char path[PATH_MAX]) {
    static const char *const places[] = {RUNTIME, "../libexec/mrp/" RUNTIME, "../lib/mrp/" RUNTIME};
    const char *slash = strrchr(executable, '/');
    if (!slash) return false;
    int folder = (int)(slash - executable);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int length = snprintf(path, PATH_MAX, "%.*s/%s", folder, executable, places[i]);
        if (length > 0 && length < PATH_MAX && access(path, X_OK) == 0) return true;
    }
    return false;
}

/* Returns where it did not work only. */
static int hand_over(struct invocation *invocation) {
    char executable[PATH_MAX], path[PATH_MAX];
    struct failure why;
    bool is_known = find_executable(executable);
    if (!is_known || !find_beside(executable, path)) {
        snprintf(path, sizeof path, "%s/%s", PKGLIBEXECDIR, RUNTIME);
    }
    /* It enters the folders of -C itself. */
    if ((!is_known || setenv(PACKAGE_VARIABLE, executable, 1) == 0) &&
        (invocation->folder < 0 || fchdir(invocation->folder) == 0)) {
        execv(path, invocation->arguments);
    }
    failure_set(&why, "could not run \"%s\", which deploys: %s", path, strerror(errno));
    failure_hint(&why, "This may be the compiler alone (mrp-compiler): install all of mrp, or keep "
                       "its two programs where they were installed.");
    return world_failed(&why);
}

/* ---- what stands for them ---- */

#define MRP(id)
#define MRP_RUNTIME(id)                                                                            \
    int command_##id(struct invocation *invocation) { return hand_over(invocation); }
#define COMMAND(id, name, operands, fewest, most, options, program, summary, detail) program(id)
#include "cli/commands.def"
#undef COMMAND

int eval_prompt(struct invocation *invocation, const char *file) {
    (void)file;
    return hand_over(invocation);
}
