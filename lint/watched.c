/* Lints about the metrics that alarms watch: that there are such, with such dimensions, here. */
#include "lint/internal.h"
#include "lint/metric.h"

/* A metric that an alarm looks at: its own, or one of an expression. */
struct watched {
    struct item space_item, name_item, dimensions;
    struct text space, name;
};

static void visit_watched(const struct look *look, struct item metric,
                          void (*visit)(const struct look *look, const struct watched *watched)) {
    struct watched watched = {
        .space_item = item_in(look, metric, "Namespace"),
        .name_item = item_in(look, metric, "MetricName"),
        .dimensions = item_in(look, metric, "Dimensions"),
    };
    if (item_text(watched.space_item, &watched.space) &&
        item_text(watched.name_item, &watched.name)) {
        visit(look, &watched);
    }
}

static void each_watched(const struct look *look,
                         void (*visit)(const struct look *look, const struct watched *watched)) {
    struct item metrics = item_get(look, "Metrics");
    visit_watched(look, item_whole(look->resource), visit);
    for (uint32_t i = 0; i < item_count(metrics); i++) {
        visit_watched(look, item_in(look, item_at(look, metrics, i), "MetricStat.Metric"), visit);
    }
}

static void check_metric(const struct look *look, const struct watched *watched) {
    if (metric_find(watched->space, watched->name)) return;
    struct text near = metric_suggest(watched->space, watched->name);
    struct text space = metric_suggest_space(watched->space), other;
    if (space.length) {
        struct diagnostic *d =
            warn(look, watched->space_item, "no service sends metrics as \"%.*s\"",
                 TEXT_ARGS(watched->space));
        warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(space));
    } else if (near.length) { /* else one that the list does not have */
        struct diagnostic *d = warn(look, watched->name_item, "%.*s has no metric \"%.*s\"",
                                    TEXT_ARGS(watched->space), TEXT_ARGS(watched->name));
        warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
    } else if ((other = metric_of_balancer(watched->space, watched->name)).length) {
        struct diagnostic *d = warn(look, watched->name_item, "%.*s has no metric \"%.*s\"",
                                    TEXT_ARGS(watched->space), TEXT_ARGS(watched->name));
        warn_hint(look, d, "%.*s has.", TEXT_ARGS(other));
    }
}

void lint_alarm_metric(const struct look *look) {
    each_watched(look, check_metric);
}

static struct text needed_of(const char *dimensions) {
    struct text all = text_of(dimensions);
    const char *bar = strchr(dimensions, '|');
    return bar ? (struct text){dimensions, (size_t)(bar - dimensions)} : all;
}

static bool is_among(struct arena *arena, struct text words, struct text word) {
    return is_word(text_copy(arena, words).bytes, word);
}

static void check_dimensions(const struct look *look, const struct watched *watched) {
    struct item list = watched->dimensions;
    if (!metric_find(watched->space, watched->name)) return;
    const char *dimensions = metric_dimensions(watched->space);
    if (!dimensions || !(item_is_absent(list) || item_is_list(list))) return;
    struct text needed = needed_of(dimensions), name;
    bool is_given = false;
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item item = item_in(look, item_at(look, list, i), "Name");
        if (!item_text(item, &name)) return;
        is_given |= is_among(look_arena(look), needed, name);
        if (is_word(dimensions, name)) continue;
        struct diagnostic *d = warn(look, item, "metrics of %.*s have no dimension \"%.*s\"",
                                    TEXT_ARGS(watched->space), TEXT_ARGS(name));
        warn_hint(look, d, "They have %s.", dimensions + strspn(dimensions, "| "));
        return;
    }
    if (is_given || !needed.length) return;
    struct diagnostic *d =
        warn(look, item_is_absent(list) ? watched->name_item : list,
             "without a dimension, nothing is sent as \"%.*s\", and the alarm never rings",
             TEXT_ARGS(watched->name));
    const char *end = memchr(needed.bytes, ' ', needed.length);
    warn_hint(look, d, "Write Dimensions = [{ Name = \"%.*s\", Value = ... }].",
              (int)(end ? end - needed.bytes : (ptrdiff_t)needed.length), needed.bytes);
}

void lint_alarm_dimension(const struct look *look) {
    each_watched(look, check_dimensions);
}

/* ---- which attribute a dimension wants ---- */

struct dimension {
    const char *name, *type, *attributes; /* that give its value */
};

/* "Ref" stands where that is the name: "... metrics and dimensions" in each service's guide. */
static const struct dimension dimensions[] = {
    {"QueueName", "AWS::SQS::Queue", "QueueName"},
    {"FunctionName", "AWS::Lambda::Function", "Ref FunctionName"},
    {"TableName", "AWS::DynamoDB::Table", "Ref TableName"},
    {"TableName", "AWS::DynamoDB::GlobalTable", "Ref TableName"},
    {"TopicName", "AWS::SNS::Topic", "TopicName"},
    {"StreamName", "AWS::Kinesis::Stream", "Ref Name"},
    {"StateMachineArn", "AWS::StepFunctions::StateMachine", "Ref Arn"},
    {"LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"},
    {"TargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"},
    {"DBInstanceIdentifier", "AWS::RDS::DBInstance", "Ref DBInstanceIdentifier"},
    {"DBClusterIdentifier", "AWS::RDS::DBCluster", "Ref DBClusterIdentifier"},
    {"ClusterName", "AWS::ECS::Cluster", "Ref ClusterName"},
    {"ServiceName", "AWS::ECS::Service", "Name ServiceName"},
    {"DistributionId", "AWS::CloudFront::Distribution", "Ref Id"},
    {"InstanceId", "AWS::EC2::Instance", "Ref InstanceId"},
    {"ApiName", "AWS::ApiGateway::RestApi", "Name"},
    {"ApiId", "AWS::ApiGatewayV2::Api", "Ref ApiId"},
    {"FileSystemId", "AWS::EFS::FileSystem", "Ref FileSystemId"},
};

static void check_attribute(const struct look *look, struct text name, struct item value) {
    const struct resource *resource = item_resource(value);
    if (!resource || value.raw.kind != VALUE_DEFERRED) return;
    struct text attribute = name_text(value.raw.deferred->name);
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        const struct dimension *d = &dimensions[i];
        if (!text_is(name, d->name) || !resource_is(resource, d->type)) continue;
        if (is_word(d->attributes, attribute)) return;
        const char *last = strrchr(d->attributes, ' ');
        struct diagnostic *report =
            warn(look, value, "dimension \"%s\" is no \"%.*s\", and the alarm never rings", d->name,
                 TEXT_ARGS(attribute));
        warn_hint(look, report, "Write %.*s.%s.",
                  TEXT_ARGS(name_text(resource->declared->declaration.name.name)),
                  last ? last + 1 : d->attributes);
        return;
    }
}

/* "AWS/ApplicationELB" with a load balancer of the network. */
static void check_balancer(const struct look *look, const struct watched *watched,
                           struct item value) {
    const struct resource *resource = item_resource(value);
    struct text kind = TEXT("application");
    if (!resource || !resource_is(resource, "AWS::ElasticLoadBalancingV2::LoadBalancer")) return;
    struct item type = item_of(look, resource, "Type");
    if (!item_is_absent(type) && !item_text(type, &kind)) return;
    const char *space = text_is(kind, "network")   ? "AWS/NetworkELB"
                        : text_is(kind, "gateway") ? "AWS/GatewayELB"
                                                   : "AWS/ApplicationELB";
    if (text_is(watched->space, space) || !text_ends(watched->space, TEXT("ELB"))) return;
    struct diagnostic *d =
        warn(look, watched->space_item, "the load balancer is of type \"%.*s\"", TEXT_ARGS(kind));
    warn_hint(look, d, "Its metrics are in \"%s\".", space);
}

/* What a program sends itself may be called by anything. */
static bool is_of_service(const struct watched *watched) {
    return text_starts(watched->space, TEXT("AWS/"));
}

static void check_values(const struct look *look, const struct watched *watched) {
    if (!is_of_service(watched)) return;
    for (uint32_t i = 0; i < item_count(watched->dimensions); i++) {
        struct item dimension = item_at(look, watched->dimensions, i);
        struct item value = item_in(look, dimension, "Value");
        struct text name;
        if (!item_text(item_in(look, dimension, "Name"), &name)) continue;
        check_attribute(look, name, value);
        check_balancer(look, watched, value);
    }
}

void lint_alarm_value(const struct look *look) {
    each_watched(look, check_values);
}

/* ---- where the metrics are ---- */

/* Those of the whole world are sent to one region. */
static const char global_spaces[] = "AWS/CloudFront AWS/Route53 AWS/Billing";

static void check_place(const struct look *look, const struct watched *watched) {
    const struct region *here = look->resource->region;
    if (!here) return;
    if (is_word(global_spaces, watched->space)) {
        if (!text_is(here->partition, "aws") || text_is(here->name, "us-east-1")) return;
        struct diagnostic *d = warn(look, watched->space_item,
                                    "metrics of %.*s are in us-east-1 alone, and the alarm never "
                                    "rings in %.*s",
                                    TEXT_ARGS(watched->space), TEXT_ARGS(here->name));
        warn_hint(look, d, "Declare the alarm in a region block of \"us-east-1\".");
        return;
    }
    for (uint32_t i = 0; is_of_service(watched) && i < item_count(watched->dimensions); i++) {
        struct item value = item_in(look, item_at(look, watched->dimensions, i), "Value");
        const struct resource *resource = item_resource(value);
        if (!resource || !resource->region || look_shares_region(look, resource) ||
            resource_is(resource, "AWS::DynamoDB::GlobalTable")) { /* which is in several */
            continue;
        }
        struct diagnostic *d =
            warn(look, value, "its metrics are in %.*s, and the alarm never rings in %.*s",
                 TEXT_ARGS(resource->region->name), TEXT_ARGS(here->name));
        warn_note(look, d, item_of_resource(resource), "which is declared here");
        return;
    }
}

void lint_alarm_region(const struct look *look) {
    if (look->resource->region) each_watched(look, check_place);
}
