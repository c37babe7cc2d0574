/* What a path leads to, and what may have been meant where it leads nowhere. */
#include "schema/explain_parts.h"

enum { BODIES_SEARCHED = 1024 };

const struct schema_body *explain_body_inside(const struct schema_value *value) {
    while (schema_value_element(value))
        value = schema_value_element(value);
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        const struct schema_body *body = explain_body_inside(schema_value_member(value, i));
        if (body) return body;
    }
    return schema_value_body(value);
}

struct text explain_segment(struct text *path) {
    const char *dot = memchr(path->bytes, '.', path->length);
    size_t length = dot ? (size_t)(dot - path->bytes) : path->length;
    struct text segment = {path->bytes, length};
    size_t skip = length + (dot != NULL);
    *path = (struct text){path->bytes + skip, path->length - skip};
    return segment;
}

void explain_follow(struct explain_place *place, struct text *path,
                    const struct schema_body **body) {
    *body = schema_type_body(place->type);
    while (path->length && *body && place->depth < EXPLAIN_DEPTH) {
        struct text rest = *path;
        const struct schema_property *property = schema_body_find(*body, explain_segment(&rest));
        if (!property) return;
        place->path[place->depth++] = property;
        *body = explain_body_inside(schema_property_value(property));
        *path = rest;
    }
}

struct bodies {
    const struct schema_body *found[BODIES_SEARCHED];
    size_t count;
};

static void bodies_add(struct bodies *bodies, const struct schema_value *value) {
    if (schema_value_element(value)) bodies_add(bodies, schema_value_element(value));
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        bodies_add(bodies, schema_value_member(value, i));
    }
    const struct schema_body *body = schema_value_body(value);
    for (size_t i = 0; body && i < bodies->count; i++) {
        if (bodies->found[i] == body) return;
    }
    if (body && bodies->count < BODIES_SEARCHED) bodies->found[bodies->count++] = body;
}

const struct schema_body *explain_nested(const struct schema_type *type, struct text name) {
    struct bodies bodies = {{schema_type_body(type)}, 1};
    for (size_t i = 0; i < bodies.count; i++) {
        const struct schema_body *body = bodies.found[i];
        if (i && text_equal(schema_body_name(body), name)) return body;
        for (size_t j = 0; j < schema_body_count(body); j++) {
            bodies_add(&bodies, schema_property_value(schema_body_at(body, j)));
        }
    }
    return NULL;
}

bool explain_type_missing(struct text name, struct failure *why) {
    const struct schema_type *found[3];
    size_t count = schema_suggest_type(name, found, 3);
    failure_set(why, "resource type \"%.*s\" is not known", TEXT_ARGS(name));
    if (count == 1)
        return failure_hint(why, "Did you mean \"%s\"?", schema_type_name(found[0]).bytes);
    if (count == 2) {
        return failure_hint(why, "Did you mean \"%s\" or \"%s\"?", schema_type_name(found[0]).bytes,
                            schema_type_name(found[1]).bytes);
    }
    if (count == 3) {
        return failure_hint(why, "Did you mean \"%s\", \"%s\" or \"%s\"?",
                            schema_type_name(found[0]).bytes, schema_type_name(found[1]).bytes,
                            schema_type_name(found[2]).bytes);
    }
    return false;
}

bool explain_property_missing(struct text known, const struct schema_body *body, struct text name,
                              struct failure *why) {
    const struct schema_property *found[1];
    if (!body) {
        failure_set(why, "\"%.*s\" has no properties of its own", TEXT_ARGS(known));
        return failure_hint(why, "Leave out \".%.*s\".", TEXT_ARGS(name));
    }
    failure_set(why, "\"%.*s\" has no property \"%.*s\"", TEXT_ARGS(known), TEXT_ARGS(name));
    if (!schema_suggest_property(body, name, found, 1)) return false;
    return failure_hint(why, "Did you mean \"%s\"?", schema_property_name(found[0]).bytes);
}
