/* Reads the packed tables in place. schema.h says what they hold, packed.h how they lie.
 *
 * Rows are found by their number from the start of a section. Where a name is looked up, rows are
 * sorted by it: binary search over offsets, comparing bytes.
 */
#include "schema/schema.h"

#include "base/limits.h"
#include "schema/packed.h"
#include "schema/tables.h"
#include "schema/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 512 }; /* of a place; the longest in the facts has 110 */

static const unsigned char *tables = (const unsigned char *)schema_tables;

static char *opened; /* the tables of a file, if there is one */

static const struct packed_header *header(void) {
    return (const void *)tables;
}

static const void *section(enum packed_section which) {
    return tables + header()->sections[which].offset;
}

static size_t section_count(enum packed_section which) {
    return header()->sections[which].count;
}

static const void *fact(uint32_t index) {
    return (const uint32_t *)section(PACKED_FACTS) + index;
}

static struct text string(uint32_t index) {
    const uint32_t *words = fact(index);
    return (struct text){(const char *)(words + 1), *words};
}

static const uint32_t *list(uint32_t index) {
    return fact(index);
}

static const struct schema_body *body_row(uint32_t index) {
    return fact(index);
}

static const struct schema_value *value_row(uint32_t index) {
    return fact(index);
}

static int compare(struct text a, struct text b) {
    int order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Searches count rows of size bytes, sorted by the string that is their first word. */
static const void *search(const void *rows, size_t count, size_t size, struct text name) {
    const unsigned char *low = rows;
    if (!name.length) return NULL;
    while (count) {
        const unsigned char *middle = low + count / 2 * size;
        int order = compare(name, string(*(const uint32_t *)(const void *)middle));
        if (order == 0) return middle;
        if (order > 0) {
            low = middle + size;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return NULL;
}

bool schema_open_bytes(struct text bytes, struct failure *why) {
    if (!packed_verify(bytes.bytes, bytes.length, why)) return false;
    tables = (const unsigned char *)bytes.bytes;
    return true;
}

/* The whole file in memory, rather than a map of it that others could change after the check. */
static bool read_file(int file, size_t size, char *bytes) {
    size_t at = 0;
    while (at < size) {
        ssize_t count = read(file, bytes + at, size - at);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += (size_t)count;
    }
    return true;
}

static bool open_packed(int file, const char *path, struct failure *why) {
    struct stat state;
    if (fstat(file, &state) || !S_ISREG(state.st_mode) || state.st_size <= 0) {
        return failure_set(why, "\"%s\" is not a file with a packed schema", path);
    }
    if (state.st_size > LIMIT_SCHEMA_BYTES) {
        return failure_set(why, "\"%s\" is larger than a schema may be: %d bytes", path,
                           LIMIT_SCHEMA_BYTES);
    }
    size_t size = (size_t)state.st_size;
    char *bytes = memory_try(size); /* it outlives the call */
    if (!bytes) return failure_set(why, "could not get memory for \"%s\"", path);
    struct failure cause = {.hint = ""};
    if (!read_file(file, size, bytes)) {
        failure_set(why, "could not read \"%s\"", path);
    } else if (schema_open_bytes((struct text){bytes, size}, &cause)) {
        memory_free(opened);
        opened = bytes;
        return true;
    } else {
        failure_set(why, "cannot use \"%s\": %s", path, cause.message);
        if (cause.hint[0]) failure_hint(why, "%s", cause.hint);
    }
    memory_free(bytes);
    return false;
}

bool schema_open_file(const char *path, struct failure *why) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return failure_set(why, "could not open \"%s\": %s", path, strerror(errno));
    bool good = open_packed(file, path, why);
    close(file);
    return good;
}

struct text schema_date(void) {
    return string(header()->date);
}

struct text schema_sources(void) {
    return string(header()->sources);
}

size_t schema_type_count(void) {
    return section_count(PACKED_TYPES);
}

const struct schema_type *schema_type_at(size_t index) {
    return fact(((const uint32_t *)section(PACKED_TYPES))[index]);
}

/* The first row of HASHES that is not below hash. */
static size_t hash_place(uint32_t hash) {
    const struct packed_hash *rows = section(PACKED_HASHES);
    size_t low = 0, high = section_count(PACKED_HASHES);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct schema_type *schema_type_find(struct text name) {
    if (name.length > 8 && !memcmp(name.bytes, "Custom::", 8)) {
        name = TEXT("AWS::CloudFormation::CustomResource");
    }
    const struct packed_hash *rows = section(PACKED_HASHES);
    uint32_t hash = packed_hash(name.bytes, name.length);
    for (size_t i = hash_place(hash); i < section_count(PACKED_HASHES) && rows[i].hash == hash;
         i++) {
        const struct schema_type *type = fact(rows[i].type);
        if (text_equal(string(type->name), name)) return type;
    }
    return NULL;
}

struct text schema_type_name(const struct schema_type *type) {
    return string(type->name);
}

const struct schema_body *schema_type_body(const struct schema_type *type) {
    return body_row(type->body);
}

unsigned schema_type_flags(const struct schema_type *type) {
    return type->flags;
}

size_t schema_type_primary_count(const struct schema_type *type) {
    return *list(type->primary);
}

struct text schema_type_primary(const struct schema_type *type, size_t index) {
    return string(list(type->primary)[index + 1]);
}

struct text schema_type_ref(const struct schema_type *type) {
    return string(type->ref);
}

size_t schema_type_attribute_count(const struct schema_type *type) {
    return type->attribute_count;
}

static const struct packed_attribute *attribute_rows(const struct schema_type *type) {
    return fact(type->first_attribute);
}

struct schema_attribute schema_type_attribute(const struct schema_type *type, size_t index) {
    const struct packed_attribute *row = attribute_rows(type) + index;
    return (struct schema_attribute){string(row->name), value_row(row->value)};
}

bool schema_type_attribute_open(const struct schema_type *type, struct text name) {
    return text_is(name, "Outputs") && text_is(string(type->name), "AWS::CloudFormation::Stack");
}

/* Whether the type answers attributes that only a template can name. */
static bool has_any_attribute(const struct schema_type *type, struct text name) {
    if (schema_body_open(body_row(type->body))) return name.length > 0;
    const char *dot = name.length ? memchr(name.bytes, '.', name.length) : NULL;
    if (!dot || dot + 1 == name.bytes + name.length) return false;
    return schema_type_attribute_open(type, (struct text){name.bytes, (size_t)(dot - name.bytes)});
}

bool schema_type_attribute_find(const struct schema_type *type, struct text name,
                                struct schema_attribute *attribute) {
    const struct packed_attribute *row =
        search(attribute_rows(type), type->attribute_count, sizeof *row, name);
    if (row) {
        *attribute = (struct schema_attribute){string(row->name), value_row(row->value)};
        return true;
    }
    if (!has_any_attribute(type, name)) return false;
    *attribute = (struct schema_attribute){name, value_row(header()->any_string)};
    return true;
}

struct text schema_type_arn(const struct schema_type *type, struct text *attribute) {
    if (attribute) *attribute = string(type->arn_attribute);
    return string(type->arn);
}

bool schema_type_physical_name(const struct schema_type *type, struct schema_name *name) {
    if (type->name_property == PACKED_NONE) return false;
    const struct schema_property *property = fact(type->name_property);
    *name = (struct schema_name){
        .property = property,
        .optional = !(schema_property_flags(property) & SCHEMA_REQUIRED),
        .scope = (enum schema_scope)type->name_scope,
        .minimum = type->name_minimum,
        .maximum = type->name_maximum,
        .pattern = string(type->name_pattern),
    };
    return true;
}

enum schema_tags schema_type_tags(const struct schema_type *type,
                                  const struct schema_property **property) {
    bool none = type->tag_property == PACKED_NONE;
    if (property) *property = none ? NULL : fact(type->tag_property);
    return (enum schema_tags)type->tags;
}

size_t schema_type_permission_count(const struct schema_type *type,
                                    enum schema_operation operation) {
    return *list(type->permissions[operation]);
}

struct text schema_type_permission(const struct schema_type *type, enum schema_operation operation,
                                   size_t index) {
    return string(list(type->permissions[operation])[index + 1]);
}

size_t schema_region_count(void) {
    return section_count(PACKED_REGIONS);
}

struct text schema_region_at(size_t region) {
    return string(((const uint32_t *)section(PACKED_REGIONS))[region]);
}

int schema_region_find(struct text name) {
    const uint32_t *regions = section(PACKED_REGIONS);
    const uint32_t *found = search(regions, section_count(PACKED_REGIONS), sizeof *regions, name);
    return found ? (int)(found - regions) : -1;
}

static uint64_t region_mask(const struct schema_type *type) {
    return ((const uint64_t *)section(PACKED_MASKS))[type->regions];
}

bool schema_type_in_region(const struct schema_type *type, size_t region) {
    return region_mask(type) >> region & 1;
}

size_t schema_type_region_count(const struct schema_type *type) {
    return (size_t)__builtin_popcountll(region_mask(type));
}

struct text schema_body_name(const struct schema_body *body) {
    return string(body->name);
}

size_t schema_body_count(const struct schema_body *body) {
    return body->property_count;
}

const struct schema_property *schema_body_at(const struct schema_body *body, size_t index) {
    return body->properties + index;
}

bool schema_body_has(const struct schema_body *body, const struct schema_property *property) {
    return property >= body->properties && property < body->properties + body->property_count;
}

const struct schema_property *schema_body_find(const struct schema_body *body, struct text name) {
    return search(body->properties, body->property_count, sizeof *body->properties, name);
}

bool schema_body_open(const struct schema_body *body) {
    return body->open_conditions & 1;
}

size_t schema_body_condition_count(const struct schema_body *body) {
    return body->open_conditions >> 1;
}

size_t schema_body_rule_count(const struct schema_body *body) {
    return *list(body->rules) - schema_body_condition_count(body);
}

/* The rule whose count words begin with its kind. */
static struct schema_rule rule_of(const struct schema_body *body, const uint32_t *words,
                                  size_t count) {
    bool has_when = words[1] != PACKED_NONE;
    return (struct schema_rule){
        .kind = (enum schema_rule_kind)words[0],
        .when = has_when ? body->properties + words[1] : NULL,
        .count = count - 2,
        .body = body,
        .rows = words + 2,
    };
}

struct schema_rule schema_body_rule(const struct schema_body *body, size_t index) {
    const uint32_t *rule = list(list(body->rules)[index + 1]);
    return rule_of(body, rule + 1, rule[0]);
}

struct schema_condition schema_body_condition(const struct schema_body *body, size_t index) {
    const uint32_t *rules = list(body->rules) + schema_body_rule_count(body);
    const uint32_t *condition = list(rules[index + 1]);
    const uint32_t *values = list(condition[1]);
    return (struct schema_condition){rule_of(body, condition + 2, condition[0] - 1), values[0],
                                     values + 1};
}

struct text schema_condition_value(const struct schema_condition *condition, size_t index) {
    return string(condition->values[index]);
}

const struct schema_property *schema_rule_property(const struct schema_rule *rule, size_t index) {
    return rule->body->properties + rule->rows[index];
}

struct text schema_property_name(const struct schema_property *property) {
    return string(property->name);
}

unsigned schema_property_flags(const struct schema_property *property) {
    return property->flags_wishes & 0xff;
}

const struct schema_value *schema_property_value(const struct schema_property *property) {
    return value_row(property->value);
}

static const struct packed_place *place_rows(const struct schema_type *type) {
    return fact(type->first_place);
}

size_t schema_type_place_count(const struct schema_type *type) {
    return type->place_count;
}

struct schema_place schema_type_place(const struct schema_type *type, size_t index) {
    const struct packed_place *row = place_rows(type) + index;
    return (struct schema_place){string(row->path), row->flags};
}

unsigned schema_flags_at(const struct schema_type *type, const struct schema_property *const *path,
                         size_t depth) {
    char bytes[PATH_BYTES];
    size_t length = 0;
    unsigned flags = schema_property_flags(path[0]);
    for (size_t i = 0; i < depth && type->place_count; i++) {
        struct text name = string(path[i]->name);
        if (length + name.length + 1 > sizeof bytes) break;
        if (i) bytes[length++] = '.';
        memcpy(bytes + length, name.bytes, name.length);
        length += name.length;
        const struct packed_place *place = search(place_rows(type), type->place_count,
                                                  sizeof *place, (struct text){bytes, length});
        if (place) flags |= place->flags;
    }
    unsigned required = schema_property_flags(path[depth - 1]) & SCHEMA_REQUIRED;
    return (flags & ~(unsigned)SCHEMA_REQUIRED) | required;
}

static const uint32_t *wish_list(const struct schema_property *property) {
    return list(property->flags_wishes >> 8);
}

size_t schema_property_wish_count(const struct schema_property *property) {
    return *wish_list(property) / 2;
}

struct schema_wish schema_property_wish(const struct schema_property *property, size_t index) {
    const uint32_t *wish = wish_list(property) + 1 + 2 * index;
    return (struct schema_wish){
        .type = schema_type_at(wish[0] & ~PACKED_SURE),
        .attribute = string(wish[1]),
        .sure = wish[0] & PACKED_SURE,
    };
}

struct text schema_property_wants(const struct schema_property *property,
                                  const struct schema_type *type) {
    for (size_t i = 0; i < schema_property_wish_count(property); i++) {
        struct schema_wish wish = schema_property_wish(property, i);
        if (wish.type == type) return wish.attribute;
    }
    return string(0);
}

enum schema_shape schema_value_shape(const struct schema_value *value) {
    return (enum schema_shape)(value->shape_limits & 0xff);
}

const struct schema_value *schema_value_element(const struct schema_value *value) {
    enum schema_shape shape = schema_value_shape(value);
    return shape == SCHEMA_LIST || shape == SCHEMA_MAP ? value_row(value->content) : NULL;
}

const struct schema_body *schema_value_body(const struct schema_value *value) {
    return schema_value_shape(value) == SCHEMA_BODY ? body_row(value->content) : NULL;
}

size_t schema_value_member_count(const struct schema_value *value) {
    return schema_value_shape(value) == SCHEMA_UNION ? *list(value->content) : 0;
}

const struct schema_value *schema_value_member(const struct schema_value *value, size_t index) {
    return value_row(list(value->content)[index + 1]);
}

static void write_enclosed(const struct schema_value *value, const char *brackets,
                           struct buffer *out) {
    buffer_char(out, brackets[0]);
    schema_value_write(schema_value_element(value), out);
    buffer_char(out, brackets[1]);
}

static void write_members(const struct schema_value *value, struct buffer *out) {
    for (size_t i = 0; i < schema_value_member_count(value); i++) {
        if (i) buffer_char(out, '|');
        schema_value_write(schema_value_member(value, i), out);
    }
}

void schema_value_write(const struct schema_value *value, struct buffer *out) {
    switch (schema_value_shape(value)) {
    case SCHEMA_STRING:
        buffer_string(out, "string");
        break;
    case SCHEMA_INTEGER:
        buffer_string(out, "integer");
        break;
    case SCHEMA_NUMBER:
        buffer_string(out, "number");
        break;
    case SCHEMA_BOOLEAN:
        buffer_string(out, "boolean");
        break;
    case SCHEMA_JSON:
        buffer_string(out, "json");
        break;
    case SCHEMA_DATE_TIME:
        buffer_string(out, "date-time");
        break;
    case SCHEMA_LIST:
        write_enclosed(value, "[]", out);
        break;
    case SCHEMA_MAP:
        write_enclosed(value, "{}", out);
        break;
    case SCHEMA_BODY:
        buffer_text(out, schema_body_name(schema_value_body(value)));
        break;
    case SCHEMA_UNION:
        write_members(value, out);
        break;
    }
}

static const struct packed_limits *limits_row(const struct schema_value *value) {
    return fact(value->shape_limits >> 8);
}

bool schema_value_limits(const struct schema_value *value, struct schema_limits *limits) {
    const struct packed_limits *row = limits_row(value);
    const double *numbers = section(PACKED_NUMBERS);
    *limits = (struct schema_limits){
        .set = row->set,
        .min_length = row->min_length,
        .max_length = row->max_length,
        .min_items = row->min_items,
        .max_items = row->max_items,
        .minimum = numbers[row->minimum],
        .maximum = numbers[row->maximum],
        .multiple_of = numbers[row->multiple_of],
        .pattern = string(row->pattern),
        .key_pattern = string(row->key_pattern),
        .format = string(row->format),
        .enum_count = *list(row->enums),
    };
    return value->shape_limits >> 8 != 0;
}

struct text schema_value_enum(const struct schema_value *value, size_t index) {
    return string(list(limits_row(value)->enums)[index + 1]);
}

/* ASCII letters without regard to case, which is all that AWS's enums have. */
static bool equal_any_case(struct text a, struct text b) {
    if (a.length != b.length) return false;
    for (size_t i = 0; i < a.length; i++) {
        if (ascii_lower(a.bytes[i]) != ascii_lower(b.bytes[i])) return false;
    }
    return true;
}

static bool has_any_case(const uint32_t *enums, struct text text) {
    for (uint32_t i = 1; i <= enums[0]; i++) {
        if (equal_any_case(string(enums[i]), text)) return true;
    }
    return false;
}

bool schema_value_enum_has(const struct schema_value *value, struct text text) {
    const struct packed_limits *row = limits_row(value);
    const uint32_t *enums = list(row->enums);
    if (row->set & SCHEMA_ENUM_ANY_CASE) return has_any_case(enums, text);
    for (uint32_t low = 1, high = enums[0] + 1; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(text, string(enums[middle]));
        if (order == 0) return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
