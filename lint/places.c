/* Lints about where things are: accounts, regions, zones; and what does not belong in a program. */
#include "lint/internal.h"

/* ---- ARNs ---- */

static void check_partition(const struct look *look, struct item item, void *context) {
    struct text text;
    struct arn arn;
    (void)context;
    const struct region *region = look->resource->region;
    if (!item_rough_text(look, item, "*", &text) || !arn_read(text, &arn)) return;
    if (!is_word("aws aws-cn aws-us-gov", arn.partition) ||
        text_equal(arn.partition, region->partition)) {
        return;
    }
    struct diagnostic *d =
        warn(look, item, "the ARN is of partition \"%.*s\", and region %.*s is in \"%.*s\"",
             TEXT_ARGS(arn.partition), TEXT_ARGS(region->name), TEXT_ARGS(region->partition));
    warn_hint(look, d, "Write ${partition} in its place.");
}

/* In one partition nearly every ARN is right, so there is nothing to look for. */
void lint_arn_partition(const struct look *look) {
    const struct region *region = look->resource->region;
    if (!region || text_is(region->partition, "aws")) return;
    for (uint32_t i = 0; i < look->resource->properties->count; i++) {
        struct item item = item_self(look);
        const struct record_entry *entry = &look->resource->properties->entries[i];
        item.value = item.raw = entry->value;
        item.node = value_node(entry, item.node);
        item_walk(look, item, check_partition, NULL);
    }
}

/* Whether the text that the program writes holds the word. */
static bool is_written(const struct look *look, const struct node *node, struct text word) {
    struct text source = span_text(look_deployment(look)->diagnostics->sources, node->span);
    return memmem(source.bytes, source.length, word.bytes, word.length) != NULL;
}

static void check_account(const struct look *look, struct item item, void *context) {
    struct text text, own = look_deployment(look)->account;
    struct arn arn;
    (void)context;
    if (!item_rough_text(look, item, "*", &text) || !arn_read(text, &arn) ||
        !text_equal(arn.account, own) || item.node->kind != NODE_TEXT ||
        !is_written(look, item.node, own)) {
        return;
    }
    struct diagnostic *d =
        warn(look, item, "the ARN names account %.*s, which is the project's own", TEXT_ARGS(own));
    warn_hint(look, d, "Write ${account} in its place.");
}

/* Where the project has no account, a number may be that of anybody else. */
void lint_account_id(const struct look *look) {
    struct item whole = item_whole(look->resource);
    if (!look_deployment(look)->account.length || look_in_library(look)) return;
    item_walk(look, whole, check_account, NULL);
}

static void check_region(const struct look *look, struct item item, const char *what) {
    struct text text;
    struct arn arn;
    const struct region *region = look->resource->region;
    const struct resource *other = item_resource(item);
    if (region && other && other->region && !look_shares_region(look, other)) {
        struct diagnostic *d = warn(look, item, "%s is of region %.*s, and this is %.*s", what,
                                    TEXT_ARGS(other->region->name), TEXT_ARGS(region->name));
        warn_note(look, d, item_of_resource(other), "which is declared here");
        return;
    }
    if (!region || !item_rough_text(look, item, "*", &text) || !arn_read(text, &arn)) return;
    if (schema_region_find(arn.region) < 0 || text_equal(arn.region, region->name)) return;
    struct diagnostic *d = warn(look, item, "%s is of region %.*s, and this is %.*s", what,
                                TEXT_ARGS(arn.region), TEXT_ARGS(region->name));
    warn_hint(look, d, "Name one of region %.*s; ${region} in a text is the region.",
              TEXT_ARGS(region->name));
}

/* What a property holds whose service takes only what lies in its own region, or NULL. */
static const char *local_thing(struct text property) {
    if (is_word("KmsKeyId KmsKeyArn KMSMasterKeyId KmsMasterKeyId", property)) return "the key";
    if (is_word("AlarmActions OKActions InsufficientDataActions", property)) return "the topic";
    if (text_is(property, "Layers")) return "the layer";
    if (text_is(property, "TargetGroupARNs")) return "the target group";
    return NULL;
}

/* Goes through what is written, once: there are many resources with none of these. */
void lint_arn_region(const struct look *look) {
    struct item whole = item_whole(look->resource);
    for (uint32_t i = 0; i < item_entries(whole); i++) {
        struct text property;
        struct item item = item_entry(look, whole, i, &property);
        bool may_hold =
            item.value.kind == VALUE_LIST || item.value.kind == VALUE_DEFERRED ||
            (item.value.kind == VALUE_TEXT && text_starts(value_as_text(item.value), TEXT("arn:")));
        const char *what = may_hold ? local_thing(property) : NULL;
        for (uint32_t k = 0; what && k < item_some(item); k++) {
            check_region(look, item_one(look, item, k), what);
        }
    }
    if (!resource_is(look->resource, "AWS::ElasticLoadBalancingV2::Listener")) return;
    struct item certificates = item_get(look, "Certificates");
    for (uint32_t i = 0; i < item_count(certificates); i++) {
        check_region(look, item_in(look, item_at(look, certificates, i), "CertificateArn"),
                     "the certificate");
    }
}

/* ---- zones ---- */

static void check_zone(const struct look *look, struct item item) {
    struct text zone;
    const struct region *region = look->resource->region;
    if (!region || !item_text(item, &zone) || zone.length < 2) return;
    if (schema_region_find(zone) >= 0) {
        struct diagnostic *d =
            warn(look, item, "\"%.*s\" is a region, and no zone of one", TEXT_ARGS(zone));
        warn_hint(look, d, "Write zones(1)[0], which is the first zone of the region.");
        return;
    }
    struct text of = {zone.bytes, zone.length - 1};
    if (schema_region_find(of) < 0 || text_equal(of, region->name)) return;
    struct diagnostic *d = warn(look, item, "\"%.*s\" is a zone of another region than %.*s",
                                TEXT_ARGS(zone), TEXT_ARGS(region->name));
    warn_hint(look, d, "Write zones(1)[0], which is the first zone of the region.");
}

void lint_foreign_zone(const struct look *look) {
    static const char *const paths[] = {"AvailabilityZone", "AvailabilityZones",
                                        "PreferredAvailabilityZone"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct item item = item_get(look, paths[i]);
        for (uint32_t k = 0; k < item_some(item); k++)
            check_zone(look, item_one(look, item, k));
    }
}

/* ---- images ---- */

static struct item image_of(const struct look *look, const struct resource *resource) {
    bool is_template = resource_is(resource, "AWS::EC2::LaunchTemplate");
    return item_of(look, resource, is_template ? "LaunchTemplateData.ImageId" : "ImageId");
}

/* An image has an id of its own in each region. */
void lint_image_region(const struct look *look) {
    static const char *const types[] = {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate"};
    struct item own = image_of(look, look->resource);
    struct text id, other;
    if (!item_text(own, &id) || !text_starts(id, TEXT("ami-"))) return;
    for (size_t t = 0; t < 2; t++) {
        struct group group = look_all(look, types[t]);
        for (uint32_t i = 0; i < group.count && group.resources[i] != look->resource; i++) {
            struct item theirs = image_of(look, group.resources[i]);
            if (look_shares_region(look, group.resources[i]) || !item_text(theirs, &other) ||
                !text_equal(id, other)) {
                continue;
            }
            struct diagnostic *d =
                warn(look, own, "image \"%.*s\" is used in two regions, and exists in one",
                     TEXT_ARGS(id));
            warn_hint(look, d, "Look it up with a param: image: deploy ssm(AWS::EC2::Image).");
            return;
        }
    }
}

/* ---- what does not belong into a program ---- */

/* The words of a name, in capital letters: "dbPassword" and "DB_PASSWORD" hold PASSWORD. */
static bool has_secret_word(struct text name) {
    static const char *const words[] = {"PASSWORD",   "PASSWD",      "SECRET",      "APIKEY",
                                        "API_KEY",    "PRIVATEKEY",  "PRIVATE_KEY", "ACCESS_TOKEN",
                                        "AUTH_TOKEN", "ACCESSTOKEN", "AUTHTOKEN"};
    static const char *const others[] = {"ARN",     "NAME",     "ID",     "PATH",
                                         "URL",     "FILE",     "POLICY", "LENGTH",
                                         "VERSION", "ROTATION", "REGION", "MANAGER"};
    char upper[64];
    if (name.length >= sizeof upper) return false;
    for (size_t i = 0; i < name.length; i++) {
        upper[i] = ascii_upper(name.bytes[i]);
    }
    struct text whole = {upper, name.length};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) { /* "SECRET_ARN" is none */
        if (text_ends(whole, text_of(others[i]))) return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (memmem(upper, name.length, words[i], strlen(words[i]))) return true;
    }
    return false;
}

/* "AKIA" and 16 capital letters or digits. */
static bool is_access_key(struct text text) {
    if (text.length != 20 ||
        !(text_starts(text, TEXT("AKIA")) || text_starts(text, TEXT("ASIA")))) {
        return false;
    }
    for (size_t i = 4; i < 20; i++) {
        char c = text.bytes[i];
        if (!(ascii_is_upper(c) || ascii_is_digit(c))) return false;
    }
    return true;
}

static void check_secret(const struct look *look, struct text name, struct item value) {
    struct text text;
    if (!item_text(value, &text) || text.length < 4 || text_starts(text, TEXT("arn:")) ||
        text_starts(text, TEXT("{{resolve:")) || is_word("true false none null", text)) {
        return;
    }
    if (!has_secret_word(name) && !is_access_key(text)) return;
    struct diagnostic *d = warn(
        look, value, "the secret \"%.*s\" stands in the program as plain text", TEXT_ARGS(name));
    warn_hint(look, d, "Keep it in Secrets Manager, and write secret_ref(\"its-name\").");
}

static void check_pairs(const struct look *look, struct item list) {
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item pair = item_at(look, list, i), type = item_in(look, pair, "Type");
        struct text name;
        if (!item_is_absent(type) && !item_is(type, "PLAINTEXT")) continue;
        if (item_text(item_in(look, pair, "Name"), &name)) {
            check_secret(look, name, item_in(look, pair, "Value"));
        }
    }
}

/* A secret that its own template tells. */
void lint_plain_store(const struct look *look) {
    struct item item = item_get(look, "SecretString");
    struct text text;
    if (!item_text(item, &text) || !text.length || text_starts(text, TEXT("{{resolve:"))) return;
    struct diagnostic *d = warn(look, item, "the secret stands in the program as plain text");
    warn_hint(look, d,
              "Write GenerateSecretString, or set the value with the AWS CLI once it is made.");
}

void lint_plain_parameter(const struct look *look) {
    struct text name;
    if (item_text(item_get(look, "Name"), &name)) check_secret(look, name, item_get(look, "Value"));
}

void lint_plain_secret(const struct look *look) {
    static const char *const passwords[] = {"MasterUserPassword", "MasterPassword", "AuthToken",
                                            "Password"};
    struct item variables = item_get(look, "Environment.Variables");
    for (uint32_t i = 0; i < item_entries(variables); i++) {
        struct text name;
        struct item value = item_entry(look, variables, i, &name);
        check_secret(look, name, value);
    }
    check_pairs(look, item_get(look, "Environment.EnvironmentVariables"));
    struct item containers = item_get(look, "ContainerDefinitions");
    for (uint32_t i = 0; i < item_count(containers); i++) {
        check_pairs(look, item_in(look, item_at(look, containers, i), "Environment"));
    }
    struct item hook = item_get(look, "AuthenticationConfiguration.SecretToken");
    check_secret(look, TEXT("SECRETTOKEN"), hook);
    for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++) {
        struct item value = item_get(look, passwords[i]);
        struct text text;
        if (item_text(value, &text)) check_secret(look, TEXT("password"), value);
    }
}

/* ---- what CloudFormation sees by itself ---- */

void lint_implied_dependency(const struct look *look) {
    struct value list = look->resource->meta->depends_on;
    if (list.kind != VALUE_LIST || look_in_library(look)) return;
    const struct node *node = look->resource->declared;
    struct node *body = node->unit.body;
    if (!body || body->kind != NODE_RECORD) return;
    for (struct node *e = body->record.entries.first; e; e = e->next) {
        if (e->kind != NODE_ENTRY || !(e->flags & NODE_META) ||
            !text_is(entry_text(e), "depends_on")) {
            continue;
        }
        for (uint32_t i = 0; i < list.length; i++) { /* of an instance, all that is inside */
            const struct resource *other =
                list.items[i].kind == VALUE_RESOURCE ? list.items[i].resource : NULL;
            if (!other || !look_uses(look, other)) return;
        }
        struct item at = {list, list, e->entry.value, NULL};
        struct diagnostic *d =
            warn(look, at, "it waits for these already, since it uses their values");
        warn_hint(look, d, "Take @depends_on away.");
    }
}
