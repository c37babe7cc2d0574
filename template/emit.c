/* The second walk: values as CloudFormation's JSON, straight into the buffer, in the smallest
 * form. */
#include "template/lowering.h"

/* ---- intrinsic functions ---- */

void emit_open_function(struct emitter *e, struct text name) {
    emit_open(e, '{');
    emit_key(e, name);
    emit_open(e, '[');
}
void emit_close_function(struct emitter *e) {
    emit_close(e, ']');
    emit_close(e, '}');
}

static void emit_item_value(struct emitter *e, struct value value) {
    emit_item(e);
    emit_value(e, value);
}

static void emit_pair(struct emitter *e, struct text key, struct text value) {
    emit_open(e, '{');
    emit_key(e, key);
    emit_text(e, value);
    emit_close(e, '}');
}

static void emit_ref(struct emitter *e, struct text id) {
    emit_pair(e, TEXT("Ref"), id);
}

bool emit_is_ref(const struct emitter *e, const struct resource *resource,
                 const struct name *attribute) {
    return attribute == e->in->all->ref ||
           text_equal(schema_type_ref(resource->type), name_text(attribute));
}

static void emit_own_attribute(struct emitter *e, const struct resource *resource,
                               const struct name *attribute) {
    if (emit_is_ref(e, resource, attribute)) {
        emit_ref(e, name_text(resource->logical_id));
        return;
    }
    emit_open_function(e, TEXT("Fn::GetAtt"));
    emit_item(e);
    emit_text(e, name_text(resource->logical_id));
    emit_item(e);
    emit_text(e, name_text(attribute));
    emit_close_function(e);
}

static void emit_stack_output(struct emitter *e, const struct travel *travel) {
    const struct stack *producer = travel->resource->stack;
    emit_open(e, '{');
    EMIT_KEY(e, "Fn::GetStackOutput");
    emit_open(e, '{');
    EMIT_KEY(e, "StackName");
    emit_text(e, producer->name);
    EMIT_KEY(e, "OutputName");
    emit_text(e, travel->output);
    if (!e->in->stack || !text_equal(producer->region->name, e->in->stack->region->name)) {
        EMIT_KEY(e, "Region");
        emit_text(e, producer->region->name);
    }
    emit_close(e, '}');
    emit_close(e, '}');
}

static void emit_import(struct emitter *e, const struct import *import) {
    if (!import) {
        buffer_string(e->out, "null"); /* reported: an existing resource that cannot be computed */
    } else if (import->way == WAY_PARAMETER) {
        emit_ref(e, import->parameter);
    } else if (import->travel->is_list) { /* only outside a template: its output is joined */
        emit_open_function(e, TEXT("Fn::Split"));
        emit_item(e);
        emit_text(e, TEXT(","));
        emit_item(e);
        emit_stack_output(e, import->travel);
        emit_close_function(e);
    } else {
        emit_stack_output(e, import->travel);
    }
}

static void emit_attribute(struct emitter *e, const struct deferred *d) {
    if (e->in->stack && d->resource->stack == e->in->stack) {
        emit_own_attribute(e, d->resource, d->name);
        return;
    }
    emit_import(e, lowering_import(e->in, d, -1));
}

void emit_travel(struct emitter *e, const struct travel *travel) {
    if (travel->is_list) {
        emit_open_function(e, TEXT("Fn::Join"));
        emit_item(e);
        emit_text(e, TEXT(","));
        emit_item(e);
        emit_own_attribute(e, travel->resource, travel->attribute);
        emit_close_function(e);
    } else if (travel->element >= 0) {
        emit_open_function(e, TEXT("Fn::Select"));
        emit_item(e);
        emit_integer(e, travel->element);
        emit_item(e);
        emit_own_attribute(e, travel->resource, travel->attribute);
        emit_close_function(e);
    } else {
        emit_own_attribute(e, travel->resource, travel->attribute);
    }
}

/* ---- conditions ---- */

static void emit_operand(struct emitter *e, struct value value) {
    emit_item(e);
    emit_string_value(e, value);
}

/* Whether an operand stands there by its name. */
static bool is_by_name(const struct emitter *e, const struct term *term) {
    if (!term->is_named || e->has_inline_conditions) return false;
    if (e->is_content) return term->content.length > CONDITION_INLINE_BYTES;
    return term->content.length > term->name.length + sizeof "{\"Condition\":\"\"}" - 1;
}

static void emit_terms(struct emitter *e, struct text name, const struct term *term) {
    emit_open_function(e, name);
    for (uint32_t i = 0; i < term->count; i++) {
        const struct term *inner = term->terms[i];
        emit_item(e);
        if (is_by_name(e, inner)) {
            emit_pair(e, TEXT("Condition"), inner->name);
        } else {
            emit_term(e, inner);
        }
    }
    emit_close_function(e);
}

void emit_term(struct emitter *e, const struct term *term) {
    switch ((enum term_kind)term->kind) {
    case TERM_FALSE: buffer_string(e->out, "false"); return;
    case TERM_TRUE: buffer_string(e->out, "true"); return;
    case TERM_EQUAL:
        emit_open_function(e, TEXT("Fn::Equals"));
        emit_operand(e, term->left);
        emit_operand(e, term->right);
        emit_close_function(e);
        return;
    case TERM_AND: emit_terms(e, TEXT("Fn::And"), term); return;
    case TERM_OR: emit_terms(e, TEXT("Fn::Or"), term); return;
    case TERM_NOT: emit_terms(e, TEXT("Fn::Not"), term); return;
    }
}

static void emit_branch(struct emitter *e, struct value value) {
    emit_item(e);
    value = lowering_reduce(e->in, value);
    if (value.kind == VALUE_NULL) {
        emit_ref(e, TEXT("AWS::NoValue"));
    } else {
        emit_value(e, value);
    }
}

static void open_if(struct emitter *e, struct value condition) {
    struct term *term = lowering_term(e->in, condition);
    emit_open_function(e, TEXT("Fn::If"));
    emit_item(e);
    if (e->has_inline_conditions) {
        emit_term(e, term);
    } else {
        emit_text(e, term->name);
    }
}

static void emit_if(struct emitter *e, const struct deferred *d) {
    open_if(e, d->operands[0]);
    emit_branch(e, d->operands[1]);
    emit_branch(e, d->operands[2]);
    emit_close_function(e);
}

static void emit_truth(struct emitter *e, struct deferred *d) {
    open_if(e, value_deferred(d));
    emit_branch(e, value_bool(true));
    emit_branch(e, value_bool(false));
    emit_close_function(e);
}

/* ---- the other functions ---- */

static void emit_lookup(struct emitter *e, const struct deferred *d) {
    struct find_in_map found;
    if (!lowering_find_in_map(e->in, d, &found)) {
        buffer_string(e->out, "null"); /* reported */
        return;
    }
    emit_open_function(e, TEXT("Fn::FindInMap"));
    emit_item(e);
    emit_text(e, found.mapping->name);
    emit_item_value(e, found.first);
    emit_item_value(e, found.second);
    emit_close_function(e);
}

void emit_mapping(struct emitter *e, const struct mapping *mapping) {
    if (mapping->two_levels) {
        emit_value(e, value_record((struct record *)mapping->two_levels));
        return;
    }
    const struct record *rows = mapping->columns[0].record;
    emit_open(e, '{');
    for (uint32_t i = 0; i < rows->count; i++) {
        emit_key(e, name_text(rows->entries[i].key));
        emit_open(e, '{');
        for (uint32_t j = 0; j < mapping->column_count; j++) {
            emit_key(e, mapping->columns[j].key);
            emit_value(e, mapping->columns[j].record->entries[i].value);
        }
        emit_close(e, '}');
    }
    emit_close(e, '}');
}

static void emit_select(struct emitter *e, const struct deferred *d) {
    struct value list = lowering_reduce(e->in, d->operands[0]);
    struct value index = lowering_settle(e->in, d->operands[1]);
    if (lowering_is_element(e->in, list, index)) {
        emit_import(e, lowering_import(e->in, list.deferred, index.integer));
        return;
    }
    emit_open_function(e, TEXT("Fn::Select"));
    emit_item_value(e, index);
    emit_item_value(e, list);
    emit_close_function(e);
}

static void emit_call(struct emitter *e, struct text name, const struct deferred *d) {
    emit_open_function(e, name);
    for (uint32_t i = 0; i < d->count; i++) emit_item_value(e, d->operands[i]);
    emit_close_function(e);
}

/* Fn::Cidr takes no Fn::Join or Fn::Base64 for its block: Fn::Sub around them. */
static void emit_cidr(struct emitter *e, const struct deferred *d) {
    struct value block = lowering_reduce(e->in, d->operands[0]);
    emit_open_function(e, TEXT("Fn::Cidr"));
    emit_item(e);
    if (block.kind == VALUE_DEFERRED && block.deferred->kind == DEFERRED_JOIN) {
        emit_open_function(e, TEXT("Fn::Sub"));
        emit_item(e);
        emit_text(e, TEXT("${Block}"));
        emit_item(e);
        emit_open(e, '{');
        EMIT_KEY(e, "Block");
        emit_value(e, block);
        emit_close(e, '}');
        emit_close_function(e);
    } else {
        emit_value(e, block);
    }
    for (uint32_t i = 1; i < d->count; i++) {
        if (d->operands[i].kind != VALUE_NULL) emit_item_value(e, d->operands[i]);
    }
    emit_close_function(e);
}

static void emit_zones(struct emitter *e, const struct deferred *d) {
    struct value region = d->count ? lowering_reduce(e->in, d->operands[0]) : value_null();
    bool is_own = region.kind == VALUE_NULL ||
                  (region.kind == VALUE_TEXT && e->in->stack &&
                   text_equal(value_as_text(region), e->in->stack->region->name));
    emit_open(e, '{');
    EMIT_KEY(e, "Fn::GetAZs");
    if (is_own) {
        emit_text(e, TEXT(""));
    } else {
        emit_value(e, region);
    }
    emit_close(e, '}');
}

static void emit_base64(struct emitter *e, const struct deferred *d) {
    emit_open(e, '{');
    EMIT_KEY(e, "Fn::Base64");
    emit_string_value(e, d->operands[0]);
    emit_close(e, '}');
}

static void emit_deferred(struct emitter *e, struct deferred *d) {
    switch ((enum deferred_kind)d->kind) {
    case DEFERRED_ATTRIBUTE: emit_attribute(e, d); return;
    case DEFERRED_PARAMETER: emit_ref(e, d->parameter->logical_id); return;
    case DEFERRED_PSEUDO: emit_ref(e, name_text(d->name)); return;
    case DEFERRED_TEXT: case DEFERRED_DYNAMIC: case DEFERRED_JSON: emit_pieces(e, d); return;
    case DEFERRED_EQUAL: case DEFERRED_AND: case DEFERRED_OR: case DEFERRED_NOT:
        emit_truth(e, d);
        return;
    case DEFERRED_IF: emit_if(e, d); return;
    case DEFERRED_LOOKUP: emit_lookup(e, d); return;
    case DEFERRED_SELECT: emit_select(e, d); return;
    case DEFERRED_JOIN: emit_call(e, TEXT("Fn::Join"), d); return;
    case DEFERRED_SPLIT: emit_call(e, TEXT("Fn::Split"), d); return;
    case DEFERRED_CIDR: emit_cidr(e, d); return;
    case DEFERRED_BASE64: emit_base64(e, d); return;
    case DEFERRED_ZONES: emit_zones(e, d); return;
    case DEFERRED_OVERRIDES: case DEFERRED_READS: return; /* reduced by now */
    }
}

/* ---- values ---- */

/* CloudFormation refuses null: an entry without a value is left out, as an element is. */
static void emit_record(struct emitter *e, const struct record *record) {
    emit_open(e, '{');
    for (uint32_t i = 0; i < record->count; i++) {
        struct value value = record->entries[i].value;
        if (value.kind >= VALUE_REGION) value = lowering_reduce(e->in, value);
        if (value.kind == VALUE_NULL) continue;
        emit_key(e, name_text(record->entries[i].key));
        emit_value(e, value);
    }
    emit_close(e, '}');
}

static void emit_list(struct emitter *e, struct value list) {
    emit_open(e, '[');
    for (uint32_t i = 0; i < list.length; i++) {
        struct value value = list.items[i];
        if (value.kind >= VALUE_REGION) value = lowering_reduce(e->in, value);
        if (value.kind == VALUE_NULL) continue;
        emit_item(e);
        emit_value(e, value);
    }
    emit_close(e, ']');
}

void emit_value(struct emitter *e, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_TEXT: emit_text(e, value_as_text(value)); return;
    case VALUE_RECORD: emit_record(e, value.record); return;
    case VALUE_LIST: emit_list(e, value); return;
    case VALUE_BOOL: buffer_string(e->out, value.boolean ? "true" : "false"); return;
    case VALUE_INT: emit_integer(e, value.integer); return;
    case VALUE_NUMBER: buffer_number(e->out, value.number); return;
    case VALUE_POISON: case VALUE_NULL: case VALUE_COMPONENT: buffer_string(e->out, "null"); return;
    case VALUE_REGION: case VALUE_STACK: case VALUE_RESOURCE: case VALUE_TYPE:
    case VALUE_DEFERRED: break;
    }
    value = lowering_reduce(e->in, value);
    if (value.kind == VALUE_DEFERRED) {
        emit_deferred(e, value.deferred);
    } else {
        emit_value(e, value);
    }
}

static bool is_truth(struct value value) {
    if (value.kind != VALUE_DEFERRED) return false;
    enum deferred_kind kind = value.deferred->kind;
    return kind == DEFERRED_EQUAL || kind == DEFERRED_AND || kind == DEFERRED_OR ||
           kind == DEFERRED_NOT;
}

static bool is_list(struct value value) {
    return value.kind == VALUE_LIST ||
           (value.kind == VALUE_DEFERRED && value.deferred->shape == SHAPE_LIST);
}

static struct value join_list(struct emitter *e, struct value list) {
    struct deferred *join = lowering_node(e->in, DEFERRED_JOIN, SHAPE_TEXT, 2, NULL);
    join->operands[0] = value_text(TEXT(","));
    join->operands[1] = list;
    return lowering_reduce(e->in, value_deferred(join));
}

void emit_string_value(struct emitter *e, struct value value) {
    value = lowering_reduce(e->in, value);
    if (is_list(value)) value = join_list(e, value);
    if (lowering_is_scalar(value)) {
        emit_text(e, lowering_scalar_text(e->in->all->arena, value));
    } else if (value.kind == VALUE_NULL) {
        emit_text(e, TEXT(""));
    } else if (is_truth(value)) {
        open_if(e, value);
        emit_branch(e, value_text(TEXT("true")));
        emit_branch(e, value_text(TEXT("false")));
        emit_close_function(e);
    } else if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_IF) {
        open_if(e, value.deferred->operands[0]);
        emit_item(e);
        emit_string_value(e, value.deferred->operands[1]);
        emit_item(e);
        emit_string_value(e, value.deferred->operands[2]);
        emit_close_function(e);
    } else {
        emit_value(e, value);
    }
}

struct text lowering_content(struct stack_lowering *in, struct value value) {
    struct buffer buffer;
    buffer_init(&buffer);
    struct emitter e = {.in = in, .out = &buffer};
    emit_value(&e, value);
    struct text content = buffer_take(&buffer, in->all->arena);
    buffer_release(&buffer);
    return content;
}
