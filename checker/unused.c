/* What is declared and never used. */
#include "checker/typing.h"

static void warn_unused(struct checker *checker, const struct symbol *symbol, const char *hint) {
    if (symbol->is_used || !symbol->name || symbol->name->bytes[0] == '_') return;
    if (symbol->declaration->flags & NODE_BAD) return;
    struct diagnostic *d = complain_at(checker, DIAGNOSTIC_UNUSED, symbol_span(symbol),
                                       "%s \"%.*s\" is never used", symbol_word(symbol),
                                       NAME_ARGS(symbol->name));
    add_hint(checker, d, "%s", hint);
}

/* What a file declares at its top may be meant for others; what is in a block is not. */
static void unused_item(struct checker *checker, struct node *node, bool is_shared) {
    const struct symbol *symbol = node->declaration.symbol;
    if (!symbol || is_shared) return;
    warn_unused(checker, symbol,
                node->kind == NODE_PARAM
                    ? "Remove it, or use it."
                    : "Remove it; a name that begins with \"_\" is kept without "
                      "a warning.");
}

static void unused_items(struct checker *checker, struct list items, bool is_shared);

static void unused_import(struct checker *checker, struct module *module, struct node *node) {
    if (!node->import.has_names) {
        const struct symbol *symbol = node->declaration.symbol;
        if (symbol && symbol->imported && !(node->flags & NODE_BAD)) {
            for (struct node *i = symbol->imported->parse.file->file.items.first; i; i = i->next) {
                if (i->kind == NODE_POLICY) return; /* imported for its policies */
            }
            warn_unused(checker, symbol, "Remove the import.");
        }
        return;
    }
    for (struct node *name = node->import.names.first; name; name = name->next) {
        struct binding *binding =
            node_name(name) ? map_find(&module->bindings, node_name(name)) : NULL;
        if (!binding || binding->node != name || binding->is_used || name->flags & NODE_BAD) {
            continue;
        }
        complain(checker, DIAGNOSTIC_UNUSED, name, "import \"%.*s\" is never used",
                 NAME_ARGS(node_name(name)));
    }
}

static void unused_block(struct checker *checker, struct node *node) {
    if (node && node->kind == NODE_BLOCK) unused_items(checker, node->block.items, false);
    if (!node || node->kind != NODE_IF) return;
    unused_block(checker, node->branch.then);
    unused_block(checker, node->branch.otherwise);
}

/* A stack without a resource is never deployed, and nothing else says so. */
static void unused_stack(struct checker *checker, const struct node *node) {
    const struct node *body = node->unit.body;
    const struct symbol *symbol = node->declaration.symbol;
    bool is_empty = body && body->kind == NODE_BLOCK && !body->block.items.first;
    if (!is_empty || !symbol || node->flags & NODE_BAD) return;
    struct diagnostic *d =
        complain_at(checker, DIAGNOSTIC_UNUSED, symbol_span(symbol),
                    "stack \"%.*s\" holds nothing, and is never deployed", NAME_ARGS(symbol->name));
    add_hint(checker, d, "Remove it, or declare its resources between the braces.");
}

/* A file without a project may be there for others, also where it is looked at alone. */
static bool is_program(const struct checker *checker) {
    const struct node *file = checker->program->modules[0]->parse.file;
    for (const struct node *item = file->file.items.first; item; item = item->next) {
        if (item->kind == NODE_PROJECT || item->kind == NODE_REGION) return true;
    }
    return false;
}

static void unused_component(struct checker *checker, const struct node *node, bool is_shared) {
    const struct symbol *symbol = node->declaration.symbol;
    if (!symbol || is_shared || !is_program(checker)) return;
    warn_unused(checker, symbol, "Remove it, or make a resource of it.");
}

static void unused_items(struct checker *checker, struct list items, bool is_shared) {
    for (struct node *node = items.first; node; node = node->next) {
        switch ((int)node->kind) {
        case NODE_PARAM: case NODE_LET: case NODE_FN: case NODE_TYPE:
            unused_item(checker, node, is_shared);
            break;
        case NODE_COMPONENT:
            unused_component(checker, node, is_shared);
            unused_block(checker, node->component.body);
            break;
        case NODE_REGION: unused_block(checker, node->region.body); break;
        case NODE_STACK:
            unused_stack(checker, node);
            unused_block(checker, node->unit.body);
            break;
        case NODE_PIPELINE: case NODE_STAGE:
            unused_block(checker, node->unit.body);
            break;
        case NODE_TEST: case NODE_POLICY: unused_block(checker, node->test.body); break;
        case NODE_IF: unused_block(checker, node); break;
        case NODE_FOR: unused_block(checker, node->loop.body); break;
        }
    }
}

/* Where there are mistakes, what seems unused may be what a misspelt name means. */
void check_unused(struct checker *checker) {
    if (diagnostics_failed(checker->diagnostics)) return;
    for (uint32_t i = 0; i < checker->program->module_count; i++) {
        struct module *module = checker->program->modules[i];
        struct list items = module->parse.file->file.items;
        if (module->is_std) continue;
        unused_items(checker, items, i != 0);
        for (struct node *node = items.first; node; node = node->next) {
            if (node->kind == NODE_IMPORT) unused_import(checker, module, node);
        }
    }
}
