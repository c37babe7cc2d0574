/* Texts in and out of SQLite's statements. */
#ifndef MRP_RUNTIME_SQL_H
#define MRP_RUNTIME_SQL_H

#include <sqlite3.h>

#include "base/text.h"

/* The text must live until the statement has been run; an empty one is "", never NULL. */
void sql_bind(sqlite3_stmt *statement, int index, struct text text);
/* A copy of a column; NULL is an empty text. */
struct text sql_column(struct arena *arena, sqlite3_stmt *statement, int index);

#endif
