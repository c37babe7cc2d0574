/* What the files of the packer share. It numbers everything as it reads ("raw": strings, bodies and
 * values in the order in which they come); a place among the facts is given only when it writes.
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
    uint32_t twin, uses; /* the first body that is equal; how many are, of the twin */
    uint32_t row;        /* of the twin, 0 until it has a place */
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
    uint32_t *uses; /* how often each row was added */
    uint32_t count, room;
    uint32_t *slots, slot_count; /* row + 1 */
};

struct string {
    char *bytes;
    uint32_t length, uses; /* how often it was added */
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

/* pack_bodies.c: sets twin and uses of all bodies. */
void find_twins(void);

/* pack_facts.c: the words of PACKED_FACTS. Each of these gives the place of what it adds, which is
 * that of an equal run among what is shared or of the same type, if there is one. */
extern struct words facts;
/* What is added from here on is shared by all types. To be called first. */
void facts_share(void);
/* What is added from here on is another type's. */
void facts_begin(void);
uint32_t facts_add(const void *words, size_t count);
uint32_t fact_string(uint32_t string);
uint32_t fact_strings(const uint32_t *raw, uint32_t count);
uint32_t fact_list(const struct words *list);
uint32_t fact_value(uint32_t value);

/* pack_content.c: the place of a body, and of a type with all that is not shared. */
uint32_t fact_body(uint32_t body);
uint32_t fact_type(const struct type *type);
extern struct words placed_bodies;
/* Writes the bodies that have a place and are not written yet, and those that they lead to. */
void write_placed(void);

/* pack_write.c: the tables as a file, or as C source. */
bool write_tables(const char *path, bool array);

#endif
