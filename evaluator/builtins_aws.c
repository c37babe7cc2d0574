/* Built-in functions that become CloudFormation's where an argument is only known at deploy time,
 * and those that write what AWS wants: ARNs and dynamic references. Functions named like an
 * intrinsic take their arguments in the intrinsic's order. */
#include "evaluator/builtins.h"
#include "evaluator/choice.h"
#include "evaluator/stacks.h"
#include "schema/iam.h"

static void set_operand(struct deferred *deferred, uint32_t index, struct value value) {
    deferred->operands[index] = value;
    unsigned depth = value.kind == VALUE_DEFERRED ? value.deferred->depth + 1u : value.depth;
    if (depth > deferred->depth)
        deferred->depth = depth > UINT16_MAX ? UINT16_MAX : (uint16_t)depth;
}

/* A deferred value of these operands. */
static struct value defer(struct call *call, enum deferred_kind kind, enum deferred_shape shape,
                          const struct value *operands, uint32_t count) {
    struct deferred *deferred = deferred_new(call->arena, kind, shape, count, call->node);
    for (uint32_t i = 0; i < count; i++)
        set_operand(deferred, i, operands[i]);
    return value_deferred(deferred);
}

static bool is_deferred(struct value value, enum deferred_shape shape) {
    return value.kind == VALUE_DEFERRED &&
           (value.deferred->shape == shape || value.deferred->shape == SHAPE_ANY);
}

/* Whether the argument is a text, known or deferred; reported if not. */
static bool text_or_deferred(struct call *call, int index) {
    struct value value = call->arguments[index];
    if (value.kind == VALUE_TEXT || is_deferred(value, SHAPE_TEXT)) return true;
    argument_wrong(call, index, "a string");
    return false;
}

/* ---- join, split, select ---- */

/* Whether an element can be joined: a scalar, or a deferred one. Sees whether any is deferred. */
static bool check_parts(struct call *call, int index, struct value list, bool *deferred) {
    *deferred = false;
    for (uint32_t i = 0; i < list.length; i++) {
        struct value item = list.items[i];
        bool is_scalar =
            item.kind == VALUE_TEXT || item.kind == VALUE_BOOL || value_is_number(item);
        bool later = item.kind == VALUE_DEFERRED && item.deferred->shape != SHAPE_LIST;
        if (!is_scalar && !later) {
            element_wrong(call, index, i, item, "a string");
            return false;
        }
        *deferred |= later;
    }
    return true;
}

static struct value join_known(struct call *call, struct text separator, struct value list) {
    if (list.length == 0) return value_text(TEXT(""));
    struct value *pieces = make_items(call, 2ull * list.length - 1);
    uint64_t length = 0;
    if (!pieces) return value_poison();
    for (uint32_t i = 0; i < list.length; i++) {
        if (i) pieces[2 * i - 1] = value_text(separator);
        pieces[2 * i] = list.items[i];
        length += separator.length + (list.items[i].kind == VALUE_TEXT ? list.items[i].length : 24);
    }
    if (!text_fits(call, length) || !spend_bytes(call, length)) return value_poison();
    return value_concat(call->arena, pieces, 2 * list.length - 1, call->node);
}

struct value apply_join(struct call *call) {
    struct value list = call->arguments[1];
    struct text separator;
    bool deferred;
    if (!argument_text(call, 0, &separator)) return value_poison();
    if (!is_deferred(list, SHAPE_LIST)) {
        if (!argument_list(call, 1, &list) || !check_parts(call, 1, list, &deferred)) {
            return value_poison();
        }
        if (!deferred || list.length == 1) return join_known(call, separator, list);
    }
    struct value operands[2] = {value_text(separator), list};
    return keep_secret(call, defer(call, DEFERRED_JOIN, SHAPE_TEXT, operands, 2));
}

struct value apply_split(struct call *call) {
    struct text separator;
    if (!argument_filled(call, 0, &separator) || !text_or_deferred(call, 1)) return value_poison();
    if (call->arguments[1].kind == VALUE_TEXT) {
        struct value parts = split_known(call, value_as_text(call->arguments[1]), separator);
        for (uint32_t i = 0; parts.kind == VALUE_LIST && i < parts.length; i++) {
            parts.items[i] = keep_secret(call, parts.items[i]);
        }
        return parts;
    }
    return keep_secret(call, defer(call, DEFERRED_SPLIT, SHAPE_LIST, call->arguments, 2));
}

struct value apply_select(struct call *call) {
    struct value index = call->arguments[0], list = call->arguments[1];
    int64_t place;
    bool later = is_deferred(list, SHAPE_LIST);
    if (!later && !argument_list(call, 1, &list)) return value_poison();
    bool index_later = index.kind == VALUE_DEFERRED && index.deferred->shape != SHAPE_LIST;
    if (!index_later && !argument_range(call, 0, 0, INT32_MAX, &place)) return value_poison();
    if (!later && !index_later) {
        if (place < list.length) return list.items[place];
        return call_error(call, 0, "the list has %u elements: there is no number %lld", list.length,
                          (long long)place);
    }
    if (!later) return choice_make(call->evaluator, list, index, NULL, call->node);
    struct value operands[2] = {list, index};
    return keep_secret(call, defer(call, DEFERRED_SELECT, SHAPE_TEXT, operands, 2));
}

/* ---- cidr, base64, azs ---- */

struct value apply_cidr(struct call *call) {
    bool deferred = false;
    for (int i = 0; i < 3; i++)
        deferred |= call->arguments[i].kind == VALUE_DEFERRED;
    if (!deferred) return cidr_known(call);
    int64_t number;
    if (!text_or_deferred(call, 0)) return value_poison();
    for (int i = 1; i < 3; i++) {
        bool later = call->arguments[i].kind == VALUE_DEFERRED;
        if (!later && !argument_range(call, i, 1, i == 1 ? 256 : 128, &number))
            return value_poison();
    }
    return defer(call, DEFERRED_CIDR, SHAPE_LIST, call->arguments, 3);
}

struct value apply_base64(struct call *call) {
    if (!text_or_deferred(call, 0)) return value_poison();
    struct value text = call->arguments[0];
    if (text.kind == VALUE_TEXT) return keep_secret(call, base64_known(call, value_as_text(text)));
    return keep_secret(call, defer(call, DEFERRED_BASE64, SHAPE_TEXT, &text, 1));
}

/* The name of the region that the argument names, or of the one the call stands in. */
static bool region_name(struct call *call, int index, struct text *name) {
    struct value value = call->arguments[index];
    const struct region *here = call_place(call).region;
    if (value.kind == VALUE_REGION) {
        *name = value.region->name;
    } else if (value.kind != VALUE_NULL) {
        return argument_text(call, index, name);
    } else if (here) {
        *name = here->name;
    } else {
        call_error_hint(call, -1, "Call it inside a region, or name one.",
                        "\"%s\" stands outside of a region", call->builtin->name);
        return false;
    }
    return true;
}

struct value apply_azs(struct call *call) {
    struct text region;
    if (!region_name(call, 0, &region)) return value_poison();
    struct value operand = value_text(region);
    return defer(call, DEFERRED_ZONES, SHAPE_LIST, &operand, 1);
}

struct value apply_zones(struct call *call) {
    struct text region;
    int64_t count;
    if (!argument_range(call, 0, 0, 16, &count) || !region_name(call, 1, &region)) {
        return value_poison();
    }
    struct value operand = value_text(region);
    struct value all = defer(call, DEFERRED_ZONES, SHAPE_LIST, &operand, 1);
    struct value *items = make_items(call, (uint64_t)count);
    if (!items) return value_poison();
    for (int64_t i = 0; i < count; i++) {
        items[i] = defer(call, DEFERRED_SELECT, SHAPE_TEXT, (struct value[]){all, value_int(i)}, 2);
    }
    return value_list(items, (uint32_t)count);
}

/* ---- ARNs and dynamic references ---- */

struct value apply_arn(struct call *call) {
    struct text service, region = TEXT("");
    const struct region *here = call_place(call).region;
    if (!argument_filled(call, 0, &service) || !text_or_deferred(call, 1)) return value_poison();
    if (argument_given(call, 2)) {
        if (!region_name(call, 2, &region)) return value_poison();
    } else if (here) {
        region = here->name;
    }
    if (argument_given(call, 3) && !text_or_deferred(call, 3)) return value_poison();
    struct value pieces[] = {
        value_text(TEXT("arn:")), call_partition(call),
        value_text(TEXT(":")),    value_text(service),
        value_text(TEXT(":")),    value_text(region),
        value_text(TEXT(":")),    argument_given(call, 3) ? call->arguments[3] : call_account(call),
        value_text(TEXT(":")),    call->arguments[1],
    };
    return value_concat(call->arena, pieces, sizeof pieces / sizeof *pieces, call->node);
}

/* "{{resolve:...}}" of these pieces. */
static struct value dynamic(struct call *call, struct value *pieces, uint32_t count, bool secret) {
    struct value text = value_concat(call->arena, pieces, count, call->node);
    if (text.kind == VALUE_POISON) return text;
    struct value value = defer(call, DEFERRED_DYNAMIC, SHAPE_TEXT, &text, 1);
    if (secret) value.flags |= VALUE_SECRET;
    return value;
}

/* A known part of a reference: it may not hold what ends it. */
static bool reference_part(struct call *call, int index, const char *refused) {
    struct text text;
    if (!argument_text(call, index, &text)) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!strchr(refused, text.bytes[i]) && text.bytes[i]) continue;
        struct text name = parameter_name(call->builtin, index);
        return fail(call, index, "argument \"%.*s\" of \"%s\" may not hold \"%c\"", TEXT_ARGS(name),
                    call->builtin->name, text.bytes[i] ? text.bytes[i] : '0');
    }
    return true;
}

static struct value ssm_reference(struct call *call, const char *kind, bool secret) {
    int64_t version = 0;
    struct text name;
    if (!text_or_deferred(call, 0)) return value_poison();
    if (call->arguments[0].kind == VALUE_TEXT &&
        (!argument_filled(call, 0, &name) || !reference_part(call, 0, "{}:"))) {
        return value_poison();
    }
    bool has_version = argument_given(call, 1);
    if (has_version && !argument_range(call, 1, 1, INT64_MAX, &version)) return value_poison();
    struct value pieces[5] = {value_text(text_of(kind)), call->arguments[0],
                              value_text(TEXT("}}"))};
    uint32_t count = 3;
    if (has_version) {
        pieces[2] = value_text(TEXT(":"));
        pieces[3] = value_int(version);
        pieces[4] = value_text(TEXT("}}"));
        count = 5;
    }
    return dynamic(call, pieces, count, secret);
}

struct value apply_ssm_ref(struct call *call) {
    return ssm_reference(call, "{{resolve:ssm:", false);
}

struct value apply_ssm_secure_ref(struct call *call) {
    return ssm_reference(call, "{{resolve:ssm-secure:", true);
}

/* A secret's name or ARN: a colon is fine in it. */
static bool secret_id(struct call *call, struct value *id) {
    *id = call->arguments[0];
    struct text text;
    if (!text_or_deferred(call, 0)) return false;
    return id->kind != VALUE_TEXT ||
           (argument_filled(call, 0, &text) && reference_part(call, 0, "{}"));
}

struct value apply_secret_ref(struct call *call) {
    struct value id, empty = value_text(TEXT(""));
    if (!secret_id(call, &id)) return value_poison();
    for (int i = 1; i < 4; i++) {
        if (!argument_given(call, i)) continue;
        if (!reference_part(call, i, "{}:")) return value_poison();
    }
    if (argument_given(call, 2) && argument_given(call, 3)) {
        return call_error(call, 3,
                          "a secret's version is chosen by its stage or its id, not by both");
    }
    struct value colon = value_text(TEXT(":"));
    struct value pieces[] = {
        value_text(TEXT("{{resolve:secretsmanager:")),
        id,
        value_text(TEXT(":SecretString:")),
        argument_given(call, 1) ? call->arguments[1] : empty,
        colon,
        argument_given(call, 2) ? call->arguments[2] : empty,
        colon,
        argument_given(call, 3) ? call->arguments[3] : empty,
        value_text(TEXT("}}")),
    };
    return dynamic(call, pieces, sizeof pieces / sizeof *pieces, true);
}

/* ---- iam_action ---- */

struct value apply_iam_action(struct call *call) {
    struct text action;
    if (!argument_text(call, 0, &action)) return value_poison();
    /* the actions of a service are looked through */
    if (!spend_bytes(call, 20000)) return value_poison();
    return value_bool(iam_action_known(action));
}
