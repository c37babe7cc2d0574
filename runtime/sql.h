/* Texts in and out of SQLite's statements. */
#ifndef MRP_RUNTIME_SQL_H
#define MRP_RUNTIME_SQL_H

#include <sqlite3.h>

#include "base/failure.h"
#include "base/text.h"

/* Fills *why with what the database says of the last call and returns false; `anew` is how to
 * begin with another one, which is said where this one is damaged: not where room or rights are
 * missing. */
bool sql_failed(sqlite3 *database, const char *what, const char *anew, struct failure *why);

/* The text must live until the statement has been run; an empty one is "", never NULL. */
void sql_bind(sqlite3_stmt *statement, int index, struct text text);
/* A copy of a column; NULL is "", as sql_bind has it. */
struct text sql_column(struct arena *arena, sqlite3_stmt *statement, int index);

#endif
