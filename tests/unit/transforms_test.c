/* Transforms in the simulator: AWS::Include, AWS::LanguageExtensions, and what it does not know. */
#include "base/limits.h"
#include "tests/unit/world.h"

static void put(const char *key, const char *body) {
    ask(CLOUD_PUT_OBJECT, "us-east-1", (struct cloud_request){
        .bucket = TEXT("parts"), .key = text_of(key), .body = text_of(body)});
}

static void open_with_bucket(void) {
    open_world();
    SAME(run("assets", "CREATE",
             "{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":"
             "{\"BucketName\":\"parts\"}}}}"),
         "CREATE_COMPLETE");
}

static const char *processed(const char *stack) {
    struct cloud_call *call = ask(CLOUD_GET_TEMPLATE, "us-east-1", (struct cloud_request){
        .stack = text_of(stack), .stage = TEXT("Processed")});
    return call->reply.body.bytes ? call->reply.body.bytes : "(none)";
}

static void discard(const char *stack) {
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = text_of(stack)});
    settle_in("us-east-1", stack);
}

/* --- AWS::Include ----------------------------------------------------------------------------- */

#define INCLUDE(place)                                                                             \
    "\"Fn::Transform\":{\"Name\":\"AWS::Include\",\"Parameters\":{\"Location\":" place "}}"
#define PARAMETER(more)                                                                            \
    "{\"Parameters\":{\"Bucket\":{\"Type\":\"String\",\"Default\":\"parts\"}},\"Resources\":{"     \
    "\"P\":"                                                                                       \
    "{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\"," more                  \
    "}}},\"Outputs\":"                                                                             \
    "{\"V\":{\"Value\":{\"Fn::GetAtt\":[\"P\",\"Value\"]}}}}"

static void test_include(void) {
    static const char original[] = PARAMETER(INCLUDE("{\"Fn::Sub\":\"s3://${Bucket}/data.yaml\"}"));
    open_with_bucket();
    put("data.yaml", "Value: from_transformation\nDescription: included\n");
    SAME(run("first", "CREATE", original), "CREATE_COMPLETE");
    SAME(output("first", "V"), "from_transformation");
    SAME(processed("first"),
         PARAMETER("\"Value\":\"from_transformation\",\"Description\":\"included\""));
    SAME(ask(CLOUD_GET_TEMPLATE, "us-east-1", (struct cloud_request){.stack = TEXT("first")})
             ->reply.body.bytes, original);
    /* The same again is no change, in the words of templates with transforms. */
    make_set("first", "UPDATE", original);
    SAME(read_set("first")->status_reason.bytes, "No updates are to be performed.");
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    /* What is included is read anew. */
    put("data.yaml", "Value: another\n");
    SAME(run("first", "UPDATE", original), "UPDATE_COMPLETE");
    SAME(output("first", "V"), "another");
    /* A whole value, and parts of the template. */
    put("part.json", "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\"}}}");
    SAME(run("whole", "CREATE",
             "{\"Transform\":{\"Name\":\"AWS::Include\",\"Parameters\":{\"Location\":"
             "\"s3://parts/part.json\"}},\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\"}}}"),
         "CREATE_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("whole", "Q"), "CREATE_COMPLETE"));
    close_world();
}

static void test_failures(void) {
    static const struct { const char *body, *reason; } rows[] = {
        {PARAMETER(INCLUDE("\"s3://doesnotexist/x\"")),
         "Transform AWS::Include failed with: S3 bucket [doesnotexist] does not exist."},
        {PARAMETER(INCLUDE("\"s3://parts/none\"")),
         "Transform AWS::Include failed with: S3 key [none] does not exist in bucket [parts]."},
        {PARAMETER(INCLUDE("\"parts/none\"")),
         "Transform AWS::Include failed with: The location parameter is not a valid S3 uri."},
        {PARAMETER("\"Fn::Transform\":\"ConvertTopicToFifo\""),
         "No transform named 123456789012::ConvertTopicToFifo found."},
        {"{\"Transform\":\"AWS::Serverless-2016-10-31\",\"Resources\":{}}",
         "the sandbox does not know the transform AWS::Serverless-2016-10-31"},
        {"{\"Transform\":\"AWS::LanguageExtensions\",\"Resources\":{\"Fn::ForEach::X\":[\"a\"]}}",
         "Transform AWS::LanguageExtensions failed with: Fn::ForEach layout is incorrect"},
        {"{\"Transform\":\"AWS::LanguageExtensions\",\"Resources\":{\"Fn::ForEach::X\":[\"a\",[[]],"
         "{}]}}",
         "Transform AWS::LanguageExtensions failed with: Fn::ForEach could not resolve list, of "
         "Fn::ForEach::X"},
        {"{\"Transform\":\"AWS::LanguageExtensions\",\"Resources\":{\"Fn::ForEach::X\":[\"a\","
         "[\"1\",\"2\"],{\"A\":{\"Type\":\"AWS::SNS::Topic\"}}]}}",
         "Transform AWS::LanguageExtensions failed with: Duplicate key A"},
    };
    open_with_bucket();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_FALSE(cloud_failed(make_set("first", "CREATE", rows[i].body)));
        SAME(read_set("first")->status.bytes, "FAILED");
        SAME(read_set("first")->status_reason.bytes, rows[i].reason);
        discard("first");
    }
    SAME(make_set("first", "CREATE", PARAMETER("\"Fn::Transform\":{\"Name\":{\"Ref\":\"Bucket\"}}"))
             ->error.message.bytes,
         "Key Name of transform definition must be a string.");
    close_world();
}

/* --- AWS::LanguageExtensions ------------------------------------------------------------------ */

#define EXTENDED(rest)                                                                             \
    "{\"Transform\":\"AWS::LanguageExtensions\",\"Parameters\":{\"Names\":{\"Type\":"              \
    "\"CommaDelimitedList\",\"Default\":\"a,b,c\"},\"Keep\":{\"Type\":\"String\",\"Default\":"     \
    "\"Retain\""                                                                                   \
    "}}," rest "}"
#define PLAIN(rest)                                                                                \
    "{\"Parameters\":{\"Names\":{\"Type\":\"CommaDelimitedList\",\"Default\":\"a,b,c\"},\"Keep\":" \
    "{\"Type\":\"String\",\"Default\":\"Retain\"}}," rest "}"
#define P(value)                                                                                   \
    "\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\",\"Value\":" value \
    "}}"

static void test_extensions(void) {
    static const struct { const char *written, *processed;
    } rows[] = {
        {EXTENDED("\"Resources\":{" P("{\"Fn::Length\":{\"Ref\":\"Names\"}}") "}"),
         PLAIN("\"Resources\":{" P("3") "}")},
        {EXTENDED("\"Resources\":{" P("{\"Fn::Length\":[1,2]}") "}"),
         PLAIN("\"Resources\":{" P("2") "}")},
        {EXTENDED("\"Resources\":{" P("{\"Fn::ToJsonString\":[\"a\",{\"b\":[true,1]}]}") "}"),
         PLAIN("\"Resources\":{" P("\"[\\\"a\\\",{\\\"b\\\":[true,1]}]\"") "}")},
        {EXTENDED("\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\"}," P(
             "{\"Fn::ToJsonString\":{\"t\":{\"Ref\":\"T\"}}}") "}"),
         PLAIN("\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\"}," P(
             "{\"Fn::Join\":[\"\",[\"{\\\"t\\\":\\\"\",{\"Ref\":\"T\"},\"\\\"}\"]]}") "}")},
        {EXTENDED("\"Mappings\":{\"M\":{\"x\":{\"y\":\"z\"}}},\"Resources\":{" P(
             "{\"Fn::FindInMap\":[\"M\",\"none\",\"y\",{\"DefaultValue\":\"d\"}]}") "}"),
         PLAIN("\"Mappings\":{\"M\":{\"x\":{\"y\":\"z\"}}},\"Resources\":{" P("\"d\"") "}")},
        {EXTENDED("\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\",\"DeletionPolicy\":"
                  "{\"Ref\":\"Keep\"}}}"),
         PLAIN(
             "\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\",\"DeletionPolicy\":\"Retain\"}}")},
        {EXTENDED(
             "\"Resources\":{\"Fn::ForEach::Topics\":[\"N\",{\"Ref\":\"Names\"},{\"T${N}\":"
             "{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":{\"Fn::Join\":[\".\",["
             "{\"Ref\":\"N\"},\"fifo\"]]},\"FifoTopic\":true}}}]}"),
         PLAIN(
             "\"Resources\":{\"Ta\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
             "\"a.fifo\",\"FifoTopic\":true}},\"Tb\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{"
             "\"TopicName\":\"b.fifo\",\"FifoTopic\":true}},\"Tc\":{\"Type\":\"AWS::SNS::Topic\","
             "\"Properties\":{\"TopicName\":\"c.fifo\",\"FifoTopic\":true}}}")},
        /* One in another, letters alone in a key, and in an output. */
        {EXTENDED(
             "\"Resources\":{\"Fn::ForEach::A\":[\"A\",[\"x.1\"],{\"Fn::ForEach::B\":[\"B\","
             "[\"l\",\"r\"],{\"Q&{A}${B}\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":"
             "{\"QueueName\":{\"Fn::Sub\":\"${A}-${B}\"}}}}]}]},\"Outputs\":{\"Fn::ForEach::O\":"
             "[\"B\",[\"l\"],{\"Url${B}\":{\"Value\":{\"Ref\":\"Qx1l\"}}}]}"),
         PLAIN(
             "\"Resources\":{\"Qx1l\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":"
             "\"x.1-l\"}},\"Qx1r\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":"
             "\"x.1-r\"}}},\"Outputs\":{\"Urll\":{\"Value\":{\"Ref\":\"Qx1l\"}}}")},
    };
    open_with_bucket();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text name = text_format(&arena, "row%zu", i);
        make_set(name.bytes, "CREATE", rows[i].written);
        struct cloud_call *call = ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1",
                                      (struct cloud_request){.stack = name,
                                                             .change_set = TEXT("changes")});
        if (cloud_failed(call)) puts(read_set(name.bytes)->status_reason.bytes);
        settle_in("us-east-1", name.bytes);
        SAME(processed(name.bytes), rows[i].processed);
    }
    close_world();
}

/* What grows without end is refused, as is a template that does so by including itself. */
static void test_size(void) {
    struct buffer out;
    open_with_bucket();
    buffer_init(&out);
    buffer_string(&out, "{\"Transform\":\"AWS::LanguageExtensions\",\"Resources\":{");
    for (char c = 'A'; c <= 'H'; c++) {
        buffer_format(&out, "\"Fn::ForEach::%c\":[\"%c\",[1,2,3,4,5,6,7,8,9],{", c, c);
    }
    buffer_string(&out, "\"T${A}${B}${C}${D}${E}${F}${G}${H}\":{\"Type\":\"AWS::SNS::Topic\"}");
    for (char c = 'A'; c <= 'H'; c++) buffer_string(&out, "}]");
    buffer_string(&out, "}}");
    buffer_char(&out, 0);
    make_set("large", "CREATE", out.bytes);
    buffer_release(&out);
    SAME(read_set("large")->status_reason.bytes,
         "Transform AWS::LanguageExtensions failed with: Template may not exceed 1000000 bytes in "
         "size.");
    put("self.json", "{" INCLUDE("\"s3://parts/self.json\"") "}");
    make_set("self", "CREATE", PARAMETER(INCLUDE("\"s3://parts/self.json\"")));
    SAME(read_set("self")->status_reason.bytes,
         "Transform AWS::Include failed with: Fn::Transform is not allowed in what is included");
    close_world();
}

/* --- capabilities, and the world on disk ------------------------------------------------------ */

static void test_hostile(void) {
    static const char *const values[] = {
        "{\"Fn::Length\":{\"Fn::Sub\":[]}}", "{\"Fn::Length\":{\"Fn::If\":1}}",
        "{\"Fn::Length\":{\"Fn::GetAtt\":[]}}", "{\"Fn::Length\":{\"Fn::GetAtt\":{}}}",
        "{\"Fn::Length\":{\"Fn::Select\":{}}}", "{\"Fn::ToJsonString\":1}",
        "{\"Fn::FindInMap\":[1]}", "{\"Fn::Transform\":[]}", "{\"Fn::Transform\":null}",
        "{\"Fn::Transform\":{\"Name\":\"AWS::Include\",\"Parameters\":3}}"};
    open_with_bucket();
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct text name = text_format(&arena, "hostile%zu", i);
        struct text body = text_format(
            &arena,
            "{\"Transform\":\"AWS::LanguageExtensions\",\"Conditions\":{\"C\":{\"Fn::Equals\":"
            "[1,1]}},\"Resources\":{" P("%s") "}}",
            values[i]);
        CU_ASSERT_STRING_NOT_EQUAL(run(name.bytes, "CREATE", body.bytes), "CREATE_COMPLETE");
    }
    CU_ASSERT_TRUE(cloud_failed(make_set(
        "conditions", "CREATE", "{\"Transform\":\"AWS::LanguageExtensions\",\"Conditions\":{\"C\":"
                                "{\"Fn::If\":[]}},\"Resources\":{}}")));
    close_world();
}

static void test_store(void) {
    sqlite3 *database = open_kept_world();
    static const char body[] = EXTENDED("\"Resources\":{" P("{\"Fn::Length\":[1,2]}") "}");
    SAME(run("first", "CREATE", body), "CREATE_COMPLETE");
    make_set("second", "CREATE", "{\"Transform\":\"Unknown\",\"Resources\":{}}");
    reopen_world(database);
    SAME(processed("first"), PLAIN("\"Resources\":{" P("2") "}"));
    SAME(read_set("second")->status_reason.bytes,
         "No transform named 123456789012::Unknown found.");
    make_set("first", "UPDATE", body);
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    close_kept_world(database);
}

UNIT_MAIN("transforms", {"include", test_include}, {"failures", test_failures},
          {"extensions", test_extensions}, {"size", test_size}, {"hostile", test_hostile},
          {"store", test_store})
