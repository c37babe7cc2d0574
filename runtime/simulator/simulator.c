/* The simulator as a cloud: calls are answered when they are begun, and handed back in that order;
 * time passes only when nothing is left to hand back.
 */
#include "runtime/simulator/simulator.h"

#include <math.h>

#include "runtime/simulator/world.h"

/* The clock of a new world: 2026-01-01T00:00:00Z. */
static const double world_begins = 1767225600;

enum { REFACTOR_IS_OLD = 3600 }; /* seconds */

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
    while (simulator->clock < until) {
        double due = sim_next_time(simulator);
        simulator->clock = due < until ? due : until;
        sim_advance_all(simulator);
    }
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

void simulator_settle(struct simulator *simulator) {
    for (double due; (due = sim_next_time(simulator)) < HUGE_VAL;) next(simulator, due);
}

void simulator_go_on(struct simulator *simulator, double until) { next(simulator, until); }

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
