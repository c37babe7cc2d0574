/* Lints about what holds data: queues, tables, buckets, databases. */
#include "lint/internal.h"

/* ---- queues and topics ---- */

static void check_fifo(const struct look *look, const char *property, const char *flag) {
    struct text name;
    struct item item = item_get(look, property), is_fifo = item_get(look, flag);
    if (!item_text(item, &name)) return;
    bool ends = text_ends(name, TEXT(".fifo"));
    if (item_is_true(is_fifo) && !ends) {
        struct diagnostic *d =
            warn(look, item, "the name of a FIFO queue or topic ends in \".fifo\"");
        warn_hint(look, d, "Write \"%.*s.fifo\".", TEXT_ARGS(name));
    } else if (ends && (item_is_absent(is_fifo) || item_is_false(is_fifo))) {
        struct diagnostic *d = warn(look, item, "a name that ends in \".fifo\" needs %s", flag);
        warn_hint(look, d, "Write %s = true.", flag);
    }
}

void lint_fifo_name(const struct look *look) {
    if (resource_is(look->resource, "AWS::SQS::Queue"))
        check_fifo(look, "QueueName", "FifoQueue");
    else
        check_fifo(look, "TopicName", "FifoTopic");
}

/* What RedrivePolicy sends messages to, if the program makes it. */
static const struct resource *dead_letters(const struct look *look, struct item *target) {
    *target = item_get(look, "RedrivePolicy.deadLetterTargetArn");
    const struct resource *queue = item_resource(*target);
    return queue && !queue->is_existing && resource_is(queue, "AWS::SQS::Queue") ? queue : NULL;
}

/* 1: a FIFO queue; 0: none; -1: not known. */
static int fifo_of(struct item flag) {
    bool is_fifo;
    if (item_is_absent(flag)) return 0;
    return item_bool(flag, &is_fifo) ? is_fifo : -1;
}

void lint_fifo_dead_letters(const struct look *look) {
    struct item target;
    const struct resource *queue = dead_letters(look, &target);
    if (!queue) return;
    int own = fifo_of(item_get(look, "FifoQueue")),
        other = fifo_of(item_of(look, queue, "FifoQueue"));
    if (own < 0 || other < 0 || own == other) return;
    struct diagnostic *d = warn(look, target, "the dead letters of a %s queue go to a %s one",
                                own ? "FIFO" : "standard", other ? "FIFO" : "standard");
    warn_note(look, d, item_of_resource(queue), "which is declared here");
}

/* ---- what a function reads ---- */

static const struct resource *referred(struct item item, const char *type) {
    const struct resource *resource = item_resource(item);
    return resource && !resource->is_existing && resource_is(resource, type) ? resource : NULL;
}

void lint_queue_visibility(const struct look *look) {
    const struct resource *queue = referred(item_get(look, "EventSourceArn"), "AWS::SQS::Queue");
    const struct resource *function =
        referred(item_get(look, "FunctionName"), "AWS::Lambda::Function");
    if (!queue || !function) return;
    struct item visibility = item_of(look, queue, "VisibilityTimeout");
    struct item timeout = item_of(look, function, "Timeout");
    int64_t hidden = 30, runs = 3;
    if (!item_is_absent(visibility) && !item_integer(visibility, &hidden)) return;
    if (!item_is_absent(timeout) && !item_integer(timeout, &runs)) return;
    if (hidden >= runs) return;
    struct diagnostic *d = warn(
        look, visibility, "a message is hidden for %lld seconds, and the function may run for %lld",
        (long long)hidden, (long long)runs);
    warn_hint(look, d,
              "Lambda refuses that; six times as long is advised: VisibilityTimeout = %lld.",
              (long long)runs * 6);
    warn_note(look, d, timeout, "the function reads the queue");
}

void lint_queue_dead_letters(const struct look *look) {
    const struct resource *queue = referred(item_get(look, "EventSourceArn"), "AWS::SQS::Queue");
    if (!queue) return;
    struct item redrive = item_of(look, queue, "RedrivePolicy");
    if (!item_is_absent(redrive)) return;
    struct diagnostic *d = warn(look, item_of_resource(queue),
                                "a message that its function fails on is tried again and again");
    warn_hint(look, d,
              "Give it a queue for dead letters: RedrivePolicy = { deadLetterTargetArn = ..., "
              "maxReceiveCount = 5 }.");
    warn_note(look, d, item_self(look), "the function reads the queue here");
}

void lint_batch_size(const struct look *look) {
    const struct resource *queue = referred(item_get(look, "EventSourceArn"), "AWS::SQS::Queue");
    struct item batch = item_get(look, "BatchSize"),
                window = item_get(look, "MaximumBatchingWindowInSeconds");
    int64_t size, seconds = 0;
    if (!queue || !item_integer(batch, &size) || size <= 10) return;
    if (fifo_of(item_of(look, queue, "FifoQueue")) == 1) {
        warn(look, batch, "a batch of a FIFO queue has at most 10 messages");
    } else if (item_is_absent(window) || (item_integer(window, &seconds) && seconds == 0)) {
        struct diagnostic *d =
            warn(look, batch, "a batch of more than 10 messages needs a time to wait for them");
        warn_hint(look, d, "Write MaximumBatchingWindowInSeconds = 1 or more.");
    }
}

/* ---- tables ---- */

struct attributes {
    struct text names[64];
    struct item items[64];
    bool is_used[64];
    uint32_t count;
};

/* Takes up the defined attributes; false where not all of them are known. */
static bool read_attributes(const struct look *look, struct attributes *attributes) {
    struct item list = item_get(look, "AttributeDefinitions");
    if (!item_is_list(list) || item_count(list) > 64) return false;
    for (uint32_t i = 0; i < item_count(list); i++) {
        struct item name = item_in(look, item_at(look, list, i), "AttributeName");
        if (!item_text(name, &attributes->names[attributes->count])) return false;
        attributes->items[attributes->count++] = name;
    }
    return true;
}

static bool use_key(const struct look *look, struct attributes *attributes, struct item schema) {
    for (uint32_t i = 0; i < item_count(schema); i++) {
        struct item item = item_in(look, item_at(look, schema, i), "AttributeName");
        struct text name;
        bool is_defined = false;
        if (!item_text(item, &name)) return false;
        for (uint32_t k = 0; k < attributes->count; k++) {
            if (!text_equal(attributes->names[k], name)) continue;
            attributes->is_used[k] = is_defined = true;
        }
        if (is_defined) continue;
        struct diagnostic *d =
            warn(look, item, "the key \"%.*s\" has no definition", TEXT_ARGS(name));
        warn_hint(look, d,
                  "Add { AttributeName = \"%.*s\", AttributeType = \"S\" } to "
                  "AttributeDefinitions.",
                  TEXT_ARGS(name));
    }
    return item_is_absent(schema) || item_is_list(schema);
}

static bool use_indexes(const struct look *look, struct attributes *attributes,
                        struct item indexes) {
    for (uint32_t i = 0; i < item_count(indexes); i++) {
        struct item schema = item_in(look, item_at(look, indexes, i), "KeySchema");
        if (!use_key(look, attributes, schema)) return false;
    }
    return item_is_absent(indexes) || item_is_list(indexes);
}

void lint_key_definitions(const struct look *look) {
    struct attributes attributes = {0};
    if (!read_attributes(look, &attributes)) return;
    bool is_known = use_key(look, &attributes, item_get(look, "KeySchema")) &&
                    use_indexes(look, &attributes, item_get(look, "GlobalSecondaryIndexes")) &&
                    use_indexes(look, &attributes, item_get(look, "LocalSecondaryIndexes"));
    for (uint32_t k = 0; is_known && k < attributes.count; k++) {
        if (attributes.is_used[k]) continue;
        struct diagnostic *d = warn(look, attributes.items[k], "no key has the attribute \"%.*s\"",
                                    TEXT_ARGS(attributes.names[k]));
        warn_hint(look, d, "Only attributes of keys are defined; others need no definition.");
    }
}

/* ---- buckets ---- */

/* Classes in the order in which objects may go down; -1 for one that is not known. */
static int class_rank(struct text name) {
    static const char *const classes[] = {"STANDARD_IA", "INTELLIGENT_TIERING",
                                          "ONEZONE_IA",  "GLACIER_IR",
                                          "GLACIER",     "DEEP_ARCHIVE"};
    for (int i = 0; i < 6; i++) {
        if (text_is(name, classes[i])) return i;
    }
    return -1;
}

static void check_transition(const struct look *look, struct item transition, int64_t *last,
                             int *rank) {
    struct item days = item_in(look, transition, "TransitionInDays");
    struct item name = item_in(look, transition, "StorageClass");
    struct text class;
    int64_t count;
    if (!item_integer(days, &count) || !item_text(name, &class)) return;
    if (is_word("STANDARD_IA ONEZONE_IA", class) && count < 30) {
        warn(look, days, "objects go to %.*s after 30 days at the earliest, and this says %lld",
             TEXT_ARGS(class), (long long)count);
    }
    int own = class_rank(class);
    bool is_down = *rank < 0 || own < 0 || own > *rank;
    if (*rank >= 0 && is_down != (count > *last) && own != *rank) {
        warn(look, days, "objects go to %.*s before or with a class that is above it",
             TEXT_ARGS(class));
    }
    *last = count;
    *rank = own;
}

static void check_rule(const struct look *look, struct item rule) {
    struct item transitions = item_in(look, rule, "Transitions");
    struct item expiration = item_in(look, rule, "ExpirationInDays");
    int64_t last = 0, end;
    int rank = -1;
    for (uint32_t i = 0; i < item_count(transitions); i++) {
        check_transition(look, item_at(look, transitions, i), &last, &rank);
    }
    if (item_integer(expiration, &end) && rank >= 0 && end <= last) {
        warn(look, expiration,
             "objects are deleted after %lld days, before they change their class", (long long)end);
    }
}

void lint_lifecycle_order(const struct look *look) {
    struct item rules = item_get(look, "LifecycleConfiguration.Rules");
    for (uint32_t i = 0; i < item_count(rules); i++)
        check_rule(look, item_at(look, rules, i));
}

/* "Lifecycle" in the AWS Backup Developer Guide. */
void lint_backup_lifecycle(const struct look *look) {
    enum { COLD_DAYS = 90 };
    struct item rules = item_get(look, "BackupPlan.BackupPlanRule");
    for (uint32_t i = 0; i < item_count(rules); i++) {
        struct item lifecycle = item_in(look, item_at(look, rules, i), "Lifecycle");
        struct item end_item = item_in(look, lifecycle, "DeleteAfterDays");
        int64_t cold, end;
        if (!item_integer(item_in(look, lifecycle, "MoveToColdStorageAfterDays"), &cold) ||
            !item_integer(end_item, &end) || cold <= 0 || end <= 0 || end >= cold + COLD_DAYS) {
            continue;
        }
        struct diagnostic *d = warn(
            look, end_item, "backups stay in cold storage for %d days at least, and these for %lld",
            COLD_DAYS, (long long)(end - cold));
        warn_hint(look, d, "Write DeleteAfterDays = %lld.", (long long)(cold + COLD_DAYS));
    }
}

void lint_public_bucket(const struct look *look) {
    struct text acl;
    struct item item = item_get(look, "AccessControl");
    if (item_text(item, &acl) && text_starts(acl, TEXT("Public"))) {
        struct diagnostic *d = warn(look, item, "anybody may read the bucket");
        warn_hint(look, d, "Serve it through a distribution, and leave AccessControl out.");
    }
    struct item block = item_get(look, "PublicAccessBlockConfiguration");
    static const char *const flags[] = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls",
                                        "RestrictPublicBuckets"};
    for (size_t i = 0; item_is_record(block) && i < 4; i++) {
        struct item flag = item_in(look, block, flags[i]);
        if (!item_is_false(flag)) continue;
        warn(look, flag, "the bucket can be opened to everybody: %s is false", flags[i]);
        return;
    }
}

/* ---- data that a deletion loses ---- */

/* Whether the body says what is to become of the data, be it that it goes. */
static bool says_policy(const struct node *declared) {
    const struct node *body = declared->unit.body;
    if (!body || body->kind != NODE_RECORD) return false;
    for (const struct node *e = body->record.entries.first; e; e = e->next) {
        if (e->kind == NODE_ENTRY && e->flags & NODE_META &&
            is_word("protect deletion_policy update_replace_policy", entry_text(e))) {
            return true;
        }
    }
    return false;
}

void lint_data_policy(const struct look *look) {
    const struct resource *resource = look->resource;
    if (resource->is_protected || resource->meta->deletion_policy.kind == VALUE_TEXT ||
        says_policy(resource->declared) || says_policy(resource->instance) ||
        item_is_true(item_get(look, "DeletionProtectionEnabled")) ||
        item_is(item_get(look, "DeletionProtection"), "ACTIVE")) {
        return;
    }
    struct diagnostic *d =
        warn(look, item_self(look), "its data is lost where it is deleted or replaced");
    warn_hint(look, d,
              "Write @protect = true, or say with @deletion_policy what is to become of it.");
}

/* ---- encryption and access ---- */

static bool is_copy(const struct look *look) {
    static const char *const sources[] = {"DBClusterIdentifier",
                                          "SnapshotIdentifier",
                                          "DBSnapshotIdentifier",
                                          "SourceDBInstanceIdentifier",
                                          "SourceDBClusterIdentifier",
                                          "DBClusterSnapshotIdentifier",
                                          "ReplicationSourceIdentifier",
                                          "SourceRegion",
                                          "KmsKeyId",
                                          "GlobalClusterIdentifier"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!item_is_absent(item_get(look, sources[i]))) return true;
    }
    return false;
}

static void warn_plain(const struct look *look, struct item at, const char *hint) {
    struct diagnostic *d = warn(look, at, "what it holds is not encrypted");
    warn_hint(look, d, "%s", hint);
}

static void check_flag(const struct look *look, const char *path, const char *hint,
                       bool is_default) {
    struct item flag = item_get(look, path);
    if (item_is_false(flag) || (item_is_absent(flag) && !is_default)) warn_plain(look, flag, hint);
}

void lint_unencrypted(const struct look *look) {
    const struct resource *resource = look->resource;
    if (resource_is(resource, "AWS::EFS::FileSystem")) {
        check_flag(look, "Encrypted", "Write Encrypted = true.", false);
    } else if (resource_is(resource, "AWS::EC2::Volume")) { /* an account may encrypt all */
        check_flag(look, "Encrypted", "Write Encrypted = true.", true);
    } else if (resource_is(resource, "AWS::Redshift::Cluster")) {
        check_flag(look, "Encrypted", "Write Encrypted = true.", true);
    } else if (resource_is(resource, "AWS::OpenSearchService::Domain")) {
        check_flag(look, "EncryptionAtRestOptions.Enabled",
                   "Write EncryptionAtRestOptions = { Enabled = true }.", false);
    } else if (!is_copy(look)) {
        check_flag(look, "StorageEncrypted",
                   "Write StorageEncrypted = true; it cannot be turned on later.", false);
    }
}

void lint_public_database(const struct look *look) {
    struct item flag = item_get(look, "PubliclyAccessible");
    if (item_is_true(flag)) warn(look, flag, "the database has an address on the internet");
}

void lint_no_backups(const struct look *look) {
    struct item days = item_get(look, "BackupRetentionPeriod");
    int64_t count;
    if (!item_integer(days, &count) || count > 0) return;
    struct diagnostic *d = warn(look, days, "no backups are made of the database");
    warn_hint(look, d, "Write the number of days that backups are kept for, from 1 to 35.");
}
