/* What the simulator makes of templates and the values of parameters: functions, limits, and what
 * it refuses, in the words that were recorded from AWS.
 */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static void test_functions(void) {
    static const struct { const char *expression, *expected; } rows[] = {
        {"{\"Ref\":\"AWS::Region\"}", "us-east-1"},
        {"{\"Fn::Sub\":\"${AWS::StackName}-${!x}-${Q.QueueName}\"}", "f-${x}-work"},
        {"{\"Fn::Sub\":[\"${a}/${Q}\",{\"a\":{\"Ref\":\"P\"}}]}",
         "two/https://sqs.us-east-1.amazonaws.com/123456789012/work"},
        {"{\"Fn::Join\":[\"-\",[\"a\",{\"Fn::Select\":[1,{\"Fn::Split\":[\",\",\"x,y\"]}]}]]}",
         "a-y"},
        {"{\"Fn::Select\":[\"1\",{\"Fn::GetAZs\":\"\"}]}", "us-east-1b"},
        {"{\"Fn::Base64\":\"hello\"}", "aGVsbG8="},
        {"{\"Fn::FindInMap\":[\"M\",{\"Ref\":\"P\"},\"v\"]}", "2"},
        {"{\"Fn::If\":[\"IsTwo\",\"yes\",\"no\"]}", "yes"},
        {"{\"Fn::If\":[\"Neither\",\"yes\",\"no\"]}", "no"},
        {"{\"Fn::Select\":[2,{\"Fn::Cidr\":[\"10.0.0.0/16\",4,8]}]}", "10.0.2.0/24"},
        {"{\"Fn::Select\":[1,{\"Fn::Cidr\":[\"2001:db8::/56\",2,64]}]}", "2001:db8:0:1::/64"},
        {"{\"Fn::GetAtt\":[\"Q\",\"Arn\"]}", "arn:aws:sqs:us-east-1:123456789012:work"},
    };
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text body = text_format(
            &arena, "{\"Parameters\":{\"P\":{\"Type\":\"String\",\"Default\":\"two\"}},"
                    "\"Mappings\":{\"M\":{\"two\":{\"v\":\"2\"}}},"
                    "\"Conditions\":{\"IsTwo\":{\"Fn::Equals\":[{\"Ref\":\"P\"},\"two\"]},"
                    "\"Neither\":{\"Fn::And\":[{\"Fn::Not\":[{\"Condition\":\"IsTwo\"}]},"
                    "{\"Condition\":\"IsTwo\"}]}},"
                    "\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":"
                    "{\"QueueName\":\"work\"}}},\"Outputs\":{\"O\":{\"Value\":%s}}}",
            rows[i].expression);
        SAME(run("f", "CREATE", body.bytes), "CREATE_COMPLETE");
        SAME(output("f", "O"), rows[i].expected);
        ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("f")});
        settle_in("us-east-1", "f");
    }
    close_world();
}

/* Errors of templates, in the words that were recorded. */
static void test_refused(void) {
    static const struct { const char *body, *message;
    } rows[] = {
        {"{\"Resources\":{}}",
         "Template format error: At least one Resources member must be defined."},
        {"{\"Resources\":{\"A\":{}}}", "Template format error: [/Resources/A] Every Resources "
                                       "object must contain a Type member."},
        {"{\"Resources\":{\"A\":[]}}",
         "Template format error: Any Resources member must be an object."},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Invalid\":1}}}",
         "Invalid template resource property 'Invalid'"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"B\"}}}",
         "Template format error: Unresolved resource dependencies [B] in the Resources block of "
         "the template"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}},\"Outputs\":{\"O\":{\"Value\":"
         "{\"Ref\":\"MyTopic\"}}}}",
         "Unresolved resource dependencies [MyTopic] in the Outputs block of the template"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}},\"Outputs\":{\"MyOutput\":"
         "{\"Value\":null}}}",
         "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
         "{\"Fn::Split\":[\",\"]}}}}}",
         "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
         "and (2) a string to be split or a function that returns a string to be split."},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
         "{\"Fn::If\":[\"MissingCondition\",\"a\",\"b\"]}}}}}",
         "Template error: unresolved condition dependency MissingCondition in Fn::If"},
        {"{\"Mappings\":{\"A\":\"x\"},\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}}}",
         "Template format error: Every Mappings member A must be a map"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topik\"}}}",
         "Template format error: Unrecognized resource types: [AWS::SNS::Topik]"},
        {"{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"B\"},\"B\":{\"Type\":"
         "\"AWS::SNS::Topic\",\"DependsOn\":\"A\"}}}",
         "Circular dependency between resources: [A, B]"},
    };
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cloud_call *call = make_set("refused", "CREATE", rows[i].body);
        SAME(call->error.code.bytes ? call->error.code.bytes : "", "ValidationError");
        SAME(call->error.message.bytes ? call->error.message.bytes : "", rows[i].message);
    }
    CU_ASSERT_PTR_NULL(look("us-east-1", "refused"));
    SAME(make_set("nostack", "UPDATE", NAMED_TOPIC("x"))->error.message.bytes,
         "Stack [nostack] does not exist");
    SAME(make_set("*@da591fa3_$", "CREATE", NAMED_TOPIC("x"))->error.message.bytes,
         "1 validation error detected: Value '*@da591fa3_$' at 'stackName' failed to satisfy "
         "constraint: Member must satisfy regular expression pattern: "
         "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*");
    close_world();
}

static void test_early_validation(void) {
    open_world();
    make_set("first", "CREATE", "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\","
                                "\"Properties\":{\"QueName\":\"x\"}}}}");
    const struct cloud_change_set *set = read_set("first");
    SAME(set->status.bytes, "FAILED");
    SAME(set->status_reason.bytes,
         "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To "
         "troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure "
         "information.");
    struct cloud_call *call = ask(CLOUD_CHANGE_SET_EVENTS, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    CU_ASSERT_EQUAL_FATAL(call->reply.event_count, 1);
    SAME(call->reply.events[0].reason.bytes, "#: extraneous key [QueName] is not permitted");
    SAME(call->reply.events[0].validation_path.bytes, "/Resources/Q/Properties");
    close_world();
}

/* What early validation says of a resource, or "" where it says nothing. */
static const char *said_of(const char *type, const char *properties) {
    struct text body = text_format(
        &arena,
        "{\"Parameters\":{\"Low\":{\"Type\":\"Number\",\"Default\":-1}},\"Resources\":{\"Other\":"
        "{\"Type\":\"AWS::SNS::Topic\"},\"R\":{\"Type\":\"%s\",\"Properties\":{%s}}}}",
        type, properties);
    make_set("limits", "CREATE", body.bytes);
    struct cloud_call *call = ask(CLOUD_CHANGE_SET_EVENTS, "us-east-1", (struct cloud_request){
        .stack = TEXT("limits"), .change_set = TEXT("changes")});
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("limits")});
    settle_in("us-east-1", "limits");
    if (cloud_failed(call)) return call->error.message.bytes;
    return call->reply.event_count ? call->reply.events[0].reason.bytes : "";
}

static void test_limits(void) {
    static const char queue[] = "AWS::SQS::Queue", group[] = "AWS::Logs::LogGroup",
                      table[] = "AWS::DynamoDB::Table", bucket[] = "AWS::S3::Bucket",
                      function[] = "AWS::Lambda::Function", rule[] = "AWS::EC2::SecurityGroup",
                      balancer[] = "AWS::ElasticLoadBalancingV2::LoadBalancer";
#define CODE "\"Role\":\"arn:aws:iam::123456789012:role/r\",\"Code\":{\"ZipFile\":\"x\"},"
    static const struct { const char *type, *properties, *said;
    } rows[] = {
        {function, CODE "\"MemorySize\":128", ""},
        {function, CODE "\"MemorySize\":\"127\"",
         "#/MemorySize: 127 is not greater or equal to 128"},
        {function, CODE "\"Timeout\":0", "#/Timeout: 0 is not greater or equal to 1"},
        {function, CODE "\"Timeout\":{\"Ref\":\"Low\"}",
         "#/Timeout: -1 is not greater or equal to 1"},
        {function, CODE "\"Timeout\":\"soon\"", "#/Timeout: expected type: Number, found: String"},
        {function, CODE "\"PackageType\":\"Tar\"", "#/PackageType: Tar is not a valid enum value"},
        {function, "\"Role\":\"r\",\"Code\":{\"ZipFile\":\"x\"}", NULL},
        /* What another resource gives is made up here. */
        {function, "\"Role\":{\"Ref\":\"Other\"},\"Code\":{\"ZipFile\":\"x\"}", ""},
        {queue, "\"FifoQueue\":\"true\"", ""},
        {queue, "\"FifoQueue\":\"yes\"", "#/FifoQueue: expected type: Boolean, found: String"},
        {group, "\"LogGroupName\":\"\"", "#/LogGroupName: expected minLength: 1, actual: 0"},
        {group, "\"LogGroupName\":\"a b\"",
         "#/LogGroupName: string [a b] does not match pattern ^[.\\-_/#A-Za-z0-9]{1,512}\\Z"},
        {group, "\"RetentionInDays\":2", "#/RetentionInDays: 2 is not a valid enum value"},
        {bucket, "\"AccessControl\":\"Mine\"", "#/AccessControl: Mine is not a valid enum value"},
        {bucket, "\"VersioningConfiguration\":{\"Status\":\"On\"}",
         "#/VersioningConfiguration/Status: On is not a valid enum value"},
        {table,
         "\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],"
         "\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"},"
         "{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}]",
         "#/AttributeDefinitions: array items are not unique"},
        {rule, "\"GroupDescription\":\"g\"", ""},
        /* Two that are not known yet are not the same. */
        {balancer, "\"Subnets\":[{\"Ref\":\"Other\"},{\"Fn::GetAtt\":[\"Other\",\"TopicName\"]}]",
         ""},
    };
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *said = said_of(rows[i].type, rows[i].properties);
        if (rows[i].said) SAME(said, rows[i].said);
        else CU_ASSERT_PTR_NOT_NULL(strstr(said, "#/Role: string [r] does not match pattern "));
    }
    close_world();
}

static void test_capabilities(void) {
    open_world();
    struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
        .body = TEXT("{\"Resources\":{\"R\":{\"Type\":\"AWS::IAM::Role\",\"Properties\":"
                     "{\"RoleName\":\"r\",\"AssumeRolePolicyDocument\":{}}}}}")});
    SAME(call->error.code.bytes, "InsufficientCapabilitiesException");
    SAME(call->error.message.bytes, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
    close_world();
}

/* A value for a declared parameter: what is said of it, or "" where it is taken. */
static const char *with_value(const char *declared, const char *value) {
    const struct cloud_parameter parameter = {.key = TEXT("P"), .value = text_of(value)};
    struct text body = text_format(&arena,
                                   "{\"Parameters\":{\"P\":{%s}},\"Resources\":{\"T\":{\"Type\":"
                                   "\"AWS::SNS::Topic\"}}}",
                                   declared);
    struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("parameters"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
        .body = body, .parameters = &parameter, .parameter_count = 1});
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("parameters")});
    settle_in("us-east-1", "parameters");
    return cloud_failed(call) ? call->error.message.bytes : "";
}

static void test_parameters(void) {
    static const struct { const char *declared, *value, *message;
    } rows[] = {
        {"\"Type\":\"Number\"", "x", "Parameter 'P' must be a number."},
        {"\"Type\":\"Number\",\"MinValue\":5", "5", ""},
        {"\"Type\":\"Number\",\"MinValue\":5", "4",
         "Parameter 'P' must be a number not less than 5"},
        {"\"Type\":\"Number\",\"MaxValue\":\"5\"", "6",
         "Parameter 'P' must be a number not greater than 5"},
        {"\"Type\":\"List<Number>\",\"MaxValue\":5", "1,5", ""},
        {"\"Type\":\"List<Number>\",\"MaxValue\":5", "1,6",
         "Parameter 'P' must be a number not greater than 5"},
        {"\"Type\":\"String\",\"MinLength\":2", "ab", ""},
        {"\"Type\":\"String\",\"MinLength\":2", "a",
         "Parameter 'P' must contain at least 2 characters"},
        {"\"Type\":\"String\",\"MaxLength\":2", "\xc3\xa4\xc3\xb6", ""},
        {"\"Type\":\"String\",\"MaxLength\":2", "abc",
         "Parameter 'P' must contain at most 2 characters"},
        {"\"Type\":\"String\",\"AllowedPattern\":\"[a-z]+\"", "abc", ""},
        {"\"Type\":\"String\",\"AllowedPattern\":\"[a-z]+\"", "abc1",
         "Parameter 'P' must match pattern [a-z]+"},
        {"\"Type\":\"String\",\"AllowedPattern\":\"[a-z]+\",\"ConstraintDescription\":\"letters\"",
         "1", "Parameter 'P' failed to satisfy constraint: letters"},
        {"\"Type\":\"CommaDelimitedList\",\"AllowedValues\":[\"a\",\"b\"]", "a,b", ""},
        {"\"Type\":\"CommaDelimitedList\",\"AllowedValues\":[\"a\",\"b\"]", "a,c",
         "Parameter 'P' must be one of AllowedValues"},
        {"\"Type\":\"AWS::EC2::VPC::Id\"", "vpc-0123456789abcdef0", ""},
        {"\"Type\":\"AWS::EC2::VPC::Id\"", "subnet-1",
         "Parameter validation failed: parameter value subnet-1 for parameter name P does not "
         "exist"},
        {"\"Type\":\"List<AWS::EC2::Subnet::Id>\"", "subnet-1,subnet-2", ""},
        {"\"Type\":\"List<AWS::EC2::Subnet::Id>\"", "subnet-1,vpc-2",
         "Parameter validation failed: parameter value vpc-2 for parameter name P does not exist"},
        {"\"Type\":\"AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>\"",
         "/aws/service/ami-amazon-linux-latest/al2023", ""},
        {"\"Type\":\"AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>\"",
         "/aws/service/ami-amazon-linux-latest/al2023", NULL},
        {"\"Type\":\"Strin\"", "x", "Template format error: Unrecognized parameter type: Strin"},
        {"\"Type\":\"List<CommaDelimitedList>\"", "x",
         "Template format error: Unrecognized parameter type: List<CommaDelimitedList>"},
    };
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *message = with_value(rows[i].declared, rows[i].value);
        if (rows[i].message) SAME(message, rows[i].message);
        else CU_ASSERT_PTR_NOT_NULL(strstr(message, "for parameter name P does not exist"));
    }
    close_world();
}

/* A former value is kept where there was one, and refused where there was none. */
static void test_former_values(void) {
#define FORMER(more)                                                                              \
    "{\"Parameters\":{\"P\":{\"Type\":\"String\",\"Default\":\"x\",\"NoEcho\":true}" more "},"    \
    "\"Resources\":{\"T\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{"                     \
    "\"Type\":\"String\",\"Value\":{\"Ref\":\"P\"}}}}}"
#define KEPT(key, reason)                                                                          \
    "Invalid input for parameter key " key ". Cannot specify usePreviousValue as true " reason
    static const char one[] = FORMER("");
    static const char two[] =
        FORMER(",\"Q\":{\"Type\":\"String\",\"Default\":\"y\",\"NoEcho\":true}");
    static const char absent[] = KEPT("Q", "for a parameter key not in the previous template");
    static const struct { const char *type, *body, *key, *value, *message; } rows[] = {
        {"CREATE", one, "P", "",
         "Cannot specify UsePreviousValue on Parameters when ChangeSetType is CREATE"},
        {"CREATE", one, "P", "given", ""},
        {"UPDATE", two, "P", "z", KEPT("P", "and non empty value for a parameter")},
        {"UPDATE", two, "Q", "", absent},
        {"UPDATE", one, "Q", "", "Parameters: [Q] do not exist in the template"},
        {"UPDATE", two, "P", "", ""},
    };
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cloud_parameter parameter = {text_of(rows[i].key), text_of(rows[i].value),
                                            .use_previous = i != 1};
        struct cloud_request request = {
            .stack = TEXT("first"), .change_set = TEXT("changes"),
            .change_type = text_of(rows[i].type), .body = text_of(rows[i].body),
            .parameters = &parameter, .parameter_count = 1};
        struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", request);
        SAME(cloud_failed(call) ? call->error.message.bytes : "", rows[i].message);
        if (i != 1) continue;
        ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", request);
        SAME(settle_in("us-east-1", "first"), "CREATE_COMPLETE");
    }
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first"))); /* the default would be one */
    close_world();
}

static void test_hostile(void) {
    static const char *const bodies[] = {
        "", "[]", "{", "null", "{\"Resources\":1}", "{\"Resources\":{\"A\":{\"Type\":1}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"Fn::GetAtt\":1}}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"Fn::Sub\":{}}}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"Fn::If\":1}}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":[1]}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":\"x\"}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
        "{\"Fn::Cidr\":[\"x\",1]}}}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Condition\":[]}},\"Conditions\":"
        "{\"C\":{\"Condition\":\"C\"}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}},\"Conditions\":{\"C\":{\"Fn::Not\":"
        "[{\"Condition\":\"C\"}]}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
        "{\"Fn::FindInMap\":[1]}}}}}",
        "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":"
        "{\"Fn::GetStackOutput\":3}}}},\"Outputs\":{\"O\":1}}",
        "{\"Parameters\":{\"P\":1},\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}}}",
    };
    open_world();
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct text name = text_format(&arena, "hostile%u", (unsigned)i);
        const char *result = run(name.bytes, "CREATE", bodies[i]);
        CU_ASSERT_STRING_NOT_EQUAL(result ? result : "", "CREATE_COMPLETE");
    }
    close_world();
}

UNIT_MAIN("simulator_templates", {"functions", test_functions}, {"refused", test_refused},
          {"early validation", test_early_validation}, {"limits", test_limits},
          {"capabilities", test_capabilities}, {"parameters", test_parameters},
          {"former values", test_former_values}, {"hostile", test_hostile})
