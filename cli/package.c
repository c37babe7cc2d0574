#include "cli/package.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/hash.h"
#include "mrp_parts.h"

static const char executable[] = "/proc/self/exe";

enum { PACKAGE_BYTES = 1 << 28 }; /* of an mrp with all that a debugger wants */

static bool read_all(FILE *file, struct buffer *bytes) {
    size_t count;
    do {
        buffer_reserve(bytes, 1 << 16);
        count = fread(bytes->bytes + bytes->length, 1, 1 << 16, file);
        bytes->length += count;
    } while (count && bytes->length <= PACKAGE_BYTES);
    return !ferror(file) && bytes->length <= PACKAGE_BYTES;
}

static bool unreadable(struct failure *why) {
    return failure_set(why, "could not read \"%s\": %s", executable, strerror(errno));
}

static bool read_executable(struct arena *arena, struct text *bytes, struct failure *why) {
    struct buffer content;
    FILE *file = fopen(executable, "rb");
    if (!file) return unreadable(why);
    buffer_init(&content);
    bool done = read_all(file, &content);
    if (done) *bytes = buffer_take(&content, arena);
    else unreadable(why);
    buffer_release(&content);
    fclose(file);
    return done;
}

bool package_fill(struct mrp *mrp, struct package *package, struct failure *why) {
    struct arena *arena = mrp_arena(mrp);
    struct utsname system;
    struct text hex;
    *package = (struct package){0};
    if (!template_needs_package(mrp_templates(mrp))) return true;
    if (uname(&system) != 0) return failure_set(why, "could not find out the kind of machine");
    if (!read_executable(arena, &package->bytes, why) ||
        !hash_hex(arena, HASH_SHA256, package->bytes, &hex, why)) return false;
    package->name = text_format(arena, "mrp-%s-%s-%.*s", mrp_version(), system.machine,
                                TEXT_ARGS(hex));
    mrp_set_package(mrp, package->name);
    return true;
}
