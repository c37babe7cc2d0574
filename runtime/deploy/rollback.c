/* The coordinated rollback: what a run changed is taken back to the templates and inputs it had,
 * those that read others first; stacks that the run made are deleted unless they hold data. What
 * AWS shows decides, before and after: nothing is believed to be back that was not seen to be.
 */
#include "runtime/deploy/machine.h"

#include "base/hash.h"
#include "schema/schema.h"

enum {
    LOOK_TRIES = 8,
    LEFT_MOST = 1000, /* resources looked at; a stack has 500 */
};

struct seen { /* a stack as AWS shows it */
    struct cloud_call stack, template;
    bool is_there;
};

struct way_back {
    struct run *forward;
    struct plan plan;           /* by the same numbers; PLAN_NOTHING where nothing is to be done */
    struct run run;
    struct seen *seen;
    struct run_earlier *touched;
};

/* --- looking ---------------------------------------------------------------------------------- */

static bool is_missing(const struct cloud_call *call) {
    return cloud_failed(call) && text_is(call->error.code, "ValidationError");
}

/* Asks for all, and again for what failed for a while. */
static void look_at(struct way_back *back) {
    const struct cloud *cloud = back->run.cloud;
    for (unsigned round = 0; round < LOOK_TRIES; round++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < back->plan.count; i++) {
            struct seen *seen = &back->seen[i];
            struct cloud_call *calls[] = {&seen->stack, &seen->template};
            for (int c = 0; back->touched[i].is_touched && c < 2; c++) {
                if (round && (!cloud_failed(calls[c]) || is_missing(calls[c]))) continue;
                calls[c]->reply = (struct cloud_reply){0};
                calls[c]->error = (struct cloud_error){0};
                cloud->begin(cloud->context, calls[c]);
                count++;
            }
        }
        if (!count) return;
        while (count > 0)
            count -= cloud->next(cloud->context, cloud->now(cloud->context) + 60) != 0;
        double until = cloud->now(cloud->context) + (round ? 5 : 0);
        while (cloud->now(cloud->context) < until) cloud->next(cloud->context, until);
    }
}

static void look(struct way_back *back) {
    for (uint32_t i = 0; i < back->plan.count; i++) {
        const struct plan_stack *stack = &back->plan.stacks[i];
        struct seen *seen = &back->seen[i];
        struct cloud_call call = {.operation = CLOUD_DESCRIBE_STACKS, .region = stack->region,
                                  .arena = back->run.arena};
        call.request.stack = stack->id.length ? stack->id : stack->name;
        seen->stack = seen->template = call;
        seen->template.operation = CLOUD_GET_TEMPLATE;
    }
    look_at(back);
    for (uint32_t i = 0; i < back->plan.count; i++) {
        struct seen *seen = &back->seen[i];
        if (!back->touched[i].is_touched) continue;
        seen->is_there = !cloud_failed(&seen->stack) &&
                         !text_is(seen->stack.reply.stacks[0].status, "DELETE_COMPLETE");
    }
}

/* --- comparing with what was ------------------------------------------------------------------ */

static bool is_note(struct text key) { return text_is(key, "mrp:inputs"); }

static bool has_tag(const struct cloud_tag *tags, uint32_t count, const struct cloud_tag *tag) {
    for (uint32_t i = 0; i < count; i++) {
        if (text_equal(tags[i].key, tag->key) && text_equal(tags[i].value, tag->value)) return true;
    }
    return is_note(tag->key);
}

static bool same_tags(const struct plan_former *former, const struct cloud_stack *stack) {
    for (uint32_t i = 0; i < former->tag_count; i++) {
        if (!has_tag(stack->tags, stack->tag_count, &former->tags[i])) return false;
    }
    for (uint32_t i = 0; i < stack->tag_count; i++) {
        if (!has_tag(former->tags, former->tag_count, &stack->tags[i])) return false;
    }
    return true;
}

static bool same_parameters(const struct plan_former *former, const struct cloud_stack *stack) {
    for (uint32_t i = 0; i < former->parameter_count; i++) {
        const struct cloud_parameter *parameter = &former->parameters[i];
        bool is_same = parameter->use_previous;
        for (uint32_t p = 0; p < stack->parameter_count; p++) {
            is_same |= text_equal(stack->parameters[p].key, parameter->key) &&
                       text_equal(stack->parameters[p].value, parameter->value);
        }
        if (!is_same) return false;
    }
    return former->parameter_count == stack->parameter_count;
}

/* Whether what runs is the former template with the former inputs, in a settled state. */
static bool is_as_before(const struct run_earlier *touched, const struct seen *seen) {
    const struct plan_former *former = touched->former;
    if (!seen->is_there || !former || cloud_failed(&seen->template)) return false;
    const struct cloud_stack *stack = &seen->stack.reply.stacks[0];
    bool is_settled = cloud_status_good(stack->status) ||
                      text_is(stack->status, "UPDATE_ROLLBACK_COMPLETE") ||
                      text_is(stack->status, "IMPORT_ROLLBACK_COMPLETE");
    return is_settled && text_equal(seen->template.reply.body, former->body) &&
           same_parameters(former, stack) && same_tags(former, stack) &&
           stack->is_protected == former->is_protected;
}

/* Nothing is there, or only the empty shell of a creation that failed. */
static bool is_gone(const struct seen *seen) {
    if (is_missing(&seen->stack)) return true;
    if (cloud_failed(&seen->stack)) return false;
    struct text status = seen->stack.reply.stacks[0].status;
    return text_is(status, "DELETE_COMPLETE") || text_is(status, "ROLLBACK_COMPLETE") ||
           text_is(status, "REVIEW_IN_PROGRESS");
}

static bool is_as_it_was(const struct run_earlier *touched, const struct seen *seen) {
    return touched->was_made ? is_gone(seen) : is_as_before(touched, seen);
}

/* Events go back in time to the beginning of what the run did. */
struct past {
    struct text known[LEFT_MOST]; /* resources whose newest event was seen */
    uint32_t count;
    struct text token;            /* of the run's own request */
    bool is_reached, is_over;
    struct apply_left left;
    bool has_left;
};

static void read_past(struct past *past, const struct cloud_event *event, bool was_made) {
    uint32_t k = 0;
    if (!was_made && past->is_reached && !text_equal(event->token, past->token)) {
        past->is_over = true;
        return;
    }
    past->is_reached |= text_equal(event->token, past->token);
    while (k < past->count && !text_equal(past->known[k], event->logical_id)) k++;
    if (k < past->count || past->count == LEFT_MOST) return;
    past->known[past->count++] = event->logical_id;
    bool has_failed = text_is(event->status, "DELETE_FAILED");
    if (past->has_left || (!has_failed && !text_is(event->status, "DELETE_SKIPPED"))) return;
    past->has_left = true;
    past->left = (struct apply_left){event->logical_id, event->physical_id, event->type,
                                     has_failed};
}

/* A resource that a deletion or a rollback has left behind: the newest event of it says so. */
static struct apply_left *left_behind(struct way_back *back, uint32_t index, uint32_t *count) {
    struct arena *arena = back->run.arena;
    const struct run_earlier *touched = &back->touched[index];
    struct past *past = ARENA_NEW(arena, struct past);
    struct text page = {0};
    past->token = touched->token;
    for (unsigned pages = 0; pages < 100 && !past->is_over; pages++) {
        struct cloud_call call = {.operation = CLOUD_STACK_EVENTS, .arena = arena,
                                  .region = back->plan.stacks[index].region};
        call.request.stack = back->plan.stacks[index].id;
        call.request.next_token = page;
        if (!call.request.stack.length) break;
        for (unsigned tries = 0; tries < LOOK_TRIES; tries++) {
            cloud_all(back->run.cloud, &call, 1);
            if (!cloud_failed(&call) || is_missing(&call)) break;
        }
        if (cloud_failed(&call)) break;
        for (uint32_t i = 0; i < call.reply.event_count && !past->is_over; i++) {
            read_past(past, &call.reply.events[i], touched->was_made);
        }
        page = call.reply.next_token;
        if (!page.length) break;
    }
    *count = past->has_left && (touched->was_made || past->is_reached);
    return &past->left;
}

/* --- what is to be done ----------------------------------------------------------------------- */

/* AWS itself does not delete these while they hold something, or they hold what only passes. */
static bool is_harmless(struct text type) {
    static const char *const types[] = {"AWS::S3::Bucket", "AWS::ECR::Repository",
                                        "AWS::SQS::Queue", "AWS::Logs::LogGroup", NULL};
    return text_is_one_of(type, types);
}

/* A resource that may hold data by now, or stays behind when its stack is deleted. */
static struct text holds_data(struct way_back *back, uint32_t index) {
    struct document *template;
    struct failure ignored;
    if (!document_read(back->run.arena, back->seen[index].template.reply.body, &template,
                       &ignored)) return TEXT("its template cannot be read");
    const struct document *resources = document_get(template, "Resources");
    for (const struct document *c = resources ? resources->children : NULL; c; c = c->next) {
        const struct document *type = document_get(c, "Type");
        const struct document *policy = document_get(c, "DeletionPolicy");
        const struct schema_type *known = type ? schema_type_find(type->text) : NULL;
        if (policy && !text_is(policy->text, "Delete")) {
            return text_format(back->run.arena, "%.*s is kept when its stack is deleted",
                               TEXT_ARGS(c->key));
        }
        if (known && (schema_type_flags(known) & SCHEMA_TYPE_STATEFUL) &&
            !is_harmless(type->text)) {
            return text_format(back->run.arena, "%.*s (%.*s) may hold data", TEXT_ARGS(c->key),
                               TEXT_ARGS(type->text));
        }
    }
    return (struct text){0};
}

static bool is_ours_still(struct way_back *back, uint32_t index) {
    const struct seen *seen = &back->seen[index];
    if (!back->touched[index].sent_hash.length) return true;
    return !cloud_failed(&seen->template) &&
           text_equal(hash_hex(back->run.arena, HASH_SHA256, seen->template.reply.body),
                      back->touched[index].sent_hash);
}

/* A secret is not known, only kept: what was taken away cannot be given again. */
static struct text lost_secret(struct way_back *back, uint32_t index) {
    const struct plan_former *former = back->touched[index].former;
    const struct cloud_stack *stack = &back->seen[index].stack.reply.stacks[0];
    for (uint32_t i = 0; i < former->parameter_count; i++) {
        const struct cloud_parameter *parameter = &former->parameters[i];
        uint32_t p = 0;
        while (p < stack->parameter_count &&
               !text_equal(stack->parameters[p].key, parameter->key)) p++;
        if (!parameter->use_previous || p < stack->parameter_count) continue;
        return text_format(back->run.arena, "the secret %.*s was taken away, and AWS does not tell "
                                            "what it was", TEXT_ARGS(parameter->key));
    }
    return (struct text){0};
}

/* Why the stack cannot be taken back, or an empty text. */
static struct text obstacle(struct way_back *back, uint32_t index) {
    const struct seen *seen = &back->seen[index];
    const struct run_earlier *touched = &back->touched[index];
    struct arena *arena = back->run.arena;
    if (touched->was_deleted) return TEXT("it was deleted");
    if (cloud_failed(&seen->stack) && !is_missing(&seen->stack)) {
        return text_format(arena, "AWS does not say how it is: %.*s",
                           TEXT_ARGS(seen->stack.error.message));
    }
    if (!seen->is_there) return TEXT("somebody else deleted it");
    if (!plan_owns(back->plan.program, &seen->stack.reply.stacks[0])) {
        return TEXT("it is not one of this deployment");
    }
    struct text status = seen->stack.reply.stacks[0].status;
    if (cloud_status_running(status)) {
        return text_format(arena, "it is still busy: %.*s", TEXT_ARGS(status));
    }
    if (!cloud_status_good(status) && !text_is(status, "UPDATE_ROLLBACK_COMPLETE")) {
        return text_format(arena, "it is in %.*s", TEXT_ARGS(status));
    }
    if (!is_ours_still(back, index)) return TEXT("somebody else changed it in the meantime");
    if (touched->was_made) return holds_data(back, index);
    return touched->former ? lost_secret(back, index) : TEXT("nobody knows what it was");
}

static void set_way(struct way_back *back, uint32_t index) {
    struct plan_stack *stack = &back->plan.stacks[index];
    const struct run_earlier *touched = &back->touched[index];
    stack->deployed = &back->seen[index].stack.reply.stacks[0];
    stack->id = stack->deployed->id;
    stack->status = stack->deployed->status;
    stack->action = touched->was_made ? PLAN_DELETE : PLAN_UPDATE;
    stack->goes_back = true;
    stack->former = touched->former;
    if (touched->former) stack->body = touched->former->body;
}

static void plan_way(struct way_back *back, uint32_t index) {
    struct plan_stack *stack = &back->plan.stacks[index];
    struct apply_back *told = &back->forward->apply->back[index];
    const struct run_earlier *touched = &back->touched[index];
    stack->action = PLAN_NOTHING;
    if (!touched->is_touched) return;
    told->is_touched = true;
    if (is_as_it_was(touched, &back->seen[index])) return;
    told->problem = obstacle(back, index);
    if (!told->problem.length) set_way(back, index);
}

static bool has_work(const struct way_back *back) {
    for (uint32_t i = 0; i < back->plan.count; i++) {
        if (back->plan.stacks[i].action != PLAN_NOTHING) return true;
    }
    return false;
}

/* --- the way ---------------------------------------------------------------------------------- */

static void prepare(struct way_back *back) {
    struct run *forward = back->forward;
    uint32_t count = forward->plan->count;
    back->plan = *forward->plan;
    back->plan.is_rollback = true;
    back->plan.stacks = arena_array(forward->arena, count + 1, sizeof *back->plan.stacks);
    back->seen = arena_array(forward->arena, count + 1, sizeof *back->seen);
    back->touched = arena_array(forward->arena, count + 1, sizeof *back->touched);
    forward->apply->back = arena_array(forward->arena, count + 1, sizeof *forward->apply->back);
    back->run = *forward;
    back->run.plan = &back->plan;
    back->run.earlier = NULL;
    back->run.is_stopping = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_stack *planned = &forward->plan->stacks[i];
        const struct machine *machine = &forward->machines[i];
        struct run_earlier *touched = &back->touched[i];
        if (forward->earlier) *touched = forward->earlier[i];
        if (!touched->is_touched && forward->shown[i].is_begun) {
            *touched = (struct run_earlier){
                .is_touched = true, .former = planned->former, .id = machine->id,
                .was_made = planned->action == PLAN_CREATE || planned->action == PLAN_RECREATE,
                .was_deleted = planned->action == PLAN_DELETE};
        }
        /* The bucket for templates belongs to no deployment. */
        if (planned->is_assets) touched->is_touched = false;
        if (machine->sent_hash.length) touched->sent_hash = machine->sent_hash;
        if (machine->token.length && !forward->machines[i].goes_back)
            touched->token = machine->token;
        back->plan.stacks[i] = *planned;
        back->plan.stacks[i].cannot_undo = (struct text){0};
        if (machine->id.length) back->plan.stacks[i].id = machine->id;
        else if (touched->id.length) back->plan.stacks[i].id = touched->id;
    }
}

static void begin_run(struct way_back *back) {
    run_init(&back->run);
    for (uint32_t i = 0; i < back->plan.count; i++) {
        if (!back->run.deployed[i]) back->run.deployed[i] = back->forward->deployed[i];
        if (back->plan.stacks[i].action == PLAN_NOTHING) {
            back->run.deployed[i] = back->forward->deployed[i];
        }
    }
}

/* Once more what was refused while others were not back yet: a template that reads an output which
 * its producer only has again now. */
static void repeat_refused(struct way_back *back) {
    bool any = false;
    for (uint32_t i = 0; i < back->plan.count; i++) {
        struct apply_stack *shown = &back->run.shown[i];
        if (shown->state != APPLY_FAILED || shown->is_begun) continue;
        const struct cloud_stack *deployed = back->plan.stacks[i].deployed;
        *shown = (struct apply_stack){.plan = &back->plan.stacks[i], .status = deployed->status,
                                      .final = *deployed};
        back->run.machines[i] = (struct machine){.shown = shown, .plan = shown->plan};
        any = true;
    }
    if (any) run_loop(&back->run);
}

static bool reads_anew(struct way_back *back, uint32_t index) {
    struct deploy_inputs inputs = {&back->plan, back->run.deployed};
    const struct run_earlier *touched = &back->touched[index];
    return touched->is_touched && touched->former &&
           is_as_before(touched, &back->seen[index]) &&
           deploy_reads_anew(&inputs, &back->plan.stacks[index],
                             &back->seen[index].stack.reply.stacks[0], back->run.arena);
}

/* Producers go first: what they say may change. */
static bool is_first(struct way_back *back, const bool *stale, uint32_t index) {
    uint32_t count = back->plan.count;
    for (uint32_t i = 0; i < count; i++) {
        if (stale[i] && back->run.needs[(size_t)index * count + i]) return false;
    }
    return true;
}

/* What reads outputs that were still to go back when it was taken back reads them again. False when
 * nothing has to. */
static bool refresh_readers(struct way_back *back) {
    bool any = false, *stale = arena_array(back->run.arena, back->plan.count + 1, sizeof *stale);
    for (uint32_t i = 0; i < back->plan.count; i++) {
        if (back->seen[i].is_there) back->run.deployed[i] = &back->seen[i].stack.reply.stacks[0];
    }
    for (uint32_t i = 0; i < back->plan.count; i++) stale[i] = reads_anew(back, i);
    for (uint32_t i = 0; i < back->plan.count; i++) {
        if (!stale[i] || !is_first(back, stale, i)) continue;
        set_way(back, i);
        back->run.shown[i] = (struct apply_stack){.plan = &back->plan.stacks[i],
                                                  .status = back->plan.stacks[i].status,
                                                  .final = *back->plan.stacks[i].deployed};
        back->run.machines[i] = (struct machine){.shown = &back->run.shown[i],
                                                 .plan = &back->plan.stacks[i]};
        any = true;
    }
    if (!any) return false;
    run_loop(&back->run);
    look(back);
    return run_is_finished(&back->run) && !back->run.apply->was_interrupted;
}

/* --- what became of it ------------------------------------------------------------------------ */

static struct text problem_of(struct way_back *back, uint32_t index) {
    const struct apply_stack *way = &back->run.shown[index];
    const struct apply_stack *forward = &back->forward->shown[index];
    if (way->cause.length) return way->cause;
    const struct apply_stack *left = way->left_count ? way : forward;
    if (left->left_count) {
        return text_format(back->run.arena, "%.*s is left behind",
                           TEXT_ARGS(left->left[0].logical_id));
    }
    return obstacle(back, index);
}

static bool judge(struct way_back *back, uint32_t index) {
    struct apply_back *told = &back->forward->apply->back[index];
    const struct plan_stack *planned = &back->forward->plan->stacks[index];
    if (!told->is_touched) return true;
    if (back->plan.stacks[index].action != PLAN_NOTHING) told->stack = &back->run.shown[index];
    struct apply_stack *way = &back->run.shown[index];
    if (!way->left_count) way->left = left_behind(back, index, &way->left_count);
    told->is_verified = is_as_it_was(&back->touched[index], &back->seen[index]) &&
                        !way->left_count && !back->forward->shown[index].left_count;
    if (!told->is_verified) {
        if (!told->problem.length) told->problem = problem_of(back, index);
        return false;
    }
    /* The template is back; what it held before is not. Another process may have brought it
     * back. */
    const struct run_earlier *touched = &back->touched[index];
    struct text lasting = planned->cannot_undo;
    if (!lasting.length && touched->former) lasting = touched->former->cannot_undo;
    if ((told->stack || touched->was_done) && lasting.length) {
        told->problem = lasting;
        told->is_verified = false;
    }
    return told->is_verified;
}

bool roll_back(struct run *forward) {
    struct way_back back = {.forward = forward};
    const struct apply_options *options = forward->options;
    prepare(&back);
    look(&back);
    for (uint32_t i = 0; i < back.plan.count; i++) plan_way(&back, i);
    begin_run(&back);
    if (options->journal && !journal_go_back(options->journal, forward->why)) return false;
    if (has_work(&back)) {
        if (options->tell) options->tell(options->context, APPLY_GOES_BACK, NULL, NULL);
        run_loop(&back.run);
        repeat_refused(&back);
        look(&back);
    }
    for (uint32_t i = 0; i < back.plan.count && refresh_readers(&back); i++) {}
    bool all = run_is_finished(&back.run);
    for (uint32_t i = 0; i < back.plan.count; i++) all &= judge(&back, i);
    return all;
}
