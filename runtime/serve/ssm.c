/* SSM: parameters, as stacks made them, as calls put them, or as AWS publishes them. */

#include "runtime/serve/front.h"

#define PARAMETER "AWS::SSM::Parameter"

enum { LONGEST_NAME = 1011, LONGEST_VALUE = 4096 };

static struct sim_resource *find(struct serving *serving, struct text name,
                                 struct sim_stack **owner) {
    return sim_existing(serving->simulator, PARAMETER, serving->claim.region, name, owner);
}

static struct text property(const struct sim_resource *parameter, const char *name) {
    const struct document *now = parameter->actual ? parameter->actual
                                                   : parameter->now.properties;
    const struct document *value = document_get(now, name);
    return value && value->kind == DOCUMENT_TEXT ? value->text : TEXT("");
}

/* --- reading ---------------------------------------------------------------------------------- */

/* "NAME:3" and "NAME:label" name a version; an ARN has colons of its own. */
static struct text without_version(struct text name, struct text *version) {
    const char *colon = name.length ? memchr(name.bytes, ':', name.length) : NULL;
    *version = TEXT("");
    if (!colon || text_starts(name, TEXT("arn:"))) return name;
    size_t length = (size_t)(colon - name.bytes);
    *version = (struct text){colon + 1, name.length - length - 1};
    return (struct text){name.bytes, length};
}

static struct data *tell(struct serving *serving, struct text name, struct text value,
                         const struct sim_resource *parameter) {
    struct arena *arena = serving->arena;
    struct data *record = data_new(arena, DATA_RECORD);
    struct text type = parameter ? property(parameter, "Type") : TEXT("");
    data_put(arena, record, "Name", name);
    data_put(arena, record, "Type", type.length ? type : TEXT("String"));
    data_put(arena, record, "Value", sim_masked(arena, value));
    data_set_number(arena, record, "Version", parameter ? (long)parameter->now.version + 1 : 1);
    if (parameter) data_set_number(arena, record, "LastModifiedDate", (long)parameter->updated);
    data_put(arena, record, "ARN",
             text_format(arena, "arn:%.*s:ssm:%.*s:%.*s:parameter%s%.*s",
                         TEXT_ARGS(sim_partition(serving->claim.region)),
                         TEXT_ARGS(serving->claim.region), TEXT_ARGS(serving->simulator->account),
                         text_starts(name, TEXT("/")) ? "" : "/", TEXT_ARGS(name)));
    data_put(arena, record, "DataType", TEXT("text"));
    return record;
}

/* NULL where there is none, or no such version of it. */
static struct data *find_parameter(struct serving *serving, struct text asked) {
    struct text value, version, name = without_version(asked, &version);
    const struct sim_resource *parameter = find(serving, name, NULL);
    if (!sim_stored_parameter(serving->simulator, serving->arena, serving->claim.region, name,
                              &value)) return NULL;
    struct data *record = tell(serving, name, value, parameter);
    if (version.length && !text_equal(version, data_text(record, "Version"))) return NULL;
    return record;
}

static void not_found(struct serving *serving) {
    serve_refuse(serving, 400, "ParameterNotFound", "%s", "");
}

static void get_parameter(struct serving *serving) {
    struct data *parameter = find_parameter(serving, data_text(serving->input, "Name"));
    if (parameter) data_add(serving->result, TEXT("Parameter"), parameter);
    else not_found(serving);
}

static void add_name(struct serving *serving, struct data *list, struct text name) {
    data_add(list, TEXT(""), data_new(serving->arena, DATA_TEXT))->text = name;
}

static void get_parameters(struct serving *serving) {
    struct arena *arena = serving->arena;
    struct data *found = data_set_new(arena, serving->result, "Parameters", DATA_LIST);
    struct data *invalid = data_set_new(arena, serving->result, "InvalidParameters", DATA_LIST);
    const struct data *name = data_first(data_get(serving->input, "Names"));
    for (; name; name = name->next) {
        struct data *parameter = find_parameter(serving, data_value(name));
        if (parameter) data_add(found, TEXT(""), parameter);
        else add_name(serving, invalid, data_value(name));
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool invalid(struct serving *serving, const char *words) {
    return serve_refuse(serving, 400, "ValidationException", "%s", words);
}

static bool check_name(struct serving *serving, struct text name) {
    bool good = name.length && name.length <= LONGEST_NAME;
    for (size_t i = 0; good && i < name.length; i++) {
        good = ascii_is_alphanumeric(name.bytes[i]) || strchr("_.-/", name.bytes[i]);
    }
    return good || invalid(serving, "Parameter name must be a fully qualified name. Only a mix of "
                                    "letters, numbers and the following 4 symbols .-_/ are "
                                    "allowed.");
}

static bool check_put(struct serving *serving, const struct sim_resource *old) {
    struct text type = data_text(serving->input, "Type");
    bool overwrites = data_is_true(serving->input, "Overwrite");
    if (!check_name(serving, data_text(serving->input, "Name"))) return false;
    if (!data_text(serving->input, "Value").length) {
        return invalid(serving, "1 validation error detected: Value '' at 'value' failed to "
                                "satisfy constraint: Member must have length greater than or "
                                "equal to 1");
    }
    if (data_text(serving->input, "Value").length > LONGEST_VALUE) {
        return invalid(serving, "Standard tier parameters support a maximum parameter value of "
                                "4096 characters.");
    }
    if (!old && !type.length) {
        return invalid(serving, "A parameter type is required when you create a parameter.");
    }
    if (type.length && !text_is(type, "String") && !text_is(type, "StringList") &&
        !text_is(type, "SecureString")) {
        return invalid(serving, "1 validation error detected: Value at 'type' failed to satisfy "
                                "constraint: Member must satisfy enum value set: [SecureString, "
                                "StringList, String]");
    }
    if (!old || overwrites) return true;
    return serve_refuse(serving, 400, "ParameterAlreadyExists",
                        "The parameter already exists. To overwrite this value, set the overwrite "
                        "option in the request to true.");
}

/* A secret is kept as the hash that stands for it, as those of templates are. */
static struct text kept_value(struct serving *serving, struct text type) {
    struct text value = data_text(serving->input, "Value");
    if (!text_is(type, "SecureString")) return value;
    return sim_secret(serving->simulator, serving->arena, value);
}

static void put_parameter(struct serving *serving) {
    struct simulator *simulator = serving->simulator;
    struct text name = data_text(serving->input, "Name");
    struct text type = data_text(serving->input, "Type");
    struct sim_stack *owner;
    struct sim_resource *parameter = find(serving, name, &owner);
    serving->looks = false;
    if (!check_put(serving, parameter)) return;
    if (parameter) {
        struct text kept = type.length ? type : property(parameter, "Type");
        sim_outside_set(simulator, owner, parameter, "Value", kept_value(serving, kept));
    } else {
        struct arena *arena = &simulator->arena;
        struct document *made = document_new(arena, DOCUMENT_OBJECT);
        struct text value = text_copy(arena, kept_value(serving, type));
        document_add(made, TEXT("Name"), document_text(arena, text_copy(arena, name)));
        document_add(made, TEXT("Type"), document_text(arena, text_copy(arena, type)));
        document_add(made, TEXT("Value"), document_text(arena, value));
        parameter = sim_outside_new(simulator, serving->claim.region, PARAMETER, name, made);
    }
    data_set_number(serving->arena, serving->result, "Version",
                    (long)parameter->now.version + 1);
    data_put(serving->arena, serving->result, "Tier", TEXT("Standard"));
}

static bool drop(struct serving *serving, struct text name) {
    struct sim_stack *owner;
    struct sim_resource *parameter = find(serving, name, &owner);
    serving->looks = false;
    if (parameter) sim_outside_delete(serving->simulator, owner, parameter);
    return parameter != NULL;
}

static void delete_parameter(struct serving *serving) {
    if (!drop(serving, data_text(serving->input, "Name"))) not_found(serving);
}

static void delete_parameters(struct serving *serving) {
    struct arena *arena = serving->arena;
    struct data *gone = data_set_new(arena, serving->result, "DeletedParameters", DATA_LIST);
    struct data *none = data_set_new(arena, serving->result, "InvalidParameters", DATA_LIST);
    const struct data *name = data_first(data_get(serving->input, "Names"));
    for (; name; name = name->next) {
        add_name(serving, drop(serving, data_value(name)) ? gone : none, data_value(name));
    }
}

bool serve_ssm(struct serving *serving, struct text action) {
    static const struct {
        const char *name;
        void (*run)(struct serving *);
    } actions[] = {
        {"GetParameter", get_parameter},
        {"GetParameters", get_parameters},
        {"PutParameter", put_parameter},
        {"DeleteParameter", delete_parameter},
        {"DeleteParameters", delete_parameters},
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!text_is(action, actions[i].name)) continue;
        actions[i].run(serving);
        return true;
    }
    return false;
}
