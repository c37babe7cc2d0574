/* The journal in .mrp/state.db: what is written half, what somebody else may have written into it,
 * and what a resumption makes of that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "tests/unit/deployment.h"

/* A writing that fails in the middle leaves nothing open that would keep the next from
 * beginning. */
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

/* The runs of two accounts in one folder: each keeps the order of its own steps. */
static void test_order(void) {
    struct state state;
    struct journal journal;
    struct journal_run run;
    struct journal_entry entry = {.region = TEXT("us-east-1"), .action = TEXT("create")};
    static const char *const names[] = {"a", "b", "c"};
    bool found;
    arena_init(&arena);
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, true, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, true, &why));
    for (int account = 1; account <= 2; account++) {
        run = (struct journal_run){.kind = TEXT("apply"),
                                   .account = text_format(&arena, "%d", account)};
        CU_ASSERT_TRUE(journal_begin(&journal, &run, &why));
        for (int i = 0; i < 2; i++) {
            entry.stack = text_of(names[i]);
            CU_ASSERT_TRUE(journal_write(&journal, &entry, JOURNAL_BEGUN, 0, &why));
        }
    }
    CU_ASSERT_TRUE(journal_read(&journal, TEXT("1"), &arena, &run, &found, &why) && found);
    CU_ASSERT_TRUE(journal_end(&journal, &why));
    CU_ASSERT_TRUE(journal_read(&journal, TEXT("2"), &arena, &run, &found, &why) && found);
    entry.stack = TEXT("c");
    CU_ASSERT_TRUE(journal_write(&journal, &entry, JOURNAL_BEGUN, 0, &why));
    CU_ASSERT_TRUE(journal_read(&journal, TEXT("2"), &arena, &run, &found, &why) && found);
    CU_ASSERT_EQUAL_FATAL(run.count, 3);
    for (int i = 0; i < 3; i++) CU_ASSERT_TRUE(text_is(run.entries[i].stack, names[i]));
    state_close(&state);
    arena_release(&arena);
}

static bool reads_steps(struct journal *journal, int count) {
    char sql[512];
    struct journal_run run;
    struct arena page;
    bool found;
    snprintf(sql, sizeof sql,
             "DELETE FROM run_step; WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
             "step WHERE n < %d) INSERT INTO run_step (run, region, stack, back, action, step) "
             "SELECT 1, 'us-east-1', 's' || n, 0, 'create', 0 FROM step", count);
    CU_ASSERT_TRUE(state_run(journal->state, sql, &why));
    arena_init(&page);
    bool good = journal_read(journal, TEXT(""), &page, &run, &found, &why);
    CU_ASSERT_TRUE(!good || run.count == (uint32_t)count);
    arena_release(&page);
    return good;
}

/* As many stacks as there may be, and one more. */
static void test_most_stacks(void) {
    static struct text regions[LIMIT_RUN_STACKS + 1];
    struct state state;
    struct journal journal;
    struct journal_run run = {.kind = TEXT("apply"), .account = TEXT("1"), .regions = regions,
                              .region_count = LIMIT_RUN_STACKS};
    for (size_t i = 0; i <= LIMIT_RUN_STACKS; i++) regions[i] = TEXT("us-east-1");
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, true, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, true, &why));
    CU_ASSERT_TRUE(journal_begin(&journal, &run, &why));
    CU_ASSERT_EQUAL(journal.run, 1);
    CU_ASSERT_TRUE(reads_steps(&journal, 2 * LIMIT_RUN_STACKS));
    CU_ASSERT_FALSE(reads_steps(&journal, 2 * LIMIT_RUN_STACKS + 1));
    SAME(why.message, "the journal in .mrp/state.db could not be understood");
    run.region_count++;
    CU_ASSERT_FALSE(journal_begin(&journal, &run, &why));
    SAME(why.message, "5001 stacks are too many for one run: at most 5000");
    state_close(&state);
}

/* An estimate that makes no sense is none. */
static void test_strange_duration(void) {
    static const struct { const char *value; double expected; } rows[] = {
        {"90.5", 90.5}, {"-1", 0}, {"1e300", 0}, {"9e999", 0}, {"'nan'", 0}, {"NULL", 0}};
    struct state state;
    struct journal journal;
    struct plan_stack stack = {.name = TEXT("jobs"), .region = TEXT("us-east-1"),
                               .action = PLAN_CREATE};
    struct plan plan = {.stacks = &stack, .count = 1};
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, false, &why));
    CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, false, &why));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO duration VALUES ('us-east-1', 'jobs', "
                                  "'create', %s)", rows[i].value);
        CU_ASSERT_TRUE(state_run(&state, sql, &why));
        stack.expected = 0;
        CU_ASSERT_TRUE(journal_expect(&journal, &plan, &why));
        CU_ASSERT_EQUAL(stack.expected, rows[i].expected);
    }
    state_close(&state);
}

/* A link in the place of the database leads to another one, which is left alone. */
static void expect_no_link(const char *folder) {
    char path[64], other[64];
    struct state state;
    struct stat before, after;
    snprintf(path, sizeof path, "%s/.mrp/state.db", folder);
    snprintf(other, sizeof other, "%s/.mrp/other.db", folder);
    CU_ASSERT_EQUAL(rename(path, other), 0);
    CU_ASSERT_EQUAL(symlink("other.db", path), 0);
    CU_ASSERT_EQUAL(stat(other, &before), 0);
    CU_ASSERT_FALSE(state_open(&state, folder, true, &why));
    SAME(why.message, ".mrp/state.db is not trusted: it is no plain file");
    CU_ASSERT_EQUAL(stat(other, &after), 0);
    CU_ASSERT_EQUAL(before.st_mtime, after.st_mtime);
    CU_ASSERT_EQUAL(before.st_size, after.st_size);
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
    CU_ASSERT_TRUE(state_run(&state, "DELETE FROM run_step; UPDATE run SET kind = 'other'", &why));
    CU_ASSERT_FALSE(journal_read(&journal, TEXT(""), &arena, &run, &found, &why));
    SAME(why.message, "the journal in .mrp/state.db could not be understood");
    CU_ASSERT_TRUE(state_run(&state, "PRAGMA user_version = 2", &why));
    state_close(&state);
    CU_ASSERT_FALSE(state_open(&state, folder, true, &why));
    SAME(why.message, ".mrp/state.db was written by a newer version of mrp (format 2; this one "
                      "knows 1)");
    expect_no_link(folder);
    static const char *const files[] = {"other.db", "state.db", "state.db-wal", "state.db-shm", "lock",
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

/* A stack that somebody else made, in the place of one that the run made: it is not deleted. */
static void test_foreign_stack(void) {
    struct resume resume;
    open_journal(true);
    program.project = TEXT("other");
    CU_ASSERT_TRUE(state_run(&state, "UPDATE run SET project = 'other'", &why));
    add_step("'jobs', 0, 'create', 2, 'mrp-token', 0");
    CU_ASSERT_EQUAL(resume_all(&resume, true), RESUME_ENDED);
    CU_ASSERT_EQUAL(resume.outcome, APPLY_STUCK);
    SAME(resume.apply.back[0].problem.bytes, "it is not one of this deployment");
    SAME(settle_in("us-east-1", "jobs"), "UPDATE_COMPLETE");
    close_journal();
}

/* What an earlier process did cannot be read: nothing is done, and the journal stays. */
static void test_unread_past(void) {
    struct apply apply;
    struct apply_options options = {.journal = &journal, .continues = true};
    bool found;
    open_journal(false);
    bodies[0] = TEXT(QUEUE("jobs", "32"));
    struct plan plan = make_plan();
    add_step("'jobs', 0, 'other', 0, 'mrp-token', 0");
    CU_ASSERT_EQUAL(apply_plan(cloud, &plan, &options, &arena, &apply, &why), APPLY_STUCK);
    SAME(why.message, "the journal in .mrp/state.db could not be understood");
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_WAITING);
    CU_ASSERT_TRUE(state_run(&state, "DELETE FROM run_step", &why));
    struct journal_run run;
    CU_ASSERT_TRUE(journal_read(&journal, TEXT(""), &arena, &run, &found, &why) && found);
    close_journal();
}

UNIT_MAIN("journal", {"half begun", test_half_begun}, {"order", test_order},
          {"most stacks", test_most_stacks}, {"strange duration", test_strange_duration},
          {"strange state", test_strange_state}, {"unknown past", test_unknown_past},
          {"foreign stack", test_foreign_stack}, {"unread past", test_unread_past})
