/* json() and to_json(). */
#include "base/json.h"

#include <stdio.h>

#include "evaluator/builtins.h"
#include "evaluator/choice.h"

/* ---- reading: a stack of what is open, since values are built from the inside out ---- */

struct open_value {
    struct record *record;  /* an object, or NULL */
    const struct name *key; /* of the member whose value is read */
    struct items list;
};

struct json_building {
    struct call *call;
    int index;
    struct json json;
    struct open_value stack[LIMIT_JSON_DEPTH + 1];
    int depth;
    struct value result;
};

static bool json_wrong(struct json_building *building, size_t at, const char *error) {
    uint32_t line, column;
    json_place(&building->json, at, &line, &column);
    return fail(building->call, building->index, "the text is not JSON: %s, line %u column %u",
                error, line, column);
}

static bool put_value(struct json_building *building, struct value value) {
    struct open_value *open = &building->stack[building->depth];
    if (building->depth == 0) {
        building->result = value;
    } else if (open->record) {
        record_put(building->call->arena, open->record, open->key, value, NULL);
    } else {
        return items_add(building->call, &open->list, value);
    }
    return true;
}

static bool put_key(struct json_building *building) {
    struct open_value *open = &building->stack[building->depth];
    open->key = names_intern(building->call->names, building->json.text);
    if (!record_find(open->record, open->key)) return true;
    char error[160];
    struct text shown = text_slice(building->json.text, 0, 30);
    snprintf(error, sizeof error, "the name \"%.*s\" stands twice in one object", TEXT_ARGS(shown));
    return json_wrong(building, building->json.start, error);
}

/* One token; false on a mistake. */
static bool put_token(struct json_building *building, enum json_kind kind) {
    struct json *json = &building->json;
    struct open_value *open = &building->stack[building->depth];
    struct value value;
    switch (kind) {
    case JSON_ERROR:
        return json_wrong(building, json->at, json->error);
    case JSON_END:
        return true;
    case JSON_OBJECT:
        building->stack[++building->depth] =
            (struct open_value){.record = record_new(building->call->arena, 0)};
        return true;
    case JSON_LIST:
        building->stack[++building->depth] = (struct open_value){0};
        return true;
    case JSON_OBJECT_END:
    case JSON_LIST_END:
        value = open->record ? value_record(open->record) : items_list(&open->list);
        building->depth--;
        return put_value(building, value);
    case JSON_KEY:
        return put_key(building);
    case JSON_STRING:
        return put_value(building, value_text(json->text));
    case JSON_INT:
        return put_value(building, value_int(json->integer));
    case JSON_NUMBER:
        return put_value(building, value_number(json->number));
    case JSON_TRUE:
    case JSON_FALSE:
        return put_value(building, value_bool(kind == JSON_TRUE));
    case JSON_NULL:
        return put_value(building, value_null());
    }
    return false;
}

/* JSON as values; index is the argument that messages point at. */
static struct value value_from_json(struct call *call, int index, struct text text) {
    struct json_building building = {.call = call, .index = index};
    if (!spend_bytes(call, text.length)) return value_poison();
    json_init(&building.json, call->arena, text);
    for (;;) {
        enum json_kind kind = json_next(&building.json);
        if (kind == JSON_END) return building.result;
        if (!call_spend(call, 1) || !put_token(&building, kind)) return value_poison();
    }
}

/* json("data.json"): a path, where the text of the file is wanted. */
bool builtin_takes_path(struct call *call, struct text text) {
    static const char *const ends[] = {".json", ".yaml", ".yml"};
    bool is_path = text.length > 0 && text.length < 200 && !memchr(text.bytes, '\n', text.length) &&
                   !memchr(text.bytes, ' ', text.length) && !memchr(text.bytes, '"', text.length);
    for (size_t i = 0; is_path && i < sizeof ends / sizeof *ends; i++) {
        if (!text_ends(text, text_of(ends[i]))) continue;
        struct text mend = text_format(call->arena, "To read the file, write %s(file(\"%.*s\")).",
                                       call->builtin->name, TEXT_ARGS(text));
        call_error_hint(call, 0, mend.bytes, "\"%.*s\" is the path of a file, not its text",
                        TEXT_ARGS(text));
        return true;
    }
    return false;
}

struct value apply_json(struct call *call) {
    struct text text;
    if (!argument_text(call, 0, &text) || builtin_takes_path(call, text)) return value_poison();
    return value_from_json(call, 0, text);
}

/* ---- writing: known text so far, and the pieces before it where parts are deferred ---- */

struct json_output {
    struct call *call;
    int index;          /* of the argument, for messages */
    struct buffer text; /* since the last piece */
    struct value *pieces;
    uint32_t count, capacity;
    int64_t indent;
    int depth;
    uint64_t length; /* of all text before */
};

static bool write_value(struct json_output *out, struct value value);

static void add_piece(struct json_output *out, struct value piece) {
    if (out->count == out->capacity) {
        uint32_t capacity = out->capacity ? out->capacity * 2 : 8;
        struct value *pieces = arena_array(out->call->arena, capacity, sizeof *pieces);
        if (out->count) memcpy(pieces, out->pieces, out->count * sizeof *pieces);
        out->pieces = pieces;
        out->capacity = capacity;
    }
    out->pieces[out->count++] = piece;
}

static void flush_text(struct json_output *out) {
    if (out->text.length == 0) return;
    out->length += out->text.length;
    add_piece(out, value_text(buffer_take(&out->text, out->call->arena)));
    out->text.length = 0;
}

static void write_line(struct json_output *out) {
    if (out->indent == 0) return;
    buffer_char(&out->text, '\n');
    for (int64_t i = out->indent * out->depth; i > 0; i--)
        buffer_char(&out->text, ' ');
}

static bool enter(struct json_output *out, char c) {
    if (out->depth >= LIMIT_JSON_DEPTH) {
        return fail(out->call, out->index, "the value is nested deeper than %d", LIMIT_JSON_DEPTH);
    }
    out->depth++;
    buffer_char(&out->text, c);
    return true;
}

static void leave(struct json_output *out, char c, bool empty) {
    out->depth--;
    if (!empty) write_line(out);
    buffer_char(&out->text, c);
}

static bool write_list(struct json_output *out, struct value list) {
    if (!enter(out, '[')) return false;
    for (uint32_t i = 0; i < list.length; i++) {
        if (i) buffer_char(&out->text, ',');
        write_line(out);
        if (!write_value(out, list.items[i])) return false;
    }
    leave(out, ']', list.length == 0);
    return true;
}

static bool write_record(struct json_output *out, const struct record *record) {
    if (!enter(out, '{')) return false;
    for (uint32_t i = 0; i < record->count; i++) {
        if (i) buffer_char(&out->text, ',');
        write_line(out);
        buffer_json_string(&out->text, name_text(record->entries[i].key));
        buffer_string(&out->text, out->indent ? ": " : ":");
        if (!write_value(out, record->entries[i].value)) return false;
    }
    leave(out, '}', record->count == 0);
    return true;
}

/* The value as JSON text of its own, at the depth and indent of out. */
static bool nested_text(struct json_output *out, struct value value, struct value *text) {
    struct json_output inner = {
        .call = out->call, .index = out->index, .indent = out->indent, .depth = out->depth};
    buffer_init(&inner.text);
    bool done = write_value(&inner, value);
    if (done) {
        flush_text(&inner);
        *text = value_concat(out->call->arena, inner.pieces, inner.count, out->call->node);
    }
    buffer_release(&inner.text);
    return done && text->kind != VALUE_POISON;
}

/* Whether JSON writes the text without an escape. */
static bool is_plain(struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F) return false;
    }
    return true;
}

static struct value json_of_each(struct evaluator *ev, struct value each, void *context) {
    (void)ev;
    struct value text;
    return nested_text(context, each, &text) ? text : value_poison();
}

/* Whether it is no JSON as it stands between the quotes of a text, or without them. */
static bool needs_json(struct value each) {
    switch ((enum value_kind)each.kind) {
    case VALUE_INT: case VALUE_NUMBER: case VALUE_BOOL: return false;
    case VALUE_TEXT: return !is_plain(value_as_text(each));
    case VALUE_DEFERRED: return choice_is(each) || each.deferred->kind == DEFERRED_TEXT;
    case VALUE_POISON: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_REGION:
    case VALUE_STACK: case VALUE_RESOURCE: case VALUE_COMPONENT: case VALUE_TYPE: break;
    }
    return true;
}

/* Each value of a choice as JSON, so that a null or a record comes out right. */
static bool write_choice(struct json_output *out, struct value choice) {
    struct evaluator *ev = out->call->evaluator;
    struct value made = choice_map(ev, choice, json_of_each, out, out->call->node);
    if (made.kind == VALUE_POISON) return false;
    flush_text(out);
    add_piece(out, made);
    return true;
}

/* A deferred list of texts: joined with `","` between `["` and `"]`. */
static void write_deferred_list(struct json_output *out, struct value value) {
    struct deferred *join =
        deferred_new(out->call->arena, DEFERRED_JOIN, SHAPE_TEXT, 2, value.deferred->cause);
    join->operands[0] = value_text(TEXT("\",\""));
    join->operands[1] = value;
    join->depth = (uint16_t)(value.deferred->depth + 1);
    buffer_string(&out->text, "[\"");
    flush_text(out);
    add_piece(out, value_deferred(join));
    buffer_string(&out->text, "\"]");
}

static bool write_deferred(struct json_output *out, struct value value) {
    const struct deferred *deferred = value.deferred;
    bool is_mixed = deferred->kind == DEFERRED_IF || deferred->shape == SHAPE_ANY;
    if (choice_is(value) && (is_mixed || choice_any(value, needs_json))) {
        return write_choice(out, value);
    }
    bool quoted = deferred->shape == SHAPE_TEXT || deferred->shape == SHAPE_ANY;
    if (deferred->shape == SHAPE_LIST) {
        write_deferred_list(out, value);
    } else {
        if (quoted) buffer_char(&out->text, '"');
        flush_text(out);
        add_piece(out, value);
        if (quoted) buffer_char(&out->text, '"');
    }
    return true;
}

/* A text with deferred parts: its known parts are escaped, the others cannot be. */
static bool write_deferred_text(struct json_output *out, const struct deferred *deferred) {
    buffer_char(&out->text, '"');
    for (uint32_t i = 0; i < deferred->count; i++) {
        struct value part = deferred->operands[i];
        if (part.kind == VALUE_TEXT) {
            struct buffer quoted;
            buffer_init(&quoted);
            buffer_json_string(&quoted, value_as_text(part));
            buffer_add(&out->text, quoted.bytes + 1, quoted.length - 2);
            buffer_release(&quoted);
        } else {
            flush_text(out);
            add_piece(out, part);
        }
    }
    buffer_char(&out->text, '"');
    return true;
}

static bool no_json(struct json_output *out, struct value value) {
    struct text kind = value_kind_text(out->call->arena, value);
    const char *hint = value.kind == VALUE_RESOURCE || value.kind == VALUE_COMPONENT
                           ? "Write one of its attributes, such as \".Arn\" or \".Ref\"."
                       : value.kind == VALUE_REGION ? "Write \".name\" behind the region."
                                                    : "Write a part of it that is data.";
    call_error_hint(out->call, out->index, hint, "%.*s is no data: it cannot become JSON",
                    TEXT_ARGS(kind));
    return false;
}

static bool write_value(struct json_output *out, struct value value) {
    if (!call_spend(out->call, 1 + (value.kind == VALUE_TEXT ? value.length / 32 : 0)) ||
        !text_fits(out->call, out->length + out->text.length)) {
        return false;
    }
    switch ((enum value_kind)value.kind) {
    case VALUE_POISON:
        return false;
    case VALUE_NULL:
        buffer_string(&out->text, "null");
        return true;
    case VALUE_BOOL:
        buffer_string(&out->text, value.boolean ? "true" : "false");
        return true;
    case VALUE_INT:
        buffer_format(&out->text, "%lld", (long long)value.integer);
        return true;
    case VALUE_NUMBER:
        buffer_number(&out->text, value.number);
        return true;
    case VALUE_TEXT:
        buffer_json_string(&out->text, value_as_text(value));
        return true;
    case VALUE_LIST:
        return write_list(out, value);
    case VALUE_RECORD:
        return write_record(out, value.record);
    case VALUE_REGION:
    case VALUE_STACK:
    case VALUE_RESOURCE:
    case VALUE_COMPONENT:
        return no_json(out, value);
    case VALUE_TYPE:
        buffer_json_string(&out->text, name_text(value.type));
        return true;
    case VALUE_DEFERRED:
        if (value.deferred->kind == DEFERRED_TEXT) return write_deferred_text(out, value.deferred);
        return write_deferred(out, value);
    }
    return false;
}

bool json_write_value(struct call *call, int index, struct buffer *text, struct value value) {
    struct json_output out = {.call = call, .index = index};
    buffer_init(&out.text);
    bool done = write_value(&out, value);
    if (done && out.count) {
        done = fail(call, index, "a part of the value is only known at deploy time");
    }
    if (done) buffer_text(text, buffer_view(&out.text));
    buffer_release(&out.text);
    return done;
}

struct value apply_to_json(struct call *call) {
    struct json_output out = {.call = call};
    struct value result = value_poison();
    if (!argument_range(call, 1, 0, 16, &out.indent)) return result;
    buffer_init(&out.text);
    if (write_value(&out, call->arguments[0])) {
        flush_text(&out);
        if (text_fits(call, out.length)) {
            result = value_concat(call->arena, out.pieces, out.count, call->node);
        }
    }
    buffer_release(&out.text);
    return keep_secret(call, result);
}
