/* Built-in functions on any value. */
#include "evaluator/builtins.h"
#include "evaluator/internal.h"
#include "evaluator/stacks.h"

struct value apply_coalesce(struct call *call) {
    struct value values = call->arguments[0];
    if (!call_spend(call, values.length)) return value_poison();
    for (uint32_t i = 0; i < values.length; i++) {
        if (values.items[i].kind != VALUE_NULL) return values.items[i];
    }
    return value_null();
}

struct value apply_error(struct call *call) {
    struct text message;
    if (!argument_text(call, 0, &message)) return value_poison();
    message = text_slice(message, 0, 2000);
    return call_error(call, -1, "%.*s", TEXT_ARGS(message));
}

static const char *shape_type(enum deferred_shape shape) {
    switch (shape) {
    case SHAPE_TEXT: return "string";
    case SHAPE_BOOL: return "bool";
    case SHAPE_NUMBER: return "number";
    case SHAPE_LIST: return "list";
    case SHAPE_ANY: break;
    }
    return "deferred";
}

static const char *kind_type(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: return "error";
    case VALUE_NULL: return "null";
    case VALUE_BOOL: return "bool";
    case VALUE_INT: return "int";
    case VALUE_NUMBER: return "number";
    case VALUE_TEXT: return "string";
    case VALUE_LIST: return "list";
    case VALUE_RECORD: return "record";
    case VALUE_REGION: return "region";
    case VALUE_STACK: return "stack";
    case VALUE_RESOURCE: return "resource";
    case VALUE_COMPONENT: return "component";
    case VALUE_TYPE: return "type";
    case VALUE_DEFERRED: return shape_type((enum deferred_shape)value.deferred->shape);
    }
    return "error";
}

struct value apply_type_of(struct call *call) {
    struct value value = call->arguments[0];
    if (value.kind == VALUE_POISON) return value;
    if (value.kind == VALUE_RESOURCE) {
        return value_text(text_copy(call->arena, schema_type_name(value.resource->type)));
    }
    return value_text(text_of(kind_type(value)));
}

/* ---- prune ---- */

static struct value prune(struct call *call, struct value value, unsigned depth);

static struct value prune_list(struct call *call, struct value list, unsigned depth) {
    struct value *items = make_items(call, list.length);
    if (!items) return value_poison();
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list.length; i++) {
        if (list.items[i].kind != VALUE_NULL) items[kept++] = prune(call, list.items[i], depth);
    }
    return value_list(items, kept);
}

static struct value prune_record(struct call *call, struct value map, unsigned depth) {
    struct record *record = record_new(call->arena, map.record->count);
    if (!make_items(call, map.record->count)) return value_poison();
    for (uint32_t i = 0; i < map.record->count; i++) {
        const struct record_entry *entry = &map.record->entries[i];
        if (entry->value.kind == VALUE_NULL) continue;
        record_put(call->arena, record, entry->key, prune(call, entry->value, depth),
                   entry->origin);
    }
    return value_record(record);
}

static struct value prune(struct call *call, struct value value, unsigned depth) {
    if (depth == 0) return value; /* no value is nested as deep */
    if (value.kind == VALUE_LIST) return prune_list(call, value, depth - 1);
    if (value.kind == VALUE_RECORD) return prune_record(call, value, depth - 1);
    return value;
}

struct value apply_prune(struct call *call) {
    return value_seal(prune(call, call->arguments[0], LIMIT_JSON_DEPTH));
}

/* ---- logical_id, stack_name ---- */

/* The resource that the argument is or that stands for it, with its place in a template; or NULL,
 * reported. */
static const struct resource *placed_resource(struct call *call) {
    struct value value = call->arguments[0];
    struct resource *resource = NULL;
    if (value.kind == VALUE_POISON) return NULL;
    if (value.kind == VALUE_RESOURCE) resource = value.resource;
    if (value.kind == VALUE_COMPONENT) resource = component_self(call->evaluator, value.component);
    if (!resource) {
        argument_wrong(call, 0, "a resource of one of AWS's types");
        return NULL;
    }
    if (naming_settle(call->evaluator, (struct resource_state *)resource)) return resource;
    call_error(call, 0, "\"%.*s\" has no place in a template", TEXT_ARGS(resource->path));
    return NULL;
}

struct value apply_logical_id(struct call *call) {
    const struct resource *resource = placed_resource(call);
    return resource ? value_text(name_text(resource->logical_id)) : value_poison();
}

struct value apply_stack_name(struct call *call) {
    const struct resource *resource = placed_resource(call);
    return resource ? value_text(resource->stack->name) : value_poison();
}
