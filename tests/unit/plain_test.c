/* The matcher of plain patterns says what PCRE2 says: of rows, and of all patterns of the schema that
 * it reads, with texts that are made to fit and then spoilt. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "checker/plain.h"
#include "schema/schema.h"
#include "tests/unit/chance.h"
#include "tests/unit/unit.h"

#include <pcre2.h>

enum { BODIES = 4096, TEXTS = 24, TEXT_MOST = 4096 };

/* As checker/constraint.c compiles it. */
static pcre2_code *compiled(struct text pattern) {
    int error;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)pattern.bytes, pattern.length,
                         PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY,
                         &error, &offset, NULL);
}

static bool code_matches(const pcre2_code *code, struct text text) {
    static pcre2_match_data *data;
    if (!data) data = pcre2_match_data_create(1, NULL);
    return pcre2_match(code, (PCRE2_SPTR)text.bytes, text.length, 0, PCRE2_NO_UTF_CHECK, data,
                       NULL) >= 0;
}

static char character_of(const struct plain_item *item) {
    char c;
    do {
        c = (char)number_below(128);
    } while (!(item->set[c / 64] >> c % 64 & 1));
    return c;
}

/* A text that fits, but for long ones, which are cut off. */
static size_t make_text(const struct plain *plain, char *bytes) {
    size_t length = 0;
    for (uint32_t i = 0; i < plain->count; i++) {
        const struct plain_item *item = &plain->items[i];
        if (item->skip && number_below(2)) i = item->skip - 1;
        if (item->skip || !item->most) continue;
        uint32_t most = item->most - item->least < 4 ? item->most : item->least + 4;
        uint32_t count = number_below(8) ? item->least + number_below(most - item->least + 1)
                         : item->most > TEXT_MOST ? most
                                                  : item->most;
        for (; count && length < TEXT_MOST; count--)
            bytes[length++] = character_of(item);
    }
    return length;
}

static size_t spoil(char *bytes, size_t length) {
    static const char other[] = "-_./: \n\t$^aZ09\\]";
    uint32_t at = length ? number_below((uint32_t)length) : 0;
    switch (number_below(4)) {
    case 0:
        bytes[at] = other[number_below(sizeof other - 1)];
        return length ? length : 1;
    case 1:
        memmove(bytes + at, bytes + at + 1, length - at);
        return length ? length - 1 : 0;
    case 2:
        bytes[length] = other[number_below(sizeof other - 1)];
        return length + 1;
    default:
        memcpy(bytes + length, "\xc3\xa9", 2); /* a letter beyond ASCII */
        return length + 2;
    }
}

static bool agree(const struct plain *plain, const pcre2_code *code, struct text text) {
    enum plain_result result = plain_match(plain, text);
    return result == PLAIN_UNKNOWN || (result == PLAIN_YES) == code_matches(code, text);
}

/* True also for patterns that are not plain. */
static bool agrees(struct text pattern) {
    static char bytes[TEXT_MOST + 8];
    struct plain plain;
    if (!plain_read(pattern, &plain)) return true;
    pcre2_code *code = compiled(pattern);
    bool same = code != NULL;
    for (int i = 0; same && i < TEXTS; i++) {
        size_t length = make_text(&plain, bytes);
        if (i % 3) length = spoil(bytes, length);
        same = agree(&plain, code, (struct text){bytes, length});
    }
    pcre2_code_free(code);
    if (!same) printf("differs: %.*s\n", TEXT_ARGS(pattern));
    return same;
}

static void test_rows(void) {
    static const struct {
        const char *pattern, *text;
        enum plain_result result;
    } rows[] = {
        {"^$", "", PLAIN_YES},
        {"^$", "a", PLAIN_NO},
        {"^[A-Za-z0-9_-]+(\\.fifo)?$", "orders.fifo", PLAIN_YES},
        {"^[A-Za-z0-9_-]+(\\.fifo)?$", "orders.fif", PLAIN_NO},
        {"^[A-Za-z0-9_-]+(\\.fifo)?$", ".fifo", PLAIN_NO},
        {"^[a-z0-9][a-z0-9.-]*[a-z0-9]$", "a.b", PLAIN_YES},
        {"^[a-z0-9][a-z0-9.-]*[a-z0-9]$", "a.b.", PLAIN_NO},
        {"^[a-z0-9][a-z0-9.-]*[a-z0-9]$", "a", PLAIN_NO},
        {"^\\d{12}$", "123456789012", PLAIN_YES},
        {"^\\d{12}$", "1234567890123", PLAIN_NO},
        {"^[\\w ]{2,3}$", "a ", PLAIN_YES},
        {"^[\\w ]{2,3}$", "a\n", PLAIN_NO},
        {"^[ab]*$", "ab\n", PLAIN_NO}, /* $ is the very end */
        {"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "a tag: 1", PLAIN_YES},
        {"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "a\ttag", PLAIN_NO},
        {"^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$", "\xc3\xa9", PLAIN_UNKNOWN},
        {"^[^/ ]+$", "a\nb", PLAIN_YES},
        {"^[^/ ]+$", "a/b", PLAIN_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plain plain;
        struct text pattern = text_of(rows[i].pattern), text = text_of(rows[i].text);
        enum plain_result result =
            plain_read(pattern, &plain) ? plain_match(&plain, text) : PLAIN_UNKNOWN;
        CU_ASSERT_EQUAL(result, rows[i].result);
        CU_ASSERT(agrees(pattern));
    }
}

/* What only looks plain, and where the reader must not guess. */
static void test_refused(void) {
    static const char *const rows[] = {
        "",           "^a",         "a$",           "^a\\$",     "^[^]$",
        "^.$",        "^a|b$",      "^(a|b)$",      "^(a)*$",    "^(a){2}$",
        "^((a))?$",   "^(?=a)a$",   "^(?i)a$",      "^a*?$",     "^a++$",
        "^a**$",      "^(a)??$",    "^a{,3}$",      "^a{3$",     "^a{3,2}$",
        "^a{70000}$", "^[a-\\d]$",  "^[a-z-9]$",    "^[\\w-9]$", "^[[:alpha:]]$",
        "^[a$",       "^(a$",       "^a)$",         "^\\1$",     "^\\b$",
        "^\\x41$",    "^[\\b]$",    "^\\p{Lu}$",    "^\\P{L}$",  "^\\S$",
        "^[z-a]$",    "^\xc3\xa9$", "^[\xc3\xa9]$", "^[a\\$",    "^{$",
        "^?$",        "^\\Qa$",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plain plain;
        CU_ASSERT_FALSE(plain_read(text_of(rows[i]), &plain));
    }
}

static void test_ceilings(void) {
    char bytes[4 * PLAIN_ITEMS + 8] = "^", text[2000];
    struct plain plain;
    for (int i = 0; i < PLAIN_ITEMS; i++)
        strcat(bytes, "a?");
    CU_ASSERT(plain_read(text_of(strcat(bytes, "$")), &plain));
    bytes[strlen(bytes) - 1] = '\0';
    CU_ASSERT_FALSE(plain_read(text_of(strcat(bytes, "a$")), &plain));
    CU_ASSERT(plain_read(TEXT("^a{65535}$"), &plain));
    CU_ASSERT_FALSE(plain_read(TEXT("^a{65536}$"), &plain));
    memset(text, 'a', sizeof text);
    CU_ASSERT(plain_read(TEXT("^a*a*a*a*b$"), &plain));
    CU_ASSERT_EQUAL(plain_match(&plain, (struct text){text, sizeof text}), PLAIN_UNKNOWN);
    CU_ASSERT(plain_read(TEXT("^[a-z]*a$"), &plain));
    CU_ASSERT_EQUAL(plain_match(&plain, (struct text){text, sizeof text}), PLAIN_YES);
    CU_ASSERT_EQUAL(plain_match(&plain, (struct text){NULL, 0}), PLAIN_NO);
}

struct walk {
    const struct schema_body *bodies[BODIES];
    size_t count;
    unsigned plain, differing;
};

static void walk_pattern(struct walk *walk, struct text pattern) {
    struct plain plain;
    walk->plain += pattern.length && plain_read(pattern, &plain);
    walk->differing += pattern.length && !agrees(pattern);
}

static void walk_value(struct walk *walk, const struct schema_value *value) {
    struct schema_limits limits;
    schema_value_limits(value, &limits);
    walk_pattern(walk, limits.pattern);
    walk_pattern(walk, limits.key_pattern);
    if (schema_value_element(value)) walk_value(walk, schema_value_element(value));
    for (size_t i = 0; i < schema_value_member_count(value); i++)
        walk_value(walk, schema_value_member(value, i));
    const struct schema_body *body = schema_value_body(value);
    for (size_t i = 0; body && i < walk->count; i++) {
        if (walk->bodies[i] == body) return;
    }
    if (body && walk->count < BODIES) walk->bodies[walk->count++] = body;
}

static void test_schema(void) {
    static struct walk walk;
    for (size_t i = 0; i < schema_type_count(); i++) {
        const struct schema_type *type = schema_type_at(i);
        struct schema_name name;
        if (schema_type_physical_name(type, &name)) walk_pattern(&walk, name.pattern);
        walk.count = 1;
        walk.bodies[0] = schema_type_body(type);
        for (size_t j = 0; j < walk.count; j++) {
            for (size_t k = 0; k < schema_body_count(walk.bodies[j]); k++)
                walk_value(&walk, schema_property_value(schema_body_at(walk.bodies[j], k)));
        }
    }
    CU_ASSERT_EQUAL(walk.differing, 0);
    CU_ASSERT(walk.plain > 3000);
    printf("(%u plain patterns) ", walk.plain);
}

UNIT_MAIN("plain", {"rows", test_rows}, {"refused", test_refused}, {"ceilings", test_ceilings},
          {"patterns of the schema", test_schema})
