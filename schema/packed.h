/* The packed tables: what schema/pack.c writes and schema/schema.c reads in place.
 *
 * A header, then sections that each begin at a multiple of 8. All numbers are in the byte order of
 * the machine that packed them; the magic number tells if it is another one. Nothing is a pointer:
 *
 *   string   an offset into STRINGS, of the first byte; the two bytes before it are the length,
 *            a NUL follows. The empty string is at PACKED_EMPTY. They lie as they are asked for:
 *            what many use together, then the names of types, then each type's own, so that a
 *            program which asks for one type brings few pages into memory.
 *   list     an index into WORDS: the count, then that many words. The empty list is at 0.
 *   row      an index into the section of its kind; PACKED_NONE for none.
 */
#ifndef MRP_SCHEMA_PACKED_H
#define MRP_SCHEMA_PACKED_H

#include <stdint.h>

#define PACKED_MAGIC 0x5370726du /* "mrpS" where the low byte comes first */
#define PACKED_VERSION 2u
#define PACKED_NONE 0xffffffffu
#define PACKED_EMPTY 2u
#define PACKED_SURE 0x80000000u /* in the type of a wish */

enum packed_section {
    PACKED_STRINGS,    /* bytes */
    PACKED_WORDS,      /* uint32_t */
    PACKED_NUMBERS,    /* double */
    PACKED_MASKS,      /* uint64_t, a bit a region */
    PACKED_REGIONS,    /* uint32_t, strings */
    PACKED_TYPE_NAMES, /* uint32_t, strings: of TYPES, whose rows are too large to be searched */
    PACKED_TYPES,      /* struct schema_type, sorted by name */
    PACKED_BODIES,     /* struct schema_body */
    PACKED_PROPERTIES, /* struct schema_property, sorted by name within a body */
    PACKED_VALUES,     /* struct schema_value; elements and members before what holds them */
    PACKED_LIMITS,     /* struct packed_limits; row 0 has none */
    PACKED_ATTRIBUTES, /* struct packed_attribute, sorted by name within a type */
    PACKED_PLACES,     /* struct packed_place, sorted by path within a type */
};
enum { PACKED_SECTIONS = PACKED_PLACES + 1 };

struct packed_range {
    uint32_t offset, count; /* bytes from the start of the header; rows */
};

struct packed_header {
    uint32_t magic, version;
    uint32_t size; /* of all, in bytes */
    uint32_t date, sources;
    uint32_t any_string; /* row of a string value without limits */
    struct packed_range sections[PACKED_SECTIONS];
};

struct schema_type {
    uint32_t name, body, flags;
    uint32_t primary; /* list of strings */
    uint32_t ref, arn, arn_attribute;
    uint32_t first_attribute, attribute_count;
    uint32_t first_place, place_count;
    uint32_t name_property, name_minimum, name_maximum, name_pattern, name_scope;
    uint32_t tags, tag_property;
    uint32_t permissions[5]; /* lists of strings, by enum schema_operation */
    uint32_t regions;        /* row of MASKS */
};

struct schema_body {
    uint32_t name;
    uint32_t open_conditions; /* low bit: open; above: how many of the rules are conditions */
    uint32_t first_property, property_count;
    uint32_t rules; /* list of lists: kind, when or PACKED_NONE, properties counted from the first;
                       then conditions: list of their values, and as a rule */
};

struct schema_property {
    uint32_t name, value;
    uint32_t
        flags_wishes; /* low 8 bits: flags; above: list of type (with PACKED_SURE), attribute */
};

struct schema_value {
    uint32_t shape_limits; /* low 8 bits: enum schema_shape; above: row of LIMITS */
    uint32_t content;      /* row of the element or body, list of the members, or PACKED_NONE */
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

#endif
