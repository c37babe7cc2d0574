/* What must hold for a record as a whole: required properties, and rules between properties. */
#include "evaluator/conform.h"

/* What has to be asked of each body again and again. */
struct body_facts {
    const struct name **required; /* names of properties */
    uint32_t required_count, rule_count;
    struct rule_facts *rules;
};
struct rule_facts {
    enum schema_rule_kind kind;
    const struct name *when; /* or NULL */
    const struct name **names;
    uint32_t count;
    struct schema_condition condition; /* no values: any value of `when` */
};

static const struct name *property_name(struct evaluator *ev,
                                        const struct schema_property *property) {
    return property ? names_intern(ev->names, schema_property_name(property)) : NULL;
}

static void rules_of(struct evaluator *ev, const struct schema_body *body,
                     struct body_facts *facts) {
    uint32_t rules = (uint32_t)schema_body_rule_count(body);
    facts->rule_count = rules + (uint32_t)schema_body_condition_count(body);
    facts->rules = arena_array(ev->arena, facts->rule_count, sizeof *facts->rules);
    for (uint32_t i = 0; i < facts->rule_count; i++) {
        struct rule_facts *made = &facts->rules[i];
        if (i >= rules) made->condition = schema_body_condition(body, i - rules);
        struct schema_rule rule = i < rules ? schema_body_rule(body, i) : made->condition.rule;
        made->kind = rule.kind;
        made->when = property_name(ev, rule.when);
        made->count = (uint32_t)rule.count;
        made->names = arena_array(ev->arena, rule.count, sizeof *made->names);
        for (size_t j = 0; j < rule.count; j++) {
            made->names[j] = property_name(ev, schema_rule_property(&rule, j));
        }
    }
}

static const struct body_facts *facts_of(struct evaluator *ev, const struct schema_body *body) {
    struct map *bodies = &conform_cache_of(ev)->bodies;
    struct body_facts *facts = map_find(bodies, body);
    if (facts) return facts;
    facts = ARENA_NEW(ev->arena, struct body_facts);
    size_t count = schema_body_count(body);
    facts->required = arena_array(ev->arena, count ? count : 1, sizeof *facts->required);
    for (size_t i = 0; i < count; i++) {
        const struct schema_property *property = schema_body_at(body, i);
        unsigned flags = schema_property_flags(property);
        if (flags & SCHEMA_REQUIRED && !(flags & SCHEMA_READ_ONLY)) {
            facts->required[facts->required_count++] = property_name(ev, property);
        }
    }
    rules_of(ev, body, facts);
    map_put(bodies, body, facts);
    return facts;
}

static bool has(const struct record *record, const struct name *name) {
    const struct record_entry *entry = record_find(record, name);
    return entry && entry->value.kind != VALUE_NULL;
}

static struct text names_text(struct evaluator *ev, const struct name *const *names, uint32_t count,
                              const char *last) {
    struct buffer buffer;
    buffer_init(&buffer);
    for (uint32_t i = 0; i < count; i++) {
        if (i) buffer_string(&buffer, i + 1 == count ? last : ", ");
        buffer_format(&buffer, "\"%.*s\"", NAME_ARGS(names[i]));
    }
    struct text text = buffer_take(&buffer, ev->arena);
    buffer_release(&buffer);
    return text;
}

static void check_required(struct evaluator *ev, const struct record *record,
                           const struct owner *owner, const struct body_facts *facts) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->required_count; i++) count += !has(record, facts->required[i]);
    if (count == 0) return;
    const struct name **missing = arena_array(ev->arena, count, sizeof *missing);
    count = 0;
    for (uint32_t i = 0; i < facts->required_count; i++) {
        if (!has(record, facts->required[i])) missing[count++] = facts->required[i];
    }
    report_at(ev, DIAGNOSTIC_MISSING_PROPERTY, owner->head,
              "%s \"%.*s\" also needs the propert%s %.*s", owner->word, TEXT_ARGS(owner->name),
              count > 1 ? "ies" : "y", TEXT_ARGS(names_text(ev, missing, count, ", ")));
}

static bool is_one_of(struct evaluator *ev, const struct schema_condition *condition,
                      struct value value) {
    struct text text = value_brief(ev, value);
    if (value.kind == VALUE_TEXT) text = value_as_text(value);
    if (value.kind != VALUE_TEXT && value.kind != VALUE_BOOL && value.kind != VALUE_INT)
        return false;
    for (size_t i = 0; i < condition->value_count; i++) {
        if (text_equal(schema_condition_value(condition, i), text)) return true;
    }
    return false;
}

static struct text named_value(struct evaluator *ev, const struct rule_facts *rule,
                               const struct record_entry *entry) {
    struct text name = text_format(ev->arena, "\"%.*s\"", NAME_ARGS(rule->when));
    if (rule->condition.value_count == 0 || !entry) return name;
    for (uint32_t i = 0; entry->value.kind == VALUE_LIST && i < entry->value.length; i++) {
        struct value item = entry->value.items[i];
        if (!is_one_of(ev, &rule->condition, item)) continue;
        return text_format(ev->arena, "%.*s with %.*s", TEXT_ARGS(name),
                           TEXT_ARGS(value_brief(ev, item)));
    }
    return text_format(ev->arena, "%.*s = %.*s", TEXT_ARGS(name),
                       TEXT_ARGS(value_brief(ev, entry->value)));
}

/* The properties of a rule that are written, or those that are not. */
static struct text rule_names(struct evaluator *ev, const struct record *record,
                              const struct rule_facts *rule, bool written) {
    const struct name **names = arena_array(ev->arena, rule->count, sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; i < rule->count; i++) {
        if (has(record, rule->names[i]) == written) names[count++] = rule->names[i];
    }
    return names_text(ev, names, count, " and ");
}

/* About the property that a rule begins with, where it is written. */
static void report_when(struct evaluator *ev, const struct record *record,
                        const struct rule_facts *rule, struct span head, bool needs) {
    const struct record_entry *entry = record_find(record, rule->when);
    if (entry && entry->origin) head = node_place(entry->origin);
    struct text names = rule_names(ev, record, rule, !needs);
    struct diagnostic *d = report_at(
        ev, DIAGNOSTIC_PROPERTY_RULE, head, "%.*s %s %.*s",
        TEXT_ARGS(named_value(ev, rule, entry)), needs ? "also needs" : "cannot stand beside",
        TEXT_ARGS(names));
    hint(ev, d, needs ? "Write %.*s too." : "Leave out %.*s.", TEXT_ARGS(names));
}

/* Whether a rule holds here: the property that it begins with has one of the rule's values, if it
 * names any. A deferred value is none of them: nobody knows yet. */
static bool is_met(struct evaluator *ev, const struct record *record,
                   const struct rule_facts *rule) {
    const struct record_entry *entry = rule->when ? record_find(record, rule->when) : NULL;
    if (!entry || entry->value.kind == VALUE_NULL) return false;
    if (rule->condition.value_count == 0) return true;
    if (entry->value.kind != VALUE_LIST) return is_one_of(ev, &rule->condition, entry->value);
    for (uint32_t i = 0; i < entry->value.length; i++) {
        if (is_one_of(ev, &rule->condition, entry->value.items[i])) return true;
    }
    return false;
}

static void check_rule(struct evaluator *ev, const struct record *record, const struct owner *owner,
                       const struct rule_facts *rule) {
    uint32_t written = 0;
    const char *says = NULL;
    for (uint32_t i = 0; i < rule->count; i++) written += has(record, rule->names[i]);
    bool when = is_met(ev, record, rule);
    switch (rule->kind) {
    case SCHEMA_RULE_EXACTLY_ONE: if (written != 1) says = "exactly one"; break;
    case SCHEMA_RULE_AT_LEAST_ONE: if (written == 0) says = "at least one"; break;
    case SCHEMA_RULE_AT_MOST_ONE: if (written > 1) says = "at most one"; break;
    case SCHEMA_RULE_NEEDS:
        if (when && written < rule->count) report_when(ev, record, rule, owner->head, true);
        return;
    case SCHEMA_RULE_EXCLUDES:
        if (when && written) report_when(ev, record, rule, owner->head, false);
        return;
    }
    if (!says) return;
    report_at(ev, DIAGNOSTIC_PROPERTY_RULE, owner->head, "%s \"%.*s\" takes %s of %.*s, and has %u",
              owner->word, TEXT_ARGS(owner->name), says,
              TEXT_ARGS(names_text(ev, rule->names, rule->count, " and ")), written);
}

void conform_rules(struct evaluator *ev, const struct record *record,
                   const struct schema_body *body, const struct owner *owner) {
    const struct body_facts *facts = facts_of(ev, body);
    check_required(ev, record, owner, facts);
    for (uint32_t i = 0; i < facts->rule_count; i++) {
        check_rule(ev, record, owner, &facts->rules[i]);
    }
}
