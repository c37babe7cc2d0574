/* What a deploy would do, as plain data: stacks, their resources, and of these the properties that
 * change. plan_make asks all regions at the same time and leaves everything as it was: change sets
 * are made, read and deleted again.
 */
#ifndef MRP_DEPLOY_PLAN_H
#define MRP_DEPLOY_PLAN_H

#include "runtime/cloud.h"
#include "runtime/deploy/nested.h"
#include "template/document.h"
#include "template/template.h"

/* What the program evaluates to. */
struct deploy_program {
    const struct template_set *set;
    const struct text *bodies;    /* compact template of each stack, by its index */
    struct text project, suffix;  /* suffix empty for none */
    struct text account;          /* the only account allowed, or empty */
    struct text package, package_name; /* the mrp that pipelines run; empty where none does */
};

/* A stack as it was before a run: all that is needed to take it back there. */
struct plan_former {
    struct text body;            /* its template; empty where there was no stack */
    const struct cloud_parameter *parameters; /* of secrets only that the value is kept */
    const struct cloud_tag *tags;
    const struct text *capabilities;
    uint32_t parameter_count, tag_count, capability_count;
    bool is_protected;
    struct text cannot_undo;     /* what of the update no rollback brings back, or empty */
};

struct plan_open { /* a parameter that gets another value than it has, or may */
    struct text name, because;
};

enum plan_action {
    PLAN_NOTHING,
    PLAN_CREATE,
    PLAN_RECREATE, /* what a failed creation left is deleted first */
    PLAN_UPDATE,
    PLAN_DELETE,   /* the program no longer has it, or destroy */
};

enum plan_kind { PLAN_ADD, PLAN_MODIFY, PLAN_REPLACE, PLAN_MAY_REPLACE, PLAN_REMOVE };
enum { PLAN_KINDS = PLAN_REMOVE + 1 };

/* What becomes of the data of a stateful resource. */
enum plan_data { PLAN_DATA_SAFE, PLAN_DATA_LOST, PLAN_DATA_KEPT, PLAN_DATA_SNAPSHOT };

struct plan_property {
    struct text name;            /* "TopicName"; "@deletion_policy" and the like for attributes */
    struct text before, after;   /* as JSON or text; empty: not there */
    struct text known_after;     /* after is open: the stack or resource that decides */
    bool replaces, may_replace;
};

struct plan_change {
    enum plan_kind kind;
    struct text logical_id, physical_id, type; /* in a nested stack "Nested.LogicalId" */
    const struct template_resource *resource; /* in the program, or NULL */
    struct text former_path;     /* of one that the program no longer has: the path it had */
    struct plan_property *properties;
    uint32_t property_count;
    bool is_tags_only;           /* only the stack's tags change on it */
    enum plan_data data;
    struct text policy;          /* of one in a nested stack, what becomes of it: "Retain", ... */
    struct text because;         /* logical id whose replacement causes this one's, or empty */
};

struct plan_drifted { /* a property that was changed behind the stack's back, or a whole resource */
    struct text logical_id, physical_id, type;
    const struct template_resource *resource; /* in the program, or NULL */
    struct text path;            /* "Tags/0/Value"; empty: the resource was deleted */
    struct text deployed, actual;
    bool is_overwritten;         /* by what is planned; else it stays as it is */
};

struct plan_widening { /* a permission that an update grants beyond those there were */
    uint32_t change;    /* the stack's, that grants it */
    struct text grant;  /* "s3:GetObject on arn:...", "in: tcp 22 from 0.0.0.0/0" */
};

struct plan_stack {
    const struct template *template; /* NULL for one that the program no longer has */
    struct text name, region, label, path; /* label, path as the program names it; of an orphan the
                                              region's name and the tag's */
    struct text id, status;      /* of the deployed stack; empty if there is none */
    enum plan_action action;
    struct plan_change *changes;
    uint32_t change_count, change_capacity;
    bool outputs_change;         /* outputs are added, changed or removed */
    bool inputs_change;          /* it reads outputs that change in the same run, */
    bool reads_anew;             /* or that have changed since it was deployed */
    bool tags_change;
    bool is_quick;               /* compared by templates alone, */
    struct text quick_because;   /* though change sets were asked for: why; else empty */
    struct text disagreement;    /* what a change set and the templates say differently, or empty */
    bool is_adopted;
    bool is_assets;              /* the small stack of the bucket of large templates */
    bool protection_changes;     /* termination protection is to be set or taken away */
    struct text deployed_hash;   /* SHA-256 of the deployed template */
    /* What the engine needs on the way. */
    const struct cloud_stack *deployed; /* as it was described, or NULL */
    struct document *wanted, *current;  /* templates */
    struct text body;
    struct text deployed_body;
    /* Resources that get other logical ids first; current is then the template with these ids. */
    const struct cloud_move *moves;
    uint32_t move_count;
    struct text renamed_body;
    const struct plan_former *former;   /* of one that is updated */
    struct plan_open *open;             /* of one that is updated */
    uint32_t open_count;
    struct plan_widening *widenings;
    uint32_t widening_count, widening_capacity;
    struct plan_drifted *drifted;
    uint32_t drifted_count, drifted_capacity;
    struct text drift_unknown;   /* why it could not be seen, though it was asked for; else empty */
    double expected;             /* seconds, by an earlier run; 0: not known */
    bool goes_back;              /* it is taken back to former: deployed again, or deleted */
    struct text cannot_undo;     /* why a coordinated rollback would not bring all back, or empty */
};

/* As the journal names it. */
static inline const char *plan_action_word(enum plan_action action) {
    switch (action) {
    case PLAN_NOTHING: return "nothing";
    case PLAN_CREATE:
    case PLAN_RECREATE: return "create";
    case PLAN_UPDATE: return "update";
    case PLAN_DELETE: return "delete";
    }
    return "";
}

/* Whether the resource is made, replaced or removed by what the stack's plan says. */
static inline bool plan_makes_anew(const struct plan_stack *stack, struct text logical_id) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (text_equal(change->logical_id, logical_id)) return change->kind != PLAN_MODIFY;
    }
    return false;
}

struct plan_counts {
    uint32_t kinds[PLAN_KINDS];
    uint32_t lost, kept, snapshots;
    uint32_t creates, updates, deletes; /* stacks */
};

struct plan {
    struct arena *arena;
    const struct deploy_program *program;
    struct text account, caller;
    struct plan_stack *stacks; /* the program's in deploy order, then those to be deleted */
    uint32_t count;
    struct plan_counts counts;
    bool is_destroy;
    bool is_rollback;          /* takes back what a run has changed */
    bool reverts_drift;        /* updates overwrite what was changed behind the stacks' back */
};

enum plan_drift {
    PLAN_DRIFT_UNASKED,
    PLAN_DRIFT_SHOWN,    /* what was changed behind the stacks' back: kept, or overwritten */
    PLAN_DRIFT_REVERTED, /* and all of it is to be overwritten */
};

struct plan_options {
    bool quick;                /* templates only, without change sets */
    enum plan_drift drift;
    bool waits;                /* for a stack that somebody is at work on, instead of refusing */
    /* Told of each stack that is waited for; may be NULL. */
    void (*tell)(void *context, const struct plan_stack *stack);
    void *context;
    bool all_regions;          /* look for stacks of the deployment in every region */
    const struct text *regions; /* and in these, where it was deployed before */
    size_t region_count;
    const struct text *adopt;  /* names of stacks that may be taken over */
    size_t adopt_count;
};

/* What went wrong, for exit codes. */
enum plan_outcome {
    PLAN_MADE,
    PLAN_WORLD,   /* no answer, no permission, wrong account, foreign stack */
    PLAN_REFUSED, /* AWS would refuse a template: what and where is in the failure */
};

enum plan_outcome plan_make(const struct cloud *cloud, const struct deploy_program *program,
                            const struct plan_options *options, struct arena *arena,
                            struct plan *plan, struct failure *why);

/* The plan of destroy: every stack of the deployment that is there, consumers first. */
enum plan_outcome plan_destroy(const struct cloud *cloud, const struct deploy_program *program,
                               const struct plan_options *options, struct arena *arena,
                               struct plan *plan, struct failure *why);

/* The resource of a logical id in the program, or NULL; of one in a nested stack the nested
 * stack itself. Inline: the command line has it as well. */
static inline const struct template_resource *plan_resource(const struct template *template,
                                                            struct text logical_id) {
    const char *dot = logical_id.length ? memchr(logical_id.bytes, '.', logical_id.length) : NULL;
    if (dot) logical_id.length = (size_t)(dot - logical_id.bytes);
    for (uint32_t i = 0; template && i < template->resource_count; i++) {
        if (text_equal(template->resources[i].logical_id, logical_id)) {
            return &template->resources[i];
        }
    }
    return NULL;
}

/* Whether its template holds nested stacks. */
static inline bool plan_has_nested(const struct plan_stack *stack) {
    static const char type[] = "\"" NESTED_TYPE "\"";
    return stack->body.length && memmem(stack->body.bytes, stack->body.length, type,
                                        sizeof type - 1) != NULL;
}

/* Whether the template is too large to be sent with the request: it goes by way of a bucket, which
 * is the same for all deployments in an account and region. */
bool plan_is_large(const struct plan_stack *stack);

/* Whether it is sent, or what its pipeline runs lies, by way of that bucket. */
bool plan_uses_assets(const struct plan_stack *stack);

/* plan_find.c: a tag of a stack, or an empty text; and whether the stack is one of the deployment,
 * by its tags. A nested stack has those of its parent, and goes where that goes. */
struct text plan_tag(const struct cloud_stack *stack, const char *key);
bool plan_owns(const struct deploy_program *program, const struct cloud_stack *stack);

/* Why the change of the stack could not be taken back, or an empty text. */
struct text plan_cannot_undo(const struct plan_stack *stack, struct arena *arena);

/* --- inside deploy/ --------------------------------------------------------------------------- */

/* compare.c: fills the stack's changes from the deployed template and the wanted one, and the
 * schema; after plan_find_open. */
void plan_compare(struct plan *plan, struct plan_stack *stack);
/* Finds the parameters whose values change; of the stacks it reads all must be planned. */
void plan_find_open(struct plan *plan, struct plan_stack *stack);
/* Everything of a new stack is added; everything of a deleted one removed. */
void plan_add_all(struct plan *plan, struct plan_stack *stack);
void plan_remove_all(struct plan *plan, struct plan_stack *stack);
/* Adds to the stack's changes those of a described change set; prefix: of a nested one
 * "Nested.", else empty. */
void plan_read_change_set(struct plan *plan, struct plan_stack *stack,
                          const struct cloud_change_set *set, struct text prefix);
/* What the templates alone say otherwise than the change set that was read, or an empty text. */
struct text plan_disagreement(struct plan *plan, const struct plan_stack *stack);
struct plan_change *plan_add_change(struct plan *plan, struct plan_stack *stack);
/* plan_drift.c: what a drift-aware change set says was changed behind the stack's back, after the
 * stack's changes are known. */
void plan_read_drift(struct plan *plan, struct plan_stack *stack,
                     const struct cloud_change_set *set);
/* Whether @ignore_changes names what lies at "ScalingConfig/MinSize", or something around it.
 * resource may be NULL. */
bool plan_ignores(const struct template_resource *resource, struct text path);
/* After plan_read_drift, for a plan that sets all back: false where it would set back what
 * @ignore_changes keeps. */
bool plan_check_ignored(const struct plan_stack *stack, struct failure *why);
/* plan_effects.c: names what each replacement causes, and what is lost. */
void plan_finish_stack(struct plan_stack *stack);
/* Whether a resource that is certainly replaced was given a name that does not change; *name. */
bool plan_keeps_name(const struct plan_stack *stack, const struct plan_change *change,
                     struct text *name);
void plan_count(struct plan *plan);
/* Whether the output's value may change by what is planned for its stack. */
bool plan_output_changes(const struct plan_stack *stack, struct text output);

/* secrets.c: whether the parameter is a secret (NoEcho) by the template; whether the property is
 * made of secrets by it; and what is shown of its value. */
bool secrets_parameter(const struct document *template, struct text name);
bool secrets_in(const struct document *template, struct text logical_id, struct text property);
struct text secrets_shown(struct text value);

/* rename.c: finds what is to be renamed (@was), and renames it in current. False where AWS could
 * not. */
bool plan_rename(struct plan *plan, struct plan_stack *stack, struct failure *why);

/* widen.c: fills the stack's widenings from its changes and both templates. */
void plan_find_widenings(struct plan *plan, struct plan_stack *stack);

/* assets.c: the bucket that large templates go through. */
#define ASSETS_STACK "mrp-assets"
struct text assets_bucket(struct arena *arena, struct text account, struct text region);
struct text assets_template(struct arena *arena, struct text account, struct text region);
/* The key of a template is its hash; *url is how CloudFormation is told of it. */
void assets_place(struct arena *arena, struct text account, const struct plan_stack *stack,
                  struct text *key, struct text *url);

/* The key of what a pipeline runs. */
struct text assets_package_key(struct arena *arena, const struct deploy_program *program);

/* request.c: what is sent for a stack. */
struct deploy_inputs { /* outputs of the stacks as they are known now */
    const struct plan *plan;
    const struct cloud_stack **deployed; /* by the plan's stack number; entries may be NULL */
};
/* Parameters, tags (with mrp:inputs), alarms and capabilities of a change set. False when a
 * parameter's value is not known yet. */
bool deploy_request(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                    struct arena *arena, struct cloud_request *request);
/* Whether what the deployed stack has read of others differs from what they say now. */
bool deploy_reads_anew(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                       const struct cloud_stack *deployed, struct arena *arena);

#endif
