/* Files of the user, by the path that was typed: not through a struct host, which is the program's
 * own narrow way out.
 */
#ifndef MRP_BASE_FILES_H
#define MRP_BASE_FILES_H

#include "base/failure.h"
#include "base/text.h"

/* Reads a file, or standard input for "-", of at most LIMIT_SOURCE_BYTES. */
bool file_read(struct arena *arena, const char *path, struct text *bytes, struct failure *why);

/* Whether it is a regular file of exactly these bytes. */
bool file_holds(const char *path, struct text bytes);

/* Writes all of the text to an open file, also where the system takes it in pieces; false with
 * errno. */
bool file_write_all(int file, struct text text);

/* Writes a file by way of a temporary name beside it, so that it is there whole or not at all. A
 * file that holds these bytes already is left as it is, one that may not be written is not
 * replaced, and a link leads to the file that is. */
bool file_write(const char *path, struct text bytes, struct failure *why);

/* Makes a folder and those above it. */
bool folder_make(const char *path, struct failure *why);

/* The path of `target` as seen from `folder`, both absolute and resolved: "../a/b". */
struct text path_relative(struct arena *arena, struct text folder, struct text target);

#endif
