/* Templates over CloudFormation's limit for a request lie in a bucket under their hash, so that
 * putting one twice is harmless; so does the mrp that pipelines run. The bucket belongs to a stack
 * of its own, which outlives deployments.
 */
#include "base/hash.h"
#include "base/limits.h"
#include "base/partition.h"
#include "runtime/deploy/plan.h"

bool plan_is_large(const struct plan_stack *stack) {
    return stack->body.length > LIMIT_TEMPLATE_INLINE_BYTES;
}

bool plan_uses_assets(const struct plan_stack *stack) {
    bool runs_mrp = stack->template && !stack->goes_back && template_runs_mrp(stack->template);
    return runs_mrp || plan_is_large(stack);
}

struct text assets_package_key(struct arena *arena, const struct deploy_program *program) {
    return text_format(arena, "packages/%.*s", TEXT_ARGS(program->package_name));
}

struct text assets_bucket(struct arena *arena, struct text account, struct text region) {
    return text_format(arena, "mrp-assets-%.*s-%.*s", TEXT_ARGS(account), TEXT_ARGS(region));
}

struct text assets_template(struct arena *arena, struct text account, struct text region) {
    struct text bucket = assets_bucket(arena, account, region);
    return text_format(
        arena,
        "{\"Description\":\"Large templates that mrp deploys, and what pipelines "
        "run\",\"Resources\":{\"Bucket\":{"
        "\"Type\":\"AWS::S3::Bucket\",\"DeletionPolicy\":\"Retain\","
        "\"UpdateReplacePolicy\":\"Retain\",\"Properties\":{\"BucketName\":\"%.*s\","
        "\"PublicAccessBlockConfiguration\":{\"BlockPublicAcls\":true,\"BlockPublicPolicy\":true,"
        "\"IgnorePublicAcls\":true,\"RestrictPublicBuckets\":true},\"BucketEncryption\":{"
        "\"ServerSideEncryptionConfiguration\":[{\"ServerSideEncryptionByDefault\":{"
        "\"SSEAlgorithm\":\"AES256\"}}]},\"LifecycleConfiguration\":{\"Rules\":[{"
        "\"Id\":\"old\",\"Status\":\"Enabled\",\"Prefix\":\"templates/\","
        "\"ExpirationInDays\":30}]}}}}}",
        TEXT_ARGS(bucket));
}

void assets_place(struct arena *arena, struct text account, const struct plan_stack *stack,
                  struct text *key, struct text *url) {
    struct text bucket = assets_bucket(arena, account, stack->region);
    struct text hex = hash_hex(arena, HASH_SHA256, stack->body);
    *key = text_format(arena, "templates/%.*s.template.json", TEXT_ARGS(hex));
    const char *suffix = partition_of_region(stack->region)->domain;
    *url = text_format(arena, "https://%.*s.s3.%.*s.%s/%.*s", TEXT_ARGS(bucket),
                       TEXT_ARGS(stack->region), suffix, TEXT_ARGS(*key));
}
