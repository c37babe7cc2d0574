/* Lints about permissions: policy documents, and who may assume or invoke what. */
#include "schema/iam.h"
#include "lint/internal.h"

/* ---- actions ---- */

/* The list has small letters: those that the program wrote large stay so. */
static struct text recased(const struct look *look, struct text near, struct text written) {
    struct text copy = text_copy(look_arena(look), near);
    char *bytes = (char *)copy.bytes;
    size_t at = 0;
    for (size_t i = 0; i < written.length; i++) {
        size_t found = at;
        while (found < copy.length && bytes[found] != ascii_lower(written.bytes[i]))
            found++;
        if (found >= copy.length || found > at + 2) continue;
        bytes[found] = written.bytes[i];
        at = found + 1;
    }
    return copy;
}

static void hint_action(const struct look *look, struct diagnostic *d, struct text action) {
    struct text prefix = {action.bytes, 0}, near = iam_action_near(action);
    while (action.bytes[prefix.length] != ':')
        prefix.length++;
    if (near.length) {
        struct text name = {action.bytes + prefix.length + 1, action.length - prefix.length - 1};
        warn_hint(look, d, "Did you mean \"%.*s:%.*s\"?", TEXT_ARGS(prefix),
                  TEXT_ARGS(recased(look, near, name)));
    } else if (!iam_prefix_known(prefix)) {
        warn_hint(look, d, "No service has actions that begin with \"%.*s:\".", TEXT_ARGS(prefix));
    }
}

static void check_action(const struct look *look, struct item item) {
    struct text action;
    if (!item_text(item, &action) || text_is(action, "*") || text_is(action, "*:*")) return;
    if (!memchr(action.bytes, ':', action.length)) {
        warn(look, item, "an action is \"service:Name\", and this is \"%.*s\"", TEXT_ARGS(action));
    } else if (!iam_action_known(action)) {
        struct diagnostic *d = warn(look, item, "IAM has no action \"%.*s\"", TEXT_ARGS(action));
        hint_action(look, d, action);
    }
}

static void check_actions(const struct look *look, const struct policy *policy,
                          struct item statement) {
    (void)policy;
    static const char *const keys[] = {"Action", "NotAction"};
    for (size_t k = 0; k < 2; k++) {
        struct item actions = item_in(look, statement, keys[k]);
        for (uint32_t i = 0; i < item_some(actions); i++) {
            check_action(look, item_one(look, actions, i));
        }
    }
}

/* The library's components say it themselves. */
void lint_unknown_action(const struct look *look) {
    if (!look_in_library(look)) each_statement(look, check_actions);
}

/* ---- who is meant ---- */

/* Keys that say how a request is made, and not by whom. */
static bool is_about_way(struct text key) {
    return is_word("aws:SecureTransport aws:securetransport s3:TlsVersion aws:CurrentTime "
                   "aws:EpochTime aws:UserAgent s3:x-amz-acl s3:x-amz-server-side-encryption "
                   "s3:prefix s3:delimiter s3:max-keys sns:Protocol",
                   key);
}

/* Whether one of the values is "*", which all others are, too. */
static bool is_anything(const struct look *look, struct item values) {
    for (uint32_t i = 0; i < item_some(values); i++) {
        if (item_is(item_one(look, values, i), "*")) return true;
    }
    return false;
}

/* Whether a condition lets in some and not others. */
static bool tells_apart(const struct look *look, struct item statement) {
    struct item condition = item_in(look, statement, "Condition");
    if (!item_is_record(condition)) return !item_is_absent(condition);
    for (uint32_t i = 0; i < item_entries(condition); i++) {
        struct text operator;
        struct item keys = item_entry(look, condition, i, &operator);
        if (!item_is_record(keys)) return true;
        bool is_like = is_word("StringLike ArnLike ArnEquals StringLikeIfExists", operator);
        for (uint32_t k = 0; k < item_entries(keys); k++) {
            struct text key;
            struct item values = item_entry(look, keys, k, &key);
            if (!is_about_way(key) && !(is_like && is_anything(look, values))) return true;
        }
    }
    return false;
}

static void check_anybody(const struct look *look, const struct policy *policy,
                          struct item statement) {
    struct item where, others = item_in(look, statement, "NotPrincipal");
    if (policy->kind == POLICY_IDENTITY || !statement_allows(look, statement) ||
        tells_apart(look, statement)) {
        return;
    }
    if (!item_is_absent(others)) {
        struct diagnostic *d = warn(look, others, "the policy lets everybody in but these");
        warn_hint(look, d, "Name who is meant in Principal, or deny these.");
        return;
    }
    if (!principal_is_anybody(look, item_in(look, statement, "Principal"), &where)) return;
    bool has_condition = item_entries(item_in(look, statement, "Condition")) > 0;
    struct diagnostic *d =
        warn(look, where,
             policy->kind == POLICY_TRUST ? "anybody with an AWS account may assume the role"
                                          : "the policy lets everybody in");
    warn_hint(look, d,
              has_condition ? "Its Condition tells nobody apart: name who is meant."
                            : "Name who is meant, or add a Condition.");
}

#define GITHUB "token.actions.githubusercontent.com"

/* Whether a condition says which repository, by the subject or a claim of its own. */
static bool names_repository(const struct look *look, struct item statement) {
    struct item condition = item_in(look, statement, "Condition");
    if (!item_is_record(condition)) return !item_is_absent(condition);
    for (uint32_t i = 0; i < item_entries(condition); i++) {
        struct item keys = item_entry(look, condition, i, NULL);
        if (!item_is_record(keys)) return true;
        for (uint32_t k = 0; k < item_entries(keys); k++) {
            struct text key, subject;
            struct item values = item_entry(look, keys, k, &key);
            bool is_wide = false;
            for (uint32_t v = 0; v < item_some(values); v++) {
                is_wide |= item_text(item_one(look, values, v), &subject) &&
                           is_word("* repo:* repo:*/*", subject);
            }
            if (!text_is(key, GITHUB ":aud") && !is_wide) return true;
        }
    }
    return false;
}

/* Whether the provider is GitHub's: one of the program, or by its ARN. */
static bool is_github(const struct look *look, struct item item) {
    const struct resource *provider = item_resource(item);
    struct text text;
    if (provider) {
        return resource_is(provider, "AWS::IAM::OIDCProvider") &&
               item_is(item_of(look, provider, "Url"), "https://" GITHUB);
    }
    return item_rough_text(look, item, "x", &text) &&
           text_ends(text, TEXT(":oidc-provider/" GITHUB));
}

/* GitHub vouches for all repositories alike: which one it is says a condition. */
static void check_repository(const struct look *look, const struct policy *policy,
                             struct item statement) {
    if (policy->kind != POLICY_TRUST || !statement_allows(look, statement) ||
        names_repository(look, statement)) {
        return;
    }
    struct item providers = item_in(look, statement, "Principal.Federated");
    for (uint32_t i = 0; i < item_some(providers); i++) {
        struct item item = item_one(look, providers, i);
        if (!is_github(look, item)) continue;
        struct diagnostic *d =
            warn(look, item, "workflows of every repository on GitHub may assume the role");
        warn_hint(look, d,
                  "Write Condition = { StringLike = { \"" GITHUB
                  ":sub\" = \"repo:owner/name:*\" } }.");
    }
}

/* A domain in a VPC, or with users of its own, may well let everybody in. */
void lint_open_domain(const struct look *look) {
    if (item_is_absent(item_get(look, "VPCOptions")) &&
        item_is_absent(item_get(look, "AdvancedSecurityOptions"))) {
        each_statement(look, check_anybody);
    }
}

void lint_open_policy(const struct look *look) {
    each_statement(look, check_anybody);
    each_statement(look, check_repository);
}

/* ---- keys that nobody can change any more ---- */

static bool may_change_key(const struct look *look, struct item statement) {
    if (!item_is_absent(item_in(look, statement, "NotAction"))) return true;
    struct item actions = item_in(look, statement, "Action");
    for (uint32_t i = 0; i < item_some(actions); i++) {
        struct text action;
        if (!item_text(item_one(look, actions, i), &action)) return true;
        if (is_word("kms:* * kms:PutKeyPolicy kms:Put*", action)) return true;
    }
    return false;
}

void lint_key_lockout(const struct look *look) {
    if (item_is_true(item_get(look, "BypassPolicyLockoutSafetyCheck"))) return;
    struct item policy = item_get(look, "KeyPolicy"), list = item_in(look, policy, "Statement");
    if (!item_is_record(policy) || !item_some(list)) return;
    for (uint32_t i = 0; i < item_some(list); i++) {
        struct item statement = item_one(look, list, i);
        bool allows = !item_is(item_in(look, statement, "Effect"), "Deny");
        if (!item_is_record(statement) || (allows && may_change_key(look, statement))) return;
    }
    struct diagnostic *d =
        warn(look, policy, "nobody may change the key's policy, which KMS refuses");
    warn_hint(look, d,
              "Allow \"kms:*\" to the account: Principal = { AWS = "
              "\"arn:aws:iam::${account}:root\" }.");
}

/* ---- sizes ---- */

static bool is_whole(struct value value) {
    return value.kind != VALUE_POISON && !value_is_open(value);
}

/* Bytes of a document, white space left out as IAM does; 0 where it is not wholly known. */
static size_t document_size(struct item document) {
    if (!is_whole(document.value)) return 0;
    struct buffer out;
    buffer_init(&out);
    value_json(&out, document.value, 0);
    size_t size = 0;
    bool in_text = false;
    for (size_t i = 0; i < out.length; i++) {
        if (out.bytes[i] == '"' && (i == 0 || out.bytes[i - 1] != '\\')) in_text = !in_text;
        size += in_text || out.bytes[i] != ' ';
    }
    buffer_release(&out);
    return size;
}

static void check_size(const struct look *look, struct item at, size_t size, size_t most,
                       const char *what) {
    if (size <= most) return;
    struct diagnostic *d =
        warn(look, at, "%s may have %zu characters, and this has %zu", what, most, size);
    warn_hint(look, d, "Split it into several managed policies.");
}

void lint_policy_size(const struct look *look) {
    const struct resource *resource = look->resource;
    if (resource_is(resource, "AWS::IAM::ManagedPolicy")) {
        struct item document = item_get(look, "PolicyDocument");
        check_size(look, document, document_size(document), 6144, "a managed policy");
        return;
    }
    size_t most = resource_is(resource, "AWS::IAM::Role")   ? 10240
                  : resource_is(resource, "AWS::IAM::User") ? 2048
                                                            : 5120;
    struct item list = item_get(look, "Policies");
    size_t size = 0;
    for (uint32_t i = 0; i < item_count(list); i++) {
        size += document_size(item_in(look, item_at(look, list, i), "PolicyDocument"));
    }
    check_size(look, list, size, most, "all inline policies together");
}

/* ---- permissions of functions ---- */

void lint_permission_action(const struct look *look) {
    check_action(look, item_get(look, "Action"));
}

void lint_permission_source(const struct look *look) {
    struct text principal;
    struct item item = item_get(look, "Principal");
    if (!item_text(item, &principal)) return;
    bool has_source = !item_is_absent(item_get(look, "SourceArn")) ||
                      !item_is_absent(item_get(look, "SourceAccount")) ||
                      !item_is_absent(item_get(look, "PrincipalOrgID")) ||
                      !item_is_absent(item_get(look, "EventSourceToken")) ||
                      !item_is_absent(item_get(look, "FunctionUrlAuthType"));
    if (has_source) return;
    if (text_is(principal, "*")) {
        warn(look, item, "anybody may invoke the function");
        return;
    }
    if (!is_word("s3.amazonaws.com sns.amazonaws.com events.amazonaws.com "
                 "apigateway.amazonaws.com logs.amazonaws.com elasticloadbalancing.amazonaws.com",
                 principal)) {
        return;
    }
    struct diagnostic *d =
        warn(look, item, "anybody's \"%.*s\" may invoke the function", TEXT_ARGS(principal));
    warn_hint(look, d, "Write SourceArn = ..., the resource whose events are meant.");
}
