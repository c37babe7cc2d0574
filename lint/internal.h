/* What lints are written with: the known values of a resource, and where each is written.
 *
 *   lint.c      the table, and which lint looks at which resources
 *   item.c      values and their places
 *   policy.c    the policy documents that resources hold
 *   arn.c       ARNs
 *   alarm.c, build.c, compute.c, edge.c, iam.c, network.c, observe.c, places.c, reach.c,
 *               schedule.c, statement.c, storage.c, ...
 *               the lints, a file a theme
 */
#ifndef MRP_LINT_INTERNAL_H
#define MRP_LINT_INTERNAL_H

#include "lint/lint.h"

struct linter;

/* A lint that looks at one resource. */
struct look {
    struct linter *linter;
    const struct resource *resource;
    enum diagnostic_id id;
};

/* A value of a resource. What the program itself settles (the name of a bucket that has one) is
 * known in `value`; `raw` is as it was written. */
struct item {
    struct value value, raw;
    const struct node *node; /* the nearest that holds it */
    const struct node *call; /* CALL of a function that made what it lies in, or NULL */
};

/* Resources of one type, in the order of the program. */
struct group {
    const struct resource **resources;
    uint32_t count, capacity;
};

/* --- lint.c --- */

/* The arena of the compilation, for texts and tables of a lint. */
struct arena *look_arena(const struct look *look);
const struct deployment *look_deployment(const struct look *look);
/* All resources of a type; empty where there are none. */
struct group look_all(const struct look *look, const char *type);
/* Whether the resource is declared by a component of the library. */
bool look_in_library(const struct look *look);
/* Whether another resource refers to this one, or to another that the same text declares. */
bool look_is_used(const struct look *look);
/* Whether the resource's properties use a value of the other. */
bool look_uses(const struct look *look, const struct resource *other);
/* Whether the resource is, or waits for by @depends_on or a value, the other. */
bool look_waits_for(const struct look *look, const struct resource *other);
/* The same program in another region counts as another: whether both lie in one region. */
static inline bool look_shares_region(const struct look *look, const struct resource *other) {
    return look->resource->region == other->region;
}
bool resource_is(const struct resource *resource, const char *type);

/* Whether the schema's limits have been told of the item already. */
bool look_is_told(const struct look *look, struct item item);
/* The item where the key of a document stands, in the text that is the document; the item itself
 * where that is not known. */
struct item item_key_in(const struct look *look, struct item document, struct text key);
/* Reports the look's id where the item is written. Messages and hints as in base/diagnostics.h;
 * hints name properties, so there are none where it shows in the library. */
struct diagnostic *warn(const struct look *look, struct item at, const char *message, ...)
    __attribute__((cold, format(printf, 3, 4)));
void warn_hint(const struct look *look, struct diagnostic *diagnostic, const char *hint, ...)
    __attribute__((cold, format(printf, 3, 4)));
void warn_note(const struct look *look, struct diagnostic *diagnostic, struct item at,
               const char *note, ...) __attribute__((cold, format(printf, 4, 5)));

/* --- item.c --- */

/* The name of the resource where it is declared; its value is null. */
struct item item_self(const struct look *look);
struct item item_of_resource(const struct resource *resource);
/* All properties of a resource, as one record. */
struct item item_whole(const struct resource *resource);
/* A property by its name, and further ones behind dots ("VpcConfig.SubnetIds"). Absent: null, at
 * the nearest place that is there. */
struct item item_get(const struct look *look, const char *path);
struct item item_in(const struct look *look, struct item around, const char *path);
/* The same of another resource. */
struct item item_of(const struct look *look, const struct resource *resource, const char *path);
uint32_t item_count(struct item list); /* 0 for what is no list */
struct item item_at(const struct look *look, struct item list, uint32_t index);
/* An entry of a record, by its number. */
uint32_t item_entries(struct item record); /* 0 for what is no record */
struct item item_entry(const struct look *look, struct item record, uint32_t index,
                       struct text *key);

static inline bool item_is_absent(struct item item) {
    return item.value.kind == VALUE_NULL;
}
static inline bool item_is_list(struct item item) {
    return item.value.kind == VALUE_LIST;
}
static inline bool item_is_record(struct item item) {
    return item.value.kind == VALUE_RECORD;
}
/* Known texts, whole numbers and truth values, also where they are written as texts; false for
 * others. */
bool item_text(struct item item, struct text *text);
bool item_integer(struct item item, int64_t *integer);
bool item_number(struct item item, double *number);
bool item_bool(struct item item, bool *boolean);
/* Whether it is known and this. */
bool item_is(struct item item, const char *text);
bool item_is_true(struct item item);
bool item_is_false(struct item item);
/* The resource that the value refers to by its Ref or another attribute, or NULL. */
const struct resource *item_resource(struct item item);
/* The known text, with every part that is known only at deploy time as `stand_in`; false where it
 * is no text. */
bool item_rough_text(const struct look *look, struct item item, const char *stand_in,
                     struct text *text);
/* An element, or the value itself where it is no list: as in policies. */
uint32_t item_some(struct item item);
struct item item_one(const struct look *look, struct item item, uint32_t index);

/* Calls visit for the item and everything in it. */
void item_walk(const struct look *look, struct item item,
               void (*visit)(const struct look *look, struct item item, void *context),
               void *context);

/* Whether one of the words, with blanks between, is the text. */
bool is_word(const char *words, struct text text);

/* --- arn.c --- */

struct arn {
    struct text partition, service, region, account, rest;
};
/* False for what is no ARN. */
bool arn_read(struct text text, struct arn *arn);

/* --- policy.c --- */

enum policy_kind {
    POLICY_IDENTITY, /* of a role, user or group: who is meant goes without saying */
    POLICY_TRUST,    /* who may assume a role */
    POLICY_RESOURCE, /* who may use a bucket, queue, key, ... */
};
struct policy {
    enum policy_kind kind;
    struct item document;
};
/* The statements of all policy documents of the resource. */
void each_policy(const struct look *look,
                 void (*visit)(const struct look *look, const struct policy *policy));
void each_statement(const struct look *look,
                    void (*visit)(const struct look *look, const struct policy *policy,
                                  struct item statement));
bool statement_allows(const struct look *look, struct item statement);
/* Whether the principal is, or holds, everybody, and where. */
bool principal_is_anybody(const struct look *look, struct item principal, struct item *where);

/* --- the lints --- */

#define LINT(id, function, types) void function(const struct look *look);
#include "lint/lints.def"
#undef LINT

#endif
