/* Operations on virtual time: what a stack does next follows from its phase and from the work its
 * resources still have. A phase ends when no resource has work left; the next one follows from it.
 */
#include <math.h>

#include "runtime/simulator/world.h"

static void phase_begin(struct simulator *simulator, struct sim_stack *stack, unsigned phase);
static void phase_end(struct simulator *simulator, struct sim_stack *stack);

static bool exists(const struct sim_resource *resource) {
    return resource->now.properties != NULL;
}

/* --- which resources a phase is about --------------------------------------------------------- */

static bool is_involved(const struct sim_resource *resource, unsigned phase) {
    if (resource->is_orphan) return false;
    switch ((enum sim_phase)phase) {
    case PHASE_IDLE: return false;
    case PHASE_FORWARD: return !resource->is_leftover && !resource->is_removed;
    case PHASE_CLEANUP: return exists(resource) && (resource->is_leftover || resource->is_removed);
    case PHASE_RESTORE: return resource->is_changed && !resource->is_leftover;
    case PHASE_DROP: return exists(resource) && (resource->is_leftover || resource->is_new);
    case PHASE_REMOVE: return exists(resource);
    }
    return false;
}

static bool is_deletion(unsigned phase) {
    return phase == PHASE_CLEANUP || phase == PHASE_DROP || phase == PHASE_REMOVE;
}

/* Whether a was made from an item that needs b. */
static bool needs(const struct sim_resource *a, const struct sim_resource *b) {
    for (uint32_t i = 0; a->item && i < a->item->need_count; i++) {
        const struct sim_item *need = &a->blueprint->items[a->item->needs[i]];
        if (need == b->item || text_equal(need->id, b->logical_id)) return true;
    }
    return false;
}

static bool waits_for(const struct sim_resource *a, const struct sim_resource *b, unsigned phase) {
    if (a == b) return false;
    return is_deletion(phase) ? needs(b, a) : needs(a, b);
}

void sim_count_waits(struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *a = stack->resources[i];
        a->waits = 0;
        if (a->work != WORK_WAITING) continue;
        for (uint32_t j = 0; j < stack->resource_count; j++) {
            struct sim_resource *b = stack->resources[j];
            if (b->work != WORK_NONE && waits_for(a, b, stack->phase)) a->waits++;
        }
    }
}

static void finish(struct sim_stack *stack, struct sim_resource *resource) {
    resource->work = WORK_NONE;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *other = stack->resources[i];
        if (other->work == WORK_WAITING && other->waits &&
            waits_for(other, resource, stack->phase)) other->waits--;
    }
}

/* --- events of one resource ------------------------------------------------------------------- */

static void set_status(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource, unsigned status, struct text reason) {
    resource->status = (uint8_t)status;
    resource->updated = simulator->clock;
    resource->reason = reason;
    sim_event(simulator, stack, resource, status, reason);
}

static bool is_creation(const struct sim_resource *resource) {
    return resource->is_new && !resource->is_changed;
}

static void cancel_others(struct simulator *simulator, struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->work == WORK_WAITING) resource->work = WORK_NONE;
        if (resource->work == WORK_NONE) continue;
        resource->work = WORK_NONE;
        resource->is_failed = true;
        set_status(simulator, stack, resource,
                   is_creation(resource) ? SIM_CREATE_FAILED : SIM_UPDATE_FAILED,
                   is_creation(resource) ? TEXT("Resource creation cancelled")
                                         : TEXT("Resource update cancelled"));
    }
}

static void fail_resource(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource, struct text reason) {
    resource->work = WORK_NONE;
    resource->is_failed = true;
    if (is_deletion(stack->phase)) {
        set_status(simulator, stack, resource, SIM_DELETE_FAILED, reason);
        finish(stack, resource);
        return;
    }
    set_status(simulator, stack, resource,
               is_creation(resource) ? SIM_CREATE_FAILED : SIM_UPDATE_FAILED, reason);
    stack->is_failing = true;
    cancel_others(simulator, stack);
}

/* A failure that was asked for, or an empty text. */
static struct text scripted(struct simulator *simulator, const struct sim_stack *stack,
                            const struct sim_resource *resource, const char *operation) {
    for (uint32_t i = 0; i < simulator->failure_count; i++) {
        struct sim_failure *failure = &simulator->failures[i];
        if (failure->is_spent || !text_is(failure->operation, operation) ||
            !text_equal(failure->stack, stack->name) ||
            !text_equal(failure->region, stack->region) ||
            !text_equal(failure->logical_id, resource->logical_id)) continue;
        failure->is_spent = simulator->failures_changed = true;
        return failure->reason;
    }
    return (struct text){0};
}

/* --- forward: create and update --------------------------------------------------------------- */

static bool is_taggable(const struct sim_resource *resource) {
    return resource->schema && (schema_type_flags(resource->schema) & SCHEMA_TYPE_TAGGABLE);
}

static bool resolve_next(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource, struct failure *why) {
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = stack->now.blueprint,
        .parameters = stack->now.parameters, .conditions = stack->now.conditions,
        .arena = &simulator->arena, .why = why,
        .imports = stack->imports, .import_count = stack->import_count,
        .import_capacity = stack->import_count,
    };
    const struct sim_item *item = resource->item;
    resource->next = (struct sim_state){.tags = stack->tag_text, .version = resource->now.version};
    resource->next.properties = item->properties ? sim_resolve(&scope, item->properties) : NULL;
    if (!resource->next.properties) {
        resource->next.properties = document_new(&simulator->arena, DOCUMENT_OBJECT);
    }
    stack->imports = scope.imports;
    stack->import_count = scope.import_count;
    return !scope.failed;
}

static struct text words(struct simulator *simulator, const char *message) {
    return text_copy(&simulator->arena, text_of(message));
}

static void begin_create(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    struct failure why = {0};
    set_status(simulator, stack, resource, SIM_CREATE_IN_PROGRESS, (struct text){0});
    if (!resolve_next(simulator, stack, resource, &why)) {
        fail_resource(simulator, stack, resource, words(simulator, why.message));
        return;
    }
    resource->work = WORK_STARTED;
    resource->until = simulator->clock + floor(sim_duration(resource->type, TEXT("CREATE")) * 0.3)
                      + 0.5;
}

static bool same_state(const struct sim_resource *resource) {
    if (is_taggable(resource) && !text_equal(resource->now.tags, resource->next.tags)) return false;
    return document_equal(resource->now.properties, resource->next.properties);
}

static void begin_update(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    struct failure why = {0};
    if (!resolve_next(simulator, stack, resource, &why)) {
        set_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS, (struct text){0});
        fail_resource(simulator, stack, resource, words(simulator, why.message));
        return;
    }
    if (same_state(resource)) {
        finish(stack, resource);
        return;
    }
    resource->is_replacement = sim_needs_replacement(resource->schema, resource->now.properties,
                                                     resource->next.properties);
    set_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS,
               resource->is_replacement
                   ? TEXT("Requested update requires the creation of a new physical resource; "
                          "hence creating one.")
                   : (struct text){0});
    resource->work = resource->is_replacement ? WORK_STARTED : WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("UPDATE"));
}

/* What AWS would say against making the resource, or an empty text. */
static struct text objection(struct simulator *simulator, struct sim_stack *stack,
                             struct sim_resource *resource) {
    struct text reason, path;
    struct sim_stack *owner;
    struct arena *arena = &simulator->arena;
    struct text asked = scripted(simulator, stack, resource,
                                 resource->is_replacement ? "UPDATE" : "CREATE");
    if (asked.length) return asked;
    if (!sim_validate(arena, resource->item, resource->next.properties, &reason, &path)) {
        return text_format(arena, "Properties validation failed for resource %.*s with message:\n"
                                  "%.*s", TEXT_ARGS(resource->logical_id), TEXT_ARGS(reason));
    }
    struct sim_resource *taken = sim_name_taken(simulator, stack, resource->schema,
                                                resource->next.properties, NULL, &owner);
    bool deletes_first = resource->schema &&
                         (schema_type_flags(resource->schema) & SCHEMA_TYPE_DELETE_FIRST);
    if (!taken || (taken == resource && deletes_first)) return (struct text){0};
    if (taken == resource) {
        return text_format(arena, "CloudFormation cannot update a stack when a custom-named "
                                  "resource requires replacing. Rename %.*s and update the stack "
                                  "again.", TEXT_ARGS(resource->now.physical_id));
    }
    return text_format(arena, "%.*s already exists in stack %.*s",
                       TEXT_ARGS(taken->now.physical_id), TEXT_ARGS(owner->id));
}

static void leave_old(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_resource *resource) {
    struct sim_resource *old = ARENA_NEW(&simulator->arena, struct sim_resource);
    *old = *resource;
    old->is_leftover = true;
    old->is_changed = false;
    old->work = WORK_NONE;
    sim_stack_add_resource(simulator, stack, old);
}

static void get_physical_id(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource) {
    struct text against = objection(simulator, stack, resource);
    if (against.length) {
        fail_resource(simulator, stack, resource, against);
        return;
    }
    if (resource->is_replacement) {
        leave_old(simulator, stack, resource);
        resource->before = resource->now;
        resource->is_changed = true;
        resource->next.version = 0;
    }
    resource->generation++;
    resource->now = resource->next;
    resource->now.physical_id =
        sim_physical_id(simulator, stack, resource, resource->now.properties);
    set_status(simulator, stack, resource,
               resource->is_replacement ? SIM_UPDATE_IN_PROGRESS : SIM_CREATE_IN_PROGRESS,
               TEXT("Resource creation Initiated"));
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock +
                      ceil(sim_duration(resource->type, TEXT("CREATE")) * 0.7) - 0.5;
}

static void complete_forward(struct simulator *simulator, struct sim_stack *stack,
                             struct sim_resource *resource) {
    if (resource->is_new || resource->is_replacement) {
        set_status(simulator, stack, resource,
                   resource->is_new ? SIM_CREATE_COMPLETE : SIM_UPDATE_COMPLETE,
                   (struct text){0});
        finish(stack, resource);
        return;
    }
    struct text asked = scripted(simulator, stack, resource, "UPDATE");
    if (asked.length) {
        fail_resource(simulator, stack, resource, asked);
        return;
    }
    resource->before = resource->now;
    resource->is_changed = true;
    resource->next.physical_id = resource->now.physical_id;
    resource->next.version = resource->now.version + 1;
    resource->now = resource->next;
    set_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    finish(stack, resource);
}

/* --- deletion --------------------------------------------------------------------------------- */

static bool is_retained(const struct sim_stack *stack, const struct sim_resource *resource) {
    struct text policy = resource->is_leftover && stack->phase == PHASE_CLEANUP
                             ? resource->update_replace_policy : resource->deletion_policy;
    /* What a rolled back replacement had made is no one's data yet. */
    if (resource->is_leftover && stack->phase == PHASE_DROP) return false;
    if (text_is(policy, "RetainExceptOnCreate")) {
        return !(stack->is_rolling_back && resource->is_new);
    }
    return text_is(policy, "Retain");
}

static void begin_delete(struct simulator *simulator, struct sim_stack *stack,
                         struct sim_resource *resource) {
    if (is_retained(stack, resource)) {
        set_status(simulator, stack, resource, SIM_DELETE_SKIPPED, (struct text){0});
        resource->is_orphan = true;
        finish(stack, resource);
        return;
    }
    set_status(simulator, stack, resource, SIM_DELETE_IN_PROGRESS, (struct text){0});
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("DELETE"));
}

static bool holds_objects(const struct simulator *simulator, const struct sim_resource *resource) {
    if (!text_is(resource->type, "AWS::S3::Bucket")) return false;
    const struct document *c = simulator->objects ? simulator->objects->children : NULL;
    for (; c; c = c->next) {
        size_t length = resource->now.physical_id.length;
        if (text_starts(c->key, resource->now.physical_id) && c->key.length > length &&
            c->key.bytes[length] == '/') return true;
    }
    return false;
}

static void complete_delete(struct simulator *simulator, struct sim_stack *stack,
                            struct sim_resource *resource) {
    struct text asked = scripted(simulator, stack, resource, "DELETE");
    if (!asked.length && holds_objects(simulator, resource)) {
        asked = TEXT("The bucket you tried to delete is not empty. You must delete all versions "
                     "in the bucket. (Service: S3, Status Code: 409)");
    }
    if (asked.length) {
        fail_resource(simulator, stack, resource, asked);
        return;
    }
    set_status(simulator, stack, resource, SIM_DELETE_COMPLETE, (struct text){0});
    resource->now.properties = NULL;
    finish(stack, resource);
}

/* --- rollback of an update -------------------------------------------------------------------- */

static void begin_restore(struct simulator *simulator, struct sim_stack *stack,
                          struct sim_resource *resource) {
    set_status(simulator, stack, resource, SIM_UPDATE_IN_PROGRESS, (struct text){0});
    resource->work = WORK_RUNNING;
    resource->until = simulator->clock + sim_duration(resource->type, TEXT("UPDATE"));
}

/* The old one of a replacement, which is still there. */
static struct sim_resource *leftover_of(struct sim_stack *stack, struct sim_resource *resource) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *other = stack->resources[i];
        if (other->is_leftover && !other->is_orphan && exists(other) &&
            text_equal(other->logical_id, resource->logical_id) &&
            text_equal(other->now.physical_id, resource->before.physical_id)) return other;
    }
    return NULL;
}

static void complete_restore(struct simulator *simulator, struct sim_stack *stack,
                             struct sim_resource *resource) {
    struct sim_resource *old = leftover_of(stack, resource);
    struct sim_state now = resource->now;
    resource->now = resource->before;
    resource->is_changed = false;
    if (old) old->now = now; /* the new one is what is left over from here on */
    set_status(simulator, stack, resource, SIM_UPDATE_COMPLETE, (struct text){0});
    finish(stack, resource);
}

/* --- outputs ---------------------------------------------------------------------------------- */

static struct sim_stack *exporter(struct simulator *simulator, const struct sim_stack *stack,
                                  struct text name) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (other == stack || other->status == SIM_DELETE_COMPLETE ||
            !text_equal(other->region, stack->region)) continue;
        for (uint32_t o = 0; o < other->output_count; o++) {
            if (text_equal(other->outputs[o].export_name, name)) return other;
        }
    }
    return NULL;
}

static bool text_output(struct sim_scope *scope, const struct document *value, struct text *out) {
    const struct document *resolved = value ? sim_resolve(scope, value) : NULL;
    if (!resolved || scope->failed) return false;
    if (resolved->kind == DOCUMENT_BOOL) *out = text_of(resolved->boolean ? "true" : "false");
    else *out = resolved->text;
    return resolved->kind != DOCUMENT_LIST && resolved->kind != DOCUMENT_OBJECT &&
           resolved->kind != DOCUMENT_NULL;
}

/* Whether the output exists by its Condition. */
static bool is_wanted(const struct sim_stack *stack, const struct document *output) {
    const struct document *condition = document_get(output, "Condition");
    if (!condition) return true;
    const struct document *c = stack->now.conditions ? stack->now.conditions->children : NULL;
    while (c && !text_equal(c->key, condition->text)) c = c->next;
    return c && c->boolean;
}

static bool make_output(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_scope *scope, const struct document *written,
                        struct text *reason) {
    struct arena *arena = &simulator->arena;
    struct sim_output *output = &stack->outputs[stack->output_count];
    const struct document *description = document_get(written, "Description");
    *output = (struct sim_output){.key = written->key};
    if (description && description->kind == DOCUMENT_TEXT) output->description = description->text;
    if (!text_output(scope, document_get(written, "Value"), &output->value)) {
        *reason = scope->failed
                      ? text_format(arena, "[Error] /Outputs/%.*s/Value: %s",
                                    TEXT_ARGS(written->key), scope->why->message)
                      : text_format(arena, "Template format error: The Value field of every "
                                           "Outputs member must evaluate to a String.");
        return false;
    }
    const struct document *export = document_get(written, "Export");
    if (export && text_output(scope, document_get(export, "Name"), &output->export_name)) {
        struct sim_stack *other = exporter(simulator, stack, output->export_name);
        if (other) {
            *reason = text_format(arena, "Export with name %.*s is already exported by stack %.*s.",
                                  TEXT_ARGS(output->export_name), TEXT_ARGS(other->name));
            return false;
        }
    }
    stack->output_count++;
    return true;
}

static struct sim_stack *importer(struct simulator *simulator, const struct sim_stack *stack,
                                  struct text name) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *other = simulator->stacks[s];
        if (other == stack || other->status == SIM_DELETE_COMPLETE ||
            !text_equal(other->region, stack->region)) continue;
        for (uint32_t i = 0; i < other->import_count; i++) {
            if (text_equal(other->imports[i], name)) return other;
        }
    }
    return NULL;
}

/* An export that is gone or changed while another stack imports it. */
static bool breaks_import(struct simulator *simulator, struct sim_stack *stack,
                          struct text *reason) {
    for (uint32_t i = 0; i < stack->old_output_count; i++) {
        const struct sim_output *old = &stack->old_outputs[i];
        bool kept = !old->export_name.length;
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (text_equal(stack->outputs[o].export_name, old->export_name) &&
                text_equal(stack->outputs[o].value, old->value)) kept = true;
        }
        struct sim_stack *other = kept ? NULL : importer(simulator, stack, old->export_name);
        if (!other) continue;
        *reason = text_format(&simulator->arena,
                              "Export %.*s cannot be updated as it is in use by %.*s",
                              TEXT_ARGS(old->export_name), TEXT_ARGS(other->name));
        return true;
    }
    return false;
}

static bool make_outputs(struct simulator *simulator, struct sim_stack *stack,
                         struct text *reason) {
    struct failure why = {0};
    const struct document *written = stack->now.blueprint->outputs;
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = stack->now.blueprint,
        .parameters = stack->now.parameters, .conditions = stack->now.conditions,
        .arena = &simulator->arena, .why = &why,
    };
    stack->old_outputs = stack->outputs;
    stack->old_output_count = stack->output_count;
    stack->output_count = 0;
    stack->outputs = arena_array(&simulator->arena, written ? written->count + 1 : 1,
                                 sizeof *stack->outputs);
    for (const struct document *o = written ? written->children : NULL; o; o = o->next) {
        if (!is_wanted(stack, o)) continue;
        if (!make_output(simulator, stack, &scope, o, reason)) return false;
    }
    return !breaks_import(simulator, stack, reason);
}

/* --- the phases ------------------------------------------------------------------------------- */

static bool later_first(const struct sim_stack *stack) { return is_deletion(stack->phase); }

static void begin_work(struct simulator *simulator, struct sim_stack *stack,
                       struct sim_resource *resource) {
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE:
        return;
    case PHASE_FORWARD:
        resource->is_replacement = false;
        if (exists(resource)) begin_update(simulator, stack, resource);
        else begin_create(simulator, stack, resource);
        return;
    case PHASE_RESTORE:
        begin_restore(simulator, stack, resource);
        return;
    case PHASE_CLEANUP:
    case PHASE_DROP:
    case PHASE_REMOVE:
        begin_delete(simulator, stack, resource);
        return;
    }
}

static void end_work(struct simulator *simulator, struct sim_stack *stack,
                     struct sim_resource *resource) {
    if (resource->work == WORK_STARTED) get_physical_id(simulator, stack, resource);
    else if (stack->phase == PHASE_FORWARD) complete_forward(simulator, stack, resource);
    else if (stack->phase == PHASE_RESTORE) complete_restore(simulator, stack, resource);
    else complete_delete(simulator, stack, resource);
}

static void phase_begin(struct simulator *simulator, struct sim_stack *stack, unsigned phase) {
    (void)simulator;
    stack->phase = (uint8_t)phase;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        resource->work = is_involved(resource, phase) ? WORK_WAITING : WORK_NONE;
        if (resource->work) resource->is_failed = false;
    }
    sim_count_waits(stack);
}

static bool names_failed(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                         struct text *names) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_failed || resource->status != status) continue;
        if (out.length) buffer_string(&out, ", ");
        buffer_text(&out, resource->logical_id);
    }
    *names = buffer_take(&out, &simulator->arena);
    buffer_release(&out);
    return names->length > 0;
}

static struct text failed_text(struct simulator *simulator, struct sim_stack *stack) {
    struct arena *arena = &simulator->arena;
    struct text created, updated, all = {0};
    if (names_failed(simulator, stack, SIM_CREATE_FAILED, &created)) {
        all = text_format(arena, "The following resource(s) failed to create: [%.*s]. ",
                          TEXT_ARGS(created));
    }
    if (names_failed(simulator, stack, SIM_UPDATE_FAILED, &updated)) {
        all = text_format(arena, "%.*sThe following resource(s) failed to update: [%.*s]. ",
                          TEXT_ARGS(all), TEXT_ARGS(updated));
    }
    return all;
}

static void settle(struct simulator *simulator, struct sim_stack *stack, unsigned status,
                   struct text reason) {
    stack->phase = PHASE_IDLE;
    stack->is_failing = stack->is_rolling_back = false;
    if (status == SIM_DELETE_COMPLETE) stack->deleted = simulator->clock;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        resource->is_new = resource->is_changed = resource->is_replacement = false;
        resource->work = WORK_NONE;
        if (exists(resource) || resource->status == SIM_CREATE_FAILED) {
            stack->resources[kept++] = resource;
        }
    }
    stack->resource_count = kept;
    sim_stack_index(simulator, stack);
    sim_stack_status(simulator, stack, status, reason);
}

static void roll_back(struct simulator *simulator, struct sim_stack *stack, struct text reason) {
    bool creates = stack->origin == SIM_CREATE_IN_PROGRESS;
    if (stack->disable_rollback) {
        settle(simulator, stack, creates ? SIM_CREATE_FAILED : SIM_UPDATE_FAILED, reason);
        return;
    }
    stack->is_failing = false;
    stack->is_rolling_back = true;
    if (creates) {
        sim_stack_status(simulator, stack, SIM_ROLLBACK_IN_PROGRESS,
                         text_format(&simulator->arena, "%.*s%sRollback requested by user.",
                                     TEXT_ARGS(reason),
                                     text_ends(reason, TEXT(" ")) ? "" : ". "));
        phase_begin(simulator, stack, PHASE_REMOVE);
        return;
    }
    sim_stack_status(simulator, stack, SIM_UPDATE_ROLLBACK_IN_PROGRESS, reason);
    for (uint32_t i = 0; i < stack->resource_count; i++) stack->resources[i]->is_removed = false;
    phase_begin(simulator, stack, PHASE_RESTORE);
}

static void end_forward(struct simulator *simulator, struct sim_stack *stack) {
    struct text reason = {0};
    if (stack->is_failing) {
        roll_back(simulator, stack, failed_text(simulator, stack));
        return;
    }
    if (!make_outputs(simulator, stack, &reason)) {
        stack->outputs = stack->old_outputs;
        stack->output_count = stack->old_output_count;
        roll_back(simulator, stack, reason);
        return;
    }
    if (stack->origin == SIM_CREATE_IN_PROGRESS) {
        settle(simulator, stack, SIM_CREATE_COMPLETE, (struct text){0});
        return;
    }
    sim_stack_status(simulator, stack, SIM_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS,
                     (struct text){0});
    phase_begin(simulator, stack, PHASE_CLEANUP);
}

/* After a rollback: the resources are those of the template before. */
static void reattach(struct simulator *simulator, struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || resource->is_new) continue;
        const struct sim_item *item =
            sim_blueprint_find(stack->now.blueprint, resource->logical_id);
        if (!item) continue;
        resource->item = item;
        resource->blueprint = stack->now.blueprint;
        resource->deletion_policy = sim_policy(item->body, "DeletionPolicy", "Delete");
        resource->update_replace_policy = sim_policy(item->body, "UpdateReplacePolicy", "Delete");
    }
    sim_stack_index(simulator, stack);
}

static void end_restore(struct simulator *simulator, struct sim_stack *stack) {
    stack->now = stack->before;
    reattach(simulator, stack);
    stack->tag_text = sim_tags_text(&simulator->arena, stack->now.tags, stack->now.tag_count);
    sim_stack_status(simulator, stack, SIM_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS,
                     (struct text){0});
    phase_begin(simulator, stack, PHASE_DROP);
}

static void end_remove(struct simulator *simulator, struct sim_stack *stack) {
    struct text names;
    bool failed = names_failed(simulator, stack, SIM_DELETE_FAILED, &names);
    struct text reason = failed ? text_format(&simulator->arena,
                                              "The following resource(s) failed to delete: [%.*s]. ",
                                              TEXT_ARGS(names)) : (struct text){0};
    if (stack->is_rolling_back) {
        settle(simulator, stack, failed ? SIM_ROLLBACK_FAILED : SIM_ROLLBACK_COMPLETE, reason);
    } else {
        settle(simulator, stack, failed ? SIM_DELETE_FAILED : SIM_DELETE_COMPLETE, reason);
    }
}

/* What an update could not delete is nobody's from here on. */
static void abandon(struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (exists(resource) && resource->status == SIM_DELETE_FAILED &&
            is_involved(resource, stack->phase)) resource->is_orphan = true;
    }
}

static void phase_end(struct simulator *simulator, struct sim_stack *stack) {
    switch ((enum sim_phase)stack->phase) {
    case PHASE_IDLE: return;
    case PHASE_FORWARD: end_forward(simulator, stack); return;
    case PHASE_CLEANUP: /* what could not be deleted does not fail the update */
        abandon(stack);
        settle(simulator, stack, SIM_UPDATE_COMPLETE, (struct text){0});
        return;
    case PHASE_RESTORE: end_restore(simulator, stack); return;
    case PHASE_DROP:
        abandon(stack);
        settle(simulator, stack, SIM_UPDATE_ROLLBACK_COMPLETE, (struct text){0});
        return;
    case PHASE_REMOVE: end_remove(simulator, stack); return;
    }
}

/* Begins or ends what is due; false when nothing was. */
static bool move(struct simulator *simulator, struct sim_stack *stack) {
    bool moved = false;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        uint32_t at = later_first(stack) ? stack->resource_count - 1 - i : i;
        struct sim_resource *resource = stack->resources[at];
        if (resource->work == WORK_WAITING && !resource->waits && !stack->is_failing) {
            begin_work(simulator, stack, resource);
            moved = true;
        } else if (resource->work >= WORK_STARTED && resource->until <= simulator->clock) {
            end_work(simulator, stack, resource);
            moved = true;
        }
    }
    return moved;
}

static bool has_work(const struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        if (stack->resources[i]->work != WORK_NONE) return true;
    }
    return false;
}

void sim_advance(struct simulator *simulator, struct sim_stack *stack) {
    while (stack->phase != PHASE_IDLE) {
        if (move(simulator, stack)) continue;
        if (has_work(stack)) return;
        phase_end(simulator, stack);
    }
}

double sim_next_time(const struct simulator *simulator) {
    double earliest = HUGE_VAL;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->phase == PHASE_IDLE) continue;
        for (uint32_t i = 0; i < stack->resource_count; i++) {
            const struct sim_resource *resource = stack->resources[i];
            if (resource->work >= WORK_STARTED && resource->until < earliest) {
                earliest = resource->until;
            }
        }
    }
    return earliest;
}

/* --- beginnings ------------------------------------------------------------------------------- */

static void take_inputs(struct simulator *simulator, struct sim_stack *stack,
                        struct sim_change_set *set) {
    struct failure why = {0};
    const struct document *description = document_get(set->blueprint->root, "Description");
    stack->now = (struct sim_plan_inputs){.blueprint = set->blueprint,
                                          .parameters = set->parameters,
                                          .tags = set->tags, .tag_count = set->tag_count};
    struct sim_scope scope = {
        .simulator = simulator, .stack = stack, .blueprint = set->blueprint,
        .parameters = set->parameters, .arena = &simulator->arena, .why = &why,
    };
    sim_conditions(&scope); /* they were worked out when the change set was made */
    stack->now.conditions = scope.conditions;
    stack->tag_text = sim_tags_text(&simulator->arena, set->tags, set->tag_count);
    stack->capabilities = set->capabilities;
    stack->capability_count = set->capability_count;
    stack->change_set_id = set->id;
    stack->description = description && description->kind == DOCUMENT_TEXT ? description->text
                                                                          : (struct text){0};
    stack->imports = NULL;
    stack->import_count = 0;
}

static void take_item(struct simulator *simulator, struct sim_stack *stack,
                      const struct sim_item *item) {
    struct sim_resource *resource = sim_stack_resource(stack, item->id);
    if (!resource || !exists(resource)) {
        if (!resource) {
            resource = ARENA_NEW(&simulator->arena, struct sim_resource);
            sim_stack_add_resource(simulator, stack, resource);
        }
        resource->logical_id = item->id;
        resource->is_new = true;
        resource->now = (struct sim_state){0};
    }
    resource->type = item->type;
    resource->schema = item->schema;
    resource->item = item;
    resource->blueprint = stack->now.blueprint;
    resource->is_removed = false;
    resource->deletion_policy = sim_policy(item->body, "DeletionPolicy", "Delete");
    resource->update_replace_policy = sim_policy(item->body, "UpdateReplacePolicy", "Delete");
}

static void take_items(struct simulator *simulator, struct sim_stack *stack) {
    const struct sim_blueprint *blueprint = stack->now.blueprint;
    struct sim_scope scope = {.conditions = stack->now.conditions};
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (!resource->is_leftover && !resource->is_orphan) resource->is_removed = true;
    }
    for (uint32_t i = 0; i < blueprint->count; i++) {
        if (sim_item_wanted(&scope, &blueprint->items[i])) {
            take_item(simulator, stack, &blueprint->items[i]);
        }
    }
    sim_stack_index(simulator, stack);
}

void sim_begin_create(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set) {
    stack->origin = SIM_CREATE_IN_PROGRESS;
    take_inputs(simulator, stack, set);
    take_items(simulator, stack);
    sim_stack_status(simulator, stack, SIM_CREATE_IN_PROGRESS, TEXT("User Initiated"));
    phase_begin(simulator, stack, PHASE_FORWARD);
    sim_advance(simulator, stack);
}

void sim_begin_update(struct simulator *simulator, struct sim_stack *stack,
                      struct sim_change_set *set) {
    stack->origin = SIM_UPDATE_IN_PROGRESS;
    stack->before = stack->now;
    take_inputs(simulator, stack, set);
    take_items(simulator, stack);
    stack->updated = simulator->clock;
    sim_stack_status(simulator, stack, SIM_UPDATE_IN_PROGRESS, TEXT("User Initiated"));
    phase_begin(simulator, stack, PHASE_FORWARD);
    sim_advance(simulator, stack);
}

void sim_begin_delete(struct simulator *simulator, struct sim_stack *stack, struct text token) {
    stack->origin = SIM_DELETE_IN_PROGRESS;
    stack->token = token;
    sim_stack_status(simulator, stack, SIM_DELETE_IN_PROGRESS, TEXT("User Initiated"));
    phase_begin(simulator, stack, PHASE_REMOVE);
    sim_advance(simulator, stack);
}
