/* The module mrp-runtime.so: all that needs a network or a database, behind one table of functions.
 *
 * `mrp` opens the module only for commands that need it and finds mrp_runtime() in it; the headers
 * of runtime/ say what the functions do. Plans are plain data: the command line prints them.
 */
#ifndef MRP_RUNTIME_RUNTIME_H
#define MRP_RUNTIME_RUNTIME_H

#include "runtime/deploy/apply.h"
#include "runtime/deploy/drift.h"
#include "runtime/deploy/plan.h"
#include "runtime/deploy/rescue.h"
#include "runtime/deploy/status.h"
#include "runtime/serve/serve.h"
#include "runtime/simulator/simulator.h"

struct runtime_session; /* a cloud, and the folder .mrp/ */

struct runtime_options {
    const char *folder;   /* the program's; .mrp/ is in it. NULL: nothing is kept on disk */
    bool sandbox;
    bool sandbox_is_new;  /* what it holds is forgotten, whichever version of mrp wrote it */
    struct text account;  /* of the sandbox: the one that the program is for; empty for its own */
    const char *profile;  /* or NULL */
    const char *version;  /* of mrp, which AWS is told */
    bool is_verbose;      /* say each call to AWS */
    /* Says a line to the user: a note about the connection to AWS. May be NULL. */
    void (*say)(void *context, struct text line);
    void *context;
};

struct runtime {
    bool (*open)(struct runtime_session **session, const struct runtime_options *options,
                 struct failure *why);
    /* False when what the session did could not be written. */
    bool (*close)(struct runtime_session *session, struct failure *why);
    const struct cloud *(*cloud)(struct runtime_session *session);
    struct journal *(*journal)(struct runtime_session *session);
    /* Of the sandbox alone: the account that the program is for; lets something fail once. */
    void (*sandbox_account)(struct runtime_session *session, struct text account);
    void (*sandbox_fail)(struct runtime_session *session, const struct simulator_failure *failure);
    /* Of the sandbox: changes a resource behind its stack's back, and puts objects into a bucket;
     * false where there is no such thing. See simulator.h. */
    bool (*sandbox_change)(struct runtime_session *session, struct text region, struct text stack,
                           struct text logical_id, struct text property, struct text value);
    bool (*sandbox_put)(struct runtime_session *session, struct text region, struct text stack,
                        struct text logical_id, uint32_t count);
    bool (*sandbox_put_object)(struct runtime_session *session, struct text region,
                               struct text stack, struct text logical_id, struct text key,
                               struct text body);
    /* Of the sandbox: lets an alarm ring, or be quiet again; false where there is none. */
    bool (*sandbox_ring)(struct runtime_session *session, struct text region, struct text stack,
                         struct text logical_id, bool rings);
    /* Of the sandbox: throttles that many calls in a hundred; shows news that many seconds late. */
    void (*sandbox_throttle)(struct runtime_session *session, unsigned percent);
    void (*sandbox_lag)(struct runtime_session *session, double seconds);
    /* Serves the sandbox to other programs until a signal ends it. */
    bool (*sandbox_serve)(struct runtime_session *session, const struct serve_options *options,
                          struct failure *why);
    enum plan_outcome (*plan)(const struct cloud *cloud, const struct deploy_program *program,
                              const struct plan_options *options, struct arena *arena,
                              struct plan *plan, struct failure *why);
    enum plan_outcome (*plan_destroy)(const struct cloud *cloud,
                                      const struct deploy_program *program,
                                      const struct plan_options *options, struct arena *arena,
                                      struct plan *plan, struct failure *why);
    bool (*expect)(struct journal *journal, struct plan *plan, struct failure *why);
    bool (*regions)(struct journal *journal, struct text project, struct text suffix,
                    struct arena *arena, const struct text **regions, size_t *count,
                    struct failure *why);
    enum apply_outcome (*apply)(const struct cloud *cloud, const struct plan *plan,
                                const struct apply_options *options, struct arena *arena,
                                struct apply *apply, struct failure *why);
    bool (*resume_find)(const struct cloud *cloud, struct journal *journal, struct arena *arena,
                        struct journal_run *run, bool *found, struct failure *why);
    enum resume_next (*resume)(const struct cloud *cloud, const struct deploy_program *program,
                               const struct journal_run *run, const struct apply_options *options,
                               bool rollback, struct arena *arena, struct resume *resume,
                               struct failure *why);
    enum resume_next (*resume_elsewhere)(const struct cloud *cloud,
                                         const struct deploy_program *program,
                                         const struct apply_options *options, struct arena *arena,
                                         struct resume *resume, struct failure *why);
    bool (*drift)(const struct cloud *cloud, const struct deploy_program *program,
                  const volatile sig_atomic_t *interrupted, struct arena *arena,
                  struct drift *drift, struct failure *why);
    bool (*rescue)(const struct cloud *cloud, const struct deploy_program *program,
                   struct text name, struct arena *arena, struct rescue *rescue,
                   struct failure *why);
    bool (*rescue_run)(const struct cloud *cloud, const struct rescue_stack *stack,
                       enum rescue_action action, const volatile sig_atomic_t *interrupted,
                       struct arena *arena, struct rescue_end *end, struct failure *why);
    bool (*status)(const struct cloud *cloud, const struct deploy_program *program,
                   struct arena *arena, struct status *status, struct failure *why);
};

const struct runtime *mrp_runtime(void);

#endif
