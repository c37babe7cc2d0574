/* What an action or rule of a pipeline takes: its step against the row of its type
 * (schema/actions.def) and the limits that all types share.
 */
#include "base/pattern.h"
#include "evaluator/builtins.h"
#include "evaluator/pipelines.h"
#include "schema/actions.h"

/* Of the API: ActionDeclaration, OutputArtifact, EnvironmentVariable, RuleDeclaration
 * (https://docs.aws.amazon.com/codepipeline/latest/APIReference/). */
enum {
    MOST_VALUE = 1000,       /* characters of a value of an action's configuration */
    MOST_RULE_VALUE = 10000, /* of a rule's */
    MOST_COMMANDS = 50,
    MOST_COMMAND = 1000,
    MOST_FILES = 10,
    MOST_FILE = 128,
    MOST_VARIABLES = 15,
    MOST_VARIABLE = 128,
    MOST_ENVIRONMENT = 10,
    LEAST_TIMEOUT = 5 * 60,
    MOST_TIMEOUT = 86400 * 60,
};

/* The step that is looked at, and where its parts are blamed. */
struct step {
    struct evaluator *ev;
    const struct pipeline_action *action; /* NULL: a rule */
    const struct node *node;              /* what stands for the whole */
    const struct schema_action *type;
    struct value value; /* deliver.Step or deliver.Rule */
};

static const struct node *part_node(const struct step *step, const char *param) {
    return step->action ? param_node(step->ev, step->action, param) : step->node;
}

static bool spend_match(void *context, uint64_t steps) {
    return spend_steps(context, steps);
}

/* Whether the value is of the pattern; what cannot be decided is. */
static bool is_like(struct evaluator *ev, const char *pattern, struct text text) {
    struct pattern_error error;
    struct pattern_budget budget = {spend_match, ev};
    struct pattern *compiled = pattern_get(text_of(pattern), &error);
    return !compiled || pattern_search(compiled, text, 0, &budget, NULL) != PATTERN_NO;
}

/* Variables are put in while the pipeline runs. */
static bool has_variable(struct text text) {
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.bytes[i] == '#' && text.bytes[i + 1] == '{') return true;
    }
    return false;
}

/* The argument that is the value, as a component of the library hands it on; else NULL. */
static const struct node *argument_of(const struct step *step, struct value value) {
    if (!step->action || value.kind != VALUE_TEXT) return NULL;
    struct value arguments = component_arguments(step->ev, step->action->component);
    for (uint32_t i = 0; arguments.kind == VALUE_RECORD && i < arguments.record->count; i++) {
        const struct record_entry *entry = &arguments.record->entries[i];
        struct value given = settled(step->ev, entry->value);
        if (given.kind == VALUE_TEXT && text_equal(value_as_text(given), value_as_text(value))) {
            return value_node(entry, step->node);
        }
    }
    return NULL;
}

/* The entry of the configuration where the author writes it out, else what it was made of. */
static const struct node *key_node(const struct step *step, const struct record_entry *entry,
                                   bool of_value) {
    if (entry->origin && !in_library(step->ev, entry->origin)) {
        if (entry->origin->kind != NODE_ENTRY) return entry->origin;
        return of_value ? entry->origin->entry.value : entry->origin;
    }
    const struct node *argument = argument_of(step, settled(step->ev, entry->value));
    return argument ? argument : step->node;
}

/* A key that its type has not. Returns the one that was meant. */
static struct text check_key(const struct step *step, const struct record_entry *entry) {
    const struct schema_action *type = step->type;
    struct text key = name_text(entry->key);
    if (schema_action_allows(type, key)) return TEXT("");
    struct suggestion near;
    suggestion_init(&near, key);
    struct text keys[2] = {text_of(type->required), text_of(type->optional)}, one;
    for (int i = 0; i < 2; i++) {
        while (schema_action_take(&keys[i], &one))
            suggestion_offer(&near, one);
    }
    struct diagnostic *d =
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, key_node(step, entry, false),
               "an action of %s has no key \"%.*s\"", type->provider, TEXT_ARGS(key));
    if (near.best.length)
        hint(step->ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    else
        hint(step->ev, d, "Its keys are described at %s%s.", SCHEMA_ACTION_PAGES, type->page);
    return near.best;
}

static void check_text(const struct step *step, const struct record_entry *entry,
                       struct text text) {
    struct text key = name_text(entry->key), values = schema_action_values(step->type, key);
    const struct schema_action_pattern *pattern = schema_action_pattern(step->type, key);
    const struct node *node = key_node(step, entry, true);
    struct text shown = text_slice(text, 0, 60);
    if (values.length && !schema_action_has(values, text)) {
        struct diagnostic *d = report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, node,
                                      "\"%.*s\" of %s is not \"%.*s\"", TEXT_ARGS(key),
                                      step->type->provider, TEXT_ARGS(shown));
        hint(step->ev, d, "It is one of: %.*s.", TEXT_ARGS(values));
    } else if (pattern && !is_like(step->ev, pattern->pattern, text)) {
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, node,
               "\"%.*s\" of %s is %s, and not \"%.*s\"", TEXT_ARGS(key), step->type->provider,
               pattern->words, TEXT_ARGS(shown));
    }
}

static void check_value(const struct step *step, const struct record_entry *entry) {
    struct value value = settled(step->ev, entry->value);
    if (value.kind != VALUE_TEXT) return;
    struct text text = value_as_text(value);
    size_t most = step->action ? MOST_VALUE : MOST_RULE_VALUE, count = text_characters(text);
    if (count == 0 || count > most) {
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, key_node(step, entry, true),
               "\"%.*s\" has 1 to %zu characters, and this has %zu", NAME_ARGS(entry->key), most,
               count);
    } else if (step->type && !has_variable(text)) {
        check_text(step, entry, text);
    }
}

static void check_missing(const struct step *step, const struct record *configuration,
                          struct text keys, struct text meant) {
    struct text key;
    while (schema_action_take(&keys, &key)) {
        const struct name *name = names_find(step->ev->names, key);
        bool found = name && configuration && record_find(configuration, name);
        if (found || schema_action_has(meant, key)) continue;
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, "configuration"),
               "an action of %s also needs the key \"%.*s\"", step->type->provider, TEXT_ARGS(key));
    }
}

static void check_artifacts(const struct step *step, bool in) {
    const struct schema_action *type = step->type;
    struct value artifacts = record_value(step->ev, step->value, in ? "inputs" : "outputs");
    unsigned least = in ? type->least_inputs : type->least_outputs;
    unsigned most = in ? type->most_inputs : type->most_outputs;
    if (artifacts.kind != VALUE_LIST) return;
    if (artifacts.length >= least && artifacts.length <= most) return;
    bool few = artifacts.length < least;
    report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, in ? "inputs" : "makes"),
           "an action of %s %s at %s %u artifact%s, and this %s %u", type->provider,
           in ? "reads" : "makes", few ? "least" : "most", few ? least : most,
           (few ? least : most) == 1 ? "" : "s", in ? "reads" : "makes", artifacts.length);
}

static void check_withdrawn(const struct step *step) {
    const struct schema_action_end *end = schema_action_end(step->type);
    if (!end) return;
    struct diagnostic *d =
        report(step->ev, DIAGNOSTIC_WITHDRAWN_ACTION, part_node(step, "provider"), "%s", end->why);
    hint(step->ev, d, "%s", end->instead);
}

/* The configuration, key by key, and what the type needs besides. */
static void check_entries(const struct step *step, const struct record *configuration) {
    struct evaluator *ev = step->ev;
    struct value acts = record_value(ev, step->value, "acts");
    /* keys that need not be asked for: misspelt ones, and the role, which is put in later */
    struct text meant = acts.kind == VALUE_BOOL && acts.boolean ? TEXT("RoleArn") : TEXT("");
    for (uint32_t i = 0; configuration && i < configuration->count; i++) {
        const struct record_entry *entry = &configuration->entries[i];
        check_value(step, entry);
        if (!step->type) continue;
        struct text near = check_key(step, entry);
        if (near.length) {
            meant = text_format(ev->arena, "%.*s %.*s", TEXT_ARGS(near), TEXT_ARGS(meant));
        }
        struct value given = settled(ev, entry->value);
        struct text text = given.kind == VALUE_TEXT ? value_as_text(given) : TEXT("");
        check_missing(step, configuration,
                      schema_action_needs(step->type, name_text(entry->key), text), meant);
    }
    if (step->type) check_missing(step, configuration, text_of(step->type->required), meant);
}

/* ---- what all types share ---- */

/* A list of texts of the step: how many there are, and how long each is. */
static void check_texts(const struct step *step, const char *key, const char *word, uint32_t most,
                        size_t longest) {
    struct value list = record_value(step->ev, step->value, key);
    if (list.kind != VALUE_LIST) return;
    const struct node *node = part_node(step, key);
    if (list.length > most) {
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, node,
               "an action has at most %u %ss, and this has %u", most, word, list.length);
    }
    for (uint32_t i = 0; i < list.length; i++) {
        struct value value = settled(step->ev, list.items[i]);
        struct text text = value.kind == VALUE_TEXT ? value_as_text(value) : TEXT("-");
        size_t count = text_characters(text);
        if (count > 0 && count <= longest) continue;
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, node,
               "a %s has 1 to %zu characters, and element %u has %zu", word, longest, i, count);
    }
}

/* Commands are lines of their own. */
static void check_lines(const struct step *step) {
    struct value list = record_value(step->ev, step->value, "commands");
    for (uint32_t i = 0; list.kind == VALUE_LIST && i < list.length; i++) {
        struct value value = settled(step->ev, list.items[i]);
        if (value.kind != VALUE_TEXT) continue;
        struct text text = value_as_text(value);
        if (!memchr(text.bytes, '\n', text.length)) continue;
        struct diagnostic *d =
            report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, "commands"),
                   "a command is one line, and element %u has several", i);
        hint(step->ev, d,
             "Write each line as a command, or keep them as a script in the artifact.");
    }
}

static void check_timeout(const struct step *step) {
    struct value timeout = record_value(step->ev, step->value, "timeout");
    if (timeout.kind != VALUE_INT) return;
    if (step->type && strcmp(step->type->provider, "Manual") != 0) {
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, "timeout"),
               "CodePipeline takes a timeout of approvals only, and this is an action of %s",
               step->type->provider);
    } else if (timeout.integer < LEAST_TIMEOUT || timeout.integer > MOST_TIMEOUT ||
               timeout.integer % 60) {
        report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, "timeout"),
               "a timeout is whole minutes, from 5 minutes to 60 days");
    }
}

static void check_shared(const struct step *step) {
    struct value environment = record_value(step->ev, step->value, "environment");
    check_texts(step, "commands", "command", MOST_COMMANDS, MOST_COMMAND);
    check_texts(step, "files", "file", MOST_FILES, MOST_FILE);
    check_texts(step, "variables", "variable", MOST_VARIABLES, MOST_VARIABLE);
    check_lines(step);
    check_timeout(step);
    if (environment.kind != VALUE_RECORD || environment.record->count <= MOST_ENVIRONMENT) return;
    report(step->ev, DIAGNOSTIC_ACTION_CONFIGURATION, part_node(step, "environment"),
           "an action has at most %d environment variables, and this has %u", MOST_ENVIRONMENT,
           environment.record->count);
}

/* An action type that no row knows is the author's own, newer than these facts, or misspelt. */
static void check_provider(const struct step *step, struct text category, struct text owner,
                           struct text provider) {
    const struct schema_action *action;
    struct suggestion near;
    if (!text_is(owner, "AWS") || !provider.length) return;
    suggestion_init(&near, provider);
    for (size_t i = 0; (action = schema_action_at(i)); i++) {
        if (!text_is(category, action->category)) continue;
        if (text_is(owner, action->owner)) suggestion_offer(&near, text_of(action->provider));
    }
    struct diagnostic *d =
        report(step->ev, DIAGNOSTIC_UNKNOWN_PROVIDER, part_node(step, "provider"),
               "no action of category %.*s by AWS is known as \"%.*s\"", TEXT_ARGS(category),
               TEXT_ARGS(text_slice(provider, 0, 60)));
    if (near.best.length)
        hint(step->ev, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
    else
        hint(step->ev, d, "What there is, is listed at %saction-reference.html.",
             SCHEMA_ACTION_PAGES);
}

static void check_step(struct step *step, struct text category, struct text owner) {
    struct text provider = record_text(step->ev, step->value, "provider");
    struct value value = record_value(step->ev, step->value, "configuration");
    step->type = schema_action_find(category, owner, provider);
    if (value.kind == VALUE_POISON || value.flags & VALUE_BROKEN) return;
    check_entries(step, value.kind == VALUE_RECORD ? value.record : NULL);
    check_shared(step);
    if (!step->type) {
        check_provider(step, category, owner, provider);
        return;
    }
    check_artifacts(step, true);
    check_artifacts(step, false);
    check_withdrawn(step);
}

void check_action_step(struct evaluator *ev, const struct pipeline_action *action,
                       struct value value) {
    struct step step = {ev, action, head_node(ev, action->node), NULL, value};
    check_step(&step, record_text(ev, value, "category"), record_text(ev, value, "owner"));
}

void check_rule(struct evaluator *ev, const struct node *node, struct value rule) {
    struct step step = {ev, NULL, node, NULL, rule};
    check_step(&step, TEXT("Rule"), TEXT("AWS"));
}
