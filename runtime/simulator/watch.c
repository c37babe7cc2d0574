/* Rollback triggers: alarms that are watched while an operation runs, and some minutes after it. */
#include "runtime/simulator/engine.h"

/* What follows "alarm:" in an ARN, and its region; false for what is no alarm's ARN. */
static bool read_arn(struct text arn, struct text *region, struct text *name) {
    struct text rest = arn;
    for (int part = 0; part < 6; part++) { /* arn:aws:cloudwatch:REGION:ACCOUNT:alarm: */
        const char *colon = rest.length ? memchr(rest.bytes, ':', rest.length) : NULL;
        if (!colon) return false;
        size_t length = (size_t)(colon - rest.bytes);
        if (part == 3) *region = (struct text){rest.bytes, length};
        rest = (struct text){colon + 1, rest.length - length - 1};
    }
    *name = rest;
    return true;
}

static const struct sim_resource *find_alarm(const struct simulator *simulator, struct text arn) {
    struct text region = {0}, name = {0};
    if (!read_arn(arn, &region, &name)) return NULL;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        const struct sim_stack *stack = simulator->stacks[s];
        if (!text_equal(stack->region, region)) continue;
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            const struct sim_resource *resource = stack->resources[r];
            if (sim_exists(resource) && text_equal(resource->now.physical_id, name) &&
                (text_is(resource->type, "AWS::CloudWatch::Alarm") ||
                 text_is(resource->type, "AWS::CloudWatch::CompositeAlarm"))) return resource;
        }
    }
    return NULL;
}

struct text sim_alarmed(struct simulator *simulator, const struct sim_stack *stack) {
    for (uint32_t i = 0; i < stack->settings.alarm_count; i++) {
        struct text arn = stack->settings.alarms[i];
        const struct sim_resource *alarm = find_alarm(simulator, arn);
        if (alarm && !alarm->is_ringing) continue;
        return text_format(&simulator->arena, alarm ? "Rollback trigger [%.*s] is in ALARM state"
                                                    : "Rollback trigger [%.*s] does not exist",
                           TEXT_ARGS(arn));
    }
    return (struct text){0};
}

bool simulator_ring(struct simulator *simulator, struct text region, struct text stack,
                    struct text logical_id, bool rings) {
    struct sim_stack *found = sim_stack_live(simulator, region, stack);
    struct sim_resource *resource = found ? sim_stack_resource(found, logical_id) : NULL;
    if (!resource || !sim_exists(resource) ||
        !text_starts(resource->type, TEXT("AWS::CloudWatch::")) ||
        !text_ends(resource->type, TEXT("Alarm"))) return false;
    resource->is_ringing = rings;
    found->is_dirty = true;
    return true;
}
