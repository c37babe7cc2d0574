/* What differs between a resource as it is and as a new template has it, told as the details of one
 * change: its properties, and what stands beside them. */
#include "runtime/simulator/changes.h"

bool sim_is_drift_aware(const struct sim_change_set *set) { return set->mode.length > 0; }

struct text sim_shown(struct arena *arena, const struct document *value) {
    return sim_masked(arena, document_shown(arena, value));
}

static struct cloud_change_detail *add_detail(struct sim_details *details) {
    details->rows = sim_grow(details->simulator, details->rows, details->count,
                             &details->capacity, sizeof *details->rows);
    struct cloud_change_detail *detail = &details->rows[details->count++];
    *detail = (struct cloud_change_detail){0};
    return detail;
}

struct property_change {
    const struct schema_type *type;
    struct text name;
    const struct document *before, *after, *written;
    /* As it is: before, where nobody looks behind the stack's back. */
    const struct document *actual;
};

/* What a drift-aware change set says besides of a property. */
static void add_drift(struct sim_details *details, const struct property_change *change,
                      struct cloud_change_detail *detail) {
    struct arena *arena = &details->simulator->arena;
    if (!sim_is_drift_aware(details->set)) return;
    detail->before_from = TEXT("PREVIOUS_DEPLOYMENT_STATE");
    if (sim_same_value(change->before, change->actual)) return;
    detail->before_from = TEXT("ACTUAL_STATE");
    detail->before = sim_shown(arena, change->actual);
    detail->is_drifted = true;
    detail->drift_previous = sim_shown(arena, change->before);
    detail->drift_actual = sim_shown(arena, change->actual);
    if (!sim_same_value(change->actual, change->after)) return;
    detail->change_type = TEXT("SyncWithActual");
    detail->requires_recreation = TEXT("Never");
    detail->source = TEXT("NoModification");
}

static void add_property(struct sim_details *details, const struct property_change *change) {
    struct arena *arena = &details->simulator->arena;
    struct cloud_change_detail first = {
        .attribute = TEXT("Properties"),
        .name = change->name,
        .path = text_format(arena, "/Properties/%.*s", TEXT_ARGS(change->name)),
        .requires_recreation =
            text_of(sim_recreation(change->type, change->name, change->actual, change->after)),
        .before = sim_shown(arena, change->before),
        .after = sim_shown(arena, change->after),
        .change_type = !change->before ? TEXT("Add") : change->after ? TEXT("Modify")
                                                                     : TEXT("Remove"),
        .evaluation = TEXT("Static"),
        .source = TEXT("DirectModification"),
    };
    add_drift(details, change, &first);
    const struct sim_causes causes = {
        .arena = arena, .blueprint = details->set->blueprint, .marks = details->unknown,
        .parameters = details->set->parameters,
        .old_parameters = details->stack->now.parameters};
    struct sim_cause cause;
    if (!sim_find_cause(&causes, change->written, &cause)) {
        *add_detail(details) = first;
        return;
    }
    /* As recorded: once as it is written, once with what caused it. */
    struct cloud_change_detail second = first;
    first.evaluation = TEXT("Dynamic");
    second.causing_entity = cause.entity;
    second.source = text_of(cause.source);
    *add_detail(details) = first;
    *add_detail(details) = second;
}

static void add_attribute(struct sim_details *details, const char *attribute, struct text before,
                          struct text after) {
    struct cloud_change_detail *detail = add_detail(details);
    detail->attribute = text_of(attribute);
    detail->requires_recreation = TEXT("Never");
    detail->evaluation = TEXT("Static");
    detail->source = TEXT("DirectModification");
    detail->before = before;
    detail->after = after;
    detail->change_type = !before.length ? TEXT("Add") : after.length ? TEXT("Modify")
                                                                      : TEXT("Remove");
}

static bool is_taggable(const struct schema_type *type) {
    return type && (schema_type_flags(type) & SCHEMA_TYPE_TAGGABLE);
}

void sim_detail_attributes(struct sim_details *details, const struct sim_resource *resource,
                           const struct sim_item *item) {
    static const char *const names[] = {"Metadata", "CreationPolicy", "UpdatePolicy",
                                        "DeletionPolicy", "UpdateReplacePolicy"};
    struct arena *arena = &details->simulator->arena;
    /* A world that somebody has damaged has resources that its templates do not have. */
    const struct document *whole = resource->item ? resource->item->body : NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct document *before = document_get(whole, names[i]);
        const struct document *after = document_get(item->body, names[i]);
        if (sim_same_value(before, after)) continue;
        add_attribute(details, names[i], sim_shown(arena, before), sim_shown(arena, after));
    }
    if (is_taggable(item->schema) && !text_equal(resource->now.tags, details->stack->tag_text)) {
        add_attribute(details, "Tags", resource->now.tags, details->stack->tag_text);
    }
}

void sim_detail_properties(struct sim_details *details, const struct sim_resource *resource,
                           const struct sim_item *item, const struct document *after) {
    const struct document *before = resource->now.properties;
    bool looks = sim_is_drift_aware(details->set) && resource->actual;
    const struct document *actual = looks ? resource->actual : before;
    struct property_change change = {.type = item->schema};
    for (const struct document *c = after->children; c; c = c->next) {
        change.before = sim_find_member(before, c->key);
        change.actual = sim_find_member(actual, c->key);
        if (sim_same_value(change.before, c) && sim_same_value(change.actual, c)) continue;
        change.name = c->key;
        change.after = c;
        change.written = sim_find_member(item->properties, c->key);
        add_property(details, &change);
    }
    for (const struct document *c = before ? before->children : NULL; c; c = c->next) {
        if (sim_find_member(after, c->key)) continue;
        change = (struct property_change){.type = item->schema, .name = c->key, .before = c,
                                          .actual = sim_find_member(actual, c->key)};
        add_property(details, &change);
    }
}

void sim_detail_automatic(struct sim_details *details) {
    struct cloud_change_detail *detail = add_detail(details);
    detail->attribute = TEXT("Properties");
    detail->requires_recreation = TEXT("Never");
    detail->evaluation = TEXT("Dynamic");
    detail->source = TEXT("Automatic");
}

void sim_set_scope(struct arena *arena, struct cloud_change *change) {
    /* Properties, those of sim_detail_attributes, Tags. */
    struct text *scope = arena_array(arena, 7, sizeof *scope);
    change->scope_count = 0;
    for (uint32_t d = 0; d < change->detail_count; d++) {
        bool known = false;
        for (uint32_t i = 0; i < change->scope_count; i++) {
            if (text_equal(scope[i], change->details[d].attribute)) known = true;
        }
        if (!known) scope[change->scope_count++] = change->details[d].attribute;
    }
    change->scope = scope;
}

/* A property that always recreates does so for certain where its new value is known, else
 * perhaps. */
const char *sim_replacement(const struct cloud_change *change) {
    const char *replacement = "False";
    for (uint32_t i = 0; i < change->detail_count; i++) {
        const struct cloud_change_detail *detail = &change->details[i];
        bool known = !text_is(detail->after, SIM_UNKNOWN);
        if (text_is(detail->requires_recreation, "Always") && known) return "True";
        if (!text_is(detail->requires_recreation, "Never")) replacement = "Conditional";
    }
    return replacement;
}
