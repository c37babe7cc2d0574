/* From the checked program to stacks. Evaluation always ends and touches nothing: what it may ask of
 * the world goes through the program's struct host. */
#ifndef MRP_EVALUATOR_EVALUATOR_H
#define MRP_EVALUATOR_EVALUATOR_H

#include "checker/program.h"
#include "evaluator/stacks.h"

/* A value from outside: --set NAME=TEXT (has_text; read by the param's type) or a value of --vars. */
struct input {
    struct text name;
    bool is_text;
    struct text text;    /* is_text: as typed */
    struct value value;  /* else */
    struct text from;    /* "--set", or the file, for messages */
};

struct evaluation {
    const struct input *inputs; /* later ones win */
    uint32_t input_count;
    bool no_environment;
};

/* Evaluates the program. Mistakes are reported in program->diagnostics; the deployment holds what
 * could be made all the same. */
struct deployment *evaluator_run(struct program *program, const struct evaluation *evaluation);

/* Evaluates one checked expression in the root file's scope (mrp eval). */
struct value evaluator_expression(struct program *program, const struct evaluation *evaluation,
                                  struct node *expression);

#endif
