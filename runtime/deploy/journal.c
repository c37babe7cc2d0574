/* The journal's two tables. A step is one row, updated as it goes on. */
#include "runtime/deploy/journal.h"

#include "base/limits.h"
#include "runtime/sql.h"

static const char anew[] = "Remove the folder .mrp: \"mrp resume\" and \"mrp apply\" then go by what "
                           "AWS shows.";

enum { DURATION_MOST = 30 * 24 * 3600 }; /* nothing takes a month */

static bool failed(struct journal *journal, struct failure *why) {
    return sql_failed(journal->state->database, "the journal in .mrp/state.db", anew, why);
}

static bool finish(struct journal *journal, sqlite3_stmt *statement, struct failure *why) {
    int code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE || failed(journal, why);
}

static bool prepare(struct journal *journal, const char *sql, sqlite3_stmt **statement,
                    struct failure *why) {
    return sqlite3_prepare_v2(journal->state->database, sql, -1, statement, NULL) == SQLITE_OK ||
           failed(journal, why);
}

/* --- what was before, as JSON ----------------------------------------------------------------- */

static void put(struct arena *arena, struct document *object, const char *key, struct text value) {
    document_add(object, text_of(key), document_text(arena, value));
}

static struct text write_former(struct arena *arena, const struct plan_former *former) {
    struct document *all = document_new(arena, DOCUMENT_OBJECT);
    struct document *parameters = document_new(arena, DOCUMENT_OBJECT);
    struct document *tags = document_new(arena, DOCUMENT_OBJECT);
    struct document *capabilities = document_new(arena, DOCUMENT_LIST);
    for (uint32_t i = 0; i < former->parameter_count; i++) {
        const struct cloud_parameter *parameter = &former->parameters[i];
        document_add(parameters, parameter->key,
                     parameter->use_previous ? document_new(arena, DOCUMENT_NULL)
                                             : document_text(arena, parameter->value));
    }
    for (uint32_t i = 0; i < former->tag_count; i++) {
        document_add(tags, former->tags[i].key, document_text(arena, former->tags[i].value));
    }
    for (uint32_t i = 0; i < former->capability_count; i++) {
        document_add(capabilities, (struct text){0},
                     document_text(arena, former->capabilities[i]));
    }
    put(arena, all, "template", former->body);
    put(arena, all, "lasting", former->cannot_undo);
    put(arena, all, "protected", former->is_protected ? TEXT("yes") : TEXT("no"));
    document_add(all, TEXT("parameters"), parameters);
    document_add(all, TEXT("tags"), tags);
    document_add(all, TEXT("capabilities"), capabilities);
    return document_json(arena, all);
}

static const struct document *children_of(const struct document *object, const char *key) {
    const struct document *value = document_get(object, key);
    return value ? value->children : NULL;
}

static uint32_t count_of(const struct document *object, const char *key) {
    const struct document *value = document_get(object, key);
    return value ? value->count : 0;
}

static const struct plan_former *read_former(struct arena *arena, struct text json) {
    struct document *all;
    struct failure ignored;
    if (!json.length || !document_read(arena, json, &all, &ignored)) return NULL;
    struct plan_former *former = ARENA_NEW(arena, struct plan_former);
    struct cloud_parameter *parameters =
        arena_array(arena, count_of(all, "parameters") + 1, sizeof *parameters);
    struct cloud_tag *tags = arena_array(arena, count_of(all, "tags") + 1, sizeof *tags);
    struct text *capabilities =
        arena_array(arena, count_of(all, "capabilities") + 1, sizeof *capabilities);
    *former =
        (struct plan_former){.body = document_get_text(all, "template"),
                             .cannot_undo = document_get_text(all, "lasting"),
                             .is_protected = text_is(document_get_text(all, "protected"), "yes"),
                             .parameters = parameters,
                             .tags = tags,
                             .capabilities = capabilities};
    for (const struct document *c = children_of(all, "parameters"); c; c = c->next) {
        parameters[former->parameter_count++] = (struct cloud_parameter){
            .key = c->key, .value = c->text, .use_previous = c->kind == DOCUMENT_NULL};
    }
    for (const struct document *c = children_of(all, "tags"); c; c = c->next) {
        tags[former->tag_count++] = (struct cloud_tag){c->key, c->text};
    }
    for (const struct document *c = children_of(all, "capabilities"); c; c = c->next) {
        capabilities[former->capability_count++] = c->text;
    }
    return former;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void about_to_write(struct journal *journal) {
    if (journal->before) journal->before(journal->context);
}

bool journal_open(struct journal *journal, struct state *state, bool is_sandbox,
                  struct failure *why) {
    *journal = (struct journal){.state = state, .is_sandbox = is_sandbox};
    return !state ||
           state_run(
               state,
               "CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, sandbox INTEGER, kind "
               "TEXT, account TEXT,"
               " project TEXT, suffix TEXT, request TEXT, back INTEGER, began REAL);"
               "CREATE TABLE IF NOT EXISTS run_step (run INTEGER, region TEXT, stack TEXT, back "
               "INTEGER,"
               " path TEXT, id TEXT, action TEXT, token TEXT, hash TEXT, former TEXT, step INTEGER,"
               " number INTEGER, at REAL, PRIMARY KEY (run, region, stack, back)) WITHOUT ROWID;"
               "CREATE TABLE IF NOT EXISTS region (sandbox INTEGER, project TEXT, suffix TEXT, "
               "name TEXT,"
               " PRIMARY KEY (sandbox, project, suffix, name)) WITHOUT ROWID;"
               "CREATE TABLE IF NOT EXISTS duration (region TEXT, stack TEXT, action TEXT,"
               " seconds REAL, PRIMARY KEY (stack, action, region)) WITHOUT ROWID;",
               why);
}

static bool change(struct journal *journal, const char *sql, int64_t which, struct failure *why) {
    sqlite3_stmt *statement;
    if (!prepare(journal, sql, &statement, why)) return false;
    sqlite3_bind_int64(statement, 1, which);
    return finish(journal, statement, why);
}

/* One run an account: what an earlier one left is this one's to deal with. */
static bool give_up_others(struct journal *journal, const struct journal_run *run,
                           struct failure *why) {
    sqlite3_stmt *statement;
    if (!prepare(journal, "DELETE FROM run WHERE account = ? AND sandbox = ?", &statement, why)) {
        return false;
    }
    sql_bind(statement, 1, run->account);
    sqlite3_bind_int(statement, 2, journal->is_sandbox);
    return finish(journal, statement, why) &&
           state_run(journal->state, "DELETE FROM run_step WHERE run NOT IN (SELECT id FROM run)",
                     why);
}

static bool write_regions(struct journal *journal, const struct journal_run *run,
                          struct failure *why) {
    for (uint32_t i = 0; i < run->region_count; i++) {
        sqlite3_stmt *statement;
        if (!prepare(journal, "INSERT OR IGNORE INTO region VALUES (?, ?, ?, ?)", &statement,
                     why)) return false;
        sqlite3_bind_int(statement, 1, journal->is_sandbox);
        sql_bind(statement, 2, run->project);
        sql_bind(statement, 3, run->suffix);
        sql_bind(statement, 4, run->regions[i]);
        if (!finish(journal, statement, why)) return false;
    }
    return true;
}

static bool write_run(struct journal *journal, const struct journal_run *run,
                      struct failure *why) {
    sqlite3_stmt *statement;
    if (!prepare(journal,
                 "INSERT INTO run (kind, account, project, suffix, request, back, began,"
                 " sandbox) VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
                 &statement, why))
        return false;
    sql_bind(statement, 1, run->kind);
    sql_bind(statement, 2, run->account);
    sql_bind(statement, 3, run->project);
    sql_bind(statement, 4, run->suffix);
    sql_bind(statement, 5, run->request);
    sqlite3_bind_double(statement, 6, run->began);
    sqlite3_bind_int(statement, 7, journal->is_sandbox);
    if (!finish(journal, statement, why)) return false;
    journal->run = sqlite3_last_insert_rowid(journal->state->database);
    return true;
}

/* Ends a transaction: what is in it is kept as a whole, or not at all. */
static bool end_transaction(struct journal *journal, bool good, struct failure *why) {
    if (good && state_run(journal->state, "COMMIT", why)) return true;
    sqlite3_exec(journal->state->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool journal_begin(struct journal *journal, const struct journal_run *run, struct failure *why) {
    if (!journal->state) return true;
    if (run->region_count > LIMIT_RUN_STACKS) {
        return failure_set(why, "%u stacks are too many for one run: at most %d", run->region_count,
                           LIMIT_RUN_STACKS);
    }
    about_to_write(journal);
    if (!state_run(journal->state, "BEGIN", why)) return false;
    bool good = give_up_others(journal, run, why) && write_run(journal, run, why) &&
                write_regions(journal, run, why);
    return end_transaction(journal, good, why);
}

bool journal_write(struct journal *journal, const struct journal_entry *entry,
                   enum journal_step step, double now, struct failure *why) {
    sqlite3_stmt *statement;
    struct arena scratch;
    if (!journal->state) return true;
    about_to_write(journal);
    /* What was before is written once; later steps keep it. */
    if (!prepare(journal,
                 "INSERT INTO run_step VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                 " (SELECT IFNULL(MAX(number), 0) + 1 FROM run_step WHERE run = ?1), ?12) ON CONFLICT DO UPDATE SET id = ?6,"
                 " token = ?8, hash = ?9, step = ?11, at = ?12", &statement, why)) return false;
    arena_init(&scratch);
    sqlite3_bind_int64(statement, 1, journal->run);
    sql_bind(statement, 2, entry->region);
    sql_bind(statement, 3, entry->stack);
    sqlite3_bind_int(statement, 4, entry->is_back);
    sql_bind(statement, 5, entry->path);
    sql_bind(statement, 6, entry->id);
    sql_bind(statement, 7, entry->action);
    sql_bind(statement, 8, entry->token);
    sql_bind(statement, 9, entry->sent_hash);
    sql_bind(statement, 10, entry->former && !entry->is_back && step == JOURNAL_BEGUN
                            ? write_former(&scratch, entry->former) : (struct text){0});
    sqlite3_bind_int(statement, 11, (int)step);
    sqlite3_bind_double(statement, 12, now);
    bool good = finish(journal, statement, why);
    arena_release(&scratch);
    return good;
}

bool journal_go_back(struct journal *journal, struct failure *why) {
    if (!journal->state) return true;
    about_to_write(journal);
    return change(journal, "UPDATE run SET back = 1 WHERE id = ?", journal->run, why);
}

bool journal_end(struct journal *journal, struct failure *why) {
    if (!journal->state) return true;
    about_to_write(journal);
    if (!state_run(journal->state, "BEGIN", why)) return false;
    bool good = change(journal, "DELETE FROM run_step WHERE run = ?", journal->run, why) &&
                change(journal, "DELETE FROM run WHERE id = ?", journal->run, why);
    return end_transaction(journal, good, why);
}

bool journal_forget(struct journal *journal, struct failure *why) {
    if (!journal->state) return true;
    if (!state_run(journal->state, "BEGIN", why)) return false;
    bool good = change(journal, "DELETE FROM run WHERE sandbox = ?", journal->is_sandbox, why) &&
                change(journal, "DELETE FROM region WHERE sandbox = ?", journal->is_sandbox, why) &&
                state_run(journal->state,
                          "DELETE FROM run_step WHERE run NOT IN (SELECT id FROM run)", why);
    return end_transaction(journal, good, why);
}

/* --- reading ---------------------------------------------------------------------------------- */

bool journal_regions(struct journal *journal, struct text project, struct text suffix,
                     struct arena *arena, const struct text **regions, size_t *count,
                     struct failure *why) {
    sqlite3_stmt *statement;
    *count = 0;
    if (!journal->state) return true;
    if (!prepare(journal, "SELECT name, COUNT(*) OVER () FROM region WHERE sandbox = ? AND"
                          " project = ? AND suffix = ? ORDER BY name", &statement, why)) {
        return false;
    }
    sqlite3_bind_int(statement, 1, journal->is_sandbox);
    sql_bind(statement, 2, project);
    sql_bind(statement, 3, suffix);
    struct text *names = NULL;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!names) names = arena_array(arena, (size_t)sqlite3_column_int(statement, 1),
                                        sizeof *names);
        names[(*count)++] = sql_column(arena, statement, 0);
    }
    sqlite3_finalize(statement);
    *regions = names;
    return code == SQLITE_DONE || failed(journal, why);
}

/* --- durations -------------------------------------------------------------------------------- */

bool journal_took(struct journal *journal, const struct plan_stack *stack, const char *action,
                  double seconds, struct failure *why) {
    sqlite3_stmt *statement;
    if (!journal->state || journal->is_sandbox) return true;
    if (!prepare(journal, "INSERT OR REPLACE INTO duration VALUES (?, ?, ?, ?)", &statement, why)) {
        return false;
    }
    sql_bind(statement, 1, stack->region);
    sql_bind(statement, 2, stack->name);
    sql_bind(statement, 3, text_of(action));
    sqlite3_bind_double(statement, 4, seconds);
    return finish(journal, statement, why);
}

static bool expect(struct journal *journal, struct plan_stack *stack, struct failure *why) {
    sqlite3_stmt *statement;
    if (!prepare(journal, "SELECT seconds FROM duration WHERE stack = ? AND action = ?"
                          " ORDER BY region <> ? LIMIT 1", &statement, why)) return false;
    sql_bind(statement, 1, stack->name);
    sql_bind(statement, 2, text_of(plan_action_word(stack->action)));
    sql_bind(statement, 3, stack->region);
    int code = sqlite3_step(statement);
    double seconds = code == SQLITE_ROW ? sqlite3_column_double(statement, 0) : 0;
    if (seconds > 0 && seconds < DURATION_MOST) stack->expected = seconds;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE || failed(journal, why);
}

bool journal_expect(struct journal *journal, struct plan *plan, struct failure *why) {
    for (uint32_t i = 0; journal->state && !journal->is_sandbox && i < plan->count; i++) {
        if (plan->stacks[i].action != PLAN_NOTHING && !expect(journal, &plan->stacks[i], why)) {
            return false;
        }
    }
    return true;
}

/* --- entries ---------------------------------------------------------------------------------- */

bool journal_not_understood(struct failure *why) {
    failure_set(why, "the journal in .mrp/state.db could not be understood");
    return failure_hint(why, "%s", anew);
}

static void read_entry(struct arena *arena, sqlite3_stmt *statement, struct journal_entry *entry) {
    *entry = (struct journal_entry){
        .region = sql_column(arena, statement, 0), .stack = sql_column(arena, statement, 1),
        .is_back = sqlite3_column_int(statement, 2) != 0, .path = sql_column(arena, statement, 3),
        .id = sql_column(arena, statement, 4), .action = sql_column(arena, statement, 5),
        .token = sql_column(arena, statement, 6), .sent_hash = sql_column(arena, statement, 7),
        .former = read_former(arena, sql_column(arena, statement, 8)),
        .step = (enum journal_step)sqlite3_column_int(statement, 9)};
}

/* Whether a run can be gone on with by it: an update needs what to go back to. */
static bool is_sound(const struct journal_entry *entry) {
    bool is_update = text_is(entry->action, "update");
    if (!entry->stack.length || !entry->region.length) return false;
    if (entry->step < JOURNAL_BEGUN || entry->step > JOURNAL_STUCK) return false;
    if (!is_update) return text_is(entry->action, "create") || text_is(entry->action, "delete");
    return entry->is_back || (entry->former && entry->former->body.length);
}

static bool read_entries(struct journal *journal, struct arena *arena, struct journal_run *run,
                         struct failure *why) {
    sqlite3_stmt *statement;
    if (!prepare(journal, "SELECT region, stack, back, path, id, action, token, hash, former, step,"
                          " COUNT(*) OVER () FROM run_step WHERE run = ? ORDER BY number",
                 &statement, why)) return false;
    sqlite3_bind_int64(statement, 1, journal->run);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        int count = sqlite3_column_int(statement, 10);
        if (count > 2 * LIMIT_RUN_STACKS) break; /* each goes forth, and may go back */
        if (!run->entries) run->entries = arena_array(arena, (size_t)count, sizeof *run->entries);
        read_entry(arena, statement, &run->entries[run->count]);
        if (!is_sound(&run->entries[run->count++])) break;
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_ROW) return journal_not_understood(why);
    return code == SQLITE_DONE || failed(journal, why);
}

bool journal_read(struct journal *journal, struct text account, struct arena *arena,
                  struct journal_run *run, bool *found, struct failure *why) {
    sqlite3_stmt *statement;
    *found = false;
    *run = (struct journal_run){0};
    if (!journal->state) return true;
    if (!prepare(journal,
                 "SELECT id, kind, account, project, suffix, request, back, began,"
                 " (SELECT MAX(at) FROM run_step WHERE run = run.id) FROM run"
                 " WHERE (account = ?1 OR ?1 = '') AND sandbox = ?2 ORDER BY id DESC LIMIT 1",
                 &statement, why))
        return false;
    sql_bind(statement, 1, account);
    sqlite3_bind_int(statement, 2, journal->is_sandbox);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *found = true;
        journal->run = sqlite3_column_int64(statement, 0);
        *run = (struct journal_run){
            .kind = sql_column(arena, statement, 1), .account = sql_column(arena, statement, 2),
            .project = sql_column(arena, statement, 3), .suffix = sql_column(arena, statement, 4),
            .request = sql_column(arena, statement, 5),
            .goes_back = sqlite3_column_int(statement, 6) != 0,
            .began = sqlite3_column_double(statement, 7),
            .latest = sqlite3_column_double(statement, 8)};
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return failed(journal, why);
    if (!*found) return true;
    bool is_known = text_is(run->kind, "apply") || text_is(run->kind, "destroy");
    return is_known ? read_entries(journal, arena, run, why) : journal_not_understood(why);
}
