/* Whether a change of values needs a new resource. */
#include "runtime/simulator/changes.h"

const struct document *sim_find_member(const struct document *object, struct text key) {
    if (!object || object->kind != DOCUMENT_OBJECT) return NULL;
    for (const struct document *c = object->children; c; c = c->next) {
        if (text_equal(c->key, key)) return c;
    }
    return NULL;
}

bool sim_same_value(const struct document *a, const struct document *b) {
    if (!a || !b) return a == b;
    if (a->kind != b->kind && a->kind <= DOCUMENT_TEXT && b->kind <= DOCUMENT_TEXT) {
        /* "80" and 80, "true" and true are one value to CloudFormation. */
        struct text x = a->kind == DOCUMENT_BOOL ? text_of(a->boolean ? "true" : "false") : a->text;
        struct text y = b->kind == DOCUMENT_BOOL ? text_of(b->boolean ? "true" : "false") : b->text;
        return text_equal(x, y);
    }
    return document_equal(a, b);
}

/* What lies at "A.B.C" below a document; a list on the way ends it: *is_list. */
static const struct document *at_path(const struct document *value, struct text path,
                                      bool *is_list) {
    while (value && path.length) {
        const char *dot = memchr(path.bytes, '.', path.length);
        size_t length = dot ? (size_t)(dot - path.bytes) : path.length;
        if (value->kind == DOCUMENT_LIST) {
            *is_list = true;
            return value;
        }
        value = sim_find_member(value, (struct text){path.bytes, length});
        path.bytes += length + (dot != NULL);
        path.length -= length + (dot != NULL);
    }
    return value;
}

/* Flags of the places inside a property that really differ. */
static unsigned nested_flags(const struct schema_type *type, struct text name,
                             const struct document *before, const struct document *after) {
    unsigned flags = 0;
    for (size_t i = 0; i < schema_type_place_count(type); i++) {
        struct schema_place place = schema_type_place(type, i);
        if (!text_starts(place.path, name) || place.path.length <= name.length ||
            place.path.bytes[name.length] != '.') continue;
        struct text inner = {place.path.bytes + name.length + 1,
                             place.path.length - name.length - 1};
        bool is_list = false;
        const struct document *a = at_path(before, inner, &is_list);
        const struct document *b = at_path(after, inner, &is_list);
        if (sim_same_value(a, b)) continue;
        /* Which element of a list changed is not followed: that it may replace is all one knows. */
        flags |= is_list && (place.flags & SCHEMA_CREATE_ONLY) ? (unsigned)SCHEMA_MAYBE_CREATE_ONLY
                                                               : place.flags;
    }
    return flags;
}

const char *sim_recreation(const struct schema_type *type, struct text name,
                           const struct document *before, const struct document *after) {
    if (!type) return "Never";
    if (schema_type_flags(type) & SCHEMA_TYPE_IMMUTABLE) return "Always";
    const struct schema_property *property = schema_body_find(schema_type_body(type), name);
    if (!property) return "Never";
    unsigned flags = schema_property_flags(property) | nested_flags(type, name, before, after);
    if (flags & SCHEMA_CREATE_ONLY) return "Always";
    return flags & SCHEMA_MAYBE_CREATE_ONLY ? "Conditionally" : "Never";
}

/* What recreates for certain, and what may: nobody has recorded when it does, so it does, but for a
 * resource with a name of its own, whose replacement AWS would refuse. */
static bool replaces(const struct schema_type *type, struct text name,
                     const struct document *before, const struct document *after, bool is_named) {
    const char *how = sim_recreation(type, name, before, after);
    return strcmp(how, "Always") == 0 || (!is_named && strcmp(how, "Conditionally") == 0);
}

static bool has_own_name(const struct schema_type *type, const struct document *properties) {
    struct schema_name name;
    return type && schema_type_physical_name(type, &name) &&
           sim_find_member(properties, schema_property_name(name.property));
}

bool sim_needs_replacement(const struct schema_type *type, const struct document *before,
                           const struct document *after) {
    bool is_named = has_own_name(type, after);
    for (const struct document *c = after ? after->children : NULL; c; c = c->next) {
        const struct document *old = sim_find_member(before, c->key);
        if (!sim_same_value(old, c) && replaces(type, c->key, old, c, is_named)) return true;
    }
    for (const struct document *c = before ? before->children : NULL; c; c = c->next) {
        if (!sim_find_member(after, c->key) && replaces(type, c->key, c, NULL, is_named))
            return true;
    }
    return false;
}
