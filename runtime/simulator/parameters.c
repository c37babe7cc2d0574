/* Parameters of a template, and references to the parameter store. */
#include <stdlib.h>

#include "runtime/simulator/resolve.h"

/* --- dynamic references ----------------------------------------------------------------------- */

/* A parameter of the region's parameter store: AWS's public ones, or those that stacks made. */
bool sim_stored_parameter(struct simulator *simulator, struct arena *arena, struct text region,
                          struct text name, struct text *value) {
    if (text_starts(name, TEXT("/aws/service/"))) {
        char random[18] = {0};
        sim_random(text_format(arena, "%.*s%.*s", TEXT_ARGS(region), TEXT_ARGS(name)),
                   "0123456789abcdef", random, 17);
        bool is_image = !text_starts(name, TEXT("/aws/service/global-infrastructure/"));
        *value = is_image ? text_format(arena, "ami-0%.16s", random)
                          : text_format(arena, "%.8s", random);
        return true;
    }
    const struct sim_resource *resource =
        sim_existing(simulator, "AWS::SSM::Parameter", region, name, NULL);
    if (!resource) return false;
    const struct document *now = resource->actual ? resource->actual : resource->now.properties;
    return sim_scalar(document_get(now, "Value"), value);
}

/* "{{resolve:ssm:NAME[:VERSION]}}" is read; secrets stay as they are written, as AWS shows them. */
struct document *sim_dynamic(struct sim_scope *scope, struct text value) {
    static const struct text begin = {"{{resolve:ssm:", 14};
    struct buffer out;
    buffer_init(&out);
    struct document *result = NULL;
    for (size_t i = 0; i < value.length && !scope->failed;) {
        struct text rest = {value.bytes + i, value.length - i};
        const char *close = text_starts(rest, begin) ? memmem(rest.bytes, rest.length, "}}", 2)
                                                     : NULL;
        if (!close) {
            buffer_char(&out, value.bytes[i++]);
            continue;
        }
        struct text name = {rest.bytes + begin.length,
                            (size_t)(close - rest.bytes) - begin.length};
        const char *colon = memchr(name.bytes, ':', name.length);
        if (colon) name.length = (size_t)(colon - name.bytes);
        struct text found;
        if (sim_stored_parameter(scope->simulator, scope->arena, scope->stack->region, name,
                                 &found)) {
            buffer_text(&out, found);
        } else if (scope->unknown) { /* a change set only looks at how it is written */
            buffer_add(&out, rest.bytes, (size_t)(close - rest.bytes) + 2);
        } else {
            sim_fail(scope, "Parameters: [ssm:%.*s:] cannot be found.", TEXT_ARGS(name));
        }
        i += (size_t)(close - rest.bytes) + 2;
    }
    if (!scope->failed) result = sim_text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return result;
}

/* --- parameters ------------------------------------------------------------------------------- */

struct parameter_reading {
    struct simulator *simulator;
    struct arena *arena; /* the simulator's */
    struct cloud_call *call;
    const struct document *previous;
    struct document *values;
};

/* The template or request is refused with these words. */
#define refuse(reading, ...) sim_invalid((reading)->arena, &(reading)->call->error, __VA_ARGS__)

static bool is_stored(const struct document *declared) {
    return text_starts(document_get(declared, "Type")->text, TEXT("AWS::SSM::Parameter::Value<"));
}

/* Lists of the type's kind become lists, SSM parameters what is stored under their name. */
static bool resolve_parameter(struct parameter_reading *reading, const struct document *declared,
                              struct text value, struct document *held) {
    struct arena *arena = reading->arena;
    struct text type = document_get(declared, "Type")->text;
    bool is_ssm = is_stored(declared);
    bool is_list = memmem(type.bytes, type.length, "List<", 5) ||
                   text_is(type, "CommaDelimitedList") ||
                   text_is(type, "AWS::SSM::Parameter::Value<CommaDelimitedList>");
    if (is_ssm) {
        struct text name = value;
        if (!sim_stored_parameter(reading->simulator, arena, reading->call->region, name, &value)) {
            return refuse(reading, "Unable to fetch parameters [%.*s] from parameter store for "
                                   "this account.", TEXT_ARGS(name));
        }
        if (!sim_check_stored(arena, &reading->call->error, declared, value)) return false;
    }
    if (!is_ssm && !is_list) return true;
    struct document *resolved = document_text(arena, value);
    if (is_list) {
        struct sim_scope scope = {.arena = arena};
        resolved = value.length ? sim_split_text(&scope, value, TEXT(","))
                                : document_new(arena, DOCUMENT_LIST);
    }
    document_add(held, TEXT("resolved"), resolved);
    return true;
}

static const struct cloud_parameter *find_sent(const struct cloud_request *request,
                                               struct text key) {
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        if (text_equal(request->parameters[i].key, key)) return &request->parameters[i];
    }
    return NULL;
}

enum value_origin { VALUE_MISSING, VALUE_SENT, VALUE_KEPT, VALUE_DEFAULT };

static enum value_origin find_value(const struct parameter_reading *reading,
                                    const struct document *declared, struct text *value) {
    const struct cloud_parameter *sent = find_sent(&reading->call->request, declared->key);
    if (sent && sent->use_previous) {
        const struct document *former = document_member(reading->previous, declared->key);
        *value = text_copy(reading->arena, document_get_text(former, "value"));
        return VALUE_KEPT;
    }
    if (sent) {
        *value = text_copy(reading->arena, sent->value);
        return VALUE_SENT;
    }
    return sim_scalar(document_get(declared, "Default"), value) ? VALUE_DEFAULT : VALUE_MISSING;
}

static bool is_hidden(const struct document *declared) {
    struct text hides;
    return sim_scalar(document_get(declared, "NoEcho"), &hides) && text_is(hides, "true");
}

static bool take_value(struct parameter_reading *reading, const struct document *declared,
                       enum value_origin origin, struct text value) {
    struct document *held = document_new(reading->arena, DOCUMENT_OBJECT);
    if (!sim_check_parameter(reading->arena, &reading->call->error, declared, value)) return false;
    if (origin != VALUE_KEPT && is_hidden(declared)) { /* what is kept has been hidden before */
        value = sim_secret(reading->simulator, reading->arena, value);
    }
    document_add(held, TEXT("value"), document_text(reading->arena, value));
    if (!resolve_parameter(reading, declared, value, held)) return false;
    document_add(reading->values, declared->key, held);
    return true;
}

static bool refuse_key(struct parameter_reading *reading, struct text key, const char *reason) {
    return refuse(reading, "Invalid input for parameter key %.*s. Cannot specify usePreviousValue "
                           "as true %s", TEXT_ARGS(key), reason);
}

/* A former value can only be kept where there was one, and instead of another. */
static bool check_kept(struct parameter_reading *reading, const struct cloud_parameter *sent) {
    const struct cloud_request *request = &reading->call->request;
    if (sent->value.length) {
        return refuse_key(reading, sent->key, "and non empty value for a parameter");
    }
    if (request->change_set.length && text_is(request->change_type, "CREATE")) {
        return refuse(reading, "Cannot specify UsePreviousValue on Parameters when ChangeSetType is "
                               "CREATE");
    }
    if (document_member(reading->previous, sent->key)) return true;
    return refuse_key(reading, sent->key, "for a parameter key not in the previous template");
}

static bool check_sent(struct parameter_reading *reading, const struct document *declared) {
    const struct cloud_request *request = &reading->call->request;
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        const struct cloud_parameter *sent = &request->parameters[i];
        if (!document_member(declared, sent->key)) {
            return refuse(reading, "Parameters: [%.*s] do not exist in the template",
                          TEXT_ARGS(sent->key));
        }
        if (sent->use_previous && !check_kept(reading, sent)) return false;
    }
    return true;
}

bool sim_parameters(struct simulator *simulator, struct cloud_call *call,
                    const struct sim_blueprint *blueprint, const struct document *previous,
                    struct document **values) {
    struct arena *arena = &simulator->arena;
    struct parameter_reading reading = {simulator, arena, call, previous,
                                        document_new(arena, DOCUMENT_OBJECT)};
    struct text missing = {0};
    *values = reading.values;
    if (!check_sent(&reading, blueprint->parameters)) return false;
    const struct document *declared =
        blueprint->parameters ? blueprint->parameters->children : NULL;
    for (; declared; declared = declared->next) {
        struct text value;
        enum value_origin origin = find_value(&reading, declared, &value);
        if (origin == VALUE_MISSING && is_stored(declared)) {
            return refuse(&reading,
                          "Parameter %.*s should either have input value or default value",
                          TEXT_ARGS(declared->key));
        }
        if (origin == VALUE_MISSING) {
            missing = missing.length ? text_format(arena, "%.*s, %.*s", TEXT_ARGS(missing),
                                                   TEXT_ARGS(declared->key)) : declared->key;
        } else if (!take_value(&reading, declared, origin, value)) {
            return false;
        }
    }
    if (!missing.length) return true;
    return refuse(&reading, "Parameters: [%.*s] must have values", TEXT_ARGS(missing));
}
