/* What the values of a template refer to, and the forms of the functions in them. */
#include "runtime/simulator/blueprint.h"

#include "base/limits.h"

static bool is_pseudo(struct text name) { return text_starts(name, TEXT("AWS::")); }

static void add_need(struct sim_reading *reading, uint32_t index) {
    struct sim_item *item = reading->item;
    if (reading->seen[index]) return;
    reading->seen[index] = true;
    if ((item->need_count & (item->need_count - 1)) == 0) {
        uint32_t room = item->need_count ? item->need_count * 2 : 1;
        uint32_t *needs = arena_array(reading->arena, room, sizeof *needs);
        if (item->need_count) memcpy(needs, item->needs, item->need_count * sizeof *needs);
        item->needs = needs;
    }
    item->needs[item->need_count++] = index;
}

void sim_meet(struct sim_reading *reading, struct text name, bool only_resource) {
    struct sim_item *found = sim_blueprint_find(reading->blueprint, name);
    if (found) {
        if (!reading->item) return;
        reading->item->refers = true;
        add_need(reading, (uint32_t)(found - reading->blueprint->items));
        return;
    }
    if (!only_resource && (is_pseudo(name) ||
                           (reading->blueprint->parameters && name.length < LIMIT_LOGICAL_ID))) {
        if (is_pseudo(name)) return;
        char key[LIMIT_LOGICAL_ID + 1];
        memcpy(key, name.bytes, name.length);
        key[name.length] = 0;
        if (document_get(reading->blueprint->parameters, key)) return;
    }
    reading->unresolved = reading->unresolved.length
                              ? text_format(reading->arena, "%.*s, %.*s",
                                            TEXT_ARGS(reading->unresolved), TEXT_ARGS(name))
                              : name;
}

static bool check_attribute(struct sim_reading *reading, struct text id, struct text attribute) {
    struct sim_item *item = sim_blueprint_find(reading->blueprint, id);
    struct schema_attribute found;
    if (!item || !item->schema || !reading->item) return true; /* outputs are looked at last */
    if (schema_type_attribute_find(item->schema, attribute, &found)) return true;
    if (schema_body_find(schema_type_body(item->schema), attribute)) return true;
    return refuse(reading,
                  "Template error: resource %.*s does not support attribute type %.*s in "
                  "Fn::GetAtt", TEXT_ARGS(id), TEXT_ARGS(attribute));
}

static bool walk_get_att(struct sim_reading *reading, const struct document *value) {
    static const char text[] = "Template error: every Fn::GetAtt object requires two non-empty "
                               "parameters, the resource name and the resource attribute";
    struct text id, attribute;
    if (value->kind == DOCUMENT_TEXT) {
        id = text_until(value->text, '.');
        if (id.length + 1 >= value->text.length) return refuse(reading, text);
        attribute = (struct text){id.bytes + id.length + 1, value->text.length - id.length - 1};
    } else {
        if (value->kind != DOCUMENT_LIST || value->count != 2) return refuse(reading, text);
        const struct document *first = value->children, *second = first->next;
        if (first->kind != DOCUMENT_TEXT || first->text.length == 0) return refuse(reading, text);
        id = first->text;
        if (second->kind == DOCUMENT_OBJECT) {
            sim_meet(reading, id, true);
            return sim_walk(reading, second);
        }
        if (second->kind != DOCUMENT_TEXT || second->text.length == 0) {
            return refuse(reading, text);
        }
        attribute = second->text;
    }
    sim_meet(reading, id, true);
    return check_attribute(reading, id, attribute);
}

static bool walk_sub(struct sim_reading *reading, const struct document *value) {
    const struct document *format = value, *variables = NULL;
    if (value->kind == DOCUMENT_LIST && value->count == 2) {
        format = value->children;
        variables = format->next;
    }
    if (format->kind != DOCUMENT_TEXT || (variables && variables->kind != DOCUMENT_OBJECT)) {
        return refuse(reading, "Template error: One or more Fn::Sub intrinsic functions don't "
                               "specify expected arguments. Specify a string as first argument, "
                               "and an optional second argument to specify a mapping of values to "
                               "replace in the string");
    }
    struct text rest = format->text, before, name;
    while (text_take_hole(&rest, &before, &name)) {
        if (name.length == 0 || name.bytes[0] == '!' || document_member(variables, name)) continue;
        struct text id = text_until(name, '.');
        sim_meet(reading, id, id.length != name.length);
        if (id.length != name.length) {
            struct text attribute = {id.bytes + id.length + 1, name.length - id.length - 1};
            if (!check_attribute(reading, id, attribute)) return false;
        }
    }
    return !variables || sim_walk(reading, variables);
}

static bool walk_if(struct sim_reading *reading, const struct document *value) {
    if (value->kind == DOCUMENT_LIST && value->count == 3 &&
        value->children->kind == DOCUMENT_TEXT) {
        struct text name = value->children->text;
        const struct document *conditions = reading->blueprint->conditions;
        bool found = false;
        for (const struct document *c = conditions ? conditions->children : NULL; c; c = c->next) {
            if (text_equal(c->key, name)) found = true;
        }
        if (!found) {
            return refuse(reading, "Template error: unresolved condition dependency %.*s in Fn::If",
                          TEXT_ARGS(name));
        }
        return sim_walk(reading, value->children->next) &&
               sim_walk(reading, value->children->next->next);
    }
    return refuse(reading, "Template error: Fn::If requires a list argument with the first element "
                           "being a condition");
}

static bool check_shape(struct sim_reading *reading, const struct document *call) {
    bool pair = call->kind == DOCUMENT_LIST && call->count == 2;
    if (text_is(call->key, "Fn::Split") && !pair) {
        return refuse(reading, "Template error: every Fn::Split object requires two parameters, "
                               "(1) a string delimiter and (2) a string to be split or a function "
                               "that returns a string to be split.");
    }
    if (text_is(call->key, "Fn::Select") && !pair) {
        return refuse(reading, "Template error: Fn::Select requires a list argument with two "
                               "elements: an integer index and a list");
    }
    if (text_is(call->key, "Fn::Join") && !pair) {
        return refuse(reading, "Template error: every Fn::Join object requires two parameters, "
                               "(1) a string delimiter and (2) a list of strings to be joined or a "
                               "function that returns a list of strings (such as Fn::GetAZs) to be "
                               "joined.");
    }
    if (text_is(call->key, "Fn::Equals") && !pair) {
        return refuse(reading, "Template error: every Fn::Equals object requires a list of 2 "
                               "string parameters.");
    }
    return true;
}

static bool walk_call(struct sim_reading *reading, const struct document *call) {
    if (text_is(call->key, "Ref")) {
        if (call->kind != DOCUMENT_TEXT) {
            return refuse(reading, "Template format error: All Ref references must be of type "
                                   "string");
        }
        sim_meet(reading, call->text, false);
        return true;
    }
    if (text_is(call->key, "Fn::GetAtt")) return walk_get_att(reading, call);
    if (text_is(call->key, "Fn::Sub")) return walk_sub(reading, call);
    if (text_is(call->key, "Fn::If")) return walk_if(reading, call);
    return check_shape(reading, call) && sim_walk(reading, call);
}

bool sim_walk(struct sim_reading *reading, const struct document *value) {
    if (value->kind == DOCUMENT_OBJECT && value->count == 1) {
        struct text key = value->children->key;
        if (text_is(key, "Ref") || text_starts(key, TEXT("Fn::"))) {
            return walk_call(reading, value->children);
        }
    }
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return true;
    for (const struct document *child = value->children; child; child = child->next) {
        if (!sim_walk(reading, child)) return false;
    }
    return true;
}
