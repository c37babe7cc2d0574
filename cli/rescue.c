/* mrp rescue: for a stuck stack the recipe, its risk, and after a question the doing. */
#include <stdio.h>
#include <string.h>

#include "cli/deploy.h"
#include "cli/interrupts.h"
#include "runtime/deploy/rescue.h"

/* --- words ------------------------------------------------------------------------------------ */

struct words {
    const char *why, *recipe, *risk;
};

static bool holds_nested(const struct rescue_stack *stack) {
    for (uint32_t i = 0; i < stack->count; i++) {
        struct text path = stack->resources[i].path;
        if (memchr(path.bytes, '.', path.length)) return true;
    }
    return false;
}

static struct words words_of_deletion(const struct rescue_stack *stack) {
    if (text_is(stack->status, "REVIEW_IN_PROGRESS")) {
        return (struct words){"a creation was prepared and never begun", "delete the empty stack",
                              "none: it holds nothing"};
    }
    if (text_is(stack->status, "ROLLBACK_COMPLETE")) {
        return (struct words){"its creation failed and was rolled back; it can only be deleted",
                              "delete the empty stack (\"mrp apply\" does so by itself)",
                              "none: what was kept by its policies stays in the account"};
    }
    if (stack->runs) {
        return (struct words){"it is being created, and waits for what is listed below",
                              "delete it", "all that was made so far is deleted"};
    }
    return (struct words){"a deletion stopped at what is listed below",
                          "mend the cause, then delete once more",
                          "all that is left of the stack is deleted with what it holds"};
}

static struct words words_of(const struct rescue_stack *stack, enum rescue_action action) {
    switch (action) {
    case RESCUE_NONE: break;
    case RESCUE_WAIT:
        return stack->runs
                   ? (struct words){"AWS is at work, and cannot be stopped in this state",
                                    "wait; \"mrp status\" shows how it goes", "none"}
                   : (struct words){"an import could not be undone",
                                    "mend the cause, then import again", "none"};
    case RESCUE_DELETE: return words_of_deletion(stack);
    case RESCUE_KEEP:
        return (struct words){"the deletion stops at what is listed below",
                              "delete the stack and keep these in the account",
                              holds_nested(stack)
                                  ? "the nested stack that holds them stays, and is nobody's: "
                                    "delete it by hand"
                                  : "no stack manages them afterwards: delete or import them by "
                                    "hand"};
    case RESCUE_ROLL_BACK:
        return (struct words){"an operation stopped where it failed, since its rollback was off",
                              "roll back to the last good state",
                              stack->status.bytes[0] == 'C'
                                  ? "all that was made is deleted"
                                  : "what the update had made is deleted"};
    case RESCUE_CONTINUE:
        return (struct words){"the rollback of an update stopped at what is listed below",
                              "mend the cause, then go on with the rollback", "none"};
    case RESCUE_SKIP:
        return (struct words){
            "the rollback stops at what is listed below",
            "go on with the rollback and leave these as they are",
            "they stay in the state of the failed update, though the template says "
            "otherwise: \"mrp drift\" shows how they differ"};
    case RESCUE_CANCEL:
        return (struct words){"an update waits for what is listed below",
                              "cancel the update, which rolls it back",
                              "what the update has done so far is undone"};
    }
    return (struct words){"", "", ""};
}

static void write_resource(struct deploying *deploying, const struct template *template,
                           const struct rescue_resource *resource, struct buffer *out) {
    struct text place = resource_place(deploying, resource->resource);
    buffer_string(out, "    ");
    show_name(template, resource->path, out);
    buffer_string(out, " (");
    show_line(out, resource->type);
    if (resource->physical_id.length) buffer_char(out, ' ');
    show_line(out, resource->physical_id);
    buffer_char(out, ')');
    if (place.length) buffer_format(out, ", %.*s", TEXT_ARGS(place));
    if (resource->reason.length) buffer_string(out, ": ");
    show_line(out, resource->reason);
    buffer_char(out, '\n');
}

static void write_recipe(struct deploying *deploying, const struct rescue *rescue,
                         const struct rescue_stack *stack, enum rescue_action action,
                         struct buffer *out) {
    struct words words = words_of(stack, action);
    paint(deploying, out, PAINT_BOLD);
    buffer_format(out, "%.*s", TEXT_ARGS(stack->stack->name));
    paint(deploying, out, PAINT_NONE);
    buffer_format(out, " in %.*s is in ", TEXT_ARGS(stack->stack->region));
    show_line(out, stack->status);
    if (stack->since > 0) {
        buffer_string(out, ", since ");
        write_duration(out, rescue->status.now - stack->since);
    }
    buffer_format(out, "\n  why:    %s\n", words.why);
    for (uint32_t i = 0; i < stack->count; i++)
        write_resource(deploying, stack->template, &stack->resources[i], out);
    buffer_format(out, "  recipe: %s\n  risk:   %s\n", words.recipe, words.risk);
}

/* --- doing ------------------------------------------------------------------------------------ */

static bool is_allowed(struct deploying *deploying, enum rescue_action action) {
    bool is_hard = action == RESCUE_SKIP || action == RESCUE_KEEP;
    if (is_hard && option_given(deploying->invocation, OPTION_SKIP)) return true;
    if (!is_hard && option_given(deploying->invocation, OPTION_YES)) return true;
    if (!can_ask()) {
        fprintf(stderr, "not done: there is no terminal to ask on; %s does it\n",
                is_hard ? "--skip" : "--yes");
        return false;
    }
    return ask_for("Do this? Only \"yes\" goes on: ", TEXT("yes"));
}

static bool run(struct deploying *deploying, const struct rescue_stack *stack,
                enum rescue_action action, struct rescue_end *end) {
    struct failure why;
    interrupts_take();
    bool good = rescue_run(deploying->cloud, stack, action, &interruptions, &deploying->arena, end,
                           &why);
    interrupts_leave();
    if (!good) {
        world_failed(&why);
        return false;
    }
    struct buffer said;
    buffer_init(&said);
    buffer_format(&said, "%.*s in %.*s: %.*s\n", TEXT_ARGS(stack->stack->name),
                  TEXT_ARGS(stack->stack->region), TEXT_ARGS(end->status));
    say(&said);
    return true;
}

static void show(struct deploying *deploying, const struct rescue *rescue,
                 const struct rescue_stack *stack, enum rescue_action action) {
    struct buffer out;
    buffer_init(&out);
    write_recipe(deploying, rescue, stack, action, &out);
    print(buffer_view(&out));
    buffer_release(&out);
}

/* The stack once more, after the first recipe: what is in the way now. */
static const struct rescue_stack *look_again(struct deploying *deploying, struct rescue *again,
                                             const struct rescue_stack *stack) {
    struct failure why;
    if (!rescue_make(deploying->cloud, &deploying->program, stack->stack->name, &deploying->arena,
                     again, &why)) {
        world_failed(&why);
        return NULL;
    }
    for (uint32_t i = 0; i < again->count; i++) {
        if (text_equal(again->stacks[i].stack->region, stack->stack->region)) {
            return &again->stacks[i];
        }
    }
    return NULL;
}

/* False where the stack stays stuck. */
static bool rescue_one(struct deploying *deploying, const struct rescue *rescue,
                       const struct rescue_stack *stack) {
    struct rescue_end end;
    struct rescue again;
    show(deploying, rescue, stack, stack->action);
    if (stack->action == RESCUE_WAIT || !is_allowed(deploying, stack->action) ||
        !run(deploying, stack, stack->action, &end)) return false;
    if (end.is_rescued) return true;
    const struct rescue_stack *still = look_again(deploying, &again, stack);
    if (!still || still->harder == RESCUE_NONE) return false;
    show(deploying, &again, still, still->harder);
    return is_allowed(deploying, still->harder) &&
           run(deploying, still, still->harder, &end) && end.is_rescued;
}

static int rescue_all(struct deploying *deploying, struct text name) {
    struct rescue rescue;
    struct failure why;
    bool all = true;
    if (!rescue_make(deploying->cloud, &deploying->program, name, &deploying->arena, &rescue,
                     &why)) return world_failed(&why);
    struct buffer out;
    buffer_init(&out);
    plan_head(deploying, rescue.status.account, rescue.status.caller, &out);
    if (!rescue.count) buffer_string(&out, "no stack is stuck\n");
    int outcome = print(buffer_view(&out));
    buffer_release(&out);
    if (outcome != OUTCOME_DONE) return outcome;
    for (uint32_t i = 0; i < rescue.count && !interruptions; i++) {
        all &= rescue_one(deploying, &rescue, &rescue.stacks[i]);
    }
    if (!all || interruptions) return OUTCOME_STUCK;
    if (rescue.count) fputs("\"mrp apply\" goes on from here\n", stderr);
    return OUTCOME_DONE;
}

/* The operands: a stack, a file, or both. */
static struct text take_name(struct invocation *invocation) {
    struct text name = {0};
    if (!invocation->operand_count) return name;
    struct text first = text_of(invocation->operands[0]);
    if (text_ends(first, TEXT(".mrp"))) return name;
    invocation->operands++;
    invocation->operand_count--;
    return first;
}

int command_rescue(struct invocation *invocation) {
    struct deploying deploying;
    struct invocation given = *invocation;
    struct text name = take_name(&given);
    int outcome = deploying_open(&deploying, &given);
    if (outcome == OUTCOME_DONE) outcome = rescue_all(&deploying, name);
    return deploying_close(&deploying, outcome);
}
