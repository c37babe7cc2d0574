/* Looks through the rows of actions.def; a few dozen, so that each search reads them all. */
#include "schema/actions.h"

static const struct schema_action actions[] = {
#define ACTION(category, owner, provider, in0, in1, out0, out1, required, optional, variables,     \
               type, page)                                                                         \
    {category, owner, provider, in0, in1, out0, out1, required, optional, variables, type, page},
#include "schema/actions.def"
};

static const struct {
    const char *provider, *key, *values, *needed;
} conditions[] = {
#define CONDITION(provider, key, values, needed) {provider, key, values, needed},
#include "schema/actions.def"
};

static const struct {
    const char *provider, *key, *values;
} key_values[] = {
#define VALUES(provider, key, values) {provider, key, values},
#include "schema/actions.def"
};

static const struct {
    const char *provider, *key;
    struct schema_action_pattern pattern;
} patterns[] = {
#define PATTERN(provider, key, pattern, words) {provider, key, {pattern, words}},
#include "schema/actions.def"
};

static const struct {
    const char *category, *provider;
    struct schema_action_end end;
} withdrawn[] = {
#define WITHDRAWN(category, provider, why, instead) {category, provider, {why, instead}},
#include "schema/actions.def"
};

#define REGIONS(names) static const char pipeline_regions[] = names;
#include "schema/actions.def"

enum {
    ACTION_COUNT = sizeof actions / sizeof *actions,
    CONDITION_COUNT = sizeof conditions / sizeof *conditions,
    VALUES_COUNT = sizeof key_values / sizeof *key_values,
    PATTERN_COUNT = sizeof patterns / sizeof *patterns,
    WITHDRAWN_COUNT = sizeof withdrawn / sizeof *withdrawn,
};

const struct schema_action *schema_action_at(size_t index) {
    return index < ACTION_COUNT ? &actions[index] : NULL;
}

const struct schema_action *schema_action_find(struct text category, struct text owner,
                                               struct text provider) {
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        const struct schema_action *action = &actions[i];
        if (text_is(category, action->category) && text_is(owner, action->owner) &&
            text_is(provider, action->provider)) {
            return action;
        }
    }
    return NULL;
}

bool schema_action_take(struct text *keys, struct text *key) {
    size_t length = 0;
    while (length < keys->length && keys->bytes[length] != ' ')
        length++;
    *key = (struct text){keys->bytes, length};
    size_t skip = length + (length < keys->length);
    *keys = (struct text){keys->bytes + skip, keys->length - skip};
    return length > 0;
}

bool schema_action_has(struct text words, struct text word) {
    struct text one;
    while (schema_action_take(&words, &one)) {
        if (text_equal(one, word)) return true;
    }
    return false;
}

static bool lists(const char *words, struct text word) {
    return schema_action_has(text_of(words), word) || schema_action_has(text_of(words), TEXT("*"));
}

bool schema_action_allows(const struct schema_action *action, struct text key) {
    return schema_action_has(text_of(action->required), key) || lists(action->optional, key);
}

bool schema_action_gives(const struct schema_action *action, struct text variable) {
    return lists(action->variables, variable);
}

struct text schema_action_needs(const struct schema_action *action, struct text key,
                                struct text value) {
    for (size_t i = 0; i < CONDITION_COUNT; i++) {
        if (strcmp(conditions[i].provider, action->provider) == 0 &&
            text_is(key, conditions[i].key) && schema_action_allows(action, key) &&
            lists(conditions[i].values, value)) {
            return text_of(conditions[i].needed);
        }
    }
    return TEXT("");
}

struct text schema_action_values(const struct schema_action *action, struct text key) {
    for (size_t i = 0; i < VALUES_COUNT; i++) {
        if (strcmp(key_values[i].provider, action->provider) == 0 &&
            text_is(key, key_values[i].key)) {
            return text_of(key_values[i].values);
        }
    }
    return TEXT("");
}

const struct schema_action_pattern *schema_action_pattern(const struct schema_action *action,
                                                          struct text key) {
    for (size_t i = 0; i < PATTERN_COUNT; i++) {
        if (strcmp(patterns[i].provider, action->provider) == 0 && text_is(key, patterns[i].key)) {
            return &patterns[i].pattern;
        }
    }
    return NULL;
}

const struct schema_action_end *schema_action_end(const struct schema_action *action) {
    for (size_t i = 0; i < WITHDRAWN_COUNT; i++) {
        if (strcmp(withdrawn[i].provider, action->provider) == 0 &&
            strcmp(withdrawn[i].category, action->category) == 0) {
            return &withdrawn[i].end;
        }
    }
    return NULL;
}

bool schema_action_region(struct text region) {
    return schema_action_has(text_of(pipeline_regions), region);
}
