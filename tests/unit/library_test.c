/* The library as its users see it: mrp.h alone, linked with libmrp as it is installed. */
#include <string.h>

#include "mrp.h"
#include "tests/unit/unit.h"

/* A world of a few files, for programs that stand in this file. */
struct file {
    const char *path, *text;
};

static bool world_read(void *context, const char *path, struct mrp_delivery *delivery) {
    for (const struct file *file = context; file->path; file++) {
        if (strcmp(file->path, path) != 0) continue;
        size_t half = strlen(file->text) / 2; /* in two pieces, as a stream comes */
        mrp_deliver(delivery, file->text, half);
        mrp_deliver(delivery, file->text + half, strlen(file->text) - half);
        return true;
    }
    mrp_refuse(delivery, "there is no such file in this world");
    return false;
}

static bool world_glob(void *context, const char *pattern, struct mrp_delivery *delivery) {
    (void)pattern;
    for (const struct file *file = context; file->path; file++) {
        mrp_deliver(delivery, file->path, strlen(file->path));
    }
    return true;
}

static const char *world_environment(void *context, const char *name) {
    (void)context;
    return strcmp(name, "SUFFIX") == 0 ? "env" : NULL;
}

static const char program[] =
    "param suffix: string = env(\"SUFFIX\", \"dev\")\n"
    "project shop { suffix = suffix }\n"
    "let twice = 21 * 2\n"
    "region west \"us-west-2\" {\n"
    "  resource copy: AWS::SSM::Parameter { Type = \"String\", Value = \"${east.vpc.VpcId} "
    "${twice}\" }\n"
    "}\n"
    "region east \"us-east-1\" {\n"
    "  resource vpc: AWS::EC2::VPC { CidrBlock = trim(file(\"cidr.txt\")) }\n"
    "}\n";

static struct mrp *open_program(struct mrp_host *host, struct file *files,
                                const struct mrp_options *more) {
    struct mrp_options options = more ? *more : (struct mrp_options){0};
    *host = (struct mrp_host){files, world_read, world_glob, world_environment};
    options.host = host;
    return mrp_new(&options);
}

static void test_compile(void) {
    struct file files[] = {{"pipeline.mrp", program}, {"cidr.txt", "10.0.0.0/16\n"}, {NULL, NULL}};
    struct mrp_host host;
    struct mrp *mrp = open_program(&host, files, NULL);
    CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_DONE);
    CU_ASSERT_EQUAL_FATAL(mrp_stack_count(mrp), 2);
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 0)->path, "east"); /* read by west: deployed first */
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 0)->name, "shop-env");
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 1)->region, "us-west-2");
    CU_ASSERT_EQUAL(mrp_stack(mrp, 1)->resource_count, 1);
    struct mrp_text text = mrp_template(mrp, 0, MRP_COMPACT);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.bytes, "\"CidrBlock\":\"10.0.0.0/16\""));
    CU_ASSERT_EQUAL(strlen(text.bytes), text.length);
    text = mrp_template(mrp, 1, MRP_INDENTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.bytes, "Fn::GetStackOutput"));
    const char *paths[] = {"a.json", "b.json"}, *hashes[] = {"00", "11"};
    text = mrp_manifest(mrp, paths, hashes);
    CU_ASSERT(strncmp(text.bytes, "{\n  \"format\": 1", 15) == 0);
    CU_ASSERT(strstr(text.bytes, "a.json") < strstr(text.bytes, "b.json"));
    mrp_free(mrp);
}

static void test_same_bytes(void) {
    struct file files[] = {{"pipeline.mrp", program}, {"cidr.txt", "10.0.0.0/16\n"}, {NULL, NULL}};
    struct mrp_host host;
    struct mrp *a = open_program(&host, files, NULL), *b = open_program(&host, files, NULL);
    CU_ASSERT_EQUAL(mrp_compile(a), MRP_DONE);
    CU_ASSERT_EQUAL(mrp_compile(b), MRP_DONE);
    struct mrp_text x = mrp_template(a, 1, MRP_INDENTED), y = mrp_template(b, 1, MRP_INDENTED);
    CU_ASSERT(x.length == y.length && memcmp(x.bytes, y.bytes, x.length) == 0);
    mrp_free(a);
    mrp_free(b);
}

static void test_inputs(void) {
    struct file files[] = {{"pipeline.mrp", program}, {"cidr.txt", "10.0.0.0/16\n"},
                           {"v.json", "{\"suffix\": \"json\"}"}, {NULL, NULL}};
    const char *sets[] = {"suffix=set"}, *vars[] = {"v.json"};
    struct mrp_host host;
    struct mrp_options options = {.vars = vars, .vars_count = 1};
    struct mrp *mrp = open_program(&host, files, &options);
    CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 0)->name, "shop-json");
    mrp_free(mrp);
    options.sets = sets;
    options.set_count = 1;
    mrp = open_program(&host, files, &options);
    CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 0)->name, "shop-set");
    mrp_free(mrp);
    options = (struct mrp_options){.no_environment = true};
    mrp = open_program(&host, files, &options);
    CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(mrp_stack(mrp, 0)->name, "shop-dev");
    mrp_free(mrp);
}

static void test_mistakes(void) {
    struct file files[] = {{"pipeline.mrp",
                            "region east \"us-east-1\" {\n"
                            "  resource q: AWS::SQS::Queue { QueeName = \"a\" }\n}\n"},
                           {NULL, NULL}};
    struct mrp_host host;
    struct mrp *mrp = open_program(&host, files, NULL);
    CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_ERRORS);
    CU_ASSERT_EQUAL(mrp_stack_count(mrp), 0);
    CU_ASSERT_EQUAL(mrp_error_count(mrp), 1);
    struct mrp_diagnostic diagnostic = {0};
    for (size_t i = 0; i < mrp_diagnostic_count(mrp); i++) {
        diagnostic = mrp_diagnostic(mrp, i);
        if (diagnostic.is_error) break;
    }
    CU_ASSERT_STRING_EQUAL(diagnostic.id, "unknown-property");
    CU_ASSERT_STRING_EQUAL(diagnostic.file, "pipeline.mrp");
    CU_ASSERT_EQUAL(diagnostic.line, 2);
    CU_ASSERT_EQUAL(diagnostic.column, 33);
    CU_ASSERT_PTR_NOT_NULL(strstr(mrp_report(mrp, MRP_TEXT, false).bytes, "QueueName"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(mrp_report(mrp, MRP_SARIF, false).bytes, "\"version\":\"2.1.0\""));
    mrp_free(mrp);
}

static void test_failures(void) {
    struct file files[] = {{"pipeline.mrp", program}, {NULL, NULL}};
    const char *vars[] = {"none.json"}, *deny[] = {"no-such-warning"}, *sets[] = {"suffix"};
    struct mrp_host host;
    struct mrp_options all[] = {{.file = "other.mrp"}, {.vars = vars, .vars_count = 1},
                                {.deny = deny, .deny_count = 1}, {.sets = sets, .set_count = 1},
                                {.schema = "/no/such/schema"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct mrp *mrp = open_program(&host, files, &all[i]);
        CU_ASSERT_EQUAL(mrp_compile(mrp), MRP_FAILED);
        CU_ASSERT_NOT_EQUAL(mrp_failure(mrp)[0], '\0');
        mrp_free(mrp);
    }
}

static void test_evaluate(void) {
    struct file files[] = {{"pipeline.mrp", program}, {"cidr.txt", "10.0.0.0/16\n"}, {NULL, NULL}};
    struct mrp_host host;
    struct mrp_text json;
    struct mrp *mrp = open_program(&host, files, NULL);
    CU_ASSERT_EQUAL(mrp_evaluate(mrp, "[twice, suffix]", &json), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(json.bytes, "[\n  42,\n  \"env\"\n]\n");
    CU_ASSERT_EQUAL(mrp_evaluate(mrp, "1 +", &json), MRP_ERRORS);
    mrp_free(mrp);
}

/* A compiled program has read of the library what it needs; an expression may use the rest. */
static void test_evaluate_library(void) {
    static const char text[] = "import std.observe\nproject p {}\nlet three = 3\n"
                               "region r \"us-east-1\" { output Three = three }\n";
    struct file files[] = {{"pipeline.mrp", text}, {NULL, NULL}};
    struct mrp_host host;
    struct mrp_text json;
    struct mrp *mrp = open_program(&host, files, NULL);
    enum mrp_result compiled = mrp_compile(mrp);
    size_t count = mrp_diagnostic_count(mrp);
    CU_ASSERT_NOT_EQUAL(compiled, MRP_FAILED);
    CU_ASSERT_EQUAL(mrp_evaluate(mrp, "three + observe.forever", &json), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(json.bytes, "3\n");
    CU_ASSERT_EQUAL(mrp_diagnostic_count(mrp), count);
    CU_ASSERT_EQUAL(mrp_evaluate(mrp, "observe.forevr", &json), MRP_ERRORS);
    CU_ASSERT_EQUAL(mrp_diagnostic_count(mrp), count + 1);
    mrp_free(mrp);
}

static void test_format(void) {
    static const char source[] = "let   a=1 # one\n";
    struct mrp *mrp = mrp_new(&(struct mrp_options){0});
    struct mrp_text formatted, text = {source, strlen(source)};
    CU_ASSERT_EQUAL(mrp_format(mrp, "a.mrp", text, &formatted), MRP_DONE);
    CU_ASSERT_STRING_EQUAL(formatted.bytes, "let a = 1  # one\n");
    mrp_free(mrp);
}

static void test_version(void) {
    CU_ASSERT(mrp_version()[0] >= '0' && mrp_version()[0] <= '9');
}

UNIT_MAIN("library", {"compile", test_compile}, {"same bytes", test_same_bytes},
          {"inputs", test_inputs}, {"mistakes", test_mistakes}, {"failures", test_failures},
          {"evaluate", test_evaluate},
          {"evaluate what the program has not read", test_evaluate_library},
          {"format", test_format}, {"version", test_version})
