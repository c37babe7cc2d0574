/* mrp eval: one expression, or a prompt for many. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "cli/module.h"
#include "cli/output.h"
#include "cli/program.h"
#include "checker/program.h"
#include "evaluator/builtin.h"
#include "mrp_parts.h"
#include "parser/parser.h"
#include "runtime/prompt.h"

/* Where there is no program, the expression stands alone: an empty one. */
static bool empty_read(void *context, const char *path, struct mrp_delivery *delivery) {
    (void)context;
    if (strcmp(path, "pipeline.mrp") != 0) return false;
    mrp_deliver(delivery, "", 0);
    return true;
}

static bool empty_glob(void *context, const char *pattern, struct mrp_delivery *delivery) {
    (void)context, (void)pattern, (void)delivery;
    return true;
}

static const char *empty_environment(void *context, const char *name) {
    (void)context, (void)name;
    return NULL;
}

static struct mrp *open_empty(void) {
    static const struct mrp_host host = {NULL, empty_read, empty_glob, empty_environment};
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = "pipeline.mrp", .host = &host});
    if (!mrp) memory_exhausted();
    mrp_set_columns(mrp, terminal_columns(STDERR_FILENO));
    return mrp;
}

static int evaluate(struct invocation *invocation, const char *file, const char *expression) {
    int outcome = OUTCOME_DONE;
    invocation->counts[OPTION_QUIET] = 1; /* the program's warnings are not what was asked */
    struct mrp *mrp = file ? program_open(invocation, file, &outcome) : open_empty();
    if (!mrp) return outcome;
    struct mrp_text json;
    enum mrp_result result = mrp_evaluate(mrp, expression, &json);
    outcome = program_outcome(mrp, result);
    if (result == MRP_DONE) outcome = print((struct text){json.bytes, json.length});
    if (result == MRP_ERRORS) {
        int reported = program_report(invocation, mrp, false);
        if (reported != OUTCOME_DONE) outcome = reported;
    }
    mrp_free(mrp);
    return outcome;
}

/* Nothing, or nothing but a comment. */
static bool is_blank(const char *line) {
    line += strspn(line, " \t\r\n");
    return *line == '\0' || *line == '#';
}

/* Expressions line by line, for pipes. The worst outcome counts. */
static int evaluate_lines(struct invocation *invocation, const char *file) {
    int worst = OUTCOME_DONE;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) >= 0) {
        if (is_blank(line)) continue;
        int outcome = evaluate(invocation, file, line);
        if (outcome > worst) worst = outcome;
    }
    free(line);
    return worst;
}

/* ---- the prompt ---- */

struct candidates {
    struct arena *arena;
    const char **items;
    size_t count, capacity;
};

static void offer(struct candidates *candidates, struct text text) {
    if (candidates->count == candidates->capacity) {
        candidates->capacity = candidates->capacity ? candidates->capacity * 2 : 256;
        candidates->items = memory_resize(candidates->items,
                                          candidates->capacity * sizeof *candidates->items);
    }
    candidates->items[candidates->count++] = text_copy(candidates->arena, text).bytes;
}

static void offer_language(struct candidates *candidates) {
    static const char *const words[] = {"if", "then", "else", "for", "in", "true", "false", "null"};
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    for (size_t i = 0; i < count; i++) {
        offer(candidates, text_format(candidates->arena, "%s(", rows[i].name));
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) offer(candidates, text_of(words[i]));
}

/* What the root file declares: values, and functions with their bracket. */
static void offer_names(struct candidates *candidates, const struct scope *scope) {
    for (uint32_t i = 0; i < scope->values.count; i++) {
        offer(candidates, name_text(scope->values.entries[i].key));
    }
    for (uint32_t i = 0; i < scope->functions.count; i++) {
        const struct name *name = scope->functions.entries[i].key;
        offer(candidates, text_format(candidates->arena, "%s(", name->bytes));
    }
}

/* Each resource and what it may be asked for. */
static void offer_resource(struct candidates *candidates, const struct resource *resource,
                           struct text path) {
    offer(candidates, path);
    offer(candidates, text_format(candidates->arena, "%.*s.Ref", TEXT_ARGS(path)));
    for (size_t i = 0; i < schema_type_attribute_count(resource->type); i++) {
        struct schema_attribute attribute = schema_type_attribute(resource->type, i);
        offer(candidates, text_format(candidates->arena, "%.*s.%.*s", TEXT_ARGS(path),
                                      TEXT_ARGS(attribute.name)));
    }
}

static void offer_program(struct candidates *candidates, struct mrp *mrp) {
    const struct template_set *set = mrp_listed_templates(mrp);
    const struct program *program = mrp_program(mrp);
    if (program && program->module_count && program->modules[0]->scope)
        offer_names(candidates, program->modules[0]->scope);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        offer(candidates, template->path);
        for (uint32_t k = 0; k < template->resource_count; k++) {
            offer_resource(candidates, template->stack->resources[k], template->resources[k].path);
        }
    }
}

static int compare_candidates(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct candidates *candidates) {
    size_t kept = 0;
    qsort(candidates->items, candidates->count, sizeof *candidates->items, compare_candidates);
    for (size_t i = 0; i < candidates->count; i++) {
        bool again = kept && strcmp(candidates->items[kept - 1], candidates->items[i]) == 0;
        if (!again) candidates->items[kept++] = candidates->items[i];
    }
    candidates->count = kept;
}

/* The names of the program as it is now; one with mistakes gives what could be made of it. */
static void gather(struct candidates *candidates, const struct invocation *invocation,
                   const char *file) {
    int outcome;
    struct mrp *mrp = file ? program_open(invocation, file, &outcome) : NULL;
    offer_language(candidates);
    if (mrp && mrp_compile(mrp) != MRP_FAILED) offer_program(candidates, mrp);
    mrp_free(mrp);
    sort(candidates);
}

/* Where the lines are kept between runs; NULL where there is no such place. */
static const char *history_file(struct arena *arena) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct failure why;
    struct text folder;
    if (state && state[0] == '/') {
        folder = text_format(arena, "%s/mrp", state);
    } else if (home && home[0] == '/') {
        folder = text_format(arena, "%s/.local/state/mrp", home);
    } else {
        return NULL;
    }
    if (!folder_make(folder.bytes, &why)) return NULL;
    return text_format(arena, "%s/eval-history", folder.bytes).bytes;
}

struct session {
    struct invocation *invocation;
    const char *file;
};

static void evaluate_entry(void *context, const char *entry) {
    struct session *session = context;
    evaluate(session->invocation, session->file, entry);
}

static bool goes_on(void *context, const char *entry) {
    (void)context;
    return parser_is_open(text_of(entry));
}

static int prompt(struct invocation *invocation, const char *file) {
    void (*run)(const struct prompt *prompt);
    struct failure why;
    struct session session = {invocation, file};
    struct candidates candidates = {.arena = invocation->arena};
    if (!module_function("prompt_run", &run, &why)) return world_failed(&why);
    if (!option_given(invocation, OPTION_QUIET)) {
        printf("mrp %s%s%s: an expression a line; Tab completes, Ctrl-D leaves\n", mrp_version(),
               file ? ", " : "", file ? file : "");
    }
    gather(&candidates, invocation, file);
    run(&(struct prompt){.text = "mrp> ",
                         .history = history_file(invocation->arena),
                         .candidates = candidates.items,
                         .candidate_count = candidates.count,
                         .more = "...> ",
                         .goes_on = goes_on,
                         .entry = evaluate_entry,
                         .context = &session});
    memory_free(candidates.items);
    return OUTCOME_DONE;
}

int command_eval(struct invocation *invocation) {
    const char *file = NULL;
    struct failure why;
    enum form form;
    int outcome = output_form(invocation, true, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    enum program_found found = program_find(invocation, 1, &file, &why);
    if (found == PROGRAM_FAILED) return world_failed(&why);
    if (found == PROGRAM_NONE) file = NULL;
    if (invocation->operand_count) return evaluate(invocation, file, invocation->operands[0]);
    return isatty(STDIN_FILENO) ? prompt(invocation, file) : evaluate_lines(invocation, file);
}
