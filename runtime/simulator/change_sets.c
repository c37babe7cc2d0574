/* Change sets: asked for, planned, told, executed. */

#include "base/limits.h"
#include "runtime/simulator/calls.h"

enum { MOST_ALARMS = 5, MOST_MINUTES = 180 };

static bool is_name(struct text name) {
    if (!name.length || !ascii_is_letter(name.bytes[0])) return false;
    for (size_t i = 0; i < name.length; i++) {
        if (!ascii_is_alphanumeric(name.bytes[i]) && name.bytes[i] != '-') return false;
    }
    return name.length <= LIMIT_STACK_NAME;
}

bool sim_check_template(struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    if (request->body.length > LIMIT_TEMPLATE_INLINE_BYTES) {
        return sim_refuse(call, "ValidationError",
                          "1 validation error detected: Value '<template-body>' at 'templateBody' "
                          "failed to satisfy constraint: Member must have length less than or "
                          "equal to 51200");
    }
    if (!request->body.length && !request->url.length && !request->use_previous) {
        return sim_refuse(call, "ValidationError",
                          "Either Template URL or Template Body must be specified.");
    }
    return true;
}

/* "arn:aws:cloudwatch:us-east-1:123456789012:alarm:NAME" */
static bool check_alarms(struct cloud_call *call) {
    for (uint32_t i = 0; i < call->request.alarm_count; i++) {
        struct text arn = call->request.alarms[i];
        if (text_starts(arn, TEXT("arn:")) && memmem(arn.bytes, arn.length, ":alarm:", 7)) continue;
        return sim_refuse(call, "ValidationError",
                          "RelativeId of a Rollback Trigger's ARN is incorrect");
    }
    if (call->request.alarm_count <= MOST_ALARMS && call->request.alarm_minutes <= MOST_MINUTES) {
        return true;
    }
    return sim_refuse(
        call, "ValidationError",
        "1 validation error detected: Value '%u' at 'rollbackConfiguration' failed to "
        "satisfy constraint: there are at most %d triggers and %d minutes",
        call->request.alarm_count, MOST_ALARMS, MOST_MINUTES);
}

bool sim_check_request(struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    if (!is_name(request->stack) && !text_starts(request->stack, TEXT("arn:"))) {
        return sim_refuse(call, "ValidationError",
                          "1 validation error detected: Value '%.*s' at 'stackName' failed to "
                          "satisfy constraint: Member must satisfy regular expression pattern: "
                          "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
                          TEXT_ARGS(request->stack));
    }
    if (!sim_check_template(call)) return false;
    if (!check_alarms(call)) return false;
    if (request->tag_count > 50) {
        return sim_refuse(call, "ValidationError",
                          "1 validation error detected: Value '<tags>' at 'tags' failed to satisfy "
                          "constraint: Member must have length less than or equal to 50");
    }
    return true;
}

static bool has_capability(const struct cloud_request *request, struct text needed) {
    for (uint32_t i = 0; i < request->capability_count; i++) {
        if (text_equal(request->capabilities[i], needed)) return true;
        if (text_is(request->capabilities[i], "CAPABILITY_NAMED_IAM")) return true;
    }
    return false;
}

static bool check_types(struct cloud_call *call, const struct sim_stack *stack,
                        const struct sim_blueprint *blueprint) {
    int region = schema_region_find(call->region);
    for (uint32_t i = 0; i < blueprint->count; i++) {
        const struct sim_item *item = &blueprint->items[i];
        if (item->schema && region >= 0 && !schema_type_in_region(item->schema, (size_t)region)) {
            return sim_refuse(call, "ValidationError",
                              "Template format error: Unrecognized resource types: [%.*s]",
                              TEXT_ARGS(item->type));
        }
        const struct sim_resource *resource = stack ? sim_stack_resource(stack, item->id) : NULL;
        if (resource && resource->now.properties && !text_equal(resource->type, item->type)) {
            return sim_refuse(call, "ValidationError",
                              "Update of resource type is not permitted. The new template modifies "
                              "resource type of the following resources: [%.*s]",
                              TEXT_ARGS(item->id));
        }
    }
    return true;
}

static bool is_allowed(struct text type, struct text pattern) {
    if (text_ends(pattern, TEXT("::*")) || text_is(pattern, "AWS::*")) {
        return text_starts(type, (struct text){pattern.bytes, pattern.length - 1});
    }
    return text_equal(type, pattern);
}

/* The types that the request allows, where it names any. */
static bool check_resource_types(struct cloud_call *call, const struct sim_blueprint *blueprint) {
    const struct cloud_request *request = &call->request;
    for (uint32_t i = 0; request->resource_type_count && i < blueprint->count; i++) {
        struct buffer names;
        bool found = false;
        buffer_init(&names);
        for (uint32_t t = 0; t < request->resource_type_count; t++) {
            if (is_allowed(blueprint->items[i].type, request->resource_types[t])) found = true;
            buffer_format(&names, "%s%.*s", t ? ", " : "", TEXT_ARGS(request->resource_types[t]));
        }
        struct text allowed = buffer_take(&names, call->arena);
        buffer_release(&names);
        if (found) continue;
        return sim_refuse(call, "ValidationError", "Resource type %.*s is not allowed by parameter "
                                                   "ResourceTypes [%.*s]",
                          TEXT_ARGS(blueprint->items[i].type), TEXT_ARGS(allowed));
    }
    return true;
}

struct drafting {
    struct simulator *simulator;
    struct cloud_call *call;
    const struct sim_stack *stack;
    struct sim_blueprint *blueprint;
    struct document *parameters;
    struct text failure; /* of a transform: a change set that has failed */
};

static bool read_parameters(struct drafting *drafting) {
    const struct sim_stack *stack = drafting->stack;
    struct cloud_call *call = drafting->call;
    return sim_parameters(drafting->simulator, call, drafting->blueprint,
                          stack ? stack->now.parameters : NULL, &drafting->parameters);
}

/* A change set shows what a transform does before it is done; without one, that it may is said. */
static bool check_expansion(struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    if (request->change_set.length) return true;
    for (uint32_t i = 0; i < request->capability_count; i++) {
        if (text_is(request->capabilities[i], "CAPABILITY_AUTO_EXPAND")) return true;
    }
    return sim_refuse(call, "InsufficientCapabilitiesException",
                      "Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
}

static bool read_template(struct drafting *drafting) {
    struct simulator *simulator = drafting->simulator;
    struct cloud_call *call = drafting->call;
    struct cloud_error error = {0};
    struct text body;
    if (!sim_template_body(simulator, call, drafting->stack, &body)) return false;
    if (body.bytes == call->request.body.bytes) body = text_copy(&simulator->arena, body);
    drafting->blueprint = sim_blueprint_outline(&simulator->arena, body, &error);
    if (drafting->blueprint && sim_is_transformed(drafting->blueprint)) {
        if (!check_expansion(call) || !read_parameters(drafting)) return false;
        drafting->blueprint = sim_transform(simulator, call, drafting->stack, drafting->blueprint,
                                            drafting->parameters, &drafting->failure);
        return drafting->blueprint || drafting->failure.length;
    }
    if (drafting->blueprint &&
        sim_blueprint_finish(&simulator->arena, drafting->blueprint, &error)) return true;
    call->error = error;
    return false;
}

static bool check_blueprint(struct drafting *drafting) {
    struct cloud_call *call = drafting->call;
    struct sim_blueprint *blueprint = drafting->blueprint;
    if (!check_resource_types(call, blueprint)) return false;
    struct text needed = sim_blueprint_capability(blueprint);
    if (needed.length && !has_capability(&call->request, needed)) {
        return sim_refuse(call, "InsufficientCapabilitiesException",
                          "Requires capabilities : [%.*s]", TEXT_ARGS(needed));
    }
    return check_types(call, drafting->stack, blueprint) && read_parameters(drafting) &&
           sim_check_values(drafting->simulator, call, drafting->stack, blueprint,
                            drafting->parameters);
}

bool sim_check_updatable(struct cloud_call *call, const struct sim_stack *stack) {
    struct text status = text_of(sim_status_name(stack->status));
    static const char *const allowed[] = {
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED",
        "UPDATE_FAILED", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", NULL};
    if (stack->status == SIM_CREATE_FAILED && text_is(stack->on_failure, "DO_NOTHING")) {
        return sim_refuse(call, "ValidationError",
                          "This stack cannot be updated from [CREATE_FAILED] state because it "
                          "contains [on-failure: DO_NOTHING]. Please use disable-rollback option "
                          "instead during stack creation.");
    }
    if (text_is_one_of(status, allowed)) return true;
    return sim_refuse(call, "ValidationError",
                      "Stack:%.*s is in %.*s state and can not be updated.", TEXT_ARGS(stack->id),
                      TEXT_ARGS(status));
}

/* Whether the type of the change set goes with the state of the stack. */
static bool check_stack(struct cloud_call *call, const struct sim_stack *stack) {
    const struct cloud_request *request = &call->request;
    bool creates = text_is(request->change_type, "CREATE");
    bool imports = text_is(request->change_type, "IMPORT");
    bool is_new = !stack || stack->status == SIM_REVIEW_IN_PROGRESS;
    if (creates && !is_new) {
        return sim_refuse(call, "ValidationError",
                          "Stack [%.*s] already exists and cannot be created again with the "
                          "changeSet [%.*s].",
                          TEXT_ARGS(request->stack), TEXT_ARGS(request->change_set));
    }
    if (creates || (imports && is_new)) return true;
    if (!stack) {
        return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                          TEXT_ARGS(request->stack));
    }
    return sim_check_updatable(call, stack);
}

static void take_settings(struct arena *arena, const struct cloud_request *request,
                          struct sim_settings *settings) {
    if (request->role.length) settings->role = text_copy(arena, request->role);
    if (request->has_notifications) {
        settings->notifications =
            sim_copy_texts(arena, request->notifications, request->notification_count);
        settings->notification_count = request->notification_count;
    }
    if (!request->has_alarms) return;
    settings->alarms = sim_copy_texts(arena, request->alarms, request->alarm_count);
    settings->alarm_count = request->alarm_count;
    settings->alarm_minutes = request->alarm_minutes;
}

struct sim_change_set *sim_draft(struct simulator *simulator, struct cloud_call *call,
                                 const struct sim_stack *stack) {
    struct arena *arena = &simulator->arena;
    const struct cloud_request *request = &call->request;
    struct drafting drafting = {.simulator = simulator, .call = call, .stack = stack};
    struct arena_mark mark = arena_mark(arena);
    if (!read_template(&drafting) || (drafting.blueprint && !check_blueprint(&drafting))) {
        if (call->arena == arena) return NULL; /* a nested stack's: a part of something larger */
        call->error.message = text_copy(call->arena, call->error.message);
        arena_rewind(arena, mark); /* whoever asks for nonsense all day fills no memory */
        return NULL;
    }
    struct sim_change_set *set = ARENA_NEW(arena, struct sim_change_set);
    *set = (struct sim_change_set){
        .type = text_copy(arena, request->change_type), .token = text_copy(arena, request->token),
        .description = text_copy(arena, request->description),
        .mode = text_copy(arena, request->mode), .with_nested = request->with_nested,
        .imports_existing = request->imports_existing,
        .blueprint = drafting.blueprint, .parameters = drafting.parameters,
        .created = simulator->clock, .status = "FAILED", .execution_status = "UNAVAILABLE",
        .status_reason = drafting.failure,
        .capabilities = sim_copy_texts(arena, request->capabilities, request->capability_count),
        .capability_count = request->capability_count};
    if (stack) set->settings = stack->settings;
    take_settings(arena, request, &set->settings);
    if (request->has_tags) {
        set->tags = sim_copy_tags(arena, request->tags, request->tag_count);
        set->tag_count = request->tag_count;
    } else if (stack) {
        set->tags = stack->now.tags;
        set->tag_count = stack->now.tag_count;
    }
    return set;
}

void sim_add_change_set(struct simulator *simulator, struct sim_stack *stack, struct text name,
                        struct sim_change_set *set) {
    struct arena *arena = &simulator->arena;
    struct text seed = text_format(arena, "set/%llu", (unsigned long long)++simulator->counter);
    set->name = text_copy(arena, name);
    set->id = text_format(arena, "arn:%.*s:cloudformation:%.*s:%.*s:changeSet/%.*s/%.*s",
                          TEXT_ARGS(sim_partition(stack->region)), TEXT_ARGS(stack->region),
                          TEXT_ARGS(sim_account(stack)), TEXT_ARGS(set->name),
                          TEXT_ARGS(sim_uuid(arena, seed)));
    stack->change_sets = sim_grow(simulator, stack->change_sets, stack->change_set_count,
                                  &stack->change_set_capacity, sizeof *stack->change_sets);
    stack->change_sets[stack->change_set_count++] = set;
}

bool sim_create_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!sim_check_request(call) || !check_stack(call, stack)) return false;
    struct sim_change_set *old =
        stack ? sim_change_set_find(simulator, stack, call->request.change_set) : NULL;
    /* An executed one is history: its name may be taken again. */
    if (old && strcmp(old->execution_status, "EXECUTE_COMPLETE") == 0) old = NULL;
    if (old && text_equal(old->token, call->request.token) && old->token.length) {
        call->reply.id = text_copy(call->arena, old->id);
        call->reply.stack_id = text_copy(call->arena, stack->id);
        return true;
    }
    if (old) {
        return sim_refuse(call, "AlreadyExistsException",
                          "ChangeSet %.*s cannot be created due to a mismatch with existing "
                          "attribute ClientToken", TEXT_ARGS(call->request.change_set));
    }
    struct sim_change_set *set = sim_draft(simulator, call, stack);
    if (!set || (set->blueprint && text_is(set->type, "IMPORT") &&
                 !sim_check_imports(simulator, call, stack, set))) return false;
    if (!stack && !sim_may_add_stack(simulator, call->region)) return sim_refuse_new_stack(call);
    if (!stack) {
        stack = sim_stack_new(simulator, call->region, call->request.stack);
        sim_stack_status(simulator, stack, SIM_REVIEW_IN_PROGRESS, TEXT("User Initiated"));
    }
    sim_add_change_set(simulator, stack, call->request.change_set, set);
    if (set->blueprint) sim_change_set_plan(simulator, stack, set);
    stack->is_dirty = true;
    call->reply.id = text_copy(call->arena, set->id);
    call->reply.stack_id = text_copy(call->arena, stack->id);
    return true;
}

static bool refuse_set(struct cloud_call *call) {
    return sim_refuse(call, "ChangeSetNotFound", "ChangeSet [%.*s] does not exist",
                      TEXT_ARGS(call->request.change_set));
}

static struct sim_change_set *need_change_set(struct simulator *simulator,
                                              struct cloud_call *call, struct sim_stack **stack) {
    *stack = call->request.stack.length
                 ? sim_stack_find(simulator, call->region, call->request.stack) : NULL;
    if (call->request.stack.length && !*stack) {
        sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                   TEXT_ARGS(call->request.stack));
        return NULL;
    }
    if (!*stack && !text_starts(call->request.change_set, TEXT("arn:"))) {
        sim_refuse(call, "ValidationError",
                   "StackName must be specified if ChangeSetName is not specified as an ARN.");
        return NULL;
    }
    struct sim_change_set *set = sim_change_set_find(simulator, *stack, call->request.change_set);
    if (!set) {
        refuse_set(call);
        return NULL;
    }
    for (uint32_t s = 0; !*stack && s < simulator->stack_count; s++) {
        for (uint32_t i = 0; i < simulator->stacks[s]->change_set_count; i++) {
            if (simulator->stacks[s]->change_sets[i] == set) *stack = simulator->stacks[s];
        }
    }
    return set;
}

bool sim_describe_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    if (sim_is_late(simulator, set->created)) return refuse_set(call);
    struct arena *arena = call->arena;
    call->reply.change_set = (struct cloud_change_set){
        .id = text_copy(arena, set->id), .name = text_copy(arena, set->name),
        .stack_id = text_copy(arena, stack->id), .stack_name = text_copy(arena, stack->name),
        .status = text_of(set->status), .execution_status = text_of(set->execution_status),
        .status_reason = text_copy(arena, set->warning.length ? set->warning : set->status_reason),
        .created = set->created, .mode = text_copy(arena, set->mode),
        .parent = text_copy(arena, set->parent_id), .root = text_copy(arena, set->root_id),
        .with_nested = set->with_nested,
        .changes = set->changes, .change_count = set->change_count,
    };
    return true;
}

bool sim_change_set_events(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    call->reply.events = set->validations;
    call->reply.event_count = set->validation_count;
    return true;
}

bool sim_delete_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return text_is(call->error.code, "ChangeSetNotFound") &&
                     !text_starts(call->request.change_set, TEXT("arn:"))
                         ? (call->error = (struct cloud_error){0}, true) : false;
    set->is_deleted = true;
    stack->is_dirty = true;
    sim_nested_sets_delete(simulator, set);
    return true;
}

bool sim_execute_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    if (set->root_id.length) {
        return sim_refuse(
            call, "ValidationError",
            "ChangeSet [%.*s] is that of a nested stack, and is executed with its root "
            "change set [%.*s]",
            TEXT_ARGS(set->id), TEXT_ARGS(set->root_id));
    }
    if (strcmp(set->execution_status, "AVAILABLE") != 0) {
        return sim_refuse(call, "InvalidChangeSetStatus",
                          "ChangeSet [%.*s] cannot be executed in its current %s of [%s]",
                          TEXT_ARGS(set->id),
                          strcmp(set->status, "FAILED") == 0 ? "status" : "execution status",
                          strcmp(set->status, "FAILED") == 0 ? set->status : set->execution_status);
    }
    if (!check_stack(&(struct cloud_call){.arena = call->arena,
                                          .request = {.stack = stack->name,
                                                      .change_set = set->name,
                                                      .change_type = set->type}}, stack)) {
        return sim_refuse(call, "ValidationError",
                          "Stack:%.*s is in %s state and can not be updated.", TEXT_ARGS(stack->id),
                          sim_status_name(stack->status));
    }
    for (uint32_t i = 0; i < stack->change_set_count; i++) {
        if (stack->change_sets[i] == set) continue;
        stack->change_sets[i]->is_deleted = true;
        sim_nested_sets_delete(simulator, stack->change_sets[i]);
    }
    set->execution_status = "EXECUTE_COMPLETE";
    stack->token = text_copy(&simulator->arena, call->request.token);
    stack->disable_rollback = call->request.disable_rollback;
    if (text_is(set->type, "CREATE")) sim_begin_create(simulator, stack, set);
    else if (text_is(set->type, "IMPORT")) sim_begin_import(simulator, stack, set);
    else sim_begin_update(simulator, stack, set);
    return true;
}
