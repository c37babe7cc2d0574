/* Objects in buckets: versions and delete markers, as a bucket with or without versioning keeps
 * them.
 */
#include "runtime/simulator/calls.h"

enum { VERSIONS_PER_PAGE = 1000 };

/* --- buckets ---------------------------------------------------------------------------------- */

static const struct sim_resource *find_bucket(const struct simulator *simulator,
                                              struct text bucket) {
    return sim_existing(simulator, "AWS::S3::Bucket", TEXT(""), bucket, NULL);
}

const struct sim_stack *sim_bucket_owner(const struct simulator *simulator, struct text bucket) {
    struct sim_stack *owner = NULL;
    sim_existing(simulator, "AWS::S3::Bucket", TEXT(""), bucket, &owner);
    return owner;
}

static bool is_versioned(const struct sim_resource *bucket) {
    const struct document *versioning = document_get(bucket->now.properties,
                                                     "VersioningConfiguration");
    const struct document *status = document_get(versioning, "Status");
    return status && text_is(status->text, "Enabled");
}

static const struct sim_resource *need_bucket(struct simulator *simulator,
                                              struct cloud_call *call) {
    const struct sim_resource *bucket = find_bucket(simulator, call->request.bucket);
    if (!bucket) sim_refuse(call, "NoSuchBucket", "The specified bucket does not exist");
    return bucket;
}

bool sim_bucket_holds(const struct simulator *simulator, struct text bucket) {
    for (uint32_t i = 0; i < simulator->object_count; i++) {
        const struct sim_object *object = &simulator->objects[i];
        if (!object->is_gone && text_equal(object->bucket, bucket)) return true;
    }
    return false;
}

/* --- objects ---------------------------------------------------------------------------------- */

/* Of that version; an empty one: the newest. */
static struct sim_object *find_object(const struct simulator *simulator, struct text bucket,
                                      struct text key, struct text version) {
    for (uint32_t i = simulator->object_count; i > 0; i--) {
        struct sim_object *object = &simulator->objects[i - 1];
        if (!object->is_gone && text_equal(object->key, key) &&
            text_equal(object->bucket, bucket) &&
            (!version.length || text_equal(object->version, version))) return object;
    }
    return NULL;
}

const struct sim_object *sim_object_find(const struct simulator *simulator, struct text bucket,
                                         struct text key, struct text version) {
    const struct sim_object *object = find_object(simulator, bucket, key, version);
    return object && !object->is_marker ? object : NULL;
}

static struct sim_object *add_object(struct simulator *simulator, const struct sim_resource *bucket,
                                     struct text key) {
    struct arena *arena = &simulator->arena;
    struct text version = TEXT("null");
    if (is_versioned(bucket)) {
        char bytes[32];
        struct text seed = text_format(arena, "version/%llu",
                                       (unsigned long long)++simulator->counter);
        sim_random(seed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", bytes,
                   sizeof bytes);
        version = text_copy(arena, (struct text){bytes, sizeof bytes});
    } else {
        struct sim_object *old = find_object(simulator, bucket->now.physical_id, key, version);
        if (old) old->is_gone = true;
    }
    simulator->objects = sim_grow(simulator, simulator->objects, simulator->object_count,
                                  &simulator->object_capacity, sizeof *simulator->objects);
    struct sim_object *object = &simulator->objects[simulator->object_count++];
    *object = (struct sim_object){.bucket = bucket->now.physical_id,
                                  .key = text_copy(arena, key), .version = version,
                                  .number = ++simulator->object_number};
    return object;
}

static void put_object(struct simulator *simulator, struct cloud_call *call) {
    const struct sim_resource *bucket = need_bucket(simulator, call);
    if (!bucket) return;
    struct sim_object *object = add_object(simulator, bucket, call->request.key);
    object->body = text_copy(&simulator->arena, call->request.body);
}

static void head_object(struct simulator *simulator, struct cloud_call *call) {
    if (sim_object_find(simulator, call->request.bucket, call->request.key,
                        (struct text){0})) return;
    sim_refuse(call, "NotFound", "Not Found");
}

static void object_versions(struct simulator *simulator, struct cloud_call *call) {
    struct arena *arena = call->arena;
    if (!need_bucket(simulator, call)) return;
    call->reply.objects = arena_array(arena, VERSIONS_PER_PAGE, sizeof *call->reply.objects);
    for (uint32_t i = simulator->object_count; i > 0; i--) {
        const struct sim_object *object = &simulator->objects[i - 1];
        if (object->is_gone || !text_equal(object->bucket, call->request.bucket)) continue;
        if (call->reply.object_count == VERSIONS_PER_PAGE) return;
        call->reply.objects[call->reply.object_count++] = (struct cloud_object){
            .key = text_copy(arena, object->key), .version = text_copy(arena, object->version)};
    }
}

static void delete_objects(struct simulator *simulator, struct cloud_call *call) {
    const struct sim_resource *bucket = need_bucket(simulator, call);
    if (!bucket) return;
    if (call->request.object_count > VERSIONS_PER_PAGE) {
        sim_refuse(call, "MalformedXML",
                   "The XML you provided was not well-formed or did not validate "
                   "against our published schema");
        return;
    }
    for (uint32_t i = 0; i < call->request.object_count; i++) {
        const struct cloud_object *named = &call->request.objects[i];
        struct sim_object *object = find_object(simulator, call->request.bucket, named->key,
                                                named->version);
        if (!named->version.length && is_versioned(bucket)) {
            add_object(simulator, bucket, named->key)->is_marker = true;
        } else if (object) {
            object->is_gone = true;
        }
    }
}

void sim_answer_objects(struct simulator *simulator, struct cloud_call *call) {
    if (call->operation == CLOUD_PUT_OBJECT) put_object(simulator, call);
    if (call->operation == CLOUD_HEAD_OBJECT) head_object(simulator, call);
    if (call->operation == CLOUD_OBJECT_VERSIONS) object_versions(simulator, call);
    if (call->operation == CLOUD_DELETE_OBJECTS) delete_objects(simulator, call);
}

static const struct sim_resource *bucket_of(struct simulator *simulator, struct text region,
                                            struct text stack, struct text logical_id) {
    const struct sim_stack *found = sim_stack_live(simulator, region, stack);
    const struct sim_resource *bucket = found ? sim_stack_resource(found, logical_id) : NULL;
    bool is_bucket = bucket && bucket->now.properties && text_is(bucket->type, "AWS::S3::Bucket");
    return is_bucket ? bucket : NULL;
}

bool simulator_put(struct simulator *simulator, struct text region, struct text stack,
                   struct text logical_id, uint32_t count) {
    const struct sim_resource *bucket = bucket_of(simulator, region, stack, logical_id);
    for (uint32_t i = 1; bucket && i <= count; i++) {
        struct text key = text_format(&simulator->arena, "object-%u", i);
        add_object(simulator, bucket, key)->body = TEXT("an object of the sandbox");
    }
    return bucket != NULL;
}

bool simulator_put_object(struct simulator *simulator, struct text region, struct text stack,
                          struct text logical_id, struct text key, struct text body) {
    const struct sim_resource *bucket = bucket_of(simulator, region, stack, logical_id);
    if (bucket) add_object(simulator, bucket, key)->body = text_copy(&simulator->arena, body);
    return bucket != NULL;
}
