/* Texts in and out of SQLite's statements. */
#include "runtime/sql.h"

void sql_bind(sqlite3_stmt *statement, int index, struct text text) {
    sqlite3_bind_text(statement, index, text.length ? text.bytes : "", (int)text.length,
                      SQLITE_STATIC);
}

struct text sql_column(struct arena *arena, sqlite3_stmt *statement, int index) {
    const char *bytes = (const char *)sqlite3_column_text(statement, index);
    int length = sqlite3_column_bytes(statement, index);
    if (!bytes || length <= 0) return (struct text){0};
    return (struct text){arena_copy(arena, bytes, (size_t)length), (size_t)length};
}
