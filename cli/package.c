#include "cli/package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/hash.h"
#include "mrp_parts.h"

/* mrp, not what it handed over to. */
static const char *executable(void) {
    const char *caller = getenv(PACKAGE_VARIABLE);
    return caller ? caller : "/proc/self/exe";
}

enum { PACKAGE_BYTES = 1 << 28 }; /* of an mrp with all that a debugger wants */

static bool unreadable(struct failure *why) {
    return failure_set(why, "could not read \"%s\": %s", executable(), strerror(errno));
}

static bool read_all(int file, char *bytes, size_t size) {
    for (size_t have = 0; have < size;) {
        ssize_t count = read(file, bytes + have, size - have);
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) errno = EIO; /* it was cut while it was read */
        if (count <= 0) return false;
        have += (size_t)count;
    }
    return true;
}

static bool read_executable(struct arena *arena, struct text *bytes, struct failure *why) {
    struct stat status;
    int file = open(executable(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return unreadable(why);
    bool done = fstat(file, &status) == 0;
    if (done && status.st_size > PACKAGE_BYTES) {
        errno = EFBIG;
        done = false;
    }
    if (done) {
        size_t size = (size_t)status.st_size;
        char *content = arena_alloc(arena, size);
        *bytes = (struct text){content, size};
        done = read_all(file, content, size);
    }
    if (!done) unreadable(why);
    close(file);
    return done;
}

bool package_fill(struct mrp *mrp, struct package *package, struct failure *why) {
    struct arena *arena = mrp_arena(mrp);
    struct utsname system;
    *package = (struct package){0};
    if (!template_needs_package(mrp_templates(mrp))) return true;
    if (uname(&system) != 0) return failure_set(why, "could not find out the kind of machine");
    if (!read_executable(arena, &package->bytes, why)) return false;
    struct text hex = hash_hex(arena, HASH_SHA256, package->bytes);
    package->name = text_format(arena, "mrp-%s-%s-%.*s", mrp_version(), system.machine,
                                TEXT_ARGS(hex));
    mrp_set_package(mrp, package->name);
    return true;
}
