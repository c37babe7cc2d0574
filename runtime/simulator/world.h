/* The simulated world as data: stacks, their resources, change sets and events.
 *
 * An operation on a stack has no script of its own: what happens next follows from the stack's
 * phase and from the work that each resource still has, so that a world read back from its database
 * goes on where it stopped. engine.c moves it, calls.c answers questions about it, store.c keeps
 * it.
 */
#ifndef MRP_SIMULATOR_WORLD_H
#define MRP_SIMULATOR_WORLD_H

#include "base/names.h"
#include "runtime/cloud.h"
#include "runtime/simulator/simulator.h"
#include "schema/schema.h"
#include "template/document.h"

#define SIM_ACCOUNT "123456789012" /* where the program fixes none */
#define SIM_UNKNOWN "{{changeSet:KNOWN_AFTER_APPLY}}"

enum sim_status {
#define STATUS(name) SIM_##name,
#include "runtime/simulator/statuses.def"
#undef STATUS
    SIM_STATUS_COUNT
};

/* What is left to do for a resource in the running phase. */
enum sim_work {
    WORK_NONE,
    WORK_WAITING,   /* for what it depends on */
    WORK_STARTED,   /* begun; at `until` it has its physical id */
    WORK_RUNNING,   /* at `until` it is finished */
};

enum sim_phase {
    PHASE_IDLE,
    PHASE_FORWARD,  /* create and update, dependencies first */
    PHASE_CLEANUP,  /* after an update: delete what was removed and replaced */
    PHASE_RESTORE,  /* rollback of an update: back to what was before */
    PHASE_DROP,     /* rollback of an update: delete what it had created */
    PHASE_REMOVE,   /* delete everything: rollback of a creation, or deletion of the stack */
    PHASE_WATCH,    /* all is done; alarms are watched until `until` */
    PHASE_AWAIT,    /* of a nested stack: what follows begins when its parent says so */
};

struct sim_item { /* a resource of a template */
    struct text id, type, condition;
    const struct schema_type *schema; /* NULL for what is no type of AWS */
    struct document *body, *properties;
    uint32_t *needs; /* indexes of what it refers to or depends on */
    uint32_t need_count;
    bool refers;     /* its properties refer to another resource */
};

struct sim_blueprint { /* a template that was found to be well formed */
    struct text body;
    struct text original; /* before it was transformed, or empty */
    struct document *root;
    struct document *parameters, *mappings, *conditions, *resources, *outputs; /* or NULL */
    struct names names;
    struct map index; /* const struct name * -> item number + 1 */
    struct sim_item *items;
    uint32_t count;
    uint32_t *order; /* dependencies first */
};

/* How a resource is at one time. */
struct sim_state {
    struct text physical_id;
    struct document *properties; /* resolved; NULL: does not exist */
    struct text tags;            /* the stack's tags, as they were put on it */
    uint32_t version;            /* counts updates: LatestVersionNumber */
    const struct document *named; /* the properties that name_hash is of: sim_name_taken's own */
    uint64_t name_hash;
};

struct sim_resource {
    struct text logical_id, type;
    const struct schema_type *schema;
    struct sim_state now, before; /* before: while an operation runs that changed it */
    uint8_t status;               /* enum sim_status */
    uint8_t work;                 /* enum sim_work */
    bool is_new;                  /* made by the running operation */
    bool is_changed;              /* updated by the running operation: before is set */
    bool is_removed;              /* no longer in the template */
    bool is_leftover; /* the old one of a replacement, or the new one after a rollback */
    bool is_orphan;               /* retained: exists, but is no longer the stack's */
    bool is_replacement;          /* the work begun is a replacement */
    bool is_failed;               /* in the running operation */
    uint32_t waits;               /* how many others must be finished first */
    uint32_t generation;          /* counts physical resources of this logical id */
    const struct sim_item *item;  /* what it was made from, */
    const struct sim_blueprint *blueprint; /* of this template */
    double until, updated;
    struct text reason;           /* of a failure */
    struct text import_id;        /* what is imported, by the running operation */
    const struct document *told;  /* the properties that told_text is, for events */
    struct text told_text;
    struct text deletion_policy, update_replace_policy;
    struct sim_state next;        /* what the work begun leads to */
    /* Changed behind the stack's back: its properties as they are, NULL where they are as in now;
     * or it was deleted. */
    struct document *actual;
    bool is_missing;
    bool is_ringing; /* an alarm */
};

struct sim_settings { /* what a stack keeps until something else is said */
    struct text role;
    const struct text *notifications, *alarms; /* ARNs */
    uint32_t notification_count, alarm_count, alarm_minutes;
};

struct sim_import { /* what exists becomes that resource of the stack */
    struct text logical_id, physical_id;
};

struct sim_change_set {
    struct text id, name, description, status_reason;
    struct text type; /* CREATE, UPDATE, IMPORT */
    struct sim_import *imports;
    uint32_t import_count, import_capacity;
    bool imports_existing;
    struct text unimportable; /* what exists, but may not be imported: "X ({BucketName=b})" */
    struct text mode; /* "REVERT_DRIFT" or empty */
    const char *status, *execution_status;
    struct text warning;         /* a reason that does not keep it from being executed */
    struct sim_blueprint *blueprint;
    struct document *parameters; /* key -> {"value":, "resolved":} */
    struct cloud_tag *tags;
    uint32_t tag_count;
    const struct text *capabilities;
    uint32_t capability_count;
    struct sim_settings settings;
    struct text token;
    struct text parent_id, root_id; /* of a nested one: the change sets that it belongs to */
    struct text nested_failure;     /* of a change set of a nested stack */
    bool with_nested;               /* nested stacks get change sets as well */
    struct cloud_change *changes, *plain; /* plain: as told without property values */
    uint32_t change_count, plain_count;
    struct cloud_event *validations;
    uint32_t validation_count;
    double created;
    bool is_deleted;
};

struct sim_plan_inputs { /* what a stack was made from; two of them while an update runs */
    struct sim_blueprint *blueprint;
    struct document *parameters, *conditions;
    struct cloud_tag *tags;
    uint32_t tag_count;
};

struct sim_output {
    struct text key, value, description, export_name;
};

struct sim_stack {
    struct text id, name, region, description;
    struct text parent_id, root_id; /* of a nested stack, which is */
    struct text nested_as;          /* that resource of its parent */
    uint8_t status, phase;
    uint8_t origin; /* which operation runs: SIM_CREATE_, UPDATE_, DELETE_ or IMPORT_IN_PROGRESS */
    bool is_failing; /* a resource failed: nothing more is begun */
    bool is_rolling_back;
    bool is_led;     /* what runs is a part of what its parent does */
    bool is_woken;   /* a nested stack of it has come to an end of something */
    struct text reason, token, change_set_id;
    struct sim_plan_inputs now, before;
    struct sim_settings settings;
    struct text policy, update_policy; /* JSON; the second for the running update alone */
    struct text on_failure;            /* of a creation */
    struct text cause;                 /* why the last operation was rolled back */
    struct text operation_id;          /* of the last operation, */
    const char *operation;             /* "CREATE_STACK" */
    const char *drift_status;          /* NULL: never looked */
    double drift_checked;
    const struct text *capabilities;
    uint32_t capability_count;
    struct sim_resource **resources;
    uint32_t resource_count, resource_capacity;
    struct sim_resource **by_item; /* by number of item of now.blueprint, or NULL */
    struct sim_change_set **change_sets;
    uint32_t change_set_count, change_set_capacity;
    struct cloud_event *events; /* oldest first */
    uint32_t event_count, event_capacity;
    uint32_t event_saved;
    struct sim_output *outputs, *old_outputs;
    uint32_t output_count, old_output_count;
    const struct text *imports; /* export names it imports */
    uint32_t import_count;
    struct text tag_text;       /* its tags as one text, for comparing */
    double created, updated, deleted, until; /* until: when the phase's next step is due */
    struct text detection_id;       /* of the last comparison with the template, */
    double detected;                /* which ends then */
    bool is_protected, disable_rollback, is_dirty;
    bool reverts_drift; /* the running update */
};

struct sim_failure {
    struct simulator_failure what;
    bool is_spent;
};

struct sim_object { /* a version of an object in a bucket */
    struct text bucket, key, version, body;
    bool is_marker, is_gone, is_saved;
    uint64_t number; /* in its table */
};

struct sim_refactor { /* resources of a stack get other logical ids */
    struct text id, reason; /* reason: why it cannot be done */
    struct sim_stack *stack;
    struct sim_blueprint *blueprint;
    const struct sim_blueprint *basis; /* the stack's template when it was made */
    const struct cloud_move *moves;
    uint32_t move_count;
    double due;             /* when it is made, and when it is executed */
    bool is_executed;
};

struct sim_store;

struct simulator {
    struct arena arena;
    struct cloud cloud;
    struct sim_store *store; /* NULL in memory */
    double clock;
    struct text endless;     /* what never comes to an end in it: why calls are refused */
    uint64_t counter;        /* of stacks, change sets and events made */
    unsigned throttle;       /* percent of calls; */
    uint64_t throttle_count; /* how often the dice were thrown for it */
    double lag;              /* seconds until news is seen */
    struct sim_stack **stacks;
    uint32_t stack_count, stack_capacity;
    struct sim_failure *failures;
    uint32_t failure_count, failure_capacity;
    bool failures_changed;   /* since they were written */
    struct cloud_call *first, **end; /* finished calls */
    struct sim_object *objects;      /* oldest first */
    uint32_t object_count, object_capacity;
    uint64_t object_number;
    struct sim_refactor *refactors;
    uint32_t refactor_count, refactor_capacity;
    struct text account;             /* that new stacks are made in */
    struct text salt;                /* of the hashes that stand for secrets */
};

/* Whether a world may have that clock. */
bool sim_is_time(double clock);

const char *sim_status_name(unsigned status);
unsigned sim_status_find(struct text name);

/* --- world.c ---------------------------------------------------------------------------------- */
/* What stands for a secret value: nothing here keeps the value itself. */
#define SIM_SECRET "sandbox-secret-"
struct text sim_secret(struct simulator *simulator, struct arena *arena, struct text value);
/* The text with what stands for secrets as "****". */
struct text sim_masked(struct arena *arena, struct text value);
/* Works out by_item for now.blueprint. */
void sim_stack_index(struct simulator *simulator, struct sim_stack *stack);
/* The account that it was made in, which its id names. */
struct text sim_account(const struct sim_stack *stack);
struct sim_stack *sim_stack_find(struct simulator *simulator, struct text region,
                                 struct text stack);
/* As sim_stack_find, without those that are deleted. */
struct sim_stack *sim_stack_live(struct simulator *simulator, struct text region, struct text name);
struct sim_stack *sim_stack_new(struct simulator *simulator, struct text region, struct text name);
void sim_stack_add_resource(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource);
/* The resource that the logical id stands for now (not a leftover), or NULL. */
struct sim_resource *sim_stack_resource(const struct sim_stack *stack, struct text logical_id);
struct sim_change_set *sim_change_set_find(struct simulator *simulator, struct sim_stack *stack,
                                           struct text name);
/* A new operation begins: "CREATE_STACK", "UPDATE_STACK", "DELETE_STACK", "ROLLBACK". */
void sim_operation(struct simulator *simulator, struct sim_stack *stack, const char *operation);
void sim_event(struct simulator *simulator, struct sim_stack *stack,
               struct sim_resource *resource, unsigned status, struct text reason);
/* What is the same in the events of all hooks that refuse: fills it from its type. */
void sim_complete_hook(struct arena *arena, struct cloud_event *event);
/* The stack's new status with its event. */
void sim_stack_status(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                      struct text reason);
/* Room for one more in an array of the arena. */
void *sim_grow(struct simulator *simulator, void *array, uint32_t count, uint32_t *capacity,
               size_t size);
/* Stable random characters that depend on the seed text alone. */
void sim_random(struct text seed, const char *alphabet, char *out, size_t length);
struct text sim_uuid(struct arena *arena, struct text seed);
struct text sim_partition(struct text region);
struct text sim_url_suffix(struct text region);
/* Another resource of the type that was given the same physical name, as far as such names must
 * differ; *owner is its stack. NULL if there is none. */
struct sim_resource *sim_name_taken(struct simulator *simulator, const struct sim_stack *stack,
                                    const struct schema_type *type,
                                    const struct document *properties,
                                    const struct sim_resource *except, struct sim_stack **owner);

/* The error ValidationError with these words; returns false. */
bool sim_invalid(struct arena *arena, struct cloud_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- blueprint.c ------------------------------------------------------------------------------ */
struct sim_blueprint *sim_blueprint_read(struct arena *arena, struct text body,
                                         struct cloud_error *error);
/* As far as it can be read before it is transformed: parameters, mappings, conditions. */
struct sim_blueprint *sim_blueprint_outline(struct arena *arena, struct text body,
                                            struct cloud_error *error);
/* The rest of it. */
bool sim_blueprint_finish(struct arena *arena, struct sim_blueprint *blueprint,
                          struct cloud_error *error);
struct sim_item *sim_blueprint_find(const struct sim_blueprint *blueprint, struct text id);
/* Whether resources of that type need a capability. */
bool sim_needs_capability(struct text type);
/* CAPABILITY_IAM or CAPABILITY_NAMED_IAM if the template needs it, else an empty text. */
struct text sim_blueprint_capability(const struct sim_blueprint *blueprint);

/* --- resolve.c -------------------------------------------------------------------------------- */
struct sim_scope {
    struct simulator *simulator;
    struct sim_stack *stack;
    const struct sim_blueprint *blueprint;
    struct document *parameters; /* key -> {"value":, "resolved":} */
    struct document *conditions; /* name -> BOOL; filled by sim_conditions */
    struct arena *arena;
    const uint8_t *unknown;      /* planning: by item, nonzero where its values are not known yet */
    bool defer_outputs;          /* planning: what other stacks give may be missing */
    struct text missing;         /* planning: the export that was not there, or empty */
    bool in_outputs;
    unsigned depth;
    struct failure *why;
    bool failed;
    const struct text *imports;  /* names met by Fn::ImportValue */
    uint32_t import_count, import_capacity;
};
/* The value of a template's value; NULL for AWS::NoValue, or when scope->failed. */
struct document *sim_resolve(struct sim_scope *scope, const struct document *value);
/* Parameter values of the call's request joined with defaults and previous ones, in the simulator's
 * arena; false: the call's error. */
bool sim_parameters(struct simulator *simulator, struct cloud_call *call,
                    const struct sim_blueprint *blueprint, const struct document *previous,
                    struct document **values);
/* A parameter of the region's parameter store: AWS's public ones, or those that stacks made. */
bool sim_stored_parameter(struct simulator *simulator, struct arena *arena, struct text region,
                          struct text name, struct text *value);
bool sim_conditions(struct sim_scope *scope);
/* Whether the values of a template can be worked out, as far as they are known before anything is
 * made; false: the call's error. stack may be NULL. */
bool sim_check_values(struct simulator *simulator, struct cloud_call *call,
                      const struct sim_stack *stack, const struct sim_blueprint *blueprint,
                      struct document *parameters);
/* Whether the item exists, by its Condition. */
bool sim_item_wanted(const struct sim_scope *scope, const struct sim_item *item);

/* --- identity.c ------------------------------------------------------------------------------- */
/* The physical id of a new resource. */
struct text sim_physical_id(struct simulator *simulator, const struct sim_stack *stack,
                            const struct sim_resource *resource, const struct document *properties);
/* The value of an attribute, or NULL if the type has no such attribute. */
struct document *sim_attribute(struct arena *arena, const struct sim_stack *stack,
                               const struct sim_resource *resource, const struct sim_state *state,
                               struct text name);
double sim_duration(struct text type, struct text operation);

/* --- constraints.c ---------------------------------------------------------------------------- */
/* Whether the pattern is found in the value; a pattern that is none, or is too hard, lets all pass.
 */
bool sim_matches(struct text pattern, struct text value);

/* --- validate.c ------------------------------------------------------------------------------- */
/* What the schema has against the properties: false, *reason in AWS's words, *path where. */
bool sim_validate(struct arena *arena, const struct sim_blueprint *blueprint,
                  const struct sim_item *item, const struct document *properties,
                  struct text *reason, struct text *path);

/* --- changes.c -------------------------------------------------------------------------------- */
/* Fills the change set with what it would do, or its failure. */
void sim_change_set_plan(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_change_set *set);
/* Whether the change set has failed since nothing would change. */
bool sim_is_no_change(const struct sim_change_set *set);
/* The flags of the replaced properties between two states: whether a new resource is needed. */
bool sim_needs_replacement(const struct schema_type *type, const struct document *before,
                           const struct document *after);
/* "A=1,B=2": tags as one text, to be compared. */
struct text sim_tags_text(struct arena *arena, const struct cloud_tag *tags, uint32_t count);
struct text sim_policy(const struct document *body, const char *name, const char *fallback);

/* --- engine.c --------------------------------------------------------------------------------- */
void sim_begin_create(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set);
void sim_begin_update(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set);
void sim_begin_import(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set);
void sim_begin_delete(struct simulator *simulator, struct sim_stack *stack, struct text token);
/* Rolls back, or goes on with it, from a state in which an operation has stopped. */
void sim_begin_rollback(struct simulator *simulator, struct sim_stack *stack, struct text token);
/* Lets what is running fail. */
void sim_cancel_operation(struct simulator *simulator, struct sim_stack *stack, struct text reason);
/* A nested stack that awaits its parent goes on: deletes what it no longer needs, or takes back
 * what it has done. */
void sim_clean_nested(struct simulator *simulator, struct sim_stack *stack);
void sim_restore_nested(struct simulator *simulator, struct sim_stack *stack);
/* The stack's template is now that one, which has the same resources; logical ids are set already.
 */
void sim_take_refactor(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_blueprint *blueprint);
/* Moves the stack, or all, as far as the clock allows. */
void sim_advance(struct simulator *simulator, struct sim_stack *stack);
void sim_advance_all(struct simulator *simulator);
/* A resource on which something is done fails, and its stack with it: it was told so from outside.
 */
void sim_signal_failure(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_resource *resource, struct text signal);
/* Counts for each waiting resource how many others must be finished first. */
void sim_count_waits(struct sim_stack *stack);
/* When something happens next anywhere; HUGE_VAL for never. */
double sim_next_time(const struct simulator *simulator);

/* --- outputs.c -------------------------------------------------------------------------------- */
/* Why the stack cannot be deleted: another imports what it exports; or an empty text. */
struct text sim_export_in_use(struct simulator *simulator, struct arena *arena,
                              const struct sim_stack *stack);

/* --- imports.c -------------------------------------------------------------------------------- */
/* Whether the resources of the request can be imported with that template, and nothing else would
 * change; they are then the imports of the set. False: the call's error. */
bool sim_check_imports(struct simulator *simulator, struct cloud_call *call,
                       const struct sim_stack *stack, struct sim_change_set *set);
void sim_add_import(struct simulator *simulator, struct sim_change_set *set, struct text logical_id,
                    struct text physical_id);
/* The physical id of what the set imports as that resource, or an empty text. */
struct text sim_import_of(const struct sim_change_set *set, struct text logical_id);
/* Imports what is taken by the name of a resource to be made, where the set imports what exists;
 * false where it does not, or it is a stack's. */
bool sim_import_existing(struct simulator *simulator, struct sim_change_set *set,
                         const struct sim_item *item, const struct sim_resource *taken);

/* --- nested.c --------------------------------------------------------------------------------- */
bool sim_is_nested(struct text type);
/* The stack that a resource is, or NULL: nothing was made yet, or it is no stack. */
struct sim_stack *sim_nested_stack(struct simulator *simulator,
                                   const struct sim_resource *resource);
/* What a change of the nested stack would be, by the properties of the resource: child is NULL for
 * a new one; set is the parent's, or NULL for what the parent is. NULL with call->error; the name
 * of a new stack is call->request.stack. */
struct sim_change_set *sim_nested_draft(struct simulator *simulator, struct sim_stack *parent,
                                        const struct sim_change_set *set, struct text logical_id,
                                        const struct document *properties, struct sim_stack *child,
                                        struct cloud_call *call);
/* The value of "Outputs.NAME", or NULL. */
struct document *sim_nested_output(struct simulator *simulator, const struct sim_resource *resource,
                                   struct arena *arena, struct text attribute);

/* Whether the change set, which is planned by this, would change nothing. */
bool sim_nested_same(struct simulator *simulator, struct sim_stack *child,
                     struct sim_change_set *set);

/* --- nested_sets.c ---------------------------------------------------------------------------- */
/* The change set of a nested stack that a change of this one is about; made if it is not there yet.
 */
struct sim_change_set *sim_nested_set(struct simulator *simulator, struct sim_stack *stack,
                                      const struct sim_change_set *set, struct text logical_id,
                                      const struct document *properties);
/* What the stack is made or changed by next: the id of its nested change set, which has then been
 * executed, or an empty text. */
struct text sim_nested_set_take(const struct sim_stack *parent, struct sim_stack *child);
/* Deletes those that belong to the change set. */
void sim_nested_sets_delete(struct simulator *simulator, const struct sim_change_set *set);
/* Forgets the stacks that were made for nested change sets alone. */
void sim_nested_drop_reserved(struct simulator *simulator, const struct sim_stack *parent);

/* --- calls.c ---------------------------------------------------------------------------------- */
void sim_answer(struct simulator *simulator, struct cloud_call *call);

/* --- transforms.c ----------------------------------------------------------------------------- */
bool sim_is_transformed(const struct sim_blueprint *outline);
/* The template after its transforms; NULL where the template is refused (call->error), or one of
 * them has failed (*reason). */
struct sim_blueprint *sim_transform(struct simulator *simulator, struct cloud_call *call,
                                    const struct sim_stack *stack,
                                    const struct sim_blueprint *outline,
                                    struct document *parameters, struct text *reason);

/* --- template_url.c --------------------------------------------------------------------------- */
/* The template of a request: sent, lying in a bucket, or the deployed one. False: call->error. */
bool sim_template_body(struct simulator *simulator, struct cloud_call *call,
                       const struct sim_stack *stack, struct text *body);

/* --- objects.c, upkeep.c ---------------------------------------------------------------------- */
/* An update sets the properties that it changes; what was changed behind the stack's back stays. */
void sim_update_actual(struct simulator *simulator, struct sim_resource *resource,
                       const struct document *properties);
/* Whether it was deleted behind the stack's back, or is not as these properties say. */
bool sim_is_astray(const struct sim_resource *resource, const struct document *properties);
/* That version of an object, an empty one for the newest; or NULL. */
const struct sim_object *sim_object_find(const struct simulator *simulator, struct text bucket,
                                         struct text key, struct text version);
/* Whether the bucket holds any version of an object, or a delete marker. */
bool sim_bucket_holds(const struct simulator *simulator, struct text bucket);

/* --- quotas.c --------------------------------------------------------------------------------- */
/* What the service says to one more resource of the type, or an empty text. */
struct text sim_over_quota(const struct simulator *simulator, const struct sim_stack *stack,
                           struct text type);
bool sim_may_add_stack(const struct simulator *simulator, struct text region);

/* --- weather.c -------------------------------------------------------------------------------- */
/* Whether a request is throttled; the dice are thrown anew each time. */
bool sim_throttles(struct simulator *simulator);
/* Whether a call is, that is tried again as clients do: with its error. */
bool sim_throttle_call(struct simulator *simulator, struct cloud_call *call);
/* Whether what happened then is not seen yet. */
bool sim_is_late(const struct simulator *simulator, double time);

/* --- outside.c -------------------------------------------------------------------------------- */
/* Whether it is no stack, but keeps what no stack has. */
bool sim_is_keeper(const struct sim_stack *stack);
/* What there is of that type (a literal) and physical id, in one region or (empty) in all, whether
 * a stack has it or not; NULL for none. *owner, where it is asked for: who keeps it. */
struct sim_resource *sim_existing(const struct simulator *simulator, const char *type,
                                  struct text region, struct text id, struct sim_stack **owner);
/* A resource that no stack has; type is a literal, the properties live in the world's arena. */
struct sim_resource *sim_outside_new(struct simulator *simulator, struct text region,
                                     const char *type, struct text id,
                                     struct document *properties);
/* A property (a literal) is set, or the whole deleted, by a call that is not the stack's. */
void sim_outside_set(struct simulator *simulator, struct sim_stack *owner,
                     struct sim_resource *resource, const char *property, struct text value);
void sim_outside_delete(struct simulator *simulator, struct sim_stack *owner,
                        struct sim_resource *resource);
/* The properties with that one set, or without it where value is NULL. */
struct document *sim_with(struct arena *arena, const struct document *properties,
                          struct text name, const struct document *value);

/* --- store.c ---------------------------------------------------------------------------------- */
bool sim_store_open(struct simulator *simulator, struct sqlite3 *database, struct failure *why);
bool sim_store_save(struct simulator *simulator, struct failure *why);
struct sqlite3 *sim_store_database(const struct simulator *simulator);

#endif
