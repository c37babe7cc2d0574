/* What the schema has against a resource's properties, in AWS's words: what is not known, what is
 * missing, what is of another kind. Limits of values are not checked here: what AWS does with them
 * differs from service to service.
 */
#include "runtime/simulator/world.h"

struct validation {
    struct arena *arena;
    struct text reason, path;
};

static bool check(struct validation *validation, const struct schema_value *value,
                  const struct document *written, struct text path);

static bool refuse(struct validation *validation, struct text path, struct text reason) {
    validation->path = path;
    validation->reason = reason;
    return false;
}

static struct text below(struct validation *validation, struct text path, struct text key) {
    return text_format(validation->arena, "%.*s/%.*s", TEXT_ARGS(path), TEXT_ARGS(key));
}

static const struct document *find(const struct document *object, struct text key) {
    for (const struct document *c = object ? object->children : NULL; c; c = c->next) {
        if (text_equal(c->key, key)) return c;
    }
    return NULL;
}

static struct text pointer(struct text path) {
    return path.length ? path : (struct text){"", 0};
}

static bool check_body(struct validation *validation, const struct schema_body *body,
                       const struct document *written, struct text path) {
    for (const struct document *c = written ? written->children : NULL; c; c = c->next) {
        const struct schema_property *property = schema_body_find(body, c->key);
        if (!property && schema_body_open(body)) continue;
        if (!property) {
            return refuse(validation, path,
                          text_format(validation->arena,
                                      "#%.*s: extraneous key [%.*s] is not permitted",
                                      TEXT_ARGS(pointer(path)), TEXT_ARGS(c->key)));
        }
        if (!check(validation, schema_property_value(property), c,
                   below(validation, path, c->key))) return false;
    }
    for (size_t i = 0; i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        struct text name = schema_property_name(property);
        if (!(schema_property_flags(property) & SCHEMA_REQUIRED) || find(written, name)) continue;
        return refuse(validation, path,
                      text_format(validation->arena, "#%.*s: required key [%.*s] not found",
                                  TEXT_ARGS(pointer(path)), TEXT_ARGS(name)));
    }
    return true;
}

static bool refuse_kind(struct validation *validation, const struct document *written,
                        struct text path, const char *wanted) {
    static const char *const found[] = {"Null", "Boolean", "Number", "String", "JSONArray",
                                        "JSONObject"};
    return refuse(validation, path,
                  text_format(validation->arena, "#%.*s: expected type: %s, found: %s",
                              TEXT_ARGS(pointer(path)), wanted, found[written->kind]));
}

static bool check_elements(struct validation *validation, const struct schema_value *value,
                           const struct document *written, struct text path) {
    unsigned number = 0;
    const struct schema_value *element = schema_value_element(value);
    for (const struct document *c = written->children; element && c; c = c->next, number++) {
        struct text key = c->key.length ? c->key : text_format(validation->arena, "%u", number);
        if (!check(validation, element, c, below(validation, path, key))) return false;
    }
    return true;
}

static bool check_union(struct validation *validation, const struct schema_value *value,
                        const struct document *written, struct text path) {
    struct validation first = *validation;
    bool any = false, good = false;
    for (size_t i = 0; i < schema_value_member_count(value) && !good; i++) {
        struct validation attempt = *validation;
        good = check(&attempt, schema_value_member(value, i), written, path);
        if (!good && !any) first = attempt;
        any = true;
    }
    if (!good && any) *validation = first;
    return good || !any;
}

static bool is_scalar(const struct document *written) {
    return written->kind == DOCUMENT_TEXT || written->kind == DOCUMENT_NUMBER ||
           written->kind == DOCUMENT_BOOL;
}

static bool check(struct validation *validation, const struct schema_value *value,
                  const struct document *written, struct text path) {
    if (written->kind == DOCUMENT_TEXT && text_is(written->text, SIM_UNKNOWN)) return true;
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING:
    case SCHEMA_DATE_TIME:
        return is_scalar(written) || refuse_kind(validation, written, path, "String");
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
        return is_scalar(written) || refuse_kind(validation, written, path, "Number");
    case SCHEMA_BOOLEAN:
        return is_scalar(written) || refuse_kind(validation, written, path, "Boolean");
    case SCHEMA_JSON:
        return true;
    case SCHEMA_LIST:
        if (written->kind != DOCUMENT_LIST) {
            /* CloudFormation takes one value where a list of scalars is wanted. */
            if (is_scalar(written)) return true;
            return refuse_kind(validation, written, path, "JSONArray");
        }
        return check_elements(validation, value, written, path);
    case SCHEMA_MAP:
        if (written->kind != DOCUMENT_OBJECT) {
            return refuse_kind(validation, written, path, "JSONObject");
        }
        return check_elements(validation, value, written, path);
    case SCHEMA_BODY:
        if (written->kind != DOCUMENT_OBJECT) {
            return refuse_kind(validation, written, path, "JSONObject");
        }
        return check_body(validation, schema_value_body(value), written, path);
    case SCHEMA_UNION:
        return check_union(validation, value, written, path);
    }
    return true;
}

bool sim_validate(struct arena *arena, const struct sim_item *item,
                  const struct document *properties, struct text *reason, struct text *path) {
    struct validation validation = {.arena = arena};
    if (!item->schema) return true;
    if (check_body(&validation, schema_type_body(item->schema), properties, (struct text){0})) {
        return true;
    }
    *path = text_format(arena, "/Resources/%.*s/Properties%.*s", TEXT_ARGS(item->id),
                        TEXT_ARGS(validation.path));
    *reason = validation.reason;
    return false;
}
