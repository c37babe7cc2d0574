/* Checks packed tables from outside before they are used: see verify.h.
 *
 * Types and bodies are listed in sections of their own, and each is followed from there: whatever
 * is found at an index must be good as what the reader takes it for. That two things may share
 * words does no harm, since nothing is written. fault() names the section and the row, so that a
 * damaged file is told from one of another version.
 */
#include "schema/verify.h"

#include "base/arena.h"
#include "base/text.h"
#include "schema/packed.h"
#include "schema/schema.h"

#include <math.h>

enum { HEIGHT_MOST = 15 }; /* lists in lists; the facts need 3 */

static const char *const section_names[PACKED_SECTIONS] = {
    "regions", "numbers", "masks", "hashes", "types", "facts", "bodies",
};
static const size_t row_sizes[PACKED_SECTIONS] = {
    sizeof(uint32_t), sizeof(double),   sizeof(uint64_t), sizeof(struct packed_hash),
    sizeof(uint32_t), sizeof(uint32_t), sizeof(uint32_t),
};

/* What begins at a word of FACTS, as far as it is known; above: the height of the value there. */
enum mark { MARK_STRING = 1, MARK_LIMITS = 2, MARK_BODY = 4, MARK_TYPE = 8, MARK_HEIGHT = 16 };

struct verify {
    const unsigned char *bytes;
    const struct packed_header *header;
    const uint32_t *facts;
    unsigned char *marks; /* enum mark, of each word of FACTS */
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

/* Whether count rows of so many words lie within FACTS. */
static bool is_range(const struct verify *verify, uint32_t index, uint32_t count, size_t words) {
    return (uint64_t)index + (uint64_t)count * words <= count_of(verify, PACKED_FACTS);
}

static bool has_mark(const struct verify *verify, uint32_t index, enum mark mark) {
    return index < count_of(verify, PACKED_FACTS) && verify->marks[index] & mark;
}

static bool mark(struct verify *verify, uint32_t index, enum mark mark) {
    verify->marks[index] |= (unsigned char)mark;
    return true;
}

static struct text string_at(const struct verify *verify, uint32_t index) {
    const uint32_t *words = verify->facts + index;
    return (struct text){(const char *)(words + 1), *words};
}

/* Valid UTF-8 without a NUL in it, and one behind it. */
static bool is_string(struct verify *verify, uint32_t index) {
    if (has_mark(verify, index, MARK_STRING)) return true;
    if (!is_range(verify, index, 1, 1)) return false;
    struct text string = string_at(verify, index);
    if (string.length / sizeof(uint32_t) >= count_of(verify, PACKED_FACTS) - index - 1)
        return false;
    if (string.bytes[string.length] || memchr(string.bytes, 0, string.length)) return false;
    return text_utf8_error(string) == string.length && mark(verify, index, MARK_STRING);
}

/* Whether two strings are in byte order, and not the same. */
static bool is_before(struct verify *verify, uint32_t first, uint32_t second) {
    return is_string(verify, first) && is_string(verify, second) &&
           text_compare(string_at(verify, first), string_at(verify, second)) < 0;
}

/* Whether the first words of so many rows, of so many words each, are strings in byte order. */
static bool is_sorted(struct verify *verify, uint32_t index, uint32_t count, size_t words) {
    if (!is_range(verify, index, count, words)) return false;
    const uint32_t *rows = verify->facts + index;
    for (uint32_t i = 0; i < count; i++) {
        if (i ? !is_before(verify, rows[(i - 1) * words], rows[i * words])
              : !is_string(verify, rows[0])) {
            return false;
        }
    }
    return true;
}

/* The words of a list, or NULL if it reaches beyond the section. */
static const uint32_t *list_at(const struct verify *verify, uint32_t index, uint32_t *count) {
    if (!is_range(verify, index, 1, 1)) return NULL;
    *count = verify->facts[index];
    return is_range(verify, index + 1, *count, 1) ? verify->facts + index + 1 : NULL;
}

static bool is_string_list(struct verify *verify, uint32_t index) {
    uint32_t count;
    const uint32_t *list = list_at(verify, index, &count);
    for (uint32_t i = 0; list && i < count; i++) {
        if (!is_string(verify, list[i])) return false;
    }
    return list != NULL;
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

static bool is_limits(struct verify *verify, uint32_t index) {
    uint32_t numbers = count_of(verify, PACKED_NUMBERS);
    if (has_mark(verify, index, MARK_LIMITS)) return true;
    if (!is_range(verify, index, 1, PACKED_WORDS(struct packed_limits))) return false;
    const struct packed_limits *row = (const void *)(verify->facts + index);
    return row->minimum < numbers && row->maximum < numbers && row->multiple_of < numbers &&
           is_string(verify, row->pattern) && is_string(verify, row->key_pattern) &&
           is_string(verify, row->format) && is_string_list(verify, row->enums) &&
           mark(verify, index, MARK_LIMITS);
}

static int value_height(struct verify *verify, uint32_t index, int depth);

/* The height of the highest of its members; 0 if one is no value, or a union. */
static int union_height(struct verify *verify, uint32_t index, int depth) {
    uint32_t count;
    const uint32_t *members = list_at(verify, index, &count);
    int height = 0;
    if (!members || count < 2) return 0;
    for (uint32_t i = 0; i < count; i++) {
        int member = value_height(verify, members[i], depth);
        if (!member || (verify->facts[members[i]] & 0xff) == SCHEMA_UNION) return 0;
        if (height < member) height = member;
    }
    return height;
}

/* The height of a value that holds one of this height; 0 where that is too much. */
static int above(int height) {
    return height && height < HEIGHT_MOST ? height + 1 : 0;
}

static int height_by_shape(struct verify *verify, const struct schema_value *value, int depth) {
    uint32_t shape = value->shape_limits & 0xff;
    if (shape >= SCHEMA_SHAPES) return 0;
    switch ((enum schema_shape)shape) {
    case SCHEMA_LIST:
    case SCHEMA_MAP:
        return above(value_height(verify, value->content, depth + 1));
    case SCHEMA_BODY:
        return has_mark(verify, value->content, MARK_BODY);
    case SCHEMA_UNION:
        return above(union_height(verify, value->content, depth + 1));
    case SCHEMA_STRING:
    case SCHEMA_INTEGER:
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
    case SCHEMA_JSON:
    case SCHEMA_DATE_TIME:
        return value->content == PACKED_NONE;
    }
    return 0;
}

/* How many values lie in one another from here on, or 0 if that is no value, or is too high. It is
 * noted when all within is good, so a value that leads back to itself ends by depth. */
static int value_height(struct verify *verify, uint32_t index, int depth) {
    if (depth > HEIGHT_MOST) return 0;
    if (!is_range(verify, index, 1, PACKED_WORDS(struct schema_value))) return 0;
    if (verify->marks[index] / MARK_HEIGHT) return verify->marks[index] / MARK_HEIGHT;
    const struct schema_value *value = (const void *)(verify->facts + index);
    if (!is_limits(verify, value->shape_limits >> 8)) return 0;
    int height = height_by_shape(verify, value, depth);
    verify->marks[index] |= (unsigned char)(height * MARK_HEIGHT);
    return height;
}

static bool is_value(struct verify *verify, uint32_t index) {
    return value_height(verify, index, 0) > 0;
}

static bool is_wishes(struct verify *verify, uint32_t index) {
    uint32_t count;
    const uint32_t *list = list_at(verify, index, &count);
    if (!list || count % 2) return false;
    for (uint32_t i = 0; i < count; i += 2) {
        if ((list[i] & ~PACKED_SURE) >= count_of(verify, PACKED_TYPES)) return false;
        if (!is_string(verify, list[i + 1])) return false;
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
static bool is_condition(struct verify *verify, const struct schema_body *body,
                         const uint32_t *condition, uint32_t count) {
    return count > 3 && is_string_list(verify, condition[0]) && condition[2] != PACKED_NONE &&
           is_rule(body, condition + 1, count - 1);
}

static bool has_rules(struct verify *verify, const struct schema_body *body) {
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

static bool is_body(struct verify *verify, uint32_t index) {
    const struct schema_body *body = (const void *)(verify->facts + index);
    if (!is_string(verify, body->name)) return false;
    if (!is_sorted(verify, index + (uint32_t)PACKED_WORDS(struct schema_body), body->property_count,
                   PACKED_WORDS(struct schema_property))) {
        return false;
    }
    for (uint32_t i = 0; i < body->property_count; i++) {
        const struct schema_property *property = &body->properties[i];
        if (!is_value(verify, property->value) || !is_wishes(verify, property->flags_wishes >> 8)) {
            return false;
        }
    }
    return has_rules(verify, body);
}

/* Bodies lead to one another: each is marked before any is looked into. */
static bool verify_bodies(struct verify *verify) {
    const uint32_t *rows = rows_of(verify, PACKED_BODIES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_BODIES); i++) {
        if (!is_range(verify, rows[i], 1, PACKED_WORDS(struct schema_body)))
            return fault(verify, PACKED_BODIES, i);
        mark(verify, rows[i], MARK_BODY);
    }
    for (uint32_t i = 0; i < count_of(verify, PACKED_BODIES); i++) {
        if (!is_body(verify, rows[i])) return fault(verify, PACKED_BODIES, i);
    }
    return true;
}

static bool is_own_property(const struct verify *verify, const struct schema_type *type,
                            uint32_t index) {
    const struct schema_body *body = (const void *)(verify->facts + type->body);
    uint64_t first = (uint64_t)type->body + PACKED_WORDS(struct schema_body);
    if (index == PACKED_NONE) return true;
    return index >= first && (index - first) % PACKED_WORDS(struct schema_property) == 0 &&
           (index - first) / PACKED_WORDS(struct schema_property) < body->property_count;
}

static bool has_attributes(struct verify *verify, const struct schema_type *type) {
    if (!is_sorted(verify, type->first_attribute, type->attribute_count,
                   PACKED_WORDS(struct packed_attribute))) {
        return false;
    }
    const struct packed_attribute *rows = (const void *)(verify->facts + type->first_attribute);
    for (uint32_t i = 0; i < type->attribute_count; i++) {
        if (!is_value(verify, rows[i].value)) return false;
    }
    return true;
}

static bool is_type(struct verify *verify, uint32_t index) {
    if (!is_range(verify, index, 1, PACKED_WORDS(struct schema_type))) return false;
    const struct schema_type *type = (const void *)(verify->facts + index);
    if (!is_string(verify, type->name) || !is_string(verify, type->ref)) return false;
    if (!is_string(verify, type->arn) || !is_string(verify, type->arn_attribute)) return false;
    if (!is_string(verify, type->name_pattern) || !is_string_list(verify, type->primary))
        return false;
    if (!has_mark(verify, type->body, MARK_BODY)) return false;
    if (!is_own_property(verify, type, type->name_property)) return false;
    if (!is_own_property(verify, type, type->tag_property)) return false;
    if (type->name_scope > SCHEMA_SCOPE_PARENT || type->tags > SCHEMA_TAGS_OTHER) return false;
    if (type->regions >= count_of(verify, PACKED_MASKS)) return false;
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        if (!is_string_list(verify, type->permissions[i])) return false;
    }
    return has_attributes(verify, type) && is_sorted(verify, type->first_place, type->place_count,
                                                     PACKED_WORDS(struct packed_place));
}

static bool verify_types(struct verify *verify) {
    const uint32_t *rows = rows_of(verify, PACKED_TYPES);
    for (uint32_t i = 0; i < count_of(verify, PACKED_TYPES); i++) {
        bool good =
            is_type(verify, rows[i]) &&
            (i == 0 || is_before(verify, verify->facts[rows[i - 1]], verify->facts[rows[i]]));
        if (!good) return fault(verify, PACKED_TYPES, i);
        mark(verify, rows[i], MARK_TYPE);
    }
    return true;
}

static bool verify_hashes(struct verify *verify) {
    const struct packed_hash *rows = rows_of(verify, PACKED_HASHES);
    uint32_t count = count_of(verify, PACKED_HASHES);
    if (count != count_of(verify, PACKED_TYPES)) return fault(verify, PACKED_HASHES, 0);
    for (uint32_t i = 0; i < count; i++) {
        bool sorted = i == 0 || rows[i - 1].hash <= rows[i].hash;
        if (!sorted || !has_mark(verify, rows[i].type, MARK_TYPE))
            return fault(verify, PACKED_HASHES, i);
        struct text name = string_at(verify, verify->facts[rows[i].type]);
        if (packed_hash(name.bytes, name.length) != rows[i].hash)
            return fault(verify, PACKED_HASHES, i);
    }
    return true;
}

/* Of what is found without an index: the empty string, the empty list, no limits. */
static bool verify_zeros(struct verify *verify) {
    if (!is_range(verify, 0, 1, PACKED_WORDS(struct packed_limits)))
        return fault(verify, PACKED_FACTS, 0);
    for (uint32_t i = 0; i < PACKED_WORDS(struct packed_limits); i++) {
        if (verify->facts[i]) return fault(verify, PACKED_FACTS, i);
    }
    return true;
}

static bool verify_header(struct verify *verify) {
    const struct packed_header *header = verify->header;
    if (!is_string(verify, header->date)) return fault(verify, PACKED_FACTS, header->date);
    if (!is_string(verify, header->sources)) return fault(verify, PACKED_FACTS, header->sources);
    return is_value(verify, header->any_string) || fault(verify, PACKED_FACTS, header->any_string);
}

static bool verify_rows(struct verify *verify) {
    return verify_zeros(verify) && verify_numbers(verify) && verify_regions(verify) &&
           verify_bodies(verify) && verify_types(verify) && verify_hashes(verify) &&
           verify_header(verify);
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
    verify.facts = rows_of(&verify, PACKED_FACTS);
    size_t words = count_of(&verify, PACKED_FACTS);
    verify.marks = memset(memory_alloc(words + 1), 0, words + 1);
    bool good = verify_rows(&verify);
    memory_free(verify.marks);
    return good;
}
