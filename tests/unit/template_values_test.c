/* Unit tests of template/: how values are written: texts, functions, conditions, look-ups. */
#include "tests/unit/by_hand.h"
#include "tests/unit/unit.h"

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
    CU_ASSERT(text_starts(holder_value(one.w, 0), TEXT("{\"Fn::If\":[\"TierIsAB")));
    CU_ASSERT(text_ends(holder_value(one.w, 0), TEXT(",\"1\",\"2\"]}")));
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

UNIT_MAIN("template values", {"text", test_text}, {"text variables", test_text_variables},
          {"text of conditions", test_text_of_conditions}, {"functions", test_functions},
          {"select chain", test_select_chain}, {"conditions", test_conditions},
          {"condition names", test_condition_names},
          {"condition hoisting", test_condition_hoisting},
          {"condition width", test_condition_width}, {"condition reads", test_condition_reads},
          {"lookup", test_lookup}, {"lookup chain", test_lookup_chain},
          {"lookup limits", test_lookup_limits})
