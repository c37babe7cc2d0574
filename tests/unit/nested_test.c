/* Nested stacks in the simulator: a stack that is a resource of another, through struct cloud. */
#include "base/limits.h"
#include "runtime/simulator/simulator.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

#define URL(key) "https://templates.s3.us-east-1.amazonaws.com/" key

static void put(const char *key, const char *body) {
    struct cloud_call *call = ask(CLOUD_PUT_OBJECT, "us-east-1", (struct cloud_request){
        .bucket = TEXT("templates"), .key = text_of(key), .body = text_of(body)});
    CU_ASSERT_FALSE(cloud_failed(call));
}

/* The world with a bucket for templates. */
static void open_with_bucket(void) {
    open_world();
    SAME(run("assets", "CREATE",
             "{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":"
             "{\"BucketName\":\"templates\"}}}}"),
         "CREATE_COMPLETE");
}

#define PARENT(url, wait, rest)                                                                    \
    "{\"Resources\":{\"Nested\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"          \
    "{\"TemplateURL\":\"" url "\",\"Parameters\":{\"Wait\":\"" wait "\"}}}" rest "},"              \
    "\"Outputs\":{\"Arn\":{\"Value\":{\"Fn::GetAtt\":[\"Nested\",\"Outputs.QueueArn\"]}}}}"
#define READER                                                                                     \
    ",\"Reader\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\",\"Value\":" \
    "{\"Fn::GetAtt\":[\"Nested\",\"Outputs.QueueArn\"]}}}"
#define CHILD(name, extra)                                                                         \
    "{\"Parameters\":{\"Wait\":{\"Type\":\"Number\",\"Default\":1}},\"Resources\":{\"Queue\":"     \
    "{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":\"" name "\","                    \
    "\"DelaySeconds\":{\"Ref\":\"Wait\"}}}" extra "},\"Outputs\":{\"QueueArn\":{\"Value\":"        \
    "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}}}}"

/* The nested stack of a resource of the stack, or NULL. */
static const struct cloud_stack *child_of(const char *stack, const char *logical_id) {
    struct cloud_call *call = ask(CLOUD_STACK_RESOURCES, "us-east-1",
                                  (struct cloud_request){.stack = text_of(stack)});
    for (uint32_t i = 0; i < call->reply.resource_count; i++) {
        const struct cloud_resource *resource = &call->reply.resources[i];
        if (!text_is(resource->logical_id, logical_id)) continue;
        return look("us-east-1", resource->physical_id.bytes);
    }
    return NULL;
}

static void test_create(void) {
    open_with_bucket();
    put("child.json", CHILD("work", ""));
    SAME(run("shop", "CREATE", PARENT(URL("child.json"), "3", READER)), "CREATE_COMPLETE");
    SAME(output("shop", "Arn"), "arn:aws:sqs:us-east-1:123456789012:work");
    const struct cloud_stack *root = look("us-east-1", "shop"), *child = child_of("shop", "Nested");
    CU_ASSERT_PTR_NOT_NULL_FATAL(child);
    CU_ASSERT_TRUE(text_starts(child->name, TEXT("shop-Nested-")));
    CU_ASSERT_EQUAL(child->name.length, sizeof "shop-Nested-" - 1 + 13);
    CU_ASSERT_TRUE(text_equal(child->parent_id, root->id));
    CU_ASSERT_TRUE(text_equal(child->root_id, root->id));
    SAME(child->status.bytes, "CREATE_COMPLETE");
    SAME(child->parameters[0].value.bytes, "3");
    SAME(history("shop", "Nested"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    SAME(history(child->id.bytes, "Queue"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    struct text id = child->id;
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    SAME(settle_in("us-east-1", root->id.bytes), "DELETE_COMPLETE");
    SAME(look("us-east-1", id.bytes)->status.bytes, "DELETE_COMPLETE");
    SAME(history(id.bytes, "Queue"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE|"
         "DELETE_IN_PROGRESS|DELETE_COMPLETE");
    close_world();
}

/* The forms of a URL, and what is said of others. */
static void test_urls(void) {
    static const struct { const char *url, *result; } rows[] = {
        {"https://templates.s3.us-east-1.amazonaws.com/a/child.json", "CREATE_COMPLETE"},
        {"https://templates.s3.amazonaws.com/a/child.json", "CREATE_COMPLETE"},
        {"https://templates.s3-us-east-1.amazonaws.com/a/child.json", "CREATE_COMPLETE"},
        {"https://s3.amazonaws.com/templates/a/child.json", "CREATE_COMPLETE"},
        {"https://s3.us-east-1.amazonaws.com/templates/a/chil%64.json", "CREATE_COMPLETE"},
        {"s3://templates/a/child.json",
         "S3 error: Domain name specified in templates is not a valid S3 domain"},
        {"https://example.com/child.json", "TemplateURL must be a supported URL."},
        {"http://templates.s3.amazonaws.com/a/child.json", "TemplateURL must be a supported URL."},
        {"https://templates.s3.amazonaws.com/", "TemplateURL must be a supported URL."},
        {"https://templates.s3.amazonaws.com/none.json",
         "S3 error: The specified key does not exist."},
        {"https://none.s3.amazonaws.com/a/child.json",
         "S3 error: The specified bucket does not exist"},
    };
    open_with_bucket();
    put("a/child.json", CHILD("work", ""));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
            .stack = TEXT("direct"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
            .url = text_of(rows[i].url)});
        SAME(cloud_failed(call) ? call->error.message.bytes : "CREATE_COMPLETE", rows[i].result);
        ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("direct")});
    }
    close_world();
}

static void test_create_fails(void) {
    open_with_bucket();
    put("child.json", CHILD("work", ""));
    SAME(run("other", "CREATE",
             "{\"Resources\":{\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":"
             "{\"QueueName\":\"work\"}}}}"),
         "CREATE_COMPLETE");
    SAME(run("shop", "CREATE", PARENT(URL("child.json"), "3", READER)), "ROLLBACK_COMPLETE");
    const char *nested = history("shop", "Nested");
    CU_ASSERT_PTR_NOT_NULL(strstr(nested, "|CREATE_FAILED Embedded stack arn:aws:cloudformation:"));
    CU_ASSERT_PTR_NOT_NULL(strstr(nested,
                                  " was not successfully created: The following resource(s) "
                                  "failed to create: [Queue]. |DELETE_IN_PROGRESS|"
                                  "DELETE_COMPLETE"));
    SAME(run("lost", "CREATE", PARENT(URL("none.json"), "3", "")), "ROLLBACK_COMPLETE");
    SAME(history("lost", "Nested"),
         "CREATE_IN_PROGRESS|CREATE_FAILED S3 error: The specified key does not exist.");
    SAME(run("wrong", "CREATE",
             "{\"Resources\":{\"Nested\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"
             "{\"TemplateURL\":\"" URL("child.json") "\",\"Parameters\":{\"None\":\"1\"}}}}}"),
         "ROLLBACK_COMPLETE");
    SAME(history("wrong", "Nested"), "CREATE_IN_PROGRESS|CREATE_FAILED Parameters: [None] do not "
                                     "exist in the template");
    close_world();
}

/* A failure in the nested stack is named by the path of logical ids. */
static void fail_in(const char *logical_id, const char *operation) {
    simulator_fail(simulator, &(struct simulator_failure){
        .region = TEXT("us-east-1"), .stack = TEXT("shop"), .logical_id = text_of(logical_id),
        .operation = text_of(operation), .reason = TEXT("because it is a test")});
}

static void test_update(void) {
    open_with_bucket();
    put("child.json", CHILD("work", ""));
    run("shop", "CREATE", PARENT(URL("child.json"), "3", ""));
    struct text id = child_of("shop", "Nested")->id;
    SAME(run("shop", "UPDATE", PARENT(URL("child.json"), "4", "")), "UPDATE_COMPLETE");
    SAME(history("shop", "Nested"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS|UPDATE_COMPLETE|UPDATE_COMPLETE");
    SAME(history(id.bytes, "Queue"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE|"
         "UPDATE_IN_PROGRESS|UPDATE_COMPLETE");
    /* The template of the nested stack alone is another: the parent does not know, and looks. */
    put("child.json", CHILD("work", ",\"Topic\":{\"Type\":\"AWS::SNS::Topic\"}"));
    make_set("shop", "UPDATE", PARENT(URL("child.json"), "4", ""));
    const struct cloud_change_set *set = read_set("shop");
    CU_ASSERT_EQUAL_FATAL(set->change_count, 1);
    SAME(set->changes[0].details[0].source.bytes, "Automatic");
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes")});
    SAME(settle_in("us-east-1", "shop"), "UPDATE_COMPLETE");
    SAME(history(id.bytes, "Topic"),
         "CREATE_IN_PROGRESS|CREATE_IN_PROGRESS Resource creation Initiated|CREATE_COMPLETE");
    /* Nothing is another: the nested stack is not touched. */
    double updated = look("us-east-1", id.bytes)->updated;
    SAME(run("shop", "UPDATE", PARENT(URL("child.json"), "4", "")), "UPDATE_COMPLETE");
    CU_ASSERT_EQUAL(look("us-east-1", id.bytes)->updated, updated);
    /* Updated by itself; the next update of the parent takes it back. */
    struct cloud_parameter wait = {.key = TEXT("Wait"), .value = TEXT("9")};
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = id, .change_set = TEXT("changes"), .change_type = TEXT("UPDATE"),
        .use_previous = true, .parameters = &wait, .parameter_count = 1});
    ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = id, .change_set = TEXT("changes")});
    SAME(settle_in("us-east-1", id.bytes), "UPDATE_COMPLETE");
    SAME(look("us-east-1", id.bytes)->parameters[0].value.bytes, "9");
    SAME(run("shop", "UPDATE", PARENT(URL("child.json"), "4", "")), "UPDATE_COMPLETE");
    SAME(look("us-east-1", id.bytes)->parameters[0].value.bytes, "4");
    close_world();
}

#define TWO_NESTED(wait)                                                                           \
    "{\"Resources\":{\"First\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"           \
    "{\"TemplateURL\":\"" URL("one.json") "\",\"Parameters\":{\"Wait\":\"" wait "\"}}},"           \
                                          "\"Second\":{\"Type\":\"AWS::CloudFormation::Stack\","   \
                                          "\"DependsOn\":\"First\",\"Properties\":"                \
                                          "{\"TemplateURL\":\"" URL(                               \
                                              "two.json") "\",\"Parameters\":{\"Wait\":\"" wait    \
                                                          "\"}}}}}"

/* All go back together: what was done already, and what failed. */
static void test_update_fails(void) {
    open_with_bucket();
    put("one.json", CHILD("one", ""));
    put("two.json", CHILD("two", ""));
    SAME(run("shop", "CREATE", TWO_NESTED("1")), "CREATE_COMPLETE");
    struct text first = child_of("shop", "First")->id, second = child_of("shop", "Second")->id;
    fail_in("Second.Queue", "UPDATE");
    SAME(run("shop", "UPDATE", TWO_NESTED("2")), "UPDATE_ROLLBACK_COMPLETE");
    SAME(look("us-east-1", first.bytes)->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    SAME(look("us-east-1", second.bytes)->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    SAME(look("us-east-1", first.bytes)->parameters[0].value.bytes, "1");
    SAME(history(first.bytes, look("us-east-1", first.bytes)->name.bytes),
         "CREATE_IN_PROGRESS User Initiated|CREATE_COMPLETE|UPDATE_IN_PROGRESS User Initiated|"
         "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS|UPDATE_ROLLBACK_IN_PROGRESS|"
         "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS|UPDATE_ROLLBACK_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(
        history("shop", "Second"),
        " was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The "
        "following resource(s) failed to update: [Queue]. |UPDATE_IN_PROGRESS|UPDATE_COMPLETE|"
        "UPDATE_COMPLETE"));
    SAME(run("shop", "UPDATE", TWO_NESTED("3")), "UPDATE_COMPLETE");
    SAME(look("us-east-1", second.bytes)->parameters[0].value.bytes, "3");
    close_world();
}

static struct cloud_call *continue_without(const char *skipped) {
    struct text skip = text_of(skipped);
    return ask(CLOUD_CONTINUE_ROLLBACK, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .skips = &skip, .skip_count = skipped ? 1 : 0});
}

static void test_rollback_fails(void) {
    open_with_bucket();
    put("one.json", CHILD("one", ""));
    put("two.json", CHILD("two", ""));
    run("shop", "CREATE", TWO_NESTED("1"));
    struct text first = child_of("shop", "First")->id;
    const struct cloud_stack *second = child_of("shop", "Second");
    fail_in("Second.Queue", "UPDATE");
    fail_in("First.Queue", "ROLLBACK");
    SAME(run("shop", "UPDATE", TWO_NESTED("2")), "UPDATE_ROLLBACK_FAILED");
    SAME(look("us-east-1", first.bytes)->status.bytes, "UPDATE_ROLLBACK_FAILED");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("shop", "First"), "Currently in UPDATE_ROLLBACK_FAILED "
                                                            "with reason: "));
    /* Named by the nested stack, not by its logical id; and not of the nested stack itself. */
    SAME(continue_without("First.Queue")->error.message.bytes,
         "Only resources that are in the UPDATE_FAILED state can be skipped: [First.Queue]");
    SAME(continue_without("First")->error.message.bytes,
         "A nested stack can only be skipped when it is deleted: [First]");
    struct cloud_call *call = ask(CLOUD_CONTINUE_ROLLBACK, "us-east-1",
                                  (struct cloud_request){.stack = first});
    CU_ASSERT_TRUE(cloud_failed(call));
    struct text name = look("us-east-1", first.bytes)->name;
    CU_ASSERT_FALSE(cloud_failed(continue_without(
        text_format(&arena, "%.*s.Queue", TEXT_ARGS(name)).bytes)));
    SAME(settle_in("us-east-1", "shop"), "UPDATE_ROLLBACK_COMPLETE");
    SAME(look("us-east-1", first.bytes)->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    SAME(look("us-east-1", second->id.bytes)->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    close_world();
}

static void test_removed(void) {
    open_with_bucket();
    put("child.json", CHILD("work", ",\"Bucket\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":"
                                    "{\"BucketName\":\"inner\"}}"));
#define TOPIC "{\"Resources\":{\"Topic\":{\"Type\":\"AWS::SNS::Topic\"}}}"
    run("shop", "CREATE", PARENT(URL("child.json"), "3", ""));
    struct text id = child_of("shop", "Nested")->id;
    ask(CLOUD_PUT_OBJECT, "us-east-1", (struct cloud_request){
        .bucket = TEXT("inner"), .key = TEXT("k"), .body = TEXT("v")});
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    SAME(settle_in("us-east-1", "shop"), "DELETE_FAILED");
    SAME(look("us-east-1", id.bytes)->status.bytes, "DELETE_FAILED");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("shop", "Nested"),
                                  " was not successfully deleted: The following resource(s) failed "
                                  "to delete: [Bucket]. "));
    struct cloud_object object = {.key = TEXT("k"), .version = TEXT("null")};
    ask(CLOUD_DELETE_OBJECTS, "us-east-1", (struct cloud_request){
        .bucket = TEXT("inner"), .objects = &object, .object_count = 1});
    struct text root = look("us-east-1", "shop")->id;
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    SAME(settle_in("us-east-1", root.bytes), "DELETE_COMPLETE");
    SAME(look("us-east-1", id.bytes)->status.bytes, "DELETE_COMPLETE");
    /* Removed by an update. */
    put("child.json", CHILD("work", ""));
    run("shop", "CREATE", PARENT(URL("child.json"), "3", ""));
    id = child_of("shop", "Nested")->id;
    SAME(run("shop", "UPDATE", TOPIC), "UPDATE_COMPLETE");
    SAME(look("us-east-1", id.bytes)->status.bytes, "DELETE_COMPLETE");
    close_world();
}

/* --- change sets ------------------------------------------------------------------------------ */

static const struct cloud_change_set *make_nested_sets(const char *type, const char *body) {
    static const struct text iam = {"CAPABILITY_IAM", 14};
    struct cloud_call *call = ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = text_of(type),
        .body = text_of(body), .capabilities = &iam, .capability_count = 1,
        .with_nested = true});
    CU_ASSERT_FALSE_FATAL(cloud_failed(call));
    return read_set("shop");
}

static const struct cloud_change_set *describe_set(struct text id) {
    return &ask(CLOUD_DESCRIBE_CHANGE_SET, "us-east-1", (struct cloud_request){.change_set = id})
                ->reply.change_set;
}

static struct cloud_call *execute(struct text set) {
    return ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1",
               (struct cloud_request){.stack = TEXT("shop"), .change_set = set});
}

static void test_change_sets(void) {
    open_with_bucket();
    put("child.json", CHILD("work", ""));
    const struct cloud_change_set *set =
        make_nested_sets("CREATE", PARENT(URL("child.json"), "3", READER));
    CU_ASSERT_EQUAL_FATAL(set->change_count, 2);
    const struct cloud_change_set *nested = describe_set(set->changes[0].change_set);
    SAME(nested->status.bytes, "CREATE_COMPLETE");
    CU_ASSERT_TRUE(text_is(nested->changes[0].logical_id, "Queue"));
    CU_ASSERT_TRUE(text_equal(nested->parent, set->id) && text_equal(nested->root, set->id));
    struct text child = nested->stack_id;
    SAME(look("us-east-1", child.bytes)->status.bytes, "REVIEW_IN_PROGRESS");
    CU_ASSERT_TRUE(cloud_failed(ask(CLOUD_EXECUTE_CHANGE_SET, "us-east-1",
                                    (struct cloud_request){.change_set = nested->id})));
    CU_ASSERT_FALSE(cloud_failed(execute(set->id)));
    SAME(settle_in("us-east-1", "shop"), "CREATE_COMPLETE");
    SAME(look("us-east-1", child.bytes)->status.bytes, "CREATE_COMPLETE");
    CU_ASSERT_TRUE(text_equal(look("us-east-1", child.bytes)->change_set_id, nested->id));
    /* Nothing changes, also in the nested stack. */
    set = make_nested_sets("UPDATE", PARENT(URL("child.json"), "3", READER));
    CU_ASSERT_TRUE(cloud_no_changes(set));
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){.change_set = set->id});
    /* It alone changes; what reads it may. */
    put("child.json", CHILD("other", ""));
    set = make_nested_sets("UPDATE", PARENT(URL("child.json"), "3", READER));
    CU_ASSERT_EQUAL_FATAL(set->change_count, 2);
    nested = describe_set(set->changes[0].change_set);
    SAME(nested->changes[0].replacement.bytes, "True");
    SAME(set->changes[1].details[1].causing_entity.bytes, "Nested.Outputs.QueueArn");
    CU_ASSERT_FALSE(cloud_failed(execute(set->id)));
    SAME(settle_in("us-east-1", "shop"), "UPDATE_COMPLETE");
    SAME(output("shop", "Arn"), "arn:aws:sqs:us-east-1:123456789012:other");
    close_world();
}

static void test_failed_change_sets(void) {
    open_with_bucket();
    put("child.json", "{\"Resources\":{}}");
    const struct cloud_change_set *set =
        make_nested_sets("CREATE", PARENT(URL("child.json"), "3", ""));
    SAME(set->status.bytes, "FAILED");
    struct text nested = set->changes[0].change_set;
    SAME(set->status_reason.bytes,
         text_format(&arena, "Nested change set %.*s was not successfully created: Currently in "
                             "FAILED.", TEXT_ARGS(nested)).bytes);
    SAME(describe_set(nested)->status_reason.bytes,
         "Template format error: At least one Resources member must be defined.");
    struct text child = describe_set(nested)->stack_id;
    ask(CLOUD_DELETE_CHANGE_SET, "us-east-1", (struct cloud_request){.change_set = set->id});
    CU_ASSERT_TRUE(cloud_failed(ask(CLOUD_DESCRIBE_CHANGE_SET, "us-east-1",
                                    (struct cloud_request){.change_set = nested})));
    SAME(look("us-east-1", child.bytes)->status.bytes, "DELETE_COMPLETE");
    close_world();
}

static void make_set_with(const char *capability, const char *body) {
    struct text allowed = text_of(capability);
    ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
        .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
        .body = text_of(body), .capabilities = &allowed, .capability_count = 1});
}

static void test_capabilities(void) {
    open_with_bucket();
    put("child.json", "{\"Resources\":{\"R\":{\"Type\":\"AWS::IAM::Role\",\"Properties\":"
                      "{\"RoleName\":\"r\",\"AssumeRolePolicyDocument\":{}}}}}");
    static const char parent[] =
        "{\"Resources\":{\"Nested\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"
        "{\"TemplateURL\":\"" URL("child.json") "\"}}}}";
    SAME(ask(CLOUD_CREATE_CHANGE_SET, "us-east-1", (struct cloud_request){
             .stack = TEXT("shop"), .change_set = TEXT("changes"), .change_type = TEXT("CREATE"),
             .body = text_of(parent)})->error.message.bytes,
         "Requires capabilities : [CAPABILITY_IAM]");
    make_set_with("CAPABILITY_IAM", parent);
    execute(TEXT("changes"));
    SAME(settle_in("us-east-1", "shop"), "ROLLBACK_COMPLETE");
    SAME(history("shop", "Nested"),
         "CREATE_IN_PROGRESS|CREATE_FAILED Requires capabilities : [CAPABILITY_NAMED_IAM]");
    SAME(run("allowed", "CREATE", parent), "CREATE_COMPLETE");
    close_world();
}

/* --- limits ----------------------------------------------------------------------------------- */

/* A template that nests itself ends. */
static void test_depth(void) {
    static const char body[] =
        "{\"Resources\":{\"Nested\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"
        "{\"TemplateURL\":\"" URL("self.json") "\"}}}}";
    open_with_bucket();
    put("self.json", body);
    SAME(run("shop", "CREATE", body), "ROLLBACK_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("shop", "Nested"), "CREATE_FAILED Embedded stack "));
    ask(CLOUD_DELETE_STACK, "us-east-1", (struct cloud_request){.stack = TEXT("shop")});
    settle_in("us-east-1", "shop");
    const struct cloud_change_set *set = make_nested_sets("CREATE", body);
    SAME(set->status.bytes, "FAILED");
    unsigned depth = 0;
    while (set->change_count) {
        set = describe_set(set->changes[0].change_set);
        depth++;
    }
    CU_ASSERT_EQUAL(depth, LIMIT_NESTED_STACKS + 1);
    SAME(set->status_reason.bytes, "stacks are nested more than 20 deep");
    close_world();
}

static const char *nest(unsigned count, const char *last) {
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"Resources\":{");
    for (unsigned i = 0; i < count; i++) {
        buffer_format(&out, "%s\"N%u\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":"
                            "{\"TemplateURL\":\"" URL("%s") "\"}}", i ? "," : "", i,
                      i + 1 < count ? "many.json" : last);
    }
    buffer_string(&out, "}}");
    const char *text = buffer_take(&out, &arena).bytes;
    buffer_release(&out);
    return text;
}

static void test_size(void) {
    open_with_bucket();
    put("many.json", many_of("AWS::SNS::Topic", 500));
    put("rest.json", many_of("AWS::SNS::Topic", LIMIT_NESTED_RESOURCES - 4 * 500 - 5));
    put("more.json", many_of("AWS::SNS::Topic", LIMIT_NESTED_RESOURCES - 4 * 500 - 5 + 1));
    SAME(run("most", "CREATE", nest(5, "rest.json")), "CREATE_COMPLETE");
    SAME(run("much", "CREATE", nest(5, "more.json")), "ROLLBACK_COMPLETE");
    CU_ASSERT_PTR_NOT_NULL(strstr(history("much", "N4"), "is greater than maximum allowed, 2500"));
    close_world();
}

/* --- the world on disk ------------------------------------------------------------------------ */

/* What is under way in nested stacks goes on, whenever the process ended. */
static void test_store(void) {
    sqlite3 *database = open_kept_world();
    run("assets", "CREATE", "{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\",\"Properties\":"
                            "{\"BucketName\":\"templates\"}}}}");
    put("one.json", CHILD("one", ""));
    put("two.json", CHILD("two", ""));
    const struct cloud_change_set *set = make_nested_sets("CREATE", TWO_NESTED("1"));
    struct text nested = text_copy(&arena, set->changes[1].change_set);
    reopen_world(database);
    CU_ASSERT_TRUE(text_is(describe_set(nested)->changes[0].logical_id, "Queue"));
    CU_ASSERT_TRUE(text_equal(read_set("shop")->changes[1].change_set, nested));
    execute(TEXT("changes"));
    for (int i = 0; i < 60 && cloud_status_running(look("us-east-1", "shop")->status); i++) {
        cloud->next(cloud->context, cloud->now(cloud->context) + 1);
        reopen_world(database);
    }
    SAME(look("us-east-1", "shop")->status.bytes, "CREATE_COMPLETE");
    fail_in("Second.Queue", "UPDATE");
    make_set("shop", "UPDATE", TWO_NESTED("2"));
    execute(TEXT("changes"));
    for (int i = 0; i < 60 && cloud_status_running(look("us-east-1", "shop")->status); i++) {
        cloud->next(cloud->context, cloud->now(cloud->context) + 1);
        reopen_world(database);
    }
    SAME(look("us-east-1", "shop")->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    SAME(child_of("shop", "First")->status.bytes, "UPDATE_ROLLBACK_COMPLETE");
    close_kept_world(database);
}

UNIT_MAIN("nested stacks", {"create", test_create}, {"urls", test_urls},
          {"create fails", test_create_fails}, {"update", test_update},
          {"update fails", test_update_fails}, {"rollback fails", test_rollback_fails},
          {"removed", test_removed}, {"change sets", test_change_sets},
          {"failed change sets", test_failed_change_sets}, {"capabilities", test_capabilities},
          {"depth", test_depth}, {"size", test_size}, {"store", test_store})
