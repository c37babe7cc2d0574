/* Every status that a stack can be stuck in: the recipe, what is in the way, and where it leads. */
#include "runtime/deploy/rescue.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static struct template template = {.name = {"shop", 4}, .region_name = {"us-east-1", 9},
                                   .region_label = {"us-east-1", 9}, .path = {"east", 4}};
static uint32_t order;
static struct template_set set = {.templates = &template, .order = &order, .count = 1};
static const struct deploy_program program = {.set = &set, .project = {"shop", 4},
                                              .suffix = {"dev", 3}};

#define QUEUE(wait) \
    "\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"DelaySeconds\":" wait "}}"
#define ONE(wait) "{\"Resources\":{" QUEUE(wait) "}}"
#define TWO(wait)                                                                                  \
    "{\"Resources\":{" QUEUE(                                                                      \
        wait) ",\"Late\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"Queue\"}}}"

static void fail_next(const char *logical_id, const char *operation) {
    simulator_fail(simulator, &(struct simulator_failure){
        .region = TEXT("us-east-1"), .stack = TEXT("shop"), .logical_id = text_of(logical_id),
        .operation = text_of(operation), .reason = TEXT("because it is a test")});
}

static const struct cloud_tag tags[] = {{{"mrp:project", 11}, {"shop", 4}},
                                        {{"mrp:suffix", 10}, {"dev", 3}}};

static void prepare(const char *type, const char *body) {
    struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = text_of(type),
        .body = text_of(body), .tags = tags, .tag_count = 2, .has_tags = true});
    CU_ASSERT_FALSE(cloud_failed(call));
}

static void execute(bool stops) {
    struct cloud_call *call = ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .token = TEXT("t"),
        .disable_rollback = stops});
    CU_ASSERT_FALSE(cloud_failed(call));
}

static void deploy(const char *type, const char *body, bool stops) {
    prepare(type, body);
    execute(stops);
    settle_in("us-east-1", "shop");
}

/* --- ways to be stuck ------------------------------------------------------------------------- */

static void review(void) { prepare("CREATE", ONE("1")); }

static void creates(void) {
    prepare("CREATE", TWO("1"));
    execute(false);
}

static void creation_failed(void) {
    fail_next("Late", "CREATE");
    deploy("CREATE", TWO("1"), false);
}

static void creation_stopped(void) {
    fail_next("Late", "CREATE");
    deploy("CREATE", TWO("1"), true);
}

static void rollback_failed(void) {
    fail_next("Queue", "DELETE");
    creation_failed();
}

static void updates(void) {
    deploy("CREATE", ONE("1"), false);
    prepare("UPDATE", TWO("2"));
    execute(false);
}

static void update_stopped(void) {
    deploy("CREATE", ONE("1"), false);
    fail_next("Late", "CREATE");
    deploy("UPDATE", TWO("2"), true);
}

static void update_rollback_failed(void) {
    deploy("CREATE", ONE("1"), false);
    fail_next("Queue", "ROLLBACK");
    fail_next("Late", "CREATE");
    deploy("UPDATE", TWO("2"), false);
}

static void deletion_failed(void) {
    deploy("CREATE", ONE("1"), false);
    fail_next("Queue", "DELETE");
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    settle_in("us-east-1", "shop");
}

static void deletes(void) {
    deploy("CREATE", ONE("1"), false);
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
}

static void is_fine(void) { deploy("CREATE", ONE("1"), false); }

/* --- the table -------------------------------------------------------------------------------- */

static const struct row {
    const char *status;
    void (*get_stuck)(void);
    enum rescue_action action, harder;
    const char *in_the_way; /* the first resource, or NULL for none */
    const char *end;        /* after the action; NULL where there is none to take */
} rows[] = {
    {"REVIEW_IN_PROGRESS", review, RESCUE_DELETE, RESCUE_NONE, NULL, "DELETE_COMPLETE"},
    {"CREATE_IN_PROGRESS", creates, RESCUE_DELETE, RESCUE_NONE, "Queue", NULL},
    {"ROLLBACK_COMPLETE", creation_failed, RESCUE_DELETE, RESCUE_NONE, NULL, "DELETE_COMPLETE"},
    {"CREATE_FAILED", creation_stopped, RESCUE_ROLL_BACK, RESCUE_NONE, "Late",
     "ROLLBACK_COMPLETE"},
    {"ROLLBACK_FAILED", rollback_failed, RESCUE_DELETE, RESCUE_KEEP, "Queue", "DELETE_COMPLETE"},
    {"UPDATE_IN_PROGRESS", updates, RESCUE_CANCEL, RESCUE_NONE, "Queue",
     "UPDATE_ROLLBACK_COMPLETE"},
    {"UPDATE_FAILED", update_stopped, RESCUE_ROLL_BACK, RESCUE_NONE, NULL,
     "UPDATE_ROLLBACK_COMPLETE"},
    {"UPDATE_ROLLBACK_FAILED", update_rollback_failed, RESCUE_CONTINUE, RESCUE_SKIP, "Queue",
     "UPDATE_ROLLBACK_COMPLETE"},
    {"DELETE_FAILED", deletion_failed, RESCUE_DELETE, RESCUE_KEEP, "Queue", "DELETE_COMPLETE"},
    {"DELETE_IN_PROGRESS", deletes, RESCUE_WAIT, RESCUE_NONE, "Queue", NULL},
    {"CREATE_COMPLETE", is_fine, RESCUE_NONE, RESCUE_NONE, NULL, NULL},
};

static const struct rescue_stack *look_for(const struct row *row) {
    static struct rescue rescue;
    CU_ASSERT_TRUE(rescue_make(cloud, &program, (struct text){0}, &arena, &rescue, &why));
    CU_ASSERT_EQUAL(rescue.count, row->action != RESCUE_NONE);
    return rescue.count ? &rescue.stacks[0] : NULL;
}

static void check_row(const struct row *row) {
    struct rescue_end end;
    open_world();
    row->get_stuck();
    SAME(look("us-east-1", "shop")->status.bytes, row->status);
    const struct rescue_stack *stack = look_for(row);
    if (stack) {
        CU_ASSERT_TRUE(text_is(stack->status, row->status));
        CU_ASSERT_EQUAL(stack->action, row->action);
        CU_ASSERT_EQUAL(stack->harder, row->harder);
        SAME(stack->count ? stack->resources[0].name.bytes : "none",
             row->in_the_way ? row->in_the_way : "none");
        CU_ASSERT_EQUAL(stack->runs, cloud_status_running(stack->status));
    }
    if (stack && row->end) {
        CU_ASSERT_TRUE(rescue_run(cloud, stack, stack->action, NULL, &arena, &end, &why));
        SAME(text_copy(&arena, end.status).bytes, row->end);
        CU_ASSERT_TRUE(end.is_rescued);
    }
    close_world();
}

static void test_statuses(void) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i]);
}

/* What stops it again is left out, or stays in the account. */
static void test_harder(void) {
    static const struct {
        void (*get_stuck)(void);
        const char *operation, *end;
    } ways[] = {{update_rollback_failed, "ROLLBACK", "UPDATE_ROLLBACK_COMPLETE"},
                {rollback_failed, "DELETE", "DELETE_COMPLETE"},
                {deletion_failed, "DELETE", "DELETE_COMPLETE"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct rescue_end end;
        struct rescue rescue;
        open_world();
        ways[i].get_stuck();
        fail_next("Queue", ways[i].operation);
        CU_ASSERT_TRUE(rescue_make(cloud, &program, (struct text){0}, &arena, &rescue, &why));
        CU_ASSERT_TRUE(rescue_run(cloud, &rescue.stacks[0], rescue.stacks[0].action, NULL, &arena,
                                  &end, &why));
        CU_ASSERT_FALSE(end.is_rescued);
        CU_ASSERT_TRUE(rescue_make(cloud, &program, TEXT("shop"), &arena, &rescue, &why));
        CU_ASSERT_EQUAL_FATAL(rescue.count, 1);
        CU_ASSERT_TRUE(rescue_run(cloud, &rescue.stacks[0], rescue.stacks[0].harder, NULL, &arena,
                                  &end, &why));
        SAME(text_copy(&arena, end.status).bytes, ways[i].end);
        close_world();
    }
}

/* A rollback leaves out what failed in it, not what it began for. */
static void test_only_of_rollback(void) {
    struct rescue rescue;
    open_world();
    update_rollback_failed();
    CU_ASSERT_TRUE(rescue_make(cloud, &program, (struct text){0}, &arena, &rescue, &why));
    CU_ASSERT_EQUAL_FATAL(rescue.count, 1);
    CU_ASSERT_EQUAL(rescue.stacks[0].count, 1);
    close_world();
}

UNIT_MAIN("rescue", {"statuses", test_statuses}, {"harder", test_harder},
          {"only of rollback", test_only_of_rollback})
