/* Values of a template: intrinsic functions, parameters, conditions, dynamic references.
 *
 * While a change set is planned, what does not exist yet is unknown: the whole value it stands in
 * becomes {{changeSet:KNOWN_AFTER_APPLY}}, as AWS shows it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "runtime/simulator/world.h"

enum { RESOLVE_DEPTH = 2 * LIMIT_JSON_DEPTH, RESOLVE_BYTES = 1 << 20 };

static struct document *fail(struct sim_scope *scope, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct document *fail(struct sim_scope *scope, const char *format, ...) {
    if (scope->failed) return NULL;
    scope->failed = true;
    va_list args;
    va_start(args, format);
    struct text message = text_vformat(scope->arena, format, args);
    va_end(args);
    failure_set(scope->why, "%.*s", TEXT_ARGS(message));
    return NULL;
}

static struct document *text(struct sim_scope *scope, struct text value) {
    return document_text(scope->arena, value);
}

static struct document *unknown(struct sim_scope *scope, struct text cause, bool is_attribute) {
    scope->is_unknown = true;
    scope->cause = cause;
    scope->cause_is_attribute = is_attribute;
    return text(scope, TEXT(SIM_UNKNOWN));
}

static bool is_unknown(const struct document *value) {
    return value && value->kind == DOCUMENT_TEXT && text_is(value->text, SIM_UNKNOWN);
}

/* The member whose key is a text of the template. */
static struct document *member(const struct document *object, struct text key) {
    if (!object || object->kind != DOCUMENT_OBJECT) return NULL;
    for (struct document *c = object->children; c; c = c->next) {
        if (text_equal(c->key, key)) return c;
    }
    return NULL;
}

static bool scalar(const struct document *value, struct text *out) {
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

static struct document *copy(struct sim_scope *scope, const struct document *value) {
    struct document *result = ARENA_NEW(scope->arena, struct document);
    *result = *value;
    result->next = NULL;
    result->key = (struct text){0};
    return result;
}

/* --- names ------------------------------------------------------------------------------------ */

static struct document *pseudo(struct sim_scope *scope, struct text name) {
    const struct sim_stack *stack = scope->stack;
    if (text_is(name, "AWS::AccountId")) return text(scope, sim_account(stack));
    if (text_is(name, "AWS::Region")) return text(scope, stack->region);
    if (text_is(name, "AWS::StackName")) return text(scope, stack->name);
    if (text_is(name, "AWS::StackId")) return text(scope, stack->id);
    if (text_is(name, "AWS::Partition")) return text(scope, sim_partition(stack->region));
    if (text_is(name, "AWS::URLSuffix")) return text(scope, sim_url_suffix(stack->region));
    if (text_is(name, "AWS::NotificationARNs")) return document_new(scope->arena, DOCUMENT_LIST);
    if (text_is(name, "AWS::NoValue")) return NULL;
    return fail(scope, "Template format error: Unresolved resource dependencies [%.*s] in the "
                       "Resources block of the template", TEXT_ARGS(name));
}

static struct document *parameter(struct sim_scope *scope, const struct document *held) {
    const struct document *value = document_get(held, "resolved");
    if (!value) value = document_get(held, "value");
    return value ? copy(scope, value) : NULL;
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

static struct document *ref(struct sim_scope *scope, struct text name) {
    if (text_starts(name, TEXT("AWS::"))) return pseudo(scope, name);
    const struct document *held = member(scope->parameters, name);
    if (held) return parameter(scope, held);
    struct sim_item *item = sim_blueprint_find(scope->blueprint, name);
    if (!item) return fail(scope, "Unresolved resource dependency %.*s", TEXT_ARGS(name));
    if (scope->unknown && scope->unknown[item - scope->blueprint->items]) {
        return unknown(scope, name, false);
    }
    const struct sim_resource *resource = resource_of(scope, item);
    if (!resource || !resource->now.physical_id.length) {
        return fail(scope, "Unresolved resource dependencies [%.*s] in the Resources block of the "
                           "template", TEXT_ARGS(name));
    }
    return text(scope, resource->now.physical_id);
}

static struct document *get_att(struct sim_scope *scope, struct text id, struct text attribute) {
    struct sim_item *item = sim_blueprint_find(scope->blueprint, id);
    if (!item) return fail(scope, "Unresolved resource dependency %.*s", TEXT_ARGS(id));
    if (scope->unknown && scope->unknown[item - scope->blueprint->items]) {
        return unknown(scope, text_format(scope->arena, "%.*s.%.*s", TEXT_ARGS(id),
                                          TEXT_ARGS(attribute)), true);
    }
    const struct sim_resource *resource = resource_of(scope, item);
    if (!resource || !resource->now.properties) {
        return fail(scope, "Unresolved resource dependencies [%.*s] in the Resources block of the "
                           "template", TEXT_ARGS(id));
    }
    struct document *value = sim_attribute(scope->arena, scope->stack, resource, &resource->now,
                                           attribute);
    if (value) return copy(scope, value);
    return fail(scope, "Resource type %.*s does not support attribute {%.*s}.",
                TEXT_ARGS(item->type), TEXT_ARGS(attribute));
}

static struct document *fn_get_att(struct sim_scope *scope, const struct document *value) {
    if (value->kind == DOCUMENT_TEXT) {
        const char *dot = memchr(value->text.bytes, '.', value->text.length);
        if (!dot) return fail(scope, "Template error: every Fn::GetAtt object requires two "
                                     "non-empty parameters");
        size_t at = (size_t)(dot - value->text.bytes);
        return get_att(scope, (struct text){value->text.bytes, at},
                       (struct text){dot + 1, value->text.length - at - 1});
    }
    struct document *attribute = sim_resolve(scope, value->children->next);
    struct text name;
    if (is_unknown(attribute)) return attribute;
    if (!scalar(attribute, &name)) return fail(scope, "Template error: Fn::GetAtt needs a name");
    return get_att(scope, value->children->text, name);
}

/* --- texts ------------------------------------------------------------------------------------ */

static struct document *named(struct sim_scope *scope, struct text name) {
    if (member(scope->parameters, name)) return ref(scope, name);
    const char *dot = memchr(name.bytes, '.', name.length);
    if (!dot) return ref(scope, name);
    size_t at = (size_t)(dot - name.bytes);
    return get_att(scope, (struct text){name.bytes, at},
                   (struct text){dot + 1, name.length - at - 1});
}

/* One ${name}: false when the whole is unknown or failed. */
static bool sub_name(struct sim_scope *scope, const struct document *variables, struct text name,
                     struct buffer *out, struct document **end) {
    if (name.length && name.bytes[0] == '!') {
        buffer_format(out, "${%.*s}", (int)name.length - 1, name.bytes + 1);
        return true;
    }
    const struct document *variable = member(variables, name);
    struct document *value = variable ? sim_resolve(scope, variable) : named(scope, name);
    struct text piece;
    *end = value;
    if (scope->failed || is_unknown(value)) return false;
    if (!scalar(value, &piece)) {
        *end = fail(scope, "Template error: variable %.*s in Fn::Sub expression does not resolve "
                           "to a string", TEXT_ARGS(name));
        return false;
    }
    buffer_text(out, piece);
    return true;
}

static struct document *fn_sub(struct sim_scope *scope, const struct document *value) {
    const struct document *format = value, *variables = NULL;
    if (value->kind == DOCUMENT_LIST) {
        format = value->children;
        variables = format->next;
    }
    struct text s = format->text;
    struct document *end = NULL;
    struct buffer out;
    buffer_init(&out);
    bool whole = true;
    for (size_t i = 0; whole && i < s.length; i++) {
        const char *close = NULL;
        if (s.bytes[i] == '$' && i + 1 < s.length && s.bytes[i + 1] == '{') {
            close = memchr(s.bytes + i, '}', s.length - i);
        }
        if (!close) {
            buffer_char(&out, s.bytes[i]);
            continue;
        }
        struct text name = {s.bytes + i + 2, (size_t)(close - s.bytes) - i - 2};
        whole = sub_name(scope, variables, name, &out, &end) && out.length < RESOLVE_BYTES;
        i = (size_t)(close - s.bytes);
    }
    if (whole) end = text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return end;
}

static struct document *fn_join(struct sim_scope *scope, const struct document *value) {
    struct text separator, piece;
    if (value->kind != DOCUMENT_LIST || value->count != 2 ||
        !scalar(value->children, &separator)) {
        return fail(scope, "Template error: every Fn::Join object requires two parameters, (1) a "
                           "string delimiter and (2) a list of strings to be joined or a function "
                           "that returns a list of strings (such as Fn::GetAZs) to be joined.");
    }
    struct document *list = sim_resolve(scope, value->children->next);
    if (scope->failed || is_unknown(list)) return list;
    if (!list || list->kind != DOCUMENT_LIST) {
        return fail(scope, "Template error: every Fn::Join object requires two parameters, (1) a "
                           "string delimiter and (2) a list of strings to be joined or a function "
                           "that returns a list of strings (such as Fn::GetAZs) to be joined.");
    }
    struct buffer out;
    buffer_init(&out);
    struct document *end = NULL;
    for (struct document *c = list->children; c && !end; c = c->next) {
        if (is_unknown(c)) end = copy(scope, c);
        else if (!scalar(c, &piece) || out.length > RESOLVE_BYTES) {
            fail(scope, "Template error: every Fn::Join object requires two parameters, (1) a "
                        "string delimiter and (2) a list of strings to be joined or a function "
                        "that returns a list of strings (such as Fn::GetAZs) to be joined.");
            break;
        } else {
            if (c != list->children) buffer_text(&out, separator);
            buffer_text(&out, piece);
        }
    }
    if (!end && !scope->failed) end = text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return end;
}

static struct document *split_text(struct sim_scope *scope, struct text s, struct text by) {
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    size_t start = 0;
    for (size_t i = 0; by.length && i + by.length <= s.length;) {
        if (memcmp(s.bytes + i, by.bytes, by.length) != 0) {
            i++;
            continue;
        }
        document_add(list, (struct text){0},
                     text(scope, (struct text){s.bytes + start, i - start}));
        i += by.length;
        start = i;
    }
    document_add(list, (struct text){0},
                 text(scope, (struct text){s.bytes + start, s.length - start}));
    return list;
}

static struct document *fn_split(struct sim_scope *scope, const struct document *value) {
    static const char message[] =
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter "
        "and (2) a string to be split or a function that returns a string to be split.";
    struct text by, s;
    if (value->kind != DOCUMENT_LIST || value->count != 2 || !scalar(value->children, &by)) {
        return fail(scope, message);
    }
    struct document *source = sim_resolve(scope, value->children->next);
    if (scope->failed || is_unknown(source)) return source;
    if (!scalar(source, &s)) return fail(scope, message);
    return split_text(scope, s, by);
}

static struct document *fn_select(struct sim_scope *scope, const struct document *value) {
    static const char message[] = "Template error: Fn::Select requires a list argument with two "
                                  "elements: an integer index and a list";
    if (value->kind != DOCUMENT_LIST || value->count != 2) return fail(scope, message);
    struct document *index = sim_resolve(scope, value->children);
    struct document *list = sim_resolve(scope, value->children->next);
    struct text digits;
    if (scope->failed) return NULL;
    if (is_unknown(list)) return list;
    if (is_unknown(index)) return index;
    if (!scalar(index, &digits) || !list || list->kind != DOCUMENT_LIST) {
        return fail(scope, message);
    }
    long number = digits.length < 6 ? strtol(text_copy(scope->arena, digits).bytes, NULL, 10) : -1;
    const struct document *c = list->children;
    for (long i = 0; c && i < number; i++) c = c->next;
    if (number < 0 || !c) {
        return fail(scope, "Template error: Fn::Select cannot select nonexistent value at index "
                           "%.*s", TEXT_ARGS(digits));
    }
    return copy(scope, c);
}

static struct document *fn_base64(struct sim_scope *scope, const struct document *value) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct document *source = sim_resolve(scope, value);
    struct text s;
    if (scope->failed || is_unknown(source)) return source;
    if (!scalar(source, &s)) {
        return fail(scope, "Template error: every Fn::Base64 object must have a String-typed "
                           "value.");
    }
    char *out = arena_alloc(scope->arena, s.length / 3 * 4 + 5);
    size_t n = 0;
    for (size_t i = 0; i < s.length; i += 3) {
        unsigned bits = (unsigned char)s.bytes[i] << 16;
        if (i + 1 < s.length) bits |= (unsigned)(unsigned char)s.bytes[i + 1] << 8;
        if (i + 2 < s.length) bits |= (unsigned char)s.bytes[i + 2];
        out[n++] = letters[bits >> 18 & 63];
        out[n++] = letters[bits >> 12 & 63];
        out[n++] = i + 1 < s.length ? letters[bits >> 6 & 63] : '=';
        out[n++] = i + 2 < s.length ? letters[bits & 63] : '=';
    }
    return text(scope, (struct text){out, n});
}

/* --- lists and tables ------------------------------------------------------------------------- */

static struct document *fn_zones(struct sim_scope *scope, const struct document *value) {
    struct document *region = sim_resolve(scope, value);
    struct text name;
    if (scope->failed || is_unknown(region)) return region;
    if (!scalar(region, &name) || !name.length) name = scope->stack->region;
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    /* The zones that a new account sees; us-east-1 has six, most regions three, us-west-1 two. */
    unsigned count = text_is(name, "us-east-1") ? 6 : text_is(name, "us-west-2") ? 4
                   : text_is(name, "us-west-1") ? 2 : 3;
    for (unsigned i = 0; i < count; i++) {
        document_add(list, (struct text){0},
                     text(scope, text_format(scope->arena, "%.*s%c", TEXT_ARGS(name), 'a' + i)));
    }
    return list;
}

static struct document *fn_find_in_map(struct sim_scope *scope, const struct document *value) {
    if (value->kind != DOCUMENT_LIST || value->count < 3) {
        return fail(scope, "Template error: every Fn::FindInMap object requires three parameters, "
                           "the map name, map key and the attribute for return value");
    }
    struct text keys[3];
    const struct document *c = value->children;
    for (int i = 0; i < 3; i++, c = c->next) {
        struct document *key = sim_resolve(scope, c);
        if (scope->failed || is_unknown(key)) return key;
        if (!scalar(key, &keys[i])) {
            return fail(scope, "Template error: every Fn::FindInMap object requires three "
                               "parameters, the map name, map key and the attribute for return "
                               "value");
        }
    }
    const struct document *row = member(member(scope->blueprint->mappings, keys[0]), keys[1]);
    const struct document *found = member(row, keys[2]);
    if (found) return copy(scope, found);
    const struct document *fallback = c ? document_get(c, "DefaultValue") : NULL;
    if (fallback) return sim_resolve(scope, fallback);
    return fail(scope, "Template error: Unable to get mapping for %.*s::%.*s::%.*s",
                TEXT_ARGS(keys[0]), TEXT_ARGS(keys[1]), TEXT_ARGS(keys[2]));
}

static bool number_of(struct sim_scope *scope, const struct document *value, long *number) {
    struct document *resolved = sim_resolve(scope, value);
    struct text digits;
    if (!scalar(resolved, &digits) || digits.length == 0 || digits.length > 6) return false;
    char *end;
    *number = strtol(text_copy(scope->arena, digits).bytes, &end, 10);
    return *end == 0;
}

static struct document *cidr_failed(struct sim_scope *scope) {
    return fail(scope, "Template error: Fn::Cidr requires (1) a CIDR block, (2) the number of "
                       "CIDRs to generate (1 to 256) and (3) the number of subnet bits");
}

static struct document *cidr_blocks(struct sim_scope *scope, unsigned char *address, int family,
                                    long prefix, long count) {
    struct document *list = document_new(scope->arena, DOCUMENT_LIST);
    for (long i = 0; i < count; i++) {
        char shown[INET6_ADDRSTRLEN];
        inet_ntop(family, address, shown, sizeof shown);
        document_add(list, (struct text){0},
                     text(scope, text_format(scope->arena, "%s/%ld", shown, prefix)));
        /* The next block: add one at the last bit of the prefix, carrying upwards. */
        unsigned add = 1u << ((8 - prefix % 8) % 8);
        for (long byte = (prefix - 1) / 8; byte >= 0 && add; byte--) {
            unsigned sum = address[byte] + add;
            address[byte] = (unsigned char)sum;
            add = sum >> 8;
        }
    }
    return list;
}

static struct document *fn_cidr(struct sim_scope *scope, const struct document *value) {
    struct text block;
    long count, bits = 0;
    if (value->kind != DOCUMENT_LIST || value->count < 2) return cidr_failed(scope);
    struct document *first = sim_resolve(scope, value->children);
    if (scope->failed || is_unknown(first)) return first;
    if (!scalar(first, &block) || !number_of(scope, value->children->next, &count)) {
        return cidr_failed(scope);
    }
    char shown[64];
    const char *slash = memchr(block.bytes, '/', block.length);
    if (!slash || block.length >= sizeof shown) return cidr_failed(scope);
    snprintf(shown, sizeof shown, "%.*s", (int)(slash - block.bytes), block.bytes);
    unsigned char address[16];
    int family = strchr(shown, ':') ? AF_INET6 : AF_INET;
    long width = family == AF_INET6 ? 128 : 32;
    long prefix = strtol(text_copy(scope->arena, block).bytes + (slash - block.bytes) + 1, NULL, 10);
    if (inet_pton(family, shown, address) != 1 || prefix < 0 || prefix > width) {
        return cidr_failed(scope);
    }
    const struct document *third = value->children->next->next;
    if (third && !number_of(scope, third, &bits)) return cidr_failed(scope);
    if (!third) bits = width == 32 ? 8 : 64;
    long wanted = width - bits;
    if (count < 1 || count > 256 || bits < 1 || wanted < prefix || wanted < 1 ||
        (wanted - prefix < 9 && count > 1L << (wanted - prefix))) {
        return cidr_failed(scope);
    }
    return cidr_blocks(scope, address, family, wanted, count);
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
    if (scope->failed || is_unknown(resolved)) return resolved;
    if (!scalar(resolved, &name)) return fail(scope, "Template error: Fn::ImportValue needs a name");
    struct simulator *simulator = scope->simulator;
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *stack = simulator->stacks[s];
        if (stack->status == SIM_DELETE_COMPLETE ||
            !text_equal(stack->region, scope->stack->region)) continue;
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (!text_equal(stack->outputs[o].export_name, name)) continue;
            remember_import(scope, name);
            return text(scope, stack->outputs[o].value);
        }
    }
    return fail(scope, "No export named %.*s found. Rollback requested by user.", TEXT_ARGS(name));
}

static bool output_operand(struct sim_scope *scope, const struct document *value, const char *key,
                           struct text *out) {
    const struct document *operand = document_get(value, key);
    if (!operand) return false;
    return scalar(sim_resolve(scope, operand), out);
}

static struct document *fn_stack_output(struct sim_scope *scope, const struct document *value) {
    struct text name, output, region = scope->stack->region;
    if (!output_operand(scope, value, "StackName", &name) ||
        !output_operand(scope, value, "OutputName", &output)) {
        return fail(scope, "Template error: Fn::GetStackOutput requires StackName and OutputName");
    }
    output_operand(scope, value, "Region", &region);
    if (scope->failed) return NULL;
    struct text cause = text_format(scope->arena, "%.*s.%.*s", TEXT_ARGS(name), TEXT_ARGS(output));
    struct sim_stack *stack = sim_stack_live(scope->simulator, region, name);
    if (!stack && scope->defer_outputs) return unknown(scope, cause, true);
    if (!stack) return fail(scope, "Stack with id %.*s does not exist", TEXT_ARGS(name));
    for (uint32_t o = 0; o < stack->output_count; o++) {
        if (text_equal(stack->outputs[o].key, output)) return text(scope, stack->outputs[o].value);
    }
    if (scope->defer_outputs) return unknown(scope, cause, true);
    return fail(scope, "Output %.*s does not exist in stack %.*s", TEXT_ARGS(output),
                TEXT_ARGS(name));
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool truth(struct sim_scope *scope, const struct document *value) {
    struct text word;
    if (!value) return false;
    if (value->kind == DOCUMENT_BOOL) return value->boolean;
    if (scalar(value, &word)) return text_is(word, "true");
    fail(scope, "Template format error: a condition must be true or false");
    return false;
}

static struct document *boolean(struct sim_scope *scope, bool value) {
    struct document *result = document_new(scope->arena, DOCUMENT_BOOL);
    result->boolean = value;
    return result;
}

static struct document *condition(struct sim_scope *scope, struct text name) {
    struct document *known = member(scope->conditions, name);
    if (known) return known;
    const struct document *written = member(scope->blueprint->conditions, name);
    if (!written) {
        return fail(scope, "Template error: unresolved condition dependency %.*s in Fn::If",
                    TEXT_ARGS(name));
    }
    struct document *value = sim_resolve(scope, written);
    if (scope->failed) return NULL;
    value = boolean(scope, truth(scope, value));
    document_add(scope->conditions, name, value);
    return value;
}

static struct document *fn_if(struct sim_scope *scope, const struct document *value) {
    struct document *which = condition(scope, value->children->text);
    if (scope->failed) return NULL;
    const struct document *then = value->children->next;
    return sim_resolve(scope, which->boolean ? then : then->next);
}

static struct document *fn_equals(struct sim_scope *scope, const struct document *value) {
    struct text a, b;
    if (value->kind != DOCUMENT_LIST || value->count != 2 ||
        !scalar(sim_resolve(scope, value->children), &a) ||
        !scalar(sim_resolve(scope, value->children->next), &b)) {
        return fail(scope, "Template error: every Fn::Equals object requires a list of 2 string "
                           "parameters.");
    }
    return boolean(scope, text_equal(a, b));
}

static struct document *fn_logic(struct sim_scope *scope, const struct document *value,
                                 bool all, bool negate) {
    if (value->kind != DOCUMENT_LIST) {
        return fail(scope, "Template error: conditions need a list");
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
    const struct document *value = member(scope->conditions, item->condition);
    return value && value->boolean;
}

/* --- dynamic references ----------------------------------------------------------------------- */

/* A parameter of the region's parameter store: AWS's public ones, or those that stacks made. */
static bool stored_parameter(struct simulator *simulator, struct arena *arena, struct text region,
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
    for (uint32_t s = 0; s < simulator->stack_count; s++) {
        struct sim_stack *stack = simulator->stacks[s];
        if (!text_equal(stack->region, region)) continue;
        for (uint32_t r = 0; r < stack->resource_count; r++) {
            struct sim_resource *resource = stack->resources[r];
            if (!text_is(resource->type, "AWS::SSM::Parameter") || !resource->now.properties ||
                !text_equal(resource->now.physical_id, name)) continue;
            return scalar(document_get(resource->now.properties, "Value"), value);
        }
    }
    return false;
}

/* "{{resolve:ssm:NAME[:VERSION]}}" is read; secrets stay as they are written, as AWS shows them. */
static struct document *dynamic(struct sim_scope *scope, struct text value) {
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
        if (stored_parameter(scope->simulator, scope->arena, scope->stack->region, name, &found)) {
            buffer_text(&out, found);
        } else if (scope->unknown) { /* a change set only looks at how it is written */
            buffer_add(&out, rest.bytes, (size_t)(close - rest.bytes) + 2);
        } else {
            fail(scope, "Parameters: [ssm:%.*s:] cannot be found.", TEXT_ARGS(name));
        }
        i += (size_t)(close - rest.bytes) + 2;
    }
    if (!scope->failed) result = text(scope, buffer_take(&out, scope->arena));
    buffer_release(&out);
    return result;
}

/* --- all together ----------------------------------------------------------------------------- */

static struct document *call(struct sim_scope *scope, const struct document *value) {
    struct text name = value->key;
    if (text_is(name, "Ref")) return ref(scope, value->text);
    if (text_is(name, "Fn::GetAtt")) return fn_get_att(scope, value);
    if (text_is(name, "Fn::Sub")) return fn_sub(scope, value);
    if (text_is(name, "Fn::Join")) return fn_join(scope, value);
    if (text_is(name, "Fn::Split")) return fn_split(scope, value);
    if (text_is(name, "Fn::Select")) return fn_select(scope, value);
    if (text_is(name, "Fn::Base64")) return fn_base64(scope, value);
    if (text_is(name, "Fn::GetAZs")) return fn_zones(scope, value);
    if (text_is(name, "Fn::FindInMap")) return fn_find_in_map(scope, value);
    if (text_is(name, "Fn::Cidr")) return fn_cidr(scope, value);
    if (text_is(name, "Fn::ImportValue")) return fn_import(scope, value);
    if (text_is(name, "Fn::GetStackOutput")) return fn_stack_output(scope, value);
    if (text_is(name, "Fn::If")) return fn_if(scope, value);
    if (text_is(name, "Fn::Equals")) return fn_equals(scope, value);
    if (text_is(name, "Fn::And")) return fn_logic(scope, value, true, false);
    if (text_is(name, "Fn::Or")) return fn_logic(scope, value, false, false);
    if (text_is(name, "Fn::Not")) return fn_logic(scope, value, false, true);
    if (text_is(name, "Fn::Transform")) {
        return fail(scope, "the sandbox has no transforms (Fn::Transform)");
    }
    return fail(scope, "Template error: %.*s is not a function of CloudFormation",
                TEXT_ARGS(name));
}

static struct document *children(struct sim_scope *scope, const struct document *value) {
    struct document *result = document_new(scope->arena, value->kind);
    for (const struct document *c = value->children; c; c = c->next) {
        struct document *child = sim_resolve(scope, c);
        if (scope->failed) return NULL;
        if (!child) continue;
        if (child->next || child->key.length) child = copy(scope, child);
        document_add(result, c->key, child);
    }
    return result;
}

static struct document *resolve_object(struct sim_scope *scope, const struct document *value) {
    if (value->count == 1) {
        struct text key = value->children->key;
        if (text_is(key, "Condition") && value->children->kind == DOCUMENT_TEXT &&
            member(scope->blueprint->conditions, value->children->text)) {
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
        return fail(scope, "Template error: values are nested too deeply");
    }
    scope->depth++;
    struct document *result = NULL;
    switch ((enum document_kind)value->kind) {
    case DOCUMENT_TEXT:
        if (memmem(value->text.bytes, value->text.length, "{{resolve:ssm:", 14)) {
            result = dynamic(scope, value->text);
            break;
        }
        result = copy(scope, value);
        break;
    case DOCUMENT_NULL:
    case DOCUMENT_BOOL:
    case DOCUMENT_NUMBER:
        result = copy(scope, value);
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

/* --- parameters ------------------------------------------------------------------------------- */

struct parameter_reading {
    struct simulator *simulator;
    struct text region;
    struct arena *arena;
    struct cloud_error *error;
};

static bool refuse(struct parameter_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(struct parameter_reading *reading, const char *format, ...) {
    va_list args;
    va_start(args, format);
    reading->error->code = TEXT("ValidationError");
    reading->error->message = text_vformat(reading->arena, format, args);
    va_end(args);
    return false;
}

static bool is_number(struct arena *arena, struct text value) {
    char *end;
    if (!value.length) return false;
    strtod(text_copy(arena, value).bytes, &end);
    return *end == 0;
}

static bool check_parameter(struct parameter_reading *reading, const struct document *declared,
                            struct text value) {
    const struct document *type = document_get(declared, "Type");
    const struct document *allowed = document_get(declared, "AllowedValues");
    if (value.length > 4096) {
        return refuse(reading, "Template error: Parameter '%.*s' must have a value no longer than "
                               "4096 bytes", TEXT_ARGS(declared->key));
    }
    if (text_is(type->text, "Number") && !is_number(reading->arena, value)) {
        return refuse(reading, "Parameter '%.*s' must be a number.", TEXT_ARGS(declared->key));
    }
    bool found = !allowed;
    for (const struct document *a = allowed ? allowed->children : NULL; a; a = a->next) {
        struct text word;
        if (scalar(a, &word) && text_equal(word, value)) found = true;
    }
    if (found) return true;
    return refuse(reading, "Parameter '%.*s' must be one of AllowedValues",
                  TEXT_ARGS(declared->key));
}

/* Lists of the type's kind become lists, SSM parameters what is stored under their name. */
static bool resolve_parameter(struct parameter_reading *reading, const struct document *declared,
                              struct text value, struct document *held) {
    static const struct text ssm = {"AWS::SSM::Parameter::Value<", 27};
    struct arena *arena = reading->arena;
    struct text type = document_get(declared, "Type")->text;
    bool is_ssm = text_starts(type, ssm);
    bool is_list = memmem(type.bytes, type.length, "List<", 5) || text_is(type, "CommaDelimitedList")
                   || text_is(type, "AWS::SSM::Parameter::Value<CommaDelimitedList>");
    if (is_ssm) {
        struct text name = value;
        if (!stored_parameter(reading->simulator, arena, reading->region, name, &value)) {
            return refuse(reading, "Unable to fetch parameters [%.*s] from parameter store for "
                                   "this account.", TEXT_ARGS(name));
        }
    }
    if (!is_ssm && !is_list) return true;
    struct document *resolved = document_text(arena, value);
    if (is_list) {
        struct sim_scope scope = {.arena = arena};
        resolved = value.length ? split_text(&scope, value, TEXT(","))
                                : document_new(arena, DOCUMENT_LIST);
    }
    document_add(held, TEXT("resolved"), resolved);
    return true;
}

static const struct cloud_parameter *given(const struct cloud_request *request, struct text key) {
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        if (text_equal(request->parameters[i].key, key)) return &request->parameters[i];
    }
    return NULL;
}

bool sim_parameters(struct simulator *simulator, struct text region,
                    const struct sim_blueprint *blueprint, const struct cloud_request *request,
                    const struct document *previous, struct arena *arena, struct document **values,
                    struct cloud_error *error) {
    struct parameter_reading reading = {simulator, region, arena, error};
    *values = document_new(arena, DOCUMENT_OBJECT);
    struct text missing = {0};
    for (uint32_t i = 0; i < request->parameter_count; i++) {
        if (member(blueprint->parameters, request->parameters[i].key)) continue;
        return refuse(&reading, "Parameters: [%.*s] do not exist in the template",
                      TEXT_ARGS(request->parameters[i].key));
    }
    const struct document *declared = blueprint->parameters ? blueprint->parameters->children : NULL;
    for (; declared; declared = declared->next) {
        const struct cloud_parameter *sent = given(request, declared->key);
        const struct document *initial = document_get(declared, "Default");
        const struct document *old = document_get(member(previous, declared->key), "value");
        struct text value;
        if (sent && !sent->use_previous) {
            value = text_copy(arena, sent->value);
        } else if (sent && sent->use_previous && old) {
            value = text_copy(arena, old->text);
        } else if (!scalar(initial, &value)) {
            missing = missing.length ? text_format(arena, "%.*s, %.*s", TEXT_ARGS(missing),
                                                   TEXT_ARGS(declared->key)) : declared->key;
            continue;
        }
        struct document *held = document_new(arena, DOCUMENT_OBJECT);
        if (!check_parameter(&reading, declared, value)) return false;
        const struct document *hidden = document_get(declared, "NoEcho");
        struct text hides;
        bool was_hashed = sent ? sent->use_previous : false;
        if (!was_hashed && scalar(hidden, &hides) && text_is(hides, "true")) {
            value = sim_secret(simulator, arena, value);
        }
        document_add(held, TEXT("value"), document_text(arena, value));
        if (!resolve_parameter(&reading, declared, value, held)) return false;
        document_add(*values, declared->key, held);
    }
    if (!missing.length) return true;
    return refuse(&reading, "Parameters: [%.*s] must have values", TEXT_ARGS(missing));
}
