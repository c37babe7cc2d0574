/* What the files of the packer share. It numbers everything as it reads ("raw": strings, bodies and
 * values in the order in which they come), and gives final numbers only when it writes.
 *
 * A program of the build, not of the product: it trusts its input, stops at the first line that it
 * does not understand, and leaves its memory to the system.
 */
#ifndef MRP_SCHEMA_PACK_H
#define MRP_SCHEMA_PACK_H

#include "schema/packed.h"
#include "schema/schema.h"

struct words {
    uint32_t *at, count, room;
};

struct property {
    uint32_t name, value, flags;
    struct words wishes; /* type name, attribute, sure, ... as strings */
};

struct rule {
    uint32_t kind;
    bool has_when;
    struct words names, values; /* values for a condition */
};

struct body {
    uint32_t name, type;
    bool open, defined;
    struct property *properties;
    uint32_t property_count, property_room;
    struct rule *rules;
    uint32_t rule_count, rule_room;
    uint64_t hash, next_hash;
    uint32_t row; /* PACKED_NONE until its twin or itself is written */
};

struct type {
    uint32_t name, body, flags;
    uint32_t ref, arn, arn_attribute, name_property;
    uint32_t tags, tag_property;
    uint32_t limits[2], limit_pattern, scope;
    struct words primary, permissions[SCHEMA_OPERATIONS], attributes, places;
    struct words bodies; /* all of this type, raw */
    uint64_t regions;
};

/* Rows of one size, without duplicates. */
struct set {
    size_t size; /* of a row in bytes */
    unsigned char *rows;
    uint32_t count, room;
    uint32_t *slots, slot_count; /* row + 1 */
};

struct string {
    char *bytes;
    uint32_t length, offset;
    uint32_t uses; /* how often it was added */
};

/* The strings, raw; the empty one is 0. */
extern struct strings {
    struct string *rows;
    uint32_t count, room;
    uint32_t *slots, slot_count;
} strings;

/* The line that is being read, for messages. */
extern struct input {
    const char *path;
    unsigned line;
    const char *at; /* rest of the line */
} input;

/* All that was read; types in the order of their names. */
extern struct type *types;
extern struct body *bodies;
extern uint32_t type_count, body_count;
extern struct set values, limits; /* struct schema_value and packed_limits, with raw numbers */
extern struct set numbers, masks; /* double, uint64_t */
extern struct words pool;         /* raw lists: count, words */
extern struct words regions;
extern uint32_t date, sources;

/* pack_rows.c */
_Noreturn void stop(const char *what);
void *zeroed(size_t count, size_t size);
/* Room for one more than count; sizes double. */
void *grow(void *memory, uint32_t count, uint32_t *room, size_t size);
void words_add(struct words *words, uint32_t word);
uint64_t hash_bytes(const void *bytes, size_t length, uint64_t hash);
/* The number of the row with these bytes, which is added if there is none. */
uint32_t set_add(struct set *set, const void *row);
/* The raw number of a string, which is added if there is none. */
uint32_t string_add(const char *bytes, size_t length);

/* pack_read.c */
void read_facts(const char *path);
void read_names(const char *path);
void read_scopes(const char *path);
void read_conditions(const char *path);
struct type *type_find(uint32_t name);
uint32_t value_add(enum schema_shape shape, uint32_t content, uint32_t limit);

/* pack_bodies.c: gives each body its final row, the same to equal ones; returns how many. */
uint32_t number_bodies(void);

/* pack_write.c: the tables as a file, or as C source. */
bool write_tables(const char *path, bool array);

#endif
