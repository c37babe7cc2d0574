/* The journal's two tables. A step is one row, updated as it goes on. */
#include "runtime/deploy/journal.h"

#include <sqlite3.h>

static bool failed(struct journal *journal, struct failure *why) {
    return failure_set(why, "could not write the journal in .mrp/state.db: %s",
                       sqlite3_errmsg(journal->state->database));
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

static void bind(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.length ? text.bytes : "", (int)text.length,
                      SQLITE_STATIC);
}

bool journal_open(struct journal *journal, struct state *state, struct failure *why) {
    *journal = (struct journal){.state = state};
    return !state || state_run(state,
        "CREATE TABLE IF NOT EXISTS operation (id INTEGER PRIMARY KEY, kind TEXT, account TEXT,"
        " began REAL, ended REAL);"
        "CREATE TABLE IF NOT EXISTS step (operation INTEGER, region TEXT, stack TEXT, action TEXT,"
        " token TEXT, step INTEGER, at REAL, PRIMARY KEY (operation, region, stack, action))"
        " WITHOUT ROWID;", why);
}

bool journal_begin(struct journal *journal, const char *kind, struct text account, double now,
                   struct failure *why) {
    sqlite3_stmt *statement;
    if (!journal->state) return true;
    if (!prepare(journal, "INSERT INTO operation (kind, account, began) VALUES (?, ?, ?)",
                 &statement, why)) return false;
    bind(statement, 1, text_of(kind));
    bind(statement, 2, account);
    sqlite3_bind_double(statement, 3, now);
    if (!finish(journal, statement, why)) return false;
    journal->operation = sqlite3_last_insert_rowid(journal->state->database);
    return true;
}

bool journal_write(struct journal *journal, const struct journal_entry *entry,
                   enum journal_step step, double now, struct failure *why) {
    sqlite3_stmt *statement;
    if (!journal->state) return true;
    if (!prepare(journal, "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?, ?, ?)", &statement,
                 why)) return false;
    sqlite3_bind_int64(statement, 1, journal->operation);
    bind(statement, 2, entry->region);
    bind(statement, 3, entry->stack);
    bind(statement, 4, entry->action);
    bind(statement, 5, entry->token);
    sqlite3_bind_int(statement, 6, (int)step);
    sqlite3_bind_double(statement, 7, now);
    return finish(journal, statement, why);
}

bool journal_end(struct journal *journal, double now, struct failure *why) {
    sqlite3_stmt *statement;
    if (!journal->state) return true;
    if (!prepare(journal, "UPDATE operation SET ended = ? WHERE id = ?", &statement, why)) {
        return false;
    }
    sqlite3_bind_double(statement, 1, now);
    sqlite3_bind_int64(statement, 2, journal->operation);
    return finish(journal, statement, why);
}
