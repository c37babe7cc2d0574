/* Resources that exist already: what is asked of them must follow from what is written of them. */
#include "evaluator/internal.h"

static struct value written_text(struct evaluator *ev, struct resource_state *state,
                                 struct text name, const struct node *node) {
    struct value value = resource_property(ev, state, names_intern(ev->names, name), node);
    if (value.kind == VALUE_RESOURCE || value.kind == VALUE_COMPONENT) {
        return reference_to(ev, value, node);
    }
    return value;
}

/* The path of IAM before the name: ${RoleNameWithPath} of an ARN. */
static struct value name_with_path(struct evaluator *ev, struct resource_state *state,
                                   struct text name, const struct node *node) {
    struct value path = written_text(ev, state, TEXT("Path"), node);
    struct value written = written_text(ev, state, name, node);
    if (written.kind == SLOT_WAITING || written.kind == VALUE_NULL) return written;
    if (path.kind != VALUE_TEXT || path.length < 2) return written;
    struct value parts[2] = {path, written};
    parts[0].bytes++; /* the ARN has the first "/" already */
    parts[0].length--;
    return value_concat(ev->arena, parts, 2, node);
}

/* The property that holds what an ARN's placeholder stands for: ${ProjectName} of a build project
 * is its Name. */
static struct text placeholder_property(const struct schema_type *type, struct text placeholder) {
    struct schema_name name;
    bool is_property = schema_body_find(schema_type_body(type), placeholder) != NULL;
    if (is_property || !text_ends(placeholder, TEXT("Name"))) return placeholder;
    if (!schema_type_physical_name(type, &name) || !name.property) return placeholder;
    return schema_property_name(name.property);
}

static struct value placeholder_value(struct evaluator *ev, struct resource_state *state,
                                      struct text name, const struct node *node) {
    struct deferred *pseudo = deferred_new(ev->arena, DEFERRED_PSEUDO, SHAPE_TEXT, 0, node);
    struct region *region = state->resource.region;
    if (text_is(name, "Region")) return value_text(region->name);
    if (text_is(name, "Account") && ev->deployment->account.length) {
        return value_text(ev->deployment->account);
    }
    if (text_is(name, "Partition") || text_is(name, "Account")) {
        pseudo->name = names_intern(ev->names, text_is(name, "Account") ? TEXT("AWS::AccountId")
                                                                        : TEXT("AWS::Partition"));
        return value_deferred(pseudo);
    }
    if (text_ends(name, TEXT("WithPath"))) {
        return name_with_path(ev, state,
                              (struct text){name.bytes, name.length - strlen("WithPath")}, node);
    }
    return written_text(ev, state, placeholder_property(state->resource.type, name), node);
}

enum { ARN_PARTS = 32 };

/* The ARN by the type's template, or kind SLOT_WAITING where a part of it is not written: which. */
static struct value arn_from_template(struct evaluator *ev, struct resource_state *state,
                                      struct text arn, const struct node *node,
                                      struct text *missing) {
    struct value parts[ARN_PARTS];
    uint32_t count = 0;
    size_t at = 0;
    while (at < arn.length && count < ARN_PARTS) {
        struct text rest = {arn.bytes + at, arn.length - at};
        const char *open = memmem(rest.bytes, rest.length, "${", 2);
        if (open != rest.bytes) {
            size_t length = open ? (size_t)(open - rest.bytes) : rest.length;
            parts[count++] = value_text((struct text){rest.bytes, length});
            at += length;
            continue;
        }
        const char *close = memchr(rest.bytes, '}', rest.length);
        if (!close) break;
        struct text name = {rest.bytes + 2, (size_t)(close - rest.bytes) - 2};
        struct value part = placeholder_value(ev, state, name, node);
        if (part.kind == SLOT_WAITING || part.kind == VALUE_NULL) {
            if (text_ends(name, TEXT("WithPath"))) name.length -= strlen("WithPath");
            *missing = placeholder_property(state->resource.type, name);
            return (struct value){.kind = SLOT_WAITING};
        }
        parts[count++] = as_piece(ev, part, node);
        at += (size_t)(close - rest.bytes) + 1;
    }
    return value_concat(ev->arena, parts, count, node);
}

struct value existing_attribute(struct evaluator *ev, struct resource_state *state,
                                const struct name *name, const struct node *node) {
    const struct schema_type *type = state->resource.type;
    struct text arn_attribute, arn = schema_type_arn(type, &arn_attribute);
    struct text ref = schema_type_ref(type);
    struct value value = {.kind = SLOT_WAITING};
    struct text needed = name == ev->name_ref && ref.length ? ref : name_text(name);
    if (name == ev->name_ref && ref.length) {
        value = written_text(ev, state, ref, node);
    }
    bool is_arn = text_equal(name_text(name), arn_attribute) ||
                  (name == ev->name_ref && text_equal(ref, arn_attribute));
    if (value.kind == SLOT_WAITING && arn.length && is_arn) {
        value = arn_from_template(ev, state, arn, node, &needed);
    }
    if (value.kind != SLOT_WAITING && value.kind != VALUE_NULL) return value;
    /* a part of the ARN that is no property cannot be written, but the ARN can */
    if (!schema_body_find(schema_type_body(type), needed)) needed = name_text(name);
    struct diagnostic *d = report(
        ev, DIAGNOSTIC_EXISTING_ATTRIBUTE, node,
        "\"%.*s\" of \"%.*s\", which exists already, does not follow from what is written of it",
        NAME_ARGS(name), TEXT_ARGS(state->resource.path));
    hint(ev, d, "Write `%.*s = \"...\"` in the resource with the value that it has.",
         TEXT_ARGS(needed));
    return value_poison();
}
