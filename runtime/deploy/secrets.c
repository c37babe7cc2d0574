/* Properties that are made of secrets: what AWS shows of their values, before and after, is not for
 * the reader, though it may show it.
 */
#include "runtime/deploy/plan.h"

static const struct document *member(const struct document *object, struct text key) {
    const struct document *c = object && object->kind == DOCUMENT_OBJECT ? object->children : NULL;
    while (c && !text_equal(c->key, key)) c = c->next;
    return c;
}

bool secrets_parameter(const struct document *template, struct text name) {
    const struct document *parameter = member(document_get(template, "Parameters"), name);
    const struct document *hidden = document_get(parameter, "NoEcho");
    if (!hidden) return false;
    return hidden->kind == DOCUMENT_BOOL ? hidden->boolean : text_is(hidden->text, "true");
}

static bool has(struct text text, const char *part) {
    return text.length && memmem(text.bytes, text.length, part, strlen(part)) != NULL;
}

/* "${Password}" of a Fn::Sub, or a reference to a secret that CloudFormation resolves. */
static bool text_reads(const struct document *template, struct text text) {
    if (has(text, "{{resolve:secretsmanager:") || has(text, "{{resolve:ssm-secure:")) return true;
    struct text before, name;
    while (text_take_hole(&text, &before, &name)) {
        if (secrets_parameter(template, name)) return true;
    }
    return false;
}

static bool reads(const struct document *template, const struct document *value) {
    if (value->kind == DOCUMENT_TEXT) return text_reads(template, value->text);
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return false;
    for (const struct document *c = value->children; c; c = c->next) {
        bool is_reference = text_is(c->key, "Ref") && c->kind == DOCUMENT_TEXT;
        if (is_reference ? secrets_parameter(template, c->text) : reads(template, c)) return true;
    }
    return false;
}

bool secrets_in(const struct document *template, struct text logical_id, struct text property) {
    const struct document *resource = member(document_get(template, "Resources"), logical_id);
    const struct document *value = member(document_get(resource, "Properties"), property);
    return value && reads(template, value);
}

struct text secrets_shown(struct text value) {
    /* A reference is not the secret. */
    bool is_harmless = !value.length || text_starts(value, TEXT("{{resolve:")) ||
                       text_starts(value, TEXT("{{changeSet:"));
    return is_harmless ? value : TEXT("(secret)");
}
