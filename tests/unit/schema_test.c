/* Unit tests of schema/: spot facts against AWS's documentation, the hand-kept tables, suggestions,
 * pages and patterns. packed_test has tables that somebody has damaged. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/pattern.h"
#include "schema/actions.h"
#include "schema/explain.h"
#include "schema/lines.h"
#include "schema/places.h"
#include "schema/schema.h"
#include "tests/unit/unit.h"

enum { BODIES = 20000 };

static const struct schema_type *type(const char *name) {
    const struct schema_type *found = schema_type_find(text_of(name));
    if (!found) {
        fprintf(stderr, "no type %s\n", name);
        exit(1);
    }
    return found;
}

static const struct schema_body *inside(const struct schema_value *value) {
    while (schema_value_element(value))
        value = schema_value_element(value);
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        const struct schema_body *body = inside(schema_value_member(value, i));
        if (body) return body;
    }
    return schema_value_body(value);
}

/* The property at "Rules.Status" below the top level of a type, and the way to it. */
static size_t way(const char *of, const char *path, const struct schema_property *found[8]) {
    const struct schema_body *body = schema_type_body(type(of));
    size_t depth = 0;
    while (*path) {
        size_t length = strcspn(path, ".");
        const struct schema_property *property =
            body ? schema_body_find(body, (struct text){path, length}) : NULL;
        if (!property || depth == 8) {
            fprintf(stderr, "no property %s of %s\n", path, of);
            exit(1);
        }
        found[depth++] = property;
        body = inside(schema_property_value(property));
        path += length + (path[length] == '.');
    }
    return depth;
}

static const struct schema_property *property(const char *of, const char *path) {
    const struct schema_property *found[8];
    return found[way(of, path, found) - 1];
}

static unsigned flags(const char *of, const char *path) {
    const struct schema_property *found[8];
    size_t depth = way(of, path, found);
    return schema_flags_at(type(of), found, depth);
}

static void assert_text(struct text text, const char *expected) {
    if (!text_is(text, expected))
        fprintf(stderr, "\"%.*s\" is not \"%s\"\n", TEXT_ARGS(text), expected);
    CU_ASSERT(text_is(text, expected));
}

static void assert_shape(const struct schema_value *value, const char *expected) {
    struct buffer text;
    buffer_init(&text);
    schema_value_write(value, &text);
    assert_text(buffer_view(&text), expected);
    buffer_release(&text);
}

static void test_counts(void) {
    size_t properties = 0;
    CU_ASSERT(schema_type_count() >= 1890);
    CU_ASSERT_EQUAL(schema_region_count(), 45);
    CU_ASSERT_EQUAL(schema_date().length, 10);
    for (size_t i = 0; i < schema_type_count(); i++) {
        const struct schema_type *one = schema_type_at(i);
        CU_ASSERT_PTR_EQUAL(schema_type_find(schema_type_name(one)), one);
        properties += schema_body_count(schema_type_body(one));
        if (i)
            CU_ASSERT(text_compare(schema_type_name(schema_type_at(i - 1)), schema_type_name(one)) <
                      0);
    }
    CU_ASSERT(properties > 12000);
    CU_ASSERT_PTR_NULL(schema_type_find(TEXT("AWS::S3::Bukket")));
    CU_ASSERT_PTR_NULL(schema_type_find(TEXT("")));
    CU_ASSERT_PTR_NULL(schema_type_find(TEXT("AWS::S3::Bucke")));
    CU_ASSERT_PTR_NULL(
        schema_body_find(schema_type_body(type("AWS::S3::Bucket")), TEXT("bucketName")));
}

static void test_shapes(void) {
    static const struct {
        const char *type, *path, *shape;
    } rows[] = {
        {"AWS::S3::Bucket", "BucketName", "string"},
        {"AWS::S3::Bucket", "LifecycleConfiguration.Rules", "[Rule]"},
        {"AWS::S3::Bucket", "LifecycleConfiguration.Rules.ExpirationInDays", "integer"},
        {"AWS::SQS::Queue", "FifoQueue", "boolean"},
        {"AWS::IAM::Role", "AssumeRolePolicyDocument", "json|string"},
        {"AWS::Lambda::Function", "Environment.Variables", "{string}"},
        {"AWS::DynamoDB::Table", "KeySchema", "[KeySchema]|json"},
        {"AWS::AutoScaling::AutoScalingGroup", "NotificationConfiguration.TopicARN",
         "string|[string]"},
        {"AWS::CodePipeline::Pipeline", "Stages.Actions.Configuration", "json"},
        {"AWS::ApiGateway::Method", "RequestParameters", "{boolean|string}"},
        {"AWS::WAFv2::WebACL", "Rules.Statement.AndStatement.Statements", "[Statement]"},
        {"AWS::EC2::LaunchTemplate", "LaunchTemplateData.Ipv4Prefixes", NULL},
        {"AWS::EC2::LaunchTemplate", "LaunchTemplateData.NetworkInterfaces.SubnetId", "string"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].shape) {
            const struct schema_body *data =
                inside(schema_property_value(property(rows[i].type, "LaunchTemplateData")));
            CU_ASSERT_PTR_NULL(schema_body_find(data, TEXT("Ipv4Prefixes")));
            continue;
        }
        assert_shape(schema_property_value(property(rows[i].type, rows[i].path)), rows[i].shape);
    }
}

static void test_recursive_types(void) {
    const struct schema_body *outer =
        inside(schema_property_value(property("AWS::WAFv2::WebACL", "Rules.Statement")));
    const struct schema_body *inner = inside(schema_property_value(
        property("AWS::WAFv2::WebACL", "Rules.Statement.NotStatement.Statement")));
    assert_text(schema_body_name(outer), "Statement");
    CU_ASSERT_PTR_EQUAL(outer, inner);
}

static void test_bodies_are_shared(void) {
    const struct schema_body *topic =
        inside(schema_property_value(property("AWS::SNS::Topic", "Tags")));
    const struct schema_body *subnet =
        inside(schema_property_value(property("AWS::EC2::Subnet", "Tags")));
    const struct schema_body *vpc =
        inside(schema_property_value(property("AWS::EC2::VPC", "Tags")));
    assert_text(schema_body_name(topic), "Tag");
    CU_ASSERT_PTR_EQUAL(subnet, vpc);
}

static void test_flags(void) {
    static const struct {
        const char *type, *path;
        unsigned flags;
    } rows[] = {
        {"AWS::S3::Bucket", "BucketName", SCHEMA_CREATE_ONLY},
        {"AWS::S3::Bucket", "Arn", SCHEMA_READ_ONLY},
        {"AWS::S3::Bucket", "LifecycleConfiguration", 0},
        {"AWS::S3::Bucket", "LifecycleConfiguration.Rules", SCHEMA_REQUIRED},
        {"AWS::IAM::Role", "AssumeRolePolicyDocument", SCHEMA_REQUIRED},
        {"AWS::Lambda::Function", "Role", SCHEMA_REQUIRED},
        {"AWS::Lambda::Function", "Code.ZipFile", SCHEMA_WRITE_ONLY},
        {"AWS::Lambda::Function", "PackageType", SCHEMA_CREATE_ONLY},
        {"AWS::RDS::DBInstance", "MasterUserPassword", SCHEMA_WRITE_ONLY},
        {"AWS::RDS::DBInstance", "Endpoint.Address", SCHEMA_READ_ONLY},
        {"AWS::DynamoDB::Table", "TableName", SCHEMA_CREATE_ONLY},
        {"AWS::EC2::Instance", "CpuOptions.CoreCount", SCHEMA_CREATE_ONLY},
        {"AWS::EC2::Subnet", "VpcId", SCHEMA_REQUIRED | SCHEMA_CREATE_ONLY},
        {"AWS::EFS::AccessPoint", "RootDirectory.CreationInfo.OwnerUid",
         SCHEMA_REQUIRED | SCHEMA_CREATE_ONLY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned found = flags(rows[i].type, rows[i].path);
        if (found != rows[i].flags)
            fprintf(stderr, "%s.%s: %u\n", rows[i].type, rows[i].path, found);
        CU_ASSERT_EQUAL(found, rows[i].flags);
    }
}

static void test_limits(void) {
    struct schema_limits limits;
    CU_ASSERT(schema_value_limits(
        schema_property_value(property("AWS::SQS::Queue", "DelaySeconds")), &limits));
    CU_ASSERT_EQUAL(limits.set, SCHEMA_MINIMUM | SCHEMA_MAXIMUM);
    CU_ASSERT_DOUBLE_EQUAL(limits.maximum, 900, 0);
    CU_ASSERT_FALSE(schema_value_limits(
        schema_property_value(property("AWS::SQS::Queue", "FifoQueue")), &limits));
    CU_ASSERT_EQUAL(limits.set, 0);
    CU_ASSERT_EQUAL(limits.enum_count, 0);
    const struct schema_value *status =
        schema_property_value(property("AWS::S3::Bucket", "LifecycleConfiguration.Rules.Status"));
    CU_ASSERT(schema_value_limits(status, &limits));
    CU_ASSERT_EQUAL(limits.enum_count, 2);
    CU_ASSERT(schema_value_enum_has(status, TEXT("Enabled")));
    CU_ASSERT_FALSE(schema_value_enum_has(status, TEXT("enabled")));
    const struct schema_value *size =
        schema_property_value(property("AWS::EC2::Instance", "InstanceType"));
    CU_ASSERT(schema_value_limits(size, &limits));
    CU_ASSERT(limits.enum_count > 1000);
    for (size_t i = 0; i < limits.enum_count; i++) {
        CU_ASSERT(schema_value_enum_has(size, schema_value_enum(size, i)));
    }
    CU_ASSERT_FALSE(schema_value_enum_has(size, TEXT("t3.mirco")));
    CU_ASSERT_FALSE(schema_value_enum_has(size, TEXT("")));
    CU_ASSERT_FALSE(schema_value_enum_has(size, TEXT("zzz")));
    const struct schema_value *engine =
        schema_property_value(property("AWS::AmazonMQ::Broker", "EngineType"));
    CU_ASSERT(schema_value_enum_has(engine, TEXT("RabbitMQ")));
    const struct schema_value *stages =
        schema_property_value(property("AWS::CodePipeline::Pipeline", "Stages"));
    CU_ASSERT(schema_value_limits(stages, &limits));
    CU_ASSERT_EQUAL(limits.min_items, 2);
}

static void test_wishes(void) {
    static const struct {
        const char *type, *path, *wants, *attribute;
    } rows[] = {
        {"AWS::Lambda::Function", "Role", "AWS::IAM::Role", "Arn"},
        {"AWS::CodeBuild::Project", "ServiceRole", "AWS::IAM::Role", "Arn"},
        {"AWS::CodePipeline::Pipeline", "RoleArn", "AWS::IAM::Role", "Arn"},
        {"AWS::CodePipeline::Pipeline", "ArtifactStore.Location", "AWS::S3::Bucket", "Ref"},
        {"AWS::EC2::Subnet", "VpcId", "AWS::EC2::VPC", "Ref"},
        {"AWS::EC2::Instance", "SecurityGroupIds", "AWS::EC2::SecurityGroup", "GroupId"},
        {"AWS::EC2::NatGateway", "AllocationId", "AWS::EC2::EIP", "AllocationId"},
        {"AWS::ECS::Service", "Cluster", "AWS::ECS::Cluster", "Ref"},
        {"AWS::SQS::QueuePolicy", "Queues", "AWS::SQS::Queue", "Ref"},
        {"AWS::SQS::Queue", "RedrivePolicy.deadLetterTargetArn", "AWS::SQS::Queue", "Arn"},
        {"AWS::SQS::Queue", "KmsMasterKeyId", "AWS::KMS::Key", "Arn"},
        {"AWS::Lambda::Function", "Role", "AWS::S3::Bucket", ""},
        {"AWS::S3::Bucket", "BucketName", "AWS::S3::Bucket", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct schema_property *one = property(rows[i].type, rows[i].path);
        assert_text(schema_property_wants(one, type(rows[i].wants)), rows[i].attribute);
    }
}

/* Every wish names an attribute of its type: else the compiler would write a broken template. */
static void check_wishes(const struct schema_property *property) {
    for (size_t i = 0; i < schema_property_wish_count(property); i++) {
        struct schema_wish wish = schema_property_wish(property, i);
        struct schema_attribute attribute;
        CU_ASSERT(text_is(wish.attribute, "Ref") ||
                  schema_type_attribute_find(wish.type, wish.attribute, &attribute));
    }
}

static void test_ref_and_attributes(void) {
    struct schema_attribute attribute;
    struct text name;
    assert_text(schema_type_ref(type("AWS::S3::Bucket")), "BucketName");
    assert_text(schema_type_ref(type("AWS::SQS::Queue")), "QueueUrl");
    assert_text(schema_type_ref(type("AWS::EC2::EIP")), "PublicIp");
    assert_text(schema_type_ref(type("AWS::ECS::Service")), "ServiceArn");
    assert_text(schema_type_arn(type("AWS::S3::Bucket"), &name),
                "arn:${Partition}:s3:::${BucketName}");
    assert_text(name, "Arn");
    CU_ASSERT(schema_type_attribute_find(type("AWS::RDS::DBInstance"), TEXT("Endpoint.Address"),
                                         &attribute));
    assert_shape(attribute.value, "string");
    CU_ASSERT_FALSE(schema_type_attribute_find(type("AWS::S3::Bucket"), TEXT("Url"), &attribute));
    CU_ASSERT(schema_type_attribute_find(type("AWS::CloudFormation::Stack"), TEXT("Outputs.Url"),
                                         &attribute));
    assert_shape(attribute.value, "string");
    CU_ASSERT_FALSE(schema_type_attribute_find(type("AWS::CloudFormation::Stack"), TEXT("Outputs."),
                                               &attribute));
    CU_ASSERT(schema_type_attribute_find(type("Custom::Thing"), TEXT("Anything"), &attribute));
    CU_ASSERT(schema_body_open(schema_type_body(type("Custom::Thing"))));
    CU_ASSERT_FALSE(schema_body_open(schema_type_body(type("AWS::S3::Bucket"))));
}

static void test_type_facts(void) {
    const struct schema_type *bucket = type("AWS::S3::Bucket");
    const struct schema_property *tags;
    CU_ASSERT(schema_type_flags(bucket) & SCHEMA_TYPE_STATEFUL);
    CU_ASSERT_FALSE(schema_type_flags(type("AWS::IAM::Role")) & SCHEMA_TYPE_STATEFUL);
    CU_ASSERT_EQUAL(schema_type_tags(bucket, &tags), SCHEMA_TAGS_LIST);
    assert_text(schema_property_name(tags), "Tags");
    CU_ASSERT_EQUAL(schema_type_tags(type("AWS::SSM::Parameter"), NULL), SCHEMA_TAGS_MAP);
    CU_ASSERT_EQUAL(schema_type_tags(type("AWS::AutoScaling::AutoScalingGroup"), NULL),
                    SCHEMA_TAGS_OTHER);
    CU_ASSERT_EQUAL(schema_type_tags(type("AWS::S3::BucketPolicy"), &tags), SCHEMA_TAGS_NONE);
    CU_ASSERT_PTR_NULL(tags);
    CU_ASSERT_EQUAL(schema_type_primary_count(bucket), 1);
    CU_ASSERT_EQUAL(schema_type_primary_count(type("AWS::ApiGateway::Resource")), 2);
    bool creates = false;
    for (size_t i = 0; i < schema_type_permission_count(bucket, SCHEMA_TO_CREATE); i++) {
        creates |= text_is(schema_type_permission(bucket, SCHEMA_TO_CREATE, i), "s3:CreateBucket");
    }
    CU_ASSERT(creates);
}

static void test_regions(void) {
    int emirates = schema_region_find(TEXT("me-central-1")),
        ireland = schema_region_find(TEXT("eu-west-1"));
    CU_ASSERT(emirates >= 0 && ireland >= 0);
    CU_ASSERT_EQUAL(schema_region_find(TEXT("eu-west-9")), -1);
    assert_text(schema_region_at((size_t)ireland), "eu-west-1");
    CU_ASSERT(schema_type_in_region(type("AWS::S3::Bucket"), (size_t)emirates));
    CU_ASSERT_FALSE(
        schema_type_in_region(type("AWS::AIOps::InvestigationGroup"), (size_t)emirates));
    CU_ASSERT(schema_type_in_region(type("AWS::AIOps::InvestigationGroup"), (size_t)ireland));
    CU_ASSERT_EQUAL(schema_type_region_count(type("AWS::S3::Bucket")), 45);
}

static void test_rules(void) {
    const struct schema_body *pipeline = schema_type_body(type("AWS::CodePipeline::Pipeline"));
    CU_ASSERT_EQUAL(schema_body_rule_count(pipeline), 1);
    struct schema_rule rule = schema_body_rule(pipeline, 0);
    CU_ASSERT_EQUAL(rule.kind, SCHEMA_RULE_EXACTLY_ONE);
    CU_ASSERT_EQUAL(rule.count, 2);
    CU_ASSERT_PTR_NULL(rule.when);
    assert_text(schema_property_name(schema_rule_property(&rule, 1)), "ArtifactStores");
    rule = schema_body_rule(schema_type_body(type("AWS::EC2::Instance")), 0);
    CU_ASSERT_EQUAL(rule.kind, SCHEMA_RULE_EXCLUDES);
    assert_text(schema_property_name(rule.when), "NetworkInterfaces");
    CU_ASSERT_EQUAL(rule.count, 1);
    assert_text(schema_property_name(schema_rule_property(&rule, 0)), "SubnetId");
}

static void test_conditions(void) {
    const struct schema_body *table = schema_type_body(type("AWS::DynamoDB::Table"));
    CU_ASSERT_EQUAL_FATAL(schema_body_condition_count(table), 2);
    struct schema_condition condition = schema_body_condition(table, 1);
    CU_ASSERT_EQUAL(condition.rule.kind, SCHEMA_RULE_NEEDS);
    assert_text(schema_property_name(condition.rule.when), "BillingMode");
    CU_ASSERT_EQUAL(condition.value_count, 1);
    assert_text(schema_condition_value(&condition, 0), "PROVISIONED");
    CU_ASSERT_EQUAL(condition.rule.count, 1);
    assert_text(schema_property_name(schema_rule_property(&condition.rule, 0)),
                "ProvisionedThroughput");
    CU_ASSERT_EQUAL(schema_body_condition_count(schema_type_body(type("AWS::EC2::Subnet"))), 0);
}

static void test_actions(void) {
    const struct schema_action *deploy =
        schema_action_find(TEXT("Deploy"), TEXT("AWS"), TEXT("CloudFormation"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(deploy);
    CU_ASSERT_EQUAL(deploy->most_inputs, 10);
    CU_ASSERT(schema_action_allows(deploy, TEXT("ChangeSetName")));
    CU_ASSERT_FALSE(schema_action_allows(deploy, TEXT("ChangesetName")));
    assert_text(schema_action_needs(deploy, TEXT("ActionMode"), TEXT("CHANGE_SET_EXECUTE")),
                "ChangeSetName");
    assert_text(schema_action_needs(deploy, TEXT("ActionMode"), TEXT("NOTHING")), "");
    CU_ASSERT(
        schema_action_has(schema_action_values(deploy, TEXT("ActionMode")), TEXT("DELETE_ONLY")));
    CU_ASSERT_PTR_NULL(schema_action_find(TEXT("Source"), TEXT("AWS"), TEXT("CodeBuild")));
    CU_ASSERT(schema_action_allows(schema_action_find(TEXT("Deploy"), TEXT("AWS"), TEXT("EKS")),
                                   TEXT("X")));
    struct text keys = text_of(deploy->required), key;
    CU_ASSERT(schema_action_take(&keys, &key));
    assert_text(key, "ActionMode");
    CU_ASSERT(schema_action_take(&keys, &key));
    assert_text(key, "StackName");
    CU_ASSERT_FALSE(schema_action_take(&keys, &key));
    CU_ASSERT(schema_action_gives(deploy, TEXT("Url")));
    const struct schema_action *source =
        schema_action_find(TEXT("Source"), TEXT("AWS"), TEXT("S3"));
    CU_ASSERT(schema_action_gives(source, TEXT("VersionId")));
    CU_ASSERT_FALSE(schema_action_gives(source, TEXT("versionId")));
    CU_ASSERT_PTR_NULL(schema_action_end(source));
    CU_ASSERT_PTR_NOT_NULL(
        schema_action_end(schema_action_find(TEXT("Deploy"), TEXT("AWS"), TEXT("OpsWorks"))));
    CU_ASSERT_PTR_NULL(schema_action_pattern(source, TEXT("S3Bucket")));
}

static bool any_allows(struct text provider, struct text key) {
    const struct schema_action *action;
    for (size_t i = 0; (action = schema_action_at(i)); i++) {
        if (text_is(provider, action->provider) && schema_action_allows(action, key)) return true;
    }
    return false;
}

/* The rows agree with one another: types exist, keys are those of the provider, patterns
 * compile. */
static void test_action_rows(void) {
    const struct schema_action *action;
    size_t count = 0;
    for (; (action = schema_action_at(count)); count++) {
        CU_ASSERT(!*action->type || schema_type_find(text_of(action->type)) != NULL);
        CU_ASSERT(action->least_inputs <= action->most_inputs);
        CU_ASSERT(action->least_outputs <= action->most_outputs);
        CU_ASSERT(text_ends(text_of(action->page), TEXT(".html")));
    }
    CU_ASSERT(count > 35);
#define CONDITION(provider, key, values, needed)                                                   \
    CU_ASSERT(any_allows(TEXT(provider), TEXT(key)));                                              \
    for (struct text words = TEXT(needed), word; schema_action_take(&words, &word);) {             \
        CU_ASSERT(any_allows(TEXT(provider), word));                                               \
    }
#define VALUES(provider, key, values) CU_ASSERT(any_allows(TEXT(provider), TEXT(key)));
#define PATTERN(provider, key, pattern, words)                                                     \
    {                                                                                              \
        struct pattern_error error;                                                                \
        CU_ASSERT(any_allows(TEXT(provider), TEXT(key)));                                          \
        CU_ASSERT_PTR_NOT_NULL(pattern_get(TEXT(pattern), &error));                                \
    }
#include "schema/actions.def"
}

static bool has_pipelines(void *context, struct text region) {
    (void)context;
    return schema_action_region(region);
}

/* Every region without CodePipeline has a near one with it, where its partition has any. */
static void test_places(void) {
    CU_ASSERT_TRUE(schema_action_region(TEXT("eu-west-1")));
    CU_ASSERT_FALSE(schema_action_region(TEXT("eu-west")));
    assert_text(schema_place_nearest(TEXT("ap-southeast-6"), has_pipelines, NULL),
                "ap-southeast-2");
    assert_text(schema_place_nearest(TEXT("mx-central-1"), has_pipelines, NULL), "us-east-2");
    assert_text(schema_place_nearest(TEXT("cn-north-1"), has_pipelines, NULL), "cn-northwest-1");
    assert_text(schema_place_nearest(TEXT("eusc-de-east-1"), has_pipelines, NULL), "");
    assert_text(schema_place_nearest(TEXT("moon-1"), has_pipelines, NULL), "");
    for (size_t i = 0; i < schema_region_count(); i++) {
        struct text region = schema_region_at(i);
        bool is_secret = memmem(region.bytes, region.length, "iso", 3) != NULL;
        if (is_secret || text_starts(region, TEXT("eusc-"))) continue;
        CU_ASSERT(schema_place_nearest(region, has_pipelines, NULL).length > 0);
    }
}

static void test_names(void) {
    struct schema_name name;
    CU_ASSERT(schema_type_physical_name(type("AWS::S3::Bucket"), &name));
    CU_ASSERT_EQUAL(name.scope, SCHEMA_SCOPE_WORLD);
    CU_ASSERT_EQUAL(name.maximum, 63);
    CU_ASSERT(name.optional);
    CU_ASSERT(schema_type_physical_name(type("AWS::IAM::Role"), &name));
    CU_ASSERT_EQUAL(name.scope, SCHEMA_SCOPE_ACCOUNT);
    CU_ASSERT(schema_type_physical_name(type("AWS::SQS::Queue"), &name));
    CU_ASSERT_EQUAL(name.scope, SCHEMA_SCOPE_REGION);
    CU_ASSERT(schema_type_physical_name(type("AWS::Lambda::Alias"), &name));
    CU_ASSERT_EQUAL(name.scope, SCHEMA_SCOPE_PARENT);
    CU_ASSERT_FALSE(schema_type_physical_name(type("AWS::EC2::Subnet"), &name));
}

static void compile(struct text pattern, size_t *failed) {
    int error;
    PCRE2_SIZE at;
    if (!pattern.length) return;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.bytes, pattern.length, PCRE2_UTF, &error, &at, NULL);
    if (!code) fprintf(stderr, "cannot compile %s\n", pattern.bytes);
    *failed += code == NULL;
    pcre2_code_free(code);
}

static void check_value(const struct schema_value *value, size_t *failed) {
    struct schema_limits limits;
    schema_value_limits(value, &limits);
    compile(limits.pattern, failed);
    compile(limits.key_pattern, failed);
    if (schema_value_element(value)) check_value(schema_value_element(value), failed);
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        check_value(schema_value_member(value, i), failed);
    }
}

static void collect(const struct schema_value *value, const struct schema_body **bodies,
                    size_t *count) {
    if (schema_value_element(value)) collect(schema_value_element(value), bodies, count);
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        collect(schema_value_member(value, i), bodies, count);
    }
    const struct schema_body *body = schema_value_body(value);
    for (size_t i = 0; body && i < *count; i++) {
        if (bodies[i] == body) return;
    }
    if (body && *count < BODIES) bodies[(*count)++] = body;
}

/* Every pattern compiles, every wish can be kept, every property is found by its name. */
static void test_everything(void) {
    static const struct schema_body *bodies[BODIES];
    size_t failed = 0;
    for (size_t i = 0; i < schema_type_count(); i++) {
        size_t count = 1;
        bodies[0] = schema_type_body(schema_type_at(i));
        for (size_t j = 0; j < count; j++) {
            for (size_t k = 0; k < schema_body_count(bodies[j]); k++) {
                const struct schema_property *one = schema_body_at(bodies[j], k);
                CU_ASSERT_PTR_EQUAL(schema_body_find(bodies[j], schema_property_name(one)), one);
                check_value(schema_property_value(one), &failed);
                check_wishes(one);
                collect(schema_property_value(one), bodies, &count);
            }
        }
    }
    CU_ASSERT_EQUAL(failed, 0);
}

/* A file beside the source tree, for those who have it; the test is silent without it. */
static bool shared_file(struct arena *arena, const char *name, struct text *bytes) {
    const char *top = getenv("top_srcdir");
    struct failure why;
    struct text path = text_format(arena, "%s/../shared/schema/%s", top ? top : ".", name);
    return file_read(arena, path.bytes, bytes, &why);
}

static struct text take_line(struct text *rest) {
    const char *end = memchr(rest->bytes, '\n', rest->length);
    struct text line = {rest->bytes, end ? (size_t)(end - rest->bytes) : rest->length};
    size_t skip = line.length + (end != NULL);
    *rest = (struct text){rest->bytes + skip, rest->length - skip};
    return line;
}

static struct text take_field(struct text *rest, char separator) {
    const char *end = memchr(rest->bytes, separator, rest->length);
    struct text field = {rest->bytes, end ? (size_t)(end - rest->bytes) : rest->length};
    size_t skip = field.length + (end != NULL);
    *rest = (struct text){rest->bytes + skip, rest->length - skip};
    return field;
}

static void test_name_rows(void) {
    struct arena arena;
    struct text rest;
    arena_init(&arena);
    if (shared_file(&arena, "names.tsv", &rest)) {
        while (rest.length) {
            struct text line = take_line(&rest), of = take_field(&line, '\t');
            struct schema_name name;
            const struct schema_type *found = schema_type_find(of);
            CU_ASSERT_FATAL(found && schema_type_physical_name(found, &name));
            CU_ASSERT(text_equal(schema_property_name(name.property), take_field(&line, '\t')));
            CU_ASSERT_EQUAL(name.minimum, strtoul(take_field(&line, '\t').bytes, NULL, 10));
            CU_ASSERT_EQUAL(name.maximum, strtoul(take_field(&line, '\t').bytes, NULL, 10));
            CU_ASSERT(text_equal(name.pattern, line));
        }
    }
    arena_release(&arena);
}

/* Unions that are another shape here, on purpose: a body where the list says json, an alternative
 * that is newer than the list, json that takes text anyway. */
static const char *const other_unions[] = {
    "AWS::BedrockAgentCore::Harness.HarnessAgentCoreMemoryRetrievalConfig.RelevanceScore",
    "AWS::BedrockAgentCore::Harness.HarnessAgentCoreMemoryRetrievalConfig.TopK",
    "AWS::IAM::ManagedPolicy.PolicyDocument",
    "AWS::IoTFleetWise::DecoderManifest.NetworkInterfaces",
    "AWS::IoTFleetWise::DecoderManifest.SignalDecoders",
    "AWS::SQS::Queue.RedrivePolicy",
    "AWS::SecretsManager::ResourcePolicy.ResourcePolicy",
};

static bool is_other(struct text path) {
    if (text_starts(path, TEXT("AWS::Serverless::"))) return true;
    for (size_t i = 0; i < sizeof other_unions / sizeof *other_unions; i++) {
        if (text_is(path, other_unions[i])) return true;
    }
    return false;
}

static int compare_bytes(const void *a, const void *b) {
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* Members of a union come in any order, so that texts are compared by their letters. */
static bool same_letters(struct arena *arena, struct text a, struct text b) {
    if (a.length != b.length) return false;
    char *left = arena_copy(arena, a.bytes, a.length),
         *right = arena_copy(arena, b.bytes, b.length);
    qsort(left, a.length, 1, compare_bytes);
    qsort(right, b.length, 1, compare_bytes);
    return memcmp(left, right, a.length) == 0;
}

static const struct schema_body *nested(const struct schema_type *of, struct text name) {
    static const struct schema_body *bodies[BODIES];
    size_t count = 1;
    bodies[0] = schema_type_body(of);
    for (size_t i = 0; i < count; i++) {
        if (i && text_equal(schema_body_name(bodies[i]), name)) return bodies[i];
        for (size_t j = 0; j < schema_body_count(bodies[i]); j++) {
            collect(schema_property_value(schema_body_at(bodies[i], j)), bodies, &count);
        }
    }
    return NULL;
}

static bool check_union(struct arena *arena, struct text path, struct text shape) {
    struct text rest = path, first = take_field(&rest, '.'), second = take_field(&rest, '.');
    const struct schema_type *of = schema_type_find(first);
    const struct schema_body *body = !of           ? NULL
                                     : rest.length ? nested(of, second)
                                                   : schema_type_body(of);
    const struct schema_property *found =
        body ? schema_body_find(body, rest.length ? rest : second) : NULL;
    if (!found) return false;
    struct buffer text;
    buffer_init(&text);
    schema_value_write(schema_property_value(found), &text);
    bool same = same_letters(arena, buffer_view(&text), shape);
    if (!same) fprintf(stderr, "%.*s: %.*s\n", TEXT_ARGS(path), TEXT_ARGS(buffer_view(&text)));
    buffer_release(&text);
    return same;
}

static void test_unions(void) {
    struct arena arena;
    struct text rest;
    arena_init(&arena);
    if (shared_file(&arena, "unions.txt", &rest)) {
        while (rest.length) {
            struct text line = take_line(&rest), path = take_field(&line, ' ');
            if (is_other(path) || line.length < 2) continue;
            CU_ASSERT(check_union(&arena, path, (struct text){line.bytes + 2, line.length - 2}));
        }
    }
    arena_release(&arena);
}

static void test_suggest(void) {
    static const struct {
        const char *type, *text, *meant;
    } rows[] = {
        {"AWS::S3::Bucket", "BuketName", "BucketName"},
        {"AWS::S3::Bucket", "bucketname", "BucketName"},
        {"AWS::S3::Bucket", "bucket_name", "BucketName"},
        {"AWS::S3::Bucket", "name", "BucketName"},
        {"AWS::S3::Bucket", "encryption", "BucketEncryption"},
        {"AWS::S3::Bucket", "versioning", "VersioningConfiguration"},
        {"AWS::S3::Bucket", "lifecycle_rule", "LifecycleConfiguration"},
        {"AWS::S3::Bucket", "acl", "AccessControl"},
        {"AWS::Lambda::Function", "memory_size", "MemorySize"},
        {"AWS::Lambda::Function", "env", "Environment"},
        {"AWS::Lambda::Function", "dlq", "DeadLetterConfig"},
        {"AWS::RDS::DBInstance", "identifier", "DBInstanceIdentifier"},
        {"AWS::IAM::Role", "trust_policy", "AssumeRolePolicyDocument"},
        {"AWS::IAM::Role", "managed_policies", "ManagedPolicyArns"},
        {"AWS::DynamoDB::Table", "ttl", "TimeToLiveSpecification"},
        {"AWS::S3::Bucket", "xyzzy", ""},
        {"AWS::S3::Bucket", "", ""},
        {NULL, "AWS::S3::Bukket", "AWS::S3::Bucket"},
        {NULL, "aws_s3_bucket", "AWS::S3::Bucket"},
        {NULL, "S3.Bucket", "AWS::S3::Bucket"},
        {NULL, "Bucket", "AWS::S3::Bucket"},
        {NULL, "aws::s3::bucket", "AWS::S3::Bucket"},
        {NULL, "aws_lb", "AWS::ElasticLoadBalancingV2::LoadBalancer"},
        {NULL, "aws_cloudwatch_log_group", "AWS::Logs::LogGroup"},
        {NULL, "aws_db_instance", "AWS::RDS::DBInstance"},
        {NULL, "aws_codepipeline", "AWS::CodePipeline::Pipeline"},
        {NULL, "AWS::Lamdba::Function", "AWS::Lambda::Function"},
        {NULL, "AWS::Foo::Bar", ""},
        {NULL, "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct schema_property *properties[3];
        const struct schema_type *types[3];
        struct text text = text_of(rows[i].text), best = {"", 0};
        if (rows[i].type) {
            size_t count =
                schema_suggest_property(schema_type_body(type(rows[i].type)), text, properties, 3);
            if (count) best = schema_property_name(properties[0]);
        } else if (schema_suggest_type(text, types, 3)) {
            best = schema_type_name(types[0]);
        }
        assert_text(best, rows[i].meant);
    }
    struct text attribute;
    CU_ASSERT(
        schema_suggest_attribute(type("AWS::RDS::DBInstance"), TEXT("Adress"), &attribute, 1));
    assert_text(attribute, "Endpoint.Address");
}

static void test_long_text(void) {
    char text[4096];
    const struct schema_type *types[3];
    const struct schema_property *properties[3];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof text; i += 3)
        text[i] = '_';
    struct text all = {text, sizeof text};
    CU_ASSERT_EQUAL(schema_suggest_type(all, types, 3), 0);
    CU_ASSERT_EQUAL(
        schema_suggest_property(schema_type_body(type("AWS::S3::Bucket")), all, properties, 3), 0);
    CU_ASSERT_PTR_NULL(schema_type_find(all));
}

static bool explain(struct buffer *out, const char *what, struct failure *why) {
    out->length = 0;
    return schema_explain(out, text_of(what), 90, false, why);
}

static bool has(const struct buffer *out, const char *part) {
    return memmem(out->bytes, out->length, part, strlen(part)) != NULL;
}

static void test_explain(void) {
    struct buffer out;
    struct failure why = {.hint = ""};
    buffer_init(&out);
    CU_ASSERT(explain(&out, "AWS::S3::Bucket", &why));
    CU_ASSERT(has(&out, "arn:${Partition}:s3:::${BucketName}"));
    CU_ASSERT(has(&out, "3 to 63 characters"));
    CU_ASSERT(has(&out, "s3:CreateBucket"));
    CU_ASSERT(has(&out, "\n   ! BucketName "));
    CU_ASSERT_FALSE(has(&out, "\033"));
    CU_ASSERT_FALSE(has(&out, " \n"));
    CU_ASSERT(explain(&out, "AWS::S3::Bucket.LifecycleConfiguration.Rules.Transitions", &why));
    CU_ASSERT(has(&out, "StorageClass"));
    CU_ASSERT(explain(&out, "AWS::Lambda::Function.Role", &why));
    CU_ASSERT(has(&out, "AWS::IAM::Role (its Arn)"));
    CU_ASSERT(explain(&out, "AWS::S3::Bucket.Rule", &why));
    CU_ASSERT(explain(&out, "AWS::CloudFormation::Stack.Outputs.Url", &why));
    CU_ASSERT_FALSE(explain(&out, "AWS::S3::Bukket", &why));
    CU_ASSERT_STRING_EQUAL(why.hint, "Did you mean \"AWS::S3::Bucket\"?");
    CU_ASSERT_FALSE(explain(&out, "AWS::S3::Bucket.encryption", &why));
    CU_ASSERT_STRING_EQUAL(why.hint, "Did you mean \"BucketEncryption\"?");
    CU_ASSERT_FALSE(explain(&out, "AWS::S3::Bucket.LifecycleConfiguration.Rulez", &why));
    CU_ASSERT_STRING_EQUAL(why.hint, "Did you mean \"Rules\"?");
    CU_ASSERT_FALSE(explain(&out, "AWS::S3::Bucket.BucketName.X", &why));
    CU_ASSERT_FALSE(explain(&out, "", &why));
    CU_ASSERT_FALSE(explain(&out, "AWS::S3::Bucket..", &why));
    for (size_t i = 0; i < schema_type_count(); i++) {
        CU_ASSERT(explain(&out, schema_type_name(schema_type_at(i)).bytes, &why));
    }
    buffer_release(&out);
}

static void test_lines(void) {
    static const char *const keys[] = {"a", "ab", "b-c", "d"}, *const rests[] = {"1", "", "2 3",
                                                                                 "4"};
    struct text lines = TEXT("a 1\nab \nb-c 2 3\nd 4\n"), rest, word;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        CU_ASSERT_FATAL(lines_find(lines, text_of(keys[i]), &rest));
        assert_text(rest, rests[i]);
    }
    CU_ASSERT_FALSE(lines_find(lines, TEXT("A"), &rest));
    CU_ASSERT_FALSE(lines_find(lines, TEXT("aa"), &rest));
    CU_ASSERT_FALSE(lines_find(lines, TEXT("b"), &rest));
    CU_ASSERT_FALSE(lines_find(lines, TEXT("e"), &rest));
    CU_ASSERT_FALSE(lines_find(lines, TEXT(""), &rest));
    CU_ASSERT_FALSE(lines_find(TEXT(""), TEXT("a"), &rest));
    rest = TEXT("2 3");
    CU_ASSERT(lines_take(&rest, ' ', &word));
    assert_text(word, "2");
    CU_ASSERT(lines_take(&rest, ' ', &word));
    assert_text(word, "3");
    CU_ASSERT_FALSE(lines_take(&rest, ' ', &word));
}

UNIT_MAIN("schema", {"counts", test_counts}, {"shapes", test_shapes},
          {"recursive types", test_recursive_types}, {"bodies are shared", test_bodies_are_shared},
          {"flags", test_flags}, {"limits", test_limits}, {"wishes", test_wishes},
          {"Ref and attributes", test_ref_and_attributes}, {"facts about types", test_type_facts},
          {"regions", test_regions}, {"rules", test_rules}, {"conditions", test_conditions},
          {"actions", test_actions}, {"rows of actions", test_action_rows}, {"places", test_places},
          {"names", test_names}, {"everything", test_everything},
          {"rows of names.tsv", test_name_rows}, {"unions", test_unions},
          {"suggestions", test_suggest}, {"long text", test_long_text}, {"pages", test_explain},
          {"lines", test_lines})
