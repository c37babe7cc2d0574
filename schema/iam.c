/* A row a service; names lie between blanks, so that one is found by looking for it as a word. */
#include "schema/iam.h"

#include <ctype.h>

static const struct {
    const char *prefix, *actions;
} services[] = {
#include "schema/iam.inc"
};

enum { LONGEST_NAME = 100, SERVICES = sizeof services / sizeof *services };

static const char *actions_of(struct text prefix) {
    size_t first = 0, end = SERVICES;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = text_compare(prefix, text_of(services[middle].prefix));
        if (order == 0) return services[middle].actions;
        if (order < 0) end = middle;
        else first = middle + 1;
    }
    return NULL;
}

bool iam_action_known(struct text action) {
    char word[LONGEST_NAME + 3] = " ";
    const char *colon = memchr(action.bytes, ':', action.length);
    if (!colon) return false;
    struct text prefix = {action.bytes, (size_t)(colon - action.bytes)};
    struct text name = {colon + 1, action.length - prefix.length - 1};
    const char *actions = actions_of(prefix);
    if (!actions || name.length == 0 || name.length > LONGEST_NAME) return false;
    for (size_t i = 0; i < name.length; i++) {
        word[i + 1] = (char)tolower((unsigned char)name.bytes[i]);
        if (!isalnum((unsigned char)name.bytes[i])) return false;
    }
    word[name.length + 1] = ' ';
    return strstr(actions, word) != NULL;
}
