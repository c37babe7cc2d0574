/* Unit tests of template/: the sections of a template, and the limits. */
#include "tests/unit/by_hand.h"
#include "tests/unit/unit.h"

/* ---- sections ---- */

static void test_policies(void) {
    struct one one = one_new();
    struct world *w = one.w;
    one.stack->doc = TEXT("All of it");
    one.vpc->is_protected = true;
    meta_of(one.queue)->deletion_policy = txt("Retain");
    meta_of(one.queue)->metadata = MAP(w, {"by", txt("me")});
    set(w, one.holder, "Value", txt("x"));
    set(w, one.holder, "Description", value_null());
    lower(w);
    SAME(written(w, 0, false), "{\"AWSTemplateFormatVersion\":\"2010-09-09\",\"Description\":\"All "
                               "of it\",\"Metadata\":{\"mrp\":{"
                               "\"Vpc\":\"test.mrp:3 east.vpc\",\"Queue\":\"test.mrp:4 "
                               "east.queue\",\"Holder\":\"test.mrp:5 east.holder\"}},"
                               "\"Resources\":{\"Vpc\":{\"Type\":\"AWS::EC2::VPC\","
                               "\"DeletionPolicy\":\"Retain\",\"UpdateReplacePolicy\":"
                               "\"Retain\",\"Properties\":{\"CidrBlock\":\"10.0.0.0/"
                               "16\"}},\"Queue\":{\"Type\":\"AWS::SQS::Queue\","
                               "\"DeletionPolicy\":\"Retain\",\"Metadata\":{\"by\":\"me\"}},"
                               "\"Holder\":{\"Type\":\"AWS::SSM::Parameter\","
                               "\"Properties\":{\"Type\":\"String\",\"Value\":\"x\"}}}}");
    const struct template *template = &w->set.templates[0];
    CU_ASSERT_EQUAL(template->tag_count, 3);
    SAME(template->tags[0].key, "mrp:project");
    SAME(template->tags[2].value, "east");
    CU_ASSERT_EQUAL(template->capability_count, 0);
    world_free(w);
}

static void test_parameters(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct parameter *size = parameter_add(w, "size", "Number"),
                     *key = parameter_add(w, "api_key", "String");
    parameter_add(w, "unused", "String");
    size->has_initial = size->is_given = true;
    size->initial = value_int(3);
    size->given = value_int(5);
    size->allowed = LIST(w, value_int(3), value_int(5));
    size->doc = TEXT("How many");
    key->is_secret = true;
    set(w, one.holder, "Value", SUB(w, param(w, "api_key"), param(w, "size")));
    lower(w);
    SAME(section(w, 0, "Parameters"), "{\"Size\":{\"Type\":\"Number\",\"Default\":3,"
                                      "\"AllowedValues\":[3,5],\"Description\":\"How many\"},"
                                      "\"ApiKey\":{\"Type\":\"String\",\"NoEcho\":true}}");
    const struct template *template = &w->set.templates[0];
    CU_ASSERT_EQUAL(template->parameter_count, 2);
    SAME(template->parameters[0].given, "5");
    world_free(w);
}

static void test_parameter_taken(void) {
    struct one one = one_new();
    set(one.w, one.holder, "Value", param(one.w, "queue"));
    FAILS(one.w, DIAGNOSTIC_PARAMETER_ID_TAKEN);
    world_free(one.w);
}

static void test_capabilities(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct resource *role = resource_add(w, one.stack, "role", "AWS::IAM::Role");
    template_lower(&w->deployment, &w->set);
    CU_ASSERT_STRING_EQUAL(w->set.templates[0].capabilities[0], "CAPABILITY_IAM");
    set(w, role, "RoleName", txt("r"));
    template_lower(&w->deployment, &w->set);
    CU_ASSERT_STRING_EQUAL(w->set.templates[0].capabilities[0], "CAPABILITY_NAMED_IAM");
    CU_ASSERT_EQUAL(w->set.templates[0].capability_count, 1);
    world_free(w);
}

static void test_outputs(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.holder, "Value", attribute(w, two.vpc, "Ref"));
    output_add(w, "vpc_id", attribute(w, two.vpc, "Ref"))->doc = TEXT("The network");
    output_add(w, "Known", txt("x"));
    output_add(w, "Both",
               SUB(w, attribute(w, two.vpc, "Ref"), txt(" "), attribute(w, two.holder, "Ref")));
    output_add(
        w, "Maybe",
        IF(w, EQUAL(w, param(w, "tier"), txt("full")), attribute(w, two.vpc, "Ref"), value_null()));
    output_add(w, "Ids", LIST(w, attribute(w, two.vpc, "Ref"), attribute(w, two.topic, "Ref")));
    lower(w);
    SAME(section(w, 0, "Outputs"),
         "{\"VpcId\":{\"Description\":\"The network\",\"Value\":{\"Ref\":\"Vpc\"}},"
         "\"Maybe\":{\"Condition\":\"TierIsFull\",\"Value\":{\"Ref\":\"Vpc\"}},"
         "\"Ids\":{\"Value\":{\"Fn::Join\":[\",\",[{\"Ref\":\"Vpc\"},{\"Ref\":\"Topic\"}]]}},"
         "\"VpcRef\":{\"Value\":{\"Ref\":\"Vpc\"}}}");
    CU_ASSERT_EQUAL(w->set.printed_count, 2);
    struct buffer buffer;
    buffer_init(&buffer);
    template_printed_json(&w->set, &w->set.printed[1], &buffer);
    SAME(buffer_view(&buffer),
         "{\"Fn::Sub\":[\"${VpcRef} "
         "${HolderRef}\",{\"VpcRef\":{\"Fn::GetStackOutput\":{\"StackName\":\"shop-dev\","
         "\"OutputName\":\"VpcRef\",\"Region\":\"us-east-1\"}},\"HolderRef\":{\"Fn::"
         "GetStackOutput\":{\"StackName\":"
         "\"shop-dev\",\"OutputName\":\"HolderRef\",\"Region\":\"us-west-2\"}}}]}");
    buffer_release(&buffer);
    world_free(w);
}

static void test_output_taken(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.holder, "Value", attribute(w, two.vpc, "Ref"));
    output_add(w, "VpcRef", attribute(w, two.topic, "Ref"));
    FAILS(w, DIAGNOSTIC_OUTPUT_NAME_TAKEN);
    world_free(w);
    struct one one = one_new();
    output_add(one.w, "a_b", attribute(one.w, one.vpc, "Ref"));
    output_add(one.w, "AB", attribute(one.w, one.vpc, "Ref"));
    set(one.w, one.holder, "Value", txt("x"));
    FAILS(one.w, DIAGNOSTIC_OUTPUT_NAME_TAKEN);
    world_free(one.w);
}

/* ---- limits: at it, and one past ---- */

static struct world *many_resources(uint32_t count) {
    struct world *w = world_new();
    struct stack *stack = stack_add(w, region_add(w, "east", "us-east-1"), "east", "shop-dev");
    for (uint32_t i = 0; i < count; i++) {
        char path[32];
        snprintf(path, sizeof path, "%s[\"%u\"]", i % 3 ? "topic" : "queue", i);
        resource_add(w, stack, path, i % 3 ? "AWS::SNS::Topic" : "AWS::SQS::Queue");
    }
    return w;
}

static void test_resource_limit(void) {
    struct world *w = many_resources(LIMIT_STACK_RESOURCES);
    lower(w);
    world_free(w);
    w = many_resources(LIMIT_STACK_RESOURCES + 1);
    const struct diagnostic *d = FAILS(w, DIAGNOSTIC_STACK_RESOURCES);
    CU_ASSERT_EQUAL(note_count(d), 2);
    SAME(d->notes->message, "\"topic\" makes 334 of its resources");
    world_free(w);
}

static struct world *many_outputs(uint32_t count) {
    struct one one = one_new();
    set(one.w, one.holder, "Value", txt("x"));
    for (uint32_t i = 0; i < count; i++) {
        output_add(one.w, text_format(&one.w->arena, "Out%u", i).bytes,
                   attribute(one.w, one.vpc, "Ref"));
    }
    return one.w;
}

static struct world *many_parameters(uint32_t count) {
    struct one one = one_new();
    struct value values[LIMIT_STACK_PARAMETERS + 1];
    for (uint32_t i = 0; i < count; i++) {
        values[i] = param_of(
            one.w, parameter_add(one.w, text_format(&one.w->arena, "p%u", i).bytes, "String"));
    }
    set(one.w, one.holder, "Value", op(one.w, DEFERRED_TEXT, SHAPE_TEXT, (uint32_t)count, values));
    return one.w;
}

static struct world *many_mappings(uint32_t count) {
    struct one one = one_new();
    struct value values[LIMIT_STACK_MAPPINGS + 1];
    for (uint32_t i = 0; i < count; i++) {
        values[i] = LOOKUP(one.w, MAP(one.w, {"a", value_int(i)}), param(one.w, "tier"));
    }
    set(one.w, one.holder, "Value", op(one.w, DEFERRED_TEXT, SHAPE_TEXT, (uint32_t)count, values));
    return one.w;
}

static void test_count_limits(void) {
    struct { struct world *(*make)(uint32_t); uint32_t limit; enum diagnostic_id id; } rows[] = {
        {many_outputs, LIMIT_STACK_OUTPUTS, DIAGNOSTIC_STACK_OUTPUTS},
        {many_parameters, LIMIT_STACK_PARAMETERS, DIAGNOSTIC_STACK_PARAMETERS},
        {many_mappings, LIMIT_STACK_MAPPINGS, DIAGNOSTIC_STACK_MAPPINGS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = rows[i].make(rows[i].limit);
        lower(w);
        world_free(w);
        w = rows[i].make(rows[i].limit + 1);
        FAILS(w, rows[i].id);
        world_free(w);
    }
}

static void set_filler(struct one *one, size_t length) {
    char *bytes = arena_alloc(&one->w->arena, length + 1);
    memset(bytes, 'x', length);
    set(one->w, one->holder, "Value", value_text((struct text){bytes, length}));
}

static void test_size_limit(void) {
    struct one one = one_new();
    set_filler(&one, 0);
    lower(one.w);
    size_t rest = written(one.w, 0, false).length;
    size_t positions = section(one.w, 0, "Metadata").length + sizeof "\"Metadata\":,";
    rest -= positions - 1; /* what is large has no positions */
    set_filler(&one, LIMIT_TEMPLATE_BYTES - rest);
    lower(one.w);
    CU_ASSERT_EQUAL(written(one.w, 0, false).length, LIMIT_TEMPLATE_BYTES);
    set_filler(&one, LIMIT_TEMPLATE_BYTES - rest + 1);
    FAILS(one.w, DIAGNOSTIC_TEMPLATE_SIZE);
    world_free(one.w);
    one = one_new(); /* escapes count */
    char *quotes = arena_alloc(&one.w->arena, 600000);
    memset(quotes, '"', 600000);
    set(one.w, one.holder, "Value", value_text((struct text){quotes, 600000}));
    FAILS(one.w, DIAGNOSTIC_TEMPLATE_SIZE);
    world_free(one.w);
}

static void test_positions_limit(void) {
    struct one one = one_new();
    set_filler(&one, 0);
    lower(one.w);
    size_t whole = written(one.w, 0, false).length;
    set_filler(&one, LIMIT_TEMPLATE_INLINE_BYTES - whole);
    lower(one.w);
    CU_ASSERT_EQUAL(written(one.w, 0, false).length, LIMIT_TEMPLATE_INLINE_BYTES);
    CU_ASSERT(document_get(template_data(one.w, 0), "Metadata") != NULL);
    set_filler(&one, LIMIT_TEMPLATE_INLINE_BYTES - whole + 1);
    lower(one.w);
    CU_ASSERT(document_get(template_data(one.w, 0), "Metadata") == NULL);
    world_free(one.w);
}

static void test_doubling_text(void) {
    struct one one = one_new();
    struct value text = SUB(one.w, attribute(one.w, one.vpc, "Ref"), txt("-"));
    for (int i = 0; i < 40; i++) text = SUB(one.w, text, text);
    set(one.w, one.holder, "Value", text);
    FAILS(one.w, DIAGNOSTIC_TEMPLATE_SIZE);
    world_free(one.w);
}

UNIT_MAIN("template", {"policies", test_policies}, {"parameters", test_parameters},
          {"parameter taken", test_parameter_taken}, {"capabilities", test_capabilities},
          {"outputs", test_outputs}, {"output taken", test_output_taken},
          {"resource limit", test_resource_limit}, {"count limits", test_count_limits},
          {"size limit", test_size_limit}, {"positions limit", test_positions_limit},
          {"doubling text", test_doubling_text})
