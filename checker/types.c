/* Making types, and joining them.
 *
 * Types are immutable and small; unions are flat (no union in a union) and hold no member that
 * another one covers. Literal types make `"a" | "b"` and enumerations of AWS checkable wherever a
 * value comes from.
 */
#include "checker/typing.h"

enum { LITERALS_KEPT = 12 }; /* a union of more literals than these is just a string (or int) */

const struct type type_error = {.kind = TYPE_ERROR}, type_json = {.kind = TYPE_JSON},
                  type_null = {.kind = TYPE_NULL}, type_bool = {.kind = TYPE_BOOL},
                  type_int = {.kind = TYPE_INT}, type_number = {.kind = TYPE_NUMBER},
                  type_string = {.kind = TYPE_STRING}, type_secret = {.kind = TYPE_SECRET},
                  type_region = {.kind = TYPE_REGION}, type_artifact = {.kind = TYPE_ARTIFACT},
                  type_stack = {.kind = TYPE_STACK},
                  type_type = {.kind = TYPE_TYPE};

/* A type may hold another one many times, and so on: types that are larger than this when they are
 * written out are not followed (type_error agrees with everything; the evaluator sees the
 * values). */
enum { TYPE_DEPTH = 200, TYPE_WEIGHT = 50000 };

static void add_part(struct type *type, const struct type *part) {
    uint64_t weight = (uint64_t)type->weight + part->weight + 1;
    type->weight = weight > TYPE_WEIGHT ? TYPE_WEIGHT + 1 : (uint32_t)weight;
    if (part->depth >= type->depth) type->depth = part->depth + 1;
}

static const struct type *type_sized(const struct type *type) {
    return type->weight > TYPE_WEIGHT || type->depth > TYPE_DEPTH ? &type_error : type;
}

static struct type *new_type(struct checker *checker, enum type_kind kind, size_t size) {
    struct type *type = arena_alloc(checker->arena, size);
    type->kind = (uint8_t)kind;
    return type;
}

/* A type with room for this member of its union. */
#define TYPE_NEW(checker, kind, member) \
    new_type((checker), (kind), offsetof(struct type, member) + sizeof((struct type *)0)->member)

/* Where one of 64 lies that were made last. */
static const struct type **recent(const struct type **types, uint64_t key) {
    return &types[key * 0x9E3779B97F4A7C15u >> 58];
}

const struct type *type_list(struct checker *checker, const struct type *element) {
    const struct type **last = recent(checker->lists, (uintptr_t)element);
    if (*last && (*last)->element == element) return type_sized(*last);
    struct type *type = TYPE_NEW(checker, TYPE_LIST, element);
    type->element = element;
    add_part(type, element);
    *last = type;
    return type_sized(type);
}

const struct type *type_map(struct checker *checker, const struct type *element) {
    const struct type **last = recent(checker->maps, (uintptr_t)element);
    if (*last && (*last)->element == element) return type_sized(*last);
    struct type *type = TYPE_NEW(checker, TYPE_MAP, element);
    type->element = element;
    add_part(type, element);
    *last = type;
    return type_sized(type);
}

const struct type *type_literal_text(struct checker *checker, struct text text) {
    uint64_t key =
        text.length << 8 | (text.length ? (unsigned char)text.bytes[text.length - 1] : 0);
    const struct type **last = recent(checker->texts, key);
    if (*last && text_equal((*last)->literal.text, text)) return *last;
    struct type *type = TYPE_NEW(checker, TYPE_LITERAL, literal.text);
    type->is_text = true;
    type->literal.text = text;
    return *last = type;
}

const struct type *type_literal_int(struct checker *checker, int64_t integer) {
    const struct type **last = recent(checker->integers, (uint64_t)integer);
    if (*last && (*last)->literal.integer == integer) return *last;
    struct type *type = TYPE_NEW(checker, TYPE_LITERAL, literal.integer);
    type->literal.integer = integer;
    return *last = type;
}

const struct type *type_record(struct checker *checker, struct type_field *fields,
                               const struct field_rule *rules, uint32_t count) {
    struct type *type = TYPE_NEW(checker, TYPE_RECORD, record);
    type->record.fields = fields;
    type->record.rules = rules;
    type->record.count = count;
    for (uint32_t i = 0; i < count; i++) add_part(type, fields[i].type);
    return type_sized(type);
}

const struct type *type_of_symbol(struct checker *checker, enum type_kind kind,
                                  struct symbol *symbol) {
    struct type *type = TYPE_NEW(checker, kind, symbol);
    type->symbol = symbol;
    return type;
}

const struct type *type_resource(struct checker *checker, const struct schema_type *resource) {
    struct type *type = map_find(&checker->resources, resource);
    if (type) return type;
    type = TYPE_NEW(checker, TYPE_RESOURCE, resource);
    type->resource = resource;
    map_put(&checker->resources, resource, type);
    return type;
}

const struct type *type_property(struct checker *checker, const struct schema_property *property,
                                 const struct schema_value *value) {
    const struct type **last = recent(checker->properties, (uintptr_t)property ^ (uintptr_t)value);
    if (*last && (*last)->property.property == property && (*last)->property.value == value) {
        return *last;
    }
    struct type *type = TYPE_NEW(checker, TYPE_PROPERTY, property);
    type->property.property = property;
    type->property.value = value;
    return *last = type;
}

static const struct type *type_body(struct checker *checker, const struct schema_body *body) {
    struct type *type = map_find(&checker->bodies, body);
    if (type) return type;
    type = TYPE_NEW(checker, TYPE_BODY, body);
    type->body = body;
    map_put(&checker->bodies, body, type);
    return type;
}

const struct type *type_of_value(struct checker *checker, const struct schema_value *value) {
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING: case SCHEMA_DATE_TIME: return &type_string;
    case SCHEMA_INTEGER: return &type_int;
    case SCHEMA_NUMBER: return &type_number;
    case SCHEMA_BOOLEAN: return &type_bool;
    case SCHEMA_JSON: return &type_json;
    case SCHEMA_LIST:
        return type_list(checker, type_of_value(checker, schema_value_element(value)));
    case SCHEMA_MAP:
        return type_map(checker, type_of_value(checker, schema_value_element(value)));
    case SCHEMA_BODY: return type_body(checker, schema_value_body(value));
    case SCHEMA_UNION: break;
    }
    const struct type *type = NULL;
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        const struct type *member = type_of_value(checker, schema_value_member(value, i));
        type = type ? type_either(checker, type, member) : member;
    }
    return type ? type : &type_json;
}

/* --- unions --- */

const struct type *type_base(const struct type *type) {
    while (type && type->kind == TYPE_NAMED) type = type->named.base;
    return type;
}

uint32_t type_member_count(const struct type *type) {
    return type->kind == TYPE_UNION ? type->join.count : 1;
}

const struct type *type_member(const struct type *type, uint32_t index) {
    return type->kind == TYPE_UNION ? type->join.members[index] : type;
}

static bool literal_equal(const struct type *a, const struct type *b) {
    if (a->is_text != b->is_text) return false;
    return a->is_text ? text_equal(a->literal.text, b->literal.text)
                              : a->literal.integer == b->literal.integer;
}

static bool record_equal(const struct type *a, const struct type *b) {
    if (a->record.count != b->record.count) return false;
    for (uint32_t i = 0; i < a->record.count; i++) {
        const struct type_field *x = &a->record.fields[i], *y = &b->record.fields[i];
        if (x->name != y->name || type_field_rule(a, x).is_required !=
            type_field_rule(b, y).is_required || !type_equal(x->type, y->type)) {
            return false;
        }
    }
    return true;
}

static bool union_equal(const struct type *a, const struct type *b) {
    if (a->join.count != b->join.count) return false;
    for (uint32_t i = 0; i < a->join.count; i++) {
        if (!type_equal(a->join.members[i], b->join.members[i])) return false;
    }
    return true;
}

bool type_equal(const struct type *a, const struct type *b) {
    if (a == b) return true;
    if (a->kind != b->kind) return false;
    switch ((enum type_kind)a->kind) {
    case TYPE_LITERAL: return literal_equal(a, b);
    case TYPE_LIST: case TYPE_MAP: return type_equal(a->element, b->element);
    case TYPE_RECORD: return record_equal(a, b);
    case TYPE_UNION: return union_equal(a, b);
    case TYPE_NAMED: return a->named.symbol == b->named.symbol;
    case TYPE_REGION: case TYPE_STACK: case TYPE_COMPONENT: case TYPE_STAGE:
        return a->symbol == b->symbol;
    case TYPE_RESOURCE: return a->resource == b->resource;
    case TYPE_PROPERTY: return a->property.value == b->property.value;
    case TYPE_BODY: return a->body == b->body && a->is_view == b->is_view;
    case TYPE_GENERIC: return a->generic == b->generic;
    case TYPE_ERROR: case TYPE_JSON: case TYPE_NULL: case TYPE_BOOL: case TYPE_INT:
    case TYPE_NUMBER: case TYPE_STRING: case TYPE_SECRET: case TYPE_ARTIFACT: case TYPE_TYPE:
        return true;
    }
    return true;
}

/* Whether a is covered by b inside a union. */
static bool covers(const struct type *b, const struct type *a) {
    if (type_equal(a, b)) return true;
    if (a->kind == TYPE_LITERAL) {
        return a->is_text ? b->kind == TYPE_STRING
                                  : b->kind == TYPE_INT || b->kind == TYPE_NUMBER;
    }
    return a->kind == TYPE_INT && b->kind == TYPE_NUMBER;
}

static bool same_names(const struct type *a, const struct type *b) {
    if (a->record.count != b->record.count || a->record.is_attributes || b->record.is_attributes) {
        return false;
    }
    for (uint32_t i = 0; i < a->record.count; i++) {
        if (a->record.fields[i].name != b->record.fields[i].name) return false;
    }
    return true;
}

static bool absorbs(const struct type *a, const struct type *b);

static bool record_absorbs(const struct type *a, const struct type *b) {
    if (!same_names(a, b)) return false;
    for (uint32_t i = 0; i < a->record.count; i++) {
        const struct type_field *x = &a->record.fields[i], *y = &b->record.fields[i];
        bool is_looser = type_field_rule(a, x).is_required && !type_field_rule(b, y).is_required;
        if (is_looser || !absorbs(x->type, y->type)) return false;
    }
    return true;
}

/* Whether nothing is added to a where it becomes a or b: most elements of a long list are alike. */
static bool absorbs(const struct type *a, const struct type *b) {
    if (a == b || b->kind == TYPE_ERROR) return true;
    if (a->kind == TYPE_UNION && b->kind != TYPE_UNION) {
        for (uint32_t i = 0; i < a->join.count; i++) {
            if (covers(a->join.members[i], b)) return true;
        }
        return false;
    }
    if (a->kind == TYPE_RECORD && b->kind == TYPE_RECORD) return record_absorbs(a, b);
    if (a->kind == b->kind && (a->kind == TYPE_LIST || a->kind == TYPE_MAP)) {
        return absorbs(a->element, b->element);
    }
    return covers(a, b);
}

struct members {
    const struct type **items;
    uint32_t count, literals;
};

/* What both require of their fields, which are the same; NULL where that is all. */
static const struct field_rule *merge_rules(struct checker *checker, const struct type *a,
                                            const struct type *b) {
    bool is_plain = (a->is_view || !a->record.rules) && (b->is_view || !b->record.rules);
    if (is_plain) return NULL;
    struct field_rule *rules = arena_array(checker->arena, a->record.count, sizeof *rules);
    for (uint32_t i = 0; i < a->record.count; i++) {
        rules[i] = type_field_rule(a, &a->record.fields[i]);
        rules[i].is_required &= type_field_rule(b, &b->record.fields[i]).is_required;
    }
    return rules;
}

/* Two lists, maps, or records of the same fields are one, of what both hold: a list of records that
 * somebody writes has one element type. NULL where they are not alike. */
static const struct type *merge(struct checker *checker, const struct type *a,
                                const struct type *b) {
    if (a->kind != b->kind) return NULL;
    if (a->kind == TYPE_LIST)
        return type_list(checker, type_either(checker, a->element, b->element));
    if (a->kind == TYPE_MAP) return type_map(checker, type_either(checker, a->element, b->element));
    if (a->kind != TYPE_RECORD || !same_names(a, b)) return NULL;
    struct type_field *fields = arena_array(checker->arena, a->record.count, sizeof *fields);
    for (uint32_t i = 0; i < a->record.count; i++) {
        fields[i].name = a->record.fields[i].name;
        fields[i].type =
            type_either(checker, a->record.fields[i].type, b->record.fields[i].type);
    }
    return type_record(checker, fields, merge_rules(checker, a, b), a->record.count);
}

static void members_add(struct checker *checker, struct members *members,
                        const struct type *type) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < members->count; i++) {
        if (covers(members->items[i], type)) return;
        const struct type *merged = merge(checker, members->items[i], type);
        if (!merged) continue;
        members->items[i] = merged;
        return;
    }
    for (uint32_t i = 0; i < members->count; i++) {
        if (!covers(type, members->items[i])) members->items[kept++] = members->items[i];
    }
    members->items[kept++] = type;
    members->count = kept;
}

static const struct type *members_type(struct checker *checker, const struct members *members) {
    if (members->count == 1) return members->items[0];
    struct type *type = TYPE_NEW(checker, TYPE_UNION, join);
    type->join.members = members->items;
    type->join.count = members->count;
    for (uint32_t i = 0; i < members->count; i++) add_part(type, members->items[i]);
    return type_sized(type);
}

const struct type *type_union(struct checker *checker, const struct type **items,
                              uint32_t count) {
    return members_type(checker, &(struct members){items, count, 0});
}

const struct type *type_named(struct checker *checker, struct symbol *symbol,
                              const struct type *base) {
    struct type *type = TYPE_NEW(checker, TYPE_NAMED, named);
    type->named.symbol = symbol;
    type->named.base = base;
    add_part(type, base);
    return type_sized(type);
}

static uint32_t count_literals(const struct type *type) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        count += type_member(type, i)->kind == TYPE_LITERAL;
    }
    return count;
}

static const struct type *join(struct checker *checker, const struct type *a,
                               const struct type *b) {
    if (count_literals(a) + count_literals(b) > LITERALS_KEPT) {
        a = type_widen(checker, a);
        b = type_widen(checker, b);
    }
    uint32_t room = type_member_count(a) + type_member_count(b);
    if (room > 64) return &type_json; /* nobody wrote this type: it holds data of many forms */
    struct members members = {arena_array(checker->arena, room, sizeof *members.items), 0, 0};
    for (uint32_t i = 0; i < type_member_count(a); i++)
        members_add(checker, &members, type_member(a, i));
    for (uint32_t i = 0; i < type_member_count(b); i++)
        members_add(checker, &members, type_member(b, i));
    return members_type(checker, &members);
}

const struct type *type_either(struct checker *checker, const struct type *a,
                               const struct type *b) {
    if (a == b || b->kind == TYPE_ERROR) return a->kind == TYPE_ERROR ? b : a;
    if (a->kind == TYPE_ERROR) return b;
    if (absorbs(a, b)) return a;
    uint64_t key = ((uintptr_t)a ^ (uintptr_t)b << 1) * 0x9E3779B97F4A7C15u >> 58;
    struct joined *last = &checker->joined[key];
    if (last->a != a || last->b != b) *last = (struct joined){a, b, join(checker, a, b)};
    return last->type;
}

const struct type *type_optional(struct checker *checker, const struct type *type) {
    if (type->kind == TYPE_ERROR || type_has_null(type)) return type;
    return type_either(checker, type, &type_null);
}

bool type_has_null(const struct type *type) {
    type = type_base(type);
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        const struct type *member = type_member(type, i);
        if (member->kind == TYPE_NULL) return true;
        if (member->kind == TYPE_NAMED && type_has_null(member)) return true;
    }
    return false;
}

const struct type *type_without_null(struct checker *checker, const struct type *type) {
    if (!type_has_null(type)) return type;
    type = type_base(type);
    if (type->kind == TYPE_NULL) return &type_error;
    if (type->kind != TYPE_UNION) return type;
    struct members members = {arena_array(checker->arena, type->join.count, sizeof(void *)), 0, 0};
    for (uint32_t i = 0; i < type->join.count; i++) {
        const struct type *member = type->join.members[i];
        if (member->kind == TYPE_NULL) continue;
        members.items[members.count++] = type_without_null(checker, member);
    }
    return members.count ? members_type(checker, &members) : &type_error;
}

const struct type *type_widen(struct checker *checker, const struct type *type) {
    if (type->kind == TYPE_LITERAL) return type->is_text ? &type_string : &type_int;
    if (type->kind != TYPE_UNION) return type;
    struct members members = {arena_array(checker->arena, type->join.count, sizeof(void *)), 0, 0};
    for (uint32_t i = 0; i < type->join.count; i++) {
        members_add(checker, &members, type_widen(checker, type->join.members[i]));
    }
    return members_type(checker, &members);
}
