/* The library's one entrance: puts the parts in a row, from options to templates.
 *
 * Every call that allocates runs under a recovery point: where memory runs out it becomes a failure
 * of the world, and the handle can only be freed.
 */
#include "mrp.h"

#include "base/hash.h"
#include "config.h"
#include "lint/lint.h"
#include "mrp_internal.h"

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

enum mrp_result mrp_guarded(struct mrp *mrp, struct request *request) {
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

struct mrp_text mrp_output_of(struct mrp *mrp, struct request *request) {
    mrp->output.length = 0;
    if (mrp_guarded(mrp, request) == MRP_FAILED) return (struct mrp_text){"", 0};
    return taken(mrp);
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

/* Values that are given may be expressions that use the library. */
static void mention_inputs(struct mrp *mrp) {
    for (size_t i = 0; i < mrp->options.set_count; i++) {
        program_mention(&mrp->program, text_of(mrp->options.sets[i]));
    }
    for (size_t i = 0; i < mrp->options.vars_count; i++) {
        if (text_ends(text_of(mrp->options.vars[i]), TEXT(".mrp"))) {
            mrp->program.whole_library = true;
        }
    }
}

bool mrp_load(struct mrp *mrp) {
    if (mrp->is_loaded) return true;
    if (mrp->options.schema && !schema_open_file(mrp->options.schema, &mrp->failure)) return false;
    if (!check_ids(mrp, mrp->rules.allow, mrp->rules.allow_count)) return false;
    if (!check_ids(mrp, mrp->rules.deny, mrp->rules.deny_count)) return false;
    if (!mrp_use_host(mrp)) return false;
    find_only_tests(mrp);
    mention_inputs(mrp);
    mrp->program.host = &mrp->host;
    if (!program_load(&mrp->program, mrp->path, &mrp->failure)) return false;
    mrp->is_loaded = true;
    return mrp_gather_inputs(mrp);
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

/* Whether a file does not follow the grammar: what it would evaluate to is then anybody's guess.
 * Rows of diagnostics.def stand in the order in which a program is read. */
static bool has_syntax_errors(const struct mrp *mrp) {
    for (const struct diagnostic *d = mrp->diagnostics.first; d; d = d->next) {
        if (d->id < DIAGNOSTIC_UNKNOWN_MODULE && d->is_error) return true;
    }
    return false;
}

enum mrp_result mrp_result_of(const struct mrp *mrp) {
    return diagnostics_failed(&mrp->diagnostics) ? MRP_ERRORS : MRP_DONE;
}

enum { REST_FROM = 512 << 10 }; /* bytes of tree and values; below it pays for nobody */

/* Between phases: what follows uses other code and few facts. */
static void rest(const struct mrp *mrp) {
    if (mrp->arena.used >= REST_FROM) memory_rest();
}

void mrp_make(struct mrp *mrp) {
    rest(mrp);
    mrp->deployment = evaluator_run(&mrp->program, &mrp->evaluation);
    if (diagnostics_failed(&mrp->diagnostics)) return;
    rest(mrp);
    template_lower(mrp->deployment, &mrp->templates);
    if (diagnostics_failed(&mrp->diagnostics)) return;
    lint_run(mrp->deployment);
    struct observer observer = mrp_observer(mrp);
    evaluator_policies(mrp->deployment, &observer);
    rest(mrp);
}

static enum mrp_result compile(struct mrp *mrp, struct request *request) {
    (void)request;
    if (!mrp_load(mrp)) return MRP_FAILED;
    if (!has_syntax_errors(mrp)) mrp_make(mrp);
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    if (mrp_result_of(mrp) == MRP_DONE) { /* else not all warnings are told */
        diagnostics_report_unused(&mrp->diagnostics);
        diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    }
    if (mrp_result_of(mrp) == MRP_DONE) list_stacks(mrp);
    return mrp_result_of(mrp);
}

enum mrp_result mrp_compile(struct mrp *mrp) {
    return mrp_guarded(mrp, &(struct request){.run = compile});
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
    return mrp_output_of(mrp, &(struct request){
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
    return mrp_output_of(mrp,
                     &(struct request){.run = write_manifest, .paths = paths, .hashes = hashes});
}

static enum mrp_result hash_source(struct mrp *mrp, struct request *request) {
    struct text digits = hash_hex(&mrp->arena, HASH_SHA256, request->source);
    memcpy(request->hex, digits.bytes, 65);
    return MRP_DONE;
}

bool mrp_sha256(struct mrp *mrp, struct mrp_text bytes, char hex[65]) {
    struct request request = {
        .run = hash_source, .source = {bytes.bytes, bytes.length}, .hex = hex};
    return mrp_guarded(mrp, &request) == MRP_DONE;
}

/* ---- single expressions and files ---- */

/* A compiled program has read of the library what it uses itself: for an expression it is read once
 * more, with all of the library, beside the one that was compiled. What is to be said of it is said
 * already. */
static struct program *program_for_expression(struct mrp *mrp, struct text expression) {
    struct program *program = &mrp->program;
    if (!mrp->is_loaded) {
        program_mention(program, expression);
        return mrp_load(mrp) ? program : NULL;
    }
    if (program->whole_library) return program;
    struct diagnostics heard;
    diagnostics_init(&heard, &mrp->arena, &mrp->sources);
    program = ARENA_NEW(&mrp->arena, struct program);
    *program = (struct program){
        .arena = &mrp->arena,
        .names = &mrp->names,
        .sources = &mrp->sources,
        .diagnostics = &heard,
        .host = mrp->program.host,
        .whole_library = true,
        .with_tests = mrp->program.with_tests,
        .only_tests = mrp->program.only_tests,
        .shown = mrp->program.shown,
    };
    if (!program_load(program, mrp->path, &mrp->failure)) return NULL;
    program_report_to(program, &mrp->diagnostics);
    return program;
}

static enum mrp_result evaluate(struct mrp *mrp, struct request *request) {
    struct program *program = program_for_expression(mrp, request->source);
    if (!program) return MRP_FAILED;
    struct text text = text_copy(&mrp->arena, request->source);
    uint32_t source = sources_add(&mrp->sources, TEXT("(expression)"), text);
    struct parse parse =
        parser_parse_expression(&mrp->arena, &mrp->names, &mrp->diagnostics, source);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    program_check_expression(program, parse.file);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    struct value value = evaluator_expression(program, &mrp->evaluation, parse.file);
    if (diagnostics_failed(&mrp->diagnostics)) return MRP_ERRORS;
    value_json(&mrp->output, value, 2);
    buffer_char(&mrp->output, '\n');
    return MRP_DONE;
}

enum mrp_result mrp_evaluate(struct mrp *mrp, const char *expression, struct mrp_text *json) {
    mrp->output.length = 0;
    enum mrp_result result =
        mrp_guarded(mrp, &(struct request){.run = evaluate, .source = text_of(expression)});
    *json = result == MRP_DONE ? taken(mrp) : (struct mrp_text){"", 0};
    return result;
}

static enum mrp_result format_source(struct mrp *mrp, struct request *request) {
    struct text path = text_copy(&mrp->arena, text_of(request->name));
    uint32_t source = sources_add(&mrp->sources, path, request->source);
    printer_format(&mrp->arena, &mrp->names, &mrp->diagnostics, source, &mrp->output);
    return mrp_result_of(mrp);
}

static enum mrp_result format_copy(struct mrp *mrp, struct request *request) {
    request->source = text_copy(&mrp->arena, request->source);
    return format_source(mrp, request);
}

static enum mrp_result format(struct mrp *mrp, struct request *request,
                              struct mrp_text *formatted) {
    mrp->output.length = 0;
    enum mrp_result result = mrp_guarded(mrp, request);
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

const struct template_set *mrp_listed_templates(struct mrp *mrp) {
    template_list_resources(&mrp->templates);
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

void mrp_give_program(struct mrp *mrp, struct text source) {
    mrp->is_given = true;
    mrp->given = source;
}

void mrp_count_bytes(struct mrp *mrp) {
    mrp->diagnostics.counts_bytes = true;
}

struct text mrp_root(const struct mrp *mrp) {
    return mrp->root;
}
