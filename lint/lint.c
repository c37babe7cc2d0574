/* The table of lints, and the walk: by lint, then by the resources of the types it looks at. */
#include "lint/internal.h"

struct row {
    enum diagnostic_id id;
    void (*look)(const struct look *look);
    const char *types; /* with blanks between */
};

static const struct row rows[] = {
#define LINT(id, function, types) {DIAGNOSTIC_##id, function, types},
#include "lint/lints.def"
#undef LINT
};

enum { ROWS = sizeof rows / sizeof *rows };

struct linter {
    struct deployment *deployment;
    struct map groups; /* of resource_type -> struct group * */
    struct map used;   /* nodes whose resources others refer to; made when it is first asked for */
    bool knows_used;
};

/* ---- resources by type ---- */

static void group_add(struct arena *arena, struct group *group, const struct resource *resource) {
    group->resources = arena_grown(arena, group->resources, group->count, &group->capacity,
                                   sizeof *group->resources);
    group->resources[group->count++] = resource;
}

static void groups_make(struct linter *linter) {
    const struct deployment *deployment = linter->deployment;
    const struct name *last = NULL;
    struct group *group = NULL;
    for (uint32_t i = 0; i < deployment->stack_count; i++) {
        const struct stack *stack = deployment->stacks[i];
        for (uint32_t j = 0; j < stack->resource_count; j++) {
            const struct resource *resource = stack->resources[j];
            if (resource_type(resource) != last) {
                last = resource_type(resource);
                group = map_find(&linter->groups, last);
                if (!group) {
                    group = ARENA_NEW(deployment->arena, struct group);
                    map_put(&linter->groups, last, group);
                }
            }
            group_add(deployment->arena, group, resource);
        }
    }
}

static struct group *group_find(const struct linter *linter, struct text type) {
    const struct name *name = names_find(linter->deployment->names, type);
    return name ? map_find(&linter->groups, name) : NULL;
}

struct group look_all(const struct look *look, const char *type) {
    const struct group *group = group_find(look->linter, text_of(type));
    return group ? *group : (struct group){0};
}

/* ---- what a look may ask ---- */

struct arena *look_arena(const struct look *look) {
    return look->linter->deployment->arena;
}

const struct deployment *look_deployment(const struct look *look) {
    return look->linter->deployment;
}

bool look_in_library(const struct look *look) {
    return evaluator_in_library(look->linter->deployment, look->resource->declared);
}

bool resource_is(const struct resource *resource, const char *type) {
    return text_is(resource_type_name(resource), type);
}

/* Calls visit for each resource that a value refers to, however deep. */
static void each_reference(struct value value, void (*visit)(struct resource *to, void *context),
                           void *context) {
    if (value.kind == VALUE_RESOURCE) visit(value.resource, context);
    if (!value_is_open(value)) return;
    if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++)
            each_reference(value.items[i], visit, context);
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            each_reference(value.record->entries[i].value, visit, context);
        }
    } else if (value.kind == VALUE_DEFERRED) {
        const struct deferred *deferred = value.deferred;
        if (deferred->kind == DEFERRED_ATTRIBUTE) {
            visit(deferred->resource, context); /* its operand is what the resource says itself */
            return;
        }
        for (uint32_t i = 0; i < deferred->count; i++) {
            each_reference(deferred->operands[i], visit, context);
        }
    }
}

static void each_property_reference(const struct resource *resource,
                                    void (*visit)(struct resource *to, void *context),
                                    void *context) {
    for (uint32_t i = 0; i < resource->properties->count; i++) {
        each_reference(resource->properties->entries[i].value, visit, context);
    }
}

static void note_used(struct resource *to, void *context) {
    map_put(context, to->shown, to);
}

static void find_used(struct linter *linter) {
    const struct deployment *deployment = linter->deployment;
    linter->knows_used = true;
    for (uint32_t i = 0; i < deployment->stack_count; i++) {
        const struct stack *stack = deployment->stacks[i];
        for (uint32_t j = 0; j < stack->resource_count; j++) {
            const struct resource *resource = stack->resources[j];
            each_property_reference(resource, note_used, &linter->used);
            each_reference(resource->meta->creation_policy, note_used, &linter->used);
        }
    }
}

bool look_is_used(const struct look *look) {
    if (!look->linter->knows_used) find_used(look->linter);
    return map_find(&look->linter->used, look->resource->shown) != NULL;
}

struct search {
    const struct resource *wanted;
    bool is_found;
};

static void compare(struct resource *to, void *context) {
    struct search *search = context;
    search->is_found |= to == search->wanted;
}

bool look_uses(const struct look *look, const struct resource *other) {
    struct search search = {other, false};
    each_property_reference(look->resource, compare, &search);
    return search.is_found;
}

bool look_waits_for(const struct look *look, const struct resource *other) {
    struct search search = {other, look->resource == other};
    each_reference(look->resource->meta->depends_on, compare, &search);
    return search.is_found || look_uses(look, other);
}

/* ---- reports ---- */

/* Where the item's value is given, which a limit that it breaks is told at too. */
static const struct node *given_at(const struct look *look, struct item item) {
    return evaluator_origin(look->linter->deployment, look->resource, look->id, item.node,
                            item.call, item.value);
}

bool look_is_told(const struct look *look, struct item item) {
    const struct node *node = given_at(look, item);
    const struct diagnostic *d = look->linter->deployment->diagnostics->first;
    for (; d; d = d->next) {
        bool is_limit = d->id >= DIAGNOSTIC_VALUE_NOT_LISTED && d->id <= DIAGNOSTIC_VALUE_ITEMS;
        if (is_limit && d->span.source == node->span.source &&
            d->span.start == node->span.start) {
            return true;
        }
    }
    return false;
}

/* What is shown of a place: of a whole resource, the name it is declared by. */
static const struct node *shown(const struct look *look, const struct node *node) {
    if (node->kind != NODE_RESOURCE) return node;
    struct node *head = arena_alloc(look_arena(look), sizeof *head);
    *head = (struct node){.kind = NODE_NAME};
    head->span = written_span(node, node->declaration.name);
    return head;
}

struct diagnostic *warn(const struct look *look, struct item at, const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct text text = text_vformat(look_arena(look), message, args);
    va_end(args);
    /* one text, read as a document, holds several mistakes */
    bool is_apart = look->id == DIAGNOSTIC_BUILDSPEC || look->id == DIAGNOSTIC_STATE_MACHINE;
    return evaluator_report(look->linter->deployment, look->resource, look->id,
                            shown(look, given_at(look, at)), is_apart, text);
}

void warn_hint(const struct look *look, struct diagnostic *diagnostic, const char *hint, ...) {
    va_list args;
    if (look_in_library(look)) return; /* what it names is not what the user writes */
    va_start(args, hint);
    struct text text = text_vformat(look_arena(look), hint, args);
    va_end(args);
    diagnostic_hint(look->linter->deployment->diagnostics, diagnostic, "%.*s", TEXT_ARGS(text));
}

void warn_note(const struct look *look, struct diagnostic *diagnostic, struct item at,
               const char *note, ...) {
    va_list args;
    va_start(args, note);
    struct text text = text_vformat(look_arena(look), note, args);
    va_end(args);
    diagnostic_note(look->linter->deployment->diagnostics, diagnostic, shown(look, at.node)->span,
                    "%.*s", TEXT_ARGS(text));
}

/* ---- the run ---- */

static void run_group(struct linter *linter, const struct row *row, const struct group *group) {
    struct look look = {.linter = linter, .id = row->id};
    for (uint32_t i = 0; i < group->count; i++) {
        look.resource = group->resources[i];
        row->look(&look);
    }
}

static void run_row(struct linter *linter, const struct row *row) {
    struct text left = text_of(row->types);
    while (left.length) {
        const char *blank = memchr(left.bytes, ' ', left.length);
        size_t length = blank ? (size_t)(blank - left.bytes) : left.length;
        const struct group *group = group_find(linter, (struct text){left.bytes, length});
        if (group) run_group(linter, row, group);
        if (!blank) break;
        left.bytes += length + 1;
        left.length -= length + 1;
    }
}

static void run_all(struct linter *linter, const struct row *row) {
    for (uint32_t i = 0; i < linter->groups.count; i++) {
        run_group(linter, row, linter->groups.entries[i].value);
    }
}

void lint_run(struct deployment *deployment) {
    struct linter linter = {.deployment = deployment};
    map_init(&linter.groups, deployment->arena);
    map_init(&linter.used, deployment->arena);
    groups_make(&linter);
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].types, "*") == 0)
            run_all(&linter, &rows[i]);
        else
            run_row(&linter, &rows[i]);
    }
}
