/* The journal in .mrp/state.db: what is written half, what somebody else may have written into it,
 * and what a resumption makes of that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/deployment.h"

/* A writing that fails in the middle leaves nothing open that would keep the next from beginning. */
static void test_half_begun(void) {
    struct state state;
    struct journal journal;
    struct failure why;
    struct journal_run run = {.kind = TEXT("apply"), .account = TEXT("123456789012")};
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, true, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, true, &why));
    CU_ASSERT_TRUE(state_run(&state, "ALTER TABLE region RENAME TO other", &why));
    run.regions = &(struct text){"us-east-1", 9};
    run.region_count = 1;
    CU_ASSERT_FALSE(journal_begin(&journal, &run, &why));
    CU_ASSERT_TRUE(state_run(&state, "ALTER TABLE other RENAME TO region", &why));
    CU_ASSERT_TRUE(journal_begin(&journal, &run, &why));
    CU_ASSERT_TRUE(state_run(&state, "ALTER TABLE run RENAME TO other", &why));
    CU_ASSERT_FALSE(journal_end(&journal, &why));
    CU_ASSERT_TRUE(state_run(&state, "ALTER TABLE other RENAME TO run", &why));
    CU_ASSERT_TRUE(journal_end(&journal, &why));
    state_close(&state);
}

/* What an unknown mrp wrote, or nobody could have written, is not acted upon. */
static void test_strange_state(void) {
    char folder[] = "/tmp/mrp-state-XXXXXX", path[64];
    struct state state;
    struct journal journal;
    struct journal_run run;
    bool found;
    arena_init(&arena);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_TRUE_FATAL(state_open(&state, folder, true, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, true, &why));
    static const char *const steps[] = {"'create', 9, ''", "'create', -1, ''", "'other', 0, ''",
                                        "'update', 0, ''", "'update', 0, '{}'",
                                        "'update', 0, '{'"};
    CU_ASSERT_TRUE(state_run(&state, "INSERT INTO run VALUES (1,1,'apply','a','p','s','{}',0,0)",
                             &why));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO run_step (run, region, stack, back, "
                                  "action, step, former) VALUES (1,'us-east-1','a',0,%s)",
                 steps[i]);
        CU_ASSERT_TRUE(state_run(&state, sql, &why));
        CU_ASSERT_FALSE(journal_read(&journal, TEXT(""), &arena, &run, &found, &why));
        SAME(why.message, "the journal in .mrp/state.db could not be understood");
    }
    CU_ASSERT_TRUE(state_run(&state, "PRAGMA user_version = 2", &why));
    state_close(&state);
    CU_ASSERT_FALSE(state_open(&state, folder, true, &why));
    SAME(why.message, ".mrp/state.db was written by a newer version of mrp (format 2; this one "
                      "knows 1)");
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm", "lock",
                                        ".gitignore"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/.mrp/%s", folder, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/.mrp", folder);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    arena_release(&arena);
}

/* --- what somebody has written into it -------------------------------------------------------- */

static struct state state;
static struct journal journal;

/* A stack that was updated once, and the journal's row of a run, back or forth. */
static void open_journal(bool goes_back) {
    char sql[160];
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, true, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, true, &why));
    open_world_in(state.database);
    begin_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    bodies[0] = TEXT(QUEUE("jobs", "31"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    snprintf(sql, sizeof sql, "INSERT INTO run VALUES (1, 1, 'apply', '123456789012', 'shop', "
                              "'dev', '{}', %d, 0)", goes_back);
    CU_ASSERT_TRUE(state_run(&state, sql, &why));
}

static void close_journal(void) {
    close_world();
    state_close(&state);
}

static void add_step(const char *columns) {
    char sql[512];
    snprintf(sql, sizeof sql, "INSERT INTO run_step (run, region, stack, back, action, step, "
                              "token, number) VALUES (1, 'us-east-1', %s)", columns);
    CU_ASSERT_TRUE(state_run(&state, sql, &why));
}

static enum resume_next resume_all(struct resume *resume, bool goes_back) {
    bool found;
    struct apply_options options = {.journal = &journal, .goes_back = goes_back};
    CU_ASSERT_TRUE(resume_find(cloud, &journal, &arena, &resume->run, &found, &why));
    CU_ASSERT_TRUE(found);
    return resume_run(cloud, &program, &options, &arena, resume, &why);
}

/* The way back of a stack of which the journal does not say what it was. */
static void test_unknown_past(void) {
    struct resume resume;
    open_journal(true);
    add_step("'jobs', 1, 'update', 1, 'mrp-token', 0");
    CU_ASSERT_EQUAL(resume_all(&resume, true), RESUME_ENDED);
    CU_ASSERT_EQUAL(resume.outcome, APPLY_STUCK);
    CU_ASSERT_TRUE(resume.apply.back[0].is_touched);
    CU_ASSERT_FALSE(resume.apply.back[0].is_verified);
    SAME(resume.apply.back[0].problem.bytes, "nobody knows what it was");
    close_journal();
}

UNIT_MAIN("journal", {"half begun", test_half_begun}, {"strange state", test_strange_state},
          {"unknown past", test_unknown_past})
