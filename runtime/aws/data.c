/* Trees of data: looking things up, making them, JSON in and out. */
#include "runtime/aws/data.h"

#include <stdlib.h>

#include "base/json.h"
#include "runtime/aws/when.h"

/* --- looking up ------------------------------------------------------------------------------ */

const struct data *data_get(const struct data *node, const char *key) {
    struct text wanted = text_of(key);
    for (const struct data *child = data_first(node); child; child = child->next) {
        if (text_equal(child->key, wanted)) return child;
    }
    return NULL;
}

const struct data *data_path(const struct data *node, const char *path) {
    while (node && *path) {
        size_t length = strcspn(path, ".");
        struct text part = {path, length};
        const struct data *child = data_first(node);
        while (child && !text_equal(child->key, part)) child = child->next;
        node = child;
        path += length + (path[length] == '.');
    }
    return node;
}

struct text data_value(const struct data *node) {
    if (node && (node->kind == DATA_TEXT || node->kind == DATA_NUMBER)) return node->text;
    if (node && node->kind == DATA_TRUE) return TEXT("true");
    if (node && node->kind == DATA_FALSE) return TEXT("false");
    return (struct text){"", 0};
}

struct text data_text(const struct data *node, const char *key) {
    return data_value(data_get(node, key));
}

bool data_is_true(const struct data *node, const char *key) {
    struct text value = data_text(node, key);
    return text_is(value, "true") || text_is(value, "True") || text_is(value, "1");
}

long data_long(const struct data *node, const char *key, long fallback) {
    struct text value = data_text(node, key);
    char room[32], *end;
    if (!value.length || value.length >= sizeof room) return fallback;
    memcpy(room, value.bytes, value.length);
    room[value.length] = '\0';
    long number = strtol(room, &end, 10);
    return *end ? fallback : number;
}

double data_time(const struct data *node, const char *key) {
    double seconds = 0;
    return when_any(data_text(node, key), &seconds) ? seconds : 0;
}

/* --- making ---------------------------------------------------------------------------------- */

struct data *data_new(struct arena *arena, enum data_kind kind) {
    struct data *node = ARENA_NEW(arena, struct data);
    node->kind = kind;
    node->text = (struct text){"", 0};
    return node;
}

struct data *data_add(struct data *parent, struct text key, struct data *child) {
    child->key = key;
    if (parent->last) parent->last->next = child;
    else parent->children = child;
    parent->last = child;
    parent->count++;
    return child;
}

struct data *data_put(struct arena *arena, struct data *record, const char *key, struct text text) {
    struct data *node = data_new(arena, DATA_TEXT);
    node->text = text;
    return data_add(record, text_of(key), node);
}

void data_set(struct arena *arena, struct data *record, const char *key, struct text text) {
    if (text.length) data_put(arena, record, key, text);
}

void data_replace(struct arena *arena, struct data *record, const char *key, struct text text) {
    for (struct data *child = record->children; child; child = child->next) {
        if (!text_is(child->key, key)) continue;
        *child = (struct data){
            .kind = DATA_TEXT, .key = child->key, .text = text, .next = child->next};
        return;
    }
    data_put(arena, record, key, text);
}

void data_set_bool(struct arena *arena, struct data *record, const char *key, bool value) {
    data_add(record, text_of(key), data_new(arena, value ? DATA_TRUE : DATA_FALSE));
}

void data_set_number(struct arena *arena, struct data *record, const char *key, long value) {
    struct data *node = data_new(arena, DATA_NUMBER);
    node->text = text_format(arena, "%ld", value);
    data_add(record, text_of(key), node);
}

struct data *data_set_new(struct arena *arena, struct data *record, const char *key,
                          enum data_kind kind) {
    return data_add(record, text_of(key), data_new(arena, kind));
}

struct data *data_add_record(struct arena *arena, struct data *list) {
    return data_add(list, TEXT(""), data_new(arena, DATA_RECORD));
}

void data_set_texts(struct arena *arena, struct data *record, const char *key,
                    const struct text *texts, uint32_t count) {
    struct data *list = data_set_new(arena, record, key, DATA_LIST);
    for (uint32_t i = 0; i < count; i++) data_put(arena, list, "", texts[i]);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static enum data_kind kind_of(enum json_kind kind) {
    switch (kind) {
    case JSON_OBJECT: return DATA_RECORD;
    case JSON_LIST: return DATA_LIST;
    case JSON_STRING: return DATA_TEXT;
    case JSON_INT:
    case JSON_NUMBER: return DATA_NUMBER;
    case JSON_TRUE: return DATA_TRUE;
    case JSON_FALSE: return DATA_FALSE;
    case JSON_NULL:
    case JSON_ERROR:
    case JSON_END:
    case JSON_OBJECT_END:
    case JSON_LIST_END:
    case JSON_KEY: break;
    }
    return DATA_NULL;
}

bool data_read_json(struct arena *arena, struct text bytes, struct data **node,
                    struct failure *why) {
    struct json json;
    struct data *open[LIMIT_DATA_DEPTH + 1];
    struct data root = {.kind = DATA_LIST};
    struct text key = {"", 0};
    int depth = 0;
    size_t made = 0;
    open[0] = &root;
    json_init(&json, arena, bytes);
    for (enum json_kind kind; (kind = json_next(&json)) != JSON_END;) {
        if (kind == JSON_ERROR) return failure_set(why, "it is no JSON: %s", json.error);
        if (kind == JSON_KEY) {
            key = json.text;
            continue;
        }
        if (kind == JSON_OBJECT_END || kind == JSON_LIST_END) {
            depth--;
            continue;
        }
        if (++made > LIMIT_DATA) return failure_set(why, "it holds more than a reply can");
        struct data *made_node = data_new(arena, kind_of(kind));
        if (made_node->kind == DATA_TEXT) made_node->text = json.text;
        if (made_node->kind == DATA_NUMBER) {
            made_node->text = (struct text){bytes.bytes + json.start, json.at - json.start};
        }
        data_add(open[depth], key, made_node);
        key = (struct text){"", 0};
        if (kind != JSON_OBJECT && kind != JSON_LIST) continue;
        if (depth == LIMIT_DATA_DEPTH) return failure_set(why, "it is nested too deeply");
        open[++depth] = made_node;
    }
    *node = root.children;
    return true;
}

void data_write_json(const struct data *node, struct buffer *out) {
    bool is_list = node->kind == DATA_LIST;
    switch (node->kind) {
    case DATA_NULL: buffer_string(out, "null"); return;
    case DATA_FALSE: buffer_string(out, "false"); return;
    case DATA_TRUE: buffer_string(out, "true"); return;
    case DATA_NUMBER: buffer_text(out, node->text); return;
    case DATA_TEXT: buffer_json_string(out, node->text); return;
    case DATA_LIST:
    case DATA_RECORD:
    case DATA_MAP: break;
    }
    buffer_char(out, is_list ? '[' : '{');
    for (const struct data *child = node->children; child; child = child->next) {
        if (child != node->children) buffer_char(out, ',');
        if (!is_list) {
            buffer_json_string(out, child->key);
            buffer_char(out, ':');
        }
        data_write_json(child, out);
    }
    buffer_char(out, is_list ? ']' : '}');
}
