/* Why a deploy failed, as the engine finds it out: a cloud that answers some calls by itself, about
 * hooks and from CloudTrail, and leaves the others to the simulator.
 */
#include "runtime/deploy/apply.h"
#include "runtime/simulator/simulator.h"
#include "tests/unit/unit.h"

static struct arena arena;
static struct simulator *simulator;
static const struct cloud *inner;
static struct failure why;

/* What this cloud answers by itself. */
static struct answers {
    struct cloud_hook hook;            /* of both calls about hooks */
    struct cloud_trail_event trail[3];
    uint32_t trail_count;
    const char *set_reason;            /* every change set fails because of this */
    bool denies;                       /* all of it is forbidden */
    struct cloud_stage stages[2];      /* of every pipeline */
    unsigned asked;                    /* how often it was asked for hooks or CloudTrail */
    struct text source, region;        /* what CloudTrail was asked for, and where */
} answers;
static struct cloud_call *finished;

static void answer(struct cloud_call *call) {
    struct cloud_reply *reply = &call->reply;
    answers.asked++;
    if (answers.denies) {
        call->error = (struct cloud_error){.code = TEXT("AccessDenied"),
                                           .message = TEXT("not for you")};
    } else if (call->operation == CLOUD_TRAIL) {
        answers.source = text_copy(&arena, call->request.value);
        answers.region = text_copy(&arena, call->region);
        reply->trail = answers.trail;
        reply->trail_count = answers.trail_count;
    } else if (call->operation == CLOUD_PIPELINE_STATE) {
        reply->stages = answers.stages;
        reply->stage_count = 2;
    } else {
        reply->hooks = &answers.hook;
        reply->hook_count = 1;
    }
    call->next = finished;
    finished = call;
}

static void begin(void *context, struct cloud_call *call) {
    (void)context;
    if (call->operation == CLOUD_TRAIL || call->operation == CLOUD_HOOK_RESULT ||
        call->operation == CLOUD_HOOK_RESULTS || call->operation == CLOUD_PIPELINE_STATE)
        answer(call);
    else inner->begin(inner->context, call);
}

static struct cloud_call *next(void *context, double until) {
    (void)context;
    struct cloud_call *call = finished;
    if (call) {
        finished = call->next;
        return call;
    }
    call = inner->next(inner->context, until);
    if (call && call->operation == CLOUD_DESCRIBE_CHANGE_SET && answers.set_reason) {
        call->reply.change_set.status = TEXT("FAILED");
        call->reply.change_set.status_reason = text_of(answers.set_reason);
    }
    return call;
}

static double now(void *context) {
    (void)context;
    return inner->now(inner->context);
}

static const struct cloud cloud = {.begin = begin, .next = next, .now = now};

/* --- a program of one stack ------------------------------------------------------------------- */

static struct template template;
static struct text body;
static uint32_t order;
static struct template_set set = {.templates = &template, .order = &order, .count = 1};
static struct deploy_program program = {.set = &set, .bodies = &body, .project = TEXT("shop"),
                                        .suffix = TEXT("dev")};
static struct apply apply;

static void open_world(const char *type) {
    arena_init(&arena);
    answers = (struct answers){0};
    CU_ASSERT_TRUE_FATAL(simulator_open(&simulator, NULL, &why));
    inner = simulator_cloud(simulator);
    template = (struct template){.name = TEXT("jobs"), .region_name = TEXT("eu-west-1"),
                                 .region_label = TEXT("eu-west-1"), .path = TEXT("jobs")};
    body = text_format(&arena, "{\"Resources\":{\"R\":{\"Type\":\"%s\"}}}", type);
}

static const struct apply_stack *deploy(void) {
    struct plan plan;
    struct apply_options options = {0};
    CU_ASSERT_EQUAL_FATAL(plan_make(&cloud, &program, NULL, &arena, &plan, &why), PLAN_MADE);
    apply_plan(&cloud, &plan, &options, &arena, &apply, &why);
    CU_ASSERT_EQUAL(apply.stacks[0].state, APPLY_FAILED);
    return &apply.stacks[0];
}

static void close_world(void) {
    simulator_close(simulator, &why);
    arena_release(&arena);
}

static void fail_with(const char *hook, const char *reason) {
    simulator_fail(simulator, &(struct simulator_failure){
                                  .region = TEXT("eu-west-1"), .stack = TEXT("jobs"),
                                  .logical_id = TEXT("R"), .operation = TEXT("CREATE"),
                                  .reason = text_of(reason), .hook = text_of(hook)});
}

/* --- hooks ------------------------------------------------------------------------------------ */

static void test_advice(void) {
    static struct cloud_advice advice[] = {
        {.rule = TEXT("Encrypted"), .status = TEXT("FAILED"), .message = TEXT("no key")},
        {.rule = TEXT("Named"), .status = TEXT("PASSED")}};
    open_world("AWS::SQS::Queue");
    answers.hook = (struct cloud_hook){.type = TEXT("Acme::Guard::Hook"), .advice = advice,
                                       .advice_count = 2};
    fail_with("Acme::Guard::Hook", "it is not encrypted");
    const struct apply_stack *stack = deploy();
    CU_ASSERT_TRUE(text_is(stack->cause, "The following hook(s) failed: [Acme::Guard::Hook]"));
    CU_ASSERT_TRUE(text_is(stack->cause_id, "R"));
    CU_ASSERT_EQUAL_FATAL(stack->hook_count, 1);
    CU_ASSERT_TRUE(text_is(stack->hooks[0].reason,
                           "Hook failed with message: it is not encrypted"));
    CU_ASSERT_EQUAL(stack->hooks[0].advice_count, 2);
    CU_ASSERT_TRUE(stack->is_back);
    close_world();
}

/* Where one may not ask, its own words are there all the same. */
static void test_no_advice(void) {
    open_world("AWS::SQS::Queue");
    answers.denies = true;
    fail_with("Acme::Guard::Hook", "it is not encrypted");
    const struct apply_stack *stack = deploy();
    CU_ASSERT_EQUAL(answers.asked, 1);
    CU_ASSERT_EQUAL_FATAL(stack->hook_count, 1);
    CU_ASSERT_EQUAL(stack->hooks[0].advice_count, 0);
    CU_ASSERT_TRUE(text_is(stack->hooks[0].target, "R"));
    close_world();
}

/* Of a change set no event tells; a hook that only warns is none that refuses. */
static void test_change_set(void) {
    static const char *const modes[] = {"FAIL", "WARN"};
    for (int i = 0; i < 2; i++) {
        open_world("AWS::SQS::Queue");
        answers.set_reason = "The following hook(s)/validation failed: [Acme::Guard::Sets]";
        answers.hook = (struct cloud_hook){
            .id = TEXT("one"), .type = TEXT("Acme::Guard::Sets"), .mode = text_of(modes[i]),
            .status = TEXT("HOOK_COMPLETE_FAILED"), .reason = TEXT("too many queues")};
        const struct apply_stack *stack = deploy();
        CU_ASSERT_TRUE(text_is(stack->cause, answers.set_reason));
        CU_ASSERT_EQUAL(stack->hook_count, i == 0);
        CU_ASSERT_TRUE(!stack->hook_count ||
                       text_is(stack->hooks[0].reason, "too many queues"));
        CU_ASSERT_FALSE(stack->is_begun);
        close_world();
    }
}

/* --- CloudTrail ------------------------------------------------------------------------------- */

static struct cloud_trail_event refused(const char *name, const char *by, double time) {
    return (struct cloud_trail_event){.name = text_of(name), .invoked_by = text_of(by),
                                      .error_code = TEXT("AccessDenied"), .time = time};
}

/* The refused call of CloudFormation that is nearest to the failure; others called as well. */
static void test_trail(void) {
    open_world("AWS::SQS::Queue");
    double began = inner->now(inner->context);
    answers.trail[0] = refused("DeleteQueue", "", began);
    answers.trail[1] = refused("CreateQueue", "cloudformation.amazonaws.com", began);
    answers.trail[2] = refused("TagQueue", "cloudformation.amazonaws.com", began - 50);
    answers.trail_count = 3;
    fail_with("", "Resource handler returned message: \"Access Denied\"");
    const struct apply_stack *stack = deploy();
    CU_ASSERT_TRUE(text_is(answers.source, "sqs.amazonaws.com"));
    CU_ASSERT_TRUE(text_is(answers.region, "eu-west-1"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(stack->trail);
    CU_ASSERT_TRUE(text_is(stack->trail->name, "CreateQueue"));
    close_world();
}

/* What AWS says clearly is not asked about. */
static void test_clear_words(void) {
    open_world("AWS::SQS::Queue");
    fail_with("", "VisibilityTimeout must be less than 43200");
    const struct apply_stack *stack = deploy();
    CU_ASSERT_EQUAL(answers.asked, 0);
    CU_ASSERT_PTR_NULL(stack->trail);
    close_world();
}

static void test_trail_denied(void) {
    open_world("AWS::SQS::Queue");
    answers.denies = true;
    fail_with("", "Internal Failure");
    const struct apply_stack *stack = deploy();
    CU_ASSERT_EQUAL(answers.asked, 1);
    CU_ASSERT_PTR_NULL(stack->trail);
    CU_ASSERT_TRUE(text_is(stack->cause, "Internal Failure"));
    CU_ASSERT_TRUE(stack->is_back);
    close_world();
}

/* Some services have another name there, or one region for all. */
static void test_sources(void) {
    static const struct {
        const char *type, *source, *region;
    } cases[] = {{"AWS::IAM::User", "iam.amazonaws.com", "us-east-1"},
                 {"AWS::CloudWatch::Dashboard", "monitoring.amazonaws.com", "eu-west-1"},
                 {"AWS::SNS::Topic", "sns.amazonaws.com", "eu-west-1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_world(cases[i].type);
        if (i == 1) {
            body = TEXT("{\"Resources\":{\"R\":{\"Type\":\"AWS::CloudWatch::Dashboard\","
                        "\"Properties\":{\"DashboardBody\":\"{}\"}}}}");
        }
        static const char *const iam[] = {"CAPABILITY_IAM"};
        template.capabilities = iam;
        template.capability_count = i == 0;
        fail_with("", "is not authorized to perform this");
        deploy();
        CU_ASSERT_TRUE(text_is(answers.source, cases[i].source));
        CU_ASSERT_TRUE(text_is(answers.region, cases[i].region));
        close_world();
    }
}

/* --- pipelines -------------------------------------------------------------------------------- */

/* The newest execution is that of the first stage; a refusal is told, and the rest is not asked. */
static void test_pipelines(void) {
    struct cloud_resource resources[] = {
        {.logical_id = TEXT("Q"), .type = TEXT("AWS::SQS::Queue"), .physical_id = TEXT("q")},
        {.logical_id = TEXT("P"), .type = TEXT("AWS::CodePipeline::Pipeline"),
         .physical_id = TEXT("shop"), .status = TEXT("CREATE_COMPLETE")},
        {.logical_id = TEXT("Gone"), .type = TEXT("AWS::CodePipeline::Pipeline"),
         .physical_id = TEXT("old"), .status = TEXT("DELETE_COMPLETE")}};
    for (int denies = 0; denies < 2; denies++) {
        struct status_stack stack = {.region = TEXT("eu-west-1"), .resources = resources,
                                     .resource_count = 3};
        struct status status = {.stacks = &stack, .count = 1};
        open_world("AWS::SQS::Queue");
        answers.stages[0] = (struct cloud_stage){.name = TEXT("Source"), .execution = TEXT("two")};
        answers.stages[1] = (struct cloud_stage){.name = TEXT("Build"), .execution = TEXT("one")};
        answers.denies = denies;
        status_pipelines(&cloud, &arena, &status);
        CU_ASSERT_EQUAL(answers.asked, 1);
        CU_ASSERT_EQUAL_FATAL(stack.pipeline_count, 1);
        CU_ASSERT_TRUE(text_is(stack.pipelines[0].name, "shop"));
        CU_ASSERT_EQUAL(stack.pipelines[0].problem.length > 0, denies);
        CU_ASSERT_TRUE(text_is(stack.pipelines[0].execution, denies ? "" : "two"));
        close_world();
    }
}

UNIT_MAIN("why", {"advice", test_advice}, {"no advice", test_no_advice},
          {"change set", test_change_set}, {"trail", test_trail},
          {"clear words", test_clear_words}, {"trail denied", test_trail_denied},
          {"sources", test_sources}, {"pipelines", test_pipelines})
