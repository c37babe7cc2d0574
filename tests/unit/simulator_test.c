/* The simulator through struct cloud: lives of stacks, and what AWS answers meanwhile. The texts
 * and orders of events that were recorded from AWS are compared word for word.
 * simulator_templates_test asks what it makes of templates, simulator_store_test what it keeps.
 */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* --- creation --------------------------------------------------------------------------------- */

static void test_create(void) {
    open_world();
    SAME(run("first", "CREATE", NAMED_TOPIC("topic-1")), "CREATE_COMPLETE");
    SAME(history("first", "Foo"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    SAME(history("first", "first"), "REVIEW_IN_PROGRESS User Initiated|"
                                    "CREATE_IN_PROGRESS User Initiated|CREATE_COMPLETE");
    SAME(make_set("first", "CREATE", NAMED_TOPIC("x"))->error.message.bytes,
         "Stack [first] already exists and cannot be created again with the changeSet [changes].");
    close_world();
}

static void test_no_change(void) {
    open_world();
    run("first", "CREATE", NAMED_TOPIC("topic-1"));
    make_set("first", "UPDATE", NAMED_TOPIC("topic-1"));
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
    run("first", "CREATE", NAMED_TOPIC("topic-1"));
    make_set("first", "UPDATE", NAMED_TOPIC("topic-2"));
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
    run("first", "CREATE", NAMED_TOPIC("topic-1"));
    fail_next("Parameter", "UPDATE");
    SAME(run("first", "UPDATE", NAMED_TOPIC("topic-2")), "UPDATE_ROLLBACK_COMPLETE");
    make_set("first", "UPDATE", NAMED_TOPIC("topic-1"));
    CU_ASSERT_TRUE(cloud_no_changes(read_set("first")));
    /* The name of the dropped replacement is free again. */
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("first"), .change_set = TEXT("changes")});
    SAME(run("first", "UPDATE", NAMED_TOPIC("topic-2")), "UPDATE_COMPLETE");
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
    make_set("second", "CREATE", NAMED_TOPIC("kept"));
    SAME(read_set("second")->status.bytes, "FAILED");
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
    CU_ASSERT_FALSE(cloud_failed(make_set("first", "CREATE", NAMED_TOPIC("topic-1"))));
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

UNIT_MAIN("simulator", {"create", test_create}, {"no change", test_no_change},
          {"replace", test_replace}, {"create fails", test_create_fails},
          {"update fails", test_update_fails},
          {"replacement rolls back", test_replacement_rolls_back}, {"delete", test_delete},
          {"stack output", test_stack_output}, {"exports", test_exports},
          {"secrets", test_secrets}, {"alarms", test_alarms}, {"quotas", test_quotas},
          {"throttle", test_throttle}, {"lag", test_lag})
