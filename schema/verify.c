/* Checks packed tables from outside before they are used: see verify.h.
 *
 * One function a section. Each reports through fault(), which names the section and the row, so
 * that a damaged file is told from one of another version.
 */
#include "schema/verify.h"

#include "base/arena.h"
#include "base/text.h"
#include "schema/packed.h"
#include "schema/schema.h"

#include <math.h>

enum { VALUE_DEPTH = 32 }; /* lists in lists; the facts need 3 */

static const char *const section_names[PACKED_SECTIONS] = {
    "strings", "words",  "numbers",    "masks",  "regions", "names of types",
    "types",   "bodies", "properties", "values", "limits",  "attributes",
    "places",
};
static const size_t row_sizes[PACKED_SECTIONS] = {
    1,
    sizeof(uint32_t),
    sizeof(double),
    sizeof(uint64_t),
    sizeof(uint32_t),
    sizeof(uint32_t),
    sizeof(struct schema_type),
    sizeof(struct schema_body),
    sizeof(struct schema_property),
    sizeof(struct schema_value),
    sizeof(struct packed_limits),
    sizeof(struct packed_attribute),
    sizeof(struct packed_place),
};

struct verify {
    const unsigned char *bytes;
    const struct packed_header *header;
    unsigned char *starts; /* a bit for each byte of STRINGS where a string begins */
    unsigned char *depths; /* of VALUES */
    struct failure *why;
};

static bool fault(struct verify *verify, enum packed_section section, uint32_t row) {
    return failure_set(verify->why, "schema file is damaged at row %u of its %s", row,
                       section_names[section]);
}

static uint32_t count_of(const struct verify *verify, enum packed_section section) {
    return verify->header->sections[section].count;
}

static const void *rows_of(const struct verify *verify, enum packed_section section) {
    return verify->bytes + verify->header->sections[section].offset;
}

static bool is_string(const struct verify *verify, uint32_t offset) {
    return offset < count_of(verify, PACKED_STRINGS) &&
           verify->starts[offset / 8] >> offset % 8 & 1;
}

static bool is_range(const struct verify *verify, enum packed_section section, uint32_t first,
                     uint32_t count) {
    return (uint64_t)first + count <= count_of(verify, section);
}

/* The words of a list, or NULL if it reaches beyond the section. */
static const uint32_t *list_at(const struct verify *verify, uint32_t index, uint32_t *count) {
    const uint32_t *words = rows_of(verify, PACKED_WORDS);
    uint32_t total = count_of(verify, PACKED_WORDS);
    if (index >= total || words[index] > total - index - 1) return NULL;
    *count = words[index];
    return words + index + 1;
}

static bool is_string_list(const struct verify *verify, uint32_t index) {
    uint32_t count;
    const uint32_t *list = list_at(verify, index, &count);
    for (uint32_t i = 0; list && i < count; i++) {
        if (!is_string(verify, list[i])) return false;
    }
    return list != NULL;
}

static bool verify_sections(struct verify *verify, size_t size) {
    const struct packed_header *header = verify->header;
    for (int i = 0; i < PACKED_SECTIONS; i++) {
        const struct packed_range *range = &header->sections[i];
        uint64_t end = (uint64_t)range->offset + (uint64_t)range->count * row_sizes[i];
        if (range->offset % 8 || range->offset < sizeof *header || end > size) {
            return fault(verify, (enum packed_section)i, 0);
        }
    }
    return true;
}

static struct text string_at(const unsigned char *bytes, uint32_t offset) {
    uint16_t length;
    memcpy(&length, bytes + offset - 2, sizeof length);
    return (struct text){(const char *)bytes + offset, length};
}

/* Strings follow each other without a gap, each valid UTF-8 with its NUL. */
static bool verify_strings(struct verify *verify) {
    const unsigned char *bytes = rows_of(verify, PACKED_STRINGS);
    uint32_t total = count_of(verify, PACKED_STRINGS);
    for (uint32_t at = 0; at < total;) {
        if (total - at < 3) return fault(verify, PACKED_STRINGS, at);
        struct text string = string_at(bytes, at + 2);
        if (string.length > total - at - 3 || string.bytes[string.length]) {
            return fault(verify, PACKED_STRINGS, at);
        }
        if (text_utf8_error(string) != string.length || memchr(string.bytes, 0, string.length)) {
            return fault(verify, PACKED_STRINGS, at);
        }
        verify->starts[(at + 2) / 8] |= (unsigned char)(1u << (at + 2) % 8);
        at += (uint32_t)string.length + 3;
    }
    if (!is_string(verify, PACKED_EMPTY) || string_at(bytes, PACKED_EMPTY).length) {
        return fault(verify, PACKED_STRINGS, 0);
    }
    return true;
}

/* Whether two strings are in byte order, and not the same. */
static bool is_before(const struct verify *verify, uint32_t first, uint32_t second) {
    const unsigned char *bytes = rows_of(verify, PACKED_STRINGS);
    return is_string(verify, first) && is_string(verify, second) &&
           text_compare(string_at(bytes, first), string_at(bytes, second)) < 0;
}

static bool verify_numbers(struct verify *verify) {
    const double *numbers = rows_of(verify, PACKED_NUMBERS);
    for (uint32_t i = 0; i < count_of(verify, PACKED_NUMBERS); i++) {
        if (!isfinite(numbers[i])) return fault(verify, PACKED_NUMBERS, i);
    }
    return true;
}

static bool verify_regions(struct verify *verify) {
    const uint32_t *regions = rows_of(verify, PACKED_REGIONS);
    uint32_t count = count_of(verify, PACKED_REGIONS);
    if (count > 64) return fault(verify, PACKED_REGIONS, 64);
    for (uint32_t i = 0; i < count; i++) {
        bool sorted = i == 0 || is_before(verify, regions[i - 1], regions[i]);
        if (!sorted || !is_string(verify, regions[i])) {
            return fault(verify, PACKED_REGIONS, i);
        }
    }
    const uint64_t *masks = rows_of(verify, PACKED_MASKS);
    for (uint32_t i = 0; i < count_of(verify, PACKED_MASKS); i++) {
        if (count < 64 && masks[i] >> count) return fault(verify, PACKED_MASKS, i);
    }
    return true;
}

static bool verify_limits(struct verify *verify) {
    const struct packed_limits *rows = rows_of(verify, PACKED_LIMITS);
    uint32_t numbers = count_of(verify, PACKED_NUMBERS);
    for (uint32_t i = 0; i < count_of(verify, PACKED_LIMITS); i++) {
        const struct packed_limits *row = &rows[i];
        bool good = row->minimum < numbers && row->maximum < numbers &&
                    row->multiple_of < numbers && is_string(verify, row->pattern) &&
                    is_string(verify, row->key_pattern) && is_string(verify, row->format) &&
                    is_string_list(verify, row->enums);
        if (!good) return fault(verify, PACKED_LIMITS, i);
    }
    return count_of(verify, PACKED_LIMITS) > 0 || fault(verify, PACKED_LIMITS, 0);
}

/* Takes over the depth of an element or member, which stands before its holder. */
static bool take_depth(struct verify *verify, uint32_t holder, uint32_t part) {
    if (part >= holder || verify->depths[part] >= VALUE_DEPTH) return false;
    if (verify->depths[holder] <= verify->depths[part]) {
        verify->depths[holder] = (unsigned char)(verify->depths[part] + 1);
    }
    return true;
}

static bool is_union(struct verify *verify, uint32_t row, uint32_t list) {
    const struct schema_value *rows = rows_of(verify, PACKED_VALUES);
    uint32_t count;
    const uint32_t *members = list_at(verify, list, &count);
    if (!members || count < 2) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!take_depth(verify, row, members[i])) return false;
        if ((rows[members[i]].shape_limits & 0xff) == SCHEMA_UNION) return false;
    }
    return true;
}

static bool is_value(struct verify *verify, uint32_t row) {
    const struct schema_value *value =
        (const struct schema_value *)rows_of(verify, PACKED_VALUES) + row;
    uint32_t shape = value->shape_limits & 0xff;
    if (shape >= SCHEMA_SHAPES || value->shape_limits >> 8 >= count_of(verify, PACKED_LIMITS))
        return false;
    switch ((enum schema_shape)shape) {
    case SCHEMA_LIST:
    case SCHEMA_MAP:
        return take_depth(verify, row, value->content);
    case SCHEMA_BODY:
        return value->content < count_of(verify, PACKED_BODIES);
    case SCHEMA_UNION:
        return is_union(verify, row, value->content);
    case SCHEMA_STRING:
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
    case SCHEMA_JSON:
    case SCHEMA_DATE_TIME:
        return value->content == PACKED_NONE;
    }
    return false;
}

static bool verify_values(struct verify *verify) {
    uint32_t count = count_of(verify, PACKED_VALUES);
    for (uint32_t i = 0; i < count; i++) {
        if (!is_value(verify, i)) return fault(verify, PACKED_VALUES, i);
    }
    return verify->header->any_string < count ||
           fault(verify, PACKED_VALUES, verify->header->any_string);
}

static bool is_wishes(const struct verify *verify, uint32_t index) {
    uint32_t count;
    const uint32_t *list = list_at(verify, index, &count);
    if (!list || count % 2) return false;
    for (uint32_t i = 0; i < count; i += 2) {
        if ((list[i] & ~PACKED_SURE) >= count_of(verify, PACKED_TYPES)) return false;
        if (!is_string(verify, list[i + 1])) return false;
    }
    return true;
}

static bool verify_properties(struct verify *verify) {
    const struct schema_property *rows = rows_of(verify, PACKED_PROPERTIES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_PROPERTIES); i++) {
        if (!is_string(verify, rows[i].name) || rows[i].value >= count_of(verify, PACKED_VALUES) ||
            !is_wishes(verify, rows[i].flags_wishes >> 8)) {
            return fault(verify, PACKED_PROPERTIES, i);
        }
    }
    return true;
}

/* A rule: kind, the property it depends on or none, the properties; all counted within the body. */
static bool is_rule(const struct schema_body *body, const uint32_t *rule, uint32_t count) {
    if (count < 3 || rule[0] > SCHEMA_RULE_EXCLUDES) return false;
    bool has_when = rule[0] == SCHEMA_RULE_NEEDS || rule[0] == SCHEMA_RULE_EXCLUDES;
    if (has_when != (rule[1] != PACKED_NONE)) return false;
    for (uint32_t i = has_when ? 1 : 2; i < count; i++) {
        if (rule[i] >= body->property_count) return false;
    }
    return true;
}

/* A condition has the list of its values before the rule, which depends on a property. */
static bool is_condition(const struct verify *verify, const struct schema_body *body,
                         const uint32_t *condition, uint32_t count) {
    return count > 3 && is_string_list(verify, condition[0]) && condition[2] != PACKED_NONE &&
           is_rule(body, condition + 1, count - 1);
}

static bool has_rules(const struct verify *verify, const struct schema_body *body) {
    uint32_t count, length, conditions = body->open_conditions >> 1;
    const uint32_t *rules = list_at(verify, body->rules, &count);
    if (!rules || conditions > count) return false;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *rule = list_at(verify, rules[i], &length);
        bool plain = i < count - conditions;
        if (!rule ||
            !(plain ? is_rule(body, rule, length) : is_condition(verify, body, rule, length))) {
            return false;
        }
    }
    return true;
}

static bool is_body(const struct verify *verify, const struct schema_body *body) {
    const struct schema_property *properties = rows_of(verify, PACKED_PROPERTIES);
    if (!is_string(verify, body->name)) return false;
    if (!is_range(verify, PACKED_PROPERTIES, body->first_property, body->property_count))
        return false;
    for (uint32_t i = 1; i < body->property_count; i++) {
        const struct schema_property *property = &properties[body->first_property + i];
        if (!is_before(verify, property[-1].name, property->name)) return false;
    }
    return has_rules(verify, body);
}

static bool verify_bodies(struct verify *verify) {
    const struct schema_body *rows = rows_of(verify, PACKED_BODIES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_BODIES); i++) {
        if (!is_body(verify, &rows[i])) return fault(verify, PACKED_BODIES, i);
    }
    return true;
}

static bool verify_attributes(struct verify *verify) {
    const struct packed_attribute *attributes = rows_of(verify, PACKED_ATTRIBUTES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_ATTRIBUTES); i++) {
        if (!is_string(verify, attributes[i].name) ||
            attributes[i].value >= count_of(verify, PACKED_VALUES)) {
            return fault(verify, PACKED_ATTRIBUTES, i);
        }
    }
    const struct packed_place *places = rows_of(verify, PACKED_PLACES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_PLACES); i++) {
        if (!is_string(verify, places[i].path)) return fault(verify, PACKED_PLACES, i);
    }
    return true;
}

static bool is_own_property(const struct verify *verify, const struct schema_type *type,
                            uint32_t row) {
    const struct schema_body *body =
        (const struct schema_body *)rows_of(verify, PACKED_BODIES) + type->body;
    return row == PACKED_NONE ||
           (row >= body->first_property && row - body->first_property < body->property_count);
}

static bool has_sorted_rows(const struct verify *verify, const struct schema_type *type) {
    const struct packed_attribute *attributes = rows_of(verify, PACKED_ATTRIBUTES);
    const struct packed_place *places = rows_of(verify, PACKED_PLACES);
    if (!is_range(verify, PACKED_ATTRIBUTES, type->first_attribute, type->attribute_count))
        return false;
    if (!is_range(verify, PACKED_PLACES, type->first_place, type->place_count)) return false;
    for (uint32_t i = 1; i < type->attribute_count; i++) {
        const struct packed_attribute *row = &attributes[type->first_attribute + i];
        if (!is_before(verify, row[-1].name, row->name)) return false;
    }
    for (uint32_t i = 1; i < type->place_count; i++) {
        const struct packed_place *row = &places[type->first_place + i];
        if (!is_before(verify, row[-1].path, row->path)) return false;
    }
    return true;
}

static bool is_type(const struct verify *verify, const struct schema_type *type) {
    if (!is_string(verify, type->name) || !is_string(verify, type->ref)) return false;
    if (!is_string(verify, type->arn) || !is_string(verify, type->arn_attribute)) return false;
    if (!is_string(verify, type->name_pattern) || !is_string_list(verify, type->primary))
        return false;
    if (type->body >= count_of(verify, PACKED_BODIES)) return false;
    if (!is_own_property(verify, type, type->name_property)) return false;
    if (!is_own_property(verify, type, type->tag_property)) return false;
    if (type->name_scope > SCHEMA_SCOPE_PARENT || type->tags > SCHEMA_TAGS_OTHER) return false;
    if (type->regions >= count_of(verify, PACKED_MASKS)) return false;
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        if (!is_string_list(verify, type->permissions[i])) return false;
    }
    return has_sorted_rows(verify, type);
}

static bool verify_types(struct verify *verify) {
    const struct schema_type *rows = rows_of(verify, PACKED_TYPES);
    const uint32_t *names = rows_of(verify, PACKED_TYPE_NAMES);
    uint32_t count = count_of(verify, PACKED_TYPES);
    if (count_of(verify, PACKED_TYPE_NAMES) != count) return fault(verify, PACKED_TYPE_NAMES, 0);
    for (uint32_t i = 0; i < count; i++) {
        bool sorted = i == 0 || is_before(verify, names[i - 1], names[i]);
        if (!sorted || names[i] != rows[i].name || !is_type(verify, &rows[i]))
            return fault(verify, PACKED_TYPES, i);
    }
    return true;
}

static bool verify_rows(struct verify *verify) {
    const struct packed_header *header = verify->header;
    if (!verify_strings(verify)) return false;
    if (!is_string(verify, header->date) || !is_string(verify, header->sources)) {
        return fault(verify, PACKED_STRINGS, header->date);
    }
    return verify_numbers(verify) && verify_regions(verify) && verify_limits(verify) &&
           verify_values(verify) && verify_properties(verify) && verify_bodies(verify) &&
           verify_attributes(verify) && verify_types(verify);
}

static unsigned char *zeros(size_t size) {
    return memset(memory_alloc(size), 0, size);
}

bool packed_verify(const void *bytes, size_t size, struct failure *why) {
    struct verify verify = {.bytes = bytes, .header = bytes, .why = why};
    if (size < sizeof *verify.header || verify.header->magic != PACKED_MAGIC) {
        failure_set(why, "the file is not a packed schema");
        return failure_hint(why, "Make one with schema/pack, as schema/README.md describes.");
    }
    if (verify.header->version != PACKED_VERSION) {
        failure_set(why, "the schema file has version %u, and version %u is wanted",
                    verify.header->version, PACKED_VERSION);
        return failure_hint(why, "Pack it again with the schema/pack of this version.");
    }
    if (verify.header->size != size) {
        return failure_set(why, "the schema file has %zu bytes, and says that it has %u", size,
                           verify.header->size);
    }
    if (!verify_sections(&verify, size)) return false;
    verify.starts = zeros(count_of(&verify, PACKED_STRINGS) / 8 + 1);
    verify.depths = zeros((size_t)count_of(&verify, PACKED_VALUES) + 1);
    bool good = verify_rows(&verify);
    memory_free(verify.starts);
    memory_free(verify.depths);
    return good;
}
