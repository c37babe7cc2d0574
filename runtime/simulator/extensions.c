/* AWS::LanguageExtensions: Fn::ForEach is unrolled, Fn::Length and Fn::ToJsonString become what
 * they come to, Fn::FindInMap may have a default, and policies of resources may be worked out. */

#include "runtime/simulator/transforms.h"

struct loop { /* the value of an identifier of Fn::ForEach, and those around it */
    struct text name, value;
    const struct loop *outer;
};

static struct document *extend(struct sim_transforming *transforming, const struct document *value,
                               const struct loop *loop);

static const struct loop *find_loop(const struct loop *loop, struct text name) {
    while (loop && !text_equal(loop->name, name)) loop = loop->outer;
    return loop;
}

/* "${Name}" and, without what is no letter or digit, "&{Name}" of the loops. */
static struct text substituted(struct sim_transforming *transforming, struct text s,
                               const struct loop *loop) {
    struct buffer out;
    if (!loop || !memchr(s.bytes ? s.bytes : "", '{', s.length)) return s;
    buffer_init(&out);
    for (size_t i = 0; i < s.length; i++) {
        bool opens = i + 1 < s.length && s.bytes[i + 1] == '{' &&
                     (s.bytes[i] == '$' || s.bytes[i] == '&');
        const char *close = opens ? memchr(s.bytes + i, '}', s.length - i) : NULL;
        struct text name = {s.bytes + i + 2, close ? (size_t)(close - s.bytes) - i - 2 : 0};
        const struct loop *found = close ? find_loop(loop, name) : NULL;
        if (!found) {
            buffer_char(&out, s.bytes[i]);
            continue;
        }
        for (size_t n = 0; n < found->value.length; n++) {
            char c = found->value.bytes[n];
            if (s.bytes[i] == '$' || ascii_is_alphanumeric(c)) buffer_char(&out, c);
        }
        i = (size_t)(close - s.bytes);
    }
    struct text result = buffer_take(&out, transforming->scope.arena);
    buffer_release(&out);
    return result;
}

/* Its value by the parameters and mappings of the template, or NULL where those do not tell it. */
static struct document *known(struct sim_transforming *transforming, const struct document *value) {
    struct sim_scope *scope = &transforming->scope;
    struct document *result = sim_resolve(scope, value);
    bool good = !scope->failed;
    scope->failed = false;
    return good ? result : NULL;
}

static struct document *text_value(struct sim_transforming *transforming, struct text value) {
    transforming->bytes += value.length;
    return document_text(transforming->scope.arena, value);
}

/* --- Fn::ForEach ------------------------------------------------------------------------------ */

static void add_members(struct sim_transforming *transforming, struct document *into,
                        const struct document *members, const struct loop *loop);

/* {"Fn::ForEach::X": [name, [values], {"Key${name}": ...}]} */
static void for_each(struct sim_transforming *transforming, struct document *into,
                     const struct document *call, const struct loop *outer) {
    const struct document *name = call->kind == DOCUMENT_LIST && call->count == 3
                                      ? call->children : NULL;
    if (!name || name->kind != DOCUMENT_TEXT || name->next->next->kind != DOCUMENT_OBJECT) {
        sim_transform_fail(transforming, "Fn::ForEach layout is incorrect");
        return;
    }
    struct document *written = extend(transforming, name->next, outer);
    struct document *values = written ? known(transforming, written) : NULL;
    if (!values || values->kind != DOCUMENT_LIST) {
        sim_transform_fail(transforming, "Fn::ForEach could not resolve list, of %.*s",
                           TEXT_ARGS(call->key));
        return;
    }
    for (const struct document *v = values->children; v && !transforming->failed; v = v->next) {
        struct loop loop = {.name = name->text, .outer = outer};
        if (!sim_scalar(v, &loop.value)) {
            sim_transform_fail(transforming, "Fn::ForEach could not resolve list, of %.*s",
                               TEXT_ARGS(call->key));
            return;
        }
        add_members(transforming, into, name->next->next, &loop);
    }
}

static bool is_policy(struct text key) {
    return text_is(key, "DeletionPolicy") || text_is(key, "UpdateReplacePolicy");
}

static void add_members(struct sim_transforming *transforming, struct document *into,
                        const struct document *members, const struct loop *loop) {
    for (const struct document *c = members->children; c && !transforming->failed; c = c->next) {
        if (text_starts(c->key, TEXT("Fn::ForEach::"))) {
            for_each(transforming, into, c, loop);
            continue;
        }
        struct document *child = extend(transforming, c, loop);
        struct text key = substituted(transforming, c->key, loop);
        if (!child) return;
        if (child->kind == DOCUMENT_OBJECT && is_policy(key)) {
            struct document *policy = known(transforming, child);
            if (policy) child = sim_transform_copy(transforming, policy);
        }
        if (child && document_member(into, key)) {
            sim_transform_fail(transforming, "Duplicate key %.*s", TEXT_ARGS(key));
        } else if (child) {
            document_add(into, key, child);
        }
    }
}

/* --- functions -------------------------------------------------------------------------------- */

static struct document *length(struct sim_transforming *transforming,
                               const struct document *written) {
    struct document *list = known(transforming, written);
    if (!list || list->kind != DOCUMENT_LIST) {
        return sim_transform_fail(transforming, "Fn::Length could not resolve its list");
    }
    struct document *number = document_new(transforming->scope.arena, DOCUMENT_NUMBER);
    number->text = text_format(transforming->scope.arena, "%u", list->count);
    return number;
}

struct json_text { /* JSON with calls in it: pieces that Fn::Join joins */
    struct sim_transforming *transforming;
    struct document *pieces;
    struct buffer piece;
};

static void end_piece(struct json_text *json) {
    struct text piece = buffer_take(&json->piece, json->transforming->scope.arena);
    json->piece.length = 0;
    if (!piece.length) return;
    document_add(json->pieces, (struct text){0}, text_value(json->transforming, piece));
}

static void write_json(struct json_text *json, const struct document *value) {
    bool is_list = value->kind == DOCUMENT_LIST;
    if (document_is_call(value)) {
        buffer_char(&json->piece, '"');
        end_piece(json);
        struct document *call = ARENA_NEW(json->transforming->scope.arena, struct document);
        *call = *value;
        call->next = NULL;
        document_add(json->pieces, (struct text){0}, call);
        buffer_char(&json->piece, '"');
        return;
    }
    if (!is_list && value->kind != DOCUMENT_OBJECT) {
        document_write(value, &json->piece, 0);
        return;
    }
    buffer_char(&json->piece, is_list ? '[' : '{');
    for (const struct document *c = value->children; c; c = c->next) {
        if (c != value->children) buffer_char(&json->piece, ',');
        if (!is_list) {
            buffer_json_string(&json->piece, c->key);
            buffer_char(&json->piece, ':');
        }
        write_json(json, c);
    }
    buffer_char(&json->piece, is_list ? ']' : '}');
}

static struct document *to_json(struct sim_transforming *transforming,
                                const struct document *value) {
    struct arena *arena = transforming->scope.arena;
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) {
        return sim_transform_fail(transforming, "Fn::ToJsonString requires an object or an array");
    }
    struct json_text json = {transforming, document_new(arena, DOCUMENT_LIST), {0}};
    buffer_init(&json.piece);
    write_json(&json, value);
    end_piece(&json);
    buffer_release(&json.piece);
    if (json.pieces->count == 1) return json.pieces->children;
    struct document *operands = document_new(arena, DOCUMENT_LIST);
    struct document *join = document_new(arena, DOCUMENT_OBJECT);
    document_add(operands, (struct text){0}, document_text(arena, TEXT("")));
    document_add(operands, (struct text){0}, json.pieces);
    document_add(join, TEXT("Fn::Join"), operands);
    return join;
}

static bool has_calls(const struct document *value) {
    if (document_is_call(value)) return true;
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return false;
    for (const struct document *c = value->children; c; c = c->next) {
        if (has_calls(c)) return true;
    }
    return false;
}

/* A function whose operands are extended already: what it comes to, or itself. */
static struct document *reduce(struct sim_transforming *transforming, struct document *object) {
    const struct document *call = object->children;
    struct text key = call->key;
    if (text_is(key, "Fn::Length")) return length(transforming, call);
    if (text_is(key, "Fn::ToJsonString")) return to_json(transforming, call);
    bool is_sub = text_is(key, "Fn::Sub") && call->kind == DOCUMENT_TEXT;
    bool is_plain = is_sub ? !memmem(call->text.bytes, call->text.length, "${", 2)
                           : text_is(key, "Fn::Join") && !has_calls(call);
    if (!is_plain && !text_is(key, "Fn::FindInMap")) return object;
    struct document *value = known(transforming, object);
    return value ? value : object;
}

static struct document *extend(struct sim_transforming *transforming, const struct document *value,
                               const struct loop *loop) {
    struct document *result = sim_transform_copy(transforming, value);
    if (!result) return NULL;
    if (value->kind == DOCUMENT_TEXT) {
        result->text = substituted(transforming, value->text, loop);
        transforming->bytes += result->text.length;
    } else if (value->kind == DOCUMENT_LIST) {
        for (const struct document *c = value->children; c && !transforming->failed; c = c->next) {
            struct document *child = extend(transforming, c, loop);
            if (child) document_add(result, (struct text){0}, child);
        }
    } else if (value->kind == DOCUMENT_OBJECT) {
        const struct document *only = value->count == 1 ? value->children : NULL;
        const struct loop *found = only && text_is(only->key, "Ref") && only->kind == DOCUMENT_TEXT
                                       ? find_loop(loop, only->text) : NULL;
        if (found) return text_value(transforming, found->value);
        add_members(transforming, result, value, loop);
        if (!transforming->failed && document_is_call(result)) return reduce(transforming, result);
    }
    return transforming->failed ? NULL : result;
}

struct document *sim_extend(struct sim_transforming *transforming, const struct document *root) {
    return extend(transforming, root, NULL);
}
