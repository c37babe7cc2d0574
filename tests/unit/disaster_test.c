/* Simulated failure: a seed makes a program and a change to it, and decides what goes wrong while
 * the change is deployed: resources that fail, calls that are throttled or whose answers get lost,
 * another writer, and the death of the process before any call or writing of the journal. Then mrp
 * resumes, and dies again. What must hold whatever happens is in check_end(). Everything follows
 * from the seed:
 *
 *     tests/unit/disaster_test [--seed N] [--seeds COUNT] [--from N] [--verbose]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/deploy/apply.h"
#include "runtime/deploy/rescue.h"
#include "tests/unit/disaster.h"

enum { DEATHS = 3, DEFAULT_SEEDS = 2000, PLAN_TRIES = 20 };

/* --- one seed --------------------------------------------------------------------------------- */

enum ending { ENDED_DONE, ENDED_BEFORE, ENDED_BACK, ENDED_STUCK };

static struct trial { /* static: what a death leaves must not live in registers */
    struct arena arena;
    struct storm storm;
    struct version versions[2];
    struct journal journal;
    struct picture wanted, before;
    struct thing *planned; /* losses that a plan announced */
    uint32_t planned_count, planned_capacity;
    bool destroys; /* the change is that all of it is deleted */
    bool keeps, asks_back, has_scripts, meddles, is_done;
    bool forgets; /* whoever resumes has no journal: another machine */
    unsigned deaths, planned_at;
    enum ending ending;
    char complaint[4096];
    bool failed, is_verbose;
} trial;

static struct state state;

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...) {
    va_list args;
    if (trial.failed) return;
    va_start(args, format);
    vsnprintf(trial.complaint, sizeof trial.complaint, format, args);
    va_end(args);
    trial.failed = true;
}

/* "s0.I1" and "T" of the stack "s0" and "I1.T": what is in a nested stack belongs to that. */
static struct thing thing_of(const struct plan_stack *stack, struct text logical_id) {
    struct thing thing = {.stack = stack->name, .region = stack->region, .logical_id = logical_id};
    const char *dot = memchr(logical_id.bytes, '.', logical_id.length);
    if (!dot) return thing;
    size_t head = (size_t)(dot - logical_id.bytes);
    thing.stack = text_format(&trial.arena, "%.*s.%.*s", TEXT_ARGS(stack->name), (int)head,
                              logical_id.bytes);
    thing.logical_id = (struct text){dot + 1, logical_id.length - head - 1};
    return thing;
}

static void note_plan(const struct plan *plan) {
    for (uint32_t s = 0; s < plan->count; s++) {
        for (uint32_t i = 0; i < plan->stacks[s].change_count; i++) {
            const struct plan_change *change = &plan->stacks[s].changes[i];
            if (change->data == PLAN_DATA_SAFE) continue;
            trial.planned = arena_grown(&trial.arena, trial.planned, trial.planned_count,
                                        &trial.planned_capacity, sizeof *trial.planned);
            trial.planned[trial.planned_count++] = thing_of(&plan->stacks[s], change->logical_id);
        }
    }
}

static enum ending ending_of(enum apply_outcome outcome) {
    switch (outcome) {
    case APPLY_ALL_DONE: return ENDED_DONE;
    case APPLY_BEFORE: return ENDED_BEFORE;
    case APPLY_ROLLED_BACK: return ENDED_BACK;
    case APPLY_STUCK: return ENDED_STUCK;
    }
    return ENDED_STUCK;
}

static struct apply_options options_of(void) {
    struct apply_options options = {.journal = &trial.journal, .keep = trial.keeps,
                                    .who = TEXT("test")};
    if (made[0].value[0] % 4 == 0) {
        options.waves[0] = 1;
        options.wave_count = 2;
    }
    return options;
}

/* What is deployed, or was, where it is to be deleted. */
static const struct deploy_program *program_of(int v) {
    return &trial.versions[trial.destroys ? 0 : v].program;
}

/* Plans, again where the world fails, and applies. */
static enum ending deploy(int v, bool continues) {
    struct plan plan;
    struct apply apply;
    struct failure why = {0};
    enum plan_outcome made_plan = PLAN_WORLD;
    /* Without the journal nobody knows in which regions there was something. */
    struct plan_options choices = {.all_regions = trial.forgets};
    journal_regions(&trial.journal, TEXT("storm"), TEXT("dev"), &trial.arena, &choices.regions,
                    &choices.region_count, &why);
    for (int i = 0; i < PLAN_TRIES && made_plan == PLAN_WORLD; i++) {
        made_plan = (trial.destroys && v ? plan_destroy : plan_make)(
            &trial.storm.cloud, program_of(v), &choices, &trial.arena, &plan, &why);
    }
    if (made_plan != PLAN_MADE) {
        if (trial.is_verbose) printf("  no plan: %s\n", why.message);
        return ENDED_BEFORE;
    }
    trial.planned_at = trial.storm.calls;
    note_plan(&plan);
    struct apply_options options = options_of();
    options.continues = continues;
    why = (struct failure){0};
    enum apply_outcome outcome = apply_plan(&trial.storm.cloud, &plan, &options, &trial.arena,
                                            &apply, &why);
    for (uint32_t i = 0; trial.is_verbose && i < apply.count; i++) {
        const struct apply_stack *stack = &apply.stacks[i];
        printf("  %.*s: action %d state %d begun %d back %d status %.*s, %.*s; %.*s\n",
               TEXT_ARGS(stack->plan->name), stack->plan->action, stack->state, stack->is_begun,
               stack->is_back, TEXT_ARGS(stack->status), TEXT_ARGS(stack->cause),
               TEXT_ARGS(apply.back ? apply.back[i].problem : TEXT("")));
    }
    return ending_of(outcome);
}

static void empty_journal(void) {
    struct failure why;
    if (!state_run(&state, "DELETE FROM run; DELETE FROM run_step; DELETE FROM region", &why))
        abort();
}

/* From another machine: what AWS is at work on is waited for, then the program is deployed. */
static enum ending resume_without_journal(void) {
    struct resume resume;
    struct failure why = {0};
    struct apply_options options = options_of();
    enum resume_next next = RESUME_REFUSED;
    empty_journal();
    for (int i = 0; i < PLAN_TRIES && next != RESUME_GO_ON; i++) {
        next = resume_elsewhere(&trial.storm.cloud, program_of(1), &options,
                                &trial.arena, &resume, &why);
    }
    return next == RESUME_GO_ON ? deploy(1, false) : ENDED_STUCK;
}

static enum ending resume(bool asks_back) {
    struct journal_run run;
    struct failure why = {0};
    bool found = false;
    if (trial.forgets) return resume_without_journal();
    resume_find(&trial.storm.cloud, &trial.journal, &trial.arena, &run, &found, &why);
    if (!found) return deploy(1, false);
    struct apply_options options = options_of();
    options.goes_back = asks_back;
    for (int i = 0; i < PLAN_TRIES; i++) {
        struct resume resume = {.run = run};
        enum resume_next next = resume_run(&trial.storm.cloud, program_of(1), &options,
                                           &trial.arena, &resume, &why);
        for (uint32_t s = 0; trial.is_verbose && next == RESUME_ENDED && s < resume.apply.count;
             s++) {
            const struct apply_stack *stack = &resume.apply.stacks[s];
            printf("  resumed %.*s: state %d begun %d back %d status %.*s, %.*s; %.*s\n",
                   TEXT_ARGS(stack->plan->name), stack->state, stack->is_begun, stack->is_back,
                   TEXT_ARGS(stack->status), TEXT_ARGS(stack->cause),
                   TEXT_ARGS(resume.apply.back ? resume.apply.back[s].problem : TEXT("")));
        }
        if (next == RESUME_ENDED) return ending_of(resume.outcome);
        if (next == RESUME_GO_ON) return deploy(1, true);
    }
    return ENDED_STUCK;
}

static void set_death(struct storm *storm, unsigned calls, unsigned writes) {
    storm->dies_at = storm->dies_at_write = 0;
    if (!percent(60)) return;
    if (percent(50)) storm->dies_at = storm->calls + 1 + chance(calls + 5);
    else storm->dies_at_write = storm->writes + 1 + chance(writes + 1);
}

static void live_and_die(unsigned calls, unsigned writes) {
    trial.is_done = false;
    while (!trial.is_done) {
        if (setjmp(trial.storm.death)) {
            storm_bury(&trial.storm);
            trial.deaths++;
            if (trial.is_verbose) {
                printf("  death %u before call %u, writing %u\n", trial.deaths, trial.storm.calls,
                       trial.storm.writes);
            }
            set_death(&trial.storm, calls, writes);
            if (trial.deaths >= DEATHS) trial.storm.dies_at = trial.storm.dies_at_write = 0;
            trial.asks_back |= percent(20);
            trial.forgets |= percent(10);
            /* Time goes by before somebody types resume. */
            trial.storm.inner->next(trial.storm.inner->context,
                                    storm_now(&trial.storm) + chance(200));
            continue;
        }
        trial.ending = trial.deaths ? resume(trial.asks_back) : deploy(1, false);
        trial.is_done = true;
    }
}

static void script_failures(void) {
    static const char *const operations[] = {"CREATE", "UPDATE", "DELETE", "ROLLBACK"};
    int count = percent(50) ? 0 : 1 + (int)chance(3);
    for (int i = 0; i < count; i++) {
        int number = (int)chance((uint32_t)made_count);
        struct text name = text_format(&trial.arena, "s%d", number);
        static const char *const inner[] = {"", "", "", ".T", ".P"};
        struct text id = percent(40) ? TEXT("P")
                                     : text_format(&trial.arena, "I%u%s", chance(ITEMS),
                                                   inner[chance(5)]);
        simulator_fail(trial.storm.simulator, &(struct simulator_failure){
            .region = text_of(made[number].region), .stack = name, .logical_id = id,
            .operation = text_of(operations[chance(4)]), .reason = TEXT("scripted")});
        trial.has_scripts = true;
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

/* "R2" is what "I2" is renamed to. */
static bool same_item(struct text a, struct text b) {
    return a.length == b.length && memcmp(a.bytes + 1, b.bytes + 1, a.length - 1) == 0;
}

static bool was_planned(const struct thing *thing) {
    for (uint32_t i = 0; i < trial.planned_count; i++) {
        if (text_equal(trial.planned[i].stack, thing->stack) &&
            text_equal(trial.planned[i].region, thing->region) &&
            same_item(trial.planned[i].logical_id, thing->logical_id)) return true;
    }
    return false;
}

static bool is_there(const struct picture *picture, const struct thing *thing) {
    for (uint32_t i = 0; i < picture->thing_count; i++) {
        if (text_equal(picture->things[i].physical_id, thing->physical_id) &&
            text_equal(picture->things[i].region, thing->region)) return true;
    }
    return false;
}

static bool was_meddled(const struct thing *thing) {
    struct text stack = thing->stack;
    const char *dot = memchr(stack.bytes, '.', stack.length);
    if (dot) stack.length = (size_t)(dot - stack.bytes);
    return text_equal(trial.storm.meddled_name, stack);
}

/* Nothing is lost that was not planned to be; nothing at all where everything is said to be back.
 */
static void check_data(const struct picture *picture, bool none) {
    for (uint32_t i = 0; i < trial.before.thing_count; i++) {
        const struct thing *thing = &trial.before.things[i];
        if (is_there(picture, thing) || was_meddled(thing)) continue;
        if (none || !was_planned(thing)) {
            complain("%.*s of stack %.*s is lost, %s", TEXT_ARGS(thing->logical_id),
                     TEXT_ARGS(thing->stack), none ? "but all is said to be back" : "unplanned");
        }
    }
}

static void check_same(const struct picture *picture, const struct picture *expected,
                       const char *what) {
    if (text_equal(picture->text, expected->text)) return;
    size_t same = 0, line = 0;
    for (; picture->text.bytes[same] == expected->text.bytes[same]; same++) {
        if (picture->text.bytes[same] == '\n') line = same + 1;
    }
    complain("%s\n--- expected\n%.1000s\n--- found\n%.1000s", what, expected->text.bytes + line,
             picture->text.bytes + line);
}

static void check_writers(void) {
    const struct storm *storm = &trial.storm;
    if (!storm->meddled_name.length || trial.deaths || trial.has_scripts ||
        storm->meddles_at <= trial.planned_at) return;
    struct sim_stack *stack = sim_stack_live(storm->simulator, storm->meddled_region,
                                             storm->meddled_name);
    if (stack && stack->now.blueprint &&
        text_equal(stack->now.blueprint->body, storm->meddled_body)) return;
    complain("the change of another writer to %.*s was overwritten",
             TEXT_ARGS(storm->meddled_name));
}

/* What a deletion that failed on the way back has left: only a person can tell what becomes of it.
 */
static bool has_leftovers(const struct simulator *simulator) {
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        for (uint32_t r = 0; r < simulator->stacks[s]->resource_count; r++) {
            const struct sim_resource *resource = simulator->stacks[s]->resources[r];
            if (resource->is_orphan && resource->now.properties &&
                resource->status == SIM_DELETE_FAILED) return true;
        }
    }
    return false;
}

static void check_end(void) {
    struct picture picture = take_picture(&trial.arena, trial.storm.simulator, trial.meddles);
    bool is_alone = !trial.storm.meddled_name.length;
    check_writers();
    switch (trial.ending) {
    case ENDED_DONE:
        if (is_alone) check_same(&picture, &trial.wanted, "done, but not as without disturbance");
        break;
    case ENDED_BACK:
        /* What was before is not known without the journal: it goes back to where the new run
         * began. */
        if (trial.forgets) break;
        if (is_alone && has_leftovers(trial.storm.simulator)) {
            complain("said to be back, but something is left");
        }
        if (is_alone) check_same(&picture, &trial.before, "said to be back, but is not");
        break;
    case ENDED_BEFORE:
        if (is_alone && !trial.deaths) {
            check_same(&picture, &trial.before, "said to be unchanged, but is not");
        }
        break;
    case ENDED_STUCK: break;
    }
    check_data(&picture, trial.ending == ENDED_BACK && is_alone && !trial.forgets);
}

/* Nothing else gets a stack out of this. */
static bool needs_rescue(const struct simulator *simulator) {
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        if (simulator->stacks[i]->status == SIM_UPDATE_ROLLBACK_FAILED) return true;
    }
    return false;
}

/* Gets what is stuck out of it, leaving out what a rollback cannot take back. */
static void rescue_all(void) {
    struct rescue rescue;
    struct rescue_end end;
    struct failure why;
    const struct cloud *cloud = &trial.storm.cloud;
    for (int round = 0; round < 2; round++) {
        if (!rescue_make(cloud, program_of(1), (struct text){0}, &trial.arena, &rescue, &why)) {
            complain("no rescue: %s", why.message);
            return;
        }
        for (uint32_t i = 0; i < rescue.count; i++) {
            const struct rescue_stack *stack = &rescue.stacks[i];
            bool leaves_out = round == 1 && stack->harder == RESCUE_SKIP;
            if (stack->action == RESCUE_WAIT) continue;
            if (trial.is_verbose) {
                printf("  rescue of %.*s in %.*s\n", TEXT_ARGS(stack->stack->name),
                       TEXT_ARGS(stack->status));
            }
            if (!rescue_run(cloud, stack, leaves_out ? stack->harder : stack->action, NULL,
                            &trial.arena, &end, &why)) {
                complain("no rescue of %.*s: %s", TEXT_ARGS(stack->stack->name), why.message);
            } else if (round == 1 && !end.is_rescued) {
                complain("rescue leaves %.*s in %.*s", TEXT_ARGS(stack->stack->name),
                         TEXT_ARGS(end.status));
            }
        }
    }
}

/* Whatever was left can be gone on from: by rescue, by resume, and then by apply. */
static void check_way_out(void) {
    struct storm *storm = &trial.storm;
    storm->is_calm = true;
    storm->simulator->failure_count = 0;
    for (int i = 0; i < 20; i++) {
        storm->inner->next(storm->inner->context, storm_now(storm) + 1000);
    }
    bool tries_rescue = trial.ending == ENDED_STUCK && percent(40);
    if (tries_rescue || needs_rescue(storm->simulator)) rescue_all();
    if (trial.ending == ENDED_STUCK && percent(70)) trial.ending = resume(percent(50));
    struct picture picture = take_picture(&trial.arena, storm->simulator, trial.meddles);
    if (trial.ending == ENDED_BACK && !storm->meddled_name.length && !trial.forgets) {
        check_same(&picture, &trial.before, "resume says that all is back, but it is not");
    }
    enum ending ending = deploy(1, false);
    /* Outputs that another writer changed are only seen to be back once they are. */
    if (ending != ENDED_DONE || trial.meddles) ending = deploy(1, false);
    if (ending != ENDED_DONE && has_leftovers(storm->simulator)) return;
    if (ending != ENDED_DONE) complain("there is no way out: apply ends with %d", (int)ending);
    picture = take_picture(&trial.arena, storm->simulator, trial.meddles);
    check_same(&picture, &trial.wanted, "the last apply does not end as it should");
    check_data(&picture, false);
}

/* Objects into buckets that are emptied, or are to be kept. */
static void fill_buckets(void) {
    for (int i = 0; trial.destroys && i < made_count; i++) {
        struct text name = text_format(&trial.arena, "s%d", i);
        for (int k = 0; k < made[i].item_count; k++) {
            const struct item *item = &made[i].items[k];
            if (item->kind != ITEM_BUCKET || (k && !item->is_emptied)) continue;
            simulator_put(trial.storm.simulator, text_of(made[i].region), name,
                          text_format(&trial.arena, "I%d", k), 1 + (uint32_t)item->value[0] % 4);
        }
    }
}

/* The same without disturbance; false where even that cannot be deployed. */
static bool rehearse(unsigned *calls, unsigned *writes) {
    storm_open(&trial.storm, &trial.arena);
    trial.journal.context = &trial.storm;
    bool good = !trial.versions[0].set.count || deploy(0, false) == ENDED_DONE;
    fill_buckets();
    trial.before = take_picture(&trial.arena, trial.storm.simulator, trial.meddles);
    unsigned before = trial.storm.calls;
    good = good && deploy(1, false) == ENDED_DONE;
    *calls = trial.storm.calls - before;
    *writes = 2 * trial.versions[1].set.count + 2;
    trial.wanted = take_picture(&trial.arena, trial.storm.simulator, trial.meddles);
    storm_close(&trial.storm);
    return good;
}

/* Returns 0 failed, 1 passed, 2 could not be deployed anyway. */
static int run_seed(uint64_t seed, bool is_verbose) {
    unsigned calls, writes;
    struct failure why;
    memset(&trial, 0, sizeof trial);
    trial.is_verbose = is_verbose;
    arena_init(&trial.arena);
    chance_begin(seed);
    if (!journal_open(&trial.journal, &state, true, &why)) abort();
    trial.journal.before = storm_before_writing;
    empty_journal();
    trial.destroys = percent(12);
    make_program(trial.destroys);
    for (int v = 0; v < 2; v++) make_version(&trial.arena, &trial.versions[v], v);
    for (int v = 0; is_verbose && v < 2; v++) {
        for (uint32_t i = 0; i < trial.versions[v].set.count; i++) {
            printf("  version %d, %.*s: %.*s\n", v, TEXT_ARGS(trial.versions[v].templates[i].name),
                   TEXT_ARGS(trial.versions[v].bodies[i]));
        }
    }
    trial.meddles = percent(15) && !trial.destroys;
    int result = 2;
    if (rehearse(&calls, &writes)) {
        storm_open(&trial.storm, &trial.arena);
        trial.journal.context = &trial.storm;
        if (trial.versions[0].set.count) deploy(0, false);
        fill_buckets();
        trial.before = take_picture(&trial.arena, trial.storm.simulator, trial.meddles);
        trial.planned_count = 0;
        trial.keeps = percent(10);
        if (percent(50)) {
            trial.storm.throttled = chance(100);
            trial.storm.lost_before = chance(30);
            trial.storm.lost_after = chance(30);
        }
        if (percent(30) && !trial.meddles) trial.storm.stale = chance(400);
        if (trial.meddles) trial.storm.meddles_at = trial.storm.calls + 1 + chance(calls);
        script_failures();
        set_death(&trial.storm, calls, writes);
        trial.storm.is_calm = false;
        live_and_die(calls, writes);
        if (is_verbose) printf("  ends with %d\n", (int)trial.ending);
        trial.storm.is_calm = true;
        check_end();
        check_way_out();
        storm_close(&trial.storm);
        result = !trial.failed;
    }
    if (trial.failed) {
        printf("seed %llu: %s\n  again: tests/unit/disaster_test --seed %llu --verbose\n",
               (unsigned long long)seed, trial.complaint, (unsigned long long)seed);
    }
    arena_release(&trial.arena);
    return result;
}

/* --- the program ------------------------------------------------------------------------------ */

int main(int argc, char **argv) {
    uint64_t from = 1, count = DEFAULT_SEEDS;
    bool is_verbose = false;
    unsigned results[3] = {0}, endings[4] = {0};
    struct failure why;
    const char *given = getenv("MRP_SEEDS");
    if (given) count = strtoull(given, NULL, 10);
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--verbose") == 0) is_verbose = true;
        if (strcmp(argv[i], "--seeds") == 0) count = strtoull(value, NULL, 10);
        if (strcmp(argv[i], "--from") == 0) from = strtoull(value, NULL, 10);
        if (strcmp(argv[i], "--seed") == 0) from = strtoull(value, NULL, 10), count = 1;
    }
    if (!state_open(&state, NULL, true, &why)) return 2;
    for (uint64_t seed = from; seed < from + count && results[0] < 20; seed++) {
        int result = run_seed(seed, is_verbose);
        results[result]++;
        if (result == 1) endings[trial.ending]++;
    }
    state_close(&state);
    printf("did: seeds from %llu; left by: done %u, before %u, back %u, stuck %u; %u not"
           " deployable\n",
           (unsigned long long)from, endings[0], endings[1], endings[2], endings[3], results[2]);
    printf("%u passed, %u failed\n", results[1], results[0]);
    return results[0] || !results[1];
}
