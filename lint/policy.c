/* The policy documents that resources hold: where each type keeps them, and their statements. */
#include "lint/internal.h"
#include "template/document.h"

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
    {"AWS::S3Express::BucketPolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
    {"AWS::KMS::ReplicaKey", POLICY_RESOURCE, NULL, "KeyPolicy"},
    {"AWS::DynamoDB::Table", POLICY_RESOURCE, NULL, "ResourcePolicy.PolicyDocument"},
    {"AWS::ECR::RegistryPolicy", POLICY_RESOURCE, NULL, "PolicyText"},
    {"AWS::CodeArtifact::Domain", POLICY_RESOURCE, NULL, "PermissionsPolicyDocument"},
    {"AWS::CodeArtifact::Repository", POLICY_RESOURCE, NULL, "PermissionsPolicyDocument"},
    {"AWS::Logs::ResourcePolicy", POLICY_RESOURCE, NULL, "PolicyDocument"},
};

enum { HOLDERS = sizeof holders / sizeof *holders };

static struct value value_of(const struct look *look, const struct document *document) {
    struct arena *arena = look_arena(look);
    uint32_t count = 0;
    if (document->kind == DOCUMENT_LIST) {
        struct value *items = arena_alloc(arena, document->count * sizeof *items + 1);
        for (const struct document *c = document->children; c; c = c->next)
            items[count++] = value_of(look, c);
        return value_list(items, count);
    }
    if (document->kind == DOCUMENT_OBJECT) {
        struct record *record = record_new(arena, document->count);
        for (const struct document *c = document->children; c; c = c->next) {
            const struct name *key = names_intern(look_deployment(look)->names, c->key);
            record_put(arena, record, key, value_of(look, c), NULL);
        }
        return value_record(record);
    }
    return document->kind == DOCUMENT_TEXT ? value_text(document->text) : value_poison();
}

/* A document that is written as a text of JSON, such as one that a file holds. */
static struct item read_document(const struct look *look, struct item item) {
    struct document *document;
    struct failure why;
    struct text text;
    if (!item_text(item, &text) || !text_starts(text, TEXT("{")) ||
        !document_read(look_arena(look), text, &document, &why)) {
        return item;
    }
    item.value = item.raw = value_of(look, document);
    return item;
}

static void visit_document(const struct look *look, struct policy *policy, struct item document,
                           void (*visit)(const struct look *look, const struct policy *policy)) {
    policy->document = read_document(look, document);
    if (item_is_record(policy->document)) visit(look, policy);
}

static void visit_holder(const struct look *look, const struct holder *holder,
                         void (*visit)(const struct look *look, const struct policy *policy)) {
    struct policy policy = {.kind = holder->kind};
    if (!holder->list) {
        visit_document(look, &policy, item_get(look, holder->path), visit);
        return;
    }
    struct item list = item_get(look, holder->list);
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item document = item_in(look, item_at(look, list, i), holder->path);
        visit_document(look, &policy, document, visit);
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
