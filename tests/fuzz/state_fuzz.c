/* .mrp/state.db as somebody else may have left it: it is refused with a reason, or all that is
 * asked of it ends. The first byte says what is done with it, and whether the rest is the file
 * itself or rows of its tables: a line each, the table's name and the columns between tabs.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/deploy/apply.h"
#include "runtime/deploy/drift.h"
#include "runtime/deploy/rescue.h"
#include "runtime/simulator/simulator.h"
#include "runtime/sql.h"
#include "runtime/state.h"
#include "tests/fuzz/deployed.h"

enum { COLUMNS_MOST = 16 };

struct kept {
    struct state state;
    struct journal journal;
    struct simulator *simulator;
    const struct cloud *cloud;
    struct deploy_program program;
    struct arena arena;
};

static void expect_reason(const struct failure *why) {
    if (!why->message[0]) abort();
}

/* ---- what was left ---- */

static const char *const tables[] = {"run", "run_step", "region", "duration", "meta", "stack",
                                     "event", "object", "failure"};

static size_t split(struct text line, struct text columns[COLUMNS_MOST]) {
    size_t count = 0;
    while (count < COLUMNS_MOST) {
        const char *tab = line.length ? memchr(line.bytes, '\t', line.length) : NULL;
        size_t length = tab ? (size_t)(tab - line.bytes) : line.length;
        columns[count++] = (struct text){line.bytes, length};
        if (!tab) break;
        line = (struct text){tab + 1, line.length - length - 1};
    }
    return count;
}

/* A line that fits no table is left out. */
static void insert(sqlite3 *database, struct text line) {
    struct text columns[COLUMNS_MOST];
    sqlite3_stmt *statement;
    size_t count = split(line, columns), table = 0;
    while (table < sizeof tables / sizeof *tables && !text_is(columns[0], tables[table])) table++;
    if (table == sizeof tables / sizeof *tables || count < 2) return;
    char sql[128];
    int length = snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO %s VALUES (?", tables[table]);
    for (size_t i = 2; i < count; i++) length += snprintf(sql + length, 4, ",?");
    snprintf(sql + length, 2, ")");
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) return;
    for (size_t i = 1; i < count; i++) sql_bind(statement, (int)i, columns[i]);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static void fill(struct kept *kept, struct text rows) {
    struct failure why;
    struct simulator *empty; /* makes the tables */
    if (!journal_open(&kept->journal, &kept->state, true, &why)) abort();
    if (!simulator_open(&empty, kept->state.database, &why)) abort();
    if (!simulator_close(empty, &why)) abort();
    while (rows.length) {
        const char *end = memchr(rows.bytes, '\n', rows.length);
        size_t length = end ? (size_t)(end - rows.bytes) : rows.length;
        insert(kept->state.database, (struct text){rows.bytes, length});
        rows = (struct text){rows.bytes + length, rows.length - length};
        if (rows.length) rows = (struct text){rows.bytes + 1, rows.length - 1};
    }
}

static void become(struct kept *kept, struct text file) {
    unsigned char *copy = sqlite3_malloc64(file.length + 1);
    if (!copy) abort();
    memcpy(copy, file.bytes, file.length);
    sqlite3_deserialize(kept->state.database, "main", copy, (sqlite3_int64)file.length,
                        (sqlite3_int64)file.length + 1,
                        SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
}

/* ---- what is asked of it ---- */

static void look(struct kept *kept) {
    struct status status;
    struct drift drift;
    struct failure why = {0};
    if (!status_make(kept->cloud, &kept->program, &kept->arena, &status, &why)) expect_reason(&why);
    if (!drift_make(kept->cloud, &kept->program, NULL, &kept->arena, &drift, &why)) {
        expect_reason(&why);
    }
}

static void rescue_all(struct kept *kept) {
    struct rescue rescue;
    struct rescue_end end;
    struct failure why = {0};
    if (!rescue_make(kept->cloud, &kept->program, TEXT(""), &kept->arena, &rescue, &why)) {
        expect_reason(&why);
        return;
    }
    for (uint32_t i = 0; i < rescue.count; i++) {
        const struct rescue_stack *stack = &rescue.stacks[i];
        if (stack->action == RESCUE_NONE) continue;
        rescue_run(kept->cloud, stack, stack->action, NULL, &kept->arena, &end, &why);
    }
}

static void deploy(struct kept *kept, bool destroys) {
    struct plan plan;
    struct apply apply;
    struct failure why = {0};
    struct apply_options options = {.journal = &kept->journal};
    enum plan_outcome made =
        destroys ? plan_destroy(kept->cloud, &kept->program, NULL, &kept->arena, &plan, &why)
                 : plan_make(kept->cloud, &kept->program, NULL, &kept->arena, &plan, &why);
    if (made != PLAN_MADE) {
        expect_reason(&why);
        return;
    }
    apply_plan(kept->cloud, &plan, &options, &kept->arena, &apply, &why);
}

static void resume(struct kept *kept, bool rollback) {
    struct resume resume;
    bool found;
    struct failure why = {0};
    struct apply_options options = {.journal = &kept->journal, .goes_back = rollback};
    if (!resume_find(kept->cloud, &kept->journal, &kept->arena, &resume.run, &found, &why)) {
        expect_reason(&why);
        return;
    }
    enum resume_next next = (found ? resume_run : resume_elsewhere)(
        kept->cloud, &kept->program, &options, &kept->arena, &resume, &why);
    if (next == RESUME_REFUSED) expect_reason(&why);
}

static void use(struct kept *kept, unsigned what) {
    if (what & 1) look(kept);
    if (what & 2) resume(kept, what & 4);
    if (what & 8) rescue_all(kept);
    if (what & 16) deploy(kept, false);
    if (what & 32) deploy(kept, true);
}

/* ---- */

/* As a session of the sandbox begins. */
static bool open_kept(struct kept *kept, struct failure *why) {
    struct journal_run run;
    bool found;
    if (!journal_open(&kept->journal, &kept->state, true, why) ||
        !simulator_open(&kept->simulator, kept->state.database, why)) return false;
    kept->cloud = simulator_cloud(kept->simulator);
    bool good = journal_read(&kept->journal, TEXT(""), &kept->arena, &run, &found, why) &&
                (found ? simulator_go_on(kept->simulator, run.latest, why)
                       : simulator_settle(kept->simulator, why));
    struct failure ignored;
    if (!good) simulator_close(kept->simulator, &ignored);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct kept kept = {0};
    struct failure why = {0};
    if (size < 2) return 0;
    arena_init(&kept.arena);
    struct text rest = {arena_copy(&kept.arena, (const char *)data + 1, size - 1), size - 1};
    if (!state_open(&kept.state, NULL, true, &why)) abort();
    if (data[0] & 64) become(&kept, rest);
    else fill(&kept, rest);
    if (open_kept(&kept, &why)) {
        struct mrp *mrp = fuzz_compile(&kept.arena, &kept.program);
        use(&kept, data[0]);
        if (!simulator_close(kept.simulator, &why)) expect_reason(&why);
        mrp_free(mrp);
    } else {
        expect_reason(&why);
    }
    state_close(&kept.state);
    arena_release(&kept.arena);
    return 0;
}
