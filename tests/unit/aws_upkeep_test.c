/* What is sent for objects, drift, rollbacks, refactors, hooks, CloudTrail and pipelines, and what
 * is read of the answers: an exchange each. */
#include "tests/unit/trial.h"

static struct cloud_call run(struct trial *trial, enum cloud_operation operation,
                             struct cloud_request request, const char *answer) {
    machine_reply(&trial->machine, 200, answer);
    struct cloud_call call =
        run_cloud(trial, (struct cloud_call){.operation = operation, .request = request});
    CU_ASSERT_FALSE(cloud_failed(&call));
    return call;
}

/* What the newest request sent. */
static struct text newest(const struct trial *trial, const char *part) {
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
    CU_ASSERT(text_is(newest(&trial, "url"), "https://store.s3.eu-west-1.amazonaws.com/?versions&"
                                           "encoding-type=url"));
    CU_ASSERT_EQUAL_FATAL(call.reply.object_count, 2);
    CU_ASSERT(text_equal(call.reply.objects[0].key, (struct text){"a b/c\0", 6}));
    CU_ASSERT(text_is(call.reply.objects[1].version, "v2"));
    close_trial(&trial);
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
    CU_ASSERT(text_is(newest(&trial, "url"), "https://store.s3.eu-west-1.amazonaws.com/?delete"));
    CU_ASSERT(
        text_is(newest(&trial, "body"),
                "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&lt;b"
                "</Key><VersionId>v1</VersionId></Object><Object><Key>c</Key><VersionId>null"
                "</VersionId></Object><Quiet>true</Quiet></Delete>"));
    CU_ASSERT_EQUAL(newest(&trial, "x-amz-checksum-sha256").length, 44);
    CU_ASSERT_EQUAL_FATAL(call.reply.object_count, 1);
    CU_ASSERT(text_is(call.reply.objects[0].message, "locked"));
    close_trial(&trial);
}

static void test_drift(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_DETECT_DRIFT, (struct cloud_request){.stack = TEXT("s")},
        "<R><DetectStackDriftResult><StackDriftDetectionId>d</StackDriftDetectionId>"
        "</DetectStackDriftResult></R>");
    CU_ASSERT(text_is(call.reply.id, "d"));
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=DetectStackDrift&Version=2010-05-15&StackName=s"));
    call = run(&trial, CLOUD_DRIFT_STATUS, (struct cloud_request){.id = TEXT("d")},
               "<R><DescribeStackDriftDetectionStatusResult><DetectionStatus>DETECTION_FAILED"
               "</DetectionStatus><DetectionStatusReason>why</DetectionStatusReason>"
               "<StackDriftStatus>DRIFTED</StackDriftStatus>"
               "</DescribeStackDriftDetectionStatusResult></R>");
    CU_ASSERT(text_is(newest(&trial, "body"), "Action=DescribeStackDriftDetectionStatus&Version="
                                            "2010-05-15&StackDriftDetectionId=d"));
    CU_ASSERT(text_is(call.reply.status, "DETECTION_FAILED"));
    CU_ASSERT(text_is(call.reply.status_reason, "why"));
    CU_ASSERT(text_is(call.reply.drift_status, "DRIFTED"));
    close_trial(&trial);
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
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=DescribeStackResourceDrifts&Version=2010-05-15&StackName=s&"
                      "StackResourceDriftStatusFilters.member.1=MODIFIED&"
                      "StackResourceDriftStatusFilters.member.2=DELETED&NextToken=t"));
    CU_ASSERT_EQUAL_FATAL(call.reply.drift_count, 2);
    CU_ASSERT(text_is(call.reply.drifts[0].differences[0].path, "/Tags/0"));
    CU_ASSERT(text_is(call.reply.drifts[1].status, "DELETED"));
    close_trial(&trial);
}

static void test_rollbacks(void) {
    static const struct text skips[] = {{"Q", 1}, {"nested.R", 8}};
    struct trial trial;
    struct cloud_request request = {.stack = TEXT("s"), .token = TEXT("tok"), .skips = skips,
                                    .skip_count = 2};
    prepare(&trial);
    run(&trial, CLOUD_CONTINUE_ROLLBACK, request, "<R><ContinueUpdateRollbackResult/></R>");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=ContinueUpdateRollback&Version=2010-05-15&StackName=s&"
                      "ClientRequestToken=tok&ResourcesToSkip.member.1=Q&"
                      "ResourcesToSkip.member.2=nested.R"));
    run(&trial, CLOUD_ROLLBACK_STACK, request, "<R><RollbackStackResult/></R>");
    CU_ASSERT(text_is(newest(&trial, "body"), "Action=RollbackStack&Version=2010-05-15&StackName=s&"
                                            "ClientRequestToken=tok"));
    run(&trial, CLOUD_CANCEL_UPDATE, request, "<R><CancelUpdateStackResult/></R>");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=CancelUpdateStack&Version=2010-05-15&StackName=s&"
                      "ClientRequestToken=tok"));
    close_trial(&trial);
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
    CU_ASSERT(text_is(newest(&trial, "body"),
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
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=ExecuteStackRefactor&Version=2010-05-15&StackRefactorId=r"));
    close_trial(&trial);
}

static void test_drift_aware_change_set(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_CREATE_CHANGE_SET,
        (struct cloud_request){.stack = TEXT("s"), .change_set = TEXT("c"), .token = TEXT("t"),
                               .change_type = TEXT("UPDATE"), .use_previous = true,
                               .mode = TEXT("REVERT_DRIFT"), .with_nested = true},
        "<R><CreateChangeSetResult><Id>i</Id></CreateChangeSetResult></R>");
    CU_ASSERT(text_is(call.reply.id, "i"));
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=CreateChangeSet&Version=2010-05-15&StackName=s&ChangeSetName=c&"
                      "ChangeSetType=UPDATE&UsePreviousTemplate=true&DeploymentMode=REVERT_DRIFT&"
                      "IncludeNestedStacks=true&ClientToken=t"));
    call = run(&trial, CLOUD_DESCRIBE_CHANGE_SET,
               (struct cloud_request){.stack = TEXT("s"), .change_set = TEXT("c")},
               "<R><DescribeChangeSetResult><DeploymentMode>REVERT_DRIFT</DeploymentMode>"
               "<StackDriftStatus>DRIFTED</StackDriftStatus><ParentChangeSetId>p"
               "</ParentChangeSetId><Changes><member><ResourceChange><LogicalResourceId>Q"
               "</LogicalResourceId><ResourceDriftStatus>MODIFIED</ResourceDriftStatus>"
               "<ChangeSetId>n</ChangeSetId><PreviousDeploymentContext>{}"
               "</PreviousDeploymentContext><Details><member><Target><Name>Delay</Name>"
               "<BeforeValue>9</BeforeValue><BeforeValueFrom>ACTUAL_STATE</BeforeValueFrom>"
               "<Drift><PreviousValue>5</PreviousValue><ActualValue>9</ActualValue></Drift>"
               "</Target></member><member><Target><Name>Size</Name></Target></member></Details>"
               "</ResourceChange></member></Changes></DescribeChangeSetResult></R>");
    const struct cloud_change_set *set = &call.reply.change_set;
    CU_ASSERT(text_is(set->mode, "REVERT_DRIFT"));
    CU_ASSERT(text_is(set->drift_status, "DRIFTED"));
    CU_ASSERT(text_is(set->parent, "p"));
    CU_ASSERT_EQUAL_FATAL(set->change_count, 1);
    CU_ASSERT(text_is(set->changes[0].drift_status, "MODIFIED"));
    CU_ASSERT(text_is(set->changes[0].change_set, "n"));
    CU_ASSERT(text_is(set->changes[0].previous_context, "{}"));
    CU_ASSERT_EQUAL_FATAL(set->changes[0].detail_count, 2);
    const struct cloud_change_detail *detail = set->changes[0].details;
    CU_ASSERT(detail[0].is_drifted);
    CU_ASSERT(text_is(detail[0].before_from, "ACTUAL_STATE"));
    CU_ASSERT(text_is(detail[0].drift_previous, "5"));
    CU_ASSERT(text_is(detail[0].drift_actual, "9"));
    CU_ASSERT_FALSE(detail[1].is_drifted);
    close_trial(&trial);
}

static void test_failed_events(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_CHANGE_SET_EVENTS, (struct cloud_request){.id = TEXT("o")},
        "<R><DescribeEventsResult><OperationEvents><member><EventType>HOOK_INVOCATION_ERROR"
        "</EventType><OperationId>o</OperationId><HookType>Acme::S3::Closed</HookType>"
        "<HookStatus>HOOK_COMPLETE_FAILED</HookStatus><HookStatusReason>it is public"
        "</HookStatusReason><HookFailureMode>FAIL</HookFailureMode></member>"
        "</OperationEvents></DescribeEventsResult></R>");
    CU_ASSERT(text_is(newest(&trial, "body"), "Action=DescribeEvents&Version=2010-05-15&"
                                            "OperationId=o&Filters.FailedEvents=true"));
    CU_ASSERT_EQUAL_FATAL(call.reply.event_count, 1);
    const struct cloud_event *event = call.reply.events;
    CU_ASSERT(text_is(event->kind, "HOOK_INVOCATION_ERROR"));
    CU_ASSERT(text_is(event->operation, "o"));
    CU_ASSERT(text_is(event->hook_type, "Acme::S3::Closed"));
    CU_ASSERT(text_is(event->hook_mode, "FAIL"));
    CU_ASSERT(text_is(event->reason, "it is public"));
    close_trial(&trial);
}

static void test_hooks(void) {
    struct trial trial;
    prepare(&trial);
    machine_reply(&trial.machine, 200,
                  "<R><ListHookResultsResult><HookResults><member><HookResultId>a</HookResultId>"
                  "<TypeName>Acme::S3::Closed</TypeName><Status>HOOK_COMPLETE_FAILED</Status>"
                  "<HookStatusReason>no</HookStatusReason><FailureMode>WARN</FailureMode>"
                  "<TargetType>RESOURCE</TargetType><TargetId>Bucket</TargetId></member>"
                  "</HookResults><NextToken>n</NextToken></ListHookResultsResult></R>");
    struct cloud_call call = run(
        &trial, CLOUD_HOOK_RESULTS,
        (struct cloud_request){.stack = TEXT("s"), .change_set = TEXT("arn:c")},
        "<R><ListHookResultsResult><HookResults><member><HookResultId>b</HookResultId></member>"
        "</HookResults></ListHookResultsResult></R>");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=ListHookResults&Version=2010-05-15&TargetType=CHANGE_SET&"
                      "TargetId=arn%3Ac&NextToken=n"));
    CU_ASSERT_EQUAL_FATAL(call.reply.hook_count, 2);
    CU_ASSERT(text_is(call.reply.hooks[0].type, "Acme::S3::Closed"));
    CU_ASSERT(text_is(call.reply.hooks[0].target, "Bucket"));
    CU_ASSERT(text_is(call.reply.hooks[0].mode, "WARN"));
    CU_ASSERT(text_is(call.reply.hooks[1].id, "b"));
    run(&trial, CLOUD_HOOK_RESULTS, (struct cloud_request){.stack = TEXT("s")}, "<R/>");
    CU_ASSERT(text_is(newest(&trial, "body"), "Action=ListHookResults&Version=2010-05-15&"
                                            "TargetType=STACK&TargetId=s"));
    close_trial(&trial);
}

static void test_hook(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_HOOK_RESULT, (struct cloud_request){.id = TEXT("a")},
        "<R><GetHookResultResult><HookResultId>a</HookResultId><Target><TargetType>RESOURCE"
        "</TargetType><TargetTypeName>AWS::S3::Bucket</TargetTypeName><TargetId>Bucket</TargetId>"
        "</Target><Annotations><member><AnnotationName>closed</AnnotationName><Status>FAILED"
        "</Status><StatusMessage>public</StatusMessage><RemediationMessage>block it"
        "</RemediationMessage><SeverityLevel>HIGH</SeverityLevel></member></Annotations>"
        "</GetHookResultResult></R>");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "Action=GetHookResult&Version=2010-05-15&HookResultId=a"));
    CU_ASSERT_EQUAL_FATAL(call.reply.hook_count, 1);
    const struct cloud_hook *hook = call.reply.hooks;
    CU_ASSERT(text_is(hook->target_type, "AWS::S3::Bucket"));
    CU_ASSERT(text_is(hook->target, "Bucket"));
    CU_ASSERT_EQUAL_FATAL(hook->advice_count, 1);
    CU_ASSERT(text_is(hook->advice[0].rule, "closed"));
    CU_ASSERT(text_is(hook->advice[0].remedy, "block it"));
    CU_ASSERT(text_is(hook->advice[0].severity, "HIGH"));
    close_trial(&trial);
}

/* Pages come newest first: the caller asks for the next one. */
static void test_trail(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_TRAIL,
        (struct cloud_request){.attribute = TEXT("EventName"), .value = TEXT("CreateBucket"),
                               .since = 1.7e9 - 60, .until = 1.7e9},
        "{\"Events\":[{\"EventId\":\"e\",\"EventName\":\"CreateBucket\",\"EventSource\":"
        "\"s3.amazonaws.com\",\"EventTime\":1699999990.0,\"Username\":\"ann\",\"Resources\":["
        "{\"ResourceType\":\"AWS::S3::Bucket\",\"ResourceName\":\"shop\"}],\"CloudTrailEvent\":"
        "\"{\\\"errorCode\\\":\\\"AccessDenied\\\",\\\"errorMessage\\\":\\\"not allowed\\\","
        "\\\"userIdentity\\\":{\\\"invokedBy\\\":\\\"cloudformation.amazonaws.com\\\"}}\"},"
        "{\"EventId\":\"f\",\"CloudTrailEvent\":\"no JSON\"}],\"NextToken\":\"n\"}");
    CU_ASSERT(text_is(newest(&trial, "X-Amz-Target"),
                      "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"));
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "{\"LookupAttributes\":[{\"AttributeKey\":\"EventName\",\"AttributeValue\":"
                      "\"CreateBucket\"}],\"StartTime\":1699999940,\"EndTime\":1700000000}"));
    CU_ASSERT(text_is(newest(&trial, "url"), "https://cloudtrail.eu-west-1.amazonaws.com/"));
    CU_ASSERT(text_is(call.reply.next_token, "n"));
    CU_ASSERT_EQUAL_FATAL(call.reply.trail_count, 2);
    const struct cloud_trail_event *event = call.reply.trail;
    CU_ASSERT(text_is(event[0].error_code, "AccessDenied"));
    CU_ASSERT(text_is(event[0].error_message, "not allowed"));
    CU_ASSERT(text_is(event[0].invoked_by, "cloudformation.amazonaws.com"));
    CU_ASSERT_EQUAL_FATAL(event[0].resource_count, 1);
    CU_ASSERT(text_is(event[0].resources[0], "shop"));
    CU_ASSERT_EQUAL(event[0].time, 1699999990);
    CU_ASSERT_EQUAL(event[1].error_code.length, 0);
    close_trial(&trial);
}

static void test_pipeline_state(void) {
    struct trial trial;
    prepare(&trial);
    struct cloud_call call = run(
        &trial, CLOUD_PIPELINE_STATE, (struct cloud_request){.pipeline = TEXT("p")},
        "{\"stageStates\":[{\"stageName\":\"Deploy\",\"latestExecution\":{\"pipelineExecutionId\":"
        "\"x\",\"status\":\"Failed\"},\"inboundExecution\":{\"pipelineExecutionId\":\"y\"},"
        "\"inboundTransitionState\":{\"enabled\":false,\"disabledReason\":\"freeze\"},"
        "\"actionStates\":[{\"actionName\":\"east\",\"latestExecution\":{\"status\":\"Failed\","
        "\"externalExecutionUrl\":\"https://there\",\"errorDetails\":{\"code\":\"JobFailed\","
        "\"message\":\"why\"},\"lastStatusChange\":1699999999.5}},{\"actionName\":\"new\"}]},"
        "{\"stageName\":\"Next\",\"inboundTransitionState\":{\"enabled\":true}}]}");
    CU_ASSERT(text_is(newest(&trial, "X-Amz-Target"), "CodePipeline_20150709.GetPipelineState"));
    CU_ASSERT(text_is(newest(&trial, "body"), "{\"name\":\"p\"}"));
    CU_ASSERT_EQUAL_FATAL(call.reply.stage_count, 2);
    const struct cloud_stage *stage = call.reply.stages;
    CU_ASSERT(text_is(stage[0].execution, "x"));
    CU_ASSERT(text_is(stage[0].waiting, "y"));
    CU_ASSERT(stage[0].is_closed);
    CU_ASSERT(text_is(stage[0].closed_reason, "freeze"));
    CU_ASSERT_EQUAL_FATAL(stage[0].action_count, 2);
    CU_ASSERT(text_is(stage[0].actions[0].error_message, "why"));
    CU_ASSERT_EQUAL(stage[0].actions[0].time, 1699999999.5);
    CU_ASSERT_EQUAL(stage[0].actions[1].status.length, 0);
    CU_ASSERT_FALSE(stage[1].is_closed);
    close_trial(&trial);
}

static void test_pipeline_execution(void) {
    static const struct cloud_parameter variable = {.key = {"tag", 3}, .value = {"v1", 2}};
    struct trial trial;
    prepare(&trial);
    struct cloud_call call =
        run(&trial, CLOUD_START_PIPELINE,
            (struct cloud_request){.pipeline = TEXT("p"), .token = TEXT("t"),
                                   .parameters = &variable, .parameter_count = 1},
            "{\"pipelineExecutionId\":\"x\"}");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "{\"name\":\"p\",\"clientRequestToken\":\"t\",\"variables\":[{\"name\":"
                      "\"tag\",\"value\":\"v1\"}]}"));
    CU_ASSERT(text_is(call.reply.id, "x"));
    call = run(&trial, CLOUD_PIPELINE_EXECUTION,
               (struct cloud_request){.pipeline = TEXT("p"), .id = TEXT("x")},
               "{\"pipelineExecution\":{\"pipelineExecutionId\":\"x\",\"status\":\"Superseded\","
               "\"statusSummary\":\"a newer one\"}}");
    CU_ASSERT(text_is(newest(&trial, "body"),
                      "{\"pipelineName\":\"p\",\"pipelineExecutionId\":\"x\"}"));
    CU_ASSERT(text_is(call.reply.status, "Superseded"));
    CU_ASSERT(text_is(call.reply.status_reason, "a newer one"));
    close_trial(&trial);
}

/* --- tokens ---------------------------------------------------------------------------------- */

/* The lines of AWS's model about what a call takes; NULL where it has none of that name. */
static const char *find_input(const char *model, const char *name, const char **end) {
    char mark[128];
    snprintf(mark, sizeof mark, "\n===== %s {", name);
    const char *start = strstr(model, mark);
    if (!start) return NULL;
    const char *next = strstr(start + 7, "\n=====");
    const char *output = strstr(start, "  -- output");
    *end = output && (!next || output < next) ? output : next;
    if (!*end) *end = start + strlen(start);
    return start;
}

/* The member that makes a call idempotent, or empty: of the call itself, not of what is inside. */
static struct text find_token(const char *input, const char *end) {
    static const char *const names[] = {"ClientRequestToken", "ClientToken", "clientRequestToken",
                                        "IdempotencyToken"};
    for (const char *line = input; line < end; line = strchr(line + 1, '\n')) {
        if (strncmp(line, "\n    ", 5) != 0 || line[5] == ' ') continue;
        struct text name = {line + 5, strcspn(line + 5, "*:")};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (text_is(name, names[i])) return name;
        }
    }
    return (struct text){"", 0};
}

static const char *model_of(enum service service) {
    switch (service) {
    case SERVICE_CLOUDFORMATION: return "cloudformation";
    case SERVICE_STS: return "sts";
    case SERVICE_S3: return "s3";
    case SERVICE_SSM: return "ssm";
    case SERVICE_CODEPIPELINE: return "codepipeline";
    case SERVICE_SSO: return "sso";
    case SERVICE_SSO_OIDC: return "sso-oidc";
    case SERVICE_SIGNIN: return "signin";
    case SERVICE_LOGS:
    case SERVICE_CLOUDWATCH:
    case SERVICE_CLOUDTRAIL:
    case SERVICE_COUNT: return NULL;
    }
    return NULL;
}

/* A call that takes a token has it in its row, so that the client sends one. */
static void test_tokens(void) {
    struct arena arena;
    unsigned run = 0, tokens = 0;
    if (!vectors_there("tokens of calls")) return;
    arena_init(&arena);
    for (int i = 0; i < OPERATION_COUNT; i++) {
        const struct operation_row *row = operation_row((enum operation)i);
        const char *model = model_of(row->service), *end = NULL;
        if (!model) {
            printf("skipped %s: there is no model of its service\n", row->name);
            continue;
        }
        struct text bytes = vectors_read(&arena, "api/%s.txt", model);
        const char *input = find_input(text_copy(&arena, bytes).bytes, row->name, &end);
        CU_ASSERT_PTR_NOT_NULL_FATAL(input);
        struct text token = find_token(input, end);
        vectors_same(text_of(row->name), "token", token, text_of(row->token ? row->token : ""));
        run++;
        tokens += token.length > 0;
    }
    printf("tokens of calls: %u run, %u have one\n", run, tokens);
    CU_ASSERT(tokens >= 7);
    arena_release(&arena);
}

UNIT_MAIN("aws_upkeep", {"versions of objects", test_versions}, {"deletion", test_deletion},
          {"drift", test_drift}, {"resources that drifted", test_resource_drifts},
          {"rollbacks", test_rollbacks}, {"a refactor", test_refactor},
          {"a drift-aware change set", test_drift_aware_change_set},
          {"failed events alone", test_failed_events}, {"what hooks found", test_hooks},
          {"what a hook advises", test_hook}, {"CloudTrail", test_trail},
          {"a pipeline's state", test_pipeline_state},
          {"a pipeline's execution", test_pipeline_execution},
          {"tokens of calls", test_tokens})
