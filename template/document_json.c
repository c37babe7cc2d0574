/* JSON into a document, over the tokens of base/json.h. The bytes are copied once; texts are slices
 * of the copy, numbers stay as they are written. */
#include <stdio.h>

#include "base/json.h"
#include "template/document_internal.h"

struct reading {
    struct arena *arena;
    struct json json;
    struct failure *why;
    struct document *open[LIMIT_JSON_DEPTH + 1]; /* the root's holder, and what is not closed */
    unsigned depth;
    struct text key; /* of the member whose value comes */
    uint32_t nodes;
};

static bool wrong(struct reading *r, size_t at, const char *what) {
    uint32_t line, column;
    json_place(&r->json, at, &line, &column);
    return failure_set(r->why, "line %u, column %u: %s", line, column, what);
}

/* Where a key stands twice; of one with escapes, which are undone elsewhere, the object's end. */
static size_t key_place(const struct reading *r, struct text key) {
    struct text source = r->json.source;
    bool is_slice = key.bytes > source.bytes && key.bytes < source.bytes + source.length;
    return is_slice ? (size_t)(key.bytes - source.bytes) - 1 : r->json.start;
}

static bool close_nested(struct reading *r) {
    const struct document *closed = r->open[r->depth--];
    const struct document *twice =
        closed->kind == DOCUMENT_OBJECT ? document_duplicate(closed) : NULL;
    if (!twice) return true;
    char what[128];
    int length = twice->key.length > 60 ? 60 : (int)twice->key.length;
    snprintf(what, sizeof what, "key \"%.*s\" is written twice", length, twice->key.bytes);
    return wrong(r, key_place(r, twice->key), what);
}

static bool add(struct reading *r, enum document_kind kind) {
    if (++r->nodes > DOCUMENT_NODES) {
        return wrong(r, r->json.start, "the document has too many values");
    }
    struct document *made = document_new(r->arena, kind);
    if (kind == DOCUMENT_TEXT || kind == DOCUMENT_NUMBER) made->text = r->json.text;
    document_add(r->open[r->depth], r->key, made);
    r->key = (struct text){0};
    if (kind == DOCUMENT_LIST || kind == DOCUMENT_OBJECT) r->open[++r->depth] = made;
    return true;
}

/* One token; false on a mistake. */
static bool take(struct reading *r, enum json_kind kind) {
    switch (kind) {
    case JSON_ERROR: return wrong(r, r->json.at, r->json.error);
    case JSON_END: return true;
    case JSON_OBJECT: return add(r, DOCUMENT_OBJECT);
    case JSON_LIST: return add(r, DOCUMENT_LIST);
    case JSON_OBJECT_END: case JSON_LIST_END: return close_nested(r);
    case JSON_KEY: r->key = r->json.text; return true;
    case JSON_STRING: return add(r, DOCUMENT_TEXT);
    case JSON_INT: case JSON_NUMBER: return add(r, DOCUMENT_NUMBER);
    case JSON_NULL: return add(r, DOCUMENT_NULL);
    case JSON_TRUE: case JSON_FALSE:
        if (!add(r, DOCUMENT_BOOL)) return false;
        r->open[r->depth]->last->boolean = kind == JSON_TRUE;
        return true;
    }
    return false;
}

bool document_read_json(struct arena *arena, struct text bytes, struct document **document,
                        struct failure *why) {
    struct document holder = {.kind = DOCUMENT_LIST};
    struct reading r = {.arena = arena, .why = why, .open = {&holder}};
    json_init(&r.json, arena, text_copy(arena, bytes));
    r.json.keeps_numbers = true;
    for (;;) {
        enum json_kind kind = json_next(&r.json);
        if (!take(&r, kind)) return false;
        if (kind == JSON_END) break;
    }
    *document = holder.children;
    return true;
}
