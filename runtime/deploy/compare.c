/* Changes of a stack as a plan tells them: from templates alone, or from a described change set. */
#include "runtime/deploy/plan.h"
#include "schema/schema.h"

struct plan_change *plan_add_change(struct plan *plan, struct plan_stack *stack) {
    stack->changes = arena_grown(plan->arena, stack->changes, stack->change_count,
                                 &stack->change_capacity, sizeof *stack->changes);
    struct plan_change *change = &stack->changes[stack->change_count++];
    *change = (struct plan_change){0};
    return change;
}

static struct plan_property *add_property(struct plan *plan, struct plan_change *change) {
    uint32_t count = change->property_count;
    if ((count & (count - 1)) == 0) { /* room for twice as many at 1, 2, 4, ... */
        struct plan_property *larger = arena_array(plan->arena, count ? count * 2 : 1,
                                                   sizeof *larger);
        if (count) memcpy(larger, change->properties, count * sizeof *larger);
        change->properties = larger;
    }
    struct plan_property *property = &change->properties[change->property_count++];
    *property = (struct plan_property){0};
    return property;
}

/* --- whole stacks ----------------------------------------------------------------------------- */

static struct plan_change *add_whole(struct plan *plan, struct plan_stack *stack,
                                     const struct document *resource, enum plan_kind kind) {
    struct plan_change *change = plan_add_change(plan, stack);
    change->kind = kind;
    change->logical_id = resource->key;
    change->type = document_get_text(resource, "Type");
    change->resource = plan_resource(stack->template, resource->key);
    return change;
}

void plan_add_all(struct plan *plan, struct plan_stack *stack) {
    const struct document *resources = document_get(stack->wanted, "Resources");
    const struct document *r = resources ? resources->children : NULL;
    for (; r; r = r->next) add_whole(plan, stack, r, PLAN_ADD);
}

void plan_remove_all(struct plan *plan, struct plan_stack *stack) {
    const struct document *resources = document_get(stack->current, "Resources");
    const struct document *r = resources ? resources->children : NULL;
    for (; r; r = r->next) add_whole(plan, stack, r, PLAN_REMOVE);
}

/* --- from templates alone --------------------------------------------------------------------- */

static void set_recreation(const struct schema_type *type, struct plan_property *property) {
    if (!type) return;
    if (schema_type_flags(type) & SCHEMA_TYPE_IMMUTABLE) property->replaces = true;
    const struct schema_property *known = schema_body_find(schema_type_body(type), property->name);
    unsigned flags = known ? schema_property_flags(known) : 0;
    if (flags & SCHEMA_CREATE_ONLY) property->replaces = true;
    if (flags & SCHEMA_MAYBE_CREATE_ONLY) property->may_replace = true;
}

/* The logical id or stack whose change decides a value, or an empty text. */
static struct text open_because(const struct plan *plan, const struct plan_stack *stack,
                                const struct document *value);

static const struct plan_stack *stack_named(const struct plan *plan, struct text name,
                                            struct text region) {
    for (uint32_t i = 0; i < plan->count; i++) {
        if (text_equal(plan->stacks[i].name, name) &&
            (!region.length || text_equal(plan->stacks[i].region, region))) {
            return &plan->stacks[i];
        }
    }
    return NULL;
}

static struct text open_output(const struct plan *plan, const struct plan_stack *stack,
                               const struct document *call) {
    struct text region = document_get_text(call, "Region");
    const struct plan_stack *producer = stack_named(
        plan, document_get_text(call, "StackName"), region.length ? region : stack->region);
    if (!producer) return (struct text){0};
    bool changes = stack->reads_anew ||
                   plan_output_changes(producer, document_get_text(call, "OutputName"));
    return changes ? producer->path : (struct text){0};
}

/* Why the value of that parameter changes, or an empty text. */
static struct text open_parameter(const struct plan_stack *stack, struct text name) {
    for (uint32_t i = 0; i < stack->open_count; i++) {
        if (text_equal(stack->open[i].name, name)) return stack->open[i].because;
    }
    return (struct text){0};
}

static bool is_new_value(const struct plan_stack *stack,
                         const struct template_parameter *parameter) {
    const struct cloud_stack *deployed = stack->deployed;
    if (!parameter->is_given || parameter->is_secret) return parameter->is_given;
    for (uint32_t i = 0; deployed && i < deployed->parameter_count; i++) {
        if (!text_equal(deployed->parameters[i].key, parameter->logical_id)) continue;
        return !text_equal(deployed->parameters[i].value, parameter->given);
    }
    return true;
}

static struct text because_of(const struct plan *plan, const struct plan_stack *stack,
                              const struct template_parameter *parameter) {
    if (parameter->source != PARAMETER_OUTPUT) {
        return is_new_value(stack, parameter) ? parameter->logical_id : (struct text){0};
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_stack *producer = &plan->stacks[i];
        if (producer->template && producer->template->index == parameter->producer) {
            bool changes = stack->reads_anew || plan_output_changes(producer, parameter->output);
            return changes ? producer->path : (struct text){0};
        }
    }
    return (struct text){0};
}

void plan_find_open(struct plan *plan, struct plan_stack *stack) {
    const struct template *template = stack->template;
    stack->open_count = 0;
    stack->open = arena_array(plan->arena, template->parameter_count + 1, sizeof *stack->open);
    for (uint32_t i = 0; i < template->parameter_count; i++) {
        const struct template_parameter *parameter = &template->parameters[i];
        struct text because = because_of(plan, stack, parameter);
        if (!because.length) continue;
        stack->open[stack->open_count++] = (struct plan_open){parameter->logical_id, because};
    }
}

/* Whether a reference to that resource reads something that is only known afterwards. */
static bool is_open(const struct plan_stack *stack, struct text logical_id) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (!text_equal(stack->changes[i].logical_id, logical_id)) continue;
        return stack->changes[i].kind == PLAN_ADD || stack->changes[i].kind == PLAN_REPLACE;
    }
    return false;
}

static struct text open_sub(const struct plan_stack *stack, struct text format) {
    struct text before, name;
    while (text_take_hole(&format, &before, &name)) {
        name = text_until(name, '.');
        if (is_open(stack, name)) return name;
        if (open_parameter(stack, name).length) return open_parameter(stack, name);
    }
    return (struct text){0};
}

static struct text open_call(const struct plan *plan, const struct plan_stack *stack,
                             const struct document *call) {
    if (text_is(call->key, "Fn::GetStackOutput")) return open_output(plan, stack, call);
    if (text_is(call->key, "Ref") && call->kind == DOCUMENT_TEXT) {
        return is_open(stack, call->text) ? call->text : open_parameter(stack, call->text);
    }
    if (text_is(call->key, "Fn::GetAtt") && call->kind == DOCUMENT_LIST && call->children &&
        is_open(stack, call->children->text)) return call->children->text;
    if (text_is(call->key, "Fn::Sub")) {
        const struct document *format = call->kind == DOCUMENT_LIST ? call->children : call;
        if (format && format->kind == DOCUMENT_TEXT) {
            struct text found = open_sub(stack, format->text);
            if (found.length) return found;
        }
    }
    return open_because(plan, stack, call);
}

static struct text open_because(const struct plan *plan, const struct plan_stack *stack,
                                const struct document *value) {
    struct text found = {0};
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return found;
    for (const struct document *c = value->children; c && !found.length; c = c->next) {
        bool is_call = value->kind == DOCUMENT_OBJECT && value->count == 1;
        found = is_call ? open_call(plan, stack, c) : open_because(plan, stack, c);
    }
    return found;
}

static void compare_property(struct plan *plan, struct plan_stack *stack,
                             struct plan_change *change, struct text name,
                             const struct document *before, const struct document *after) {
    struct text open = after ? open_because(plan, stack, after) : (struct text){0};
    bool equal = before && after && document_equal(before, after);
    if (equal && !open.length) return;
    struct plan_property *property = add_property(plan, change);
    property->name = name;
    property->before = equal ? (struct text){0} : document_shown(plan->arena, before);
    property->after = open.length ? (struct text){0} : document_shown(plan->arena, after);
    property->known_after = open;
    set_recreation(schema_type_find(change->type), property);
}

static void settle_kind(struct plan_change *change) {
    change->kind = PLAN_MODIFY;
    for (uint32_t i = 0; i < change->property_count; i++) {
        if (change->properties[i].may_replace && change->kind == PLAN_MODIFY) {
            change->kind = PLAN_MAY_REPLACE;
        }
        if (change->properties[i].replaces) change->kind = PLAN_REPLACE;
    }
}

static void compare_resource(struct plan *plan, struct plan_stack *stack,
                             const struct document *before, const struct document *after) {
    const struct document *old = document_get(before, "Properties");
    const struct document *new = document_get(after, "Properties");
    struct plan_change change = {
        .logical_id = after->key, .type = document_get_text(after, "Type"),
        .resource = plan_resource(stack->template, after->key),
    };
    for (const struct document *p = new ? new->children : NULL; p; p = p->next) {
        compare_property(plan, stack, &change, p->key, document_member(old, p->key), p);
    }
    for (const struct document *p = old ? old->children : NULL; p; p = p->next) {
        if (!document_member(new, p->key)) compare_property(plan, stack, &change, p->key, p, NULL);
    }
    if (!change.property_count) return;
    settle_kind(&change);
    *plan_add_change(plan, stack) = change;
}

void plan_compare(struct plan *plan, struct plan_stack *stack) {
    const struct document *before = document_get(stack->current, "Resources");
    const struct document *after = document_get(stack->wanted, "Resources");
    stack->change_count = 0;
    stack->is_quick = true;
    /* New ones first: what refers to them is open. */
    for (const struct document *r = after ? after->children : NULL; r; r = r->next) {
        if (!document_member(before, r->key)) add_whole(plan, stack, r, PLAN_ADD);
    }
    for (const struct document *r = after ? after->children : NULL; r; r = r->next) {
        const struct document *old = document_member(before, r->key);
        if (old) compare_resource(plan, stack, old, r);
    }
    for (const struct document *r = before ? before->children : NULL; r; r = r->next) {
        if (!document_member(after, r->key)) add_whole(plan, stack, r, PLAN_REMOVE);
    }
}

/* --- from a change set ------------------------------------------------------------------------ */

static void read_detail(struct plan *plan, const struct plan_stack *stack,
                        struct plan_change *change, const struct cloud_change_detail *detail) {
    bool is_unnamed = text_is(detail->attribute, "Properties") && !detail->name.length;
    if (is_unnamed || text_is(detail->attribute, "Tags") ||
        text_is(detail->change_type, "SyncWithActual")) return;
    struct text name = text_is(detail->attribute, "Properties")
                           ? detail->name
                           : text_format(plan->arena, "@%.*s", TEXT_ARGS(detail->attribute));
    struct plan_property *property = NULL;
    for (uint32_t i = 0; i < change->property_count; i++) {
        if (text_equal(change->properties[i].name, name)) property = &change->properties[i];
    }
    if (!property) property = add_property(plan, change);
    property->name = name;
    property->before = detail->before;
    property->after = detail->after;
    if (text_starts(detail->after, TEXT("{{changeSet:KNOWN_AFTER_APPLY}}"))) {
        property->after = (struct text){0};
        struct text cause = detail->causing_entity;
        const char *dot = cause.length ? memchr(cause.bytes, '.', cause.length) : NULL;
        if (dot) cause.length = (size_t)(dot - cause.bytes);
        if (cause.length) property->known_after = cause;
        else if (!property->known_after.length) property->known_after = TEXT("the deploy");
    }
    if (secrets_in(stack->wanted, change->logical_id, name) ||
        secrets_in(stack->current, change->logical_id, name)) {
        property->before = secrets_shown(property->before);
        property->after = secrets_shown(property->after);
    }
    if (text_is(detail->requires_recreation, "Always")) property->replaces = true;
    if (text_is(detail->requires_recreation, "Conditionally")) property->may_replace = true;
}

static enum plan_kind kind_of(const struct cloud_change *change) {
    if (text_is(change->action, "Add") || text_is(change->action, "Import")) return PLAN_ADD;
    if (text_is(change->action, "Remove")) return PLAN_REMOVE;
    if (text_is(change->replacement, "True")) return PLAN_REPLACE;
    return text_is(change->replacement, "Conditional") ? PLAN_MAY_REPLACE : PLAN_MODIFY;
}

/* What a change set says becomes of the old one: "Retain" of "ReplaceAndRetain". */
static struct text policy_of(const struct cloud_change *change) {
    struct text policy = change->policy_action, head = TEXT("ReplaceAnd");
    if (!text_starts(policy, head)) return policy.length ? policy : TEXT("Delete");
    return (struct text){policy.bytes + head.length, policy.length - head.length};
}

void plan_read_change_set(struct plan *plan, struct plan_stack *stack,
                          const struct cloud_change_set *set, struct text prefix) {
    for (uint32_t i = 0; i < set->change_count; i++) {
        const struct cloud_change *told = &set->changes[i];
        if (text_is(told->action, "SyncWithActual")) continue;
        struct plan_change *change = plan_add_change(plan, stack);
        change->kind = kind_of(told);
        change->logical_id = told->logical_id;
        if (prefix.length) {
            change->logical_id = text_format(plan->arena, "%.*s%.*s", TEXT_ARGS(prefix),
                                             TEXT_ARGS(told->logical_id));
            change->policy = policy_of(told);
        }
        change->physical_id = told->physical_id;
        change->type = told->type;
        change->resource = plan_resource(stack->template, change->logical_id);
        for (uint32_t d = 0; d < told->detail_count; d++) {
            read_detail(plan, stack, change, &told->details[d]);
        }
        change->is_tags_only = told->detail_count > 0 && change->property_count == 0 &&
                               !text_is(told->type, NESTED_TYPE);
    }
}

/* --- whether both agree ----------------------------------------------------------------------- */

static const struct plan_change *change_of(const struct plan_stack *stack, struct text id) {
    for (uint32_t i = 0; i < stack->change_count; i++) {
        if (text_equal(stack->changes[i].logical_id, id)) return &stack->changes[i];
    }
    return NULL;
}

/* Whether the templates are certain of a change that the change set does not have. AWS may leave
 * changes out where it is to say property values. */
static bool is_left_out(const struct plan_change *quick, const struct plan_change *told) {
    if (told)
        return quick->kind == PLAN_REPLACE && told->kind == PLAN_MODIFY && !told->is_tags_only;
    if (quick->kind != PLAN_MODIFY) return quick->kind != PLAN_MAY_REPLACE;
    for (uint32_t i = 0; i < quick->property_count; i++) {
        if (!quick->properties[i].known_after.length) return true;
    }
    return false;
}

struct text plan_disagreement(struct plan *plan, const struct plan_stack *stack) {
    struct plan_stack quick = *stack;
    quick.changes = NULL;
    quick.change_capacity = 0;
    plan_compare(plan, &quick);
    for (uint32_t i = 0; i < quick.change_count; i++) {
        const struct plan_change *change = &quick.changes[i];
        if (!is_left_out(change, change_of(stack, change->logical_id))) continue;
        return text_format(plan->arena,
                           "the templates differ in %.*s, of which AWS's change set says %s",
                           TEXT_ARGS(change->logical_id),
                           change->kind == PLAN_REPLACE ? "no replacement" : "nothing");
    }
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *told = &stack->changes[i];
        bool is_heavy = told->kind == PLAN_REPLACE || told->kind == PLAN_REMOVE;
        if (told->policy.length) continue; /* in a nested stack, whose template is not compared */
        if (!is_heavy || change_of(&quick, told->logical_id)) continue;
        return text_format(
            plan->arena, "AWS's change set %s %.*s, in which the templates are equal",
            told->kind == PLAN_REMOVE ? "removes" : "replaces", TEXT_ARGS(told->logical_id));
    }
    return (struct text){0};
}

/* --- outputs ---------------------------------------------------------------------------------- */

/* Whether a value reads what the planned changes of its stack may change. */
static bool reads_change(const struct plan_stack *stack, const struct document *value);

static bool names_change(const struct plan_stack *stack, struct text id, struct text attribute) {
    if (!attribute.length && open_parameter(stack, id).length) return true;
    for (uint32_t i = 0; i < stack->change_count; i++) {
        const struct plan_change *change = &stack->changes[i];
        if (!text_equal(change->logical_id, id)) continue;
        if (change->kind != PLAN_MODIFY) return true;
        /* An update in place keeps what names the resource; its attributes may follow a property.
         */
        if (!attribute.length || change->is_tags_only) return false;
        for (uint32_t p = 0; p < change->property_count; p++) {
            if (text_equal(change->properties[p].name, attribute)) return true;
        }
        return text_ends(attribute, TEXT("VersionNumber")) || text_is(attribute, "Version");
    }
    return false;
}

static bool sub_reads_change(const struct plan_stack *stack, struct text format) {
    struct text before, name;
    while (text_take_hole(&format, &before, &name)) {
        const char *dot = memchr(name.bytes, '.', name.length);
        struct text id = dot ? (struct text){name.bytes, (size_t)(dot - name.bytes)} : name;
        struct text attribute = dot ? (struct text){dot + 1, name.length - id.length - 1}
                                    : (struct text){0};
        if (names_change(stack, id, attribute)) return true;
    }
    return false;
}

static bool call_reads_change(const struct plan_stack *stack, const struct document *call) {
    if (text_is(call->key, "Ref") && call->kind == DOCUMENT_TEXT) {
        return names_change(stack, call->text, (struct text){0});
    }
    if (text_is(call->key, "Fn::GetAtt") && call->kind == DOCUMENT_LIST && call->count == 2) {
        return names_change(stack, call->children->text, call->children->next->text);
    }
    if (text_is(call->key, "Fn::Sub")) {
        const struct document *format = call->kind == DOCUMENT_LIST ? call->children : call;
        if (format && format->kind == DOCUMENT_TEXT && sub_reads_change(stack, format->text)) {
            return true;
        }
    }
    return reads_change(stack, call);
}

static bool reads_change(const struct plan_stack *stack, const struct document *value) {
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return false;
    for (const struct document *c = value->children; c; c = c->next) {
        bool is_call = value->kind == DOCUMENT_OBJECT && value->count == 1;
        if (is_call ? call_reads_change(stack, c) : reads_change(stack, c)) return true;
    }
    return false;
}

bool plan_output_changes(const struct plan_stack *stack, struct text output) {
    if (stack->action == PLAN_CREATE || stack->action == PLAN_RECREATE) return true;
    if (stack->action != PLAN_UPDATE) return false;
    const struct document *after = document_member(document_get(stack->wanted, "Outputs"), output);
    const struct document *before =
        document_member(document_get(stack->current, "Outputs"), output);
    const struct document *value = document_get(after, "Value");
    const struct document *old = document_get(before, "Value");
    if (!value || !old || !document_equal(value, old)) return true;
    return reads_change(stack, value);
}
