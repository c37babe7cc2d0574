/* The simulator through struct cloud: what is asked, what AWS answers. The texts and orders of
 * events that were recorded from AWS are compared word for word.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/simulator/simulator.h"
#include "runtime/state.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* --- creation --------------------------------------------------------------------------------- */

#define TOPIC(name)                                                                               \
    "{\"Resources\":{\"Foo\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"" name \
    "\"}},\"Parameter\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\","   \
    "\"Value\":{\"Fn::GetAtt\":[\"Foo\",\"TopicName\"]}}}}}"

static void test_create(void) {
    open_world();
    SAME(run("first", "CREATE", TOPIC("topic-1")), "CREATE_COMPLETE");
    SAME(history("first", "Foo"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    SAME(history("first", "first"), "REVIEW_IN_PROGRESS User Initiated|"
                                    "CREATE_IN_PROGRESS User Initiated|CREATE_COMPLETE");
    SAME(make_set("first", "CREATE", TOPIC("x"))->error.message.bytes,
         "Stack [first] already exists and cannot be created again with the changeSet [changes].");
    close_world();
}

static void test_no_change(void) {
    open_world();
    run("first", "CREATE", TOPIC("topic-1"));
    make_set("first", "UPDATE", TOPIC("topic-1"));
    const struct cloud_change_set *set = read_set("first");
    SAME(set->status.bytes, "FAILED");
    SAME(set->status_reason.bytes, "The submitted information didn't contain changes. Submit "
                                   "different information to create a change set.");
    CU_ASSERT_TRUE(cloud_no_changes(set));
    struct cloud_call *call = ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    SAME(call->error.code.bytes, "InvalidChangeSetStatus");
    SAME(call->error.message.bytes,
         text_format(&arena, "ChangeSet [%.*s] cannot be executed in its current status of "
                             "[FAILED]", TEXT_ARGS(set->id)).bytes);
    close_world();
}

/* As recorded: a topic replaced by its name, and what reads its attribute. */
static void test_replace(void) {
    open_world();
    run("first", "CREATE", TOPIC("topic-1"));
    make_set("first", "UPDATE", TOPIC("topic-2"));
    const struct cloud_change_set *set = read_set("first");
    CU_ASSERT_EQUAL_FATAL(set->change_count, 2);
    const struct cloud_change *topic = &set->changes[0], *parameter = &set->changes[1];
    SAME(topic->action.bytes, "Modify");
    SAME(topic->replacement.bytes, "True");
    SAME(topic->policy_action.bytes, "ReplaceAndDelete");
    SAME(topic->details[0].requires_recreation.bytes, "Always");
    SAME(topic->details[0].path.bytes, "/Properties/TopicName");
    CU_ASSERT_TRUE(text_is(topic->details[0].before, "topic-1"));
    CU_ASSERT_TRUE(text_is(topic->details[0].after, "topic-2"));
    SAME(parameter->replacement.bytes, "False");
    CU_ASSERT_EQUAL_FATAL(parameter->detail_count, 2);
    SAME(parameter->details[0].evaluation.bytes, "Dynamic");
    SAME(parameter->details[1].source.bytes, "ResourceAttribute");
    SAME(parameter->details[1].causing_entity.bytes, "Foo.TopicName");
    SAME(parameter->details[1].after.bytes, "{{changeSet:KNOWN_AFTER_APPLY}}");
    SAME(parameter->after_context.bytes,
         "{\"Properties\":{\"Type\":\"String\",\"Value\":\"{{changeSet:KNOWN_AFTER_APPLY}}\"}}");
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    SAME(settle_in("us-east-1", "first"), "UPDATE_COMPLETE");
    SAME(history("first", "Foo"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; "
         "hence creating one.|UPDATE_IN_PROGRESS Resource creation Initiated|UPDATE_COMPLETE|"
         "DELETE_IN_PROGRESS|DELETE_COMPLETE");
    SAME(history("first", "Parameter"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS|UPDATE_COMPLETE");
    SAME(history("first", "first"),
         "REVIEW_IN_PROGRESS User Initiated|CREATE_IN_PROGRESS User Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS User Initiated|UPDATE_COMPLETE_CLEANUP_IN_PROGRESS|UPDATE_COMPLETE");
    close_world();
}

/* --- failures --------------------------------------------------------------------------------- */

#define TWO(extra)                                                                               \
    "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"},\"B\":{\"Type\":\"AWS::SQS::Queue\","  \
    "\"DependsOn\":\"A\",\"Properties\":{\"DelaySeconds\":" extra "}}}}"

static void fail_next(const char *logical_id, const char *operation) {
    simulator_fail(simulator, &(struct simulator_failure){.region = TEXT("us-east-1"),
                                                          .stack = TEXT("first"),
                                                          .logical_id = text_of(logical_id),
                                                          .operation = text_of(operation),
                                                          .reason = TEXT("because it is a test")});
}

static void test_create_fails(void) {
    open_world();
    fail_next("B", "CREATE");
    SAME(run("first", "CREATE", TWO("1")), "ROLLBACK_COMPLETE");
    SAME(history("first", "B"), "CREATE_IN_PROGRESS|CREATE_FAILED because it is a test");
    SAME(history("first", "first"),
         "REVIEW_IN_PROGRESS User Initiated|CREATE_IN_PROGRESS User Initiated|"
         "ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested "
         "by user.|ROLLBACK_COMPLETE");
    SAME(make_set("first", "UPDATE", TWO("2"))->error.message.bytes,
         text_format(&arena, "Stack:%.*s is in ROLLBACK_COMPLETE state and can not be updated.",
                     TEXT_ARGS(look("us-east-1", "first")->id)).bytes);
    close_world();
}

static void test_update_fails(void) {
    open_world();
    run("first", "CREATE", TWO("1"));
    fail_next("B", "UPDATE");
    SAME(run("first", "UPDATE", TWO("2")), "UPDATE_ROLLBACK_COMPLETE");
    SAME(history("first", "first"),
         "REVIEW_IN_PROGRESS User Initiated|CREATE_IN_PROGRESS User Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS User Initiated|UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) "
         "failed to update: [B]. |UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS|"
         "UPDATE_ROLLBACK_COMPLETE");
    make_set("first", "UPDATE", TWO("1"));
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    close_world();
}

static void test_replacement_rolls_back(void) {
    open_world();
    run("first", "CREATE", TOPIC("topic-1"));
    fail_next("Parameter", "UPDATE");
    SAME(run("first", "UPDATE", TOPIC("topic-2")), "UPDATE_ROLLBACK_COMPLETE");
    make_set("first", "UPDATE", TOPIC("topic-1"));
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    /* The name of the dropped replacement is free again. */
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    SAME(run("first", "UPDATE", TOPIC("topic-2")), "UPDATE_COMPLETE");
    close_world();
}

/* --- deletion --------------------------------------------------------------------------------- */

static void test_delete(void) {
    open_world();
    run("first", "CREATE",
        "{\"Resources\":{\"Keep\":{\"Type\":\"AWS::SNS::Topic\",\"DeletionPolicy\":\"Retain\","
        "\"Properties\":{\"TopicName\":\"kept\"}},\"Queue\":{\"Type\":\"AWS::SQS::Queue\"}}}");
    struct text id = look("us-east-1", "first")->id;
    struct cloud_request request = {.stack = TEXT("first"), .is_protected = true};
    ask(CLOUD_PROTECT_STACK, "us-east-1", request);
    SAME(ask(CLOUD_DELETE_STACK, "us-east-1", request)->error.message.bytes,
         "Stack [first] cannot be deleted while TerminationProtection is enabled");
    request.is_protected = false;
    ask(CLOUD_PROTECT_STACK, "us-east-1", request);
    ask(CLOUD_DELETE_STACK, "us-east-1", request);
    SAME(settle_in("us-east-1", id.bytes), "DELETE_COMPLETE");
    CU_ASSERT_PTR_NULL(look("us-east-1", "first"));
    SAME(history(id.bytes, "Keep"), "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation "
                                    "Initiated|CREATE_COMPLETE|DELETE_SKIPPED");
    /* What was retained still has its name. */
    make_set("second", "CREATE", TOPIC("kept"));
    SAME(read_set("second")->status.bytes, "FAILED");
    close_world();
}

/* --- functions -------------------------------------------------------------------------------- */

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
    SAME(make_set("nostack", "UPDATE", TOPIC("x"))->error.message.bytes,
         "Stack [nostack] does not exist");
    SAME(make_set("*@da591fa3_$", "CREATE", TOPIC("x"))->error.message.bytes,
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
#define FORMER(more)                                                                               \
    "{\"Parameters\":{\"P\":{\"Type\":\"String\",\"Default\":\"x\",\"NoEcho\":true}" more "},"           \
    "\"Resources\":{\"T\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\","    \
    "\"Value\":{\"Ref\":\"P\"}}}}}"
#define KEPT(key, reason)                                                                          \
    "Invalid input for parameter key " key ". Cannot specify usePreviousValue as true " reason
    static const char one[] = FORMER("");
    static const char two[] = FORMER(",\"Q\":{\"Type\":\"String\",\"Default\":\"y\",\"NoEcho\":true}");
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

/* --- across stacks ---------------------------------------------------------------------------- */

static void test_stack_output(void) {
    static const char reader[] =
        "{\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":"
        "\"String\",\"Value\":{\"Fn::GetStackOutput\":{\"StackName\":\"first\",\"OutputName\":"
        "\"Name\",\"Region\":\"us-east-1\"}}}}},\"Outputs\":{\"Value\":{\"Value\":{\"Fn::GetAtt\":"
        "[\"P\",\"Value\"]}}}}";
#define PRODUCER(name)                                                                           \
    "{\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"" name  \
    "\"}}},\"Outputs\":{\"Name\":{\"Value\":{\"Fn::GetAtt\":[\"T\",\"TopicName\"]}}}}"
    open_world();
    SAME(run("reader", "CREATE", reader), "ROLLBACK_COMPLETE");
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("reader")});
    settle_in("us-east-1", "reader");
    run("first", "CREATE", PRODUCER("one"));
    SAME(run("reader", "CREATE", reader), "CREATE_COMPLETE");
    SAME(output("reader", "Value"), "one");
    /* An equal template is no update, also where what it reads has changed. */
    run("first", "UPDATE", PRODUCER("two"));
    make_set("reader", "UPDATE", reader);
    CU_ASSERT_TRUE(cloud_no_changes(read_set("reader")));
    /* A changed tag forces it. */
    static const struct cloud_tag tag = {{"mrp:inputs", 10}, {"2", 1}};
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("reader"), .change_set = TEXT("changes")});
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("reader"), .change_set = TEXT("changes"), .change_type = TEXT("UPDATE"),
        .body = text_of(reader), .tags = &tag, .tag_count = 1, .has_tags = true});
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("reader"), .change_set = TEXT("changes")});
    SAME(settle_in("us-east-1", "reader"), "UPDATE_COMPLETE");
    SAME(output("reader", "Value"), "two");
    close_world();
}

static void test_exports(void) {
    open_world();
    run("first", "CREATE", "{\"Resources\":{\"T\":{\"Type\":\"AWS::SNS::Topic\"}},\"Outputs\":"
                           "{\"O\":{\"Value\":\"v\",\"Export\":{\"Name\":\"shared\"}}}}");
    SAME(run("second", "CREATE",
             "{\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":"
             "\"String\",\"Value\":{\"Fn::ImportValue\":\"shared\"}}}}}"), "CREATE_COMPLETE");
    SAME(ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("first")})
             ->error.message.bytes, "Export shared cannot be deleted as it is in use by second");
    close_world();
}

static void test_secrets(void) {
    static const char body[] =
        "{\"Parameters\":{\"Password\":{\"Type\":\"String\",\"NoEcho\":true}},\"Resources\":{\"P\":"
        "{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\",\"Value\":{\"Ref\":"
        "\"Password\"}}}},\"Outputs\":{\"O\":{\"Value\":{\"Fn::Sub\":\"x${Password}\"}}}}";
    open_world();
    const struct cloud_parameter parameter = {.key = TEXT("Password"), .value = TEXT("hunter2")};
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
        .body = text_of(body), .parameters = &parameter, .parameter_count = 1});
    SAME(read_set("first")->changes[0].after_context.bytes,
         "{\"Properties\":{\"Type\":\"String\",\"Value\":\"****\"}}");
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    SAME(settle_in("us-east-1", "first"), "CREATE_COMPLETE");
    SAME(output("first", "O"), "x****");
    SAME(look("us-east-1", "first")->parameters[0].value.bytes, "****");
    close_world();
}

/* --- the world on disk ------------------------------------------------------------------------ */

static void test_store(void) {
    char folder[] = "/tmp/simulator-test-XXXXXX";
    struct state state, other;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    arena_init(&arena);
    CU_ASSERT_TRUE_FATAL(state_open(&state, folder, true, &why));
    CU_ASSERT_FALSE(state_open(&other, folder, true, &why));
    CU_ASSERT_TRUE(text_starts(text_of(why.message),
                               TEXT("another mrp works on this deployment: process ")));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, state.database, &why));
    cloud = simulator_cloud(simulator);
    make_set("first", "CREATE", TOPIC("topic-1"));
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    cloud->next(cloud->context, cloud->now(cloud->context) + 2);
    /* In the middle of the creation: what runs goes on. */
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    state_close(&state);
    CU_ASSERT_TRUE_FATAL(state_open(&state, folder, true, &why));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, state.database, &why));
    cloud = simulator_cloud(simulator);
    SAME(look("us-east-1", "first")->status.bytes, "CREATE_IN_PROGRESS");
    SAME(settle_in("us-east-1", "first"), "CREATE_COMPLETE");
    SAME(history("first", "Foo"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    make_set("first", "UPDATE", TOPIC("topic-1"));
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    simulator_close(simulator, &why);
    state_close(&state);
    static const char *const files[] = {"state.db", "state.db-wal", ".gitignore", "lock", ""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        remove(text_format(&arena, "%s/.mrp/%s", folder, files[i]).bytes);
    }
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    arena_release(&arena);
}

/* A world that another version of mrp wrote is not read, and can be dropped. */
static void test_store_version(void) {
    sqlite3 *database;
    arena_init(&arena);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &database), SQLITE_OK);
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    simulator_close(simulator, &why);
    sqlite3_exec(database, "UPDATE meta SET value = 999 WHERE key = 'version'", NULL, NULL, NULL);
    CU_ASSERT_FALSE(simulator_open(&simulator, database, &why));
    SAME(why.message, "the sandbox was written by another version of mrp");
    CU_ASSERT_TRUE(simulator_erase(database, &why));
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, database, &why));
    simulator_close(simulator, &why);
    sqlite3_close(database);
    arena_release(&arena);
}

/* --- rollback triggers ------------------------------------------------------------------------ */

#define QUEUE(wait)                                                                                \
    "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{"                         \
    "\"VisibilityTimeout\":" wait "}}}}"

/* Begins an update that watches an alarm for five minutes. */
static struct cloud_call *update_watching(const char *body, const char *alarm) {
    struct text arn = text_of(alarm);
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("watched"), .change_set = TEXT("changes"), .change_type = TEXT("UPDATE"),
        .body = text_of(body), .has_alarms = true, .alarms = &arn, .alarm_count = 1,
        .alarm_minutes = 5});
    return ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("watched"), .change_set = TEXT("changes")});
}

static void wait_for(double seconds) {
    cloud->next(cloud->context, cloud->now(cloud->context) + seconds);
}

static void test_alarms(void) {
    static const char arn[] = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:load";
    open_world();
    SAME(run("alarms", "CREATE",
             "{\"Resources\":{\"A\":{\"Type\":\"AWS::CloudWatch::Alarm\",\"Properties\":{"
             "\"AlarmName\":\"load\",\"ComparisonOperator\":\"GreaterThanThreshold\","
             "\"EvaluationPeriods\":1}}}}"), "CREATE_COMPLETE");
    SAME(run("watched", "CREATE", QUEUE("1")), "CREATE_COMPLETE");
    update_watching(QUEUE("2"), arn);
    wait_for(60); /* all is done, and still watched */
    SAME(look("us-east-1", "watched")->status.bytes, "UPDATE_IN_PROGRESS");
    SAME(settle_in("us-east-1", "watched"), "UPDATE_COMPLETE");
    update_watching(QUEUE("3"), arn);
    wait_for(60);
    CU_ASSERT_TRUE(simulator_ring(simulator, TEXT("us-east-1"), TEXT("alarms"), TEXT("A"), true));
    CU_ASSERT_FALSE(simulator_ring(simulator, TEXT("us-east-1"), TEXT("watched"), TEXT("Q"), true));
    SAME(settle_in("us-east-1", "watched"), "UPDATE_ROLLBACK_COMPLETE");
    simulator_ring(simulator, TEXT("us-east-1"), TEXT("alarms"), TEXT("A"), false);
    update_watching(QUEUE("4"), "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none");
    SAME(settle_in("us-east-1", "watched"), "UPDATE_ROLLBACK_COMPLETE");
    update_watching(QUEUE("5"), arn);
    SAME(settle_in("us-east-1", "watched"), "UPDATE_COMPLETE");
    close_world();
}

/* --- quotas ----------------------------------------------------------------------------------- */

static void test_quotas(void) {
    open_world();
    SAME(run("most", "CREATE", many_of("AWS::EC2::EIP", 5)), "CREATE_COMPLETE");
    SAME(run("more", "CREATE", many_of("AWS::EC2::EIP", 1)), "ROLLBACK_COMPLETE");
    SAME(history("more", "R0"),
         "CREATE_IN_PROGRESS|CREATE_FAILED The maximum number of addresses has "
         "been reached.");
    SAME(run("most", "UPDATE", many_of("AWS::EC2::EIP", 4)), "UPDATE_COMPLETE");
    SAME(run("fits", "CREATE", many_of("AWS::EC2::EIP", 1)), "CREATE_COMPLETE");
    for (unsigned i = 0; i < 1997; i++) { /* with those three: 2,000 */
        struct text name = text_format(&arena, "s%u", i);
        CU_ASSERT_FALSE(cloud_failed(make_set(name.bytes, "CREATE", QUEUE("1"))));
    }
    SAME(make_set("last", "CREATE", QUEUE("1"))->error.message.bytes,
         "Limit for stack has been exceeded");
    close_world();
}

/* --- bad days --------------------------------------------------------------------------------- */

static unsigned throttled(unsigned percent, unsigned calls) {
    unsigned count = 0;
    simulator_throttle(simulator, percent);
    for (unsigned i = 0; i < calls; i++) {
        struct cloud_call *call =
            ask(CLOUD_DESCRIBE_STACKS, "us-east-1", (struct cloud_request){0});
        if (!cloud_failed(call)) continue;
        SAME(call->error.code.bytes, "Throttling");
        SAME(call->error.message.bytes, "Rate exceeded");
        count++;
    }
    return count;
}

/* A call is made three times before it is given up, as clients do: half of half of half. */
static void test_throttle(void) {
    open_world();
    CU_ASSERT_EQUAL(throttled(0, 100), 0);
    unsigned half = throttled(50, 800);
    CU_ASSERT_TRUE(half > 60 && half < 140);
    CU_ASSERT_EQUAL(throttled(50, 800), half); /* the same luck again */
    CU_ASSERT_EQUAL(throttled(100, 3), 3);
    simulator_throttle(simulator, 100);
    SAME(ask(CLOUD_HEAD_OBJECT, "us-east-1", (struct cloud_request){.bucket = TEXT("b"),
             .key = TEXT("k")})->error.code.bytes, "SlowDown");
    CU_ASSERT_EQUAL(throttled(0, 10), 0);
    close_world();
}

static void test_lag(void) {
    open_world();
    simulator_lag(simulator, 5);
    CU_ASSERT_FALSE(cloud_failed(make_set("first", "CREATE", TOPIC("topic-1"))));
    CU_ASSERT_PTR_NULL(look("us-east-1", "first"));
    struct cloud_request named = {.stack = TEXT("first"), .change_set = TEXT("changes")};
    SAME(ask(CLOUD_DESCRIBE_CHANGE_SET, "us-east-1", named)->error.code.bytes, "ChangeSetNotFound");
    wait_for(5);
    SAME(look("us-east-1", "first")->status.bytes, "REVIEW_IN_PROGRESS");
    SAME(read_set("first")->status.bytes, "CREATE_COMPLETE");
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", named);
    SAME(history("first", "first"), "REVIEW_IN_PROGRESS User Initiated");
    wait_for(5);
    SAME(history("first", "first"),
         "REVIEW_IN_PROGRESS User Initiated|CREATE_IN_PROGRESS User Initiated");
    simulator_lag(simulator, 0);
    SAME(settle_in("us-east-1", "first"), "CREATE_COMPLETE");
    close_world();
}

/* --- hostile ---------------------------------------------------------------------------------- */

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

/* A copy of the world that somebody has changed. */
static sqlite3 *tampered(sqlite3 *database, const char *sql) {
    sqlite3 *copy;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &copy), SQLITE_OK);
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", database, "main");
    CU_ASSERT_EQUAL(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    sqlite3_backup_finish(backup);
    CU_ASSERT_EQUAL(sqlite3_exec(copy, sql, NULL, NULL, NULL), SQLITE_OK);
    CU_ASSERT_TRUE(sqlite3_changes(copy) > 0);
    return copy;
}

/* Whether simulator_open takes the changed world, which then comes to an end. */
static bool opens_after(sqlite3 *database, const char *sql) {
    sqlite3 *changed = tampered(database, sql);
    bool opens = simulator_open(&simulator, changed, &why);
    if (!opens) SAME(why.message, "the sandbox's database could not be understood");
    if (opens) CU_ASSERT_TRUE(simulator_settle(simulator, &why));
    if (opens) CU_ASSERT_TRUE(simulator_close(simulator, &why));
    sqlite3_close(changed);
    return opens;
}

static bool opens_with(sqlite3 *database, const char *was, const char *is) {
    char sql[256];
    snprintf(sql, sizeof sql, "UPDATE stack SET data = replace(data, '%s', '%s')", was, is);
    return opens_after(database, sql);
}

/* The changed world opens and never comes to an end: what is asked of it from then on is
 * refused. */
static void expect_endless(sqlite3 *database, const char *sql) {
    struct arena page;
    sqlite3 *changed = tampered(database, sql);
    arena_init(&page);
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, changed, &why));
    CU_ASSERT_FALSE(simulator_settle(simulator, &why));
    SAME(why.message, "the sandbox's state never comes to an end: the stack \"first\" in "
                      "us-east-1 stays in CREATE_IN_PROGRESS");
    SAME(why.hint, "Run \"mrp sandbox reset\" to begin with an empty one.");
    struct cloud_call call = {.operation = CLOUD_DESCRIBE_STACKS, .region = TEXT("us-east-1"),
                              .arena = &page, .request = {.stack = TEXT("first")}};
    cloud_all(simulator_cloud(simulator), &call, 1);
    SAME(call.error.code.bytes, "InternalFailure");
    CU_ASSERT_TRUE(text_starts(call.error.message, TEXT("the sandbox's state never comes to")));
    arena_release(&page);
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    sqlite3_close(changed);
}

#define CHANGED(was, is) "UPDATE stack SET data = replace(data, '" was "', '" is "')"
#define CLOCK(value) "UPDATE meta SET value = '" value "' WHERE key = 'clock'"

static void test_tampered(void) {
    sqlite3 *database = open_kept_world();
    make_set("first", "CREATE", TOPIC("topic-1"));
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    CU_ASSERT_TRUE(simulator_close(simulator, &why));
    CU_ASSERT_FALSE(opens_with(database, "\"phase\":\"1\"", "\"phase\":\"200\""));
    CU_ASSERT_FALSE(opens_with(database, "\"phase\":\"1\"", "\"phase\":\"4\""));
    CU_ASSERT_FALSE(opens_with(database, "\"work\":\"2\"", "\"work\":\"9\""));
    CU_ASSERT_FALSE(opens_with(database, "\"template\"", "\"other\""));
    CU_ASSERT_FALSE(opens_with(database, "\"next\"", "\"other\""));
    CU_ASSERT_FALSE(opens_with(database, "\"logical\"", "\"other\""));
    /* What is long due is done at once. */
    CU_ASSERT_TRUE(opens_with(database, "\"until\":\"1", "\"until\":\"-1"));
    /* Nobody would see an end of it. */
    expect_endless(database, CHANGED("\"phase\":\"1\"", "\"phase\":\"0\"") "; "
                             CHANGED("\"work\"", "\"worked\""));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"1000"));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"nan"));
    expect_endless(database, CHANGED("\"until\":\"1", "\"until\":\"inf"));
    expect_endless(database, CLOCK("0"));
    /* Times that no calendar has. */
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"-1"));
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"1e300"));
    CU_ASSERT_FALSE(opens_with(database, "\"created\":\"1", "\"created\":\"nan"));
    CU_ASSERT_FALSE(opens_with(database, "\"logical\"", "\"updated\":\"nan\",\"logical\""));
    CU_ASSERT_FALSE(opens_after(database, "UPDATE event SET time = 1e300"));
    CU_ASSERT_FALSE(opens_after(database, "INSERT OR REPLACE INTO meta VALUES ('lag', 'nan')"));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("nan")));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("-1")));
    CU_ASSERT_FALSE(opens_after(database, CLOCK("1e300")));
    /* A row without a value is one without a word. */
    CU_ASSERT_TRUE(opens_after(database, "INSERT OR REPLACE INTO meta VALUES "
                                         "('lag', NULL), ('throttle', NULL), (NULL, NULL)"));
    sqlite3_close(database);
    arena_release(&arena);
}

UNIT_MAIN("simulator", {"create", test_create}, {"no change", test_no_change},
          {"replace", test_replace}, {"create fails", test_create_fails},
          {"update fails", test_update_fails},
          {"replacement rolls back", test_replacement_rolls_back}, {"delete", test_delete},
          {"functions", test_functions}, {"refused", test_refused},
          {"early validation", test_early_validation}, {"limits", test_limits},
          {"capabilities", test_capabilities},
          {"parameters", test_parameters}, {"former values", test_former_values},
          {"stack output", test_stack_output}, {"exports", test_exports},
          {"secrets", test_secrets}, {"store", test_store}, {"tampered", test_tampered},
          {"version of the store", test_store_version}, {"alarms", test_alarms},
          {"quotas", test_quotas}, {"throttle", test_throttle}, {"lag", test_lag},
          {"hostile", test_hostile})
