/* Looks through the rows of metrics.def. */
#include "lint/metric.h"

#include "base/diagnostics.h"

static const struct metric metrics[] = {
#define SPACE(space, dimensions)
#define METRIC(space, name, traits) {space, name, traits},
#include "lint/metrics.def"
#undef SPACE
#undef METRIC
};

static const struct {
    const char *space, *dimensions;
} spaces[] = {
#define SPACE(space, dimensions) {space, dimensions},
#define METRIC(space, name, traits)
#include "lint/metrics.def"
#undef SPACE
#undef METRIC
};

const struct metric *metric_find(struct text space, struct text name) {
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        if (text_is(name, metrics[i].name) && text_is(space, metrics[i].space)) return &metrics[i];
    }
    return NULL;
}

struct text metric_suggest(struct text space, struct text name) {
    struct suggestion near;
    suggestion_init(&near, name);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        if (text_is(space, metrics[i].space)) suggestion_offer(&near, text_of(metrics[i].name));
    }
    return near.best;
}

struct text metric_of_balancer(struct text space, struct text name) {
    static const char *const balancers[] = {"AWS/ApplicationELB", "AWS/NetworkELB"};
    bool is_one = text_is(space, balancers[0]) || text_is(space, balancers[1]);
    for (size_t i = 0; is_one && i < 2; i++) {
        struct text other = text_of(balancers[i]);
        if (!text_equal(space, other) && metric_find(other, name)) return other;
    }
    return TEXT("");
}

/* "AWS services that publish CloudWatch metrics" in its User Guide: those without rows above. */
static const char others[] =
    "AWS/ACMPrivateCA AWS/AOSS AWS/AppRunner AWS/AppSync AWS/Athena AWS/AutoScaling AWS/Backup "
    "AWS/Batch AWS/Bedrock AWS/Billing AWS/Cassandra AWS/CertificateManager AWS/CloudHSM "
    "AWS/CloudSearch AWS/CloudTrail AWS/CodeBuild AWS/Cognito AWS/Config AWS/Connect AWS/DAX "
    "AWS/DDoSProtection AWS/DMS AWS/DocDB AWS/DX AWS/EBS AWS/EC2 AWS/EC2Spot AWS/ECR AWS/EFS "
    "AWS/EKS AWS/ELB AWS/ES AWS/ElasticBeanstalk AWS/ElasticMapReduce AWS/Events AWS/FSx "
    "AWS/Firehose AWS/GameLift AWS/GatewayELB AWS/Glue AWS/Inspector AWS/IoT AWS/IVS AWS/KMS "
    "AWS/Kafka AWS/KinesisAnalytics AWS/KinesisVideo AWS/Lambda AWS/Lex AWS/Location AWS/Logs "
    "AWS/ML AWS/MQ AWS/MWAA AWS/MemoryDB AWS/NATGateway AWS/Neptune AWS/NetworkFirewall AWS/Polly "
    "AWS/PrivateLinkEndpoints AWS/PrivateLinkServices AWS/QLDB AWS/RUM AWS/Redshift "
    "AWS/Route53Resolver AWS/S3 AWS/SES AWS/SMS AWS/SSM AWS/SageMaker AWS/Scheduler "
    "AWS/SecretsManager AWS/Shield AWS/StorageGateway AWS/Textract AWS/Timestream AWS/Transfer "
    "AWS/TransitGateway AWS/Translate AWS/TrustedAdvisor AWS/Usage AWS/VPN AWS/WAFV2 "
    "AWS/WorkSpaces AWS/X-Ray";

/* "AWS/" in whatever case: the name spaces are told apart by it. */
static bool is_of_aws(struct text space) {
    return space.length > 4 && space.bytes[3] == '/' &&
           text_distance((struct text){space.bytes, 3}, TEXT("AWS"), 3) <= 3;
}

struct text metric_suggest_space(struct text space) {
    struct suggestion near;
    if (metric_dimensions(space) || !is_of_aws(space)) return TEXT("");
    suggestion_init(&near, space);
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        suggestion_offer(&near, text_of(spaces[i].space));
    for (const char *at = others; *at;) {
        struct text other = {at, strcspn(at, " ")};
        if (text_equal(space, other)) return TEXT("");
        suggestion_offer(&near, other);
        at += other.length + (at[other.length] == ' ');
    }
    return near.best;
}

const char *metric_dimensions(struct text space) {
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        if (text_is(space, spaces[i].space)) return spaces[i].dimensions;
    }
    return NULL;
}
