/* A change set as AWS tells it without property values. It then looks at how things are written,
 * not at what they come to: what reads an attribute of a changed resource is a change as well. */
#include "runtime/simulator/changes.h"

struct plain {
    struct simulator *simulator;
    struct sim_change_set *set;
    struct sim_causes causes;
    uint8_t *changed;        /* by item: changed in place */
    struct cloud_change *out;
    uint32_t count;
    struct cloud_change_detail *details;
    uint32_t detail_count, detail_capacity;
};

static void add_detail(struct plain *plain, const struct cloud_change_detail *detail) {
    plain->details = sim_grow(plain->simulator, plain->details, plain->detail_count,
                              &plain->detail_capacity, sizeof *plain->details);
    plain->details[plain->detail_count++] = *detail;
}

static bool has_property(const struct plain *plain, struct text name) {
    for (uint32_t i = 0; i < plain->detail_count; i++) {
        if (text_equal(plain->details[i].name, name)) return true;
    }
    return false;
}

static bool is_of_resource(const struct cloud_change_detail *detail) {
    return text_is(detail->source, "ResourceAttribute") ||
           text_is(detail->source, "ResourceReference");
}

/* Of the pair that tells what follows from another resource, only what causes it. */
static void copy_details(struct plain *plain, const struct cloud_change *change) {
    for (uint32_t i = 0; i < change->detail_count; i++) {
        const struct cloud_change_detail *next =
            i + 1 < change->detail_count ? &change->details[i + 1] : NULL;
        if (next && is_of_resource(next) && text_equal(next->name, change->details[i].name)) {
            continue;
        }
        add_detail(plain, &change->details[i]);
    }
}

static void add_readers(struct plain *plain, const struct sim_item *item) {
    struct sim_cause cause;
    for (const struct document *p = item->properties ? item->properties->children : NULL; p;
         p = p->next) {
        if (has_property(plain, p->key) || !sim_find_cause(&plain->causes, p, &cause)) continue;
        add_detail(plain, &(struct cloud_change_detail){
            .attribute = TEXT("Properties"), .name = p->key, .evaluation = TEXT("Dynamic"),
            .source = text_of(cause.source), .causing_entity = cause.entity,
            .requires_recreation = text_of(sim_recreation(item->schema, p->key, NULL, p))});
    }
}

static void take_details(struct plain *plain, struct cloud_change *change) {
    change->details = plain->details;
    change->detail_count = plain->detail_count;
    plain->details = NULL;
    plain->detail_count = plain->detail_capacity = 0;
    sim_set_scope(&plain->simulator->arena, change);
}

static const struct cloud_change *change_of(const struct sim_change_set *set, struct text id) {
    for (uint32_t i = 0; i < set->change_count; i++) {
        if (text_equal(set->changes[i].logical_id, id)) return &set->changes[i];
    }
    return NULL;
}

static void tell_item(struct plain *plain, const struct sim_stack *stack,
                      const struct sim_item *item) {
    const struct cloud_change *change = change_of(plain->set, item->id);
    const struct sim_resource *resource = sim_stack_resource(stack, item->id);
    bool exists = resource && resource->now.properties;
    if (change && !text_is(change->action, "Modify")) {
        plain->out[plain->count++] = *change;
        return;
    }
    if (!exists) return;
    if (change) copy_details(plain, change);
    add_readers(plain, item);
    if (!plain->detail_count) return;
    struct cloud_change *told = &plain->out[plain->count++];
    *told = change ? *change
                   : (struct cloud_change){.action = TEXT("Modify"), .logical_id = item->id,
                                           .type = item->type,
                                           .physical_id = resource->now.physical_id};
    take_details(plain, told);
    if (!change) told->replacement = text_of(sim_replacement(told));
    plain->changed[item - plain->set->blueprint->items] = text_is(told->replacement, "False");
}

void sim_change_set_plain(struct simulator *simulator, const struct sim_stack *stack,
                          struct sim_change_set *set) {
    const struct sim_blueprint *blueprint = set->blueprint;
    struct arena *arena = &simulator->arena;
    struct plain plain = {.simulator = simulator, .set = set};
    plain.changed = arena_alloc(arena, blueprint->count + 1);
    plain.causes = (struct sim_causes){.arena = arena, .blueprint = blueprint,
                                       .marks = plain.changed, .attributes_only = true};
    plain.out = arena_array(arena, blueprint->count + set->change_count + 1, sizeof *plain.out);
    for (uint32_t i = 0; i < blueprint->count; i++) {
        tell_item(&plain, stack, &blueprint->items[blueprint->order[i]]);
    }
    for (uint32_t i = 0; i < set->change_count; i++) { /* what is no longer in the template */
        if (!sim_blueprint_find(blueprint, set->changes[i].logical_id)) {
            plain.out[plain.count++] = set->changes[i];
        }
    }
    set->plain = plain.out;
    set->plain_count = plain.count;
}
