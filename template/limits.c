/* CloudFormation's quotas of a stack, with a word on where to split it. */
#include <stdlib.h>

#include "base/limits.h"
#include "template/lowering.h"

enum { GROUPS_SHOWN = 3 };

/* ---- the biggest parts of a stack: what one declaration below it has made ---- */

struct group {
    struct text name; /* first word of the paths */
    const struct node *declared;
    uint32_t count;
};

static struct text first_word(struct text path) {
    size_t at = 0;
    while (at < path.length && path.bytes[at] != '.' && path.bytes[at] != '[') at++;
    return (struct text){path.bytes, at};
}

/* The path below the stack. */
static struct text path_below(const struct resource *resource) {
    struct text stack = resource->stack->path, region = resource->region->path;
    struct text path = resource->path;
    if (stack.length <= region.length + 1) return path;
    struct text own = {stack.bytes + region.length + 1, stack.length - region.length - 1};
    if (text_starts(path, own) && path.length > own.length && path.bytes[own.length] == '.') {
        path = (struct text){path.bytes + own.length + 1, path.length - own.length - 1};
    }
    return path;
}

static int compare_groups(const void *left, const void *right) {
    const struct group *a = left, *b = right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return text_compare(a->name, b->name);
}

static struct group *find_groups(struct lowering *all, const struct stack *stack, uint32_t *count) {
    struct names names;
    struct map map;
    struct group *groups = arena_array(all->arena, stack->resource_count + 1, sizeof *groups);
    names_init(&names, all->arena);
    map_init(&map, all->arena);
    *count = 0;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct resource *resource = stack->resources[i];
        const struct name *name = names_intern(&names, first_word(path_below(resource)));
        struct group *group = map_find(&map, name);
        if (!group) {
            group = &groups[(*count)++];
            *group = (struct group){.name = name_text(name), .declared = resource->instance
                                                                 ? resource->instance
                                                                 : resource->declared};
            map_put(&map, name, group);
        }
        group->count++;
    }
    qsort(groups, *count, sizeof *groups, compare_groups);
    return groups;
}

static void suggest_split(struct lowering *all, const struct stack *stack,
                          struct diagnostic *diagnostic) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    uint32_t count;
    struct group *groups = find_groups(all, stack, &count);
    for (uint32_t i = 0; i < count && i < GROUPS_SHOWN; i++) {
        diagnostic_note(diagnostics, diagnostic, declared_span(groups[i].declared),
                        "\"%.*s\" makes %u of its resources", TEXT_ARGS(groups[i].name),
                        (unsigned)groups[i].count);
    }
    if (count == 0) return;
    if (count > 1) {
        diagnostic_hint(diagnostics, diagnostic,
                        "Move a part into a stack of its own: `stack %.*s { ... }` around "
                        "\"%.*s\".",
                        TEXT_ARGS(groups[0].name), TEXT_ARGS(groups[0].name));
    } else {
        diagnostic_hint(diagnostics, diagnostic,
                        "Spread \"%.*s\" over several stacks: `stack part for ... { resource %.*s "
                        "... }`.",
                        TEXT_ARGS(groups[0].name), TEXT_ARGS(groups[0].name));
    }
}

/* ---- the quotas ---- */

static void check_count(struct stack_lowering *in, enum diagnostic_id id, const char *what,
                        size_t count, size_t limit) {
    if (count <= limit) return;
    struct stack *stack = in->stack;
    struct diagnostic *diagnostic = diagnostics_report(
        in->all->deployment->diagnostics, id, cause_span(stack->declared),
        "stack \"%.*s\" has %zu %s; CloudFormation takes at most %zu", TEXT_ARGS(stack->name),
        count, what, limit);
    suggest_split(in->all, stack, diagnostic);
}

/* The exact size is only measured where the walk's estimate (without escapes) comes near. */
static size_t template_bytes(struct stack_lowering *in) {
    size_t size = in->size;
    bool is_near = size >= LIMIT_TEMPLATE_BYTES / 2 && size <= 3 * (size_t)LIMIT_TEMPLATE_BYTES;
    if (in->is_too_large || !is_near) return size;
    struct buffer body;
    buffer_init(&body);
    template_write(in->all->set, in->template->index, false, &body);
    size = body.length;
    buffer_release(&body);
    return size;
}

static void check_stack(struct stack_lowering *in, size_t *total) {
    const struct template *template = in->template;
    check_count(in, DIAGNOSTIC_STACK_RESOURCES, "resources", template->resource_count,
                LIMIT_STACK_RESOURCES);
    check_count(in, DIAGNOSTIC_STACK_OUTPUTS, "outputs", template->output_count,
                LIMIT_STACK_OUTPUTS);
    check_count(in, DIAGNOSTIC_STACK_PARAMETERS, "parameters", template->parameter_count,
                LIMIT_STACK_PARAMETERS);
    check_count(in, DIAGNOSTIC_STACK_MAPPINGS, "mappings", in->mapping_count,
                LIMIT_STACK_MAPPINGS);
    size_t bytes = template_bytes(in);
    check_count(in, DIAGNOSTIC_TEMPLATE_SIZE, "bytes of template", bytes, LIMIT_TEMPLATE_BYTES);
    *total += bytes;
}

void lowering_check_limits(struct lowering *all) {
    struct deployment *deployment = all->deployment;
    size_t total = 0;
    for (uint32_t i = 0; i < all->set->count; i++) {
        check_stack(deployment->stacks[i]->lowered, &total);
    }
    if (total <= LIMIT_OUTPUT_BYTES || all->set->count == 0) return;
    struct diagnostic *diagnostic = diagnostics_report(
        deployment->diagnostics, DIAGNOSTIC_OUTPUT_SIZE,
        cause_span(deployment->stacks[0]->declared),
        "the templates take %zu bytes in all; at most %d are made", total, LIMIT_OUTPUT_BYTES);
    diagnostic_hint(deployment->diagnostics, diagnostic, "Split the program into several.");
}
