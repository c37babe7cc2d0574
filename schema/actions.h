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
};

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

/* The keys that are needed besides the required ones where key has this value; empty for none. */
struct text schema_action_needs(const struct schema_action *action, struct text key,
                                struct text value);

/* The values that key takes, with blanks between; empty if they are not limited. */
struct text schema_action_values(const struct schema_action *action, struct text key);

/* Whether one of the blank-separated words is word. */
bool schema_action_has(struct text words, struct text word);

#endif
