/* Values where no schema says what they are: json, outputs, metadata. */
#include "evaluator/conform.h"

static struct value free_list(struct evaluator *ev, struct value value, const struct node *node) {
    size_t base = ev->stack_count;
    if (!spend_values(ev, value.length)) return value_poison();
    for (uint32_t i = 0; i < value.length; i++) {
        struct value item = conform_free(ev, value.items[i], node);
        stack_push(ev, item);
    }
    return stack_take(ev, base);
}

static struct value free_record(struct evaluator *ev, struct value value, const struct node *node) {
    struct record *record = record_new(ev->arena, value.record->count);
    if (!spend_values(ev, value.record->count)) return value_poison();
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        struct value item = conform_free(ev, entry->value, value_node(entry, node));
        record_put(ev->arena, record, entry->key, item, entry->origin);
    }
    return value_seal(value_record(record));
}

struct value conform_free_deferred(struct evaluator *ev, struct value value,
                                   const struct node *node) {
    struct deferred *deferred = value.deferred;
    if (deferred->kind == DEFERRED_IF) {
        struct value then = conform_free(ev, deferred->operands[1], node);
        struct value otherwise = conform_free(ev, deferred->operands[2], node);
        return deferred_if(ev, deferred->operands[0], then, otherwise, deferred->cause);
    }
    bool changes = false;
    for (uint32_t i = 0; i < deferred->count; i++) {
        changes |=
            deferred->operands[i].kind == VALUE_LIST || deferred->operands[i].kind == VALUE_RECORD;
    }
    if (!changes || deferred->kind == DEFERRED_ATTRIBUTE) return value;
    /* found again by its address; of what is known alone */
    if (deferred->kind == DEFERRED_OVERRIDES || deferred->kind == DEFERRED_READS) return value;
    struct deferred *copy =
        arena_alloc(ev->arena, sizeof *copy + deferred->count * sizeof(struct value));
    memcpy(copy, deferred, sizeof *copy);
    for (uint32_t i = 0; i < deferred->count; i++) {
        copy->operands[i] = conform_free(ev, deferred->operands[i], node);
    }
    struct value made = value_deferred(copy);
    made.flags = value.flags;
    return made;
}

/* Lists and records that hold something open, each once. */
static struct value free_compound(struct evaluator *ev, struct value value,
                                  const struct node *node) {
    if (!(value.flags & VALUE_OPEN)) return value;
    const void *data = value.kind == VALUE_LIST ? (const void *)value.items : value.record;
    struct conform_entry *slot = conform_slot(ev, data, NULL);
    if (slot->data == data && !slot->wanted && slot->result.kind == value.kind) return slot->result;
    struct value result = value.kind == VALUE_LIST ? free_list(ev, value, node)
                                                   : free_record(ev, value, node);
    *slot = (struct conform_entry){data, NULL, NULL, result};
    return result;
}

struct value conform_free(struct evaluator *ev, struct value value, const struct node *node) {
    switch ((enum value_kind)value.kind) {
    case VALUE_RESOURCE: case VALUE_COMPONENT: return reference_to(ev, value, node);
    case VALUE_REGION: return value_text(value.region->name);
    case VALUE_STACK: return value_text(value.stack->name);
    case VALUE_TYPE: return value_text(name_text(value.type));
    case VALUE_LIST: case VALUE_RECORD: return free_compound(ev, value, node);
    case VALUE_DEFERRED: return conform_free_deferred(ev, value, node);
    case VALUE_POISON: case VALUE_NULL: case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER:
    case VALUE_TEXT: break;
    }
    return value;
}
