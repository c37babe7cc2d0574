/* What plan, apply, destroy and status share: the program, the cloud, and how plans are shown. */
#ifndef MRP_CLI_DEPLOY_H
#define MRP_CLI_DEPLOY_H

#include "cli/output.h"
#include "cli/program.h"
#include "mrp_parts.h"
#include "runtime/deploy/apply.h"
#include "runtime/deploy/plan.h"
#include "runtime/session.h"

struct deploying {
    const struct invocation *invocation;
    enum form form;
    bool color;                  /* of standard output */
    unsigned columns;            /* of standard output; 0 where it is no terminal */
    struct arena arena;
    const char *file;            /* the program's */
    struct mrp *mrp;
    struct session *session;
    const struct cloud *cloud;
    struct deploy_program program;
};

/* Compiles the program and opens the cloud and .mrp/. What is wrong is said; OUTCOME_DONE if
 * nothing was. To be closed in any case. */
int deploying_open(struct deploying *deploying, const struct invocation *invocation);
/* The same in two halves, in the other order: the cloud and .mrp/ in the folder of the program (or,
 * without one, in this), then the program of another command line. */
enum cloud_choice {
    CLOUD_AWS,
    CLOUD_SANDBOX,
    CLOUD_NEW_SANDBOX, /* the sandbox, and what it holds is forgotten */
};
int deploying_open_cloud(struct deploying *deploying, const struct invocation *invocation,
                         enum cloud_choice choice);
int deploying_open_program(struct deploying *deploying, const struct invocation *invocation);
/* Closes; returns outcome, or OUTCOME_WORLD where the sandbox could not be written. */
int deploying_close(struct deploying *deploying, int outcome);

/* Makes a plan, of an apply or a destroy, and says why it could not be made. */
int deploying_plan(struct deploying *deploying, bool destroys, struct plan *plan);

/* --- showing plans ---------------------------------------------------------------------------- */

enum paint {
    PAINT_NONE,
    PAINT_ADD,
    PAINT_CHANGE,
    PAINT_REPLACE,
    PAINT_REMOVE,
    PAINT_DIM,
    PAINT_BOLD
};
/* Begins or, with PAINT_NONE, ends a colour; nothing where there is none. */
void paint(const struct deploying *deploying, struct buffer *out, enum paint paint);

/* Account, identity, project and suffix: said first. */
void plan_head(const struct deploying *deploying, struct text account, struct text caller,
               struct buffer *out);
/* The plan as people read it, with its summary as the last lines. */
void plan_text(struct deploying *deploying, const struct plan *plan, struct buffer *out);
/* The members of a place of a program, "shop.mrp:12": file and line, each behind a comma. */
void plan_json_place(struct buffer *out, struct text place);
/* The plan as one JSON document. */
void plan_json(struct deploying *deploying, const struct plan *plan, struct buffer *out);
bool plan_changes(const struct plan *plan);
/* Prints the plan; as JSON it is an event of an apply or a document of its own. */
int deploying_show(struct deploying *deploying, const struct plan *plan, bool is_event);

/* "pipeline.mrp:12" of a resource, and of one of its properties; empty where it is not known. */
struct text resource_place(struct deploying *deploying, const struct template_resource *resource);
struct text property_place(struct deploying *deploying, const struct template *template,
                           const struct template_resource *resource, struct text property);
/* A place behind what stands there, where it is known. */
void show_place(const struct deploying *deploying, struct text place, struct buffer *out);

/* What comes from AWS or a program, on one line, of which nothing steers the terminal. */
void show_line(struct buffer *out, struct text text);
/* How the program names the resource of a logical id; in a nested stack the rest of it follows. */
void show_name(const struct template *template, struct text logical_id, struct buffer *out);
/* A value as show_line does, shortened to the room that two of them have beside each other in so
 * many columns. */
enum { USUAL_COLUMNS = 100 }; /* where there is no terminal */
unsigned value_room(unsigned columns);
void show_value(struct deploying *deploying, struct text value, unsigned room,
                struct buffer *out);

/* --- carrying out ----------------------------------------------------------------------------- */

/* Applies the plan, shows how it goes, its end, and the outputs; continues is for a resume. */
int deploying_apply(struct deploying *deploying, const struct plan *plan, bool continues);
/* Watches or takes back what the run left; without a run what AWS is at work on, whoever began
 * it. True when it is to be planned again and gone on with. */
bool deploying_resume(struct deploying *deploying, const struct journal_run *run, bool rollback,
                      int *outcome);
/* A hash of all templates: whether the program still says the same. */
struct text deploying_hash(struct deploying *deploying);
/* The program's outputs as they are deployed: NAME and value, or one JSON object. */
void outputs_text(struct deploying *deploying, const struct plan *plan, const struct apply *apply,
                  struct buffer *out);
/* What new resources ask of the reader, a line each. */
void outputs_notes(const struct plan *plan, struct buffer *out);
void outputs_json(struct deploying *deploying, const struct plan *plan, const struct apply *apply,
                  struct buffer *out);
/* Asks on the terminal for exactly that answer. False for any other, or without a terminal. */
bool ask_for(const char *question, struct text answer);
bool can_ask(void);

/* "4 m 12 s" */
void write_duration(struct buffer *out, double seconds);

#endif
