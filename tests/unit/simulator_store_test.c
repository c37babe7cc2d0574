/* What the simulator keeps between processes: a world goes on where it stopped, and one that
 * another version wrote, or that somebody has changed, is refused or comes to an end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/state.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static void test_store(void) {
    char folder[] = "/tmp/simulator-test-XXXXXX";
    struct state state, other;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    arena_init(&arena);
    CU_ASSERT_TRUE_FATAL(state_open(&state, folder, true, &why));
    CU_ASSERT_FALSE(state_open(&other, folder, true, &why));
    CU_ASSERT_TRUE(text_starts(text_of(why.message),
                               TEXT("another mrp works on this deployment: process ")));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, state.database, &why));
    cloud = simulator_cloud(simulator);
    make_set("first", "CREATE", NAMED_TOPIC("topic-1"));
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    cloud->next(cloud->context, cloud->now(cloud->context) + 2);
    /* In the middle of the creation: what runs goes on. */
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    state_close(&state);
    CU_ASSERT_TRUE_FATAL(state_open(&state, folder, true, &why));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, state.database, &why));
    cloud = simulator_cloud(simulator);
    SAME(look("us-east-1", "first")->status.bytes, "CREATE_IN_PROGRESS");
    SAME(settle_in("us-east-1", "first"), "CREATE_COMPLETE");
    SAME(history("first", "Foo"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    make_set("first", "UPDATE", NAMED_TOPIC("topic-1"));
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    simulator_close(simulator, &why);
    state_close(&state);
    static const char *const files[] = {"state.db", "state.db-wal", ".gitignore", "lock", ""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        remove(text_format(&arena, "%s/.mrp/%s", folder, files[i]).bytes);
    }
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    arena_release(&arena);
}

/* A world that another version of mrp wrote is not read, and can be dropped. */
static void test_store_version(void) {
    sqlite3 *database;
    arena_init(&arena);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &database), SQLITE_OK);
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    simulator_close(simulator, &why);
    sqlite3_exec(database, "UPDATE meta SET value = 999 WHERE key = 'version'", NULL, NULL, NULL);
    CU_ASSERT_FALSE(simulator_open(&simulator, database, &why));
    SAME(why.message, "the sandbox was written by another version of mrp");
    CU_ASSERT_TRUE(simulator_erase(database, &why));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    simulator_close(simulator, &why);
    sqlite3_close(database);
    arena_release(&arena);
}

/* A copy of the world that somebody has changed. */
static sqlite3 *tampered(sqlite3 *database, const char *sql) {
    sqlite3 *copy;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &copy), SQLITE_OK);
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", database, "main");
    CU_ASSERT_EQUAL(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    sqlite3_backup_finish(backup);
    CU_ASSERT_EQUAL(sqlite3_exec(copy, sql, NULL, NULL, NULL), SQLITE_OK);
    CU_ASSERT_TRUE(sqlite3_changes(copy) > 0);
    return copy;
}

/* Whether simulator_open takes the changed world, which then comes to an end. */
static bool opens_after(sqlite3 *database, const char *sql) {
    sqlite3 *changed = tampered(database, sql);
    bool opens = simulator_open(&simulator, changed, &why);
    if (!opens) SAME(why.message, "the sandbox's database could not be understood");
    if (opens) CU_ASSERT_TRUE(simulator_settle(simulator, &why));
    if (opens) CU_ASSERT_TRUE(simulator_close(simulator, &why));
    sqlite3_close(changed);
    return opens;
}

static bool opens_with(sqlite3 *database, const char *was, const char *is) {
    char sql[256];
    snprintf(sql, sizeof sql, "UPDATE stack SET data = replace(data, '%s', '%s')", was, is);
    return opens_after(database, sql);
}

/* The changed world opens and never comes to an end: what is asked of it from then on is
 * refused. */
static void expect_endless(sqlite3 *database, const char *sql) {
    struct arena page;
    sqlite3 *changed = tampered(database, sql);
    arena_init(&page);
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, changed, &why));
    CU_ASSERT_FALSE(simulator_settle(simulator, &why));
    SAME(why.message, "the sandbox's state never comes to an end: the stack \"first\" in "
                      "us-east-1 stays in CREATE_IN_PROGRESS");
    SAME(why.hint, "Run \"mrp sandbox reset\" to begin with an empty one.");
    struct cloud_call call = {.operation = CLOUD_DESCRIBE_STACKS, .region = TEXT("us-east-1"),
                              .arena = &page, .request = {.stack = TEXT("first")}};
    cloud_all(simulator_cloud(simulator), &call, 1);
    SAME(call.error.code.bytes, "InternalFailure");
    CU_ASSERT_TRUE(text_starts(call.error.message, TEXT("the sandbox's state never comes to")));
    arena_release(&page);
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    sqlite3_close(changed);
}

#define CHANGED(was, is) "UPDATE stack SET data = replace(data, '" was "', '" is "')"
#define CLOCK(value) "UPDATE meta SET value = '" value "' WHERE key = 'clock'"

static void test_tampered(void) {
    sqlite3 *database = open_kept_world();
    make_set("first", "CREATE", NAMED_TOPIC("topic-1"));
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    CU_ASSERT_FALSE(opens_with(database, "\"phase\":\"1\"", "\"phase\":\"200\""));
    CU_ASSERT_FALSE(opens_with(database, "\"phase\":\"1\"", "\"phase\":\"4\""));
    CU_ASSERT_FALSE(opens_with(database, "\"work\":\"2\"", "\"work\":\"9\""));
    CU_ASSERT_FALSE(opens_with(database, "\"template\"", "\"other\""));
    /* Without a template before there is nothing that it could be taken back to. */
    CU_ASSERT_FALSE(opens_with(database, "\"status\":\"CREATE_IN_PROGRESS\",\"origin\"",
                               "\"status\":\"UPDATE_IN_PROGRESS\",\"origin\""));
    CU_ASSERT_FALSE(opens_with(database, "\"origin\":\"CREATE_", "\"origin\":\"UPDATE_"));
    CU_ASSERT_FALSE(opens_with(database, "\"origin\":\"CREATE_", "\"origin\":\"DELETE_"));
    CU_ASSERT_FALSE(opens_with(database, "\"next\"", "\"other\""));
    CU_ASSERT_FALSE(opens_with(database, "\"logical\"", "\"other\""));
    /* What is long due is done at once. */
    CU_ASSERT_TRUE(opens_with(database, "\"until\":\"1", "\"until\":\"-1"));
    /* Nobody would see an end of it. */
    expect_endless(database, CHANGED("\"phase\":\"1\"", "\"phase\":\"0\"") "; "
                             CHANGED("\"work\"", "\"worked\""));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"1000"));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"nan"));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"inf"));
    expect_endless(database, CLOCK("0"));
    /* Times that no calendar has. */
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"-1"));
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"1e300"));
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"nan"));
    CU_ASSERT_FALSE(opens_with(database, "\"logical\"", "\"updated\":\"nan\",\"logical\""));
    CU_ASSERT_FALSE(opens_after(database, "UPDATE event SET time = 1e300"));
    CU_ASSERT_FALSE(opens_after(database, "INSERT OR REPLACE INTO meta VALUES ('lag', 'nan')"));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("nan")));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("-1")));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("1e300")));
    /* A row without a value is one without a word. */
    CU_ASSERT_TRUE(opens_after(database, "INSERT OR REPLACE INTO meta VALUES "
                                         "('lag', NULL), ('throttle', NULL), (NULL, NULL)"));
    sqlite3_close(database);
    arena_release(&arena);
}

UNIT_MAIN("simulator_store", {"store", test_store}, {"version of the store", test_store_version},
          {"tampered", test_tampered})
