/* What is sent for objects, drift, rollbacks and refactors, and what is read of the answers: an
 * exchange each. */
#include "runtime/aws/network.h"
#include "tests/unit/machine.h"

struct trial {
    struct arena arena;
    struct machine machine;
    struct surroundings around;
    struct http http;
};

static void prepare(struct trial *trial) {
    arena_init(&trial->arena);
    machine_open(&trial->machine, &trial->arena, 1.7e9);
    data_put(&trial->arena, trial->machine.variables, "AWS_ACCESS_KEY_ID", TEXT("AKIDEXAMPLE"));
    data_put(&trial->arena, trial->machine.variables, "AWS_SECRET_ACCESS_KEY", TEXT("PLANTED"));
    trial->around = machine_surroundings(&trial->machine);
    trial->http = machine_http(&trial->machine);
}

static struct cloud_call run(struct trial *trial, enum cloud_operation operation,
                             struct cloud_request request, const char *answer) {
    struct client_options options = {.around = &trial->around, .http = &trial->http};
    struct cloud_call call = {.operation = operation, .region = TEXT("eu-west-1"),
                              .arena = &trial->arena, .request = request};
    struct network *network;
    struct failure why;
    machine_reply(&trial->machine, 200, answer);
    CU_ASSERT_FATAL(network_open(&network, &options, &why));
    const struct cloud *cloud = network_cloud(network);
    cloud->begin(cloud->context, &call);
    while (!cloud->next(cloud->context, cloud->now(cloud->context) + 60)) {}
    network_close(network);
    CU_ASSERT_FALSE(cloud_failed(&call));
    return call;
}

/* What the newest request sent. */
static struct text sent(const struct trial *trial, const char *part) {
    const struct data *request = trial->machine.requests->children;
    while (request->next) request = request->next;
    return data_text(request, part);
}

static void test_versions(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call =
        run(&trial, CLOUD_OBJECT_VERSIONS, (struct cloud_request){.bucket = TEXT("store")},
            "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
            "<Version><Key>a+b%2Fc%00</Key><VersionId>v1</VersionId></"
            "Version><DeleteMarker><Key>d</Key>"
            "<VersionId>v2</VersionId></DeleteMarker></ListVersionsResult>");
    CU_ASSERT(text_is(sent(&trial, "url"), "https://store.s3.eu-west-1.amazonaws.com/?versions&"
                                           "encoding-type=url"));
    CU_ASSERT_EQUAL_FATAL(call.reply.object_count, 2);
    CU_ASSERT(text_equal(call.reply.objects[0].key, (struct text){"a b/c\0", 6}));
    CU_ASSERT(text_is(call.reply.objects[1].version, "v2"));
    arena_release(&trial.arena);
}

static void test_deletion(void) {
    static const struct cloud_object objects[] = {{.key = {"a<b", 3}, .version = {"v1", 2}},
                                                  {.key = {"c", 1}, .version = {"null", 4}}};
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_DELETE_OBJECTS,
        (struct cloud_request){.bucket = TEXT("store"), .objects = objects, .object_count = 2},
        "<DeleteResult><Error><Key>c</Key><VersionId>null</VersionId><Code>AccessDenied</Code>"
        "<Message>locked</Message></Error></DeleteResult>");
    CU_ASSERT(text_is(sent(&trial, "url"), "https://store.s3.eu-west-1.amazonaws.com/?delete"));
    CU_ASSERT(
        text_is(sent(&trial, "body"),
                "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&lt;b"
                "</Key><VersionId>v1</VersionId></Object><Object><Key>c</Key><VersionId>null"
                "</VersionId></Object><Quiet>true</Quiet></Delete>"));
    CU_ASSERT_EQUAL(sent(&trial, "x-amz-checksum-sha256").length, 44);
    CU_ASSERT_EQUAL_FATAL(call.reply.object_count, 1);
    CU_ASSERT(text_is(call.reply.objects[0].message, "locked"));
    arena_release(&trial.arena);
}

static void test_drift(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_DETECT_DRIFT, (struct cloud_request){.stack = TEXT("s")},
        "<R><DetectStackDriftResult><StackDriftDetectionId>d</StackDriftDetectionId>"
        "</DetectStackDriftResult></R>");
    CU_ASSERT(text_is(call.reply.id, "d"));
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=DetectStackDrift&Version=2010-05-15&StackName=s"));
    call = run(&trial, CLOUD_DRIFT_STATUS, (struct cloud_request){.id = TEXT("d")},
               "<R><DescribeStackDriftDetectionStatusResult><DetectionStatus>DETECTION_FAILED"
               "</DetectionStatus><DetectionStatusReason>why</DetectionStatusReason>"
               "<StackDriftStatus>DRIFTED</StackDriftStatus>"
               "</DescribeStackDriftDetectionStatusResult></R>");
    CU_ASSERT(text_is(sent(&trial, "body"), "Action=DescribeStackDriftDetectionStatus&Version="
                                            "2010-05-15&StackDriftDetectionId=d"));
    CU_ASSERT(text_is(call.reply.status, "DETECTION_FAILED"));
    CU_ASSERT(text_is(call.reply.status_reason, "why"));
    CU_ASSERT(text_is(call.reply.drift_status, "DRIFTED"));
    arena_release(&trial.arena);
}

static void test_resource_drifts(void) {
    struct trial trial;
    prepare(&trial);
    machine_reply(&trial.machine, 200,
                  "<R><DescribeStackResourceDriftsResult><StackResourceDrifts><member>"
                  "<LogicalResourceId>Q</LogicalResourceId><StackResourceDriftStatus>MODIFIED"
                  "</StackResourceDriftStatus><PropertyDifferences><member><PropertyPath>/Tags/0"
                  "</PropertyPath><ExpectedValue>1</ExpectedValue><ActualValue>2</ActualValue>"
                  "<DifferenceType>NOT_EQUAL</DifferenceType></member></PropertyDifferences>"
                  "</member></StackResourceDrifts><NextToken>t</NextToken>"
                  "</DescribeStackResourceDriftsResult></R>");
    struct cloud_call call = run(
        &trial, CLOUD_RESOURCE_DRIFTS, (struct cloud_request){.stack = TEXT("s")},
        "<R><DescribeStackResourceDriftsResult><StackResourceDrifts><member><LogicalResourceId>P"
        "</LogicalResourceId><StackResourceDriftStatus>DELETED</StackResourceDriftStatus></member>"
        "</StackResourceDrifts></DescribeStackResourceDriftsResult></R>");
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=DescribeStackResourceDrifts&Version=2010-05-15&StackName=s&"
                      "StackResourceDriftStatusFilters.member.1=MODIFIED&"
                      "StackResourceDriftStatusFilters.member.2=DELETED&NextToken=t"));
    CU_ASSERT_EQUAL_FATAL(call.reply.drift_count, 2);
    CU_ASSERT(text_is(call.reply.drifts[0].differences[0].path, "/Tags/0"));
    CU_ASSERT(text_is(call.reply.drifts[1].status, "DELETED"));
    arena_release(&trial.arena);
}

static void test_rollbacks(void) {
    static const struct text skips[] = {{"Q", 1}, {"nested.R", 8}};
    struct trial trial;
    struct cloud_request request = {.stack = TEXT("s"), .token = TEXT("tok"), .skips = skips,
                                    .skip_count = 2};
    prepare(&trial);
    run(&trial, CLOUD_CONTINUE_ROLLBACK, request, "<R><ContinueUpdateRollbackResult/></R>");
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=ContinueUpdateRollback&Version=2010-05-15&StackName=s&"
                      "ClientRequestToken=tok&ResourcesToSkip.member.1=Q&"
                      "ResourcesToSkip.member.2=nested.R"));
    run(&trial, CLOUD_ROLLBACK_STACK, request, "<R><RollbackStackResult/></R>");
    CU_ASSERT(text_is(sent(&trial, "body"), "Action=RollbackStack&Version=2010-05-15&StackName=s&"
                                            "ClientRequestToken=tok"));
    run(&trial, CLOUD_CANCEL_UPDATE, request, "<R><CancelUpdateStackResult/></R>");
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=CancelUpdateStack&Version=2010-05-15&StackName=s&"
                      "ClientRequestToken=tok"));
    arena_release(&trial.arena);
}

static void test_refactor(void) {
    static const struct cloud_move move = {{"Old", 3}, {"New", 3}};
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_CREATE_REFACTOR,
        (struct cloud_request){.stack = TEXT("arn:aws:cloudformation:eu-west-1:1:stack/s/1"),
                               .body = TEXT("{}"), .moves = &move, .move_count = 1},
        "<R><CreateStackRefactorResult><StackRefactorId>r</StackRefactorId>"
        "</CreateStackRefactorResult></R>");
    CU_ASSERT(text_is(call.reply.id, "r"));
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=CreateStackRefactor&Version=2010-05-15&"
                      "StackDefinitions.member.1.StackName=s&"
                      "StackDefinitions.member.1.TemplateBody=%7B%7D&"
                      "ResourceMappings.member.1.Source.StackName=s&"
                      "ResourceMappings.member.1.Source.LogicalResourceId=Old&"
                      "ResourceMappings.member.1.Destination.StackName=s&"
                      "ResourceMappings.member.1.Destination.LogicalResourceId=New"));
    call = run(&trial, CLOUD_DESCRIBE_REFACTOR, (struct cloud_request){.id = TEXT("r")},
               "<R><DescribeStackRefactorResult><Status>CREATE_COMPLETE</Status><ExecutionStatus>"
               "EXECUTE_FAILED</ExecutionStatus><ExecutionStatusReason>no</ExecutionStatusReason>"
               "</DescribeStackRefactorResult></R>");
    CU_ASSERT(text_is(call.reply.status, "CREATE_COMPLETE"));
    CU_ASSERT(text_is(call.reply.status_reason, "no"));
    run(&trial, CLOUD_EXECUTE_REFACTOR, (struct cloud_request){.id = TEXT("r")}, "<R/>");
    CU_ASSERT(text_is(sent(&trial, "body"),
                      "Action=ExecuteStackRefactor&Version=2010-05-15&StackRefactorId=r"));
    arena_release(&trial.arena);
}

UNIT_MAIN("aws_upkeep", {"versions of objects", test_versions}, {"deletion", test_deletion},
          {"drift", test_drift}, {"resources that drifted", test_resource_drifts},
          {"rollbacks", test_rollbacks}, {"a refactor", test_refactor})
