/* Where a thing of the program is declared, what it becomes, and how its values travel. */
#include <stdio.h>

#include "base/diagnostics.h"
#include "cli/explain.h"

struct page {
    struct mrp *mrp;
    const struct template_set *set;
    struct buffer *out;
};

static void declared(struct page *page, struct span span) {
    struct sources *sources = mrp_diagnostics(page->mrp)->sources;
    if (span.source >= sources->count) return;
    struct place place = source_place(sources, span.source, span.start);
    struct text file = mrp_user_path(page->mrp, span.source);
    buffer_format(page->out, "  declared at    %.*s:%u:%u\n", TEXT_ARGS(file), (unsigned)place.line,
                  (unsigned)place.column);
}

static bool is_below(struct text what, struct text path) {
    if (!text_starts(what, path)) return false;
    return what.length == path.length || what.bytes[path.length] == '.';
}

static bool is_a_parameter(const struct template *reader, const struct template_edge *edge) {
    for (uint32_t i = 0; i < reader->parameter_count; i++) {
        const struct template_parameter *p = &reader->parameters[i];
        if (p->source == PARAMETER_OUTPUT && p->producer == edge->stack &&
            text_equal(p->output, edge->output)) {
            return true;
        }
    }
    return false;
}

static void travel(struct page *page, const struct template *reader,
                   const struct template_edge *edge) {
    const struct template *producer = &page->set->templates[edge->stack];
    buffer_format(page->out, "    %.*s in %.*s: ", TEXT_ARGS(edge->what), TEXT_ARGS(reader->path));
    if (edge->is_dropped) {
        buffer_string(page->out, "written in place; the order of deploys does not follow it, since "
                                 "that would close a cycle\n");
    } else if (edge->is_weak) {
        buffer_string(page->out, "written in place, since it is known without asking AWS\n");
    } else if (is_a_parameter(reader, edge)) {
        buffer_format(page->out, "output %.*s of %.*s, and a parameter that mrp apply fills\n",
                      TEXT_ARGS(edge->output), TEXT_ARGS(producer->name));
    } else {
        buffer_format(page->out, "output %.*s of %.*s (%.*s), and Fn::GetStackOutput\n",
                      TEXT_ARGS(edge->output), TEXT_ARGS(producer->name),
                      TEXT_ARGS(producer->region_name));
    }
}

/* Who reads values of path from another stack. */
static void readers(struct page *page, struct text path) {
    bool any = false;
    for (uint32_t i = 0; i < page->set->count; i++) {
        const struct template *reader = &page->set->templates[i];
        for (uint32_t k = 0; k < reader->edge_count; k++) {
            if (!is_below(reader->edges[k].what, path)) continue;
            if (!any) buffer_string(page->out, "  read by other stacks:\n");
            any = true;
            travel(page, reader, &reader->edges[k]);
        }
    }
    if (!any) buffer_string(page->out, "  read by         its own stack only, with Ref and Fn::GetAtt\n");
}

static void explain_resource(struct page *page, const struct template *template,
                             const struct template_resource *resource, struct text path) {
    buffer_format(page->out, "%.*s: a resource of type %.*s\n", TEXT_ARGS(path),
                  TEXT_ARGS(resource->type));
    declared(page, resource->span);
    buffer_format(page->out, "  becomes        %.*s in the stack %.*s (%.*s)\n",
                  TEXT_ARGS(resource->logical_id), TEXT_ARGS(template->name),
                  TEXT_ARGS(template->region_name));
    if (resource->was_id.length) {
        buffer_format(page->out, "  was            %.*s\n", TEXT_ARGS(resource->was_id));
    }
    if (resource->is_protected) buffer_string(page->out, "  protected      yes\n");
    readers(page, path);
}

/* One line for each stack that this one waits for. */
static void waits_for(struct page *page, const struct template *template) {
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template *producer = &page->set->templates[template->edges[i].stack];
        bool is_first = true;
        for (uint32_t k = 0; k < i; k++) is_first &= template->edges[k].stack != template->edges[i].stack;
        if (!is_first || template->edges[i].is_dropped) continue;
        buffer_format(page->out, "  deployed after %.*s (%.*s)\n", TEXT_ARGS(producer->name),
                      TEXT_ARGS(producer->region_name));
    }
}

static void explain_stack(struct page *page, const struct template *template) {
    buffer_format(page->out, "%.*s: the stack %.*s in %.*s, %u resource%s\n",
                  TEXT_ARGS(template->path), TEXT_ARGS(template->name),
                  TEXT_ARGS(template->region_name), (unsigned)template->resource_count,
                  template->resource_count == 1 ? "" : "s");
    waits_for(page, template);
    for (uint32_t i = 0; i < template->resource_count; i++) {
        buffer_format(page->out, "  %-40.*s %.*s\n", TEXT_ARGS(template->resources[i].path),
                      TEXT_ARGS(template->resources[i].type));
    }
    for (uint32_t i = 0; i < template->edge_count; i++) {
        if (i == 0) buffer_string(page->out, "  reads from other stacks:\n");
        travel(page, template, &template->edges[i]);
    }
}

bool explain_path(struct mrp *mrp, struct text path, struct buffer *out) {
    struct page page = {mrp, mrp_templates(mrp), out};
    bool found = false;
    for (uint32_t i = 0; i < page.set->count; i++) {
        const struct template *template = &page.set->templates[i];
        if (text_equal(template->path, path) || text_equal(template->name, path)) {
            if (found) buffer_char(out, '\n');
            explain_stack(&page, template);
            found = true;
        }
        for (uint32_t k = 0; k < template->resource_count; k++) {
            const struct template_resource *resource = &template->resources[k];
            if (!text_equal(resource->path, path)) continue;
            explain_resource(&page, template, resource, path);
            found = true;
        }
    }
    return found;
}

void explain_path_unknown(const struct template_set *set, const struct invocation *invocation,
                          struct text path) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, path);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        suggestion_offer(&suggestion, template->path);
        for (uint32_t k = 0; k < template->resource_count; k++) {
            suggestion_offer(&suggestion, template->resources[k].path);
        }
    }
    misuse(invocation, "nothing is known by the name \"%.*s\", in the program or of mrp",
           TEXT_ARGS(path));
    if (suggestion.best.length) {
        fprintf(stderr, "  Did you mean \"%.*s\"?\n", TEXT_ARGS(suggestion.best));
    }
}
