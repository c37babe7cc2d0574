/* Imports in the simulator: what exists and is no stack's becomes a resource of one. */
#include "tests/unit/world.h"

#define BUCKET(id, name, more)                                                                    \
    "\"" id "\":{\"Type\":\"AWS::S3::Bucket\"" more ",\"Properties\":{\"BucketName\":\"" name "\"}}"
#define RETAIN ",\"DeletionPolicy\":\"Retain\""
#define QUEUE(more) "\"Queue\":{\"Type\":\"AWS::SQS::Queue\"" more "}"
#define TEMPLATE(resources) "{\"Resources\":{" resources "}}"

/* A bucket that its deleted stack has left behind. */
static void leave_behind(const char *body) {
    SAME(run("old", "CREATE", body), "CREATE_COMPLETE");
    struct text id = look("us-east-1", "old")->id;
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("old")});
    SAME(settle_in("us-east-1", id.bytes), "DELETE_COMPLETE");
}

static struct cloud_call *import_as(const char *stack, const char *body, const char *logical_id,
                                    const char *bucket) {
    const struct cloud_tag name = {TEXT("BucketName"), text_of(bucket)};
    const struct cloud_import import = {.type = TEXT("AWS::S3::Bucket"),
                                        .logical_id = text_of(logical_id), .identifier = &name,
                                        .identifier_count = 1};
    return ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = text_of(stack), .change_set = TEXT("changes"), .change_type = TEXT("IMPORT"),
        .body = text_of(body), .imports = &import, .import_count = 1});
}

static const char *execute(const char *stack) {
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = text_of(stack), .change_set = TEXT("changes")});
    return settle_in("us-east-1", stack);
}

static void test_import(void) {
    open_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    SAME(run("shop", "CREATE", TEMPLATE(QUEUE(""))), "CREATE_COMPLETE");
    CU_ASSERT_FALSE(cloud_failed(import_as(
        "shop", TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", RETAIN)), "Store", "kept")));
    const struct cloud_change_set *set = read_set("shop");
    CU_ASSERT_EQUAL_FATAL(set->change_count, 1);
    SAME(set->changes[0].action.bytes, "Import");
    SAME(set->changes[0].physical_id.bytes, "kept");
    SAME(execute("shop"), "IMPORT_COMPLETE");
    SAME(history("shop", "Store"),
         "IMPORT_IN_PROGRESS Resource import started.|IMPORT_COMPLETE Resource import completed.|"
         "UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.|"
         "UPDATE_COMPLETE");
    SAME(history("shop", "Queue"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    /* From here on it is like any other of the stack's. */
    SAME(run("shop", "UPDATE", TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", ""))),
         "UPDATE_COMPLETE");
    struct text id = look("us-east-1", "shop")->id;
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    SAME(settle_in("us-east-1", id.bytes), "DELETE_COMPLETE");
    SAME(run("new", "CREATE", TEMPLATE(BUCKET("B", "kept", ""))), "CREATE_COMPLETE");
    close_world();
}

/* A stack that an import makes, and one that it cannot make. */
static void test_new_stack(void) {
    open_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    import_as("shop", TEMPLATE(BUCKET("Store", "none", RETAIN)), "Store", "none");
    SAME(look("us-east-1", "shop")->status.bytes, "REVIEW_IN_PROGRESS");
    SAME(execute("shop"), "IMPORT_ROLLBACK_COMPLETE");
    SAME(history("shop", "Store"),
         "IMPORT_IN_PROGRESS Resource import started.|IMPORT_FAILED Resource of type "
         "'AWS::S3::Bucket' with identifier 'none' was not found.");
    CU_ASSERT_FALSE(cloud_failed(
        import_as("shop", TEMPLATE(BUCKET("Store", "kept", RETAIN)), "Store", "kept")));
    SAME(execute("shop"), "IMPORT_COMPLETE");
    /* What is a stack's is not taken from it. */
    import_as("thief", TEMPLATE(BUCKET("Store", "kept", RETAIN)), "Store", "kept");
    SAME(execute("thief"), "IMPORT_ROLLBACK_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("thief", "Store"),
                                  "IMPORT_FAILED Resource kept already exists in stack arn:"));
    close_world();
}

static void test_refused(void) {
    static const struct { const char *body, *logical_id, *message;
    } rows[] = {
        {TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", "")), "Store",
         "Following resources to import [Store] must have DeletionPolicy attribute specified in "
         "the "
         "template."},
        {TEMPLATE(QUEUE(RETAIN) "," BUCKET("Store", "kept", RETAIN)), "Store",
         "You have modified resources [Queue] in your template that are not being imported. "
         "Update, "
         "create or delete operations cannot be executed during import operations."},
        {TEMPLATE(BUCKET("Store", "kept", RETAIN)), "Store",
         "You have modified resources [Queue] in your template that are not being imported. "
         "Update, "
         "create or delete operations cannot be executed during import operations."},
        {"{\"Resources\":{" QUEUE("") "," BUCKET("Store", "kept",
                                                 RETAIN) "},\"Outputs\":{\"O\":{\"Value\":\"x\"}}}",
         "Store", "As part of the import operation, you cannot modify or add [Outputs]"},
        {TEMPLATE(QUEUE("")), "Store",
         "Resources [Store] is missing from the template, or of another type"},
        {TEMPLATE(QUEUE("") "," BUCKET("Queue2", "kept", RETAIN)), "Queue",
         "Resources [Queue] is missing from the template, or of another type"},
    };
    open_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    run("shop", "CREATE", TEMPLATE(QUEUE("")));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SAME(import_as("shop", rows[i].body, rows[i].logical_id, "kept")->error.message.bytes,
             rows[i].message);
    }
    CU_ASSERT_TRUE(cloud_failed(ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = TEXT("IMPORT"),
        .body = TEXT(TEMPLATE(QUEUE("")))})));
    close_world();
}

static const struct cloud_change_set *with_existing(const char *type, const char *body) {
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = text_of(type),
        .body = text_of(body), .imports_existing = true});
    return read_set("shop");
}

static void test_existing(void) {
    open_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    const struct cloud_change_set *set =
        with_existing("CREATE", TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", "")));
    SAME(set->status.bytes, "FAILED");
    SAME(set->status_reason.bytes,
         "CloudFormation is attempting to import some resources because they already exist in your "
         "account. The resources must have the DeletionPolicy attribute set to 'Retain' or "
         "'RetainExceptOnCreate' in the template for successful import. The affected resources are "
         "Store ({BucketName=kept})");
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){.change_set = set->id});
    set = with_existing("CREATE", TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", RETAIN)));
    SAME(set->status.bytes, "CREATE_COMPLETE");
    SAME(set->changes[1].action.bytes, "Import");
    SAME(execute("shop"), "CREATE_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("shop", "Store"), "IMPORT_COMPLETE"));
    /* What another stack has stays a conflict. */
    run("other", "CREATE", TEMPLATE(BUCKET("B", "taken", "")));
    set = with_existing("UPDATE", TEMPLATE(QUEUE("") "," BUCKET("Store", "kept", RETAIN) ","
                                           BUCKET("More", "taken", RETAIN)));
    SAME(set->status.bytes, "FAILED");
    CU_ASSERT_TRUE(
        text_starts(set->status_reason, TEXT("The following hook(s)/validation failed")));
    close_world();
}

/* An update that fails leaves what it had imported to nobody, as it was. */
static void test_rollback(void) {
    open_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    run("shop", "CREATE", TEMPLATE(QUEUE("")));
    simulator_fail(simulator, &(struct simulator_failure){
        .region = TEXT("us-east-1"), .stack = TEXT("shop"), .logical_id = TEXT("Topic"),
        .operation = TEXT("CREATE"), .reason = TEXT("because it is a test")});
    with_existing("UPDATE",
                  TEMPLATE(QUEUE("") "," BUCKET(
                      "Store", "kept",
                      RETAIN) ",\"Topic\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"Store\"}"));
    SAME(execute("shop"), "UPDATE_ROLLBACK_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("shop", "Store"), "DELETE_SKIPPED"));
    CU_ASSERT_FALSE(cloud_failed(
        import_as("second", TEMPLATE(BUCKET("Mine", "kept", RETAIN)), "Mine", "kept")));
    SAME(execute("second"), "IMPORT_COMPLETE");
    close_world();
}

static void test_store(void) {
    sqlite3 *database = open_kept_world();
    leave_behind(TEMPLATE(BUCKET("Kept", "kept", RETAIN)));
    import_as("shop", TEMPLATE(BUCKET("Store", "kept", RETAIN)), "Store", "kept");
    for (int i = 0; i < 8; i++) {
        reopen_world(database);
        if (i == 0) {
            SAME(read_set("shop")->changes[0].action.bytes, "Import");
            ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
                .stack = TEXT("shop"), .change_set = TEXT("changes")});
        }
        cloud->next(cloud->context, cloud->now(cloud->context) + 1);
    }
    SAME(look("us-east-1", "shop")->status.bytes, "IMPORT_COMPLETE");
    close_kept_world(database);
}

UNIT_MAIN("imports", {"import", test_import}, {"new stack", test_new_stack},
          {"refused", test_refused}, {"existing", test_existing}, {"rollback", test_rollback},
          {"store", test_store})
