/* A deployment made by hand, and the templates that become of it: for what a program cannot reach,
 * or would need hundreds of lines for.
 *
 * All of it belongs to the world; texts are literals or the world's. With MRP_KEEP_TEMPLATES=FOLDER
 * each template that is lowered is also written there, for cfn-lint. */
#ifndef MRP_TESTS_BY_HAND_H
#define MRP_TESTS_BY_HAND_H

#include "template/document.h"
#include "template/lowering.h"
#include "template/template.h"

struct world {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct deployment deployment;
    struct template_set set; /* once it is lowered */
    uint32_t line;
};

struct world *world_new(void);
void world_free(struct world *w);

/* --- what it has --- */

struct region *region_add(struct world *w, const char *label, const char *name);
struct stack *stack_add(struct world *w, struct region *region, const char *path,
                        const char *name);
/* A resource without properties; its logical id follows from the path. */
struct resource *resource_add(struct world *w, struct stack *stack, const char *path,
                              const char *type);
/* Its @ attributes, to write to. */
struct resource_meta *meta_of(struct resource *resource);
void set(struct world *w, struct resource *resource, const char *key, struct value value);
struct parameter *parameter_add(struct world *w, const char *name, const char *type);
struct output *output_add(struct world *w, const char *name, struct value value);

/* One stack with a VPC, a queue, and a parameter of SSM that holds the value to look at. */
struct one {
    struct world *w;
    struct stack *stack;
    struct resource *vpc, *queue, *holder;
};
struct one one_new(void);

/* A stack with a topic and a VPC, and one in another region with the value to look at. */
struct two {
    struct world *w;
    struct stack *east, *west;
    struct resource *topic, *vpc, *holder;
};
struct two two_new(void);

/* --- values --- */

struct value txt(const char *text);
/* The same value, as one that holds something that is not known. */
struct value open_value(struct value value);
struct value vlist(struct world *w, uint32_t count, const struct value *items);
#define LIST(w, ...)                                                                               \
    vlist((w), sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),                       \
          (struct value[]){__VA_ARGS__})

struct pair { const char *key; struct value value; };
struct value vmap(struct world *w, uint32_t count, const struct pair *pairs);
#define MAP(w, ...)                                                                                \
    vmap((w), sizeof((struct pair[]){__VA_ARGS__}) / sizeof(struct pair),                          \
         (struct pair[]){__VA_ARGS__})

/* A deferred value. */
struct value op(struct world *w, enum deferred_kind kind, enum deferred_shape shape, uint32_t count,
                const struct value *operands);
#define OP(w, kind, shape, ...)                                                                    \
    op((w), (kind), (shape), sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),         \
       (struct value[]){__VA_ARGS__})
#define SUB(w, ...) OP(w, DEFERRED_TEXT, SHAPE_TEXT, __VA_ARGS__)
#define EQUAL(w, a, b) OP(w, DEFERRED_EQUAL, SHAPE_BOOL, a, b)
#define NOT(w, a) OP(w, DEFERRED_NOT, SHAPE_BOOL, a)
#define AND(w, ...) OP(w, DEFERRED_AND, SHAPE_BOOL, __VA_ARGS__)
#define OR(w, ...) OP(w, DEFERRED_OR, SHAPE_BOOL, __VA_ARGS__)
#define IF(w, c, a, b) OP(w, DEFERRED_IF, SHAPE_TEXT, c, a, b)
#define LOOKUP(w, map, key) OP(w, DEFERRED_LOOKUP, SHAPE_TEXT, map, key)

struct value attribute(struct world *w, struct resource *resource, const char *name);
struct value list_attribute(struct world *w, struct resource *resource, const char *name);
struct value pseudo(struct world *w, const char *name);
struct value param_of(struct world *w, struct parameter *parameter);
/* The same by its name; a parameter of type String is added where there is none. */
struct value param(struct world *w, const char *name);

/* --- what becomes of it --- */

/* Lowers, which must work, and keeps all templates. */
void lower(struct world *w);
/* Lowering must fail with exactly this diagnostic, which is returned. */
const struct diagnostic *fails(const char *file, int line, struct world *w, enum diagnostic_id id);
#define FAILS(w, id) fails(__FILE__, __LINE__, (w), (id))
unsigned note_count(const struct diagnostic *diagnostic);

/* The template as text, and as data, where both of its forms must be the same. */
struct text written(struct world *w, uint32_t index, bool indented);
struct document *template_data(struct world *w, uint32_t index);
/* A section of the template, and the property Value of its resource Holder, as JSON. */
struct text section(struct world *w, uint32_t index, const char *name);
struct text holder_value(struct world *w, uint32_t index);
struct text as_json(struct world *w, const struct document *document);

void same_text(const char *file, int line, struct text got, const char *wanted);
#define SAME(got, wanted) same_text(__FILE__, __LINE__, (got), (wanted))
/* Lowers with Value = value, and compares what became of it. */
void becomes(const char *file, int line, struct one *one, struct value value, const char *wanted);
#define BECOMES(one, value, wanted) becomes(__FILE__, __LINE__, &(one), (value), (wanted))

#endif
