/* How a deploy ended, and what to do where it did not end well. */
#include "cli/progress.h"

#include "base/unicode.h"

static void write_left(const struct apply_stack *stack, const struct apply_left *left,
                       struct buffer *out) {
    show_name(stack->plan->template, left->logical_id, out);
    if (left->physical_id.length) {
        buffer_format(out, " (%.*s %.*s)", TEXT_ARGS(left->type), TEXT_ARGS(left->physical_id));
    }
}

static void write_advice(const struct cloud_hook *hook, struct buffer *out) {
    for (uint32_t i = 0; i < hook->advice_count; i++) {
        const struct cloud_advice *advice = &hook->advice[i];
        if (!text_is(advice->status, "FAILED")) continue;
        buffer_format(out, "    %.*s", TEXT_ARGS(advice->rule));
        if (advice->severity.length) buffer_format(out, " (%.*s)", TEXT_ARGS(advice->severity));
        if (advice->message.length) buffer_format(out, ": %.*s", TEXT_ARGS(advice->message));
        if (advice->remedy.length) buffer_format(out, "; %.*s", TEXT_ARGS(advice->remedy));
        if (advice->link.length) buffer_format(out, " %.*s", TEXT_ARGS(advice->link));
        buffer_char(out, '\n');
    }
}

/* What stands behind AWS's words: hooks, and the call that CloudTrail has. */
static void write_details(const struct apply_stack *stack, struct buffer *out) {
    for (uint32_t i = 0; i < stack->hook_count; i++) {
        const struct cloud_hook *hook = &stack->hooks[i];
        buffer_format(out, "  hook %.*s", TEXT_ARGS(hook->type));
        if (hook->target.length && !text_equal(hook->target, stack->cause_id)) {
            buffer_string(out, ", of ");
            show_name(stack->plan->template, hook->target, out);
        }
        buffer_format(out, " says: %.*s\n", TEXT_ARGS(hook->reason));
        write_advice(hook, out);
    }
    const struct cloud_trail_event *trail = stack->trail;
    if (!trail) return;
    buffer_format(out, "  CloudTrail has the call: %.*s of %.*s", TEXT_ARGS(trail->name),
                  TEXT_ARGS(trail->source));
    if (trail->user.length) buffer_format(out, " as %.*s", TEXT_ARGS(trail->user));
    buffer_format(out, ": %.*s%s%.*s\n", TEXT_ARGS(trail->error_code),
                  trail->error_message.length ? ", " : "", TEXT_ARGS(trail->error_message));
}

static void write_cause(const struct apply_stack *stack, struct buffer *out) {
    struct buffer said;
    buffer_init(&said);
    buffer_format(&said, "  AWS says: %.*s\n", TEXT_ARGS(stack->cause));
    write_details(stack, &said);
    buffer_visible(out, buffer_view(&said));
    buffer_release(&said);
}

static void say_failure(struct progress *progress, const struct apply_stack *stack,
                        struct buffer *out) {
    struct deploying *deploying = progress->deploying;
    if (progress->color) buffer_string(out, "\033[31m");
    buffer_string(out, stack->state == APPLY_LOST ? "lost: " : "failed: ");
    if (progress->color) buffer_string(out, "\033[0m");
    if (stack->cause_id.length) {
        show_name(stack->plan->template, stack->cause_id, out);
        buffer_string(out, " (");
        show_line(out, stack->cause_type);
        buffer_char(out, ')');
        struct text place = resource_place(deploying, stack->cause_resource);
        if (place.length) buffer_format(out, ", %.*s", TEXT_ARGS(place));
        buffer_string(out, ", ");
    }
    buffer_format(out, "stack %.*s in %.*s\n", TEXT_ARGS(stack->plan->name),
                  TEXT_ARGS(stack->plan->region));
    write_cause(stack, out);
    if (stack->state == APPLY_LOST) {
        buffer_string(out, "  what became of the stack is not known\n");
    } else if (!stack->is_begun) {
        buffer_string(out, "  the stack was not changed\n");
    } else {
        buffer_format(out, "  the stack is %s (",
                      stack->is_back ? "back as it was" : "not back as it was");
        show_line(out, stack->status);
        buffer_string(out, ")\n");
    }
    for (uint32_t i = 0; i < stack->left_count; i++) {
        buffer_string(out, stack->plan->action == PLAN_DELETE ? "  is still there: "
                                                              : "  left behind by its rollback: ");
        write_left(stack, &stack->left[i], out);
        buffer_char(out, '\n');
    }
}

/* What became of a stack, where its failure was not told above; NULL for nothing to say. */
static const char *rest_of(const struct apply *apply, uint32_t index) {
    const struct apply_stack *stack = &apply->stacks[index];
    const struct apply_back *back = apply->back ? &apply->back[index] : NULL;
    if (back && back->is_touched && stack->state != APPLY_FAILED) {
        if (!back->is_verified) return "is not back as it was: ";
        return back->stack && back->stack->plan->action == PLAN_DELETE ? "was deleted again"
                                                                        : "is back as it was";
    }
    if (stack->state == APPLY_RUNNING) return "is still running at AWS";
    if (stack->state == APPLY_DONE) return "was changed and stays so";
    return stack->state == APPLY_SKIPPED ? "was not begun" : NULL;
}

static void say_rest(const struct apply *apply, struct buffer *out) {
    for (uint32_t i = 0; i < apply->count; i++) {
        const struct apply_stack *stack = &apply->stacks[i];
        const char *word = rest_of(apply, i);
        if (!word) continue;
        buffer_format(out, "  %.*s in %.*s %s", TEXT_ARGS(stack->plan->name),
                      TEXT_ARGS(stack->plan->region), word);
        if (text_ends(text_of(word), TEXT(": "))) {
            show_line(out, apply->back[i].problem);
        }
        buffer_char(out, '\n');
    }
}

/* Whether a stack is in a state that nothing but a rescue gets it out of. */
static bool is_stuck(const struct apply *apply) {
    for (uint32_t i = 0; i < apply->count; i++) {
        const struct apply_stack *stack = &apply->stacks[i];
        const struct apply_stack *back = apply->back ? apply->back[i].stack : NULL;
        struct text status = back && back->status.length ? back->status : stack->status;
        if (stack->is_begun && (text_is(status, "UPDATE_ROLLBACK_FAILED") ||
                                text_is(status, "ROLLBACK_FAILED"))) return true;
    }
    return false;
}

static const char *advice(const struct progress *progress, const struct apply *apply,
                          enum apply_outcome outcome) {
    if (outcome == APPLY_BEFORE) return "nothing was changed\n";
    if (outcome == APPLY_ROLLED_BACK) {
        return "all that was touched is back as it was; mend the cause, then \"mrp apply\" again\n";
    }
    if (is_stuck(apply)) {
        return "a stack is stuck: \"mrp rescue\" shows why, and gets it out; \"mrp resume\" or "
               "\"mrp apply\" go on afterwards\n";
    }
    if (progress->plan->is_destroy) {
        return "not all is deleted: \"mrp resume\" goes on, \"mrp status\" shows what is there\n";
    }
    if (apply->back) {
        return "not all is back as it was: \"mrp status\" shows what is there, \"mrp resume\" "
               "tries again to take it back, \"mrp apply\" goes forward\n";
    }
    return "the deploy is not complete: \"mrp resume\" goes on, \"mrp resume --rollback\" takes "
           "back what was changed, \"mrp status\" shows what is there\n";
}

static int say_end(struct progress *progress, const struct apply *apply,
                   enum apply_outcome outcome) {
    struct buffer out;
    buffer_init(&out);
    for (uint32_t i = 0; outcome != APPLY_ALL_DONE && i < apply->count; i++) {
        enum apply_state state = apply->stacks[i].state;
        if (state == APPLY_FAILED || state == APPLY_LOST) {
            say_failure(progress, &apply->stacks[i], &out);
        }
    }
    if (outcome != APPLY_ALL_DONE) {
        say_rest(apply, &out);
        if (apply->was_interrupted) buffer_string(&out, "interrupted: ");
        buffer_string(&out, advice(progress, apply, outcome));
    }
    progress_say(&out);
    switch (outcome) {
    case APPLY_ALL_DONE: return OUTCOME_DONE;
    case APPLY_BEFORE: return OUTCOME_WORLD;
    case APPLY_ROLLED_BACK: return OUTCOME_ROLLED_BACK;
    case APPLY_STUCK: return OUTCOME_STUCK;
    }
    return OUTCOME_STUCK;
}

static void say_outputs(struct progress *progress, const struct apply *apply, int outcome) {
    struct deploying *deploying = progress->deploying;
    struct buffer out;
    buffer_init(&out);
    if (deploying->form == FORM_JSON) {
        buffer_format(&out, "{\"format\":1,\"event\":\"end\",\"exit\":%d,\"seconds\":%.0f,"
                            "\"outputs\":", outcome, apply->seconds);
        outputs_json(deploying, progress->plan, apply, &out);
        buffer_string(&out, "}\n");
    } else if (outcome == OUTCOME_DONE && !progress->plan->is_destroy) {
        outputs_text(deploying, progress->plan, apply, &out);
        outputs_notes(progress->plan, &out);
    }
    print(buffer_view(&out));
    buffer_release(&out);
}

/* What an update should have deleted, or was told to keep: its stack does not manage it any more.
 */
static void say_left(const struct apply_stack *stack, struct buffer *out) {
    if (stack->state != APPLY_DONE) return;
    for (uint32_t i = 0; i < stack->left_count; i++) {
        buffer_string(out, "kept: ");
        write_left(stack, &stack->left[i], out);
        buffer_format(out, " in %.*s; no stack manages it now\n", TEXT_ARGS(stack->plan->region));
    }
}

static void say_done(struct progress *progress, const struct apply *apply) {
    struct buffer out;
    uint32_t count = 0;
    for (uint32_t i = 0; i < apply->count; i++) count += apply->stacks[i].state == APPLY_DONE;
    if (!count || progress->deploying->form == FORM_JSON) return;
    buffer_init(&out);
    for (uint32_t i = 0; i < apply->count; i++) say_left(&apply->stacks[i], &out);
    buffer_format(&out, "done: %u stack%s %s in ", count, count == 1 ? "" : "s",
                  progress->plan->is_destroy ? "deleted" : "deployed");
    write_duration(&out, apply->seconds);
    if (option_given(progress->deploying->invocation, OPTION_SANDBOX)) {
        buffer_string(&out, " of the sandbox's time");
    }
    buffer_char(&out, '\n');
    progress_say(&out);
}

int progress_end(struct progress *progress, const struct apply *apply,
                 enum apply_outcome outcome, const struct failure *why) {
    if (progress->columns) progress_redraw(progress, true);
    if (why->message[0]) world_failed(why);
    int status = say_end(progress, apply, outcome);
    if (status == OUTCOME_DONE) say_done(progress, apply);
    say_outputs(progress, apply, status);
    return status;
}
