/* Buckets that say on_destroy = "empty" are emptied before their stack is deleted: every version
 * and delete marker, a thousand at a time. What was deleted is not listed again, so whoever goes on
 * after an interruption begins where it stopped. */
#include "runtime/deploy/machine_parts.h"

/* Whether the deployed template asks for it. */
static bool is_to_be_emptied(const struct machine *machine, const struct cloud_resource *resource) {
    const struct document *all = document_get(machine->plan->current, "Resources");
    const struct document *c = all ? all->children : NULL;
    if (!text_is(resource->type, "AWS::S3::Bucket") || !resource->physical_id.length) return false;
    while (c && !text_equal(c->key, resource->logical_id)) c = c->next;
    const struct document *note = document_get(document_get(c, "Metadata"), "mrp:on_destroy");
    return note && text_is(note->text, "empty") &&
           !text_is(resource->status, "DELETE_COMPLETE");
}

static bool has_buckets(const struct machine *machine) {
    const struct document *all = document_get(machine->plan->current, "Resources");
    for (const struct document *c = all ? all->children : NULL; c; c = c->next) {
        if (document_get(document_get(c, "Metadata"), "mrp:on_destroy")) return true;
    }
    return false;
}

static void ask_versions(struct run *run, struct machine *machine) {
    struct apply_stack *shown = machine->shown;
    arena_release(&machine->page);
    if (machine->bucket == machine->bucket_count) {
        shown->bucket = (struct text){0};
        machine_ask_delete(run, machine, PHASE_DELETE);
        return;
    }
    shown->bucket = machine->buckets[machine->bucket];
    machine_prepare_look(machine, CLOUD_OBJECT_VERSIONS, run)->bucket = shown->bucket;
    machine_send(run, machine, PHASE_VERSIONS);
}

static void take_buckets(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    machine->buckets = arena_array(run->arena, reply->resource_count + 1,
                                   sizeof *machine->buckets);
    machine->bucket_count = machine->bucket = 0;
    for (uint32_t i = 0; i < reply->resource_count; i++) {
        if (!is_to_be_emptied(machine, &reply->resources[i])) continue;
        machine->buckets[machine->bucket_count++] = reply->resources[i].physical_id;
    }
    ask_versions(run, machine);
}

static void next_bucket(struct run *run, struct machine *machine) {
    machine->bucket++;
    ask_versions(run, machine);
}

/* The versions that were listed are deleted; what is done so far cannot be undone. */
static void delete_versions(struct run *run, struct machine *machine) {
    const struct cloud_reply listed = machine->call.reply;
    if (!listed.object_count) {
        next_bucket(run, machine);
        return;
    }
    if (!machine->shown->is_begun) {
        machine_make_token(run, machine, "delete");
        if (!machine_write_step(run, machine, JOURNAL_BEGUN)) {
            machine_fail(run, machine, text_of(run->why->message));
            return;
        }
        machine->shown->is_begun = true;
    }
    struct cloud_request *request = machine_prepare_look(machine, CLOUD_DELETE_OBJECTS, run);
    request->bucket = machine->buckets[machine->bucket];
    request->objects = listed.objects;
    request->object_count = listed.object_count;
    machine_send(run, machine, PHASE_EMPTY);
}

static void versions_deleted(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    struct apply_stack *shown = machine->shown;
    shown->emptied += machine->call.request.object_count - reply->object_count;
    if (!reply->object_count) {
        machine_tell(run, APPLY_EMPTIES, machine, NULL);
        ask_versions(run, machine);
        return;
    }
    const struct cloud_object *first = &reply->objects[0];
    machine_fail(run, machine,
                 text_format(run->arena,
                             "%u version%s in bucket \"%.*s\" could not be deleted, the "
                             "first of \"%.*s\": %.*s",
                             reply->object_count, reply->object_count == 1 ? "" : "s",
                             TEXT_ARGS(machine->buckets[machine->bucket]), TEXT_ARGS(first->key),
                             TEXT_ARGS(first->message.length ? first->message : first->code)));
}

void machine_empty(struct run *run, struct machine *machine) {
    if (machine->plan->goes_back || !has_buckets(machine)) {
        machine_ask_delete(run, machine, PHASE_DELETE);
        return;
    }
    machine->empties++;
    machine_prepare(machine, CLOUD_STACK_RESOURCES, run);
    machine_send(run, machine, PHASE_BUCKETS);
}

void machine_emptied(struct run *run, struct machine *machine) {
    bool is_gone = text_is(machine->call.error.code, "NoSuchBucket") ||
                   text_is(machine->call.error.code, "NotFound");
    if (cloud_failed(&machine->call)) {
        if (machine->phase != PHASE_BUCKETS && is_gone) next_bucket(run, machine);
        else machine_fail(run, machine, text_copy(run->arena, machine->call.error.message));
    } else if (machine->phase == PHASE_BUCKETS) {
        take_buckets(run, machine);
    } else if (machine->phase == PHASE_VERSIONS) {
        delete_versions(run, machine);
    } else {
        versions_deleted(run, machine);
    }
}

bool machine_empties_again(struct run *run, struct machine *machine) {
    bool is_full = false;
    if (!machine->empties || machine->empties >= EMPTY_TRIES) return false;
    for (uint32_t i = 0; i < machine->shown->left_count; i++) {
        const struct apply_left *left = &machine->shown->left[i];
        if (!left->has_failed) continue;
        if (!text_is(left->type, "AWS::S3::Bucket")) return false;
        is_full = true;
    }
    if (!is_full) return false;
    machine->shown->left_count = 0;
    machine->shown->cause = machine->shown->cause_id = (struct text){0};
    machine_empty(run, machine);
    return true;
}
