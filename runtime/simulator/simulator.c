/* The simulator as a cloud: calls are answered when they are begun, and handed back in that order;
 * time passes only when nothing is left to hand back.
 */
#include "runtime/simulator/simulator.h"

#include <math.h>

#include "base/limits.h"
#include "runtime/simulator/world.h"

/* The clocks of a new world, 2026-01-01T00:00:00Z, and of one that is too old: the year 10000. */
static const double world_begins = 1767225600, world_ends = 253402300800;

enum {
    REFACTOR_IS_OLD = 3600, /* seconds */
    LONGEST = 6 * 3600,     /* twice what a stack at work waits for at most: alarms, three hours */
};

/* --- time ------------------------------------------------------------------------------------- */

bool sim_is_time(double clock) { return clock >= 0 && clock < world_ends; }

/* A nested stack that has done its part waits for the stack around it, which may be stuck. */
static bool awaits_another(struct simulator *simulator, const struct sim_stack *stack) {
    for (unsigned depth = 0; stack && stack->phase == PHASE_AWAIT; depth++) {
        if (depth > LIMIT_NESTED_STACKS || !stack->parent_id.length) return false;
        stack = sim_stack_live(simulator, stack->region, stack->parent_id);
    }
    return stack != NULL;
}

static bool is_at_work(struct simulator *simulator, const struct sim_stack *stack) {
    if (stack->phase == PHASE_AWAIT) return !awaits_another(simulator, stack);
    return stack->phase != PHASE_IDLE ||
           cloud_status_running(text_of(sim_status_name(stack->status)));
}

/* No world that mrp has written is like that. Who waits for one of its stacks would wait for ever,
 * so from then on all calls are refused. */
static void look_for_end(struct simulator *simulator, double due) {
    if (due - simulator->clock <= LONGEST) return;
    for (uint32_t i = 0; i < simulator->stack_count && !simulator->endless.length; i++) {
        const struct sim_stack *stack = simulator->stacks[i];
        if (!is_at_work(simulator, stack)) continue;
        simulator->endless = text_format(
            &simulator->arena, "the sandbox's state never comes to an end: the stack \"%.*s\" in "
            "%.*s stays in %s", TEXT_ARGS(stack->name), TEXT_ARGS(stack->region),
            sim_status_name(stack->status));
    }
}

static void pass_time(struct simulator *simulator, double until) {
    while (simulator->clock < until) {
        double due = sim_next_time(simulator);
        look_for_end(simulator, due);
        simulator->clock = due < until ? due : until;
        sim_advance_all(simulator);
    }
}

/* --- the cloud -------------------------------------------------------------------------------- */

static void begin(void *context, struct cloud_call *call) {
    struct simulator *simulator = context;
    sim_answer(simulator, call);
    call->next = NULL;
    *simulator->end = call;
    simulator->end = &call->next;
}

static struct cloud_call *next(void *context, double until) {
    struct simulator *simulator = context;
    struct cloud_call *call = simulator->first;
    if (call) {
        simulator->first = call->next;
        if (!simulator->first) simulator->end = &simulator->first;
        return call;
    }
    pass_time(simulator, until);
    return NULL;
}

static double now(void *context) { return ((struct simulator *)context)->clock; }

bool simulator_open(struct simulator **result, struct sqlite3 *database, struct failure *why) {
    struct simulator *simulator = memory_alloc(sizeof *simulator);
    *simulator = (struct simulator){.clock = world_begins};
    arena_init(&simulator->arena);
    simulator->end = &simulator->first;
    simulator->cloud = (struct cloud){simulator, begin, next, now};
    simulator->account = TEXT(SIM_ACCOUNT);
    simulator->salt = TEXT("in memory");
    if (database) {
        simulator->salt = (struct text){0};
        if (!sim_store_open(simulator, database, why)) {
            arena_release(&simulator->arena);
            memory_free(simulator);
            return false;
        }
    }
    *result = simulator;
    return true;
}

/* Not kept in the database: resources that are about to get other ids. */
static bool is_renaming(const struct simulator *simulator) {
    for (uint32_t i = 0; i < simulator->refactor_count; i++) {
        const struct sim_refactor *refactor = &simulator->refactors[i];
        if (simulator->clock < refactor->due + REFACTOR_IS_OLD) return true;
    }
    return false;
}

bool simulator_renew(struct simulator *simulator, size_t *limit, struct failure *why) {
    struct simulator *fresh;
    if (!simulator->store || simulator->arena.used < *limit || simulator->first ||
        is_renaming(simulator)) return true;
    if (!sim_store_save(simulator, why) ||
        !simulator_open(&fresh, sim_store_database(simulator), why)) return false;
    fresh->account = text_copy(&fresh->arena, simulator->account);
    arena_release(&simulator->arena);
    *simulator = *fresh;
    simulator->end = &simulator->first;
    simulator->cloud.context = simulator;
    memory_free(fresh);
    *limit = 2 * simulator->arena.used + SIMULATOR_LITTER;
    return true;
}

void simulator_account(struct simulator *simulator, struct text account) {
    simulator->account = text_copy(&simulator->arena, account);
}

static bool comes_to_an_end(struct simulator *simulator, struct failure *why) {
    look_for_end(simulator, sim_next_time(simulator));
    if (!simulator->endless.length) return true;
    failure_set(why, "%.*s", TEXT_ARGS(simulator->endless));
    return failure_hint(why, "Run \"mrp sandbox reset\" to begin with an empty one.");
}

bool simulator_settle(struct simulator *simulator, struct failure *why) {
    for (double due; (due = sim_next_time(simulator)) - simulator->clock <= LONGEST;) {
        pass_time(simulator, due);
    }
    return comes_to_an_end(simulator, why);
}

bool simulator_go_on(struct simulator *simulator, double until, struct failure *why) {
    if (until >= world_ends) {
        failure_set(why, "the journal in .mrp/state.db is from a time that never comes");
        return failure_hint(why, "Run \"mrp sandbox reset\" to begin with an empty one.");
    }
    pass_time(simulator, until);
    return comes_to_an_end(simulator, why);
}

bool simulator_save(struct simulator *simulator, struct failure *why) {
    return sim_store_save(simulator, why);
}

bool simulator_close(struct simulator *simulator, struct failure *why) {
    bool good = sim_store_save(simulator, why);
    arena_release(&simulator->arena);
    memory_free(simulator);
    return good;
}

const struct cloud *simulator_cloud(struct simulator *simulator) { return &simulator->cloud; }

void simulator_fail(struct simulator *simulator, const struct simulator_failure *failure) {
    struct arena *arena = &simulator->arena;
    simulator->failures_changed = true;
    simulator->failures = sim_grow(simulator, simulator->failures, simulator->failure_count,
                                   &simulator->failure_capacity, sizeof *simulator->failures);
    simulator->failures[simulator->failure_count++] = (struct sim_failure){
        .what = {.region = text_copy(arena, failure->region),
                 .stack = text_copy(arena, failure->stack),
                 .logical_id = text_copy(arena, failure->logical_id),
                 .operation = text_copy(arena, failure->operation),
                 .reason = text_copy(arena, failure->reason),
                 .hook = text_copy(arena, failure->hook)}};
}
