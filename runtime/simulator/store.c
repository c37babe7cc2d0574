/* The simulated world in a database: a row a stack, as JSON, with its events beside it; read whole
 * when it is opened, written stack by stack when something was asked for or has settled. What runs
 * is kept by what its resources still have to do, so that it goes on after the process was killed.
 */
#include <stdlib.h>
#include <sys/random.h>

#include "runtime/simulator/store.h"
#include "runtime/sql.h"

enum { STORE_VERSION = 4 };

struct sim_store {
    sqlite3 *database;
};

/* --- the database ----------------------------------------------------------------------------- */

static bool failed(struct sim_store *store, struct failure *why) {
    return sql_failed(store->database, "the sandbox",
                      "Run \"mrp sandbox reset\" to begin with an empty one.", why);
}

static bool run(struct sim_store *store, const char *sql, struct failure *why) {
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    return failed(store, why);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_meta(struct simulator *simulator, sqlite3_stmt *statement) {
    struct text key = sql_column(&simulator->arena, statement, 0);
    struct text value = sql_column(&simulator->arena, statement, 1);
    if (text_is(key, "clock")) {
        simulator->clock = strtod(value.bytes, NULL);
        return sim_is_time(simulator->clock);
    }
    if (text_is(key, "counter")) simulator->counter = strtoull(value.bytes, NULL, 10);
    if (text_is(key, "salt")) simulator->salt = value;
    if (text_is(key, "throttle")) simulator->throttle = (unsigned)strtoul(value.bytes, NULL, 10);
    if (text_is(key, "throttled")) simulator->throttle_count = strtoull(value.bytes, NULL, 10);
    if (text_is(key, "lag")) {
        simulator->lag = strtod(value.bytes, NULL);
        return sim_is_time(simulator->lag);
    }
    return true;
}

static bool read_stack_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct document *object;
    struct failure why = {0};
    struct text id = sql_column(&simulator->arena, statement, 0);
    if (!document_read(&simulator->arena, sql_column(&simulator->arena, statement, 1), &object,
                       &why)) return false;
    return sim_store_read_stack(simulator, id, object);
}

static bool read_event_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    struct text id = sql_column(arena, statement, 0);
    for (uint32_t i = 0; i < simulator->stack_count; i++) {
        struct sim_stack *stack = simulator->stacks[i];
        if (!text_equal(stack->id, id)) continue;
        stack->events = sim_grow(simulator, stack->events, stack->event_count,
                                 &stack->event_capacity, sizeof *stack->events);
        stack->events[stack->event_count++] = (struct cloud_event){
            .id = sql_column(arena, statement, 1), .stack_id = stack->id, .stack_name = stack->name,
            .logical_id = sql_column(arena, statement, 2),
            .physical_id = sql_column(arena, statement, 3),
            .type = sql_column(arena, statement, 4), .status = sql_column(arena, statement, 5),
            .reason = sql_column(arena, statement, 6), .token = sql_column(arena, statement, 7),
            .time = sqlite3_column_double(statement, 8),
            .properties = sql_column(arena, statement, 9),
            .hook_type = sql_column(arena, statement, 10),
            .hook_reason = sql_column(arena, statement, 11)};
        sim_complete_hook(arena, &stack->events[stack->event_count - 1]);
        stack->event_saved = stack->event_count;
        return sim_is_time(stack->events[stack->event_count - 1].time);
    }
    return true;
}

static bool read_object_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    simulator->objects = sim_grow(simulator, simulator->objects, simulator->object_count,
                                  &simulator->object_capacity, sizeof *simulator->objects);
    simulator->objects[simulator->object_count++] = (struct sim_object){
        .number = (uint64_t)sqlite3_column_int64(statement, 0),
        .bucket = sql_column(arena, statement, 1), .key = sql_column(arena, statement, 2),
        .version = sql_column(arena, statement, 3), .body = sql_column(arena, statement, 4),
        .is_marker = sqlite3_column_int(statement, 5) != 0, .is_saved = true};
    simulator->object_number = (uint64_t)sqlite3_column_int64(statement, 0);
    return true;
}

static bool read_failure_row(struct simulator *simulator, sqlite3_stmt *statement) {
    struct arena *arena = &simulator->arena;
    simulator_fail(simulator, &(struct simulator_failure){
                                  .region = sql_column(arena, statement, 0),
                                  .stack = sql_column(arena, statement, 1),
                                  .logical_id = sql_column(arena, statement, 2),
                                  .operation = sql_column(arena, statement, 3),
                                  .reason = sql_column(arena, statement, 4),
                                  .hook = sql_column(arena, statement, 5)});
    return true;
}

static bool read_rows(struct simulator *simulator, const char *sql,
                      bool (*read)(struct simulator *, sqlite3_stmt *), struct failure *why) {
    sqlite3_stmt *statement;
    struct sim_store *store = simulator->store;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(store, why);
    }
    int code;
    bool good = true;
    while (good && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        good = read(simulator, statement);
        if (!good) {
            failure_set(why, "the sandbox's database could not be understood");
            failure_hint(why, "Run \"mrp sandbox reset\" to begin with an empty one.");
        }
    }
    if (good && code != SQLITE_DONE) good = failed(store, why);
    sqlite3_finalize(statement);
    return good;
}

/* Change sets are kept as what was asked for: what they would do is worked out again, when all that
 * they read is there. Nested stacks stand after their parents. */
static void plan_change_sets(struct simulator *simulator) {
    for (uint32_t s = simulator->stack_count; s > 0; s--) {
        struct sim_stack *stack = simulator->stacks[s - 1];
        for (uint32_t i = 0; i < stack->change_set_count; i++) {
            struct sim_change_set *set = stack->change_sets[i];
            const char *execution = set->execution_status;
            if (!set->blueprint) continue;
            sim_change_set_plan(simulator, stack, set);
            if (strcmp(execution, "OBSOLETE") == 0) set->execution_status = execution;
        }
    }
}

static bool read_world(struct simulator *simulator, struct failure *why) {
    bool good =
        read_rows(simulator, "SELECT id, data FROM stack ORDER BY position", read_stack_row, why) &&
        read_rows(simulator,
                  "SELECT stack, id, logical, physical, type, status, reason, "
                  "token, time, properties, hook, hook_reason FROM event ORDER BY stack, number",
                  read_event_row, why) &&
        read_rows(simulator,
                  "SELECT number, bucket, key, version, body, marker FROM object ORDER BY"
                  " number",
                  read_object_row, why) &&
        read_rows(simulator,
                  "SELECT region, stack, logical, operation, reason, hook FROM failure"
                  " ORDER BY rowid",
                  read_failure_row, why) &&
        read_rows(simulator, "SELECT key, value FROM meta", read_meta, why);
    if (good) plan_change_sets(simulator);
    for (uint32_t i = 0; i < simulator->stack_count; i++) simulator->stacks[i]->is_dirty = false;
    simulator->failures_changed = false;
    return good;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool step(struct sim_store *store, sqlite3_stmt *statement, struct failure *why) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || failed(store, why);
}

static bool save_stack(struct simulator *simulator, uint32_t position, sqlite3_stmt *statement,
                       struct failure *why) {
    struct arena scratch;
    struct buffer out;
    arena_init(&scratch);
    buffer_init(&out);
    struct sim_stack *stack = simulator->stacks[position];
    document_write(sim_store_write_stack(&scratch, stack), &out, 0);
    sql_bind(statement, 1, stack->id);
    sqlite3_bind_int(statement, 2, (int)position);
    sql_bind(statement, 3, buffer_view(&out));
    bool good = step(simulator->store, statement, why);
    buffer_release(&out);
    arena_release(&scratch);
    return good;
}

static bool save_events(struct simulator *simulator, struct sim_stack *stack,
                        sqlite3_stmt *statement, struct failure *why) {
    for (; stack->event_saved < stack->event_count; stack->event_saved++) {
        const struct cloud_event *event = &stack->events[stack->event_saved];
        sql_bind(statement, 1, stack->id);
        sqlite3_bind_int(statement, 2, (int)stack->event_saved);
        sql_bind(statement, 3, event->id);
        sql_bind(statement, 4, event->logical_id);
        sql_bind(statement, 5, event->physical_id);
        sql_bind(statement, 6, event->type);
        sql_bind(statement, 7, event->status);
        sql_bind(statement, 8, event->reason);
        sql_bind(statement, 9, event->token);
        sqlite3_bind_double(statement, 10, event->time);
        sql_bind(statement, 11, event->properties);
        sql_bind(statement, 12, event->hook_type);
        sql_bind(statement, 13, event->hook_reason);
        if (!step(simulator->store, statement, why)) return false;
    }
    return true;
}

static bool save_stacks(struct simulator *simulator, struct failure *why) {
    sqlite3 *database = simulator->store->database;
    sqlite3_stmt *stack_row = NULL, *event_row = NULL;
    bool good = sqlite3_prepare_v2(database, "INSERT OR REPLACE INTO stack VALUES (?, ?, ?)", -1,
                                   &stack_row, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(
                    database, "INSERT OR REPLACE INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", -1,
                    &event_row, NULL) == SQLITE_OK;
    if (!good) failed(simulator->store, why);
    for (uint32_t i = 0; good && i < simulator->stack_count; i++) {
        if (!simulator->stacks[i]->is_dirty) continue;
        good = save_stack(simulator, i, stack_row, why) &&
               save_events(simulator, simulator->stacks[i], event_row, why);
        simulator->stacks[i]->is_dirty = !good;
    }
    sqlite3_finalize(stack_row);
    sqlite3_finalize(event_row);
    return good;
}

static bool save_pair(struct simulator *simulator, const char *sql, struct text key,
                      struct text value, struct failure *why) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(simulator->store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    sql_bind(statement, 1, key);
    sql_bind(statement, 2, value);
    bool good = step(simulator->store, statement, why);
    sqlite3_finalize(statement);
    return good;
}

static bool save_meta(struct simulator *simulator, struct failure *why) {
    static const char sql[] = "INSERT OR REPLACE INTO meta VALUES (?, ?)";
    struct arena scratch;
    arena_init(&scratch);
    struct text clock = text_format(&scratch, "%.17g", simulator->clock);
    struct text counter = text_format(&scratch, "%llu", (unsigned long long)simulator->counter);
    struct text throttled = text_format(&scratch, "%llu",
                                        (unsigned long long)simulator->throttle_count);
    bool good = save_pair(simulator, sql, TEXT("clock"), clock, why) &&
                save_pair(simulator, sql, TEXT("throttle"),
                          text_format(&scratch, "%u", simulator->throttle), why) &&
                save_pair(simulator, sql, TEXT("throttled"), throttled, why) &&
                save_pair(simulator, sql, TEXT("lag"),
                          text_format(&scratch, "%.17g", simulator->lag), why) &&
                save_pair(simulator, sql, TEXT("counter"), counter, why) &&
                save_pair(simulator, sql, TEXT("salt"), simulator->salt, why) &&
                save_pair(simulator, sql, TEXT("version"),
                          text_format(&scratch, "%d", STORE_VERSION), why);
    arena_release(&scratch);
    return good;
}

static bool save_object(struct simulator *simulator, const struct sim_object *object,
                        sqlite3_stmt *row, struct failure *why) {
    sqlite3_bind_int64(row, 1, (int64_t)object->number);
    sql_bind(row, 2, object->bucket);
    sql_bind(row, 3, object->key);
    sql_bind(row, 4, object->version);
    sql_bind(row, 5, object->body);
    sqlite3_bind_int(row, 6, object->is_marker);
    return step(simulator->store, row, why);
}

/* Objects that were made or deleted since the last time. */
static bool save_objects(struct simulator *simulator, struct failure *why) {
    sqlite3 *database = simulator->store->database;
    sqlite3_stmt *row = NULL, *gone = NULL;
    uint32_t kept = 0;
    bool good = sqlite3_prepare_v2(database, "INSERT OR REPLACE INTO object VALUES (?,?,?,?,?,?)",
                                   -1, &row, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(database, "DELETE FROM object WHERE number = ?", -1, &gone,
                                   NULL) == SQLITE_OK;
    if (!good) failed(simulator->store, why);
    for (uint32_t i = 0; good && i < simulator->object_count; i++) {
        struct sim_object *object = &simulator->objects[i];
        if (object->is_gone && object->is_saved) {
            sqlite3_bind_int64(gone, 1, (int64_t)object->number);
            good = step(simulator->store, gone, why);
        } else if (!object->is_gone && !object->is_saved) {
            object->is_saved = good = save_object(simulator, object, row, why);
        }
    }
    sqlite3_finalize(row);
    sqlite3_finalize(gone);
    for (uint32_t i = 0; good && i < simulator->object_count; i++) {
        if (!simulator->objects[i].is_gone) simulator->objects[kept++] = simulator->objects[i];
    }
    if (good) simulator->object_count = kept;
    return good;
}

/* The failures that are still to come. */
static bool save_failures(struct simulator *simulator, struct failure *why) {
    sqlite3_stmt *statement = NULL;
    if (!simulator->failures_changed) return true;
    if (!run(simulator->store, "DELETE FROM failure", why)) return false;
    if (sqlite3_prepare_v2(simulator->store->database, "INSERT INTO failure VALUES (?,?,?,?,?,?)",
                           -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    bool good = true;
    for (uint32_t i = 0; good && i < simulator->failure_count; i++) {
        const struct simulator_failure *failure = &simulator->failures[i].what;
        if (simulator->failures[i].is_spent) continue;
        sql_bind(statement, 1, failure->region);
        sql_bind(statement, 2, failure->stack);
        sql_bind(statement, 3, failure->logical_id);
        sql_bind(statement, 4, failure->operation);
        sql_bind(statement, 5, failure->reason);
        sql_bind(statement, 6, failure->hook);
        good = step(simulator->store, statement, why);
    }
    sqlite3_finalize(statement);
    simulator->failures_changed = !good;
    return good;
}

bool simulator_erase(struct sqlite3 *database, struct failure *why) {
    static const char sql[] = "BEGIN; DROP TABLE IF EXISTS stack; DROP TABLE IF EXISTS event;"
                              "DROP TABLE IF EXISTS object; DROP TABLE IF EXISTS failure;"
                              "DROP TABLE IF EXISTS meta; COMMIT";
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK) return true;
    sql_failed(database, "the sandbox", "Remove the folder .mrp to begin with an empty one.", why);
    sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool sim_store_save(struct simulator *simulator, struct failure *why) {
    if (!simulator->store) return true;
    if (run(simulator->store, "BEGIN", why) && save_stacks(simulator, why) &&
        save_objects(simulator, why) && save_failures(simulator, why) &&
        save_meta(simulator, why) &&
        run(simulator->store, "COMMIT", why)) return true;
    sqlite3_exec(simulator->store->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

struct sqlite3 *sim_store_database(const struct simulator *simulator) {
    return simulator->store->database;
}

/* --- opening and closing ---------------------------------------------------------------------- */

static void make_salt(struct simulator *simulator) {
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) memset(bytes, 0, sizeof bytes);
    simulator->salt = text_hexadecimal(&simulator->arena, bytes, sizeof bytes);
}

static bool check_version(struct simulator *simulator, struct failure *why) {
    static const char sql[] = "SELECT key, value FROM meta WHERE key = 'version'";
    sqlite3_stmt *statement = NULL;
    int version = STORE_VERSION;
    if (sqlite3_prepare_v2(simulator->store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        return failed(simulator->store, why);
    }
    if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int(statement, 1);
    sqlite3_finalize(statement);
    if (version == STORE_VERSION) return true;
    failure_set(why, "the sandbox was written by another version of mrp");
    return failure_hint(why, "Run \"mrp sandbox reset\" to begin with an empty one.");
}

bool sim_store_open(struct simulator *simulator, struct sqlite3 *database, struct failure *why) {
    static const char tables[] =
        "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);"
        "CREATE TABLE IF NOT EXISTS stack (id TEXT PRIMARY KEY, position INTEGER, data TEXT);"
        "CREATE TABLE IF NOT EXISTS event (stack TEXT, number INTEGER, id TEXT, logical TEXT,"
        " physical TEXT, type TEXT, status TEXT, reason TEXT, token TEXT, time REAL, properties "
        "TEXT, hook TEXT, hook_reason TEXT,"
        " PRIMARY KEY (stack, number)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS object (number INTEGER PRIMARY KEY, bucket TEXT, key TEXT,"
        " version TEXT, body TEXT, marker INTEGER);"
        "CREATE TABLE IF NOT EXISTS failure (region TEXT, stack TEXT, logical TEXT,"
        " operation TEXT, reason TEXT, hook TEXT);";
    simulator->store = ARENA_NEW(&simulator->arena, struct sim_store);
    simulator->store->database = database;
    if (!run(simulator->store, tables, why) || !check_version(simulator, why) ||
        !read_world(simulator, why)) return false;
    /* Nothing is due in a world that mrp has left, and settling would wait for it for ever. */
    if (sim_next_time(simulator) <= simulator->clock) sim_advance_all(simulator);
    if (!simulator->salt.length) make_salt(simulator);
    return true;
}
