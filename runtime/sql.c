/* Texts in and out of SQLite's statements. */
#include "runtime/sql.h"

/* What the system says of it, or NULL. */
static const char *reason_of(sqlite3 *database, int code) {
    if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return NULL;
    if (code == SQLITE_IOERR && sqlite3_db_readonly(database, "main") == 1) {
        return "it may not be written";
    }
    int reason = sqlite3_system_errno(database);
    return reason ? strerror(reason) : NULL;
}

bool sql_failed(sqlite3 *database, const char *what, const char *anew, struct failure *why) {
    int code = sqlite3_errcode(database);
    bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
    const char *reason = reason_of(database, code);
    failure_set(why, "could not use %s: %s%s%s", what, sqlite3_errmsg(database),
                reason ? ": " : "", reason ? reason : "");
    return is_damaged ? failure_hint(why, "%s", anew) : false;
}

void sql_bind(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.length ? text.bytes : "", (int)text.length,
                      SQLITE_STATIC);
}

struct text sql_column(struct arena *arena, sqlite3_stmt *statement, int index) {
    const char *bytes = (const char *)sqlite3_column_text(statement, index);
    int length = sqlite3_column_bytes(statement, index);
    if (!bytes || length <= 0) return TEXT("");
    return (struct text){arena_copy(arena, bytes, (size_t)length), (size_t)length};
}
