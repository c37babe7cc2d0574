/* What is asked about templates, and the policies of stacks. */
#include "runtime/simulator/calls.h"

/* The template of a summary: sent, or that of a stack. */
const struct sim_blueprint *sim_template_of(struct simulator *simulator, struct cloud_call *call) {
    const struct cloud_request *request = &call->request;
    struct text body;
    if (!request->body.length && !request->url.length && request->stack.length) {
        struct sim_stack *stack = sim_stack_find(simulator, call->region, request->stack);
        if (!stack) {
            sim_refuse_stack(call);
            return NULL;
        }
        if (stack->status == SIM_REVIEW_IN_PROGRESS) {
            sim_refuse(call, "ValidationError",
                       "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
            return NULL;
        }
        return stack->now.blueprint;
    }
    if (!sim_check_template(call) || !sim_template_body(simulator, call, NULL, &body)) return NULL;
    const struct sim_blueprint *outline =
        sim_blueprint_outline(call->arena, body, &call->error);
    if (!outline || sim_is_transformed(outline)) return outline;
    return sim_blueprint_read(call->arena, body, &call->error);
}

struct text sim_metadata(struct arena *arena, const struct sim_stack *stack,
                         struct text logical_id) {
    const struct sim_item *item =
        stack->now.blueprint ? sim_blueprint_find(stack->now.blueprint, logical_id) : NULL;
    const struct document *metadata = item ? document_get(item->body, "Metadata") : NULL;
    return metadata ? document_json(arena, metadata) : TEXT("{}");
}

/* --- stack policies --------------------------------------------------------------------------- */

static bool is_statement(const struct document *statement) {
    const struct document *principal = document_get(statement, "Principal");
    const struct document *action = document_get(statement, "Action");
    if (!action) action = document_get(statement, "NotAction");
    if (!document_get(statement, "Effect") || !action || !principal ||
        principal->kind != DOCUMENT_TEXT || !text_is(principal->text, "*")) return false;
    const struct document *one = action->kind == DOCUMENT_LIST ? action->children : action;
    for (; one; one = action->kind == DOCUMENT_LIST ? one->next : NULL) {
        if (one->kind != DOCUMENT_TEXT || (!text_starts(one->text, TEXT("Update:")) &&
                                           !text_is(one->text, "*"))) return false;
    }
    return true;
}

bool sim_check_policy(struct cloud_call *call, struct text policy) {
    struct document *root;
    struct failure why;
    if (!document_read(call->arena, policy, &root, &why) || root->kind != DOCUMENT_OBJECT) {
        return sim_refuse(call, "ValidationError",
                          "Error validating stack policy: Invalid stack policy");
    }
    const struct document *statements = document_get(root, "Statement");
    if (!root->count) return true;
    bool good = statements && statements->kind == DOCUMENT_LIST;
    for (const struct document *s = good ? statements->children : NULL; s; s = s->next) {
        good = good && is_statement(s);
    }
    return good || sim_refuse(call, "ValidationError",
                              "Error validating stack policy: Invalid stack policy");
}

bool sim_set_policy(struct simulator *simulator, struct cloud_call *call) {
    struct sim_stack *stack = sim_stack_live(simulator, call->region, call->request.stack);
    if (!stack) {
        return sim_refuse(call, "ValidationError", "Stack [%.*s] does not exist",
                          TEXT_ARGS(call->request.stack));
    }
    if (!sim_check_policy(call, call->request.policy)) return false;
    stack->policy = text_copy(&simulator->arena, call->request.policy);
    stack->is_dirty = true;
    return true;
}
