/* Values of a template: names, conditions, what other stacks give; the functions are in
 * functions.c.
 *
 * While a change set is planned, what does not exist yet is unknown: the whole value it stands in
 * becomes {{changeSet:KNOWN_AFTER_APPLY}}, as AWS shows it.
 */
#include "base/limits.h"
#include "runtime/simulator/resolve.h"

enum { RESOLVE_DEPTH = 2 * LIMIT_JSON_DEPTH };

struct document *sim_fail(struct sim_scope *scope, const char *format, ...) {
    if (scope->failed) return NULL;
    scope->failed = true;
    va_list args;
    va_start(args, format);
    struct text message = text_vformat(scope->arena, format, args);
    va_end(args);
    failure_set(scope->why, "%.*s", TEXT_ARGS(message));
    return NULL;
}

struct document *sim_text(struct sim_scope *scope, struct text value) {
    return document_text(scope->arena, value);
}

static struct document *sim_unknown(struct sim_scope *scope) {
    return sim_text(scope, TEXT(SIM_UNKNOWN));
}

bool sim_is_unknown(const struct document *value) {
    return value && value->kind == DOCUMENT_TEXT && text_is(value->text, SIM_UNKNOWN);
}

/* The member whose key is a text of the template. */
bool sim_scalar(const struct document *value, struct text *out) {
    if (!value) return false;
    switch ((enum document_kind)value->kind) {
    case DOCUMENT_TEXT:
    case DOCUMENT_NUMBER:
        *out = value->text;
        return true;
    case DOCUMENT_BOOL:
        *out = value->boolean ? TEXT("true") : TEXT("false");
        return true;
    case DOCUMENT_NULL:
    case DOCUMENT_LIST:
    case DOCUMENT_OBJECT:
        return false;
    }
    return false;
}

struct document *sim_copy(struct sim_scope *scope, const struct document *value) {
    struct document *result = ARENA_NEW(scope->arena, struct document);
    *result = *value;
    result->next = NULL;
    result->key = (struct text){0};
    return result;
}

/* --- names ------------------------------------------------------------------------------------ */

static struct document *pseudo(struct sim_scope *scope, struct text name) {
    const struct sim_stack *stack = scope->stack;
    if (text_is(name, "AWS::AccountId")) return sim_text(scope, sim_account(stack));
    if (text_is(name, "AWS::Region")) return sim_text(scope, stack->region);
    if (text_is(name, "AWS::StackName")) return sim_text(scope, stack->name);
    if (text_is(name, "AWS::StackId")) return sim_text(scope, stack->id);
    if (text_is(name, "AWS::Partition")) return sim_text(scope, sim_partition(stack->region));
    if (text_is(name, "AWS::URLSuffix")) return sim_text(scope, sim_url_suffix(stack->region));
    if (text_is(name, "AWS::NotificationARNs")) return document_new(scope->arena, DOCUMENT_LIST);
    if (text_is(name, "AWS::NoValue")) return NULL;
    return sim_fail(scope, "Template format error: Unresolved resource dependencies [%.*s] in the "
                           "Resources block of the template", TEXT_ARGS(name));
}

static struct document *parameter(struct sim_scope *scope, const struct document *held) {
    const struct document *value = document_get(held, "resolved");
    if (!value) value = document_get(held, "value");
    return value ? sim_copy(scope, value) : NULL;
}

/* The resource of an item as it is now, or NULL. */
static const struct sim_resource *resource_of(const struct sim_scope *scope,
                                              const struct sim_item *item) {
    const struct sim_stack *stack = scope->stack;
    if (scope->blueprint == stack->now.blueprint && stack->by_item) {
        return stack->by_item[item - scope->blueprint->items];
    }
    return sim_stack_resource(stack, item->id);
}

/* The resource's condition is false, so that nothing can refer to it. */
static struct document *left_out(struct sim_scope *scope, const struct sim_item *item) {
    return sim_fail(scope, scope->in_outputs
                               ? "Unresolved resource dependencies [%.*s] in the Outputs block of "
                                 "the template"
                               : "Template format error: Unresolved resource dependencies [%.*s] "
                                 "in the Resources block of the template", TEXT_ARGS(item->id));
}

struct document *sim_ref(struct sim_scope *scope, struct text name) {
    if (text_starts(name, TEXT("AWS::"))) return pseudo(scope, name);
    const struct document *held = document_member(scope->parameters, name);
    if (held) return parameter(scope, held);
    struct sim_item *item = sim_blueprint_find(scope->blueprint, name);
    if (!item) return sim_fail(scope, "Unresolved resource dependency %.*s", TEXT_ARGS(name));
    if (scope->unknown && !sim_item_wanted(scope, item)) return left_out(scope, item);
    if (scope->unknown && scope->unknown[item - scope->blueprint->items]) {
        return sim_unknown(scope);
    }
    const struct sim_resource *resource = resource_of(scope, item);
    if (!resource || !resource->now.physical_id.length) {
        return sim_fail(scope,
                        "Unresolved resource dependencies [%.*s] in the Resources block of the "
                        "template",
                        TEXT_ARGS(name));
    }
    return sim_text(scope, resource->now.physical_id);
}

struct document *sim_get_att(struct sim_scope *scope, struct text id, struct text attribute) {
    struct sim_item *item = sim_blueprint_find(scope->blueprint, id);
    if (!item) return sim_fail(scope, "Unresolved resource dependency %.*s", TEXT_ARGS(id));
    if (scope->unknown && !sim_item_wanted(scope, item)) return left_out(scope, item);
    if (scope->unknown && scope->unknown[item - scope->blueprint->items]) {
        return sim_unknown(scope);
    }
    const struct sim_resource *resource = resource_of(scope, item);
    if (!resource || !resource->now.properties) {
        return sim_fail(scope,
                        "Unresolved resource dependencies [%.*s] in the Resources block of the "
                        "template",
                        TEXT_ARGS(id));
    }
    if (sim_is_nested(resource->type) && text_starts(attribute, TEXT("Outputs."))) {
        struct document *output =
            sim_nested_output(scope->simulator, resource, scope->arena, attribute);
        if (output) return output;
        return sim_fail(scope, "Output '%.*s' not found in stack %.*s", (int)attribute.length - 8,
                        attribute.bytes + 8, TEXT_ARGS(resource->now.physical_id));
    }
    struct document *value = sim_attribute(scope->arena, scope->stack, resource, &resource->now,
                                           attribute);
    if (value) return sim_copy(scope, value);
    return sim_fail(scope, "Resource type %.*s does not support attribute {%.*s}",
                    TEXT_ARGS(item->type), TEXT_ARGS(attribute));
}

static struct document *fn_get_att(struct sim_scope *scope, const struct document *value) {
    if (value->kind == DOCUMENT_TEXT) {
        const char *dot = memchr(value->text.bytes, '.', value->text.length);
        if (!dot) return sim_fail(scope, "Template error: every Fn::GetAtt object requires two "
                                         "non-empty parameters");
        size_t at = (size_t)(dot - value->text.bytes);
        return sim_get_att(scope, (struct text){value->text.bytes, at},
                           (struct text){dot + 1, value->text.length - at - 1});
    }
    if (value->kind != DOCUMENT_LIST || value->count != 2) {
        return sim_fail(scope, "Template error: every Fn::GetAtt object requires two non-empty "
                               "parameters");
    }
    struct document *attribute = sim_resolve(scope, value->children->next);
    struct text name;
    if (sim_is_unknown(attribute)) return attribute;
    if (!sim_scalar(attribute, &name))
        return sim_fail(scope, "Template error: Fn::GetAtt needs a name");
    return sim_get_att(scope, value->children->text, name);
}

/* --- other stacks ----------------------------------------------------------------------------- */

static void remember_import(struct sim_scope *scope, struct text name) {
    struct text *imports = sim_grow(scope->simulator, (void *)scope->imports, scope->import_count,
                                    &scope->import_capacity, sizeof *imports);
    imports[scope->import_count++] = name;
    scope->imports = imports;
}

static struct document *fn_import(struct sim_scope *scope, const struct document *value) {
    struct document *resolved = sim_resolve(scope, value);
    struct text name;
    if (scope->failed || sim_is_unknown(resolved)) return resolved;
    if (!sim_scalar(resolved, &name))
        return sim_fail(scope, "Template error: Fn::ImportValue needs a name");
    struct simulator *simulator = scope->simulator;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE ||
            !text_equal(stack->region, scope->stack->region)) continue;
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (!text_equal(stack->outputs[o].export_name, name)) continue;
            remember_import(scope, name);
            return sim_text(scope, stack->outputs[o].value);
        }
    }
    if (scope->defer_outputs) {
        scope->missing = name;
        return sim_unknown(scope);
    }
    return sim_fail(scope, "No export named %.*s found", TEXT_ARGS(name));
}

static bool output_operand(struct sim_scope *scope, const struct document *value, const char *key,
                           struct text *out) {
    const struct document *operand = document_get(value, key);
    if (!operand) return false;
    return sim_scalar(sim_resolve(scope, operand), out);
}

static struct document *fn_stack_output(struct sim_scope *scope, const struct document *value) {
    struct text name, output, region = scope->stack->region;
    if (!output_operand(scope, value, "StackName", &name) ||
        !output_operand(scope, value, "OutputName", &output)) {
        return sim_fail(scope,
                        "Template error: Fn::GetStackOutput requires StackName and OutputName");
    }
    output_operand(scope, value, "Region", &region);
    if (scope->failed) return NULL;
    struct sim_stack *stack = sim_stack_live(scope->simulator, region, name);
    if (!stack && scope->defer_outputs) return sim_unknown(scope);
    if (!stack) return sim_fail(scope, "Stack with id %.*s does not exist", TEXT_ARGS(name));
    for (uint32_t o = 0; o < stack->output_count; o++) {
        if (text_equal(stack->outputs[o].key, output))
            return sim_text(scope, stack->outputs[o].value);
    }
    if (scope->defer_outputs) return sim_unknown(scope);
    return sim_fail(scope, "Output %.*s does not exist in stack %.*s", TEXT_ARGS(output),
                    TEXT_ARGS(name));
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool truth(struct sim_scope *scope, const struct document *value) {
    struct text word;
    if (!value) return false;
    if (value->kind == DOCUMENT_BOOL) return value->boolean;
    if (sim_scalar(value, &word)) return text_is(word, "true");
    sim_fail(scope, "Template format error: a condition must be true or false");
    return false;
}

static struct document *boolean(struct sim_scope *scope, bool value) {
    struct document *result = document_new(scope->arena, DOCUMENT_BOOL);
    result->boolean = value;
    return result;
}

static struct document *condition(struct sim_scope *scope, struct text name) {
    struct document *known = document_member(scope->conditions, name);
    if (known) return known;
    const struct document *written = document_member(scope->blueprint->conditions, name);
    if (!written) {
        return sim_fail(scope, "Template error: unresolved condition dependency %.*s in Fn::If",
                        TEXT_ARGS(name));
    }
    struct document *value = sim_resolve(scope, written);
    if (scope->failed) return NULL;
    value = boolean(scope, truth(scope, value));
    document_add(scope->conditions, name, value);
    return value;
}

static struct document *fn_if(struct sim_scope *scope, const struct document *value) {
    if (value->kind != DOCUMENT_LIST || value->count != 3) {
        return sim_fail(scope, "Template error: Fn::If requires a list argument with the first "
                               "element being a condition");
    }
    struct document *which = condition(scope, value->children->text);
    if (scope->failed) return NULL;
    const struct document *then = value->children->next;
    return sim_resolve(scope, which->boolean ? then : then->next);
}

static struct document *fn_equals(struct sim_scope *scope, const struct document *value) {
    struct text a, b;
    if (value->kind != DOCUMENT_LIST || value->count != 2 ||
        !sim_scalar(sim_resolve(scope, value->children), &a) ||
        !sim_scalar(sim_resolve(scope, value->children->next), &b)) {
        return sim_fail(scope,
                        "Template error: every Fn::Equals object requires a list of 2 string "
                        "parameters.");
    }
    return boolean(scope, text_equal(a, b));
}

static struct document *fn_logic(struct sim_scope *scope, const struct document *value,
                                 bool all, bool negate) {
    if (value->kind != DOCUMENT_LIST) {
        return sim_fail(scope, "Template error: conditions need a list");
    }
    bool result = all;
    for (const struct document *c = value->children; c && !scope->failed; c = c->next) {
        bool one = truth(scope, sim_resolve(scope, c));
        result = all ? result && one : result || one;
    }
    return boolean(scope, result != negate);
}

bool sim_conditions(struct sim_scope *scope) {
    const struct document *conditions = scope->blueprint->conditions;
    scope->conditions = document_new(scope->arena, DOCUMENT_OBJECT);
    for (const struct document *c = conditions ? conditions->children : NULL; c; c = c->next) {
        condition(scope, c->key);
        if (scope->failed) return false;
    }
    return true;
}

bool sim_item_wanted(const struct sim_scope *scope, const struct sim_item *item) {
    if (!item->condition.length) return true;
    const struct document *value = document_member(scope->conditions, item->condition);
    return value && value->boolean;
}

/* --- all together ----------------------------------------------------------------------------- */

static struct document *call(struct sim_scope *scope, const struct document *value) {
    struct text name = value->key;
    if (text_is(name, "Ref")) return sim_ref(scope, value->text);
    if (text_is(name, "Fn::GetAtt")) return fn_get_att(scope, value);
    if (text_is(name, "Fn::Sub")) return sim_sub(scope, value);
    if (text_is(name, "Fn::Join")) return sim_join(scope, value);
    if (text_is(name, "Fn::Split")) return sim_split(scope, value);
    if (text_is(name, "Fn::Select")) return sim_select(scope, value);
    if (text_is(name, "Fn::Base64")) return sim_base64(scope, value);
    if (text_is(name, "Fn::GetAZs")) return sim_zones(scope, value);
    if (text_is(name, "Fn::FindInMap")) return sim_find_in_map(scope, value);
    if (text_is(name, "Fn::Cidr")) return sim_cidr(scope, value);
    if (text_is(name, "Fn::ImportValue")) return fn_import(scope, value);
    if (text_is(name, "Fn::GetStackOutput")) return fn_stack_output(scope, value);
    if (text_is(name, "Fn::If")) return fn_if(scope, value);
    if (text_is(name, "Fn::Equals")) return fn_equals(scope, value);
    if (text_is(name, "Fn::And")) return fn_logic(scope, value, true, false);
    if (text_is(name, "Fn::Or")) return fn_logic(scope, value, false, false);
    if (text_is(name, "Fn::Not")) return fn_logic(scope, value, false, true);
    if (text_is(name, "Fn::Transform")) {
        return sim_fail(scope, "Template error: Fn::Transform is not allowed here");
    }
    return sim_fail(scope, "Template error: %.*s is not a function of CloudFormation",
                    TEXT_ARGS(name));
}

static struct document *children(struct sim_scope *scope, const struct document *value) {
    struct document *result = document_new(scope->arena, value->kind);
    for (const struct document *c = value->children; c; c = c->next) {
        struct document *child = sim_resolve(scope, c);
        if (scope->failed) return NULL;
        if (!child) continue;
        if (child->next || child->key.length) child = sim_copy(scope, child);
        document_add(result, c->key, child);
    }
    return result;
}

static struct document *resolve_object(struct sim_scope *scope, const struct document *value) {
    if (value->count == 1) {
        struct text key = value->children->key;
        if (text_is(key, "Condition") && value->children->kind == DOCUMENT_TEXT &&
            document_member(scope->blueprint->conditions, value->children->text)) {
            return condition(scope, value->children->text);
        }
        if (text_is(key, "Ref") || text_starts(key, TEXT("Fn::"))) {
            return call(scope, value->children);
        }
    }
    return children(scope, value);
}

struct document *sim_resolve(struct sim_scope *scope, const struct document *value) {
    if (scope->failed) return NULL;
    if (scope->depth >= RESOLVE_DEPTH) {
        return sim_fail(scope, "Template error: values are nested too deeply");
    }
    scope->depth++;
    struct document *result = NULL;
    switch ((enum document_kind)value->kind) {
    case DOCUMENT_TEXT:
        if (memmem(value->text.bytes, value->text.length, "{{resolve:ssm:", 14)) {
            result = sim_dynamic(scope, value->text);
            break;
        }
        result = sim_copy(scope, value);
        break;
    case DOCUMENT_NULL:
    case DOCUMENT_BOOL:
    case DOCUMENT_NUMBER:
        result = sim_copy(scope, value);
        break;
    case DOCUMENT_LIST:
        result = children(scope, value);
        break;
    case DOCUMENT_OBJECT:
        result = resolve_object(scope, value);
        break;
    }
    scope->depth--;
    return result;
}
