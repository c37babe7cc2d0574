/* What a compilation takes from outside: the host that reads files, the root folder, values of
 * params. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/limits.h"
#include "mrp_internal.h"
#include "template/document.h"

/* ---- the caller's host ---- */

struct mrp_delivery {
    struct arena *arena;
    struct buffer content;
    struct text *paths;
    size_t count, capacity;
    struct failure *why;
};

void mrp_deliver(struct mrp_delivery *delivery, const char *bytes, size_t length) {
    if (delivery->content.length > LIMIT_FILE_BYTES) return;
    buffer_add(&delivery->content, bytes, length);
    if (delivery->count == delivery->capacity) {
        size_t capacity = delivery->capacity ? delivery->capacity * 2 : 16;
        struct text *paths = arena_array(delivery->arena, capacity, sizeof *paths);
        if (delivery->count) memcpy(paths, delivery->paths, delivery->count * sizeof *paths);
        delivery->paths = paths;
        delivery->capacity = capacity;
    }
    struct text piece = {bytes, length};
    delivery->paths[delivery->count++] = text_copy(delivery->arena, piece);
}

void mrp_refuse(struct mrp_delivery *delivery, const char *reason) {
    failure_set(delivery->why, "%s", reason);
}

static bool caller_read(void *context, struct arena *arena, struct text path, struct text *bytes,
                        struct failure *why) {
    const struct mrp_host *host = context;
    struct mrp_delivery delivery = {.arena = arena, .why = why};
    failure_set(why, "file \"%.*s\" does not exist", TEXT_ARGS(path));
    why->is_absent = true;
    bool done = host->read(host->context, text_copy(arena, path).bytes, &delivery);
    if (done && delivery.content.length > LIMIT_FILE_BYTES) {
        done = failure_set(why, "file \"%.*s\" has more than %d bytes", TEXT_ARGS(path),
                           LIMIT_FILE_BYTES);
    }
    if (done) *bytes = buffer_take(&delivery.content, arena);
    buffer_release(&delivery.content);
    return done;
}

static bool caller_glob(void *context, struct arena *arena, struct text pattern,
                        struct text **paths, size_t *count, struct failure *why) {
    const struct mrp_host *host = context;
    struct mrp_delivery delivery = {.arena = arena, .why = why};
    failure_set(why, "could not find files");
    bool done = host->glob(host->context, text_copy(arena, pattern).bytes, &delivery);
    if (delivery.count)
        qsort(delivery.paths, delivery.count, sizeof *delivery.paths, text_order);
    *paths = delivery.paths;
    *count = delivery.count;
    buffer_release(&delivery.content);
    return done;
}

static bool caller_environment(void *context, struct arena *arena, struct text name,
                               struct text *value) {
    const struct mrp_host *host = context;
    const char *found = host->environment(host->context, text_copy(arena, name).bytes);
    if (!found) return false;
    *value = text_copy(arena, text_of(found));
    return true;
}

/* ---- the root ---- */

static bool is_file(const char *folder, const char *name) {
    char path[PATH_MAX];
    struct stat status;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

/* The nearest folder at or above with a file mrp.root, else the folder itself. */
static struct text find_root(struct arena *arena, const char *folder) {
    char at[PATH_MAX];
    snprintf(at, sizeof at, "%s", folder);
    for (;;) {
        if (is_file(at, "mrp.root")) return text_copy(arena, text_of(at));
        char *slash = strrchr(at, '/');
        if (!slash || at[1] == '\0') return text_copy(arena, text_of(folder));
        slash[slash == at] = '\0';
    }
}

static bool use_folder(struct mrp *mrp) {
    const char *file = mrp->options.file;
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    struct text folder = slash ? (struct text){file, (size_t)(slash - file) + 1} : TEXT(".");
    char resolved[PATH_MAX];
    if (!realpath(text_copy(&mrp->arena, folder).bytes, resolved)) {
        return failure_set(&mrp->failure, "could not open \"%s\": %s", file, strerror(errno));
    }
    mrp->root = find_root(&mrp->arena, resolved);
    const char *around = strcmp(resolved, "/") ? resolved : "";
    struct text whole = text_format(&mrp->arena, "%s/%s", around, base);
    mrp->path = path_relative(&mrp->arena, mrp->root, whole);
    if (!folder_host_open(&mrp->folder, mrp->root.bytes, &mrp->failure)) return false;
    mrp->folder.no_environment = mrp->options.no_environment;
    if (mrp->is_given) mrp->folder.given_path = mrp->path;
    mrp->folder.given = mrp->given;
    mrp->host = mrp->folder.host;
    return true;
}

bool mrp_use_host(struct mrp *mrp) {
    if (!mrp->options.host) return use_folder(mrp);
    mrp->host = (struct host){(void *)mrp->options.host, caller_read, caller_glob,
                              caller_environment};
    mrp->path = text_of(mrp->options.file);
    return true;
}

/* ---- values from outside ---- */

struct value mrp_value_of(struct mrp *mrp, const struct document *document);

static struct value value_of_number(struct mrp *mrp, const struct document *document) {
    const char *written = text_copy(&mrp->arena, document->text).bytes;
    char *end;
    errno = 0;
    long long integer = strtoll(written, &end, 10);
    if (*end == '\0' && errno == 0) return value_int(integer);
    return value_number(strtod(written, NULL));
}

static struct value value_of_list(struct mrp *mrp, const struct document *list) {
    struct value *items = arena_array(&mrp->arena, list->count, sizeof *items);
    uint32_t count = 0;
    for (const struct document *child = list->children; child; child = child->next) {
        items[count++] = mrp_value_of(mrp, child);
    }
    return value_list(items, count);
}

static struct value value_of_object(struct mrp *mrp, const struct document *object) {
    struct record *record = record_new(&mrp->arena, object->count);
    for (const struct document *child = object->children; child; child = child->next) {
        record_put(&mrp->arena, record, names_intern(&mrp->names, child->key),
                   mrp_value_of(mrp, child), NULL);
    }
    return value_record(record);
}

struct value mrp_value_of(struct mrp *mrp, const struct document *document) {
    switch ((enum document_kind)document->kind) {
    case DOCUMENT_NULL: return value_null();
    case DOCUMENT_BOOL: return value_bool(document->boolean);
    case DOCUMENT_NUMBER: return value_of_number(mrp, document);
    case DOCUMENT_TEXT: return value_text(document->text);
    case DOCUMENT_LIST: return value_of_list(mrp, document);
    case DOCUMENT_OBJECT: return value_of_object(mrp, document);
    }
    return value_null();
}

void mrp_add_input(struct mrp *mrp, struct inputs *inputs, struct input input) {
    if (inputs->count == inputs->capacity) {
        uint32_t capacity = inputs->capacity ? inputs->capacity * 2 : 8;
        struct input *items = arena_array(&mrp->arena, capacity, sizeof *items);
        if (inputs->count) memcpy(items, inputs->items, inputs->count * sizeof *items);
        inputs->items = items;
        inputs->capacity = capacity;
    }
    inputs->items[inputs->count++] = input;
}

static bool add_record(struct mrp *mrp, struct inputs *inputs, struct value value,
                       struct text path) {
    if (value.kind == VALUE_POISON) return true; /* its mistake is reported */
    if (value.kind != VALUE_RECORD) {
        return failure_set(&mrp->failure, "the values of \"%.*s\" are not an object of names",
                           TEXT_ARGS(path));
    }
    for (uint32_t i = 0; i < value.record->count; i++) {
        const struct record_entry *entry = &value.record->entries[i];
        mrp_add_input(
            mrp, inputs,
            (struct input){.name = name_text(entry->key), .value = entry->value, .from = path});
    }
    return true;
}

/* The .mrp form: the entries of a record, with or without the braces around them. */
static bool add_mrp_values(struct mrp *mrp, struct inputs *inputs, struct text path,
                           struct text bytes) {
    struct text whole = text_format(&mrp->arena, "{%.*s\n}", TEXT_ARGS(bytes));
    uint32_t source = sources_add(&mrp->sources, path, whole);
    struct parse parse =
        parser_parse_expression(&mrp->arena, &mrp->names, &mrp->diagnostics, source);
    if (diagnostics_failed(&mrp->diagnostics)) return true;
    if (!program_check_expression(&mrp->program, parse.file)) return true;
    struct evaluation none = {.no_environment = true};
    return add_record(mrp, inputs, evaluator_expression(&mrp->program, &none, parse.file), path);
}

static bool read_vars(struct mrp *mrp, struct text path, struct text *bytes) {
    if (mrp->options.host) {
        return mrp->host.read(mrp->host.context, &mrp->arena, path, bytes, &mrp->failure);
    }
    return file_read(&mrp->arena, path.bytes, bytes, &mrp->failure);
}

static bool add_vars(struct mrp *mrp, struct inputs *inputs, const char *file) {
    struct text path = text_of(file), bytes;
    if (!read_vars(mrp, path, &bytes)) return false;
    if (text_utf8_error(bytes) < bytes.length) {
        return failure_set(&mrp->failure, "\"%s\" is not UTF-8", file);
    }
    if (text_ends(path, TEXT(".mrp"))) return add_mrp_values(mrp, inputs, path, bytes);
    struct document *document;
    struct failure why;
    if (!document_read(&mrp->arena, bytes, &document, &why)) {
        return failure_set(&mrp->failure, "could not read \"%s\": %.900s", file, why.message);
    }
    return add_record(mrp, inputs, mrp_value_of(mrp, document), path);
}

static bool add_set(struct mrp *mrp, struct inputs *inputs, const char *set) {
    const char *equals = strchr(set, '=');
    if (!equals || equals == set) {
        failure_set(&mrp->failure, "\"%s\" is not of the form NAME=VALUE", set);
        return failure_hint(&mrp->failure, "Write \"--set name=value\".");
    }
    mrp_add_input(mrp, inputs,
              (struct input){.name = {set, (size_t)(equals - set)},
                             .is_text = true,
                             .text = text_of(equals + 1),
                             .from = TEXT("--set")});
    return true;
}

/* Files first: what is typed on the command line wins. */
bool mrp_gather_inputs(struct mrp *mrp) {
    struct inputs inputs = {0};
    for (size_t i = 0; i < mrp->options.vars_count; i++) {
        if (!add_vars(mrp, &inputs, mrp->options.vars[i])) return false;
    }
    for (size_t i = 0; i < mrp->options.set_count; i++) {
        if (!add_set(mrp, &inputs, mrp->options.sets[i])) return false;
    }
    mrp->evaluation.inputs = inputs.items;
    mrp->evaluation.input_count = inputs.count;
    return true;
}
