/* Values: what expressions evaluate to. 16 bytes, passed by value; contents live in the arena and
 * are never changed once shared.
 *
 * A value is known, or deferred: a node of an operation that only CloudFormation can carry out,
 * with its operands and the place in the source that caused it. Lists and records may hold deferred
 * values.
 */
#ifndef MRP_EVALUATOR_VALUE_H
#define MRP_EVALUATOR_VALUE_H

#include "base/names.h"
#include "base/source.h"
#include "parser/tree.h"
#include "schema/schema.h"

enum value_kind {
    VALUE_POISON, /* its mistake is reported; whatever it touches becomes poison, silently */
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_RECORD,    /* also a map, a group of resources under `for`, a map of regions */
    VALUE_REGION,
    VALUE_STACK,
    VALUE_RESOURCE,  /* an AWS resource */
    VALUE_COMPONENT, /* an instance of a component */
    VALUE_TYPE,      /* a resource type: AWS::S3::Bucket */
    VALUE_DEFERRED,
};

enum value_flag {
    VALUE_SECRET = 1 << 0, /* text that must never be shown, or holds such */
    /* LIST, RECORD: something inside is deferred, a resource or a component */
    VALUE_OPEN = 1 << 1,
    VALUE_BROKEN = 1 << 2, /* LIST, RECORD: something inside is poison */
    VALUE_FITTED = 1 << 3, /* text: a name that is shortened where its suffix is long */
    VALUE_SPARSE = 1 << 5, /* RECORD: what tests look at; a key that it has not is null */
    VALUE_WRITTEN = 1 << 4, /* is, or holds, a deferred value that value_settle makes known */
};

struct value {
    uint8_t kind;
    uint8_t flags;
    /* LIST, RECORD: of what is inside, as value_seal counts it; 0 where not sealed */
    uint16_t depth;
    uint32_t length; /* TEXT: bytes; LIST: elements */
    union {
        bool boolean;
        int64_t integer;
        double number;
        const char *bytes;
        struct value *items;
        struct record *record;
        struct region *region;
        struct stack *stack;
        struct resource *resource;
        struct component *component; /* evaluator/evaluator.c's own */
        const struct name *type;
        struct deferred *deferred;
    };
};

struct record_entry {
    const struct name *key;
    /* where the entry is written (ENTRY, or the MAP_FOR, ...), or NULL */
    const struct node *origin;
    struct value value;
};

/* Where the value of an entry is written; node where nobody knows. */
static inline const struct node *value_node(const struct record_entry *entry,
                                            const struct node *node) {
    if (!entry->origin) return node;
    return entry->origin->kind == NODE_ENTRY ? entry->origin->entry.value : entry->origin;
}

struct record {
    uint32_t count, capacity;
    struct record_entry *entries; /* in written order */
    struct record_index *index;   /* once there are many, else NULL */
};

enum deferred_kind {
    /* of resource: name "Ref", or as Fn::GetAtt takes it ("Endpoint.Address"). Where the program
     * itself writes what AWS will answer (Ref of a bucket that has a BucketName) operand 0 is that
     * value: see value_settle */
    DEFERRED_ATTRIBUTE,
    DEFERRED_PARAMETER, /* a deploy param */
    DEFERRED_PSEUDO,    /* name "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix", ... */
    DEFERRED_TEXT,      /* operands joined without separator: texts and deferred texts */
    DEFERRED_EQUAL,     /* 2 operands */
    DEFERRED_AND,
    DEFERRED_OR, /* 2 or more operands */
    DEFERRED_NOT,
    DEFERRED_IF,      /* condition, then, otherwise */
    DEFERRED_LOOKUP,  /* known map, deferred key */
    DEFERRED_SELECT,  /* deferred list, known or deferred index */
    DEFERRED_JOIN,    /* known separator, list (deferred, or a list with deferred elements) */
    DEFERRED_SPLIT,   /* known separator, text */
    DEFERRED_CIDR,    /* block, count, bits */
    DEFERRED_BASE64,  /* text */
    DEFERRED_ZONES,   /* Fn::GetAZs: known region name */
    DEFERRED_DYNAMIC, /* {{resolve:...}}: operand 0 is its text (known or DEFERRED_TEXT) */
    /* Fn::ToJsonString is a transform: operand 0 is a value with deferred parts; the evaluator
     * turns it into DEFERRED_TEXT of pieces, so template/ never sees it */
    DEFERRED_JSON,
    /* what a pipeline gives to the params of a stack that it delivers, as JSON text: operands are
     * the stack and a record of values by the names of params */
    DEFERRED_OVERRIDES,
    /* a statement of IAM that allows what CloudFormation asks for while it deploys a stack:
     * operands are the stack, a word ("stacks", "parameters", "secrets") and a list of actions */
    DEFERRED_READS,
};

/* What a deferred value is once it is there. */
enum deferred_shape { SHAPE_TEXT, SHAPE_BOOL, SHAPE_NUMBER, SHAPE_LIST, SHAPE_ANY };

struct deferred {
    uint8_t kind;   /* enum deferred_kind */
    uint8_t shape;  /* enum deferred_shape */
    uint16_t depth; /* of the nodes below; kept under LIMIT_VALUE_DEPTH by the evaluator */
    uint32_t count; /* operands */
    const struct node *cause;  /* where it is written */
    struct resource *resource; /* ATTRIBUTE */
    const struct name *name;   /* ATTRIBUTE, PSEUDO */
    struct parameter *parameter; /* PARAMETER */
    /* LOOKUP: name of the `let` that holds the map ("nodes", or "nodes.cpu" where that member of
     * each element was taken), or NULL */
    const struct name *map_name;
    struct value operands[];
};

static inline struct value value_null(void) { return (struct value){.kind = VALUE_NULL}; }
static inline struct value value_poison(void) { return (struct value){.kind = VALUE_POISON}; }
static inline struct value value_bool(bool b) {
    return (struct value){.kind = VALUE_BOOL, .boolean = b};
}
static inline struct value value_int(int64_t i) {
    return (struct value){.kind = VALUE_INT, .integer = i};
}
static inline struct value value_number(double n) {
    return (struct value){.kind = VALUE_NUMBER, .number = n};
}
/* The bytes are kept, not copied. */
static inline struct value value_text(struct text t) {
    return (struct value){.kind = VALUE_TEXT, .length = (uint32_t)t.length, .bytes = t.bytes};
}
static inline struct text value_as_text(struct value v) {
    return (struct text){v.bytes, v.length};
}
static inline struct value value_list(struct value *items, uint32_t count) {
    return (struct value){.kind = VALUE_LIST, .length = count, .items = items};
}
static inline struct value value_record(struct record *record) {
    return (struct value){.kind = VALUE_RECORD, .record = record};
}
static inline struct value value_deferred(struct deferred *deferred) {
    return (struct value){.kind = VALUE_DEFERRED, .deferred = deferred};
}
/* Whether they are the very same, down to what they share: no work is lost on what is not. */
static inline bool value_is_same(struct value a, struct value b) {
    return memcmp(&a, &b, sizeof a) == 0;
}
/* Whether the value is, or holds, something that is not known data. */
static inline bool value_is_open(struct value v) {
    return v.kind >= VALUE_REGION || (v.flags & VALUE_OPEN) != 0;
}

enum { SCALAR_ROOM = 40 };
/* The digits of an integer, written from the end of room. */
struct text value_integer_text(int64_t integer, char room[SCALAR_ROOM]);

struct record *record_new(struct arena *arena, uint32_t capacity);
/* Sets key, at its old place if it is there, else at the end. */
void record_put(struct arena *arena, struct record *record, const struct name *key,
                struct value value, const struct node *origin);
/* The entry of key, or NULL. */
struct record_entry *record_find(const struct record *record, const struct name *key);

/* A deferred node with room for count operands (the caller fills them in). */
struct deferred *deferred_new(struct arena *arena, enum deferred_kind kind,
                              enum deferred_shape shape, uint32_t count, const struct node *cause);

/* Settles flags and depth of a list or record from its elements, and of unsealed ones inside. The
 * evaluator seals what a built-in returns; only who reads VALUE_OPEN before that needs to call
 * it. */
struct value value_seal(struct value value);

/* The known value of a deferred one that can be computed from what the program writes (see
 * DEFERRED_ATTRIBUTE; texts of such), else the value itself. For what steers: conditions, keys. */
struct value value_settle(struct arena *arena, struct value value);
/* As value_settle; counts down *left by what is made, and leaves the rest as it is at 0. */
struct value value_settle_within(struct arena *arena, struct value value, uint32_t *left);

/* Deep equality of known values: numbers by value (1 == 1.0), records without regard to order. */
bool value_equal(struct value a, struct value b);

/* As value_equal; counts down *steps, and is false where they do not suffice (lists can share their
 * parts, so that comparing them takes far longer than making them). */
bool value_equal_within(struct value a, struct value b, uint64_t *steps);

/* Total order of known values of one kind: numbers, texts by bytes, lists element by element. */
int value_compare(struct value a, struct value b);

/* The kind as messages name it: "a string", "a list", "a resource of type AWS::S3::Bucket". */
struct text value_kind_text(struct arena *arena, struct value value);

/* A known value as JSON, indent 0 for one line; secrets as "(secret)". Deferred parts are printed
 * in a readable form such as "${east.alb.DNSName}" (for `mrp eval` and messages). */
void value_json(struct buffer *out, struct value value, int indent);

/* Integers and other numbers are one kind to arithmetic. */
static inline bool value_is_number(struct value value) {
    return value.kind == VALUE_INT || value.kind == VALUE_NUMBER;
}
static inline double value_as_number(struct value value) {
    return value.kind == VALUE_INT ? (double)value.integer : value.number;
}

#endif
