/* What is sent for a stack: its parameters, tags and capabilities, with what it reads of others. */
#include "base/hash.h"
#include "runtime/deploy/plan.h"

enum { HASH_LETTERS = 16 }; /* of the tag mrp:inputs */

static const struct cloud_stack *deployed_of(const struct deploy_inputs *inputs, uint32_t index) {
    for (uint32_t i = 0; i < inputs->plan->count; i++) {
        const struct plan_stack *stack = &inputs->plan->stacks[i];
        if (stack->template && stack->template->index == index) return inputs->deployed[i];
    }
    return NULL;
}

/* The value of an output of a stack (template index), false if it is not there. */
static bool deploy_output(const struct deploy_inputs *inputs, uint32_t producer, struct text output,
                          struct text *value) {
    const struct cloud_stack *stack = deployed_of(inputs, producer);
    for (uint32_t i = 0; stack && i < stack->output_count; i++) {
        if (!text_equal(stack->outputs[i].key, output)) continue;
        *value = stack->outputs[i].value;
        return true;
    }
    return false;
}

static bool has_parameter(const struct plan_stack *stack, struct text key) {
    if (!stack->deployed || stack->action != PLAN_UPDATE) return false;
    for (uint32_t i = 0; i < stack->deployed->parameter_count; i++) {
        if (text_equal(stack->deployed->parameters[i].key, key)) return true;
    }
    return false;
}

static bool add_parameters(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                           struct arena *arena, struct cloud_request *request) {
    const struct template *template = stack->template;
    struct cloud_parameter *parameters =
        arena_array(arena, template->parameter_count + 1, sizeof *parameters);
    bool known = true;
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *declared = &template->parameters[i];
        struct cloud_parameter *sent = &parameters[request->parameter_count];
        *sent = (struct cloud_parameter){.key = declared->logical_id};
        if (declared->source == PARAMETER_OUTPUT) {
            if (!deploy_output(inputs, declared->producer, declared->output, &sent->value)) {
                known = false;
            }
        } else if (declared->is_given) {
            sent->value = declared->given;
        } else if (has_parameter(stack, declared->logical_id)) {
            sent->use_previous = true;
        } else {
            continue; /* the template's default */
        }
        request->parameter_count++;
    }
    request->parameters = parameters;
    return known;
}

/* What the stack reads of others as one hash, empty if it reads nothing: the tag mrp:inputs. A
 * stack whose template is equal is only updated because of it. */
static struct text inputs_hash(const struct deploy_inputs *inputs, const struct template *template,
                               struct arena *arena) {
    struct buffer all;
    struct text value, hex = {0};
    buffer_init(&all);
    for (uint32_t i = 0; i < template->edge_count; i++) {
        const struct template_edge *edge = &template->edges[i];
        if (edge->is_weak || !edge->output.length) continue;
        if (!deploy_output(inputs, edge->stack, edge->output, &value)) value = TEXT("?");
        buffer_format(&all, "%u.%.*s=%.*s\n", edge->stack, TEXT_ARGS(edge->output),
                      TEXT_ARGS(value));
    }
    if (all.length) {
        hex = hash_hex(arena, HASH_SHA256, buffer_view(&all));
        hex.length = HASH_LETTERS;
    }
    buffer_release(&all);
    return hex;
}

static void add_tags(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                     struct arena *arena, struct cloud_request *request) {
    const struct template *template = stack->template;
    struct cloud_tag *tags = arena_array(arena, template->tag_count + 1, sizeof *tags);
    for (uint32_t i = 0; i < template->tag_count; i++) {
        tags[request->tag_count++] =
            (struct cloud_tag){template->tags[i].key, template->tags[i].value};
    }
    struct text hash = inputs_hash(inputs, template, arena);
    if (hash.length) tags[request->tag_count++] = (struct cloud_tag){TEXT("mrp:inputs"), hash};
    request->tags = tags;
    request->has_tags = true;
}

bool deploy_reads_anew(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                       const struct cloud_stack *deployed, struct arena *arena) {
    struct text hash = stack->template ? inputs_hash(inputs, stack->template, arena)
                                       : (struct text){0};
    for (uint32_t i = 0; hash.length && i < deployed->tag_count; i++) {
        if (!text_is(deployed->tags[i].key, "mrp:inputs")) continue;
        return !text_equal(deployed->tags[i].value, hash);
    }
    return false;
}

/* The ARN of an alarm that the stack's next operation can be watched by; false for one that is not
 * there yet, or that the operation itself makes, replaces or removes. */
static bool deploy_alarm(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                         const struct template_alarm *alarm, struct text *arn) {
    if (!deploy_output(inputs, alarm->stack, alarm->output, arn)) return false;
    return alarm->stack != stack->template->index || !plan_makes_anew(stack, alarm->logical_id);
}

/* CloudFormation keeps the alarms that it was told of until it is told of others. One that is not
 * there fails the whole operation, so those that it makes itself are left out. */
static void add_alarms(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                       struct arena *arena, struct cloud_request *request) {
    const struct template *template = stack->template;
    struct text *alarms = arena_array(arena, template->alarm_count + 1, sizeof *alarms);
    for (uint32_t i = 0; i < template->alarm_count; i++) {
        struct text *arn = &alarms[request->alarm_count];
        request->alarm_count += deploy_alarm(inputs, stack, &template->alarms[i], arn);
    }
    request->alarms = alarms;
    request->alarm_minutes = request->alarm_count ? template->bake : 0;
    request->has_alarms = request->alarm_count || (stack->deployed && stack->deployed->alarm_count);
}

/* The former tags; mrp:inputs says what is read now, which may still have to go back itself. */
static void former_tags(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                        struct arena *arena, struct cloud_request *request) {
    const struct plan_former *former = stack->former;
    struct cloud_tag *tags = arena_array(arena, former->tag_count + 1, sizeof *tags);
    for (uint32_t i = 0; i < former->tag_count; i++) {
        tags[i] = former->tags[i];
        if (!text_is(tags[i].key, "mrp:inputs") || !stack->template) continue;
        struct text hash = inputs_hash(inputs, stack->template, arena);
        if (hash.length) tags[i].value = hash;
    }
    request->tags = tags;
    request->tag_count = former->tag_count;
    request->has_tags = true;
}

/* The template and inputs that the stack had. */
static bool former_request(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                           struct arena *arena, struct cloud_request *request) {
    const struct plan_former *former = stack->former;
    struct text key;
    request->stack = stack->id;
    request->change_type = TEXT("UPDATE");
    request->parameters = former->parameters;
    request->parameter_count = former->parameter_count;
    former_tags(inputs, stack, arena, request);
    request->capabilities = former->capabilities;
    request->capability_count = former->capability_count;
    if (!plan_is_large(stack)) request->body = former->body;
    else assets_place(arena, inputs->plan->account, stack, &key, &request->url);
    return true;
}

bool deploy_request(const struct deploy_inputs *inputs, const struct plan_stack *stack,
                    struct arena *arena, struct cloud_request *request) {
    const struct template *template = stack->template;
    if (stack->goes_back) return former_request(inputs, stack, arena, request);
    if (!template) { /* the bucket's own stack */
        request->stack = stack->name;
        request->body = stack->body;
        request->change_type = TEXT("CREATE");
        return true;
    }
    struct text *capabilities = arena_array(arena, template->capability_count + 1,
                                            sizeof *capabilities);
    for (uint32_t i = 0; i < template->capability_count; i++) {
        capabilities[i] = text_of(template->capabilities[i]);
    }
    request->capabilities = capabilities;
    request->capability_count = template->capability_count;
    request->stack = stack->action == PLAN_UPDATE && stack->id.length ? stack->id : stack->name;
    struct text key;
    if (!plan_is_large(stack)) request->body = stack->body;
    else assets_place(arena, inputs->plan->account, stack, &key, &request->url);
    request->change_type = stack->action == PLAN_UPDATE ? TEXT("UPDATE") : TEXT("CREATE");
    if (inputs->plan->reverts_drift && stack->action == PLAN_UPDATE) {
        request->mode = TEXT("REVERT_DRIFT");
    }
    request->with_nested = !request->mode.length && plan_has_nested(stack);
    add_tags(inputs, stack, arena, request);
    add_alarms(inputs, stack, arena, request);
    return add_parameters(inputs, stack, arena, request);
}
