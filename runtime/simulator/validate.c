/* What the schema has against a resource's properties, in the words of AWS's own check: what is not
 * known, what is missing, what is of another kind, and values beyond their limits. A value that
 * comes from another resource is made up here, so its limits are not looked at. */
#include <stdlib.h>

#include "runtime/simulator/world.h"

enum { MOST_UNIQUE = 200 }; /* elements that are compared with one another */

struct validation {
    struct arena *arena;
    const struct sim_blueprint *blueprint;
    struct text reason, path;
};

/* origin: how the value stands in the template, or NULL where that is not known. */
static bool check(struct validation *validation, const struct schema_value *value,
                  const struct document *written, const struct document *origin, struct text path);

static bool refuse(struct validation *validation, struct text path, struct text reason) {
    validation->path = path;
    validation->reason = reason;
    return false;
}

static struct text below(struct validation *validation, struct text path, struct text key) {
    return text_format(validation->arena, "%.*s/%.*s", TEXT_ARGS(path), TEXT_ARGS(key));
}

static struct text pointer(struct text path) {
    return path.length ? path : (struct text){"", 0};
}

/* --- where values come from ------------------------------------------------------------------- */

/* Whether the value is what the template, or a parameter, says, not what another resource gives. */
static bool is_given(const struct validation *validation, const struct document *origin) {
    if (!origin) return false;
    const struct document *call = document_is_call(origin) ? origin->children : NULL;
    if (!call) {
        return origin->kind != DOCUMENT_TEXT ||
               !memmem(origin->text.bytes, origin->text.length, "{{resolve:", 10);
    }
    return text_is(call->key, "Ref") && call->kind == DOCUMENT_TEXT &&
           !text_starts(call->text, TEXT("AWS::")) &&
           !sim_blueprint_find(validation->blueprint, call->text);
}

/* The member of how it stands in the template; NULL inside of what a function gives. */
static const struct document *origin_of(const struct document *origin, struct text key) {
    return origin && origin->kind == DOCUMENT_OBJECT && !document_is_call(origin)
               ? document_member(origin, key)
               : NULL;
}

/* --- limits ----------------------------------------------------------------------------------- */

static bool refuse_limit(struct validation *validation, struct text path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse_limit(struct validation *validation, struct text path, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct text words = text_vformat(validation->arena, format, args);
    va_end(args);
    return refuse(validation, path, text_format(validation->arena, "#%.*s: %.*s",
                                                TEXT_ARGS(pointer(path)), TEXT_ARGS(words)));
}

static bool check_text(struct validation *validation, const struct schema_value *value,
                       struct text written, struct text path) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return true;
    unsigned long length = (unsigned long)text_characters(written);
    if (limits.enum_count && !schema_value_enum_has(value, written)) {
        return refuse_limit(validation, path, "%.*s is not a valid enum value",
                            TEXT_ARGS(written));
    }
    if (limits.set & SCHEMA_MIN_LENGTH && length < limits.min_length) {
        return refuse_limit(validation, path, "expected minLength: %u, actual: %lu",
                            limits.min_length, length);
    }
    if (limits.set & SCHEMA_MAX_LENGTH && length > limits.max_length) {
        return refuse_limit(validation, path, "expected maxLength: %u, actual: %lu",
                            limits.max_length, length);
    }
    if (!limits.pattern.length || sim_matches(limits.pattern, written)) return true;
    return refuse_limit(validation, path, "string [%.*s] does not match pattern %.*s",
                        TEXT_ARGS(written), TEXT_ARGS(limits.pattern));
}

static struct text number_text(struct arena *arena, double number) {
    struct buffer out;
    buffer_init(&out);
    buffer_number(&out, number);
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

static bool check_number(struct validation *validation, const struct schema_value *value,
                         struct text written, struct text path) {
    struct schema_limits limits;
    char *end;
    double number = strtod(text_copy(validation->arena, written).bytes, &end);
    if (!written.length || *end) {
        return refuse_limit(validation, path, "expected type: Number, found: String");
    }
    if (!schema_value_limits(value, &limits)) return true;
    if (limits.enum_count && !schema_value_enum_has(value, written)) {
        return refuse_limit(validation, path, "%.*s is not a valid enum value",
                            TEXT_ARGS(written));
    }
    bool no_low = limits.set & SCHEMA_EXCLUSIVE_MINIMUM && number <= limits.minimum;
    bool no_high = limits.set & SCHEMA_EXCLUSIVE_MAXIMUM && number >= limits.maximum;
    if (no_low || (limits.set & SCHEMA_MINIMUM && number < limits.minimum)) {
        return refuse_limit(validation, path, "%.*s is not greater %s %.*s", TEXT_ARGS(written),
                            no_low ? "than" : "or equal to",
                            TEXT_ARGS(number_text(validation->arena, limits.minimum)));
    }
    if (no_high || (limits.set & SCHEMA_MAXIMUM && number > limits.maximum)) {
        return refuse_limit(validation, path, "%.*s is not less %s %.*s", TEXT_ARGS(written),
                            no_high ? "than" : "or equal to",
                            TEXT_ARGS(number_text(validation->arena, limits.maximum)));
    }
    return true;
}

static bool is_all_given(const struct validation *validation, const struct document *origin) {
    if (!is_given(validation, origin)) return false;
    for (const struct document *c = document_is_call(origin) ? NULL : origin->children; c;
         c = c->next) {
        if (!is_all_given(validation, c)) return false;
    }
    return true;
}

/* As far as the template says what the elements are. */
static bool are_unique(const struct validation *validation, const struct document *list,
                       const struct document *origin) {
    for (const struct document *o = origin->children; o; o = o->next) {
        if (!is_all_given(validation, o)) return true;
    }
    for (const struct document *a = list->children; a; a = a->next) {
        for (const struct document *b = a->next; b; b = b->next) {
            if (document_equal(a, b)) return false;
        }
    }
    return true;
}

static bool check_count(struct validation *validation, const struct schema_value *value,
                        const struct document *written, const struct document *origin,
                        struct text path) {
    struct schema_limits limits;
    if (!schema_value_limits(value, &limits)) return true;
    if (limits.set & SCHEMA_MIN_ITEMS && written->count < limits.min_items) {
        return refuse_limit(validation, path, "expected minimum item count: %u, found: %u",
                            limits.min_items, written->count);
    }
    if (limits.set & SCHEMA_MAX_ITEMS && written->count > limits.max_items) {
        return refuse_limit(validation, path, "expected maximum item count: %u, found: %u",
                            limits.max_items, written->count);
    }
    bool compares = limits.set & SCHEMA_UNIQUE_ITEMS && written->kind == DOCUMENT_LIST &&
                    written->count <= MOST_UNIQUE;
    if (!compares || are_unique(validation, written, origin)) return true;
    return refuse_limit(validation, path, "array items are not unique");
}

/* --- kinds ------------------------------------------------------------------------------------ */

static bool check_body(struct validation *validation, const struct schema_body *body,
                       const struct document *written, const struct document *origin,
                       struct text path) {
    for (const struct document *c = written ? written->children : NULL; c; c = c->next) {
        const struct schema_property *property = schema_body_find(body, c->key);
        if (!property && schema_body_open(body)) continue;
        if (!property) {
            return refuse(validation, path,
                          text_format(validation->arena,
                                      "#%.*s: extraneous key [%.*s] is not permitted",
                                      TEXT_ARGS(pointer(path)), TEXT_ARGS(c->key)));
        }
        if (!check(validation, schema_property_value(property), c, origin_of(origin, c->key),
                   below(validation, path, c->key))) return false;
    }
    for (size_t i = 0; i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        struct text name = schema_property_name(property);
        if (!(schema_property_flags(property) & SCHEMA_REQUIRED) || document_member(written, name))
            continue;
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

/* How the elements of a list stand in the template, where each of them stands there by itself. */
static const struct document *first_origin(const struct document *written,
                                           const struct document *origin) {
    bool is_same = origin && origin->kind == DOCUMENT_LIST && written->kind == DOCUMENT_LIST &&
                   origin->count == written->count;
    return is_same ? origin->children : NULL;
}

static bool check_elements(struct validation *validation, const struct schema_value *value,
                           const struct document *written, const struct document *origin,
                           struct text path) {
    unsigned number = 0;
    bool is_map = written->kind == DOCUMENT_OBJECT;
    const struct document *from = first_origin(written, origin);
    const struct schema_value *element = schema_value_element(value);
    for (const struct document *c = written->children; element && c; c = c->next, number++) {
        struct text key = is_map ? c->key : text_format(validation->arena, "%u", number);
        if (!check(validation, element, c, is_map ? origin_of(origin, c->key) : from,
                   below(validation, path, key))) return false;
        if (from) from = from->next;
    }
    return true;
}

static bool check_union(struct validation *validation, const struct schema_value *value,
                        const struct document *written, const struct document *origin,
                        struct text path) {
    struct validation first = *validation;
    bool any = false, good = false;
    for (size_t i = 0; i < schema_value_member_count(value) && !good; i++) {
        struct validation attempt = *validation;
        good = check(&attempt, schema_value_member(value, i), written, origin, path);
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

static struct text scalar_text(const struct document *written) {
    if (written->kind == DOCUMENT_BOOL) return written->boolean ? TEXT("true") : TEXT("false");
    return written->text;
}

static bool check_scalar(struct validation *validation, const struct schema_value *value,
                         const struct document *written, const struct document *origin,
                         struct text path) {
    static const char *const kinds[SCHEMA_SHAPES] = {
        [SCHEMA_STRING] = "String", [SCHEMA_DATE_TIME] = "String", [SCHEMA_INTEGER] = "Number",
        [SCHEMA_NUMBER] = "Number", [SCHEMA_BOOLEAN] = "Boolean"};
    enum schema_shape shape = schema_value_shape(value);
    struct text text = scalar_text(written);
    if (!is_scalar(written)) return refuse_kind(validation, written, path, kinds[shape]);
    if (!is_given(validation, origin) || text_starts(text, TEXT(SIM_SECRET))) return true;
    if (shape == SCHEMA_INTEGER || shape == SCHEMA_NUMBER) {
        return check_number(validation, value, text, path);
    }
    if (shape != SCHEMA_BOOLEAN) return check_text(validation, value, text, path);
    return text_is(text, "true") || text_is(text, "false") ||
           refuse_kind(validation, written, path, kinds[shape]);
}

/* CloudFormation takes one value where a list of scalars is wanted. */
static bool check_list(struct validation *validation, const struct schema_value *value,
                       const struct document *written, const struct document *origin,
                       struct text path) {
    if (written->kind != DOCUMENT_LIST) {
        return is_scalar(written) || refuse_kind(validation, written, path, "JSONArray");
    }
    return (!first_origin(written, origin) ||
            check_count(validation, value, written, origin, path)) &&
           check_elements(validation, value, written, origin, path);
}

static bool check(struct validation *validation, const struct schema_value *value,
                  const struct document *written, const struct document *origin, struct text path) {
    if (written->kind == DOCUMENT_TEXT && text_is(written->text, SIM_UNKNOWN)) return true;
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING:
    case SCHEMA_DATE_TIME:
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN: return check_scalar(validation, value, written, origin, path);
    case SCHEMA_JSON: return true;
    case SCHEMA_LIST: return check_list(validation, value, written, origin, path);
    case SCHEMA_MAP:
        if (written->kind != DOCUMENT_OBJECT) {
            return refuse_kind(validation, written, path, "JSONObject");
        }
        return check_count(validation, value, written, origin, path) &&
               check_elements(validation, value, written, origin, path);
    case SCHEMA_BODY:
        if (written->kind != DOCUMENT_OBJECT) {
            return refuse_kind(validation, written, path, "JSONObject");
        }
        return check_body(validation, schema_value_body(value), written, origin, path);
    case SCHEMA_UNION: return check_union(validation, value, written, origin, path);
    }
    return true;
}

bool sim_validate(struct arena *arena, const struct sim_blueprint *blueprint,
                  const struct sim_item *item, const struct document *properties,
                  struct text *reason, struct text *path) {
    struct validation validation = {.arena = arena, .blueprint = blueprint};
    if (!item->schema) return true;
    if (check_body(&validation, schema_type_body(item->schema), properties, item->properties,
                   (struct text){0})) return true;
    *path = text_format(arena, "/Resources/%.*s/Properties%.*s", TEXT_ARGS(item->id),
                        TEXT_ARGS(validation.path));
    *reason = validation.reason;
    return false;
}
