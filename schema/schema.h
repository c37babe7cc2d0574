/* What AWS knows: every resource type of CloudFormation, its properties and their limits.
 *
 * The facts are tables in the binary (packed from schema/facts.txt by schema/pack.c) and are read
 * in place: nothing is parsed, allocated or relocated, so a program that asks one question pays
 * for one question. Things are const pointers to rows; they live as long as the process and are
 * compared by pointer. Texts point into the tables as well, are NUL-terminated, and never freed.
 *
 *   type -> body -> properties -> value -> element / body / members -> ...
 *
 * A *body* is a set of named properties: the top level of a resource, or a nested type. Bodies with
 * the same name and the same content are one row, also between resource types (every type's "Tag"
 * of Key and Value is the same body), so a pointer comparison says "the same type". A body can
 * contain itself (WAFv2 statements): whoever walks needs a ceiling.
 *
 * All functions are safe to call from several threads, except schema_open_file.
 */
#ifndef MRP_SCHEMA_SCHEMA_H
#define MRP_SCHEMA_SCHEMA_H

#include "base/failure.h"
#include "base/text.h"

struct schema_type;
struct schema_body;
struct schema_property;
struct schema_value;

/* Uses the packed file at path in place of the built-in tables, for the rest of the process. To be
 * called before any other function here, and once: rows of the old tables are not rows of the new.
 * The file is not trusted: every reference in it is checked before the first use. */
bool schema_open_file(const char *path, struct failure *why);

/* As schema_open_file for bytes already in memory, which must stay and be aligned to 8. */
bool schema_open_bytes(struct text bytes, struct failure *why);

/* The date of the facts, "2026-10-20", and the sources with their versions, one line. */
struct text schema_date(void);
struct text schema_sources(void);

/* Types in byte order of their names. */
size_t schema_type_count(void);
const struct schema_type *schema_type_at(size_t index);

/* The type with exactly this name ("AWS::S3::Bucket"), or NULL. Every "Custom::..." is found as
 * AWS::CloudFormation::CustomResource, whose body is open. */
const struct schema_type *schema_type_find(struct text name);

struct text schema_type_name(const struct schema_type *type);
/* The properties that are written below Properties. Read-only ones are in it, with their flag. */
const struct schema_body *schema_type_body(const struct schema_type *type);

/* Facts about a type that are yes or no. */
enum schema_type_flag {
    SCHEMA_TYPE_STATEFUL = 1,  /* holds data that a deletion loses */
    SCHEMA_TYPE_IMMUTABLE = 2, /* has no update: every change replaces */
    SCHEMA_TYPE_TAGGABLE = 4,  /* see schema_type_tags */
    SCHEMA_TYPE_TAG_ON_CREATE = 8,
    SCHEMA_TYPE_TAG_UPDATABLE = 16,
    SCHEMA_TYPE_CLOUD_CONTROL = 32, /* has handlers in the registry: Cloud Control can read it */
    SCHEMA_TYPE_DELETE_FIRST = 64,  /* a replacement deletes the old resource before it creates */
    SCHEMA_TYPE_RETIRING = 128,     /* AWS is closing the service or the type */
};
unsigned schema_type_flags(const struct schema_type *type);

/* The names that together identify a resource: properties or attributes, nested ones with a dot
 * ("Endpoint.Address"). */
size_t schema_type_primary_count(const struct schema_type *type);
struct text schema_type_primary(const struct schema_type *type, size_t index);

/* What Ref returns: the property or attribute whose value it equals ("BucketName"), or an empty
 * text where it is an opaque string (compound ids, and the few types that document another). */
struct text schema_type_ref(const struct schema_type *type);

/* The attributes of Fn::GetAtt, in byte order ("Arn", "Endpoint.Address"). */
struct schema_attribute {
    struct text name;
    const struct schema_value *value; /* its shape; never NULL */
};
size_t schema_type_attribute_count(const struct schema_type *type);
struct schema_attribute schema_type_attribute(const struct schema_type *type, size_t index);
/* False if the type has no such attribute. Nested stacks answer every "Outputs.<name>", custom
 * resources (schema_body_open of their body) every name: as strings. */
bool schema_type_attribute_find(const struct schema_type *type, struct text name,
                                struct schema_attribute *attribute);
/* Whether the attribute stands for all that begin with it and a dot, which only a template can
 * name: "Outputs" of a nested stack. */
bool schema_type_attribute_open(const struct schema_type *type, struct text name);

/* The form of the ARN, "arn:${Partition}:s3:::${BucketName}" (placeholders: Partition, Region,
 * Account, else a property or attribute), or empty; *attribute is the attribute that returns the
 * ARN ("Arn", or "Ref"), empty if none does. attribute may be NULL. */
struct text schema_type_arn(const struct schema_type *type, struct text *attribute);

/* How far a name must be unique. */
enum schema_scope {
    SCHEMA_SCOPE_REGION,  /* within one account and region */
    SCHEMA_SCOPE_ACCOUNT, /* within one account, over all regions (IAM, CloudFront) */
    SCHEMA_SCOPE_WORLD,   /* over all accounts (S3 buckets) */
    /* within another resource, or not at all (aliases of a function, zones) */
    SCHEMA_SCOPE_PARENT,
};

/* The physical name of resources of a type. */
struct schema_name {
    const struct schema_property *property; /* the property that holds it: BucketName */
    bool optional;                          /* CloudFormation makes one up if it is left out */
    enum schema_scope scope;
    uint32_t minimum, maximum; /* in characters; maximum is 0 where nothing is known */
    struct text pattern;       /* a PCRE2 search pattern, empty if none is known */
};
/* False if the type has no physical name. */
bool schema_type_physical_name(const struct schema_type *type, struct schema_name *name);

/* How a type wants its tags. */
enum schema_tags {
    SCHEMA_TAGS_NONE,  /* not taggable by a property */
    SCHEMA_TAGS_LIST,  /* a list of Key and Value */
    SCHEMA_TAGS_MAP,   /* a map of strings, or a json object */
    SCHEMA_TAGS_OTHER, /* a list of Key, Value and more (PropagateAtLaunch), or another form */
};
/* *property is the top-level property that holds them, or NULL; property may be NULL. */
enum schema_tags schema_type_tags(const struct schema_type *type,
                                  const struct schema_property **property);

/* The IAM actions that CloudFormation needs on a type: "s3:CreateBucket", in byte order. */
enum schema_operation {
    SCHEMA_TO_CREATE,
    SCHEMA_TO_READ,
    SCHEMA_TO_UPDATE,
    SCHEMA_TO_DELETE,
    SCHEMA_TO_LIST,
};
enum { SCHEMA_OPERATIONS = SCHEMA_TO_LIST + 1 };
size_t schema_type_permission_count(const struct schema_type *type,
                                    enum schema_operation operation);
struct text schema_type_permission(const struct schema_type *type, enum schema_operation operation,
                                   size_t index);

/* Regions in byte order of their names; at most 64. */
size_t schema_region_count(void);
struct text schema_region_at(size_t region);
/* The number of the region "eu-west-1", or -1 if it is not known. */
int schema_region_find(struct text name);
/* Whether the type exists there; region is a number below schema_region_count. */
bool schema_type_in_region(const struct schema_type *type, size_t region);
size_t schema_type_region_count(const struct schema_type *type);

/* The name of the nested type ("LifecycleConfiguration"); for the top level of a resource, the name
 * of the resource type. */
struct text schema_body_name(const struct schema_body *body);
/* Properties in byte order of their names. */
size_t schema_body_count(const struct schema_body *body);
const struct schema_property *schema_body_at(const struct schema_body *body, size_t index);
/* Whether the property is one of the body. */
bool schema_body_has(const struct schema_body *body, const struct schema_property *property);
/* The property with exactly this name, or NULL. */
const struct schema_property *schema_body_find(const struct schema_body *body, struct text name);
/* Whether properties that are not listed may be written too (custom resources). */
bool schema_body_open(const struct schema_body *body);

/* What must hold between the properties of one body. */
enum schema_rule_kind {
    SCHEMA_RULE_EXACTLY_ONE,  /* one of the properties, and only one */
    SCHEMA_RULE_AT_LEAST_ONE, /* one or more of the properties */
    SCHEMA_RULE_AT_MOST_ONE,  /* none or one of the properties */
    SCHEMA_RULE_NEEDS,        /* where `when` is written, all of the properties are too */
    SCHEMA_RULE_EXCLUDES,     /* where `when` is written, none of the properties is */
};
struct schema_rule {
    enum schema_rule_kind kind;
    const struct schema_property *when; /* for NEEDS and EXCLUDES, else NULL */
    size_t count;                       /* for schema_rule_property */
    const struct schema_body *body;
    const uint32_t *rows;
};
size_t schema_body_rule_count(const struct schema_body *body);
struct schema_rule schema_body_rule(const struct schema_body *body, size_t index);
const struct schema_property *schema_rule_property(const struct schema_rule *rule, size_t index);

/* The same where the value of `when` matters: rule (NEEDS or EXCLUDES) holds only where rule.when
 * is written, and is one of the values, or a list that holds one of them. Values are compared as
 * texts: "true" is the boolean, "6" a number or a string. */
struct schema_condition {
    struct schema_rule rule;
    size_t value_count;
    const uint32_t *values; /* for schema_condition_value */
};
size_t schema_body_condition_count(const struct schema_body *body);
struct schema_condition schema_body_condition(const struct schema_body *body, size_t index);
struct text schema_condition_value(const struct schema_condition *condition, size_t index);

enum schema_property_flag {
    SCHEMA_REQUIRED = 1,
    SCHEMA_CREATE_ONLY = 2,       /* changing it replaces the resource */
    SCHEMA_MAYBE_CREATE_ONLY = 4, /* changing it may replace the resource */
    SCHEMA_READ_ONLY = 8,         /* cannot be written, only read with Fn::GetAtt */
    SCHEMA_WRITE_ONLY = 16,       /* written, never returned: passwords */
    SCHEMA_DEPRECATED = 32,
};

struct text schema_property_name(const struct schema_property *property);
/* Of a top-level property: all flags. Of a nested one: REQUIRED only, since bodies are shared and
 * the others depend on the way to it; ask schema_flags_at. */
unsigned schema_property_flags(const struct schema_property *property);
const struct schema_value *schema_property_value(const struct schema_property *property);

/* The flags of the property that is reached from the top level of type by path (property by
 * property; lists and maps in between are not named): what the schema says of that very place, and
 * CREATE_ONLY, READ_ONLY, ... of the properties above it. depth is 1 for a top-level property. */
unsigned schema_flags_at(const struct schema_type *type, const struct schema_property *const *path,
                         size_t depth);
/* All places below the top level that have flags of their own, as "LaunchTemplate.LaunchTemplateId"
 * (no mark for lists and maps), in byte order. */
struct schema_place {
    struct text path;
    unsigned flags; /* enum schema_property_flag, without SCHEMA_REQUIRED */
};
size_t schema_type_place_count(const struct schema_type *type);
struct schema_place schema_type_place(const struct schema_type *type, size_t index);

/* The resources that may be written where a property's value is wanted, best first: Role wants the
 * "Arn" of AWS::IAM::Role, VpcId the "Ref" of AWS::EC2::VPC. For a list (or a union with one) it is
 * meant of each element. attribute is "Ref" or an attribute of schema_type_attribute. */
struct schema_wish {
    const struct schema_type *type;
    struct text attribute;
    bool sure; /* stated by AWS's service specification; else concluded from the name */
};
size_t schema_property_wish_count(const struct schema_property *property);
struct schema_wish schema_property_wish(const struct schema_property *property, size_t index);
/* The attribute of type to take for this property ("Arn", "Ref"); empty if that is not wanted. */
struct text schema_property_wants(const struct schema_property *property,
                                  const struct schema_type *type);

enum schema_shape {
    SCHEMA_STRING,
    SCHEMA_INTEGER,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
    SCHEMA_JSON,      /* any object: a policy document; AWS mostly takes it as JSON text too */
    SCHEMA_DATE_TIME, /* a string, RFC 3339 */
    SCHEMA_LIST,      /* see schema_value_element */
    SCHEMA_MAP,       /* keys are strings; schema_value_element for the values */
    SCHEMA_BODY,      /* a nested type, see schema_value_body */
    SCHEMA_UNION,     /* one of several, see schema_value_member; never a union of unions */
};
enum { SCHEMA_SHAPES = SCHEMA_UNION + 1 };

enum schema_shape schema_value_shape(const struct schema_value *value);
/* The elements of a list, the values of a map; NULL for other shapes. */
const struct schema_value *schema_value_element(const struct schema_value *value);
/* The nested type of a SCHEMA_BODY, else NULL. */
const struct schema_body *schema_value_body(const struct schema_value *value);
/* The members of a union, in the order of the schema; 0 for other shapes. */
size_t schema_value_member_count(const struct schema_value *value);
const struct schema_value *schema_value_member(const struct schema_value *value, size_t index);
/* Writes the value's type as a reader would: "string", "[Rule]", "{string}", "json|string". */
void schema_value_write(const struct schema_value *value, struct buffer *out);

/* Which of the limits below are set. */
enum schema_limit {
    SCHEMA_MIN_LENGTH = 1,
    SCHEMA_MAX_LENGTH = 2,
    SCHEMA_MINIMUM = 4,
    SCHEMA_MAXIMUM = 8,
    SCHEMA_EXCLUSIVE_MINIMUM = 16, /* minimum itself is not allowed */
    SCHEMA_EXCLUSIVE_MAXIMUM = 32,
    SCHEMA_MIN_ITEMS = 64, /* of a list, or entries of a map */
    SCHEMA_MAX_ITEMS = 128,
    SCHEMA_UNIQUE_ITEMS = 256,
    SCHEMA_ENUM_ANY_CASE = 512, /* the enum is compared without regard to case */
};
struct schema_limits {
    unsigned set;                    /* enum schema_limit, joined with | */
    uint32_t min_length, max_length; /* in characters */
    uint32_t min_items, max_items;
    double minimum, maximum, multiple_of; /* multiple_of is 0 for none */
    struct text pattern;     /* PCRE2 (PCRE2_UTF), a search unless it is anchored; empty for none */
    struct text key_pattern; /* of the keys of a map */
    struct text format;      /* as in the schema: "uri", "AWS::EC2::VPC.Id"; empty for none */
    size_t enum_count;       /* for schema_value_enum */
};
/* True if the value has any limit; *limits is filled in either case. For a list or map the limits
 * are its own (items), those of the elements are at schema_value_element. */
bool schema_value_limits(const struct schema_value *value, struct schema_limits *limits);
/* A value of the enumeration, as it is written in JSON without quotes ("Enabled", "7"), in byte
 * order; some have more than a thousand (instance types). */
struct text schema_value_enum(const struct schema_value *value, size_t index);
bool schema_value_enum_has(const struct schema_value *value, struct text text);

/* The properties that may have been meant by text: by spelling (BuketName), by part (encryption ->
 * BucketEncryption) or by another tool's habit (bucket_name). Best first, at most room; read-only
 * ones only if nothing else fits. Returns how many were written to found. */
size_t schema_suggest_property(const struct schema_body *body, struct text text,
                               const struct schema_property **found, size_t room);
/* The same for types: "AWS::S3::Bukket", "S3.Bucket", "Bucket", "aws_s3_bucket". */
size_t schema_suggest_type(struct text text, const struct schema_type **found, size_t room);
/* The nearest region of the same partition that has the type; -1 for none. */
int schema_suggest_region(const struct schema_type *type, size_t region);
/* The same for attributes of a type; fills names. */
size_t schema_suggest_attribute(const struct schema_type *type, struct text text,
                                struct text *names, size_t room);

#endif
