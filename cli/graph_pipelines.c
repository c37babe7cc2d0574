/* mrp graph --pipelines: each pipeline with its stages, their actions, and the artifacts that they
 * hand on.
 *
 * It is read from the templates. An action is a node with its provider and, where that is not the
 * pipeline's, its region; an arrow with a name is an artifact, from the action that makes it to one
 * that reads it; heavy arrows are the order of the stages.
 */
#include <string.h>

#include "cli/graph.h"

struct action_node {
    struct text name, provider, region; /* region: empty where it is the pipeline's */
    struct text order;                  /* of its stage; empty where all run at once */
    const struct document *inputs, *outputs;
};

struct stage_node {
    struct text title; /* a line each: its name, what happens before, after, on failure */
    uint32_t first, count;
};

struct pipeline_node {
    struct text title;
    uint32_t first, count; /* of its stages */
};

struct pipeline_graph {
    struct arena *arena;
    struct action_node *actions;
    struct stage_node *stages;
    struct pipeline_node *pipelines;
    uint32_t action_count, stage_count, pipeline_count;
};

/* ---- reading ---- */

static uint32_t child_count(const struct document *list) {
    return list && list->kind == DOCUMENT_LIST ? list->count : 0;
}

static struct text scalar_member(const struct document *object, const char *key) {
    const struct document *member = document_get(object, key);
    bool is_plain = member && (member->kind == DOCUMENT_TEXT || member->kind == DOCUMENT_NUMBER);
    return is_plain ? member->text : TEXT("");
}

/* What a condition of the stage does: "after: rollback". */
static void put_condition(struct buffer *out, const struct document *stage, const char *key,
                          const char *word) {
    const struct document *of = document_get(stage, key);
    const struct document *conditions = document_get(of, "Conditions");
    struct text result = scalar_member(of, "Result");
    if (child_count(conditions)) {
        const struct document *rules = document_get(conditions->children, "Rules");
        struct text done = scalar_member(conditions->children, "Result");
        buffer_format(out, "\n%s: %u rule%s, else %.*s", word, child_count(rules),
                      child_count(rules) == 1 ? "" : "s", TEXT_ARGS(done));
    }
    if (result.length) buffer_format(out, "\n%s: %.*s", word, TEXT_ARGS(result));
}

static void read_action(struct pipeline_graph *graph, const struct document *action, bool ordered) {
    const struct document *type = document_get(action, "ActionTypeId");
    graph->actions[graph->action_count++] = (struct action_node){
        .name = scalar_member(action, "Name"),
        .provider = scalar_member(type, "Provider"),
        .region = scalar_member(action, "Region"),
        .order = ordered ? scalar_member(action, "RunOrder") : TEXT(""),
        .inputs = document_get(action, "InputArtifacts"),
        .outputs = document_get(action, "OutputArtifacts"),
    };
}

/* Whether some of its actions wait for others. */
static bool is_ordered(const struct document *actions) {
    for (const struct document *a = actions ? actions->children : NULL; a; a = a->next) {
        if (!text_is(scalar_member(a, "RunOrder"), "1")) return true;
    }
    return false;
}

static void read_stage(struct pipeline_graph *graph, const struct document *stage) {
    const struct document *actions = document_get(stage, "Actions");
    struct stage_node *node = &graph->stages[graph->stage_count++];
    struct buffer title;
    buffer_init(&title);
    buffer_text(&title, scalar_member(stage, "Name"));
    put_condition(&title, stage, "BeforeEntry", "before");
    put_condition(&title, stage, "OnSuccess", "after");
    put_condition(&title, stage, "OnFailure", "on failure");
    node->title = buffer_take(&title, graph->arena);
    buffer_release(&title);
    node->first = graph->action_count;
    node->count = child_count(actions);
    bool ordered = is_ordered(actions);
    for (const struct document *a = actions ? actions->children : NULL; a; a = a->next) {
        read_action(graph, a, ordered);
    }
}

static const struct document *stages_of(const struct document *resource) {
    if (!text_is(scalar_member(resource, "Type"), "AWS::CodePipeline::Pipeline")) return NULL;
    return document_get(document_get(resource, "Properties"), "Stages");
}

static void count_all(struct pipeline_graph *graph, const struct document *template) {
    const struct document *resources = document_get(template, "Resources");
    for (const struct document *r = resources ? resources->children : NULL; r; r = r->next) {
        const struct document *stages = stages_of(r);
        graph->pipeline_count += stages != NULL;
        graph->stage_count += child_count(stages);
        for (const struct document *s = stages ? stages->children : NULL; s; s = s->next) {
            graph->action_count += child_count(document_get(s, "Actions"));
        }
    }
}

static struct text path_of(const struct template *template, struct text id) {
    for (uint32_t i = 0; i < template->resource_count; i++) {
        if (text_equal(template->resources[i].logical_id, id)) return template->resources[i].path;
    }
    return id;
}

static void read_template(struct pipeline_graph *graph, const struct template *template,
                          const struct document *document) {
    const struct document *resources = document_get(document, "Resources");
    for (const struct document *r = resources ? resources->children : NULL; r; r = r->next) {
        const struct document *stages = stages_of(r);
        if (!stages) continue;
        struct pipeline_node *node = &graph->pipelines[graph->pipeline_count++];
        node->title = text_format(graph->arena, "%.*s (%.*s)", TEXT_ARGS(path_of(template, r->key)),
                                  TEXT_ARGS(template->region_name));
        node->first = graph->stage_count;
        node->count = child_count(stages);
        for (const struct document *s = stages->children; s; s = s->next)
            read_stage(graph, s);
    }
}

static void read_all(struct pipeline_graph *graph, const struct template_set *set,
                     struct document *const *templates) {
    for (uint32_t i = 0; i < set->count; i++)
        count_all(graph, templates[i]);
    graph->pipelines =
        arena_array(graph->arena, graph->pipeline_count + 1, sizeof *graph->pipelines);
    graph->stages = arena_array(graph->arena, graph->stage_count + 1, sizeof *graph->stages);
    graph->actions = arena_array(graph->arena, graph->action_count + 1, sizeof *graph->actions);
    graph->pipeline_count = graph->stage_count = graph->action_count = 0;
    for (uint32_t i = 0; i < set->count; i++)
        read_template(graph, &set->templates[i], templates[i]);
}

/* ---- writing ---- */

/* How the two languages differ. */
struct language {
    void (*text)(struct buffer *out, struct text text);
    const char *group, *group_end; /* around the title of a group */
    const char *group_close;       /* behind what is in it */
    const char *node, *node_end;
};

static const struct language dot = {
    graph_dot_text, "subgraph cluster_%c%u { label=\"", "\"\n", "}\n", "n%u [label=\"", "\"]\n"};
static const struct language mermaid = {
    graph_mermaid_text, "subgraph %c%u[\"", "\"]\n", "end\n", "n%u[\"", "\"]\n"};

static void open_group(struct buffer *out, const struct language *language, char kind,
                       uint32_t number, struct text title) {
    buffer_format(out, language->group, kind, (unsigned)number);
    language->text(out, title);
    buffer_string(out, language->group_end);
}

static void write_action(struct buffer *out, const struct language *language,
                         const struct action_node *action, uint32_t number) {
    buffer_string(out, "      ");
    buffer_format(out, language->node, (unsigned)number);
    if (action->order.length) {
        language->text(out, action->order);
        buffer_string(out, ". ");
    }
    language->text(out, action->name);
    language->text(out, TEXT("\n"));
    language->text(out, action->provider);
    if (action->region.length) language->text(out, TEXT("\n"));
    language->text(out, action->region);
    buffer_string(out, language->node_end);
}

static void write_groups(const struct pipeline_graph *graph, struct buffer *out,
                         const struct language *language) {
    for (uint32_t i = 0; i < graph->pipeline_count; i++) {
        const struct pipeline_node *pipeline = &graph->pipelines[i];
        buffer_string(out, "  ");
        open_group(out, language, 'p', i, pipeline->title);
        for (uint32_t s = pipeline->first; s < pipeline->first + pipeline->count; s++) {
            const struct stage_node *stage = &graph->stages[s];
            buffer_string(out, "    ");
            open_group(out, language, 's', s, stage->title);
            for (uint32_t a = stage->first; a < stage->first + stage->count; a++) {
                write_action(out, language, &graph->actions[a], a);
            }
            buffer_format(out, "    %s", language->group_close);
        }
        buffer_format(out, "  %s", language->group_close);
    }
}

static void write_artifact(struct buffer *out, enum form form, uint32_t from, uint32_t to,
                           struct text name) {
    if (form == FORM_MERMAID) {
        buffer_format(out, "  n%u -->|\"", (unsigned)from);
        graph_mermaid_text(out, name);
        buffer_format(out, "\"| n%u\n", (unsigned)to);
    } else {
        buffer_format(out, "  n%u -> n%u [label=\"", (unsigned)from, (unsigned)to);
        graph_dot_text(out, name);
        buffer_string(out, "\"]\n");
    }
}

static bool lists(const struct document *artifacts, struct text name) {
    for (const struct document *a = artifacts ? artifacts->children : NULL; a; a = a->next) {
        if (text_equal(scalar_member(a, "Name"), name)) return true;
    }
    return false;
}

/* Arrows of artifacts within the actions from first on. */
static void write_artifacts(const struct pipeline_graph *graph, struct buffer *out, enum form form,
                            uint32_t first, uint32_t end) {
    for (uint32_t to = first; to < end; to++) {
        const struct document *inputs = graph->actions[to].inputs;
        for (const struct document *a = inputs ? inputs->children : NULL; a; a = a->next) {
            struct text name = scalar_member(a, "Name");
            for (uint32_t from = first; from < end; from++) {
                if (!lists(graph->actions[from].outputs, name)) continue;
                write_artifact(out, form, from, to, name);
            }
        }
    }
}

/* Heavy arrows from stage to stage; dot has them between actions, cut off at the stages. */
static void write_order(const struct pipeline_graph *graph, struct buffer *out, enum form form,
                        const struct pipeline_node *pipeline) {
    for (uint32_t s = pipeline->first; s + 1 < pipeline->first + pipeline->count; s++) {
        const struct stage_node *stage = &graph->stages[s];
        if (form == FORM_MERMAID) {
            buffer_format(out, "  s%u ==> s%u\n", (unsigned)s, (unsigned)s + 1);
        } else if (stage[0].count && stage[1].count) {
            buffer_format(out, "  n%u -> n%u [ltail=cluster_s%u, lhead=cluster_s%u, penwidth=2]\n",
                          (unsigned)stage[0].first, (unsigned)stage[1].first, (unsigned)s,
                          (unsigned)s + 1);
        }
    }
}

static void write_edges(const struct pipeline_graph *graph, struct buffer *out, enum form form) {
    for (uint32_t i = 0; i < graph->pipeline_count; i++) {
        const struct pipeline_node *pipeline = &graph->pipelines[i];
        if (!pipeline->count) continue;
        const struct stage_node *last = &graph->stages[pipeline->first + pipeline->count - 1];
        write_order(graph, out, form, pipeline);
        write_artifacts(graph, out, form, graph->stages[pipeline->first].first,
                        last->first + last->count);
    }
}

int graph_pipelines(struct arena *arena, const struct template_set *set,
                    struct document *const *templates, enum form form) {
    struct pipeline_graph graph = {.arena = arena};
    struct buffer out;
    buffer_init(&out);
    read_all(&graph, set, templates);
    if (form == FORM_MERMAID) {
        buffer_string(&out, "flowchart LR\n");
    } else {
        buffer_string(&out, "digraph ");
        buffer_json_string(&out, set->deployment->project);
        buffer_string(&out, " {\n  rankdir=LR\n  compound=true\n"
                            "  graph [fontname=\"Helvetica\", style=rounded, color=\"#9aa0a6\"]\n"
                            "  node [fontname=\"Helvetica\", fontsize=11, shape=box, "
                            "style=\"rounded,filled\", fillcolor=\"#e8f0fe\"]\n"
                            "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#5f6368\"]\n");
    }
    write_groups(&graph, &out, form == FORM_MERMAID ? &mermaid : &dot);
    write_edges(&graph, &out, form);
    if (form != FORM_MERMAID) buffer_string(&out, "}\n");
    int outcome = graph_show(buffer_view(&out), form);
    buffer_release(&out);
    return outcome;
}
