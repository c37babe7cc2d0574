/* mrp graph: the program's stacks, resources, references and pipelines as a picture.
 *
 * The graph is read from the templates, as CloudFormation will: what a resource refers to is what
 * its template says. Only values that are written in place leave no trace there; they come from the
 * edges of the template set. An arrow goes from what reads to what is read; the heavy arrows of a
 * pipeline go from a stage to the next one.
 */
#include "cli/graph.h"

#include <string.h>

#include "cli/program.h"
#include "mrp_parts.h"

enum node_shape { SHAPE_STACK, SHAPE_RESOURCE, SHAPE_STAGE };

struct graph_node {
    enum node_shape shape;
    uint32_t stack;
    struct text name, note;          /* two lines; of a stage, note has a line an action */
    const struct document *resource; /* in its template */
};

enum arrow { ARROW_READS, ARROW_WRITTEN, ARROW_NEXT };

struct graph_edge {
    uint32_t from, to;
    enum arrow arrow;
};

struct graph {
    struct arena *arena;
    const struct template_set *set;
    struct document **templates;
    uint32_t *first; /* of each stack, its first node: its resources in their order, then stages */
    struct graph_node *nodes;
    uint32_t node_count, node_capacity;
    struct graph_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t edges_before; /* edges of the node that is being read begin here */
};

static uint32_t add_node(struct graph *graph, struct graph_node node) {
    graph->nodes = arena_grown(graph->arena, graph->nodes, graph->node_count,
                               &graph->node_capacity, sizeof *graph->nodes);
    graph->nodes[graph->node_count] = node;
    return graph->node_count++;
}

/* Adds an edge, unless the node that is being read has it already. */
static void add_edge(struct graph *graph, uint32_t from, uint32_t to, enum arrow arrow) {
    if (from == to) return;
    for (uint32_t i = graph->edges_before; i < graph->edge_count; i++) {
        if (graph->edges[i].from == from && graph->edges[i].to == to) return;
    }
    graph->edges = arena_grown(graph->arena, graph->edges, graph->edge_count,
                               &graph->edge_capacity, sizeof *graph->edges);
    graph->edges[graph->edge_count++] = (struct graph_edge){from, to, arrow};
}

/* ---- references ---- */

static void read_references(struct graph *graph, uint32_t node, uint32_t stack,
                            const struct document *value);

static bool find_resource(const struct graph *graph, uint32_t stack, struct text id,
                          uint32_t *node) {
    const struct template *template = &graph->set->templates[stack];
    for (uint32_t i = 0; i < template->resource_count; i++) {
        if (!text_equal(template->resources[i].logical_id, id)) continue;
        *node = graph->first[stack] + i;
        return true;
    }
    return false;
}

/* An output of another stack stands for the resources that its value is made of. */
static void read_output(struct graph *graph, uint32_t node, uint32_t stack, struct text id) {
    const struct document *outputs = document_get(graph->templates[stack], "Outputs");
    for (const struct document *o = outputs ? outputs->children : NULL; o; o = o->next) {
        if (!text_equal(o->key, id)) continue;
        const struct document *value = document_get(o, "Value");
        if (value) read_references(graph, node, stack, value);
    }
}

static void read_name(struct graph *graph, uint32_t node, uint32_t stack, struct text id) {
    const struct template *template = &graph->set->templates[stack];
    uint32_t found;
    if (find_resource(graph, stack, id, &found)) {
        add_edge(graph, node, found, ARROW_READS);
        return;
    }
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        if (parameter->source != PARAMETER_OUTPUT || !text_equal(parameter->logical_id, id))
            continue;
        read_output(graph, node, parameter->producer, parameter->output);
    }
}

/* The names in the ${ } of an Fn::Sub. */
static void read_sub(struct graph *graph, uint32_t node, uint32_t stack, struct text text) {
    struct text before, name;
    while (text_take_hole(&text, &before, &name)) {
        read_name(graph, node, stack, text_until(name, '.'));
    }
}

static bool member_is(const struct document *object, const char *key, struct text text) {
    const struct document *member = document_get(object, key);
    return member && member->kind == DOCUMENT_TEXT && text_equal(member->text, text);
}

static void read_stack_output(struct graph *graph, uint32_t node, const struct document *of) {
    const struct document *output = document_get(of, "OutputName");
    for (uint32_t i = 0; output && i < graph->set->count; i++) {
        const struct template *template = &graph->set->templates[i];
        const struct document *region = document_get(of, "Region");
        if (!member_is(of, "StackName", template->name)) continue;
        if (region && !member_is(of, "Region", template->region_name)) continue;
        read_output(graph, node, i, output->text);
        return;
    }
}

static void read_member(struct graph *graph, uint32_t node, uint32_t stack,
                        const struct document *member) {
    const struct document *inner = member;
    bool names_one = text_is(member->key, "Ref") || text_is(member->key, "Fn::GetAtt") ||
                     text_is(member->key, "DependsOn");
    if (text_is(member->key, "DependsOn") && member->kind == DOCUMENT_LIST) {
        for (const struct document *c = member->children; c; c = c->next) {
            read_name(graph, node, stack, c->text);
        }
        return;
    }
    if (text_is(member->key, "Fn::GetStackOutput")) {
        read_stack_output(graph, node, member);
        return;
    }
    if (member->kind == DOCUMENT_LIST && member->children) inner = member->children;
    if (names_one && inner->kind == DOCUMENT_TEXT) read_name(graph, node, stack, inner->text);
    if (text_is(member->key, "Fn::Sub") && inner->kind == DOCUMENT_TEXT) {
        read_sub(graph, node, stack, inner->text);
    }
    read_references(graph, node, stack, member);
}

/* The depth of a document is capped where it is read. */
static void read_references(struct graph *graph, uint32_t node, uint32_t stack,
                            const struct document *value) {
    for (const struct document *c = value->children; c; c = c->next) {
        if (value->kind == DOCUMENT_OBJECT) read_member(graph, node, stack, c);
        else read_references(graph, node, stack, c);
    }
}

/* ---- values that are written in place ---- */

static bool is_within(struct span inner, struct span outer) {
    return inner.source == outer.source && inner.start >= outer.start && inner.end <= outer.end;
}

/* The resource whose declaration holds what reads. */
static bool find_reader(const struct graph *graph, uint32_t stack, struct span span,
                        uint32_t *node) {
    const struct template *template = &graph->set->templates[stack];
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct resource *resource = template->stack->resources[i];
        if (!is_within(span, resource->declared->span)) continue;
        *node = graph->first[stack] + i;
        return true;
    }
    return false;
}

/* The resource that a path of the program belongs to: "east.alb" for "east.alb.DNSName". */
static bool find_read(const struct graph *graph, uint32_t stack, struct text what,
                      uint32_t *node) {
    const struct template *template = &graph->set->templates[stack];
    size_t longest = 0;
    for (uint32_t i = 0; i < template->resource_count; i++) {
        struct text path = template->resources[i].path;
        bool ends = what.length == path.length ||
                    (what.length > path.length && what.bytes[path.length] == '.');
        if (!ends || !text_starts(what, path) || path.length <= longest) continue;
        longest = path.length;
        *node = graph->first[stack] + i;
    }
    return longest > 0;
}

static void read_written(struct graph *graph, uint32_t stack) {
    const struct template *template = &graph->set->templates[stack];
    graph->edges_before = 0;
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        uint32_t from, to;
        if (!edge->is_weak || !find_reader(graph, stack, edge->span, &from) ||
            !find_read(graph, edge->stack, edge->what, &to)) continue;
        add_edge(graph, from, to, ARROW_WRITTEN);
    }
}

/* ---- pipelines ---- */

static struct text action_names(const struct graph *graph, const struct document *stage) {
    const struct document *actions = document_get(stage, "Actions");
    struct buffer names;
    buffer_init(&names);
    for (const struct document *a = actions ? actions->children : NULL; a; a = a->next) {
        const struct document *name = document_get(a, "Name");
        if (names.length) buffer_char(&names, '\n');
        if (name && name->kind == DOCUMENT_TEXT) buffer_text(&names, name->text);
        else buffer_string(&names, "(an action)");
    }
    struct text taken = buffer_take(&names, graph->arena);
    buffer_release(&names);
    return taken;
}

/* A node a stage, one after the other. */
static void add_stages(struct graph *graph, uint32_t pipeline) {
    const struct document *properties = document_get(graph->nodes[pipeline].resource, "Properties");
    const struct document *stages = document_get(properties, "Stages");
    uint32_t last = pipeline;
    for (const struct document *s = stages ? stages->children : NULL; s; s = s->next) {
        const struct document *name = document_get(s, "Name");
        bool is_named = name && name->kind == DOCUMENT_TEXT;
        uint32_t stage = add_node(graph, (struct graph_node){
            .shape = SHAPE_STAGE,
            .stack = graph->nodes[pipeline].stack,
            .name = is_named ? name->text : TEXT("(a stage)"),
            .note = action_names(graph, s)});
        add_edge(graph, last, stage, ARROW_NEXT);
        last = stage;
    }
}

/* ---- the whole ---- */

/* "orders" of east.orders: what stands behind the stack's path. */
static struct text short_path(const struct template *template, struct text path) {
    size_t length = template->path.length;
    if (!text_starts(path, template->path) || path.length <= length + 1) return path;
    if (path.bytes[length] != '.') return path;
    return (struct text){path.bytes + length + 1, path.length - length - 1};
}

static void add_resources(struct graph *graph, uint32_t stack) {
    const struct template *template = &graph->set->templates[stack];
    const struct document *resources = document_get(graph->templates[stack], "Resources");
    graph->first[stack] = graph->node_count;
    const struct document *at = resources ? resources->children : NULL;
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        const struct document *found = at;
        while (found && !text_equal(found->key, resource->logical_id)) found = found->next;
        add_node(graph, (struct graph_node){.shape = SHAPE_RESOURCE,
                                            .stack = stack,
                                            .name = short_path(template, resource->path),
                                            .note = resource->type,
                                            .resource = found});
        if (found) at = found->next ? found->next : resources->children;
    }
    for (uint32_t i = 0; i < template->resource_count; i++) {
        uint32_t node = graph->first[stack] + i;
        bool is_pipeline = text_is(template->resources[i].type, "AWS::CodePipeline::Pipeline");
        if (is_pipeline && graph->nodes[node].resource) add_stages(graph, node);
    }
}

static bool read_templates(struct graph *graph, struct mrp *mrp, struct failure *why) {
    graph->templates = arena_array(graph->arena, graph->set->count, sizeof *graph->templates);
    graph->first = arena_array(graph->arena, graph->set->count + 1, sizeof *graph->first);
    for (uint32_t i = 0; i < graph->set->count; i++) {
        struct buffer out;
        buffer_init(&out);
        template_write(graph->set, i, false, &out);
        struct text json = buffer_take(&out, mrp_arena(mrp));
        buffer_release(&out);
        if (!document_read(graph->arena, json, &graph->templates[i], why)) return false;
    }
    return true;
}

static void read_resources(struct graph *graph) {
    for (uint32_t i = 0; i < graph->set->count; i++) add_resources(graph, i);
    graph->first[graph->set->count] = graph->node_count;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct graph_node *node = &graph->nodes[i];
        graph->edges_before = graph->edge_count;
        if (node->resource) read_references(graph, i, node->stack, node->resource);
    }
    for (uint32_t i = 0; i < graph->set->count; i++) read_written(graph, i);
}

/* --stacks: a node a stack, and what stacks read of each other. */
static void read_stacks(struct graph *graph) {
    for (uint32_t i = 0; i < graph->set->count; i++) {
        const struct template *template = &graph->set->templates[i];
        add_node(graph, (struct graph_node){
                            .shape = SHAPE_STACK,
                            .stack = i,
                            .name = template->name,
                            .note = text_format(graph->arena, "%.*s, %u resource%s",
                                                TEXT_ARGS(template->region_name),
                                                (unsigned)template->resource_count,
                                                template->resource_count == 1 ? "" : "s")});
    }
    for (uint32_t i = 0; i < graph->set->count; i++) {
        const struct template *template = &graph->set->templates[i];
        graph->edges_before = graph->edge_count;
        for (int weak = 0; weak < 2; weak++) { /* one that is read is not only written in place */
            for (uint32_t k = 0; k < template->edge_count; k++) {
                if (template->edges[k].is_weak != (weak == 1)) continue;
                add_edge(graph, i, template->edges[k].stack, weak ? ARROW_WRITTEN : ARROW_READS);
            }
        }
    }
}

/* ---- the forms ---- */

static void dot_node(struct buffer *out, const struct graph *graph, uint32_t index) {
    static const char *const looks[] = {[SHAPE_STACK] = "",
                                        [SHAPE_RESOURCE] = "",
                                        [SHAPE_STAGE] =
                                            ", style=\"rounded,filled\", fillcolor=\"#e8f0fe\""};
    const struct graph_node *node = &graph->nodes[index];
    buffer_format(out, "    n%u [label=\"", (unsigned)index);
    graph_dot_text(out, node->name);
    if (node->note.length) buffer_string(out, "\\n");
    graph_dot_text(out, node->note);
    buffer_format(out, "\"%s]\n", looks[node->shape]);
}

static void title(struct buffer *out, const struct template *template) {
    buffer_format(out, "%.*s (%.*s)", TEXT_ARGS(template->name), TEXT_ARGS(template->region_name));
}

static void write_dot(const struct graph *graph, struct buffer *out) {
    static const char *const arrows[] = {
        [ARROW_READS] = "", [ARROW_WRITTEN] = " [style=dashed]", [ARROW_NEXT] = " [penwidth=2]"};
    buffer_string(out, "digraph ");
    buffer_json_string(out, graph->set->deployment->project);
    buffer_string(out,
                  " {\n  rankdir=LR\n"
                  "  graph [fontname=\"Helvetica\", style=rounded, color=\"#9aa0a6\"]\n"
                  "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded\"]\n"
                  "  edge [color=\"#5f6368\"]\n");
    for (uint32_t i = 0; i < graph->set->count; i++) {
        if (!graph->first) break;
        buffer_format(out, "  subgraph cluster_%u {\n    label=\"", (unsigned)i);
        title(out, &graph->set->templates[i]);
        buffer_string(out, "\"\n");
        for (uint32_t n = graph->first[i]; n < graph->first[i + 1]; n++) dot_node(out, graph, n);
        buffer_string(out, "  }\n");
    }
    for (uint32_t n = 0; !graph->first && n < graph->node_count; n++) dot_node(out, graph, n);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        buffer_format(out, "  n%u -> n%u%s\n", (unsigned)edge->from, (unsigned)edge->to,
                      arrows[edge->arrow]);
    }
    buffer_string(out, "}\n");
}

static void mermaid_node(struct buffer *out, const struct graph *graph, uint32_t index) {
    const struct graph_node *node = &graph->nodes[index];
    bool is_stage = node->shape == SHAPE_STAGE;
    buffer_format(out, "    n%u%s\"", (unsigned)index, is_stage ? "(" : "[");
    graph_mermaid_text(out, node->name);
    if (node->note.length) buffer_string(out, "<br/>");
    graph_mermaid_text(out, node->note);
    buffer_format(out, "\"%s\n", is_stage ? ")" : "]");
}

static void write_mermaid(const struct graph *graph, struct buffer *out) {
    static const char *const arrows[] = {
        [ARROW_READS] = "-->", [ARROW_WRITTEN] = "-.->", [ARROW_NEXT] = "==>"};
    buffer_string(out, "flowchart LR\n");
    for (uint32_t i = 0; i < graph->set->count; i++) {
        if (!graph->first) break;
        buffer_format(out, "  subgraph s%u[\"", (unsigned)i);
        title(out, &graph->set->templates[i]);
        buffer_string(out, "\"]\n");
        for (uint32_t n = graph->first[i]; n < graph->first[i + 1]; n++)
            mermaid_node(out, graph, n);
        buffer_string(out, "  end\n");
    }
    for (uint32_t n = 0; !graph->first && n < graph->node_count; n++) mermaid_node(out, graph, n);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        buffer_format(out, "  n%u %s n%u\n", (unsigned)edge->from, arrows[edge->arrow],
                      (unsigned)edge->to);
    }
}

static int show(const struct graph *graph, enum form form) {
    struct buffer out;
    buffer_init(&out);
    if (form == FORM_MERMAID) write_mermaid(graph, &out);
    else write_dot(graph, &out);
    int outcome = graph_show(buffer_view(&out), form);
    buffer_release(&out);
    return outcome;
}

static int make(struct invocation *invocation, struct mrp *mrp, enum form form) {
    struct failure why;
    struct graph graph = {.arena = mrp_arena(mrp), .set = mrp_listed_templates(mrp)};
    int outcome;
    if (option_given(invocation, OPTION_STACKS)) {
        read_stacks(&graph);
        outcome = show(&graph, form);
    } else if (!read_templates(&graph, mrp, &why)) {
        outcome = world_failed(&why);
    } else if (option_given(invocation, OPTION_PIPELINES)) {
        outcome = graph_pipelines(graph.arena, graph.set, graph.templates, form);
    } else {
        read_resources(&graph);
        outcome = show(&graph, form);
    }
    return outcome;
}

int command_graph(struct invocation *invocation) {
    const char *file;
    struct failure why;
    enum form form;
    int outcome = output_form_among(invocation, FORMS_GRAPH, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    if (!program_file(invocation, 0, &file, &why)) return world_failed(&why);
    struct mrp *mrp = program_open(invocation, file, &outcome);
    if (!mrp) return outcome;
    outcome = program_outcome(mrp, mrp_compile(mrp));
    if (outcome != OUTCOME_WORLD) program_report(invocation, mrp, false);
    if (outcome == OUTCOME_DONE) outcome = make(invocation, mrp, form);
    mrp_free(mrp);
    return outcome;
}
