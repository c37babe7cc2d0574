/* Unit tests of base/, and of the pages of the diagnostics. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/names.h"
#include "base/unicode.h"
#include "cli/pages.h"
#include "tests/unit/unit.h"

static void test_arena(void) {
    struct arena arena;
    arena_init(&arena);
    for (size_t size = 0; size < 70000; size = size * 2 + 1) {
        unsigned char *memory = arena_alloc(&arena, size);
        CU_ASSERT_EQUAL((uintptr_t)memory % 8, 0);
        for (size_t i = 0; i < size; i++) {
            if (memory[i]) CU_FAIL("memory of an arena is zero");
        }
        memset(memory, 0xFF, size);
    }
    arena_release(&arena);
    CU_ASSERT_PTR_NULL(arena.blocks);
}

/* Fills so many bytes in pieces, and finds each of them zero before. */
static void fill(struct arena *arena, size_t bytes, size_t piece) {
    for (size_t done = 0; done < bytes; done += piece) {
        unsigned char *memory = arena_alloc(arena, piece);
        if (memory[0] || memory[piece - 1]) CU_FAIL("memory is zero after a rewind too");
        memset(memory, 0xFF, piece);
    }
}

static void test_arena_rewinds(void) {
    static const size_t pieces[] = {24, 5000, 300000, 3000000};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < 4; i++) {
        struct arena_mark empty = arena_mark(&arena);
        for (size_t round = 0; round < 3; round++) {
            char *kept = arena_copy(&arena, "kept", 4);
            size_t used = arena.used;
            struct arena_mark outer = arena_mark(&arena);
            fill(&arena, 600000, pieces[i]);
            struct arena_mark inner = arena_mark(&arena);
            fill(&arena, 600000, pieces[3 - i]);
            arena_rewind(&arena, inner);
            fill(&arena, 600000, pieces[i]);
            arena_rewind(&arena, outer);
            CU_ASSERT_EQUAL(arena.used, used);
            CU_ASSERT_STRING_EQUAL(kept, "kept");
        }
        arena_rewind(&arena, empty);
    }
    CU_ASSERT_EQUAL(arena.used, 0);
    arena_release(&arena);
}

static void test_arena_drops(void) {
    struct arena arena;
    arena_init(&arena);
    char *kept = arena_copy(&arena, "kept", 4);
    for (size_t size = 16; size < 8000000; size *= 4) {
        void *dropped = arena_alloc(&arena, size);
        arena_alloc(&arena, 64);
        memset(dropped, 0xFF, size);
        arena_drop(&arena, dropped, size);
        char *next = arena_alloc(&arena, size);
        if (next[0] || next[size - 1]) CU_FAIL("memory of an arena is zero");
    }
    arena_drop(&arena, NULL, 0);
    CU_ASSERT_STRING_EQUAL(kept, "kept");
    arena_release(&arena);
}

static void test_arena_adopts(void) {
    for (int is_empty = 0; is_empty < 2; is_empty++) {
        struct arena arena, other;
        arena_init(&arena);
        arena_init(&other);
        char *first = is_empty ? NULL : arena_copy(&arena, "first", 5);
        char *adopted = arena_copy(&other, "adopted", 7);
        fill(&other, 600000, 5000);
        size_t used = arena.used + other.used;
        arena_adopt(&arena, &other);
        CU_ASSERT_EQUAL(arena.used, used);
        CU_ASSERT_PTR_NULL(other.blocks);
        fill(&arena, 600000, 5000);
        fill(&other, 600000, 5000);
        arena_release(&other);
        arena_adopt(&arena, &other); /* an empty one */
        CU_ASSERT_STRING_EQUAL(adopted, "adopted");
        if (first) CU_ASSERT_STRING_EQUAL(first, "first");
        arena_release(&arena);
    }
}

/* Doubled from 1 to 256 words, again and again: what one gives back, the next ones take. */
static void test_arena_grows(void) {
    struct arena arena;
    arena_init(&arena);
    for (int again = 0; again < 100; again++) {
        uint64_t *words = NULL;
        for (size_t count = 0, room = 1; room <= 256; count = room, room *= 2) {
            words = arena_grow(&arena, words, count, room, sizeof *words);
            for (size_t i = 0; i < room; i++) {
                if (words[i] != (i < count ? i : 0))
                    CU_FAIL("what was there stays, the rest is zero");
                words[i] = i;
            }
        }
        arena_drop(&arena, words, 256 * sizeof *words);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
    CU_ASSERT(arena.used < 3 * 256 * sizeof(uint64_t));
#endif
    arena_release(&arena);
}

static void test_memory_recovers(void) {
    struct arena arena;
    arena_init(&arena);
    struct recovery recovery;
    volatile bool came_back = false;
    recovery_begin(&recovery);
    if (setjmp(recovery.point) == 0) {
        arena_array(&arena, SIZE_MAX / 2, 8);
        CU_FAIL("an array that overflows is exhausted memory");
    } else {
        came_back = true;
    }
    recovery_end(&recovery);
    CU_ASSERT(came_back);
    arena_release(&arena);
}

static void test_utf8(void) {
    static const struct { const char *bytes; size_t length, error; } rows[] = {
        {"abc", 3, 3},
        {"\xC3\xA4", 2, 2},
        {"\xC0\x80", 2, 0},             /* longer than needed */
        {"a\xED\xA0\x80", 4, 1},        /* a surrogate */
        {"\xF4\x8F\xBF\xBF", 4, 4},     /* the last character */
        {"\xF4\x90\x80\x80", 4, 0},     /* one past it */
        {"ab\xE2\x82", 4, 2},           /* cut off */
        {"\x80", 1, 0},
        {"\xFF", 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text text = {rows[i].bytes, rows[i].length};
        CU_ASSERT_EQUAL(text_utf8_error(text), rows[i].error);
    }
}

static void test_unicode_encode(void) {
    static const uint32_t characters[] = {0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        char bytes[4];
        uint32_t again = 1;
        size_t size = unicode_encode(characters[i], bytes);
        CU_ASSERT_EQUAL(unicode_decode((struct text){bytes, size}, 0, &again), size);
        CU_ASSERT_EQUAL(again, characters[i]);
    }
}

static void test_columns(void) {
    CU_ASSERT_EQUAL(text_columns(TEXT("abc")), 3);
    CU_ASSERT_EQUAL(text_columns(TEXT("\xE4\xB8\xAD\xE6\x96\x87")), 4); /* two wide ones */
    CU_ASSERT_EQUAL(text_columns(TEXT("e\xCC\x81")), 1);                /* a joining accent */
    CU_ASSERT_EQUAL(text_columns(TEXT("\xF0\x9F\x98\x80")), 2);         /* a face */
    CU_ASSERT_EQUAL(text_characters(TEXT("\xE4\xB8\xAD\xE6\x96\x87")), 2);
}

static void test_distance(void) {
    static const struct { const char *a, *b; unsigned distance; } rows[] = {
        {"", "", 0},           {"abc", "abc", 0},  {"abc", "abd", 2}, {"abc", "ab", 2},
        {"ab", "ba", 2},       {"Abc", "abc", 1},  {"kitten", "sitting", 6},
        {"BuketName", "BucketName", 2}, {"bucketname", "BucketName", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text a = text_of(rows[i].a), b = text_of(rows[i].b);
        CU_ASSERT_EQUAL(text_distance(a, b, 100), rows[i].distance);
        CU_ASSERT_EQUAL(text_distance(b, a, 100), rows[i].distance);
        if (rows[i].distance) {
            CU_ASSERT_EQUAL(text_distance(a, b, rows[i].distance - 1), rows[i].distance);
        }
    }
}

static void test_suggestion(void) {
    struct suggestion suggestion;
    suggestion_init(&suggestion, TEXT("VersionConfiguration"));
    suggestion_offer(&suggestion, TEXT("Tags"));
    CU_ASSERT_EQUAL(suggestion.best.length, 0);
    suggestion_offer(&suggestion, TEXT("VersioningConfiguration"));
    suggestion_offer(&suggestion, TEXT("BucketName"));
    CU_ASSERT(text_is(suggestion.best, "VersioningConfiguration"));
}

static void test_number(void) {
    static const struct { double number; const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {1e15, "1000000000000000"},
        {1e18, "1000000000000000000"},
        {1e19, "1e+19"},
        {1.5e-7, "1.5e-7"},
        {1e-6, "0.000001"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0.1 + 0.2, "0.30000000000000004"},
        {123456.789, "123456.789"},
        {1.0 / 3, "0.3333333333333333"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_number(&buffer, rows[i].number);
        CU_ASSERT(text_is(buffer_view(&buffer), rows[i].text));
        buffer_release(&buffer);
    }
}

/* Whatever the bits, what is printed reads back as the same number. */
static void test_number_round_trip(void) {
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        double number;
        memcpy(&number, &bits, sizeof number);
        if (number != number || number - number != 0) continue;
        struct buffer buffer;
        buffer_init(&buffer);
        buffer_number(&buffer, number);
        buffer_char(&buffer, '\0');
        if (strtod(buffer.bytes, NULL) != number) CU_FAIL("a number reads back as another");
        buffer_release(&buffer);
    }
}

static void test_json_string(void) {
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_json_string(&buffer, TEXT("a\"b\\c\n\t\x01\x7F/\xC3\xA4"));
    CU_ASSERT(text_is(buffer_view(&buffer), "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f/\xC3\xA4\""));
    buffer_release(&buffer);
}

static void test_names(void) {
    struct arena arena;
    struct names names;
    struct map map;
    arena_init(&arena);
    names_init(&names, &arena);
    map_init(&map, &arena);
    CU_ASSERT_PTR_NULL(names_find(&names, TEXT("n0")));
    for (uintptr_t i = 0; i < 5000; i++) {
        struct text text = text_format(&arena, "n%u", (unsigned)i);
        CU_ASSERT_PTR_NULL(map_put(&map, names_intern(&names, text), (void *)(i + 1)));
    }
    CU_ASSERT_EQUAL(names.count, 5000);
    for (uintptr_t i = 0; i < 5000; i++) {
        struct text text = text_format(&arena, "n%u", (unsigned)i);
        const struct name *name = names_find(&names, text);
        CU_ASSERT_PTR_EQUAL(name, names_intern(&names, text));
        CU_ASSERT_PTR_EQUAL(map_find(&map, name), (void *)(i + 1));
        CU_ASSERT_PTR_EQUAL(map.entries[i].key, name);
    }
    CU_ASSERT_PTR_EQUAL(map_put(&map, map.entries[7].key, &map), (void *)8);
    CU_ASSERT_EQUAL(map.count, 5000);
    arena_release(&arena);
}

static void test_places(void) {
    struct arena arena;
    struct sources sources;
    arena_init(&arena);
    sources_init(&sources, &arena);
    uint32_t source = sources_add(&sources, TEXT("a"), TEXT("x\r\n\xC3\xA4y\n\nz"));
    static const struct { uint32_t offset, line, column;
    } rows[] = {
        {0, 1, 1}, {1, 1, 2}, {3, 2, 1}, {5, 2, 2},  {6, 2, 3},
        {7, 3, 1}, {8, 4, 1}, {9, 4, 2}, {99, 4, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = source_place(&sources, source, rows[i].offset);
        CU_ASSERT_EQUAL(place.line, rows[i].line);
        CU_ASSERT_EQUAL(place.column, rows[i].column);
    }
    CU_ASSERT(text_is(source_line(&sources, source, 1), "x"));
    CU_ASSERT(text_is(source_line(&sources, source, 3), ""));
    CU_ASSERT(text_is(source_line(&sources, source, 5), ""));
    arena_release(&arena);
}

struct reporting {
    struct arena arena;
    struct sources sources;
    struct diagnostics diagnostics;
};

static void reporting_init(struct reporting *r, const char *source) {
    arena_init(&r->arena);
    sources_init(&r->sources, &r->arena);
    diagnostics_init(&r->diagnostics, &r->arena, &r->sources);
    sources_add(&r->sources, TEXT("a.mrp"), text_of(source));
}

static struct text reporting_text(struct reporting *r) {
    struct severity_rules none = {0};
    struct buffer buffer;
    buffer_init(&buffer);
    diagnostics_settle(&r->diagnostics, &none);
    diagnostics_text(&r->diagnostics, &buffer, false);
    struct text text = buffer_take(&buffer, &r->arena);
    buffer_release(&buffer);
    return text;
}

static void expect_report(struct reporting *r, const char *expected) {
    struct text text = reporting_text(r);
    if (!text_is(text, expected)) {
        printf("\nexpected:\n%s\nactual:\n%.*s\n", expected, TEXT_ARGS(text));
        CU_FAIL("a report differs");
    }
    arena_release(&r->arena);
}

static void test_report(void) {
    struct reporting r;
    reporting_init(&r, "one\n\ttwo \xE4\xB8\xAD three\n");
    struct diagnostic *d = diagnostics_report(&r.diagnostics, DIAGNOSTIC_SYNTAX,
                                              (struct span){0, 13, 18}, "a \"b\" %d", 1);
    diagnostic_hint(&r.diagnostics, d, "Write \"c\".");
    diagnostic_note(&r.diagnostics, d, (struct span){0, 0, 3}, "see");
    expect_report(&r, "error: a \"b\" 1 [syntax]\n"
                      " --> a.mrp:2:8\n"
                      "  |\n"
                      "2 |     two \xE4\xB8\xAD three\n"
                      "  |            ^~~~~\n"
                      "  = hint: Write \"c\".\n"
                      "note: see\n"
                      " --> a.mrp:1:1\n"
                      "  |\n"
                      "1 | one\n"
                      "  | ^~~\n");
}

static void test_report_lines(void) {
    struct reporting r;
    reporting_init(&r, "a = {\n  b\n  c\n}\n");
    diagnostics_report(&r.diagnostics, DIAGNOSTIC_SYNTAX, (struct span){0, 4, 15}, "m");
    expect_report(
        &r, "error: m [syntax]\n --> a.mrp:1:5\n  |\n1 | a = {\n  |     ^\n...\n4 | }\n  | ~\n");
    reporting_init(&r, "a\n");
    diagnostics_report(&r.diagnostics, DIAGNOSTIC_SYNTAX, (struct span){0, 2, 2}, "end");
    expect_report(&r, "error: end [syntax]\n --> a.mrp:2:1\n  |\n2 |\n  | ^\n");
}

static void test_report_is_safe(void) {
    struct reporting r;
    reporting_init(&r, "a\x1b[1mb\n");
    diagnostics_report(&r.diagnostics, DIAGNOSTIC_SYNTAX, (struct span){0, 0, 6}, "m \x1b]");
    struct text text = reporting_text(&r);
    CU_ASSERT_PTR_NULL(memchr(text.bytes, '\x1b', text.length));
    arena_release(&r.arena);
}

static void test_reported_once(void) {
    struct reporting r;
    reporting_init(&r, "abc\n");
    struct span span = {0, 0, 1};
    for (int i = 0; i < 500; i++) diagnostics_report(&r.diagnostics, DIAGNOSTIC_SYNTAX, span, "m");
    CU_ASSERT_EQUAL(r.diagnostics.count, 1);
    arena_release(&r.arena);
}

static void report_many(struct reporting *r, enum diagnostic_id id, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        diagnostics_report(&r->diagnostics, id, (struct span){0, 0, i}, "m");
    }
}

/* Too many of one kind hide none of another, and what is hidden is an error or allowed as the
 * others are. */
static void test_reports_have_a_limit(void) {
    struct reporting r;
    struct text unused = TEXT("unused");
    struct severity_rules plain = {0};
    struct severity_rules allows = {.allow = &unused, .allow_count = 1};
    struct severity_rules denies = {.deny = &unused, .deny_count = 1};
    reporting_init(&r, "abc\n");
    report_many(&r, DIAGNOSTIC_UNUSED, LIMIT_DIAGNOSTICS);
    diagnostics_settle(&r.diagnostics, &plain);
    CU_ASSERT_EQUAL(r.diagnostics.hidden, 0);
    report_many(&r, DIAGNOSTIC_UNUSED, LIMIT_DIAGNOSTICS + 2);
    report_many(&r, DIAGNOSTIC_SYNTAX, 1);
    diagnostics_settle(&r.diagnostics, &plain);
    CU_ASSERT_EQUAL(r.diagnostics.count, LIMIT_DIAGNOSTICS + 1);
    CU_ASSERT_EQUAL(r.diagnostics.hidden, 2);
    CU_ASSERT_EQUAL(r.diagnostics.error_count, 1);
    diagnostics_settle(&r.diagnostics, &allows);
    CU_ASSERT_EQUAL(r.diagnostics.count, 1);
    CU_ASSERT_EQUAL(r.diagnostics.hidden, 0);
    diagnostics_settle(&r.diagnostics, &denies);
    CU_ASSERT_EQUAL(r.diagnostics.hidden, 2);
    CU_ASSERT_EQUAL(r.diagnostics.error_count, LIMIT_DIAGNOSTICS + 3);
    arena_release(&r.arena);
}

static void test_hash(void) {
    struct arena arena;
    arena_init(&arena);
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA256, TEXT("abc")),
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    /* two chunks for the end alone, and many chunks: FIPS 180-2, B.2 and B.3 */
    struct text two = TEXT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA256, two),
                      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    struct text many = {arena_alloc(&arena, 1000000), 1000000};
    memset((char *)many.bytes, 'a', many.length);
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA256, many),
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA256, TEXT("")),
                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    CU_ASSERT(text_is(hash_hex(&arena, HASH_MD5, TEXT("")),
                      "d41d8cd98f00b204e9800998ecf8427e"));
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA1, TEXT("abc")),
                      "a9993e364706816aba3e25717850c26c9cd0d89d"));
    CU_ASSERT(text_is(hash_hex(&arena, HASH_SHA512, TEXT("abc")),
                      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
    char letters[9];
    hash_letters(TEXT("abc"), letters);
    CU_ASSERT_STRING_EQUAL(letters, "yjehwbzz");
    arena_release(&arena);
}

static void test_path_relative(void) {
    static const struct { const char *folder, *target, *path;
    } rows[] = {
        {"/a/b", "/a/b/c.mrp", "c.mrp"}, {"/a/b", "/a/c.mrp", "../c.mrp"},
        {"/a/b", "/x/y", "../../x/y"},   {"/", "/a/b", "a/b"},
        {"/a/b", "/a/bc/d", "../bc/d"},  {"/a", "/b", "../b"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text path = path_relative(&arena, text_of(rows[i].folder), text_of(rows[i].target));
        CU_ASSERT(text_is(path, rows[i].path));
    }
    arena_release(&arena);
}

/* Every diagnostic has its page, and every page its diagnostic. */
static void test_pages(void) {
    size_t missing = 0, orphans = 0;
    for (unsigned id = 0; id < DIAGNOSTIC_COUNT; id++) {
        const char *name = diagnostic_name((enum diagnostic_id)id);
        if (page_find(text_of(name))) continue;
        printf(missing++ ? ", %s" : "\nwithout a page in docs/diagnostics: %s", name);
    }
    for (size_t i = 0; i < page_count; i++) {
        if (diagnostic_find(text_of(pages[i].name)) != DIAGNOSTIC_COUNT) continue;
        printf("\nthere is no diagnostic for docs/diagnostics/%s.md", pages[i].name);
        orphans++;
    }
    CU_ASSERT_EQUAL(missing, 0);
    CU_ASSERT_EQUAL(orphans, 0);
}

static void test_like(void) {
    static const struct {
        const char *text, *pattern;
        bool is_like;
    } rows[] = {
        {"", "", true}, {"", "*", true}, {"", "?", false}, {"a", "", false},
        {"getobject", "get*", true}, {"getobject", "*object", true}, {"getobject", "get", false},
        {"getobject", "g?t*j?ct", true}, {"getobject", "get*x", false}, {"aab", "*ab", true},
        {"a*b", "a*b", true}, {"axxb", "a*xb", true}, {"ab", "a?b", false}, {"ab", "a**b", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool found = text_like(text_of(rows[i].text), text_of(rows[i].pattern));
        CU_ASSERT_EQUAL(found, rows[i].is_like);
    }
}

static void test_ipv4(void) {
    static const char *const addresses[] = {"192.168.5.4", "0.0.0.0", "999.1.1.1"},
                            *const others[] = {"", "1.2.3", "1.2.3.4.5", "1.2.3.x", "1.2.3.4:80"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        CU_ASSERT(text_is_ipv4(text_of(addresses[i])));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CU_ASSERT(!text_is_ipv4(text_of(others[i])));
    }
}

/* The pieces of a text, each before in brackets and each name behind it. */
static void test_holes(void) {
    static const char *const rows[][2] = {
        {"", "[]"},
        {"plain", "[plain]"},
        {"${A}", "[]A[]"},
        {"a${B}c${D.E}", "[a]B[c]D.E[]"},
        {"${}", "[][]"},
        {"a$b{c}", "[a$b{c}]"},
        {"${A", "[${A]"},
        {"x${A}${", "[x]A[${]"},
        {"${A${B}", "[]A${B[]"},
        {"$${!A}", "[$]!A[]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text rest = text_of(rows[i][0]), before, name;
        struct buffer out;
        buffer_init(&out);
        while (text_take_hole(&rest, &before, &name)) {
            buffer_format(&out, "[%.*s]%.*s", TEXT_ARGS(before), TEXT_ARGS(name));
        }
        buffer_format(&out, "[%.*s]", TEXT_ARGS(before));
        CU_ASSERT(text_is(buffer_view(&out), rows[i][1]));
        buffer_release(&out);
    }
}

static void test_file_write(void) {
    char folder[] = "/tmp/files-XXXXXX", file[64], link[64];
    struct failure why;
    struct stat status;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    CU_ASSERT(symlink("file", link) == 0);
    CU_ASSERT(file_write(file, TEXT("one"), &why) && file_holds(file, TEXT("one")));
    CU_ASSERT(chmod(file, 0640) == 0);
    CU_ASSERT(file_write(link, TEXT("two"), &why) && file_holds(file, TEXT("two")));
    CU_ASSERT(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
    CU_ASSERT(stat(file, &status) == 0 && (status.st_mode & 0777) == 0640);
    CU_ASSERT(chmod(file, 0440) == 0 && file_write(link, TEXT("two"), &why));
    if (geteuid() != 0) CU_ASSERT(!file_write(link, TEXT("three"), &why)); /* root may write all */
    CU_ASSERT(!file_write(folder, TEXT("four"), &why));
    unlink(link);
    unlink(file);
    CU_ASSERT(rmdir(folder) == 0); /* nothing was left beside them */
}

UNIT_MAIN("base", {"arena", test_arena}, {"arena rewinds", test_arena_rewinds},
          {"arena drops", test_arena_drops}, {"arena adopts", test_arena_adopts},
          {"arena grows", test_arena_grows},
          {"memory recovers", test_memory_recovers}, {"like", test_like}, {"ipv4", test_ipv4},
          {"holes", test_holes}, {"utf8", test_utf8}, {"encoding", test_unicode_encode},
          {"columns", test_columns},
          {"distance", test_distance}, {"suggestion", test_suggestion}, {"number", test_number},
          {"number round trip", test_number_round_trip}, {"json string", test_json_string},
          {"names", test_names}, {"places", test_places}, {"report", test_report},
          {"report of lines", test_report_lines}, {"report is safe", test_report_is_safe},
          {"reported once", test_reported_once},
          {"reports have a limit", test_reports_have_a_limit}, {"hash", test_hash},
          {"file write", test_file_write}, {"relative path", test_path_relative},
          {"pages", test_pages})
