/* Reads facts.txt and the files kept by hand (README.md describes them), line by line. */
#include "schema/pack.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct type *types;
struct body *bodies;
uint32_t type_count, body_count;
static uint32_t type_room, body_room;
struct set values = {.size = sizeof(struct schema_value)};
struct set limits = {.size = sizeof(struct packed_limits)};
struct set numbers = {.size = sizeof(double)};
struct set masks = {.size = sizeof(uint64_t)};
struct words pool;
struct words regions;
uint32_t date, sources;

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
    bodies[body_count] = (struct body){.name = name, .type = (uint32_t)(type - types)};
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
}

uint32_t value_add(enum schema_shape shape, uint32_t content, uint32_t limit) {
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

struct type *type_find(uint32_t name) {
    for (uint32_t i = 0; i < type_count; i++) {
        if (types[i].name == name) return &types[i];
    }
    stop("unknown type");
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
    uint32_t scope = take("world ")    ? SCHEMA_SCOPE_WORLD
                     : take("parent ") ? SCHEMA_SCOPE_PARENT
                                       : (need("account "), SCHEMA_SCOPE_ACCOUNT);
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

void read_facts(const char *path) {
    struct packed_limits none = {0};
    double zero = 0;
    string_add("", 0);
    words_add(&pool, 0);
    set_add(&limits, &none);
    set_add(&numbers, &zero);
    read_lines(path, read_fact);
}

void read_names(const char *path) {
    read_lines(path, read_name);
}

void read_scopes(const char *path) {
    read_lines(path, read_scope);
}

void read_conditions(const char *path) {
    read_lines(path, read_condition);
}
