/* What the printer prints: the same again, item by item or as a whole, within the limits. */
#include <stdlib.h>

#include "base/files.h"
#include "tests/unit/parsed.h"
#include "tests/unit/random_program.h"
#include "tests/unit/unit.h"

static void test_random_programs(void) {
    unsigned wrong = 0;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct buffer source, printed;
        struct parsed parsed;
        buffer_init(&source);
        buffer_init(&printed);
        random_program(seed, &source);
        parsed_open(&parsed, buffer_view(&source));
        const char *why = diagnostics_failed(&parsed.diagnostics)
                              ? "does not parse"
                              : parsed_round_trip(&parsed, &printed);
        if (why && wrong++ < 3) printf("\n    seed %llu: %s\n", (unsigned long long)seed, why);
        parsed_close(&parsed);
        buffer_release(&source);
        buffer_release(&printed);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Work grows with the text, not with the levels: comments in odd places at each of them. */
static void test_deep_comments(void) {
    static const struct {
        const char *open, *close;
    } rows[] = {{"[", " # c\n]"},
                {"[ # c\n", "]"},
                {"f(a, [", " # c\n])"},
                {"{ b = ", " # c\n}"},
                {"[for x in y: [", " # c\n]]"},
                {"f({ b = ", "\n# c\n})"},
                {"[", ", # c\n]"},
                {"if c then [", " # c\n] else []"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer source, printed;
        struct parsed parsed;
        buffer_init(&source);
        buffer_init(&printed);
        buffer_string(&source, "let a = ");
        for (int j = 0; j < 60; j++) buffer_string(&source, rows[i].open);
        buffer_string(&source, "1");
        for (int j = 0; j < 60; j++) buffer_string(&source, rows[i].close);
        parsed_open(&parsed, buffer_view(&source));
        CU_ASSERT(!diagnostics_failed(&parsed.diagnostics));
        CU_ASSERT(parsed_round_trip(&parsed, &printed) == NULL);
        parsed_close(&parsed);
        buffer_release(&source);
        buffer_release(&printed);
    }
}

static void test_formatted_cases(void) {
    static const char *const names[] = {"whole", "comments", "layout", "texts", "types", "asserts"};
    const char *folder = getenv("top_srcdir");
    for (size_t i = 0; i < COUNT(names); i++) {
        struct arena arena;
        struct parsed parsed;
        struct buffer printed;
        struct text source = TEXT(""), wanted = TEXT("");
        struct failure why = {0};
        arena_init(&arena);
        buffer_init(&printed);
        const char *path = text_format(&arena, "%s/tests/cases/fmt/%s.mrp",
                                       folder ? folder : ".", names[i]).bytes;
        CU_ASSERT(file_read(&arena, path, &source, &why));
        path = text_format(&arena, "%s/tests/cases/fmt/%s.fmt", folder ? folder : ".",
                           names[i]).bytes;
        CU_ASSERT(file_read(&arena, path, &wanted, &why));
        parsed_open(&parsed, source);
        const char *wrong = parsed_round_trip(&parsed, &printed);
        if (wrong) printf("\n    %s: %s\n", names[i], wrong);
        CU_ASSERT(wrong == NULL);
        CU_ASSERT(text_equal(buffer_view(&printed), wanted));
        parsed_close(&parsed);
        buffer_release(&printed);
        arena_release(&arena);
    }
}

/* Formats item by item what has been formatted as a whole. Returns the errors. */
static uint32_t format_errors(struct text text, struct buffer *out) {
    struct parsed parsed;
    uint32_t source = parsed_prepare(&parsed, text);
    printer_format(&parsed.arena, &parsed.names, &parsed.diagnostics, source, out);
    uint32_t errors = parsed.diagnostics.error_count;
    parsed_close(&parsed);
    return errors;
}

static void add_items(struct buffer *source, int count) {
    for (int i = 0; i < count; i++) {
        if (i % 7 == 0) buffer_string(source, "\n# a comment on its own line\n\n");
        buffer_format(source, "let value%d=[%d,\"a${b}\", {c=1, \"d\"=2}] %s\n", i, i,
                      i % 3 ? "# behind" : "");
        if (i % 5 == 0) {
            buffer_format(source, "## Doc.\nfn f%d (a: int,b: [string] = []) {let c=a return c}\n",
                          i);
        }
    }
}

/* Of a long file, trees are dropped on the way. */
static void test_long_files(void) {
    struct parsed parsed;
    struct buffer source, printed, each;
    buffer_init(&source);
    buffer_init(&printed);
    buffer_init(&each);
    add_items(&source, 4000);
    parsed_open(&parsed, buffer_view(&source));
    CU_ASSERT(!diagnostics_failed(&parsed.diagnostics));
    CU_ASSERT(parsed_round_trip(&parsed, &printed) == NULL);
    parsed_close(&parsed);
    CU_ASSERT_EQUAL(format_errors(buffer_view(&source), &each), 0);
    CU_ASSERT(text_equal(buffer_view(&each), buffer_view(&printed)));
    buffer_string(&source, "let last = [1, = 2]\nlet more = 1\n");
    CU_ASSERT_EQUAL(format_errors(buffer_view(&source), &each),
                    parsed_errors(buffer_view(&source)));
    buffer_release(&source);
    buffer_release(&printed);
    buffer_release(&each);
}

static void test_nesting_of_items(void) {
    struct buffer source, out;
    buffer_init(&source);
    buffer_init(&out);
    for (size_t count = LIMIT_NESTING - 3; count <= LIMIT_NESTING; count++) {
        repeated(&source, "let a = ", "(", count, "b");
        for (size_t i = 0; i < count; i++) buffer_char(&source, ')');
        uint32_t errors = format_errors(buffer_view(&source), &out);
        CU_ASSERT_EQUAL(errors, parsed_errors(buffer_view(&source)));
        CU_ASSERT_EQUAL(errors > 0, count > LIMIT_NESTING - 3);
        out.length = 0;
    }
    buffer_release(&source);
    buffer_release(&out);
}

static void test_expressions(void) {
    static const char *const same[] = {
        "a + b[0]", "f(x, y = 1)", "if a then b else c", "[for x in xs if x: x.y]",
        "{for k, v in m: k => v}", "{ a = 1, \"b c\" = [2] }", "\"a${b}\\n\\${c}\"", "-1", "!a",
        "0..3", "a?.b?[c]", "AWS::S3::Bucket", "null", "(a || b) && c", "[...xs, 1.5]",
        "{ @id = \"x\", if c { a = 1 } else { b = 2 } }"};
    for (size_t i = 0; i < COUNT(same); i++) {
        struct parsed parsed;
        struct buffer out;
        buffer_init(&out);
        struct node *node = parsed_value(&parsed, same[i]);
        CU_ASSERT_FATAL(node != NULL);
        printer_expression(node, &out);
        if (!text_is(buffer_view(&out), same[i]))
            printf("\n    %s: %.*s\n", same[i], (int)out.length, out.bytes);
        CU_ASSERT(text_is(buffer_view(&out), same[i]));
        buffer_release(&out);
        parsed_close(&parsed);
    }
}

UNIT_MAIN("printer", {"random programs", test_random_programs},
          {"deep comments", test_deep_comments}, {"formatted cases", test_formatted_cases},
          {"long files", test_long_files}, {"nesting of items", test_nesting_of_items},
          {"expressions", test_expressions})
