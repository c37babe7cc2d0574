/* The client: attempts, pauses, throttling of a lane, clocks, renewed keys, and the deploy
 * engine's calls over it; on a described machine, where time passes only when somebody waits. */
#include "runtime/aws/client.h"

#include <unistd.h>

#include "runtime/aws/when.h"
#include "tests/unit/trial.h"

static void test_passing_failures(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 503, "");
    machine_reply(&trial.machine, 0, ""); /* a connection that breaks */
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.error.code.length, 0);
    CU_ASSERT_EQUAL(call.attempts, 3);
    CU_ASSERT(call.was_unclear);
    close_trial(&trial);
}

static void test_three_attempts(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    for (int i = 0; i < 4; i++) machine_reply(&trial.machine, 500, "");
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT(text_is(call.error.code, "InternalFailure"));
    CU_ASSERT_EQUAL(sent(&trial), 3);
    close_trial(&trial);
}

/* Who watches a deploy waits for the end of an outage, but not for ever. */
static void test_outage(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 200, good);
    for (int i = 0; i < 10; i++) machine_reply(&trial.machine, 0, "");
    machine_reply(&trial.machine, 200, good);
    struct client_call first = describe(&trial), second = first, third = first;
    client_run(trial.client, &first);
    client_run(trial.client, &second);
    CU_ASSERT_EQUAL(second.error.code.length, 0);
    CU_ASSERT_EQUAL(second.attempts, 11);
    double begun = trial.machine.now;
    for (int i = 0; i < 500; i++) machine_reply(&trial.machine, 0, "");
    client_run(trial.client, &third);
    CU_ASSERT(third.is_network);
    CU_ASSERT(trial.machine.now - begun >= CLIENT_OUTAGE);
    CU_ASSERT(trial.machine.now - begun < CLIENT_OUTAGE + 30);
    close_trial(&trial);
}

static void test_attempts_set(void) {
    struct trial trial;
    prepare(&trial);
    data_put(&trial.arena, trial.machine.variables, "AWS_MAX_ATTEMPTS", TEXT("1"));
    open_client(&trial);
    machine_reply(&trial.machine, 500, "");
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(sent(&trial), 1);
    close_trial(&trial);
}

/* A refusal is an answer; so is a quota, whose code sounds like throttling. */
static void test_refusals(void) {
    static const char *const codes[] = {"ValidationError", "AccessDenied",
                                        "LimitExceededException"};
    for (size_t i = 0; i < 3; i++) {
        struct trial trial;
        prepare(&trial);
        open_client(&trial);
        struct text body = text_format(&trial.arena, "<ErrorResponse><Error><Code>%s</Code></Error>"
                                                     "</ErrorResponse>", codes[i]);
        machine_reply(&trial.machine, 400, body.bytes);
        struct client_call call = describe(&trial);
        client_run(trial.client, &call);
        CU_ASSERT(text_is(call.error.code, codes[i]));
        CU_ASSERT_EQUAL(sent(&trial), 1);
        CU_ASSERT_FALSE(call.is_network);
        close_trial(&trial);
    }
}

static void test_throttling(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    for (int i = 0; i < 12; i++) machine_reply(&trial.machine, 400, throttled);
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    double begun = trial.machine.now;
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.error.code.length, 0);
    CU_ASSERT_EQUAL(call.attempts, 13);
    CU_ASSERT(trial.machine.now - begun > 1);
    close_trial(&trial);
}

/* It ends some time. */
static void test_throttled_for_good(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    for (int i = 0; i < 2000; i++) machine_reply(&trial.machine, 400, throttled);
    struct client_call call = describe(&trial);
    double begun = trial.machine.now;
    client_run(trial.client, &call);
    CU_ASSERT(text_is(call.error.code, "Throttling"));
    CU_ASSERT(trial.machine.now - begun >= CLIENT_PATIENCE);
    CU_ASSERT(trial.machine.now - begun < CLIENT_PATIENCE + 60);
    close_trial(&trial);
}

/* One throttled call slows its lane, and no other. */
static void test_lanes(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 400, throttled);
    for (int i = 0; i < 5; i++) machine_reply(&trial.machine, 200, good);
    struct client_call first = describe(&trial);
    client_run(trial.client, &first);
    double begun = trial.machine.now;
    struct client_call calls[4];
    for (int i = 0; i < 4; i++) {
        calls[i] = describe(&trial);
        if (i == 3) calls[i].region = TEXT("us-east-1");
        client_begin(trial.client, &calls[i]);
    }
    for (int left = 4; left > 0;) left -= client_next(trial.client, trial.machine.now + 60) != NULL;
    CU_ASSERT(trial.machine.now > begun + 0.1);
    CU_ASSERT_EQUAL(calls[3].started, begun);
    CU_ASSERT(calls[2].started > calls[1].started && calls[1].started > calls[0].started);
    close_trial(&trial);
}

static void test_clock(void) {
    static const char refused[] = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"
                                  "<Message>Signature expired</Message></Error></ErrorResponse>";
    struct trial trial;
    char date[40];
    prepare(&trial);
    open_client(&trial);
    when_format_http(trial.machine.now + 3600, date);
    struct data *reply = machine_reply(&trial.machine, 403, refused);
    data_put(&trial.arena, reply, "Date", text_of(date));
    machine_reply(&trial.machine, 200, good);
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.error.code.length, 0);
    struct text stamp = data_text(trial.machine.requests->last, "X-Amz-Date");
    CU_ASSERT(text_is(stamp, "20231114T231320Z"));
    CU_ASSERT(text_is(buffer_view(&trial.said),
                      "this machine's clock is 3600 seconds behind AWS's; mrp goes by AWS's\n"));
    struct client_call second = describe(&trial);
    client_run(trial.client, &second);
    CU_ASSERT_EQUAL(sent(&trial), 3);
    close_trial(&trial);
}

/* A wrong key is refused with AWS's words, not tried again. */
static void test_wrong_key(void) {
    struct trial trial;
    char date[40];
    prepare(&trial);
    open_client(&trial);
    when_format_http(trial.machine.now + 30, date);
    struct data *reply = machine_reply(
        &trial.machine, 403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>no"
                             "</Message></Error></ErrorResponse>");
    data_put(&trial.arena, reply, "Date", text_of(date));
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT(text_is(call.error.code, "SignatureDoesNotMatch"));
    CU_ASSERT_EQUAL(sent(&trial), 1);
    close_trial(&trial);
}

static void test_expired_keys(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 403, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error>"
                                       "</ErrorResponse>");
    machine_reply(&trial.machine, 200, good);
    struct client_call call = describe(&trial);
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.error.code.length, 0);
    CU_ASSERT_EQUAL(sent(&trial), 2);
    close_trial(&trial);
}

/* A token that makes the call harmless to repeat is made once, and stays. */
static void test_tokens(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 500, "");
    machine_reply(&trial.machine, 200, "<R><DeleteStackResult/></R>");
    struct client_call call = {.operation = OPERATION_DELETE_STACK, .region = TEXT("eu-west-1"),
                               .bucket = {"", 0}, .arena = &trial.arena};
    call.input = data_new(&trial.arena, DATA_RECORD);
    data_put(&trial.arena, call.input, "StackName", TEXT("s"));
    client_run(trial.client, &call);
    struct text first = data_text(trial.machine.requests->children, "body");
    struct text second = data_text(trial.machine.requests->last, "body");
    CU_ASSERT(text_equal(first, second));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_copy(&trial.arena, first).bytes, "ClientRequestToken=mrp-"));
    close_trial(&trial);
}

/* Whatever happens, neither the log nor what is said holds a secret. */
static void test_log(void) {
    struct trial trial;
    char path[] = "/tmp/mrp-log-XXXXXX";
    prepare(&trial);
    int file = mkstemp(path);
    CU_ASSERT_FATAL(file >= 0);
    close(file);
    data_put(&trial.arena, trial.machine.variables, "MRP_LOG", text_of(path));
    data_put(&trial.arena, trial.machine.variables, "AWS_SESSION_TOKEN", TEXT("PLANTED-TOKEN"));
    struct client_options options = options_of(&trial);
    struct failure why;
    options.is_verbose = true;
    CU_ASSERT_FATAL(client_open(&trial.client, &options, &why));
    machine_reply(&trial.machine, 500, "<ErrorResponse><Error><Code>InternalFailure</Code>"
                                       "<Message>Value 'PLANTED'</Message></Error>"
                                       "</ErrorResponse>");
    machine_reply(&trial.machine, 200, "<R><CreateChangeSetResult><Id>PLANTED</Id>"
                                       "</CreateChangeSetResult></R>");
    struct client_call call = {.operation = OPERATION_CREATE_CHANGE_SET,
                               .region = TEXT("eu-west-1"), .bucket = {"", 0},
                               .arena = &trial.arena};
    call.input = data_new(&trial.arena, DATA_RECORD);
    data_put(&trial.arena, call.input, "StackName", TEXT("shop"));
    data_put(&trial.arena, call.input, "TemplateBody", TEXT("PLANTED"));
    client_run(trial.client, &call);
    struct text log;
    CU_ASSERT_FATAL(file_read(&trial.arena, path, &log, &why));
    unlink(path);
    const char *lines = text_copy(&trial.arena, log).bytes;
    CU_ASSERT_PTR_NOT_NULL(strstr(lines, "\"operation\":\"CreateChangeSet\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(lines, "\"StackName\":\"shop\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(lines, "\"attempt\":2"));
    CU_ASSERT_PTR_NULL(strstr(lines, "PLANTED"));
    buffer_char(&trial.said, '\0');
    CU_ASSERT_PTR_NOT_NULL(strstr(trial.said.bytes, "CreateChangeSet shop: done"));
    CU_ASSERT_PTR_NULL(strstr(trial.said.bytes, "PLANTED"));
    close_trial(&trial);
}

/* --- the engine's calls ---------------------------------------------------------------------- */

static void test_pages(void) {
    struct trial trial;
    prepare(&trial);
    machine_reply(&trial.machine, 200,
                  "<R><DescribeStacksResult><Stacks><member><StackName>a</StackName><Tags><member>"
                  "<Key>k</Key><Value>v</Value></member></Tags></member></Stacks><NextToken>t"
                  "</NextToken></DescribeStacksResult></R>");
    machine_reply(&trial.machine, 200, "<R><DescribeStacksResult><Stacks/><NextToken>u</NextToken>"
                                       "</DescribeStacksResult></R>"); /* an empty page is legal */
    machine_reply(&trial.machine, 200,
                  "<R><DescribeStacksResult><Stacks><member><StackName>b</StackName>"
                  "<EnableTerminationProtection>true</EnableTerminationProtection>"
                  "<CreationTime>2024-01-01T00:00:00.5Z</CreationTime></member></Stacks>"
                  "</DescribeStacksResult></R>");
    struct cloud_call call =
        run_cloud(&trial, (struct cloud_call){.operation = CLOUD_DESCRIBE_STACKS});
    CU_ASSERT_FALSE(cloud_failed(&call));
    CU_ASSERT_EQUAL(sent(&trial), 3);
    CU_ASSERT_EQUAL_FATAL(call.reply.stack_count, 2);
    CU_ASSERT(text_is(call.reply.stacks[0].tags[0].value, "v"));
    CU_ASSERT(call.reply.stacks[1].is_protected);
    CU_ASSERT_EQUAL(call.reply.stacks[1].created, 1704067200.5);
    close_trial(&trial);
}

static void test_endless_pages(void) {
    struct trial trial;
    prepare(&trial);
    for (int i = 0; i < 2; i++) {
        machine_reply(&trial.machine, 200,
                      "<R><DescribeStacksResult><Stacks/><NextToken>u</NextToken>"
                      "</DescribeStacksResult></R>");
    }
    struct cloud_call call =
        run_cloud(&trial, (struct cloud_call){.operation = CLOUD_DESCRIBE_STACKS});
    CU_ASSERT(text_is(call.error.code, "EndlessAnswer"));
    CU_ASSERT_EQUAL(sent(&trial), 2);
    close_trial(&trial);
}

static void test_cleared_tags(void) {
    struct trial trial;
    struct cloud_parameter parameters[] = {{.key = TEXT("A"), .value = {"", 0}},
                                           {.key = TEXT("B"), .use_previous = true}};
    prepare(&trial);
    machine_reply(&trial.machine, 200, "<R><CreateChangeSetResult><Id>i</Id><StackId>s</StackId>"
                                       "</CreateChangeSetResult></R>");
    struct cloud_call call = run_cloud(
        &trial, (struct cloud_call){.operation = CLOUD_CREATE_CHANGE_SET,
                                    .request = {.stack = TEXT("s"), .change_set = TEXT("c"),
                                                .change_type = TEXT("UPDATE"), .body = TEXT("{}"),
                                                .parameters = parameters, .parameter_count = 2,
                                                .has_tags = true, .token = TEXT("tok")}});
    CU_ASSERT(text_is(call.reply.id, "i"));
    CU_ASSERT(text_is(data_text(trial.machine.requests->children, "body"),
                      "Action=CreateChangeSet&Version=2010-05-15&StackName=s&ChangeSetName=c&"
                      "ChangeSetType=UPDATE&TemplateBody=%7B%7D&Parameters.member.1.ParameterKey=A&"
                      "Parameters.member.1.ParameterValue=&Parameters.member.2.ParameterKey=B&"
                      "Parameters.member.2.UsePreviousValue=true&Tags=&ClientToken=tok"));
    close_trial(&trial);
}

/* With property values AWS may leave changes out, and says so. */
static void test_left_out_changes(void) {
    struct trial trial;
    prepare(&trial);
    machine_reply(
        &trial.machine, 200,
        "<R><DescribeChangeSetResult><Status>CREATE_COMPLETE</Status><StatusReason>[WARN] "
        "--include-property-values option can return incomplete ChangeSet data because: x"
        "</StatusReason><Changes><member><ResourceChange><Action>Modify</Action>"
        "<LogicalResourceId>A</LogicalResourceId><AfterContext>{}</AfterContext>"
        "</ResourceChange></member></Changes></DescribeChangeSetResult></R>");
    machine_reply(
        &trial.machine, 200,
        "<R><DescribeChangeSetResult><Status>CREATE_COMPLETE</Status><Changes><member>"
        "<ResourceChange><LogicalResourceId>A</LogicalResourceId></ResourceChange></member>"
        "<member><ResourceChange><Action>Remove</Action><LogicalResourceId>B"
        "</LogicalResourceId></ResourceChange></member></Changes>"
        "</DescribeChangeSetResult></R>");
    struct cloud_call call = run_cloud(
        &trial, (struct cloud_call){.operation = CLOUD_DESCRIBE_CHANGE_SET,
                                    .request = {.stack = TEXT("s"), .change_set = TEXT("c")}});
    CU_ASSERT_EQUAL_FATAL(call.reply.change_set.change_count, 2);
    CU_ASSERT(text_is(call.reply.change_set.changes[0].after_context, "{}"));
    CU_ASSERT(text_is(call.reply.change_set.changes[1].action, "Remove"));
    close_trial(&trial);
}

/* An execution without an answer: the change set says whether it runs. If not, it is asked for
 * again. */
static void test_unclear_execution(void) {
    static const struct {
        const char *status;
        bool is_good;
        uint32_t sent;
    } cases[] = {{"EXECUTE_IN_PROGRESS", true, 2}, {"AVAILABLE", true, 3}, {"OBSOLETE", false, 2}};
    for (int i = 0; i < 3; i++) {
        struct trial trial;
        prepare(&trial);
        struct text look = text_format(&trial.arena,
                                       "<R><DescribeChangeSetResult><ExecutionStatus>%s"
                                       "</ExecutionStatus></DescribeChangeSetResult>"
                                       "</R>",
                                       cases[i].status);
        machine_reply(&trial.machine, 0, "");
        machine_reply(&trial.machine, 200, look.bytes);
        machine_reply(&trial.machine, 200, "<R><ExecuteChangeSetResult/></R>");
        struct cloud_call call = run_cloud(
            &trial, (struct cloud_call){.operation = CLOUD_EXECUTE_CHANGE_SET,
                                        .request = {.stack = TEXT("s"), .change_set = TEXT("c")}});
        CU_ASSERT_EQUAL(!cloud_failed(&call), cases[i].is_good);
        CU_ASSERT_EQUAL(sent(&trial), cases[i].sent);
        close_trial(&trial);
    }
}

static void test_objects(void) {
    struct trial trial;
    prepare(&trial);
    data_put(&trial.arena, trial.machine.variables, "AWS_ACCOUNT_ID", TEXT("123456789012"));
    machine_reply(&trial.machine, 404, "");
    struct cloud_call call = run_cloud(
        &trial, (struct cloud_call){.operation = CLOUD_HEAD_OBJECT,
                                    .request = {.bucket = TEXT("assets"), .key = TEXT("a/b c")}});
    CU_ASSERT(text_is(call.error.code, "NotFound"));
    const struct data *request = trial.machine.requests->children;
    CU_ASSERT(text_is(data_text(request, "url"),
                      "https://assets.s3.eu-west-1.amazonaws.com/a/b%20c"));
    CU_ASSERT_EQUAL(data_text(request, "x-amz-content-sha256").length, 64);
    close_trial(&trial);
}

/* A service of the JSON protocol. */
static void test_parameter(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    machine_reply(&trial.machine, 200, "{\"Parameter\":{\"Name\":\"n\",\"Value\":\"v\"}}");
    machine_reply(&trial.machine, 400, "{\"__type\":\"ParameterNotFound\"}");
    struct client_call call = {.operation = OPERATION_GET_PARAMETER, .region = TEXT("us-east-1"),
                               .bucket = {"", 0}, .arena = &trial.arena};
    call.input = data_new(&trial.arena, DATA_RECORD);
    data_put(&trial.arena, call.input, "Name", TEXT("n"));
    struct client_call missing = call;
    client_run(trial.client, &call);
    const struct data *request = trial.machine.requests->children;
    CU_ASSERT(text_is(data_value(data_path(call.result, "Parameter.Value")), "v"));
    CU_ASSERT(text_is(data_text(request, "X-Amz-Target"), "AmazonSSM.GetParameter"));
    CU_ASSERT(text_is(data_text(request, "url"), "https://ssm.us-east-1.amazonaws.com/"));
    CU_ASSERT(text_is(data_text(request, "body"), "{\"Name\":\"n\"}"));
    client_run(trial.client, &missing);
    CU_ASSERT(text_is(missing.error.code, "ParameterNotFound"));
    close_trial(&trial);
}

/* S3 says in which region a bucket is. */
static void test_moved_bucket(void) {
    struct trial trial;
    prepare(&trial);
    open_client(&trial);
    struct data *reply = machine_reply(&trial.machine, 301, "");
    data_put(&trial.arena, reply, "x-amz-bucket-region", TEXT("us-west-2"));
    machine_reply(&trial.machine, 200, "");
    struct client_call call = {.operation = OPERATION_HEAD_OBJECT, .region = TEXT("us-east-1"),
                               .bucket = TEXT("assets"), .arena = &trial.arena};
    call.input = data_new(&trial.arena, DATA_RECORD);
    data_put(&trial.arena, call.input, "Key", TEXT("k"))->place = PLACE_PATH;
    client_run(trial.client, &call);
    CU_ASSERT_EQUAL(call.error.code.length, 0);
    CU_ASSERT(text_is(data_text(trial.machine.requests->last, "url"),
                      "https://assets.s3.us-west-2.amazonaws.com/k"));
    close_trial(&trial);
}

UNIT_MAIN("aws_client", {"a parameter", test_parameter}, {"a moved bucket", test_moved_bucket},
          {"passing failures", test_passing_failures},
          {"three attempts", test_three_attempts}, {"an outage", test_outage},
          {"attempts that are set", test_attempts_set},
          {"refusals", test_refusals}, {"throttling", test_throttling},
          {"throttled for good", test_throttled_for_good}, {"lanes", test_lanes},
          {"a wrong clock", test_clock}, {"a wrong key", test_wrong_key},
          {"expired keys", test_expired_keys}, {"tokens", test_tokens},
          {"log without secrets", test_log}, {"pages", test_pages},
          {"pages without an end", test_endless_pages},
          {"tags that are cleared", test_cleared_tags},
          {"changes that are left out", test_left_out_changes},
          {"an unclear execution", test_unclear_execution}, {"objects", test_objects})
