/* Packs schema/facts.txt and the files kept by hand into the tables of packed.h.
 *
 *     pack facts.txt names.txt global.txt conditions.txt OUTPUT [--array]
 *
 * A program of the build, not of the product: it trusts its input, stops at the first line that it
 * does not understand, and leaves its memory to the system. Everything is numbered as it is read
 * ("raw"); then equal bodies are found, strings are sorted, and the rows are written with their
 * final numbers. --array writes C source for compilers whose assembler has no .incbin.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static struct {
    const char *path;
    unsigned line;
    const char *at; /* rest of the line */
} input;

static void stop(const char *what) {
    fprintf(stderr, "%s:%u: %s: %s\n", input.path, input.line, what, input.at ? input.at : "");
    exit(1);
}

static void *grow(void *memory, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) return memory;
    *room = *room ? *room * 2 : 8;
    memory = realloc(memory, *room * size);
    if (!memory) stop("no memory");
    return memory;
}

static void words_add(struct words *words, uint32_t word) {
    words->at = grow(words->at, words->count, &words->room, sizeof *words->at);
    words->at[words->count++] = word;
}

struct set {
    size_t size; /* of a row in bytes */
    unsigned char *rows;
    uint32_t count, room;
    uint32_t *slots, slot_count; /* row + 1 */
};

static uint64_t hash_bytes(const void *bytes, size_t length, uint64_t hash) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

static void set_rehash(struct set *set) {
    free(set->slots);
    set->slot_count = set->slot_count ? set->slot_count * 2 : 1024;
    set->slots = calloc(set->slot_count, sizeof *set->slots);
    if (!set->slots) stop("no memory");
    for (uint32_t row = 0; row < set->count; row++) {
        uint64_t slot = hash_bytes(set->rows + row * set->size, set->size, 1) % set->slot_count;
        while (set->slots[slot])
            slot = (slot + 1) % set->slot_count;
        set->slots[slot] = row + 1;
    }
}

/* The number of the row with these bytes, which is added if there is none. */
static uint32_t set_add(struct set *set, const void *row) {
    if (2 * set->count >= set->slot_count) set_rehash(set);
    uint64_t slot = hash_bytes(row, set->size, 1) % set->slot_count;
    for (; set->slots[slot]; slot = (slot + 1) % set->slot_count) {
        uint32_t found = set->slots[slot] - 1;
        if (!memcmp(set->rows + found * set->size, row, set->size)) return found;
    }
    set->rows = grow(set->rows, set->count, &set->room, set->size);
    memcpy(set->rows + set->count * set->size, row, set->size);
    set->slots[slot] = ++set->count;
    return set->count - 1;
}

struct string {
    char *bytes;
    uint32_t length, offset;
};

static struct {
    struct string *rows;
    uint32_t count, room;
    uint32_t *slots, slot_count;
} strings;

static void strings_rehash(void) {
    free(strings.slots);
    strings.slot_count = strings.slot_count ? strings.slot_count * 2 : 4096;
    strings.slots = calloc(strings.slot_count, sizeof *strings.slots);
    if (!strings.slots) stop("no memory");
    for (uint32_t row = 0; row < strings.count; row++) {
        uint64_t slot = hash_bytes(strings.rows[row].bytes, strings.rows[row].length, 1);
        for (slot %= strings.slot_count; strings.slots[slot];)
            slot = (slot + 1) % strings.slot_count;
        strings.slots[slot] = row + 1;
    }
}

/* The raw number of a string; the empty one is 0. */
static uint32_t string_add(const char *bytes, size_t length) {
    if (2 * strings.count >= strings.slot_count) strings_rehash();
    if (length > 0xffff) stop("string too long");
    uint64_t slot = hash_bytes(bytes, length, 1) % strings.slot_count;
    for (; strings.slots[slot]; slot = (slot + 1) % strings.slot_count) {
        const struct string *found = &strings.rows[strings.slots[slot] - 1];
        if (found->length == length && !memcmp(found->bytes, bytes, length)) {
            return strings.slots[slot] - 1;
        }
    }
    strings.rows = grow(strings.rows, strings.count, &strings.room, sizeof *strings.rows);
    char *copy = malloc(length + 1);
    if (!copy) stop("no memory");
    memcpy(copy, bytes, length);
    copy[length] = 0;
    strings.rows[strings.count] = (struct string){copy, (uint32_t)length, 0};
    strings.slots[slot] = ++strings.count;
    return strings.count - 1;
}

static int string_compare(const void *a, const void *b) {
    const struct string *left = &strings.rows[*(const uint32_t *)a];
    const struct string *right = &strings.rows[*(const uint32_t *)b];
    size_t common = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->bytes, right->bytes, common);
    return order ? order : (left->length > right->length) - (left->length < right->length);
}

static struct type *types;
static uint32_t type_count, type_room;
static struct body *bodies;
static uint32_t body_count, body_room;
static struct set values = {sizeof(struct schema_value), NULL, 0, 0, NULL, 0};
static struct set limits = {sizeof(struct packed_limits), NULL, 0, 0, NULL, 0};
static struct set numbers = {sizeof(double), NULL, 0, 0, NULL, 0};
static struct set masks = {sizeof(uint64_t), NULL, 0, 0, NULL, 0};
static struct words pool; /* raw lists: count, words */
static struct words regions;
static uint32_t date, sources;

static bool take(const char *text) {
    size_t length = strlen(text);
    if (strncmp(input.at, text, length)) return false;
    input.at += length;
    return true;
}

static void need(const char *text) {
    if (!take(text)) stop(text);
}

/* The characters up to one of ends, as a raw string. */
static uint32_t take_word(const char *ends) {
    size_t length = strcspn(input.at, ends);
    if (!length) stop("a word is missing");
    uint32_t word = string_add(input.at, length);
    input.at += length;
    return word;
}

static void take_words(struct words *words) {
    while (take(" "))
        words_add(words, take_word(" "));
}

static unsigned take_hex(void) {
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char digit = *input.at++;
        if (!isxdigit((unsigned char)digit)) stop("four hexadecimal digits wanted");
        value = value * 16 +
                (unsigned)(isdigit((unsigned char)digit) ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    return value;
}

static char *put_utf8(char *out, unsigned code) {
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 63));
    } else {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 63));
        *out++ = (char)(0x80 | (code & 63));
    }
    return out;
}

/* A JSON string, as a raw string. */
static uint32_t take_string(void) {
    static char bytes[0x10000];
    char *out = bytes;
    need("\"");
    while (*input.at != '"') {
        if (out - bytes > 0xff00 || !*input.at) stop("string does not end");
        if (*input.at != '\\') {
            *out++ = *input.at++;
            continue;
        }
        char escape = input.at[1];
        input.at += 2;
        if (escape == 'u') {
            unsigned code = take_hex();
            if (!code) stop("a string cannot hold NUL");
            out = put_utf8(out, code);
        } else {
            const char *found = strchr("\"\"\\\\//n\nt\tr\rb\bf\f", escape);
            if (!found) stop("unknown escape");
            *out++ = found[1];
        }
    }
    input.at++;
    return string_add(bytes, (size_t)(out - bytes));
}

static uint32_t take_unsigned(void) {
    char *end;
    long long number = strtoll(input.at, &end, 10);
    if (end == input.at) stop("a number is missing");
    input.at = end;
    return number < 0 ? 0 : number > 0xfffffffe ? 0xfffffffe : (uint32_t)number;
}

static uint16_t take_number(void) {
    char *end;
    double number = strtod(input.at, &end);
    if (end == input.at) stop("a number is missing");
    input.at = end;
    uint32_t row = set_add(&numbers, &number);
    if (row > 0xffff) stop("too many numbers");
    return (uint16_t)row;
}

static uint32_t pool_add(const struct words *words) {
    uint32_t start = pool.count;
    words_add(&pool, words->count);
    for (uint32_t i = 0; i < words->count; i++)
        words_add(&pool, words->at[i]);
    return start;
}

static uint32_t take_enum(void) {
    struct words words = {NULL, 0, 0};
    need("[");
    do {
        words_add(&words, take_string());
    } while (take(","));
    need("]");
    uint32_t list = pool_add(&words);
    free(words.at);
    return list;
}

enum limit_kind { LIMIT_COUNT, LIMIT_NUMBER, LIMIT_TEXT, LIMIT_ENUM, LIMIT_FLAG };

#define ROW(member) offsetof(struct packed_limits, member)

static const struct limit_word {
    const char *word;
    enum limit_kind kind;
    unsigned set;
    size_t offset;
} limit_words[] = {
    {"min-length=", LIMIT_COUNT, SCHEMA_MIN_LENGTH, ROW(min_length)},
    {"max-length=", LIMIT_COUNT, SCHEMA_MAX_LENGTH, ROW(max_length)},
    {"min-items=", LIMIT_COUNT, SCHEMA_MIN_ITEMS, ROW(min_items)},
    {"max-items=", LIMIT_COUNT, SCHEMA_MAX_ITEMS, ROW(max_items)},
    {"minimum=", LIMIT_NUMBER, SCHEMA_MINIMUM, ROW(minimum)},
    {"maximum=", LIMIT_NUMBER, SCHEMA_MAXIMUM, ROW(maximum)},
    {"above=", LIMIT_NUMBER, SCHEMA_MINIMUM | SCHEMA_EXCLUSIVE_MINIMUM, ROW(minimum)},
    {"below=", LIMIT_NUMBER, SCHEMA_MAXIMUM | SCHEMA_EXCLUSIVE_MAXIMUM, ROW(maximum)},
    {"multiple-of=", LIMIT_NUMBER, 0, ROW(multiple_of)},
    {"pattern=", LIMIT_TEXT, 0, ROW(pattern)},
    {"keys=", LIMIT_TEXT, 0, ROW(key_pattern)},
    {"format=", LIMIT_TEXT, 0, ROW(format)},
    {"enum=", LIMIT_ENUM, 0, ROW(enums)},
    {"any-case", LIMIT_FLAG, SCHEMA_ENUM_ANY_CASE, 0},
    {"unique", LIMIT_FLAG, SCHEMA_UNIQUE_ITEMS, 0},
};

static void take_limit_value(struct packed_limits *row, const struct limit_word *word) {
    unsigned char *member = (unsigned char *)row + word->offset;
    uint32_t value = 0;
    row->set |= (uint16_t)word->set;
    switch (word->kind) {
    case LIMIT_FLAG:
        return;
    case LIMIT_NUMBER: {
        uint16_t number = take_number();
        memcpy(member, &number, sizeof number);
        return;
    }
    case LIMIT_COUNT:
        value = take_unsigned();
        break;
    case LIMIT_TEXT:
        value = take_string();
        break;
    case LIMIT_ENUM:
        value = take_enum();
        break;
    }
    memcpy(member, &value, sizeof value);
}

static void take_limit(struct packed_limits *row) {
    for (size_t i = 0; i < sizeof limit_words / sizeof *limit_words; i++) {
        if (!take(limit_words[i].word)) continue;
        take_limit_value(row, &limit_words[i]);
        return;
    }
    stop("unknown limit");
}

/* "(max-length=5 min-length=1)", or nothing. */
static uint32_t take_limits(void) {
    struct packed_limits row = {0};
    if (!take("(")) return set_add(&limits, &row);
    do {
        take_limit(&row);
    } while (take(" "));
    need(")");
    return set_add(&limits, &row);
}

/* The body of the current type with this name, which may be described further down. */
static uint32_t body_of(struct type *type, uint32_t name) {
    for (uint32_t i = 0; i < type->bodies.count; i++) {
        if (bodies[type->bodies.at[i]].name == name) return type->bodies.at[i];
    }
    bodies = grow(bodies, body_count, &body_room, sizeof *bodies);
    bodies[body_count] =
        (struct body){.name = name, .type = (uint32_t)(type - types), .row = PACKED_NONE};
    words_add(&type->bodies, body_count);
    return body_count++;
}

static uint32_t take_value(struct type *type);

static enum schema_shape take_scalar(void) {
    static const char *const words[] = {"string",  "integer", "number",
                                        "boolean", "json",    "date-time"};
    for (int shape = SCHEMA_STRING; shape <= SCHEMA_DATE_TIME; shape++) {
        if (take(words[shape])) return (enum schema_shape)shape;
    }
    stop("unknown shape");
    return SCHEMA_JSON;
}

static uint32_t value_add(enum schema_shape shape, uint32_t content, uint32_t limit) {
    struct schema_value row = {limit << 8 | shape, content};
    return set_add(&values, &row);
}

static uint32_t take_single(struct type *type) {
    enum schema_shape shape;
    uint32_t content = PACKED_NONE;
    if (take("[")) {
        shape = SCHEMA_LIST;
        content = take_value(type);
        need("]");
    } else if (take("{")) {
        shape = SCHEMA_MAP;
        content = take_value(type);
        need("}");
    } else if (take("@")) {
        shape = SCHEMA_BODY;
        content = body_of(type, take_word(" ]}|()"));
    } else {
        shape = take_scalar();
    }
    return value_add(shape, content, take_limits());
}

static uint32_t take_value(struct type *type) {
    struct words members = {NULL, 0, 0};
    do {
        words_add(&members, take_single(type));
    } while (take("|"));
    uint32_t value = members.at[0];
    if (members.count > 1) value = value_add(SCHEMA_UNION, pool_add(&members), 0);
    free(members.at);
    return value;
}

struct flag_word {
    const char *word;
    uint32_t flag;
};

static uint32_t flag_find(const struct flag_word *words, uint32_t name) {
    for (; words->word; words++) {
        if (!strcmp(words->word, strings.rows[name].bytes)) return words->flag;
    }
    stop(strings.rows[name].bytes);
    return 0;
}

static const struct flag_word property_flags[] = {
    {"required", SCHEMA_REQUIRED},
    {"create-only", SCHEMA_CREATE_ONLY},
    {"maybe-create-only", SCHEMA_MAYBE_CREATE_ONLY},
    {"read-only", SCHEMA_READ_ONLY},
    {"write-only", SCHEMA_WRITE_ONLY},
    {"deprecated", SCHEMA_DEPRECATED},
    {NULL, 0},
};

static const struct flag_word type_flags[] = {
    {"stateful", SCHEMA_TYPE_STATEFUL},
    {"immutable", SCHEMA_TYPE_IMMUTABLE},
    {"taggable", SCHEMA_TYPE_TAGGABLE},
    {"tag-on-create", SCHEMA_TYPE_TAG_ON_CREATE},
    {"tag-updatable", SCHEMA_TYPE_TAG_UPDATABLE},
    {"handlers", SCHEMA_TYPE_CLOUD_CONTROL},
    {"delete-first", SCHEMA_TYPE_DELETE_FIRST},
    {"retiring", SCHEMA_TYPE_RETIRING},
    {NULL, 0},
};

static const struct flag_word tag_shapes[] = {
    {"list", SCHEMA_TAGS_LIST}, {"map", SCHEMA_TAGS_MAP}, {"other", SCHEMA_TAGS_OTHER}, {NULL, 0}};

static const struct flag_word rule_kinds[] = {
    {"exactly-one", SCHEMA_RULE_EXACTLY_ONE}, {"at-least-one", SCHEMA_RULE_AT_LEAST_ONE},
    {"at-most-one", SCHEMA_RULE_AT_MOST_ONE}, {"needs", SCHEMA_RULE_NEEDS},
    {"excludes", SCHEMA_RULE_EXCLUDES},       {NULL, 0},
};

static const char *const operations[] = {" create", " read", " update", " delete", " list"};

static uint32_t take_flags(const struct flag_word *words) {
    uint32_t flags = 0;
    while (*input.at == ' ' && input.at[1] != '-' && input.at[1] != '~') {
        input.at++;
        flags |= flag_find(words, take_word(" "));
    }
    return flags;
}

static void take_wishes(struct words *wishes) {
    while (*input.at) {
        bool sure = take(" ->");
        if (!sure) need(" ~>");
        while (*input.at == ' ' && input.at[1] == 'A') {
            input.at++;
            words_add(wishes, take_word("."));
            need(".");
            words_add(wishes, take_word(" "));
            words_add(wishes, sure);
        }
    }
}

static void read_property(struct type *type, uint32_t owner) {
    struct property property = {0};
    property.name = take_word(" ");
    need(" ");
    property.value = take_value(type);
    property.flags = take_flags(property_flags);
    take_wishes(&property.wishes);
    struct body *body = &bodies[owner];
    body->properties = grow(body->properties, body->property_count, &body->property_room,
                            sizeof *body->properties);
    body->properties[body->property_count++] = property;
}

static void read_rule(struct body *body) {
    struct rule rule = {0};
    rule.kind = flag_find(rule_kinds, take_word(" "));
    rule.has_when = rule.kind == SCHEMA_RULE_NEEDS || rule.kind == SCHEMA_RULE_EXCLUDES;
    need(" ");
    words_add(&rule.names, take_word(" ="));
    while (take("=") || take(","))
        words_add(&rule.values, take_word(" ,"));
    take_words(&rule.names);
    body->rules = grow(body->rules, body->rule_count, &body->rule_room, sizeof *body->rules);
    body->rules[body->rule_count++] = rule;
}

static void read_regions(struct type *type) {
    uint64_t all = regions.count == 64 ? ~(uint64_t)0 : ((uint64_t)1 << regions.count) - 1;
    type->regions = take(" all") ? all : 0;
    while (take(" ")) {
        bool without = take("-");
        uint32_t name = take_word(" "), region = 0;
        while (region < regions.count && regions.at[region] != name)
            region++;
        if (region == regions.count) stop("unknown region");
        uint64_t bit = (uint64_t)1 << region;
        type->regions = without ? type->regions & ~bit : type->regions | bit;
    }
}

static void read_arn(struct type *type) {
    type->arn_attribute = take("-") ? 0 : take_word(" ");
    need(" ");
    type->arn = strcmp(input.at, "-") ? take_word("") : 0;
}

static void read_tags(struct type *type) {
    type->tags = flag_find(tag_shapes, take_word(" "));
    need(" ");
    type->tag_property = take_word(" ");
}

static void read_attribute(struct type *type) {
    uint32_t name = take_word(" ");
    need(" ");
    words_add(&type->attributes, name);
    words_add(&type->attributes, take_value(type));
}

static void read_place(struct type *type) {
    words_add(&type->places, take_word(" "));
    words_add(&type->places, take_flags(property_flags));
}

static void read_permissions(struct type *type) {
    for (int i = 0; i < SCHEMA_OPERATIONS; i++) {
        if (take(operations[i])) {
            take_words(&type->permissions[i]);
            return;
        }
    }
    stop("unknown line");
}

static void read_type_line(struct type *type) {
    if (take(" flags")) {
        type->flags = take_flags(type_flags);
    } else if (take(" primary")) {
        take_words(&type->primary);
    } else if (take(" ref ")) {
        type->ref = take_word(" ");
    } else if (take(" name ")) {
        type->name_property = take_word(" ");
    } else if (take(" arn ")) {
        read_arn(type);
    } else if (take(" tags ")) {
        read_tags(type);
    } else if (take(" attribute ")) {
        read_attribute(type);
    } else if (take(" place ")) {
        read_place(type);
    } else if (take(" regions")) {
        read_regions(type);
    } else {
        read_permissions(type);
    }
}

static struct type *read_type(void) {
    types = grow(types, type_count, &type_room, sizeof *types);
    struct type *type = &types[type_count++];
    memset(type, 0, sizeof *type);
    type->name = take_word(" ");
    type->body = body_of(type, type->name);
    return type;
}

static void read_fact(const char *line) {
    static uint32_t body;
    struct type *type = type_count ? &types[type_count - 1] : NULL;
    input.at = line;
    if (!*line || *line == '#') return;
    if (take("type ")) {
        body = read_type()->body;
    } else if (take("date ")) {
        date = take_word("");
    } else if (take("sources ")) {
        sources = take_word("");
    } else if (take("regions")) {
        take_words(&regions);
    } else if (take(" body ")) {
        body = body_of(type, take_word(" "));
    } else if (take("  .")) {
        read_property(type, body);
    } else if (take("  open")) {
        bodies[body].open = true;
    } else if (take("  ")) {
        read_rule(&bodies[body]);
    } else {
        read_type_line(type);
    }
}

static struct type *type_find(uint32_t name) {
    for (uint32_t i = 0; i < type_count; i++) {
        if (types[i].name == name) return &types[i];
    }
    stop("unknown type");
    return NULL;
}

static void read_name(const char *line) {
    input.at = line;
    if (!*line || *line == '#') return;
    struct type *type = type_find(take_word(" "));
    need(" ");
    type->name_property = take_word(" ");
    need(" ");
    type->limits[0] = take_unsigned();
    need("..");
    type->limits[1] = take_unsigned();
    if (take(" ")) type->limit_pattern = take_word("");
}

static void read_scope(const char *line) {
    input.at = line;
    if (!*line || *line == '#') return;
    uint32_t scope = take("world ") ? SCHEMA_SCOPE_WORLD : (need("account "), SCHEMA_SCOPE_ACCOUNT);
    struct type *type = type_find(take_word(" "));
    if (!type->name_property) stop("type has no physical name");
    type->scope = scope;
}

static void read_condition(const char *line) {
    input.at = line;
    if (!*line || *line == '#') return;
    struct type *type = type_find(take_word(" ."));
    uint32_t body = type->body, known = body_count;
    if (take(".")) body = body_of(type, take_word(" "));
    if (body_count > known) stop("unknown nested type");
    need(" ");
    read_rule(&bodies[body]);
}

static void read_lines(const char *path, void (*read)(const char *line)) {
    static char line[0x40000];
    FILE *file = fopen(path, "rb");
    input.path = path;
    input.line = 0;
    if (!file) stop("could not open the file");
    while (fgets(line, sizeof line, file)) {
        input.line++;
        size_t length = strlen(line);
        if (!length || line[length - 1] != '\n') stop("line does not end");
        line[length - 1] = 0;
        read(line);
    }
    fclose(file);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 31);
}

/* A value as what it is made of; bodies stand for themselves with the hash of the last round. */
static uint64_t hash_value(uint32_t value) {
    const struct schema_value *row = (const struct schema_value *)values.rows + value;
    enum schema_shape shape = row->shape_limits & 0xff;
    uint64_t hash = mix(17, row->shape_limits);
    if (shape == SCHEMA_BODY) return mix(hash, bodies[row->content].hash);
    if (shape == SCHEMA_LIST || shape == SCHEMA_MAP) return mix(hash, hash_value(row->content));
    if (shape == SCHEMA_UNION) {
        for (uint32_t i = 1; i <= pool.at[row->content]; i++) {
            hash = mix(hash, hash_value(pool.at[row->content + i]));
        }
    }
    return hash;
}

static uint64_t hash_words(uint64_t hash, const struct words *words) {
    hash = mix(hash, words->count);
    for (uint32_t i = 0; i < words->count; i++)
        hash = mix(hash, words->at[i]);
    return hash;
}

static uint64_t hash_body(const struct body *body) {
    uint64_t hash = mix(mix(mix(29, body->name), body->open), body->property_count);
    for (uint32_t i = 0; i < body->property_count; i++) {
        const struct property *property = &body->properties[i];
        hash = mix(mix(hash, property->name), property->flags);
        hash = hash_words(mix(hash, hash_value(property->value)), &property->wishes);
    }
    for (uint32_t i = 0; i < body->rule_count; i++) {
        hash = hash_words(mix(hash, body->rules[i].kind), &body->rules[i].names);
        hash = hash_words(hash, &body->rules[i].values);
    }
    return hash;
}

/* Bodies are equal if they look equal as deep as one can look: hashes take in one more level with
 * each round, so the rounds are as many as the deepest nesting needs (15 in the facts). */
static void hash_bodies(void) {
    for (int round = 0; round < 24; round++) {
        for (uint32_t i = 0; i < body_count; i++)
            bodies[i].next_hash = hash_body(&bodies[i]);
        for (uint32_t i = 0; i < body_count; i++)
            bodies[i].hash = bodies[i].next_hash;
    }
}

static int hash_compare(const void *a, const void *b) {
    const struct body *left = &bodies[*(const uint32_t *)a], *right = &bodies[*(const uint32_t *)b];
    if (left->hash != right->hash) return left->hash < right->hash ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* Gives each body its final row, the same to equal ones; returns how many rows there are. */
static uint32_t number_bodies(void) {
    uint32_t *order = calloc(body_count, sizeof *order), *twin = calloc(body_count, sizeof *twin);
    if (!order || !twin) stop("no memory");
    for (uint32_t i = 0; i < body_count; i++)
        order[i] = i;
    qsort(order, body_count, sizeof *order, hash_compare);
    for (uint32_t i = 0; i < body_count; i++) {
        bool same = i && bodies[order[i]].hash == bodies[order[i - 1]].hash;
        twin[order[i]] = same ? twin[order[i - 1]] : order[i];
    }
    uint32_t rows = 0;
    for (uint32_t i = 0; i < body_count; i++) {
        bodies[i].row = twin[i] == i ? rows++ : bodies[twin[i]].row;
    }
    free(order);
    free(twin);
    return rows;
}

struct bytes {
    unsigned char *at;
    uint32_t count, room;
};

static struct bytes string_area;
static struct words final_pool;
static struct set final_values = {sizeof(struct schema_value), NULL, 0, 0, NULL, 0};
static struct set final_limits = {sizeof(struct packed_limits), NULL, 0, 0, NULL, 0};
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

static void lay_strings(void) {
    uint32_t *order = calloc(strings.count, sizeof *order);
    if (!order) stop("no memory");
    for (uint32_t i = 0; i < strings.count; i++)
        order[i] = i;
    qsort(order, strings.count, sizeof *order, string_compare);
    for (uint32_t i = 0; i < strings.count; i++) {
        struct string *string = &strings.rows[order[i]];
        uint16_t length = (uint16_t)string->length;
        area_add(&length, sizeof length);
        string->offset = string_area.count;
        area_add(string->bytes, string->length + 1);
    }
    free(order);
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
    uint32_t *list = calloc(count + 1, sizeof *list);
    if (!list) stop("no memory");
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
    return 0;
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
    return (left->path > right->path) - (left->path < right->path);
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
    type_rows = calloc(type_count, sizeof *type_rows);
    if (!type_rows) stop("no memory");
    for (uint32_t i = 0; i < type_count; i++) {
        if (i && offset_of(types[i].name) <= offset_of(types[i - 1].name))
            stop("types are not sorted");
        write_type(&types[i], &type_rows[i]);
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
    unsigned char *bytes = calloc(1, header.size);
    if (!bytes) stop("no memory");
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

int main(int count, char **arguments) {
    bool array = count == 7 && !strcmp(arguments[6], "--array");
    if (count != 6 && !array) {
        fprintf(stderr,
                "usage: pack facts.txt names.txt global.txt conditions.txt OUTPUT [--array]\n");
        return 2;
    }
    struct packed_limits none = {0};
    string_add("", 0);
    words_add(&pool, 0);
    set_add(&limits, &none);
    double zero = 0;
    set_add(&numbers, &zero);
    read_lines(arguments[1], read_fact);
    read_lines(arguments[2], read_name);
    read_lines(arguments[3], read_scope);
    read_lines(arguments[4], read_condition);

    hash_bodies();
    uint32_t body_rows_count = number_bodies();
    body_rows = calloc(body_rows_count, sizeof *body_rows);
    lay_strings();
    list_add(NULL, 0);
    final_limit(0);
    uint32_t any_string = final_value(value_add(SCHEMA_STRING, PACKED_NONE, 0));
    write_bodies();
    write_types();
    lay_sections(body_rows_count, any_string);

    FILE *file = fopen(arguments[5], "wb");
    if (!file || !write_image(file, image(), array) || fclose(file)) {
        fprintf(stderr, "pack: could not write %s\n", arguments[5]);
        return 1;
    }
    return 0;
}
