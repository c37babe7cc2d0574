/* The packed tables: what schema/pack.c writes and schema/schema.c reads in place.
 *
 * A header, then sections that each begin at a multiple of 8. All numbers are in the byte order of
 * the machine that packed them; the magic number tells if it is another one. Nothing is a pointer.
 * What is said of types are words in FACTS, found by their index:
 *
 *   string   its length in bytes, then the bytes and a NUL, filled up to whole words
 *   list     the count, then that many words
 *   row      one of the structs below; PACKED_NONE for none
 *
 * The first words are zeros: the empty string, the empty list and no limits are all at 0. What many
 * types share comes next, then type by type what each needs, its own texts among it (a body with
 * the first type that has it). The system reads files in windows of some 64 KiB: so a program that
 * asks for one type brings the sections before FACTS with their first words into memory, and one
 * more window.
 */
#ifndef MRP_SCHEMA_PACKED_H
#define MRP_SCHEMA_PACKED_H

#include <stddef.h>
#include <stdint.h>

#define PACKED_MAGIC 0x5370726du /* "mrpS" where the low byte comes first */
#define PACKED_VERSION 3u
#define PACKED_NONE 0xffffffffu
#define PACKED_SURE 0x80000000u /* in the type of a wish */

enum packed_section {
    PACKED_REGIONS, /* uint32_t, strings */
    PACKED_NUMBERS, /* double */
    PACKED_MASKS,   /* uint64_t, a bit a region */
    PACKED_HASHES,  /* struct packed_hash, a type each, sorted by hash */
    PACKED_TYPES,   /* uint32_t, rows, sorted by name */
    PACKED_FACTS,   /* uint32_t */
    PACKED_BODIES,  /* uint32_t, rows: those that there are, for who checks the tables */
};
enum { PACKED_SECTIONS = PACKED_BODIES + 1 };

struct packed_range {
    uint32_t offset, count; /* bytes from the start of the header; rows */
};

struct packed_header {
    uint32_t magic, version;
    uint32_t size; /* of all, in bytes */
    uint32_t date, sources;
    uint32_t any_string; /* a string value without limits */
    struct packed_range sections[PACKED_SECTIONS];
};

struct packed_hash {
    uint32_t hash; /* of the name */
    uint32_t type; /* its row */
};

struct schema_type {
    uint32_t name, body, flags;
    uint32_t primary; /* list of strings */
    uint32_t ref, arn, arn_attribute;
    uint32_t first_attribute, attribute_count; /* struct packed_attribute, sorted by name */
    uint32_t first_place, place_count;         /* struct packed_place, sorted by path */
    uint32_t name_property, name_minimum, name_maximum, name_pattern, name_scope;
    uint32_t tags, tag_property;
    uint32_t permissions[5]; /* lists of strings, by enum schema_operation */
    uint32_t regions;        /* row of MASKS */
};

struct schema_property {
    uint32_t name, value;
    uint32_t
        flags_wishes; /* low 8 bits: flags; above: list of type (with PACKED_SURE), attribute */
};

struct schema_body {
    uint32_t name;
    uint32_t open_conditions; /* low bit: open; above: how many of the rules are conditions */
    uint32_t rules; /* list of lists: kind, when or PACKED_NONE, properties by their place;
                       then conditions: list of their values, and as a rule */
    uint32_t property_count;
    struct schema_property properties[]; /* sorted by name */
};

struct schema_value {
    uint32_t shape_limits; /* low 8 bits: enum schema_shape; above: struct packed_limits or 0 */
    uint32_t content;      /* the element or body, a list of the members, or PACKED_NONE */
};

struct packed_limits {
    uint16_t set;                           /* enum schema_limit */
    uint16_t minimum, maximum, multiple_of; /* rows of NUMBERS */
    uint32_t min_length, max_length, min_items, max_items;
    uint32_t pattern, key_pattern, format;
    uint32_t enums; /* list of strings, sorted */
};

struct packed_attribute {
    uint32_t name, value;
};

struct packed_place {
    uint32_t path, flags;
};

/* As words of FACTS. */
#define PACKED_WORDS(type) (sizeof(type) / sizeof(uint32_t))

/* By which a type is found: FNV-1a. */
static inline uint32_t packed_hash(const char *bytes, size_t length) {
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x01000193u;
    return hash;
}

#endif
