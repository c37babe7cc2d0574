/* What a stack says of how it is deployed: rollback_on, the alarms that take it back when they
 * ring, and bake, for how long they are watched after an update (RollbackConfiguration of
 * CloudFormation).
 */
#include "evaluator/internal.h"

/* RollbackConfiguration, API reference */
enum { MOST_ALARMS = 5, MOST_MINUTES = 180, MINUTE = 60 };

/* Whether the resource can be watched while the stack is deployed. */
static bool can_watch(struct evaluator *ev, const struct stack *stack,
                      const struct resource *alarm, const struct node *node) {
    if (!alarm->stack) {
        fault(ev, DIAGNOSTIC_ROLLBACK_ALARM, node,
              "the alarm exists already, so this program does not know its ARN");
        return false;
    }
    if (alarm->region == stack->region) return true;
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_ROLLBACK_ALARM, node,
               "the alarm is in %.*s, and the stack in %.*s: CloudFormation watches alarms of the "
               "stack's own region",
               TEXT_ARGS(alarm->region->name), TEXT_ARGS(stack->region->name));
    hint(ev, d,
         "Declare an alarm in %.*s, or use rollback_on of a pipeline's deploy, whose rules have "
         "regions of their own.",
         TEXT_ARGS(stack->region->path));
    return false;
}

static struct resource *resource_in(struct evaluator *ev, struct value value) {
    if (value.kind == VALUE_RESOURCE) return value.resource;
    return value.kind == VALUE_COMPONENT ? component_self(ev, value.component) : NULL;
}

static void set_alarms(struct evaluator *ev, struct stack *stack, struct value list,
                       const struct node *node) {
    if (list.kind != VALUE_LIST) return;
    if (list.length > MOST_ALARMS) {
        fault(ev, DIAGNOSTIC_ROLLBACK_ALARM, node,
              "these are %u alarms, and CloudFormation watches at most %d", list.length,
              MOST_ALARMS);
        return;
    }
    stack->alarms = arena_array(ev->arena, list.length + 1u, sizeof *stack->alarms);
    for (uint32_t i = 0; i < list.length; i++) {
        struct resource *alarm = resource_in(ev, list.items[i]);
        if (!alarm || !can_watch(ev, stack, alarm, node)) continue;
        stack->alarms[stack->alarm_count++] = alarm;
    }
}

static void set_bake(struct evaluator *ev, struct stack *stack, struct value seconds,
                     const struct node *node) {
    if (seconds.kind != VALUE_INT) return;
    int64_t time = seconds.integer;
    if (time >= 0 && time % MINUTE == 0 && time <= MOST_MINUTES * MINUTE) {
        stack->bake = (uint32_t)(time / MINUTE);
        return;
    }
    struct diagnostic *d =
        report(ev, DIAGNOSTIC_ROLLBACK_ALARM, node,
               "alarms are watched for 0 to %d whole minutes after an update", MOST_MINUTES);
    hint(ev, d, "Write bake = minutes(15).");
}

void stack_entry_run(struct evaluator *ev, struct node *node, struct frame *frame) {
    struct stack *stack = frame->place->stack;
    if (!stack || node->flags & NODE_META || !node->entry.key) return;
    cover(ev, node);
    struct text key = entry_text(node);
    struct value value = settled(ev, evaluate(ev, node->entry.value, frame));
    if (text_is(key, "rollback_on")) set_alarms(ev, stack, value, node->entry.value);
    if (text_is(key, "bake")) set_bake(ev, stack, value, node->entry.value);
}
