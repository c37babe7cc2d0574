/* SSM: parameters, as stacks made them or AWS publishes them. */
#include "runtime/serve/front.h"

static struct data *find_parameter(struct serving *serving, struct text name) {
    struct arena *arena = serving->arena;
    struct text value, bare = name;
    const char *colon = name.length ? memchr(name.bytes, ':', name.length) : NULL;
    if (colon && !text_starts(name, TEXT("arn:"))) bare.length = (size_t)(colon - name.bytes);
    if (!sim_stored_parameter(serving->simulator, arena, serving->claim.region, bare, &value)) {
        return NULL;
    }
    struct data *parameter = data_new(arena, DATA_RECORD);
    data_put(arena, parameter, "Name", bare);
    data_put(arena, parameter, "Type", TEXT("String"));
    data_put(arena, parameter, "Value", value);
    data_set_number(arena, parameter, "Version", 1);
    data_put(arena, parameter, "ARN",
             text_format(arena, "arn:%.*s:ssm:%.*s:%.*s:parameter%s%.*s",
                         TEXT_ARGS(sim_partition(serving->claim.region)),
                         TEXT_ARGS(serving->claim.region), TEXT_ARGS(serving->simulator->account),
                         text_starts(bare, TEXT("/")) ? "" : "/", TEXT_ARGS(bare)));
    data_put(arena, parameter, "DataType", TEXT("text"));
    return parameter;
}

static void get_parameter(struct serving *serving) {
    struct data *parameter = find_parameter(serving, data_text(serving->input, "Name"));
    if (parameter) data_add(serving->result, TEXT("Parameter"), parameter);
    else serve_refuse(serving, 400, "ParameterNotFound", "%s", "");
}

static void get_parameters(struct serving *serving) {
    struct arena *arena = serving->arena;
    struct data *found = data_set_new(arena, serving->result, "Parameters", DATA_LIST);
    struct data *invalid = data_set_new(arena, serving->result, "InvalidParameters", DATA_LIST);
    const struct data *name = data_first(data_get(serving->input, "Names"));
    for (; name; name = name->next) {
        struct data *parameter = find_parameter(serving, data_value(name));
        if (parameter) {
            data_add(found, TEXT(""), parameter);
        } else {
            struct data *missing = data_new(arena, DATA_TEXT);
            missing->text = data_value(name);
            data_add(invalid, TEXT(""), missing);
        }
    }
}

bool serve_ssm(struct serving *serving, struct text action) {
    if (text_is(action, "GetParameter")) get_parameter(serving);
    else if (text_is(action, "GetParameters")) get_parameters(serving);
    else return false;
    return true;
}
