/* Lints about permissions: policy documents, and who may assume or invoke what. */
#include "lint/internal.h"
#include "schema/iam.h"

static struct item actions_of(const struct look *look, struct item statement) {
    return item_in(look, statement, "Action");
}

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

static void check_statement(const struct look *look, const struct policy *policy,
                            struct item statement) {
    check_keys(look, statement);
    check_effect(look, statement);
    check_one(look, statement, "Action", "NotAction");
    bool has_principal = has(look, statement, "Principal") || has(look, statement, "NotPrincipal");
    bool has_resource = has(look, statement, "Resource") || has(look, statement, "NotResource");
    switch (policy->kind) {
    case POLICY_IDENTITY:
        if (has_principal)
            warn(look, statement, "a policy of a role, user or group has no \"Principal\"");
        check_one(look, statement, "Resource", "NotResource");
        break;
    case POLICY_TRUST:
        if (has_resource) warn(look, statement, "a trust policy has no \"Resource\"");
        check_one(look, statement, "Principal", "NotPrincipal");
        break;
    case POLICY_RESOURCE:
        check_one(look, statement, "Principal", "NotPrincipal");
        break;
    }
}

void lint_policy_statement(const struct look *look) {
    each_statement(look, check_statement);
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

/* ---- actions ---- */

static void hint_action(const struct look *look, struct diagnostic *d, struct text action) {
    struct text prefix = {action.bytes, 0}, near = iam_action_near(action);
    while (action.bytes[prefix.length] != ':') prefix.length++;
    if (near.length) {
        warn_hint(look, d, "Did you mean \"%.*s:%.*s\"? Capitals do not matter.",
                  TEXT_ARGS(prefix), TEXT_ARGS(near));
    } else if (!iam_prefix_known(prefix)) {
        warn_hint(look, d, "No service has actions that begin with \"%.*s:\".", TEXT_ARGS(prefix));
    }
}

static void check_action(const struct look *look, struct item item) {
    struct text action;
    if (!item_text(item, &action) || text_is(action, "*")) return;
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

static void check_wildcard_action(const struct look *look, const struct policy *policy,
                                  struct item statement) {
    if (policy->kind != POLICY_IDENTITY || !statement_allows(look, statement)) return;
    struct item actions = actions_of(look, statement);
    for (uint32_t i = 0; i < item_some(actions); i++) {
        struct item action = item_one(look, actions, i);
        if (item_is(action, "*") || item_is(action, "*:*")) {
            struct diagnostic *d = warn(look, action, "the policy allows every action there is");
            warn_hint(look, d, "Name the actions that are needed, such as \"s3:GetObject\".");
        } else if (item_is(action, "iam:*") || item_is(action, "sts:*") ||
                   item_is(action, "organizations:*")) {
            struct diagnostic *d =
                warn(look, action, "who may do all of \"%.*s\" can give itself any permission",
                     TEXT_ARGS(value_as_text(action.value)));
            warn_hint(look, d, "Name the actions that are needed, such as \"iam:GetRole\".");
        }
    }
    if (!item_is_absent(item_in(look, statement, "NotAction"))) {
        warn(look, item_in(look, statement, "NotAction"),
             "the policy allows every action but these, and those that AWS adds");
    }
}

void lint_wildcard_action(const struct look *look) {
    each_statement(look, check_wildcard_action);
}

/* Actions on things that have ARNs, which read, change or hand on what they are about. */
static bool is_about_one(struct text action) {
    return is_word("iam:PassRole iam:CreateAccessKey iam:AttachRolePolicy iam:PutRolePolicy "
                   "iam:CreatePolicyVersion iam:UpdateAssumeRolePolicy sts:AssumeRole "
                   "s3:GetObject s3:PutObject s3:DeleteObject s3:ListBucket s3:* "
                   "dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem dynamodb:UpdateItem "
                   "dynamodb:Query dynamodb:Scan dynamodb:* "
                   "sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage sqs:* "
                   "sns:Publish sns:* lambda:InvokeFunction lambda:UpdateFunctionCode lambda:* "
                   "secretsmanager:GetSecretValue secretsmanager:* ssm:GetParameter "
                   "ssm:GetParameters ssm:GetParametersByPath kms:Decrypt kms:* "
                   "rds:DeleteDBInstance ec2:TerminateInstances",
                   action);
}

static bool has_everything(const struct look *look, struct item resources) {
    for (uint32_t i = 0; i < item_some(resources); i++) {
        if (item_is(item_one(look, resources, i), "*")) return true;
    }
    return false;
}

static void check_wildcard_resource(const struct look *look, const struct policy *policy,
                                    struct item statement) {
    struct item resources = item_in(look, statement, "Resource");
    if (policy->kind != POLICY_IDENTITY || !statement_allows(look, statement) ||
        !item_is_absent(item_in(look, statement, "Condition")) ||
        !has_everything(look, resources)) {
        return;
    }
    struct item actions = actions_of(look, statement);
    for (uint32_t i = 0; i < item_some(actions); i++) {
        struct text action;
        if (!item_text(item_one(look, actions, i), &action) || !is_about_one(action)) continue;
        struct diagnostic *d = warn(
            look, resources, "\"%.*s\" is allowed on everything in the account", TEXT_ARGS(action));
        warn_hint(look, d, "Write the resource that is meant, or its ARN, in place of \"*\".");
        return;
    }
}

void lint_wildcard_resource(const struct look *look) {
    each_statement(look, check_wildcard_resource);
}

/* ---- who is meant ---- */

static void check_anybody(const struct look *look, const struct policy *policy,
                          struct item statement) {
    struct item where;
    if (policy->kind == POLICY_IDENTITY || !statement_allows(look, statement) ||
        !item_is_absent(item_in(look, statement, "Condition"))) {
        return;
    }
    if (!principal_is_anybody(look, item_in(look, statement, "Principal"), &where)) return;
    struct diagnostic *d =
        warn(look, where,
             policy->kind == POLICY_TRUST ? "anybody with an AWS account may assume the role"
                                          : "the policy lets everybody in");
    warn_hint(look, d, "Name who is meant, or add a Condition.");
}

void lint_open_policy(const struct look *look) {
    each_statement(look, check_anybody);
}

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
    bool digits = text.length == 12;
    for (size_t i = 0; digits && i < text.length; i++) {
        digits = text.bytes[i] >= '0' && text.bytes[i] <= '9';
    }
    return digits;
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

void lint_principal_form(const struct look *look) {
    each_statement(look, check_principal);
}

/* ---- keys that nobody can change any more ---- */

static bool may_change_key(const struct look *look, struct item statement) {
    if (!item_is_absent(item_in(look, statement, "NotAction"))) return true;
    struct item actions = actions_of(look, statement);
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

/* ---- policies that say nothing, and those of AWS that say everything ---- */

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

void lint_boundless_policy(const struct look *look) {
    struct item arns = item_get(look, "ManagedPolicyArns");
    for (uint32_t i = 0; i < item_count(arns); i++) {
        struct text arn;
        struct item item = item_at(look, arns, i);
        if (!item_rough_text(look, item, "x", &arn) ||
            !text_ends(arn, TEXT(":policy/AdministratorAccess")))
            continue;
        struct diagnostic *d = warn(look, item, "AdministratorAccess allows every action there is");
        warn_hint(look, d, "Write a policy with the actions that are needed.");
    }
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
