/* Transforms of templates: which there are, the order in which they run, and AWS::Include. What is
 * inside of other things is transformed first, then the whole template, by one after the other.
 */
#include "runtime/simulator/transforms.h"

#include "base/limits.h"
#include "runtime/simulator/calls.h"

struct document *sim_transform_fail(struct sim_transforming *transforming, const char *format,
                                    ...) {
    if (transforming->failed) return NULL;
    transforming->failed = true;
    va_list args;
    va_start(args, format);
    struct text message = text_vformat(transforming->scope.arena, format, args);
    va_end(args);
    transforming->reason =
        text_format(transforming->scope.arena, "Transform %.*s failed with: %.*s",
                    TEXT_ARGS(transforming->name), TEXT_ARGS(message));
    return NULL;
}

struct document *sim_transform_copy(struct sim_transforming *transforming,
                                    const struct document *value) {
    transforming->bytes += value->key.length + value->text.length + 4;
    if (transforming->bytes > LIMIT_TEMPLATE_BYTES) {
        return sim_transform_fail(transforming, "Template may not exceed %d bytes in size.",
                                  LIMIT_TEMPLATE_BYTES);
    }
    struct document *copy = ARENA_NEW(transforming->scope.arena, struct document);
    *copy = *value;
    copy->next = NULL;
    if (value->kind == DOCUMENT_LIST || value->kind == DOCUMENT_OBJECT) {
        copy->children = copy->last = NULL;
        copy->count = 0;
    }
    return copy;
}

/* --- AWS::Include ----------------------------------------------------------------------------- */

static const struct sim_object *included_object(struct sim_transforming *transforming,
                                                struct text location) {
    static const struct text s3 = {"s3://", 5};
    struct simulator *simulator = transforming->scope.simulator;
    const char *slash = text_starts(location, s3)
                            ? memchr(location.bytes + s3.length, '/', location.length - s3.length)
                            : NULL;
    if (!slash) {
        sim_transform_fail(transforming, "The location parameter is not a valid S3 uri.");
        return NULL;
    }
    struct text bucket = {location.bytes + s3.length,
                          (size_t)(slash - location.bytes) - s3.length};
    struct text key = {slash + 1, (size_t)(location.bytes + location.length - slash) - 1};
    if (!sim_bucket_owner(simulator, bucket)) {
        sim_transform_fail(transforming, "S3 bucket [%.*s] does not exist.", TEXT_ARGS(bucket));
        return NULL;
    }
    const struct sim_object *object = sim_object_find(simulator, bucket, key, (struct text){0});
    if (!object) {
        sim_transform_fail(transforming, "S3 key [%.*s] does not exist in bucket [%.*s].",
                           TEXT_ARGS(key), TEXT_ARGS(bucket));
    }
    return object;
}

static bool has_transform(const struct document *value) {
    for (const struct document *c = value->children; c; c = c->next) {
        if (text_is(c->key, "Fn::Transform") || has_transform(c)) return true;
    }
    return false;
}

static struct document *include(struct sim_transforming *transforming,
                                const struct document *parameters) {
    const struct document *written = document_get(parameters, "Location");
    struct document *location = written ? sim_resolve(&transforming->scope, written) : NULL;
    struct document *content;
    struct failure why = {0};
    struct text place;
    if (transforming->scope.failed || !sim_scalar(location, &place)) {
        return sim_transform_fail(transforming, "The location parameter is not a valid S3 uri.");
    }
    const struct sim_object *object = included_object(transforming, place);
    if (!object) return NULL;
    if (document_read(transforming->scope.arena, object->body, &content, &why)) {
        if (!has_transform(content)) return content;
        return sim_transform_fail(transforming, "Fn::Transform is not allowed in what is included");
    }
    return sim_transform_fail(transforming, "The specified S3 object's content should be valid "
                                            "Yaml/JSON");
}

/* --- inside of other things ------------------------------------------------------------------- */

/* "NAME" or {"Name": NAME, "Parameters": ...}; false where it is neither. */
static bool read_name(struct sim_transforming *transforming, const struct document *definition) {
    const struct document *name = definition->kind == DOCUMENT_OBJECT
                                      ? document_get(definition, "Name") : definition;
    if (name && name->kind == DOCUMENT_TEXT) {
        transforming->name = name->text;
        return true;
    }
    transforming->failed = true;
    return sim_invalid(transforming->scope.arena, transforming->error,
                       "Key Name of transform definition must be a string.");
}

static struct document *unknown_transform(struct sim_transforming *transforming) {
    struct text name = transforming->name;
    struct arena *arena = transforming->scope.arena;
    bool is_of_aws = text_starts(name, TEXT("AWS::"));
    transforming->failed = true;
    transforming->reason =
        is_of_aws ? text_format(arena, "the sandbox does not know the transform %.*s",
                                TEXT_ARGS(name))
                  : text_format(arena, "No transform named %.*s::%.*s found.",
                                TEXT_ARGS(sim_account(transforming->scope.stack)),
                                TEXT_ARGS(name));
    return NULL;
}

static struct document *run_inside(struct sim_transforming *transforming,
                                   const struct document *definition) {
    if (!read_name(transforming, definition)) return NULL;
    if (!text_is(transforming->name, "AWS::Include")) return unknown_transform(transforming);
    return include(transforming, document_get(definition, "Parameters"));
}

/* What is included stands beside what is written, which comes first. */
static void merge(struct document *into, struct document *from) {
    for (struct document *c = from->children, *next; c; c = next) {
        next = c->next;
        struct document *same = document_member(into, c->key);
        c->next = NULL;
        if (!same) document_add(into, c->key, c);
        else if (same->kind == DOCUMENT_OBJECT && c->kind == DOCUMENT_OBJECT) merge(same, c);
    }
}

static struct document *expand(struct sim_transforming *transforming,
                               const struct document *value);

static struct document *expand_object(struct sim_transforming *transforming,
                                      const struct document *value) {
    const struct document *definition = NULL;
    struct document *result = sim_transform_copy(transforming, value);
    for (const struct document *c = value->children; c && !transforming->failed; c = c->next) {
        if (text_is(c->key, "Fn::Transform")) {
            definition = c;
            continue;
        }
        struct document *child = expand(transforming, c);
        if (child) document_add(result, c->key, child);
    }
    if (!definition || transforming->failed) return result;
    struct document *included = run_inside(transforming, definition);
    if (!included || (value->count == 1 && included->kind != DOCUMENT_OBJECT)) return included;
    merge(result, included);
    return result;
}

static struct document *expand(struct sim_transforming *transforming,
                               const struct document *value) {
    if (value->kind == DOCUMENT_OBJECT) return expand_object(transforming, value);
    struct document *result = sim_transform_copy(transforming, value);
    for (const struct document *c = value->kind == DOCUMENT_LIST ? value->children : NULL;
         c && !transforming->failed; c = c->next) {
        struct document *child = expand(transforming, c);
        if (child) document_add(result, (struct text){0}, child);
    }
    return result;
}

/* --- the whole template ----------------------------------------------------------------------- */

static struct document *run_whole(struct sim_transforming *transforming,
                                  const struct document *definition, struct document *root) {
    if (!read_name(transforming, definition)) return NULL;
    if (text_is(transforming->name, "AWS::LanguageExtensions")) {
        return sim_extend(transforming, root);
    }
    if (!text_is(transforming->name, "AWS::Include")) return unknown_transform(transforming);
    struct document *included = include(transforming, document_get(definition, "Parameters"));
    if (included && included->kind == DOCUMENT_OBJECT) merge(root, included);
    return root;
}

static struct document *without_transform(const struct document *root, struct arena *arena) {
    struct document *result = document_new(arena, DOCUMENT_OBJECT);
    for (struct document *c = root->children, *next; c; c = next) {
        next = c->next;
        if (text_is(c->key, "Transform")) continue;
        c->next = NULL;
        document_add(result, c->key, c);
    }
    return result;
}

static struct document *transform(struct sim_transforming *transforming,
                                  const struct document *root) {
    struct document *result = expand(transforming, root);
    const struct document *whole = document_get(root, "Transform");
    bool is_list = whole && whole->kind == DOCUMENT_LIST;
    if (!transforming->failed) result = without_transform(result, transforming->scope.arena);
    for (const struct document *t = is_list ? whole->children : whole;
         t && !transforming->failed; t = is_list ? t->next : NULL) {
        result = run_whole(transforming, t, result);
    }
    return transforming->failed ? NULL : result;
}

bool sim_is_transformed(const struct sim_blueprint *outline) {
    return document_get(outline->root, "Transform") || has_transform(outline->root);
}

struct sim_blueprint *sim_transform(struct simulator *simulator, struct cloud_call *call,
                                    const struct sim_stack *stack,
                                    const struct sim_blueprint *outline,
                                    struct document *parameters, struct text *reason) {
    struct arena *arena = &simulator->arena;
    struct sim_stack new_one = {
        .name = call->request.stack, .region = call->region,
        .id = text_format(arena, "arn:%.*s:cloudformation:%.*s:%.*s:stack/%.*s/new",
                          TEXT_ARGS(sim_partition(call->region)), TEXT_ARGS(call->region),
                          TEXT_ARGS(simulator->account), TEXT_ARGS(call->request.stack))};
    struct sim_transforming transforming = {
        .error = &call->error,
        .scope = {.simulator = simulator, .stack = stack ? (struct sim_stack *)stack : &new_one,
                  .blueprint = outline, .parameters = parameters, .arena = arena}};
    transforming.scope.why = &transforming.why;
    transforming.scope.conditions = document_new(arena, DOCUMENT_OBJECT); /* as they are met */
    struct document *result = transform(&transforming, outline->root);
    *reason = transforming.reason;
    if (!result) return NULL;
    struct sim_blueprint *blueprint =
        sim_blueprint_read(arena, document_json(arena, result), &call->error);
    if (blueprint) blueprint->original = outline->body;
    return blueprint;
}
