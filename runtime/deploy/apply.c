/* The order of a deploy: which machine may begin, one loop that hands finished calls to their
 * machines and lets time pass when there are none, and what the end means.
 */
#include "runtime/deploy/apply.h"

#include <math.h>

#include "runtime/deploy/machine.h"

static double now(const struct run *run) { return run->cloud->now(run->cloud->context); }

/* --- the order -------------------------------------------------------------------------------- */

static bool deletes(const struct plan_stack *stack) { return stack->action == PLAN_DELETE; }

static uint32_t stack_of(const struct plan *plan, uint32_t template_index) {
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct template *template = plan->stacks[i].template;
        if (template && template->index == template_index) return i;
    }
    return plan->count;
}

static bool *pair(const struct run *run, bool *table, uint32_t i, uint32_t j) {
    return &table[(size_t)i * run->plan->count + j];
}

static void find_direct(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct template *template = run->plan->stacks[i].template;
        for (uint32_t e = 0; template && e < template->edge_count; e++) {
            if (template->edges[e].is_dropped) continue;
            uint32_t producer = stack_of(run->plan, template->edges[e].stack);
            if (producer < run->plan->count && producer != i) {
                *pair(run, run->reads, i, producer) = true;
            }
        }
    }
}

/* What is delivered by a pipeline is deleted before the pipeline's stack, whatever that reads of
 * it: CloudFormation goes on acting with the role that it was delivered with. */
static void find_delivered(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct template *template = run->plan->stacks[i].template;
        for (uint32_t d = 0; template && d < template->delivered_count; d++) {
            uint32_t delivered = stack_of(run->plan, template->delivered[d]);
            if (delivered == run->plan->count) continue;
            *pair(run, run->reads, delivered, i) = true;
            *pair(run, run->reads, i, delivered) = false;
        }
    }
}

/* Works out needs from reads; false where a stack needs itself. */
static bool close_needs(struct run *run) {
    uint32_t count = run->plan->count;
    bool good = true;
    memcpy(run->needs, run->reads, (size_t)count * count * sizeof *run->needs);
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t i = 0; i < count; i++) {
            if (!*pair(run, run->needs, i, k)) continue;
            for (uint32_t j = 0; j < count; j++) {
                *pair(run, run->needs, i, j) |= *pair(run, run->needs, k, j);
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) good &= !*pair(run, run->needs, i, i);
    return good;
}

static void find_readers(struct run *run) {
    size_t size = (size_t)run->plan->count * run->plan->count;
    run->reads = arena_array(run->arena, size + 1, sizeof *run->reads);
    run->needs = arena_array(run->arena, size + 1, sizeof *run->needs);
    find_direct(run);
    if (run->plan->is_destroy) {
        bool *direct = arena_array(run->arena, size + 1, sizeof *direct);
        memcpy(direct, run->reads, size * sizeof *direct);
        find_delivered(run);
        if (close_needs(run)) return;
        memcpy(run->reads, direct, size * sizeof *direct); /* others stand between */
    }
    close_needs(run);
}

static uint32_t wave_of_region(const struct apply_options *options, uint32_t region) {
    uint32_t wave = 0, end = 0;
    for (; wave < options->wave_count; wave++) {
        if (!options->waves[wave]) return wave;
        end += options->waves[wave];
        if (region < end) return wave;
    }
    return wave;
}

/* Regions in the program's order; what a stack needs is never in a later wave than itself. */
static void find_waves(struct run *run) {
    const struct plan *plan = run->plan;
    uint32_t count = plan->count, regions = 0;
    run->waves = arena_array(run->arena, count + 1, sizeof *run->waves);
    uint32_t *number = arena_array(run->arena, count + 1, sizeof *number);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t same = 0;
        while (!text_equal(plan->stacks[same].region, plan->stacks[i].region)) same++;
        number[i] = same == i ? regions++ : number[same];
        run->waves[i] = wave_of_region(run->options, number[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < count; j++) {
            if (run->needs[(size_t)i * count + j] && run->waves[j] > run->waves[i]) {
                run->waves[j] = run->waves[i];
            }
        }
    }
}

/* What could not be undone goes last, unless something that could be needs it. */
static void find_late(struct run *run) {
    uint32_t count = run->plan->count;
    run->is_late = arena_array(run->arena, count + 1, sizeof *run->is_late);
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_stack *stack = &run->plan->stacks[i];
        run->is_late[i] = stack->cannot_undo.length && !deletes(stack) && !run->plan->is_rollback;
        for (uint32_t j = 0; run->is_late[i] && j < count; j++) {
            const struct plan_stack *other = &run->plan->stacks[j];
            if (run->needs[(size_t)j * count + i] && other->action != PLAN_NOTHING &&
                !other->cannot_undo.length) run->is_late[i] = false;
        }
    }
}

static bool waits_for(const struct run *run, uint32_t a, uint32_t b) {
    const struct plan_stack *stack = &run->plan->stacks[a], *other = &run->plan->stacks[b];
    uint32_t count = run->plan->count;
    bool is_read = run->reads[(size_t)b * count + a], reads = run->reads[(size_t)a * count + b];
    if (run->plan->is_rollback) return is_read; /* the other way round */
    if (deletes(stack)) {
        /* What the program no longer has goes last, one after the other: who reads it is not
         * known. */
        return !deletes(other) || is_read || (!stack->template && b < a);
    }
    if (other->is_assets && plan_uses_assets(stack) && text_equal(other->region, stack->region)) {
        return true;
    }
    if (deletes(other)) return false;
    if (reads || run->waves[b] < run->waves[a]) return true;
    return run->is_late[a] && !run->is_late[b] && run->waves[b] <= run->waves[a];
}

static bool must_wait(const struct run *run, uint32_t index) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        if (i == index || machine_ended(&run->machines[i])) continue;
        if (waits_for(run, index, i)) return true;
    }
    return false;
}

static void start_ready(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        struct machine *machine = &run->machines[i];
        if (machine->phase != PHASE_WAIT) continue;
        if (run->is_stopping) machine_skip(run, machine);
        else if (!must_wait(run, i)) machine_start(run, machine);
    }
}

/* --- the loop --------------------------------------------------------------------------------- */

bool run_is_finished(const struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        if (!machine_ended(&run->machines[i])) return false;
    }
    return true;
}

static bool sleeps(const struct machine *machine) {
    return machine->phase != PHASE_WAIT && !machine_ended(machine) && !machine->is_asking;
}

static double next_wake(const struct run *run) {
    double earliest = now(run) + 60;
    for (uint32_t i = 0; i < run->plan->count; i++) {
        if (sleeps(&run->machines[i])) earliest = fmin(earliest, run->machines[i].wake);
    }
    return earliest;
}

static void wake_up(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        struct machine *machine = &run->machines[i];
        if (sleeps(machine) && machine->wake <= now(run)) machine_awake(run, machine);
    }
}

static int interruptions(const struct run *run) {
    return run->options->interrupted ? (int)*run->options->interrupted : 0;
}

static void note_interruption(struct run *run) {
    if (interruptions(run) == 0 || run->apply->was_interrupted) return;
    run->is_stopping = run->apply->was_interrupted = true;
    if (run->options->tell) {
        run->options->tell(run->options->context, APPLY_INTERRUPTED, NULL, NULL);
    }
}

static double next_look(const struct run *run) {
    double wake = next_wake(run);
    return run->options->tick > 0 ? fmin(wake, now(run) + run->options->tick) : wake;
}

/* Calls are still under way: what they write to stays until the cloud is closed. */
static void leave(struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        arena_adopt(run->arena, &run->machines[i].page);
    }
}

void run_loop(struct run *run) {
    while (!run_is_finished(run)) {
        note_interruption(run);
        if (interruptions(run) > 1) {
            leave(run);
            return;
        }
        start_ready(run);
        struct cloud_call *call = run->cloud->next(run->cloud->context, next_look(run));
        if (call) {
            machine_step(run, call->context);
            continue;
        }
        wake_up(run);
        if (run->options->tick > 0 && run->options->tell) {
            run->options->tell(run->options->context, APPLY_TICK, NULL, NULL);
        }
    }
}

void run_init(struct run *run) {
    const struct plan *plan = run->plan;
    run->machines = arena_array(run->arena, plan->count + 1, sizeof *run->machines);
    run->deployed = arena_array(run->arena, plan->count + 1, sizeof *run->deployed);
    run->shown = arena_array(run->arena, plan->count + 1, sizeof *run->shown);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_stack *stack = &plan->stacks[i];
        run->deployed[i] = stack->deployed;
        run->shown[i] = (struct apply_stack){.plan = stack, .total = stack->change_count,
                                             .status = stack->status};
        run->machines[i] = (struct machine){.shown = &run->shown[i], .plan = stack};
        if (stack->deployed) run->shown[i].final = *stack->deployed;
        if (stack->action != PLAN_NOTHING) continue;
        run->machines[i].phase = PHASE_END;
        run->shown[i].state = APPLY_NOTHING;
    }
    find_readers(run);
    find_waves(run);
    find_late(run);
}

/* --- the end ---------------------------------------------------------------------------------- */

static bool has_failed(const struct run *run) {
    for (uint32_t i = 0; i < run->plan->count; i++) {
        enum apply_state state = run->shown[i].state;
        if (state == APPLY_FAILED || state == APPLY_LOST) return true;
    }
    return false;
}

/* Without a rollback: what failed may be back by itself, all else that was begun is not. */
static enum apply_outcome judge(const struct run *run) {
    bool is_complete = run_is_finished(run), is_begun = false, is_stuck = !is_complete;
    for (uint32_t i = 0; i < run->plan->count; i++) {
        const struct apply_stack *stack = &run->shown[i];
        const struct run_earlier *earlier = run->earlier ? &run->earlier[i] : NULL;
        bool is_touched = stack->is_begun || (earlier && earlier->is_touched);
        if (stack->state == APPLY_FAILED || stack->state == APPLY_SKIPPED ||
            stack->state == APPLY_LOST) is_complete = false;
        is_begun |= is_touched;
        is_stuck |= stack->state == APPLY_LOST;
        is_stuck |= is_touched && !(stack->state == APPLY_FAILED && stack->is_back);
    }
    if (is_complete) return APPLY_ALL_DONE;
    if (is_stuck) return APPLY_STUCK;
    return is_begun ? APPLY_ROLLED_BACK : APPLY_BEFORE;
}

static enum apply_outcome judge_back(const struct apply *apply, bool all_back) {
    bool is_touched = false;
    for (uint32_t i = 0; i < apply->count; i++) is_touched |= apply->back[i].is_touched;
    if (!all_back) return APPLY_STUCK;
    return is_touched ? APPLY_ROLLED_BACK : APPLY_BEFORE;
}

static bool begin_journal(const struct run *run) {
    const struct plan *plan = run->plan;
    if (!run->options->journal) return true;
    struct text *regions = arena_array(run->arena, plan->count + 1, sizeof *regions);
    for (uint32_t i = 0; i < plan->count; i++) regions[i] = plan->stacks[i].region;
    struct journal_run begun = {
        .kind = plan->is_destroy ? TEXT("destroy") : TEXT("apply"), .account = plan->account,
        .project = plan->program->project, .suffix = plan->program->suffix,
        .request = run->options->request, .began = now(run),
        .regions = regions, .region_count = plan->count};
    return journal_begin(run->options->journal, &begun, run->why);
}

/* False where it cannot be told what is there to be taken back. */
static bool find_earlier(struct run *run) {
    const struct plan *plan = run->plan;
    struct journal_run journal;
    bool found;
    struct run_earlier *all = arena_array(run->arena, plan->count + 1, sizeof *all);
    if (!journal_read(run->options->journal, plan->account, run->arena, &journal, &found,
                      run->why)) return false;
    for (uint32_t e = 0; found && e < journal.count; e++) {
        for (uint32_t i = 0; i < plan->count; i++) {
            if (!text_equal(plan->stacks[i].name, journal.entries[e].stack) ||
                !text_equal(plan->stacks[i].region, journal.entries[e].region)) continue;
            run_note_earlier(&all[i], &journal.entries[e]);
        }
    }
    run->earlier = all;
    return true;
}

void run_note_earlier(struct run_earlier *earlier, const struct journal_entry *entry) {
    earlier->id = entry->id;
    if (entry->is_back) return;
    earlier->is_touched = true;
    earlier->was_made = text_is(entry->action, "create");
    earlier->was_deleted = text_is(entry->action, "delete");
    earlier->was_done = entry->step == JOURNAL_DONE;
    earlier->former = entry->former;
    earlier->sent_hash = entry->sent_hash;
    earlier->token = entry->token;
}

enum apply_outcome apply_plan(const struct cloud *cloud, const struct plan *plan,
                              const struct apply_options *options, struct arena *arena,
                              struct apply *apply, struct failure *why) {
    struct run run = {.cloud = cloud, .plan = plan, .options = options, .arena = arena,
                      .apply = apply, .why = why};
    double began = now(&run);
    *apply = (struct apply){.count = plan->count};
    run_init(&run);
    apply->stacks = run.shown;
    if (options->continues && !find_earlier(&run)) return APPLY_STUCK;
    if (!options->continues && !begin_journal(&run)) return APPLY_BEFORE;
    run_loop(&run);
    enum apply_outcome outcome = judge(&run);
    bool goes_back = has_failed(&run) && !options->keep && !plan->is_destroy &&
                     !apply->was_interrupted;
    if (goes_back) outcome = judge_back(apply, roll_back(&run));
    apply->seconds = now(&run) - began;
    if (options->journal && outcome != APPLY_STUCK) journal_end(options->journal, why);
    return outcome;
}
