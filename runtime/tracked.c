/* Git's index, versions 2 to 4, as gitformat-index(5) has it: a header, then entries sorted by
 * path. */
#include "runtime/tracked.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"

enum {
    HEADER = 12,
    ENTRY_BEFORE_ID = 40, /* times, device, inode, mode, owner, size */
    FLAG_EXTENDED = 0x4000,
};

struct index {
    const unsigned char *at, *end;
    uint32_t version, count;
    size_t id_size;        /* of an object's id: 20, or 32 in repositories of SHA-256 */
    char path[PATH_MAX];   /* of the entry that was read last */
    size_t length;
};

static uint32_t number(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Version 4: how many characters of the path before are not this one's. */
static bool read_strip(struct index *index, size_t *strip) {
    *strip = 0;
    while (index->at < index->end) {
        unsigned char byte = *index->at++;
        *strip = *strip << 7 | (byte & 0x7f);
        if (!(byte & 0x80)) return true;
        (*strip)++;
        if (*strip > PATH_MAX) return false;
    }
    return false;
}

static bool read_entry(struct index *index) {
    const unsigned char *start = index->at;
    size_t fixed = ENTRY_BEFORE_ID + index->id_size + 2, strip = index->length;
    if ((size_t)(index->end - start) < fixed + 2) return false;
    unsigned flags = (unsigned)start[fixed - 2] << 8 | start[fixed - 1];
    index->at += fixed + (index->version >= 3 && (flags & FLAG_EXTENDED) ? 2 : 0);
    if (index->version == 4 && (!read_strip(index, &strip) || strip > index->length)) return false;
    const unsigned char *nul = index->at < index->end
                                   ? memchr(index->at, 0, (size_t)(index->end - index->at)) : NULL;
    if (!nul) return false;
    size_t kept = index->length - strip, added = (size_t)(nul - index->at);
    if (kept + added >= sizeof index->path) return false;
    memcpy(index->path + kept, index->at, added);
    index->length = kept + added;
    index->path[index->length] = 0;
    index->at = nul + 1;
    if (index->version == 4) return true;
    size_t padded = ((size_t)(nul - start) + 8) / 8 * 8;
    if ((size_t)(index->end - start) < padded) return false;
    index->at = start + padded;
    return true;
}

static bool lists(struct text bytes, size_t id_size, const char *prefix) {
    struct index index = {.at = (const unsigned char *)bytes.bytes, .id_size = id_size};
    index.end = index.at + bytes.length;
    if (bytes.length < HEADER || memcmp(bytes.bytes, "DIRC", 4) != 0) return false;
    index.version = number(index.at + 4);
    index.count = number(index.at + 8);
    index.at += HEADER;
    if (index.version < 2 || index.version > 4) return false;
    for (uint32_t i = 0; i < index.count && read_entry(&index); i++) {
        if (strncmp(index.path, prefix, strlen(prefix)) == 0) return true;
    }
    return false;
}

/* The folder of the repository's own files: .git, or where the file .git says. */
static bool find_git(struct arena *arena, const char *parent, struct text *git) {
    struct stat facts;
    struct text bytes;
    struct failure ignored;
    *git = text_format(arena, "%s/.git", strcmp(parent, "/") == 0 ? "" : parent);
    if (stat(git->bytes, &facts) != 0) return false;
    if (S_ISDIR(facts.st_mode)) return true;
    if (!S_ISREG(facts.st_mode) || !file_read(arena, git->bytes, &bytes, &ignored) ||
        !text_starts(bytes, TEXT("gitdir: "))) return false;
    size_t length = strcspn(bytes.bytes, "\n");
    const char *path = text_copy(arena, (struct text){bytes.bytes + 8, length - 8}).bytes;
    *git = path[0] == '/' ? text_of(path) : text_format(arena, "%s/%s", parent, path);
    return true;
}

static bool is_listed(struct arena *arena, struct text git, const char *prefix) {
    struct text bytes, config = {0};
    struct failure ignored;
    if (!file_read(arena, text_format(arena, "%.*s/index", TEXT_ARGS(git)).bytes, &bytes,
                   &ignored)) return false;
    file_read(arena, text_format(arena, "%.*s/config", TEXT_ARGS(git)).bytes, &config, &ignored);
    bool is_long = config.length && memmem(config.bytes, config.length, "sha256", 6);
    return lists(bytes, is_long ? 32 : 20, prefix);
}

bool tracked_by_git(const char *folder) {
    char whole[PATH_MAX], parent[PATH_MAX];
    struct arena arena;
    struct text git;
    if (!realpath(folder, whole)) return false;
    arena_init(&arena);
    memcpy(parent, whole, sizeof parent);
    bool is_tracked = false;
    for (;;) {
        size_t length = strlen(parent);
        if (find_git(&arena, parent, &git)) {
            const char *below = whole + length;
            while (*below == '/') below++;
            struct text prefix = text_format(&arena, "%s%s.mrp/", below, *below ? "/" : "");
            is_tracked = is_listed(&arena, git, prefix.bytes);
            break;
        }
        char *slash = strrchr(parent, '/');
        if (!slash || length == 1) break;
        slash[slash == parent] = 0;
    }
    arena_release(&arena);
    return is_tracked;
}
