/* Files of the program, environment variables, and paths. Paths are relative to the folder of the
 * file that the call stands in; the host sees to it that they stay below the root.
 */
#include "base/host.h"
#include "evaluator/builtins.h"

/* ---- paths ---- */

/* Joins folder and path and drops "." and "..": what the host gets is relative to the root. Leading
 * ".." remain, for the host to refuse. */
static struct text path_join(struct call *call, struct text folder, struct text path) {
    char *bytes = arena_alloc(call->arena, folder.length + path.length + 2);
    size_t length = 0, floor = 0; /* floor: behind the leading "../" */
    struct text parts[2] = {folder, path};
    for (int i = 0; i < 2; i++) {
        for (size_t at = 0; at < parts[i].length;) {
            const char *start = parts[i].bytes + at;
            const char *slash = memchr(start, '/', parts[i].length - at);
            size_t size = slash ? (size_t)(slash - start) : parts[i].length - at;
            at += size + 1;
            if (size == 0 || (size == 1 && start[0] == '.')) continue;
            bool up = size == 2 && start[0] == '.' && start[1] == '.';
            if (up && length > floor) {
                while (length > floor && bytes[length - 1] != '/')
                    length--;
                if (length > floor) length--;
                continue;
            }
            if (length) bytes[length++] = '/';
            memcpy(bytes + length, start, size);
            length += size;
            if (up) floor = length;
        }
    }
    return (struct text){bytes, length};
}

/* The path (below the root) as one relative to folder. */
static struct value path_from(struct call *call, struct text folder, struct text path) {
    size_t common = 0; /* the folders that both begin with */
    for (size_t i = 0; i < folder.length && i < path.length && folder.bytes[i] == path.bytes[i];
         i++) {
        if (folder.bytes[i] == '/') common = i + 1;
        if (i + 1 == folder.length && i + 1 < path.length && path.bytes[i + 1] == '/')
            common = i + 2;
    }
    struct buffer out;
    buffer_init(&out);
    for (size_t at = common; at < folder.length;) {
        const char *slash = memchr(folder.bytes + at, '/', folder.length - at);
        buffer_string(&out, "../");
        at = slash ? (size_t)(slash - folder.bytes) + 1 : folder.length;
    }
    buffer_add(&out, path.bytes + common, path.length - common);
    return make_buffer(call, &out);
}

static struct text last_part(struct text path) {
    size_t end = path.length;
    while (end > 0 && path.bytes[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path.bytes[start - 1] != '/')
        start--;
    return (struct text){path.bytes + start, end - start};
}

struct value apply_basename(struct call *call) {
    struct text path;
    return argument_text(call, 0, &path) ? value_text(last_part(path)) : value_poison();
}

struct value apply_dirname(struct call *call) {
    struct text path;
    if (!argument_text(call, 0, &path)) return value_poison();
    struct text last = last_part(path);
    size_t length = last.bytes ? (size_t)(last.bytes - path.bytes) : 0;
    while (length > 1 && path.bytes[length - 1] == '/')
        length--;
    return length ? value_text((struct text){path.bytes, length}) : value_text(TEXT("."));
}

struct value apply_extension(struct call *call) {
    struct text path;
    if (!argument_text(call, 0, &path)) return value_poison();
    struct text last = last_part(path);
    for (size_t at = last.length; at-- > 1;) { /* a leading dot begins no extension */
        if (last.bytes[at] == '.') {
            return value_text((struct text){last.bytes + at, last.length - at});
        }
    }
    return value_text(TEXT(""));
}

/* ---- files ---- */

static struct value failed(struct call *call, int index, const struct failure *why) {
    if (why->hint[0]) return call_error_hint(call, index, why->hint, "%s", why->message);
    return call_error(call, index, "%s", why->message);
}

/* The host and the path, below the root, that the first argument names. */
static bool file_place(struct call *call, const struct host **host, struct call_place *place,
                       struct text *path) {
    struct text written;
    *place = call_place(call);
    *host = place->host;
    if (!argument_filled(call, 0, &written) || !call_spend(call, 100)) return false;
    if (!*host) return fail(call, -1, "files cannot be read here");
    if (memchr(written.bytes, '\0', written.length)) {
        return fail(call, 0, "the path holds a character NUL");
    }
    if (written.bytes[0] == '/') {
        call_error_hint(call, 0,
                        "Write a path relative to this file's folder, without a leading \"/\".",
                        "\"%.*s\" is not a relative path", TEXT_ARGS(text_slice(written, 0, 100)));
        return false;
    }
    *path = path_join(call, place->folder, written);
    if (!text_starts(*path, TEXT("../")) && !text_is(*path, "..")) return true;
    call_error_hint(call, 0,
                    "Files are read below the program's root: the nearest parent folder with a "
                    "file \"mrp.root\", else the program's own.",
                    "\"%.*s\" leads out of the program's root",
                    TEXT_ARGS(text_slice(written, 0, 100)));
    return false;
}

static bool read_file(struct call *call, struct text *bytes) {
    const struct host *host;
    struct call_place place;
    struct text path;
    struct failure why = {.message = ""};
    if (!file_place(call, &host, &place, &path)) return false;
    if (!host->read(host->context, call->arena, path, bytes, &why)) {
        failed(call, 0, &why);
        return false;
    }
    if (bytes->length > LIMIT_FILE_BYTES) {
        return fail(call, 0, "the file has %zu bytes, more than the limit of %d", bytes->length,
                    LIMIT_FILE_BYTES);
    }
    return spend_bytes(call, bytes->length);
}

struct value apply_file(struct call *call) {
    struct text bytes;
    if (!read_file(call, &bytes)) return value_poison();
    size_t at = text_utf8_error(bytes);
    if (at == bytes.length) return value_text(bytes);
    return call_error_hint(call, 0,
                           "Write \"file_base64(...)\" or \"file_sha256(...)\" for a file that "
                           "is not text.",
                           "the file is not UTF-8: byte 0x%02X at offset %zu",
                           (unsigned char)bytes.bytes[at], at);
}

struct value apply_file_base64(struct call *call) {
    struct text bytes;
    return read_file(call, &bytes) ? base64_known(call, bytes) : value_poison();
}

struct value apply_file_sha256(struct call *call) {
    struct text bytes;
    return read_file(call, &bytes) ? sha256_known(call, bytes) : value_poison();
}

struct value apply_glob(struct call *call) {
    const struct host *host;
    struct call_place place;
    struct text pattern, *paths = NULL;
    size_t count = 0;
    struct failure why = {.message = ""};
    if (!file_place(call, &host, &place, &pattern)) return value_poison();
    if (!host->glob(host->context, call->arena, pattern, &paths, &count, &why)) {
        return failed(call, 0, &why);
    }
    struct value *items = make_items(call, count);
    if (!items) return value_poison();
    for (size_t i = 0; i < count; i++) {
        if (text_utf8_error(paths[i]) < paths[i].length) {
            return call_error(call, 0, "the name of a file is not UTF-8");
        }
        items[i] = path_from(call, place.folder, paths[i]);
        if (items[i].kind == VALUE_POISON) return items[i];
    }
    return value_list(items, (uint32_t)count);
}

/* ---- environment ---- */

struct value apply_env(struct call *call) {
    struct text name, value;
    if (!argument_filled(call, 0, &name)) return value_poison();
    const struct host *host = call_place(call).host;
    if (memchr(name.bytes, '\0', name.length) || memchr(name.bytes, '=', name.length)) {
        return call_error(call, 0, "an environment variable has no such name");
    }
    if (host && host->environment(host->context, call->arena, name, &value)) {
        if (text_utf8_error(value) == value.length) return value_text(value);
        return call_error(call, 0, "environment variable \"%.*s\" is not UTF-8", TEXT_ARGS(name));
    }
    if (argument_given(call, 1)) return call->arguments[1];
    return call_error_hint(call, 0,
                           "Set it, give a default as second argument, or give the param with "
                           "\"--set\".",
                           "environment variable \"%.*s\" is not set", TEXT_ARGS(name));
}
