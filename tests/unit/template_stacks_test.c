/* Unit tests of template/: what goes from one stack to another, the order that follows, cycles. */
#include "tests/unit/by_hand.h"
#include "tests/unit/unit.h"

/* ---- between stacks ---- */

static void test_in_place(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.topic, "TopicName", SUB(w, txt("fixed-"), pseudo(w, "AWS::AccountId"), txt("-"),
                                       pseudo(w, "AWS::Region")));
    set(w, two.holder, "Value", SUB(w, attribute(w, two.topic, "TopicArn"), txt(" "),
                                    attribute(w, two.topic, "TopicName")));
    lower(w);
    SAME(holder_value(w, 1),
         "{\"Fn::Sub\":\"arn:${AWS::Partition}:sns:us-east-1:${AWS::AccountId}:fixed-"
         "${AWS::AccountId}-us-east-1 fixed-${AWS::AccountId}-us-east-1\"}");
    const struct template *west = &w->set.templates[1];
    CU_ASSERT_EQUAL(west->edge_count, 2);
    CU_ASSERT(west->edges[0].is_weak && !west->edges[0].is_dropped);
    CU_ASSERT_EQUAL(w->set.templates[0].output_count, 0);
    w->deployment.account = TEXT("111122223333");
    set(w, two.topic, "TopicName", txt("fixed"));
    set(w, two.holder, "Value", attribute(w, two.topic, "Ref"));
    lower(w);
    SAME(holder_value(w, 1),
         "{\"Fn::Sub\":\"arn:${AWS::Partition}:sns:us-east-1:111122223333:fixed\"}");
    world_free(w);
}

/* Names from which a value cannot be worked out. */
static void test_not_in_place(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.topic, "TopicName", SUB(w, txt("x-"), param(w, "stage")));
    set(w, two.holder, "Value", attribute(w, two.topic, "TopicArn"));
    lower(w);
    SAME(holder_value(w, 1), "{\"Fn::GetStackOutput\":{\"StackName\":\"shop-dev\",\"OutputName\":"
                           "\"TopicTopicArn\",\"Region\":\"us-east-1\"}}");
    struct resource *db = resource_add(w, two.east, "db", "AWS::RDS::DBInstance");
    set(w, db, "DBInstanceIdentifier", txt("MyDb"));
    set(w, db, "DBInstanceClass", txt("db.t3.micro"));
    set(w, db, "Engine", txt("postgres"));
    set(w, db, "AllocatedStorage", txt("20"));
    set(w, db, "ManageMasterUserPassword", value_bool(true));
    set(w, db, "MasterUsername", txt("app"));
    set(w, two.holder, "Value", attribute(w, db, "Ref"));
    lower(w);
    CU_ASSERT_EQUAL(w->set.templates[0].output_count, 1);
    set(w, db, "DBInstanceIdentifier", txt("mydb"));
    lower(w);
    SAME(holder_value(w, 1), "\"mydb\"");
    world_free(w);
}

static void test_arns(void) {
    static const struct { const char *type, *attribute, *property, *name, *arn; } rows[] = {
        {"AWS::S3::Bucket", "Arn", "BucketName", "b", "arn:${AWS::Partition}:s3:::b"},
        {"AWS::SQS::Queue", "Arn", "QueueName", "q",
         "arn:${AWS::Partition}:sqs:us-east-1:${AWS::AccountId}:q"},
        {"AWS::IAM::Role", "Arn", "RoleName", "r",
         "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/r"},
        {"AWS::Logs::LogGroup", "Arn", "LogGroupName", "/l",
         "arn:${AWS::Partition}:logs:us-east-1:${AWS::AccountId}:log-group:/l:*"},
        {"AWS::CodeBuild::Project", "Arn", "Name", "p",
         "arn:${AWS::Partition}:codebuild:us-east-1:${AWS::AccountId}:project/p"},
        {"AWS::Kinesis::Stream", "Arn", "Name", "s",
         "arn:${AWS::Partition}:kinesis:us-east-1:${AWS::AccountId}:stream/s"},
        {"AWS::SSM::Parameter", "Arn", "Name", "/a/b",
         "arn:${AWS::Partition}:ssm:us-east-1:${AWS::AccountId}:parameter/a/b"},
        {"AWS::Events::Rule", "Arn", "Name", "r",
         "arn:${AWS::Partition}:events:us-east-1:${AWS::AccountId}:rule/r"},
        {"AWS::EC2::VPC", "Ref", "CidrBlock", "10.0.0.0/16", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct two two = two_new();
        struct world *w = two.w;
        struct resource *made = resource_add(w, two.east, "made", rows[i].type);
        set(w, made, rows[i].property, txt(rows[i].name));
        set(w, two.holder, "Value", attribute(w, made, rows[i].attribute));
        template_lower(&w->deployment, &w->set);
        if (rows[i].arn) {
            SAME(holder_value(w, 1),
                 text_format(&w->arena, "{\"Fn::Sub\":\"%s\"}", rows[i].arn).bytes);
        } else {
            CU_ASSERT(text_starts(holder_value(w, 1), TEXT("{\"Fn::GetStackOutput\"")));
        }
        world_free(w);
    }
}

static void test_role_path(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct resource *role = resource_add(w, two.east, "role", "AWS::IAM::Role");
    set(w, role, "RoleName", txt("r"));
    set(w, role, "Path", txt("/team/a/"));
    set(w, two.holder, "Value", attribute(w, role, "Arn"));
    template_lower(&w->deployment, &w->set);
    SAME(holder_value(w, 1),
         "{\"Fn::Sub\":\"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/team/a/r\"}");
    world_free(w);
}

static void test_stack_output(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct value id = attribute(w, two.vpc, "Ref");
    set(w, two.holder, "Value", SUB(w, txt("vpc "), id));
    lower(w);
    SAME(holder_value(w, 1),
         "{\"Fn::Sub\":[\"vpc ${VpcRef}\",{\"VpcRef\":{\"Fn::GetStackOutput\":{"
         "\"StackName\":\"shop-dev\",\"OutputName\":\"VpcRef\",\"Region\":\"us-east-1\"}}}]}");
    SAME(section(w, 0, "Outputs"), "{\"VpcRef\":{\"Value\":{\"Ref\":\"Vpc\"}}}");
    const struct template *west = &w->set.templates[1];
    CU_ASSERT_EQUAL(west->edge_count, 1);
    SAME(west->edges[0].what, "east.vpc");
    SAME(west->edges[0].output, "VpcRef");
    CU_ASSERT(!west->edges[0].is_weak);
    CU_ASSERT_EQUAL(w->set.order[0], 0);
    world_free(w);
}

static void test_order(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.topic, "DisplayName", attribute(w, two.holder, "Value"));
    set(w, two.holder, "Value", pseudo(w, "AWS::StackId"));
    lower(w);
    CU_ASSERT_EQUAL(w->set.order[0], 1);
    CU_ASSERT_EQUAL(w->set.order[1], 0);
    set(w, two.topic, "DisplayName", txt("x"));
    meta_of(two.topic)->depends_on =
        LIST(w, (struct value){.kind = VALUE_RESOURCE, .resource = two.holder});
    lower(w);
    CU_ASSERT_EQUAL(w->set.order[0], 1);
    CU_ASSERT_EQUAL(w->set.templates[0].edge_count, 1);
    CU_ASSERT_EQUAL(w->set.templates[0].edges[0].output.length, 0);
    CU_ASSERT_EQUAL(w->set.templates[1].output_count, 0);
    world_free(w);
}

/* What cannot hold Fn::GetStackOutput takes a parameter. */
static void test_parameters_of_outputs(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct value id = attribute(w, two.vpc, "Ref");
    set(w, two.holder, "Value", IF(w, EQUAL(w, id, txt("vpc-1")), txt("a"), id));
    lower(w);
    SAME(holder_value(w, 1),
         "{\"Fn::If\":[\"EastVpcRefIsVpc1Cdkgeeka\",\"a\",{\"Ref\":\"EastVpcRef\"}]}");
    SAME(section(w, 1, "Parameters"), "{\"EastVpcRef\":{\"Type\":\"String\"}}");
    const struct template *west = &w->set.templates[1];
    CU_ASSERT_EQUAL(west->parameter_count, 1);
    CU_ASSERT_EQUAL(west->parameters[0].source, PARAMETER_OUTPUT);
    CU_ASSERT_EQUAL(west->parameters[0].producer, 0);
    SAME(west->parameters[0].output, "VpcRef");
    set(w, two.holder, "Value",
        OP(w, DEFERRED_SELECT, SHAPE_TEXT,
           OP(w, DEFERRED_SPLIT, SHAPE_LIST, txt("-"), SUB(w, txt("a-"), id)), value_int(1)));
    lower(w);
    SAME(holder_value(w, 1),
         "{\"Fn::Select\":[1,{\"Fn::Split\":[\"-\",{\"Fn::Sub\":\"a-${EastVpcRef}\"}]}]}");
    struct value lookup = LOOKUP(w, MAP(w, {"vpc-1", txt("x")}), id);
    set(w, two.holder, "Value", lookup);
    lower(w);
    CU_ASSERT(text_ends(holder_value(w, 1), TEXT("{\"Ref\":\"EastVpcRef\"},\"Value\"]}")));
    set(w, two.holder, "Value", id);
    w->deployment.references_as_parameters = true;
    lower(w);
    SAME(holder_value(w, 1), "{\"Ref\":\"EastVpcRef\"}");
    world_free(w);
}

static void test_lists_between_stacks(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct value all = list_attribute(w, two.vpc, "CidrBlockAssociations");
    set(w, two.holder, "Value", OP(w, DEFERRED_JOIN, SHAPE_TEXT, txt(" "), all));
    lower(w);
    SAME(holder_value(w, 1), "{\"Fn::Join\":[\" \",{\"Ref\":\"EastVpcCidrBlockAssociations\"}]}");
    SAME(section(w, 1, "Parameters"),
         "{\"EastVpcCidrBlockAssociations\":{\"Type\":\"CommaDelimitedList\"}}");
    SAME(section(w, 0, "Outputs"), "{\"VpcCidrBlockAssociations\":{\"Value\":{\"Fn::Join\":[\",\","
                                   "{\"Fn::GetAtt\":[\"Vpc\",\"CidrBlockAssociations\"]}]}}}");
    set(w, two.holder, "Value", OP(w, DEFERRED_SELECT, SHAPE_TEXT, all, value_int(2)));
    lower(w);
    SAME(holder_value(w, 1), "{\"Fn::GetStackOutput\":{\"StackName\":\"shop-dev\",\"OutputName\":"
                           "\"VpcCidrBlockAssociations2\",\"Region\":\"us-east-1\"}}");
    SAME(section(w, 0, "Outputs"), "{\"VpcCidrBlockAssociations2\":{\"Value\":{\"Fn::Select\":[2,"
                                   "{\"Fn::GetAtt\":[\"Vpc\",\"CidrBlockAssociations\"]}]}}}");
    world_free(w);
}

static void test_same_region_stacks(void) {
    struct world *w = world_new();
    struct region *east = region_add(w, "east", "us-east-1");
    struct stack *net = stack_add(w, east, "east.network", "shop-network-dev");
    struct stack *app = stack_add(w, east, "east", "shop-dev");
    struct resource *vpc = resource_add(w, net, "network.vpc", "AWS::EC2::VPC");
    vpc->logical_id = names_intern(&w->names, TEXT("Vpc"));
    set(w, vpc, "CidrBlock", txt("10.0.0.0/16"));
    struct resource *group = resource_add(w, app, "group", "AWS::EC2::SecurityGroup");
    set(w, group, "GroupDescription", txt("x"));
    set(w, group, "VpcId", attribute(w, vpc, "Ref"));
    lower(w);
    SAME(section(w, 1, "Resources"), "{\"Group\":{\"Type\":\"AWS::EC2::SecurityGroup\","
                                     "\"Properties\":{\"GroupDescription\":\"x\",\"VpcId\":"
                                     "{\"Fn::GetStackOutput\":{\"StackName\":\"shop-network-dev\","
                                     "\"OutputName\":\"VpcRef\"}}}}}");
    world_free(w);
}

/* ---- cycles ---- */

static void test_stack_cycle(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.holder, "Value", attribute(w, two.vpc, "Ref"));
    set(w, two.topic, "DisplayName", attribute(w, two.holder, "Ref"));
    const struct diagnostic *d = FAILS(w, DIAGNOSTIC_STACK_CYCLE);
    CU_ASSERT_EQUAL(note_count(d), 1);
    world_free(w);
}

/* A weak edge gives way. */
static void test_weak_cycle(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.holder, "Value", attribute(w, two.vpc, "Ref"));
    set(w, two.holder, "Name", txt("/fixed"));
    set(w, two.topic, "DisplayName", attribute(w, two.holder, "Ref"));
    lower(w);
    CU_ASSERT_EQUAL(w->set.order[0], 0);
    CU_ASSERT(w->set.templates[0].edges[0].is_dropped);
    CU_ASSERT(!w->set.templates[1].edges[0].is_dropped);
    world_free(w);
}

static void test_resource_cycle(void) {
    struct one one = one_new();
    struct world *w = one.w;
    set(w, one.holder, "Value", attribute(w, one.queue, "Arn"));
    set(w, one.queue, "QueueName", attribute(w, one.holder, "Value"));
    const struct diagnostic *d = FAILS(w, DIAGNOSTIC_RESOURCE_CYCLE);
    CU_ASSERT_EQUAL(note_count(d), 1);
    world_free(w);
    one = one_new();
    w = one.w;
    set(w, one.holder, "Value", attribute(w, one.holder, "Type"));
    FAILS(w, DIAGNOSTIC_RESOURCE_CYCLE);
    world_free(w);
}

static struct value of_resource(struct resource *resource) {
    return (struct value){.kind = VALUE_RESOURCE, .resource = resource};
}

static void test_depends_on(void) {
    struct one one = one_new();
    struct world *w = one.w;
    set(w, one.holder, "Value", attribute(w, one.queue, "Arn"));
    meta_of(one.queue)->depends_on = LIST(w, of_resource(one.vpc));
    meta_of(one.holder)->depends_on = LIST(w, of_resource(one.vpc), of_resource(one.queue));
    lower(w);
    SAME(section(w, 0, "Resources"),
         "{\"Vpc\":{\"Type\":\"AWS::EC2::VPC\",\"Properties\":{\"CidrBlock\":\"10.0.0.0/16\"}},"
         "\"Queue\":{\"Type\":\"AWS::SQS::Queue\",\"DependsOn\":\"Vpc\"},"
         "\"Holder\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\","
         "\"Value\":"
         "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}}}}");
    set(w, one.holder, "Value", txt("x"));
    meta_of(one.queue)->depends_on = value_null();
    lower(w);
    CU_ASSERT(strstr(section(w, 0, "Resources").bytes, "\"DependsOn\":[\"Vpc\",\"Queue\"]") !=
              NULL);
    world_free(w);
}

static void test_manifest(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.holder, "Value", SUB(w, attribute(w, two.vpc, "Ref"), param(w, "tier")));
    output_add(w, "Known", txt("x"));
    lower(w);
    struct text paths[] = {TEXT("a.json"), TEXT("b.json")}, hashes[] = {TEXT("0a"), TEXT("0b")};
    struct buffer buffer;
    buffer_init(&buffer);
    template_manifest(&w->set, TEXT("1.0"), TEXT("pipeline.mrp"), paths, hashes, &buffer);
    struct document *document;
    struct failure why;
    CU_ASSERT(document_read(&w->arena, buffer_view(&buffer), &document, &why));
    struct document *stacks = document_get(document, "stacks");
    CU_ASSERT_EQUAL(stacks->count, 2);
    SAME(as_json(w, document_get(stacks->children->next, "dependsOn")),
         "[{\"stack\":\"shop-dev\",\"region\":\"us-east-1\",\"reads\":[\"east.vpc\"]}]");
    SAME(as_json(w, document_get(document, "outputs")), "{\"Known\":{\"value\":\"x\"}}");
    buffer_release(&buffer);
    world_free(w);
}

UNIT_MAIN("template stacks", {"in place", test_in_place}, {"not in place", test_not_in_place},
          {"arns", test_arns}, {"role path", test_role_path}, {"stack output", test_stack_output},
          {"order", test_order}, {"parameters of outputs", test_parameters_of_outputs},
          {"lists between stacks", test_lists_between_stacks},
          {"same region", test_same_region_stacks}, {"stack cycle", test_stack_cycle},
          {"weak cycle", test_weak_cycle}, {"resource cycle", test_resource_cycle},
          {"depends on", test_depends_on}, {"manifest", test_manifest})
