/* The module's table, and sessions: which cloud is used, and what is kept beside the program. */
#include "runtime/runtime.h"

#include <signal.h>
#include <stdlib.h>

#include "runtime/aws/network.h"
#include "runtime/simulator/simulator.h"

struct runtime_session {
    struct state state;
    struct simulator *simulator; /* one of these two */
    struct network *network;
    struct journal journal;
    long writings_left;
    const struct cloud *cloud;
    struct cloud kept; /* the simulator, with its world written after what changes it */
};

/* Each request that changes the world is on disk before its answer is seen: a killed process leaves
 * a world in which the request was made. */
static bool changes_world(enum cloud_operation operation) {
    switch (operation) {
    case CLOUD_EXECUTE_CHANGE_SET:
    case CLOUD_DELETE_STACK:
    case CLOUD_PROTECT_STACK:
    case CLOUD_PUT_OBJECT:
    case CLOUD_DELETE_OBJECTS:
    case CLOUD_CONTINUE_ROLLBACK:
    case CLOUD_ROLLBACK_STACK:
    case CLOUD_CANCEL_UPDATE:
    case CLOUD_EXECUTE_REFACTOR:
    case CLOUD_START_PIPELINE: return true;
    case CLOUD_CREATE_CHANGE_SET:
    case CLOUD_DELETE_CHANGE_SET:
    case CLOUD_IDENTITY:
    case CLOUD_DESCRIBE_STACKS:
    case CLOUD_DESCRIBE_CHANGE_SET:
    case CLOUD_STACK_EVENTS:
    case CLOUD_CHANGE_SET_EVENTS:
    case CLOUD_GET_TEMPLATE:
    case CLOUD_STACK_RESOURCES:
    case CLOUD_EXPORTS:
    case CLOUD_IMPORTS:
    case CLOUD_HEAD_OBJECT:
    case CLOUD_OBJECT_VERSIONS:
    case CLOUD_DETECT_DRIFT:
    case CLOUD_DRIFT_STATUS:
    case CLOUD_RESOURCE_DRIFTS:
    case CLOUD_CREATE_REFACTOR:
    case CLOUD_DESCRIBE_REFACTOR:
    case CLOUD_HOOK_RESULTS:
    case CLOUD_HOOK_RESULT:
    case CLOUD_TRAIL:
    case CLOUD_PIPELINE_STATE:
    case CLOUD_PIPELINE_EXECUTION: return false;
    }
    return false;
}

static void begin(void *context, struct cloud_call *call) {
    struct runtime_session *session = context;
    struct failure why;
    const struct cloud *inner = simulator_cloud(session->simulator);
    inner->begin(inner->context, call);
    if (!changes_world(call->operation) || cloud_failed(call)) return;
    if (simulator_save(session->simulator, &why)) return;
    call->error.code = TEXT("InternalFailure");
    call->error.message = text_copy(call->arena, text_of(why.message));
}

static struct cloud_call *next(void *context, double until) {
    const struct cloud *inner = simulator_cloud(((struct runtime_session *)context)->simulator);
    return inner->next(inner->context, until);
}

static double now(void *context) {
    const struct cloud *inner = simulator_cloud(((struct runtime_session *)context)->simulator);
    return inner->now(inner->context);
}

/* The world is written when it is asked for a change, the journal when the change was seen to be
 * made: the world goes on to the time that the journal knows. Where no run is to be gone on with,
 * nobody waits for stacks that are still busy: their last change was not written any more. */
static bool settle(struct runtime_session *session, struct failure *why) {
    struct arena arena;
    struct journal_run run;
    bool found;
    arena_init(&arena);
    bool good = journal_read(&session->journal, TEXT(""), &arena, &run, &found, why);
    if (good && found) simulator_go_on(session->simulator, run.latest);
    if (good && !found) simulator_settle(session->simulator);
    arena_release(&arena);
    return good;
}

static bool open_simulator(struct runtime_session *session, const struct runtime_options *options,
                           struct failure *why) {
    struct sqlite3 *database = session->state.database;
    if (options->sandbox_is_new && !simulator_erase(database, why)) return false;
    if (!simulator_open(&session->simulator, database, why)) return false;
    if (!settle(session, why)) {
        struct failure ignored;
        simulator_close(session->simulator, &ignored);
        return false;
    }
    if (options->account.length) simulator_account(session->simulator, options->account);
    session->kept = (struct cloud){session, begin, next, now};
    session->cloud = &session->kept;
    return true;
}

static bool open_network(struct runtime_session *session, const struct runtime_options *options,
                         struct failure *why) {
    struct client_options client = {.profile = options->profile, .version = options->version,
                                    .is_verbose = options->is_verbose, .say = options->say,
                                    .context = options->context};
    if (!network_open(&session->network, &client, why)) return false;
    session->cloud = network_cloud(session->network);
    return true;
}

/* Tests of the sandbox: MRP_TEST_DIE_AT=N ends the process as kill -9 does, before the Nth writing
 * of the journal. */
static void die_in_time(void *context) {
    struct runtime_session *session = context;
    if (--session->writings_left == 0) raise(SIGKILL);
}

static void arrange_death(struct runtime_session *session) {
    const char *when = getenv("MRP_TEST_DIE_AT");
    if (!when || !session->simulator) return;
    session->writings_left = strtol(when, NULL, 10);
    session->journal.before = die_in_time;
    session->journal.context = session;
}

static bool open_session(struct runtime_session *session, const struct runtime_options *options,
                         struct failure *why) {
    if (!state_open(&session->state, options->folder, options->sandbox, why)) return false;
    if (journal_open(&session->journal, &session->state, options->sandbox, why) &&
        (options->sandbox ? open_simulator(session, options, why)
                          : open_network(session, options, why))) {
        arrange_death(session);
        return true;
    }
    state_close(&session->state);
    return false;
}

static bool runtime_open(struct runtime_session **result, const struct runtime_options *options,
                         struct failure *why) {
    struct runtime_session *session = memory_alloc(sizeof *session);
    *session = (struct runtime_session){.state = {.lock = -1}};
    *result = session;
    if (open_session(session, options, why)) return true;
    memory_free(session);
    *result = NULL;
    return false;
}

static bool runtime_close(struct runtime_session *session, struct failure *why) {
    bool good = !session->simulator || simulator_close(session->simulator, why);
    if (session->network) network_close(session->network);
    state_close(&session->state);
    memory_free(session);
    return good;
}

static const struct cloud *session_cloud(struct runtime_session *session) {
    return session->cloud;
}

static struct journal *session_journal(struct runtime_session *session) {
    return &session->journal;
}

static void sandbox_account(struct runtime_session *session, struct text account) {
    if (session->simulator) simulator_account(session->simulator, account);
}

static void sandbox_fail(struct runtime_session *session, const struct simulator_failure *failure) {
    simulator_fail(session->simulator, failure);
}

static bool sandbox_change(struct runtime_session *session, struct text region, struct text stack,
                           struct text logical_id, struct text property, struct text value) {
    return simulator_change(session->simulator, region, stack, logical_id, property, value);
}

static bool sandbox_put(struct runtime_session *session, struct text region, struct text stack,
                        struct text logical_id, uint32_t count) {
    return simulator_put(session->simulator, region, stack, logical_id, count);
}

static bool sandbox_put_object(struct runtime_session *session, struct text region,
                               struct text stack, struct text logical_id, struct text key,
                               struct text body) {
    return simulator_put_object(session->simulator, region, stack, logical_id, key, body);
}

static bool sandbox_ring(struct runtime_session *session, struct text region, struct text stack,
                         struct text logical_id, bool rings) {
    return simulator_ring(session->simulator, region, stack, logical_id, rings);
}

static void sandbox_throttle(struct runtime_session *session, unsigned percent) {
    simulator_throttle(session->simulator, percent);
}

static void sandbox_lag(struct runtime_session *session, double seconds) {
    simulator_lag(session->simulator, seconds);
}

static bool sandbox_serve(struct runtime_session *session, const struct serve_options *options,
                          struct failure *why) {
    return serve_run(session->simulator, options, why);
}

const struct runtime *mrp_runtime(void) {
    static const struct runtime runtime = {
        .open = runtime_open, .close = runtime_close, .cloud = session_cloud,
        .journal = session_journal, .plan = plan_make, .plan_destroy = plan_destroy,
        .apply = apply_plan, .status = status_make, .drift = drift_make,
        .resume_elsewhere = resume_elsewhere,
        .rescue = rescue_make, .rescue_run = rescue_run, .resume_find = resume_find,
        .regions = journal_regions, .expect = journal_expect,
        .resume = resume_run, .sandbox_account = sandbox_account,
        .sandbox_change = sandbox_change,
        .sandbox_put = sandbox_put,
        .sandbox_put_object = sandbox_put_object, .sandbox_fail = sandbox_fail,
        .sandbox_throttle = sandbox_throttle, .sandbox_lag = sandbox_lag,
        .sandbox_serve = sandbox_serve, .sandbox_ring = sandbox_ring,
    };
    return &runtime;
}
