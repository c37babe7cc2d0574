/* Built-in functions of pipelines: artifacts, permissions, and what components of the library see
 * of resources and stacks that they are given. */
#include <stdlib.h>

#include "evaluator/builtins.h"
#include "evaluator/internal.h"
#include "schema/iam.h"

struct value record_value(struct evaluator *ev, struct value record, const char *key) {
    const struct name *name = names_find(ev->names, text_of(key));
    struct record_entry *entry = NULL;
    if (record.kind == VALUE_RECORD && name) entry = record_find(record.record, name);
    return entry ? entry->value : value_poison();
}

bool value_is_artifact(struct evaluator *ev, struct value value) {
    return value.kind == VALUE_RECORD && value.record->count == 2 &&
           value.record->entries[0].key == names_find(ev->names, TEXT("artifact")) &&
           value.record->entries[1].key == names_find(ev->names, TEXT("path"));
}

struct value apply_region_of(struct call *call) {
    struct value value = call->arguments[0];
    struct region *region = NULL;
    if (value.kind == VALUE_POISON) return value;
    if (value.kind == VALUE_RESOURCE) region = value.resource->region;
    if (value.kind == VALUE_COMPONENT) region = value.component->place.region;
    if (!region) return argument_wrong(call, 0, "a resource");
    return (struct value){.kind = VALUE_REGION, .region = region};
}

static struct resource_state *resource_argument(struct call *call) {
    struct value value = call->arguments[0];
    struct resource *resource = NULL;
    if (value.kind == VALUE_RESOURCE) resource = value.resource;
    if (value.kind == VALUE_COMPONENT) resource = component_self(call->evaluator, value.component);
    if (!resource) argument_wrong(call, 0, "a resource");
    return (struct resource_state *)resource;
}

struct value apply_is_existing(struct call *call) {
    struct resource_state *state = resource_argument(call);
    return state ? value_bool(state->resource.is_existing) : value_poison();
}

struct value apply_is_known(struct call *call) {
    struct value value = call->arguments[0];
    return value.kind == VALUE_POISON ? value : value_bool(value.kind != VALUE_DEFERRED);
}

struct value apply_written(struct call *call) {
    struct text property;
    struct resource_state *state = resource_argument(call);
    if (!state || !argument_filled(call, 1, &property)) return value_poison();
    const struct name *name = names_intern(call->names, property);
    struct value value = resource_property(call->evaluator, state, name, call->node);
    return value.kind == SLOT_WAITING ? value_null() : value;
}

/* ---- artifacts and permissions ---- */

/* What CodePipeline takes as the name of an artifact. */
static bool is_artifact_name(struct text name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];
        if (!ascii_is_word(c) && c != '-') return false;
    }
    return name.length > 0 && name.length <= 100;
}

static struct value artifact_of(struct call *call, struct value name, struct value path) {
    struct record *record = record_new(call->arena, 2);
    put_text(call, record, "artifact", name);
    put_text(call, record, "path", path);
    return value_record(record);
}

struct value apply_artifact(struct call *call) {
    struct text name;
    if (!argument_text(call, 0, &name)) return value_poison();
    if (!is_artifact_name(name)) {
        return call_error(call, 0, "the name of an artifact is 1 to 100 of A-Z, a-z, 0-9, - and _, "
                          "and this is \"%.*s\"", TEXT_ARGS(text_slice(name, 0, 120)));
    }
    return artifact_of(call, call->arguments[0], value_null());
}

struct value apply_at(struct call *call) {
    struct record *artifact;
    struct text path;
    if (!argument_record(call, 0, &artifact) || !argument_filled(call, 1, &path)) {
        return value_poison();
    }
    struct record_entry *name = record_find(artifact, names_intern(call->names, TEXT("artifact")));
    if (!name) return argument_wrong(call, 0, "an artifact");
    return artifact_of(call, name->value, call->arguments[1]);
}

/* Whether IAM knows such an action: some that handlers publish are names of requests, or a whole
 * service. What a service only tells (ec2:Describe*) may end in a star. */
static bool is_iam_action(struct text action) {
    const char *colon = memchr(action.bytes, ':', action.length);
    if (!text_ends(action, TEXT("*"))) return iam_action_known(action);
    if (!colon) return false;
    size_t start = (size_t)(colon - action.bytes) + 1, end = action.length - 1;
    for (size_t i = start; i < end; i++) {
        if (!ascii_is_letter(action.bytes[i])) return false;
    }
    return end > start;
}

static bool handler_add(struct call *call, struct value_set *set, struct text action) {
    bool added;
    struct value value = value_text(text_copy(call->arena, action));
    return value_set_add(call, set, 0, value, &added) != UINT32_MAX;
}

/* The type's own actions; false, reported, if AWS publishes none. */
static bool handler_type(struct call *call, struct value_set *set, struct text name) {
    const struct schema_type *type = schema_type_find(name);
    size_t total = 0;
    for (int o = 0; type && o < SCHEMA_OPERATIONS; o++) {
        enum schema_operation operation = (enum schema_operation)o;
        size_t count = schema_type_permission_count(type, operation);
        for (size_t i = 0; i < count; i++) {
            struct text action = schema_type_permission(type, operation, i);
            if (!is_iam_action(action)) continue;
            if (!handler_add(call, set, action)) return false;
            total++;
        }
    }
    if (total) return true;
    call_error_hint(call, 0, "Write the actions themselves, such as \"s3:CreateBucket\".",
                    "AWS publishes no permissions of %.*s", TEXT_ARGS(name));
    return false;
}

static size_t handler_room(const struct value *types) {
    size_t room = 1;
    for (uint32_t i = 0; i < types->length; i++) {
        const struct schema_type *type = NULL;
        if (types->items[i].kind == VALUE_TYPE) {
            type = schema_type_find(name_text(types->items[i].type));
        }
        for (int o = 0; type && o < SCHEMA_OPERATIONS; o++) {
            room += schema_type_permission_count(type, (enum schema_operation)o);
        }
        room++;
    }
    return room;
}

static int compare_values(const void *a, const void *b) {
    return value_compare(*(const struct value *)a, *(const struct value *)b);
}

struct value apply_handler_actions(struct call *call) {
    struct value types;
    struct value_set set;
    if (!argument_list(call, 0, &types)) return value_poison();
    size_t room = handler_room(&types);
    if (!call_spend(call, room) || !value_set_init(call, &set, (uint32_t)room)) {
        return value_poison();
    }
    for (uint32_t i = 0; i < types.length; i++) {
        struct value type = types.items[i];
        struct text text;
        if (type.kind == VALUE_TYPE) {
            if (!handler_type(call, &set, name_text(type.type))) return value_poison();
        } else if (!element_text(call, 0, i, type, &text) || !handler_add(call, &set, text)) {
            return value_poison();
        }
    }
    qsort(set.items, set.count, sizeof *set.items, compare_values);
    return value_list(set.items, set.count);
}
