/* Finding and opening mrp-runtime.so. */
#include "cli/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODULE "mrp-runtime.so"

/* The folder of the running program, from /proc; false where there is none. */
static bool program_folder(char folder[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0) return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash) return false;
    *slash = '\0';
    return true;
}

/* The module at a place seen from the program: a build tree, then a tree that was installed or
 * moved as a whole. */
static bool find_beside(char path[PATH_MAX]) {
    static const char *const places[] = {"/.libs/" MODULE, "/../lib/mrp/" MODULE,
                                         "/../lib64/mrp/" MODULE};
    char folder[PATH_MAX];
    if (!program_folder(folder)) return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int length = snprintf(path, PATH_MAX, "%s%s", folder, places[i]);
        if (length > 0 && length < PATH_MAX && access(path, R_OK) == 0) return true;
    }
    return false;
}

static void *module_open(struct failure *why) {
    static void *module;
    char path[PATH_MAX];
    if (module) return module;
    if (!find_beside(path)) snprintf(path, sizeof path, "%s/%s", PKGLIBDIR, MODULE);
    module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (!module) {
        failure_set(why, "could not open the module for deploys: %s", dlerror());
        failure_hint(why, "It belongs to the installation of mrp, in \"%s\".", PKGLIBDIR);
    }
    return module;
}

bool module_function(const char *name, void *function, struct failure *why) {
    void *module = module_open(why);
    if (!module) return false;
    void *symbol = dlsym(module, name);
    if (!symbol) return failure_set(why, "the module for deploys has no \"%s\"", name);
    /* ISO C has no cast from object to function pointer */
    memcpy(function, &symbol, sizeof symbol);
    return true;
}
