/* Stack policies: which resources an update may modify, replace or delete. With a policy, what
 * nothing allows is denied; a denial wins. */
#include "runtime/simulator/engine.h"

/* "Update:*", "LogicalResourceId/Prod*": a text, or a list of which one must match. */
static bool any_matches(const struct document *patterns, struct text word) {
    if (!patterns) return false;
    if (patterns->kind == DOCUMENT_TEXT) return text_like(word, patterns->text);
    for (const struct document *c = patterns->children; c; c = c->next) {
        if (c->kind == DOCUMENT_TEXT && text_like(word, c->text)) return true;
    }
    return false;
}

static bool applies(struct arena *arena, const struct document *statement, struct text action,
                    const struct sim_resource *resource) {
    struct text id = text_format(arena, "LogicalResourceId/%.*s", TEXT_ARGS(resource->logical_id));
    const struct document *not_action = document_get(statement, "NotAction");
    const struct document *not_resource = document_get(statement, "NotResource");
    const struct document *condition = document_get(statement, "Condition");
    if (not_action ? any_matches(not_action, action)
                   : !any_matches(document_get(statement, "Action"), action)) return false;
    if (not_resource ? any_matches(not_resource, id)
                     : !any_matches(document_get(statement, "Resource"), id)) return false;
    for (const struct document *c = condition ? condition->children : NULL; c; c = c->next) {
        if (!any_matches(document_get(c, "ResourceType"), resource->type)) return false;
    }
    return true;
}

bool sim_policy_allows(struct simulator *simulator, const struct sim_stack *stack,
                       const struct sim_resource *resource, const char *action,
                       struct text *reason) {
    struct text policy = stack->update_policy.length ? stack->update_policy : stack->policy;
    struct arena *arena = &simulator->arena;
    struct document *root;
    struct failure ignored;
    if (!policy.length || !document_read(arena, policy, &root, &ignored) || !root->count) {
        return true;
    }
    const struct document *statements = document_get(root, "Statement");
    unsigned number = 0, denied = 0;
    bool allowed = false;
    for (const struct document *s = statements ? statements->children : NULL; s; s = s->next) {
        const struct document *effect = document_get(s, "Effect");
        number++;
        if (!effect || !applies(arena, s, text_of(action), resource)) continue;
        if (text_is(effect->text, "Deny") && !denied) denied = number;
        else allowed = true;
    }
    if (allowed && !denied) return true;
    *reason = text_format(arena,
                          "Action denied by stack policy: Statement [#%u] does not allow [%s] "
                          "for resource [LogicalResourceId/%.*s];",
                          denied ? denied : 1, action, TEXT_ARGS(resource->logical_id));
    return false;
}
