/* The packed tables, as they come from schema/pack, in the read-only part of the program.
 *
 * The assembler includes the file as it is: a C initializer of three megabytes would take longer to
 * compile than the rest of the project. SCHEMA_ARRAY is for compilers that cannot (pack --array).
 * The path is relative to the folder where make runs, which is the top of the build tree.
 */
#include "schema/tables.h"

#ifdef SCHEMA_ARRAY

#include "schema/tables.inc"

#else

#ifdef __APPLE__
#define SECTION ".section __TEXT,__const\n"
#define SYMBOL "_schema_tables"
#define HIDDEN ".private_extern"
#define BACK ".text\n"
#else
#define SECTION ".pushsection .rodata.schema, \"a\"\n"
#define SYMBOL "schema_tables"
#define HIDDEN ".hidden"
#define BACK ".popsection\n"
#endif

#ifndef SCHEMA_TABLES
#define SCHEMA_TABLES "schema/tables.bin"
#endif

__asm__(SECTION ".balign 16\n"
                ".globl " SYMBOL "\n" HIDDEN " " SYMBOL "\n" SYMBOL ":\n"
                ".incbin \"" SCHEMA_TABLES "\"\n" BACK);

#endif
