/* Built-in functions on any value. */
#include "evaluator/builtins.h"
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
