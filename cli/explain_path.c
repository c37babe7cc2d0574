/* Stacks, resources and instances of components: where they are declared, what they become, and how
 * their values travel. */
#include <stdio.h>
#include <string.h>

#include "base/diagnostics.h"
#include "base/limits.h"
#include "checker/program.h"
#include "cli/declarations.h"
#include "cli/explain.h"

struct page {
    struct mrp *mrp;
    const struct template_set *set;
    struct buffer *out;
};

void explain_declared(struct mrp *mrp, struct span span, struct buffer *out) {
    struct sources *sources = mrp_diagnostics(mrp)->sources;
    if (span.source >= sources->count) return;
    struct place place = source_place(sources, span.source, span.start);
    struct text file = mrp_user_path(mrp, span.source);
    buffer_format(out, "  declared at    %.*s:%u:%u\n", TEXT_ARGS(file), (unsigned)place.line,
                  (unsigned)place.column);
}

/* ---- how values travel ---- */

static bool is_below(struct text what, struct text path) {
    if (!text_starts(what, path)) return false;
    return what.length == path.length || what.bytes[path.length] == '.' ||
           what.bytes[path.length] == '[';
}

static const struct template_parameter *parameter_of(const struct template *reader,
                                                     const struct template_edge *edge) {
    for (uint32_t i = 0; i < reader->parameter_count; i++) {
        const struct template_parameter *p = &reader->parameters[i];
        if (p->source == PARAMETER_OUTPUT && p->producer == edge->stack &&
            text_equal(p->output, edge->output)) {
            return p;
        }
    }
    return NULL;
}

static const char *why_a_parameter(const struct page *page,
                                   const struct template_parameter *parameter) {
    if (page->set->deployment->references_as_parameters)
        return "since the project wants references so";
    if (text_is(parameter->type, "CommaDelimitedList"))
        return "since Fn::GetStackOutput gives no lists";
    return "since it stands where CloudFormation takes no Fn::GetStackOutput";
}

static void travel_as_output(struct page *page, const struct template *reader,
                             const struct template_edge *edge) {
    const struct template *producer = &page->set->templates[edge->stack];
    const struct template_parameter *parameter = parameter_of(reader, edge);
    buffer_format(page->out, "known only when deployed: output %.*s of %.*s (%.*s), ",
                  TEXT_ARGS(edge->output), TEXT_ARGS(producer->name),
                  TEXT_ARGS(producer->region_name));
    if (parameter) {
        buffer_format(page->out, "and the parameter %.*s that mrp apply fills, %s\n",
                      TEXT_ARGS(parameter->logical_id), why_a_parameter(page, parameter));
    } else {
        buffer_string(page->out, "read with Fn::GetStackOutput\n");
    }
}

static void travel(struct page *page, const struct template *reader,
                   const struct template_edge *edge) {
    buffer_format(page->out, "    %.*s in %.*s: ", TEXT_ARGS(edge->what), TEXT_ARGS(reader->path));
    if (edge->is_dropped) {
        buffer_string(page->out, "written in place; the order of deploys does not follow it, since "
                                 "that would close a cycle\n");
    } else if (edge->is_weak) {
        buffer_string(page->out, "written in place, since it is known without asking AWS\n");
    } else if (edge->output.length == 0) {
        buffer_string(page->out, "no value, only the order: this stack is deployed after it\n");
    } else {
        travel_as_output(page, reader, edge);
    }
}

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
    if (!any)
        buffer_string(page->out, "  read by        its own stack only, with Ref and Fn::GetAtt\n");
}

void explain_readers(struct mrp *mrp, struct text path, struct buffer *out) {
    readers(&(struct page){mrp, mrp_listed_templates(mrp), out}, path);
}

/* ---- resources and instances of components ---- */

static const char *plural(uint32_t count) {
    return count == 1 ? "" : "s";
}

/* The resource of that very path (an instance's main one may have it too), or NULL. */
static const struct template_resource *resource_at(const struct template *template,
                                                   struct text path) {
    for (uint32_t i = 0; i < template->resource_count; i++) {
        if (text_equal(template->resources[i].path, path)) return &template->resources[i];
    }
    return NULL;
}

static void explain_resource(struct page *page, const struct template *template,
                             const struct template_resource *resource) {
    buffer_format(page->out, "%.*s: a resource of type %.*s\n", TEXT_ARGS(resource->path),
                  TEXT_ARGS(resource->type));
    explain_declared(page->mrp, resource->span, page->out);
    buffer_format(page->out, "  becomes        %.*s in the stack %.*s (%.*s)\n",
                  TEXT_ARGS(resource->logical_id), TEXT_ARGS(template->name),
                  TEXT_ARGS(template->region_name));
    if (resource->was_id.length) {
        buffer_format(page->out, "  was            %.*s\n", TEXT_ARGS(resource->was_id));
    }
    if (resource->is_protected) buffer_string(page->out, "  protected      yes\n");
    readers(page, resource->path);
}

/* alb of east.alb, subnet of east.network.subnet["a"] */
static struct text last_word(struct text path) {
    if (path.length && path.bytes[path.length - 1] == ']') {
        const char *open = memrchr(path.bytes, '[', path.length);
        if (open) path.length = (size_t)(open - path.bytes);
    }
    const char *dot = memrchr(path.bytes, '.', path.length);
    if (!dot) return path;
    return (struct text){dot + 1, (size_t)(path.bytes + path.length - dot - 1)};
}

/* The RESOURCE whose instance of a component stands at the path, or NULL. */
static const struct node *instance_at(const struct template *template, struct text path) {
    const struct stack *stack = template->stack;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct node *instance = stack->resources[i]->instance;
        if (!instance || !is_below(template->resources[i].path, path)) continue;
        if (text_equal(name_text(instance->declaration.name.name), last_word(path)))
            return instance;
    }
    return NULL;
}

/* The path, and blanks up to where what is said of it begins. */
static void put_path(struct buffer *out, struct text path) {
    enum { WIDTH = 41 };
    buffer_format(out, "  %.*s ", TEXT_ARGS(path));
    for (size_t i = text_columns(path) + 1; i < WIDTH; i++)
        buffer_char(out, ' ');
}

static void explain_instance(struct page *page, const struct template *template, struct text path,
                             uint32_t count) {
    const struct node *instance = instance_at(template, path);
    struct sources *sources = mrp_diagnostics(page->mrp)->sources;
    buffer_format(page->out, "%.*s: ", TEXT_ARGS(path));
    if (instance && instance->unit.type) {
        struct text component = span_text(sources, instance->unit.type->span);
        buffer_format(page->out, "%.*s, ", TEXT_ARGS(component));
    }
    buffer_format(page->out, "%u resource%s in the stack %.*s (%.*s)\n", (unsigned)count,
                  plural(count), TEXT_ARGS(template->name), TEXT_ARGS(template->region_name));
    if (instance) explain_declared(page->mrp, instance->span, page->out);
    for (uint32_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];
        if (!is_below(resource->path, path)) continue;
        put_path(page->out, resource->path);
        buffer_format(page->out, "%.*s, %.*s\n", TEXT_ARGS(resource->type),
                      TEXT_ARGS(resource->logical_id));
    }
    readers(page, path);
}

static bool explain_below(struct page *page, const struct template *template, struct text path) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < template->resource_count; i++) {
        count += is_below(template->resources[i].path, path);
    }
    if (count == 0) return false;
    const struct template_resource *only = resource_at(template, path);
    if (only && count == 1) {
        explain_resource(page, template, only);
    } else {
        explain_instance(page, template, path, count);
    }
    return true;
}

/* ---- stacks ---- */

/* One line for each stack that this one waits for. */
static void waits_for(struct page *page, const struct template *template) {
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template *producer = &page->set->templates[template->edges[i].stack];
        bool is_first = true;
        for (uint32_t k = 0; k < i; k++)
            is_first &= template->edges[k].stack != template->edges[i].stack;
        if (!is_first || template->edges[i].is_dropped) continue;
        buffer_format(page->out, "  deployed after %.*s (%.*s)\n", TEXT_ARGS(producer->name),
                      TEXT_ARGS(producer->region_name));
    }
}

static void explain_stack(struct page *page, const struct template *template) {
    buffer_format(page->out,
                  "%.*s: the stack %.*s in %.*s, %u resource%s of the %u that a stack can have\n",
                  TEXT_ARGS(template->path), TEXT_ARGS(template->name),
                  TEXT_ARGS(template->region_name), (unsigned)template->resource_count,
                  plural(template->resource_count), (unsigned)LIMIT_STACK_RESOURCES);
    waits_for(page, template);
    for (uint32_t i = 0; i < template->resource_count; i++) {
        put_path(page->out, template->resources[i].path);
        buffer_format(page->out, "%.*s\n", TEXT_ARGS(template->resources[i].type));
    }
    for (uint32_t i = 0; i < template->edge_count; i++) {
        if (i == 0) buffer_string(page->out, "  reads from other stacks:\n");
        travel(page, template, &template->edges[i]);
    }
}

/* The project: its stacks in the order in which they are deployed. */
static bool explain_project(struct page *page, struct text path) {
    const struct node *project = mrp_program(page->mrp)->project;
    if (!project || !text_equal(declaration_name(project), path)) return false;
    const struct template_set *set = page->set;
    uint32_t resources = 0;
    for (uint32_t i = 0; i < set->count; i++) resources += set->templates[i].resource_count;
    buffer_format(page->out, "%.*s: the project, %u stack%s, %u resource%s\n", TEXT_ARGS(path),
                  (unsigned)set->count, plural(set->count), (unsigned)resources, plural(resources));
    explain_declared(page->mrp, project->span, page->out);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        put_path(page->out, template->path);
        buffer_format(page->out, "%.*s in %.*s, %u resource%s\n", TEXT_ARGS(template->name),
                      TEXT_ARGS(template->region_name), (unsigned)template->resource_count,
                      plural(template->resource_count));
    }
    return true;
}

bool explain_path(struct mrp *mrp, struct text path, struct buffer *out) {
    struct page page = {mrp, mrp_listed_templates(mrp), out};
    bool found = explain_project(&page, path);
    for (uint32_t i = 0; i < page.set->count; i++) {
        const struct template *template = &page.set->templates[i];
        if (text_equal(template->path, path) || text_equal(template->name, path)) {
            if (found) buffer_char(out, '\n');
            explain_stack(&page, template);
            found = true;
        } else if (explain_below(&page, template, path)) {
            found = true;
        }
    }
    return found;
}

/* What evaluating the path has said against it, or NULL: the program itself has no errors. */
static const struct diagnostic *reason(struct mrp *mrp) {
    const struct diagnostic *d = mrp_diagnostics(mrp)->first;
    while (d && !d->is_error) d = d->next;
    return d;
}

void explain_path_unknown(struct mrp *mrp, const struct invocation *invocation, struct text path) {
    struct suggestion suggestion;
    const struct template_set *set = mrp_listed_templates(mrp);
    const struct diagnostic *why = reason(mrp);
    suggestion_init(&suggestion, path);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        suggestion_offer(&suggestion, template->path);
        for (uint32_t k = 0; k < template->resource_count; k++) {
            suggestion_offer(&suggestion, template->resources[k].path);
        }
    }
    if (!why) explain_offer_known(invocation->arena, &suggestion);
    if (why) {
        misuse(invocation, "\"%.*s\" is nothing: %.*s", TEXT_ARGS(path), TEXT_ARGS(why->message));
    } else {
        misuse(invocation, "nothing is known by the name \"%.*s\", in the program or of mrp",
               TEXT_ARGS(path));
    }
    bool names = why && (text_starts(why->hint, TEXT("Did you mean")) ||
                         text_starts(why->hint, TEXT("Write ")) ||
                         text_starts(why->hint, TEXT("It has ")));
    if (names) {
        fprintf(stderr, "  %.*s\n", TEXT_ARGS(why->hint));
    } else {
        explain_suggest(&suggestion);
    }
}
