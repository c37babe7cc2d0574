/* The checked program: files, scopes and symbols; what the evaluator runs.
 *
 * Names are resolved to symbols; each symbol is a slot of the frame that its scope gets at run
 * time. A NAME node says how many frames up (`hops`) its symbol's frame is from the frame in which
 * the node is evaluated. Every scope is one frame, without exception:
 *
 *   file        one a file (of an imported file: one for all importers, and one more for each
 *               resource that uses the file as a component)
 *   block       the body of a region, stack, component, pipeline, stage, and of `if` and `for`
 *               among declarations
 *   loop        the variables of one comprehension, of a `for` among declarations or entries, of
 *               the header of a unit (all generators of it share one scope: slot 0, 1, ... in
 *               order written)
 *   fn          parameters, then lets
 *   check       the variable `it` of a type's or param's check (for a param's check the param
 *               itself is also visible, being in the scope around)
 *
 * Bodies of resources (RECORD) are evaluated in the loop scope of their header if it has
 * generators, else in the scope around; records bind nothing.
 *
 * Order of frames for a unit with generators: the block around -> loop frame -> the body's block
 * frame.
 *
 * A variable is not visible in its own `over`: `for x in x` loops over the x around. All that
 * stands in a loop (each `over`, filter, key, value, body) is resolved from the loop scope, the
 * first `over` too. Conditions of `if` (blocks, headers, entries) are resolved from the scope
 * around. The lets of a fn see the parameters and the lets before them.
 *
 * hops == HOPS_REGION: the symbol belongs to another block of the same region (a region may have
 * several blocks), or, in a pipeline, to a block of its home region: the evaluator takes the frame
 * of symbol->scope in the current region. Where a block lands in several regions whose blocks
 * declare the name each for itself, symbol is the one of the first of them: if symbol->scope has no
 * frame in the current region, program_region_find gives the region's own. hops == HOPS_MODULE: the
 * symbol is a name imported from another file (`import "x.mrp" { a }`): the evaluator takes that
 * file's own frame (symbol_module for all but SYMBOL_MODULE). Built-in values (here, account,
 * partition) have hops 0 and no frame.
 *
 * The same fields say where a fn was declared (CALL.hops: frames up to the frame that holds it,
 * which is the parent of the frame of the call) and a component: the last NAME in the path of a
 * RESOURCE's TYPE_NAME carries the symbol (COMPONENT, or MODULE for a file used as a component) and
 * its hops. Types, components, tests and policies are declared in files only; so the frame around a
 * type's check is the frame of the file that declares it.
 *
 * A `let` may hide a built-in; outputs bind no name in their block (`output arn = bucket.Arn`
 * beside `resource arn`), but have slots. Names that begin with `_` are private to their file.
 */
#ifndef MRP_CHECKER_PROGRAM_H
#define MRP_CHECKER_PROGRAM_H

#include "base/host.h"
#include "checker/types.h"
#include "parser/parser.h"

#define HOPS_REGION UINT32_MAX
#define HOPS_MODULE (UINT32_MAX - 1)

enum symbol_kind {
    SYMBOL_PARAM, SYMBOL_LET, SYMBOL_OUTPUT,
    SYMBOL_LOCAL,     /* loop variable, fn parameter, `it` */
    SYMBOL_REGION,    /* one region; or, with is_group, a map of regions */
    SYMBOL_STACK, SYMBOL_RESOURCE, SYMBOL_PIPELINE, SYMBOL_STAGE, SYMBOL_ACTION,
    SYMBOL_FN, SYMBOL_TYPE, SYMBOL_COMPONENT,
    SYMBOL_MODULE,    /* an import: its file's names after a dot */
    SYMBOL_HERE, SYMBOL_ACCOUNT, SYMBOL_PARTITION, /* built in values, of the universe */
    SYMBOL_STACKS, SYMBOL_DIAGNOSTICS, /* what tests look at; policies at stacks */
};

enum phase {
    PHASE_KNOWN,    /* while compiling */
    PHASE_DEFERRED, /* certainly only at deploy time */
    PHASE_EITHER,   /* depends on what is passed in: settled by the evaluator */
};

struct deploy_param { /* of a PARAM with `deploy T` */
    const struct type *type;    /* of its default; string for ssm(T) */
    struct text parameter_type; /* CloudFormation's: "String", "List<AWS::EC2::Subnet::Id>" */
};

struct symbol {
    const struct name *name; /* the first: see node_name */
    uint8_t kind;  /* enum symbol_kind */
    uint8_t phase; /* enum phase, of values */
    uint8_t state; /* checker: not begun, in work, done */
    bool is_in_cycle : 1; /* checker: a cycle through it is reported */
    bool is_group : 1;    /* RESOURCE, STACK, REGION, ...: under `for`: its value is a map by key */
    bool is_optional : 1; /* under `if`: its value may be null */
    bool is_used : 1;
    bool is_deploy : 1;   /* PARAM: `deploy T` */
    bool has_slot : 1;    /* its value has a place in the frame of its scope: */
    uint32_t slot;
    struct node *declaration; /* NULL for what is built in */
    struct scope *scope;      /* where it is declared */
    /* of the value (of one element, where is_group: see symbol_value_type); TYPE: what it names */
    const struct type *type;
    union { /* of these kinds alone: others are not allocated as large */
        struct node *region;                /* REGION: the node that declares it (with its name) */
        const struct deploy_param *deploy;  /* PARAM: once its type is known, or NULL */
        struct module *imported;            /* MODULE: the file it stands for, or NULL */
    };
};

_Static_assert(offsetof(struct symbol, name) == 0, "node_name reads the name of a symbol");

/* The type of what is given for a param. */
static inline const struct type *symbol_given_type(const struct symbol *param) {
    return param->deploy ? param->deploy->type : param->type;
}

enum scope_kind { SCOPE_FILE, SCOPE_BLOCK, SCOPE_LOOP, SCOPE_FN, SCOPE_CHECK };

struct scope {
    uint8_t kind; /* enum scope_kind */
    uint32_t slot_count;         /* of symbols whose values are in a frame of the scope */
    struct scope *parent;
    struct node *owner;          /* FILE, REGION, COMPONENT, LIST_FOR, FN, ... */
    struct module *module;
    /* const struct name * -> struct symbol *; three name spaces. A file's maps also hold what is
     * imported by name: then symbol->scope is another scope */
    struct map values;
    /* of FILE and BLOCK alone: others are not allocated as large */
    struct map functions, types;
    struct map outputs;          /* of SYMBOL_OUTPUT: reached from outside, as members */
};

/* The file that an import stands for; the one that declares anything else. */
static inline struct module *symbol_module(const struct symbol *symbol) {
    return symbol->kind == SYMBOL_MODULE ? symbol->imported : symbol->scope->module;
}

struct library_module; /* stdlib/library.h */

struct module {
    struct text path;        /* relative to the root */
    uint32_t source;
    struct parse parse;
    struct scope *scope;     /* of the FILE node */
    /* for relative imports and file(): relative to the root, "" for the root */
    struct text folder;
    uint32_t index;          /* of program.modules */
    const struct library_module *library; /* of a module of the library; else NULL */
    bool is_std;
    bool is_tests;           /* X_test.mrp: its file scope lies inside the root's */
    bool has_syntax_mistakes; /* what stands where in it is not certain */
    struct map bindings;     /* checker: names that `import ... { a }` brings -> their NAME nodes */
};

/* A region block and the symbols of the regions it lands in. */
struct region_block {
    struct node *node;           /* REGION */
    struct symbol **regions;     /* SYMBOL_REGION, in order written */
    uint32_t region_count;
};

struct program {
    struct arena *arena;
    struct names *names;
    struct sources *sources;
    struct diagnostics *diagnostics;
    const struct host *host;
    struct module **modules; /* the root file first */
    uint32_t module_count;
    struct region_block *region_blocks; /* of the root file, in order */
    uint32_t region_block_count;
    struct module *deliver;  /* std.deliver, where the root file has pipelines; else NULL */
    bool whole_library;      /* read all of each module of the library, not what the program's files
                                mention alone; set before program_load */
    bool with_tests;         /* load the files of tests beside the root; set before program_load */
    struct text only_tests;  /* the one of them to load (path below the root), or empty: all */
    struct node *project;    /* PROJECT of the root file, or NULL */
    /* put before paths in messages: the way from where the user stands to the root ("" or "../");
     * set before program_load */
    struct text shown;
    struct scope *universe;  /* around all files: what is built in */
    /* the checker's, for what it drops again; whoever holds the program releases it */
    struct arena scratch;
    struct checker *checker; /* the checker's own, for program_check_expression */
};

/* Loads the root file (path relative to the host's root) and what it imports, resolves and checks
 * all of it. Mistakes are reported; nodes that have one carry NODE_BAD. The program can be
 * evaluated also if mistakes were reported (but not if the syntax of the root could not be
 * understood). Returns false only where the root file could not be read (why). */
bool program_load(struct program *program, struct text path, struct failure *why);

/* The library's declarations that these words name are read as well: of an expression that is
 * checked later. Before program_load. */
void program_mention(struct program *program, struct text words);

/* From here on, mistakes are reported to these diagnostics. */
void program_report_to(struct program *program, struct diagnostics *diagnostics);

/* The symbol that the blocks of a region declare under this name, or NULL. */
struct symbol *program_region_find(const struct program *program, const struct symbol *region,
                                   const struct name *name);

/* Checks one more expression in the scope of the root file, for `mrp eval` and --set. */
bool program_check_expression(struct program *program, struct node *expression);

#endif
