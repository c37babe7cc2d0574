/* YAML into a document, over libyaml's events: the short forms of CloudFormation's functions become
 * their long forms, plain scalars get their types as YAML 1.1 has them. */
#include <yaml.h>

#include "base/limits.h"
#include "base/names.h"
#include "template/document_internal.h"

struct reader {
    struct arena *arena;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool has_event;
    struct failure *why;
    struct names names;
    struct map anchors; /* name -> document, complete ones only */
    uint32_t nodes, alias_nodes;
};

static bool wrong_at(struct reader *r, yaml_mark_t mark, const char *what) {
    return failure_set(r->why, "line %zu, column %zu: %s", mark.line + 1, mark.column + 1, what);
}

static bool wrong(struct reader *r, const char *what) {
    return wrong_at(r, r->event.start_mark, what);
}

static bool next(struct reader *r) {
    if (r->has_event) yaml_event_delete(&r->event);
    r->has_event = yaml_parser_parse(&r->parser, &r->event) != 0;
    if (r->has_event) return true;
    if (r->parser.error == YAML_MEMORY_ERROR) memory_exhausted();
    const char *problem = r->parser.problem ? r->parser.problem : "the text could not be read";
    return wrong_at(r, r->parser.problem_mark, problem);
}

static struct document *make(struct reader *r, enum document_kind kind) {
    if (++r->nodes > DOCUMENT_NODES) return NULL;
    return document_new(r->arena, kind);
}

/* ---- scalars ---- */

static bool all_digits(struct text text, int base) {
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool is_digit = c >= '0' && c < '0' + (base < 10 ? base : 10);
        if (base == 16) is_digit = is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_digit && c != '_') return false;
    }
    return text.length > 0 && text.length < 64;
}

/* 0x1F, 0o17's older form 017, 0b11: as decimals. */
static bool read_based(struct reader *r, struct text digits, int base, bool is_negative,
                       struct text *number) {
    if (!all_digits(digits, base)) return false;
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        char c = digits.bytes[i];
        if (c == '_') continue;
        uint64_t digit = c <= '9' ? (uint64_t)(c - '0') : (uint64_t)((c | 32) - 'a' + 10);
        if (value > (UINT64_MAX - digit) / (uint64_t)base) return false;
        value = value * (uint64_t)base + digit;
    }
    *number = text_format(r->arena, "%s%llu", is_negative ? "-" : "", (unsigned long long)value);
    return true;
}

/* A number of YAML 1.1 as JSON writes it. Times such as 1:30 stay text. */
static bool read_number(struct reader *r, struct text text, struct text *number) {
    if (document_is_number(text)) {
        *number = text;
        return true;
    }
    bool is_negative = text.length && text.bytes[0] == '-';
    if (is_negative || (text.length && text.bytes[0] == '+')) text.bytes++, text.length--;
    if (text.length == 0 || text.length > 400) return false;
    struct text rest = {text.bytes + 2, text.length > 2 ? text.length - 2 : 0};
    if (text_starts(text, TEXT("0x"))) return read_based(r, rest, 16, is_negative, number);
    if (text_starts(text, TEXT("0b"))) return read_based(r, rest, 2, is_negative, number);
    if (text.bytes[0] == '0' && text.length > 1 && all_digits(text, 8)) {
        return read_based(r, text, 8, is_negative, number);
    }
    char plain[512];
    size_t length = 0;
    if (is_negative) plain[length++] = '-';
    if (text.bytes[0] == '.') plain[length++] = '0';
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool ends_in_point = c == '.' && (i + 1 == text.length || text.bytes[i + 1] == 'e');
        if (c != '_' && !(ends_in_point && i > 0)) plain[length++] = c;
    }
    struct text made = {plain, length};
    if (text.bytes[0] < '.' || text.bytes[0] > '9' || !document_is_number(made)) return false;
    *number = text_copy(r->arena, made);
    return true;
}

static void resolve_plain(struct reader *r, struct document *document) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                        "on", "On", "ON", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", "no", "No", "NO",
                                         "off", "Off", "OFF", NULL};
    if (text_is_one_of(document->text, nulls)) {
        document->kind = DOCUMENT_NULL;
    } else if (text_is_one_of(document->text, trues)) {
        document->kind = DOCUMENT_BOOL;
        document->boolean = true;
    } else if (text_is_one_of(document->text, falses)) {
        document->kind = DOCUMENT_BOOL;
    } else if (read_number(r, document->text, &document->text)) {
        document->kind = DOCUMENT_NUMBER;
    }
    if (document->kind == DOCUMENT_BOOL || document->kind == DOCUMENT_NULL) {
        document->text = (struct text){0};
    }
}

static struct text scalar_text(struct reader *r) {
    return (struct text){arena_copy(r->arena, (const char *)r->event.data.scalar.value,
                                    r->event.data.scalar.length),
                         r->event.data.scalar.length};
}

/* ---- tags ---- */

#define CORE_TAG "tag:yaml.org,2002:"

/* The tag of the current event, or empty. */
static struct text event_tag(const yaml_event_t *event) {
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) tag = event->data.scalar.tag;
    if (event->type == YAML_SEQUENCE_START_EVENT) tag = event->data.sequence_start.tag;
    if (event->type == YAML_MAPPING_START_EVENT) tag = event->data.mapping_start.tag;
    return tag ? text_of((const char *)tag) : TEXT("");
}

static const yaml_char_t *event_anchor(const yaml_event_t *event) {
    if (event->type == YAML_SCALAR_EVENT) return event->data.scalar.anchor;
    if (event->type == YAML_SEQUENCE_START_EVENT) return event->data.sequence_start.anchor;
    if (event->type == YAML_MAPPING_START_EVENT) return event->data.mapping_start.anchor;
    return NULL;
}

static bool is_function(struct text tag) {
    static const char *const functions[] = {
        "!And", "!Base64", "!Cidr", "!Condition", "!Contains", "!EachMemberEquals",
        "!EachMemberIn", "!Equals", "!FindInMap", "!GetAtt", "!GetAZs", "!GetStackOutput", "!If",
        "!ImportValue", "!Join", "!Length", "!Not", "!Or", "!Ref", "!RefAll", "!Select", "!Split",
        "!Sub", "!ToJsonString", "!Transform", "!ValueOf", "!ValueOfAll", NULL,
    };
    return text_is_one_of(tag, functions);
}

/* a.b.c of !GetAtt as ["a", "b.c"]. */
static struct document *split_attribute(struct reader *r, struct document *scalar) {
    const char *dot = memchr(scalar->text.bytes, '.', scalar->text.length);
    if (!dot) return scalar;
    size_t before = (size_t)(dot - scalar->text.bytes);
    struct document *list = make(r, DOCUMENT_LIST);
    struct document *id = make(r, DOCUMENT_TEXT), *attribute = make(r, DOCUMENT_TEXT);
    if (!list || !id || !attribute) return scalar;
    id->text = (struct text){scalar->text.bytes, before};
    attribute->text = (struct text){dot + 1, scalar->text.length - before - 1};
    document_add(list, TEXT(""), id);
    document_add(list, TEXT(""), attribute);
    return list;
}

/* !Join [...] as { "Fn::Join": [...] } */
static struct document *long_form(struct reader *r, struct text tag, struct document *value) {
    struct text word = {tag.bytes + 1, tag.length - 1};
    struct document *object = make(r, DOCUMENT_OBJECT);
    if (!object) return NULL;
    bool is_bare = text_is(word, "Ref") || text_is(word, "Condition");
    if (text_is(word, "GetAtt") && value->kind == DOCUMENT_TEXT) value = split_attribute(r, value);
    struct text key = is_bare ? text_copy(r->arena, word)
                              : text_format(r->arena, "Fn::%.*s", TEXT_ARGS(word));
    document_add(object, key, value);
    return object;
}

/* ---- nodes ---- */

static bool read_node(struct reader *r, struct document **document, unsigned depth);

static bool read_scalar(struct reader *r, struct text tag, struct document **document) {
    struct document *made = make(r, DOCUMENT_TEXT);
    if (!made) return wrong(r, "the document has too many values");
    made->text = scalar_text(r);
    bool is_plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct text core = {tag.bytes + sizeof CORE_TAG - 1, tag.length - (sizeof CORE_TAG - 1)};
    if (tag.length == 0 && is_plain) {
        resolve_plain(r, made);
    } else if (text_starts(tag, TEXT(CORE_TAG)) && !text_is(core, "str") &&
               !text_is(core, "binary")) {
        resolve_plain(r, made);
    }
    *document = made;
    return true;
}

static bool read_sequence(struct reader *r, struct document **document, unsigned depth) {
    struct document *list = make(r, DOCUMENT_LIST);
    if (!list) return wrong(r, "the document has too many values");
    if (!next(r)) return false;
    while (r->event.type != YAML_SEQUENCE_END_EVENT) {
        struct document *item;
        if (!read_node(r, &item, depth + 1) || !next(r)) return false;
        document_add(list, TEXT(""), item);
    }
    *document = list;
    return true;
}

static bool read_mapping(struct reader *r, struct document **document, unsigned depth) {
    struct document *object = make(r, DOCUMENT_OBJECT);
    if (!object) return wrong(r, "the document has too many values");
    yaml_mark_t begin = r->event.start_mark;
    if (!next(r)) return false;
    while (r->event.type != YAML_MAPPING_END_EVENT) {
        if (r->event.type != YAML_SCALAR_EVENT) return wrong(r, "a key must be a text");
        struct text key = scalar_text(r);
        struct document *value;
        if (!next(r) || !read_node(r, &value, depth + 1) || !next(r)) return false;
        document_add(object, key, value);
    }
    const struct document *twice = document_duplicate(object);
    if (twice) {
        return failure_set(r->why, "line %zu: key \"%.*s\" is written twice in the mapping that "
                                   "begins here", begin.line + 1,
                           (int)(twice->key.length > 60 ? 60 : twice->key.length),
                           twice->key.bytes);
    }
    *document = object;
    return true;
}

static struct document *copy_node(struct reader *r, const struct document *node) {
    if (++r->alias_nodes > DOCUMENT_ALIAS_NODES) return NULL;
    struct document *copy = make(r, node->kind);
    if (!copy) return NULL;
    copy->boolean = node->boolean;
    copy->text = node->text;
    for (const struct document *child = node->children; child; child = child->next) {
        struct document *below = copy_node(r, child);
        if (!below) return NULL;
        document_add(copy, child->key, below);
    }
    return copy;
}

static bool read_alias(struct reader *r, struct document **document) {
    struct text text = text_of((const char *)r->event.data.alias.anchor);
    const struct name *name = names_find(&r->names, text);
    const struct document *anchored = name ? map_find(&r->anchors, name) : NULL;
    if (!anchored) return wrong(r, "the alias names no value that is complete before it");
    *document = copy_node(r, anchored);
    return *document || wrong(r, "aliases repeat too many values");
}

static unsigned depth_of(const struct document *node) {
    unsigned deepest = 0;
    for (const struct document *child = node->children; child; child = child->next) {
        unsigned below = depth_of(child) + 1;
        if (below > deepest) deepest = below;
    }
    return deepest;
}

static bool read_content(struct reader *r, struct text tag, struct document **document,
                         unsigned depth) {
    switch (r->event.type) {
    case YAML_SCALAR_EVENT: return read_scalar(r, tag, document);
    case YAML_SEQUENCE_START_EVENT: return read_sequence(r, document, depth);
    case YAML_MAPPING_START_EVENT: return read_mapping(r, document, depth);
    case YAML_ALIAS_EVENT:
        if (!read_alias(r, document)) return false;
        return depth + depth_of(*document) <= LIMIT_JSON_DEPTH ||
               wrong(r, "values are nested too deep");
    default: return wrong(r, "a value is missing");
    }
}

static bool read_node(struct reader *r, struct document **document, unsigned depth) {
    if (depth > LIMIT_JSON_DEPTH) return wrong(r, "values are nested too deep");
    struct text tag = text_copy(r->arena, event_tag(&r->event));
    const yaml_char_t *anchor = event_anchor(&r->event);
    const struct name *name =
        anchor ? names_intern(&r->names, text_of((const char *)anchor)) : NULL;
    if (text_is(tag, "!")) tag = TEXT("!!"); /* "no type": text, and no function */
    bool is_short = tag.length > 2 && tag.bytes[0] == '!' && tag.bytes[1] != '!';
    if (is_short && !is_function(tag)) {
        return failure_set(r->why,
                           "line %zu, column %zu: tag \"%.*s\" is no function of CloudFormation",
                           r->event.start_mark.line + 1, r->event.start_mark.column + 1,
                           (int)(tag.length > 60 ? 60 : tag.length), tag.bytes);
    }
    if (!read_content(r, tag, document, depth + is_short)) return false;
    if (is_short) *document = long_form(r, tag, *document);
    if (!*document) return wrong(r, "the document has too many values");
    if (name) map_put(&r->anchors, name, *document);
    return true;
}

static bool read_stream(struct reader *r, struct document **document) {
    if (!next(r) || !next(r)) return false; /* the stream's start, the document's */
    if (r->event.type != YAML_DOCUMENT_START_EVENT) {
        return failure_set(r->why, "the document is empty");
    }
    if (!next(r) || !read_node(r, document, 0) || !next(r) || !next(r)) return false;
    if (r->event.type == YAML_STREAM_END_EVENT) return true;
    return wrong(r, "a second document follows");
}

static void reader_close(void *reader) {
    struct reader *r = reader;
    if (r->has_event) yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
}

bool document_read_yaml(struct arena *arena, struct text bytes, struct document **document,
                        struct failure *why) {
    struct reader r = {.arena = arena, .why = why};
    struct cleanup cleanup;
    if (!yaml_parser_initialize(&r.parser)) memory_exhausted();
    cleanup_push(&cleanup, reader_close, &r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes.bytes, bytes.length);
    names_init(&r.names, arena);
    map_init(&r.anchors, arena);
    bool done = read_stream(&r, document);
    cleanup_pop(&cleanup);
    reader_close(&r);
    return done;
}
