/* CloudFormation's API over the simulated world: each operation checks what AWS checks, in the words
 * that AWS uses, and copies what it keeps or tells.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "runtime/simulator/world.h"

enum { EVENTS_PER_PAGE = 100 };

static bool refuse(struct cloud_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct cloud_call *call, const char *code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    call->error.code = text_of(code);
    call->error.message = text_vformat(call->arena, format, args);
    va_end(args);
    return false;
}

static bool unknown_stack(struct cloud_call *call) {
    return refuse(call, "ValidationError", "Stack with id %.*s does not exist",
                  TEXT_ARGS(call->request.stack));
}

/* --- describe --------------------------------------------------------------------------------- */

static void tell_parameters(struct cloud_call *call, const struct sim_stack *stack,
                            struct cloud_stack *out) {
    const struct document *held = stack->now.parameters;
    if (!held || !held->count) return;
    out->parameters = arena_array(call->arena, held->count, sizeof *out->parameters);
    for (const struct document *p = held->children; p; p = p->next) {
        const struct document *resolved = document_get(p, "resolved");
        struct cloud_parameter *parameter = &out->parameters[out->parameter_count++];
        parameter->key = text_copy(call->arena, p->key);
        parameter->value = text_copy(
            call->arena, sim_masked(call->arena, document_get(p, "value")->text));
        if (resolved && resolved->kind == DOCUMENT_TEXT) {
            parameter->resolved = text_copy(call->arena, resolved->text);
        }
    }
}

static void tell_outputs(struct cloud_call *call, const struct sim_stack *stack,
                         struct cloud_stack *out) {
    out->outputs = arena_array(call->arena, stack->output_count + 1, sizeof *out->outputs);
    for (uint32_t i = 0; i < stack->output_count; i++) {
        const struct sim_output *output = &stack->outputs[i];
        out->outputs[out->output_count++] = (struct cloud_output){
            text_copy(call->arena, output->key),
            text_copy(call->arena, sim_masked(call->arena, output->value)),
            text_copy(call->arena, output->description),
            text_copy(call->arena, output->export_name)};
    }
}

static struct cloud_tag *copy_tags(struct arena *arena, const struct cloud_tag *tags,
                                   uint32_t count) {
    struct cloud_tag *copy = arena_array(arena, count + 1, sizeof *copy);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = (struct cloud_tag){text_copy(arena, tags[i].key),
                                     text_copy(arena, tags[i].value)};
    }
    return copy;
}

static const struct text *copy_texts(struct arena *arena, const struct text *texts,
                                     uint32_t count) {
    struct text *copy = arena_array(arena, count + 1, sizeof *copy);
    for (uint32_t i = 0; i < count; i++) copy[i] = text_copy(arena, texts[i]);
    return copy;
}

static void tell_stack(struct cloud_call *call, const struct sim_stack *stack) {
    struct arena *arena = call->arena;
    struct cloud_stack *out = &call->reply.stacks[call->reply.stack_count++];
    *out = (struct cloud_stack){
        .id = text_copy(arena, stack->id),
        .name = text_copy(arena, stack->name),
        .status = text_of(sim_status_name(stack->status)),
        .status_reason = text_copy(arena, stack->reason),
        .description = text_copy(arena, stack->description),
        .change_set_id = text_copy(arena, stack->change_set_id),
        .tags = copy_tags(arena, stack->now.tags, stack->now.tag_count),
        .tag_count = stack->now.tag_count,
        .capabilities = copy_texts(arena, stack->capabilities, stack->capability_count),
        .capability_count = stack->capability_count,
        .created = stack->created, .updated = stack->updated, .deleted = stack->deleted,
        .is_protected = stack->is_protected, .disable_rollback = stack->disable_rollback,
    };
    tell_parameters(call, stack, out);
    if (cloud_status_running(out->status) && stack->origin == SIM_CREATE_IN_PROGRESS) return;
    tell_outputs(call, stack, out);
}

static bool describe_stacks(struct simulator *simulator, struct cloud_call *call) {
    call->reply.stacks = arena_array(call->arena, simulator->stack_count + 1,
                                     sizeof *call->reply.stacks);
    if (call->request.stack.length) {
        struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
        if (!stack) return unknown_stack(call);
        tell_stack(call, stack);
        return true;
    }
    for (uint32_t i = simulator->stack_count; i > 0; i--) { /* newest first */
        const struct sim_stack *stack = simulator->stacks[i - 1];
        if (stack->status != SIM_DELETE_COMPLETE && text_equal(stack->region, call->region)) {
            tell_stack(call, stack);
        }
    }
    return true;
}

static bool stack_events(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                              TEXT_ARGS(call->request.stack));
    uint32_t end = stack->event_count;
    if (call->request.next_token.length) {
        struct text token = text_copy(call->arena, call->request.next_token);
        unsigned long at = strtoul(token.bytes, NULL, 10);
        if (at < end) end = (uint32_t)at;
    }
    uint32_t count = end < EVENTS_PER_PAGE ? end : EVENTS_PER_PAGE;
    call->reply.events = arena_array(call->arena, count + 1, sizeof *call->reply.events);
    for (uint32_t i = 0; i < count; i++) {
        struct cloud_event event = stack->events[end - 1 - i];
        event.reason = text_copy(call->arena, sim_masked(call->arena, event.reason));
        call->reply.events[call->reply.event_count++] = event;
    }
    if (end > count) call->reply.next_token = text_format(call->arena, "%u", end - count);
    return true;
}

static bool stack_resources(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                              TEXT_ARGS(call->request.stack));
    call->reply.resources = arena_array(call->arena, stack->resource_count + 1,
                                        sizeof *call->reply.resources);
    for (uint32_t i = 0; i < stack->resource_count; i++) {
        const struct sim_resource *resource = stack->resources[i];
        if (resource->is_leftover || resource->is_orphan || !resource->status) continue;
        call->reply.resources[call->reply.resource_count++] = (struct cloud_resource){
            text_copy(call->arena, resource->logical_id),
            text_copy(call->arena, resource->now.physical_id),
            text_copy(call->arena, resource->type),
            text_of(sim_status_name(resource->status)),
            text_copy(call->arena, resource->reason), resource->updated};
    }
    return true;
}

static bool get_template(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    if (!stack) return unknown_stack(call);
    if (stack->now.blueprint) {
        call->reply.body = text_copy(call->arena, stack->now.blueprint->body);
    }
    return true;
}

static bool exports(struct simulator *simulator, struct cloud_call *call) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        count += simulator->stacks[s]->output_count;
    }
    call->reply.exports = arena_array(call->arena, count + 1, sizeof *call->reply.exports);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE || !text_equal(stack->region, call->region)) {
            continue;
        }
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (!stack->outputs[o].export_name.length) continue;
            call->reply.exports[call->reply.export_count++] = (struct cloud_export){
                text_copy(call->arena, stack->outputs[o].export_name),
                text_copy(call->arena, stack->outputs[o].value),
                text_copy(call->arena, stack->id)};
        }
    }
    return true;
}

static bool imports(struct simulator *simulator, struct cloud_call *call) {
    call->reply.names = arena_array(call->arena, simulator->stack_count + 1,
                                    sizeof *call->reply.names);
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE || !text_equal(stack->region, call->region)) {
            continue;
        }
        for (uint32_t i = 0; i < stack->import_count; i++) {
            if (!text_equal(stack->imports[i], call->request.export_name)) continue;
            call->reply.names[call->reply.name_count++] = text_copy(call->arena, stack->name);
            break;
        }
    }
    if (call->reply.name_count) return true;
    return refuse(call, "ValidationError", "Export '%.*s' is not imported by any stack.",
                  TEXT_ARGS(call->request.export_name));
}

/* --- change sets ------------------------------------------------------------------------------ */

static bool is_name(struct text name) {
    if (!name.length || !isalpha((unsigned char)name.bytes[0])) return false;
    for (size_t i = 0; i < name.length; i++) {
        if (!isalnum((unsigned char)name.bytes[i]) && name.bytes[i] != '-') return false;
    }
    return name.length <= LIMIT_STACK_NAME;
}

static bool check_request(struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    if (!is_name(request->stack) && !text_starts(request->stack, TEXT("arn:"))) {
        return refuse(call, "ValidationError",
                      "1 validation error detected: Value '%.*s' at 'stackName' failed to satisfy "
                      "constraint: Member must satisfy regular expression pattern: "
                      "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*", TEXT_ARGS(request->stack));
    }
    if (request->body.length > LIMIT_TEMPLATE_INLINE_BYTES) {
        return refuse(call, "ValidationError",
                      "1 validation error detected: Value '<template-body>' at 'templateBody' "
                      "failed to satisfy constraint: Member must have length less than or equal to "
                      "51200");
    }
    if (!request->body.length && !request->url.length && !request->use_previous) {
        return refuse(call, "ValidationError",
                      "Either Template URL or Template Body must be specified.");
    }
    if (request->tag_count > 50) {
        return refuse(call, "ValidationError",
                      "1 validation error detected: Value '<tags>' at 'tags' failed to satisfy "
                      "constraint: Member must have length less than or equal to 50");
    }
    return true;
}

/* The template of the request: sent, lying in a bucket, or the deployed one. */
static bool template_body(struct simulator *simulator, struct cloud_call *call,
                          const struct sim_stack *stack, struct text *body) {
    const struct cloud_request *request = &call->request;
    if (request->body.length) {
        *body = text_copy(&simulator->arena, request->body);
        return true;
    }
    if (request->use_previous && stack && stack->now.blueprint) {
        *body = stack->now.blueprint->body;
        return true;
    }
    /* https://BUCKET.s3.REGION.amazonaws.com/KEY */
    struct text url = request->url;
    if (!text_starts(url, TEXT("https://"))) {
        return refuse(call, "ValidationError", "TemplateURL must be a supported URL.");
    }
    struct text rest = {url.bytes + 8, url.length - 8};
    const char *dot = memmem(rest.bytes, rest.length, ".s3.", 4);
    const char *slash = memchr(rest.bytes, '/', rest.length);
    if (!dot || !slash) {
        return refuse(call, "ValidationError", "TemplateURL must be a supported URL.");
    }
    struct text key = text_format(call->arena, "%.*s%.*s", (int)(dot - rest.bytes), rest.bytes,
                                  (int)(rest.bytes + rest.length - slash), slash);
    const struct document *c = simulator->objects ? simulator->objects->children : NULL;
    while (c && !text_equal(c->key, key)) c = c->next;
    if (!c) {
        return refuse(call, "ValidationError", "S3 error: The specified key does not exist.");
    }
    if (c->text.length > LIMIT_TEMPLATE_BYTES) {
        return refuse(call, "ValidationError", "Template may not exceed %d bytes in size.",
                      LIMIT_TEMPLATE_BYTES);
    }
    *body = c->text;
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
            return refuse(call, "ValidationError",
                          "Template format error: Unrecognized resource types: [%.*s]",
                          TEXT_ARGS(item->type));
        }
        const struct sim_resource *resource = stack ? sim_stack_resource(stack, item->id) : NULL;
        if (resource && resource->now.properties && !text_equal(resource->type, item->type)) {
            return refuse(call, "ValidationError",
                          "Update of resource type is not permitted. The new template modifies "
                          "resource type of the following resources: [%.*s]",
                          TEXT_ARGS(item->id));
        }
    }
    return true;
}

static bool read_template(struct simulator *simulator, struct cloud_call *call,
                          const struct sim_stack *stack, struct sim_blueprint **blueprint) {
    struct text body;
    if (!template_body(simulator, call, stack, &body)) return false;
    struct cloud_error error = {0};
    *blueprint = sim_blueprint_read(&simulator->arena, body, &error);
    if (!*blueprint) {
        call->error = error;
        return false;
    }
    struct text needed = sim_blueprint_capability(*blueprint);
    if (needed.length && !has_capability(&call->request, needed)) {
        return refuse(call, "InsufficientCapabilitiesException", "Requires capabilities : [%.*s]",
                      TEXT_ARGS(needed));
    }
    return check_types(call, stack, *blueprint);
}

/* Whether the type of the change set goes with the state of the stack. */
static bool check_stack(struct cloud_call *call, const struct sim_stack *stack) {
    const struct cloud_request *request = &call->request;
    bool creates = text_is(request->change_type, "CREATE");
    bool is_new = !stack || stack->status == SIM_REVIEW_IN_PROGRESS;
    if (creates && !is_new) {
        return refuse(call, "ValidationError",
                      "Stack [%.*s] already exists and cannot be created again with the changeSet "
                      "[%.*s].", TEXT_ARGS(request->stack), TEXT_ARGS(request->change_set));
    }
    if (creates) return true;
    if (!stack) {
        return refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                      TEXT_ARGS(request->stack));
    }
    struct text status = text_of(sim_status_name(stack->status));
    static const char *const allowed[] = {
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED",
        "UPDATE_FAILED"};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        if (text_is(status, allowed[i])) return true;
    }
    return refuse(call, "ValidationError", "Stack:%.*s is in %.*s state and can not be updated.",
                  TEXT_ARGS(stack->id), TEXT_ARGS(status));
}

static struct sim_change_set *add_change_set(struct simulator *simulator, struct sim_stack *stack,
                                             const struct cloud_call *call) {
    struct arena *arena = &simulator->arena;
    struct sim_change_set *set = ARENA_NEW(arena, struct sim_change_set);
    const struct cloud_request *request = &call->request;
    struct text seed = text_format(arena, "set/%llu", (unsigned long long)++simulator->counter);
    set->name = text_copy(arena, request->change_set);
    set->id = text_format(arena, "arn:%.*s:cloudformation:%.*s:%.*s:changeSet/%.*s/%.*s",
                          TEXT_ARGS(sim_partition(stack->region)), TEXT_ARGS(stack->region),
                          TEXT_ARGS(sim_account(stack)), TEXT_ARGS(set->name),
                          TEXT_ARGS(sim_uuid(arena, seed)));
    set->type = text_copy(arena, request->change_type);
    set->token = text_copy(arena, request->token);
    set->created = simulator->clock;
    set->capability_count = request->capability_count;
    set->capabilities = copy_texts(arena, request->capabilities, request->capability_count);
    if (request->has_tags) {
        set->tags = copy_tags(arena, request->tags, request->tag_count);
        set->tag_count = request->tag_count;
    } else {
        set->tags = stack->now.tags;
        set->tag_count = stack->now.tag_count;
    }
    stack->change_sets = sim_grow(simulator, stack->change_sets, stack->change_set_count,
                                  &stack->change_set_capacity, sizeof *stack->change_sets);
    stack->change_sets[stack->change_set_count++] = set;
    return set;
}

static bool create_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    struct sim_blueprint *blueprint;
    struct document *parameters;
    if (!check_request(call) || !check_stack(call, stack)) return false;
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
        return refuse(call, "AlreadyExistsException",
                      "ChangeSet %.*s cannot be created due to a mismatch with existing attribute "
                      "ClientToken", TEXT_ARGS(call->request.change_set));
    }
    if (!read_template(simulator, call, stack, &blueprint) ||
        !sim_parameters(simulator, call->region, blueprint, &call->request,
                        stack ? stack->now.parameters : NULL, &simulator->arena, &parameters,
                        &call->error)) return false;
    if (!stack) {
        stack = sim_stack_new(simulator, call->region, call->request.stack);
        sim_stack_status(simulator, stack, SIM_REVIEW_IN_PROGRESS, TEXT("User Initiated"));
    }
    struct sim_change_set *set = add_change_set(simulator, stack, call);
    set->blueprint = blueprint;
    set->parameters = parameters;
    sim_change_set_plan(simulator, stack, set);
    stack->is_dirty = true;
    call->reply.id = text_copy(call->arena, set->id);
    call->reply.stack_id = text_copy(call->arena, stack->id);
    return true;
}

static struct sim_change_set *need_change_set(struct simulator *simulator,
                                              struct cloud_call *call, struct sim_stack **stack) {
    *stack = call->request.stack.length
                 ? sim_stack_find(simulator, call->region, call->request.stack) : NULL;
    if (call->request.stack.length && !*stack) {
        refuse(call, "ValidationError", "Stack [%.*s] does not exist",
               TEXT_ARGS(call->request.stack));
        return NULL;
    }
    if (!*stack && !text_starts(call->request.change_set, TEXT("arn:"))) {
        refuse(call, "ValidationError",
               "StackName must be specified if ChangeSetName is not specified as an ARN.");
        return NULL;
    }
    struct sim_change_set *set = sim_change_set_find(simulator, *stack, call->request.change_set);
    if (!set) {
        refuse(call, "ChangeSetNotFound", "ChangeSet [%.*s] does not exist",
               TEXT_ARGS(call->request.change_set));
        return NULL;
    }
    for (uint32_t s = 0; !*stack && s < simulator->stack_count; s++) {
        for (uint32_t i = 0; i < simulator->stacks[s]->change_set_count; i++) {
            if (simulator->stacks[s]->change_sets[i] == set) *stack = simulator->stacks[s];
        }
    }
    return set;
}

static bool describe_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    struct arena *arena = call->arena;
    call->reply.change_set = (struct cloud_change_set){
        .id = text_copy(arena, set->id), .name = text_copy(arena, set->name),
        .stack_id = text_copy(arena, stack->id), .stack_name = text_copy(arena, stack->name),
        .status = text_of(set->status), .execution_status = text_of(set->execution_status),
        .status_reason = text_copy(arena, set->status_reason), .created = set->created,
        .changes = set->changes, .change_count = set->change_count,
    };
    return true;
}

static bool change_set_events(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    call->reply.events = set->validations;
    call->reply.event_count = set->validation_count;
    return true;
}

static bool delete_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return text_is(call->error.code, "ChangeSetNotFound") &&
                     !text_starts(call->request.change_set, TEXT("arn:"))
                         ? (call->error = (struct cloud_error){0}, true) : false;
    set->is_deleted = true;
    stack->is_dirty = true;
    return true;
}

static bool execute_change_set(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack;
    struct sim_change_set *set = need_change_set(simulator, call, &stack);
    if (!set) return false;
    if (strcmp(set->execution_status, "AVAILABLE") != 0) {
        return refuse(call, "InvalidChangeSetStatus",
                      "ChangeSet [%.*s] cannot be executed in its current %s of [%s]",
                      TEXT_ARGS(set->id),
                      strcmp(set->status, "FAILED") == 0 ? "status" : "execution status",
                      strcmp(set->status, "FAILED") == 0 ? set->status : set->execution_status);
    }
    if (!check_stack(&(struct cloud_call){.arena = call->arena,
                                          .request = {.stack = stack->name,
                                                      .change_set = set->name,
                                                      .change_type = set->type}}, stack)) {
        return refuse(call, "ValidationError",
                      "Stack:%.*s is in %s state and can not be updated.", TEXT_ARGS(stack->id),
                      sim_status_name(stack->status));
    }
    for (uint32_t i = 0; i < stack->change_set_count; i++) stack->change_sets[i]->is_deleted = true;
    set->is_deleted = false;
    set->execution_status = "EXECUTE_COMPLETE";
    stack->token = text_copy(&simulator->arena, call->request.token);
    stack->disable_rollback = call->request.disable_rollback;
    if (text_is(set->type, "CREATE")) sim_begin_create(simulator, stack, set);
    else sim_begin_update(simulator, stack, set);
    return true;
}

/* --- stacks ----------------------------------------------------------------------------------- */

static bool export_in_use(struct simulator *simulator, struct cloud_call *call,
                          const struct sim_stack *stack) {
    for (uint32_t o = 0; o < stack->output_count; o++) {
        struct text name = stack->outputs[o].export_name;
        for (uint32_t s = 0; name.length && s < simulator->stack_count; s++) {
            const struct sim_stack *other = simulator->stacks[s];
            if (other->status == SIM_DELETE_COMPLETE || other == stack ||
                !text_equal(other->region, stack->region)) continue;
            for (uint32_t i = 0; i < other->import_count; i++) {
                if (!text_equal(other->imports[i], name)) continue;
                refuse(call, "ValidationError",
                       "Export %.*s cannot be deleted as it is in use by %.*s", TEXT_ARGS(name),
                       TEXT_ARGS(other->name));
                return true;
            }
        }
    }
    return false;
}

static void forget_retained(const struct cloud_call *call, struct sim_stack *stack) {
    for (uint32_t i = 0; i < call->request.retain_count; i++) {
        struct sim_resource *resource = sim_stack_resource(stack, call->request.retain[i]);
        if (resource && resource->status == SIM_DELETE_FAILED) resource->is_orphan = true;
    }
}

static bool delete_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_find(simulator, call->region, call->request.stack);
    /* As AWS: deleting what is not there goes well. */
    if (!stack || stack->status == SIM_DELETE_COMPLETE) return true;
    if (stack->is_protected) {
        return refuse(call, "ValidationError",
                      "Stack [%.*s] cannot be deleted while TerminationProtection is enabled",
                      TEXT_ARGS(stack->name));
    }
    if (stack->phase != PHASE_IDLE && stack->origin == SIM_DELETE_IN_PROGRESS) return true;
    if (stack->phase != PHASE_IDLE) {
        return refuse(call, "ValidationError", "Stack [%.*s] cannot be deleted while in status %s",
                      TEXT_ARGS(stack->name), sim_status_name(stack->status));
    }
    if (export_in_use(simulator, call, stack)) return false;
    if (stack->status == SIM_DELETE_FAILED) forget_retained(call, stack);
    sim_begin_delete(simulator, stack, text_copy(&simulator->arena, call->request.token));
    return true;
}

static bool protect_stack(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    if (!stack) return unknown_stack(call);
    stack->is_protected = call->request.is_protected;
    stack->is_dirty = true;
    return true;
}

/* --- objects ---------------------------------------------------------------------------------- */

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

static bool put_object(struct simulator *simulator, struct cloud_call *call) {
    if (!bucket_exists(simulator, call->request.bucket)) {
        return refuse(call, "NoSuchBucket", "The specified bucket does not exist");
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

static bool head_object(struct simulator *simulator, struct cloud_call *call) {
    if (find_object(simulator, call)) return true;
    return refuse(call, "NotFound", "Not Found");
}

/* --- all together ----------------------------------------------------------------------------- */

static bool identity(struct simulator *simulator, struct cloud_call *call) {
    call->reply.account = simulator->account;
    call->reply.caller = text_format(&simulator->arena, "arn:aws:iam::%.*s:user/sandbox",
                                     TEXT_ARGS(simulator->account));
    return true;
}

static void dispatch(struct simulator *simulator, struct cloud_call *call) {
    switch (call->operation) {
    case CLOUD_IDENTITY: identity(simulator, call); return;
    case CLOUD_DESCRIBE_STACKS: describe_stacks(simulator, call); return;
    case CLOUD_CREATE_CHANGE_SET: create_change_set(simulator, call); return;
    case CLOUD_DESCRIBE_CHANGE_SET: describe_change_set(simulator, call); return;
    case CLOUD_EXECUTE_CHANGE_SET: execute_change_set(simulator, call); return;
    case CLOUD_DELETE_CHANGE_SET: delete_change_set(simulator, call); return;
    case CLOUD_DELETE_STACK: delete_stack(simulator, call); return;
    case CLOUD_STACK_EVENTS: stack_events(simulator, call); return;
    case CLOUD_CHANGE_SET_EVENTS: change_set_events(simulator, call); return;
    case CLOUD_GET_TEMPLATE: get_template(simulator, call); return;
    case CLOUD_STACK_RESOURCES: stack_resources(simulator, call); return;
    case CLOUD_EXPORTS: exports(simulator, call); return;
    case CLOUD_IMPORTS: imports(simulator, call); return;
    case CLOUD_PROTECT_STACK: protect_stack(simulator, call); return;
    case CLOUD_PUT_OBJECT: put_object(simulator, call); return;
    case CLOUD_HEAD_OBJECT: head_object(simulator, call); return;
    }
}

void sim_answer(struct simulator *simulator, struct cloud_call *call) {
    call->reply = (struct cloud_reply){0};
    call->error = (struct cloud_error){0};
    if (schema_region_find(call->region) < 0) {
        call->error.is_network = true;
        refuse(call, "NoSuchRegion", "could not resolve the host of region \"%.*s\"",
               TEXT_ARGS(call->region));
        return;
    }
    dispatch(simulator, call);
}
