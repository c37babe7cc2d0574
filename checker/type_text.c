/* Types for people: `[string]`, "a list, [string]". */
#include "checker/typing.h"

static void write_type(struct buffer *out, const struct type *type, unsigned depth);

static void write_fields(struct buffer *out, const struct type *type, unsigned depth) {
    buffer_string(out, "{ ");
    for (uint32_t i = 0; i < type->record.count; i++) {
        if (i > 0) buffer_string(out, ", ");
        if (i == 6 && type->record.count > 7) {
            buffer_string(out, "...");
            break;
        }
        const struct type_field *field = &type->record.fields[i];
        buffer_text(out, name_text(field->name));
        buffer_string(out, ": ");
        write_type(out, field->type, depth + 1);
    }
    buffer_string(out, " }");
}

static void write_union(struct buffer *out, const struct type *type, unsigned depth) {
    bool optional = type_has_null(type);
    uint32_t others = 0, written = 0;
    for (uint32_t i = 0; i < type->join.count; i++) {
        others += type->join.members[i]->kind != TYPE_NULL;
    }
    if (optional && others > 1) buffer_char(out, '(');
    for (uint32_t i = 0; i < type->join.count; i++) {
        if (type->join.members[i]->kind == TYPE_NULL) continue;
        if (written++ > 0) buffer_string(out, " | ");
        write_type(out, type->join.members[i], depth + 1);
    }
    if (optional && others > 1) buffer_char(out, ')');
    if (optional) buffer_char(out, '?');
}

static void write_symbol(struct buffer *out, const struct type *type, const char *word) {
    if (type->symbol && type->symbol->name) buffer_text(out, name_text(type->symbol->name));
    else buffer_string(out, word);
}

static void write_type(struct buffer *out, const struct type *type, unsigned depth) {
    if (depth > 6) {
        buffer_string(out, "...");
        return;
    }
    switch ((enum type_kind)type->kind) {
    case TYPE_ERROR: buffer_string(out, "unknown"); break;
    case TYPE_JSON: buffer_string(out, "json"); break;
    case TYPE_NULL: buffer_string(out, "null"); break;
    case TYPE_BOOL: buffer_string(out, "bool"); break;
    case TYPE_INT: buffer_string(out, "int"); break;
    case TYPE_NUMBER: buffer_string(out, "number"); break;
    case TYPE_STRING: buffer_string(out, "string"); break;
    case TYPE_SECRET: buffer_string(out, "secret"); break;
    case TYPE_LITERAL:
        if (type->is_text) buffer_json_string(out, type->literal.text);
        else buffer_format(out, "%lld", (long long)type->literal.integer);
        break;
    case TYPE_LIST: case TYPE_MAP: {
        bool list = type->kind == TYPE_LIST;
        buffer_char(out, list ? '[' : '{');
        write_type(out, type->element, depth + 1);
        buffer_char(out, list ? ']' : '}');
        break;
    }
    case TYPE_RECORD: write_fields(out, type, depth); break;
    case TYPE_UNION: write_union(out, type, depth); break;
    case TYPE_NAMED: buffer_text(out, name_text(type->named.symbol->name)); break;
    case TYPE_REGION: buffer_string(out, "Region"); break;
    case TYPE_STACK: buffer_string(out, "stack"); break;
    case TYPE_ARTIFACT: buffer_string(out, "Artifact"); break;
    case TYPE_RESOURCE: buffer_text(out, schema_type_name(type->resource)); break;
    case TYPE_COMPONENT: write_symbol(out, type, "component"); break;
    case TYPE_TYPE: buffer_string(out, "resource type"); break;
    case TYPE_PROPERTY: schema_value_write(type->property.value, out); break;
    case TYPE_BODY: buffer_text(out, schema_body_name(type->body)); break;
    case TYPE_STAGE: buffer_string(out, "stage"); break;
    case TYPE_GENERIC: buffer_char(out, type->generic ? 'U' : 'T'); break;
    }
}

struct text type_text(struct arena *arena, const struct type *type) {
    struct buffer out;
    buffer_init(&out);
    write_type(&out, type, 0);
    struct text text = buffer_take(&out, arena);
    buffer_release(&out);
    return text;
}

struct text type_show(struct checker *checker, const struct type *type) {
    return type_text(checker->arena, type);
}

/* As messages show what is inside of a type: without literals. */
static const struct type *type_broad(struct checker *checker, const struct type *type,
                                     unsigned depth) {
    if (depth > 6) return type;
    switch ((int)type->kind) {
    case TYPE_LITERAL: return type_widen(checker, type);
    case TYPE_LIST: return type_list(checker, type_broad(checker, type->element, depth + 1));
    case TYPE_MAP: return type_map(checker, type_broad(checker, type->element, depth + 1));
    case TYPE_UNION: return type_widen(checker, type);
    case TYPE_RECORD: {
        uint32_t count = type->record.count;
        struct type_field *fields = arena_array(checker->arena, count, sizeof *fields);
        for (uint32_t i = 0; i < count; i++) {
            fields[i] = type->record.fields[i];
            fields[i].type = type_broad(checker, fields[i].type, depth + 1);
        }
        return type_record(checker, fields, type->is_view ? NULL : type->record.rules, count);
    }
    }
    return type;
}

struct text type_article(struct checker *checker, const struct type *type) {
    switch ((enum type_kind)type->kind) {
    case TYPE_ERROR: return TEXT("a value with a mistake");
    case TYPE_JSON: return TEXT("json");
    case TYPE_NULL: return TEXT("null");
    case TYPE_BOOL: return TEXT("a bool");
    case TYPE_INT: return TEXT("an int");
    case TYPE_NUMBER: return TEXT("a number");
    case TYPE_STRING: return TEXT("a string");
    case TYPE_SECRET: return TEXT("a secret");
    case TYPE_REGION: return TEXT("a region");
    case TYPE_STACK: return TEXT("a stack");
    case TYPE_ARTIFACT: return TEXT("an artifact");
    case TYPE_TYPE: return TEXT("a resource type");
    case TYPE_STAGE: return TEXT("a stage");
    case TYPE_RESOURCE:
        return text_format(checker->arena, "a resource of type %.*s",
                           TEXT_ARGS(schema_type_name(type->resource)));
    case TYPE_COMPONENT:
        return text_format(checker->arena, "a resource of type %.*s",
                           TEXT_ARGS(type_show(checker, type)));
    case TYPE_LITERAL:
        return text_format(checker->arena, "the %s %.*s", type->is_text ? "string" : "int",
                           TEXT_ARGS(type_show(checker, type)));
    case TYPE_LIST: case TYPE_MAP: case TYPE_RECORD: {
        const char *word = type->kind == TYPE_LIST  ? "a list"
                           : type->kind == TYPE_MAP ? "a map"
                                                    : "a record";
        struct text shown = type_show(checker, type_broad(checker, type, 0));
        if (type->kind == TYPE_LIST && type->element->kind == TYPE_ERROR) return text_of(word);
        return text_format(checker->arena, "%s, %.*s", word, TEXT_ARGS(shown));
    }
    case TYPE_UNION: case TYPE_NAMED: case TYPE_PROPERTY: case TYPE_BODY: case TYPE_GENERIC: break;
    }
    return type_show(checker, type);
}
