/* From the checked program to stacks. Evaluation always ends and touches nothing: what it may ask
 * of the world goes through the program's struct host. */
#ifndef MRP_EVALUATOR_EVALUATOR_H
#define MRP_EVALUATOR_EVALUATOR_H

#include "checker/program.h"
#include "evaluator/stacks.h"

/* A value from outside: --set NAME=TEXT (has_text; read by the param's type) or a value of
 * --vars. */
struct input {
    struct text name;
    bool is_text;
    struct text text;    /* is_text: as typed */
    struct value value;  /* else */
    struct text from;    /* "--set", or the file, for messages */
};

struct coverage;

struct evaluation {
    const struct input *inputs; /* later ones win */
    uint32_t input_count;
    bool no_environment;
    struct coverage *coverage;  /* notes what is reached, or NULL */
};

/* Evaluates the program. Mistakes are reported in program->diagnostics; the deployment holds what
 * could be made all the same. */
struct deployment *evaluator_run(struct program *program, const struct evaluation *evaluation);

/* Evaluates one checked expression in the root file's scope (mrp eval). */
struct value evaluator_expression(struct program *program, const struct evaluation *evaluation,
                                  struct node *expression);

/* --- lints: what is said of resources once they are there --- */

/* Where the value at a node of the resource's body is given: the argument of a function or
 * component, the element of a loop's list; the node where it is written there itself, or where a
 * comment allows the diagnostic there. `call`: of the function in which the node lies, or NULL
 * where that is not known. */
const struct node *evaluator_origin(struct deployment *deployment, const struct resource *resource,
                                    enum diagnostic_id id, const struct node *node,
                                    const struct node *call, struct value value);

/* Reports what shows at a node of the resource's body. Where that node is the library's, it is
 * told at the user's text: the argument of the instance that it is about, else the instance's
 * name. What is told of one place is told once; is_apart: with each message once. */
struct diagnostic *evaluator_report(struct deployment *deployment, const struct resource *resource,
                                    enum diagnostic_id id, const struct node *node,
                                    bool is_apart, struct text message);
/* Whether the node stands in a module of the library. */
bool evaluator_in_library(const struct deployment *deployment, const struct node *node);

/* --- tests and policies: blocks that look at the templates --- */

/* What they ask of whoever makes templates: the template of a stack as data (poison where there is
 * none), and JSON as data. */
struct observer {
    void *context;
    struct value (*template)(void *context, const struct stack *stack);
    bool (*read)(void *context, struct text json, struct value *value);
};

/* Runs the policies of all files of the program, once templates are there. Violations are
 * reported. */
void evaluator_policies(struct deployment *deployment, const struct observer *observer);

/* A value that a test compared with its snapshot. */
struct snapshot {
    struct snapshot *next;
    struct text path;  /* below the root */
    struct text bytes; /* what belongs into the file now */
};

/* Where the snapshots of a file's tests lie, below the root: snapshots/pipeline_test. */
struct text snapshot_folder(struct arena *arena, const struct module *module);

struct test_run {
    struct module *module;
    struct node *test;                 /* TEST of that module */
    bool updates;                      /* each snapshot matches: it is to be written */
    const struct diagnostics *program; /* settled: what was reported about the program */
    struct diagnostics *verdict;       /* what is wrong; empty where the test passes */
    struct snapshot *snapshots, **snapshots_end; /* all that were compared */
};

/* The inputs that the test gives the program (`with`). False, with a verdict, where they have
 * mistakes. */
bool evaluator_test_inputs(struct program *program, struct test_run *run, struct input **inputs,
                           uint32_t *count);
/* Runs the test's asserts on what evaluator_run made of the program with these inputs. */
void evaluator_test(struct deployment *deployment, const struct observer *observer,
                    struct test_run *run);

/* --- coverage --- */

struct cover_point {
    struct span span;
    const char *word; /* "resource", "let", "branch", "loop", ... */
    struct text name; /* of a declaration; else empty */
    bool is_reached;
};

/* All declarations and branches of the program's own files, in the order of the files. */
struct coverage {
    struct cover_point *points;
    uint32_t count;
    struct map index; /* struct node -> struct cover_point */
};
void coverage_init(struct coverage *coverage, struct program *program);

#endif
