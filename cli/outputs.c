/* The program's outputs as they are deployed: those of stacks, and those that join several. */
#include "cli/deploy.h"

#include "base/unicode.h"

struct found { /* an output with its value */
    struct text id, value;
};

struct gathering {
    struct deploying *deploying;
    const struct plan *plan;
    const struct apply *apply;
    struct found *items;
    uint32_t count, capacity;
};

static const struct cloud_stack *stack_as_it_is(const struct gathering *gathering, uint32_t index) {
    const struct apply_stack *stack = &gathering->apply->stacks[index];
    if (stack->final.id.length) return &stack->final;
    return stack->plan->deployed;
}

static bool find_output(const struct gathering *gathering, struct text name, struct text region,
                        struct text key, struct text *value) {
    for (uint32_t i = 0; i < gathering->apply->count; i++) {
        const struct plan_stack *plan = gathering->apply->stacks[i].plan;
        const struct cloud_stack *stack = stack_as_it_is(gathering, i);
        if (!stack || !text_equal(plan->name, name) || !text_equal(plan->region, region)) continue;
        for (uint32_t o = 0; o < stack->output_count; o++) {
            if (!text_equal(stack->outputs[o].key, key)) continue;
            *value = stack->outputs[o].value;
            return true;
        }
    }
    return false;
}

static void add(struct gathering *gathering, struct text id, struct text value) {
    if (gathering->count < gathering->capacity) {
        gathering->items[gathering->count++] = (struct found){id, value};
    }
}

/* --- printed outputs -------------------------------------------------------------------------- */

static bool resolve_text(struct gathering *gathering, const struct document *value,
                         struct buffer *out);

static bool join_text(struct gathering *gathering, const struct document *call,
                      struct buffer *out) {
    if (call->kind != DOCUMENT_LIST || call->count != 2) return false;
    const struct document *c = call->children->next->children;
    for (bool is_first = true; c; c = c->next, is_first = false) {
        if (!is_first) buffer_text(out, call->children->text);
        if (!resolve_text(gathering, c, out)) return false;
    }
    return true;
}

/* Account and partition are the same in all stacks of a deployment. */
static bool pseudo_text(const struct gathering *gathering, struct text name, struct buffer *out) {
    struct text caller = gathering->plan->caller; /* arn:PARTITION:... */
    struct text partition = {caller.bytes + 4, 0};
    if (text_is(name, "AWS::AccountId")) {
        buffer_text(out, gathering->plan->account);
        return true;
    }
    if (!text_is(name, "AWS::Partition") || !text_starts(caller, TEXT("arn:"))) return false;
    while (partition.bytes + partition.length < caller.bytes + caller.length &&
           partition.bytes[partition.length] != ':') partition.length++;
    buffer_text(out, partition);
    return true;
}

/* A deploy param has one value in all stacks of a deployment. */
static bool param_text(const struct gathering *gathering, struct text name, struct buffer *out) {
    for (uint32_t i = 0; i < gathering->apply->count; i++) {
        const struct cloud_stack *stack = stack_as_it_is(gathering, i);
        for (uint32_t p = 0; stack && p < stack->parameter_count; p++) {
            if (!text_equal(stack->parameters[p].key, name)) continue;
            buffer_text(out, stack->parameters[p].value);
            return true;
        }
    }
    return false;
}

static bool name_text_of(const struct gathering *gathering, struct text name, struct buffer *out) {
    return pseudo_text(gathering, name, out) || param_text(gathering, name, out);
}

/* ${!name} stands for ${name} as it is written. */
static bool hole_text(struct gathering *gathering, const struct document *values, struct text name,
                      struct buffer *out) {
    const struct document *c = values;
    if (name.length && name.bytes[0] == '!') {
        buffer_format(out, "${%.*s}", (int)name.length - 1, name.bytes + 1);
        return true;
    }
    while (c && !text_equal(c->key, name)) c = c->next;
    return c ? resolve_text(gathering, c, out) : name_text_of(gathering, name, out);
}

static bool sub_text(struct gathering *gathering, const struct document *call,
                     struct buffer *out) {
    bool is_list = call->kind == DOCUMENT_LIST && call->count == 2;
    if (!is_list && call->kind != DOCUMENT_TEXT) return false;
    struct text rest = is_list ? call->children->text : call->text, before, name;
    const struct document *values = is_list ? call->children->next->children : NULL;
    while (text_take_hole(&rest, &before, &name)) {
        buffer_text(out, before);
        if (!hole_text(gathering, values, name, out)) return false;
    }
    buffer_text(out, before);
    return true;
}

/* Whether both are the same text; false where one is a secret, or only a template can say. */
static bool compare(struct gathering *gathering, const struct document *list, bool *holds) {
    struct buffer sides[2];
    if (list->kind != DOCUMENT_LIST || list->count != 2) return false;
    buffer_init(&sides[0]);
    buffer_init(&sides[1]);
    bool good = resolve_text(gathering, list->children, &sides[0]) &&
                resolve_text(gathering, list->children->next, &sides[1]);
    for (int i = 0; i < 2; i++) good &= !text_is(buffer_view(&sides[i]), "****");
    *holds = good && text_equal(buffer_view(&sides[0]), buffer_view(&sides[1]));
    buffer_release(&sides[0]);
    buffer_release(&sides[1]);
    return good;
}

/* *holds says whether a condition does; false where that is not known. */
static bool decide(struct gathering *gathering, const struct document *condition, bool *holds) {
    if (condition->kind != DOCUMENT_OBJECT || condition->count != 1) return false;
    const struct document *call = condition->children;
    if (text_is(call->key, "Fn::Equals")) return compare(gathering, call, holds);
    bool is_and = text_is(call->key, "Fn::And"), is_not = text_is(call->key, "Fn::Not");
    if (call->kind != DOCUMENT_LIST || !(is_and || is_not || text_is(call->key, "Fn::Or"))) {
        return false;
    }
    *holds = is_and;
    for (const struct document *c = call->children; c; c = c->next) {
        bool one;
        if (!decide(gathering, c, &one)) return false;
        if (is_not) *holds = !one;
        else *holds = is_and ? *holds && one : *holds || one;
    }
    return true;
}

static bool chosen_text(struct gathering *gathering, const struct document *call,
                        struct buffer *out) {
    bool holds;
    if (call->kind != DOCUMENT_LIST || call->count != 3 ||
        !decide(gathering, call->children, &holds)) return false;
    const struct document *first = call->children->next;
    return resolve_text(gathering, holds ? first : first->next, out);
}

static bool call_text(struct gathering *gathering, const struct document *call,
                      struct buffer *out) {
    struct text value;
    if (text_is(call->key, "Fn::If")) return chosen_text(gathering, call, out);
    if (text_is(call->key, "Fn::GetStackOutput")) {
        if (!find_output(gathering, document_get_text(call, "StackName"),
                         document_get_text(call, "Region"), document_get_text(call, "OutputName"),
                         &value))
            return false;
        buffer_text(out, value);
        return true;
    }
    if (text_is(call->key, "Fn::Join")) return join_text(gathering, call, out);
    if (text_is(call->key, "Fn::Sub")) return sub_text(gathering, call, out);
    return text_is(call->key, "Ref") && name_text_of(gathering, call->text, out);
}

static bool is_call(const struct document *value) {
    return value->kind == DOCUMENT_OBJECT && value->count == 1 &&
           (text_starts(value->children->key, TEXT("Fn::")) ||
            text_is(value->children->key, "Ref"));
}

/* A list or map of outputs: JSON, with what the functions in it make in their places. */
static bool resolve_json(struct gathering *gathering, const struct document *value,
                         struct buffer *out) {
    bool is_list = value->kind == DOCUMENT_LIST;
    if (is_call(value)) {
        struct buffer text;
        buffer_init(&text);
        bool good = call_text(gathering, value->children, &text);
        if (good) buffer_json_string(out, buffer_view(&text));
        buffer_release(&text);
        return good;
    }
    if (!is_list && value->kind != DOCUMENT_OBJECT) {
        document_write(value, out, 0);
        return true;
    }
    buffer_char(out, is_list ? '[' : '{');
    for (const struct document *c = value->children; c; c = c->next) {
        if (c != value->children) buffer_string(out, ",");
        if (!is_list) {
            buffer_json_string(out, c->key);
            buffer_char(out, ':');
        }
        if (!resolve_json(gathering, c, out)) return false;
    }
    buffer_char(out, is_list ? ']' : '}');
    return true;
}

/* False where the value is made of what only a template can say. */
static bool resolve_text(struct gathering *gathering, const struct document *value,
                         struct buffer *out) {
    if (value->kind == DOCUMENT_TEXT || value->kind == DOCUMENT_NUMBER) {
        buffer_text(out, value->text);
        return true;
    }
    if (is_call(value)) return call_text(gathering, value->children, out);
    return resolve_json(gathering, value, out);
}

static void add_printed(struct gathering *gathering, const struct template_set *set,
                        const struct template_printed *printed) {
    struct arena *arena = &gathering->deploying->arena;
    struct buffer out;
    struct document *document;
    struct failure why;
    buffer_init(&out);
    template_printed_json(set, printed, &out);
    struct text json = buffer_take(&out, arena);
    out.length = 0;
    bool good =
        document_read(arena, json, &document, &why) && resolve_text(gathering, document, &out);
    struct text value = good ? buffer_take(&out, arena) : TEXT("(only CloudFormation can tell)");
    add(gathering, printed->id, value);
    buffer_release(&out);
}

/* The place of an output in the program. */
static uint32_t position(const struct gathering *gathering, struct text id) {
    const struct deployment *deployment = mrp_deployment(gathering->deploying->mrp);
    for (uint32_t i = 0; i < deployment->output_count; i++) {
        if (text_equal(name_text(deployment->outputs[i]->name), id)) return i;
    }
    return UINT32_MAX;
}

/* Puts them into the order of the program. */
static void sort(struct gathering *gathering) {
    for (uint32_t i = 1; i < gathering->count; i++) {
        struct found moved = gathering->items[i];
        uint32_t at = i, wanted = position(gathering, moved.id);
        for (; at > 0 && position(gathering, gathering->items[at - 1].id) > wanted; at--) {
            gathering->items[at] = gathering->items[at - 1];
        }
        gathering->items[at] = moved;
    }
}

static void gather(struct gathering *gathering, struct deploying *deploying,
                   const struct plan *plan, const struct apply *apply) {
    const struct template_set *set = deploying->program.set;
    *gathering = (struct gathering){.deploying = deploying, .plan = plan, .apply = apply};
    gathering->capacity = set->printed_count;
    for (uint32_t i = 0; i < set->count; i++) gathering->capacity += set->templates[i].output_count;
    gathering->items = arena_array(&deploying->arena, gathering->capacity + 1,
                                   sizeof *gathering->items);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct template *template = &set->templates[i];
        for (uint32_t o = 0; o < template->output_count; o++) {
            struct text value;
            if (template->outputs[o].is_internal ||
                !find_output(gathering, template->name, template->region_name,
                             template->outputs[o].id, &value)) continue;
            add(gathering, template->outputs[o].id, value);
        }
    }
    for (uint32_t i = 0; i < set->printed_count; i++) add_printed(gathering, set, &set->printed[i]);
    sort(gathering);
}

void outputs_text(struct deploying *deploying, const struct plan *plan, const struct apply *apply,
                  struct buffer *out) {
    struct gathering gathering;
    size_t widest = 0;
    gather(&gathering, deploying, plan, apply);
    for (uint32_t i = 0; i < gathering.count; i++) {
        if (gathering.items[i].id.length > widest) widest = gathering.items[i].id.length;
    }
    if (gathering.count) buffer_string(out, "\noutputs\n");
    for (uint32_t i = 0; i < gathering.count; i++) {
        buffer_format(out, "  %-*.*s  ", (int)widest, TEXT_ARGS(gathering.items[i].id));
        buffer_visible(out, gathering.items[i].value);
        buffer_char(out, '\n');
    }
}

/* What a resource that is new asks of the reader: text under "mrp:note" of its metadata. */
void outputs_notes(const struct plan *plan, struct buffer *out) {
    bool any = false;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct plan_stack *stack = &plan->stacks[i];
        const struct document *resources =
            stack->wanted ? document_get(stack->wanted, "Resources") : NULL;
        for (uint32_t c = 0; resources && c < stack->change_count; c++) {
            const struct plan_change *change = &stack->changes[c];
            if (change->kind != PLAN_ADD) continue;
            const struct document *resource = resources->children;
            while (resource && !text_equal(resource->key, change->logical_id)) {
                resource = resource->next;
            }
            const struct document *metadata = resource ? document_get(resource, "Metadata") : NULL;
            const struct document *note = metadata ? document_get(metadata, "mrp:note") : NULL;
            if (!note || note->kind != DOCUMENT_TEXT) continue;
            buffer_format(out, "%snote: %.*s\n", any ? "" : "\n", TEXT_ARGS(note->text));
            any = true;
        }
    }
}

void outputs_json(struct deploying *deploying, const struct plan *plan, const struct apply *apply,
                  struct buffer *out) {
    struct gathering gathering;
    gather(&gathering, deploying, plan, apply);
    buffer_char(out, '{');
    for (uint32_t i = 0; i < gathering.count; i++) {
        if (i) buffer_char(out, ',');
        buffer_json_string(out, gathering.items[i].id);
        buffer_char(out, ':');
        buffer_json_string(out, gathering.items[i].value);
    }
    buffer_char(out, '}');
}
