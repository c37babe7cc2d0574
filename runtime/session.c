/* Which cloud is used, and what is kept beside the program. */
#include "runtime/session.h"

#include <signal.h>
#include <stdlib.h>

#include "runtime/aws/network.h"
#include "runtime/simulator/simulator.h"

struct session {
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
    struct session *session = context;
    struct failure why;
    const struct cloud *inner = simulator_cloud(session->simulator);
    inner->begin(inner->context, call);
    if (!changes_world(call->operation) || cloud_failed(call)) return;
    if (simulator_save(session->simulator, &why)) return;
    call->error.code = TEXT("InternalFailure");
    call->error.message = text_copy(call->arena, text_of(why.message));
}

static struct cloud_call *next(void *context, double until) {
    const struct cloud *inner = simulator_cloud(((struct session *)context)->simulator);
    return inner->next(inner->context, until);
}

static double now(void *context) {
    const struct cloud *inner = simulator_cloud(((struct session *)context)->simulator);
    return inner->now(inner->context);
}

/* The world is written when it is asked for a change, the journal when the change was seen to be
 * made: the world goes on to the time that the journal knows. Where no run is to be gone on with,
 * nobody waits for stacks that are still busy: their last change was not written any more. */
static bool settle(struct session *session, struct failure *why) {
    struct arena arena;
    struct journal_run run;
    bool found;
    arena_init(&arena);
    bool good = journal_read(&session->journal, TEXT(""), &arena, &run, &found, why);
    good = good && (found ? simulator_go_on(session->simulator, run.latest, why)
                          : simulator_settle(session->simulator, why));
    arena_release(&arena);
    return good;
}

static bool open_simulator(struct session *session, const struct session_options *options,
                           struct failure *why) {
    struct sqlite3 *database = session->state.database;
    if (options->sandbox_is_new && (!journal_forget(&session->journal, why) ||
                                    !simulator_erase(database, why))) return false;
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

static bool open_network(struct session *session, const struct session_options *options,
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
    struct session *session = context;
    if (--session->writings_left == 0) raise(SIGKILL);
}

static void arrange_death(struct session *session) {
    const char *when = getenv("MRP_TEST_DIE_AT");
    if (!when || !session->simulator) return;
    session->writings_left = strtol(when, NULL, 10);
    session->journal.before = die_in_time;
    session->journal.context = session;
}

static bool open_session(struct session *session, const struct session_options *options,
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

struct session *session_open(const struct session_options *options, struct failure *why) {
    struct session *session = memory_alloc(sizeof *session);
    *session = (struct session){.state = {.lock = -1}};
    if (open_session(session, options, why)) return session;
    memory_free(session);
    return NULL;
}

bool session_close(struct session *session, struct failure *why) {
    bool good = !session->simulator || simulator_close(session->simulator, why);
    if (session->network) network_close(session->network);
    state_close(&session->state);
    memory_free(session);
    return good;
}

const struct cloud *session_cloud(struct session *session) { return session->cloud; }

struct journal *session_journal(struct session *session) { return &session->journal; }

struct simulator *session_simulator(struct session *session) { return session->simulator; }
