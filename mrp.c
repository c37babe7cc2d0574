/* The library's one entrance: puts the parts in a row, from options to templates.
 *
 * Every call that allocates runs under a recovery point: where memory runs out it becomes a failure
 * of the world, and the handle can only be freed.
 */
#include "mrp.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/host.h"
#include "base/limits.h"
#include "checker/program.h"
#include "config.h"
#include "evaluator/evaluator.h"
#include "lint/lint.h"
#include "mrp_parts.h"
#include "template/document.h"

struct mrp {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct program program;
    struct evaluation evaluation;
    struct deployment *deployment;
    struct template_set templates;
    struct mrp_stack *stacks; /* in deploy order, as templates.order */
    struct mrp_options options;
    struct severity_rules rules;
    struct folder_host folder;
    struct host host;
    struct text root;   /* absolute; empty with a host of the caller */
    struct text path;   /* of the program, below the root */
    const char *only_tests; /* a file of tests, or NULL */
    struct buffer output;
    struct failure failure;
    bool is_loaded;
};

const char *mrp_version(void) {
    return PACKAGE_VERSION;
}

/* ---- a handle and its options ---- */

static const char *copy_string(struct arena *arena, const char *string) {
    return string ? arena_copy(arena, string, strlen(string)) : NULL;
}

static const char *const *copy_strings(struct arena *arena, const char *const *strings,
                                       size_t count) {
    const char **copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; i < count; i++) copies[i] = copy_string(arena, strings[i]);
    return copies;
}

static const struct text *copy_texts(struct arena *arena, const char *const *strings,
                                     size_t count) {
    struct text *texts = arena_array(arena, count, sizeof *texts);
    for (size_t i = 0; i < count; i++) texts[i] = text_copy(arena, text_of(strings[i]));
    return texts;
}

static void copy_options(struct mrp *mrp, const struct mrp_options *options) {
    struct arena *arena = &mrp->arena;
    mrp->options = *options;
    mrp->options.file = copy_string(arena, options->file ? options->file : "pipeline.mrp");
    mrp->options.schema = copy_string(arena, options->schema);
    mrp->options.sets = copy_strings(arena, options->sets, options->set_count);
    mrp->options.vars = copy_strings(arena, options->vars, options->vars_count);
    mrp->rules = (struct severity_rules){
        .strict = options->strict,
        .only_errors = options->only_errors,
        .allow = copy_texts(arena, options->allow, options->allow_count),
        .deny = copy_texts(arena, options->deny, options->deny_count),
        .allow_count = options->allow_count,
        .deny_count = options->deny_count,
    };
}

static void mrp_prepare(struct mrp *mrp, const struct mrp_options *options) {
    buffer_reserve(&mrp->output, 1); /* here, so that it is older than each later recovery point */
    names_init(&mrp->names, &mrp->arena);
    sources_init(&mrp->sources, &mrp->arena);
    diagnostics_init(&mrp->diagnostics, &mrp->arena, &mrp->sources);
    mrp->diagnostics.strict = options->strict;
    mrp->evaluation.no_environment = options->no_environment;
    mrp->program = (struct program){
        .arena = &mrp->arena,
        .names = &mrp->names,
        .sources = &mrp->sources,
        .diagnostics = &mrp->diagnostics,
    };
    copy_options(mrp, options);
}

static bool try_prepare(struct mrp *mrp, const struct mrp_options *options) {
    struct recovery recovery;
    volatile bool is_prepared = false;
    recovery_begin(&recovery);
    if (setjmp(recovery.point) == 0) {
        mrp_prepare(mrp, options);
        is_prepared = true;
    } else {
        buffer_init(&mrp->output); /* freed already */
    }
    recovery_end(&recovery);
    return is_prepared;
}

struct mrp *mrp_new(const struct mrp_options *options) {
    struct mrp *mrp = memory_try(sizeof *mrp);
    if (!mrp) return NULL;
    *mrp = (struct mrp){.is_loaded = false};
    if (try_prepare(mrp, options)) return mrp;
    mrp_free(mrp);
    return NULL;
}

void mrp_free(struct mrp *mrp) {
    if (!mrp) return;
    buffer_release(&mrp->output);
    arena_release(&mrp->program.scratch);
    arena_release(&mrp->arena);
    memory_free(mrp);
}

const char *mrp_failure(const struct mrp *mrp) {
    return mrp->failure.message;
}

const char *mrp_failure_hint(const struct mrp *mrp) {
    return mrp->failure.hint;
}

/* ---- memory that runs out ---- */

struct request {
    enum mrp_result (*run)(struct mrp *mrp, struct request *request);
    const char *name;
    struct text source;
    uint32_t index;
    int form;
    bool color, updates, covers;
    struct mrp_test *test;
    const char *const *paths, *const *hashes;
    struct mrp_diagnostic *view;
    char *hex;
};

static enum mrp_result guarded(struct mrp *mrp, struct request *request) {
    volatile enum mrp_result result = MRP_FAILED;
    struct recovery recovery;
    recovery_begin(&recovery);
    if (setjmp(recovery.point) == 0) {
        result = request->run(mrp, request);
        buffer_reserve(&mrp->output, 1);
        mrp->output.bytes[mrp->output.length] = '\0';
    } else {
        result = MRP_FAILED;
        failure_set(&mrp->failure, "could not get more memory");
    }
    recovery_end(&recovery);
    if (result != MRP_FAILED) mrp->failure.message[0] = mrp->failure.hint[0] = '\0';
    return result;
}

static struct mrp_text taken(const struct mrp *mrp) {
    return (struct mrp_text){mrp->output.bytes, mrp->output.length};
}

static struct mrp_text output_of(struct mrp *mrp, struct request *request) {
    mrp->output.length = 0;
    if (guarded(mrp, request) == MRP_FAILED) return (struct mrp_text){"", 0};
    return taken(mrp);
}

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

static int compare_paths(const void *a, const void *b) {
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static bool caller_glob(void *context, struct arena *arena, struct text pattern,
                        struct text **paths, size_t *count, struct failure *why) {
    const struct mrp_host *host = context;
    struct mrp_delivery delivery = {.arena = arena, .why = why};
    failure_set(why, "could not find files");
    bool done = host->glob(host->context, text_copy(arena, pattern).bytes, &delivery);
    if (delivery.count) qsort(delivery.paths, delivery.count, sizeof *delivery.paths, compare_paths);
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
    struct text whole = text_format(&mrp->arena, "%s/%s", strcmp(resolved, "/") ? resolved : "", base);
    mrp->path = path_relative(&mrp->arena, mrp->root, whole);
    if (!folder_host_open(&mrp->folder, mrp->root.bytes, &mrp->failure)) return false;
    mrp->folder.no_environment = mrp->options.no_environment;
    mrp->host = mrp->folder.host;
    return true;
}

static bool use_host(struct mrp *mrp) {
    if (!mrp->options.host) return use_folder(mrp);
    mrp->host = (struct host){(void *)mrp->options.host, caller_read, caller_glob,
                              caller_environment};
    mrp->path = text_of(mrp->options.file);
    return true;
}

/* ---- values from outside ---- */

static struct value value_of_document(struct mrp *mrp, const struct document *document);

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
        items[count++] = value_of_document(mrp, child);
    }
    return value_list(items, count);
}

static struct value value_of_object(struct mrp *mrp, const struct document *object) {
    struct record *record = record_new(&mrp->arena, object->count);
    for (const struct document *child = object->children; child; child = child->next) {
        record_put(&mrp->arena, record, names_intern(&mrp->names, child->key),
                   value_of_document(mrp, child), NULL);
    }
    return value_record(record);
}

static struct value value_of_document(struct mrp *mrp, const struct document *document) {
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

struct inputs {
    struct input *items;
    uint32_t count, capacity;
};

static void add_input(struct mrp *mrp, struct inputs *inputs, struct input input) {
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
        add_input(mrp, inputs,
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
    return add_record(mrp, inputs, value_of_document(mrp, document), path);
}

static bool add_set(struct mrp *mrp, struct inputs *inputs, const char *set) {
    const char *equals = strchr(set, '=');
    if (!equals || equals == set) {
        failure_set(&mrp->failure, "\"%s\" is not of the form NAME=VALUE", set);
        return failure_hint(&mrp->failure, "Write \"--set name=value\".");
    }
    add_input(mrp, inputs,
              (struct input){.name = {set, (size_t)(equals - set)},
                             .is_text = true,
                             .text = text_of(equals + 1),
                             .from = TEXT("--set")});
    return true;
}

/* Files first: what is typed on the command line wins. */
static bool gather_inputs(struct mrp *mrp) {
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

/* ---- compiling ---- */

static bool check_ids(struct mrp *mrp, const struct text *ids, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (diagnostic_find(ids[i]) != DIAGNOSTIC_COUNT) continue;
        struct text near = diagnostic_suggest(ids[i]);
        failure_set(&mrp->failure, "there is no diagnostic \"%.*s\"", TEXT_ARGS(ids[i]));
        if (near.length) failure_hint(&mrp->failure, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
        return false;
    }
    return true;
}

/* A file of tests lies beside the program. */
static void find_only_tests(struct mrp *mrp) {
    if (!mrp->only_tests) return;
    const char *slash = strrchr(mrp->only_tests, '/');
    struct text folder = {mrp->path.bytes, mrp->path.length};
    while (folder.length && folder.bytes[folder.length - 1] != '/') folder.length--;
    mrp->program.only_tests = text_format(&mrp->arena, "%.*s%s", TEXT_ARGS(folder),
                                          slash ? slash + 1 : mrp->only_tests);
}

static bool load(struct mrp *mrp) {
    if (mrp->is_loaded) return true;
    if (mrp->options.schema && !schema_open_file(mrp->options.schema, &mrp->failure)) return false;
    if (!check_ids(mrp, mrp->rules.allow, mrp->rules.allow_count)) return false;
    if (!check_ids(mrp, mrp->rules.deny, mrp->rules.deny_count)) return false;
    if (!use_host(mrp)) return false;
    find_only_tests(mrp);
    mrp->program.host = &mrp->host;
    if (!program_load(&mrp->program, mrp->path, &mrp->failure)) return false;
    mrp->is_loaded = true;
    return gather_inputs(mrp);
}

static void list_stacks(struct mrp *mrp) {
    const struct template_set *set = &mrp->templates;
    mrp->stacks = arena_array(&mrp->arena, set->count, sizeof *mrp->stacks);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[set->order[i]];
        mrp->stacks[i] = (struct mrp_stack){
            .name = text_copy(&mrp->arena, template->name).bytes,
            .region = text_copy(&mrp->arena, template->region_name).bytes,
            .region_label = text_copy(&mrp->arena, template->region_label).bytes,
            .path = text_copy(&mrp->arena, template->path).bytes,
            .resource_count = template->stack->resource_count,
        };
    }
}

/* Whether a file does not follow the grammar: what it would evaluate to is then anybody's guess. Rows
 * of diagnostics.def stand in the order in which a program is read. */
static bool has_syntax_errors(const struct mrp *mrp) {
    for (const struct diagnostic *d = mrp->diagnostics.first; d; d = d->next) {
        if (d->id < DIAGNOSTIC_UNKNOWN_MODULE && d->is_error) return true;
    }
    return false;
}

static enum mrp_result result_of(const struct mrp *mrp) {
    return diagnostics_failed(&mrp->diagnostics) ? MRP_ERRORS : MRP_DONE;
}

/* ---- what tests and policies look at ---- */

/* Lines of the program are no part of what a template means. */
static void drop_places(struct document *template) {
    struct document *metadata = document_get(template, "Metadata"), **at;
    if (!metadata) return;
    for (at = &metadata->children; *at; at = &(*at)->next) {
        if (!text_is((*at)->key, "mrp")) continue;
        *at = (*at)->next;
        metadata->count--;
        break;
    }
    if (metadata->count) return;
    for (at = &template->children; *at && *at != metadata;) at = &(*at)->next;
    *at = metadata->next;
    template->count--;
}

static struct value observe_template(void *context, const struct stack *stack) {
    struct mrp *mrp = context;
    struct failure why;
    struct document *document;
    if (stack->index >= mrp->templates.count) return value_poison();
    struct buffer out;
    buffer_init(&out);
    template_write(&mrp->templates, stack->index, false, &out);
    struct text bytes = buffer_take(&out, &mrp->arena);
    buffer_release(&out);
    if (!document_read(&mrp->arena, bytes, &document, &why)) return value_poison();
    drop_places(document);
    return value_of_document(mrp, document);
}

static bool observe_json(void *context, struct text json, struct value *value) {
    struct mrp *mrp = context;
    struct failure why;
    struct document *document;
    if (!document_read(&mrp->arena, json, &document, &why)) return false;
    *value = value_of_document(mrp, document);
    return true;
}

static struct observer observer_of(struct mrp *mrp) {
    return (struct observer){mrp, observe_template, observe_json};
}

static void make(struct mrp *mrp) {
    mrp->deployment = evaluator_run(&mrp->program, &mrp->evaluation);
    if (diagnostics_failed(&mrp->diagnostics)) return;
    template_lower(mrp->deployment, &mrp->templates);
    if (diagnostics_failed(&mrp->diagnostics)) return;
    lint_run(mrp->deployment);
    struct observer observer = observer_of(mrp);
    evaluator_policies(mrp->deployment, &observer);
}

static enum mrp_result compile(struct mrp *mrp, struct request *request) {
    (void)request;
    if (!load(mrp)) return MRP_FAILED;
    if (!has_syntax_errors(mrp)) make(mrp);
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    if (result_of(mrp) == MRP_DONE) { /* else not all warnings are told */
        diagnostics_report_unused(&mrp->diagnostics);
        diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    }
    if (result_of(mrp) == MRP_DONE) list_stacks(mrp);
    return result_of(mrp);
}

enum mrp_result mrp_compile(struct mrp *mrp) {
    return guarded(mrp, &(struct request){.run = compile});
}

/* ---- tests ---- */

void mrp_with_tests(struct mrp *mrp, const char *only) {
    mrp->program.with_tests = true;
    mrp->options.no_environment = mrp->evaluation.no_environment = true;
    mrp->only_tests = copy_string(&mrp->arena, only);
}

/* The tests that are to be run: those of one file, or of the root and of the files beside it. */
static bool has_tests(const struct mrp *mrp, const struct module *module) {
    if (mrp->only_tests) return module->is_tests;
    return module->index == 0 || module->is_tests;
}

static struct node *find_test(const struct mrp *mrp, size_t index, struct module **module,
                              size_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < mrp->program.module_count; i++) {
        *module = mrp->program.modules[i];
        if (!has_tests(mrp, *module)) continue;
        struct node *item = (*module)->parse.file->file.items.first;
        for (; item; item = item->next) {
            if (item->kind == NODE_TEST && (*count)++ == index) return item;
        }
    }
    return NULL;
}

static enum mrp_result load_tests(struct mrp *mrp, struct request *request) {
    (void)request;
    if (!load(mrp)) return MRP_FAILED;
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return result_of(mrp);
}

enum mrp_result mrp_load_tests(struct mrp *mrp) {
    return guarded(mrp, &(struct request){.run = load_tests});
}

size_t mrp_test_count(const struct mrp *mrp) {
    struct module *module;
    size_t count;
    find_test(mrp, SIZE_MAX, &module, &count);
    return count;
}

static struct text title_of(const struct node *test) {
    return test->test.title->kind == NODE_TEXT ? node_text(test->test.title) : TEXT("");
}

struct text mrp_test_title(const struct mrp *mrp, size_t index) {
    struct module *module;
    size_t count;
    struct node *node = find_test(mrp, index, &module, &count);
    return node ? title_of(node) : TEXT("");
}

static void add_test_inputs(struct mrp *mrp, const struct input *inputs, uint32_t count) {
    struct inputs all = {0};
    for (uint32_t i = 0; i < mrp->evaluation.input_count; i++) {
        add_input(mrp, &all, mrp->evaluation.inputs[i]);
    }
    for (uint32_t i = 0; i < count; i++) add_input(mrp, &all, inputs[i]);
    mrp->evaluation.inputs = all.items;
    mrp->evaluation.input_count = all.count;
}

static void run_test(struct mrp *mrp, struct test_run *run) {
    struct input *inputs;
    uint32_t count;
    if (!evaluator_test_inputs(&mrp->program, run, &inputs, &count)) return;
    add_test_inputs(mrp, inputs, count);
    make(mrp);
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    struct observer observer = observer_of(mrp);
    evaluator_test(mrp->deployment, &observer, run);
}

static enum mrp_result test(struct mrp *mrp, struct request *request) {
    struct module *module;
    size_t count;
    if (!load(mrp)) return MRP_FAILED;
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    struct node *node = find_test(mrp, request->index, &module, &count);
    if (!node) return MRP_ERRORS;
    struct mrp_test *result = request->test;
    struct diagnostics verdict;
    diagnostics_init(&verdict, &mrp->arena, &mrp->sources);
    struct test_run run = {.module = module, .test = node, .updates = request->updates,
                           .program = &mrp->diagnostics, .verdict = &verdict};
    struct coverage *coverage = NULL;
    if (request->covers) {
        coverage = ARENA_NEW(&mrp->arena, struct coverage);
        coverage_init(coverage, &mrp->program);
        mrp->evaluation.coverage = coverage;
    }
    run_test(mrp, &run);
    struct place place = source_place(&mrp->sources, node->span.source, node->span.start);
    *result = (struct mrp_test){
        .title = title_of(node),
        .file = mrp_user_path(mrp, node->span.source),
        .line = place.line,
        .has_passed = !diagnostics_failed(&verdict),
        .snapshots = run.snapshots,
        .coverage = coverage,
    };
    mrp->diagnostics = verdict; /* what mrp_report shows */
    if (!verdict.first) mrp->diagnostics.end = &mrp->diagnostics.first;
    return MRP_DONE;
}

enum mrp_result mrp_test(struct mrp *mrp, size_t index, bool updates, bool covers,
                         struct mrp_test *result) {
    return guarded(mrp, &(struct request){.run = test, .index = (uint32_t)index, .updates = updates,
                                          .covers = covers, .test = result});
}

/* ---- what came out ---- */

size_t mrp_stack_count(const struct mrp *mrp) {
    return mrp->stacks ? mrp->templates.count : 0;
}

const struct mrp_stack *mrp_stack(const struct mrp *mrp, size_t index) {
    return &mrp->stacks[index];
}

static enum mrp_result write_template(struct mrp *mrp, struct request *request) {
    template_write(&mrp->templates, mrp->templates.order[request->index],
                   request->form == MRP_INDENTED, &mrp->output);
    return MRP_DONE;
}

struct mrp_text mrp_template(struct mrp *mrp, size_t stack, enum mrp_form form) {
    return output_of(mrp, &(struct request){
                              .run = write_template, .index = (uint32_t)stack, .form = form});
}

/* The caller counts in deploy order, template_manifest in the order of declaration. */
static enum mrp_result write_manifest(struct mrp *mrp, struct request *request) {
    uint32_t count = mrp->templates.count;
    struct text *paths = arena_array(&mrp->arena, count, sizeof *paths);
    struct text *hashes = arena_array(&mrp->arena, count, sizeof *hashes);
    for (uint32_t i = 0; i < count; i++) {
        paths[mrp->templates.order[i]] = text_of(request->paths[i]);
        hashes[mrp->templates.order[i]] = text_of(request->hashes[i]);
    }
    template_manifest(&mrp->templates, text_of(mrp_version()), mrp->path, paths, hashes,
                      &mrp->output);
    return MRP_DONE;
}

struct mrp_text mrp_manifest(struct mrp *mrp, const char *const *paths,
                             const char *const *hashes) {
    return output_of(mrp,
                     &(struct request){.run = write_manifest, .paths = paths, .hashes = hashes});
}

static enum mrp_result hash_source(struct mrp *mrp, struct request *request) {
    struct text digits;
    if (!hash_hex(&mrp->arena, HASH_SHA256, request->source, &digits, &mrp->failure)) {
        return MRP_FAILED;
    }
    memcpy(request->hex, digits.bytes, 65);
    return MRP_DONE;
}

bool mrp_sha256(struct mrp *mrp, struct mrp_text bytes, char hex[65]) {
    struct request request = {
        .run = hash_source, .source = {bytes.bytes, bytes.length}, .hex = hex};
    return guarded(mrp, &request) == MRP_DONE;
}

/* ---- diagnostics ---- */

static bool is_module(const struct mrp *mrp, uint32_t source) {
    for (uint32_t i = 0; i < mrp->program.module_count; i++) {
        const struct module *module = mrp->program.modules[i];
        if (module->source == source) return !module->is_std;
    }
    return false;
}

struct text mrp_user_path(struct mrp *mrp, uint32_t source) {
    struct text path = sources_get(&mrp->sources, source)->path;
    char here[PATH_MAX];
    if (mrp->root.length == 0 || !is_module(mrp, source) || !getcwd(here, sizeof here)) return path;
    bool is_top = mrp->root.length == 1; /* the root is "/" */
    struct text whole = text_format(&mrp->arena, "%.*s/%.*s", is_top ? 0 : (int)mrp->root.length,
                                    mrp->root.bytes, TEXT_ARGS(path));
    return path_relative(&mrp->arena, text_of(here), whole);
}

/* Sources carry the paths that templates show, relative to the root; people and tools that read
 * diagnostics stand elsewhere. */
static struct text *swap_paths(struct mrp *mrp) {
    struct text *kept = arena_array(&mrp->arena, mrp->sources.count, sizeof *kept);
    for (uint32_t i = 0; i < mrp->sources.count; i++) {
        kept[i] = mrp->sources.items[i]->path;
        mrp->sources.items[i]->path = mrp_user_path(mrp, i);
    }
    return kept;
}

static void restore_paths(struct mrp *mrp, const struct text *kept) {
    for (uint32_t i = 0; i < mrp->sources.count; i++) mrp->sources.items[i]->path = kept[i];
}

static enum mrp_result write_report(struct mrp *mrp, struct request *request) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    struct text *kept = swap_paths(mrp);
    switch ((enum mrp_report_form)request->form) {
    case MRP_TEXT: diagnostics_text(&mrp->diagnostics, &mrp->output, request->color); break;
    case MRP_JSON: diagnostics_json(&mrp->diagnostics, &mrp->output); break;
    case MRP_SARIF: diagnostics_sarif(&mrp->diagnostics, &mrp->output); break;
    }
    restore_paths(mrp, kept);
    return MRP_DONE;
}

struct mrp_text mrp_report(struct mrp *mrp, enum mrp_report_form form, bool color) {
    return output_of(mrp, &(struct request){.run = write_report, .form = form, .color = color});
}

size_t mrp_diagnostic_count(struct mrp *mrp) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return mrp->diagnostics.count;
}

size_t mrp_error_count(struct mrp *mrp) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return mrp->diagnostics.error_count;
}

static enum mrp_result view_diagnostic(struct mrp *mrp, struct request *request) {
    const struct diagnostic *d = mrp->diagnostics.first;
    for (uint32_t i = request->index; d->is_allowed || i-- > 0;) d = d->next;
    struct mrp_diagnostic *view = request->view;
    *view = (struct mrp_diagnostic){
        .id = diagnostic_name(d->id),
        .is_error = d->is_error,
        .message = d->message.bytes,
        .hint = d->hint.length ? d->hint.bytes : "",
    };
    if (d->span.source >= mrp->sources.count) return MRP_DONE;
    struct place start = source_place(&mrp->sources, d->span.source, d->span.start);
    struct place end = source_place(&mrp->sources, d->span.source, d->span.end);
    view->line = start.line;
    view->column = start.column;
    view->end_line = end.line;
    view->end_column = end.column;
    view->file = text_copy(&mrp->arena, mrp_user_path(mrp, d->span.source)).bytes;
    return MRP_DONE;
}

struct mrp_diagnostic mrp_diagnostic(struct mrp *mrp, size_t index) {
    struct mrp_diagnostic view = {.id = "", .message = "", .hint = ""};
    guarded(mrp, &(struct request){.run = view_diagnostic, .index = (uint32_t)index, .view = &view});
    return view;
}

/* ---- single expressions and files ---- */

static enum mrp_result evaluate(struct mrp *mrp, struct request *request) {
    if (!load(mrp)) return MRP_FAILED;
    struct text text = text_copy(&mrp->arena, request->source);
    uint32_t source = sources_add(&mrp->sources, TEXT("(expression)"), text);
    struct parse parse =
        parser_parse_expression(&mrp->arena, &mrp->names, &mrp->diagnostics, source);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    program_check_expression(&mrp->program, parse.file);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    struct value value = evaluator_expression(&mrp->program, &mrp->evaluation, parse.file);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    value_json(&mrp->output, value, 2);
    buffer_char(&mrp->output, '\n');
    return MRP_DONE;
}

enum mrp_result mrp_evaluate(struct mrp *mrp, const char *expression, struct mrp_text *json) {
    mrp->output.length = 0;
    enum mrp_result result =
        guarded(mrp, &(struct request){.run = evaluate, .source = text_of(expression)});
    *json = result == MRP_DONE ? taken(mrp) : (struct mrp_text){"", 0};
    return result;
}

static enum mrp_result format_source(struct mrp *mrp, struct request *request) {
    struct text path = text_copy(&mrp->arena, text_of(request->name));
    uint32_t source = sources_add(&mrp->sources, path, request->source);
    struct parse parse = parser_parse(&mrp->arena, &mrp->names, &mrp->diagnostics, source);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    printer_print(&parse, &mrp->sources, &mrp->output);
    return MRP_DONE;
}

static enum mrp_result format_copy(struct mrp *mrp, struct request *request) {
    request->source = text_copy(&mrp->arena, request->source);
    return format_source(mrp, request);
}

static enum mrp_result format(struct mrp *mrp, struct request *request,
                              struct mrp_text *formatted) {
    mrp->output.length = 0;
    enum mrp_result result = guarded(mrp, request);
    *formatted = result == MRP_DONE ? taken(mrp) : (struct mrp_text){"", 0};
    return result;
}

enum mrp_result mrp_format(struct mrp *mrp, const char *name, struct mrp_text source,
                           struct mrp_text *formatted) {
    struct text copied = {source.bytes, source.length};
    return format(mrp, &(struct request){.run = format_copy, .name = name, .source = copied},
                  formatted);
}

enum mrp_result mrp_format_kept(struct mrp *mrp, const char *name, struct text source,
                                struct mrp_text *formatted) {
    return format(mrp, &(struct request){.run = format_source, .name = name, .source = source},
                  formatted);
}

/* ---- the parts, for the project's own front ends ---- */

struct arena *mrp_arena(struct mrp *mrp) {
    return &mrp->arena;
}

struct program *mrp_program(struct mrp *mrp) {
    return &mrp->program;
}

struct deployment *mrp_deployment(struct mrp *mrp) {
    return mrp->deployment;
}

const struct template_set *mrp_templates(struct mrp *mrp) {
    return &mrp->templates;
}

void mrp_set_package(struct mrp *mrp, struct text package) {
    template_set_package(&mrp->templates, package);
}

struct diagnostics *mrp_diagnostics(struct mrp *mrp) {
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return &mrp->diagnostics;
}

void mrp_set_columns(struct mrp *mrp, unsigned columns) {
    mrp->diagnostics.columns = columns;
}

struct text mrp_root(const struct mrp *mrp) {
    return mrp->root;
}
