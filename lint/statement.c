/* Lints about what IAM refuses: statements, versions and principals of policies. */
#include "lint/internal.h"
#include "schema/iam.h"

/* ---- what IAM refuses ---- */

static void check_keys(const struct look *look, struct item statement) {
    static const char *const known[] = {"Sid",       "Effect",       "Action",
                                        "NotAction", "Resource",     "NotResource",
                                        "Principal", "NotPrincipal", "Condition"};
    enum { KNOWN = sizeof known / sizeof *known };
    for (uint32_t i = 0; i < item_entries(statement); i++) {
        struct text key;
        struct item entry = item_entry(look, statement, i, &key);
        bool is_known = false;
        struct suggestion near;
        suggestion_init(&near, key);
        for (size_t k = 0; k < KNOWN; k++) {
            is_known |= text_is(key, known[k]);
            suggestion_offer(&near, text_of(known[k]));
        }
        if (is_known) continue;
        struct diagnostic *d = warn(look, entry, "a statement has no key \"%.*s\"", TEXT_ARGS(key));
        if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    }
}

static void check_effect(const struct look *look, struct item statement) {
    struct text effect;
    struct item item = item_in(look, statement, "Effect");
    if (item_is_absent(item)) {
        warn(look, statement, "a statement has no \"Effect\"");
    } else if (item_text(item, &effect) && !is_word("Allow Deny", effect)) {
        warn(look, item, "\"Effect\" is \"Allow\" or \"Deny\", and this is \"%.*s\"",
             TEXT_ARGS(effect));
    }
}

static bool has(const struct look *look, struct item statement, const char *key) {
    return !item_is_absent(item_in(look, statement, key));
}

static void check_one(const struct look *look, struct item statement, const char *key,
                      const char *opposite) {
    if (has(look, statement, key) == has(look, statement, opposite)) {
        warn(look, statement, "a statement has either \"%s\" or \"%s\"", key, opposite);
    }
}

/* "IAM JSON policy elements: Condition operators" in the IAM User Guide, without ...IfExists. */
static const char operators[] =
    "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike "
    "StringNotLike NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals "
    "NumericGreaterThan NumericGreaterThanEquals DateEquals DateNotEquals DateLessThan "
    "DateLessThanEquals DateGreaterThan DateGreaterThanEquals Bool BinaryEquals IpAddress "
    "NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null";

/* Without "ForAllValues:", "ForAnyValue:" and "IfExists". */
static struct text bare_operator(struct text key) {
    static const char *const before[] = {"ForAllValues:", "ForAnyValue:"};
    for (size_t i = 0; i < 2; i++) {
        struct text prefix = text_of(before[i]);
        if (!text_starts(key, prefix)) continue;
        key = (struct text){key.bytes + prefix.length, key.length - prefix.length};
    }
    if (text_ends(key, TEXT("IfExists"))) key.length -= strlen("IfExists");
    return key;
}

static void check_condition(const struct look *look, struct item statement) {
    struct item condition = item_in(look, statement, "Condition");
    for (uint32_t i = 0; i < item_entries(condition); i++) {
        struct text key;
        struct item entry = item_entry(look, condition, i, &key);
        if (is_word(operators, bare_operator(key))) continue;
        struct diagnostic *d =
            warn(look, entry, "a condition has no operator \"%.*s\"", TEXT_ARGS(key));
        struct suggestion near;
        suggestion_init(&near, bare_operator(key));
        for (const char *at = operators; *at;) {
            struct text known = {at, strcspn(at, " ")};
            suggestion_offer(&near, known);
            at += known.length + (at[known.length] == ' ');
        }
        if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    }
}

/* A policy of a role, user or group names things by their ARNs. */
static void check_resources(const struct look *look, struct item statement, const char *key) {
    struct item resources = item_in(look, statement, key);
    for (uint32_t i = 0; i < item_some(resources); i++) {
        struct text text;
        struct item item = item_one(look, resources, i);
        if (!item_text(item, &text) || text_is(text, "*") || text_starts(text, TEXT("arn:")))
            continue;
        struct diagnostic *d =
            warn(look, item, "\"%.*s\" is neither an ARN nor \"*\"", TEXT_ARGS(text));
        warn_hint(look, d, "Write the resource's ARN, such as bucket.Arn.");
    }
}

static void check_trust(const struct look *look, struct item statement) {
    struct item actions = item_in(look, statement, "Action");
    for (uint32_t i = 0; i < item_some(actions); i++) {
        struct text text;
        struct item item = item_one(look, actions, i);
        if (!item_text(item, &text) || text_starts(text, TEXT("sts:")) || text_is(text, "*"))
            continue;
        struct diagnostic *d = warn(
            look, item, "a trust policy allows actions of \"sts:\" alone, and this is \"%.*s\"",
            TEXT_ARGS(text));
        warn_hint(look, d,
                  "Write \"sts:AssumeRole\"; what the role may do stands in its policies.");
    }
}

static void check_statement(const struct look *look, const struct policy *policy,
                            struct item statement) {
    check_keys(look, statement);
    check_condition(look, statement);
    check_effect(look, statement);
    check_one(look, statement, "Action", "NotAction");
    bool has_principal = has(look, statement, "Principal") || has(look, statement, "NotPrincipal");
    bool has_resource = has(look, statement, "Resource") || has(look, statement, "NotResource");
    switch (policy->kind) {
    case POLICY_IDENTITY:
        if (has_principal)
            warn(look, statement, "a policy of a role, user or group has no \"Principal\"");
        check_one(look, statement, "Resource", "NotResource");
        check_resources(look, statement, "Resource");
        check_resources(look, statement, "NotResource");
        break;
    case POLICY_TRUST:
        if (has_resource) warn(look, statement, "a trust policy has no \"Resource\"");
        check_one(look, statement, "Principal", "NotPrincipal");
        check_trust(look, statement);
        break;
    case POLICY_RESOURCE:
        check_one(look, statement, "Principal", "NotPrincipal");
        break;
    }
}

static bool is_sid(struct text text) {
    return !text.length || text_all(text, ascii_is_alphanumeric);
}

/* Of policies that IAM keeps: letters and digits, and each but once. */
static void check_sids(const struct look *look, const struct policy *policy) {
    if (policy->kind == POLICY_RESOURCE) return; /* S3, SQS, ... take others */
    struct item list = item_in(look, policy->document, "Statement");
    for (uint32_t i = 0; i < item_some(list); i++) {
        struct text sid, other;
        struct item item = item_in(look, item_one(look, list, i), "Sid");
        if (!item_text(item, &sid)) continue;
        if (!is_sid(sid)) {
            warn(look, item, "\"Sid\" has letters and digits, and this is \"%.*s\"",
                 TEXT_ARGS(sid));
        }
        for (uint32_t k = 0; k < i && sid.length; k++) {
            struct item before = item_in(look, item_one(look, list, k), "Sid");
            if (!item_text(before, &other) || !text_equal(sid, other)) continue;
            struct diagnostic *d = warn(
                look, item, "two statements of the policy are called \"%.*s\"", TEXT_ARGS(sid));
            warn_note(look, d, before, "the other stands here");
            break;
        }
    }
}

void lint_policy_statement(const struct look *look) {
    each_statement(look, check_statement);
    each_policy(look, check_sids);
}

static void check_version(const struct look *look, const struct policy *policy) {
    struct text version;
    struct item item = item_in(look, policy->document, "Version");
    if (item_is_absent(item)) {
        struct diagnostic *d =
            warn(look, policy->document, "a policy without \"Version\" has the rules of 2008");
        warn_hint(look, d, "Write Version = \"2012-10-17\".");
    } else if (item_text(item, &version) && !is_word("2012-10-17 2008-10-17", version)) {
        struct diagnostic *d =
            warn(look, item, "policies have no version \"%.*s\"", TEXT_ARGS(version));
        warn_hint(look, d, "Write Version = \"2012-10-17\".");
    }
}

void lint_policy_version(const struct look *look) {
    each_policy(look, check_version);
}

static void check_empty(const struct look *look, const struct policy *policy) {
    struct item statements = item_in(look, policy->document, "Statement");
    if (!item_is_list(statements) || item_count(statements)) return;
    struct diagnostic *d =
        warn(look, statements, "a policy has at least one statement, and this has none");
    warn_hint(look, d, "Write what it allows, or leave the policy out.");
}

void lint_empty_policy(const struct look *look) {
    each_policy(look, check_empty);
}

/* ---- principals ---- */

/* Of "lambda.amazon.com" the service; empty for those that are called so, such as Alexa's. */
static struct text misnamed(struct text name) {
    struct text end = TEXT(".amazon.com"), service = {name.bytes, 0};
    if (!text_ends(name, end)) return service;
    service.length = name.length - end.length;
    if (!iam_prefix_known(service)) service.length = 0;
    return service;
}

/* "lambda.amazonaws.com", also with a region, and of other partitions. */
static bool is_service(struct text name) {
    static const char *const ends[] = {".amazonaws.com", ".amazonaws.com.cn", ".amazon.com",
                                       ".aws.internal",  ".amazonaws.eu",     ".aws.dev",
                                       ".c2s.ic.gov"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (text_ends(name, text_of(ends[i]))) return misnamed(name).length == 0;
    }
    return false;
}

static bool is_account(struct text text) {
    return text.length == 12 && text_all(text, ascii_is_digit);
}

static void check_principal(const struct look *look, const struct policy *policy,
                            struct item statement) {
    (void)policy;
    struct item principal = item_in(look, statement, "Principal");
    struct text name;
    if (item_text(principal, &name) && !text_is(name, "*")) {
        struct diagnostic *d =
            warn(look, principal, "a principal is \"*\" or a record, and this is a text");
        warn_hint(look, d,
                  is_service(name) ? "Write Principal = { Service = \"%.*s\" }."
                                   : "Write Principal = { AWS = \"%.*s\" }.",
                  TEXT_ARGS(name));
    }
    struct item services = item_in(look, principal, "Service");
    for (uint32_t i = 0; i < item_some(services); i++) {
        struct item service = item_one(look, services, i);
        if (!item_text(service, &name) || is_service(name) || text_is(name, "*")) continue;
        struct diagnostic *d = warn(look, service, "\"%.*s\" is no service", TEXT_ARGS(name));
        if (misnamed(name).length) name = misnamed(name);
        if (memchr(name.bytes, '.', name.length)) continue;
        warn_hint(look, d, "Write \"%.*s.amazonaws.com\".", TEXT_ARGS(name));
    }
    struct item accounts = item_in(look, principal, "AWS");
    for (uint32_t i = 0; i < item_some(accounts); i++) {
        struct item who = item_one(look, accounts, i);
        if (!item_text(who, &name) || text_is(name, "*") || is_account(name) ||
            text_starts(name, TEXT("arn:")) || text_starts(name, TEXT("AIDA")) ||
            text_starts(name, TEXT("AROA"))) {
            continue;
        }
        warn(look, who, "\"%.*s\" is no account, role or user", TEXT_ARGS(name));
    }
}

static void check_federated(const struct look *look, const struct policy *policy,
                            struct item statement) {
    (void)policy;
    struct item providers = item_in(look, statement, "Principal.Federated");
    for (uint32_t i = 0; i < item_some(providers); i++) {
        struct text name;
        struct item item = item_one(look, providers, i);
        if (!item_text(item, &name) || text_starts(name, TEXT("arn:")) || text_is(name, "*") ||
            is_word("accounts.google.com cognito-identity.amazonaws.com graph.facebook.com "
                    "www.amazon.com",
                    name)) {
            continue;
        }
        struct diagnostic *d =
            warn(look, item, "\"%.*s\" is no identity provider", TEXT_ARGS(name));
        warn_hint(look, d,
                  "Write the ARN of the provider in the account, such as "
                  "\"arn:${partition}:iam::${account}:oidc-provider/%.*s\".",
                  TEXT_ARGS(name));
    }
}

void lint_principal_form(const struct look *look) {
    each_statement(look, check_principal);
    each_statement(look, check_federated);
}
