/* Lints about policies that allow too much: every action, every resource, all that AWS has. IAM
 * does not mind the case of actions. */
#include "lint/internal.h"
#include "schema/managed.h"

/* "*", "*:*", "**". */
static bool is_every_action(struct text action) {
    for (size_t i = 0; i < action.length; i++) {
        if (!strchr("*:", action.bytes[i])) return false;
    }
    return action.length > 0;
}

static void check_every_action(const struct look *look, const struct policy *policy,
                               struct item statement) {
    if (policy->kind != POLICY_IDENTITY || !statement_allows(look, statement)) return;
    struct item actions = item_in(look, statement, "Action");
    for (uint32_t i = 0; i < item_some(actions); i++) {
        struct item item = item_one(look, actions, i);
        struct text action;
        if (!item_text(item, &action)) continue;
        if (is_every_action(action)) {
            struct diagnostic *d = warn(look, item, "the policy allows every action there is");
            warn_hint(look, d, "Name the actions that are needed, such as \"s3:GetObject\".");
        } else if (is_word("iam:* sts:* organizations:*", text_lower(look_arena(look), action))) {
            struct diagnostic *d =
                warn(look, item, "who may do all of \"%.*s\" can give itself any permission",
                     TEXT_ARGS(action));
            warn_hint(look, d, "Name the actions that are needed, such as \"iam:GetRole\".");
        }
    }
    if (!item_is_absent(item_in(look, statement, "NotAction"))) {
        warn(look, item_in(look, statement, "NotAction"),
             "the policy allows every action but these, and those that AWS adds");
    }
}

void lint_wildcard_action(const struct look *look) {
    each_statement(look, check_every_action);
}

/* ---- on everything ---- */

/* Actions on things that have ARNs, which read, change or hand on what they are about. */
static const char about_one[] =
    "iam:passrole iam:createaccesskey iam:attachrolepolicy iam:putrolepolicy "
    "iam:createpolicyversion iam:updateassumerolepolicy sts:assumerole "
    "s3:getobject s3:putobject s3:deleteobject "
    "dynamodb:getitem dynamodb:putitem dynamodb:deleteitem dynamodb:updateitem "
    "dynamodb:query dynamodb:scan dynamodb:batchwriteitem dynamodb:batchgetitem "
    "sqs:sendmessage sqs:receivemessage sqs:deletemessage "
    "sns:publish lambda:invokefunction lambda:updatefunctioncode "
    "secretsmanager:getsecretvalue ssm:getparameter "
    "ssm:getparameters ssm:getparametersbypath kms:decrypt "
    "rds:deletedbinstance ec2:terminateinstances";

/* Whether the action is, or as a pattern holds, one of those. */
static bool is_about_one(struct text action) {
    if (text_is(action, "s3:listbucket")) return true; /* "s3:List*" is also what needs "*" */
    for (const char *at = about_one; *at;) {
        struct text word = {at, strcspn(at, " ")};
        if (text_like(word, action)) return true;
        at += word.length + (at[word.length] == ' ');
    }
    return false;
}

/* All of a service, whose actions are about things with ARNs. */
static bool is_whole_service(struct text action) {
    if (!text_ends(action, TEXT(":*")) || is_every_action(action)) return false;
    return !is_word("ce:* cloudwatch:* cur:* health:* iam:* logs:* organizations:* pricing:* "
                    "servicequotas:* sts:* support:* tag:* trustedadvisor:* xray:*",
                    action);
}

/* "*", or an ARN that says of what kind alone: "arn:aws:s3:::*", "...:function:*". */
static bool is_everything(const struct look *look, struct item item) {
    static const char *const kinds[] = {"",        "*/",         "role/", "table/", "function:",
                                        "secret:", "parameter/", "key/",  "db:",    "instance/"};
    struct text text;
    if (item_is(item, "*")) return true;
    struct arn arn;
    if (!item_rough_text(look, item, "x", &text) || !arn_read(text, &arn)) return false;
    struct text rest = arn.rest;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i]);
        if (rest.length == length + 1 && rest.bytes[length] == '*' &&
            memcmp(rest.bytes, kinds[i], length) == 0) {
            return true;
        }
    }
    return false;
}

static bool find_everything(const struct look *look, struct item resources, struct item *where) {
    for (uint32_t i = 0; i < item_some(resources); i++) {
        *where = item_one(look, resources, i);
        if (is_everything(look, *where)) return true;
    }
    return false;
}

/* The first action that is meant of one thing; false where there is none. */
static bool find_meant(const struct look *look, struct item actions, struct text *action) {
    for (uint32_t i = 0; i < item_some(actions); i++) {
        if (!item_text(item_one(look, actions, i), action)) continue;
        struct text small = text_lower(look_arena(look), *action);
        if (is_every_action(small)) continue; /* which is told as such */
        if (text_ends(small, TEXT(":*")) ? is_whole_service(small) : is_about_one(small))
            return true;
    }
    return false;
}

static void check_everything(const struct look *look, const struct policy *policy,
                             struct item statement) {
    struct item resources = item_in(look, statement, "Resource"), where = resources;
    struct item others = item_in(look, statement, "NotResource");
    struct text action;
    if (policy->kind != POLICY_IDENTITY || !statement_allows(look, statement) ||
        !item_is_absent(item_in(look, statement, "Condition")) ||
        !find_meant(look, item_in(look, statement, "Action"), &action)) {
        return;
    }
    if (!item_is_absent(others)) {
        warn(look, others, "\"%.*s\" is allowed on everything but these, whoever owns it",
             TEXT_ARGS(action));
        return;
    }
    if (!find_everything(look, resources, &where)) return;
    bool is_all = item_is(where, "*");
    struct diagnostic *d =
        warn(look, is_all ? resources : where, "\"%.*s\" is allowed on everything %s",
             TEXT_ARGS(action), is_all ? "in the account" : "of its kind");
    warn_hint(look, d, "Write the resource that is meant, or its ARN, in place of \"*\".");
}

void lint_wildcard_resource(const struct look *look) {
    each_statement(look, check_everything);
}

/* ---- policies of AWS ---- */

/* "AdministratorAccess" of "policy/AdministratorAccess"; empty for what is no path. */
static struct text managed_name(struct text rest) {
    struct text name = rest;
    for (size_t i = 0; i < rest.length; i++) {
        if (rest.bytes[i] == '/') name = (struct text){rest.bytes + i + 1, rest.length - i - 1};
    }
    return name.length < rest.length ? name : TEXT("");
}

void lint_boundless_policy(const struct look *look) {
    static const struct {
        const char *name, *what;
    } all[] = {
        {"AdministratorAccess", "every action there is"},
        {"PowerUserAccess", "every action but those on users"},
        {"IAMFullAccess", "to give oneself any permission"},
    };
    struct item arns = item_get(look, "ManagedPolicyArns");
    for (uint32_t i = 0; i < item_count(arns); i++) {
        struct text text;
        struct arn arn;
        struct item item = item_at(look, arns, i);
        if (!item_rough_text(look, item, "x", &text) || !arn_read(text, &arn)) continue;
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            if (!text_is(managed_name(arn.rest), all[k].name)) continue;
            struct diagnostic *d = warn(look, item, "%s allows %s", all[k].name, all[k].what);
            warn_hint(look, d, "Write a policy with the actions that are needed.");
        }
    }
}

/* What is written before the name: "policy/service-role/". */
static void check_path(const struct look *look, struct item item, struct text rest) {
    struct text name = managed_name(rest);
    struct text path = {rest.bytes + strlen("policy"),
                        rest.length - strlen("policy") - name.length};
    struct text known;
    struct diagnostic *d;
    if (!schema_managed_find(name, &known)) {
        struct text near = schema_managed_near(name);
        /* else one that has come since, perhaps: "...V2" of one that is known */
        if (!near.length || text_starts(name, near)) return;
        d = warn(look, item, "AWS has no policy \"%.*s\"", TEXT_ARGS(name));
        warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near));
    } else if (!text_equal(path, known)) {
        d = warn(look, item, "AWS has its policy %.*s at \"policy%.*s%.*s\"", TEXT_ARGS(name),
                 TEXT_ARGS(known), TEXT_ARGS(name));
        warn_hint(look, d, "Write \"arn:${partition}:iam::aws:policy%.*s%.*s\".", TEXT_ARGS(known),
                  TEXT_ARGS(name));
    } else if (text_is(path, "/aws-service-role/")) {
        warn(look, item, "%.*s is for roles that AWS makes itself, and IAM refuses it for others",
             TEXT_ARGS(name));
    }
}

/* What is no ARN at all breaks the pattern of the schema, which is told. */
static void check_managed(const struct look *look, struct item item) {
    struct text text;
    struct arn arn;
    if (!item_rough_text(look, item, "x", &text) || !text_starts(text, TEXT("arn:")) ||
        look_is_told(look, item)) {
        return;
    }
    if (!arn_read(text, &arn) || !text_starts(arn.rest, TEXT("policy/"))) {
        warn(look, item, "the ARN is none of a policy");
        return;
    }
    if (!text_is(arn.service, "iam") || arn.region.length) return;
    if (text_is(arn.account, "aws")) {
        check_path(look, item, arn.rest);
    } else if (!arn.account.length) {
        struct text path;
        bool is_managed = schema_managed_find(managed_name(arn.rest), &path);
        struct diagnostic *d =
            warn(look, item, "the ARN of a policy names its account, or \"aws\"");
        warn_hint(look, d, "Write \"arn:${partition}:iam::%s:%.*s\".",
                  is_managed ? "aws" : "${account}", TEXT_ARGS(arn.rest));
    }
}

void lint_managed_policy(const struct look *look) {
    struct item arns = item_get(look, "ManagedPolicyArns"),
                lists = item_get(look, "ManagedPolicies");
    for (uint32_t i = 0; i < item_count(arns); i++)
        check_managed(look, item_at(look, arns, i));
    for (uint32_t i = 0; i < item_count(lists); i++)
        check_managed(look, item_at(look, lists, i));
    check_managed(look, item_get(look, "PermissionsBoundary"));
}
