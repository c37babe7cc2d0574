/* The first walk: what a stack's values need, and how large its template will be. */
#include "template/lowering.h"

enum { PATH_ROOM = 16 };

struct use {
    struct stack_lowering *in;
    struct resource *resource; /* whose values are walked; NULL for outputs */
    bool as_parameter;         /* below something that cannot hold Fn::GetStackOutput */
    const struct name *path[PATH_ROOM]; /* of properties, from the resource's top level */
    unsigned depth;                     /* 0: not among the properties */
};

static void use_value(struct use *u, struct value value);

static void use_below(struct use *u, struct value value, bool as_parameter) {
    bool before = u->as_parameter;
    u->as_parameter = before || as_parameter;
    use_value(u, value);
    u->as_parameter = before;
}

static void add_resource_edge(struct use *u, struct resource *to, const struct node *cause,
                              bool is_order) {
    if (!u->resource || to->mark == u->resource->index + 1) return;
    struct stack_lowering *in = u->in;
    to->mark = u->resource->index + 1;
    *LOWERING_ADD(in->all->arena, in->edges, in->edge_count, in->edge_capacity) =
        (struct resource_edge){.to = to, .cause = cause, .is_order = is_order};
}

static void use_attribute(struct use *u, struct deferred *d) {
    u->in->size += 24 + d->name->length + d->resource->logical_id->length;
    if (u->in->stack && d->resource->stack == u->in->stack) {
        add_resource_edge(u, d->resource, d->cause, false);
        return;
    }
    struct import *import = lowering_import(u->in, d, -1);
    if (!import) return;
    u->in->size += 80;
    lowering_carry(u->in, import, u->as_parameter);
}

static void report_place(struct use *u, const struct deferred *d, const char *what) {
    struct diagnostics *diagnostics = u->in->all->deployment->diagnostics;
    struct diagnostic *diagnostic = diagnostics_report(diagnostics, DIAGNOSTIC_DEFERRED_PLACE,
                                                       cause_span(d->cause), "%s", what);
    diagnostic_hint(diagnostics, diagnostic,
                    "Use a known value here, or a deploy param as it is.");
}

static void use_select(struct use *u, struct deferred *d) {
    struct value list = lowering_reduce(u->in, d->operands[0]);
    struct value index = lowering_settle(u->in, d->operands[1]);
    if (lowering_is_element(u->in, list, index)) {
        struct import *import = lowering_import(u->in, list.deferred, index.integer);
        if (import) lowering_carry(u->in, import, u->as_parameter);
        u->in->size += 80;
        return;
    }
    if (index.kind == VALUE_DEFERRED && !lowering_is_key(u->in, index)) {
        report_place(u, d, "the index of a deferred list can be a known number, a deploy param or "
                           "a look-up, nothing else");
        return;
    }
    u->in->size += 24;
    use_below(u, index, true);
    use_value(u, list);
}

static void use_lookup(struct use *u, struct deferred *d) {
    struct find_in_map found;
    if (!lowering_find_in_map(u->in, d, &found)) return;
    u->in->size += 24 + found.mapping->name.length;
    use_below(u, found.first, true);
    use_below(u, found.second, true);
}

static void use_if(struct use *u, struct deferred *d) {
    struct term *term = lowering_term(u->in, d->operands[0]);
    lowering_name_term(u->in, term);
    u->in->size += 16 + term->name.length;
    use_value(u, d->operands[1]);
    use_value(u, d->operands[2]);
}

static void use_deferred(struct use *u, struct deferred *d) {
    switch ((enum deferred_kind)d->kind) {
    case DEFERRED_ATTRIBUTE: use_attribute(u, d); return;
    case DEFERRED_PARAMETER:
        u->in->size += 12 + d->parameter->logical_id.length;
        lowering_use_parameter(u->in, d->parameter);
        return;
    case DEFERRED_PSEUDO: u->in->size += 12 + d->name->length; return;
    case DEFERRED_TEXT: case DEFERRED_DYNAMIC: {
        struct pieces pieces = lowering_pieces(u->in, value_deferred(d));
        u->in->size += 12;
        for (uint32_t i = 0; i < pieces.count; i++) use_value(u, pieces.items[i]);
        return;
    }
    case DEFERRED_EQUAL: case DEFERRED_AND: case DEFERRED_OR: case DEFERRED_NOT:
        lowering_name_term(u->in, lowering_term(u->in, value_deferred(d)));
        u->in->size += 40;
        return;
    case DEFERRED_IF: use_if(u, d); return;
    case DEFERRED_LOOKUP: use_lookup(u, d); return;
    case DEFERRED_SELECT: use_select(u, d); return;
    case DEFERRED_SPLIT: case DEFERRED_CIDR: case DEFERRED_ZONES:
        u->in->size += 16;
        for (uint32_t i = 0; i < d->count; i++) use_below(u, d->operands[i], true);
        return;
    case DEFERRED_JOIN: case DEFERRED_BASE64: case DEFERRED_JSON: case DEFERRED_OVERRIDES:
    case DEFERRED_READS:
        u->in->size += 16;
        for (uint32_t i = 0; i < d->count; i++) use_value(u, d->operands[i]);
        return;
    }
}

/* Whether the schema requires the property that the path leads to. */
static bool is_required(const struct use *u) {
    const struct schema_body *body = schema_type_body(u->resource->type);
    const struct schema_property *property = NULL;
    if (u->depth == 0 || u->depth > PATH_ROOM) return false;
    for (unsigned i = 0; i < u->depth; i++) {
        property = body ? schema_body_find(body, name_text(u->path[i])) : NULL;
        if (!property) return false;
        const struct schema_value *value = schema_property_value(property);
        if (schema_value_shape(value) == SCHEMA_LIST) value = schema_value_element(value);
        body = schema_value_body(value);
    }
    return (schema_property_flags(property) & SCHEMA_REQUIRED) != 0;
}

static bool is_chosen(struct value value) {
    return value.kind == VALUE_DEFERRED && (value.deferred->kind == DEFERRED_LOOKUP ||
                                            value.deferred->kind == DEFERRED_SELECT);
}

static void use_record(struct use *u, const struct record *record) {
    bool is_below = u->depth > 0; /* the caller of the top level has set it to 1 */
    u->in->size += 2;
    for (uint32_t i = 0; i < record->count; i++) {
        const struct record_entry *entry = &record->entries[i];
        u->in->size += entry->key->length + 4;
        if (is_below && u->depth <= PATH_ROOM) u->path[u->depth - 1] = entry->key;
        if (is_below && is_chosen(entry->value)) {
            u->in->needs_value = is_required(u);
            lowering_reduce(u->in, entry->value);
            u->in->needs_value = false;
        }
        if (is_below) u->depth++;
        use_value(u, entry->value);
        if (is_below) u->depth--;
    }
}

static void use_value(struct use *u, struct value value) {
    if (u->in->size > LOWERING_SIZE_CEILING) {
        u->in->is_too_large = true;
        return;
    }
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: case VALUE_NULL: return;
    case VALUE_BOOL: case VALUE_INT: case VALUE_NUMBER: u->in->size += 6; return;
    case VALUE_TEXT: u->in->size += value.length + 3; return;
    case VALUE_LIST:
        u->in->size += 2;
        for (uint32_t i = 0; i < value.length; i++) use_value(u, value.items[i]);
        return;
    case VALUE_RECORD: use_record(u, value.record); return;
    case VALUE_COMPONENT: return;
    case VALUE_REGION: case VALUE_STACK: case VALUE_RESOURCE: case VALUE_TYPE:
    case VALUE_DEFERRED: break;
    }
    value = lowering_reduce(u->in, value);
    if (value.kind == VALUE_DEFERRED) {
        use_deferred(u, value.deferred);
    } else {
        use_value(u, value);
    }
}

static void use_dependency(struct use *u, struct value value) {
    if (value.kind == VALUE_LIST) {
        for (uint32_t i = 0; i < value.length; i++) use_dependency(u, value.items[i]);
    } else if (value.kind == VALUE_RECORD) {
        for (uint32_t i = 0; i < value.record->count; i++) {
            use_dependency(u, value.record->entries[i].value);
        }
    } else if (value.kind == VALUE_RESOURCE && value.resource->stack) {
        struct resource *to = value.resource;
        if (to->stack == u->in->stack) {
            add_resource_edge(u, to, depends_on_entry(u->resource->declared), true);
            u->in->size += to->logical_id->length + 3;
        } else if (!map_put(&u->in->order_edges, to, to)) {
            const struct node *entry = depends_on_entry(u->resource->declared);
            lowering_add_edge(u->in, (struct template_edge){
                .stack = to->stack->index, .what = resource_full_path(u->in->all->arena, to),
                .span = cause_span(entry)});
        }
    }
}

static void use_resource(struct use *u, struct resource *resource) {
    u->resource = resource;
    u->in->size += 40 + resource->logical_id->length + resource_type_name(resource).length;
    u->depth = 1;
    if (resource->properties) use_record(u, resource->properties);
    u->depth = 0;
    use_value(u, resource->meta->deletion_policy);
    use_value(u, resource->meta->update_replace_policy);
    use_value(u, resource->meta->creation_policy);
    use_value(u, resource->meta->update_policy);
    use_value(u, resource->meta->metadata);
    use_dependency(u, resource->meta->depends_on);
}

void lowering_use_stack(struct stack_lowering *in) {
    struct stack *stack = in->stack;
    struct use u = {.in = in};
    in->edge_start = arena_array(in->all->arena, stack->resource_count + 1,
                                 sizeof *in->edge_start);
    for (uint32_t i = 0; i < stack->resource_count; i++) stack->resources[i]->mark = 0;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        in->edge_start[i] = in->edge_count;
        use_resource(&u, stack->resources[i]);
    }
    in->edge_start[stack->resource_count] = in->edge_count;
}

void lowering_use_output(struct stack_lowering *in, struct value value) {
    struct use u = {.in = in};
    in->size += 40;
    use_value(&u, value);
}
