/* Nested stacks of a stack on its way: their change sets, before anything is done, and their events
 * while it is. */
#include "runtime/deploy/machine_parts.h"

static struct text inside(struct run *run, struct text path, struct text logical_id) {
    if (!path.length) return text_copy(run->arena, logical_id);
    return text_format(run->arena, "%.*s.%.*s", TEXT_ARGS(path), TEXT_ARGS(logical_id));
}

/* --- change sets ------------------------------------------------------------------------------ */

bool machine_read_nested(struct run *run, struct machine *machine,
                         const struct cloud_change_set *set, struct text path) {
    for (uint32_t i = 0; i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        if (!change->change_set.length || machine->set_count >= LIMIT_NESTED_RESOURCES) continue;
        machine->sets = arena_grown(run->arena, machine->sets, machine->set_count,
                                    &machine->set_capacity, sizeof *machine->sets);
        machine->sets[machine->set_count++] =
            (struct machine_set){text_copy(run->arena, change->change_set),
                                 inside(run, path, change->logical_id)};
    }
    if (machine->set_at == machine->set_count) return false;
    struct cloud_request *request = machine_prepare(machine, CLOUD_DESCRIBE_CHANGE_SET, run);
    request->stack = (struct text){0};
    request->change_set = machine->sets[machine->set_at].id;
    machine_send(run, machine, PHASE_READ_NESTED);
    return true;
}

/* --- events ----------------------------------------------------------------------------------- */

void machine_note_nested(struct run *run, struct machine *machine, const struct cloud_event *event,
                         struct text path) {
    if (!nested_is(event->type, event->physical_id) || machine_is_root(event)) return;
    for (uint32_t i = 0; i < machine->nested_count; i++) {
        if (!text_equal(machine->nested[i].id, event->physical_id)) continue;
        machine->nested[i].is_settled = false;
        return;
    }
    if (machine->nested_count >= LIMIT_NESTED_RESOURCES) return;
    machine->nested = arena_grown(run->arena, machine->nested, machine->nested_count,
                                  &machine->nested_capacity, sizeof *machine->nested);
    machine->nested[machine->nested_count++] =
        (struct machine_nested){.id = text_copy(run->arena, event->physical_id),
                                .path = inside(run, path, event->logical_id),
                                .since = event->time};
}

static bool ask_next(struct run *run, struct machine *machine, enum machine_phase phase) {
    while (machine->nested_at < machine->nested_count &&
           machine->nested[machine->nested_at].is_settled) machine->nested_at++;
    if (machine->nested_at == machine->nested_count) return false;
    machine_prepare_look(machine, CLOUD_STACK_EVENTS, run)->stack =
        machine->nested[machine->nested_at].id;
    machine_send(run, machine, phase);
    return true;
}

bool machine_ask_nested(struct run *run, struct machine *machine, enum machine_phase phase) {
    machine->nested_at = 0;
    return ask_next(run, machine, phase);
}

/* What the stack around it tells of it is not told twice. */
static void note_inner(struct run *run, struct machine *machine, uint32_t at,
                       const struct cloud_event *event) {
    struct text path = machine->nested[at].path;
    if (machine_is_root(event)) {
        machine->nested[at].is_settled = !cloud_status_running(event->status);
        return;
    }
    struct cloud_event named = *event;
    named.logical_id = inside(run, path, event->logical_id);
    machine_note_event(run, machine, &named);
    machine_note_nested(run, machine, event, path);
}

/* A page reaches back further than a few seconds; what is older than the operation is not its. */
static void note_page(struct run *run, struct machine *machine) {
    const struct cloud_reply *reply = &machine->call.reply;
    uint32_t at = machine->nested_at, fresh = 0;
    struct text newest = machine->nested[at].newest;
    while (fresh < reply->event_count && !text_equal(reply->events[fresh].id, newest) &&
           reply->events[fresh].time >= machine->nested[at].since - 1) fresh++;
    for (uint32_t i = fresh; i > 0; i--) note_inner(run, machine, at, &reply->events[i - 1]);
    if (fresh) machine->nested[at].newest = text_copy(run->arena, reply->events[0].id);
}

void machine_nested_told(struct run *run, struct machine *machine) {
    enum machine_phase phase = machine->phase;
    if (!cloud_failed(&machine->call)) note_page(run, machine);
    machine->nested_at++;
    if (ask_next(run, machine, phase)) return;
    machine_tell(run, APPLY_PROGRESS, machine, NULL);
    machine_after_nested(run, machine);
}
