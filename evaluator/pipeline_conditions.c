/* The conditions of a stage: before it is entered, when it has succeeded, when it has failed; and
 * which of their results CodePipeline takes where.
 *
 * Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
 */
#include "evaluator/pipelines.h"

enum { MOST_RULES = 5 };

struct condition {
    struct evaluator *ev;
    struct pipeline *pipeline;
    struct pipeline_stage *stage;
    const struct node *node; /* of the entry's value */
    struct text word;        /* "before", "after", "failed" */
    struct value value;
};

/* The entry of the record where the author writes it, else the whole. */
static const struct node *member_node(const struct condition *condition, const char *key) {
    const struct name *name = names_find(condition->ev->names, text_of(key));
    struct record_entry *entry = NULL;
    if (condition->value.kind == VALUE_RECORD && name) {
        entry = record_find(condition->value.record, name);
    }
    if (!entry || !entry->origin || in_library(condition->ev, entry->origin))
        return condition->node;
    return value_node(entry, condition->node);
}

/* Reports a rollback, at the node, that CodePipeline cannot do. */
static void check_rollback(struct evaluator *ev, const struct pipeline *pipeline,
                           const struct pipeline_stage *stage, const struct node *node) {
    if (stage->index == 0) {
        report(ev, DIAGNOSTIC_PIPELINE_RULE, node,
               "the first stage cannot be rolled back: there is nothing before it");
    } else if (text_is(pipeline->mode, "parallel")) {
        struct diagnostic *d = report(ev, DIAGNOSTIC_PIPELINE_RULE, node,
                                      "a pipeline of mode \"parallel\" cannot roll a stage back");
        hint(ev, d, "Write mode = \"queued\": executions then wait for one another.");
    }
}

/* A stage is skipped by what can be asked at once, not by what is waited for. */
static void check_skip(const struct condition *condition, struct value rules) {
    static const char *const asks[] = {"LambdaInvoke", "VariableCheck", NULL};
    for (uint32_t i = 0; rules.kind == VALUE_LIST && i < rules.length; i++) {
        struct text provider = record_text(condition->ev, rules.items[i], "provider");
        if (!provider.length || text_is_one_of(provider, asks)) continue;
        struct diagnostic *d =
            report(condition->ev, DIAGNOSTIC_PIPELINE_RULE, member_node(condition, "result"),
                   "a stage is not skipped by a rule of %.*s", TEXT_ARGS(provider));
        hint(condition->ev, d,
             "Only function_agrees and variable_is skip a stage; with the others, "
             "write result = \"fail\".");
        return;
    }
}

static void check_result(const struct condition *condition, struct value rules) {
    static const char *const before[] = {"fail", "skip", NULL};
    static const char *const after[] = {"fail", "rollback", NULL};
    static const char *const failed[] = {"fail", "retry", "rollback", "skip", NULL};
    bool is_before = text_is(condition->word, "before"),
         is_after = text_is(condition->word, "after");
    struct text result = record_text(condition->ev, condition->value, "result");
    const struct node *node = member_node(condition, "result");
    if (!result.length) return;
    if (!text_is_one_of(result, is_before ? before : is_after ? after : failed)) {
        report(condition->ev, DIAGNOSTIC_PIPELINE_RULE, node,
               "the result of \"%.*s\" is %s, and not \"%.*s\"", TEXT_ARGS(condition->word),
               is_before ? "\"fail\" or \"skip\"" : "\"fail\" or \"rollback\"", TEXT_ARGS(result));
    } else if (text_is(result, "rollback")) {
        check_rollback(condition->ev, condition->pipeline, condition->stage, node);
    } else if (is_before && text_is(result, "skip")) {
        check_skip(condition, rules);
    }
}

static void check_condition(const struct condition *condition) {
    struct evaluator *ev = condition->ev;
    struct value rules = record_value(ev, condition->value, "rules");
    check_result(condition, rules);
    for (uint32_t i = 0; rules.kind == VALUE_LIST && i < rules.length; i++) {
        const struct node *node = member_node(condition, "rules");
        check_rule(ev, node, rules.items[i]);
        check_rule_region(ev, node, rules.items[i]);
    }
    order_check_condition(ev, condition->pipeline, condition->stage, condition->value,
                          condition->node, !text_is(condition->word, "before"));
}

/* The alarms of its deploys and the rules of `after` are one condition. */
static void check_watches(struct evaluator *ev, const struct pipeline *pipeline,
                          const struct pipeline_stage *stage, uint32_t rules) {
    for (const struct pipeline_action *action = stage->actions; action; action = action->next) {
        struct value watches = record_value(ev, action->does, "watches");
        if (watches.kind != VALUE_LIST || !watches.length) continue;
        const struct node *node = param_node(ev, action, "rollback_on");
        check_rollback(ev, pipeline, stage, node);
        rules += watches.length;
        if (rules <= MOST_RULES) continue;
        struct diagnostic *d =
            report(ev, DIAGNOSTIC_PIPELINE_RULE, node,
                   "a stage has at most %d alarms and rules when it has succeeded", MOST_RULES);
        hint(ev, d, "Join alarms in one: observe.CompositeAlarm.");
        return;
    }
}

void check_conditions(struct evaluator *ev, struct pipeline *pipeline,
                      struct pipeline_stage *stage) {
    static const char *const words[] = {"after", "before", "failed", NULL};
    uint32_t after = 0;
    for (struct pipeline_entry *e = stage->entries.first; e; e = e->next) {
        struct text key = entry_text(e->node);
        const struct node *node = e->node->entry.value;
        bool is_condition = text_is_one_of(key, words);
        if (!is_condition && !text_is(key, "on_failure")) continue;
        struct value value = settled(ev, evaluate(ev, e->node->entry.value, e->frame));
        if (!is_condition && value.kind == VALUE_TEXT &&
            text_is(value_as_text(value), "rollback")) {
            check_rollback(ev, pipeline, stage, node);
        }
        if (!is_condition || value.kind != VALUE_RECORD) continue;
        struct value rules = record_value(ev, value, "rules");
        if (text_is(key, "after") && rules.kind == VALUE_LIST) after = rules.length;
        struct condition condition = {ev, pipeline, stage, node, key, value};
        check_condition(&condition);
    }
    check_watches(ev, pipeline, stage, after);
}
