/* A row a service; its names lie between blanks. */
#include "schema/iam.h"

static const struct {
    const char *prefix, *actions;
} services[] = {
#include "schema/iam.inc"
};

enum { LONGEST_NAME = 100, SERVICES = sizeof services / sizeof *services };

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

static const char *actions_of(struct text prefix) {
    char folded[LONGEST_NAME + 1];
    size_t first = 0, end = SERVICES;
    if (!fold(folded, prefix)) return NULL;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = strcmp(folded, services[middle].prefix);
        if (order == 0) return services[middle].actions;
        if (order < 0) end = middle;
        else first = middle + 1;
    }
    return NULL;
}

bool iam_prefix_known(struct text prefix) {
    return actions_of(prefix) != NULL;
}

struct text iam_action_near(struct text action) {
    char folded[LONGEST_NAME + 1];
    struct text prefix, name;
    struct suggestion near = {0};
    if (!split(action, &prefix, &name) || !fold(folded, name)) return near.best;
    const char *actions = actions_of(prefix);
    suggestion_init(&near, (struct text){folded, name.length});
    while (actions && *actions++ == ' ' && *actions) {
        size_t length = strcspn(actions, " ");
        suggestion_offer(&near, (struct text){actions, length});
        actions += length;
    }
    return near.best;
}

bool iam_action_known(struct text action) {
    char folded[LONGEST_NAME + 1];
    struct text prefix, name;
    if (!split(action, &prefix, &name) || !fold(folded, name)) return false;
    struct text pattern = {folded, name.length};
    for (size_t i = 0; i < name.length; i++) {
        if (!ascii_is_alphanumeric(folded[i]) && !strchr("*?", folded[i])) return false;
    }
    const char *actions = actions_of(prefix);
    while (actions && *actions++ == ' ' && *actions) {
        size_t length = strcspn(actions, " ");
        if (text_like((struct text){actions, length}, pattern)) return true;
        actions += length;
    }
    return false;
}
