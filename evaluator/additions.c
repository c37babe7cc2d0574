/* @add: what a resource adds to the properties of others. */
#include "evaluator/resources.h"

static struct resource_state *addition_target(struct evaluator *ev, struct value value,
                                              const struct node *node) {
    struct resource *resource = NULL;
    if (value.kind == VALUE_RESOURCE) resource = value.resource;
    if (value.kind == VALUE_COMPONENT) resource = component_self(ev, value.component);
    if (value.kind == VALUE_POISON) return NULL;
    if (resource && !resource->is_existing) return (struct resource_state *)resource;
    struct diagnostic *d = report(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                                  "\"@add\" adds to a resource of the program, and \"to\" is %.*s",
                                  TEXT_ARGS(value_kind_text(ev->arena, value)));
    hint(ev, d, "Write @add = [{ to = role, Policies = [...] }].");
    return NULL;
}

static void addition_make(struct evaluator *ev, struct value value, const struct node *node) {
    struct record_entry *to = NULL;
    const struct name *name = names_intern(ev->names, TEXT("to"));
    if (value.kind == VALUE_RECORD) to = record_find(value.record, name);
    if (value.kind == VALUE_POISON) return;
    if (!to) {
        meta_fault(ev, TEXT("add"), node, value, "a list of records with \"to\" and properties");
        return;
    }
    struct resource_state *state = addition_target(ev, to->value, node);
    if (!state) return;
    struct addition *addition = ARENA_NEW(ev->arena, struct addition);
    addition->node = node;
    addition->properties = record_new(ev->arena, value.record->count);
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        if (entry->key == name) continue;
        record_put(ev->arena, addition->properties, entry->key, entry->value, entry->origin);
    }
    if (!state->additions_end) state->additions_end = &state->additions;
    *state->additions_end = addition;
    state->additions_end = &addition->next;
}

void additions_run(struct evaluator *ev, const struct node *node, struct frame *frame) {
    const struct node *where;
    if (!meta_is_written(node)) return;
    struct value value = meta_known(ev, node, ev->name_add, frame, &where);
    if (value.kind == VALUE_NULL || value.kind == VALUE_POISON) return;
    if (value.kind != VALUE_LIST) {
        meta_fault(ev, TEXT("add"), where, value, "a list of records with \"to\" and properties");
        return;
    }
    for (uint32_t i = 0; i < value.length; i++) addition_make(ev, value.items[i], where);
}

static struct value added(struct evaluator *ev, struct value own, struct value more,
                          const struct name *name, const struct node *node);

static struct value added_list(struct evaluator *ev, struct value own, struct value more) {
    size_t base = ev->stack_count;
    if (!spend_steps(ev, (uint64_t)own.length + more.length)) return value_poison();
    for (uint32_t i = 0; i < own.length; i++) stack_push(ev, own.items[i]);
    for (uint32_t i = 0; i < more.length; i++) stack_push(ev, more.items[i]);
    return stack_take(ev, base);
}

static void add_entries(struct evaluator *ev, struct record *record, const struct record *more,
                        const struct node *node) {
    for (uint32_t i = 0; i < more->count && spend_steps(ev, 1); i++) {
        const struct record_entry *entry = &more->entries[i];
        struct record_entry *own = record_find(record, entry->key);
        if (!own || own->value.kind == VALUE_NULL) {
            record_put(ev->arena, record, entry->key, entry->value, entry->origin);
        } else {
            own->value = added(ev, own->value, entry->value, entry->key, node);
        }
    }
}

static struct value added_record(struct evaluator *ev, struct value own, struct value more,
                                 const struct node *node) {
    struct record *record = record_new(ev->arena, own.record->count + more.record->count);
    for (uint32_t i = 0; i < own.record->count; i++) {
        const struct record_entry *entry = &own.record->entries[i];
        record_put(ev->arena, record, entry->key, entry->value, entry->origin);
    }
    add_entries(ev, record, more.record, node);
    return value_seal(value_record(record));
}

static struct value added(struct evaluator *ev, struct value own, struct value more,
                          const struct name *name, const struct node *node) {
    if (own.kind == VALUE_POISON || more.kind == VALUE_POISON) return value_poison();
    if (more.kind == VALUE_NULL) return own;
    if (own.kind == VALUE_LIST && more.kind == VALUE_LIST) return added_list(ev, own, more);
    if (own.kind == VALUE_RECORD && more.kind == VALUE_RECORD) {
        return added_record(ev, own, more, node);
    }
    struct value same = settled(ev, equal_values(ev, own, more, node));
    if (same.kind == VALUE_BOOL && same.boolean) return own;
    return fault(ev, DIAGNOSTIC_META_ATTRIBUTE_VALUE, node,
                 "\"@add\" gives \"%.*s\", which has a value already that is no list and no record",
                 NAME_ARGS(name));
}

void additions_take(struct evaluator *ev, struct resource_state *state) {
    for (struct addition *a = state->additions; a; a = a->next) {
        add_entries(ev, state->resource.properties, a->properties, a->node);
    }
}
