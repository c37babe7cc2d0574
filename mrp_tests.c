/* Tests and policies: what they look at, and one test at a time. */
#include "mrp_internal.h"
#include "template/document.h"

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
    return mrp_value_of(mrp, document);
}

static bool observe_json(void *context, struct text json, struct value *value) {
    struct mrp *mrp = context;
    struct failure why;
    struct document *document;
    if (!document_read(&mrp->arena, json, &document, &why)) return false;
    *value = mrp_value_of(mrp, document);
    return true;
}

struct observer mrp_observer(struct mrp *mrp) {
    return (struct observer){mrp, observe_template, observe_json};
}

/* ---- tests ---- */

void mrp_only_check(struct mrp *mrp) {
    mrp->program.with_tests = true;
}

void mrp_with_tests(struct mrp *mrp, const char *only) {
    mrp->program.with_tests = true;
    mrp->options.no_environment = mrp->evaluation.no_environment = true;
    mrp->only_tests = only ? arena_copy(&mrp->arena, only, strlen(only)) : NULL;
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
    if (!mrp_load(mrp)) return MRP_FAILED;
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    return mrp_result_of(mrp);
}

enum mrp_result mrp_load_tests(struct mrp *mrp) {
    return mrp_guarded(mrp, &(struct request){.run = load_tests});
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
        mrp_add_input(mrp, &all, mrp->evaluation.inputs[i]);
    }
    for (uint32_t i = 0; i < count; i++) mrp_add_input(mrp, &all, inputs[i]);
    mrp->evaluation.inputs = all.items;
    mrp->evaluation.input_count = all.count;
}

static void run_test(struct mrp *mrp, struct test_run *run) {
    struct input *inputs;
    uint32_t count;
    if (!evaluator_test_inputs(&mrp->program, run, &inputs, &count)) return;
    add_test_inputs(mrp, inputs, count);
    mrp_make(mrp);
    diagnostics_settle(&mrp->diagnostics, &mrp->rules);
    struct observer observer = mrp_observer(mrp);
    evaluator_test(mrp->deployment, &observer, run);
}

static enum mrp_result test(struct mrp *mrp, struct request *request) {
    struct module *module;
    size_t count;
    if (!mrp_load(mrp)) return MRP_FAILED;
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
    return mrp_guarded(mrp, &(struct request){.run = test,
                                              .index = (uint32_t)index,
                                              .updates = updates,
                                              .covers = covers,
                                              .test = result});
}

