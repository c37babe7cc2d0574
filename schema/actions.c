/* Looks through the rows of actions.def; a few dozen, so that each search reads them all. */
#include "schema/actions.h"

static const struct schema_action actions[] = {
#define ACTION(category, owner, provider, in0, in1, out0, out1, required, optional)                \
    {category, owner, provider, in0, in1, out0, out1, required, optional},
#define CONDITION(provider, key, values, needed)
#define VALUES(provider, key, values)
#include "schema/actions.def"
#undef ACTION
#undef CONDITION
};

static const struct {
    const char *provider, *key, *values, *needed;
} conditions[] = {
#define ACTION(category, owner, provider, in0, in1, out0, out1, required, optional)
#define CONDITION(provider, key, values, needed) {provider, key, values, needed},
#include "schema/actions.def"
#undef CONDITION
#undef VALUES
};

static const struct {
    const char *provider, *key, *values;
} key_values[] = {
#define CONDITION(provider, key, values, needed)
#define VALUES(provider, key, values) {provider, key, values},
#include "schema/actions.def"
#undef ACTION
#undef CONDITION
#undef VALUES
};

const struct schema_action *schema_action_at(size_t index) {
    return index < sizeof actions / sizeof *actions ? &actions[index] : NULL;
}

const struct schema_action *schema_action_find(struct text category, struct text owner,
                                               struct text provider) {
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
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

bool schema_action_allows(const struct schema_action *action, struct text key) {
    struct text optional = text_of(action->optional);
    return schema_action_has(text_of(action->required), key) || schema_action_has(optional, key) ||
           schema_action_has(optional, TEXT("*"));
}

struct text schema_action_needs(const struct schema_action *action, struct text key,
                                struct text value) {
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        if (strcmp(conditions[i].provider, action->provider) == 0 &&
            text_is(key, conditions[i].key) && schema_action_allows(action, key) &&
            schema_action_has(text_of(conditions[i].values), value)) {
            return text_of(conditions[i].needed);
        }
    }
    return TEXT("");
}

struct text schema_action_values(const struct schema_action *action, struct text key) {
    for (size_t i = 0; i < sizeof key_values / sizeof *key_values; i++) {
        if (strcmp(key_values[i].provider, action->provider) == 0 &&
            text_is(key, key_values[i].key)) {
            return text_of(key_values[i].values);
        }
    }
    return TEXT("");
}
