/* The driver of the tests that are data: cases (tests/cases) and the code blocks of the docs.
 * What a case is says tests/README.md. Work is done by several processes, a file at a time.
 */
#ifndef MRP_TESTS_DRIVER_H
#define MRP_TESTS_DRIVER_H

#include "base/text.h"

struct tally {
    size_t passed, failed;
};

struct driver {
    const char *mrp;       /* absolute path of the program under test */
    const char *scratch;   /* a folder for this process alone, emptied by scratch_clear */
    bool update;           /* rewrite expectations instead of comparing */
    struct arena *arena;   /* for one file's work */
    struct buffer said;    /* about failures */
    struct tally tally;
};

/* One run of a program. */
struct ran {
    struct text out, err;
    int status; /* exit code; 128 + signal; 124 when it took too long */
};

/* Runs arguments (NULL at the end) in folder, with nothing in its environment but what is fixed and
 * the lines NAME=VALUE of environment. */
struct ran run_program(struct driver *driver, const char *folder, char **arguments,
                       struct text environment, struct text input);

/* Empties the scratch folder. */
void scratch_clear(struct driver *driver);
/* Writes a file below the scratch folder. */
void scratch_write(struct driver *driver, const char *name, struct text bytes);

/* Counts a check, and says what was expected where it failed. */
void passed(struct driver *driver);
void failed(struct driver *driver, const char *what, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));
/* Compares; the difference of both is shown. */
bool expect_text(struct driver *driver, const char *what, struct text expected, struct text actual);

/* Words of a command line: separated by spaces, with '...' and "..." around those that have
 * some. */
char **split_words(struct driver *driver, struct text line);

/* A crash or a hang is a failure whatever was expected. */
bool survived(struct driver *driver, const char *what, const struct ran *ran);

/* Work is shared out to processes. Each does its part, by its number below workers, with a scratch
 * folder of its own; what failed is said, and all is counted together. One that dies is a failure.
 * driver: what they begin with. */
struct tally share_out(const struct driver *driver, size_t workers,
                       void (*work)(struct driver *driver, size_t worker, size_t workers,
                                    const void *context),
                       const void *context);

/* NAME.mrp and its expectations; NAME.eval; NAME.md. */
void run_case(struct driver *driver, const char *path);
void run_expressions(struct driver *driver, const char *path);
void run_document(struct driver *driver, const char *path);

/* Lines "expression # => value" or "expression" and "=> value" below it. */
void run_expression(struct driver *driver, const char *where, struct text expression,
                    struct text expected);

#endif
