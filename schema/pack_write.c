/* Writes what was read as the tables of packed.h: lays strings, gives rows their final numbers. */
#include "schema/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON = 16 }; /* a string that is used so often belongs to no type */

struct bytes {
    unsigned char *at;
    uint32_t count, room;
};

static struct bytes string_area;
static struct words final_pool;
static struct set final_values = {sizeof(struct schema_value), NULL, 0, 0, NULL, 0};
static struct set final_limits = {sizeof(struct packed_limits), NULL, 0, 0, NULL, 0};
static uint32_t *type_names;
static struct schema_type *type_rows;
static struct schema_body *body_rows;
static struct schema_property *property_rows;
static uint32_t property_row_count, property_row_room;
static struct packed_attribute *attribute_rows;
static uint32_t attribute_row_count, attribute_row_room;
static struct packed_place *place_rows;
static uint32_t place_row_count, place_row_room;

static void area_add(const void *bytes, size_t length) {
    while (string_area.count + length > string_area.room) {
        string_area.room = string_area.room ? string_area.room * 2 : 1 << 20;
        string_area.at = realloc(string_area.at, string_area.room);
        if (!string_area.at) stop("no memory");
    }
    memcpy(string_area.at + string_area.count, bytes, length);
    string_area.count += (uint32_t)length;
}

static void lay_string(struct string *string) {
    uint16_t length = (uint16_t)string->length;
    if (string->offset) return;
    area_add(&length, sizeof length);
    string->offset = string_area.count;
    area_add(string->bytes, string->length + 1);
}

/* The facts are read type by type, so what is left at the end lies by type. */
static void lay_strings(void) {
    lay_string(&strings.rows[0]);
    for (uint32_t i = 0; i < strings.count; i++) {
        if (strings.rows[i].uses >= COMMON) lay_string(&strings.rows[i]);
    }
    for (uint32_t i = 0; i < type_count; i++)
        lay_string(&strings.rows[types[i].name]);
    for (uint32_t i = 0; i < strings.count; i++)
        lay_string(&strings.rows[i]);
}

static int string_compare(uint32_t a, uint32_t b) {
    return strcmp((const char *)string_area.at + a, (const char *)string_area.at + b);
}

static uint32_t offset_of(uint32_t string) {
    return strings.rows[string].offset;
}

/* Lists are shared where they are equal: found by their hash, in a table of their starts. */
static uint32_t list_add(const uint32_t *list, uint32_t count) {
    static uint32_t slots[1 << 18];
    uint64_t slot = hash_bytes(list, count * sizeof *list, count) % (1 << 18);
    if (count == 0 && final_pool.count) return 0;
    for (; slots[slot]; slot = (slot + 1) % (1 << 18)) {
        const uint32_t *found = final_pool.at + slots[slot];
        if (*found == count && !memcmp(found + 1, list, count * sizeof *list)) return slots[slot];
    }
    uint32_t start = final_pool.count;
    words_add(&final_pool, count);
    for (uint32_t i = 0; i < count; i++)
        words_add(&final_pool, list[i]);
    slots[slot] = start;
    return start;
}

static uint32_t list_of_strings(const uint32_t *raw, uint32_t count) {
    uint32_t *list = zeroed(count + 1, sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = offset_of(raw[i]);
    uint32_t start = list_add(list, count);
    free(list);
    return start;
}

static uint32_t final_limit(uint32_t raw) {
    struct packed_limits row = ((const struct packed_limits *)limits.rows)[raw];
    row.pattern = offset_of(row.pattern);
    row.key_pattern = offset_of(row.key_pattern);
    row.format = offset_of(row.format);
    row.enums = row.enums ? list_of_strings(pool.at + row.enums + 1, pool.at[row.enums]) : 0;
    return set_add(&final_limits, &row);
}

static uint32_t final_value(uint32_t raw) {
    struct schema_value row = ((const struct schema_value *)values.rows)[raw];
    enum schema_shape shape = row.shape_limits & 0xff;
    row.shape_limits = final_limit(row.shape_limits >> 8) << 8 | shape;
    if (shape == SCHEMA_BODY) row.content = bodies[row.content].row;
    if (shape == SCHEMA_LIST || shape == SCHEMA_MAP) row.content = final_value(row.content);
    if (shape == SCHEMA_UNION) {
        struct words members = {NULL, 0, 0};
        for (uint32_t i = 1; i <= pool.at[row.content]; i++) {
            words_add(&members, final_value(pool.at[row.content + i]));
        }
        row.content = list_add(members.at, members.count);
        free(members.at);
    }
    return set_add(&final_values, &row);
}

static uint32_t type_row(uint32_t name) {
    return (uint32_t)(type_find(name) - types);
}

static uint32_t final_wishes(const struct words *raw) {
    struct words list = {NULL, 0, 0};
    for (uint32_t i = 0; i + 2 < raw->count; i += 3) {
        words_add(&list, type_row(raw->at[i]) | (raw->at[i + 2] ? PACKED_SURE : 0));
        words_add(&list, offset_of(raw->at[i + 1]));
    }
    uint32_t start = list_add(list.at, list.count);
    free(list.at);
    return start;
}

static uint32_t property_index(const struct body *body, uint32_t name) {
    for (uint32_t i = 0; i < body->property_count; i++) {
        if (body->properties[i].name == name) return i;
    }
    input.at = strings.rows[name].bytes;
    stop("rule about an unknown property");
}

static uint32_t final_rule(const struct body *body, const struct rule *rule) {
    struct words words = {NULL, 0, 0};
    if (rule->values.count) words_add(&words, list_of_strings(rule->values.at, rule->values.count));
    words_add(&words, rule->kind);
    if (!rule->has_when) words_add(&words, PACKED_NONE);
    for (uint32_t i = 0; i < rule->names.count; i++) {
        words_add(&words, property_index(body, rule->names.at[i]));
    }
    uint32_t start = list_add(words.at, words.count);
    free(words.at);
    return start;
}

/* Rules first, then conditions; *conditions is how many. */
static uint32_t final_rules(const struct body *body, uint32_t *conditions) {
    struct words all = {NULL, 0, 0};
    for (int pass = 0; pass < 2; pass++) {
        *conditions = all.count;
        for (uint32_t i = 0; i < body->rule_count; i++) {
            const struct rule *rule = &body->rules[i];
            if ((rule->values.count > 0) == pass) words_add(&all, final_rule(body, rule));
        }
    }
    *conditions = all.count - *conditions;
    uint32_t start = list_add(all.at, all.count);
    free(all.at);
    return start;
}

static void write_body(const struct body *body) {
    struct schema_body *row = &body_rows[body->row];
    uint32_t conditions, rules = final_rules(body, &conditions);
    *row = (struct schema_body){offset_of(body->name), conditions << 1 | body->open,
                                property_row_count, body->property_count, rules};
    for (uint32_t i = 0; i < body->property_count; i++) {
        const struct property *property = &body->properties[i];
        property_rows =
            grow(property_rows, property_row_count, &property_row_room, sizeof *property_rows);
        property_rows[property_row_count++] =
            (struct schema_property){offset_of(property->name), final_value(property->value),
                                     final_wishes(&property->wishes) << 8 | property->flags};
    }
}

static void write_bodies(void) {
    uint32_t next = 0;
    for (uint32_t i = 0; i < body_count; i++) {
        if (bodies[i].row != next) continue;
        write_body(&bodies[i]);
        next++;
    }
}

static uint32_t property_row(const struct type *type, uint32_t name) {
    const struct body *body = &bodies[type->body];
    if (!name) return PACKED_NONE;
    return body_rows[body->row].first_property + property_index(body, name);
}

/* The limits of a physical name: names.txt, else what the schema says of the property. */
static void write_name(const struct type *type, struct schema_type *row) {
    row->name_property = property_row(type, type->name_property);
    row->name_pattern = offset_of(type->limit_pattern);
    row->name_minimum = type->limits[0];
    row->name_maximum = type->limits[1];
    row->name_scope = type->scope;
    if (row->name_property == PACKED_NONE || row->name_maximum) return;
    const struct schema_property *property = &property_rows[row->name_property];
    const struct schema_value *value =
        (const struct schema_value *)final_values.rows + property->value;
    const struct packed_limits *limit =
        (const struct packed_limits *)final_limits.rows + (value->shape_limits >> 8);
    row->name_minimum = limit->min_length;
    row->name_maximum = limit->max_length;
    row->name_pattern = limit->pattern;
}

static void write_attributes(const struct type *type, struct schema_type *row) {
    row->first_attribute = attribute_row_count;
    row->attribute_count = type->attributes.count / 2;
    for (uint32_t i = 0; i < type->attributes.count; i += 2) {
        attribute_rows =
            grow(attribute_rows, attribute_row_count, &attribute_row_room, sizeof *attribute_rows);
        attribute_rows[attribute_row_count++] = (struct packed_attribute){
            offset_of(type->attributes.at[i]), final_value(type->attributes.at[i + 1])};
    }
}

static int place_compare(const void *a, const void *b) {
    const struct packed_place *left = a, *right = b;
    return string_compare(left->path, right->path);
}

static void write_places(const struct type *type, struct schema_type *row) {
    row->first_place = place_row_count;
    row->place_count = type->places.count / 2;
    for (uint32_t i = 0; i < type->places.count; i += 2) {
        place_rows = grow(place_rows, place_row_count, &place_row_room, sizeof *place_rows);
        place_rows[place_row_count++] =
            (struct packed_place){offset_of(type->places.at[i]), type->places.at[i + 1]};
    }
    if (!row->place_count) return;
    qsort(place_rows + row->first_place, row->place_count, sizeof *place_rows, place_compare);
}

static void write_type(const struct type *type, struct schema_type *row) {
    memset(row, 0, sizeof *row);
    row->name = offset_of(type->name);
    row->body = bodies[type->body].row;
    row->flags = type->flags;
    row->primary = list_of_strings(type->primary.at, type->primary.count);
    row->ref = offset_of(type->ref);
    row->arn = offset_of(type->arn);
    row->arn_attribute = offset_of(type->arn_attribute);
    row->tags = type->tags;
    row->tag_property = property_row(type, type->tag_property);
    row->regions = set_add(&masks, &type->regions);
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        row->permissions[i] = list_of_strings(type->permissions[i].at, type->permissions[i].count);
    }
    write_name(type, row);
    write_attributes(type, row);
    write_places(type, row);
}

static void write_types(void) {
    type_rows = zeroed(type_count, sizeof *type_rows);
    type_names = zeroed(type_count, sizeof *type_names);
    for (uint32_t i = 0; i < type_count; i++) {
        write_type(&types[i], &type_rows[i]);
        type_names[i] = type_rows[i].name;
        if (i && string_compare(type_names[i - 1], type_names[i]) >= 0)
            stop("types are not sorted");
    }
}

static struct packed_header header;
static struct {
    const void *rows;
    size_t size;
} contents[PACKED_SECTIONS];

static void section(enum packed_section which, const void *rows, uint32_t count, size_t size) {
    header.size = (header.size + 7) & ~7u;
    header.sections[which] = (struct packed_range){header.size, count};
    contents[which].rows = rows;
    contents[which].size = count * size;
    header.size += (uint32_t)(count * size);
}

static void lay_sections(uint32_t body_rows_count, uint32_t any_string) {
    header = (struct packed_header){.magic = PACKED_MAGIC, .version = PACKED_VERSION};
    header.size = sizeof header;
    header.date = offset_of(date);
    header.sources = offset_of(sources);
    header.any_string = any_string;
    for (uint32_t i = 0; i < regions.count; i++)
        regions.at[i] = offset_of(regions.at[i]);
    section(PACKED_STRINGS, string_area.at, string_area.count, 1);
    section(PACKED_WORDS, final_pool.at, final_pool.count, sizeof *final_pool.at);
    section(PACKED_NUMBERS, numbers.rows, numbers.count, numbers.size);
    section(PACKED_MASKS, masks.rows, masks.count, masks.size);
    section(PACKED_REGIONS, regions.at, regions.count, sizeof *regions.at);
    section(PACKED_TYPE_NAMES, type_names, type_count, sizeof *type_names);
    section(PACKED_TYPES, type_rows, type_count, sizeof *type_rows);
    section(PACKED_BODIES, body_rows, body_rows_count, sizeof *body_rows);
    section(PACKED_PROPERTIES, property_rows, property_row_count, sizeof *property_rows);
    section(PACKED_VALUES, final_values.rows, final_values.count, final_values.size);
    section(PACKED_LIMITS, final_limits.rows, final_limits.count, final_limits.size);
    section(PACKED_ATTRIBUTES, attribute_rows, attribute_row_count, sizeof *attribute_rows);
    section(PACKED_PLACES, place_rows, place_row_count, sizeof *place_rows);
    header.size = (header.size + 7) & ~7u;
}

static unsigned char *image(void) {
    unsigned char *bytes = zeroed(1, header.size);
    memcpy(bytes, &header, sizeof header);
    for (int i = 0; i < PACKED_SECTIONS; i++) {
        if (contents[i].size)
            memcpy(bytes + header.sections[i].offset, contents[i].rows, contents[i].size);
    }
    return bytes;
}

static bool write_image(FILE *file, const unsigned char *bytes, bool array) {
    if (!array) return fwrite(bytes, 1, header.size, file) == header.size;
    fprintf(file, "const unsigned long long schema_tables[] = {\n");
    for (uint32_t i = 0; i < header.size; i += 8) {
        unsigned long long word;
        memcpy(&word, bytes + i, sizeof word);
        fprintf(file, "0x%llx,%s", word, i % 64 == 56 ? "\n" : "");
    }
    return fprintf(file, "};\n") > 0;
}

bool write_tables(const char *path, bool array) {
    uint32_t body_rows_count = number_bodies();
    body_rows = zeroed(body_rows_count, sizeof *body_rows);
    uint32_t any_string = value_add(SCHEMA_STRING, PACKED_NONE, 0);
    lay_strings();
    list_add(NULL, 0);
    final_limit(0);
    any_string = final_value(any_string);
    write_bodies();
    write_types();
    lay_sections(body_rows_count, any_string);
    FILE *file = fopen(path, "wb");
    return file && write_image(file, image(), array) && !fclose(file);
}
