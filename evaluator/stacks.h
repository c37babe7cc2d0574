/* What a program evaluates to: regions, stacks and their resources, with values known or deferred.
 *
 * Plain data; the evaluator makes it, template/ reads it.
 */
#ifndef MRP_EVALUATOR_STACKS_H
#define MRP_EVALUATOR_STACKS_H

#include "base/diagnostics.h"
#include "evaluator/value.h"

struct region {
    const struct name *label;       /* east; of a map of regions: its key ("eu-west-1") */
    struct text path;               /* how a program writes it: "east", "fleet[\"eu-west-1\"]" */
    struct text name;               /* us-east-1 */
    struct text partition;          /* aws, aws-cn, aws-us-gov, ... by the region's name */
    uint32_t index;
    const struct node *declared;
    void *frames;                   /* the evaluator's own */
};

struct tag { struct text key, value; const struct node *origin; };

struct parameter { /* a deploy param */
    const struct name *name;     /* as the program writes it; in templates its logical id */
    struct text logical_id;      /* db_password -> DbPassword */
    /* CloudFormation's: "String", "AWS::SSM::Parameter::Value<String>" */
    struct text type;
    struct text doc;
    bool is_secret;              /* NoEcho */
    bool is_package;             /* names the mrp that pipelines run: known to who deploys */
    bool has_initial, is_given;  /* a default; a value given by --set, --vars, env() */
    bool is_from_environment;    /* is_given: by env() in its default */
    struct value initial, given;
    struct value allowed;        /* list of allowed values (a literal union), or null */
    const struct node *declared;
};

struct resource_meta { /* the @ attributes of a resource */
    struct value depends_on;      /* list of resources, or null */
    struct value deletion_policy, update_replace_policy, creation_policy, update_policy, metadata;
    struct value ignore_changes;  /* list of property names, or null */
    struct text was;              /* the path it had, or empty */
};

struct resource {
    const struct name *logical_id;
    struct text path;             /* below its region, stacks included: network.subnet["a"] */
    struct stack *stack;          /* NULL for what exists already (is_existing) */
    struct region *region;
    const struct schema_type *type;
    const struct node *declared;  /* RESOURCE */
    /* RESOURCE that people are shown: of the library's, the instance */
    const struct node *shown;
    const struct node *instance;  /* outermost RESOURCE that led to it (the component's instance) */
    struct record *properties;
    const struct resource_meta *meta; /* shared by all that have none */
    bool is_protected, is_existing;
    uint32_t index;               /* in its stack */
    uint32_t mark;
};

/* Its type as the program writes it and templates have it: also "Custom::Seed", where the schema
 * has one row for all such. For who goes through all resources, what the schema itself calls a type
 * would be all that it brings into memory. */
static inline const struct name *resource_type(const struct resource *resource) {
    return resource->declared->unit.type->aws_type.name;
}
static inline struct text resource_type_name(const struct resource *resource) {
    return name_text(resource_type(resource));
}

struct output {
    const struct name *name;
    struct text doc;
    struct value value;
    const struct node *declared;
    /* where it goes, or NULL: only printed and listed in manifest.json */
    struct stack *stack;
};

struct stack {
    struct text name;             /* multi-region-network-dev */
    struct text path;             /* "east", "east.network": how the program names it */
    struct region *region;
    const struct node *declared;  /* REGION or STACK */
    struct text doc;              /* becomes the Description */
    struct resource **resources;
    uint32_t resource_count, resource_capacity;
    /* the user's, set by template/ where stack follows from the value */
    struct output **outputs;
    uint32_t output_count, output_capacity;
    struct tag *tags;
    uint32_t tag_count;
    bool is_protected;            /* termination protection: something in it is @protect */
    struct resource **alarms;     /* one that rings while the stack is deployed takes it back */
    uint32_t alarm_count;
    uint32_t bake;                /* minutes for which they are watched afterwards */
    uint32_t index;
    void *lowered;                /* template/'s own */
};

struct delivery { /* a stack that an action of a pipeline delivers */
    struct stack *stack;
    const void *pipeline;         /* the same for all deliveries of one pipeline */
    struct text action;           /* its name */
    struct text space;            /* the namespace of what the stack puts out */
    const struct node *written;   /* where the action names the stack */
    const struct node *values;    /* where its params are given values, or as written */
    uint32_t stage;
    const void *maker;            /* the action, the same for all that it delivers one by one */
    const void *together;         /* the approval that it waits for beside others, or NULL */
    struct stack *home;           /* in which the pipeline is */
    struct resource **roles;      /* with which CloudFormation acts, and their policies */
    uint32_t role_count;
    int64_t first, last;          /* when the action begins and has ended, in its stage */
    struct value overrides;       /* the DEFERRED_OVERRIDES */
    struct value reads;           /* list of the stacks and regions that it may read besides */
    /* list of the deploy params that the build gives, null: not known */
    struct value given;
};

struct deployment {
    struct arena *arena;
    struct names *names;
    struct diagnostics *diagnostics;
    struct text project;          /* in CloudFormation's spelling: multi_region -> multi-region */
    struct text suffix;           /* empty for none */
    struct text account;          /* fixed by `project { account = }`, else empty */
    bool references_as_parameters;/* project { references = "parameters" } */
    struct region **regions;
    uint32_t region_count, region_capacity;
    struct stack **stacks;        /* in order of declaration, region by region */
    uint32_t stack_count;
    struct parameter **parameters;
    uint32_t parameter_count, parameter_capacity;
    struct output **outputs;      /* all outputs of the root, regions and stacks, in order */
    uint32_t output_count, output_capacity;
    struct delivery *deliveries;  /* by pipelines, in their order */
    uint32_t delivery_count, delivery_capacity;
    /* the evaluator's own: tests and policies run when templates are there */
    void *evaluator;
};

#endif
