/* Making a plan, in rounds that ask all regions at the same time: who we are and what is there; the
 * deployed templates, and change sets for what is there; what these would do; and their deletion.
 */
#include "runtime/deploy/making.h"

bool making_failed(struct failure *why, const struct cloud_call *call, const char *what) {
    failure_set(why, "could not %s in %.*s: %.*s", what, TEXT_ARGS(call->region),
                TEXT_ARGS(call->error.message));
    return false;
}

/* --- updates ---------------------------------------------------------------------------------- */

/* The place of a logical id in the program, or an empty text. */
static struct text place_of(struct making *making, const struct plan_stack *stack,
                            struct text logical_id) {
    const struct template_resource *resource = plan_resource(stack->template, logical_id);
    if (!resource) return (struct text){0};
    return text_format(making->arena, " (%.*s, %.*s:%u)", TEXT_ARGS(resource->path),
                       TEXT_ARGS(resource->file), resource->line);
}

/* What a hook that looked at the change set has against it, or an empty text. */
static struct text hook_words(struct making *making, const struct plan_stack *stack,
                              const struct cloud_change_set *set) {
    struct cloud_call *call = making_call(making, stack, CLOUD_HOOK_RESULTS);
    call->request.change_set = set->id;
    cloud_all(making->cloud, call, 1);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.hook_count; i++) {
        const struct cloud_hook *hook = &call->reply.hooks[i];
        if (!text_ends(hook->status, TEXT("_FAILED")) || text_is(hook->mode, "WARN")) continue;
        return text_format(making->arena, "hook %.*s says: %.*s", TEXT_ARGS(hook->type),
                           TEXT_ARGS(hook->reason));
    }
    return (struct text){0};
}

static bool refuse_set(struct making *making, const struct plan_stack *stack,
                       const struct cloud_change_set *set) {
    struct cloud_call *call = making_call(making, stack, CLOUD_CHANGE_SET_EVENTS);
    set = making_failed_set(making, stack, set);
    call->request.change_set = set->id;
    cloud_all(making->cloud, call, 1);
    for (uint32_t i = 0; !cloud_failed(call) && i < call->reply.event_count; i++) {
        const struct cloud_event *event = &call->reply.events[i];
        if (text_is(event->validation_mode, "WARN") || text_is(event->hook_mode, "WARN")) continue;
        bool is_hook = event->hook_type.length > 0;
        return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s%.*s: %.*s%s%.*s",
                           TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                           TEXT_ARGS(event->logical_id),
                           TEXT_ARGS(place_of(making, stack, event->logical_id)),
                           TEXT_ARGS(event->hook_type), is_hook ? ": " : "",
                           TEXT_ARGS(is_hook ? event->hook_reason : event->reason));
    }
    bool names_hook = memmem(set->status_reason.bytes, set->status_reason.length, "hook", 4);
    struct text hook = names_hook ? hook_words(making, stack, set) : (struct text){0};
    return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s%s%.*s",
                       TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                       TEXT_ARGS(set->status_reason), hook.length ? "; " : "", TEXT_ARGS(hook));
}

/* Whether something it reads of another stack changes in the same run. */
static bool inputs_change(const struct plan *plan, const struct plan_stack *stack) {
    for (uint32_t e = 0; e < stack->template->edge_count; e++) {
        const struct template_edge *edge = &stack->template->edges[e];
        if (edge->is_weak || !edge->output.length) continue;
        for (uint32_t i = 0; i < plan->count; i++) {
            const struct plan_stack *producer = &plan->stacks[i];
            if (producer->template && producer->template->index == edge->stack &&
                plan_output_changes(producer, edge->output)) return true;
        }
    }
    return false;
}

static bool same_tags(const struct plan_stack *stack) {
    const struct template *template = stack->template;
    uint32_t found = 0;
    for (uint32_t i = 0; i < template->tag_count; i++) {
        for (uint32_t d = 0; d < stack->deployed->tag_count; d++) {
            const struct cloud_tag *tag = &stack->deployed->tags[d];
            found += text_equal(tag->key, template->tags[i].key) &&
                     text_equal(tag->value, template->tags[i].value);
        }
    }
    uint32_t others = plan_tag(stack->deployed, "mrp:inputs").length ? 1 : 0;
    return found == template->tag_count && stack->deployed->tag_count == found + others;
}

static bool same_outputs(const struct plan_stack *stack) {
    const struct document *before = document_get(stack->current, "Outputs");
    const struct document *after = document_get(stack->wanted, "Outputs");
    if (!before || !after) return (!before || !before->count) && (!after || !after->count);
    return document_equal(before, after);
}

static void plan_quickly(struct making *making, struct plan_stack *stack) {
    plan_compare(making->plan, stack);
    stack->tags_change = !same_tags(stack);
    if (stack->change_count || stack->inputs_change || stack->tags_change || stack->open_count ||
        stack->move_count) return;
    if (document_same_template(stack->current, stack->wanted) || !stack->outputs_change) {
        stack->action = PLAN_NOTHING;
    }
}

/* After the changes are known. */
static void plan_drift(struct making *making, uint32_t index) {
    struct plan_stack *stack = &making->plan->stacks[index];
    if (!making->aware.has[index]) return;
    const struct cloud_call *made = &making->aware.made[index], *told = &making->aware.told[index];
    if (cloud_failed(made) || cloud_failed(told)) {
        stack->drift_unknown = cloud_failed(made) ? made->error.message : told->error.message;
    } else if (text_is(told->reply.change_set.status, "FAILED") &&
               !cloud_no_changes(&told->reply.change_set)) {
        stack->drift_unknown = told->reply.change_set.status_reason;
    } else {
        plan_read_drift(making->plan, stack, &told->reply.change_set);
    }
}

/* What is in nested stacks no template of ours says: it is read from the change set, as far as what
 * that one reads is known now. */
static bool plan_without_set(struct making *making, struct plan_stack *stack, uint32_t index) {
    const struct cloud_call *made = &making->sets.made[index], *told = &making->sets.told[index];
    struct text none = {0};
    plan_quickly(making, stack);
    bool is_told = making->sets.has[index] && !stack->move_count && !cloud_failed(made) &&
                   !cloud_failed(told) &&
                   text_is(told->reply.change_set.status, "CREATE_COMPLETE");
    return !is_told || making_read_nested(making, stack, &told->reply.change_set, none, 0);
}

/* AWS did not take the request for a change set. */
static bool plan_refused(struct making *making, struct plan_stack *stack,
                         const struct cloud_error *error) {
    if (!text_is(error->code, "AccessDenied")) {
        return failure_set(making->why, "AWS refuses stack \"%.*s\" in %.*s: %.*s",
                           TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
                           TEXT_ARGS(error->message));
    }
    plan_quickly(making, stack);
    stack->quick_because = TEXT("making change sets is not allowed");
    return true;
}

static bool plan_by_set(struct making *making, struct plan_stack *stack,
                        const struct cloud_change_set *set) {
    struct text none = {0};
    if (cloud_no_changes(set)) {
        stack->action = PLAN_NOTHING;
        stack->outputs_change = false;
        return true;
    }
    if (text_is(set->status, "FAILED")) return refuse_set(making, stack, set);
    plan_read_change_set(making->plan, stack, set, none);
    if (!making_read_nested(making, stack, set, none, 0)) return false;
    stack->tags_change = !same_tags(stack);
    if (!making->plan->reverts_drift) {
        stack->disagreement = plan_disagreement(making->plan, stack);
        return true;
    }
    plan_read_drift(making->plan, stack, set);
    return plan_check_ignored(stack, making->why);
}

static bool plan_update(struct making *making, uint32_t index) {
    struct plan_stack *stack = &making->plan->stacks[index];
    if (!plan_rename(making->plan, stack, making->why)) return false;
    struct deploy_inputs inputs = {making->plan, making->deployed};
    stack->reads_anew = deploy_reads_anew(&inputs, stack, stack->deployed, making->arena);
    stack->inputs_change = stack->reads_anew || inputs_change(making->plan, stack);
    stack->outputs_change = !same_outputs(stack);
    plan_find_open(making->plan, stack);
    /* A change set of the deployed template would know nothing of the renames. */
    const struct cloud_call *made = &making->sets.made[index], *told = &making->sets.told[index];
    if (!making->sets.has[index] || stack->inputs_change || stack->move_count) {
        return plan_without_set(making, stack, index);
    }
    if (cloud_failed(made)) return plan_refused(making, stack, &made->error);
    if (cloud_failed(told)) return making_failed(making->why, told, "read a change set");
    return plan_by_set(making, stack, &told->reply.change_set);
}

/* --- the way back -------------------------------------------------------------------------------
 */

/* A parameter that is no secret can be given again; a secret is not known, only kept. */
static struct cloud_parameter *former_parameters(struct making *making,
                                                 const struct plan_stack *stack) {
    const struct cloud_stack *deployed = stack->deployed;
    struct cloud_parameter *all = arena_array(making->arena, deployed->parameter_count + 1,
                                              sizeof *all);
    for (uint32_t i = 0; i < deployed->parameter_count; i++) {
        const struct cloud_parameter *parameter = &deployed->parameters[i];
        all[i].key = parameter->key;
        all[i].use_previous = secrets_parameter(stack->current, parameter->key);
        if (!all[i].use_previous) all[i].value = parameter->value;
    }
    return all;
}

static void remember_former(struct making *making, struct plan_stack *stack) {
    const struct cloud_stack *deployed = stack->deployed;
    struct plan_former *former = ARENA_NEW(making->arena, struct plan_former);
    *former = (struct plan_former){
        /* A rename stays: it changes nothing but names. */
        .body = stack->move_count ? stack->renamed_body : stack->deployed_body,
        .parameters = former_parameters(making, stack),
        .parameter_count = deployed->parameter_count,
        .tags = deployed->tags, .tag_count = deployed->tag_count,
        .capabilities = deployed->capabilities, .capability_count = deployed->capability_count,
        .is_protected = deployed->is_protected, .cannot_undo = stack->cannot_undo};
    stack->former = former;
}

/* What must not or cannot be replaced. A replacement is made before the old one is deleted: with a
 * name of its own that stays the same it cannot be. */
static bool check_replaced(struct making *making, const struct plan_stack *stack) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        struct text name;
        if (change->kind == PLAN_REPLACE && change->resource && change->resource->is_protected) {
            failure_set(making->why, "\"%.*s\" in %.*s%.*s is protected and would be replaced",
                        TEXT_ARGS(change->logical_id), TEXT_ARGS(stack->region),
                        TEXT_ARGS(place_of(making, stack, change->logical_id)));
            return failure_hint(making->why, "Undo the change that replaces it, or take its "
                                             "@protect away.");
        }
        if (!plan_keeps_name(stack, change, &name)) continue;
        failure_set(making->why, "\"%.*s\" in %.*s%.*s must be replaced, which its fixed name "
                                 "\"%.*s\" forbids: the old one has it until the new one is there",
                    TEXT_ARGS(change->logical_id), TEXT_ARGS(stack->region),
                    TEXT_ARGS(place_of(making, stack, change->logical_id)), TEXT_ARGS(name));
        return failure_hint(making->why, "Give it another name in the same change, leave the name "
                                         "out, or undo the change that replaces it.");
    }
    return true;
}

static bool plan_stacks(struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) { /* producers first */
        struct plan_stack *stack = &making->plan->stacks[i];
        switch (stack->action) {
        case PLAN_NOTHING: break;
        case PLAN_RECREATE:
            /* What a deletion could not delete is deleted after all. */
            if (text_is(stack->status, "DELETE_FAILED")) plan_remove_all(making->plan, stack);
            plan_add_all(making->plan, stack);
            break;
        case PLAN_CREATE: plan_add_all(making->plan, stack); break;
        case PLAN_UPDATE:
            if (!plan_update(making, i)) return false;
            plan_drift(making, i);
            break;
        case PLAN_DELETE: plan_remove_all(making->plan, stack); break;
        }
        if (!making_remove_nested(making, stack)) return false;
        plan_finish_stack(stack);
        plan_find_widenings(making->plan, stack);
        if (stack->action == PLAN_UPDATE && !check_replaced(making, stack)) return false;
        bool is_kept = stack->action == PLAN_NOTHING || stack->action == PLAN_UPDATE;
        if (is_kept && stack->template->is_protected != stack->deployed->is_protected) {
            stack->action = PLAN_UPDATE;
            stack->protection_changes = true;
        }
        stack->cannot_undo = plan_cannot_undo(stack, making->arena);
        if (stack->action == PLAN_UPDATE) remember_former(making, stack);
    }
    return true;
}

/* --- all together ----------------------------------------------------------------------------- */

static enum plan_outcome make_rounds(struct making *making) {
    struct plan *plan = making->plan;
    struct cloud_call **templates = arena_array(making->arena, plan->count + 1, sizeof *templates);
    making_begin_round(making, templates);
    if (!making_finish_round(making, templates)) return PLAN_WORLD;
    making_describe_sets(making);
    bool good = plan_stacks(making);
    making_delete_sets(making);
    if (!good) return making->has_no_answer ? PLAN_WORLD : PLAN_REFUSED;
    plan_count(plan);
    return PLAN_MADE;
}

/* What is protected must be unprotected first, knowingly. */
static bool check_protection(const struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        const struct plan_stack *stack = &making->plan->stacks[i];
        if (stack->action != PLAN_DELETE || !stack->deployed->is_protected) continue;
        failure_set(making->why, "the stack \"%.*s\" in %.*s is protected from deletion",
                    TEXT_ARGS(stack->name), TEXT_ARGS(stack->region));
        return failure_hint(making->why, stack->template
            ? "Remove @protect from what is in it, apply that, then try again."
            : "Turn its termination protection off in the AWS console, then try again.");
    }
    return true;
}

/* A deploy param without any value, for a stack that has no previous one. */
static bool check_parameters(const struct making *making) {
    for (uint32_t i = 0; i < making->plan->count; i++) {
        const struct plan_stack *stack = &making->plan->stacks[i];
        if (stack->action != PLAN_CREATE && stack->action != PLAN_RECREATE) continue;
        for (uint32_t p = 0; p < stack->template->parameter_count; p++) {
            const struct template_parameter *parameter = &stack->template->parameters[p];
            if (parameter->source != PARAMETER_USER || parameter->is_given ||
                parameter->has_default) continue;
            failure_set(making->why, "the deploy param \"%.*s\" of stack \"%.*s\" has no value",
                        TEXT_ARGS(parameter->logical_id), TEXT_ARGS(stack->name));
            return failure_hint(making->why, parameter->is_secret
                ? "Give it with --vars FILE, or by env() in its default."
                : "Give it with --set or --vars; later deploys keep it.");
        }
    }
    return true;
}

static void init(struct making *making, const struct deploy_program *program) {
    const struct plan_options *options = making->options;
    *making->plan = (struct plan){
        .arena = making->arena, .program = program,
        .reverts_drift = options && options->drift == PLAN_DRIFT_REVERTED};
    making_collect(making);
}

enum plan_outcome plan_make(const struct cloud *cloud, const struct deploy_program *program,
                            const struct plan_options *options, struct arena *arena,
                            struct plan *plan, struct failure *why) {
    struct making making = {.cloud = cloud, .options = options, .plan = plan, .arena = arena,
                            .why = why};
    init(&making, program);
    if (!making_ask_regions(&making) || !making_check_account(&making) ||
        !making_match_stacks(&making)) {
        return PLAN_WORLD;
    }
    if (!check_parameters(&making)) return PLAN_REFUSED;
    making_add_orphans(&making);
    making_add_assets(&making);
    return check_protection(&making) ? make_rounds(&making) : PLAN_WORLD;
}

enum plan_outcome plan_destroy(const struct cloud *cloud, const struct deploy_program *program,
                               const struct plan_options *options, struct arena *arena,
                               struct plan *plan, struct failure *why) {
    struct making making = {.cloud = cloud, .options = options, .plan = plan, .arena = arena,
                            .why = why};
    init(&making, program);
    if (!making_ask_regions(&making) || !making_check_account(&making)) return PLAN_WORLD;
    plan->is_destroy = true;
    uint32_t kept = 0;
    struct plan_stack *stacks = plan->stacks;
    for (uint32_t i = plan->count; i > 0; i--) { /* consumers first */
        struct plan_stack *stack = &stacks[i - 1];
        const struct cloud_stack *found = making_described(&making, stack->region, stack->name);
        if (!found) continue;
        if (!making_take_existing(&making, stack, found)) return PLAN_WORLD;
        stack->action = PLAN_DELETE;
        kept++;
    }
    struct plan_stack *reversed = arena_array(arena, plan->count + 1, sizeof *reversed);
    kept = 0;
    for (uint32_t i = plan->count; i > 0; i--) {
        if (stacks[i - 1].action == PLAN_DELETE) reversed[kept++] = stacks[i - 1];
    }
    /* add_orphans must not take what is in the program for an orphan: only what is there is. */
    plan->stacks = reversed;
    plan->count = kept;
    making_add_orphans(&making);
    return check_protection(&making) ? make_rounds(&making) : PLAN_WORLD;
}
