/* The table of built-in functions: its order, how rows are found, the examples of the rows, the
 * reference made of them. Edge cases of the functions are in tests/cases/builtins. */
#include <stdio.h>
#include <stdlib.h>

#include "evaluator/builtin.h"
#include "mrp.h"
#include "tests/unit/unit.h"

static void test_order(void) {
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    for (size_t i = 1; i < count; i++)
        CU_ASSERT(strcmp(rows[i - 1].name, rows[i].name) < 0);
}

static void test_find(void) {
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    for (size_t i = 0; i < count; i++) {
        CU_ASSERT_PTR_EQUAL(builtin_find(text_of(rows[i].name)), &rows[i]);
    }
    static const char *const unknown[] = {"", "uppe", "upperr", "Upper", "toString", "\xFF"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        CU_ASSERT_PTR_NULL(builtin_find(text_of(unknown[i])));
    }
}

/* Every name of another language leads somewhere, and hides no function of ours. */
static void test_habits(void) {
    static const struct {
        const char *other, *ours;
    } rows[] = {
#define HABIT(other, ours, advice) {other, ours},
#include "evaluator/builtin_habits.def"
#undef HABIT
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *advice;
        struct text ours = builtin_habit(text_of(rows[i].other), &advice);
        CU_ASSERT_PTR_NULL(builtin_find(text_of(rows[i].other)));
        CU_ASSERT((ours.length > 0) != (advice != NULL));
        if (ours.length) CU_ASSERT_PTR_NOT_NULL(builtin_find(ours));
        if (i) CU_ASSERT(strcmp(rows[i - 1].other, rows[i].other) < 0);
    }
    const char *advice;
    CU_ASSERT(text_is(builtin_habit(TEXT("toUpper"), &advice), "upper"));
    CU_ASSERT_EQUAL(builtin_habit(TEXT("nothing"), &advice).length, 0);
    CU_ASSERT_PTR_NULL(advice);
}

/* ---- examples ---- */

static const char program[] = "project shop { suffix = \"dev\", account = \"111122223333\" }\n"
                              "region east \"us-east-1\" {}\n";

static bool world_read(void *context, const char *path, struct mrp_delivery *delivery) {
    (void)context;
    const char *content = strcmp(path, "pipeline.mrp") == 0   ? program
                          : strcmp(path, "greeting.txt") == 0 ? "hello\n"
                                                              : NULL;
    if (content) mrp_deliver(delivery, content, strlen(content));
    return content != NULL;
}

static bool world_glob(void *context, const char *pattern, struct mrp_delivery *delivery) {
    (void)context;
    if (strcmp(pattern, "*.txt") == 0)
        mrp_deliver(delivery, "greeting.txt", strlen("greeting.txt"));
    return true;
}

static const char *world_environment(void *context, const char *name) {
    (void)context, (void)name;
    return NULL;
}

/* JSON without the white space between its tokens. */
static struct text packed(struct arena *arena, struct text json) {
    char *bytes = arena_alloc(arena, json.length + 1);
    size_t length = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.length; i++) {
        char c = json.bytes[i];
        if (quoted && c == '\\') {
            bytes[length++] = c;
            c = json.bytes[++i];
        } else if (c == '"') {
            quoted = !quoted;
        }
        if (quoted || !strchr(" \n", c)) bytes[length++] = c;
    }
    return (struct text){bytes, length};
}

static void run_example(struct arena *arena, const struct builtin *row) {
    static const struct mrp_host host = {NULL, world_read, world_glob, world_environment};
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = "pipeline.mrp", .host = &host});
    struct mrp_text json = {"", 0};
    enum mrp_result result = mrp_evaluate(mrp, row->example, &json);
    struct text actual = packed(arena, (struct text){json.bytes, json.length});
    struct text expected = packed(arena, text_of(row->result));
    bool equal = result == MRP_DONE && text_equal(actual, expected);
    if (!equal) {
        printf("\n%s is %.*s, not %s\n", row->example, TEXT_ARGS(actual), row->result);
        struct mrp_text report = mrp_report(mrp, MRP_TEXT, false);
        printf("%.*s", (int)report.length, report.bytes);
    }
    CU_ASSERT(equal);
    mrp_free(mrp);
}

/* Those that use their region are tried by a case, since an expression has none. */
static void test_examples(void) {
    size_t count;
    const struct builtin *rows = builtin_all(&count);
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].example[0] && !(rows[i].flags & BUILTIN_REGION)) run_example(&arena, &rows[i]);
    }
    arena_release(&arena);
}

/* ---- pages ---- */

static void read_file(const char *path, struct buffer *out) {
    FILE *file = fopen(path, "rb");
    if (!file) return;
    char room[4096];
    for (size_t length; (length = fread(room, 1, sizeof room, file)) > 0;) {
        buffer_add(out, room, length);
    }
    fclose(file);
}

/* docs/builtins.md is what the rows say. UPDATE=1 in the environment writes it. */
static void test_reference(void) {
    const char *folder = getenv("top_srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/docs/builtins.md", folder ? folder : ".");
    struct buffer expected, actual;
    buffer_init(&expected);
    buffer_init(&actual);
    builtin_reference(&expected);
    if (getenv("UPDATE")) {
        FILE *file = fopen(path, "wb");
        if (file) {
            fwrite(expected.bytes, 1, expected.length, file);
            fclose(file);
        }
    }
    read_file(path, &actual);
    CU_ASSERT(text_equal(buffer_view(&expected), buffer_view(&actual)));
    buffer_release(&expected);
    buffer_release(&actual);
}

static void test_explain(void) {
    struct buffer page;
    buffer_init(&page);
    CU_ASSERT_FALSE(builtin_explain(&page, TEXT("nothing")));
    CU_ASSERT_EQUAL(page.length, 0);
    CU_ASSERT_TRUE(builtin_explain(&page, TEXT("concat")));
    CU_ASSERT(text_starts(buffer_view(&page), TEXT("concat(lists: [T], ...): [T]\n")));
    buffer_release(&page);
}

UNIT_MAIN("builtins", {"order", test_order}, {"find", test_find}, {"habits", test_habits},
          {"examples", test_examples}, {"reference", test_reference}, {"explain", test_explain})
