/* A line a service: its prefix, and the names of its actions. */
#include "schema/iam.h"

#include "schema/lines.h"

static const char services[] =
#include "schema/iam.inc"
    ;

enum { LONGEST_NAME = 100 };

static bool split(struct text action, struct text *prefix, struct text *name) {
    const char *colon = memchr(action.bytes, ':', action.length);
    if (!colon) return false;
    *prefix = (struct text){action.bytes, (size_t)(colon - action.bytes)};
    *name = (struct text){colon + 1, action.length - prefix->length - 1};
    return true;
}

/* In small letters, ended by NUL; false where there is no room. */
static bool fold(char room[LONGEST_NAME + 1], struct text text) {
    if (text.length == 0 || text.length > LONGEST_NAME) return false;
    for (size_t i = 0; i < text.length; i++) {
        room[i] = ascii_lower(text.bytes[i]);
    }
    room[text.length] = '\0';
    return true;
}

static bool find_actions(struct text prefix, struct text *actions) {
    char folded[LONGEST_NAME + 1];
    return fold(folded, prefix) && lines_find((struct text){services, sizeof services - 1},
                                              (struct text){folded, prefix.length}, actions);
}

bool iam_prefix_known(struct text prefix) {
    struct text actions;
    return find_actions(prefix, &actions);
}

struct text iam_action_near(struct text action) {
    char folded[LONGEST_NAME + 1];
    struct text prefix, name, actions, known;
    struct suggestion near = {0};
    if (!split(action, &prefix, &name) || !fold(folded, name)) return near.best;
    suggestion_init(&near, (struct text){folded, name.length});
    if (!find_actions(prefix, &actions)) return near.best;
    while (lines_take(&actions, ' ', &known))
        suggestion_offer(&near, known);
    return near.best;
}

bool iam_action_known(struct text action) {
    char folded[LONGEST_NAME + 1];
    struct text prefix, name, actions, known;
    if (!split(action, &prefix, &name) || !fold(folded, name)) return false;
    struct text pattern = {folded, name.length};
    for (size_t i = 0; i < name.length; i++) {
        if (!ascii_is_alphanumeric(folded[i]) && !strchr("*?", folded[i])) return false;
    }
    if (!find_actions(prefix, &actions)) return false;
    while (lines_take(&actions, ' ', &known)) {
        if (text_like(known, pattern)) return true;
    }
    return false;
}
