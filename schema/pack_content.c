/* Bodies and types as facts. A body gets its place when something leads to it, and is written when
 * what leads to it is: so bodies can lead to one another, and what lies side by side is needed one
 * after the other. */
#include "schema/pack.h"

#include <stdlib.h>
#include <string.h>

struct words placed_bodies; /* the rows */
static struct words placed; /* the same, raw */
static uint32_t written;    /* how many of placed */

/* Zeros, to be written later. */
static uint32_t reserve(size_t count) {
    uint32_t start = facts.count;
    for (size_t i = 0; i < count; i++)
        words_add(&facts, 0);
    return start;
}

uint32_t fact_body(uint32_t body) {
    struct body *twin = &bodies[bodies[body].twin];
    if (twin->row) return twin->row;
    twin->row = reserve(PACKED_WORDS(struct schema_body) +
                        twin->property_count * PACKED_WORDS(struct schema_property));
    words_add(&placed, bodies[body].twin);
    words_add(&placed_bodies, twin->row);
    return twin->row;
}

/* The place of a type in the order of names. */
static uint32_t type_number(uint32_t name) {
    return (uint32_t)(type_find(name) - types);
}

static uint32_t fact_wishes(const struct words *raw) {
    struct words list = {NULL, 0, 0};
    for (uint32_t i = 0; i + 2 < raw->count; i += 3) {
        words_add(&list, type_number(raw->at[i]) | (raw->at[i + 2] ? PACKED_SURE : 0));
        words_add(&list, fact_string(raw->at[i + 1]));
    }
    uint32_t start = fact_list(&list);
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

static uint32_t fact_rule(const struct body *body, const struct rule *rule) {
    struct words words = {NULL, 0, 0};
    if (rule->values.count) words_add(&words, fact_strings(rule->values.at, rule->values.count));
    words_add(&words, rule->kind);
    if (!rule->has_when) words_add(&words, PACKED_NONE);
    for (uint32_t i = 0; i < rule->names.count; i++) {
        words_add(&words, property_index(body, rule->names.at[i]));
    }
    uint32_t start = fact_list(&words);
    free(words.at);
    return start;
}

/* Rules first, then conditions; *conditions is how many. */
static uint32_t fact_rules(const struct body *body, uint32_t *conditions) {
    struct words all = {NULL, 0, 0};
    for (int pass = 0; pass < 2; pass++) {
        *conditions = all.count;
        for (uint32_t i = 0; i < body->rule_count; i++) {
            const struct rule *rule = &body->rules[i];
            if ((rule->values.count > 0) == pass) words_add(&all, fact_rule(body, rule));
        }
    }
    *conditions = all.count - *conditions;
    uint32_t start = fact_list(&all);
    free(all.at);
    return start;
}

/* The facts move while they grow: what they say is put together first. */
static void put(uint32_t row, const void *words, size_t count) {
    memcpy(facts.at + row, words, count * sizeof(uint32_t));
}

static void write_property(const struct property *property, uint32_t row) {
    struct schema_property fact = {.name = fact_string(property->name)};
    fact.value = fact_value(property->value);
    fact.flags_wishes = fact_wishes(&property->wishes) << 8 | property->flags;
    put(row, &fact, PACKED_WORDS(struct schema_property));
}

static void write_body(const struct body *body) {
    uint32_t conditions, rules = fact_rules(body, &conditions);
    struct schema_body fact = {.name = fact_string(body->name),
                               .open_conditions = conditions << 1 | body->open,
                               .rules = rules,
                               .property_count = body->property_count};
    put(body->row, &fact, PACKED_WORDS(struct schema_body));
    for (uint32_t i = 0; i < body->property_count; i++) {
        write_property(&body->properties[i],
                       body->row + (uint32_t)(PACKED_WORDS(struct schema_body) +
                                              i * PACKED_WORDS(struct schema_property)));
    }
}

void write_placed(void) {
    while (written < placed.count)
        write_body(&bodies[placed.at[written++]]);
}

static uint32_t property_row(const struct type *type, uint32_t name) {
    const struct body *body = &bodies[bodies[type->body].twin];
    if (!name) return PACKED_NONE;
    return body->row +
           (uint32_t)(PACKED_WORDS(struct schema_body) +
                      property_index(body, name) * PACKED_WORDS(struct schema_property));
}

/* The limits of a physical name: names.txt, else what the schema says of the property. */
static void set_name(const struct type *type, struct schema_type *row) {
    row->name_property = property_row(type, type->name_property);
    row->name_pattern = fact_string(type->limit_pattern);
    row->name_minimum = type->limits[0];
    row->name_maximum = type->limits[1];
    row->name_scope = type->scope;
    if (row->name_property == PACKED_NONE || row->name_maximum) return;
    const struct schema_property *property = (const void *)(facts.at + row->name_property);
    const struct schema_value *value = (const void *)(facts.at + property->value);
    const struct packed_limits *limit = (const void *)(facts.at + (value->shape_limits >> 8));
    row->name_minimum = limit->min_length;
    row->name_maximum = limit->max_length;
    row->name_pattern = limit->pattern;
}

static void set_attributes(const struct type *type, struct schema_type *row) {
    uint32_t count = type->attributes.count / 2;
    row->first_attribute = reserve(count * PACKED_WORDS(struct packed_attribute));
    row->attribute_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *raw = type->attributes.at + 2 * i;
        struct packed_attribute fact = {.name = fact_string(raw[0])};
        fact.value = fact_value(raw[1]);
        put(row->first_attribute + 2 * i, &fact, PACKED_WORDS(struct packed_attribute));
    }
}

static int path_compare(const void *a, const void *b) {
    return strcmp(strings.rows[*(const uint32_t *)a].bytes,
                  strings.rows[*(const uint32_t *)b].bytes);
}

static void set_places(const struct type *type, struct schema_type *row) {
    uint32_t count = type->places.count / 2;
    if (count) qsort(type->places.at, count, 2 * sizeof(uint32_t), path_compare);
    row->first_place = reserve(count * PACKED_WORDS(struct packed_place));
    row->place_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *raw = type->places.at + 2 * i;
        struct packed_place fact = {.path = fact_string(raw[0]), .flags = raw[1]};
        put(row->first_place + 2 * i, &fact, PACKED_WORDS(struct packed_place));
    }
}

/* What a check needs comes first. */
uint32_t fact_type(const struct type *type) {
    uint32_t start = reserve(PACKED_WORDS(struct schema_type));
    struct schema_type row = {.flags = type->flags, .tags = type->tags};
    row.name = fact_string(type->name);
    row.body = fact_body(type->body);
    row.ref = fact_string(type->ref);
    row.tag_property = property_row(type, type->tag_property);
    row.regions = set_add(&masks, &type->regions);
    write_placed();
    set_name(type, &row);
    set_places(type, &row);
    set_attributes(type, &row);
    write_placed();
    row.primary = fact_strings(type->primary.at, type->primary.count);
    row.arn = fact_string(type->arn);
    row.arn_attribute = fact_string(type->arn_attribute);
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        row.permissions[i] = fact_strings(type->permissions[i].at, type->permissions[i].count);
    }
    put(start, &row, PACKED_WORDS(struct schema_type));
    return start;
}
