/* Lints about who is reached: load balancers that listen to nobody, topics and queues that refuse
 * what they are sent, groups that a deploy sets back. */
#include "lint/internal.h"

/* ---- load balancers ---- */

void lint_silent_balancer(const struct look *look) {
    struct item type = item_get(look, "Type");
    if (look_in_library(look) || (!item_is_absent(type) && !item_is(type, "application"))) return;
    struct group group = look_all(look, "AWS::ElasticLoadBalancingV2::Listener");
    for (uint32_t i = 0; i < group.count; i++) {
        struct look listener = *look;
        listener.resource = group.resources[i];
        if (look_uses(&listener, look->resource)) return;
    }
    struct diagnostic *d =
        warn(look, item_self(look), "the load balancer has no listener, so it answers nothing");
    warn_hint(look, d, "Add an AWS::ElasticLoadBalancingV2::Listener with LoadBalancerArn = %s.",
              look->resource->declared->declaration.name.name->bytes);
}

/* ---- topics and queues ---- */

struct permission {
    const char *service;
    bool is_given;
};

/* The service itself, everybody, or an account, whose policies are not seen here. */
static void note_principal(const struct look *look, struct item item, void *context) {
    struct permission *permission = context;
    struct text text;
    (void)look;
    if (!item_text(item, &text)) return;
    permission->is_given |= text_is(text, permission->service) || text_is(text, "*");
}

/* Whether there is a policy of the resource (*exists), and whether one lets the service in. */
static bool lets_in(const struct look *look, const struct resource *resource,
                    const char *const types[2], const char *service, bool *exists) {
    struct permission permission = {service, false};
    *exists = false;
    for (int t = 0; t < 2; t++) {
        struct group group = look_all(look, types[t]);
        for (uint32_t i = 0; i < group.count; i++) {
            struct look policy = *look;
            policy.resource = group.resources[i];
            if (!look_uses(&policy, resource)) continue;
            *exists = true;
            item_walk(&policy, item_get(&policy, "PolicyDocument"), note_principal, &permission);
        }
    }
    return permission.is_given;
}

static const char *const topic_policies[2] = {"AWS::SNS::TopicPolicy",
                                              "AWS::SNS::TopicInlinePolicy"};
static const char *const queue_policies[2] = {"AWS::SQS::QueuePolicy",
                                              "AWS::SQS::QueueInlinePolicy"};

/* Who sends, and what becomes of it where the receiver does not let it in. */
struct sender {
    const char *principal, *name, *otherwise;
};

/* Whether a permission of the function names the service; also where that is not known. */
static bool may_invoke(const struct look *look, const struct resource *function,
                       const char *principal) {
    struct group group = look_all(look, "AWS::Lambda::Permission");
    struct text name, own;
    for (uint32_t i = 0; i < group.count; i++) {
        struct item of = item_of(look, group.resources[i], "FunctionName");
        struct item who = item_of(look, group.resources[i], "Principal");
        const struct resource *whose = item_resource(of);
        bool is_other = whose ? whose != function && resource_is(whose, "AWS::Lambda::Function")
                              : item_text(of, &name) &&
                                    item_text(item_of(look, function, "FunctionName"), &own) &&
                                    !text_equal(name, own);
        if (!is_other && (!item_text(who, &name) || is_word(principal, name))) return true;
    }
    return false;
}

static void check_function(const struct look *look, struct item arn,
                           const struct resource *function, const struct sender *sender) {
    if (may_invoke(look, function, sender->principal)) return;
    struct diagnostic *d = warn(look, arn, "no permission lets %s invoke the function, so %s",
                                sender->name, sender->otherwise);
    warn_hint(look, d, "Add an AWS::Lambda::Permission of the function for %s.", sender->principal);
}

static void check_receiver(const struct look *look, struct item arn, const struct sender *sender) {
    const struct resource *target = item_resource(arn);
    if (!target || target->is_existing) return;
    bool exists, is_topic = resource_is(target, "AWS::SNS::Topic");
    if (resource_is(target, "AWS::Lambda::Function")) {
        check_function(look, arn, target, sender);
        return;
    }
    if (!is_topic && !resource_is(target, "AWS::SQS::Queue")) return;
    if (lets_in(look, target, is_topic ? topic_policies : queue_policies, sender->principal,
                &exists)) {
        return;
    }
    struct diagnostic *d =
        warn(look, arn, "no policy lets %s %s, so %s", sender->name,
             is_topic ? "publish to the topic" : "send to the queue", sender->otherwise);
    warn_hint(look, d, "Allow %s %s in an %s of it.", sender->principal,
              is_topic ? "sns:Publish" : "sqs:SendMessage",
              is_topic ? topic_policies[0] : queue_policies[0]);
}

void lint_rule_target(const struct look *look) {
    static const struct sender rule = {"events.amazonaws.com", "EventBridge",
                                       "the events are lost"};
    struct item targets = item_get(look, "Targets");
    for (uint32_t i = 0; i < item_count(targets); i++) {
        check_receiver(look, item_in(look, item_at(look, targets, i), "Arn"), &rule);
    }
}

void lint_subscription_target(const struct look *look) {
    static const struct sender topic = {"sns.amazonaws.com", "SNS", "the messages are lost"};
    struct item list = item_get(look, "Subscription");
    check_receiver(look, item_get(look, "Endpoint"), &topic);
    for (uint32_t i = 0; i < item_count(list); i++) {
        check_receiver(look, item_in(look, item_at(look, list, i), "Endpoint"), &topic);
    }
}

void lint_bucket_target(const struct look *look) {
    static const struct sender bucket = {"s3.amazonaws.com", "S3", "S3 refuses the notification"};
    static const char *const lists[][2] = {{"LambdaConfigurations", "Function"},
                                           {"QueueConfigurations", "Queue"},
                                           {"TopicConfigurations", "Topic"}};
    struct item configuration = item_get(look, "NotificationConfiguration");
    for (size_t l = 0; l < 3; l++) {
        struct item list = item_in(look, configuration, lists[l][0]);
        for (uint32_t i = 0; i < item_count(list); i++) {
            check_receiver(look, item_in(look, item_at(look, list, i), lists[l][1]), &bucket);
        }
    }
}

void lint_filter_target(const struct look *look) {
    static const struct sender logs = {"logs.amazonaws.com", "CloudWatch Logs",
                                       "the filter is refused"};
    check_receiver(look, item_get(look, "DestinationArn"), &logs);
}

/* What the endpoint of each protocol looks like: "Subscribe" in the SNS API Reference. */
static void check_endpoint(const struct look *look, struct item subscription) {
    static const struct {
        const char *protocols, *start, *what;
    } forms[] = {
        {"sqs", "arn:", "the ARN of a queue"},
        {"lambda", "arn:", "the ARN of a function"},
        {"firehose", "arn:", "the ARN of a delivery stream"},
        {"application", "arn:", "the ARN of an application's endpoint"},
        {"https", "https://", "an address that begins with https://"},
        {"http", "http://", "an address that begins with http://"},
    };
    struct item endpoint = item_in(look, subscription, "Endpoint");
    struct text protocol, text;
    if (!item_text(item_in(look, subscription, "Protocol"), &protocol) ||
        !item_text(endpoint, &text)) {
        return;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!text_is(protocol, forms[i].protocols)) continue;
        if (text_starts(text, text_of(forms[i].start))) return;
        warn(look, endpoint, "protocol \"%s\" wants %s", forms[i].protocols, forms[i].what);
        return;
    }
    if (is_word("email email-json", protocol) && !memchr(text.bytes, '@', text.length)) {
        warn(look, endpoint, "protocol \"%.*s\" wants an address of mail", TEXT_ARGS(protocol));
    }
}

void lint_subscription_endpoint(const struct look *look) {
    struct item list = item_get(look, "Subscription");
    check_endpoint(look, item_whole(look->resource));
    for (uint32_t i = 0; i < item_count(list); i++)
        check_endpoint(look, item_at(look, list, i));
}

/* Without a policy of its own a topic takes what the account's alarms publish; with one, what it
 * says. */
void lint_alarm_topic(const struct look *look) {
    struct item actions = item_get(look, "AlarmActions");
    for (uint32_t i = 0; i < item_count(actions); i++) {
        struct item action = item_at(look, actions, i);
        const struct resource *topic = item_resource(action);
        bool exists;
        if (!topic || topic->is_existing || !resource_is(topic, "AWS::SNS::Topic")) continue;
        if (lets_in(look, topic, topic_policies, "cloudwatch.amazonaws.com", &exists) || !exists)
            continue;
        struct diagnostic *d =
            warn(look, action, "the policy of the topic does not let alarms publish");
        warn_hint(look, d,
                  "Allow cloudwatch.amazonaws.com sns:Publish in it: a policy takes the place of "
                  "what topics "
                  "allow by themselves.");
    }
}

/* ---- groups ---- */

void lint_desired_capacity(const struct look *look) {
    struct item desired_item = item_get(look, "DesiredCapacity");
    int64_t least, desired;
    if (look_in_library(look) || !item_integer(item_get(look, "MinSize"), &least)) return;
    if (!item_integer(desired_item, &desired) || desired <= least) return;
    struct diagnostic *d =
        warn(look, desired_item,
             "each deploy sets the group back to %lld machines, whatever it was scaled to",
             (long long)desired);
    warn_hint(look, d, "Leave it out: the group begins with MinSize.");
}
