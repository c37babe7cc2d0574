/* What a plan says of nested stacks: their own change sets belong to that of the stack they are in;
 * what is deleted with them is read from AWS. Their resources are named "Nested.LogicalId".
 */
#include "runtime/deploy/making.h"

enum { POLLS = 150 }; /* at most, of one change set */

static struct text inside(struct making *making, struct text prefix, struct text logical_id) {
    if (!prefix.length) return text_format(making->arena, "%.*s.", TEXT_ARGS(logical_id));
    return text_format(making->arena, "%.*s%.*s.", TEXT_ARGS(prefix), TEXT_ARGS(logical_id));
}

/* No stack of CloudFormation's has so many; what says so says it without an end. */
static bool may_enter(struct making *making, const struct plan_stack *stack) {
    if (making->entered++ < LIMIT_NESTED_RESOURCES) return true;
    making->has_no_answer = true;
    return failure_set(making->why, "the stack \"%.*s\" in %.*s has more than %d nested stacks",
                       TEXT_ARGS(stack->name), TEXT_ARGS(stack->region), LIMIT_NESTED_RESOURCES);
}

/* --- change sets ------------------------------------------------------------------------------ */

static bool is_made(const struct cloud_change_set *set) {
    return !text_is(set->status, "CREATE_PENDING") && !text_is(set->status, "CREATE_IN_PROGRESS");
}

/* One call after the other: nested stacks are few. False with *why. */
static bool ask(struct making *making, struct cloud_call *call, const char *what) {
    cloud_all(making->cloud, call, 1);
    making->has_no_answer |= cloud_failed(call);
    return !cloud_failed(call) || making_failed(making->why, call, what);
}

/* The change set of that id, once it is made; NULL with *why where it cannot be read. */
static const struct cloud_change_set *read_set(struct making *making,
                                               const struct plan_stack *stack, struct text id) {
    const struct cloud *cloud = making->cloud;
    for (unsigned poll = 0; poll < POLLS; poll++) {
        struct cloud_call *call = making_call(making, stack, CLOUD_DESCRIBE_CHANGE_SET);
        call->request.stack = (struct text){0};
        call->request.change_set = id;
        if (!ask(making, call, "read the change set of a nested stack")) return NULL;
        if (is_made(&call->reply.change_set)) return &call->reply.change_set;
        double until = cloud->now(cloud->context) + 2;
        while (cloud->next(cloud->context, until)) {}
    }
    failure_set(making->why, "the change set of a nested stack of \"%.*s\" is not made",
                TEXT_ARGS(stack->name));
    return NULL;
}

bool making_read_nested(struct making *making, struct plan_stack *stack,
                        const struct cloud_change_set *set, struct text prefix, unsigned depth) {
    if (depth == 0) making->entered = 0;
    for (uint32_t i = 0; depth < LIMIT_NESTED_STACKS && i < set->change_count; i++) {
        const struct cloud_change *change = &set->changes[i];
        if (!change->change_set.length) continue;
        if (!may_enter(making, stack)) return false;
        const struct cloud_change_set *nested = read_set(making, stack, change->change_set);
        if (!nested) return false;
        struct text name = inside(making, prefix, change->logical_id);
        plan_read_change_set(making->plan, stack, nested, name);
        if (!making_read_nested(making, stack, nested, name, depth + 1)) return false;
    }
    return true;
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

static bool remove_inside(struct making *making, struct plan_stack *stack, struct text id,
                          struct text prefix, unsigned depth);

static bool remove_one(struct making *making, struct plan_stack *stack,
                       const struct cloud_resource *found, const struct document *template,
                       struct text prefix, unsigned depth) {
    struct plan_change *change = plan_add_change(making->plan, stack);
    change->kind = PLAN_REMOVE;
    change->logical_id = text_format(making->arena, "%.*s%.*s", TEXT_ARGS(prefix),
                                     TEXT_ARGS(found->logical_id));
    change->physical_id = found->physical_id;
    change->type = found->type;
    change->resource = plan_resource(stack->template, change->logical_id);
    change->policy = policy_in(template, found->logical_id);
    if (depth == LIMIT_NESTED_STACKS || !nested_is(found->type, found->physical_id) ||
        text_starts(change->policy, TEXT("Retain"))) return true;
    return remove_inside(making, stack, found->physical_id,
                         inside(making, prefix, found->logical_id), depth + 1);
}

/* All that is in the nested stack of that id. */
static bool remove_inside(struct making *making, struct plan_stack *stack, struct text id,
                          struct text prefix, unsigned depth) {
    if (!may_enter(making, stack)) return false;
    struct cloud_call *resources = making_call(making, stack, CLOUD_STACK_RESOURCES);
    struct cloud_call *body = making_call(making, stack, CLOUD_GET_TEMPLATE);
    struct document *template = NULL;
    resources->request.stack = body->request.stack = id;
    if (!ask(making, resources, "list the resources of a nested stack")) return false;
    if (!ask(making, body, "read the template of a nested stack")) return false;
    if (body->reply.body.length &&
        !document_read(making->arena, body->reply.body, &template, making->why)) return false;
    for (uint32_t i = 0; i < resources->reply.resource_count; i++) {
        const struct cloud_resource *found = &resources->reply.resources[i];
        if (text_is(found->status, "DELETE_COMPLETE")) continue;
        if (!remove_one(making, stack, found, template, prefix, depth)) return false;
    }
    return true;
}

/* The physical id of a resource that is deployed, or an empty text. */
static struct text physical_id(const struct cloud_call *listed, struct text logical_id) {
    for (uint32_t i = 0; i < listed->reply.resource_count; i++) {
        const struct cloud_resource *found = &listed->reply.resources[i];
        if (text_equal(found->logical_id, logical_id)) return found->physical_id;
    }
    return (struct text){0};
}

bool making_remove_nested(struct making *making, struct plan_stack *stack) {
    struct cloud_call *listed = NULL;
    uint32_t count = stack->change_count;
    making->entered = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct plan_change change = stack->changes[i];
        if (change.kind != PLAN_REMOVE || !text_is(change.type, NESTED_TYPE) ||
            change.policy.length ||
            text_starts(policy_in(stack->current, change.logical_id), TEXT("Retain"))) continue;
        if (!listed) {
            listed = making_call(making, stack, CLOUD_STACK_RESOURCES);
            if (!ask(making, listed, "list the resources of a stack")) return false;
        }
        struct text none = {0}, id = physical_id(listed, change.logical_id);
        if (nested_is(change.type, id) &&
            !remove_inside(making, stack, id, inside(making, none, change.logical_id), 0)) {
            return false;
        }
    }
    return true;
}
