#include "cli/declarations.h"

#include <string.h>

struct text declarations_doc(struct arena *arena, struct text source) {
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
    struct text taken = buffer_take(&doc, arena);
    buffer_release(&doc);
    return taken;
}

struct text declaration_name(const struct node *node) {
    const struct declaration *head = node_declaration((struct node *)node);
    return head && head->name.name ? name_text(head->name.name) : TEXT("");
}

bool declaration_is_public(const struct node *node) {
    struct text name = declaration_name(node);
    return name.length > 0 && name.bytes[0] != '_';
}

struct text declaration_doc(const struct declarations *page, const struct node *node) {
    const struct declaration *head = node_declaration((struct node *)node);
    struct text doc = head ? written_doc(node) : TEXT("");
    /* the first declaration of a file also gets what is said of the file */
    if (page->doc.length && text_starts(doc, page->doc) && node == page->file->file.items.first) {
        doc = (struct text){doc.bytes + page->doc.length, doc.length - page->doc.length};
        while (doc.length && doc.bytes[0] == '\n')
            doc = (struct text){doc.bytes + 1, doc.length - 1};
    }
    return doc;
}

struct text declarations_first_sentence(struct text doc) {
    for (size_t i = 0; i + 1 < doc.length; i++) {
        bool ends = doc.bytes[i] == '.' && (doc.bytes[i + 1] == ' ' || doc.bytes[i + 1] == '\n');
        if (ends || (doc.bytes[i] == '\n' && doc.bytes[i + 1] == '\n')) {
            return (struct text){doc.bytes, i + (doc.bytes[i] == '.')};
        }
    }
    return doc;
}

/* On one line, each run of white space as one blank. */
void declarations_put_flat(struct buffer *out, struct text text) {
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

static void put_source(struct declarations *page, const struct node *node) {
    declarations_put_flat(page->out, span_text(page->sources, node->span));
}

static void put_checks(struct declarations *page, struct list checks) {
    for (const struct node *check = checks.first; check; check = check->next) {
        const struct node *message = check->check.message;
        if (!message || message->kind != NODE_TEXT) continue;
        buffer_string(page->out, " (");
        buffer_text(page->out, node_text(message));
        buffer_char(page->out, ')');
    }
}

/* What a pipeline gives its actions: their place in it. */
static bool is_given(const struct declarations *page, struct text name) {
    return page->is_action &&
           (text_is(name, "name") || text_is(name, "id") || text_is(name, "region"));
}

static void put_param(struct declarations *page, const struct node *param) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, declaration_name(param));
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
    bool given = is_given(page, declaration_name(param));
    buffer_string(page->out, given ? "` given" : is_needed ? "` **needed**" : "`");
    struct text doc = declaration_doc(page, param);
    if (doc.length) buffer_string(page->out, ": ");
    declarations_put_flat(page->out, doc);
    put_checks(page, param->param.checks);
    buffer_char(page->out, '\n');
}

static void put_output(struct declarations *page, const struct node *output) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, declaration_name(output));
    buffer_string(page->out, "`: ");
    struct text doc = declaration_doc(page, output);
    if (doc.length) {
        declarations_put_flat(page->out, doc);
    } else {
        buffer_char(page->out, '`');
        put_source(page, output->output.value);
        buffer_char(page->out, '`');
    }
    buffer_char(page->out, '\n');
}

static void put_resource(struct declarations *page, const struct node *resource) {
    buffer_string(page->out, "- `");
    buffer_text(page->out, declaration_name(resource));
    buffer_string(page->out, "`: ");
    put_source(page, resource->unit.type);
    if (resource->unit.header->condition) {
        buffer_string(page->out, ", if `");
        put_source(page, resource->unit.header->condition);
        buffer_char(page->out, '`');
    }
    if (resource->unit.header->generators.first) buffer_string(page->out, ", one");
    for (const struct node *g = resource->unit.header->generators.first; g; g = g->next) {
        buffer_string(page->out, " `");
        put_source(page, g);
        buffer_char(page->out, '`');
    }
    buffer_char(page->out, '\n');
}

static void put_rule(struct declarations *page, const struct node *rule) {
    const struct node *message = rule->assertion.message;
    if (!message) return;
    buffer_string(page->out, "- ");
    if (message->kind == NODE_TEXT) {
        declarations_put_flat(page->out, node_text(message));
    } else {
        put_source(page, message);
    }
    if (rule->assertion.warning) {
        buffer_string(page->out, " (a warning, `");
        buffer_text(page->out, node_text(rule->assertion.warning));
        buffer_string(page->out, "`)");
    }
    buffer_char(page->out, '\n');
}

/* A section of the items of one kind, if there are any. */
static void put_section(struct declarations *page, const struct node *component,
                        enum node_kind kind, const char *title,
                        void (*put)(struct declarations *page, const struct node *node)) {
    bool begun = false;
    struct node *item = component->component.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != kind) continue;
        if (!begun) buffer_format(page->out, "\n## %s\n\n", title);
        begun = true;
        put(page, item);
    }
}

/* Whether a word of the text is the name. */
static bool has_word(struct text text, struct text name) {
    for (size_t i = 0; i + name.length <= text.length; i++) {
        if (memcmp(text.bytes + i, name.bytes, name.length) != 0) continue;
        char before = i ? text.bytes[i - 1] : ' ';
        char after = i + name.length < text.length ? text.bytes[i + name.length] : ' ';
        if (!ascii_is_word(before) && before != '.' && !ascii_is_word(after)) return true;
    }
    return false;
}

enum { TYPES_DEEP = 8 };

/* Whether a param of the component is of that type, or of a type that is made of it. */
static bool is_type_used(const struct declarations *page, const struct node *component,
                         struct text name, unsigned deep) {
    struct node *item = component->component.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_PARAM || !item->param.type) continue;
        if (has_word(span_text(page->sources, item->param.type->span), name)) return true;
    }
    for (item = deep ? page->file->file.items.first : NULL; item; item = item->next) {
        if (item->kind != NODE_TYPE || text_equal(declaration_name(item), name)) continue;
        if (has_word(span_text(page->sources, item->span), name) &&
            is_type_used(page, component, declaration_name(item), deep - 1)) {
            return true;
        }
    }
    return false;
}

static void put_type(struct declarations *page, const struct node *type) {
    struct text doc = declaration_doc(page, type);
    buffer_string(page->out, "```text\n");
    buffer_text(page->out, span_text(page->sources, type->span));
    buffer_string(page->out, "\n```\n\n");
    if (doc.length) {
        buffer_text(page->out, doc);
        buffer_string(page->out, "\n\n");
    }
}

/* The types of the module, all, or those that the component's params are made of. */
void declarations_put_types(struct declarations *page, const struct node *component) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_TYPE || !declaration_is_public(item)) continue;
        if (component && !is_type_used(page, component, declaration_name(item), TYPES_DEEP)) {
            continue;
        }
        if (!begun) buffer_string(page->out, "\n## Types\n\n");
        begun = true;
        put_type(page, item);
    }
    if (begun) page->out->length--; /* one empty line is enough */
}

static void put_function(struct declarations *page, const struct node *fn) {
    struct span head = fn->span;
    head.end = fn->fn.value->span.start;
    struct text text = span_text(page->sources, head);
    while (text.length && strchr(" =\n{", text.bytes[text.length - 1]))
        text.length--;
    buffer_string(page->out, "- `");
    declarations_put_flat(page->out, text);
    buffer_string(page->out, "`: ");
    declarations_put_flat(page->out, declaration_doc(page, fn));
    buffer_char(page->out, '\n');
}

void declarations_put_functions(struct declarations *page) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_FN || !declaration_is_public(item) || item->fn.has_block) continue;
        if (!begun) buffer_string(page->out, "\n## Functions\n\n");
        begun = true;
        put_function(page, item);
    }
}

static struct text policy_reason(const struct node *policy) {
    struct node *item = policy->test.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind != NODE_ENTRY || !text_is(entry_text(item), "reason")) continue;
        if (item->entry.value->kind == NODE_TEXT) return node_text(item->entry.value);
    }
    return TEXT("");
}

void declarations_put_policies(struct declarations *page) {
    bool begun = false;
    for (struct node *item = page->file->file.items.first; item; item = item->next) {
        if (item->kind != NODE_POLICY || item->test.title->kind != NODE_TEXT) continue;
        struct text reason = policy_reason(item);
        if (!begun) buffer_string(page->out, "\n## Policies\n\n");
        begun = true;
        buffer_format(page->out, "- %.*s%s%.*s\n", TEXT_ARGS(node_text(item->test.title)),
                      reason.length ? ": " : "", TEXT_ARGS(reason));
    }
}

static bool is_action(const struct node *component) {
    const struct node *item = component->component.body->block.items.first;
    for (; item; item = item->next) {
        if (item->kind == NODE_OUTPUT && text_is(declaration_name(item), "action")) return true;
    }
    return false;
}

void declarations_put_component(struct declarations *page, const struct node *component) {
    page->is_action = is_action(component);
    put_section(page, component, NODE_PARAM, "Params", put_param);
    put_section(page, component, NODE_ASSERT, "Rules", put_rule);
    put_section(page, component, NODE_OUTPUT, "Outputs", put_output);
    put_section(page, component, NODE_RESOURCE, "What it becomes", put_resource);
    declarations_put_types(page, component);
}

void declarations_put_one(struct declarations *page, const struct node *node) {
    switch ((enum node_kind)node->kind) {
    case NODE_PARAM:
        put_param(page, node);
        break;
    case NODE_OUTPUT:
        put_output(page, node);
        break;
    case NODE_FN:
        put_function(page, node);
        break;
    case NODE_TYPE:
        put_type(page, node);
        break;
    default:
        put_source(page, node);
        buffer_char(page->out, '\n');
        break;
    }
}
