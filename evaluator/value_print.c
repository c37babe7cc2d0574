/* Values for people: what kind they are, and JSON in which what is deferred stands in words. */
#include "evaluator/value.h"

#include "base/limits.h"
#include "evaluator/stacks.h"

static struct text deferred_kind_text(const struct deferred *deferred) {
    switch ((enum deferred_shape)deferred->shape) {
    case SHAPE_TEXT: return TEXT("a string known at deploy time");
    case SHAPE_BOOL: return TEXT("a truth value known at deploy time");
    case SHAPE_NUMBER: return TEXT("a number known at deploy time");
    case SHAPE_LIST: return TEXT("a list known at deploy time");
    case SHAPE_ANY: return TEXT("a value known at deploy time");
    }
    return TEXT("a value");
}

struct text value_kind_text(struct arena *arena, struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: return TEXT("a value with a mistake");
    case VALUE_NULL: return TEXT("null");
    case VALUE_BOOL: return TEXT("a truth value");
    case VALUE_INT: return TEXT("an integer");
    case VALUE_NUMBER: return TEXT("a number");
    case VALUE_TEXT: return value.flags & VALUE_SECRET ? TEXT("a secret") : TEXT("a string");
    case VALUE_LIST: return TEXT("a list");
    case VALUE_RECORD: return TEXT("a record");
    case VALUE_REGION: return TEXT("a region");
    case VALUE_STACK: return TEXT("a stack");
    case VALUE_RESOURCE:
        return text_format(arena, "a resource of type %.*s",
                           TEXT_ARGS(schema_type_name(value.resource->type)));
    case VALUE_COMPONENT: return TEXT("an instance of a component");
    case VALUE_TYPE: return TEXT("a resource type");
    case VALUE_DEFERRED: return deferred_kind_text(value.deferred);
    }
    return TEXT("a value");
}

/* What is printed is bounded: a value can share its parts and so be far larger than its memory. */
static bool is_full(const struct buffer *out) {
    return out->length > LIMIT_TEXT_BYTES;
}

static void write_value(struct buffer *out, struct value value);

static void write_place(struct buffer *out, const struct region *region, struct text path) {
    if (region) {
        buffer_text(out, region->path);
        buffer_char(out, '.');
    }
    buffer_text(out, path);
}

static void write_operator(struct buffer *out, const struct deferred *deferred, const char *sign) {
    for (uint32_t i = 0; i < deferred->count; i++) {
        if (i) buffer_string(out, sign);
        write_value(out, deferred->operands[i]);
    }
}

static void write_call(struct buffer *out, const struct deferred *deferred, const char *function) {
    buffer_string(out, function);
    buffer_char(out, '(');
    write_operator(out, deferred, ", ");
    buffer_char(out, ')');
}

static void write_attribute(struct buffer *out, const struct deferred *deferred) {
    if (deferred->resource) write_place(out, deferred->resource->region, deferred->resource->path);
    buffer_char(out, '.');
    if (deferred->name) buffer_text(out, name_text(deferred->name));
}

static void write_pseudo(struct buffer *out, const struct name *name) {
    struct text text = name ? name_text(name) : TEXT("");
    if (text_is(text, "AWS::AccountId")) text = TEXT("account");
    if (text_is(text, "AWS::Partition")) text = TEXT("partition");
    buffer_text(out, text);
}

/* The pieces as text stands between quotes: known ones as they are, the others in ${ }. */
static void write_pieces(struct buffer *out, const struct deferred *deferred) {
    for (uint32_t i = 0; i < deferred->count && !is_full(out); i++) {
        struct value piece = deferred->operands[i];
        bool is_known = piece.kind == VALUE_DEFERRED && piece.deferred->count == 1 &&
                        piece.deferred->kind == DEFERRED_ATTRIBUTE;
        if (is_known && piece.deferred->operands[0].kind == VALUE_TEXT) {
            piece = piece.deferred->operands[0];
        }
        if (piece.kind == VALUE_TEXT) {
            buffer_text(out, piece.flags & VALUE_SECRET ? TEXT("(secret)") : value_as_text(piece));
            continue;
        }
        buffer_string(out, "${");
        write_value(out, piece);
        buffer_char(out, '}');
    }
}

static void write_if(struct buffer *out, const struct deferred *deferred) {
    buffer_string(out, "if ");
    write_value(out, deferred->operands[0]);
    buffer_string(out, " then ");
    write_value(out, deferred->operands[1]);
    buffer_string(out, " else ");
    write_value(out, deferred->operands[2]);
}

static void write_index(struct buffer *out, const struct deferred *deferred) {
    if (deferred->map_name) {
        buffer_text(out, name_text(deferred->map_name));
    } else {
        write_value(out, deferred->operands[0]);
    }
    buffer_char(out, '[');
    write_value(out, deferred->operands[1]);
    buffer_char(out, ']');
}

/* A deferred value as an expression of the language that could have made it. */
static void write_deferred(struct buffer *out, const struct deferred *deferred) {
    if (is_full(out)) return;
    switch ((enum deferred_kind)deferred->kind) {
    case DEFERRED_ATTRIBUTE: write_attribute(out, deferred); return;
    case DEFERRED_PARAMETER:
        if (deferred->parameter) buffer_text(out, name_text(deferred->parameter->name));
        return;
    case DEFERRED_PSEUDO: write_pseudo(out, deferred->name); return;
    case DEFERRED_TEXT:
        buffer_char(out, '"');
        write_pieces(out, deferred);
        buffer_char(out, '"');
        return;
    case DEFERRED_EQUAL: write_operator(out, deferred, " == "); return;
    case DEFERRED_AND: write_operator(out, deferred, " && "); return;
    case DEFERRED_OR: write_operator(out, deferred, " || "); return;
    case DEFERRED_NOT:
        buffer_string(out, "!(");
        write_operator(out, deferred, "");
        buffer_char(out, ')');
        return;
    case DEFERRED_IF: write_if(out, deferred); return;
    case DEFERRED_LOOKUP:
    case DEFERRED_SELECT: write_index(out, deferred); return;
    case DEFERRED_JOIN: write_call(out, deferred, "join"); return;
    case DEFERRED_SPLIT: write_call(out, deferred, "split"); return;
    case DEFERRED_CIDR: write_call(out, deferred, "cidr"); return;
    case DEFERRED_BASE64: write_call(out, deferred, "base64"); return;
    case DEFERRED_ZONES: write_call(out, deferred, "azs"); return;
    case DEFERRED_DYNAMIC: write_operator(out, deferred, ""); return;
    case DEFERRED_JSON: write_call(out, deferred, "json"); return;
    case DEFERRED_READS: write_call(out, deferred, "delivered_reads"); return;
    case DEFERRED_OVERRIDES: write_call(out, deferred, "delivered_parameters"); return;
    }
}

static void write_value(struct buffer *out, struct value value) {
    if (value.kind == VALUE_DEFERRED) {
        write_deferred(out, value.deferred);
    } else {
        value_json(out, value, 0);
    }
}

/* ---- JSON ---- */

struct json_writer {
    struct buffer *out;
    int indent;
    unsigned depth;
};

static void json_write(struct json_writer *writer, struct value value);

static void json_line(struct json_writer *writer) {
    if (writer->indent == 0) return;
    buffer_char(writer->out, '\n');
    for (unsigned i = 0; i < writer->depth * (unsigned)writer->indent; i++) {
        buffer_char(writer->out, ' ');
    }
}

static void json_separate(struct json_writer *writer, bool first) {
    if (!first) buffer_char(writer->out, ',');
    if (!first && writer->indent == 0) buffer_char(writer->out, ' ');
    json_line(writer);
}

static void json_list(struct json_writer *writer, struct value value) {
    buffer_char(writer->out, '[');
    writer->depth++;
    for (uint32_t i = 0; i < value.length && !is_full(writer->out); i++) {
        json_separate(writer, i == 0);
        json_write(writer, value.items[i]);
    }
    writer->depth--;
    if (value.length) json_line(writer);
    buffer_char(writer->out, ']');
}

static void json_record(struct json_writer *writer, const struct record *record) {
    buffer_char(writer->out, '{');
    writer->depth++;
    for (uint32_t i = 0; i < record->count && !is_full(writer->out); i++) {
        json_separate(writer, i == 0);
        buffer_json_string(writer->out, name_text(record->entries[i].key));
        buffer_string(writer->out, ": ");
        json_write(writer, record->entries[i].value);
    }
    writer->depth--;
    if (record->count) json_line(writer);
    buffer_char(writer->out, '}');
}

static void json_deferred(struct buffer *out, const struct deferred *deferred) {
    struct buffer text;
    buffer_init(&text);
    if (deferred->kind == DEFERRED_TEXT) {
        write_pieces(&text, deferred);
    } else if (deferred->kind == DEFERRED_DYNAMIC && deferred->count &&
               deferred->operands[0].kind == VALUE_TEXT) {
        buffer_text(&text, value_as_text(deferred->operands[0]));
    } else {
        buffer_string(&text, "${");
        write_deferred(&text, deferred);
        buffer_char(&text, '}');
    }
    buffer_json_string(out, buffer_view(&text));
    buffer_release(&text);
}

static void json_place(struct buffer *out, const struct region *region, struct text path) {
    struct buffer text;
    buffer_init(&text);
    buffer_string(&text, "${");
    write_place(&text, region, path);
    buffer_char(&text, '}');
    buffer_json_string(out, buffer_view(&text));
    buffer_release(&text);
}

static void json_write(struct json_writer *writer, struct value value) {
    struct buffer *out = writer->out;
    if (value.kind == VALUE_TEXT && value.flags & VALUE_SECRET) {
        buffer_string(out, "\"(secret)\"");
        return;
    }
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON: buffer_string(out, "\"(error)\""); return;
    case VALUE_NULL: buffer_string(out, "null"); return;
    case VALUE_BOOL: buffer_string(out, value.boolean ? "true" : "false"); return;
    case VALUE_INT: {
        char room[SCALAR_ROOM];
        buffer_text(out, value_integer_text(value.integer, room));
        return;
    }
    case VALUE_NUMBER: buffer_number(out, value.number); return;
    case VALUE_TEXT: buffer_json_string(out, value_as_text(value)); return;
    case VALUE_LIST: json_list(writer, value); return;
    case VALUE_RECORD: json_record(writer, value.record); return;
    case VALUE_REGION: buffer_json_string(out, value.region->name); return;
    case VALUE_STACK: buffer_json_string(out, value.stack->name); return;
    case VALUE_RESOURCE: json_place(out, value.resource->region, value.resource->path); return;
    case VALUE_COMPONENT: buffer_string(out, "\"(component)\""); return;
    case VALUE_TYPE: buffer_json_string(out, name_text(value.type)); return;
    case VALUE_DEFERRED:
        if (value.deferred->kind == DEFERRED_ATTRIBUTE && value.deferred->count == 1) {
            json_write(writer, value.deferred->operands[0]);
        } else {
            json_deferred(out, value.deferred);
        }
        return;
    }
}

void value_json(struct buffer *out, struct value value, int indent) {
    struct json_writer writer = {.out = out, .indent = indent};
    json_write(&writer, value);
}
