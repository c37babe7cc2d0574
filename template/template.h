/* From stacks to CloudFormation templates, and from a template's text back to data.
 *
 * template_lower works out how every value travels (inside its stack, written in place, or as an
 * output and Fn::GetStackOutput), the order of stacks, and the limits; template_write prints one
 * stack's template. What the runtime needs of a stack is in struct template: plain data and text.
 */
#ifndef MRP_TEMPLATE_TEMPLATE_H
#define MRP_TEMPLATE_TEMPLATE_H

#include "evaluator/stacks.h"

/* Where a parameter of a stack gets its value from. */
enum parameter_source {
    PARAMETER_USER,   /* a deploy param: given, else previous, else default */
    PARAMETER_OUTPUT, /* an output of another stack of the deployment, filled in by apply */
    PARAMETER_PACKAGE, /* the mrp that pipelines run: given by who deploys */
};

struct template_parameter {
    struct text logical_id, type;
    uint8_t source; /* enum parameter_source */
    bool is_secret, has_default, is_given;
    struct text given;          /* is_given: as CloudFormation takes it (lists joined by commas) */
    struct text initial;        /* has_default */
    uint32_t producer;          /* PARAMETER_OUTPUT: index of the stack ... */
    struct text output;         /* ... and its output's id */
};

struct template_edge { /* this stack reads another one of the deployment */
    uint32_t stack;             /* index of the producer */
    bool is_weak;               /* only order: the value is written in place */
    struct text output;         /* strong: id of the output that is read; else empty */
    bool is_dropped;            /* weak, and alone closes a cycle: the order does not follow it */
    struct text what;           /* the value, as the program's path: "east.alb.DNSName" */
    struct span span;           /* where the program reads it */
};

struct template_resource { /* one a logical id: for messages, plans, manifest.json */
    struct text logical_id, path, type;
    struct span span;           /* its declaration */
    struct text file; uint32_t line;
    bool is_protected;
    struct text was_id;         /* logical id that it had (@was), or empty */
    /* @ignore_changes: "DesiredCapacity", "ScalingConfig.MinSize" */
    const struct text *ignore_changes; uint32_t ignore_count;
};

struct template_output {
    struct text id, doc;
    struct text condition;      /* the name of the one under which it is there, or empty */
    bool is_internal;           /* made for another stack, not the user's */
};

struct template_alarm { /* one that takes the stack back when it rings */
    uint32_t stack;             /* index of the stack that it is in, maybe the same */
    struct text logical_id, path;
    struct text output;         /* id of the output of that stack that is its ARN */
};

struct template { /* one stack, ready to be written or sent */
    struct stack *stack;
    uint32_t index;
    struct text name, region_name, region_label, path;
    struct template_parameter *parameters; uint32_t parameter_count;
    struct template_edge *edges; uint32_t edge_count;
    struct template_resource *resources; uint32_t resource_count; /* NULL until they are listed */
    struct template_output *outputs; uint32_t output_count;
    const char *const *capabilities; uint32_t capability_count; /* "CAPABILITY_NAMED_IAM" */
    struct tag *tags; uint32_t tag_count;  /* the user's and mrp:project, mrp:suffix, mrp:stack */
    /* stacks that pipelines in it deliver: CloudFormation acts on them with a role of this one */
    uint32_t *delivered; uint32_t delivered_count;
    struct template_alarm *alarms; uint32_t alarm_count;
    uint32_t bake;              /* minutes for which they are watched after an update */
    bool is_protected;          /* termination protection */
};

/* Whether a pipeline in the stack runs mrp. Inline: the engine has it as well. */
static inline bool template_runs_mrp(const struct template *template) {
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        if (template->parameters[i].source == PARAMETER_PACKAGE) return true;
    }
    return false;
}

struct template_printed { /* an output of the program that joins several stacks or is known */
    struct text id, doc;
    struct value value;         /* known, or with deferred parts: see template_printed_json */
};

struct template_set {
    struct arena *arena;
    struct deployment *deployment;
    struct template *templates; uint32_t count; /* in the deployment's order of stacks */
    uint32_t *order;            /* indexes in deploy order: producers first */
    struct template_printed *printed; uint32_t printed_count;
    struct lowering *lowered;   /* template/'s own */
};

/* Lowers all stacks. Mistakes (cycles with every edge's line, limits of 500/200/1 MB, values
 * that cannot travel) are reported in the deployment's diagnostics. False when there were any. */
bool template_lower(struct deployment *deployment, struct template_set *set);

/* Lists the templates' resources, for who looks at them: to check and to write templates does
 * without. */
void template_list_resources(struct template_set *set);

/* Appends a stack's template as JSON: indented by two for files, compact to be sent. The same
 * input gives the same bytes. Source positions stand in the top-level Metadata ("mrp"), and are
 * left out where they would push the compact body over LIMIT_TEMPLATE_INLINE_BYTES. */
void template_write(const struct template_set *set, uint32_t index, bool indented,
                    struct buffer *out);

/* Whether a parameter of a template is the mrp that a pipeline runs, and giving it its value. */
bool template_needs_package(const struct template_set *set);
void template_set_package(struct template_set *set, struct text package);

/* The values of a stack's parameters and its tags, as CodePipeline takes them beside its template
 * (TemplateConfiguration). The tag mrp:inputs changes with what the stack reads of others, so that
 * CloudFormation updates it, though its template is the same. */
/* Its path, beside the template's: "us-east-1/app-dev.parameters.json"; empty where none is
 * needed. */
struct text template_configuration_path(const struct template_set *set, uint32_t index);
void template_configuration(const struct template_set *set, uint32_t index, struct buffer *out);

/* The value of a printed output as JSON: known data; what only a deployed stack knows as
 * {"Fn::GetStackOutput": {StackName, OutputName, Region}} (Region is always there), inside the
 * other intrinsic functions of CloudFormation; conditions stand in Fn::If itself, in place of
 * their names. */
void template_printed_json(const struct template_set *set, const struct template_printed *printed,
                           struct buffer *out);

/* manifest.json, as docs/schemas/manifest.schema.json has it; paths[i] and hashes[i] are the
 * template files' paths and SHA-256. */
void template_manifest(const struct template_set *set, struct text version, struct text program,
                       const struct text *paths, const struct text *hashes, struct buffer *out);

#endif
