/* Unit tests of template/: stacks made by hand, for what a program cannot reach or would need
 * hundreds of lines for. With MRP_KEEP_TEMPLATES=FOLDER each template made is also written there,
 * for cfn-lint. */
#include <stdlib.h>

#include "base/limits.h"
#include "template/document.h"
#include "template/lowering.h"
#include "template/template.h"
#include "tests/unit/unit.h"

/* ---- a deployment by hand ---- */

enum { LINES = 400 };

struct world {
    struct arena arena;
    struct names names;
    struct sources sources;
    struct diagnostics diagnostics;
    struct deployment deployment;
    struct template_set set;
    uint32_t line;
};

static struct world *world_new(void) {
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena);
    names_init(&w->names, &w->arena);
    sources_init(&w->sources, &w->arena);
    char *source = arena_alloc(&w->arena, LINES * 8);
    for (int i = 0; i < LINES; i++) memcpy(source + i * 8, "1234567\n", 8);
    sources_add(&w->sources, TEXT("test.mrp"), (struct text){source, LINES * 8});
    diagnostics_init(&w->diagnostics, &w->arena, &w->sources);
    w->deployment = (struct deployment){
        .arena = &w->arena, .names = &w->names, .diagnostics = &w->diagnostics,
        .project = TEXT("shop"), .suffix = TEXT("dev"),
    };
    return w;
}

static void world_free(struct world *w) {
    arena_release(&w->arena);
    free(w);
}

/* Each thing is on a line of its own, so that messages can be told apart. */
static struct node *node_here(struct world *w, enum node_kind kind) {
    struct node *node = ARENA_NEW(&w->arena, struct node);
    node->kind = (uint8_t)kind;
    uint32_t at = (w->line++ % LINES) * 8;
    node->span = (struct span){0, at, at + 7};
    return node;
}

static struct region *region_add(struct world *w, const char *label, const char *name) {
    struct region *region = ARENA_NEW(&w->arena, struct region);
    *region = (struct region){.label = names_intern(&w->names, text_of(label)),
                              .path = text_of(label),
                              .name = text_of(name),
                              .partition = TEXT("aws"),
                              .declared = node_here(w, NODE_REGION)};
    static struct region *none[64];
    if (!w->deployment.regions) {
        w->deployment.regions = arena_array(&w->arena, 64, sizeof *none);
    }
    region->index = w->deployment.region_count;
    w->deployment.regions[w->deployment.region_count++] = region;
    return region;
}

static struct stack *stack_add(struct world *w, struct region *region, const char *path,
                               const char *name) {
    struct stack *stack = ARENA_NEW(&w->arena, struct stack);
    *stack = (struct stack){.name = text_of(name), .path = text_of(path), .region = region,
                            .declared = node_here(w, NODE_STACK)};
    if (!w->deployment.stacks) w->deployment.stacks = arena_array(&w->arena, 1024, sizeof stack);
    stack->index = w->deployment.stack_count;
    w->deployment.stacks[w->deployment.stack_count++] = stack;
    return stack;
}

/* Its @ attributes, to write to. */
static struct resource_meta *meta_of(struct resource *resource) {
    return (struct resource_meta *)resource->meta; /* made by resource_add */
}

static struct node *resource_node(struct world *w, const char *type) {
    struct node *node = node_here(w, NODE_RESOURCE);
    node->unit.type = ARENA_NEW(&w->arena, struct node);
    node->unit.type->kind = NODE_AWS_TYPE;
    node->unit.type->aws_type.name = names_intern(&w->names, text_of(type));
    return node;
}

static struct resource *resource_add(struct world *w, struct stack *stack, const char *path,
                                     const char *type) {
    struct resource *resource = ARENA_NEW(&w->arena, struct resource);
    struct resource_meta *meta = ARENA_NEW(&w->arena, struct resource_meta);
    *meta = (struct resource_meta){
        .depends_on = value_null(), .deletion_policy = value_null(),
        .update_replace_policy = value_null(), .creation_policy = value_null(),
        .update_policy = value_null(), .metadata = value_null(), .ignore_changes = value_null(),
    };
    *resource = (struct resource){
        .logical_id = names_intern(&w->names, text_words_joined(&w->arena, text_of(path))),
        .path = text_copy(&w->arena, text_of(path)),
        .stack = stack,
        .region = stack->region,
        .type = schema_type_find(text_of(type)),
        .declared = resource_node(w, type),
        .properties = record_new(&w->arena, 4),
        .meta = meta,
    };
    resource->shown = resource->declared;
    if (!resource->type) abort();
    if (stack->resource_count == stack->resource_capacity) {
        stack->resource_capacity = stack->resource_capacity ? stack->resource_capacity * 2 : 8;
        struct resource **grown = arena_array(&w->arena, stack->resource_capacity, sizeof *grown);
        if (stack->resource_count) {
            memcpy(grown, stack->resources, stack->resource_count * sizeof *grown);
        }
        stack->resources = grown;
    }
    resource->index = stack->resource_count;
    stack->resources[stack->resource_count++] = resource;
    return resource;
}

static struct value open_value(struct value value) {
    value.flags |= VALUE_OPEN;
    return value;
}

static void set(struct world *w, struct resource *resource, const char *key, struct value value) {
    record_put(&w->arena, resource->properties, names_intern(&w->names, text_of(key)), value, NULL);
}

static struct value txt(const char *text) {
    return value_text(text_of(text));
}

static struct value vlist(struct world *w, uint32_t count, const struct value *items) {
    struct value *copy = arena_array(&w->arena, count + 1, sizeof *copy);
    if (count) memcpy(copy, items, count * sizeof *copy);
    return open_value(value_list(copy, count));
}
#define LIST(w, ...)                                                                               \
    vlist((w), sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),                       \
          (struct value[]){__VA_ARGS__})

struct pair { const char *key; struct value value; };
static struct value vmap(struct world *w, uint32_t count, const struct pair *pairs) {
    struct record *record = record_new(&w->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        record_put(&w->arena, record, names_intern(&w->names, text_of(pairs[i].key)),
                   pairs[i].value, NULL);
    }
    return open_value(value_record(record));
}
#define MAP(w, ...)                                                                                \
    vmap((w), sizeof((struct pair[]){__VA_ARGS__}) / sizeof(struct pair),                          \
         (struct pair[]){__VA_ARGS__})

static struct value op(struct world *w, enum deferred_kind kind, enum deferred_shape shape,
                       uint32_t count, const struct value *operands) {
    struct deferred *d =
        deferred_new(&w->arena, kind, shape, count, node_here(w, NODE_CALL));
    if (count) memcpy(d->operands, operands, count * sizeof *operands);
    return value_deferred(d);
}
#define OP(w, kind, shape, ...)                                                                    \
    op((w), (kind), (shape), sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value),         \
       (struct value[]){__VA_ARGS__})
#define SUB(w, ...) OP(w, DEFERRED_TEXT, SHAPE_TEXT, __VA_ARGS__)
#define EQUAL(w, a, b) OP(w, DEFERRED_EQUAL, SHAPE_BOOL, a, b)
#define NOT(w, a) OP(w, DEFERRED_NOT, SHAPE_BOOL, a)
#define AND(w, ...) OP(w, DEFERRED_AND, SHAPE_BOOL, __VA_ARGS__)
#define OR(w, ...) OP(w, DEFERRED_OR, SHAPE_BOOL, __VA_ARGS__)
#define IF(w, c, a, b) OP(w, DEFERRED_IF, SHAPE_TEXT, c, a, b)
#define LOOKUP(w, map, key) OP(w, DEFERRED_LOOKUP, SHAPE_TEXT, map, key)

static struct value attribute(struct world *w, struct resource *resource, const char *name) {
    struct value value = op(w, DEFERRED_ATTRIBUTE, SHAPE_TEXT, 0, NULL);
    value.deferred->resource = resource;
    value.deferred->name = names_intern(&w->names, text_of(name));
    return value;
}

static struct value list_attribute(struct world *w, struct resource *resource, const char *name) {
    struct value value = attribute(w, resource, name);
    value.deferred->shape = SHAPE_LIST;
    return value;
}

static struct value pseudo(struct world *w, const char *name) {
    struct value value = op(w, DEFERRED_PSEUDO, SHAPE_TEXT, 0, NULL);
    value.deferred->name = names_intern(&w->names, text_of(name));
    return value;
}

static struct parameter *parameter_add(struct world *w, const char *name, const char *type) {
    struct parameter *parameter = ARENA_NEW(&w->arena, struct parameter);
    *parameter = (struct parameter){.name = names_intern(&w->names, text_of(name)),
                                    .logical_id = text_words_joined(&w->arena, text_of(name)),
                                    .type = text_of(type),
                                    .allowed = value_null(),
                                    .initial = value_null(),
                                    .declared = node_here(w, NODE_PARAM)};
    if (!w->deployment.parameters) {
        w->deployment.parameters = arena_array(&w->arena, 1024, sizeof parameter);
    }
    w->deployment.parameters[w->deployment.parameter_count++] = parameter;
    return parameter;
}

static struct value param_of(struct world *w, struct parameter *parameter) {
    bool is_list = text_is(parameter->type, "CommaDelimitedList");
    struct value value = op(w, DEFERRED_PARAMETER, is_list ? SHAPE_LIST : SHAPE_TEXT, 0, NULL);
    value.deferred->parameter = parameter;
    return value;
}

static struct value param(struct world *w, const char *name) {
    for (uint32_t i = 0; i < w->deployment.parameter_count; i++) {
        struct parameter *known = w->deployment.parameters[i];
        if (text_is(name_text(known->name), name)) return param_of(w, known);
    }
    return param_of(w, parameter_add(w, name, "String"));
}

static struct output *output_add(struct world *w, const char *name, struct value value) {
    struct output *output = ARENA_NEW(&w->arena, struct output);
    *output = (struct output){.name = names_intern(&w->names, text_of(name)), .value = value,
                              .declared = node_here(w, NODE_OUTPUT)};
    if (!w->deployment.outputs) w->deployment.outputs = arena_array(&w->arena, 1024, sizeof output);
    w->deployment.outputs[w->deployment.output_count++] = output;
    return output;
}

/* ---- what is made of it ---- */

static void keep_template(struct text region, struct text body) {
    const char *folder = getenv("MRP_KEEP_TEMPLATES");
    static unsigned number;
    if (!folder || body.length > LIMIT_TEMPLATE_INLINE_BYTES) return;
    char path[512];
    snprintf(path, sizeof path, "%s/%.*s/", folder, TEXT_ARGS(region));
    char command[600];
    snprintf(command, sizeof command, "mkdir -p '%s'", path);
    if (system(command) != 0) return;
    snprintf(path, sizeof path, "%s/%.*s/unit-%u.template.json", folder, TEXT_ARGS(region),
             number++);
    FILE *file = fopen(path, "w");
    if (!file) return;
    fwrite(body.bytes, 1, body.length, file);
    fclose(file);
}

static struct text written(struct world *w, uint32_t index, bool indented) {
    struct buffer buffer;
    buffer_init(&buffer);
    template_write(&w->set, index, indented, &buffer);
    struct text text = buffer_take(&buffer, &w->arena);
    buffer_release(&buffer);
    return text;
}

static void print_diagnostics(struct world *w) {
    struct buffer out;
    buffer_init(&out);
    struct severity_rules rules = {0};
    diagnostics_settle(&w->diagnostics, &rules);
    diagnostics_text(&w->diagnostics, &out, false);
    printf("%.*s\n", TEXT_ARGS(buffer_view(&out)));
    buffer_release(&out);
}

/* Lowers, which must work, and keeps all templates. */
static void lower(struct world *w) {
    bool fine = template_lower(&w->deployment, &w->set);
    template_list_resources(&w->set);
    CU_ASSERT(fine);
    if (!fine) print_diagnostics(w);
    for (uint32_t i = 0; i < w->set.count; i++) {
        keep_template(w->set.templates[i].region_name, written(w, i, true));
    }
}

/* The template as data, both forms being the same. */
static struct document *template_data(struct world *w, uint32_t index) {
    struct document *compact = NULL, *indented = NULL;
    struct failure why = {0};
    CU_ASSERT(document_read(&w->arena, written(w, index, false), &compact, &why));
    CU_ASSERT(document_read(&w->arena, written(w, index, true), &indented, &why));
    CU_ASSERT(document_equal(compact, indented));
    return compact;
}

static struct text as_json(struct world *w, const struct document *document) {
    struct buffer buffer;
    buffer_init(&buffer);
    if (document) document_write(document, &buffer, 0);
    struct text text = buffer_take(&buffer, &w->arena);
    buffer_release(&buffer);
    return text;
}

static void same_text(const char *file, int line, struct text got, const char *wanted) {
    bool same = text_is(got, wanted);
    CU_ASSERT(same);
    if (!same) printf("\n%s:%d:\n  got    %.*s\n  wanted %s\n", file, line, TEXT_ARGS(got), wanted);
}
#define SAME(got, wanted) same_text(__FILE__, __LINE__, (got), (wanted))

static struct text section(struct world *w, uint32_t index, const char *name) {
    return as_json(w, document_get(template_data(w, index), name));
}

/* One stack with a VPC, a queue, a bucket; `holder` has the value to look at. */
struct one {
    struct world *w;
    struct stack *stack;
    struct resource *vpc, *queue, *holder;
};

static struct one one_new(void) {
    struct world *w = world_new();
    struct region *east = region_add(w, "east", "us-east-1");
    struct one one = {.w = w, .stack = stack_add(w, east, "east", "shop-dev")};
    one.vpc = resource_add(w, one.stack, "vpc", "AWS::EC2::VPC");
    set(w, one.vpc, "CidrBlock", txt("10.0.0.0/16"));
    one.queue = resource_add(w, one.stack, "queue", "AWS::SQS::Queue");
    one.holder = resource_add(w, one.stack, "holder", "AWS::SSM::Parameter");
    set(w, one.holder, "Type", txt("String"));
    return one;
}

static struct text holder_value(struct one *one) {
    struct document *resources = document_get(template_data(one->w, 0), "Resources");
    struct document *properties = document_get(document_get(resources, "Holder"), "Properties");
    return as_json(one->w, document_get(properties, "Value"));
}

/* Lowers with Value = value, and compares what became of it. */
static void becomes(const char *file, int line, struct one *one, struct value value,
                    const char *wanted) {
    set(one->w, one->holder, "Value", value);
    lower(one->w);
    same_text(file, line, holder_value(one), wanted);
}
#define BECOMES(one, value, wanted) becomes(__FILE__, __LINE__, &(one), (value), (wanted))

static const struct diagnostic *reported(struct world *w, enum diagnostic_id id) {
    for (const struct diagnostic *d = w->diagnostics.first; d; d = d->next) {
        if (d->id == id) return d;
    }
    return NULL;
}

static unsigned note_count(const struct diagnostic *diagnostic) {
    unsigned count = 0;
    for (struct diagnostic_note *note = diagnostic->notes; note; note = note->next) count++;
    return count;
}

/* Lowering must fail with exactly this one. */
static const struct diagnostic *fails(const char *file, int line, struct world *w,
                                      enum diagnostic_id id) {
    bool fine = template_lower(&w->deployment, &w->set);
    template_list_resources(&w->set);
    const struct diagnostic *found = reported(w, id);
    bool right = !fine && found && w->diagnostics.count == 1;
    CU_ASSERT(right);
    if (!right) {
        printf("\n%s:%d: expected one %s\n", file, line, diagnostic_name(id));
        print_diagnostics(w);
    }
    static struct diagnostic none;
    return found ? found : &none;
}
#define FAILS(w, id) fails(__FILE__, __LINE__, (w), (id))

/* ---- texts ---- */

static void test_text(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value arn = attribute(w, one.queue, "Arn"), id = attribute(w, one.vpc, "Ref");
    struct value account = pseudo(w, "AWS::AccountId");
    BECOMES(one, txt("plain ${x}"), "\"plain ${x}\"");
    BECOMES(one, id, "{\"Ref\":\"Vpc\"}");
    BECOMES(one, arn, "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}");
    BECOMES(one, account, "{\"Ref\":\"AWS::AccountId\"}");
    BECOMES(one, SUB(w, arn), "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}");
    BECOMES(one, SUB(w, txt("a-"), id, txt("-"), arn, txt("-"), account, param(w, "stage")),
            "{\"Fn::Sub\":\"a-${Vpc}-${Queue.Arn}-${AWS::AccountId}${Stage}\"}");
    BECOMES(one, SUB(w, txt("a"), SUB(w, txt("b"), SUB(w, txt("c"), id)), txt("d")),
            "{\"Fn::Sub\":\"abc${Vpc}d\"}");
    BECOMES(one, SUB(w, txt("echo ${x} $"), txt("{y} "), id),
            "{\"Fn::Sub\":\"echo ${!x} ${!y} ${Vpc}\"}");
    BECOMES(one, SUB(w, txt("say \"hi\"\n"), id), "{\"Fn::Sub\":\"say \\\"hi\\\"\\n${Vpc}\"}");
    BECOMES(one, SUB(w, txt("open ${x "), id),
            "{\"Fn::Join\":[\"\",[\"open ${x \",{\"Ref\":\"Vpc\"}]]}");
    BECOMES(one, SUB(w, txt("$"), id), "{\"Fn::Sub\":\"$${Vpc}\"}");
    BECOMES(one, SUB(w, txt("n "), value_int(-5), txt(" "), value_bool(true), id),
            "{\"Fn::Sub\":\"n -5 true${Vpc}\"}");
    world_free(w);
}

static void test_text_variables(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value joined = OP(w, DEFERRED_JOIN, SHAPE_TEXT, txt(","),
                             LIST(w, attribute(w, one.queue, "Arn"), txt("b")));
    BECOMES(one, SUB(w, txt("x "), joined),
            "{\"Fn::Sub\":[\"x ${Value}\",{\"Value\":{\"Fn::Join\":[\",\","
            "[{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]},\"b\"]]}}]}");
    BECOMES(one, SUB(w, joined, txt(" "), joined),
            "{\"Fn::Sub\":[\"${Value} ${Value}\",{\"Value\":{\"Fn::Join\":[\",\","
            "[{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]},\"b\"]]}}]}");
    struct value other = OP(w, DEFERRED_BASE64, SHAPE_TEXT, attribute(w, one.vpc, "Ref"));
    BECOMES(one, SUB(w, joined, txt(" "), other),
            "{\"Fn::Sub\":[\"${Value} ${Value2}\",{\"Value\":{\"Fn::Join\":[\",\","
            "[{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]},\"b\"]]},"
            "\"Value2\":{\"Fn::Base64\":{\"Ref\":\"Vpc\"}}}]}");
    world_free(w);
}

static void test_text_of_conditions(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value full = EQUAL(w, param(w, "tier"), txt("full"));
    BECOMES(one, SUB(w, txt("a"), IF(w, full, txt("1"), txt("2")), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a1b\",\"a2b\"]}");
    BECOMES(one, SUB(w, txt("twenty-five characters..."), IF(w, full, txt("1"), txt("2"))),
            "{\"Fn::Sub\":[\"twenty-five characters...${TierIsFull}\","
            "{\"TierIsFull\":{\"Fn::If\":[\"TierIsFull\",\"1\",\"2\"]}}]}");
    BECOMES(one, SUB(w, txt("it is "), full),
            "{\"Fn::Sub\":[\"it is "
            "${TierIsFull}\",{\"TierIsFull\":{\"Fn::If\":[\"TierIsFull\",\"true\",\"false\"]}}]}");
    BECOMES(one, SUB(w, txt("x"), IF(w, full, attribute(w, one.vpc, "Ref"), value_null())),
            "{\"Fn::Sub\":[\"x${TierIsFull}\",{\"TierIsFull\":{\"Fn::If\":[\"TierIsFull\","
            "{\"Ref\":\"Vpc\"},\"\"]}}]}");
    world_free(w);
}

static void test_functions(void) {
    struct one one = one_new();
    struct world *w = one.w;
    parameter_add(w, "names", "CommaDelimitedList");
    struct value list = param(w, "names"), stage = param(w, "stage");
    BECOMES(one, OP(w, DEFERRED_JOIN, SHAPE_TEXT, txt("-"), list),
            "{\"Fn::Join\":[\"-\",{\"Ref\":\"Names\"}]}");
    BECOMES(one, OP(w, DEFERRED_JOIN, SHAPE_TEXT, txt("-"), LIST(w, txt("a"), value_int(1))),
            "\"a-1\"");
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, list, value_int(1)),
            "{\"Fn::Select\":[1,{\"Ref\":\"Names\"}]}");
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, list, stage),
            "{\"Fn::Select\":[{\"Ref\":\"Stage\"},{\"Ref\":\"Names\"}]}");
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, LIST(w, txt("a"), stage), value_int(1)),
            "{\"Ref\":\"Stage\"}");
    struct value split = OP(w, DEFERRED_SPLIT, SHAPE_LIST, txt("/"), stage);
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, split, value_int(0)),
            "{\"Fn::Select\":[0,{\"Fn::Split\":[\"/\",{\"Ref\":\"Stage\"}]}]}");
    struct value blocks = OP(w, DEFERRED_CIDR, SHAPE_LIST, attribute(w, one.vpc, "CidrBlock"),
                             value_int(4), value_int(8));
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, blocks, value_int(2)),
            "{\"Fn::Select\":[2,{\"Fn::Cidr\":[{\"Fn::GetAtt\":[\"Vpc\",\"CidrBlock\"]},4,8]}]}");
    struct value zones = OP(w, DEFERRED_ZONES, SHAPE_LIST, txt("us-east-1"));
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, zones, value_int(0)),
            "{\"Fn::Select\":[0,{\"Fn::GetAZs\":\"\"}]}");
    zones = OP(w, DEFERRED_ZONES, SHAPE_LIST, txt("eu-west-1"));
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_TEXT, zones, value_int(0)),
            "{\"Fn::Select\":[0,{\"Fn::GetAZs\":\"eu-west-1\"}]}");
    BECOMES(one, OP(w, DEFERRED_BASE64, SHAPE_TEXT, SUB(w, txt("a"), stage)),
            "{\"Fn::Base64\":{\"Fn::Sub\":\"a${Stage}\"}}");
    BECOMES(one, OP(w, DEFERRED_DYNAMIC, SHAPE_TEXT, txt("{{resolve:ssm:/a:1}}")),
            "\"{{resolve:ssm:/a:1}}\"");
    BECOMES(one, SUB(w, txt("x="), OP(w, DEFERRED_DYNAMIC, SHAPE_TEXT,
                                      SUB(w, txt("{{resolve:ssm:/"), stage, txt("}}")))),
            "{\"Fn::Sub\":\"x={{resolve:ssm:/${Stage}}}\"}");
    world_free(w);
}

/* Choosing by an index or key that CloudFormation takes only as a condition. */
static void test_select_chain(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value index = SUB(w, param(w, "a"), param(w, "b"));
    BECOMES(one, OP(w, DEFERRED_SELECT, SHAPE_ANY, LIST(w, txt("x"), txt("y")), index),
            "{\"Fn::If\":[\"IfPcwqxyry\",\"x\",\"y\"]}");
    world_free(w);
}

/* ---- conditions ---- */

static struct text conditions(struct one *one) {
    return section(one->w, 0, "Conditions");
}

static void test_conditions(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value tier = param(w, "tier"), zone = param(w, "zone");
    struct value full = EQUAL(w, tier, txt("full"));
    set(w, one.holder, "Value", txt("x"));
    set(w, one.holder, "Description", IF(w, full, txt("a"), value_null()));
    lower(w);
    CU_ASSERT(strstr(section(w, 0, "Resources").bytes,
                     "{\"Fn::If\":[\"TierIsFull\",\"a\",{\"Ref\":\"AWS::NoValue\"}]}") != NULL);
    SAME(conditions(&one), "{\"TierIsFull\":{\"Fn::Equals\":[{\"Ref\":\"Tier\"},\"full\"]}}");
    BECOMES(one, IF(w, EQUAL(w, txt("full"), tier), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, NOT(w, full), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsNotFull\",\"a\",\"b\"]}");
    SAME(conditions(&one), "{\"TierIsNotFull\":{\"Fn::Not\":[{\"Condition\":\"TierIsFull\"}]},"
                           "\"TierIsFull\":{\"Fn::Equals\":[{\"Ref\":\"Tier\"},\"full\"]}}");
    set(w, one.holder, "Description", txt("x"));
    BECOMES(one, IF(w, NOT(w, NOT(w, full)), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, AND(w, full, EQUAL(w, zone, txt("us-east-1"))), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFullAndZoneIsUsEast1\",\"a\",\"b\"]}");
    SAME(conditions(&one),
         "{\"TierIsFullAndZoneIsUsEast1\":{\"Fn::And\":[{\"Fn::Equals\":[{\"Ref\":\"Tier\"},"
         "\"full\"]},{\"Fn::Equals\":[{\"Ref\":\"Zone\"},\"us-east-1\"]}]}}");
    BECOMES(one, IF(w, OR(w, full, full), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, AND(w, full, value_bool(true)), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, OR(w, full, value_bool(true)), txt("a"), txt("b")), "\"a\"");
    BECOMES(one, IF(w, AND(w, full, EQUAL(w, txt("x"), txt("y"))), txt("a"), txt("b")), "\"b\"");
    BECOMES(one, IF(w, full, txt("same"), txt("same")), "\"same\"");
    BECOMES(one, full, "{\"Fn::If\":[\"TierIsFull\",true,false]}");
    BECOMES(one, IF(w, param(w, "on"), txt("a"), txt("b")),
            "{\"Fn::If\":[\"OnIsTrue\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, EQUAL(w, param(w, "on"), value_bool(true)), txt("a"), txt("b")),
            "{\"Fn::If\":[\"OnIsTrue\",\"a\",\"b\"]}");
    world_free(w);
}

static void test_condition_names(void) {
    static const struct { const char *value, *name;
    } rows[] = {
        {"prod", "TierIsProd"},
        {"t3", "TierIsT3"},
        {"us-east-1", "TierIsUsEast1"},
        {"", "TierIsEmpty"},
    };
    static const char *const hashed[] = {"Prod",  "us_east_1", "us-east1", "empty",
                                         "not-x", "a b",       "é"};
    struct one one = one_new();
    struct world *w = one.w;
    char wanted[200];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(wanted, sizeof wanted, "{\"Fn::If\":[\"%s\",\"a\",\"b\"]}", rows[i].name);
        BECOMES(one, IF(w, EQUAL(w, param(w, "tier"), txt(rows[i].value)), txt("a"), txt("b")),
                wanted);
    }
    for (size_t i = 0; i < sizeof hashed / sizeof *hashed; i++) {
        set(w, one.holder, "Value",
            IF(w, EQUAL(w, param(w, "tier"), txt(hashed[i])), txt("a"), txt("b")));
        lower(w);
        struct stack_lowering *in = one.stack->lowered;
        CU_ASSERT_EQUAL(in->condition_count, 1);
        CU_ASSERT(!in->conditions[0]->is_plain);
    }
    world_free(w);
}

static void test_condition_hoisting(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value full = EQUAL(w, param(w, "tier"), txt("full"));
    struct value size = IF(w, full, txt("big"), txt("small"));
    BECOMES(one, IF(w, EQUAL(w, size, txt("big")), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, EQUAL(w, size, txt("small")), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsNotFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, EQUAL(w, size, txt("other")), txt("a"), txt("b")), "\"b\"");
    BECOMES(one,
            IF(w, EQUAL(w, IF(w, full, value_null(), txt("x")), value_null()), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsFull\",\"a\",\"b\"]}");
    BECOMES(one, IF(w, EQUAL(w, full, value_bool(false)), txt("a"), txt("b")),
            "{\"Fn::If\":[\"TierIsNotFull\",\"a\",\"b\"]}");
    world_free(w);
}

/* 10 operands are one Fn::And; 11 are nested. */
static void test_condition_width(void) {
    for (uint32_t count = 10; count <= 11; count++) {
        struct one one = one_new();
        struct world *w = one.w;
        struct value operands[11];
        for (uint32_t i = 0; i < count; i++) {
            operands[i] = EQUAL(w, param(w, "tier"), value_int(i));
        }
        set(w, one.holder, "Value",
            IF(w, op(w, DEFERRED_OR, SHAPE_BOOL, count, operands), txt("a"), txt("b")));
        lower(w);
        struct stack_lowering *in = one.stack->lowered;
        CU_ASSERT_EQUAL(in->conditions[in->condition_count - 1]->count, count == 10 ? 10 : 2);
        world_free(w);
    }
}

static void test_condition_reads(void) {
    struct one one = one_new();
    struct world *w = one.w;
    set(w, one.holder, "Value",
        IF(w, EQUAL(w, attribute(w, one.queue, "Arn"), txt("x")), txt("a"), txt("b")));
    const struct diagnostic *d = FAILS(w, DIAGNOSTIC_CONDITION_READS);
    SAME(d->message,
         "a condition cannot read \"east.queue.Arn\": CloudFormation decides conditions "
         "before it makes any resource");
    world_free(w);
}

/* ---- look-ups ---- */

static void test_lookup(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value sizes = MAP(w, {"dev", value_int(1)}, {"us-east-1", value_int(10)});
    struct value found = LOOKUP(w, sizes, param(w, "tier"));
    found.deferred->map_name = names_intern(&w->names, TEXT("node_sizes"));
    BECOMES(one, found, "{\"Fn::FindInMap\":[\"NodeSizes\",{\"Ref\":\"Tier\"},\"Value\"]}");
    SAME(section(w, 0, "Mappings"),
         "{\"NodeSizes\":{\"dev\":{\"Value\":1},\"us-east-1\":{\"Value\":10}}}");
    BECOMES(one, LOOKUP(w, sizes, txt("dev")), "1");
    struct value nested = MAP(w, {"dev", MAP(w, {"cpu", value_int(1)}, {"mem", value_int(2)})},
                              {"prod", MAP(w, {"cpu", value_int(4)}, {"mem", value_int(8)})});
    struct value two = LOOKUP(w, LOOKUP(w, nested, param(w, "tier")), txt("cpu"));
    two.deferred->operands[0].deferred->map_name = names_intern(&w->names, TEXT("nodes"));
    BECOMES(one, two, "{\"Fn::FindInMap\":[\"Nodes\",{\"Ref\":\"Tier\"},\"cpu\"]}");
    SAME(section(w, 0, "Mappings"),
         "{\"Nodes\":{\"dev\":{\"cpu\":1,\"mem\":2},\"prod\":{\"cpu\":4,\"mem\":8}}}");
    struct value cpu =
        LOOKUP(w, MAP(w, {"dev", value_int(1)}, {"prod", value_int(4)}), param(w, "tier"));
    struct value mem = LOOKUP(w, MAP(w, {"dev", txt("2")}, {"prod", txt("8")}), param(w, "tier"));
    struct value again = LOOKUP(w, MAP(w, {"dev", txt("1")}, {"prod", txt("4")}), param(w, "tier"));
    struct value other = LOOKUP(w, MAP(w, {"dev", txt("1")}, {"prod", txt("5")}), param(w, "tier"));
    cpu.deferred->map_name = again.deferred->map_name = other.deferred->map_name =
        names_intern(&w->names, TEXT("nodes.cpu"));
    mem.deferred->map_name = names_intern(&w->names, TEXT("nodes.mem_size"));
    set(w, one.holder, "Value", SUB(w, cpu, txt(" "), mem, txt(" "), again, txt(" "), other));
    lower(w);
    SAME(
        section(w, 0, "Mappings"),
        "{\"Nodes\":{\"dev\":{\"cpu\":1,\"MemSize\":\"2\"},\"prod\":{\"cpu\":4,\"MemSize\":\"8\"}},"
        "\"NodesYnwrxlzy\":{\"dev\":{\"cpu\":\"1\"},\"prod\":{\"cpu\":\"5\"}}}");
    BECOMES(
        one,
        LOOKUP(w, sizes, IF(w, EQUAL(w, param(w, "a"), txt("b")), txt("dev"), txt("us-east-1"))),
        "{\"Fn::If\":[\"AIsB\",1,10]}");
    world_free(w);
}

/* A key that the map does not have gives no value; but a required property must have one. */
static void test_lookup_chain(void) {
    struct one one = one_new();
    struct world *w = one.w;
    struct value odd = MAP(w, {"a b", txt("1")}, {"c", txt("2")});
    set(w, one.holder, "Value", LOOKUP(w, odd, param(w, "tier")));
    set(w, one.holder, "Description", LOOKUP(w, odd, param(w, "tier")));
    lower(w);
    CU_ASSERT(text_starts(holder_value(&one), TEXT("{\"Fn::If\":[\"TierIsAB")));
    CU_ASSERT(text_ends(holder_value(&one), TEXT(",\"1\",\"2\"]}")));
    const char *all = section(w, 0, "Resources").bytes;
    CU_ASSERT(strstr(all, ",\"1\",{\"Fn::If\":[\"TierIsC\",\"2\",{\"Ref\":\"AWS::NoValue\"}]}]}") !=
              NULL);
    struct parameter *tier = w->deployment.parameters[0];
    tier->allowed = LIST(w, txt("c"), txt("a b"));
    set(w, one.holder, "Description", LOOKUP(w, odd, param(w, "tier")));
    lower(w);
    all = section(w, 0, "Resources").bytes;
    CU_ASSERT(strstr(all, "NoValue") == NULL); /* no other value can come */
    struct value records =
        MAP(w, {"dev", MAP(w, {"a", txt("x")})}, {"prod", MAP(w, {"a", param(w, "z")})});
    tier->allowed = value_null();
    BECOMES(one, LOOKUP(w, LOOKUP(w, records, param(w, "tier")), txt("a")),
            "{\"Fn::If\":[\"TierIsDev\",\"x\",{\"Ref\":\"Z\"}]}");
    world_free(w);
}

static struct value odd_map(struct world *w, uint32_t count) {
    struct record *record = record_new(&w->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct name *key = names_intern(&w->names, text_format(&w->arena, "key %u", i));
        record_put(&w->arena, record, key, value_int(i), NULL);
    }
    return open_value(value_record(record));
}

static void test_lookup_limits(void) {
    struct one one = one_new();
    set(one.w, one.holder, "Value",
        LOOKUP(one.w, odd_map(one.w, LIMIT_IF_CHAIN), param(one.w, "tier")));
    lower(one.w);
    world_free(one.w);
    one = one_new();
    set(one.w, one.holder, "Value",
        LOOKUP(one.w, odd_map(one.w, LIMIT_IF_CHAIN + 1), param(one.w, "tier")));
    FAILS(one.w, DIAGNOSTIC_LOOKUP_KEYS);
    world_free(one.w);
}

/* ---- between stacks ---- */

struct two {
    struct world *w;
    struct stack *east, *west;
    struct resource *topic, *vpc, *holder;
};

static struct two two_new(void) {
    struct world *w = world_new();
    struct region *east = region_add(w, "east", "us-east-1"),
                  *west = region_add(w, "west", "us-west-2");
    struct two two = {.w = w, .east = stack_add(w, east, "east", "shop-dev"),
                      .west = stack_add(w, west, "west", "shop-dev")};
    two.topic = resource_add(w, two.east, "topic", "AWS::SNS::Topic");
    two.vpc = resource_add(w, two.east, "vpc", "AWS::EC2::VPC");
    set(w, two.vpc, "CidrBlock", txt("10.0.0.0/16"));
    two.holder = resource_add(w, two.west, "holder", "AWS::SSM::Parameter");
    set(w, two.holder, "Type", txt("String"));
    return two;
}

static struct text west_value(struct two *two) {
    struct document *resources = document_get(template_data(two->w, 1), "Resources");
    struct document *properties = document_get(document_get(resources, "Holder"), "Properties");
    return as_json(two->w, document_get(properties, "Value"));
}

static void test_in_place(void) {
    struct two two = two_new();
    struct world *w = two.w;
    set(w, two.topic, "TopicName", SUB(w, txt("fixed-"), pseudo(w, "AWS::AccountId"), txt("-"),
                                       pseudo(w, "AWS::Region")));
    set(w, two.holder, "Value", SUB(w, attribute(w, two.topic, "TopicArn"), txt(" "),
                                    attribute(w, two.topic, "TopicName")));
    lower(w);
    SAME(west_value(&two),
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
    SAME(west_value(&two),
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
    SAME(west_value(&two), "{\"Fn::GetStackOutput\":{\"StackName\":\"shop-dev\",\"OutputName\":"
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
    SAME(west_value(&two), "\"mydb\"");
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
            SAME(west_value(&two),
                 text_format(&w->arena, "{\"Fn::Sub\":\"%s\"}", rows[i].arn).bytes);
        } else {
            CU_ASSERT(text_starts(west_value(&two), TEXT("{\"Fn::GetStackOutput\"")));
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
    SAME(west_value(&two),
         "{\"Fn::Sub\":\"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/team/a/r\"}");
    world_free(w);
}

static void test_stack_output(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct value id = attribute(w, two.vpc, "Ref");
    set(w, two.holder, "Value", SUB(w, txt("vpc "), id));
    lower(w);
    SAME(west_value(&two),
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
    SAME(west_value(&two),
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
    SAME(west_value(&two),
         "{\"Fn::Select\":[1,{\"Fn::Split\":[\"-\",{\"Fn::Sub\":\"a-${EastVpcRef}\"}]}]}");
    struct value lookup = LOOKUP(w, MAP(w, {"vpc-1", txt("x")}), id);
    set(w, two.holder, "Value", lookup);
    lower(w);
    CU_ASSERT(text_ends(west_value(&two), TEXT("{\"Ref\":\"EastVpcRef\"},\"Value\"]}")));
    set(w, two.holder, "Value", id);
    w->deployment.references_as_parameters = true;
    lower(w);
    SAME(west_value(&two), "{\"Ref\":\"EastVpcRef\"}");
    world_free(w);
}

static void test_lists_between_stacks(void) {
    struct two two = two_new();
    struct world *w = two.w;
    struct value all = list_attribute(w, two.vpc, "CidrBlockAssociations");
    set(w, two.holder, "Value", OP(w, DEFERRED_JOIN, SHAPE_TEXT, txt(" "), all));
    lower(w);
    SAME(west_value(&two), "{\"Fn::Join\":[\" \",{\"Ref\":\"EastVpcCidrBlockAssociations\"}]}");
    SAME(section(w, 1, "Parameters"),
         "{\"EastVpcCidrBlockAssociations\":{\"Type\":\"CommaDelimitedList\"}}");
    SAME(section(w, 0, "Outputs"), "{\"VpcCidrBlockAssociations\":{\"Value\":{\"Fn::Join\":[\",\","
                                   "{\"Fn::GetAtt\":[\"Vpc\",\"CidrBlockAssociations\"]}]}}}");
    set(w, two.holder, "Value", OP(w, DEFERRED_SELECT, SHAPE_TEXT, all, value_int(2)));
    lower(w);
    SAME(west_value(&two), "{\"Fn::GetStackOutput\":{\"StackName\":\"shop-dev\",\"OutputName\":"
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

/* ---- the rest of a template ---- */

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

/* ---- documents ---- */

static struct text read_and_write(struct arena *arena, const char *text, struct failure *why) {
    struct document *document;
    struct buffer buffer;
    buffer_init(&buffer);
    *why = (struct failure){0};
    if (document_read(arena, text_of(text), &document, why)) document_write(document, &buffer, 0);
    struct text written = buffer_take(&buffer, arena);
    buffer_release(&buffer);
    return written;
}

static void test_documents(void) {
    static const struct { const char *text, *json;
    } rows[] = {
        {"{\"a\": [1, 2.50, -0, 1e3], \"b\": null, \"c\": [true, false, {}]}",
         "{\"a\":[1,2.50,-0,1e3],\"b\":null,\"c\":[true,false,{}]}"},
        {"\"\\u00e4\\ud83d\\ude00\\n\\/\"", "\"\u00e4\U0001F600\\n/\""},
        {"\xEF\xBB\xBF{}", "{}"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"a: 1\nb: [x, 'y', \"z\"]\n", "{\"a\":1,\"b\":[\"x\",\"y\",\"z\"]}"},
        {"a: !Ref X\nb: !GetAtt X.Y.Z\nc: !Sub '${A}'\nd: !If [C, !Ref A, !Ref 'AWS::NoValue']\n",
         "{\"a\":{\"Ref\":\"X\"},\"b\":{\"Fn::GetAtt\":[\"X\",\"Y.Z\"]},\"c\":{\"Fn::Sub\":\"${A}"
         "\"},"
         "\"d\":{\"Fn::If\":[\"C\",{\"Ref\":\"A\"},{\"Ref\":\"AWS::NoValue\"}]}}"},
        {"a: !GetAtt [X, Y]\nb: !Condition C\nc: !Base64\n  Fn::Sub: x\nd: !GetAZs ''\n",
         "{\"a\":{\"Fn::GetAtt\":[\"X\",\"Y\"]},\"b\":{\"Condition\":\"C\"},\"c\":{\"Fn::Base64\":{"
         "\"Fn::Sub\":"
         "\"x\"}},\"d\":{\"Fn::GetAZs\":\"\"}}"},
        {"a: yes\nb: No\nc: ~\nd:\ne: 'true'\nf: 2010-09-09\ng: 0x1F\nh: 010\ni: 012345678901\nj: "
         "1_000\n"
         "k: .5\nl: +3\nm: 22:22\nn: 1.\no: .inf\n",
         "{\"a\":true,\"b\":false,\"c\":null,\"d\":null,\"e\":\"true\",\"f\":\"2010-09-09\",\"g\":"
         "31,\"h\":8,"
         "\"i\":\"012345678901\",\"j\":1000,\"k\":0.5,\"l\":3,\"m\":\"22:22\",\"n\":1,\"o\":\"."
         "inf\"}"},
        {"a: &x {k: [1]}\nb: *x\n", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]}}"},
        {"{a: b, c: [d]}", "{\"a\":\"b\",\"c\":[\"d\"]}"},
        {"a: !!str 1\nb: !!int '2'\n", "{\"a\":\"1\",\"b\":2}"},
        {"a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct failure why;
        struct text json = read_and_write(&arena, rows[i].text, &why);
        SAME(json, rows[i].json);
        if (why.message[0]) printf("%s\n", why.message);
    }
    arena_release(&arena);
}

static void test_document_mistakes(void) {
    static const struct { const char *text, *message; } rows[] = {
        {"", "the document is empty"},
        {" \n", "the document is empty"},
        {"[1,", "line 1, column 4: a value is missing"},
        {"{\"a\":1,\n \"a\":2}", "line 2, column 2: key \"a\" is written twice"},
        {"[\"a\" \"b\"]", "line 1, column 6: \",\" or the closing bracket is missing"},
        {"{\"a\":1} x", "line 1, column 9: something follows the document"},
        {"[\"\\ud800\"]", "line 1, column 5: half of a character"},
        {"[\"a\x01\"]", "line 1, column 4: a control character in a text"},
        {"[\"\\q\"]", "line 1, column 3: JSON has no such escape"},
        {"\xFF", "line 1, column 1: the text is not UTF-8"},
        {"a: 1\na: 2\n", "line 1: key \"a\" is written twice in the mapping that begins here"},
        {"a: !Nope x\n", "line 1, column 4: tag \"!Nope\" is no function of CloudFormation"},
        {"a: *b\n", "line 1, column 4: the alias names no value that is complete before it"},
        {"? [x]\n: y\n", "line 1, column 3: a key must be a text"},
        {"a: 1\n---\nb: 2\n", "line 2, column 1: a second document follows"},
        {"a: &x [*x]\n", "line 1, column 8: the alias names no value that is complete before it"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct failure why;
        read_and_write(&arena, rows[i].text, &why);
        SAME(text_of(why.message), rows[i].message);
    }
    arena_release(&arena);
}

static bool reads_nested(const char *open, const char *close, unsigned depth) {
    struct arena arena;
    struct buffer text;
    struct document *document;
    struct failure why;
    arena_init(&arena);
    buffer_init(&text);
    for (unsigned i = 0; i < depth; i++) buffer_string(&text, open);
    buffer_string(&text, "1");
    for (unsigned i = 0; i < depth; i++) buffer_string(&text, close);
    bool read = document_read(&arena, buffer_view(&text), &document, &why);
    buffer_release(&text);
    arena_release(&arena);
    return read;
}

static void test_document_limits(void) {
    CU_ASSERT(reads_nested("[", "]", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("[", "]", LIMIT_JSON_DEPTH + 1));
    CU_ASSERT(reads_nested("{\"a\":", "}", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("{\"a\":", "}", LIMIT_JSON_DEPTH + 1));
    CU_ASSERT(reads_nested("{a: ", "}", LIMIT_JSON_DEPTH));
    CU_ASSERT(!reads_nested("{a: ", "}", LIMIT_JSON_DEPTH + 1));
    struct arena arena;
    struct failure why;
    arena_init(&arena);
    const char *laughs =
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    read_and_write(&arena, laughs, &why);
    CU_ASSERT(strstr(why.message, "aliases repeat too many values") != NULL);
    arena_release(&arena);
}

static void test_document_equal(void) {
    static const struct { const char *a, *b; bool equal; } rows[] = {
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"[1,2]", "[2,1]", false},
        {"1", "1.0", true}, {"100", "1e2", true}, {"0.0", "-0", true}, {"0.001", "1E-3", true},
        {"1", "10", false}, {"1", "-1", false}, {"12.5", "125e-1", true}, {"0.10", "0.01", false},
        {"9007199254740993", "9007199254740992", false},
        {"true", "\"true\"", false}, {"1", "\"1\"", false}, {"null", "false", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
        {"1e99999999999999999999", "1e99999999999999999999", true},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document *a, *b;
        struct failure why;
        CU_ASSERT(document_read(&arena, text_of(rows[i].a), &a, &why));
        CU_ASSERT(document_read(&arena, text_of(rows[i].b), &b, &why));
        CU_ASSERT_EQUAL(document_equal(a, b), rows[i].equal);
        if (document_equal(a, b) != rows[i].equal) printf("%s %s\n", rows[i].a, rows[i].b);
    }
    struct document *a, *b, *c;
    struct failure why;
    document_read(&arena, TEXT("{\"Metadata\":{\"mrp\":{\"A\":\"x:1\"}},\"Resources\":{}}"), &a,
                  &why);
    document_read(&arena, TEXT("{\"Resources\":{}}"), &b, &why);
    document_read(&arena, TEXT("{\"Resources\":{},\"Metadata\":{\"mine\":1,\"mrp\":2}}"), &c, &why);
    CU_ASSERT(document_same_template(a, b));
    CU_ASSERT(!document_equal(a, b));
    CU_ASSERT(!document_same_template(a, c));
    CU_ASSERT(document_same_template(c, c));
    arena_release(&arena);
}

UNIT_MAIN("template", {"text", test_text}, {"text variables", test_text_variables},
          {"text of conditions", test_text_of_conditions}, {"functions", test_functions},
          {"select chain", test_select_chain}, {"conditions", test_conditions},
          {"condition names", test_condition_names},
          {"condition hoisting", test_condition_hoisting},
          {"condition width", test_condition_width}, {"condition reads", test_condition_reads},
          {"lookup", test_lookup}, {"lookup chain", test_lookup_chain},
          {"lookup limits", test_lookup_limits}, {"in place", test_in_place},
          {"not in place", test_not_in_place}, {"arns", test_arns}, {"role path", test_role_path},
          {"stack output", test_stack_output}, {"order", test_order},
          {"parameters of outputs", test_parameters_of_outputs},
          {"lists between stacks", test_lists_between_stacks},
          {"same region", test_same_region_stacks}, {"stack cycle", test_stack_cycle},
          {"weak cycle", test_weak_cycle}, {"resource cycle", test_resource_cycle},
          {"depends on", test_depends_on}, {"policies", test_policies},
          {"parameters", test_parameters}, {"parameter taken", test_parameter_taken},
          {"capabilities", test_capabilities}, {"outputs", test_outputs},
          {"output taken", test_output_taken}, {"resource limit", test_resource_limit},
          {"count limits", test_count_limits}, {"size limit", test_size_limit},
          {"positions limit", test_positions_limit}, {"doubling text", test_doubling_text},
          {"manifest", test_manifest}, {"documents", test_documents},
          {"document mistakes", test_document_mistakes}, {"document limits", test_document_limits},
          {"document equal", test_document_equal})
