/* The tables that are built in; see packed.h for what is in them. */
#ifndef MRP_SCHEMA_TABLES_H
#define MRP_SCHEMA_TABLES_H

extern const unsigned long long schema_tables[] __attribute__((visibility("hidden")));

#endif
