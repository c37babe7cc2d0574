/* Questions about types: what they hold, whether one fits where another is wanted. */
#include "checker/typing.h"

static bool all_members(const struct type *type, bool (*test)(const struct type *)) {
    type = type_base(type);
    for (uint32_t i = 0; i < type_member_count(type); i++) {
        if (!test(type_base(type_member(type, i)))) return false;
    }
    return true;
}

static bool member_is_text(const struct type *type) {
    if (type->kind == TYPE_UNION) return all_members(type, member_is_text);
    return type->kind == TYPE_STRING || (type->kind == TYPE_LITERAL && type->is_text);
}

static bool member_is_int(const struct type *type) {
    if (type->kind == TYPE_UNION) return all_members(type, member_is_int);
    return type->kind == TYPE_INT || (type->kind == TYPE_LITERAL && !type->is_text);
}

static bool member_is_numeric(const struct type *type) {
    if (type->kind == TYPE_UNION) return all_members(type, member_is_numeric);
    return type->kind == TYPE_NUMBER || member_is_int(type);
}

bool type_is_text(const struct type *type) { return all_members(type, member_is_text); }
bool type_is_int(const struct type *type) { return all_members(type, member_is_int); }
bool type_is_numeric(const struct type *type) { return all_members(type, member_is_numeric); }

bool type_holds_secret(const struct type *type) {
    type = type_base(type);
    switch ((int)type->kind) {
    case TYPE_SECRET: return true;
    case TYPE_LIST: case TYPE_MAP: return type_holds_secret(type->element);
    case TYPE_UNION:
        for (uint32_t i = 0; i < type->join.count; i++) {
            if (type_holds_secret(type->join.members[i])) return true;
        }
        return false;
    case TYPE_RECORD:
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (type_holds_secret(type->record.fields[i].type)) return true;
        }
        return false;
    }
    return false;
}

struct type_field *type_field_find(const struct type *record, const struct name *name) {
    for (uint32_t i = 0; i < record->record.count; i++) {
        if (record->record.fields[i].name == name) return &record->record.fields[i];
    }
    return NULL;
}

/* --- does it fit --- */

static bool record_fits(struct checker *checker, const struct type *from, const struct type *to) {
    for (uint32_t i = 0; i < to->record.count; i++) {
        const struct type_field *want = &to->record.fields[i];
        const struct type_field *have = type_field_find(from, want->name);
        bool is_required = type_field_rule(to, want).is_required;
        if (!have) {
            if (is_required) return false;
            continue;
        }
        if (is_required && !type_field_rule(from, have).is_required) return false;
        if (!type_fits(checker, have->type, want->type)) return false;
    }
    return true;
}

static bool fields_fit(struct checker *checker, const struct type *from,
                       const struct type *element) {
    for (uint32_t i = 0; i < from->record.count; i++) {
        if (!type_fits(checker, from->record.fields[i].type, element)) return false;
    }
    return true;
}

/* Data that can be written as JSON: no resource, no region, no secret. */
static bool is_data(struct checker *checker, const struct type *type) {
    type = type_base(type);
    switch ((enum type_kind)type->kind) {
    case TYPE_ERROR: case TYPE_JSON: case TYPE_NULL: case TYPE_BOOL: case TYPE_INT:
    case TYPE_NUMBER: case TYPE_STRING: case TYPE_LITERAL: case TYPE_BODY: case TYPE_PROPERTY:
    case TYPE_GENERIC:
        return true;
    case TYPE_LIST: case TYPE_MAP: return is_data(checker, type->element);
    case TYPE_RECORD:
        for (uint32_t i = 0; i < type->record.count; i++) {
            if (!is_data(checker, type->record.fields[i].type)) return false;
        }
        return true;
    case TYPE_UNION:
        for (uint32_t i = 0; i < type->join.count; i++) {
            if (!is_data(checker, type->join.members[i])) return false;
        }
        return true;
    case TYPE_NAMED: case TYPE_SECRET: case TYPE_REGION: case TYPE_STACK: case TYPE_ARTIFACT:
    case TYPE_RESOURCE: case TYPE_COMPONENT: case TYPE_TYPE: case TYPE_STAGE:
        return false;
    }
    return false;
}

static bool simple_fits(struct checker *checker, const struct type *from, const struct type *to) {
    switch ((enum type_kind)to->kind) {
    case TYPE_ERROR: case TYPE_GENERIC: return true;
    case TYPE_JSON: return is_data(checker, from);
    case TYPE_NUMBER:
        return from->kind == TYPE_INT || from->kind == TYPE_NUMBER ||
               (from->kind == TYPE_LITERAL && !from->is_text);
    case TYPE_INT:
        return from->kind == TYPE_INT || (from->kind == TYPE_LITERAL && !from->is_text);
    case TYPE_STRING:
        return from->kind == TYPE_STRING || (from->kind == TYPE_LITERAL && from->is_text);
    case TYPE_LITERAL: return from->kind == TYPE_LITERAL && type_equal(from, to);
    case TYPE_LIST:
        return from->kind == TYPE_LIST && type_fits(checker, from->element, to->element);
    case TYPE_MAP:
        if (from->kind == TYPE_RECORD) return fields_fit(checker, from, to->element);
        return from->kind == TYPE_MAP && type_fits(checker, from->element, to->element);
    case TYPE_RECORD: return from->kind == TYPE_RECORD && record_fits(checker, from, to);
    case TYPE_REGION:
        return from->kind == TYPE_REGION &&
               (!to->symbol || !from->symbol || to->symbol == from->symbol);
    case TYPE_RESOURCE: return type_as_resource(checker, from) == to->resource;
    case TYPE_BODY: return from->kind == TYPE_BODY && from->body == to->body;
    case TYPE_STACK: case TYPE_COMPONENT: case TYPE_STAGE:
        return from->kind == to->kind && (!to->symbol || from->symbol == to->symbol);
    case TYPE_NULL: case TYPE_BOOL: case TYPE_SECRET: case TYPE_ARTIFACT: case TYPE_TYPE:
        return from->kind == to->kind;
    case TYPE_UNION: case TYPE_NAMED: case TYPE_PROPERTY: return true; /* see type_fits */
    }
    return true;
}

bool type_fits(struct checker *checker, const struct type *from, const struct type *to) {
    if (from == to || from->kind == TYPE_ERROR || to->kind == TYPE_ERROR) return true;
    if (from->kind == TYPE_NAMED && to->kind == TYPE_NAMED &&
        from->named.symbol == to->named.symbol) {
        return true;
    }
    from = type_base(from);
    to = type_base(to);
    if (from->kind == TYPE_UNION) {
        for (uint32_t i = 0; i < from->join.count; i++) {
            if (!type_fits(checker, from->join.members[i], to)) return false;
        }
        return true;
    }
    if (to->kind == TYPE_UNION) {
        for (uint32_t i = 0; i < to->join.count; i++) {
            if (type_fits(checker, from, to->join.members[i])) return true;
        }
        return false;
    }
    if (from->kind == TYPE_JSON && is_data(checker, to)) return true; /* seen when it is there */
    return simple_fits(checker, from, to);
}

/* --- can they be equal --- */

enum family {
    FAMILY_ANY, FAMILY_NULL, FAMILY_BOOL, FAMILY_NUMBER, FAMILY_TEXT, FAMILY_LIST, FAMILY_RECORD,
    FAMILY_REGION, FAMILY_RESOURCE, FAMILY_TYPE, FAMILY_OTHER,
};

static enum family family_of(const struct type *type) {
    switch ((enum type_kind)type->kind) {
    case TYPE_ERROR: case TYPE_JSON: case TYPE_GENERIC: case TYPE_UNION: case TYPE_NAMED:
    case TYPE_PROPERTY:
        return FAMILY_ANY;
    case TYPE_NULL: return FAMILY_NULL;
    case TYPE_BOOL: return FAMILY_BOOL;
    case TYPE_INT: case TYPE_NUMBER: return FAMILY_NUMBER;
    case TYPE_STRING: case TYPE_SECRET: return FAMILY_TEXT;
    case TYPE_LITERAL: return type->is_text ? FAMILY_TEXT : FAMILY_NUMBER;
    case TYPE_LIST: return FAMILY_LIST;
    case TYPE_MAP: case TYPE_RECORD: case TYPE_BODY: return FAMILY_RECORD;
    case TYPE_REGION: return FAMILY_REGION;
    case TYPE_RESOURCE: case TYPE_COMPONENT: return FAMILY_RESOURCE;
    case TYPE_TYPE: return FAMILY_TYPE;
    case TYPE_STACK: case TYPE_ARTIFACT: case TYPE_STAGE:
        return FAMILY_OTHER;
    }
    return FAMILY_OTHER;
}

bool type_may_meet(struct checker *checker, const struct type *a, const struct type *b) {
    a = type_base(a);
    b = type_base(b);
    for (uint32_t i = 0; i < type_member_count(a); i++) {
        for (uint32_t j = 0; j < type_member_count(b); j++) {
            const struct type *x = type_base(type_member(a, i)), *y = type_base(type_member(b, j));
            if (x->kind == TYPE_UNION || y->kind == TYPE_UNION) {
                if (type_may_meet(checker, x, y)) return true;
                continue;
            }
            enum family f = family_of(x), g = family_of(y);
            if (f == FAMILY_ANY || g == FAMILY_ANY || f == g) return true;
        }
    }
    return false;
}
