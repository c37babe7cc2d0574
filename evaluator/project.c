/* The block `project`: what the program is called, its account and tags, the edition of the
 * library, and which warnings it allows or denies. */
#include "evaluator/internal.h"
#include "stdlib/library.h"

/* A known text of the project, or empty (reported, where it is something else). */
static struct text project_text(struct evaluator *ev, struct node *node, const char *what) {
    struct value value = settled(ev, evaluate(ev, node, ev->root));
    if (value.kind == VALUE_TEXT && !(value.flags & VALUE_SECRET)) return value_as_text(value);
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "the project");
    } else if (value.kind != VALUE_POISON && value.kind != VALUE_NULL) {
        fault(ev, DIAGNOSTIC_TYPE_MISMATCH, node,
              "the %s of the project is a string, and this is %.*s", what,
              TEXT_ARGS(value_kind_text(ev->arena, value)));
    }
    return (struct text){"", 0};
}

static struct text dashed(struct evaluator *ev, struct text name) {
    char *bytes = arena_copy(ev->arena, name.bytes, name.length);
    for (size_t i = 0; i < name.length; i++) {
        if (bytes[i] == '_') bytes[i] = '-';
    }
    return (struct text){bytes, name.length};
}

static void project_suffix(struct evaluator *ev, struct node *node) {
    struct text suffix = project_text(ev, node, "suffix");
    ev->deployment->suffix = suffix;
    for (size_t i = 0; i < suffix.length; i++) {
        char c = suffix.bytes[i];
        if (ascii_is_alphanumeric(c) || (c == '-' && i && i + 1 < suffix.length)) continue;
        struct diagnostic *d = report(ev, DIAGNOSTIC_STACK_NAME, node,
                                      "the suffix \"%.*s\" does not fit in the name of a stack",
                                      TEXT_ARGS(suffix));
        hint(ev, d, "Use letters, digits and \"-\", with no \"-\" at an end.");
        ev->suffix_is_wrong = true;
        return;
    }
}

static void project_account(struct evaluator *ev, struct node *node) {
    struct text account = project_text(ev, node, "account");
    if (account.length == 12 && text_all(account, ascii_is_digit)) {
        ev->deployment->account = account;
    } else if (account.length) {
        fault(ev, DIAGNOSTIC_PROJECT_ENTRY, node,
              "an account id has 12 digits, and this is \"%.*s\"", TEXT_ARGS(account));
    }
}

static void project_references(struct evaluator *ev, struct node *node) {
    struct text text = project_text(ev, node, "references");
    ev->deployment->references_as_parameters = text_is(text, "parameters");
    if (text.length == 0 || text_is(text, "parameters") || text_is(text, "outputs")) return;
    fault(ev, DIAGNOSTIC_PROJECT_ENTRY, node, "references is \"parameters\" or \"outputs\"");
}

/* The edition of the standard library: what its components emit is the same within one. */
static void project_edition(struct evaluator *ev, struct node *node) {
    struct value value = settled(ev, evaluate(ev, node, ev->root));
    if (value.kind == VALUE_POISON) return;
    if (value.kind == VALUE_INT && value.integer == LIBRARY_EDITION) return;
    struct diagnostic *d = report(ev, DIAGNOSTIC_PROJECT_ENTRY, node,
                                  "the library has no edition %.*s",
                                  TEXT_ARGS(value_brief(ev, value)));
    hint(ev, d, "This version has edition %d: write std = %d.", LIBRARY_EDITION,
         LIBRARY_EDITION);
}

/* The warning of this name, or DIAGNOSTIC_COUNT (reported). */
static enum diagnostic_id project_warning(struct evaluator *ev, struct text name,
                                          const struct node *node, const char *entry) {
    enum diagnostic_id id = diagnostic_find(name);
    if (id < DIAGNOSTIC_COUNT && diagnostic_severity(id) != SEVERITY_ERROR) return id;
    if (id < DIAGNOSTIC_COUNT) {
        fault(ev, DIAGNOSTIC_PROJECT_ENTRY, node, "\"%s\" names warnings, and \"%.*s\" is an error",
              entry, TEXT_ARGS(name));
        return DIAGNOSTIC_COUNT;
    }
    struct text near = diagnostic_suggest(name);
    struct diagnostic *d = report(ev, DIAGNOSTIC_PROJECT_ENTRY, node,
                                  "there is no warning \"%.*s\"", TEXT_ARGS(name));
    if (near.length) hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
    return id;
}

/* allow = { "ID" = "the reason" } */
static void project_allow(struct evaluator *ev, struct node *node) {
    struct value value = settled(ev, evaluate(ev, node, ev->root));
    if (value.kind != VALUE_RECORD) return; /* reported, or null */
    for (uint32_t i = 0; i < value.record->count; i++) {
        const struct record_entry *entry = &value.record->entries[i];
        const struct node *at = entry->origin ? entry->origin : node;
        enum diagnostic_id id = project_warning(ev, name_text(entry->key), at, "allow");
        if (id == DIAGNOSTIC_COUNT || entry->value.kind == VALUE_POISON) continue;
        struct text reason = {"", 0};
        if (entry->value.kind == VALUE_TEXT && !(entry->value.flags & VALUE_SECRET)) {
            reason = value_as_text(entry->value);
        }
        if (reason.length) {
            diagnostics_allow_everywhere(ev->diagnostics, id, node_place(at), reason);
        } else {
            fault(ev, DIAGNOSTIC_PROJECT_ENTRY, at, "\"allow\" says why a warning is allowed");
        }
    }
}

/* deny = ["ID"] */
static void project_deny(struct evaluator *ev, struct node *node) {
    struct value value = settled(ev, evaluate(ev, node, ev->root));
    for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.length; i++) {
        if (value.items[i].kind != VALUE_TEXT) continue; /* reported */
        enum diagnostic_id id = project_warning(ev, value_as_text(value.items[i]), node, "deny");
        if (id < DIAGNOSTIC_COUNT) ev->diagnostics->is_denied[id] = true;
    }
}

static void project_entry(struct evaluator *ev, struct node *entry) {
    if (entry->kind != NODE_ENTRY || entry->flags & NODE_BAD) return;
    struct text key = entry_text(entry);
    struct node *value = entry->entry.value;
    if (text_is(key, "suffix")) project_suffix(ev, value);
    if (text_is(key, "account")) project_account(ev, value);
    if (text_is(key, "references")) project_references(ev, value);
    if (text_is(key, "std")) project_edition(ev, value);
    if (text_is(key, "allow")) project_allow(ev, value);
    if (text_is(key, "deny")) project_deny(ev, value);
    if (text_is(key, "name")) {
        struct text name = project_text(ev, value, "name");
        if (name.length) ev->deployment->project = name;
    }
}

/* The program's file name without its ending: what a program without a project is called. */
static struct text file_word(struct text path) {
    for (size_t i = path.length; i-- > 0;) {
        if (path.bytes[i] == '/') return (struct text){path.bytes + i + 1, path.length - i - 1};
    }
    return path;
}

static struct text default_project(struct evaluator *ev) {
    struct text word = file_word(ev->program->modules[0]->path);
    if (text_ends(word, TEXT(".mrp"))) word.length -= 4;
    return dashed(ev, word);
}

void project_settle(struct evaluator *ev) {
    if (ev->project_state != PROJECT_WAITING) return;
    ev->project_state = PROJECT_RUNNING;
    struct node *project = ev->program->project;
    const struct name *name = project ? project->declaration.name.name : NULL;
    ev->deployment->project = name ? dashed(ev, name_text(name)) : default_project(ev);
    if (project && !(project->flags & NODE_BAD)) {
        struct node *entry = project->project.body->record.entries.first;
        for (; entry; entry = entry->next) project_entry(ev, entry);
    }
    ev->project_state = PROJECT_DONE;
}

static void add_tag(struct evaluator *ev, struct record_entry *entry, const struct node *node) {
    struct deployment *deployment = ev->deployment;
    struct value value = settled(ev, entry->value);
    const struct node *origin = value_node(entry, node);
    if (value.kind == VALUE_NULL || value.kind == VALUE_POISON) return;
    if (value.flags & VALUE_SECRET) {
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, origin, "a tag would show a secret");
        return;
    }
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, origin, value, "a tag of the stacks");
        return;
    }
    value = as_piece(ev, value, origin);
    value = value_concat(ev->arena, &value, 1, origin);
    if (value.kind != VALUE_TEXT) return;
    struct tag tag = {name_text(entry->key), value_as_text(value), origin};
    for (uint32_t i = 0; i < deployment->stack_count; i++) {
        struct stack *stack = deployment->stacks[i];
        stack->tags[stack->tag_count++] = tag;
    }
}

/* After all stacks are there. */
void project_tags(struct evaluator *ev) {
    struct node *project = ev->program->project;
    if (!project || project->flags & NODE_BAD) return;
    struct node *entry = project->project.body->record.entries.first;
    for (; entry; entry = entry->next) {
        if (entry->kind != NODE_ENTRY || !text_is(entry_text(entry), "tags")) continue;
        struct value tags = evaluate(ev, entry->entry.value, ev->root);
        if (tags.kind != VALUE_RECORD) continue;
        struct deployment *deployment = ev->deployment;
        for (uint32_t i = 0; i < deployment->stack_count; i++) {
            deployment->stacks[i]->tags =
                arena_array(ev->arena, tags.record->count, sizeof(struct tag));
        }
        for (uint32_t i = 0; i < tags.record->count; i++) {
            add_tag(ev, &tags.record->entries[i], entry);
        }
        return;
    }
}
