/* What the tree holds, what a mistake says and how it is mended, and each limit at it and one past
 * it. */
#include "parser/grammar.h"
#include "tests/unit/parsed.h"
#include "tests/unit/unit.h"

/* ---- trees ---- */

/* An expression with every operation in parentheses, and only those. */
static void grouped(const struct node *node, struct buffer *out) {
    if (node->kind == NODE_BINARY) {
        buffer_char(out, '(');
        grouped(node->binary.left, out);
        buffer_format(out, " %d ", node->op);
        grouped(node->binary.right, out);
        buffer_char(out, ')');
    } else if (node->kind == NODE_UNARY) {
        buffer_format(out, "<%d ", node->op);
        grouped(node->unary.operand, out);
        buffer_char(out, '>');
    } else if (node->kind == NODE_PAREN) {
        grouped(node->paren.inner, out);
    } else {
        printer_expression(node, out);
    }
}

static void test_precedence(void) {
    static const struct {
        const char *source, *same;
    } rows[] = {{"a || b && c", "a || (b && c)"},
                {"a && b == c", "a && (b == c)"},
                {"a == b < c", "a == (b < c)"},
                {"a < b ?? c", "a < (b ?? c)"},
                {"a ?? b == c", "(a ?? b) == c"},
                {"a ?? b ?? c", "a ?? (b ?? c)"},
                {"a ?? b .. c", "a ?? (b .. c)"},
                {"a .. b + c", "a .. (b + c)"},
                {"a + b * c", "a + (b * c)"},
                {"a - b - c", "(a - b) - c"},
                {"a in b && c", "(a in b) && c"},
                {"!a && b", "(!a) && b"},
                {"-a * b", "(-a) * b"},
                {"!a in b", "(!a) in b"},
                {"-a.b", "-(a.b)"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct parsed one, other;
        struct buffer a, b;
        buffer_init(&a);
        buffer_init(&b);
        struct node *first = parsed_value(&one, rows[i].source);
        struct node *second = parsed_value(&other, rows[i].same);
        grouped(first, &a);
        grouped(second, &b);
        CU_ASSERT(!diagnostics_failed(&one.diagnostics));
        CU_ASSERT(text_equal(buffer_view(&a), buffer_view(&b)));
        buffer_release(&a);
        buffer_release(&b);
        parsed_close(&one);
        parsed_close(&other);
    }
}

static void test_texts(void) {
    static const struct {
        const char *source, *value;
    } rows[] = {
        {"\"\"", ""},
        {"\"a\\tb\\n\\\\\\\"\\$\"", "a\tb\n\\\"$"},
        {"\"\\u{41}\\u{1F600}\"", "A\xF0\x9F\x98\x80"},
        {"\"a $ b $c \\${d}\"", "a $ b $c ${d}"},
        {"'a\\n${b}\"'", "a\\n${b}\""},
        {"\"\"\"\n  \"\"\"", ""},
        {"\"\"\"\n    a\n      b\n\n    c \"d\" \"\"e\n    \"\"\"", "a\n  b\n\nc \"d\" \"\"e"},
        {"\"\"\"\na\n\"\"\"", "a"},
        {"\"\"\"\n  a\n\n  \"\"\"", "a\n"},
        {"\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb"},
        {"\"\"\"\n\ta\\tb\n\t\"\"\"", "a\tb"},
        {"'''\n  a\\n${b}\n    ''c\n  '''", "a\\n${b}\n  ''c"},
        {"'''\n'''", ""},
        {"\"\"\"\n  \\\"\"\" \n  \"\"\"", "\"\"\" "}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct parsed parsed;
        struct node *node = parsed_value(&parsed, rows[i].source);
        CU_ASSERT(!diagnostics_failed(&parsed.diagnostics));
        CU_ASSERT_FATAL(node && node->kind == NODE_TEXT);
        if (!text_is(node_text(node), rows[i].value))
            printf("\n    %s is \"%.*s\"\n", rows[i].source, TEXT_ARGS(node_text(node)));
        CU_ASSERT(text_is(node_text(node), rows[i].value));
        parsed_close(&parsed);
    }
}

static void test_templates(void) {
    struct parsed parsed;
    struct node *node = parsed_value(&parsed, "\"\"\"\n  a${b}\n  ${\"c${d}\"}e\n  \"\"\"");
    CU_ASSERT_FATAL(node && node->kind == NODE_TEMPLATE);
    CU_ASSERT_EQUAL(list_count(node->template.parts), 5);
    struct node *part = node->template.parts.first;
    CU_ASSERT(part->kind == NODE_TEXT && text_is(node_text(part), "a"));
    part = part->next->next;
    CU_ASSERT(part->kind == NODE_TEXT && text_is(node_text(part), "\n"));
    CU_ASSERT(part->next->kind == NODE_TEMPLATE);
    CU_ASSERT(text_is(node_text(list_last(node->template.parts)), "e"));
    parsed_close(&parsed);
    node = parsed_value(&parsed, "\"a$$$${b}\"");
    CU_ASSERT_FATAL(node && node->kind == NODE_TEMPLATE);
    CU_ASSERT(text_is(node_text(node->template.parts.first), "a$$$"));
    CU_ASSERT(text_is(name_text(node_name(list_last(node->template.parts))), "b"));
    parsed_close(&parsed);
}

static void test_numbers(void) {
    struct parsed parsed;
    struct node *node = parsed_value(&parsed, "1_000");
    CU_ASSERT(node->kind == NODE_INT && node_integer(node) == 1000);
    parsed_close(&parsed);
    node = parsed_value(&parsed, "9223372036854775807");
    CU_ASSERT(node->kind == NODE_INT && node_integer(node) == INT64_MAX);
    CU_ASSERT(!diagnostics_failed(&parsed.diagnostics));
    parsed_close(&parsed);
    parsed_value(&parsed, "9223372036854775808");
    CU_ASSERT(diagnostics_failed(&parsed.diagnostics));
    parsed_close(&parsed);
    node = parsed_value(&parsed, "1_0.2_5");
    CU_ASSERT(node->kind == NODE_NUMBER && node->number.value == 10.25);
    parsed_close(&parsed);
}

static void test_docs(void) {
    struct parsed parsed;
    parsed_open(&parsed,
                TEXT("##  one\n# no\n##two\nlet a = 1\nlet b = 2 # x\n###\nlet c = 3\n## d"));
    struct node *node = parsed.parse.file->file.items.first;
    CU_ASSERT(text_is(written_doc(node), " one\ntwo"));
    CU_ASSERT(text_is(written_doc(node->next), ""));
    CU_ASSERT(text_is(written_doc(node->next->next), ""));
    parsed_close(&parsed);
}

/* ---- mistakes ---- */

struct mistake {
    const char *source, *name; /* what is reported, alone */
    const char *mended;        /* the source after its fixes; NULL where there are none */
};

static const struct mistake mistakes[] = {
    {"a = 1 2", "syntax", NULL},
    {"a = 1 $ ", "unknown-character", NULL},
    {"a = \xE2\x80\x9Cx\xE2\x80\x9D", "unknown-character", NULL},
    {"a = 1 // one\nb = 2", "comment-style", "a = 1 # one\nb = 2"},
    {"a = 1 /* one\n */ b = 2", "comment-style", NULL},
    {"a = \"${b # c}\"", "comment-in-text", "a = \"${b }\""},
    {"a = 1 ## one\nb = 2", "doc-comment-place", "a = 1 # one\nb = 2"},
    {"a = \"one\nb = 2", "unclosed-text", NULL},
    {"a = 'one\nb = 2", "unclosed-text", NULL},
    {"a = \"${one\"\nb = 2", "unclosed-text", NULL},
    {"a = \"${f(\"one\"\nb = 2", "unclosed-text", NULL},
    {"r = {\n  a = \"\"\"\n    one\n  b = 2\n}", "unclosed-text", NULL},
    {"r = {\n  a = '''\n    one\n  b = 2\n}", "unclosed-text", NULL},
    {"a = \"x\\d\"", "unknown-escape", "a = \"x\\\\d\""},
    {"a = \"x\\u{D800}\"", "unknown-escape", NULL},
    {"a = \"$${b}\"", "double-dollar", NULL},
    {"a = \"\"\"x\n  \"\"\"", "text-block", NULL},
    {"a = \"\"\"\n  x\"\"\"", "text-block", NULL},
    {"a = \"\"\"\n x\n  \"\"\"", "text-indent", NULL},
    {"a = 012", "number-form", NULL},
    {"a = 30d", "number-form", NULL},
    {"a = 1__0", "number-form", NULL},
    {"a = .5", "number-form", "a = 0.5"},
    {"a = b.0", "number-form", NULL},
    {"a = 1;\nb = 2;", "semicolon", NULL},
    {"a = b & c", "operator-form", "a = b && c"},
    {"a = b and c", "operator-form", "a = b && c"},
    {"a = b or c", "operator-form", "a = b || c"},
    {"a = not b", "operator-form", "a = !b"},
    {"a = b === c", "operator-form", "a = b == c"},
    {"r = {\n  a = {\n    b = 1\n  c = 2\n}\nd = 1", "unclosed-brace", NULL},
    {"r = { a = 1 }\n}\nb = 2", "unopened-brace", NULL},
    {"r =\n  a = 1\n}\nb = 2", "unopened-brace", "r = {\n  a = 1\n}\nb = 2"},
    {"a = f(1, 2\nb = 2", "unclosed-bracket", NULL},
    {"a = [1, 2\nb = 2", "unclosed-bracket", NULL},
    {"a = [1, 2)\nb = 2", "unclosed-bracket", NULL},
    {"a = 1)\nb = 2", "unopened-bracket", NULL},
    {"a = f (x)", "spacing", "a = f(x)"},
    {"a = b [0]", "spacing", "a = b[0]"},
    {"a = b -1", "spacing", NULL},
    {"a = [1 -1]", "spacing", NULL},
    {"a = b. c", "spacing", "a = b.c"},
    {"a = [1 2]", "missing-comma", "a = [1, 2]"},
    {"a = [\n  1\n  2\n]", "missing-comma", "a = [\n  1,\n  2\n]"},
    {"a = f(x y)", "missing-comma", "a = f(x, y)"},
    {"a =\nb = 2", "missing-value", NULL},
    {"let a =\nregion e \"x\" {}", "missing-value", NULL},
    {"a = 1 +\nb = 2", "missing-value", NULL},
    {"a = b.\nc = 1", "missing-name", NULL},
    {"region a \"x\" {\n  Source {\n    param p: int\n  }\n}", "missing-word", NULL},
    {"q: AWS::SQS::Queue {\n}", "missing-word", NULL},
    {"resource a: T\nb = 1", "missing-body", NULL},
    {"a { b = 1 }", "missing-equal", "a = { b = 1 }"},
    {"resource a T {}", "missing-colon", "resource a: T {}"},
    {"a: 1", "colon-for-equal", "a = 1"},
    {"r = { \"a\": 1 }", "colon-for-equal", "r = { \"a\" = 1 }"},
    {"a = f(x: 1)", "colon-for-equal", "a = f(x = 1)"},
    {"fast-fail = 1", "key-form", "\"fast-fail\" = 1"},
    {"r = { a-b-c = 1 }", "key-form", "r = { \"a-b-c\" = 1 }"},
    {"r = { 80 = 1 }", "key-form", "r = { \"80\" = 1 }"},
    {"a.b = 1", "key-form", NULL},
    {"in = 1", "reserved-word", "\"in\" = 1"},
    {"let for = 1", "reserved-word", NULL},
    {"resource \"aws_s3\" \"b\" {\n  a = 1\n}", "quoted-resource", NULL},
    {"a = c ? 1 : 2", "ternary", "a = if c then 1 else 2"},
    {"a = 1 < b < 3", "chained-comparison", NULL},
    {"param a: int??", "optional-twice", "param a: int?"},
    {"type a = \"${b}\"", "plain-text-needed", NULL},
    {"import \"${b}.mrp\"", "plain-text-needed", NULL},
    {"a = 9223372036854775808", "number-range", NULL},
    {"a = \"\xFF\"", "not-utf8", NULL},
};

/* Each fix of the only diagnostic, from the last to the first. */
static struct text apply_fixes(struct parsed *parsed, struct text source) {
    struct text text = source;
    uint32_t last = UINT32_MAX;
    for (;;) {
        struct diagnostic_fix *next = NULL;
        for (struct diagnostic *d = parsed->diagnostics.first; d; d = d->next)
            for (struct diagnostic_fix *fix = d->fixes; fix; fix = fix->next)
                if (fix->span.start < last && (!next || fix->span.start > next->span.start))
                    next = fix;
        if (!next) return text;
        last = next->span.start;
        text = text_format(&parsed->arena, "%.*s%.*s%.*s", (int)last, text.bytes,
                           TEXT_ARGS(next->text), (int)(text.length - next->span.end),
                           text.bytes + next->span.end);
    }
}

static void test_mistakes(void) {
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        const struct mistake *row = &mistakes[i];
        struct parsed parsed, mended;
        parsed_open(&parsed, text_of(row->source));
        struct diagnostic *first = parsed.diagnostics.first;
        bool right = first && strcmp(diagnostic_name(first->id), row->name) == 0;
        for (struct diagnostic *d = first; d; d = d->next) right &= d->id == first->id;
        if (!right) {
            printf("\n    %s\n    is not %s alone:", row->source, row->name);
            for (struct diagnostic *d = first; d; d = d->next)
                printf(" [%s] %.*s", diagnostic_name(d->id), TEXT_ARGS(d->message));
        }
        CU_ASSERT(right);
        struct text text = apply_fixes(&parsed, text_of(row->source));
        if (row->mended) {
            if (!text_is(text, row->mended)) printf("\n    mended: %.*s\n", TEXT_ARGS(text));
            CU_ASSERT(text_is(text, row->mended));
            parsed_open(&mended, text);
            CU_ASSERT(mended.diagnostics.count == 0);
            parsed_close(&mended);
        }
        parsed_close(&parsed);
    }
}

/* Twenty mistakes in twenty entries are twenty messages. */
static void test_many_mistakes(void) {
    struct parsed parsed;
    struct buffer buffer;
    buffer_init(&buffer);
    for (int i = 0; i < 20; i++)
        buffer_format(&buffer, "region r%d \"x\" {\n  resource a: T {\n    b = [1 %d]\n  }\n}\n", i,
                      i);
    parsed_open(&parsed, buffer_view(&buffer));
    CU_ASSERT_EQUAL(parsed.diagnostics.error_count, 20);
    CU_ASSERT_EQUAL(list_count(parsed.parse.file->file.items), 20);
    parsed_close(&parsed);
    buffer_release(&buffer);
}

/* ---- sources ---- */

/* More mistakes than are reported, in a block whose end is then not read: the parse ends. */
static void test_too_many_mistakes(void) {
    struct buffer buffer;
    buffer_init(&buffer);
    buffer_string(&buffer, "region east \"us-east-1\" {\n");
    for (int i = 0; i < LIMIT_DIAGNOSTICS + 100; i++) buffer_string(&buffer, "  a = = 1\n");
    buffer_string(&buffer, "}\n");
    CU_ASSERT(parsed_errors(buffer_view(&buffer)) >= LIMIT_DIAGNOSTICS);
    buffer_release(&buffer);
}

static void test_sources(void) {
    CU_ASSERT_EQUAL(parsed_errors(TEXT("")), 0);
    CU_ASSERT_EQUAL(parsed_errors((struct text){NULL, 0}), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("\n\n")), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("# only a comment")), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("\xEF\xBB\xBFlet a = 1")), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("let a = 1\r\nlet b = \"x\"\r\n")), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("let a = 1\rlet b = 2")), 0);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("let a = 1\0 let b = 2")), 1);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("let a = \"\xC3\"\nlet b = [")), 1);
    CU_ASSERT_EQUAL(parsed_errors(TEXT("\xFF\xFEl\0e\0t\0")), 1);
}

static void test_source_size(void) {
    struct buffer buffer;
    buffer_init(&buffer);
    struct text text = repeated(&buffer, "# ", "x", LIMIT_SOURCE_BYTES - 2, "");
    CU_ASSERT_EQUAL(text.length, LIMIT_SOURCE_BYTES);
    CU_ASSERT_EQUAL(parsed_errors(text), 0);
    text = repeated(&buffer, "let a = \"", "x", LIMIT_SOURCE_BYTES - 10, "\"");
    CU_ASSERT_EQUAL(parsed_errors(text), 0);
    text = repeated(&buffer, "# ", "x", LIMIT_SOURCE_BYTES - 1, "");
    CU_ASSERT_EQUAL(parsed_errors(text), 1);
    buffer_release(&buffer);
}

static void count_depth(struct node *node, void *context) {
    unsigned *deepest = context;
    if (node->depth > *deepest) *deepest = node->depth;
    node_each_child(node, count_depth, context);
}

static void test_nesting(void) {
    static const struct {
        const char *begin, *unit, *middle, *close;
    } rows[] = {{"let a = ", "(", "1", ")"},      {"let a = ", "[", "1", "]"},
                {"let a = ", "{ b = ", "1", "}"}, {"let a = ", "f(", "1", ")"},
                {"let a = 1", " + 1", "", ""},    {"let a = 1", ".b", "", ""},
                {"let a = b", "[0]", "", ""},     {"let a = ", "!", "b", ""},
                {"let a = ", "-", "b", ""},       {"let a = 1", " ?? 1", "", ""},
                {"let a = ", "if c then 1 else ", "2", ""}, {"let a = ", "\"${", "1", "}\""},
                {"param a: ", "[", "int", "]"},   {"param a: ", "{ b: ", "int", "}"},
                {"param a: ", "(", "int", ")"},
                {"", "if c { ", "let a = 1", "}"}, {"if c { } ", "else if c { } ", "", ""},
                {"r = { if c { } ", "else if c { } ", "", "}"}, {"", "for a in b { ", "", "}"},
                {"let a = ", "[for a in b: ", "1", "]"}};
    struct buffer buffer;
    buffer_init(&buffer);
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t count = 300000; count > 3; count = count == 300000 ? 1000 : 3) {
            struct parsed parsed;
            repeated(&buffer, rows[i].begin, rows[i].unit, count, rows[i].middle);
            bool once = strcmp(rows[i].close, "}") == 0 && strstr(rows[i].unit, "else");
            for (size_t j = 0; j < (once ? 1 : count); j++) buffer_string(&buffer, rows[i].close);
            parsed_open(&parsed, buffer_view(&buffer));
            unsigned deepest = 0;
            count_depth(parsed.parse.file, &deepest);
            CU_ASSERT(deepest <= LIMIT_NESTING + 8);
            bool harmless = strcmp(rows[i].unit, "(") == 0 && rows[i].begin[0] == 'p';
            if (!harmless || count > 100000) {
                if (parsed.diagnostics.error_count != 1 ||
                    parsed.diagnostics.first->id != DIAGNOSTIC_NESTING ||
                    deepest > LIMIT_NESTING + 8)
                    printf("\n    %s %s %zu: %u errors, depth %u, [%s]\n", rows[i].begin,
                           rows[i].unit, count, parsed.diagnostics.error_count, deepest,
                           parsed.diagnostics.first ? diagnostic_name(parsed.diagnostics.first->id)
                                                    : "");
                CU_ASSERT(parsed.diagnostics.error_count == 1);
                CU_ASSERT(parsed.diagnostics.first &&
                          parsed.diagnostics.first->id == DIAGNOSTIC_NESTING);
            }
            parsed_close(&parsed);
        }
    }
    buffer_release(&buffer);
}

/* LIMIT_NESTING levels are fine, one more is not: FILE, LET, and parentheses around a name. */
static void test_nesting_limit(void) {
    struct buffer buffer;
    buffer_init(&buffer);
    for (int past = 0; past < 2; past++) {
        size_t count = (size_t)(LIMIT_NESTING - 3 + past * 3);
        repeated(&buffer, "let a = ", "(", count, "b");
        for (size_t i = 0; i < count; i++) buffer_char(&buffer, ')');
        CU_ASSERT_EQUAL(parsed_errors(buffer_view(&buffer)), (uint32_t)past);
    }
    buffer_release(&buffer);
}

/* Of a tree alone, tokens far behind are forgotten, and read again where there is a mistake: it has
 * the same mistakes, at the same places. */
static void test_far_mistakes(void) {
    static const char *const mistakes[] = {
        "let last = [1, = 2]\nlet more = 1\n", "let last = { a: 1 }\n", "let last = \"a\n",
        "let last = { a = 1 }}\nlet more = 1\n", "let last = 1", "}\nlet more = (\nlet last = 2\n"};
    struct buffer source;
    buffer_init(&source);
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct parsed kept, tree;
        source.length = 0;
        for (uint32_t j = 0; j < 20000; j++) buffer_format(&source, "let a%u = %u + 1\n", j, j);
        buffer_string(&source, mistakes[i]);
        parsed_open(&kept, buffer_view(&source));
        uint32_t number = parsed_prepare(&tree, buffer_view(&source));
        tree.parse = parser_parse_tree(&tree.arena, &tree.names, &tree.diagnostics, number);
        CU_ASSERT(node_equal(kept.parse.file, tree.parse.file));
        const struct diagnostic *a = kept.diagnostics.first, *b = tree.diagnostics.first;
        for (; a && b && a->id == b->id && text_equal(a->message, b->message); b = b->next) {
            CU_ASSERT_EQUAL(a->span.start, b->span.start);
            a = a->next;
        }
        CU_ASSERT(!a && !b);
        parsed_close(&kept);
        parsed_close(&tree);
    }
    buffer_release(&source);
}

UNIT_MAIN("parser", {"precedence", test_precedence}, {"texts", test_texts},
          {"templates", test_templates}, {"numbers", test_numbers}, {"doc comments", test_docs},
          {"mistakes", test_mistakes}, {"many mistakes", test_many_mistakes},
          {"too many mistakes", test_too_many_mistakes},
          {"sources", test_sources}, {"source size", test_source_size}, {"nesting", test_nesting},
          {"nesting limit", test_nesting_limit}, {"far mistakes", test_far_mistakes})
