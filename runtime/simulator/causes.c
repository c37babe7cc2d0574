/* Why a property changes although it is written as before: the parameter or resource that it refers
 * to. */
#include "runtime/simulator/changes.h"

/* A parameter that is given another value now than before, or is new. What lies in the parameter
 * store under the same name does not count, as recorded. */
static bool is_changed_parameter(const struct sim_causes *causes, struct text name) {
    const struct document *now = document_get(document_member(causes->parameters, name), "value");
    const struct document *before =
        document_get(document_member(causes->old_parameters, name), "value");
    return now && !(before && document_equal(now, before));
}

static bool is_marked(const struct sim_causes *causes, struct text id) {
    const struct sim_item *item = sim_blueprint_find(causes->blueprint, id);
    return item && causes->marks[item - causes->blueprint->items];
}

static bool by_name(const struct sim_causes *causes, struct text name, struct sim_cause *cause) {
    if (causes->attributes_only) return false;
    if (is_changed_parameter(causes, name)) {
        *cause = (struct sim_cause){name, "ParameterReference"};
        return true;
    }
    if (!is_marked(causes, name)) return false;
    *cause = (struct sim_cause){name, "ResourceReference"};
    return true;
}

static bool by_attribute(const struct sim_causes *causes, struct text id, struct text attribute,
                         struct sim_cause *cause) {
    if (!is_marked(causes, id)) return false;
    *cause = (struct sim_cause){text_format(causes->arena, "%.*s.%.*s", TEXT_ARGS(id),
                                            TEXT_ARGS(attribute)), "ResourceAttribute"};
    return true;
}

/* "Name" or "Name.Attribute". */
static bool by_path(const struct sim_causes *causes, struct text path, struct sim_cause *cause) {
    const char *dot = path.length ? memchr(path.bytes, '.', path.length) : NULL;
    if (!dot) return by_name(causes, path, cause);
    size_t at = (size_t)(dot - path.bytes);
    return by_attribute(causes, (struct text){path.bytes, at},
                        (struct text){dot + 1, path.length - at - 1}, cause);
}

static bool in_format(const struct sim_causes *causes, struct text format,
                      struct sim_cause *cause) {
    struct text before, path;
    while (text_take_hole(&format, &before, &path)) {
        if (by_path(causes, path, cause)) return true;
    }
    return false;
}

static bool in_get_att(const struct sim_causes *causes, const struct document *value,
                       struct sim_cause *cause) {
    if (value->kind == DOCUMENT_TEXT) return by_path(causes, value->text, cause);
    const struct document *id = value->children, *attribute = id ? id->next : NULL;
    return attribute && attribute->kind == DOCUMENT_TEXT &&
           by_attribute(causes, id->text, attribute->text, cause);
}

/* Templates nest no deeper than their reader allows. */
bool sim_find_cause(const struct sim_causes *causes, const struct document *written,
                    struct sim_cause *cause) {
    if (!written || (written->kind != DOCUMENT_OBJECT && written->kind != DOCUMENT_LIST)) {
        return false;
    }
    for (const struct document *c = written->children; c; c = c->next) {
        bool is_only = written->kind == DOCUMENT_OBJECT && written->count == 1;
        if (is_only && text_is(c->key, "Ref")) return by_name(causes, c->text, cause);
        if (is_only && text_is(c->key, "Fn::GetAtt")) return in_get_att(causes, c, cause);
        if (is_only && text_is(c->key, "Fn::Sub")) {
            const struct document *format = c->kind == DOCUMENT_LIST ? c->children : c;
            if (format && format->kind == DOCUMENT_TEXT &&
                in_format(causes, format->text, cause)) return true;
        }
        if (sim_find_cause(causes, c, cause)) return true;
    }
    return false;
}
