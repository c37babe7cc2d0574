/* A template's text checked as CloudFormation checks it when a change set is asked for: form,
 * types, cycles, and by references.c what it refers to. The text is not trusted; depth and size are
 * capped by the reader.
 */
#include "runtime/simulator/blueprint.h"

#include <stdio.h>

#include "base/limits.h"
#include "runtime/simulator/resolve.h"

struct sim_item *sim_blueprint_find(const struct sim_blueprint *blueprint, struct text id) {
    if (!id.bytes) return NULL; /* of a state that somebody else has written */
    const struct name *name = names_find(&blueprint->names, id);
    uintptr_t number = name ? (uintptr_t)map_find(&blueprint->index, name) : 0;
    return number ? &blueprint->items[number - 1] : NULL;
}

static bool refuse_null(struct sim_reading *reading, const struct document *value,
                        struct text path) {
    if (value->kind == DOCUMENT_NULL) {
        return refuse(reading, "[%.*s] 'null' values are not allowed in templates",
                      TEXT_ARGS(path));
    }
    uint32_t number = 0;
    if (value->kind != DOCUMENT_OBJECT && value->kind != DOCUMENT_LIST) return true;
    for (const struct document *child = value->children; child; child = child->next, number++) {
        /* The path is only made where it is shown: most values are no null. */
        if (child->kind != DOCUMENT_NULL && child->count == 0) continue;
        struct text below =
            value->kind == DOCUMENT_LIST
                ? text_format(reading->arena, "%.*s/%u", TEXT_ARGS(path), number)
                : text_format(reading->arena, "%.*s/%.*s", TEXT_ARGS(path), TEXT_ARGS(child->key));
        if (!refuse_null(reading, child, below)) return false;
    }
    return true;
}

static bool section(struct sim_reading *reading, const char *name, struct document **section) {
    *section = document_get(reading->blueprint->root, name);
    if (!*section || (*section)->kind == DOCUMENT_OBJECT) return true;
    return refuse(reading, "Template format error: %s must be an object.", name);
}

static bool read_mappings(struct sim_reading *reading) {
    const struct document *mappings = reading->blueprint->mappings;
    for (const struct document *m = mappings ? mappings->children : NULL; m; m = m->next) {
        if (m->kind != DOCUMENT_OBJECT) {
            return refuse(reading, "Template format error: Every Mappings member %.*s must be a "
                                   "map", TEXT_ARGS(m->key));
        }
        for (const struct document *row = m->children; row; row = row->next) {
            if (row->kind != DOCUMENT_OBJECT) {
                return refuse(reading, "Template format error: Every Mappings member %.*s must be "
                                       "a map", TEXT_ARGS(row->key));
            }
            for (const struct document *v = row->children; v; v = v->next) {
                if (v->kind != DOCUMENT_OBJECT && v->kind != DOCUMENT_NULL) continue;
                return refuse(reading, "Template format error: Every Mappings attribute must be a "
                                       "String or a List.");
            }
        }
    }
    return true;
}

static bool check_members(struct sim_reading *reading, const struct document *body) {
    static const char *const members[] = {
        "Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy",
        "CreationPolicy", "UpdatePolicy", "Metadata", NULL};
    for (const struct document *m = body->children; m; m = m->next) {
        if (text_is_one_of(m->key, members)) continue;
        return refuse(reading, "Invalid template resource property '%.*s'", TEXT_ARGS(m->key));
    }
    return true;
}

static bool read_item(struct sim_reading *reading, struct document *body, struct sim_item *item) {
    if (!text_all(body->key, ascii_is_alphanumeric) || body->key.length > LIMIT_LOGICAL_ID) {
        return refuse(reading, "Template format error: Resource name %.*s is non alphanumeric.",
                      TEXT_ARGS(body->key));
    }
    if (body->kind != DOCUMENT_OBJECT) {
        return refuse(reading, "Template format error: Any Resources member must be an object.");
    }
    struct document *type = document_get(body, "Type");
    if (!type || type->kind != DOCUMENT_TEXT) {
        return refuse(reading, "Template format error: [/Resources/%.*s] Every Resources object "
                               "must contain a Type member.", TEXT_ARGS(body->key));
    }
    item->id = body->key;
    item->type = type->text;
    item->body = body;
    item->properties = document_get(body, "Properties");
    if (item->properties && item->properties->kind != DOCUMENT_OBJECT) {
        return refuse(reading, "Template format error: [/Resources/%.*s/Properties] Properties "
                               "must be an object.", TEXT_ARGS(body->key));
    }
    item->schema = schema_type_find(item->type);
    struct document *condition = document_get(body, "Condition");
    if (condition && condition->kind != DOCUMENT_TEXT) {
        return refuse(reading, "Template format error: Every Condition member must be a string.");
    }
    if (condition) item->condition = condition->text;
    return check_members(reading, body);
}

static bool read_items(struct sim_reading *reading) {
    struct sim_blueprint *blueprint = reading->blueprint;
    struct document *resources = blueprint->resources;
    if (!resources || resources->kind != DOCUMENT_OBJECT || resources->count == 0) {
        return refuse(reading, "Template format error: At least one Resources member must be "
                               "defined.");
    }
    if (resources->count > LIMIT_STACK_RESOURCES) {
        return refuse(reading, "Template format error: Number of resources, %u, is greater than "
                               "maximum allowed, 500", resources->count);
    }
    blueprint->items = arena_array(reading->arena, resources->count, sizeof *blueprint->items);
    struct text unknown = {0};
    for (struct document *r = resources->children; r; r = r->next) {
        struct sim_item *item = &blueprint->items[blueprint->count];
        if (!read_item(reading, r, item)) return false;
        map_put(&blueprint->index, names_intern(&blueprint->names, item->id),
                (void *)(uintptr_t)++blueprint->count);
        if (item->schema || text_is(item->type, "AWS::CDK::Metadata")) continue;
        unknown = unknown.length ? text_format(reading->arena, "%.*s, %.*s", TEXT_ARGS(unknown),
                                               TEXT_ARGS(item->type))
                                 : item->type;
    }
    if (!unknown.length) return true;
    return refuse(reading, "Template format error: Unrecognized resource types: [%.*s]",
                  TEXT_ARGS(unknown));
}

static void read_depends(struct sim_reading *reading, const struct document *depends) {
    if (!depends) return;
    if (depends->kind == DOCUMENT_TEXT) sim_meet(reading, depends->text, true);
    if (depends->kind != DOCUMENT_LIST) return;
    for (const struct document *d = depends->children; d; d = d->next) {
        if (d->kind == DOCUMENT_TEXT) sim_meet(reading, d->text, true);
    }
}

static bool read_references(struct sim_reading *reading) {
    struct sim_blueprint *blueprint = reading->blueprint;
    reading->seen = arena_array(reading->arena, blueprint->count, sizeof *reading->seen);
    for (uint32_t i = 0; i < blueprint->count; i++) {
        struct sim_item *item = reading->item = &blueprint->items[i];
        if (item->properties && !sim_walk(reading, item->properties)) return false;
        bool refers = item->refers;
        read_depends(reading, document_get(item->body, "DependsOn"));
        item->refers = refers;
        for (uint32_t n = 0; n < item->need_count; n++) reading->seen[item->needs[n]] = false;
    }
    reading->item = NULL;
    if (!reading->unresolved.length) return true;
    return refuse(reading, "Template format error: Unresolved resource dependencies [%.*s] in the "
                           "Resources block of the template", TEXT_ARGS(reading->unresolved));
}

static bool read_outputs(struct sim_reading *reading) {
    const struct document *outputs = reading->blueprint->outputs;
    if (outputs && outputs->count > LIMIT_STACK_OUTPUTS) {
        return refuse(reading, "Template format error: Number of outputs, %u, is greater than "
                               "maximum allowed, 200", outputs->count);
    }
    for (const struct document *o = outputs ? outputs->children : NULL; o; o = o->next) {
        const struct document *value = document_get(o, "Value");
        if (!value) {
            return refuse(reading, "Template format error: Every Outputs member must contain a "
                                   "Value object");
        }
        if (!sim_walk(reading, o)) return false;
    }
    if (!reading->unresolved.length) return true;
    return refuse(reading, "Unresolved resource dependencies [%.*s] in the Outputs block of the "
                           "template", TEXT_ARGS(reading->unresolved));
}

static bool read_parameters(struct sim_reading *reading) {
    const struct document *parameters = reading->blueprint->parameters;
    if (!parameters) return true;
    if (parameters->count > LIMIT_STACK_PARAMETERS) {
        return refuse(reading, "Template format error: Number of parameters, %u, is greater than "
                               "maximum allowed, 200", parameters->count);
    }
    for (const struct document *p = parameters->children; p; p = p->next) {
        if (!text_all(p->key, ascii_is_alphanumeric)) {
            return refuse(reading, "Template format error: Parameter name %.*s is non "
                                   "alphanumeric.", TEXT_ARGS(p->key));
        }
        const struct document *type = document_get(p, "Type");
        if (!type || type->kind != DOCUMENT_TEXT) {
            return refuse(reading, "Template format error: Every Parameters object must contain a "
                                   "Type member.");
        }
        if (!sim_is_parameter_type(type->text)) {
            return refuse(reading, "Template format error: Unrecognized parameter type: %.*s",
                          TEXT_ARGS(type->text));
        }
    }
    return true;
}

/* Depth first over the needs; marks: 0 not seen, 1 under way, 2 done. The depth is at most the
 * number of resources, which is capped at 500. */
static bool order_item(struct sim_reading *reading, uint8_t *marks, uint32_t index,
                       uint32_t *count) {
    struct sim_blueprint *blueprint = reading->blueprint;
    if (marks[index] == 2) return true;
    if (marks[index] == 1) return false;
    marks[index] = 1;
    struct sim_item *item = &blueprint->items[index];
    for (uint32_t i = 0; i < item->need_count; i++) {
        if (!order_item(reading, marks, item->needs[i], count)) return false;
    }
    marks[index] = 2;
    blueprint->order[(*count)++] = index;
    return true;
}

static bool refuse_cycle(struct sim_reading *reading, const uint8_t *marks) {
    struct buffer names;
    buffer_init(&names);
    for (uint32_t i = 0; i < reading->blueprint->count; i++) {
        if (marks[i] != 1) continue;
        if (names.length) buffer_string(&names, ", ");
        buffer_text(&names, reading->blueprint->items[i].id);
    }
    refuse(reading, "Circular dependency between resources: [%.*s]",
           TEXT_ARGS(buffer_view(&names)));
    buffer_release(&names);
    return false;
}

static bool read_order(struct sim_reading *reading) {
    struct sim_blueprint *blueprint = reading->blueprint;
    uint8_t *marks = arena_array(reading->arena, blueprint->count, 1);
    uint32_t count = 0;
    blueprint->order = arena_array(reading->arena, blueprint->count, sizeof *blueprint->order);
    for (uint32_t i = 0; i < blueprint->count; i++) {
        if (!order_item(reading, marks, i, &count)) return refuse_cycle(reading, marks);
    }
    return true;
}

static char first_byte(struct text body) {
    for (size_t i = 0; i < body.length; i++) {
        if (!ascii_is_space(body.bytes[i])) return body.bytes[i];
    }
    return 0;
}

/* Where the text ends, for a bracket that is never closed. */
static void find_end(struct text body, unsigned *line, unsigned *column) {
    *line = *column = 1;
    for (size_t i = 0; i < body.length; i++) {
        *column += 1;
        if (body.bytes[i] == '\n') *line += 1, *column = 1;
    }
}

/* "line 3, column 4: ..." as AWS tells it. */
static bool refuse_json(struct sim_reading *reading, struct text body, const char *message) {
    unsigned line, column;
    if (strstr(message, "not closed") ||
        sscanf(message, "line %u, column %u", &line, &column) != 2) {
        find_end(body, &line, &column);
    }
    return refuse(reading, "Template format error: JSON not well-formed. (line %u, column %u)",
                  line, column);
}

static bool read_document(struct sim_reading *reading, struct text body) {
    struct failure why = {0};
    if (!document_read(reading->arena, body, &reading->blueprint->root, &why)) {
        bool is_json = first_byte(body) == '{' || first_byte(body) == '[';
        if (!is_json) return refuse(reading, "Template format error: YAML not well-formed.");
        return refuse_json(reading, body, why.message);
    }
    if (reading->blueprint->root->kind != DOCUMENT_OBJECT) {
        return refuse(reading, "Template format error: unsupported structure.");
    }
    return true;
}

/* Looked at before everything else. */
static bool check_resources(struct sim_reading *reading) {
    const struct document *resources = reading->blueprint->resources;
    if (!resources || resources->kind == DOCUMENT_OBJECT) return true;
    return refuse(reading, "Template format error: Any Resources member must be an object.");
}

static bool read_outline(struct sim_reading *reading, struct text body) {
    struct sim_blueprint *blueprint = reading->blueprint;
    blueprint->body = body;
    names_init(&blueprint->names, reading->arena);
    map_init(&blueprint->index, reading->arena);
    if (!read_document(reading, body)) return false;
    blueprint->resources = document_get(blueprint->root, "Resources");
    return check_resources(reading) &&
           section(reading, "Parameters", &blueprint->parameters) &&
           section(reading, "Mappings", &blueprint->mappings) &&
           section(reading, "Conditions", &blueprint->conditions) &&
           section(reading, "Outputs", &blueprint->outputs) && read_parameters(reading);
}

struct sim_blueprint *sim_blueprint_outline(struct arena *arena, struct text body,
                                            struct cloud_error *error) {
    struct sim_blueprint *blueprint = ARENA_NEW(arena, struct sim_blueprint);
    struct sim_reading reading = {.arena = arena, .blueprint = blueprint, .error = error};
    return read_outline(&reading, body) ? blueprint : NULL;
}

bool sim_blueprint_finish(struct arena *arena, struct sim_blueprint *blueprint,
                          struct cloud_error *error) {
    struct sim_reading reading = {.arena = arena, .blueprint = blueprint, .error = error};
    return read_mappings(&reading) && read_items(&reading) &&
           refuse_null(&reading, blueprint->resources, TEXT("/Resources")) &&
           (!blueprint->outputs || refuse_null(&reading, blueprint->outputs, TEXT("/Outputs"))) &&
           read_references(&reading) && read_outputs(&reading) &&
           (!blueprint->conditions || sim_walk(&reading, blueprint->conditions)) &&
           read_order(&reading);
}

struct sim_blueprint *sim_blueprint_read(struct arena *arena, struct text body,
                                         struct cloud_error *error) {
    struct sim_blueprint *blueprint = sim_blueprint_outline(arena, body, error);
    return blueprint && sim_blueprint_finish(arena, blueprint, error) ? blueprint : NULL;
}

bool sim_needs_capability(struct text type) {
    static const char *const types[] = {
        "AWS::IAM::AccessKey", "AWS::IAM::Group", "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User",
        "AWS::IAM::UserToGroupAddition", NULL};
    if (sim_is_nested(type)) return true; /* AWS asks for it whatever is in the stack */
    return text_is_one_of(type, types);
}

struct text sim_blueprint_capability(const struct sim_blueprint *blueprint) {
    struct text needed = {0};
    for (uint32_t i = 0; i < blueprint->count; i++) {
        const struct sim_item *item = &blueprint->items[i];
        if (!sim_needs_capability(item->type)) continue;
        static const char *const names[] = {"RoleName", "UserName", "GroupName",
                                            "ManagedPolicyName", "InstanceProfileName"};
        needed = needed.length ? needed : TEXT("CAPABILITY_IAM");
        /* Their UserName and GroupName are those of others. */
        if (text_is(item->type, "AWS::IAM::UserToGroupAddition") ||
            text_is(item->type, "AWS::IAM::AccessKey")) continue;
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
            if (document_get(item->properties, names[n])) return TEXT("CAPABILITY_NAMED_IAM");
        }
    }
    return needed;
}
