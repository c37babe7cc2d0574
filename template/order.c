/* Orders: of resources in a stack (cycles, @depends_on that says nothing new), and of stacks. */
#include "base/limits.h"
#include "template/lowering.h"

enum { CYCLE_SHOWN = 20 };

/* ---- resources of one stack ---- */

enum { WHITE, GREY, BLACK };

struct walk { /* a depth-first walk without recursion */
    uint32_t *path;  /* nodes, from the start */
    uint32_t *next;  /* by node: the next edge to look at */
    uint8_t *color;  /* by node */
    uint32_t depth;
};

static void walk_init(struct walk *walk, struct arena *arena, uint32_t nodes) {
    walk->path = arena_array(arena, nodes + 1, sizeof *walk->path);
    walk->next = arena_array(arena, nodes + 1, sizeof *walk->next);
    walk->color = arena_array(arena, nodes + 1, 1);
    walk->depth = 0;
}

static void walk_enter(struct walk *walk, uint32_t node, uint32_t first_edge) {
    walk->color[node] = GREY;
    walk->next[node] = first_edge;
    walk->path[walk->depth++] = node;
}

/* The edge by which node `from` needs `to`. */
static const struct resource_edge *edge_between(const struct stack_lowering *in, uint32_t from,
                                                uint32_t to) {
    for (uint32_t i = in->edge_start[from]; i < in->edge_start[from + 1]; i++) {
        if (in->edges[i].to->index == to) return &in->edges[i];
    }
    return NULL;
}

/* "a" reads "b": what one edge says. */
static struct text edge_says(struct stack_lowering *in, uint32_t from,
                             const struct resource_edge *edge) {
    struct arena *arena = in->all->arena;
    struct text a = resource_full_path(arena, in->stack->resources[from]);
    struct text b = resource_full_path(arena, edge->to);
    return text_format(arena, edge->is_order ? "\"%.*s\" is made after \"%.*s\" (@depends_on)"
                                             : "\"%.*s\" reads \"%.*s\"",
                       TEXT_ARGS(a), TEXT_ARGS(b));
}

/* The first edge is the message's own place, the others are notes. */
static void report_resource_cycle(struct stack_lowering *in, const uint32_t *path, uint32_t count) {
    struct diagnostics *diagnostics = in->all->deployment->diagnostics;
    const struct resource_edge *edge = edge_between(in, path[0], path[1 % count]);
    struct text name = resource_full_path(in->all->arena, in->stack->resources[path[0]]);
    struct diagnostic *diagnostic =
        count == 1 ? diagnostics_report(diagnostics, DIAGNOSTIC_RESOURCE_CYCLE,
                                        cause_span(edge->cause), "resource \"%.*s\" needs itself",
                                        TEXT_ARGS(name))
                   : diagnostics_report(diagnostics, DIAGNOSTIC_RESOURCE_CYCLE,
                                        cause_span(edge->cause),
                                        "resource \"%.*s\" needs itself: %.*s", TEXT_ARGS(name),
                                        TEXT_ARGS(edge_says(in, path[0], edge)));
    for (uint32_t i = 1; i < count && i < CYCLE_SHOWN; i++) {
        edge = edge_between(in, path[i], path[(i + 1) % count]);
        diagnostic_note(diagnostics, diagnostic, cause_span(edge->cause), "%.*s",
                        TEXT_ARGS(edge_says(in, path[i], edge)));
    }
    diagnostic_hint(diagnostics, diagnostic,
                    "CloudFormation can make none of them first: break the circle by a fixed name "
                    "written as text, or by a resource of its own for the connection between two "
                    "(such as AWS::EC2::SecurityGroupIngress).");
}

/* A back edge to `node`: the cycle is the end of the path. Reported unless part of it was. */
static void found_resource_cycle(struct stack_lowering *in, const struct walk *walk, uint32_t node,
                                 bool *is_reported) {
    uint32_t start = walk->depth;
    while (start > 0 && walk->path[start - 1] != node) start--;
    start--;
    for (uint32_t i = start; i < walk->depth; i++) {
        if (is_reported[walk->path[i]]) return;
    }
    for (uint32_t i = start; i < walk->depth; i++) is_reported[walk->path[i]] = true;
    report_resource_cycle(in, walk->path + start, walk->depth - start);
}

static bool has_resource_cycle(struct stack_lowering *in) {
    uint32_t count = in->stack->resource_count;
    struct walk walk;
    bool found = false, *is_reported = NULL;
    walk_init(&walk, in->all->arena, count);
    for (uint32_t root = 0; root < count; root++) {
        if (walk.color[root] != WHITE) continue;
        walk_enter(&walk, root, in->edge_start[root]);
        while (walk.depth) {
            uint32_t node = walk.path[walk.depth - 1];
            if (walk.next[node] == in->edge_start[node + 1]) {
                walk.color[node] = BLACK;
                walk.depth--;
                continue;
            }
            uint32_t to = in->edges[walk.next[node]++].to->index;
            if (walk.color[to] == WHITE) walk_enter(&walk, to, in->edge_start[to]);
            else if (walk.color[to] == GREY) {
                if (!is_reported) is_reported = arena_array(in->all->arena, count, 1);
                found_resource_cycle(in, &walk, to, is_reported);
                found = true;
            }
        }
    }
    return found;
}

/* Whether `from` needs `to` by way of some other resource. */
static bool reaches_around(struct stack_lowering *in, struct walk *walk, uint32_t from,
                           uint32_t to) {
    memset(walk->color, WHITE, in->stack->resource_count);
    walk->depth = 0;
    walk->color[from] = BLACK;
    for (uint32_t i = in->edge_start[from]; i < in->edge_start[from + 1]; i++) {
        uint32_t first = in->edges[i].to->index;
        if (first == to || walk->color[first] != WHITE) continue;
        walk->color[first] = BLACK;
        walk->path[walk->depth++] = first;
    }
    while (walk->depth) {
        uint32_t node = walk->path[--walk->depth];
        for (uint32_t i = in->edge_start[node]; i < in->edge_start[node + 1]; i++) {
            uint32_t next = in->edges[i].to->index;
            if (next == to) return true;
            if (walk->color[next] != WHITE) continue;
            walk->color[next] = BLACK;
            walk->path[walk->depth++] = next;
        }
    }
    return false;
}

/* The transitive reduction over what @depends_on adds. It is unique in a graph without cycles,
 * so edges may be judged one by one. */
static void reduce_depends_on(struct stack_lowering *in) {
    struct walk walk = {0};
    if (in->stack->resource_count > LIMIT_STACK_RESOURCES) return; /* refused anyway */
    for (uint32_t from = 0; from < in->stack->resource_count; from++) {
        for (uint32_t i = in->edge_start[from]; i < in->edge_start[from + 1]; i++) {
            if (!in->edges[i].is_order) continue;
            if (!walk.path) walk_init(&walk, in->all->arena, in->stack->resource_count);
            in->edges[i].is_implied = reaches_around(in, &walk, from, in->edges[i].to->index);
        }
    }
}

void lowering_check_resources(struct stack_lowering *in) {
    if (in->edge_count == 0 || has_resource_cycle(in)) return;
    reduce_depends_on(in);
}

/* ---- stacks ---- */

void lowering_add_edge(struct stack_lowering *in, struct template_edge edge) {
    struct template *template = in->template;
    *LOWERING_ADD(in->all->arena, template->edges, template->edge_count,
                  in->template_edge_capacity) = edge;
}

static const struct template_edge *stack_edge(const struct template_set *set, uint32_t from,
                                              uint32_t to) {
    const struct template *template = &set->templates[from];
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        if (edge->stack == to && !edge->is_weak) return edge;
    }
    return NULL;
}

static struct text cycle_names(struct arena *arena, const struct template_set *set,
                               const uint32_t *path, uint32_t count) {
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < count && i < CYCLE_SHOWN; i++) {
        if (i) buffer_string(&names, i + 1 == count ? " and " : ", ");
        buffer_format(&names, "\"%.*s\"", TEXT_ARGS(set->templates[path[i]].path));
    }
    if (count > CYCLE_SHOWN) buffer_string(&names, ", ...");
    struct text text = buffer_take(&names, arena);
    buffer_release(&names);
    return text;
}

static struct text stack_edge_says(struct lowering *all, uint32_t from,
                                   const struct template_edge *edge) {
    return text_format(all->arena,
                       edge->output.length ? "\"%.*s\" reads \"%.*s\""
                                           : "\"%.*s\" waits for \"%.*s\" (@depends_on)",
                       TEXT_ARGS(all->set->templates[from].path), TEXT_ARGS(edge->what));
}

/* The first edge is the message's own place, the others are notes. */
static void report_stack_cycle(struct lowering *all, const uint32_t *path, uint32_t count) {
    struct diagnostics *diagnostics = all->deployment->diagnostics;
    const struct template_set *set = all->set;
    const struct template_edge *edge = stack_edge(set, path[0], path[1 % count]);
    struct diagnostic *diagnostic = diagnostics_report(
        diagnostics, DIAGNOSTIC_STACK_CYCLE, edge->span,
        "stacks %.*s read each other, so none can be deployed first: %.*s",
        TEXT_ARGS(cycle_names(all->arena, set, path, count)),
        TEXT_ARGS(stack_edge_says(all, path[0], edge)));
    for (uint32_t i = 1; i < count && i < CYCLE_SHOWN; i++) {
        edge = stack_edge(set, path[i], path[(i + 1) % count]);
        diagnostic_note(diagnostics, diagnostic, edge->span, "%.*s",
                        TEXT_ARGS(stack_edge_says(all, path[i], edge)));
    }
    diagnostic_hint(diagnostics, diagnostic,
                    "Move one of these resources to the stack that reads it, or give it a fixed "
                    "name: what can be worked out from a name is written in place.");
}

static void found_stack_cycle(struct lowering *all, const struct walk *walk, uint32_t node,
                              bool *is_reported) {
    uint32_t start = walk->depth - 1;
    while (walk->path[start] != node) start--;
    for (uint32_t i = start; i < walk->depth; i++) {
        if (is_reported[walk->path[i]]) return;
    }
    for (uint32_t i = start; i < walk->depth; i++) is_reported[walk->path[i]] = true;
    report_stack_cycle(all, walk->path + start, walk->depth - start);
}

/* Fills the deploy order: producers first, else as declared. False if there is a cycle among the
 * edges that count; with `report` they are the strong ones, and each cycle is told. */
static bool sort_stacks(struct lowering *all, bool strong_only, bool report) {
    struct template_set *set = all->set;
    struct walk walk;
    bool found = false;
    bool *is_reported = arena_array(all->arena, set->count + 1, 1);
    uint32_t placed = 0;
    walk_init(&walk, all->arena, set->count);
    for (uint32_t root = 0; root < set->count; root++) {
        if (walk.color[root] != WHITE) continue;
        walk_enter(&walk, root, 0);
        while (walk.depth) {
            uint32_t node = walk.path[walk.depth - 1];
            const struct template *template = &set->templates[node];
            if (walk.next[node] == template->edge_count) {
                walk.color[node] = BLACK;
                walk.depth--;
                set->order[placed++] = node;
                continue;
            }
            const struct template_edge *edge = &template->edges[walk.next[node]++];
            if (edge->is_dropped || (strong_only && edge->is_weak)) continue;
            if (walk.color[edge->stack] == WHITE) walk_enter(&walk, edge->stack, 0);
            else if (walk.color[edge->stack] == GREY) {
                if (report) found_stack_cycle(all, &walk, edge->stack, is_reported);
                found = true;
            }
        }
    }
    return !found;
}

/* Whether stack `from` needs stack `to` over the edges that count. */
static bool stack_reaches(struct template_set *set, struct walk *walk, uint32_t from, uint32_t to) {
    memset(walk->color, WHITE, set->count);
    walk->depth = 0;
    walk->path[walk->depth++] = from;
    walk->color[from] = BLACK;
    while (walk->depth) {
        const struct template *template = &set->templates[walk->path[--walk->depth]];
        if (template->index == to) return true;
        for (uint32_t i = 0; i < template->edge_count; i++) {
            const struct template_edge *edge = &template->edges[i];
            if (edge->is_dropped || walk->color[edge->stack] != WHITE) continue;
            walk->color[edge->stack] = BLACK;
            walk->path[walk->depth++] = edge->stack;
        }
    }
    return false;
}

/* All weak edges are taken out, then put back in order where they close no cycle. */
static void drop_weak_edges(struct lowering *all) {
    struct template_set *set = all->set;
    struct walk walk;
    walk_init(&walk, all->arena, set->count);
    for (int put_back = 0; put_back < 2; put_back++) {
        for (uint32_t i = 0; i < set->count; i++) {
            for (uint32_t j = 0; j < set->templates[i].edge_count; j++) {
                struct template_edge *edge = &set->templates[i].edges[j];
                if (!edge->is_weak) continue;
                edge->is_dropped = !put_back || stack_reaches(set, &walk, edge->stack, i);
            }
        }
    }
}

void lowering_order_stacks(struct lowering *all) {
    if (sort_stacks(all, false, false)) return;
    if (!sort_stacks(all, true, true)) return;
    drop_weak_edges(all);
    sort_stacks(all, false, false);
}
