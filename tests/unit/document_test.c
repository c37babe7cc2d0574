/* Unit tests of template/document.h: JSON read, written and compared. */
#include "base/limits.h"
#include "template/document.h"
#include "tests/unit/unit.h"

static struct text read_and_write(struct arena *arena, const char *text, struct failure *why) {
    struct document *document;
    struct buffer buffer;
    buffer_init(&buffer);
    *why = (struct failure){0};
    if (document_read(arena, text_of(text), &document, why)) document_write(document, &buffer, 0);
    struct text written = buffer_take(&buffer, arena);
    buffer_release(&buffer);
    return written;
}

static void test_documents(void) {
    static const struct { const char *text, *json;
    } rows[] = {
        {"{\"a\": [1, 2.50, -0, 1e3], \"b\": null, \"c\": [true, false, {}]}",
         "{\"a\":[1,2.50,-0,1e3],\"b\":null,\"c\":[true,false,{}]}"},
        {"\"\\u00e4\\ud83d\\ude00\\n\\/\"", "\"\u00e4\U0001F600\\n/\""},
        {"\xEF\xBB\xBF{}", "{}"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"a: 1\nb: [x, 'y', \"z\"]\n", "{\"a\":1,\"b\":[\"x\",\"y\",\"z\"]}"},
        {"a: !Ref X\nb: !GetAtt X.Y.Z\nc: !Sub '${A}'\nd: !If [C, !Ref A, !Ref 'AWS::NoValue']\n",
         "{\"a\":{\"Ref\":\"X\"},\"b\":{\"Fn::GetAtt\":[\"X\",\"Y.Z\"]},\"c\":{\"Fn::Sub\":\"${A}"
         "\"},"
         "\"d\":{\"Fn::If\":[\"C\",{\"Ref\":\"A\"},{\"Ref\":\"AWS::NoValue\"}]}}"},
        {"a: !GetAtt [X, Y]\nb: !Condition C\nc: !Base64\n  Fn::Sub: x\nd: !GetAZs ''\n",
         "{\"a\":{\"Fn::GetAtt\":[\"X\",\"Y\"]},\"b\":{\"Condition\":\"C\"},\"c\":{\"Fn::Base64\":{"
         "\"Fn::Sub\":"
         "\"x\"}},\"d\":{\"Fn::GetAZs\":\"\"}}"},
        {"a: yes\nb: No\nc: ~\nd:\ne: 'true'\nf: 2010-09-09\ng: 0x1F\nh: 010\ni: 012345678901\nj: "
         "1_000\n"
         "k: .5\nl: +3\nm: 22:22\nn: 1.\no: .inf\n",
         "{\"a\":true,\"b\":false,\"c\":null,\"d\":null,\"e\":\"true\",\"f\":\"2010-09-09\",\"g\":"
         "31,\"h\":8,"
         "\"i\":\"012345678901\",\"j\":1000,\"k\":0.5,\"l\":3,\"m\":\"22:22\",\"n\":1,\"o\":\"."
         "inf\"}"},
        {"a: &x {k: [1]}\nb: *x\n", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]}}"},
        {"{a: b, c: [d]}", "{\"a\":\"b\",\"c\":[\"d\"]}"},
        {"a: !!str 1\nb: !!int '2'\n", "{\"a\":\"1\",\"b\":2}"},
        {"a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct failure why;
        struct text json = read_and_write(&arena, rows[i].text, &why);
        bool is_same = text_is(json, rows[i].json);
        CU_ASSERT(is_same);
        if (!is_same) printf("%s: %.*s%s\n", rows[i].text, TEXT_ARGS(json), why.message);
    }
    arena_release(&arena);
}

static void test_document_mistakes(void) {
    static const struct { const char *text, *message; } rows[] = {
        {"", "the document is empty"},
        {" \n", "the document is empty"},
        {"[1,", "line 1, column 4: the text ends where a value is wanted"},
        {"{\"a\":1,\n \"a\":2}", "line 2, column 2: key \"a\" is written twice"},
        {"[\"a\" \"b\"]", "line 1, column 6: a comma or \"]\" is missing"},
        {"{\"a\":1} x", "line 1, column 9: there is more behind the value"},
        {"[\"\\ud800\"]", "line 1, column 3: an escape in a string is not known"},
        {"[\"a\x01\"]", "line 1, column 2: a string has no end on its line"},
        {"[\"\\q\"]", "line 1, column 3: an escape in a string is not known"},
        {"\xFF", "line 1, column 1: the text is not UTF-8"},
        {"a: 1\na: 2\n", "line 1: key \"a\" is written twice in the mapping that begins here"},
        {"a: !Nope x\n", "line 1, column 4: tag \"!Nope\" is no function of CloudFormation"},
        {"a: *b\n", "line 1, column 4: the alias names no value that is complete before it"},
        {"? [x]\n: y\n", "line 1, column 3: a key must be a text"},
        {"a: 1\n---\nb: 2\n", "line 2, column 1: a second document follows"},
        {"a: &x [*x]\n", "line 1, column 8: the alias names no value that is complete before it"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct failure why;
        read_and_write(&arena, rows[i].text, &why);
        CU_ASSERT_STRING_EQUAL(why.message, rows[i].message);
        if (strcmp(why.message, rows[i].message)) printf("%s: %s\n", rows[i].text, why.message);
    }
    arena_release(&arena);
}

static bool reads_nested(const char *open, const char *close, unsigned depth) {
    struct arena arena;
    struct buffer text;
    struct document *document;
    struct failure why;
    arena_init(&arena);
    buffer_init(&text);
    for (unsigned i = 0; i < depth; i++) buffer_string(&text, open);
    buffer_string(&text, "1");
    for (unsigned i = 0; i < depth; i++) buffer_string(&text, close);
    bool read = document_read(&arena, buffer_view(&text), &document, &why);
    buffer_release(&text);
    arena_release(&arena);
    return read;
}

static void test_document_limits(void) {
    CU_ASSERT(reads_nested("[", "]", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("[", "]", LIMIT_JSON_DEPTH + 1));
    CU_ASSERT(reads_nested("{\"a\":", "}", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("{\"a\":", "}", LIMIT_JSON_DEPTH + 1));
    CU_ASSERT(reads_nested("{a: ", "}", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("{a: ", "}", LIMIT_JSON_DEPTH + 1));
    struct arena arena;
    struct failure why;
    arena_init(&arena);
    const char *laughs =
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    read_and_write(&arena, laughs, &why);
    CU_ASSERT(strstr(why.message, "aliases repeat too many values") != NULL);
    arena_release(&arena);
}

static void test_document_equal(void) {
    static const struct { const char *a, *b; bool equal; } rows[] = {
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"[1,2]", "[2,1]", false},
        {"1", "1.0", true}, {"100", "1e2", true}, {"0.0", "-0", true}, {"0.001", "1E-3", true},
        {"1", "10", false}, {"1", "-1", false}, {"12.5", "125e-1", true}, {"0.10", "0.01", false},
        {"9007199254740993", "9007199254740992", false},
        {"true", "\"true\"", false}, {"1", "\"1\"", false}, {"null", "false", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
        {"1e99999999999999999999", "1e99999999999999999999", true},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document *a, *b;
        struct failure why;
        CU_ASSERT(document_read(&arena, text_of(rows[i].a), &a, &why));
        CU_ASSERT(document_read(&arena, text_of(rows[i].b), &b, &why));
        CU_ASSERT_EQUAL(document_equal(a, b), rows[i].equal);
        if (document_equal(a, b) != rows[i].equal) printf("%s %s\n", rows[i].a, rows[i].b);
    }
    struct document *a, *b, *c;
    struct failure why;
    document_read(&arena, TEXT("{\"Metadata\":{\"mrp\":{\"A\":\"x:1\"}},\"Resources\":{}}"), &a,
                  &why);
    document_read(&arena, TEXT("{\"Resources\":{}}"), &b, &why);
    document_read(&arena, TEXT("{\"Resources\":{},\"Metadata\":{\"mine\":1,\"mrp\":2}}"), &c, &why);
    CU_ASSERT(document_same_template(a, b));
    CU_ASSERT(!document_equal(a, b));
    CU_ASSERT(!document_same_template(a, c));
    CU_ASSERT(document_same_template(c, c));
    arena_release(&arena);
}

UNIT_MAIN("document", {"documents", test_documents}, {"document mistakes", test_document_mistakes},
          {"document limits", test_document_limits}, {"document equal", test_document_equal})
