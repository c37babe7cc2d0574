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

static void check_target(const struct look *look, struct item arn) {
    const struct resource *target = item_resource(arn);
    bool exists, is_topic = target && resource_is(target, "AWS::SNS::Topic");
    if (!target || target->is_existing || (!is_topic && !resource_is(target, "AWS::SQS::Queue")))
        return;
    if (lets_in(look, target, is_topic ? topic_policies : queue_policies, "events.amazonaws.com",
                &exists)) {
        return;
    }
    struct diagnostic *d = warn(look, arn, "no policy lets EventBridge %s, so the events are lost",
                                is_topic ? "publish to the topic" : "send to the queue");
    warn_hint(look, d, "Allow events.amazonaws.com %s in an %s of it.",
              is_topic ? "sns:Publish" : "sqs:SendMessage",
              is_topic ? topic_policies[0] : queue_policies[0]);
}

void lint_target_policy(const struct look *look) {
    struct item targets = item_get(look, "Targets");
    for (uint32_t i = 0; i < item_count(targets); i++) {
        check_target(look, item_in(look, item_at(look, targets, i), "Arn"));
    }
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
