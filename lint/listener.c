/* Lints about what a load balancer listens for, and what its rules say. */
#include "lint/internal.h"

/* ---- without TLS ---- */

/* A balancer of the program that is reached from the internet. */
static bool is_public(const struct look *look, const struct resource *listener) {
    const struct resource *balancer = item_resource(item_of(look, listener, "LoadBalancerArn"));
    if (!balancer || balancer->is_existing) return false;
    struct item scheme = item_of(look, balancer, "Scheme");
    return item_is(scheme, "internet-facing") || item_is_absent(scheme);
}

static bool forwards(const struct look *look, struct item actions) {
    for (uint32_t i = 0; i < item_count(actions); i++) {
        if (item_is(item_in(look, item_at(look, actions, i), "Type"), "forward")) return true;
    }
    return false;
}

static void warn_plain(const struct look *look, struct item at) {
    struct diagnostic *d =
        warn(look, at, "the load balancer answers the internet over HTTP, without TLS");
    warn_hint(look, d, "Let it redirect to a listener for HTTPS.");
}

/* The library's load balancer says it itself. */
void lint_plain_listener(const struct look *look) {
    struct item protocol = item_get(look, "Protocol");
    if (look_in_library(look) || !item_is(protocol, "HTTP") || !is_public(look, look->resource))
        return;
    if (forwards(look, item_get(look, "DefaultActions"))) warn_plain(look, protocol);
}

/* A rule of a listener that else redirects. */
void lint_plain_rule(const struct look *look) {
    const struct resource *listener = item_resource(item_get(look, "ListenerArn"));
    struct item actions = item_get(look, "Actions");
    if (!listener || listener->is_existing || look_in_library(look) ||
        !resource_is(listener, "AWS::ElasticLoadBalancingV2::Listener") ||
        !item_is(item_of(look, listener, "Protocol"), "HTTP") || !is_public(look, listener) ||
        forwards(look, item_of(look, listener, "DefaultActions"))) {
        return;
    }
    if (forwards(look, actions)) warn_plain(look, actions);
}

/* A load balancer of the first generation. */
void lint_plain_classic(const struct look *look) {
    struct item listeners = item_get(look, "Listeners");
    if (item_is(item_get(look, "Scheme"), "internal")) return;
    for (uint32_t i = 0; i < item_count(listeners); i++) {
        struct item protocol = item_in(look, item_at(look, listeners, i), "Protocol");
        struct text text;
        if (!item_text(protocol, &text) || !is_word("HTTP http", text)) continue;
        struct diagnostic *d =
            warn(look, protocol, "the load balancer answers the internet over HTTP, without TLS");
        warn_hint(look, d, "Write HTTPS, and SSLCertificateId.");
    }
}

/* ---- rules ---- */

struct field {
    const char *name, *config;
    bool takes_values; /* Values beside the configuration, as in the first days */
};

/* "RuleCondition" in the Elastic Load Balancing API Reference. */
static const struct field fields[] = {
    {"host-header", "HostHeaderConfig", true},
    {"path-pattern", "PathPatternConfig", true},
    {"http-header", "HttpHeaderConfig", false},
    {"http-request-method", "HttpRequestMethodConfig", false},
    {"query-string", "QueryStringConfig", false},
    {"source-ip", "SourceIpConfig", false},
};

enum { FIELDS = sizeof fields / sizeof *fields };

static const struct field *find_field(struct text name, struct suggestion *near) {
    suggestion_init(near, name);
    for (size_t i = 0; i < FIELDS; i++) {
        if (text_is(name, fields[i].name)) return &fields[i];
        suggestion_offer(near, text_of(fields[i].name));
    }
    return NULL;
}

static void check_methods(const struct look *look, struct item condition) {
    struct item methods = item_in(look, condition, "HttpRequestMethodConfig.Values");
    for (uint32_t i = 0; i < item_count(methods); i++) {
        struct item item = item_at(look, methods, i);
        struct text method;
        if (!item_text(item, &method)) continue;
        for (size_t k = 0; k < method.length; k++) {
            if (method.bytes[k] < 'a' || method.bytes[k] > 'z') continue;
            warn(look, item, "methods have capital letters, and this is \"%.*s\"",
                 TEXT_ARGS(method));
            break;
        }
    }
}

static void check_condition(const struct look *look, struct item condition) {
    struct item name_item = item_in(look, condition, "Field");
    struct text name;
    struct suggestion near;
    if (!item_text(name_item, &name)) return;
    const struct field *field = find_field(name, &near);
    if (!field) {
        if (look_is_told(look, name_item)) return;
        struct diagnostic *d =
            warn(look, name_item, "rules of a listener have no field \"%.*s\"", TEXT_ARGS(name));
        if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
        return;
    }
    check_methods(look, condition);
    bool has_config = !item_is_absent(item_in(look, condition, field->config));
    bool has_values = !item_is_absent(item_in(look, condition, "Values"));
    if (has_config || (has_values && field->takes_values)) return;
    struct diagnostic *d =
        warn(look, name_item, "field \"%s\" has no values to compare with", field->name);
    warn_hint(look, d, "Write %s = { Values = [...] }.", field->config);
}

/* That others need their configurations is a rule of the schema. */
static void check_action(const struct look *look, struct item action) {
    struct item type = item_in(look, action, "Type");
    if (!item_is(type, "forward") || !item_is_absent(item_in(look, action, "TargetGroupArn")) ||
        !item_is_absent(item_in(look, action, "ForwardConfig"))) {
        return;
    }
    struct diagnostic *d = warn(look, type, "the action does not say where to");
    warn_hint(look, d, "Write TargetGroupArn beside Type.");
}

void lint_listener_rule(const struct look *look) {
    static const char *const lists[] = {"Actions", "DefaultActions"};
    struct item conditions = item_get(look, "Conditions");
    for (uint32_t i = 0; i < item_count(conditions); i++)
        check_condition(look, item_at(look, conditions, i));
    for (size_t l = 0; l < 2; l++) {
        struct item actions = item_get(look, lists[l]);
        for (uint32_t i = 0; i < item_count(actions); i++)
            check_action(look, item_at(look, actions, i));
    }
}
