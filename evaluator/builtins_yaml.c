/* yaml() and yaml_all(): the text of YAML as values.
 *
 * Scalars are read by the core schema of YAML 1.2: `yes`, `on` and `2012-10-17` are strings.
 * Digits with leading zeros are strings too, since they are account ids and not numbers.
 * CloudFormation's short forms (!Ref, !GetAtt a.b) become the long ones. An alias costs what it
 * stands for, so that a small text cannot become a huge value.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/unicode.h"
#include "evaluator/builtins.h"
#include "evaluator/letters.h"

enum { YAML_EXPANDED = 1000000 /* nodes of one text, those of aliases counted each time */ };

struct yaml_anchor {
    struct value value;
    uint64_t nodes;
};

struct yaml_open {          /* a mapping or a sequence that is not closed yet */
    struct record *record;  /* a mapping, or NULL */
    struct record *merged;  /* what its "<<" brought, or NULL */
    const struct name *key; /* of the member whose value is read, or NULL */
    bool is_merge;          /* the value read belongs to "<<" */
    struct items list;
    const struct name *anchor;
    struct text tag;
    uint64_t nodes_before;
};

struct yaml_building {
    struct call *call;
    int index;
    yaml_parser_t parser;
    yaml_event_t event;
    struct yaml_open stack[LIMIT_JSON_DEPTH + 1];
    int depth;
    struct map anchors;
    uint64_t nodes;
    struct value result;
};

static bool yaml_wrong(struct yaml_building *building, const char *error, struct text about) {
    const char *space = about.length ? " " : "";
    const char *quote = about.length ? "\"" : "";
    about = text_slice(about, 0, 40);
    return fail(building->call, building->index, "the text is not YAML: %s%s%s%.*s%s, line %zu",
                error, space, quote, TEXT_ARGS(about), quote, building->event.start_mark.line + 1);
}

static bool count_nodes(struct yaml_building *building, uint64_t nodes) {
    building->nodes += nodes;
    if (building->nodes > YAML_EXPANDED) {
        return yaml_wrong(building, "its aliases stand for more than a million values", TEXT(""));
    }
    return call_spend(building->call, nodes);
}

/* ---- plain scalars ---- */

static bool is_null_word(struct text text) {
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return text_is_one_of(text, words);
}

static bool is_true_word(struct text text) {
    static const char *const words[] = {"true", "True", "TRUE", NULL};
    return text_is_one_of(text, words);
}

static bool is_false_word(struct text text) {
    static const char *const words[] = {"false", "False", "FALSE", NULL};
    return text_is_one_of(text, words);
}

static size_t digits_end(struct text text, size_t at) {
    while (at < text.length && ascii_is_digit(text.bytes[at]))
        at++;
    return at;
}

enum number_form { FORM_NONE, FORM_INTEGER, FORM_FLOAT };

/* Which number of the core schema the text is written like. */
static enum number_form number_form(struct text text) {
    size_t start = text.length && (text.bytes[0] == '-' || text.bytes[0] == '+');
    size_t whole = digits_end(text, start), at = whole, fraction = 0;
    if (whole - start > 1 && text.bytes[start] == '0') return FORM_NONE;
    if (whole == text.length) return whole > start ? FORM_INTEGER : FORM_NONE;
    if (text.bytes[at] == '.') {
        fraction = digits_end(text, at + 1) - at - 1;
        at += 1 + fraction;
    }
    if (whole == start && fraction == 0) return FORM_NONE;
    if (at < text.length && (text.bytes[at] == 'e' || text.bytes[at] == 'E')) {
        size_t sign =
            at + 1 < text.length && (text.bytes[at + 1] == '-' || text.bytes[at + 1] == '+');
        size_t end = digits_end(text, at + 1 + sign);
        if (end == at + 1 + sign) return FORM_NONE;
        at = end;
    }
    return at == text.length ? FORM_FLOAT : FORM_NONE;
}

/* 0x and 0o, without a sign. */
static bool read_based(struct text text, int64_t *integer) {
    if (text.length < 3 || text.length > 24 || text.bytes[0] != '0') return false;
    int base = text.bytes[1] == 'x' ? 16 : text.bytes[1] == 'o' ? 8 : 0;
    if (base == 0) return false;
    char room[32], *end;
    memcpy(room, text.bytes + 2, text.length - 2);
    room[text.length - 2] = '\0';
    if (strchr("+- \t", room[0])) return false;
    unsigned long long number = strtoull(room, &end, base);
    if (*end || end == room || number > INT64_MAX) return false;
    *integer = (int64_t)number;
    return room[0] != '0' || (room[1] != 'x' && room[1] != 'X'); /* strtoull takes a second 0x */
}

static bool yaml_number(struct yaml_building *building, struct text text, enum number_form form,
                        struct value *value) {
    if (text.length > 400) return yaml_wrong(building, "a number is too long:", text);
    char room[401], *end;
    memcpy(room, text.bytes, text.length);
    room[text.length] = '\0';
    if (form == FORM_INTEGER) {
        errno = 0;
        long long integer = strtoll(room, &end, 10);
        if (errno) return yaml_wrong(building, "an integer does not fit into 64 bits:", text);
        *value = value_int(integer);
        return true;
    }
    double number = strtod(room, &end);
    if (!isfinite(number)) return yaml_wrong(building, "a number is too large:", text);
    *value = value_number(number);
    return true;
}

static bool plain_value(struct yaml_building *building, struct text text, struct value *value) {
    int64_t integer;
    enum number_form form = number_form(text);
    if (form != FORM_NONE) return yaml_number(building, text, form, value);
    if (is_null_word(text)) {
        *value = value_null();
    } else if (is_true_word(text) || is_false_word(text)) {
        *value = value_bool(is_true_word(text));
    } else if (read_based(text, &integer)) {
        *value = value_int(integer);
    } else {
        static const char *const endless[] = {".inf",  ".Inf", ".INF", "-.inf", "-.Inf", "-.INF",
                                              "+.inf", ".nan", ".NaN", ".NAN",  NULL};
        if (text_is_one_of(text, endless))
            return yaml_wrong(building, "a number is not finite:", text);
        *value = make_text(building->call, text);
    }
    return true;
}

/* ---- tags ---- */

static const char *const intrinsic_tags[] = {"!And",
                                             "!Base64",
                                             "!Cidr",
                                             "!Equals",
                                             "!FindInMap",
                                             "!GetAZs",
                                             "!GetStackOutput",
                                             "!If",
                                             "!ImportValue",
                                             "!Join",
                                             "!Length",
                                             "!Not",
                                             "!Or",
                                             "!Select",
                                             "!Split",
                                             "!Sub",
                                             "!ToJsonString",
                                             "!Transform",
                                             NULL};

static struct value wrap(struct call *call, struct text key, struct value value) {
    struct record *record = record_new(call->arena, 1);
    record_put(call->arena, record, names_intern(call->names, key), value, NULL);
    return value_record(record);
}

/* "a.b.c" of !GetAtt as ["a", "b.c"]. */
static struct value attribute_parts(struct call *call, struct value value) {
    const char *dot = value.kind == VALUE_TEXT ? memchr(value.bytes, '.', value.length) : NULL;
    if (!dot) return value;
    size_t length = (size_t)(dot - value.bytes);
    struct value *items = arena_array(call->arena, 2, sizeof *items);
    items[0] = value_text((struct text){value.bytes, length});
    items[1] = value_text((struct text){dot + 1, value.length - length - 1});
    return value_list(items, 2);
}

/* What the tag makes of a value whose scalar, if it is one, is resolved. */
static bool apply_tag(struct yaml_building *building, struct text tag, struct value *value) {
    struct call *call = building->call;
    if (text_is(tag, "!Ref")) {
        *value = wrap(call, TEXT("Ref"), *value);
    } else if (text_is(tag, "!Condition")) {
        *value = wrap(call, TEXT("Condition"), *value);
    } else if (text_is(tag, "!GetAtt")) {
        *value = wrap(call, TEXT("Fn::GetAtt"), attribute_parts(call, *value));
    } else if (text_is_one_of(tag, intrinsic_tags)) {
        struct text key = text_format(call->arena, "Fn::%.*s", (int)tag.length - 1, tag.bytes + 1);
        *value = wrap(call, key, *value);
    } else {
        return yaml_wrong(building, "there is no tag", tag);
    }
    return true;
}

/* The word behind "tag:yaml.org,2002:", or empty. */
static struct text core_tag(struct text tag) {
    struct text prefix = TEXT("tag:yaml.org,2002:");
    if (!text_starts(tag, prefix)) return TEXT("");
    return (struct text){tag.bytes + prefix.length, tag.length - prefix.length};
}

/* A scalar with a tag of YAML itself (!!str, !!int, ...). */
static bool core_scalar(struct yaml_building *building, struct text tag, struct text text,
                        struct value *value) {
    if (text_is(tag, "str")) {
        *value = make_text(building->call, text);
        return true;
    }
    if (!plain_value(building, text, value)) return false;
    bool fits = (text_is(tag, "int") && value->kind == VALUE_INT) ||
                (text_is(tag, "float") && value_is_number(*value)) ||
                (text_is(tag, "bool") && value->kind == VALUE_BOOL) ||
                (text_is(tag, "null") && value->kind == VALUE_NULL);
    if (fits && text_is(tag, "float")) *value = value_number(value_as_number(*value));
    return fits || yaml_wrong(building, "a value does not have the type of its tag:", text);
}

/* ---- building ---- */

static const struct name *anchor_name(struct yaml_building *building, const yaml_char_t *anchor) {
    return anchor ? names_intern(building->call->names, text_of((const char *)anchor)) : NULL;
}

static void set_anchor(struct yaml_building *building, const struct name *name, struct value value,
                       uint64_t nodes) {
    if (!name) return;
    struct yaml_anchor *anchor = ARENA_NEW(building->call->arena, struct yaml_anchor);
    *anchor = (struct yaml_anchor){value, nodes};
    map_put(&building->anchors, name, anchor);
}

static bool merge_record(struct yaml_building *building, struct value value) {
    struct yaml_open *open = &building->stack[building->depth];
    if (value.kind != VALUE_RECORD) {
        return yaml_wrong(building, "\"<<\" wants a mapping or a list of mappings", TEXT(""));
    }
    if (!call_spend(building->call, value.record->count)) return false;
    for (uint32_t i = 0; i < value.record->count; i++) {
        struct record_entry *entry = &value.record->entries[i];
        if (record_find(open->merged, entry->key)) continue; /* the first that has a key wins */
        record_put(building->call->arena, open->merged, entry->key, entry->value, NULL);
    }
    return true;
}

static bool merge_value(struct yaml_building *building, struct value value) {
    struct yaml_open *open = &building->stack[building->depth];
    if (!open->merged) open->merged = record_new(building->call->arena, 4);
    open->is_merge = false;
    if (value.kind != VALUE_LIST) return merge_record(building, value);
    for (uint32_t i = 0; i < value.length; i++) {
        if (!merge_record(building, value.items[i])) return false;
    }
    return true;
}

static bool put_key(struct yaml_building *building, struct text key) {
    struct yaml_open *open = &building->stack[building->depth];
    open->key = names_intern(building->call->names, key);
    if (!record_find(open->record, open->key)) return true;
    return yaml_wrong(building, "a mapping has twice the key", key);
}

static bool put_value(struct yaml_building *building, struct value value) {
    struct yaml_open *open = &building->stack[building->depth];
    if (building->depth == 0) {
        building->result = value;
        return true;
    }
    if (!open->record) return items_add(building->call, &open->list, value);
    if (open->is_merge) return merge_value(building, value);
    if (!open->key) return yaml_wrong(building, "a key is not a scalar", TEXT(""));
    record_put(building->call->arena, open->record, open->key, value, NULL);
    open->key = NULL;
    return true;
}

static bool is_plain(const yaml_event_t *event) {
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool scalar_value(struct yaml_building *building, struct text text, struct text tag,
                         struct value *value) {
    if (core_tag(tag).length) return core_scalar(building, core_tag(tag), text, value);
    if (tag.length && !text_is(tag, "!")) {
        *value = make_text(building->call, text);
        return apply_tag(building, tag, value);
    }
    if (is_plain(&building->event) && tag.length == 0) return plain_value(building, text, value);
    *value = make_text(building->call, text);
    return true;
}

static struct text tag_text(struct yaml_building *building, const yaml_char_t *tag) {
    return tag ? text_copy(building->call->arena, text_of((const char *)tag)) : TEXT("");
}

static bool on_scalar(struct yaml_building *building) {
    yaml_event_t *event = &building->event;
    struct yaml_open *open = &building->stack[building->depth];
    struct text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    bool is_key = building->depth && open->record && !open->key && !open->is_merge;
    if (!count_nodes(building, 1) || !spend_bytes(building->call, text.length)) return false;
    if (is_key && is_plain(event) && text_is(text, "<<")) {
        open->is_merge = true;
        return true;
    }
    struct value value;
    const struct name *anchor = anchor_name(building, event->data.scalar.anchor);
    if (is_key) {
        set_anchor(building, anchor, make_text(building->call, text), 1);
        return put_key(building, text); /* as it is written: `80: x` has the key "80" */
    }
    if (!scalar_value(building, text, tag_text(building, event->data.scalar.tag), &value))
        return false;
    set_anchor(building, anchor, value, 1);
    return put_value(building, value);
}

static bool on_alias(struct yaml_building *building) {
    struct text name = text_of((const char *)building->event.data.alias.anchor);
    const struct name *known = names_find(building->call->names, name);
    struct yaml_anchor *anchor = known ? map_find(&building->anchors, known) : NULL;
    if (!anchor) return yaml_wrong(building, "there is no anchor", name);
    if (!count_nodes(building, anchor->nodes)) return false;
    struct yaml_open *open = &building->stack[building->depth];
    bool is_key = building->depth && open->record && !open->key && !open->is_merge;
    if (!is_key) return put_value(building, anchor->value);
    struct text key;
    if (!value_scalar_text(building->call, anchor->value, &key)) {
        return yaml_wrong(building, "a key is not a scalar", TEXT(""));
    }
    return put_key(building, key);
}

static bool on_start(struct yaml_building *building, bool is_mapping, const yaml_char_t *anchor,
                     const yaml_char_t *tag) {
    struct yaml_open *outer = &building->stack[building->depth];
    if (building->depth && outer->record && !outer->key && !outer->is_merge) {
        return yaml_wrong(building, "a key is not a scalar", TEXT(""));
    }
    if (building->depth == LIMIT_JSON_DEPTH) {
        return yaml_wrong(building, "lists and mappings are nested too deep", TEXT(""));
    }
    struct yaml_open *open = &building->stack[++building->depth];
    *open = (struct yaml_open){.anchor = anchor_name(building, anchor),
                               .tag = tag_text(building, tag),
                               .nodes_before = building->nodes};
    if (is_mapping) open->record = record_new(building->call->arena, 0);
    return count_nodes(building, 1);
}

static struct value closed_value(struct yaml_building *building, struct yaml_open *open) {
    if (!open->record) return items_list(&open->list);
    if (!open->merged) return value_record(open->record);
    for (uint32_t i = 0; i < open->record->count;
         i++) { /* what is written wins over what is merged */
        struct record_entry *entry = &open->record->entries[i];
        record_put(building->call->arena, open->merged, entry->key, entry->value, NULL);
    }
    return value_record(open->merged);
}

static bool on_end(struct yaml_building *building) {
    struct yaml_open *open = &building->stack[building->depth];
    struct value value = closed_value(building, open);
    struct text core = core_tag(open->tag), tag = open->tag;
    building->depth--;
    if (core.length && !text_is(core, open->record ? "map" : "seq")) {
        return yaml_wrong(building, "there is no tag", core);
    }
    if (tag.length && !core.length && !text_is(tag, "!") && !apply_tag(building, tag, &value)) {
        return false;
    }
    set_anchor(building, open->anchor, value, building->nodes - open->nodes_before);
    return put_value(building, value);
}

/* One event inside a document. */
static bool on_event(struct yaml_building *building) {
    yaml_event_t *event = &building->event;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(building);
    case YAML_ALIAS_EVENT:
        return on_alias(building);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(building, false, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return on_start(building, true, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(building);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
}

static bool syntax_error(struct yaml_building *building) {
    yaml_parser_t *parser = &building->parser;
    if (parser->error == YAML_MEMORY_ERROR) memory_exhausted();
    return fail(building->call, building->index, "the text is not YAML: %s, line %zu column %zu",
                parser->problem ? parser->problem : "it cannot be read",
                parser->problem_mark.line + 1, parser->problem_mark.column + 1);
}

/* Reads to the end of the stream, and adds each document to documents. */
static bool read_stream(struct yaml_building *building, struct items *documents) {
    for (bool more = true; more;) {
        if (!yaml_parser_parse(&building->parser, &building->event)) return syntax_error(building);
        yaml_event_type_t type = building->event.type;
        bool good = call_spend(building->call, 1) && on_event(building);
        if (type == YAML_DOCUMENT_START_EVENT) {
            map_init(&building->anchors, building->call->arena);
            building->result = value_null();
        }
        if (good && type == YAML_DOCUMENT_END_EVENT) {
            good = items_add(building->call, documents, building->result);
        }
        yaml_event_delete(&building->event);
        if (!good) return false;
        more = type != YAML_STREAM_END_EVENT;
    }
    return true;
}

static void close_parser(void *context) {
    struct yaml_building *building = context;
    yaml_event_delete(&building->event); /* none where it was deleted already */
    yaml_parser_delete(&building->parser);
}

static bool read_documents(struct call *call, int index, struct text text,
                           struct items *documents) {
    struct yaml_building *building = ARENA_NEW(call->arena, struct yaml_building);
    *building = (struct yaml_building){.call = call, .index = index};
    map_init(&building->anchors, call->arena);
    if (!spend_bytes(call, text.length * 4)) return false;
    struct cleanup cleanup;
    if (!yaml_parser_initialize(&building->parser)) memory_exhausted();
    cleanup_push(&cleanup, close_parser, building);
    yaml_parser_set_encoding(&building->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&building->parser, (const unsigned char *)text.bytes, text.length);
    bool done = read_stream(building, documents);
    cleanup_pop(&cleanup);
    close_parser(building);
    return done;
}

struct value apply_yaml_all(struct call *call) {
    struct text text;
    struct items documents = {.count = 0};
    if (!argument_text(call, 0, &text) || builtin_takes_path(call, text) ||
        !read_documents(call, 0, text, &documents)) {
        return value_poison();
    }
    return items_list(&documents);
}

struct value apply_yaml(struct call *call) {
    struct value documents = apply_yaml_all(call);
    if (documents.kind == VALUE_POISON) return documents;
    if (documents.length > 1) {
        return call_error_hint(call, 0, "Write \"yaml_all(...)\" for the list of its documents.",
                               "the text holds %u documents", documents.length);
    }
    return documents.length ? documents.items[0] : value_null();
}
