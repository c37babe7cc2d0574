/* What the library is, read from its sources: doc comments, params with their types, defaults and
 * checks as they are written, resources, outputs. Nothing is evaluated. */
#include "cli/explain_library.h"

#include <stdio.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "parser/parser.h"
#include "stdlib/library.h"

struct library_page {
    struct arena *arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    const struct library_module *module;
    struct node *file;
    struct text doc;       /* of the module */
    struct buffer *out;
};

/* ---- reading a module ---- */

/* The ## lines at the beginning of a file are about the file. */
static struct text module_doc(struct library_page *page, struct text source) {
    struct buffer doc;
    buffer_init(&doc);
    const char *at = source.bytes, *end = at + source.length;
    while (end - at > 2 && at[0] == '#' && at[1] == '#') {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end) line_end = end;
        const char *text = at + 2 + (at[2] == ' ');
        if (doc.length) buffer_char(&doc, '\n');
        if (text < line_end) buffer_text(&doc, (struct text){text, (size_t)(line_end - text)});
        at = line_end < end ? line_end + 1 : end;
    }
    struct text taken = buffer_take(&doc, page->arena);
    buffer_release(&doc);
    return taken;
}

static void page_open(struct library_page *page, struct arena *arena,
                      const struct library_module *module, struct buffer *out) {
    *page = (struct library_page){.arena = arena, .module = module, .out = out};
    names_init(&page->names, arena);
    sources_init(&page->sources, arena);
    diagnostics_init(&page->diagnostics, arena, &page->sources);
    struct text source = text_of(module->source);
    uint32_t index = sources_add(&page->sources, text_of(module->path), source);
    page->file = parser_parse(arena, &page->names, &page->diagnostics, index).file;
    page->doc = module_doc(page, source);
}

static struct text name_of(const struct node *node) {
    const struct declaration *head = node_declaration((struct node *)node);
    return head && head->name.name ? name_text(head->name.name) : TEXT("");
}

static bool is_public(const struct node *node) {
    struct text name = name_of(node);
    return name.length > 0 && name.bytes[0] != '_';
}

static struct node *component_find(const struct library_page *page, struct text name) {
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_COMPONENT && text_equal(name_of(item), name)) return item;
    }
    return NULL;
}

static struct text import_name(const struct library_page *page, const struct node *import) {
    struct span span = span_join(import->import.path.first->span, import->import.path.last->span);
    return span_text(&page->sources, span);
}

/* What the page is of may be passed on: `import std.vpc { Vpc }` in std.network. */
static const struct library_module *passed_on(const struct library_page *page, struct text name) {
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_IMPORT || !item->import.path.first) continue;
        for (struct node *n = item->import.names.first; n; n = n->next) {
            if (!n->name.name || !text_equal(name_text(n->name.name), name)) continue;
            return library_find(import_name(page, item));
        }
    }
    return NULL;
}

/* ---- writing ---- */

static struct text doc_of(const struct library_page *page, const struct node *node) {
    const struct declaration *head = node_declaration((struct node *)node);
    struct text doc = head ? head->doc : TEXT("");
    /* the first declaration of a file also gets what is said of the file */
    if (page->doc.length && text_starts(doc, page->doc) && node == page->file->file.items.first) {
        doc = (struct text){doc.bytes + page->doc.length, doc.length - page->doc.length};
        while (doc.length && doc.bytes[0] == '\n') doc = (struct text){doc.bytes + 1, doc.length - 1};
    }
    return doc;
}

static struct text first_sentence(struct text doc) {
    for (size_t i = 0; i + 1 < doc.length; i++) {
        bool ends = doc.bytes[i] == '.' && (doc.bytes[i + 1] == ' ' || doc.bytes[i + 1] == '\n');
        if (ends || (doc.bytes[i] == '\n' && doc.bytes[i + 1] == '\n')) {
            return (struct text){doc.bytes, i + (doc.bytes[i] == '.')};
        }
    }
    return doc;
}

/* On one line, each run of white space as one blank. */
static void put_flat(struct buffer *out, struct text text) {
    bool gap = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == ' ' || c == '\n') {
            gap = true;
            continue;
        }
        if (gap) buffer_char(out, ' ');
        gap = false;
        buffer_char(out, c);
    }
}

static void put_source(struct library_page *page, const struct node *node) {
    put_flat(page->out, span_text(&page->sources, node->span));
}

static void put_checks(struct library_page *page, struct list checks) {
    for (const struct node *check = checks.first; check; check = check->next) {
        const struct node *message = check->check.message;
        if (!message || message->kind != NODE_TEXT) continue;
        buffer_string(page->out, " (");
        buffer_text(page->out, message->text.value);
        buffer_char(page->out, ')');
    }
}

static void put_param(struct library_page *page, const struct node *param) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, name_of(param));
    if (param->param.type) {
        buffer_string(page->out, ": ");
        put_source(page, param->param.type);
    }
    bool is_needed = !param->param.initial;
    if (is_needed && param->param.type) is_needed = param->param.type->kind != NODE_TYPE_OPTIONAL;
    if (param->param.initial) {
        buffer_string(page->out, " = ");
        put_source(page, param->param.initial);
    }
    buffer_string(page->out, is_needed ? "` **needed**" : "`");
    struct text doc = doc_of(page, param);
    if (doc.length) buffer_string(page->out, ": ");
    put_flat(page->out, doc);
    put_checks(page, param->param.checks);
    buffer_char(page->out, '\n');
}

static void put_output(struct library_page *page, const struct node *output) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, name_of(output));
    buffer_string(page->out, "`: ");
    struct text doc = doc_of(page, output);
    if (doc.length) {
        put_flat(page->out, doc);
    } else {
        buffer_char(page->out, '`');
        put_source(page, output->output.value);
        buffer_char(page->out, '`');
    }
    buffer_char(page->out, '\n');
}

static void put_resource(struct library_page *page, const struct node *resource) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, name_of(resource));
    buffer_string(page->out, "`: ");
    put_source(page, resource->unit.type);
    if (resource->unit.condition) {
        buffer_string(page->out, ", if `");
        put_source(page, resource->unit.condition);
        buffer_char(page->out, '`');
    }
    if (resource->unit.generators.first) buffer_string(page->out, ", one");
    for (const struct node *g = resource->unit.generators.first; g; g = g->next) {
        buffer_string(page->out, " `");
        put_source(page, g);
        buffer_char(page->out, '`');
    }
    buffer_char(page->out, '\n');
}

static void put_rule(struct library_page *page, const struct node *rule) {
    const struct node *message = rule->assertion.message;
    if (!message) return;
    buffer_string(page->out, "- ");
    if (message->kind == NODE_TEXT) {
        put_flat(page->out, message->text.value);
    } else {
        put_source(page, message);
    }
    if (rule->assertion.warning) {
        buffer_string(page->out, " (a warning, `");
        buffer_text(page->out, rule->assertion.warning->text.value);
        buffer_string(page->out, "`)");
    }
    buffer_char(page->out, '\n');
}

/* A section of the items of one kind, if there are any. */
static void put_section(struct library_page *page, const struct node *component, enum node_kind kind,
                        const char *title,
                        void (*put)(struct library_page *page, const struct node *node)) {
    bool begun = false;
    struct node *item = component->component.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != kind) continue;
        if (!begun) buffer_format(page->out, "\n## %s\n\n", title);
        begun = true;
        put(page, item);
    }
}

static bool is_word_letter(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether a word of the text is the name. */
static bool has_word(struct text text, struct text name) {
    for (size_t i = 0; i + name.length <= text.length; i++) {
        if (memcmp(text.bytes + i, name.bytes, name.length) != 0) continue;
        char before = i ? text.bytes[i - 1] : ' ';
        char after = i + name.length < text.length ? text.bytes[i + name.length] : ' ';
        if (!is_word_letter(before) && before != '.' && !is_word_letter(after)) return true;
    }
    return false;
}

static bool is_type_used(const struct library_page *page, const struct node *component,
                         struct text name) {
    struct node *item = component->component.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_PARAM || !item->param.type) continue;
        if (has_word(span_text(&page->sources, item->param.type->span), name)) return true;
    }
    return false;
}

static void put_type(struct library_page *page, const struct node *type) {
    struct text doc = doc_of(page, type);
    buffer_string(page->out, "```text\n");
    buffer_text(page->out, span_text(&page->sources, type->span));
    buffer_string(page->out, "\n```\n\n");
    if (doc.length) {
        buffer_text(page->out, doc);
        buffer_string(page->out, "\n\n");
    }
}

/* The types of the module, all, or those that the component's params are of. */
static void put_types(struct library_page *page, const struct node *component) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_TYPE || !is_public(item)) continue;
        if (component && !is_type_used(page, component, name_of(item))) continue;
        if (!begun) buffer_string(page->out, "\n## Types\n\n");
        begun = true;
        put_type(page, item);
    }
    if (begun) page->out->length--; /* one empty line is enough */
}

static void put_example(struct library_page *page, struct text name) {
    const struct library_example *example = library_example_find(name);
    if (!example) return;
    buffer_string(page->out, "\n## Example\n\n```mrp\n");
    buffer_string(page->out, example->source);
    buffer_string(page->out, "```\n");
}

static bool put_component(struct library_page *page, struct text full, struct text name) {
    const struct node *component = component_find(page, name);
    if (!component) return false;
    buffer_format(page->out, "# %.*s\n\n", TEXT_ARGS(full));
    buffer_text(page->out, doc_of(page, component));
    buffer_char(page->out, '\n');
    put_example(page, full);
    put_section(page, component, NODE_PARAM, "Params", put_param);
    put_section(page, component, NODE_ASSERT, "Rules", put_rule);
    put_section(page, component, NODE_OUTPUT, "Outputs", put_output);
    put_section(page, component, NODE_RESOURCE, "What it becomes", put_resource);
    put_types(page, component);
    return true;
}

/* ---- modules ---- */

static void put_line(struct library_page *page, struct text module, const struct node *component) {
    struct text name = name_of(component);
    struct text file = {module.bytes + 4, module.length - 4}; /* without "std." */
    buffer_format(page->out, "- [%.*s](%.*s.%.*s.md): ", TEXT_ARGS(name), TEXT_ARGS(file),
                  TEXT_ARGS(name));
    put_flat(page->out, first_sentence(doc_of(page, component)));
    buffer_char(page->out, '\n');
}

/* Calls visit for each component that the module has: its own, and those that are passed on, with
 * the page of the module in which they stand. */
struct visitor {
    void (*visit)(struct visitor *visitor, struct library_page *page, struct text module,
                  const struct node *component);
    struct buffer *out;
    const char *folder;
    struct failure *why;
    struct suggestion *suggestion;
    bool failed;
};

static void visit_passed_on(struct library_page *page, struct text module, const struct node *import,
                            struct visitor *visitor) {
    for (struct node *n = import->import.names.first; n; n = n->next) {
        struct text name = n->name.name ? name_text(n->name.name) : TEXT("");
        const struct library_module *from = library_find(import_name(page, import));
        if (!from) continue;
        struct library_page other;
        page_open(&other, page->arena, from, page->out);
        const struct node *component = component_find(&other, name);
        if (component) visitor->visit(visitor, &other, module, component);
    }
}

static void visit_components(struct library_page *page, struct visitor *visitor) {
    struct text module = text_of(page->module->name);
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_IMPORT && item->import.path.first) {
            visit_passed_on(page, module, item, visitor);
        }
        if (item->kind == NODE_COMPONENT && is_public(item)) {
            visitor->visit(visitor, page, module, item);
        }
    }
}

static void visit_line(struct visitor *visitor, struct library_page *page, struct text module,
                       const struct node *component) {
    (void)visitor;
    put_line(page, module, component);
}

static void put_function(struct library_page *page, const struct node *fn) {
    struct span head = fn->span;
    head.end = fn->fn.value->span.start;
    struct text text = span_text(&page->sources, head);
    while (text.length && strchr(" =\n{", text.bytes[text.length - 1])) text.length--;
    buffer_string(page->out, "- `");
    put_flat(page->out, text);
    buffer_string(page->out, "`: ");
    put_flat(page->out, doc_of(page, fn));
    buffer_char(page->out, '\n');
}

static void put_functions(struct library_page *page) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_FN || !is_public(item) || item->fn.has_block) continue;
        if (!begun) buffer_string(page->out, "\n## Functions\n\n");
        begun = true;
        put_function(page, item);
    }
}

static struct text policy_reason(const struct node *policy) {
    struct node *item = policy->test.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_ENTRY || item->entry.key->kind != NODE_TEXT) continue;
        if (!text_is(item->entry.key->text.value, "reason")) continue;
        if (item->entry.value->kind == NODE_TEXT) return item->entry.value->text.value;
    }
    return TEXT("");
}

static void put_policies(struct library_page *page) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_POLICY || item->test.title->kind != NODE_TEXT) continue;
        struct text reason = policy_reason(item);
        if (!begun) buffer_string(page->out, "\n## Policies\n\n");
        begun = true;
        buffer_format(page->out, "- %.*s%s%.*s\n", TEXT_ARGS(item->test.title->text.value),
                      reason.length ? ": " : "", TEXT_ARGS(reason));
    }
}

static bool has_components(const struct library_page *page) {
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_COMPONENT && is_public(item)) return true;
    }
    return false;
}

static void put_module(struct library_page *page) {
    struct visitor visitor = {.visit = visit_line};
    buffer_format(page->out, "# %s\n\n", page->module->name);
    buffer_text(page->out, page->doc);
    buffer_char(page->out, '\n');
    if (has_components(page)) buffer_string(page->out, "\n## Components\n\n");
    visit_components(page, &visitor);
    put_policies(page);
    put_functions(page);
    put_types(page, NULL);
}

static void put_index(struct arena *arena, struct buffer *out) {
    buffer_string(out, "# std\n\nThe standard library: modules that are imported by name, written in "
                       "the language itself.\n\n");
    for (const struct library_module *m = library_modules; m->name; m++) {
        struct library_page page;
        page_open(&page, arena, m, out);
        buffer_format(out, "- [%s](%s.md): ", m->name, m->name + 4);
        put_flat(out, first_sentence(page.doc));
        buffer_char(out, '\n');
    }
}

static bool put_page(struct arena *arena, struct text name, struct buffer *out) {
    struct library_page page;
    if (text_is(name, "std")) {
        put_index(arena, out);
        return true;
    }
    const struct library_module *module = library_find(name);
    if (module) {
        page_open(&page, arena, module, out);
        put_module(&page);
        return true;
    }
    const char *dot = memrchr(name.bytes, '.', name.length);
    if (!dot) return false;
    module = library_find((struct text){name.bytes, (size_t)(dot - name.bytes)});
    struct text component = {dot + 1, (size_t)(name.bytes + name.length - dot - 1)};
    if (!module) return false;
    page_open(&page, arena, module, out);
    const struct library_module *other = passed_on(&page, component);
    if (other) page_open(&page, arena, other, out);
    return put_component(&page, name, component);
}

bool explain_library(struct text name, struct buffer *out) {
    struct arena arena;
    arena_init(&arena);
    bool found = put_page(&arena, name, out);
    if (!found && !text_starts(name, TEXT("std."))) {
        found = put_page(&arena, text_format(&arena, "std.%.*s", TEXT_ARGS(name)), out);
    }
    arena_release(&arena);
    return found;
}

/* ---- all of them ---- */

static bool write_page(struct arena *arena, const char *folder, struct text name,
                       struct failure *why) {
    struct buffer page;
    buffer_init(&page);
    put_page(arena, name, &page);
    struct text file = text_is(name, "std") ? TEXT("index")
                                            : (struct text){name.bytes + 4, name.length - 4};
    struct text path = text_format(arena, "%s/%.*s.md", folder, TEXT_ARGS(file));
    bool fine = file_write(path.bytes, buffer_view(&page), why);
    buffer_release(&page);
    return fine;
}

static void visit_write(struct visitor *visitor, struct library_page *page, struct text module,
                        const struct node *component) {
    struct text name = text_format(page->arena, "%.*s.%.*s", TEXT_ARGS(module),
                                   TEXT_ARGS(name_of(component)));
    if (!visitor->failed) {
        visitor->failed = !write_page(page->arena, visitor->folder, name, visitor->why);
    }
}

bool explain_library_all(const char *folder, struct failure *why) {
    struct arena arena;
    if (!folder_make(folder, why)) return false;
    arena_init(&arena);
    struct visitor visitor = {.visit = visit_write, .folder = folder, .why = why};
    visitor.failed = !write_page(&arena, folder, TEXT("std"), why);
    for (const struct library_module *m = library_modules; m->name && !visitor.failed; m++) {
        struct library_page page;
        page_open(&page, &arena, m, NULL);
        visitor.failed = !write_page(&arena, folder, text_of(m->name), why);
        visit_components(&page, &visitor);
    }
    arena_release(&arena);
    return !visitor.failed;
}

static void visit_offer(struct visitor *visitor, struct library_page *page, struct text module,
                        const struct node *component) {
    struct text name = text_format(page->arena, "%.*s.%.*s", TEXT_ARGS(module),
                                   TEXT_ARGS(name_of(component)));
    suggestion_offer(visitor->suggestion, name);
}

void explain_library_offer(struct arena *arena, struct suggestion *suggestion) {
    struct visitor visitor = {.visit = visit_offer, .suggestion = suggestion};
    for (const struct library_module *m = library_modules; m->name; m++) {
        struct library_page page;
        page_open(&page, arena, m, NULL);
        suggestion_offer(suggestion, text_of(m->name));
        visit_components(&page, &visitor);
    }
}
