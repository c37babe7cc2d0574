/* The pages of the library, read from its sources; nothing is evaluated. */
#include "cli/explain_library.h"

#include <stdio.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "cli/declarations.h"
#include "parser/parser.h"
#include "stdlib/library.h"

struct library_page {
    struct arena *arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    const struct library_module *module;
    struct declarations on; /* the page's file, and where it is written */
};

/* ---- reading a module ---- */

static void page_open(struct library_page *page, struct arena *arena,
                      const struct library_module *module, struct buffer *out) {
    *page = (struct library_page){.arena = arena, .module = module};
    names_init(&page->names, arena);
    sources_init(&page->sources, arena);
    diagnostics_init(&page->diagnostics, arena, &page->sources);
    struct text source = text_of(module->source);
    uint32_t index = sources_add(&page->sources, text_of(module->path), source);
    page->on = (struct declarations){
        .sources = &page->sources,
        .file = parser_parse(arena, &page->names, &page->diagnostics, index).file,
        .doc = declarations_doc(arena, source),
        .out = out,
    };
}

static struct node *component_find(const struct library_page *page, struct text name) {
    for (struct node *item = page->on.file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_COMPONENT && text_equal(declaration_name(item), name)) return item;
    }
    return NULL;
}

static struct text import_name(const struct library_page *page, const struct node *import) {
    struct list path = import->import.path;
    struct span span = span_join(path.first->span, list_last(path)->span);
    return span_text(&page->sources, span);
}

/* What the page is of may be passed on: `import std.vpc { Vpc }` in std.network. */
static const struct library_module *passed_on(const struct library_page *page, struct text name) {
    for (struct node *item = page->on.file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_IMPORT || !item->import.path.first) continue;
        for (struct node *n = item->import.names.first; n; n = n->next) {
            if (!node_name(n) || !text_equal(name_text(node_name(n)), name)) continue;
            return library_find(import_name(page, item));
        }
    }
    return NULL;
}

/* ---- writing ---- */

static void put_example(struct library_page *page, struct text name) {
    const struct library_example *example = library_example_find(name);
    if (!example) return;
    buffer_string(page->on.out, "\n## Example\n\n```mrp\n");
    buffer_string(page->on.out, example->source);
    buffer_string(page->on.out, "```\n");
}

static bool put_component(struct library_page *page, struct text full, struct text name) {
    const struct node *component = component_find(page, name);
    if (!component) return false;
    buffer_format(page->on.out, "# %.*s\n\n", TEXT_ARGS(full));
    buffer_text(page->on.out, declaration_doc(&page->on, component));
    buffer_char(page->on.out, '\n');
    put_example(page, full);
    declarations_put_component(&page->on, component);
    return true;
}

/* ---- modules ---- */

static void put_line(struct library_page *page, struct text module, const struct node *component) {
    struct text name = declaration_name(component);
    struct text file = {module.bytes + 4, module.length - 4}; /* without "std." */
    buffer_format(page->on.out, "- [%.*s](%.*s.%.*s.md): ", TEXT_ARGS(name), TEXT_ARGS(file),
                  TEXT_ARGS(name));
    declarations_put_flat(page->on.out,
                          declarations_first_sentence(declaration_doc(&page->on, component)));
    buffer_char(page->on.out, '\n');
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

static void visit_passed_on(struct library_page *page, struct text module,
                            const struct node *import, struct visitor *visitor) {
    for (struct node *n = import->import.names.first; n; n = n->next) {
        struct text name = node_name(n) ? name_text(node_name(n)) : TEXT("");
        const struct library_module *from = library_find(import_name(page, import));
        if (!from) continue;
        struct library_page other;
        page_open(&other, page->arena, from, page->on.out);
        const struct node *component = component_find(&other, name);
        if (component) visitor->visit(visitor, &other, module, component);
    }
}

static void visit_components(struct library_page *page, struct visitor *visitor) {
    struct text module = text_of(page->module->name);
    for (struct node *item = page->on.file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_IMPORT && item->import.path.first) {
            visit_passed_on(page, module, item, visitor);
        }
        if (item->kind == NODE_COMPONENT && declaration_is_public(item)) {
            visitor->visit(visitor, page, module, item);
        }
    }
}

static void visit_line(struct visitor *visitor, struct library_page *page, struct text module,
                       const struct node *component) {
    (void)visitor;
    put_line(page, module, component);
}

static bool has_components(const struct library_page *page) {
    for (struct node *item = page->on.file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_COMPONENT && declaration_is_public(item)) return true;
    }
    return false;
}

/* std.deliver_builds is a part of std.deliver, which passes on what it holds. */
static bool is_part(const struct library_module *module) {
    return strchr(module->name, '_') != NULL;
}

static void put_part_type(struct library_page *page, const struct library_module *part,
                          struct text name) {
    struct library_page other;
    page_open(&other, page->arena, part, page->on.out);
    for (struct node *item = other.on.file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_TYPE || !text_equal(declaration_name(item), name)) continue;
        declarations_put_one(&other.on, item);
    }
}

/* The types that it passes on of its parts: `import std.deliver_action { Step }`. */
static void put_part_types(struct library_page *page) {
    for (struct node *item = page->on.file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_IMPORT || !item->import.path.first) continue;
        const struct library_module *from = library_find(import_name(page, item));
        if (!from || !is_part(from)) continue;
        for (struct node *n = item->import.names.first; n; n = n->next) {
            if (node_name(n)) put_part_type(page, from, name_text(node_name(n)));
        }
    }
}

static void put_module(struct library_page *page) {
    struct visitor visitor = {.visit = visit_line};
    buffer_format(page->on.out, "# %s\n\n", page->module->name);
    buffer_text(page->on.out, page->on.doc);
    buffer_char(page->on.out, '\n');
    if (has_components(page)) buffer_string(page->on.out, "\n## Components\n\n");
    visit_components(page, &visitor);
    declarations_put_policies(&page->on);
    declarations_put_functions(&page->on);
    declarations_put_types(&page->on, NULL);
    buffer_char(page->on.out, '\n');
    put_part_types(page);
    page->on.out->length--; /* one empty line is enough */
}

static void put_index(struct arena *arena, struct buffer *out) {
    buffer_string(out, "# std\n\nThe standard library: modules that are imported by name, written "
                       "in the language itself.\n\n");
    for (const struct library_module *m = library_modules; m->name; m++) {
        struct library_page page;
        if (is_part(m)) continue;
        page_open(&page, arena, m, out);
        buffer_format(out, "- [%s](%s.md): ", m->name, m->name + 4);
        declarations_put_flat(out, declarations_first_sentence(page.on.doc));
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
                                   TEXT_ARGS(declaration_name(component)));
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
        if (is_part(m)) continue;
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
                                   TEXT_ARGS(declaration_name(component)));
    suggestion_offer(visitor->suggestion, name);
}

void explain_library_offer(struct arena *arena, struct suggestion *suggestion) {
    struct visitor visitor = {.visit = visit_offer, .suggestion = suggestion};
    for (const struct library_module *m = library_modules; m->name; m++) {
        struct library_page page;
        if (is_part(m)) continue;
        page_open(&page, arena, m, NULL);
        suggestion_offer(suggestion, text_of(m->name));
        visit_components(&page, &visitor);
    }
}
