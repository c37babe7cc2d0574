/* The deploy engine against the simulator, with programs made by hand: order, ownership, what is
 * planned and done, what a failure leaves, and what an interruption does.
 */
#include "runtime/deploy/rescue.h"
#include "tests/unit/deployment.h"

/* --- a stack that somebody is at work on ------------------------------------------------------ */

/* Somebody else's call, which goes well. */
static void must(enum cloud_operation operation, struct cloud_request request) {
    CU_ASSERT_FALSE(cloud_failed(ask(operation, "us-east-1", request)));
}

static unsigned waited;

static void count_waiting(void *context, const struct plan_stack *stack) {
    (void)context;
    (void)stack;
    waited++;
}

static void test_busy(void) {
    struct plan plan;
    struct plan_options waits = {.waits = true, .tell = count_waiting};
    struct cloud_request other = {.stack = TEXT("jobs"), .change_set = TEXT("other"),
                                  .change_type = TEXT("UPDATE"), .body = TEXT(QUEUE("jobs", "31"))};
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    must(CLOUD_CREATE_CHANGE_SET, other);
    must(CLOUD_EXECUTE_CHANGE_SET, other);
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.message, "is busy: UPDATE_IN_PROGRESS"));
    CU_ASSERT_EQUAL(plan_make(cloud, &program, &waits, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_EQUAL(waited, 1);
    CU_ASSERT_EQUAL(plan.stacks[0].action, PLAN_UPDATE);
    close_world();
}

/* A cloud in which change sets are denied, or leave something out. */
static const struct cloud *inner;
static bool denies, leaves_out;

static void begin_less(void *context, struct cloud_call *call) {
    (void)context;
    inner->begin(inner->context, call);
    if (denies && call->operation == CLOUD_CREATE_CHANGE_SET) {
        call->error = (struct cloud_error){.code = TEXT("AccessDenied"), .message = TEXT("no")};
    }
    if (leaves_out && call->operation == CLOUD_DESCRIBE_CHANGE_SET) {
        call->reply.change_set.change_count = 0;
    }
}

static struct cloud_call *next_less(void *context, double until) {
    (void)context;
    return inner->next(inner->context, until);
}

static double now_less(void *context) {
    (void)context;
    return inner->now(inner->context);
}

static void test_less(void) {
    static const struct cloud less = {NULL, begin_less, next_less, now_less};
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    inner = cloud;
    cloud = &less;
    bodies[0] = TEXT(QUEUE("jobs", "31"));
    struct plan plan = make_plan();
    CU_ASSERT_EQUAL(plan.stacks[0].disagreement.length, 0);
    leaves_out = true;
    plan = make_plan();
    CU_ASSERT_PTR_NOT_NULL(strstr(plan.stacks[0].disagreement.bytes, "templates differ in Q"));
    leaves_out = false;
    denies = true;
    plan = make_plan();
    CU_ASSERT_TRUE(plan.stacks[0].is_quick && plan.stacks[0].quick_because.length);
    denies = false;
    close_world();
}

/* A server that says of each stack that it holds three nested ones, which are that stack. */
static struct text itself;
static bool shows_settled;

#define NESTED(id) "\"" id "\":{\"Type\":\"AWS::CloudFormation::Stack\"}"

static void begin_endless(void *context, struct cloud_call *call) {
    static const struct text names[] = {{"A", 1}, {"B", 1}, {"C", 1}};
    static struct cloud_resource resources[3];
    static struct cloud_change changes[3];
    (void)context;
    inner->begin(inner->context, call);
    for (int i = 0; i < 3; i++) {
        resources[i] = (struct cloud_resource){.logical_id = names[i], .type = TEXT(NESTED_TYPE),
                                               .physical_id = itself, .updated = 1e11,
                                               .status = TEXT("UPDATE_FAILED")};
        changes[i] = (struct cloud_change){.action = TEXT("Modify"), .logical_id = names[i],
                                           .type = TEXT(NESTED_TYPE), .change_set = itself};
    }
    if (call->operation == CLOUD_STACK_RESOURCES) {
        call->reply.resources = resources;
        call->reply.resource_count = 3;
    } else if (call->operation == CLOUD_GET_TEMPLATE) {
        call->reply.body = TEXT("{\"Resources\":{" NESTED("A") "," NESTED("B") "}}");
    } else if (call->operation == CLOUD_DESCRIBE_CHANGE_SET) {
        call->error = (struct cloud_error){0};
        call->reply.change_set = (struct cloud_change_set){
            .status = TEXT("CREATE_COMPLETE"), .changes = changes, .change_count = 3};
    } else if (call->operation == CLOUD_DESCRIBE_STACKS && !shows_settled) {
        call->reply.stacks[0].status = TEXT("UPDATE_ROLLBACK_FAILED");
    }
}

static void test_endless(void) {
    static const struct cloud endless = {NULL, begin_endless, next_less, now_less};
    static const char message[] = "the stack \"jobs\" in us-east-1 has more than 2500 nested stacks";
    struct plan plan;
    struct rescue rescue;
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    itself = look("us-east-1", "jobs")->id;
    inner = cloud;
    CU_ASSERT_EQUAL(plan_destroy(&endless, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    SAME(why.message, message);
    CU_ASSERT_TRUE(rescue_make(&endless, &program, TEXT(""), &arena, &rescue, &why));
    CU_ASSERT_TRUE(rescue.count == 1 && rescue.stacks[0].count > 0);
    shows_settled = true;
    CU_ASSERT_EQUAL(plan_make(&endless, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    SAME(why.message, message);
    shows_settled = false;
    close_world();
}

/* --- plans ------------------------------------------------------------------------------------ */

static void test_first(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    add_stack("other", "us-west-2", QUEUE("other", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    struct plan plan = make_plan();
    CU_ASSERT_EQUAL(plan.counts.creates, 3);
    CU_ASSERT_EQUAL(plan.counts.kinds[PLAN_ADD], 3);
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    /* Independent stacks side by side, the reader after what it reads. */
    SAME(log_text, "+jobs +other -jobs +reader -other -reader ");
    plan = make_plan();
    CU_ASSERT_EQUAL(plan.counts.creates + plan.counts.updates + plan.counts.deletes, 0);
    close_world();
}

/* A change of an output plans its reader, which is then really updated. */
static void test_reader_follows(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("one", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    bodies[0] = TEXT(QUEUE("two", "30"));
    struct plan plan = make_plan();
    CU_ASSERT_EQUAL(plan.stacks[0].changes[0].kind, PLAN_REPLACE);
    CU_ASSERT_EQUAL(plan.stacks[0].changes[0].data, PLAN_DATA_LOST);
    CU_ASSERT_TRUE(plan.stacks[1].inputs_change);
    SAME(plan.stacks[1].changes[0].properties[0].known_after.bytes, "jobs");
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    SAME(apply.stacks[1].final.outputs[0].value.bytes,
         "https://sqs.us-east-1.amazonaws.com/123456789012/two");
    plan = make_plan();
    CU_ASSERT_EQUAL(plan.counts.updates, 0);
    /* A change that no output follows leaves the reader alone. */
    bodies[0] = TEXT(QUEUE("two", "60"));
    plan = make_plan();
    CU_ASSERT_EQUAL(plan.counts.updates, 1);
    CU_ASSERT_EQUAL(plan.stacks[1].action, PLAN_NOTHING);
    close_world();
}

static void test_quick_agrees(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("one", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    bodies[0] = TEXT(QUEUE("two", "60"));
    struct plan plan = make_plan(), quick;
    struct plan_options options = {.quick = true};
    CU_ASSERT_EQUAL(plan_make(cloud, &program, &options, &arena, &quick, &why), PLAN_MADE);
    CU_ASSERT_EQUAL(quick.stacks[0].change_count, plan.stacks[0].change_count);
    CU_ASSERT_EQUAL(quick.stacks[0].changes[0].kind, plan.stacks[0].changes[0].kind);
    CU_ASSERT_EQUAL(quick.stacks[0].changes[0].property_count,
                    plan.stacks[0].changes[0].property_count);
    CU_ASSERT_TRUE(quick.stacks[0].is_quick);
    close_world();
}

/* A killed plan leaves its change set; the next one clears it away. */
static void test_left_change_set(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("one", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    struct cloud_call call = {
        .operation = CLOUD_CREATE_CHANGE_SET, .region = TEXT("us-east-1"), .arena = &arena,
        .request = {.stack = TEXT("jobs"), .change_set = TEXT("mrp-plan"),
                    .change_type = TEXT("UPDATE"), .body = TEXT(QUEUE("one", "31"))}};
    cloud_all(cloud, &call, 1);
    CU_ASSERT_FALSE(cloud_failed(&call));
    bodies[0] = TEXT(QUEUE("one", "60"));
    CU_ASSERT_EQUAL(make_plan().counts.kinds[PLAN_MODIFY], 1);
    close_world();
}

static void test_fixed_name(void) {
#define TABLE(index)                                                                               \
    "{\"Resources\":{\"T\":{\"Type\":\"AWS::ElasticLoadBalancingV2::TargetGroup\","                \
    "\"Properties\":{\"Name\":\"web\",\"Port\":" index ",\"Protocol\":\"HTTP\","                   \
    "\"VpcId\":\"vpc-1\"}}}}"
    open_deployment();
    add_stack("web", "us-east-1", TABLE("80"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    bodies[0] = TEXT(TABLE("81"));
    struct plan plan;
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_REFUSED);
    SAME(why.message, "\"T\" in us-east-1 must be replaced, which its fixed name \"web\" forbids: "
                      "the old one has it until the new one is there");
    close_world();
}

/* --- ownership -------------------------------------------------------------------------------- */

static void test_foreign(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    program.project = TEXT("other");
    set.count = 0;
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct plan plan;
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    SAME(why.message, "the stack \"jobs\" in us-east-1 was not made by this deployment");
    struct text name = TEXT("jobs");
    struct plan_options options = {.adopt = &name, .adopt_count = 1};
    CU_ASSERT_EQUAL(plan_make(cloud, &program, &options, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_TRUE(plan.stacks[0].is_adopted);
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    /* Now it is ours. */
    CU_ASSERT_EQUAL(make_plan().counts.updates, 0);
    close_world();
}

static void test_account(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    program.account = TEXT("111122223333");
    struct plan plan;
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    SAME(why.message, "the credentials are for account 123456789012, the program is for account "
                      "111122223333");
    close_world();
}

static void test_orphan(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    add_stack("gone", "us-east-1", QUEUE("gone", "30"));
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    set.count = 1;
    struct plan plan = make_plan();
    CU_ASSERT_EQUAL(plan.counts.deletes, 1);
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    SAME(log_text, "+gone -gone ");
    CU_ASSERT_EQUAL(make_plan().counts.deletes, 0);
    close_world();
}

/* --- destroy ---------------------------------------------------------------------------------- */

static void test_destroy(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    struct plan plan;
    struct apply apply;
    CU_ASSERT_EQUAL(plan_destroy(cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    SAME(log_text, "+reader -reader +jobs -jobs ");
    CU_ASSERT_EQUAL(plan_destroy(cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
    CU_ASSERT_EQUAL(plan.count, 0);
    close_world();
}

/* A pipeline's stack goes after what it delivers, though it reads that: its role acts there.
 * Where what is not delivered stands between, readers go first as ever. */
static void test_destroy_delivered(void) {
    static uint32_t delivered[] = {0};
    for (int between = 0; between < 2; between++) {
        open_deployment();
        add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
        struct template *middle = add_stack("middle", "us-west-2", READER);
        struct template *pipeline = add_stack("pipeline", "eu-west-1", READER);
        reads(middle, &templates[0], "Url");
        reads(pipeline, &templates[between], between ? "Value" : "Url");
        pipeline->delivered = delivered;
        pipeline->delivered_count = 1;
        CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
        struct plan plan;
        struct apply apply;
        CU_ASSERT_EQUAL(plan_destroy(cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
        CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
        SAME(log_text, between ? "+pipeline -pipeline +middle -middle +jobs -jobs "
                               : "+middle -middle +jobs -jobs +pipeline -pipeline ");
        close_world();
    }
}

/* --- failures --------------------------------------------------------------------------------- */

static void fail_next(const char *stack, const char *region, const char *id,
                      const char *operation) {
    simulator_fail(simulator, &(struct simulator_failure){
                                  .region = text_of(region), .stack = text_of(stack),
                                  .logical_id = text_of(id), .operation = text_of(operation),
                                  .reason = TEXT("because it is a test")});
}

static void test_first_fails(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    fail_next("jobs", "us-east-1", "Q", "CREATE");
    struct plan plan = make_plan();
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ROLLED_BACK);
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_FAILED);
    CU_ASSERT_TRUE(apply.stacks[0].is_back);
    CU_ASSERT_TRUE(text_is(apply.stacks[0].cause, "because it is a test"));
    CU_ASSERT_TRUE(text_is(apply.stacks[0].cause_id, "Q"));
    CU_ASSERT_EQUAL(apply.stacks[1].state, APPLY_SKIPPED);
    /* Again: what the failed creation left is deleted first. */
    plan = make_plan();
    CU_ASSERT_EQUAL(plan.stacks[0].action, PLAN_RECREATE);
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ALL_DONE);
    close_world();
}

/* The second fails after the first was made: the first is deleted again, unless it is to be kept.
 */
static void test_second_fails(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    fail_next("reader", "us-west-2", "P", "CREATE");
    CU_ASSERT_EQUAL(deploy(), APPLY_ROLLED_BACK);
    SAME(log_text, "+jobs -jobs +reader -reader +jobs -jobs ");
    CU_ASSERT_PTR_NULL(make_plan().stacks[0].deployed);
    fail_next("reader", "us-west-2", "P", "CREATE");
    struct plan plan = make_plan();
    struct apply apply;
    struct apply_options options = {.keep = true};
    CU_ASSERT_EQUAL(apply_plan(cloud, &plan, &options, &arena, &apply, &why), APPLY_STUCK);
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_DONE);
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    close_world();
}

static void test_refused_by_aws(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\","
                                   "\"Properties\":{\"QueName\":\"x\"}}}}");
    struct plan plan = make_plan();
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_BEFORE);
    CU_ASSERT_TRUE(text_is(apply.stacks[0].cause, "#: extraneous key [QueName] is not permitted"));
    CU_ASSERT_TRUE(text_is(apply.stacks[0].cause_id, "Q"));
    /* The empty stack that the change set needed is gone as well. */
    plan = make_plan();
    CU_ASSERT_PTR_NULL(plan.stacks[0].deployed);
    close_world();
}

static volatile sig_atomic_t stops;

static void stop_at_first(void *context, enum apply_event what, const struct apply_stack *stack,
                          const struct cloud_event *event) {
    tell(context, what, stack, event);
    if (what == APPLY_STACK_BEGAN) stops = 1;
}

/* Once: what runs is waited for, nothing more is begun. */
static void test_interrupted(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct template *reader = add_stack("reader", "us-west-2", READER);
    reads(reader, &templates[0], "Url");
    struct plan plan = make_plan();
    struct apply apply;
    struct apply_options options = {.tell = stop_at_first, .interrupted = &stops};
    log_text[0] = 0;
    stops = 0;
    CU_ASSERT_EQUAL(apply_plan(cloud, &plan, &options, &arena, &apply, &why), APPLY_STUCK);
    SAME(log_text, "+jobs -reader -jobs ");
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_DONE);
    CU_ASSERT_EQUAL(apply.stacks[1].state, APPLY_SKIPPED);
    CU_ASSERT_TRUE(apply.was_interrupted);
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    close_world();
}

/* Twice: it leaves at once; what AWS does goes on. */
static void leave_at_once(void *context, enum apply_event what, const struct apply_stack *stack,
                          const struct cloud_event *event) {
    tell(context, what, stack, event);
    if (what == APPLY_RESOURCE) stops = 2;
}

static void test_left(void) {
    open_deployment();
    add_stack("jobs", "us-east-1", QUEUE("jobs", "30"));
    struct plan plan = make_plan();
    struct apply apply;
    struct apply_options options = {.tell = leave_at_once, .interrupted = &stops,
                                    .who = TEXT("ann-build3")};
    stops = 0;
    CU_ASSERT_EQUAL(apply_plan(cloud, &plan, &options, &arena, &apply, &why), APPLY_STUCK);
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_RUNNING);
    CU_ASSERT_EQUAL(plan_make(cloud, &program, NULL, &arena, &plan, &why), PLAN_WORLD);
    SAME(why.message, "the stack \"jobs\" in us-east-1 is busy: CREATE_IN_PROGRESS, begun by "
                      "ann-build3, for 2 s");
    close_world();
}

static void test_busy_names(void) {
    static const char *const regions[] = {"eu-west-1", "us-west-2"};
    open_deployment();
    for (int i = 0; i < 2; i++) {
        add_stack("bucket", regions[i], "{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\","
                                        "\"Properties\":{\"BucketName\":\"one-name\"}}}}");
    }
    /* Bucket names live once in the world: one of both regions gets it. */
    struct plan plan = make_plan();
    struct apply apply;
    CU_ASSERT_EQUAL(carry_out(&plan, &apply), APPLY_ROLLED_BACK);
    CU_ASSERT_EQUAL((apply.stacks[0].state == APPLY_DONE) + (apply.stacks[1].state == APPLY_DONE),
                    1);
    close_world();
}

/* What a pipeline runs lies in the bucket, under its name, before the pipeline is there; then
 * nothing is left to do, and another mrp is a change. */
static bool is_stored(const char *key) {
    struct cloud_call call = {.operation = CLOUD_HEAD_OBJECT, .region = TEXT("us-east-1"),
                              .arena = &arena};
    call.request.bucket = TEXT("mrp-assets-123456789012-us-east-1");
    call.request.key = text_of(key);
    cloud_all(cloud, &call, 1);
    return !cloud_failed(&call);
}

static void test_package(void) {
    static struct template_parameter parameter;
    open_deployment();
    struct template *pipeline = add_stack(
        "pipeline", "us-east-1",
        "{\"Parameters\":{\"MrpPackage\":{\"Type\":\"String\"}},\"Resources\":{\"Q\":{\"Type\":"
        "\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\",\"Value\":{\"Ref\":"
        "\"MrpPackage\"}}}}}");
    parameter = (struct template_parameter){
        .logical_id = TEXT("MrpPackage"), .type = TEXT("String"), .source = PARAMETER_PACKAGE,
        .is_given = true, .given = TEXT("mrp-1-x86_64-abc")};
    pipeline->parameters = &parameter;
    pipeline->parameter_count = 1;
    program.package = TEXT("the executable");
    program.package_name = parameter.given;
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    SAME(log_text, "+mrp-assets -mrp-assets +pipeline -pipeline ");
    CU_ASSERT_TRUE(is_stored("packages/mrp-1-x86_64-abc"));
    struct plan plan = make_plan();
    CU_ASSERT_EQUAL(plan.stacks[0].action, PLAN_NOTHING);

    parameter.given = program.package_name = TEXT("mrp-2-x86_64-def");
    CU_ASSERT_EQUAL(deploy(), APPLY_ALL_DONE);
    SAME(log_text, "+pipeline -pipeline ");
    CU_ASSERT_TRUE(is_stored("packages/mrp-2-x86_64-def"));
    close_world();
}

/* What AWS shows of a property that is made of a secret is not for the reader. */
static void test_secrets(void) {
    static const struct { const char *value; bool is_secret; } rows[] = {
        {"{\"Ref\":\"Password\"}", true}, {"{\"Ref\":\"Name\"}", false},
        {"{\"Fn::Sub\":\"x${Password}\"}", true}, {"{\"Fn::Sub\":\"x${Name}\"}", false},
        {"[{\"Fn::Join\":[\"\",[\"a\",{\"Ref\":\"Password\"}]]}]", true},
        {"\"{{resolve:secretsmanager:s:SecretString:p}}\"", true},
        {"\"{{resolve:ssm-secure:p:1}}\"", true}, {"\"{{resolve:ssm:p:1}}\"", false},
        {"\"Password\"", false},
    };
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document *template = NULL;
        struct text body = text_format(&arena, "{\"Parameters\":{\"Password\":{\"NoEcho\":true},"
                                               "\"Name\":{}},\"Resources\":{\"R\":{\"Properties\":"
                                               "{\"P\":%s}}}}", rows[i].value);
        CU_ASSERT_TRUE_FATAL(document_read(&arena, body, &template, &why));
        CU_ASSERT_EQUAL(secrets_in(template, TEXT("R"), TEXT("P")), rows[i].is_secret);
        CU_ASSERT_FALSE(secrets_in(template, TEXT("R"), TEXT("Q")));
    }
    CU_ASSERT_TRUE(text_is(secrets_shown(TEXT("hush")), "(secret)"));
    CU_ASSERT_TRUE(text_is(secrets_shown(TEXT("{{resolve:ssm-secure:p}}")),
                           "{{resolve:ssm-secure:p}}"));
    arena_release(&arena);
}

/* How long it takes is known by what it took before, here or elsewhere; the sandbox's time is
 * not. */
static void test_expected(void) {
    struct state state;
    struct journal journal;
    CU_ASSERT_TRUE_FATAL(state_open(&state, NULL, false, &why));
    for (int is_sandbox = 0; is_sandbox < 2; is_sandbox++) {
        open_deployment();
        CU_ASSERT_TRUE_FATAL(journal_open(&journal, &state, is_sandbox, &why));
        add_stack("jobs", is_sandbox ? "eu-west-1" : "us-east-1", QUEUE("jobs", "30"));
        struct plan plan = make_plan();
        struct apply apply;
        struct apply_options options = {.journal = &journal};
        CU_ASSERT_TRUE(journal_expect(&journal, &plan, &why));
        CU_ASSERT_EQUAL(plan.stacks[0].expected, 0);
        CU_ASSERT_EQUAL(apply_plan(cloud, &plan, &options, &arena, &apply, &why), APPLY_ALL_DONE);
        double took = apply.stacks[0].ended - apply.stacks[0].began;
        plan.stacks[0].region = TEXT("us-west-2");
        CU_ASSERT_TRUE(journal_expect(&journal, &plan, &why));
        CU_ASSERT_EQUAL(plan.stacks[0].expected, is_sandbox ? 0 : took);
        CU_ASSERT_TRUE(took > 0);
        close_world();
    }
    state_close(&state);
}

UNIT_MAIN("deploy", {"busy", test_busy}, {"less", test_less}, {"endless", test_endless},
          {"first", test_first}, {"reader follows", test_reader_follows},
          {"quick agrees", test_quick_agrees},
          {"left change set", test_left_change_set}, {"fixed name", test_fixed_name},
          {"foreign", test_foreign},
          {"account", test_account}, {"orphan", test_orphan}, {"destroy", test_destroy},
          {"destroy delivered", test_destroy_delivered},
          {"first fails", test_first_fails}, {"second fails", test_second_fails},
          {"refused by aws", test_refused_by_aws}, {"interrupted", test_interrupted},
          {"left", test_left}, {"busy names", test_busy_names}, {"package", test_package},
          {"secrets", test_secrets}, {"expected", test_expected})
