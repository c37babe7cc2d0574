/* Loads the files of a program: the root, and what imports lead to.
 *
 * Files are keyed by their path below the root, so that a file that is imported in several ways is
 * one module. The library (`import std.storage`) is a table of texts built into the program; a
 * module of it is taken up when it is imported, and what is used of it is parsed when all files are
 * (library.c).
 */
#include "checker/checker.h"
#include "stdlib/library.h"

/* --- paths --- */

static struct text folder_of(struct text path) {
    size_t length = path.length;
    while (length > 0 && path.bytes[length - 1] != '/') length--;
    return (struct text){path.bytes, length > 0 ? length - 1 : 0};
}

/* Drops the last part of the path in out; false if there is none: the path leaves the root. */
static bool path_up(struct buffer *out) {
    if (out->length == 0) return false;
    while (out->length > 0 && out->bytes[out->length - 1] != '/') out->length--;
    if (out->length > 0) out->length--;
    return true;
}

static bool path_step(struct buffer *out, struct text part) {
    if (part.length == 0 || text_is(part, ".")) return true;
    if (text_is(part, "..")) return path_up(out);
    if (out->length > 0) buffer_char(out, '/');
    buffer_text(out, part);
    return true;
}

static bool path_walk(struct buffer *out, struct text path) {
    size_t start = 0;
    for (size_t i = 0; i <= path.length; i++) {
        if (i < path.length && path.bytes[i] != '/') continue;
        if (!path_step(out, (struct text){path.bytes + start, i - start})) return false;
        start = i + 1;
    }
    return true;
}

/* The path below the root that is meant in a file of that folder; false if it is not below it. */
static bool path_join(struct arena *arena, struct text folder, struct text path,
                      struct text *joined) {
    if (path.length == 0 || path.bytes[0] == '/') return false;
    struct buffer out;
    buffer_init(&out);
    bool fine = path_walk(&out, folder) && path_walk(&out, path) && out.length > 0;
    if (fine) *joined = buffer_take(&out, arena);
    buffer_release(&out);
    return fine;
}

/* --- modules --- */

static void module_imports(struct checker *checker, struct module *module);

/* shown: the path in messages. */
static struct module *module_add(struct checker *checker, struct text path, struct text shown,
                                 struct text bytes) {
    struct program *program = checker->program;
    struct module *module = ARENA_NEW(checker->arena, struct module);
    module->path = path;
    module->folder = folder_of(path);
    module->source = sources_add(program->sources, shown, bytes);
    module->index = program->module_count;
    map_init(&module->bindings, checker->arena);
    program->modules[program->module_count++] = module;
    map_put(&checker->files, names_intern(checker->names, path), module);
    return module;
}

static struct module *file_module_add(struct checker *checker, struct text path,
                                      struct text bytes) {
    struct text shown = text_format(checker->arena, "%.*s%.*s", TEXT_ARGS(checker->program->shown),
                                    TEXT_ARGS(path));
    return module_add(checker, path, shown, bytes);
}

static void module_parse(struct checker *checker, struct module *module) {
    uint32_t before = checker->diagnostics->error_count;
    module->parse = parser_parse_tree(checker->arena, checker->names, checker->diagnostics,
                                      module->source);
    if (!module->is_std) parser_allow(checker->arena, checker->diagnostics, &module->parse);
    module->has_syntax_mistakes = checker->diagnostics->error_count > before;
    module_imports(checker, module);
}

/* --- imports --- */

static struct text import_path_text(struct checker *checker, const struct node *import) {
    struct buffer out;
    buffer_init(&out);
    for (const struct node *part = import->import.path.first; part; part = part->next) {
        if (out.length) buffer_char(&out, '.');
        if (node_name(part)) buffer_text(&out, name_text(node_name(part)));
    }
    struct text text = buffer_take(&out, checker->arena);
    buffer_release(&out);
    return text;
}

static void list_modules(struct checker *checker, struct diagnostic *d) {
    struct buffer out;
    buffer_init(&out);
    for (const struct library_module *m = library_modules; m->name; m++) {
        buffer_format(&out, "%s%s", out.length ? ", " : "", m->name);
    }
    if (out.length) {
        add_hint(checker, d, "The library has %.*s.", (int)out.length, out.bytes);
    } else {
        add_hint(checker, d, "This version has no library modules yet; declare the AWS resources "
                 "themselves (resource b: AWS::S3::Bucket { ... }), or import a file of your own "
                 "(import \"storage.mrp\").");
    }
    buffer_release(&out);
}

static void unknown_library_module(struct checker *checker, struct node *import, struct text name) {
    struct list path = import->import.path;
    struct span span = span_join(path.first->span, list_last(path)->span);
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_UNKNOWN_MODULE, span,
                                       "module \"%.*s\" is not known", TEXT_ARGS(name));
    struct suggestion near;
    suggestion_init(&near, name);
    for (const struct library_module *m = library_modules; m->name; m++) {
        suggestion_offer(&near, text_of(m->name));
    }
    import->flags |= NODE_BAD;
    if (add_suggestion(checker, d, &near, span)) return;
    struct text whole = text_format(checker->arena, "std.%.*s", TEXT_ARGS(name));
    bool is_library = false;
    for (const struct library_module *m = library_modules; m->name; m++)
        is_library |= text_is(whole, m->name);
    if (is_library) {
        add_hint(checker, d, "Write import %.*s.", TEXT_ARGS(whole));
        if (d) diagnostic_fix(checker->diagnostics, d, span, whole);
    } else if (!text_starts(name, TEXT("std."))) {
        add_hint(checker, d, "A file is imported by its path in quotes: import \"%.*s.mrp\".",
                 TEXT_ARGS(name));
    } else {
        list_modules(checker, d);
    }
}

/* NULL if the library has no module of this name. */
static struct module *library_module(struct checker *checker, struct text name) {
    struct module *module = map_find(&checker->files, names_intern(checker->names, name));
    if (module) return module;
    const struct library_module *found = library_find(name);
    if (!found) return NULL;
    module = module_add(checker, name, text_of(found->path), text_of(found->source));
    module->is_std = true;
    module->library = found;
    const struct library_index *index = library_index_of(found);
    for (uint32_t i = 0; i < index->import_count; i++) {
        library_module(checker, text_of(library_modules[index->imports[i]].name));
    }
    return module;
}

static struct module *library_module_load(struct checker *checker, struct node *import) {
    struct text name = import_path_text(checker, import);
    struct module *module = library_module(checker, name);
    if (!module) unknown_library_module(checker, import, name);
    return module;
}

static struct module *file_unreadable(struct checker *checker, struct node *file,
                                      struct failure *why) {
    struct diagnostic *d =
        complain(checker, DIAGNOSTIC_UNREADABLE_IMPORT, file, "%s", why->message);
    if (why->hint[0]) add_hint(checker, d, "%s", why->hint);
    return NULL;
}

static struct module *file_outside(struct checker *checker, struct node *file) {
    struct diagnostic *d = complain(checker, DIAGNOSTIC_UNREADABLE_IMPORT, file,
                                    "path \"%.*s\" leads out of the program's root",
                                    TEXT_ARGS(node_text(file)));
    add_hint(checker, d, "The root is the program's folder; a file \"mrp.root\" in a folder above "
             "makes that folder the root.");
    return NULL;
}

static struct module *file_module_load(struct checker *checker, struct module *from,
                                       struct node *file) {
    struct program *program = checker->program;
    struct text path, bytes;
    struct failure why = {.message = ""};
    if (file->kind != NODE_TEXT) return NULL;
    if (!path_join(checker->arena, from->folder, node_text(file), &path)) {
        return file_outside(checker, file);
    }
    struct module *module = map_find(&checker->files, names_intern(checker->names, path));
    if (module) return module;
    if (program->module_count >= LIMIT_PROGRAM_FILES) {
        complain(checker, DIAGNOSTIC_UNREADABLE_IMPORT, file,
                 "a program has at most %d files", LIMIT_PROGRAM_FILES);
        return NULL;
    }
    if (!program->host->read(program->host->context, checker->arena, path, &bytes, &why)) {
        return file_unreadable(checker, file, &why);
    }
    module = file_module_add(checker, path, bytes);
    module_parse(checker, module);
    return module;
}

struct module *module_of_import(struct checker *checker, struct module *from, struct node *import) {
    if (import->flags & NODE_BAD) return NULL;
    if (import->import.file) {
        if (import->import.file->flags & NODE_BAD) return NULL;
        return file_module_load(checker, from, import->import.file);
    }
    if (!import->import.path.first) return NULL;
    return library_module_load(checker, import);
}

static void module_imports(struct checker *checker, struct module *module) {
    struct node *item = module->parse.file->file.items.first;
    for (; item; item = item->next) {
        if (item->kind == NODE_IMPORT) module_of_import(checker, module, item);
    }
}

/* --- cycles --- */

struct visit { /* the way from the root to the module being looked at */
    struct visit *up;
    struct module *module;
    struct node *import;
};

static void report_cycle(struct checker *checker, const struct visit *visit,
                         struct module *target, struct node *import) {
    struct node *place = import->import.file ? import->import.file : import;
    struct diagnostic *d = complain(checker, DIAGNOSTIC_IMPORT_CYCLE, place,
                                    "file \"%.*s\" is imported in a circle",
                                    TEXT_ARGS(target->path));
    for (; visit && visit->module != target; visit = visit->up) {
        add_note(checker, d, visit->import->span, "\"%.*s\" is imported here",
                 TEXT_ARGS(visit->module->path));
    }
    add_hint(checker, d, "Move what both files need into a third file that imports neither.");
}

/* state: one byte a module: 0 not seen, 1 on the way, 2 done. The depth is at most the number of
 * files, LIMIT_PROGRAM_FILES. */
static void find_cycles(struct checker *checker, struct visit *visit, char *state) {
    state[visit->module->index] = 1;
    struct node *item = visit->module->parse.file->file.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_IMPORT) continue;
        struct module *target = module_of_import(checker, visit->module, item);
        if (!target || state[target->index] == 2) continue;
        if (state[target->index] == 1) {
            report_cycle(checker, visit, target, item);
            continue;
        }
        struct visit next = {visit, target, item};
        find_cycles(checker, &next, state);
    }
    state[visit->module->index] = 2;
}

/* Pipelines may stand below `if` and `for`. */
static bool has_pipeline(const struct node *item) {
    for (; item; item = item->next) {
        if (item->kind == NODE_PIPELINE) return true;
        const struct node *blocks[2] = {NULL, NULL};
        if (item->kind == NODE_FOR) blocks[0] = item->loop.body;
        if (item->kind == NODE_IF)
            blocks[0] = item->branch.then, blocks[1] = item->branch.otherwise;
        for (int i = 0; i < 2; i++) {
            const struct node *block = blocks[i];
            if (!block) continue;
            if (block->kind == NODE_BLOCK && has_pipeline(block->block.items.first)) return true;
            if (block->kind == NODE_IF && has_pipeline(block)) return true;
        }
    }
    return false;
}

/* --- files of tests --- */

static bool tests_load(struct checker *checker, struct text path, struct failure *why) {
    struct program *program = checker->program;
    struct text bytes;
    bool is_known = map_find(&checker->files, names_intern(checker->names, path)) != NULL;
    if (is_known) return true; /* the root, or imported */
    if (program->module_count >= LIMIT_PROGRAM_FILES) {
        return failure_set(why, "a program has at most %d files", LIMIT_PROGRAM_FILES);
    }
    if (!program->host->read(program->host->context, checker->arena, path, &bytes, why))
        return false;
    struct module *module = file_module_add(checker, path, bytes);
    module->is_tests = true;
    module_parse(checker, module);
    return true;
}

static bool is_among(const struct text *paths, size_t count, struct text path) {
    for (size_t i = 0; i < count; i++) {
        if (text_equal(paths[i], path)) return true;
    }
    return false;
}

/* x_test.mrp belongs to x.mrp where there is one, else to pipeline.mrp, else to all beside it. */
static bool is_tests_of(struct checker *checker, struct text path, const struct module *root,
                        const struct text *paths, size_t count) {
    struct text ending = TEXT("_test.mrp"), stem = path;
    if (!text_ends(path, ending)) return false;
    stem.length -= ending.length;
    struct text own = text_format(checker->arena, "%.*s.mrp", TEXT_ARGS(stem));
    struct text usual = text_format(checker->arena, "%.*s%spipeline.mrp", TEXT_ARGS(root->folder),
                                    root->folder.length ? "/" : "");
    if (is_among(paths, count, own)) return text_equal(own, root->path);
    return text_equal(usual, root->path) || !is_among(paths, count, usual);
}

/* Those beside the root file that belong to it, in byte order of their names. */
static bool all_tests_load(struct checker *checker, struct failure *why) {
    struct program *program = checker->program;
    const struct module *root = program->modules[0];
    const struct host *host = program->host;
    struct text *paths;
    size_t count;
    if (program->only_tests.length) return tests_load(checker, program->only_tests, why);
    struct text pattern = text_format(checker->arena, "%.*s%s*.mrp", TEXT_ARGS(root->folder),
                                      root->folder.length ? "/" : "");
    if (!host->glob) return true;
    if (!host->glob(host->context, checker->arena, pattern, &paths, &count, why)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_tests_of(checker, paths[i], root, paths, count)) continue;
        if (!tests_load(checker, paths[i], why)) return false;
    }
    return true;
}

bool module_load_root(struct checker *checker, struct text path, struct failure *why) {
    struct program *program = checker->program;
    struct text bytes;
    if (!program->host->read(program->host->context, checker->arena, path, &bytes, why)) {
        return false;
    }
    program->modules = arena_array(checker->arena, LIMIT_PROGRAM_FILES + 1,
                                   sizeof *program->modules);
    struct module *root = file_module_add(checker, path, bytes);
    module_parse(checker, root);
    if (has_pipeline(root->parse.file->file.items.first)) {
        program->deliver = library_module(checker, TEXT("std.deliver"));
    }
    if (program->with_tests && !all_tests_load(checker, why)) return false;
    library_parse(checker);
    char *state = arena_alloc(checker->arena, program->module_count);
    for (uint32_t i = 0; i < program->module_count; i++) {
        struct module *module = program->modules[i];
        if ((i != 0 && !module->is_tests) || state[i] != 0) continue;
        struct visit visit = {NULL, module, NULL};
        find_cycles(checker, &visit, state);
    }
    return true;
}
