/* @ attributes of resources. */
#include <stdio.h>

#include "evaluator/resources.h"

const struct resource_meta meta_none = {
    .depends_on = {.kind = VALUE_NULL},      .deletion_policy = {.kind = VALUE_NULL},
    .update_replace_policy = {.kind = VALUE_NULL}, .creation_policy = {.kind = VALUE_NULL},
    .update_policy = {.kind = VALUE_NULL},   .metadata = {.kind = VALUE_NULL},
    .ignore_changes = {.kind = VALUE_NULL},
};

struct resource_meta *meta_own(struct evaluator *ev, struct resource *resource) {
    if (resource->meta == &meta_none) {
        struct resource_meta *meta = ARENA_NEW(ev->arena, struct resource_meta);
        *meta = meta_none;
        resource->meta = meta;
    }
    return (struct resource_meta *)resource->meta; /* made above, now or before */
}

struct value meta_known(struct evaluator *ev, const struct node *node, const struct name *name,
                        struct frame *frame, const struct node **where) {
    bool unsure;
    struct node *entry = entry_lookup(body_entries(node), name, true, &unsure);
    if (!entry || entry->flags & NODE_BAD) return value_null();
    *where = entry->entry.value;
    struct value value = settled(ev, evaluate(ev, entry->entry.value, frame));
    if (value.kind == VALUE_DEFERRED) {
        char what[32];
        snprintf(what, sizeof what, "\"@%.*s\"", NAME_ARGS(name));
        return fault_steering(ev, entry->entry.value, value, what);
    }
    return value;
}

bool meta_is_written(const struct node *node) {
    for (struct node *entry = body_entries(node).first; entry; entry = entry->next) {
        if (entry->kind == NODE_ENTRY && entry->flags & NODE_META) return true;
    }
    return false;
}

void meta_fault(struct evaluator *ev, struct text key, const struct node *node,
                struct value value, const char *wanted) {
    if (value.kind == VALUE_POISON) return;
    report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node, "\"@%.*s\" is %s, and this is %.*s",
           TEXT_ARGS(key), wanted, TEXT_ARGS(value_brief(ev, value)));
}

static void add_dependency(struct evaluator *ev, struct value value, const struct node *node) {
    if (value.kind == VALUE_RESOURCE) {
        if (!value.resource->is_existing) stack_push(ev, value);
    } else if (value.kind == VALUE_COMPONENT) {
        for (uint32_t i = 0; i < value.component->resource_count; i++) {
            struct resource *resource = value.component->resources[i];
            stack_push(ev, (struct value){.kind = VALUE_RESOURCE, .resource = resource});
        }
    } else if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++) add_dependency(ev, value.items[i], node);
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            add_dependency(ev, value.record->entries[i].value, node);
        }
    } else if (value.kind != VALUE_NULL && value.kind != VALUE_POISON) {
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                   "\"@depends_on\" takes resources, and this is %.*s",
                   TEXT_ARGS(value_kind_text(ev->arena, value)));
        hint(ev, d, "Write the resource's name, without a dot behind it and without quotes.");
    }
}

struct value meta_dependencies(struct evaluator *ev, struct value value,
                               const struct node *node) {
    size_t base = ev->stack_count;
    add_dependency(ev, value, node);
    if (ev->stack_count == base) return value_null();
    return stack_take(ev, base);
}

static struct value policy_value(struct evaluator *ev, struct text key, struct value value,
                                 const struct node *node, bool except_on_create) {
    value = settled(ev, value);
    struct text text = value.kind == VALUE_TEXT ? value_as_text(value) : (struct text){"", 0};
    if (value.kind == VALUE_NULL || text_is(text, "Delete") || text_is(text, "Retain") ||
        text_is(text, "Snapshot") || (except_on_create && text_is(text, "RetainExceptOnCreate"))) {
        return value;
    }
    meta_fault(ev, key, node, value,
               except_on_create ? "\"Delete\", \"Retain\", \"RetainExceptOnCreate\" or \"Snapshot\""
                                : "\"Delete\", \"Retain\" or \"Snapshot\"");
    return value_null();
}

static struct value record_meta(struct evaluator *ev, struct text key, struct value value,
                                const struct node *node) {
    if (value.kind == VALUE_RECORD) {
        if (!(value.flags & VALUE_SECRET)) return conform_free(ev, value, node);
        fault(ev, DIAGNOSTIC_SECRET_EXPOSED, node, "\"@%.*s\" would show a secret", TEXT_ARGS(key));
        return value_null();
    }
    if (value.kind != VALUE_NULL) meta_fault(ev, key, node, value, "a record");
    return value_null();
}

static struct value names_meta(struct evaluator *ev, struct text key, struct value value,
                               const struct node *node) {
    value = settled(ev, value);
    bool fits = value.kind == VALUE_LIST;
    for (uint32_t i = 0; fits && i < value.length; i++) fits = value.items[i].kind == VALUE_TEXT;
    if (fits) return value;
    if (value.kind != VALUE_NULL) meta_fault(ev, key, node, value, "a list of property names");
    return value_null();
}

static bool flag_meta(struct evaluator *ev, struct text key, struct value value,
                      const struct node *node) {
    value = settled(ev, value);
    if (value.kind == VALUE_BOOL) return value.boolean;
    if (value.kind == VALUE_DEFERRED) {
        fault_steering(ev, node, value, "an @ attribute");
    } else if (value.kind != VALUE_NULL) {
        meta_fault(ev, key, node, value, "true or false");
    }
    return false;
}

struct text meta_former_path(struct evaluator *ev, const struct node *node) {
    if (node->kind == NODE_TEXT) return node_text(node);
    return span_text(ev->program->sources, node->span);
}

void meta_set(struct evaluator *ev, struct resource_state *state, struct text key,
              struct value value, const struct node *entry) {
    struct resource *resource = &state->resource;
    const struct node *node = entry->entry.value;
    if (entry->flags & NODE_BAD) return;
    if (text_is(key, "depends_on")) {
        meta_own(ev, resource)->depends_on = meta_dependencies(ev, value, node);
    } else if (text_is(key, "deletion_policy")) {
        meta_own(ev, resource)->deletion_policy = policy_value(ev, key, value, node, true);
    } else if (text_is(key, "update_replace_policy")) {
        meta_own(ev, resource)->update_replace_policy = policy_value(ev, key, value, node, false);
    } else if (text_is(key, "creation_policy")) {
        meta_own(ev, resource)->creation_policy = record_meta(ev, key, value, node);
    } else if (text_is(key, "update_policy")) {
        meta_own(ev, resource)->update_policy = record_meta(ev, key, value, node);
    } else if (text_is(key, "metadata")) {
        meta_own(ev, resource)->metadata = record_meta(ev, key, value, node);
    } else if (text_is(key, "ignore_changes")) {
        meta_own(ev, resource)->ignore_changes = names_meta(ev, key, value, node);
    } else if (text_is(key, "protect")) {
        resource->is_protected = flag_meta(ev, key, value, node);
        if (resource->is_protected && resource->stack) resource->stack->is_protected = true;
    } else if (text_is(key, "was")) {
        meta_own(ev, resource)->was = meta_former_path(ev, node);
    } else if (text_is(key, "existing")) {
        flag_meta(ev, key, value, node);
    }
}
