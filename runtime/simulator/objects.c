/* What lies in buckets. */
#include "runtime/simulator/calls.h"

static struct document *find_object(struct simulator *simulator, struct cloud_call *call) {
    struct text key = text_format(call->arena, "%.*s/%.*s", TEXT_ARGS(call->request.bucket),
                                  TEXT_ARGS(call->request.key));
    struct document *c = simulator->objects ? simulator->objects->children : NULL;
    while (c && !text_equal(c->key, key)) c = c->next;
    return c;
}

static bool bucket_exists(struct simulator *simulator, struct text bucket) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            const struct sim_resource *resource = stack->resources[r];
            if (text_is(resource->type, "AWS::S3::Bucket") && resource->now.properties &&
                text_equal(resource->now.physical_id, bucket)) return true;
        }
    }
    return false;
}

bool sim_put_object(struct simulator *simulator, struct cloud_call *call) {
    if (!bucket_exists(simulator, call->request.bucket)) {
        return sim_refuse(call, "NoSuchBucket", "The specified bucket does not exist");
    }
    struct document *object = find_object(simulator, call);
    struct arena *arena = &simulator->arena;
    if (!simulator->objects) simulator->objects = document_new(arena, DOCUMENT_OBJECT);
    if (!object) {
        object = document_text(arena, (struct text){0});
        document_add(simulator->objects,
                     text_format(arena, "%.*s/%.*s", TEXT_ARGS(call->request.bucket),
                                 TEXT_ARGS(call->request.key)), object);
    }
    object->text = text_copy(arena, call->request.body);
    object->boolean = false; /* not written to the database yet */
    return true;
}

bool sim_head_object(struct simulator *simulator, struct cloud_call *call) {
    if (find_object(simulator, call)) return true;
    return sim_refuse(call, "NotFound", "Not Found");
}
