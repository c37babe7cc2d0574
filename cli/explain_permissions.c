/* mrp explain permissions: the policy of who deploys the program, from the actions that the
 * registry says each type's handlers call. They name no resources, so the policy is for all;
 * conditions are for the reader to add.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "cli/explain.h"
#include "schema/schema.h"

struct actions {
    struct text *items;
    uint32_t count, capacity;
};

static void add_action(struct arena *arena, struct actions *actions, struct text action) {
    actions->items = arena_grown(arena, actions->items, actions->count, &actions->capacity,
                                 sizeof *actions->items);
    actions->items[actions->count++] = action;
}

static void add_type(struct arena *arena, struct actions *actions, const struct schema_type *type) {
    for (int operation = 0; operation < SCHEMA_OPERATIONS; operation++) {
        enum schema_operation o = (enum schema_operation)operation;
        for (size_t i = 0; i < schema_type_permission_count(type, o); i++) {
            add_action(arena, actions, schema_type_permission(type, o, i));
        }
    }
}

/* What mrp itself calls to plan, apply and destroy. */
static void add_own(struct arena *arena, struct actions *actions) {
    static const char *const own[] = {
        "cloudformation:CancelUpdateStack",
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStackRefactor",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeEvents",
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStackRefactor",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift", /* AWS asks for it with DetectStackDrift */
        "cloudformation:ExecuteChangeSet",
        "cloudformation:ExecuteStackRefactor",
        "cloudformation:GetHookResult",
        "cloudformation:GetTemplate",
        "cloudformation:ListHookResults",
        "cloudformation:ListStackResources",
        "cloudformation:RollbackStack",
        "cloudformation:UpdateTerminationProtection",
        "cloudtrail:LookupEvents",
        "sts:GetCallerIdentity",
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        add_action(arena, actions, text_of(own[i]));
    }
}

/* What destroy calls to empty buckets that say so. */
static void add_emptying(struct arena *arena, struct actions *actions) {
    static const char *const own[] = {"s3:DeleteObject", "s3:DeleteObjectVersion",
                                      "s3:ListBucketVersions"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        add_action(arena, actions, text_of(own[i]));
    }
}

/* A template that is too large for a request goes through a bucket, as mrp itself does. */
static bool has_large(const struct template_set *set) {
    for (uint32_t i = 0; i < set->count; i++) {
        struct buffer body;
        buffer_init(&body);
        template_write(set, i, false, &body);
        bool is_large = body.length > LIMIT_TEMPLATE_INLINE_BYTES;
        buffer_release(&body);
        if (is_large) return true;
    }
    return false;
}

/* The bucket has a stack of its own, which the first deploy makes. */
static void add_assets(struct arena *arena, struct actions *actions) {
    add_action(arena, actions, TEXT("s3:GetObject"));
    add_action(arena, actions, TEXT("s3:PutObject"));
    const struct schema_type *bucket = schema_type_find(TEXT("AWS::S3::Bucket"));
    if (bucket) add_type(arena, actions, bucket); /* a schema of one's own may lack it */
}

bool explain_permissions(struct mrp *mrp, struct buffer *page) {
    const struct template_set *set = mrp_listed_templates(mrp);
    struct arena *arena = mrp_arena(mrp);
    struct actions actions = {0};
    struct map seen;
    map_init(&seen, arena);
    add_own(arena, &actions);
    if (template_needs_package(set) || has_large(set)) add_assets(arena, &actions);
    for (uint32_t i = 0; i < set->count; i++) {
        for (uint32_t k = 0; k < set->templates[i].resource_count; k++) {
            const struct schema_type *type = schema_type_find(set->templates[i].resources[k].type);
            if (type && !map_put(&seen, type, (void *)type)) add_type(arena, &actions, type);
            struct text name = set->templates[i].resources[k].type;
            if (text_is(name, "AWS::S3::Bucket")) add_emptying(arena, &actions);
            if (text_is(name, "AWS::CodePipeline::Pipeline")) { /* mrp status */
                add_action(arena, &actions, TEXT("codepipeline:GetPipelineState"));
            }
        }
    }
    qsort(actions.items, actions.count, sizeof *actions.items, text_order);
    buffer_string(page, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"
                        "      \"Effect\": \"Allow\",\n      \"Action\": [");
    for (size_t i = 0; i < actions.count; i++) {
        if (i && text_equal(actions.items[i], actions.items[i - 1])) continue;
        buffer_string(page, i ? ",\n        " : "\n        ");
        buffer_json_string(page, actions.items[i]);
    }
    buffer_string(page, "\n      ],\n      \"Resource\": \"*\"\n    }\n  ]\n}\n");
    return true;
}
