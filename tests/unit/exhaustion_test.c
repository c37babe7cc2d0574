/* Memory that runs out, in the library: every block that base/ asks the system for is refused
 * once, alone and with all behind it. Each time the call says so or does what it does undisturbed;
 * no file stays open, and under the address sanitizer nothing is lost. tests/inject does the same
 * to whole processes, other libraries included.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "mrp_parts.h"
#include "tests/unit/unit.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
static int __lsan_do_recoverable_leak_check(void) { return 0; }
#endif

/* ---- what is refused ---- */

static struct {
    size_t at, count;
    bool goes_on;
} plan;

static bool refuses(void) {
    plan.count++;
    return plan.count == plan.at || (plan.goes_on && plan.count > plan.at);
}

/* ---- what is done ---- */

struct said {
    enum mrp_result result;
    char failure[256];
    size_t length;
    char text[1 << 18];
};

static void add(struct said *said, struct mrp_text text) {
    if (said->length + text.length > sizeof said->text) abort();
    if (text.length) memcpy(said->text + said->length, text.bytes, text.length);
    said->length += text.length;
}

/* A text that the library made, which only a failure can have kept it from. */
static bool take(struct said *said, const struct mrp *mrp, struct mrp_text text) {
    if (mrp_failure(mrp)[0]) said->result = MRP_FAILED;
    add(said, text);
    return said->result != MRP_FAILED;
}

static struct mrp *open_file(struct said *said, const char *name) {
    char path[4096];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/inject/program/%s", top ? top : ".", name);
    struct mrp *mrp = mrp_new(&(struct mrp_options){.file = path, .no_environment = true});
    if (!mrp) {
        said->result = MRP_FAILED;
        strcpy(said->failure, "could not get more memory");
    }
    return mrp;
}

static void close_file(struct said *said, struct mrp *mrp) {
    if (said->result == MRP_FAILED)
        snprintf(said->failure, sizeof said->failure, "%s", mrp_failure(mrp));
    mrp_free(mrp);
}

static void build(struct said *said) {
    struct mrp *mrp = open_file(said, "pipeline.mrp");
    if (!mrp) return;
    said->result = mrp_compile(mrp);
    for (size_t i = 0; said->result == MRP_DONE && i < mrp_stack_count(mrp); i++) {
        if (!take(said, mrp, mrp_template(mrp, i, MRP_INDENTED))) break;
    }
    close_file(said, mrp);
}

static void report(struct said *said) {
    struct mrp *mrp = open_file(said, "broken.mrp");
    if (!mrp) return;
    said->result = mrp_compile(mrp);
    for (enum mrp_report_form form = MRP_TEXT; form <= MRP_SARIF; form++) {
        if (said->result == MRP_FAILED) break;
        take(said, mrp, mrp_report(mrp, form, false));
    }
    for (size_t i = 0; said->result == MRP_ERRORS && i < mrp_diagnostic_count(mrp); i++) {
        struct mrp_diagnostic d = mrp_diagnostic(mrp, i);
        take(said, mrp, (struct mrp_text){d.file, d.file ? strlen(d.file) : 0});
    }
    close_file(said, mrp);
}

static void evaluate(struct said *said) {
    struct mrp_text json = {"", 0};
    struct mrp *mrp = open_file(said, "pipeline.mrp");
    if (!mrp) return;
    said->result = mrp_evaluate(mrp, "[settings, words, found]", &json);
    if (said->result == MRP_DONE) add(said, json);
    close_file(said, mrp);
}

static void format(struct said *said) {
    static const char untidy[] = "let   a=1   # one\nlet b = [ 1,2,\n   \"${a}\" ]\n";
    struct mrp_text formatted = {"", 0};
    struct mrp *mrp = open_file(said, "pipeline.mrp");
    if (!mrp) return;
    said->result =
        mrp_format(mrp, "a.mrp", (struct mrp_text){untidy, sizeof untidy - 1}, &formatted);
    if (said->result == MRP_DONE) add(said, formatted);
    close_file(said, mrp);
}

static void run_test(struct said *said) {
    struct mrp_test verdict;
    struct mrp *mrp = open_file(said, "pipeline.mrp");
    if (!mrp) return;
    mrp_with_tests(mrp, NULL);
    said->result = mrp_test(mrp, 0, false, true, &verdict);
    if (said->result == MRP_DONE) add(said, (struct mrp_text){verdict.has_passed ? "+" : "-", 1});
    if (said->result != MRP_FAILED) take(said, mrp, mrp_report(mrp, MRP_TEXT, false));
    close_file(said, mrp);
}

/* ---- each block refused ---- */

static size_t open_files(void) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return 0;
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

static void run(void (*act)(struct said *said), struct said *said, size_t at, bool goes_on) {
    said->length = 0;
    said->result = MRP_DONE;
    said->failure[0] = '\0';
    plan.at = at;
    plan.count = 0;
    plan.goes_on = goes_on;
    memory_refuses = refuses;
    act(said);
    memory_refuses = NULL;
}

static bool is_same(const struct said *a, const struct said *b) {
    return a->result == b->result && a->length == b->length &&
           memcmp(a->text, b->text, a->length) == 0;
}

static void refuse_each(void (*act)(struct said *said), enum mrp_result wanted) {
    static struct said whole, said;
    run(act, &whole, 0, false); /* fills what the library keeps for good */
    run(act, &whole, 0, false);
    size_t files = open_files(), blocks = plan.count;
    CU_ASSERT_EQUAL(whole.result, wanted);
    CU_ASSERT(whole.length > 0 && blocks > 5);
    for (size_t at = 1; at <= blocks; at++) {
        for (int goes_on = 0; goes_on < 2; goes_on++) {
            run(act, &said, at, goes_on);
            bool is_told = said.result == MRP_FAILED && strstr(said.failure, "memory");
            if (is_told || is_same(&said, &whole)) continue;
            fprintf(stderr, "block %zu%s: result %d, \"%s\"\n", at, goes_on ? "+" : "",
                    (int)said.result, said.failure);
            CU_FAIL("something else, and no word of memory");
        }
    }
    CU_ASSERT_EQUAL(open_files(), files);
    CU_ASSERT_EQUAL(__lsan_do_recoverable_leak_check(), 0);
    run(act, &said, 0, false);
    CU_ASSERT(is_same(&said, &whole));
}

static void test_build(void) { refuse_each(build, MRP_DONE); }
static void test_report(void) { refuse_each(report, MRP_ERRORS); }
static void test_evaluate(void) { refuse_each(evaluate, MRP_DONE); }
static void test_format(void) { refuse_each(format, MRP_DONE); }
static void test_test(void) { refuse_each(run_test, MRP_DONE); }

UNIT_MAIN("exhaustion", {"build", test_build}, {"report", test_report},
          {"evaluate", test_evaluate}, {"format", test_format}, {"test", test_test})
