/* What CodePipeline's actions want: artifacts and the keys of their Configuration, which is json
 * for the resource schema. The facts are rows of actions.def.
 */
#ifndef MRP_SCHEMA_ACTIONS_H
#define MRP_SCHEMA_ACTIONS_H

#include "base/text.h"

struct schema_action {
    const char *category, *owner, *provider; /* of ActionTypeId */
    unsigned char least_inputs, most_inputs, least_outputs, most_outputs;
    const char *required, *optional; /* keys, with blanks between; "*": not all are known */
    const char *variables;           /* that other actions may read, likewise */
    const char *type; /* of resource: where that exists, the action does; empty: everywhere */
    const char *page; /* that describes it, below SCHEMA_ACTION_PAGES */
};

#define SCHEMA_ACTION_PAGES "https://docs.aws.amazon.com/codepipeline/latest/userguide/"

/* The action type, or NULL if it is not known: a custom one, or one that AWS added since. */
const struct schema_action *schema_action_find(struct text category, struct text owner,
                                               struct text provider);
/* All of them, to suggest another; NULL past the last. */
const struct schema_action *schema_action_at(size_t index);

/* Takes the next key off keys (required or optional); false if there is none left.
 *     struct text keys = text_of(action->required), key;
 *     while (schema_action_take(&keys, &key)) ... */
bool schema_action_take(struct text *keys, struct text *key);

/* Whether Configuration may have the key. */
bool schema_action_allows(const struct schema_action *action, struct text key);

/* Whether it gives other actions a variable of this name. */
bool schema_action_gives(const struct schema_action *action, struct text variable);

/* The keys that are needed besides the required ones where key has this value; empty for none. */
struct text schema_action_needs(const struct schema_action *action, struct text key,
                                struct text value);

/* The values that key takes, with blanks between; empty if they are not limited. */
struct text schema_action_values(const struct schema_action *action, struct text key);

struct schema_action_pattern { const char *pattern, *words; };

/* What the value of key matches, or NULL if that is not known. */
const struct schema_action_pattern *schema_action_pattern(const struct schema_action *action,
                                                          struct text key);

struct schema_action_end { const char *why, *instead; };

/* What became of an action that AWS withdraws, or NULL. */
const struct schema_action_end *schema_action_end(const struct schema_action *action);

/* Whether CodePipeline runs in the region "eu-west-1". */
bool schema_action_region(struct text region);

/* Whether one of the blank-separated words is word. */
bool schema_action_has(struct text words, struct text word);

#endif
