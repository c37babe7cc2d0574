/* Messages of the evaluator, above all those that say why a value is deferred. */
#include "evaluator/resources.h"

enum { BRIEF_BYTES = 80, BRIEF_PARTS = 20, BRIEF_DEPTH = 4 };

/* ---- mistakes that show in the library ---- */

bool in_library(const struct evaluator *ev, const struct node *node) {
    for (uint32_t i = 0; i < ev->program->module_count; i++) {
        const struct module *module = ev->program->modules[i];
        if (module->source == node->span.source) return module->is_std;
    }
    return false;
}

/* The param that the expression is about: the first that the instance gives a value. */
struct blame {
    struct evaluator *ev;
    struct node *argument; /* the value that the instance gives, or NULL */
    unsigned lets;         /* on the way */
};

static void find_argument(struct node *node, void *context) {
    struct blame *blame = context;
    if (blame->argument) return;
    const struct symbol *symbol = node->kind == NODE_NAME ? node_symbol(node) : NULL;
    if (symbol && symbol->kind == SYMBOL_PARAM && blame->ev->instance->unit.body) {
        struct list entries = blame->ev->instance->unit.body->record.entries;
        bool unsure;
        struct node *entry = entry_lookup(entries, symbol->name, false, &unsure);
        if (entry) blame->argument = entry->entry.value;
    }
    if (symbol && symbol->kind == SYMBOL_LET && symbol->declaration && blame->lets < BRIEF_DEPTH &&
        symbol->declaration->kind == NODE_LET) {
        blame->lets++;
        find_argument(symbol->declaration->let.value, blame);
        blame->lets--;
    }
    node_each_child(node, find_argument, blame);
}

const struct node *blame_node(struct evaluator *ev, const struct node *node) {
    if (!ev->instance || !in_library(ev, node) || in_library(ev, ev->instance)) return node;
    struct blame blame = {.ev = ev};
    const struct node *about = node; /* of an entry, its key */
    if (node->kind == NODE_ENTRY) about = node->entry.key ? NULL : node->entry.computed;
    if (about) find_argument((struct node *)about, &blame);
    if (blame.argument) return blame.argument;
    struct node *head = arena_alloc(ev->arena, sizeof *head);
    head->kind = NODE_NAME;
    head->span = written_span(ev->instance, ev->instance->declaration.name);
    return head;
}

/* At the user's own text, what shows at a node of the library, which a note names. Where an
 * instance breaks a rule, what else is wrong inside of it follows from that. */
static struct diagnostic *report_library(struct evaluator *ev, enum diagnostic_id id,
                                         const struct node *node, const struct node *blamed,
                                         struct text text) {
    bool is_error = diagnostic_severity(id) == SEVERITY_ERROR;
    if (id != DIAGNOSTIC_ASSERT_FAILED && map_find(&ev->faulted, ev->instance)) {
        return diagnostics_unheard(ev->diagnostics);
    }
    if (is_error) map_put(&ev->faulted, ev->instance, (void *)node);
    struct diagnostic *d = diagnostics_report_apart(ev->diagnostics, id, node_place(blamed), text,
                                                    "%.*s", TEXT_ARGS(text));
    note(ev, d, node_place(node), "it shows here, in the library");
    return d;
}

static struct diagnostic *report_list(struct evaluator *ev, enum diagnostic_id id,
                                      const struct node *node, const char *message, va_list args) {
    const struct node *blamed = blame_node(ev, node);
    if (blamed == node) {
        return diagnostics_vreport(ev->diagnostics, id, node_place(node), message, args);
    }
    return report_library(ev, id, node, blamed, text_vformat(ev->arena, message, args));
}

const struct node *evaluator_origin(struct deployment *deployment, const struct resource *resource,
                                    enum diagnostic_id id, const struct node *node,
                                    const struct node *call, struct value value) {
    struct evaluator *ev = deployment->evaluator;
    if (diagnostics_allows(ev->diagnostics, id, node->span)) return node;
    return value_origin(ev, resource, node, call, value);
}

struct diagnostic *evaluator_report(struct deployment *deployment, const struct resource *resource,
                                    enum diagnostic_id id, const struct node *node,
                                    bool is_apart, struct text message) {
    struct evaluator *ev = deployment->evaluator;
    const struct node *outer = ev->instance;
    ev->instance = resource->instance;
    const struct node *blamed = blame_node(ev, node);
    struct diagnostic *d;
    if (blamed == node && (is_passed_on(node) || is_apart)) { /* several values may come by there */
        d = diagnostics_report_apart(ev->diagnostics, id, node->span, message, "%.*s",
                                     TEXT_ARGS(message));
    } else {
        d = report(ev, id, node, "%.*s", TEXT_ARGS(message));
    }
    ev->instance = outer;
    return d;
}

bool evaluator_in_library(const struct deployment *deployment, const struct node *node) {
    return in_library(deployment->evaluator, node);
}

struct diagnostic *report_at(struct evaluator *ev, enum diagnostic_id id, struct span span,
                             const char *message, ...) {
    struct node place = {.kind = NODE_NAME, .span = span};
    va_list args;
    va_start(args, message);
    struct diagnostic *d = report_list(ev, id, &place, message, args);
    va_end(args);
    return d;
}

struct diagnostic *report(struct evaluator *ev, enum diagnostic_id id, const struct node *node,
                          const char *message, ...) {
    va_list args;
    va_start(args, message);
    struct diagnostic *d = report_list(ev, id, node, message, args);
    va_end(args);
    return d;
}

struct value fault(struct evaluator *ev, enum diagnostic_id id, const struct node *node,
                   const char *message, ...) {
    va_list args;
    va_start(args, message);
    report_list(ev, id, node, message, args);
    va_end(args);
    return value_poison();
}

void hint(struct evaluator *ev, struct diagnostic *diagnostic, const char *text, ...) {
    va_list args;
    va_start(args, text);
    diagnostic_vhint(ev->diagnostics, diagnostic, text, args);
    va_end(args);
}

void note(struct evaluator *ev, struct diagnostic *diagnostic, struct span span, const char *text,
          ...) {
    va_list args;
    va_start(args, text);
    diagnostic_vnote(ev->diagnostics, diagnostic, span, text, args);
    va_end(args);
}

/* Whether the value takes long to write out only to be cut. */
static bool is_large(struct value value) {
    if (value.kind == VALUE_LIST) return value.length > BRIEF_PARTS || value.depth > BRIEF_DEPTH;
    if (value.kind == VALUE_RECORD) {
        return value.record->count > BRIEF_PARTS || value.depth > BRIEF_DEPTH;
    }
    return value.kind == VALUE_DEFERRED && value.deferred->depth > BRIEF_DEPTH;
}

struct text value_brief(struct evaluator *ev, struct value value) {
    if (is_large(value)) return value_kind_text(ev->arena, value);
    struct buffer buffer;
    buffer_init(&buffer);
    value_json(&buffer, value, 0);
    if (buffer.length > BRIEF_BYTES) {
        buffer.length = BRIEF_BYTES;
        while (buffer.length && ((unsigned char)buffer.bytes[buffer.length - 1] & 0xC0) == 0x80) {
            buffer.length--;
        }
        if (buffer.length && (unsigned char)buffer.bytes[buffer.length - 1] >= 0xC0)
            buffer.length--;
        buffer_string(&buffer, "...");
    }
    struct text text = buffer_take(&buffer, ev->arena);
    buffer_release(&buffer);
    return text;
}

/* The first thing below a deferred value that AWS alone knows. */
static const struct deferred *deferred_root(const struct deferred *deferred) {
    while (deferred->kind != DEFERRED_ATTRIBUTE && deferred->kind != DEFERRED_PARAMETER &&
           deferred->kind != DEFERRED_PSEUDO) {
        const struct deferred *inner = NULL;
        for (uint32_t i = 0; i < deferred->count && !inner; i++) {
            if (deferred->operands[i].kind == VALUE_DEFERRED)
                inner = deferred->operands[i].deferred;
        }
        if (!inner) return deferred;
        deferred = inner;
    }
    return deferred;
}

static struct text reason_text(struct evaluator *ev, const struct deferred *root) {
    struct value value = value_deferred((struct deferred *)root);
    struct text brief = value_brief(ev, value);
    if (root->kind == DEFERRED_PARAMETER && root->parameter->is_secret) {
        return text_format(ev->arena, "param \"%.*s\" is a secret, which is never looked at",
                           NAME_ARGS(root->parameter->name));
    }
    if (root->kind == DEFERRED_PARAMETER) {
        return text_format(ev->arena, "param \"%.*s\" is a deploy-time parameter",
                           NAME_ARGS(root->parameter->name));
    }
    if (root->kind == DEFERRED_ATTRIBUTE) {
        struct resource *resource = root->resource;
        return text_format(ev->arena, "\"%.*s\" of resource \"%.*s\" is known once AWS has made it",
                           NAME_ARGS(root->name), TEXT_ARGS(resource->path));
    }
    if (root->kind == DEFERRED_PSEUDO && text_is(name_text(root->name), "AWS::AccountId")) {
        return TEXT("\"account\" is known at deploy time");
    }
    return text_format(ev->arena, "%.*s is known at deploy time", TEXT_ARGS(brief));
}

/* Adds the notes that say why the value is deferred. */
static void note_deferred(struct evaluator *ev, struct diagnostic *diagnostic, struct value value) {
    if (value.kind != VALUE_DEFERRED) return;
    const struct deferred *root = deferred_root(value.deferred);
    const struct node *where = root->cause;
    if (root->kind == DEFERRED_PARAMETER && root->parameter->declared) {
        where = root->parameter->declared;
    } else if (root->kind == DEFERRED_ATTRIBUTE && root->resource->declared) {
        where = root->resource->declared;
    }
    if (!where) return;
    struct span span = where->span;
    struct declaration *head = node_declaration((struct node *)where);
    if (head && head->name.name) span = written_span(where, head->name);
    note(ev, diagnostic, span, "%.*s", TEXT_ARGS(reason_text(ev, root)));
}

static void hint_instead(struct evaluator *ev, struct diagnostic *diagnostic, struct value value) {
    const struct deferred *root = deferred_root(value.deferred);
    if (root->kind == DEFERRED_PARAMETER && root->parameter->is_secret) return;
    if (root->kind == DEFERRED_PARAMETER) {
        hint(ev, diagnostic,
             "Leave `deploy` out of param \"%.*s\", so that it is known while compiling.",
             NAME_ARGS(root->parameter->name));
    } else if (root->kind == DEFERRED_PSEUDO &&
               text_is(name_text(root->name), "AWS::AccountId")) {
        hint(ev, diagnostic,
             "Fix the account with `account = \"111122223333\"` in `project { }`.");
    } else {
        hint(ev, diagnostic, "Use a param, a `let` or a property that the program writes itself.");
    }
}

struct value fault_steering(struct evaluator *ev, const struct node *node, struct value value,
                            const char *what) {
    if (ev->is_lenient) return value_poison();
    struct diagnostic *d = report(ev, DIAGNOSTIC_DEFERRED_STEERING, node,
                                  "%s needs a value that is known while compiling", what);
    note_deferred(ev, d, value);
    hint_instead(ev, d, value);
    return value_poison();
}

struct value fault_deferred(struct evaluator *ev, const struct node *node, struct value value,
                            struct text what) {
    if (ev->is_lenient) return value_poison();
    struct diagnostic *d = report(ev, DIAGNOSTIC_DEFERRED_OPERATION, node,
                                  "CloudFormation has no \"%.*s\" for a value known at deploy time",
                                  TEXT_ARGS(what));
    note_deferred(ev, d, value);
    hint_instead(ev, d, value);
    return value_poison();
}
