/* The second walk: values as CloudFormation's JSON, straight into the buffer, in the smallest
 * form. */
#include "template/lowering.h"

/* ---- JSON ---- */

/* A new line and its indentation, in one piece of fixed size where that is enough: it is copied as
 * fast as a single byte. */
static void line(struct emitter *e) {
    if (!e->indented) return;
    static const char blank[] = "\n                                                               ";
    enum { PIECE = sizeof blank - 1 };
    size_t wanted = 1 + 2 * (size_t)e->depth;
    e->spaces += wanted;
    buffer_reserve(e->out, wanted + PIECE);
    char *to = e->out->bytes + e->out->length;
    memcpy(to, blank, PIECE);
    if (wanted > PIECE) memset(to + PIECE, ' ', wanted - PIECE);
    e->out->length += wanted;
}

void emit_open(struct emitter *e, char bracket) {
    buffer_char(e->out, bracket);
    e->depth++;
    e->is_first = true;
}

void emit_close(struct emitter *e, char bracket) {
    e->depth--;
    if (!e->is_first) line(e);
    buffer_char(e->out, bracket);
    e->is_first = false;
}

void emit_item(struct emitter *e) {
    if (!e->is_first) buffer_char(e->out, ',');
    e->is_first = false;
    line(e);
}

#define EACH(byte) (~(uint64_t)0 / 255 * (byte))

/* Whether one of eight bytes is a control character, '"' or '\\': none of them has its high bit set
 * after the tests unless it is one (Hacker's Delight, 6-1). */
static bool needs_escape(uint64_t eight) {
    uint64_t quote = eight ^ EACH('"'), backslash = eight ^ EACH('\\'), del = eight ^ EACH(0x7F);
    uint64_t low = (eight - EACH(0x20)) & ~eight;
    uint64_t found = low | ((quote - EACH(1)) & ~quote) | ((backslash - EACH(1)) & ~backslash) |
                     ((del - EACH(1)) & ~del);
    return (found & EACH(0x80)) != 0;
}

static uint64_t eight_at(const char *bytes) {
    uint64_t eight;
    memcpy(&eight, bytes, 8);
    return eight;
}

/* Whether the text can stand in JSON as it is. The last eight bytes are looked at whole, and overlap
 * those before. */
static bool is_clean(struct text text) {
    if (text.length >= 8) {
        bool found = needs_escape(eight_at(text.bytes + text.length - 8));
        for (size_t at = 0; at + 8 < text.length; at += 8) {
            found |= needs_escape(eight_at(text.bytes + at));
        }
        return !found;
    }
    uint64_t eight = EACH('a');
    for (size_t i = 0; i < text.length; i++) eight = eight << 8 | (unsigned char)text.bytes[i];
    return !needs_escape(eight);
}

void emit_text(struct emitter *e, struct text text) {
    if (!is_clean(text)) {
        buffer_json_string(e->out, text);
        return;
    }
    buffer_reserve(e->out, text.length + 2);
    char *to = e->out->bytes + e->out->length;
    *to++ = '"';
    if (text.length) memcpy(to, text.bytes, text.length);
    to[text.length] = '"';
    e->out->length += text.length + 2;
}

void emit_key(struct emitter *e, struct text key) {
    emit_item(e);
    emit_text(e, key);
    buffer_char(e->out, ':');
    if (!e->indented) return;
    buffer_char(e->out, ' ');
    e->spaces++;
}

/* Text inside a JSON string that is open already. */
static void emit_fragment(struct emitter *e, struct text text) {
    if (is_clean(text)) {
        buffer_text(e->out, text);
        return;
    }
    size_t start = e->out->length;
    buffer_json_string(e->out, text);
    e->out->length--; /* the closing quote; then the opening one */
    memmove(e->out->bytes + start, e->out->bytes + start + 1, e->out->length - start - 1);
    e->out->length--;
}

static void emit_integer(struct emitter *e, int64_t integer) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
    do digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (integer < 0) digits[--at] = '-';
    buffer_add(e->out, digits + at, sizeof digits - at);
}

/* ---- intrinsic functions ---- */

/* {"Fn::X": [ */
static void open_function(struct emitter *e, struct text name) {
    emit_open(e, '{');
    emit_key(e, name);
    emit_open(e, '[');
}
static void close_function(struct emitter *e) {
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

/* An attribute whose value is what Ref returns is written as Ref, which is shorter. */
static bool is_ref(const struct emitter *e, const struct resource *resource,
                   const struct name *attribute) {
    return attribute == e->in->all->ref ||
           text_equal(schema_type_ref(resource->type), name_text(attribute));
}

static void emit_own_attribute(struct emitter *e, const struct resource *resource,
                               const struct name *attribute) {
    if (is_ref(e, resource, attribute)) {
        emit_ref(e, name_text(resource->logical_id));
        return;
    }
    open_function(e, TEXT("Fn::GetAtt"));
    emit_item(e);
    emit_text(e, name_text(resource->logical_id));
    emit_item(e);
    emit_text(e, name_text(attribute));
    close_function(e);
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
        open_function(e, TEXT("Fn::Split"));
        emit_item(e);
        emit_text(e, TEXT(","));
        emit_item(e);
        emit_stack_output(e, import->travel);
        close_function(e);
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
        open_function(e, TEXT("Fn::Join"));
        emit_item(e);
        emit_text(e, TEXT(","));
        emit_item(e);
        emit_own_attribute(e, travel->resource, travel->attribute);
        close_function(e);
    } else if (travel->element >= 0) {
        open_function(e, TEXT("Fn::Select"));
        emit_item(e);
        emit_integer(e, travel->element);
        emit_item(e);
        emit_own_attribute(e, travel->resource, travel->attribute);
        close_function(e);
    } else {
        emit_own_attribute(e, travel->resource, travel->attribute);
    }
}

/* ---- Fn::Sub ---- */

static void emit_inline(struct emitter *e, const struct deferred *d) {
    buffer_string(e->out, "${");
    if (d->kind == DEFERRED_PARAMETER) {
        buffer_text(e->out, d->parameter->logical_id);
    } else if (d->kind == DEFERRED_PSEUDO) {
        buffer_text(e->out, name_text(d->name));
    } else if (e->in->stack && d->resource->stack == e->in->stack) {
        buffer_text(e->out, name_text(d->resource->logical_id));
        if (!is_ref(e, d->resource, d->name)) {
            buffer_char(e->out, '.');
            buffer_text(e->out, name_text(d->name));
        }
    } else {
        buffer_text(e->out, lowering_import(e->in, d, -1)->parameter);
    }
    buffer_char(e->out, '}');
}

/* Known text of Fn::Sub: a ${ of its own is written ${! */
static void emit_literal(struct emitter *e, struct text text) {
    size_t start = 0;
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.bytes[i] != '$' || text.bytes[i + 1] != '{') continue;
        emit_fragment(e, (struct text){text.bytes + start, i + 2 - start});
        buffer_char(e->out, '!');
        start = i + 2;
    }
    emit_fragment(e, (struct text){text.bytes + start, text.length - start});
}

/* The name of a variable of Fn::Sub for a piece that ${ } cannot name. */
static struct text variable_base(struct emitter *e, const struct deferred *d) {
    if (d->kind == DEFERRED_ATTRIBUTE) {
        struct import *import = lowering_import(e->in, d, -1);
        if (import && import->travel->has_output) return import->travel->output;
    }
    if (d->kind == DEFERRED_LOOKUP && d->map_name) {
        return words_joined(e->in->all->arena, name_text(d->map_name));
    }
    if (d->kind == DEFERRED_IF || d->shape == SHAPE_BOOL) {
        struct value truth = d->kind == DEFERRED_IF ? d->operands[0]
                                                    : value_deferred((struct deferred *)d);
        struct term *term = lowering_term(e->in, truth);
        if (term->name.length) return term->name;
    }
    return TEXT("Value");
}

/* What equal pieces have in common: how a value of another stack travels, else the node. */
static const void *piece_key(struct emitter *e, struct value piece) {
    if (piece.kind != VALUE_DEFERRED) return piece.items;
    if (piece.deferred->kind != DEFERRED_ATTRIBUTE) return piece.deferred;
    return lowering_import(e->in, piece.deferred, -1);
}

/* Variables of one Fn::Sub: by piece, and the names taken. */
struct variables {
    struct map by_piece; /* piece_key -> struct text * */
    struct map taken;    /* name -> how often it was wanted */
};

/* Whether something of the stack has this name, which ${ } could mean as well. */
static bool is_id(struct emitter *e, struct text name) {
    if (lowering_find_id(e->in, name)) return true;
    const struct deployment *deployment = e->in->all->deployment;
    for (uint32_t i = 0; i < deployment->parameter_count; i++) {
        if (text_equal(deployment->parameters[i]->logical_id, name)) return true;
    }
    return false;
}

static struct text variable_name(struct emitter *e, struct variables *variables,
                                 struct value piece) {
    struct lowering *all = e->in->all;
    struct text base =
        piece.kind == VALUE_DEFERRED ? variable_base(e, piece.deferred) : TEXT("Value");
    const struct name *base_name = names_intern(all->deployment->names, base);
    uintptr_t number = (uintptr_t)map_find(&variables->taken, base_name);
    struct text name = base;
    for (bool is_free = false; !is_free; number++) {
        if (number) name = text_format(all->arena, "%.*s%u", TEXT_ARGS(base), (unsigned)number + 1);
        const struct name *wanted = names_intern(all->deployment->names, name);
        is_free = !is_id(e, name) && (wanted == base_name ? number == 0
                                                          : !map_find(&variables->taken, wanted));
        if (is_free) map_put(&variables->taken, wanted, (void *)(uintptr_t)1);
    }
    map_put(&variables->taken, base_name, (void *)number);
    return name;
}

/* Names of the pieces that need a variable (empty for the others); equal pieces share one. */
static uint32_t name_variables(struct emitter *e, const struct pieces *pieces, struct text *names) {
    struct variables variables;
    uint32_t count = 0;
    map_init(&variables.by_piece, e->in->all->arena);
    map_init(&variables.taken, e->in->all->arena);
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == VALUE_TEXT) continue;
        if (lowering_is_inline(e->in, pieces->items[i])) continue;
        const void *key = piece_key(e, pieces->items[i]);
        const struct text *known = map_find(&variables.by_piece, key);
        names[i] = known ? *known : variable_name(e, &variables, pieces->items[i]);
        if (known) continue;
        map_put(&variables.by_piece, key, &names[i]);
        count++;
    }
    return count;
}

static void emit_variables(struct emitter *e, const struct pieces *pieces,
                           const struct text *names) {
    struct map written;
    map_init(&written, e->in->all->arena);
    emit_open(e, '{');
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (names[i].length == 0 || map_put(&written, names[i].bytes, e)) continue;
        emit_key(e, names[i]);
        emit_string_value(e, pieces->items[i]);
    }
    emit_close(e, '}');
}

static void emit_sub_text(struct emitter *e, const struct pieces *pieces,
                          const struct text *names) {
    buffer_char(e->out, '"');
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind == VALUE_TEXT) {
            emit_literal(e, value_as_text(pieces->items[i]));
        } else if (names[i].length) {
            buffer_string(e->out, "${");
            buffer_text(e->out, names[i]);
            buffer_char(e->out, '}');
        } else {
            emit_inline(e, pieces->items[i].deferred);
        }
    }
    buffer_char(e->out, '"');
}

/* For texts whose ${ have no } behind them: what Fn::Sub makes of those is not documented. */
static void emit_joined(struct emitter *e, const struct pieces *pieces) {
    open_function(e, TEXT("Fn::Join"));
    emit_item(e);
    emit_text(e, TEXT(""));
    emit_item(e);
    emit_open(e, '[');
    for (uint32_t i = 0; i < pieces->count; i++) {
        emit_item(e);
        emit_string_value(e, pieces->items[i]);
    }
    emit_close(e, ']');
    close_function(e);
}

static bool fits_sub(const struct pieces *pieces) {
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].kind != VALUE_TEXT) continue;
        if (!lowering_fits_sub(value_as_text(pieces->items[i]))) return false;
    }
    return true;
}

static void emit_pieces(struct emitter *e, const struct deferred *d) {
    enum { FEW = 16 };
    struct text few[FEW] = {{0}};
    struct pieces pieces = lowering_pieces(e->in, value_deferred((struct deferred *)d));
    if (pieces.count == 0) {
        emit_text(e, TEXT(""));
    } else if (pieces.count == 1) {
        emit_string_value(e, pieces.items[0]);
    } else if (!fits_sub(&pieces)) {
        emit_joined(e, &pieces);
    } else {
        struct text *names =
            pieces.count <= FEW ? few : arena_array(e->in->all->arena, pieces.count, sizeof *names);
        uint32_t variables = name_variables(e, &pieces, names);
        emit_open(e, '{');
        EMIT_KEY(e, "Fn::Sub");
        if (variables) {
            emit_open(e, '[');
            emit_item(e);
        }
        emit_sub_text(e, &pieces, names);
        if (variables) {
            emit_item(e);
            emit_variables(e, &pieces, names);
            emit_close(e, ']');
        }
        emit_close(e, '}');
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
    open_function(e, name);
    for (uint32_t i = 0; i < term->count; i++) {
        const struct term *inner = term->terms[i];
        emit_item(e);
        if (is_by_name(e, inner)) {
            emit_pair(e, TEXT("Condition"), inner->name);
        } else {
            emit_term(e, inner);
        }
    }
    close_function(e);
}

void emit_term(struct emitter *e, const struct term *term) {
    switch ((enum term_kind)term->kind) {
    case TERM_FALSE: buffer_string(e->out, "false"); return;
    case TERM_TRUE: buffer_string(e->out, "true"); return;
    case TERM_EQUAL:
        open_function(e, TEXT("Fn::Equals"));
        emit_operand(e, term->left);
        emit_operand(e, term->right);
        close_function(e);
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
    open_function(e, TEXT("Fn::If"));
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
    close_function(e);
}

static void emit_truth(struct emitter *e, struct deferred *d) {
    open_if(e, value_deferred(d));
    emit_branch(e, value_bool(true));
    emit_branch(e, value_bool(false));
    close_function(e);
}

/* ---- the other functions ---- */

static void emit_lookup(struct emitter *e, const struct deferred *d) {
    struct find_in_map found;
    if (!lowering_find_in_map(e->in, d, &found)) {
        buffer_string(e->out, "null"); /* reported */
        return;
    }
    open_function(e, TEXT("Fn::FindInMap"));
    emit_item(e);
    emit_text(e, found.mapping->name);
    emit_item_value(e, found.first);
    emit_item_value(e, found.second);
    close_function(e);
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
    bool is_attribute = list.kind == VALUE_DEFERRED && list.deferred->kind == DEFERRED_ATTRIBUTE;
    if (is_attribute && index.kind == VALUE_INT &&
        !(e->in->stack && list.deferred->resource->stack == e->in->stack)) {
        emit_import(e, lowering_import(e->in, list.deferred, index.integer));
        return;
    }
    open_function(e, TEXT("Fn::Select"));
    emit_item_value(e, index);
    emit_item_value(e, list);
    close_function(e);
}

static void emit_call(struct emitter *e, struct text name, const struct deferred *d) {
    open_function(e, name);
    for (uint32_t i = 0; i < d->count; i++) emit_item_value(e, d->operands[i]);
    close_function(e);
}

/* Fn::Cidr takes no Fn::Join or Fn::Base64 for its block: Fn::Sub around them. */
static void emit_cidr(struct emitter *e, const struct deferred *d) {
    struct value block = lowering_reduce(e->in, d->operands[0]);
    open_function(e, TEXT("Fn::Cidr"));
    emit_item(e);
    if (block.kind == VALUE_DEFERRED && block.deferred->kind == DEFERRED_JOIN) {
        open_function(e, TEXT("Fn::Sub"));
        emit_item(e);
        emit_text(e, TEXT("${Block}"));
        emit_item(e);
        emit_open(e, '{');
        EMIT_KEY(e, "Block");
        emit_value(e, block);
        emit_close(e, '}');
        close_function(e);
    } else {
        emit_value(e, block);
    }
    for (uint32_t i = 1; i < d->count; i++) {
        if (d->operands[i].kind != VALUE_NULL) emit_item_value(e, d->operands[i]);
    }
    close_function(e);
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
        close_function(e);
    } else if (value.kind == VALUE_DEFERRED && value.deferred->kind == DEFERRED_IF) {
        open_if(e, value.deferred->operands[0]);
        emit_item(e);
        emit_string_value(e, value.deferred->operands[1]);
        emit_item(e);
        emit_string_value(e, value.deferred->operands[2]);
        close_function(e);
    } else {
        emit_value(e, value);
    }
}
