/* mrp eval: one expression, or a prompt for many. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/eval.h"
#include "cli/output.h"
#include "cli/program.h"
#include "mrp_parts.h"

/* Where there is no program, the expression stands alone: an empty one. */
static bool empty_read(void *context, const char *path, struct mrp_delivery *delivery) {
    (void)context;
    if (strcmp(path, "pipeline.mrp") != 0) return false;
    mrp_deliver(delivery, "", 0);
    return true;
}

static bool empty_glob(void *context, const char *pattern, struct mrp_delivery *delivery) {
    (void)context, (void)pattern, (void)delivery;
    return true;
}

static const char *empty_environment(void *context, const char *name) {
    (void)context, (void)name;
    return NULL;
}

static struct mrp *open_empty(void) {
    static const struct mrp_host host = {NULL, empty_read, empty_glob, empty_environment};
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = "pipeline.mrp", .host = &host});
    if (!mrp) memory_exhausted();
    mrp_set_columns(mrp, terminal_columns(STDERR_FILENO));
    return mrp;
}

int eval_entry(struct invocation *invocation, const char *file, const char *expression) {
    int outcome = OUTCOME_DONE;
    invocation->counts[OPTION_QUIET] = 1; /* the program's warnings are not what was asked */
    struct mrp *mrp = file ? program_open(invocation, file, &outcome) : open_empty();
    if (!mrp) return outcome;
    struct mrp_text json;
    enum mrp_result result = mrp_evaluate(mrp, expression, &json);
    outcome = program_outcome(mrp, result);
    if (result == MRP_DONE) outcome = print((struct text){json.bytes, json.length});
    if (result == MRP_ERRORS) {
        int reported = program_report(invocation, mrp, false);
        if (reported != OUTCOME_DONE) outcome = reported;
    }
    mrp_free(mrp);
    return outcome;
}

/* Nothing, or nothing but a comment. */
static bool is_blank(const char *line) {
    line += strspn(line, " \t\r\n");
    return *line == '\0' || *line == '#';
}

/* Expressions line by line, for pipes. The worst outcome counts. */
static int evaluate_lines(struct invocation *invocation, const char *file) {
    int worst = OUTCOME_DONE;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) >= 0) {
        if (is_blank(line)) continue;
        int outcome = eval_entry(invocation, file, line);
        if (outcome > worst) worst = outcome;
    }
    free(line);
    return worst;
}

int command_eval(struct invocation *invocation) {
    const char *file = NULL;
    struct failure why;
    enum form form;
    int outcome = output_form(invocation, true, &form);
    if (outcome != OUTCOME_DONE) return outcome;
    enum program_found found = program_find(invocation, 1, &file, &why);
    if (found == PROGRAM_FAILED) return world_failed(&why);
    if (found == PROGRAM_NONE) file = NULL;
    if (invocation->operand_count) return eval_entry(invocation, file, invocation->operands[0]);
    return isatty(STDIN_FILENO) ? eval_prompt(invocation, file) : evaluate_lines(invocation, file);
}
