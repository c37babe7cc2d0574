/* The policy documents that resources hold: where each type keeps them, and their statements. */
#include "lint/internal.h"

struct holder {
    const char *type;
    enum policy_kind kind;
    const char *list, *path; /* the list that holds records with the document, or NULL */
};

static const struct holder holders[] = {
    {"AWS::IAM::Role", POLICY_TRUST, NULL, "AssumeRolePolicyDocument"},
    {"AWS::IAM::Role", POLICY_IDENTITY, "Policies", "PolicyDocument"},
    {"AWS::IAM::User", POLICY_IDENTITY, "Policies", "PolicyDocument"},
    {"AWS::IAM::Group", POLICY_IDENTITY, "Policies", "PolicyDocument"},
    {"AWS::IAM::ManagedPolicy", POLICY_IDENTITY, NULL, "PolicyDocument"},
    {"AWS::IAM::Policy", POLICY_IDENTITY, NULL, "PolicyDocument"},
    {"AWS::IAM::RolePolicy", POLICY_IDENTITY, NULL, "PolicyDocument"},
    {"AWS::IAM::UserPolicy", POLICY_IDENTITY, NULL, "PolicyDocument"},
    {"AWS::IAM::GroupPolicy", POLICY_IDENTITY, NULL, "PolicyDocument"},
    {"AWS::SSO::PermissionSet", POLICY_IDENTITY, NULL, "InlinePolicy"},
    {"AWS::S3::BucketPolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::SQS::QueuePolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::SQS::QueueInlinePolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::SNS::TopicPolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::SNS::TopicInlinePolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::KMS::Key", POLICY_RESOURCE, NULL, "KeyPolicy"},
    {"AWS::SecretsManager::ResourcePolicy", POLICY_RESOURCE, NULL, "ResourcePolicy"},
    {"AWS::ECR::Repository", POLICY_RESOURCE, NULL, "RepositoryPolicyText"},
    {"AWS::EC2::VPCEndpoint", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::EFS::FileSystem", POLICY_RESOURCE, NULL, "FileSystemPolicy"},
    {"AWS::ApiGateway::RestApi", POLICY_RESOURCE, NULL, "Policy"},
    {"AWS::OpenSearchService::Domain", POLICY_RESOURCE, NULL, "AccessPolicies"},
    {"AWS::Backup::BackupVault", POLICY_RESOURCE, NULL, "AccessPolicy"},
    {"AWS::Kinesis::ResourcePolicy", POLICY_RESOURCE, NULL, "ResourcePolicy"},
    {"AWS::S3::AccessPoint", POLICY_RESOURCE, NULL, "Policy"},
};

enum { HOLDERS = sizeof holders / sizeof *holders };

static void visit_holder(const struct look *look, const struct holder *holder,
                         void (*visit)(const struct look *look, const struct policy *policy)) {
    struct policy policy = {.kind = holder->kind};
    if (!holder->list) {
        policy.document = item_get(look, holder->path);
        if (item_is_record(policy.document)) visit(look, &policy);
        return;
    }
    struct item list = item_get(look, holder->list);
    for (uint32_t i = 0; i < item_count(list); i++) {
        policy.document = item_in(look, item_at(look, list, i), holder->path);
        if (item_is_record(policy.document)) visit(look, &policy);
    }
}

void each_policy(const struct look *look,
                 void (*visit)(const struct look *look, const struct policy *policy)) {
    for (size_t i = 0; i < HOLDERS; i++) {
        if (resource_is(look->resource, holders[i].type)) visit_holder(look, &holders[i], visit);
    }
}

struct statements {
    struct look look; /* first: what the visitor of policies gets is this */
    void (*visit)(const struct look *look, const struct policy *policy, struct item statement);
};

static void visit_policy(const struct look *look, const struct policy *policy) {
    const struct statements *statements = (const struct statements *)look;
    struct item list = item_in(look, policy->document, "Statement");
    for (uint32_t i = 0; i < item_some(list); i++) {
        struct item statement = item_one(look, list, i);
        if (item_is_record(statement)) statements->visit(look, policy, statement);
    }
}

void each_statement(const struct look *look,
                    void (*visit)(const struct look *look, const struct policy *policy,
                                  struct item statement)) {
    struct statements statements = {*look, visit};
    each_policy(&statements.look, visit_policy);
}

bool statement_allows(const struct look *look, struct item statement) {
    return item_is(item_in(look, statement, "Effect"), "Allow");
}

bool principal_is_anybody(const struct look *look, struct item principal, struct item *where) {
    *where = principal;
    if (item_is(principal, "*")) return true;
    for (uint32_t i = 0; i < item_entries(principal); i++) {
        struct item who = item_entry(look, principal, i, NULL);
        for (uint32_t j = 0; j < item_some(who); j++) {
            *where = item_one(look, who, j);
            if (item_is(*where, "*")) return true;
        }
    }
    return false;
}
