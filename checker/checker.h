/* What the parts of the checker share: nothing of it is seen outside this folder.
 *
 * A program is checked in four walks, each over all files before the next begins:
 *
 *   module.c    loads the files (imports)
 *   declare.c   makes a scope for each block and a symbol for each declaration
 *   resolve.c   ties each written name to its symbol
 *   check.c     types and phases; types of symbols are found at first use, so that the order of
 *               declarations does not matter
 */
#ifndef MRP_CHECKER_CHECKER_H
#define MRP_CHECKER_CHECKER_H

#include "base/limits.h"
#include "checker/program.h"

/* What kind of block a declaration stands in; IF and FOR blocks have the site of what holds
 * them. */
enum site {
    SITE_ROOT,      /* the root file */
    SITE_FILE,      /* an imported file: may be a component */
    SITE_TESTS,     /* X_test.mrp: what the root file declares is seen in it */
    SITE_COMPONENT,
    SITE_REGION,
    SITE_STACK,
    SITE_PIPELINE,
    SITE_STAGE,
    SITE_TEST,
    SITE_POLICY,
};

enum symbol_state { STATE_NEW, STATE_WORKING, STATE_DONE };

/* A name that `import "x.mrp" { a }` brings. */
struct binding {
    struct node *node; /* the NAME in the import's list */
    bool is_used;
};

/* A symbol whose type is being found out; the chain shows cycles. */
struct active {
    struct active *outer;
    struct symbol *symbol;
};

struct flow;

struct checker {
    struct program *program;
    struct arena *arena;
    struct names *names;
    struct diagnostics *diagnostics;
    struct map files;      /* const struct name * (path below the root) -> struct module * */
    struct map everywhere; /* const struct name * -> the first struct symbol * of that name; filled
                              at the first name that is not known */
    struct map regions;    /* const struct symbol * -> struct map *: names in the region's blocks */
    /* The last types made, by integer, text, element and schema_value. */
    const char *operators[OPERATOR_NEGATE + 1]; /* in quotes, for messages; made at first use */
    const struct type *integers[64], *texts[64], *lists[64], *maps[64], *properties[64];
    struct joined { const struct type *a, *b, *type; } joined[64]; /* and what was made of two */
    struct map resources;  /* const struct schema_type * -> struct type * */
    struct map bodies;     /* const struct schema_body * -> struct type * */
    struct map views;      /* schema_type, schema_body -> struct type *: what tests look at */
    struct map blocks;     /* REGION node -> its region_block, once all are declared */
    bool is_torn;          /* blocks end where they do not look as if, or one has no name */
    /* words on lines with mistakes of grammar: names that they may declare */
    struct map torn;
    /* blocks whose headers have such mistakes: what they declare is not seen, nor where they stand */
    struct span torn_blocks[16];
    uint32_t torn_block_count;
    struct map actions;    /* PIPELINE node -> struct map * of the actions that all of it sees */
    struct map region_labels; /* region names (interned) -> the REGION node that declares it */
    struct map causes;     /* a deferred symbol -> the expression that makes it so */
    struct map signatures; /* const struct builtin * -> struct signature * */
    struct node *hidden;   /* while an action's own entries are resolved: that ACTION */
    struct node *entry;    /* the innermost ENTRY of a resource that is being checked */
    const struct schema_type *resource; /* whose body is being checked */
    const struct schema_property *path[16]; /* from its top to the body being checked */
    uint32_t path_depth;
    struct text json_key;  /* of the innermost entry in free data */
    struct flow *flow;     /* conditions that hold where the walk is */
    struct active *active; /* functions, lets and components being settled, innermost first */
    const struct region_block *block; /* the region block being checked, or NULL */
    const struct name *name_self, *name_it;
    const struct node *owner; /* REGION, STACK, PIPELINE, STAGE around, for their entries */
    bool in_component;     /* outputs are values, not shown */
    bool may_env;          /* in the default of a param of the root */
    bool wants_secret;     /* that param is a secret */
    bool in_signature;     /* T and U are types */
    uint32_t depth;        /* of expressions being checked, through the symbols they name */
};

/* --- torn.c --- */

/* Notes which words and blocks stand where there are mistakes of grammar. */
void torn_gather(struct checker *checker);
/* Whether a mistake at a place follows from one of them, and is not reported. */
bool torn_hides(const struct checker *checker, enum diagnostic_id id, struct span span);

/* --- message.c --- */

/* --- module.c --- */

/* Loads the root file and what it imports. False only if the root file could not be read. */
bool module_load_root(struct checker *checker, struct text path, struct failure *why);
/* The file that an IMPORT stands for (NULL if it could not be loaded: reported). */
struct module *module_of_import(struct checker *checker, struct module *from, struct node *import);

/* --- scope.c --- */

struct scope *scope_new(struct checker *checker, enum scope_kind kind, struct scope *parent,
                        struct node *owner);
/* A symbol without a place yet. */
struct symbol *symbol_new(struct checker *checker, enum symbol_kind kind, const struct name *name,
                          struct node *declaration);
/* Gives the symbol a slot in the scope (values and outputs). */
void scope_slot(struct scope *scope, struct symbol *symbol);
/* Puts a symbol into one of the scope's maps; a second one of that name is reported. span is the
 * written name. */
void scope_declare(struct checker *checker, struct scope *scope, struct map *map,
                   struct symbol *symbol, struct span span);

enum space { SPACE_VALUES, SPACE_FUNCTIONS, SPACE_TYPES };

const struct map *scope_map(const struct scope *scope, enum space space);

struct found {
    struct symbol *symbol; /* NULL if there is none */
    uint32_t hops;
};
struct found scope_find(struct checker *checker, struct scope *scope, const struct name *name,
                        enum space space);
/* Offers every name that can be seen from the scope. */
void scope_suggest(struct checker *checker, struct scope *scope, enum space space,
                   struct suggestion *suggestion);
/* The nearest scope outwards whose owner is of this kind, or NULL. */
struct scope *scope_of_kind(struct scope *scope, enum node_kind kind);
/* Names declared in a module that others may use. */
bool symbol_is_public(const struct symbol *symbol);
/* Where the symbol's name is written. */
struct span symbol_span(const struct symbol *symbol);
/* "resource", "param", ... */
const char *symbol_word(const struct symbol *symbol);

/* --- library.c --- */

/* Parses of the library's modules what the program needs, once all its files are parsed. */
void library_parse(struct checker *checker);
/* Offers the public names that a module of the library has, read or not; false for another file. */
bool library_offer(const struct module *module, enum space space, struct suggestion *near);
/* Whether it is one of the library that has this public name, read or not. */
bool library_has(const struct module *module, const struct name *name);

/* --- declare.c, resolve.c --- */

void declare_module(struct checker *checker, struct module *module);
void declare_imports(struct checker *checker, struct module *module);
/* After all modules are declared: which regions each region block lands in. */
void declare_region_blocks(struct checker *checker);
void resolve_module(struct checker *checker, struct module *module);
void resolve_expression(struct checker *checker, struct node *node, struct scope *scope);

/* --- check.c --- */

/* Facts that all files need: whether the account is fixed, ... */
void check_begin(struct checker *checker);
void check_module(struct checker *checker, struct module *module);
void check_one_expression(struct checker *checker, struct node *expression);
void check_unused(struct checker *checker);

/* --- messages --- */

/* Marks the node and reports; for a node that has a mistake already, nothing: returns NULL. All
 * functions on diagnostics below take NULL. */
struct diagnostic *complain(struct checker *checker, enum diagnostic_id id, struct node *node,
                            const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
struct diagnostic *complain_at(struct checker *checker, enum diagnostic_id id, struct span span,
                               const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
void add_hint(struct checker *checker, struct diagnostic *diagnostic, const char *hint, ...)
    __attribute__((cold, format(printf, 3, 4)));
void add_note(struct checker *checker, struct diagnostic *diagnostic, struct span span,
              const char *message, ...) __attribute__((cold, format(printf, 4, 5)));
/* Did you mean "x"? with a fix for the span; nothing if the suggestion has none. */
bool add_suggestion(struct checker *checker, struct diagnostic *diagnostic,
                    const struct suggestion *suggestion, struct span span);

/* For "%.*s" of names. */
#define NAME_ARGS(name) (int)(name)->length, (name)->bytes

#endif
