/* What is asked of stacks that are not as they should be: what differs from their templates,
 * rollbacks that a person begins, and resources that get other logical ids.
 */
#include "runtime/simulator/calls.h"

enum { DETECTION_SECONDS = 4, REFACTOR_SECONDS = 6 };

static struct sim_stack *need_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    if (!stack) {
        sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                   TEXT_ARGS(call->request.stack));
    }
    return stack;
}

/* --- drift ------------------------------------------------------------------------------------ */

static bool has_drifted(const struct sim_resource *resource) {
    if (!resource->now.properties || resource->is_leftover || resource->is_orphan) return false;
    return resource->is_missing ||
           (resource->actual && !document_equal(resource->actual, resource->now.properties));
}

static bool any_drifted(const struct sim_stack *stack) {
    for (uint32_t r = 0; r < stack->resource_count; r++) {
        if (has_drifted(stack->resources[r])) return true;
    }
    return false;
}

static void detect_drift(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = need_stack(simulator, call);
    if (!stack) return;
    if (stack->phase != PHASE_IDLE || stack->status == SIM_REVIEW_IN_PROGRESS) {
        sim_refuse(call, "ValidationError",
                   "Drift detection cannot be performed on stack [%.*s] while it is in [%s] state",
                   TEXT_ARGS(stack->name), sim_status_name(stack->status));
        return;
    }
    struct arena *arena = &simulator->arena;
    struct text seed = text_format(arena, "drift/%llu", (unsigned long long)++simulator->counter);
    stack->detection_id = sim_uuid(arena, seed);
    stack->detected = stack->drift_checked = simulator->clock + DETECTION_SECONDS;
    stack->drift_status = any_drifted(stack) ? "DRIFTED" : "IN_SYNC";
    stack->is_dirty = true;
    call->reply.id = text_copy(call->arena, stack->detection_id);
}

static void drift_status(struct simulator *simulator, struct cloud_call *call) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (!text_equal(stack->detection_id, call->request.id)) continue;
        bool is_over = stack->detected <= simulator->clock;
        call->reply.status = is_over ? TEXT("DETECTION_COMPLETE") : TEXT("DETECTION_IN_PROGRESS");
        if (is_over) call->reply.drift_status = text_of(stack->drift_status);
        return;
    }
    sim_refuse(call, "ValidationError", "Drift detection status for %.*s does not exist",
               TEXT_ARGS(call->request.id));
}

struct differing {
    struct arena *arena;
    struct cloud_drift *drift;
    uint32_t capacity;
};

static struct text shown(struct arena *arena, const struct document *value) {
    return value ? sim_masked(arena, document_shown(arena, value)) : TEXT("null");
}

static void add_difference(struct differing *all, struct text path, const struct document *wanted,
                           const struct document *found) {
    struct cloud_drift *drift = all->drift;
    drift->differences = arena_grown(all->arena, drift->differences, drift->difference_count,
                                     &all->capacity, sizeof *drift->differences);
    drift->differences[drift->difference_count++] = (struct cloud_difference){
        .path = path, .expected = shown(all->arena, wanted), .actual = shown(all->arena, found),
        .kind = !wanted ? TEXT("ADD") : found ? TEXT("NOT_EQUAL") : TEXT("REMOVE")};
}

/* Only what the template says is compared, but inside of it also what was added. */
static void compare(struct differing *all, struct text path, const struct document *wanted,
                    const struct document *found) {
    bool inside = found && wanted && found->kind == DOCUMENT_OBJECT &&
                  wanted->kind == DOCUMENT_OBJECT;
    if (wanted && found && document_equal(wanted, found)) return;
    if (!inside) {
        add_difference(all, path, wanted, found);
        return;
    }
    for (const struct document *c = wanted->children; c; c = c->next) {
        compare(all, text_format(all->arena, "%.*s/%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)), c,
                document_member(found, c->key));
    }
    for (const struct document *c = path.length ? found->children : NULL; c; c = c->next) {
        if (document_member(wanted, c->key)) continue;
        compare(all, text_format(all->arena, "%.*s/%.*s", TEXT_ARGS(path), TEXT_ARGS(c->key)),
                NULL, c);
    }
}

static void resource_drifts(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = need_stack(simulator, call);
    if (!stack) return;
    struct cloud_reply *reply = &call->reply;
    reply->drifts = arena_array(call->arena, stack->resource_count + 1, sizeof *reply->drifts);
    for (uint32_t i = 0; stack->detection_id.length && i < stack->resource_count; i++) {
        const struct sim_resource *resource = stack->resources[i];
        if (!has_drifted(resource)) continue;
        struct cloud_drift *drift = &reply->drifts[reply->drift_count++];
        *drift = (struct cloud_drift){
            .logical_id = text_copy(call->arena, resource->logical_id),
            .physical_id = text_copy(call->arena, resource->now.physical_id),
            .type = text_copy(call->arena, resource->type),
            .status = resource->is_missing ? TEXT("DELETED") : TEXT("MODIFIED")};
        struct differing all = {.arena = call->arena, .drift = drift};
        if (!resource->is_missing) {
            compare(&all, TEXT(""), resource->now.properties, resource->actual);
        }
    }
}

static struct document *copied(struct arena *arena, const struct document *value) {
    struct document *copy = ARENA_NEW(arena, struct document);
    *copy = *value;
    copy->next = NULL;
    return copy;
}

struct document *sim_with(struct arena *arena, const struct document *properties,
                          struct text name, const struct document *value) {
    struct document *all = document_new(arena, DOCUMENT_OBJECT);
    for (const struct document *c = properties->children; c; c = c->next) {
        if (!text_equal(c->key, name)) document_add(all, c->key, copied(arena, c));
    }
    if (value) document_add(all, name, copied(arena, value));
    return all;
}

void sim_update_actual(struct simulator *simulator, struct sim_resource *resource,
                       const struct document *properties) {
    const struct document *now = resource->now.properties;
    struct arena *arena = &simulator->arena;
    if (!resource->actual) return;
    for (const struct document *c = properties->children; c; c = c->next) {
        const struct document *old = document_member(now, c->key);
        if (old && document_equal(old, c)) continue;
        resource->actual = sim_with(arena, resource->actual, c->key, c);
    }
    for (const struct document *c = now->children; c; c = c->next) {
        if (document_member(properties, c->key)) continue;
        resource->actual = sim_with(arena, resource->actual, c->key, NULL);
    }
}

bool sim_is_astray(const struct sim_resource *resource, const struct document *properties) {
    if (resource->is_missing || !resource->actual) return resource->is_missing;
    for (const struct document *c = properties->children; c; c = c->next) {
        const struct document *found = document_member(resource->actual, c->key);
        if (!found || !document_equal(found, c)) return true;
    }
    for (const struct document *c = resource->now.properties->children; c; c = c->next) {
        if (!document_member(properties, c->key) && document_member(resource->actual, c->key))
            return true;
    }
    return false;
}

bool simulator_change(struct simulator *simulator, struct text region, struct text stack,
                      struct text logical_id, struct text property, struct text value) {
    struct sim_stack *found = sim_stack_live(simulator, region, stack);
    struct sim_resource *resource = found ? sim_stack_resource(found, logical_id) : NULL;
    struct arena *arena = &simulator->arena;
    struct document *wanted = NULL;
    struct failure ignored;
    if (!resource || !resource->now.properties ||
        (value.length && !document_read(arena, text_copy(arena, value), &wanted, &ignored))) {
        return false;
    }
    found->is_dirty = true;
    if (!property.length) {
        resource->is_missing = true;
        return true;
    }
    if (!resource->actual) resource->actual = resource->now.properties;
    resource->actual = sim_with(arena, resource->actual, text_copy(arena, property), wanted);
    return true;
}

/* --- rollbacks -------------------------------------------------------------------------------- */

/* "Resource", or "NAME-OF-A-NESTED-STACK.Resource": the stack, and *id without its name. */
static struct sim_stack *skipped_in(struct simulator *simulator, struct sim_stack *root,
                                    struct text *id) {
    const char *dot = memchr(id->bytes, '.', id->length);
    if (!dot) return root;
    struct text name = {id->bytes, (size_t)(dot - id->bytes)};
    struct sim_stack *nested = sim_stack_live(simulator, root->region, name);
    *id = (struct text){dot + 1, id->length - name.length - 1};
    return nested && text_equal(nested->root_id, root->id) ? nested : NULL;
}

static bool skip(struct simulator *simulator, struct cloud_call *call, struct sim_stack *root,
                 struct text named) {
    struct text id = named;
    struct sim_stack *stack = skipped_in(simulator, root, &id);
    struct sim_resource *resource = stack ? sim_stack_resource(stack, id) : NULL;
    if (!resource || resource->status != SIM_UPDATE_FAILED) {
        return sim_refuse(call, "ValidationError",
                          "Only resources that are in the UPDATE_FAILED state can be skipped: "
                          "[%.*s]",
                          TEXT_ARGS(named));
    }
    const struct sim_stack *child = sim_nested_stack(simulator, resource);
    if (child && !text_starts(text_of(sim_status_name(child->status)), TEXT("DELETE_"))) {
        return sim_refuse(call, "ValidationError",
                          "A nested stack can only be skipped when it is deleted: [%.*s]",
                          TEXT_ARGS(named));
    }
    resource->is_changed = false;
    stack->is_dirty = true;
    return true;
}

/* A nested stack goes where its root goes. */
static bool is_root(struct cloud_call *call, const struct sim_stack *stack) {
    if (!stack->parent_id.length) return true;
    return sim_refuse(call, "ValidationError",
                      "Stack [%.*s] is a nested stack: the operation is one "
                      "of its root stack",
                      TEXT_ARGS(stack->name));
}

static void continue_rollback(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = need_stack(simulator, call);
    if (!stack || !is_root(call, stack)) return;
    if (stack->status != SIM_UPDATE_ROLLBACK_FAILED) {
        sim_refuse(call, "ValidationError", "Stack:%.*s is in %s state and can not be continued.",
                   TEXT_ARGS(stack->id), sim_status_name(stack->status));
        return;
    }
    for (uint32_t i = 0; i < call->request.skip_count; i++) {
        if (!skip(simulator, call, stack, call->request.skips[i])) return;
    }
    sim_begin_rollback(simulator, stack, text_copy(&simulator->arena, call->request.token));
}

static void rollback_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = need_stack(simulator, call);
    if (!stack || !is_root(call, stack)) return;
    if (stack->status != SIM_CREATE_FAILED && stack->status != SIM_UPDATE_FAILED) {
        sim_refuse(call, "ValidationError", "Stack [%.*s] cannot be rolled back from state %s",
                   TEXT_ARGS(stack->name), sim_status_name(stack->status));
        return;
    }
    sim_begin_rollback(simulator, stack, text_copy(&simulator->arena, call->request.token));
}

static void cancel_update(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = need_stack(simulator, call);
    if (!stack || !is_root(call, stack)) return;
    if (stack->status != SIM_UPDATE_IN_PROGRESS) {
        sim_refuse(call, "ValidationError", "CancelUpdateStack cannot be called from current stack "
                                            "status: %s", sim_status_name(stack->status));
        return;
    }
    sim_cancel_operation(simulator, stack, TEXT("User Initiated"));
}

/* --- refactors -------------------------------------------------------------------------------- */

static struct sim_refactor *find_refactor(struct simulator *simulator, struct text id) {
    for (uint32_t i = 0; i < simulator->refactor_count; i++) {
        if (text_equal(simulator->refactors[i].id, id)) return &simulator->refactors[i];
    }
    return NULL;
}

static struct text moved(const struct sim_refactor *refactor, struct text id) {
    for (uint32_t i = 0; i < refactor->move_count; i++) {
        if (text_equal(refactor->moves[i].from, id)) return refactor->moves[i].to;
    }
    return id;
}

/* Why it cannot be done, or an empty text: each resource goes on under its own or its new id, with
 * the properties it has, and none comes or goes. */
static struct text objection(struct simulator *simulator, const struct sim_refactor *refactor) {
    struct arena *arena = &simulator->arena;
    const struct sim_stack *stack = refactor->stack;
    uint32_t found = 0;
    for (uint32_t i = 0; i < refactor->move_count; i++) {
        const struct sim_resource *resource = sim_stack_resource(stack, refactor->moves[i].from);
        if (!resource || !resource->now.properties) {
            return text_format(arena, "Resource %.*s does not exist in stack %.*s",
                               TEXT_ARGS(refactor->moves[i].from), TEXT_ARGS(stack->name));
        }
        unsigned flags = resource->schema ? schema_type_flags(resource->schema) : 0;
        if (flags & SCHEMA_TYPE_CLOUD_CONTROL) continue;
        return text_format(arena, "Stack Refactor does not support the resource type %.*s",
                           TEXT_ARGS(resource->type));
    }
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || !resource->now.properties) continue;
        const struct sim_item *item =
            sim_blueprint_find(refactor->blueprint, moved(refactor, resource->logical_id));
        found++;
        if (item && text_equal(item->type, resource->type)) continue;
        return text_format(arena, "Resource %.*s is not in the new template, or of another type",
                           TEXT_ARGS(resource->logical_id));
    }
    return found == refactor->blueprint->count
               ? (struct text){0} : TEXT("A refactor must not create or delete resources");
}

static void create_refactor(struct simulator *simulator, struct cloud_call *call) {
    struct arena *arena = &simulator->arena;
    const struct cloud_request *request = &call->request;
    struct sim_stack *stack = need_stack(simulator, call);
    struct cloud_error error = {0};
    struct text body;
    if (!stack || !sim_template_body(simulator, call, stack, &body)) return;
    struct sim_blueprint *blueprint = sim_blueprint_read(arena, text_copy(arena, body), &error);
    if (!blueprint) {
        call->error = error;
        return;
    }
    simulator->refactors = sim_grow(simulator, simulator->refactors, simulator->refactor_count,
                                    &simulator->refactor_capacity, sizeof *simulator->refactors);
    struct sim_refactor *refactor = &simulator->refactors[simulator->refactor_count++];
    struct cloud_move *moves = arena_array(arena, request->move_count + 1, sizeof *moves);
    for (uint32_t i = 0; i < request->move_count; i++) {
        moves[i] = (struct cloud_move){text_copy(arena, request->moves[i].from),
                                       text_copy(arena, request->moves[i].to)};
    }
    struct text seed = text_format(arena, "refactor/%llu",
                                   (unsigned long long)++simulator->counter);
    *refactor = (struct sim_refactor){.id = sim_uuid(arena, seed), .stack = stack,
                                      .blueprint = blueprint,
                                      .basis = stack->now.blueprint, .moves = moves,
                                      .move_count = request->move_count,
                                      .due = simulator->clock + REFACTOR_SECONDS};
    refactor->reason = objection(simulator, refactor);
    call->reply.id = text_copy(call->arena, refactor->id);
}

/* The stack was updated since. */
static bool is_obsolete(const struct sim_refactor *refactor) {
    return !refactor->is_executed && refactor->basis != refactor->stack->now.blueprint;
}

static void describe_refactor(struct simulator *simulator, struct cloud_call *call) {
    const struct sim_refactor *refactor = find_refactor(simulator, call->request.id);
    struct cloud_reply *reply = &call->reply;
    if (!refactor) {
        sim_refuse(call, "StackRefactorNotFoundException", "Stack refactor [%.*s] does not exist",
                   TEXT_ARGS(call->request.id));
        return;
    }
    bool is_due = refactor->due <= simulator->clock;
    reply->status_reason = text_copy(call->arena, refactor->reason);
    if (refactor->is_executed) {
        reply->status = TEXT("CREATE_COMPLETE");
        reply->execution_status = is_due ? TEXT("EXECUTE_COMPLETE") : TEXT("EXECUTE_IN_PROGRESS");
        return;
    }
    if (is_obsolete(refactor)) {
        reply->status = TEXT("CREATE_COMPLETE");
        reply->execution_status = TEXT("OBSOLETE");
        return;
    }
    reply->status = refactor->reason.length ? TEXT("CREATE_FAILED")
                    : is_due                ? TEXT("CREATE_COMPLETE")
                                            : TEXT("CREATE_IN_PROGRESS");
    reply->execution_status = is_due && !refactor->reason.length ? TEXT("AVAILABLE")
                                                                 : TEXT("UNAVAILABLE");
}

static void execute_refactor(struct simulator *simulator, struct cloud_call *call) {
    struct sim_refactor *refactor = find_refactor(simulator, call->request.id);
    if (!refactor || refactor->reason.length || refactor->is_executed || is_obsolete(refactor) ||
        refactor->due > simulator->clock || refactor->stack->phase != PHASE_IDLE) {
        sim_refuse(call, "ValidationError",
                   "Stack refactor [%.*s] cannot be executed in its current "
                   "status",
                   TEXT_ARGS(call->request.id));
        return;
    }
    struct sim_stack *stack = refactor->stack;
    refactor->is_executed = true;
    refactor->due = simulator->clock + REFACTOR_SECONDS;
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan) continue;
        resource->logical_id = moved(refactor, resource->logical_id);
    }
    sim_take_refactor(simulator, stack, refactor->blueprint);
}

/* --- all together ----------------------------------------------------------------------------- */

void sim_answer_upkeep(struct simulator *simulator, struct cloud_call *call) {
    if (call->operation == CLOUD_DETECT_DRIFT) detect_drift(simulator, call);
    if (call->operation == CLOUD_DRIFT_STATUS) drift_status(simulator, call);
    if (call->operation == CLOUD_RESOURCE_DRIFTS) resource_drifts(simulator, call);
    if (call->operation == CLOUD_CONTINUE_ROLLBACK) continue_rollback(simulator, call);
    if (call->operation == CLOUD_ROLLBACK_STACK) rollback_stack(simulator, call);
    if (call->operation == CLOUD_CANCEL_UPDATE) cancel_update(simulator, call);
    if (call->operation == CLOUD_CREATE_REFACTOR) create_refactor(simulator, call);
    if (call->operation == CLOUD_DESCRIBE_REFACTOR) describe_refactor(simulator, call);
    if (call->operation == CLOUD_EXECUTE_REFACTOR) execute_refactor(simulator, call);
}
