/* Lints about pipelines that are written as resources; std.deliver's are checked when they are
 * made. */
#include "lint/internal.h"
#include "schema/actions.h"

/* ---- what an action takes ---- */

static void check_provider(const struct look *look, struct item item, struct text provider) {
    struct suggestion near;
    const struct schema_action *action;
    suggestion_init(&near, provider);
    for (size_t i = 0; (action = schema_action_at(i)); i++)
        suggestion_offer(&near, text_of(action->provider));
    if (!near.best.length || near.distance == 0) return; /* one that the list does not have */
    struct diagnostic *d = warn(
        look, item, "CodePipeline has no provider \"%.*s\" of this category", TEXT_ARGS(provider));
    warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

static void check_key(const struct look *look, const struct schema_action *action, struct item item,
                      struct text key) {
    if (schema_action_allows(action, key)) return;
    struct suggestion near;
    suggestion_init(&near, key);
    const char *const lists[] = {action->required, action->optional};
    for (size_t i = 0; i < 2; i++) {
        struct text left = text_of(lists[i]), word;
        while (schema_action_take(&left, &word))
            suggestion_offer(&near, word);
    }
    struct diagnostic *d =
        warn(look, item, "%s has no key \"%.*s\"", action->provider, TEXT_ARGS(key));
    if (near.best.length) warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
}

static void check_value(const struct look *look, const struct schema_action *action,
                        struct item configuration, struct item item, struct text key) {
    struct text value, word;
    if (!item_text(item, &value)) return;
    struct text values = schema_action_values(action, key);
    if (values.length && !schema_action_has(values, value)) {
        struct diagnostic *d = warn(look, item, "\"%.*s\" of %s cannot be \"%.*s\"", TEXT_ARGS(key),
                                    action->provider, TEXT_ARGS(value));
        warn_hint(look, d, "It is one of %.*s.", TEXT_ARGS(values));
    }
    struct text needed = schema_action_needs(action, key, value);
    while (schema_action_take(&needed, &word)) {
        const char *path = text_copy(look_arena(look), word).bytes;
        if (!item_is_absent(item_in(look, configuration, path))) continue;
        warn(look, item, "with \"%.*s\", %s needs the key \"%.*s\"", TEXT_ARGS(value),
             action->provider, TEXT_ARGS(word));
    }
}

static void check_configuration(const struct look *look, const struct schema_action *action,
                                struct item whole) {
    struct item configuration = item_in(look, whole, "Configuration");
    if (!item_is_record(configuration) && !item_is_absent(configuration)) return;
    struct text needed = text_of(action->required), key;
    while (schema_action_take(&needed, &key)) {
        const char *path = text_copy(look_arena(look), key).bytes;
        if (!item_is_absent(item_in(look, configuration, path))) continue;
        warn(look, item_is_absent(configuration) ? whole : configuration,
             "%s needs the key \"%.*s\"", action->provider, TEXT_ARGS(key));
    }
    for (uint32_t i = 0; i < item_entries(configuration); i++) {
        struct item item = item_entry(look, configuration, i, &key);
        check_key(look, action, item, key);
        check_value(look, action, configuration, item, key);
    }
}

static void check_count(const struct look *look, struct item whole, const char *list,
                        const struct schema_action *action, unsigned least, unsigned most) {
    struct item artifacts = item_in(look, whole, list);
    if (!item_is_absent(artifacts) && !item_is_list(artifacts)) return;
    uint32_t count = item_count(artifacts);
    if (count >= least && count <= most) return;
    struct text range = least == most ? text_format(look_arena(look), "%u", least)
                                      : text_format(look_arena(look), "%u to %u", least, most);
    warn(look, item_is_absent(artifacts) ? whole : artifacts, "%s has %.*s %s, and this has %u",
         action->provider, TEXT_ARGS(range), list, count);
}

static void check_action(const struct look *look, struct item whole) {
    struct item type = item_in(look, whole, "ActionTypeId"),
                provider_item = item_in(look, type, "Provider");
    struct text category, owner, provider;
    if (!item_text(item_in(look, type, "Category"), &category) ||
        !item_text(item_in(look, type, "Owner"), &owner) || !item_text(provider_item, &provider)) {
        return;
    }
    const struct schema_action *action = schema_action_find(category, owner, provider);
    if (!action) {
        if (!text_is(owner, "Custom")) check_provider(look, provider_item, provider);
        return;
    }
    check_configuration(look, action, whole);
    check_count(look, whole, "InputArtifacts", action, action->least_inputs, action->most_inputs);
    check_count(look, whole, "OutputArtifacts", action, action->least_outputs,
                action->most_outputs);
}

/* ---- artifacts from one action to the other ---- */

struct made {
    struct made *next;
    struct text name;
    uint32_t stage;
    int64_t order;
};

static int64_t order_of(const struct look *look, struct item action) {
    int64_t order = 1;
    item_integer(item_in(look, action, "RunOrder"), &order);
    return order;
}

/* Takes up what an action makes; false where a name is not known. */
static bool note_outputs(const struct look *look, struct item action, uint32_t stage,
                         struct made **all) {
    struct item outputs = item_in(look, action, "OutputArtifacts");
    if (!item_is_absent(outputs) && !item_is_list(outputs)) return false;
    for (uint32_t i = 0; i < item_count(outputs); i++) {
        struct item item = item_in(look, item_at(look, outputs, i), "Name");
        struct text name;
        if (!item_text(item, &name)) return false;
        for (struct made *m = *all; m; m = m->next) {
            if (!text_equal(m->name, name)) continue;
            warn(look, item, "two actions make an artifact \"%.*s\"", TEXT_ARGS(name));
        }
        struct made *made = ARENA_NEW(look_arena(look), struct made);
        *made = (struct made){*all, name, stage, order_of(look, action)};
        *all = made;
    }
    return true;
}

static void check_inputs(const struct look *look, struct item action, uint32_t stage,
                         const struct made *all) {
    struct item inputs = item_in(look, action, "InputArtifacts");
    for (uint32_t i = 0; i < item_count(inputs); i++) {
        struct item item = item_in(look, item_at(look, inputs, i), "Name");
        struct text name;
        bool is_made = false, is_early = false;
        struct suggestion near;
        if (!item_text(item, &name)) continue;
        suggestion_init(&near, name);
        for (const struct made *m = all; m; m = m->next) {
            suggestion_offer(&near, m->name);
            if (!text_equal(m->name, name)) continue;
            is_made = true;
            is_early |=
                m->stage < stage || (m->stage == stage && m->order < order_of(look, action));
        }
        if (is_early) continue;
        struct diagnostic *d =
            warn(look, item,
                 is_made ? "artifact \"%.*s\" is not made yet when the action runs"
                         : "no action makes an artifact \"%.*s\"",
                 TEXT_ARGS(name));
        if (!is_made && near.best.length)
            warn_hint(look, d, "Did you mean \"%.*s\"?", TEXT_ARGS(near.best));
        if (is_made) warn_hint(look, d, "Give it a larger RunOrder, or put it into a later stage.");
    }
}

static void each_action(const struct look *look,
                        void (*visit)(const struct look *look, struct item action, uint32_t stage,
                                      void *context),
                        void *context) {
    struct item stages = item_get(look, "Stages");
    for (uint32_t i = 0; i < item_count(stages); i++) {
        struct item actions = item_in(look, item_at(look, stages, i), "Actions");
        for (uint32_t k = 0; k < item_count(actions); k++)
            visit(look, item_at(look, actions, k), i, context);
    }
}

static void visit_action(const struct look *look, struct item action, uint32_t stage,
                         void *context) {
    (void)stage;
    (void)context;
    check_action(look, action);
}

struct walk {
    struct made *all;
    bool is_known;
};

static void visit_outputs(const struct look *look, struct item action, uint32_t stage,
                          void *context) {
    struct walk *walk = context;
    walk->is_known &= note_outputs(look, action, stage, &walk->all);
}

static void visit_inputs(const struct look *look, struct item action, uint32_t stage,
                         void *context) {
    check_inputs(look, action, stage, ((struct walk *)context)->all);
}

void lint_pipeline_action(const struct look *look) {
    if (!look_in_library(look)) each_action(look, visit_action, NULL);
}

void lint_pipeline_artifact(const struct look *look) {
    struct walk walk = {NULL, true};
    if (look_in_library(look)) return;
    each_action(look, visit_outputs, &walk);
    if (walk.is_known) each_action(look, visit_inputs, &walk);
}

static void check_token(const struct look *look, struct item action, uint32_t stage,
                        void *context) {
    (void)stage;
    (void)context;
    struct item token = item_in(look, action, "Configuration.OAuthToken");
    struct text text;
    if (!item_text(token, &text) || text_starts(text, TEXT("{{resolve:"))) return;
    struct diagnostic *d = warn(look, token, "the token of the source stands in the program");
    warn_hint(look, d,
              "Use a connection (provider CodeStarSourceConnection), which has no token, or write "
              "secret_ref(\"its-name\").");
}

void lint_source_token(const struct look *look) {
    each_action(look, check_token, NULL);
}
