/* The inside of template/: what is worked out of a deployment before anything is written.
 *
 * Lowering is two walks over each resource's values. The first (use.c) finds what a stack needs:
 * its parameters, conditions, mappings, imports from other stacks, and which resources depend on
 * each other. The second (emit.c) writes JSON straight into the buffer. Both look at a value
 * only through lowering_reduce, so that they agree: a value that can be computed, a condition
 * that is always true, a look-up that must become a chain of Fn::If are replaced there, once, by
 * what they stand for.
 */
#ifndef MRP_TEMPLATE_LOWERING_H
#define MRP_TEMPLATE_LOWERING_H

#include "template/template.h"

/* How a value of a resource gets into a stack that is not the resource's. */
enum way {
    WAY_IN_PLACE,  /* it can be computed */
    WAY_OUTPUT,    /* an output of its stack, read with Fn::GetStackOutput */
    WAY_PARAMETER, /* an output of its stack, filled into a parameter by apply */
};

/* A value of a resource that is read in other stacks: one for all readers. */
struct travel {
    struct resource *resource;
    const struct name *attribute;
    int64_t element;       /* of a list attribute, or -1 for the whole value */
    bool is_list;
    bool is_computed;
    bool has_output;
    struct value computed; /* is_computed: known, or text with pseudo parameters in it */
    struct text output;    /* has_output: its id in the producer's template */
    const struct node *cause; /* the first place that reads it */
};

/* A travel in one stack that reads it. */
struct import {
    struct travel *travel;
    uint8_t way;           /* enum way */
    bool is_carried;       /* has its edge, and what its way needs */
    struct text parameter; /* WAY_PARAMETER: id of the parameter */
    const struct node *cause;
};

/* Conditions as CloudFormation has them; constants are folded away. */
enum term_kind { TERM_FALSE, TERM_TRUE, TERM_EQUAL, TERM_AND, TERM_OR, TERM_NOT };

struct term {
    uint8_t kind;           /* enum term_kind */
    bool is_plain;          /* its readable text can be read back: no hash needed in its name */
    bool is_named;          /* stands in Conditions */
    uint32_t count;
    uint32_t mark;          /* of the list of operands it was last put in */
    struct term **terms;    /* AND, OR, NOT */
    struct value left, right; /* EQUAL */
    struct text readable;   /* TierIsFull */
    struct text content;    /* compact JSON */
    struct text name;       /* is_named */
};

/* A mapping of a known map. A map { k = v } is a column of it: the keys are the first keys, and
 * the second is "Value"; of a map of records, of which each use takes one member by name, every
 * member used is a column. A map whose second key is deferred too is one mapping as it is. */
struct mapping_column {
    struct text key;
    const struct record *record;
};
struct mapping {
    struct text name;
    struct mapping_column *columns;
    uint32_t column_count, column_capacity;
    const struct record *two_levels; /* else */
};

struct resource_edge { /* a resource needs another one of its stack */
    struct resource *to;
    const struct node *cause;
    bool is_order;   /* only by @depends_on */
    bool is_implied; /* is_order: other edges say so already */
};

/* One stack. */
struct stack_lowering {
    struct lowering *all;
    struct stack *stack;        /* NULL: the values that are only printed */
    struct template *template;
    struct map imports;         /* struct travel * -> struct import * */
    struct map terms;           /* struct deferred * -> struct term * */
    struct map rewritten;       /* struct deferred * -> struct value * */
    struct names contents;      /* of conditions */
    struct map by_content;      /* content -> struct term * */
    struct term **conditions;   /* named ones */
    uint32_t condition_count, condition_capacity;
    struct map mappings[2];     /* by levels - 1: struct record * -> struct found_mapping * */
    struct mapping **mapping_list;
    uint32_t mapping_count, mapping_capacity;
    bool *uses_parameter;       /* by index of deployment->parameters */
    struct resource_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t *edge_start;       /* resource index -> first edge; one more than resources */
    struct travel **travels;    /* outputs that this stack makes for others */
    uint32_t travel_count, travel_capacity;
    uint32_t parameter_capacity, template_edge_capacity;
    struct map ids;             /* names of logical ids -> struct resource *, made at first need */
    bool has_ids;
    struct map parameter_ids;   /* names of ids of all parameters */
    struct map output_ids;      /* names of ids of travels */
    struct map order_edges;     /* resources of other stacks that @depends_on names */
    uint32_t operand_lists;     /* made so far: marks of terms */
    size_t size;                /* about what its template takes, compact */
    bool is_read;               /* its content is looked through by reads.c */
    bool is_too_large;          /* size is past any limit: the walk was given up */
    bool needs_value;           /* what is reduced is a required property: see lowering_chain */
    uint32_t steps;             /* of walks through conditions */
};

struct lowering {
    struct arena *arena;
    struct deployment *deployment;
    struct template_set *set;
    struct names travel_keys;
    struct map travels;         /* key -> struct travel * */
    struct map parameter_index; /* struct parameter * -> index + 1 */
    struct stack_lowering *printed; /* the stack without a template */
    const struct name *ref;
    const struct text *inputs;  /* by stack: hashes of what it reads, made by delivery.c */
    bool is_walked;             /* it is known how every value travels */
};

/* Grows an array of the arena to hold one more; evaluates to the place of the new element. */
void *lowering_grow(struct arena *arena, void *items, uint32_t *count, uint32_t *capacity,
                    size_t size);
#define LOWERING_ADD(arena, items, count, capacity) \
    ((items) = lowering_grow((arena), (items), &(count), &(capacity), sizeof *(items)), \
     &(items)[(count) - 1])

/* Shared deferred values can stand for exponentially long text: walks end here, and the template is
 * reported as too large. */
enum { CONDITION_INLINE_BYTES = 400 }; /* longer ones are always named where others use them */
enum { LOWERING_SIZE_CEILING = 16000000, LOWERING_PIECES = 1000000, LOWERING_STEPS = 4000000 };
static inline void lowering_give_up(struct stack_lowering *in) {
    in->is_too_large = true;
    in->size = LOWERING_SIZE_CEILING + 1;
}

static inline struct span cause_span(const struct node *cause) {
    return cause ? cause->span : (struct span){0};
}
/* Where a thing is declared: its name there, for long declarations. */
struct span declared_span(const struct node *declared);
/* The entry of @depends_on in a resource's declaration; the declaration itself if it has none. */
const struct node *depends_on_entry(const struct node *declared);
/* The resources of a stack's template, listed between begin and end, unless they are for good: many
 * templates are written one after the other, and nobody else looks at them. Lives in the frame that
 * begins it. */
struct listing {
    struct stack_lowering *in;
    bool is_mine;
    struct arena arena;
    struct cleanup cleanup;
};
void listing_begin(struct listing *listing, struct stack_lowering *in);
void listing_end(struct listing *listing);
/* The path of a resource with its region: east.network.subnet["a"]. */
struct text resource_full_path(struct arena *arena, const struct resource *resource);
/* east.alb.DNSName; for Ref the resource's path alone. */
struct text attribute_path(struct arena *arena, const struct resource *resource,
                           const struct name *attribute);
/* Eight letters that depend on the bytes only. */
struct text content_letters(struct arena *arena, struct text bytes);

/* ---- values (values.c) ---- */

/* What the value is in this stack: never an in-place attribute, a constant condition, a chain
 * that is not yet a chain, a text of one piece, a region, stack or resource. */
struct value lowering_reduce(struct stack_lowering *in, struct value value);

/* As lowering_reduce, for what is compared or chosen by: a property of this stack's resources
 * that was given stands for what was written, since neither a condition nor a mapping can ask
 * the resource. */
struct value lowering_settle(struct stack_lowering *in, struct value value);

/* The pieces of a text, flattened, neighbouring known texts joined; each piece is reduced. */
struct pieces {
    struct value *items;
    uint32_t count;
};
struct pieces lowering_pieces(struct stack_lowering *in, struct value text);
/* Whether ${ } of Fn::Sub can name it: Ref and Fn::GetAtt of this stack. */
bool lowering_is_inline(struct stack_lowering *in, struct value piece);
/* Whether known text can stand in Fn::Sub: each ${ has its own } behind it. */
bool lowering_fits_sub(struct text text);
/* A known scalar as text. */
struct text lowering_scalar_text(struct arena *arena, struct value value);
bool lowering_is_scalar(struct value value);
struct deferred *lowering_node(struct stack_lowering *in, enum deferred_kind kind,
                               enum deferred_shape shape, uint32_t count, const struct node *cause);

/* ---- references (references.c) ---- */

/* How the attribute travels into this stack; made at the first call. NULL for resources of this
 * stack itself, and for existing ones that cannot be computed (reported). */
struct import *lowering_import(struct stack_lowering *in, const struct deferred *attribute,
                               int64_t element);
/* Whether list[index] is one of a list that another stack's resource has: it travels alone. */
bool lowering_is_element(struct stack_lowering *in, struct value list, struct value index);
/* The id of the output that is the attribute, for who asks CloudFormation for it; made if need
 * be. */
struct text lowering_output(struct lowering *all, struct deferred *attribute);
/* Makes it an output of its producer (and a parameter of this stack if so wanted). */
void lowering_carry(struct stack_lowering *in, struct import *import, bool as_parameter);
/* A pseudo parameter: "AWS::Partition". */
struct value lowering_pseudo(struct lowering *all, const char *name);
/* A resource with this logical id in the stack, or NULL. */
struct resource *lowering_find_id(struct stack_lowering *in, struct text id);
void lowering_use_parameter(struct stack_lowering *in, struct parameter *parameter);

/* ---- what pipelines deliver (delivery.c) ---- */

/* The text that a DEFERRED_OVERRIDES stands for, or null; once all stacks are walked. */
struct value lowering_overrides(struct stack_lowering *in, const struct deferred *d);
/* In a stack that its own pipeline delivers, all depends on what CloudFormation acts with there. */
void lowering_hold_roles(struct stack_lowering *in);
/* Reports deliveries that would fail: in a wrong order, or with params that have no value. */
void lowering_check_deliveries(struct lowering *all);

/* The statement of a policy that a DEFERRED_READS stands for, or null (reads.c). */
struct value lowering_reads(struct stack_lowering *in, const struct deferred *d);
/* Parameters, mappings, conditions, resources and outputs of a stack (write.c): the template
 * without what only people read. */
void template_write_content(const struct template_set *set, uint32_t index, struct buffer *out);

/* ---- conditions (conditions.c, condition_names.c) ---- */

/* The condition that a truth value stands for; shared and remembered. */
struct term *lowering_term(struct stack_lowering *in, struct value value);
/* When the value is not null. */
struct term *lowering_presence(struct stack_lowering *in, struct value value);
/* The value without the sides on which it is null. */
struct value lowering_present(struct stack_lowering *in, struct value value);
/* How it reads as a sentence: term->readable, is_plain. Its operands have been read. */
void lowering_read_term(struct stack_lowering *in, struct term *term);
/* Puts the condition into the stack's Conditions. */
void lowering_name_term(struct stack_lowering *in, struct term *term);

/* ---- mappings (mappings.c) ---- */

/* Whether Fn::FindInMap takes it as a key: text, Ref, another Fn::FindInMap. */
bool lowering_is_key(struct stack_lowering *in, struct value key);
/* A look-up that Fn::FindInMap can do: the mapping and its two keys (the second may be fixed). */
struct find_in_map {
    struct mapping *mapping;
    struct value first, second;
};
bool lowering_find_in_map(struct stack_lowering *in, const struct deferred *lookup,
                          struct find_in_map *found);
/* The chain of Fn::If for a look-up that cannot be a mapping. For a key that the map does not
 * have it is null; where a property needs a value, the last one of the map (cfn-lint and
 * CloudFormation refuse a required property that may be absent). */
struct value lowering_chain(struct stack_lowering *in, struct deferred *lookup);
/* ---- use (use.c) ---- */

/* Walks all values of a stack's resources and notes what they need. */
void lowering_use_stack(struct stack_lowering *in);
void lowering_use_output(struct stack_lowering *in, struct value value);

/* ---- order (order.c) ---- */

/* Finds cycles of resources in one stack, and drops what @depends_on says twice. */
void lowering_check_resources(struct stack_lowering *in);
/* Deploy order of the stacks; cycles are reported, weak edges that close one are dropped. */
void lowering_order_stacks(struct lowering *all);
void lowering_add_edge(struct stack_lowering *in, struct template_edge edge);

/* ---- outputs (outputs.c), limits (limits.c) ---- */

/* Puts each of the user's outputs into the stack it comes from, or among the printed ones. */
void lowering_place_outputs(struct lowering *all);
/* Joins the user's and the made outputs of a stack, once all readers are known. */
void lowering_finish_outputs(struct stack_lowering *in);
void lowering_check_limits(struct lowering *all);

/* ---- emission (emit.c, emit_json.c, emit_sub.c) ---- */

struct emitter {
    struct stack_lowering *in;
    struct buffer *out;
    bool indented;
    bool has_inline_conditions; /* values outside a template: the condition instead of its name */
    bool is_content; /* conditions as names are made of them: not shortened by names so far */
    bool is_first;
    unsigned depth;
    size_t spaces; /* written so far that compact form does not have */
};

void emit_open(struct emitter *e, char bracket);
void emit_close(struct emitter *e, char bracket);
void emit_key(struct emitter *e, struct text key);
void emit_item(struct emitter *e);
void emit_text(struct emitter *e, struct text text);
/* A key that needs no escapes and a text. */
void emit_text_pair(struct emitter *e, const char *key, struct text value);
void emit_integer(struct emitter *e, int64_t integer);
/* Text inside a JSON string that is open already. */
void emit_fragment(struct emitter *e, struct text text);
void emit_value(struct emitter *e, struct value value);
/* The value where CloudFormation takes only text: lists joined by commas. */
void emit_string_value(struct emitter *e, struct value value);
void emit_term(struct emitter *e, const struct term *term);
/* {"Fn::X": [, and what closes it */
void emit_open_function(struct emitter *e, struct text name);
void emit_close_function(struct emitter *e);
/* Whether the attribute is what Ref returns, which is shorter to write. */
bool emit_is_ref(const struct emitter *e, const struct resource *resource,
                 const struct name *attribute);
/* A text of several pieces. */
void emit_pieces(struct emitter *e, const struct deferred *text);
/* The value as compact JSON, to compare it and to name things after it. */
struct text lowering_content(struct stack_lowering *in, struct value value);
/* The value of a travel as its producer's output gives it. */
void emit_travel(struct emitter *e, const struct travel *travel);
void emit_mapping(struct emitter *e, const struct mapping *mapping);
#define EMIT_KEY(e, literal) emit_key((e), TEXT(literal))

#endif
