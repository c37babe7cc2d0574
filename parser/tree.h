/* The syntax tree of one source file: what the parser makes, the printer prints and the checker
 * annotates.
 *
 * A node is a short head and, by its kind, one of the structs of the union; it is allocated only as
 * large as its kind needs, some without what only few of the kind have, so nodes are never copied by
 * value, and what may be missing is read by a function. Lists are chained through `next`.
 * The checker's findings about a node (type, symbol, ...) stand in the fields marked "checker".
 */
#ifndef MRP_PARSER_TREE_H
#define MRP_PARSER_TREE_H

#include "base/names.h"
#include "base/source.h"

struct type;   /* checker/types.h */
struct schema_body; /* schema/schema.h */
struct schema_property;
struct symbol; /* checker/program.h */
struct scope;

enum node_kind {
#define NODE(id, name, field) NODE_##id,
#include "parser/nodes.def"
#undef NODE
    NODE_KIND_COUNT
};

enum node_flag {
    NODE_BAD = 1 << 0,      /* has a reported mistake: later passes are silent about it; FILE: some
                               of it could not be read, so names may be missing */
    NODE_RAW = 1 << 1,      /* TEXT: written with '...' or '''...''' */
    NODE_BAD_KEY = 1 << 1,  /* ENTRY: as NODE_BAD, of its key */
    NODE_WIDE = 1 << 1,     /* INT: does not fit 32 bits */
    NODE_BUILTIN = 1 << 1,  /* checker: CALL: of a built-in function */
    NODE_DOCUMENTED = 1 << 1, /* declarations: see written_doc */
    NODE_TYPED = 1 << 2,    /* LET, OUTPUT: has a type */
    NODE_INITIAL = 1 << 2,  /* FIELD: has a default */
    NODE_LINES = 1 << 2,    /* TEXT, TEMPLATE: written over several lines, """ or ''' */
    NODE_FOUND = 1 << 2,    /* checker: NAME, TYPE_NAME: holds what it names */
    NODE_OPTIONAL = 1 << 3, /* MEMBER, INDEX: written with ?. or ?[ */
    NODE_DOTTED = 1 << 3,   /* TYPE_NAME: has members */
    NODE_META = 1 << 4,     /* ENTRY: the key is written with @ (its name is without it) */
    NODE_QUOTED = 1 << 5,   /* ENTRY, FIELD: the key is written in quotes */
    NODE_DECLARES = 1 << 6, /* IF, FOR: stands among declarations (blocks), not among entries */
    NODE_LIMITED = 1 << 7,  /* ENTRY: the checker has reported a limit that its value breaks: the
                               evaluator does not report limits of it again */
};

enum operator_kind {
    OPERATOR_OR, OPERATOR_AND,
    OPERATOR_EQUAL, OPERATOR_NOT_EQUAL,
    OPERATOR_LESS, OPERATOR_LESS_EQUAL, OPERATOR_GREATER, OPERATOR_GREATER_EQUAL,
    OPERATOR_IN,
    OPERATOR_DEFAULT, /* ?? */
    OPERATOR_RANGE,   /* .. */
    OPERATOR_ADD, OPERATOR_SUBTRACT, OPERATOR_MULTIPLY, OPERATOR_DIVIDE, OPERATOR_REMAINDER,
    OPERATOR_NOT, OPERATOR_NEGATE,
};

struct list {
    struct node *first; /* or NULL */
};

/* A name where it is written. name is NULL where the parser put in a missing one. */
struct written_name {
    const struct name *name;
    uint32_t start, end; /* in the node's source */
};

/* `for k, x in xs if c` of a resource, a stack, ...; or `if c`. */
struct header {
    struct list generators; /* GENERATOR, FILTER; empty for none */
    struct node *condition; /* of `if c`, or NULL */
    struct scope *scope;    /* checker: the loop variables */
};

struct node {
    uint8_t kind;    /* enum node_kind */
    uint8_t flags;   /* enum node_flag */
    uint16_t depth;  /* of the tree below; the constructor keeps it under LIMIT_NESTING */
    union {
        uint32_t length; /* TEXT: of its bytes; ENTRY: of its key where it is written */
        uint32_t op;     /* UNARY, BINARY: enum operator_kind */
        int32_t small;   /* INT: its value, where it is not NODE_WIDE; see node_integer */
        bool truth;      /* BOOL */
        uint32_t hops;   /* checker: NAME, TYPE_NAME: frames up from where it stands; CALL: to the
                            frame that declares the fn */
    };
    struct span span;
    struct node *next;
    union {
        /* ---- expressions ---- */
        /* NAME: a value, ...: the name, and the symbol in its place where it is NODE_FOUND. See
         * node_name and node_symbol */
        union { const struct name *name; struct symbol *symbol; } name;
        struct { int64_t value; } integer;      /* INT that is NODE_WIDE; others end before it */
        struct { double value; } number;        /* NUMBER */
                                                /* BOOL, NULL, ERROR have none */
        /* TEXT: without any ${ }; escapes done. See node_text */
        struct { const char *bytes; } text;
        struct { struct list parts; } template; /* TEMPLATE: TEXT and expressions, in order */
        struct { /* AWS_TYPE: AWS::S3::Bucket as a value or a type */
            const struct name *name;
        } aws_type;
        struct { struct list elements; } list;  /* LIST: expressions and SPREAD */
        struct { struct list entries; } record; /* RECORD: ENTRY, SPREAD, IF, FOR */
        struct { struct node *value; } spread;  /* SPREAD: ...value */
        struct { /* LIST_FOR: [gens: value]; MAP_FOR: {gens: key => value} */
            struct list generators; /* GENERATOR and FILTER, the first is a GENERATOR */
            struct node *key, *value; /* key NULL in LIST_FOR */
            struct scope *scope;    /* checker: one slot a loop variable */
        } comprehension;
        struct { /* GENERATOR: for first, second in over (second may be absent) */
            struct written_name first, second;
            struct node *over;
            struct symbol *first_symbol, *second_symbol; /* checker */
        } generator;
        struct { struct node *condition; } filter;      /* FILTER: if condition */
        struct { struct node *operand; } unary;                            /* UNARY */
        struct { struct node *left, *right; } binary;                      /* BINARY */
        struct { struct node *condition, *then, *otherwise; } conditional; /* CONDITIONAL */
        struct { /* MEMBER: object.name */
            struct node *object;
            struct written_name member;
            struct symbol *symbol; /* checker: where the object is a module (import) */
        } member;
        struct { struct node *object, *index; } index; /* INDEX: object[index] */
        struct { /* CALL: callee is NAME or MEMBER (of an import) */
            struct node *callee;
            struct list arguments; /* expressions; ARGUMENT for named ones */
            union { /* checker: what is called; see call_symbol and call_row */
                struct symbol *symbol;
                const struct builtin *builtin;
            };
        } call;
        struct { struct written_name name; struct node *value; } argument; /* ARGUMENT */
        struct { struct node *inner; } paren;           /* PAREN */
        /* ---- entries and blocks ---- */
        struct { /* ENTRY: key = value, in records and in blocks */
            const struct name *key; /* NULL: it is computed */
            struct node *value;
            union {
                struct node *computed; /* where key is NULL: the TEMPLATE that it is */
                const struct schema_property *property; /* evaluator: what it was fitted to last */
            };
        } entry;
        struct { /* IF: if condition { then } else { otherwise }; items are entries or, with
                    NODE_DECLARES, declarations */
            struct node *condition;
            struct node *then;      /* RECORD or BLOCK */
            struct node *otherwise; /* RECORD, BLOCK, IF or NULL */
        } branch;
        struct { /* FOR: gens { body } */
            struct list generators;
            struct node *body;   /* RECORD or BLOCK */
            /* checker: the loop variables; body BLOCKs have a scope below it */
            struct scope *scope;
        } loop;
        struct { /* BLOCK: declarations and entries */
            struct list items;
            struct scope *scope; /* checker */
        } block;

        /* ---- types ---- */
        struct { /* TYPE_NAME: string, storage.Bucket; see node_name and type_name_symbol */
            union { const struct name *name; struct symbol *symbol; };
            struct list members;   /* NODE_DOTTED; others end before it, see type_name_members */
        } type_name;
        struct { struct node *literal; } type_literal; /* TYPE_LITERAL: TEXT or INT node */
        struct { struct node *element; } type_list;    /* TYPE_LIST [T] */
        struct { struct node *element; } type_map;     /* TYPE_MAP {T} */
        struct { struct list fields; } type_record;    /* TYPE_RECORD: FIELD */
        /* FIELD; one that has no default ends before it, see field_initial */
        struct { struct written_name name; struct node *type, *initial; } field;
        struct { struct node *inner; } type_optional;  /* TYPE_OPTIONAL T? */
        struct { struct list members; } type_union;    /* TYPE_UNION A | B */
        struct { struct node *inner; } type_deploy;    /* TYPE_DEPLOY deploy T */
        struct { struct node *inner; } type_ssm;       /* TYPE_SSM ssm(T), only below deploy */

        /* ---- declarations: each begins with the same head ---- */
        struct declaration {
            struct written_name name; /* what it declares; of PROJECT, TEST, POLICY: see below */
            struct symbol *symbol;    /* checker */
        } declaration;
        struct { /* IMPORT */
            /* name: the alias, or the last word of path, or of the file */
            struct declaration head;
            struct list path;         /* NAME nodes of `import std.storage`, empty for a file */
            struct node *file;        /* TEXT, or NULL */
            struct list names;        /* NAME nodes of `{ a, b }`, empty for none */
            bool has_alias, has_names;
        } import;
        struct { /* PARAM */
            struct declaration head;
            struct node *type, *initial; /* initial NULL: required */
            struct list checks;          /* CHECK */
        } param;
        struct { struct node *condition, *message; struct symbol *it; } check; /* CHECK */
        /* LET; one that is not NODE_TYPED ends before the type, see declared_type */
        struct { struct declaration head; struct node *value, *type; } let;
        struct { /* FN */
            struct declaration head;
            struct list parameters; /* FIELD */
            struct node *result;    /* type or NULL */
            struct list lets;       /* LET, in order; empty in the `= expr` form */
            struct node *value;     /* the expression, or what is returned */
            bool has_block;
            struct scope *scope;    /* checker: parameters and lets are its slots, in order */
        } fn;
        struct { struct declaration head; struct node *type; struct list checks; } type; /* TYPE */
        struct { struct declaration head; struct node *body; } component; /* COMPONENT: BLOCK */
        struct { struct declaration head; struct node *body; } project;   /* PROJECT: RECORD */
        struct { /* REGION */
            struct declaration head; /* name: the first (or only) one */
            struct list names;       /* NAME nodes: `region east, west`; one in the other forms */
            struct node *region;     /* TEXT or TEMPLATE of `region east "us-east-1"`, or NULL */
            struct node *over;       /* expression of `region fleet in xs`, or NULL */
            struct node *body;       /* BLOCK */
        } region;
        /* STACK, STAGE, PIPELINE, RESOURCE, ACTION: a header of generators or a condition */
        struct {
            struct declaration head;
            struct header *header;   /* never NULL; one for all that have none */
            struct node *body;       /* BLOCK of STACK, STAGE, PIPELINE; RECORD of the others */
            struct node *type;       /* RESOURCE, ACTION: TYPE_NAME or AWS_TYPE; else NULL */
            struct node *home;       /* PIPELINE: expression after `in`; else NULL */
        } unit;
        struct { struct declaration head; struct node *value, *type; } output; /* OUTPUT: as LET */
        struct { struct node *condition, *message, *warning; } assertion; /* ASSERT: message may be
                                 NULL; warning: the TEXT that names it, or NULL: it is an error */
        struct { struct declaration head; struct node *title, *body; } test;   /* TEST, POLICY */
        struct { struct node *record; } with;                                  /* WITH */
        struct { struct list items; struct scope *scope; } file;               /* FILE: the root */
    };
};

/* A node of a kind, zeroed but for head and depth 1. The parser fills in the rest and sets depth
 * from the children; what lies deeper than LIMIT_NESTING is cut off with one message, so that no
 * walk over a tree recurses much deeper (a few levels more, for the declarations around what is
 * cut). */
struct node *node_new(struct arena *arena, enum node_kind kind, struct span span);

uint32_t list_count(struct list list);
struct node *list_last(struct list list); /* or NULL */

/* The text of a TEXT, and setting it: the bytes are kept. */
static inline struct text node_text(const struct node *node) {
    return (struct text){node->text.bytes, node->length};
}
static inline void node_set_text(struct node *node, struct text text) {
    node->text.bytes = text.bytes;
    node->length = (uint32_t)text.length;
}

/* An INT of this value, and the value of one. */
struct node *node_new_integer(struct arena *arena, int64_t value, struct span span);
static inline int64_t node_integer(const struct node *node) {
    return node->flags & NODE_WIDE ? node->integer.value : node->small;
}

/* The name that a NAME or TYPE_NAME begins with; NULL where the parser put in a missing one. A
 * symbol begins with its name. */
static inline const struct name *node_name(const struct node *node) {
    if (node->flags & NODE_FOUND) return *(const struct name *const *)node->name.symbol;
    return node->name.name;
}

/* What the checker found a NAME to name, or NULL: unknown (reported), or no value. */
static inline struct symbol *node_symbol(const struct node *node) {
    return node->flags & NODE_FOUND ? node->name.symbol : NULL;
}
/* A symbol of that name; NULL is none. */
static inline void node_set_symbol(struct node *node, struct symbol *symbol) {
    if (!symbol) return;
    node->name.symbol = symbol;
    node->flags |= NODE_FOUND;
}

/* A FIELD with this default, or NULL; and the default of one, or NULL. */
struct node *node_new_field(struct arena *arena, struct span span, struct node *initial);
static inline struct node *field_initial(const struct node *field) {
    return field->flags & NODE_INITIAL ? field->field.initial : NULL;
}

/* What a CALL calls: the fn, or NULL where it is built in (or unknown); the row of the built-in
 * function, or NULL. */
static inline struct symbol *call_symbol(const struct node *call) {
    return call->flags & NODE_BUILTIN ? NULL : call->call.symbol;
}
static inline const struct builtin *call_row(const struct node *call) {
    return call->flags & NODE_BUILTIN ? call->call.builtin : NULL;
}

/* What all of a TYPE_NAME names; NULL if it is built in or unknown. */
struct symbol *type_name_symbol(const struct node *node);

/* A TYPE_NAME, without its name; and what stands behind its dots: NAME nodes. */
struct node *node_new_type_name(struct arena *arena, struct span span, struct list members);
static inline struct list type_name_members(const struct node *node) {
    return node->flags & NODE_DOTTED ? node->type_name.members : (struct list){NULL};
}

/* The key of an ENTRY; empty where it is computed. */
static inline struct text entry_text(const struct node *entry) {
    return entry->entry.key ? name_text(entry->entry.key) : TEXT("");
}

/* What a message about the node points at: of an ENTRY its key, without "@"; else all of it. */
static inline struct span node_place(const struct node *node) {
    struct span span = node->span;
    if (node->kind != NODE_ENTRY) return span;
    span.end = span.start + node->length;
    if (node->flags & NODE_META) span.start++;
    return span;
}

/* What stands inside of the parentheses around it, if there are any. */
static inline struct node *node_bare(const struct node *node) {
    while (node->kind == NODE_PAREN) node = node->paren.inner;
    return (struct node *)node;
}

/* How the operator is written. */
const char *operator_text(enum operator_kind op);

/* The kind's word for messages: "resource", "comprehension", ... */
const char *node_word(enum node_kind kind);

/* The declaration head of a declaring node (LET, RESOURCE, ...), or NULL. */
struct declaration *node_declaration(struct node *node);

/* A declaration: its doc, the joined ## lines, lies in front of it, since few have one. typed: of a
 * LET or OUTPUT, whether it has a type. */
struct node *node_new_declaration(struct arena *arena, enum node_kind kind, struct span span,
                                  struct text doc, bool typed);

/* What the ## lines before a declaration say; empty where there are none. */
static inline struct text written_doc(const struct node *declaration) {
    if (!(declaration->flags & NODE_DOCUMENTED)) return TEXT("");
    return ((const struct text *)declaration)[-1];
}

/* The type that is written of a LET or OUTPUT, or NULL. */
static inline struct node *declared_type(const struct node *node) {
    if (!(node->flags & NODE_TYPED)) return NULL;
    return node->kind == NODE_LET ? node->let.type : node->output.type;
}

/* The span of a written name of that node. */
static inline struct span written_span(const struct node *node, struct written_name name) {
    return (struct span){node->span.source, name.start, name.end};
}

/* Calls visit for each direct child, in the order of the source. */
void node_each_child(struct node *node, void (*visit)(struct node *child, void *context),
                     void *context);

/* Whether two trees are equal but for spans, comments and how texts are quoted. */
bool node_equal(const struct node *a, const struct node *b);

#endif
