/* What a plan says of nested stacks: their own change sets belong to that of the stack they are in;
 * what is deleted with them is read from AWS. Their resources are named "Nested.LogicalId".
 */
#include "runtime/deploy/making.h"

enum { POLLS = 150 }; /* at most, of one change set */

static struct text inside(struct making *making, struct text prefix, struct text logical_id) {
    if (!prefix.length) return text_format(making->arena, "%.*s.", TEXT_ARGS(logical_id));
    return text_format(making->arena, "%.*s%.*s.", TEXT_ARGS(prefix), TEXT_ARGS(logical_id));
}

/* --- change sets ------------------------------------------------------------------------------ */

static bool is_made(const struct cloud_change_set *set) {
    return !text_is(set->status, "CREATE_PENDING") && !text_is(set->status, "CREATE_IN_PROGRESS");
}

/* The change set of that id, once it is made; NULL where it cannot be read. */
static const struct cloud_change_set *read_set(struct making *making,
                                               const struct plan_stack *stack, struct text id) {
    const struct cloud *cloud = making->cloud;
    for (unsigned poll = 0; poll < POLLS; poll++) {
        struct cloud_call *call = making_call(making, stack, CLOUD_DESCRIBE_CHANGE_SET);
        call->request.stack = (struct text){0};
        call->request.change_set = id;
        cloud_all(cloud, call, 1);
        if (cloud_failed(call)) return NULL;
        if (is_made(&call->reply.change_set)) return &call->reply.change_set;
        double until = cloud->now(cloud->context) + 2;
        while (cloud->next(cloud->context, until)) {}
    }
    return NULL;
}

void making_read_nested(struct making *making, struct plan_stack *stack,
                        const struct cloud_change_set *set, struct text prefix, unsigned depth) {
    for (uint32_t i = 0; depth < LIMIT_NESTED_STACKS && i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        if (!change->change_set.length) continue;
        const struct cloud_change_set *nested = read_set(making, stack, change->change_set);
        if (!nested) continue;
        struct text name = inside(making, prefix, change->logical_id);
        plan_read_change_set(making->plan, stack, nested, name);
        making_read_nested(making, stack, nested, name, depth + 1);
    }
}

const struct cloud_change_set *making_failed_set(struct making *making,
                                                 const struct plan_stack *stack,
                                                 const struct cloud_change_set *set) {
    struct text id;
    for (unsigned depth = 0; depth < LIMIT_NESTED_STACKS; depth++) {
        if (!nested_failed_set(set->status_reason, &id)) return set;
        const struct cloud_change_set *nested = read_set(making, stack, id);
        if (!nested) return set;
        set = nested;
    }
    return set;
}

/* --- deletion --------------------------------------------------------------------------------- */

static struct text policy_in(const struct document *template, struct text logical_id) {
    const struct document *resources = document_get(template, "Resources");
    for (const struct document *r = resources ? resources->children : NULL; r; r = r->next) {
        const struct document *policy = document_get(r, "DeletionPolicy");
        if (text_equal(r->key, logical_id) && policy && policy->kind == DOCUMENT_TEXT)
            return policy->text;
    }
    return TEXT("Delete");
}

/* All that is in the nested stack of that id. */
static void remove_inside(struct making *making, struct plan_stack *stack, struct text id,
                          struct text prefix, unsigned depth) {
    struct cloud_call *calls[2] = {making_call(making, stack, CLOUD_STACK_RESOURCES),
                                   making_call(making, stack, CLOUD_GET_TEMPLATE)};
    struct document *template = NULL;
    struct failure ignored;
    for (int c = 0; c < 2; c++) {
        calls[c]->request.stack = id;
        making->cloud->begin(making->cloud->context, calls[c]);
    }
    for (int left = 2; left > 0;) {
        const struct cloud *cloud = making->cloud;
        if (cloud->next(cloud->context, cloud->now(cloud->context) + 60)) left--;
    }
    if (cloud_failed(calls[0])) return;
    if (!cloud_failed(calls[1])) {
        document_read(making->arena, calls[1]->reply.body, &template, &ignored);
    }
    for (uint32_t i = 0; i < calls[0]->reply.resource_count; i++) {
        const struct cloud_resource *found = &calls[0]->reply.resources[i];
        if (text_starts(found->status, TEXT("DELETE_COMPLETE"))) continue;
        struct plan_change *change = plan_add_change(making->plan, stack);
        change->kind = PLAN_REMOVE;
        change->logical_id = text_format(making->arena, "%.*s%.*s", TEXT_ARGS(prefix),
                                         TEXT_ARGS(found->logical_id));
        change->physical_id = found->physical_id;
        change->type = found->type;
        change->resource = plan_resource(stack->template, change->logical_id);
        change->policy = policy_in(template, found->logical_id);
        if (depth < LIMIT_NESTED_STACKS && nested_is(found->type, found->physical_id) &&
            !text_starts(change->policy, TEXT("Retain"))) {
            remove_inside(making, stack, found->physical_id,
                          inside(making, prefix, found->logical_id), depth + 1);
        }
    }
}

/* The physical id of a resource that is deployed, or an empty text. */
static struct text physical_id(struct making *making, const struct plan_stack *stack,
                               struct text logical_id, struct cloud_call **listed) {
    if (!*listed) {
        *listed = making_call(making, stack, CLOUD_STACK_RESOURCES);
        cloud_all(making->cloud, *listed, 1);
    }
    for (uint32_t i = 0; !cloud_failed(*listed) && i < (*listed)->reply.resource_count; i++) {
        const struct cloud_resource *found = &(*listed)->reply.resources[i];
        if (text_equal(found->logical_id, logical_id)) return found->physical_id;
    }
    return (struct text){0};
}

void making_remove_nested(struct making *making, struct plan_stack *stack) {
    struct cloud_call *listed = NULL;
    uint32_t count = stack->change_count;
    for (uint32_t i = 0; i < count; i++) {
        struct plan_change change = stack->changes[i];
        if (change.kind != PLAN_REMOVE || !text_is(change.type, NESTED_TYPE) ||
            change.policy.length) continue;
        struct text policy = policy_in(stack->current, change.logical_id);
        if (text_starts(policy, TEXT("Retain"))) continue;
        struct text id = change.physical_id.length
                             ? change.physical_id
                             : physical_id(making, stack, change.logical_id, &listed);
        if (!nested_is(change.type, id)) continue;
        struct text none = {0};
        remove_inside(making, stack, id, inside(making, none, change.logical_id), 0);
    }
}
