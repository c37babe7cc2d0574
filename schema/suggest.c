/* What may have been meant by a name that the schema does not have.
 *
 * Both names are folded (letters and digits in lower case) and split into words (CamelCase,
 * snake_case, kebab-case, dots). Then each candidate gets a score, the lower the better: a spelling
 * mistake is nearest, then a name that has all words of what was written, then one whose words were
 * all written, then one that shares some. Words of other tools are put in AWS's terms first.
 */
#include "schema/schema.h"

#include "base/partition.h"

enum {
    FOLDED_BYTES = 128,
    WORDS = 16,
    NO_MATCH = 1000,
    LAST_RESORT = 500, /* added where a candidate is right only if there is no other */
};

struct folded {
    char bytes[FOLDED_BYTES];
    size_t length;
    unsigned char starts[WORDS + 1]; /* of each word; the last one is the end */
    size_t words;
};

/* Words of other tools and of speech, and how AWS's names say them. */
static const struct {
    const char *said, *meant;
} vocabulary[] = {
    {"acl", "access control"},
    {"asg", "auto scaling group"},
    {"az", "availability zone"},
    {"desc", "description"},
    {"dlq", "redrive policy dead letter"},
    {"env", "environment"},
    {"expiration", "lifecycle"},
    {"lb", "load balancer"},
    {"pitr", "point in time recovery"},
    {"sg", "security group"},
    {"sse", "encryption"},
    {"trust", "assume role"},
    {"ttl", "time to live"},
    {"vars", "variables"},
};

/* Services under the names that people and other tools give them; alone: what the name means where
 * no resource follows. */
static const struct {
    const char *said, *meant, *alone;
} services[] = {
    {"acm", "certificatemanager", "certificatemanagercertificate"},
    {"alb", "elasticloadbalancingv2", "elasticloadbalancingv2loadbalancer"},
    {"cloudwatchevent", "events", "eventsrule"},
    {"cloudwatchlog", "logs", "logsloggroup"},
    {"eventbridge", "events", "eventsrule"},
    {"firehose", "kinesisfirehose", "kinesisfirehosedeliverystream"},
    {"lb", "elasticloadbalancingv2", "elasticloadbalancingv2loadbalancer"},
    {"nlb", "elasticloadbalancingv2", "elasticloadbalancingv2loadbalancer"},
    {"sfn", "stepfunctions", "stepfunctionsstatemachine"},
};

/* Types that are meant more often than others of the same name. */
static const char *const familiar[] = {
    "AWS::ApiGateway::RestApi",
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Instance",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::EKS::Cluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Route53::RecordSet",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
};

/* Whether a word begins at text.bytes[i]: "BucketName", "KMSKey", "bucket_name". */
static bool word_starts(struct text text, size_t i) {
    if (i == 0) return true;
    char here = text.bytes[i], before = text.bytes[i - 1];
    if (!ascii_is_upper(before) && !ascii_is_lower(before) && !ascii_is_digit(before)) return true;
    if (!ascii_is_upper(here)) return false;
    return !ascii_is_upper(before) || (i + 1 < text.length && ascii_is_lower(text.bytes[i + 1]));
}

static void fold_into(struct folded *folded, struct text text) {
    for (size_t i = 0; i < text.length && folded->length + 1 < FOLDED_BYTES; i++) {
        char c = text.bytes[i];
        if (!ascii_is_alphanumeric(c)) continue;
        if (word_starts(text, i) && folded->words < WORDS) {
            folded->starts[folded->words++] = (unsigned char)folded->length;
        }
        folded->bytes[folded->length++] = ascii_lower(c);
    }
    folded->starts[folded->words] = (unsigned char)folded->length;
}

static void fold(struct folded *folded, struct text text) {
    *folded = (struct folded){.length = 0};
    fold_into(folded, text);
}

static struct text folded_text(const struct folded *folded) {
    return (struct text){folded->bytes, folded->length};
}

/* A word without the ending of its plural: "policies" and "policy" are both "polic". */
static struct text word_at(const struct folded *folded, size_t index) {
    size_t start = folded->starts[index], end = folded->starts[index + 1];
    struct text word = {folded->bytes + start, end - start};
    if (word.length > 4 && text_ends(word, TEXT("ies"))) {
        word.length -= 3;
    } else if (word.length > 3 && (text_ends(word, TEXT("s")) || text_ends(word, TEXT("y")))) {
        word.length--;
    }
    return word;
}

/* What was written, in AWS's words. */
static void translate(struct folded *folded, const struct folded *written) {
    *folded = (struct folded){.length = 0};
    for (size_t i = 0; i < written->words; i++) {
        size_t start = written->starts[i];
        struct text word = {written->bytes + start, written->starts[i + 1] - start};
        for (size_t j = 0; j < sizeof vocabulary / sizeof *vocabulary; j++) {
            if (text_is(word, vocabulary[j].said)) word = text_of(vocabulary[j].meant);
        }
        fold_into(folded, word);
    }
}

/* Equal words, or one the beginning of the other ("config", "configuration"). */
static bool words_match(struct text a, struct text b) {
    struct text shorter = a.length < b.length ? a : b;
    struct text longer = a.length < b.length ? b : a;
    if (shorter.length == longer.length) return text_equal(a, b);
    return shorter.length >= 4 && text_starts(longer, shorter);
}

static size_t words_shared(const struct folded *a, const struct folded *b) {
    size_t shared = 0;
    for (size_t i = 0; i < a->words; i++) {
        bool found = false;
        for (size_t j = 0; j < b->words && !found; j++)
            found = words_match(word_at(a, i), word_at(b, j));
        shared += found;
    }
    return shared;
}

static unsigned spelling_score(struct text written, struct text candidate) {
    size_t shorter = written.length < candidate.length ? written.length : candidate.length;
    unsigned ceiling = shorter < 3 ? 0 : shorter < 6 ? 2 : shorter < 24 ? 4 : 6;
    unsigned distance = text_distance(written, candidate, ceiling);
    return distance > ceiling ? NO_MATCH : distance;
}

static bool last_word_matches(const struct folded *a, const struct folded *b) {
    return a->words && b->words && words_match(word_at(a, a->words - 1), word_at(b, b->words - 1));
}

/* 20 and more; a candidate that ends as what was written is nearer than one that begins so. */
static unsigned words_score(const struct folded *written, const struct folded *candidate) {
    size_t shared = words_shared(written, candidate), back = words_shared(candidate, written);
    if (!shared) return NO_MATCH;
    unsigned extra =
        (unsigned)(candidate->words - (back < candidate->words ? back : candidate->words));
    unsigned ending = last_word_matches(written, candidate) ? 0 : 1;
    if (shared == written->words) return 20 + 2 * extra + ending;
    if (back == candidate->words) return 40 + 2 * (unsigned)(written->words - shared) + ending;
    if (2 * shared >= written->words)
        return 60 + 4 * (unsigned)(written->words - shared) + 2 * extra + ending;
    return NO_MATCH;
}

/* What follows the last separator: Bucket of "AWS::S3::Bucket". */
static struct text last_part(struct text name, char separator) {
    size_t at = name.length;
    while (at && name.bytes[at - 1] != separator)
        at--;
    return (struct text){name.bytes + at, name.length - at};
}

/* Of names that are equally far, the one that begins as its owner is meant: BucketName. */
static unsigned owner_bonus(const struct schema_body *body, struct text name) {
    return text_starts(name, last_part(schema_body_name(body), ':')) ? 3 : 0;
}

static unsigned name_score(const struct folded *written, const struct folded *translated,
                           struct text candidate) {
    struct folded folded;
    fold(&folded, candidate);
    if (text_equal(folded_text(written), folded_text(&folded))) return 0;
    unsigned score = spelling_score(folded_text(written), folded_text(&folded));
    unsigned words = words_score(translated, &folded);
    return score < words ? score : words;
}

enum { ROOM = 16 };

struct best {
    size_t index[ROOM];
    unsigned score[ROOM];
    size_t count, room;
};

static void best_init(struct best *best, size_t room) {
    best->count = 0;
    best->room = room < ROOM ? room : ROOM;
}

/* Keeps the order of equal scores. */
static void best_add(struct best *best, size_t index, unsigned score) {
    if (score >= NO_MATCH || !best->room) return;
    size_t at = best->count;
    while (at && best->score[at - 1] > score)
        at--;
    if (at >= best->room) return;
    if (best->count < best->room) best->count++;
    for (size_t i = best->count - 1; i > at; i--) {
        best->index[i] = best->index[i - 1];
        best->score[i] = best->score[i - 1];
    }
    best->index[at] = index;
    best->score[at] = score;
}

/* Drops what is far behind the first: one good answer needs no list of poor ones. */
static void best_trim(struct best *best) {
    unsigned limit = best->count && best->score[0] ? best->score[0] + 19 : 0;
    while (best->count > 1 && best->score[best->count - 1] > limit)
        best->count--;
}

size_t schema_suggest_property(const struct schema_body *body, struct text text,
                               const struct schema_property **found, size_t room) {
    struct folded written, translated;
    struct best best;
    fold(&written, text);
    translate(&translated, &written);
    best_init(&best, room);
    for (size_t i = 0; written.length && i < schema_body_count(body); i++) {
        const struct schema_property *property = schema_body_at(body, i);
        struct text name = schema_property_name(property);
        unsigned score = name_score(&written, &translated, name);
        unsigned flags = schema_property_flags(property);
        if (score >= 20 && score < NO_MATCH) score -= owner_bonus(body, name);
        if (score < NO_MATCH && (flags & SCHEMA_READ_ONLY)) score += LAST_RESORT;
        if (score < NO_MATCH && (flags & SCHEMA_DEPRECATED)) score += 3;
        best_add(&best, i, score);
    }
    best_trim(&best);
    for (size_t i = 0; i < best.count; i++)
        found[i] = schema_body_at(body, best.index[i]);
    return best.count;
}

size_t schema_suggest_attribute(const struct schema_type *type, struct text text,
                                struct text *names, size_t room) {
    struct folded written, translated;
    struct best best;
    fold(&written, text);
    translate(&translated, &written);
    best_init(&best, room);
    for (size_t i = 0; written.length && i < schema_type_attribute_count(type); i++) {
        struct text name = schema_type_attribute(type, i).name;
        unsigned score = name_score(&written, &translated, name);
        unsigned part = name_score(&written, &translated, last_part(name, '.')) + 2;
        best_add(&best, i, part < score ? part : score);
    }
    best_trim(&best);
    for (size_t i = 0; i < best.count; i++)
        names[i] = schema_type_attribute(type, best.index[i]).name;
    return best.count;
}

static bool begins_with_service(struct text text) {
    return text_starts(text, TEXT("aws")) || text_starts(text, TEXT("amzn"));
}

/* What was written without "aws" or "AWS::" in front. */
static struct text without_prefix(struct text text) {
    struct folded plain;
    fold(&plain, text);
    if (plain.words < 2 || !begins_with_service(folded_text(&plain))) return text;
    size_t letters = plain.starts[1], at = 0;
    for (; at < text.length && letters; at++) {
        if (ascii_is_alphanumeric(text.bytes[at])) letters--;
    }
    return (struct text){text.bytes + at, text.length - at};
}

static bool begins_with_word(const struct folded *folded, struct text word) {
    for (size_t i = 1; i <= folded->words; i++) {
        if (folded->starts[i] == word.length) return text_starts(folded_text(folded), word);
    }
    return false;
}

/* What was written, its service in AWS's terms. */
static void fold_wanted(struct folded *wanted, struct text text) {
    fold(wanted, without_prefix(text));
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct text said = text_of(services[i].said);
        if (!begins_with_word(wanted, said)) continue;
        bool alone = wanted->length == said.length;
        struct folded renamed = {.length = 0};
        fold_into(&renamed, text_of(alone ? services[i].alone : services[i].meant));
        for (size_t j = 0; j < wanted->words; j++) {
            size_t start = wanted->starts[j], end = wanted->starts[j + 1];
            struct text word = {wanted->bytes + start, end - start};
            if (start >= said.length) fold_into(&renamed, word);
        }
        *wanted = renamed;
        return;
    }
}

/* Up to 9: of types that fit equally, the familiar and then the short ones come first. */
static unsigned strangeness(struct text name) {
    for (size_t i = 0; i < sizeof familiar / sizeof *familiar; i++) {
        if (text_is(name, familiar[i])) return 0;
    }
    return 2 + (unsigned)(name.length > 56 ? 56 : name.length) / 8;
}

struct wanted_type {
    struct folded folded;
    bool full; /* written as "AWS::Service::Resource": the service is meant */
};

static unsigned resource_score(const struct wanted_type *wanted, const struct folded *all,
                               struct text resource) {
    struct text written = folded_text(&wanted->folded);
    struct text service = {all->bytes, all->length - resource.length};
    if (text_equal(written, resource)) return 10;
    if (text_equal(written, service) && text_ends(service, resource)) return 10;
    if (written.length >= 8 && text_ends(resource, written)) return 18;
    if (text_equal(written, service)) return 20;
    if (wanted->full) return NO_MATCH;
    unsigned score = resource.length > 4 ? spelling_score(written, resource) : NO_MATCH;
    if (score < NO_MATCH) return 22 + score;
    if (!text_ends(written, resource) || resource.length < 4) return NO_MATCH;
    if (words_shared(&wanted->folded, all) > 1) return 30;
    return resource.length > 7 ? 36 : NO_MATCH;
}

static unsigned type_score(const struct wanted_type *wanted, struct text candidate) {
    struct folded all, resource;
    size_t prefix = text_starts(candidate, TEXT("AWS::")) ? 5 : 0;
    fold(&resource, last_part(candidate, ':'));
    fold(&all, (struct text){candidate.bytes + prefix, candidate.length - prefix});
    struct text written = folded_text(&wanted->folded);
    if (text_equal(written, folded_text(&all))) return 0;
    unsigned score = spelling_score(written, folded_text(&all));
    if (score < NO_MATCH) return 1 + score;
    score = resource_score(wanted, &all, folded_text(&resource));
    unsigned words = words_score(&wanted->folded, &all);
    if (words < NO_MATCH && words + 8 < score) score = words + 8;
    return score < NO_MATCH ? score + strangeness(candidate) : NO_MATCH;
}

static bool has_colons(struct text text) {
    return text.length > 5 && text_starts(text, TEXT("AWS::")) &&
           memchr(text.bytes + 5, ':', text.length - 5);
}

size_t schema_suggest_type(struct text text, const struct schema_type **found, size_t room) {
    struct wanted_type wanted = {.full = has_colons(text)};
    struct best best;
    fold_wanted(&wanted.folded, text);
    best_init(&best, room);
    for (size_t i = 0; wanted.folded.length && i < schema_type_count(); i++) {
        best_add(&best, i, type_score(&wanted, schema_type_name(schema_type_at(i))));
    }
    best_trim(&best);
    for (size_t i = 0; i < best.count; i++)
        found[i] = schema_type_at(best.index[i]);
    return best.count;
}

/* ---- regions ---- */

/* Of continents with few regions, the one whose regions are nearest. */
static const struct {
    const char *of, *to;
} neighbours[] = {
    {"ca-", "us-"}, {"mx-", "us-"}, {"sa-", "us-"}, {"il-", "eu-"},
    {"me-", "eu-"}, {"af-", "eu-"}, {"us-", "ca-"}, {"eu-", "us-"},
};

static bool is_neighbour(struct text region, struct text other) {
    for (size_t i = 0; i < sizeof neighbours / sizeof *neighbours; i++) {
        if (text_starts(region, text_of(neighbours[i].of)) &&
            text_starts(other, text_of(neighbours[i].to))) {
            return true;
        }
    }
    return false;
}

/* How near two regions of a partition lie, by their names: "eu-west-1", "eu-west-2". */
static unsigned nearness(struct text region, struct text other) {
    unsigned same = 0, dashes = 0;
    while (same < region.length && same < other.length && region.bytes[same] == other.bytes[same])
        dashes += region.bytes[same++] == '-';
    return dashes ? 1 + dashes : is_neighbour(region, other);
}

int schema_suggest_region(const struct schema_type *type, size_t region) {
    struct text name = schema_region_at(region);
    const struct partition *partition = partition_of_region(name);
    unsigned best = 0;
    int found = -1;
    for (size_t i = 0; i < schema_region_count(); i++) {
        struct text other = schema_region_at(i);
        if (!schema_type_in_region(type, i) || partition_of_region(other) != partition) continue;
        unsigned near = nearness(name, other);
        if (found >= 0 && near <= best) continue;
        best = near;
        found = (int)i;
    }
    return found;
}
