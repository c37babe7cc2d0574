/* Types of values, as the checker knows them.
 *
 * A type is a shared, immutable node in the arena, as large as its kind needs, so that types are
 * not copied by value; equal simple types are the same pointer. What AWS expects of a property is
 * not copied into these: TYPE_PROPERTY points into the schema.
 */
#ifndef MRP_CHECKER_TYPES_H
#define MRP_CHECKER_TYPES_H

#include "base/diagnostics.h"
#include "base/names.h"
#include "parser/tree.h"
#include "schema/schema.h"

enum type_kind {
    TYPE_ERROR,     /* its mistake is reported; agrees with everything */
    TYPE_JSON,      /* any known data, and deferred text inside: `json` */
    TYPE_NULL,
    TYPE_BOOL,
    TYPE_INT,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_SECRET,    /* `secret`: text that is never shown */
    TYPE_LITERAL,   /* one text or one integer */
    TYPE_LIST,      /* [element] */
    TYPE_MAP,       /* {element} */
    TYPE_RECORD,    /* fields */
    TYPE_UNION,     /* members; T? is a union with TYPE_NULL */
    TYPE_NAMED,     /* a user's `type X = base check ...` */
    TYPE_REGION,
    TYPE_STACK,     /* a stack block, as a value */
    TYPE_ARTIFACT,
    TYPE_RESOURCE,  /* a resource of an AWS type */
    TYPE_COMPONENT, /* an instance of a component (or of a file) */
    TYPE_TYPE,      /* a resource type as a value */
    TYPE_PROPERTY,  /* what a property of AWS takes, by the schema */
    TYPE_BODY,      /* a nested body of the schema, as attributes give them */
    TYPE_STAGE,     /* of a pipeline, as a value */
    TYPE_GENERIC,   /* T and U of a built-in function's signature */
};

struct type_field {
    const struct name *name;
    const struct type *type;
};

/* What few records say of a field, apart from the fields so that these are small. */
struct field_rule {
    struct node *initial; /* of a declared field with a default, else NULL */
    bool is_required;
};

struct type {
    uint8_t kind;
    bool is_view : 1; /* BODY, RECORD: as a template holds it, for tests and policies (test.c) */
    bool is_text : 1; /* LITERAL: of a text */
    uint16_t depth;  /* of the types inside it, and how many there are when each is written out: */
    uint32_t weight; /* types.c keeps both small, so that whoever walks one ends soon */
    union {
        const struct type *element; /* LIST, MAP */
        struct {
            struct type_field *fields;
            uint32_t count;
            bool is_attributes; /* `db.Endpoint`: the fields are attributes of a resource */
            union {
                /* one a field; NULL where all are required and none has a default */
                const struct field_rule *rules;
                /* with is_view: what a test sees of a resource of this type; all required */
                const struct schema_type *viewed;
            };
        } record;
        struct { const struct type **members; uint32_t count; } join; /* UNION */
        union { /* LITERAL: a text (which is kept, not copied) or an integer */
            struct text text;
            int64_t integer;
        } literal;
        struct { struct symbol *symbol; const struct type *base; } named;
        struct symbol *symbol;         /* COMPONENT: SYMBOL_COMPONENT or SYMBOL_MODULE; REGION: the
                                          region's symbol where one is certain, else NULL; STACK,
                                          PIPELINE, STAGE, ACTION: theirs */
        const struct schema_type *resource; /* RESOURCE */
        struct { /* PROPERTY: of a property, or of what is in it (an element, a union's member) */
            const struct schema_property *property;
            const struct schema_value *value;
        } property;
        const struct schema_body *body; /* BODY */
        uint32_t generic;               /* GENERIC: which */
    };
};

/* Of a field of this record (one of its fields): whether it must be there, and its default, or
 * NULL. */
static inline struct field_rule type_field_rule(const struct type *record,
                                                const struct type_field *field) {
    if (record->is_view || !record->record.rules) return (struct field_rule){NULL, true};
    return record->record.rules[field - record->record.fields];
}

/* How the type is written, for messages: `[string]`, `"a" | "b"`, `AWS::S3::Bucket`. */
struct text type_text(struct arena *arena, const struct type *type);

/* Through names of user types, to what they stand for; NULL stays NULL. */
const struct type *type_base(const struct type *type);

#endif
