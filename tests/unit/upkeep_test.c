/* The simulator's answers for stacks that are not as they should be, and for what lies in buckets.
 */
#include "tests/unit/world.h"

static const char first[] =
    "{\"Resources\":{\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{"
    "\"VisibilityTimeout\":30}},\"Store\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":{"
    "\"BucketName\":\"store\",\"VersioningConfiguration\":{\"Status\":\"Enabled\"}}},"
    "\"Plain\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":{\"BucketName\":\"plain\"}}}}";

/* Asks about the stack "one". */
static struct cloud_call *ask_one(enum cloud_operation operation, struct cloud_request request) {
    request.stack = TEXT("one");
    return ask(operation, "us-east-1", request);
}

static const char *settled(void) { return settle_in("us-east-1", "one"); }

static void fail_next(const char *logical_id, const char *operation, const char *reason) {
    simulator_fail(simulator, &(struct simulator_failure){
        .region = TEXT("us-east-1"), .stack = TEXT("one"), .logical_id = text_of(logical_id),
        .operation = text_of(operation), .reason = text_of(reason)});
}

static void open_first(void) {
    open_world();
    CU_ASSERT_STRING_EQUAL(run("one", "CREATE", first), "CREATE_COMPLETE");
}

/* --- objects ---------------------------------------------------------------------------------- */

static void put(const char *bucket, const char *key) {
    struct cloud_call *call = ask_one(CLOUD_PUT_OBJECT, (struct cloud_request){
        .bucket = text_of(bucket), .key = text_of(key), .body = TEXT("x")});
    CU_ASSERT_FALSE(cloud_failed(call));
}

static struct cloud_call *versions(const char *bucket) {
    return ask_one(CLOUD_OBJECT_VERSIONS, (struct cloud_request){.bucket = text_of(bucket)});
}

static void delete_all(const char *bucket, const struct cloud_object *objects, uint32_t count) {
    ask_one(CLOUD_DELETE_OBJECTS, (struct cloud_request){
        .bucket = text_of(bucket), .objects = objects, .object_count = count});
}

static void test_versions(void) {
    open_first();
    put("plain", "a");
    put("plain", "a");
    CU_ASSERT_EQUAL(versions("plain")->reply.object_count, 1);
    CU_ASSERT_TRUE(text_is(versions("plain")->reply.objects[0].version, "null"));
    put("store", "a");
    put("store", "a");
    struct cloud_object newest = {.key = TEXT("a")};
    delete_all("store", &newest, 1); /* a delete marker, and both versions below it */
    struct cloud_call *all = versions("store");
    CU_ASSERT_EQUAL(all->reply.object_count, 3);
    struct cloud_call *gone = ask_one(CLOUD_HEAD_OBJECT, (struct cloud_request){
        .bucket = TEXT("store"), .key = TEXT("a")});
    CU_ASSERT_TRUE(text_is(gone->error.code, "NotFound"));
    delete_all("store", all->reply.objects, 1);
    CU_ASSERT_EQUAL(versions("store")->reply.object_count, 2);
    CU_ASSERT_TRUE(text_is(versions("other")->error.code, "NoSuchBucket"));
    close_world();
}

static void test_pages(void) {
    open_first();
    for (int i = 0; i < 1001; i++) put("plain", text_format(&arena, "k%d", i).bytes);
    struct cloud_call *page = versions("plain");
    CU_ASSERT_EQUAL(page->reply.object_count, 1000);
    ask_one(CLOUD_DELETE_STACK, (struct cloud_request){0});
    CU_ASSERT_STRING_EQUAL(settled(), "DELETE_FAILED");
    delete_all("plain", page->reply.objects, 1000);
    CU_ASSERT_EQUAL(versions("plain")->reply.object_count, 1);
    delete_all("plain", versions("plain")->reply.objects, 1);
    ask_one(CLOUD_DELETE_STACK, (struct cloud_request){0});
    CU_ASSERT_STRING_EQUAL(settled(), "DELETE_COMPLETE");
    close_world();
}

/* --- drift ------------------------------------------------------------------------------------ */

static struct cloud_call *drifts(void) {
    struct cloud_call *begun = ask_one(CLOUD_DETECT_DRIFT, (struct cloud_request){0});
    struct cloud_call *status =
        ask_one(CLOUD_DRIFT_STATUS, (struct cloud_request){.id = begun->reply.id});
    CU_ASSERT_TRUE(text_is(status->reply.status, "DETECTION_IN_PROGRESS"));
    cloud->next(cloud->context, cloud->now(cloud->context) + 60);
    status = ask_one(CLOUD_DRIFT_STATUS, (struct cloud_request){.id = begun->reply.id});
    CU_ASSERT_TRUE(text_is(status->reply.status, "DETECTION_COMPLETE"));
    return ask_one(CLOUD_RESOURCE_DRIFTS, (struct cloud_request){0});
}

static void change(const char *id, const char *property, const char *value) {
    CU_ASSERT_TRUE(simulator_change(simulator, TEXT("us-east-1"), TEXT("one"), text_of(id),
                                    text_of(property), text_of(value)));
}

static void test_drift(void) {
    open_first();
    CU_ASSERT_EQUAL(drifts()->reply.drift_count, 0);
    change("Queue", "VisibilityTimeout", "99");
    change("Store", "VersioningConfiguration", "{\"Status\":\"Suspended\",\"More\":1}");
    change("Plain", "", "");
    const struct cloud_reply *found = &drifts()->reply;
    CU_ASSERT_EQUAL_FATAL(found->drift_count, 3);
    CU_ASSERT_TRUE(text_is(found->drifts[0].differences[0].path, "/VisibilityTimeout"));
    CU_ASSERT_TRUE(text_is(found->drifts[0].differences[0].expected, "30"));
    CU_ASSERT_TRUE(text_is(found->drifts[0].differences[0].actual, "99"));
    CU_ASSERT_EQUAL(found->drifts[1].difference_count, 2);
    CU_ASSERT_TRUE(
        text_is(found->drifts[1].differences[0].path, "/VersioningConfiguration/Status"));
    CU_ASSERT_TRUE(text_is(found->drifts[1].differences[1].kind, "ADD"));
    CU_ASSERT_TRUE(text_is(found->drifts[2].status, "DELETED"));
    CU_ASSERT_FALSE(simulator_change(simulator, TEXT("us-east-1"), TEXT("one"), TEXT("None"),
                                     TEXT("A"), TEXT("1")));
    close_world();
}

/* --- rollbacks -------------------------------------------------------------------------------- */

/* An update of both fails, and so does the way back of the queue. */
static void get_stuck(void) {
    static const char second[] =
        "{\"Resources\":{\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{"
        "\"VisibilityTimeout\":31}},\"Late\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"Queue\"}"
        "}}";
    fail_next("Late", "CREATE", "no");
    fail_next("Queue", "ROLLBACK", "no way back");
    CU_ASSERT_STRING_EQUAL(run("one", "UPDATE", second), "UPDATE_ROLLBACK_FAILED");
}

static void test_continue(void) {
    static const struct text wrong = {"Store", 5}, right = {"Queue", 5};
    open_first();
    get_stuck();
    CU_ASSERT_STRING_NOT_EQUAL(run("one", "UPDATE", first), "UPDATE_COMPLETE");
    struct cloud_call *call = ask_one(CLOUD_CONTINUE_ROLLBACK, (struct cloud_request){
        .skips = &wrong, .skip_count = 1});
    CU_ASSERT_TRUE(cloud_failed(call));
    call = ask_one(CLOUD_CONTINUE_ROLLBACK, (struct cloud_request){
        .skips = &right, .skip_count = 1});
    CU_ASSERT_FALSE(cloud_failed(call));
    CU_ASSERT_STRING_EQUAL(settled(), "UPDATE_ROLLBACK_COMPLETE");
    CU_ASSERT_TRUE(cloud_failed(ask_one(CLOUD_CONTINUE_ROLLBACK, (struct cloud_request){0})));
    close_world();
}

static void test_cancel(void) {
    struct cloud_request request = {.change_set = TEXT("set"), .change_type = TEXT("UPDATE"),
        .body = TEXT("{\"Resources\":{\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{"
                     "\"VisibilityTimeout\":31}}}}")};
    open_first();
    CU_ASSERT_TRUE(cloud_failed(ask_one(CLOUD_CANCEL_UPDATE, (struct cloud_request){0})));
    ask_one(CLOUD_CREATE_CHANGE_SET, request);
    ask_one(CLOUD_EXECUTE_CHANGE_SET, request);
    CU_ASSERT_FALSE(cloud_failed(ask_one(CLOUD_CANCEL_UPDATE, (struct cloud_request){0})));
    CU_ASSERT_STRING_EQUAL(settled(), "UPDATE_ROLLBACK_COMPLETE");
    close_world();
}

static void test_rollback_stack(void) {
    struct cloud_request request = {.change_set = TEXT("set"), .change_type = TEXT("UPDATE"),
        .disable_rollback = true,
        .body = TEXT("{\"Resources\":{\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{"
                     "\"VisibilityTimeout\":31}},\"Late\":{\"Type\":\"AWS::SNS::Topic\","
                     "\"DependsOn\":\"Queue\"}}}")};
    open_first();
    fail_next("Late", "CREATE", "no");
    ask_one(CLOUD_CREATE_CHANGE_SET, request);
    ask_one(CLOUD_EXECUTE_CHANGE_SET, request);
    CU_ASSERT_STRING_EQUAL(settled(), "UPDATE_FAILED");
    CU_ASSERT_FALSE(cloud_failed(ask_one(CLOUD_ROLLBACK_STACK, (struct cloud_request){0})));
    CU_ASSERT_STRING_EQUAL(settled(), "UPDATE_ROLLBACK_COMPLETE");
    struct cloud_call *left = ask_one(CLOUD_STACK_RESOURCES, (struct cloud_request){0});
    CU_ASSERT_EQUAL(left->reply.resource_count, 3);
    close_world();
}

/* --- refactors -------------------------------------------------------------------------------- */

static struct cloud_call *refactor(const char *body, const struct cloud_move *moves) {
    struct cloud_call *made = ask_one(CLOUD_CREATE_REFACTOR, (struct cloud_request){
        .body = text_of(body), .moves = moves, .move_count = 1});
    CU_ASSERT_FALSE(cloud_failed(made));
    cloud->next(cloud->context, cloud->now(cloud->context) + 60);
    return ask_one(CLOUD_DESCRIBE_REFACTOR, (struct cloud_request){.id = made->reply.id});
}

static void test_refactor(void) {
    static const struct cloud_move move = {{"Queue", 5}, {"Jobs", 4}};
    open_first();
    struct buffer body;
    buffer_init(&body);
    buffer_string(&body, "{\"Resources\":{\"Jobs\"");
    buffer_string(&body, strstr(first, "\"Queue\"") + 7);
    buffer_char(&body, '\0');
    CU_ASSERT_TRUE(text_is(refactor(first, &move)->reply.status, "CREATE_FAILED"));
    struct cloud_call *made = refactor(body.bytes, &move);
    CU_ASSERT_TRUE(text_is(made->reply.status, "CREATE_COMPLETE"));
    struct cloud_call *done =
        ask_one(CLOUD_EXECUTE_REFACTOR, (struct cloud_request){.id = made->request.id});
    CU_ASSERT_FALSE(cloud_failed(done));
    cloud->next(cloud->context, cloud->now(cloud->context) + 60);
    CU_ASSERT_TRUE(text_is(ask_one(CLOUD_GET_TEMPLATE, (struct cloud_request){0})->reply.body,
                           body.bytes));
    /* Nothing is left to do: the change set failed. */
    CU_ASSERT_PTR_NOT_NULL(strstr(run("one", "UPDATE", body.bytes), "cannot be executed"));
    buffer_release(&body);
    close_world();
}

UNIT_MAIN("upkeep", {"versions and delete markers", test_versions},
          {"pages of versions, and a bucket that is not empty", test_pages},
          {"what was changed behind a stack's back", test_drift},
          {"a rollback is gone on with", test_continue}, {"an update is cancelled", test_cancel},
          {"a stopped update is rolled back", test_rollback_stack},
          {"a resource gets another logical id", test_refactor})
