/* Properties to what the schema says of them: resources become the attribute that a property wants,
 * nulls are dropped, values are checked against their shape and limits.
 *
 * Values are copied only where something changes. What was fitted once and is shared (a `let` that
 * many resources use, a literal in a loop) is remembered by where it lies in memory.
 */
#include "evaluator/choice.h"
#include "evaluator/conform.h"
#include "evaluator/resources.h"

enum { CONFORM_DEPTH = 100 };

static struct value conform(struct evaluator *ev, struct value value, const struct want *want,
                            const struct node *node);

struct conform_cache *conform_cache_of(struct evaluator *ev) {
    if (!ev->conform_cache) {
        ev->conform_cache = ARENA_NEW(ev->arena, struct conform_cache);
        map_init(&ev->conform_cache->bodies, ev->arena);
    }
    return ev->conform_cache;
}

struct conform_entry *conform_slot(struct evaluator *ev, const void *data,
                                   const struct schema_value *wanted) {
    uintptr_t hash = ((uintptr_t)data >> 4) ^ ((uintptr_t)wanted >> 2);
    return &conform_cache_of(ev)->entries[hash % CONFORM_SLOTS];
}

/* ---- messages ---- */

static const struct node *key_node(const struct record_entry *entry, const struct node *node) {
    return entry->origin ? entry->origin : node;
}

/* Poison where it is some property misspelt, which is not missing then; else it is left out. */
static struct value fault_unknown(struct evaluator *ev, const struct record_entry *entry,
                                  const struct schema_body *body, const struct node *node) {
    const struct schema_property *found[1];
    struct text key = name_text(entry->key);
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_UNKNOWN_PROPERTY, key_node(entry, node),
               "%.*s has no property \"%.*s\"", TEXT_ARGS(schema_body_name(body)), TEXT_ARGS(key));
    if (!schema_suggest_property(body, key, found, 1)) return (struct value){.kind = SLOT_WAITING};
    hint(ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(schema_property_name(found[0])));
    return value_poison();
}

/* ---- resources where an attribute is wanted ---- */

static struct text wishes_text(struct evaluator *ev, const struct schema_property *property) {
    struct buffer buffer;
    buffer_init(&buffer);
    size_t count = schema_property_wish_count(property);
    for (size_t i = 0; i < count && i < 3; i++) {
        const struct schema_type *type = schema_property_wish(property, i).type;
        if (i && type == schema_property_wish(property, i - 1).type) continue; /* Arn, and Ref */
        if (i) buffer_string(&buffer, " or ");
        buffer_text(&buffer, schema_type_name(type));
    }
    struct text text = buffer_take(&buffer, ev->arena);
    buffer_release(&buffer);
    return text;
}

static struct value fault_resource(struct evaluator *ev, const struct resource *resource,
                                   const struct want *want, const struct node *node) {
    struct text type = schema_type_name(resource->type);
    struct text property = schema_property_name(want->property);
    struct diagnostic *d;
    if (schema_property_wish_count(want->property)) {
        d = report(ev, DIAGNOSTIC_WRONG_RESOURCE, node, "\"%.*s\" wants %.*s, and this is %.*s",
                   TEXT_ARGS(property), TEXT_ARGS(wishes_text(ev, want->property)),
                   TEXT_ARGS(type));
    } else {
        d = report(ev, DIAGNOSTIC_RESOURCE_AS_VALUE, node,
                   "\"%.*s\" is %s, and this is a resource of type %.*s", TEXT_ARGS(property),
                   conform_shape_word(want->value), TEXT_ARGS(type));
    }
    hint(ev, d, "Write the attribute that is meant behind a dot, such as \"%.*s.Ref\".",
         TEXT_ARGS(resource->path));
    return value_poison();
}

static struct value conform_resource_value(struct evaluator *ev, struct value value,
                                           const struct want *want, const struct node *node) {
    struct resource *resource = value.kind == VALUE_RESOURCE ? value.resource
                                                             : component_self(ev, value.component);
    if (!resource) return reference_to(ev, value, node); /* reports */
    struct text attribute = schema_property_wants(want->property, resource->type);
    enum schema_shape shape = schema_value_shape(want->value);
    if (!attribute.length) {
        if (shape == SCHEMA_JSON) return reference_to(ev, value, node);
        return fault_resource(ev, resource, want, node);
    }
    const struct name *name = names_intern(ev->names, attribute);
    if (resource->is_existing) {
        struct value whole = {.kind = VALUE_RESOURCE, .resource = resource};
        return member_of(ev, whole, name, node);
    }
    return attribute_of(ev, resource, name, SHAPE_TEXT, node);
}

/* ---- lists and maps ---- */

/* Elements keep the entry only to know that its limits are spoken of. */
static const struct node *limited_entry(const struct want *want) {
    return conform_is_limited(want) ? want->entry : NULL;
}

static void check_unique(struct evaluator *ev, struct value list, const struct want *want,
                         const struct node *node) {
    struct schema_limits limits;
    if (!schema_value_limits(want->value, &limits) || !(limits.set & SCHEMA_UNIQUE_ITEMS)) return;
    if (list.length > 1000 || !spend_steps(ev, (uint64_t)list.length * list.length / 8)) return;
    for (uint32_t i = 1; i < list.length; i++) {
        for (uint32_t j = 0; j < i; j++) {
            uint64_t steps = 10000; /* larger elements are taken as different */
            if (list.items[i].kind == VALUE_POISON ||
                !value_equal_within(list.items[i], list.items[j], &steps)) {
                continue;
            }
            const struct node *where = node;
            if (node->kind == NODE_LIST && list_count(node->list.elements) == list.length) {
                where = node->list.elements.first;
                for (uint32_t k = 0; k < i; k++) where = where->next;
            }
            report(ev, DIAGNOSTIC_VALUE_ITEMS, where,
                   "element %u of \"%.*s\" is the same as element %u", i + 1,
                   TEXT_ARGS(schema_property_name(want->property)), j + 1);
            return;
        }
    }
}

static struct value conform_list(struct evaluator *ev, struct value value, const struct want *want,
                                 const struct node *node) {
    struct want element = {schema_value_element(want->value), want->property, false,
                           want->depth + 1, limited_entry(want)};
    struct node *literal = NULL;
    if (node->kind == NODE_LIST) literal = node->list.elements.first;
    size_t base = ev->stack_count;
    bool changed = false;
    if (!spend_steps(ev, value.length)) return value_poison();
    for (uint32_t i = 0; i < value.length; i++) {
        const struct node *where = node;
        if (literal && literal->kind == NODE_SPREAD) literal = NULL; /* places are lost from here */
        if (literal) where = literal;
        struct value item = conform(ev, value.items[i], &element, where);
        changed |= !value_is_same(item, value.items[i]);
        if (item.kind == VALUE_NULL) changed = true;
        else stack_push(ev, item);
        if (literal) literal = literal->next;
    }
    struct value list = value;
    if (changed) list = stack_take(ev, base);
    ev->stack_count = base;
    struct constraint_place place = conform_place(ev, want, node);
    if (conform_is_limited(want) || constraint_count(&place, want->value, list.length))
        check_unique(ev, list, want, node);
    return list;
}

static struct value conform_map(struct evaluator *ev, struct value value, const struct want *want,
                                const struct node *node) {
    struct want element = {schema_value_element(want->value), want->property, false,
                           want->depth + 1, limited_entry(want)};
    struct record *record = record_new(ev->arena, value.record->count);
    if (!spend_steps(ev, value.record->count)) return value_poison();
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        struct constraint_place place = conform_place(ev, want, key_node(entry, node));
        if (!conform_is_limited(want)) constraint_key(&place, want->value, name_text(entry->key));
        struct value item = conform(ev, entry->value, &element, value_node(entry, node));
        if (item.kind != VALUE_NULL) record_put(ev->arena, record, entry->key, item, entry->origin);
    }
    struct constraint_place place = conform_place(ev, want, node);
    if (!conform_is_limited(want)) constraint_count(&place, want->value, record->count);
    return value_seal(value_record(record));
}

/* ---- bodies ---- */

static const struct schema_property *entry_property(const struct record_entry *entry,
                                                    const struct schema_body *body) {
    struct node *origin = (struct node *)entry->origin;
    bool plain = origin && origin->kind == NODE_ENTRY && origin->entry.key;
    const struct schema_property *last = plain ? origin->entry.property : NULL;
    if (last && schema_body_has(body, last) && origin->entry.key == entry->key) return last;
    const struct schema_property *property = schema_body_find(body, name_text(entry->key));
    if (plain) origin->entry.property = property;
    return property;
}

/* One entry fitted; kind SLOT_WAITING drops it. */
static struct value conform_entry(struct evaluator *ev, const struct record_entry *entry,
                                  const struct schema_body *body,
                                  const struct schema_property *name_property, unsigned depth,
                                  const struct node *node) {
    struct value drop = {.kind = SLOT_WAITING};
    if (entry->value.kind == VALUE_NULL) return drop;
    if (entry->value.kind == VALUE_POISON) return entry->value;
    const struct schema_property *property = entry_property(entry, body);
    if (!property) {
        if (schema_body_open(body)) return conform_free(ev, entry->value, value_node(entry, node));
        return fault_unknown(ev, entry, body, node);
    }
    if (schema_property_flags(property) & SCHEMA_READ_ONLY) {
        report(ev, DIAGNOSTIC_READ_ONLY_PROPERTY, key_node(entry, node),
               "property \"%.*s\" can only be read", NAME_ARGS(entry->key));
        return drop;
    }
    const struct node *origin = entry->origin && entry->origin->kind == NODE_ENTRY ? entry->origin
                                                                                  : NULL;
    struct want want = {schema_property_value(property), property, property == name_property, depth,
                        origin};
    struct value value = conform(ev, entry->value, &want, value_node(entry, node));
    return value.kind == VALUE_NULL ? drop : value;
}

/* A nested record, copied from where it first changes. */
static struct value conform_body(struct evaluator *ev, struct value value, const struct want *want,
                                 const struct node *node) {
    const struct schema_body *body = schema_value_body(want->value);
    struct record *record = value.record, *changed = NULL;
    if (!spend_steps(ev, record->count)) return value_poison();
    for (uint32_t i = 0; i < record->count; i++) {
        struct value item =
            conform_entry(ev, &record->entries[i], body, NULL, want->depth + 1, node);
        if (!changed && value_is_same(item, record->entries[i].value)) continue;
        if (!changed) {
            changed = record_new(ev->arena, record->count);
            for (uint32_t j = 0; j < i; j++) {
                struct record_entry *entry = &record->entries[j];
                record_put(ev->arena, changed, entry->key, entry->value, entry->origin);
            }
        }
        if (item.kind != SLOT_WAITING) {
            record_put(ev->arena, changed, record->entries[i].key, item, record->entries[i].origin);
        }
    }
    struct value result = changed ? value_seal(value_record(changed)) : value;
    if ((value.flags | result.flags) & VALUE_BROKEN) return result;
    struct owner owner = {"property", schema_property_name(want->property), node->span};
    if (node->kind == NODE_RECORD) owner.head.end = owner.head.start + 1;
    if (want->entry && want->entry->entry.value == node && node->kind == NODE_RECORD) {
        owner.head = node_place(want->entry);
    }
    conform_rules(ev, result.record, body, &owner);
    return result;
}

/* ---- deferred values ---- */

static bool shape_takes(enum schema_shape shape, enum deferred_shape deferred) {
    switch (deferred) {
    case SHAPE_ANY: return true;
    case SHAPE_LIST: return shape == SCHEMA_LIST || shape == SCHEMA_JSON || shape == SCHEMA_UNION;
    case SHAPE_TEXT: case SHAPE_BOOL: case SHAPE_NUMBER:
        return shape != SCHEMA_LIST && shape != SCHEMA_MAP && shape != SCHEMA_BODY;
    }
    return true;
}

struct conforming {
    const struct want *want;
    const struct node *node;
};

static struct value conform_each(struct evaluator *ev, struct value each, void *context) {
    const struct conforming *conforming = context;
    return conform(ev, each, conforming->want, conforming->node);
}

static struct value conform_deferred(struct evaluator *ev, struct value value,
                                     const struct want *want, const struct node *node) {
    struct conforming conforming = {want, node};
    const struct deferred *deferred = value.deferred;
    bool fits = deferred->kind == DEFERRED_IF ||
                shape_takes(schema_value_shape(want->value), deferred->shape);
    if (!fits) return conform_fault(ev, value, want, node);
    if (choice_is(value)) return choice_map(ev, value, conform_each, &conforming, node);
    return conform_free_deferred(ev, value, node);
}

/* ---- unions, and the choice by shape ---- */

static bool shape_fits(enum schema_shape shape, struct value value) {
    switch (shape) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME:
        return value.kind == VALUE_TEXT || value.kind == VALUE_REGION;
    case SCHEMA_INTEGER: return value.kind == VALUE_INT;
    case SCHEMA_NUMBER: return value.kind == VALUE_INT || value.kind == VALUE_NUMBER;
    case SCHEMA_BOOLEAN: return value.kind == VALUE_BOOL;
    case SCHEMA_JSON: return value.kind == VALUE_RECORD || value.kind == VALUE_LIST;
    case SCHEMA_LIST: return value.kind == VALUE_LIST;
    case SCHEMA_MAP: case SCHEMA_BODY: return value.kind == VALUE_RECORD;
    case SCHEMA_UNION: return false;
    }
    return false;
}

/* How many of a record's keys a body knows. */
static unsigned body_score(const struct schema_value *member, struct value value) {
    const struct schema_body *body = schema_value_body(member);
    unsigned score = 0;
    if (!body || value.kind != VALUE_RECORD) return 0;
    for (uint32_t i = 0; i < value.record->count; i++) {
        score += schema_body_find(body, name_text(value.record->entries[i].key)) != NULL;
    }
    return score;
}

static struct value conform_union(struct evaluator *ev, struct value value, const struct want *want,
                                  const struct node *node) {
    const struct schema_value *best = NULL, *string = NULL;
    unsigned best_score = 0;
    for (size_t i = 0; i < schema_value_member_count(want->value); i++) {
        const struct schema_value *member = schema_value_member(want->value, i);
        enum schema_shape shape = schema_value_shape(member);
        if (shape == SCHEMA_STRING) string = member;
        if (!shape_fits(shape, value)) continue;
        unsigned score = body_score(member, value);
        if (!best || score > best_score) {
            best = member;
            best_score = score;
        }
    }
    if (!best && value.kind > VALUE_NULL && value.kind < VALUE_LIST) best = string;
    if (!best) return conform_fault(ev, value, want, node);
    struct want member = {best, want->property, want->is_name, want->depth + 1, want->entry};
    return conform(ev, value, &member, node);
}

static struct value conform_shape(struct evaluator *ev, struct value value, const struct want *want,
                                  const struct node *node) {
    switch (schema_value_shape(want->value)) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: return conform_text(ev, value, want, node);
    case SCHEMA_INTEGER: case SCHEMA_NUMBER: return conform_number(ev, value, want, node);
    case SCHEMA_BOOLEAN: return conform_bool(ev, value, want, node);
    case SCHEMA_JSON: return conform_free(ev, value, node);
    case SCHEMA_LIST:
        if (value.kind != VALUE_LIST) return conform_fault(ev, value, want, node);
        return conform_list(ev, value, want, node);
    case SCHEMA_MAP:
        if (value.kind != VALUE_RECORD) return conform_fault(ev, value, want, node);
        return conform_map(ev, value, want, node);
    case SCHEMA_BODY:
        if (value.kind != VALUE_RECORD) return conform_fault(ev, value, want, node);
        return conform_body(ev, value, want, node);
    case SCHEMA_UNION: return conform_union(ev, value, want, node);
    }
    return value;
}

static struct value conform_compound(struct evaluator *ev, struct value value,
                                     const struct want *want, const struct node *node) {
    const void *data = value.kind == VALUE_LIST ? (const void *)value.items : value.record;
    struct conform_entry *slot = conform_slot(ev, data, want->value);
    bool hit =
        slot->data == data && slot->wanted == want->value && slot->property == want->property;
    if (hit && (value.kind != VALUE_LIST || slot->result.kind == VALUE_LIST)) return slot->result;
    struct value result = conform_shape(ev, value, want, node);
    *slot = (struct conform_entry){data, want->value, want->property, result};
    return result;
}

static struct value conform(struct evaluator *ev, struct value value, const struct want *want,
                            const struct node *node) {
    if (want->depth > CONFORM_DEPTH || ev->is_exhausted) return value_poison();
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: case VALUE_NULL: return value;
    case VALUE_RESOURCE: case VALUE_COMPONENT: return conform_resource_value(ev, value, want, node);
    case VALUE_DEFERRED: return conform_deferred(ev, value, want, node);
    case VALUE_LIST:
        if (value.length == 0) return conform_shape(ev, value, want, node);
        return conform_compound(ev, value, want, node);
    case VALUE_RECORD: return conform_compound(ev, value, want, node);
    case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER: case VALUE_TEXT: case VALUE_REGION:
    case VALUE_STACK: case VALUE_TYPE: break;
    }
    return conform_shape(ev, value, want, node);
}

void conform_resource(struct evaluator *ev, struct resource *resource, bool is_broken) {
    const struct schema_body *body = schema_type_body(resource->type);
    struct record *record = resource->properties;
    struct schema_name name = {0};
    schema_type_physical_name(resource->type, &name);
    bool broken = is_broken, drops = false;
    const struct node *node = resource->declared;
    ev->conforming = resource;
    for (uint32_t i = 0; i < record->count; i++) {
        struct record_entry *entry = &record->entries[i]; /* ours: made for this resource */
        entry->value = conform_entry(ev, entry, body, name.property, 1, node);
        broken |= entry->value.kind == VALUE_POISON;
        drops |= entry->value.kind == SLOT_WAITING;
    }
    if (drops) {
        struct record *kept = record_new(ev->arena, record->count);
        for (uint32_t i = 0; i < record->count; i++) {
            struct record_entry *entry = &record->entries[i];
            if (entry->value.kind == SLOT_WAITING) continue;
            record_put(ev->arena, kept, entry->key, entry->value, entry->origin);
        }
        resource->properties = kept;
    }
    if (broken) return;
    struct written_name written = node->declaration.name;
    struct owner owner = {"resource", name_text(written.name), written_span(node, written)};
    conform_rules(ev, resource->properties, body, &owner);
}
