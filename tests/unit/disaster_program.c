/* Programs made by chance: a few stacks that read each other, with resources that are there in one
 * version or in both, and change in place, by replacement, or in name alone.
 */
#include "tests/unit/disaster.h"

/* --- chance ----------------------------------------------------------------------------------- */

static uint64_t chance_state;

void chance_begin(uint64_t seed) { chance_state = seed * 0x2545f4914f6cdd1du + 1; }

uint32_t chance(uint32_t below) { /* splitmix64 */
    uint64_t x = chance_state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) % below);
}

bool percent(uint32_t of) { return chance(100) < of; }

/* --- programs --------------------------------------------------------------------------------- */

struct made_stack made[STACKS];
int made_count;

static const char *const regions[] = {"us-east-1", "eu-west-1", "ap-southeast-2"};

static void make_item(struct item *item) {
    *item = (struct item){.kind = (enum item_kind)chance(ITEM_KINDS)};
    item->is_there[0] = percent(85);
    item->is_there[1] = percent(85);
    item->value[0] = (int)chance(100);
    item->value[1] = percent(50) ? item->value[0] : (int)chance(100);
    item->name[1] = percent(80) ? 0 : 1;
    item->is_renamed = item->is_there[0] && item->is_there[1] && percent(8) &&
                       item->kind != ITEM_NESTED; /* AWS refactors no nested stacks */
    item->is_emptied = percent(50);
}

void make_program(bool destroys) {
    made_count = 1 + (int)chance(STACKS);
    bool is_fresh = percent(25);
    for (int i = 0; i < made_count; i++) {
        struct made_stack *stack = &made[i];
        *stack = (struct made_stack){.region = regions[chance(3)], .reads = -1};
        stack->is_there[0] = !is_fresh && percent(85);
        stack->is_there[1] = percent(90);
        /* What is read is there whenever the reader is. */
        if (i > 0 && percent(60)) {
            int producer = (int)chance((uint32_t)i);
            bool fits = true;
            for (int v = 0; v < 2; v++) fits &= !stack->is_there[v] || made[producer].is_there[v];
            if (fits) stack->reads = producer;
        }
        stack->by_parameter = percent(40);
        for (int v = 0; v < 2; v++) stack->given[v] = percent(30) ? (int)chance(5) : -1;
        stack->has_secret = percent(15);
        for (int v = 0; v < 2; v++) {
            stack->is_protected[v] = stack->is_there[1] && percent(10) && !destroys;
        }
        stack->value[0] = (int)chance(100);
        stack->value[1] = percent(40) ? stack->value[0] : (int)chance(100);
        stack->item_count = (int)chance(ITEMS + 1);
        for (int k = 0; k < stack->item_count; k++) make_item(&stack->items[k]);
    }
}

/* --- as templates ----------------------------------------------------------------------------- */

const char nested_template[] =
    "{\"Parameters\":{\"Name\":{\"Type\":\"String\"},\"Value\":{\"Type\":\"String\"}},"
    "\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\","
    "\"Value\":{\"Ref\":\"Value\"}}},\"T\":{\"Type\":\"AWS::DynamoDB::Table\",\"DependsOn\":\"P\","
    "\"Properties\":{\"TableName\":{\"Ref\":\"Name\"},\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}}}}";

static char letter_of(const struct item *item, int v) { return v && item->is_renamed ? 'R' : 'I'; }

static void write_item(struct buffer *out, const struct item *item, int v, int stack, int number) {
    int value = item->value[v], name = item->name[v];
    buffer_format(out, ",\"%c%d\":{\"Type\":", letter_of(item, v), number);
    switch (item->kind) {
    case ITEM_KINDS:
    case ITEM_PARAMETER:
        buffer_format(out, "\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":\"String\",\"Name\":"
                           "\"/s%d/i%d/%d\",\"Value\":\"%d\"}}", stack, number, name, value);
        return;
    case ITEM_QUEUE:
        buffer_format(out, "\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":\"q%d-%d-%d\","
                           "\"VisibilityTimeout\":%d}}", stack, number, name, value);
        return;
    case ITEM_TOPIC:
        buffer_format(out, "\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"t%d-%d-%d\","
                           "\"DisplayName\":\"d%d\"}}", stack, number, name, value);
        return;
    case ITEM_TABLE:
        buffer_format(out,
                      "\"AWS::DynamoDB::Table\",\"Properties\":{\"TableName\":\"t%d-%d-%d\","
                      "\"BillingMode\":\"PAY_PER_REQUEST\",\"DeletionProtectionEnabled\":%s,"
                      "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":"
                      "\"S\"}],\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}}",
                      stack, number, name, value % 2 ? "true" : "false");
        return;
    case ITEM_BUCKET:
        if (number == 0) { /* without a name, so that what is retained is in nobody's way */
            buffer_format(out, "\"AWS::S3::Bucket\",\"DeletionPolicy\":\"Retain\","
                               "\"UpdateReplacePolicy\":\"Retain\",\"Properties\":{");
        } else {
            if (item->is_emptied) {
                buffer_string(out, "\"AWS::S3::Bucket\",\"Metadata\":{\"mrp:on_destroy\":"
                                   "\"empty\"},\"Properties\":{");
            } else {
                buffer_string(out, "\"AWS::S3::Bucket\",\"Properties\":{");
            }
            buffer_format(out, "\"BucketName\":\"b%d-%d-%d\",", stack, number, name);
        }
        buffer_format(out, "\"VersioningConfiguration\":{\"Status\":\"%s\"}}}",
                      value % 2 ? "Enabled" : "Suspended");
        return;
    case ITEM_NESTED:
        buffer_format(out,
                      "\"AWS::CloudFormation::Stack\",\"Properties\":{\"TemplateURL\":\"https://"
                      NESTED_BUCKET ".s3.us-east-1.amazonaws.com/nested.json\",\"Parameters\":{"
                      "\"Name\":\"n%d-%d-%d\",\"Value\":\"%d\"}}}", stack, number, name, value);
        return;
    }
}

static void write_value(struct buffer *out, const struct made_stack *stack, int v) {
    if (stack->reads < 0) {
        buffer_format(out, "\"v%d\"", stack->value[v]);
    } else if (stack->by_parameter) {
        buffer_string(out, "{\"Ref\":\"Read\"}");
    } else {
        buffer_format(out, "{\"Fn::GetStackOutput\":{\"StackName\":\"s%d\",\"OutputName\":\"Out\","
                           "\"Region\":\"%s\"}}", stack->reads, made[stack->reads].region);
    }
}

static struct text write_body(struct arena *arena, int number, int v) {
    const struct made_stack *stack = &made[number];
    struct buffer out;
    buffer_init(&out);
    buffer_string(&out, "{\"Parameters\":{\"Fixed\":{\"Type\":\"String\",\"Default\":\"f\"}");
    if (stack->reads >= 0 && stack->by_parameter) {
        buffer_string(&out, ",\"Read\":{\"Type\":\"String\"}");
    }
    if (stack->given[v] >= 0) buffer_string(&out, ",\"Given\":{\"Type\":\"String\"}");
    if (stack->has_secret) {
        buffer_string(&out, ",\"Secret\":{\"Type\":\"String\",\"NoEcho\":true}");
    }
    buffer_string(&out, "},\"Resources\":{\"P\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{"
                        "\"Type\":\"String\",\"Value\":");
    write_value(&out, stack, v);
    buffer_format(&out, ",\"Description\":\"d%d\"}}", stack->value[v]);
    if (stack->given[v] >= 0) {
        buffer_string(&out, ",\"G\":{\"Type\":\"AWS::SSM::Parameter\",\"Properties\":{\"Type\":"
                            "\"String\",\"Value\":{\"Ref\":\"Given\"}}}");
    }
    for (int k = 0; k < stack->item_count; k++) {
        if (stack->items[k].is_there[v]) write_item(&out, &stack->items[k], v, number, k);
    }
    buffer_string(&out, "},\"Outputs\":{\"Out\":{\"Value\":{\"Fn::GetAtt\":[\"P\",\"Value\"]}}}}");
    struct text body = buffer_take(&out, arena);
    buffer_release(&out);
    return body;
}

static void add_parameters(struct arena *arena, struct template *template, int number, int v,
                           const uint32_t *index) {
    const struct made_stack *stack = &made[number];
    template->parameters = arena_array(arena, 3, sizeof *template->parameters);
    if (stack->reads >= 0 && stack->by_parameter) {
        template->parameters[template->parameter_count++] = (struct template_parameter){
            .logical_id = TEXT("Read"), .type = TEXT("String"), .source = PARAMETER_OUTPUT,
            .producer = index[stack->reads], .output = TEXT("Out")};
    }
    if (stack->given[v] >= 0) {
        template->parameters[template->parameter_count++] = (struct template_parameter){
            .logical_id = TEXT("Given"), .type = TEXT("String"), .is_given = true,
            .given = text_format(arena, "g%d", stack->given[v])};
    }
    if (stack->has_secret) {
        template->parameters[template->parameter_count++] = (struct template_parameter){
            .logical_id = TEXT("Secret"), .type = TEXT("String"), .is_given = true,
            .is_secret = true, .given = TEXT("hush")};
    }
}

static struct text type_of(enum item_kind kind) {
    switch (kind) {
    case ITEM_KINDS:
    case ITEM_PARAMETER: return TEXT("AWS::SSM::Parameter");
    case ITEM_QUEUE: return TEXT("AWS::SQS::Queue");
    case ITEM_TOPIC: return TEXT("AWS::SNS::Topic");
    case ITEM_TABLE: return TEXT("AWS::DynamoDB::Table");
    case ITEM_BUCKET: return TEXT("AWS::S3::Bucket");
    case ITEM_NESTED: return TEXT("AWS::CloudFormation::Stack");
    }
    return TEXT("");
}

/* Only what the engine looks for: resources that were called something else. */
static void add_renamed(struct arena *arena, struct template *template, int number, int v) {
    const struct made_stack *stack = &made[number];
    template->resources = arena_array(arena, ITEMS, sizeof *template->resources);
    for (int k = 0; v && k < stack->item_count; k++) {
        if (!stack->items[k].is_renamed) continue;
        struct text id = text_format(arena, "R%d", k);
        template->resources[template->resource_count++] = (struct template_resource){
            .logical_id = id, .path = id, .type = type_of(stack->items[k].kind),
            .file = TEXT("storm.mrp"), .line = 1, .was_id = text_format(arena, "I%d", k)};
    }
}

void make_version(struct arena *arena, struct version *version, int v) {
    uint32_t index[STACKS] = {0};
    *version = (struct version){.set = {.templates = version->templates, .order = version->order}};
    for (int i = 0; i < made_count; i++) {
        if (!made[i].is_there[v]) continue;
        uint32_t at = index[i] = version->set.count++;
        struct template *template = &version->templates[at];
        struct text name = text_format(arena, "s%d", i);
        struct tag *tags = arena_array(arena, 3, sizeof *tags);
        tags[0] = (struct tag){TEXT("mrp:project"), TEXT("storm"), NULL};
        tags[1] = (struct tag){TEXT("mrp:suffix"), TEXT("dev"), NULL};
        tags[2] = (struct tag){TEXT("mrp:stack"), name, NULL};
        static const char *const capabilities[] = {"CAPABILITY_NAMED_IAM"}; /* nested stacks */
        *template = (struct template){
            .index = at, .name = name, .region_name = text_of(made[i].region),
            .region_label = text_of(made[i].region), .path = name, .tags = tags, .tag_count = 3,
            .capabilities = capabilities, .capability_count = 1,
            .is_protected = made[i].is_protected[v]};
        add_parameters(arena, template, i, v, index);
        add_renamed(arena, template, i, v);
        if (made[i].reads >= 0) {
            template->edges = ARENA_NEW(arena, struct template_edge);
            template->edge_count = 1;
            template->edges[0] = (struct template_edge){.stack = index[made[i].reads],
                                                        .output = TEXT("Out")};
        }
        version->bodies[at] = write_body(arena, i, v);
        version->order[at] = at;
    }
    version->program = (struct deploy_program){.set = &version->set, .bodies = version->bodies,
                                               .project = TEXT("storm"), .suffix = TEXT("dev")};
}
