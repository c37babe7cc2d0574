/* Trees of data: looking things up, making them, JSON in and out. */
#include "runtime/aws/node.h"

#include <stdlib.h>

#include "base/json.h"
#include "runtime/aws/when.h"

/* --- looking up --------------------------------------------------------------------------------- */

const struct node *node_get(const struct node *node, const char *key) {
    struct text wanted = text_of(key);
    for (const struct node *child = node_first(node); child; child = child->next) {
        if (text_equal(child->key, wanted)) return child;
    }
    return NULL;
}

const struct node *node_path(const struct node *node, const char *path) {
    while (node && *path) {
        size_t length = strcspn(path, ".");
        struct text part = {path, length};
        const struct node *child = node_first(node);
        while (child && !text_equal(child->key, part)) child = child->next;
        node = child;
        path += length + (path[length] == '.');
    }
    return node;
}

struct text node_value(const struct node *node) {
    if (node && (node->kind == NODE_TEXT || node->kind == NODE_NUMBER)) return node->text;
    if (node && node->kind == NODE_TRUE) return TEXT("true");
    if (node && node->kind == NODE_FALSE) return TEXT("false");
    return (struct text){"", 0};
}

struct text node_text(const struct node *node, const char *key) {
    return node_value(node_get(node, key));
}

bool node_is_true(const struct node *node, const char *key) {
    struct text value = node_text(node, key);
    return text_is(value, "true") || text_is(value, "True") || text_is(value, "1");
}

long node_long(const struct node *node, const char *key, long fallback) {
    struct text value = node_text(node, key);
    char room[32], *end;
    if (!value.length || value.length >= sizeof room) return fallback;
    memcpy(room, value.bytes, value.length);
    room[value.length] = '\0';
    long number = strtol(room, &end, 10);
    return *end ? fallback : number;
}

double node_time(const struct node *node, const char *key) {
    double seconds = 0;
    return when_any(node_text(node, key), &seconds) ? seconds : 0;
}

/* --- making ------------------------------------------------------------------------------------- */

struct node *data_new(struct arena *arena, enum node_kind kind) {
    struct node *node = ARENA_NEW(arena, struct node);
    node->kind = kind;
    node->text = (struct text){"", 0};
    return node;
}

struct node *node_add(struct node *parent, struct text key, struct node *child) {
    child->key = key;
    if (parent->last) parent->last->next = child;
    else parent->children = child;
    parent->last = child;
    parent->count++;
    return child;
}

struct node *node_put(struct arena *arena, struct node *record, const char *key, struct text text) {
    struct node *node = data_new(arena, NODE_TEXT);
    node->text = text;
    return node_add(record, text_of(key), node);
}

void node_set(struct arena *arena, struct node *record, const char *key, struct text text) {
    if (text.length) node_put(arena, record, key, text);
}

void node_set_bool(struct arena *arena, struct node *record, const char *key, bool value) {
    node_add(record, text_of(key), data_new(arena, value ? NODE_TRUE : NODE_FALSE));
}

void node_set_number(struct arena *arena, struct node *record, const char *key, long value) {
    struct node *node = data_new(arena, NODE_NUMBER);
    node->text = text_format(arena, "%ld", value);
    node_add(record, text_of(key), node);
}

struct node *node_set_new(struct arena *arena, struct node *record, const char *key,
                          enum node_kind kind) {
    return node_add(record, text_of(key), data_new(arena, kind));
}

void node_set_texts(struct arena *arena, struct node *record, const char *key,
                    const struct text *texts, uint32_t count) {
    struct node *list = node_set_new(arena, record, key, NODE_LIST);
    for (uint32_t i = 0; i < count; i++) node_put(arena, list, "", texts[i]);
}

/* --- JSON --------------------------------------------------------------------------------------- */

static enum node_kind kind_of(enum json_kind kind) {
    switch (kind) {
    case JSON_OBJECT: return NODE_RECORD;
    case JSON_LIST: return NODE_LIST;
    case JSON_STRING: return NODE_TEXT;
    case JSON_INT:
    case JSON_NUMBER: return NODE_NUMBER;
    case JSON_TRUE: return NODE_TRUE;
    case JSON_FALSE: return NODE_FALSE;
    case JSON_NULL:
    case JSON_ERROR:
    case JSON_END:
    case JSON_OBJECT_END:
    case JSON_LIST_END:
    case JSON_KEY: break;
    }
    return NODE_NULL;
}

bool node_read_json(struct arena *arena, struct text bytes, struct node **node,
                    struct failure *why) {
    struct json json;
    struct node *open[LIMIT_NODE_DEPTH + 1];
    struct node root = {.kind = NODE_LIST};
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
        if (++made > LIMIT_NODES) return failure_set(why, "it holds more than a reply can");
        struct node *made_node = data_new(arena, kind_of(kind));
        if (made_node->kind == NODE_TEXT) made_node->text = json.text;
        if (made_node->kind == NODE_NUMBER) {
            made_node->text = (struct text){bytes.bytes + json.start, json.at - json.start};
        }
        node_add(open[depth], key, made_node);
        key = (struct text){"", 0};
        if (kind != JSON_OBJECT && kind != JSON_LIST) continue;
        if (depth == LIMIT_NODE_DEPTH) return failure_set(why, "it is nested too deeply");
        open[++depth] = made_node;
    }
    *node = root.children;
    return true;
}

void node_write_json(const struct node *node, struct buffer *out) {
    bool is_list = node->kind == NODE_LIST;
    switch (node->kind) {
    case NODE_NULL: buffer_string(out, "null"); return;
    case NODE_FALSE: buffer_string(out, "false"); return;
    case NODE_TRUE: buffer_string(out, "true"); return;
    case NODE_NUMBER: buffer_text(out, node->text); return;
    case NODE_TEXT: buffer_json_string(out, node->text); return;
    case NODE_LIST:
    case NODE_RECORD:
    case NODE_MAP: break;
    }
    buffer_char(out, is_list ? '[' : '{');
    for (const struct node *child = node->children; child; child = child->next) {
        if (child != node->children) buffer_char(out, ',');
        if (!is_list) {
            buffer_json_string(out, child->key);
            buffer_char(out, ':');
        }
        node_write_json(child, out);
    }
    buffer_char(out, is_list ? ']' : '}');
}
