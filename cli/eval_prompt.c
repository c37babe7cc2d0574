/* mrp eval at a terminal: a prompt with history and completion. */
#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "checker/program.h"
#include "cli/eval.h"
#include "cli/program.h"
#include "evaluator/builtin.h"
#include "mrp_parts.h"
#include "parser/parser.h"
#include "runtime/prompt.h"

struct candidates {
    struct arena *arena;
    const char **items;
    uint32_t count, capacity;
};

static void offer(struct candidates *candidates, struct text text) {
    candidates->items = arena_grown(candidates->arena, candidates->items, candidates->count,
                                    &candidates->capacity, sizeof *candidates->items);
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
    uint32_t kept = 0;
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
    eval_entry(session->invocation, session->file, entry);
}

static bool goes_on(void *context, const char *entry) {
    (void)context;
    return parser_is_open(text_of(entry));
}

int eval_prompt(struct invocation *invocation, const char *file) {
    struct session session = {invocation, file};
    struct candidates candidates = {.arena = invocation->arena};
    if (!option_given(invocation, OPTION_QUIET)) {
        printf("mrp %s%s%s: an expression a line; Tab completes, Ctrl-D leaves\n", mrp_version(),
               file ? ", " : "", file ? file : "");
    }
    gather(&candidates, invocation, file);
    prompt_run(&(struct prompt){.text = "mrp> ",
                                .history = history_file(invocation->arena),
                                .candidates = candidates.items,
                                .candidate_count = candidates.count,
                                .more = "...> ",
                                .goes_on = goes_on,
                                .entry = evaluate_entry,
                                .context = &session});
    return OUTCOME_DONE;
}
