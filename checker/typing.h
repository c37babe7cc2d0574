/* Types and phases of expressions, for the files of the checker that deal with them.
 *
 * types.c       making types, and joining them
 * type_fits.c   questions about types, and whether one fits another
 * type_text.c   types for people
 * annotation.c  types as the program writes them
 * infer.c       what type an expression has
 * operator.c    operators
 * chain.c       what stands behind dots and in brackets
 * member.c      the members that values of each type have
 * call.c        calls, of fns and built-in functions
 * expect.c      whether an expression fits what is wanted; mismatch.c  what is said where not
 * habits.c      names and functions of other languages
 * property.c    the same against the schema of AWS
 * resource.c    bodies of resources of AWS's types; resource_meta.c  their @ attributes
 * instance.c    instances of components
 * symbol.c      the types of symbols, at first use
 * test.c        what tests and policies look at
 * phase.c       known or deferred
 * flow.c        what a condition has made sure
 */
#ifndef MRP_CHECKER_TYPING_H
#define MRP_CHECKER_TYPING_H

#include "checker/checker.h"

/* --- types.c, type_fits.c, type_text.c --- */

extern const struct type type_error, type_json, type_null, type_bool, type_int, type_number,
    type_string, type_secret, type_region, type_artifact, type_stack, type_type;

const struct type *type_list(struct checker *checker, const struct type *element);
const struct type *type_map(struct checker *checker, const struct type *element);
/* text is kept. */
const struct type *type_literal_text(struct checker *checker, struct text text);
const struct type *type_literal_int(struct checker *checker, int64_t integer);
/* fields are kept, and so are rules: one a field, or NULL where all are required. */
const struct type *type_record(struct checker *checker, struct type_field *fields,
                               const struct field_rule *rules, uint32_t count);
/* One of several; what another covers is dropped, and many literals become their base. */
const struct type *type_either(struct checker *checker, const struct type *a, const struct type *b);
/* A union just as it is written: members are kept, none is a union. */
const struct type *type_union(struct checker *checker, const struct type **members,
                              uint32_t count);
const struct type *type_named(struct checker *checker, struct symbol *symbol,
                              const struct type *base);
const struct type *type_optional(struct checker *checker, const struct type *type);
const struct type *type_of_symbol(struct checker *checker, enum type_kind kind,
                                  struct symbol *symbol);
const struct type *type_resource(struct checker *checker, const struct schema_type *resource);
const struct type *type_property(struct checker *checker, const struct schema_property *property,
                                 const struct schema_value *value);
/* What a value of the schema is when it is read. */
const struct type *type_of_value(struct checker *checker, const struct schema_value *value);

/* Literals become string or int. */
const struct type *type_widen(struct checker *checker, const struct type *type);
bool type_has_null(const struct type *type);
const struct type *type_without_null(struct checker *checker, const struct type *type);
/* The type's members: of a union its members, else itself. */
uint32_t type_member_count(const struct type *type);
const struct type *type_member(const struct type *type, uint32_t index);
bool type_equal(const struct type *a, const struct type *b);
/* Whether a value of type `from` may stand where `to` is wanted (to: no property). */
bool type_fits(struct checker *checker, const struct type *from, const struct type *to);
/* Whether both may have a value in common, so that == has a sense. */
bool type_may_meet(struct checker *checker, const struct type *a, const struct type *b);
struct type_field *type_field_find(const struct type *record, const struct name *name);
bool type_is_text(const struct type *type);    /* string, a text literal, a union of these */
bool type_is_int(const struct type *type);
bool type_is_numeric(const struct type *type); /* int, number, literals, unions of these */
/* Whether something in it is a secret. */
bool type_holds_secret(const struct type *type);
/* "a string", "a list", "a resource of type AWS::S3::Bucket", for "found ..." */
struct text type_article(struct checker *checker, const struct type *type);
struct text type_show(struct checker *checker, const struct type *type);

/* --- annotation.c --- */

/* The type that a type node writes; type_error where it has a mistake (reported). */
const struct type *annotation(struct checker *checker, struct node *node);
/* As annotation, in signatures: T and U are generic. */
const struct type *annotation_signature(struct checker *checker, struct node *node);
/* Fills in type and deploy of a `deploy T` param. */
void annotation_deploy(struct checker *checker, struct symbol *symbol, struct node *node);
/* The component or resource type that a RESOURCE's type names: RESOURCE, COMPONENT or error. */
/* The AWS type of an AWS_TYPE node; NULL, reported, if there is none. */
const struct schema_type *annotation_aws(struct checker *checker, struct node *node);
const struct type *annotation_resource(struct checker *checker, struct node *node);

/* --- expressions --- */

/* What is found out about an expression. by: what makes it deferred. */
struct fact {
    const struct type *type;
    enum phase phase;
    const struct node *by;
};
static inline struct fact fact_of(const struct type *type) {
    return (struct fact){type, PHASE_KNOWN, NULL};
}
static inline struct fact fact_error(void) {
    return (struct fact){&type_error, PHASE_EITHER, NULL};
}
/* The phase of something made of both. */
struct fact fact_join(const struct type *type, struct fact a, struct fact b);

/* What an expression is to fit. The words are for messages: `property "Role"`. */
struct wanted {
    const struct type *type;
    const char *word;      /* "param", "property", "argument", "element of property", ... */
    struct text name;      /* may be empty */
    struct span declared;  /* where the type is asked for */
    bool has_declared;
    const struct type *shown; /* as messages show the type, or NULL: type itself */
};

struct fact infer(struct checker *checker, struct node *node);
/* Whether the entry of a record that is not a resource's is written with "@": reported. */
bool entry_is_meta(struct checker *checker, const struct node *entry);
/* Whether the entry's key is computed: then it is checked. */
bool entry_is_computed(struct checker *checker, struct node *entry);
/* A key that is written a second time; what: "key", "property", ... */
void complain_twice(struct checker *checker, const char *what, struct text name,
                    const struct node *key, const struct node *first);
/* Infers with the wanted type in mind and reports what does not fit. */
struct fact expect(struct checker *checker, struct node *node, const struct wanted *wanted);
/* The same for a type alone: word names what it is for. */
struct fact expect_type(struct checker *checker, struct node *node, const struct type *type,
                        const char *word);
/* A truth value that steers, or may be deferred. */
struct fact expect_condition(struct checker *checker, struct node *node, bool must_be_known,
                             const char *what);
/* Reports that a value of this type does not fit. */
void mismatch(struct checker *checker, struct node *node, struct fact fact,
              const struct wanted *wanted);
/* `property "Role"`, `argument "x"`: the word and name of what is wanted. */
struct text wanted_show(struct checker *checker, const struct wanted *wanted);

struct fact infer_unary(struct checker *checker, struct node *node);
struct fact infer_binary(struct checker *checker, struct node *node);
struct fact infer_member(struct checker *checker, struct node *node);
struct fact infer_index(struct checker *checker, struct node *node);
struct fact infer_call(struct checker *checker, struct node *node);
/* Elements of what is looped over, and its keys or positions. */
void generator_infer(struct checker *checker, struct node *generator);
void generators_check(struct checker *checker, struct list generators);
/* A member of a value, reported at span if it has none. */
struct fact infer_member_of(struct checker *checker, struct fact object, struct node *node,
                            const struct name *name, struct span span);
/* Whether a resource is found behind the type (a component's self too), else NULL. */
const struct schema_type *type_as_resource(struct checker *checker, const struct type *type);
/* The block whose outputs an instance of this component type offers. */
struct scope *component_scope(const struct symbol *symbol);
/* A hint for a resource where text is wanted: which attribute to write. */
void hint_attribute(struct checker *checker, struct diagnostic *d, struct node *node,
                    const struct type *type);
/* habits.c: names and functions of other languages. False where it is none of them. */
bool hint_foreign_name(struct checker *checker, struct diagnostic *d, struct node *node);
bool hint_foreign_callee(struct checker *checker, struct diagnostic *d, const struct node *callee);
void hint_foreign_method(struct checker *checker, struct diagnostic *d, const struct node *call);
/* For a text where a number or a truth value is wanted. */
void hint_number(struct checker *checker, struct diagnostic *d, struct node *node);
void hint_truth(struct checker *checker, struct diagnostic *d, struct node *node);
/* An expression on one line, cut where it is long. */
struct text expression_text(struct checker *checker, const struct node *node);

/* --- symbol.c --- */

/* Makes sure that type and phase of a symbol are found. */
void symbol_settle(struct checker *checker, struct symbol *symbol);
/* What is known of a settled symbol that this node names; it is the cause, where no expression
 * is. */
struct fact symbol_fact(struct checker *checker, struct symbol *symbol, const struct node *node);
/* The type of the name as a value: a map where it is a group, optional where it is under `if`. */
const struct type *symbol_value_type(struct checker *checker, struct symbol *symbol);
/* Checks the body of a function (at the first call, or when it is passed). */
void fn_settle(struct checker *checker, struct symbol *symbol);

/* expect() for what is written out: a list, a record or comprehension against a list, a record or a
 * map type. */
struct fact expect_list(struct checker *checker, struct node *node, const struct wanted *wanted,
                        const struct type *list);
struct fact expect_record(struct checker *checker, struct node *node,
                          const struct wanted *wanted, const struct type *type);
struct fact expect_comprehension(struct checker *checker, struct node *node,
                                 const struct wanted *wanted, const struct type *type);
/* What the wanted property is, for a list that is spread in it. */
const struct type *property_list(struct checker *checker, const struct wanted *wanted);

/* --- property.c, resource.c, resource_meta.c, instance.c --- */

/* expect() for what a property of AWS takes. */
struct fact expect_property(struct checker *checker, struct node *node,
                            const struct wanted *wanted);
void check_resource(struct checker *checker, struct node *node);
/* Says that the schema has no property of this name; one that was meant is put into seen, where
 * that is not NULL, so that it is not missing too. */
void complain_unknown_property(struct checker *checker, const struct schema_body *schema,
                               struct map *seen, struct node *key);
/* A hint for an entry of a resource that is named as an attribute with @, as CloudFormation or
 * another language calls what a resource has beside its properties; false for another name. */
bool hint_meta(struct checker *checker, struct diagnostic *diagnostic, struct node *entry);
/* An ENTRY with @; type is NULL for instances of components (resource_meta.c). */
void check_meta(struct checker *checker, struct node *entry, const struct schema_type *type);
/* A RESOURCE or ACTION whose type is a component (instance.c). */
void check_instance(struct checker *checker, struct node *node, struct symbol *component);
/* A record against a nested body. head is what a message about what is missing underlines. */
void check_nested_body(struct checker *checker, struct node *record,
                       const struct schema_body *body, const struct wanted *wanted);

/* --- pipeline.c --- */

const struct type *pipeline_type(struct checker *checker);
/* The type of an action; reported, if it is none of actions. */
const struct type *action_type(struct checker *checker, struct node *node);
/* Whether the pipeline gives an action this param where the author does not. */
bool action_is_given(const struct node *node, const struct name *param);
/* Whether every action has the entry: which others run before it, in which role it acts. */
bool action_has_entry(const struct name *name);
/* An entry of a pipeline or stage. */
void pipeline_entry(struct checker *checker, struct node *node, const struct node *owner);

/* --- test.c --- */

/* Whether a function of this name stands in policies, or (in_test) in tests. */
bool is_test_function(struct text name, bool in_test);
/* A call of one of them. */
struct fact call_of_test(struct checker *checker, struct node *call);
/* What `diagnostics` is. */
const struct type *diagnostics_type(struct checker *checker);
/* A property of a resource as its template holds it: typed as far as it has members. */
const struct type *view_of_value(struct checker *checker, const struct schema_value *value);
/* An entry of a policy. */
void policy_entry(struct checker *checker, struct node *node);

/* --- phase.c --- */

/* Reports a value that steers and is certainly deferred. what: "the condition of this block". */
void need_known(struct checker *checker, struct node *node, struct fact fact, const char *what,
                const char *instead);
/* Reports a deferred operand of an operation that cannot be deferred. */
void need_known_operand(struct checker *checker, struct node *node, struct fact fact,
                        const char *operation);

/* --- flow.c --- */

/* Conditions known to hold (or not to hold) inside a branch. */
struct flow {
    struct flow *outer;
    const struct node *condition;
    bool holds;
};
void flow_push(struct checker *checker, struct flow *flow, const struct node *condition,
               bool holds);
void flow_pop(struct checker *checker);
/* Whether the conditions around make sure that the value is not null. */
bool flow_not_null(struct checker *checker, const struct node *node);

/* Checks the generators and the key of a comprehension, and takes its conditions for true: the
 * flows that it pushed (their number is returned) are to be popped behind the value. */
enum { COMPREHENSION_FLOWS = 8 };
unsigned comprehension_open(struct checker *checker, struct node *node, struct flow *flows);

#endif
