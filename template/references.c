/* References that leave a stack: which way each takes, and the values that can be computed.
 *
 * A value can be computed when its resource has a fixed name: Ref of a type whose Ref is that
 * name, the attribute that repeats it, and the ARN by the type's template. Fixed means known
 * text, or text with pseudo parameters that mean the same in every stack of the account
 * (AWS::AccountId, AWS::Partition, AWS::URLSuffix). A deploy param is not: each stack keeps its
 * own value of it.
 */
#include "template/lowering.h"

enum { COMPUTE_DEPTH = 32, ARN_PIECES = 24 };

/* ---- values that can be computed ---- */

/* Services that turn names to lower case, so that Ref is not what was written. */
static bool lowers_names(struct text type) {
    static const char *const services[] = {
        "AWS::RDS::", "AWS::DocDB::", "AWS::Neptune::", "AWS::ElastiCache::", "AWS::Redshift::",
        "AWS::DMS::", "AWS::MemoryDB::", "AWS::DAX::",
    };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        if (text_starts(type, text_of(services[i]))) return true;
    }
    return false;
}

static bool has_upper(struct text text) {
    for (size_t i = 0; i < text.length; i++) {
        if (ascii_is_upper(text.bytes[i])) return true;
    }
    return false;
}

static const struct value *given_property(struct lowering *all, const struct resource *resource,
                                          struct text property) {
    const struct name *name = names_find(all->deployment->names, property);
    if (!name || !resource->properties) return NULL;
    struct record_entry *entry = record_find(resource->properties, name);
    return entry && entry->value.kind != VALUE_NULL ? &entry->value : NULL;
}

static bool compute_depth(struct lowering *all, struct resource *resource,
                          const struct name *attribute, unsigned depth, struct value *value);

static bool portable_pseudo(const struct resource *owner, const struct deferred *d,
                            struct value *out) {
    struct text name = name_text(d->name);
    if (text_is(name, "AWS::Region") && owner->region) {
        *out = value_text(owner->region->name);
        return true;
    }
    if (text_is(name, "AWS::StackName") && owner->stack) {
        *out = value_text(owner->stack->name);
        return true;
    }
    return text_is(name, "AWS::AccountId") || text_is(name, "AWS::Partition") ||
           text_is(name, "AWS::URLSuffix");
}

/* The value as it reads in any stack of the account. */
static bool portable(struct lowering *all, struct resource *owner, struct value value,
                     unsigned depth, struct value *out) {
    *out = value;
    if (lowering_is_scalar(value)) return true;
    if (value.kind == VALUE_RESOURCE) {
        return compute_depth(all, value.resource, all->ref, depth + 1, out);
    }
    if (value.kind == VALUE_REGION) {
        *out = value_text(value.region->name);
        return true;
    }
    if (value.kind != VALUE_DEFERRED || depth > COMPUTE_DEPTH) return false;
    struct deferred *d = value.deferred;
    if (d->kind == DEFERRED_PSEUDO) return portable_pseudo(owner, d, out);
    if (d->kind == DEFERRED_ATTRIBUTE) {
        return compute_depth(all, d->resource, d->name, depth + 1, out);
    }
    if (d->kind != DEFERRED_TEXT) return false;
    struct deferred *copy = deferred_new(all->arena, DEFERRED_TEXT, SHAPE_TEXT, d->count, d->cause);
    for (uint32_t i = 0; i < d->count; i++) {
        if (!portable(all, owner, d->operands[i], depth + 1, &copy->operands[i])) return false;
    }
    *out = value_deferred(copy);
    return true;
}

static bool compute_property(struct lowering *all, struct resource *resource,
                             struct text property, unsigned depth, struct value *value) {
    const struct value *given = given_property(all, resource, property);
    if (!given || !portable(all, resource, *given, depth, value)) return false;
    if (!lowers_names(resource_type_name(resource))) return true;
    return value->kind == VALUE_TEXT && !has_upper(value_as_text(*value));
}

struct value lowering_pseudo(struct lowering *all, const char *name) {
    struct deferred *d = deferred_new(all->arena, DEFERRED_PSEUDO, SHAPE_TEXT, 0, NULL);
    d->name = names_intern(all->deployment->names, text_of(name));
    return value_deferred(d);
}

static struct text without_end(struct text text, const char *end) {
    if (text_ends(text, text_of(end))) text.length -= strlen(end);
    return text;
}

/* The last word of AWS::CodeBuild::Project. */
static struct text type_word(struct text type) {
    for (size_t i = type.length; i > 0; i--) {
        if (type.bytes[i - 1] == ':') return (struct text){type.bytes + i, type.length - i};
    }
    return type;
}

/* Whether a placeholder of the ARN stands for the physical name: ${QueueName}, ${ProjectName}
 * where the property is called Name, ${PolicyNameWithPath} where it is ManagedPolicyName. */
static bool is_name_placeholder(const struct schema_type *type, struct text placeholder,
                                struct text property) {
    placeholder = without_end(without_end(placeholder, "WithPath"), "WithoutLeadingSlash");
    if (text_equal(placeholder, property)) return true;
    if (!text_ends(placeholder, TEXT("Name"))) return false;
    if (!text_is(property, "Name")) return text_ends(property, placeholder);
    struct text word = type_word(schema_type_name(type));
    struct text stem = without_end(placeholder, "Name");
    return text_equal(stem, word) || text_ends(word, stem);
}

/* "/a/b/" before the name; false where the path is not known text. */
static bool iam_path(struct lowering *all, struct resource *resource, struct text *path) {
    const struct value *given = given_property(all, resource, TEXT("Path"));
    *path = TEXT("");
    if (!given) return true;
    if (given->kind != VALUE_TEXT || given->length == 0 || given->bytes[0] != '/') return false;
    *path = (struct text){given->bytes + 1, given->length - 1};
    return true;
}

struct arn {
    struct lowering *all;
    struct resource *resource;
    struct text property; /* the physical name */
    unsigned depth;
    struct value pieces[ARN_PIECES];
    uint32_t count;
};

static bool arn_add(struct arn *arn, struct value piece) {
    if (arn->count == ARN_PIECES) return false;
    arn->pieces[arn->count++] = piece;
    return true;
}

static bool arn_name(struct arn *arn, struct text placeholder) {
    struct value name;
    if (!compute_property(arn->all, arn->resource, arn->property, arn->depth, &name)) return false;
    if (text_ends(placeholder, TEXT("WithPath"))) {
        struct text path;
        if (!iam_path(arn->all, arn->resource, &path)) return false;
        if (path.length && !arn_add(arn, value_text(path))) return false;
    }
    if (text_ends(placeholder, TEXT("WithoutLeadingSlash"))) {
        struct value first = name;
        if (name.kind == VALUE_DEFERRED && name.deferred->count) first = name.deferred->operands[0];
        if (first.kind != VALUE_TEXT || first.length == 0) return false;
        if (first.bytes[0] == '/') {
            if (name.kind != VALUE_TEXT) return false;
            name.bytes++;
            name.length--;
        }
    }
    return arn_add(arn, name);
}

static bool arn_placeholder(struct arn *arn, struct text name) {
    struct deployment *deployment = arn->all->deployment;
    if (text_is(name, "Partition"))
        return arn_add(arn, lowering_pseudo(arn->all, "AWS::Partition"));
    if (text_is(name, "Region")) {
        return arn->resource->region && arn_add(arn, value_text(arn->resource->region->name));
    }
    if (text_is(name, "Account")) {
        return arn_add(arn, deployment->account.length
                                ? value_text(deployment->account)
                                : lowering_pseudo(arn->all, "AWS::AccountId"));
    }
    if (arn->property.length && is_name_placeholder(arn->resource->type, name, arn->property)) {
        return arn_name(arn, name);
    }
    struct value value;
    return compute_property(arn->all, arn->resource, name, arn->depth, &value) &&
           arn_add(arn, value);
}

/* The bus of a rule stands in its ARN, which the form does not say. */
static bool has_other_arn(struct lowering *all, const struct resource *resource) {
    return text_is(resource_type_name(resource), "AWS::Events::Rule") &&
           given_property(all, resource, TEXT("EventBusName"));
}

static bool compute_arn(struct lowering *all, struct resource *resource, struct text form,
                        unsigned depth, struct value *value) {
    struct schema_name name;
    struct arn arn = {.all = all, .resource = resource, .depth = depth};
    if (has_other_arn(all, resource)) return false;
    if (schema_type_physical_name(resource->type, &name)) {
        arn.property = schema_property_name(name.property);
    }
    for (size_t at = 0, start = 0; at <= form.length; at++) {
        bool opens = at + 1 < form.length && form.bytes[at] == '$' && form.bytes[at + 1] == '{';
        if (!opens && at < form.length) continue;
        struct text literal = {form.bytes + start, at - start};
        if (literal.length && !arn_add(&arn, value_text(literal))) return false;
        if (!opens) break;
        size_t end = at;
        while (end < form.length && form.bytes[end] != '}') end++;
        struct text placeholder = {form.bytes + at + 2, end - at - 2};
        if (end == form.length || !arn_placeholder(&arn, placeholder)) return false;
        at = end;
        start = end + 1;
    }
    struct deferred *text = deferred_new(all->arena, DEFERRED_TEXT, SHAPE_TEXT, arn.count, NULL);
    memcpy(text->operands, arn.pieces, arn.count * sizeof *arn.pieces);
    *value = value_deferred(text);
    return true;
}

static bool compute_depth(struct lowering *all, struct resource *resource,
                          const struct name *attribute, unsigned depth, struct value *value) {
    if (depth > COMPUTE_DEPTH) return false;
    struct text wanted = name_text(attribute), arn_attribute;
    struct text form = schema_type_arn(resource->type, &arn_attribute);
    struct text ref = schema_type_ref(resource->type);
    bool is_ref = text_is(wanted, "Ref");
    if (form.length && (text_equal(wanted, arn_attribute) ||
                        (is_ref && ref.length && text_equal(ref, arn_attribute)))) {
        return compute_arn(all, resource, form, depth, value);
    }
    struct schema_name name;
    bool is_named = schema_type_physical_name(resource->type, &name);
    struct text property = is_ref ? ref : wanted;
    if (property.length == 0) return false;
    if (!is_ref && !(is_named && text_equal(schema_property_name(name.property), property)) &&
        !text_equal(ref, property)) {
        return false;
    }
    return compute_property(all, resource, property, depth, value);
}

/* A property that was given and can also be read: the evaluator keeps what was written. */
static bool compute_written(struct lowering *all, const struct deferred *d, struct value *value) {
    if (d->count != 1 || !portable(all, d->resource, d->operands[0], 1, value)) return false;
    return !lowers_names(resource_type_name(d->resource)) ||
           (value->kind == VALUE_TEXT && !has_upper(value_as_text(*value)));
}

/* ---- travels and imports ---- */

static struct travel *find_travel(struct lowering *all, const struct deferred *d, int64_t element) {
    struct { struct resource *resource; const struct name *name; int64_t element; } parts = {
        d->resource, d->name, element};
    const struct name *key =
        names_intern(&all->travel_keys, (struct text){(const char *)&parts, sizeof parts});
    struct travel *travel = map_find(&all->travels, key);
    if (travel) return travel;
    travel = ARENA_NEW(all->arena, struct travel);
    *travel = (struct travel){.resource = d->resource, .attribute = d->name, .element = element,
                              .cause = d->cause};
    travel->is_list = d->shape == SHAPE_LIST && element < 0;
    if (element < 0) {
        travel->is_computed = compute_depth(all, d->resource, d->name, 0, &travel->computed) ||
                              compute_written(all, d, &travel->computed);
    }
    map_put(&all->travels, key, travel);
    return travel;
}

struct import *lowering_import(struct stack_lowering *in, const struct deferred *d,
                               int64_t element) {
    struct lowering *all = in->all;
    if (in->stack && d->resource->stack == in->stack) return NULL;
    struct travel *travel = find_travel(all, d, element);
    struct import *import = map_find(&in->imports, travel);
    if (import) return import;
    import = ARENA_NEW(all->arena, struct import);
    import->travel = travel;
    import->cause = d->cause;
    import->way = travel->is_computed ? WAY_IN_PLACE : WAY_OUTPUT;
    map_put(&in->imports, travel, import);
    if (travel->is_computed && travel->resource->stack && in->stack) {
        lowering_add_edge(in, (struct template_edge){
            .stack = travel->resource->stack->index, .is_weak = true,
            .what = attribute_path(all->arena, d->resource, d->name), .span = cause_span(d->cause)});
    }
    return import;
}

bool lowering_is_element(struct stack_lowering *in, struct value list, struct value index) {
    return list.kind == VALUE_DEFERRED && list.deferred->kind == DEFERRED_ATTRIBUTE &&
           index.kind == VALUE_INT &&
           !(in->stack && list.deferred->resource->stack == in->stack);
}

/* Takes the id for the travel; false if another one has it. */
static bool take_output_id(struct stack_lowering *producer, struct text id, struct travel *travel) {
    const struct name *name = names_intern(producer->all->deployment->names, id);
    if (map_find(&producer->output_ids, name)) return false;
    map_put(&producer->output_ids, name, travel);
    return true;
}

/* <LogicalId><Attribute>[Index]; where two values would have one id, the second gets letters. */
static struct text output_id(struct lowering *all, struct stack_lowering *producer,
                             struct travel *travel) {
    struct text id = name_text(travel->resource->logical_id);
    struct text attribute = name_text(travel->attribute);
    char *bytes = arena_alloc(all->arena, id.length + attribute.length + 1);
    memcpy(bytes, id.bytes, id.length);
    size_t length = id.length;
    for (size_t i = 0; i < attribute.length; i++) {
        if (ascii_is_alphanumeric(attribute.bytes[i])) bytes[length++] = attribute.bytes[i];
    }
    struct text made = {bytes, length};
    if (travel->element >= 0) {
        made = text_format(all->arena, "%.*s%lld", TEXT_ARGS(made), (long long)travel->element);
    }
    if (take_output_id(producer, made, travel)) return made;
    struct text full = text_format(all->arena, "%.*s %.*s %lld", TEXT_ARGS(id),
                                   TEXT_ARGS(attribute), (long long)travel->element);
    return text_format(all->arena, "%.*s%.*s", TEXT_ARGS(made),
                       TEXT_ARGS(content_letters(all->arena, full)));
}

struct resource *lowering_find_id(struct stack_lowering *in, struct text id) {
    const struct name *name = names_find(in->all->deployment->names, id);
    if (!name || !in->stack) return NULL;
    if (!in->has_ids) {
        for (uint32_t i = 0; i < in->stack->resource_count; i++) {
            struct resource *resource = in->stack->resources[i];
            map_put(&in->ids, resource->logical_id, resource);
        }
        in->has_ids = true;
    }
    return map_find(&in->ids, name);
}

static void *take_parameter_id(struct stack_lowering *in, struct text id) {
    const struct name *name = names_intern(in->all->deployment->names, id);
    return map_put(&in->parameter_ids, name, in);
}

static bool is_parameter_taken(struct stack_lowering *in, struct text id) {
    struct deployment *deployment = in->all->deployment;
    for (uint32_t i = 0; in->parameter_ids.count == 0 && i < deployment->parameter_count; i++) {
        take_parameter_id(in, deployment->parameters[i]->logical_id);
    }
    return lowering_find_id(in, id) || take_parameter_id(in, id);
}

/* The producer's stack is part of the id, since regions have resources of the same name. */
static void add_parameter(struct stack_lowering *in, struct import *import) {
    struct lowering *all = in->all;
    struct travel *travel = import->travel;
    struct stack *producer = travel->resource->stack;
    struct text id = text_format(all->arena, "%.*s%.*s",
                                 TEXT_ARGS(text_words_joined(all->arena, producer->path)),
                                 TEXT_ARGS(travel->output));
    if (is_parameter_taken(in, id)) {
        struct text full = text_format(all->arena, "%.*s %.*s", TEXT_ARGS(producer->path),
                                       TEXT_ARGS(travel->output));
        id = text_format(all->arena, "%.*s%.*s", TEXT_ARGS(id),
                         TEXT_ARGS(content_letters(all->arena, full)));
    }
    import->parameter = id;
    *LOWERING_ADD(all->arena, in->template->parameters, in->template->parameter_count,
                  in->parameter_capacity) = (struct template_parameter){
        .logical_id = id,
        .type = travel->is_list ? TEXT("CommaDelimitedList") : TEXT("String"),
        .source = PARAMETER_OUTPUT,
        .producer = producer->index,
        .output = travel->output,
    };
}

/* The output by which others get the value. */
static void make_output(struct lowering *all, struct travel *travel) {
    struct stack_lowering *producer = travel->resource->stack->lowered;
    if (travel->has_output) return;
    travel->output = output_id(all, producer, travel);
    travel->has_output = true;
    *LOWERING_ADD(all->arena, producer->travels, producer->travel_count,
                  producer->travel_capacity) = travel;
}

struct text lowering_output(struct lowering *all, struct deferred *attribute) {
    struct travel *travel = find_travel(all, attribute, -1);
    make_output(all, travel);
    return travel->output;
}

void lowering_carry(struct stack_lowering *in, struct import *import, bool as_parameter) {
    struct lowering *all = in->all;
    struct travel *travel = import->travel;
    if (import->way == WAY_IN_PLACE) return;
    make_output(all, travel);
    if (!import->is_carried && in->stack) {
        struct text what = attribute_path(all->arena, travel->resource, travel->attribute);
        if (travel->element >= 0) {
            what = text_format(all->arena, "%.*s[%lld]", TEXT_ARGS(what),
                               (long long)travel->element);
        }
        lowering_add_edge(in, (struct template_edge){
            .stack = travel->resource->stack->index, .output = travel->output, .what = what,
            .span = cause_span(import->cause)});
    }
    import->is_carried = true;
    bool wanted = as_parameter || travel->is_list || all->deployment->references_as_parameters;
    if (!wanted || import->way == WAY_PARAMETER || !in->stack) return;
    import->way = WAY_PARAMETER;
    add_parameter(in, import);
}

void lowering_use_parameter(struct stack_lowering *in, struct parameter *parameter) {
    uintptr_t index = (uintptr_t)map_find(&in->all->parameter_index, parameter);
    if (index) in->uses_parameter[index - 1] = true;
}
