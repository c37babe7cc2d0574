/* The whole run: inputs, regions, resources registered in order, then their bodies, then names. */
#include "evaluator/evaluator.h"

#include "evaluator/internal.h"

/* ---- the host, noting which variables are read ---- */

static bool host_read(void *context, struct arena *arena, struct text path, struct text *bytes,
                      struct failure *why) {
    const struct host *host = ((struct evaluator *)context)->program->host;
    return host->read(host->context, arena, path, bytes, why);
}

static bool host_glob(void *context, struct arena *arena, struct text pattern, struct text **paths,
                      size_t *count, struct failure *why) {
    const struct host *host = ((struct evaluator *)context)->program->host;
    return host->glob(host->context, arena, pattern, paths, count, why);
}

static bool host_environment(void *context, struct arena *arena, struct text name,
                             struct text *value) {
    struct evaluator *ev = context;
    const struct host *host = ev->program->host;
    if (host_is_secret(name) && !ev->may_read_secrets) return false;
    if (!ev->may_read_secrets) {
        const struct name *key = names_intern(ev->names, name);
        map_put(&ev->open_environment, key, (void *)key);
    }
    if (ev->evaluation->no_environment || !host->environment) return false;
    return host->environment(host->context, arena, name, value);
}

/* ---- start and end ---- */

static const struct name *word(struct evaluator *ev, const char *text) {
    return names_intern(ev->names, text_of(text));
}

static void evaluator_start(struct evaluator *ev, struct program *program,
                            const struct evaluation *evaluation) {
    static const struct evaluation none;
    *ev = (struct evaluator){.arena = program->arena, .names = program->names, .program = program,
                             .diagnostics = program->diagnostics,
                             .evaluation = evaluation ? evaluation : &none};
    ev->coverage = ev->evaluation->coverage;
    ev->deployment = ARENA_NEW(ev->arena, struct deployment);
    *ev->deployment = (struct deployment){.arena = ev->arena, .names = ev->names,
                                          .diagnostics = ev->diagnostics, .evaluator = ev};
    ev->modules = arena_array(ev->arena, program->module_count, sizeof *ev->modules);
    ev->module_places = arena_array(ev->arena, program->module_count, sizeof *ev->module_places);
    map_init(&ev->signatures, ev->arena);
    map_init(&ev->physical_names, ev->arena);
    map_init(&ev->open_environment, ev->arena);
    map_init(&ev->faulted, ev->arena);
    if (program->host) {
        ev->host = (struct host){.context = ev};
        ev->host.read = program->host->read ? host_read : NULL;
        ev->host.glob = program->host->glob ? host_glob : NULL;
        ev->host.environment = host_environment;
    }
    ev->name_name = word(ev, "name");
    ev->name_label = word(ev, "label");
    ev->name_ref = word(ev, "Ref");
    ev->name_self = word(ev, "self");
    ev->name_id = word(ev, "id");
    ev->name_add = word(ev, "add");
    ev->name_existing = word(ev, "existing");
    budget_start(ev);
    ev->root = module_frame(ev, program->modules[0]);
}

struct evaluator *evaluator_new(struct program *program, const struct evaluation *evaluation) {
    struct evaluator *ev = ARENA_NEW(program->arena, struct evaluator);
    evaluator_start(ev, program, evaluation);
    return ev;
}

/* All params, in order: those without a value are asked for at once, and those of the deploy get
 * their order in templates. */
static void params_run(struct evaluator *ev) {
    struct node *item = ev->program->modules[0]->parse.file->file.items.first;
    for (; item; item = item->next) {
        struct symbol *symbol = item->kind == NODE_PARAM ? item->declaration.symbol : NULL;
        if (symbol && symbol->scope == ev->root->scope) force(ev, ev->root, symbol, NULL);
    }
}

void evaluator_rest(struct evaluator *ev) {
    memory_free(ev->stack);
    memory_free(ev->tasks);
    ev->stack = NULL;
    ev->tasks = NULL;
    ev->stack_capacity = ev->task_count = ev->task_capacity = 0;
}

struct deployment *evaluator_run(struct program *program, const struct evaluation *evaluation) {
    struct evaluator *ev = ARENA_NEW(program->arena, struct evaluator);
    evaluator_start(ev, program, evaluation);
    struct deployment *deployment = ev->deployment;
    if (!ev->root) return deployment;
    inputs_check(ev);
    params_run(ev);
    project_settle(ev);
    regions_make(ev);
    regions_run(ev);
    block_run(ev, program->modules[0]->parse.file->file.items, ev->root);
    tasks_run(ev);
    stacks_settle(ev);
    project_tags(ev);
    evaluator_rest(ev);
    return deployment;
}

struct value evaluator_expression(struct program *program, const struct evaluation *evaluation,
                                  struct node *expression) {
    struct evaluator *ev = ARENA_NEW(program->arena, struct evaluator);
    evaluator_start(ev, program, evaluation);
    if (!ev->root) return value_poison();
    project_settle(ev);
    regions_make(ev);
    struct value value = evaluate(ev, expression, ev->root);
    evaluator_rest(ev);
    return value;
}
