/* Physical ids and attributes: given names, names made up as CloudFormation makes them, forms of
 * identities.def, the schema's ARN forms, and else plausible text of the right shape. The same
 * stack, logical id and generation always give the same. */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/simulator/world.h"

enum { EXPAND_DEPTH = 8 };

struct identity {
    struct arena *arena;
    const struct sim_stack *stack;
    const struct sim_resource *resource;
    const struct sim_state *state;
    struct text attribute; /* whose value is made: the seed of its random characters */
    unsigned depth;
};

static const struct {
    const char *type, *attribute, *property, *form;
} identity_rows[] = {
#define IDENTITY(type, attribute, form) {type, attribute, NULL, form},
#define IDENTITY_WITH(type, attribute, property, form) {type, attribute, property, form},
#include "runtime/simulator/identities.def"
#undef IDENTITY_WITH
#undef IDENTITY
};

/* The first row of the attribute whose property, where it names one, is set. */
static const char *find_form(struct text type, struct text attribute,
                             const struct document *properties) {
    for (size_t i = 0; i < sizeof identity_rows / sizeof *identity_rows; i++) {
        const char *property = identity_rows[i].property;
        if (text_is(type, identity_rows[i].type) &&
            text_is(attribute, identity_rows[i].attribute) &&
            (!property || document_get(properties, property))) return identity_rows[i].form;
    }
    return NULL;
}

static struct text make(struct identity *identity, struct text attribute);
static struct text expand(struct identity *identity, struct text form);

static bool text_value(const struct document *value, struct text *out) {
    if (!value) return false;
    if (value->kind == DOCUMENT_TEXT || value->kind == DOCUMENT_NUMBER) *out = value->text;
    else if (value->kind == DOCUMENT_BOOL) *out = value->boolean ? TEXT("true") : TEXT("false");
    else return false;
    return true;
}

/* The property at a dotted path, or NULL. */
static const struct document *property(const struct document *properties, struct text path) {
    char key[128];
    const struct document *at = properties;
    while (at && path.length) {
        const char *dot = memchr(path.bytes, '.', path.length);
        size_t length = dot ? (size_t)(dot - path.bytes) : path.length;
        if (length >= sizeof key) return NULL;
        memcpy(key, path.bytes, length);
        key[length] = 0;
        at = document_get(at, key);
        path.bytes += length + (dot != NULL);
        path.length -= length + (dot != NULL);
    }
    return at;
}

static struct text seed(struct identity *identity, struct text what) {
    return text_format(identity->arena, "%.*s/%.*s/%u/%.*s/%.*s", TEXT_ARGS(identity->stack->id),
                       TEXT_ARGS(identity->resource->logical_id), identity->resource->generation,
                       TEXT_ARGS(identity->attribute), TEXT_ARGS(what));
}

static struct text random_text(struct identity *identity, struct text what, const char *alphabet,
                               size_t length) {
    char *out = arena_alloc(identity->arena, length + 1);
    sim_random(seed(identity, what), alphabet, out, length);
    return (struct text){out, length};
}

/* --- names ------------------------------------------------------------------------------------ */

static struct text made_up_name(struct identity *identity, uint32_t maximum) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    struct identity whole = *identity;
    whole.attribute = TEXT("Name");
    struct text random = random_text(&whole, (struct text){0}, alphabet, 12);
    struct text stack = identity->stack->name, logical = identity->resource->logical_id;
    if (!maximum) maximum = 255;
    size_t room = maximum > 16 ? maximum - 14 : 2;
    if (stack.length + logical.length > room) {
        if (stack.length > room / 2) stack.length = room / 2;
        if (logical.length > room - stack.length) logical.length = room - stack.length;
    }
    if (text_is(identity->resource->type, "AWS::SSM::Parameter")) stack = TEXT("CFN");
    return text_format(identity->arena, "%.*s-%.*s-%.*s", TEXT_ARGS(stack), TEXT_ARGS(logical),
                       TEXT_ARGS(random));
}

static struct text physical_name(struct identity *identity) {
    struct schema_name name;
    const struct schema_type *type = identity->resource->schema;
    if (!type || !schema_type_physical_name(type, &name)) return made_up_name(identity, 0);
    struct text given;
    const struct document *value =
        property(identity->state->properties, schema_property_name(name.property));
    if (text_value(value, &given)) return given;
    struct text made = made_up_name(identity, name.maximum);
    bool lower = name.scope == SCHEMA_SCOPE_WORLD ||
                 (name.pattern.length && text_starts(name.pattern, TEXT("^[a-z")) &&
                  !memmem(name.pattern.bytes, name.pattern.length, "A-Z", 3));
    return lower ? text_lower(identity->arena, made) : made;
}

/* --- forms ------------------------------------------------------------------------------------ */

static bool random_word(struct identity *identity, struct text word, struct text *out) {
    static const struct {
        const char *name, *alphabet;
    } rows[] = {
        {"hex", "0123456789abcdef"},
        {"digits", "123456789"},
        {"lower", "abcdefghijklmnopqrstuvwxyz0123456789"},
        {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].name);
        if (!text_starts(word, text_of(rows[i].name)) || word.length == length ||
            !ascii_is_digit(word.bytes[length]))
            continue;
        size_t count = (size_t)strtoul(word.bytes + length, NULL, 10);
        *out = random_text(identity, word, rows[i].alphabet, count);
        return true;
    }
    if (text_is(word, "uuid")) {
        *out = sim_uuid(identity->arena, seed(identity, word));
        return true;
    }
    if (!text_is(word, "byte")) return false;
    struct text hex = random_text(identity, word, "0123456789abcdef", 2);
    *out = text_format(identity->arena, "%u", (unsigned)strtoul(hex.bytes, NULL, 16) % 250 + 4);
    return true;
}

static struct text expand_word(struct identity *identity, struct text word);

/* "WORD<mark" and "WORD>mark": what comes before the mark, or after it; all of it where there is
 * none. */
static bool expand_part(struct identity *identity, struct text word, char side, struct text *out) {
    const char *sign = memchr(word.bytes, side, word.length);
    if (!sign) return false;
    size_t length = (size_t)(sign - word.bytes);
    struct text mark = {sign + 1, word.length - length - 1};
    struct text whole = expand_word(identity, (struct text){word.bytes, length});
    const char *at = memmem(whole.bytes, whole.length, mark.bytes, mark.length);
    *out = whole;
    if (!at) return true;
    size_t before = (size_t)(at - whole.bytes), used = before + mark.length;
    *out = side == '<' ? (struct text){whole.bytes, before}
                       : (struct text){whole.bytes + used, whole.length - used};
    return true;
}

static struct text expand_word(struct identity *identity, struct text word) {
    struct text out;
    if (random_word(identity, word, &out)) return out;
    if (text_is(word, "Partition")) return sim_partition(identity->stack->region);
    if (text_is(word, "Region")) return identity->stack->region;
    if (text_is(word, "Account")) return sim_account(identity->stack);
    if (text_is(word, "URLSuffix")) return sim_url_suffix(identity->stack->region);
    if (text_is(word, "Name")) return physical_name(identity);
    if (text_is(word, "Ref")) return identity->state->physical_id;
    if (text_is(word, "Version")) {
        return text_format(identity->arena, "%u", identity->state->version + 1);
    }
    if (text_is(word, "StackId")) return identity->stack->id;
    if (text_is(word, "LogicalId")) return identity->resource->logical_id;
    if (expand_part(identity, word, '<', &out) || expand_part(identity, word, '>', &out))
        return out;
    if (text_value(property(identity->state->properties, word), &out)) return out;
    if (identity->depth >= EXPAND_DEPTH) return TEXT("unknown");
    struct identity inner = *identity;
    inner.depth++;
    inner.attribute = word;
    return make(&inner, word);
}

static struct text expand(struct identity *identity, struct text form) {
    struct buffer out;
    struct text before, word;
    buffer_init(&out);
    while (text_take_hole(&form, &before, &word)) {
        buffer_text(&out, before);
        buffer_text(&out, expand_word(identity, word));
    }
    buffer_text(&out, before);
    struct text text = buffer_take(&out, identity->arena);
    buffer_release(&out);
    return text;
}

/* --- values nobody wrote down ----------------------------------------------------------------- */

static struct text last_word(struct text type) {
    size_t i = type.length;
    while (i > 0 && type.bytes[i - 1] != ':') i--;
    return (struct text){type.bytes + i, type.length - i};
}

static struct text service_word(struct text type) {
    struct text rest = type;
    const char *mark = memmem(rest.bytes, rest.length, "::", 2);
    if (!mark) return type;
    rest.length -= (size_t)(mark + 2 - rest.bytes);
    rest.bytes = mark + 2;
    mark = memmem(rest.bytes, rest.length, "::", 2);
    return mark ? (struct text){rest.bytes, (size_t)(mark - rest.bytes)} : rest;
}

static struct text plausible_arn(struct identity *identity) {
    struct text attribute = {0}, type = identity->resource->type;
    struct text form = schema_type_arn(identity->resource->schema, &attribute);
    if (form.length && identity->depth < EXPAND_DEPTH) return expand(identity, form);
    return text_format(identity->arena, "arn:%.*s:%.*s:%.*s:%.*s:%.*s/%.*s",
                       TEXT_ARGS(sim_partition(identity->stack->region)),
                       TEXT_ARGS(text_lower(identity->arena, service_word(type))),
                       TEXT_ARGS(identity->stack->region), TEXT_ARGS(sim_account(identity->stack)),
                       TEXT_ARGS(text_lower(identity->arena, last_word(type))),
                       TEXT_ARGS(physical_name(identity)));
}

static struct text plausible(struct identity *identity, struct text attribute) {
    struct arena *arena = identity->arena;
    if (text_ends(attribute, TEXT("Arn")) || text_ends(attribute, TEXT("ARN"))) {
        return plausible_arn(identity);
    }
    if (text_ends(attribute, TEXT("Id")) || text_ends(attribute, TEXT("ID"))) {
        struct text word = text_lower(arena, last_word(identity->resource->type));
        if (word.length > 12) word.length = 12;
        return text_format(arena, "%.*s-0%.*s", TEXT_ARGS(word),
                           TEXT_ARGS(random_text(identity, attribute, "0123456789abcdef", 16)));
    }
    if (text_ends(attribute, TEXT("Url")) || text_ends(attribute, TEXT("URL")) ||
        text_ends(attribute, TEXT("Endpoint"))) {
        return text_format(
            arena, "https://%.*s.%.*s.%.*s.%.*s",
            TEXT_ARGS(random_text(identity, attribute, "abcdefghijklmnopqrstuvwxyz0123456789", 10)),
            TEXT_ARGS(text_lower(arena, service_word(identity->resource->type))),
            TEXT_ARGS(identity->stack->region), TEXT_ARGS(sim_url_suffix(identity->stack->region)));
    }
    return physical_name(identity);
}

static bool is_name_property(const struct schema_type *type, struct text attribute) {
    struct schema_name name;
    return type && schema_type_physical_name(type, &name) &&
           text_equal(schema_property_name(name.property), attribute);
}

/* An attribute that is no property, as text. */
static struct text make(struct identity *identity, struct text attribute) {
    const struct schema_type *type = identity->resource->schema;
    const char *form = find_form(identity->resource->type, attribute,
                                 identity->state->properties);
    if (form) return expand(identity, text_of(form));
    if (!type) return physical_name(identity);
    struct text arn_attribute = {0};
    struct text arn = schema_type_arn(type, &arn_attribute);
    if (identity->state->physical_id.length && text_equal(schema_type_ref(type), attribute)) {
        return identity->state->physical_id;
    }
    if (arn.length && text_equal(arn_attribute, attribute) && identity->depth < EXPAND_DEPTH) {
        identity->depth++;
        return expand(identity, arn);
    }
    if (is_name_property(type, attribute)) return physical_name(identity);
    return plausible(identity, attribute);
}

/* --- physical ids ----------------------------------------------------------------------------- */

static struct text joined_primaries(struct identity *identity) {
    const struct schema_type *type = identity->resource->schema;
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < schema_type_primary_count(type); i++) {
        struct text one, primary = schema_type_primary(type, i);
        if (i) buffer_char(&out, '|');
        identity->attribute = primary;
        bool given = text_value(property(identity->state->properties, primary), &one);
        buffer_text(&out, given ? one : make(identity, primary));
    }
    struct text text = buffer_take(&out, identity->arena);
    buffer_release(&out);
    return text;
}

struct text sim_physical_id(struct simulator *simulator, const struct sim_stack *stack,
                            const struct sim_resource *resource,
                            const struct document *properties) {
    struct sim_state state = {.properties = (struct document *)properties};
    struct identity identity = {&simulator->arena, stack, resource, &state, TEXT("Ref"), 0};
    const char *form = find_form(resource->type, TEXT("Ref"), properties);
    if (form) return expand(&identity, text_of(form));
    const struct schema_type *type = resource->schema;
    if (!type || text_is(schema_type_name(type), "AWS::CloudFormation::CustomResource")) {
        return physical_name(&identity);
    }
    struct text ref = schema_type_ref(type), given;
    if (!ref.length) {
        return schema_type_primary_count(type) ? joined_primaries(&identity)
                                               : physical_name(&identity);
    }
    if (text_value(property(properties, ref), &given)) return given;
    if (is_name_property(type, ref)) return physical_name(&identity);
    return make(&identity, ref);
}

/* --- attributes ------------------------------------------------------------------------------- */

static struct document *shaped(struct identity *identity, const struct schema_value *value,
                               struct text name) {
    struct document *result;
    switch (schema_value_shape(value)) {
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
        result = document_text(identity->arena, TEXT("1"));
        return result;
    case SCHEMA_BOOLEAN:
        result = document_new(identity->arena, DOCUMENT_BOOL);
        return result;
    case SCHEMA_DATE_TIME:
        return document_text(identity->arena, TEXT("2026-01-01T00:00:00Z"));
    case SCHEMA_LIST:
        result = document_new(identity->arena, DOCUMENT_LIST);
        document_add(result, (struct text){0},
                     document_text(identity->arena, make(identity, name)));
        return result;
    case SCHEMA_STRING:
    case SCHEMA_JSON:
    case SCHEMA_MAP:
    case SCHEMA_BODY:
    case SCHEMA_UNION:
        return document_text(identity->arena, make(identity, name));
    }
    return NULL;
}

struct document *sim_attribute(struct arena *arena, const struct sim_stack *stack,
                               const struct sim_resource *resource, const struct sim_state *state,
                               struct text name) {
    struct identity identity = {arena, stack, resource, state, name, 0};
    struct schema_attribute attribute;
    if (find_form(resource->type, name, state->properties)) {
        return document_text(arena, make(&identity, name));
    }
    const struct document *given = property(state->properties, name);
    if (given) return (struct document *)given;
    if (!resource->schema) return NULL;
    if (schema_type_attribute_find(resource->schema, name, &attribute)) {
        return shaped(&identity, attribute.value, name);
    }
    return NULL;
}

double sim_duration(struct text type, struct text operation) {
    static const struct {
        const char *type;
        double create, update, remove;
    } rows[] = {
#define DURATION(type, create, update, delete) {type, create, update, delete},
#include "runtime/simulator/durations.def"
#undef DURATION
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!text_is(type, rows[i].type)) continue;
        if (text_is(operation, "CREATE")) return rows[i].create;
        return text_is(operation, "UPDATE") ? rows[i].update : rows[i].remove;
    }
    return text_is(operation, "CREATE") ? 5 : 3;
}
